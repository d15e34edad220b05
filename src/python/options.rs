//! Keyword arguments: settings by the names of `wirecopy.toml`, and how a job is run.

use std::path::PathBuf;

use bytesize::ByteSize;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyString};
use toml::{Table, Value};

use super::errors::{of_error, of_mistake};
use crate::disk::Workspace;
use crate::error::Error;
use crate::settings::Settings;
use crate::settings::named;

/// What a scan holds in memory if nothing else is asked for; as the program's.
const MEMORY: ByteSize = ByteSize::gib(4);

/// How a job is run. None of it changes a result.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Options {
    /// A file of settings, over which the keyword arguments are laid.
    pub config: Option<PathBuf>,
    /// Settings by name.
    pub settings: Py<PyDict>,
    pub memory: Option<Size>,
    pub threads: Option<usize>,
    pub temp_dir: Option<PathBuf>,
    /// Called with a stage, what is done of it, and how much there is to do.
    pub progress: Option<Py<PyAny>>,
}

/// A number of bytes, or a size such as `4GiB`.
#[derive(FromPyObject)]
pub enum Size {
    Bytes(u64),
    Words(String),
}

impl Options {
    /// The effective settings, checked.
    pub fn settings(&self, py: Python<'_>) -> PyResult<Settings> {
        let mut table = match &self.config {
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|cause| of_error(Error::io("read", path, cause)))?;
                named::parsed(&text).map_err(|mistake| of_mistake(&mistake, Some(&path.display().to_string())))?
            }
            None => Table::new(),
        };
        for (key, value) in self.settings.bind(py) {
            if let Some(value) = toml(&value)? {
                named::set(&mut table, &key.extract::<String>()?, value);
            }
        }
        let settings = named::settings(table).map_err(|mistake| of_mistake(&mistake, None))?;
        let mut settings = settings.checked().map_err(of_error)?;
        settings.read.today.get_or_insert_with(crate::program::today);
        Ok(settings)
    }

    /// Where what does not fit into memory goes.
    pub fn workspace(&self) -> PyResult<Workspace> {
        let memory = match &self.memory {
            None => MEMORY,
            Some(Size::Bytes(bytes)) => ByteSize(*bytes),
            Some(Size::Words(words)) => words.parse().map_err(|_| {
                PyValueError::new_err(format!("memory = {words:?}: give a number of bytes, or a size such as 4GiB"))
            })?,
        };
        let folder = self.temp_dir.clone().unwrap_or_else(std::env::temp_dir);
        Ok(Workspace::limited(folder, memory.as_u64()))
    }
}

/// A value as a file of settings would have it; nothing for None, which leaves a setting as it is.
fn toml(value: &Bound<'_, PyAny>) -> PyResult<Option<Value>> {
    if value.is_none() {
        return Ok(None);
    }
    // A truth value is a number, too, and text can be iterated over.
    Ok(Some(if value.is_instance_of::<PyBool>() {
        Value::Boolean(value.extract()?)
    } else if value.is_instance_of::<PyInt>() {
        Value::Integer(value.extract()?)
    } else if value.is_instance_of::<PyFloat>() {
        Value::Float(value.extract()?)
    } else if value.is_instance_of::<PyString>() {
        Value::String(value.extract()?)
    } else if let Ok(table) = value.cast::<PyDict>() {
        let mut inner = Table::new();
        for (key, value) in table {
            if let Some(value) = toml(&value)? {
                named::set(&mut inner, &key.extract::<String>()?, value);
            }
        }
        Value::Table(inner)
    } else if value.hasattr("__fspath__")? {
        Value::String(value.call_method0("__fspath__")?.extract()?)
    } else if value.hasattr("isoformat")? {
        // A day.
        Value::String(value.call_method0("isoformat")?.extract()?)
    } else if let Ok(items) = value.try_iter() {
        let items = items.map(|item| toml(&item?)).collect::<PyResult<Vec<Option<Value>>>>()?;
        Value::Array(items.into_iter().flatten().collect())
    } else {
        let kind = value.get_type().qualname()?;
        return Err(PyTypeError::new_err(format!("a setting cannot be a {kind}")));
    }))
}
