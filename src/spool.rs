//! What did this article say? Tokens, marks, spans and text by [`ArticleId`], so that no later stage reads or normalises a
//! text twice.
//!
//! Articles are added a segment at a time, in input order; a segment is built by whoever read a chunk of input, in parallel
//! with others. About 2.8 times the size of the text: 4 bytes a token, 1 its marks, 2 its span, and the text.

use rayon::prelude::*;

use crate::article::{ArticleId, Span};
use crate::text::{Marks, Tokens};

/// The articles of one chunk of input.
#[derive(Default)]
pub struct Segment {
    ids: Vec<u32>,
    marks: Vec<Marks>,
    spans: Vec<u8>,
    text: String,
    ends: Vec<End>,
}

/// Where an article's part of each list of its segment ends.
#[derive(Clone, Copy, Default)]
struct End {
    token: usize,
    span: usize,
    text: usize,
}

impl Segment {
    /// Adds one article: its text and the tokens made from it.
    pub fn push(&mut self, text: &str, tokens: &Tokens) {
        self.ids.extend_from_slice(&tokens.ids);
        self.marks.extend_from_slice(&tokens.marks);
        let mut start = 0;
        for span in &tokens.spans {
            push_varint(&mut self.spans, span.start - start);
            push_varint(&mut self.spans, span.end - span.start);
            start = span.start;
        }
        self.text.push_str(text);
        self.ends.push(End { token: self.ids.len(), span: self.spans.len(), text: self.text.len() });
    }

    /// How many articles it holds.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// What was read, by article.
#[derive(Default)]
pub struct Spool {
    segments: Vec<Segment>,
    /// Segment and place in it, by article.
    places: Vec<(u32, u32)>,
}

/// The tokens of one article.
#[derive(Clone, Copy)]
pub struct Document<'a> {
    /// What the words are.
    pub ids: &'a [u32],
    /// What kind of text they stand in.
    pub marks: &'a [Marks],
}

impl Document<'_> {
    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }
}

impl Spool {
    /// Takes the articles of a segment, which follow those already there.
    pub fn append(&mut self, mut segment: Segment) {
        segment.ids.shrink_to_fit();
        segment.marks.shrink_to_fit();
        segment.spans.shrink_to_fit();
        segment.text.shrink_to_fit();
        let number = self.segments.len() as u32;
        self.places.extend((0..segment.ends.len() as u32).map(|place| (number, place)));
        self.segments.push(segment);
    }

    /// How many articles there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// All articles, in order.
    pub fn articles(&self) -> impl ExactSizeIterator<Item = ArticleId> + use<> {
        (0..self.places.len() as u32).map(ArticleId)
    }

    /// The tokens of an article.
    pub fn document(&self, article: ArticleId) -> Document<'_> {
        let (segment, begin, end) = self.bounds(article);
        Document { ids: &segment.ids[begin.token..end.token], marks: &segment.marks[begin.token..end.token] }
    }

    /// Changes the marks of all articles: `remark` is given each article and its marks.
    pub fn remark(&mut self, remark: impl Fn(ArticleId, &mut [Marks]) + Sync) {
        let mut firsts = Vec::with_capacity(self.segments.len());
        let mut first = 0;
        for segment in &self.segments {
            firsts.push(first);
            first += segment.ends.len() as u32;
        }
        self.segments.par_iter_mut().zip(firsts).for_each(|(segment, first)| {
            let mut begin = 0;
            for (place, end) in segment.ends.iter().enumerate() {
                remark(ArticleId(first + place as u32), &mut segment.marks[begin..end.token]);
                begin = end.token;
            }
        });
    }

    /// The article's text as it was read.
    pub fn text(&self, article: ArticleId) -> &str {
        let (segment, begin, end) = self.bounds(article);
        &segment.text[begin.text..end.text]
    }

    /// Where each token stands in the article's text.
    pub fn spans(&self, article: ArticleId) -> Vec<Span> {
        let (segment, begin, end) = self.bounds(article);
        let mut bytes = &segment.spans[begin.span..end.span];
        let mut spans = Vec::with_capacity(end.token - begin.token);
        let mut start = 0;
        while !bytes.is_empty() {
            start += pop_varint(&mut bytes);
            let length = pop_varint(&mut bytes);
            spans.push(Span { start, end: start + length });
        }
        spans
    }

    fn bounds(&self, article: ArticleId) -> (&Segment, End, End) {
        let (segment, place) = self.places[article.index()];
        let segment = &self.segments[segment as usize];
        let begin = place.checked_sub(1).map_or(End::default(), |before| segment.ends[before as usize]);
        (segment, begin, segment.ends[place as usize])
    }
}

fn push_varint(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn pop_varint(bytes: &mut &[u8]) -> u32 {
    let mut value = 0;
    let mut shift = 0;
    while let Some((&byte, rest)) = bytes.split_first() {
        *bytes = rest;
        value |= u32::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            break;
        }
        shift += 7;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Tokenizer;

    proptest::proptest! {
        #[test]
        fn what_goes_in_comes_out(texts in proptest::collection::vec("\\PC{0,200}", 0..6)) {
            let mut spool = Spool::default();
            let mut tokenizer = Tokenizer::new();
            for pair in texts.chunks(2) {
                let mut segment = Segment::default();
                for text in pair {
                    segment.push(text, tokenizer.tokens(text));
                }
                spool.append(segment);
            }
            proptest::prop_assert_eq!(spool.len(), texts.len());
            for (number, text) in texts.iter().enumerate() {
                let article = ArticleId(number as u32);
                let tokens = tokenizer.tokens(text);
                proptest::prop_assert_eq!(spool.text(article), text);
                proptest::prop_assert_eq!(spool.document(article).ids, &tokens.ids);
                proptest::prop_assert_eq!(spool.document(article).marks, &tokens.marks);
                proptest::prop_assert_eq!(spool.spans(article), tokens.spans.clone());
            }
        }
    }
}
