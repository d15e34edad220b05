//! Which findings were known already? A file of fingerprints, kept with the corpus.
//!
//! It is JSON with one finding a line, sorted, so that a version control system shows what came and went and merges lines. An
//! entry bears so many pairs with its fingerprint, until its day has passed if it has one. An entry that declares a pair to be
//! no duplicate bears any number, for as long as it stands there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::gate::Found;
use crate::error::{Error, Result};
use crate::relation::Relation;

/// The version of the file's format, and of what fingerprints are made of.
pub const VERSION: u32 = 1;

/// The known findings, by fingerprint.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Baseline {
    entries: BTreeMap<String, Entry>,
}

/// A known finding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// [`Finding::fingerprint`](super::Finding::fingerprint).
    pub fingerprint: String,
    /// How many pairs with it are known.
    pub count: u64,
    /// The relation when it was taken.
    pub relation: Relation,
    /// The ids of the two articles when it was taken, for people.
    pub between: [String; 2],
    /// The day on which it was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<String>,
    /// Why it may stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The last day on which it may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// Whether somebody looked and says that it is none. Wants a reason.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_a_duplicate: bool,
}

/// An entry of which not all pairs are there any more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stale {
    /// The entry.
    #[serde(flatten)]
    pub entry: Entry,
    /// How many of its pairs are left.
    pub left: u64,
}

/// What an update did to a baseline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Entries that came.
    pub came: Vec<Entry>,
    /// Entries that went.
    pub went: Vec<Entry>,
    /// Entries that bear another number of pairs: what they were, and what they are.
    pub recounted: Vec<(Entry, Entry)>,
}

#[derive(Deserialize)]
struct Document {
    version: u32,
    #[serde(default)]
    findings: Vec<Entry>,
}

/// Of a file of another version only this is understood.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

impl Entry {
    /// Whether its day has passed.
    pub fn expired(&self, today: Option<&str>) -> bool {
        // Days are written so that their order is that of the letters.
        self.expires.as_deref().zip(today).is_some_and(|(expires, today)| expires < today)
    }
}

impl Baseline {
    /// The baseline in `text`; `file` is for errors.
    pub fn read(file: &str, text: &[u8]) -> Result<Baseline> {
        let refused = |cause: String, hint: &str| Error::Baseline { file: file.into(), cause, hint: hint.into() };
        let again = "correct the file, or delete it and write a new one with wirecopy check --update-baseline";
        let Versioned { version } =
            serde_json::from_slice(text).map_err(|cause| refused(format!("not a baseline: {cause}"), again))?;
        if version > VERSION {
            return Err(refused(
                format!("it has version {version}, and this program knows {VERSION}"),
                "use the version of wirecopy that wrote it, or a later one, here and in continuous integration",
            ));
        }
        let Document { version, findings } =
            serde_json::from_slice(text).map_err(|cause| refused(cause.to_string(), again))?;
        if version == 0 {
            return Err(refused("there is no version 0".into(), again));
        }
        let mut entries = BTreeMap::new();
        for entry in findings {
            let wrong = entry
                .wrong()
                .map(str::to_owned)
                .or_else(|| entries.contains_key(&entry.fingerprint).then(|| "is there twice".to_owned()));
            if let Some(wrong) = wrong {
                return Err(refused(format!("finding {}: {wrong}", entry.fingerprint), again));
            }
            entries.insert(entry.fingerprint.clone(), entry);
        }
        Ok(Baseline { entries })
    }

    /// The entry of a fingerprint.
    pub fn get(&self, fingerprint: &str) -> Option<&Entry> {
        self.entries.get(fingerprint)
    }

    /// Every entry, by fingerprint.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.entries.values()
    }

    /// The baseline that bears all that was found, and what that changes. What is known stays as it is, with its day, its
    /// reason and its first sight; what declares a pair to be no duplicate stays, whether the pair is there or not.
    pub fn updated(&self, found: &Found, today: Option<&str>) -> (Baseline, Changes) {
        let mut entries = BTreeMap::new();
        let mut changes = Changes::default();
        for (fingerprint, entry) in &self.entries {
            let unseen = !found.pairs.contains_key(fingerprint) && !found.gone(entry);
            if entry.not_a_duplicate || unseen {
                entries.insert(fingerprint.clone(), entry.clone());
            } else if !found.pairs.contains_key(fingerprint) {
                changes.went.push(entry.clone());
            }
        }
        for (fingerprint, pairs) in &found.pairs {
            if entries.contains_key(fingerprint) {
                continue;
            }
            let count = pairs.len() as u64;
            let known = self.entries.get(fingerprint).filter(|entry| !entry.expired(today));
            let entry = match known {
                Some(entry) => Entry { count, relation: pairs[0].relation, ..entry.clone() },
                None => Entry {
                    fingerprint: fingerprint.clone(),
                    count,
                    relation: pairs[0].relation,
                    between: pairs[0].between.clone(),
                    first_seen: today.map(str::to_owned),
                    // Of one that has expired the reason stays.
                    reason: self.entries.get(fingerprint).and_then(|entry| entry.reason.clone()),
                    ..Entry::default()
                },
            };
            match known {
                Some(known) if known.count != count => changes.recounted.push((known.clone(), entry.clone())),
                Some(_) => {}
                None => changes.came.push(entry.clone()),
            }
            entries.insert(fingerprint.clone(), entry);
        }
        (Baseline { entries }, changes)
    }

    /// The baseline in which a pair that was found is declared to be no duplicate; none if there is no such pair.
    pub fn declaring(
        mut self,
        fingerprint: &str,
        reason: &str,
        found: &Found,
        today: Option<&str>,
    ) -> Option<Baseline> {
        let pairs = found.pairs.get(fingerprint);
        let entry = self.entries.remove(fingerprint).or_else(|| {
            let first = pairs?.first()?;
            Some(Entry {
                fingerprint: fingerprint.to_owned(),
                count: pairs?.len() as u64,
                relation: first.relation,
                between: first.between.clone(),
                first_seen: today.map(str::to_owned),
                ..Entry::default()
            })
        })?;
        let entry = Entry { not_a_duplicate: true, reason: Some(reason.to_owned()), expires: None, ..entry };
        self.entries.insert(fingerprint.to_owned(), entry);
        Some(self)
    }
}

impl Entry {
    /// What is wrong with it, of what can be written by hand.
    fn wrong(&self) -> Option<&'static str> {
        let is_day = |day: &String| day.len() == 10 && day.parse::<jiff::civil::Date>().is_ok();
        let is_fingerprint = self.fingerprint.len() == 32
            && self.fingerprint.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let reason = self.reason.as_deref().unwrap_or_default();
        match self {
            _ if !is_fingerprint => Some("a fingerprint has 32 hexadecimal digits in lower case"),
            _ if self.count == 0 => Some("count is 0, so it allows nothing"),
            _ if !self.expires.iter().chain(&self.first_seen).all(is_day) => Some("a day is written as 2026-01-31"),
            _ if self.not_a_duplicate && reason.trim().is_empty() => {
                Some("a pair that is declared no duplicate needs a reason")
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &str = r#""fingerprint": "00112233445566778899aabbccddeeff", "count": 1, "relation": "identical", "between": ["a", "b"]"#;

    fn read(findings: &str) -> Result<Baseline> {
        Baseline::read("b.json", format!("{{\"version\": 1, \"findings\": [{findings}]}}").as_bytes())
    }

    fn refused(text: &str) -> (String, String) {
        match Baseline::read("b.json", text.as_bytes()) {
            Err(Error::Baseline { cause, hint, .. }) => (cause, hint),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_later_version_is_refused_with_a_hint() {
        let (cause, hint) = refused(r#"{"version": 2, "findings": {"of": "another kind"}}"#);
        assert!(cause.contains("version 2") && hint.contains("version of wirecopy that wrote it"), "{cause}: {hint}");
    }

    #[test]
    fn what_was_written_wrongly_by_hand_is_named() {
        let check = |more: &str, expected: &str| {
            let error = read(&format!("{{{ENTRY}{more}}}")).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        check(", \"expires\": \"tomorrow\"", "a day is written as");
        check(", \"not_a_duplicate\": true", "needs a reason");
        check(", \"expire\": \"2026-01-31\"", "unknown field");
        let twice = read(&format!("{{{ENTRY}}}, {{{ENTRY}}}")).unwrap_err().to_string();
        assert!(twice.contains("is there twice"), "{twice}");
        assert!(refused("[]").0.starts_with("not a baseline"));
        assert!(refused("<<<<<<< HEAD").0.starts_with("not a baseline"));
    }

    #[test]
    fn an_entry_holds_on_its_last_day() {
        let entry = Entry { expires: Some("2026-01-31".into()), ..Entry::default() };
        assert!(!entry.expired(Some("2026-01-31")) && entry.expired(Some("2026-02-01")) && !entry.expired(None));
        assert!(!Entry::default().expired(Some("2026-02-01")));
    }
}
