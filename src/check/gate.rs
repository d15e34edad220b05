//! Which of the matches fail?
//!
//! In: matches, and what was asked. Out: an [`Outcome`]. First the pairs in question, by relation and by which articles they
//! join; of these what the baseline bears; of the rest those that touch something new, if only that is asked for. Pairs with
//! one fingerprint are interchangeable: where fewer are known than there are, those that touch nothing new are the known
//! ones, then those that come first by path.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::path::{Component, Path};

use super::baseline::{Baseline, Entry, Stale};
use super::{Finding, Match, Matches, Outcome, Place, Record, Within};
use crate::relate::Direction;
use crate::relation::Relation;
use crate::settings::CheckSettings;

/// What makes a match fail.
pub struct Gate<'a> {
    /// Relations, and which articles.
    pub settings: &'a CheckSettings,
    /// What is new, if only pairs that touch it fail.
    pub new: Option<&'a New>,
    /// What is known.
    pub baseline: &'a Baseline,
    /// How many pairs of each fingerprint are known from elsewhere, such as an earlier commit.
    pub earlier: &'a BTreeMap<String, u64>,
    /// The day, by which entries of the baseline expire.
    pub today: Option<&'a str>,
    /// What the repository calls a file.
    pub file_name: &'a dyn Fn(&str) -> String,
}

/// What is new.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct New {
    /// Files and folders all of whose articles are.
    pub paths: Vec<String>,
    /// Files of which some lines are, by the path of their records.
    pub lines: BTreeMap<String, Vec<(u64, u64)>>,
}

/// All pairs in question, by fingerprint: what a baseline takes.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The pairs of the articles that were asked for; at least one each.
    pub pairs: BTreeMap<String, Vec<FoundPair>>,
    /// How many pairs there are between any articles.
    anywhere: BTreeMap<String, u64>,
    fail_on: Vec<Relation>,
}

/// A pair as a baseline notes it.
#[derive(Clone, Debug)]
pub struct FoundPair {
    /// What the articles are to one another.
    pub relation: Relation,
    /// Their ids.
    pub between: [String; 2],
}

impl New {
    fn has(&self, record: &Record) -> bool {
        let touched = |lines: &Vec<(u64, u64)>| {
            lines.iter().any(|(first, last)| *first <= record.last_line && record.line <= *last)
        };
        lies_in(&record.path, &self.paths) || self.lines.get(&record.path).is_some_and(touched)
    }
}

/// Whether a file is one of the paths, in one of these folders, or in one of these archives.
pub fn lies_in(file: &str, paths: &[String]) -> bool {
    fn is_in(file: &str, path: &str) -> bool {
        let here = Component::CurDir;
        let mut parts = Path::new(file).components().filter(|part| *part != here);
        Path::new(path).components().filter(|part| *part != here).all(|part| parts.next() == Some(part))
    }
    let archive = file.split_once("!/").map(|(archive, _)| archive);
    paths.iter().any(|path| is_in(file, path) || archive.is_some_and(|archive| is_in(archive, path)))
}

impl Found {
    /// Whether the pairs of an entry are gone, rather than not looked for.
    pub fn gone(&self, entry: &Entry) -> bool {
        self.fail_on.contains(&entry.relation) && self.left(&entry.fingerprint) == 0
    }

    fn left(&self, fingerprint: &str) -> u64 {
        self.anywhere.get(fingerprint).copied().unwrap_or(0)
    }
}

impl Gate<'_> {
    /// All pairs in question, known or not, touched or not.
    pub fn found(&self, matches: &Matches) -> Found {
        let mut found = Found { fail_on: self.settings.fail_on.clone(), ..Found::default() };
        for pair in matches.pairs.iter().filter(|pair| self.settings.fail_on.contains(&pair.relation)) {
            let fingerprint = pair.fingerprint(&matches.records);
            *found.anywhere.entry(fingerprint.clone()).or_default() += 1;
            if self.concerns(pair, matches) {
                let (here, there) = self.turned(pair, matches);
                let between = [there.id.clone(), here.id.clone()];
                let pair = FoundPair { relation: pair.relation, between };
                found.pairs.entry(fingerprint).or_default().push(pair);
            }
        }
        found.pairs.values_mut().for_each(|pairs| pairs.sort_by(|x, y| x.between.cmp(&y.between)));
        found
    }

    /// The verdict on a corpus.
    pub fn outcome(&self, matches: &Matches) -> Outcome {
        let found = self.found(matches);
        let mut outcome = Outcome {
            articles: matches.articles,
            rejects: matches.rejects,
            fail_on: self.settings.fail_on.clone(),
            stale: self.stale(&found),
            stale_allowed: self.settings.allow_stale,
            ..Outcome::default()
        };
        let mut asked: BTreeMap<String, Vec<(bool, Finding)>> = BTreeMap::new();
        for pair in matches.pairs.iter().filter(|pair| self.settings.fail_on.contains(&pair.relation)) {
            if self.concerns(pair, matches) {
                let touched = self.new.is_none_or(|_| self.touches(pair, matches));
                let finding = self.finding(pair, matches);
                asked.entry(finding.fingerprint.clone()).or_default().push((touched, finding));
            }
        }
        for (fingerprint, mut pairs) in asked {
            pairs.sort_by(|(x_touched, x), (y_touched, y)| x_touched.cmp(y_touched).then_with(|| by_place(x, y)));
            let entry = self.baseline.get(&fingerprint);
            let expired = entry.filter(|entry| entry.expired(self.today)).and_then(|entry| entry.expires.clone());
            let entry = entry.filter(|_| expired.is_none());
            if entry.is_some_and(|entry| entry.not_a_duplicate) {
                outcome.declared += pairs.len() as u64;
                continue;
            }
            let earlier = self.earlier.get(&fingerprint).copied().unwrap_or(0);
            let borne = entry.map_or(0, |entry| entry.count).max(earlier);
            for ((touched, finding), occurrence) in pairs.into_iter().zip(1..) {
                if occurrence <= borne {
                    outcome.known += 1;
                } else if touched {
                    outcome.findings.push(Finding { occurrence, expired: expired.clone(), ..finding });
                } else {
                    outcome.untouched += 1;
                }
            }
        }
        outcome.findings.sort_by(by_importance);
        outcome
    }

    /// Whether the pair joins articles that were asked for.
    fn concerns(&self, pair: &Match, matches: &Matches) -> bool {
        let second = |place: u32| lies_in(&matches.records[place as usize].path, &self.settings.against);
        (!self.settings.across_sources || !pair.same_source)
            && (self.settings.against.is_empty() || second(pair.a) != second(pair.b))
    }

    fn touches(&self, pair: &Match, matches: &Matches) -> bool {
        [pair.a, pair.b].into_iter().any(|place| self.is_new(&matches.records[place as usize]))
    }

    fn is_new(&self, record: &Record) -> bool {
        self.new.is_some_and(|new| new.has(record))
    }

    /// The article to look at, and the other: the new one, the one outside of what is compared against, or the later one.
    fn turned<'m>(&self, pair: &Match, matches: &'m Matches) -> (&'m Record, &'m Record) {
        let (a, b) = (&matches.records[pair.a as usize], &matches.records[pair.b as usize]);
        let of_the_first = |record: &Record| !lies_in(&record.path, &self.settings.against);
        let published =
            |record: &Record| record.published.filter(|moment| !moment.doubtful).map(|moment| moment.seconds);
        let order = of_the_first(a)
            .cmp(&of_the_first(b))
            .then(self.is_new(a).cmp(&self.is_new(b)))
            .then_with(|| published(a).zip(published(b)).map_or(Ordering::Equal, |(a, b)| a.cmp(&b)))
            .then_with(|| (&a.path, a.record).cmp(&(&b.path, b.record)));
        if order.is_gt() { (a, b) } else { (b, a) }
    }

    fn finding(&self, pair: &Match, matches: &Matches) -> Finding {
        let (here, there) = self.turned(pair, matches);
        let turned = std::ptr::eq(here, &matches.records[pair.b as usize]);
        let within = pair.direction.map(|direction| match (direction, turned) {
            (Direction::AInB, false) | (Direction::BInA, true) => Within::There,
            _ => Within::Here,
        });
        let (containment, containment_there) = match turned {
            true => (pair.containment_b, pair.containment_a),
            false => (pair.containment_a, pair.containment_b),
        };
        Finding {
            fingerprint: pair.fingerprint(&matches.records),
            occurrence: 1,
            relation: pair.relation,
            within,
            here: self.place(here),
            there: self.place(there),
            similarity: pair.jaccard,
            containment,
            containment_there,
            longest_run: pair.longest_run,
            passage: pair.passage.clone(),
            expired: None,
        }
    }

    fn place(&self, record: &Record) -> Place {
        let Record { id, path, record: number, line, byte_offset, source, title, published, .. } = record.clone();
        let file = (self.file_name)(&path);
        Place { path, file, line, record: number, byte_offset, id, source, title, published }
    }

    /// The entries that bear more than there is.
    fn stale(&self, found: &Found) -> Vec<Stale> {
        let entries = self.baseline.entries().filter(|entry| !entry.not_a_duplicate);
        let stale = entries.filter_map(|entry| {
            let left = found.left(&entry.fingerprint);
            // What was not looked for may still be there.
            let looked_for = self.settings.fail_on.contains(&entry.relation) || left > 0;
            (looked_for && left < entry.count).then(|| Stale { entry: entry.clone(), left })
        });
        stale.collect()
    }
}

/// The strongest reuse first, then the most similar, then by place.
fn by_importance(x: &Finding, y: &Finding) -> Ordering {
    let order = x.relation.cmp(&y.relation).then_with(|| y.similarity.total_cmp(&x.similarity));
    order.then_with(|| by_place(x, y))
}

fn by_place(x: &Finding, y: &Finding) -> Ordering {
    let key = |place: &'_ Place| (place.path.clone(), place.record, place.id.clone());
    (key(&x.here), key(&x.there)).cmp(&(key(&y.here), key(&y.there)))
}
