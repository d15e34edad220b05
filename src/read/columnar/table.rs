//! Tables in memory: record batches that the caller made, some rows at a time.
//!
//! Rows are slices of the batches, so nothing is copied before an article is made. A batch may be the whole table: it is cut
//! into pieces of the size of a chunk, so that threads can share it out.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchReader};
use arrow_schema::DataType;

use super::rows::{DENSE_ROWS, Piece, REPEATED_ROWS, check_text, first_line, is_wanted};
use crate::disk::Workspace;
use crate::error::Error;
use crate::read::chunk::{Cut, Limits, Split};
use crate::read::feed::Feed;
use crate::read::mapping::Mapping;

/// Cuts between rows.
pub(in crate::read) struct Batches<'m> {
    /// What the table is called.
    name: Arc<str>,
    batches: Box<dyn RecordBatchReader + Send>,
    mapping: &'m Mapping,
    chunk_bytes: u64,
    /// Counts the bytes of the columns that are read.
    read: Arc<AtomicU64>,
    /// Who is told if there is no next batch because it could not be made.
    workspace: Workspace,
    /// The rows of the last batch that were not cut yet, and how many of them are cut at once.
    rest: Option<(RecordBatch, usize)>,
    /// The number of the next row.
    record: u64,
}

impl<'m> Batches<'m> {
    /// The batches, or why nothing can be read from them.
    pub(in crate::read) fn open(
        (name, batches): (Arc<str>, Box<dyn RecordBatchReader + Send>),
        limits: Limits,
        mapping: &'m Mapping,
        read: Arc<AtomicU64>,
        workspace: Workspace,
    ) -> Result<Batches<'m>, String> {
        check_text(&batches.schema(), mapping)?;
        let chunk_bytes = limits.chunk_bytes as u64;
        Ok(Batches { name, batches, mapping, chunk_bytes, read, workspace, rest: None, record: 1 })
    }

    /// The columns of a batch that are read, and how many of its rows are cut at once.
    fn begin(&mut self, batch: &RecordBatch) -> Option<(RecordBatch, usize)> {
        let fields = batch.schema_ref().fields();
        let wanted = |place: &usize| is_wanted(self.mapping, &[fields[*place].name()]);
        let wanted: Vec<usize> = (0..fields.len()).filter(wanted).collect();
        let batch = batch.project(&wanted).ok()?;
        let size_bytes: u64 = batch.columns().iter().map(size_bytes).sum();
        self.read.fetch_add(size_bytes, Ordering::Relaxed);
        let repeats = batch.columns().iter().any(|column| matches!(column.data_type(), DataType::Dictionary(..)));
        let most = if repeats { REPEATED_ROWS } else { DENSE_ROWS };
        let row_bytes = (size_bytes / (batch.num_rows() as u64).max(1)).max(1);
        let at_once = (self.chunk_bytes / row_bytes).clamp(1, most);
        Some((batch, usize::try_from(at_once).unwrap_or(1)))
    }
}

impl Split for Batches<'_> {
    fn next_cut(&mut self, _: &mut Feed) -> Option<Cut> {
        loop {
            let Some((batch, at_once)) = self.rest.take().filter(|(batch, _)| batch.num_rows() > 0) else {
                let batch = self.batches.next()?;
                match batch {
                    Ok(batch) => self.rest = self.begin(&batch),
                    Err(error) => {
                        // It is no fault of a row: the whole run fails, and says why.
                        let cause = first_line(&error);
                        self.workspace.note::<()>(Err(Error::Batch { table: self.name.to_string(), cause }));
                        return None;
                    }
                }
                continue;
            };
            let rows = at_once.min(batch.num_rows());
            let (piece, rest) = (batch.slice(0, rows), batch.slice(rows, batch.num_rows() - rows));
            self.rest = Some((rest, at_once));
            let first_record = self.record;
            self.record += rows as u64;
            let records = Box::new(Piece::Table(piece));
            return Some(Cut { bytes: Vec::new(), byte_offset: 0, first_record, records, flaws: Vec::new() });
        }
    }
}

/// The bytes of a column's own rows, where many share a buffer.
pub(super) fn size_bytes(column: &ArrayRef) -> u64 {
    let between = |first: Option<u64>, last: Option<u64>| last.unwrap_or(0).saturating_sub(first.unwrap_or(0));
    let narrow = |ends: &[i32]| between(ends.first().map(|end| *end as u64), ends.last().map(|end| *end as u64));
    let wide = |ends: &[i64]| between(ends.first().map(|end| *end as u64), ends.last().map(|end| *end as u64));
    match column.data_type() {
        DataType::Utf8 => narrow(column.as_string::<i32>().value_offsets()),
        DataType::LargeUtf8 => wide(column.as_string::<i64>().value_offsets()),
        DataType::Binary => narrow(column.as_binary::<i32>().value_offsets()),
        DataType::LargeBinary => wide(column.as_binary::<i64>().value_offsets()),
        DataType::Utf8View => column.as_string_view().lengths().map(u64::from).sum(),
        DataType::BinaryView => column.as_binary_view().lengths().map(u64::from).sum(),
        _ => column.to_data().get_slice_memory_size().unwrap_or(column.get_array_memory_size()) as u64,
    }
}
