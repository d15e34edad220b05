//! Tables: CSV and TSV with a header row, or without one as trafilatura writes them.
//!
//! Rows are found by a scanner ([`rows`](mod@rows)) that knows quoting as the `csv` crate does (a test compares them), because
//! a quoted text may hold line ends and a chunk must not be cut there. The crate then parses whole rows. Rows are numbered
//! from 1 below the header; blank lines are no rows.

mod rows;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use memchr::memchr;

use super::charset::Layout;
use super::chunk::{Cut, Leaving, Outcome, Records, Stretch};
use super::fields::{self, Fields, Seen, Value};
use super::flaw;
use super::format::{Characters, Format, Shape, first_line};
use super::mapping::{Mapping, Target};
use super::splice::{Adding, Slot};
use crate::article::{Article, Location};
use rows::State;

/// Comma-separated values with a header row.
pub(super) struct Csv;

/// Tab-separated values with a header row.
pub(super) struct Tsv;

/// Separators of columns, the likelier first.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

impl Format for Csv {
    fn name(&self) -> &'static str {
        "CSV"
    }

    fn endings(&self) -> &'static [&'static str] {
        &[".csv"]
    }

    fn named(&self, head: &[u8]) -> Result<Shape, &'static str> {
        let line = first_line(head);
        Ok(shape(if is_trafilatura(line) { b'\t' } else { delimiter(line) }))
    }

    fn likely(&self, head: &[u8], mapping: &Mapping) -> Option<Shape> {
        let line = first_line(head.trim_ascii_start());
        if is_trafilatura(first_line(head)) {
            return Some(shape(b'\t'));
        }
        is_table(line, mapping).then(|| shape(delimiter(line)))
    }
}

impl Format for Tsv {
    fn name(&self) -> &'static str {
        "TSV"
    }

    fn endings(&self) -> &'static [&'static str] {
        &[".tsv"]
    }

    fn named(&self, _: &[u8]) -> Result<Shape, &'static str> {
        Ok(shape(b'\t'))
    }
}

fn shape(delimiter: u8) -> Shape {
    let name = match delimiter {
        b',' => "CSV",
        b'\t' => "TSV",
        b';' => "CSV separated by semicolons",
        _ => "CSV separated by bars",
    };
    let characters = Characters::Detected(Layout::Lines);
    Shape::cut(name, characters, move |limits, mapping| Box::new(rows::Rows::new(limits, delimiter, mapping)))
        .with_keys()
        .leaving(Leaving::Stretches)
}

/// The separator that the header row has most of.
fn delimiter(header: &[u8]) -> u8 {
    let count = |delimiter: u8| memchr::memchr_iter(delimiter, header).count();
    let mut best = DELIMITERS[0];
    for delimiter in DELIMITERS {
        if count(delimiter) > count(best) {
            best = delimiter;
        }
    }
    best
}

/// Whether a first line is a header row: three columns or more, one of them with the name of a field.
fn is_table(line: &[u8], mapping: &Mapping) -> bool {
    let delimiter = delimiter(line);
    let Ok(line) = std::str::from_utf8(line) else { return false };
    let mut columns = line.split(char::from(delimiter)).map(|column| column.trim().trim_matches('"').trim());
    columns.clone().count() >= 3 && columns.any(|column| !mapping.targets(column).is_empty())
}

/// The columns of the tables that trafilatura writes: separated by tabs, without a header row, `null` where nothing is.
const TRAFILATURA: [&str; 11] =
    ["url", "id", "fingerprint", "hostname", "title", "image", "date", "text", "comments", "license", "pagetype"];

/// Whether this first line is a row of trafilatura: at least the columns before the text, which may go on over lines.
fn is_trafilatura(line: &[u8]) -> bool {
    let Ok(line) = std::str::from_utf8(line) else { return false };
    let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
    let is_url_or_null = |cell: &&str| *cell == "null" || super::site::looks_like_url(cell);
    let (Some(url), Some(image)) = (cells.first().filter(|cell| is_url_or_null(cell)), cells.get(5)) else {
        return false;
    };
    (8..=TRAFILATURA.len()).contains(&cells.len())
        && is_url_or_null(image)
        && !(*url == "null" && cells.get(4) == Some(&"title"))
}

/// The header row of a table.
#[derive(Debug)]
struct Header {
    delimiter: u8,
    columns: Vec<String>,
    /// Where the last cell of the row ends in the source; nothing if the table has no such row.
    end: Option<u64>,
}

fn parser(bytes: &[u8], delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(bytes)
}

/// The cells of one row; none if there is no row.
fn cells(row: &[u8], delimiter: u8) -> csv::ByteRecord {
    let mut cells = csv::ByteRecord::new();
    // Reading from memory with a flexible number of cells has no error to give.
    if parser(row, delimiter).read_byte_record(&mut cells).is_err() {
        cells.clear();
    }
    cells
}

/// A row as it stands in the file.
struct Row<'c> {
    record: u64,
    /// Where it begins in the chunk.
    place: usize,
    /// Perhaps with line ends after it.
    bytes: &'c [u8],
}

/// Gives each row of a chunk to `take`, as it stands there and taken apart.
fn rows<'c>(cut: &'c Cut, header: &Header, mut take: impl FnMut(Row<'c>, &csv::ByteRecord)) {
    let mut parser = parser(&cut.bytes, header.delimiter);
    let mut cells = csv::ByteRecord::new();
    let mut record = cut.first_record;
    loop {
        let begin = place(&parser);
        if !matches!(parser.read_byte_record(&mut cells), Ok(true)) {
            return;
        }
        let raw = cut.bytes.get(begin..place(&parser)).unwrap_or_default();
        let blank = raw.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        take(Row { record, place: begin + blank, bytes: raw.get(blank..).unwrap_or_default() }, &cells);
        record += 1;
    }
}

/// A row without what ends it.
fn without_line_end(row: &[u8]) -> &[u8] {
    let ends = row.iter().rev().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    row.get(..row.len() - ends).unwrap_or_default()
}

/// Where the cells of a row stand in it, quotation marks included; the row comes without its line end.
fn cell_places(row: &[u8], delimiter: u8) -> Vec<Range<usize>> {
    let (mut places, mut begin, mut state) = (Vec::new(), 0, State::FieldStart);
    for (place, &byte) in row.iter().enumerate() {
        state = match (state, byte) {
            (State::FieldStart | State::Closing, b'"') => State::Quoted,
            (State::Quoted, b'"') => State::Closing,
            (State::Quoted, _) => State::Quoted,
            (_, byte) if byte == delimiter => {
                places.push(begin..place);
                begin = place + 1;
                State::FieldStart
            }
            _ => State::Bare,
        };
    }
    places.push(begin..row.len());
    places
}

fn place(parser: &csv::Reader<&[u8]>) -> usize {
    usize::try_from(parser.position().byte()).unwrap_or(usize::MAX)
}

/// Rows under this header.
#[derive(Debug)]
struct Table(Arc<Header>);

impl Records for Table {
    fn parse(&self, cut: &Cut, outcome: &mut Outcome<'_>, mapping: &Mapping) {
        let columns =
            Columns { targets: self.0.columns.iter().map(|column| mapping.targets(column)).collect(), mapping };
        rows(cut, &self.0, |row, cells| {
            let location = outcome.location(row.record, row.place);
            outcome.push(location.clone(), columns.article(row.bytes, cells, location));
        });
    }

    fn seen(&self, cut: &Cut, _: usize, _: &Mapping) -> Vec<Seen> {
        let value = |cell: &[u8]| {
            let text = String::from_utf8_lossy(cell).into_owned();
            if text.trim().is_empty() { Value::Missing } else { Value::Text(text.into()) }
        };
        let mut seen = Vec::new();
        rows(cut, &self.0, |_, cells| {
            let columns = self.0.columns.iter().cloned().zip(cells.iter().map(value)).collect();
            seen.push(Seen { own: Vec::new(), columns });
        });
        seen
    }

    fn stretches(&self, cut: &Cut) -> Vec<Stretch> {
        let mut stretches = Vec::new();
        rows(cut, &self.0, |row, _| {
            let end = row.place + without_line_end(row.bytes).len();
            let line_end = match cut.bytes.get(end..).unwrap_or_default() {
                [b'\r', b'\n', ..] => 2,
                [b'\r' | b'\n', ..] => 1,
                _ => 0,
            };
            stretches.push(Stretch { record: row.record, bytes: row.place..end + line_end });
        });
        stretches
    }

    /// Of rows with as many cells as the header has. In others there is no telling in which column a cell would stand.
    fn slots(&self, cut: &Cut, adding: &Adding<'_>) -> Vec<Slot> {
        let header = &self.0;
        let column = header.column(adding.key);
        let mut slots = Vec::new();
        rows(cut, header, |row, cells| {
            if cells.len() != header.columns.len() {
                return;
            }
            let bytes = without_line_end(row.bytes);
            let (at, before) = match column {
                None => (bytes.len()..bytes.len(), char::from(header.delimiter).to_string()),
                Some(column) => match cell_places(bytes, header.delimiter).get(column) {
                    Some(cell) => (cell.clone(), String::new()),
                    None => return,
                },
            };
            let begin = cut.byte_offset + row.place as u64;
            slots.push(Slot::cell(row.record, begin + at.start as u64..begin + at.end as u64, before));
        });
        slots
    }

    fn header_change(&self, key: &str) -> Option<(u64, String)> {
        let header = &self.0;
        let is_new = header.column(key).is_none();
        is_new.then_some((header.end?, format!("{}{key}", char::from(header.delimiter))))
    }
}

impl Header {
    fn column(&self, key: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == key)
    }
}

/// What the columns are good for.
struct Columns<'m> {
    targets: Vec<&'m [Target]>,
    mapping: &'m Mapping,
}

impl Columns<'_> {
    /// The article in a row, given as it stands in the file and taken apart.
    fn article(&self, raw: &[u8], row: &csv::ByteRecord, location: Location) -> Result<Article, String> {
        if memchr(0, raw).is_some() {
            return Err(flaw::BINARY.to_owned());
        }
        flaw::utf8(raw.trim_ascii_start())?;
        if row.len() != self.targets.len() {
            return Err(format!("the row has {} cells, the header row {}", row.len(), self.targets.len()));
        }
        let mut fields = Fields::new();
        for (cell, targets) in row.iter().zip(&self.targets) {
            if fields.want(targets) {
                fields.offer(targets, Value::Text(Cow::Borrowed(flaw::utf8(cell)?)));
            }
        }
        fields.article(location).ok_or_else(|| fields::no_text(self.mapping))
    }
}
