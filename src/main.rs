//! The program; see the library's `program`.

use std::process::ExitCode;

/// Threads of the statically linked program allocate side by side; those of other builds do anyway.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    wirecopy::program::run(std::env::args_os()).into()
}
