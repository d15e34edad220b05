//! Steps for other engines: pieces come and go as Arrow batches of `kind`, `partition` and `bytes`.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, BinaryArray, Int32Array, RecordBatch, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyIterator;

use super::batches::{Raised, batches};
use super::errors::{Family, of_arrow, of_error, of_program};
use super::options::Options;
use super::run::run;
use super::source::Source;
use super::table::Table;
use crate::engine::{self, CountRow, Job, Kind, Piece, STEPS, Task};
use crate::findings::Findings;
use crate::read::{self, Mapping};
use crate::report;

/// Bytes of pieces that one batch has, about: what an engine holds at once.
const BATCH_BYTES: usize = 16 << 20;

fn parsed(job: &str) -> PyResult<Job> {
    let job: Job = serde_json::from_str(job)
        .map_err(|cause| Family::Error.raised(&format!("this scan was begun by another version: {cause}"), None))?;
    job.checked().map_err(of_error)
}

fn shown(job: &Job) -> PyResult<String> {
    serde_json::to_string(job).map_err(|error| of_program(error.into()))
}

/// A job as JSON, with the effective settings.
#[pyfunction]
pub fn engine_job(py: Python<'_>, options: Options, partitions: u32) -> PyResult<String> {
    let settings = options.settings(py)?;
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let job = Job { version, settings, partitions, articles: Vec::new(), leaders: Vec::new() };
    shown(&job.checked().map_err(of_error)?)
}

/// A step, and what it takes: kinds of pieces, by the step that made them.
type Taking = (&'static str, Vec<(&'static str, Vec<&'static str>)>);

/// The steps of a job in order.
#[pyfunction]
pub fn engine_steps(job: &str) -> PyResult<Vec<Taking>> {
    let whole_texts = !parsed(job)?.settings.wants_passages();
    let steps = STEPS.iter().filter(|step| step.of_whole_texts || !whole_texts);
    let kinds = |kinds: &[Kind]| kinds.iter().map(|kind| kind.0).collect();
    Ok(steps.map(|step| (step.name, step.takes.iter().map(|(from, of)| (*from, kinds(of))).collect())).collect())
}

/// Of the columns of a table, those that are read.
#[pyfunction]
pub fn engine_columns(job: &str, names: Vec<String>) -> PyResult<Vec<String>> {
    let mapping = Mapping::new(&parsed(job)?.settings.read).map_err(of_error)?;
    Ok(names.into_iter().filter(|name| read::is_wanted(&mapping, &[name])).collect())
}

/// The job with what a step has counted: a step that counts nothing changes nothing.
#[pyfunction]
pub fn engine_counted(job: &str, step: &str, counted: &Bound<'_, PyAny>) -> PyResult<String> {
    let mut job = parsed(job)?;
    let mut counts = vec![0; job.partitions as usize];
    for piece in pieces(counted)? {
        for row in bytemuck::pod_collect_to_vec::<u8, CountRow>(&piece.bytes) {
            let Some(count) = counts.get_mut(row.partition as usize) else { continue };
            *count = row.count;
        }
    }
    match step {
        "number" => job.articles = counts,
        "home" => job.leaders = counts,
        _ => {}
    }
    shown(&job)
}

/// The first step: rows of a table, as batches.
#[pyfunction]
pub fn engine_read(py: Python<'_>, job: &str, rows: &Bound<'_, PyAny>, options: Options) -> PyResult<Table> {
    let job = parsed(job)?;
    let source = Source::of(rows)?;
    let inputs = source.inputs;
    let made = run(py, &options, &source.raised, move |workspace, progress| {
        let task = Task::of(&job, workspace)?;
        let mut made = Vec::new();
        for input in inputs {
            made.extend(engine::read(&task, input, progress)?);
        }
        Ok(made)
    })?;
    table(made.product)
}

/// Any other step, on the pieces of some partitions.
#[pyfunction]
pub fn engine_run(
    py: Python<'_>,
    job: &str,
    step: String,
    taken: &Bound<'_, PyAny>,
    options: Options,
) -> PyResult<Table> {
    let (job, pieces) = (parsed(job)?, pieces(taken)?);
    let made =
        run(py, &options, &Raised::default(), move |workspace, _| Task::of(&job, workspace)?.run(&step, pieces))?;
    table(made.product)
}

/// The manifest as JSON.
#[pyfunction]
pub fn engine_manifest(
    job: &str,
    counted: &Bound<'_, PyAny>,
    inputs: Vec<String>,
    timings: Vec<(String, f64)>,
) -> PyResult<String> {
    engine::manifest(&parsed(job)?, pieces(counted)?, inputs, timings).map_err(of_error)
}

/// The columns of a table of findings, as a table without rows.
#[pyfunction]
pub fn engine_schema(name: &str) -> PyResult<Table> {
    let known = report::Table::ALL.into_iter().find(|table| table.name() == name);
    let table = known.ok_or_else(|| PyValueError::new_err(format!("no table {name}")))?;
    let (schema, batches) = table.batches(&Findings::default()).map_err(|error| of_program(error.into()))?;
    Ok(Table { schema, batches })
}

/// The pieces that an iterator of batches gives.
fn pieces(taken: &Bound<'_, PyAny>) -> PyResult<Vec<Piece>> {
    let wrong = || Family::Error.raised("these are no pieces of a scan of this version", None);
    let mut pieces = Vec::new();
    for item in taken.try_iter()?.cast_into::<PyIterator>()? {
        for batch in batches(&item?)?.1 {
            let column = |name: &str, kind: DataType| {
                batch.column_by_name(name).filter(|column| *column.data_type() == kind).ok_or_else(wrong)
            };
            let kinds = column("kind", DataType::Utf8)?.as_string::<i32>();
            let partitions = column("partition", DataType::Int32)?.as_primitive::<Int32Type>();
            let bytes = column("bytes", DataType::LargeBinary)?.as_binary::<i64>();
            for row in 0..batch.num_rows() {
                let partition = u32::try_from(partitions.value(row)).map_err(|_| wrong())?;
                let piece = Piece::of(kinds.value(row), partition, bytes.value(row).to_vec());
                pieces.push(piece.ok_or_else(wrong)?);
            }
        }
    }
    Ok(pieces)
}

fn table(pieces: Vec<Piece>) -> PyResult<Table> {
    let schema = Arc::new(Schema::new(vec![
        Field::new("kind", DataType::Utf8, false),
        Field::new("partition", DataType::Int32, false),
        Field::new("bytes", DataType::Binary, false),
    ]));
    let batch = |pieces: &[Piece]| {
        let columns: Vec<Arc<dyn Array>> = vec![
            Arc::new(pieces.iter().map(|piece| Some(piece.kind.0)).collect::<StringArray>()),
            Arc::new(pieces.iter().map(|piece| i32::try_from(piece.partition).ok()).collect::<Int32Array>()),
            Arc::new(BinaryArray::from_iter_values(pieces.iter().map(|piece| &piece.bytes))),
        ];
        RecordBatch::try_new(Arc::clone(&schema), columns)
    };
    let mut held_bytes = 0;
    // A piece is much less than a batch, or a batch by itself.
    let batches = pieces.chunk_by(|x, _| {
        held_bytes += x.bytes.len();
        let more = held_bytes < BATCH_BYTES;
        held_bytes = if more { held_bytes } else { 0 };
        more
    });
    let batches = batches.map(batch).collect::<Result<Vec<RecordBatch>, ArrowError>>().map_err(of_arrow)?;
    Ok(Table { schema: Arc::clone(&schema), batches })
}
