//! Continuing a scan that was interrupted: which scan it is, and when what was kept of it may go.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::disk::Workspace;
use crate::error::Error;
use crate::pipeline::{InputFile, fingerprint};
use crate::program::failure::{ClosedPipe, Failure};
use crate::progress::Progress;
use crate::read::{self, Input};
use crate::settings::Settings;

/// Has finished stages of the scan of `corpus` kept in the workspace, and used where an earlier run kept them.
pub fn prepare(workspace: &Workspace, corpus: &[PathBuf], settings: &Settings) -> anyhow::Result<()> {
    if corpus.iter().any(|path| path == Path::new("-")) {
        return Err(read_once("standard input (-)"));
    }
    if let Some(address) = corpus.iter().map(|path| path.to_string_lossy()).find(|path| Input::is_address(path)) {
        let what = format!("a scan of {address} cannot be continued, since it may change unnoticed");
        return Err(Failure::new(what, "copy it to a file first, or scan without --resume").into());
    }
    let found = read::sources(corpus.iter().cloned().map(Input::Path).collect(), &settings.read)?;
    let files = found.sources.iter().map(|source| match source.file() {
        Some(path) => input_file(&source.path, path),
        None => Err(read_once(&source.path)),
    });
    // A file of agencies decides what is found as the corpus does.
    let agencies = settings.origin.agencies.iter().map(|path| input_file(&path.display().to_string(), path));
    let files = files.chain(agencies).collect::<anyhow::Result<Vec<InputFile>>>()?;
    workspace.keep_stages(fingerprint(settings, &files, &found.rejects))?;
    Ok(())
}

fn read_once(input: &str) -> anyhow::Error {
    let what = format!("{input} cannot be read again to continue a scan");
    Failure::new(what, "write it to a file first, or scan without --resume").into()
}

fn input_file(shown: &str, path: &Path) -> anyhow::Result<InputFile> {
    let metadata = fs::metadata(path).map_err(|cause| Error::io("read", path, cause))?;
    if !metadata.is_file() {
        return Err(read_once(shown));
    }
    let modified = metadata.modified().map_err(|cause| Error::io("read", path, cause))?;
    let nanoseconds = |duration: std::time::Duration| duration.as_nanos() as i128;
    let full_path = path.canonicalize().map_err(|cause| Error::io("read", path, cause))?;
    Ok(InputFile {
        path: shown.to_owned(),
        full_path: full_path.to_string_lossy().into_owned(),
        size_bytes: metadata.len(),
        modified_nanoseconds: modified
            .duration_since(UNIX_EPOCH)
            .map_or_else(|before| -nanoseconds(before.duration()), nanoseconds),
    })
}

/// Removes what was kept if the scan has ended well; that nobody wanted to read all of its summary changes nothing.
pub fn finish(workspace: &Workspace, ended: &anyhow::Result<()>, progress: &dyn Progress) {
    let failed = ended.as_ref().is_err_and(|error| error.downcast_ref::<ClosedPipe>().is_none());
    let Some(kept) = workspace.kept().filter(|_| !failed) else { return };
    if let Err(Error::Io { path, source, .. }) = kept.remove() {
        // Another run of the same scan may have been faster.
        if source.kind() != io::ErrorKind::NotFound {
            progress.warn(&format!("cannot remove {}: {source}", path.display()));
        }
    }
}
