//! Text from documents is hostile: a headline may hold terminal commands, line breaks or marks that turn the reading order.
//!
//! Two ways out: [`printable`] for people, who need not get the characters back, and [`json`] for programs, where an escape
//! stands for the very same character.

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

/// Writes `value` as [`json`] does, with nothing in it that could end a script element or begin a comment: `<` is escaped, too.
pub fn script_json<T: Serialize + ?Sized>(value: &T, out: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut serde_json::Serializer::with_formatter(out, InScript)).map_err(io::Error::from)
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
        // Most is ASCII, of which serde_json escapes the controls.
        if fragment.bytes().all(|byte| byte < 0x7f) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut written = 0;
        for (place, character) in fragment.char_indices() {
            if character.is_control() || unseen(character) || matches!(character, '\u{2028}' | '\u{2029}') {
                writer.write_all(&fragment.as_bytes()[written..place])?;
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
                written = place + character.len_utf8();
            }
        }
        writer.write_all(&fragment.as_bytes()[written..])
    }
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
    fn json_escapes_stand_for_the_same_text() {
        let text = "a\u{9b}\u{202e}\u{2028}\u{e0041}\x7f\n\"\\é";
        let mut bytes = Vec::new();
        json(text, &mut bytes).unwrap();
        assert_eq!(String::from_utf8(bytes.clone()).unwrap(), r#""a\u009b\u202e\u2028\udb40\udc41\u007f\n\"\\é""#);
        assert_eq!(serde_json::from_slice::<String>(&bytes).unwrap(), text);
    }
}
