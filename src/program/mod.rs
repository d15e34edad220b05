//! The program: flags and settings in, results on standard output, everything else on standard error.

use std::ffi::OsString;

use clap::Parser;

use crate::program::args::{Args, Command};
use crate::program::config::Config;
use crate::program::console::Console;
use crate::read;

mod annotated;
pub(crate) mod args;
mod articles;
mod claim;
pub(crate) mod commands;
mod config;
mod console;
pub(crate) mod failure;
mod finished;
mod git;
pub(crate) mod inputs;
mod interrupt;
mod matches;
mod mirror;
pub(crate) mod output;
mod progress;
mod replace;
pub(crate) mod reports;
mod resume;
mod staging;
mod verdict;

/// Exit code of a run that did what was asked.
const SUCCEEDED: u8 = 0;

/// Runs the program with its arguments, the name of the program first, and gives its exit code.
///
/// It ends the process itself where arguments are wrong, or ask for help.
pub fn run(args: impl IntoIterator<Item = OsString>) -> u8 {
    match command(Args::parse_from(args)) {
        Ok(code) => code,
        Err(error) => failure::shown(&error),
    }
}

/// The day, by which dates in the future are doubtful.
pub(crate) fn today() -> String {
    jiff::Timestamp::now().strftime("%F").to_string()
}

fn command(args: Args) -> anyhow::Result<u8> {
    read::hush_caught_panics();
    interrupt::watch()?;
    let console = Console::new(&args.global);
    let overrides = match &args.command {
        Some(Command::Scan(scan)) => scan.settings.overrides(),
        Some(Command::Clean(clean)) => clean.settings.overrides(),
        Some(Command::Check(check)) => check.overrides(),
        Some(Command::Inspect(inspect)) => inspect.settings.overrides(),
        Some(Command::Compare(compare)) => compare.settings.overrides(),
        Some(Command::Explain(explain)) => explain.settings.overrides(),
        _ => Vec::new(),
    };
    let mut config = Config::load(args.global.config_source(), overrides)?;
    if args.global.dump_config {
        console.print(|out| out.write_all(config.dump().as_bytes()))?;
        return Ok(SUCCEEDED);
    }
    config.settings.read.today.get_or_insert_with(today);
    match args.command {
        Some(Command::Scan(args)) => commands::scan::run(&args, &config, &console),
        Some(Command::Clean(args)) => commands::clean::run(&args, config, &console),
        Some(Command::Check(args)) => return commands::check::run(&args, &config, &console),
        Some(Command::Eval(args)) => commands::eval::run(&args, &config, &console),
        Some(Command::Report(args)) => commands::report::run(&args, &console),
        Some(Command::Inspect(args)) => commands::inspect::run(&args, &config, &console),
        Some(Command::Compare(args)) => commands::compare::run(&args, &config, &console),
        Some(Command::Explain(args)) => commands::explain::run(&args, &config, &console),
        Some(Command::Init) => commands::init::run(&console),
        Some(Command::Completions { shell }) => commands::completions::completions(shell, &console),
        Some(Command::Man { folder }) => commands::completions::man(folder.as_deref(), &console),
        None => args::no_command(),
    }?;
    Ok(SUCCEEDED)
}
