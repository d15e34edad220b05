//! A Parquet file written again with some of its rows.
//!
//! Columns are copied as levels and values, not as Arrow arrays, so that the schema stays what it is, whatever wrote it. Row
//! groups stay apart, but for those without a row that is kept; metadata and the compression of columns stay, too. Pages,
//! indexes and statistics are made anew. Memory is some megabytes a column, and the row group that is written.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use parquet::basic::Type;
use parquet::column::reader::get_typed_column_reader;
use parquet::data_type as types;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, RowGroupReader};
use parquet::file::serialized_reader::SerializedFileReader;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};

use crate::error::Error;
use crate::read::flaw::NotWritten;

/// Rows that are copied at a time.
const ROWS: usize = 1024;

/// Writes the rows of which `kept` says so.
pub(super) fn parquet(path: &Path, kept: &[bool], out: &mut (dyn Write + Send)) -> std::result::Result<(), NotWritten> {
    let mut out = Noting { out, failure: None };
    let written = File::open(path).map_err(ParquetError::from).and_then(|file| copy(file, kept, &mut out));
    match (written, out.failure) {
        (Ok(()), _) => Ok(()),
        (Err(_), Some(failure)) => Err(NotWritten::Write(failure)),
        (Err(error), None) => Err(NotWritten::Run(Error::io("read", path, io::Error::other(error)))),
    }
}

fn copy(file: File, kept: &[bool], out: &mut Noting<'_>) -> Result<()> {
    let reader = SerializedFileReader::new(file)?;
    let metadata = reader.metadata();
    let schema = metadata.file_metadata().schema_descr().root_schema_ptr();
    let mut writer = SerializedFileWriter::new(out, schema, Arc::new(properties(metadata)))?;
    let mut rest = kept;
    for (place, group) in metadata.row_groups().iter().enumerate() {
        let rows = usize::try_from(group.num_rows()).unwrap_or(0).min(rest.len());
        let (kept, others) = rest.split_at(rows);
        rest = others;
        if !kept.contains(&true) {
            continue;
        }
        let columns = reader.get_row_group(place)?;
        let mut written = writer.next_row_group()?;
        for column in 0..group.num_columns() {
            let mut to = written.next_column()?.ok_or_else(|| ParquetError::General("a column is missing".into()))?;
            let from = columns.as_ref();
            match group.column(column).column_type() {
                Type::BOOLEAN => copy_column::<types::BoolType>(from, column, kept, &mut to)?,
                Type::INT32 => copy_column::<types::Int32Type>(from, column, kept, &mut to)?,
                Type::INT64 => copy_column::<types::Int64Type>(from, column, kept, &mut to)?,
                Type::INT96 => copy_column::<types::Int96Type>(from, column, kept, &mut to)?,
                Type::FLOAT => copy_column::<types::FloatType>(from, column, kept, &mut to)?,
                Type::DOUBLE => copy_column::<types::DoubleType>(from, column, kept, &mut to)?,
                Type::BYTE_ARRAY => copy_column::<types::ByteArrayType>(from, column, kept, &mut to)?,
                Type::FIXED_LEN_BYTE_ARRAY => copy_column::<types::FixedLenByteArrayType>(from, column, kept, &mut to)?,
            }
            to.close()?;
        }
        written.close()?;
    }
    writer.close()?;
    Ok(())
}

/// What the file was written with, as far as it says so.
fn properties(metadata: &ParquetMetaData) -> WriterProperties {
    let file = metadata.file_metadata();
    let mut properties = WriterProperties::builder().set_key_value_metadata(file.key_value_metadata().cloned());
    let groups = metadata.row_groups();
    if let Some(sorted) = groups.first().and_then(RowGroupMetaData::sorting_columns) {
        properties = properties.set_sorting_columns(Some(sorted.clone()));
    }
    for column in groups.first().map(RowGroupMetaData::columns).unwrap_or_default() {
        let path = column.column_path();
        properties = properties
            .set_column_compression(path.clone(), column.compression())
            .set_column_dictionary_enabled(path.clone(), column.dictionary_page_offset().is_some());
    }
    properties.build()
}

/// Copies the values of the rows that are kept.
fn copy_column<T: types::DataType>(
    from: &dyn RowGroupReader,
    column: usize,
    kept: &[bool],
    to: &mut SerializedColumnWriter<'_>,
) -> Result<()> {
    let described = from.metadata().column(column).column_descr_ptr();
    let (most_defined, most_repeated) = (described.max_def_level(), described.max_rep_level());
    let mut reader = get_typed_column_reader::<T>(from.get_column_reader(column)?);
    let (mut defined, mut repeated, mut values) = (Vec::new(), Vec::new(), Vec::new());
    let mut first = 0;
    while first < kept.len() {
        defined.clear();
        repeated.clear();
        values.clear();
        let wanted = ROWS.min(kept.len() - first);
        let definitions = (most_defined > 0).then_some(&mut defined);
        let repetitions = (most_repeated > 0).then_some(&mut repeated);
        let (rows, _, levels) = reader.read_records(wanted, definitions, repetitions, &mut values)?;
        if rows == 0 {
            return Err(ParquetError::EOF(format!("{} rows are missing", kept.len() - first)));
        }
        let mut row = first;
        let mut value = values.drain(..);
        let (mut kept_values, mut kept_defined, mut kept_repeated) = (Vec::new(), Vec::new(), Vec::new());
        for level in 0..levels {
            let begins = repeated.get(level).is_none_or(|repeated| *repeated == 0);
            row += usize::from(begins && level > 0);
            let has_value = defined.get(level).is_none_or(|defined| *defined == most_defined);
            let value = if has_value { value.next() } else { None };
            if kept.get(row) == Some(&true) {
                kept_values.extend(value);
                kept_defined.extend(defined.get(level).copied());
                kept_repeated.extend(repeated.get(level).copied());
            }
        }
        drop(value);
        to.typed::<T>().write_batch(
            &kept_values,
            (most_defined > 0).then_some(&kept_defined),
            (most_repeated > 0).then_some(&kept_repeated),
        )?;
        first += rows;
    }
    Ok(())
}

/// Keeps what went wrong in writing, which is told apart from what went wrong in reading.
struct Noting<'o> {
    out: &'o mut (dyn Write + Send),
    failure: Option<io::Error>,
}

impl Noting<'_> {
    fn noted<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| {
            let kind = error.kind();
            self.failure = Some(error);
            kind.into()
        })
    }
}

impl Write for Noting<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes);
        self.noted(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.out.flush();
        self.noted(flushed)
    }
}
