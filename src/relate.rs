//! What is the relation of two articles? From evidence to a named relation and the rule that gave it.

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
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// What the two articles are to one another.
    pub relation: Relation,
    /// For an excerpt, which stands in which.
    pub direction: Option<Direction>,
    /// The rule and its figures, for people.
    pub rule: String,
    /// Whether it is background only because all that is proven is one passage outside of both leads.
    pub one_passage: bool,
}

impl Verdict {
    /// Texts with equal tokens.
    pub fn identical() -> Verdict {
        Verdict {
            relation: Relation::Identical,
            direction: None,
            rule: "the same text after normalisation".into(),
            one_passage: false,
        }
    }
}

/// The relation that the evidence about a pair gives; none if what they share proves nothing.
///
/// `near_threshold` is the Jaccard similarity of near-duplicates.
pub fn relate(evidence: &Evidence, near_threshold: f64, settings: &RelateSettings) -> Option<Verdict> {
    let jaccard = evidence.overlap.jaccard();
    if jaccard >= near_threshold {
        let rule = format!("jaccard {jaccard:.3} >= {near_threshold}");
        return Some(Verdict { relation: Relation::NearDuplicate, direction: None, rule, one_passage: false });
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
    let (relation, rule) = if less >= copy_share {
        (Relation::NearDuplicate, format!("body shared {less:.2} >= {copy_share} both ways"))
    } else if more >= excerpt_share && own <= excerpt_own * rest {
        let own = format!("{own:.0} words of its own against {rest:.0}");
        (Relation::Excerpt, format!("body shared {more:.2} >= {excerpt_share} one way, {less:.2} the other, {own}"))
    } else if more >= version_share {
        (Relation::Version, format!("body shared {more:.2} >= {version_share}, each has its own"))
    } else if settings.background && !evidence.lead && evidence.blocks <= 1 {
        (Relation::Background, format!("one passage, in nobody's lead, body shared {more:.2}"))
    } else {
        (Relation::Rewrite, format!("prose proven, body shared {more:.2} < {version_share}"))
    };
    let direction =
        (relation == Relation::Excerpt).then_some(if share_a >= share_b { Direction::AInB } else { Direction::BInA });
    let rule = format!("{rule}; {bits:.0} bits >= {}", settings.link_bits);
    Some(Verdict { relation, direction, rule, one_passage: relation == Relation::Background })
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
    let (bits, least) = (evidence.bits, settings.link_bits);
    let rule = format!("{tokens} of {} shared words are {what}; prose {bits:.0} bits < {least}", shared.tokens());
    Some(Verdict { relation, direction: None, rule, one_passage: false })
}

/// Shorter shared runs are not worth a row: any two articles on one topic have some.
const NOTED_RUN: usize = 7;
