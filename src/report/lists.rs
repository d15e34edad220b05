//! `keep.txt` and `drop.txt`: the ids of the articles that a corpus without near-duplicates keeps and drops, one a line.
//!
//! An id that would break its line, or could be taken for such a one because it begins with a quotation mark, is written as a
//! JSON string; every other id stands as it is.

use std::io::{self, Write};

use super::escape;
use crate::findings::Findings;

/// Writes the ids of the articles to keep, in input order.
pub fn keep(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    list(findings, true, out)
}

/// Writes the ids of the articles to drop, in input order.
pub fn drop(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    list(findings, false, out)
}

fn list(findings: &Findings, keep: bool, out: &mut dyn Write) -> io::Result<()> {
    for member in findings.members.iter().filter(|member| member.keep == keep) {
        let id = &member.id;
        if id.starts_with('"') || id.contains(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
            escape::json(id, out)?;
            out.write_all(b"\n")?;
        } else {
            writeln!(out, "{id}")?;
        }
    }
    Ok(())
}
