//! `wirecopy check`: a scan as a gate. What must not be there fails.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use wirecopy::check::baseline::Baseline;
use wirecopy::check::gate::{Gate, New, lies_in};
use wirecopy::check::{Matches, cache};
use wirecopy::disk::Workspace;
use wirecopy::error::Error;
use wirecopy::pipeline;
use wirecopy::progress::Progress;
use wirecopy::read::{self, Input};
use wirecopy::report::check as report;
use wirecopy::settings::{CheckSettings, Settings};

use super::scan;
use crate::args::CheckArgs;
use crate::config::Config;
use crate::console::Console;
use crate::failure::{ClosedPipe, Failure};
use crate::git::{self, Changed, Repository};
use crate::progress::Bars;
use crate::verdict::{Verdict, write_file};

/// Exit code of a gate that is shut.
const SHUT: u8 = 1;

pub fn run(args: &CheckArgs, config: &Config, console: &Console) -> anyhow::Result<ExitCode> {
    let settings = &config.settings;
    fail_on_reported(settings)?;
    let scanner = Scanner::new(args, settings, console)?;
    let corpus = all_inputs(args, &settings.check);
    let verdict = Verdict::checked(&args.output)?;
    let baseline = known(&settings.check)?;
    let today = settings.read.today.as_deref();
    let top = git::top()?;
    // Everything that can be refused is refused before the first article is read.
    let new = new_records(args, &corpus, settings)?;
    verdict.spare(&corpus, settings)?;
    let earlier = match &args.baseline.baseline_from_ref {
        Some(name) => scanner.earlier(name, &corpus)?,
        None => BTreeMap::new(),
    };
    let matches = scanner.matches(&corpus, Path::new(""))?;
    let file_name = |file: &str| git::name_from(&top, file);
    let gate = |baseline| Gate {
        settings: &settings.check,
        new: new.as_ref(),
        baseline,
        earlier: &earlier,
        today,
        file_name: &file_name,
    };
    let found = gate(&baseline).found(&matches);
    let file = Path::new(&settings.check.baseline);
    let mut changed = None;
    if args.baseline.update_baseline {
        let (updated, changes) = baseline.updated(&found, today);
        write_file(file, |out| report::baseline::write(&updated, out))?;
        let mut text = Vec::new();
        report::baseline::changes(&changes, &mut text).context("cannot describe the changes")?;
        changed = Some((updated, text));
    } else if let (Some(fingerprint), Some(reason)) = (&args.baseline.not_a_duplicate, &args.baseline.reason) {
        let Some(declared) = baseline.clone().declaring(fingerprint, reason, &found, today) else {
            let hint = "wirecopy check shows the fingerprint of every finding";
            return Err(Failure::new(format!("no pair has the fingerprint {fingerprint}"), hint).into());
        };
        write_file(file, |out| report::baseline::write(&declared, out))?;
        changed = Some((declared, format!("{fingerprint} declared to be no duplicate\n").into_bytes()));
    }
    let outcome = gate(changed.as_ref().map_or(&baseline, |(baseline, _)| baseline)).outcome(&matches);
    let shown = verdict.show(&outcome, changed.map(|(_, text)| text).as_deref(), console);
    // That nobody wants to read the outcome does not open the gate.
    if let Err(error) = shown
        && error.downcast_ref::<ClosedPipe>().is_none()
    {
        return Err(error);
    }
    let opened = outcome.passed() || args.exit_zero;
    Ok(if opened { ExitCode::SUCCESS } else { SHUT.into() })
}

/// A relation that is not reported cannot fail.
fn fail_on_reported(settings: &Settings) -> anyhow::Result<()> {
    let reported = &settings.relate.relations;
    let Some(missing) = settings.check.fail_on.iter().find(|relation| !reported.contains(relation)) else {
        return Ok(());
    };
    let what = format!("{} fails, but is not among the relations that are reported", report::rule(*missing));
    Err(Failure::new(what, "add it to --relations, or take it out of --fail-on").into())
}

fn all_inputs(args: &CheckArgs, settings: &CheckSettings) -> Vec<PathBuf> {
    let against = settings.against.iter().map(PathBuf::from);
    let mut inputs: Vec<PathBuf> = args.corpus.clone();
    if !inputs.is_empty() {
        inputs.extend(against.chain(args.new.iter().cloned()));
    }
    inputs
}

fn known(settings: &CheckSettings) -> anyhow::Result<Baseline> {
    let file = &settings.baseline;
    match std::fs::read(file) {
        Ok(text) => Ok(Baseline::read(file, &text)?),
        // A baseline begins with its first update.
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(Baseline::default()),
        Err(cause) => Err(Error::io("read", file, cause).into()),
    }
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

/// What is new, if that is asked for. A path that nothing lies in would open the gate for good.
fn new_records(args: &CheckArgs, corpus: &[PathBuf], settings: &Settings) -> anyhow::Result<Option<New>> {
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
            let what = format!("no file of the corpus is read as {path}");
            let hint = "name it as the corpus is named, both from the working directory or both from the root";
            return Err(Failure::new(what, hint).into());
        }
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

/// Scans, or knows the result.
struct Scanner<'a> {
    args: &'a CheckArgs,
    settings: &'a Settings,
    console: &'a Console,
    temp_dir: PathBuf,
    pool: rayon::ThreadPool,
    bars: Bars,
}

impl<'a> Scanner<'a> {
    fn new(args: &'a CheckArgs, settings: &'a Settings, console: &'a Console) -> anyhow::Result<Scanner<'a>> {
        let threads = usize::from(args.threads.unwrap_or(0));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().context("cannot start threads")?;
        let temp_dir = scan::temp_dir(args.temp_dir.as_deref())?;
        Ok(Scanner { args, settings, console, temp_dir, pool, bars: Bars::new(console.talk) })
    }

    /// The matches of a corpus. `under` is where it lies by chance.
    fn matches(&self, corpus: &[PathBuf], under: &Path) -> anyhow::Result<Matches> {
        let inputs = scan::named(corpus, self.console)?;
        let Some(folder) = self.args.cache.as_deref().filter(|_| !corpus.iter().any(|path| read_once(path))) else {
            return self.scanned(inputs);
        };
        let relations = &self.settings.check.fail_on;
        let key = || self.pool.install(|| cache::Key::of(corpus, under, self.settings, relations));
        let before = key()?;
        if let Some(matches) = before.and_then(|key| cache::kept(folder, key)) {
            self.limited(&matches)?;
            return Ok(matches);
        }
        let matches = self.scanned(inputs)?;
        // What changed under way belongs to no key.
        if let Some(key) = before.filter(|before| key().is_ok_and(|after| after == Some(*before))) {
            if let Err(error) = cache::keep(folder, key, &matches) {
                self.bars.warn(&format!("what was found is not kept: {:#}", anyhow::Error::from(error)));
            }
        }
        Ok(matches)
    }

    fn scanned(&self, inputs: Vec<Input>) -> anyhow::Result<Matches> {
        let workspace = Workspace::limited(&self.temp_dir, self.args.memory.as_u64());
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

    fn limited(&self, matches: &Matches) -> anyhow::Result<()> {
        let Some(limit) = self.args.max_rejects else { return Ok(()) };
        let (rejected, records) = (matches.rejects, matches.articles + matches.rejects);
        if limit.allows(rejected, records) {
            return Ok(());
        }
        Err(Error::TooManyRejects { rejected, records, allowed: limit.to_string() }.into())
    }

    /// How many pairs of each fingerprint a commit has.
    fn earlier(&self, name: &str, corpus: &[PathBuf]) -> anyhow::Result<BTreeMap<String, u64>> {
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
