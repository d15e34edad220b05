//! All of it, on one screen: the stages in their order.
//!
//! `files → Article → Tokens → Shingles → Sketch → Candidate → Evidence → Relation → Story → Findings`

use std::borrow::Cow;

use rayon::prelude::*;

use crate::article::ArticleId;
use crate::bucket::classes::Classes;
use crate::bucket::passages::{self, Posting};
use crate::calibrate::{Calibration, Dated, calibrate};
use crate::corpus::Corpus;
use crate::error::{Error, Result};
use crate::findings::{Findings, assemble};
use crate::progress::{Progress, Stage};
use crate::read::Input;
use crate::relate::{Relation, Verdict, relate};
use crate::settings::{Part, Settings};
use crate::spool::Spool;
use crate::story::{self, Joining, Link, Stories, stories};
use crate::text::Marks;
use crate::verify::stock::{END_TOKENS, Places, Stock, StockPlaces, takes_of_one_text};
use crate::verify::surprise::PhraseModel;
use crate::verify::{BodyAligner, Comparer, Context, Evidence, Text, lead_end};

/// Classes up to this size have all their pairs verified and listed; in larger ones each article is compared with the
/// class's leader only, so that a story printed 500 times costs 499 comparisons.
const LISTED_CLASS: usize = 48;
/// Pairs across two linked classes are all listed up to this many; beyond, the leaders stand for them.
const LISTED_ACROSS: usize = 1024;

/// A rewrite joins stories from so many times the bits that make it a link: one wrong one among hundreds glues two stories.
const JOINING: f64 = 2.5;

/// Two articles, compared on their text.
pub struct Compared {
    /// The one that comes first in the order by content.
    pub a: ArticleId,
    /// The other one.
    pub b: ArticleId,
    /// What they share.
    pub evidence: Evidence,
    /// What that makes them.
    pub verdict: Verdict,
}

impl Compared {
    /// The tokens that each of the two shares with the other: ranges in order.
    fn parts(&self) -> [Vec<(usize, usize)>; 2] {
        let runs = || self.evidence.runs.iter().map(|run| run.run);
        let mut of_b: Vec<(usize, usize)> = runs().map(|run| (run.b, run.b + run.tokens)).collect();
        of_b.sort_unstable();
        [runs().map(|run| (run.a, run.a + run.tokens)).collect(), of_b]
    }
}

/// The products of the stages between reading and reporting.
pub struct Analysis {
    /// Exact and near-duplicate classes.
    pub classes: Classes,
    /// The phrase model of the corpus.
    pub model: PhraseModel,
    /// What belongs to no story.
    pub stock: Stock,
    /// Pairs of class leaders that share passages.
    pub candidates: Vec<(ArticleId, ArticleId)>,
    /// The evidence that a link wanted, and how often it is chance.
    pub calibration: Calibration,
    /// Every pair that was compared and shares something, sorted.
    pub compared: Vec<Compared>,
    /// How many pairs were compared.
    pub verified: u64,
    /// Stories over `classes.leaders`, by place.
    pub stories: Stories,
}

impl Analysis {
    /// What comparisons know of the corpus.
    pub fn context<'a>(&'a self, corpus: &'a Corpus) -> Context<'a> {
        Context { spool: &corpus.spool, model: &self.model, stock: &self.stock }
    }
}

/// Reads a corpus and finds its stories.
///
/// The same inputs and settings give the same findings, whatever the number of threads or the order of the inputs.
pub fn scan(inputs: Vec<Input>, settings: &Settings, progress: &dyn Progress) -> Result<Findings> {
    let mut corpus = Corpus::read(inputs, settings, progress)?;
    let analysis = analyse(&mut corpus, settings, progress)?;
    Ok(assemble(corpus, analysis, settings))
}

/// All stages from classes to stories. What is learned about furniture is marked in the corpus.
pub fn analyse(corpus: &mut Corpus, settings: &Settings, progress: &dyn Progress) -> Result<Analysis> {
    let go_on = || if progress.cancelled() { Err(Error::Cancelled) } else { Ok(()) };

    forget(corpus, settings);

    progress.begin(Stage::Classes, Some(corpus.keys.bands as u64));
    let classes = Classes::of(&corpus.keys, &corpus.spool, settings.near.threshold, &|| progress.advance(1));
    go_on()?;
    let leaders = &classes.leaders;

    let (mut model, mut candidates, mut stock) = (PhraseModel::default(), Vec::new(), Stock::default());
    if settings.wants_passages() {
        progress.begin(Stage::Phrases, Some(leaders.len() as u64));
        if !settings.lacks(Part::Phrases) {
            model = PhraseModel::of(leaders, &corpus.spool, |article| corpus.content(article));
        }
        go_on()?;
        progress.begin(Stage::Passages, Some(classes.texts.len() as u64));
        let postings = passages::postings(&classes.texts, &corpus.spool, &|done| progress.advance(done));
        let rank = |article: ArticleId| (classes.near[article.index()] == article).then(|| corpus.keys.rank(article));
        candidates = passages::candidates(&postings, rank);
        go_on()?;
        if !settings.lacks(Part::Learning) {
            progress.begin(Stage::Furniture, Some(candidates.len() as u64));
            stock = learn(corpus, &classes, &postings, &candidates, progress);
        }
        go_on()?;
    }

    let groups = classes.groups();
    let in_order = |a: ArticleId, b: ArticleId| {
        if corpus.keys.rank(a) < corpus.keys.rank(b) { (a, b) } else { (b, a) }
    };
    let within = within_classes(&groups, leaders, in_order);
    progress.begin(Stage::Verify, Some((within.len() + candidates.len()) as u64));
    let context = Context { spool: &corpus.spool, model: &model, stock: &stock };
    let mut across = compare(&candidates, context, &classes, settings, progress);
    go_on()?;
    let calibration = calibrated(&across, corpus, leaders, settings.relate.link_bits);
    let raised = calibration.link_bits > settings.relate.link_bits;
    let settings = &calibration.settings(settings);
    if raised {
        across.retain_mut(|pair| {
            let again = verdict((pair.a, pair.b), &pair.evidence, &classes, settings);
            again.map(|verdict| pair.verdict = verdict).is_some()
        });
    }
    take_items(&mut across, corpus.len());
    let compare = |pairs: &[(ArticleId, ArticleId)]| compare(pairs, context, &classes, settings, progress);
    let mut compared = compare(&within);
    go_on()?;
    let more = beside_leaders(&across, &classes, &groups, in_order);
    let verified = (within.len() + candidates.len() + more.len()) as u64;
    progress.begin(Stage::Reprints, Some(more.len() as u64));
    compared.extend(compare(&more));
    let links = links(&across, leaders, settings, |article| corpus.keys.rank(article));
    compared.extend(across);
    compared.par_sort_unstable_by_key(|pair| (pair.a, pair.b));
    go_on()?;

    progress.begin(Stage::Stories, Some(links.len() as u64));
    let joining = if settings.lacks(Part::Linkage) { Joining::Any } else { Joining::Average(settings.story.linkage) };
    let stories = stories(leaders.len(), &links, joining);
    Ok(Analysis { classes, model, stock, candidates, calibration, compared, verified, stories })
}

/// Verifies pairs on their text; those that share nothing of note are left out. Sorted pairs share their first text's index.
fn compare(
    pairs: &[(ArticleId, ArticleId)],
    context: Context<'_>,
    classes: &Classes,
    settings: &Settings,
    progress: &dyn Progress,
) -> Vec<Compared> {
    let runs: Vec<&[(ArticleId, ArticleId)]> = pairs.chunk_by(|x, y| x.0 == y.0).collect();
    runs.par_iter()
        .flat_map_iter(|run| {
            let mut comparer = Comparer::of(run[0].0, context);
            let found: Vec<Compared> = run
                .iter()
                .filter(|_| !progress.cancelled())
                .filter_map(|&(a, b)| {
                    let evidence = comparer.evidence(b);
                    let verdict = verdict((a, b), &evidence, classes, settings);
                    verdict.map(|verdict| Compared { a, b, evidence, verdict })
                })
                .collect();
            progress.advance(run.len() as u64);
            found
        })
        .collect()
}

/// Takes off the marks, and the bands, of the parts of the method that are left out.
fn forget(corpus: &mut Corpus, settings: &Settings) {
    let parts = [(Part::Quotations, Marks::QUOTED), (Part::Furniture, Marks::FURNITURE), (Part::Names, Marks::NAME)];
    for (part, mark) in parts {
        if settings.lacks(part) {
            corpus.spool.remark(|_, marks| marks.iter_mut().for_each(|marks| marks.clear(mark)));
        }
    }
    // Without near-duplicates only identical texts are classes.
    let near = settings.relate.relations.contains(&Relation::NearDuplicate);
    if !near || settings.lacks(Part::Buckets) {
        corpus.keys.bands = 0;
    }
}

/// Learns what belongs to no story, and marks it.
fn learn(
    corpus: &mut Corpus,
    classes: &Classes,
    postings: &[Posting],
    candidates: &[(ArticleId, ArticleId)],
    progress: &dyn Progress,
) -> Stock {
    let sources = corpus.sources();
    let spool = &corpus.spool;
    let lead_ends: Vec<usize> = spool.articles().map(|article| lead_end(spool.document(article).marks)).collect();
    let places = Places {
        source: &|article| sources[article.index()],
        rank: &|article| corpus.keys.rank(article),
        class: &|article| classes.near[article.index()],
        at_an_end: &|article, token| {
            let (token, length) = (token as usize, spool.document(article).len());
            let end = END_TOKENS.min(length / 8);
            token < end || token + end >= length
        },
        quoted: &|article, token| {
            let marks = &spool.document(article).marks[token as usize..];
            marks.iter().take(passages::GRAM_TOKENS).all(|marks| marks.has(Marks::QUOTED))
        },
        in_lead: &|article, token| (token as usize) < lead_ends[article.index()],
    };
    let recurring = Stock::recurring(postings, &places).places(postings, &places);
    let related = related(candidates, spool, &recurring, progress);
    let stock = Stock::learn(postings, &related, &places);
    let found = stock.places(postings, &places);
    corpus.spool.remark(|article, marks| found.mark(classes.exact[article.index()], marks));
    stock
}

/// What the evidence makes of a pair; none if what it shares proves nothing.
pub fn verdict(
    (a, b): (ArticleId, ArticleId),
    evidence: &Evidence,
    classes: &Classes,
    settings: &Settings,
) -> Option<Verdict> {
    if classes.exact[a.index()] == classes.exact[b.index()] {
        return Some(Verdict::identical());
    }
    relate(evidence, settings.near.threshold, &settings.relate)
}

/// The pairs that are takes of one text, whatever else they are: smaller article first, sorted.
fn related(
    pairs: &[(ArticleId, ArticleId)],
    spool: &Spool,
    recurring: &StockPlaces,
    progress: &dyn Progress,
) -> Vec<(ArticleId, ArticleId)> {
    let marks = |article: ArticleId| {
        let mut marks = Cow::Borrowed(spool.document(article).marks);
        if recurring.any(article) {
            recurring.mark(article, marks.to_mut());
        }
        marks
    };
    let runs: Vec<&[(ArticleId, ArticleId)]> = pairs.chunk_by(|x, y| x.0 == y.0).collect();
    let mut related: Vec<(ArticleId, ArticleId)> = runs
        .par_iter()
        .flat_map_iter(|run| {
            let marks_a = marks(run[0].0);
            let a = Text::of(spool.document(run[0].0).ids, &marks_a);
            let mut aligner = BodyAligner::of(a);
            let alike = |&(_, b): &(ArticleId, ArticleId)| {
                let marks_b = marks(b);
                let b = Text::of(spool.document(b).ids, &marks_b);
                takes_of_one_text(a.kinds, b.kinds, aligner.shared(b))
            };
            let found: Vec<_> = run.iter().copied().filter(|_| !progress.cancelled()).filter(alike).collect();
            progress.advance(run.len() as u64);
            found
        })
        .map(|(a, b)| (a.min(b), a.max(b)))
        .collect();
    related.par_sort_unstable();
    related
}

/// The calibration of the links between class leaders.
fn calibrated(across: &[Compared], corpus: &Corpus, leaders: &[ArticleId], floor_bits: f64) -> Calibration {
    let sources = corpus.sources();
    let dated = |leader: &ArticleId| {
        let published = corpus.articles[leader.index()].trusted_date()?;
        Some((sources[leader.index()], published.seconds)).filter(|(source, _)| *source != 0)
    };
    let known: Vec<Dated> = leaders.iter().map(dated).collect();
    let place = |article: ArticleId| leaders.binary_search(&article).expect("candidates are pairs of leaders");
    let links: Vec<(usize, usize, f64)> = across
        .iter()
        .filter(|pair| pair.verdict.relation.links())
        .map(|pair| (place(pair.a), place(pair.b), pair.evidence.bits))
        .collect();
    calibrate(&known, &links, floor_bits)
}

/// One passage outside of both leads is context, unless it is an item of a round-up: an article that shares other parts of
/// itself with other stories.
fn take_items(across: &mut [Compared], articles: usize) {
    let mut groups: Vec<Vec<Vec<(usize, usize)>>> = vec![Vec::new(); articles];
    for pair in across.iter().filter(|pair| pair.verdict.relation.links()) {
        let [a_parts, b_parts] = pair.parts();
        story::tie(&mut groups[pair.a.index()], &a_parts);
        story::tie(&mut groups[pair.b.index()], &b_parts);
    }
    for pair in across.iter_mut().filter(|pair| pair.verdict.one_passage) {
        if groups[pair.a.index()].len() > 1 || groups[pair.b.index()].len() > 1 {
            pair.verdict.relation = Relation::Rewrite;
            pair.verdict.rule = format!("an item of a round-up: {}", pair.verdict.rule);
        }
    }
}

/// The pairs to verify inside classes: all of a small one, each against the leader in a large one.
fn within_classes(
    groups: &[Vec<ArticleId>],
    leaders: &[ArticleId],
    in_order: impl Fn(ArticleId, ArticleId) -> (ArticleId, ArticleId),
) -> Vec<(ArticleId, ArticleId)> {
    let mut pairs = Vec::new();
    for (group, &leader) in groups.iter().zip(leaders).filter(|(group, _)| group.len() > 1) {
        if group.len() <= LISTED_CLASS {
            for (place, &a) in group.iter().enumerate() {
                pairs.extend(group[place + 1..].iter().map(|&b| in_order(a, b)));
            }
        } else {
            let others = group.iter().filter(|&&article| article != leader);
            pairs.extend(others.map(|&other| in_order(leader, other)));
        }
    }
    pairs.sort_unstable();
    pairs
}

/// The other pairs of two classes whose leaders share something.
fn beside_leaders(
    across: &[Compared],
    classes: &Classes,
    groups: &[Vec<ArticleId>],
    in_order: impl Fn(ArticleId, ArticleId) -> (ArticleId, ArticleId),
) -> Vec<(ArticleId, ArticleId)> {
    let group = |leader: ArticleId| {
        let place = classes.leaders.binary_search(&leader).expect("candidates are pairs of leaders");
        &groups[place]
    };
    let mut pairs = Vec::new();
    for pair in across {
        let (ours, theirs) = (group(pair.a), group(pair.b));
        if ours.len() * theirs.len() <= LISTED_ACROSS {
            for &a in ours {
                pairs.extend(theirs.iter().map(|&b| in_order(a, b)));
            }
        }
    }
    let known: Vec<(ArticleId, ArticleId)> = across.iter().map(|pair| (pair.a, pair.b)).collect();
    pairs.retain(|pair| known.binary_search(pair).is_err());
    pairs.sort_unstable();
    pairs
}

/// The links between classes of the relations that are wanted, in the order by content.
fn links(
    across: &[Compared],
    leaders: &[ArticleId],
    settings: &Settings,
    rank: impl Fn(ArticleId) -> u32,
) -> Vec<Link> {
    let place = |article: ArticleId| leaders.binary_search(&article).expect("candidates are pairs of leaders");
    let wanted = |relation: Relation| relation.links() && settings.relate.relations.contains(&relation);
    let mut pairs: Vec<&Compared> = across.iter().filter(|pair| wanted(pair.verdict.relation)).collect();
    pairs.sort_unstable_by_key(|pair| (rank(pair.a), rank(pair.b)));
    pairs
        .into_iter()
        .map(|pair| Link {
            a: place(pair.a),
            b: place(pair.b),
            strength: strength(pair, settings.relate.link_bits),
            parts: pair.parts(),
        })
        .collect()
}

/// How much a link says that two articles are of one story: the kind of reuse, then how much of the shorter is reused.
fn strength(pair: &Compared, link_bits: f64) -> f64 {
    let least = match pair.verdict.relation {
        Relation::Rewrite if pair.evidence.bits < JOINING * link_bits => 0.2,
        Relation::Identical | Relation::NearDuplicate => 0.9,
        Relation::Excerpt => 0.8,
        Relation::Version => 0.6,
        _ => 0.4,
    };
    least + 0.1 * pair.evidence.body_share().min(1.0)
}
