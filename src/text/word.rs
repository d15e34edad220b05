//! What a word is: one number for each form.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::{SECRETS, SEED, fold};

/// Longer words, one in 4,000 of English and one in 6 of Russian (`data/corpus`), are hashed as strings.
pub(super) const SHORT_BYTES: usize = 16;

/// The first [`SHORT_BYTES`] of a form, those behind its end 0, which is in no form.
#[derive(Clone, Copy)]
pub(super) struct Word<'a> {
    form: &'a [u8],
    low: u64,
    high: u64,
}

/// The bits of the first bytes of a number of 16 bytes, by how many.
const FIRST_BYTES: [[u64; 2]; SHORT_BYTES + 1] = {
    let mut masks = [[0, 0]; SHORT_BYTES + 1];
    let mut bytes = 1;
    while bytes <= SHORT_BYTES {
        let mask = u128::MAX >> (8 * (SHORT_BYTES - bytes));
        masks[bytes] = [mask as u64, (mask >> 64) as u64];
        bytes += 1;
    }
    masks
};

impl Word<'_> {
    /// The word whose form is the first `length_bytes` of `bytes`. It is faster if more bytes follow.
    #[inline(always)]
    pub fn at(bytes: &[u8], length_bytes: usize) -> Word<'_> {
        let form = &bytes[..length_bytes];
        let first = bytes.first_chunk().copied().unwrap_or_else(|| {
            let mut first = [0; SHORT_BYTES];
            first[..bytes.len()].copy_from_slice(bytes);
            first
        });
        let first = u128::from_le_bytes(first);
        let [low, high] = FIRST_BYTES[length_bytes.min(SHORT_BYTES)];
        Word { form, low: first as u64 & low, high: (first >> 64) as u64 & high }
    }

    /// The word of a form.
    pub fn of(form: &[u8]) -> Word<'_> {
        Word::at(form, form.len())
    }

    /// Whether nothing is left of it: it was a mark without a letter.
    pub fn is_empty(self) -> bool {
        self.form.is_empty()
    }

    /// What it is called from here on.
    ///
    /// One folded multiplication and another to mix its halves. Of 10^6 different words 116 are expected to collide; 106 to
    /// 144 do, in eight lists: numbers, letters, long words alike at either end, syllables, Cyrillic, Chinese pairs.
    #[inline(always)]
    pub fn id(self) -> u32 {
        if self.form.len() <= SHORT_BYTES {
            (fold(self.low ^ SECRETS[0], self.high ^ SECRETS[1]).wrapping_mul(SECRETS[0]) >> 32) as u32
        } else {
            xxh3_64_with_seed(self.form, SEED) as u32
        }
    }

    /// Whether it has a digit. Of what forms are made of, only digits have their two highest bits clear and the next two set.
    #[inline(always)]
    pub fn has_digit(self) -> bool {
        const SECOND_BITS: u64 = u64::from_ne_bytes([0x40; 8]);
        let digits = |bytes: u64| !(bytes | bytes >> 1) & bytes << 1 & bytes << 2 & SECOND_BITS;
        digits(self.low) | digits(self.high) != 0
            || self.form.len() > SHORT_BYTES && self.form.iter().any(u8::is_ascii_digit)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::Word;

    /// `number` in digits of `alphabet`.
    fn spelled(mut number: usize, alphabet: &[&str]) -> String {
        let mut word = String::new();
        for _ in 0..5 {
            word.push_str(alphabet[number % alphabet.len()]);
            number /= alphabet.len();
        }
        word
    }

    #[test]
    fn words_collide_as_often_as_by_chance() {
        const WORDS: usize = 1_000_000;
        let letters: Vec<String> = ('a'..='z').map(String::from).collect();
        let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
        let syllables =
            ["bar", "tol", "min", "der", "sa", "ve", "kor", "lin", "pe", "ros", "ta", "gul", "hen", "wi", "dor", "mal"];
        let lists: [(&str, &dyn Fn(usize) -> String); 5] = [
            ("numbers", &|n| n.to_string()),
            ("letters", &|n| spelled(n * 11, &letters)),
            ("long words alike in front", &|n| format!("zusammen{}", spelled(n * 11, &letters))),
            ("long words alike behind", &|n| format!("{}menschen", spelled(n * 11, &letters))),
            ("syllables", &|n| spelled(n, &syllables)),
        ];
        for (what, word) in lists {
            let ids: HashSet<u32> = (0..WORDS).map(|number| Word::of(word(number).as_bytes()).id()).collect();
            // 116 by chance; six standard deviations above are 181.
            assert!(WORDS - ids.len() < 181, "{}: {what}", WORDS - ids.len());
        }
    }
}
