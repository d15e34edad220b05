//! `wirecopy eval`: compares a finished scan with labelled pairs, or its origins with labelled stories.

use std::fs::File;
use std::io::BufReader;
use std::iter;
use std::path::Path;

use wirecopy::error::Error;
use wirecopy::evaluate::{Evaluation, LabelledPair, evaluate, evaluate_origins, labelled_pairs, labelled_stories};
use wirecopy::pipeline;
use wirecopy::read::Input;
use wirecopy::report::evaluation::{self, Wrongs};
use wirecopy::report::{load, origins};
use wirecopy::settings::Part;

use crate::args::{EvalArgs, Format};
use crate::config::Config;
use crate::console::Console;
use crate::progress::Bars;

pub fn run(args: &EvalArgs, config: &Config, console: &Console) -> anyhow::Result<()> {
    let wrong = if args.list_wrong { Wrongs::Listed } else { Wrongs::Counted };
    if let Some(path) = &args.origins {
        let labelled = labelled_stories(&path.display().to_string(), opened(path)?)?;
        let evaluation = evaluate_origins(&load::stories(&args.folder)?, &labelled)?;
        return console.print(|out| match args.format {
            Format::Text => origins::text(&evaluation, wrong, out),
            Format::Json => origins::json(&evaluation, wrong, out),
        });
    }
    let path = args.pairs.as_deref().expect("one kind of labels is required");
    let labelled = labelled_pairs(&path.display().to_string(), opened(path)?)?;
    if args.ablate {
        let rows = ablations(&args.folder, &labelled, config, console)?;
        return console.print(|out| evaluation::ablations(&rows, out));
    }
    let evaluation = evaluate(&load::links(&args.folder)?, &labelled)?;
    console.print(|out| match args.format {
        Format::Text => evaluation::text(&evaluation, wrong, out),
        Format::Json => evaluation::json(&evaluation, wrong, out),
    })
}

fn opened(path: &Path) -> wirecopy::error::Result<BufReader<File>> {
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
