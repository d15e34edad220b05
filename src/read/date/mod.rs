//! Dates as corpora write them, to a [`Moment`].
//!
//! What comes in is one field's text; what goes out is a point in time with the zone that was stated, or nothing where the
//! text is no date or has several readings: `03/04/2018` has two, so it has none. Nothing is guessed. ISO 8601, RFC 2822 and
//! numbers are read here and in `iso`, what people write in `words`, whose names are in `names`. `jiff` knows the calendar.
//!
//! A date that a source states need not be true. [`Plausible`] marks those that cannot be ([`Moment::doubtful`]); they are
//! shown, but nothing is ordered by them. The library reads no clock: what "later than today" means is a setting, and a
//! record's own crawl date.

mod iso;
mod names;
mod words;

use jiff::civil;

use crate::article::{Article, Moment, SECONDS_OF_A_DAY};
use crate::settings::ReadSettings;

/// Numbers are taken for Unix times between these years only: outside them they are ids, counts or zeros.
const UNIX_YEARS: std::ops::RangeInclusive<i16> = 1980..=2100;
/// How far ahead of the crawl an article may be dated: zones, embargoes and the date of tomorrow's paper make up a day each.
const AHEAD_SECONDS: i64 = 2 * SECONDS_OF_A_DAY;
/// The days that programs write for a missing date: year 1, MongoDB and PHP, Windows files, Excel (twice), SQL, Unix.
const ZERO_DAYS: [civil::Date; 7] = [
    civil::Date::constant(1, 1, 1),
    civil::Date::constant(1, 11, 30),
    civil::Date::constant(1601, 1, 1),
    civil::Date::constant(1899, 12, 30),
    civil::Date::constant(1899, 12, 31),
    civil::Date::constant(1900, 1, 1),
    civil::Date::constant(1970, 1, 1),
];
/// No date is shorter or longer, in bytes.
const DATE_BYTES: std::ops::RangeInclusive<usize> = 8..=160;

/// The point in time that `text` states, if it is one of the known forms.
///
/// Known are ISO 8601 (extended and basic, with or without zone, seconds or time), RFC 2822, fourteen digits
/// (`20180715075428`), Unix times from seconds to nanoseconds, and what `words` reads. The zero values of programs are
/// doubtful.
pub(super) fn moment(text: &str) -> Option<Moment> {
    let text = text.trim();
    if !DATE_BYTES.contains(&text.len()) {
        return None;
    }
    let text = without_zone_name(text);
    let read = if text.is_ascii() { iso::moment(text).or_else(|| wrapped(text)) } else { None };
    let mut read = read.or_else(|| words::moment(text))?;
    read.doubtful = is_zero(read);
    Some(read)
}

/// `Tue Jan 02 2024 15:04:05 GMT+0100 (Central European Standard Time)`: JavaScript names the zone in the language of the
/// browser, behind its offset.
fn without_zone_name(text: &str) -> &str {
    let named = text.strip_suffix(')').and_then(|text| text.rsplit_once('('));
    match named {
        Some((before, _)) if before.contains(" GMT+") || before.contains(" GMT-") => before.trim_end(),
        _ => text,
    }
}

/// `/Date(1531641268000+0200)/`, as .NET writes a time in JSON, and `new Date(1531641268000)`.
fn wrapped(text: &str) -> Option<Moment> {
    let inside = text.trim_matches(['/', '\\']).strip_suffix(')')?;
    let inside = inside.strip_prefix("new ").unwrap_or(inside).strip_prefix("Date(")?;
    let sign = inside.rfind(['+', '-']).filter(|&place| place > 0);
    let (number, zone) = inside.split_at(sign.unwrap_or(inside.len()));
    let stated = match zone.len() {
        0 => 0,
        5 => {
            let minutes = zone.get(1..3)?.parse::<i16>().ok()? * 60 + zone.get(3..)?.parse::<i16>().ok()?;
            if zone.starts_with('-') { -minutes } else { minutes }
        }
        _ => return None,
    };
    // The number is of UTC all the same.
    let read = iso::moment(number).filter(|_| number.len() > 8 && number.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some(Moment { offset_minutes: Some(stated), ..read })
}

/// The year of the common era: Thailand counts from the death of the Buddha, 543 years before.
fn common_era(year: i16) -> i16 {
    if (2440..=2640).contains(&year) { year - 543 } else { year }
}

/// Whether it is a day that stands for a missing date, in the stated zone or in UTC.
fn is_zero(moment: Moment) -> bool {
    let day = |offset: i64| day_of(moment.seconds + offset * 60).is_none_or(|day| ZERO_DAYS.contains(&day));
    day(0) || day(moment.offset_minutes.unwrap_or(0).into())
}

fn day_of(seconds: i64) -> Option<civil::Date> {
    let stamp = jiff::Timestamp::from_second(seconds).ok()?;
    Some(jiff::tz::TimeZone::UTC.to_datetime(stamp).date())
}

fn at(date: civil::Date, time: civil::Time, offset_minutes: Option<i16>, day_only: bool) -> Moment {
    let days = i64::from(date.since(civil::Date::constant(1970, 1, 1)).map_or(0, |span| span.get_days()));
    let clock = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    let seconds = days * SECONDS_OF_A_DAY + clock - i64::from(offset_minutes.unwrap_or(0)) * 60;
    Moment { seconds, offset_minutes, day_only, doubtful: false }
}

/// Which dates can be true.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plausible {
    earliest_year: i16,
    /// The end of the day that was called today, in seconds since 1970.
    latest: Option<i64>,
}

impl Plausible {
    /// As the settings say.
    pub(super) fn new(settings: &ReadSettings) -> Plausible {
        let today = settings.today.as_deref().and_then(moment);
        Plausible {
            earliest_year: settings.earliest_year,
            latest: today.map(|today| today.seconds.saturating_add(SECONDS_OF_A_DAY)),
        }
    }

    /// Marks the dates of an article that cannot be true: zero values, years before `earliest_year`, and what lies more than
    /// two days after its crawl or after today.
    pub(super) fn judge(self, article: &mut Article) {
        let Article { published, modified, crawled, .. } = article;
        if let Some(crawled) = crawled {
            crawled.doubtful |= self.doubts(*crawled, None);
        }
        let seen = crawled
            .filter(|crawled| !crawled.doubtful)
            .map(|crawled| crawled.seconds + if crawled.day_only { SECONDS_OF_A_DAY } else { 0 });
        for date in [published, modified].into_iter().flatten() {
            date.doubtful |= self.doubts(*date, seen);
        }
    }

    fn doubts(self, date: Moment, seen: Option<i64>) -> bool {
        let year = day_of(date.seconds).map_or(i16::MIN, |day| day.year());
        let latest = [self.latest, seen].into_iter().flatten().min();
        year < self.earliest_year || latest.is_some_and(|latest| date.seconds > latest.saturating_add(AHEAD_SECONDS))
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
        check("1531641268000000", "2018-07-15T07:54:28Z");
        check("1531641268000000000", "2018-07-15T07:54:28Z");
        check("Sun, 15 Jul 2018 07:54:28 EST", "2018-07-15T07:54:28-05:00");
        check("Sonntag, 15. Juli 2018", "2018-07-15");
        check("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z");
        check("1871-03-18", "1871-03-18");
        check("Tue Jan 02 2024 15:04:05 GMT+0100 (Central European Standard Time)", "2024-01-02T15:04:05+01:00");
        check("Tue Jan 02 2024 15:04:05 GMT-0500 (heure normale de l’Est nord-américain)", "2024-01-02T15:04:05-05:00");
        check("Sat Feb 29 2020 00:00:00 GMT+0000 (Greenwich Mean Time)", "2020-02-29T00:00:00Z");
        check("/Date(1531641268000)/", "2018-07-15T07:54:28Z");
        check("/Date(1531641268000+0200)/", "2018-07-15T09:54:28+02:00");
        check("\\/Date(1531641268000-0430)\\/", "2018-07-15T03:24:28-04:30");
        check("new Date(1531641268000)", "2018-07-15T07:54:28Z");
        check("2567-01-02", "2024-01-02");
        check("2567-02-29T15:04:05+07:00", "2024-02-29T15:04:05+07:00");
        check("20240301T121500Z", "2024-03-01T12:15:00Z");
        check("/Date(12)/", "");
        check("/Date(1531641268000+02)/", "");
    }

    #[test]
    fn doubtful_dates() {
        let settings = |today: Option<&str>| ReadSettings { today: today.map(String::from), ..ReadSettings::default() };
        let doubtful = |published: &str, crawled: Option<&str>, today: Option<&str>| {
            let location = crate::article::Location { path: "a".into(), record: 1, byte_offset: 0 };
            let mut article = Article::new("a", "text", location);
            article.published = moment(published);
            article.crawled = crawled.and_then(moment);
            Plausible::new(&settings(today)).judge(&mut article);
            assert_eq!(article.published.unwrap().to_string(), published);
            article.published.unwrap().doubtful
        };
        for zero in [
            "1970-01-01",
            "1970-01-01T00:00:00Z",
            "1970-01-01T01:00:00+01:00",
            "1969-12-31T19:00:00-05:00",
            "0001-11-30",
            "0001-11-30T00:00:00Z",
            "0001-01-01T00:00:00Z",
            "1900-01-01",
            "1871-03-18",
        ] {
            assert!(doubtful(zero, None, None), "{zero}");
        }
        assert!(!doubtful("2018-07-15", None, None));
        assert!(!doubtful("2031-07-15", None, None));
        assert!(doubtful("2031-07-15", None, Some("2026-01-01")));
        assert!(doubtful("2031-07-15", Some("2026-01-01"), None));
        assert!(!doubtful("2026-01-03T23:00:00Z", Some("2026-01-01"), None));
        assert!(doubtful("2026-01-04T01:00:00Z", Some("2026-01-01"), None));
        // A crawl date that cannot be true says nothing.
        assert!(!doubtful("2018-07-15", Some("1970-01-01"), None));
        assert!(!doubtful("2024-07-15", Some("2031-01-01"), Some("2026-01-01")));
        let old = ReadSettings { earliest_year: 1600, ..ReadSettings::default() };
        let location = crate::article::Location { path: "a".into(), record: 1, byte_offset: 0 };
        let mut article = Article { published: moment("1871-03-18"), ..Article::new("a", "text", location) };
        Plausible::new(&old).judge(&mut article);
        assert!(article.trusted_date().is_some());
    }

    #[test]
    fn no_dates() {
        for text in [
            "None",
            "null",
            "",
            "NaN",
            "0",
            "0000-00-00",
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
            let stated = Moment { seconds, offset_minutes: offset, day_only: false, doubtful: false };
            prop_assert_eq!(moment(&stated.to_string()), Some(stated));
        }
    }
}
