//! Cutting a text into tokens.
//!
//! A word is a run of letters, digits and marks. Apostrophes always cut ("qu'ils", "qu’ils" and "qu' ils" agree; so do
//! "don't" and "don’t"), hyphens always cut, and digit groups are one number however they are separated ("1,200", "1.200",
//! "1 200"). Scripts without spaces give overlapping pairs of characters, which no segmenter can cut differently at the edge
//! of a copied passage. Persian prefixes and endings belong to their word, whether a space or a joiner stands between
//! ([`persian`]).
//!
//! Vectors find the runs of letters, digits and bytes that are not ASCII, 64 bytes at once. A run of ASCII is a word, or the
//! beginning of a number; others are read character by character. Both ways give the same tokens; a test compares them.

use std::ops::Range;

use wide::{CmpGt, CmpLt, i8x16};

use super::block::{self, BLOCK_BYTES, Block};
use super::normalise::{Class, Letter, class, is_its_own_form, normalise_into};
use super::word::{SHORT_BYTES, Word};
use super::{Marks, Tokens, entity, furniture, gallery, persian, quotation, repetition};
use crate::article::Span;

/// Longer forms of words that are not ASCII are made by the way for all words. 64 bytes are 32 Cyrillic letters.
const FORM_BYTES: usize = 64;

/// Turns texts into tokens, reusing its buffers from one text to the next.
#[derive(Default)]
pub struct Tokenizer {
    /// The text in ASCII lower case, and what is left of others behind it.
    lower: Vec<u8>,
    buffers: Buffers,
    furniture: furniture::Scratch,
    seen: repetition::Seen,
    tokens: Tokens,
}

/// Where forms are made.
#[derive(Default)]
struct Buffers {
    /// A number without what groups its digits.
    digits: Vec<u8>,
    /// The form of a word that takes the way for all words.
    form: String,
}

/// What is kept of each token.
trait Keep {
    /// Whether `marks` and places are looked at: they cost more than the words.
    const MARKS: bool;

    fn token(&mut self, id: u32, span: Range<usize>, marks: Marks);
}

impl Keep for Tokens {
    const MARKS: bool = true;

    #[inline(always)]
    fn token(&mut self, id: u32, span: Range<usize>, marks: Marks) {
        self.ids.push(id);
        self.spans.push(Span { start: span.start as u32, end: span.end as u32 });
        self.marks.push(marks);
    }
}

/// The words alone.
impl Keep for Vec<u32> {
    const MARKS: bool = false;

    #[inline(always)]
    fn token(&mut self, id: u32, _: Range<usize>, _: Marks) {
        self.push(id);
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
        let text = &*entity::resolved(within_spans(text));
        self.clear();
        cut(text, &mut self.lower, &mut self.buffers, &mut self.tokens);
        quotation::mark(text, &mut self.tokens);
        furniture::mark(text, &self.lower[..text.len()], &mut self.tokens, &mut self.furniture);
        gallery::mark(text, &mut self.tokens);
        repetition::mark(&mut self.tokens, &mut self.seen);
        &self.tokens
    }

    /// What the words of `text` are, and nothing else: [`Tokens::ids`] of [`Tokenizer::tokens`], for a fourth of the time.
    pub fn words(&mut self, text: &str) -> &[u32] {
        self.clear();
        cut(&entity::resolved(within_spans(text)), &mut self.lower, &mut self.buffers, &mut self.tokens.ids);
        &self.tokens.ids
    }

    /// As [`Tokenizer::tokens`], as a value of its own.
    pub fn into_tokens(mut self, text: &str) -> Tokens {
        self.tokens(text);
        self.tokens
    }

    fn clear(&mut self) {
        self.tokens.ids.clear();
        self.tokens.spans.clear();
        self.tokens.marks.clear();
    }
}

/// As much of a text as spans can name.
fn within_spans(text: &str) -> &str {
    let mut end = text.len().min(u32::MAX as usize);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Cuts `text` into tokens, and writes it in lower case into `lower`.
fn cut<K: Keep>(text: &str, lower: &mut Vec<u8>, buffers: &mut Buffers, kept: &mut K) {
    let bytes = text.as_bytes();
    let needed = bytes.len().next_multiple_of(BLOCK_BYTES) + SHORT_BYTES;
    if lower.len() < needed {
        lower.resize(needed, 0);
    }
    let pending = Marks(Marks::BLOCK.0 | Marks::SENTENCE.0);
    let mut cutter = Cutter { text, lower, buffers, kept, at: 0, pending, persian: None };
    // Where the present run began; one past the last byte so far that is not ASCII; whether the block before ended in a run.
    let (mut start, mut other_end, mut inside) = (0, 0, 0);
    for (from, block) in block::blocks(bytes) {
        let (runs, others) = cutter.read(from, block);
        let before = runs << 1 | inside;
        let (mut starts, mut ends) = (runs & !before, before & !runs);
        if inside == 0 {
            start = from + take_lowest(&mut starts);
        }
        while ends != 0 {
            let bit = take_lowest(&mut ends);
            if others != 0 {
                other_end = last_end(others & ((1 << bit) - 1)).map_or(other_end, |end| from + end);
            }
            cutter.run(start, from + bit, other_end > start);
            start = from + take_lowest(&mut starts);
        }
        other_end = last_end(others).map_or(other_end, |end| from + end);
        inside = runs >> (BLOCK_BYTES - 1);
    }
    if inside == 1 {
        cutter.run(start, bytes.len(), other_end > start);
    }
}

/// The place of the lowest bit, which is cleared; 64 if there is none.
fn take_lowest(bits: &mut u64) -> usize {
    let bit = bits.trailing_zeros() as usize;
    *bits &= bits.wrapping_sub(1);
    bit
}

/// One past the place of the highest bit.
fn last_end(bits: u64) -> Option<usize> {
    (bits != 0).then(|| BLOCK_BYTES - bits.leading_zeros() as usize)
}

/// What an ASCII character between words says of the next one.
const SEPARATORS: [Marks; 128] = {
    let mut separators = [Marks(0); 128];
    // A quotation begins with a capital whatever it says.
    let ends = b".!?:\"";
    let mut place = 0;
    while place < ends.len() {
        separators[ends[place] as usize] = Marks::SENTENCE;
        place += 1;
    }
    separators[b'\n' as usize] = Marks(Marks::BLOCK.0 | Marks::SENTENCE.0);
    separators[b'\r' as usize] = Marks(Marks::BLOCK.0 | Marks::SENTENCE.0);
    separators
};

/// A text that is being cut.
struct Cutter<'a, K> {
    text: &'a str,
    lower: &'a mut [u8],
    buffers: &'a mut Buffers,
    kept: &'a mut K,
    /// Up to here the text is cut.
    at: usize,
    /// What is known of the next token.
    pending: Marks,
    /// Whether the text is Persian, once that was asked.
    persian: Option<bool>,
}

impl<K: Keep> Cutter<'_, K> {
    /// Which bytes of a block belong to runs, and which are not ASCII. Writes the block in lower case.
    #[inline(always)]
    fn read(&mut self, from: usize, block: Block) -> (u64, u64) {
        let within = |part: i8x16, first: u8, last: u8| {
            part.cmp_gt(i8x16::splat(first as i8 - 1)) & part.cmp_lt(i8x16::splat(last as i8 + 1))
        };
        let case = i8x16::splat(0x20);
        let letters = |part: i8x16| within(part | case, b'a', b'z');
        let mut lower = block;
        lower.iter_mut().for_each(|part| *part |= letters(*part) & case);
        self.lower[from..from + BLOCK_BYTES].copy_from_slice(bytemuck::bytes_of(&lower));
        let runs = block::bits(block, |part| letters(part) | within(part, b'0', b'9') | part);
        (runs, block::bits(block, |part| part))
    }

    /// Takes a run of letters, digits and, if it is `mixed`, bytes that are not ASCII.
    #[inline(always)]
    fn run(&mut self, start: usize, end: usize, mixed: bool) {
        // A number may have taken it.
        if end <= self.at {
            return;
        }
        let start = start.max(self.at);
        if K::MARKS {
            self.separate(&self.text.as_bytes()[self.at..start]);
        }
        self.at = start;
        if mixed { self.characters(end) } else { self.ascii_word(end) }
    }

    /// Notes what the characters before a word, all ASCII, say of it: nearly always one or two, which need no loop.
    #[inline(always)]
    fn separate(&mut self, gap: &[u8]) {
        let says = |byte: &u8| SEPARATORS[usize::from(byte & 0x7F)];
        if let (Some(first), Some(last)) = (gap.first(), gap.last()) {
            self.pending.set(says(first));
            self.pending.set(says(last));
            if gap.len() > 2 {
                gap.iter().for_each(|byte| self.pending.set(says(byte)));
            }
        }
    }

    /// What is known of the token that begins here.
    fn take_pending(&mut self) -> Marks {
        std::mem::take(&mut self.pending)
    }

    #[inline(always)]
    fn keep(&mut self, id: u32, end: usize, marks: Marks) {
        self.kept.token(id, self.at..end, marks);
        self.at = end;
    }

    /// Takes the word, or the number that begins with it, up to `end`, all ASCII letters and digits.
    #[inline(always)]
    fn ascii_word(&mut self, end: usize) {
        let from_here = &self.lower[self.at..];
        if from_here[0].is_ascii_digit() && from_here[..end - self.at].iter().all(u8::is_ascii_digit) {
            return self.number(end);
        }
        let word = Word::at(from_here, end - self.at);
        let (id, digit) = (word.id(), K::MARKS && word.has_digit());
        let mut marks = Marks::default();
        if K::MARKS {
            marks = self.word_marks(self.text.as_bytes()[self.at].is_ascii_uppercase(), digit);
        }
        self.keep(id, end, marks);
    }

    /// The marks of a word that begins here. Without branches: no processor foresees capitals, and each costs 5 ns.
    #[inline(always)]
    fn word_marks(&mut self, capital: bool, digit: bool) -> Marks {
        let marks = self.take_pending();
        let name = capital & !marks.has(Marks::SENTENCE);
        Marks(marks.0 | (Marks::NAME.0 * u8::from(name)) | (Marks::NUMBER.0 * u8::from(digit)))
    }

    /// Takes the number whose first digit group goes up to `end`.
    #[inline(never)]
    fn number(&mut self, mut end: usize) {
        let bytes = self.text.as_bytes();
        let digits = &mut self.buffers.digits;
        digits.clear();
        digits.extend_from_slice(&bytes[self.at..end]);
        let digits_from = |at: usize| bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        let ends_at = |at: usize| !self.text[at..].chars().next().is_some_and(|c| class(c) == Class::Word);
        let grouped = end - self.at <= 3;
        while let Some(separator) = self.text[end..].chars().next() {
            if !matches!(separator, '.' | ',' | '\'' | '’' | ' ' | '\u{A0}' | '\u{202F}') {
                break;
            }
            let next = end + separator.len_utf8();
            let more = digits_from(next);
            if grouped && more == 3 && ends_at(next + more) {
                digits.extend_from_slice(&bytes[next..next + more]);
            } else if matches!(separator, '.' | ',') && more > 0 && ends_at(next + more) {
                // A decimal part ends the number.
                digits.push(b'.');
                digits.extend_from_slice(&bytes[next..next + more]);
                end = next + more;
                break;
            } else {
                break;
            }
            end = next + more;
        }
        let id = Word::of(digits).id();
        let mut marks = self.take_pending();
        marks.set(Marks::NUMBER);
        self.keep(id, end, marks);
    }

    /// Takes what lies before `end`, character by character.
    #[inline(never)]
    fn characters(&mut self, end: usize) {
        while self.at < end {
            let c = self.character(self.at);
            match class(c) {
                Class::Word => self.word(),
                Class::Unspaced => self.bigrams(),
                Class::Ignorable => self.at += c.len_utf8(),
                Class::Other => {
                    match c {
                        '\u{2028}' | '\u{2029}' | '\u{0085}' => {
                            self.pending.set(Marks(Marks::BLOCK.0 | Marks::SENTENCE.0));
                        }
                        '。' | '！' | '？' | '…' | '؟' | '।' | '“' | '„' | '«' | '»' | '‹' | '「' | '•' =>
                        {
                            self.pending.set(Marks::SENTENCE);
                        }
                        _ => {}
                    }
                    self.at += c.len_utf8();
                }
            }
        }
    }

    /// Takes the word that begins here: letter by letter, as long as each has a form by itself.
    fn word(&mut self) {
        let bytes = self.text.as_bytes();
        let letters = Letter::known();
        let mut form = [0; FORM_BYTES];
        let (mut length, mut end, mut ascii, mut after_mark) = (0, self.at, true, false);
        while let Some(&byte) = bytes.get(end) {
            let Some(room) = form[length..].first_chunk_mut() else { return self.any_word() };
            if byte.is_ascii() {
                if !byte.is_ascii_alphanumeric() {
                    // The first byte of an Arabic letter, and the rest of its word.
                    if byte == b' ' && matches!(form[0], 0xD8..=0xDB) && self.goes_on(&form[..length], end + 1) {
                        end += 1;
                        after_mark = false;
                        continue;
                    }
                    break;
                }
                room[0] = byte.to_ascii_lowercase();
                length += 1;
                end += 1;
                after_mark = false;
                continue;
            }
            let c = self.character(end);
            let letter = letters.get(c as usize).copied().unwrap_or_else(|| Letter::unknown(c));
            if letter.ends_words() {
                break;
            }
            if letter.needs_word() || letter.is_mark() && after_mark {
                return self.any_word();
            }
            *room = letter.form();
            length += letter.form_bytes();
            end += c.len_utf8();
            ascii = false;
            after_mark = letter.is_mark() || letter.form_bytes() == 0 && after_mark;
        }
        if ascii {
            return self.ascii_word(end);
        }
        self.word_of_form(end, Word::at(&form, length));
    }

    /// Whether a Persian word with this form so far goes on behind a space.
    fn goes_on(&mut self, form: &[u8], next: usize) -> bool {
        let text = self.text;
        *self.persian.get_or_insert_with(|| persian::is_persian(text)) && persian::is_one_word(form, &text[next..])
    }

    /// Takes the word that begins here, whatever is in it.
    #[cold]
    fn any_word(&mut self) {
        let rest = &self.text[self.at..];
        let ends = |c: char| matches!(class(c), Class::Unspaced | Class::Other);
        let end = self.at + rest.find(ends).unwrap_or(rest.len());
        let mut form = std::mem::take(&mut self.buffers.form);
        normalise_into(&self.text[self.at..end], &mut form);
        self.word_of_form(end, Word::of(form.as_bytes()));
        self.buffers.form = form;
    }

    #[inline]
    fn word_of_form(&mut self, end: usize, word: Word<'_>) {
        if word.is_empty() {
            self.at = end;
            return;
        }
        let mut marks = Marks::default();
        if K::MARKS {
            let first = self.character(self.at);
            let known = Letter::known().get(first as usize).filter(|_| !first.is_ascii());
            let capital = known.map_or_else(|| first.is_uppercase(), |letter| letter.is_capital());
            marks = self.word_marks(capital, word.has_digit());
        }
        self.keep(word.id(), end, marks);
    }

    /// The character at a byte of the text where one begins.
    #[inline]
    fn character(&self, at: usize) -> char {
        self.text[at..].chars().next().expect("the text goes on")
    }

    /// Takes the run of characters of a script without spaces that begins here, as overlapping pairs.
    fn bigrams(&mut self) {
        let start = self.at;
        // Where the character before begins and ends, and whether it is its own form.
        let mut previous: Option<(usize, usize, bool)> = None;
        let mut pairs = 0;
        for (offset, c) in self.text[start..].char_indices() {
            match class(c) {
                Class::Unspaced => {
                    let (here, end, own) = (start + offset, start + offset + c.len_utf8(), is_its_own_form(c));
                    if let Some((first, first_end, first_own)) = previous {
                        self.bigram(first..end, own && first_own && first_end == here);
                        pairs += 1;
                    }
                    previous = Some((here, end, own));
                }
                Class::Ignorable => {}
                Class::Word | Class::Other => break,
            }
        }
        let Some((last, end, own)) = previous else { return };
        if pairs == 0 {
            self.bigram(last..end, own);
        }
        self.at = end;
    }

    /// Takes a pair, or a single character, `normal` if it is its own form.
    fn bigram(&mut self, span: Range<usize>, normal: bool) {
        let id = if normal {
            Word::at(&self.text.as_bytes()[span.start..], span.len()).id()
        } else {
            normalise_into(&self.text[span.clone()], &mut self.buffers.form);
            Word::of(self.buffers.form.as_bytes()).id()
        };
        let mut marks = self.take_pending();
        marks.set(Marks::BIGRAM);
        self.kept.token(id, span, marks);
    }
}

#[cfg(test)]
mod tests {
    use super::super::normalise::is_ignorable;
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
            ids.push(Word::of(super::super::normalised(&word).as_bytes()).id());
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
    fn traditional_and_simplified_characters_are_one() {
        assert_eq!(ids("港務局表示，這座橋將關閉5個星期。"), ids("港务局表示，这座桥将关闭5个星期。"));
        assert_eq!(ids("總統府發言人\u{200B}說明"), ids("总统府发言人说明"));
        assert_eq!(words("總統府"), ["總統", "統府"]);
        assert_ne!(ids("港務局"), ids("海務局"));
    }

    #[test]
    fn persian_prefixes_and_endings_belong_to_their_word() {
        let zwnj = "گزارش‌های تازه می‌گوید قیمت کتاب‌ها بیش‌تر نمی‌شود و مردم رفته‌اند، روز سه‌شنبه.";
        for other in [zwnj.replace('\u{200C}', " ").replace("بیش تر", "بیشتر"), zwnj.replace('\u{200C}', "")]
        {
            assert_eq!(ids(zwnj), ids(&other), "{other}");
        }
        let arabic_letters = zwnj.replace('ی', "ي").replace('ک', "ك");
        assert_eq!(ids(zwnj), ids(&arabic_letters));
        assert_eq!(words("گفت می رود"), ["گفت", "می رود"]);
        assert_eq!(words("کتاب ها، چاپ"), ["کتاب ها", "چاپ"]);
        // Arabic has other words that look like these.
        assert_eq!(words("قال مي ها لها"), ["قال", "مي", "ها", "لها"]);
    }

    #[test]
    fn turkish_capitals_are_their_small_letters() {
        assert_eq!(ids("SALI GÜNÜ İDARESİ YAPTIĞI"), ids("salı günü idaresi yaptığı"));
        assert_eq!(ids("Salı günü"), ids("sali gunu"));
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
        fn words_alone_are_those_of_tokens(text in "\\PC{0,80}") {
            let mut tokenizer = Tokenizer::new();
            let ids = tokenizer.tokens(&text).ids.clone();
            proptest::prop_assert_eq!(tokenizer.words(&text), ids);
        }

        #[test]
        fn words_alone_are_those_of_tokens_in_mixed_text(
            text in "([a-zA-Z0-9]{0,9}[ .,'’\n-]{0,2}|[а-яёЁА-Я]{0,9}|[١-٩ا-ي]{0,9}|[中国が゙ア・]{0,4}|[\u{300}\u{AD}\u{A0}]){0,40}"
        ) {
            let mut tokenizer = Tokenizer::new();
            let ids = tokenizer.tokens(&text).ids.clone();
            proptest::prop_assert_eq!(tokenizer.words(&text), ids);
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
