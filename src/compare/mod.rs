//! What became of the pairs that were compared?
//!
//! A pair's figures and the runs it shares go to a [`Table`], which may lie on disk; in memory remain 24 bytes a pair. The
//! rule that gave a relation follows from the evidence, and is made again when it is asked for.

pub mod partners;

use std::borrow::Cow;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::article::{ArticleId, SECONDS_OF_A_DAY};
use crate::bucket::candidates::Candidate;
use crate::bucket::carriers::TextRow;
use crate::decoys::{Dated, Decoys};
use crate::disk::{KeptReader, KeptWriter, Memory, Table, Workspace};
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::relate::{Judge, Verdict};
use crate::relation::Relation;
use crate::verify::{Circumstances, Comparer, Context, Evidence};

/// Pairs that are compared at a time, about: what they share waits in memory until all are done, a kilobyte or two each
/// where light edits of one text share dozens of runs.
const PAIRS: usize = 1 << 14;
/// Pairs of one first text that one thread compares: its index costs about as much as one comparison.
const PARTNERS: usize = 256;

/// Two articles, compared on their text.
pub struct Compared<'a> {
    /// The one that comes first in the order by content.
    pub a: ArticleId,
    /// The other one.
    pub b: ArticleId,
    /// What they share.
    pub evidence: Cow<'a, Evidence>,
    /// What that makes them.
    pub verdict: Verdict,
}

/// What is known of pairs beside their texts.
pub struct Surroundings<'a> {
    /// The pairs of class leaders that share passages, sorted.
    pub candidates: &'a [Candidate],
    /// What is known of each article.
    pub texts: &'a [TextRow],
    /// The leader of each article's exact class.
    pub exact: &'a [ArticleId],
}

impl Surroundings<'_> {
    /// The circumstances of a pair. What is known of passages is known of class leaders.
    pub fn of(&self, a: ArticleId, b: ArticleId) -> Circumstances {
        let (of_a, of_b) = (&self.texts[a.index()], &self.texts[b.index()]);
        let leaders = (of_a.class, of_b.class);
        let find = |pair: (ArticleId, ArticleId)| {
            let found = self.candidates.binary_search_by_key(&pair, |candidate| (candidate.a, candidate.b)).ok();
            found.map(|place| self.candidates[place].standing)
        };
        let standing = find(leaders).or_else(|| find((leaders.1, leaders.0)));
        Circumstances { standing: standing.unwrap_or_default(), ..circumstances(of_a, of_b) }
    }
}

/// What two texts say of a pair before anything is known of passages.
pub(crate) fn circumstances(a: &TextRow, b: &TextRow) -> Circumstances {
    let days = |a: i64, b: i64| u32::try_from(a.abs_diff(b) / SECONDS_OF_A_DAY.unsigned_abs()).unwrap_or(u32::MAX);
    Circumstances {
        same_outlet: a.outlet != 0 && a.outlet == b.outlet,
        days_apart: a.published().zip(b.published()).map(|(a, b)| days(a, b)),
        ..Circumstances::default()
    }
}

/// Ranges of tokens, in order.
pub type Parts = Vec<(u32, u32)>;

impl Compared<'_> {
    /// The tokens that each of the two shares with the other.
    pub fn parts(&self) -> [Parts; 2] {
        let part = |start: usize, tokens: usize| (start as u32, (start + tokens) as u32);
        let runs = || self.evidence.runs.iter().map(|run| run.run);
        let mut of_b: Parts = runs().map(|run| part(run.b, run.tokens)).collect();
        of_b.sort_unstable();
        [runs().map(|run| part(run.a, run.tokens)).collect(), of_b]
    }
}

/// What is kept in memory of a pair.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Head {
    /// The one that comes first in the order by content.
    pub a: ArticleId,
    /// The other one.
    pub b: ArticleId,
    /// What they are to one another.
    pub relation: Relation,
    /// See [`Verdict::may_be_item`].
    pub may_be_item: bool,
    /// Whether what they share was found to be an item of a round-up.
    item: bool,
    /// The place of its evidence.
    #[serde(skip)]
    row: u32,
    /// See [`Score::bits`](crate::score::Score::bits).
    pub bits: f64,
}

/// Every pair that was compared and shares something.
pub struct ComparedPairs {
    heads: Vec<Head>,
    evidence: Table<Evidence>,
    judge: Judge,
}

impl ComparedPairs {
    /// No pair yet.
    pub fn new(workspace: &Workspace, judge: &Judge) -> Self {
        let evidence = Table::new(workspace, workspace.share(Memory::Evidence));
        ComparedPairs { heads: Vec::new(), evidence, judge: judge.clone() }
    }

    /// Verifies pairs on their text and adds those that share something of note. Sorted pairs share their first text's index.
    pub fn compare(
        &mut self,
        pairs: &[(ArticleId, ArticleId)],
        context: Context<'_>,
        surroundings: &Surroundings<'_>,
        progress: &dyn Progress,
    ) -> Result<()> {
        for pairs in pairs.chunks(PAIRS) {
            // Of a text with thousands of partners several threads take some each.
            let runs: Vec<&[(ArticleId, ArticleId)]> =
                pairs.chunk_by(|x, y| x.0 == y.0).flat_map(|run| run.chunks(PARTNERS)).collect();
            let judge = &self.judge;
            let found: Vec<Vec<(Head, Evidence)>> = runs
                .par_iter()
                .map(|run| {
                    let mut comparer = Comparer::of(run[0].0, context);
                    let head = |&(a, b): &(ArticleId, ArticleId)| {
                        let same_text = same_text((a, b), surroundings.exact);
                        let promising = |evidence: &Evidence| same_text || judge.may_still_link(evidence);
                        let evidence = comparer.evidence_while(b, surroundings.of(a, b), promising)?;
                        let verdict = verdict((a, b), &evidence, surroundings.exact, judge)?;
                        let Verdict { relation, may_be_item, score, .. } = verdict;
                        let bits = score.unwrap_or_default().bits;
                        Some((Head { a, b, relation, may_be_item, item: false, row: 0, bits }, evidence))
                    };
                    let found = run.iter().filter(|_| !progress.cancelled()).filter_map(head).collect();
                    progress.advance(run.len() as u64);
                    found
                })
                .collect();
            for (head, evidence) in found.into_iter().flatten() {
                self.push(head, evidence)?;
            }
            if progress.cancelled() {
                return Err(Error::Cancelled);
            }
        }
        Ok(())
    }

    fn push(&mut self, head: Head, evidence: Evidence) -> Result<()> {
        self.heads.push(Head { row: self.evidence.len() as u32, ..head });
        self.evidence.push(evidence)
    }

    /// Writes the pairs from a place on.
    pub fn save(&self, from: usize, to: &mut KeptWriter) -> Result<()> {
        to.rows((from..self.len()).map(|place| (self.heads[place], self.evidence(place))))
    }

    /// Adds pairs that were written, as they were judged.
    pub fn load(&mut self, from: &mut KeptReader) -> Result<()> {
        for _ in 0..from.row::<u64>()? {
            let (head, evidence) = from.row()?;
            self.push(head, evidence)?;
        }
        Ok(())
    }

    /// Makes rewrites of the pairs that may share an item of a round-up, where `is_item` holds.
    pub fn take_items(&mut self, is_item: impl Fn(&Head) -> bool) {
        for head in self.heads.iter_mut().filter(|head| head.may_be_item) {
            if is_item(head) {
                (head.relation, head.item) = (Relation::Rewrite, true);
            }
        }
    }

    /// Sorts the pairs.
    pub fn sort(&mut self) {
        self.heads.par_sort_unstable_by_key(|head| (head.a, head.b));
    }

    /// What is known of each pair without reading its evidence.
    pub fn heads(&self) -> &[Head] {
        &self.heads
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// What the pair at a place shares.
    pub fn evidence(&self, place: usize) -> Cow<'_, Evidence> {
        self.evidence.get(self.heads[place].row as usize)
    }

    /// The pair at a place.
    pub fn get(&self, place: usize) -> Compared<'_> {
        let head = self.heads[place];
        let evidence = self.evidence(place);
        let mut verdict = if head.relation == Relation::Identical {
            Verdict::identical()
        } else {
            self.judge.judge(&evidence).unwrap_or_else(Verdict::identical)
        };
        if head.item {
            (verdict.relation, verdict.item) = (head.relation, true);
        }
        Compared { a: head.a, b: head.b, evidence, verdict }
    }

    /// All pairs in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Compared<'_>> {
        (0..self.len()).map(|place| self.get(place))
    }

    /// The pair of two articles in this order, once the pairs are sorted.
    pub fn find(&self, a: ArticleId, b: ArticleId) -> Option<Compared<'_>> {
        self.heads.binary_search_by_key(&(a, b), |head| (head.a, head.b)).ok().map(|place| self.get(place))
    }
}

/// The pairs of class leaders, which decide about links.
pub struct Verified {
    /// The pairs, as they were compared.
    pub compared: ComparedPairs,
    /// What the links among those say about chance.
    pub decoys: Decoys,
}

impl Verified {
    /// Writes everything.
    pub fn save(&self, to: &mut KeptWriter) -> Result<()> {
        to.row(&self.decoys)?;
        self.compared.save(0, to)
    }

    /// The pairs that were written.
    pub fn load(workspace: &Workspace, judge: &Judge, from: &mut KeptReader) -> Result<Verified> {
        let decoys = from.row()?;
        let mut compared = ComparedPairs::new(workspace, judge);
        compared.load(from)?;
        Ok(Verified { compared, decoys })
    }
}

/// The decoys among class leaders.
pub fn decoys(across: &[Head], texts: &[TextRow], leaders: &[ArticleId]) -> Decoys {
    let dated = |leader: &ArticleId| {
        let text = &texts[leader.index()];
        text.published().filter(|_| text.outlet != 0).map(|published| (text.outlet, published))
    };
    let known: Vec<Dated> = leaders.iter().map(dated).collect();
    let place = |article: ArticleId| leaders.binary_search(&article).expect("candidates are pairs of leaders");
    let linked = across.iter().filter(|head| head.relation.links());
    let links: Vec<(usize, usize)> = linked.map(|head| (place(head.a), place(head.b))).collect();
    Decoys::of(&known, &links)
}

/// What the evidence makes of a pair; none if what it shares proves nothing.
pub fn verdict(
    pair: (ArticleId, ArticleId),
    evidence: &Evidence,
    exact: &[ArticleId],
    judge: &Judge,
) -> Option<Verdict> {
    if same_text(pair, exact) { Some(Verdict::identical()) } else { judge.judge(evidence) }
}

fn same_text((a, b): (ArticleId, ArticleId), exact: &[ArticleId]) -> bool {
    exact[a.index()] == exact[b.index()]
}
