//! How right are we? Findings against pairs, and origins against stories, that were labelled by people.
//!
//! A labelled pair is a link or not, and has a label; the findings predict both. Precision, recall and F1 of links come with
//! 95 % intervals, since labelled sets are small. For the two shares these are Wilson's score intervals (Wilson 1927, Journal
//! of the American Statistical Association 22, 209-212), which hold near 0 and 1 and for few pairs, where the textbook
//! interval does not. F1 = 2 TP / (2 TP + FP + FN) does not depend on true negatives. With p = TP / (TP + FP + FN), the share of hits
//! among all pairs that are links by label or by prediction, F1 = 2 p / (1 + p), which grows with p; so the ends of the Wilson
//! interval of p are carried over. That needs no random numbers, and is never empty or outside 0 to 1.
//!
//! Labelled pairs are a sample that somebody chose, not a random one of the corpus. The intervals speak of the sampling of
//! these pairs alone.

mod labels;
mod origins;
mod pairs;
mod share;

pub use labels::{Class, Confidence, Label, LabelledPair, LabelledStory, labelled_pairs, labelled_stories};
pub use origins::{ConfidenceBin, OriginEvaluation, OtherAgency, WrongOrigin, evaluate_origins};
pub use pairs::{ClassScore, Confusion, Evaluation, InOneStory, LabelShare, Links, Mistake, Wrong, evaluate};
pub use share::{Estimate, Share};
