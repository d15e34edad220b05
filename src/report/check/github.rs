//! Workflow commands of GitHub Actions: annotations, a summary of the job, and outputs of the step.
//!
//! A step shows ten errors and ten warnings. The most important ten findings are errors, the next ten warnings, and the
//! summary has the rest. A headline is hostile: a line of output that begins with `::` is a command. Messages and properties
//! are escaped, and what else goes to the same output stands between a command that stops commands and one that resumes them.

use std::fmt::Write as _;
use std::io::{self, Write};

use xxhash_rust::xxh3::xxh3_128_with_seed;

use super::{at, counted, markdown, rule, sentence};
use crate::check::Outcome;
use crate::relation::Relation;
use crate::report::escape::printable;
use crate::text::SEED;

/// Annotations of one level that a step shows.
const SHOWN: usize = 10;
/// The largest summary that a step may have.
pub const SUMMARY_BYTES: usize = 1 << 20;

/// Writes the annotations.
pub fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let stale_fails = !outcome.stale.is_empty() && !outcome.stale_allowed;
    let errors = SHOWN - usize::from(stale_fails);
    for (place, finding) in outcome.findings.iter().take(errors + SHOWN).enumerate() {
        let level = if place < errors { "error" } else { "warning" };
        let file = property(&finding.here.file);
        let title = property(&format!("{}: {}", finding.relation.facts().heading, at(&finding.there)));
        writeln!(
            out,
            "::{level} file={file},line={},title={title}::{}",
            finding.here.line,
            message(&sentence(finding))
        )?;
    }
    if stale_fails {
        let named: Vec<String> = outcome.stale.iter().take(SHOWN).map(super::stale).collect();
        let text = format!("{} stale in the baseline: {}", outcome.stale.len(), named.join("; "));
        writeln!(out, "::error title=Stale baseline::{}", message(&text))?;
    }
    let left_out = outcome.findings.len().saturating_sub(errors + SHOWN);
    if left_out > 0 {
        writeln!(out, "::notice title=wirecopy::{}, of which {left_out} are not annotated here", counted(outcome))?;
    }
    Ok(())
}

/// The summary of the job, in at most so many bytes.
pub fn summary(outcome: &Outcome, limit_bytes: usize) -> String {
    markdown::within(outcome, limit_bytes.min(SUMMARY_BYTES))
}

/// The outputs of the step, a line each: numbers, and whether the gate is open.
pub fn outputs(outcome: &Outcome) -> String {
    let mut lines = format!("passed={}\n", outcome.passed());
    let numbers = [
        ("articles", outcome.articles),
        ("rejects", outcome.rejects),
        ("findings", outcome.findings.len() as u64),
        ("known", outcome.known),
        ("declared", outcome.declared),
        ("untouched", outcome.untouched),
        ("stale", outcome.stale.len() as u64),
    ];
    let relations = Relation::ALL.map(|relation| (rule(relation), outcome.of(relation)));
    let numbers = numbers.into_iter().map(|(name, number)| (name.to_owned(), number));
    for (name, number) in numbers.chain(relations) {
        writeln!(lines, "{name}={number}").expect("writing to a string succeeds");
    }
    lines
}

/// Writes other output so that no command in it is obeyed.
pub fn sheltered(other: &[u8], out: &mut dyn Write) -> io::Result<()> {
    if other.is_empty() {
        return Ok(());
    }
    // Made of the content, so that the same output has the same bytes, and not of anything in it.
    let token = (0..)
        .map(|round| format!("wirecopy-{:032x}", xxh3_128_with_seed(other, SEED ^ round)))
        .find(|token| memchr::memmem::find(other, token.as_bytes()).is_none())
        .expect("no text holds every number");
    writeln!(out, "::stop-commands::{token}")?;
    out.write_all(other)?;
    if !other.ends_with(b"\n") {
        out.write_all(b"\n")?;
    }
    writeln!(out, "::{token}::")
}

fn message(text: &str) -> String {
    printable(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_resumes_commands_does_not_stand_in_the_output() {
        let first = |other: &[u8]| {
            let mut bytes = Vec::new();
            sheltered(other, &mut bytes).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        let text = first(b"::error::x");
        let token = text.lines().next().unwrap().strip_prefix("::stop-commands::").unwrap().to_owned();
        assert_eq!(text, format!("::stop-commands::{token}\n::error::x\n::{token}::\n"));
        assert_ne!(first(format!("::{token}::\n").as_bytes()).lines().next(), text.lines().next());
        assert_eq!(first(b""), "");
    }

    #[test]
    fn properties_end_where_they_should() {
        assert_eq!(property("a,b:c%\r\nd"), "a%2Cb%3Ac%25 d");
    }
}
