//! Who might be alike? Candidates: by whole texts ([`classes`]) and by shared passages ([`passages`]).

pub mod classes;
pub mod passages;
