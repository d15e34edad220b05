//! Marks that were learned: a table beside the segments, joined with them on reading.

use std::borrow::Cow;

use bytemuck::{Pod, Zeroable};

use crate::article::ArticleId;
use crate::disk::{Exchange, KeptReader, KeptWriter, List, Memory, Row, Workspace, spread};
use crate::error::Result;
use crate::text::Marks;

/// That some tokens of a text have a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
pub struct MarkRow {
    /// The text: the leader of its exact class.
    pub text: ArticleId,
    /// The first of the tokens.
    pub token: u32,
    /// The mark, as a number.
    mark: u32,
}

impl MarkRow {
    /// That tokens from `token` on have this mark.
    pub fn of(text: ArticleId, token: u32, mark: Marks) -> MarkRow {
        MarkRow { text, token, mark: u32::from(mark.0) }
    }

    /// The same mark of the text that is called so elsewhere.
    pub fn moved(self, text: ArticleId) -> MarkRow {
        MarkRow { text, ..self }
    }
}

impl Row for MarkRow {
    fn key(&self) -> u64 {
        spread(u64::from(self.text.0))
    }
}

/// The learned marks of all texts.
pub struct MarkTable {
    /// How many tokens each mark stands on.
    width_tokens: usize,
    /// The text of each article: the leader of its exact class.
    texts: Vec<ArticleId>,
    /// Where the marks of each text are in `places`: from, and how many.
    ranges: Vec<(u64, u32)>,
    /// Token and mark.
    places: List<[u32; 2]>,
}

impl MarkTable {
    /// The table of these rows; each mark stands on so many tokens, and `texts` are the leaders of exact classes.
    pub fn of(
        rows: &mut Exchange<MarkRow>,
        width_tokens: usize,
        texts: &[ArticleId],
        workspace: &Workspace,
    ) -> Result<MarkTable> {
        let places = List::new(workspace, workspace.share(Memory::MarkTable));
        let ranges = vec![(0, 0); texts.len()];
        let mut table = MarkTable { width_tokens, texts: texts.to_vec(), ranges, places };
        let sorted = |mut rows: Vec<MarkRow>| {
            rows.sort_unstable();
            rows.dedup();
            rows
        };
        rows.each(sorted, |rows| {
            let mut places: Vec<[u32; 2]> = Vec::with_capacity(rows.len());
            for rows in rows.chunk_by(|x, y| x.text == y.text) {
                let from = (table.places.len() + places.len()) as u64;
                table.ranges[rows[0].text.index()] = (from, rows.len() as u32);
                places.extend(rows.iter().map(|row| [row.token, row.mark]));
            }
            table.places.extend(&places)
        })?;
        table.places.finish();
        Ok(table)
    }

    /// Sets the marks of an article that were learned, on those that its segment has.
    pub(super) fn join(&self, article: ArticleId, marks: &mut Cow<'_, [Marks]>) -> Result<()> {
        let (from, count) = self.ranges[self.texts[article.index()].index()];
        if count == 0 {
            return Ok(());
        }
        let places = self.places.slice(from as usize..from as usize + count as usize)?;
        let marks = marks.to_mut();
        for &[token, mark] in &*places {
            let end = marks.len().min(token as usize + self.width_tokens);
            // A text that could not be read has no tokens.
            let marked = marks.get_mut(token as usize..end).unwrap_or_default();
            marked.iter_mut().for_each(|marks| marks.set(Marks(mark as u8)));
        }
        Ok(())
    }

    /// Writes everything.
    pub fn save(&self, to: &mut KeptWriter) -> Result<()> {
        to.row(&(self.width_tokens as u64))?;
        to.items(&self.texts)?;
        to.rows(self.ranges.iter())?;
        to.row(&(self.places.len() as u64))?;
        self.places.chunks(SAVED).try_for_each(|places| to.items(&places?))
    }

    /// The table that was written.
    pub fn load(workspace: &Workspace, from: &mut KeptReader) -> Result<MarkTable> {
        let width_tokens = from.row::<u64>()? as usize;
        let (texts, ranges) = (from.items()?, from.rows()?);
        let mut places = List::new(workspace, workspace.share(Memory::MarkTable));
        let count = from.row::<u64>()?;
        while (places.len() as u64) < count {
            let more: Vec<[u32; 2]> = from.items()?;
            if more.is_empty() {
                return Err(from.not_as_written());
            }
            places.extend(&more)?;
        }
        Ok(MarkTable { width_tokens, texts, ranges, places })
    }
}

/// Places that are written at a time.
const SAVED: usize = 1 << 16;
