//! Who carries a passage? Postings joined with what is known of their texts.
//!
//! In: [`Postings`] and a [`TextRow`] of each article. Out: [`Carrier`]s, all of one fingerprint together. A carrier has
//! everything that stages ask about it. So a stage looks nothing up, and does not care who joined the rows.

use bytemuck::{Pod, Zeroable};
use rayon::prelude::*;

use super::passages::{self, Posting, Postings, same_fingerprint};
use crate::article::{ArticleId, UNDATED};
use crate::disk::Row;
use crate::error::Result;

/// What stages know of a text beside its words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
pub struct TextRow {
    /// Orders different texts by content: the first half of the content hash.
    pub order: u64,
    /// The outlet as a number, 0 for none.
    pub outlet: u64,
    /// When it was published, in seconds since 1970; [`UNDATED`] where that is not known.
    pub published: i64,
    /// The leader of its near-duplicate class.
    pub class: ArticleId,
    /// How many tokens it has.
    pub tokens: u32,
}

/// A text that carries a fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
pub struct Carrier {
    /// The fingerprint, and where the text has it.
    pub posting: Posting,
    /// The text.
    pub text: TextRow,
}

impl Row for Carrier {
    fn key(&self) -> u64 {
        self.posting.key()
    }
}

impl TextRow {
    /// When it was published, if that is known.
    pub fn published(&self) -> Option<i64> {
        Some(self.published).filter(|&at| at != UNDATED)
    }
}

impl Carrier {
    /// Whether the text leads its class.
    pub fn leads(&self) -> bool {
        self.text.class == self.posting.article()
    }
}

/// The carriers of several whole fingerprints.
pub struct Batch<'a> {
    postings: &'a [Posting],
    texts: &'a [TextRow],
}

impl Batch<'_> {
    /// Shows each fingerprint's carriers to `handle`, on all threads, each of which gathers what it makes of them.
    pub fn gather<R: Default + Send>(
        &self,
        handle: impl Fn(&mut R, &[Carrier]) + Sync + Send,
    ) -> impl ParallelIterator<Item = R> {
        let of_thread = <(R, Vec<Carrier>)>::default;
        let gathered =
            self.postings.par_chunk_by(same_fingerprint).fold(of_thread, move |(mut made, mut carriers), of| {
                carriers.clear();
                carriers
                    .extend(of.iter().map(|&posting| Carrier { posting, text: self.texts[posting.article().index()] }));
                handle(&mut made, &carriers);
                (made, carriers)
            });
        gathered.map(|(made, _)| made)
    }
}

/// Shows the shared fingerprints in order, many at a time, joined with the texts that carry them.
pub fn batches(postings: &Postings, texts: &[TextRow], mut visit: impl FnMut(Batch<'_>) -> Result<()>) -> Result<()> {
    postings.batches(|postings| visit(Batch { postings, texts }))
}

/// Of whole fingerprints, the carriers of those that at least two texts carry: where each text has them first, sorted.
pub fn shared(mut rows: Vec<Carrier>) -> Vec<Carrier> {
    rows.sort_unstable();
    passages::shared(&rows, |carrier| &carrier.posting)
}

/// Shows the carriers of each fingerprint among rows in any order.
pub fn by_fingerprint(mut rows: Vec<Carrier>, handle: impl FnMut(&[Carrier])) {
    rows.sort_unstable();
    rows.chunk_by(|x, y| same_fingerprint(&x.posting, &y.posting)).for_each(handle);
}
