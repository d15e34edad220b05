//! What the program does, one file per command.

pub mod eval;
pub mod report;
pub mod scan;
