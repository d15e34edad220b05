//! Files in the place of earlier ones: at every moment, killed or failed, either the earlier or the new ones are whole, or can
//! be made whole again.
//!
//! The earlier files go to a folder beside the new ones, the manifest first. When all of them are there the folder gets another
//! name, the new files get theirs, the manifest last, and the folder gets a third name, from which on the new files count. So
//! the names say how far a run came that was killed:
//!
//! - [`MOVING`]: what is in it belongs above it.
//! - [`OLD`]: all of the earlier files are in it. The new files go, and then it is [`MOVING`].
//! - [`DONE`]: the new files are whole, and it can go.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::error::Error;
use crate::program::interrupt;
use crate::program::staging::Staged;
use crate::report::manifest;

const MOVING: &str = ".wirecopy-moving.tmp";
const OLD: &str = ".wirecopy-old.tmp";
const DONE: &str = ".wirecopy-done.tmp";
/// In the folder of earlier files: the names of the new ones, a line each.
const NEW: &str = ".new";

/// Gives `files` their names in `folder`, in their order, and removes the `earlier` ones. If that fails, the earlier ones are
/// there again.
pub fn replace(folder: &Path, earlier: &BTreeSet<String>, files: Vec<Staged>) -> anyhow::Result<()> {
    replaced(folder, earlier, files, &Steps::default())
}

/// Makes whole what a run that was killed has left in `folder`: its own files if all of them are there, else those before.
pub fn recover(folder: &Path) -> anyhow::Result<()> {
    recovered(folder, &Steps::default())
        .map_err(|cause| Error::io("restore the earlier output in", folder, cause).into())
}

fn replaced(folder: &Path, earlier: &BTreeSet<String>, files: Vec<Staged>, steps: &Steps) -> anyhow::Result<()> {
    // Not left halfway for a signal.
    let _whole = interrupt::wait_for_me();
    let names: Vec<&str> = files.iter().map(|file| &*file.name).collect();
    let aside = moved_aside(folder, earlier, &names.join("\n"), steps);
    let placed =
        aside.map_err(|cause| Error::io("replace the earlier output in", folder, cause).into()).and_then(|()| {
            files.into_iter().try_for_each(|file| {
                let path = folder.join(&file.name);
                steps.take(|| Ok(())).map_err(|cause| Error::io("write", path, cause))?;
                file.persist(folder)
            })?;
            let done = synced(folder).and_then(|()| steps.take(|| fs::rename(folder.join(OLD), folder.join(DONE))));
            done.map_err(|cause| Error::io("replace the earlier output in", folder, cause).into())
        });
    if placed.is_err() {
        // What failed first is what is told. What cannot be undone now is undone by the next run.
        let _ = recovered(folder, steps);
        return placed;
    }
    // The new files are whole, whatever becomes of the rest.
    let _ = synced(folder).and_then(|()| steps.take(|| fs::remove_dir_all(folder.join(DONE))));
    remove_empty_folders(folder, earlier);
    Ok(())
}

fn moved_aside(folder: &Path, earlier: &BTreeSet<String>, new: &str, steps: &Steps) -> io::Result<()> {
    let moving = folder.join(MOVING);
    steps.take(|| fs::create_dir(&moving))?;
    steps.take(|| fs::write(moving.join(NEW), new))?;
    let (marks, tables): (Vec<&String>, Vec<_>) = earlier.iter().partition(|name| *name == manifest::FILE_NAME);
    for name in marks.into_iter().chain(tables) {
        moved(folder, &moving, name, steps)?;
    }
    steps.take(|| fs::rename(&moving, folder.join(OLD)))
}

fn recovered(folder: &Path, steps: &Steps) -> io::Result<()> {
    let (moving, old, done) = (folder.join(MOVING), folder.join(OLD), folder.join(DONE));
    if done.is_dir() {
        steps.take(|| fs::remove_dir_all(&done))?;
    }
    if old.is_dir() {
        let new: BTreeSet<String> =
            fs::read_to_string(old.join(NEW)).unwrap_or_default().lines().map(str::to_owned).collect();
        for name in &new {
            match steps.take(|| fs::remove_file(folder.join(name))) {
                Err(cause) if cause.kind() != ErrorKind::NotFound => return Err(cause),
                _ => {}
            }
        }
        remove_empty_folders(folder, &new);
        steps.take(|| fs::rename(&old, &moving))?;
    }
    if moving.is_dir() {
        let mut names = BTreeSet::new();
        listed(&moving, "", &mut names)?;
        let (marks, tables): (Vec<&String>, Vec<_>) = names.iter().partition(|name| *name == manifest::FILE_NAME);
        for name in tables.into_iter().chain(marks) {
            moved(&moving, folder, name, steps)?;
        }
        steps.take(|| fs::remove_dir_all(&moving))?;
    }
    Ok(())
}

fn moved(from: &Path, to: &Path, name: &str, steps: &Steps) -> io::Result<()> {
    let place = to.join(name);
    if let Some(parent) = place.parent() {
        fs::create_dir_all(parent)?;
    }
    steps.take(|| fs::rename(from.join(name), place))
}

/// The files of a folder and of those in it, but for the list of new ones.
fn listed(folder: &Path, above: &str, names: &mut BTreeSet<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{above}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            listed(&entry.path(), &format!("{name}/"), names)?;
        } else if name != NEW {
            names.insert(name);
        }
    }
    Ok(())
}

/// Removes the folders that files of these names stood in, if nothing is left there.
fn remove_empty_folders(folder: &Path, names: &BTreeSet<String>) {
    let folders: BTreeSet<&Path> = names.iter().flat_map(|name| Path::new(name).ancestors().skip(1)).collect();
    // Those in others first.
    for name in folders.into_iter().rev().filter(|name| *name != Path::new("")) {
        let _ = fs::remove_dir(folder.join(name));
    }
}

/// Waits until the names in a folder are on the disk.
fn synced(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// The steps that change something. In tests one fails, or the run is killed before it.
#[derive(Default)]
struct Steps {
    #[cfg(test)]
    fault: std::cell::Cell<Option<(usize, tests::Fault)>>,
}

impl Steps {
    fn take<T>(&self, step: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        #[cfg(test)]
        self.before()?;
        step()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::program::staging::staged;

    #[derive(Clone, Copy, Debug, PartialEq)]
    pub(super) enum Fault {
        /// The step fails, and others do not.
        Fails,
        /// It and all after it are not taken.
        Kills,
    }

    impl Steps {
        pub(super) fn before(&self) -> io::Result<()> {
            match self.fault.get() {
                Some((0, fault)) => {
                    self.fault.set((fault == Fault::Kills).then_some((0, fault)));
                    Err(io::Error::other("a fault"))
                }
                Some((steps, fault)) => {
                    self.fault.set(Some((steps - 1, fault)));
                    Ok(())
                }
                None => Ok(()),
            }
        }
    }

    type Files = BTreeMap<String, String>;

    fn files(names: &[&str], content: &str) -> Files {
        names.iter().map(|name| ((*name).to_owned(), format!("{content} {name}"))).collect()
    }

    fn found(folder: &Path) -> Files {
        let mut names = BTreeSet::new();
        listed(folder, "", &mut names).unwrap();
        names.into_iter().map(|name| (name.clone(), fs::read_to_string(folder.join(name)).unwrap())).collect()
    }

    fn put(folder: &Path, files: &Files) {
        for (name, content) in files {
            fs::create_dir_all(folder.join(name).parent().unwrap()).unwrap();
            fs::write(folder.join(name), content).unwrap();
        }
    }

    /// Replaces what of `old` is no file of somebody else.
    fn replace_all(folder: &Path, old: &Files, new: &Files, steps: &Steps) -> anyhow::Result<()> {
        let write = |(name, content): (&String, &String)| {
            staged(folder, name, |out| out.write_all(content.as_bytes())).unwrap()
        };
        let (marks, tables): (Vec<_>, Vec<_>) = new.iter().partition(|(name, _)| *name == manifest::FILE_NAME);
        let staged = tables.into_iter().chain(marks).map(write).collect();
        let earlier = old.keys().filter(|name| *name != "notes.txt").cloned().collect();
        replaced(folder, &earlier, staged, steps)
    }

    #[test]
    fn the_old_or_the_new_output_is_whole_at_every_fault() {
        let notes = files(&["notes.txt"], "mine");
        let full = files(&["manifest.json", "pairs.jsonl", "report/p1.js", "keep.txt"], "old");
        let new = files(&["manifest.json", "pairs.jsonl", "members.csv", "report/p2.js"], "new");
        let with_notes = |files: &Files| files.clone().into_iter().chain(notes.clone()).collect::<Files>();
        let new = with_notes(&new);
        for old in [with_notes(&full), notes.clone()] {
            for fault in [Fault::Fails, Fault::Kills] {
                let mut whole_new = 0;
                for step in 0.. {
                    let folder = tempfile::tempdir().unwrap();
                    put(folder.path(), &old);
                    let steps = Steps { fault: std::cell::Cell::new(Some((step, fault))) };
                    let ended = replace_all(folder.path(), &old, &without(&new, "notes.txt"), &steps);
                    if fault == Fault::Kills {
                        // A second run is killed while it recovers, too.
                        let steps = Steps { fault: std::cell::Cell::new(Some((step % 3, fault))) };
                        let _ = recovered(folder.path(), &steps);
                        recover(folder.path()).unwrap();
                    }
                    if ended.is_ok() {
                        // The earlier output may not have been removed, which the next run does.
                        recover(folder.path()).unwrap();
                    }
                    assert!(!folder.path().join(DONE).exists() || ended.is_err(), "{fault:?} at step {step}");
                    recover(folder.path()).unwrap();
                    let left = found(folder.path());
                    assert!(left == old || left == new, "{fault:?} at step {step}: {left:?}");
                    assert!(ended.is_err() || left == new, "{fault:?} at step {step}");
                    whole_new += usize::from(left == new);
                    // The same line goes on.
                    recover(folder.path()).unwrap();
                    replace_all(folder.path(), &left, &without(&new, "notes.txt"), &Steps::default()).unwrap();
                    assert_eq!(found(folder.path()), new, "{fault:?} at step {step}");
                    if steps.fault.get().is_some_and(|(left, _)| left > 0) {
                        assert!(step > 7, "{step} steps");
                        break;
                    }
                }
                assert!(whole_new > 0);
            }
        }
    }

    fn without(files: &Files, name: &str) -> Files {
        files.iter().filter(|(other, _)| *other != name).map(|(name, text)| (name.clone(), text.clone())).collect()
    }
}
