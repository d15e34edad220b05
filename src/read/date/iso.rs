//! Dates as programs write them: ISO 8601, RFC 2822, runs of digits. ASCII alone comes here.

use jiff::civil;

use super::{SECONDS_OF_A_DAY, UNIX_YEARS, at};
use crate::article::Moment;

/// The point in time that `text` states in one of these forms.
pub(super) fn moment(text: &str) -> Option<Moment> {
    digits(text).or_else(|| iso(text)).or_else(|| rfc2822(text))
}

/// A run of digits alone, perhaps with a fraction: its length tells what it is.
fn digits(text: &str) -> Option<Moment> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let unix = |seconds: i64| {
        let year = jiff::tz::TimeZone::UTC.to_datetime(jiff::Timestamp::from_second(seconds).ok()?).year();
        UNIX_YEARS.contains(&year).then_some(Moment {
            seconds,
            offset_minutes: Some(0),
            day_only: false,
            doubtful: false,
        })
    };
    let number: i64 = whole.parse().ok()?;
    let read = match whole.len() {
        9..=10 => unix(number),
        11..=13 => unix(number / 1000),
        16 => unix(number / 1_000_000),
        19 => unix(number / 1_000_000_000),
        _ => None,
    };
    read.or_else(|| match whole.len() {
        8 | 12 | 14 if fraction.is_empty() => iso(whole).filter(|moment| moment.seconds >= 10 * 365 * SECONDS_OF_A_DAY),
        _ => None,
    })
}

/// ISO 8601: a day, then perhaps a time, then perhaps a zone.
fn iso(text: &str) -> Option<Moment> {
    let mut rest = Cursor(text.as_bytes());
    let year = rest.number(4)?;
    let extended = rest.skip(b'-');
    let month = rest.number(2)?;
    if rest.skip(b'-') != extended {
        return None;
    }
    let date =
        civil::Date::new(super::common_era(year), i8::try_from(month).ok()?, i8::try_from(rest.number(2)?).ok()?)
            .ok()?;
    if rest.0.is_empty() {
        return Some(at(date, civil::Time::midnight(), None, true));
    }
    let separated = rest.skip(b'T') || rest.skip(b't') || rest.skip_spaces();
    if !separated && extended {
        return None;
    }
    let hour = rest.number(2)?;
    let colon = rest.skip(b':');
    let (minute, second) = match rest.number(2) {
        None if colon => return None,
        None => (0, 0),
        Some(minute) if rest.skip(b':') => (minute, rest.number(2)?),
        Some(minute) if colon => (minute, 0),
        Some(minute) => (minute, rest.number(2).unwrap_or(0)),
    };
    if rest.skip(b'.') || rest.skip(b',') {
        let fraction = rest.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        rest.0 = rest.0.get(fraction..)?;
    }
    // A leap second is the second before it: no calendar of a scraper knows one.
    let part = |number: i16| i8::try_from(number).ok();
    let time =
        civil::Time::new(part(hour)?, part(minute)?, part(second.min(if second == 60 { 59 } else { second }))?, 0);
    let offset_minutes = zone(rest)?;
    Some(at(date, time.ok()?, offset_minutes, false))
}

/// What follows a time: nothing, `Z`, `UTC`, `GMT`, `+0100`, `+01:00`, `+01`, each perhaps after a space or with a zone's
/// name in brackets. The outer option is whether it was understood.
fn zone(mut rest: Cursor<'_>) -> Option<Option<i16>> {
    rest.skip_spaces();
    if let Some(bracket) = rest.0.iter().position(|&byte| byte == b'[') {
        rest.0 = rest.0.get(..bracket)?;
    }
    match rest.0 {
        b"" => return Some(None),
        b"Z" | b"z" | b"UTC" | b"GMT" => return Some(Some(0)),
        _ => {}
    }
    for name in [&b"UTC"[..], b"GMT"] {
        rest.0 = rest.0.strip_prefix(name).unwrap_or(rest.0);
    }
    let sign = if rest.skip(b'-') {
        -1
    } else if rest.skip(b'+') {
        1
    } else {
        return None;
    };
    let hours = rest.number(2)?;
    rest.skip(b':');
    let minutes = if rest.0.is_empty() { 0 } else { rest.number(2)? };
    (rest.0.is_empty() && hours <= 15 && minutes < 60).then_some(Some(sign * (hours * 60 + minutes)))
}

/// `Sun, 15 Jul 2018 07:54:28 +0000`, the form of feeds and mail headers.
fn rfc2822(text: &str) -> Option<Moment> {
    let parser = jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true);
    let zoned = parser.parse_zoned(text).ok()?;
    let offset_minutes = i16::try_from(zoned.offset().seconds() / 60).ok();
    Some(Moment { seconds: zoned.timestamp().as_second(), offset_minutes, day_only: false, doubtful: false })
}

/// What is left of a date to read.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    /// Exactly `width` digits, if they come next.
    fn number(&mut self, width: usize) -> Option<i16> {
        let (head, tail) = self.0.split_at_checked(width)?;
        let mut number = 0i16;
        for byte in head {
            number = number * 10 + i16::from(byte.is_ascii_digit().then(|| byte - b'0')?);
        }
        self.0 = tail;
        Some(number)
    }

    fn skip(&mut self, wanted: u8) -> bool {
        let found = self.0.first() == Some(&wanted);
        if found {
            self.0 = self.0.get(1..).unwrap_or_default();
        }
        found
    }

    fn skip_spaces(&mut self) -> bool {
        let before = self.0.len();
        self.0 = self.0.trim_ascii_start();
        self.0.len() < before
    }
}
