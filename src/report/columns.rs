//! Tables as Arrow columns: typed, lists as lists. Parquet is written from them, and the Python package hands them out.

use std::io;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, ListArray, RecordBatch, StringArray, StructArray, UInt64Array,
};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef};
use serde_json::Value;

use super::Table;
use super::rows::{self, Column, Kind, Row};
use crate::findings::Findings;

/// Rows that are turned into columns at a time.
const BATCH_ROWS: usize = 1024;

impl Table {
    /// The table of `findings` as record batches, and their schema.
    pub fn batches(self, findings: &Findings) -> io::Result<(SchemaRef, Vec<RecordBatch>)> {
        match self {
            Table::Members => rows_as_batches(rows::members(findings).iter()),
            Table::Pairs => rows_as_batches(rows::pairs(findings).iter()),
            Table::Stories => rows_as_batches(rows::stories(findings).iter()),
            Table::Outlets => rows_as_batches(rows::outlets(findings).iter()),
            Table::Passages => rows_as_batches(rows::passages(findings).iter()),
            Table::Rejects => rows_as_batches(rows::rejects(findings).iter()),
        }
    }
}

/// Rows of a table as record batches, and their schema.
pub fn rows_as_batches<R: Row>(rows: impl Iterator<Item = R>) -> io::Result<(SchemaRef, Vec<RecordBatch>)> {
    Ok((schema::<R>(), batches(rows).collect::<io::Result<_>>()?))
}

/// The columns of a table.
pub(super) fn schema<R: Row>() -> SchemaRef {
    Arc::new(Schema::new(R::COLUMNS.iter().map(field).collect::<Vec<Field>>()))
}

/// The rows of a table as columns, some rows at a time.
pub(super) fn batches<R: Row>(rows: impl Iterator<Item = R>) -> impl Iterator<Item = io::Result<RecordBatch>> {
    let schema = schema::<R>();
    let mut rows = rows.peekable();
    std::iter::from_fn(move || {
        rows.peek()?;
        let batch: serde_json::Result<Vec<Value>> = rows.by_ref().take(BATCH_ROWS).map(serde_json::to_value).collect();
        Some(batch.map_err(io::Error::from).and_then(|batch| {
            let columns = schema.fields().iter().map(|field| {
                let cells: Vec<&Value> = batch.iter().map(|row| &row[field.name().as_str()]).collect();
                array(field.data_type(), &cells)
            });
            RecordBatch::try_new(Arc::clone(&schema), columns.collect()).map_err(io::Error::other)
        }))
    })
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
