//! Which pairs must not be there? A scan as a gate.
//!
//! In: findings. Out: an [`Outcome`]. [`Matches`] are what a gate needs of a scan, with every place resolved to a line; they
//! are small and can be [kept](cache) for the next run. [`Gate`](gate::Gate) picks those that fail: of some relations, between
//! some articles, not yet in the [`baseline`]. A finding is known by the content of its two articles, never by where they
//! stand, so that it stays the same when lines move and files are renamed.

pub mod baseline;
pub mod cache;
pub mod gate;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128_with_seed;

use crate::article::{ArticleId, Moment, Reject};
use crate::disk::Table;
use crate::findings::{Findings, Passage};
use crate::read::lines;
use crate::relate::Direction;
use crate::relation::Relation;
use crate::text::SEED;

use baseline::Stale;

/// The longest part of a passage that is shown, in characters: two lines of a comment on a pull request.
const PASSAGE_CHARACTERS: usize = 240;

/// What a gate needs of a scan: the pairs of some relations, and their articles.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Matches {
    /// Articles that were read.
    pub articles: u64,
    /// Records that are no articles.
    pub rejects: u64,
    /// The articles of the pairs, in input order.
    pub records: Vec<Record>,
    /// The pairs, in input order.
    pub pairs: Vec<Match>,
}

/// An article that has a match.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Its id.
    pub id: String,
    /// The file it was read from, as it was named or found.
    pub path: String,
    /// Its number in the file, from 1.
    pub record: u64,
    /// The line it begins at, from 1. In files that have no lines to point at, because they are compressed or binary, its
    /// number stands for the line.
    pub line: u64,
    /// The last line that may be its own; the greatest number for the last article of a file.
    pub last_line: u64,
    /// Where it begins, in bytes of the decompressed file.
    pub byte_offset: u64,
    /// Its outlet.
    pub source: Option<String>,
    /// Its headline.
    pub title: Option<String>,
    /// When it was published.
    pub published: Option<Moment>,
    /// The hash of its text after normalisation.
    pub content: u128,
}

/// Two articles of one of the relations.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Match {
    /// The earlier article, by its place in [`Matches::records`].
    pub a: u32,
    /// The later one.
    pub b: u32,
    /// What they are to one another.
    pub relation: Relation,
    /// Which stands in which, for an excerpt.
    pub direction: Option<Direction>,
    /// Exact Jaccard similarity of their word 5-grams.
    pub jaccard: f64,
    /// The share of `a`'s shingles that `b` has.
    pub containment_a: f64,
    /// The share of `b`'s shingles that `a` has.
    pub containment_b: f64,
    /// The longest shared run, in tokens.
    pub longest_run: u32,
    /// Whether both come from one outlet.
    pub same_source: bool,
    /// The beginning of the longest passage they share, if one is long enough to be listed.
    pub passage: Option<String>,
}

/// One pair that must not be there, as it is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Finding {
    /// What identifies it: 32 hexadecimal digits made of the content of both articles.
    pub fingerprint: String,
    /// Which of the pairs with this fingerprint it is, from 1: identical texts can stand in many places.
    pub occurrence: u64,
    /// What the articles are to one another.
    pub relation: Relation,
    /// Whether the one stands in the other, for an excerpt.
    pub within: Option<Within>,
    /// The article to look at: the new one, or the later one.
    pub here: Place,
    /// The other.
    pub there: Place,
    /// Exact Jaccard similarity of their word 5-grams.
    pub similarity: f64,
    /// The share of its shingles that the other has.
    pub containment: f64,
    /// The share of the other's shingles that it has.
    pub containment_there: f64,
    /// The longest shared run, in tokens.
    pub longest_run: u32,
    /// The beginning of the longest passage they share.
    pub passage: Option<String>,
    /// The day until which the baseline bore it, if that is over.
    pub expired: Option<String>,
}

/// Which article of a finding stands in which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// This one in the other.
    There,
    /// The other in this one.
    Here,
}

/// Where an article of a finding stands, and what it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Place {
    /// The file as it was named or found.
    pub path: String,
    /// The same file as the repository calls it, with slashes. Of a file in an archive, the archive.
    pub file: String,
    /// The line it begins at: see [`Record::line`].
    pub line: u64,
    /// Its number in the file, from 1.
    pub record: u64,
    /// Where it begins, in bytes of the decompressed file.
    pub byte_offset: u64,
    /// Its id.
    pub id: String,
    /// Its outlet.
    pub source: Option<String>,
    /// Its headline.
    pub title: Option<String>,
    /// When it was published.
    pub published: Option<Moment>,
}

impl Finding {
    /// The fingerprint, with the number of the occurrence after the first: unique among the findings of a run.
    pub fn key(&self) -> String {
        match self.occurrence {
            0 | 1 => self.fingerprint.clone(),
            number => format!("{}-{number}", self.fingerprint),
        }
    }
}

/// What a gate decided.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Articles that were read.
    pub articles: u64,
    /// Records that are no articles.
    pub rejects: u64,
    /// The relations that fail.
    pub fail_on: Vec<Relation>,
    /// The pairs that fail, the most important first.
    pub findings: Vec<Finding>,
    /// Pairs that the baseline knows.
    pub known: u64,
    /// Pairs that the baseline declares to be no duplicates.
    pub declared: u64,
    /// Pairs left out because they touch nothing new.
    pub untouched: u64,
    /// Entries of the baseline whose pairs are gone.
    pub stale: Vec<Stale>,
    /// Whether these are let pass.
    pub stale_allowed: bool,
}

impl Outcome {
    /// Whether the gate is open.
    pub fn passed(&self) -> bool {
        self.findings.is_empty() && (self.stale.is_empty() || self.stale_allowed)
    }

    /// How many findings are of this relation.
    pub fn of(&self, relation: Relation) -> u64 {
        self.findings.iter().filter(|finding| finding.relation == relation).count() as u64
    }
}

impl Match {
    /// What identifies the pair, whichever article comes first.
    pub fn fingerprint(&self, records: &[Record]) -> String {
        let content = |place: u32| records[place as usize].content;
        let (a, b) = (content(self.a), content(self.b));
        let bytes = [a.min(b).to_le_bytes(), a.max(b).to_le_bytes()].concat();
        format!("{:032x}", xxh3_128_with_seed(&bytes, SEED))
    }
}

impl Matches {
    /// The pairs of these relations. Lines are counted in the files, which must be where they were read.
    pub fn of(findings: &Findings, relations: &[Relation]) -> Matches {
        let found: Vec<_> = findings
            .pairs
            .iter()
            .filter(|pair| relations.contains(&pair.relation))
            .map(|pair| Match {
                a: pair.a.0,
                b: pair.b.0,
                relation: pair.relation,
                direction: pair.direction,
                jaccard: pair.jaccard,
                containment_a: pair.containment_a,
                containment_b: pair.containment_b,
                longest_run: pair.longest_run,
                same_source: pair.same_source,
                passage: None,
            })
            .collect();
        let articles: BTreeSet<u32> = found.iter().flat_map(|pair| [pair.a, pair.b]).collect();
        let articles: Vec<ArticleId> = articles.into_iter().map(ArticleId).collect();
        let passages = Passages::of(&articles, &findings.passages);
        let place = |article: u32| articles.binary_search(&ArticleId(article)).expect("gathered from the pairs") as u32;
        let shown = |pair: Match| Match {
            passage: passages.longest(ArticleId(pair.a), ArticleId(pair.b)),
            a: place(pair.a),
            b: place(pair.b),
            ..pair
        };
        Matches {
            articles: findings.members.len() as u64,
            rejects: Reject::count(&findings.rejects),
            pairs: found.into_iter().map(shown).collect(),
            records: records(findings, &articles),
        }
    }
}

/// The records of these articles, with their lines.
fn records(findings: &Findings, articles: &[ArticleId]) -> Vec<Record> {
    let mut records = Vec::with_capacity(articles.len());
    let mut places = Vec::with_capacity(articles.len());
    for article in articles {
        let member = findings.members.get(article.index()).into_owned();
        let next = article.index() + 1;
        let next = (next < findings.members.len()).then(|| findings.members.get(next).location.clone());
        let ends = next.filter(|next| next.path == member.location.path).map(|next| next.byte_offset);
        places.push(lines::Extent { location: member.location.clone(), ends });
        records.push(Record {
            id: member.id,
            path: member.location.path.to_string(),
            record: member.location.record,
            byte_offset: member.location.byte_offset,
            source: member.source,
            title: member.title,
            published: member.published,
            content: member.content,
            ..Record::default()
        });
    }
    for (record, (first, last)) in records.iter_mut().zip(lines::lines(&places)) {
        (record.line, record.last_line) = (first, last);
    }
    records
}

/// The passages of some articles.
struct Passages<'f> {
    table: &'f Table<Passage>,
    /// For each article, its passages with their lengths.
    of: BTreeMap<ArticleId, Vec<(usize, u32)>>,
}

impl<'f> Passages<'f> {
    fn of(articles: &[ArticleId], table: &'f Table<Passage>) -> Passages<'f> {
        let mut of: BTreeMap<ArticleId, Vec<(usize, u32)>> =
            articles.iter().map(|&article| (article, Vec::new())).collect();
        for (place, passage) in table.iter().enumerate() {
            for (carrier, _) in &passage.carriers {
                if let Some(passages) = of.get_mut(carrier)
                    && passages.last().is_none_or(|(last, _)| *last != place)
                {
                    passages.push((place, passage.tokens));
                }
            }
        }
        Passages { table, of }
    }

    /// The beginning of the longest passage that both carry.
    fn longest(&self, a: ArticleId, b: ArticleId) -> Option<String> {
        let (ours, theirs) = (&self.of[&a], &self.of[&b]);
        let shared = ours.iter().filter(|(place, _)| theirs.binary_search_by_key(place, |passage| passage.0).is_ok());
        let (place, _) = shared.min_by_key(|(place, tokens)| (std::cmp::Reverse(*tokens), *place))?;
        let text = &self.table.get(*place).text;
        let end = text.char_indices().nth(PASSAGE_CHARACTERS).map(|(end, _)| end);
        Some(end.map_or_else(|| text.clone(), |end| format!("{}…", text[..end].trim_end())))
    }
}
