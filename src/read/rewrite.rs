//! A file written again, with one key added to each record and every other byte as it was.
//!
//! The file is read [twice](super::twice) at once. What no record is made of (blank lines, what was rejected, the rest of an object around an array) is
//! never looked at. Memory is a few chunks.
//!
//! Parquet gets one more column instead. Forms whose records have neither (pages, archives, XML, Arrow) are left out, with the
//! reason.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::ops::Range;

use rayon::prelude::*;

use super::chunk::{Chunk, Leaving, Parsed, Tables, WithColumn};
use super::compress::{Compression, Packer};
use super::flaw::NotWritten;
use super::mapping::Mapping;
use super::original::{Original, takes_ascii};
use super::source::Source;
use super::splice::{Adding, Slot};
use super::twice::{Record, Twice, records};
use crate::error::{Error, Result};
use crate::settings::ReadSettings;

/// A file that can be written again.
pub struct Rewrite<'m> {
    twice: Twice<'m>,
    /// How a file of columns gets one more.
    column: Option<WithColumn>,
}

/// Whether a file can be written again.
pub enum Rewritable<'m> {
    /// It can.
    Yes(Box<Rewrite<'m>>),
    /// It is left out, for this reason.
    No(String),
}

/// Whether the bytes are packed as the file's were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// As the file is packed.
    Same,
    /// Not at all.
    None,
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rewritten {
    /// Records that got the key.
    pub records: u64,
    /// Records that could not take it, since they are broken, too long, or rows of another width than the header.
    pub unchanged: u64,
    /// Why the file ends before its time; what comes before was written.
    pub damage: Option<String>,
}

impl<'m> Rewrite<'m> {
    /// Looks at a file.
    pub fn open(source: &'m Source, settings: &ReadSettings, mapping: &'m Mapping) -> Result<Rewritable<'m>> {
        let twice = match Twice::open(source, settings, mapping) {
            Ok(twice) => twice,
            Err(reason) => return Ok(Rewritable::No(reason)),
        };
        let mut column = None;
        match twice.first().map(|chunk| (chunk, chunk.nature)) {
            Some((chunk, Some(nature))) if !nature.has_keys => match chunk.leaving {
                Leaving::Rows(Tables { with_column: Some(_), .. })
                    if nature.compression != Compression::None.name() =>
                {
                    return Ok(Rewritable::No(format!("{} packed by {}", nature.format, nature.compression)));
                }
                Leaving::Rows(Tables { with_column, .. }) if with_column.is_some() => column = with_column,
                _ => return Ok(Rewritable::No(nature.format.into())),
            },
            Some((_, Some(_))) => {}
            Some((chunk, None)) if !chunk.cut.flaws.is_empty() => {
                return Ok(Rewritable::No(chunk.cut.flaws[0].reason.clone()));
            }
            // Nothing was found in it.
            _ => {
                let blank = Original::open(twice.path, None).and_then(|mut original| original.is_blank());
                if !blank.map_err(|error| Error::io("read", twice.path, error))? {
                    return Ok(Rewritable::No("nothing in it is a record".into()));
                }
            }
        }
        Ok(match twice.set.filter(|set| !takes_ascii(set)) {
            Some(set) => Rewritable::No(format!("text in {}", set.name())),
            None => Rewritable::Yes(Box::new(Rewrite { twice, column })),
        })
    }

    /// Writes the file with what `value` says of each record, as JSON in ASCII, under `key`.
    pub fn write(
        self,
        key: &str,
        packing: Packing,
        value: &mut dyn FnMut(Record<'_>) -> Result<String>,
        out: &mut (dyn Write + Send),
    ) -> Result<Rewritten, NotWritten> {
        if let Some(with_column) = self.column {
            return self.with_column(with_column, key, value, out);
        }
        let mut twice = self.twice;
        let mut original = twice.original()?;
        let compression = match packing {
            Packing::Same => original.compression(),
            Packing::None => Compression::None,
        };
        let mut out = Packer::new(compression, out).map_err(NotWritten::Write)?;
        let mut rewritten = Rewritten::default();
        let failed = twice.failed();
        original.pass_mark(&mut out).map_err(&failed)?;
        let mut is_headed = false;
        loop {
            let batch = twice.batch();
            if batch.is_empty() {
                break;
            }
            let read: Vec<(Parsed, Vec<Slot>)> =
                batch.par_iter().map(|chunk| read(chunk, key, twice.mapping)).collect();
            for (chunk, (parsed, slots)) in batch.iter().zip(read) {
                if let Some((place, header)) = chunk.cut.records.header_change(key).filter(|_| !is_headed) {
                    original.pass(place, &mut out).map_err(&failed)?;
                    out.write_all(&original.encoded(&header)).map_err(NotWritten::Write)?;
                    is_headed = true;
                }
                let mut slots = slots.into_iter().peekable();
                for record in records(&parsed) {
                    let value = value(record.1).map_err(NotWritten::Run)?;
                    let Some(slot) = slots.next_if(|slot| slot.record == record.0) else {
                        rewritten.unchanged += 1;
                        continue;
                    };
                    rewritten.records += 1;
                    for (place, bytes) in slot.filled(&value) {
                        original.pass(place.start, &mut out).map_err(&failed)?;
                        original.pass(place.end, &mut io::sink()).map_err(&failed)?;
                        out.write_all(&original.encoded(&bytes)).map_err(NotWritten::Write)?;
                    }
                }
            }
        }
        rewritten.damage = original.pass_rest(&mut out).map_err(NotWritten::Write)?;
        out.finish().map_err(NotWritten::Write)?;
        Ok(rewritten)
    }

    fn with_column(
        mut self,
        with_column: WithColumn,
        name: &str,
        value: &mut dyn FnMut(Record<'_>) -> Result<String>,
        out: &mut (dyn Write + Send),
    ) -> Result<Rewritten, NotWritten> {
        let (path, mut rewritten) = (self.twice.path, Rewritten::default());
        // Values of records that were read and whose rows were not asked for yet.
        let mut waiting: VecDeque<(u64, String)> = VecDeque::new();
        let mut is_read = false;
        let mut values = |rows: Range<u64>| {
            while !is_read && waiting.back().is_none_or(|(record, _)| record.saturating_add(1) < rows.end) {
                let (batch, mapping) = (self.twice.batch(), self.twice.mapping);
                is_read = batch.is_empty();
                let parsed: Vec<Parsed> = batch.par_iter().map(|chunk| chunk.parse(mapping)).collect();
                for (record, read) in parsed.iter().flat_map(records) {
                    waiting.push_back((record, value(read).map_err(NotWritten::Run)?));
                }
            }
            let mut found = vec![None; usize::try_from(rows.end - rows.start).unwrap_or(0)];
            while waiting.front().is_some_and(|(record, _)| *record < rows.end)
                && let Some((record, value)) = waiting.pop_front()
            {
                let place = record.checked_sub(rows.start).and_then(|place| usize::try_from(place).ok());
                let slot = place.and_then(|place| found.get_mut(place));
                *if slot.is_some() { &mut rewritten.records } else { &mut rewritten.unchanged } += 1;
                slot.map(|slot| slot.replace(value));
            }
            Ok(found)
        };
        with_column(path, name, &mut values, out)?;
        // What is behind the last row is told, and has no place.
        values(u64::MAX..u64::MAX)?;
        Ok(rewritten)
    }
}

fn read(chunk: &Chunk, key: &str, mapping: &Mapping) -> (Parsed, Vec<Slot>) {
    let parsed = chunk.parse(mapping);
    let is_article = |record| parsed.articles.binary_search_by_key(&record, |article| article.location.record).is_ok();
    let adding = Adding { key, limit_bytes: chunk.record_bytes(), is_article: &is_article };
    let slots = chunk.cut.records.slots(&chunk.cut, &adding);
    (parsed, slots)
}
