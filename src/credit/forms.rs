//! The words that credits are made of.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// What a word is in a credit; a word may be several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kinds(u16);

impl Kinds {
    pub const CREDIT: Kinds = Kinds(1);
    pub const BY: Kinds = Kinds(2);
    pub const DESK: Kinds = Kinds(4);
    pub const PHOTO: Kinds = Kinds(8);
    pub const OTHER: Kinds = Kinds(16);
    pub const OUTLET: Kinds = Kinds(32);
    pub const PARTICLE: Kinds = Kinds(64);
    pub const CALENDAR: Kinds = Kinds(128);
    pub const ABOVE: Kinds = Kinds(256);
    pub const GLUE: Kinds = Kinds(512);
    pub const COMPANY: Kinds = Kinds(1024);

    /// Whether it is one of these.
    pub fn is(self, other: Kinds) -> bool {
        self.0 & other.0 != 0
    }

    /// Either.
    pub const fn or(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lists {
    credit: String,
    by: String,
    desk: String,
    photo: String,
    other: String,
    outlet: String,
    particle: String,
    calendar: String,
    above: String,
    glue: String,
    company: String,
}

static FORMS: LazyLock<HashMap<String, Kinds>> = LazyLock::new(|| {
    let lists: Lists = toml::from_str(include_str!("forms.toml")).expect("a test reads it");
    let lists = [
        (lists.credit, Kinds::CREDIT),
        (lists.by, Kinds::BY),
        (lists.desk, Kinds::DESK),
        (lists.photo, Kinds::PHOTO),
        (lists.other, Kinds::OTHER),
        (lists.outlet, Kinds::OUTLET),
        (lists.particle, Kinds::PARTICLE),
        (lists.calendar, Kinds::CALENDAR),
        (lists.above, Kinds::ABOVE),
        (lists.glue, Kinds::GLUE),
        (lists.company, Kinds::COMPANY),
    ];
    let mut forms: HashMap<String, Kinds> = HashMap::new();
    for (words, kind) in lists {
        for word in words.split_whitespace() {
            let known = forms.entry(word.to_owned()).or_default();
            *known = known.or(kind);
        }
    }
    forms
});

/// Whether a line begins as a byline does: "By Jane Merrow".
pub(super) fn opens_byline(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let opens = |word: &str| word.starts_with(char::is_uppercase) && kinds(word.trim_end_matches(':')).is(Kinds::BY);
    words.next().is_some_and(opens) && words.next().is_some_and(|word| word.starts_with(char::is_uppercase))
}

/// What a word is, whatever its case.
pub(super) fn kinds(word: &str) -> Kinds {
    let mut folded = [0; LONGEST_ASCII_BYTES];
    let known = match folded.get_mut(..word.len()) {
        Some(folded) if word.is_ascii() => {
            folded.copy_from_slice(word.as_bytes());
            folded.make_ascii_lowercase();
            std::str::from_utf8(folded).ok().and_then(|folded| FORMS.get(folded))
        }
        _ => FORMS.get(&word.to_lowercase()),
    };
    known.copied().unwrap_or_default()
}

/// Longer words of ASCII are folded on the heap.
const LONGEST_ASCII_BYTES: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credit::token::in_word;

    #[test]
    fn every_word_is_one_and_none_makes_and_unmakes_a_credit() {
        let makes = Kinds::CREDIT.or(Kinds::BY).or(Kinds::GLUE);
        for (word, kinds) in FORMS.iter() {
            assert!(word.chars().all(|c| in_word(c) || "'’-.".contains(c)), "{word}");
            assert_eq!(*word, word.to_lowercase());
            assert!(!(kinds.is(Kinds::OTHER) && kinds.is(makes)), "{word}");
            assert!(!(kinds.is(Kinds::PHOTO) && kinds.is(makes)), "{word}");
            assert!(!(kinds.is(Kinds::GLUE) && kinds.is(Kinds::CREDIT)), "{word}");
        }
    }
}
