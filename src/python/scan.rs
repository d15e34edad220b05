//! A scan, and what is asked of its findings.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use arrow_array::{BooleanArray, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use serde_json::Value;

use super::errors::{Family, of_arrow, of_error, of_program};
use super::options::Options;
use super::run::run;
use super::source::Source;
use super::table::Table;
use crate::findings::Findings;
use crate::findings::clean;
use crate::pipeline;
use crate::program::args::{OutputArgs, ReportForm, TableFormat, WantedReport, relation};
use crate::program::output::Output;
use crate::program::reports::Apart;
use crate::relation::Relation;
use crate::report;
use crate::report::manifest::{Manifest, Origin};
use crate::report::summary::{self, SummaryOptions};

/// How much of an article is kept for what may be asked later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Texts {
    /// The texts of articles in stories, which reports show.
    Kept,
    /// None.
    Left,
}

/// Findings, and what they were made with.
#[pyclass(frozen)]
pub struct Scan {
    findings: Findings,
    settings: Value,
    inputs: Vec<String>,
    timings: Vec<(String, f64)>,
    texts: Texts,
    tables: [OnceLock<Table>; report::Table::ALL.len()],
}

/// Scans what `source` gives. Where `drop` is given, only what decides about copies and these relations is looked for.
#[pyfunction]
pub fn scan(
    py: Python<'_>,
    source: &Bound<'_, PyAny>,
    options: Options,
    texts: bool,
    drop: Option<Vec<String>>,
) -> PyResult<Scan> {
    let mut settings = options.settings(py)?;
    if let Some(drop) = drop {
        settings.relate.relations = clean::looked_for(settings.relate.relations, &relations(drop)?);
    }
    let shown = serde_json::to_value(&settings).map_err(|error| of_program(error.into()))?;
    let source = Source::of(source)?;
    let (inputs, texts) = (source.inputs, if texts { Texts::Kept } else { Texts::Left });
    let done = run(py, &options, &source.raised, move |workspace, progress| match texts {
        Texts::Kept => pipeline::scan_with_texts(workspace, inputs, &settings, progress),
        Texts::Left => pipeline::scan_within(workspace, inputs, &settings, progress),
    })?;
    let tables = Default::default();
    Ok(Scan { findings: done.product, settings: shown, inputs: source.names, timings: done.timings, texts, tables })
}

fn relations(names: Vec<String>) -> PyResult<Vec<Relation>> {
    let known = |name: &String| match relation(name) {
        Ok(relation) if clean::DROPPABLE.contains(&relation) => Ok(relation),
        Ok(_) => {
            Err(PyValueError::new_err(format!("drop: {name} cannot be dropped: give excerpt, version or rewrite")))
        }
        Err(reason) => Err(PyValueError::new_err(format!("drop: no relation {name}; {reason}"))),
    };
    names.iter().map(known).collect()
}

#[pymethods]
impl Scan {
    /// One of the tables, by its name. It is made once.
    fn table(&self, py: Python<'_>, name: &str) -> PyResult<Table> {
        let known = report::Table::ALL.into_iter().zip(&self.tables).find(|(table, _)| table.name() == name);
        let Some((table, place)) = known else { return Err(PyValueError::new_err(format!("no table {name}"))) };
        py.detach(|| {
            if let Some(made) = place.get() {
                return Ok(made.clone());
            }
            let made = table.batches(&self.findings).map_err(|error| of_program(error.into()));
            let (schema, batches) = made?;
            self.findings.workspace.check().map_err(of_error)?;
            Ok(place.get_or_init(|| Table { schema, batches }).clone())
        })
    }

    /// The manifest as JSON.
    fn manifest(&self) -> PyResult<String> {
        serde_json::to_string(&self.made_with(Vec::new())).map_err(|error| of_program(error.into()))
    }

    /// The summary that the program prints.
    fn summary(&self, py: Python<'_>, stories: usize) -> PyResult<String> {
        py.detach(|| {
            let mut text = Vec::new();
            let options = SummaryOptions { stories, ..SummaryOptions::default() };
            summary::write(&self.findings, &options, &mut text).map_err(|error| of_program(error.into()))?;
            self.findings.workspace.check().map_err(of_error)?;
            Ok(String::from_utf8_lossy(&text).into_owned())
        })
    }

    /// Writes a report to a file; its ending says which.
    fn report(&self, py: Python<'_>, path: PathBuf, force: bool) -> PyResult<()> {
        let form = form(&path)?;
        self.check_texts(form)?;
        py.detach(|| {
            let wanted = vec![WantedReport { form, path: Some(path) }];
            let reports = Apart::checked(&OutputArgs { report: wanted, force, ..OutputArgs::default() })?;
            reports.iter().try_for_each(|report| report.write(&self.findings, &self.inputs, None))
        })
        .map_err(of_program)
    }

    /// Writes what the program writes to its output folder.
    fn write(&self, py: Python<'_>, folder: PathBuf, table_format: &str, force: bool) -> PyResult<()> {
        let table_format = match table_format {
            "jsonl" => TableFormat::Jsonl,
            "csv" => TableFormat::Csv,
            "parquet" => TableFormat::Parquet,
            other => {
                let wrong = format!("table_format = {other:?}: give jsonl, csv or parquet");
                return Err(PyValueError::new_err(wrong));
            }
        };
        let reports = if self.texts == Texts::Kept { vec![ReportForm::Html] } else { Vec::new() };
        py.detach(|| {
            let args = OutputArgs { out: Some(folder), table_format, force, ..OutputArgs::default() };
            let output = Output::checked(&args, |_| reports)?;
            let written =
                output.map(|output| output.write(&self.findings, &self.inputs, |files| self.made_with(files)));
            written.unwrap_or(Ok(()))
        })
        .map_err(of_program)
    }

    /// Of each of the rows of the table that was scanned, whether a corpus without copies, and without articles that have one
    /// of the relations `drop`, keeps it. A row that is no article is kept.
    fn kept(&self, py: Python<'_>, rows: usize, drop: Vec<String>) -> PyResult<Table> {
        let relations = relations(drop)?;
        py.detach(|| {
            let reasons = clean::reasons(&self.findings, &relations).map_err(of_error)?;
            let mut kept = vec![true; rows];
            for (member, _) in self.findings.members.iter().zip(&reasons).filter(|(_, reason)| reason.is_some()) {
                let row = usize::try_from(member.location.record).unwrap_or(0);
                if let Some(kept) = row.checked_sub(1).and_then(|row| kept.get_mut(row)) {
                    *kept = false;
                }
            }
            self.findings.workspace.check().map_err(of_error)?;
            let schema = Arc::new(Schema::new(vec![Field::new("keep", DataType::Boolean, false)]));
            let batch = RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(BooleanArray::from(kept))]);
            Ok(Table { schema, batches: vec![batch.map_err(of_arrow)?] })
        })
    }
}

impl Scan {
    fn made_with(&self, files: Vec<String>) -> Manifest {
        let (settings, inputs, timings) = (self.settings.clone(), self.inputs.clone(), self.timings.clone());
        Manifest::of(&self.findings, Origin { settings, inputs, files, timings })
    }

    fn check_texts(&self, form: ReportForm) -> PyResult<()> {
        if form.shows_texts() && self.texts == Texts::Left {
            let hint = "scan with texts=True, or write a .md or .graphml report";
            return Err(Family::Output.raised("the report shows texts, and the scan kept none", Some(hint)));
        }
        Ok(())
    }
}

/// The form of a report by the ending of its file.
fn form(path: &Path) -> PyResult<ReportForm> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("html" | "htm") => Ok(ReportForm::Html),
        Some("md") => Ok(ReportForm::Md),
        Some("graphml") => Ok(ReportForm::Graphml),
        _ => {
            let what = format!("cannot tell the form of the report {}", path.display());
            Err(Family::Output.raised(&what, Some("end its name in .html, .md or .graphml")))
        }
    }
}
