//! What do character references stand for? `&#8220;` in a text that was taken from a page as it was written.
//!
//! Scraped texts keep them now and then, and then their quotations are none and their numbers too many. The references are
//! replaced by what they stand for, filled up to their length with characters that no word is made of, so that every place in
//! the text stays where it is. A reference to a reference (`&amp;#8220;`) is one. The same is done with punctuation that was
//! written in UTF-8 and read as windows-1252 (`â€œ`). Texts without an ampersand and without `â€` are not touched.

use std::borrow::Cow;

/// No reference is longer than this.
const REFERENCE_BYTES: usize = 12;
/// Soft hyphens and zero-width spaces belong to no word and divide none; they have two and three bytes.
const FILLINGS: [&str; 2] = ["\u{AD}", "\u{200B}"];

/// What the first two of three bytes of all punctuation of this kind look like in windows-1252.
const MISREAD: &str = "â€";
/// What the third looks like, and what all three are.
const MISREAD_THIRDS: [(char, char); 9] =
    [('œ', '“'), ('\u{9D}', '”'), ('™', '’'), ('˜', '‘'), ('ž', '„'), ('š', '‚'), ('“', '–'), ('”', '—'), ('¦', '…')];

/// The text with its character references and misread punctuation replaced, at the same places.
pub(super) fn resolved(text: &str) -> Cow<'_, str> {
    match memchr::memmem::find(text.as_bytes(), MISREAD.as_bytes()) {
        None => without_references(text),
        Some(_) => {
            let read = read_again(text);
            without_references(&read).into_owned().into()
        }
    }
}

/// The text with its misread punctuation replaced. The third byte of a closing mark is no character of windows-1252, and often
/// lost.
fn read_again(text: &str) -> String {
    let mut read = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(MISREAD) {
        let third = after.chars().next();
        let known = MISREAD_THIRDS.iter().find(|(misread, _)| Some(*misread) == third);
        let (character, third_bytes) = known.map_or(('”', 0), |(misread, is)| (*is, misread.len_utf8()));
        let filling = filling(MISREAD.len() + third_bytes - character.len_utf8()).unwrap_or_default();
        read.push_str(before);
        read.push(character);
        read.push_str(&filling);
        rest = &after[third_bytes..];
    }
    read.push_str(rest);
    read
}

fn without_references(text: &str) -> Cow<'_, str> {
    let mut resolved = String::new();
    let mut copied = 0;
    for at in memchr::memchr_iter(b'&', text.as_bytes()) {
        if at < copied {
            continue;
        }
        let Some((character, bytes)) = reference(&text[at..]) else { continue };
        let Some(filling) = filling(bytes - character.len_utf8()) else { continue };
        resolved.push_str(&text[copied..at]);
        resolved.push(character);
        resolved.push_str(&filling);
        copied = at + bytes;
    }
    if copied == 0 {
        return text.into();
    }
    resolved.push_str(&text[copied..]);
    resolved.into()
}

/// The character that a reference at the beginning of a text stands for, and its length.
fn reference(text: &str) -> Option<(char, usize)> {
    let window = &text.as_bytes()[..text.len().min(REFERENCE_BYTES + "amp;".len())];
    let end = memchr::memchr(b';', window)?;
    let name = text.get(1..end)?;
    if name == "amp"
        && let Some((character, bytes)) = text.get(end + 1..).and_then(|rest| of_name(rest, REFERENCE_BYTES))
    {
        return Some((character, end + 1 + bytes));
    }
    let character = character(name)?;
    Some((character, end + 1))
}

/// The same of the rest of a reference behind its ampersand.
fn of_name(rest: &str, most: usize) -> Option<(char, usize)> {
    let end = memchr::memchr(b';', &rest.as_bytes()[..rest.len().min(most)])?;
    Some((character(rest.get(..end)?)?, end + 1))
}

/// What a name stands for: one character that is no control character.
fn character(name: &str) -> Option<char> {
    let character = match name.strip_prefix('#') {
        None => {
            let mut characters = quick_xml::escape::resolve_html5_entity(name)?.chars();
            characters.next().filter(|_| characters.next().is_none())?
        }
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    (!character.is_control()).then_some(character)
}

/// Characters without a meaning that have so many bytes.
fn filling(bytes: usize) -> Option<String> {
    let (twos, threes) = match bytes {
        0 => (0, 0),
        1 => return None,
        even if even % 2 == 0 => (even / 2, 0),
        odd => ((odd - 3) / 2, 1),
    };
    Some(FILLINGS[0].repeat(twos) + &FILLINGS[1].repeat(threes))
}

#[cfg(test)]
mod tests {
    use super::resolved;
    use crate::text::{Marks, Tokenizer};

    #[test]
    fn references_are_read_as_what_they_stand_for() {
        let plain = Tokenizer::new().into_tokens("He said \u{201C}this caf\u{E9} is it\u{201D} & left");
        for text in [
            "He said &#8220;this caf&eacute; is it&#8221; &amp; left",
            "He said &ldquo;this caf&#xE9; is it&rdquo; & left",
            "He said &amp;#8220;this caf&amp;eacute; is it&amp;#8221; &amp;amp; left",
        ] {
            let tokens = Tokenizer::new().into_tokens(text);
            assert_eq!(tokens.ids, plain.ids, "{text}");
            assert_eq!(tokens.marks.iter().filter(|marks| marks.has(Marks::QUOTED)).count(), 4, "{text}");
        }
    }

    #[test]
    fn misread_punctuation_is_what_it_was() {
        let plain = Tokenizer::new().into_tokens("He said “it’s the café – now” and left");
        for text in [
            "He said â€œitâ€™s the café â€“ nowâ€\u{9D} and left",
            "He said â€œitâ€™s the café â€“ nowâ€ and left",
            "He said &quot;itâ€™s the caf&eacute; â€“ now&quot; and left",
        ] {
            let tokens = Tokenizer::new().into_tokens(text);
            assert_eq!(tokens.ids, plain.ids, "{text}");
            assert_eq!(tokens.marks.iter().filter(|marks| marks.has(Marks::QUOTED)).count(), 5, "{text}");
            assert_eq!(resolved(text).len(), text.len());
        }
        assert_eq!(resolved("20 € and â la carte"), "20 € and â la carte");
    }

    #[test]
    fn what_is_no_reference_stays() {
        for text in ["a & b; c", "R&D;", "&#0;", "&#x110000;", "&;", "&", "&nosuchname;"] {
            assert_eq!(resolved(text), text);
        }
    }

    proptest::proptest! {
        #[test]
        fn every_place_stays_where_it_is(text in "(&|#|;|x|[0-9]|amp;|quot;|â€|œ|™|\\PC){0,60}") {
            let resolved = resolved(&text);
            proptest::prop_assert_eq!(resolved.len(), text.len());
        }
    }
}
