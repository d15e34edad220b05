//! What is there to read: what the user named, and the files and streams that it holds.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::compress::Compression;
use super::format::Format;
use crate::article::Reject;

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
    /// A table in memory, whose columns are read as those of an Arrow file.
    #[cfg(feature = "parquet")]
    Table {
        /// What to call it in locations and rejects.
        name: String,
        /// Its rows. An error ends the run.
        batches: Box<dyn arrow_array::RecordBatchReader + Send>,
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
            Input::Remote { address, .. } => without_secrets(address),
            Input::Stream { name, .. } => name.clone(),
            #[cfg(feature = "parquet")]
            Input::Table { name, .. } => name.clone(),
        }
    }
}

/// An address as it may be shown: without a user, a password, and the query of a web address, which may be a signature.
pub(super) fn without_secrets(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    // In the key of an object these may be letters like others.
    let path = if scheme.starts_with("http") { path.split(['?', '#']).next().unwrap_or_default() } else { path };
    format!("{scheme}://{host}{path}")
}

/// One file or stream to read.
pub struct Source {
    /// The path as it was named or found, `-` for standard input.
    pub path: Arc<str>,
    /// How many bytes it has before decompression; 0 where that is not known.
    pub size_bytes: u64,
    /// The format its name promises; nothing where only the content can tell.
    pub(super) format: Option<&'static dyn Format>,
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
    /// None: rows that are there already.
    #[cfg(feature = "parquet")]
    Table(Box<dyn arrow_array::RecordBatchReader + Send>),
    /// An object in a store, which is opened when it is read.
    #[cfg(feature = "remote")]
    Object(Box<dyn FnOnce() -> std::io::Result<Box<dyn Read + Send>> + Send>),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_secrets() {
        for (address, shown) in [
            ("https://user:word@store.example/a/b.jsonl?X-Signature=1&x=@#part", "https://store.example/a/b.jsonl"),
            ("http://store.example?token=1", "http://store.example"),
            ("https://store.example/a@b.jsonl", "https://store.example/a@b.jsonl"),
            ("s3://key@bucket/what?.jsonl", "s3://bucket/what?.jsonl"),
            ("corpus.jsonl", "corpus.jsonl"),
        ] {
            assert_eq!(without_secrets(address), shown);
        }
    }
}
