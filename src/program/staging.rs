//! Files under temporary names beside their places, until all of them can be renamed.

use std::fs;
use std::io::{self, BufWriter, IntoInnerError, Write};
use std::path::Path;

use tempfile::{NamedTempFile, TempPath};

use crate::error::Error;
use crate::program::interrupt;

/// What a temporary file of ours is called; one that was left behind by a killed run is known by it.
const PREFIX: &str = ".wirecopy-";
const SUFFIX: &str = ".tmp";

/// A file that waits for its name. It goes away with the value.
pub struct Staged {
    /// Its name in the folder, which may lie in a folder there.
    pub name: String,
    file: TempPath,
}

/// Whether a file is one that a run has left behind.
pub fn is_leftover(name: &str) -> bool {
    name.starts_with(PREFIX) && name.ends_with(SUFFIX)
}

/// A new file of `folder` under a temporary name.
pub fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    // As for any other new file: what the user's mask leaves.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// Writes one file of `folder` under a temporary name.
pub fn staged(
    folder: &Path,
    name: &str,
    content: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
) -> anyhow::Result<Staged> {
    let path = folder.join(name);
    let file =
        temporary(folder).and_then(|file| written(file, content)).map_err(|cause| Error::io("write", path, cause))?;
    Ok(Staged { name: name.to_owned(), file })
}

/// Writes a temporary file. It is on the disk then, and goes away with the value if it gets no name.
pub fn written(
    file: NamedTempFile,
    content: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
) -> io::Result<TempPath> {
    let mut out = BufWriter::new(Stoppable(file));
    content(&mut out).and_then(|()| out.flush())?;
    let Stoppable(file) = out.into_inner().map_err(IntoInnerError::into_error)?;
    // A name must not come to the disk before what it names.
    file.as_file().sync_data()?;
    // Closed, since a report may have more files than a process may hold open.
    Ok(file.into_temp_path())
}

impl Staged {
    /// Gives the file its name in `folder`.
    pub fn persist(self, folder: &Path) -> anyhow::Result<()> {
        let path = folder.join(&self.name);
        if let Some(parent) = path.parent().filter(|parent| *parent != folder) {
            fs::create_dir_all(parent).map_err(|cause| Error::io("create", parent, cause))?;
        }
        self.file.persist(&path).map_err(|failed| Error::io("write", path, failed.error))?;
        Ok(())
    }
}

/// Ends writing when the user asks to stop.
struct Stoppable<W>(W);

impl<W: Write> Write for Stoppable<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if interrupt::requested() {
            return Err(io::Error::other("stopped"));
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
