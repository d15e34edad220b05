//! Where in a record does one more key go?
//!
//! In: a chunk. Out: for each record that can carry a key, the places to change: one before the closing brace of a JSON
//! object or after the last cell of a row; where the key or column is there already, its value instead. All else keeps its
//! bytes, so a record that gets the key twice has the second value alone.
//!
//! Keys are found by counting brackets outside strings. That is enough because only JSON that was parsed is looked at.

use std::ops::Range;

use memchr::memchr2;
use serde::de::IgnoredAny;

use super::chunk::{Cut, Records};
use super::csv::{self, Header};
use super::jsonl;

/// Where a record takes the value.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) record: u64,
    /// Ascending.
    places: Vec<Place>,
}

/// A stretch of the source, by the offsets of its chunks, that makes room for the value.
#[derive(Debug)]
struct Place {
    at: Range<u64>,
    /// What goes before the value.
    before: String,
    /// Whether the value is a cell of a table.
    is_cell: bool,
}

impl Slot {
    /// What replaces which stretch if the value is `json`.
    pub(super) fn filled(&self, json: &str) -> impl Iterator<Item = (Range<u64>, String)> {
        self.places.iter().map(move |place| {
            let value = if place.is_cell { format!("\"{}\"", json.replace('"', "\"\"")) } else { json.to_owned() };
            (place.at.clone(), format!("{}{value}", place.before))
        })
    }
}

/// What a table's header row takes, and where, unless it has the column.
pub(super) fn header_change(cut: &Cut, key: &str) -> Option<(u64, String)> {
    match &cut.records {
        Records::Rows(header) if column(header, key).is_none() => {
            Some((header.end?, format!("{}{key}", char::from(header.delimiter))))
        }
        _ => None,
    }
}

/// The slots of a chunk's records, in their order. JSON that gave no article is parsed first: it may be broken.
pub(super) fn slots(cut: &Cut, key: &str, record_bytes: usize, is_article: impl Fn(u64) -> bool) -> Vec<Slot> {
    let object = |record: u64, place: usize, bytes: &[u8]| {
        if bytes.len() > record_bytes || !(is_article(record) || is_object(bytes)) {
            return None;
        }
        let changes = in_object(bytes, key)?;
        let begin = cut.byte_offset + place as u64;
        let places = changes.into_iter().map(|(at, before)| Place { at: shifted(at, begin), before, is_cell: false });
        Some(Slot { record, places: places.collect() })
    };
    match &cut.records {
        Records::Lines => jsonl::lines(cut)
            .filter_map(|line| {
                let blank = line.bytes.len() - line.bytes.trim_ascii_start().len();
                object(line.record, line.place + blank, line.bytes.trim_ascii())
            })
            .collect(),
        Records::Values(values) => values
            .iter()
            .filter_map(|value| object(value.record, value.bytes.start, cut.bytes.get(value.bytes.clone())?))
            .collect(),
        Records::Rows(header) => in_rows(cut, header, key),
        _ => Vec::new(),
    }
}

fn shifted(range: Range<usize>, begin: u64) -> Range<u64> {
    begin + range.start as u64..begin + range.end as u64
}

fn is_object(bytes: &[u8]) -> bool {
    bytes.starts_with(b"{") && super::utf8(bytes).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
}

fn column(header: &Header, key: &str) -> Option<usize> {
    header.columns.iter().position(|column| column == key)
}

/// Rows with as many cells as the header has. In others there is no telling in which column a cell would stand.
fn in_rows(cut: &Cut, header: &Header, key: &str) -> Vec<Slot> {
    let column = column(header, key);
    let mut slots = Vec::new();
    csv::rows(cut, header, |row, cells| {
        if cells.len() != header.columns.len() {
            return;
        }
        let bytes = csv::without_line_end(row.bytes);
        let (at, before) = match column {
            None => (bytes.len()..bytes.len(), char::from(header.delimiter).to_string()),
            Some(column) => match csv::cell_places(bytes, header.delimiter).get(column) {
                Some(cell) => (cell.clone(), String::new()),
                None => return,
            },
        };
        let at = shifted(at, cut.byte_offset + row.place as u64);
        slots.push(Slot { record: row.record, places: vec![Place { at, before, is_cell: true }] });
    });
    slots
}

/// What to replace in a JSON object, and what goes before the value there: the values of the key at its top level, or else
/// nothing, behind its last member.
fn in_object(object: &[u8], key: &str) -> Option<Vec<(Range<usize>, String)>> {
    let mut values = Vec::new();
    // The last name of the top level, and where its value begins.
    let (mut name, mut value) = (None, None);
    let mut depth = 0usize;
    // Where what is not white space ends.
    let mut solid = 0;
    let mut place = 0;
    while let Some(&byte) = object.get(place) {
        if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
            place += 1;
            continue;
        }
        let closes = matches!(byte, b'}' | b']') && depth == 1;
        if closes || byte == b',' && depth == 1 {
            if let (Some(name), Some(begin)) = (name.take(), value.take())
                && is_key(object.get::<Range<usize>>(name)?, key)
            {
                values.push((begin..solid, String::new()));
            }
        } else if depth == 1 && name.is_some() && value.is_none() && byte != b':' {
            value = Some(place);
        }
        if closes {
            if values.is_empty() {
                let comma = if solid > 1 { "," } else { "" };
                values.push((solid..solid, format!("{comma}\"{key}\":")));
            }
            return Some(values);
        }
        let begin = place;
        place = if byte == b'"' { string_end(object, place)? } else { place + 1 };
        match byte {
            b'"' if depth == 1 && name.is_none() => name = Some(begin..place),
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        solid = place;
    }
    None
}

/// One past the quotation mark that ends the string that begins at `place`.
fn string_end(bytes: &[u8], place: usize) -> Option<usize> {
    let mut place = place + 1;
    loop {
        place += memchr2(b'"', b'\\', bytes.get(place..)?)?;
        match bytes.get(place)? {
            b'"' => return Some(place + 1),
            _ => place += 2,
        }
    }
}

/// Whether a string of JSON, which may have escapes, is the key.
fn is_key(string: &[u8], key: &str) -> bool {
    match memchr::memchr(b'\\', string) {
        None => string.get(1..string.len() - 1) == Some(key.as_bytes()),
        Some(_) => serde_json::from_slice::<String>(string).is_ok_and(|string| string == key),
    }
}
