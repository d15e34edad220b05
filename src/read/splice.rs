//! Where in a record does one more key go?
//!
//! In: a record. Out: the places to change: one before the closing brace of a JSON object or after the last cell of a row;
//! where the key or column is there already, its value instead. All else keeps its
//! bytes, so a record that gets the key twice has the second value alone.
//!
//! Keys are found by counting brackets outside strings. That is enough because only JSON that was parsed is looked at.

use std::ops::Range;

use memchr::memchr2;
use serde::de::IgnoredAny;

use super::flaw;

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

/// What is added to records, and to which.
pub(super) struct Adding<'a> {
    pub(super) key: &'a str,
    /// The largest record that takes it.
    pub(super) limit_bytes: usize,
    /// Whether a record is known to be an article. Others are parsed first: they may be broken.
    pub(super) is_article: &'a (dyn Fn(u64) -> bool + Sync),
}

impl Adding<'_> {
    /// The slot of a JSON object that begins at this offset, if it takes the key.
    pub(super) fn to_object(&self, record: u64, begin: u64, bytes: &[u8]) -> Option<Slot> {
        if bytes.len() > self.limit_bytes || !((self.is_article)(record) || is_object(bytes)) {
            return None;
        }
        let shifted = |range: Range<usize>| begin + range.start as u64..begin + range.end as u64;
        let changes = in_object(bytes, self.key)?.into_iter();
        let places = changes.map(|(at, before)| Place { at: shifted(at), before, is_cell: false }).collect();
        Some(Slot { record, places })
    }
}

impl Slot {
    /// A cell of a table: what replaces `at`, and what goes before it.
    pub(super) fn cell(record: u64, at: Range<u64>, before: String) -> Slot {
        Slot { record, places: vec![Place { at, before, is_cell: true }] }
    }
}

fn is_object(bytes: &[u8]) -> bool {
    bytes.starts_with(b"{") && flaw::utf8(bytes).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
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
                let has_comma = object.get(solid.wrapping_sub(1)) == Some(&b',');
                let comma = if solid > 1 && !has_comma { "," } else { "" };
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
pub(super) fn string_end(bytes: &[u8], place: usize) -> Option<usize> {
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
