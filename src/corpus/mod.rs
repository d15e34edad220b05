//! What has been read: the articles, their tokens, and what identifies each text.
//!
//! In: files, or what was sealed of other files ([`Corpus::open`]). Out: [`Corpus`]. One pass: chunks of input are parsed,
//! tokenised and sketched in parallel and joined in input order, so that the result does not depend on the number of threads.

pub mod made;
mod sealed;

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use xxhash_rust::xxh3::{xxh3_64_with_seed, xxh3_128_with_seed};

use crate::article::{Article, ArticleId, Reject, UNDATED};
use crate::bucket::carriers::TextRow;
use crate::bucket::classes::{Classes, Keys};
use crate::credit::{self, Agencies, Credit};
use crate::disk::{Memory, Table, Weight, Workspace};
use crate::error::{Error, Result};
use crate::progress::{Progress, Stage};
use crate::read::{self, Input};
use crate::settings::Settings;
use crate::shingle::ShingleCounts;
use crate::sketch::{Sketch, bands::Bands};
use crate::spool::{Segment, Spool};
use crate::text::{Marks, SEED, Tokenizer};

/// Chunks that are parsed at once, a thread: enough that a slow one does not hold up the others.
const CHUNKS_A_THREAD: usize = 4;

/// Rejects of one file that are listed one by one. Behind them, those that follow one another for one reason are one.
const LISTED_REJECTS: usize = 1000;

/// Articles at hand that are made a segment at a time.
const AT_HAND: usize = 1000;

impl Weight for Article {
    fn owned_bytes(&self) -> usize {
        let optional = [
            &self.title,
            &self.url,
            &self.source,
            &self.author,
            &self.credit,
            &self.dateline,
            &self.copyright,
            &self.based_on,
            &self.version,
            &self.lang,
        ];
        let optional: usize = optional.into_iter().flatten().map(String::len).sum();
        optional + self.id.len() + self.text.len()
    }
}

/// Everything later stages know of the input.
pub struct Corpus {
    /// The articles in input order. Their texts are in the spool and empty here.
    pub articles: Table<Article>,
    /// Their tokens and texts.
    pub spool: Spool,
    /// What identifies their texts.
    pub keys: Keys,
    /// When each was published, in seconds since 1970; the greatest number where that is not known or doubtful.
    pub published: Vec<i64>,
    /// The outlet of each as a number, 0 for none.
    pub sources: Vec<u64>,
    /// Articles that are nothing but a notice, such as a wall of cookies, by their numbers, in order. None are known where only
    /// whole texts are compared.
    pub notices: Vec<u32>,
    /// How many different shingles each has.
    pub shingles: ShingleCounts,
    /// The agency that each credits; of none where only whole texts are compared.
    pub credits: Table<Option<Box<Credit>>>,
    /// Records that are no articles.
    pub rejects: Vec<Reject>,
    /// How many records of crawlers' archives are not meant to be articles, by what they are.
    pub passed_over: BTreeMap<String, u64>,
    /// Files read.
    pub files: u64,
    /// Where what does not fit into memory goes.
    pub workspace: Workspace,
    /// The file that was rejected from last, and how many rejects it has.
    listed_rejects: (Arc<str>, usize),
}

/// What one chunk of input gives.
struct Part {
    articles: Vec<Article>,
    credits: Vec<Option<Box<Credit>>>,
    rejects: Vec<Reject>,
    passed_over: BTreeMap<String, u64>,
    segment: Segment,
    exact: Vec<u128>,
    band_keys: Vec<u32>,
    /// Which of the articles are notices, by their places.
    notices: Vec<usize>,
}

/// What is made of each text.
#[derive(Clone, Copy)]
struct Making {
    /// Bands of its signature; none if nothing is asked about near-duplicates.
    bands: Option<Bands>,
    /// Whether its tokens are stored, with marks and spans.
    tokenised: bool,
    /// Whether its credits are read.
    credited: bool,
}

impl Making {
    fn of(settings: &Settings) -> Making {
        let near = settings.wants_near_duplicates();
        Making {
            bands: near.then(|| Bands::plan(&settings.near)),
            tokenised: settings.wants_passages() || !settings.without.is_empty(),
            credited: settings.wants_credits(),
        }
    }

    /// How many bands are kept.
    fn bands(self) -> usize {
        self.bands.map_or(0, |bands| bands.bands)
    }
}

impl Part {
    fn of(parsed: read::Parsed, making: Making, agencies: &Agencies) -> Part {
        let read::Parsed { articles, rejects, passed_over } = parsed;
        let text_bytes = articles.iter().map(|article| article.text.len()).sum();
        let segment = Segment::with_room(text_bytes, making.tokenised);
        let credits = Vec::with_capacity(articles.len());
        let (exact, band_keys) = (Vec::new(), Vec::new());
        let mut part = Part { articles, credits, rejects, passed_over, segment, exact, band_keys, notices: Vec::new() };
        let mut tokenizer = Tokenizer::new();
        let mut scratch = Vec::new();
        for article in &mut part.articles {
            let text = std::mem::take(&mut article.text);
            let credit = making.credited.then(|| credit::credit(article, &text, agencies)).flatten();
            part.credits.push(credit.map(Box::new));
            let ids = if making.tokenised {
                let tokens = tokenizer.tokens(&text);
                part.segment.push(&text, tokens);
                if !tokens.is_empty() && tokens.marks.iter().all(|marks| marks.has(Marks::FURNITURE)) {
                    part.notices.push(part.exact.len());
                }
                &tokens.ids
            } else {
                let ids = tokenizer.words(&text);
                part.segment.push_text(&text, ids.len());
                ids
            };
            part.exact.push(content_hash(ids, &text));
            if let Some(bands) = making.bands {
                part.band_keys.extend(bands.keys(&Sketch::of(ids, &mut scratch)));
            }
        }
        part
    }
}

/// When an article was published, in seconds since 1970; the greatest number where that is not known or doubtful.
fn published(article: &Article) -> i64 {
    article.trusted_date().map_or(UNDATED, |published| published.seconds)
}

/// The outlet of an article as a number, 0 for none.
fn outlet(article: &Article) -> u64 {
    article.source.as_ref().map_or(0, |source| xxh3_64_with_seed(source.as_bytes(), SEED))
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
fn rank(exact: &[u128], published: &[i64], articles: &Table<Article>) -> Vec<u32> {
    let mut order: Vec<u32> = (0..exact.len() as u32).collect();
    let key = |article: u32| (exact[article as usize], published[article as usize]);
    order.par_sort_unstable_by_key(|&article| key(article));
    // Few articles share both with another: only for those ids are looked up.
    order.par_chunk_by_mut(|&x, &y| key(x) == key(y)).filter(|tied| tied.len() > 1).for_each(|tied| {
        let mut named: Vec<(String, u32)> =
            tied.iter().map(|&article| (articles.get(article as usize).id.clone(), article)).collect();
        named.sort_unstable();
        tied.iter_mut().zip(named).for_each(|(place, (_, article))| *place = article);
    });
    let mut rank = vec![0; order.len()];
    for (place, article) in order.into_iter().enumerate() {
        rank[article as usize] = place as u32;
    }
    rank
}

impl Corpus {
    /// Reads all inputs, into memory; as [`Corpus::read_within`].
    pub fn read(inputs: Vec<Input>, settings: &Settings, progress: &dyn Progress) -> Result<Corpus> {
        Corpus::read_within(&Workspace::default(), inputs, settings, progress)
    }

    /// Reads all inputs.
    ///
    /// Fails if an input that was named cannot be used, or a file of agencies, if there is no article at all, or if the caller
    /// asks to stop.
    pub fn read_within(
        workspace: &Workspace,
        inputs: Vec<Input>,
        settings: &Settings,
        progress: &dyn Progress,
    ) -> Result<Corpus> {
        let making = Making::of(settings);
        let agencies = Agencies::read(&settings.origin)?;
        let names = inputs.iter().map(Input::name).collect::<Vec<_>>().join(", ");
        let has_folder = inputs.iter().any(Input::is_folder);
        let found = read::sources(inputs, &settings.read)?;
        progress.begin(Stage::Read, Some(found.sources.iter().map(|source| source.size_bytes).sum()));
        let mut corpus = Corpus::empty(making, workspace);
        corpus.rejects = found.rejects.clone();
        corpus.files = found.sources.len() as u64;
        let mut passed_over = found.passed_over;
        let mapping = read::Mapping::new(&settings.read)?;
        let mut ids = read::UniqueIds::new();
        let mut chunks = read::chunks(found.sources, &settings.read, &mapping).within(workspace, progress);
        let mut next = || chunks.by_ref().take(CHUNKS_A_THREAD * rayon::current_num_threads()).collect::<Vec<_>>();
        let parse = |chunk: read::Chunk| {
            let part = Part::of(chunk.parse(&mapping), making, &agencies);
            progress.advance(chunk.bytes_read());
            part
        };
        // One thread reads on, and appends what was parsed before, while the others parse.
        let (mut batch, mut parsed) = (next(), Vec::new());
        while !batch.is_empty() || !parsed.is_empty() {
            if progress.cancelled() {
                return Err(Error::Cancelled);
            }
            // Chunk by chunk: none waits behind another for a thread that has nothing to do.
            let parse_all = || batch.into_par_iter().with_max_len(1).map(parse).collect::<Vec<Part>>();
            let append_all = || parsed.into_iter().try_for_each(|part| corpus.append(part, &mut ids));
            let ((read, appended), parts) = rayon::join(|| (next(), append_all()), parse_all);
            appended?;
            workspace.check()?;
            (batch, parsed) = (read, parts);
        }
        passed_over += chunks.passed_over();
        corpus.rejects.sort();
        if corpus.articles.is_empty() {
            let hint = match corpus.rejects.first() {
                None if has_folder || passed_over > 0 => format!(
                    "only files with the endings {} are read; {passed_over} others were passed over, and so was what \
                     .gitignore and .wirecopyignore exclude",
                    read::endings()
                ),
                None if !corpus.passed_over.is_empty() => read::passed_over(&corpus.passed_over),
                None => "it is empty, or has a header and no record".to_owned(),
                Some(only) if Reject::count(&corpus.rejects) == 1 => {
                    format!("its only record is rejected: {}", only.reason)
                }
                Some(first) => {
                    format!("{} records rejected; the first: {}", Reject::count(&corpus.rejects), first.reason)
                }
            };
            return Err(Error::Empty { inputs: names, hint });
        }
        if !corpus.passed_over.is_empty() {
            progress.warn(&read::passed_over(&corpus.passed_over));
        }
        if passed_over > 0 {
            progress.warn(&format!("{passed_over} files passed over: their endings name no known format"));
        }
        corpus.complete()
    }

    /// The corpus of articles that are at hand. Their ids are made unique.
    ///
    /// Fails if a file of agencies cannot be used, or if the disk is full.
    pub fn within(workspace: &Workspace, mut articles: Vec<Article>, settings: &Settings) -> Result<Corpus> {
        let making = Making::of(settings);
        let agencies = Agencies::read(&settings.origin)?;
        let mut corpus = Corpus::empty(making, workspace);
        let mut ids = read::UniqueIds::new();
        while !articles.is_empty() {
            let rest = articles.split_off(articles.len().min(AT_HAND));
            let parsed = read::Parsed { articles: std::mem::replace(&mut articles, rest), ..read::Parsed::default() };
            corpus.append(Part::of(parsed, making, &agencies), &mut ids)?;
        }
        corpus.complete()
    }

    fn empty(making: Making, workspace: &Workspace) -> Corpus {
        Corpus {
            articles: Table::new(workspace, workspace.share(Memory::Articles)),
            spool: Spool::new(workspace),
            keys: Keys { bands: making.bands(), ..Keys::default() },
            published: Vec::new(),
            sources: Vec::new(),
            notices: Vec::new(),
            shingles: ShingleCounts::default(),
            credits: Table::new(workspace, workspace.share(Memory::Credits)),
            rejects: Vec::new(),
            passed_over: BTreeMap::new(),
            files: 0,
            workspace: workspace.clone(),
            listed_rejects: ("".into(), 0),
        }
    }

    /// Takes a reject, and merges it with the last one where a file has very many that follow one another.
    fn reject(&mut self, reject: Reject) {
        let (path, listed) = &mut self.listed_rejects;
        if *path != reject.path {
            (*path, *listed) = (reject.path.clone(), 0);
        }
        *listed += 1;
        let follows = |last: &Reject| {
            last.reason == reject.reason && last.record.checked_add(last.records) == Some(reject.record)
        };
        match self.rejects.last_mut() {
            Some(last) if *listed > LISTED_REJECTS + 1 && last.path == reject.path && follows(last) => {
                last.records += reject.records;
            }
            _ => self.rejects.push(reject),
        }
    }

    /// Counts more records that are not meant to be articles.
    fn pass_over(&mut self, counts: BTreeMap<String, u64>) {
        for (reason, records) in counts {
            *self.passed_over.entry(reason).or_default() += records;
        }
    }

    /// What follows from all articles together.
    fn complete(mut self) -> Result<Corpus> {
        self.keys.rank = rank(&self.keys.exact, &self.published, &self.articles);
        self.shingles = ShingleCounts::of(self.len());
        self.workspace.check()?;
        Ok(self)
    }

    fn append(&mut self, mut part: Part, ids: &mut read::UniqueIds) -> Result<()> {
        let first = self.published.len();
        self.notices.extend(part.notices.iter().map(|place| (first + place) as u32));
        for mut article in part.articles {
            ids.claim(&mut article);
            self.published.push(published(&article));
            self.sources.push(outlet(&article));
            self.articles.push(article)?;
        }
        self.credits.extend(part.credits)?;
        part.rejects.drain(..).for_each(|reject| self.reject(reject));
        self.pass_over(part.passed_over);
        self.keys.exact.append(&mut part.exact);
        self.keys.band_keys.append(&mut part.band_keys);
        self.spool.append(part.segment)
    }

    /// What stages that see passages know of each article.
    pub fn text_rows(&self, classes: &Classes) -> Vec<TextRow> {
        let row = |article: ArticleId| TextRow {
            order: (self.content(article) >> 64) as u64,
            outlet: self.sources[article.index()],
            published: self.published[article.index()],
            class: classes.near[article.index()],
            tokens: self.spool.tokens_of(article) as u32,
        };
        self.spool.articles().map(row).collect()
    }

    /// The content hash of an article.
    pub fn content(&self, article: ArticleId) -> u128 {
        self.keys.exact[article.index()]
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
