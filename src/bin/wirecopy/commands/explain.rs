//! `wirecopy explain`: the product of every stage for one article or one pair, and the rule that decided.

use std::path::{Path, PathBuf};

use wirecopy::explain::{Curve, Explanation, Stage, View};
use wirecopy::read::Input;
use wirecopy::report::explanation::{self, Detail, ExplanationOptions};
use wirecopy::report::load;
use wirecopy::settings::Settings;

use crate::args::{ExplainArgs, Format};
use crate::articles::Named;
use crate::config::Config;
use crate::console::{Console, Talk};
use crate::failure::Failure;

pub fn run(args: &ExplainArgs, config: &Config, console: &Console) -> anyhow::Result<()> {
    if args.curve {
        return curve(args, &config.settings, console);
    }
    let (paths, settings, articles) = match &args.scan {
        None => (args.corpus.clone(), config.settings.clone(), None),
        Some(folder) => scanned(folder)?,
    };
    let names: Vec<&str> = args.ids.iter().map(String::as_str).collect();
    let named = Named::of(&names, &paths, &settings, console)?;
    let now = named.corpus.len() as u64;
    if let Some(then) = articles.filter(|then| *then != now && console.talk != Talk::Quiet) {
        eprintln!("warning: the inputs have changed since the scan: {then} articles then, {now} now");
    }
    let view = View { corpus: &named.corpus, analysis: &named.analysis, settings: &settings };
    let stages: Vec<Stage> = args.stage.map_or(Stage::ALL.into(), |stage| vec![stage.into()]);
    let explained = match named.articles[..] {
        [a, b] => Explanation::of_pair(view, a, b, &stages),
        _ => Explanation::of_article(view, named.articles[0], &stages),
    };
    let summary = console.summary_options();
    let all = args.stage.is_some() || console.talk == Talk::Verbose;
    let options = ExplanationOptions {
        width_columns: summary.width_columns,
        style: summary.style,
        detail: if all { Detail::Full } else { Detail::Overview },
    };
    console.print(|out| match args.format {
        Format::Text => explanation::text(&explained, &options, out),
        Format::Json => explanation::json(&explained, out),
    })
}

fn curve(args: &ExplainArgs, settings: &Settings, console: &Console) -> anyhow::Result<()> {
    let curve = Curve::of(&settings.near);
    let options = console.summary_options();
    console.print(|out| match args.format {
        Format::Text => explanation::curve_text(&curve, options.width_columns, options.style, out),
        Format::Json => explanation::curve_json(&curve, out),
    })
}

/// The inputs and settings of a finished scan, and how many articles it had.
fn scanned(folder: &Path) -> anyhow::Result<(Vec<PathBuf>, Settings, Option<u64>)> {
    let manifest = load::manifest(folder)?;
    let settings: Settings = serde_json::from_value(manifest.settings).map_err(|cause| {
        Failure::new(
            format!("cannot use the settings of the scan in {}: {cause}", folder.display()),
            format!("it was made by wirecopy {}; scan again, or name the inputs with --corpus", manifest.version),
        )
    })?;
    let settings = settings.checked()?;
    if manifest.inputs.iter().any(|input| input == "-") {
        let what = format!("the scan in {} read standard input, which is gone", folder.display());
        return Err(Failure::new(what, "name a file with the same articles with --corpus").into());
    }
    let paths: Vec<PathBuf> = manifest.inputs.iter().map(PathBuf::from).collect();
    if let Some(missing) = paths.iter().find(|path| !Input::is_address(&path.to_string_lossy()) && !path.exists()) {
        let what = format!("{}, an input of the scan in {}, is not there", missing.display(), folder.display());
        return Err(Failure::new(what, "run this where the scan was run, or name the inputs with --corpus").into());
    }
    Ok((paths, settings, Some(manifest.counts.articles)))
}
