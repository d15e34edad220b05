//! How often do phrases occur, and in how many contexts? The phrase model of a corpus.
//!
//! In: a sample of texts. Out: [`PhraseModel`]: in how many different contexts each word, pair and triple of words occurs
//! (continuation counts, Kneser and Ney 1995), those of pairs and triples in one context only left out.

use std::hint::black_box;

use bytemuck::{Pod, Zeroable};
use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::contexts::Contexts;
use crate::article::ArticleId;
use crate::disk::{Exchange, KeptReader, KeptWriter, Partitioned, Row, Workspace};
use crate::error::Result;
use crate::spool::Spool;
use crate::text::Marks;

/// The most class leaders the model is made from; above, those of the least content hash. Stock phrases of a language show
/// in far fewer texts, and the model stays below 200 MB.
pub const SAMPLE: usize = 10_000;

/// Texts whose runs are distributed at a time.
const TEXTS: usize = 256;

/// How many words of evidence the length of a word stands for as long as the corpus is too small to know its frequency.
const PRIOR_WORDS: f64 = 3000.0;

/// In how many contexts words and phrases occur.
#[derive(Default)]
pub struct PhraseModel {
    words: Contexts,
    total: u32,
    /// (times, times of the context) of two and three words, those seen in one context only left out.
    pairs: Contexts,
    triples: Contexts,
}

fn pair_key(first: u32, second: u32) -> u64 {
    (u64::from(first) << 32 | u64::from(second)).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29)
}

fn triple_key(first: u32, second: u32, third: u32) -> u64 {
    (pair_key(first, second) ^ u64::from(third)).wrapping_mul(0xBF58_476D_1CE4_E5B9).rotate_left(31)
}

/// Stands for a word behind the end of a text. A word with this hash, if there is one, begins no phrase that is counted.
const END: u32 = u32::MAX;

/// A phrase, in how many contexts it occurs, and in how many its words but the last do.
type Counted = (u64, (u32, u32));

/// Three words with the word before them, as one number with that word in its lowest place: sorted, the contexts of a phrase
/// stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(transparent)]
struct PhraseRow(u128);

impl PhraseRow {
    fn of(before: u32, [first, second, third]: [u32; 3]) -> PhraseRow {
        let word = u128::from;
        PhraseRow(word(first) << 96 | word(second) << 64 | word(third) << 32 | word(before))
    }
}

impl Row for PhraseRow {
    /// The first of the words, which are hashes.
    fn key(&self) -> u64 {
        (self.0 >> 96 << 32) as u64
    }
}

/// The phrases that begin with one word.
struct PhraseModelPart {
    word: Counted,
    pairs: Vec<Counted>,
    triples: Vec<Counted>,
}

impl PhraseModelPart {
    /// Counts the contexts in the runs that begin with one word, which are sorted.
    fn of(runs: &[u128]) -> PhraseModelPart {
        let (mut all, mut before): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
        let (mut pairs, mut triples): (Vec<Counted>, Vec<Counted>) = (Vec::new(), Vec::new());
        let first = (runs[0] >> 96) as u32;
        let mut contexts = 0;
        for two in runs.chunk_by(|x, y| x >> 64 == y >> 64) {
            let second = (two[0] >> 64) as u32;
            before.clear();
            before.extend(two.iter().map(|&run| run as u32));
            before.sort_unstable();
            before.dedup();
            all.extend(&before);
            if second == END {
                continue;
            }
            contexts += before.len() as u32;
            if before.len() > 1 {
                pairs.push((pair_key(first, second), (before.len() as u32, 0)));
            }
            let whole = two.partition_point(|&run| (run >> 32) as u32 != END);
            for three in two[..whole].chunk_by(|x, y| x >> 32 == y >> 32).filter(|three| three.len() > 1) {
                let key = triple_key(first, second, (three[0] >> 32) as u32);
                triples.push((key, (three.len() as u32, whole as u32)));
            }
        }
        pairs.iter_mut().for_each(|(_, counts)| counts.1 = contexts);
        all.sort_unstable();
        all.dedup();
        PhraseModelPart { word: (u64::from(first), (all.len() as u32, 0)), pairs, triples }
    }
}

/// The articles that the language of a corpus is learned from: all `leaders` of a small one, else those of the least content
/// hash, which `content` gives.
pub fn sample(leaders: &[ArticleId], content: impl Fn(ArticleId) -> u128) -> Vec<ArticleId> {
    let mut sample = leaders.to_vec();
    if sample.len() > SAMPLE {
        sample.select_nth_unstable_by_key(SAMPLE, |&article| content(article));
        sample.truncate(SAMPLE);
    }
    sample
}

impl PhraseModel {
    /// The model of the texts of a sample.
    pub fn of(sample: &[ArticleId], spool: &Spool) -> Result<PhraseModel> {
        let tokens = sample.iter().map(|&article| spool.tokens_of(article)).sum();
        let mut exchange = Exchange::new(&Workspace::default(), usize::MAX, tokens);
        let count = exchange.count();
        let lists = sample.par_chunks(TEXTS).map(|articles| {
            let mut runs: Vec<PhraseRow> = Vec::new();
            for &article in articles {
                let ids = spool.words(article);
                let word = |place: usize| ids.get(place).copied().unwrap_or(END);
                let run = |place| PhraseRow::of(word(place), [word(place + 1), word(place + 2), word(place + 3)]);
                runs.extend((0..ids.len().saturating_sub(1)).map(run));
            }
            Partitioned::of(&runs, count)
        });
        exchange.extend(|| lists.collect())?;
        let mut parts: Vec<PhraseModelPart> = Vec::new();
        let counted = |runs: Vec<PhraseRow>| -> Vec<PhraseModelPart> {
            let mut runs: Vec<u128> = bytemuck::cast_vec(runs);
            runs.sort_unstable();
            runs.dedup();
            runs.chunk_by(|x, y| x >> 96 == y >> 96).map(PhraseModelPart::of).collect()
        };
        exchange.each(counted, |mut counted| {
            parts.append(&mut counted);
            Ok(())
        })?;
        let total = parts.iter().map(|part| part.word.1.0).sum();
        let words: Vec<Counted> = parts.iter().map(|part| part.word).collect();
        let pairs: Vec<Counted> = parts.iter().flat_map(|part| &part.pairs).copied().collect();
        let triples: Vec<Counted> = parts.iter().flat_map(|part| &part.triples).copied().collect();
        drop(parts);
        let [words, pairs, triples] = [words, pairs, triples].map(|counted| Contexts::of(&counted));
        Ok(PhraseModel { words, total, pairs, triples })
    }

    /// Writes everything.
    pub fn save(&self, to: &mut KeptWriter) -> Result<()> {
        self.lists().iter().try_for_each(|list| to.items(list))
    }

    /// The model that was written.
    pub fn load(from: &mut KeptReader) -> Result<PhraseModel> {
        let mut table = || -> Result<Contexts> {
            let list: Vec<[u64; 2]> = from.items()?;
            let phrases: Vec<Counted> = list.iter().map(|&[key, of]| (key, (of as u32, (of >> 32) as u32))).collect();
            Ok(if phrases.is_empty() { Contexts::default() } else { Contexts::of(&phrases) })
        };
        let (words, pairs, triples) = (table()?, table()?, table()?);
        let total = words.iter().map(|(_, (times, _))| times).sum();
        Ok(PhraseModel { words, total, pairs, triples })
    }

    /// A hash of everything.
    pub fn fingerprint(&self) -> u64 {
        let lists = self.lists().map(|list| xxh3_64(bytemuck::cast_slice(&list)));
        xxh3_64(bytemuck::cast_slice(&lists))
    }

    /// Words, pairs and triples: what stands for each, and its numbers in one.
    fn lists(&self) -> [Vec<[u64; 2]>; 3] {
        [&self.words, &self.pairs, &self.triples].map(|table| {
            let packed = |(key, (times, of)): Counted| [key, u64::from(of) << 32 | u64::from(times)];
            table.sorted().into_iter().map(packed).collect()
        })
    }

    /// The words that it knows, each with the number of its contexts.
    pub(super) fn words(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.words.iter().map(|(key, (contexts, _))| (key as u32, contexts))
    }

    /// Reads what will be asked about the words at some places of a text.
    pub(crate) fn touch(&self, ids: &[u32], places: impl Iterator<Item = usize>) {
        let touch = |place: usize| {
            let word = self.words.touch(u64::from(ids[place]));
            let pair = if place > 0 { self.pairs.touch(pair_key(ids[place - 1], ids[place])) } else { 0 };
            let three = || self.triples.touch(triple_key(ids[place - 2], ids[place - 1], ids[place]));
            word ^ pair ^ if place > 1 { three() } else { 0 }
        };
        black_box(places.fold(0, |sum, place| sum ^ touch(place)));
    }

    /// What is known of the word at `place` of a text; of the two words before it only if `triple` holds.
    pub(crate) fn known(&self, ids: &[u32], place: usize, triple: bool) -> Known {
        Known {
            word: self.words.get(u64::from(ids[place])).0,
            pair: if place > 0 { self.pairs.get(pair_key(ids[place - 1], ids[place])) } else { (0, 0) },
            triple: if triple {
                self.triples.get(triple_key(ids[place - 2], ids[place - 1], ids[place]))
            } else {
                (0, 0)
            },
        }
    }

    /// The probability of the word at `place` of a run; `letters` is the length of its spelling. From the fourth place on it
    /// depends on the word alone.
    pub(crate) fn probability(&self, known: &Known, mark: Marks, place: usize, letters: u32) -> f64 {
        // Inside the run the pair makes one context; at its edge, where the texts differ, two. A text outside of a sample
        // may have made none: leaving one out all the same errs by one context.
        let own = |width: usize| if place >= width { 1 } else { 2 };
        let times = f64::from(known.word.saturating_sub(own(1)));
        let mut probability = (times + PRIOR_WORDS * prior(letters, mark)) / (f64::from(self.total) + PRIOR_WORDS);
        let mut given = |(times, context): (u32, u32), width: usize| {
            let left = own(width);
            if place + 1 >= width && times > left {
                probability = probability.max((f64::from(times - left) - 0.5) / f64::from(context - left));
            }
        };
        given(known.pair, 2);
        given(known.triple, 3);
        probability
    }
}

/// What the model knows of one word of a text: (times, times of the context) after no, one and two words; nothing is zeros.
#[derive(Clone, Copy)]
pub(crate) struct Known {
    word: u32,
    pub(crate) pair: (u32, u32),
    triple: (u32, u32),
}

/// The probability of a word of which nothing is known but its length: short words are frequent ones (Zipf 1935). Rounded
/// from word lists of English, French, Russian and Arabic, where lengths in letters and ranks agree within a factor of two.
fn prior(letters: u32, marks: Marks) -> f64 {
    if marks.has(Marks::BIGRAM) {
        return 1.0 / 400.0;
    }
    let bits = match letters {
        0..=1 => 6,
        2 => 6,
        3 => 7,
        4 => 8,
        5 => 9,
        6 => 10,
        7 => 11,
        _ => 12,
    };
    1.0 / f64::from(1 << bits)
}
