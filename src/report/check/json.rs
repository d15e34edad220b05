//! An outcome as one JSON object on one line; `docs/check.schema.json` has its schema.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::rule;
use crate::check::baseline::Stale;
use crate::check::{Finding, Outcome, Place, Within};
use crate::relation::Relation;
use crate::report::escape;

/// The version of the schema; a change of fields or of their meaning raises it.
pub const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    program: &'static str,
    version: &'static str,
    passed: bool,
    fail_on: Vec<String>,
    counts: Counts,
    findings: Vec<Row<'a>>,
    stale: &'a [Stale],
    stale_allowed: bool,
}

#[derive(Serialize)]
struct Counts {
    articles: u64,
    rejects: u64,
    findings: u64,
    known: u64,
    declared: u64,
    untouched: u64,
    stale: u64,
    relations: BTreeMap<String, u64>,
}

#[derive(Serialize)]
struct Row<'a> {
    rank: u64,
    fingerprint: &'a str,
    occurrence: u64,
    relation: String,
    within: Option<&'static str>,
    here: &'a Place,
    there: &'a Place,
    similarity: f64,
    containment: f64,
    containment_there: f64,
    longest_run: u32,
    passage: Option<&'a str>,
    expired: Option<&'a str>,
}

/// Writes the object and a line break.
pub fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let relations = Relation::ALL.into_iter().filter(|relation| outcome.fail_on.contains(relation));
    let document = Document {
        schema_version: SCHEMA_VERSION,
        program: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        passed: outcome.passed(),
        fail_on: relations.clone().map(rule).collect(),
        counts: Counts {
            articles: outcome.articles,
            rejects: outcome.rejects,
            findings: outcome.findings.len() as u64,
            known: outcome.known,
            declared: outcome.declared,
            untouched: outcome.untouched,
            stale: outcome.stale.len() as u64,
            relations: relations.map(|relation| (rule(relation), outcome.of(relation))).collect(),
        },
        findings: outcome.findings.iter().zip(1..).map(|(finding, rank)| row(finding, rank)).collect(),
        stale: &outcome.stale,
        stale_allowed: outcome.stale_allowed,
    };
    escape::json(&document, out)?;
    out.write_all(b"\n")
}

fn row(finding: &Finding, rank: u64) -> Row<'_> {
    // As in the tables: more than any measurement can bear, and one zero.
    let rounded = |value: f64| (value * 1e4).round() / 1e4 + 0.0;
    Row {
        rank,
        fingerprint: &finding.fingerprint,
        occurrence: finding.occurrence,
        relation: rule(finding.relation),
        within: finding.within.map(|within| match within {
            Within::There => "there",
            Within::Here => "here",
        }),
        here: &finding.here,
        there: &finding.there,
        similarity: rounded(finding.similarity),
        containment: rounded(finding.containment),
        containment_there: rounded(finding.containment_there),
        longest_run: finding.longest_run,
        passage: finding.passage.as_deref(),
        expired: finding.expired.as_deref(),
    }
}
