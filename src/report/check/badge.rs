//! A badge: a small SVG picture that says whether the gate is open.

use std::io::{self, Write};

use super::count;
use crate::check::Outcome;

/// Writes the picture. Its text is of this program alone.
pub fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    /// The width of a letter of 11 pixels and of the space beside the text, in pixels; `textLength` makes the text fit.
    const LETTER: usize = 7;
    const BESIDE: usize = 10;
    let label = "wirecopy";
    let (findings, stale) = (outcome.findings.len() as u64, outcome.stale.len() as u64);
    let (message, colour) = match () {
        () if findings > 0 => (count(findings, "finding", "findings"), "#c0392b"),
        () if !outcome.passed() => (count(stale, "stale entry", "stale entries"), "#b7791f"),
        () => ("no findings".to_owned(), "#2e7d32"),
    };
    let (left, right) = (label.len() * LETTER, message.len() * LETTER);
    let (split, width) = (left + BESIDE, left + right + 2 * BESIDE);
    let text = |x: usize, length: usize, text: &str| {
        format!("<text x=\"{x}\" y=\"14\" textLength=\"{length}\" fill=\"#fff\">{text}</text>")
    };
    writeln!(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"20\" role=\"img\"")?;
    writeln!(out, "  aria-label=\"{label}: {message}\" font-family=\"Verdana,sans-serif\" font-size=\"11\">")?;
    writeln!(out, "  <title>{label}: {message}</title>")?;
    writeln!(out, "  <rect width=\"{width}\" height=\"20\" rx=\"3\" fill=\"#444\"/>")?;
    writeln!(
        out,
        "  <path d=\"M{split} 0h{0}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{0}z\" fill=\"{colour}\"/>",
        width - split - 3
    )?;
    writeln!(out, "  {}", text(BESIDE / 2, left, label))?;
    writeln!(out, "  {}", text(split + BESIDE / 2, right, &message))?;
    writeln!(out, "</svg>")
}
