//! The output folder: complete or absent, and never at the cost of anybody else's files.
//!
//! Every file is written under a temporary name in the folder and renamed at the end; the manifest last, since it marks a
//! complete output. What goes wrong before leaves the folder as it was, and so does what goes wrong while files are renamed:
//! see [`replace`](mod@crate::program::replace).

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context;
use rayon::prelude::*;

use crate::error::Error;
use crate::findings::Findings;
use crate::program::args::{OutputArgs, ReportForm};
use crate::program::claim::{Claim, writable};
use crate::program::failure::Failure;
use crate::program::interrupt;
use crate::program::replace::replace;
use crate::program::reports;
use crate::program::staging::{Staged, is_leftover, staged};
use crate::report::manifest::{self, Manifest};
use crate::report::{Table, TableFormat, html, lists, texts};

const KEEP: &str = "keep.txt";
const DROP: &str = "drop.txt";
/// Keeps a scan of a folder around the output from reading the output's tables as articles.
const IGNORE: &str = ".wirecopyignore";
/// The folder with the parts of a large report.
const PARTS: &str = "report";

/// Where a command writes files, and how.
pub struct Output {
    folder: PathBuf,
    format: TableFormat,
    force: bool,
    reports: Vec<ReportForm>,
    /// From the beginning of a run on, if the folder was there.
    claim: Option<Claim>,
}

impl Output {
    /// The output that the flags ask for, if any, after a check that nothing is in its way; the reports in it are those that
    /// `reports` makes of the flags.
    pub fn checked(
        args: &OutputArgs,
        reports: impl FnOnce(&OutputArgs) -> Vec<ReportForm>,
    ) -> anyhow::Result<Option<Output>> {
        let Some(folder) = args.out.clone() else { return Ok(None) };
        let reports = reports(args);
        writable(&folder)?;
        let claim = if folder.is_dir() { Some(Claim::now(&folder)?) } else { None };
        let output = Output { folder, format: args.table_format.into(), force: args.force, reports, claim };
        output.earlier_files()?;
        Ok(Some(output))
    }

    /// Writes everything; `manifest` is asked for when all else is written, and told the names of the files.
    pub fn write(
        &self,
        findings: &Findings,
        inputs: &[String],
        manifest: impl FnOnce(Vec<String>) -> Manifest,
    ) -> anyhow::Result<()> {
        let created = !self.folder.exists();
        let written = self.written(findings, inputs, manifest);
        if written.is_err() && created {
            // Succeeds only if it is empty, which is the point.
            let _ = fs::remove_dir(&self.folder);
        }
        written
    }

    fn written(
        &self,
        findings: &Findings,
        inputs: &[String],
        manifest: impl FnOnce(Vec<String>) -> Manifest,
    ) -> anyhow::Result<()> {
        let folder = &self.folder;
        fs::create_dir_all(folder).map_err(|cause| Error::io("create", folder, cause))?;
        let _claim = if self.claim.is_some() { None } else { Some(Claim::now(folder)?) };
        let mut files = self.staged(findings, inputs)?;
        let names = files.iter().map(|file| file.name.clone()).collect();
        files.push(staged(folder, manifest::FILE_NAME, |out| manifest(names).write(out))?);
        // Rows may lie in temporary files.
        findings.workspace.check()?;
        if interrupt::requested() {
            return Err(Error::Cancelled.into());
        }
        // Again: a long scan lies between the first look and this one.
        replace(folder, &self.earlier_files()?, files)
    }

    /// All files but the manifest, in the order of its list. They are made side by side.
    fn staged(&self, findings: &Findings, inputs: &[String]) -> anyhow::Result<Vec<Staged>> {
        type Job<'a> = Box<dyn Fn() -> anyhow::Result<Vec<Staged>> + Sync + 'a>;
        let folder = self.folder.as_path();
        let one = |file: anyhow::Result<Staged>| Ok(vec![file?]);
        let mut jobs: Vec<Job<'_>> = Vec::new();
        for table in Table::ALL {
            let name = table.file_name(self.format);
            jobs.push(Box::new(move || one(staged(folder, &name, |out| table.write(findings, self.format, out)))));
        }
        let ignore = b"# Tables, not articles: a scan leaves this folder out.\n*\n";
        jobs.push(Box::new(|| one(staged(folder, KEEP, |out| lists::keep(findings, out)))));
        jobs.push(Box::new(|| one(staged(folder, DROP, |out| lists::drop(findings, out)))));
        jobs.push(Box::new(|| one(staged(folder, IGNORE, |out| out.write_all(ignore)))));
        if self.has_texts() {
            jobs.push(Box::new(|| one(staged(folder, texts::FILE_NAME, |out| texts::write(findings, out)))));
        }
        for &form in &self.reports {
            jobs.push(Box::new(move || reports::made(form, findings, inputs, &folder.join(form.file_name()))));
        }
        let made: Vec<anyhow::Result<Vec<Staged>>> = jobs.par_iter().map(|job| job()).collect();
        let mut files = Vec::new();
        for made in made {
            files.extend(made?);
        }
        Ok(files)
    }

    /// What it holds, and how its report is opened, in a line each.
    pub fn described(&self) -> Vec<String> {
        let shown = self.folder.display();
        let tables: Vec<&str> = Table::ALL.iter().map(|table| table.name()).collect();
        let tables = tables.join(", ");
        let mut lines = vec![format!("written to {shown}: {tables}, {KEEP}, {DROP}, {}", manifest::FILE_NAME)];
        if let Some(form) = self.reports.iter().find(|form| form.shows_texts()) {
            let open = if cfg!(target_os = "macos") {
                "open"
            } else if cfg!(windows) {
                "start"
            } else {
                "xdg-open"
            };
            lines.push(format!("open the report: {open} {}", quoted(&self.folder.join(form.file_name()))));
        }
        lines
    }

    /// The claim of its folder, if it was there from the beginning.
    pub fn claim(&self) -> Option<&Claim> {
        self.claim.as_ref()
    }

    /// Texts are kept for reports that show them.
    pub fn has_texts(&self) -> bool {
        self.reports.iter().any(|form| form.shows_texts())
    }

    /// The names that will be written in the folder, whatever is found.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Table::ALL.iter().map(|table| table.file_name(self.format)).collect();
        names.extend([KEEP, DROP, IGNORE].map(String::from));
        names.extend(self.has_texts().then(|| texts::FILE_NAME.into()));
        names.extend(self.reports.iter().map(|form| form.file_name().into()));
        if self.has_texts() {
            names.extend(reports::parts(&self.folder, PARTS));
        }
        names
    }

    /// The files of an earlier output that this one replaces; an error if it may not, or if the folder is somebody else's.
    fn earlier_files(&self) -> anyhow::Result<BTreeSet<String>> {
        let shown = self.folder.display();
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(BTreeSet::new()),
            Err(cause) => return Err(Error::io("read", &self.folder, cause).into()),
        };
        let mut present = BTreeSet::new();
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot read {shown}"))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !is_leftover(&name) {
                present.insert(name);
            }
        }
        present.extend(reports::parts(&self.folder, PARTS));
        if present.is_empty() {
            return Ok(present);
        }
        let own = own_files(&self.folder, &present);
        let elsewhere = "choose another folder; nothing was changed";
        let finished = own.contains(manifest::FILE_NAME);
        if let Some(other) =
            present.iter().find(|name| !finished && !own.contains(*name) && !is_parts_folder(&self.folder, name))
        {
            let what = format!("cannot write to {shown}: it contains other files ({other})");
            return Err(Failure::new(what, elsewhere).into());
        }
        let in_the_way = self.names().into_iter().find(|name| present.contains(name) && !own.contains(name));
        if let Some(name) = in_the_way {
            let what = format!("cannot write to {shown}: {name} is not part of the earlier output");
            return Err(Failure::new(what, elsewhere).into());
        }
        if !self.force {
            let what = format!("cannot write to {shown}: it contains an earlier output");
            return Err(Failure::new(what, "use --force to replace it, or choose another folder").into());
        }
        Ok(own)
    }
}

/// Those of the files present that wirecopy wrote: the ones the manifest lists; without a manifest, after a run that was
/// killed while it renamed its files, all that have a name of ours, provided that nothing else is there.
fn own_files(folder: &Path, present: &BTreeSet<String>) -> BTreeSet<String> {
    let mut names = BTreeSet::from([KEEP, DROP, IGNORE, texts::FILE_NAME, manifest::FILE_NAME].map(String::from));
    names.extend(ReportForm::ALL.map(|form| form.file_name().to_owned()));
    names.extend(reports::parts(folder, PARTS));
    for &format in TableFormat::ALL {
        names.extend(Table::ALL.iter().map(|table| table.file_name(format)));
    }
    if present.contains(manifest::FILE_NAME) {
        let text = fs::read(folder.join(manifest::FILE_NAME)).unwrap_or_default();
        let listed: BTreeSet<String> = match serde_json::from_slice::<Manifest>(&text) {
            Ok(manifest) if manifest.program == env!("CARGO_PKG_NAME") => manifest.files.into_iter().collect(),
            _ => return BTreeSet::new(),
        };
        names.retain(|name| name == manifest::FILE_NAME || listed.contains(name));
    } else if !present.iter().all(|name| names.contains(name) || is_parts_folder(folder, name)) {
        return BTreeSet::new();
    }
    names.intersection(present).cloned().collect()
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/\\._-+:~@%,=".contains(c);
    if path.chars().all(plain) { path } else { format!("'{}'", path.replace('\'', "'\\''")) }
}

/// Whether it is the folder of a report's parts, with nothing else in it.
fn is_parts_folder(folder: &Path, name: &str) -> bool {
    let entries = || fs::read_dir(folder.join(name)).into_iter().flatten().flatten();
    name == PARTS
        && folder.join(name).is_dir()
        && entries().all(|entry| html::is_part_name(&entry.file_name().to_string_lossy()))
}

/// Writes reports into the folder of a finished scan; of its files, only reports and the manifest's list change.
pub fn renew(
    folder: &Path,
    forms: &[ReportForm],
    findings: &Findings,
    known: Manifest,
    force: bool,
) -> anyhow::Result<()> {
    if folder.join(manifest::FILE_NAME).is_dir() {
        let what = format!("cannot write to {}: an engine wrote its files, in parts", folder.display());
        return Err(Failure::new(what, "give the report a path: --report html=PATH").into());
    }
    let listed: BTreeSet<String> = known.files.iter().cloned().collect();
    let has_parts = forms.iter().any(|form| form.shows_texts());
    let parts = if has_parts { reports::parts(folder, PARTS) } else { BTreeSet::new() };
    let replaced: BTreeSet<String> = forms
        .iter()
        .map(|form| form.file_name().to_owned())
        .chain(parts)
        .filter(|name| folder.join(name).exists())
        .collect();
    if let Some(name) = replaced.iter().find(|name| !force && !listed.contains(*name)) {
        let what = format!("cannot write to {}: {name} is not part of this scan", folder.display());
        return Err(
            Failure::new(what, "use --force to replace it, or give the report a path: --report html=PATH").into()
        );
    }
    let _claim = Claim::now(folder)?;
    let mut files: Vec<Staged> = Vec::new();
    for &form in forms {
        files.extend(reports::made(form, findings, &known.inputs, &folder.join(form.file_name()))?);
    }
    let mut names: Vec<String> = known.files.iter().filter(|name| !replaced.contains(*name)).cloned().collect();
    names.extend(files.iter().map(|file| file.name.clone()));
    let manifest = Manifest { files: names, ..known };
    files.push(staged(folder, manifest::FILE_NAME, |out| manifest.write(out))?);
    findings.workspace.check()?;
    if interrupt::requested() {
        return Err(Error::Cancelled.into());
    }
    let replaced = replaced.into_iter().chain([manifest::FILE_NAME.to_owned()]).collect();
    replace(folder, &replaced, files)
}
