//! From labelled pairs to weights.
//!
//! Logistic regression (an additive model with monotone, piecewise linear terms): each stretch between two knots of a feature
//! has a slope of one sign, and the slopes are drawn to 0 by a quadratic penalty, so that a feature which a few hundred pairs
//! say nothing about weighs nothing. Fitted by coordinate descent with Newton steps, which is exact enough after some hundred
//! rounds and gives the same weights every time.

use rayon::prelude::*;

use super::{Curve, Feature, Values, Weights};

/// A labelled pair.
#[derive(Clone, Debug)]
pub struct Example {
    /// What is known of it.
    pub values: Values,
    /// Whether it is a link.
    pub links: bool,
    /// How much it counts.
    pub weight: f64,
    /// Whether who labelled it was sure.
    pub sure: bool,
    /// Whether it is a link whatever its score, by the likeness of whole texts.
    pub decided: bool,
}

/// Labelled pairs of one corpus.
#[derive(Clone, Debug)]
pub struct Group {
    /// The corpus.
    pub name: String,
    /// Its pairs.
    pub examples: Vec<Example>,
}

/// How weights that were fitted without a corpus tell its pairs.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldOut {
    /// The corpus.
    pub name: String,
    /// Links by label and by score, by score alone, and by label alone: of all pairs, and of those that were sure.
    pub all: [u64; 3],
    /// The same of the pairs whose label is sure.
    pub sure: [u64; 3],
}

/// Fits the weights to all corpora but one after the other, and scores the one that was left out. Each pair must be there
/// twice, with its dates and without; scored are those with them.
pub fn leave_one_out(groups: &[Group], least: f64) -> Vec<HeldOut> {
    let least_bits = super::bits_of(least);
    groups
        .par_iter()
        .enumerate()
        .map(|(place, out)| {
            let others: Vec<Group> = groups
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != place)
                .map(|(_, group)| group.clone())
                .collect();
            let weights = fit(&balanced(&others));
            let mut held = HeldOut { name: out.name.clone(), all: [0; 3], sure: [0; 3] };
            for example in out.examples.iter().step_by(2) {
                let found = example.decided || weights.score_of(&example.values).bits >= least_bits;
                let count = |counts: &mut [u64; 3]| match (example.links, found) {
                    (true, true) => counts[0] += 1,
                    (false, true) => counts[1] += 1,
                    (true, false) => counts[2] += 1,
                    (false, false) => {}
                };
                count(&mut held.all);
                if example.sure {
                    count(&mut held.sure);
                }
            }
            held
        })
        .collect()
}

/// The examples of all corpora, each corpus with the same weight whatever the number of its pairs.
pub fn balanced(groups: &[Group]) -> Vec<Example> {
    let weighed = |group: &Group| {
        let all: f64 = group.examples.iter().map(|example| example.weight).sum();
        let scale = CORPUS_WEIGHT / all.max(1e-9);
        group
            .examples
            .iter()
            .map(|example| Example { weight: example.weight * scale, ..example.clone() })
            .collect::<Vec<_>>()
    };
    groups.iter().flat_map(weighed).collect()
}

/// Pairs that a corpus counts for, with dates and without each.
const CORPUS_WEIGHT: f64 = 400.0;

/// What draws slopes to 0. 4: of 0.5, 1, 2, 4 and 8 it had the least loss on corpora that were left out.
const PENALTY: f64 = 4.0;
/// Rounds over all slopes; after 200 none moves by a hundredth of a bit.
const ROUNDS: usize = 300;

/// The weights that tell the links among these pairs from the others.
pub fn fit(examples: &[Example]) -> Weights {
    let columns: Vec<Column> = Feature::ALL.into_iter().flat_map(Column::of).collect();
    let parts: Vec<Vec<f64>> =
        columns.iter().map(|column| examples.iter().map(|example| column.part(&example.values)).collect()).collect();
    let mut slopes = vec![0.0; columns.len()];
    let mut prior = 0.0;
    let mut sums = vec![0.0; examples.len()];
    for _ in 0..ROUNDS {
        let step = newton(examples, &sums, |_| 1.0, 0.0, 0.0);
        prior += step;
        sums.iter_mut().for_each(|sum| *sum += step);
        for (slope, part) in slopes.iter_mut().zip(&parts) {
            let step = newton(examples, &sums, |at| part[at], *slope, PENALTY).max(-*slope);
            if step != 0.0 {
                *slope += step;
                sums.iter_mut().zip(part).for_each(|(sum, part)| *sum += step * part);
            }
        }
    }
    let bits = std::f64::consts::LOG2_E;
    let mut slopes = slopes.into_iter();
    let curves = Feature::ALL.map(|feature| {
        let at = feature.knots().to_vec();
        let sign = if feature.speaks_for() { bits } else { -bits };
        let mut sum = 0.0;
        let rising = at.iter().skip(1).map(|_| {
            sum += slopes.next().expect("one slope between two knots") * sign;
            sum
        });
        let bits = std::iter::once(0.0).chain(rising).collect();
        Curve { feature, at, bits }
    });
    Weights { prior: prior * bits, curves: curves.into() }
}

/// One stretch between two knots of a feature.
struct Column {
    feature: Feature,
    from: f64,
    to: f64,
}

impl Column {
    fn of(feature: Feature) -> impl Iterator<Item = Column> {
        feature.knots().windows(2).map(move |knots| Column { feature, from: knots[0], to: knots[1] })
    }

    /// How much of the stretch a pair has passed, 0 to 1, with the sign of the feature.
    fn part(&self, values: &Values) -> f64 {
        let Some(value) = values[self.feature as usize] else { return 0.0 };
        let part = ((value - self.from) / (self.to - self.from)).clamp(0.0, 1.0);
        if self.feature.speaks_for() { part } else { -part }
    }
}

/// The step of one coefficient to where the loss along it is least.
fn newton(examples: &[Example], sums: &[f64], part: impl Fn(usize) -> f64, at: f64, penalty: f64) -> f64 {
    let (mut slope, mut curvature) = (penalty * at, penalty + 1e-9);
    for (place, (example, sum)) in examples.iter().zip(sums).enumerate() {
        let part = part(place);
        if part == 0.0 {
            continue;
        }
        let probability = 1.0 / (1.0 + (-sum).exp());
        slope += example.weight * part * (probability - f64::from(u8::from(example.links)));
        // An upper bound of the curvature would be safer and slower; steps are damped instead.
        curvature += example.weight * part * part * (probability * (1.0 - probability)).max(0.02);
    }
    (-slope / curvature).clamp(-1.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(told: f64, days: Option<f64>, links: bool) -> Example {
        let mut values: Values = [None; Feature::ALL.len()];
        values[Feature::Told as usize] = Some(told);
        values[Feature::Days as usize] = days;
        Example { values, links, weight: 1.0, sure: true, decided: false }
    }

    #[test]
    fn what_tells_links_from_others_gets_weight_and_what_does_not_gets_none() {
        let examples: Vec<Example> =
            (0..200).map(|n| example(f64::from(n) / 1000.0, Some(f64::from(n % 7)), n >= 40)).collect();
        let weights = fit(&examples);
        let right = examples.iter().filter(|example| (weights.score_of(&example.values).bits > 0.0) == example.links);
        assert!(right.count() >= 180);
        let last = |feature: Feature| *weights.curves[feature as usize].bits.last().unwrap();
        assert!(last(Feature::Told) > 2.0 && last(Feature::Days).abs() < 0.5 && last(Feature::Share) == 0.0);
    }

    #[test]
    fn a_weight_of_the_wrong_sign_is_none() {
        let examples: Vec<Example> = (0..200).map(|n| example(f64::from(n) / 1000.0, None, n < 40)).collect();
        assert!(fit(&examples).curves.iter().all(|curve| curve.bits.iter().all(|&bits| bits == 0.0)));
    }
}
