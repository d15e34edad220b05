//! `wirecopy completions` and `wirecopy man`: what shells and readers of manuals want to know of the flags.

use std::path::Path;

use anyhow::Context;
use clap::CommandFactory;
use clap_complete::Shell;

use crate::error::Error;
use crate::program::args::Args;
use crate::program::console::Console;

/// Prints the script that completes commands and flags in a shell.
pub fn completions(shell: Shell, console: &Console) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), env!("CARGO_PKG_NAME"), &mut script);
    console.print(|out| out.write_all(&script))
}

/// Writes a page of the manual for the program and for every command, or prints the program's.
pub fn man(folder: Option<&Path>, console: &Console) -> anyhow::Result<()> {
    let command = Args::command().disable_help_subcommand(true);
    let Some(folder) = folder else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page).context("cannot write the page")?;
        return console.print(|out| out.write_all(&page));
    };
    std::fs::create_dir_all(folder).map_err(|cause| Error::io("create", folder, cause))?;
    clap_mangen::generate_to(command, folder).map_err(|cause| Error::io("write", folder, cause))?;
    Ok(())
}
