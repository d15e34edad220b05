//! Tables as Parquet: typed columns, lists as lists, in row groups of bounded size, each packed with Zstandard.
//!
//! The file holds nothing but the table, so the same rows are the same bytes.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, ListArray, RecordBatch, StringArray, StructArray, UInt64Array,
};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field, Fields, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use serde_json::{Map, Value};

use super::rows::{Column, Kind, Row};
use crate::error::{Error, Result};
use crate::read::cell;

/// Rows that are turned into columns at a time.
const BATCH_ROWS: usize = 1024;
/// A row group ends at so many rows: what most readers take for one piece of work.
const GROUP_ROWS: usize = 1 << 17;
/// Or at so many bytes, since a row may hold a long text.
const GROUP_BYTES: usize = 32 << 20;

/// Writes the table.
pub fn write<R: Row>(rows: impl Iterator<Item = R>, out: &mut dyn Write) -> io::Result<()> {
    let schema = Arc::new(Schema::new(R::COLUMNS.iter().map(field).collect::<Vec<Field>>()));
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .build();
    // The writer wants an end of its own: what it has written there is passed on.
    let mut table =
        ArrowWriter::try_new(Vec::new(), Arc::clone(&schema), Some(properties)).map_err(io::Error::other)?;
    let mut rows = rows.peekable();
    while rows.peek().is_some() {
        let batch: Vec<Value> =
            rows.by_ref().take(BATCH_ROWS).map(serde_json::to_value).collect::<serde_json::Result<_>>()?;
        let columns = schema.fields().iter().map(|field| {
            let cells: Vec<&Value> = batch.iter().map(|row| &row[field.name().as_str()]).collect();
            array(field.data_type(), &cells)
        });
        let batch = RecordBatch::try_new(Arc::clone(&schema), columns.collect()).map_err(io::Error::other)?;
        table.write(&batch).map_err(io::Error::other)?;
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

fn field(column: &Column) -> Field {
    let list = |item: DataType| DataType::List(Arc::new(Field::new("item", item, false)));
    let span = list(DataType::UInt64);
    let kind = match column.kind {
        Kind::Text | Kind::OptionalText => DataType::Utf8,
        Kind::Whole => DataType::UInt64,
        Kind::OptionalWhole => DataType::Int64,
        Kind::Real => DataType::Float64,
        Kind::Truth => DataType::Boolean,
        Kind::Texts => list(DataType::Utf8),
        Kind::Spans => list(span),
        Kind::Carriers => {
            let fields = [Field::new("id", DataType::Utf8, false), Field::new("span", span, false)];
            list(DataType::Struct(Fields::from_iter(fields)))
        }
        Kind::Outlets => {
            let fields = [Field::new("source", DataType::Utf8, false), Field::new("articles", DataType::UInt64, false)];
            list(DataType::Struct(Fields::from_iter(fields)))
        }
    };
    Field::new(column.name, kind, matches!(column.kind, Kind::OptionalText | Kind::OptionalWhole | Kind::Real))
}

/// The cells as a column of this type. A cell of another type, which no row has, is nothing.
fn array(kind: &DataType, cells: &[&Value]) -> ArrayRef {
    let cells_of = || cells.iter().copied();
    match kind {
        DataType::UInt64 => Arc::new(cells_of().map(Value::as_u64).collect::<UInt64Array>()),
        DataType::Int64 => Arc::new(cells_of().map(Value::as_i64).collect::<Int64Array>()),
        DataType::Float64 => Arc::new(cells_of().map(Value::as_f64).collect::<Float64Array>()),
        DataType::Boolean => Arc::new(cells_of().map(Value::as_bool).collect::<BooleanArray>()),
        DataType::List(item) => {
            let lists: Vec<&[Value]> = cells_of().map(|cell| cell.as_array().map_or(&[][..], Vec::as_slice)).collect();
            let ends = OffsetBuffer::from_lengths(lists.iter().map(|list| list.len()));
            let items: Vec<&Value> = lists.into_iter().flatten().collect();
            Arc::new(ListArray::new(Arc::clone(item), ends, array(item.data_type(), &items), None))
        }
        DataType::Struct(fields) => {
            let columns = fields.iter().map(|field| {
                let cells: Vec<&Value> = cells_of().map(|cell| &cell[field.name().as_str()]).collect();
                array(field.data_type(), &cells)
            });
            Arc::new(StructArray::new(fields.clone(), columns.collect(), None))
        }
        _ => Arc::new(cells_of().map(Value::as_str).collect::<StringArray>()),
    }
}
