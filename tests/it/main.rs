//! Everything that is seen from outside, in one crate.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

#[path = "../../benches/articles.rs"]
mod articles;
mod architecture;
mod annotate;
mod archives;
mod bad_input;
mod cases;
mod check;
mod check_formats;
mod clean;
mod corpora;
mod crawled;
mod demonstration;
mod determinism;
mod dialects;
mod explain;
mod finished;
mod formats;
mod gold;
mod guide;
mod html;
mod injection;
mod interruption;
mod kills;
mod links;
mod memory;
mod oracle;
mod origins;
mod outputs;
mod pages;
mod program;
mod properties;
#[cfg(feature = "remote")]
mod remote;
mod relations;
mod release;
mod report;
mod resume;
mod sample;
mod schemas;
mod stability;
mod stories;
mod survivors;
