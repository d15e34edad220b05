//! Articles over time: bins of an hour, a day, a month or a year, by the length of time that nearly all articles fall into.

use super::page::{Kinds, Time};
use crate::findings::Kind;

/// Of a thousand articles so many at either end may lie outside of the bins, as a handful from the archive do.
const OUTSIDE_PER_MILLE: usize = 5;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Hour,
    Day,
    Month,
    Year,
}

impl Unit {
    /// The unit that gives a plot between a few and some hundred columns.
    fn of(length_seconds: i64) -> Unit {
        match length_seconds / DAY {
            0..=4 => Unit::Hour,
            5..=150 => Unit::Day,
            151..=3650 => Unit::Month,
            _ => Unit::Year,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Unit::Hour => "hour",
            Unit::Day => "day",
            Unit::Month => "month",
            Unit::Year => "year",
        }
    }

    /// The number of the bin of a time.
    fn bin(self, seconds: i64) -> i64 {
        let date = || {
            let stamp = jiff::Timestamp::from_second(seconds).unwrap_or_default();
            let date = jiff::tz::TimeZone::UTC.to_datetime(stamp);
            (i64::from(date.year()), i64::from(date.month()))
        };
        match self {
            Unit::Hour => seconds.div_euclid(HOUR),
            Unit::Day => seconds.div_euclid(DAY),
            Unit::Month => date().0 * 12 + date().1 - 1,
            Unit::Year => date().0,
        }
    }

    /// The beginning of a bin as text: as much of a date as it means.
    fn label(self, bin: i64) -> String {
        let stamp = |seconds: i64| {
            let stamp = jiff::Timestamp::from_second(seconds).unwrap_or_default();
            jiff::tz::TimeZone::UTC.to_datetime(stamp)
        };
        match self {
            Unit::Hour => format!("{}T{:02}", stamp(bin * HOUR).date(), bin.rem_euclid(24)),
            Unit::Day => stamp(bin * DAY).date().to_string(),
            Unit::Month => format!("{:04}-{:02}", bin.div_euclid(12), bin.rem_euclid(12) + 1),
            Unit::Year => format!("{bin:04}"),
        }
    }
}

/// Articles with their times and kinds, in bins without a gap.
pub(super) fn over_time(articles: impl Iterator<Item = (Option<i64>, Kind)>) -> Time {
    let (mut dated, mut undated) = (Vec::new(), 0);
    for (seconds, kind) in articles {
        match seconds {
            Some(seconds) => dated.push((seconds, kind)),
            None => undated += 1,
        }
    }
    dated.sort_unstable_by_key(|(seconds, _)| *seconds);
    let outside = dated.len() * OUTSIDE_PER_MILLE / 1000;
    let (Some(first), Some(last)) = (dated.get(outside), dated.get(dated.len().saturating_sub(1 + outside))) else {
        return Time { unit: Unit::Day.name(), bins: Vec::new(), undated, before: 0, after: 0 };
    };
    let unit = Unit::of(last.0 - first.0);
    let (first, last) = (unit.bin(first.0), unit.bin(last.0));
    let mut bins: Vec<(String, Kinds)> = (first..=last).map(|bin| (unit.label(bin), Kinds::default())).collect();
    let (mut before, mut after) = (0, 0);
    for (seconds, kind) in dated {
        let bin = unit.bin(seconds);
        match usize::try_from(bin - first).ok().and_then(|place| bins.get_mut(place)) {
            Some((_, counts)) => counts[kind as usize] += 1,
            None if bin < first => before += 1,
            None => after += 1,
        }
    }
    Time { unit: unit.name(), bins, undated, before, after }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(times: &[i64]) -> Vec<String> {
        let time = over_time(times.iter().map(|&seconds| (Some(seconds), Kind::Copy)));
        let counted: u32 = time.bins.iter().map(|(_, counts)| counts[Kind::Copy as usize]).sum();
        assert_eq!((counted + time.before + time.after) as usize, times.len());
        time.bins.into_iter().map(|(label, _)| label).collect()
    }

    #[test]
    fn bins_are_as_long_as_the_time_asks_for() {
        assert_eq!(labels(&[]), Vec::<String>::new());
        assert_eq!(labels(&[-1, 7200]), ["1969-12-31T23", "1970-01-01T00", "1970-01-01T01", "1970-01-01T02"]);
        assert_eq!(labels(&[0, 6 * DAY]).len(), 7);
        assert_eq!(labels(&[0, 200 * DAY])[6], "1970-07");
        assert_eq!(labels(&[0, 4000 * DAY]).last().unwrap(), "1980");
    }

    #[test]
    fn a_few_old_articles_do_not_stretch_the_plot() {
        let mut times: Vec<i64> = (0..1000).map(|hour| 1_700_000_000 + hour % 48 * HOUR).collect();
        times.extend([0, 1, 2]);
        assert!(labels(&times).len() <= 49);
    }
}
