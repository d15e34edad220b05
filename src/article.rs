//! An article as it was read, and the small types every stage shares.

use std::fmt;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The number of an article in one scan: its place in input order, from 0.
///
/// It names an article inside a run and nowhere else; what is shown and stored is [`Article::id`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Pod, Zeroable, Serialize, Deserialize)]
#[repr(transparent)]
pub struct ArticleId(pub u32);

impl ArticleId {
    /// The place of the article in a table with one row an article.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A stretch of an article's original text: bytes `start..end` of [`Article::text`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes that a run of tokens covers, which are 0 to 0 for none. Tokens of scripts without spaces overlap, so the
    /// last one need not end last.
    pub fn covering(spans: &[Span]) -> Span {
        let start = spans.first().map_or(0, |span| span.start);
        Span { start, end: spans.iter().map(|span| span.end).max().unwrap_or(start) }
    }

    /// The bytes of `text` that the span covers.
    ///
    /// Spans are made on character borders of the text they belong to; with another text the result may be empty.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// Spans are written as `[start, end]`.
impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.start, self.end).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Span, D::Error> {
        let (start, end) = Deserialize::deserialize(deserializer)?;
        Ok(Span { start, end })
    }
}

/// Where a record was read: shown to people, never used to identify content.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Location {
    /// The file as it was named or found, `-` for standard input.
    pub path: Arc<str>,
    /// The record in the file, from 1 (line of a JSONL file, row of a CSV file, 1 for a text file).
    pub record: u64,
    /// Where the record begins, in bytes of the decompressed file.
    pub byte_offset: u64,
}

/// When an article without a date was published, to sort it last.
pub const UNDATED: i64 = i64::MAX;

/// Seconds of a day.
pub const SECONDS_OF_A_DAY: i64 = 86_400;

/// A point in time as a source states it, with as much as it states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Seconds since 1970-01-01T00:00:00Z; a time without a zone is read as UTC.
    pub seconds: i64,
    /// The stated offset from UTC in minutes, if one was stated.
    pub offset_minutes: Option<i16>,
    /// Whether only the day was stated.
    pub day_only: bool,
    /// Whether it cannot be true: a program's zero value, a day before the web, or one after the article was crawled. It is
    /// shown, but nothing is ordered by it.
    pub doubtful: bool,
}

/// RFC 3339 with the stated zone; no zone if none was stated; the day alone if only that was.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.seconds + i64::from(self.offset_minutes.unwrap_or(0)) * 60;
        let stamp = jiff::Timestamp::from_second(local).map_err(|_| fmt::Error)?;
        let time = jiff::tz::TimeZone::UTC.to_datetime(stamp);
        if self.day_only {
            return write!(f, "{}", time.date());
        }
        write!(f, "{}T{:02}:{:02}:{:02}", time.date(), time.hour(), time.minute(), time.second())?;
        match self.offset_minutes {
            None => Ok(()),
            Some(0) => f.write_str("Z"),
            Some(offset) => {
                let sign = if offset < 0 { '-' } else { '+' };
                write!(f, "{sign}{:02}:{:02}", offset.abs() / 60, offset.abs() % 60)
            }
        }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            (self.seconds, self.offset_minutes, self.day_only, self.doubtful).serialize(serializer)
        }
    }
}

/// From formats for machines only.
impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
        let (seconds, offset_minutes, day_only, doubtful) = Deserialize::deserialize(deserializer)?;
        Ok(Moment { seconds, offset_minutes, day_only, doubtful })
    }
}

/// One record of a corpus, fields mapped to one vocabulary.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Article {
    /// Unique in a scan; the source's own id where it has one that no earlier record took.
    pub id: String,
    /// The article's text, as it stands in the source.
    pub text: String,
    /// Headline.
    pub title: Option<String>,
    /// Where it was published.
    pub url: Option<String>,
    /// Who published it: an outlet's name or domain.
    pub source: Option<String>,
    /// Byline.
    pub author: Option<String>,
    /// Credit line or agency field.
    pub credit: Option<String>,
    /// Where and when it was written, as a field of its own ("PARIS, May 3").
    pub dateline: Option<String>,
    /// Who holds the rights, as the source states it.
    pub copyright: Option<String>,
    /// What it was taken from, as the source states it: an address or a name.
    pub based_on: Option<String>,
    /// Which version of its document it is, as the source counts them.
    pub version: Option<String>,
    /// Language as the source states it.
    pub lang: Option<String>,
    /// First publication.
    pub published: Option<Moment>,
    /// Last change.
    pub modified: Option<Moment>,
    /// When a crawler saw it.
    pub crawled: Option<Moment>,
    /// Where it was read.
    pub location: Location,
}

impl Article {
    /// An article of which nothing but the text is known.
    pub fn new(id: impl Into<String>, text: impl Into<String>, location: Location) -> Article {
        Article {
            id: id.into(),
            text: text.into(),
            title: None,
            url: None,
            source: None,
            author: None,
            credit: None,
            dateline: None,
            copyright: None,
            based_on: None,
            version: None,
            lang: None,
            published: None,
            modified: None,
            crawled: None,
            location,
        }
    }

    /// When it was published, unless that is not known or [doubtful](Moment::doubtful): what articles are ordered by.
    pub fn trusted_date(&self) -> Option<Moment> {
        self.published.filter(|published| !published.doubtful)
    }
}

/// A record that is no article, and why: data, not an error. Or, in a file that has very many of them, several that follow
/// one another for one reason.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reject {
    /// The file.
    pub path: Arc<str>,
    /// The record in it, from 1; 0 where the file as a whole could not be read.
    pub record: u64,
    /// How many records it stands for: that one, and those behind it.
    pub records: u64,
    /// Where the record begins, in bytes of the decompressed file.
    pub byte_offset: u64,
    /// Why it was not taken.
    pub reason: Arc<str>,
}

impl Reject {
    /// One record, by its location.
    pub fn new(path: Arc<str>, record: u64, byte_offset: u64, reason: impl Into<Arc<str>>) -> Reject {
        Reject { path, record, records: 1, byte_offset, reason: reason.into() }
    }

    /// How many records these are.
    pub fn count(rejects: &[Reject]) -> u64 {
        rejects.iter().map(|reject| reject.records).sum()
    }
}
