//! A short summary for people: what was counted, what is in doubt, the largest stories, the reasons for rejects.
//!
//! Every line fits the given width. Headlines, outlets and ids are hostile text and go through
//! [`printable`](super::escape::printable).

use std::cmp::Reverse;
use std::io::{self, Write};

use super::escape::{columns_of, fitted};
use super::manifest::rejects_by_reason;
use crate::article::{Moment, Reject};
use crate::findings::{Counts, Findings, Story};

/// How much is shown, and how.
#[derive(Clone, Copy, Debug)]
pub struct SummaryOptions {
    /// Columns of a line.
    pub width_columns: usize,
    /// Whether headings stand out.
    pub style: Style,
    /// Stories shown before the rest is only counted: those between outlets first.
    pub stories: usize,
    /// Articles shown of a story before the rest is only counted; none and no count for 0.
    pub members: usize,
    /// What shows the rest of the stories, to be said where there is one.
    pub more: Option<&'static str>,
}

impl Default for SummaryOptions {
    fn default() -> Self {
        SummaryOptions { width_columns: 80, style: Style::Plain, stories: 4, members: 0, more: None }
    }
}

/// Whether terminal colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Text alone.
    Plain,
    /// Bold headlines, dim details.
    Colour,
}

impl Style {
    pub(super) fn bold(self, text: &str) -> String {
        self.wrapped("1", text)
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.wrapped("2", text)
    }

    pub(super) fn wrapped(self, code: &str, text: &str) -> String {
        match self {
            Style::Plain => text.to_owned(),
            Style::Colour => format!("\x1b[{code}m{text}\x1b[0m"),
        }
    }
}

/// Writes the summary of `findings`.
pub fn write(findings: &Findings, options: &SummaryOptions, out: &mut dyn Write) -> io::Result<()> {
    head(findings, options, out)?;
    // What passed from outlet to outlet first; both kinds are in order of their size.
    let (between, within): (Vec<&Story>, Vec<&Story>) =
        findings.stories.iter().partition(|story| story.sources.len() > 1);
    for story in between.into_iter().chain(within).take(options.stories) {
        writeln!(out)?;
        write_story(findings, story, options, out)?;
    }
    let hidden = findings.stories.len().saturating_sub(options.stories);
    if hidden > 0 {
        writeln!(out)?;
        let more = options.more.map(|more| format!("; {more}")).unwrap_or_default();
        let line = format!("and {}{more}", count(hidden, "more story", "more stories"));
        writeln!(out, "{}", fitted(&line, options.width_columns))?;
    }
    if !findings.rejects.is_empty() {
        writeln!(out)?;
        write_rejects(findings, options.width_columns, out)?;
    }
    Ok(())
}

/// Writes how many records were rejected and why, most frequent reason first; nothing if none was.
pub fn write_rejects(findings: &Findings, width_columns: usize, out: &mut dyn Write) -> io::Result<()> {
    /// Reasons shown. Some carry details, and a broken file can have as many as records.
    const REASONS: usize = 10;
    if findings.rejects.is_empty() {
        return Ok(());
    }
    let total = count(Reject::count(&findings.rejects) as usize, "rejected record", "rejected records");
    writeln!(out, "{}", fitted(&format!("{total}:"), width_columns))?;
    let mut reasons: Vec<(String, u64)> = rejects_by_reason(findings).into_iter().collect();
    reasons.sort_by_key(|(_, records)| Reverse(*records));
    for (reason, records) in reasons.iter().take(REASONS) {
        writeln!(out, "{}", indented(2, &format!("{} {reason}", grouped(*records)), width_columns))?;
    }
    if reasons.len() > REASONS {
        let rest: u64 = reasons[REASONS..].iter().map(|(_, records)| records).sum();
        let line = format!("{} for {} other reasons", grouped(rest), reasons.len() - REASONS);
        writeln!(out, "{}", indented(2, &line, width_columns))?;
    }
    Ok(())
}

fn head(findings: &Findings, options: &SummaryOptions, out: &mut dyn Write) -> io::Result<()> {
    let counts = &findings.counts;
    let [inside, dropped, links] =
        [counts.articles_in_stories, counts.dropped, counts.links].map(|count| count as usize);
    let mut first = count(findings.members.len(), "article", "articles");
    if !findings.rejects.is_empty() {
        first +=
            &format!(", {}", count(Reject::count(&findings.rejects) as usize, "rejected record", "rejected records"));
    }
    let second = if findings.stories.is_empty() {
        "no two carry the same story".to_owned()
    } else {
        format!(
            "{} of {}, {}, {} to drop",
            count(findings.stories.len(), "story", "stories"),
            count(inside, "article", "articles"),
            count(links, "link", "links"),
            count(dropped, "near-duplicate", "near-duplicates"),
        )
    };
    writeln!(out, "{}", fitted(&first, options.width_columns))?;
    writeln!(out, "{}", fitted(&second, options.width_columns))?;
    if let Some(wrong) = expected_wrong(counts) {
        writeln!(out, "{}", fitted(&wrong, options.width_columns))?;
    }
    doubts(counts).iter().try_for_each(|doubt| writeln!(out, "{}", fitted(doubt, options.width_columns)))
}

/// What a reader of the stories should know: what is not known of articles, and which are none.
fn doubts(counts: &Counts) -> Vec<String> {
    let lack =
        |number: u64, what: &str| format!("{} no known {what}", count(number as usize, "article has", "articles have"));
    let mut doubts = Vec::new();
    if counts.without_source > 0 && counts.without_source == counts.articles {
        doubts.push("no outlet is known: copies cannot be told from revisions".to_owned());
    } else if counts.without_source > 0 {
        doubts.push(lack(counts.without_source, "outlet"));
    }
    if counts.undated > 0 {
        doubts.push(lack(counts.undated, "date"));
    }
    if counts.doubtful_dates > 0 {
        let dates =
            count(counts.doubtful_dates as usize, "date cannot be true and decides", "dates cannot be true and decide");
        doubts.push(format!("{dates} nothing"));
    }
    if counts.notices > 0 {
        let notices =
            count(counts.notices as usize, "article is nothing but a notice", "articles are nothing but notices");
        doubts.push(format!("{notices} (cookies, subscription), in no story"));
    }
    doubts
}

/// How many links are expected to be wrong, if one is.
fn expected_wrong(counts: &Counts) -> Option<String> {
    let all: f64 = counts.expected_wrong_links.values().sum();
    if all < 0.5 {
        return None;
    }
    let mut by_relation: Vec<_> = counts.expected_wrong_links.iter().filter(|(_, wrong)| **wrong >= 0.5).collect();
    by_relation.sort_by(|x, y| y.1.total_cmp(x.1));
    let parts = by_relation.iter().take(3).map(|(relation, wrong)| format!(", {wrong:.0} {}", relation.name()));
    let (links, share) = (count(all.round() as usize, "link", "links"), 100.0 * all / counts.links.max(1) as f64);
    Some(format!("expected to be wrong: {links} ({share:.0} %){}", parts.collect::<String>()))
}

fn write_story(findings: &Findings, story: &Story, options: &SummaryOptions, out: &mut dyn Write) -> io::Result<()> {
    let width = options.width_columns;
    let title = story.title.as_deref().filter(|title| !title.trim().is_empty()).unwrap_or("(no headline)");
    writeln!(out, "{}", options.style.bold(&fitted(title, width)))?;
    let outlets = match story.sources.len() {
        0 => "no outlet known".to_owned(),
        outlets => count(outlets, "outlet", "outlets"),
    };
    let mut facts = vec![count(story.members.len(), "article", "articles"), outlets];
    facts.extend(days(story.first_published, story.last_published));
    facts.push(format!("story {}", story.id));
    writeln!(out, "{}", options.style.dim(&indented(2, &facts.join(", "), width)))?;
    if let Some(line) = source_line(findings, story) {
        writeln!(out, "{}", options.style.dim(&indented(2, &line, width)))?;
    }

    let origin = story.origin.as_ref().map(|origin| origin.article);
    // The origin first, the others in input order: a stable sort on one truth value.
    let mut articles = story.members.clone();
    articles.sort_by_key(|&article| origin != Some(article));
    let shown = &articles[..articles.len().min(options.members)];
    let outlet_columns = shown
        .iter()
        .filter_map(|article| findings.members.get(article.index()).source.clone())
        .map(|outlet| columns_of(&fitted(&outlet, OUTLET_COLUMNS)))
        .max()
        .unwrap_or(1);
    for &article in shown {
        let member = findings.members.get(article.index());
        // What it is related to came from it.
        let relation = match member.relation {
            _ if origin == Some(article) => "origin",
            relation => relation.map_or("-", |relation| relation.name()),
        };
        let outlet = fitted(member.source.as_deref().unwrap_or("-"), OUTLET_COLUMNS);
        let padding = " ".repeat(outlet_columns.saturating_sub(columns_of(&outlet)));
        // Columns are aligned by blanks, which `fitted` would fold; so only the id is cut, to what is left of the line.
        let start = format!("    {relation:<14}  {outlet}{padding}  ");
        let left = width.saturating_sub(columns_of(&start));
        let line = format!("{start}{}", fitted(&member.id, left));
        writeln!(out, "{}", cut(&line, width))?;
    }
    if articles.len() > shown.len() && options.members > 0 {
        writeln!(out, "{}", cut(&format!("    and {} more", grouped((articles.len() - shown.len()) as u64)), width))?;
    }
    Ok(())
}

/// Whose copy it is, where it comes from and why, as far as that is known.
fn source_line(findings: &Findings, story: &Story) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(story.agency.as_ref().map(|(agency, _)| format!("{agency} copy")));
    if let Some(origin) = &story.origin {
        let member = findings.members.get(origin.article.index());
        let whose = member.source.clone().unwrap_or_else(|| member.id.clone());
        let reason = origin.reasons.first().map(|reason| format!(": {reason}")).unwrap_or_default();
        parts.push(format!("origin {whose} ({:.0}%){reason}", origin.confidence * 100.0));
    }
    if story.sources.len() == 1 {
        parts.push("revisions of one outlet".into());
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The widest outlet shown, in columns: the longest domains of real corpora stand in it, and an id still has its place.
const OUTLET_COLUMNS: usize = 28;

/// The first and the last day, or the one if they are the same.
fn days(first: Option<Moment>, last: Option<Moment>) -> Option<String> {
    let day = |moment: Option<Moment>| {
        let stated = super::rows::stated(moment?)?;
        Some(stated.split('T').next().unwrap_or_default().to_owned())
    };
    match (day(first), day(last)) {
        (Some(first), Some(last)) if first != last => Some(format!("{first} to {last}")),
        (first, last) => first.or(last),
    }
}

/// `text` behind some blanks, cut to the width of the line.
fn indented(blanks: usize, text: &str, width: usize) -> String {
    cut(&format!("{}{}", " ".repeat(blanks), fitted(text, width.saturating_sub(blanks))), width)
}

/// A line of printable text cut hard: for the narrowest terminals.
fn cut(line: &str, width: usize) -> String {
    let mut end = line.len();
    while columns_of(&line[..end]) > width {
        end = line[..end].char_indices().next_back().map_or(0, |(place, _)| place);
    }
    line[..end].trim_end().to_owned()
}

pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number as u64), if number == 1 { one } else { many })
}

/// Digits in groups of three.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_groups() {
        assert_eq!(
            ["0", "999", "1,000", "1,234,567"],
            [0, 999, 1000, 1_234_567].map(grouped).each_ref().map(String::as_str)
        );
    }
}
