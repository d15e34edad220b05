//! What the stages between reading and reporting made.

use crate::article::ArticleId;
use crate::bucket::candidates::Candidate;
use crate::bucket::classes::Classes;
use crate::compare::{ComparedPairs, Surroundings};
use crate::corpus::Corpus;
use crate::decoys::Decoys;
use crate::relate::Judge;
use crate::settings::Settings;
use crate::story::Stories;
use crate::verify::lexicon::Lexicon;
use crate::verify::stock::Stock;
use crate::verify::surprise::PhraseModel;
use crate::verify::{Circumstances, Context, Limits};

/// The products of the stages between reading and reporting.
pub struct Analysis {
    /// Exact and near-duplicate classes.
    pub classes: Classes,
    /// The phrase model of the corpus.
    pub model: PhraseModel,
    /// What is known of words.
    pub lexicon: Lexicon,
    /// What belongs to no story.
    pub stock: Stock,
    /// Pairs of class leaders that share passages.
    pub candidates: Vec<Candidate>,
    /// How many pairs share passages at all.
    pub named: u64,
    /// How many links are chance, as far as the corpus can tell.
    pub decoys: Decoys,
    /// Who judged.
    pub judge: Judge,
    /// Every pair that was compared and shares something, sorted.
    pub compared: ComparedPairs,
    /// How many pairs were compared.
    pub verified: u64,
    /// Stories over `classes.leaders`, by place.
    pub stories: Stories,
}

impl Analysis {
    /// What is known of a pair beside its texts.
    pub fn circumstances(&self, corpus: &Corpus, a: ArticleId, b: ArticleId) -> Circumstances {
        let Analysis { classes, candidates, .. } = self;
        Surroundings { classes, candidates, sources: &corpus.sources, published: &corpus.published }.of(a, b)
    }

    /// What comparisons know of the corpus.
    pub fn context<'a>(&'a self, corpus: &'a Corpus, settings: &Settings) -> Context<'a> {
        Context {
            spool: &corpus.spool,
            shingles: &corpus.shingles,
            model: settings.wants_passages().then_some(&self.model),
            lexicon: &self.lexicon,
            stock: &self.stock,
            limits: Limits::of(settings.near.threshold, &settings.relate),
        }
    }
}
