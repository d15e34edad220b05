//! Tables as Parquet: their [`columns`] in row groups of bounded size, each packed with Zstandard.
//!
//! The file holds nothing but the table, so the same rows are the same bytes.

use std::fs::File;
use std::io::{self, Write};

use arrow_array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use serde_json::{Map, Value};

use super::columns;
use super::rows::Row;
use crate::error::{Error, Result};
use crate::read::cell;

/// A row group ends at so many rows: what most readers take for one piece of work.
const GROUP_ROWS: usize = 1 << 17;
/// Or at so many bytes, since a row may hold a long text.
const GROUP_BYTES: usize = 32 << 20;

/// Writes the table.
pub fn write<R: Row>(rows: impl Iterator<Item = R>, out: &mut dyn Write) -> io::Result<()> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .build();
    // The writer wants an end of its own: what it has written there is passed on.
    let mut table =
        ArrowWriter::try_new(Vec::new(), columns::schema::<R>(), Some(properties)).map_err(io::Error::other)?;
    for batch in columns::batches(rows) {
        table.write(&batch?).map_err(io::Error::other)?;
        if table.in_progress_size() > GROUP_BYTES {
            table.flush().map_err(io::Error::other)?;
        }
        out.write_all(&std::mem::take(table.inner_mut()))?;
    }
    out.write_all(&table.into_inner().map_err(io::Error::other)?)
}

/// The rows of a table, one after the other; `name` is for errors. Columns are found by their names, whatever their order.
pub fn read<R: Row>(name: &str, file: File) -> Result<impl Iterator<Item = Result<R>> + use<R>> {
    let name = name.to_owned();
    let misread = move |row: u64, cause: String| Error::Table { table: name.clone(), row, cause };
    let table = ParquetRecordBatchReaderBuilder::try_new(file).and_then(|table| table.build());
    let batches = table.map_err(|cause| misread(0, cause.to_string()))?;
    let rows = batches.flat_map(|batch| match batch {
        Ok(batch) => (0..batch.num_rows()).map(|place| Ok(fields::<R>(&batch, place))).collect(),
        Err(cause) => vec![Err(cause.to_string())],
    });
    Ok(rows.zip(1..).map(move |(fields, row)| {
        let read = fields.and_then(|fields| serde_json::from_value(fields).map_err(|cause| cause.to_string()));
        read.map_err(|cause| misread(row, cause))
    }))
}

/// A row as an object of its columns.
fn fields<R: Row>(batch: &RecordBatch, place: usize) -> Value {
    let columns = R::COLUMNS.iter().filter_map(|column| {
        let cells = batch.column_by_name(column.name)?;
        Some((column.name.to_owned(), cell(cells, place)))
    });
    Value::Object(columns.collect::<Map<String, Value>>())
}
