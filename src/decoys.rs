//! How many links are chance? The corpus itself is asked.
//!
//! In: the links between classes. Out: [`Decoys`]. Decoys are pairs of articles of different outlets, published more than
//! [`DECOY_DAYS`] apart: few of them carry one wire story. From the rate of links among all decoys the number of chance links
//! among all pairs is estimated (target-decoy search, as in Elias and Gygi 2007). Articles close in time resemble each other
//! more than decoys do, so the estimate is a lower bound; columns that run again and background that agencies repeat for years
//! raise it. It is a measurement: no threshold moves with it, for a corpus that spans years has such links in any number.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::article::SECONDS_OF_A_DAY;

/// From this distance on, two articles of different outlets hardly print one wire story. The prototype's figure; of the
/// uncredited reprints it saw the latest came after 9 days.
const DECOY_DAYS: i64 = 60;
/// With fewer decoys one chance link more or less would decide: a rate of one false link in 10,000 pairs could not be seen.
const LEAST_DECOYS: u64 = 100_000;

/// What is known of an article for this: outlet and time, if both are known.
pub type Dated = Option<(u64, i64)>;

/// Pairs that are hardly of one story, and how many of them are linked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Decoys {
    /// Pairs of classes that are hardly of one story.
    pub pairs: u64,
    /// How many of them are linked.
    pub links: u64,
    /// All links between classes.
    pub of_links: u64,
    /// The share of links that is chance by this estimate; none if the corpus is too small, too short or undated to tell.
    pub chance_share: Option<f64>,
}

impl Decoys {
    /// The decoys among classes: `classes` has what is known of each, `links` two places in it.
    pub fn of(classes: &[Dated], links: &[(usize, usize)]) -> Decoys {
        let pairs = count_decoys(classes);
        let is_decoy = |&&(a, b): &&(usize, usize)| {
            matches!((classes[a], classes[b]), (Some((source_a, day_a)), Some((source_b, day_b)))
                if source_a != source_b && (day_a - day_b).abs() > DECOY_DAYS * SECONDS_OF_A_DAY)
        };
        let decoy_links = links.iter().filter(is_decoy).count() as u64;
        let all_pairs = classes.len() as u64 * (classes.len() as u64).saturating_sub(1) / 2;
        let expected = decoy_links as f64 / pairs.max(1) as f64 * all_pairs as f64;
        let of_links = links.len() as u64;
        let share = if of_links == 0 { 0.0 } else { (expected / of_links as f64).min(1.0) };
        Decoys { pairs, links: decoy_links, of_links, chance_share: (pairs >= LEAST_DECOYS).then_some(share) }
    }
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
        while first < place && time - times[first] > DECOY_DAYS * SECONDS_OF_A_DAY {
            first += 1;
        }
        pairs += first as u64;
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = SECONDS_OF_A_DAY;

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
    fn the_share_of_chance_follows_from_linked_decoys() {
        // 300 links of neighbouring days, and 40 of decoys, which are about half of all pairs.
        let mut links: Vec<(usize, usize)> = (0..300).map(|n| (n, n + 1)).collect();
        let near = Decoys::of(&classes(), &links);
        assert_eq!((near.links, near.chance_share), (0, Some(0.0)));
        links.extend((0..40).map(|n| (n, n + 501)));
        let found = Decoys::of(&classes(), &links);
        assert_eq!((found.links, found.of_links), (40, 340));
        assert!(found.chance_share.is_some_and(|share| share > 0.2 && share < 0.3), "{found:?}");
    }

    #[test]
    fn a_corpus_of_few_days_cannot_tell() {
        let classes: Vec<Dated> = (0..1000).map(|n| Some((n % 7, n as i64 % 3 * DAY))).collect();
        assert_eq!(Decoys::of(&classes, &[(0, 1)]).chance_share, None);
    }
}
