//! The matches of the last scans, kept for the next one.
//!
//! They are named by everything they depend on: the program's version, the settings, the relations, and of every file its
//! path and the XXH3-128 hash of its content. A corpus that has not changed is hashed and not scanned, and any change of it
//! finds nothing. The hash of what is kept tells a file that was damaged.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::Matches;
use crate::error::{Error, Result};
use crate::read::{self, Input};
use crate::relation::Relation;
use crate::settings::{CheckSettings, Settings};

/// Of the format, and of what [`Matches`] are.
const VERSION: u32 = 1;
const HASH_BYTES: usize = 16;

/// What matches depend on, as one hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(u128);

impl Key {
    /// The key of a corpus on disk; none if part of it cannot be read again. `under` is the folder that the corpus lies in, if
    /// it lies there by chance, as what a commit held does: it is left out of the paths.
    pub fn of(corpus: &[PathBuf], under: &Path, settings: &Settings, relations: &[Relation]) -> Result<Option<Key>> {
        let found = read::sources(corpus.iter().cloned().map(Input::Path).collect(), &settings.read)?;
        let Some(files) = found.sources.iter().map(|source| source.file()).collect::<Option<Vec<&Path>>>() else {
            return Ok(None);
        };
        // A file that cannot be read becomes a reject, which is no product of content.
        let Ok(hashes) = files.par_iter().map(|file| content(file)).collect::<std::io::Result<Vec<u128>>>() else {
            return Ok(None);
        };
        let shown =
            |path: &str| Path::new(path).strip_prefix(under).map_or(path.to_owned(), |p| p.display().to_string());
        let files: Vec<(String, u128)> = found.sources.iter().map(|source| shown(&source.path)).zip(hashes).collect();
        let Ok(agencies) = settings.origin.agencies.as_deref().map(content).transpose() else { return Ok(None) };
        let scan = Settings { check: CheckSettings::default(), ..settings.clone() };
        // Matches of a corpus that lies somewhere by chance show other places than those of the same one at its own.
        let by_chance = !under.as_os_str().is_empty();
        let program = (env!("CARGO_PKG_VERSION"), VERSION, cfg!(feature = "parquet"));
        let all = (program, scan, agencies, relations, files, found.rejects, by_chance);
        let bytes = postcard::to_stdvec(&all).expect("settings and files are numbers, texts and lists of known length");
        Ok(Some(Key(xxh3_128(&bytes))))
    }

    fn path(self, folder: &Path) -> PathBuf {
        folder.join(format!("{:032x}.matches", self.0))
    }
}

fn content(file: &Path) -> std::io::Result<u128> {
    const BLOCK_BYTES: usize = 1 << 18;
    let mut file = File::open(file)?;
    let mut hash = Xxh3::new();
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hash.digest128()),
            length => hash.update(&block[..length]),
        }
    }
}

/// What was kept under this key; none if nothing was, or if it was damaged.
pub fn kept(folder: &Path, key: Key) -> Option<Matches> {
    let bytes = fs::read(key.path(folder)).ok()?;
    let (hash, rest) = bytes.split_at_checked(HASH_BYTES)?;
    (hash == xxh3_128(rest).to_le_bytes()).then(|| postcard::from_bytes(rest).ok()).flatten()
}

/// Keeps matches for a later run, and lets go of those that are oldest.
pub fn keep(folder: &Path, key: Key, matches: &Matches) -> Result<()> {
    let failed = |cause| Error::io("write", folder, cause);
    fs::create_dir_all(folder).map_err(failed)?;
    let bytes = postcard::to_stdvec(matches).expect("matches are numbers, texts and lists of known length");
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(&xxh3_128(&bytes).to_le_bytes()).and_then(|()| file.write_all(&bytes)).map_err(failed)?;
    file.persist(key.path(folder)).map_err(|cause| failed(cause.error))?;
    forget_oldest(folder).map_err(failed)
}

/// Every change of the corpus makes another file; the last few serve a branch, its base and what was there before.
fn forget_oldest(folder: &Path) -> std::io::Result<()> {
    const FILES: usize = 16;
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.path().extension().is_some_and(|ending| ending == "matches") {
            files.push((entry.metadata()?.modified()?, entry.path()));
        }
    }
    files.sort();
    for (_, path) in files.iter().rev().skip(FILES) {
        match fs::remove_file(path) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => return Err(cause),
            _ => {}
        }
    }
    Ok(())
}
