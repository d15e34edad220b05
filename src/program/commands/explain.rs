//! `wirecopy explain`: the product of every stage for one article or one pair, and the rule that decided.

use crate::explain::{Curve, Explanation, Stage, View};
use crate::program::args::{ExplainArgs, Format};
use crate::program::articles::Named;
use crate::program::config::Config;
use crate::program::console::{Console, Talk};
use crate::program::finished::Finished;
use crate::report::explanation::{self, Detail, ExplanationOptions};
use crate::settings::Settings;

pub fn run(args: &ExplainArgs, config: &Config, console: &Console) -> anyhow::Result<()> {
    if args.curve {
        return curve(args, &config.settings, console);
    }
    let (paths, settings, articles) = match &args.scan {
        None => (args.corpus.clone(), config.settings.clone(), None),
        Some(folder) => {
            let Finished { inputs, settings, articles } = Finished::in_folder(folder, "name the inputs with --corpus")?;
            (inputs, settings, Some(articles))
        }
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
