//! What the program does, one file per command.

pub mod check;
pub mod clean;
pub mod compare;
pub mod completions;
pub mod eval;
pub mod explain;
pub mod init;
pub mod inspect;
pub mod report;
pub mod scan;
