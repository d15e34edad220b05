//! Which character set are these bytes in?
//!
//! What is valid UTF-8 is UTF-8, whatever a server or an author says of it. A whole source of text is decided from its
//! beginning by [`of_text`] and transcoded on the way ([`Feed::decode`](super::feed::Feed::decode)); a page is decided
//! alone by [`page`]: byte order mark, UTF-8, the header it was served with, its `meta`, and at last detection with
//! `chardetng`, the detector of Firefox. Decoding is `encoding_rs`, which knows the sets of the Encoding Standard and
//! no others.
//!
//! One flaw in a file of UTF-8 must not make it another set. So detection has its say only where bytes that are no
//! UTF-8 outnumber characters that are, in more than one line where lines are records, and where the set it names fits
//! nearly all of them. Time is linear; detection reads a source's first 64 KiB, and a page whole.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{CoderResult, Encoding, ISO_2022_JP, UTF_8, WINDOWS_1252, X_USER_DEFINED};

/// How many bytes of a page are searched for a `meta` that names its set: the HTML standard asks for 1,024, and pages
/// that put styles and scripts first need more.
const META_BYTES: usize = 16 << 10;

/// One character of a hundred may be broken in a set that was detected.
const PLAUSIBLE_FLAWS: usize = 100;

/// How the records of a source of text lie, as far as detection needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// The whole source is one text.
    OneText,
    /// A record seldom is longer than a line.
    Lines,
}

/// The set that a source of text is to be decoded from, or nothing where it is to be read as UTF-8. `head` is its
/// beginning without a byte order mark.
pub(super) fn of_text(head: &[u8], layout: Layout) -> Option<&'static Encoding> {
    if simdutf8::basic::from_utf8(head).is_ok() || has_control_characters(head) {
        return None;
    }
    let flaws = Flaws::of(head);
    let few = layout == Layout::Lines && flaws.lines < 2;
    if !flaws.prevail() || few {
        return None;
    }
    let set = detect(head, None);
    fits(set, head).then_some(set)
}

/// The text of a page, given the label of the set in the header it was served with and the last part of its host's
/// name.
///
/// Bytes that are no characters of the set become U+FFFD, as browsers have it.
pub(super) fn page<'b>(bytes: &'b [u8], label: Option<&str>, domain: Option<&str>) -> Cow<'b, str> {
    if let Some((set, mark_bytes)) = Encoding::for_bom(bytes) {
        return set.decode_without_bom_handling(bytes.get(mark_bytes..).unwrap_or_default()).0;
    }
    let stated = || label.and_then(|label| Encoding::for_label(label.as_bytes())).or_else(|| in_meta(bytes));
    if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
        // The one set that is all ASCII bytes and not ASCII.
        let escapes = memchr::memchr(0x1b, bytes).is_some() && stated() == Some(ISO_2022_JP);
        return if escapes { ISO_2022_JP.decode_without_bom_handling(bytes).0 } else { Cow::Borrowed(text) };
    }
    let set = match stated() {
        Some(set) if set != UTF_8 => set,
        _ if !Flaws::of(bytes).prevail() => UTF_8,
        _ => detect(bytes, domain),
    };
    set.decode_without_bom_handling(bytes).0
}

/// The set that a page names in a `meta` or an XML declaration.
fn in_meta(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..META_BYTES).unwrap_or(bytes);
    for tag_start in memchr::memchr_iter(b'<', head) {
        let tag = head.get(tag_start + 1..).unwrap_or_default();
        let name = match tag.first() {
            Some(b'm' | b'M') => &b"meta"[..],
            Some(b'?') => b"?xml",
            _ => continue,
        };
        if !tag.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)) {
            continue;
        }
        let tag = tag.get(..memchr::memchr(b'>', tag).unwrap_or(tag.len())).unwrap_or_default();
        let tag = String::from_utf8_lossy(tag).to_ascii_lowercase();
        let word = if name == b"meta" { "charset" } else { "encoding" };
        if let Some(set) = value_after(&tag, word).and_then(|label| Encoding::for_label(label.as_bytes())) {
            // A page whose `meta` can be read is in none of these sets, says the HTML standard.
            return Some(match set.name() {
                "UTF-16LE" | "UTF-16BE" => UTF_8,
                _ if set == X_USER_DEFINED => WINDOWS_1252,
                _ => set,
            });
        }
    }
    None
}

/// The label in `charset=label`, whatever quotation marks stand around it.
pub(super) fn value_after<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let mut rest = text;
    loop {
        rest = rest.get(rest.find(word)? + word.len()..)?;
        if let Some(value) = rest.trim_start().strip_prefix('=') {
            let value = value.trim_start().trim_start_matches(['"', '\'']);
            let end = value.find(|c: char| c.is_whitespace() || "\"';,>/?".contains(c)).unwrap_or(value.len());
            return value.get(..end).filter(|value| !value.is_empty());
        }
    }
}

/// How far bytes are from UTF-8.
struct Flaws {
    /// Characters beyond ASCII that are whole.
    characters: usize,
    /// Runs of bytes that are no character.
    flaws: usize,
    /// Lines that have one.
    lines: usize,
}

impl Flaws {
    fn of(bytes: &[u8]) -> Flaws {
        let mut found = Flaws { characters: 0, flaws: 0, lines: 0 };
        let mut place = 0;
        let mut line_has_one = false;
        for chunk in bytes.utf8_chunks() {
            found.characters += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
            line_has_one &= !chunk.valid().contains(['\n', '\r']);
            place += chunk.valid().len() + chunk.invalid().len();
            // What ends the window may be the beginning of a character.
            let cut_off =
                place == bytes.len() && std::str::from_utf8(chunk.invalid()).is_err_and(|e| e.error_len().is_none());
            if !chunk.invalid().is_empty() && !cut_off {
                found.flaws += 1;
                found.lines += usize::from(!std::mem::replace(&mut line_has_one, true));
            }
        }
        found
    }

    fn prevail(&self) -> bool {
        self.flaws > self.characters
    }
}

fn detect(bytes: &[u8], domain: Option<&str>) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, false);
    let is_plain = |domain: &&str| domain.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    detector.guess(domain.filter(is_plain).map(str::as_bytes), Utf8Detection::Deny)
}

/// Whether nearly all of the bytes are characters of a set.
fn fits(set: &'static Encoding, bytes: &[u8]) -> bool {
    let mut decoder = set.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(0));
    let (result, _, _) = decoder.decode_to_string(bytes, &mut text, false);
    let is_flaw = |c: &char| matches!(c, '\u{fffd}' | '\u{80}'..='\u{9f}');
    let flaws = text.chars().filter(is_flaw).count();
    let beyond_ascii = text.chars().filter(|c| !c.is_ascii()).count();
    result == CoderResult::InputEmpty && flaws * PLAUSIBLE_FLAWS <= beyond_ascii
}

/// Whether there are bytes that no text has in any set.
fn has_control_characters(head: &[u8]) -> bool {
    head.iter().any(|byte| byte.is_ascii_control() && !matches!(byte, b'\t'..=b'\r' | 0x1a | 0x1b | 0x7f))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUSSIAN: &str =
        "Паром сел на мель у острова утром во вторник, сообщили спасатели.\nПассажиры в безопасности.";
    const JAPANESE: &str = "火曜日の朝、フェリーが島の沖で座礁したと救助隊が発表した。\n乗客は全員無事だった。";
    const CHINESE: &str = "救援人员说，一艘渡轮星期二早晨在该岛附近触礁。\n乘客全部安全，没有人员伤亡的报告。";
    const FRENCH: &str =
        "Le ferry s'est échoué mardi matin près de l'île, a indiqué la préfecture.\nPersonne n'a été blessé.";

    fn encoded(text: &str, label: &str) -> Vec<u8> {
        Encoding::for_label(label.as_bytes()).unwrap().encode(text).0.into_owned()
    }

    #[test]
    fn sets_of_texts_are_detected() {
        for (text, label) in [
            (RUSSIAN, "koi8-r"),
            (RUSSIAN, "windows-1251"),
            (JAPANESE, "shift_jis"),
            (JAPANESE, "euc-jp"),
            (CHINESE, "gb18030"),
            (CHINESE, "big5"),
            (FRENCH, "windows-1252"),
        ] {
            let text = if label == "big5" {
                "救援人員說，一艘渡輪星期二早晨在該島附近觸礁。\n乘客全部安全。"
            } else {
                text
            };
            let bytes = encoded(text, label);
            for layout in [Layout::OneText, Layout::Lines] {
                let set = of_text(&bytes, layout).unwrap_or(UTF_8);
                assert_eq!(set.decode_without_bom_handling(&bytes).0, text, "{label}, {}", set.name());
            }
            assert_eq!(page(&bytes, None, None), text, "{label}");
        }
    }

    #[test]
    fn flawed_utf8_and_binary_data_are_no_other_set() {
        let none = |bytes: &[u8], layout| assert_eq!(of_text(bytes, layout), None, "{bytes:?}");
        none(b"plain", Layout::OneText);
        none("caf\u{e9}".as_bytes(), Layout::OneText);
        none(b"caf\xc3\xa9 and caf\xe9", Layout::OneText);
        none("日本語".as_bytes().split_last().unwrap().1, Layout::OneText);
        none(b"first\ncaf\xe9 and caf\xe9\nlast", Layout::Lines);
        none(b"\x00\x01\xff", Layout::OneText);
        none(b"\x89PNG\r\n\x1a\n\x01\xff\xfe", Layout::OneText);
        assert_eq!(of_text(b"A caf\xe9 on the quay.", Layout::OneText), Some(WINDOWS_1252));
        assert_eq!(of_text(b"A caf\xe9\non the q\xf9ay.", Layout::Lines), Some(WINDOWS_1252));
    }

    #[test]
    fn pages() {
        let check = |bytes: &[u8], label: Option<&str>, expected: &str| {
            assert_eq!(page(bytes, label, None), expected, "{}", String::from_utf8_lossy(bytes));
        };
        let russian = |head: &str, set: &str| encoded(&format!("{head}{RUSSIAN}"), set);
        let utf_8 = "<meta charset=windows-1251>Паром";
        check(utf_8.as_bytes(), Some("koi8-r"), utf_8);
        check(b"\xef\xbb\xbfa\xff", Some("koi8-r"), "a\u{fffd}");
        check(b"\xff\xfea\0", None, "a");
        for (head, set) in [
            ("<META http-equiv=Content-Type content='text/html; charset=KOI8-R'>", "koi8-r"),
            ("<meta name=a><meta charset = \"x-sjis\">", "shift_jis"),
            ("<?xml version='1.0' encoding=\"windows-1251\"?>", "windows-1251"),
        ] {
            let bytes = russian(head, set);
            check(&bytes, None, &format!("{head}{RUSSIAN}"));
        }
        check(&russian("<meta charset=utf-8>", "koi8-r"), None, &format!("<meta charset=utf-8>{RUSSIAN}"));
        check(
            &russian("<meta charset=shift_jis>", "koi8-r"),
            Some("koi8-r"),
            &format!("<meta charset=shift_jis>{RUSSIAN}"),
        );
        check("<p>Паром \u{1b}".as_bytes(), Some("nonsense"), "<p>Паром \u{1b}");
        check(b"<p>\xd0\x9f\xd0\xb0\xff", Some("utf-8"), "<p>Па\u{fffd}");
        check(b"\x1b$B2P\x1b(B", Some("iso-2022-jp"), "火");
    }
}
