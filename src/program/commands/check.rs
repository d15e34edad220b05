//! `wirecopy check`: a scan as a gate. What must not be there fails.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::check::baseline::Baseline;
use crate::check::gate::{Found, Gate};
use crate::error::Error;
use crate::program::SUCCEEDED;
use crate::program::args::CheckArgs;
use crate::program::config::Config;
use crate::program::console::Console;
use crate::program::failure::{ClosedPipe, Failure};
use crate::program::git;
use crate::program::matches::{Scanner, new_records};
use crate::program::verdict::{Verdict, write_file};
use crate::report::check as report;
use crate::settings::{CheckSettings, Settings};

/// Exit code of a gate that is shut.
const SHUT: u8 = 1;

pub fn run(args: &CheckArgs, config: &Config, console: &Console) -> anyhow::Result<u8> {
    let settings = &listing_what_fails(&config.settings);
    fail_on_reported(settings)?;
    let scanner = Scanner::new(args, settings, console)?;
    let corpus = all_inputs(args, &settings.check);
    let verdict = Verdict::checked(&args.output)?;
    let baseline = known(args, &settings.check)?;
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
    let changed = changed(args, settings, &baseline, &gate(&baseline).found(&matches))?;
    let outcome = gate(changed.as_ref().map_or(&baseline, |(baseline, _)| baseline)).outcome(&matches);
    let shown = verdict.show(&outcome, changed.map(|(_, text)| text).as_deref(), console);
    // That nobody wants to read the outcome does not open the gate.
    if let Err(error) = shown
        && error.downcast_ref::<ClosedPipe>().is_none()
    {
        return Err(error);
    }
    // Who declares a pair did not ask about the others.
    let opened = outcome.passed() || args.exit_zero || args.baseline.not_a_duplicate.is_some();
    Ok(if opened { SUCCEEDED } else { SHUT })
}

/// The baseline as it was asked to be, once it is written, and what that changed.
fn changed(
    args: &CheckArgs,
    settings: &Settings,
    baseline: &Baseline,
    found: &Found,
) -> anyhow::Result<Option<(Baseline, Vec<u8>)>> {
    let today = settings.read.today.as_deref();
    let mut text = Vec::new();
    let changed = if args.baseline.update_baseline {
        let (updated, changes) = baseline.updated(found, today);
        report::baseline::changes(&changes, &mut text).context("cannot describe the changes")?;
        updated
    } else if let (Some(fingerprint), Some(reason)) = (&args.baseline.not_a_duplicate, &args.baseline.reason) {
        // Where several pairs have one fingerprint, some formats number them.
        let fingerprint =
            fingerprint.split_once('-').map_or(fingerprint.as_str(), |(fingerprint, _number)| fingerprint);
        let Some(declared) = baseline.clone().declaring(fingerprint, reason, found, today) else {
            let hint = "wirecopy check shows the fingerprint of every finding";
            return Err(Failure::new(format!("no pair has the fingerprint {fingerprint}"), hint).into());
        };
        text.extend_from_slice(format!("{fingerprint} declared to be no duplicate\n").as_bytes());
        declared
    } else {
        return Ok(None);
    };
    write_file(Path::new(&settings.check.baseline), |out| report::baseline::write(&changed, out))?;
    Ok(Some((changed, text)))
}

/// The settings, with pairs that are no links listed if some of them fail.
pub fn listing_what_fails(settings: &Settings) -> Settings {
    let mut settings = settings.clone();
    settings.relate.all_pairs |= settings.check.fail_on.iter().any(|relation| !relation.links());
    settings
}

/// A relation that is not reported cannot fail.
pub fn fail_on_reported(settings: &Settings) -> anyhow::Result<()> {
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

fn known(args: &CheckArgs, settings: &CheckSettings) -> anyhow::Result<Baseline> {
    let file = &settings.baseline;
    let begins = args.baseline.update_baseline || args.baseline.not_a_duplicate.is_some();
    let named = args.baseline.baseline.is_some();
    match std::fs::read(file) {
        Ok(text) => Ok(Baseline::read(file, &text)?),
        // A baseline begins with its first update.
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound && (begins || !named) => Ok(Baseline::default()),
        Err(cause) => Err(Error::io("read", file, cause).into()),
    }
}
