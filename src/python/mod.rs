//! The binding of the Python package: tables and paths in, tables out, each way without a copy.
//!
//! The package's own sources, in `python/wirecopy/`, hold what its users see; they call the functions and classes of this
//! module, `wirecopy._core`. It knows Python and nothing of the method: inputs become [`Input`](crate::read::Input)s
//! ([`source`]), keyword arguments become [`Settings`](crate::settings::Settings) ([`options`]), a job runs beside the thread
//! that called, which looks for Ctrl-C ([`run`]), and findings are kept as they are until a table of them is asked for
//! ([`scan`]). Other engines call one step at a time ([`engine`]): it takes batches and gives batches.

mod batches;
mod capsule;
mod check;
mod compare;
mod engine;
mod errors;
mod options;
mod run;
mod scan;
mod source;
mod table;

use pyo3::prelude::*;

/// What the package is built on. Its interface is that of the package's sources and no promise.
#[pymodule]
mod _core {
    use std::ffi::OsString;

    use pyo3::prelude::*;

    #[pymodule_export]
    use super::check::check;
    #[pymodule_export]
    use super::compare::compare;
    #[pymodule_export]
    use super::engine::{
        engine_columns, engine_counted, engine_job, engine_manifest, engine_read, engine_run, engine_schema,
        engine_steps,
    };
    #[pymodule_export]
    use super::scan::{Scan, scan};
    #[pymodule_export]
    use super::table::Table;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::read::hush_caught_panics();
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }

    /// Runs the program with its arguments, the name of the program first, and gives its exit code.
    #[pyfunction]
    fn main(py: Python<'_>, args: Vec<OsString>) -> u8 {
        py.detach(|| crate::program::run(args))
    }
}
