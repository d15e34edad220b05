//! Ctrl-C: the first one asks the run to stop cleanly, the second one ends the program at once.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// Begins to watch for Ctrl-C and for requests of the system to end.
pub fn watch() -> anyhow::Result<()> {
    ctrlc::set_handler(|| {
        if REQUESTED.swap(true, Ordering::SeqCst) {
            process::exit(130);
        }
    })
    .context("cannot watch for Ctrl-C")
}

/// Whether the run should stop.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}
