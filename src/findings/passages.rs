//! Which passages are reused, and by whom?
//!
//! In: the runs of verified pairs. Out: one [`Passage`] a stretch of text with all its carriers. Runs of different pairs are
//! one passage if their words are the same. A passage inside a longer one adds nothing unless somebody carries it alone.

use std::collections::BTreeMap;

use crate::article::{ArticleId, Span};
use crate::text::SEED;

use super::Passage;

/// Shorter runs are evidence, not passages: nobody reads a list of phrases. The length every shared run of which is found
/// (`bucket::passages`).
const PASSAGE_TOKENS: usize = 9;

/// A place of a text: its tokens `start..end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    article: ArticleId,
    start: usize,
    end: usize,
}

/// Collects runs, pair by pair.
#[derive(Default)]
pub(crate) struct Collector {
    carriers: BTreeMap<u128, Vec<Place>>,
}

impl Collector {
    /// Takes one run that `a` and `b` share; `words` are its tokens.
    pub(crate) fn add(&mut self, words: &[u32], a: (ArticleId, usize), b: (ArticleId, usize)) {
        if words.len() < PASSAGE_TOKENS {
            return;
        }
        let key = xxhash_rust::xxh3::xxh3_128_with_seed(bytemuck::cast_slice(words), SEED);
        let places = self.carriers.entry(key).or_default();
        places.extend([a, b].map(|(article, start)| Place { article, start, end: start + words.len() }));
    }

    /// The passages. `spans` gives the places of an article's tokens, `text` its text; `rank` orders carriers by publication.
    pub(crate) fn passages<'t>(
        mut self,
        spans: impl Fn(ArticleId) -> Vec<Span>,
        text: impl Fn(ArticleId) -> &'t str,
        rank: impl Fn(ArticleId) -> (i64, u32),
        story: impl Fn(&[ArticleId]) -> Option<usize>,
    ) -> Vec<Passage> {
        for places in self.carriers.values_mut() {
            places.sort_unstable();
            // A text that says it twice carries it once.
            places.dedup_by_key(|place| place.article);
        }
        let mut by_article: BTreeMap<ArticleId, Vec<(Place, u128)>> = BTreeMap::new();
        for (&key, places) in &self.carriers {
            for &place in places {
                by_article.entry(place.article).or_default().push((place, key));
            }
        }
        let kept: Vec<u128> = self
            .carriers
            .iter()
            .filter(|(_, places)| !self.covered(places, &by_article))
            .map(|(&key, _)| key)
            .collect();
        // Spans are unpacked once an article.
        let mut bytes: BTreeMap<(u128, ArticleId), Span> = BTreeMap::new();
        for (&article, places) in &by_article {
            let spans = spans(article);
            for (place, key) in places {
                bytes.insert((*key, article), Span::covering(&spans[place.start..place.end]));
            }
        }
        let mut passages: Vec<Passage> = kept
            .into_iter()
            .map(|key| {
                let places = &self.carriers[&key];
                let earliest = places.iter().min_by_key(|place| rank(place.article));
                let earliest = earliest.expect("a passage has the two carriers it was found in");
                let carriers: Vec<(ArticleId, Span)> =
                    places.iter().map(|place| (place.article, bytes[&(key, place.article)])).collect();
                let articles: Vec<ArticleId> = carriers.iter().map(|carrier| carrier.0).collect();
                Passage {
                    id: format!("p{:016x}", (key >> 64) as u64),
                    story: story(&articles),
                    text: bytes[&(key, earliest.article)].of(text(earliest.article)).to_string(),
                    tokens: (earliest.end - earliest.start) as u32,
                    carriers,
                    earliest: earliest.article,
                }
            })
            .collect();
        passages.sort_by(|x, y| y.carriers.len().cmp(&x.carriers.len()).then_with(|| x.id.cmp(&y.id)));
        passages
    }

    /// Whether a longer passage has the same carriers, and more words of each.
    fn covered(&self, places: &[Place], by_article: &BTreeMap<ArticleId, Vec<(Place, u128)>>) -> bool {
        let first = places[0];
        let longer = by_article[&first.article].iter().filter(|(place, _)| {
            place.start <= first.start && place.end >= first.end && place.end - place.start > first.end - first.start
        });
        longer.into_iter().any(|(_, key)| {
            let theirs = &self.carriers[key];
            places.iter().all(|place| {
                theirs
                    .binary_search_by_key(&place.article, |their| their.article)
                    .is_ok_and(|at| theirs[at].start <= place.start && theirs[at].end >= place.end)
            })
        })
    }
}
