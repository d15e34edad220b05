//! JSON that is not one object a line: an array of objects, a single object, or an object that holds one array of objects
//! (`{"articles": [...]}`, `{"articles": {"results": [...]}}`), as news APIs answer and JSON Feed has it.
//!
//! A scanner finds where values end by counting brackets outside strings; it builds nothing and holds no more than one
//! value. Values that follow one another without an array are read too. A top-level object is a wrapper if it has no text
//! itself and exactly one array of objects, or one with a telling name; one that is longer than a record may be, if it is inside such an array when
//! the limit is reached. Records are numbered from 1 in the order of values.
//!
//! The array that the settings name (`records`) is the one of every top-level object that has it.
//!
//! A broken value can hide where it ends. A line end inside a string, which JSON forbids, or an end of file inside a value
//! gives it away; reading then goes on at the next line that begins with `{`, not indented deeper than the broken value.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memchr3};

use super::chunk::{Cut, Limits, Outcome, Records, Split, Stretch};
use super::feed::Feed;
use super::fields::Seen;
use super::flaw::{self, Flaw};
use super::json_path::array_at;
use super::json_record;
use super::mapping::Mapping;
use super::splice::{Adding, Slot};
use crate::article::Location;

/// How often in one source reading goes on behind a value that is open to the end: each time costs another scan.
const RESUMPTIONS: usize = 64;
/// How many nested brackets are told apart by kind; deeper ones are only counted. No article nests as deep as parsing allows.
const KNOWN_DEPTH: usize = 1024;
/// How much more is read at a time.
const STEP_BYTES: usize = 64 << 10;
/// How many values a chunk has at most: each may be a reject of fifty bytes, and that of one byte, too.
const CHUNK_VALUES: usize = 1 << 15;

/// Cuts between values.
pub(super) struct Values<'m> {
    limits: Limits,
    mapping: &'m Mapping,
    level: Level,
    /// The next place in the window to look at; what was found before it is in `values` and `flaws`.
    next: usize,
    values: Vec<Place>,
    flaws: Vec<Flaw>,
    /// The number of the next value.
    record: u64,
    /// How far the line of `next` is indented, if nothing but white space stands before it.
    indent: Option<usize>,
    dropping: Option<Dropping>,
    resumptions: usize,
}

/// Where a value stands in a chunk.
#[derive(Debug)]
struct Place {
    record: u64,
    bytes: Range<usize>,
}

/// Where in the structure `next` is.
#[derive(Clone, Copy, PartialEq)]
enum Level {
    /// Between top-level values.
    Top,
    /// Between the elements of a top-level array.
    Array,
    /// Between the elements of an array that stands in so many wrapper objects.
    Wrapped { depth: usize },
    /// Nothing more is read.
    Done,
}

/// What is dropped unread from the start of the window on.
enum Dropping {
    /// The rest of so many wrapper objects after their array.
    Tail { depth: usize },
    /// A value that is too long.
    Value,
    /// Some bytes up to a line's beginning, then all lines up to one that begins an object, indented at most so much.
    Lines { skip_bytes: usize, indent: usize },
}

/// How a value turned out. Places are in the window.
enum Found {
    Whole {
        end: usize,
    },
    /// One of its strings has a line end, after which `next_line` begins.
    LineEndInString {
        next_line: usize,
    },
    /// A bracket of the wrong kind closes one of its brackets before this place.
    Mismatched {
        end: usize,
    },
    Unfinished,
    TooLong,
}

impl<'m> Values<'m> {
    pub(super) fn new(limits: Limits, mapping: &'m Mapping) -> Values<'m> {
        Values {
            limits,
            mapping,
            level: Level::Top,
            next: 0,
            values: Vec::new(),
            flaws: Vec::new(),
            record: 1,
            indent: Some(0),
            dropping: None,
            resumptions: 0,
        }
    }

    /// Takes what was found so far, if anything was. The window then begins at what was `next`.
    fn cut(&mut self, feed: &mut Feed) -> Option<Cut> {
        let byte_offset = feed.offset();
        let (values, flaws) = (std::mem::take(&mut self.values), std::mem::take(&mut self.flaws));
        let length = std::mem::take(&mut self.next);
        let Some(first) = values.first() else {
            feed.skip(length);
            return (!flaws.is_empty()).then(|| Cut::of_flaws(flaws));
        };
        let first_record = first.record;
        Some(Cut { bytes: feed.take(length), byte_offset, first_record, records: Box::new(Objects(values)), flaws })
    }

    /// Goes on to the next byte that is neither white space nor a comma, and gives it if there is one.
    fn next_byte(&mut self, feed: &mut Feed) -> Option<u8> {
        loop {
            let rest = feed.bytes().get(self.next..).unwrap_or_default();
            for &byte in rest {
                match byte {
                    b'\n' => self.indent = Some(0),
                    b' ' | b'\t' => self.indent = self.indent.map(|indent| indent + 1),
                    b'\r' => {}
                    b',' => self.indent = None,
                    _ => return Some(byte),
                }
                self.next += 1;
            }
            if feed.ended() {
                return None;
            }
            if self.values.is_empty() {
                feed.skip(std::mem::take(&mut self.next));
            }
            feed.fill(feed.bytes().len() + STEP_BYTES);
        }
    }

    /// Finds the end of the value at `next`, which begins with `first`.
    fn value(&self, feed: &mut Feed, first: u8) -> Found {
        let limit = self.limit();
        let mut scanner = Scanner::new(first);
        let mut place = self.next + 1;
        loop {
            let end = limit.min(feed.bytes().len());
            match scanner.scan(feed.bytes().get(place..end).unwrap_or_default()) {
                Scan::End(length) if place + length < limit => return Found::Whole { end: place + length },
                Scan::End(_) => return Found::TooLong,
                Scan::LineEndInString(length) => return Found::LineEndInString { next_line: place + length },
                Scan::Mismatch(length) => {
                    // All that can be looked at is looked at for the next value.
                    feed.fill(limit);
                    return Found::Mismatched { end: place + length };
                }
                Scan::More => place = end.max(place),
            }
            if place >= limit {
                return Found::TooLong;
            }
            if feed.ended() {
                return if scanner.is_scalar() { Found::Whole { end: place } } else { Found::Unfinished };
            }
            feed.fill(feed.bytes().len() + STEP_BYTES);
        }
    }

    /// One past the last byte that is looked at for the end of the value at `next`.
    fn limit(&self) -> usize {
        self.next.saturating_add(self.limits.record_bytes).saturating_add(1)
    }

    /// Deals with the value at `next`, which begins with `first`.
    fn element(&mut self, feed: &mut Feed, first: u8) {
        let found = self.value(feed, first);
        if self.level == Level::Top
            && let Some(array) = self.wrapped_array(feed, &found)
        {
            self.next += array.start + 1;
            self.indent = None;
            self.level = Level::Wrapped { depth: array.depth };
            return;
        }
        let indent = self.indent.take().unwrap_or(usize::MAX);
        match found {
            Found::Whole { end } => self.push(end),
            Found::LineEndInString { next_line } => {
                self.flaw(feed, "broken JSON: a line end inside a string".to_owned());
                self.dropping = Some(Dropping::Lines { skip_bytes: next_line - self.next, indent });
            }
            Found::Mismatched { .. } | Found::Unfinished | Found::TooLong => match self.resumption(feed, indent) {
                Some(skip_bytes) => {
                    self.resumptions += 1;
                    self.flaw(feed, "broken JSON: a string or bracket in this record is never closed".to_owned());
                    self.dropping = Some(Dropping::Lines { skip_bytes, indent });
                }
                None => self.give_up(feed, &found),
            },
        }
    }

    /// Deals with a value that ends in no good way, when no later one is in sight.
    fn give_up(&mut self, feed: &Feed, found: &Found) {
        match *found {
            Found::TooLong => self.dropping = Some(Dropping::Value),
            // Parsing will say what is wrong with it.
            Found::Mismatched { end } => self.push(end),
            _ => {
                let reason = feed.damage().unwrap_or("broken JSON: the file ends inside this record").to_owned();
                self.flaw(feed, reason);
                self.level = Level::Done;
            }
        }
    }

    /// Takes the value from `next` to `end`.
    fn push(&mut self, end: usize) {
        self.values.push(Place { record: self.record, bytes: self.next..end });
        self.next = end;
        self.record += 1;
    }

    /// Where in the top-level object at `next` the array of records begins, if it is a wrapper.
    fn wrapped_array(&self, feed: &Feed, found: &Found) -> Option<FoundArray> {
        let end = match *found {
            Found::Whole { end } => end,
            _ => self.limit().min(feed.bytes().len()),
        };
        let object = feed.bytes().get(self.next..end)?;
        if let Some(path) = self.mapping.records() {
            return array_at(object, path).map(|start| FoundArray { start, depth: path.len(), is_named: true });
        }
        let arrays = arrays_of_objects(object);
        if !matches!(found, Found::Whole { .. }) {
            return arrays.open;
        }
        let location = Location { path: "".into(), record: 0, byte_offset: 0 };
        let array = arrays.records()?;
        json_record::article(object, location, self.mapping).is_err().then_some(array)
    }

    /// How many bytes after `next` a line begins that looks like the next value, although this one is still open.
    fn resumption(&self, feed: &Feed, indent: usize) -> Option<usize> {
        if self.resumptions >= RESUMPTIONS || feed.damage().is_some() {
            return None;
        }
        let value = feed.bytes().get(self.next..self.limit().min(feed.bytes().len()))?;
        memchr_iter(b'\n', value).map(|end| end + 1).find(|&line| {
            let line = value.get(line..).unwrap_or_default();
            let blank = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            blank <= indent && line.get(blank) == Some(&b'{')
        })
    }

    /// Notes that the value at `next` is left out.
    fn flaw(&mut self, feed: &Feed, reason: String) {
        self.flaws.push(Flaw { record: self.record, byte_offset: feed.offset() + self.next as u64, reason });
        self.record += 1;
    }

    /// Notes what is wrong with an end where `next` is.
    fn end(&mut self, feed: &Feed) {
        if let Some(damage) = feed.damage() {
            self.flaw(feed, damage.to_owned());
        } else if self.level != Level::Top {
            self.flaw(feed, "the JSON array is never closed: the file may have been cut off".to_owned());
        }
        self.level = Level::Done;
    }

    /// Drops what is to be dropped from the start of the window.
    fn drop(&mut self, feed: &mut Feed, dropping: Dropping) {
        match dropping {
            Dropping::Tail { depth } => {
                if (0..depth).any(|_| self.drop_value(feed, Scanner::new(b'{')) == Scan::More) {
                    self.level = Level::Wrapped { depth };
                    self.end(feed);
                }
            }
            Dropping::Value => {
                let byte_offset = feed.offset();
                feed.fill(flaw::BINARY_PROBE_BYTES);
                let probe = feed.bytes().get(..flaw::BINARY_PROBE_BYTES).unwrap_or(feed.bytes()).to_vec();
                let scanner = Scanner::new(probe.first().copied().unwrap_or_default());
                feed.skip(1);
                let scan = self.drop_value(feed, scanner);
                let too_long = flaw::too_long(feed.offset() - byte_offset, self.limits.record_bytes, &probe);
                let reason = match (scan, feed.damage()) {
                    (Scan::More, Some(damage)) => damage.to_owned(),
                    _ => too_long,
                };
                self.flaws.push(Flaw { record: self.record, byte_offset, reason });
                self.record += 1;
                match scan {
                    Scan::End(_) | Scan::Mismatch(_) => {}
                    Scan::More => self.level = Level::Done,
                    Scan::LineEndInString(_) => {
                        self.dropping = Some(Dropping::Lines { skip_bytes: 0, indent: usize::MAX })
                    }
                }
            }
            Dropping::Lines { skip_bytes, indent } => {
                feed.skip(skip_bytes);
                self.drop_lines(feed, indent);
            }
        }
    }

    /// Drops bytes up to the end of the value that `scanner` is inside of, and tells how it ended.
    fn drop_value(&self, feed: &mut Feed, mut scanner: Scanner) -> Scan {
        loop {
            let scan = scanner.scan(feed.bytes());
            match scan {
                Scan::End(length) | Scan::LineEndInString(length) | Scan::Mismatch(length) => {
                    feed.skip(length);
                    return scan;
                }
                Scan::More => feed.skip(feed.bytes().len()),
            }
            if feed.ended() {
                return Scan::More;
            }
            feed.fill(STEP_BYTES);
        }
    }

    /// Drops lines, of which one begins the window, up to one that begins an object.
    fn drop_lines(&mut self, feed: &mut Feed, indent: usize) {
        loop {
            feed.fill(STEP_BYTES);
            let line = feed.bytes().get(..STEP_BYTES).unwrap_or(feed.bytes());
            let blank = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            if blank <= indent && line.get(blank) == Some(&b'{') {
                feed.skip(blank);
                self.indent = Some(blank);
                return;
            }
            loop {
                if let Some(end) = memchr(b'\n', feed.bytes()) {
                    feed.skip(end + 1);
                    break;
                }
                feed.skip(feed.bytes().len());
                if feed.ended() {
                    // The record that broke off is noted already; only damage of the source itself is news.
                    if let Some(damage) = feed.damage() {
                        self.flaw(feed, damage.to_owned());
                    }
                    self.level = Level::Done;
                    return;
                }
                feed.fill(STEP_BYTES);
            }
        }
    }
}

impl Split for Values<'_> {
    fn next_cut(&mut self, feed: &mut Feed) -> Option<Cut> {
        loop {
            let is_long = self.next >= self.limits.chunk_bytes || self.values.len() >= CHUNK_VALUES;
            let is_full = !self.values.is_empty() && is_long;
            if is_full || self.dropping.is_some() || self.level == Level::Done {
                if let Some(cut) = self.cut(feed) {
                    return Some(cut);
                }
                match self.dropping.take() {
                    Some(dropping) => self.drop(feed, dropping),
                    None => return None,
                }
                continue;
            }
            let Some(byte) = self.next_byte(feed) else {
                self.end(feed);
                continue;
            };
            match (self.level, byte) {
                (Level::Top, b'[') => (self.level, self.next, self.indent) = (Level::Array, self.next + 1, None),
                (Level::Array, b']') => (self.level, self.next, self.indent) = (Level::Top, self.next + 1, None),
                (Level::Wrapped { depth }, b']') => {
                    (self.level, self.next, self.indent) = (Level::Top, self.next + 1, None);
                    self.dropping = Some(Dropping::Tail { depth });
                }
                (Level::Top, b'{') | (Level::Array | Level::Wrapped { .. }, _) => self.element(feed, byte),
                (Level::Top | Level::Done, _) => {
                    let is_binary = flaw::is_binary(feed.bytes().get(self.next..).unwrap_or_default());
                    let reason =
                        if is_binary { flaw::BINARY } else { "not JSON: an object or array was expected here" };
                    self.flaw(feed, reason.to_owned());
                    self.level = Level::Done;
                }
            }
        }
    }
}

/// Follows one JSON value to its end, through as many windows as it takes.
struct Scanner {
    /// How many brackets are open; none in a string or scalar that stands alone.
    depth: usize,
    /// The outer ones of them.
    open: Vec<u8>,
    string: InString,
    scalar: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum InString {
    No,
    Yes,
    AfterBackslash,
}

/// What a scan of some bytes gave.
#[derive(Clone, Copy, PartialEq)]
enum Scan {
    /// The value ends after so many bytes.
    End(usize),
    /// A string has a line end, so many bytes up to and with it.
    LineEndInString(usize),
    /// A bracket is closed by one of the other kind, so many bytes up to and with it.
    Mismatch(usize),
    More,
}

impl Scanner {
    /// Inside of a value whose first byte was `first`.
    fn new(first: u8) -> Scanner {
        let (depth, string) = match first {
            b'{' | b'[' => (1, InString::No),
            b'"' => (0, InString::Yes),
            _ => (0, InString::No),
        };
        let open = if depth == 0 { Vec::new() } else { vec![first] };
        Scanner { depth, open, string, scalar: depth == 0 && string == InString::No }
    }

    fn is_scalar(&self) -> bool {
        self.scalar
    }

    fn open(&mut self, bracket: u8) {
        self.depth += 1;
        if self.depth <= KNOWN_DEPTH {
            self.open.push(bracket);
        }
    }

    /// Closes the innermost bracket, and tells whether it was of this kind.
    fn close(&mut self, bracket: u8) -> bool {
        let opening = if self.depth <= KNOWN_DEPTH { self.open.pop() } else { None };
        self.depth = self.depth.saturating_sub(1);
        opening.is_none_or(|opening| (opening == b'{') == (bracket == b'}'))
    }

    fn scan(&mut self, bytes: &[u8]) -> Scan {
        let mut place = 0;
        while let Some(rest) = bytes.get(place..).filter(|rest| !rest.is_empty()) {
            if self.scalar {
                let is_end = |byte: &u8| matches!(byte, b',' | b'[' | b']' | b'{' | b'}' | b'"' | b' ' | b'\t'..=b'\r');
                return rest.iter().position(is_end).map_or(Scan::More, |end| Scan::End(place + end));
            }
            match self.string {
                InString::AfterBackslash => {
                    self.string = InString::Yes;
                    // An escaped line end is as forbidden as a bare one.
                    place += usize::from(rest.first() != Some(&b'\n'));
                }
                InString::Yes => {
                    let Some(found) = memchr3(b'"', b'\\', b'\n', rest) else { return Scan::More };
                    place += found + 1;
                    match rest.get(found) {
                        Some(b'"') => self.string = InString::No,
                        Some(b'\\') => self.string = InString::AfterBackslash,
                        _ => return Scan::LineEndInString(place),
                    }
                    if self.string == InString::No && self.depth == 0 {
                        return Scan::End(place);
                    }
                }
                InString::No => {
                    let Some(found) = rest.iter().position(|byte| matches!(byte, b'"' | b'{' | b'}' | b'[' | b']'))
                    else {
                        return Scan::More;
                    };
                    place += found + 1;
                    match rest.get(found) {
                        Some(b'"') => self.string = InString::Yes,
                        Some(&opening @ (b'{' | b'[')) => self.open(opening),
                        Some(&closing) if !self.close(closing) => return Scan::Mismatch(place),
                        _ if self.depth == 0 => return Scan::End(place),
                        _ => {}
                    }
                }
            }
        }
        Scan::More
    }
}

/// The arrays of objects in an object: its direct members, and those of the objects among them.
struct Arrays {
    found: Vec<FoundArray>,
    /// The one that is still open at the end of the bytes.
    open: Option<FoundArray>,
}

#[derive(Clone, Copy)]
struct FoundArray {
    start: usize,
    /// How many objects it stands in.
    depth: usize,
    /// Whether its name is one under which interfaces give their records.
    is_named: bool,
}

/// The names under which interfaces give their records.
const RECORD_NAMES: [&[u8]; 14] = [
    b"articles",
    b"items",
    b"results",
    b"entries",
    b"stories",
    b"posts",
    b"docs",
    b"data",
    b"hits",
    b"records",
    b"documents",
    b"news",
    b"value",
    b"rows",
];
/// How deep an array of records may stand: Event Registry has `{"articles": {"results": [...]}}`.
const WRAPPERS: usize = 2;

impl Arrays {
    /// The one that holds the records: the only one, or the only one at the outermost level that has such, or the one with a
    /// telling name.
    fn records(&self) -> Option<FoundArray> {
        let only =
            |arrays: &mut dyn Iterator<Item = &FoundArray>| arrays.next().copied().filter(|_| arrays.next().is_none());
        let direct = only(&mut self.found.iter().filter(|array| array.depth == 1));
        let named = |depth: usize| only(&mut self.found.iter().filter(|array| array.depth == depth && array.is_named));
        direct.or_else(|| named(1)).or_else(|| named(2).filter(|_| self.found.iter().all(|array| array.depth > 1)))
    }
}

fn arrays_of_objects(object: &[u8]) -> Arrays {
    let mut arrays = Arrays { found: Vec::new(), open: None };
    let mut open = Vec::new();
    let mut place = 0;
    let mut name: &[u8] = b"";
    while let Some(&byte) = object.get(place) {
        let rest = object.get(place + 1..).unwrap_or_default();
        place += 1;
        match byte {
            b'"' => match Scanner::new(b'"').scan(rest) {
                Scan::End(length) | Scan::LineEndInString(length) | Scan::Mismatch(length) => {
                    name = rest.get(..length.saturating_sub(1)).unwrap_or_default();
                    place += length;
                }
                Scan::More => return arrays,
            },
            b'[' | b'{' => {
                let depth = open.len();
                let is_wrapped = (1..=WRAPPERS).contains(&depth) && open.iter().all(|&opening| opening == b'{');
                if byte == b'[' && is_wrapped && rest.trim_ascii_start().first() == Some(&b'{') {
                    let is_named = RECORD_NAMES.iter().any(|known| known.eq_ignore_ascii_case(name));
                    let found = FoundArray { start: place - 1, depth, is_named };
                    arrays.found.push(found);
                    arrays.open = Some(found);
                }
                open.push(byte);
            }
            b']' | b'}' => {
                open.pop();
                if arrays.open.is_some_and(|array| open.len() <= array.depth) {
                    arrays.open = None;
                }
            }
            _ => {}
        }
    }
    arrays
}

/// Values at these places.
#[derive(Debug)]
struct Objects(Vec<Place>);

impl Records for Objects {
    fn parse(&self, cut: &Cut, outcome: &mut Outcome<'_>, mapping: &Mapping) {
        for value in &self.0 {
            let location = outcome.location(value.record, value.bytes.start);
            let bytes = cut.bytes.get(value.bytes.clone()).unwrap_or_default();
            outcome.push(location.clone(), json_record::article(bytes, location, mapping));
        }
    }

    fn seen(&self, cut: &Cut, _: usize, mapping: &Mapping) -> Vec<Seen> {
        self.0.iter().filter_map(|value| json_record::seen(cut.bytes.get(value.bytes.clone())?, mapping)).collect()
    }

    fn stretches(&self, _: &Cut) -> Vec<Stretch> {
        self.0.iter().map(|value| Stretch { record: value.record, bytes: value.bytes.clone() }).collect()
    }

    fn slots(&self, cut: &Cut, adding: &Adding<'_>) -> Vec<Slot> {
        let slot = |value: &Place| {
            let begin = cut.byte_offset + value.bytes.start as u64;
            adding.to_object(value.record, begin, cut.bytes.get(value.bytes.clone())?)
        };
        self.0.iter().filter_map(slot).collect()
    }
}
