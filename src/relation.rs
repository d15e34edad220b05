//! What two articles are to one another: one row of a table for each relation.

use serde::{Deserialize, Serialize};

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
    /// Only a form is shared, which is filled with other data.
    Template,
    /// Only site furniture is shared.
    #[default]
    Boilerplate,
}

/// What is known of a relation.
pub struct Facts {
    /// The name in tables and settings.
    pub name: &'static str,
    /// Whether it joins two articles in one story.
    pub links: bool,
    /// How bad it is where it must not be, as code quality tools say.
    pub severity: &'static str,
    /// The name at the beginning of a line.
    pub heading: &'static str,
    /// What it means, in a few words.
    pub meaning: &'static str,
    /// What an article is to the other, up to the other's name.
    pub verb: &'static str,
    /// That there is such a pair, as a sentence without its end.
    pub finding: &'static str,
    /// What that means, in a sentence.
    pub explained: &'static str,
}

impl Relation {
    /// Every relation, strongest reuse first.
    pub const ALL: [Relation; 9] = [
        Relation::Identical,
        Relation::NearDuplicate,
        Relation::Excerpt,
        Relation::Version,
        Relation::Rewrite,
        Relation::Background,
        Relation::Quote,
        Relation::Template,
        Relation::Boilerplate,
    ];

    /// What is known of it.
    pub fn facts(self) -> &'static Facts {
        &FACTS[self as usize]
    }

    /// Whether the relation joins two articles in one story.
    pub fn links(self) -> bool {
        self.facts().links
    }

    /// The name in tables and settings.
    pub fn name(self) -> &'static str {
        self.facts().name
    }
}

/// In the order of [`Relation::ALL`].
static FACTS: [Facts; 9] = [
    Facts {
        name: "identical",
        links: true,
        severity: "major",
        heading: "Identical text",
        meaning: "the same text after normalisation",
        verb: "has the same text as",
        finding: "Two articles have the same text",
        explained: "After normalisation of case, accents and punctuation, the two texts are the same.",
    },
    Facts {
        name: "near_duplicate",
        links: true,
        severity: "major",
        heading: "Near-duplicate",
        meaning: "the same article, lightly edited",
        verb: "has nearly the same text as",
        finding: "Two articles have nearly the same text",
        explained: "It is the same article, lightly edited: each contains most of the other.",
    },
    Facts {
        name: "excerpt",
        links: true,
        severity: "minor",
        heading: "Excerpt",
        meaning: "the longer contains nearly all of the shorter",
        verb: "has nearly all of its prose in",
        finding: "One article contains another",
        explained: "The longer article contains nearly all prose of the shorter one: a cut version, a brief, or a wire story \
                    inside a longer article.",
    },
    Facts {
        name: "version",
        links: true,
        severity: "minor",
        heading: "Version",
        meaning: "two takes of one running story",
        verb: "is another version of",
        finding: "Two articles are versions of one story",
        explained: "They share much, and each article has substantial prose of its own.",
    },
    Facts {
        name: "rewrite",
        links: true,
        severity: "minor",
        heading: "Rewrite",
        meaning: "reported prose is reused, but most of the wording differs",
        verb: "reuses reported prose of",
        finding: "An article reuses the prose of another",
        explained: "Reported prose is reused beyond quotations, but most of the wording differs.",
    },
    Facts {
        name: "background",
        links: false,
        severity: "info",
        heading: "Shared background",
        meaning: "only stock background is shared",
        verb: "shares a paragraph of background with",
        finding: "Two articles share background",
        explained: "They share only a stock paragraph of background.",
    },
    Facts {
        name: "quote",
        links: false,
        severity: "info",
        heading: "Shared quotations",
        meaning: "only quotations are shared",
        verb: "shares quotations with",
        finding: "Two articles share quotations",
        explained: "They share only quotations of a speech or a statement.",
    },
    Facts {
        name: "template",
        links: false,
        severity: "info",
        heading: "Shared template",
        meaning: "only a form is shared, filled with other data",
        verb: "fills the same form as",
        finding: "Two articles fill one form",
        explained: "They share only a form that is filled with other data: weather, fixtures, dividends, notices.",
    },
    Facts {
        name: "boilerplate",
        links: false,
        severity: "info",
        heading: "Shared boilerplate",
        meaning: "only site furniture is shared",
        verb: "shares site furniture with",
        finding: "Two articles share site furniture",
        explained: "They share only what a site prints around its articles.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_in_the_order_of_relations_and_have_their_names() {
        for (place, relation) in Relation::ALL.into_iter().enumerate() {
            assert_eq!(relation as usize, place);
            assert_eq!(serde_json::to_value(relation).unwrap(), relation.name());
            assert_eq!(relation.links(), relation <= Relation::Rewrite, "{relation:?}");
        }
    }
}
