//! Exact and near-duplicate classes: texts that are one text for every later stage.
//!
//! In: a 128-bit hash and the band keys of every article. Out: [`Classes`]. Texts with equal tokens form exact classes. One
//! band at a time, the leaders of exact classes are sorted by key; texts that share a bucket are candidates, and every
//! candidate is verified by the exact Jaccard similarity of its shingle sets. A near-duplicate class is a leader, its longest
//! text, and those verified against it. Nothing in a result rests on an estimate.
//!
//! Buckets up to [`PAIRED_BUCKET`] members are compared pair by pair. In larger ones each member is verified against at most
//! [`REPRESENTATIVES`] texts, so that the cost is linear and a second story in one bucket is not lost. Buckets above
//! [`OVERSIZED_BUCKET`] are split by the key of the next band first.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::article::ArticleId;
use crate::disk::{KeptReader, KeptWriter};
use crate::error::Result;
use crate::shingle::overlap::ShingleTable;
use crate::shingle::{ShingleCounter, ShingleCounts};
use crate::spool::Spool;

/// Buckets up to this size give all their pairs. 32: at most 496 pairs, of which later bands repeat most.
pub(crate) const PAIRED_BUCKET: usize = 32;
/// In larger buckets, how many texts a member is compared with: the longest, then those that all before rejected.
const REPRESENTATIVES: usize = 4;
/// Above this, a bucket is furniture or emptiness rather than a text (`ALGORITHMS.md` of the prototype: 10^4).
const OVERSIZED_BUCKET: usize = 10_000;

/// What identifies a text for bucketing.
#[derive(Default)]
pub struct Keys {
    /// Bands of a signature.
    pub bands: usize,
    /// The 128-bit hash of each article's tokens.
    pub exact: Vec<u128>,
    /// `bands` keys an article.
    pub band_keys: Vec<u32>,
    /// The place of each article in an order by content, then by date and id: what breaks ties, so that the order of the
    /// input does not.
    pub rank: Vec<u32>,
}

impl Keys {
    /// The place of an article in the order by content.
    pub fn rank(&self, article: ArticleId) -> u32 {
        self.rank[article.index()]
    }

    /// Writes all keys but the rank, which follows from them.
    pub fn save(&self, to: &mut KeptWriter) -> Result<()> {
        to.row(&(self.bands as u64))?;
        to.items(&self.exact)?;
        to.items(&self.band_keys)
    }

    /// Takes the keys that were written, of more articles and as many bands.
    pub fn extend(&mut self, from: &mut KeptReader) -> Result<()> {
        if from.row::<u64>()? as usize != self.bands {
            return Err(from.not_as_written());
        }
        self.exact.extend(from.items::<u128>()?);
        self.band_keys.extend(from.items::<u32>()?);
        Ok(())
    }

    fn band(&self, article: ArticleId, band: usize) -> u32 {
        self.band_keys[article.index() * self.bands + band]
    }
}

/// Which articles are one text.
#[derive(Clone, Debug, Default)]
pub struct Classes {
    /// The leader of each article's exact class: the first by date, then id.
    pub exact: Vec<ArticleId>,
    /// The leader of each article's near-duplicate class, itself a leader of an exact class.
    pub near: Vec<ArticleId>,
    /// Different texts: the leaders of exact classes, in order.
    pub texts: Vec<ArticleId>,
    /// The leaders of near-duplicate classes, in order.
    pub leaders: Vec<ArticleId>,
    /// Different pairs that shared a bucket.
    pub candidates: u64,
    /// Verified pairs of exact leaders with their Jaccard similarity, at or above the threshold, sorted.
    pub verified: Vec<(ArticleId, ArticleId, f64)>,
    /// Buckets that had to be split.
    pub oversized: u64,
}

/// Which texts shared a bucket, and want to be compared.
pub struct Buckets {
    exact: Vec<ArticleId>,
    texts: Vec<ArticleId>,
    /// Different pairs that shared a small bucket, sorted.
    pairs: Vec<(ArticleId, ArticleId)>,
    /// Larger ones.
    crowds: Vec<Vec<ArticleId>>,
    oversized: u64,
}

impl Buckets {
    /// The buckets of the articles in `spool`.
    ///
    /// `done` is told when a band is done.
    pub fn of(keys: &Keys, spool: &Spool, done: &(dyn Fn() + Sync)) -> Buckets {
        let exact = exact_classes(keys);
        let texts: Vec<ArticleId> = (0..exact.len() as u32).map(ArticleId).filter(|a| exact[a.index()] == *a).collect();
        let bands: Vec<Band> = (0..keys.bands)
            .into_par_iter()
            .map(|band| {
                let found = Band::of(keys, band, &texts, spool);
                done();
                found
            })
            .collect();
        let oversized = bands.iter().map(|band| band.oversized).sum();
        let (mut pairs, mut crowds) = (Vec::new(), Vec::new());
        for band in bands {
            pairs.extend(band.pairs);
            crowds.extend(band.crowds);
        }
        pairs.par_sort_unstable();
        pairs.dedup();
        Buckets { exact, texts, pairs, crowds, oversized }
    }

    /// Who shares a bucket with others: those whose words will be compared, in order.
    pub fn articles(&self) -> Vec<ArticleId> {
        let mut articles: Vec<ArticleId> = self.pairs.iter().flat_map(|&(a, b)| [a, b]).collect();
        articles.extend(self.crowds.iter().flatten());
        articles.par_sort_unstable();
        articles.dedup();
        articles
    }
}

impl Classes {
    /// The classes of articles, at an exact Jaccard similarity of `threshold`.
    pub fn of(buckets: Buckets, keys: &Keys, spool: &Spool, shingles: &ShingleCounts, threshold: f64) -> Classes {
        let Buckets { exact, texts, pairs, crowds, oversized } = buckets;
        let mut verified = verify(&pairs, spool, shingles, threshold);
        let alike = |crowd| by_representatives(crowd, keys, spool, shingles, threshold);
        verified.par_extend(crowds.into_par_iter().flat_map_iter(alike));
        verified.par_sort_unstable_by(|x, y| (x.0, x.1).cmp(&(y.0, y.1)));
        verified.dedup_by_key(|edge| (edge.0, edge.1));
        let tokens = |article: ArticleId| spool.tokens_of(article);
        let near = near_classes(&exact, &texts, &verified, tokens, |article| keys.rank(article));
        let leaders = texts.iter().copied().filter(|a| near[a.index()] == *a).collect();
        Classes { exact, near, texts, leaders, candidates: pairs.len() as u64, verified, oversized }
    }

    /// Writes everything.
    pub fn save(&self, to: &mut KeptWriter) -> Result<()> {
        to.items(&self.exact)?;
        to.items(&self.near)?;
        to.items(&self.texts)?;
        to.items(&self.leaders)?;
        to.row(&(self.candidates, self.oversized))?;
        to.rows(self.verified.iter())
    }

    /// The classes that were written.
    pub fn load(from: &mut KeptReader) -> Result<Classes> {
        let (exact, near, texts, leaders) = (from.items()?, from.items()?, from.items()?, from.items()?);
        let (candidates, oversized) = from.row()?;
        Ok(Classes { exact, near, texts, leaders, candidates, verified: from.rows()?, oversized })
    }

    /// The articles of near-duplicate classes.
    pub fn groups(&self) -> Groups {
        Groups::of(&self.near)
    }

    /// The articles of exact classes.
    pub fn same_texts(&self) -> Groups {
        Groups::of(&self.exact)
    }
}

/// The articles of each class.
pub struct Groups {
    /// For each article, where the class that it leads begins, and at the end the number of articles.
    starts: Vec<u32>,
    members: Vec<ArticleId>,
}

impl Groups {
    /// The classes of articles whose leaders are given.
    fn of(leaders: &[ArticleId]) -> Groups {
        let mut starts = vec![0; leaders.len() + 1];
        leaders.iter().for_each(|leader| starts[leader.index() + 1] += 1);
        for place in 0..leaders.len() {
            starts[place + 1] += starts[place];
        }
        let mut next = starts.clone();
        let mut members = vec![ArticleId(0); leaders.len()];
        for (article, leader) in (0..).map(ArticleId).zip(leaders) {
            members[next[leader.index()] as usize] = article;
            next[leader.index()] += 1;
        }
        Groups { starts, members }
    }

    /// The class that an article leads, in order; none if it leads none.
    pub fn of_leader(&self, leader: ArticleId) -> &[ArticleId] {
        &self.members[self.starts[leader.index()] as usize..self.starts[leader.index() + 1] as usize]
    }
}

/// What one band finds.
#[derive(Default)]
struct Band {
    pairs: Vec<(ArticleId, ArticleId)>,
    /// Buckets too large for all their pairs.
    crowds: Vec<Vec<ArticleId>>,
    oversized: u64,
}

impl Band {
    fn of(keys: &Keys, band: usize, texts: &[ArticleId], spool: &Spool) -> Band {
        // Texts without a word have nothing to be alike in: those of equal characters are one exact class already.
        let worded = texts.iter().filter(|&&a| spool.tokens_of(a) > 0);
        let mut entries: Vec<u64> = worded.map(|&a| u64::from(keys.band(a, band)) << 32 | u64::from(a.0)).collect();
        entries.sort_unstable();
        let mut found = Band::default();
        for bucket in entries.chunk_by(|x, y| x >> 32 == y >> 32).filter(|bucket| bucket.len() > 1) {
            let members: Vec<ArticleId> = bucket.iter().map(|&entry| ArticleId(entry as u32)).collect();
            found.bucket(keys, band, 1, members);
        }
        found
    }

    fn bucket(&mut self, keys: &Keys, band: usize, depth: usize, members: Vec<ArticleId>) {
        if members.len() <= PAIRED_BUCKET {
            for (place, &a) in members.iter().enumerate() {
                self.pairs.extend(members[place + 1..].iter().map(|&b| (a, b)));
            }
        } else if members.len() > OVERSIZED_BUCKET && depth < keys.bands {
            self.oversized += 1;
            let next = (band + depth) % keys.bands;
            let mut entries: Vec<u64> =
                members.iter().map(|&a| u64::from(keys.band(a, next)) << 32 | u64::from(a.0)).collect();
            entries.sort_unstable();
            for bucket in entries.chunk_by(|x, y| x >> 32 == y >> 32).filter(|bucket| bucket.len() > 1) {
                let members = bucket.iter().map(|&entry| ArticleId(entry as u32)).collect();
                self.bucket(keys, band, depth + 1, members);
            }
        } else {
            self.crowds.push(members);
        }
    }
}

/// Each member of a large bucket against a few of the others.
pub(crate) fn by_representatives(
    mut members: Vec<ArticleId>,
    keys: &Keys,
    spool: &Spool,
    shingles: &ShingleCounts,
    threshold: f64,
) -> Vec<(ArticleId, ArticleId, f64)> {
    members.sort_unstable_by_key(|&a| (std::cmp::Reverse(spool.tokens_of(a)), keys.rank(a)));
    let mut representatives: Vec<(ArticleId, ShingleTable<'_>)> = Vec::new();
    let mut counter = ShingleCounter::default();
    let mut verified = Vec::new();
    for article in members {
        let words = spool.words(article);
        let mut alike = false;
        for (representative, table) in &mut representatives {
            let different = || shingles.get(article, || counter.different(&words));
            if let Some(jaccard) = table.jaccard_from(threshold, &words, different) {
                verified.push((article.min(*representative), article.max(*representative), jaccard));
                alike = true;
            }
        }
        if !alike {
            if representatives.len() == REPRESENTATIVES {
                // The longest stays; of the others, the oldest makes room for what none of them knew.
                representatives.remove(1);
            }
            representatives.push((article, ShingleTable::of(words)));
        }
    }
    verified
}

/// The candidates at or above the threshold, with their exact similarity.
pub(crate) fn verify(
    pairs: &[(ArticleId, ArticleId)],
    spool: &Spool,
    shingles: &ShingleCounts,
    threshold: f64,
) -> Vec<(ArticleId, ArticleId, f64)> {
    // Pairs are sorted: one set serves all pairs that begin with it.
    let runs: Vec<&[(ArticleId, ArticleId)]> = pairs.chunk_by(|x, y| x.0 == y.0).collect();
    runs.par_iter()
        .flat_map_iter(|run| {
            let mut first = ShingleTable::of(spool.words(run[0].0));
            let mut counter = ShingleCounter::default();
            run.iter().filter_map(move |&(a, b)| {
                let words = spool.words(b);
                let different = || shingles.get(b, || counter.different(&words));
                let jaccard = first.jaccard_from(threshold, &words, different)?;
                Some((a, b, jaccard))
            })
        })
        .collect()
}

fn exact_classes(keys: &Keys) -> Vec<ArticleId> {
    let hashes = &keys.exact;
    let mut order: Vec<u32> = (0..hashes.len() as u32).collect();
    order.par_sort_unstable_by_key(|&article| keys.rank[article as usize]);
    let mut leaders: Vec<ArticleId> = (0..hashes.len() as u32).map(ArticleId).collect();
    for class in order.chunk_by(|&x, &y| hashes[x as usize] == hashes[y as usize]) {
        for &article in class {
            leaders[article as usize] = ArticleId(class[0]);
        }
    }
    leaders
}

/// Leaders, longest text first: a text joins the first leader it was verified against, else it leads.
pub(crate) fn near_classes(
    exact: &[ArticleId],
    texts: &[ArticleId],
    verified: &[(ArticleId, ArticleId, f64)],
    tokens: impl Fn(ArticleId) -> usize,
    rank: impl Fn(ArticleId) -> u32,
) -> Vec<ArticleId> {
    let mut edges: HashMap<ArticleId, Vec<(ArticleId, f64)>> = HashMap::new();
    for &(a, b, jaccard) in verified {
        edges.entry(a).or_default().push((b, jaccard));
        edges.entry(b).or_default().push((a, jaccard));
    }
    let mut order: Vec<ArticleId> = texts.iter().copied().filter(|a| edges.contains_key(a)).collect();
    order.sort_unstable_by_key(|&a| (std::cmp::Reverse(tokens(a)), rank(a)));
    let mut near: Vec<ArticleId> = exact.to_vec();
    let mut leads = vec![false; exact.len()];
    for article in order {
        // The most similar leader, then the first one.
        let leader = edges[&article]
            .iter()
            .filter(|(other, _)| leads[other.index()])
            .max_by(|x, y| x.1.total_cmp(&y.1).then(rank(y.0).cmp(&rank(x.0))));
        match leader {
            Some((leader, _)) => near[article.index()] = *leader,
            None => leads[article.index()] = true,
        }
    }
    for (number, text) in exact.iter().enumerate() {
        if text.index() != number {
            near[number] = near[text.index()];
        }
    }
    near
}
