//! JSON in its two forms, one object a line and everything else, and which of them a source has: names are often wrong.

use super::charset::Layout;
use super::chunk::Leaving;
use super::format::{Characters, Format, Shape, first_line};
use super::mapping::Mapping;
use super::{format, json_array, jsonl};

/// One JSON object a line.
pub(super) struct Lines;

/// A JSON array of objects, one object, or an object that holds one array of objects.
pub(super) struct Json;

impl Format for Lines {
    fn name(&self) -> &'static str {
        "JSON lines"
    }

    fn endings(&self) -> &'static [&'static str] {
        &[".jsonl", ".ndjson"]
    }

    fn named(&self, head: &[u8]) -> Result<Shape, &'static str> {
        Ok(if is_whole_json(head) { values() } else { lines() })
    }

    fn mapped(&self, head: &[u8], mapping: &Mapping) -> Result<Shape, &'static str> {
        // Objects that hold an array of records may stand in lines.
        if mapping.records().is_some() { Ok(values()) } else { self.named(head) }
    }

    fn lines(&self) -> format::Lines {
        format::Lines::Numbered
    }
}

impl Format for Json {
    fn name(&self) -> &'static str {
        "JSON"
    }

    fn endings(&self) -> &'static [&'static str] {
        &[".json"]
    }

    fn named(&self, head: &[u8]) -> Result<Shape, &'static str> {
        Ok(if has_lines(head) { lines() } else { values() })
    }

    fn mapped(&self, head: &[u8], mapping: &Mapping) -> Result<Shape, &'static str> {
        if mapping.records().is_some() { Ok(values()) } else { self.named(head) }
    }

    fn likely(&self, head: &[u8], mapping: &Mapping) -> Option<Shape> {
        let is_json = matches!(head.trim_ascii_start().first(), Some(b'{' | b'['));
        self.mapped(head, mapping).ok().filter(|_| is_json)
    }
}

fn lines() -> Shape {
    let characters = Characters::Detected(Layout::Lines);
    Shape::cut("JSON lines", characters, |limits, _| Box::new(jsonl::Lines::new(limits)))
        .with_keys()
        .leaving(Leaving::Stretches)
}

fn values() -> Shape {
    let characters = Characters::Detected(Layout::Lines);
    Shape::cut("JSON", characters, |limits, mapping| Box::new(json_array::Values::new(limits, mapping)))
        .with_keys()
        .leaving(Leaving::Listed)
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

/// Whether the first line is an object, and what comes after it is no part of an array.
fn has_lines(head: &[u8]) -> bool {
    let head = head.trim_ascii_start();
    let line = first_line(head);
    let next = head.get(line.len()..).unwrap_or_default().trim_ascii_start();
    let line = line.trim_ascii();
    line.starts_with(b"{") && line.ends_with(b"}") && !matches!(next.first(), None | Some(b',' | b']'))
}
