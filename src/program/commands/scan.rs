//! `wirecopy scan`: finds the stories of a corpus and writes the report.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::disk::Workspace;
use crate::error::Error;
use crate::findings::Findings;
use crate::pipeline;
use crate::program::args::{Format, Limit, ReportForm, RunArgs, ScanArgs};
use crate::program::config::Config;
use crate::program::console::{Console, Talk};
use crate::program::failure::Failure;
use crate::program::inputs;
use crate::program::output::Output;
use crate::program::progress::Bars;
use crate::program::reports::Apart;
use crate::program::resume;
use crate::read::Input;
use crate::read::inspect::inspect;
use crate::report::manifest::{Manifest, Origin};
use crate::report::{json, summary};

/// Everything that can be refused is refused before the first article is read.
pub fn run(args: &ScanArgs, config: &Config, console: &Console) -> anyhow::Result<()> {
    let inputs = named(&args.corpus, console)?;
    // Without what an address has that is nobody's business.
    let names: Vec<String> = inputs.iter().map(Input::name).collect();
    let output = Output::checked(&args.output, |args| match (args.no_report, args.report.is_empty()) {
        (true, _) => Vec::new(),
        (false, true) => vec![ReportForm::Html],
        (false, false) => args.forms(),
    })?;
    if output.is_none() && !args.output.forms().is_empty() {
        return Err(
            Failure::new("no folder for the report", "add --out DIR, or give it a path: --report html=PATH").into()
        );
    }
    let apart = Apart::checked(&args.output)?;
    let texts = apart.iter().any(Apart::shows_texts) || output.as_ref().is_some_and(Output::has_texts);
    let workspace = Workspace::limited(temp_dir(&args.run)?, args.run.memory.as_u64());
    let bars = Bars::new(console.talk);
    let pool = pool(&args.run)?;
    if args.resume {
        resume::prepare(&workspace, &args.corpus, &config.settings)?;
    }
    let scan = if texts { pipeline::scan_with_texts } else { pipeline::scan_within };
    let findings = pool.install(|| scan(&workspace, inputs, &config.settings, &bars));
    bars.finish();
    let findings = findings.map_err(|error| with_fields(error, &args.corpus, config))?;
    if let Some(limit) = args.max_rejects {
        limited(&findings, limit, console)?;
    }
    if let Some(limit) = args.max_drop {
        let (dropped, articles) = (findings.counts.dropped, findings.members.len() as u64);
        if !limit.allows(dropped, articles) {
            let what = format!("{dropped} of {articles} articles would be dropped, more than the {limit} allowed");
            return Err(Failure::new(what, "look at the stories without --out, or raise --max-drop").into());
        }
    }
    if output.is_some() || !apart.is_empty() {
        bars.begin_own("write");
    }
    for report in &apart {
        report.write(&findings, &names, output.as_ref().and_then(Output::claim))?;
    }
    let written = output.as_ref().map(Output::described);
    if let Some(output) = output {
        let settings = serde_json::to_value(&config.settings).context("cannot describe the settings")?;
        let manifest = |files| {
            bars.finish();
            Manifest::of(&findings, Origin { settings, inputs: names.clone(), files, timings: bars.timings() })
        };
        pool.install(|| output.write(&findings, &names, manifest))?;
    }
    let shown = console.print(|out| match args.output.format {
        Format::Text => summary::write(&findings, &console.summary_options(), out),
        Format::Json => json::write(&findings, out),
    });
    // Rows may lie in temporary files.
    let ended = shown.and_then(|()| Ok(findings.workspace.check()?));
    if let (Ok(()), Some(written)) = (&ended, written) {
        written.iter().for_each(|line| console.tell(line));
    }
    resume::finish(&workspace, &ended, &bars);
    // The process ends with its memory, faster than a million rows are given back one by one; temporary files have no names.
    std::mem::forget(findings);
    ended
}

/// If there is no article: which fields the records have that nothing is read from, and how one is read.
fn with_fields(error: Error, corpus: &[PathBuf], config: &Config) -> anyhow::Error {
    /// How many records are looked at.
    const RECORDS: u64 = 100;
    /// How many fields are named.
    const NAMED: usize = 12;
    let is_stream = corpus.iter().any(|path| path == Path::new("-"));
    if is_stream || !matches!(error, Error::Empty { .. }) {
        return error.into();
    }
    let inputs = corpus.iter().map(|path| inputs::named(path)).collect::<Result<Vec<Input>, Error>>();
    let Ok(found) = inputs.and_then(|inputs| inspect(inputs, &config.settings.read, RECORDS)) else {
        return error.into();
    };
    let names: BTreeSet<&str> = found.groups.iter().flat_map(|group| &group.unused).map(|used| &*used.name).collect();
    if names.is_empty() {
        return error.into();
    }
    let sounds = |name: &&&str| {
        let last = name.rsplit('.').next().unwrap_or_default().to_lowercase();
        !name.ends_with("[]") && ["text", "content", "body", "article", "story"].iter().any(|part| last.contains(part))
    };
    let text = names.iter().find(sounds).map_or("FIELD", |name| name);
    let arrays: Vec<&str> = names.iter().filter_map(|name| name.strip_suffix("[]")).collect();
    let array = match arrays[..] {
        [] => String::new(),
        [array] => format!("; --records {array} would read the objects of that array"),
        _ => format!("; --records would read the objects of one of these arrays: {}", arrays.join(", ")),
    };
    let mut listed: Vec<&str> = names.iter().take(NAMED).copied().collect();
    if names.len() > NAMED {
        listed.push("...");
    }
    let hint = format!(
        "unused fields: {}; --map text={text} would read one as the text{array}, and wirecopy inspect shows more",
        listed.join(", ")
    );
    Failure::new(error.to_string(), hint).into()
}

/// The threads that scan.
pub fn pool(args: &RunArgs) -> anyhow::Result<rayon::ThreadPool> {
    let threads = usize::from(args.threads.unwrap_or(0));
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().context("cannot start threads")
}

/// Where temporary files go. A folder that was named is tried at once, not when memory is full.
pub fn temp_dir(args: &RunArgs) -> anyhow::Result<PathBuf> {
    let Some(folder) = &args.temp_dir else { return Ok(std::env::temp_dir()) };
    let failed = |source| Error::TempFile { action: "create", folder: folder.into(), source };
    tempfile::tempfile_in(folder).map_err(failed)?;
    Ok(folder.into())
}

pub fn named(corpus: &[PathBuf], console: &Console) -> anyhow::Result<Vec<Input>> {
    if corpus.is_empty() {
        return Err(Failure::new("no CORPUS given", "name files or folders to read, or - for standard input").into());
    }
    let standard_input = Path::new("-");
    if corpus.iter().filter(|path| *path == standard_input).count() > 1 {
        return Err(Failure::new("standard input (-) given twice", "it can be read only once").into());
    }
    corpus
        .iter()
        .map(|path| {
            if path == standard_input {
                if io::stdin().is_terminal() && console.talk != Talk::Quiet {
                    eprintln!("reading articles from standard input, one JSON object a line");
                }
                return Ok(Input::Stream { name: "-".into(), reader: Box::new(io::stdin()) });
            }
            Ok(inputs::named(path)?)
        })
        .collect()
}

/// An error if more records were rejected than allowed. The reasons go to standard error, since no table will have them.
pub fn limited(findings: &Findings, limit: Limit, console: &Console) -> anyhow::Result<()> {
    let within = within(limit, findings.counts.rejects, findings.members.len() as u64);
    if within.is_err() {
        summary::write_rejects(findings, console.summary_options().width_columns, &mut io::stderr().lock())
            .context("cannot write to standard error")?;
    }
    Ok(within?)
}

/// An error if more of the records were rejected than allowed.
pub fn within(limit: Limit, rejected: u64, articles: u64) -> Result<(), Error> {
    let records = articles + rejected;
    if limit.allows(rejected, records) {
        return Ok(());
    }
    Err(Error::TooManyRejects { rejected, records, allowed: limit.to_string() })
}
