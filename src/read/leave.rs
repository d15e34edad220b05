//! A file written again without some of its records, and with every other byte as it was.
//!
//! As in [`rewrite`](super::rewrite) the file is read twice at once: as chunks, which tell what each record is and where it
//! stands, and as it stands, which is what is written. Records that are no articles are left out, too, and so is what could not
//! be read of lines and rows. Among the elements of an array or of XML there is no telling where something broken ends: it stays.
//! Memory is a few chunks.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use encoding_rs::{Encoding, UTF_8};
use rayon::prelude::*;

use super::chunk::{Chunk, Leaving, Parsed, Stretch, WriteRows};
use super::chunks::{Chunks, chunks};
use super::compress::{Compression, Packer};
use super::flaw::NotWritten;
use super::mapping::Mapping;
use super::original::{Failed, Original};
use super::rewrite::{BATCH_CHUNKS, Record, records};
use super::source::Source;
use crate::error::{Error, Result};
use crate::settings::ReadSettings;

/// A file that can be written again without some of its records.
pub struct Leave<'m> {
    source: &'m Source,
    path: &'m Path,
    chunks: Chunks<'m>,
    first: Option<Chunk>,
    mapping: &'m Mapping,
    set: Option<&'static Encoding>,
    way: Way,
}

/// How the file is written.
#[derive(Clone, Copy)]
enum Way {
    /// As it is, if its record is kept.
    Whole,
    /// Without stretches of bytes: those of broken records, too, or not.
    Stretches {
        broken: bool,
    },
    /// Without stretches and the commas between them.
    Listed,
    Rows(WriteRows),
}

/// Whether a file can be written again.
pub enum Leavable<'m> {
    /// It can.
    Yes(Box<Leave<'m>>),
    /// It cannot, for this reason.
    No(String),
}

/// What became of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Records that were written.
    pub kept: u64,
    /// Articles that were left out.
    pub dropped: u64,
    /// Records that are no articles, and were left out for that.
    pub rejected: u64,
    /// Records that are broken and stay, since there is no telling where they end.
    pub unchanged: u64,
    /// Why the file ends before its time; what comes before was written.
    pub damage: Option<String>,
}

impl Left {
    /// Whether there were records and none is left, so that the file need not be there.
    pub fn is_empty(&self) -> bool {
        self.kept + self.unchanged == 0 && self.dropped + self.rejected > 0
    }
}

impl<'m> Leave<'m> {
    /// Looks at a file.
    pub fn open(source: &'m Source, settings: &ReadSettings, mapping: &'m Mapping) -> Result<Leavable<'m>> {
        let no = |reason: &str| Ok(Leavable::No(reason.into()));
        let (Some(path), Some(again)) = (source.file(), source.again()) else {
            return no("no file");
        };
        if !path.metadata().is_ok_and(|data| data.is_file()) {
            return no("not a regular file, so it cannot be read a second time");
        }
        let mut chunks = chunks(vec![again], settings, mapping);
        let first = chunks.next();
        let Some(chunk) = &first else {
            // Without records it is written as it is.
            return Ok(Leavable::Yes(Box::new(Leave {
                source,
                path,
                chunks,
                first,
                mapping,
                set: None,
                way: Way::Whole,
            })));
        };
        if *chunk.path() != source.path {
            return no("an archive");
        }
        let Some(nature) = chunk.nature else {
            return match chunk.cut.flaws.first() {
                Some(flaw) => no(&flaw.reason),
                None => {
                    let way = Way::Whole;
                    Ok(Leavable::Yes(Box::new(Leave { source, path, chunks, first, mapping, set: None, way })))
                }
            };
        };
        let way = match chunk.leaving {
            Leaving::Nothing => return no(nature.format),
            Leaving::Rows(_) if nature.compression != Compression::None.name() => {
                return no(&format!("{} packed by {}", nature.format, nature.compression));
            }
            Leaving::Rows(write) => Way::Rows(write),
            Leaving::Whole => Way::Whole,
            Leaving::Stretches => Way::Stretches { broken: true },
            Leaving::Elements => Way::Stretches { broken: false },
            Leaving::Listed => Way::Listed,
        };
        let set = Encoding::for_label(nature.encoding.as_bytes()).filter(|set| *set != UTF_8);
        Ok(Leavable::Yes(Box::new(Leave { source, path, chunks, first, mapping, set, way })))
    }

    /// Writes the file with the records that `keep` wants. It is asked of all, articles or not, and those that are none are
    /// left out, whatever it says.
    pub fn write(
        mut self,
        keep: &mut dyn FnMut(Record<'_>) -> Result<bool>,
        out: &mut (dyn Write + Send),
    ) -> Result<Left, NotWritten> {
        let mut left = Left::default();
        match self.way {
            Way::Stretches { broken } => self.without_stretches(broken, keep, out, &mut left)?,
            Way::Listed => self.without_stretches(false, keep, out, &mut left)?,
            Way::Whole => {
                while let Some(batch) = self.batch() {
                    for (_, (parsed, _)) in batch {
                        left.decided(&parsed, keep)?;
                    }
                }
                if !left.is_empty() {
                    copy(self.path, out)?;
                }
            }
            Way::Rows(write) => {
                let mut kept = Vec::new();
                while let Some(batch) = self.batch() {
                    for (_, (parsed, _)) in batch {
                        for (record, is_kept) in left.decided(&parsed, keep)? {
                            let place = usize::try_from(record).unwrap_or(usize::MAX).saturating_sub(1);
                            kept.resize(kept.len().max(place + 1), false);
                            kept[place] = is_kept;
                        }
                    }
                }
                write(self.path, &kept, out)?;
            }
        }
        Ok(left)
    }

    /// Some chunks and what is in them; nothing at the end.
    fn batch(&mut self) -> Option<Vec<(Chunk, (Parsed, Vec<Stretch>))>> {
        let batch: Vec<Chunk> = self.first.take().into_iter().chain(&mut self.chunks).take(BATCH_CHUNKS).collect();
        let read = |chunk: Chunk| {
            let read = (chunk.parse(self.mapping), chunk.cut.records.stretches(&chunk.cut));
            (chunk, read)
        };
        (!batch.is_empty()).then(|| batch.into_par_iter().map(read).collect())
    }

    fn without_stretches(
        &mut self,
        drops_broken: bool,
        keep: &mut dyn FnMut(Record<'_>) -> Result<bool>,
        out: &mut dyn Write,
        left: &mut Left,
    ) -> Result<(), NotWritten> {
        let (source, path) = (self.source, self.path);
        let unreadable = |error| NotWritten::Run(Error::io("read", path, error));
        let changed = |failed| match failed {
            Failed::Write(error) => NotWritten::Write(error),
            Failed::Read(error) => {
                NotWritten::Run(Error::Changed(format!("{} cannot be read on: {error}", source.path)))
            }
        };
        let mut original = Original::open(path, self.set).map_err(unreadable)?;
        let packer = Packer::new(original.compression(), out).map_err(NotWritten::Write)?;
        let mut between = Between::new(packer, matches!(self.way, Way::Listed));
        original.pass_mark(&mut between.out).map_err(changed)?;
        // Whether what comes next, up to the next record, is broken and goes.
        let mut is_broken = false;
        while let Some(batch) = self.batch() {
            for (chunk, (parsed, stretches)) in batch {
                let decided = left.decided(&parsed, keep)?;
                let begin = chunk.cut.byte_offset;
                let mut steps: Vec<Step> = stretches
                    .into_iter()
                    .map(|Stretch { record, bytes }| {
                        let known = decided.binary_search_by_key(&record, |decided| decided.0).ok();
                        let is_kept = known.and_then(|place| decided.get(place)).is_none_or(|decided| decided.1);
                        let end = Some(begin + bytes.end as u64);
                        Step { start: begin + bytes.start as u64, end, is_kept }
                    })
                    .collect();
                if drops_broken {
                    let flaws = chunk.cut.flaws.iter().filter(|flaw| flaw.record > 0);
                    steps.extend(flaws.map(|flaw| Step { start: flaw.byte_offset, end: None, is_kept: false }));
                    steps.sort_by_key(|step| step.start);
                } else {
                    let broken = chunk.cut.flaws.iter().filter(|flaw| flaw.record > 0).count() as u64;
                    left.unchanged += broken;
                    left.rejected -= broken.min(left.rejected);
                }
                for Step { start, end, is_kept } in steps {
                    if std::mem::take(&mut is_broken) {
                        original.pass(start, &mut io::sink()).map_err(changed)?;
                    } else {
                        original.pass(start, &mut between).map_err(changed)?;
                    }
                    match end {
                        None => is_broken = true,
                        Some(end) if is_kept => {
                            between.before_kept().map_err(NotWritten::Write)?;
                            original.pass(end, &mut between.out).map_err(changed)?;
                        }
                        Some(end) => {
                            let mut last = Last(None);
                            between.before_dropped();
                            original.pass(end, &mut last).map_err(changed)?;
                            between.after_return = last.0 == Some(b'\r');
                        }
                    }
                }
            }
        }
        let rest: &mut dyn Write = if is_broken { &mut io::sink() } else { &mut between };
        left.damage = original.pass_rest(rest).map_err(NotWritten::Write)?;
        between.finish().and_then(Packer::finish).map_err(NotWritten::Write)
    }
}

fn copy(path: &Path, out: &mut dyn Write) -> Result<(), NotWritten> {
    let mut file = File::open(path).map_err(|error| NotWritten::Run(Error::io("read", path, error)))?;
    io::copy(&mut file, out).map_err(NotWritten::Write)?;
    Ok(())
}

/// A record's place in the file, by the offsets of chunks; of what is broken the end is not known.
struct Step {
    start: u64,
    end: Option<u64>,
    is_kept: bool,
}

impl Left {
    /// Which of the records are kept, in order.
    fn decided(
        &mut self,
        parsed: &Parsed,
        keep: &mut dyn FnMut(Record<'_>) -> Result<bool>,
    ) -> Result<Vec<(u64, bool)>, NotWritten> {
        let mut decided = Vec::new();
        for (number, record) in records(parsed) {
            let is_article = matches!(record, Record::Article(_));
            let is_kept = keep(record).map_err(NotWritten::Run)? && is_article;
            let count = match (is_article, is_kept) {
                (false, _) => &mut self.rejected,
                (true, false) => &mut self.dropped,
                (true, true) => &mut self.kept,
            };
            *count += 1;
            decided.push((number, is_kept));
        }
        Ok(decided)
    }
}

/// Writes what stands between records. In a list a comma goes with the record behind it, or with the one before it where that
/// was dropped and none was kept before.
struct Between<W: Write> {
    out: W,
    is_list: bool,
    /// White space and commas since the last record, as long as there is nothing else.
    waiting: Vec<u8>,
    is_plain: bool,
    /// Whether a record that was kept stands before in the same list.
    follows: bool,
    /// Whether the last record, which was dropped, ended in half of a line end.
    after_return: bool,
}

impl<W: Write> Between<W> {
    fn new(out: W, is_list: bool) -> Self {
        Between { out, is_list, waiting: Vec::new(), is_plain: true, follows: false, after_return: false }
    }

    fn before_kept(&mut self) -> io::Result<()> {
        if self.is_list && self.is_plain && self.follows {
            self.out.write_all(&self.waiting)?;
        }
        self.waiting.clear();
        (self.is_plain, self.follows, self.after_return) = (true, true, false);
        Ok(())
    }

    fn before_dropped(&mut self) {
        self.waiting.clear();
        self.is_plain = true;
    }

    fn finish(mut self) -> io::Result<W> {
        self.out.write_all(&self.waiting)?;
        Ok(self.out)
    }
}

impl<W: Write> Write for Between<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = bytes.len();
        let mut bytes = bytes;
        if std::mem::take(&mut self.after_return) {
            bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
        }
        if !self.is_list {
            self.out.write_all(bytes)?;
            return Ok(length);
        }
        // In UTF-16 every other byte is none.
        let is_plain = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | 0);
        if self.is_plain && bytes.iter().all(is_plain) {
            self.waiting.extend_from_slice(bytes);
        } else {
            self.out.write_all(&self.waiting)?;
            self.waiting.clear();
            self.out.write_all(bytes)?;
            (self.is_plain, self.follows) = (false, false);
        }
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Keeps the last byte of what goes nowhere.
struct Last(Option<u8>);

impl Write for Last {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = bytes.last().copied().or(self.0);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
