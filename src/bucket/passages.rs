//! Who might share a passage? Winnowed fingerprints of near-duplicate classes.
//!
//! In: different texts, and which of them lead a near-duplicate class. Out: what each carries, and pairs of leaders that
//! might share a passage. Rewrites of one story have a word 5-gram Jaccard of .01 to .3, so
//! no signature of whole texts finds them; but they keep runs of words. Of every [`WINDOW`] consecutive word
//! [`GRAM_TOKENS`]-grams the one with the least hash is a fingerprint (Schleimer, Wilkerson, Aiken 2003), which makes every
//! shared run of `GRAM_TOKENS + WINDOW - 1` = 9 tokens share at least one.
//!
//! Fingerprints are counted over classes, not articles: a story printed 500 times is one class. A fingerprint in more than
//! [`SEED_CLASSES`] classes names no pair of its own; each of its classes is then paired with the first few only, so that the
//! cost stays linear and nothing is dropped unseen.

use rayon::prelude::*;

use crate::article::ArticleId;
use crate::shingle;
use crate::spool::{Document, Spool};
use crate::text::Marks;

/// Width of a fingerprinted run. 6 with a window of 4 had recall 1.00, 1.00 and .95 of significant pairs on three newswire
/// corpora with 40 % of the fingerprints that all 5-grams give (prototype figures).
pub const GRAM_TOKENS: usize = 6;
/// Consecutive grams of which one is kept.
pub const WINDOW: usize = 4;
/// A fingerprint in more classes than this pairs each class with [`SEED_PARTNERS`] others only.
const SEED_CLASSES: usize = 64;
/// See [`SEED_CLASSES`].
const SEED_PARTNERS: usize = 4;
/// One shared fingerprint suffices for a candidate if at most this many classes have it; otherwise two are wanted.
const RARE_CLASSES: usize = 12;

/// One fingerprint of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// Hash of the run.
    pub hash: u32,
    /// Its first token.
    pub token: u32,
}

/// The winnowed fingerprints of a text, in order. A text shorter than a gram has none.
pub fn fingerprints(ids: &[u32]) -> Vec<Fingerprint> {
    let hashes: Vec<u32> = ids.windows(GRAM_TOKENS).map(|run| shingle::hash(run) as u32).collect();
    let mut chosen: Vec<Fingerprint> = Vec::with_capacity(hashes.len() / 2 + 1);
    let width = WINDOW.min(hashes.len().max(1));
    for (start, window) in hashes.windows(width).enumerate() {
        // The rightmost least hash, so that neighbouring windows choose the same one.
        let least = window.iter().enumerate().min_by_key(|&(place, &hash)| (hash, std::cmp::Reverse(place)));
        if let Some((place, &hash)) = least {
            let token = (start + place) as u32;
            if chosen.last().is_none_or(|last| last.token != token) {
                chosen.push(Fingerprint { hash, token });
            }
        }
    }
    chosen
}

/// That a text carries a fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Posting {
    /// Hash of the run.
    pub hash: u32,
    /// The text.
    pub article: ArticleId,
    /// The first token of the run, where it stands first.
    pub token: u32,
    /// Hash of the line it begins in, so that equal lines can be told from equal words in different ones.
    pub line: u32,
}

/// Walks through the lines of a text.
struct Lines<'a> {
    document: Document<'a>,
    end: usize,
    hash: u32,
}

impl<'a> Lines<'a> {
    fn of(document: Document<'a>) -> Lines<'a> {
        Lines { document, end: 0, hash: 0 }
    }

    /// The hash of the line that `token` stands in; tokens are asked for in order.
    fn hash_at(&mut self, token: usize) -> u32 {
        while token >= self.end {
            let start = self.end;
            let rest = &self.document.marks[start + 1..];
            self.end =
                rest.iter().position(|marks| marks.has(Marks::BLOCK)).map_or(self.document.len(), |at| start + 1 + at);
            self.hash = shingle::hash(&self.document.ids[start..self.end]) as u32;
        }
        self.hash
    }
}

/// The fingerprints of different texts, each once a text, sorted.
///
/// `done` is told how many texts were fingerprinted.
pub fn postings(texts: &[ArticleId], spool: &Spool, done: &(dyn Fn(u64) + Sync)) -> Vec<Posting> {
    let mut postings: Vec<Posting> = texts
        .par_chunks(256)
        .flat_map_iter(|chunk| {
            let mut list = Vec::new();
            for &article in chunk {
                let from = list.len();
                let document = spool.document(article);
                let mut lines = Lines::of(document);
                let found = fingerprints(document.ids);
                list.extend(found.iter().map(|f| Posting {
                    hash: f.hash,
                    article,
                    token: f.token,
                    line: lines.hash_at(f.token as usize),
                }));
                list[from..].sort_unstable();
            }
            list.dedup_by_key(|posting| (posting.hash, posting.article));
            done(chunk.len() as u64);
            list
        })
        .collect();
    postings.par_sort_unstable();
    postings
}

/// The pairs of class leaders that share enough fingerprints to be compared, sorted; of a pair, the one that comes first in
/// the order by content.
///
/// `rank` gives the place in the order by content of a text that leads its class; the postings of other texts are passed
/// over.
pub fn candidates(postings: &[Posting], rank: impl Fn(ArticleId) -> Option<u32> + Sync) -> Vec<(ArticleId, ArticleId)> {
    // (pair, whether a rare fingerprint gave it)
    let mut hits: Vec<(u64, bool)> = postings
        .par_chunk_by(|x, y| x.hash == y.hash)
        .filter(|group| group.len() > 1)
        .flat_map_iter(|group| {
            let mut group: Vec<(u32, ArticleId)> =
                group.iter().filter_map(|posting| Some((rank(posting.article)?, posting.article))).collect();
            group.sort_unstable();
            let rare = group.len() <= RARE_CLASSES;
            let partners = if group.len() <= SEED_CLASSES { group.len() } else { SEED_PARTNERS };
            let mut hits = Vec::with_capacity(group.len().saturating_sub(1) * partners / 2 + 1);
            for (place, b) in group.iter().enumerate() {
                let earlier = group[..place.min(partners)].iter();
                hits.extend(earlier.map(|a| (u64::from(a.1.0) << 32 | u64::from(b.1.0), rare)));
            }
            hits
        })
        .collect();
    hits.par_sort_unstable();
    hits.chunk_by(|x, y| x.0 == y.0)
        .filter(|hits| hits.len() > 1 || hits[0].1)
        .map(|hits| (ArticleId((hits[0].0 >> 32) as u32), ArticleId(hits[0].0 as u32)))
        .collect()
}

/// How far one shared fingerprint goes in making a pair a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seeding {
    /// It suffices alone.
    Rare,
    /// A second one is wanted.
    Common,
    /// A second one is wanted, and it pairs each class with the first few only.
    Crowded,
}

impl Seeding {
    /// The seeding of a fingerprint that this many classes carry.
    pub fn of(classes: usize) -> Seeding {
        if classes <= RARE_CLASSES {
            Seeding::Rare
        } else if classes <= SEED_CLASSES {
            Seeding::Common
        } else {
            Seeding::Crowded
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn every_shared_run_of_nine_shares_a_fingerprint(
            run in proptest::collection::vec(0u32..1000, GRAM_TOKENS + WINDOW - 1..30),
            before in proptest::collection::vec(1000u32..2000, 0..20),
            after in proptest::collection::vec(2000u32..3000, 0..20),
        ) {
            let hashes = |ids: &[u32]| fingerprints(ids).iter().map(|f| f.hash).collect::<Vec<_>>();
            let embedded = [before.as_slice(), &run, &after].concat();
            let other = [after.as_slice(), &run].concat();
            let ours = hashes(&embedded);
            proptest::prop_assert!(hashes(&other).iter().any(|hash| ours.contains(hash)));
        }
    }

    #[test]
    fn short_texts_have_one_fingerprint_or_none() {
        assert!(fingerprints(&[1, 2, 3]).is_empty());
        assert_eq!(fingerprints(&[1, 2, 3, 4, 5, 6]).len(), 1);
        assert_eq!(fingerprints(&[1, 2, 3, 4, 5, 6, 7]).len(), 1);
    }
}
