//! Targets of fuzzing: functions that take any bytes and panic if a promise does not hold.
//!
//! `fuzz/run` looks for new input with libFuzzer; tests replay what was found once (`regressions/`), the `seeds/`, and a
//! fixed number of changes to these. A target is one row of [`TARGETS`] and one file in `fuzz_targets/`.

mod files;
pub mod mutate;
mod pairs;
mod readers;
mod texts;

/// What is called with any bytes.
pub struct Target {
    /// Its name, and that of its folders with seeds and regressions.
    pub name: &'static str,
    /// The folder whose seeds it shares, if it has none of its own.
    pub seeds: &'static str,
    /// What it does with the bytes.
    pub run: fn(&[u8]),
}

/// A row of the table.
const fn target(name: &'static str, seeds: &'static str, run: fn(&[u8])) -> Target {
    Target { name, seeds, run }
}

/// Every target.
pub const TARGETS: &[Target] = &[
    target("jsonl", "jsonl", |bytes| readers::read("a.jsonl", bytes)),
    target("json", "json", |bytes| readers::read("a.json", bytes)),
    target("csv", "csv", |bytes| readers::read("a.csv", bytes)),
    target("xml", "xml", |bytes| readers::read("a.xml", bytes)),
    target("html", "html", |bytes| readers::read("a.html", bytes)),
    target("warc", "warc", |bytes| readers::read("a.warc", bytes)),
    target("txt", "txt", |bytes| readers::read("a.txt", bytes)),
    target("packed", "packed", |bytes| readers::read("-", bytes)),
    target("archive", "archive", |bytes| readers::read("a.zip", bytes)),
    target("parquet", "parquet", |bytes| readers::read("a.parquet", bytes)),
    target("arrow", "arrow", |bytes| readers::read("a.arrow", bytes)),
    target("dates", "dates", readers::dates),
    target("rewrite", "jsonl", files::rewrite),
    target("leave", "jsonl", files::leave),
    target("parquet_again", "parquet", |bytes| files::columns("a.parquet", bytes)),
    target("arrow_again", "arrow", |bytes| files::columns("a.arrow", bytes)),
    target("text", "txt", texts::tokens),
    target("credits", "txt", texts::credits),
    target("runs", "numbers", pairs::runs),
    target("shingles", "numbers", pairs::shingles),
    target("scan", "txt", pairs::scan),
    target("sealed", "txt", files::sealed),
    target("baseline", "baseline", files::baseline),
    target("settings", "settings", files::settings),
    target("weights", "weights", files::weights),
    target("tables", "tables", files::tables),
];

/// The target of this name.
pub fn named(name: &str) -> &'static Target {
    TARGETS.iter().find(|target| target.name == name).unwrap_or_else(|| panic!("no target {name}"))
}

// The macro names it in other crates.
pub use wirecopy::read::hush_caught_panics;

/// The main function of a target for libFuzzer. A panic of a library that reads files is caught and told as damage: it is no
/// finding.
#[macro_export]
macro_rules! fuzz {
    ($name:literal) => {
        libfuzzer_sys::fuzz_target!(init: $crate::hush_caught_panics(), |bytes: &[u8]| {
            ($crate::named($name).run)(bytes)
        });
    };
}
