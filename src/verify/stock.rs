//! Which passages belong to no story? Site furniture and stock paragraphs, learned from the corpus.
//!
//! In: the fingerprints that several classes share, and which classes are takes of one text. Out: [`Stock`], the
//! fingerprints of passages that stand in articles which have nothing else in common. Two rules:
//!
//! - **Furniture of an outlet**: in [`OUTLET_GROUPS`] unrelated groups of articles of one source. No outlet prints one
//!   sentence in three stories, except around them.
//! - **Stock of an agency**: in [`STOCK_GROUPS`] unrelated groups anywhere, and in the lead of none. What is reused from a
//!   story begins with its news; context paragraphs and copyright lines stand further down.
//!
//! Groups are the connected components of a fingerprint's carriers under "the shared words are at least [`RELATED_SHARE`] of
//! the longer body". A story's takes and reprints are one group, whatever their number; so frequency alone condemns nothing.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use crate::article::ArticleId;
use crate::bucket::passages::{GRAM_TOKENS, Posting, fingerprints};
use crate::spool::Document;
use crate::text::Marks;

/// Unrelated groups of one source that make a passage its furniture.
const OUTLET_GROUPS: usize = 3;
/// Unrelated groups of any source that make a passage stock.
const STOCK_GROUPS: usize = 5;
/// From this share of the longer body on, two articles are takes of one text.
pub const RELATED_SHARE: f64 = 0.2;
/// The lead: the first sentences of the article itself, in tokens of its body.
pub const LEAD_TOKENS: usize = 60;
/// Of a fingerprint with more carriers, so many are looked at, evenly spread.
const CARRIERS: usize = 200;

/// What has been learned.
#[derive(Default)]
pub struct Stock {
    /// Furniture, by source and fingerprint.
    outlet: HashSet<(u64, u32)>,
    /// Stock of any source.
    common: HashSet<u32>,
}

impl Stock {
    /// What the corpus teaches.
    ///
    /// `postings` are sorted by fingerprint; `source` gives a class's outlet as a number, 0 if it has none; `related` lists
    /// pairs of classes that are takes of one text, sorted; `in_lead` says whether a token of a class is in its lead.
    pub fn learn(
        postings: &[Posting],
        related: &[(ArticleId, ArticleId)],
        source: impl Fn(ArticleId) -> u64 + Sync,
        in_lead: impl Fn(ArticleId, u32) -> bool + Sync,
    ) -> Stock {
        let groups: Vec<&[Posting]> = postings
            .chunk_by(|x, y| x.hash == y.hash)
            .filter(|carriers| carriers.len() >= OUTLET_GROUPS)
            .collect();
        let found: Vec<(Vec<(u64, u32)>, Option<u32>)> = groups
            .par_iter()
            .map(|carriers| {
                let hash = carriers[0].hash;
                let step = carriers.len().div_ceil(CARRIERS);
                let carriers: Vec<&Posting> = carriers.iter().step_by(step).collect();
                let groups = components(&carriers, related);
                let mut by_source: HashMap<u64, HashSet<usize>> = HashMap::new();
                for (carrier, &group) in carriers.iter().zip(&groups) {
                    by_source.entry(source(carrier.article)).or_default().insert(group);
                }
                let mut outlets: Vec<(u64, u32)> = by_source
                    .iter()
                    .filter(|(source, groups)| **source != 0 && groups.len() >= OUTLET_GROUPS)
                    .map(|(&source, _)| (source, hash))
                    .collect();
                outlets.sort_unstable();
                let all: HashSet<usize> = groups.iter().copied().collect();
                let common = all.len() >= STOCK_GROUPS && !carriers.iter().any(|c| in_lead(c.article, c.token));
                (outlets, common.then_some(hash))
            })
            .collect();
        let mut stock = Stock::default();
        for (outlets, common) in found {
            stock.outlet.extend(outlets);
            stock.common.extend(common);
        }
        stock
    }

    /// Whether nothing was learned.
    pub fn is_empty(&self) -> bool {
        self.outlet.is_empty() && self.common.is_empty()
    }

    /// How many fingerprints are furniture of an outlet, and how many are stock.
    pub fn len(&self) -> (usize, usize) {
        (self.outlet.len(), self.common.len())
    }

    /// The marks of a text of this source with what is stock in it marked: furniture of the outlet as
    /// [`Marks::FURNITURE`], stock of any source as [`Marks::STOCK`]. None if nothing is.
    pub fn marks(&self, document: &Document<'_>, source: u64) -> Option<Vec<Marks>> {
        if self.is_empty() {
            return None;
        }
        let mut marks: Option<Vec<Marks>> = None;
        for fingerprint in fingerprints(document.ids) {
            let mark = if self.outlet.contains(&(source, fingerprint.hash)) {
                Marks::FURNITURE
            } else if self.common.contains(&fingerprint.hash) {
                Marks::STOCK
            } else {
                continue;
            };
            let from = fingerprint.token as usize;
            let marks = marks.get_or_insert_with(|| document.marks.to_vec());
            for token in &mut marks[from..from + GRAM_TOKENS] {
                token.set(mark);
            }
        }
        marks
    }
}

/// The group of each carrier: connected components under `related`.
fn components(carriers: &[&Posting], related: &[(ArticleId, ArticleId)]) -> Vec<usize> {
    let mut group: Vec<usize> = (0..carriers.len()).collect();
    fn root(group: &mut [usize], mut at: usize) -> usize {
        while group[at] != at {
            group[at] = group[group[at]];
            at = group[at];
        }
        at
    }
    for i in 0..carriers.len() {
        for j in i + 1..carriers.len() {
            let (a, b) = (carriers[i].article, carriers[j].article);
            if related.binary_search(&(a.min(b), a.max(b))).is_ok() {
                let (x, y) = (root(&mut group, i), root(&mut group, j));
                group[x.max(y)] = x.min(y);
            }
        }
    }
    (0..carriers.len()).map(|at| root(&mut group, at)).collect()
}
