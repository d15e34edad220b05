//! Which words count? From an article's text to its tokens.
//!
//! In: a text as scraped. Out: [`Tokens`], one entry a word with its identity (32 bits), its place in the original text and
//! what kind of text it stands in (quotation, furniture, a name). A text goes through here once; every later stage works on
//! tokens. Cost: linear; 22 ns a word of English, of which 5 ns are for the words alone ([`Tokenizer::words`]), 70 ns one of
//! Russian or Arabic, 30 ns a pair of Chinese characters.

pub(crate) mod block;
mod cues;
mod entity;
mod furniture;
mod gallery;
mod normalise;
mod persian;
mod quotation;
mod repetition;
mod tokenise;
mod word;

use bytemuck::{Pod, Zeroable};
use serde::Serialize;

use crate::article::Span;

pub use normalise::{letters, normalised};
pub use tokenise::Tokenizer;

/// The words of one text in reading order. All three lists have one entry a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// What the word is: a seeded hash of its normalised form. Equal words are equal; different ones collide
    /// with probability 2^-32, which a run of several words makes harmless.
    pub ids: Vec<u32>,
    /// Where it stands in the original text.
    pub spans: Vec<Span>,
    /// What kind of text it stands in.
    pub marks: Vec<Marks>,
}

impl Tokens {
    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }
}

/// What kind of text a token stands in: a set of flags in one byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(transparent)]
pub struct Marks(pub u8);

impl Marks {
    /// Inside quotation marks.
    pub const QUOTED: Marks = Marks(1);
    /// In a line that has the shape of site furniture: navigation, captions, share buttons, headlines of other pages.
    pub const FURNITURE: Marks = Marks(2);
    /// Begins with a capital in a script that has them, not at the start of a sentence, in a line that is not all capitals.
    pub const NAME: Marks = Marks(4);
    /// First of a block: a line of the text.
    pub const BLOCK: Marks = Marks(8);
    /// First of a sentence.
    pub const SENTENCE: Marks = Marks(16);
    /// Has a digit.
    pub const NUMBER: Marks = Marks(32);
    /// One of two overlapping characters of a script without spaces.
    pub const BIGRAM: Marks = Marks(64);
    /// In a passage that unrelated articles of the corpus share: an agency's context paragraph, a copyright line.
    pub const STOCK: Marks = Marks(128);

    /// Whether all flags of `other` are set.
    #[inline]
    pub fn has(self, other: Marks) -> bool {
        self.0 & other.0 == other.0
    }

    /// Sets the flags of `other`.
    #[inline]
    pub fn set(&mut self, other: Marks) {
        self.0 |= other.0;
    }

    /// Clears the flags of `other`.
    #[inline]
    pub fn clear(&mut self, other: Marks) {
        self.0 &= !other.0;
    }

    /// Whether the token is prose of its own: neither quoted nor furniture nor stock.
    #[inline]
    pub fn prose(self) -> bool {
        self.0 & (Marks::QUOTED.0 | Marks::FURNITURE.0 | Marks::STOCK.0) == 0
    }

    /// What the token is as evidence; what is more than one counts as the first of furniture, quotation and stock.
    #[inline]
    pub fn kind(self) -> Kind {
        if self.has(Marks::FURNITURE) {
            Kind::Furniture
        } else if self.has(Marks::QUOTED) {
            Kind::Quotation
        } else if self.has(Marks::STOCK) {
            Kind::Stock
        } else {
            Kind::Prose
        }
    }
}

/// What a token is as evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The article's own words: what links are made of.
    Prose,
    /// Inside quotation marks.
    Quotation,
    /// Around the article: navigation, captions, what an outlet prints everywhere.
    Furniture,
    /// Context that unrelated articles share.
    Stock,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 4] = [Kind::Prose, Kind::Quotation, Kind::Furniture, Kind::Stock];

    /// The name, as shown.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Prose => "prose",
            Kind::Quotation => "quotation",
            Kind::Furniture => "furniture",
            Kind::Stock => "stock",
        }
    }
}

/// The seed of every hash of this crate. Any fixed number serves; a change changes band keys and ids, so it is part of the
/// index format.
pub(crate) const SEED: u64 = 0x7769_7265_636f_7079;

/// One multiplication that mixes two numbers into one, by both halves of their product (Wang Yi, wyhash): what every hash of
/// a few bytes is made of here, at a fifth of the cost of XXH3, which hashes what is longer.
#[inline]
pub(crate) fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

/// What numbers are disguised with before they are multiplied, so that no run of words or letters is 0: [`SEED`] and random
/// bits, of wyhash's.
pub(crate) const SECRETS: [u64; 2] = [SEED ^ 0xA076_1D64_78BD_642F, SEED ^ 0xE703_7ED1_A0B4_28DB];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_the_first_of_furniture_quotation_and_stock_else_prose() {
        let both = |one: Marks, other: Marks| Marks(one.0 | other.0 | Marks::NAME.0);
        assert_eq!(both(Marks::FURNITURE, Marks::QUOTED).kind(), Kind::Furniture);
        assert_eq!(both(Marks::FURNITURE, Marks::STOCK).kind(), Kind::Furniture);
        assert_eq!(both(Marks::QUOTED, Marks::STOCK).kind(), Kind::Quotation);
        assert_eq!(both(Marks::STOCK, Marks::NUMBER).kind(), Kind::Stock);
        for marks in (0..=u8::MAX).map(Marks) {
            assert_eq!(marks.kind() == Kind::Prose, marks.prose(), "{marks:?}");
        }
    }
}
