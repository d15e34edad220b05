//! `wirecopy report`: shows a finished scan again, or writes its tables in another format, or a report of it, or its input
//! with what was found.

use crate::disk::Workspace;
use crate::findings::SCHEMA_VERSION;
use crate::program::annotated;
use crate::program::args::{Format, OutputArgs, ReportArgs, ReportForm, WantedReport};
use crate::program::console::Console;
use crate::program::output::{Output, renew};
use crate::program::reports::Apart;
use crate::report::manifest::Manifest;
use crate::report::{json, load, summary, texts};

/// What is held of the texts in memory is a part of this; the rest is in temporary files.
const MEMORY_BYTES: u64 = 4 << 30;

pub fn run(args: &ReportArgs, console: &Console) -> anyhow::Result<()> {
    if let Some(annotated) = &args.annotate {
        return annotated::write(&args.folder, annotated, args.output.force, console);
    }
    let manifest = load::manifest(&args.folder)?;
    let output = Output::checked(&args.output, OutputArgs::forms)?;
    let apart = Apart::checked(&args.output)?;
    let mut findings = load::findings(&args.folder)?;
    // A graph has the headlines of articles where they were kept; a page cannot be made without texts.
    let wants_texts = |wanted: &WantedReport| match wanted.form {
        ReportForm::Html => true,
        ReportForm::Graphml => args.folder.join(texts::FILE_NAME).exists(),
        ReportForm::Md => false,
    };
    if args.output.report.iter().any(wants_texts) {
        texts::load(&args.folder, &mut findings, &Workspace::limited(std::env::temp_dir(), MEMORY_BYTES))?;
    }
    for report in &apart {
        report.write(&findings, &manifest.inputs, output.as_ref().and_then(Output::claim))?;
    }
    let forms = args.output.forms();
    match output {
        Some(output) => {
            let inputs = manifest.inputs.clone();
            output.write(&findings, &inputs, |files| Manifest { files, schema_version: SCHEMA_VERSION, ..manifest })?;
        }
        None if !forms.is_empty() => renew(&args.folder, &forms, &findings, manifest, args.output.force)?,
        None => {}
    }
    console.print(|out| match args.output.format {
        Format::Text => summary::write(&findings, &console.summary_options(), out),
        Format::Json => json::write(&findings, out),
    })
}
