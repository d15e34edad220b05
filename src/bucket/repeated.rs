//! Which hashes occur more than once? Known before any of them is kept: nine of ten fingerprints of a corpus occur once, and
//! what is not kept need not be sorted.
//!
//! Two bits a slot, as a counting filter has them (Fan, Cao, Almeida, Broder 2000) with one hash function: a hash that occurs
//! twice is always found, one that shares its slot with another is found, too, and left out by who sorts them.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Slots for each hash that is expected: with 8, one of nine that occur once is taken for more.
const SLOTS_A_HASH: usize = 8;
/// Slots in a word of memory.
const SLOTS_A_WORD: u64 = 32;

/// Notes hashes, on any number of threads.
pub struct Repeated {
    words: Vec<AtomicU64>,
}

impl Repeated {
    /// For about so many hashes, with at most so much memory.
    pub fn with_room(hashes: usize, memory_bytes: usize) -> Repeated {
        let wanted = hashes.saturating_mul(SLOTS_A_HASH) / SLOTS_A_WORD as usize + 1;
        // Thirty-two bits of a hash name its slot.
        let most = (memory_bytes / size_of::<AtomicU64>()).clamp(1, 1 << 27);
        Repeated { words: (0..wanted.min(most)).map(|_| AtomicU64::new(0)).collect() }
    }

    /// Takes a hash of which the lower 32 bits are as good as random.
    pub fn note(&self, hash: u64) {
        let (word, once) = self.slot(hash);
        // Who comes second sets the other bit, whichever of the two that is.
        if word.fetch_or(once, Relaxed) & once != 0 {
            word.fetch_or(once << 1, Relaxed);
        }
    }

    /// Whether a hash may have been noted more than once.
    pub fn may_be(&self, hash: u64) -> bool {
        let (word, once) = self.slot(hash);
        word.load(Relaxed) & once << 1 != 0
    }

    /// Where a hash is noted, and the bit that says that it was.
    fn slot(&self, hash: u64) -> (&AtomicU64, u64) {
        let slot = u64::from(hash as u32) * (self.words.len() as u64 * SLOTS_A_WORD) >> 32;
        (&self.words[(slot / SLOTS_A_WORD) as usize], 1 << (slot % SLOTS_A_WORD * 2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn whatever_is_noted_twice_is_found(
            hashes in proptest::collection::vec(proptest::num::u64::ANY, 1..200),
            memory_bytes in 0..1000usize,
        ) {
            let repeated = Repeated::with_room(hashes.len(), memory_bytes);
            for (place, &hash) in hashes.iter().enumerate() {
                repeated.note(hash);
                if place % 3 == 0 {
                    repeated.note(hash);
                }
            }
            for &hash in hashes.iter().step_by(3) {
                proptest::prop_assert!(repeated.may_be(hash));
            }
        }
    }

    #[test]
    fn few_others_are_found() {
        let hash = |number: u32| crate::shingle::hash(&[number]);
        let repeated = Repeated::with_room(100_000, usize::MAX);
        (0..100_000).for_each(|number| repeated.note(hash(number)));
        assert!((0..100_000).filter(|&number| repeated.may_be(hash(number))).count() < 13_000);
    }
}
