//! A file that is read twice at once: as chunks, which tell what each record is and where it stands, and as it stands, which
//! is what is written again.

use std::path::Path;

use encoding_rs::{Encoding, UTF_8};

use super::chunk::{Chunk, Parsed};
use super::chunks::{Chunks, chunks};
use super::flaw::NotWritten;
use super::mapping::Mapping;
use super::original::{Failed, Original};
use super::source::Source;
use crate::article::{Article, Reject};
use crate::error::Error;
use crate::settings::ReadSettings;

/// Chunks that are parsed at a time: enough for the threads of a machine to share.
const BATCH_CHUNKS: usize = 32;

/// A file, and its chunks.
pub(super) struct Twice<'m> {
    pub(super) source: &'m Source,
    pub(super) path: &'m Path,
    pub(super) mapping: &'m Mapping,
    /// Its character set, if that is not UTF-8.
    pub(super) set: Option<&'static Encoding>,
    chunks: Chunks<'m>,
    first: Option<Chunk>,
}

/// What a record was found to be.
pub enum Record<'a> {
    /// An article. Its id is as stated.
    Article(&'a Article),
    /// None.
    Reject(&'a Reject),
}

impl<'m> Twice<'m> {
    /// Looks at a file, or says why it cannot be read so.
    pub(super) fn open(source: &'m Source, settings: &ReadSettings, mapping: &'m Mapping) -> Result<Twice<'m>, String> {
        let (Some(path), Some(again)) = (source.file(), source.again()) else {
            return Err("no file".into());
        };
        if !path.metadata().is_ok_and(|data| data.is_file()) {
            return Err("not a regular file, so it cannot be read a second time".into());
        }
        let mut chunks = chunks(vec![again], settings, mapping);
        let first = chunks.next();
        if first.as_ref().is_some_and(|chunk| *chunk.path() != source.path) {
            return Err("an archive".into());
        }
        let nature = first.as_ref().and_then(|chunk| chunk.nature);
        let set = nature.and_then(|nature| Encoding::for_label(nature.encoding.as_bytes()));
        Ok(Twice { source, path, mapping, set: set.filter(|set| *set != UTF_8), chunks, first })
    }

    /// The first chunk, before any batch is asked for; none if there is nothing in the file.
    pub(super) fn first(&self) -> Option<&Chunk> {
        self.first.as_ref()
    }

    /// Some chunks; none at the end.
    pub(super) fn batch(&mut self) -> Vec<Chunk> {
        self.first.take().into_iter().chain(&mut self.chunks).take(BATCH_CHUNKS).collect()
    }

    /// The file as it stands.
    pub(super) fn original(&self) -> Result<Original, NotWritten> {
        Original::open(self.path, self.set).map_err(|error| NotWritten::Run(Error::io("read", self.path, error)))
    }

    /// Why bytes of the file were not passed on.
    pub(super) fn failed(&self) -> impl Fn(Failed) -> NotWritten + use<'m> {
        let source = self.source;
        move |failed| match failed {
            Failed::Write(error) => NotWritten::Write(error),
            Failed::Read(error) => {
                NotWritten::Run(Error::Changed(format!("{} cannot be read on: {error}", source.path)))
            }
        }
    }
}

/// Articles and rejects in the order of their records.
pub(super) fn records(parsed: &Parsed) -> impl Iterator<Item = (u64, Record<'_>)> {
    let mut articles = parsed.articles.iter().peekable();
    let mut rejects = parsed.rejects.iter().peekable();
    std::iter::from_fn(move || {
        let next_reject = rejects.peek().map_or(u64::MAX, |reject| reject.record);
        match articles.next_if(|article| article.location.record < next_reject) {
            Some(article) => Some((article.location.record, Record::Article(article))),
            None => rejects.next().map(|reject| (reject.record, Record::Reject(reject))),
        }
    })
}
