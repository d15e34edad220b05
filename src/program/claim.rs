//! A folder that one run at a time writes to, in the state that the last one should have left it in.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::program::failure::Failure;
use crate::program::replace::recover;
use crate::program::staging::is_leftover;

/// A folder that is ours as long as the value is there. The system knows when a run is dead: its lock is on the folder itself.
pub struct Claim {
    /// The folder as the system knows it.
    folder: Option<PathBuf>,
    lock: Option<File>,
}

impl Claim {
    /// Claims a folder, or refuses if another run writes to it.
    pub fn now(folder: &Path) -> anyhow::Result<Claim> {
        let file = opened(folder);
        if let Some(Err(TryLockError::WouldBlock)) = file.as_ref().map(File::try_lock) {
            let what = format!("cannot write to {}: another run does", folder.display());
            return Err(Failure::new(what, "wait for it, or choose another folder").into());
        }
        Claim { folder: folder.canonicalize().ok(), lock: file }.tidy(folder)
    }

    /// Claims a folder when no other run writes to it any more.
    pub fn in_turn(folder: &Path) -> anyhow::Result<Claim> {
        let file = opened(folder).filter(|file| file.lock().is_ok());
        Claim { folder: folder.canonicalize().ok(), lock: file }.tidy(folder)
    }

    /// Whether it is this folder: whoever has it must not wait for it.
    pub fn is_of(&self, folder: &Path) -> bool {
        self.folder.is_some() && folder.canonicalize().ok() == self.folder
    }

    /// Makes whole what a killed run has left, and removes its temporary files, of which nobody else has any.
    fn tidy(self, folder: &Path) -> anyhow::Result<Claim> {
        recover(folder)?;
        let failed = |cause| Error::io("read", folder, cause);
        if self.lock.is_some() {
            for entry in fs::read_dir(folder).map_err(failed)? {
                let entry = entry.map_err(failed)?;
                if is_leftover(&entry.file_name().to_string_lossy()) {
                    // If it cannot be removed, it is in nobody's way.
                    let _ = fs::remove_file(entry.path());
                }
            }
        }
        Ok(self)
    }
}

/// The folder as a file that can be locked, where the system has such.
fn opened(folder: &Path) -> Option<File> {
    if cfg!(unix) { File::open(folder).ok() } else { None }
}

/// Refuses a folder to which nothing can be written, before anything is done for it.
pub fn writable(folder: &Path) -> anyhow::Result<()> {
    let there = folder.ancestors().find(|above| above.exists()).filter(|above| *above != Path::new(""));
    let there = there.unwrap_or(Path::new("."));
    if !there.is_dir() {
        let is_a_file = if there == folder { "it is a file".into() } else { format!("{} is a file", there.display()) };
        let what = format!("cannot write to {}: {is_a_file}", folder.display());
        return Err(Failure::new(what, "name a folder that is empty or does not exist yet").into());
    }
    tempfile::tempfile_in(there).map_err(|cause| Error::io("write to", there, cause))?;
    Ok(())
}
