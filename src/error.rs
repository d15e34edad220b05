//! What makes a run end: what failed, where, and what to do about it.
//!
//! A bad record never does; it is a [`Reject`](crate::article::Reject).

use std::path::PathBuf;

/// Why a run could not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder that was named cannot be used at all.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried, as a verb: `read`, `create`, `write`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// A temporary file cannot be used, for another reason than a full disk.
    #[error("cannot {action} a temporary file in {}", folder.display())]
    TempFile {
        /// What was tried, as a verb: `create`, `read`, `write`.
        action: &'static str,
        /// Where temporary files go.
        folder: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// The disk is full, or the user's share of it.
    #[error("no space left in {} after writing {written_bytes} bytes of temporary files", folder.display())]
    DiskFull {
        /// Where temporary files go.
        folder: PathBuf,
        /// How much was written, files already deleted included.
        written_bytes: u64,
        /// The system's word.
        source: std::io::Error,
    },
    /// The input holds no article.
    #[error("no article in {inputs}: {hint}")]
    Empty {
        /// The inputs as given.
        inputs: String,
        /// What to look at.
        hint: String,
    },
    /// More records were rejected than the caller allows.
    #[error("{rejected} of {records} records rejected, more than the {allowed} allowed")]
    TooManyRejects {
        /// Records rejected.
        rejected: u64,
        /// Records seen.
        records: u64,
        /// The limit, as the user wrote it.
        allowed: String,
    },
    /// A table of an earlier scan, or a file of labels, that cannot be understood.
    #[error("cannot understand {table}, row {row}: {cause}")]
    Table {
        /// The file, or the table if it has no file.
        table: String,
        /// The row, from 1; the header of a CSV table is not counted.
        row: u64,
        /// What is wrong with it.
        cause: String,
    },
    /// A baseline that cannot be used.
    #[error("cannot use the baseline {file}: {cause}")]
    Baseline {
        /// The file.
        file: String,
        /// What is wrong with it.
        cause: String,
        /// What to do about it.
        hint: String,
    },
    /// The input of a finished scan is not what the scan has read.
    #[error("the input has changed since the scan: {0}")]
    Changed(String),
    /// A table in memory whose next rows could not be made.
    #[error("cannot read on in {table}: {cause}")]
    Batch {
        /// What the table is called.
        table: String,
        /// The word of who makes them.
        cause: String,
    },
    /// A setting that leaves its range, or contradicts another.
    #[error("{key} {wrong}")]
    Setting {
        /// Its key, as in a file of settings.
        key: String,
        /// What is wrong with it, as the end of a sentence that begins with the key.
        wrong: String,
    },
    /// Weights that cannot be used.
    #[error("weights{0}")]
    Weights(String),
    /// An id, path or pair that does not exist in the corpus.
    #[error("{0}")]
    NotFound(String),
    /// Rows from another process that a stage cannot use.
    #[error("cannot use rows of {rows}: {cause}")]
    Rows {
        /// What the rows should be.
        rows: &'static str,
        /// What is wrong with them.
        cause: String,
    },
    /// The caller asked to stop.
    #[error("stopped")]
    Cancelled,
}

/// What library functions that can end a run return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A setting that cannot be used: what is `wrong` with it, as the end of a sentence that begins with its key.
    pub(crate) fn setting(key: impl Into<String>, wrong: impl Into<String>) -> Self {
        Error::Setting { key: key.into(), wrong: wrong.into() }
    }

    /// An input or output error on `path`; `action` is a verb.
    pub fn io(action: &'static str, path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Error::Io { action, path: path.into(), source }
    }
}
