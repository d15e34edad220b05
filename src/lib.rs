//! wirecopy finds the articles of a corpus that carry the same wire story.

pub mod article;
pub mod settings;
pub mod error;
pub mod progress;
pub mod read;
pub mod relate;
pub mod findings;
pub mod evaluate;
pub mod pipeline;
pub mod report;
