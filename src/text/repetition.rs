//! What has the text said before?
//!
//! A gallery repeats its captions, a page repeats a teaser above the article it is cut from. What the body of a text has said
//! before is furniture the second time. What a caption said before is not: captions repeat the article.

use super::{Marks, Tokens};

/// Runs this long that a text repeats are furniture the second time.
const REPEATED_TOKENS: usize = 10;

/// The runs of a text seen so far: open addressing, emptied by counting up a generation.
#[derive(Default)]
pub(super) struct Seen {
    slots: Vec<(u32, u32)>,
    generation: u32,
}

impl Seen {
    fn clear(&mut self, entries: usize) {
        let size = (entries * 2).next_power_of_two();
        if self.slots.len() < size || self.generation == u32::MAX {
            self.slots = vec![(0, 0); size];
            self.generation = 0;
        }
        self.generation += 1;
    }

    /// Whether `key` was new.
    fn insert(&mut self, key: u64) -> bool {
        let mask = self.slots.len() - 1;
        let (mut at, check) = (key as usize & mask, (key >> 32) as u32);
        while self.slots[at].0 == self.generation {
            if self.slots[at].1 == check {
                return false;
            }
            at = (at + 1) & mask;
        }
        self.slots[at] = (self.generation, check);
        true
    }
}

/// Marks repetitions as furniture. A rolling polynomial hash, 3 ns a token; two different runs of one text are taken for
/// equal with probability 2^-32.
pub(super) fn mark(tokens: &mut Tokens, seen: &mut Seen) {
    const BASE: u64 = 0x9E37_79B9_7F4A_7C15;
    if tokens.len() <= REPEATED_TOKENS {
        return;
    }
    let oldest = (1..REPEATED_TOKENS).fold(1u64, |power, _| power.wrapping_mul(BASE));
    seen.clear(tokens.len());
    let mut hash = 0u64;
    let mut repeated_to = 0;
    for end in 0..tokens.len() {
        if let Some(gone) = end.checked_sub(REPEATED_TOKENS) {
            hash = hash.wrapping_sub(u64::from(tokens.ids[gone]).wrapping_mul(oldest));
        }
        hash = hash.wrapping_mul(BASE).wrapping_add(u64::from(tokens.ids[end]));
        let Some(start) = (end + 1).checked_sub(REPEATED_TOKENS) else { continue };
        let furniture = tokens.marks[start].has(Marks::FURNITURE) && start >= repeated_to;
        // Mixed, since runs that differ in their last word alone have equal upper halves.
        if !furniture && !seen.insert((hash ^ hash >> 32).wrapping_mul(BASE)) {
            for marks in &mut tokens.marks[start.max(repeated_to)..=end] {
                marks.set(Marks::FURNITURE);
            }
            repeated_to = end + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The slow obvious twin: every run against every earlier one of the body.
    fn repeated(ids: &[u32]) -> Vec<bool> {
        let mut marked = vec![false; ids.len()];
        for start in 0..(ids.len() + 1).saturating_sub(REPEATED_TOKENS) {
            let run = &ids[start..start + REPEATED_TOKENS];
            if (0..start).any(|earlier| &ids[earlier..earlier + REPEATED_TOKENS] == run) {
                marked[start..start + REPEATED_TOKENS].fill(true);
            }
        }
        marked
    }

    #[test]
    fn runs_that_differ_in_their_last_word_are_no_repetition() {
        let mut tokens =
            Tokens { ids: vec![2, 0, 0, 2, 1, 1, 2, 1, 0, 2, 2, 0, 0, 2, 1, 1, 2, 1, 0, 1], ..Tokens::default() };
        tokens.marks = vec![Marks::default(); tokens.ids.len()];
        mark(&mut tokens, &mut Seen::default());
        assert!(tokens.marks.iter().all(|marks| !marks.has(Marks::FURNITURE)));
    }

    proptest::proptest! {
        #[test]
        fn repetitions_are_found(words in proptest::collection::vec(0u32..3, 0..80)) {
            let mut tokens = Tokens { marks: vec![Marks::default(); words.len()], ids: words, spans: Vec::new() };
            mark(&mut tokens, &mut Seen::default());
            let marked: Vec<bool> = tokens.marks.iter().map(|marks| marks.has(Marks::FURNITURE)).collect();
            proptest::prop_assert_eq!(marked, repeated(&tokens.ids));
        }
    }
}
