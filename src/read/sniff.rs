//! Which format is it really? A look at a source's first bytes.
//!
//! Archives, Parquet and Arrow are told by their first bytes whatever they are called, and so are archives of pages, which
//! say on their first line what they are. Else a known ending is believed, but for JSON, where arrays named `.jsonl` and
//! lines named `.json` are common. Without an ending: a document type or an `html` tag is a page; `[` or `{` is JSON, `<`
//! XML; a first line of at least three columns, one of them a known name, is a table; all else is text.

use super::discover::Format;
use super::feed::Feed;
use super::mapping::Mapping;
use super::{archive, csv, xml};

/// How many bytes are looked at.
pub(super) const HEAD_BYTES: usize = 64 << 10;

/// Separators of columns, the likelier first.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// How the records of a source lie, for certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Lines,
    Json,
    Rows {
        delimiter: u8,
    },
    Text,
    Page,
    /// A crawler's archive.
    Warc,
    Xml(xml::Kind),
    Tar,
    Zip,
    Parquet,
    Arrow,
    /// Not what its name says, and nothing else that is known.
    Misnamed,
}

impl Shape {
    /// What it is called.
    pub(super) fn name(self) -> &'static str {
        match self {
            Shape::Lines => "JSON lines",
            Shape::Json => "JSON",
            Shape::Rows { delimiter: b',' } => "CSV",
            Shape::Rows { delimiter: b'\t' } => "TSV",
            Shape::Rows { delimiter: b';' } => "CSV separated by semicolons",
            Shape::Rows { .. } => "CSV separated by bars",
            Shape::Text => "text",
            Shape::Page => "HTML",
            Shape::Warc => "WARC",
            Shape::Xml(kind) => kind.name(),
            Shape::Tar => "tar",
            Shape::Zip => "zip",
            Shape::Parquet => "Parquet",
            Shape::Arrow => "Arrow IPC",
            Shape::Misnamed => "unknown",
        }
    }

    /// Whether a record is written as keys or columns with values, in text, so that one more can stand among them.
    pub(super) fn has_keys(self) -> bool {
        matches!(self, Shape::Lines | Shape::Json | Shape::Rows { .. })
    }
}

/// The shape of a source whose name promises `named`.
pub(super) fn format(named: Option<Format>, feed: &Feed, mapping: &Mapping) -> Shape {
    let head = feed.bytes();
    if is_warc(head) {
        return Shape::Warc;
    }
    if let Some(shape) = by_first_bytes(named, head) {
        return shape;
    }
    match named {
        Some(Format::Xml) if is_page(head) => Shape::Page,
        Some(Format::Xml) => xml::Kind::of(head).map_or(Shape::Misnamed, Shape::Xml),
        Some(Format::Parquet | Format::Arrow | Format::Archive) => Shape::Misnamed,
        Some(Format::Jsonl) if is_whole_json(head) => Shape::Json,
        Some(Format::Jsonl) => Shape::Lines,
        Some(Format::Json) => json(head),
        Some(Format::Csv) if csv::is_trafilatura(first_line(head)) => Shape::Rows { delimiter: b'\t' },
        Some(Format::Csv) => Shape::Rows { delimiter: delimiter(first_line(head)) },
        Some(Format::Tsv) => Shape::Rows { delimiter: b'\t' },
        Some(Format::Text) => Shape::Text,
        Some(Format::Html) => Shape::Page,
        Some(Format::Warc) => Shape::Warc,
        None if is_page(head) => Shape::Page,
        None => match head.trim_ascii_start().first() {
            Some(b'{' | b'[') => json(head),
            Some(b'<') if xml::Kind::of(head).is_some_and(|kind| kind != xml::Kind::Table || is_declared_xml(head)) => {
                xml::Kind::of(head).map_or(Shape::Text, Shape::Xml)
            }
            _ if csv::is_trafilatura(first_line(head)) => Shape::Rows { delimiter: b'\t' },
            _ if is_table(first_line(head.trim_ascii_start()), mapping) => {
                Shape::Rows { delimiter: delimiter(first_line(head.trim_ascii_start())) }
            }
            _ => Shape::Text,
        },
    }
}

/// Whether the bytes begin as a WARC or WET file does.
fn is_warc(head: &[u8]) -> bool {
    head.starts_with(b"WARC/1.") || head.starts_with(b"WARC/0.")
}

/// Whether the bytes begin as a page does, perhaps after comments and an XML declaration.
fn is_page(head: &[u8]) -> bool {
    let mut rest = head.trim_ascii_start();
    loop {
        let begins = |word: &[u8]| rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        let end: &[u8] = if begins(b"<!--") {
            b"-->"
        } else if begins(b"<?xml") {
            b"?>"
        } else {
            return begins(b"<!doctype html") || begins(b"<html") || begins(b"<head>");
        };
        match memchr::memmem::find(rest, end) {
            Some(place) => rest = rest.get(place + end.len()..).unwrap_or_default().trim_ascii_start(),
            None => return false,
        }
    }
}

/// The shapes that no text can have.
fn by_first_bytes(named: Option<Format>, head: &[u8]) -> Option<Shape> {
    match head {
        _ if archive::is_zip(head) => Some(Shape::Zip),
        _ if archive::is_tar(head, named == Some(Format::Archive)) => Some(Shape::Tar),
        [b'P', b'A', b'R', b'1', ..] => Some(Shape::Parquet),
        [b'A', b'R', b'R', b'O', b'W', b'1', ..] => Some(Shape::Arrow),
        // The mark of a message, then the length of the schema, which has less than sixteen megabytes.
        [0xff, 0xff, 0xff, 0xff, _, _, _, 0, ..] => Some(Shape::Arrow),
        _ => None,
    }
}

fn is_declared_xml(head: &[u8]) -> bool {
    head.trim_ascii_start().starts_with(b"<?xml")
}

/// Whether the bytes are no text: they hold a NUL or are far from UTF-8.
pub(super) fn is_binary(head: &[u8]) -> bool {
    if memchr::memchr(0, head).is_some() {
        return true;
    }
    match std::str::from_utf8(head) {
        Ok(_) => false,
        Err(error) => error.error_len().is_some(),
    }
}

/// A file named for JSON lines that begins as an array or an indented object.
fn is_whole_json(head: &[u8]) -> bool {
    let head = head.trim_ascii_start();
    match head.split_first() {
        Some((b'[', rest)) => matches!(rest.trim_ascii_start().first(), Some(b'{' | b']')),
        Some((b'{', _)) => first_line(head).trim_ascii() == b"{",
        _ => false,
    }
}

/// JSON lines if the first line is an object, and what comes after it is no part of an array.
fn json(head: &[u8]) -> Shape {
    let head = head.trim_ascii_start();
    let line = first_line(head);
    let next = head.get(line.len()..).unwrap_or_default().trim_ascii_start();
    let line = line.trim_ascii();
    if line.starts_with(b"{") && line.ends_with(b"}") && !matches!(next.first(), None | Some(b',' | b']')) {
        Shape::Lines
    } else {
        Shape::Json
    }
}

fn first_line(head: &[u8]) -> &[u8] {
    head.get(..memchr::memchr2(b'\n', b'\r', head).unwrap_or(head.len())).unwrap_or(head)
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
