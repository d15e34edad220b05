//! The table of formats, and which one of them a source has.
//!
//! What is told for certain by the first bytes goes before the name: archives, Parquet and Arrow whatever they are called, and
//! archives of pages, which say on their first line what they are. Else a known ending is believed, but for JSON, where
//! arrays named `.jsonl` and lines named `.json` are common. Without an ending the first format of the table that finds the
//! source likely takes it: a document type or an `html` tag is a page; `[` or `{` is JSON, `<` XML; a first line of at least
//! three columns, one of them a known name, is a table; all else is text.

use super::compress::{self, Compression};
use super::format::{Format, Shape};
use super::mapping::Mapping;

/// Every format. Of several that find a source likely, or certain, the first goes before.
const FORMATS: &[&dyn Format] = &[
    &super::json::Lines,
    &super::json::Json,
    &super::html::Html,
    &super::xml::Xml,
    &super::csv::Csv,
    &super::csv::Tsv,
    &super::txt::Text,
    &super::warc::Warc,
    &super::archive::Files,
    &super::columnar::Parquet,
    &super::columnar::Arrow,
];

/// What a file name promises, once the ending of a compression is taken off.
pub(super) fn promised(name: &str) -> (Compression, Option<&'static dyn Format>) {
    let ends = |name: &str, ending: &str| compress::strip_ending(name, ending).is_some();
    for format in FORMATS {
        let packed = format.packed_endings().iter().find(|(ending, _)| ends(name, ending));
        if let Some((_, compression)) = packed {
            return (*compression, Some(*format));
        }
    }
    let (compression, stem) = Compression::of_name(name);
    let format = FORMATS.iter().find(|format| format.endings().iter().any(|ending| ends(stem, ending)));
    (compression, format.copied())
}

/// The shape of a source whose name promises `named`; or what it is not, though its name says so.
pub(super) fn shape(named: Option<&'static dyn Format>, head: &[u8], mapping: &Mapping) -> Result<Shape, &'static str> {
    let has_ending = |format: &dyn Format| named.is_some_and(|named| named.name() == format.name());
    if let Some(shape) = FORMATS.iter().find_map(|format| format.certain(head, has_ending(*format))) {
        return Ok(shape);
    }
    match named {
        Some(format) => format.mapped(head, mapping),
        None => FORMATS
            .iter()
            .find_map(|format| format.likely(head, mapping))
            .map_or_else(|| super::txt::Text.named(head), Ok),
    }
}

/// The formats that are read, each with the endings of its files.
pub fn formats() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    FORMATS.iter().map(|format| {
        let packed = format.packed_endings().iter().map(|(ending, _)| *ending);
        (format.name(), format.endings().iter().copied().chain(packed).collect())
    })
}

/// The endings of the files that are read, to show where none was found.
pub(crate) fn endings() -> String {
    let endings: Vec<&str> = FORMATS.iter().flat_map(|format| format.endings()).map(|ending| &ending[1..]).collect();
    let (last, others) = endings.split_last().expect("the table is not empty");
    format!("{} and {last}, plain or with gz, zst, bz2 or xz", others.join(", "))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn an_ending_is_of_one_format() {
        let endings: Vec<&str> = formats().flat_map(|(_, endings)| endings).collect();
        assert_eq!(endings.iter().collect::<BTreeSet<_>>().len(), endings.len(), "{endings:?}");
        let names: BTreeSet<&str> = formats().map(|(name, _)| name).collect();
        assert_eq!(names.len(), FORMATS.len());
        for (name, endings) in formats() {
            for ending in endings {
                assert!(ending.starts_with('.'), "{ending}");
                assert_eq!(promised(&format!("a{ending}")).1.map(|format| format.name()), Some(name), "{ending}");
            }
        }
    }
}
