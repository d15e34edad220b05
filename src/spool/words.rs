//! Tokens that were made later, of texts that were stored alone: a table beside the segments.

use rayon::prelude::*;

use super::segment::{End, Segment, Segments, Stored};
use crate::article::ArticleId;
use crate::disk::{Memory, Workspace};
use crate::error::Result;
use crate::text::Tokenizer;

/// Articles whose tokens are made as one segment.
const TOGETHER: usize = 256;

/// No segment: nothing was made of this article.
const NOWHERE: (u32, u32) = (u32::MAX, u32::MAX);

/// The tokens of some articles.
pub(super) struct Words {
    segments: Segments,
    /// Segment and place in it, by article, or [`NOWHERE`].
    places: Vec<(u32, u32)>,
}

impl Words {
    /// Those of none of so many articles.
    pub(super) fn new(workspace: &Workspace, articles: usize) -> Words {
        let segments = Segments::new(workspace, workspace.share(Memory::Words));
        Words { segments, places: vec![NOWHERE; articles] }
    }

    /// Where the tokens of an article are, and of what it was made, if they are here.
    pub(super) fn of(&self, article: ArticleId) -> Option<(&Segments, (&Stored, End, End))> {
        let place = Some(self.places[article.index()]).filter(|&place| place != NOWHERE)?;
        Some((&self.segments, self.segments.bounds(place)))
    }

    /// Makes the tokens of more articles; `text` gives their texts.
    pub(super) fn add<'t>(
        &mut self,
        articles: &[ArticleId],
        text: impl Fn(ArticleId) -> std::borrow::Cow<'t, str> + Sync,
    ) -> Result<()> {
        let lacking: Vec<ArticleId> =
            articles.iter().copied().filter(|article| self.places[article.index()] == NOWHERE).collect();
        for articles in lacking.chunks(TOGETHER * 16) {
            let segments: Vec<Segment> = articles
                .par_chunks(TOGETHER)
                .map_init(Tokenizer::new, |tokenizer, articles| {
                    let mut segment = Segment::default();
                    articles.iter().for_each(|&article| segment.push("", tokenizer.tokens(&text(article))));
                    segment
                })
                .collect();
            for (articles, segment) in articles.chunks(TOGETHER).zip(segments) {
                let number = self.segments.len() as u32;
                for (&article, place) in articles.iter().zip(0..) {
                    self.places[article.index()] = (number, place);
                }
                self.segments.push(segment)?;
            }
        }
        Ok(())
    }
}
