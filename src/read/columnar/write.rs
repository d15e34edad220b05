//! A Parquet file written again with some of its rows, or with one more column.
//!
//! Columns are copied as levels and values, not as Arrow arrays, so that the schema stays what it is, whatever wrote it. Row
//! groups stay apart, but for those without a row that is kept; metadata and the compression of columns stay, too. Pages,
//! indexes and statistics are made anew. Memory is some megabytes a column, and the row group that is written.

use std::fs::File;
use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::{ARROW_SCHEMA_META_KEY, add_encoded_arrow_schema_to_metadata, parquet_to_arrow_schema};
use parquet::basic::{Compression, ConvertedType, LogicalType, Repetition, Type};
use parquet::column::reader::get_typed_column_reader;
use parquet::data_type as types;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};
use parquet::file::reader::{FileReader, RowGroupReader};
use parquet::file::serialized_reader::SerializedFileReader;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{self as types_of, ColumnPath};

use crate::error::Error;
use crate::read::chunk::Values;
use crate::read::flaw::NotWritten;
use crate::read::panics::caught;

/// Rows that are copied at a time.
const ROWS: usize = 1024;

/// Where a file goes.
pub(super) type Out<'o> = &'o mut (dyn Write + Send);

/// Writes the rows of which `kept` says so.
pub(super) fn parquet(path: &Path, kept: &[bool], out: Out<'_>) -> std::result::Result<(), NotWritten> {
    let mut out = Noting::new(out);
    let written = guarded(path, |file| copy(file, kept, &mut out));
    out.told(path, written)
}

/// What `work` makes of a file; damage that its decoder has no word for is an error, too.
fn guarded(path: &Path, work: impl FnOnce(File) -> Result<()>) -> Result<()> {
    let file = File::open(path)?;
    caught(|| work(file)).unwrap_or_else(|| Err(ParquetError::General("its decoder gave up".into())))
}

fn copy(file: File, kept: &[bool], out: &mut Noting<'_>) -> Result<()> {
    let reader = SerializedFileReader::new(file)?;
    let metadata = reader.metadata();
    let schema = metadata.file_metadata().schema_descr().root_schema_ptr();
    let mut writer = SerializedFileWriter::new(out, schema, Arc::new(properties(metadata).build()))?;
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
        copy_columns(columns.as_ref(), kept, None, &mut written)?;
        written.close()?;
    }
    writer.close()?;
    Ok(())
}

/// Writes all rows with one more column of texts, which comes last.
pub(super) fn parquet_with_column(
    path: &Path,
    name: &str,
    values: &mut Values<'_>,
    out: Out<'_>,
) -> std::result::Result<(), NotWritten> {
    let mut out = Noting::new(out);
    let mut refused = None;
    let mut values = |rows| {
        values(rows).map_err(|failed| {
            refused = Some(failed);
            ParquetError::General("no values".into())
        })
    };
    let written = guarded(path, |file| add_column(file, name, &mut values, &mut out));
    refused.map_or_else(|| out.told(path, written), Err)
}

fn add_column(
    file: File,
    name: &str,
    values: &mut dyn FnMut(Range<u64>) -> Result<Vec<Option<String>>>,
    out: &mut Noting<'_>,
) -> Result<()> {
    let reader = SerializedFileReader::new(file)?;
    let metadata = reader.metadata();
    let described = metadata.file_metadata().schema_descr();
    let before = described.root_schema();
    let column = types_of::Type::primitive_type_builder(name, Type::BYTE_ARRAY)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(Some(LogicalType::String))
        .with_converted_type(ConvertedType::UTF8)
        .build()?;
    let others = before.get_fields().iter().filter(|field| field.name() != name).cloned();
    let fields = others.chain([Arc::new(column)]).collect();
    let schema = types_of::Type::group_type_builder(before.name()).with_fields(fields).build()?;

    let packed = metadata.row_groups().first().and_then(|group| group.columns().first()).map(|one| one.compression());
    let path = ColumnPath::from(name);
    let mut properties = properties(metadata)
        .set_column_compression(path.clone(), packed.unwrap_or(Compression::UNCOMPRESSED))
        .set_column_dictionary_enabled(path, false);
    if (0..described.num_columns()).any(|leaf| described.get_column_root(leaf).name() == name) {
        // They are told by their places, which are others now.
        properties = properties.set_sorting_columns(None);
    }
    let mut properties = properties.build();
    let told = metadata.file_metadata().key_value_metadata();
    if told.is_some_and(|told| told.iter().any(|entry| entry.key == ARROW_SCHEMA_META_KEY)) {
        let before = parquet_to_arrow_schema(described, told)?;
        let others = before.fields().iter().filter(|field| field.name() != name).cloned();
        let column = Arc::new(Field::new(name, DataType::Utf8, true));
        let schema = Schema::new_with_metadata(others.chain([column]).collect::<Vec<_>>(), before.metadata().clone());
        add_encoded_arrow_schema_to_metadata(&schema, &mut properties);
    }

    let mut writer = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))?;
    let mut record = 1;
    for (place, group) in metadata.row_groups().iter().enumerate() {
        let rows = u64::try_from(group.num_rows()).unwrap_or(0);
        let columns = reader.get_row_group(place)?;
        let mut written = writer.next_row_group()?;
        copy_columns(columns.as_ref(), &vec![true; usize::try_from(rows).unwrap_or(0)], Some(name), &mut written)?;
        let mut to = next_column(&mut written)?;
        let end = record + rows;
        while record < end {
            let asked = record..end.min(record + ROWS as u64);
            record = asked.end;
            let values = values(asked)?;
            let defined: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
            let values: Vec<types::ByteArray> =
                values.into_iter().flatten().map(|value| value.into_bytes().into()).collect();
            to.typed::<types::ByteArrayType>().write_batch(&values, Some(&defined), None)?;
        }
        to.close()?;
        written.close()?;
    }
    writer.close()?;
    Ok(())
}

/// Copies the columns of a row group, but for one.
fn copy_columns(
    from: &dyn RowGroupReader,
    kept: &[bool],
    but_for: Option<&str>,
    written: &mut SerializedRowGroupWriter<'_, &mut Noting<'_>>,
) -> Result<()> {
    let group = from.metadata();
    for column in 0..group.num_columns() {
        if but_for.is_some_and(|name| group.schema_descr().get_column_root(column).name() == name) {
            continue;
        }
        let mut to = next_column(written)?;
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
    Ok(())
}

fn next_column<'w>(
    written: &'w mut SerializedRowGroupWriter<'_, &mut Noting<'_>>,
) -> Result<SerializedColumnWriter<'w>> {
    written.next_column()?.ok_or_else(|| ParquetError::General("a column is missing".into()))
}

/// What the file was written with, as far as it says so.
fn properties(metadata: &ParquetMetaData) -> WriterPropertiesBuilder {
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
    properties
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
pub(super) struct Noting<'o> {
    out: Out<'o>,
    failure: Option<io::Error>,
}

impl<'o> Noting<'o> {
    pub(super) fn new(out: Out<'o>) -> Noting<'o> {
        Noting { out, failure: None }
    }

    /// What has become of a file that was read from `path`.
    pub(super) fn told<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
        self,
        path: &Path,
        written: std::result::Result<(), E>,
    ) -> std::result::Result<(), NotWritten> {
        match (written, self.failure) {
            (Ok(()), _) => Ok(()),
            (Err(_), Some(failure)) => Err(NotWritten::Write(failure)),
            (Err(error), None) => Err(NotWritten::Run(Error::io("read", path, io::Error::other(error)))),
        }
    }

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
