//! The outcome of a gate, for people and for the systems that run it: one file per format.
//!
//! Every finding is one result in every format, in the order of its importance, but where a system takes only so many: those
//! formats say how many they leave out. Text from documents stands only where the format takes it as text.

use std::io::{self, Write};

use crate::check::{Finding, Outcome, Place, Within};
use crate::relation::Relation;

pub mod badge;
pub mod baseline;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod rdjsonl;
pub mod sarif;
pub mod text;

/// The formats of an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// For people, on a terminal.
    Text,
    /// One JSON object, of the schema `docs/check.schema.json`.
    Json,
    /// SARIF 2.1.0, as GitHub takes it.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
    /// Code Quality of GitLab.
    Gitlab,
    /// JUnit XML.
    Junit,
    /// Reviewdog's diagnostics, one a line.
    Rdjsonl,
    /// A comment or a page.
    Markdown,
    /// A picture in SVG.
    Badge,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 9] = [
        Format::Text,
        Format::Json,
        Format::Sarif,
        Format::Github,
        Format::Gitlab,
        Format::Junit,
        Format::Rdjsonl,
        Format::Markdown,
        Format::Badge,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Json => "json",
            Format::Sarif => "sarif",
            Format::Github => "github",
            Format::Gitlab => "gitlab",
            Format::Junit => "junit",
            Format::Rdjsonl => "rdjsonl",
            Format::Markdown => "markdown",
            Format::Badge => "badge",
        }
    }

    /// Writes the outcome in this format.
    pub fn write(self, outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Format::Text => text::write(outcome, out),
            Format::Json => json::write(outcome, out),
            Format::Sarif => sarif::write(outcome, out),
            Format::Github => github::write(outcome, out),
            Format::Gitlab => gitlab::write(outcome, out),
            Format::Junit => junit::write(outcome, out),
            Format::Rdjsonl => rdjsonl::write(outcome, out),
            Format::Markdown => markdown::write(outcome, out),
            Format::Badge => badge::write(outcome, out),
        }
    }
}

/// The relation as reports name it: the name of a rule.
pub fn rule(relation: Relation) -> String {
    relation.name().replace('_', "-")
}

/// What the article of the finding is to the other, up to the other's name.
fn verb(finding: &Finding) -> &'static str {
    match (finding.relation, finding.within) {
        (Relation::Excerpt, Some(Within::Here)) => "contains nearly all prose of",
        (relation, _) => relation.facts().verb,
    }
}

/// The figures of a finding, in words.
fn figures(finding: &Finding) -> String {
    let percent = |share: f64| (share * 100.0).floor();
    let mut figures = vec![
        format!("similarity {:.2}", (finding.similarity * 100.0).floor() / 100.0),
        format!(
            "the other has {} % of it, it has {} % of the other",
            percent(finding.containment),
            percent(finding.containment_there)
        ),
    ];
    if finding.longest_run > 0 {
        figures.push(format!("longest shared run {} words", finding.longest_run));
    }
    figures.extend(finding.expired.as_ref().map(|day| format!("known until {day}")));
    figures.join(", ")
}

/// `FILE:LINE`.
fn at(place: &Place) -> String {
    format!("{}:{}", place.file, place.line)
}

/// The headline, or else the id.
fn called(place: &Place) -> &str {
    place.title.as_deref().filter(|title| !title.trim().is_empty()).unwrap_or(&place.id)
}

/// One sentence of plain text: what the article is to which other.
fn sentence(finding: &Finding) -> String {
    let Finding { here, there, .. } = finding;
    format!("\"{}\" {} \"{}\" at {} ({})", called(here), verb(finding), called(there), at(there), figures(finding))
}

/// `1 finding`, `2 findings`.
pub(super) fn count(number: u64, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}

/// How many findings of which relations: `3 findings: 1 identical, 2 near-duplicate`.
fn counted(outcome: &Outcome) -> String {
    let number = outcome.findings.len() as u64;
    if number == 0 {
        return "no findings".into();
    }
    let kinds = Relation::ALL.into_iter().map(|relation| (outcome.of(relation), relation));
    let kinds: Vec<String> = kinds
        .filter(|(number, _)| *number > 0)
        .map(|(number, relation)| format!("{number} {}", rule(relation)))
        .collect();
    format!("{}: {}", count(number, "finding", "findings"), kinds.join(", "))
}

/// What was left out of the findings, and why: as many words as there are reasons.
fn aside(outcome: &Outcome) -> Vec<String> {
    let reasons = [
        (outcome.known, "known"),
        (outcome.declared, "declared to be no duplicates"),
        (outcome.untouched, "between articles that are not new"),
    ];
    reasons.into_iter().filter(|(number, _)| *number > 0).map(|(number, why)| format!("{number} {why}")).collect()
}

/// A stale entry, in words: what it bears and what is left of it.
fn stale(stale: &crate::check::baseline::Stale) -> String {
    let entry = &stale.entry;
    let [a, b] = &entry.between;
    let gone = match stale.left {
        0 => "is gone".into(),
        left => format!("is found {left} times, not {}", entry.count),
    };
    format!("{} of \"{a}\" and \"{b}\" {gone} ({})", rule(entry.relation), entry.fingerprint)
}
