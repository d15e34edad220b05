//! How surprising is it that two texts share these words in this order? The information of a run, in bits.
//!
//! A word is worth -log2 of its probability after the two words before it, under a phrase model of the corpus itself. What
//! counts in the model is in how many different contexts a phrase occurs, not how often (continuation counts, Kneser and Ney
//! 1995): a passage that fifty outlets print stands in one context and stays worth its full information, while "told
//! reporters on Monday that" stands in many and is worth little. The contexts that the pair itself makes are left out.
//!
//! Words of the pair's own topic are no evidence, their order is: a word that either text repeats is as probable as it is
//! frequent there.

use std::borrow::Cow;
use std::hint::black_box;

use rayon::prelude::*;

use crate::article::ArticleId;
use crate::disk::{Piled, Piles, Workspace};
use crate::error::Result;
use crate::spool::Spool;
use crate::text::Marks;
use crate::verify::contexts::Contexts;

/// The most class leaders the model is made from; above, those of the least content hash. Stock phrases of a language show
/// in far fewer texts, and the model stays below 200 MB.
const SAMPLE: usize = 10_000;

/// Texts whose runs are distributed at a time.
const TEXTS: usize = 256;

/// A name is one lexical choice: its first word is worth at most this (9 nats, prototype).
const NAME_BITS: f64 = 13.0;
/// The words of a name after the first are worth at most this each (1.5 nats, prototype).
const NAME_REST_BITS: f64 = 2.2;
/// A pair of characters of an unspaced script is about half a word.
const BIGRAM_BITS: f64 = 9.0;
/// No word is worth more, whatever the size of the corpus: one in 2^16 words is rare in any text.
const WORD_BITS: f64 = 16.0;
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
        // Three words, and in the lowest place the word before them: sorted, the contexts of a phrase stand together.
        let tokens = sample.iter().map(|&article| spool.tokens_of(article)).sum();
        let mut piles = Piles::new(&Workspace::default(), usize::MAX, tokens);
        let count = piles.count();
        let lists = sample.par_chunks(TEXTS).map(|articles| {
            let mut runs: Vec<u128> = Vec::new();
            for &article in articles {
                let ids = spool.words(article);
                let word = |place: usize| u128::from(ids.get(place).copied().unwrap_or(END));
                let run = |place| word(place + 1) << 96 | word(place + 2) << 64 | word(place + 3) << 32 | word(place);
                runs.extend((0..ids.len().saturating_sub(1)).map(run));
            }
            // By the first of the words, which are hashes.
            Piled::of(&runs, count, |&run| (run >> 96 << 32) as u64)
        });
        piles.extend(|| lists.collect())?;
        let mut parts: Vec<PhraseModelPart> = Vec::new();
        let counted = |mut runs: Vec<u128>| -> Vec<PhraseModelPart> {
            runs.sort_unstable();
            runs.dedup();
            runs.chunk_by(|x, y| x >> 96 == y >> 96).map(PhraseModelPart::of).collect()
        };
        piles.each(counted, |mut counted| {
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

    /// The words that it knows, each with the number of its contexts.
    pub(super) fn words(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.words.iter().map(|(key, (contexts, _))| (key as u32, contexts))
    }

    /// Reads what will be asked about the words at some places of a text.
    fn touch(&self, ids: &[u32], places: impl Iterator<Item = usize>) {
        let touch = |place: usize| {
            let word = self.words.touch(u64::from(ids[place]));
            let pair = if place > 0 { self.pairs.touch(pair_key(ids[place - 1], ids[place])) } else { 0 };
            let three = || self.triples.touch(triple_key(ids[place - 2], ids[place - 1], ids[place]));
            word ^ pair ^ if place > 1 { three() } else { 0 }
        };
        black_box(places.fold(0, |sum, place| sum ^ touch(place)));
    }

    /// What is known of the word at `place` of a text; of the two words before it only if `triple` holds.
    fn known(&self, ids: &[u32], place: usize, triple: bool) -> Known {
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
    fn probability(&self, known: &Known, mark: Marks, place: usize, letters: u32) -> f64 {
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

/// Words that are looked up at a time: the tables are far larger than a processor's caches, which wait for one word as long
/// as for sixteen.
const TOUCHED: usize = 16;

/// The place in a run from which on the probability of a word depends on the word alone.
const INNER: usize = 3;

/// The most bits of the word at `place` of a run.
fn most_bits(marks: &[Marks], place: usize) -> f64 {
    if marks[place].has(Marks::BIGRAM) {
        BIGRAM_BITS
    } else if marks[place].has(Marks::NAME) {
        if place > 0 && marks[place - 1].has(Marks::NAME) { NAME_REST_BITS } else { NAME_BITS }
    } else {
        WORD_BITS
    }
}

fn bits(probability: f64) -> f64 {
    -probability.log2()
}

/// What the model knows of one word of a text: (times, times of the context) after no, one and two words; nothing is zeros.
#[derive(Clone, Copy)]
struct Known {
    word: u32,
    pair: (u32, u32),
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

/// How often each word of one text occurs in it and in another: an open table of the first text's words.
struct Frequencies {
    slots: Vec<Word>,
    /// The slot of the word at each place.
    slot_at: Vec<u32>,
    /// The share of the text that repetitions of the word at each place make: 0 for one that occurs once.
    own: Vec<f64>,
    /// Tokens of the other text.
    others: usize,
}

#[derive(Clone, Copy, Default)]
struct Word {
    id: u32,
    /// How often it occurs; 0 in an empty slot.
    own: u32,
    /// How often it occurs in the other text.
    other: u32,
}

impl Frequencies {
    /// Those of one text, not yet compared.
    fn of(ids: &[u32]) -> Frequencies {
        let slots = vec![Word::default(); (ids.len() * 2).next_power_of_two().max(4)];
        let mut frequencies = Frequencies { slots, slot_at: Vec::with_capacity(ids.len()), own: Vec::new(), others: 0 };
        for &id in ids {
            let at = frequencies.slot(id);
            frequencies.slots[at].id = id;
            frequencies.slots[at].own += 1;
            frequencies.slot_at.push(at as u32);
        }
        let times = |&at: &u32| frequencies.slots[at as usize].own;
        frequencies.own = frequencies.slot_at.iter().map(|at| repeated(times(at), ids.len())).collect();
        frequencies
    }

    /// Takes another text for the other one.
    fn compare(&mut self, other: &[u32]) {
        self.others = other.len();
        self.slots.iter_mut().for_each(|word| word.other = 0);
        for &id in other {
            let at = self.slot(id);
            // In an empty slot nobody looks.
            self.slots[at].other += 1;
        }
    }

    /// The slot of a word, or the empty one where it belongs.
    fn slot(&self, id: u32) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = id as usize & mask;
        while self.slots[at].own != 0 && self.slots[at].id != id {
            at = (at + 1) & mask;
        }
        at
    }

    /// The greater of the shares of both texts that repetitions of the word at a place make.
    fn repeated(&self, at: usize) -> f64 {
        self.own[at].max(repeated(self.slots[self.slot_at[at] as usize].other, self.others))
    }
}

/// The share that repetitions of a word make of a text with so many tokens.
fn repeated(times: u32, tokens: usize) -> f64 {
    f64::from(times.saturating_sub(1)) / tokens.max(1) as f64
}

/// What the words of one text are worth where others share them.
pub struct Surprise<'a> {
    model: &'a PhraseModel,
    ids: Cow<'a, [u32]>,
    /// Letters of each token.
    letters: Vec<u8>,
    frequencies: Frequencies,
    /// What was looked up so far, by token: the tables are far larger than a processor's caches, and a text is compared with
    /// several others.
    known: Vec<Option<Known>>,
    /// The probability of each token inside a run, and its bits, as far as they were asked for.
    inner: Vec<Option<(f64, f64)>>,
}

impl<'a> Surprise<'a> {
    /// The words `ids` of a text, with the lengths of their spellings.
    pub fn of(model: &'a PhraseModel, ids: Cow<'a, [u32]>, letters: Vec<u8>) -> Surprise<'a> {
        Surprise {
            model,
            frequencies: Frequencies::of(&ids),
            known: vec![None; ids.len()],
            inner: vec![None; ids.len()],
            ids,
            letters,
        }
    }

    /// Takes a text with these words for the one that shares runs.
    pub fn compare(&mut self, other: &[u32]) {
        self.frequencies.compare(other);
    }

    /// The bits of the prose of the run that begins at token `start` of the text: `marks` are the run's own. What goes beyond
    /// `enough` is not counted.
    pub fn bits(&mut self, start: usize, marks: &[Marks], enough: f64) -> f64 {
        let (mut sum, mut touched) = (0.0, 0);
        for place in (0..marks.len()).filter(|&place| marks[place].prose()) {
            let at = start + place;
            if place >= touched {
                touched = marks.len().min(place + TOUCHED);
                let unknown = (at..start + touched).filter(|&at| self.known[at].is_none());
                self.model.touch(&self.ids, unknown);
            }
            let (probability, own_bits) = self.chance(at, marks[place], place);
            // A word that either text repeats is as probable as it is frequent there.
            let frequency = self.frequencies.repeated(at);
            let bits = if frequency > probability { bits(frequency) } else { own_bits };
            sum += bits.clamp(0.0, most_bits(marks, place)).min(enough - sum);
            if sum >= enough {
                break;
            }
        }
        sum
    }

    /// The probability of the token `at`, which stands at `place` of a run, and its bits.
    fn chance(&mut self, at: usize, mark: Marks, place: usize) -> (f64, f64) {
        if let Some(chance) = self.inner[at].filter(|_| place >= INNER) {
            return chance;
        }
        let known = self.known(at);
        let probability = self.model.probability(&known, mark, place, u32::from(self.letters[at]));
        let chance = (probability, bits(probability));
        if place >= INNER {
            self.inner[at] = Some(chance);
        }
        chance
    }

    fn known(&mut self, at: usize) -> Known {
        if let Some(known) = self.known[at] {
            return known;
        }
        // Three words that stand in two contexts begin with two that do: where those are unknown, so are the three.
        let triple = at > 1 && self.known[at - 1].is_none_or(|before| before.pair.0 > 0);
        let known = self.model.known(&self.ids, at, triple);
        self.known[at] = Some(known);
        known
    }
}
