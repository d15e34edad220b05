//! Segments: what reading made of one chunk of input, sealed.
//!
//! A segment is built by whoever read the chunk, and never changes after that. What is learned later stands in tables beside
//! it. Segments stay in memory up to a share of it and go to a temporary file beyond.

use std::ops::Range;

use bytemuck::{Pod, Zeroable};

use crate::disk::{KeptReader, KeptWriter, TempFile, Workspace};
use crate::error::Result;
use crate::text::{Marks, Tokens};

/// About how long a word is with the space behind it, rounded down: what is reserved too much is given back.
const BYTES_A_WORD: usize = 5;

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
pub(super) struct End {
    pub(super) token: u32,
    pub(super) span: u32,
    pub(super) text: u32,
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

    /// Adds one article that was taken out of another segment: its words, their marks, the bytes of their spans, and its text.
    pub(crate) fn push_made(&mut self, ids: Vec<u32>, marks: &[Marks], spans: &[u8], text: &str) {
        self.marks.extend_from_slice(marks);
        self.spans.extend_from_slice(spans);
        let tokens = ids.len();
        self.ids.extend(ids);
        self.push_text(text, tokens);
    }

    /// The article at a place: its words, their marks, the bytes of their spans, and its text.
    pub(crate) fn made(&self, place: usize) -> (&[u32], &[Marks], &[u8], &str) {
        let begin = place.checked_sub(1).map_or(End::default(), |before| self.ends[before]);
        let end = self.ends[place];
        let tokens = begin.token as usize..end.token as usize;
        let spans = &self.spans[begin.span as usize..end.span as usize];
        (&self.ids[tokens.clone()], &self.marks[tokens], spans, &self.text[begin.text as usize..end.text as usize])
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
pub(super) enum Place {
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
pub(super) const ID_BYTES: usize = size_of::<u32>();
/// Bytes of a token in the file: those of its word and those of its marks.
pub(super) const TOKEN_BYTES: usize = ID_BYTES + size_of::<Marks>();

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

fn read_woven(file: &Option<TempFile>, at: usize, ends: &[End]) -> Result<Vec<u8>> {
    let mut woven = vec![0; ends.last().map_or(0, |end| end.token as usize) * TOKEN_BYTES];
    read(file, at, &mut woven)?;
    Ok(woven)
}

/// Reads bytes of the file, which is there if a segment says so.
fn read(file: &Option<TempFile>, at: usize, bytes: &mut [u8]) -> Result<()> {
    file.as_ref().map_or(Ok(()), |file| file.read(at, bytes))
}

/// A sealed segment.
pub(super) struct Stored {
    pub(super) place: Place,
    ends: Vec<End>,
    /// Whether it has tokens, not only texts.
    pub(super) tokenised: bool,
}

impl Stored {
    /// Where its last article ends.
    fn end(&self) -> End {
        self.ends.last().copied().unwrap_or_default()
    }
}

/// Segments, by their numbers.
pub(super) struct Segments {
    pub(super) workspace: Workspace,
    free_bytes: usize,
    stored: Vec<Stored>,
    file: Option<TempFile>,
    /// How many bytes there are in the file.
    end: usize,
}

impl Segments {
    /// None yet, and so many bytes of memory for them.
    pub(super) fn new(workspace: &Workspace, memory_bytes: usize) -> Segments {
        Segments { workspace: workspace.clone(), free_bytes: memory_bytes, stored: Vec::new(), file: None, end: 0 }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.stored.len()
    }

    /// Takes a segment.
    pub(super) fn push(&mut self, segment: Segment) -> Result<()> {
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
        self.stored.push(Stored { place, ends: segment.ends, tokenised });
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

    /// The segment of an article, where the article begins in it, and where it ends.
    pub(super) fn bounds(&self, (segment, place): (u32, u32)) -> (&Stored, End, End) {
        let segment = &self.stored[segment as usize];
        let begin = place.checked_sub(1).map_or(End::default(), |before| segment.ends[before as usize]);
        (segment, begin, segment.ends[place as usize])
    }

    /// Writes all segments.
    pub(super) fn save(&self, to: &mut KeptWriter) -> Result<()> {
        to.row(&(self.stored.len() as u64))?;
        for segment in &self.stored {
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

    /// Reads so many words from a place on, with room behind them for what else belongs to each of them: its marks or nothing.
    /// None if they could not be read.
    pub(super) fn read_ids(&self, at: usize, count: usize, bytes_each: usize) -> Vec<u32> {
        let bytes = count * bytes_each;
        let mut ids = vec![0; bytes.div_ceil(ID_BYTES)];
        let read = read(&self.file, at, &mut bytemuck::cast_slice_mut(&mut ids)[..bytes]);
        self.workspace.note(read.map(|()| ids))
    }

    /// Reads so many bytes from a place on.
    pub(super) fn read_bytes(&self, at: usize, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.workspace.note(read(&self.file, at, &mut bytes).map(|()| bytes))
    }
}

impl Segment {
    /// The next segment that was written.
    pub(super) fn load(from: &mut KeptReader) -> Result<Segment> {
        let (ends, ids, marks, spans) = (from.items()?, from.items()?, from.items()?, from.items()?);
        let text = String::from_utf8(from.items()?).map_err(|_| from.not_as_written())?;
        Ok(Segment { ids, marks, spans, text, ends })
    }
}

fn push_varint(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

pub(super) fn pop_varint(bytes: &mut &[u8]) -> u32 {
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
