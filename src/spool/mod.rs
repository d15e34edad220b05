//! What did this article say? Tokens, marks, spans and text by [`ArticleId`], so that no later stage reads or normalises a
//! text twice.
//!
//! What reading made is sealed in [`Segment`]s: nothing changes there any more. What stages find out later stands in tables
//! beside them and is joined on reading: marks that were learned ([`MarkTable`]), and, where only whole texts are compared
//! and texts were stored alone ([`Segment::push_text`]), the tokens of the few that may have a partner.
//!
//! Articles are added a segment at a time, in input order. About 2.8 times the size of the text: 4 bytes a token, 1 its
//! marks, 2 its span, and the text. What lies on disk is read when it is asked for, in one system call for words and marks,
//! one for spans and one for the text. In memory remain 20 bytes an article.

mod marks;
mod segment;
mod words;

use std::borrow::Cow;
use std::sync::Mutex;

use crate::article::{ArticleId, Span};
use crate::disk::{KeptReader, KeptWriter, Memory, Workspace};
use crate::error::Result;
use crate::text::{Marks, Tokenizer, Tokens};
use segment::{End, ID_BYTES, Place, Segments, Stored, TOKEN_BYTES, pop_varint};
use words::Words;

pub use marks::{MarkRow, MarkTable};
pub use segment::Segment;

/// What was read, by article.
pub struct Spool {
    segments: Segments,
    /// Segment and place in it, by article.
    places: Vec<(u32, u32)>,
    /// Tokens that were made later.
    words: Option<Words>,
    /// Marks that were learned.
    learned: Option<MarkTable>,
    /// Marks of the segments that nobody sees.
    ignored: Marks,
    /// Tokenisers that wait to be used again.
    tokenizers: Mutex<Vec<Tokenizer>>,
}

/// The tokens of one article.
#[derive(Clone)]
pub struct Document<'a> {
    /// What the words are.
    pub ids: Cow<'a, [u32]>,
    /// What kind of text they stand in.
    pub marks: Cow<'a, [Marks]>,
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
    /// An empty spool.
    pub fn new(workspace: &Workspace) -> Spool {
        Spool {
            segments: Segments::new(workspace, workspace.share(Memory::Segments)),
            places: Vec::new(),
            words: None,
            learned: None,
            ignored: Marks::default(),
            tokenizers: Mutex::default(),
        }
    }

    /// Takes the articles of a segment, which follow those already there.
    pub fn append(&mut self, segment: Segment) -> Result<()> {
        let number = self.segments.len() as u32;
        self.places.extend((0..segment.len() as u32).map(|place| (number, place)));
        self.segments.push(segment)
    }

    /// Makes tokens of these articles where only texts were stored, for those that will be asked for several times.
    pub fn make_words(&mut self, articles: &[ArticleId]) -> Result<()> {
        let lacking: Vec<ArticleId> =
            articles.iter().copied().filter(|&article| !self.text_at(article).0.tokenised).collect();
        if lacking.is_empty() {
            return Ok(());
        }
        let made = self.words.take();
        let mut words = made.unwrap_or_else(|| Words::new(&self.segments.workspace, self.len()));
        words.add(&lacking, |article| self.text(article))?;
        self.words = Some(words);
        Ok(())
    }

    /// Joins marks that were learned with those of the segments from now on.
    pub fn join(&mut self, learned: MarkTable) {
        self.learned = Some(learned);
    }

    /// The marks that were learned, if there are any yet.
    pub fn learned(&self) -> Option<&MarkTable> {
        self.learned.as_ref()
    }

    /// Leaves out a mark of the segments from now on.
    pub fn ignore(&mut self, mark: Marks) {
        self.ignored.set(mark);
    }

    /// Writes all segments.
    pub fn save(&self, to: &mut KeptWriter) -> Result<()> {
        self.segments.save(to)
    }

    /// Takes the segments that were written.
    pub fn extend(&mut self, from: &mut KeptReader) -> Result<()> {
        for _ in 0..from.row::<u64>()? {
            self.append(Segment::load(from)?)?;
        }
        Ok(())
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
    ///
    /// An article that cannot be read from its file is empty, and [`Workspace::check`] says so; the same holds for its text
    /// and its spans.
    pub fn document(&self, article: ArticleId) -> Document<'_> {
        let Document { ids, mut marks } = self.sealed(article);
        if self.ignored != Marks::default() {
            marks.to_mut().iter_mut().for_each(|marks| marks.clear(self.ignored));
        }
        if let Some(learned) = &self.learned {
            self.segments.workspace.note(learned.join(article, &mut marks));
        }
        Document { ids, marks }
    }

    /// The marks of an article's tokens that its text alone gives, whatever was learned.
    pub fn own_marks(&self, article: ArticleId) -> Cow<'_, [Marks]> {
        self.sealed(article).marks
    }

    /// The tokens of an article as they were made from its text.
    fn sealed(&self, article: ArticleId) -> Document<'_> {
        let Some((segments, (segment, begin, end))) = self.tokens_at(article) else {
            let tokens = self.tokens(article);
            return Document { ids: tokens.ids.into(), marks: tokens.marks.into() };
        };
        let range = begin.token as usize..end.token as usize;
        match &segment.place {
            Place::Memory { ids, marks, .. } => {
                Document { ids: Cow::Borrowed(&ids[range.clone()]), marks: Cow::Borrowed(&marks[range]) }
            }
            Place::Disk { woven, .. } => {
                let mut ids = segments.read_ids(woven + range.start * TOKEN_BYTES, range.len(), TOKEN_BYTES);
                // None if they could not be read.
                let tokens = ids.len().min(range.len());
                let marks = bytemuck::cast_slice::<u32, Marks>(&ids[tokens..])[..tokens].to_vec();
                ids.truncate(tokens);
                Document { ids: ids.into(), marks: marks.into() }
            }
        }
    }

    /// The words of an article.
    pub fn words(&self, article: ArticleId) -> Cow<'_, [u32]> {
        let Some((segments, (segment, begin, end))) = self.tokens_at(article) else {
            return self.made(article, |tokenizer, text| tokenizer.words(text).to_vec()).into();
        };
        let range = begin.token as usize..end.token as usize;
        match &segment.place {
            Place::Memory { ids, .. } => Cow::Borrowed(&ids[range]),
            Place::Disk { woven, .. } => {
                segments.read_ids(woven + range.start * TOKEN_BYTES, range.len(), ID_BYTES).into()
            }
        }
    }

    /// How many tokens an article has.
    pub fn tokens_of(&self, article: ArticleId) -> usize {
        let (_, begin, end) = self.text_at(article);
        (end.token - begin.token) as usize
    }

    /// How many bytes an article's text has.
    pub fn text_bytes_of(&self, article: ArticleId) -> usize {
        let (_, begin, end) = self.text_at(article);
        (end.text - begin.text) as usize
    }

    /// The article's text as it was read.
    pub fn text(&self, article: ArticleId) -> Cow<'_, str> {
        self.stretch(article, Span { start: 0, end: self.text_bytes_of(article) as u32 })
    }

    /// A stretch of the article's text, which lies in it.
    pub fn stretch(&self, article: ArticleId, span: Span) -> Cow<'_, str> {
        let (segment, begin, end) = self.text_at(article);
        match &segment.place {
            Place::Memory { text, .. } => Cow::Borrowed(span.of(&text[begin.text as usize..end.text as usize])),
            Place::Disk { text: first, .. } => {
                let at = first + begin.text as usize + span.start as usize;
                let bytes = self.segments.read_bytes(at, (span.end - span.start) as usize);
                Cow::Owned(String::from_utf8(bytes).unwrap_or_default())
            }
        }
    }

    /// Where each token stands in the article's text.
    pub fn spans(&self, article: ArticleId) -> Vec<Span> {
        let Some((segments, (segment, begin, end))) = self.tokens_at(article) else {
            return self.tokens(article).spans;
        };
        let range = begin.span as usize..end.span as usize;
        let bytes: Cow<'_, [u8]> = match &segment.place {
            Place::Memory { spans, .. } => Cow::Borrowed(&spans[range]),
            Place::Disk { spans: first, .. } => segments.read_bytes(first + range.start, range.len()).into(),
        };
        let mut bytes = &*bytes;
        let mut spans = Vec::with_capacity((end.token - begin.token) as usize);
        let mut start = 0;
        while !bytes.is_empty() {
            let (gap, length) = match *bytes {
                [gap, length, ref rest @ ..] if gap | length < 0x80 => {
                    bytes = rest;
                    (u32::from(gap), u32::from(length))
                }
                _ => (pop_varint(&mut bytes), pop_varint(&mut bytes)),
            };
            start += gap;
            spans.push(Span { start, end: start + length });
        }
        spans
    }

    /// The tokens of an article of which only the text was stored.
    fn tokens(&self, article: ArticleId) -> Tokens {
        self.made(article, |tokenizer, text| tokenizer.tokens(text).clone())
    }

    /// What `make` makes of an article's text.
    fn made<T>(&self, article: ArticleId, make: impl FnOnce(&mut Tokenizer, &str) -> T) -> T {
        let free = || self.tokenizers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut tokenizer = free().pop().unwrap_or_default();
        let made = make(&mut tokenizer, &self.text(article));
        free().push(tokenizer);
        made
    }

    /// Where an article's text is: its segment, where the part begins, and where it ends.
    fn text_at(&self, article: ArticleId) -> (&Stored, End, End) {
        self.segments.bounds(self.places[article.index()])
    }

    /// The same of its tokens, with what they lie in; none if they have not been made.
    fn tokens_at(&self, article: ArticleId) -> Option<(&Segments, (&Stored, End, End))> {
        let made = self.words.as_ref().and_then(|words| words.of(article));
        made.or_else(|| Some((&self.segments, self.text_at(article))).filter(|(_, (segment, ..))| segment.tokenised))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::{Exchange, Partitioned};

    proptest::proptest! {
        #[test]
        fn what_goes_in_comes_out(
            texts in proptest::collection::vec("\\PC{0,200}", 0..6),
            memory_bytes in proptest::sample::select(&[0, 1000, 10_000, u64::MAX][..]),
            texts_alone in proptest::bool::ANY,
            make_words in proptest::bool::ANY,
        ) {
            let workspace = Workspace::limited(std::env::temp_dir(), memory_bytes);
            let mut spool = Spool::new(&workspace);
            let mut tokenizer = Tokenizer::new();
            for pair in texts.chunks(2) {
                let mut segment = Segment::default();
                for text in pair {
                    let tokens = tokenizer.tokens(text);
                    if texts_alone { segment.push_text(text, tokens.len()) } else { segment.push(text, tokens) }
                }
                spool.append(segment).unwrap();
            }
            if !texts_alone {
                let marked = spool.articles().filter(|&article| spool.tokens_of(article) > 1);
                let rows: Vec<MarkRow> = marked.map(|article| MarkRow::of(article, 1, Marks::STOCK)).collect();
                let mut exchange = Exchange::new(&workspace, 0, 0);
                exchange.extend(|| vec![Partitioned::of(&rows, 1)]).unwrap();
                let own: Vec<ArticleId> = spool.articles().collect();
                spool.join(MarkTable::of(&mut exchange, 2, &own, &workspace).unwrap());
                spool.ignore(Marks::NAME);
            }
            if make_words {
                let some: Vec<ArticleId> = spool.articles().step_by(2).collect();
                spool.make_words(&some).unwrap();
                spool.make_words(&some[some.len() / 2..]).unwrap();
            }
            proptest::prop_assert_eq!(spool.len(), texts.len());
            for (number, text) in texts.iter().enumerate() {
                let article = ArticleId(number as u32);
                let mut tokens = tokenizer.tokens(text).clone();
                if !texts_alone {
                    tokens.marks.iter_mut().for_each(|marks| marks.clear(Marks::NAME));
                    tokens.marks.iter_mut().skip(1).take(2).for_each(|marks| marks.set(Marks::STOCK));
                }
                proptest::prop_assert_eq!(&*spool.text(article), text);
                proptest::prop_assert_eq!(&*spool.words(article), &tokens.ids);
                let document = spool.document(article);
                proptest::prop_assert_eq!(&*document.ids, &tokens.ids);
                proptest::prop_assert_eq!(&*document.marks, &tokens.marks);
                for span in &tokens.spans {
                    proptest::prop_assert_eq!(&*spool.stretch(article, *span), span.of(text));
                }
                proptest::prop_assert_eq!(spool.spans(article), tokens.spans);
            }
            workspace.check().unwrap();
        }
    }
}
