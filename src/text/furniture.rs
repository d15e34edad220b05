//! Which lines and sentences have the look of site furniture?
//!
//! What one text can tell about itself:
//!
//! - **Shape**: a line of at most [`SHORT_LINE`] words that ends like no sentence is a headline, a byline, a button, a link.
//! - **Captions**: a line that credits a picture, and the line above where the credit has a line of its own.
//! - **Cues**: a sentence that says what only furniture says ("all rights reserved", "lire aussi"), of at most
//!   [`CUED_SENTENCE`] words. Legal notices take the rest of their line with them. The cues are in `cues.txt`.
//!
//! What only the corpus can tell, the same line on many pages of an outlet, is learned in `learn::stock`. Nothing is
//! deleted: furniture weighs nothing as evidence, and the evidence says so. A text that would be left with next to nothing, a
//! list of headlines or a gallery, is taken as what it is; but one that says in most of its sentences that it is a notice, a
//! wall of cookies, is furniture as a whole.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::cues::{self, Cue};
use super::{Marks, Tokens};

/// Lines up to this many tokens that end like no sentence are furniture. 12: headlines of other pages are rarely longer,
/// sentences rarely shorter and unended.
const SHORT_LINE: usize = 12;
/// Sentences, or lines, up to this many tokens are furniture if they have a cue. Copyright notices have 20 to 40.
const CUED_SENTENCE: usize = 50;
/// Lines of wrapped text have at least this many tokens, all but the last of a paragraph.
const WRAPPED_LINE: usize = 7;
/// Columns of newspapers are narrower than this, in characters.
const NARROW_COLUMN: usize = 60;
/// A caption is not longer than this, in bytes.
const CAPTION_BYTES: usize = 900;

/// What credits a picture: "(Agency Photo/Name)", "Photo: Name".
const CREDITS: [&str; 18] = [
    "Photo/",
    "photo/",
    "Photo by ",
    "File Photo",
    "file photo",
    "FILE PHOTO",
    "FILE - ",
    "FILE – ",
    "Getty Images",
    "Photo: ",
    "Photo : ",
    "Foto: ",
    "Foto/",
    "Image: ",
    "Фото: ",
    "via AP",
    "Picture: ",
    "Bild: ",
];

/// Finds credits by vectors, which the searcher has for so few (and only if the leftmost match is asked for).
static CREDIT: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let credits = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(CREDITS);
    credits.expect("the credits are a fixed short list")
});

/// A line of the text: its tokens, and what follows the last of them on the line.
struct Line {
    start: usize,
    end: usize,
    ended: bool,
    credit: bool,
    furniture: bool,
}

/// What is known of one text while its furniture is marked, kept for its memory.
#[derive(Default)]
pub(super) struct Scratch {
    lines: Vec<Line>,
    cues: Vec<Cue>,
}

/// Marks the furniture of one text, which is given in ASCII lower case, too.
pub(super) fn mark(text: &str, lower: &[u8], tokens: &mut Tokens, scratch: &mut Scratch) {
    let lines = &mut scratch.lines;
    find_lines(text, tokens, lines);
    unwrap_lines(text, tokens, lines);
    find_credits(text, tokens, lines);
    for line in lines.iter_mut() {
        line.furniture = line.credit
            || !line.ended && line.end - line.start <= SHORT_LINE
            || is_table(&tokens.marks[line.start..line.end]);
    }
    // A credit on a line of its own belongs to the caption above it, and to a cut of that caption above.
    for place in 1..lines.len() {
        if lines[place].credit && lines[place].end - lines[place].start <= SHORT_LINE {
            lines[place - 1].furniture = true;
            if place > 1 && begin_alike(tokens, &lines[place - 1], &lines[place - 2]) {
                lines[place - 2].furniture = true;
            }
        }
    }
    for line in lines.iter() {
        let marks = &mut tokens.marks[line.start..line.end];
        unname_headline(marks);
        if line.furniture {
            marks.iter_mut().for_each(|marks| marks.set(Marks::FURNITURE));
        }
    }
    let shaped = count(&tokens.marks, Marks::FURNITURE);
    cues::find(lower, &mut scratch.cues);
    mark_cued_sentences(text, tokens, &scratch.cues);
    let marked = count(&tokens.marks, Marks::FURNITURE);
    let left = tokens.len() - marked;
    if (marked - shaped) * 3 >= tokens.len() * 2 && !tokens.is_empty() {
        // What says in most of its sentences that it is a notice is nothing else.
        tokens.marks.iter_mut().for_each(|marks| marks.set(Marks::FURNITURE));
    } else if left < SHORT_LINE || left * 20 < tokens.len() {
        tokens.marks.iter_mut().for_each(|marks| marks.clear(Marks::FURNITURE));
    }
}

/// Where lines are wrapped, paragraphs are what empty lines divide: joins the lines inside them, and takes off their block
/// marks.
fn unwrap_lines(text: &str, tokens: &mut Tokens, lines: &mut Vec<Line>) {
    if lines.len() < 6 {
        return;
    }
    // Of the lines that end inside a sentence and have another right below, in wrapped text nearly all are full: they have
    // many words, or in a narrow column no room for the first word of the next.
    let (mut open, mut long, mut filled) = (0, 0, 0);
    let width = |line: &Line| {
        text[tokens.spans[line.start].start as usize..tokens.spans[line.end - 1].end as usize].chars().count()
    };
    let column = lines.iter().map(width).max().unwrap_or(0);
    for pair in lines.windows(2).filter(|pair| !pair[0].ended && !blank_below(text, tokens, &pair[0])) {
        let (line, next) = (&pair[0], &pair[1]);
        open += 1;
        long += usize::from(line.end - line.start >= WRAPPED_LINE);
        let word = tokens.spans[next.start].of(text).chars().count();
        filled += usize::from(column <= NARROW_COLUMN && width(line) + word >= column);
    }
    let full = long.max(filled);
    if full * 3 < lines.len() || full * 10 < open * 8 {
        return;
    }
    lines.dedup_by(|below, line| {
        let joined = !blank_below(text, tokens, line);
        if joined {
            let marks = &mut tokens.marks[below.start];
            marks.clear(Marks::BLOCK);
            if !line.ended {
                marks.clear(Marks::SENTENCE);
            }
            (line.end, line.ended) = (below.end, below.ended);
        }
        joined
    });
}

/// Whether an empty line follows.
fn blank_below(text: &str, tokens: &Tokens, line: &Line) -> bool {
    let from = tokens.spans[line.end - 1].end as usize;
    let to = tokens.spans.get(line.end).map_or(text.len(), |span| span.start as usize);
    text[from.min(to)..to].bytes().filter(|&byte| byte == b'\n').count() > 1
}

/// The lines of a text, without knowing which credit a picture.
fn find_lines(text: &str, tokens: &Tokens, lines: &mut Vec<Line>) {
    lines.clear();
    let mut start = 0;
    let mut close = |end: usize| {
        let ended = ends_sentence(tail(text, tokens, end));
        lines.push(Line { start, end, ended, credit: false, furniture: false });
        start = end;
    };
    let starts = tokens.marks.iter().enumerate().skip(1).filter(|(_, marks)| marks.has(Marks::BLOCK));
    starts.for_each(|(token, _)| close(token));
    if !tokens.is_empty() {
        close(tokens.len());
    }
}

/// What follows the last token before `end` on its line.
fn tail<'a>(text: &'a str, tokens: &Tokens, end: usize) -> &'a str {
    let last = tokens.spans[end - 1].end as usize;
    let to = tokens.spans.get(end).map_or(text.len(), |span| span.start as usize).max(last);
    let tail = &text[last..to];
    &tail[..memchr::memchr(b'\n', tail.as_bytes()).unwrap_or(tail.len())]
}

/// Finds the lines that credit a picture.
fn find_credits(text: &str, tokens: &Tokens, lines: &mut [Line]) {
    let bytes = |line: &Line| {
        let last = tokens.spans[line.end - 1].end as usize;
        tokens.spans[line.start].start as usize..last + tail(text, tokens, line.end).len()
    };
    for line in lines.iter_mut() {
        let bytes = bytes(line);
        line.credit = bytes.len() < CAPTION_BYTES && text[bytes].trim_end().ends_with(" Photo");
    }
    for credit in CREDIT.find_iter(text) {
        let after = lines.partition_point(|line| tokens.spans[line.start].start as usize <= credit.start());
        let Some(line) = after.checked_sub(1).map(|place| &mut lines[place]) else { continue };
        let bytes = bytes(line);
        line.credit |= credit.end() <= bytes.end && bytes.len() < CAPTION_BYTES;
    }
}

/// How many tokens have a mark of `any`: counted in bytes, sixteen at once, and so in parts that no byte overflows on.
fn count(marks: &[Marks], any: Marks) -> usize {
    let of_part = |part: &[Marks]| part.iter().fold(0u8, |count, marks| count + u8::from(marks.0 & any.0 != 0));
    marks.chunks(usize::from(u8::MAX)).map(|part| usize::from(of_part(part))).sum()
}

/// Whether a line is a table: weather, scores, prices. In prose fewer than a fifth of the words are numbers.
fn is_table(marks: &[Marks]) -> bool {
    let numbers = count(marks, Marks::NUMBER);
    numbers >= 4 && numbers * 10 >= marks.len() * 3
}

/// In a line of capitals, or one that capitalises its words, a capital makes no name.
fn unname_headline(marks: &mut [Marks]) {
    let capitals = count(marks, Marks::NAME);
    if capitals == 0 {
        return;
    }
    let words = marks.len() - count(marks, Marks(Marks::NUMBER.0 | Marks::BIGRAM.0));
    if words >= 4 && capitals * 10 >= words * 7 {
        marks.iter_mut().for_each(|marks| marks.clear(Marks::NAME));
    }
}

/// Whether two lines begin with the same five words.
fn begin_alike(tokens: &Tokens, one: &Line, other: &Line) -> bool {
    let beginning = |line: &Line| &tokens.ids[line.start..line.end.min(line.start + 5)];
    beginning(one) == beginning(other)
}

fn ends_sentence(tail: &str) -> bool {
    tail.bytes().any(|byte| matches!(byte, b'.' | b'!' | b'?' | b'"' | b':' | b';'))
        || !tail.is_ascii() && tail.contains(['。', '！', '？', '…', '؟', '।', '”', '»', '」', '：', '；'])
}

fn mark_cued_sentences(text: &str, tokens: &mut Tokens, cues: &[Cue]) {
    for cue in cues {
        mark_cued_sentence(text, tokens, cue.start, cue.line);
    }
    // An address to write to.
    for at in memchr::memchr_iter(b'@', text.as_bytes()) {
        let beside = |place: Option<usize>| {
            place.and_then(|place| text.as_bytes().get(place)).is_some_and(u8::is_ascii_alphanumeric)
        };
        if beside(at.checked_sub(1)) && beside(Some(at + 1)) {
            mark_cued_sentence(text, tokens, at - 1, false);
        }
    }
}

/// How many words tokens are; overlapping pairs of characters are about half a word each.
fn words(marks: &[Marks]) -> usize {
    marks.len() - count(marks, Marks::BIGRAM) / 2
}

/// Marks the sentence that says something at byte `at`, and what follows it on its line if that goes with it.
fn mark_cued_sentence(text: &str, tokens: &mut Tokens, at: usize, to_line_end: bool) {
    let token = tokens.spans.partition_point(|span| (span.end as usize) <= at);
    if token >= tokens.len() || tokens.marks[token].has(Marks::FURNITURE) {
        return;
    }
    let line = |marks: &Marks| marks.has(Marks::BLOCK);
    let sentence = |marks: &Marks| marks.has(Marks::BLOCK) || marks.has(Marks::SENTENCE);
    let end_of = |begins: &dyn Fn(&Marks) -> bool, token: usize| {
        tokens.marks[token + 1..].iter().position(begins).map_or(tokens.len(), |next| token + 1 + next)
    };
    let start = tokens.marks[..=token].iter().rposition(sentence).unwrap_or(0);
    let mut end = end_of(&sentence, token);
    let line_end = end_of(&line, token);
    if to_line_end && words(&tokens.marks[start..line_end]) <= CUED_SENTENCE {
        end = line_end;
    }
    // "Read also: headline of another page."
    if end < tokens.len() {
        let between = &text[tokens.spans[end - 1].end as usize..tokens.spans[end].start as usize];
        if between.contains([':', '：']) && !between.contains('\n') {
            end = end_of(&sentence, end);
        }
    }
    if words(&tokens.marks[start..end]) <= CUED_SENTENCE {
        tokens.marks[start..end].iter_mut().for_each(|marks| marks.set(Marks::FURNITURE));
    }
}

#[cfg(test)]
mod tests {
    use crate::text::{Marks, Tokenizer};

    /// The words of a text that are not furniture.
    fn body(text: &str) -> String {
        let tokens = Tokenizer::new().into_tokens(text);
        let words = tokens.spans.iter().zip(&tokens.marks).filter(|(_, marks)| !marks.has(Marks::FURNITURE));
        words.map(|(span, _)| span.of(text)).collect::<Vec<_>>().join(" ")
    }

    const PROSE: &str =
        "The harbour of Port Calloch stayed shut for a third day while crews pumped water out of the hold.";
    const WORDS: &str =
        "The harbour of Port Calloch stayed shut for a third day while crews pumped water out of the hold";

    const MORE: &str =
        "Divers found no crack below the waterline, and the owner expects to tow her home before the weekend.";
    const MORE_WORDS: &str =
        "Divers found no crack below the waterline and the owner expects to tow her home before the weekend";

    #[test]
    fn short_lines_that_end_like_no_sentence_are_furniture() {
        assert_eq!(body(&format!("Home\nNews and weather\nBy Kari Lund\n{PROSE}\nShare this")), WORDS);
        assert_eq!(body(&format!("{PROSE}\nIt was closed.")), format!("{WORDS} It was closed"));
    }

    #[test]
    fn sentences_with_a_cue_are_furniture_even_glued_into_prose() {
        assert_eq!(body(&format!("{PROSE} Lire aussi : Le port ferme. {MORE}")), format!("{WORDS} {MORE_WORDS}"));
        assert_eq!(body(&format!("{PROSE} © 2026 Quay Media. All rights reserved.")), WORDS);
    }

    #[test]
    fn captions_are_furniture_with_their_credit() {
        let caption = "Lifeboat crews wait beside the tilted car deck in the early morning fog.";
        assert_eq!(
            body(&format!("{PROSE}\n{caption} (Agency Photo/Tom Aldous)\n{MORE}")),
            format!("{WORDS} {MORE_WORDS}")
        );
        assert_eq!(
            body(&format!("{PROSE}\n\n{caption}\n\nPhoto: Tom Aldous\n\n{MORE}")),
            format!("{WORDS} {MORE_WORDS}")
        );
    }

    #[test]
    fn wrapped_lines_are_no_furniture() {
        let text =
            format!("{PROSE} {MORE} Two tugs lay alongside all night with their pumps running, and a third waited.");
        let wrapped: String = text
            .split(' ')
            .enumerate()
            .fold(String::new(), |text, (n, word)| text + word + if n % 9 == 8 { "\n" } else { " " });
        assert_eq!(body(&wrapped).split(' ').count(), Tokenizer::new().into_tokens(&wrapped).len());
    }

    #[test]
    fn a_list_of_headlines_is_taken_as_what_it_is() {
        assert_eq!(body("Ferry runs aground off Haskra"), "Ferry runs aground off Haskra");
    }
}
