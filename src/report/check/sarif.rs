//! SARIF 2.1.0, as GitHub's code scanning takes it.
//!
//! A finding is one result at one line of one article; the other is a related location that the message links to. GitHub
//! takes 5,000 results of a run and knows an alert again by `primaryLocationLineHash`: here it is made of the content of
//! both articles, so that an alert stays the same when lines move. What does not fit is named in a notification.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{called, count, figures, rule, verb};
use crate::check::{Finding, Outcome, Place};
use crate::relation::Relation;
use crate::report::escape::{self, printable};

/// Results that GitHub takes of a run.
pub const RESULTS: usize = 5000;
/// The version of our own fingerprints.
const FINGERPRINT: &str = "wirecopyPair/v1";
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes the log.
pub fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let rules: Vec<Relation> = Relation::ALL
        .into_iter()
        .filter(|relation| outcome.fail_on.contains(relation) || outcome.of(*relation) > 0)
        .collect();
    let place = |relation| rules.iter().position(|rule| *rule == relation);
    let results: Vec<Value> = outcome
        .findings
        .iter()
        .take(RESULTS)
        .zip(1..)
        .map(|(finding, rank)| result(finding, rank, place(finding.relation)))
        .collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|relation| described(*relation)).collect::<Vec<_>>(),
            } },
            "automationDetails": { "id": "wirecopy/check/" },
            "columnKind": "unicodeCodePoints",
            "invocations": [{ "executionSuccessful": true, "toolExecutionNotifications": notifications(outcome) }],
            "results": results,
        }],
    });
    escape::json(&log, out)?;
    out.write_all(b"\n")
}

fn notifications(outcome: &Outcome) -> Vec<Value> {
    let notification = |level: &str, text: String| json!({ "level": level, "message": { "text": printable(&text) } });
    let mut notifications = Vec::new();
    if let Some(rest) = outcome.findings.get(RESULTS..).filter(|rest| !rest.is_empty()) {
        let named: Vec<String> =
            rest.iter().map(|finding| format!("{} {}", rule(finding.relation), finding.key())).collect();
        let more = count(rest.len() as u64, "finding is", "findings are");
        notifications
            .push(notification("warning", format!("{more} left out, the least important: {}", named.join(", "))));
    }
    let level = if outcome.stale_allowed { "note" } else { "error" };
    notifications
        .extend(outcome.stale.iter().map(|entry| notification(level, format!("stale: {}", super::stale(entry)))));
    notifications
}

fn result(finding: &Finding, rank: u64, rule_index: Option<usize>) -> Value {
    let Finding { here, there, .. } = finding;
    let text = format!(
        "\"{}\" {} [{}](1) ({})",
        linkless(called(here)),
        verb(finding),
        linkless(&format!("\"{}\" at {}", called(there), super::at(there))),
        figures(finding)
    );
    let mut result = json!({
        "ruleId": rule(finding.relation),
        "ruleIndex": rule_index,
        "level": "error",
        "message": { "text": text },
        "locations": [{ "physicalLocation": location(here) }],
        "relatedLocations": [{
            "id": 1,
            "physicalLocation": location(there),
            "message": { "text": linkless(called(there)) },
        }],
        "partialFingerprints": {
            // GitHub's own are 16 digits and the number of the occurrence.
            "primaryLocationLineHash": format!("{}:{}", &finding.fingerprint[..finding.fingerprint.len().min(16)], finding.occurrence),
            FINGERPRINT: finding.key(),
        },
        "rank": 100.0 * finding.similarity.clamp(0.0, 1.0),
        "properties": {
            "position": rank,
            "here": { "id": here.id, "record": here.record },
            "there": { "id": there.id, "record": there.record },
        },
    });
    if let Some(passage) = &finding.passage {
        result["properties"]["passage"] = printable(passage).into();
    }
    result
}

fn location(place: &Place) -> Value {
    json!({
        "artifactLocation": { "uri": uri(&place.file) },
        "region": { "startLine": place.line.max(1) },
    })
}

/// Text in which nothing is a link: SARIF reads `[text](1)` as one.
fn linkless(text: &str) -> String {
    let mut out = String::new();
    for character in printable(text).chars() {
        if matches!(character, '\\' | '[' | ']') {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// A path as a relative URI, or one from the root as an absolute one.
fn uri(file: &str) -> String {
    let mut uri = String::new();
    if file.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in file.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// The rule of a relation.
fn described(relation: Relation) -> Value {
    let (short, full) = (relation.facts().finding, relation.facts().explained);
    let remedy = "Remove one of the two, or let it stay: `wirecopy check --update-baseline` takes it into the baseline, and \
                  `wirecopy check --not-a-duplicate FINGERPRINT --reason TEXT` declares that it is none.";
    let help = format!("{full} {remedy}");
    json!({
        "id": rule(relation),
        "name": relation.facts().heading.split([' ', '-']).map(capitalised).collect::<String>(),
        "shortDescription": { "text": short },
        "fullDescription": { "text": full },
        "help": { "text": help.replace('`', ""), "markdown": help },
        "defaultConfiguration": { "level": "error" },
        "properties": { "tags": ["duplication"], "precision": "very-high", "problem.severity": "error" },
    })
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_uris() {
        assert_eq!(uri("corpus/a b#1:é.jsonl"), "corpus/a%20b%231%3A%C3%A9.jsonl");
        assert_eq!(uri("/elsewhere/a.jsonl"), "file:///elsewhere/a.jsonl");
    }

    #[test]
    fn text_makes_no_link() {
        assert_eq!(linkless("[click](https://x.example) \\"), "\\[click\\](https://x.example) \\\\");
    }
}
