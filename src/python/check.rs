//! The gate: which pairs must not be there?

use std::collections::BTreeMap;
use std::io::ErrorKind;

use pyo3::prelude::*;

use super::errors::{of_error, of_program};
use super::options::Options;
use super::run::run;
use super::source::Source;
use crate::check::Matches;
use crate::check::baseline::Baseline;
use crate::check::gate::Gate;
use crate::error::{Error, Result};
use crate::pipeline;
use crate::program::commands::check::{fail_on_reported, listing_what_fails};
use crate::report::check::Format;
use crate::settings::Settings;

/// Whether the gate is open, and the outcome as text and as JSON.
#[pyfunction]
pub fn check(py: Python<'_>, source: &Bound<'_, PyAny>, options: Options) -> PyResult<(bool, String, String)> {
    let settings = listing_what_fails(&options.settings(py)?);
    fail_on_reported(&settings).map_err(of_program)?;
    let baseline = baseline(&settings).map_err(of_error)?;
    let source = Source::of(source)?;
    let scanned = settings.clone();
    let inputs = source.inputs;
    let matches = run(py, &options, &source.raised, move |workspace, progress| {
        let findings = pipeline::scan_within(workspace, inputs, &scanned, progress)?;
        let matches = Matches::of(&findings, &scanned.check.fail_on);
        findings.workspace.check()?;
        Ok(matches)
    })?;
    let gate = Gate {
        settings: &settings.check,
        new: None,
        baseline: &baseline,
        earlier: &BTreeMap::new(),
        today: settings.read.today.as_deref(),
        file_name: &str::to_owned,
    };
    let outcome = gate.outcome(&matches.product);
    let written = |format: Format| {
        let mut text = Vec::new();
        format.write(&outcome, &mut text).map_err(|error| of_program(error.into()))?;
        Ok::<String, PyErr>(String::from_utf8_lossy(&text).into_owned())
    };
    Ok((outcome.passed(), written(Format::Text)?, written(Format::Json)?))
}

/// What is known, if there is a file of it.
fn baseline(settings: &Settings) -> Result<Baseline> {
    let file = &settings.check.baseline;
    match std::fs::read(file) {
        Ok(text) => Baseline::read(file, &text),
        Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(Baseline::default()),
        Err(cause) => Err(Error::io("read", file, cause)),
    }
}
