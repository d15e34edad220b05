//! What is the relation of two articles? From evidence to a named relation and the rule that gave it.

use serde::{Deserialize, Serialize};

use crate::settings::RelateSettings;
use crate::verify::Evidence;

/// What two articles are to one another; the first five link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
}

impl Verdict {
    /// Texts with equal tokens.
    pub fn identical() -> Verdict {
        Verdict { relation: Relation::Identical, direction: None, rule: "the same text after normalisation".into() }
    }
}

/// The relation that the evidence about a pair gives; none if what they share proves nothing.
pub fn relate(evidence: &Evidence, near_threshold: f64, settings: &RelateSettings) -> Option<Verdict> {
    let verdict = |relation, direction, rule| Some(Verdict { relation, direction, rule });
    let jaccard = evidence.overlap.jaccard();
    if jaccard >= near_threshold {
        return verdict(Relation::NearDuplicate, None, format!("jaccard {jaccard:.3} >= {near_threshold}"));
    }
    let shared = evidence.shared;
    let body = |kinds: crate::verify::Kinds| kinds.body().max(1) as f64;
    let (share_a, share_b) = (shared.body() as f64 / body(evidence.a), shared.body() as f64 / body(evidence.b));
    let (share, direction) = if share_a >= share_b { (share_a, Direction::AInB) } else { (share_b, Direction::BInA) };
    if evidence.bits >= settings.link_bits && evidence.best_bits * 2.0 >= settings.link_bits {
        let bits = evidence.bits;
        let (less, copy, excerpt, version) =
            (share_a.min(share_b), settings.copy_share, settings.excerpt_share, settings.version_share);
        // What each has that the other lacks, in tokens: of the one that is mostly shared, of the other.
        let own_a = body(evidence.a) * (1.0 - share_a.min(1.0));
        let own_b = body(evidence.b) * (1.0 - share_b.min(1.0));
        let (own, rest) = if share_a >= share_b { (own_a, own_b) } else { (own_b, own_a) };
        return if less >= copy {
            verdict(Relation::NearDuplicate, None, format!("body shared {less:.2} >= {copy} both ways, {bits:.0} bits"))
        } else if share >= excerpt && own <= settings.excerpt_own * rest {
            let rule = format!(
                "body shared {share:.2} >= {excerpt} one way, {less:.2} the other, {own:.0} words of its own to {rest:.0}, {bits:.0} bits"
            );
            verdict(Relation::Excerpt, Some(direction), rule)
        } else if share >= version {
            verdict(Relation::Version, None, format!("body shared {share:.2} >= {version}, {bits:.0} bits"))
        } else if evidence.blocks <= 1 && !evidence.lead {
            let tokens = evidence.proven;
            verdict(
                Relation::Background,
                None,
                format!("{tokens} tokens in one block outside both leads, body shared {share:.2} < {version}"),
            )
        } else {
            let least = settings.link_bits;
            verdict(
                Relation::Rewrite,
                None,
                format!("prose {bits:.0} bits >= {least}, body shared {share:.2} < {version}"),
            )
        };
    }
    let longest = evidence.runs.iter().max_by_key(|run| run.run.tokens)?;
    let rule = |what: &str, tokens: usize| {
        format!("{tokens} shared tokens are {what}, prose {:.0} bits < {}", evidence.bits, settings.link_bits)
    };
    if longest.run.tokens < 7 {
        return None;
    }
    if shared.furniture > shared.quoted && shared.furniture >= shared.prose {
        verdict(Relation::Boilerplate, None, rule("furniture", shared.furniture))
    } else if shared.stock > shared.quoted {
        verdict(Relation::Background, None, rule("stock", shared.stock))
    } else if shared.quoted > 0 && shared.quoted * 2 >= shared.prose {
        verdict(Relation::Quote, None, rule("quoted", shared.quoted))
    } else {
        None
    }
}
