//! `report.md`: the overview, the largest stories, and the articles of each, for a wiki, a ticket or a terminal.
//!
//! It is CommonMark with tables as GitHub has them. Headlines, outlets and ids are hostile: all of them go through
//! [`markdown`], so none begins a table cell, an element, a link or a line of its own. One story is held at a time.

use std::io::{self, Write};

use super::escape::markdown;
use super::rows::{rounded, stated};
use super::summary::{count, grouped};
use crate::article::Moment;
use crate::findings::{Findings, Member, Story};

/// Stories shown; a file with more is no longer read from top to bottom, and the tables have them all.
const STORIES: usize = 100;
/// Articles shown of a story.
const ARTICLES: usize = 100;
/// What stands for what is not known.
const NOTHING: &str = "–";

/// Writes the report; `inputs` are those of the scan as they were given.
pub fn write(findings: &Findings, inputs: &[String], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# Wire stories\n")?;
    if !inputs.is_empty() {
        let inputs: Vec<String> = inputs.iter().map(|input| markdown(input)).collect();
        writeln!(out, "Read from {}.\n", inputs.join(", "))?;
    }
    overview(findings, out)?;
    let shown = &findings.stories[..findings.stories.len().min(STORIES)];
    if shown.is_empty() {
        return writeln!(out, "\nNo two articles carry the same story.");
    }
    largest(findings, shown, out)?;
    for (story, number) in shown.iter().zip(1..) {
        writeln!(out, "\n## {number}. {}\n", headline(story))?;
        writeln!(out, "{}\n", facts(findings, story))?;
        articles(findings, story, out)?;
    }
    let hidden = findings.stories.len() - shown.len();
    if hidden > 0 {
        let hidden = count(hidden, "smaller story is", "smaller stories are");
        writeln!(out, "\n{hidden} not shown; the table of stories has all of them.")?;
    }
    Ok(())
}

fn overview(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    let counts = &findings.counts;
    let syndicated = findings.stories.iter().filter(|story| story.syndicated).count() as u64;
    writeln!(out, "| Found | Number |\n|:--|--:|")?;
    for (what, number) in [
        ("Articles", counts.articles),
        ("Rejected records", counts.rejects),
        ("Stories", counts.stories),
        ("Stories that more than one outlet carries", syndicated),
        ("Articles in stories", counts.articles_in_stories),
        ("Links between articles", counts.links),
        ("Near-duplicates to drop", counts.dropped),
    ] {
        writeln!(out, "| {what} | {} |", grouped(number))?;
    }
    Ok(())
}

fn largest(findings: &Findings, stories: &[Story], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n## Largest stories\n")?;
    writeln!(out, "| No. | Headline | Articles | Outlets | First | Last | Agency | Origin | Confidence |")?;
    writeln!(out, "|--:|:--|--:|--:|:--|:--|:--|:--|--:|")?;
    for (story, number) in stories.iter().zip(1..) {
        let agency = story.agency.as_ref().map(|(name, _)| markdown(name));
        let origin = story.origin.as_ref().map(|origin| whose(&findings.members.get(origin.article.index())));
        let sure = story.origin.as_ref().map(|origin| percent(origin.confidence));
        writeln!(
            out,
            "| {number} | {} | {} | {} | {} | {} | {} | {} | {} |",
            headline(story),
            grouped(story.members.len() as u64),
            grouped(story.sources.len() as u64),
            date(story.first_published),
            date(story.last_published),
            or_nothing(agency),
            or_nothing(origin),
            or_nothing(sure),
        )?;
    }
    Ok(())
}

/// What is said of a story in words.
fn facts(findings: &Findings, story: &Story) -> String {
    let mut facts = format!(
        "Story {}: {} of {}.",
        markdown(&story.id),
        count(story.members.len(), "article", "articles"),
        count(story.sources.len(), "outlet", "outlets")
    );
    if !story.syndicated {
        facts += " Revisions of one outlet, no syndication.";
    }
    if let Some((agency, evidence)) = &story.agency {
        facts += &format!(" Copy of {}: “{}”.", markdown(agency), markdown(evidence));
    }
    if let Some(origin) = &story.origin {
        let reasons: Vec<String> = origin.reasons.iter().map(|reason| markdown(reason)).collect();
        let because = if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join("; ")) };
        let member = findings.members.get(origin.article.index());
        facts += &format!(" Likely origin {} ({}){because}.", whose(&member), percent(origin.confidence));
    }
    facts
}

fn articles(findings: &Findings, story: &Story, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| Relation | Outlet | Published | Similarity | Kept | Article |")?;
    writeln!(out, "|:--|:--|:--|--:|:--|:--|")?;
    let origin = story.origin.as_ref().map(|origin| origin.article);
    let time = |at: usize| findings.members.get(at).trusted_date();
    // The origin, then by date, those without one at the end; of equal ones in input order.
    let mut order = story.members.clone();
    order.sort_by_key(|&article| {
        (origin != Some(article), time(article.index()).map_or(i64::MAX, |published| published.seconds))
    });
    for &article in order.iter().take(ARTICLES) {
        let member = findings.members.get(article.index());
        let relation = match member.relation {
            _ if origin == Some(article) => "origin".to_owned(),
            relation => or_nothing(relation.map(|relation| relation.name().replace('_', "-"))),
        };
        writeln!(
            out,
            "| {relation} | {} | {}{} | {} | {} | {} |",
            or_nothing(member.source.as_deref().map(markdown)),
            date(member.published),
            if member.published.is_some_and(|published| published.doubtful) { " (doubtful)" } else { "" },
            or_nothing(member.similarity.map(|similarity| rounded(similarity).to_string())),
            if member.keep { "yes" } else { "no" },
            markdown(&member.id),
        )?;
    }
    if order.len() > ARTICLES {
        writeln!(out, "\nAnd {} more.", grouped((order.len() - ARTICLES) as u64))?;
    }
    Ok(())
}

fn headline(story: &Story) -> String {
    let title = story.title.as_deref().map(markdown).filter(|title| !title.is_empty());
    title.unwrap_or_else(|| "(no headline)".into())
}

/// The outlet, or the article where that is not known.
fn whose(member: &Member) -> String {
    markdown(member.source.as_deref().unwrap_or(&member.id))
}

fn date(moment: Option<Moment>) -> String {
    or_nothing(moment.and_then(stated))
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn or_nothing(text: Option<String>) -> String {
    text.filter(|text| !text.is_empty()).unwrap_or_else(|| NOTHING.into())
}
