//! JSON with a trifle that forbids it: what programs write for a number that is none, and a comma before a closing bracket.
//!
//! Python writes `NaN`, `Infinity` and `-Infinity`; they stand for nothing here and become `null`. A comma too many is left
//! out. Only a record that could not be parsed is looked at; if it is broken otherwise, it stays so.

use super::splice::string_end;

/// The words for a number that is none, with what is no word of JSON in them.
const NO_NUMBERS: [&str; 9] = ["NaN", "-NaN", "nan", "Infinity", "-Infinity", "+Infinity", "inf", "-inf", "undefined"];

/// The record without what can be mended, if there is anything.
pub(super) fn mended(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut mended = String::new();
    let (mut copied, mut place) = (0, 0);
    while let Some(&byte) = bytes.get(place) {
        let rest = &bytes[place..];
        match byte {
            b'"' => place = string_end(bytes, place).unwrap_or(bytes.len()),
            b',' => {
                let next = rest[1..].trim_ascii_start().first();
                // A comma before which there is nothing stands for more than itself.
                let before = text[..place].trim_end().as_bytes().last();
                if matches!(next, Some(b'}' | b']')) && !matches!(before, Some(b',' | b'{' | b'[' | b':') | None) {
                    mended.push_str(&text[copied..place]);
                    copied = place + 1;
                }
                place += 1;
            }
            b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'+' => {
                let length =
                    rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"+-._".contains(byte)).count();
                if NO_NUMBERS.contains(&&text[place..place + length]) {
                    mended.push_str(&text[copied..place]);
                    mended.push_str("null");
                    copied = place + length;
                }
                place += length;
            }
            _ => place += 1,
        }
    }
    (copied > 0).then(|| mended + &text[copied..])
}
