//! The table of weights.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::{Feature, Score, Values, Weighed, values};
use crate::error::{Error, Result};
use crate::verify::{Circumstances, Evidence};

/// What each feature of a pair's evidence is worth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// The bits of a pair of which nothing speaks for reuse, and nothing against it.
    pub prior: f64,
    /// The weights of features, each at most once; a feature without one weighs nothing.
    #[serde(rename = "weight")]
    pub curves: Vec<Curve>,
}

/// The weight of one feature: linear between the knots, level outside of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curve {
    /// What is weighed.
    pub feature: Feature,
    /// Values, in order.
    pub at: Vec<f64>,
    /// The bits at each of them.
    pub bits: Vec<f64>,
}

impl Curve {
    /// The bits of a value.
    pub fn bits(&self, value: f64) -> f64 {
        let above = self.at.partition_point(|&at| at <= value);
        if above == 0 || above == self.at.len() {
            return self.bits[above.saturating_sub(1)];
        }
        let (from, to) = (self.at[above - 1], self.at[above]);
        let part = (value - from) / (to - from);
        self.bits[above - 1] + part * (self.bits[above] - self.bits[above - 1])
    }
}

/// Fingerprints cover nearly all of what is shared,
const COVERED: f64 = 1.25;
/// but for runs that are too short for one: so much of a text,
const UNSEEN_SHARE: f64 = 0.05;
/// and so many tokens that prove something.
const UNSEEN_TOKENS: f64 = 6.0;
/// Hardly any pair has the most of everything: of the links of four corpora less than one in a hundred is so near to it, while
/// five of six pairs that share fingerprints need not be compared. See `docs/decisions/0015-scores.md`.
const NOT_ALL: f64 = 3.0;
/// Those that share so much of the shorter text do have it.
const MAYBE_ALL: f64 = 0.3;

/// The weights that were fitted; the table says on what.
static FITTED: LazyLock<Weights> =
    LazyLock::new(|| Weights::parse(include_str!("weights.toml")).expect("the table is tested"));

impl Weights {
    /// Those that the program brings.
    pub fn fitted() -> &'static Weights {
        &FITTED
    }

    /// Reads a table of weights.
    ///
    /// Fails if it is no such table, or if a weight is not monotone: more evidence for reuse must not speak against it.
    pub fn parse(text: &str) -> Result<Weights> {
        let weights: Weights = toml::from_str(text).map_err(|cause| Error::Weights(format!(": {cause}")))?;
        for Curve { feature, at, bits } in &weights.curves {
            let wrong = |what: &str| Err(Error::Weights(format!(" of {}: {what}", feature.name())));
            if at.is_empty() || at.len() != bits.len() {
                return wrong("there must be as many bits as values, and at least one");
            }
            if at.iter().chain(bits).any(|number| !number.is_finite()) || !at.is_sorted_by(|x, y| x < y) {
                return wrong("values must rise");
            }
            let monotone = if feature.speaks_for() { bits.is_sorted() } else { bits.is_sorted_by(|x, y| x >= y) };
            if !monotone {
                let way = if feature.speaks_for() { "fall" } else { "rise" };
                return wrong(&format!("bits must not {way} where the value rises"));
            }
        }
        let mut features: Vec<Feature> = weights.curves.iter().map(|curve| curve.feature).collect();
        features.sort_unstable();
        match features.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(twice) => Err(Error::Weights(format!(" of {} are there twice", twice[0].name()))),
            None => Ok(weights),
        }
    }

    /// The score of a pair with this evidence.
    pub fn score(&self, evidence: &Evidence) -> Score {
        self.score_of(&values(evidence))
    }

    /// The score of a pair of which this is known.
    pub fn score_of(&self, values: &Values) -> Score {
        let bits = |curve: &Curve| values[curve.feature as usize].map_or(0.0, |value| curve.bits(value));
        Score { bits: self.prior + self.curves.iter().map(bits).sum::<f64>() }
    }

    /// Whether a pair may be a link, by what is known before it is compared: its circumstances, how many tokens the shared
    /// fingerprints cover, and the lengths of the shorter and of the longer text. What only a comparison tells is taken to
    /// speak for it.
    pub fn may_link(
        &self,
        circumstances: Circumstances,
        shared: u32,
        (shorter, longer): (usize, usize),
        least_bits: f64,
    ) -> bool {
        let share = f64::from(shared) / shorter.max(1) as f64;
        let told = (f64::from(shared) * COVERED + UNSEEN_TOKENS) / longer.max(1) as f64;
        let known = Evidence { circumstances, ..Evidence::default() };
        let bits = |curve: &Curve| match curve.feature {
            Feature::Share => curve.bits(share * COVERED + UNSEEN_SHARE),
            Feature::Told => curve.bits(told),
            feature if feature.is_circumstance() => feature.of(&known).map_or(0.0, |value| curve.bits(value)),
            _ => curve.bits.iter().copied().fold(0.0, f64::max),
        };
        let not_all = if share < MAYBE_ALL { NOT_ALL } else { 0.0 };
        self.prior + self.curves.iter().map(bits).sum::<f64>() >= least_bits + not_all
    }

    /// What each feature adds to the score, as far as it is known.
    pub fn waterfall(&self, evidence: &Evidence) -> Vec<Weighed> {
        let weighed = |curve: &Curve| {
            let value = curve.feature.of(evidence)?;
            Some(Weighed { feature: curve.feature, value, bits: curve.bits(value) })
        };
        self.curves.iter().filter_map(weighed).collect()
    }

    /// The table as text, which [`Weights::parse`] reads.
    pub fn to_toml(&self) -> String {
        let list = |numbers: &[f64]| {
            let shown: Vec<String> = numbers.iter().map(|number| format!("{:.2}", number + 0.0)).collect();
            format!("[{}]", shown.join(", "))
        };
        let knots = |numbers: &[f64]| {
            let shown: Vec<String> = numbers.iter().map(|number| format!("{number:?}")).collect();
            format!("[{}]", shown.join(", "))
        };
        let mut text = format!("prior = {:.2}\n", self.prior);
        for Curve { feature, at, bits } in &self.curves {
            let (name, at, bits) = (feature.name(), knots(at), list(bits));
            text.push_str(&format!("\n[[weight]]\nfeature = \"{name}\"\nat = {at}\nbits = {bits}\n"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole_and_written_as_it_is_read() {
        let weights = Weights::fitted();
        assert_eq!(weights.curves.iter().map(|curve| curve.feature).collect::<Vec<_>>(), Feature::ALL);
        assert_eq!(&Weights::parse(&weights.to_toml()).unwrap(), weights);
    }

    #[test]
    fn a_weight_is_linear_between_its_knots_and_level_outside() {
        let curve = Curve { feature: Feature::Told, at: vec![0.0, 10.0, 20.0], bits: vec![0.0, 1.0, 3.0] };
        for (value, bits) in [(-5.0, 0.0), (0.0, 0.0), (5.0, 0.5), (10.0, 1.0), (15.0, 2.0), (20.0, 3.0), (99.0, 3.0)] {
            assert_eq!(curve.bits(value), bits, "{value}");
        }
    }

    #[test]
    fn tables_that_contradict_themselves_are_refused() {
        let table = |at: &str, bits: &str| {
            Weights::parse(&format!("prior = 0.0\n[[weight]]\nfeature = \"told\"\nat = {at}\nbits = {bits}\n"))
        };
        assert!(table("[0.0, 1.0]", "[0.0, 1.0]").is_ok());
        for (at, bits) in
            [("[0.0]", "[]"), ("[1.0, 0.0]", "[0.0, 1.0]"), ("[0.0, 1.0]", "[1.0, 0.0]"), ("[nan]", "[0.0]")]
        {
            assert!(table(at, bits).is_err(), "{at} {bits}");
        }
    }

    proptest::proptest! {
        #[test]
        fn more_of_what_speaks_for_reuse_never_lowers_a_score(
            low in 0.0f64..500.0, more in 0.0f64..500.0, feature in proptest::sample::select(&Feature::ALL[..]),
        ) {
            let score = |value: f64| {
                let mut values: Values = [None; Feature::ALL.len()];
                values[feature as usize] = Some(value);
                Weights::fitted().score_of(&values).bits
            };
            let rises = score(low + more) >= score(low);
            let right = if feature.speaks_for() { rises } else { score(low + more) <= score(low) };
            proptest::prop_assert!(right);
        }
    }
}
