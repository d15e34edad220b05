//! What is the relation of two articles? From evidence to a named relation and the rule that gave it.

use serde::{Deserialize, Serialize};

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
