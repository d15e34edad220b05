//! Where rows end: a scanner that knows quoting, and mends what it can of a table that is broken.

use std::sync::Arc;

use memchr::{memchr, memchr_iter, memchr3};

use super::{Header, TRAFILATURA, Table, cells, is_trafilatura, without_line_end};
use crate::read::chunk::{Cut, Limits, Split};
use crate::read::feed::Feed;
use crate::read::flaw::{self, Flaw};
use crate::read::mapping::Mapping;
use crate::settings::Field;

/// After a quotation mark that is never closed: how many lines are tried as the next row, each up to how many bytes, and
/// how often in one source. Beyond that the table is not worth mending, and trying would take quadratic time.
const MEND_LINES: usize = 100;
const MEND_ROW_BYTES: usize = 256 << 10;
const MENDS: usize = 64;

/// Cuts after rows.
pub(super) struct Rows<'m> {
    limits: Limits,
    delimiter: u8,
    mapping: &'m Mapping,
    header: Option<Arc<Header>>,
    scanner: Scanner,
    /// Places in the window: where the last whole row ends, where the row after it begins, how far that was scanned.
    whole: usize,
    start: usize,
    scanned: usize,
    /// Whole rows in the window.
    count: u64,
    /// The number of the first of them.
    record: u64,
    mends: usize,
    done: bool,
}

/// Why a scan of the window stopped.
#[derive(PartialEq)]
enum Stop {
    NeedMore,
    TooLong,
}

impl<'m> Rows<'m> {
    pub(super) fn new(limits: Limits, delimiter: u8, mapping: &'m Mapping) -> Rows<'m> {
        Rows {
            limits,
            delimiter,
            mapping,
            header: None,
            scanner: Scanner { state: State::RecordStart, delimiter },
            whole: 0,
            start: 0,
            scanned: 0,
            count: 0,
            record: 1,
            mends: 0,
            done: false,
        }
    }

    /// Reads the header row, or says why there is none. An empty source has neither.
    fn read_header(&mut self, feed: &mut Feed) -> Result<Option<Arc<Header>>, String> {
        let mut want = self.limits.chunk_bytes.max(1);
        let length = loop {
            feed.fill(want);
            match row_end(feed.bytes(), self.delimiter) {
                Some(end) => break end,
                None if feed.damage().is_some() => return Err(feed.damage().unwrap_or_default().to_owned()),
                None if feed.ended() => break feed.bytes().len(),
                None if feed.bytes().len() > self.limits.record_bytes => break feed.bytes().len(),
                None => want = (feed.bytes().len() * 2).min(self.limits.record_bytes + 1).max(want),
            }
        };
        let row = feed.bytes().get(..length).unwrap_or_default();
        if row.trim_ascii().is_empty() {
            return Ok(None);
        }
        if length > self.limits.record_bytes {
            return Err(flaw::too_long(length as u64, self.limits.record_bytes, row));
        }
        if memchr(0, row).is_some() {
            return Err(flaw::BINARY.to_owned());
        }
        flaw::utf8(row)?;
        if self.delimiter == b'\t' && is_trafilatura(row) {
            let columns = TRAFILATURA.map(str::to_owned).to_vec();
            return Ok(Some(Arc::new(Header { delimiter: self.delimiter, columns, end: None })));
        }
        let cells = cells(row, self.delimiter);
        let columns: Vec<String> = cells.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        let is_text = |column: &String| self.mapping.targets(column).iter().any(|target| target.field == Field::Text);
        if !columns.iter().any(is_text) {
            return Err(format!(
                "no column holds the text: the header row has {}, but none of {}",
                shortened(&columns.join(", ")),
                self.mapping.text_names().join(", ")
            ));
        }
        let end = feed.offset() + without_line_end(row).len() as u64;
        feed.skip(length);
        Ok(Some(Arc::new(Header { delimiter: self.delimiter, columns, end: Some(end) })))
    }

    /// Finds the ends of the rows in the window.
    fn scan(&mut self, bytes: &[u8]) -> Stop {
        loop {
            if self.scanner.state == State::RecordStart {
                let rest = bytes.get(self.scanned..).unwrap_or_default();
                self.scanned += rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
                (self.whole, self.start) = (self.scanned, self.scanned);
                if self.scanned >= bytes.len() {
                    return Stop::NeedMore;
                }
            }
            // A row is looked at only as far as it may be long, so that what becomes of it does not depend on the window.
            let limit = self.start.saturating_add(self.limits.record_bytes).saturating_add(1);
            let end = limit.min(bytes.len());
            match self.scanner.record_end(bytes.get(self.scanned..end).unwrap_or_default()) {
                Some(length) => {
                    self.scanned += length;
                    self.whole = self.scanned;
                    self.count += 1;
                }
                None => {
                    self.scanned = end;
                    return if end == limit { Stop::TooLong } else { Stop::NeedMore };
                }
            }
        }
    }

    /// Takes the whole rows of the window.
    fn cut(&mut self, feed: &mut Feed, header: &Arc<Header>) -> Cut {
        let byte_offset = feed.offset();
        let bytes = feed.take(self.whole);
        let first_record = self.record;
        self.record += self.count;
        self.scanned -= self.whole;
        self.start -= self.whole.min(self.start);
        (self.whole, self.count) = (0, 0);
        Cut { bytes, byte_offset, first_record, records: Box::new(Table(Arc::clone(header))), flaws: Vec::new() }
    }

    /// Leaves out the row at the start of the window, of which `length` bytes are dropped.
    fn leave_out(&mut self, feed: &mut Feed, length: usize, reason: String) -> Cut {
        let flaw = Flaw { record: self.record, byte_offset: feed.offset() + self.start as u64, reason };
        feed.skip(length);
        self.record += 1;
        self.scanner.state = State::RecordStart;
        (self.whole, self.start, self.scanned) = (0, 0, 0);
        Cut::of_flaws(vec![flaw])
    }

    /// Deals with a row whose quotation mark is not closed within `end`: only its first line is lost if a row can be read
    /// after one of its lines.
    fn mend(&mut self, feed: &mut Feed, end: usize, header: &Header) -> Option<Cut> {
        if self.scanner.state != State::Quoted || self.mends >= MENDS || header.columns.len() < 2 {
            return None;
        }
        let row = feed.bytes().get(self.start..end)?;
        let next = memchr_iter(b'\n', row).take(MEND_LINES).map(|place| place + 1).find(|&place| {
            let rest = row.get(place..).unwrap_or_default();
            let probe = rest.get(..MEND_ROW_BYTES).unwrap_or(rest);
            let is_last = probe.len() == rest.len() && row.len() <= self.limits.record_bytes;
            let whole = row_end(probe, self.delimiter).or(is_last.then_some(probe.len()));
            let row = whole.and_then(|length| probe.get(..length)).unwrap_or_default();
            cells(row, self.delimiter).len() == header.columns.len()
        })?;
        self.mends += 1;
        Some(self.leave_out(feed, self.start + next, "a quotation mark in this row is never closed".to_owned()))
    }

    /// Leaves out a row that is longer than the window may grow.
    fn drop_row(&mut self, feed: &mut Feed) -> Cut {
        let byte_offset = feed.offset() + self.start as u64;
        let row = feed.bytes().get(self.start..).unwrap_or_default();
        let beginning = row.get(..flaw::BINARY_PROBE_BYTES).unwrap_or(row).to_vec();
        feed.skip(self.scanned);
        let row_end = loop {
            if let Some(length) = self.scanner.record_end(feed.bytes()) {
                feed.skip(length);
                break Some(feed.offset() - 1);
            }
            feed.skip(feed.bytes().len());
            if feed.ended() {
                break None;
            }
            feed.fill(self.limits.chunk_bytes.max(flaw::BINARY_PROBE_BYTES));
        };
        let reason = match (row_end, feed.damage()) {
            (None, Some(damage)) => {
                self.done = true;
                damage.to_owned()
            }
            _ => {
                let size_bytes = row_end.unwrap_or(feed.offset()) - byte_offset;
                flaw::too_long(size_bytes, self.limits.record_bytes, &beginning)
            }
        };
        let flaw = Flaw { record: self.record, byte_offset, reason };
        self.record += 1;
        self.scanner.state = State::RecordStart;
        (self.whole, self.start, self.scanned) = (0, 0, 0);
        Cut::of_flaws(vec![flaw])
    }

    /// What is left when no row ends any more.
    fn last_cut(&mut self, feed: &mut Feed, header: &Arc<Header>) -> Option<Cut> {
        let length = feed.bytes().len();
        if let Some(reason) = feed.damage() {
            self.done = true;
            let reason = reason.to_owned();
            return Some(self.leave_out(feed, length, reason));
        }
        if self.start >= length {
            self.done = true;
            return None;
        }
        if self.scanner.state == State::Quoted {
            return Some(match self.mend(feed, length, header) {
                Some(cut) => cut,
                None => self.leave_out(feed, length, "a quotation mark in this row is never closed".to_owned()),
            });
        }
        self.done = true;
        (self.whole, self.count) = (length, 1);
        Some(self.cut(feed, header))
    }
}

impl Split for Rows<'_> {
    fn next_cut(&mut self, feed: &mut Feed) -> Option<Cut> {
        if self.done {
            return None;
        }
        let header = match &self.header {
            Some(header) => Arc::clone(header),
            None => {
                let byte_offset = feed.offset();
                match self.read_header(feed) {
                    Ok(header) => Arc::clone(self.header.insert(header.or_else(|| {
                        self.done = true;
                        None
                    })?)),
                    Err(reason) => {
                        self.done = true;
                        return Some(Cut::of_flaws(vec![Flaw { record: 0, byte_offset, reason }]));
                    }
                }
            }
        };
        let mut want = self.limits.chunk_bytes.max(1);
        loop {
            feed.fill(want);
            let stop = self.scan(feed.bytes());
            if self.count > 0 {
                return Some(self.cut(feed, &header));
            }
            if stop == Stop::TooLong {
                return Some(match self.mend(feed, self.scanned, &header) {
                    Some(cut) => cut,
                    None => self.drop_row(feed),
                });
            }
            if feed.ended() {
                return self.last_cut(feed, &header);
            }
            want = (feed.bytes().len() * 2).max(want);
        }
    }
}

/// Where in a row a byte stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum State {
    RecordStart,
    FieldStart,
    Bare,
    Quoted,
    /// After a quotation mark inside a quoted field: its end, or the first half of a doubled one.
    Closing,
}

/// Finds the ends of rows without taking them apart.
struct Scanner {
    state: State,
    delimiter: u8,
}

impl Scanner {
    /// One past the line end that ends the current row, if it lies in `bytes`.
    fn record_end(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut place = 0;
        loop {
            let rest = bytes.get(place..)?;
            place += match self.state {
                State::RecordStart => {
                    self.state = State::FieldStart;
                    rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count()
                }
                State::Bare => memchr3(self.delimiter, b'\n', b'\r', rest)?,
                State::Quoted => memchr(b'"', rest)?,
                State::FieldStart | State::Closing => 0,
            };
            let byte = *bytes.get(place)?;
            place += 1;
            self.state = match (self.state, byte) {
                (State::FieldStart | State::Closing, b'"') => State::Quoted,
                (State::Quoted, _) => State::Closing,
                (_, byte) if byte == self.delimiter => State::FieldStart,
                (_, b'\r' | b'\n') => {
                    self.state = State::RecordStart;
                    return Some(place);
                }
                _ => State::Bare,
            };
        }
    }
}

/// One past the end of the first row of `bytes`, if it ends there.
pub(super) fn row_end(bytes: &[u8], delimiter: u8) -> Option<usize> {
    Scanner { state: State::RecordStart, delimiter }.record_end(bytes)
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(120).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
