//! Rows that wait to be decoded, and how they are read.

use arrow_array::RecordBatch;
use arrow_schema::Schema;

use super::{ipc, row_groups, table, value};
use crate::article::{Article, Location};
use crate::read::chunk::{Cut, Outcome, Records};
use crate::read::fields::{self, Fields, Seen, Value};
use crate::read::flaw;
use crate::read::mapping::{Mapping, Step, Target};
use crate::read::panics::caught;
use crate::settings::Field;

/// Rows that are read at once where values may stand in a dictionary, and so be repeated for next to nothing.
pub(super) const REPEATED_ROWS: u64 = 1 << 13;
/// The same where they are empty, or short.
pub(super) const DENSE_ROWS: u64 = 1 << 16;
/// The most text of rows that are read at once. Rows that are stored in full have less, as chunks are cut. What has more
/// repeats long texts of a dictionary, and might have any number of gigabytes.
const TEXT_BYTES: usize = 64 << 20;

/// Rows that wait to be decoded.
#[derive(Debug)]
pub(super) enum Piece {
    RowGroup(row_groups::Rows),
    Batch(ipc::Batch),
    /// These are decoded already.
    Table(RecordBatch),
}

impl Records for Piece {
    /// Decodes and reads the rows.
    fn parse(&self, cut: &Cut, outcome: &mut Outcome<'_>, mapping: &Mapping) {
        let room = self.stored_bytes().saturating_mul(2).max(TEXT_BYTES);
        let mut rows = Rows { next: cut.first_record, room, outcome, mapping };
        let decoded = guarded(|| self.decode(&mut |batch| rows.push(batch)));
        if let Err(reason) = decoded {
            let last = cut.first_record + self.rows().saturating_sub(1);
            let first = rows.next;
            let lost = if first < last { format!("rows {first} to {last}") } else { format!("row {first}") };
            let location = outcome.location(first, 0);
            let reason = format!("the {} data of {lost} is damaged ({})", self.format(), first_line(&reason));
            outcome.push(location, Err(reason));
        }
    }

    fn seen(&self, _: &Cut, _: usize, _: &Mapping) -> Vec<Seen> {
        let left_out = self.left_out();
        let mut seen = Vec::new();
        // What could not be decoded is told when the chunk is parsed.
        let _ = guarded(|| {
            self.decode(&mut |batch| {
                let columns: Vec<value::Column> = batch.columns().iter().map(value::Column::new).collect();
                for row in 0..batch.num_rows() {
                    let cells = columns.iter().zip(batch.schema_ref().fields());
                    let cells = cells.map(|(column, field)| (field.name().clone(), column.value(row).into_owned()));
                    let others = left_out.iter().map(|name| (name.clone(), Value::Text("not decoded".into())));
                    seen.push(Seen { own: Vec::new(), columns: cells.chain(others).collect() });
                }
            })
        });
        seen
    }
}

impl Piece {
    fn decode(&self, take: &mut dyn FnMut(&RecordBatch)) -> Result<(), String> {
        match self {
            Piece::RowGroup(piece) => piece.decode(take),
            Piece::Batch(piece) => piece.decode(take),
            Piece::Table(piece) => {
                take(piece);
                Ok(())
            }
        }
    }

    /// The columns that are not read.
    fn left_out(&self) -> Vec<String> {
        match self {
            Piece::RowGroup(piece) => piece.left_out(),
            Piece::Batch(piece) => piece.left_out(),
            Piece::Table(_) => Vec::new(),
        }
    }

    fn rows(&self) -> u64 {
        match self {
            Piece::RowGroup(piece) => piece.rows(),
            Piece::Batch(piece) => piece.rows(),
            Piece::Table(piece) => piece.num_rows() as u64,
        }
    }

    /// What the rows take in memory before they are decoded.
    fn stored_bytes(&self) -> usize {
        match self {
            Piece::RowGroup(_) => 0,
            Piece::Batch(piece) => piece.stored_bytes(),
            Piece::Table(piece) => {
                usize::try_from(piece.columns().iter().map(table::size_bytes).sum::<u64>()).unwrap_or(0)
            }
        }
    }

    fn format(&self) -> &'static str {
        match self {
            Piece::RowGroup(_) => "Parquet",
            Piece::Batch(_) | Piece::Table(_) => "Arrow",
        }
    }
}

/// What a decoder gives, a panic as an error.
pub(super) fn guarded<T>(decode: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    caught(decode).unwrap_or_else(|| Err("its decoder gave up".to_owned()))
}

/// A decoder's word without the rest of a long one.
pub(super) fn first_line(error: &dyn std::fmt::Display) -> String {
    let words = error.to_string();
    words.lines().next().unwrap_or_default().trim_end_matches(['.', ' ']).to_owned()
}

/// Takes decoded rows.
struct Rows<'o, 'c, 'm> {
    /// The number of the next row.
    next: u64,
    /// Bytes of text that may still come.
    room: usize,
    outcome: &'o mut Outcome<'c>,
    mapping: &'m Mapping,
}

impl Rows<'_, '_, '_> {
    fn push(&mut self, batch: &RecordBatch) {
        let schema = batch.schema_ref();
        let columns: Vec<(value::Column, &[Target])> = batch
            .columns()
            .iter()
            .zip(schema.fields())
            .map(|(column, field)| (value::Column::new(column), self.mapping.targets(field.name())))
            .filter(|(_, targets)| !targets.is_empty())
            .collect();
        for row in 0..batch.num_rows() {
            let location = self.outcome.location(self.next, 0);
            let mut article = self.article(&columns, row, location.clone());
            // A first text is taken whatever its size.
            let bytes = article.as_ref().map_or(0, |article| article.text.len());
            if bytes > self.room && self.outcome.has_articles() {
                article = Err("repeats a long text too often: the rows around it have more than 64 MiB".to_owned());
            } else {
                self.room = self.room.saturating_sub(bytes);
            }
            self.outcome.push(location, article);
            self.next += 1;
        }
    }

    fn article(
        &self,
        columns: &[(value::Column, &[Target])],
        row: usize,
        location: Location,
    ) -> Result<Article, String> {
        let limit = self.outcome.record_bytes();
        let mut fields = Fields::new();
        for (column, targets) in columns {
            if fields.want(targets) {
                let value = column.value(row);
                match &value {
                    Value::Text(text) if text.len() > limit => {
                        return Err(flaw::too_long(text.len() as u64, limit, text.as_bytes()));
                    }
                    _ => fields.offer(targets, value),
                }
            }
        }
        fields.article(location).ok_or_else(|| fields::no_text(self.mapping))
    }
}

/// Whether a column, or a part of a nested one, may hold something that is read: `path` leads to it, without the steps into
/// lists.
pub(crate) fn is_wanted(mapping: &Mapping, path: &[&str]) -> bool {
    let Some((root, inner)) = path.split_first() else { return false };
    mapping.targets(root).iter().any(|target| {
        let mut inner = inner.iter();
        target.rest.iter().all(|step| match (step, inner.clone().next()) {
            (Step::Key(key), Some(name)) => {
                inner.next();
                key.eq_ignore_ascii_case(name)
            }
            _ => true,
        })
    })
}

/// An error if no column can hold a text.
pub(super) fn check_text(schema: &Schema, mapping: &Mapping) -> Result<(), String> {
    let is_text = |name: &String| mapping.targets(name).iter().any(|target| target.field == Field::Text);
    if schema.fields().iter().any(|field| is_text(field.name())) {
        return Ok(());
    }
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let mut shown: String = names.join(", ").chars().take(120).collect();
    if shown.is_empty() {
        shown = "none".to_owned();
    }
    Err(format!("no column holds the text: the columns are {shown}, but none of {}", mapping.text_names().join(", ")))
}
