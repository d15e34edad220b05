//! A table that stands in memory: one of a scan's, or one to scan.

use std::sync::Arc;

use arrow_array::{BooleanArray, RecordBatch};
use arrow_schema::{ArrowError, SchemaRef};
use arrow_select::filter::filter_record_batch;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use serde_json::{Map, Value};

use super::batches::{Held, batches};
use super::capsule;
use super::errors::of_arrow;
use crate::read::cell;

/// A table in memory, as record batches.
#[pyclass(frozen, skip_from_py_object)]
#[derive(Clone, Debug)]
pub struct Table {
    pub(super) schema: SchemaRef,
    pub(super) batches: Vec<RecordBatch>,
}

impl Table {
    /// The batches, to be read again.
    pub(super) fn held(&self) -> Held {
        Held::new(Arc::clone(&self.schema), self.batches.clone())
    }
}

#[pymethods]
impl Table {
    /// All batches of a table of any package.
    #[staticmethod]
    fn of(table: &Bound<'_, PyAny>) -> PyResult<Table> {
        if let Ok(table) = table.cast::<Table>() {
            return Ok(table.get().clone());
        }
        if !capsule::is_table(table) && !capsule::is_batch(table) {
            let (mut schema, mut all) = (None, Vec::new());
            for item in table.try_iter()? {
                let (columns, batches) = batches(&item?)?;
                schema.get_or_insert(columns);
                all.extend(batches);
            }
            let schema = schema.unwrap_or_else(|| Arc::new(arrow_schema::Schema::empty()));
            return Ok(Table { schema, batches: all });
        }
        let (schema, batches) = batches(table)?;
        Ok(Table { schema, batches })
    }

    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // A wish, which whoever gives a table may leave unfulfilled.
        let _ = requested_schema;
        capsule::of_batches(py, Box::new(self.held()))
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        capsule::of_schema(py, &self.schema)
    }

    fn __len__(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    #[getter]
    fn column_names(&self) -> Vec<String> {
        self.schema.fields().iter().map(|field| field.name().clone()).collect()
    }

    /// The rows from `first` on, at most so many, as a JSON array of objects.
    fn json(&self, first: usize, count: usize) -> String {
        let names: Vec<&String> = self.schema.fields().iter().map(|field| field.name()).collect();
        let mut rows = Vec::new();
        let mut passed = 0;
        for batch in &self.batches {
            let from = first.saturating_sub(passed).min(batch.num_rows());
            passed += batch.num_rows();
            for row in from..batch.num_rows() {
                if rows.len() == count {
                    return Value::Array(rows).to_string();
                }
                let cells = names.iter().zip(batch.columns());
                let cells = cells.map(|(name, column)| ((*name).clone(), cell(column, row)));
                rows.push(Value::Object(cells.collect::<Map<String, Value>>()));
            }
        }
        Value::Array(rows).to_string()
    }

    /// The rows for which the first column of `mask` is true.
    fn filter(&self, mask: &Table) -> PyResult<Table> {
        let mut kept = mask.batches.iter().flat_map(|batch| {
            let column = batch.columns().first().and_then(|column| column.as_any().downcast_ref::<BooleanArray>());
            column.map(|column| column.iter().map(|kept| kept == Some(true)).collect::<Vec<bool>>()).unwrap_or_default()
        });
        let filtered = self.batches.iter().map(|batch| {
            let kept: BooleanArray = kept.by_ref().take(batch.num_rows()).map(Some).collect();
            filter_record_batch(batch, &kept)
        });
        let batches = filtered.collect::<Result<Vec<RecordBatch>, ArrowError>>().map_err(of_arrow)?;
        Ok(Table { schema: Arc::clone(&self.schema), batches })
    }
}
