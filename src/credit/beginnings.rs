//! Where in a text may one of many names begin?
//!
//! An automaton of a thousand names does not stay in the processor's first cache. So the first three bytes of each word are
//! looked up in 8 KB of bits, and few words are asked for more: the text is read 64 bytes at once, and
//! nothing branches but for the beginnings of words.

use std::ops::Range;

use wide::{CmpEq, CmpGt, CmpLt, i8x16};

use crate::text::block::{self, BLOCK_BYTES};

/// Bits of the hash of three bytes.
const HASH_BITS: u32 = 16;
const WORDS: usize = 1 << (HASH_BITS - 6);

/// The first three bytes of some names, and which names begin with them.
#[derive(Clone, Debug)]
pub(super) struct Beginnings {
    /// Whether any name begins with three bytes of this hash.
    known: Box<[u64; WORDS]>,
    /// How many hashes are known before each word of them.
    before: Box<[u16; WORDS]>,
    /// Where the names of each known hash begin, which are sorted by [`hash`]; and their end.
    starts: Vec<u16>,
    /// How each name goes on.
    heads: Vec<Head>,
}

impl Beginnings {
    /// Those of names with the [`hash`] of each, sorted by it.
    pub fn of<'n>(names: impl Iterator<Item = (usize, &'n str)>) -> Beginnings {
        let (mut known, mut before) = (Box::new([0_u64; WORDS]), Box::new([0; WORDS]));
        let (mut starts, mut heads, mut last) = (Vec::new(), Vec::new(), None);
        for (hash, name) in names {
            debug_assert!(last.is_none_or(|last| last <= hash), "names are sorted");
            if last != Some(hash) {
                known[hash >> 6] |= 1 << (hash & 63);
                starts.push(heads.len() as u16);
                last = Some(hash);
            }
            heads.push(Head::of(name));
        }
        starts.push(heads.len() as u16);
        let mut seen = 0;
        for (word, before) in known.iter().zip(before.iter_mut()) {
            *before = seen;
            seen += word.count_ones() as u16;
        }
        Beginnings { known, before, starts, heads }
    }

    /// Tells where names may begin in a text, in order, and which names.
    pub fn each(&self, bytes: &[u8], mut take: impl FnMut(usize, Range<usize>)) {
        words(bytes, |at| {
            let hash = hash(&bytes[at..]);
            let (word, bit) = (self.known[hash >> 6], hash & 63);
            if word >> bit & 1 != 0 {
                let place = usize::from(self.before[hash >> 6]) + (word & ((1 << bit) - 1)).count_ones() as usize;
                let which = usize::from(self.starts[place])..usize::from(self.starts[place + 1]);
                let folded = folded(&bytes[at..]);
                if self.heads[which.clone()].iter().any(|head| head.opens(folded)) {
                    take(at, which);
                }
            }
        });
    }
}

/// The hash of the first three bytes, whatever the case of ASCII letters behind the first. Whatever ends a word of two bytes
/// is a blank.
#[inline(always)]
pub(super) fn hash(bytes: &[u8]) -> usize {
    let byte = |place: usize| bytes.get(place).copied().unwrap_or(b' ');
    // Folding with one bit confuses a few marks, too: more is admitted, nothing is missed.
    let (first, second) = (u32::from(byte(0)), u32::from(byte(1) | 0x20));
    let third = u32::from(THIRD[usize::from(byte(2))]);
    ((first | second << 8 | third << 16).wrapping_mul(0x9e37_79b1) >> (32 - HASH_BITS)) as usize
}

/// Letters in lower case, and one byte for all that may stand behind a word of ASCII: marks, and the first byte of a letter
/// that is not ASCII.
const THIRD: [u8; 256] = {
    let mut third = [b' '; 256];
    let mut byte = 0;
    while byte < 256 {
        if (byte as u8).is_ascii_alphanumeric() || matches!(byte, 0x80..0xc0) {
            third[byte] = (byte as u8).to_ascii_lowercase();
        }
        byte += 1;
    }
    third
};

/// Up to eight bytes with which a name begins.
#[derive(Clone, Copy, Debug)]
struct Head {
    bytes: u64,
    mask: u64,
}

impl Head {
    fn of(name: &str) -> Head {
        Head { bytes: folded(name.as_bytes()), mask: u64::MAX >> (64 - 8 * name.len().clamp(1, 8)) }
    }

    fn opens(self, folded: u64) -> bool {
        (self.bytes ^ folded) & self.mask == 0
    }
}

/// The first eight bytes, folded as [`hash`] does.
fn folded(bytes: &[u8]) -> u64 {
    let eight = bytes.first_chunk().copied().unwrap_or_else(|| {
        let mut eight = [0; 8];
        eight[..bytes.len()].copy_from_slice(bytes);
        eight
    });
    u64::from_le_bytes(eight) | 0x2020_2020_2020_2020
}

/// Tells where words begin at which names may: a letter or figure of ASCII behind anything else ("—AFP", "（AFP": whether a
/// letter stands there is asked when a name does), a letter of two bytes behind other ASCII or a mark, and any letter of three, whose
/// scripts may do without blanks.
#[inline(always)]
fn words(bytes: &[u8], mut take: impl FnMut(usize)) {
    let within = |part: i8x16, first: u8, last: u8| {
        part.cmp_gt(i8x16::splat((first as i8).wrapping_sub(1)))
            & part.cmp_lt(i8x16::splat((last as i8).wrapping_add(1)))
    };
    let case = i8x16::splat(0x20);
    // Whether the last byte of the block before was of a word in ASCII, whether it was not ASCII, and which bytes at the
    // beginning of this one stand behind a mark that began there.
    let (mut after_word, mut after_other, mut after_mark) = (0, 0, 0);
    for (from, block) in block::blocks(bytes) {
        let word = block::bits(block, |part| within(part | case, b'a', b'z') | within(part, b'0', b'9'));
        let other = block::bits(block, |part| part);
        let behind_word = word << 1 | after_word;
        let mut left = word & !behind_word;
        if other != 0 {
            let of_two = block::bits(block, |part| within(part, 0xc0, 0xdf));
            // The last byte is the highest there is.
            let of_three = block::bits(block, |part| part & part.cmp_gt(i8x16::splat(0xdf_u8 as i8)));
            // Marks that are not ASCII begin with these: « and », quotation marks and dashes, marks of East Asia.
            let marks_of_two = block::bits(block, |part| part.cmp_eq(i8x16::splat(0xc2_u8 as i8)));
            let marks_of_three = block::bits(block, |part| {
                part.cmp_eq(i8x16::splat(0xe2_u8 as i8)) | part.cmp_eq(i8x16::splat(0xe3_u8 as i8))
            });
            let behind_mark = marks_of_two << 2 | marks_of_three << 3 | after_mark;
            left |= of_two & (!behind_word & !(other << 1 | after_other) | behind_mark) | of_three;
            after_mark = marks_of_two >> (BLOCK_BYTES - 2) | marks_of_three >> (BLOCK_BYTES - 3);
        } else {
            after_mark = 0;
        }
        (after_word, after_other) = (word >> (BLOCK_BYTES - 1), other >> (BLOCK_BYTES - 1));
        while left != 0 {
            take(from + left.trailing_zeros() as usize);
            left &= left - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As [`words`] says it, a byte at a time.
    fn words_one_by_one(bytes: &[u8]) -> Vec<usize> {
        let begins = |&at: &usize| {
            let before = at.checked_sub(1).map_or(b' ', |before| bytes[before]);
            match bytes[at] {
                byte @ ..0x80 => byte.is_ascii_alphanumeric() && !before.is_ascii_alphanumeric(),
                0x80..0xc0 => false,
                0xc0..0xe0 => {
                    let begins = |back: usize, of: &[u8]| at >= back && of.contains(&bytes[at - back]);
                    before.is_ascii() && !before.is_ascii_alphanumeric()
                        || begins(2, &[0xc2])
                        || begins(3, &[0xe2, 0xe3])
                }
                0xe0.. => true,
            }
        };
        (0..bytes.len()).filter(begins).collect()
    }

    proptest::proptest! {
        #[test]
        fn words_are_found(text in "([a-zA-Z0-9 .—«éя新]|[a-z]{3}){0,200}") {
            let mut found = Vec::new();
            words(text.as_bytes(), |at| found.push(at));
            proptest::prop_assert_eq!(found, words_one_by_one(text.as_bytes()));
        }
    }

    #[test]
    fn names_are_met_in_any_case_and_at_the_end() {
        let mut names = ["AP", "AP Sports", "ritzau", "ТАСС", "新华社"];
        names.sort_by_key(|name| hash(name.as_bytes()));
        let beginnings = Beginnings::of(names.into_iter().map(|name| (hash(name.as_bytes()), name)));
        for (text, name, place) in [
            ("by rITZau", "ritzau", 3),
            ("(AP)", "AP", 1),
            ("AP", "AP", 0),
            ("АП, ТАСС", "ТАСС", 6),
            ("«ТАСС»", "ТАСС", 2),
            ("据新华社", "新华社", 3),
        ] {
            let mut met = false;
            beginnings.each(text.as_bytes(), |at, which| met |= at == place && names[which].contains(&name));
            assert!(met, "{name} in {text}");
        }
        beginnings.each(b"apply rioja", |at, _| panic!("a name at {at}"));
    }
}
