//! What is there to read? Paths to sources.
//!
//! Folders are walked with the `ignore` crate; the sources come out sorted by path, each file once, so that the order of
//! arguments and of folder entries changes nothing.

use std::collections::HashSet;
use std::path::Path;

use super::compress::Compression;
use super::formats::promised;
use super::source::{Bytes, Found, Input, Source};
use crate::article::Reject;
use crate::error::{Error, Result};
use crate::settings::ReadSettings;

/// The sources in `inputs`, sorted by path, each file once even if it is named twice.
///
/// Folders give the files with an ending of a format (see [`formats`](super::formats())), plain or compressed, at any depth;
/// other files are counted in [`Found::passed_over`], hidden ones are not looked at. `.gitignore` and `.wirecopyignore` are
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
            #[cfg(feature = "parquet")]
            Input::Table { name, batches } => found.sources.push(source(name, 0, Bytes::Table(batches))),
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
        #[cfg(feature = "parquet")]
        Bytes::Table(_) => true,
        #[cfg(feature = "remote")]
        Bytes::Object(_) => seen.insert(Path::new(&*source.path).to_path_buf()),
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
    Reject::new(shown(path).into(), 0, 0, reason)
}
