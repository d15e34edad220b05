//! Where does a text say what only site furniture says?
//!
//! In: a text in lower case. Out: where the cues of `cues.txt` stand in it. Of a text without cues one in [`STRIDE`] places
//! is looked at (Karp, Rabin 1987, for many patterns; Wu, Manber 1994): a cue of at least [`WINDOW_BYTES`] holds
//! [`STRIDE`] neighbouring runs of four bytes, and one of them is at such a place. 0.3 ns a byte, a
//! fifteenth of what an automaton of all cues costs, which is too large for the processor's first cache; made in 0.4 ms.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

/// Bytes from one place that is looked at to the next.
const STRIDE: usize = GRAM_BYTES;
/// Bytes that are looked at together.
const GRAM_BYTES: usize = 4;
/// So long a part of a cue holds [`STRIDE`] runs of [`GRAM_BYTES`]. Shorter cues are searched for by an automaton of their
/// own; all of them have bytes that are not ASCII.
const WINDOW_BYTES: usize = GRAM_BYTES + STRIDE - 1;
/// Bits of the number of a run in the filter: 8 KB, of which runs of cues fill 1 in 50.
const FILTER_BITS: u32 = 16;
/// Bits of the number of a run in the index: as many as there are runs, so that a run meets one or two others.
const INDEX_BITS: u32 = 11;

/// A cue in a text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cue {
    /// One past its last byte.
    end: usize,
    /// Where it begins.
    pub start: usize,
    /// Whether the rest of its line goes with it.
    pub line: bool,
}

/// One run of four bytes of a cue.
struct Gram {
    bytes: u32,
    cue: u16,
    /// Where in the cue it begins.
    offset: u16,
}

struct Cues {
    /// In lower case; and whether the rest of the line goes with the cue.
    words: Vec<(String, bool)>,
    /// By the number of their bytes in the filter.
    grams: Vec<Gram>,
    /// Where in `grams` those begin whose number has these upper [`INDEX_BITS`].
    index: [u16; (1 << INDEX_BITS) + 1],
    filter: [u64; 1 << (FILTER_BITS - 6)],
    short: AhoCorasick,
    /// The short ones' places in `words`.
    short_words: Vec<usize>,
}

static CUES: LazyLock<Cues> = LazyLock::new(|| {
    let (mut words, mut whole) = (Vec::new(), false);
    for line in include_str!("cues.txt").lines().filter(|line| !line.is_empty()) {
        match line.strip_prefix('#') {
            Some(heading) => whole = heading.ends_with("(lines)"),
            None => words.push((line.to_ascii_lowercase(), whole)),
        }
    }
    let mut grams = Vec::new();
    let mut short_words = Vec::new();
    for (cue, (word, _)) in words.iter().enumerate() {
        let windows = word.as_bytes().windows(WINDOW_BYTES).enumerate();
        let Some((offset, window)) = windows.max_by_key(|(_, window)| rarity(window)) else {
            short_words.push(cue);
            continue;
        };
        for (place, gram) in window.windows(GRAM_BYTES).enumerate() {
            let bytes = u32::from_le_bytes(gram.try_into().expect("a window has four bytes"));
            grams.push(Gram { bytes, cue: cue as u16, offset: (offset + place) as u16 });
        }
    }
    grams.sort_unstable_by_key(|gram| number(gram.bytes));
    let mut filter = [0; 1 << (FILTER_BITS - 6)];
    for gram in &grams {
        let (word, bit) = in_filter(number(gram.bytes));
        filter[word] |= bit;
    }
    let first = |index: usize| grams.partition_point(|gram| in_index(number(gram.bytes)) < index) as u16;
    let index = std::array::from_fn(first);
    let short = short_words.iter().map(|&cue: &usize| &words[cue].0);
    let short = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(short);
    let short = short.expect("the cues are a fixed short list");
    Cues { words, grams, index, filter, short, short_words }
});

/// How seldom the bytes of a run are in text: the rarest part of a cue is what its filter looks for.
fn rarity(window: &[u8]) -> usize {
    const BY_FREQUENCY: &[u8] = b" etaoinsrhldcumfpgwybvkxjqz";
    let rarity = |byte: &u8| BY_FREQUENCY.iter().position(|known| known == byte).unwrap_or(BY_FREQUENCY.len());
    window.iter().map(rarity).sum()
}

/// The number of a run, in which all its bytes are mixed.
fn number(gram: u32) -> u32 {
    gram.wrapping_mul(0x9E37_79B1) >> (u32::BITS - FILTER_BITS)
}

fn in_filter(number: u32) -> (usize, u64) {
    (number as usize >> 6, 1 << (number & 63))
}

fn in_index(number: u32) -> usize {
    number as usize >> (FILTER_BITS - INDEX_BITS)
}

/// Puts the cues of a text, which is given in lower case, into `found`: those that end first first, and of those that
/// overlap only the one that ends first.
pub(super) fn find(lower: &[u8], found: &mut Vec<Cue>) {
    found.clear();
    let cues = &*CUES;
    for (place, gram) in lower.as_chunks::<GRAM_BYTES>().0.iter().enumerate() {
        let gram = u32::from_le_bytes(*gram);
        let (word, bit) = in_filter(number(gram));
        if cues.filter[word] & bit != 0 {
            cues.find_at(lower, place * STRIDE, gram, found);
        }
    }
    if !lower.is_ascii() {
        found.extend(cues.short.find_iter(lower).map(|short| {
            let (_, line) = cues.words[cues.short_words[short.pattern().as_usize()]];
            Cue { start: short.start(), end: short.end(), line }
        }));
    }
    found.sort_unstable();
    let mut end = 0;
    found.retain(|cue| {
        let apart = cue.start >= end;
        if apart {
            end = cue.end;
        }
        apart
    });
}

impl Cues {
    /// The cues of which `gram`, at byte `at`, is the part that is looked for.
    #[inline(never)]
    fn find_at(&self, lower: &[u8], at: usize, gram: u32, found: &mut Vec<Cue>) {
        let index = in_index(number(gram));
        let alike = usize::from(self.index[index])..usize::from(self.index[index + 1]);
        for known in self.grams[alike].iter().filter(|known| known.bytes == gram) {
            let (word, line) = &self.words[known.cue as usize];
            let Some(start) = at.checked_sub(known.offset as usize) else { continue };
            if lower[start..].starts_with(word.as_bytes()) {
                found.push(Cue { start, end: start + word.len(), line: *line });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The slow obvious twin: one automaton of all cues.
    fn by_automaton(text: &str) -> Vec<(usize, usize, bool)> {
        let words = CUES.words.iter().map(|(word, _)| word);
        let all = AhoCorasick::builder().ascii_case_insensitive(true).build(words).unwrap();
        all.find_iter(text).map(|cue| (cue.start(), cue.end(), CUES.words[cue.pattern().as_usize()].1)).collect()
    }

    fn found(text: &str) -> Vec<(usize, usize, bool)> {
        let mut found = Vec::new();
        find(text.to_ascii_lowercase().as_bytes(), &mut found);
        found.iter().map(|cue| (cue.start, cue.end, cue.line)).collect()
    }

    #[test]
    fn every_cue_is_found_wherever_it_stands() {
        for (word, _) in &CUES.words {
            for before in 0..STRIDE {
                let text = format!("{}{word}", &"xyz"[..before]);
                assert_eq!(found(&text), by_automaton(&text), "{text}");
                assert!(!found(&text).is_empty(), "{text}");
            }
        }
    }

    #[test]
    fn short_cues_are_not_ascii() {
        for &cue in &CUES.short_words {
            assert!(!CUES.words[cue].0.is_ascii(), "{}", CUES.words[cue].0);
        }
    }

    proptest::proptest! {
        #[test]
        fn cues_beside_and_over_each_other_are_found(
            pieces in proptest::collection::vec((0usize..10_000, 0usize..40, 0usize..40), 0..8)
        ) {
            let mut text = String::new();
            for (cue, skip, take) in pieces {
                let word = &CUES.words[cue % CUES.words.len()].0;
                text.extend(word.chars().skip(skip % 8).take(take));
            }
            proptest::prop_assert_eq!(found(&text), by_automaton(&text));
        }
    }
}
