//! Standard output and standard error: what may be shown there, and how.

use std::env;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};

use anyhow::Context;

use crate::error::Error;
use crate::program::args::{Color, GlobalArgs};
use crate::program::failure::ClosedPipe;
use crate::program::interrupt;
use crate::report::escape::printable;
use crate::report::summary::{Style, SummaryOptions};

/// How much is said on standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Talk {
    /// Errors.
    Quiet,
    /// Warnings and progress, too.
    Normal,
    /// Everything.
    Verbose,
}

/// What the user and the terminals want.
pub struct Console {
    pub talk: Talk,
    style: Style,
}

impl Console {
    pub fn new(args: &GlobalArgs) -> Console {
        let talk = match (args.quiet, args.verbose) {
            (true, _) => Talk::Quiet,
            (_, true) => Talk::Verbose,
            _ => Talk::Normal,
        };
        let colour = match args.color {
            Color::Always => true,
            Color::Never => false,
            // https://no-color.org: any value but an empty one.
            Color::Auto => {
                io::stdout().is_terminal()
                    && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                    && env::var_os("TERM").is_none_or(|terminal| terminal != "dumb")
            }
        };
        Console { talk, style: if colour { Style::Colour } else { Style::Plain } }
    }

    /// How a summary should look on standard output.
    pub fn summary_options(&self) -> SummaryOptions {
        let more = Some("-v shows all");
        let mut options = SummaryOptions { style: self.style, more, ..SummaryOptions::default() };
        if let Some((terminal_size::Width(columns), _)) = terminal_size::terminal_size_of(io::stdout()) {
            options.width_columns = usize::from(columns);
        }
        if self.talk == Talk::Verbose {
            options.stories = usize::MAX;
            options.members = usize::MAX;
        }
        options
    }

    /// Says on standard error what is no result, unless nothing is to be said.
    pub fn tell(&self, message: &str) {
        if self.talk != Talk::Quiet {
            eprintln!("{}", printable(message));
        }
    }

    /// Writes a result to standard output.
    pub fn print(&self, content: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>) -> anyhow::Result<()> {
        if interrupt::requested() {
            return Err(Error::Cancelled.into());
        }
        let mut out = BufWriter::new(io::stdout());
        match content(&mut out).and_then(|()| out.flush()) {
            Err(cause) if cause.kind() == ErrorKind::BrokenPipe => {
                // What is left in the buffer has no reader; dropping the writer would try once more.
                let _ = out.into_parts();
                Err(ClosedPipe.into())
            }
            other => other.context("cannot write to standard output"),
        }
    }
}
