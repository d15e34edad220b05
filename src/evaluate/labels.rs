//! What people say: labels of pairs and of stories, from files of JSON lines.

use std::io::BufRead;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

use crate::error::{Error, Result};
use crate::relation::Relation;

/// What people say two texts are to one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// The same article, at most lightly edited.
    Copy,
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
    /// Only a form is shared, filled with other data.
    Template,
    /// Only site furniture is shared.
    Boilerplate,
    /// Nothing is reused.
    Independent,
}

impl Label {
    /// Every label, strongest reuse first.
    pub const ALL: [Label; 9] = [
        Label::Copy,
        Label::Excerpt,
        Label::Version,
        Label::Rewrite,
        Label::Background,
        Label::Quote,
        Label::Template,
        Label::Boilerplate,
        Label::Independent,
    ];

    /// Whether the label says that both carry one story.
    pub fn links(self) -> bool {
        self <= Label::Rewrite
    }

    /// The name in files of labelled pairs.
    pub fn name(self) -> &'static str {
        match self {
            Label::Copy => "copy",
            Label::Excerpt => "excerpt",
            Label::Version => "version",
            Label::Rewrite => "rewrite",
            Label::Background => "background",
            Label::Quote => "quote",
            Label::Template => "template",
            Label::Boilerplate => "boilerplate",
            Label::Independent => "independent",
        }
    }

    pub(super) fn class(self) -> Class {
        match self {
            Label::Copy => Class::Copy,
            Label::Excerpt => Class::Excerpt,
            Label::Version => Class::Version,
            Label::Rewrite => Class::Rewrite,
            Label::Background | Label::Quote | Label::Template | Label::Boilerplate | Label::Independent => Class::None,
        }
    }
}

/// What labels and relations have in common: the kinds of link, and none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// `identical` and `near_duplicate`.
    Copy,
    /// `excerpt`.
    Excerpt,
    /// `version`.
    Version,
    /// `rewrite`.
    Rewrite,
    /// No link.
    None,
}

impl Class {
    /// Every class.
    pub const ALL: [Class; 5] = [Class::Copy, Class::Excerpt, Class::Version, Class::Rewrite, Class::None];

    /// The class's name.
    pub fn name(self) -> &'static str {
        match self {
            Class::Copy => "copy",
            Class::Excerpt => "excerpt",
            Class::Version => "version",
            Class::Rewrite => "rewrite",
            Class::None => "none",
        }
    }

    pub(super) fn of(relation: Relation) -> Class {
        match relation {
            Relation::Identical | Relation::NearDuplicate => Class::Copy,
            Relation::Excerpt => Class::Excerpt,
            Relation::Version => Class::Version,
            Relation::Rewrite => Class::Rewrite,
            Relation::Background | Relation::Quote | Relation::Template | Relation::Boilerplate => Class::None,
        }
    }
}

/// Whether a judge was sure of a label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Yes, or nothing is said about it.
    #[default]
    High,
    /// A reasonable editor might pick another label.
    Low,
}

/// One pair that was labelled by people. Other fields of its record are ignored.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct LabelledPair {
    /// One article's id.
    pub a: String,
    /// The other's.
    pub b: String,
    /// What they are to one another.
    pub label: Label,
    /// Whether both report the same events, be it in different words.
    #[serde(default)]
    pub same_story: Option<bool>,
    /// Whether the judge was sure.
    #[serde(default)]
    pub confidence: Confidence,
    /// What the judge noted.
    #[serde(default)]
    pub note: Option<String>,
}

/// What people say of a story. Other fields of its record are ignored.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct LabelledStory {
    /// The id of any of its articles.
    pub member: String,
    /// The article that was written first and that the others were made from; nothing if the corpus does not have it.
    #[serde(deserialize_with = "stated")]
    pub origin: Option<String>,
    /// The agency whose copy it is, nothing inside if it is no agency's; nothing at all if that is not labelled.
    #[serde(default, deserialize_with = "perhaps_stated")]
    pub agency: Option<Option<String>>,
    /// What the judge noted.
    #[serde(default)]
    pub note: Option<String>,
}

/// A text or null, and not just nothing: who labels a story should say that its origin is not there.
fn stated<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(deserializer)
}

fn perhaps_stated<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// The labelled pairs of a file of JSON lines; `name` is for errors.
pub fn labelled_pairs(name: &str, reader: impl BufRead) -> Result<Vec<LabelledPair>> {
    let is_two = |pair: &LabelledPair| match pair.a == pair.b {
        true => Err(format!("{} is paired with itself", pair.a)),
        false => Ok(()),
    };
    labels(name, "pair", reader, is_two)
}

/// The labelled stories of a file of JSON lines; `name` is for errors.
pub fn labelled_stories(name: &str, reader: impl BufRead) -> Result<Vec<LabelledStory>> {
    labels(name, "story", reader, |_| Ok(()))
}

fn labels<L: DeserializeOwned>(
    name: &str,
    what: &str,
    reader: impl BufRead,
    check: impl Fn(&L) -> Result<(), String>,
) -> Result<Vec<L>> {
    let mut labels = Vec::new();
    for (line, row) in reader.lines().zip(1..) {
        let misread = |cause: String| Error::Table { table: name.into(), row, cause };
        let line = line.map_err(|cause| misread(cause.to_string()))?;
        if line.trim().is_empty() {
            continue;
        }
        let label: L = serde_json::from_str(&line).map_err(|cause| misread(cause.to_string()))?;
        check(&label).map_err(misread)?;
        labels.push(label);
    }
    if labels.is_empty() {
        return Err(Error::NotFound(format!("{name} holds no labelled {what}")));
    }
    Ok(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_line_is_named() {
        let read = |text: &str| labelled_pairs("gold.jsonl", text.as_bytes()).unwrap_err().to_string();
        let good = r#"{"a": "x", "b": "y", "label": "copy", "judges": 2}"#;
        assert!(read(&format!("{good}\n{{")).starts_with("cannot understand gold.jsonl, row 2: EOF"));
        assert!(read(r#"{"a": "x", "b": "y", "label": "similar"}"#).contains("unknown variant `similar`"));
        assert!(read(r#"{"a": "x", "b": "x", "label": "copy"}"#).ends_with("x is paired with itself"));
        assert_eq!(read("\n"), "gold.jsonl holds no labelled pair");
    }

    #[test]
    fn an_origin_is_stated_and_an_agency_may_be() {
        let read = |text: &str| labelled_stories("origins.jsonl", text.as_bytes());
        let story = |text: &str| read(text).unwrap().remove(0);
        assert_eq!(story(r#"{"member": "x", "origin": null}"#).agency, None);
        assert_eq!(story(r#"{"member": "x", "origin": "y", "agency": null}"#).agency, Some(None));
        let error = read(r#"{"member": "x", "agency": "y"}"#).unwrap_err().to_string();
        assert!(error.contains("missing field `origin`"), "{error}");
        assert_eq!(read("").unwrap_err().to_string(), "origins.jsonl holds no labelled story");
    }
}
