//! How probable is it that two texts meet in a bucket, by their similarity?

use serde::Serialize;

use super::four_decimals;
use crate::settings::NearSettings;
use crate::sketch::{SIGNATURE, bands::Bands};

/// Steps of Jaccard similarity from 0 to 1.
const STEPS: u32 = 20;

/// The probability of candidacy that settings give.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Curve {
    /// The Jaccard similarity from which texts are near-duplicates.
    pub threshold: f64,
    /// The recall asked for at the threshold.
    pub recall: f64,
    /// Values in a signature.
    pub signature: usize,
    /// Bands that follow.
    pub bands: usize,
    /// Values in each.
    pub rows: usize,
    /// The probability at the threshold: the recall that the bands give.
    pub candidacy_at_threshold: f64,
    /// The curve.
    pub points: Vec<Point>,
}

/// One point of the curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    /// Jaccard similarity of two texts.
    #[serde(serialize_with = "four_decimals")]
    pub jaccard: f64,
    /// The probability that they become a candidate.
    pub candidacy: f64,
}

impl Curve {
    /// The curve of these settings, in steps of .05.
    pub fn of(settings: &NearSettings) -> Curve {
        let plan = Bands::plan(settings);
        let point = |step: u32| {
            let jaccard = f64::from(step) / f64::from(STEPS);
            Point { jaccard, candidacy: plan.candidacy(jaccard) }
        };
        Curve {
            threshold: settings.threshold,
            recall: settings.recall,
            signature: SIGNATURE,
            bands: plan.bands,
            rows: plan.rows,
            candidacy_at_threshold: plan.candidacy(settings.threshold),
            points: (0..=STEPS).map(point).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_rises_from_zero_to_one() {
        for threshold in [0.1, 0.5, 0.8, 1.0] {
            let curve = Curve::of(&NearSettings { threshold, recall: 0.99 });
            assert_eq!((curve.points[0].candidacy, curve.points[20].candidacy), (0.0, 1.0));
            assert!(curve.points.is_sorted_by(|x, y| x.candidacy <= y.candidacy));
        }
    }
}
