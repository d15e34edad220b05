//! `wirecopy compare`: two articles, their relation, and every passage they share.

use crate::explain::{Comparison, View};
use crate::program::args::{CompareArgs, Format};
use crate::program::articles::Named;
use crate::program::config::Config;
use crate::program::console::Console;
use crate::report::comparison;

pub fn run(args: &CompareArgs, config: &Config, console: &Console) -> anyhow::Result<()> {
    let settings = &config.settings;
    let named = Named::of(&[&args.a, &args.b], &args.corpus, settings, console)?;
    let view = View { corpus: &named.corpus, analysis: &named.analysis, settings };
    let compared = Comparison::of(view, named.articles[0], named.articles[1]);
    let options = console.summary_options();
    console.print(|out| match args.format {
        Format::Text => comparison::text(&compared, options.width_columns, options.style, out),
        Format::Json => comparison::json(&compared, out),
    })
}
