//! Which agencies are there, and how are they called?

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::settings::OriginSettings;

/// Agencies by their names and sites.
#[derive(Clone, Debug)]
pub struct Agencies {
    /// The name of each that is shown.
    names: Vec<String>,
    /// What is looked for: by the number of its beginning, the longest first.
    patterns: Vec<Pattern>,
    /// Where in `patterns` those of each number begin.
    index: Vec<u16>,
    /// Names of two bytes, which have no beginning of three.
    pairs: Vec<usize>,
    /// Whether any name begins with three bytes of this number: 8 KB, which stay in the processor's first cache, while an
    /// automaton of a thousand names does not and takes three times as long.
    beginnings: Box<[u64; 1 << (BEGINNING_BITS - 6)]>,
    /// Every spelling: names that differ in case only are one to the automaton.
    spellings: HashMap<String, usize>,
    hosts: HashMap<String, u16>,
    /// Names as folders of addresses; and whether they count only behind a folder of wires.
    folders: HashMap<String, (u16, bool)>,
}

#[derive(Clone, Debug)]
struct Pattern {
    agency: u16,
    /// The spelling; matches in another case are loose.
    spelling: String,
    short: bool,
}

/// An agency's name in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mention {
    pub agency: u16,
    pub start: usize,
    pub end: usize,
    /// In another case than the name is written in.
    pub loose: bool,
    /// A name that is a word or another's name elsewhere.
    pub short: bool,
    /// Of several words.
    pub long: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    agency: Vec<Entry>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    names: Vec<String>,
    #[serde(default)]
    short: Vec<String>,
    #[serde(default)]
    domains: Vec<String>,
}

static BUILTIN: LazyLock<Agencies> =
    LazyLock::new(|| Agencies::of(entries(include_str!("agencies.toml")).expect("a test reads it")));

fn entries(text: &str) -> Result<Vec<Entry>, String> {
    let file: File = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        format!("line {line}: {}", error.message())
    })?;
    for entry in &file.agency {
        let blank = entry.names.iter().chain(&entry.short).chain(&entry.domains).any(|name| name.trim().is_empty());
        if entry.names.is_empty() || blank {
            return Err("an agency without a name, or with a blank one".into());
        }
    }
    Ok(file.agency)
}

impl Agencies {
    /// Those that come with the program.
    pub fn builtin() -> &'static Agencies {
        &BUILTIN
    }

    /// Those that come with the program and those of a text of the same form (`[[agency]]` with `names`, and `short` and
    /// `domains` if there are any). Names and domains of an agency that is known by its first name are added to it.
    ///
    /// A text of another form is an error that says in words what is wrong with it.
    pub fn with(text: &str) -> Result<Agencies, String> {
        let mut all = entries(include_str!("agencies.toml"))?;
        for entry in entries(text)? {
            match all.iter_mut().find(|known| known.names[0] == entry.names[0]) {
                Some(known) => {
                    known.names.extend(entry.names.into_iter().skip(1));
                    known.short.extend(entry.short);
                    known.domains.extend(entry.domains);
                }
                None => all.push(entry),
            }
        }
        Ok(Agencies::of(all))
    }

    /// Those that the settings ask for.
    pub fn read(settings: &OriginSettings) -> Result<Cow<'static, Agencies>> {
        let Some(path) = &settings.agencies else { return Ok(Cow::Borrowed(Agencies::builtin())) };
        let text = std::fs::read_to_string(path).map_err(|cause| Error::io("read", path, cause))?;
        let named = |cause| Error::Settings(format!("origin.agencies = {:?}: {cause}", path.display().to_string()));
        Agencies::with(&text).map(Cow::Owned).map_err(named)
    }

    fn of(entries: Vec<Entry>) -> Agencies {
        let (mut patterns, mut hosts, mut folders) = (Vec::new(), HashMap::new(), HashMap::new());
        for (entry, agency) in entries.iter().zip(0..) {
            for name in entry.names.iter().chain(entry.short.iter().filter(|short| !entry.names.contains(short))) {
                let short = entry.short.contains(name);
                patterns.push(Pattern { agency, spelling: name.clone(), short });
                // The automaton folds the case of ASCII only.
                let upper = name.to_uppercase();
                if !name.is_ascii() && upper != *name {
                    patterns.push(Pattern { agency, spelling: upper, short });
                }
                let folder = name.to_lowercase().replace(' ', "-");
                if folder.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
                    folders.entry(folder).or_insert((agency, short));
                }
            }
            for domain in &entry.domains {
                hosts.insert(domain.to_lowercase(), agency);
            }
        }
        let names = entries.into_iter().map(|entry| entry.names[0].clone()).collect();
        patterns.retain(|pattern: &Pattern| pattern.spelling.len() > 1);
        patterns.sort_by_key(|pattern| (number(pattern.spelling.as_bytes()), Reverse(pattern.spelling.len())));
        let numbered =
            |number_: usize| patterns.partition_point(|pattern| number(pattern.spelling.as_bytes()) < number_);
        let index = (0..=1 << BEGINNING_BITS).map(|number| numbered(number) as u16).collect();
        let pairs = (0..patterns.len()).filter(|&place| patterns[place].spelling.len() == 2).collect();
        let mut beginnings = Box::new([0u64; 1 << (BEGINNING_BITS - 6)]);
        let mut admit = |number: usize| beginnings[number >> 6] |= 1 << (number & 63);
        for pattern in &patterns {
            match *pattern.spelling.as_bytes() {
                [first, second] => (0..=u8::MAX)
                    .filter(|third| !third.is_ascii_alphanumeric())
                    .for_each(|third| admit(number(&[first, second, third]))),
                ref longer => admit(number(longer)),
            }
        }
        let spellings =
            patterns.iter().enumerate().rev().map(|(place, pattern)| (pattern.spelling.clone(), place)).collect();
        Agencies { names, patterns, index, pairs, beginnings, spellings, hosts, folders }
    }

    /// The name of an agency that is shown.
    pub(super) fn name(&self, agency: u16) -> &str {
        &self.names[agency as usize]
    }

    /// The agency whose site a host is, or belongs to.
    pub(super) fn of_host(&self, host: &str) -> Option<u16> {
        let mut rest = host.strip_prefix("www.").unwrap_or(host);
        loop {
            if let Some(&agency) = self.hosts.get(rest) {
                return Some(agency);
            }
            rest = rest.split_once('.')?.1;
        }
    }

    /// The agency that a folder of an address names.
    pub(super) fn of_folder(&self, folder: &str, after_wire: bool) -> Option<u16> {
        self.folders.get(folder).filter(|(_, short)| after_wire || !short).map(|&(agency, _)| agency)
    }

    /// Where `text` names agencies, in order; `offset` is added to their places.
    pub(super) fn mentions(&self, text: &str, offset: usize) -> Vec<Mention> {
        let bytes = text.as_bytes();
        let mut found: Vec<Mention> = Vec::new();
        let mut take = |at: usize| {
            if found.last().is_none_or(|last| last.end <= offset + at)
                && let Some(mention) = self.mention(text, at)
            {
                found.push(Mention { start: offset + mention.start, end: offset + mention.end, ..mention });
            }
        };
        let beginnings = &*self.beginnings;
        // No branch but for the rare place where a name may begin: where words begin is not to be predicted.
        let mut after = AFTER[usize::from(b' ')];
        let seconds = bytes.get(1..).unwrap_or_default();
        let thirds = bytes.get(2..).unwrap_or_default();
        for (at, ((&first, &second), &third)) in bytes.iter().zip(seconds).zip(thirds).enumerate() {
            let begins = after & KIND[usize::from(first)];
            after = AFTER[usize::from(first)];
            let number = hashed([first, second, third]);
            if u64::from(begins != 0) & (beginnings[number >> 6] >> (number & 63)) != 0 {
                take(at);
            }
        }
        for at in bytes.len().saturating_sub(2)..bytes.len() {
            if text.is_char_boundary(at) {
                take(at);
            }
        }
        found
    }

    /// The longest name that begins at a place, if it is one there: not a part of a longer word.
    fn mention(&self, text: &str, at: usize) -> Option<Mention> {
        let bytes = &text.as_bytes()[at..];
        let number = number(bytes);
        let places = usize::from(self.index[number])..usize::from(self.index[number + 1]);
        // Most words are longer.
        let pairs: &[usize] = if bytes.get(2).is_some_and(u8::is_ascii_alphanumeric) { &[] } else { &self.pairs };
        let is_here = |&place: &usize| {
            let spelling = self.patterns[place].spelling.as_bytes();
            bytes.get(..spelling.len()).is_some_and(|bytes| bytes.eq_ignore_ascii_case(spelling))
        };
        let place = places.into_iter().find(is_here).or_else(|| pairs.iter().copied().find(is_here))?;
        let end = at + self.patterns[place].spelling.len();
        let words = &text[at..end];
        let exact = self.spellings.get(words).copied();
        let pattern = &self.patterns[exact.unwrap_or(place)];
        let joins = |c: char| c.is_alphanumeric() && spaced(c);
        let before = text[..at].chars().next_back().is_some_and(joins);
        let after = text[end..].chars().next().is_some_and(joins);
        let (first, last) = (words.chars().next()?, words.chars().next_back()?);
        if (before && spaced(first)) || (after && spaced(last)) {
            return None;
        }
        let capitals = !pattern.short && words.chars().count() > 3 && words.to_uppercase() == words;
        let long = words.contains(' ');
        Some(Mention {
            agency: pattern.agency,
            start: at,
            end,
            loose: exact.is_none() && !capitals && !(long && first.is_uppercase()),
            short: pattern.short,
            long,
        })
    }
}

/// Bits of the hash of three bytes.
const BEGINNING_BITS: u32 = 16;

/// The number of the first three bytes, whatever the case of ASCII letters; fewer are filled up.
fn number(bytes: &[u8]) -> usize {
    let byte = |place: usize| bytes.get(place).copied().unwrap_or_default();
    hashed([byte(0), byte(1), byte(2)])
}

fn hashed(three: [u8; 3]) -> usize {
    // Folding with one bit confuses a few marks, too: more is admitted, nothing is missed.
    let [first, second, third] = three.map(|byte| u32::from(byte | 0x20));
    ((first | second << 8 | third << 16).wrapping_mul(0x9e37_79b1) >> (32 - BEGINNING_BITS)) as usize
}

/// Kinds of bytes at which words may begin: of ASCII, of scripts of two bytes a letter, of those of three, which may do
/// without blanks. The rest of a letter is none.
const KIND: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte {
            0..0x80 => 1,
            0xc0..0xe0 => 2,
            0xe0.. => 4,
            _ => 0,
        };
        byte += 1;
    }
    kinds
};

/// The kinds of bytes that may begin a word behind a byte.
const AFTER: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte {
            0..0x80 if (byte as u8).is_ascii_alphanumeric() => 4,
            0..0x80 => 1 | 2 | 4,
            // "—AFP", "（AFP": whether a letter stands there is asked when a name does.
            _ => 1 | 4,
        };
        byte += 1;
    }
    kinds
};

/// Whether a character belongs to a script that puts blanks between words.
pub(super) fn spaced(c: char) -> bool {
    !matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{2ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_one_agency_s() {
        let mut known: HashMap<&str, u16> = HashMap::new();
        for pattern in &Agencies::builtin().patterns {
            let first = *known.entry(&pattern.spelling).or_insert(pattern.agency);
            assert_eq!(first, pattern.agency, "{}", pattern.spelling);
        }
    }
}
