//! What has been read: the articles, their tokens, and what identifies each text.
//!
//! In: files. Out: [`Corpus`]. One pass: chunks of input are parsed, tokenised and sketched in parallel and joined in input
//! order, so that the result does not depend on the number of threads.

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_128_with_seed;

use crate::article::{Article, ArticleId, Reject};
use crate::bucket::classes::Keys;
use crate::error::{Error, Result};
use crate::progress::{Progress, Stage};
use crate::read::{self, Input};
use crate::settings::Settings;
use crate::sketch::{Sketch, bands::Bands};
use crate::spool::{Segment, Spool};
use crate::text::{SEED, Tokenizer};

/// Chunks that are parsed at once, a thread: enough that a slow one does not hold up the others.
const CHUNKS_A_THREAD: usize = 4;

/// Everything later stages know of the input.
pub struct Corpus {
    /// The articles in input order. Their texts are in the spool and empty here.
    pub articles: Vec<Article>,
    /// Their tokens and texts.
    pub spool: Spool,
    /// What identifies their texts.
    pub keys: Keys,
    /// Records that are no articles.
    pub rejects: Vec<Reject>,
    /// Files read.
    pub files: u64,
}

/// What one chunk of input gives.
struct Part {
    articles: Vec<Article>,
    rejects: Vec<Reject>,
    segment: Segment,
    exact: Vec<u128>,
    band_keys: Vec<u32>,
}

impl Part {
    fn of(articles: Vec<Article>, rejects: Vec<Reject>, bands: Bands) -> Part {
        let mut part =
            Part { articles, rejects, segment: Segment::default(), exact: Vec::new(), band_keys: Vec::new() };
        let mut tokenizer = Tokenizer::new();
        let mut scratch = Vec::new();
        for article in &mut part.articles {
            let text = std::mem::take(&mut article.text);
            let tokens = tokenizer.tokens(&text);
            part.exact.push(content_hash(&tokens.ids, &text));
            part.band_keys.extend(bands.keys(&Sketch::of(&tokens.ids, &mut scratch)));
            part.segment.push(&text, tokens);
        }
        part
    }
}

/// Texts with equal tokens are identical. A text without any (pictures, punctuation) is identical to the same characters
/// only: every peer makes one class of all of them.
fn content_hash(ids: &[u32], text: &str) -> u128 {
    if ids.is_empty() {
        xxh3_128_with_seed(text.as_bytes(), !SEED)
    } else {
        xxh3_128_with_seed(bytemuck::cast_slice(ids), SEED)
    }
}

/// The place of each article in the order by content, then date, then id.
fn rank(exact: &[u128], articles: &[Article]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..articles.len() as u32).collect();
    let key = |article: &Article| article.trusted_date().map_or(i64::MAX, |published| published.seconds);
    order.par_sort_unstable_by(|&x, &y| {
        let (x, y) = (x as usize, y as usize);
        let (one, other) = (&articles[x], &articles[y]);
        (exact[x], key(one), &one.id).cmp(&(exact[y], key(other), &other.id))
    });
    let mut rank = vec![0; order.len()];
    for (place, article) in order.into_iter().enumerate() {
        rank[article as usize] = place as u32;
    }
    rank
}

impl Corpus {
    /// Reads all inputs.
    ///
    /// Fails if an input that was named cannot be used, if there is no article at all, or if the caller asks to stop.
    pub fn read(inputs: Vec<Input>, settings: &Settings, progress: &dyn Progress) -> Result<Corpus> {
        let bands = Bands::plan(&settings.near);
        let names = inputs.iter().map(Input::name).collect::<Vec<_>>().join(", ");
        let has_folder = inputs.iter().any(Input::is_folder);
        let found = read::sources(inputs, &settings.read)?;
        progress.begin(Stage::Read, Some(found.sources.iter().map(|source| source.size_bytes).sum()));
        let mut corpus = Corpus {
            articles: Vec::new(),
            spool: Spool::default(),
            keys: Keys { bands: bands.bands, exact: Vec::new(), band_keys: Vec::new(), rank: Vec::new() },
            rejects: found.rejects.clone(),
            files: found.sources.len() as u64,
        };
        let mut passed_over = found.passed_over;
        let mapping = read::Mapping::new(&settings.read)?;
        let mut ids = read::UniqueIds::new();
        let mut chunks = read::chunks(found.sources, &settings.read, &mapping);
        loop {
            if progress.cancelled() {
                return Err(Error::Cancelled);
            }
            let batch: Vec<read::Chunk> =
                chunks.by_ref().take(CHUNKS_A_THREAD * rayon::current_num_threads()).collect();
            if batch.is_empty() {
                break;
            }
            let parts: Vec<Part> = batch
                .into_par_iter()
                .map(|chunk| {
                    let parsed = chunk.parse(&mapping);
                    let part = Part::of(parsed.articles, parsed.rejects, bands);
                    progress.advance(chunk.bytes_read());
                    part
                })
                .collect();
            for mut part in parts {
                part.articles.iter_mut().for_each(|article| ids.claim(article));
                corpus.articles.append(&mut part.articles);
                corpus.rejects.append(&mut part.rejects);
                corpus.keys.exact.append(&mut part.exact);
                corpus.keys.band_keys.append(&mut part.band_keys);
                corpus.spool.append(part.segment);
            }
        }
        passed_over += chunks.passed_over();
        corpus.rejects.sort();
        if corpus.articles.is_empty() {
            let hint = match corpus.rejects.first() {
                None if has_folder || passed_over > 0 => format!(
                    "files with other endings than {} are passed over ({passed_over} here), and what .gitignore and \
                     .wirecopyignore name is left out",
                    read::ENDINGS
                ),
                None => "it is empty, or has a header and no record".to_owned(),
                Some(only) if corpus.rejects.len() == 1 => format!("its only record is rejected: {}", only.reason),
                Some(first) => format!("{} records rejected; the first: {}", corpus.rejects.len(), first.reason),
            };
            return Err(Error::Empty { inputs: names, hint });
        }
        if passed_over > 0 {
            progress.warn(&format!("{passed_over} files passed over: no format known by their endings"));
        }
        corpus.keys.rank = rank(&corpus.keys.exact, &corpus.articles);
        Ok(corpus)
    }

    /// The corpus of articles that are at hand. Their ids are made unique.
    pub fn of(mut articles: Vec<Article>, settings: &Settings) -> Corpus {
        let bands = Bands::plan(&settings.near);
        let mut ids = read::UniqueIds::new();
        articles.iter_mut().for_each(|article| ids.claim(article));
        let part = Part::of(articles, Vec::new(), bands);
        let mut spool = Spool::default();
        spool.append(part.segment);
        let rank = rank(&part.exact, &part.articles);
        Corpus {
            articles: part.articles,
            spool,
            keys: Keys { bands: bands.bands, exact: part.exact, band_keys: part.band_keys, rank },
            rejects: Vec::new(),
            files: 0,
        }
    }

    /// The content hash of an article.
    pub fn content(&self, article: ArticleId) -> u128 {
        self.keys.exact[article.index()]
    }

    /// The outlet of each article as a number, 0 for none.
    pub fn sources(&self) -> Vec<u64> {
        let number = |source: &String| xxhash_rust::xxh3::xxh3_64_with_seed(source.as_bytes(), SEED);
        self.articles.iter().map(|article| article.source.as_ref().map_or(0, number)).collect()
    }

    /// How many articles there are.
    pub fn len(&self) -> usize {
        self.articles.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.articles.is_empty()
    }
}
