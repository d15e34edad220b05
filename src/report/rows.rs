//! The rows of the six tables: their columns, their order and their types are a promise with a version
//! ([`SCHEMA_VERSION`](crate::findings::SCHEMA_VERSION)).
//!
//! Findings go in, rows come out, one at a time and in the order of the findings. Articles and stories are named by their
//! ids, floats are rounded to four decimals: that is more than any measurement here can bear, and it keeps tables stable.

use std::fmt::Write as _;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::article::{Moment, Span};
use crate::credit::{Basis, Credit};
pub(super) use crate::findings::rounded;
use crate::findings::{Findings, Kind as ArticleKind, Member, Outlet, Pair, Passage, Story};
use crate::relate::Direction;
use crate::relation::Relation;

/// A row of a table. Its serialised fields are its columns, in the same order.
pub trait Row: Serialize + DeserializeOwned + 'static {
    /// The table's columns, from left to right.
    const COLUMNS: &'static [Column];
    /// Those that tables of an earlier version do not have.
    const ADDED: &'static [&'static str] = &[];
}

/// One column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in every format.
    pub name: &'static str,
    /// What its cells hold.
    pub kind: Kind,
}

/// What the cells of a column hold; a format without types needs it to read a cell back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text, always present.
    Text,
    /// Text, or nothing.
    OptionalText,
    /// A whole number, always present.
    Whole,
    /// A whole number, possibly negative, or nothing.
    OptionalWhole,
    /// A number, or nothing.
    Real,
    /// A truth value, always present.
    Truth,
    /// Texts.
    Texts,
    /// Stretches of a text, as `[start, end]` in bytes.
    Spans,
    /// Carriers of a passage.
    Carriers,
    /// Outlets with a number of articles.
    Outlets,
}

const fn text(name: &'static str) -> Column {
    Column { name, kind: Kind::Text }
}

const fn optional(name: &'static str) -> Column {
    Column { name, kind: Kind::OptionalText }
}

const fn of(name: &'static str, kind: Kind) -> Column {
    Column { name, kind }
}

/// One article and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberRow {
    /// The article's id.
    pub id: String,
    /// The file it was read from.
    pub path: String,
    /// Its record in that file, from 1.
    pub record: u64,
    /// Its address.
    pub url: Option<String>,
    /// Its outlet.
    pub source: Option<String>,
    /// Its headline.
    pub title: Option<String>,
    /// Its language.
    pub language: Option<String>,
    /// When it was published.
    pub published: Option<String>,
    /// Whether that date cannot be true.
    #[serde(default)]
    pub published_doubtful: bool,
    /// Its story; none if it has no partner.
    pub story_id: Option<String>,
    /// Articles in its story, 1 if it has no partner.
    pub story_size: u64,
    /// Stories of which it carries a part.
    pub partial_in: Vec<String>,
    /// What it is within its story.
    #[serde(default)]
    pub kind: ArticleKind,
    /// The earlier article of its story that it is most like.
    pub measured_against: Option<String>,
    /// The share of that one's prose that it has.
    pub kept: Option<f64>,
    /// The share of that one's prose that it does not have.
    pub cut: Option<f64>,
    /// The share of its own prose that the other does not have.
    pub added: Option<f64>,
    /// How long after the other it was published.
    pub lag_seconds: Option<i64>,
    /// Its strongest link.
    pub relation: Option<Relation>,
    /// The partner of that link.
    pub closest: Option<String>,
    /// The kept article of its near-duplicate class, if that is another one.
    pub duplicate_of: Option<String>,
    /// Exact Jaccard with `duplicate_of`, else with the partner of its strongest link.
    pub similarity: Option<f64>,
    /// The share of its shingles that the same partner has.
    pub containment: Option<f64>,
    /// Whether a corpus without near-duplicates keeps it.
    pub keep: bool,
    /// Why.
    pub keep_reason: String,
    /// The agency whose copy it is.
    pub agency: Option<String>,
    /// How that is known.
    pub agency_basis: Option<Basis>,
    /// The words that say so.
    pub agency_evidence: Option<String>,
}

impl Row for MemberRow {
    const COLUMNS: &'static [Column] = &[
        text("id"),
        text("path"),
        of("record", Kind::Whole),
        optional("url"),
        optional("source"),
        optional("title"),
        optional("language"),
        optional("published"),
        of("published_doubtful", Kind::Truth),
        optional("story_id"),
        of("story_size", Kind::Whole),
        of("partial_in", Kind::Texts),
        text("kind"),
        optional("measured_against"),
        of("kept", Kind::Real),
        of("cut", Kind::Real),
        of("added", Kind::Real),
        of("lag_seconds", Kind::OptionalWhole),
        optional("relation"),
        optional("closest"),
        optional("duplicate_of"),
        of("similarity", Kind::Real),
        of("containment", Kind::Real),
        of("keep", Kind::Truth),
        text("keep_reason"),
        optional("agency"),
        optional("agency_basis"),
        optional("agency_evidence"),
    ];
    const ADDED: &'static [&'static str] =
        &["title", "language", "kind", "measured_against", "kept", "cut", "added", "lag_seconds"];
}

/// Two articles that were compared on their text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairRow {
    /// The article that stands earlier in the input.
    pub a: String,
    /// The later one.
    pub b: String,
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
    /// The share of `a`'s prose that stands in `b`.
    pub prose_a: f64,
    /// The share of `b`'s prose that stands in `a`.
    pub prose_b: f64,
    /// Information of the shared prose beyond chance, in bits.
    pub evidence_bits: f64,
    /// How sure it is that one reuses what the other reports, 0 to 1.
    pub probability: Option<f64>,
    /// What each feature of the evidence adds to that: its name and bits.
    pub weights: Vec<String>,
    /// The longest shared run, in tokens.
    pub longest_run: u32,
    /// Tokens in shared runs.
    pub shared_tokens: u32,
    /// The share of those inside quotations.
    pub quote_share: f64,
    /// Whether both come from one outlet.
    pub same_source: bool,
    /// Whether they are two states of one outlet's article.
    pub revision: bool,
    /// Shared runs in `a`'s text, as `[start, end]` in bytes.
    pub a_spans: Vec<(u32, u32)>,
    /// The same runs in `b`'s text.
    pub b_spans: Vec<(u32, u32)>,
    /// The rule that gave the relation.
    pub rule: String,
}

impl Row for PairRow {
    const COLUMNS: &'static [Column] = &[
        text("a"),
        text("b"),
        text("relation"),
        optional("direction"),
        of("jaccard", Kind::Real),
        of("containment_a", Kind::Real),
        of("containment_b", Kind::Real),
        of("prose_a", Kind::Real),
        of("prose_b", Kind::Real),
        of("evidence_bits", Kind::Real),
        of("probability", Kind::Real),
        of("weights", Kind::Texts),
        of("longest_run", Kind::Whole),
        of("shared_tokens", Kind::Whole),
        of("quote_share", Kind::Real),
        of("same_source", Kind::Truth),
        of("revision", Kind::Truth),
        of("a_spans", Kind::Spans),
        of("b_spans", Kind::Spans),
        text("rule"),
    ];
}

/// One story.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoryRow {
    /// Its id, made from its content.
    pub story_id: String,
    /// How many articles it has.
    pub size: u64,
    /// Its outlets.
    pub sources: Vec<String>,
    /// A headline for it.
    pub title: Option<String>,
    /// Earliest publication.
    pub first_published: Option<String>,
    /// Latest publication.
    pub last_published: Option<String>,
    /// The article the others come from.
    pub origin_id: Option<String>,
    /// How sure that is, 0 to 1.
    pub origin_confidence: Option<f64>,
    /// Why it is thought so.
    pub origin_reasons: Vec<String>,
    /// The agency whose copy it is.
    pub agency: Option<String>,
    /// The words that say so.
    pub agency_evidence: Option<String>,
    /// Whether more than one outlet carries it.
    pub syndicated: bool,
    /// The lowest Jaccard among the links that hold it together.
    pub min_similarity: f64,
}

impl Row for StoryRow {
    const COLUMNS: &'static [Column] = &[
        text("story_id"),
        of("size", Kind::Whole),
        of("sources", Kind::Texts),
        optional("title"),
        optional("first_published"),
        optional("last_published"),
        optional("origin_id"),
        of("origin_confidence", Kind::Real),
        of("origin_reasons", Kind::Texts),
        optional("agency"),
        optional("agency_evidence"),
        of("syndicated", Kind::Truth),
        of("min_similarity", Kind::Real),
    ];
}

/// One outlet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutletRow {
    /// Its name.
    pub source: String,
    /// Its articles.
    pub articles: u64,
    /// Its originals.
    pub own: u64,
    /// Its first copies of an agency's text.
    pub agency: u64,
    /// Outlets that had the stories of its articles before.
    pub copied_from: Vec<OutletCell>,
    /// Outlets that had its stories after it.
    pub copied_by: Vec<OutletCell>,
    /// The median time of its articles after the first of their stories.
    pub median_lag_seconds: Option<u32>,
}

/// An outlet with a number of articles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutletCell {
    /// Its name.
    pub source: String,
    /// How many articles.
    pub articles: u64,
}

impl Row for OutletRow {
    const COLUMNS: &'static [Column] = &[
        text("source"),
        of("articles", Kind::Whole),
        of("own", Kind::Whole),
        of("agency", Kind::Whole),
        of("copied_from", Kind::Outlets),
        of("copied_by", Kind::Outlets),
        of("median_lag_seconds", Kind::OptionalWhole),
    ];
}

/// One reused passage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PassageRow {
    /// Its id, made from its normalised text.
    pub passage_id: String,
    /// Its story, if its carriers belong to one.
    pub story_id: Option<String>,
    /// Its length in tokens.
    pub tokens: u32,
    /// Its text as the earliest carrier has it.
    pub text: String,
    /// The carrier that was published first, else the first in input order.
    pub earliest_id: String,
    /// Who carries it, and where.
    pub carriers: Vec<CarrierCell>,
}

/// One carrier of a passage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarrierCell {
    /// The article.
    pub id: String,
    /// The passage in its text, as `[start, end]` in bytes.
    pub span: (u32, u32),
}

impl Row for PassageRow {
    const COLUMNS: &'static [Column] = &[
        text("passage_id"),
        optional("story_id"),
        of("tokens", Kind::Whole),
        text("text"),
        text("earliest_id"),
        of("carriers", Kind::Carriers),
    ];
}

/// One record that is no article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectRow {
    /// The file.
    pub path: String,
    /// The record in it, from 1; 0 for the file as a whole.
    pub record: u64,
    /// How many records the row stands for: that one, and those behind it.
    #[serde(default = "one")]
    pub records: u64,
    /// Where the record begins, in bytes of the decompressed file.
    pub byte_offset: u64,
    /// Why it was not taken.
    pub reason: String,
}

/// What rows of earlier versions stand for.
fn one() -> u64 {
    1
}

impl Row for RejectRow {
    const COLUMNS: &'static [Column] = &[
        text("path"),
        of("record", Kind::Whole),
        of("records", Kind::Whole),
        of("byte_offset", Kind::Whole),
        text("reason"),
    ];
}

/// The rows of a table, each of which can be made by itself.
pub struct Rows<F> {
    count: usize,
    row: F,
}

impl<R, F: Fn(usize) -> R> Rows<F> {
    /// So many rows; `row` makes the one at a place, from 0.
    pub(super) fn new(count: usize, row: F) -> Rows<F> {
        Rows { count, row }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The row at a place.
    pub(super) fn get(&self, place: usize) -> R {
        (self.row)(place)
    }

    /// All rows in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = R> {
        (0..self.count).map(&self.row)
    }
}

/// The rows of `members`, one per input article.
pub fn members(findings: &Findings) -> Rows<impl Fn(usize) -> MemberRow> {
    Rows::new(findings.members.len(), |place| member_row(findings, &findings.members.get(place)))
}

/// The rows of `pairs`.
pub fn pairs(findings: &Findings) -> Rows<impl Fn(usize) -> PairRow> {
    Rows::new(findings.pairs.len(), |place| pair_row(findings, &findings.pairs.get(place)))
}

/// The rows of `stories`.
pub fn stories(findings: &Findings) -> Rows<impl Fn(usize) -> StoryRow> {
    Rows::new(findings.stories.len(), |place| story_row(findings, &findings.stories[place]))
}

/// The rows of `outlets`.
pub fn outlets(findings: &Findings) -> Rows<impl Fn(usize) -> OutletRow> {
    Rows::new(findings.outlets.len(), |place| outlet_row(&findings.outlets[place]))
}

/// The rows of `passages`.
pub fn passages(findings: &Findings) -> Rows<impl Fn(usize) -> PassageRow> {
    Rows::new(findings.passages.len(), |place| passage_row(findings, &findings.passages.get(place)))
}

/// The rows of `rejects`.
pub fn rejects(findings: &Findings) -> Rows<impl Fn(usize) -> RejectRow> {
    Rows::new(findings.rejects.len(), |place| {
        let reject = &findings.rejects[place];
        RejectRow {
            path: reject.path.to_string(),
            record: reject.record,
            records: reject.records,
            byte_offset: reject.byte_offset,
            reason: reject.reason.to_string(),
        }
    })
}

/// The row of one article.
pub(super) fn member_row(findings: &Findings, member: &Member) -> MemberRow {
    let story = member.story.map(|index| &findings.stories[index]);
    MemberRow {
        id: member.id.clone(),
        path: member.location.path.to_string(),
        record: member.location.record,
        url: member.url.clone(),
        source: member.source.clone(),
        title: member.title.clone(),
        language: member.lang.clone(),
        published: member.published.and_then(stated),
        published_doubtful: member.published.is_some_and(|published| published.doubtful),
        story_id: story.map(|story| story.id.clone()),
        story_size: story.map_or(1, |story| story.members.len() as u64),
        partial_in: member.partial_in.iter().map(|&index| findings.stories[index].id.clone()).collect(),
        kind: member.kind,
        measured_against: member.near.map(|near| findings.id(near.of).into_owned()),
        kept: member.near.map(|near| near.kept),
        cut: member.near.map(|near| near.cut()),
        added: member.near.map(|near| near.added),
        lag_seconds: member.near.and_then(|near| near.lag_seconds),
        relation: member.relation,
        closest: member.closest.map(|article| findings.id(article).into_owned()),
        duplicate_of: member.duplicate_of.map(|article| findings.id(article).into_owned()),
        similarity: member.similarity.map(rounded),
        containment: member.containment.map(rounded),
        keep: member.keep,
        keep_reason: member.keep_reason.clone(),
        agency: member.agency.as_deref().map(Credit::names),
        agency_basis: member.agency.as_ref().map(|credit| credit.basis),
        agency_evidence: member.agency.as_ref().map(|credit| credit.evidence.clone()),
    }
}

fn pair_row(findings: &Findings, pair: &Pair) -> PairRow {
    PairRow {
        a: findings.id(pair.a).into_owned(),
        b: findings.id(pair.b).into_owned(),
        relation: pair.relation,
        direction: pair.direction,
        jaccard: rounded(pair.jaccard),
        containment_a: rounded(pair.containment_a),
        containment_b: rounded(pair.containment_b),
        prose_a: rounded(pair.prose_a),
        prose_b: rounded(pair.prose_b),
        evidence_bits: rounded(pair.evidence_bits),
        probability: pair.probability.map(rounded),
        weights: pair.weights.iter().map(|(feature, bits)| format!("{} {bits:+.2}", feature.name())).collect(),
        longest_run: pair.longest_run,
        shared_tokens: pair.shared_tokens,
        quote_share: rounded(pair.quote_share),
        same_source: pair.same_source,
        revision: pair.is_revision(),
        a_spans: pair.a_spans.iter().map(ends).collect(),
        b_spans: pair.b_spans.iter().map(ends).collect(),
        rule: pair.rule.clone(),
    }
}

/// The row of one story.
pub(super) fn story_row(findings: &Findings, story: &Story) -> StoryRow {
    StoryRow {
        story_id: story.id.clone(),
        size: story.members.len() as u64,
        sources: story.sources.clone(),
        title: story.title.clone(),
        first_published: story.first_published.and_then(stated),
        last_published: story.last_published.and_then(stated),
        origin_id: story.origin.as_ref().map(|origin| findings.id(origin.article).into_owned()),
        origin_confidence: story.origin.as_ref().map(|origin| rounded(origin.confidence)),
        origin_reasons: story.origin.as_ref().map(|origin| origin.reasons.clone()).unwrap_or_default(),
        agency: story.agency.as_ref().map(|(name, _)| name.clone()),
        agency_evidence: story.agency.as_ref().map(|(_, evidence)| evidence.clone()),
        syndicated: story.syndicated,
        min_similarity: rounded(story.min_similarity),
    }
}

fn outlet_row(outlet: &Outlet) -> OutletRow {
    let cells = |counts: &[(String, u64)]| {
        counts.iter().map(|(source, articles)| OutletCell { source: source.clone(), articles: *articles }).collect()
    };
    OutletRow {
        source: outlet.source.clone(),
        articles: outlet.articles,
        own: outlet.own,
        agency: outlet.agency,
        copied_from: cells(&outlet.copied_from),
        copied_by: cells(&outlet.copied_by),
        median_lag_seconds: outlet.median_lag_seconds,
    }
}

fn passage_row(findings: &Findings, passage: &Passage) -> PassageRow {
    PassageRow {
        passage_id: passage.id.clone(),
        story_id: passage.story.map(|index| findings.stories[index].id.clone()),
        tokens: passage.tokens,
        text: passage.text.clone(),
        earliest_id: findings.id(passage.earliest).into_owned(),
        carriers: passage
            .carriers
            .iter()
            .map(|(article, span)| CarrierCell { id: findings.id(*article).into_owned(), span: ends(span) })
            .collect(),
    }
}

fn ends(span: &Span) -> (u32, u32) {
    (span.start, span.end)
}

/// The moment as tables state it; none for a moment outside the calendar, which cannot be written.
pub(super) fn stated(moment: Moment) -> Option<String> {
    let mut text = String::new();
    write!(text, "{moment}").ok().map(|()| text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::ArticleId;

    fn check<R: Row>(row: R) {
        let value = serde_json::to_value(&row).unwrap();
        let fields: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
        let columns: Vec<&str> = R::COLUMNS.iter().map(|column| column.name).collect();
        assert_eq!(fields, columns);
    }

    #[test]
    fn columns_are_the_serialised_fields() {
        let member = crate::findings::Member {
            id: "a".into(),
            location: crate::article::Location { path: "p".into(), record: 1, byte_offset: 0 },
            content: 0,
            url: None,
            source: None,
            title: None,
            lang: None,
            published: None,
            kind: ArticleKind::Original,
            near: None,
            story: Some(0),
            partial_in: vec![],
            relation: None,
            closest: None,
            duplicate_of: None,
            similarity: None,
            containment: None,
            keep: true,
            keep_reason: String::new(),
            agency: None,
        };
        let story = Story {
            id: "s".into(),
            members: vec![ArticleId(0)],
            sources: vec![],
            title: None,
            first_published: None,
            last_published: None,
            origin: None,
            agency: None,
            syndicated: false,
            min_similarity: 0.0,
        };
        let findings = Findings { members: vec![member].into(), stories: vec![story], ..Findings::default() };
        let (here, span) = (ArticleId(0), Span { start: 0, end: 1 });
        check(member_row(&findings, &findings.members.get(0)));
        check(story_row(&findings, &findings.stories[0]));
        check(pair_row(
            &findings,
            &Pair {
                a: here,
                b: here,
                relation: Relation::Quote,
                direction: None,
                jaccard: 0.0,
                containment_a: 0.0,
                containment_b: 0.0,
                prose_a: 0.0,
                prose_b: 0.0,
                evidence_bits: 0.0,
                probability: None,
                weights: vec![],
                longest_run: 0,
                shared_tokens: 0,
                quote_share: 0.0,
                same_source: false,
                a_spans: vec![span],
                b_spans: vec![span],
                rule: String::new(),
            },
        ));
        check(passage_row(
            &findings,
            &Passage {
                id: "p".into(),
                story: None,
                text: String::new(),
                tokens: 0,
                carriers: vec![(here, span)],
                earliest: here,
            },
        ));
        check(RejectRow { path: String::new(), record: 0, records: 1, byte_offset: 0, reason: String::new() });
        check(outlet_row(&Outlet::default()));
    }

    #[test]
    fn floats_keep_four_decimals_and_one_zero() {
        assert_eq!(rounded(0.123_45), 0.1235);
        assert_eq!(rounded(-0.000_01).to_string(), "0");
    }

    #[test]
    fn a_moment_outside_the_calendar_is_left_out() {
        assert_eq!(
            stated(Moment { seconds: i64::MAX / 2, offset_minutes: None, day_only: false, doubtful: false }),
            None
        );
    }
}
