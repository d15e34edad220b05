//! Where the outcome of a check goes: standard output, files, and what GitHub Actions reads.

use std::collections::BTreeSet;
use std::env;
use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::check::Outcome;
use crate::error::Error;
use crate::program::args::OutputFile;
use crate::program::claim::Claim;
use crate::program::console::Console;
use crate::program::failure::Failure;
use crate::program::staging::{temporary, written};
use crate::read::{self, Input};
use crate::report::check::{Format, github};
use crate::settings::Settings;

/// The formats that were asked for.
pub struct Verdict {
    printed: Vec<Format>,
    files: Vec<(Format, PathBuf)>,
}

impl Verdict {
    /// The formats, text on standard output if none is named; an error if two would go to one file.
    pub fn checked(outputs: &[OutputFile]) -> anyhow::Result<Verdict> {
        let printed = outputs.iter().filter(|output| output.path.is_none()).map(|output| output.format);
        let mut printed: Vec<Format> = printed.collect();
        let mut files = Vec::new();
        let mut paths = BTreeSet::new();
        for output in outputs {
            let Some(path) = &output.path else { continue };
            if !paths.insert(path) {
                let what = format!("--output names {} twice", path.display());
                return Err(Failure::new(what, "give every format a file of its own").into());
            }
            files.push((output.format, path.clone()));
        }
        // Two machines cannot read one stream; commands stand beside what people read.
        let alone = printed.iter().filter(|format| **format != Format::Github).collect::<BTreeSet<_>>();
        if alone.len() > 1 {
            let what = "two formats go to standard output";
            return Err(Failure::new(what, "name a file for one of them: --output json=check.json").into());
        }
        printed.dedup();
        if printed.is_empty() {
            printed.push(Format::Text);
        }
        Ok(Verdict { printed, files })
    }

    /// An error if an output would replace a file of the corpus.
    pub fn spare(&self, corpus: &[PathBuf], settings: &Settings) -> anyhow::Result<()> {
        let existing: Vec<&PathBuf> = self.files.iter().map(|(_, path)| path).filter(|path| path.exists()).collect();
        if existing.is_empty() {
            return Ok(());
        }
        let on_disk = |path: &&PathBuf| path.as_path() != Path::new("-") && !Input::is_address(&path.to_string_lossy());
        let inputs = corpus.iter().filter(on_disk).cloned().map(Input::Path).collect();
        let found = read::sources(inputs, &settings.read)?;
        let articles: BTreeSet<PathBuf> =
            found.sources.iter().filter_map(|source| source.file()?.canonicalize().ok()).collect();
        for path in existing {
            if path.canonicalize().is_ok_and(|path| articles.contains(&path)) {
                let what = format!("{} is read as part of the corpus", path.display());
                return Err(Failure::new(what, "write the outcome to a file elsewhere").into());
            }
        }
        Ok(())
    }

    /// Writes every format. `instead` is shown where the text would be, or else on standard error.
    pub fn show(&self, outcome: &Outcome, instead: Option<&[u8]>, console: &Console) -> anyhow::Result<()> {
        for (format, path) in &self.files {
            write_file(path, |out| format.write(outcome, out))?;
        }
        let commands = self.printed.contains(&Format::Github);
        if commands || self.files.iter().any(|(format, _)| *format == Format::Github) {
            tell_github(outcome)?;
        }
        let mut shown = Vec::new();
        for format in self.printed.iter().filter(|format| **format != Format::Github) {
            match instead.filter(|_| *format == Format::Text) {
                Some(text) => shown.extend_from_slice(text),
                None => format.write(outcome, &mut shown).context("cannot write the outcome")?,
            }
        }
        let shows = |format: &Format| self.printed.contains(format);
        if let Some(text) = instead.filter(|_| !shows(&Format::Text)) {
            io::stderr().write_all(text).context("cannot write to standard error")?;
        }
        // Two forms have findings only, and what else shuts the gate must be said.
        if !outcome.stale.is_empty() && self.printed.iter().all(|f| matches!(f, Format::Gitlab | Format::Rdjsonl)) {
            for stale in &outcome.stale {
                eprintln!("stale entry of the baseline: {}", stale.entry.fingerprint);
            }
            eprintln!("hint: --update-baseline removes them, --allow-stale lets them pass");
        }
        console.print(|out| match commands {
            false => out.write_all(&shown),
            true => {
                github::sheltered(&shown, out)?;
                Format::Github.write(outcome, out)
            }
        })
    }
}

/// The summary of the job and the outputs of the step, in the files that GitHub Actions names.
fn tell_github(outcome: &Outcome) -> anyhow::Result<()> {
    let named = |name: &str| env::var_os(name).filter(|path| !path.is_empty()).map(PathBuf::from);
    if let Some(path) = named("GITHUB_STEP_SUMMARY") {
        let written = fs::metadata(&path).map_or(0, |file| file.len() as usize);
        append(&path, &github::summary(outcome, github::SUMMARY_BYTES.saturating_sub(written)))?;
    }
    if let Some(path) = named("GITHUB_OUTPUT") {
        append(&path, &github::outputs(outcome))?;
    }
    Ok(())
}

fn append(path: &Path, text: &str) -> anyhow::Result<()> {
    let file = OpenOptions::new().append(true).create(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|cause| Error::io("write", path, cause).into())
}

/// Writes a file under a temporary name beside it, then renames it. A link stays, and the file behind it is replaced; what is
/// no file, such as a pipe, is written to as it is.
pub fn write_file(path: &Path, content: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>) -> anyhow::Result<()> {
    let failed = |cause| Error::io("write", path, cause);
    let known = fs::metadata(path).ok();
    // Links there lead to what is open, which must not go away.
    let of_the_system = ["/dev", "/proc"].iter().any(|folder| path.starts_with(folder));
    if of_the_system || known.as_ref().is_some_and(|known| !known.is_file()) {
        let mut out = BufWriter::new(OpenOptions::new().write(true).open(path).map_err(failed)?);
        content(&mut out).and_then(|()| out.flush()).map_err(failed)?;
        return Ok(());
    }
    let place = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let _claim = Claim::in_turn(folder)?;
    let file = temporary(folder).map_err(failed)?;
    if let Some(known) = known {
        file.as_file().set_permissions(known.permissions()).map_err(failed)?;
    }
    let file = written(file, content).map_err(failed)?;
    file.persist(&place).map_err(|cause| failed(cause.error))?;
    Ok(())
}
