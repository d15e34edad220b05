//! Are they alike, really? Evidence, measured on the tokens of two texts.
//!
//! In: two texts and the phrase model. Out: [`Evidence`]: the exact overlap of their shingle sets, the runs they share, and
//! for each run how much of it is prose, quotation and furniture and what the prose is worth in bits beyond chance. What is
//! quoted or furniture in either text counts as that in both: scraping loses marks more often than it invents them.

pub mod facts;
pub mod runs;
pub mod surprise;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::article::{ArticleId, Span};
use crate::bucket::candidates::Standing;
use crate::bucket::passages::{PASSAGE_TOKENS, lead_end};
use crate::disk::Weight;
use crate::learn::Learned;
use crate::learn::phrases::PhraseModel;
use crate::settings::{RelateSettings, Settings};
use crate::shingle::overlap::{Overlap, ShingleTable};
use crate::shingle::{ShingleCounter, ShingleCounts};
use crate::spool::{Document, Spool};
use crate::text::{self, Kind, Marks};
use facts::{Facts, Swapped};
use runs::{Aligner, Run};
use surprise::Surprise;

/// Prose between or beside quotations up to this many tokens belongs to them: "the senator told reporters", "he added".
const ATTRIBUTION_TOKENS: usize = 6;

/// A run proves something from this many bits beyond chance. In one corpus on one event names and stock phrases pass 0 by the
/// dozen; a clause of eight ordinary words is worth 30 to 60.
const PROOF_BITS: f64 = 15.0;
/// Runs this close in both texts are one passage with a word changed.
const BLOCK_GAP: usize = 30;

/// Tokens of a text by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kinds {
    /// Neither quoted nor furniture nor stock.
    pub prose: usize,
    /// Quoted.
    pub quoted: usize,
    /// Context that unrelated articles share.
    pub stock: usize,
    /// Furniture.
    pub furniture: usize,
}

impl Kinds {
    /// The kinds of a list of marks.
    pub fn of(marks: &[Marks]) -> Kinds {
        let mut kinds = Kinds::default();
        for &mark in marks {
            kinds.add(mark);
        }
        kinds
    }

    fn add(&mut self, marks: Marks) {
        match marks.kind() {
            Kind::Prose => self.prose += 1,
            Kind::Quotation => self.quoted += 1,
            Kind::Furniture => self.furniture += 1,
            Kind::Stock => self.stock += 1,
        }
    }

    fn add_all(&mut self, other: Kinds) {
        self.prose += other.prose;
        self.quoted += other.quoted;
        self.stock += other.stock;
        self.furniture += other.furniture;
    }

    /// All tokens.
    pub fn tokens(&self) -> usize {
        self.prose + self.quoted + self.stock + self.furniture
    }

    /// Tokens of the article itself: all but furniture.
    pub fn body(&self) -> usize {
        self.prose + self.quoted + self.stock
    }
}

/// A run that two texts share, and what it proves.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SharedRun {
    /// Where it stands.
    pub run: Run,
    /// What it consists of.
    pub kinds: Kinds,
    /// Information of its prose in bits, less what a search over both texts finds by chance: log2 of the product of their
    /// lengths (as BLAST does; Karlin, Altschul 1990). It proves something from [`PROOF_BITS`] on.
    pub bits: f64,
}

impl SharedRun {
    /// Whether the run proves something.
    pub fn proves(&self) -> bool {
        self.bits >= PROOF_BITS
    }
}

/// What two texts have in common.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Their shingle sets.
    pub overlap: Overlap,
    /// The runs they share, by place in the first.
    pub runs: Vec<SharedRun>,
    /// The first text.
    pub a: Kinds,
    /// The second text.
    pub b: Kinds,
    /// What they share.
    pub shared: Kinds,
    /// Shared prose in runs that prove something.
    pub proven: usize,
    /// Bits of the runs that prove something, summed.
    pub bits: f64,
    /// Blocks of text in which the runs that prove something stand: runs with at most [`BLOCK_GAP`] tokens between them in
    /// both texts are one block.
    pub blocks: usize,
    /// Whether such a run begins in the lead of either text.
    pub lead: bool,
    /// Tokens of shared prose in the lead of the first and of the second text.
    pub leads: (usize, usize),
    /// Places between shared runs where each text has a fact that the other lacks.
    pub swapped: Swapped,
    /// Different facts, which are numbers, names and rare words: of the first body, of the second, and of both.
    pub facts: (usize, usize, usize),
    /// Shared prose that is told rather than spoken, in runs that prove something.
    pub told: usize,
    /// What is known of them beside their texts.
    pub circumstances: Circumstances,
}

/// What is known of a pair beside its texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Circumstances {
    /// What all carriers of the passages say that the two share.
    pub standing: Standing,
    /// Whether both are of one outlet.
    pub same_outlet: bool,
    /// How many days lie between their publications, where both are known.
    pub days_apart: Option<u32>,
}

impl Weight for Evidence {
    fn owned_bytes(&self) -> usize {
        self.runs.len() * size_of::<SharedRun>()
    }
}

impl Evidence {
    /// Length of the longest shared run in tokens.
    pub fn longest_run(&self) -> usize {
        self.runs.iter().map(|run| run.run.tokens).max().unwrap_or(0)
    }

    /// Shared tokens of the article itself among those of the shorter article: 0 to 1.
    pub fn body_share(&self) -> f64 {
        share(self.shared.body(), self.a.body().min(self.b.body()))
    }

    /// The share of the first text's prose that the second has.
    pub fn prose_a(&self) -> f64 {
        share(self.shared.prose, self.a.prose)
    }

    /// The share of the second text's prose that the first has.
    pub fn prose_b(&self) -> f64 {
        share(self.shared.prose, self.b.prose)
    }

    /// The share of shared tokens that stand in quotations.
    pub fn quote_share(&self) -> f64 {
        share(self.shared.quoted, self.shared.tokens())
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// What a comparison knows of the corpus.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The texts. Their marks say what was learned about the corpus.
    pub spool: &'a Spool,
    /// How many different shingles each text has.
    pub shingles: &'a ShingleCounts,
    /// What the corpus taught; none where only whole texts are compared, and bits are not asked for.
    pub learned: Option<&'a Learned>,
    /// From where on nothing depends on more evidence.
    pub limits: Limits,
}

impl<'a> Context<'a> {
    /// What comparisons with these settings know.
    pub fn of(spool: &'a Spool, shingles: &'a ShingleCounts, learned: &'a Learned, settings: &Settings) -> Context<'a> {
        let limits = Limits::of(settings.near.threshold, &settings.relate);
        Context { spool, shingles, learned: settings.wants_passages().then_some(learned), limits }
    }
}

/// From where on nothing depends on more evidence: the relation of two texts that share so much is one of shares.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Jaccard similarity of near-duplicates.
    near_threshold: f64,
    /// The share of the shorter body that two versions share.
    version_share: f64,
}

impl Limits {
    /// The limits that follow from the thresholds of relations.
    pub fn of(near_threshold: f64, relate: &RelateSettings) -> Limits {
        Limits { near_threshold, version_share: relate.version_share }
    }
}

/// Where two texts share much, a run is not counted beyond so many bits, some forty words: by run, so that it does not matter
/// which text comes first. It is far above what proves a run, or an item of a round-up.
const ENOUGH_BITS: f64 = 320.0;

/// Compares one text with others.
pub struct Comparer<'a> {
    context: Context<'a>,
    article: ArticleId,
    a: Text<'a>,
    aligner: BodyAligner,
    counter: ShingleCounter,
    lead_end: usize,
    // Made when they are asked for first: most pairs are given up before.
    shingles: Option<ShingleTable<'a>>,
    surprise: Option<Surprise<'a>>,
    facts: Option<Facts>,
    marks: Vec<Marks>,
}

impl<'a> Comparer<'a> {
    /// Takes `a` as the first text of the comparisons to come.
    pub fn of(a: ArticleId, context: Context<'a>) -> Comparer<'a> {
        let text = Text::of(context.spool.document(a));
        Comparer {
            context,
            article: a,
            aligner: BodyAligner::of(&text),
            counter: ShingleCounter::default(),
            lead_end: lead_end(&text.document.marks),
            a: text,
            shingles: None,
            surprise: None,
            facts: None,
            marks: Vec::new(),
        }
    }

    /// The first text.
    pub fn article(&self) -> ArticleId {
        self.article
    }

    /// What the first text and `other` have in common.
    pub fn evidence(&mut self, other: ArticleId, circumstances: Circumstances) -> Evidence {
        self.evidence_while(other, circumstances, |_| true).expect("nothing gives it up")
    }

    /// As [`Comparer::evidence`], as long as `promising` holds: it is asked each time more is known, and is shown evidence
    /// that has the most for reuse of what is not known yet.
    pub fn evidence_while(
        &mut self,
        other: ArticleId,
        circumstances: Circumstances,
        promising: impl Fn(&Evidence) -> bool,
    ) -> Option<Evidence> {
        let (a, b) = (&self.a, Text::of(self.context.spool.document(other)));
        let runs = self.aligner.runs(a, &b);
        let lead_end_b = lead_end(&b.document.marks);
        let mut evidence = Evidence { a: a.kinds, b: b.kinds, circumstances, ..Evidence::default() };
        self.marks.clear();
        let in_lead = |start: usize, tokens: usize, end: usize| (start + tokens).min(end).saturating_sub(start);
        for &run in &runs {
            let from = self.marks.len();
            joint_marks(
                &a.document.marks[run.a..run.a + run.tokens],
                &b.document.marks[run.b..run.b + run.tokens],
                &mut self.marks,
            );
            let marks = &self.marks[from..];
            let kinds = Kinds::of(marks);
            evidence.shared.add_all(kinds);
            evidence.blocks += usize::from(kinds.prose >= passage_tokens(marks));
            if kinds.prose * 2 > run.tokens {
                evidence.leads.0 += in_lead(run.a, run.tokens, self.lead_end);
                evidence.leads.1 += in_lead(run.b, run.tokens, lead_end_b);
            }
            evidence.runs.push(SharedRun { run, kinds, bits: 0.0 });
        }
        if let Some(learned) = self.context.learned {
            (evidence.proven, evidence.told, evidence.lead) = (evidence.shared.prose, evidence.shared.prose, true);
            evidence.facts = ALL_FACTS;
            if !promising(&evidence) {
                return None;
            }
            let lexicon = &learned.lexicon;
            let of_a = self.facts.get_or_insert_with(|| Facts::of(&a.document, lexicon));
            let of_b = Facts::of(&b.document, lexicon);
            evidence.facts = (of_a.count(), of_b.count(), of_a.shared(&of_b));
            evidence.swapped = facts::swapped(&runs, (&a.document, of_a), (&b.document, &of_b));
            if !promising(&evidence) {
                return None;
            }
        }
        let different = self.context.shingles.get(other, || self.counter.different(&b.document.ids));
        let shingles = self.shingles.get_or_insert_with(|| ShingleTable::of(a.document.ids.clone()));
        evidence.overlap = shingles.overlap(&b.document.ids, different);
        self.prove(&mut evidence, &b);
        Some(evidence)
    }

    /// What the shared runs prove.
    fn prove(&mut self, evidence: &mut Evidence, b: &Text<'_>) {
        let (a, learned) = (&self.a, self.context.learned);
        (evidence.proven, evidence.told, evidence.blocks, evidence.lead) = (0, 0, 0, false);
        let search = ((a.document.ids.len().max(1) * b.document.ids.len().max(1)) as f64).log2();
        let lead_end_b = lead_end(&b.document.marks);
        let Limits { near_threshold, version_share } = self.context.limits;
        let much = evidence.overlap.jaccard() >= near_threshold || evidence.body_share() >= version_share;
        let enough = if much { ENOUGH_BITS } else { f64::INFINITY };
        let mut compared = false;
        let mut last: Option<Run> = None;
        let mut end = 0;
        for at in 0..evidence.runs.len() {
            let SharedRun { run, kinds, .. } = evidence.runs[at];
            let marks = &self.marks[end..end + run.tokens];
            end += run.tokens;
            let mut bits = -search;
            if let Some(learned) = learned.filter(|_| kinds.prose > 0) {
                let (model, spool) = (&learned.phrases, self.context.spool);
                let surprise =
                    self.surprise.get_or_insert_with(|| surprise(self.article, a.document.ids.clone(), model, spool));
                if !compared {
                    surprise.compare(&b.document.ids);
                    compared = true;
                }
                bits += surprise.bits(run.a, marks, enough);
            }
            evidence.runs[at].bits = bits;
            if bits < PROOF_BITS {
                continue;
            }
            evidence.proven += kinds.prose;
            if let Some(learned) = learned.filter(|_| kinds.prose > 0) {
                let mut told = marks.to_vec();
                learned.lexicon.mark_spoken(&a.document.ids[run.a..run.a + run.tokens], &mut told);
                let prose = told.iter().filter(|marks| marks.prose()).count();
                let surprise = self.surprise.as_mut().expect("prose was looked at");
                let told_bits = if prose == kinds.prose { bits } else { surprise.bits(run.a, &told, enough) - search };
                if told_bits > PROOF_BITS {
                    evidence.told += prose;
                }
            }
            evidence.bits += bits;
            if kinds.prose < passage_tokens(marks) {
                continue;
            }
            evidence.lead = evidence.lead
                || run.a < self.lead_end
                || run.b < lead_end_b
                || learned.is_some_and(|learned| learned.stock.in_a_lead(&a.document.ids[run.a..run.a + run.tokens]));
            let close = |last: Run| {
                run.a - (last.a + last.tokens) <= BLOCK_GAP
                    && run.b >= last.b + last.tokens
                    && run.b - (last.b + last.tokens) <= BLOCK_GAP
            };
            evidence.blocks += usize::from(!last.is_some_and(close));
            last = Some(run);
        }
    }
}

/// What facts are taken to be before they are looked for: many, and the same.
const ALL_FACTS: (usize, usize, usize) = (1000, 1000, 1000);

/// What the words of an article are worth.
fn surprise<'a>(article: ArticleId, ids: Cow<'a, [u32]>, model: &'a PhraseModel, spool: &Spool) -> Surprise<'a> {
    let text = spool.text(article);
    let letters = |span: &Span| text::letters(span.of(&text)).min(255) as u8;
    let mut letters: Vec<u8> = spool.spans(article).iter().map(letters).collect();
    // Spans that could not be read are none.
    letters.resize(ids.len(), 0);
    Surprise::of(model, ids, letters)
}

/// One text of a comparison.
struct Text<'a> {
    document: Document<'a>,
    /// How many tokens of which kind.
    kinds: Kinds,
}

impl<'a> Text<'a> {
    fn of(document: Document<'a>) -> Text<'a> {
        Text { kinds: Kinds::of(&document.marks), document }
    }
}

/// Aligns the bodies of two texts first and what is left of them with furniture after that: a caption that repeats a
/// sentence of the article must not stand for it.
struct BodyAligner {
    bodies: Aligner,
    /// The first text's body; its furniture is masked.
    body: Vec<u32>,
    rest: Aligner,
    buffer: Vec<u32>,
}

impl BodyAligner {
    /// Takes `a` as the first text.
    fn of(a: &Text<'_>) -> BodyAligner {
        let mut body = Vec::new();
        mask(&a.document.ids, MASK_A, |place| a.document.marks[place].has(Marks::FURNITURE), &mut body);
        let mut bodies = Aligner::new();
        bodies.index(&body);
        BodyAligner { bodies, body, rest: Aligner::new(), buffer: Vec::new() }
    }

    /// The runs that the first text `a` shares with `b`, by place in the first.
    fn runs(&mut self, a: &Text<'_>, b: &Text<'_>) -> Vec<Run> {
        let body = if b.kinds.furniture == 0 {
            &*b.document.ids
        } else {
            mask(&b.document.ids, MASK_B, |place| b.document.marks[place].has(Marks::FURNITURE), &mut self.buffer);
            &self.buffer
        };
        let mut runs = self.bodies.runs(&self.body, body);
        if a.kinds.furniture < runs::RUN_TOKENS && b.kinds.furniture < runs::RUN_TOKENS {
            return runs;
        }
        let (mut used_a, mut used_b) = (vec![false; a.document.ids.len()], vec![false; b.document.ids.len()]);
        for run in &runs {
            used_a[run.a..run.a + run.tokens].fill(true);
            used_b[run.b..run.b + run.tokens].fill(true);
        }
        let (mut rest_a, mut rest_b) = (Vec::new(), Vec::new());
        mask(&a.document.ids, MASK_A, |place| used_a[place], &mut rest_a);
        mask(&b.document.ids, MASK_B, |place| used_b[place], &mut rest_b);
        self.rest.index(&rest_a);
        runs.extend(self.rest.runs(&rest_a, &rest_b));
        runs.sort_unstable();
        runs
    }
}

/// Two masks, so that masked tokens of two texts are never equal.
const MASK_A: u32 = 0x5555_5555;
/// See [`MASK_A`].
const MASK_B: u32 = 0xAAAA_AAAA;

/// The tokens with some replaced by numbers that occur once, into `out`.
fn mask(ids: &[u32], mask: u32, hidden: impl Fn(usize) -> bool, out: &mut Vec<u32>) {
    let hide = |place: usize| (place as u32).wrapping_mul(0x9E37_79B1) ^ mask;
    out.clear();
    out.extend(ids.iter().enumerate().map(|(place, &id)| if hidden(place) { hide(place) } else { id }));
}

/// From how much prose on a run is a passage rather than a phrase, a dateline or a name: what candidates are found
/// by, or as much text in overlapping pairs of characters, which are two thirds of a word each.
fn passage_tokens(marks: &[Marks]) -> usize {
    if marks.first().is_some_and(|marks| marks.has(Marks::BIGRAM)) {
        PASSAGE_TOKENS * 3 / 2 + 1
    } else {
        PASSAGE_TOKENS
    }
}

/// Appends what kind of text each token of a run is, where the two texts may disagree.
pub fn joint_marks(a: &[Marks], b: &[Marks], all: &mut Vec<Marks>) {
    let begin = all.len();
    all.extend(a.iter().zip(b).map(|(a, b)| Marks(a.0 | b.0)));
    let marks = &mut all[begin..];
    // Attributions: short prose beside a quotation inside the run.
    let mut from = 0;
    while from < marks.len() {
        let kind = marks[from].prose();
        let to = (from..marks.len()).find(|&k| marks[k].prose() != kind).unwrap_or(marks.len());
        let beside = from > 0 && marks[from - 1].has(Marks::QUOTED) || to < marks.len() && marks[to].has(Marks::QUOTED);
        if kind && to - from <= ATTRIBUTION_TOKENS && beside {
            for mark in &mut marks[from..to] {
                mark.set(Marks::QUOTED);
            }
        }
        from = to;
    }
}
