//! What is a story called?
//!
//! In: its articles, the earliest first. Out: the headline that most of them have. What scrapers take for a headline is often
//! a button, a section or the outlet's name: a headline shares words with the text below it, and stands above one story. Where
//! no article has one, the first words of the first article stand for it.
//!
//! While titles are counted, they take 16 bytes an article.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;

use bytemuck::{Pod, Zeroable};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::article::{Article, ArticleId, Span};
use crate::corpus::Corpus;
use crate::hashed::HashedSet;
use crate::spool::Document;
use crate::text::{Marks, SEED, Tokenizer};

/// The share of its words that a headline has in common with the text below it, at least. Buttons, forms and names of sections
/// that scrapers take for one rarely have as much.
const HEADLINE_SHARE: f64 = 0.5;
/// Below this share, the beginning of a text says more.
const DOUBTFUL_SHARE: f64 = 0.25;
/// Words of a headline, at least.
const HEADLINE_WORDS: usize = 3;
/// Words of a line that begins a text rather than dating or signing it, at least.
const LEAD_WORDS: usize = 8;
/// The longest beginning that is shown, in bytes.
const LEAD_BYTES: usize = 100;

/// So many stories and articles in none that share a title have something else in common than their story: an invitation to
/// comment, a forecast, a column. Of 30,676 articles of 14 outlets two of 4,093 stories lose a headline by it, both of a weather
/// report of several days; of 612 pages read with their furniture, 4 of 89, all of them furniture.
const RECURRING_UNITS: usize = 4;

/// Titles that stand above articles of several stories.
#[derive(Default)]
pub struct Recurring(HashedSet<u64>);

impl Recurring {
    /// `story` says which story an article belongs to.
    pub(super) fn of(corpus: &Corpus, story: impl Fn(ArticleId) -> Option<usize>) -> Recurring {
        let mut titles: Vec<TitleRow> = Vec::new();
        for (article, id) in corpus.articles.iter().zip((0..).map(ArticleId)) {
            titles.extend(
                article.title.as_ref().map(|title| TitleRow::of(title, id, story(id).map(|story| story as u64))),
            );
        }
        Recurring(TitleRow::recurring(titles).into_iter().collect())
    }

    /// Those with these keys.
    pub fn of_keys(keys: impl Iterator<Item = u64>) -> Recurring {
        Recurring(keys.collect())
    }

    fn has(&self, title: &str) -> bool {
        self.0.contains(&key(title))
    }
}

/// That a title stands above a story, or an article in none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
pub struct TitleRow {
    /// What stands for the title: a hash.
    pub key: u64,
    /// The story, or the article.
    unit: u64,
    /// Which of the two: 1 or 0.
    is_story: u64,
}

impl TitleRow {
    /// `story` is any number that the articles of one story share and no other does.
    pub fn of(title: &str, article: ArticleId, story: Option<u64>) -> TitleRow {
        TitleRow { key: key(title), unit: story.unwrap_or(article.0.into()), is_story: story.is_some().into() }
    }

    /// The keys of the titles that recur, of rows in any order that have all of each.
    pub fn recurring(mut titles: Vec<TitleRow>) -> Vec<u64> {
        titles.sort_unstable();
        titles.dedup();
        let several = titles.chunk_by(|x, y| x.key == y.key).filter(|units| units.len() >= RECURRING_UNITS);
        several.map(|units| units[0].key).collect()
    }
}

fn key(title: &str) -> u64 {
    xxh3_64_with_seed(title.trim().as_bytes(), SEED)
}

/// What may stand above a story, before it is known which titles recur.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Titles {
    /// The titles of its articles in order, each with how many have it, and the share of its words in the text below it; 0 for
    /// one of too few words.
    known: Vec<(String, usize, f64)>,
}

impl Titles {
    /// Those of these articles, the earliest first.
    pub(super) fn of<'a>(corpus: &Corpus, articles: impl Iterator<Item = (ArticleId, &'a Cow<'a, Article>)>) -> Titles {
        let mut tokenizer = Tokenizer::new();
        let mut known: Vec<(String, usize, f64)> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for (id, article) in articles {
            let Some(title) = article.title.as_deref().filter(|title| !is_outlet(title, article)) else { continue };
            let place = *places.entry(title).or_insert(known.len());
            if let Some((_, times, _)) = known.get_mut(place) {
                *times += 1;
                continue;
            }
            let words: Vec<u32> = tokenizer.words(title).to_vec();
            let text = body_words(&corpus.spool.document(id), &words);
            let shared = words.iter().filter(|word| text.contains(word)).count();
            let share = if words.len() >= HEADLINE_WORDS { shared as f64 / words.len() as f64 } else { 0.0 };
            known.push((title.to_owned(), 1, share));
        }
        Titles { known }
    }

    /// The headline that most articles have, of those the first. Of titles that their texts know little of, the one that is
    /// known best is taken where there is no other and it is known at all; else the words that `beginning` gives.
    pub fn headline(&self, recurring: &Recurring, beginning: impl FnOnce() -> Option<String>) -> Option<String> {
        let share = |(title, _, share): &(String, usize, f64)| if recurring.has(title) { 0.0 } else { *share };
        let value = |known: &(String, usize, f64)| {
            let share = share(known);
            if share >= HEADLINE_SHARE { (known.1, 0.0) } else { (0, share) }
        };
        let best = self.known.iter().rev().max_by(|x, y| value(x).partial_cmp(&value(y)).unwrap_or(Ordering::Equal));
        let title = best.map(|best| best.0.clone());
        match best {
            Some(best) if share(best) >= DOUBTFUL_SHARE => title,
            _ => beginning().or(title),
        }
    }
}

/// Whether a title is the name of the article's outlet, as its address has it.
fn is_outlet(title: &str, article: &Article) -> bool {
    let letters =
        |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    let title = letters(title);
    let names = |name: String| !name.is_empty() && (title == name || title.strip_prefix("the") == Some(&name));
    article.source.as_deref().is_some_and(|source| names(letters(source)) || source.split('.').map(letters).any(names))
}

/// The first words of the first line of an article that is prose; of the first long line where all have furniture in them.
pub(super) fn beginning(corpus: &Corpus, article: ArticleId) -> Option<String> {
    let (document, spans) = (corpus.spool.document(article), corpus.spool.spans(article));
    let mut lines = Vec::new();
    let mut start = 0;
    for line in document.marks.chunk_by(|_, next| !next.has(Marks::BLOCK)) {
        if line.len() >= LEAD_WORDS {
            lines.push((start..start + line.len(), line.iter().any(|marks| marks.has(Marks::FURNITURE))));
        }
        start += line.len();
    }
    let (tokens, _) = lines.iter().find(|(_, furnished)| !furnished).or(lines.first())?;
    let spans = spans.get(tokens.clone())?;
    let most = spans[0].start + LEAD_BYTES as u32;
    let shown = spans.partition_point(|span| span.end <= most).max(1);
    let text = corpus.spool.text(article);
    let words = Span::covering(&spans[..shown]).of(&text);
    Some(if shown < spans.len() { format!("{words} …") } else { words.to_owned() })
}

/// The words of an article's body but for the lines that are its headline.
fn body_words(document: &Document<'_>, headline: &[u32]) -> HashedSet<u32> {
    let mut words = HashedSet::default();
    let mut start = 0;
    for line in document.marks.chunk_by(|_, next| !next.has(Marks::BLOCK)) {
        let ids = &document.ids[start..start + line.len()];
        start += line.len();
        if ids != headline {
            let body = ids.iter().zip(line).filter(|(_, marks)| !marks.has(Marks::FURNITURE));
            words.extend(body.map(|(&word, _)| word));
        }
    }
    words
}
