//! How is it shown? Pure functions from findings to bytes, one file per format.
//!
//! A report computes nothing and looks nothing up: findings arrive with everything resolved. The six tables have one schema
//! ([`rows`]) whatever their format, and [`load`] reads them back, so that a finished scan can be shown again.

use std::io::{self, Write};

use crate::findings::Findings;

pub mod annotation;
pub mod check;
pub mod clean;
#[cfg(feature = "parquet")]
mod columns;
pub mod comparison;
pub mod csv;
pub mod escape;
pub mod evaluation;
pub mod explanation;
pub mod graphml;
pub mod html;
pub mod inspection;
pub mod json;
pub mod jsonl;
mod layout;
pub mod lists;
pub mod load;
pub mod manifest;
pub mod markdown;
pub mod origins;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod rows;
pub mod summary;
pub mod texts;

#[cfg(feature = "parquet")]
pub use columns::rows_as_batches;

/// The tables of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// One row per input article.
    Members,
    /// One row per verified pair.
    Pairs,
    /// One row per story.
    Stories,
    /// One row per outlet.
    Outlets,
    /// One row per reused passage.
    Passages,
    /// One row per record that is no article.
    Rejects,
}

impl Table {
    /// Every table.
    pub const ALL: [Table; 6] =
        [Table::Members, Table::Pairs, Table::Stories, Table::Outlets, Table::Passages, Table::Rejects];

    /// The table's name, which is its file's without the ending.
    pub fn name(self) -> &'static str {
        match self {
            Table::Members => "members",
            Table::Pairs => "pairs",
            Table::Stories => "stories",
            Table::Outlets => "outlets",
            Table::Passages => "passages",
            Table::Rejects => "rejects",
        }
    }

    /// The name of the table's file in `format`.
    pub fn file_name(self, format: TableFormat) -> String {
        format!("{}.{}", self.name(), format.ending())
    }

    /// Writes the table of `findings` in `format`.
    pub fn write(self, findings: &Findings, format: TableFormat, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Table::Members => format.write(rows::members(findings), out),
            Table::Pairs => format.write(rows::pairs(findings), out),
            Table::Stories => format.write(rows::stories(findings), out),
            Table::Outlets => format.write(rows::outlets(findings), out),
            Table::Passages => format.write(rows::passages(findings), out),
            Table::Rejects => format.write(rows::rejects(findings), out),
        }
    }
}

/// The formats a table can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableFormat {
    /// JSON lines.
    Jsonl,
    /// Comma-separated values with a header.
    Csv,
    /// Parquet, with typed columns.
    #[cfg(feature = "parquet")]
    Parquet,
}

impl TableFormat {
    /// Every format.
    pub const ALL: &[TableFormat] = &[
        TableFormat::Jsonl,
        TableFormat::Csv,
        #[cfg(feature = "parquet")]
        TableFormat::Parquet,
    ];

    /// The ending of a table's file name.
    pub fn ending(self) -> &'static str {
        match self {
            TableFormat::Jsonl => "jsonl",
            TableFormat::Csv => "csv",
            #[cfg(feature = "parquet")]
            TableFormat::Parquet => "parquet",
        }
    }

    fn write<R: rows::Row, F: Fn(usize) -> R + Sync>(self, rows: rows::Rows<F>, out: &mut dyn Write) -> io::Result<()> {
        match self {
            TableFormat::Jsonl => jsonl::write(&rows, out),
            TableFormat::Csv => csv::write(rows.iter(), out),
            #[cfg(feature = "parquet")]
            TableFormat::Parquet => parquet::write(rows.iter(), out),
        }
    }
}
