//! What is each article within its story, and which earlier article is it most like?
//!
//! Stories and pairs go in; out come the [`Kind`] of each article and the article that it is measured against ([`Near`]). Only
//! links inside a story count. An article that its story is measured against has none: it is the likely origin, or else the
//! earliest. Cost: one pass over the pairs, and some 70 bytes an article while it lasts.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Findings, Member, Pair, Story, rounded};
use crate::article::ArticleId;
use crate::disk::Table;
use crate::relation::Relation;

/// What an article is within its story, in the order in which a report counts and colours them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// In no story, what its story is measured against, or linked with later ones only.
    #[default]
    Original,
    /// The same text as an earlier one, or nearly.
    Copy,
    /// A part of an earlier one, or one with such a part.
    Excerpt,
    /// An earlier one, edited.
    Version,
    /// An earlier one in other words, with some of its own.
    Rewrite,
    /// The same outlet's other take.
    Revision,
    /// As an original, but the text of an agency, so a copy of what the scan does not have.
    FirstAgencyCopy,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 7] = [
        Kind::Original,
        Kind::Copy,
        Kind::Excerpt,
        Kind::Version,
        Kind::Rewrite,
        Kind::Revision,
        Kind::FirstAgencyCopy,
    ];

    /// The kind of an article that has no link with an earlier one.
    fn of_first(member: &Member) -> Kind {
        if member.carried_agency().is_some() { Kind::FirstAgencyCopy } else { Kind::Original }
    }

    /// The kind of an article that has this link with an earlier one, which is no revision.
    fn of(relation: Option<Relation>) -> Kind {
        match relation {
            Some(Relation::Identical | Relation::NearDuplicate) => Kind::Copy,
            Some(Relation::Excerpt) => Kind::Excerpt,
            Some(Relation::Version) => Kind::Version,
            Some(Relation::Rewrite) => Kind::Rewrite,
            _ => Kind::Original,
        }
    }
}

/// The earlier article of its story that an article is most like. It is a later one only in a class of near-duplicates, where
/// an earlier one is of the same class but was not compared.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Near {
    /// That article.
    pub of: ArticleId,
    /// The share of that one's prose that the article has, too, to four decimals.
    pub kept: f64,
    /// The share of the article's own prose that the other does not have, to four decimals.
    pub added: f64,
    /// How long after it the article was published; none if one of the dates is not known or doubtful. Negative if it was
    /// published before the one that is the likely origin.
    pub lag_seconds: Option<i64>,
}

impl Near {
    /// The share of the other's prose that the article does not have.
    pub fn cut(&self) -> f64 {
        rounded(1.0 - self.kept)
    }
}

impl Story {
    /// The article that the others are measured against: the likely origin, else the one that was published first; of several
    /// the first by `id`, so that the order of the input decides nothing.
    pub fn reference<I: Ord>(
        &self,
        published: impl Fn(ArticleId) -> Option<i64>,
        id: impl Fn(ArticleId) -> I,
    ) -> ArticleId {
        let named = self.origin.as_ref().map(|origin| origin.article).filter(|article| self.members.contains(article));
        let at = |article: ArticleId| published(article).unwrap_or(i64::MAX);
        let first = || {
            let members = self.members.iter().copied();
            members.min_by(|&x, &y| at(x).cmp(&at(y)).then_with(|| id(x).cmp(&id(y)))).unwrap_or_default()
        };
        named.unwrap_or_else(first)
    }
}

/// Where an article stands.
pub(super) struct Place {
    /// Its story.
    pub(super) story: Option<u32>,
    /// When it was published; none if that is not known or doubtful.
    pub(super) published: Option<i64>,
    /// The kept article of its near-duplicate class.
    pub(super) class: ArticleId,
}

/// What comes first in a story: what it is measured against, then by date, those without one at the end, then by id.
type Order = (bool, i64, u32);

/// The articles that others are most like, later ones among them.
pub(super) struct Kinds {
    places: Vec<Place>,
    /// The place of each article among those of its story by their ids.
    by_id: Vec<u32>,
    /// What each story is measured against.
    references: Vec<ArticleId>,
    best: Vec<Option<Best>>,
    /// What comes first of each story's near-duplicates of one class.
    first: HashMap<(u32, ArticleId), Order>,
}

impl Kinds {
    /// Reads the pairs; `places` has one entry an article, and `id` gives the id of each.
    pub(super) fn of(
        places: Vec<Place>,
        stories: &[Story],
        pairs: &Table<Pair>,
        id: impl Fn(ArticleId) -> String,
    ) -> Kinds {
        let mut by_id = vec![0; places.len()];
        for story in stories {
            let mut members: Vec<(String, ArticleId)> =
                story.members.iter().map(|&article| (id(article), article)).collect();
            members.sort_unstable();
            (0..).zip(members).for_each(|(place, (_, article))| by_id[article.index()] = place);
        }
        let published = |article: ArticleId| places[article.index()].published;
        let reference = |story: &Story| story.reference(published, |article| by_id[article.index()]);
        let references: Vec<ArticleId> = stories.iter().map(reference).collect();
        let best = vec![None; places.len()];
        let mut kinds = Kinds { places, by_id, references, best, first: HashMap::new() };
        for article in (0..kinds.places.len() as u32).map(ArticleId) {
            let Some(story) = kinds.places[article.index()].story else { continue };
            let (class, order) = ((story, kinds.places[article.index()].class), kinds.order(article));
            kinds.first.entry(class).and_modify(|first| *first = order.min(*first)).or_insert(order);
        }
        pairs.iter().for_each(|pair| kinds.add(&pair));
        kinds
    }

    /// What each story is measured against.
    pub(super) fn references(&self) -> &[ArticleId] {
        &self.references
    }

    /// When an article was published, where that is known and not doubtful.
    pub(super) fn published(&self, article: ArticleId) -> Option<i64> {
        self.places[article.index()].published
    }

    /// Says of a member what it is, and what it is measured against.
    pub(super) fn tell(&self, article: ArticleId, member: &mut Member) {
        let near = self.nearest(article);
        let is_first = self.is_reference(article) || self.best[article.index()].is_some();
        member.kind = match near {
            Some(near) => near.kind(),
            None if is_first => Kind::of_first(member),
            None => match Kind::of(member.relation) {
                Kind::Original => Kind::of_first(member),
                kind => kind,
            },
        };
        member.near = near.map(|near| Near {
            of: near.other,
            kept: rounded(near.kept),
            added: rounded(1.0 - rounded(near.own)),
            lag_seconds: self.published(article).zip(self.published(near.other)).map(|(at, then)| at - then),
        });
    }

    fn is_reference(&self, article: ArticleId) -> bool {
        self.places[article.index()].story.is_some_and(|story| self.references[story as usize] == article)
    }

    fn order(&self, article: ArticleId) -> Order {
        let published = self.places[article.index()].published.unwrap_or(i64::MAX);
        (!self.is_reference(article), published, self.by_id[article.index()])
    }

    fn add(&mut self, pair: &Pair) {
        let story = |article: ArticleId| self.places[article.index()].story;
        if !pair.relation.links() || story(pair.a).is_none() || story(pair.a) != story(pair.b) {
            return;
        }
        let sides = [(pair.a, pair.b, pair.prose_b, pair.prose_a), (pair.b, pair.a, pair.prose_a, pair.prose_b)];
        for (article, other, kept, own) in sides {
            let near = Best {
                other,
                by_id: self.by_id[other.index()],
                relation: pair.relation,
                revision: pair.is_revision(),
                // As tables have it, so that what is made of tables is the same.
                jaccard: rounded(pair.jaccard),
                earlier: self.order(other) < self.order(article),
                kept,
                own,
            };
            if self.best[article.index()].is_none_or(|best| near.is_nearer(&best)) {
                self.best[article.index()] = Some(near);
            }
        }
    }

    /// What an article is measured against: an earlier one. In a class of near-duplicates that has an earlier one, a later one
    /// stands for that.
    fn nearest(&self, article: ArticleId) -> Option<Best> {
        let place = &self.places[article.index()];
        let class = (place.story?, place.class);
        let has_earlier = || self.first.get(&class).is_some_and(|first| *first < self.order(article));
        self.best[article.index()]
            .filter(|near| near.earlier || (near.relation <= Relation::NearDuplicate && has_earlier()))
            .filter(|_| !self.is_reference(article))
    }
}

/// The article that another is most like.
#[derive(Clone, Copy)]
struct Best {
    other: ArticleId,
    /// Its place among those of the story by their ids.
    by_id: u32,
    relation: Relation,
    /// Whether one is a revision of the other.
    revision: bool,
    /// Whether it was published earlier. In a large class each article is compared with one only, which may be later.
    earlier: bool,
    jaccard: f64,
    /// The share of its prose that the article has.
    kept: f64,
    /// The share of the article's prose that it has.
    own: f64,
}

impl Best {
    fn kind(&self) -> Kind {
        if self.revision { Kind::Revision } else { Kind::of(Some(self.relation)) }
    }

    /// An earlier one before a later one, an own take before another outlet's, then the stronger relation.
    fn is_nearer(&self, other: &Best) -> bool {
        let order = (other.earlier.cmp(&self.earlier))
            .then(other.revision.cmp(&self.revision))
            .then(self.relation.cmp(&other.relation))
            .then(other.jaccard.total_cmp(&self.jaccard));
        order.then(self.by_id.cmp(&other.by_id)).is_lt()
    }
}

/// Where the members of findings stand.
pub(super) fn places(findings: &Findings) -> Vec<Place> {
    let place = |(member, id): (Cow<'_, Member>, u32)| Place {
        story: member.story.map(|story| story as u32),
        published: member.trusted_date().map(|published| published.seconds),
        class: member.duplicate_of.unwrap_or(ArticleId(id)),
    };
    findings.members.iter().zip(0..).map(place).collect()
}
