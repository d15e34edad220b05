//! Who might be alike? Candidates: by whole texts ([`classes`]) and by shared passages ([`passages`], [`carriers`]).

pub mod candidates;
pub mod carriers;
pub mod classes;
pub mod passages;
