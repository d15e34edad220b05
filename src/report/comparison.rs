//! A comparison of two articles, as text for people and as one JSON object.

use std::io::{self, Write};

use serde::Serialize;

use super::escape;
use super::layout::{Indent, Names, Page, Paint, Piece, bracketed, legend};
use super::summary::{Style, count, grouped};
use crate::explain::{Comparison, Kind, KindCounts, Party, Shared};
use crate::findings::SCHEMA_VERSION;
use crate::relate::{Direction, Probability};
use crate::score::Weighed;

/// Writes the comparison as text, in lines of at most `width_columns`.
pub fn text(comparison: &Comparison, width_columns: usize, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(out, width_columns, style);
    party(&mut page, "A", &comparison.a)?;
    party(&mut page, "B", &comparison.b)?;
    page.blank()?;
    body(&mut page, comparison)
}

/// Writes the comparison as one JSON object on one line.
pub fn json(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Document<'a> {
        schema_version: u32,
        #[serde(flatten)]
        comparison: &'a Comparison,
    }
    escape::json(&Document { schema_version: SCHEMA_VERSION, comparison }, out)?;
    out.write_all(b"\n")
}

/// Which article it is: id and headline, where it comes from, its tokens.
pub(super) fn party(page: &mut Page<'_>, name: &str, party: &Party) -> io::Result<()> {
    let indent = if name.is_empty() { 0 } else { name.len() + 1 };
    let title = party.title.as_deref().filter(|title| !title.trim().is_empty()).unwrap_or("(no headline)");
    let head = if name.is_empty() { String::new() } else { format!("{name} ") };
    page.line(0, Paint::Bold, &format!("{head}{} – {title}", party.id))?;
    let mut facts: Vec<&str> = Vec::new();
    facts.extend(party.source.as_deref());
    facts.extend(party.published.as_deref());
    let place = format!("{}:{}", party.path, party.record);
    facts.push(&place);
    page.line(indent, Paint::Dim, &facts.join(", "))?;
    page.line(indent, Paint::Dim, &kinds(&party.tokens))
}

/// "432 tokens: 400 prose, 32 furniture".
pub(super) fn kinds(counts: &KindCounts) -> String {
    let total = count(counts.all(), "token", "tokens");
    match counts.present()[..] {
        [] => total,
        [(kind, _)] => format!("{total} of {}", kind.name()),
        _ => format!("{total}: {}", each(counts)),
    }
}

fn each(counts: &KindCounts) -> String {
    let present = counts.present();
    present
        .iter()
        .map(|(kind, tokens)| format!("{} {}", grouped(*tokens as u64), kind.name()))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Relation, rule, scores and passages.
pub(super) fn body(page: &mut Page<'_>, comparison: &Comparison) -> io::Result<()> {
    match comparison.relation {
        None => page.text(0, Paint::Bold, "no relation: they share nothing of note")?,
        Some(relation) => {
            let direction = match comparison.direction {
                None => "",
                Some(Direction::AInB) => "; A is in B",
                Some(Direction::BInA) => "; B is in A",
            };
            let head = format!("{}: {}{direction}", relation.name(), relation.facts().meaning);
            page.text(0, Paint::Bold, &head)?;
        }
    }
    let rule = if comparison.relation.is_some() { "rule" } else { "why" };
    page.text(2, Paint::Plain, &format!("{rule}: {}", comparison.rule))?;
    if comparison.relation.is_some() {
        let links = if comparison.links { "it links: a reason to put both in one story" } else { "it does not link" };
        page.text(2, Paint::Plain, links)?;
    }
    page.blank()?;
    scores(page, comparison)?;
    waterfall(page, comparison)?;
    passages(page, comparison)
}

fn scores(page: &mut Page<'_>, comparison: &Comparison) -> io::Result<()> {
    let bits = format!("{:.1}", comparison.evidence_bits);
    let rows = [
        ("jaccard", format!("{:.4}", comparison.jaccard), "of their word 5-grams, shared among all".to_owned()),
        (
            "containment",
            format!("A {:.4}  B {:.4}", comparison.containment_a, comparison.containment_b),
            "in the other".into(),
        ),
        ("prose shared", format!("A {:.4}  B {:.4}", comparison.prose_a, comparison.prose_b), "in the other".into()),
        ("evidence", format!("{bits} bits"), "of prose beyond chance".into()),
        ("longest run", count(comparison.longest_run, "token", "tokens"), String::new()),
        ("quote share", format!("{:.4}", comparison.quote_share), "of shared tokens in quotations".into()),
    ];
    for (name, figure, note) in rows {
        page.row(&format!("  {name:<13} {figure:<20} "), &note)?;
    }
    Ok(())
}

/// How the probability comes about: what each feature adds, the greatest first.
fn waterfall(page: &mut Page<'_>, comparison: &Comparison) -> io::Result<()> {
    let Some(probability) = comparison.probability.filter(|_| !comparison.weights.is_empty()) else { return Ok(()) };
    page.blank()?;
    let sum = comparison.prior_bits + comparison.weights.iter().map(|weighed| weighed.bits).sum::<f64>();
    page.text(0, Paint::Bold, &format!("reuse {}: {sum:+.1} bits", Probability(probability)))?;
    let bar = |bits: f64| {
        let mark = if bits < 0.0 { "-" } else { "+" };
        mark.repeat((bits.abs() * 2.0).round().min(18.0) as usize)
    };
    let line = |name: &str, bits: f64| format!("  {name:<10}{bits:>+6.1} {:<18} ", bar(bits));
    page.row(&line("to begin", comparison.prior_bits), "what a pair with nothing for or against it has")?;
    let mut weights: Vec<&Weighed> = comparison.weights.iter().filter(|weighed| weighed.bits.abs() >= 0.05).collect();
    weights.sort_by(|x, y| y.bits.total_cmp(&x.bits));
    for Weighed { feature, value, bits } in weights {
        page.row(&line(feature.name(), *bits), &feature.shown(*value))?;
    }
    Ok(())
}

fn passages(page: &mut Page<'_>, comparison: &Comparison) -> io::Result<()> {
    if comparison.passages.is_empty() {
        return Ok(());
    }
    page.blank()?;
    let number = count(comparison.passages.len(), "passage", "passages");
    page.text(0, Paint::Bold, &format!("{number} shared, {}", kinds(&comparison.shared)))?;
    let mixed: Vec<Kind> = Kind::ALL
        .into_iter()
        .filter(|kind| {
            let mixed = comparison.passages.iter().filter(|shared| shared.kind().is_none());
            mixed.flat_map(|shared| shared.kinds.present()).any(|(present, _)| present == *kind)
        })
        .collect();
    let legend = legend(&mixed, Names::Unmarked).map_or(String::new(), |legend| format!("; {legend}"));
    page.text(2, Paint::Dim, &format!("spans are bytes of the original texts{legend}"))?;
    let numbered = comparison.passages.iter().zip(1..);
    for (shared, number) in numbered.clone().filter(|(shared, _)| telling(shared)) {
        page.blank()?;
        passage(page, number, shared)?;
    }
    let mut rest = numbered.filter(|(shared, _)| !telling(shared)).peekable();
    if rest.peek().is_some() {
        page.blank()?;
        page.text(2, Paint::Dim, "and runs that prove nothing by themselves")?;
    }
    for (shared, number) in rest {
        let parts = shared.parts.iter().map(|part| part.text.as_str()).collect::<String>();
        let cells = format!(
            "  {number:>2} {:<9} {:>5.1} bits  A {:<12} B {:<12} ",
            shared.kind().map_or("mixed", Kind::name),
            shared.bits,
            format!("{}-{}", shared.a.start, shared.a.end),
            format!("{}-{}", shared.b.start, shared.b.end)
        );
        page.row(&cells, &parts)?;
    }
    Ok(())
}

/// Whether a run is shown with all its text: those that count, and those that are long enough to be recognised.
fn telling(shared: &Shared) -> bool {
    /// As many tokens as make the scan sure to find a run.
    const LONG: usize = 9;
    shared.proves || shared.tokens >= LONG
}

fn passage(page: &mut Page<'_>, number: usize, shared: &Shared) -> io::Result<()> {
    let what = match shared.kind() {
        Some(kind) => format!("{}, {}", kind.name(), count(shared.tokens, "token", "tokens")),
        None => format!("mixed, {}: {}", count(shared.tokens, "token", "tokens"), each(&shared.kinds)),
    };
    let worth = if shared.proves { format!("{:.0} bits", shared.bits) } else { "proves nothing".into() };
    let places = format!("A {}-{}, B {}-{}", shared.a.start, shared.a.end, shared.b.start, shared.b.end);
    page.paragraph(
        Indent { first: 2, rest: 5 },
        &[Piece::plain(format!("{number:>2} {what}, {worth}, ")), Piece::new(Paint::Dim, places)],
    )?;
    let pieces = match shared.kind() {
        Some(kind) => vec![Piece::new(Paint::Of(kind), shared.text.clone())],
        None => bracketed(&shared.parts, Names::Unmarked),
    };
    page.paragraph(Indent::all(5), &pieces)
}
