//! Which articles are connected? Union-find, in each task and once over what all tasks found.
//!
//! A task hands on a forest: at most one row for each article that it saw. The last merge has the forests of all tasks, eight
//! bytes a row, in one place.

use std::collections::HashMap;

use bytemuck::{Pod, Zeroable};

use super::Task;
use super::piece::{Inbox, Kind, Outbox};
use crate::article::ArticleId;
use crate::error::Result;

/// Two articles of one component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
pub(super) struct JoinRow {
    pub(super) article: ArticleId,
    /// Another one; of a component, the first in order.
    pub(super) root: ArticleId,
}

/// Components, by their first articles.
#[derive(Default)]
pub(super) struct Components(HashMap<ArticleId, ArticleId>);

impl Components {
    fn root(&mut self, article: ArticleId) -> ArticleId {
        let mut root = article;
        while let Some(&above) = self.0.get(&root).filter(|&&above| above != root) {
            root = above;
        }
        // Whoever asks next has a short way.
        let mut at = article;
        while let Some(above) = self.0.insert(at, root).filter(|&above| above != root && above != at) {
            at = above;
        }
        root
    }

    pub(super) fn join(&mut self, a: ArticleId, b: ArticleId) {
        let (a, b) = (self.root(a), self.root(b));
        self.0.insert(a.max(b), a.min(b));
    }

    /// Each article that was joined, with the first of its component, in order.
    pub(super) fn rows(mut self) -> Vec<JoinRow> {
        let mut articles: Vec<ArticleId> = self.0.keys().copied().collect();
        articles.sort_unstable();
        articles.into_iter().map(|article| JoinRow { article, root: self.root(article) }).collect()
    }

    /// Hands them on to the last merge.
    pub(super) fn send(self, out: &mut Outbox) {
        self.rows().iter().for_each(|row| out.row(Kind::JOIN, 0, row));
    }
}

/// The last merge: the component of each article, where the article is.
pub(super) fn roots(inbox: &mut Inbox, task: &Task<'_>, out: &mut Outbox) -> Result<()> {
    let mut components = Components::default();
    inbox.rows::<JoinRow>(Kind::JOIN)?.iter().for_each(|row| components.join(row.article, row.root));
    components.rows().iter().for_each(|row| out.row(Kind::ROOT, task.of_article(row.article), row));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn components_are_those_of_a_slow_search(
            pairs in proptest::collection::vec((0u32..20, 0u32..20), 0..30),
            tasks in 1usize..4,
        ) {
            let pairs: Vec<(ArticleId, ArticleId)> = pairs.iter().map(|&(a, b)| (ArticleId(a), ArticleId(b))).collect();
            // The forests of several tasks, merged.
            let mut all = Components::default();
            for task in 0..tasks {
                let mut some = Components::default();
                pairs.iter().skip(task).step_by(tasks).for_each(|&(a, b)| some.join(a, b));
                some.rows().iter().for_each(|row| all.join(row.article, row.root));
            }
            let mut twin: Vec<u32> = (0..20).collect();
            for _ in 0..20 {
                for &(a, b) in &pairs {
                    let least = twin[a.index()].min(twin[b.index()]);
                    (twin[a.index()], twin[b.index()]) = (least, least);
                }
            }
            let found = all.rows();
            for row in &found {
                proptest::prop_assert_eq!(row.root.0, twin[row.article.index()]);
            }
            let mut named: Vec<ArticleId> = pairs.iter().flat_map(|&(a, b)| [a, b]).collect();
            named.sort_unstable();
            named.dedup();
            proptest::prop_assert_eq!(found.iter().map(|row| row.article).collect::<Vec<_>>(), named);
        }
    }
}
