//! How a long run tells how far it is, and learns that it should stop.
//!
//! The library knows no clock and no terminal: it names the stage it is in and counts what it has done. The program draws
//! bars and takes times from that.

/// The stages a scan goes through, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Reading, normalising, tokenising and sketching articles; counted in bytes of input.
    Read,
    /// Exact and near-duplicate classes; counted in bands.
    Classes,
    /// The phrase model; counted in classes.
    Phrases,
    /// Shared passages: fingerprints and candidates; counted in classes.
    Passages,
    /// Learning furniture and stock; counted in candidate pairs.
    Furniture,
    /// Verification of candidates by passages on the text; counted in pairs.
    Verify,
    /// Verification inside classes, and of the other articles of linked ones; counted in pairs.
    Reprints,
    /// Relations and stories; counted in pairs.
    Stories,
}

impl Stage {
    /// The stage's name, as shown.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Read => "read",
            Stage::Classes => "classes",
            Stage::Phrases => "phrases",
            Stage::Passages => "passages",
            Stage::Furniture => "furniture",
            Stage::Verify => "verify",
            Stage::Reprints => "reprints",
            Stage::Stories => "stories",
        }
    }
}

/// Receives a run's progress. All methods may be called from any thread.
pub trait Progress: Sync {
    /// A stage begins; `total` units are expected, if that is known.
    fn begin(&self, stage: Stage, total: Option<u64>) {
        let _ = (stage, total);
    }
    /// `units` more are done in the current stage.
    fn advance(&self, units: u64) {
        let _ = units;
    }
    /// Something a user may want to know.
    fn tell(&self, message: &str) {
        let _ = message;
    }
    /// Something a user should know that ends nothing.
    fn warn(&self, message: &str) {
        let _ = message;
    }
    /// Whether the run should end with [`Error::Cancelled`](crate::error::Error::Cancelled) at the next chance.
    fn cancelled(&self) -> bool {
        false
    }
}

/// Tells nobody.
pub struct Silent;

impl Progress for Silent {}
