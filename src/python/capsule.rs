//! Arrow's PyCapsule interface: tables of any package in, tables for any package out.
//!
//! A capsule holds a struct of Arrow's C data or C stream interface, which is moved out of it once. This is the one place
//! of the library with unsafe code: whether the structs hold what their names say is a promise of who made them, and the
//! language has no word for it.
#![allow(unsafe_code, reason = "the C interface of Arrow is pointers")]

use std::ffi::CStr;
use std::ptr::NonNull;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::{RecordBatch, RecordBatchReader, StructArray};
use arrow_schema::{ArrowError, Schema};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

const STREAM: &CStr = c"arrow_array_stream";
const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";

/// Whether the object gives a stream of batches.
pub fn is_table(object: &Bound<'_, PyAny>) -> bool {
    object.hasattr("__arrow_c_stream__").unwrap_or(false)
}

/// Whether the object gives one batch.
pub fn is_batch(object: &Bound<'_, PyAny>) -> bool {
    object.hasattr("__arrow_c_array__").unwrap_or(false)
}

/// The stream of a table, whose batches are made as they are asked for.
pub fn stream(table: &Bound<'_, PyAny>) -> PyResult<Result<RecordBatchStreamReader, ArrowError>> {
    let capsule = table.call_method0("__arrow_c_stream__")?.cast_into::<PyCapsule>()?;
    let place: NonNull<FFI_ArrowArrayStream> = capsule.pointer_checked(Some(STREAM))?.cast();
    // SAFETY: a capsule of this name holds a stream of the C interface, for whoever comes first to move it out; an empty one
    // stays behind, so that nothing is released twice.
    let stream = unsafe { FFI_ArrowArrayStream::from_raw(place.as_ptr()) };
    Ok(RecordBatchStreamReader::try_new(stream))
}

/// The batch that an object holds.
pub fn batch(object: &Bound<'_, PyAny>) -> PyResult<Result<RecordBatch, ArrowError>> {
    let (schema, array): (Bound<'_, PyCapsule>, Bound<'_, PyCapsule>) =
        object.call_method0("__arrow_c_array__")?.extract()?;
    let schema: NonNull<FFI_ArrowSchema> = schema.pointer_checked(Some(SCHEMA))?.cast();
    let array: NonNull<FFI_ArrowArray> = array.pointer_checked(Some(ARRAY))?.cast();
    // SAFETY: capsules of these names hold structs of the C interface, which are moved out as above; the array is of the
    // type that the schema states.
    let data = unsafe {
        let schema = FFI_ArrowSchema::from_raw(schema.as_ptr());
        from_ffi(FFI_ArrowArray::from_raw(array.as_ptr()), &schema)
    };
    Ok(data.and_then(|data| {
        if !matches!(data.data_type(), arrow_schema::DataType::Struct(_)) || data.null_count() > 0 {
            return Err(ArrowError::SchemaError("a batch must have columns, and no row that is null".into()));
        }
        Ok(RecordBatch::from(StructArray::from(data)))
    }))
}

/// A capsule with the batches.
pub fn of_batches<'py>(py: Python<'py>, batches: Box<dyn RecordBatchReader + Send>) -> PyResult<Bound<'py, PyCapsule>> {
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(batches), STREAM)
}

/// A capsule with the schema.
pub fn of_schema<'py>(py: Python<'py>, schema: &Schema) -> PyResult<Bound<'py, PyCapsule>> {
    let schema = FFI_ArrowSchema::try_from(schema).map_err(super::errors::of_arrow)?;
    PyCapsule::new_with_value(py, schema, SCHEMA)
}
