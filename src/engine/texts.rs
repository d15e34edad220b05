//! The articles of a task: frames in, a corpus out, with the numbers that the whole scan has for them.

use bytemuck::{Pod, Zeroable};

use super::piece::{Frames, Inbox, Kind};
use super::{Task, misplaced};
use crate::article::ArticleId;
use crate::bucket::classes::Classes;
use crate::bucket::passages::GRAM_TOKENS;
use crate::corpus::Corpus;
use crate::corpus::made::{Head, Made};
use crate::disk::{Exchange, Memory, Partitioned};
use crate::error::Result;
use crate::spool::{MarkRow, MarkTable};

/// What stands before an article that goes from task to task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Label {
    content_high: u64,
    content_low: u64,
    /// Its number; before all are numbered, its place in its partition.
    pub(super) number: ArticleId,
    /// The first article of the same words.
    pub(super) exact: ArticleId,
    /// The leader of its near-duplicate class.
    pub(super) class: ArticleId,
    unused: u32,
}

impl Label {
    /// The label of an article of which nothing is known yet.
    pub(super) fn of(content: u128) -> Label {
        let (content_high, content_low) = ((content >> 64) as u64, content as u64);
        Label { content_high, content_low, ..Label::zeroed() }
    }

    /// The same with a number.
    pub(super) fn numbered(self, number: ArticleId) -> Label {
        Label { number, ..self }
    }

    /// The hash of the article's text.
    pub(super) fn content(&self) -> u128 {
        u128::from(self.content_high) << 64 | u128::from(self.content_low)
    }

    /// What chooses the article's partition: content is a hash.
    pub(super) fn hash(&self) -> u64 {
        self.content_high
    }

    /// The label and the article of a frame.
    pub(super) fn cut(frame: &[u8]) -> Result<(Label, &[u8])> {
        let (label, rest) = frame.split_at_checked(size_of::<Label>()).ok_or_else(|| misplaced("articles"))?;
        Ok((bytemuck::pod_read_unaligned(label), rest))
    }
}

/// An article with its label.
pub(super) type Labelled<'f> = (Label, &'f [u8]);

/// Labelled articles by number, each once: several tasks may have sent a copy.
pub(super) fn labelled(frames: &Frames) -> Result<Vec<Labelled<'_>>> {
    let mut texts: Vec<Labelled<'_>> = frames.iter().map(|frame| Label::cut(frame?)).collect::<Result<_>>()?;
    texts.sort_unstable_by_key(|text| text.0.number);
    texts.dedup_by_key(|text| text.0.number);
    Ok(texts)
}

/// The head and the article of a frame.
pub(super) fn head(bytes: &[u8]) -> Result<(Head, Made<'_>)> {
    let made = Made::of(bytes).ok_or_else(|| misplaced("articles"))?;
    Ok((made.head().ok_or_else(|| misplaced("articles"))?, made))
}

/// The articles that a task has, as a corpus. In it they have numbers of their own, in the same order.
pub(super) struct Texts {
    pub(super) corpus: Corpus,
    labels: Vec<Label>,
}

impl Texts {
    /// Those of these frames, with the marks that were learned for them.
    pub(super) fn of(frames: &Frames, marks: Vec<MarkRow>, task: &Task<'_>) -> Result<Texts> {
        let texts = labelled(frames)?;
        let labels: Vec<Label> = texts.iter().map(|text| text.0).collect();
        let heads = texts.iter().map(|text| head(text.1)).collect::<Result<Vec<_>>>()?;
        let corpus = Corpus::of_made(task.workspace, heads.into_iter(), task.settings())?;
        let mut texts = Texts { corpus, labels };
        let workspace = task.workspace;
        let rows: Vec<MarkRow> = marks.into_iter().filter_map(|row| Some(row.moved(texts.local(row.text)?))).collect();
        if !rows.is_empty() {
            let mut exchange = Exchange::new(workspace, workspace.share(Memory::Marks), rows.len());
            let count = exchange.count();
            exchange.extend(|| vec![Partitioned::of(&rows, count)])?;
            let exact = texts.exact();
            texts.corpus.spool.join(MarkTable::of(&mut exchange, GRAM_TOKENS, &exact, workspace)?);
        }
        Ok(texts)
    }

    /// What an article is called in this task; nothing if the task does not have it.
    pub(super) fn local(&self, article: ArticleId) -> Option<ArticleId> {
        self.labels.binary_search_by_key(&article, |label| label.number).ok().map(|place| ArticleId(place as u32))
    }

    /// The number that the scan has for an article of this task.
    pub(super) fn number(&self, local: ArticleId) -> ArticleId {
        self.labels[local.index()].number
    }

    /// The labels, by number.
    pub(super) fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// What was asked for is here, or the article itself, where only the leader of a large class was sent.
    fn leaders(&self, of: impl Fn(&Label) -> ArticleId) -> Vec<ArticleId> {
        let own = (0..).map(ArticleId);
        self.labels.iter().zip(own).map(|(label, own)| self.local(of(label)).unwrap_or(own)).collect()
    }

    fn exact(&self) -> Vec<ArticleId> {
        self.leaders(|label| label.exact)
    }

    /// The classes of these articles; `verified` are near-duplicates of different classes.
    pub(super) fn classes(&self, verified: Vec<(ArticleId, ArticleId, f64)>) -> Classes {
        let (exact, near) = (self.exact(), self.leaders(|label| label.class));
        let leading = |leaders: &[ArticleId]| -> Vec<ArticleId> {
            let own = (0..).map(ArticleId).zip(leaders);
            own.filter(|(own, leader)| own == *leader).map(|(own, _)| own).collect()
        };
        let (texts, leaders) = (leading(&exact), leading(&near));
        Classes { exact, near, texts, leaders, candidates: 0, verified, oversized: 0 }
    }
}

/// The articles of a task that came as one kind, with the marks that came for them.
pub(super) fn received(inbox: &mut Inbox, kind: Kind, task: &Task<'_>) -> Result<Texts> {
    let frames = inbox.frames(kind);
    Texts::of(&frames, inbox.rows(Kind::MARK)?, task)
}
