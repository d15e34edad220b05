//! Parquet, some rows of a row group at a time.
//!
//! The footer tells where row groups are; a chunk is a row group, or a share of one that is large. Threads share a copy, and
//! not a place in it; a file that was named is opened for every chunk.

use std::io::BufReader;
use std::sync::Arc;

use arrow_array::RecordBatch;
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use super::rows::{Piece, check_text, guarded, is_wanted};
use crate::disk::{Cursor, SharedFile};
use crate::read::chunk::{Cut, Limits, Split};
use crate::read::feed::Feed;
use crate::read::flaw::Flaw;
use crate::read::format::Seekable;
use crate::read::mapping::Mapping;

/// How many chunks of text a chunk of rows is worth, by the sizes that the footer states: each costs the headers of the
/// pages before it and a dictionary.
const CHUNKS: u64 = 4;
/// A row group is cut into no more pieces, whatever number of rows it claims.
const MOST_PIECES: u64 = 1024;
/// Rows that are decoded at a time.
const BATCH_ROWS: usize = 1024;

/// Cuts between rows.
pub(in crate::read) struct RowGroups {
    table: Arc<Table>,
    chunk_bytes: u64,
    group: usize,
    /// The first row in that group that was not cut yet.
    row: u64,
    /// Its number in the file.
    record: u64,
}

/// What is known of a file.
#[derive(Debug)]
struct Table {
    file: Seekable,
    metadata: ArrowReaderMetadata,
    mask: ProjectionMask,
}

/// The bytes of a file.
struct Source(Arc<SharedFile>);

impl Length for Source {
    fn len(&self) -> u64 {
        self.0.size_bytes()
    }
}

impl ChunkReader for Source {
    type T = BufReader<Cursor>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        Ok(BufReader::new(self.0.cursor(start)))
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        if start.saturating_add(length as u64) > self.0.size_bytes() {
            return Err(ParquetError::EOF(format!("{length} bytes at {start} are missing")));
        }
        let mut bytes = vec![0; length];
        self.0.read_at(&mut bytes, start)?;
        Ok(bytes.into())
    }
}

/// Some rows of a row group.
#[derive(Debug)]
pub(in crate::read) struct Rows {
    table: Arc<Table>,
    group: usize,
    first: u64,
    count: u64,
}

impl RowGroups {
    /// Reads the footer, or says why the file cannot be read.
    pub(in crate::read) fn open(file: Seekable, limits: Limits, mapping: &Mapping) -> Result<RowGroups, String> {
        let opened = Source(file.open().map_err(|error| format!("cannot be read: {error}"))?);
        let metadata = guarded(|| {
            ArrowReaderMetadata::load(&opened, ArrowReaderOptions::new()).map_err(|error| error.to_string())
        });
        let metadata = metadata.map_err(|reason| {
            format!("the Parquet file is damaged or cut off: its footer cannot be read ({reason})")
        })?;
        check_text(metadata.schema(), mapping)?;
        let columns = metadata.parquet_schema();
        let wanted = columns.columns().iter().enumerate().filter(|(_, column)| {
            // Parquet writes the steps into a list as groups of their own.
            let path: Vec<&str> = column.path().parts().iter().map(String::as_str).collect();
            let lists = ["list", "element", "array", "item", "bag"];
            let inner: Vec<&str> = path.iter().copied().filter(|part| !lists.contains(part)).collect();
            is_wanted(mapping, &path) || is_wanted(mapping, &inner)
        });
        let mask = ProjectionMask::leaves(columns, wanted.map(|(place, _)| place).collect::<Vec<_>>());
        let table = Arc::new(Table { file, metadata, mask });
        Ok(RowGroups { table, chunk_bytes: limits.chunk_bytes as u64, group: 0, row: 0, record: 1 })
    }
}

impl Split for RowGroups {
    fn next_cut(&mut self, _: &mut Feed) -> Option<Cut> {
        loop {
            let groups = self.table.metadata.metadata().row_groups();
            let group = groups.get(self.group)?;
            let byte_offset =
                group.file_offset().or_else(|| group.columns().first().map(|column| column.byte_range().0 as i64));
            let byte_offset = byte_offset.and_then(|offset| u64::try_from(offset).ok()).unwrap_or(0);
            let Ok(rows) = u64::try_from(group.num_rows()) else {
                let reason = format!(
                    "the Parquet data of row group {} is damaged (it states {} rows)",
                    self.group + 1,
                    group.num_rows()
                );
                self.group += 1;
                return Some(Cut::of_flaws(vec![Flaw { record: self.record, byte_offset, reason }]));
            };
            if self.row >= rows {
                (self.group, self.row) = (self.group + 1, 0);
                continue;
            }
            let wanted = group.columns().iter().enumerate().filter(|(place, _)| self.table.mask.leaf_included(*place));
            let size_bytes: u64 =
                wanted.map(|(_, column)| u64::try_from(column.uncompressed_size()).unwrap_or(0)).sum();
            let row_bytes = (size_bytes / rows).max(1);
            let count = self.chunk_bytes.saturating_mul(CHUNKS) / row_bytes;
            let count = count.max(rows.div_ceil(MOST_PIECES)).clamp(1, rows - self.row);
            let piece = Rows { table: Arc::clone(&self.table), group: self.group, first: self.row, count };
            let first_record = self.record;
            self.row += count;
            self.record += count;
            let records = Box::new(Piece::RowGroup(piece));
            return Some(Cut { bytes: Vec::new(), byte_offset, first_record, records, flaws: Vec::new() });
        }
    }
}

impl Rows {
    pub(super) fn rows(&self) -> u64 {
        self.count
    }

    /// The columns that are not decoded.
    pub(super) fn left_out(&self) -> Vec<String> {
        let columns = self.table.metadata.parquet_schema().columns().iter().enumerate();
        let left_out = columns.filter(|(place, _)| !self.table.mask.leaf_included(*place));
        left_out.map(|(_, column)| column.path().string()).collect()
    }

    /// Gives the rows, or why no more of them could be decoded.
    pub(super) fn decode(&self, take: &mut dyn FnMut(&RecordBatch)) -> Result<(), String> {
        let whole = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let file = Source(self.table.file.open().map_err(|error| format!("cannot be read: {error}"))?);
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.table.metadata.clone())
            .with_row_groups(vec![self.group])
            .with_projection(self.table.mask.clone())
            .with_offset(whole(self.first))
            .with_limit(whole(self.count))
            .with_batch_size(whole(self.count).min(BATCH_ROWS))
            .build()
            .map_err(|error| error.to_string())?;
        let mut got = 0;
        for batch in reader {
            let batch = batch.map_err(|error| error.to_string())?;
            got += batch.num_rows() as u64;
            take(&batch);
        }
        if got < self.count { Err(format!("{} rows are missing", self.count - got)) } else { Ok(()) }
    }
}
