//! How much do two texts share as sets of shingles? Exact, on the texts' tokens.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{SHINGLE_TOKENS, hash, shingles, table_size};

/// Shingle counts of a pair: exact, never estimated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overlap {
    /// Different shingles of the first text.
    pub a: usize,
    /// Different shingles of the second.
    pub b: usize,
    /// Shingles of both.
    pub shared: usize,
}

impl Overlap {
    /// The overlap of two sorted sets.
    pub fn of(a: &[u64], b: &[u64]) -> Overlap {
        let (mut i, mut j, mut shared) = (0, 0, 0);
        while i < a.len() && j < b.len() {
            let (x, y) = (a[i], b[j]);
            shared += usize::from(x == y);
            i += usize::from(x <= y);
            j += usize::from(y <= x);
        }
        Overlap { a: a.len(), b: b.len(), shared }
    }

    /// Jaccard similarity, 0 to 1: shared among all. Two empty texts are alike.
    pub fn jaccard(&self) -> f64 {
        let all = self.a + self.b - self.shared;
        if all == 0 { 1.0 } else { self.shared as f64 / all as f64 }
    }

    /// The share of the first text's shingles that the second has.
    pub fn containment_a(&self) -> f64 {
        if self.a == 0 { 1.0 } else { self.shared as f64 / self.a as f64 }
    }

    /// The share of the second text's shingles that the first has.
    pub fn containment_b(&self) -> f64 {
        if self.b == 0 { 1.0 } else { self.shared as f64 / self.b as f64 }
    }
}

/// The shingles of one text, to be compared with many: a hash table, so that the other texts need not be sorted.
///
/// Where two texts go on alike, the next shingle is the next one of both: only where that ends is one looked up.
pub struct ShingleTable<'a> {
    ids: Cow<'a, [u32]>,
    slots: Vec<Slot>,
    /// A bit for each shingle, by its hash: of those that the text lacks nearly all are told from it, and a processor foresees
    /// that, which it does not of the slots.
    filter: Vec<u64>,
    /// The slot of each shingle, by the place where it begins.
    slot_at: Vec<u32>,
    len: usize,
    comparison: u32,
}

/// One of the text's shingles.
#[derive(Clone, Copy)]
struct Slot {
    shingle: u64,
    /// Where it begins last; [`NOWHERE`] in an empty slot.
    place: u32,
    /// In which comparison it was met last, from 1.
    met: u32,
}

/// No text goes on from here.
const NOWHERE: u32 = u32::MAX - SHINGLE_TOKENS as u32;

/// Bits of the filter for each slot.
const FILTER_BITS: usize = 8;

/// The run of the shingle at a place; all of a text that is shorter.
fn run(ids: &[u32], place: usize) -> &[u32] {
    &ids[place..ids.len().min(place + SHINGLE_TOKENS)]
}

impl<'a> ShingleTable<'a> {
    /// The shingles of a text's tokens.
    pub fn of(ids: Cow<'a, [u32]>) -> ShingleTable<'a> {
        let slots = vec![Slot { shingle: 0, place: NOWHERE, met: 0 }; table_size(ids.len())];
        let filter = vec![0; (slots.len() * FILTER_BITS).div_ceil(64)];
        let slot_at = Vec::with_capacity(ids.len());
        let mut table = ShingleTable { ids, slots, filter, slot_at, len: 0, comparison: 0 };
        for (place, shingle) in (0..).zip(shingles(&table.ids, SHINGLE_TOKENS)) {
            let at = table.slot(shingle);
            table.len += usize::from(table.slots[at].place == NOWHERE);
            table.slots[at] = Slot { shingle, place, met: 0 };
            let (word, bit) = table.filter_bit(shingle);
            table.filter[word] |= bit;
            table.slot_at.push(at as u32);
        }
        table
    }

    /// How many different shingles the text has.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The overlap with another text's tokens, of whose shingles so many are different.
    pub fn overlap(&mut self, other: &[u32], different: usize) -> Overlap {
        Overlap { a: self.len, b: different, shared: self.shared(other, 0).unwrap_or(0) }
    }

    /// The Jaccard similarity with another text's tokens if it is at least `threshold`; `different` says how many of its
    /// shingles are different.
    ///
    /// Most texts that meet in a bucket are not alike, and that shows after a part of them.
    pub fn jaccard_from(&mut self, threshold: f64, other: &[u32], different: impl FnOnce() -> usize) -> Option<f64> {
        // What both have is at least that share of what either has, and so of what this text has. The product may be a
        // rounding too large.
        let shared = self.shared(other, (threshold * self.len as f64 - 1e-6).ceil() as usize)?;
        let jaccard = Overlap { a: self.len, b: different(), shared }.jaccard();
        (jaccard >= threshold).then_some(jaccard)
    }

    /// How many shingles another text shares, unless it is certain that it is fewer than `least`.
    fn shared(&mut self, other: &[u32], least: usize) -> Option<usize> {
        self.comparison += 1;
        let grams = if other.is_empty() { 0 } else { (other.len() + 1).saturating_sub(SHINGLE_TOKENS).max(1) };
        let mut missing = (grams + 1).checked_sub(least).filter(|&missing| missing > 0)?;
        let mut shared = 0;
        // Where the next shingle begins in this text if both go on alike.
        let mut next = NOWHERE as usize;
        for place in 0..grams {
            let goes_on =
                self.ids.get(next + SHINGLE_TOKENS - 1).is_some_and(|&id| id == other[place + SHINGLE_TOKENS - 1]);
            let own = if goes_on { Some(next) } else { self.find(run(other, place)) };
            next = own.map_or(NOWHERE as usize, |own| own + 1);
            let is_new = own.is_some_and(|own| {
                let slot = &mut self.slots[self.slot_at[own] as usize];
                std::mem::replace(&mut slot.met, self.comparison) != self.comparison
            });
            if is_new {
                shared += 1;
            } else {
                missing -= 1;
                if missing == 0 {
                    return None;
                }
            }
        }
        (shared >= least).then_some(shared)
    }

    /// Where the text has a run's shingle, if it does.
    fn find(&self, run: &[u32]) -> Option<usize> {
        let shingle = hash(run);
        let (word, bit) = self.filter_bit(shingle);
        if self.filter[word] & bit == 0 {
            return None;
        }
        Some(self.slots[self.slot(shingle)].place).filter(|&place| place != NOWHERE).map(|place| place as usize)
    }

    /// The place of a shingle's bit: by the upper half of its hash, of which slots know the lower.
    fn filter_bit(&self, shingle: u64) -> (usize, u64) {
        let bit = (shingle >> 32) as usize & (self.slots.len() * FILTER_BITS - 1);
        (bit / 64, 1 << (bit % 64))
    }

    /// The slot that holds `shingle`, or the empty one where it belongs.
    fn slot(&self, shingle: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = shingle as usize & mask;
        while self.slots[at].place != NOWHERE && self.slots[at].shingle != shingle {
            at = (at + 1) & mask;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    proptest::proptest! {
        #[test]
        fn the_table_counts_what_sorted_sets_do(
            a in proptest::collection::vec(0u32..4, 0..60),
            b in proptest::collection::vec(0u32..4, 0..60),
        ) {
            let twin = Overlap::of(&crate::shingle::shingle_set(&a), &crate::shingle::shingle_set(&b));
            let mut table = ShingleTable::of(a.as_slice().into());
            proptest::prop_assert_eq!(table.overlap(&b, twin.b), twin);
            for threshold in [0.05, 0.3, 0.5, 0.8, 1.0, twin.jaccard()] {
                let jaccard = Some(twin.jaccard()).filter(|&jaccard| jaccard >= threshold);
                proptest::prop_assert_eq!(table.jaccard_from(threshold, &b, || twin.b), jaccard);
            }
        }

        #[test]
        fn merging_counts_what_sets_count(
            a in proptest::collection::btree_set(0u64..50, 0..40),
            b in proptest::collection::btree_set(0u64..50, 0..40),
        ) {
            let list = |set: &BTreeSet<u64>| set.iter().copied().collect::<Vec<_>>();
            let overlap = Overlap::of(&list(&a), &list(&b));
            proptest::prop_assert_eq!(overlap.shared, a.intersection(&b).count());
            let mirrored = Overlap::of(&list(&b), &list(&a));
            proptest::prop_assert_eq!(overlap.jaccard(), mirrored.jaccard());
            proptest::prop_assert_eq!(overlap.containment_a(), mirrored.containment_b());
        }
    }
}
