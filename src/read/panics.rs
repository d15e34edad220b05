//! Panics of the libraries that read what may be anything: they are caught, and told as damage.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static CAUGHT: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic on this thread will be caught and told as damage of an input. A program's panic hook may ask, to print
/// nothing then.
pub fn panic_is_caught() -> bool {
    CAUGHT.get()
}

/// What `work` gives, or nothing if it panics.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    let before = CAUGHT.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    CAUGHT.set(before);
    done.ok()
}
