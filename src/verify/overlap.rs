//! How much do two texts share as sets of shingles? Exact, on the texts' tokens.

/// Shingle counts of a pair: exact, never estimated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    proptest::proptest! {
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
