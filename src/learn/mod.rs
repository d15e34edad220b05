//! What does the corpus teach? What phrases and words are worth, and which passages belong to no story.
//!
//! In: texts, and the carriers of each shared fingerprint. Out: [`Learned`], the marks that follow for each text, and the
//! pairs that passages name. Fingerprints are looked at twice, each with all its carriers: first for which texts are takes of
//! one ([`takes_of_one_text`]), then for everything that follows from that. Neither look needs more than the carriers and
//! the takes among them.

mod contexts;
pub mod lexicon;
pub mod phrases;
pub mod stock;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use crate::article::ArticleId;
use crate::bucket::candidates::{self, Candidate, Carriage, Hit};
use crate::bucket::carriers::{Carrier, TextRow, batches};
use crate::bucket::passages::{GRAM_TOKENS, Postings};
use crate::disk::{Exchange, KeptReader, KeptWriter, Memory, Partitioned, Workspace};
use crate::error::Result;
use crate::spool::{MarkRow, MarkTable};
use lexicon::Lexicon;
use phrases::PhraseModel;
use stock::{Lesson, Lessons, Related, Stock, recurring, takes_of_one_text};

/// What a corpus teaches, and what the next one may be looked at with.
#[derive(Default)]
pub struct Learned {
    /// What phrases are worth; nothing where only whole texts are compared.
    pub phrases: PhraseModel,
    /// What is known of words.
    pub lexicon: Lexicon,
    /// What belongs to no story.
    pub stock: Stock,
}

impl Learned {
    /// Writes everything.
    pub fn save(&self, to: &mut KeptWriter) -> Result<()> {
        self.phrases.save(to)?;
        self.lexicon.save(to)?;
        self.stock.save(to)
    }

    /// What was written.
    pub fn load(from: &mut KeptReader) -> Result<Learned> {
        Ok(Learned { phrases: PhraseModel::load(from)?, lexicon: Lexicon::load(from)?, stock: Stock::load(from)? })
    }

    /// A hash of everything.
    pub fn fingerprint(&self) -> u64 {
        let parts = [self.phrases.fingerprint(), self.lexicon.fingerprint(), self.stock.fingerprint()];
        xxh3_64(bytemuck::cast_slice(&parts))
    }
}

/// What shared passages say.
pub struct Passages {
    /// Which of them belong to no story.
    pub stock: Stock,
    /// The same as marks, by text.
    pub marks: MarkTable,
    /// Pairs of class leaders that share others, sorted.
    pub candidates: Vec<Candidate>,
}

/// Fingerprints to an article, of those that are learned: a guess.
const FINGERPRINTS_A_MARK: usize = 8;

/// The pairs of class leaders that share passages, where nothing is learned.
pub fn unlearned(postings: &Postings, texts: &[TextRow], workspace: &Workspace) -> Result<Vec<Candidate>> {
    candidates::candidates(&mut hits(postings, texts, workspace, unlearned_hits)?)
}

fn unlearned_hits(carriers: &[Carrier], found: &mut Vec<Hit>) {
    let recurring = recurring(carriers);
    candidates::hits(carriers, |carrier| carriage(&recurring, carrier), found);
}

/// What the passages teach that texts share; `exact` are the leaders of exact classes.
pub fn passages(
    postings: &Postings,
    texts: &[TextRow],
    exact: &[ArticleId],
    workspace: &Workspace,
) -> Result<Passages> {
    let related = Related::of(&takes(postings, texts, workspace)?, texts.len());
    let mut hits = Exchange::new(workspace, workspace.share(Memory::Hits), postings.len());
    let expected = postings.len() / FINGERPRINTS_A_MARK;
    let mut marks = Exchange::new(workspace, workspace.share(Memory::Marks), expected);
    let mut stock = Stock::default();
    let (of_hits, of_marks) = (hits.count(), marks.count());
    batches(postings, texts, |batch| {
        let gathered = batch.gather(|found: &mut Found, carriers| found.look(carriers, &related));
        let mut others = (Vec::new(), Vec::new());
        hits.extend(|| {
            let lists = gathered.map(|Found { hits, marks, lessons }| {
                (Partitioned::of(&hits, of_hits), (Partitioned::of(&marks, of_marks), lessons))
            });
            let (hits, rest): (Vec<_>, Vec<_>) = lists.unzip();
            others = rest.into_iter().unzip();
            hits
        })?;
        let (lists, lessons) = others;
        lessons.into_iter().for_each(|lessons| stock.add(lessons));
        marks.extend(|| lists)
    })?;
    let mut candidates = candidates::candidates(&mut hits)?;
    candidates.par_iter_mut().for_each(|pair| pair.standing.apart = related.apart(pair.a, pair.b));
    let marks = MarkTable::of(&mut marks, GRAM_TOKENS, exact, workspace)?;
    Ok(Passages { stock, marks, candidates })
}

/// What one fingerprint after the other says.
#[derive(Default)]
pub struct Found {
    /// The pairs that each names.
    pub hits: Vec<Hit>,
    /// Where texts carry what was learned.
    pub marks: Vec<MarkRow>,
    /// What was learned.
    pub lessons: Lessons,
}

impl Found {
    /// Looks at all carriers of a fingerprint.
    pub fn look(&mut self, carriers: &[Carrier], related: &Related) {
        let lesson = Lesson::of(carriers, related);
        self.lessons.add(carriers[0].posting.hash(), &lesson);
        let marked = carriers.iter().filter_map(|carrier| Some((carrier, lesson.mark(carrier.text.outlet)?)));
        self.marks
            .extend(marked.map(|(Carrier { posting, .. }, mark)| MarkRow::of(posting.article(), posting.token, mark)));
        let recurring = recurring(carriers);
        // What was learned names no pair: what does now belongs to stories.
        let carriage = |carrier: &Carrier| match lesson.mark(carrier.text.outlet) {
            Some(_) => Carriage::Learned,
            None => carriage(&recurring, carrier),
        };
        candidates::hits(carriers, carriage, &mut self.hits);
    }
}

/// The pairs of class leaders that are takes of one text.
fn takes(postings: &Postings, texts: &[TextRow], workspace: &Workspace) -> Result<Vec<(ArticleId, ArticleId)>> {
    let mut hits = hits(postings, texts, workspace, bare_hits)?;
    let tokens = |article: ArticleId| texts[article.index()].tokens;
    let takes =
        candidates::sharing(&mut hits, |pair| takes_of_one_text(pair, tokens(pair.a).max(tokens(pair.b)) as usize))?;
    Ok(takes.iter().map(|pair| (pair.a, pair.b)).collect())
}

/// The pairs that a fingerprint names before anything is learned, by all its carriers.
pub fn bare_hits(carriers: &[Carrier], found: &mut Vec<Hit>) {
    let recurring = recurring(carriers);
    candidates::bare_hits(carriers, |carrier| carriage(&recurring, carrier), found);
}

fn carriage(recurring: &[u64], carrier: &Carrier) -> Carriage {
    if recurring.binary_search(&carrier.text.outlet).is_ok() { Carriage::Recurring } else { Carriage::Fresh }
}

/// The fingerprints that name pairs, as `name` finds them among the carriers of each.
fn hits(
    postings: &Postings,
    texts: &[TextRow],
    workspace: &Workspace,
    name: impl Fn(&[Carrier], &mut Vec<Hit>) + Sync,
) -> Result<Exchange<Hit>> {
    // A fingerprint names one pair of two texts, three of three.
    let mut hits = Exchange::new(workspace, workspace.share(Memory::Hits), postings.len());
    let count = hits.count();
    batches(postings, texts, |batch| {
        let lists = batch.gather(|found: &mut Vec<Hit>, carriers| name(carriers, found));
        hits.extend(|| lists.map(|found| Partitioned::of(&found, count)).collect())
    })?;
    Ok(hits)
}
