//! A file written again without some of its records, and with every other byte as it was.
//!
//! The file is read [twice](super::twice) at once. Records that are no articles are left out, too, and so is what could not
//! be read of lines and rows. Among the elements of an array or of XML, and in archives of crawlers, there is no telling where
//! something broken ends: it stays. Memory is a few chunks.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use rayon::prelude::*;

use super::chunk::{Chunk, Leaving, Parsed, Stretch, Tables};
use super::compress::{Compression, Packer};
use super::flaw::NotWritten;
use super::mapping::Mapping;
use super::source::Source;
use super::twice::{Record, Twice, records};
use crate::error::{Error, Result};
use crate::settings::ReadSettings;

/// A file that can be written again without some of its records.
pub struct Leave<'m> {
    twice: Twice<'m>,
    way: Way,
}

/// How the file is written.
#[derive(Clone, Copy)]
enum Way {
    /// As it is, if its record is kept.
    Whole,
    /// Without stretches of bytes.
    Stretches(Joint),
    Rows(Tables),
}

impl Way {
    /// How a file is written, or why it cannot be.
    fn of(twice: &Twice<'_>) -> Result<Way, String> {
        // Without records it is written as it is.
        let Some(chunk) = twice.first() else { return Ok(Way::Whole) };
        let Some(nature) = chunk.nature else {
            return chunk.cut.flaws.first().map_or(Ok(Way::Whole), |flaw| Err(flaw.reason.clone()));
        };
        match chunk.leaving {
            Leaving::Nothing => Err(nature.format.into()),
            Leaving::Rows(_) if nature.compression != Compression::None.name() => {
                Err(format!("{} packed by {}", nature.format, nature.compression))
            }
            Leaving::Rows(tables) => Ok(Way::Rows(tables)),
            Leaving::Whole => Ok(Way::Whole),
            Leaving::Stretches => Ok(Way::Stretches(Joint::None)),
            Leaving::Elements => Ok(Way::Stretches(Joint::Markup)),
            Leaving::Listed => Ok(Way::Stretches(Joint::Comma)),
            Leaving::Archived => Ok(Way::Stretches(Joint::LineEnds)),
        }
    }
}

/// What stands between records and goes with them.
#[derive(Clone, Copy, PartialEq)]
enum Joint {
    /// Nothing, and what is broken goes, too.
    None,
    /// Nothing; what is broken is among markup and stays.
    Markup,
    /// The same with a comma, which goes with the record behind it, or with the one before it where none was kept before.
    Comma,
    /// The same with line ends behind the record; each record is a member of gzip.
    LineEnds,
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
    pub fn open(source: &'m Source, settings: &ReadSettings, mapping: &'m Mapping) -> Leavable<'m> {
        Twice::open(source, settings, mapping)
            .and_then(|twice| Ok(Leavable::Yes(Box::new(Leave { way: Way::of(&twice)?, twice }))))
            .unwrap_or_else(Leavable::No)
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
            Way::Stretches(joint) => self.without_stretches(joint, keep, out, &mut left)?,
            Way::Whole => {
                while let Some(batch) = self.batch() {
                    for Read { parsed, .. } in batch {
                        left.decided(&parsed, keep)?;
                    }
                }
                if !left.is_empty() {
                    copy(self.twice.path, out)?;
                }
            }
            Way::Rows(tables) => {
                let mut kept = Vec::new();
                while let Some(batch) = self.batch() {
                    for Read { parsed, .. } in batch {
                        for (record, is_kept) in left.decided(&parsed, keep)? {
                            let place = usize::try_from(record).unwrap_or(usize::MAX).saturating_sub(1);
                            kept.resize(kept.len().max(place + 1), false);
                            kept[place] = is_kept;
                        }
                    }
                }
                (tables.without_rows)(self.twice.path, &kept, out)?;
            }
        }
        Ok(left)
    }

    /// Some chunks and what is in them; nothing at the end.
    fn batch(&mut self) -> Option<Vec<Read>> {
        let (batch, mapping) = (self.twice.batch(), self.twice.mapping);
        let read = |chunk: Chunk| {
            let (parsed, stretches) = (chunk.parse(mapping), chunk.cut.records.stretches(&chunk.cut));
            Read { chunk, parsed, stretches }
        };
        (!batch.is_empty()).then(|| batch.into_par_iter().map(read).collect())
    }

    fn without_stretches(
        &mut self,
        joint: Joint,
        keep: &mut dyn FnMut(Record<'_>) -> Result<bool>,
        out: &mut dyn Write,
        left: &mut Left,
    ) -> Result<(), NotWritten> {
        let mut original = self.twice.original()?;
        let failed = self.twice.failed();
        let packer = Packer::new(original.compression(), out).map_err(NotWritten::Write)?;
        let mut between = Between::new(packer, joint);
        original.pass_mark(&mut between.out).map_err(&failed)?;
        // Whether what comes next, up to the next record, is broken and goes.
        let mut is_broken = false;
        while let Some(batch) = self.batch() {
            for Read { chunk, parsed, stretches } in batch {
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
                if joint == Joint::None {
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
                        original.pass(start, &mut io::sink()).map_err(&failed)?;
                    } else {
                        original.pass(start, &mut between).map_err(&failed)?;
                    }
                    match end {
                        None => is_broken = true,
                        Some(end) if is_kept => {
                            between.before_kept().map_err(NotWritten::Write)?;
                            original.pass(end, &mut between.out).map_err(&failed)?;
                        }
                        Some(end) => {
                            let mut last = Last(None);
                            between.before_dropped();
                            original.pass(end, &mut last).map_err(&failed)?;
                            between.after_dropped(last.0);
                        }
                    }
                }
            }
        }
        let rest: &mut dyn Write = if is_broken { &mut io::sink() } else { &mut between };
        left.damage = original.pass_rest(rest).map_err(NotWritten::Write)?;
        between.finish().map_err(NotWritten::Write)
    }
}

/// A chunk that was read.
struct Read {
    chunk: Chunk,
    parsed: Parsed,
    stretches: Vec<Stretch>,
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

/// Writes what stands between records.
struct Between<'o> {
    out: Packer<&'o mut dyn Write>,
    joint: Joint,
    /// White space and commas since the last record, as long as there is nothing else.
    waiting: Vec<u8>,
    is_plain: bool,
    /// Whether a record that was kept stands before: in the same list, or at all.
    follows: bool,
    /// The line ends that go with the record before, which was dropped.
    dropping: Dropping,
}

#[derive(Clone, Copy, PartialEq)]
enum Dropping {
    Nothing,
    /// The second half of one.
    Half,
    All,
}

impl<'o> Between<'o> {
    fn new(out: Packer<&'o mut dyn Write>, joint: Joint) -> Self {
        Between { out, joint, waiting: Vec::new(), is_plain: true, follows: false, dropping: Dropping::Nothing }
    }

    fn before_kept(&mut self) -> io::Result<()> {
        if self.follows && self.joint == Joint::LineEnds {
            self.out.begin_member()?;
        }
        if self.follows && self.is_plain {
            self.out.write_all(&self.waiting)?;
        }
        self.waiting.clear();
        (self.is_plain, self.follows, self.dropping) = (true, true, Dropping::Nothing);
        Ok(())
    }

    fn before_dropped(&mut self) {
        self.waiting.clear();
        self.is_plain = true;
    }

    fn after_dropped(&mut self, last: Option<u8>) {
        self.dropping = match (self.joint, last) {
            (Joint::LineEnds, _) => Dropping::All,
            (Joint::None, Some(b'\r')) => Dropping::Half,
            _ => Dropping::Nothing,
        };
    }

    fn finish(mut self) -> io::Result<()> {
        self.out.write_all(&self.waiting)?;
        self.out.finish()
    }
}

impl Write for Between<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let dropped = match self.dropping {
            Dropping::Nothing => 0,
            Dropping::Half => usize::from(bytes.first() == Some(&b'\n')),
            Dropping::All => bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count(),
        };
        let rest = bytes.get(dropped..).unwrap_or_default();
        if self.dropping == Dropping::Half || !rest.is_empty() {
            self.dropping = Dropping::Nothing;
        }
        // In UTF-16 every other byte is none.
        let is_plain = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | 0);
        if self.joint != Joint::Comma {
            self.out.write_all(rest)?;
        } else if self.is_plain && rest.iter().all(is_plain) {
            self.waiting.extend_from_slice(rest);
        } else {
            self.out.write_all(&self.waiting)?;
            self.waiting.clear();
            self.out.write_all(rest)?;
            (self.is_plain, self.follows) = (false, false);
        }
        Ok(bytes.len())
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
