//! JSON lines: one object a line.
//!
//! Cutting is a search for the last line end of a window; lines are told apart when the chunk is parsed. Record numbers are
//! line numbers, blank lines counted.

use memchr::{memchr, memchr_iter, memrchr};

use super::chunk::{Cut, Limits, Outcome, Records, Split, Stretch};
use super::feed::Feed;
use super::fields::Seen;
use super::flaw::{self, Flaw};
use super::json_record;
use super::mapping::Mapping;
use super::splice::{Adding, Slot};

/// Cuts after line ends.
pub(super) struct Lines {
    limits: Limits,
    /// The number of the line at the start of the window.
    line: u64,
    done: bool,
}

impl Lines {
    pub(super) fn new(limits: Limits) -> Lines {
        Lines { limits, line: 1, done: false }
    }

    fn cut(&mut self, feed: &mut Feed, length: usize) -> Cut {
        let byte_offset = feed.offset();
        let bytes = feed.take(length);
        let first_record = self.line;
        self.line += memchr_iter(b'\n', &bytes).count() as u64;
        Cut { bytes, byte_offset, first_record, records: Box::new(Objects), flaws: Vec::new() }
    }

    /// Drops the line at the start of the window, which is too long to be held.
    fn drop_line(&mut self, feed: &mut Feed) -> Cut {
        let (record, byte_offset) = (self.line, feed.offset());
        let beginning = feed.take(flaw::BINARY_PROBE_BYTES);
        let line_end = loop {
            if let Some(end) = memchr(b'\n', feed.bytes()) {
                feed.skip(end + 1);
                break feed.offset() - 1;
            }
            feed.skip(feed.bytes().len());
            if feed.ended() {
                break feed.offset();
            }
            feed.fill(self.limits.chunk_bytes.max(flaw::BINARY_PROBE_BYTES));
        };
        self.line += 1;
        let reason = match feed.damage() {
            Some(reason) if feed.bytes().is_empty() && line_end == feed.offset() => {
                self.done = true;
                reason.to_owned()
            }
            _ => flaw::too_long(line_end - byte_offset, self.limits.record_bytes, &beginning),
        };
        Cut::of_flaws(vec![Flaw { record, byte_offset, reason }])
    }

    /// What is left when no line end is.
    fn last_cut(&mut self, feed: &mut Feed) -> Option<Cut> {
        self.done = true;
        match feed.damage() {
            Some(reason) => {
                let (record, byte_offset, reason) = (self.line, feed.offset(), reason.to_owned());
                Some(Cut::of_flaws(vec![Flaw { record, byte_offset, reason }]))
            }
            None if feed.bytes().is_empty() => None,
            None => Some(self.cut(feed, feed.bytes().len())),
        }
    }
}

impl Split for Lines {
    fn next_cut(&mut self, feed: &mut Feed) -> Option<Cut> {
        if self.done {
            return None;
        }
        let mut want = self.limits.chunk_bytes.max(1);
        loop {
            feed.fill(want);
            if let Some(end) = memrchr(b'\n', feed.bytes()) {
                return Some(self.cut(feed, end + 1));
            }
            if feed.ended() {
                return self.last_cut(feed);
            }
            if feed.bytes().len() > self.limits.record_bytes {
                return Some(self.drop_line(feed));
            }
            want = (feed.bytes().len() * 2).min(self.limits.record_bytes + 1).max(want);
        }
    }
}

/// A line that is not blank, without its end.
struct Line<'c> {
    record: u64,
    /// Where it begins in the chunk.
    place: usize,
    bytes: &'c [u8],
}

/// The lines of a chunk.
fn lines(cut: &Cut) -> impl Iterator<Item = Line<'_>> {
    let ends = memchr_iter(b'\n', &cut.bytes).chain((!cut.bytes.ends_with(b"\n")).then_some(cut.bytes.len()));
    let mut place = 0;
    let lines = ends.zip(cut.first_record..).map(move |(end, record)| {
        let begin = std::mem::replace(&mut place, end + 1);
        Line { record, place: begin, bytes: cut.bytes.get(begin..end).unwrap_or_default() }
    });
    lines.filter(|line| !line.bytes.trim_ascii().is_empty())
}

/// What stands in a line. The comma that stood behind it in an array may have stayed.
fn object(line: &[u8]) -> &[u8] {
    let line = line.trim_ascii();
    line.strip_suffix(b",").filter(|line| line.ends_with(b"}")).unwrap_or(line)
}

/// One object a line.
#[derive(Debug)]
struct Objects;

impl Records for Objects {
    fn parse(&self, cut: &Cut, outcome: &mut Outcome<'_>, mapping: &Mapping) {
        for Line { record, place, bytes } in lines(cut) {
            let location = outcome.location(record, place);
            let article = if bytes.len() > outcome.record_bytes() {
                Err(flaw::too_long(bytes.len() as u64, outcome.record_bytes(), bytes))
            } else {
                json_record::article(object(bytes), location.clone(), mapping)
            };
            outcome.push(location, article);
        }
    }

    fn seen(&self, cut: &Cut, _: usize, mapping: &Mapping) -> Vec<Seen> {
        lines(cut).filter_map(|line| json_record::seen(object(line.bytes), mapping)).collect()
    }

    fn stretches(&self, cut: &Cut) -> Vec<Stretch> {
        let stretch = |line: Line<'_>| {
            let end = (line.place + line.bytes.len() + 1).min(cut.bytes.len());
            Stretch { record: line.record, bytes: line.place..end }
        };
        lines(cut).map(stretch).collect()
    }

    fn slots(&self, cut: &Cut, adding: &Adding<'_>) -> Vec<Slot> {
        let slot = |line: Line<'_>| {
            let blank = line.bytes.len() - line.bytes.trim_ascii_start().len();
            let begin = cut.byte_offset + (line.place + blank) as u64;
            adding.to_object(line.record, begin, object(line.bytes))
        };
        lines(cut).filter_map(slot).collect()
    }
}
