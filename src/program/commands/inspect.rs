//! `wirecopy inspect`: how files would be read.

use std::io;
use std::path::Path;

use crate::error::Error;
use crate::program::args::{Format, InspectArgs};
use crate::program::config::Config;
use crate::program::console::Console;
use crate::program::inputs;
use crate::read::Input;
use crate::read::inspect::inspect;
use crate::report::inspection;

pub fn run(args: &InspectArgs, config: &Config, console: &Console) -> anyhow::Result<()> {
    let input = |path: &std::path::PathBuf| {
        if path == Path::new("-") {
            return Ok(Input::Stream { name: "-".into(), reader: Box::new(io::stdin()) });
        }
        inputs::named(path)
    };
    let inputs = args.files.iter().map(input).collect::<Result<Vec<Input>, Error>>()?;
    let inspection = inspect(inputs, &config.settings.read, args.first)?;
    let options = console.summary_options();
    console.print(|out| match args.format {
        Format::Text => inspection::text(&inspection, options.width_columns, options.style, out),
        Format::Json => inspection::json(&inspection, out),
    })
}
