//! Input that is written again: each file under its own name in another folder, and nothing in its way.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf, absolute};
use std::{fs, io};

use crate::error::Error;
use crate::program::claim::{Claim, writable};
use crate::program::failure::Failure;
use crate::program::interrupt;
use crate::program::replace::replace;
use crate::program::staging::Staged;
use crate::read::{NotWritten, Source};

/// Runs what writes, and takes a failure of the run out of it, which writers have no word for.
pub fn raising<T>(
    write: impl FnOnce(&mut dyn FnMut(Result<(), NotWritten>) -> io::Result<()>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let mut failure = None;
    let result = write(&mut |written| {
        written.map_err(|cause| match cause {
            NotWritten::Write(cause) => cause,
            NotWritten::Run(cause) => {
                failure = Some(cause);
                io::Error::other("the run has failed")
            }
        })
    });
    failure.map_or(result, |cause| Err(cause.into()))
}

/// Puts the files that `stage` makes ready into the folder `target` when all of them are, or none: not after an interruption
/// either. With them go the earlier files that have their names, or those that `stage` gives. A folder that was not there goes
/// again if it stays empty.
pub fn all_or_none(
    target: &Path,
    stage: impl FnOnce(&mut Vec<Staged>) -> anyhow::Result<Vec<String>>,
) -> anyhow::Result<()> {
    let created = !target.exists();
    fs::create_dir_all(target).map_err(|cause| Error::io("create", target, cause))?;
    let done = Claim::in_turn(target).and_then(|_claim| {
        let mut waiting = Vec::new();
        let gone = stage(&mut waiting)?;
        if interrupt::requested() {
            return Err(Error::Cancelled.into());
        }
        let names = waiting.iter().map(|file| file.name.clone()).chain(gone);
        let earlier = names.filter(|name| target.join(name).symlink_metadata().is_ok()).collect();
        replace(target, &earlier, waiting)
    });
    if done.is_err() && created {
        // Succeeds only if it is empty, which is the point.
        let _ = fs::remove_dir(target);
    }
    done
}

/// What the files are called in the target: their paths below the folder that holds all inputs. A folder that was named is
/// taken whole, so that the names of one input are those in it.
pub fn names(inputs: &[PathBuf], files: &[Source]) -> anyhow::Result<Vec<String>> {
    let folder = |input: &PathBuf| {
        let path = plain(input)?;
        Ok(if input.is_dir() { path } else { path.parent().unwrap_or(&path).to_path_buf() })
    };
    let folders = inputs.iter().map(folder).collect::<anyhow::Result<Vec<PathBuf>>>()?;
    let shared = |a: &Path, b: &Path| -> PathBuf {
        a.components().zip(b.components()).take_while(|(a, b)| a == b).map(|(component, _)| component).collect()
    };
    let above = folders.iter().skip(1).fold(folders[0].clone(), |above, folder| shared(&above, folder));
    let mut taken = BTreeSet::new();
    let name = |file: &Source| {
        let path = plain(file.file().expect("all inputs are paths"))?;
        let name = path.strip_prefix(&above).unwrap_or(&path).to_string_lossy().into_owned();
        if !taken.insert(name.clone()) {
            let what = format!("two files would be written as {name}");
            return Err(Failure::new(what, "take one at a time, or the folder that holds both").into());
        }
        Ok(name)
    };
    files.iter().map(name).collect()
}

/// The path from the root on, without steps up.
fn plain(path: &Path) -> anyhow::Result<PathBuf> {
    let whole = absolute(path).map_err(|cause| Error::io("find", path, cause))?;
    Ok(whole.components().fold(PathBuf::new(), |mut plain, component| {
        match component {
            Component::ParentDir => drop(plain.pop()),
            other => plain.push(other),
        }
        plain
    }))
}

/// The path with links resolved as far as it exists.
fn resolved(path: &Path) -> anyhow::Result<PathBuf> {
    let plain = plain(path)?;
    let known = plain.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
    Ok(known.map_or(plain.clone(), |(above, real)| real.join(plain.strip_prefix(above).unwrap_or(&plain))))
}

/// An error if something is in the way, an input above all.
pub fn checked(
    target: &Path,
    inputs: &[PathBuf],
    files: &[Source],
    names: &[String],
    force: bool,
) -> anyhow::Result<()> {
    let refused = |what: String, hint: &str| Err(Failure::new(what, hint).into());
    let shown = target.display();
    if target.exists() && !target.is_dir() {
        return refused(format!("cannot write to {shown}: it is a file"), "name a folder, or - for standard output");
    }
    let real = resolved(target)?;
    for input in inputs.iter().filter(|input| input.is_dir()) {
        if real.starts_with(resolved(input)?) {
            let what = format!("cannot write to {shown}: it lies in {}, which was scanned", input.display());
            return refused(what, "choose another folder: the next scan would read everything twice");
        }
    }
    for name in names {
        let below = Path::new(name).ancestors().skip(1).map(|folder| target.join(folder));
        if let Some(link) = below.filter(|folder| folder != target).find(|folder| folder.is_symlink()) {
            let what = format!("cannot write to {}: {} is a link", target.join(name).display(), link.display());
            return refused(what, "choose another folder: nothing is written through links");
        }
    }
    writable(target)?;
    let originals: BTreeSet<PathBuf> = files.iter().filter_map(|file| file.file()?.canonicalize().ok()).collect();
    for path in names.iter().map(|name| target.join(name)).filter(|path| path.exists()) {
        if path.canonicalize().is_ok_and(|path| originals.contains(&path)) {
            let what = format!("cannot write to {}: it was scanned, and input is never changed", path.display());
            return refused(what, "choose another folder");
        }
        if !force {
            return refused(format!("cannot write to {}: it exists", path.display()), "use --force to replace it");
        }
    }
    Ok(())
}
