//! Diagnostics in reviewdog's format, one JSON object a line.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{rule, sentence};
use crate::check::{Finding, Outcome, Place};
use crate::report::escape::{self, printable};

/// Writes the lines; none if there is no finding.
pub fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    for finding in &outcome.findings {
        escape::json(&diagnostic(finding), out)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn diagnostic(finding: &Finding) -> Value {
    let location = |place: &Place| json!({ "path": place.file, "range": { "start": { "line": place.line } } });
    json!({
        "message": printable(&sentence(finding)),
        "location": location(&finding.here),
        "severity": "ERROR",
        "source": { "name": env!("CARGO_PKG_NAME") },
        "code": { "value": rule(finding.relation) },
        "related_locations": [{ "message": printable(super::called(&finding.there)), "location": location(&finding.there) }],
    })
}
