//! The texts of articles in stories, for reports that show them.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::article::{ArticleId, Span};
use crate::corpus::Corpus;
use crate::disk::{Memory, Table, Weight};
use crate::error::Result;
use crate::text::{Kind, Marks};

use super::Member;
use super::assemble::BLOCK;

/// What an article says, and which parts of it prove nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// The article.
    pub article: ArticleId,
    /// Its byline.
    pub author: Option<String>,
    /// Its language, as the source states it.
    pub lang: Option<String>,
    /// Its text as it was read.
    pub text: String,
    /// What is not prose, in order and without overlap.
    pub apart: Vec<(Span, Apart)>,
}

/// What proves no reuse of reported prose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Apart {
    /// Inside quotation marks.
    Quotation,
    /// What a site puts around its articles.
    Furniture,
    /// What unrelated articles repeat.
    Stock,
}

impl Apart {
    fn of(kind: Kind) -> Option<Apart> {
        match kind {
            Kind::Prose => None,
            Kind::Quotation => Some(Apart::Quotation),
            Kind::Furniture => Some(Apart::Furniture),
            Kind::Stock => Some(Apart::Stock),
        }
    }
}

impl Weight for Text {
    fn owned_bytes(&self) -> usize {
        let optional = [&self.author, &self.lang].into_iter().flatten().map(String::len).sum::<usize>();
        self.text.len() + optional + self.apart.len() * size_of::<(Span, Apart)>()
    }
}

/// Whether the text of an article is kept: it is in a story or carries a part of one.
pub fn has_text(member: &Member) -> bool {
    member.story.is_some() || !member.partial_in.is_empty()
}

/// The texts of the articles that have one, in input order.
pub(super) fn texts(corpus: &Corpus, members: &Table<Member>) -> Result<Table<Text>> {
    let mut rows = Table::new(&corpus.workspace, corpus.workspace.share(Memory::ReportTexts));
    let shown: Vec<ArticleId> = corpus
        .spool
        .articles()
        .zip(members.iter())
        .filter(|(_, member)| has_text(member))
        .map(|(article, _)| article)
        .collect();
    for block in shown.chunks(BLOCK) {
        let made: Vec<Text> = block.par_iter().map(|&article| text(corpus, article)).collect();
        rows.extend(made)?;
    }
    Ok(rows)
}

fn text(corpus: &Corpus, article: ArticleId) -> Text {
    let read = corpus.articles.get(article.index());
    Text {
        article,
        author: read.author.clone(),
        lang: read.lang.clone(),
        text: corpus.spool.text(article).into_owned(),
        apart: apart(&corpus.spool.spans(article), &corpus.spool.document(article).marks),
    }
}

/// Neighbouring tokens of one kind are one stretch, with what stands between them. Tokens of scripts without spaces overlap:
/// the earlier stretch has what is in both.
fn apart(spans: &[Span], marks: &[Marks]) -> Vec<(Span, Apart)> {
    let mut stretches: Vec<(Span, Apart)> = Vec::new();
    let mut before = None;
    for (span, &marks) in spans.iter().zip(marks) {
        let kind = Apart::of(marks.kind());
        match (kind, stretches.last_mut()) {
            (Some(kind), Some((last, _))) if before == Some(kind) => last.end = last.end.max(span.end),
            (Some(kind), last) => {
                let start = span.start.max(last.map_or(0, |(last, _)| last.end));
                if start < span.end {
                    stretches.push((Span { start, end: span.end }, kind));
                }
            }
            (None, _) => {}
        }
        before = kind.filter(|_| !stretches.is_empty());
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Tokenizer;

    fn shown(text: &str) -> Vec<(&str, Apart)> {
        let tokens = Tokenizer::new().into_tokens(text);
        apart(&tokens.spans, &tokens.marks).into_iter().map(|(span, kind)| (span.of(text), kind)).collect()
    }

    #[test]
    fn quotations_are_told_apart_as_a_whole() {
        assert_eq!(
            shown("The mayor said “no more of this, please” and left."),
            [("no more of this, please", Apart::Quotation)]
        );
        assert_eq!(shown("The mayor left."), []);
        assert_eq!(shown("市长说：“港口关闭了。”随后离开"), [("港口关闭了", Apart::Quotation)]);
    }

    proptest::proptest! {
        #[test]
        fn stretches_are_in_order_and_do_not_overlap(
            text in "([a-z“” \n]|[\u{4e00}-\u{4e20}]){0,60}",
            marks in proptest::collection::vec(0u8.., 200),
        ) {
            let tokens = Tokenizer::new().into_tokens(&text);
            let marks: Vec<Marks> = marks.into_iter().take(tokens.len()).map(Marks).collect();
            let found = apart(&tokens.spans, &marks);
            for (span, _) in &found {
                proptest::prop_assert!(span.start < span.end);
                proptest::prop_assert!(text.get(span.start as usize..span.end as usize).is_some());
            }
            for pair in found.windows(2) {
                proptest::prop_assert!(pair[0].0.end <= pair[1].0.start);
            }
        }
    }
}
