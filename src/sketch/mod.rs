//! What does it look like, small? MinHash signatures by Fast Similarity Sketching, and the bands they are cut into.
//!
//! In: the shingles of a text. Out: [`SIGNATURE`] values, of which the expected share that two texts agree on is their
//! Jaccard similarity, and from those one 32-bit key a band. Dahlgaard, Knudsen, Thorup 2017 (arXiv 1704.04370), figure 1:
//! instead of hashing every shingle k times, round i throws every shingle into one bin, and rounds stop once every bin is
//! full; from round k on, round k + i fills bin i for certain. O(n + k log k), and the estimate's variance is below that of
//! k-permutation MinHash because bins are filled without replacement.

pub mod bands;

use crate::shingle;
use crate::text::{SECRETS, fold};

/// Values in a signature. 126 divides into bands of 1, 2, 3, 6, 7, 9, 14, 18 or 21 rows; peers use 112 to 260.
pub const SIGNATURE: usize = 126;

/// A MinHash signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch {
    values: [u64; SIGNATURE],
}

impl Sketch {
    /// The signature of a text's tokens; order and repetition of its shingles do not matter.
    ///
    /// The signature of an empty text agrees with that of other empty texts only.
    pub fn of(ids: &[u32], scratch: &mut Vec<u64>) -> Sketch {
        scratch.clear();
        scratch.extend(shingle::shingles(ids, shingle::SHINGLE_TOKENS));
        Sketch::of_shingles(scratch)
    }

    /// The signature of a set of shingles, which are hashes: bits are taken as they come.
    pub fn of_shingles(shingles: &[u64]) -> Sketch {
        let mut values = [EMPTY; SIGNATURE];
        if shingles.is_empty() {
            return Sketch { values };
        }
        // A shingle is a hash already: the first round needs no other.
        for &shingle in shingles {
            let least = &mut values[bin(shingle)];
            *least = (*least).min(shingle & LOW);
        }
        for round in 1..2 * SIGNATURE {
            if !values.contains(&EMPTY) {
                break;
            }
            let earliest = (round as u64) << 32;
            let seed = SECRETS[0] ^ (round as u64).wrapping_mul(SECRETS[1]);
            for shingle in shingles {
                let h = fold(shingle ^ seed, SECRETS[1]);
                let least = &mut values[round.checked_sub(SIGNATURE).unwrap_or_else(|| bin(h))];
                // Few are: what is filled in an earlier round is so for good.
                if *least >= earliest {
                    *least = (*least).min(earliest | h & LOW);
                }
            }
        }
        Sketch { values }
    }

    /// The share of values two signatures agree on: an estimate of Jaccard similarity with standard error
    /// below sqrt(J (1 - J) / 126). Never a result: candidates are verified on the text.
    pub fn estimate(&self, other: &Sketch) -> f64 {
        let equal = self.values.iter().zip(&other.values).filter(|(a, b)| a == b).count();
        equal as f64 / SIGNATURE as f64
    }

    /// The values, smallest bin first.
    pub fn values(&self) -> &[u64; SIGNATURE] {
        &self.values
    }
}

/// What an empty bin holds.
const EMPTY: u64 = u64::MAX;
/// The half of a hash that is its value; the other half chooses its bin.
const LOW: u64 = 0xFFFF_FFFF;

fn bin(hash: u64) -> usize {
    (((hash >> 32) * SIGNATURE as u64) >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(range: std::ops::Range<u64>) -> Vec<u64> {
        range.map(|x| shingle::hash(&[x as u32])).collect()
    }

    /// A bijective mixer (Stafford's variant 13 of the MurmurHash3 finaliser).
    fn mix(mut x: u64) -> u64 {
        x = (x ^ x >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ x >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ x >> 31
    }

    /// The slow obvious twin: k independent permutations.
    fn estimate_by_permutations(a: &[u64], b: &[u64]) -> f64 {
        let least = |set: &[u64], seed: u64| set.iter().map(|x| mix(x ^ mix(seed))).min();
        (0..SIGNATURE as u64).filter(|&seed| least(a, seed) == least(b, seed)).count() as f64 / SIGNATURE as f64
    }

    #[test]
    fn the_estimate_is_unbiased_and_as_accurate_as_permutations() {
        for (size, shared) in [(40, 20), (350, 280), (350, 35)] {
            let jaccard = shared as f64 / (2 * size - shared) as f64;
            let trials = 200;
            let (mut sum, mut square, mut square_twin) = (0.0, 0.0, 0.0);
            for trial in 0..trials {
                let from = trial * 10_000;
                let a = set(from..from + size);
                let b = set(from + size - shared..from + 2 * size - shared);
                let estimate = Sketch::of_shingles(&a).estimate(&Sketch::of_shingles(&b));
                sum += estimate - jaccard;
                square += (estimate - jaccard).powi(2);
                square_twin += (estimate_by_permutations(&a, &b) - jaccard).powi(2);
            }
            let bias = sum / trials as f64;
            let rmse = (square / trials as f64).sqrt();
            let rmse_twin = (square_twin / trials as f64).sqrt();
            assert!(bias.abs() < 0.01, "bias {bias} at Jaccard {jaccard}");
            assert!(rmse < 1.15 * rmse_twin, "RMSE {rmse} against {rmse_twin} at Jaccard {jaccard}");
        }
    }

    proptest::proptest! {
        #[test]
        fn order_and_repetition_do_not_matter(mut shingles in proptest::collection::vec(0u64..1000, 1..60)) {
            let sketch = Sketch::of_shingles(&shingles);
            shingles.reverse();
            shingles.push(shingles[0]);
            proptest::prop_assert_eq!(sketch, Sketch::of_shingles(&shingles));
        }
    }

    #[test]
    fn empty_texts_agree_with_empty_texts_only() {
        let empty = Sketch::of_shingles(&[]);
        assert_eq!(empty.estimate(&empty), 1.0);
        assert_eq!(empty.estimate(&Sketch::of_shingles(&[7])), 0.0);
    }
}
