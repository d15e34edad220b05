//! How a run that failed ends: what failed, its causes, what to do about it, and an exit code.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use crate::error::Error;
use crate::program::{SUCCEEDED, interrupt};
use crate::report::escape::printable;

/// Exit code of a run that failed.
const FAILED: u8 = 2;

/// A failure of the program itself, with what to do about it.
#[derive(Debug)]
pub struct Failure {
    what: String,
    hint: String,
}

impl Failure {
    pub fn new(what: impl Into<String>, hint: impl Into<String>) -> Failure {
        Failure { what: what.into(), hint: hint.into() }
    }

    pub fn hint(&self) -> &str {
        &self.hint
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl StdError for Failure {}

/// Tells the user on standard error, and gives the exit code. A reader of standard output that went away is no failure.
pub fn shown(error: &anyhow::Error) -> u8 {
    if error.chain().any(|cause| cause.downcast_ref::<ClosedPipe>().is_some()) {
        return SUCCEEDED;
    }
    let cancelled = |cause: &&(dyn StdError + 'static)| matches!(cause.downcast_ref(), Some(Error::Cancelled));
    if interrupt::requested() || error.chain().any(|cause| cancelled(&cause)) {
        interrupt::told();
        return interrupt::INTERRUPTED;
    }
    eprintln!("error: {}", printable(&format!("{error:#}")));
    if let Some(hint) = error.chain().find_map(hint) {
        eprintln!("hint: {}", printable(&hint));
    }
    FAILED
}

/// Nobody reads standard output any more.
#[derive(Debug)]
pub struct ClosedPipe;

impl fmt::Display for ClosedPipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("standard output was closed")
    }
}

impl StdError for ClosedPipe {}

/// What to do about one cause of a failure.
pub fn hint(cause: &(dyn StdError + 'static)) -> Option<String> {
    if let Some(failure) = cause.downcast_ref::<Failure>() {
        return Some(failure.hint().to_owned());
    }
    if let Some(cause) = cause.downcast_ref::<io::Error>() {
        return match cause.kind() {
            io::ErrorKind::NotFound => Some("check the spelling and the working directory".into()),
            io::ErrorKind::PermissionDenied => Some("check its permissions".into()),
            io::ErrorKind::StorageFull => Some("free some space, or choose another disk".into()),
            _ => None,
        };
    }
    match cause.downcast_ref::<Error>()? {
        Error::TooManyRejects { .. } => {
            Some("nothing was written; without --max-rejects, the table rejects names every rejected record".into())
        }
        Error::Table { .. } => Some("tables must be as wirecopy scan wrote them, and labels must be JSON lines".into()),
        Error::Baseline { hint, .. } => Some(hint.clone()),
        Error::Changed(_) => Some("scan it again".into()),
        Error::TempFile { .. } => Some("name another folder with --temp-dir".into()),
        Error::DiskFull { .. } => Some("free space there, or name another folder with --temp-dir".into()),
        Error::Weights(_) => Some("weights must have the form that wirecopy eval --fit prints".into()),
        Error::Setting { .. } => Some("wirecopy --dump-config prints every setting and where it came from".into()),
        _ => None,
    }
}
