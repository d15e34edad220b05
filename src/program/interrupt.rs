//! Signals: the first one asks the run to stop cleanly, and it has a moment to do so; the second one ends the program at once.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::Context;

/// Exit code of a run that was interrupted, as shells have it: 128 + SIGINT.
pub const INTERRUPTED: u8 = 130;
/// How long a run may take to stop by itself. Then it ends wherever it is: in a comparison of two long texts, or where it waits
/// for input that does not come. Temporary files have no names, or are removed by the next run.
const PATIENCE: Duration = Duration::from_millis(800);

static REQUESTED: AtomicBool = AtomicBool::new(false);
/// Held while something is done that must not be left halfway.
static WHOLE: Mutex<()> = Mutex::new(());

/// Begins to watch for Ctrl-C and for requests of the system to end.
pub fn watch() -> anyhow::Result<()> {
    ctrlc::set_handler(|| {
        if REQUESTED.swap(true, Ordering::SeqCst) {
            process::exit(INTERRUPTED.into());
        }
        thread::spawn(|| {
            thread::sleep(PATIENCE);
            let _whole = wait_for_me();
            told();
            process::exit(INTERRUPTED.into());
        });
    })
    .context("cannot watch for Ctrl-C")
}

/// Whether the run should stop.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}

/// Until the guard is dropped, a signal does not end the program.
pub fn wait_for_me() -> MutexGuard<'static, ()> {
    WHOLE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Tells the user that the run has stopped, once.
pub fn told() {
    static TOLD: AtomicBool = AtomicBool::new(false);
    if !TOLD.swap(true, Ordering::SeqCst) {
        eprintln!("stopped");
    }
}
