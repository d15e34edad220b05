//! Sources to chunks: opens each source and has the splitter of its format cut it.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::{Encoding, UTF_8};

use super::charset;
use super::chunk::{Chunk, Cut, Leaving, Limits, Nature};
#[cfg(feature = "parquet")]
use super::columnar::Batches;
use super::compress::{self, Compression};
use super::date::Plausible;
use super::feed::Feed;
use super::flaw::{self, Flaw};
use super::format::{Archive, Characters, DEEPEST, Member, Next, Opened, Opening, Seekable, Splitter, is_hidden};
use super::formats::{self, promised};
use super::mapping::Mapping;
use super::members::Breaks;
use super::source::{Bytes, Source};
use super::unpack::{self, Named};
use crate::disk::{SharedFile, Workspace};
use crate::error::Error;
use crate::progress::{Progress, Silent};
use crate::settings::ReadSettings;

/// The size of a chunk, in bytes: 1 MiB is some 400 articles, enough that handing one to a thread costs nothing, and little
/// enough that a few hundred of them under way fit into memory. No result depends on it.
pub(super) const CHUNK_BYTES: usize = 1 << 20;
/// How many bytes of a source are looked at to tell what it is.
const HEAD_BYTES: usize = 64 << 10;

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
    archives: Vec<(Arc<str>, Box<dyn Archive>)>,
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
    leaving: Leaving,
    feed: Feed,
    splitter: Splitter<'m>,
}

/// A source that has begun.
enum Begun<'m> {
    Records(Current<'m>),
    Archive(Box<dyn Archive>),
}

/// How much of a source's bytes was reported.
struct InputProgress {
    size_bytes: u64,
    read: Arc<AtomicU64>,
    reported: u64,
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
                        Some(Next::Member(member)) => self.open_member(&path, member),
                        Some(Next::Damaged { name: Some(name), reason }) => {
                            Some((format!("{path}!/{name}").into(), reason))
                        }
                        Some(Next::Damaged { name: None, reason }) => Some((path, reason)),
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
            Ok(Begun::Records(current)) => self.current = Some(current),
            Ok(Begun::Archive(_)) if self.archives.len() >= DEEPEST => {
                return Some((path, format!("archives nested more than {DEEPEST} deep")));
            }
            Ok(Begun::Archive(archive)) => self.archives.push((path, archive)),
            Err(reason) => return Some((path, reason)),
        }
        None
    }

    fn opened(&self, source: Source, read: &Arc<AtomicU64>) -> Result<Begun<'m>, String> {
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
        #[cfg(feature = "parquet")]
        if let Bytes::Table(batches) = source.bytes {
            let table = (Arc::clone(&source.path), batches);
            let read = Arc::clone(read);
            let rows = Batches::open(table, self.limits, self.mapping, read, self.workspace.clone())?;
            let feed = Feed::new(Box::new(io::empty()), Compression::None, Breaks::default());
            let nature =
                Nature { format: "Arrow", has_keys: false, compression: Compression::None.name(), encoding: "UTF-8" };
            let (leaving, splitter) = (Leaving::Nothing, Box::new(rows));
            return Ok(Begun::Records(Current { path: source.path, nature, leaving, feed, splitter }));
        }
        open(source, read, self.limits, self.mapping, copy)
    }

    /// Takes copies in `workspace`, and takes no more once `stop` is cancelled. A copy that cannot be written is a failure of
    /// the workspace: see [`Workspace::check`].
    pub fn within(mut self, workspace: &Workspace, stop: &'m dyn Progress) -> Self {
        (self.workspace, self.stop) = (workspace.clone(), stop);
        self
    }

    fn open_member(&mut self, archive: &str, member: Member) -> Option<(Arc<str>, String)> {
        let path = format!("{archive}!/{}", member.name);
        let ((compression, format), bytes) = (promised(&path), Bytes::Stream(member.reader));
        let source = Source { path: path.into(), size_bytes: 0, format, compression, bytes };
        if source.format.is_none() || is_hidden(&member.name) {
            self.passed_over += u64::from(!is_hidden(&member.name));
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
        let leaving = self.current.as_ref().map_or(Leaving::Nothing, |current| current.leaving);
        Chunk { path, nature, leaving, cut, bytes_read, limits: self.limits }
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

/// Opens a source and chooses its splitter, or says why it cannot be read. `read` counts the bytes taken from it; `copy`
/// makes a file of a stream.
fn open<'m>(
    source: Source,
    read: &Arc<AtomicU64>,
    limits: Limits,
    mapping: &'m Mapping,
    copy: impl Fn(Box<dyn Read + Send>) -> Result<SharedFile, String>,
) -> Result<Begun<'m>, String> {
    let cannot = |error: io::Error| compress::damage_of(&error).unwrap_or_else(|| format!("cannot be read: {error}"));
    let (input, file): (Box<dyn Read + Send>, _) = match source.bytes {
        Bytes::File(path) => (Box::new(File::open(&path).map_err(cannot)?), Some(path)),
        Bytes::Stream(reader) => (reader, None),
        // It has no bytes, and was opened before.
        #[cfg(feature = "parquet")]
        Bytes::Table(_) => (Box::new(io::empty()), None),
        #[cfg(feature = "remote")]
        Bytes::Object(object) => (object().map_err(cannot)?, None),
    };
    let breaks = Breaks::default();
    let is_packed_archive =
        source.compression == Compression::Gzip && source.format.is_some_and(|format| format.packs_records());
    let named = if is_packed_archive { Named::PackedArchive } else { Named::Otherwise };
    let (compression, reader) = unpack::open(input, read, &breaks, named).map_err(cannot)?;
    let file = file.filter(|_| compression == Compression::None);
    let mut feed = Feed::new(reader, compression, breaks);
    feed.drop_byte_order_mark();
    feed.fill(HEAD_BYTES);
    let is_binary = flaw::is_binary(feed.bytes());
    let shape = |feed: &Feed| {
        let shape = formats::shape(source.format, feed.bytes(), mapping);
        shape.map_err(|name| misnamed(name, feed))
    };
    let mut shape_now = shape(&feed)?;
    if let Some(set) = character_set(shape_now.characters, &feed, limits) {
        feed.decode(set);
        feed.fill(HEAD_BYTES);
        shape_now = shape(&feed)?;
    }
    if is_binary
        && shape_now.characters != Characters::None
        && source.compression != Compression::None
        && compression == Compression::None
    {
        return Err(format!("neither {} data, as its name says, nor text", source.compression.name()));
    }
    let nature = Nature {
        format: shape_now.name,
        has_keys: shape_now.has_keys,
        compression: compression.name(),
        encoding: feed.encoding(),
    };
    let seekable = |feed: &mut Feed| match &file {
        Some(path) => Ok(Seekable::Named(path.clone())),
        None => copy(feed.take_reader()).map(|copy| Seekable::Copy(Arc::new(copy))),
    };
    match shape_now.open(&mut Opening {
        feed: &mut feed,
        limits,
        mapping,
        file: file.as_deref(),
        seekable: &seekable,
    })? {
        Opened::Records(splitter) => {
            let leaving = shape_now.leaving;
            Ok(Begun::Records(Current { path: source.path, nature, leaving, feed, splitter }))
        }
        Opened::Archive(archive) => Ok(Begun::Archive(archive)),
    }
}

/// The set that a source is to be transcoded from, if it is not UTF-8 already.
fn character_set(characters: Characters, feed: &Feed, limits: Limits) -> Option<&'static Encoding> {
    let detected = match characters {
        Characters::None | Characters::Stated => return None,
        Characters::Page => None,
        Characters::Detected(layout) => charset::of_text(feed.bytes(), layout),
    };
    // After a byte order mark the source is UTF-8 by now. So are flawed records, which are to be rejected; flawed pages
    // are not, and must not be taken for another set.
    let is_changed = |set| !feed.has_byte_order_mark() && (characters == Characters::Page || set != UTF_8);
    limits.encoding.map_or(detected, |set| is_changed(set).then_some(set))
}

/// Why a file that is not what its name says is not read.
fn misnamed(name: &str, feed: &Feed) -> String {
    match (feed.damage(), feed.bytes()) {
        (Some(damage), _) => damage.to_owned(),
        (None, []) => "the file is empty".to_owned(),
        _ => format!("not {name}, as its name says"),
    }
}
