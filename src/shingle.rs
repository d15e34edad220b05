//! Which runs of words? Word n-grams as 64-bit hashes.
//!
//! Words, never characters: character n-grams of whole documents glue unrelated texts (see `docs/decisions`). A hash is the
//! seeded XXH3 of the tokens' 32-bit identities, about 3 ns each.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::text::SEED;

/// Shingles of near-duplicate detection are word 5-grams, as in Broder 1997 and every peer; longer ones lose edited texts,
/// shorter ones meet by chance.
pub const SHINGLE_TOKENS: usize = 5;

/// The hash of one run of tokens.
pub fn hash(run: &[u32]) -> u64 {
    xxh3_64_with_seed(bytemuck::cast_slice(run), SEED)
}

/// Every run of `width_tokens` tokens, in order. A shorter text is one shingle, an empty one none.
pub fn shingles(ids: &[u32], width_tokens: usize) -> impl Iterator<Item = u64> {
    let whole = (!ids.is_empty() && ids.len() < width_tokens).then(|| hash(ids));
    whole.into_iter().chain(ids.windows(width_tokens).map(hash))
}

/// The set of a text's word 5-grams: sorted, each once.
pub fn shingle_set(ids: &[u32]) -> Vec<u64> {
    let mut set: Vec<u64> = shingles(ids, SHINGLE_TOKENS).collect();
    set.sort_unstable();
    set.dedup();
    set
}
