//! The whole result of a scan, as rows of the six tables of the report.
//!
//! Everything is resolved here: a report needs nothing else, computes nothing and looks nothing up. Articles are referred to
//! by [`ArticleId`], which is their place in [`Findings::members`].

mod assemble;
pub mod clean;
mod headline;
mod ids;
mod kinds;
mod outlets;
mod passages;
mod survivors;
mod texts;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::article::{ArticleId, Location, Moment, Reject, Span};
use crate::credit::Credit;
use crate::decoys::Decoys;
use crate::disk::{Table, Weight, Workspace};
use crate::error::Result;
use crate::relate::Direction;
use crate::relation::Relation;
use crate::score::Feature;

pub use crate::origin::Origin;
pub use assemble::{Kept, NamedStory, StoryTitles, assemble, stories_of, story_titles};
pub use headline::{Recurring, TitleRow, Titles};
pub use ids::Ids;
pub use kinds::{Kind, Near};
pub use outlets::{Counted, Outlet};
pub use texts::{Apart, Text, has_text};

/// The version of the tables' schema; a change of columns or of their meaning raises it.
pub const SCHEMA_VERSION: u32 = 4;

/// What a scan found.
#[derive(Debug, Default)]
pub struct Findings {
    /// One row per article, in input order.
    pub members: Table<Member>,
    /// Every link, sorted by articles; where they were asked for, also pairs that share something and are no links, of those the
    /// likeliest.
    pub pairs: Table<Pair>,
    /// Stories of two articles or more, largest first, then by id.
    pub stories: Vec<Story>,
    /// One row per outlet, those with most articles first, then by name.
    pub outlets: Vec<Outlet>,
    /// Reused passages, by the number of their carriers, then by id.
    pub passages: Table<Passage>,
    /// One row for each article that [has one](has_text), in input order; none at all unless they were asked for.
    pub texts: Table<Text>,
    /// Records that are no articles, by path and record.
    pub rejects: Vec<Reject>,
    /// What was counted on the way.
    pub counts: Counts,
    /// How many links are chance, as far as the corpus can tell.
    pub decoys: Decoys,
    /// What [`Findings::id`] keeps.
    pub ids: Ids,
    /// Where rows that do not fit into memory are. After rows were read, [`Workspace::check`] says whether all could be.
    pub workspace: Workspace,
}

impl Findings {
    /// Fills in what follows from the other rows: kinds, what articles are measured against, outlets. A scan has done so; tables
    /// of an earlier version do not have them.
    pub fn complete(&mut self) -> Result<()> {
        let id = |article: ArticleId| self.members.get(article.index()).id.clone();
        let kinds = kinds::Kinds::of(kinds::places(self), &self.stories, &self.pairs, id);
        let mut outlets = outlets::Outlets::of(&self.stories, kinds.references());
        let mut members = Table::default();
        for (member, article) in self.members.iter().zip((0..).map(ArticleId)) {
            let mut member = member.into_owned();
            kinds.tell(article, &mut member);
            outlets.add(article, &member);
            members.push(member)?;
        }
        self.outlets = outlets.finish();
        self.members = members;
        Ok(())
    }
}

/// Four decimals, as tables have them, and one zero: a negative zero would be written with its sign.
pub(crate) fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4 + 0.0
}

/// What became of one article.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Member {
    /// The article's id, unique in the scan.
    pub id: String,
    /// Where it was read.
    pub location: Location,
    /// The hash of its text after normalisation: identical texts have one, wherever they stand.
    pub content: u128,
    /// Its address.
    pub url: Option<String>,
    /// Its outlet.
    pub source: Option<String>,
    /// Its headline.
    pub title: Option<String>,
    /// Its language, as the source states it or as it was detected.
    pub lang: Option<String>,
    /// When it was published.
    pub published: Option<Moment>,
    /// What it is within its story.
    pub kind: Kind,
    /// The earlier article of its story that it is most like.
    pub near: Option<Near>,
    /// Its story in [`Findings::stories`]; none if it has no partner.
    pub story: Option<usize>,
    /// Stories of which it carries a part without belonging to them.
    pub partial_in: Vec<usize>,
    /// Its strongest link, as seen from the article that `closest` names.
    pub relation: Option<Relation>,
    /// The partner of its strongest link.
    pub closest: Option<ArticleId>,
    /// The kept article of its near-duplicate class, if that is another one.
    pub duplicate_of: Option<ArticleId>,
    /// Exact word 5-gram Jaccard with `duplicate_of`, else with `closest`.
    pub similarity: Option<f64>,
    /// The share of its own shingles that `duplicate_of`, else `closest`, has too.
    pub containment: Option<f64>,
    /// Whether a corpus without near-duplicates keeps it.
    pub keep: bool,
    /// Why.
    pub keep_reason: String,
    /// The agency whose copy it is, and why it is thought so.
    pub agency: Option<Box<Credit>>,
}

impl Member {
    /// When it was published, unless that is not known or [doubtful](Moment::doubtful): what articles are ordered by.
    pub fn trusted_date(&self) -> Option<Moment> {
        self.published.filter(|published| !published.doubtful)
    }

    /// The agency whose text it is, if it is not on that agency's own site.
    pub fn carried_agency(&self) -> Option<&str> {
        let credit = self.agency.as_ref().filter(|credit| credit.is_copy());
        credit.map(|credit| credit.agency.as_str())
    }
}

/// Two articles that were compared on their text.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Pair {
    /// The earlier article in input order.
    pub a: ArticleId,
    /// The later one.
    pub b: ArticleId,
    /// What they are to one another.
    pub relation: Relation,
    /// Which stands in which, for an excerpt.
    pub direction: Option<Direction>,
    /// Exact Jaccard similarity of their word 5-gram sets.
    pub jaccard: f64,
    /// The share of `a`'s shingles that `b` has.
    pub containment_a: f64,
    /// The share of `b`'s shingles that `a` has.
    pub containment_b: f64,
    /// The share of `a`'s prose (no quotations, no furniture) that stands in `b`.
    pub prose_a: f64,
    /// The share of `b`'s prose that stands in `a`.
    pub prose_b: f64,
    /// Information of the shared prose beyond chance, in bits.
    pub evidence_bits: f64,
    /// How sure it is that one reuses what the other reports, 0 to 1; none where only whole texts were compared.
    pub probability: Option<f64>,
    /// What each feature of the evidence adds to that, in bits.
    pub weights: Vec<(Feature, f64)>,
    /// The longest shared run, in tokens.
    pub longest_run: u32,
    /// Tokens in shared runs.
    pub shared_tokens: u32,
    /// The share of `shared_tokens` inside quotations.
    pub quote_share: f64,
    /// Whether both come from one outlet.
    pub same_source: bool,
    /// Shared runs in `a`'s text.
    pub a_spans: Vec<Span>,
    /// The same runs in `b`'s text, in the same order.
    pub b_spans: Vec<Span>,
    /// The rule that gave the relation, with its figures.
    pub rule: String,
}

impl Pair {
    /// Whether one is a revision of the other: two states of one outlet's article, which is no syndication. An outlet that cuts
    /// or extends its own article makes an excerpt of it and still the same article; a rewrite is another one.
    pub fn is_revision(&self) -> bool {
        self.same_source && self.relation <= Relation::Version
    }
}

impl Weight for Member {
    fn owned_bytes(&self) -> usize {
        let optional = [&self.url, &self.source, &self.title, &self.lang];
        let optional = optional.into_iter().flatten().map(String::len).sum::<usize>();
        self.id.len()
            + optional
            + self.partial_in.len() * size_of::<usize>()
            + self.keep_reason.len()
            + self.agency.owned_bytes()
    }
}

impl Weight for Pair {
    fn owned_bytes(&self) -> usize {
        (self.a_spans.len() + self.b_spans.len()) * size_of::<Span>()
            + self.weights.len() * size_of::<(Feature, f64)>()
            + self.rule.len()
    }
}

impl Weight for Passage {
    fn owned_bytes(&self) -> usize {
        self.id.len() + self.text.len() + self.carriers.len() * size_of::<(ArticleId, Span)>()
    }
}

/// Articles joined by links.
#[derive(Clone, Debug)]
pub struct Story {
    /// Made from the content of its articles, so the same in every run that finds the same ones.
    pub id: String,
    /// Its articles, in input order.
    pub members: Vec<ArticleId>,
    /// Its outlets, sorted.
    pub sources: Vec<String>,
    /// A headline for it: the commonest among its articles, of several the earliest.
    pub title: Option<String>,
    /// Earliest publication among its articles.
    pub first_published: Option<Moment>,
    /// Latest publication among its articles.
    pub last_published: Option<Moment>,
    /// The article the others come from, where that can be said.
    pub origin: Option<Origin>,
    /// The agency whose copy it is, and the words that say so.
    pub agency: Option<(String, String)>,
    /// Whether more than one outlet carries it: revisions of one outlet's article are no syndication.
    pub syndicated: bool,
    /// The lowest Jaccard among the links that hold it together.
    pub min_similarity: f64,
}

/// One stretch of text that several articles carry.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Passage {
    /// Made from its normalised text.
    pub id: String,
    /// Its story, if its carriers belong to one.
    pub story: Option<usize>,
    /// Its text as the earliest carrier has it.
    pub text: String,
    /// Its length in tokens.
    pub tokens: u32,
    /// Who carries it, and where: in input order.
    pub carriers: Vec<(ArticleId, Span)>,
    /// The carrier that was published first, else the first in input order.
    pub earliest: ArticleId,
}

/// What a scan counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Files read.
    pub files: u64,
    /// Articles taken.
    pub articles: u64,
    /// The bytes of their texts.
    pub text_bytes: u64,
    /// Articles without a publication date that could be read.
    pub undated: u64,
    /// Articles with a date that cannot be true: nothing is ordered by it.
    pub doubtful_dates: u64,
    /// Articles of which no outlet is known: nothing is learned about their furniture.
    pub without_source: u64,
    /// Records rejected.
    pub rejects: u64,
    /// Records of crawlers' archives that are not meant to be articles, such as requests and redirections, by what they are.
    pub passed_over: BTreeMap<String, u64>,
    /// Articles that are nothing but a notice, such as a wall of cookies: they are in no story.
    pub notices: u64,
    /// Different texts after normalisation.
    pub exact_classes: u64,
    /// Near-duplicate classes.
    pub near_duplicate_classes: u64,
    /// Candidate pairs that LSH buckets gave.
    pub bucket_candidates: u64,
    /// Candidate pairs that shared passages gave.
    pub passage_candidates: u64,
    /// Pairs verified on the text.
    pub verified_pairs: u64,
    /// Pairs that link.
    pub links: u64,
    /// How many of them are expected to be wrong, by their probabilities, for each relation, to a tenth.
    pub expected_wrong_links: BTreeMap<Relation, f64>,
    /// Pairs that were compared to their end, share something of note and are no links, by what they are.
    pub rejected_pairs: BTreeMap<Relation, u64>,
    /// Stories of two articles or more.
    pub stories: u64,
    /// Articles in stories.
    pub articles_in_stories: u64,
    /// Articles that a corpus without near-duplicates drops.
    pub dropped: u64,
    /// Buckets too large to be texts, re-banded with more rows.
    pub oversized_buckets: u64,
}

impl Counts {
    /// Adds what was counted in another part of a scan; nothing is in two parts.
    pub fn add(&mut self, other: Counts) {
        let Counts { passed_over, expected_wrong_links, rejected_pairs, .. } = other;
        passed_over.into_iter().for_each(|(what, count)| *self.passed_over.entry(what).or_default() += count);
        for (relation, count) in expected_wrong_links {
            *self.expected_wrong_links.entry(relation).or_default() += count;
        }
        for (relation, count) in rejected_pairs {
            *self.rejected_pairs.entry(relation).or_default() += count;
        }
        self.files += other.files;
        self.articles += other.articles;
        self.text_bytes += other.text_bytes;
        self.undated += other.undated;
        self.doubtful_dates += other.doubtful_dates;
        self.without_source += other.without_source;
        self.rejects += other.rejects;
        self.notices += other.notices;
        self.exact_classes += other.exact_classes;
        self.near_duplicate_classes += other.near_duplicate_classes;
        self.bucket_candidates += other.bucket_candidates;
        self.passage_candidates += other.passage_candidates;
        self.verified_pairs += other.verified_pairs;
        self.links += other.links;
        self.stories += other.stories;
        self.articles_in_stories += other.articles_in_stories;
        self.dropped += other.dropped;
        self.oversized_buckets += other.oversized_buckets;
    }
}
