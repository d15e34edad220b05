//! What does each outlet print: its own, an agency's, or what another outlet had before?
//!
//! Members go in one by one, rows of outlets come out. Memory: four bytes an article in a story, and an entry for each outlet
//! of each story.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::{Findings, Kind, Member, Story};
use crate::article::ArticleId;

/// What one outlet prints.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outlet {
    /// Its name.
    pub source: String,
    /// Its articles.
    pub articles: u64,
    /// Those that are [originals](Kind::Original).
    pub own: u64,
    /// Those that are [first copies of an agency's text](Kind::FirstAgencyCopy).
    pub agency: u64,
    /// Outlets that have the article its stories are measured against, with how many of its articles are in these stories; the
    /// most frequent first, then by name.
    pub copied_from: Vec<(String, u64)>,
    /// Outlets with articles in stories that are measured against one of its own, with how many; ordered likewise.
    pub copied_by: Vec<(String, u64)>,
    /// The median time of its articles after the first of their stories; none if none of those in stories is dated.
    pub median_lag_seconds: Option<u32>,
}

/// Counts members, which come in any order.
pub(super) struct Outlets<'a> {
    stories: &'a [Story],
    /// What each story is measured against, and the outlet of that, once it is known.
    references: Vec<(ArticleId, Option<u32>)>,
    numbers: HashMap<String, u32>,
    rows: Vec<Counted>,
    /// Articles of an outlet in a story.
    articles: HashMap<(u32, u32), u64>,
}

impl<'a> Outlets<'a> {
    /// `references` are what the stories are measured against.
    pub(super) fn of(stories: &'a [Story], references: &[ArticleId]) -> Outlets<'a> {
        Outlets {
            stories,
            references: references.iter().map(|&reference| (reference, None)).collect(),
            numbers: HashMap::new(),
            rows: Vec::new(),
            articles: HashMap::new(),
        }
    }

    pub(super) fn add(&mut self, article: ArticleId, member: &Member) {
        let Some(source) = &member.source else { return };
        let outlet = match self.numbers.get(source) {
            Some(&outlet) => outlet,
            None => {
                let outlet = self.rows.len() as u32;
                self.numbers.insert(source.clone(), outlet);
                self.rows.push(Counted { source: source.clone(), ..Counted::default() });
                outlet
            }
        };
        let row = &mut self.rows[outlet as usize];
        row.articles += 1;
        row.own += u64::from(member.kind == Kind::Original);
        row.agency += u64::from(member.kind == Kind::FirstAgencyCopy);
        let Some(story) = member.story else { return };
        *self.articles.entry((outlet, story as u32)).or_default() += 1;
        let (reference, its_outlet) = &mut self.references[story];
        if *reference == article {
            *its_outlet = Some(outlet);
        }
        if let (Some(first), Some(at)) = (self.stories[story].first_published, member.trusted_date()) {
            self.rows[outlet as usize].lags.push(u32::try_from(at.seconds - first.seconds).unwrap_or(0));
        }
    }

    /// The rows, those with most articles first, then by name.
    pub(super) fn finish(self) -> Vec<Outlet> {
        let mut rows: Vec<Outlet> = self.counted().into_iter().map(Counted::finish).collect();
        rows.sort_unstable_by(|x, y| y.articles.cmp(&x.articles).then_with(|| x.source.cmp(&y.source)));
        rows
    }

    /// What was counted, which can be added up.
    pub(super) fn counted(self) -> Vec<Counted> {
        let mut counted: Vec<Counted> = self.rows;
        let mut between: Vec<(u32, u32, u64)> = Vec::new();
        for (&(outlet, story), &articles) in &self.articles {
            let other = self.references[story as usize].1.filter(|&other| other != outlet);
            between.extend(other.map(|other| (outlet, other, articles)));
        }
        let names: Vec<String> = counted.iter().map(|row| row.source.clone()).collect();
        for (outlet, other, articles) in between {
            let (outlet, other) = (outlet as usize, other as usize);
            *counted[outlet].copied_from.entry(names[other].clone()).or_default() += articles;
            *counted[other].copied_by.entry(names[outlet].clone()).or_default() += articles;
        }
        counted
    }
}

/// What was counted of one outlet in a part of a corpus.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// Its name.
    pub source: String,
    articles: u64,
    own: u64,
    agency: u64,
    copied_from: BTreeMap<String, u64>,
    copied_by: BTreeMap<String, u64>,
    /// The time of each of its dated articles after the first of its story, in seconds.
    lags: Vec<u32>,
}

impl Counted {
    /// What was counted in a part of a corpus that has whole stories.
    pub fn of(findings: &Findings) -> Vec<Counted> {
        let published = |article: ArticleId| {
            findings.members.get(article.index()).trusted_date().map(|published| published.seconds)
        };
        let reference = |story: &Story| story.reference(published, |article| findings.id(article));
        let references: Vec<ArticleId> = findings.stories.iter().map(reference).collect();
        let mut outlets = Outlets::of(&findings.stories, &references);
        for (member, article) in findings.members.iter().zip((0..).map(ArticleId)) {
            outlets.add(article, &member);
        }
        outlets.counted()
    }

    /// Adds what was counted of the same outlet elsewhere.
    pub fn add(&mut self, other: Counted) {
        self.articles += other.articles;
        self.own += other.own;
        self.agency += other.agency;
        for (ours, theirs) in [(&mut self.copied_from, other.copied_from), (&mut self.copied_by, other.copied_by)] {
            theirs.into_iter().for_each(|(outlet, articles)| *ours.entry(outlet).or_default() += articles);
        }
        self.lags.extend(other.lags);
    }

    /// The row of the outlet.
    pub fn finish(mut self) -> Outlet {
        let named = |counts: BTreeMap<String, u64>| {
            let mut named: Vec<(String, u64)> = counts.into_iter().collect();
            named.sort_unstable_by(|x, y| y.1.cmp(&x.1).then_with(|| x.0.cmp(&y.0)));
            named
        };
        self.lags.sort_unstable();
        Outlet {
            source: self.source,
            articles: self.articles,
            own: self.own,
            agency: self.agency,
            copied_from: named(self.copied_from),
            copied_by: named(self.copied_by),
            median_lag_seconds: self.lags.get(self.lags.len().saturating_sub(1) / 2).copied(),
        }
    }
}
