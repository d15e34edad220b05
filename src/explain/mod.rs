//! Why were two articles linked, or why not? The product of every stage for one article or one pair.
//!
//! In: a corpus and its analysis. Out: [`Comparison`], [`Explanation`] and [`Curve`], with everything resolved that a report
//! shows: ids, texts, spans, figures. Nothing is decided here; what a stage did not keep (fingerprints, keys of one article)
//! is made again by the function that the scan uses. Cost: a pass over the fingerprints of the corpus, a few hundred
//! milliseconds for 100,000 articles.

mod candidacy;
mod comparison;
mod curve;
mod examples;
mod explanation;

use std::borrow::Cow;
use std::fmt::Write;

use serde::{Serialize, Serializer};

use crate::analysis::Analysis;
use crate::article::{Article, ArticleId, Moment, Span};
use crate::corpus::Corpus;
use crate::settings::Settings;
use crate::text::Marks;
use crate::verify::Kinds;

pub use crate::text::Kind;
pub use candidacy::{Candidacy, Path, SharedFingerprint};
pub use comparison::{Comparison, Shared};
pub use curve::{Curve, Point};
pub use examples::examples;
pub use explanation::{
    ArticleExplained, Band, BandCompany, Bands, Class, Explanation, Fingerprint, Link, Membership, PairExplained,
    Passages, Shingle, Shingles, Sketch, Stage, Step, Story, Stretch, Token, Tokens,
};

/// A corpus that was analysed, and the settings that were used.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The articles.
    pub corpus: &'a Corpus,
    /// The products of the stages.
    pub analysis: &'a Analysis,
    /// The settings of both.
    pub settings: &'a Settings,
}

impl View<'_> {
    fn article(&self, article: ArticleId) -> Cow<'_, Article> {
        self.corpus.articles.get(article.index())
    }

    fn id(&self, article: ArticleId) -> String {
        self.article(article).id.clone()
    }

    fn ids(&self, articles: impl IntoIterator<Item = ArticleId>) -> Vec<String> {
        articles.into_iter().map(|article| self.id(article)).collect()
    }

    /// What kind of text each token of an article stands in, with all that was learned.
    fn marks(&self, article: ArticleId) -> Cow<'_, [Marks]> {
        self.corpus.spool.document(article).marks
    }
}

/// One of the articles that are shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Party {
    /// Its id, unique in the corpus.
    pub id: String,
    /// Its headline.
    pub title: Option<String>,
    /// Its outlet.
    pub source: Option<String>,
    /// When it was published, as the tables write it.
    pub published: Option<String>,
    /// The file.
    pub path: String,
    /// The record in the file, from 1.
    pub record: u64,
    /// Its tokens by kind.
    pub tokens: KindCounts,
}

impl Party {
    fn of(view: View<'_>, article: ArticleId) -> Party {
        let read = view.article(article);
        Party {
            id: read.id.clone(),
            title: read.title.clone(),
            source: read.source.clone(),
            published: read.published.and_then(stated),
            path: read.location.path.to_string(),
            record: read.location.record,
            tokens: Kinds::of(&view.marks(article)).into(),
        }
    }
}

/// The moment as text; none for a moment outside the calendar, which cannot be written.
fn stated(moment: Moment) -> Option<String> {
    let mut text = String::new();
    write!(text, "{moment}").ok().map(|()| text)
}

/// Tokens by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct KindCounts {
    /// The article's own words.
    pub prose: usize,
    /// Inside quotation marks.
    pub quotation: usize,
    /// Around the article.
    pub furniture: usize,
    /// Context that unrelated articles share.
    pub stock: usize,
}

impl KindCounts {
    /// All tokens.
    pub fn all(&self) -> usize {
        self.prose + self.quotation + self.furniture + self.stock
    }

    /// The kinds that are there, with their tokens.
    pub fn present(&self) -> Vec<(Kind, usize)> {
        let counts = [
            (Kind::Prose, self.prose),
            (Kind::Quotation, self.quotation),
            (Kind::Furniture, self.furniture),
            (Kind::Stock, self.stock),
        ];
        counts.into_iter().filter(|(_, tokens)| *tokens > 0).collect()
    }
}

impl From<Kinds> for KindCounts {
    fn from(kinds: Kinds) -> Self {
        KindCounts { prose: kinds.prose, quotation: kinds.quoted, furniture: kinds.furniture, stock: kinds.stock }
    }
}

/// A stretch of text of one kind. The parts of a text, joined, are the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// What it is.
    pub kind: Kind,
    /// Whether it is a name.
    pub name: bool,
    /// The characters.
    pub text: String,
}

/// The parts of `text`, the original text of a document from the first to the last of the tokens that `spans` and `marks`
/// describe.
///
/// What stands between tokens belongs to both if they agree, else it is prose.
fn parts(text: &str, spans: &[Span], marks: &[Marks]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut push = |kind: Kind, name: bool, piece: &str| match parts.last_mut() {
        _ if piece.is_empty() => {}
        Some(last) if last.kind == kind && last.name == name => last.text.push_str(piece),
        _ => parts.push(Part { kind, name, text: piece.to_owned() }),
    };
    let Some(first) = spans.first() else { return parts };
    let mut before: Option<(Kind, bool)> = None;
    let mut at = first.start;
    for (span, &mark) in spans.iter().zip(marks) {
        let (kind, name) = (mark.kind(), mark.has(Marks::NAME));
        let gap = Span { start: at, end: span.start.max(at) }.of(text);
        match before {
            // A name goes on over a blank or a hyphen, not over a comma.
            Some(last) if last.0 == kind => {
                let joined = last.1 && name && gap.chars().all(|c| c == ' ' || c == '-');
                push(kind, joined, gap);
            }
            _ => push(Kind::Prose, false, gap),
        }
        push(kind, name, Span { start: span.start.max(at), end: span.end }.of(text));
        at = at.max(span.end);
        before = Some((kind, name));
    }
    parts
}

/// Four decimals are as many as anybody reads, and do not differ from machine to machine.
fn four_decimals<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((value * 1e4).round() / 1e4 + 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Tokenizer;

    fn shown(text: &str) -> String {
        let tokens = Tokenizer::new().into_tokens(text);
        let parts = parts(text, &tokens.spans, &tokens.marks);
        parts.iter().map(|part| format!("<{:?} {} {}>", part.kind, u8::from(part.name), part.text)).collect()
    }

    #[test]
    fn parts_follow_kinds_and_names() {
        assert_eq!(
            shown("The mayor, Ana Maria Orm, said “no more of this” and left."),
            "<Prose 0 The mayor, ><Prose 1 Ana Maria Orm><Prose 0 , said “><Quotation 0 no more of this>\
             <Prose 0 ” and left>"
        );
        assert_eq!(shown("港口关闭了"), "<Prose 0 港口关闭了>");
        assert_eq!(shown(""), "");
    }

    proptest::proptest! {
        #[test]
        fn parts_joined_are_the_text_and_count_as_kinds_do(text in "(\\PC|[a-z“” \n]){0,60}", bytes in proptest::collection::vec(0u8.., 200)) {
            let tokens = Tokenizer::new().into_tokens(&text);
            let marks: Vec<Marks> = bytes.iter().take(tokens.len()).map(|&byte| Marks(byte)).collect();
            proptest::prop_assume!(marks.len() == tokens.len());
            let joined: String = parts(&text, &tokens.spans, &marks).into_iter().map(|part| part.text).collect();
            proptest::prop_assert_eq!(joined, Span::covering(&tokens.spans).of(&text));
            let mut counts = KindCounts::default();
            for &mark in &marks {
                match mark.kind() {
                    Kind::Prose => counts.prose += 1,
                    Kind::Quotation => counts.quotation += 1,
                    Kind::Furniture => counts.furniture += 1,
                    Kind::Stock => counts.stock += 1,
                }
            }
            proptest::prop_assert_eq!(counts, KindCounts::from(Kinds::of(&marks)));
        }
    }
}
