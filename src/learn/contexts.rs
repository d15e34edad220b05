//! In how many contexts phrases occur: a table made once and asked millions of times.
//!
//! Open addressing with linear probing, at most half full, key and value side by side: a lookup waits for memory once, where
//! the standard library's table waits twice. The phrases of a corpus do not fit into a processor's caches.

use rayon::prelude::*;

/// One phrase.
#[derive(Clone, Copy, Default)]
struct Slot {
    /// What stands for it.
    key: u64,
    /// A phrase occurs in one context at least: none where there is no phrase.
    contexts: (u32, u32),
}

/// Pairs of numbers by what stands for a phrase.
#[derive(Default)]
pub(super) struct Contexts {
    slots: Vec<Slot>,
    /// How far the upper bits of a key, mixed, are shifted down to give its slot.
    shift: u32,
}

/// What is looked up where nothing is.
const NOTHING: Slot = Slot { key: 0, contexts: (0, 0) };

impl Contexts {
    /// The table of these phrases.
    pub(super) fn of(phrases: &[(u64, (u32, u32))]) -> Contexts {
        let size = (phrases.len() * 2).next_power_of_two().max(2);
        let mut table = Contexts { slots: vec![NOTHING; size], shift: 64 - size.trailing_zeros() };
        for &(key, contexts) in phrases {
            let at = table.slot(key);
            table.slots[at] = Slot { key, contexts };
        }
        table
    }

    /// The numbers of a phrase; zeros for one that is not there.
    #[inline]
    pub(super) fn get(&self, key: u64) -> (u32, u32) {
        if self.slots.is_empty() { (0, 0) } else { self.slots[self.slot(key)].contexts }
    }

    /// Every phrase with its numbers, in the order of what stands for them.
    pub(super) fn sorted(&self) -> Vec<(u64, (u32, u32))> {
        let mut phrases: Vec<(u64, (u32, u32))> = self.iter().collect();
        phrases.par_sort_unstable();
        phrases
    }

    /// Every phrase with its numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, (u32, u32))> + '_ {
        self.slots.iter().filter(|slot| slot.contexts.0 != 0).map(|slot| (slot.key, slot.contexts))
    }

    /// Reads the slot where the search for a key begins, so that a processor has it when it is asked for; what comes back is of
    /// no meaning.
    #[inline]
    pub fn touch(&self, key: u64) -> u64 {
        self.slots.get(self.first(key)).map_or(0, |slot| slot.key)
    }

    #[inline]
    fn first(&self, key: u64) -> usize {
        (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift) as usize
    }

    /// The slot of a key, or the empty one where it belongs.
    #[inline]
    fn slot(&self, key: u64) -> usize {
        let mut at = self.first(key);
        while self.slots[at].key != key && self.slots[at].contexts.0 != 0 {
            at = (at + 1) & (self.slots.len() - 1);
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    proptest::proptest! {
        #[test]
        fn holds_what_a_map_holds(keys in proptest::collection::vec(0u64..40, 0..40), shift in 0u32..60) {
            let map: BTreeMap<u64, (u32, u32)> = keys.iter().map(|&key| (key << shift, (key as u32 + 1, 7))).collect();
            let list: Vec<(u64, (u32, u32))> = map.iter().map(|(&key, &value)| (key, value)).collect();
            let table = Contexts::of(&list);
            for key in (0..40).map(|key| key << shift) {
                proptest::prop_assert_eq!(table.get(key), map.get(&key).copied().unwrap_or_default());
            }
        }
    }
}
