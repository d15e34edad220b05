//! Batches in memory, and batches that a Python iterator makes one after the other.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, SchemaRef};
use pyo3::prelude::*;
use pyo3::types::PyIterator;

use super::capsule;
use super::errors::{Family, of_arrow};

/// What an iterator raised, until somebody asks. It ends the scan and is raised again as it is.
pub type Raised = Arc<Mutex<Option<PyErr>>>;

/// Batches that are there.
pub struct Held {
    schema: SchemaRef,
    batches: std::vec::IntoIter<RecordBatch>,
}

impl Held {
    pub fn new(schema: SchemaRef, batches: Vec<RecordBatch>) -> Held {
        Held { schema, batches: batches.into_iter() }
    }
}

impl Iterator for Held {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.batches.next().map(Ok)
    }
}

impl RecordBatchReader for Held {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}

/// Batches, or tables of them, that a Python iterator makes.
pub struct Made {
    iterator: Py<PyIterator>,
    schema: SchemaRef,
    /// Those of the last item that were not given yet.
    waiting: VecDeque<RecordBatch>,
    raised: Raised,
}

impl Made {
    /// Asks for the first item, which says what the columns are.
    pub fn open(iterator: &Bound<'_, PyIterator>, raised: &Raised) -> PyResult<Made> {
        let mut waiting = VecDeque::new();
        let mut schema = None;
        while waiting.is_empty() {
            let Some(item) = iterator.clone().next() else { break };
            let (columns, batches) = batches(&item?)?;
            schema = Some(columns);
            waiting.extend(batches);
        }
        let Some(schema) = schema else {
            return Err(Family::Input.raised("no article in table: it has no batch", None));
        };
        Ok(Made { iterator: iterator.clone().unbind(), schema, waiting, raised: Arc::clone(raised) })
    }

    fn advance(&mut self) -> PyResult<bool> {
        Python::attach(|py| {
            let Some(item) = self.iterator.bind(py).clone().next() else { return Ok(false) };
            self.waiting.extend(batches(&item?)?.1);
            Ok(true)
        })
    }
}

impl Iterator for Made {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(batch) = self.waiting.pop_front() {
                return Some(Ok(batch));
            }
            match self.advance() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    let cause = error.to_string();
                    self.raised.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                    return Some(Err(ArrowError::ExternalError(cause.into())));
                }
            }
        }
    }
}

impl RecordBatchReader for Made {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}

/// All batches of a table, or the one that the object is.
pub fn batches(object: &Bound<'_, PyAny>) -> PyResult<(SchemaRef, Vec<RecordBatch>)> {
    // A batch may offer both, and then the stream is made for this call.
    if capsule::is_batch(object) {
        let batch = capsule::batch(object)?.map_err(of_arrow)?;
        return Ok((batch.schema(), vec![batch]));
    }
    if capsule::is_table(object) {
        let reader = capsule::stream(object)?.map_err(of_arrow)?;
        let schema = reader.schema();
        // Whoever makes the batches may need what this thread holds.
        let batches = object.py().detach(|| reader.collect::<Result<Vec<RecordBatch>, ArrowError>>());
        return Ok((schema, batches.map_err(of_arrow)?));
    }
    let kind = object.get_type().qualname()?.to_string();
    Err(pyo3::exceptions::PyTypeError::new_err(format!("a batch must have the Arrow interface, and {kind} has not")))
}
