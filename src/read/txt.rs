//! Plain text: one article a file, but for exports of databases ([`export`](super::export)).
//!
//! The text is the file's, title and all, so that positions are those of the file. Its id is its path without the ending.

use super::charset::Layout;
use super::chunk::{Cut, Leaving, Limits, Outcome, Records, Split};
use super::compress::{self, Compression};
use super::export::{Export, Exported};
use super::feed::Feed;
use super::flaw::{self, Flaw};
use super::format::{Characters, Format, Lines, Shape};
use super::mapping::Mapping;
use crate::article::{Article, Location};

/// A first line of up to this many characters, with a blank line after it, is a title. Headlines of four scraped corpora
/// are shorter; a paragraph seldom is.
const LONGEST_TITLE_CHARS: usize = 200;

/// One article a file.
pub(super) struct Text;

impl Format for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn endings(&self) -> &'static [&'static str] {
        &[".txt"]
    }

    fn named(&self, head: &[u8]) -> Result<Shape, &'static str> {
        let characters = Characters::Detected(Layout::OneText);
        if let Some(export) = Export::of_text(head) {
            return Ok(exported(export, characters));
        }
        Ok(Shape::cut("text", characters, |limits, _| Box::new(Whole::new(limits, WholeText))).leaving(Leaving::Whole))
    }

    fn lines(&self) -> Lines {
        Lines::All
    }
}

/// A source that is an export of a database.
pub(super) fn exported(export: Export, characters: Characters) -> Shape {
    Shape::cut(export.name(), characters, move |limits, _| Box::new(Whole::new(limits, Exported(export))))
}

/// Takes the whole file at once, within the limit of a record.
pub(super) struct Whole {
    limits: Limits,
    /// What the file is; nothing once it was taken.
    records: Option<Box<dyn Records>>,
}

impl Whole {
    /// Takes a file as one record of a kind.
    pub(super) fn new(limits: Limits, records: impl Records + 'static) -> Whole {
        Whole { limits, records: Some(Box::new(records)) }
    }
}

impl Split for Whole {
    fn next_cut(&mut self, feed: &mut Feed) -> Option<Cut> {
        let records = self.records.take()?;
        let byte_offset = feed.offset();
        feed.fill(self.limits.record_bytes.saturating_add(1));
        let flaw = |reason| Some(Cut::of_flaws(vec![Flaw { record: 1, byte_offset, reason }]));
        if feed.bytes().len() > self.limits.record_bytes {
            let beginning = feed.take(flaw::BINARY_PROBE_BYTES);
            while !feed.bytes().is_empty() {
                feed.skip(feed.bytes().len());
                feed.fill(self.limits.chunk_bytes.max(flaw::BINARY_PROBE_BYTES));
            }
            return flaw(flaw::too_long(feed.offset() - byte_offset, self.limits.record_bytes, &beginning));
        }
        if let Some(reason) = feed.damage() {
            return flaw(reason.to_owned());
        }
        let bytes = feed.take(feed.bytes().len());
        Some(Cut { bytes, byte_offset, first_record: 1, records, flaws: vec![] })
    }
}

/// The text of a file.
#[derive(Debug)]
struct WholeText;

impl Records for WholeText {
    fn parse(&self, cut: &Cut, outcome: &mut Outcome<'_>, _: &Mapping) {
        let location = outcome.location(cut.first_record, 0);
        outcome.push(location.clone(), article(&cut.bytes, location));
    }
}

fn article(bytes: &[u8], location: Location) -> Result<Article, String> {
    if memchr::memchr(0, bytes).is_some() {
        return Err(flaw::BINARY.to_owned());
    }
    let text = flaw::utf8(bytes)?;
    if text.trim().is_empty() {
        return Err("no text: it is empty or blank".to_owned());
    }
    Ok(Article { title: title(text), ..Article::new(id(&location.path, &[".txt"]), text, location) })
}

/// The path without its ending, one of `endings`; nothing for standard input, which has no name of its own.
pub(super) fn id(path: &str, endings: &[&str]) -> String {
    let (_, stem) = Compression::of_name(path);
    let stem = endings.iter().find_map(|ending| compress::strip_ending(stem, ending)).unwrap_or(stem);
    if stem == "-" { String::new() } else { stem.to_owned() }
}

fn title(text: &str) -> Option<String> {
    let text = text.trim_start();
    let mut lines = text.lines();
    let (first, second) = (lines.next()?.trim(), lines.next()?);
    let rest_has_words = lines.any(|line| !line.trim().is_empty());
    let is_title = second.trim().is_empty() && rest_has_words && first.chars().count() <= LONGEST_TITLE_CHARS;
    (is_title && !first.is_empty()).then(|| first.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles() {
        assert_eq!(title("A flood\n\nIt rained."), Some("A flood".into()));
        assert_eq!(title("\r\nA flood \r\n \r\nIt rained.\r\n"), Some("A flood".into()));
        assert_eq!(title("A flood\nIt rained."), None);
        assert_eq!(title("It rained.\n\n"), None);
        assert_eq!(title(&format!("{}\n\nIt rained.", "x".repeat(201))), None);
        assert_eq!(title(""), None);
    }

    #[test]
    fn ids() {
        assert_eq!(id("a/b.txt", &[".txt"]), "a/b");
        assert_eq!(id("a/b.TXT.gz", &[".txt"]), "a/b");
        assert_eq!(id("a/b.c", &[".txt"]), "a/b.c");
        assert_eq!(id("-", &[".txt"]), "");
    }
}
