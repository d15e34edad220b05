//! Does a line at the end of a text close with a credit?

use std::ops::Range;

use super::agencies::Mention;
use super::dateline;
use super::piece::{Piece, Verdict};

/// The longest line that is a caption for having a word of pictures, in bytes.
const CAPTION_BYTES: usize = 120;
/// Letters of an abbreviated title, as of saints and doctors.
const ABBREVIATION: usize = 3;

/// The credit with which a line of the end of a text closes, if it does: the line is one, or ends with one in brackets,
/// behind a dash, or behind its last full stop.
pub(super) fn closing(text: &str, line: Range<usize>, mentions: &[Mention]) -> Option<(Vec<u16>, Range<usize>)> {
    let line = line.start..line.start + text[line].trim_end().len();
    let words = &text[line.clone()];
    if words.len() <= super::LINE_BYTES {
        let piece = Piece::of(text, line.clone(), mentions);
        match piece.last_line() {
            Verdict::Credit(named) => return Some((named, line)),
            Verdict::Prose if piece.is_entry() => return None,
            // A paragraph may end with a credit after all, whatever it tells of pictures.
            Verdict::Picture => {
                let part = text_part(text, line.clone(), mentions);
                if part.is_some() || words.len() <= CAPTION_BYTES {
                    return part;
                }
            }
            Verdict::Prose => {}
        }
    }
    let last = mentions.last()?;
    let credit = |range: Range<usize>| match Piece::of(text, range.clone(), mentions).ending() {
        Verdict::Credit(named) => Some((named, range)),
        _ => None,
    };
    let stripped = words.trim_end_matches(['.', '。', '"', '”', '»']);
    if stripped.ends_with([')', '）', ']', '】', '］']) {
        let before = &words[..stripped.rfind(['(', '（', '[', '【', '［'])?];
        let open = line.start + before.len();
        if open <= last.start {
            // "The Associated Press (AP)" is spelled out, not signed.
            let spelled = |mention: &Mention| mention.end <= open && text[mention.end..open].trim().is_empty();
            let name = &text[last.start..last.end];
            // "Diesel, a litre (NA)": a short form that is common elsewhere signs a sentence only.
            let is_entry = last.weak && !before.trim_end().ends_with(['.', '!', '?', '"', '”', '»', '…', '。']);
            if is_entry || mentions.iter().any(spelled) || (last.short && is_gloss(before, name)) {
                return None;
            }
            return credit(open..line.start + stripped.len());
        }
    }
    // Behind the last sentence.
    let before = &text[line.start..last.start];
    let mut places: Vec<usize> = before
        .char_indices()
        .filter(|&(place, c)| match c {
            '.' if is_abbreviation(&before[..place]) => false,
            '.' | '!' | '?' | '"' | '”' | '»' | '“' | '…' | '*' | '।' | '۔' | '؟' | ';' => {
                before[place + c.len_utf8()..].starts_with(char::is_whitespace)
            }
            '。' | '！' | '？' | '」' | '』' | '）' => true,
            '–' | '—' | '-' | '/' => {
                before[..place].ends_with(|c: char| c.is_whitespace() || matches!(c, '.' | '"' | '”' | '!' | '?'))
            }
            _ => false,
        })
        .map(|(place, c)| line.start + place + c.len_utf8())
        .collect();
    places.reverse();
    // "(July 13) AP" is a film's.
    let bracketed = |start: &usize| {
        let bracket = text[*start..line.end].trim_start().strip_prefix('(').and_then(|rest| rest.split_once(')'));
        let start = line.end - bracket.map_or(0, |(_, rest)| rest.len());
        bracket.is_some_and(|(inside, _)| inside.to_lowercase() != "c")
            && mentions.iter().all(|mention| mention.start >= start)
    };
    places.into_iter().take(4).filter(|start| !bracketed(start)).find_map(|start| credit(start..line.end))
}

/// Whether a short form stands for the words in front of it: "Advanced Placement (AP)", "Pennsylvania (PA)".
fn is_gloss(before: &str, short: &str) -> bool {
    let before = before.trim_end();
    let last = before.rsplit(char::is_whitespace).next().unwrap_or_default();
    let mut letters = last.chars().flat_map(char::to_uppercase);
    let abbreviates = last.starts_with(char::is_uppercase)
        && short.chars().next() == last.chars().next()
        && short.chars().all(|wanted| letters.any(|letter| letter == wanted));
    abbreviates || dateline::is_gloss(before, short)
}

/// Whether the stop behind these words is an abbreviation's or initial's: "St. Petra".
fn is_abbreviation(words: &str) -> bool {
    let word = words.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    word.starts_with(char::is_uppercase)
        && word.chars().count() <= ABBREVIATION
        && !word.chars().skip(1).any(char::is_uppercase)
}

/// The part of a line that credits the text beside a picture: "Text by: AFP | Video by: Harbour TV".
pub(super) fn text_part(text: &str, line: Range<usize>, mentions: &[Mention]) -> Option<(Vec<u16>, Range<usize>)> {
    let words = &text[line.clone()];
    if !words.contains(['|', ';']) {
        return None;
    }
    let mut start = line.start;
    for part in words.split(['|', ';']) {
        let range = start..start + part.len();
        start = range.end + 1;
        let piece = Piece::of(text, range.clone(), mentions);
        if piece.is_worded()
            && let Verdict::Credit(named) = piece.verdict()
        {
            return Some((named, range));
        }
    }
    None
}
