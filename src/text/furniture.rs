//! Which lines have the shape of site furniture?
//!
//! Shape only: what one text can tell about itself. A line of at most [`SHORT_LINE`] words that ends like no sentence is a
//! headline, a byline, a button, a link to another page; a line that names a photographer or an image agency is a caption.
//! What only the corpus can tell, the same block on many pages of an outlet, is learned in `verify::furniture`. Nothing is
//! deleted: furniture weighs nothing as evidence, and the evidence says so.

use super::{Marks, Tokens};

/// Lines up to this many tokens that end like no sentence are furniture. 12: the prototype's figure; headlines of other
/// pages are rarely longer, sentences rarely shorter and unended.
const SHORT_LINE: usize = 12;

/// Marks the furniture of one text, line by line.
pub(super) fn mark(text: &str, tokens: &mut Tokens) {
    let count = tokens.len();
    let mut lines: Vec<(usize, usize, bool)> = Vec::new();
    let mut credit: Vec<bool> = Vec::new();
    let mut short_tokens = 0;
    let mut start = 0;
    while start < count {
        let mut end = start + 1;
        while end < count && !tokens.marks[end].has(Marks::BLOCK) {
            end += 1;
        }
        let to = tokens.spans.get(end).map_or(text.len(), |s| s.start as usize);
        let tail = &text[tokens.spans[end - 1].end as usize..to];
        let tail = tail.split('\n').next().unwrap_or("");
        let short = end - start <= SHORT_LINE && !ends_sentence(tail);
        if short {
            short_tokens += end - start;
        }
        let line = &text[tokens.spans[start].start as usize..tokens.spans[end - 1].end as usize + tail.len()];
        credit.push(is_caption(line));
        lines.push((start, end, short || credit[credit.len() - 1]));
        start = end;
    }
    // A credit on a line of its own belongs to the caption above it, and to a cut of that caption above.
    for place in 1..lines.len() {
        let (start, end, _) = lines[place];
        if !credit[place] || end - start > SHORT_LINE {
            continue;
        }
        lines[place - 1].2 = true;
        if place > 1 && begins_alike(tokens, lines[place - 1], lines[place - 2]) {
            lines[place - 2].2 = true;
        }
    }
    // Hard-wrapped texts, lists of headlines and galleries consist of such lines: there the shape says nothing.
    let marked: usize = lines.iter().filter(|line| line.2).map(|(start, end, _)| end - start).sum();
    let shapeless = short_tokens * 2 > count || marked * 4 > count * 3;
    for (start, end, furniture) in lines {
        if furniture && !shapeless {
            for marks in &mut tokens.marks[start..end] {
                marks.set(Marks::FURNITURE);
            }
        }
    }
}

/// Whether two lines begin with the same five words.
fn begins_alike(tokens: &Tokens, one: (usize, usize, bool), other: (usize, usize, bool)) -> bool {
    let beginning = |line: (usize, usize, bool)| &tokens.ids[line.0..line.1.min(line.0 + 5)];
    beginning(one) == beginning(other)
}

fn ends_sentence(tail: &str) -> bool {
    tail.contains(['.', '!', '?', '。', '！', '？', '…', '؟', '।', '”', '"', '»', '」', ':', '：', '"'])
}

/// Whether a line credits a picture: "(Agency Photo/Name)", "Photo: Name", "Foto: …".
fn is_caption(line: &str) -> bool {
    const CREDITS: [&str; 17] = [
        "Photo/", "photo/", "Photo by ", "File Photo", "file photo", "FILE PHOTO", "FILE - ", "Getty Images", "Photo: ",
        "Foto: ", "Photo : ", "Foto/", "Image: ", "Фото: ", "via AP", "Picture: ", "Bild: ",
    ];
    line.len() < 900 && (CREDITS.iter().any(|credit| line.contains(credit)) || line.trim_end().ends_with(" Photo"))
}
