//! What is the relation of two articles? From evidence to a named relation and the rule that gave it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::settings::RelateSettings;
use crate::verify::Evidence;

/// What two articles are to one another; the first five link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The same text after normalisation.
    Identical,
    /// The same article, lightly edited.
    NearDuplicate,
    /// Nearly all prose of the shorter stands in the longer.
    Excerpt,
    /// Two takes of one running story.
    Version,
    /// Reported prose is reused, most wording differs.
    Rewrite,
    /// Only stock context paragraphs are shared.
    Background,
    /// Only quotations are shared.
    Quote,
    /// Only site furniture is shared.
    #[default]
    Boilerplate,
}

impl Relation {
    /// Every relation, strongest reuse first.
    pub const ALL: [Relation; 8] = [
        Relation::Identical,
        Relation::NearDuplicate,
        Relation::Excerpt,
        Relation::Version,
        Relation::Rewrite,
        Relation::Background,
        Relation::Quote,
        Relation::Boilerplate,
    ];

    /// Whether the relation joins two articles in one story.
    pub fn links(self) -> bool {
        self <= Relation::Rewrite
    }

    /// The name in tables and settings.
    pub fn name(self) -> &'static str {
        match self {
            Relation::Identical => "identical",
            Relation::NearDuplicate => "near_duplicate",
            Relation::Excerpt => "excerpt",
            Relation::Version => "version",
            Relation::Rewrite => "rewrite",
            Relation::Background => "background",
            Relation::Quote => "quote",
            Relation::Boilerplate => "boilerplate",
        }
    }
}

/// Which of two articles stands in the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// The first in the second.
    #[serde(rename = "a_in_b")]
    AInB,
    /// The second in the first.
    #[serde(rename = "b_in_a")]
    BInA,
}

/// A relation with the rule that gave it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// What the two articles are to one another.
    pub relation: Relation,
    /// For an excerpt, which stands in which.
    pub direction: Option<Direction>,
    /// What gave it.
    pub rule: Rule,
    /// Whether it is background only because all that is proven is one passage outside of both leads.
    pub one_passage: bool,
    /// Whether it is a rewrite because that passage is an item of a round-up.
    pub item: bool,
}

/// The rule that gave a relation, with its figures. As text it is for people; most pairs are judged and never shown, and
/// making the words cost as much as judging.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// The tokens are equal.
    SameText,
    /// A Jaccard similarity at or above the least.
    Jaccard {
        /// What it is.
        jaccard: f64,
        /// What is wanted.
        least: f64,
    },
    /// Shared prose is proven.
    Proven {
        /// How much of either is shared.
        shared: SharedBody,
        /// What proves it.
        bits: f64,
        /// What is wanted.
        least_bits: f64,
    },
    /// Shared prose is not proven; most shared words are something else.
    Unproven {
        /// What they are.
        what: &'static str,
        /// How many are.
        tokens: usize,
        /// How many there are.
        of_tokens: usize,
        /// What the prose among them says.
        bits: f64,
        /// What is wanted.
        least_bits: f64,
    },
}

/// How much of two bodies is shared: shares from 0 to 1, of the one that is shared more and of the other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SharedBody {
    /// Nearly all of both.
    BothWays {
        /// The lesser share.
        less: f64,
        /// What is wanted.
        least: f64,
    },
    /// Nearly all of one.
    OneWay {
        /// The greater share.
        more: f64,
        /// The lesser share.
        less: f64,
        /// What is wanted of the greater one.
        least: f64,
        /// Words that only the one has of which more is shared.
        own: f64,
        /// Words that only the other has.
        rest: f64,
    },
    /// Much of one.
    Much {
        /// The greater share.
        more: f64,
        /// What is wanted.
        least: f64,
    },
    /// One passage, in nobody's lead.
    OnePassage {
        /// The greater share.
        more: f64,
    },
    /// Less than that.
    Little {
        /// The greater share.
        more: f64,
        /// What would be wanted for more.
        least: f64,
    },
}

impl Verdict {
    /// Texts with equal tokens.
    pub fn identical() -> Verdict {
        Verdict::of(Relation::Identical, Rule::SameText)
    }

    fn of(relation: Relation, rule: Rule) -> Verdict {
        Verdict { relation, direction: None, rule, one_passage: false, item: false }
    }

    /// The rule in words.
    pub fn rule(&self) -> String {
        if self.item { format!("an item of a round-up: {}", self.rule) } else { self.rule.to_string() }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::SameText => f.write_str("the same text after normalisation"),
            Rule::Jaccard { jaccard, least } => write!(f, "jaccard {jaccard:.3} >= {least}"),
            Rule::Proven { shared, bits, least_bits } => write!(f, "{shared}; {bits:.0} bits >= {least_bits}"),
            Rule::Unproven { what, tokens, of_tokens, bits, least_bits } => {
                write!(f, "{tokens} of {of_tokens} shared words are {what}; prose {bits:.0} bits < {least_bits}")
            }
        }
    }
}

impl fmt::Display for SharedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SharedBody::BothWays { less, least } => write!(f, "body shared {less:.2} >= {least} both ways"),
            SharedBody::OneWay { more, less, least, own, rest } => {
                write!(f, "body shared {more:.2} >= {least} one way, {less:.2} the other, ")?;
                write!(f, "{own:.0} words of its own against {rest:.0}")
            }
            SharedBody::Much { more, least } => write!(f, "body shared {more:.2} >= {least}, each has its own"),
            SharedBody::OnePassage { more } => write!(f, "one passage, in nobody's lead, body shared {more:.2}"),
            SharedBody::Little { more, least } => write!(f, "prose proven, body shared {more:.2} < {least}"),
        }
    }
}

/// The relation that the evidence about a pair gives; none if what they share proves nothing.
///
/// `near_threshold` is the Jaccard similarity of near-duplicates.
pub fn relate(evidence: &Evidence, near_threshold: f64, settings: &RelateSettings) -> Option<Verdict> {
    let jaccard = evidence.overlap.jaccard();
    if jaccard >= near_threshold {
        return Some(Verdict::of(Relation::NearDuplicate, Rule::Jaccard { jaccard, least: near_threshold }));
    }
    reuse(evidence, settings).or_else(|| other(evidence, settings))
}

/// The relation of two articles whose shared prose is proven.
fn reuse(evidence: &Evidence, settings: &RelateSettings) -> Option<Verdict> {
    let bits = evidence.bits;
    if bits < settings.link_bits || evidence.best_bits * 2.0 < settings.link_bits {
        return None;
    }
    let (body_a, body_b) = (evidence.a.body().max(1) as f64, evidence.b.body().max(1) as f64);
    let (share_a, share_b) = (evidence.shared.body() as f64 / body_a, evidence.shared.body() as f64 / body_b);
    let (more, less) = (share_a.max(share_b), share_a.min(share_b));
    // What each has that the other lacks, in words: the one that is mostly shared, and the other.
    let (own_a, own_b) = (body_a * (1.0 - share_a.min(1.0)), body_b * (1.0 - share_b.min(1.0)));
    let (own, rest) = if share_a >= share_b { (own_a, own_b) } else { (own_b, own_a) };
    let RelateSettings { copy_share, excerpt_share, excerpt_own, version_share, .. } = *settings;
    let (relation, shared) = if less >= copy_share {
        (Relation::NearDuplicate, SharedBody::BothWays { less, least: copy_share })
    } else if more >= excerpt_share && own <= excerpt_own * rest {
        (Relation::Excerpt, SharedBody::OneWay { more, less, least: excerpt_share, own, rest })
    } else if more >= version_share {
        (Relation::Version, SharedBody::Much { more, least: version_share })
    } else if settings.background && !evidence.lead && evidence.blocks <= 1 {
        (Relation::Background, SharedBody::OnePassage { more })
    } else {
        (Relation::Rewrite, SharedBody::Little { more, least: version_share })
    };
    let direction =
        (relation == Relation::Excerpt).then_some(if share_a >= share_b { Direction::AInB } else { Direction::BInA });
    let rule = Rule::Proven { shared, bits, least_bits: settings.link_bits };
    Some(Verdict { direction, one_passage: relation == Relation::Background, ..Verdict::of(relation, rule) })
}

/// The relation of two articles whose shared prose proves nothing: by what most of the shared words are.
fn other(evidence: &Evidence, settings: &RelateSettings) -> Option<Verdict> {
    let shared = evidence.shared;
    let kinds = [
        (shared.quoted, Relation::Quote, "quoted"),
        (shared.furniture, Relation::Boilerplate, "furniture"),
        (shared.stock, Relation::Background, "stock"),
    ];
    let (tokens, relation, what) = kinds.into_iter().max_by_key(|kind| kind.0)?;
    if evidence.longest_run() < NOTED_RUN || tokens < NOTED_RUN || tokens < shared.prose {
        return None;
    }
    let (bits, least_bits) = (evidence.bits, settings.link_bits);
    Some(Verdict::of(relation, Rule::Unproven { what, tokens, of_tokens: shared.tokens(), bits, least_bits }))
}

/// Shorter shared runs are not worth a row: any two articles on one topic have some.
const NOTED_RUN: usize = 7;
