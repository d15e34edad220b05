//! How often is such evidence chance? The corpus itself is asked.
//!
//! In: the links between classes. Out: [`Calibration`]: the bits from which a pair is linked, and the share of links that is
//! expected to be false. Decoys are pairs of articles of different outlets, published more than [`DECOY_DAYS`] apart: what
//! links them is chance, stock phrases and furniture nobody learned, for agencies' copy is printed within days. From the rate
//! of links among all decoys the number of false ones among all pairs is expected (target-decoy search, as in Elias and Gygi
//! 2007), and the threshold is raised until they are at most [`MOST_FALSE`] of the links. Articles close in time resemble each
//! other more than decoys do, so the estimate is a lower bound; a story reprinted after months counts as false, which raises
//! it.
//!
//! A corpus with fewer than [`LEAST_DECOYS`] decoys, of a few days or without dates, cannot tell; there the threshold of the
//! settings holds, a floor that it is never below.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::settings::Settings;

/// From this distance on, two articles of different outlets do not print one wire story. The prototype's figure; of the
/// uncredited reprints it saw the latest came after 9 days.
const DECOY_DAYS: i64 = 60;
/// The share of links that may be false.
const MOST_FALSE: f64 = 0.01;
/// With fewer decoys one chance link more or less would decide: a rate of one false link in 10,000 pairs could not be seen.
const LEAST_DECOYS: u64 = 100_000;

/// What is known of an article for this: outlet and time, if both are known.
pub type Dated = Option<(u64, i64)>;

/// The threshold of a scan, and what it rests on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Bits of prose beyond chance from which a pair was linked.
    pub link_bits: f64,
    /// Pairs of classes that cannot be of one story.
    pub decoys: u64,
    /// How many of them that threshold links.
    pub decoy_links: u64,
    /// Links between classes at that threshold.
    pub links: u64,
    /// The estimated share of links that is false; none if the corpus is too small, too short or undated to tell.
    pub false_discovery_rate: Option<f64>,
}

impl Calibration {
    /// The settings with the threshold that was found.
    pub fn settings(&self, settings: &Settings) -> Settings {
        let mut calibrated = settings.clone();
        calibrated.relate.link_bits = self.link_bits;
        calibrated
    }
}

/// The calibration of links between classes: `classes` has what is known of each, `links` two places in it and the bits.
pub fn calibrate(classes: &[Dated], links: &[(usize, usize, f64)], floor_bits: f64) -> Calibration {
    let decoys = count_decoys(classes);
    let is_decoy = |a: usize, b: usize| {
        matches!((classes[a], classes[b]), (Some((source_a, day_a)), Some((source_b, day_b)))
            if source_a != source_b && (day_a - day_b).abs() > DECOY_DAYS * 86_400)
    };
    let pairs = classes.len() as u64 * (classes.len() as u64).saturating_sub(1) / 2;
    let mut order: Vec<(f64, bool)> =
        links.iter().filter(|link| link.2 >= floor_bits).map(|&(a, b, bits)| (bits, is_decoy(a, b))).collect();
    order.sort_by(|x, y| x.0.total_cmp(&y.0));
    let mut decoy_links = order.iter().filter(|link| link.1).count() as u64;
    let mut left = order.len() as u64;
    let rate = |decoy_links: u64, left: u64| {
        let expected = decoy_links as f64 / decoys.max(1) as f64 * pairs as f64;
        if left == 0 { 0.0 } else { (expected / left as f64).min(1.0) }
    };
    let mut link_bits = floor_bits;
    if decoys < LEAST_DECOYS {
        return Calibration { link_bits, decoys, decoy_links, links: left, false_discovery_rate: None };
    }
    for (bits, decoy) in order {
        if rate(decoy_links, left) <= MOST_FALSE {
            break;
        }
        decoy_links -= u64::from(decoy);
        left -= 1;
        // The next link is above this one.
        link_bits = bits.next_up();
    }
    Calibration { link_bits, decoys, decoy_links, links: left, false_discovery_rate: Some(rate(decoy_links, left)) }
}

/// Pairs of different outlets more than [`DECOY_DAYS`] apart: all that far apart, less those of one outlet.
fn count_decoys(classes: &[Dated]) -> u64 {
    let mut times: Vec<i64> = Vec::new();
    let mut by_source: HashMap<u64, Vec<i64>> = HashMap::new();
    for &(source, time) in classes.iter().flatten() {
        times.push(time);
        by_source.entry(source).or_default().push(time);
    }
    far_apart(&mut times) - by_source.values_mut().map(|times| far_apart(times)).sum::<u64>()
}

/// How many pairs of times are more than [`DECOY_DAYS`] apart.
fn far_apart(times: &mut [i64]) -> u64 {
    times.sort_unstable();
    let mut first = 0;
    let mut pairs = 0;
    for (place, time) in times.iter().enumerate() {
        while first < place && time - times[first] > DECOY_DAYS * 86_400 {
            first += 1;
        }
        pairs += first as u64;
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    /// 1,000 articles of two outlets, one a day.
    fn classes() -> Vec<Dated> {
        (0..1000).map(|n| Some((1 + n as u64 % 2, n * DAY))).collect()
    }

    #[test]
    fn decoys_are_counted_as_all_pairs_would() {
        let classes = classes();
        let mut twin = 0;
        for a in 0..classes.len() {
            for b in 0..a {
                twin += u64::from(a - b > 60 && (a - b) % 2 == 1);
            }
        }
        assert_eq!(count_decoys(&classes), twin);
    }

    #[test]
    fn chance_links_raise_the_threshold_above_them() {
        // 300 true links of neighbouring days, worth 200 bits and more; 40 chance links of decoys below 100.
        let mut links: Vec<(usize, usize, f64)> = (0..300).map(|n| (n, n + 1, 200.0 + n as f64)).collect();
        links.extend((0..40).map(|n| (n, n + 501, 61.0 + n as f64)));
        let found = calibrate(&classes(), &links, 60.0);
        assert!(found.link_bits > 98.0 && found.link_bits < 201.0, "{found:?}");
        assert_eq!(found.links - found.decoy_links, 300);
        assert!(found.false_discovery_rate.is_some_and(|rate| rate <= MOST_FALSE));
    }

    #[test]
    fn without_chance_links_the_floor_holds() {
        let links: Vec<(usize, usize, f64)> = (0..300).map(|n| (n, n + 1, 70.0)).collect();
        let found = calibrate(&classes(), &links, 60.0);
        assert_eq!((found.link_bits, found.false_discovery_rate), (60.0, Some(0.0)));
    }

    #[test]
    fn a_corpus_of_few_days_cannot_tell() {
        let classes: Vec<Dated> = (0..1000).map(|n| Some((n % 7, n as i64 % 3 * DAY))).collect();
        assert_eq!(calibrate(&classes, &[(0, 1, 80.0)], 60.0).false_discovery_rate, None);
    }
}
