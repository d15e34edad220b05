//! JUnit XML: one failed case a finding and a stale entry, one passed case if there is none.

use std::io::{self, Write};

use super::{aside, at, counted, figures, rule, sentence, stale};
use crate::check::Outcome;
use crate::report::escape::printable;

/// Writes the document.
pub fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let stale_entries = if outcome.stale_allowed { &[][..] } else { &outcome.stale };
    let failures = outcome.findings.len() + stale_entries.len();
    let totals = format!("tests=\"{}\" failures=\"{failures}\" errors=\"0\"", failures.max(1));
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"wirecopy\" {totals}>")?;
    writeln!(out, "  <testsuite name=\"wirecopy check\" {totals} skipped=\"0\">")?;
    for finding in &outcome.findings {
        let name = format!("{} and {}", at(&finding.here), at(&finding.there));
        let (file, line) = (text(&finding.here.file), finding.here.line);
        let kind = rule(finding.relation);
        let case = format!("classname=\"wirecopy.{kind}\" name=\"{}\" file=\"{file}\" line=\"{line}\"", text(&name));
        writeln!(out, "    <testcase {case}>")?;
        let passage = finding.passage.as_deref().unwrap_or_default();
        let body = format!("{}\n{}\nfingerprint {}", figures(finding), printable(passage), finding.key());
        let message = text(&sentence(finding));
        writeln!(out, "      <failure type=\"{kind}\" message=\"{message}\">{}</failure>", lines(&body))?;
        writeln!(out, "    </testcase>")?;
    }
    for entry in stale_entries {
        let name = format!("stale {}", entry.entry.fingerprint);
        writeln!(out, "    <testcase classname=\"wirecopy.stale\" name=\"{}\">", text(&name))?;
        writeln!(out, "      <failure type=\"stale\" message=\"{}\"/>", text(&stale(entry)))?;
        writeln!(out, "    </testcase>")?;
    }
    if failures == 0 {
        let mut name = vec![format!("{} in {} articles", counted(outcome), outcome.articles)];
        name.extend(aside(outcome));
        writeln!(out, "    <testcase classname=\"wirecopy\" name=\"{}\"/>", text(&name.join("; ")))?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}

/// Text on one line, for an attribute.
fn text(text: &str) -> String {
    escaped(&printable(text))
}

/// Text whose line breaks are ours.
fn lines(text: &str) -> String {
    text.lines().map(|line| escaped(&printable(line))).collect::<Vec<_>>().join("\n")
}

/// XML has no way to write some characters, not even as references.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => out.push(character),
            _ => out.push('\u{fffd}'),
        }
    }
    out
}
