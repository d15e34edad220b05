//! What did this article say? Tokens, marks, spans and text by [`ArticleId`], so that no later stage reads or normalises a
//! text twice.
//!
//! Articles are added a segment at a time, in input order; a segment is built by whoever read a chunk of input, in parallel
//! with others. About 2.8 times the size of the text: 4 bytes a token, 1 its marks, 2 its span, and the text. Segments stay
//! in memory up to a share of it and go to a temporary file beyond; what is asked for then is read, in one system call for
//! words and marks, one for spans and one for the text. In memory remain 20 bytes an article.
//!
//! Where only whole texts are compared, texts are stored alone ([`Segment::push_text`]): tokens of the few that may have a
//! partner are made again ([`Spool::complete`]).

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Mutex;

use bytemuck::{Pod, Zeroable};
use rayon::prelude::*;

use crate::article::{ArticleId, Span};
use crate::disk::{KeptReader, KeptWriter, TempFile, Workspace};
use crate::error::Result;
use crate::text::{Marks, Tokenizer, Tokens};

/// Articles that are completed as one segment.
const COMPLETED: usize = 256;

/// The share of memory for segments, in percent.
const MEMORY_PERCENT: u64 = 22;

/// About how long a word is with the space behind it, rounded down: what is reserved too much is given back.
const BYTES_A_WORD: usize = 5;

/// No segment: the tokens of an article stand where its text does.
const NOWHERE: (u32, u32) = (u32::MAX, u32::MAX);

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
#[derive(Clone, Copy, Default, Pod, Zeroable)]
#[repr(C)]
struct End {
    token: u32,
    span: u32,
    text: u32,
}

impl Segment {
    /// An empty segment with room for so many bytes of text, and, if it is to be `tokenised`, for as many words as such a
    /// text may have.
    pub fn with_room(text_bytes: usize, tokenised: bool) -> Segment {
        let words = if tokenised { text_bytes / BYTES_A_WORD } else { 0 };
        Segment { ids: Vec::with_capacity(words), text: String::with_capacity(text_bytes), ..Segment::default() }
    }

    /// Adds one article: its text and the tokens made from it.
    pub fn push(&mut self, text: &str, tokens: &Tokens) {
        self.ids.extend_from_slice(&tokens.ids);
        self.marks.extend_from_slice(&tokens.marks);
        let mut start = 0;
        for span in &tokens.spans {
            let (gap, length) = (span.start - start, span.end - span.start);
            start = span.start;
            // Nearly always a byte each.
            if gap | length < 0x80 {
                self.spans.extend_from_slice(&[gap as u8, length as u8]);
            } else {
                push_varint(&mut self.spans, gap);
                push_varint(&mut self.spans, length);
            }
        }
        self.push_text(text, tokens.len());
    }

    /// Adds one article: its text, of which so many tokens could be made. A segment has either the tokens of all its articles
    /// or none.
    pub fn push_text(&mut self, text: &str, tokens: usize) {
        self.text.push_str(text);
        let end = |length: usize| u32::try_from(length).expect("a chunk of input is below 4 GiB");
        let token = self.ends.last().map_or(0, |end| end.token) as usize + tokens;
        self.ends.push(End { token: end(token), span: end(self.spans.len()), text: end(self.text.len()) });
    }

    /// How many articles it holds.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    fn bytes(&self) -> usize {
        self.ids.len() * 4 + self.marks.len() + self.spans.len() + self.text.len()
    }
}

/// Where the words and the rest of a segment are.
enum Place {
    Memory {
        ids: Vec<u32>,
        marks: Vec<Marks>,
        spans: Vec<u8>,
        text: String,
    },
    /// Places in the file, in bytes. Words and marks are woven: each article's words with its marks behind them.
    Disk {
        woven: usize,
        spans: usize,
        text: usize,
    },
}

/// Bytes of a word.
const ID_BYTES: usize = size_of::<u32>();
/// Bytes of a token in the file: those of its word and those of its marks.
const TOKEN_BYTES: usize = ID_BYTES + size_of::<Marks>();

/// The words and marks of a segment as they stand in the file.
fn weave(segment: &Segment) -> Vec<u8> {
    let mut woven = vec![0; segment.ids.len() * TOKEN_BYTES];
    if !segment.ids.is_empty() {
        for (range, ids, marks) in unwoven(&mut woven, &segment.ends) {
            ids.copy_from_slice(bytemuck::cast_slice(&segment.ids[range.clone()]));
            marks.copy_from_slice(&segment.marks[range]);
        }
    }
    woven
}

/// The bytes of the words and the marks of each article, and the range of its tokens in the segment.
fn unwoven<'w>(
    mut woven: &'w mut [u8],
    ends: &[End],
) -> impl Iterator<Item = (Range<usize>, &'w mut [u8], &'w mut [Marks])> {
    let mut begin = 0;
    ends.iter().map(move |end| {
        let range = begin..end.token as usize;
        begin = range.end;
        let (tokens, rest) = std::mem::take(&mut woven).split_at_mut(range.len() * TOKEN_BYTES);
        woven = rest;
        let (ids, marks) = tokens.split_at_mut(range.len() * ID_BYTES);
        (range, ids, bytemuck::cast_slice_mut(marks))
    })
}

/// The words and marks of a segment in the file.
fn read_tokens(file: &Option<TempFile>, at: usize, ends: &[End]) -> Result<(Vec<u32>, Vec<Marks>)> {
    let mut woven = read_woven(file, at, ends)?;
    let tokens = woven.len() / TOKEN_BYTES;
    let (mut ids, mut marks) = (vec![0; tokens], vec![Marks::default(); tokens]);
    for (range, of_ids, of_marks) in unwoven(&mut woven, ends) {
        bytemuck::cast_slice_mut(&mut ids[range.clone()]).copy_from_slice(of_ids);
        marks[range].copy_from_slice(of_marks);
    }
    Ok((ids, marks))
}

/// Changes the marks of each article of a segment in the file; `change` has the range of its tokens in the segment, too.
fn change_marks(
    file: &Option<TempFile>,
    at: usize,
    ends: &[End],
    change: impl Fn(Range<usize>, &mut [Marks]),
) -> Result<()> {
    let mut woven = read_woven(file, at, ends)?;
    unwoven(&mut woven, ends).for_each(|(range, _, marks)| change(range, marks));
    write(file, at, &woven)
}

fn read_woven(file: &Option<TempFile>, at: usize, ends: &[End]) -> Result<Vec<u8>> {
    let mut woven = vec![0; ends.last().map_or(0, |end| end.token as usize) * TOKEN_BYTES];
    read(file, at, &mut woven)?;
    Ok(woven)
}

/// Reads bytes of the file, which is there if a segment says so.
fn read(file: &Option<TempFile>, at: usize, bytes: &mut [u8]) -> Result<()> {
    file.as_ref().map_or(Ok(()), |file| file.read(at, bytes))
}

/// Writes to it likewise.
fn write(file: &Option<TempFile>, at: usize, bytes: &[u8]) -> Result<()> {
    file.as_ref().map_or(Ok(()), |file| file.write(at, bytes))
}

struct Stored {
    place: Place,
    ends: Vec<End>,
    /// Whether it has tokens, not only texts.
    tokenised: bool,
}

impl Stored {
    /// Where its last article ends.
    fn end(&self) -> End {
        self.ends.last().copied().unwrap_or_default()
    }
}

/// What was read, by article.
pub struct Spool {
    workspace: Workspace,
    free_bytes: usize,
    segments: Vec<Stored>,
    file: Option<TempFile>,
    /// How many bytes there are in the file.
    end: usize,
    /// Segment and place in it, by article.
    places: Vec<(u32, u32)>,
    /// The same of tokens that were made later, or [`NOWHERE`]; empty as long as there are none.
    completed: Vec<(u32, u32)>,
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
            workspace: workspace.clone(),
            free_bytes: workspace.share(MEMORY_PERCENT),
            segments: Vec::new(),
            file: None,
            end: 0,
            places: Vec::new(),
            completed: Vec::new(),
            tokenizers: Mutex::default(),
        }
    }

    /// Takes the articles of a segment, which follow those already there.
    pub fn append(&mut self, segment: Segment) -> Result<()> {
        let number = self.segments.len() as u32;
        self.places.extend((0..segment.ends.len() as u32).map(|place| (number, place)));
        self.store(segment)
    }

    fn store(&mut self, segment: Segment) -> Result<()> {
        let tokenised = segment.ends.last().is_none_or(|end| end.token as usize == segment.ids.len());
        let place = if segment.bytes() <= self.free_bytes {
            self.free_bytes -= segment.bytes();
            let Segment { mut ids, mut marks, mut spans, mut text, .. } = segment;
            ids.shrink_to_fit();
            marks.shrink_to_fit();
            spans.shrink_to_fit();
            text.shrink_to_fit();
            Place::Memory { ids, marks, spans, text }
        } else {
            // Later segments must not slip into what is left.
            self.free_bytes = 0;
            self.written(&segment)?
        };
        self.segments.push(Stored { place, ends: segment.ends, tokenised });
        Ok(())
    }

    fn written(&mut self, segment: &Segment) -> Result<Place> {
        let file = match &self.file {
            Some(file) => file,
            None => &*self.file.insert(self.workspace.file()?),
        };
        let tokens = weave(segment);
        let woven = self.end;
        let spans = woven + tokens.len();
        let text = spans + segment.spans.len();
        file.write(woven, &tokens)?;
        file.write(spans, &segment.spans)?;
        file.write(text, segment.text.as_bytes())?;
        self.end = text + segment.text.len();
        Ok(Place::Disk { woven, spans, text })
    }

    /// Makes tokens of these articles, where only texts were stored, and keeps them: for those that will be asked for
    /// several times.
    pub fn complete(&mut self, articles: &[ArticleId]) -> Result<()> {
        let lacking: Vec<ArticleId> =
            articles.iter().copied().filter(|&article| !self.tokens_at(article).0.tokenised).collect();
        if !lacking.is_empty() {
            self.completed.resize(self.places.len(), NOWHERE);
        }
        for articles in lacking.chunks(COMPLETED * 16) {
            let segments: Vec<Segment> = articles
                .par_chunks(COMPLETED)
                .map_init(Tokenizer::new, |tokenizer, articles| {
                    let mut segment = Segment::default();
                    for &article in articles {
                        segment.push("", tokenizer.tokens(&self.text(article)));
                    }
                    segment
                })
                .collect();
            for (articles, segment) in articles.chunks(COMPLETED).zip(segments) {
                let number = self.segments.len() as u32;
                for (&article, place) in articles.iter().zip(0..) {
                    self.completed[article.index()] = (number, place);
                }
                self.store(segment)?;
            }
        }
        Ok(())
    }

    /// Writes everything, a segment at a time; to be done before texts are completed.
    pub fn save(&self, to: &mut KeptWriter) -> Result<()> {
        debug_assert_eq!(self.segments.iter().map(|segment| segment.ends.len()).sum::<usize>(), self.len());
        to.row(&(self.segments.len() as u64))?;
        for segment in &self.segments {
            to.items(&segment.ends)?;
            let end = segment.end();
            match &segment.place {
                Place::Memory { ids, marks, spans, text } => {
                    to.items(ids)?;
                    to.items(marks)?;
                    to.items(spans)?;
                    to.items(text.as_bytes())?;
                }
                Place::Disk { woven, spans, text } => {
                    let ends = if segment.tokenised { &*segment.ends } else { &[] };
                    let (ids, marks) = read_tokens(&self.file, *woven, ends)?;
                    to.items(&ids)?;
                    to.items(&marks)?;
                    to.items(&self.read_bytes(*spans, end.span as usize))?;
                    to.items(&self.read_bytes(*text, end.text as usize))?;
                }
            }
        }
        Ok(())
    }

    /// The spool that was written.
    pub fn load(workspace: &Workspace, from: &mut KeptReader) -> Result<Spool> {
        let mut spool = Spool::new(workspace);
        for _ in 0..from.row::<u64>()? {
            let (ends, ids, marks, spans) = (from.items()?, from.items()?, from.items()?, from.items()?);
            let text = String::from_utf8(from.items()?).map_err(|_| from.not_as_written())?;
            spool.append(Segment { ids, marks, spans, text, ends })?;
        }
        Ok(spool)
    }

    /// Writes the marks of all articles, a segment at a time.
    pub fn save_marks(&self, to: &mut KeptWriter) -> Result<()> {
        self.segments.iter().filter(|segment| segment.tokenised).try_for_each(|segment| match &segment.place {
            Place::Memory { marks, .. } => to.items(marks),
            Place::Disk { woven, .. } => to.items(&read_tokens(&self.file, *woven, &segment.ends)?.1),
        })
    }

    /// Takes the marks that were written, of the same articles in the same segments, for those that are there.
    pub fn load_marks(&mut self, from: &mut KeptReader) -> Result<()> {
        for segment in self.segments.iter_mut().filter(|segment| segment.tokenised) {
            let kept: Vec<Marks> = from.items()?;
            if kept.len() != segment.end().token as usize {
                return Err(from.not_as_written());
            }
            match &mut segment.place {
                Place::Memory { marks, .. } => *marks = kept,
                Place::Disk { woven, .. } => {
                    change_marks(&self.file, *woven, &segment.ends, |range, marks| {
                        marks.copy_from_slice(&kept[range]);
                    })?;
                }
            }
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
        let (segment, begin, end) = self.tokens_at(article);
        if !segment.tokenised {
            let tokens = self.tokens(article);
            return Document { ids: tokens.ids.into(), marks: tokens.marks.into() };
        }
        let range = begin.token as usize..end.token as usize;
        match &segment.place {
            Place::Memory { ids, marks, .. } => {
                Document { ids: Cow::Borrowed(&ids[range.clone()]), marks: Cow::Borrowed(&marks[range]) }
            }
            Place::Disk { woven, .. } => {
                let mut ids = self.read_ids(woven + range.start * TOKEN_BYTES, range.len(), TOKEN_BYTES);
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
        let (segment, begin, end) = self.tokens_at(article);
        if !segment.tokenised {
            return self.made(article, |tokenizer, text| tokenizer.words(text).to_vec()).into();
        }
        let range = begin.token as usize..end.token as usize;
        match &segment.place {
            Place::Memory { ids, .. } => Cow::Borrowed(&ids[range]),
            Place::Disk { woven, .. } => self.read_ids(woven + range.start * TOKEN_BYTES, range.len(), ID_BYTES).into(),
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

    /// Sets marks of an article: each mark on so many tokens from a place on.
    ///
    /// # Panics
    ///
    /// If the spool holds texts alone.
    pub fn mark(&mut self, article: ArticleId, width_tokens: usize, places: &[(u32, Marks)]) -> Result<()> {
        let (number, place) = self.places[article.index()];
        let segment = &mut self.segments[number as usize];
        assert!(segment.tokenised, "what is learned needs marks to begin with");
        let begin = place.checked_sub(1).map_or(End::default(), |before| segment.ends[before as usize]);
        let range = begin.token as usize..segment.ends[place as usize].token as usize;
        let set = |marks: &mut [Marks]| {
            for &(token, mark) in places {
                let end = marks.len().min(token as usize + width_tokens);
                marks[token as usize..end].iter_mut().for_each(|marks| marks.set(mark));
            }
        };
        match &mut segment.place {
            Place::Memory { marks, .. } => set(&mut marks[range]),
            &mut Place::Disk { woven, .. } => {
                let at = woven + range.start * TOKEN_BYTES + range.len() * ID_BYTES;
                let mut marks = vec![Marks::default(); range.len()];
                read(&self.file, at, bytemuck::cast_slice_mut(&mut marks))?;
                set(&mut marks);
                write(&self.file, at, bytemuck::cast_slice(&marks))?;
            }
        }
        Ok(())
    }

    /// Takes a mark off everywhere.
    pub fn unmark(&mut self, mark: Marks) -> Result<()> {
        let file = &self.file;
        let tokenised = self.segments.par_iter_mut().filter(|segment| segment.tokenised);
        tokenised.try_for_each(|Stored { place, ends, .. }| match place {
            Place::Memory { marks, .. } => {
                marks.iter_mut().for_each(|marks| marks.clear(mark));
                Ok(())
            }
            Place::Disk { woven, .. } => {
                change_marks(file, *woven, ends, |_, marks| marks.iter_mut().for_each(|marks| marks.clear(mark)))
            }
        })
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
                let bytes = self.read_bytes(at, (span.end - span.start) as usize);
                Cow::Owned(String::from_utf8(bytes).unwrap_or_default())
            }
        }
    }

    /// Where each token stands in the article's text.
    pub fn spans(&self, article: ArticleId) -> Vec<Span> {
        let (segment, begin, end) = self.tokens_at(article);
        if !segment.tokenised {
            return self.tokens(article).spans;
        }
        let range = begin.span as usize..end.span as usize;
        let bytes: Cow<'_, [u8]> = match &segment.place {
            Place::Memory { spans, .. } => Cow::Borrowed(&spans[range]),
            Place::Disk { spans: first, .. } => self.read_bytes(first + range.start, range.len()).into(),
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

    /// Reads so many words from a place on, with room behind them for what else belongs to each of them: its marks or nothing.
    /// None if they could not be read.
    fn read_ids(&self, at: usize, count: usize, bytes_each: usize) -> Vec<u32> {
        let bytes = count * bytes_each;
        let mut ids = vec![0; bytes.div_ceil(ID_BYTES)];
        let read = read(&self.file, at, &mut bytemuck::cast_slice_mut(&mut ids)[..bytes]);
        self.workspace.note(read.map(|()| ids))
    }

    fn read_bytes(&self, at: usize, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.workspace.note(read(&self.file, at, &mut bytes).map(|()| bytes))
    }

    /// Where an article's text is: its segment, where the part begins, and where it ends.
    fn text_at(&self, article: ArticleId) -> (&Stored, End, End) {
        self.bounds(self.places[article.index()])
    }

    /// The same of its tokens; if they have not been made, of its text.
    fn tokens_at(&self, article: ArticleId) -> (&Stored, End, End) {
        let completed = self.completed.get(article.index()).copied().filter(|&place| place != NOWHERE);
        self.bounds(completed.unwrap_or(self.places[article.index()]))
    }

    fn bounds(&self, (segment, place): (u32, u32)) -> (&Stored, End, End) {
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

    proptest::proptest! {
        #[test]
        fn what_goes_in_comes_out(
            texts in proptest::collection::vec("\\PC{0,200}", 0..6),
            memory_bytes in proptest::sample::select(&[0, 1000, 10_000, u64::MAX][..]),
            texts_alone in proptest::bool::ANY,
            complete in proptest::bool::ANY,
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
                for article in spool.articles() {
                    let places: &[(u32, Marks)] = if spool.tokens_of(article) > 1 { &[(1, Marks::STOCK)] } else { &[] };
                    spool.mark(article, 2, places).unwrap();
                }
                spool.unmark(Marks::NAME).unwrap();
            }
            if complete {
                let some: Vec<ArticleId> = spool.articles().step_by(2).collect();
                spool.complete(&some).unwrap();
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
