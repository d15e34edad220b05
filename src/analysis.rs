//! What the stages between reading and reporting made.

use crate::article::ArticleId;
use crate::bucket::candidates::Candidate;
use crate::bucket::carriers::TextRow;
use crate::bucket::classes::Classes;
use crate::compare::{ComparedPairs, Surroundings};
use crate::corpus::Corpus;
use crate::decoys::Decoys;
use crate::epoch::Epoch;
use crate::settings::Settings;
use crate::story::Stories;
use crate::verify::{Circumstances, Context};

/// The products of the stages between reading and reporting.
pub struct Analysis {
    /// Exact and near-duplicate classes.
    pub classes: Classes,
    /// What stages know of each article beside its words.
    pub texts: Vec<TextRow>,
    /// What pairs were looked at with.
    pub epoch: Epoch,
    /// Pairs of class leaders that share passages.
    pub candidates: Vec<Candidate>,
    /// How many pairs share passages at all.
    pub named: u64,
    /// How many links are chance, as far as the corpus can tell.
    pub decoys: Decoys,
    /// Every pair that was compared and shares something, sorted.
    pub compared: ComparedPairs,
    /// How many pairs were compared.
    pub verified: u64,
    /// Stories over `classes.leaders`, by place.
    pub stories: Stories,
}

impl Analysis {
    /// What is known of a pair beside its texts.
    pub fn circumstances(&self, a: ArticleId, b: ArticleId) -> Circumstances {
        let Analysis { classes, candidates, texts, .. } = self;
        Surroundings { candidates, texts, exact: &classes.exact }.of(a, b)
    }

    /// What comparisons know of the corpus.
    pub fn context<'a>(&'a self, corpus: &'a Corpus, settings: &Settings) -> Context<'a> {
        Context::of(&corpus.spool, &corpus.shingles, &self.epoch.learned, settings)
    }
}
