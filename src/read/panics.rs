//! Panics of the libraries that read what may be anything: they are caught, and told as damage.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

thread_local! {
    /// Whether a panic on this thread will be caught.
    static CAUGHT: Cell<bool> = const { Cell::new(false) };
}

/// From here on, a panic that is caught and told as damage of an input is told to no hook, so that nothing prints it. Others
/// go to the hook that was set before. This is for programs: a library leaves the hook of its process alone.
pub fn hush_caught_panics() {
    let before = take_hook();
    set_hook(Box::new(move |panic| {
        if !CAUGHT.get() {
            before(panic);
        }
    }));
}

/// What `work` gives, or nothing if it panics.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    let before = CAUGHT.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    CAUGHT.set(before);
    done.ok()
}
