//! Which stretches of words do two texts share, and in which place of each?
//!
//! Greedy string tiling (Wise 1993): of all maximal common runs of at least `least` tokens the longest is taken first, and
//! no token is used twice. The index of one text's 4-grams is built once and serves every text compared with it. About
//! 3 µs for the index and 4 µs a comparison at 400 words; repeated text costs at most [`PLACES`] places a gram.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use serde::{Deserialize, Serialize};

/// Shortest run that is looked at. Runs of three words ("in the city") are shared by any two texts of a language.
pub const RUN_TOKENS: usize = 4;
/// How many places of one gram are followed. A text that says one thing more often than this is a table or a list.
const PLACES: usize = 24;

/// Tokens that may be followed, a token of both texts: real articles need one or two. A text of one word repeated would
/// take a time quadratic in its length. What was found by then is the answer; nothing is looked for behind that place.
const STEPS: usize = 64;

/// A run of equal tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Run {
    /// Its first token in the first text.
    pub a: usize,
    /// Its first token in the second text.
    pub b: usize,
    /// How many tokens.
    pub tokens: usize,
}

/// The 4-grams of one text, and room for comparisons.
#[derive(Default)]
pub struct Aligner {
    heads: Vec<u32>,
    next: Vec<u32>,
    /// Whether no other place of the first text has this one's gram, or one in the same slot.
    alone: Vec<bool>,
    mask: usize,
    used_a: Vec<bool>,
    used_b: Vec<bool>,
}

const NONE: u32 = u32::MAX;

/// Slots of the index for each token: so many that the grams of an unlike text nearly all fall on empty ones, which a
/// processor foresees.
const SLOTS_A_TOKEN: usize = 8;

fn gram(ids: &[u32]) -> usize {
    let (x, y) = (u64::from(ids[0]) << 32 | u64::from(ids[1]), u64::from(ids[2]) << 32 | u64::from(ids[3]));
    ((x.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ y).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 32) as usize
}

impl Aligner {
    /// An aligner without a text.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes `a` as the first text of the comparisons to come.
    pub fn index(&mut self, a: &[u32]) {
        let size = (a.len() * SLOTS_A_TOKEN).next_power_of_two().max(16);
        self.mask = size - 1;
        self.heads.clear();
        self.heads.resize(size, NONE);
        self.next.clear();
        self.next.resize(a.len(), NONE);
        self.alone.clear();
        self.alone.resize(a.len(), false);
        // Backwards, so that a chain lists places from the front.
        for place in (0..(a.len() + 1).saturating_sub(RUN_TOKENS)).rev() {
            let slot = gram(&a[place..]) & self.mask;
            let behind = self.heads[slot];
            self.next[place] = behind;
            self.heads[slot] = place as u32;
            self.alone[place] = behind == NONE;
            if behind != NONE {
                self.alone[behind as usize] = false;
            }
        }
    }

    /// The tiling of the indexed text `a` and `b`, by place in `a`.
    pub fn runs(&mut self, a: &[u32], b: &[u32]) -> Vec<Run> {
        let mut heap: BinaryHeap<(usize, Reverse<usize>, Reverse<usize>)> = BinaryHeap::new();
        let mut steps = STEPS * (a.len() + b.len());
        // The run that goes on farthest: where it is in `a` and in `b`, and where its last gram is in `b`.
        let (mut run_a, mut run_b, mut last_gram) = (0, 0, 0);
        'places: for place in 0..(b.len() + 1).saturating_sub(RUN_TOKENS) {
            // Nothing else begins where its gram is the only one of its kind.
            if place <= last_gram && place > run_b && self.alone[run_a + (place - run_b)] {
                continue;
            }
            let mut at = self.heads[gram(&b[place..]) & self.mask];
            let mut followed = 0;
            while at != NONE && followed < PLACES {
                let start = at as usize;
                at = self.next[start];
                if a[start..start + RUN_TOKENS] != b[place..place + RUN_TOKENS] {
                    continue;
                }
                followed += 1;
                if start > 0 && place > 0 && a[start - 1] == b[place - 1] {
                    continue; // Part of a run that began earlier.
                }
                let tokens = a[start..].iter().zip(&b[place..]).take_while(|(x, y)| x == y).count();
                heap.push((tokens, Reverse(start), Reverse(place)));
                steps = steps.saturating_sub(tokens);
                if steps == 0 {
                    break 'places;
                }
                if place + tokens - RUN_TOKENS > last_gram {
                    (run_a, run_b, last_gram) = (start, place, place + tokens - RUN_TOKENS);
                }
            }
        }
        self.tile(heap, a.len(), b.len())
    }

    fn tile(
        &mut self,
        mut heap: BinaryHeap<(usize, Reverse<usize>, Reverse<usize>)>,
        length_a: usize,
        length_b: usize,
    ) -> Vec<Run> {
        self.used_a.clear();
        self.used_a.resize(length_a, false);
        self.used_b.clear();
        self.used_b.resize(length_b, false);
        let mut runs = Vec::new();
        while let Some((tokens, Reverse(a), Reverse(b))) = heap.pop() {
            let (range_a, range_b) = (a..a + tokens, b..b + tokens);
            if !self.used_a[range_a.clone()].contains(&true) && !self.used_b[range_b.clone()].contains(&true) {
                self.used_a[range_a].fill(true);
                self.used_b[range_b].fill(true);
                runs.push(Run { a, b, tokens });
                continue;
            }
            // The stretches of the run that no longer one has taken.
            let free = |k: usize| !self.used_a[a + k] && !self.used_b[b + k];
            let mut from = 0;
            while let Some(begin) = (from..tokens).find(|&k| free(k)) {
                let end = (begin..tokens).find(|&k| !free(k)).unwrap_or(tokens);
                if end - begin >= RUN_TOKENS {
                    heap.push((end - begin, Reverse(a + begin), Reverse(b + begin)));
                }
                from = end;
            }
        }
        runs.sort_unstable();
        runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The slow obvious twin: again and again, the longest common run of unused tokens.
    fn tiled_naively(a: &[u32], b: &[u32]) -> Vec<Run> {
        let (mut used_a, mut used_b) = (vec![false; a.len()], vec![false; b.len()]);
        let mut runs = Vec::new();
        loop {
            let mut best: Option<Run> = None;
            for i in 0..a.len() {
                for j in 0..b.len() {
                    let tokens = (0..(a.len() - i).min(b.len() - j))
                        .take_while(|&k| a[i + k] == b[j + k] && !used_a[i + k] && !used_b[j + k])
                        .count();
                    if tokens >= RUN_TOKENS && best.is_none_or(|run| tokens > run.tokens) {
                        best = Some(Run { a: i, b: j, tokens });
                    }
                }
            }
            let Some(run) = best else { break };
            used_a[run.a..run.a + run.tokens].fill(true);
            used_b[run.b..run.b + run.tokens].fill(true);
            runs.push(run);
        }
        runs.sort_unstable();
        runs
    }

    proptest::proptest! {
        #[test]
        fn the_tiling_is_the_naive_one(
            a in proptest::collection::vec(0u32..6, 0..40),
            b in proptest::collection::vec(0u32..6, 0..40),
        ) {
            let mut aligner = Aligner::new();
            aligner.index(&a);
            proptest::prop_assert_eq!(aligner.runs(&a, &b), tiled_naively(&a, &b));
        }
    }

    #[test]
    fn a_text_that_repeats_itself_costs_little() {
        // A minute and more where each place is followed to the end.
        for period in [1, 3, 1000] {
            let text: Vec<u32> = (0..period).cycle().take(400_000).collect();
            let mut aligner = Aligner::new();
            aligner.index(&text);
            assert_eq!(aligner.runs(&text, &text), [Run { a: 0, b: 0, tokens: text.len() }], "{period}");
            let later = aligner.runs(&text, &text[100_001..]);
            assert!(later.iter().map(|run| run.tokens).sum::<usize>() > 250_000, "{period}: {later:?}");
        }
    }
}
