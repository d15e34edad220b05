//! Which format is it really? A look at a source's first bytes.
//!
//! A known ending is believed, but for JSON, where arrays named `.jsonl` and lines named `.json` are common, and for
//! archives of pages, which say on their first line what they are. Without an ending: a document type or an `html` tag
//! is a page; `[` or `{` is JSON; a first line of at least three columns, one of them a known name, is a table; all
//! else is text.

use super::discover::Format;
use super::feed::Feed;
use super::mapping::Mapping;

/// How many bytes are looked at.
pub(super) const HEAD_BYTES: usize = 64 << 10;

/// Separators of columns, the likelier first.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// How the records of a source lie, for certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Lines,
    Json,
    Rows { delimiter: u8 },
    Text,
    Page,
    Archive,
}

/// The shape of a source whose name promises `named`.
pub(super) fn format(named: Option<Format>, feed: &Feed, mapping: &Mapping) -> Shape {
    let head = feed.bytes();
    if is_archive(head) {
        return Shape::Archive;
    }
    match named {
        Some(Format::Jsonl) if is_whole_json(head) => Shape::Json,
        Some(Format::Jsonl) => Shape::Lines,
        Some(Format::Json) => json(head),
        Some(Format::Csv) => Shape::Rows { delimiter: delimiter(first_line(head)) },
        Some(Format::Tsv) => Shape::Rows { delimiter: b'\t' },
        Some(Format::Text) => Shape::Text,
        Some(Format::Html) => Shape::Page,
        Some(Format::Warc) => Shape::Archive,
        None if is_page(head) => Shape::Page,
        None => match head.trim_ascii_start().first() {
            Some(b'{' | b'[') => json(head),
            _ if is_table(first_line(head.trim_ascii_start()), mapping) => {
                Shape::Rows { delimiter: delimiter(first_line(head.trim_ascii_start())) }
            }
            _ => Shape::Text,
        },
    }
}

/// Whether the bytes begin as a WARC or WET file does.
fn is_archive(head: &[u8]) -> bool {
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

/// JSON lines if the first line is an object and another begins after it.
fn json(head: &[u8]) -> Shape {
    let head = head.trim_ascii_start();
    let line = first_line(head);
    let next = head.get(line.len()..).unwrap_or_default().trim_ascii_start();
    let line = line.trim_ascii();
    if line.starts_with(b"{") && line.ends_with(b"}") && next.starts_with(b"{") { Shape::Lines } else { Shape::Json }
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
