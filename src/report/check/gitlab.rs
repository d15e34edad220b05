//! Code Quality of GitLab: an array with one object a finding, empty if there is none.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{rule, sentence};
use crate::check::{Finding, Outcome};
use crate::report::escape::{self, printable};

/// Writes the array.
pub fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let issues: Vec<Value> = outcome.findings.iter().map(issue).collect();
    escape::json(&issues, out)?;
    out.write_all(b"\n")
}

fn issue(finding: &Finding) -> Value {
    json!({
        "type": "issue",
        "check_name": format!("wirecopy/{}", rule(finding.relation)),
        "description": printable(&sentence(finding)),
        "categories": ["Duplication"],
        "severity": finding.relation.facts().severity,
        "fingerprint": finding.key(),
        "location": { "path": finding.here.file, "lines": { "begin": finding.here.line } },
        "other_locations": [{ "path": finding.there.file, "lines": { "begin": finding.there.line } }],
    })
}
