//! Bands: signatures cut so that similar texts meet and others do not.
//!
//! With `b` bands of `r` rows, a pair of Jaccard similarity J agrees on a whole band with probability 1 - (1 - J^r)^b
//! (Indyk, Motwani 1998; Leskovec, Rajaraman, Ullman, chapter 3).

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::{SIGNATURE, Sketch};
use crate::settings::NearSettings;
use crate::text::SEED;

/// How signatures are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bands {
    /// How many bands.
    pub bands: usize,
    /// Values in each.
    pub rows: usize,
}

impl Bands {
    /// The bands of the most rows, so the fewest false candidates, that give a pair at the threshold the recall asked for.
    /// With one row a band, all that [`SIGNATURE`] values can do.
    pub fn plan(settings: &NearSettings) -> Bands {
        (1..=SIGNATURE)
            .rev()
            .map(|rows| Bands { bands: SIGNATURE / rows, rows })
            .find(|bands| bands.candidacy(settings.threshold) >= settings.recall)
            .unwrap_or(Bands { bands: SIGNATURE, rows: 1 })
    }

    /// The probability that a pair of this Jaccard similarity becomes a candidate.
    pub fn candidacy(&self, jaccard: f64) -> f64 {
        1.0 - (1.0 - jaccard.powi(self.rows as i32)).powi(self.bands as i32)
    }

    /// The keys of a signature, one a band. 32 bits: two texts that agree by chance are told apart by verification.
    pub fn keys(&self, sketch: &Sketch) -> impl Iterator<Item = u32> {
        let rows = self.rows;
        (0..self.bands).map(move |band| {
            let values = &sketch.values()[band * rows..(band + 1) * rows];
            xxh3_64_with_seed(bytemuck::cast_slice(values), SEED ^ band as u64) as u32
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_follow_from_threshold_and_recall() {
        let plan = |threshold, recall| Bands::plan(&NearSettings { threshold, recall });
        assert_eq!(plan(0.8, 0.999), Bands { bands: 25, rows: 5 });
        assert_eq!(plan(0.5, 0.99), Bands { bands: 42, rows: 3 });
        assert_eq!(plan(1.0, 0.5).rows, SIGNATURE);
        for (threshold, recall) in [(0.3, 0.9), (0.5, 0.999), (0.7, 0.95), (0.9, 0.9999)] {
            assert!(plan(threshold, recall).candidacy(threshold) >= recall);
        }
    }
}
