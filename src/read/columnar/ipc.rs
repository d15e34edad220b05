//! Arrow IPC, a record batch at a time: streams, and files, which are streams with a mark in front and a directory behind.
//!
//! Messages are told apart here, so that a batch is decoded elsewhere and one that is damaged takes no other with it; the
//! `arrow-ipc` crate decodes them. Sizes that a message claims are checked before memory is asked for.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_buffer::Buffer;
use arrow_ipc::reader::{read_dictionary, read_record_batch};
use arrow_ipc::{MessageHeader, MetadataVersion, convert};
use arrow_schema::{DataType, Schema, SchemaRef};

use super::rows::{self, Piece, check_text, guarded, is_wanted};
use crate::read::chunk::{Cut, Split};
use crate::read::compress::Compression;
use crate::read::feed::Feed;
use crate::read::flaw::Flaw;
use crate::read::mapping::Mapping;
use crate::read::members::Breaks;

const FILE_MARK: &[u8] = b"ARROW1\0\0";
/// What may stand between the mark and the first message: writers align to 64 bytes.
const FILE_PADDING_BYTES: usize = 64;
/// What messages begin with, since version 0.15.
const MARK: &[u8] = &[0xff; 4];
/// A message has no more apart from its body; a batch, unpacked, has no more in all.
const HEADER_BYTES: usize = 16 << 20;
const BATCH_BYTES: u64 = 4 << 30;

/// Rows of a batch that hold less than this each in the file, on average, repeat one another or are empty: a few bytes may
/// stand for any number. Such a batch is read some rows at a time, and decoded anew for each.
const DENSE_ROW_BYTES: u64 = 512;

/// Cuts between messages, and between rows of a dense batch.
pub(in crate::read) struct Messages<'m> {
    /// Which columns are read; all without one.
    mapping: Option<&'m Mapping>,
    /// Messages with dictionaries that stand behind the batches.
    late: Vec<u8>,
    schema: Option<SchemaRef>,
    projection: Vec<usize>,
    version: MetadataVersion,
    dictionaries: Arc<HashMap<i64, ArrayRef>>,
    record: u64,
    /// Rows of the last batch that were not cut yet.
    rest: Option<(Batch, u64)>,
    done: bool,
}

/// Rows of a record batch as it stands in the source.
#[derive(Clone, Debug)]
pub(in crate::read) struct Batch {
    schema: SchemaRef,
    projection: Vec<usize>,
    version: MetadataVersion,
    dictionaries: Arc<HashMap<i64, ArrayRef>>,
    message: Arc<[u8]>,
    body: Buffer,
    /// The first of the rows, and how many.
    first: u64,
    rows: u64,
}

/// A message's place in the window.
struct Place {
    header: std::ops::Range<usize>,
    body: std::ops::Range<usize>,
}

impl<'m> Messages<'m> {
    pub(in crate::read) fn new(mapping: &'m Mapping, file: Option<&Path>) -> Messages<'m> {
        Messages::of(Some(mapping), file)
    }

    /// The same, with all columns.
    pub(super) fn whole(file: &Path) -> Messages<'static> {
        Messages::of(None, Some(file))
    }

    fn of(mapping: Option<&'m Mapping>, file: Option<&Path>) -> Messages<'m> {
        Messages {
            mapping,
            late: file.and_then(late_dictionaries).unwrap_or_default(),
            schema: None,
            projection: Vec::new(),
            version: MetadataVersion::V5,
            dictionaries: Arc::default(),
            record: 1,
            rest: None,
            done: false,
        }
    }

    /// The message that the window begins with; nothing at the end of the stream.
    fn place(&self, feed: &mut Feed) -> Result<Option<Place>, String> {
        feed.fill(8);
        let number = |bytes: &[u8]| bytes.first_chunk::<4>().map(|&bytes| u32::from_le_bytes(bytes));
        let marked = feed.bytes().starts_with(MARK);
        let start = if marked { 8 } else { 4 };
        let length = feed.bytes().get(start - 4..).and_then(number);
        let Some(length) = length.filter(|length| *length > 0) else {
            return match feed.damage() {
                Some(damage) => Err(damage.to_owned()),
                None if (1..4).contains(&feed.bytes().len()) => Err(EARLY.to_owned()),
                None => Ok(None),
            };
        };
        let header = start..start + usize::try_from(length).unwrap_or(usize::MAX).min(HEADER_BYTES + 1);
        if header.len() > HEADER_BYTES {
            return Err(format!("the Arrow data is damaged (a message of {length} bytes)"));
        }
        feed.fill(header.end);
        let bytes = feed.bytes().get(header.clone()).ok_or_else(|| early(feed))?;
        let message = arrow_ipc::root_as_message(bytes)
            .map_err(|error| format!("the Arrow data is damaged ({})", rows::first_line(&error)))?;
        let length = u64::try_from(message.bodyLength()).ok().filter(|length| *length <= BATCH_BYTES);
        let length =
            length.ok_or_else(|| format!("the Arrow data is damaged (a batch of {} bytes)", message.bodyLength()))?;
        let body = header.end..header.end + usize::try_from(length).unwrap_or(usize::MAX / 2);
        feed.fill(body.end);
        if feed.bytes().len() < body.end {
            return Err(early(feed));
        }
        Ok(Some(Place { header, body }))
    }

    /// Takes in the message that the window begins with, and gives its batch if it has one.
    fn message(&mut self, feed: &mut Feed, place: Place) -> Result<Option<Batch>, String> {
        let bytes = Buffer::from_vec(feed.take(place.body.end));
        let header = bytes.as_slice().get(place.header).unwrap_or_default();
        let body = bytes.slice_with_length(place.body.start, place.body.len());
        let damaged =
            |error: &dyn std::fmt::Display| format!("the Arrow data is damaged ({})", rows::first_line(error));
        let message = arrow_ipc::root_as_message(header).map_err(|error| damaged(&error))?;
        match message.header_type() {
            MessageHeader::Schema => {
                let schema = message.header_as_schema().ok_or_else(|| damaged(&"no schema"))?;
                let schema = guarded(|| convert::try_fb_to_schema(schema).map_err(|error| error.to_string()));
                let schema = schema.map_err(|error| damaged(&error))?;
                self.version = message.version();
                self.begin(schema)?;
                let late = Box::new(Cursor::new(std::mem::take(&mut self.late)));
                let mut late = Feed::new(late, Compression::None, Breaks::default());
                // Where one is damaged, the batches tell it.
                while let Ok(Some(place)) = self.place(&mut late) {
                    let _ = self.message(&mut late, place);
                }
                Ok(None)
            }
            MessageHeader::DictionaryBatch => {
                let batch = message.header_as_dictionary_batch().ok_or_else(|| damaged(&"no dictionary"))?;
                let schema = self.schema.clone().ok_or_else(|| damaged(&"a dictionary before the schema"))?;
                let dictionaries = Arc::make_mut(&mut self.dictionaries);
                guarded(|| {
                    batch.data().map_or(Ok(()), |data| check_sizes(data, &body))?;
                    read_dictionary(&body, batch, &schema, dictionaries, &self.version)
                        .map_err(|error| error.to_string())
                })
                .map_err(|error| damaged(&error))?;
                Ok(None)
            }
            MessageHeader::RecordBatch => {
                let batch = message.header_as_record_batch().ok_or_else(|| damaged(&"no batch"))?;
                let schema = self.schema.clone().ok_or_else(|| damaged(&"a batch before the schema"))?;
                check_sizes(batch, &body).map_err(|error| damaged(&error))?;
                let rows = u64::try_from(batch.length()).unwrap_or(0);
                Ok(Some(Batch {
                    schema,
                    projection: self.projection.clone(),
                    version: self.version,
                    dictionaries: Arc::clone(&self.dictionaries),
                    message: header.into(),
                    body,
                    first: 0,
                    rows,
                }))
            }
            _ => Ok(None),
        }
    }

    /// The rows of a batch that are read at once; the others are kept for the next cut.
    fn cut(&mut self, mut piece: Batch, byte_offset: u64) -> Cut {
        let at_once = piece.at_once();
        if piece.rows > at_once {
            let rest = Batch { first: piece.first + at_once, rows: piece.rows - at_once, ..piece.clone() };
            self.rest = Some((rest, byte_offset));
            piece.rows = at_once;
        }
        let first_record = self.record;
        self.record = self.record.saturating_add(piece.rows);
        let records = Box::new(Piece::Batch(piece));
        Cut { bytes: Vec::new(), byte_offset, first_record, records, flaws: Vec::new() }
    }

    fn begin(&mut self, schema: Schema) -> Result<(), String> {
        // Without a text nothing that follows is of use.
        self.mapping.map_or(Ok(()), |mapping| check_text(&schema, mapping)).inspect_err(|_| self.done = true)?;
        let is_wanted = |name: &str| self.mapping.is_none_or(|mapping| is_wanted(mapping, &[name]));
        self.projection = (0..schema.fields().len()).filter(|&place| is_wanted(schema.field(place).name())).collect();
        self.schema = Some(Arc::new(schema));
        Ok(())
    }

    /// Notes damage, and goes on at the next message if the source has one.
    fn flaw(&mut self, feed: &mut Feed, byte_offset: u64, reason: String) -> Flaw {
        let record = if self.schema.is_some() { self.record } else { 0 };
        self.record += u64::from(self.schema.is_some());
        if feed.offset() == byte_offset && !self.done {
            self.done = !find_message(feed);
        }
        self.done |= self.schema.is_none();
        Flaw { record, byte_offset, reason }
    }

    /// The next batch with its offset, or what is damaged.
    fn next_batch(&mut self, feed: &mut Feed) -> Option<Result<(Batch, u64), Flaw>> {
        while !self.done {
            feed.fill(FILE_MARK.len());
            let mut bare = None;
            if feed.offset() == 0 && feed.bytes().starts_with(FILE_MARK) {
                feed.skip(FILE_MARK.len());
                // Padded to eight bytes or more.
                feed.fill(FILE_PADDING_BYTES);
                let padding = feed.bytes().chunks(8).take_while(|bytes| *bytes == [0; 8]).count();
                feed.skip(padding * 8);
                bare = bare_schema(feed);
            }
            let byte_offset = feed.offset();
            let place = match bare.map_or_else(|| self.place(feed), |place| Ok(Some(place))) {
                Ok(Some(place)) => place,
                Ok(None) => {
                    self.done = true;
                    let missing = || Flaw { record: 0, byte_offset, reason: "the Arrow data has no schema".to_owned() };
                    return self.schema.is_none().then(|| Err(missing()));
                }
                Err(reason) => return Some(Err(self.flaw(feed, byte_offset, reason))),
            };
            match self.message(feed, place) {
                Ok(Some(batch)) => return Some(Ok((batch, byte_offset))),
                Ok(None) => {}
                Err(reason) => return Some(Err(self.flaw(feed, byte_offset, reason))),
            }
        }
        None
    }

    /// The next batch that can be read, and the number of its first row.
    pub(super) fn next_whole(&mut self, feed: &mut Feed) -> Option<(u64, Batch)> {
        loop {
            if let Ok((batch, _)) = self.next_batch(feed)? {
                let first_record = self.record;
                self.record = self.record.saturating_add(batch.rows);
                return Some((first_record, batch));
            }
        }
    }

    /// The schema, once it was read.
    pub(super) fn schema(&self) -> Option<&SchemaRef> {
        self.schema.as_ref()
    }
}

const EARLY: &str = "the Arrow data ends early";

fn early(feed: &Feed) -> String {
    feed.damage().unwrap_or(EARLY).to_owned()
}

/// The dictionaries of a file that has all of them behind its batches, as polars writes them: the directory at its end tells
/// where they are.
fn late_dictionaries(path: &Path) -> Option<Vec<u8>> {
    const END: &[u8] = b"ARROW1";
    const END_BYTES: u64 = END.len() as u64 + 4;
    let mut file = File::open(path).ok()?;
    let size_bytes = file.metadata().ok()?.len();
    let mut bytes_at = |place: u64, count: u64| {
        let fits = place.checked_add(count).is_some_and(|end| end <= size_bytes);
        let mut bytes = vec![0; usize::try_from(count).ok().filter(|_| fits)?];
        file.seek(SeekFrom::Start(place)).ok()?;
        file.read_exact(&mut bytes).ok()?;
        Some(bytes)
    };
    let end = bytes_at(size_bytes.checked_sub(END_BYTES)?, END_BYTES)?;
    let length = u64::from(u32::from_le_bytes(*end.strip_suffix(END)?.first_chunk()?));
    let begin = (size_bytes - END_BYTES).checked_sub(length).filter(|_| length <= HEADER_BYTES as u64)?;
    let directory = bytes_at(begin, length)?;
    let directory = arrow_ipc::root_as_footer(&directory).ok()?;
    let (dictionaries, batches) = (directory.dictionaries()?, directory.recordBatches()?);
    let first_batch = batches.iter().map(|block| block.offset()).min()?;
    if dictionaries.iter().any(|block| block.offset() < first_batch) {
        return None;
    }
    let mut found = Vec::new();
    for block in dictionaries {
        let count = u64::try_from(block.bodyLength().checked_add(block.metaDataLength().into())?).ok()?;
        // A directory may name one twice, and so ask for any number of bytes.
        if (found.len() as u64).checked_add(count)? > size_bytes {
            return None;
        }
        found.extend(bytes_at(u64::try_from(block.offset()).ok()?, count)?);
    }
    Some(found)
}

/// The schema at the beginning of a file that polars has written: a message without the mark and the length in front of it, which
/// ends where the next one begins.
fn bare_schema(feed: &mut Feed) -> Option<Place> {
    feed.fill(MARK.len());
    if feed.bytes().starts_with(MARK) {
        return None;
    }
    let mut end = 0;
    while end < HEADER_BYTES {
        feed.fill(end + 8);
        let bytes = feed.bytes();
        if bytes.get(end..end + MARK.len())? == MARK
            && let Ok(message) = arrow_ipc::root_as_message(bytes.get(..end)?)
            && message.header_as_schema().is_some()
        {
            return Some(Place { header: 0..end, body: end..end });
        }
        end += 8;
    }
    None
}

/// Goes on to the next place that looks like a message: they begin at multiples of eight bytes.
fn find_message(feed: &mut Feed) -> bool {
    feed.skip(8);
    loop {
        feed.fill(8);
        let Some(found) = memchr::memmem::find(feed.bytes(), MARK) else {
            let length = feed.bytes().len();
            if feed.ended() {
                feed.skip(length);
                return false;
            }
            feed.skip(length.saturating_sub(MARK.len() - 1));
            feed.fill(64 << 10);
            continue;
        };
        feed.skip(found);
        feed.fill(8 + HEADER_BYTES.min(64 << 10));
        let length = feed.bytes().get(4..8).and_then(|bytes| bytes.first_chunk::<4>());
        let length = length.map_or(0, |&bytes| u32::from_le_bytes(bytes) as usize);
        let header = feed.bytes().get(8..8 + length.min(HEADER_BYTES)).filter(|_| length > 0);
        // Bytes of a body can look like a message without content.
        let message = header.and_then(|header| arrow_ipc::root_as_message(header).ok());
        let has_rows = |message: arrow_ipc::Message<'_>| {
            message.header_as_record_batch().is_some() || message.header_as_dictionary_batch().is_some()
        };
        if length.is_multiple_of(8) && message.is_some_and(has_rows) {
            return true;
        }
        feed.skip(1);
    }
}

impl Split for Messages<'_> {
    fn next_cut(&mut self, feed: &mut Feed) -> Option<Cut> {
        if let Some((rest, byte_offset)) = self.rest.take() {
            return Some(self.cut(rest, byte_offset));
        }
        Some(match self.next_batch(feed)? {
            Ok((batch, byte_offset)) => self.cut(batch, byte_offset),
            Err(flaw) => Cut::of_flaws(vec![flaw]),
        })
    }
}

/// Refuses a batch that claims to be larger than any is, or to have more rows than its bytes can hold: a row has a bit at
/// least in every column that is not empty.
fn check_sizes(batch: arrow_ipc::RecordBatch<'_>, body: &Buffer) -> Result<(), String> {
    let mut size_bytes = body.len() as u64;
    if batch.compression().is_some() {
        for buffer in batch.buffers().into_iter().flatten().filter(|buffer| buffer.length() > 0) {
            let place = usize::try_from(buffer.offset()).unwrap_or(usize::MAX);
            let claimed = body.as_slice().get(place..).and_then(|bytes| bytes.first_chunk::<8>());
            let claimed = claimed.map_or(0, |&bytes| i64::from_le_bytes(bytes));
            size_bytes = size_bytes.saturating_add(u64::try_from(claimed).unwrap_or(0));
        }
    }
    let rows = u64::try_from(batch.length()).unwrap_or(u64::MAX);
    if size_bytes > BATCH_BYTES || rows > size_bytes.saturating_mul(8) {
        return Err(format!("a batch of {rows} rows in {size_bytes} bytes"));
    }
    Ok(())
}

impl Batch {
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// How its values are packed.
    pub(super) fn packed_by(&self) -> Option<arrow_ipc::CompressionType> {
        let message = arrow_ipc::root_as_message(&self.message).ok()?;
        Some(message.header_as_record_batch()?.compression()?.codec())
    }

    /// Bytes of the message.
    pub(super) fn stored_bytes(&self) -> usize {
        self.body.len()
    }

    /// The columns that are not decoded.
    pub(super) fn left_out(&self) -> Vec<String> {
        let fields = self.schema.fields().iter().enumerate();
        let left_out = fields.filter(|(place, _)| !self.projection.contains(place));
        left_out.map(|(_, field)| field.name().clone()).collect()
    }

    /// Gives the rows, or why they could not be decoded.
    pub(super) fn decode(&self, take: &mut dyn FnMut(&RecordBatch)) -> Result<(), String> {
        let message = arrow_ipc::root_as_message(&self.message).map_err(|error| error.to_string())?;
        let batch = message.header_as_record_batch().ok_or("no batch")?;
        let schema = Arc::clone(&self.schema);
        let batch =
            read_record_batch(&self.body, batch, schema, &self.dictionaries, Some(&self.projection), &self.version)
                .map_err(|error| error.to_string())?;
        let whole = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let first = whole(self.first).min(batch.num_rows());
        take(&batch.slice(first, whole(self.rows).min(batch.num_rows() - first)));
        Ok(())
    }

    /// How many of its rows are read at once.
    fn at_once(&self) -> u64 {
        let all = self.first + self.rows;
        let has_dictionary =
            self.schema.fields().iter().any(|field| matches!(field.data_type(), DataType::Dictionary(..)));
        if all == 0 || self.body.len() as u64 / all >= DENSE_ROW_BYTES {
            u64::MAX
        } else if has_dictionary {
            rows::REPEATED_ROWS
        } else {
            rows::DENSE_ROWS
        }
    }
}
