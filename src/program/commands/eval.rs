//! `wirecopy eval`: compares a finished scan with labelled pairs, or its origins with labelled stories; fits weights to pairs.

use std::fs::File;
use std::io::BufReader;
use std::iter;
use std::path::Path;

use crate::corpus::Corpus;
use crate::error::Error;
use crate::evaluate::{Evaluation, LabelledPair, evaluate, evaluate_origins, labelled_pairs, labelled_stories};
use crate::explain::{View, examples};
use crate::pipeline;
use crate::program::args::{EvalArgs, Format, Labelled};
use crate::program::config::Config;
use crate::program::console::{Console, Talk};
use crate::program::progress::Bars;
use crate::read::Input;
use crate::report::evaluation::{self, Wrongs};
use crate::report::{load, origins};
use crate::score::fit::{Group, balanced, fit, leave_one_out};
use crate::settings::Part;

pub fn run(args: &EvalArgs, config: &Config, console: &Console) -> anyhow::Result<()> {
    let wrong = if args.list_wrong { Wrongs::Listed } else { Wrongs::Counted };
    if !args.fit.is_empty() {
        return fitted(&args.fit, config, console);
    }
    let folder = args.folder.as_deref().expect("it is required unless weights are fitted");
    if let Some(path) = &args.origins {
        let labelled = labelled_stories(&path.display().to_string(), opened(path)?)?;
        let evaluation = evaluate_origins(&load::stories(folder)?, &labelled)?;
        return console.print(|out| match args.format {
            Format::Text => origins::text(&evaluation, wrong, out),
            Format::Json => origins::json(&evaluation, wrong, out),
        });
    }
    let path = args.pairs.as_deref().expect("one kind of labels is required");
    let labelled = labelled_pairs(&path.display().to_string(), opened(path)?)?;
    if args.ablate {
        let rows = ablations(folder, &labelled, config, console)?;
        return console.print(|out| evaluation::ablations(&rows, out));
    }
    let evaluation = evaluate(&load::links(folder)?, &labelled)?;
    console.print(|out| match args.format {
        Format::Text => evaluation::text(&evaluation, wrong, out),
        Format::Json => evaluation::json(&evaluation, wrong, out),
    })
}

/// Prints the weights that tell the links among labelled pairs from the others.
fn fitted(labelled: &[Labelled], config: &Config, console: &Console) -> anyhow::Result<()> {
    let mut settings = config.settings.clone();
    let least = settings.relate.min_confidence;
    // Every pair that shares passages is wanted.
    settings.relate.min_confidence = 0.0;
    let mut groups: Vec<Group> = Vec::new();
    let mut corpora: Vec<&Path> = labelled.iter().map(|labelled| labelled.corpus.as_path()).collect();
    corpora.sort_unstable();
    corpora.dedup();
    for path in corpora {
        let bars = Bars::new(console.talk);
        let mut corpus = Corpus::read(vec![Input::Path(path.to_path_buf())], &settings, &bars)?;
        let analysis = pipeline::analyse(&mut corpus, &settings, &bars)?;
        bars.finish();
        let mut pairs: Vec<LabelledPair> = Vec::new();
        for Labelled { pairs: file, .. } in labelled.iter().filter(|labelled| labelled.corpus == path) {
            for pair in labelled_pairs(&file.display().to_string(), opened(file)?)? {
                let same = |known: &LabelledPair| {
                    (&known.a, &known.b) == (&pair.a, &pair.b) || (&known.a, &known.b) == (&pair.b, &pair.a)
                };
                if !pairs.iter().any(same) {
                    pairs.push(pair);
                }
            }
        }
        let view = View { corpus: &corpus, analysis: &analysis, settings: &settings };
        let (examples, unknown) = examples(view, &pairs);
        if unknown > 0 && console.talk != Talk::Quiet {
            eprintln!("warning: {unknown} labelled pairs left out: {} does not have both articles", path.display());
        }
        let name = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        groups.push(Group { name, examples });
    }
    let held_out = leave_one_out(&groups, least);
    let weights = fit(&balanced(&groups));
    console.print(|out| evaluation::fitted(&weights, &held_out, least, out))
}

fn opened(path: &Path) -> crate::error::Result<BufReader<File>> {
    Ok(BufReader::new(File::open(path).map_err(|cause| Error::io("read", path, cause))?))
}

/// The corpus scanned as it is, then without one part of the method after the other.
fn ablations(
    corpus: &Path,
    labelled: &[LabelledPair],
    config: &Config,
    console: &Console,
) -> anyhow::Result<Vec<(String, Evaluation)>> {
    let mut rows = Vec::new();
    for left_out in iter::once(None).chain(Part::ALL.map(Some)) {
        let mut settings = config.settings.clone();
        settings.without.extend(left_out);
        let bars = Bars::new(console.talk);
        let findings = pipeline::scan(vec![Input::Path(corpus.to_path_buf())], &settings, &bars)?;
        bars.finish();
        let name = left_out.map_or("everything".into(), |part| format!("without {}", part.name()));
        rows.push((name, evaluate(&findings, labelled)?));
    }
    Ok(rows)
}
