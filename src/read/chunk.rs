//! Sources to chunks to articles: opens each source, has the splitter of its format cut it, parses the pieces.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::compress::{self, Compression};
use super::csv::{self, Header};
use super::date::Plausible;
use super::discover::{Bytes, Source};
use super::feed::Feed;
use super::mapping::Mapping;
use super::{json_array, jsonl, sniff, txt};
use crate::article::{Article, Location, Reject};
use crate::settings::ReadSettings;

/// The size of a chunk, in bytes: 1 MiB is some 400 articles, enough that handing one to a thread costs nothing, and little
/// enough that a few hundred of them under way fit into memory. No result depends on it.
pub(super) const CHUNK_BYTES: usize = 1 << 20;

/// Cuts `sources` into chunks, in order.
///
/// Chunks come one source after the other and in each in the order of its records. A source that cannot be opened or read
/// on gives a chunk that holds the reject.
pub fn chunks<'m>(sources: Vec<Source>, settings: &ReadSettings, mapping: &'m Mapping) -> Chunks<'m> {
    let limits = Limits {
        chunk_bytes: CHUNK_BYTES,
        record_bytes: usize::try_from(settings.max_record_bytes).unwrap_or(usize::MAX / 2).min(usize::MAX / 2),
        plausible: Plausible::new(settings),
    };
    Chunks { sources: sources.into_iter(), current: None, limits, mapping }
}

/// The chunks of some sources; made by [`chunks`].
pub struct Chunks<'m> {
    sources: std::vec::IntoIter<Source>,
    current: Option<Current<'m>>,
    limits: Limits,
    mapping: &'m Mapping,
}

/// The source that is being cut.
struct Current<'m> {
    path: Arc<str>,
    feed: Feed,
    splitter: Box<dyn Split + Send + 'm>,
    progress: InputProgress,
}

/// How much of a source's bytes was reported.
struct InputProgress {
    size_bytes: u64,
    read: Arc<AtomicU64>,
    reported: u64,
}

/// Sizes that a splitter keeps to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// From how many bytes on a chunk is cut.
    pub(super) chunk_bytes: usize,
    /// The largest record.
    pub(super) record_bytes: usize,
    /// Which dates can be true.
    pub(super) plausible: Plausible,
}

/// Cuts the bytes of one source at record borders: one implementation a format.
pub(super) trait Split {
    /// The next piece, or nothing at the end. A piece may be empty of bytes and hold flaws only.
    fn next_cut(&mut self, feed: &mut Feed) -> Option<Cut>;
}

/// A piece of a source.
#[derive(Debug)]
pub(super) struct Cut {
    pub(super) bytes: Vec<u8>,
    /// Where `bytes` begins in the decompressed source.
    pub(super) byte_offset: u64,
    /// The number of the first record in `bytes`.
    pub(super) first_record: u64,
    pub(super) records: Records,
    /// What the splitter had to leave out.
    pub(super) flaws: Vec<Flaw>,
}

impl Cut {
    /// A piece that holds nothing but what was left out.
    pub(super) fn of_flaws(flaws: Vec<Flaw>) -> Cut {
        Cut { bytes: Vec::new(), byte_offset: 0, first_record: 0, records: Records::None, flaws }
    }
}

/// How the records lie in a piece.
#[derive(Debug)]
pub(super) enum Records {
    None,
    /// One JSON object a line.
    Lines,
    /// JSON values at these places.
    Values(Vec<json_array::Place>),
    /// Rows under this header.
    Rows(Arc<Header>),
    /// The whole piece is one text.
    Text,
}

/// A reject before its path is known.
#[derive(Debug)]
pub(super) struct Flaw {
    pub(super) record: u64,
    pub(super) byte_offset: u64,
    pub(super) reason: String,
}

/// Some consecutive records of one source, not yet parsed: self-contained, so that threads can share them out.
#[derive(Debug)]
pub struct Chunk {
    path: Arc<str>,
    cut: Cut,
    bytes_read: u64,
    limits: Limits,
}

/// What a chunk's records are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    /// The articles, in the order of their records. Ids are as stated, empty where none is; see
    /// [`UniqueIds`](super::UniqueIds).
    pub articles: Vec<Article>,
    /// The records that are no articles, in order.
    pub rejects: Vec<Reject>,
}

impl Chunk {
    /// How many bytes of input were read for this chunk: compressed ones for a compressed source. The numbers of all
    /// chunks of a file add up to its size.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// The source's path.
    pub fn path(&self) -> &Arc<str> {
        &self.path
    }

    /// Reads the records. A pure function, meant to be run in parallel; costs about a copy of the text.
    pub fn parse(&self, mapping: &Mapping) -> Parsed {
        let mut outcome = Outcome { chunk: self, parsed: Parsed::default() };
        match &self.cut.records {
            Records::None => {}
            Records::Lines => jsonl::parse(&self.cut, &mut outcome, mapping),
            Records::Values(values) => json_array::parse(&self.cut, values, &mut outcome, mapping),
            Records::Rows(header) => csv::parse(&self.cut, header, &mut outcome, mapping),
            Records::Text => txt::parse(&self.cut, &mut outcome),
        }
        let mut parsed = outcome.parsed;
        parsed.rejects.extend(self.cut.flaws.iter().map(|flaw| Reject {
            path: self.path.to_string(),
            record: flaw.record,
            byte_offset: flaw.byte_offset,
            reason: flaw.reason.clone(),
        }));
        parsed.rejects.sort_by_key(|reject| (reject.record, reject.byte_offset));
        parsed
    }
}

/// Gathers what a chunk's records turn out to be.
pub(super) struct Outcome<'c> {
    chunk: &'c Chunk,
    parsed: Parsed,
}

impl Outcome<'_> {
    /// The largest record that is taken, in bytes.
    pub(super) fn record_bytes(&self) -> usize {
        self.chunk.limits.record_bytes
    }

    /// The location of a record, by its place in the chunk.
    pub(super) fn location(&self, record: u64, place: usize) -> Location {
        Location { path: Arc::clone(&self.chunk.path), record, byte_offset: self.chunk.cut.byte_offset + place as u64 }
    }

    pub(super) fn push(&mut self, location: Location, outcome: Result<Article, String>) {
        match outcome {
            Ok(mut article) => {
                self.chunk.limits.plausible.judge(&mut article);
                self.parsed.articles.push(article);
            }
            Err(reason) => self.parsed.rejects.push(Reject {
                path: location.path.to_string(),
                record: location.record,
                byte_offset: location.byte_offset,
                reason,
            }),
        }
    }
}

impl Iterator for Chunks<'_> {
    type Item = Chunk;

    fn next(&mut self) -> Option<Chunk> {
        loop {
            if let Some(current) = &mut self.current {
                if let Some(cut) = current.splitter.next_cut(&mut current.feed) {
                    let (path, bytes_read) = (Arc::clone(&current.path), current.progress.so_far());
                    return Some(self.chunk(path, cut, bytes_read));
                }
                let (path, rest) = (Arc::clone(&current.path), current.progress.rest());
                self.current = None;
                if rest > 0 {
                    return Some(self.chunk(path, Cut::of_flaws(Vec::new()), rest));
                }
            }
            let source = self.sources.next()?;
            let (path, size_bytes) = (Arc::clone(&source.path), source.size_bytes);
            match open(source, self.limits, self.mapping) {
                Ok(current) => self.current = Some(current),
                Err(reason) => {
                    let flaw = Flaw { record: 0, byte_offset: 0, reason };
                    return Some(self.chunk(path, Cut::of_flaws(vec![flaw]), size_bytes));
                }
            }
        }
    }
}

impl Chunks<'_> {
    fn chunk(&self, path: Arc<str>, cut: Cut, bytes_read: u64) -> Chunk {
        Chunk { path, cut, bytes_read, limits: self.limits }
    }

    /// The same with another size of chunks, to test that it changes nothing.
    #[cfg(test)]
    pub(super) fn of_size(mut self, chunk_bytes: usize) -> Self {
        self.limits.chunk_bytes = chunk_bytes;
        self
    }
}

impl InputProgress {
    /// The bytes read since the last call, never more than the source was found to have.
    fn so_far(&mut self) -> u64 {
        let read = self.read.load(Ordering::Relaxed);
        let limit = if self.size_bytes > 0 { self.size_bytes } else { u64::MAX };
        let news = read.min(limit).saturating_sub(self.reported);
        self.reported += news;
        news
    }

    /// What remains to be reported when the source is done with, read or not.
    fn rest(&mut self) -> u64 {
        self.so_far() + self.size_bytes.saturating_sub(self.reported)
    }
}

/// Opens a source and chooses its splitter, or says why it cannot be read.
fn open<'m>(source: Source, limits: Limits, mapping: &'m Mapping) -> Result<Current<'m>, String> {
    let cannot = |error: io::Error| format!("cannot be read: {error}");
    let input: Box<dyn Read + Send> = match source.bytes {
        Bytes::File(path) => Box::new(File::open(path).map_err(cannot)?),
        Bytes::Stream(reader) => reader,
    };
    let read = Arc::new(AtomicU64::new(0));
    let (compression, reader) = compress::open(input, &read).map_err(cannot)?;
    let mut feed = Feed::new(reader, compression);
    feed.drop_byte_order_mark();
    feed.fill(sniff::HEAD_BYTES);
    let misnamed = source.compression != Compression::None && compression == Compression::None;
    if misnamed && sniff::is_binary(feed.bytes()) {
        return Err("neither gzip nor zstd data, as its name says, nor text".into());
    }
    let splitter = splitter(sniff::format(source.format, &feed, mapping), limits, mapping);
    let progress = InputProgress { size_bytes: source.size_bytes, read, reported: 0 };
    Ok(Current { path: source.path, feed, splitter, progress })
}

fn splitter<'m>(shape: sniff::Shape, limits: Limits, mapping: &'m Mapping) -> Box<dyn Split + Send + 'm> {
    match shape {
        sniff::Shape::Lines => Box::new(jsonl::Lines::new(limits)),
        sniff::Shape::Json => Box::new(json_array::Values::new(limits, mapping)),
        sniff::Shape::Rows { delimiter } => Box::new(csv::Rows::new(limits, delimiter, mapping)),
        sniff::Shape::Text => Box::new(txt::Whole::new(limits)),
    }
}
