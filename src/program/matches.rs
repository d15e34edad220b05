//! From the corpus of a check to its matches: scanned, or kept from an earlier run; and which of its articles are new.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::check::gate::{New, lies_in};
use crate::check::{Matches, cache};
use crate::disk::Workspace;
use crate::error::Error;
use crate::pipeline;
use crate::program::args::CheckArgs;
use crate::program::commands::scan;
use crate::program::console::Console;
use crate::program::failure::Failure;
use crate::program::git::{Changed, Repository};
use crate::program::progress::Bars;
use crate::progress::Progress;
use crate::read::{self, Input};
use crate::settings::Settings;

/// Scans, or knows the result.
pub struct Scanner<'a> {
    args: &'a CheckArgs,
    settings: &'a Settings,
    console: &'a Console,
    temp_dir: PathBuf,
    pool: rayon::ThreadPool,
    bars: Bars,
}

impl<'a> Scanner<'a> {
    pub fn new(args: &'a CheckArgs, settings: &'a Settings, console: &'a Console) -> anyhow::Result<Scanner<'a>> {
        let (pool, temp_dir) = (scan::pool(&args.run)?, scan::temp_dir(&args.run)?);
        Ok(Scanner { args, settings, console, temp_dir, pool, bars: Bars::new(console.talk) })
    }

    /// The matches of a corpus. `under` is where it lies by chance.
    pub fn matches(&self, corpus: &[PathBuf], under: &Path) -> anyhow::Result<Matches> {
        let inputs = scan::named(corpus, self.console)?;
        let Some(folder) = self.args.cache.as_deref().filter(|_| !corpus.iter().any(|path| read_once(path))) else {
            return self.scanned(inputs);
        };
        let relations = &self.settings.check.fail_on;
        let key = || self.pool.install(|| cache::Key::of(corpus, under, self.settings, relations));
        let before = key()?;
        if let Some(matches) = before.and_then(|key| cache::kept(folder, key)) {
            if let Some(limit) = self.args.max_rejects {
                scan::within(limit, matches.rejects, matches.articles)?;
            }
            return Ok(matches);
        }
        let matches = self.scanned(inputs)?;
        // What changed under way belongs to no key.
        let unchanged = before.filter(|before| key().is_ok_and(|after| after == Some(*before)));
        if let Some(Err(error)) = unchanged.map(|key| cache::keep(folder, key, &matches)) {
            self.bars.warn(&format!("what was found is not kept: {:#}", anyhow::Error::from(error)));
        }
        Ok(matches)
    }

    fn scanned(&self, inputs: Vec<Input>) -> anyhow::Result<Matches> {
        let workspace = Workspace::limited(&self.temp_dir, self.args.run.memory.as_u64());
        let findings = self.pool.install(|| pipeline::scan_within(&workspace, inputs, self.settings, &self.bars));
        self.bars.finish();
        let findings = findings?;
        if let Some(limit) = self.args.max_rejects {
            scan::limited(&findings, limit, self.console)?;
        }
        let matches = Matches::of(&findings, &self.settings.check.fail_on);
        // Rows may lie in temporary files.
        findings.workspace.check()?;
        Ok(matches)
    }

    /// How many pairs of each fingerprint a commit has.
    pub fn earlier(&self, name: &str, corpus: &[PathBuf]) -> anyhow::Result<BTreeMap<String, u64>> {
        let repository = Repository::here()?;
        let commit = repository.commit(name)?;
        let folder =
            tempfile::tempdir_in(&self.temp_dir).context("cannot create a folder for the files of the commit")?;
        let files = repository.check_out(&commit, corpus, folder.path())?;
        let matches = match files.is_empty() {
            true => Matches::default(),
            false => {
                self.matches(&files, &folder.path().join("files")).or_else(|error| match error.downcast_ref() {
                    // The commit had none of the articles yet.
                    Some(Error::Empty { .. }) => Ok(Matches::default()),
                    _ => Err(error),
                })?
            }
        };
        let mut pairs = BTreeMap::new();
        for pair in &matches.pairs {
            *pairs.entry(pair.fingerprint(&matches.records)).or_default() += 1;
        }
        Ok(pairs)
    }
}

/// What is new, if that is asked for. A path that nothing lies in would open the gate for good.
pub fn new_records(args: &CheckArgs, corpus: &[PathBuf], settings: &Settings) -> anyhow::Result<Option<New>> {
    let named: Vec<String> = args.new.iter().map(|path| path.display().to_string()).collect();
    if named.is_empty() && args.since.is_none() && settings.check.against.is_empty() {
        return Ok(None);
    }
    let Some(files) = files(corpus, settings)? else {
        let what = "standard input and addresses have no files to tell apart";
        return Err(Failure::new(what, "write the corpus to files first").into());
    };
    for path in settings.check.against.iter().chain(&named) {
        if !files.iter().any(|(name, _)| lies_in(name, std::slice::from_ref(path))) {
            let what = format!("the corpus has no file {path}");
            let hint = "name both in the same way: relative to the working directory, or absolute";
            return Err(Failure::new(what, hint).into());
        }
    }
    let against = &settings.check.against;
    if !against.is_empty() && files.iter().all(|(name, _)| lies_in(name, against)) {
        let what = format!("the whole corpus is in {}, which it is compared against", against.join(", "));
        return Err(Failure::new(what, "name other files as the corpus").into());
    }
    if let Some(name) = &args.since {
        let repository = Repository::here()?;
        let changes = repository.changes(&repository.since(name)?)?;
        let mut new = New { paths: named, lines: BTreeMap::new() };
        for (name, file) in files {
            match changes.of(&repository, &file)? {
                Changed::All => new.paths.push(name),
                Changed::Lines(lines) => drop(new.lines.insert(name, lines)),
                Changed::Nothing => {}
            }
        }
        return Ok(Some(new));
    }
    Ok((!named.is_empty()).then(|| New { paths: named, lines: BTreeMap::new() }))
}

/// The files of the corpus, by the names that records have, with where they are; none if part of it comes from elsewhere.
fn files(corpus: &[PathBuf], settings: &Settings) -> anyhow::Result<Option<Vec<(String, PathBuf)>>> {
    if corpus.iter().any(|path| read_once(path)) {
        return Ok(None);
    }
    let found = read::sources(corpus.iter().cloned().map(Input::Path).collect(), &settings.read)?;
    let files = found.sources.iter().filter_map(|source| Some((source.path.to_string(), source.file()?.to_path_buf())));
    Ok(Some(files.collect()))
}

fn read_once(path: &Path) -> bool {
    path == Path::new("-") || Input::is_address(&path.to_string_lossy())
}
