//! Does a paragraph begin with a dateline that names an agency?
//!
//! A dateline is a place, perhaps a day, and an agency in brackets, between slashes or behind a dash, in any order, with a
//! dash, a colon or a stop before the text. The text behind it begins a sentence: what goes on in lower case is prose.

use std::ops::Range;

use super::agencies::{Mention, spaced};
use super::forms::{Kinds, kinds};
use super::piece::{Piece, Verdict};
use super::token::in_word;

/// Characters of place and day in front of the agency.
const PREFIX_CHARS: usize = 90;
/// Words of them.
const PREFIX_WORDS: usize = 12;
/// Characters of place and day in front of the agency in a script without capitals, where nothing else limits them.
const CASELESS_CHARS: usize = 40;
/// Letters of the short form of a state.
const STATE: usize = 2;
/// Words for a reporter and a desk around an agency's name.
const REPORTER_WORDS: usize = 4;
/// Letters of an outlet's short form.
const OUTLET_CHARS: usize = 4;
/// Words of a town's name.
const TOWN_WORDS: usize = 3;
/// Names of an author behind an agency.
const AUTHOR_WORDS: usize = 4;
/// Characters between an agency that opens a paragraph and 电, which ends a dateline in Chinese.
const BEFORE_DIAN: usize = 24;

/// The agencies of a dateline at the beginning of a line, and where it stands.
pub(super) fn dateline(text: &str, line: Range<usize>, mentions: &[Mention]) -> Option<(Vec<u16>, Range<usize>)> {
    let start = line.start + (text[line.clone()].len() - text[line.clone()].trim_start().len());
    let line = start..line.end;
    let first = mentions.first()?;
    if first.start < start || text[start..first.start].chars().count() > PREFIX_CHARS {
        return None;
    }
    chinese(text, &line, first)
        .or_else(|| in_brackets(text, &line, mentions))
        .or_else(|| between_marks(text, &line, mentions))
        .or_else(|| persian(text, &line, first))
}

/// "به گزارش خبرنگار مهر، ": agencies of Iran and those who take their texts open them with "by the report of".
fn persian(text: &str, line: &Range<usize>, first: &Mention) -> Option<(Vec<u16>, Range<usize>)> {
    let before = text[line.start..first.start].trim().strip_prefix("به گزارش")?;
    let close = first.end + text[first.end..line.end].find(['،', ':', '؛', ','])?;
    let few = |part: &str| part.split_whitespace().count() <= REPORTER_WORDS;
    let end = close + text[close..].chars().next()?.len_utf8();
    (few(before) && few(&text[first.end..close])).then(|| (vec![first.agency], line.start..end))
}

/// `新华社北京3月5日电`, `据新华社电`
fn chinese(text: &str, line: &Range<usize>, first: &Mention) -> Option<(Vec<u16>, Range<usize>)> {
    let before = text[line.start..first.start].trim_matches(|c: char| !c.is_alphanumeric());
    if !matches!(before, "" | "据" | "據" | "本报讯" | "综合") || text[first.start..first.end].chars().all(spaced)
    {
        return None;
    }
    let rest = &text[first.end..line.end];
    let end = rest
        .char_indices()
        .take(BEFORE_DIAN)
        .find(|&(_, c)| matches!(c, '电' | '電' | '讯' | '訊' | '-' | '–' | '—'))?;
    let between = &rest[..end.0];
    // "路透伦敦3月4日 - "
    if spaced(end.1) && !between.trim_end().ends_with('日') {
        return None;
    }
    let plain = |c: char| (!spaced(c) && !"，。：；".contains(c)) || c.is_numeric() || c.is_whitespace();
    let dates = between.chars().all(plain);
    dates.then(|| (vec![first.agency], line.start..first.end + end.0 + end.1.len_utf8()))
}

const OPENING: [char; 7] = ['(', '[', '（', '【', '［', '〔', '/'];

fn closing_of(open: char) -> &'static [char] {
    match open {
        '(' | '（' => &[')', '）'],
        '[' | '［' => &[']', '］'],
        '【' => &['】'],
        '〔' => &['〕'],
        _ => &['/'],
    }
}

/// `PARIS (AFP) -`, `МОСКВА, 3 мая /ТАСС/.`, `【ワシントン共同】`
fn in_brackets(text: &str, line: &Range<usize>, mentions: &[Mention]) -> Option<(Vec<u16>, Range<usize>)> {
    let first = mentions[0];
    let head = &text[line.start..first.start];
    let (open, mark) = head
        .char_indices()
        .find(|(_, c)| OPENING.contains(c) && !(*c == '/' && is_inner_slash(head)))
        .and_then(|(place, mark)| last_unclosed(head, place, mark))?;
    // A slash is a bracket only where it opens a word: "Jane Merrow / AP" and "Merrow/AP" are other things.
    let after = head[open + mark.len_utf8()..].chars().next();
    if mark == '/' && (after.is_some_and(char::is_whitespace) || head[..open].ends_with(char::is_alphanumeric)) {
        return None;
    }
    let close = text[first.end..line.end].find(closing_of(mark))? + first.end;
    let close_end = close + text[close..].chars().next().map_or(1, char::len_utf8);
    let inside = line.start + open + mark.len_utf8()..close;
    if inside.len() > PREFIX_CHARS * 2 {
        return None;
    }
    let prefix = &head[..open];
    if !is_place(prefix) || is_gloss(prefix, &text[first.start..first.end]) {
        return None;
    }
    // "* [Sputnik International]" is a menu's.
    let is_entry = prefix.contains(['*', '+', '•', '-', '·']);
    let piece = Piece::of(text, inside.clone(), mentions);
    if piece.is_ticker() || (!prefix.contains(char::is_alphanumeric) && (is_entry || piece.is_weak())) {
        return None;
    }
    let named = bracketed(text, inside, mentions)?;
    let rest = &text[close_end..line.end];
    // "/ТАСС/" has its slash; what follows a bracket must begin a sentence.
    let end = begins_text(
        rest,
        prefix.trim().is_empty() || is_town(prefix),
        prefix.contains([',', '،', '，']) || is_dated(prefix),
    )?;
    Some((named, line.start..close_end + end))
}

/// The agencies in a bracket. A place may stand with them: "서울=연합뉴스".
fn bracketed(text: &str, inside: Range<usize>, mentions: &[Mention]) -> Option<Vec<u16>> {
    match Piece::of(text, inside.clone(), mentions).verdict() {
        Verdict::Credit(named) => Some(named),
        Verdict::Prose => {
            let named: Vec<u16> =
                mentions.iter().filter(|m| m.end <= inside.end && !m.loose).map(|m| m.agency).collect();
            let caseless = text[inside].chars().all(|c| !c.is_uppercase() && !c.is_lowercase());
            (caseless && !named.is_empty()).then_some(named)
        }
        Verdict::Picture => None,
    }
}

/// Whether `short` is made of the initials in front of it: "The Student Transport Association (STA) -".
pub(super) fn is_gloss(prefix: &str, short: &str) -> bool {
    let capitals = prefix
        .split(|c: char| !c.is_alphanumeric())
        .filter_map(|word| word.chars().next().filter(|c| c.is_uppercase()));
    let initials: String = capitals.collect();
    short.len() > 1 && initials.ends_with(short)
}

/// A slash inside a word or a list of places: "Wien/Berlin (dpa)".
fn is_inner_slash(head: &str) -> bool {
    head.find('/').is_some_and(|place| {
        head[place + 1..].starts_with(char::is_alphanumeric) && head[..place].ends_with(char::is_alphanumeric)
    })
}

/// The last bracket of `head` that is open at its end; brackets closed before it belong to the place: "New Delhi \[India\]".
fn last_unclosed(head: &str, place: usize, mark: char) -> Option<(usize, char)> {
    let mut open = Some((place, mark));
    for (at, c) in head.char_indices().filter(|&(at, _)| at > place) {
        if let Some((_, mark)) = open
            && closing_of(mark).contains(&c)
        {
            open = None;
        } else if open.is_none() && OPENING.contains(&c) {
            open = Some((at, c));
        }
    }
    open
}

/// `МОСКВА, 3 мая - РИА Новости.`, `AFP - `, `Berlin, dpa –`
fn between_marks(text: &str, line: &Range<usize>, mentions: &[Mention]) -> Option<(Vec<u16>, Range<usize>)> {
    let first = mentions[0];
    let name = &text[first.start..first.end];
    let prefix = text[line.start..first.start].trim_end();
    let opener = prefix.chars().next_back();
    let place = prefix.trim_end_matches(|c: char| !c.is_alphanumeric());
    // "BERLIN afp | "
    let barred = !place.is_empty() && text[first.end..line.end].trim_start().starts_with('|');
    let opened = match opener {
        None => true,
        Some(mark) => {
            matches!(mark, '-' | '–' | '—' | '.' | ',' | '|' | '·' | ':' | '/')
                || (mark.is_numeric() && is_dated(prefix))
                || (barred && !place.contains(char::is_lowercase))
        }
    };
    if (first.loose && !barred) || !opened || !is_place(prefix) || (opener.is_some() && place.is_empty()) {
        return None;
    }
    // Several agencies: "AFP/Reuters - ".
    let (mut end, mut named) = (first.end, vec![first.agency]);
    for more in &mentions[1..] {
        if !matches!(text[end..more.start].trim(), "/" | "," | "-" | "&" | "und" | "and" | "et" | "y" | "e" | "i")
            || more.loose
        {
            break;
        }
        end = more.end;
        named.push(more.agency);
    }
    // "РИА Новости, Иван Меров. ", "ACN Barcelona.- "
    let author = author(name, &text[end..line.end], opener.is_none()).unwrap_or(0);
    let signed = author > 0 && !first.short;
    end += author;
    let rest = &text[end..line.end];
    let trimmed = rest.trim_start();
    let mark = trimmed.chars().next()?;
    let strong = match mark {
        '–' | '—' | '|' => !is_spelled_out(name, &trimmed[mark.len_utf8()..]),
        '-' => trimmed[1..].starts_with([' ', '-', '\u{a0}']),
        '.' if trimmed[1..].trim_start().starts_with(['-', '–', '—']) => true,
        // "РИА Новости, 4 марта. "
        '.' | ':' | '।' | '۔' => signed || (opener.is_some() && !place.is_empty()),
        // "ایسنا/تهران"
        '/' => opener.map_or(!first.short && is_caseless(name), |_| !place.is_empty()),
        // "إسطنبول/ محمد الخالدي/ الأناضول"
        _ => prefix.matches('/').count() > 1,
    };
    // "PITTSBURGH, PA -" is a state.
    let like_state = first.end - first.start <= STATE && !is_dated(prefix);
    if !strong
        || (opener == Some(',') && first.short && like_state)
        || (place.is_empty()
            && (first.weak || (first.short && !first.capitals && !name.starts_with(char::is_lowercase))))
    {
        return None;
    }
    let length = begins_text(rest, true, false)?;
    (line.end - end > 40).then_some((named, line.start..end + length))
}

/// How long an author, or where nothing stands before the agency a place, is behind an agency, up to the marks of a dateline.
fn author(agency: &str, rest: &str, opens: bool) -> Option<usize> {
    let end = rest.find(['.', '-', '–', '—', '/', ':', ';', '(', '«', '"', '।', '۔'])?;
    let (names, mark) = (&rest[..end], &rest[end..]);
    let closed = match names.strip_prefix(", ") {
        Some(_) => {
            mark.starts_with(['.', '–', '—', '।', '۔']) || (opens && (mark.starts_with("- ") || mark.starts_with(": ")))
        }
        // "dpa Hollbrücken. " needs no dash: in lower case it is no other's name.
        None if agency.starts_with(char::is_lowercase) => opens && names.starts_with(' ') && mark.starts_with('.'),
        None => opens && names.starts_with(' ') && (mark.starts_with(".-") || mark.starts_with(".–")),
    };
    let words: Vec<&str> = names.trim_matches([' ', ',']).split_whitespace().collect();
    let is_name = |word: &&str| word.starts_with(char::is_uppercase) || is_caseless(word) || beside_number(names, word);
    let named = (1..=AUTHOR_WORDS).contains(&words.len()) && words.iter().all(is_name);
    (closed && named).then_some(end)
}

/// Whether a short form is spelled out behind it: "AP — Advanced Placement —".
fn is_spelled_out(short: &str, rest: &str) -> bool {
    let initials: String = rest.split_whitespace().take(short.len()).filter_map(|word| word.chars().next()).collect();
    short.len() > 1 && initials == short
}

/// Whether a text begins behind a dateline, and how long the marks before it are.
fn begins_text(rest: &str, opens: bool, dated: bool) -> Option<usize> {
    let body = rest.trim_start_matches(|c: char| c.is_whitespace() || "-–—−.:,|=/_*\u{200e}\u{200f}".contains(c));
    let length = rest.len() - body.len();
    let first = body.chars().next()?;
    let marked = rest[..length].contains(|c: char| "-–—−.:|=/_।۔".contains(c));
    let only_comma = !marked && rest[..length].contains(',');
    if only_comma || first.is_lowercase() {
        return None;
    }
    let caseless = !first.is_uppercase() && !first.is_lowercase() && first.is_alphabetic();
    // In a script without capitals a bracket in the middle of a sentence looks like one behind a place, but for the comma
    // before a day.
    if caseless && !marked && !opens && !dated {
        let spaces = rest[..length].chars().any(char::is_whitespace);
        if spaced(first) || !spaces {
            return None;
        }
    }
    Some(length)
}

/// Whether a word of `prefix` stands beside a number, as months do in any language: "4 mart", "kovo 4 d.".
fn beside_number(prefix: &str, word: &str) -> bool {
    let start = word.as_ptr() as usize - prefix.as_ptr() as usize;
    let (before, after) = (&prefix[..start], &prefix[start + word.len()..]);
    let between = |c: char| c.is_whitespace() || matches!(c, '.' | ',');
    before.trim_end_matches(between).ends_with(char::is_numeric) || after.trim_start().starts_with(char::is_numeric)
}

/// Whether `prefix` is but a place of a script without capitals: "لندن (رائٹرز) ". A sentence that has come to a name behind
/// so few words has a verb or a noun for agencies among them.
fn is_town(prefix: &str) -> bool {
    let words = || prefix.split(|c: char| !in_word(c)).filter(|word| !word.is_empty());
    (1..=TOWN_WORDS).contains(&words().count())
        && words().all(|word| kinds(word) == Kinds::default() && is_caseless(word))
}

fn is_caseless(word: &str) -> bool {
    word.chars().all(|c| spaced(c) && !c.is_uppercase() && !c.is_lowercase())
}

/// Whether a word is the short form of an outlet that shares a dateline with the agency behind it: "BERLIN taz/dpa |".
fn is_outlet(prefix: &str, word: &str) -> bool {
    word.chars().count() <= OUTLET_CHARS && prefix.strip_suffix('/').is_some_and(|rest| rest.ends_with(word))
}

/// Whether there is a day in `prefix`, by its number or its month.
fn is_dated(prefix: &str) -> bool {
    let words = || prefix.split(|c: char| !in_word(c));
    prefix.contains(char::is_numeric)
        && (prefix.contains([',', '،', '，'])
            || words().any(|word| kinds(word).is(Kinds::CALENDAR))
            || words().filter(|word| word.starts_with(char::is_numeric)).count() > 1)
}

/// Whether `prefix` may be places, days and names in front of an agency.
fn is_place(prefix: &str) -> bool {
    let mut words = 0;
    let mut caseless = 0;
    for word in prefix.split(|c: char| !in_word(c) && !matches!(c, '\'' | '’')).filter(|word| !word.is_empty()) {
        words += 1;
        let first = word.chars().next().unwrap_or(' ');
        let kinds = kinds(word);
        if first.is_lowercase()
            && !kinds.is(Kinds::PARTICLE.or(Kinds::CALENDAR).or(Kinds::BY))
            && word.chars().count() > 1
        {
            // "d'Ivoire", "al-Quds"
            let inner = word.split(['\'', '’']).nth(1).is_some_and(|rest| rest.starts_with(char::is_uppercase));
            if !inner && !beside_number(prefix, word) && !is_outlet(prefix, word) {
                return false;
            }
        }
        if kinds.is(Kinds::PHOTO) && !kinds.is(Kinds::PARTICLE.or(Kinds::CALENDAR)) {
            return false;
        }
        if !first.is_lowercase() && !first.is_uppercase() && !first.is_numeric() {
            caseless += word.chars().count();
        }
    }
    // A sentence in capitals or title case has marks that no dateline has.
    words <= PREFIX_WORDS && caseless <= CASELESS_CHARS && !prefix.contains(['?', '!', '"', '“', '”', ';'])
}
