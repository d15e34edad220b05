//! Sources to chunks to articles: opens each source, has the splitter of its format cut it, parses the pieces.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::{Encoding, UTF_8};

use super::archive::{self, Archive};
use super::compress::{self, Compression, Named};
use super::csv::{self, Header};
use super::date::Plausible;
use super::discover::{Bytes, Format, Source};
use super::feed::Feed;
use super::mapping::Mapping;
use super::members::Breaks;
use super::{charset, html, json_array, jsonl, sniff, txt, warc, xml};
use crate::article::{Article, Location, Reject};
use crate::disk::{SharedFile, Workspace};
use crate::error::Error;
use crate::progress::{Progress, Silent};
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
        encoding: settings.character_set(),
    };
    Chunks {
        sources: sources.into_iter(),
        archives: Vec::new(),
        current: None,
        progress: None,
        passed_over: 0,
        limits,
        mapping,
        workspace: Workspace::default(),
        stop: &Silent,
    }
}

/// The chunks of some sources; made by [`chunks`].
pub struct Chunks<'m> {
    sources: std::vec::IntoIter<Source>,
    /// The archives that are open, each in the one before.
    archives: Vec<(Arc<str>, Archive)>,
    current: Option<Current<'m>>,
    /// That of the source, which may be an archive.
    progress: Option<InputProgress>,
    passed_over: u64,
    limits: Limits,
    mapping: &'m Mapping,
    /// Where files are copied that come as streams and are not read from front to back.
    workspace: Workspace,
    stop: &'m dyn Progress,
}

/// The source that is being cut.
struct Current<'m> {
    path: Arc<str>,
    nature: Nature,
    feed: Feed,
    splitter: Box<dyn Split + Send + 'm>,
}

/// What a source turned out to be.
enum Opened<'m> {
    Records(Current<'m>),
    Archive(Archive),
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
    /// The character set of texts, if it is not to be found out.
    encoding: Option<&'static Encoding>,
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
    /// The whole piece is one page.
    Page,
    /// Records of an archive at these places.
    Archived(Vec<warc::Place>),
    /// XML elements at these places, and what holds for all of them.
    Elements {
        places: Vec<xml::Place>,
        head: Arc<xml::Head>,
    },
    /// Rows of columns.
    #[cfg(feature = "parquet")]
    Columns(Box<super::columnar::Piece>),
}

/// A reject before its path is known.
#[derive(Debug)]
pub(super) struct Flaw {
    pub(super) record: u64,
    pub(super) byte_offset: u64,
    pub(super) reason: String,
}

/// What a source was found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Nature {
    /// How its records lie.
    pub(super) format: &'static str,
    /// Whether one more key can stand in its records.
    pub(super) has_keys: bool,
    /// How it is packed; "none" if it is not.
    pub(super) compression: &'static str,
    /// Its character set; empty where records state theirs.
    pub(super) encoding: &'static str,
}

/// Some consecutive records of one source, not yet parsed: self-contained, so that threads can share them out.
#[derive(Debug)]
pub struct Chunk {
    path: Arc<str>,
    /// Nothing where the source could not be read at all.
    pub(super) nature: Option<Nature>,
    pub(super) cut: Cut,
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
    /// How many records of crawlers' archives are not meant to be articles, by what they are.
    pub passed_over: BTreeMap<String, u64>,
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

    /// The largest record that is taken, in bytes.
    pub(super) fn record_bytes(&self) -> usize {
        self.limits.record_bytes
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
            Records::Page => html::parse(&self.cut, &mut outcome),
            Records::Archived(places) => warc::parse(&self.cut, places, &mut outcome),
            #[cfg(feature = "parquet")]
            Records::Columns(piece) => super::columnar::parse(&self.cut, piece, &mut outcome, mapping),
            Records::Elements { places, head } => xml::parse(&self.cut, places, head, &mut outcome, mapping),
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

    /// Counts a record that is not meant to be an article.
    pub(super) fn pass_over(&mut self, reason: Cow<'static, str>) {
        *self.parsed.passed_over.entry(reason.into_owned()).or_default() += 1;
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
                let path = Arc::clone(&current.path);
                if let Some(cut) = current.splitter.next_cut(&mut current.feed) {
                    return Some(self.chunk(path, cut));
                }
                self.current = None;
                if let Some(chunk) = self.ended(path) {
                    return Some(chunk);
                }
            }
            let flaw = match self.archives.last_mut() {
                Some((path, archive)) => {
                    let path = Arc::clone(path);
                    match archive.next() {
                        Some(archive::Next::Member(member)) => self.open_member(&path, member),
                        Some(archive::Next::Damaged { name: Some(name), reason }) => {
                            Some((format!("{path}!/{name}").into(), reason))
                        }
                        Some(archive::Next::Damaged { name: None, reason }) => Some((path, reason)),
                        None => {
                            self.archives.pop();
                            match self.ended(path) {
                                Some(chunk) => return Some(chunk),
                                None => continue,
                            }
                        }
                    }
                }
                None => {
                    let source = self.sources.next()?;
                    let read = Arc::new(AtomicU64::new(0));
                    let progress =
                        InputProgress { size_bytes: source.size_bytes, read: Arc::clone(&read), reported: 0 };
                    self.progress = Some(progress);
                    self.open(source, &read)
                }
            };
            if let Some((path, reason)) = flaw {
                let flaw = Flaw { record: 0, byte_offset: 0, reason };
                let mut chunk = self.chunk(path, Cut::of_flaws(vec![flaw]));
                if self.archives.is_empty() {
                    chunk.bytes_read += self.progress.take().map_or(0, |mut progress| progress.rest());
                }
                return Some(chunk);
            }
        }
    }
}

impl<'m> Chunks<'m> {
    /// Opens a source, or gives its path with the reason why it cannot be read.
    fn open(&mut self, source: Source, read: &Arc<AtomicU64>) -> Option<(Arc<str>, String)> {
        let path = Arc::clone(&source.path);
        match self.opened(source, read) {
            Ok(Opened::Records(current)) => self.current = Some(current),
            Ok(Opened::Archive(_)) if self.archives.len() >= archive::DEEPEST => {
                return Some((path, format!("archives nested more than {} deep", archive::DEEPEST)));
            }
            Ok(Opened::Archive(archive)) => self.archives.push((path, archive)),
            Err(reason) => return Some((path, reason)),
        }
        None
    }

    fn opened(&self, source: Source, read: &Arc<AtomicU64>) -> Result<Opened<'m>, String> {
        let copy = |mut stream: Box<dyn Read + Send>| {
            match self.workspace.copy(&mut stream, &|| self.stop.cancelled()) {
                Ok(Ok(copy)) => Ok(copy),
                Ok(Err(error)) => {
                    Err(compress::damage_of(&error).unwrap_or_else(|| format!("cannot be read: {error}")))
                }
                Err(error) => {
                    let reason = format!("cannot be copied to a temporary file: {error}");
                    // It is no fault of the source: the whole run fails, and says why.
                    if !matches!(error, Error::Cancelled) {
                        self.workspace.note::<()>(Err(error));
                    }
                    Err(reason)
                }
            }
        };
        open(source, read, self.limits, self.mapping, copy)
    }

    /// Takes copies in `workspace`, and takes no more once `stop` is cancelled. A copy that cannot be written is a failure of
    /// the workspace: see [`Workspace::check`].
    pub fn within(mut self, workspace: &Workspace, stop: &'m dyn Progress) -> Self {
        (self.workspace, self.stop) = (workspace.clone(), stop);
        self
    }

    fn open_member(&mut self, archive: &str, member: archive::Member) -> Option<(Arc<str>, String)> {
        let source = Source::member(format!("{archive}!/{}", member.name), member.reader);
        if source.format.is_none() || archive::is_hidden(&member.name) {
            self.passed_over += u64::from(!archive::is_hidden(&member.name));
            return None;
        }
        // What is read of a member was counted when the archive read it.
        self.open(source, &Arc::new(AtomicU64::new(0)))
    }

    /// Leaves the rest of the source, or of the member of an archive, unread.
    pub(super) fn leave_source(&mut self) {
        self.current = None;
    }

    /// How many members of archives had an ending that is not read, so far.
    pub fn passed_over(&self) -> u64 {
        self.passed_over
    }
}

impl Chunks<'_> {
    /// After the end of a source or a member: what was not reported yet of the source, if it is done with.
    fn ended(&mut self, path: Arc<str>) -> Option<Chunk> {
        if !self.archives.is_empty() {
            return None;
        }
        let rest = self.progress.take().map_or(0, |mut progress| progress.rest());
        let mut chunk = self.chunk(path, Cut::of_flaws(Vec::new()));
        chunk.bytes_read = rest;
        (rest > 0).then_some(chunk)
    }

    fn chunk(&mut self, path: Arc<str>, cut: Cut) -> Chunk {
        let bytes_read = self.progress.as_mut().map_or(0, InputProgress::so_far);
        let nature = self.current.as_ref().map(|current| current.nature);
        Chunk { path, nature, cut, bytes_read, limits: self.limits }
    }

    /// The same with another size of chunks, which changes nothing else.
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

/// A file that is not read from front to back. One that was named is opened when it is read, since there may be more of them
/// under way than a process may hold open.
#[derive(Debug)]
pub(super) enum Seekable {
    Named(PathBuf),
    Copy(Arc<SharedFile>),
}

impl Seekable {
    pub(super) fn open(&self) -> io::Result<Arc<SharedFile>> {
        match self {
            Seekable::Named(path) => SharedFile::open(path).map(Arc::new),
            Seekable::Copy(copy) => Ok(Arc::clone(copy)),
        }
    }
}

/// Opens a source and chooses its splitter, or says why it cannot be read. `read` counts the bytes taken from it; `copy`
/// makes a file of a stream.
fn open<'m>(
    source: Source,
    read: &Arc<AtomicU64>,
    limits: Limits,
    mapping: &'m Mapping,
    copy: impl Fn(Box<dyn Read + Send>) -> Result<SharedFile, String>,
) -> Result<Opened<'m>, String> {
    let cannot = |error: io::Error| compress::damage_of(&error).unwrap_or_else(|| format!("cannot be read: {error}"));
    let (input, file): (Box<dyn Read + Send>, _) = match source.bytes {
        Bytes::File(path) => (Box::new(File::open(&path).map_err(cannot)?), Some(path)),
        Bytes::Stream(reader) => (reader, None),
        #[cfg(feature = "remote")]
        Bytes::Object(object) => (object.open().map_err(cannot)?, None),
    };
    let breaks = Breaks::default();
    let named = match (source.format, source.compression) {
        (Some(Format::Warc), Compression::Gzip) => Named::PackedArchive,
        _ => Named::Otherwise,
    };
    let (compression, reader) = compress::open(input, read, &breaks, named).map_err(cannot)?;
    let file = file.filter(|_| compression == Compression::None);
    let mut feed = Feed::new(reader, compression, breaks);
    feed.drop_byte_order_mark();
    feed.fill(sniff::HEAD_BYTES);
    let is_binary = sniff::is_binary(feed.bytes());
    let mut shape = sniff::format(source.format, &feed, mapping);
    let detected = || charset::of_text(feed.bytes(), text_layout(shape)?);
    let is_page = shape == sniff::Shape::Page;
    let stated = limits.encoding.filter(|_| is_page || text_layout(shape).is_some());
    // After a byte order mark the source is UTF-8 by now. So are flawed records, which are to be rejected; flawed pages
    // are not, and must not be taken for another set.
    let is_changed = |set| !feed.has_byte_order_mark() && (is_page || set != UTF_8);
    let set = stated.map_or_else(detected, |set| is_changed(set).then_some(set));
    if let Some(set) = set {
        feed.decode(set);
        feed.fill(sniff::HEAD_BYTES);
        shape = sniff::format(source.format, &feed, mapping);
    }
    let seekable = |feed: &mut Feed| match file {
        Some(path) => Ok(Seekable::Named(path)),
        None => copy(feed.take_reader()).map(|copy| Seekable::Copy(Arc::new(copy))),
    };
    let nature = Nature {
        format: shape.name(),
        has_keys: shape.has_keys(),
        compression: compression.name(),
        encoding: feed.encoding(),
    };
    let splitter: Box<dyn Split + Send + 'm> = match shape {
        sniff::Shape::Tar => return Ok(Opened::Archive(Archive::tar(feed.take_reader()))),
        sniff::Shape::Zip => return Archive::zip(seekable(&mut feed)?.open().map_err(cannot)?).map(Opened::Archive),
        #[cfg(feature = "parquet")]
        sniff::Shape::Parquet => Box::new(super::columnar::RowGroups::open(seekable(&mut feed)?, limits, mapping)?),
        #[cfg(feature = "parquet")]
        sniff::Shape::Arrow => Box::new(super::columnar::Messages::new(mapping)),
        #[cfg(not(feature = "parquet"))]
        sniff::Shape::Parquet | sniff::Shape::Arrow => {
            return Err("this program cannot read Parquet and Arrow: build it with the feature parquet".to_owned());
        }
        sniff::Shape::Misnamed => return Err(misnamed(source.format, &feed)),
        _ if is_binary && source.compression != Compression::None && compression == Compression::None => {
            return Err(format!("neither {} data, as its name says, nor text", source.compression.name()));
        }
        sniff::Shape::Lines => Box::new(jsonl::Lines::new(limits)),
        sniff::Shape::Json => Box::new(json_array::Values::new(limits, mapping)),
        sniff::Shape::Rows { delimiter } => Box::new(csv::Rows::new(limits, delimiter, mapping)),
        sniff::Shape::Text => Box::new(txt::Whole::new(limits, Records::Text)),
        sniff::Shape::Page => Box::new(txt::Whole::new(limits, Records::Page)),
        sniff::Shape::Warc => Box::new(warc::Archive::new(limits)),
        sniff::Shape::Xml(kind) => Box::new(xml::Elements::new(limits, kind)),
    };
    Ok(Opened::Records(Current { path: source.path, nature, feed, splitter }))
}

/// How a source of text lies; nothing for the shapes whose records have character sets of their own.
fn text_layout(shape: sniff::Shape) -> Option<charset::Layout> {
    match shape {
        sniff::Shape::Text => Some(charset::Layout::OneText),
        sniff::Shape::Lines | sniff::Shape::Json | sniff::Shape::Rows { .. } => Some(charset::Layout::Lines),
        _ => None,
    }
}

/// Why a file that is not what its name says is not read.
fn misnamed(named: Option<Format>, feed: &Feed) -> String {
    if let Some(damage) = feed.damage() {
        return damage.to_owned();
    }
    let name = match named {
        Some(Format::Archive) => "a tar or zip archive",
        Some(Format::Parquet) => "Parquet",
        Some(Format::Arrow) => "Arrow",
        _ => "XML of a known kind",
    };
    match feed.bytes() {
        [] => "the file is empty".to_owned(),
        _ => format!("not {name}, as its name says"),
    }
}
