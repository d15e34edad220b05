//! The input of a finished scan, written again with what was found: into a folder, all files or none, or one file to standard
//! output.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use crate::program::console::{Console, Talk};
use crate::program::failure::Failure;
use crate::program::finished::Finished;
use crate::program::mirror::{all_or_none, checked, names, raising};
use crate::program::staging::staged;
use crate::read::{Input, Mapping, NotWritten, Packing, Rewritable, Rewrite, Source, sources};
use crate::report::annotation::{Annotations, KEY};
use crate::report::escape::printable;

/// Writes the input of the scan in `scan` again to the folder `target`, or to standard output for `-`.
pub fn write(scan: &Path, target: &Path, force: bool, console: &Console) -> anyhow::Result<()> {
    let finished = Finished::in_folder(scan, "scan again from files")?;
    if let Some(address) = finished.inputs.iter().find(|input| Input::is_address(&input.to_string_lossy())) {
        let what = format!("cannot write {} again: it is an address", address.display());
        return Err(Failure::new(what, "scan a copy of it in files").into());
    }
    let read = &finished.settings.read;
    let files = sources(finished.inputs.iter().cloned().map(Input::Path).collect(), read)?.sources;
    let mapping = Mapping::new(read)?;
    let open = |source| Rewrite::open(source, read, &mapping);
    let mut annotating = Annotating { annotations: Annotations::of(scan)?, told: Told::default() };
    if target == Path::new("-") {
        let [file] = &files[..] else {
            let what = format!("the scan has read {} files, and standard output takes one", files.len());
            return Err(Failure::new(what, "name a folder: --annotate DIR").into());
        };
        match open(file)? {
            Rewritable::No(reason) => annotating.leave_out(file, reason)?,
            Rewritable::Yes(rewrite) => {
                raising(|raise| console.print(|out| raise(annotating.file(file, *rewrite, Packing::None, out))))?
            }
        }
        annotating.finish(scan)?;
    } else {
        let names = names(&finished.inputs, &files)?;
        checked(target, &finished.inputs, &files, &names, force)?;
        all_or_none(target, |waiting| {
            for (file, name) in files.iter().zip(&names) {
                match open(file)? {
                    Rewritable::No(reason) => annotating.leave_out(file, reason)?,
                    Rewritable::Yes(rewrite) => waiting.push(raising(|raise| {
                        staged(target, name, |out| raise(annotating.file(file, *rewrite, Packing::Same, out)))
                    })?),
                }
            }
            annotating.finish(scan)?;
            Ok(Vec::new())
        })?;
    }
    if console.talk != Talk::Quiet {
        annotating.told.tell();
    }
    Ok(())
}

/// The annotations on their way into files.
struct Annotating {
    annotations: Annotations,
    told: Told,
}

/// What the user is told in the end.
#[derive(Default)]
struct Told {
    files: u64,
    records: u64,
    unchanged: u64,
    /// Files that end before their time, and why.
    damaged: Vec<(String, String)>,
    /// By reason.
    left_out: BTreeMap<String, LeftOut>,
}

/// Files that were left out.
struct LeftOut {
    first: String,
    files: u64,
    /// How many articles they hold.
    articles: u64,
}

impl Annotating {
    fn file(
        &mut self,
        file: &Source,
        rewrite: Rewrite<'_>,
        packing: Packing,
        out: &mut (dyn Write + Send),
    ) -> Result<(), NotWritten> {
        let rewritten = rewrite.write(KEY, packing, &mut |record| self.annotations.next(record), out)?;
        self.told.files += 1;
        self.told.records += rewritten.records;
        self.told.unchanged += rewritten.unchanged;
        self.told.damaged.extend(rewritten.damage.map(|damage| (file.path.to_string(), damage)));
        Ok(())
    }

    fn leave_out(&mut self, file: &Source, reason: String) -> anyhow::Result<()> {
        let articles = self.annotations.pass_over(&file.path)?;
        let none = || LeftOut { first: file.path.to_string(), files: 0, articles: 0 };
        let left_out = self.told.left_out.entry(reason).or_insert_with(none);
        left_out.files += 1;
        left_out.articles += articles;
        Ok(())
    }

    /// An error if the scan has read something else, or if no file could be written.
    fn finish(&mut self, scan: &Path) -> anyhow::Result<()> {
        self.annotations.finish()?;
        match self.told.left_out.iter().next() {
            Some((reason, LeftOut { first, .. })) if self.told.files == 0 => {
                let what = format!("no input of the scan in {} has room for a key ({first}: {reason})", scan.display());
                Err(Failure::new(what, "the table members says the same by path and record").into())
            }
            _ => Ok(()),
        }
    }
}

impl Told {
    fn tell(&self) {
        let one_or = |count: u64, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        eprintln!("annotated {} in {}", one_or(self.records, "record"), one_or(self.files, "file"));
        if self.unchanged > 0 {
            let verbs =
                if self.unchanged == 1 { "is broken and stays as it was" } else { "are broken and stay as they were" };
            eprintln!("{} {verbs}", one_or(self.unchanged, "record"));
        }
        for (path, reason) in &self.damaged {
            eprintln!("warning: {}: {}; what comes before was written", printable(path), printable(reason));
        }
        for (reason, LeftOut { first, files, articles }) in &self.left_out {
            let (files, articles) = (one_or(*files, "file"), one_or(*articles, "article"));
            let (first, reason) = (printable(first), printable(reason));
            eprintln!("warning: left out {files} with {articles}: no room for a key ({first}: {reason})");
        }
    }
}
