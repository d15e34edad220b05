//! What belongs to which story, by place in the tables: 4 bytes an article, 8 more for each story of which it carries a part,
//! and 8 a pair inside a story. Making it takes twice as much an article.

use std::ops::Range;

use crate::article::ArticleId;
use crate::findings::{Findings, has_text};

/// No story, or no text.
const NONE: u32 = u32::MAX;

/// The rows of each story.
pub(super) struct Places {
    /// The text of each article.
    texts: Vec<u32>,
    /// Articles that carry a part of a story, sorted by story.
    partial: Vec<(u32, ArticleId)>,
    /// Pairs inside a story, with those that carry a part of it, sorted by story.
    pairs: Vec<(u32, u32)>,
}

impl Places {
    pub(super) fn of(findings: &Findings) -> Places {
        let mut stories = Vec::with_capacity(findings.members.len());
        let mut texts = Vec::with_capacity(findings.members.len());
        let mut partial = Vec::new();
        let mut next = 0;
        for (member, article) in findings.members.iter().zip((0..).map(ArticleId)) {
            stories.push(member.story.map_or(NONE, |story| story as u32));
            partial.extend(member.partial_in.iter().map(|&story| (story as u32, article)));
            // Texts stand in the order of the articles that have one.
            let kept = has_text(&member) && next < findings.texts.len();
            texts.push(if kept { next as u32 } else { NONE });
            next += usize::from(kept);
        }
        let mut by_article: Vec<(ArticleId, u32)> = partial.iter().map(|&(story, article)| (article, story)).collect();
        by_article.sort_unstable();
        partial.sort_unstable();
        let of = |article: ArticleId| {
            let first = by_article.partition_point(|&(other, _)| other < article);
            let parts = by_article[first..].iter().take_while(move |(other, _)| *other == article);
            let own = Some(stories[article.index()]).filter(|&story| story != NONE);
            own.into_iter().chain(parts.map(|&(_, story)| story))
        };
        let mut pairs = Vec::new();
        for (pair, place) in findings.pairs.iter().zip(0..) {
            pairs
                .extend(of(pair.a).filter(|story| of(pair.b).any(|other| other == *story)).map(|story| (story, place)));
        }
        pairs.sort_unstable();
        Places { texts, partial, pairs }
    }

    /// The place of an article's text.
    pub(super) fn text(&self, article: ArticleId) -> Option<usize> {
        Some(self.texts[article.index()]).filter(|&place| place != NONE).map(|place| place as usize)
    }

    /// The articles that carry a part of a story.
    pub(super) fn partial(&self, story: usize) -> impl Iterator<Item = ArticleId> + '_ {
        self.partial[range(&self.partial, story)].iter().map(|&(_, article)| article)
    }

    /// The places of the pairs inside a story.
    pub(super) fn pairs(&self, story: usize) -> impl Iterator<Item = usize> + '_ {
        self.pairs[range(&self.pairs, story)].iter().map(|&(_, place)| place as usize)
    }
}

fn range<T>(rows: &[(u32, T)], story: usize) -> Range<usize> {
    let story = story as u32;
    rows.partition_point(|(other, _)| *other < story)..rows.partition_point(|(other, _)| *other <= story)
}
