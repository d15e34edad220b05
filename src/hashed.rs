//! Sets whose keys are hashes already: what the standard library's hasher guards against, keys chosen by an
//! adversary, is not met by hashing a seeded hash once more, and costs more than the lookup.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

/// A set of keys that are hashes.
pub type HashedSet<K> = HashSet<K, BuildHasherDefault<Ready>>;

/// Takes whole numbers as they are, but for one multiplication that brings their bits to the top, where tables look.
#[derive(Default)]
pub struct Ready(u64);

impl Hasher for Ready {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, _: &[u8]) {
        unreachable!("keys are whole numbers");
    }
    fn write_u32(&mut self, key: u32) {
        self.write_u64(u64::from(key));
    }
    fn write_u64(&mut self, key: u64) {
        self.0 = (self.0.rotate_left(5) ^ key).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}
