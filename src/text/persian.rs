//! Which words of Persian are one, though a space stands in them?
//!
//! Prefixes and endings are set off by a zero-width joiner, which many keyboards lack and many programs drop: "می‌شود" is also
//! written "می شود" and "میشود". The joiner is nothing to the tokeniser; here the space before an ending or behind a prefix
//! becomes nothing, too. Other languages of the script have words that look the same, so the text must be Persian by its
//! letters.

use super::normalise::Letter;

/// Prefixes in their form: of the present, its negation, "without".
const PREFIXES: [&str; 3] = ["مي", "نمي", "بي"];
/// Endings in their form: plurals, comparatives, forms of "to be", possessives, and what makes nouns of verbs.
const ENDINGS: [&str; 26] = [
    "ها",
    "هاي",
    "هايي",
    "هايش",
    "هايشان",
    "هايم",
    "هايمان",
    "تر",
    "تري",
    "ترين",
    "اي",
    "ام",
    "اند",
    "ايم",
    "ايد",
    "اش",
    "اشان",
    "شان",
    "مان",
    "گر",
    "گري",
    "گران",
    "كننده",
    "كنندگان",
    "شنبه",
    "پذير",
];
/// The longest of both, in bytes, with room for a letter more.
const LONGEST_BYTES: usize = 18;
/// Persian has a letter that Arabic has not in every so many bytes, at least.
const LETTER_IN_BYTES: usize = 250;

/// Whether a text in Arabic letters has those that Persian adds: che, zhe, gaf and its own kaf, which begin with one byte.
pub(super) fn is_persian(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_added = |place: &usize| matches!(bytes.get(place + 1), Some(0x86 | 0x98 | 0xA9 | 0xAF));
    let letters = memchr::memchr_iter(0xDA, bytes).filter(is_added).count();
    letters > 0 && letters * LETTER_IN_BYTES >= bytes.len()
}

/// Whether what begins `rest`, behind a space, belongs to the word with this form before it.
pub(super) fn is_one_word(form: &[u8], rest: &str) -> bool {
    let mut next = [0; LONGEST_BYTES];
    let mut length = 0;
    for c in rest.chars() {
        let Some(letter) = Letter::known().get(c as usize) else { break };
        if letter.ends_words() {
            break;
        }
        let Some(room) = next[length..].first_chunk_mut() else {
            length = LONGEST_BYTES;
            break;
        };
        *room = letter.form();
        length += letter.form_bytes();
    }
    let is = |word: &&str, form: &[u8]| word.as_bytes() == form;
    length > 0 && (PREFIXES.iter().any(|word| is(word, form)) || ENDINGS.iter().any(|word| is(word, &next[..length])))
}
