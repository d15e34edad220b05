//! `wirecopy eval`: compares a finished scan with labelled pairs.

use std::fs::File;
use std::io::BufReader;
use std::iter;
use std::path::Path;

use wirecopy::error::Error;
use wirecopy::evaluate::{Evaluation, LabelledPair, evaluate, labelled_pairs};
use wirecopy::pipeline;
use wirecopy::read::Input;
use wirecopy::report::evaluation::{self, WrongPairs};
use wirecopy::report::load;
use wirecopy::settings::Part;

use crate::args::{EvalArgs, Format};
use crate::config::Config;
use crate::console::Console;
use crate::progress::Bars;

pub fn run(args: &EvalArgs, config: &Config, console: &Console) -> anyhow::Result<()> {
    let file = File::open(&args.pairs).map_err(|cause| Error::io("read", &args.pairs, cause))?;
    let labelled = labelled_pairs(&args.pairs.display().to_string(), BufReader::new(file))?;
    if args.ablate {
        let rows = ablations(&args.folder, &labelled, config, console)?;
        return console.print(|out| evaluation::ablations(&rows, out));
    }
    let evaluation = evaluate(&load::links(&args.folder)?, &labelled)?;
    let wrong = if args.list_wrong { WrongPairs::Listed } else { WrongPairs::Counted };
    console.print(|out| match args.format {
        Format::Text => evaluation::text(&evaluation, wrong, out),
        Format::Json => evaluation::json(&evaluation, wrong, out),
    })
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
