//! An evaluation, as text for people and as one JSON object.

use std::io::{self, Write};

use serde::Serialize;

use super::escape::{self, printable};
use crate::evaluate::{Class, Estimate, Evaluation, Share, Wrong};
use crate::findings::SCHEMA_VERSION;
use crate::score::Weights;
use crate::score::fit::HeldOut;

/// Whether what was predicted wrongly is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrongs {
    /// Only counted.
    Counted,
    /// Listed one by one.
    Listed,
}

/// Writes evaluations of several scans of one corpus as a Markdown table, a line each.
pub fn ablations(rows: &[(String, Evaluation)], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| scan | precision | recall | F1 | macro F1 | links in one story | others in one story |")?;
    writeln!(out, "|---|---|---|---|---|---|---|")?;
    for (name, evaluation) in rows {
        let figure = |estimate: &Estimate| estimate.value.map_or("-".into(), |value| format!("{value:.3}"));
        let (links, stories) = (&evaluation.links, &evaluation.stories);
        writeln!(
            out,
            "| {name} | {} | {} | {} | {:.3} | {} of {} | {} of {} |",
            figure(&links.precision.estimate),
            figure(&links.recall.estimate),
            figure(&links.f1),
            evaluation.macro_f1,
            stories.links,
            stories.of_links,
            stories.others,
            stories.of_others,
        )?;
    }
    Ok(())
}

/// Writes weights that were fitted, and how those that were fitted without a corpus tell its pairs, from `least` on.
pub fn fitted(weights: &Weights, held_out: &[HeldOut], least: f64, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# Weights in bits, by `wirecopy eval --fit`. A link is a pair of probability {least} or more.")?;
    writeln!(
        out,
        "# Each corpus scored with weights that were fitted to the others, labels that are sure in brackets:"
    )?;
    writeln!(out, "#\n# {:<16} {:<15} {:<15} {:<15}", "corpus", "precision", "recall", "F1")?;
    for HeldOut { name, all, sure } in held_out {
        let share =
            |part: u64, whole: u64| if whole == 0 { "-".into() } else { format!("{:.3}", part as f64 / whole as f64) };
        let figures = |[hits, wrong, missed]: [u64; 3]| {
            [share(hits, hits + wrong), share(hits, hits + missed), share(2 * hits, 2 * hits + wrong + missed)]
        };
        let cells = figures(*all).into_iter().zip(figures(*sure)).map(|(all, sure)| format!("{all} ({sure})"));
        let cells: Vec<String> = cells.map(|cell| format!("{cell:<15}")).collect();
        writeln!(out, "# {:<16} {}", printable(name), cells.join(" ").trim_end())?;
    }
    write!(out, "\n{}", weights.to_toml())
}

/// Writes the evaluation as text.
pub fn text(evaluation: &Evaluation, wrong: Wrongs, out: &mut dyn Write) -> io::Result<()> {
    let links = &evaluation.links;
    writeln!(out, "{} labelled pairs", evaluation.pairs)?;
    left_out(evaluation.unknown_pairs, &evaluation.unknown_ids, evaluation.repeated_pairs, out)?;

    writeln!(out, "\nlinks       value   95 % interval")?;
    writeln!(
        out,
        "precision  {}   {} of {}",
        estimate(&links.precision.estimate),
        links.precision.hits,
        links.precision.of
    )?;
    writeln!(out, "recall     {}   {} of {}", estimate(&links.recall.estimate), links.recall.hits, links.recall.of)?;
    writeln!(out, "F1         {}", estimate(&links.f1))?;

    writeln!(out, "\nlabel        right   95 % interval")?;
    for row in &evaluation.labels {
        let Share { hits, of, estimate: share } = row.right;
        let right = if row.label.links() { "linked" } else { "not linked" };
        writeln!(out, "{:<11}{}   {hits} of {of} {right}", row.label.name(), estimate(&share))?;
    }

    write!(out, "\n{:<11}", "found:")?;
    for class in Class::ALL {
        write!(out, " {:>8}", class.name())?;
    }
    writeln!(out)?;
    for row in &evaluation.confusion {
        write!(out, "{:<11}", row.label.name())?;
        for cell in [row.copy, row.excerpt, row.version, row.rewrite, row.none] {
            write!(out, " {cell:>8}")?;
        }
        writeln!(out)?;
    }
    write!(out, "{:<11}", "F1")?;
    for class in Class::ALL {
        match evaluation.relations.iter().find(|score| score.class == class) {
            Some(score) => write!(out, " {:>8.3}", score.f1)?,
            None => write!(out, " {:>8}", "-")?,
        }
    }
    writeln!(out, "\nmacro F1 {:.3} over {} classes", evaluation.macro_f1, evaluation.relations.len())?;

    let stories = &evaluation.stories;
    writeln!(
        out,
        "\nin one story: {} of {} links, {} of {} others",
        stories.links, stories.of_links, stories.others, stories.of_others
    )?;
    if stories.of_glued > 0 {
        writeln!(
            out,
            "others of different events (same_story false) in one story: {} of {}",
            stories.glued, stories.of_glued
        )?;
    }
    let wrong_pairs = evaluation.wrong.len();
    writeln!(out, "{wrong_pairs} {} wrong", if wrong_pairs == 1 { "pair" } else { "pairs" })?;
    if wrong == Wrongs::Listed {
        writeln!(out)?;
        for pair in &evaluation.wrong {
            wrong_pair(pair, out)?;
        }
    }
    Ok(())
}

/// Writes the evaluation as one JSON object on one line.
pub fn json(evaluation: &Evaluation, wrong: Wrongs, out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Document<'a> {
        schema_version: u32,
        #[serde(flatten)]
        evaluation: &'a Evaluation,
    }
    let mut evaluation = evaluation.clone();
    let wrong_pairs = evaluation.wrong.len();
    if wrong == Wrongs::Counted {
        evaluation.wrong.clear();
    }
    let mut document = serde_json::to_value(Document { schema_version: SCHEMA_VERSION, evaluation: &evaluation })?;
    document["wrong_pairs"] = wrong_pairs.into();
    escape::json(&document, out)?;
    out.write_all(b"\n")
}

/// Says how many labels were left out.
pub(super) fn left_out(unknown: u64, ids: &[String], repeated: u64, out: &mut dyn Write) -> io::Result<()> {
    if unknown > 0 {
        /// Ids named; more would push the result off the screen.
        const NAMED: usize = 5;
        let named: Vec<String> = ids.iter().take(NAMED).map(|id| printable(id)).collect();
        let more = ids.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        writeln!(out, "{unknown} left out, not in the scan: {}{more}", named.join(", "))?;
    }
    if repeated > 0 {
        writeln!(out, "{repeated} left out, labelled before")?;
    }
    Ok(())
}

fn wrong_pair(pair: &Wrong, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "{}: {} {}: {}, found {}",
        pair.error.name(),
        printable(&pair.a),
        printable(&pair.b),
        pair.label.name(),
        pair.predicted
    )?;
    if let Some(rule) = &pair.rule {
        writeln!(out, "    rule: {}", printable(rule))?;
    }
    if let Some(note) = &pair.note {
        writeln!(out, "    note: {}", printable(note))?;
    }
    Ok(())
}

pub(super) fn estimate(estimate: &Estimate) -> String {
    match (estimate.value, estimate.low, estimate.high) {
        (Some(value), Some(low), Some(high)) => format!("{value:>6.3}   {low:.3} to {high:.3}"),
        _ => format!("{:>6}   {:<14}", "-", ""),
    }
}
