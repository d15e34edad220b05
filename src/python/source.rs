//! What is to be read: paths, tables and batches from Python, as inputs of the library.

use std::path::PathBuf;

use arrow_array::RecordBatchReader;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyList, PyString, PyTuple};

use super::batches::{Held, Made, Raised, batches};
use super::capsule;
use super::errors::{of_arrow, of_error};
use super::table::Table;
use crate::program::inputs;
use crate::read::Input;

/// What a table is called in locations and rejects.
const TABLE: &str = "table";

/// What was given to be read.
pub struct Source {
    pub inputs: Vec<Input>,
    /// What an iterator of batches raised.
    pub raised: Raised,
    /// How the inputs are called.
    pub names: Vec<String>,
}

impl Source {
    pub fn of(given: &Bound<'_, PyAny>) -> PyResult<Source> {
        let raised = Raised::default();
        let inputs = match paths(given)? {
            Some(paths) => paths.iter().map(|path| inputs::named(path).map_err(of_error)).collect::<PyResult<_>>()?,
            None => vec![Input::Table { name: TABLE.to_owned(), batches: table(given, &raised)? }],
        };
        let names = inputs.iter().map(Input::name).collect();
        Ok(Source { inputs, raised, names })
    }
}

/// The paths, if it is one or several.
fn paths(given: &Bound<'_, PyAny>) -> PyResult<Option<Vec<PathBuf>>> {
    if is_path(given) {
        return Ok(Some(vec![given.extract()?]));
    }
    let is_list = given.is_instance_of::<PyList>() || given.is_instance_of::<PyTuple>();
    if is_list && given.len()? > 0 && is_path(&given.get_item(0)?) {
        return given.extract().map(Some);
    }
    Ok(None)
}

fn is_path(object: &Bound<'_, PyAny>) -> bool {
    object.is_instance_of::<PyString>() || object.hasattr("__fspath__").unwrap_or(false)
}

fn table(given: &Bound<'_, PyAny>, raised: &Raised) -> PyResult<Box<dyn RecordBatchReader + Send>> {
    if let Ok(table) = given.cast::<Table>() {
        return Ok(Box::new(table.get().held()));
    }
    if capsule::is_table(given) {
        return Ok(Box::new(capsule::stream(given)?.map_err(of_arrow)?));
    }
    if capsule::is_batch(given) {
        let (schema, batches) = batches(given)?;
        return Ok(Box::new(Held::new(schema, batches)));
    }
    match given.try_iter() {
        Ok(iterator) => Ok(Box::new(Made::open(&iterator.cast_into::<PyIterator>()?, raised)?)),
        Err(_) => {
            let kind = given.get_type().qualname()?;
            Err(PyTypeError::new_err(format!(
                "cannot read {kind}: give a path, several paths, a table that has the Arrow interface (pyarrow, polars, \
                 pandas, DuckDB), or an iterator of batches"
            )))
        }
    }
}
