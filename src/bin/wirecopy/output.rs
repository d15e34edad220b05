//! The output folder: complete or absent, and never at the cost of anybody else's files.
//!
//! Every file is written under a temporary name in the folder and renamed at the end; the manifest last, since it marks a
//! complete output. What goes wrong before leaves the folder as it was.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use tempfile::NamedTempFile;
use wirecopy::error::Error;
use wirecopy::findings::Findings;
use wirecopy::report::manifest::{self, Manifest};
use wirecopy::report::{Table, TableFormat, lists};

use crate::args::OutputArgs;
use crate::failure::Failure;
use crate::interrupt;

const KEEP: &str = "keep.txt";
const DROP: &str = "drop.txt";
/// Keeps a scan of a folder around the output from reading the output's tables as articles.
const IGNORE: &str = ".wirecopyignore";
const TEMPORARY_PREFIX: &str = ".wirecopy-";

/// Where a command writes files, and how.
pub struct Output {
    folder: PathBuf,
    format: TableFormat,
    force: bool,
}

impl Output {
    /// The output that the flags ask for, if any, after a check that nothing is in its way.
    pub fn checked(args: &OutputArgs) -> anyhow::Result<Option<Output>> {
        let Some(folder) = args.out.clone() else { return Ok(None) };
        let output = Output { folder, format: args.table_format.into(), force: args.force };
        output.earlier_files()?;
        Ok(Some(output))
    }

    /// The files written beside the manifest.
    pub fn files(&self) -> Vec<String> {
        let mut files: Vec<String> = Table::ALL.iter().map(|table| table.file_name(self.format)).collect();
        files.extend([KEEP, DROP, IGNORE].map(String::from));
        files
    }

    /// Writes everything; `manifest` is asked for when all else is written.
    pub fn write(&self, findings: &Findings, manifest: impl FnOnce() -> Manifest) -> anyhow::Result<()> {
        let created = !self.folder.exists();
        let written = self.written(findings, manifest);
        if written.is_err() && created {
            // Succeeds only if it is empty, which is the point.
            let _ = fs::remove_dir(&self.folder);
        }
        written
    }

    fn written(&self, findings: &Findings, manifest: impl FnOnce() -> Manifest) -> anyhow::Result<()> {
        fs::create_dir_all(&self.folder).map_err(|cause| Error::io("create", &self.folder, cause))?;
        let mut files = Vec::new();
        for table in Table::ALL {
            files.push(self.staged(&table.file_name(self.format), |out| table.write(findings, self.format, out))?);
        }
        files.push(self.staged(KEEP, |out| lists::keep(findings, out))?);
        files.push(self.staged(DROP, |out| lists::drop(findings, out))?);
        files.push(
            self.staged(IGNORE, |out| out.write_all(b"# Tables, not articles: a scan leaves this folder out.\n*\n"))?,
        );
        files.push(self.staged(manifest::FILE_NAME, |out| manifest().write(out))?);
        // Rows may lie in temporary files.
        findings.workspace.check()?;
        if interrupt::requested() {
            return Err(Error::Cancelled.into());
        }
        // Again: a long scan lies between the first look and this one.
        self.retire(self.earlier_files()?)?;
        for (name, file) in files {
            let path = self.folder.join(name);
            file.persist(&path).map_err(|failed| Error::io("write", path, failed.error))?;
        }
        Ok(())
    }

    /// Writes one file under a temporary name, which goes away with the value.
    fn staged(
        &self,
        name: &str,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> anyhow::Result<(String, NamedTempFile)> {
        let path = self.folder.join(name);
        let mut builder = tempfile::Builder::new();
        builder.prefix(TEMPORARY_PREFIX).suffix(".tmp");
        // As for any other new file: what the user's mask leaves.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = builder.tempfile_in(&self.folder).map_err(|cause| Error::io("write", &path, cause))?;
        let mut out = BufWriter::new(Stoppable(file));
        content(&mut out).and_then(|()| out.flush()).map_err(|cause| Error::io("write", &path, cause))?;
        let Stoppable(file) = out.into_inner().map_err(|failed| Error::io("write", &path, failed.into_error()))?;
        Ok((name.to_owned(), file))
    }

    /// Removes the files of an earlier output, the mark of its completeness first.
    fn retire(&self, earlier: BTreeSet<String>) -> anyhow::Result<()> {
        let (marks, tables): (Vec<_>, Vec<_>) = earlier.into_iter().partition(|name| name == manifest::FILE_NAME);
        for name in marks.into_iter().chain(tables) {
            let path = self.folder.join(name);
            match fs::remove_file(&path) {
                Err(cause) if cause.kind() != ErrorKind::NotFound => {
                    return Err(Error::io("remove", path, cause).into());
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The files of an earlier output that this one replaces; an error if it may not, or if the folder is somebody else's.
    fn earlier_files(&self) -> anyhow::Result<BTreeSet<String>> {
        let shown = self.folder.display();
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(BTreeSet::new()),
            Err(cause) if cause.kind() == ErrorKind::NotADirectory => {
                return Err(Failure::new(
                    format!("cannot write to {shown}: it is a file"),
                    "name a folder that is empty or does not exist yet",
                )
                .into());
            }
            Err(cause) => return Err(Error::io("read", &self.folder, cause).into()),
        };
        let mut present = BTreeSet::new();
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot read {shown}"))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !(name.starts_with(TEMPORARY_PREFIX) && name.ends_with(".tmp")) {
                present.insert(name);
            }
        }
        if present.is_empty() {
            return Ok(present);
        }
        let own = own_files(&self.folder, &present);
        let elsewhere = "choose another folder; nothing was changed";
        let finished = own.contains(manifest::FILE_NAME);
        if let Some(other) = present.iter().find(|name| !finished && !own.contains(*name)) {
            let what = format!("cannot write to {shown}: it holds something else ({other})");
            return Err(Failure::new(what, elsewhere).into());
        }
        let in_the_way = self.files().into_iter().find(|name| present.contains(name) && !own.contains(name));
        if let Some(name) = in_the_way {
            let what = format!("cannot write to {shown}: {name} is not of the earlier output there");
            return Err(Failure::new(what, elsewhere).into());
        }
        if !self.force {
            let what = format!("cannot write to {shown}: it holds an earlier output");
            return Err(Failure::new(what, "use --force to replace it, or choose another folder").into());
        }
        Ok(own)
    }
}

/// Those of the files present that wirecopy wrote: the ones the manifest lists; without a manifest, after a run that was
/// killed while it renamed its files, all that have a name of ours, provided that nothing else is there.
fn own_files(folder: &Path, present: &BTreeSet<String>) -> BTreeSet<String> {
    let mut names = BTreeSet::from([KEEP, DROP, IGNORE, manifest::FILE_NAME].map(String::from));
    for format in TableFormat::ALL {
        names.extend(Table::ALL.iter().map(|table| table.file_name(format)));
    }
    if present.contains(manifest::FILE_NAME) {
        let text = fs::read(folder.join(manifest::FILE_NAME)).unwrap_or_default();
        let listed: BTreeSet<String> = match serde_json::from_slice::<Manifest>(&text) {
            Ok(manifest) if manifest.program == env!("CARGO_PKG_NAME") => manifest.files.into_iter().collect(),
            _ => return BTreeSet::new(),
        };
        names.retain(|name| name == manifest::FILE_NAME || listed.contains(name));
    } else if !present.is_subset(&names) {
        return BTreeSet::new();
    }
    names.intersection(present).cloned().collect()
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
