//! `wirecopy report`: shows a finished scan again, or writes its tables in another format.

use wirecopy::report::{json, load, summary};

use crate::args::{Format, ReportArgs};
use crate::console::Console;
use crate::output::Output;

pub fn run(args: &ReportArgs, console: &Console) -> anyhow::Result<()> {
    let manifest = load::manifest(&args.folder)?;
    let output = Output::checked(&args.output)?;
    let findings = load::findings(&args.folder)?;
    if let Some(output) = output {
        output.write(&findings, || wirecopy::report::manifest::Manifest { files: output.files(), ..manifest })?;
    }
    console.print(|out| match args.output.format {
        Format::Text => summary::write(&findings, &console.summary_options(), out),
        Format::Json => json::write(&findings, out),
    })
}
