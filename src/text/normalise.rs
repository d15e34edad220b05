//! One form for each word, however it is typed.
//!
//! NFKC, case folding, marks stripped for Latin, Greek and Cyrillic only (a mark there is an accent that typists drop; in
//! Devanagari or Thai it is a vowel), the dotless i as i, Arabic without harakat, tatweel and hamza on a letter, with one alef,
//! ya and kaf and with heh for teh marbuta, traditional Chinese as simplified, decimal digits of any script as ASCII, soft
//! hyphens and zero-width characters dropped.
//!
//! The way for all words costs about 900 ns a word. Nearly all letters add the same to a word whatever stands beside them:
//! [`Letter`] knows what, at 4 ns a letter.

use std::sync::LazyLock;

use unicode_normalization::char::{canonical_combining_class, decompose_canonical, is_combining_mark};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

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
                if part == 'ı' {
                    // The capital of both is I where the language is not known.
                    out.push('i');
                } else if !is_combining_mark(part) {
                    out.push(part);
                }
            });
        } else {
            match c {
                // A mark left on its own by NFKC belongs to the letter before it.
                '\u{0300}'..='\u{036F}' => {}
                'أ' | 'إ' | 'آ' | 'ٱ' => out.push('ا'),
                'ى' | 'ی' | 'ئ' => out.push('ي'),
                'ؤ' => out.push('و'),
                'ک' => out.push('ك'),
                // As often written for one another at the end of a word.
                'ة' | 'ۀ' | 'ہ' | 'ۂ' | 'ۃ' | 'ە' => out.push('ه'),
                '\u{4E00}'..='\u{9FFF}' => out.push(simplified(c)),
                _ => out.push(c),
            }
        }
    }
}

/// What a character is to the tokeniser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Part of a word.
    Word,
    /// A character of a script without spaces: a token begins at each.
    Unspaced,
    /// Nothing: part of a word if in one, else skipped.
    Ignorable,
    /// Between words.
    Other,
}

/// What a character is. Those that most text is made of are told by their range, 1 ns; others by their properties, 10 ns.
#[inline]
pub(super) fn class(c: char) -> Class {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => Class::Word,
        // Latin, Greek, Cyrillic, Arabic, Korean.
        '\u{C0}'..='\u{D6}'
        | '\u{D8}'..='\u{F6}'
        | '\u{F8}'..='\u{2AF}'
        | '\u{3A3}'..='\u{3F5}'
        | '\u{400}'..='\u{481}'
        | '\u{48A}'..='\u{52F}'
        | '\u{620}'..='\u{63F}'
        | '\u{641}'..='\u{64A}'
        | '\u{AC00}'..='\u{D7A3}' => Class::Word,
        '\u{4E00}'..='\u{9FFF}' => Class::Unspaced,
        // Punctuation of Latin scripts, general, of Chinese and Japanese.
        '\0'..='\u{A9}'
        | '\u{AB}'
        | '\u{BB}'
        | '\u{2010}'..='\u{2029}'
        | '\u{2030}'..='\u{205E}'
        | '\u{3000}'..='\u{3004}'
        | '\u{3008}'..='\u{3020}'
        | '\u{FF01}'..='\u{FF0F}'
        | '\u{FF1A}'..='\u{FF20}' => Class::Other,
        _ => class_by_properties(c),
    }
}

fn class_by_properties(c: char) -> Class {
    if is_ignorable(c) {
        return Class::Ignorable;
    }
    match c {
        '\u{0E01}'..='\u{0E3A}' | '\u{0E40}'..='\u{0E4E}'   // Thai
        | '\u{0E81}'..='\u{0EBD}' | '\u{0EC0}'..='\u{0ECD}' // Lao
        | '\u{1000}'..='\u{103F}' | '\u{1780}'..='\u{17D3}' // Myanmar, Khmer
        | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{309F}' | '\u{30A1}'..='\u{30FA}' | '\u{30FC}'..='\u{30FF}'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}' => {
            Class::Unspaced
        }
        // The apostrophe of Ukrainian, a letter to Unicode.
        '\u{02BC}' => Class::Other,
        _ if c.is_alphanumeric() || is_combining_mark(c) => Class::Word,
        _ => Class::Other,
    }
}

/// What a character by itself adds to the form of a word: most letters the same whatever stands beside them.
#[derive(Clone, Copy)]
pub(super) struct Letter {
    form: [u8; 3],
    kind: u8,
}

/// How many characters have their letter in [`LETTERS`]: all that two bytes can write, Indic scripts, Greek and Vietnamese.
const KNOWN_LETTERS: usize = 0x2000;

/// By code point; made from the way for all words in 3 ms, once there is a text that is not ASCII.
static LETTERS: LazyLock<Vec<Letter>> = LazyLock::new(|| {
    let mut form = String::new();
    let letter =
        |code| char::from_u32(code).map_or(Letter { form: [0; 3], kind: Letter::END }, |c| Letter::made(c, &mut form));
    (0..KNOWN_LETTERS as u32).map(letter).collect()
});

impl Letter {
    const FORM_BYTES: u8 = 3;
    const MARK: u8 = 4;
    const END: u8 = 8;
    const NEEDS_WORD: u8 = 16;
    const CAPITAL: u8 = 32;

    /// The letters by code point, up to some.
    pub fn known() -> &'static [Letter] {
        &LETTERS
    }

    /// The letter of a character that has none in [`Letter::known`].
    pub fn unknown(c: char) -> Letter {
        let mut letter = Letter { form: [0; 3], kind: Letter::END };
        if is_hangul(c) {
            letter.kind = c.encode_utf8(&mut letter.form).len() as u8;
            return letter;
        }
        letter.kind = match class(c) {
            Class::Unspaced | Class::Other => Letter::END,
            Class::Ignorable => 0,
            Class::Word if c.is_uppercase() => Letter::NEEDS_WORD | Letter::CAPITAL,
            Class::Word => Letter::NEEDS_WORD,
        };
        letter
    }

    fn made(c: char, form: &mut String) -> Letter {
        let mut letter = Letter { form: [0; 3], kind: 0 };
        match class(c) {
            Class::Unspaced | Class::Other => letter.kind = Letter::END,
            Class::Ignorable => {}
            Class::Word => {
                normalise_into(c.encode_utf8(&mut [0; 4]), form);
                if form.len() <= letter.form.len() && stands_alone(c) {
                    letter.form[..form.len()].copy_from_slice(form.as_bytes());
                    letter.kind = form.len() as u8;
                    if canonical_combining_class(c) != 0 {
                        letter.kind |= Letter::MARK;
                    }
                } else {
                    letter.kind = Letter::NEEDS_WORD;
                }
                if c.is_uppercase() {
                    letter.kind |= Letter::CAPITAL;
                }
            }
        }
        letter
    }

    /// What it adds: so many bytes of this.
    pub fn form(self) -> [u8; 3] {
        self.form
    }

    /// How many bytes it adds.
    pub fn form_bytes(self) -> usize {
        usize::from(self.kind & Letter::FORM_BYTES)
    }

    /// Whether it is a combining mark, of which two in a row may change places.
    pub fn is_mark(self) -> bool {
        self.kind & Letter::MARK != 0
    }

    /// Whether no word goes on with it.
    pub fn ends_words(self) -> bool {
        self.kind & Letter::END != 0
    }

    /// Whether it is a capital.
    pub fn is_capital(self) -> bool {
        self.kind & Letter::CAPITAL != 0
    }

    /// Whether what it adds depends on the word.
    pub fn needs_word(self) -> bool {
        self.kind & Letter::NEEDS_WORD != 0
    }
}

/// Whether normalisation never joins a character, or what case folding makes of it, with another: NFKC leaves it as it is and
/// composes it with nothing before it, and so with what it folds to. Marks may fold to themselves only.
fn stands_alone(c: char) -> bool {
    let stable = |c: char| is_nfkc_quick(std::iter::once(c)) == IsNormalized::Yes;
    let folded = caseless::default_case_fold_str(c.encode_utf8(&mut [0; 4]));
    let mut folded = folded.chars();
    if canonical_combining_class(c) != 0 {
        return stable(c) && folded.eq([c]);
    }
    stable(c) && folded.all(|c| stable(c) && canonical_combining_class(c) == 0)
}

/// Whether a character is a whole syllable of Korean. It is its own form, and no mark joins it by itself.
fn is_hangul(c: char) -> bool {
    matches!(c, '\u{AC00}'..='\u{D7A3}')
}

/// The first ideograph, and how many there are in its block.
const IDEOGRAPHS: (u32, usize) = (0x4E00, 0x5200);

/// What each ideograph is read as, by code point from the first one on.
static SIMPLIFIED: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let mut read_as: Vec<u16> = (IDEOGRAPHS.0 as u16..).take(IDEOGRAPHS.1).collect();
    let lines = include_str!("simplified.txt").lines().filter(|line| !line.starts_with('#'));
    for pair in lines.flat_map(str::split_whitespace) {
        let mut characters = pair.chars().map(|c| c as u32);
        if let (Some(traditional), Some(simplified)) = (characters.next(), characters.next()) {
            read_as[(traditional - IDEOGRAPHS.0) as usize] = simplified as u16;
        }
    }
    read_as
});

/// The simplified form of a traditional character of Chinese; any other character as it is.
#[inline]
fn simplified(c: char) -> char {
    let place = (c as u32).wrapping_sub(IDEOGRAPHS.0) as usize;
    SIMPLIFIED.get(place).and_then(|&code| char::from_u32(u32::from(code))).unwrap_or(c)
}

/// Whether a character of a script without spaces is its own form, side by side with others of these.
pub(super) fn is_its_own_form(c: char) -> bool {
    match c {
        '\u{4E00}'..='\u{9FFF}' => simplified(c) == c,
        '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' => true,
        _ => matches!(c, '\u{30FC}' | '\u{3400}'..='\u{4DBF}'),
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
    use super::{Class, Letter, class, class_by_properties, is_its_own_form, normalised, simplified};

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
            ("مسؤول", "مسوول"),
            ("مسؤول", "مسو\u{654}ول"),
            ("هيئة", "هييه"),
            ("مدرسة", "مدرسه"),
            ("على", "علي"),
            ("کتاب", "كتاب"),
            ("می\u{200C}شود", "میشود"),
            ("SALI", "salı"),
            ("İDARESİ", "idaresi"),
            ("IŞIK", "ışık"),
            ("圖書館", "图书馆"),
            ("臺灣", "台湾"),
            ("發展", "发展"),
            ("١٢٣", "123"),
            ("e\u{301}te\u{301}", "été"),
        ] {
            assert_eq!(normalised(a), normalised(b), "{a} and {b}");
        }
    }

    #[test]
    fn simplified_characters_are_their_own() {
        for c in '\u{4E00}'..='\u{9FFF}' {
            assert_eq!(simplified(simplified(c)), simplified(c), "{c}");
        }
        assert_eq!("後裡臺灣裂縫".chars().map(simplified).collect::<String>(), "后里台湾裂缝");
        assert!("后里台湾裂缝aのй".chars().all(|c| simplified(c) == c));
    }

    #[test]
    fn marks_that_are_vowels_stay() {
        assert_ne!(normalised("की"), normalised("का"));
        assert_ne!(normalised("กิน"), normalised("กุน"));
    }

    #[test]
    fn ranges_are_of_one_class() {
        for c in '\0'..=char::MAX {
            assert_eq!(class(c), class_by_properties(c), "{c:?}");
        }
    }

    #[test]
    fn characters_of_scripts_without_spaces_are_their_own_form() {
        for c in ('\0'..=char::MAX).filter(|&c| is_its_own_form(c)) {
            assert_eq!(class(c), Class::Unspaced, "{c}");
            for pair in [format!("{c}中"), format!("が{c}")] {
                assert_eq!(normalised(&pair), pair);
            }
        }
    }

    /// A character that is no part of a word for certain, or has no form by itself, is not drawn.
    fn word_by_letters(word: &str) -> Option<String> {
        let mut form = Vec::new();
        let mut after_mark = false;
        for c in word.chars() {
            let letter = Letter::known().get(c as usize).copied().unwrap_or_else(|| Letter::unknown(c));
            if letter.ends_words() || letter.needs_word() || letter.is_mark() && after_mark {
                return None;
            }
            form.extend_from_slice(&letter.form()[..letter.form_bytes()]);
            after_mark = letter.is_mark() || letter.form_bytes() == 0 && after_mark;
        }
        String::from_utf8(form).ok()
    }

    #[test]
    fn every_letter_by_itself_is_normalised() {
        let known: Vec<char> = ('\0'..=char::MAX).filter(|c| word_by_letters(&c.to_string()).is_some()).collect();
        assert!(known.len() > 15_000, "{}", known.len());
        for &c in &known {
            for word in [format!("{c}"), format!("ж{c}e"), format!("{c}{c}"), format!("क{c}ا"), format!("각{c}é")]
            {
                if let Some(form) = word_by_letters(&word) {
                    assert_eq!(form, normalised(&word), "{word} of {c:?}");
                }
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn words_are_normalised_letter_by_letter(
            word in "([à-ÿĀ-ɏἀ-῿Ѐ-ԯؐ-ۿऀ-෿Ạ-ỿ가-힣\u{300}-\u{36F}\u{AD}\u{200C}]|\\PC){1,6}"
        ) {
            if let Some(form) = word_by_letters(&word) {
                proptest::prop_assert_eq!(form, normalised(&word));
            }
        }

        #[test]
        fn normalising_twice_changes_nothing(word in "\\PC{0,12}") {
            let once = normalised(&word);
            proptest::prop_assert_eq!(normalised(&once), once);
        }
    }
}
