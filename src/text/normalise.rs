//! One form for each word, however it is typed.
//!
//! NFKC, case folding, marks stripped for Latin, Greek and Cyrillic only (a mark there is an accent that typists drop; in
//! Devanagari or Thai it is a vowel), Arabic without harakat and tatweel and with one alef and one ya, decimal digits of any
//! script as ASCII, soft hyphens and zero-width characters dropped.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// The normalised form of one word.
///
/// Idempotent, and equal for a word and its upper-case, decomposed or soft-hyphenated spellings.
pub fn normalised(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    normalise_into(word, &mut out);
    out
}

/// As [`normalised`], into a buffer that is cleared first.
pub(super) fn normalise_into(word: &str, out: &mut String) {
    out.clear();
    let folded =
        caseless::default_case_fold_str(&word.chars().filter(|&c| !is_ignorable(c)).nfkc().collect::<String>());
    for c in folded.nfkc() {
        if is_ignorable(c) {
            continue;
        }
        if c.is_ascii() {
            out.push(c.to_ascii_lowercase());
        } else if let Some(digit) = digit_value(c) {
            out.push(char::from(b'0' + digit));
        } else if strips_marks(c) {
            decompose_canonical(c, |part| {
                if !is_combining_mark(part) {
                    out.push(part);
                }
            });
        } else {
            match c {
                // A mark left on its own by NFKC belongs to the letter before it.
                '\u{0300}'..='\u{036F}' => {}
                'أ' | 'إ' | 'آ' | 'ٱ' => out.push('ا'),
                'ى' | 'ی' => out.push('ي'),
                'ک' => out.push('ك'),
                _ => out.push(c),
            }
        }
    }
}

/// How many letters a word has, however it is spelled: without marks and characters that show nothing.
pub fn letters(word: &str) -> usize {
    if word.is_ascii() {
        return word.len();
    }
    word.chars().filter(|&c| !is_ignorable(c) && !is_combining_mark(c)).count()
}

/// Characters that stand in a word without being part of it.
pub(super) fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{00AD}'                      // soft hyphen
        | '\u{200B}'..='\u{200F}'       // zero width, direction
        | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206F}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
        | '\u{0640}'                    // tatweel
        | '\u{064B}'..='\u{065F}' | '\u{0670}' | '\u{0610}'..='\u{061A}' | '\u{06D6}'..='\u{06DC}' // harakat
    )
}

/// Latin, Greek and Cyrillic letters that are composed of a letter and a mark.
fn strips_marks(c: char) -> bool {
    matches!(c, '\u{00C0}'..='\u{024F}' | '\u{0370}'..='\u{03FF}' | '\u{0400}'..='\u{052F}' | '\u{1E00}'..='\u{1FFF}')
}

/// The value of a decimal digit outside ASCII.
fn digit_value(c: char) -> Option<u8> {
    const ZEROS: [u32; 12] =
        [0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0BE6, 0x0C66, 0x0CE6, 0x0E50, 0x0ED0];
    let code = c as u32;
    ZEROS.iter().find(|&&zero| (zero..zero + 10).contains(&code)).map(|zero| (code - zero) as u8)
}

#[cfg(test)]
mod tests {
    use super::normalised;

    #[test]
    fn one_form_for_each_word() {
        for (a, b) in [
            ("Élève", "eleve"),
            ("STRASSE", "straße"),
            ("Straße", "strasse"),
            ("ё", "е"),
            ("Й", "и"),
            ("ΜΆΪΟΣ", "μαιος"),
            ("co\u{AD}operate", "cooperate"),
            ("ｗｉｒｅ", "wire"),
            ("ﬁre", "fire"),
            ("مُدَرِّسَة", "مدرسة"),
            ("العـــراق", "العراق"),
            ("أحمد", "احمد"),
            ("١٢٣", "123"),
            ("e\u{301}te\u{301}", "été"),
        ] {
            assert_eq!(normalised(a), normalised(b), "{a} and {b}");
        }
    }

    #[test]
    fn marks_that_are_vowels_stay() {
        assert_ne!(normalised("की"), normalised("का"));
        assert_ne!(normalised("กิน"), normalised("กุน"));
    }

    proptest::proptest! {
        #[test]
        fn normalising_twice_changes_nothing(word in "\\PC{0,12}") {
            let once = normalised(&word);
            proptest::prop_assert_eq!(normalised(&once), once);
        }
    }
}
