//! Ids that hold one article each.
//!
//! Real corpora leave ids out and repeat them, so an id is claimed before it is used: the first record that states it keeps
//! it, a later one gets a name of its own from where it stands. Nothing is merged. Memory is 16 bytes an article and the
//! slack of a hash set.

use std::collections::HashSet;

use xxhash_rust::xxh3::xxh3_128;

use crate::article::Article;

/// The ids that are taken, as 128-bit hashes: among ten thousand million ids a collision has a chance below 10^-18.
#[derive(Clone, Debug, Default)]
pub struct UniqueIds {
    taken: HashSet<u128>,
}

impl UniqueIds {
    /// No id is taken yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes the article's id its own. Articles must come in input order for the same corpus to get the same ids.
    ///
    /// A missing id (empty) becomes `PATH:RECORD`; one that is taken becomes `ID@PATH:RECORD`, with `#2`, `#3` and so on
    /// behind it where even that is taken.
    pub fn claim(&mut self, article: &mut Article) {
        let place = || format!("{}:{}", article.location.path, article.location.record);
        if article.id.is_empty() {
            article.id = place();
        }
        if self.take(&article.id) {
            return;
        }
        let unique = format!("{}@{}", article.id, place());
        article.id = unique.clone();
        let mut count = 2u64;
        while !self.take(&article.id) {
            article.id = format!("{unique}#{count}");
            count += 1;
        }
    }

    fn take(&mut self, id: &str) -> bool {
        self.taken.insert(xxh3_128(id.as_bytes()))
    }
}

/// Whether `id` is one that [`UniqueIds::claim`] may have given to an article that states its id so.
pub fn may_be_of(id: &str, article: &Article) -> bool {
    let place = format!("{}:{}", article.location.path, article.location.record);
    let stated = if article.id.is_empty() { &place } else { &article.id };
    let is_count = |rest: &str| rest.is_empty() || rest.starts_with('#');
    let is_named = |rest: &str| rest.strip_prefix('@').and_then(|rest| rest.strip_prefix(&place)).is_some_and(is_count);
    id.strip_prefix(stated.as_str()).is_some_and(|rest| rest.is_empty() || is_named(rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Location;

    fn article(id: &str, record: u64) -> Article {
        Article::new(id, "x", Location { path: "a.jsonl".into(), record, byte_offset: 0 })
    }

    #[test]
    fn every_article_gets_an_id_of_its_own() {
        let mut ids = UniqueIds::new();
        let claimed: Vec<String> =
            [("7", 1), ("7", 2), ("", 3), ("a.jsonl:4", 4), ("", 4), ("7@a.jsonl:6", 5), ("7", 6), ("7", 6)]
                .into_iter()
                .map(|(id, record)| {
                    let mut article = article(id, record);
                    let stated = article.clone();
                    ids.claim(&mut article);
                    assert!(may_be_of(&article.id, &stated), "{}", article.id);
                    article.id
                })
                .collect();
        assert_eq!(
            claimed,
            [
                "7",
                "7@a.jsonl:2",
                "a.jsonl:3",
                "a.jsonl:4",
                "a.jsonl:4@a.jsonl:4",
                "7@a.jsonl:6",
                "7@a.jsonl:6#2",
                "7@a.jsonl:6#3"
            ]
        );
    }

    #[test]
    fn an_id_of_another_article_is_told() {
        for id in ["", "77", "8", "7@a.jsonl:20", "7@a.jsonl", "7@b.jsonl:2", "a.jsonl:2"] {
            assert!(!may_be_of(id, &article("7", 2)), "{id}");
        }
        assert!(!may_be_of("7", &article("", 2)));
    }
}
