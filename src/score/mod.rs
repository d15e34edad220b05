//! How sure is it that reported text was reused? Match weights in bits, added up to a probability.
//!
//! In: the [`Evidence`] of a pair. Out: a [`Score`]: for each [`Feature`] of the evidence the bits that it adds or takes, and
//! their sum, which is the logarithm of the odds that one text reuses what the other reports (Fellegi and Sunter 1969; shown as
//! Splink shows it). Each weight is monotone: more of what speaks for reuse never speaks against it. What is not known adds
//! nothing. What kind of reuse it is, is another question, for a later stage.
//!
//! The weights stand in `weights.toml`, and were fitted on labelled pairs by [`fit`].

pub mod fit;
mod weights;

use serde::{Deserialize, Serialize};

use crate::bucket::passages::LEAD_TOKENS;
use crate::verify::Evidence;

pub use weights::{Curve, Weights};

/// What evidence is weighed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// The share of a body that the other has, of the one that is shared more.
    Share,
    /// The share of a text's prose that the other has, of the one that is shared more.
    Prose,
    /// Words of shared prose that prove something and are told rather than spoken, as a share of the longer body.
    Told,
    /// The share of a lead that stands in shared prose, of the one that is shared more.
    Lead,
    /// Separate blocks of text that are shared.
    Blocks,
    /// The share of their facts that agree: numbers, names and rare words.
    Facts,
    /// Fingerprints of prose that both have and neither outlet prints all the time.
    Fresh,
    /// How often an outlet printed what is shared, on different days.
    Recurring,
    /// How often the outlets that carry what is shared printed it on average.
    Repeated,
    /// Places where each text has a fact that the other lacks, for each hundred shared words.
    Slots,
    /// Whether what is shared is one passage outside of both leads, and how many takes of their own both have then.
    Context,
    /// Days between the two.
    Days,
    /// Whether both are of one outlet.
    Outlet,
}

impl Feature {
    /// Every feature, in the order in which they are shown.
    pub const ALL: [Feature; 13] = [
        Feature::Share,
        Feature::Prose,
        Feature::Told,
        Feature::Lead,
        Feature::Blocks,
        Feature::Facts,
        Feature::Fresh,
        Feature::Recurring,
        Feature::Repeated,
        Feature::Slots,
        Feature::Context,
        Feature::Days,
        Feature::Outlet,
    ];

    /// The name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Feature::Share => "share",
            Feature::Prose => "prose",
            Feature::Told => "told",
            Feature::Lead => "lead",
            Feature::Blocks => "blocks",
            Feature::Facts => "facts",
            Feature::Fresh => "fresh",
            Feature::Recurring => "recurring",
            Feature::Repeated => "repeated",
            Feature::Slots => "slots",
            Feature::Context => "context",
            Feature::Days => "days",
            Feature::Outlet => "outlet",
        }
    }

    /// A value in words.
    pub fn shown(self, value: f64) -> String {
        let percent = |decimals: usize| format!("{:.decimals$} %", value * 100.0);
        match self {
            Feature::Share => format!("{} of one body is in the other", percent(0)),
            Feature::Prose => format!("{} of one's prose is in the other", percent(0)),
            Feature::Told => format!("{} of the longer is shared, told and proven", percent(1)),
            Feature::Lead => format!("{} of a lead is shared", percent(0)),
            Feature::Blocks if value == 1.0 => "1 block of text".to_owned(),
            Feature::Blocks => format!("{value:.0} separate blocks of text"),
            Feature::Facts => format!("{} of their numbers and names agree", percent(0)),
            Feature::Fresh => format!("{value:.0} fingerprints that no outlet repeats"),
            Feature::Recurring => format!("an outlet printed it {value:.0} times over the days"),
            Feature::Repeated => format!("outlets printed it {value:.1} times each"),
            Feature::Slots => format!("{value:.1} slots with other data in 100 words"),
            Feature::Context if value > 1.0 => "one passage joins two stories with takes".to_owned(),
            Feature::Context if value > 0.0 => "one passage, in no lead".to_owned(),
            Feature::Context => "a lead, or several passages".to_owned(),
            Feature::Days => format!("{value:.0} days apart"),
            Feature::Outlet if value > 0.0 => "one outlet".to_owned(),
            Feature::Outlet => "two outlets".to_owned(),
        }
    }

    /// Whether more of it speaks for reuse; else against it.
    pub fn speaks_for(self) -> bool {
        self <= Feature::Fresh
    }

    /// Where the weight of a value changes its slope, in order. Below the first and above the last it is level.
    pub fn knots(self) -> &'static [f64] {
        match self {
            Feature::Share => &[0.0, 0.1, 0.2, 0.33, 0.5, 0.65, 0.8],
            Feature::Prose => &[0.0, 0.1, 0.2, 0.33, 0.5, 0.65, 0.8],
            Feature::Told => &[0.0, 0.01, 0.02, 0.04, 0.07, 0.1, 0.2],
            Feature::Lead => &[0.0, 0.2, 0.5, 1.0],
            Feature::Blocks => &[0.0, 1.0, 2.0, 4.0],
            Feature::Facts => &[0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0],
            Feature::Fresh => &[0.0, 2.0, 4.0, 8.0, 16.0],
            Feature::Recurring => &[1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 16.0, 32.0],
            Feature::Repeated => &[1.0, 2.0, 3.0, 4.0, 8.0, 16.0],
            Feature::Slots => &[0.0, 1.0, 2.0, 4.0, 8.0],
            Feature::Context => &[0.0, 1.0, 2.0, 3.0],
            Feature::Days => &[0.0, 2.0, 7.0, 31.0, 366.0],
            Feature::Outlet => &[0.0, 1.0],
        }
    }

    /// Whether it is known before two texts are compared.
    pub fn is_circumstance(self) -> bool {
        use Feature::{Days, Fresh, Outlet, Recurring, Repeated};
        matches!(self, Fresh | Recurring | Repeated | Days | Outlet)
    }

    /// What the evidence has of it; nothing where that is not known.
    pub fn of(self, evidence: &Evidence) -> Option<f64> {
        let Evidence { a, b, shared, .. } = evidence;
        let standing = &evidence.circumstances.standing;
        let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
        Some(match self {
            Feature::Share => evidence.body_share(),
            Feature::Prose => evidence.prose_a().max(evidence.prose_b()),
            Feature::Told => share(evidence.told, a.body().max(b.body())),
            Feature::Lead => share(evidence.leads.0.max(evidence.leads.1), LEAD_TOKENS),
            Feature::Blocks => evidence.blocks as f64,
            Feature::Facts => {
                let (a, b, both) = evidence.facts;
                // One fact more of each says little about texts that have hardly any.
                share(both + 1, a.min(b) + 2)
            }
            Feature::Fresh => f64::from(standing.fresh),
            Feature::Recurring => match standing.spread_days() {
                Some(days) if days < DAYS_OF_A_STORY => 1.0,
                _ => standing.recurring().max(1) as f64,
            },
            Feature::Repeated => standing.carriers() as f64 / standing.outlets().max(1) as f64,
            Feature::Slots => 100.0 * share(evidence.swapped.facts, shared.tokens()),
            Feature::Context if evidence.blocks > 1 || evidence.lead => 0.0,
            Feature::Context => 1.0 + f64::from(standing.apart.min(2)),
            Feature::Days => f64::from(evidence.circumstances.days_apart?),
            Feature::Outlet => f64::from(u8::from(evidence.circumstances.same_outlet)),
        })
    }
}

/// What an outlet prints within so many days is one story.
const DAYS_OF_A_STORY: usize = 2;

/// What is known of a pair by each feature, in the order of [`Feature::ALL`].
pub type Values = [Option<f64>; Feature::ALL.len()];

/// What the evidence has of every feature.
pub fn values(evidence: &Evidence) -> Values {
    Feature::ALL.map(|feature| feature.of(evidence))
}

/// How sure a link is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The logarithm of the odds that text was reused, base 2.
    pub bits: f64,
}

impl Score {
    /// The probability that text was reused.
    pub fn probability(self) -> f64 {
        1.0 / (1.0 + (-self.bits).exp2())
    }
}

/// A probability as bits.
pub fn bits_of(probability: f64) -> f64 {
    (probability / (1.0 - probability)).log2()
}

/// One weight of a score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Weighed {
    /// By what it was weighed.
    pub feature: Feature,
    /// What the evidence has of it.
    pub value: f64,
    /// The bits that it adds or takes.
    pub bits: f64,
}
