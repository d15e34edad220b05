//! What is there to read? Paths to sources.
//!
//! Folders are walked with the `ignore` crate; the sources come out sorted by path, each file once, so that the order of
//! arguments and of folder entries changes nothing.

use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::compress::{self, Compression};
use crate::article::Reject;
use crate::error::{Error, Result};
use crate::settings::ReadSettings;

/// Something the user named as input.
pub enum Input {
    /// A file, or a folder of files. A file that is named is read whatever its ending.
    Path(PathBuf),
    /// An object in a store, or a prefix of objects: `s3://`, `gs://`, `https://`. Needs the feature `remote`.
    Remote {
        /// The address.
        address: String,
        /// Keys, endpoints and the like, by the names that the `object_store` crate has for them, such as
        /// `aws_access_key_id`. They are shown nowhere.
        options: Vec<(String, String)>,
    },
    /// Bytes from elsewhere: how the program passes standard input, by the name `-`.
    Stream {
        /// What to call it in locations and rejects.
        name: String,
        /// The bytes, compressed or not, in any of the formats.
        reader: Box<dyn Read + Send>,
    },
}

impl Input {
    /// Whether `text` is the address of an object in a store and no path.
    pub fn is_address(text: &str) -> bool {
        let scheme = text.split_once("://").map(|(scheme, _)| scheme);
        scheme.is_some_and(|scheme| ["s3", "gs", "https", "http"].contains(&scheme))
    }

    /// Whether it is a folder.
    pub fn is_folder(&self) -> bool {
        matches!(self, Input::Path(path) if path.is_dir())
    }

    /// The path or the name, as it is shown.
    pub fn name(&self) -> String {
        match self {
            Input::Path(path) => path.display().to_string(),
            Input::Remote { address, .. } => address.clone(),
            Input::Stream { name, .. } => name.clone(),
        }
    }
}

/// How records lie in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// A JSON array of objects, one object, or an object that holds one array of objects.
    Json,
    /// Comma-separated values with a header row.
    Csv,
    /// Tab-separated values with a header row.
    Tsv,
    /// One article a file.
    Text,
    /// One page a file.
    Html,
    /// A crawler's archive: pages (WARC), or their texts (WET).
    Warc,
    /// RSS, Atom, NITF, NewsML-G2, or elements of one name under a root.
    Xml,
    /// Parquet.
    Parquet,
    /// Arrow IPC, a file or a stream.
    Arrow,
    /// tar or zip: files in a file.
    Archive,
}

/// The endings of files and the formats that they promise.
const ENDINGS: [(&str, Format); 21] = [
    (".jsonl", Format::Jsonl),
    (".ndjson", Format::Jsonl),
    (".json", Format::Json),
    (".csv", Format::Csv),
    (".tsv", Format::Tsv),
    (".txt", Format::Text),
    (".html", Format::Html),
    (".htm", Format::Html),
    (".xhtml", Format::Html),
    (".warc", Format::Warc),
    (".wet", Format::Warc),
    (".xml", Format::Xml),
    (".rss", Format::Xml),
    (".atom", Format::Xml),
    (".nitf", Format::Xml),
    (".parquet", Format::Parquet),
    (".arrow", Format::Arrow),
    (".arrows", Format::Arrow),
    (".feather", Format::Arrow),
    (".tar", Format::Archive),
    (".zip", Format::Archive),
];

/// The endings of the files that are read, to show where none was found.
pub(crate) fn endings() -> String {
    let endings: Vec<&str> = ENDINGS.iter().map(|(ending, _)| &ending[1..]).collect();
    let (last, others) = endings.split_last().expect("the list is not empty");
    format!("{} and {last}, plain or with gz, zst, bz2 or xz", others.join(", "))
}

impl Format {
    /// The format that a file name promises, after the ending of a compression is taken off.
    fn of_name(name: &str) -> Option<Format> {
        let promised = ENDINGS.iter().find(|(ending, _)| compress::strip_ending(name, ending).is_some());
        promised.map(|(_, format)| *format)
    }
}

/// One file or stream to read.
pub struct Source {
    /// The path as it was named or found, `-` for standard input.
    pub path: Arc<str>,
    /// How many bytes it has before decompression; 0 where that is not known.
    pub size_bytes: u64,
    /// The format its name promises; nothing where only the content can tell.
    pub format: Option<Format>,
    /// The compression its name promises. The content has the last word.
    pub compression: Compression,
    pub(super) bytes: Bytes,
}

impl Source {
    /// The file, if it is one.
    pub fn file(&self) -> Option<&Path> {
        match &self.bytes {
            Bytes::File(path) => Some(path),
            _ => None,
        }
    }

    /// The same file, to be read once more.
    pub(super) fn again(&self) -> Option<Source> {
        Some(Source {
            path: Arc::clone(&self.path),
            size_bytes: self.size_bytes,
            format: self.format,
            compression: self.compression,
            bytes: Bytes::File(self.file()?.to_path_buf()),
        })
    }
}

/// Where a source's bytes come from.
pub(super) enum Bytes {
    File(PathBuf),
    Stream(Box<dyn Read + Send>),
    #[cfg(feature = "remote")]
    Object(super::remote::Object),
}

impl Source {
    /// A file in an archive.
    pub(super) fn member(path: String, reader: Box<dyn Read + Send>) -> Source {
        let (compression, format) = promised(&path);
        Source { path: path.into(), size_bytes: 0, format, compression, bytes: Bytes::Stream(reader) }
    }
}

/// What the inputs hold.
pub struct Found {
    /// The sources, sorted by path.
    pub sources: Vec<Source>,
    /// What in the folders could not be looked at.
    pub rejects: Vec<Reject>,
    /// How many files in the folders have an ending that is not read.
    pub passed_over: u64,
}

impl Found {
    /// The bytes of all sources together, before decompression, as far as they are known.
    pub fn size_bytes(&self) -> u64 {
        self.sources.iter().map(|source| source.size_bytes).sum()
    }
}

/// The sources in `inputs`, sorted by path, each file once even if it is named twice.
///
/// Folders give the files with an ending of a format ([`Format`]), plain or compressed, at any depth; other files are counted in [`Found::passed_over`], hidden ones are not looked at. `.gitignore` and `.wirecopyignore` are
/// respected if the settings say so. A file or folder inside a folder that cannot be looked at becomes a reject; an input
/// that does not exist or cannot be looked at is an [`Error::Io`].
pub fn sources(inputs: Vec<Input>, settings: &ReadSettings) -> Result<Found> {
    let mut found = Found { sources: Vec::new(), rejects: Vec::new(), passed_over: 0 };
    for input in inputs {
        match input {
            #[cfg(feature = "remote")]
            Input::Remote { address, options } => super::remote::find(&address, &options, &mut found)?,
            #[cfg(not(feature = "remote"))]
            Input::Remote { address, .. } => {
                let reason = "this program cannot read addresses: build it with the feature remote";
                return Err(Error::io("read", address, std::io::Error::other(reason)));
            }
            Input::Stream { name, reader } => found.sources.push(source(name, 0, Bytes::Stream(reader))),
            Input::Path(path) => {
                let metadata = std::fs::metadata(&path).map_err(|error| Error::io("read", &path, error))?;
                if metadata.is_dir() {
                    walk(&path, settings, &mut found)?;
                } else {
                    let size_bytes = if metadata.is_file() { metadata.len() } else { 0 };
                    found.sources.push(source(shown(&path), size_bytes, Bytes::File(path)));
                }
            }
        }
    }
    found.sources.sort_by(|a, b| a.path.cmp(&b.path));
    let mut seen = HashSet::new();
    found.sources.retain(|source| match &source.bytes {
        Bytes::Stream(_) => true,
        #[cfg(feature = "remote")]
        Bytes::Object(_) => seen.insert(PathBuf::from(&*source.path)),
        // A file that has vanished since is told apart by its name and becomes a reject when it is opened.
        Bytes::File(path) => seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())),
    });
    found.rejects.sort();
    found.rejects.dedup();
    Ok(found)
}

fn source(path: String, size_bytes: u64, bytes: Bytes) -> Source {
    let (compression, format) = match bytes {
        Bytes::File(_) => promised(&path),
        _ => (Compression::None, None),
    };
    Source { format, compression, size_bytes, bytes, path: path.into() }
}

/// What a file name promises.
pub(super) fn promised(name: &str) -> (Compression, Option<Format>) {
    let packed = [
        (".tgz", Compression::Gzip),
        (".tbz2", Compression::Bzip2),
        (".tbz", Compression::Bzip2),
        (".txz", Compression::Xz),
        (".tzst", Compression::Zstd),
    ];
    if let Some((_, compression)) =
        packed.into_iter().find(|(ending, _)| compress::strip_ending(name, ending).is_some())
    {
        return (compression, Some(Format::Archive));
    }
    let (compression, stem) = Compression::of_name(name);
    (compression, Format::of_name(stem))
}

fn shown(path: &Path) -> String {
    let shown = path.to_string_lossy();
    shown.strip_prefix("./").filter(|rest| !rest.is_empty()).unwrap_or(&shown).to_owned()
}

fn walk(folder: &Path, settings: &ReadSettings, found: &mut Found) -> Result<()> {
    std::fs::read_dir(folder).map_err(|error| Error::io("read", folder, error))?;
    let mut walk = ignore::WalkBuilder::new(folder);
    // What applies must lie with the corpus: the user's global git settings would make the result depend on the machine.
    // A corpus is seldom a git repository, so its ignore files count without one.
    walk.follow_links(true)
        .parents(settings.ignore_files)
        .ignore(false)
        .git_ignore(settings.ignore_files)
        .git_global(false)
        .git_exclude(false)
        .require_git(false);
    if settings.ignore_files {
        walk.add_custom_ignore_filename(".wirecopyignore");
    }
    for entry in walk.build() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                found.rejects.push(unreadable(&error, folder));
                continue;
            }
        };
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        let path = shown(entry.path());
        let (_, format) = promised(&path);
        if format.is_none() {
            found.passed_over += 1;
            continue;
        }
        let size_bytes = entry.metadata().map_or(0, |metadata| metadata.len());
        found.sources.push(source(path, size_bytes, Bytes::File(entry.into_path())));
    }
    Ok(())
}

fn unreadable(error: &ignore::Error, folder: &Path) -> Reject {
    let mut path = folder;
    let mut cause = error;
    loop {
        cause = match cause {
            ignore::Error::WithPath { path: inner, err } => {
                path = inner;
                err
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => err,
            ignore::Error::Loop { child, .. } => {
                path = child;
                break;
            }
            _ => break,
        };
    }
    let reason = match cause {
        ignore::Error::Loop { ancestor, .. } => format!("a link back to {}, where it lies", shown(ancestor)),
        cause => format!("cannot be read: {cause}"),
    };
    Reject { path: shown(path), record: 0, byte_offset: 0, reason }
}
