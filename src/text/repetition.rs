//! What has the text said before?
//!
//! A gallery repeats its captions, a page repeats a teaser above the article it is cut from. What the body of a text has said
//! before is furniture the second time. What a caption said before is not: captions repeat the article.

use super::{Marks, Tokens};

/// Runs this long that a text repeats are furniture the second time.
const REPEATED_TOKENS: usize = 10;

/// Slots for each run: with so many, most runs are looked up without a collision.
const SLOTS_A_RUN: usize = 4;

/// Where in a text its runs were first seen: open addressing. What is below the present text's first number is of a text
/// before, so that nothing is emptied between texts.
#[derive(Default)]
pub(super) struct Seen {
    slots: Vec<u32>,
    /// The number of the first run of the present text.
    first: u32,
    /// The number of the first run of the next one.
    next: u32,
}

impl Seen {
    fn clear(&mut self, runs: usize) {
        let size = (runs * SLOTS_A_RUN).next_power_of_two();
        let numbered = u32::try_from(runs).ok().and_then(|runs| self.next.checked_add(runs));
        if let Some(next) = numbered.filter(|_| self.slots.len() >= size) {
            (self.first, self.next) = (self.next, next);
        } else {
            // Number 0 is no run's.
            self.slots.clear();
            self.slots.resize(size.max(self.slots.capacity()).next_power_of_two(), 0);
            (self.first, self.next) = (1, 1 + runs as u32);
        }
    }

    /// Whether the run at `start`, whose hash is `key`, is the first of its kind.
    fn insert(&mut self, ids: &[u32], start: usize, key: u64) -> bool {
        let mask = self.slots.len() - 1;
        let mut at = (key >> 32) as usize & mask;
        while let Some(earlier) = self.slots[at].checked_sub(self.first) {
            let earlier = earlier as usize;
            if ids[earlier..earlier + REPEATED_TOKENS] == ids[start..start + REPEATED_TOKENS] {
                return false;
            }
            at = (at + 1) & mask;
        }
        self.slots[at] = self.first + start as u32;
        true
    }
}

/// Marks repetitions as furniture. A rolling polynomial hash, and one look into a table: 3 ns a token.
pub(super) fn mark(tokens: &mut Tokens, seen: &mut Seen) {
    const BASE: u64 = 0x9E37_79B9_7F4A_7C15;
    const OLDEST: u64 = BASE.wrapping_pow(REPEATED_TOKENS as u32);
    let Tokens { ids, marks, .. } = tokens;
    if ids.len() <= REPEATED_TOKENS {
        return;
    }
    seen.clear(ids.len());
    let add = |hash: u64, id: u32| hash.wrapping_mul(BASE).wrapping_add(u64::from(id));
    let mut hash = ids[..REPEATED_TOKENS - 1].iter().fold(0, |hash, &id| add(hash, id));
    let mut repeated_to = 0;
    let mut gone = 0;
    for (start, run) in ids.windows(REPEATED_TOKENS).enumerate() {
        hash = add(hash, run[REPEATED_TOKENS - 1]).wrapping_sub(gone);
        gone = u64::from(run[0]).wrapping_mul(OLDEST);
        let furniture = marks[start].has(Marks::FURNITURE) && start >= repeated_to;
        // Mixed, since runs that differ in their last word alone have equal upper halves.
        if !furniture && !seen.insert(ids, start, (hash ^ hash >> 32).wrapping_mul(BASE)) {
            let end = start + REPEATED_TOKENS;
            for marks in &mut marks[start.max(repeated_to)..end] {
                marks.set(Marks::FURNITURE);
            }
            repeated_to = end;
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
        fn repetitions_are_found_in_one_text_after_another(
            texts in proptest::collection::vec(proptest::collection::vec(0u32..3, 0..80), 1..5)
        ) {
            let mut seen = Seen::default();
            for ids in texts {
                let mut tokens = Tokens { marks: vec![Marks::default(); ids.len()], ids, spans: Vec::new() };
                mark(&mut tokens, &mut seen);
                let marked: Vec<bool> = tokens.marks.iter().map(|marks| marks.has(Marks::FURNITURE)).collect();
                proptest::prop_assert_eq!(marked, repeated(&tokens.ids));
            }
        }
    }
}
