//! The pairs that were compared, and what became of them.
//!
//! A pair's figures and the runs it shares go to a [`Table`], which may lie on disk; in memory remain 24 bytes a pair. The
//! rule that gave a relation follows from the evidence, and is made again when it is asked for.

use std::borrow::Cow;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::article::ArticleId;
use crate::bucket::classes::Classes;
use crate::calibrate::Calibration;
use crate::disk::{KeptReader, KeptWriter, Table, Workspace};
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::relate::{Relation, Verdict, relate};
use crate::settings::Settings;
use crate::verify::{Comparer, Context, Evidence};

/// The share of memory for evidence, in percent.
const EVIDENCE_PERCENT: u64 = 10;

/// First texts that are compared with others at a time.
const TEXTS: usize = 4096;

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
    /// See [`Verdict::one_passage`].
    pub one_passage: bool,
    /// Whether the passage was found to be an item of a round-up.
    item: bool,
    /// The place of its evidence.
    #[serde(skip)]
    row: u32,
    /// See [`Evidence::bits`].
    pub bits: f64,
}

/// Every pair that was compared and shares something.
pub struct ComparedPairs {
    heads: Vec<Head>,
    evidence: Table<Evidence>,
    settings: Settings,
}

impl ComparedPairs {
    /// No pair yet.
    pub fn new(workspace: &Workspace, settings: &Settings) -> Self {
        let evidence = Table::new(workspace, workspace.share(EVIDENCE_PERCENT));
        ComparedPairs { heads: Vec::new(), evidence, settings: settings.clone() }
    }

    /// Verifies pairs on their text and adds those that share something of note. Sorted pairs share their first text's index.
    pub fn compare(
        &mut self,
        pairs: &[(ArticleId, ArticleId)],
        context: Context<'_>,
        classes: &Classes,
        progress: &dyn Progress,
    ) -> Result<()> {
        let runs: Vec<&[(ArticleId, ArticleId)]> = pairs.chunk_by(|x, y| x.0 == y.0).collect();
        for runs in runs.chunks(TEXTS) {
            let settings = &self.settings;
            let found: Vec<Vec<(Head, Evidence)>> = runs
                .par_iter()
                .map(|run| {
                    let mut comparer = Comparer::of(run[0].0, context);
                    let head = |&(a, b): &(ArticleId, ArticleId)| {
                        let evidence = comparer.evidence(b);
                        let verdict = verdict((a, b), &evidence, classes, settings)?;
                        let Verdict { relation, one_passage, .. } = verdict;
                        Some((Head { a, b, relation, one_passage, item: false, row: 0, bits: evidence.bits }, evidence))
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

    /// Judges all pairs again by other settings; those that are nothing by them are left out.
    pub fn judge_again(&mut self, settings: &Settings, classes: &Classes) {
        self.settings = settings.clone();
        let heads = std::mem::take(&mut self.heads);
        let again = |mut head: Head| {
            let evidence = self.evidence.get(head.row as usize);
            let verdict = verdict((head.a, head.b), &evidence, classes, settings)?;
            (head.relation, head.one_passage) = (verdict.relation, verdict.one_passage);
            Some(head)
        };
        self.heads = heads.into_iter().filter_map(again).collect();
    }

    /// Makes rewrites of the pairs that share one passage only, where `is_item` holds.
    pub fn take_items(&mut self, is_item: impl Fn(&Head) -> bool) {
        for head in self.heads.iter_mut().filter(|head| head.one_passage) {
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
            relate(&evidence, self.settings.near.threshold, &self.settings.relate).unwrap_or_else(Verdict::identical)
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
    pub calibration: Calibration,
}

impl Verified {
    /// Writes everything.
    pub fn save(&self, to: &mut KeptWriter) -> Result<()> {
        to.row(&self.calibration)?;
        self.compared.save(0, to)
    }

    /// The pairs that were written.
    pub fn load(workspace: &Workspace, settings: &Settings, from: &mut KeptReader) -> Result<Verified> {
        let calibration: Calibration = from.row()?;
        let mut compared = ComparedPairs::new(workspace, &calibration.settings(settings));
        compared.load(from)?;
        Ok(Verified { compared, calibration })
    }
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
