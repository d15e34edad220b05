//! Dates as people write them: month names of many languages, dots and slashes, twelve-hour clocks, names of zones.
//!
//! A text is taken apart into numbers, words and marks, which are read from left to right. Every piece must be understood,
//! and day, month, year and time may each stand there once; otherwise the text is no date. The cost is that of looking a
//! few words up in tables of some hundred names, and only texts that are no ISO date come here.
//!
//! What has one reading by its form:
//!
//! - a month name with a day and a year of four digits, in any order (`2 January 2024`, `Jan. 2, 2024`);
//! - year, month, day with any mark between them (`2024/1/2`, `2024. 1. 2.`, `2024年1月2日`);
//! - day, month, year with dots (`02.01.2024`), since countries that use dots put the day first;
//! - slashes or hyphens with the year last where one number cannot be a month (`15/07/2018`, `7/15/2018`).
//!
//! `03/04/2018`, two digits for a year, and a month without a day have several readings or none, so they are no dates.

use std::borrow::Cow;

use jiff::civil;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::names::{self, Role};
use crate::article::Moment;

/// More pieces than this no date has.
const MOST_TOKENS: usize = 40;

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number { value: u32, digits: usize },
    Word(String),
    Mark(char),
    Blank,
}

/// The point in time that `text` states in words.
pub(super) fn moment(text: &str) -> Option<Moment> {
    let tokens = tokens(&joined(text))?;
    let mut reader = Reader { tokens: &tokens, at: 0, read: Read::default() };
    while reader.at < tokens.len() {
        reader.step()?;
    }
    reader.read.moment()
}

/// The text without dots between Thai letters, which abbreviate one word: "ม.ค.", "พ.ศ.".
fn joined(text: &str) -> Cow<'_, str> {
    let is_thai = |c: char| ('\u{E01}'..='\u{E4E}').contains(&c);
    if !text.contains(is_thai) {
        return Cow::Borrowed(text);
    }
    let mut joined = String::with_capacity(text.len());
    for (place, c) in text.char_indices() {
        let within = c == '.' && text[..place].ends_with(is_thai) && text[place + 1..].starts_with(is_thai);
        if !within {
            joined.push(c);
        }
    }
    Cow::Owned(joined)
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let is_number = |c: char| digit(c).is_some();
        let is_word = |c: char| (c.is_alphabetic() || is_combining_mark(c) || is_joiner(c)) && !is_number(c);
        let length = |belongs: &dyn Fn(char) -> bool| rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        let (token, length) = if is_number(first) {
            let length = length(&is_number);
            let (number, digits) = (rest.get(..length)?, rest.get(..length)?.chars().count());
            let value = number
                .chars()
                .filter_map(digit)
                .try_fold(0u32, |value, digit| value.checked_mul(10).and_then(|value| value.checked_add(digit)))?;
            (Token::Number { value, digits }, length)
        } else if is_word(first) {
            let length = names::unit(rest).map_or_else(|| length(&is_word), str::len);
            let word = rest.get(..length)?.to_lowercase();
            let word = word.chars().filter(|&c| !is_combining(c) && !is_joiner(c));
            (Token::Word(word.nfc().collect()), length)
        } else if first.is_whitespace() || is_unseen(first) {
            (Token::Blank, length(&|c: char| c.is_whitespace() || is_unseen(c)))
        } else {
            (Token::Mark(first), first.len_utf8())
        };
        tokens.push(token);
        if tokens.len() > MOST_TOKENS {
            return None;
        }
        rest = rest.get(length..)?;
    }
    Some(tokens)
}

/// Digits of the scripts that write dates with their own: Arabic, Persian, of India, Thai, Lao, Burmese, Khmer, full-width.
fn digit(c: char) -> Option<u32> {
    const ZEROS: [char; 17] = ['0', '٠', '۰', '०', '০', '੦', '૦', '୦', '௦', '౦', '೦', '൦', '๐', '໐', '၀', '០', '０'];
    let value = |zero: &char| (c as u32).checked_sub(*zero as u32).filter(|value| *value < 10);
    ZEROS.iter().find_map(value)
}

/// The joiner in Persian words, which a space or nothing may stand for.
fn is_joiner(c: char) -> bool {
    c == '\u{200c}'
}

/// The dot that lower-casing a Turkish İ leaves, and the vowel signs of Arabic.
fn is_combining(c: char) -> bool {
    matches!(c, '\u{307}' | '\u{64b}'..='\u{652}')
}

fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{feff}' | '\u{ad}')
}

/// What was read so far.
#[derive(Default)]
struct Read {
    day: Option<u32>,
    month: Option<u32>,
    year: Option<u32>,
    /// A month that may be a day of the week instead, as "mar" may.
    weekday_or_month: Option<u32>,
    hour: Option<u32>,
    minute: u32,
    second: u32,
    zone: Option<i16>,
    has_zone: bool,
    /// Whether the clock runs to twelve, and which half of the day it is.
    afternoon: Option<bool>,
    /// A dot stands right behind the day.
    dotted_day: bool,
    listopad: bool,
    /// A language in which the day goes before the month whatever stands between.
    day_first: bool,
}

/// Sets what may be there once.
fn once(slot: &mut Option<u32>, value: u32) -> Option<()> {
    slot.replace(value).is_none().then_some(())
}

impl Read {
    fn moment(self) -> Option<Moment> {
        let month = self.month.or(self.weekday_or_month)?;
        // In Polish and Czech November, in Croatian October, where a dot follows the day.
        if self.listopad && self.dotted_day {
            return None;
        }
        let part = |number: u32| i8::try_from(number).ok();
        let year = super::common_era(i16::try_from(self.year?).ok()?);
        let date = civil::Date::new(year, part(month)?, part(self.day?)?).ok()?;
        let Some(hour) = self.hour else {
            return self.afternoon.is_none().then(|| super::at(date, civil::Time::midnight(), None, true));
        };
        let hour = match self.afternoon {
            None => hour,
            Some(true) if hour < 12 => hour + 12,
            Some(false) if hour == 12 => 0,
            Some(_) => hour,
        };
        let second = if self.second == 60 { 59 } else { self.second };
        let time = civil::Time::new(part(hour)?, part(self.minute)?, part(second)?, 0).ok()?;
        Some(super::at(date, time, self.zone, false))
    }

    fn date(&mut self, year: u32, month: u32, day: u32) -> Option<()> {
        once(&mut self.year, year)?;
        once(&mut self.month, month)?;
        once(&mut self.day, day)
    }
}

struct Reader<'t> {
    tokens: &'t [Token],
    at: usize,
    read: Read,
}

impl Reader<'_> {
    fn token(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead)
    }

    fn number(&self, ahead: usize) -> Option<(u32, usize)> {
        match self.token(ahead) {
            Some(&Token::Number { value, digits }) => Some((value, digits)),
            _ => None,
        }
    }

    fn mark(&self, ahead: usize) -> Option<char> {
        match self.token(ahead) {
            Some(&Token::Mark(mark)) => Some(mark),
            _ => None,
        }
    }

    /// The next word, blanks apart, and how many tokens it and the blanks are.
    fn word(&self, ahead: usize) -> Option<(&str, usize)> {
        let blank = usize::from(self.token(ahead) == Some(&Token::Blank));
        match self.token(ahead + blank) {
            Some(Token::Word(word)) => Some((word, blank + 1)),
            _ => None,
        }
    }

    /// Whether the next word, blanks apart, is of this role.
    fn role(&self, ahead: usize, wanted: fn(Role) -> bool) -> Option<(Role, usize)> {
        let (word, tokens) = self.word(ahead)?;
        names::is(word, wanted).map(|role| (role, tokens))
    }

    fn step(&mut self) -> Option<()> {
        match self.token(0)?.clone() {
            Token::Blank => self.at += 1,
            Token::Mark(mark) => self.mark_step(mark)?,
            Token::Number { value, digits } => self.number_step(value, digits)?,
            Token::Word(word) => self.word_step(&word)?,
        }
        Some(())
    }

    fn mark_step(&mut self, mark: char) -> Option<()> {
        let after_time =
            self.read.hour.is_some() && !(self.read.has_zone && self.read.zone.is_some_and(|zone| zone != 0));
        if matches!(mark, '+' | '-' | '−')
            && after_time
            && self.number(1).is_some_and(|(_, digits)| matches!(digits, 1 | 2 | 4))
        {
            return self.offset(if mark == '+' { 1 } else { -1 });
        }
        let known = ",;.:|/()[]-–—·•@'’\"،،。、：（）【】";
        if !known.contains(mark) {
            return None;
        }
        self.at += 1;
        Some(())
    }

    /// `+0100`, `+01:00`, `+1` behind a time.
    fn offset(&mut self, sign: i16) -> Option<()> {
        let (value, digits) = self.number(1)?;
        let value = i16::try_from(value).ok()?;
        let (hours, minutes, tokens) = match (digits, self.mark(2), self.number(3)) {
            (4, _, _) => (value / 100, value % 100, 2),
            (_, Some(':'), Some((minutes, 2))) => (value, i16::try_from(minutes).ok()?, 4),
            _ => (value, 0, 2),
        };
        if hours > 15 || minutes > 59 {
            return None;
        }
        self.read.zone = Some(sign * (hours * 60 + minutes));
        self.read.has_zone = true;
        self.at += tokens;
        Some(())
    }

    fn number_step(&mut self, value: u32, digits: usize) -> Option<()> {
        if let (Some(':' | '：'), Some((minute, 2))) = (self.mark(1), self.number(2)) {
            return self.clock(value, digits, minute);
        }
        if let Some(tokens) = self.numeric_date() {
            self.at += tokens;
            return Some(());
        }
        if let Some((Role::Hours, tokens)) = self.role(1, |role| role == Role::Hours) {
            return self.worded_clock(value, tokens + 1);
        }
        // "kl. 15.30" and "15.30 Uhr", once there is a day.
        if digits <= 2
            && value < 24
            && self.mark(1) == Some('.')
            && let Some((minute, 2)) = self.number(2).filter(|(minute, _)| *minute < 60)
        {
            let is_date = self.mark(3) == Some('.') && self.number(4).is_some();
            if !is_date && self.read.hour.is_none() && self.read.day.is_some() && self.read.year.is_some() {
                once(&mut self.read.hour, value)?;
                self.read.minute = minute;
                self.at += 3;
                return self.half_of_day();
            }
        }
        if digits <= 2 && self.half(1).is_some() && self.read.hour.is_none() && (1..=12).contains(&value) {
            once(&mut self.read.hour, value)?;
            self.at += 1;
            return self.half_of_day();
        }
        self.part_of_date(value, digits)
    }

    /// A day or a year that stands alone, perhaps with the unit of an East Asian date.
    fn part_of_date(&mut self, value: u32, digits: usize) -> Option<()> {
        let unit = self.word(1).map(|(word, tokens)| (word.to_owned(), tokens));
        match unit.as_ref().map(|(word, tokens)| (word.as_str(), *tokens)) {
            Some(("年" | "년", tokens)) if digits == 4 => {
                once(&mut self.read.year, value)?;
                self.at += tokens + 1;
            }
            Some(("月" | "월", tokens)) => {
                once(&mut self.read.month, value)?;
                self.at += tokens + 1;
            }
            Some(("日" | "号" | "號" | "일", tokens)) => {
                once(&mut self.read.day, value)?;
                self.at += tokens + 1;
            }
            _ if digits == 4 => {
                once(&mut self.read.year, value)?;
                self.at += 1;
            }
            _ if digits <= 2 && (1..=31).contains(&value) => {
                once(&mut self.read.day, value)?;
                self.read.dotted_day = self.mark(1) == Some('.');
                self.at += 1;
                let ordinal = match self.token(0) {
                    Some(Token::Word(word)) => names::is(word, |role| role == Role::Ordinal).is_some(),
                    Some(Token::Mark(mark)) => matches!(mark, 'º' | '°'),
                    _ => false,
                };
                self.at += usize::from(ordinal);
            }
            _ => return None,
        }
        Some(())
    }

    /// How many tokens a date of three numbers takes, if one begins here and has one reading.
    fn numeric_date(&mut self) -> Option<usize> {
        let mut ahead = 0;
        let mut parts = Vec::new();
        let mut marks = Vec::new();
        loop {
            parts.push(self.number(ahead)?);
            ahead += 1;
            if parts.len() == 3 {
                break;
            }
            marks.push(self.mark(ahead).filter(|mark| matches!(mark, '.' | '/' | '-' | '‐' | '‑' | '–'))?);
            ahead += 1;
            // "2024. 1. 2."
            ahead += usize::from(self.token(ahead) == Some(&Token::Blank) && marks.last() == Some(&'.'));
        }
        let (&[(a, a_digits), (b, b_digits), (c, c_digits)], &[mark, other]) = (parts.as_slice(), marks.as_slice())
        else {
            return None;
        };
        if mark != other {
            return None;
        }
        let short = |digits: usize| digits <= 2;
        if a_digits == 4 && short(b_digits) && short(c_digits) {
            self.read.date(a, b, c)?;
        } else if c_digits == 4 && short(a_digits) && short(b_digits) {
            let (day, month) = match mark {
                '.' => (a, b),
                _ if a > 12 || a == b || self.read.day_first => (a, b),
                _ if b > 12 => (b, a),
                _ => return None,
            };
            self.read.date(c, month, day)?;
        } else {
            return None;
        }
        Some(ahead)
    }

    /// `15:30`, `15:30:28`, `3:30:28.5 pm`.
    fn clock(&mut self, hour: u32, digits: usize, minute: u32) -> Option<()> {
        if digits > 2 {
            return None;
        }
        once(&mut self.read.hour, hour)?;
        self.read.minute = minute;
        self.at += 3;
        if let (Some(':' | '：'), Some((second, 2))) = (self.mark(0), self.number(1)) {
            self.read.second = second;
            self.at += 2;
            if let (Some('.' | ','), Some(_)) = (self.mark(0), self.number(1)) {
                self.at += 2;
            }
        }
        self.half_of_day()
    }

    /// `15 Uhr`, `15h30`, `3时30分28秒`, behind a number and the word for hours.
    fn worded_clock(&mut self, hour: u32, tokens: usize) -> Option<()> {
        once(&mut self.read.hour, hour)?;
        self.at += tokens;
        for (unit, is_minute) in [(Role::Minutes, true), (Role::Seconds, false)] {
            let blank = usize::from(self.token(0) == Some(&Token::Blank));
            let Some((value, digits)) = self.number(blank).filter(|(value, digits)| *digits <= 2 && *value < 60) else {
                break;
            };
            let named = self.role(blank + 1, |role| matches!(role, Role::Minutes | Role::Seconds));
            match named {
                Some((role, tokens)) if role == unit => self.at += blank + 1 + tokens,
                // "15h30" has nothing behind its minutes; "15 h 2 janvier" has a day there.
                None if is_minute && digits == 2 && (blank == 0 || self.ends_there(blank + 1)) => self.at += blank + 1,
                _ => break,
            }
            *(if is_minute { &mut self.read.minute } else { &mut self.read.second }) = value;
        }
        self.half_of_day()
    }

    /// Whether neither a word nor a dot follows.
    fn ends_there(&self, ahead: usize) -> bool {
        self.word(ahead).is_none() && self.mark(ahead) != Some('.')
    }

    /// Which half of the day stands next: `pm`, `p.m.`, `p. m.`, and how many tokens it is.
    fn half(&self, ahead: usize) -> Option<(bool, usize)> {
        let is_half = |role| matches!(role, Role::Morning | Role::Afternoon);
        if let Some((role, tokens)) = self.role(ahead, is_half) {
            return Some((role == Role::Afternoon, tokens));
        }
        let (word, tokens) = self.word(ahead)?;
        let afternoon = match word {
            "a" => false,
            "p" => true,
            _ => return None,
        };
        let mut next = ahead + tokens;
        next += usize::from(self.mark(next) == Some('.'));
        let (word, tokens) = self.word(next)?;
        (word == "m").then_some((afternoon, next + tokens - ahead))
    }

    fn half_of_day(&mut self) -> Option<()> {
        if let Some((afternoon, tokens)) = self.half(0) {
            // "um 15:30 am 2. Januar": German has the word, too.
            if self.read.hour.is_some_and(|hour| hour <= 12) {
                self.read.afternoon.get_or_insert(afternoon);
            } else if afternoon && self.read.hour.is_some_and(|hour| hour > 23) {
                return None;
            }
            self.at += tokens;
        }
        Some(())
    }

    /// How many tokens a part of a date takes that Vietnamese writes with numbers: "thứ ba", "thứ 3", "chủ nhật", "tháng 1".
    fn vietnamese(&mut self, word: &str) -> Option<Option<usize>> {
        let blank = usize::from(self.token(1) == Some(&Token::Blank));
        let number = self.number(1 + blank);
        let next = self.word(1).map(|(word, tokens)| (word.to_owned(), tokens));
        Some(match (word, next.as_ref().map(|(next, tokens)| (next.as_str(), *tokens)), number) {
            ("thứ", Some(("hai" | "ba" | "tư" | "năm" | "sáu" | "bảy" | "bẩy", tokens)), _) => {
                Some(1 + tokens)
            }
            ("chủ", Some(("nhật", tokens)), _) => Some(1 + tokens),
            ("thứ", _, Some((2..=7, 1))) => Some(2 + blank),
            ("tháng", _, Some((month @ 1..=12, 1 | 2))) => {
                once(&mut self.read.month, month)?;
                Some(2 + blank)
            }
            ("ngày", _, Some(_)) => Some(1),
            _ => None,
        })
    }

    fn word_step(&mut self, word: &str) -> Option<()> {
        if let Some((next, tokens)) = self.word(1)
            && let Some(month) = names::month_of_two(word, next)
        {
            once(&mut self.read.month, month.into())?;
            self.at += tokens + 1;
            return Some(());
        }
        if let Some(tokens) = self.vietnamese(word)? {
            self.read.day_first = true;
            self.at += tokens;
            return Some(());
        }
        self.at += 1;
        let named = |wanted: fn(Role) -> bool| names::is(word, wanted);
        if let Some(month) = names::month(word) {
            let month = u32::from(month);
            self.read.listopad |= word.starts_with("listopad");
            if named(|role| role == Role::Weekday).is_some() {
                return once(&mut self.read.weekday_or_month, month);
            }
            return once(&mut self.read.month, month);
        }
        if self.read.hour.is_some()
            && let Some(Role::Zone(zone)) = named(|role| matches!(role, Role::Zone(_)))
        {
            // Behind an offset a name says nothing more: "GMT+0100 (CET)".
            if !self.read.has_zone {
                (self.read.zone, self.read.has_zone) = (zone, true);
            }
            return Some(());
        }
        // In Chinese, Japanese and Korean the half of the day stands before the time.
        if self.read.hour.is_none()
            && !word.is_ascii()
            && let Some(role) = named(|role| matches!(role, Role::Morning | Role::Afternoon))
        {
            self.read.afternoon = Some(role == Role::Afternoon);
            return Some(());
        }
        // "T" between a day and a time that is no ISO date for its marks.
        let between = word == "t" && self.read.day.is_some() && self.number(0).is_some();
        (between || named(|role| matches!(role, Role::Weekday | Role::Filler | Role::Hours)).is_some()).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, shown: &str) {
        let read = moment(text).map(|moment| moment.to_string()).unwrap_or_default();
        assert_eq!(read, shown, "{text:?}");
    }

    #[test]
    fn month_names() {
        for (text, shown) in [
            ("2 January 2024", "2024-01-02"),
            ("January 2, 2024", "2024-01-02"),
            ("Jan. 2nd, 2024", "2024-01-02"),
            ("Tuesday, the 2nd of January 2024", "2024-01-02"),
            ("Published on Jan 2, 2024 at 3:04 PM EST", "2024-01-02T15:04:00-05:00"),
            ("Tue Jan 02 15:04:05 +0000 2024", "2024-01-02T15:04:05Z"),
            ("Tue Jan  2 15:04:05 2024", "2024-01-02T15:04:05"),
            ("Tue Jan 02 2024 15:04:05 GMT+0100 (CET)", "2024-01-02T15:04:05+01:00"),
            ("02-Jan-2024 15:04", "2024-01-02T15:04:00"),
            ("2. Januar 2024", "2024-01-02"),
            ("Dienstag, 2. Jänner 2024, 15.04 Uhr", "2024-01-02T15:04:00"),
            ("2. März 2024 um 15:04 Uhr MEZ", "2024-03-02T15:04:00+01:00"),
            ("Stand: 02.01.2024 15:04 Uhr", "2024-01-02T15:04:00"),
            ("um 15:30 am 2. Januar 2024", "2024-01-02T15:30:00"),
            ("mardi 2 janvier 2024 à 15h04", "2024-01-02T15:04:00"),
            ("Publié le 1er août 2024 à 15 h 04", "2024-08-01T15:04:00"),
            ("mar. 2 janv. 2024", "2024-01-02"),
            ("2 de enero de 2024 a las 15:04", "2024-01-02T15:04:00"),
            ("mar, 2 ene 2024", "2024-01-02"),
            ("2 mar 2024", "2024-03-02"),
            ("3 de agosto de 2024, 3:04 p. m.", "2024-08-03T15:04:00"),
            ("martedì 2 gennaio 2024 ore 15:04", "2024-01-02T15:04:00"),
            ("2 set 2024", "2024-09-02"),
            ("1º de março de 2024", "2024-03-01"),
            ("2 de maio de 2024 às 15h04", "2024-05-02T15:04:00"),
            ("dinsdag 2 januari 2024, 15.04 uur", "2024-01-02T15:04:00"),
            ("2 mei 2024", "2024-05-02"),
            ("2 stycznia 2024 r., godz. 15:04", "2024-01-02T15:04:00"),
            ("2 października 2024", "2024-10-02"),
            ("2 listopada 2024", "2024-11-02"),
            ("2 января 2024 года, 15:04 МСК", "2024-01-02T15:04:00+03:00"),
            ("2 мая 2024 г. в 15:04", "2024-05-02T15:04:00"),
            ("tisdag 2 januari 2024 kl. 15.04", "2024-01-02T15:04:00"),
            ("2. maj 2024 kl. 15:04", "2024-05-02T15:04:00"),
            ("tirsdag 2. desember 2024", "2024-12-02"),
            ("2 Ağustos 2024 Salı, 15:04", "2024-08-02T15:04:00"),
            ("02 EKİM 2024", "2024-10-02"),
            ("الثلاثاء 2 يناير 2024", "2024-01-02"),
            ("٢ يناير ٢٠٢٤", "2024-01-02"),
            ("2 كانون الثاني 2024", "2024-01-02"),
            ("2 تشرين الأول 2024، 3:04 مساءً", "2024-10-02T15:04:00"),
            ("2 avril 2024", "2024-04-02"),
            ("2. ledna 2024", "2024-01-02"),
            ("2. tammikuuta 2024", "2024-01-02"),
            ("2 січня 2024", "2024-01-02"),
            ("2 Ιανουαρίου 2024", "2024-01-02"),
            ("2024. január 2., kedd 15:04", "2024-01-02T15:04:00"),
            ("kedd, 2024. augusztus 20.", "2024-08-20"),
            ("2024. május 2-án", "2024-05-02"),
            ("मंगलवार, 2 जनवरी 2024", "2024-01-02"),
            ("२ अप्रैल २०२४", "2024-04-02"),
            ("शुक्रवार, 2 फ़रवरी 2024 15:04", "2024-02-02T15:04:00"),
            ("মঙ্গলবার, ২ জানুয়ারি ২০২৪", "2024-01-02"),
            ("১৬ ডিসেম্বর ২০২৪, ১৫:০৪", "2024-12-16T15:04:00"),
            ("יום שלישי, 2 בינואר 2024", "2024-01-02"),
            ("ב-2 באוקטובר 2024, 15:04", "2024-10-02T15:04:00"),
            ("2 מרץ 2024", "2024-03-02"),
            ("Thứ ba, 02/01/2024 15:04", "2024-01-02T15:04:00"),
            ("Thứ Sáu, ngày 3 tháng 5 năm 2024", "2024-05-03"),
            ("Chủ nhật, 4/5/2024, 09:30 (GMT+7)", "2024-05-04T09:30:00+07:00"),
            ("Thứ 5, 15/08/2024", "2024-08-15"),
            ("2 มกราคม 2567", "2024-01-02"),
            ("วันอังคารที่ ๒ มกราคม พ.ศ. ๒๕๖๗ เวลา 15:04 น.", "2024-01-02T15:04:00"),
            ("2 ม.ค. 2567", "2024-01-02"),
            ("20 มี.ค. 2567 15:04 น.", "2024-03-20T15:04:00"),
            ("15/08/2567", "2024-08-15"),
            ("۲ ژانویه ۲۰۲۴", "2024-01-02"),
            ("سه‌شنبه ۲ ژانویه ۲۰۲۴", "2024-01-02"),
            ("٢ تشرين الثاني ٢٠٢٤", "2024-11-02"),
        ] {
            check(text, shown);
        }
    }

    #[test]
    fn east_asian_forms() {
        for (text, shown) in [
            ("2024年1月2日", "2024-01-02"),
            ("2024 年 01 月 02 日", "2024-01-02"),
            ("2024年1月2日 星期二 15:04", "2024-01-02T15:04:00"),
            ("2024年01月02日15:04:05", "2024-01-02T15:04:05"),
            ("发布时间：2024年1月2日 下午3:04", "2024-01-02T15:04:00"),
            ("2024年1月2日（火）15時04分", "2024-01-02T15:04:00"),
            ("2024年1月2日 午後3時04分", "2024-01-02T15:04:00"),
            ("2024년 1월 2일", "2024-01-02"),
            ("입력 2024.01.02. 오후 3:04", "2024-01-02T15:04:00"),
            ("2024년 1월 2일 오후 3시 4분", "2024-01-02T15:04:00"),
            ("2024. 1. 2.", "2024-01-02"),
        ] {
            check(text, shown);
        }
    }

    #[test]
    fn numbers_alone() {
        for (text, shown) in [
            ("02.01.2024", "2024-01-02"),
            ("2.1.2024 15:04", "2024-01-02T15:04:00"),
            ("2024/01/02", "2024-01-02"),
            ("2024/1/2 15:04:05", "2024-01-02T15:04:05"),
            ("2024.1.2", "2024-01-02"),
            ("2024-1-2", "2024-01-02"),
            ("15/07/2018", "2018-07-15"),
            ("7/15/2018 3:04:05 PM", "2018-07-15T15:04:05"),
            ("15-07-2018", "2018-07-15"),
            ("05/05/2018", "2018-05-05"),
            ("2024-01-02 15:04:05 CET", "2024-01-02T15:04:05+01:00"),
            ("2024-01-02 15:04 IST", "2024-01-02T15:04:00"),
            ("2024-01-02 12:04 am", "2024-01-02T00:04:00"),
            ("2024-01-02 12:04 p.m.", "2024-01-02T12:04:00"),
            ("2024-01-02, 3pm", "2024-01-02T15:00:00"),
        ] {
            check(text, shown);
        }
    }

    #[test]
    fn what_is_no_date_or_has_several_readings() {
        for text in [
            "03/04/2018",
            "03-04-2018",
            "02.01.24",
            "2 January 24",
            "January 2024",
            "2024",
            "2 January",
            "31 February 2024",
            "2.13.2024",
            "3 hours ago",
            "2 days before 3 January 2024",
            "2 January 2024 and 3 January 2024",
            "2. listopada 2024.",
            "Volume 3, May 2024, 7 pages",
            "2 Foo 2024",
            "15:04",
            "2024-01-02 25:04",
            "2024-01-02 pm",
            "1.2.3.4",
            "",
        ] {
            check(text, "");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "([0-9]{1,5}|[年月日时.:/, +-]|jan|mar|pm|a\\.m\\.|T|PC|\\PC){0,14}") {
            if let Some(moment) = moment(&text) {
                prop_assert!(!moment.to_string().is_empty());
            }
        }

        #[test]
        fn every_day_is_read_back(day in 0i64..36_500) {
            let date = civil::date(1950, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap();
            let shown = date.to_string();
            let month = ["January", "Februar", "mars", "abril", "maggio", "junho", "juli", "sierpnia", "сентября",
                "oktober", "kasım", "ديسمبر"][date.month() as usize - 1];
            for text in [
                format!("{} {month} {}", date.day(), date.year()),
                format!("{month} {}, {}", date.day(), date.year()),
                format!("{}年{}月{}日", date.year(), date.month(), date.day()),
                format!("{:02}.{:02}.{}", date.day(), date.month(), date.year()),
                format!("{}/{}/{}", date.year(), date.month(), date.day()),
            ] {
                prop_assert_eq!(moment(&text).map(|moment| moment.to_string()), Some(shown.clone()), "{}", text);
            }
        }
    }
}
