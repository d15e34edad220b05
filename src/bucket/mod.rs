//! Who might be alike? Candidates: by whole texts ([`classes`]) and by shared passages ([`passages`]).

pub mod candidates;
pub mod classes;
pub mod passages;
