//! What does each outlet print: its own, an agency's, or what another outlet had before?
//!
//! Members go in one by one, rows of outlets come out. Memory: four bytes an article in a story, and an entry for each outlet
//! of each story.

use std::collections::{BTreeMap, HashMap};

use super::{Kind, Member, Story};
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
    rows: Vec<Outlet>,
    lags: Vec<Vec<u32>>,
    /// Articles of an outlet in a story.
    articles: HashMap<(u32, u32), u64>,
}

impl<'a> Outlets<'a> {
    /// `published` says when an article was published, where that is known and not doubtful.
    pub(super) fn of(stories: &'a [Story], published: impl Fn(ArticleId) -> Option<i64>) -> Outlets<'a> {
        Outlets {
            stories,
            references: stories.iter().map(|story| (story.reference(&published), None)).collect(),
            numbers: HashMap::new(),
            rows: Vec::new(),
            lags: Vec::new(),
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
                self.rows.push(Outlet { source: source.clone(), ..Outlet::default() });
                self.lags.push(Vec::new());
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
            self.lags[outlet as usize].push(u32::try_from(at.seconds - first.seconds).unwrap_or(0));
        }
    }

    /// The rows, those with most articles first, then by name.
    pub(super) fn finish(mut self) -> Vec<Outlet> {
        let (mut from, mut by) = (vec![BTreeMap::new(); self.rows.len()], vec![BTreeMap::new(); self.rows.len()]);
        for (&(outlet, story), &articles) in &self.articles {
            let Some(other) = self.references[story as usize].1.filter(|&other| other != outlet) else { continue };
            *from[outlet as usize].entry(other).or_default() += articles;
            *by[other as usize].entry(outlet).or_default() += articles;
        }
        let names: Vec<String> = self.rows.iter().map(|row| row.source.clone()).collect();
        let named = |counts: BTreeMap<u32, u64>| {
            let named = counts.into_iter().map(|(outlet, articles)| (names[outlet as usize].clone(), articles));
            let mut named: Vec<(String, u64)> = named.collect();
            named.sort_unstable_by(|x, y| y.1.cmp(&x.1).then_with(|| x.0.cmp(&y.0)));
            named
        };
        for (((row, from), by), lags) in self.rows.iter_mut().zip(from).zip(by).zip(&mut self.lags) {
            row.copied_from = named(from);
            row.copied_by = named(by);
            lags.sort_unstable();
            row.median_lag_seconds = lags.get(lags.len().saturating_sub(1) / 2).copied();
        }
        self.rows.sort_unstable_by(|x, y| y.articles.cmp(&x.articles).then_with(|| x.source.cmp(&y.source)));
        self.rows
    }
}
