//! An outcome as Markdown, for comments and summaries.
//!
//! Text from documents stands in code spans alone: there nothing is markup, no address becomes a link and no name calls
//! anybody. Lists and no tables, since a bar would end a cell even in a code span.

use std::io::{self, Write};

use super::{aside, at, called, count, counted, figures, stale, verb};
use crate::check::{Finding, Outcome};
use crate::report::escape::printable;

/// Writes the page.
pub fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(within(outcome, usize::MAX).as_bytes())
}

/// The page in at most so many bytes, or a little more than its head: what does not fit is counted.
pub(super) fn within(outcome: &Outcome, limit_bytes: usize) -> String {
    /// What the lines at the end may take.
    const END_BYTES: usize = 1 << 10;
    let limit_bytes = limit_bytes.saturating_sub(END_BYTES);
    let verdict = if outcome.passed() { "passed" } else { "failed" };
    let mut page = format!("### wirecopy: {verdict}\n\n{}", counted(outcome));
    page += &format!(" in {}", count(outcome.articles, "article", "articles"));
    for reason in aside(outcome) {
        page += &format!("; {reason}");
    }
    page += ".\n";
    let mut left_out = 0;
    for (place, finding) in outcome.findings.iter().enumerate() {
        let item = item(finding);
        if page.len() + item.len() + 1 > limit_bytes {
            left_out = outcome.findings.len() - place;
            break;
        }
        if place == 0 {
            page.push('\n');
        }
        page += &item;
    }
    if left_out > 0 {
        page += &format!("\nand {left_out} more, which do not fit here.\n");
    }
    let mut stale_left_out = outcome.stale.len() as u64;
    if !outcome.stale.is_empty() {
        page += &format!("\n{} in the baseline:\n\n", count(stale_left_out, "stale entry", "stale entries"));
        for entry in &outcome.stale {
            let item = format!("- {}\n", code(&stale(entry)));
            if page.len() + item.len() > limit_bytes {
                page += &format!("\nand {stale_left_out} more, which do not fit here.\n");
                break;
            }
            stale_left_out -= 1;
            page += &item;
        }
    }
    page
}

fn item(finding: &Finding) -> String {
    let (here, there) = (&finding.here, &finding.there);
    let mut item = format!(
        "- **{}** {} {} {} {} {}  \n  {}; fingerprint `{}`",
        finding.relation.facts().heading,
        code(&at(here)),
        code(called(here)),
        verb(finding),
        code(&at(there)),
        code(called(there)),
        figures(finding),
        finding.key(),
    );
    if let Some(passage) = &finding.passage {
        item += &format!("  \n  {}", code(passage));
    }
    item + "\n"
}

/// Text as code: between more backticks than it has in a row, so that nothing in it ends the span.
fn code(text: &str) -> String {
    let text = printable(text);
    let (mut longest, mut run) = (0, 0);
    for character in text.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    // One space on either side is taken off again, so that a backtick may be first or last, and nothing is not markup.
    format!("{fence} {} {fence}", if text.is_empty() { "(nothing)" } else { &text })
}
