//! An outcome for people: each finding with both places and the passage that proves it, then the count.
//!
//! No line begins with text from documents: where continuous integration reads along, the beginning of a line can be a
//! command.

use std::io::{self, Write};

use super::{aside, called, count, counted, figures, rule, stale, verb};
use crate::check::{Outcome, Place};
use crate::report::escape::printable;

/// Writes the text.
pub fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let at = |place: &Place| format!("{}:{}", place.path, place.line);
    for finding in &outcome.findings {
        let (here, there) = (&finding.here, &finding.there);
        writeln!(out, "{}: {}", rule(finding.relation), printable(&at(here)))?;
        writeln!(out, "  \"{}\"", printable(called(here)))?;
        writeln!(out, "  {} {}", verb(finding), printable(&at(there)))?;
        writeln!(out, "  \"{}\"", printable(called(there)))?;
        writeln!(out, "  {}", printable(&figures(finding)))?;
        if let Some(passage) = &finding.passage {
            writeln!(out, "  | {}", printable(passage))?;
        }
        writeln!(out, "  fingerprint {}\n", finding.fingerprint)?;
    }
    for entry in &outcome.stale {
        writeln!(out, "stale: {}", printable(&stale(entry)))?;
    }
    if !outcome.stale.is_empty() {
        let hint = match outcome.stale_allowed {
            true => "allowed; --update-baseline removes them",
            false => "--update-baseline removes them, --allow-stale lets them pass",
        };
        let entries = count(outcome.stale.len() as u64, "stale entry", "stale entries");
        writeln!(out, "{entries} in the baseline: {hint}\n")?;
    }
    let mut last = vec![format!("{} in {}", counted(outcome), count(outcome.articles, "article", "articles"))];
    if outcome.rejects > 0 {
        last.push(count(outcome.rejects, "rejected record", "rejected records"));
    }
    last.extend(aside(outcome));
    writeln!(out, "{}", last.join("; "))
}
