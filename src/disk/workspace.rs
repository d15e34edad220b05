//! Where temporary files go, and how much may stay in memory.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::disk::file::{SharedFile, TempFile};
use crate::disk::kept::Kept;
use crate::disk::memory::Memory;
use crate::error::{Error, Result};

/// A folder for temporary files, and how much went there.
///
/// The files have no name (on Unix) or are deleted when closed (on Windows), so nothing stays behind however the run ends.
/// The folder is not touched before something has to be written. Clones are the same workspace.
#[derive(Clone, Debug)]
pub struct Workspace(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    /// What the lists of a run may hold in memory together; nothing for as much as they need.
    memory_bytes: Option<u64>,
    /// The first failure to read a file, until somebody asks.
    failure: Mutex<Option<Error>>,
    written: AtomicU64,
    /// Writing more than this many bytes fails as on a full disk. No limit but in tests.
    quota: u64,
    /// Where the finished stages of the scan are kept, if they are.
    kept: OnceLock<Kept>,
    /// How many reads there were, and the number of the one that fails.
    #[cfg(test)]
    reads: (AtomicU64, u64),
    /// How many partitions an exchange has, and a seed by which their rows are put out of order.
    #[cfg(test)]
    partitions: Option<(usize, u64)>,
}

/// A workspace in which everything stays in memory.
impl Default for Workspace {
    fn default() -> Self {
        Workspace::new("")
    }
}

impl Workspace {
    /// A workspace in an existing folder, where everything stays in memory that is not limited by itself.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self::made(folder.into(), None, u64::MAX)
    }

    /// A workspace in which the lists of a run together hold about so many bytes in memory.
    ///
    /// What a run needs besides is some 150 bytes an article, and the phrase model.
    pub fn limited(folder: impl Into<PathBuf>, memory_bytes: u64) -> Self {
        Self::made(folder.into(), Some(memory_bytes), u64::MAX)
    }

    /// A limited workspace on a disk with room for so many bytes.
    #[cfg(test)]
    pub(crate) fn with_quota(folder: impl Into<PathBuf>, memory_bytes: u64, quota: u64) -> Self {
        Self::made(folder.into(), Some(memory_bytes), quota)
    }

    /// A limited workspace on a disk of which one read fails: the one with this number, from 0.
    #[cfg(test)]
    pub(crate) fn with_bad_read(folder: impl Into<PathBuf>, memory_bytes: u64, number: u64) -> Self {
        let mut workspace = Self::limited(folder, memory_bytes);
        Arc::get_mut(&mut workspace.0).unwrap().reads.1 = number;
        workspace
    }

    /// A limited workspace in which every exchange has so many partitions, with the rows of each in an order of its own.
    #[cfg(test)]
    pub(crate) fn with_partitions(folder: impl Into<PathBuf>, memory_bytes: u64, count: usize, seed: u64) -> Self {
        let mut workspace = Self::limited(folder, memory_bytes);
        Arc::get_mut(&mut workspace.0).unwrap().partitions = Some((count, seed));
        workspace
    }

    /// See [`Workspace::with_partitions`].
    #[cfg(test)]
    pub(in crate::disk) fn partitions(&self) -> Option<(usize, u64)> {
        self.0.partitions
    }

    fn made(folder: PathBuf, memory_bytes: Option<u64>, quota: u64) -> Self {
        Self(Arc::new(Inner {
            folder,
            memory_bytes,
            failure: Mutex::new(None),
            written: AtomicU64::new(0),
            quota,
            kept: OnceLock::new(),
            #[cfg(test)]
            reads: (AtomicU64::new(0), u64::MAX),
            #[cfg(test)]
            partitions: None,
        }))
    }

    /// Where temporary files go.
    pub fn folder(&self) -> &Path {
        &self.0.folder
    }

    /// Keeps what finished stages made, in a folder for the scan with this fingerprint beside the temporary files, and uses
    /// what is there of them.
    ///
    /// The fingerprint must tell apart everything that results depend on: `pipeline::fingerprint` makes it.
    pub fn keep_stages(&self, fingerprint: u64) -> Result<()> {
        let kept = Kept::open(&self.0.folder, fingerprint)?;
        // Who asks twice for the same run gets what was asked for first.
        let _ = self.0.kept.set(kept);
        Ok(())
    }

    /// Where finished stages are kept, if they are.
    pub fn kept(&self) -> Option<&Kept> {
        self.0.kept.get()
    }

    /// A share of the memory, in bytes, or all there is where nothing is limited.
    pub fn share(&self, share: Memory) -> usize {
        let share = self.0.memory_bytes.map(|bytes| bytes / 100 * share.percent());
        share.map_or(usize::MAX, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX))
    }

    /// The failure that [`Workspace::note`] kept, if any.
    pub fn check(&self) -> Result<()> {
        let mut failure = self.0.failure.lock().unwrap_or_else(PoisonError::into_inner);
        failure.take().map_or(Ok(()), Err)
    }

    /// What was read, or, if it could not be, something empty: the failure is kept for [`Workspace::check`], so that code in
    /// the middle of a stage need not stop. The first of several counts.
    pub(crate) fn note<T: Default>(&self, read: Result<T>) -> T {
        read.unwrap_or_else(|error| {
            let mut failure = self.0.failure.lock().unwrap_or_else(PoisonError::into_inner);
            failure.get_or_insert(error);
            T::default()
        })
    }

    /// How many bytes have been written so far, in all files, those already gone included.
    pub fn bytes_written(&self) -> u64 {
        self.0.written.load(Ordering::Relaxed)
    }

    /// How many times something was read so far.
    #[cfg(test)]
    pub(crate) fn reads(&self) -> u64 {
        self.0.reads.0.load(Ordering::Relaxed)
    }

    /// Counts a read, and fails if it is to fail.
    #[cfg(test)]
    pub(in crate::disk) fn read(&self) -> Result<()> {
        let (reads, bad) = &self.0.reads;
        let good = reads.fetch_add(1, Ordering::Relaxed) != *bad;
        if good { Ok(()) } else { Err(self.failed("read", io::Error::other("a bad sector"))) }
    }

    /// A new, empty file.
    pub(crate) fn file(&self) -> Result<TempFile> {
        let file = tempfile::tempfile_in(&self.0.folder).map_err(|cause| self.failed("create", cause))?;
        Ok(TempFile::new(self.clone(), file))
    }

    /// A copy of a stream, to be read in any order; of a stream that cannot be read on, why. A workspace without a folder uses
    /// that of the system.
    ///
    /// Fails if the copy cannot be written, or when `cancelled` holds.
    pub(crate) fn copy(&self, stream: &mut dyn Read, cancelled: &dyn Fn() -> bool) -> Result<io::Result<SharedFile>> {
        let is_nowhere = self.0.folder.as_os_str().is_empty();
        let file = if is_nowhere { tempfile::tempfile() } else { tempfile::tempfile_in(&self.0.folder) };
        let file = file.map_err(|cause| self.failed("create", cause))?;
        SharedFile::copied(stream, file, |place, offset, piece| {
            if cancelled() {
                return Err(Error::Cancelled);
            }
            self.count(piece.len(), || place.write(offset, piece))
        })
    }

    /// Counts `bytes` as written, if they were by `write`.
    pub(in crate::disk) fn count(&self, bytes: usize, write: impl FnOnce() -> io::Result<()>) -> Result<()> {
        let room = self.0.quota.saturating_sub(self.bytes_written());
        let written = if bytes as u64 > room { Err(io::ErrorKind::StorageFull.into()) } else { write() };
        written.map_err(|cause| self.failed("write", cause))?;
        self.0.written.fetch_add(bytes as u64, Ordering::Relaxed);
        Ok(())
    }

    /// What went wrong with a temporary file; `action` is a verb.
    pub(in crate::disk) fn failed(&self, action: &'static str, source: io::Error) -> Error {
        let folder = self.0.folder.clone();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Error::DiskFull { folder, written_bytes: self.bytes_written(), source }
            }
            _ => Error::TempFile { action, folder, source },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::List;

    fn chain(error: &Error) -> String {
        format!("{error}: {}", std::error::Error::source(error).unwrap())
    }

    #[test]
    fn a_folder_that_is_none_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        for path in [folder.path().join("missing"), file] {
            let workspace = Workspace::new(&path);
            let error = List::new(&workspace, 8).extend(&[1u64, 2]).unwrap_err();
            let begin = format!("cannot create a temporary file in {}: ", path.display());
            assert!(chain(&error).starts_with(&begin), "{}", chain(&error));
            assert_eq!(workspace.bytes_written(), 0);
        }
    }

    #[test]
    fn a_full_disk_is_named_with_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::with_quota(folder.path(), 0, 100);
        let mut list = List::new(&workspace, 16);
        let numbers: Vec<u64> = (0..20).collect();
        let failed = numbers.iter().find_map(|number| list.extend(&[*number]).err()).unwrap();
        let message = format!("no space left in {} after writing 96 bytes of temporary files", folder.path().display());
        assert_eq!(failed.to_string(), message);
        // What went in before is still there.
        assert_eq!(*list.slice(0..list.len()).unwrap(), numbers[..list.len()]);
        assert!(list.len() >= 12);
    }

    #[test]
    fn nothing_is_seen_of_the_files() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::new(folder.path());
        let mut list = List::new(&workspace, 8);
        list.extend(&[1u64, 2, 3]).unwrap();
        assert!(workspace.bytes_written() > 0);
        if cfg!(unix) {
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        }
    }
}
