//! Text from documents is hostile: a headline may hold terminal commands, line breaks or marks that turn the reading order.
//!
//! Ways out: [`printable`] for people, who need not get the characters back, [`markdown`] for people with a viewer, and
//! [`json`] for programs, where an escape stands for the very same character.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::Formatter;
use unicode_width::UnicodeWidthChar;

/// The text on one line, with nothing in it that a terminal obeys.
///
/// Line breaks, tabs and other white space become one space; an escape character and its like become a visible sign; marks
/// that change the reading order or show nothing are dropped. Joiners stay, since Persian and Indian scripts need them.
pub fn printable(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.trim().chars() {
        match character {
            _ if character.is_whitespace() => {
                if !line.ends_with(' ') {
                    line.push(' ');
                }
            }
            // The sign for a control character stands at the same place of the block for control pictures.
            '\0'..='\x1f' => line.push(char::from_u32(0x2400 + character as u32).unwrap_or('\u{fffd}')),
            _ if character.is_control() => line.push('\u{fffd}'),
            _ if unseen(character) => {}
            _ => line.push(character),
        }
    }
    line
}

/// `text` made [`printable`], with nothing in it that Markdown takes for anything but text, in a table cell neither.
///
/// What has a meaning becomes a character reference: a backslash does not hold in every viewer's tables, and a bare address
/// would be made a link.
pub fn markdown(text: &str) -> String {
    let line = printable(text);
    let mut escaped = String::with_capacity(line.len());
    for (place, character) in line.char_indices() {
        let (before, after) = (&line[..place], &line[place + character.len_utf8()..]);
        let has_meaning = match character {
            '&' | '<' | '>' | '|' | '\\' | '`' | '*' | '_' | '~' | '[' | ']' | '#' | '$' | '@' => true,
            // Schemes of addresses that viewers link without being asked.
            ':' => after.starts_with("//") || ["mailto", "xmpp"].iter().any(|scheme| ends_with(before, scheme)),
            '.' => ends_with(before, "www"),
            _ => false,
        };
        if has_meaning {
            escaped.push_str(&format!("&#{};", u32::from(character)));
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// Whether the text ends in this, whatever the case.
fn ends_with(text: &str, ending: &str) -> bool {
    let start = text.len().checked_sub(ending.len());
    start.and_then(|start| text.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(ending))
}

/// `text` made [`printable`] and cut to `columns` of a terminal, with an ellipsis where something was cut.
pub fn fitted(text: &str, columns: usize) -> String {
    let line = printable(text);
    if columns_of(&line) <= columns {
        return line;
    }
    let mut cut = String::new();
    let mut used = 0;
    for character in line.chars() {
        let columns_more = character.width().unwrap_or(0);
        if used + columns_more + 1 > columns {
            break;
        }
        used += columns_more;
        cut.push(character);
    }
    cut.truncate(cut.trim_end().len());
    if columns > 0 {
        cut.push('…');
    }
    cut
}

/// The columns a terminal gives to a printable text; counted by character, as terminals do.
pub fn columns_of(line: &str) -> usize {
    line.chars().map(|character| character.width().unwrap_or(0)).sum()
}

/// Writes `value` as JSON on one line, in which every character that a terminal or a line reader obeys is escaped.
pub fn json<T: Serialize + ?Sized, W: Write + ?Sized>(value: &T, out: &mut W) -> io::Result<()> {
    value.serialize(&mut serde_json::Serializer::with_formatter(out, Escaping)).map_err(io::Error::from)
}

/// Writes `value` as JSON on one line, in ASCII alone: it means the same in every character set that has ASCII in it.
pub fn ascii_json<T: Serialize + ?Sized>(value: &T, out: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut serde_json::Serializer::with_formatter(out, InAscii)).map_err(io::Error::from)
}

/// Writes `value` as [`json`] does, with nothing in it that could end a script element or begin a comment: `<` is escaped, too.
pub fn script_json<T: Serialize + ?Sized>(value: &T, out: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut serde_json::Serializer::with_formatter(out, InScript)).map_err(io::Error::from)
}

/// As [`Escaping`], of all that is not ASCII.
struct InAscii;

impl Formatter for InAscii {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        escaped(writer, fragment, |character| !character.is_ascii() || character.is_control())
    }
}

/// As [`Escaping`], for a script element.
struct InScript;

impl Formatter for InScript {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        for (place, piece) in fragment.split('<').enumerate() {
            if place > 0 {
                writer.write_all(b"\\u003c")?;
            }
            Escaping.write_string_fragment(writer, piece)?;
        }
        Ok(())
    }
}

/// Compact JSON with escapes for the characters that `serde_json` leaves as they are though they are commands to someone:
/// DEL and C1 controls to terminals, U+0085, U+2028 and U+2029 to line readers, bidirectional marks to people.
struct Escaping;

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        // Without a way out inside, so that 64 bytes are looked at as one.
        let begins_one = |bytes: &[u8]| bytes.iter().fold(false, |any, &byte| any | may_begin_command(byte));
        if !fragment.as_bytes().chunks(64).any(begins_one) {
            return writer.write_all(fragment.as_bytes());
        }
        escaped(writer, fragment, |character| {
            character.is_control() || unseen(character) || matches!(character, '\u{2028}' | '\u{2029}')
        })
    }
}

/// Whether one of the characters that [`Escaping`] escapes may begin with this byte of UTF-8: DEL, C1 controls, U+061C, those
/// from U+2000 to U+2FFF, U+FEFF and tags. `serde_json` escapes other controls.
fn may_begin_command(byte: u8) -> bool {
    byte == 0x7f || byte == 0xc2 || byte == 0xd8 || byte == 0xe2 || byte == 0xef || byte == 0xf3
}

/// Writes a part of a string, in which the characters that `wants_escape` are numbers.
fn escaped<W: ?Sized + Write>(writer: &mut W, fragment: &str, wants_escape: impl Fn(char) -> bool) -> io::Result<()> {
    let mut written = 0;
    for (place, character) in fragment.char_indices() {
        if wants_escape(character) {
            writer.write_all(&fragment.as_bytes()[written..place])?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            written = place + character.len_utf8();
        }
    }
    writer.write_all(&fragment.as_bytes()[written..])
}

/// Characters that show nothing but change how others are shown: bidirectional marks, embeddings, overrides and isolates,
/// zero-width space, word joiner and byte-order mark, tags.
fn unseen(character: char) -> bool {
    matches!(character,
        '\u{061c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'
        | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_commands_become_visible() {
        assert_eq!(printable("\x1b[31mred\x1b[0m"), "␛[31mred␛[0m");
        assert_eq!(printable("a\u{9b}31mb"), "a\u{fffd}31mb");
        assert_eq!(printable("\u{202e}evil\u{202c}"), "evil");
        assert_eq!(printable(" one\r\n\ttwo\u{2028}three "), "one two three");
    }

    #[test]
    fn every_command_begins_with_a_byte_that_is_looked_for() {
        for character in '\0'..=char::MAX {
            let text = character.to_string();
            let plain = serde_json::to_string(&text).unwrap();
            let mut line = Vec::new();
            json(&text, &mut line).unwrap();
            let obeyed = character.is_control() || unseen(character) || matches!(character, '\u{2028}' | '\u{2029}');
            assert_eq!(line != plain.as_bytes(), obeyed && character >= '\x7f', "{character:?}");
        }
    }

    #[test]
    fn nothing_is_marked_up() {
        assert_eq!(
            markdown("Storm closes the harbour: 3 ships - and (so far) 1.5 m"),
            "Storm closes the harbour: 3 ships - and (so far) 1.5 m"
        );
        assert_eq!(markdown("a|b\n# c"), "a&#124;b &#35; c");
        assert_eq!(
            markdown("![x](https://e.example) www.e.example"),
            "!&#91;x&#93;(https&#58;//e.example) www&#46;e.example"
        );
        assert_eq!(
            markdown("<b>&lt; `c` *d* _e_ @f \\|"),
            "&#60;b&#62;&#38;lt; &#96;c&#96; &#42;d&#42; &#95;e&#95; &#64;f &#92;&#124;"
        );
    }

    #[test]
    fn cut_text_fits() {
        assert_eq!(fitted("harbour", 7), "harbour");
        assert_eq!(fitted("harbour", 6), "harbo…");
        assert_eq!(fitted("港口关闭", 6), "港口…");
        assert_eq!(fitted("harbour", 0), "");
    }

    #[test]
    fn nothing_ends_a_script() {
        let text = "</script><!--<script>]]>\u{2028}\u{202e}&";
        let mut bytes = Vec::new();
        script_json(text, &mut bytes).unwrap();
        assert!(!bytes.contains(&b'<') && bytes.is_ascii());
        assert_eq!(serde_json::from_slice::<String>(&bytes).unwrap(), text);
    }

    #[test]
    fn ascii_stands_for_every_text() {
        let text = "Å 火 \u{1f409} \u{7f}\t\"";
        let mut bytes = Vec::new();
        ascii_json(text, &mut bytes).unwrap();
        assert_eq!(String::from_utf8(bytes.clone()).unwrap(), r#""\u00c5 \u706b \ud83d\udc09 \u007f\t\"""#);
        assert_eq!(serde_json::from_slice::<String>(&bytes).unwrap(), text);
    }

    #[test]
    fn json_escapes_stand_for_the_same_text() {
        let text = "a\u{9b}\u{202e}\u{2028}\u{e0041}\x7f\n\"\\é";
        let mut bytes = Vec::new();
        json(text, &mut bytes).unwrap();
        assert_eq!(String::from_utf8(bytes.clone()).unwrap(), r#""a\u009b\u202e\u2028\udb40\udc41\u007f\n\"\\é""#);
        assert_eq!(serde_json::from_slice::<String>(&bytes).unwrap(), text);
    }
}
