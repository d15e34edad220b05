//! wirecopy finds the articles of a corpus that carry the same wire story.

pub mod article;
pub mod settings;
pub mod error;
pub mod progress;
pub mod read;
pub mod text;
pub mod spool;
pub mod shingle;
pub mod sketch;
pub mod bucket;
pub mod corpus;
pub mod verify;
pub mod relate;
pub mod story;
pub mod findings;
pub mod evaluate;
pub mod pipeline;
pub mod explain;
pub mod report;
