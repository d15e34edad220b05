//! What are the words of a piece of text, as credits are made of words?

use super::agencies::spaced;
use super::forms::{Kinds, kinds};

/// Characters of a name in a script without blanks.
const CASELESS_CHARS: usize = 4;
/// Letters of an author's or editor's initials.
const INITIALS: usize = 4;

/// A word or mark of a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Agency(usize),
    /// A word that is on a list.
    Listed(Kinds),
    Number,
    /// A word that may be a name; whether it is written in capitals.
    Name(Kinds, bool),
    /// A few capitals: an outlet's or author's short form.
    Capitals,
    /// A short word in lower case, as initials are.
    Initials,
    Unknown,
    /// Anything that is neither word nor blank.
    Mark(char),
}

/// Cuts a text that names no agency.
pub(super) fn tokenise(text: &str, tokens: &mut Vec<Token>) {
    let mut word: Option<usize> = None;
    let mut address_end = 0;
    for (place, c) in text.char_indices() {
        if place < address_end {
            continue;
        }
        let inside = in_word(c)
            || (matches!(c, '\'' | '’' | '-' | '.')
                && word.is_some()
                && text[place + c.len_utf8()..].starts_with(char::is_alphanumeric));
        match (word, inside) {
            (None, true) => {
                if let Some(length) = address(&text[place..]) {
                    address_end = place + length;
                    continue;
                }
                word = Some(place);
            }
            (Some(start), false) => {
                classify(&text[start..place], tokens);
                word = None;
            }
            _ => {}
        }
        if !inside && !c.is_whitespace() {
            tokens.push(Token::Mark(c));
        }
    }
    if let Some(start) = word {
        classify(&text[start..], tokens);
    }
}

/// How long an address is with which a text begins: of mail or of the web. It says nothing.
fn address(text: &str) -> Option<usize> {
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, ')' | ']' | '>' | ',' | ';')).unwrap_or(text.len());
    let run = &text[..end];
    let is_address = run.is_ascii() && (run.contains("://") || run.starts_with("www.") || run.contains('@'));
    is_address.then_some(end)
}

/// Lower-case words beside a number are a date's, and so are words of scripts without case: "4 mart", "kovo 4 d.".
pub(super) fn join_dates(tokens: &mut [Token]) {
    let is_number = |token: Option<&Token>| matches!(token, Some(Token::Number));
    let dot = |token: Option<&Token>| matches!(token, Some(Token::Mark('.' | ',')));
    for place in 0..tokens.len() {
        if !matches!(tokens[place], Token::Unknown | Token::Initials | Token::Name(_, false)) {
            continue;
        }
        let before = |back: usize| place.checked_sub(back).and_then(|place| tokens.get(place));
        let after = |on: usize| tokens.get(place + on);
        if is_number(before(1)) || is_number(after(1)) || dot(before(1)) && is_number(before(2)) {
            tokens[place] = Token::Listed(Kinds::CALENDAR);
        }
    }
}

/// Whether a character is of a word.
pub(super) fn in_word(c: char) -> bool {
    c.is_alphanumeric() || is_mark_of_letter(c)
}

/// Vowel signs of Indic scripts and marks of Arabic are parts of words.
fn is_mark_of_letter(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}' | '\u{981}'..='\u{983}' | '\u{9bc}'..='\u{9cd}' | '\u{a00}'..='\u{a03}' | '\u{a3c}'..='\u{a4d}' | '\u{abc}'..='\u{acd}' | '\u{bbe}'..='\u{bcd}' | '\u{c3e}'..='\u{c4d}' | '\u{cbc}'..='\u{ccd}' | '\u{d3e}'..='\u{d4d}' | '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}' | '\u{200c}' | '\u{200d}' | '\u{640}')
}

fn classify(word: &str, tokens: &mut Vec<Token>) {
    let kinds = kinds(word);
    let first = word.chars().next().unwrap_or(' ');
    if word.chars().any(|c| !spaced(c)) {
        return classify_unspaced(word, tokens);
    }
    tokens.push(if first.is_numeric() {
        Token::Number
    } else if kinds.is(Kinds::CREDIT
        .or(Kinds::BY)
        .or(Kinds::DESK)
        .or(Kinds::PHOTO)
        .or(Kinds::OTHER)
        .or(Kinds::PARTICLE)
        .or(Kinds::CALENDAR)
        .or(Kinds::ABOVE)
        .or(Kinds::GLUE))
    {
        Token::Listed(kinds)
    } else if kinds == Kinds::default() && word.len() <= INITIALS && word.chars().all(char::is_uppercase) {
        Token::Capitals
    } else if first.is_uppercase() || word.contains('.') || word.chars().nth(1).is_some_and(char::is_uppercase) {
        // An address is a name, too, and so is "iDNES".
        Token::Name(kinds, true)
    } else if first.is_lowercase() {
        // "d'AFP", "l'AFP", "afp.com".
        let length = word.chars().count();
        if length <= 1 || word == "com" || word == "www" {
            Token::Listed(Kinds::PARTICLE)
        } else if length <= INITIALS {
            Token::Initials
        } else if let Some((article, rest)) = word.split_once(['\'', '’'])
            && article.chars().count() <= 4
            && rest.chars().next().is_some_and(char::is_uppercase)
        {
            Token::Name(kinds, true)
        } else {
            Token::Unknown
        }
    } else {
        Token::Name(kinds, false)
    });
}

/// A word of a script without blanks: listed words, with a short name left over.
fn classify_unspaced(word: &str, tokens: &mut Vec<Token>) {
    let chars: Vec<char> = word.chars().collect();
    let (mut at, mut left) = (0, 0);
    let known = tokens.len();
    'words: while at < chars.len() {
        for length in (1..=(chars.len() - at).min(5)).rev() {
            let part: String = chars[at..at + length].iter().collect();
            let kinds = kinds(&part);
            if kinds != Kinds::default() {
                tokens.push(Token::Listed(kinds));
                at += length;
                continue 'words;
            }
        }
        if !chars[at].is_numeric() {
            left += 1;
        }
        at += 1;
    }
    let listed = tokens.len() > known;
    // A name of Han or Hangul has four characters at most; one in Kana, which writes foreign ones, more.
    let kana = chars.iter().any(|c| matches!(c, '\u{30a0}'..='\u{30ff}'));
    if left > CASELESS_CHARS * if listed || !kana { 1 } else { 2 } {
        tokens.push(Token::Unknown);
    } else if left > 0 {
        tokens.push(Token::Name(Kinds::default(), false));
    }
}
