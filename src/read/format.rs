//! What a format of input is: its endings, how it is told from others, and how its sources are opened.
//!
//! Each format implements [`Format`] in its own file and has a line in the table of [`formats`](mod@super::formats). A source that
//! was looked at has a [`Shape`]; opening it gives what cuts its records ([`Split`]), or the files in it ([`Archive`]).

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::charset;
use super::chunk::{Leaving, Limits, Split};
use super::compress::Compression;
use super::feed::Feed;
use super::mapping::Mapping;
use crate::disk::SharedFile;

/// A format of input.
pub(super) trait Format: Sync {
    /// What it is called in help texts.
    fn name(&self) -> &'static str;

    /// The endings of its files, with their dots.
    fn endings(&self) -> &'static [&'static str];

    /// Endings that stand for one of its own and a compression.
    fn packed_endings(&self) -> &'static [(&'static str, Compression)] {
        &[]
    }

    /// How a source lies that is of this format for certain by its first bytes, whatever it is called.
    fn certain(&self, _head: &[u8], _has_ending: bool) -> Option<Shape> {
        None
    }

    /// How a source lies that has one of the endings; or what it is not, in plain words.
    fn named(&self, head: &[u8]) -> Result<Shape, &'static str>;

    /// The same where the settings say how records lie.
    fn mapped(&self, head: &[u8], _: &Mapping) -> Result<Shape, &'static str> {
        self.named(head)
    }

    /// How a source lies that has no known ending, and looks like this format.
    fn likely(&self, _head: &[u8], _: &Mapping) -> Option<Shape> {
        None
    }

    /// Whether each record is packed by itself where a file is packed.
    fn packs_records(&self) -> bool {
        false
    }

    /// How a record is found in a file by its line.
    fn lines(&self) -> Lines {
        Lines::Counted
    }
}

/// At which line of a file a record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lines {
    /// Lines are counted up to it.
    Counted,
    /// Its number is that of its line.
    Numbered,
    /// It is the whole file.
    All,
}

/// In which characters a source is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Characters {
    /// It is no text.
    None,
    /// The source or its records say so themselves.
    Stated,
    /// They are detected; a page may state them, too, and is not changed for that.
    Page,
    /// They are detected in text that lies so.
    Detected(charset::Layout),
}

/// How the records of a source lie, for certain.
pub(super) struct Shape {
    /// What that is called.
    pub(super) name: &'static str,
    pub(super) characters: Characters,
    /// Whether a record is written as keys or columns with values, in text, so that one more can stand among them.
    pub(super) has_keys: bool,
    /// How it is written again without some of its records.
    pub(super) leaving: Leaving,
    open: Box<Open>,
}

type Open = dyn for<'o, 'm> Fn(&mut Opening<'o, 'm>) -> Result<Opened<'m>, String>;

/// Cuts the records of a source.
pub(super) type Splitter<'m> = Box<dyn Split + Send + 'm>;

impl Shape {
    /// A source whose records are cut by what `split` makes.
    pub(super) fn cut(
        name: &'static str,
        characters: Characters,
        split: impl for<'m> Fn(Limits, &'m Mapping) -> Splitter<'m> + 'static,
    ) -> Shape {
        Shape::opened(name, characters, move |opening| Ok(Opened::Records(split(opening.limits, opening.mapping))))
    }

    /// A source that is opened by `open`.
    pub(super) fn opened(
        name: &'static str,
        characters: Characters,
        open: impl for<'o, 'm> Fn(&mut Opening<'o, 'm>) -> Result<Opened<'m>, String> + 'static,
    ) -> Shape {
        Shape { name, characters, has_keys: false, leaving: Leaving::Nothing, open: Box::new(open) }
    }

    /// The same, with room for one more key in each record.
    pub(super) fn with_keys(self) -> Shape {
        Shape { has_keys: true, ..self }
    }

    /// The same, written again so without some of its records.
    pub(super) fn leaving(self, leaving: Leaving) -> Shape {
        Shape { leaving, ..self }
    }

    /// Opens the source, or says why it cannot be read.
    pub(super) fn open<'m>(&self, opening: &mut Opening<'_, 'm>) -> Result<Opened<'m>, String> {
        (self.open)(opening)
    }
}

/// A source that is being opened.
pub(super) struct Opening<'o, 'm> {
    pub(super) feed: &'o mut Feed,
    pub(super) limits: Limits,
    pub(super) mapping: &'m Mapping,
    /// The file, where it was named and is not packed.
    #[cfg_attr(not(feature = "parquet"), allow(dead_code, reason = "only columnar formats look into it"))]
    pub(super) file: Option<&'o Path>,
    /// Makes a file of what the feed holds, to be read from any place.
    pub(super) seekable: &'o dyn Fn(&mut Feed) -> Result<Seekable, String>,
}

/// What a source turned out to be.
pub(super) enum Opened<'m> {
    Records(Splitter<'m>),
    Archive(Box<dyn Archive>),
}

/// How deep archives may lie in one another: an archive of archives, as monthly deliveries are, and no more.
pub(super) const DEEPEST: usize = 2;

/// An archive of files that is being read.
pub(super) trait Archive: Send {
    /// The next file. Folders, links and the like are passed over.
    fn next(&mut self) -> Option<Next>;
}

/// What an archive gives next.
pub(super) enum Next {
    /// A file.
    Member(Member),
    /// A file that cannot be read, or the archive itself where no name is given, and why.
    Damaged { name: Option<String>, reason: String },
}

/// A file in an archive.
pub(super) struct Member {
    /// Its name in the archive, without `./` in front.
    pub(super) name: String,
    pub(super) reader: Box<dyn Read + Send>,
}

/// Whether a member is hidden, as files in folders can be, or what a Mac adds to archives.
pub(super) fn is_hidden(name: &str) -> bool {
    name.split('/').any(|part| (part.starts_with('.') && part != "..") || part == "__MACOSX")
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

/// The first line of some bytes, without its end.
pub(super) fn first_line(head: &[u8]) -> &[u8] {
    head.get(..memchr::memchr2(b'\n', b'\r', head).unwrap_or(head.len())).unwrap_or(head)
}
