//! Which agencies are there, and how are they called?

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::settings::OriginSettings;

use super::beginnings::{self, Beginnings};

/// Agencies by their names and sites.
#[derive(Clone, Debug)]
pub struct Agencies {
    /// The name of each that is shown.
    names: Vec<String>,
    /// What is looked for: by the hash of its beginning, the longest first.
    patterns: Vec<Pattern>,
    beginnings: Beginnings,
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
    weak: bool,
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
    /// A name that is a common word or short form elsewhere, so that it counts with a place or a word of credits only.
    pub weak: bool,
    /// Without a letter in lower case: no surname.
    pub capitals: bool,
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
    weak: Vec<String>,
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
        let blank = entry
            .names
            .iter()
            .chain(&entry.short)
            .chain(&entry.weak)
            .chain(&entry.domains)
            .any(|name| name.trim().is_empty());
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

    /// Those that come with the program and those of a text of the same form (`[[agency]]` with `names`, and `short`,
    /// `weak` and `domains` if there are any). Names and domains of an agency that is known by its first name are added to it.
    ///
    /// A text of another form is an error that says in words what is wrong with it.
    pub fn with(text: &str) -> Result<Agencies, String> {
        let mut all = entries(include_str!("agencies.toml"))?;
        for entry in entries(text)? {
            match all.iter_mut().find(|known| known.names[0] == entry.names[0]) {
                Some(known) => {
                    known.names.extend(entry.names.into_iter().skip(1));
                    known.short.extend(entry.short);
                    known.weak.extend(entry.weak);
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
        let named = |cause| Error::setting("origin.agencies", format!("= {:?}: {cause}", path.display().to_string()));
        Agencies::with(&text).map(Cow::Owned).map_err(named)
    }

    fn of(entries: Vec<Entry>) -> Agencies {
        let (mut patterns, mut hosts, mut folders) = (Vec::new(), HashMap::new(), HashMap::new());
        for (entry, agency) in entries.iter().zip(0..) {
            let more = entry.short.iter().chain(&entry.weak).filter(|name| !entry.names.contains(name));
            for name in entry.names.iter().chain(more) {
                let weak = entry.weak.contains(name);
                let short = weak || entry.short.contains(name);
                patterns.push(Pattern { agency, spelling: name.clone(), short, weak });
                // Texts are compared with names in any case of ASCII, and of no other letters.
                let upper = name.to_uppercase();
                if !name.is_ascii() && upper != *name {
                    patterns.push(Pattern { agency, spelling: upper, short, weak });
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
        let beginnings = index(&mut patterns);
        Agencies { names, patterns, beginnings, hosts, folders }
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
        let mut found: Vec<Mention> = Vec::new();
        self.beginnings.each(text.as_bytes(), |at, which| {
            if found.last().is_none_or(|last| last.end <= offset + at)
                && let Some(mention) = self.mention(text, at, &self.patterns[which])
            {
                found.push(Mention { start: offset + mention.start, end: offset + mention.end, ..mention });
            }
        });
        found
    }

    /// The longest of some names that stands at a place, if one does: not a part of a longer word.
    fn mention(&self, text: &str, at: usize, patterns: &[Pattern]) -> Option<Mention> {
        let bytes = &text.as_bytes()[at..];
        let here = |pattern: &Pattern| bytes.get(..pattern.spelling.len());
        let is_exact = |pattern: &Pattern| here(pattern) == Some(pattern.spelling.as_bytes());
        // A name that is a word elsewhere is none in another case.
        let is_here = |pattern: &Pattern| {
            let spelling = pattern.spelling.as_bytes();
            here(pattern)
                .is_some_and(|here| if pattern.short { here == spelling } else { here.eq_ignore_ascii_case(spelling) })
        };
        let place = patterns.iter().position(is_here)?;
        let length = patterns[place].spelling.len();
        let exact =
            patterns[place..].iter().take_while(|other| other.spelling.len() == length).find(|other| is_exact(other));
        let pattern = exact.unwrap_or(&patterns[place]);
        let end = at + length;
        let words = &text[at..end];
        let joins = |c: char| c.is_alphanumeric() && spaced(c);
        let before = text[..at].chars().next_back().is_some_and(joins);
        let after = text[end..].chars().next().is_some_and(joins);
        let (first, last) = (words.chars().next()?, words.chars().next_back()?);
        let ending = if after && !pattern.short && is_cyrillic(last) { case_ending(&text[end..]) } else { 0 };
        if (before && spaced(first)) || (after && spaced(last) && ending == 0) {
            return None;
        }
        let end = end + ending;
        let capitals = words.to_uppercase() == words;
        let long = words.contains(' ');
        Some(Mention {
            agency: pattern.agency,
            start: at,
            end,
            loose: exact.is_none() && !(capitals && words.chars().count() > 3) && !(long && first.is_uppercase()),
            short: pattern.short,
            weak: pattern.weak,
            capitals,
            long,
        })
    }
}

/// Sorts the names by their beginnings. Those of one word stand there with a capital and without, since "reuters" is one in
/// a field or a line of its own; those of several words and the short ones as they are written, since most words of a text
/// have no capital and need not be looked at for their sake.
fn index(patterns: &mut Vec<Pattern>) -> Beginnings {
    let mut keyed: Vec<(usize, Pattern)> = Vec::new();
    for pattern in patterns.drain(..) {
        let mut bytes = pattern.spelling.as_bytes().to_vec();
        let key = beginnings::hash(&bytes);
        bytes[0] ^= 0x20;
        let other = beginnings::hash(&bytes);
        if pattern.spelling.starts_with(|c: char| c.is_ascii_alphabetic())
            && !pattern.short
            && !pattern.spelling.contains(' ')
            && other != key
        {
            keyed.push((other, pattern.clone()));
        }
        keyed.push((key, pattern));
    }
    keyed.sort_by_key(|(key, pattern)| (*key, Reverse(pattern.spelling.len())));
    let beginnings = Beginnings::of(keyed.iter().map(|(key, pattern)| (*key, pattern.spelling.as_str())));
    patterns.extend(keyed.into_iter().map(|(_, pattern)| pattern));
    beginnings
}

fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{52f}')
}

/// How long the ending is with which a Slavic name is declined: "Интерфакса", "Интерфаксом". None is longer than three letters.
fn case_ending(rest: &str) -> usize {
    let ending = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let is_ending = ending.chars().count() <= 3 && ending.chars().all(|c| is_cyrillic(c) && c.is_lowercase());
    if is_ending { ending.len() } else { 0 }
}

/// Whether a character belongs to a script that puts blanks between words.
pub(super) fn spaced(c: char) -> bool {
    !matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{2ffff}')
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_name_is_one_agency_s() {
        let mut known: HashMap<&str, u16> = HashMap::new();
        for pattern in &Agencies::builtin().patterns {
            let first = *known.entry(&pattern.spelling).or_insert(pattern.agency);
            assert_eq!(first, pattern.agency, "{}", pattern.spelling);
        }
    }

    #[test]
    fn no_list_of_an_agency_repeats_itself() {
        for entry in entries(include_str!("agencies.toml")).unwrap() {
            for list in [&entry.names, &entry.short, &entry.weak, &entry.domains] {
                let different: HashSet<&String> = list.iter().collect();
                assert_eq!(different.len(), list.len(), "{}: {list:?}", entry.names[0]);
            }
        }
    }
}
