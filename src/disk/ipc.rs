//! Rows as Arrow IPC: how partitions go to another process, and come back.
//!
//! One stream has the rows of one partition, in named columns. What the rows are, which partition it is of how many, and the
//! version of this format stand in the schema's metadata.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Int64Array, RecordBatch, UInt32Array, UInt64Array};
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema};

use super::exchange::{Column, Partition, Row};
use crate::error::{Error, Result};

/// The version of this format, and the keys of what the schema says beside the columns.
const VERSION: &str = "1";
const VERSION_KEY: &str = "wirecopy.version";
const ROWS_KEY: &str = "wirecopy.rows";
const PARTITION_KEY: &str = "wirecopy.partition";

/// Rows in a batch.
const BATCH_ROWS: usize = 1 << 16;

impl Column {
    fn data_type(self) -> DataType {
        match self {
            Column::U32 => DataType::UInt32,
            Column::U64 => DataType::UInt64,
            Column::I64 => DataType::Int64,
        }
    }
}

fn schema<T: Row>(metadata: HashMap<String, String>) -> Schema {
    let field = |&(name, column): &(&str, Column)| Field::new(name, column.data_type(), false);
    Schema::new_with_metadata(T::COLUMNS.iter().map(field).collect::<Vec<_>>(), metadata)
}

/// Writes the rows of a partition.
///
/// Fails if a row belongs to another one, or if `out` does.
pub fn write<T: Row>(partition: Partition, rows: &[T], out: impl Write) -> Result<()> {
    partition.check(rows)?;
    let Partition { number, of } = partition;
    let named = [(VERSION_KEY, VERSION.into()), (ROWS_KEY, T::NAME.into()), (PARTITION_KEY, format!("{number}/{of}"))];
    let schema = Arc::new(schema::<T>(named.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()));
    let written = || -> Result<(), ArrowError> {
        let mut stream = StreamWriter::try_new(out, &schema)?;
        for rows in rows.chunks(BATCH_ROWS) {
            stream.write(&RecordBatch::try_new(Arc::clone(&schema), columns(rows))?)?;
        }
        stream.finish()
    };
    written().map_err(|cause| failed::<T>(&cause))
}

fn columns<T: Row>(rows: &[T]) -> Vec<ArrayRef> {
    let mut at = 0;
    let column = |&(_, column): &(&str, Column)| -> ArrayRef {
        let from = at;
        at += column.bytes();
        let values = rows.iter().map(|row| &bytemuck::bytes_of(row)[from..from + column.bytes()]);
        match column {
            Column::U32 => Arc::new(values.map(bytemuck::pod_read_unaligned::<u32>).collect::<UInt32Array>()),
            Column::U64 => Arc::new(values.map(bytemuck::pod_read_unaligned::<u64>).collect::<UInt64Array>()),
            Column::I64 => Arc::new(values.map(bytemuck::pod_read_unaligned::<i64>).collect::<Int64Array>()),
        }
    };
    T::COLUMNS.iter().map(column).collect()
}

/// The rows of a partition, and which it is.
///
/// Fails if it is not as [`write()`] writes it, if it has other rows, or rows that belong to another partition.
pub fn read<T: Row>(input: impl Read) -> Result<(Partition, Vec<T>)> {
    let stream = StreamReader::try_new(input, None).map_err(|cause| failed::<T>(&cause))?;
    let found = stream.schema();
    let said = |key: &str| found.metadata().get(key).map_or("", String::as_str).to_owned();
    if (said(VERSION_KEY).as_str(), said(ROWS_KEY).as_str()) != (VERSION, T::NAME) {
        let cause = format!("it holds {:?} of version {:?}", said(ROWS_KEY), said(VERSION_KEY));
        return Err(failed::<T>(&cause));
    }
    if found.fields() != schema::<T>(HashMap::new()).fields() {
        return Err(failed::<T>(&"it has other columns"));
    }
    let partition = said(PARTITION_KEY);
    let partition = partition.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
    let Some((number, of)) = partition.filter(|(number, of)| number < of) else {
        return Err(failed::<T>(&"it says of no partition"));
    };
    let partition = Partition { number, of };
    let mut rows: Vec<T> = Vec::new();
    for batch in stream {
        let batch = batch.map_err(|cause| failed::<T>(&cause))?;
        let first = rows.len();
        rows.resize(first + batch.num_rows(), T::zeroed());
        let mut at = 0;
        for (&(_, column), values) in T::COLUMNS.iter().zip(batch.columns()) {
            fill(&mut rows[first..], at, column, values).ok_or_else(|| failed::<T>(&"it has nulls"))?;
            at += column.bytes();
        }
    }
    partition.check(&rows)?;
    Ok((partition, rows))
}

/// Puts a column's values at an offset of the rows; none if it is of another kind, or not there for each.
fn fill<T: Row>(rows: &mut [T], at: usize, column: Column, values: &ArrayRef) -> Option<()> {
    if values.null_count() > 0 {
        return None;
    }
    let any = values.as_any();
    let bytes: &[u8] = match column {
        Column::U32 => bytemuck::cast_slice(any.downcast_ref::<UInt32Array>()?.values()),
        Column::U64 => bytemuck::cast_slice(any.downcast_ref::<UInt64Array>()?.values()),
        Column::I64 => bytemuck::cast_slice(any.downcast_ref::<Int64Array>()?.values()),
    };
    for (row, value) in rows.iter_mut().zip(bytes.chunks_exact(column.bytes())) {
        bytemuck::bytes_of_mut(row)[at..at + column.bytes()].copy_from_slice(value);
    }
    Some(())
}

fn failed<T: Row>(cause: &dyn std::fmt::Display) -> Error {
    Error::Rows { rows: T::NAME, cause: cause.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bucket::candidates::Hit;
    use crate::bucket::passages::Posting;
    use crate::disk::Partitioned;

    /// Rows of a stage, as bytes that stand for anything.
    fn rows(count: u32) -> Vec<Posting> {
        let number = |at: u32| at.wrapping_mul(0x9E37_79B9);
        let numbers: Vec<u32> = (0..count * 4).map(number).collect();
        bytemuck::cast_slice(&numbers).to_vec()
    }

    #[test]
    fn what_is_written_is_read() {
        for count in [0, 1, 1000, BATCH_ROWS as u32 + 3] {
            let (rows, of) = (rows(count), 3);
            let partitioned = Partitioned::of(&rows, of);
            let mut found = Vec::new();
            for number in 0..of {
                let mut bytes = Vec::new();
                write(Partition { number, of }, partitioned.partition(number), &mut bytes).unwrap();
                let (partition, rows): (Partition, Vec<Posting>) = read(&bytes[..]).unwrap();
                assert_eq!(partition, Partition { number, of });
                found.extend(rows);
            }
            assert!(found == *partitioned.rows());
        }
    }

    #[test]
    fn what_is_something_else_is_refused() {
        let rows = rows(100);
        let mut bytes = Vec::new();
        let misplaced = write(Partition { number: 0, of: 2 }, &rows, &mut bytes).unwrap_err();
        assert_eq!(misplaced.to_string(), "partition 0 of 2 has postings that belong to partition 1");
        write(Partition { number: 0, of: 1 }, &rows, &mut bytes).unwrap();
        let other = read::<Hit>(&bytes[..]).unwrap_err();
        assert_eq!(other.to_string(), "cannot use rows of hits: it holds \"postings\" of version \"1\"");
        for length in (0..bytes.len() / 2).step_by(97) {
            assert!(matches!(read::<Posting>(&bytes[..length]), Err(Error::Rows { .. })), "{length} bytes");
        }
    }
}
