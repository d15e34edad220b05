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
pub(super) struct Recurring(HashedSet<u64>);

impl Recurring {
    /// `story` says which story an article belongs to.
    pub(super) fn of(corpus: &Corpus, story: impl Fn(ArticleId) -> Option<usize>) -> Recurring {
        let mut titles: Vec<(u64, u32, bool)> = Vec::new();
        for (article, id) in corpus.articles.iter().zip((0..).map(ArticleId)) {
            if let Some(title) = &article.title {
                let unit = story(id).map_or((id.0, true), |story| (story as u32, false));
                titles.push((key(title), unit.0, unit.1));
            }
        }
        titles.sort_unstable();
        titles.dedup();
        let of_one = titles.chunk_by(|x, y| x.0 == y.0).filter(|units| units.len() >= RECURRING_UNITS);
        Recurring(of_one.map(|units| units[0].0).collect())
    }

    fn has(&self, title: &str) -> bool {
        self.0.contains(&key(title))
    }
}

fn key(title: &str) -> u64 {
    xxh3_64_with_seed(title.trim().as_bytes(), SEED)
}

/// The headline that most articles have, of those the first. Of titles that their texts know little of, the one that is known
/// best is taken where there is no other and it is known at all.
pub(super) fn headline<'a>(
    corpus: &Corpus,
    recurring: &Recurring,
    articles: impl Iterator<Item = (ArticleId, &'a Cow<'a, Article>)> + Clone,
) -> Option<String> {
    let mut tokenizer = Tokenizer::new();
    let mut known: Vec<(&str, usize, f64)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (id, article) in articles.clone() {
        let Some(title) = article.title.as_deref().filter(|title| !is_outlet(title, article)) else { continue };
        let place = *places.entry(title).or_insert(known.len());
        if let Some((_, times, _)) = known.get_mut(place) {
            *times += 1;
            continue;
        }
        let words: Vec<u32> = tokenizer.words(title).to_vec();
        let text = body_words(&corpus.spool.document(id), &words);
        let shared = words.iter().filter(|word| text.contains(word)).count();
        let is_headline = words.len() >= HEADLINE_WORDS && !recurring.has(title);
        known.push((title, 1, if is_headline { shared as f64 / words.len() as f64 } else { 0.0 }));
    }
    let value = |&(_, times, share): &(&str, usize, f64)| {
        if share >= HEADLINE_SHARE { (times, 0.0) } else { (0, share) }
    };
    let best = known.iter().rev().max_by(|x, y| value(x).partial_cmp(&value(y)).unwrap_or(Ordering::Equal));
    let title = best.map(|best| best.0.to_owned());
    match best {
        Some((.., share)) if *share >= DOUBTFUL_SHARE => title,
        _ => articles.filter_map(|(id, _)| beginning(corpus, id)).next().or(title),
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
fn beginning(corpus: &Corpus, article: ArticleId) -> Option<String> {
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
