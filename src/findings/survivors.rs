//! Which article of each near-duplicate class is kept?
//!
//! In: the classes, and rules in order. Out: one article a class, and the rule that chose it: the first by which it goes before
//! all others that were as good until then. What no rule decides, the class's leader does, else the order by content.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::article::ArticleId;
use crate::bucket::classes::{Classes, Groups};
use crate::corpus::Corpus;
use crate::credit::Basis;
use crate::settings::KeepRule;

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
        basis: impl Fn(ArticleId) -> Option<Basis>,
    ) -> Survivors {
        let mut kept = HashMap::new();
        for &leader in &classes.leaders {
            let group = groups.of_leader(leader);
            let of = group.len();
            if of == 1 {
                continue;
            }
            let mut left = group.to_vec();
            let mut decided = None;
            for rule in rules {
                let value = |article: ArticleId| value(rule, article, corpus, &basis);
                let best = left.iter().map(|&article| value(article)).min();
                let before = left.len();
                left.retain(|&article| Some(value(article)) == best);
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
                Some(KeepRule::Longest) | None => format!("longest of {of} near-duplicates"),
            };
            kept.insert(leader, (first, reason));
        }
        Survivors { kept }
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

/// What a rule sees in an article: the least goes first.
fn value(
    rule: &KeepRule,
    article: ArticleId,
    corpus: &Corpus,
    basis: &impl Fn(ArticleId) -> Option<Basis>,
) -> (i64, Reverse<usize>) {
    let number = match rule {
        KeepRule::Earliest => corpus.published[article.index()],
        KeepRule::Agency => i64::from(basis(article) != Some(Basis::Own)),
        KeepRule::Credited => i64::from(!matches!(basis(article), Some(Basis::Own | Basis::Credited))),
        KeepRule::Longest => return (0, Reverse(corpus.spool.tokens_of(article))),
        KeepRule::Source(names) => {
            let read = corpus.articles.get(article.index());
            let place = names.iter().position(|name| read.source.as_ref() == Some(name));
            place.unwrap_or(names.len()) as i64
        }
    };
    (number, Reverse(0))
}
