//! Which words stand in quotation marks?
//!
//! One pass over the marks of the text with one open quotation at a time; a nested one is quoted anyway. The marks of all
//! common styles are known: “…”, "…", „…“, «…», »…«, ‘…’, '…', ‚…‘, ‹…›, 「…」, 『…』, ``…''. Which way a straight mark
//! faces is told by the spaces beside it. A quotation that goes on in the next paragraph is opened again there, so an
//! unclosed one ends with its line. Embedded posts ("— Name (@handle) date" under a block without marks) are quotations too.

use super::{Marks, Tokens, block};

/// An unclosed quotation ends after this many tokens even if its line goes on: where scraping joined all lines, one stray
/// mark would otherwise quote the rest of the article. Spoken paragraphs rarely exceed it (99th percentile of closed
/// quotations on `gold/helsinki`: 78 tokens).
const UNCLOSED_TOKENS: usize = 120;

/// Characters that close what `open` opened, and whether `open` needs a closing mark in its line to count at all.
fn closers(open: char) -> Option<(&'static [char], bool)> {
    Some(match open {
        '“' | '‟' | '”' => (&['”', '"', '〞'], false),
        '„' => (&['“', '”', '"'], false),
        '«' => (&['»'], false),
        '»' => (&['«'], true),
        '‹' => (&['›'], true),
        '›' => (&['‹'], true),
        '"' | '＂' => (&['"', '”', '＂'], false),
        '‘' | '‛' => (&['’', '\''], true),
        '‚' => (&['‘', '’'], true),
        '\'' => (&['\'', '’'], true),
        '`' => (&['\''], true),
        '「' => (&['」'], false),
        '『' => (&['』'], false),
        _ => return None,
    })
}

struct Open {
    mark: char,
    /// First token inside.
    token: usize,
}

/// The first bytes of all quotation marks, and the end of a line: “ ” „ ‟ ‘ ’ ‚ ‛ ‹ › begin with E2, « » with C2, 「 」 『 』 〞
/// with E3, ＂ with EF.
const FIRST_BYTES: [u8; 8] = [b'"', b'\'', b'`', b'\n', 0xC2, 0xE2, 0xE3, 0xEF];

/// Sets [`Marks::QUOTED`] on the tokens of `text` that stand in quotations.
pub(super) fn mark(text: &str, tokens: &mut Tokens) {
    let mut token = 0;
    let mut open: Option<Open> = None;
    for at in block::positions(text.as_bytes(), FIRST_BYTES) {
        if text.as_bytes()[at] == b'\n' {
            if let Some(o) = open.take() {
                advance(tokens, &mut token, at);
                if closers(o.mark).is_some_and(|(_, needs_end)| !needs_end) {
                    let end = token.min(o.token + UNCLOSED_TOKENS);
                    quote(tokens, o.token, end);
                }
            }
            continue;
        }
        let mut from_here = text[at..].chars();
        let Some(c) = from_here.next() else { break };
        let before = text[..at].chars().next_back().unwrap_or('\n');
        let after = from_here.next().unwrap_or('\n');
        match &open {
            Some(o) if closes(o.mark, c, before, after) => {
                advance(tokens, &mut token, at);
                quote(tokens, o.token, token);
                open = None;
            }
            None if opens(c, before, after) => {
                advance(tokens, &mut token, at);
                open = Some(Open { mark: c, token });
            }
            // A double mark inside single ones: the single one was an apostrophe.
            Some(o)
                if matches!(o.mark, '\'' | '‘' | '‚' | '`')
                    && matches!(c, '"' | '“' | '„' | '«')
                    && opens(c, before, after) =>
            {
                advance(tokens, &mut token, at);
                open = Some(Open { mark: c, token });
            }
            _ => {}
        }
    }
    if let Some(o) = open
        && closers(o.mark).is_some_and(|(_, needs_end)| !needs_end)
    {
        let end = tokens.len().min(o.token + UNCLOSED_TOKENS);
        quote(tokens, o.token, end);
    }
    mark_posts(text, tokens);
}

fn advance(tokens: &Tokens, token: &mut usize, at: usize) {
    while *token < tokens.len() && (tokens.spans[*token].start as usize) < at {
        *token += 1;
    }
}

fn quote(tokens: &mut Tokens, from: usize, to: usize) {
    for marks in tokens.marks.iter_mut().take(to).skip(from) {
        marks.set(Marks::QUOTED);
    }
}

fn opens(c: char, before: char, after: char) -> bool {
    let free_before = !before.is_alphanumeric() && before != '.' && before != ',';
    match c {
        '“' | '„' | '«' | '‟' | '「' | '『' | '＂' => true,
        '‹' | '‚' | '‘' | '‛' => free_before,
        '»' | '›' | '”' => (before.is_whitespace() || before == '(') && after.is_alphanumeric(),
        '"' => free_before && !after.is_whitespace(),
        '\'' => (before.is_whitespace() || matches!(before, '(' | '[' | '—' | '–')) && after.is_alphabetic(),
        '`' => free_before && after.is_alphabetic(),
        _ => false,
    }
}

fn closes(open: char, c: char, before: char, after: char) -> bool {
    let Some((ends, _)) = closers(open) else { return false };
    if !ends.contains(&c) {
        return false;
    }
    match c {
        // Apostrophes stand between letters.
        '’' | '\'' => !after.is_alphanumeric() && !before.is_whitespace(),
        // A straight mark that faces right begins the next paragraph of the same speech.
        '"' => !(before.is_whitespace() && after.is_alphanumeric()),
        _ => true,
    }
}

/// Embedded posts: a line "— Name (@handle) date" quotes itself and the line above; on one line with the post, all before.
fn mark_posts(text: &str, tokens: &mut Tokens) {
    for sign in memchr::memchr_iter(b'@', text.as_bytes()) {
        let Some(at) = sign.checked_sub(1).filter(|&at| text.as_bytes()[at] == b'(') else { continue };
        let line = text[..at].rfind('\n').map_or(0, |n| n + 1);
        let Some(dash) = text[line..at].rfind(['—', '–', '-', '―']).map(|d| line + d) else { continue };
        // A name and its handle are short.
        if at - dash > 90 {
            continue;
        }
        let alone = text[line..dash].trim().is_empty();
        let begin = if alone { text[..line].trim_end().rfind('\n').map_or(0, |n| n + 1) } else { line };
        let end = text[at..].find('\n').map_or(text.len(), |n| at + n);
        let end = if alone { end } else { at };
        let first = tokens.spans.partition_point(|s| (s.start as usize) < begin);
        let last = tokens.spans.partition_point(|s| (s.start as usize) < end);
        quote(tokens, first, last);
    }
}

#[cfg(test)]
mod tests {
    use crate::text::{Marks, Tokenizer};

    /// The quoted words of a text, with `|` between quotations and other words left out.
    fn quoted(text: &str) -> String {
        let tokens = Tokenizer::new().into_tokens(text);
        let words = tokens.spans.iter().zip(&tokens.marks).filter(|(_, m)| m.has(Marks::QUOTED));
        words.map(|(s, _)| s.of(text)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_style_of_marks() {
        for text in [
            "He said “this is it” and left.",
            "He said \"this is it\" and left.",
            "Er sagte „this is it“ und ging.",
            "Er sagte „this is it” und ging.",
            "Er sagte »this is it« und ging.",
            "Il a dit «this is it» puis.",
            "Il a dit « this is it » puis.",
            "He said ‘this is it’ and left.",
            "He said 'this is it' and left.",
            "Er sagte ‚this is it‘ und ging.",
            "He said ``this is it'' and left.",
        ] {
            assert_eq!(quoted(text), "this is it", "{text}");
        }
        assert_eq!(quoted("他说「好的吧」然后"), "好的 的吧");
    }

    #[test]
    fn apostrophes_quote_nothing() {
        assert_eq!(quoted("The workers' union didn't say it's over, and the '90s won't return."), "");
        assert_eq!(quoted("The workers’ union didn’t say it’s over."), "");
    }

    #[test]
    fn a_quotation_over_two_paragraphs_is_opened_again() {
        let text = "“One two three.\n“Four five,” she said. Six.";
        assert_eq!(quoted(text), "One two three Four five");
        let joined = "\"One two. \"Three four,\" she said. Six seven.";
        assert_eq!(quoted(joined), "One two Three four");
    }

    #[test]
    fn nested_quotations_are_quoted_once() {
        assert_eq!(quoted("“He told me ‘never again’ and left,” she said."), "He told me never again and left");
    }

    #[test]
    fn posts_are_quotations() {
        let text = "Intro line here.\nThe bridge is closed today\n— Kari Lund (@karilund) July 3, 2025\nThen prose.";
        assert_eq!(quoted(text), "The bridge is closed today Kari Lund karilund July 3 2025");
    }
}
