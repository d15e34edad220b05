//! How much do two texts share as sets of shingles? Exact, on the texts' tokens.

use serde::{Deserialize, Serialize};

use crate::shingle::{SHINGLE_TOKENS, shingles};

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
pub struct ShingleTable {
    slots: Vec<u64>,
    len: usize,
    /// Shingles of the other text that were counted, by slot and beyond.
    seen: Vec<u64>,
}

impl ShingleTable {
    /// The shingles of a text's tokens.
    pub fn of(ids: &[u32]) -> ShingleTable {
        let mut table = ShingleTable { slots: vec![EMPTY; slots(ids.len())], len: 0, seen: Vec::new() };
        for shingle in shingles(ids, SHINGLE_TOKENS) {
            table.len += usize::from(insert(&mut table.slots, shingle));
        }
        table
    }

    /// The overlap with another text's tokens.
    pub fn overlap(&mut self, other: &[u32]) -> Overlap {
        self.seen.clear();
        self.seen.resize(slots(other.len()), EMPTY);
        let mut overlap = Overlap { a: self.len, b: 0, shared: 0 };
        for shingle in shingles(other, SHINGLE_TOKENS) {
            if insert(&mut self.seen, shingle) {
                overlap.b += 1;
                overlap.shared += usize::from(contains(&self.slots, shingle));
            }
        }
        overlap
    }
}

/// Marks an empty slot; a shingle with this hash is counted as the next number.
const EMPTY: u64 = 0;

/// The size of a table for so many entries.
fn slots(entries: usize) -> usize {
    (entries * 2).next_power_of_two().max(4)
}

/// The slot that holds `shingle`, or the empty one where it belongs.
fn slot(slots: &[u64], shingle: u64) -> usize {
    let mask = slots.len() - 1;
    let mut at = shingle as usize & mask;
    while slots[at] != EMPTY && slots[at] != shingle {
        at = (at + 1) & mask;
    }
    at
}

fn contains(slots: &[u64], shingle: u64) -> bool {
    slots[slot(slots, shingle.max(1))] != EMPTY
}

/// Whether the shingle was new.
fn insert(slots: &mut [u64], shingle: u64) -> bool {
    let at = slot(slots, shingle.max(1));
    let new = slots[at] == EMPTY;
    slots[at] = shingle.max(1);
    new
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
            proptest::prop_assert_eq!(ShingleTable::of(&a).overlap(&b), twin);
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
