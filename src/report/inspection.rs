//! How files would be read, as text for people and as one JSON object.

use std::io::{self, Write};

use serde::Serialize;

use super::escape;
use super::layout::{Indent, Page, Paint, Piece};
use super::summary::{Style, count, grouped};
use crate::findings::SCHEMA_VERSION;
use crate::read;
use crate::read::inspect::{DateKind, FieldUse, Group, Inspection, NameUse};

/// Names that are shown of one field, and of those that are not used.
const NAMES: usize = 3;
const UNUSED: usize = 30;
/// Files that are shown of those that could not be read.
const UNREAD: usize = 10;
/// Where values stand, in columns from the left.
const VALUES: usize = 14;

/// Writes the inspection as text, in lines of at most `width_columns`.
pub fn text(inspection: &Inspection, width_columns: usize, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(out, width_columns, style);
    for (place, group) in inspection.groups.iter().enumerate() {
        if place > 0 {
            page.blank()?;
        }
        self::group(&mut page, group)?;
    }
    let unread = &inspection.unread;
    if !unread.is_empty() {
        if !inspection.groups.is_empty() {
            page.blank()?;
        }
        page.line(0, Paint::Bold, &format!("{} that cannot be read", count(unread.len(), "file", "files")))?;
        for reject in unread.iter().take(UNREAD) {
            page.paragraph(
                Indent { first: 2, rest: 4 },
                &[Piece::plain(format!("{}: {}", reject.path, reject.reason))],
            )?;
        }
        if unread.len() > UNREAD {
            page.line(2, Paint::Dim, &format!("and {} more", unread.len() - UNREAD))?;
        }
    }
    if inspection.passed_over > 0 {
        let files = if inspection.passed_over == 1 { "file" } else { "files" };
        let passed_over = grouped(inspection.passed_over);
        page.line(0, Paint::Plain, &format!("{passed_over} {files} passed over: their endings name no known format"))?;
    }
    if inspection.groups.is_empty() && unread.is_empty() && inspection.passed_over == 0 {
        page.line(0, Paint::Plain, "nothing to read: the input is empty")?;
    }
    Ok(())
}

/// Writes the inspection as one JSON object on one line.
pub fn json(inspection: &Inspection, out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Document<'a> {
        schema_version: u32,
        #[serde(flatten)]
        inspection: &'a Inspection,
    }
    escape::json(&Document { schema_version: SCHEMA_VERSION, inspection }, out)?;
    out.write_all(b"\n")
}

fn group(page: &mut Page<'_>, group: &Group) -> io::Result<()> {
    let others = match group.files {
        0 | 1 => String::new(),
        files => format!(" and {} more", grouped(files - 1)),
    };
    page.line(0, Paint::Bold, &format!("{}{others}", group.first_file))?;
    let packed = if group.compression == "none" { "not compressed" } else { &group.compression };
    let mut format = vec![group.format.as_str(), packed];
    format.extend(Some(group.encoding.as_str()).filter(|encoding| !encoding.is_empty()));
    entry(page, "format", &format.join(", "))?;
    let first = if group.complete { "" } else { "the first " };
    let mut records = format!("{first}{}", number(group.records, "record", "records"));
    records += &format!(": {}", number(group.articles, "article", "articles"));
    if group.rejected > 0 {
        records += &format!(", {} rejected", grouped(group.rejected));
    }
    entry(page, "records", &records)?;
    if !group.passed_over.is_empty() {
        entry(page, "", &read::passed_over(&group.passed_over))?;
    }
    if group.articles > 0 {
        page.blank()?;
        for field in &group.fields {
            self::field(page, field, group.articles)?;
        }
        if !group.missing.is_empty() {
            entry(page, "missing", &group.missing.join(", "))?;
        }
    }
    unused(page, group)?;
    dates(page, group)?;
    articles(page, group)?;
    rejects(page, group)
}

/// A name and what stands beside it, wrapped under itself.
fn entry(page: &mut Page<'_>, name: &str, value: &str) -> io::Result<()> {
    let lines = page.wrapped(Indent::all(VALUES), &[Piece::plain(value)]);
    for (place, line) in lines.iter().enumerate() {
        let name = if place == 0 { format!("  {name}") } else { String::new() };
        let rest = line.trim_start();
        page.row(&format!("{name:<VALUES$}"), rest)?;
    }
    Ok(())
}

fn field(page: &mut Page<'_>, field: &FieldUse, articles: u64) -> io::Result<()> {
    let from = match field.names.as_slice() {
        [] if field.field == "source" => "the domain of the url".to_owned(),
        [] => "the file".to_owned(),
        names => listed(names, NAMES),
    };
    entry(page, field.field, &format!("{} {from}", percent(field.articles, articles)))
}

fn unused(page: &mut Page<'_>, group: &Group) -> io::Result<()> {
    if group.unused.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = group.unused.iter().take(UNUSED).map(|name| name.name.as_str()).collect();
    let more = group.unused.len().saturating_sub(UNUSED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    entry(page, "not used", &format!("{}{more}", names.join(", ")))
}

fn dates(page: &mut Page<'_>, group: &Group) -> io::Result<()> {
    let dates = &group.dates;
    let kinds =
        [("understood", &dates.understood), ("doubtful", &dates.doubtful), ("not understood", &dates.not_understood)];
    let counts: Vec<String> = kinds
        .iter()
        .filter(|(_, kind)| kind.count > 0)
        .map(|(name, kind)| format!("{} {name}", grouped(kind.count)))
        .collect();
    if counts.is_empty() {
        return Ok(());
    }
    page.blank()?;
    entry(page, "dates", &counts.join(", "))?;
    for (name, kind) in kinds {
        examples(page, name, kind)?;
    }
    Ok(())
}

fn examples(page: &mut Page<'_>, name: &str, kind: &DateKind) -> io::Result<()> {
    for example in &kind.examples {
        let read = match (&example.read, name) {
            (Some(read), _) if *read != example.text => format!(" is {read}"),
            (Some(_), _) => String::new(),
            (None, name) => format!(" ({name})"),
        };
        let line = format!("{} {}{read}", example.name, example.text);
        page.paragraph(Indent { first: VALUES, rest: VALUES + 2 }, &[Piece::plain(line)])?;
    }
    Ok(())
}

fn articles(page: &mut Page<'_>, group: &Group) -> io::Result<()> {
    for (place, article) in group.first.iter().enumerate() {
        page.blank()?;
        if place == 0 {
            page.line(0, Paint::Plain, "The first articles:")?;
        }
        let title = article.title.as_deref().filter(|title| !title.trim().is_empty()).unwrap_or("(no headline)");
        page.line(2, Paint::Bold, &format!("{} – {title}", article.id))?;
        let size = number(article.characters, "character", "characters");
        let facts = [article.source.as_deref(), article.published.as_deref(), Some(&article.place), Some(&size)];
        let facts: Vec<&str> = facts.into_iter().flatten().collect();
        page.line(4, Paint::Dim, &facts.join(", "))?;
        let is_cut = (article.beginning.chars().count() as u64) < article.characters;
        page.text(4, Paint::Plain, &format!("{}{}", article.beginning.trim(), if is_cut { "…" } else { "" }))?;
    }
    Ok(())
}

fn rejects(page: &mut Page<'_>, group: &Group) -> io::Result<()> {
    if group.rejects.is_empty() {
        return Ok(());
    }
    page.blank()?;
    page.line(0, Paint::Plain, "Rejected:")?;
    for reason in &group.rejects {
        let line = format!("{} {} (first at {})", grouped(reason.records), reason.reason, reason.first);
        page.paragraph(Indent { first: 2, rest: 4 }, &[Piece::plain(line)])?;
    }
    Ok(())
}

fn listed(names: &[NameUse], most: usize) -> String {
    let mut shown: Vec<String> = match names {
        [only] => vec![only.name.clone()],
        names => names.iter().take(most).map(|name| format!("{} ({})", name.name, grouped(name.records))).collect(),
    };
    if names.len() > most {
        shown.push(format!("{} more", names.len() - most));
    }
    shown.join(", ")
}

fn number(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// Never 100 % nor 0 % unless it is.
fn percent(part: u64, whole: u64) -> String {
    let rounded = (part * 100 + whole / 2) / whole.max(1);
    let rounded = if part < whole { rounded.min(99) } else { rounded };
    format!("{}%", if part > 0 { rounded.max(1) } else { rounded })
}
