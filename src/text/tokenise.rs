//! Cutting a text into tokens.
//!
//! A word is a run of letters, digits and marks. Apostrophes always cut ("qu'ils", "qu’ils" and "qu' ils" agree; so do
//! "don't" and "don’t"), hyphens always cut, and digit groups are one number however they are separated ("1,200", "1.200",
//! "1 200"). Scripts without spaces give overlapping pairs of characters, which no segmenter can cut differently at the edge
//! of a copied passage.
//!
//! The ASCII path and the Unicode path give the same tokens; a test compares them.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::normalise::{is_ignorable, normalise_into};
use super::{Marks, SEED, Tokens, furniture, quotation, repetition};
use crate::article::Span;

/// Turns texts into tokens, reusing its buffers from one text to the next.
#[derive(Default)]
pub struct Tokenizer {
    /// The text in ASCII lower case.
    lower: Vec<u8>,
    /// A word, or a number without what groups its digits.
    word: Vec<u8>,
    form: String,
    furniture: furniture::Scratch,
    seen: repetition::Seen,
    tokens: Tokens,
}

/// What a character is to the tokeniser.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Part of a word.
    Word,
    /// A character of a script without spaces: a token begins at each.
    Unspaced,
    /// Nothing: part of a word if in one, else skipped.
    Ignorable,
    /// Between words.
    Other,
}

fn class(c: char) -> Class {
    if c.is_ascii() {
        return if c.is_ascii_alphanumeric() { Class::Word } else { Class::Other };
    }
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
        _ if c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c) => Class::Word,
        _ => Class::Other,
    }
}

impl Tokenizer {
    /// A tokeniser with empty buffers.
    pub fn new() -> Self {
        Self::default()
    }

    /// The tokens of `text`. The result is valid until the next call.
    ///
    /// Texts above 4 GiB are cut at 4 GiB, the limit of a [`Span`].
    pub fn tokens(&mut self, text: &str) -> &Tokens {
        let mut end = text.len().min(u32::MAX as usize);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let text = &text[..end];
        self.tokens.ids.clear();
        self.tokens.spans.clear();
        self.tokens.marks.clear();
        self.cut(text);
        quotation::mark(text, &mut self.tokens);
        self.lower.clear();
        self.lower.extend(text.bytes().map(|byte| byte.to_ascii_lowercase()));
        furniture::mark(text, &self.lower, &mut self.tokens, &mut self.furniture);
        repetition::mark(&mut self.tokens, &mut self.seen);
        &self.tokens
    }

    /// As [`Tokenizer::tokens`], as a value of its own.
    pub fn into_tokens(mut self, text: &str) -> Tokens {
        self.tokens(text);
        self.tokens
    }

    fn cut(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut at = 0;
        let mut pending = Marks(Marks::BLOCK.0 | Marks::SENTENCE.0);
        while at < bytes.len() {
            let byte = bytes[at];
            if byte.is_ascii_alphanumeric() {
                at = self.word(text, at, &mut pending);
            } else if byte.is_ascii() {
                match byte {
                    b'\n' | b'\r' => pending.set(Marks(Marks::BLOCK.0 | Marks::SENTENCE.0)),
                    b'.' | b'!' | b'?' | b':' => pending.set(Marks::SENTENCE),
                    // A quotation begins with a capital whatever it says.
                    b'"' => pending.set(Marks::SENTENCE),
                    _ => {}
                }
                at += 1;
            } else {
                let c = text[at..].chars().next().expect("`at` is a character border inside the text");
                match class(c) {
                    Class::Word => at = self.word(text, at, &mut pending),
                    Class::Unspaced => at = self.bigrams(text, at, &mut pending),
                    Class::Ignorable => at += c.len_utf8(),
                    Class::Other => {
                        match c {
                            '\u{2028}' | '\u{2029}' | '\u{0085}' => {
                                pending.set(Marks(Marks::BLOCK.0 | Marks::SENTENCE.0));
                            }
                            '。' | '！' | '？' | '…' | '؟' | '।' | '“' | '„' | '«' | '»' | '‹' | '「' | '•' =>
                            {
                                pending.set(Marks::SENTENCE);
                            }
                            _ => {}
                        }
                        at += c.len_utf8();
                    }
                }
            }
        }
    }

    /// Takes the word that begins at `start`; returns where it ends.
    fn word(&mut self, text: &str, start: usize, pending: &mut Marks) -> usize {
        let bytes = text.as_bytes();
        let mut end = start;
        while end < bytes.len() && bytes[end].is_ascii_alphanumeric() {
            end += 1;
        }
        let mut ascii = true;
        if end < bytes.len() && !bytes[end].is_ascii() {
            for (offset, c) in text[end..].char_indices() {
                match class(c) {
                    Class::Word => ascii &= c.is_ascii(),
                    Class::Ignorable => ascii = false,
                    Class::Unspaced | Class::Other => {
                        end += offset;
                        break;
                    }
                }
                if end + offset + c.len_utf8() == text.len() {
                    end = text.len();
                    break;
                }
            }
        }
        let mut marks = *pending;
        *pending = Marks::default();
        if ascii && bytes[start..end].iter().all(u8::is_ascii_digit) {
            return self.number(text, start, end, marks);
        }
        let first = bytes[start];
        let capital = if first.is_ascii() {
            first.is_ascii_uppercase()
        } else {
            text[start..end].chars().next().is_some_and(char::is_uppercase)
        };
        if capital && !marks.has(Marks::SENTENCE) {
            marks.set(Marks::NAME);
        }
        let id = if ascii {
            if bytes[start..end].iter().any(u8::is_ascii_digit) {
                marks.set(Marks::NUMBER);
            }
            self.word.clear();
            self.word.extend(bytes[start..end].iter().map(u8::to_ascii_lowercase));
            hash(&self.word)
        } else {
            normalise_into(&text[start..end], &mut self.form);
            if self.form.bytes().any(|b| b.is_ascii_digit()) {
                marks.set(Marks::NUMBER);
            }
            if self.form.is_empty() {
                *pending = marks;
                return end;
            }
            hash(self.form.as_bytes())
        };
        self.push(id, start, end, marks);
        end
    }

    /// Takes the number whose first digit group is `start..end`; returns where it ends.
    fn number(&mut self, text: &str, start: usize, mut end: usize, mut marks: Marks) -> usize {
        let bytes = text.as_bytes();
        self.word.clear();
        self.word.extend_from_slice(&bytes[start..end]);
        let digits_from = |at: usize| bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        let ends_at = |at: usize| !text[at..].chars().next().is_some_and(|c| class(c) == Class::Word);
        let grouped = end - start <= 3;
        while let Some(separator) = text[end..].chars().next() {
            if !matches!(separator, '.' | ',' | '\'' | '’' | ' ' | '\u{A0}' | '\u{202F}') {
                break;
            }
            let next = end + separator.len_utf8();
            let digits = digits_from(next);
            if grouped && digits == 3 && ends_at(next + digits) {
                self.word.extend_from_slice(&bytes[next..next + digits]);
            } else if matches!(separator, '.' | ',') && digits > 0 && ends_at(next + digits) {
                // A decimal part ends the number.
                self.word.push(b'.');
                self.word.extend_from_slice(&bytes[next..next + digits]);
                end = next + digits;
                break;
            } else {
                break;
            }
            end = next + digits;
        }
        marks.set(Marks::NUMBER);
        let id = hash(&self.word);
        self.push(id, start, end, marks);
        end
    }

    /// Takes a run of characters of a script without spaces as overlapping pairs; returns where it ends.
    fn bigrams(&mut self, text: &str, start: usize, pending: &mut Marks) -> usize {
        let mut previous: Option<(usize, usize)> = None;
        let mut pairs = 0;
        let mut end = start;
        for (offset, c) in text[start..].char_indices() {
            match class(c) {
                Class::Unspaced => {
                    let here = start + offset;
                    if let Some((from, _)) = previous {
                        self.bigram(text, from, here + c.len_utf8(), pending);
                        pairs += 1;
                    }
                    previous = Some((here, here + c.len_utf8()));
                    end = here + c.len_utf8();
                }
                Class::Ignorable => {}
                Class::Word | Class::Other => break,
            }
        }
        if let (0, Some((from, to))) = (pairs, previous) {
            self.bigram(text, from, to, pending);
        }
        end
    }

    fn bigram(&mut self, text: &str, start: usize, end: usize, pending: &mut Marks) {
        normalise_into(&text[start..end], &mut self.form);
        let mut marks = *pending;
        *pending = Marks::default();
        marks.set(Marks::BIGRAM);
        let id = hash(self.form.as_bytes());
        self.push(id, start, end, marks);
    }

    fn push(&mut self, id: u32, start: usize, end: usize, marks: Marks) {
        self.tokens.ids.push(id);
        self.tokens.spans.push(Span { start: start as u32, end: end as u32 });
        self.tokens.marks.push(marks);
    }
}

fn hash(form: &[u8]) -> u32 {
    xxh3_64_with_seed(form, SEED) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let tokens = Tokenizer::new().into_tokens(text);
        tokens.spans.iter().map(|s| s.of(text).to_string()).collect()
    }

    fn ids(text: &str) -> Vec<u32> {
        Tokenizer::new().into_tokens(text).ids
    }

    /// The slow obvious twin: every word by the Unicode path, character by character.
    fn ids_by_characters(text: &str) -> Vec<u32> {
        let chars: Vec<char> = text.chars().collect();
        let mut ids = Vec::new();
        let mut at = 0;
        while at < chars.len() {
            let word: String = chars[at..].iter().take_while(|&&c| c.is_alphanumeric()).collect();
            if word.is_empty() {
                at += 1;
                continue;
            }
            at += word.chars().count();
            ids.push(hash(super::super::normalised(&word).as_bytes()));
        }
        ids
    }

    #[test]
    fn apostrophes_of_every_kind_cut_alike() {
        assert_eq!(ids("qu'ils"), ids("qu’ils"));
        assert_eq!(ids("qu'ils"), ids("qu' ils"));
        assert_eq!(words("l’homme d'hier"), ["l", "homme", "d", "hier"]);
    }

    #[test]
    fn a_number_is_one_token_however_it_is_grouped() {
        assert_eq!(ids("1,200"), ids("1 200"));
        assert_eq!(ids("1.200"), ids("1\u{202F}200"));
        assert_eq!(ids("12 345 678"), ids("12,345,678"));
        assert_eq!(ids("3,5"), ids("3.5"));
        assert_eq!(
            words("In 2018 200 came, 14:30, 1,200.50 euros"),
            ["In", "2018", "200", "came", "14", "30", "1,200.50", "euros"]
        );
        assert_ne!(ids("1,200"), ids("1,20"));
    }

    #[test]
    fn scripts_without_spaces_give_overlapping_pairs() {
        assert_eq!(words("新华社昆明"), ["新华", "华社", "社昆", "昆明"]);
        assert_eq!(words("我 3月"), ["我", "3", "月"]);
        let inside = ids("今天昆明发生地震");
        assert!(inside.windows(3).any(|w| w == ids("昆明发生").as_slice()));
    }

    #[test]
    fn spans_point_into_the_original() {
        let text = "Ünïted “Stãtes” co\u{AD}operate,\n今天";
        assert_eq!(words(text), ["Ünïted", "Stãtes", "co\u{AD}operate", "今天"]);
    }

    #[test]
    fn names_are_capitals_inside_a_sentence() {
        let tokens = Tokenizer::new().into_tokens("The mayor of Oslo, Kari Lund, left. She returned.");
        let names: Vec<bool> = tokens.marks.iter().map(|m| m.has(Marks::NAME)).collect();
        assert_eq!(names, [false, false, false, true, true, true, false, false, false]);
    }

    proptest::proptest! {
        #[test]
        fn both_paths_agree(text in "[a-zA-Z éÉß\\-,.'\u{AD}\n]{0,60}") {
            // The twin knows no ignorable characters: they are dropped from its text beforehand.
            let plain: String = text.chars().filter(|c| !is_ignorable(*c)).collect();
            proptest::prop_assert_eq!(ids(&text), ids_by_characters(&plain));
        }

        #[test]
        fn any_text_has_ordered_spans_on_borders(text in "\\PC{0,80}") {
            let tokens = Tokenizer::new().into_tokens(&text);
            for pair in tokens.spans.windows(2) {
                proptest::prop_assert!(pair[0].start < pair[1].start);
            }
            for span in &tokens.spans {
                proptest::prop_assert!(!span.of(&text).is_empty());
            }
        }
    }
}
