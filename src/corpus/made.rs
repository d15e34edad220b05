//! One article with everything that reading made of it: how it goes to another process.
//!
//! A [`Made`] is bytes: a head, then words, marks, spans and text as they stand in a [`Segment`]. A [`Corpus`] is made of
//! several, whoever read them.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{AT_HAND, CHUNKS_A_THREAD, Corpus, Making, Part, outlet, published};
use crate::article::{Article, Reject};
use crate::credit::{Agencies, Credit};
use crate::disk::Workspace;
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::read::{self, Input};
use crate::settings::Settings;
use crate::spool::Segment;

/// What is known of an article but its words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// What was read. Its text stands behind the head.
    pub article: Article,
    /// The agency that it credits.
    pub credit: Option<Box<Credit>>,
    /// Whether it is nothing but a notice.
    pub notice: bool,
    /// The hash of its text after normalisation.
    pub content: u128,
    /// The keys of its bands.
    pub band_keys: Vec<u32>,
    /// How many words it has.
    tokens: u32,
    /// How many bytes its spans have.
    spans: u32,
}

/// An article as bytes.
#[derive(Clone, Copy)]
pub struct Made<'b> {
    head: &'b [u8],
    body: &'b [u8],
}

/// What was read of an input.
#[derive(Default)]
pub struct Read {
    /// The articles, each as the bytes of a [`Made`]. Their ids are as they were stated.
    pub made: Vec<Vec<u8>>,
    /// Records that are no articles.
    pub rejects: Vec<Reject>,
}

impl Head {
    /// When it was published, in seconds since 1970; the greatest number where that is not known or doubtful.
    pub fn published(&self) -> i64 {
        published(&self.article)
    }

    /// How many words the article has.
    pub fn tokens(&self) -> u32 {
        self.tokens
    }

    fn bytes(&self) -> Vec<u8> {
        let head = postcard::to_stdvec(self).expect("heads are numbers, texts and lists of known length");
        let length = u32::try_from(head.len()).expect("a head is below 4 GiB");
        [&length.to_le_bytes(), &head[..]].concat()
    }
}

impl<'b> Made<'b> {
    /// The article that these bytes are; none if they are not one.
    pub fn of(bytes: &'b [u8]) -> Option<Made<'b>> {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let (head, body) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        Some(Made { head, body })
    }

    /// What is known of it but its words; none if the bytes are not one.
    pub fn head(&self) -> Option<Head> {
        postcard::from_bytes(self.head).ok()
    }

    /// The same article with another head.
    pub fn with(&self, head: &Head) -> Vec<u8> {
        [&head.bytes(), self.body].concat()
    }

    /// Its words; none if the bytes are not one.
    pub fn words(&self, head: &Head) -> Option<Vec<u32>> {
        let words = self.body.get(..head.tokens as usize * size_of::<u32>())?;
        Some(bytemuck::pod_collect_to_vec(words))
    }

    fn add_to(&self, head: &Head, segment: &mut Segment) -> Option<()> {
        let tokens = head.tokens as usize;
        let (words, rest) = self.body.split_at_checked(tokens * size_of::<u32>())?;
        let (marks, rest) = rest.split_at_checked(tokens)?;
        let (spans, text) = rest.split_at_checked(head.spans as usize)?;
        let text = std::str::from_utf8(text).ok()?;
        segment.push_made(bytemuck::pod_collect_to_vec::<u8, u32>(words), bytemuck::cast_slice(marks), spans, text);
        Some(())
    }
}

/// What is made of every text that goes elsewhere: its words are asked for there, whatever is looked for.
fn making(settings: &Settings) -> Making {
    Making { tokenised: true, ..Making::of(settings) }
}

impl Part {
    /// Its articles as bytes. Notices are known as far as `notices` says.
    fn made(self, bands: usize, notices: bool) -> Vec<Vec<u8>> {
        let Part { articles, credits, segment, exact, band_keys, notices: places, .. } = self;
        let one = |((article, credit), place): ((Article, Option<Box<Credit>>), usize)| {
            let (words, marks, spans, text) = segment.made(place);
            let head = Head {
                article,
                credit,
                notice: notices && places.binary_search(&place).is_ok(),
                content: exact[place],
                band_keys: band_keys[place * bands..][..bands].to_vec(),
                tokens: words.len() as u32,
                spans: spans.len() as u32,
            };
            let (words, marks) = (bytemuck::cast_slice(words), bytemuck::cast_slice(marks));
            [&head.bytes(), words, marks, spans, text.as_bytes()].concat()
        };
        articles.into_iter().zip(credits).zip(0..).map(one).collect()
    }
}

impl Read {
    /// Reads an input as [`Corpus::read_within`] does, into articles that go elsewhere. An input without an article is one.
    ///
    /// Fails if the input cannot be used, or a file of agencies, or if the caller asks to stop.
    pub fn of(inputs: Vec<Input>, settings: &Settings, workspace: &Workspace, progress: &dyn Progress) -> Result<Read> {
        let (making, agencies) = (making(settings), Agencies::read(&settings.origin)?);
        let notices = Making::of(settings).tokenised;
        let found = read::sources(inputs, &settings.read)?;
        let mapping = read::Mapping::new(&settings.read)?;
        let mut chunks = read::chunks(found.sources, &settings.read, &mapping).within(workspace, progress);
        let mut all = Read { made: Vec::new(), rejects: found.rejects };
        loop {
            let batch: Vec<_> = chunks.by_ref().take(CHUNKS_A_THREAD * rayon::current_num_threads()).collect();
            if progress.cancelled() {
                return Err(Error::Cancelled);
            }
            if batch.is_empty() {
                break;
            }
            let parse = |chunk: read::Chunk| {
                let mut part = Part::of(chunk.parse(&mapping), making, &agencies);
                let rejects = std::mem::take(&mut part.rejects);
                (part.made(making.bands(), notices), rejects)
            };
            for (made, rejects) in batch.into_par_iter().with_max_len(1).map(parse).collect::<Vec<_>>() {
                all.made.extend(made);
                all.rejects.extend(rejects);
            }
        }
        workspace.check()?;
        Ok(all)
    }
}

impl Corpus {
    /// The corpus of articles that were read elsewhere. Their ids are taken as they are.
    ///
    /// Fails if the disk is full, or if one was not made by this version.
    pub fn of_made<'b>(
        workspace: &Workspace,
        articles: impl Iterator<Item = (Head, Made<'b>)>,
        settings: &Settings,
    ) -> Result<Corpus> {
        let mut corpus = Corpus::empty(making(settings), workspace);
        let mut segment = Segment::default();
        for (head, made) in articles {
            if made.add_to(&head, &mut segment).is_none() || head.band_keys.len() != corpus.keys.bands {
                return Err(Error::Rows {
                    rows: "articles",
                    cause: "they were made by another version, or with other settings".into(),
                });
            }
            let place = corpus.published.len() as u32;
            corpus.published.push(head.published());
            corpus.notices.extend(head.notice.then_some(place));
            corpus.sources.push(outlet(&head.article));
            corpus.keys.exact.push(head.content);
            corpus.keys.band_keys.extend(&head.band_keys);
            corpus.articles.push(head.article)?;
            corpus.credits.push(head.credit)?;
            if segment.len() == AT_HAND {
                corpus.spool.append(std::mem::take(&mut segment))?;
            }
        }
        corpus.spool.append(segment)?;
        corpus.complete()
    }
}
