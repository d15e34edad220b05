//! Why a call failed, as an exception of the package's family: `wirecopy.errors`.

use arrow_schema::ArrowError;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::error::Error;
use crate::program::failure;
use crate::settings::named::Mistake;

/// The classes of the family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// All others.
    Error,
    /// A setting that is not known or cannot be used.
    Setting,
    /// An input that cannot be read, or has no article.
    Input,
    /// Nowhere to write to.
    Output,
}

impl Family {
    fn name(self) -> &'static str {
        match self {
            Family::Error => "WirecopyError",
            Family::Setting => "SettingError",
            Family::Input => "InputError",
            Family::Output => "OutputError",
        }
    }

    /// The family of a failure of the library.
    fn of(error: &Error) -> Family {
        match error {
            Error::Setting { .. } | Error::Weights(_) => Family::Setting,
            Error::Io { action: "write" | "write to" | "create" | "remove", .. }
            | Error::TempFile { .. }
            | Error::DiskFull { .. } => Family::Output,
            Error::Io { .. }
            | Error::Empty { .. }
            | Error::TooManyRejects { .. }
            | Error::Table { .. }
            | Error::Batch { .. }
            | Error::Baseline { .. }
            | Error::NotFound(_) => Family::Input,
            _ => Family::Error,
        }
    }

    /// An exception with what failed, and what to do about it.
    pub fn raised(self, message: &str, hint: Option<&str>) -> PyErr {
        Python::attach(|py| {
            let made = py
                .import("wirecopy.errors")
                .and_then(|errors| errors.getattr(self.name()))
                .and_then(|class| class.call1((message, hint)));
            // Without the package's sources there is no family.
            made.map_or_else(|_| PyRuntimeError::new_err(message.to_owned()), PyErr::from_value)
        })
    }
}

/// A failure of the library.
pub fn of_error(error: Error) -> PyErr {
    of_program(error.into())
}

/// A failure of what the package shares with the program. Its words are the program's, but for flags, which are arguments
/// here.
pub fn of_program(error: anyhow::Error) -> PyErr {
    let known = error.chain().find_map(|cause| cause.downcast_ref::<Error>());
    // What the program says about failures of the library is about its flags.
    let hint = error.chain().find_map(|cause| match cause.downcast_ref::<Error>() {
        Some(Error::Baseline { hint, .. }) => Some(hint.clone()),
        Some(_) => None,
        None => failure::hint(cause),
    });
    let hint = hint.map(|hint| hint.replace("--force", "force=True"));
    let family = known.map_or(Family::Output, Family::of);
    family.raised(&format!("{error:#}"), hint.as_deref())
}

/// A setting that is not known or no value for it.
pub fn of_mistake(mistake: &Mistake, file: Option<&str>) -> PyErr {
    let message = match (file, mistake.line) {
        (Some(file), Some(line)) => format!("settings {file}, line {line}: {}", mistake.what),
        _ => mistake.what.clone(),
    };
    Family::Setting.raised(&message, mistake.hint.as_deref())
}

/// A table that cannot be taken or given.
pub fn of_arrow(error: ArrowError) -> PyErr {
    Family::Input.raised(&format!("cannot read the table: {error}"), None)
}
