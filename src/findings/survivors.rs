//! Which article of each near-duplicate class is kept?
//!
//! In: the classes, and rules in order. Out: one article a class, and the rule that chose it: the first by which it goes before
//! all others that were as good until then. What no rule decides, the class's leader does, else the order by content.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::article::ArticleId;
use crate::bucket::classes::{Classes, Groups};
use crate::corpus::Corpus;
use crate::credit::Basis;
use crate::settings::KeepRule;
use crate::text::Marks;

/// Articles of one class that a thread takes at a time: a class may be a fair part of the corpus.
const SHARED: usize = 64;

/// What is kept of each class.
pub(super) struct Survivors {
    /// Of each leader whose class has several articles, the one that is kept and why.
    kept: HashMap<ArticleId, (ArticleId, String)>,
}

impl Survivors {
    /// Chooses by `rules`; `basis` says how the agency of an article is known.
    pub(super) fn of(
        corpus: &Corpus,
        classes: &Classes,
        groups: &Groups,
        rules: &[KeepRule],
        basis: impl Fn(ArticleId) -> Option<Basis> + Sync,
    ) -> Survivors {
        let chosen = |&leader: &ArticleId| {
            let group = groups.of_leader(leader);
            (group.len() > 1).then(|| (leader, chosen(leader, group, rules, corpus, &basis)))
        };
        Survivors { kept: classes.leaders.par_iter().filter_map(chosen).collect() }
    }

    /// The article that is kept of the class of a leader.
    pub(super) fn of_class(&self, leader: ArticleId) -> ArticleId {
        self.kept.get(&leader).map_or(leader, |(article, _)| *article)
    }

    /// Why that one; none for a class of one.
    pub(super) fn reason(&self, leader: ArticleId) -> Option<&str> {
        self.kept.get(&leader).map(|(_, reason)| reason.as_str())
    }
}

/// The article of a class that is kept, and why.
fn chosen(
    leader: ArticleId,
    group: &[ArticleId],
    rules: &[KeepRule],
    corpus: &Corpus,
    basis: &impl Fn(ArticleId) -> Option<Basis>,
) -> (ArticleId, String) {
    let of = group.len();
    let mut left = group.to_vec();
    let mut decided = None;
    for rule in rules {
        let values = values(rule, &left, corpus, basis);
        let best = values.iter().min();
        let before = left.len();
        left =
            left.iter().zip(&values).filter(|(_, value)| Some(*value) == best).map(|(article, _)| *article).collect();
        if left.len() < before && (left.len() == 1 || decided.is_none()) {
            decided = Some(rule);
        }
        if left.len() == 1 {
            break;
        }
    }
    let first = if left.contains(&leader) {
        leader
    } else {
        left.into_iter().min_by_key(|&article| corpus.keys.rank(article)).unwrap_or(leader)
    };
    let source = || corpus.articles.get(first.index()).source.clone().unwrap_or_default();
    let reason = match decided.or(rules.last()) {
        Some(KeepRule::Earliest) => format!("earliest of {of} near-duplicates"),
        Some(KeepRule::Agency) => format!("the agency's own of {of} near-duplicates"),
        Some(KeepRule::Credited) => format!("credits its agency, of {of} near-duplicates"),
        Some(KeepRule::Source(_)) => format!("{} goes first, of {of} near-duplicates", source()),
        Some(KeepRule::Longest) => format!("longest of {of} near-duplicates"),
        Some(KeepRule::Cleanest) | None => format!("cleanest of {of} near-duplicates"),
    };
    (first, reason)
}

/// What a rule sees in each article: the least goes first.
fn values(
    rule: &KeepRule,
    articles: &[ArticleId],
    corpus: &Corpus,
    basis: &impl Fn(ArticleId) -> Option<Basis>,
) -> Vec<(i64, i64)> {
    let of = |number: &dyn Fn(ArticleId) -> i64| articles.iter().map(|&article| (number(article), 0)).collect();
    match rule {
        KeepRule::Earliest => of(&|article| corpus.published[article.index()]),
        KeepRule::Agency => of(&|article| i64::from(basis(article) != Some(Basis::Own))),
        KeepRule::Credited => of(&|article| i64::from(!matches!(basis(article), Some(Basis::Own | Basis::Credited)))),
        KeepRule::Longest => of(&|article| -(corpus.spool.tokens_of(article) as i64)),
        KeepRule::Source(names) => of(&|article| {
            let read = corpus.articles.get(article.index());
            names.iter().position(|name| read.source.as_ref() == Some(name)).unwrap_or(names.len()) as i64
        }),
        KeepRule::Cleanest => {
            let cleanness = |&article: &ArticleId| {
                // By what the text itself shows. What the corpus shows of it is not known where only copies are looked for.
                let marks = corpus.spool.own_marks(article);
                let body = marks.iter().filter(|marks| !marks.has(Marks::FURNITURE)).count();
                // Of the same body the one with less around it.
                (-(body as i64), marks.len() as i64)
            };
            articles.par_iter().with_min_len(SHARED).map(cleanness).collect()
        }
    }
}
