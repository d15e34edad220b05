//! How right origins are, as text for people and as one JSON object.

use std::io::{self, Write};

use serde::Serialize;

use super::escape::{self, printable};
use super::evaluation::{Wrongs, estimate, left_out};
use crate::evaluate::{ConfidenceBin, OriginEvaluation, OtherAgency, WrongOrigin};
use crate::findings::SCHEMA_VERSION;

/// Writes the evaluation as text.
pub fn text(evaluation: &OriginEvaluation, wrong: Wrongs, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} labelled {}", evaluation.stories, if evaluation.stories == 1 { "story" } else { "stories" })?;
    left_out(evaluation.unknown_stories, &evaluation.unknown_ids, evaluation.repeated_stories, out)?;

    writeln!(out, "\nright       value   95 % interval")?;
    for (name, share) in [("origins", &evaluation.right), ("agencies", &evaluation.agencies)] {
        writeln!(out, "{name:<11}{}   {} of {}", estimate(&share.estimate), share.hits, share.of)?;
    }

    writeln!(out, "\nconfidence    mean   right   95 % interval")?;
    for bin in &evaluation.bins {
        bin_line(&format!("{:.1} to {:.1}", bin.from, bin.to), bin, out)?;
    }
    bin_line("all", &evaluation.named, out)?;

    writeln!(
        out,
        "\n{} {} wrong",
        evaluation.wrong.len(),
        if evaluation.wrong.len() == 1 { "story" } else { "stories" }
    )?;
    if wrong == Wrongs::Listed {
        writeln!(out)?;
        for story in &evaluation.wrong {
            wrong_story(story, out)?;
        }
    }
    Ok(())
}

/// Writes the evaluation as one JSON object on one line.
pub fn json(evaluation: &OriginEvaluation, wrong: Wrongs, out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Document<'a> {
        schema_version: u32,
        #[serde(flatten)]
        evaluation: &'a OriginEvaluation,
        wrong_stories: usize,
    }
    let mut shown = evaluation.clone();
    if wrong == Wrongs::Counted {
        shown.wrong.clear();
    }
    let document =
        Document { schema_version: SCHEMA_VERSION, evaluation: &shown, wrong_stories: evaluation.wrong.len() };
    escape::json(&document, out)?;
    out.write_all(b"\n")
}

fn bin_line(name: &str, bin: &ConfidenceBin, out: &mut dyn Write) -> io::Result<()> {
    let said = bin.confidence.map_or("-".into(), |confidence| format!("{confidence:.3}"));
    let honest = if bin.is_honest() { "" } else { ", fewer than it says" };
    writeln!(
        out,
        "{name:<11}{said:>7}  {}   {} of {}{honest}",
        estimate(&bin.right.estimate),
        bin.right.hits,
        bin.right.of
    )
}

fn wrong_story(story: &WrongOrigin, out: &mut dyn Write) -> io::Result<()> {
    let shown = |text: &Option<String>| text.as_deref().map_or("none".to_owned(), printable);
    let member = printable(&story.member);
    if story.origin != story.found {
        let sure = story.confidence.map_or(String::new(), |confidence| format!(" (confidence {confidence:.3})"));
        writeln!(out, "origin of {member}: {}, found {}{sure}", shown(&story.origin), shown(&story.found))?;
    }
    if let Some(OtherAgency { labelled, found }) = &story.agency {
        writeln!(out, "agency of {member}: {}, found {}", shown(labelled), shown(found))?;
    }
    if let Some(note) = &story.note {
        writeln!(out, "    note: {}", printable(note))?;
    }
    Ok(())
}
