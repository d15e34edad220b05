//! Everything that is seen from outside, in one crate.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod cases;
mod explain;
mod finished;
mod properties;
mod report;
mod sample;
