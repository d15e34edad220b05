//! Sorting in memory, by bytes instead of comparisons.
//!
//! American flag sort (McIlroy, Bostic, McIlroy 1993): items are exchanged into 256 piles by the first byte in which any two
//! of them differ, then every pile likewise, and small piles are sorted by comparison. In place, on all threads.

use rayon::prelude::*;

/// Piles of so many items are sorted by comparison: below that, counting costs more than it saves.
const SMALL: usize = 384;

/// Items whose order begins with that of a number.
pub trait Prefixed: Copy + Ord + Send {
    /// Of two items the lesser one has no greater prefix.
    fn prefix(&self) -> u64;
}

impl Prefixed for u64 {
    fn prefix(&self) -> u64 {
        *self
    }
}

impl<const N: usize> Prefixed for [u32; N] {
    fn prefix(&self) -> u64 {
        let at = |place: usize| u64::from(self.get(place).copied().unwrap_or(0));
        at(0) << 32 | at(1)
    }
}

/// Sorts the items in ascending order. Items that compare equal must not be told apart by anyone.
pub(crate) fn sort<T: Prefixed>(items: &mut [T]) {
    let Some(piles) = exchanged(items) else { return items.sort_unstable() };
    let mut rest = items;
    let mut slices = Vec::with_capacity(piles.len());
    for pile in piles.iter().filter(|&&pile| pile > 0) {
        let (slice, others) = rest.split_at_mut(*pile);
        slices.push(slice);
        rest = others;
    }
    slices.into_par_iter().for_each(sort);
}

/// Exchanges items into piles, of which the sizes are given; none if comparing is faster, or prefixes do not tell them apart.
fn exchanged<T: Prefixed>(items: &mut [T]) -> Option<[usize; 256]> {
    if items.len() <= SMALL {
        return None;
    }
    let first = items[0].prefix();
    let differing = items.iter().fold(0, |bits, item| bits | (item.prefix() ^ first));
    let shift = (u64::BITS - differing.leading_zeros()).checked_sub(1)?.saturating_sub(7);
    let pile = |item: &T| (item.prefix() >> shift) as usize & 0xFF;
    let mut sizes = [0; 256];
    items.iter().for_each(|item| sizes[pile(item)] += 1);
    let (mut next, mut ends) = ([0; 256], [0; 256]);
    let mut sum = 0;
    for place in 0..256 {
        next[place] = sum;
        sum += sizes[place];
        ends[place] = sum;
    }
    for place in 0..256 {
        while next[place] < ends[place] {
            let mut item = items[next[place]];
            loop {
                let to = pile(&item);
                if to == place {
                    break;
                }
                std::mem::swap(&mut item, &mut items[next[to]]);
                next[to] += 1;
            }
            items[next[place]] = item;
            next[place] += 1;
        }
    }
    Some(sizes)
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Prefixed for u128 {
        fn prefix(&self) -> u64 {
            (self >> 64) as u64
        }
    }

    /// Numbers that agree in some bits, and repeat.
    fn numbers() -> impl proptest::strategy::Strategy<Value = Vec<u128>> {
        use proptest::prelude::*;
        let masks = vec![0, 0xFF, 0xFF << 60, 0x3FF << 90, 0xF << 124, u128::MAX];
        (proptest::collection::vec(any::<u128>(), 0..3000), proptest::sample::select(masks), any::<u128>())
            .prop_map(|(list, mask, same)| list.into_iter().map(|number| number & mask | same & !mask).collect())
    }

    proptest::proptest! {
        #[test]
        fn sorts_as_comparing_does(mut list in numbers()) {
            let mut twin = list.clone();
            twin.sort_unstable();
            sort(&mut list);
            proptest::prop_assert_eq!(list, twin);
        }
    }
}
