//! Which runs of words? Word n-grams as 64-bit hashes.
//!
//! Words, never characters: character n-grams of whole documents glue unrelated texts (see `docs/decisions`). A hash of five
//! words is three multiplications of their 32-bit identities, 1.5 ns: a rolling hash costs as much, since each of its steps
//! waits for the one before.

pub mod overlap;

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use crate::article::ArticleId;
use crate::text::{SECRETS, SEED, fold};

/// Shingles of near-duplicate detection are word 5-grams, as in Broder 1997 and every peer; longer ones lose edited texts,
/// shorter ones meet by chance.
pub const SHINGLE_TOKENS: usize = 5;

/// The hash of one run of tokens. Runs of different lengths are told apart, too.
#[inline]
pub fn hash(run: &[u32]) -> u64 {
    let pair = |low: u32, high: u32| u64::from(low) | u64::from(high) << 32;
    let mut hash = SEED;
    let (fours, rest) = run.as_chunks();
    for &[a, b, c, d] in fours {
        hash = fold(pair(a, b) ^ SECRETS[0] ^ hash, pair(c, d) ^ SECRETS[1]);
    }
    let at = |place: usize| rest.get(place).copied().unwrap_or(0);
    hash = fold(pair(at(0), at(1)) ^ SECRETS[1] ^ hash, pair(at(2), run.len() as u32) ^ SECRETS[0]);
    // Once more, since sketches and fingerprints want bits that are as good as random even where runs are neighbours.
    fold(hash, SECRETS[1])
}

/// Every run of `width_tokens` tokens, in order. A shorter text is one shingle, an empty one none.
pub fn shingles(ids: &[u32], width_tokens: usize) -> impl Iterator<Item = u64> {
    let whole = (!ids.is_empty() && ids.len() < width_tokens).then(|| hash(ids));
    whole.into_iter().chain(ids.windows(width_tokens).map(hash))
}

/// The set of a text's word 5-grams: sorted, each once.
pub fn shingle_set(ids: &[u32]) -> Vec<u64> {
    let mut set: Vec<u64> = shingles(ids, SHINGLE_TOKENS).collect();
    set.sort_unstable();
    set.dedup();
    set
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::hash;

    #[test]
    fn different_runs_have_different_hashes() {
        // Few different words in all orders, as in tables and lists.
        let mut seen = HashMap::new();
        for length in 1..=9u32 {
            for number in 0..4u32.pow(length) {
                let run: Vec<u32> = (0..length).map(|place| number / 4u32.pow(place) % 4).collect();
                if let Some(other) = seen.insert(hash(&run), run.clone()) {
                    panic!("{other:?} and {run:?}");
                }
            }
        }
    }

    #[test]
    fn half_of_a_hash_is_as_good_as_chance() {
        // Passages are picked and found by the lower half. 2^18 runs of neighbouring numbers: 8 collisions by chance.
        for width in [5, 8] {
            let ids: Vec<u32> = (0..(1 << 18) + width as u32).collect();
            for shift in [0, 32] {
                let mut halves: Vec<u32> = ids.windows(width).map(|run| (hash(run) >> shift) as u32).collect();
                let runs = halves.len();
                halves.sort_unstable();
                halves.dedup();
                assert!(runs - halves.len() < 30, "{} of width {width}, shift {shift}", runs - halves.len());
            }
        }
    }
}

/// How many different shingles each text of a corpus has, counted when it is first asked: of most texts it never is, of some
/// several times.
#[derive(Default)]
pub struct ShingleCounts {
    /// One more than the number; 0 where it is not known.
    counts: Vec<AtomicU32>,
}

impl ShingleCounts {
    /// Nothing is known of so many texts yet.
    pub fn of(articles: usize) -> ShingleCounts {
        ShingleCounts { counts: (0..articles).map(|_| AtomicU32::new(0)).collect() }
    }

    /// The number for a text with these tokens, which `count` finds out if it is not known.
    pub fn get(&self, article: ArticleId, count: impl FnOnce() -> usize) -> usize {
        // Whoever comes second may count once more, and finds the same.
        let known = &self.counts[article.index()];
        match known.load(Relaxed) {
            0 => {
                let counted = count();
                known.store(counted as u32 + 1, Relaxed);
                counted
            }
            known => known as usize - 1,
        }
    }
}

/// Counts the different shingles of one text after the other.
#[derive(Default)]
pub struct ShingleCounter {
    slots: Vec<u64>,
}

impl ShingleCounter {
    /// How many different word 5-grams a text has.
    pub fn different(&mut self, ids: &[u32]) -> usize {
        let size = table_size(ids.len());
        self.slots.clear();
        self.slots.resize(size, EMPTY);
        shingles(ids, SHINGLE_TOKENS).filter(|&shingle| insert(&mut self.slots, shingle)).count()
    }
}

/// Marks an empty slot; a shingle with this hash is counted as the next number.
const EMPTY: u64 = 0;

/// The size of a table for the shingles of so many tokens.
pub(crate) fn table_size(tokens: usize) -> usize {
    (tokens * 2).next_power_of_two().max(4)
}

/// Whether the shingle is new to the table, which takes it.
fn insert(slots: &mut [u64], shingle: u64) -> bool {
    let shingle = shingle.max(1);
    let mask = slots.len() - 1;
    let mut at = shingle as usize & mask;
    while slots[at] != EMPTY && slots[at] != shingle {
        at = (at + 1) & mask;
    }
    let new = slots[at] == EMPTY;
    slots[at] = shingle;
    new
}
