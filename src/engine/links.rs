//! From candidates to components: `copies`, `verify`, `gather`.

use std::collections::{BTreeMap, HashMap, HashSet};

use bytemuck::{Pod, Zeroable};

use super::join::{Components, JoinRow};
use super::near::{EdgeRow, WantRow, by_class};
use super::passages::told;
use super::piece::{Inbox, Kind, Outbox};
use super::texts::{Label, Texts, received};
use super::{Task, misplaced};
use crate::article::ArticleId;
use crate::bucket::candidates::Candidate;
use crate::compare::partners::{LISTED_ACROSS, beside_leaders};
use crate::compare::{ComparedPairs, Surroundings};
use crate::disk::spread;
use crate::error::Result;
use crate::progress::Silent;
use crate::relation::Relation;
use crate::spool::MarkRow;
use crate::verify::Context;

/// What became of a candidate and of the pairs beside it.
#[derive(Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub(super) struct OutcomeRow {
    pub(super) a: ArticleId,
    pub(super) b: ArticleId,
    /// How many pairs were compared.
    pub(super) compared: u32,
    /// How many of them are no links, by what they are, in the order of [`Relation::ALL`].
    pub(super) rejected: [u32; Relation::ALL.len()],
}

/// Sends articles and marks to where they are compared: each to its own partition, and classes where they are wanted.
pub(super) fn copies(inbox: &mut Inbox, task: &Task<'_>, out: &mut Outbox) -> Result<()> {
    let mut wants: Vec<WantRow> = inbox.rows(Kind::WANT)?;
    wants.sort_unstable();
    wants.dedup();
    let mut marks: Vec<MarkRow> = inbox.rows(Kind::MARK)?;
    marks.sort_unstable();
    let frames = inbox.frames(Kind::TEXT);
    for class in by_class(&frames)? {
        let leader = class[0].0.class;
        let wanted = &wants[wants.partition_point(|want| want.article < leader)..];
        let wanted = wanted.iter().take_while(|want| want.article == leader).map(|want| want.partition);
        let own = task.of_article(leader);
        let mut partitions: Vec<u32> = wanted.chain([own]).collect();
        partitions.sort_unstable();
        partitions.dedup();
        for &(label, bytes) in &class {
            let from = marks.partition_point(|mark| mark.text < label.exact);
            let of_text = || marks[from..].iter().take_while(|mark| mark.text == label.exact);
            for &partition in &partitions {
                // Of a class that is too large for its pairs to be listed the leader stands for it.
                if partition != own && class.len() > LISTED_ACROSS && label.number != leader {
                    continue;
                }
                out.frame(Kind::TEXT, partition, &[bytemuck::bytes_of(&label), bytes]);
                // The marks of a text stand once, with the first article that has its words.
                if label.exact == label.number {
                    of_text().for_each(|mark| out.row(Kind::MARK, partition, mark));
                }
            }
        }
    }
    Ok(())
}

/// The candidates that came, in a task's own numbers and sorted; those of which an article is not here are left out.
pub(super) fn candidates(inbox: &mut Inbox, texts: &Texts) -> Result<Vec<Candidate>> {
    let local = |pair: Candidate| Some(Candidate { a: texts.local(pair.a)?, b: texts.local(pair.b)?, ..pair });
    let mut candidates: Vec<Candidate> = inbox.values(Kind::CANDIDATE)?.into_iter().filter_map(local).collect();
    candidates.sort_unstable_by_key(|pair| (pair.a, pair.b));
    candidates.dedup_by_key(|pair| (pair.a, pair.b));
    Ok(candidates)
}

/// Compares candidates: what is linked, or may be, is one component.
pub(super) fn verify(inbox: &mut Inbox, task: &Task<'_>, out: &mut Outbox) -> Result<()> {
    let epoch = told(inbox, task)?;
    let texts = received(inbox, Kind::TEXT, task)?;
    let candidates = candidates(inbox, &texts)?;
    let classes = texts.classes(Vec::new());
    let (groups, rows) = (classes.groups(), texts.corpus.text_rows(&classes));
    let corpus = &texts.corpus;
    let context = Context::of(&corpus.spool, &corpus.shingles, &epoch.learned, task.settings());
    let surroundings = Surroundings { candidates: &candidates, texts: &rows, exact: &classes.exact };
    let mut pairs: Vec<(ArticleId, ArticleId)> = candidates.iter().map(|pair| (pair.a, pair.b)).collect();
    pairs.extend(beside_leaders(&candidates, &classes, &groups, |a, b| (a.min(b), a.max(b))));
    pairs.sort_unstable();
    let mut outcomes: HashMap<(ArticleId, ArticleId), OutcomeRow> = HashMap::new();
    let leaders = |a: ArticleId, b: ArticleId| {
        let (a, b) = (texts.number(classes.near[a.index()]), texts.number(classes.near[b.index()]));
        (a.min(b), a.max(b))
    };
    for &(a, b) in &pairs {
        let (a, b) = leaders(a, b);
        let new = OutcomeRow { a, b, ..OutcomeRow::zeroed() };
        outcomes.entry((a, b)).or_insert(new).compared += 1;
    }
    let mut compared = ComparedPairs::new(task.workspace, &epoch.judge);
    compared.compare(&pairs, context, &surroundings, &Silent)?;
    let mut components = Components::default();
    for head in compared.heads() {
        let (a, b) = leaders(head.a, head.b);
        if head.relation.links() || head.may_be_item {
            components.join(a, b);
        }
        if let Some(outcome) = outcomes.get_mut(&(a, b)).filter(|_| !head.relation.links()) {
            outcome.rejected[head.relation as usize] += 1;
        }
    }
    components.send(out);
    let mut outcomes: Vec<OutcomeRow> = outcomes.into_values().collect();
    outcomes.sort_unstable_by_key(|outcome| (outcome.a, outcome.b));
    outcomes.iter().for_each(|outcome| out.row(Kind::OUTCOME, task.of_article(outcome.a), outcome));
    Ok(())
}

/// Brings components together, with all that is known of their articles.
pub(super) fn gather(inbox: &mut Inbox, task: &Task<'_>, out: &mut Outbox) -> Result<()> {
    let roots: HashMap<ArticleId, ArticleId> =
        inbox.rows::<JoinRow>(Kind::ROOT)?.into_iter().map(|row| (row.article, row.root)).collect();
    let partition = |leader: ArticleId| {
        let root = roots.get(&leader).copied().unwrap_or(leader);
        task.of_hash(spread(root.0.into()))
    };
    let frames = inbox.frames(Kind::TEXT);
    let mut exact: BTreeMap<ArticleId, ArticleId> = BTreeMap::new();
    for frame in frames.iter() {
        let frame = frame?;
        let (label, _) = Label::cut(frame)?;
        exact.insert(label.exact, label.class);
        out.frame(Kind::TEXT, partition(label.class), &[frame]);
    }
    for mark in inbox.rows::<MarkRow>(Kind::MARK)? {
        let class = exact.get(&mark.text).ok_or_else(|| misplaced("marks"))?;
        out.row(Kind::MARK, partition(*class), &mark);
    }
    for pair in inbox.values::<Candidate>(Kind::CANDIDATE)? {
        out.value(Kind::CANDIDATE, partition(pair.a), &pair);
    }
    for outcome in inbox.rows::<OutcomeRow>(Kind::OUTCOME)? {
        out.row(Kind::OUTCOME, partition(outcome.a), &outcome);
    }
    for edge in inbox.rows::<EdgeRow>(Kind::EDGE)? {
        let class = exact.get(&edge.a).ok_or_else(|| misplaced("edges"))?;
        out.row(Kind::EDGE, partition(*class), &edge);
    }
    Ok(())
}

/// Whether each outcome is of articles that are here, in which case they are compared again with their component.
pub(super) fn apart(outcomes: Vec<OutcomeRow>, texts: &Texts) -> Vec<OutcomeRow> {
    let mut seen = HashSet::new();
    let apart = |row: &OutcomeRow| texts.local(row.a).is_none() || texts.local(row.b).is_none();
    outcomes.into_iter().filter(|row| apart(row) && seen.insert((row.a, row.b))).collect()
}
