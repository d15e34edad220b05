//! Dates as corpora write them, to a [`Moment`].
//!
//! What comes in is one field's text; what goes out is a point in time, or nothing where the text is no date or a form that
//! is not known for sure. Nothing is guessed: `03/04/2018` has two readings, so it has none. `jiff` knows the calendar.

use jiff::civil;

use crate::article::Moment;

/// Numbers are taken for Unix times between these years only: outside them they are ids, counts or zeros.
const UNIX_YEARS: std::ops::RangeInclusive<i16> = 1980..=2100;
/// Written dates may be those of digitised newspapers; before these years stand the zero values of programming languages.
const WRITTEN_YEARS: std::ops::RangeInclusive<i16> = 1600..=2100;
const SECONDS_OF_A_DAY: i64 = 86_400;

/// The point in time that `text` states, if it is one of the known forms.
///
/// Known are ISO 8601 (extended and basic, with or without zone, seconds or time), RFC 2822, fourteen digits
/// (`20180715075428`) and Unix times in seconds or milliseconds. The Unix epoch itself is taken for a missing value.
pub(super) fn moment(text: &str) -> Option<Moment> {
    let text = text.trim();
    if text.len() < 8 || text.len() > 64 || !text.is_ascii() {
        return None;
    }
    digits(text).or_else(|| iso(text)).or_else(|| rfc2822(text)).filter(|moment| moment.seconds != 0)
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
        UNIX_YEARS.contains(&year).then_some(Moment { seconds, offset_minutes: Some(0), day_only: false })
    };
    let number: i64 = whole.parse().ok()?;
    let read = match whole.len() {
        9..=10 => unix(number),
        11..=13 => unix(number / 1000),
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
    let date = civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(rest.number(2)?).ok()?).ok()?;
    if !WRITTEN_YEARS.contains(&date.year()) {
        return None;
    }
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
    if !WRITTEN_YEARS.contains(&zoned.year()) {
        return None;
    }
    let offset_minutes = i16::try_from(zoned.offset().seconds() / 60).ok();
    Some(Moment { seconds: zoned.timestamp().as_second(), offset_minutes, day_only: false })
}

fn at(date: civil::Date, time: civil::Time, offset_minutes: Option<i16>, day_only: bool) -> Moment {
    let days = i64::from(date.since(civil::Date::constant(1970, 1, 1)).map_or(0, |span| span.get_days()));
    let clock = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    let seconds = days * SECONDS_OF_A_DAY + clock - i64::from(offset_minutes.unwrap_or(0)) * 60;
    Moment { seconds, offset_minutes, day_only }
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, shown: &str) {
        let read = moment(text).map(|moment| moment.to_string()).unwrap_or_default();
        assert_eq!(read, shown, "{text:?}");
    }

    #[test]
    fn known_forms() {
        check("2018-07-15T07:54:28-04:00", "2018-07-15T07:54:28-04:00");
        check("2018-07-15T07:54:28.123456Z", "2018-07-15T07:54:28Z");
        check("2018-07-15T07:54:28+0100", "2018-07-15T07:54:28+01:00");
        check("2018-07-15T07:54:28 +05:30", "2018-07-15T07:54:28+05:30");
        check("2018-07-15T07:54:28+01", "2018-07-15T07:54:28+01:00");
        check("2018-07-15 07:54:28", "2018-07-15T07:54:28");
        check("2018-07-15 07:54:28 UTC", "2018-07-15T07:54:28Z");
        check("2018-07-15 07:54", "2018-07-15T07:54:00");
        check("2018-07-15T07:54:28+02:00[Europe/Paris]", "2018-07-15T07:54:28+02:00");
        check(" 2018-07-15 ", "2018-07-15");
        check("20180715", "2018-07-15");
        check("20180715T075428Z", "2018-07-15T07:54:28Z");
        check("20180715T075428", "2018-07-15T07:54:28");
        check("20180715075428", "2018-07-15T07:54:28");
        check("201807150754", "2018-07-15T07:54:00");
        check("Sun, 15 Jul 2018 07:54:28 +0000", "2018-07-15T07:54:28Z");
        check("15 Jul 2018 07:54:28 -0400", "2018-07-15T07:54:28-04:00");
        check("Mon, 15 Jul 2018 07:54:28 GMT", "2018-07-15T07:54:28Z");
        check("1531641268", "2018-07-15T07:54:28Z");
        check("1531641268.75", "2018-07-15T07:54:28Z");
        check("1531641268000", "2018-07-15T07:54:28Z");
        check("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z");
        check("1871-03-18", "1871-03-18");
    }

    #[test]
    fn no_dates() {
        for text in [
            "None",
            "null",
            "",
            "NaN",
            "0",
            "0001-01-01T00:00:00Z",
            "1970-01-01T00:00:00Z",
            "2018-02-30",
            "2018-13-01",
            "2018-07-15T25:00:00",
            "2018-07-15T07:54:28 nonsense",
            "2018-0715",
            "03/04/2018",
            "yesterday at noon",
            "99999999",
            "123456789012345678",
            "１５３１６４１２６８",
        ] {
            check(text, "");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "[0-9TZ:+. \\-]{0,30}|\\PC{0,20}") {
            if let Some(moment) = moment(&text) {
                prop_assert!(!moment.to_string().is_empty());
            }
        }

        #[test]
        fn what_is_shown_reads_back(seconds in 400_000_000i64..4_000_000_000, offset in proptest::option::of(-720i16..=840)) {
            let stated = Moment { seconds, offset_minutes: offset, day_only: false };
            prop_assert_eq!(moment(&stated.to_string()), Some(stated));
        }
    }
}
