//! Who might share a passage? Winnowed fingerprints of near-duplicate classes.
//!
//! In: different texts, and which of them lead a near-duplicate class. Out: what each carries, and pairs of leaders that
//! might share a passage. Rewrites of one story have a word 5-gram Jaccard of .01 to .3, so
//! no signature of whole texts finds them; but they keep runs of words. Of every [`WINDOW`] consecutive word
//! [`GRAM_TOKENS`]-grams the one with the least hash is a fingerprint (Schleimer, Wilkerson, Aiken 2003), which makes every
//! shared run of [`PASSAGE_TOKENS`] tokens share at least one.
//!
//! Fingerprints are counted over classes, not articles: a story printed 500 times is one class.

use std::cmp::{Ordering, Reverse};

use bytemuck::{Pod, Zeroable};
use rayon::prelude::*;

use crate::article::ArticleId;
use crate::disk::{Exchange, List, Memory, Partitioned, Row, Workspace};
use crate::error::Result;
use crate::shingle;
use crate::spool::{Document, Spool};
use crate::text::Marks;

/// Width of a fingerprinted run. 6 with a window of 4 had recall 1.00, 1.00 and .95 of significant pairs on three newswire
/// corpora with 40 % of the fingerprints that all 5-grams give (prototype figures).
pub const GRAM_TOKENS: usize = 6;
/// Consecutive grams of which one is kept.
pub const WINDOW: usize = 4;
/// The length from which on every shared run has a shared fingerprint. Shorter runs are evidence, not passages: nobody reads a
/// list of phrases.
pub const PASSAGE_TOKENS: usize = GRAM_TOKENS + WINDOW - 1;

/// The lead: the first sentences of the article itself, in tokens of its body.
pub const LEAD_TOKENS: usize = 60;
/// Where lines are joined, furniture is what stands among so many first or last tokens.
const END_TOKENS: usize = 50;

/// One fingerprint of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// Hash of the run.
    pub hash: u64,
    /// Its first token.
    pub token: u32,
}

/// The winnowed fingerprints of a text, in order. A text shorter than a gram has none.
pub fn fingerprints(ids: &[u32]) -> Vec<Fingerprint> {
    let grams = (ids.len() + 1).saturating_sub(GRAM_TOKENS);
    let mut chosen: Vec<Fingerprint> = Vec::with_capacity(grams / 2 + 1);
    // The last grams, each where its place leaves it among as many as a window has.
    let mut window = [Fingerprint { hash: u64::MAX, token: 0 }; WINDOW];
    let mut least = window[0];
    for (run, token) in ids.windows(GRAM_TOKENS).zip(0u32..) {
        let gram = Fingerprint { hash: shingle::hash(run).rotate_left(32) >> (64 - HASH_BITS), token };
        window[token as usize % WINDOW] = gram;
        // The rightmost least hash, so that neighbouring windows choose the same one.
        if gram.hash <= least.hash {
            least = gram;
        } else if least.token + WINDOW as u32 == token {
            least = window.into_iter().min_by_key(|gram| (gram.hash, Reverse(gram.token))).unwrap_or(gram);
        }
        // A text shorter than a window is one.
        if token as usize + 1 >= WINDOW.min(grams) && chosen.last().is_none_or(|last| last.token != least.token) {
            chosen.push(least);
        }
    }
    chosen
}

/// That a text carries a fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Posting {
    /// The upper bits of the run's hash.
    hash: u32,
    /// The text, as the number of an [`ArticleId`].
    article: u32,
    /// The first token of the run, where it stands first.
    pub token: u32,
    /// The lower bits of the run's hash, a hash of the line it begins in, and four flags.
    rest: u32,
}

/// By hash, article, token and line: one number is compared faster than several.
impl Ord for Posting {
    fn cmp(&self, other: &Self) -> Ordering {
        let number = |p: &Posting| {
            let line_and_flags = u128::from(p.rest) & ((1 << Posting::REST_BITS) - 1);
            u128::from(p.hash()) << 80 | u128::from(p.article) << 48 | u128::from(p.token) << 16 | line_and_flags
        };
        number(self).cmp(&number(other))
    }
}

impl PartialOrd for Posting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Bits of a fingerprint's hash. Among the 10^8 fingerprints of a million articles some 30 pairs are equal by chance; with 32
/// bits it were a million, each a pair of articles to compare.
const HASH_BITS: u32 = 48;

impl Row for Posting {
    /// The upper bits of the hash. Among the least of a window smaller ones are more frequent, but no partition has more than
    /// two and a half times its share.
    fn key(&self) -> u64 {
        u64::from(self.hash) << 32
    }
}

impl Posting {
    const QUOTED: u32 = 1;
    const AT_AN_END: u32 = 2;
    const IN_LEAD: u32 = 4;
    const FURNITURE: u32 = 8;
    /// Bits of the line's hash. Lines are compared among the carriers of one fingerprint.
    const LINE_BITS: u32 = 12;
    /// Bits beside the hash.
    const REST_BITS: u32 = Posting::LINE_BITS + Posting::FLAG_BITS;
    const FLAG_BITS: u32 = 4;

    fn new(hash: u64, article: ArticleId, token: u32, line: u32, flags: u32) -> Posting {
        let line = line & ((1 << Posting::LINE_BITS) - 1);
        let rest = (hash as u32) << Posting::REST_BITS | line << Posting::FLAG_BITS | flags;
        Posting { hash: (hash >> (HASH_BITS - 32)) as u32, article: article.0, token, rest }
    }

    /// Hash of the run.
    pub fn hash(&self) -> u64 {
        u64::from(self.hash) << (HASH_BITS - 32) | u64::from(self.rest >> Posting::REST_BITS)
    }

    /// The text.
    pub fn article(&self) -> ArticleId {
        ArticleId(self.article)
    }

    /// The line that the run begins in, so that equal lines can be told from equal words in different ones.
    pub fn line(&self) -> u32 {
        self.rest >> Posting::FLAG_BITS & ((1 << Posting::LINE_BITS) - 1)
    }

    /// Whether the run stands in quotation marks.
    pub fn quoted(&self) -> bool {
        self.rest & Posting::QUOTED != 0
    }

    /// Whether all of it is furniture by what its text alone tells.
    pub fn furniture(&self) -> bool {
        self.rest & Posting::FURNITURE != 0
    }

    /// Whether it begins among the first or last [`END_TOKENS`] of the text.
    pub fn at_an_end(&self) -> bool {
        self.rest & Posting::AT_AN_END != 0
    }

    /// Whether it begins in the lead.
    pub fn in_lead(&self) -> bool {
        self.rest & Posting::IN_LEAD != 0
    }
}

/// Walks through the lines of a text.
struct Lines<'a> {
    document: &'a Document<'a>,
    end: usize,
    hash: u32,
}

impl<'a> Lines<'a> {
    fn of(document: &'a Document<'a>) -> Lines<'a> {
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

/// Where the lead ends: after the first tokens that are not furniture.
pub fn lead_end(marks: &[Marks]) -> usize {
    let body = marks.iter().enumerate().filter(|(_, marks)| !marks.has(Marks::FURNITURE));
    body.take(LEAD_TOKENS).last().map_or(0, |(place, _)| place + 1)
}

/// The fingerprints of texts, and who shares them.
pub struct Postings {
    /// Those that at least two texts carry, each once a text, sorted.
    shared: List<Posting>,
}

/// Texts that are fingerprinted at a time.
const TEXTS: usize = 4096;
/// Postings that are looked at at a time, at least.
const BATCH: usize = 1 << 18;

impl Postings {
    /// The fingerprints of different texts; of other articles nothing is asked.
    ///
    /// `done` is told how many texts were fingerprinted.
    pub fn of(
        texts: &[ArticleId],
        spool: &Spool,
        workspace: &Workspace,
        done: &(dyn Fn(u64) + Sync),
    ) -> Result<Postings> {
        let tokens: usize = texts.iter().map(|&article| spool.tokens_of(article)).sum();
        // Of a window and the one behind it, two in `WINDOW + 1` chosen grams differ.
        let mut exchange = Exchange::new(workspace, workspace.share(Memory::Postings), tokens * 2 / (WINDOW + 1));
        let count = exchange.count();
        for texts in texts.chunks(TEXTS) {
            let lists = texts.par_chunks(TEXTS / 4).map_init(Vec::new, |list, texts| {
                list.clear();
                texts.iter().for_each(|&article| add_postings(article, &spool.document(article), list));
                done(texts.len() as u64);
                Partitioned::of(list, count)
            });
            exchange.extend(|| lists.collect())?;
        }
        let mut shared = List::new(workspace, workspace.share(Memory::SharedPostings));
        exchange.each(kept, |kept| shared.extend(&kept))?;
        shared.finish();
        Ok(Postings { shared })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.shared.len()
    }

    /// Whether nothing is shared.
    pub fn is_empty(&self) -> bool {
        self.shared.len() == 0
    }

    /// Shows the shared fingerprints in order, many at a time: postings of whole fingerprints.
    pub fn batches(&self, visit: impl FnMut(&[Posting]) -> Result<()>) -> Result<()> {
        self.shared.batches(BATCH, same_fingerprint, visit)
    }

    /// The texts that carry one fingerprint, where at least two do.
    pub fn of_fingerprint(&self, hash: u64) -> Result<Vec<Posting>> {
        let before = |limit: u64| -> Result<usize> {
            let (mut low, mut high) = (0, self.shared.len());
            while low < high {
                let middle = low + (high - low) / 2;
                let at = self.shared.slice(middle..middle + 1)?[0].hash();
                if at < limit { low = middle + 1 } else { high = middle }
            }
            Ok(low)
        };
        Ok(self.shared.slice(before(hash)?..before(hash + 1)?)?.into_owned())
    }
}

/// Whether two neighbours are of one fingerprint.
pub fn same_fingerprint(x: &Posting, y: &Posting) -> bool {
    x.hash() == y.hash()
}

/// Of whole fingerprints, the postings of those that at least two texts carry: where each text has them first, sorted.
fn kept(mut postings: Vec<Posting>) -> Vec<Posting> {
    keep_repeated(&mut postings);
    postings.sort_unstable();
    shared(&postings, |posting| posting)
}

/// Of sorted rows of whole fingerprints, those of fingerprints that at least two texts carry: where each text has them first.
pub(super) fn shared<T: Copy>(rows: &[T], posting: impl Fn(&T) -> &Posting) -> Vec<T> {
    let mut shared = Vec::new();
    let of_fingerprints = rows.chunk_by(|x, y| same_fingerprint(posting(x), posting(y)));
    for rows in of_fingerprints.filter(|rows| rows.len() > 1) {
        let from = shared.len();
        shared.extend(rows.chunk_by(|x, y| posting(x).article == posting(y).article).map(|of_text| of_text[0]));
        if shared.len() == from + 1 {
            shared.truncate(from);
        }
    }
    shared
}

/// Leaves out most of the fingerprints that occur once, which nine of ten do: sorting them is what would cost most.
///
/// A counting filter (Fan, Cao, Almeida, Broder 2000) with one hash function, half of the hash that is as good as random:
/// with two slots a posting, one in three that occur once falls on a slot with another, and is kept.
fn keep_repeated(postings: &mut Vec<Posting>) {
    let mut times = vec![0u8; (postings.len() * 2).next_power_of_two()];
    let mask = times.len() - 1;
    let slot = |posting: &Posting| posting.hash() as usize & mask;
    postings.iter().for_each(|posting| {
        let times = &mut times[slot(posting)];
        *times = (*times + 1).min(2);
    });
    // Without a branch, since nobody foresees which ones are kept.
    let mut length = 0;
    for place in 0..postings.len() {
        let posting = postings[place];
        postings[length] = posting;
        length += usize::from(times[slot(&posting)] == 2);
    }
    postings.truncate(length);
}

/// Appends the fingerprints of one text that others may have.
pub(crate) fn add_postings(article: ArticleId, document: &Document<'_>, list: &mut Vec<Posting>) {
    let mut lines = Lines::of(document);
    let length = document.len();
    let (lead_end, end) = (lead_end(&document.marks), END_TOKENS.min(length / 8));
    let flag = |is: bool, flag: u32| if is { flag } else { 0 };
    list.extend(fingerprints(&document.ids).iter().map(|fingerprint| {
        let token = fingerprint.token as usize;
        let run = &document.marks[token..token + GRAM_TOKENS];
        let flags = flag(run.iter().all(|marks| marks.has(Marks::QUOTED)), Posting::QUOTED)
            | flag(run.iter().all(|marks| marks.has(Marks::FURNITURE)), Posting::FURNITURE)
            | flag(token < end || token + end >= length, Posting::AT_AN_END)
            | flag(token < lead_end, Posting::IN_LEAD);
        Posting::new(fingerprint.hash, article, fingerprint.token, lines.hash_at(token), flags)
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn every_shared_run_of_nine_shares_a_fingerprint(
            run in proptest::collection::vec(0u32..1000, PASSAGE_TOKENS..30),
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

    proptest::proptest! {
        /// Corpora have more than 65,536 articles, and hashes are near to one another.
        #[test]
        fn postings_are_in_the_order_of_hash_article_token_and_line(
            some in proptest::collection::vec((0u64..3, 0u32..3, 0u32..3, 0u32..3, 0u32..40), 0..20),
        ) {
            let posting = |&(hash, article, token, line, shift): &(u64, u32, u32, u32, u32)| {
                let (hash, article) = ((7 << 30 | hash) << (shift % 12), article << (shift % 30));
                Posting::new(hash & ((1 << HASH_BITS) - 1), ArticleId(article), token << 20, line, 5)
            };
            let mut postings: Vec<Posting> = some.iter().map(posting).collect();
            let mut twin = postings.clone();
            postings.sort();
            twin.sort_by_key(|p| (p.hash(), p.article(), p.token, p.line()));
            proptest::prop_assert_eq!(postings, twin);
        }
    }

    #[test]
    fn short_texts_have_one_fingerprint_or_none() {
        assert!(fingerprints(&[1, 2, 3]).is_empty());
        assert_eq!(fingerprints(&[1, 2, 3, 4, 5, 6]).len(), 1);
        assert_eq!(fingerprints(&[1, 2, 3, 4, 5, 6, 7]).len(), 1);
    }
}
