//! A piece of a source, and its records as articles: what every format makes of bytes.
//!
//! A format cuts bytes ([`Split`]) into pieces ([`Cut`]) that know their [`Records`]; a [`Chunk`] is a piece that knows where
//! it comes from, and is parsed on any thread.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io::Write;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use encoding_rs::Encoding;

use super::date::Plausible;
use super::feed::Feed;
use super::fields::Seen;
use super::flaw::{Flaw, NotWritten};
use super::mapping::Mapping;
use super::splice::{Adding, Slot};
use crate::article::{Article, Location, Reject};
use crate::settings::Field;

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
    pub(super) encoding: Option<&'static Encoding>,
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
    pub(super) records: Box<dyn Records>,
    /// What the splitter had to leave out.
    pub(super) flaws: Vec<Flaw>,
}

impl Cut {
    /// A piece that holds nothing but what was left out.
    pub(super) fn of_flaws(flaws: Vec<Flaw>) -> Cut {
        Cut { bytes: Vec::new(), byte_offset: 0, first_record: 0, records: Box::new(Nothing), flaws }
    }
}

/// The records of a piece, as its format has cut them: what a format must say of them, and what it may.
pub(super) trait Records: Debug + Send + Sync {
    /// Reads the records. A pure function.
    fn parse(&self, cut: &Cut, outcome: &mut Outcome<'_>, mapping: &Mapping);

    /// The names and values of each record, to look at. Formats without names have none.
    fn seen(&self, _: &Cut, _limit_bytes: usize, _: &Mapping) -> Vec<Seen> {
        Vec::new()
    }

    /// Whether a field is read where the format has it, and not by the names of the mapping.
    fn is_own(&self, _: Field, _: &Mapping) -> bool {
        false
    }

    /// What holds for all records that do not say it themselves.
    fn inherited(&self) -> &[(Field, &'static str, String)] {
        &[]
    }

    /// The character set, if the source states it.
    fn encoding(&self) -> Option<&'static str> {
        None
    }

    /// Where each record takes one more key; of those that can.
    fn slots(&self, _: &Cut, _: &Adding<'_>) -> Vec<Slot> {
        Vec::new()
    }

    /// Where each record stands, of forms whose records are stretches of bytes.
    fn stretches(&self, _: &Cut) -> Vec<Stretch> {
        Vec::new()
    }

    /// What goes before all records where they take one more key, and where.
    fn header_change(&self, _key: &str) -> Option<(u64, String)> {
        None
    }
}

/// A record's stretch of a piece, with all that goes if the record is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) record: u64,
    pub(super) bytes: Range<usize>,
}

/// How a source can be written again without some of its records.
#[derive(Clone, Copy, Debug)]
pub(super) enum Leaving {
    /// Not at all.
    Nothing,
    /// It is one record, or is not there.
    Whole,
    /// Each record is a stretch of bytes, and so is what could not be read.
    Stretches,
    /// Each record is a stretch of bytes among other markup.
    Elements,
    /// The same, and commas stand between records.
    Listed,
    /// Each record is a stretch of bytes with the line ends behind it, and packed by itself where the file is packed.
    Archived,
    /// By a writer of its own, which is told of each record whether it is kept.
    #[cfg_attr(not(feature = "parquet"), allow(dead_code, reason = "only columnar formats are written so"))]
    Rows(Tables),
}

/// How a file of columns is written again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tables {
    /// With the rows that are kept.
    pub(super) without_rows: WithoutRows,
    /// With one more column, where that can be done.
    pub(super) with_column: Option<WithColumn>,
}

type WithoutRows = fn(&Path, kept: &[bool], &mut (dyn Write + Send)) -> Result<(), NotWritten>;

/// The column has this name, and takes the place of one that has it.
pub(super) type WithColumn = fn(&Path, name: &str, &mut Values<'_>, &mut (dyn Write + Send)) -> Result<(), NotWritten>;

/// The values of a column for the next rows, by the numbers of their records. Rows are asked for in their order.
pub(super) type Values<'v> = dyn FnMut(Range<u64>) -> Result<Vec<Option<String>>, NotWritten> + 'v;

/// No records.
#[derive(Debug)]
struct Nothing;

impl Records for Nothing {
    fn parse(&self, _: &Cut, _: &mut Outcome<'_>, _: &Mapping) {}
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
    pub(super) path: Arc<str>,
    /// Nothing where the source could not be read at all.
    pub(super) nature: Option<Nature>,
    pub(super) leaving: Leaving,
    pub(super) cut: Cut,
    pub(super) bytes_read: u64,
    pub(super) limits: Limits,
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
        self.cut.records.parse(&self.cut, &mut outcome, mapping);
        let mut parsed = outcome.parsed;
        let reject = |flaw: &Flaw| Reject::new(Arc::clone(&self.path), flaw.record, flaw.byte_offset, &*flaw.reason);
        parsed.rejects.extend(self.cut.flaws.iter().map(reject));
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

    /// Whether an article was found yet.
    #[cfg(feature = "parquet")]
    pub(super) fn has_articles(&self) -> bool {
        !self.parsed.articles.is_empty()
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
            Err(reason) => {
                // Of millions for one reason it is kept once.
                let last = self.parsed.rejects.last().map(|last| &last.reason).filter(|last| ***last == *reason);
                let reason = last.map_or_else(|| reason.into(), Arc::clone);
                self.parsed.rejects.push(Reject::new(location.path, location.record, location.byte_offset, reason));
            }
        }
    }
}
