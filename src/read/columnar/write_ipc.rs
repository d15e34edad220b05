//! An Arrow file or stream written again with some of its rows.
//!
//! Record batches stay apart, but for those without a row that is kept; the schema with its metadata, dictionaries and the
//! compression stay, too. Messages are made anew. Memory is a record batch, and that of its rows.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use arrow_array::{BooleanArray, RecordBatch};
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{DictionaryHandling, FileWriter, IpcWriteOptions, StreamWriter};
use arrow_schema::{ArrowError, Schema};
use arrow_select::filter::filter_record_batch;

use super::ipc::Messages;
use super::rows::guarded;
use super::write::{Noting, Out};
use crate::read::compress::Compression;
use crate::read::feed::Feed;
use crate::read::flaw::NotWritten;
use crate::read::members::Breaks;

/// What a file of Arrow, and no stream, begins with.
const FILE_MARK: &[u8] = b"ARROW1";

/// Writes the rows of which `kept` says so.
pub(super) fn arrow(path: &Path, kept: &[bool], out: Out<'_>) -> Result<(), NotWritten> {
    let mut out = Noting::new(out);
    let written = copy(path, kept, &mut out);
    out.told(path, written)
}

fn copy(path: &Path, kept: &[bool], out: &mut Noting<'_>) -> Result<(), ArrowError> {
    let mut file = File::open(path)?;
    let mut mark = Vec::new();
    file.by_ref().take(FILE_MARK.len() as u64).read_to_end(&mut mark)?;
    file.rewind()?;
    let is_file = mark == FILE_MARK;
    let (mut out, mut writer) = (Some(out), None);
    let mut feed = Feed::new(Box::new(file), Compression::None, Breaks::default());
    let mut messages = Messages::whole(path);
    while let Some((first_record, batch)) = messages.next_whole(&mut feed) {
        let whole = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let first = whole(first_record.saturating_sub(1)).min(kept.len());
        let rows = whole(batch.rows());
        let kept = kept.get(first..first.saturating_add(rows).min(kept.len())).unwrap_or_default();
        if !kept.contains(&true) {
            continue;
        }
        let mut decoded = None;
        guarded(|| batch.decode(&mut |rows| decoded = Some(rows.clone()))).map_err(ArrowError::IpcError)?;
        let decoded = decoded.ok_or_else(|| ArrowError::IpcError("no rows".into()))?;
        let mask: BooleanArray = (0..decoded.num_rows()).map(|row| Some(kept.get(row) == Some(&true))).collect();
        let rows = if mask.false_count() == 0 { decoded } else { filter_record_batch(&decoded, &mask)? };
        if let Some(out) = out.take() {
            writer = Some(Writer::begin(is_file, rows.schema_ref(), batch.packed_by(), out)?);
        }
        writer.as_mut().map_or(Ok(()), |writer| writer.write(&rows))?;
    }
    if let (Some(out), Some(schema)) = (out, messages.schema()) {
        writer = Some(Writer::begin(is_file, schema, None, out)?);
    }
    writer.map_or(Ok(()), Writer::finish)
}

enum Writer<'o, 'w> {
    File(FileWriter<&'o mut Noting<'w>>),
    Stream(StreamWriter<&'o mut Noting<'w>>),
}

impl<'o, 'w> Writer<'o, 'w> {
    fn begin(
        is_file: bool,
        schema: &Schema,
        packed_by: Option<CompressionType>,
        out: &'o mut Noting<'w>,
    ) -> Result<Self, ArrowError> {
        // In a file a dictionary may grow, and never be another one.
        let handling = if is_file { DictionaryHandling::Delta } else { DictionaryHandling::Resend };
        let options = IpcWriteOptions::default().with_dictionary_handling(handling).try_with_compression(packed_by)?;
        Ok(if is_file {
            Writer::File(FileWriter::try_new_with_options(out, schema, options)?)
        } else {
            Writer::Stream(StreamWriter::try_new_with_options(out, schema, options)?)
        })
    }

    fn write(&mut self, rows: &RecordBatch) -> Result<(), ArrowError> {
        match self {
            Writer::File(writer) => writer.write(rows),
            Writer::Stream(writer) => writer.write(rows),
        }
    }

    fn finish(self) -> Result<(), ArrowError> {
        match self {
            Writer::File(mut writer) => writer.finish(),
            Writer::Stream(mut writer) => writer.finish(),
        }
    }
}
