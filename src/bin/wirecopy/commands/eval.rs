//! `wirecopy eval`: compares a finished scan with labelled pairs.

use std::fs::File;
use std::io::BufReader;

use wirecopy::error::Error;
use wirecopy::evaluate::{evaluate, labelled_pairs};
use wirecopy::report::evaluation::{self, WrongPairs};
use wirecopy::report::load;

use crate::args::{EvalArgs, Format};
use crate::console::Console;

pub fn run(args: &EvalArgs, console: &Console) -> anyhow::Result<()> {
    let file = File::open(&args.pairs).map_err(|cause| Error::io("read", &args.pairs, cause))?;
    let labelled = labelled_pairs(&args.pairs.display().to_string(), BufReader::new(file))?;
    let evaluation = evaluate(&load::links(&args.folder)?, &labelled)?;
    let wrong = if args.list_wrong { WrongPairs::Listed } else { WrongPairs::Counted };
    console.print(|out| match args.format {
        Format::Text => evaluation::text(&evaluation, wrong, out),
        Format::Json => evaluation::json(&evaluation, wrong, out),
    })
}
