//! From classes to candidates and what was learned: `postings`, `phrases`, `named`, `takes`, `learn`, `candidates`, `epoch`.

use bytemuck::{Pod, Zeroable};

use super::near::WantRow;
use super::piece::{Inbox, Kind, Outbox};
use super::tables::Totals;
use super::texts::{Texts, labelled, received};
use super::{Task, misplaced};
use crate::article::ArticleId;
use crate::bucket::candidates::{Hit, bare_of_partition, of_partition};
use crate::bucket::carriers::{Carrier, TextRow, by_fingerprint, shared};
use crate::bucket::passages::add_postings;
use crate::compare::circumstances;
use crate::disk::Row;
use crate::epoch::Epoch;
use crate::error::{Error, Result};
use crate::findings::Counts;
use crate::learn::lexicon::Lexicon;
use crate::learn::phrases::{PhraseModel, SAMPLE};
use crate::learn::stock::{Lessons, Related, Stock, takes_of_one_text};
use crate::learn::{Found, Learned, bare_hits};
use crate::relate::Judge;
use crate::spool::MarkRow;
use crate::verify::Circumstances;

/// That two texts are takes of one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
struct TakeRow {
    a: ArticleId,
    b: ArticleId,
}

/// A bare hit, and the length of the longer text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
struct BareRow {
    hit: Hit,
    longer_tokens: u32,
}

/// A hit, and what is known of its pair beside passages.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
struct HitRow {
    hit: Hit,
    tokens_a: u32,
    tokens_b: u32,
    /// How many days lie between them; [`UNKNOWN`] where that is not known.
    days_apart: u32,
    same_outlet: u32,
}

/// No corpus spans as many days.
const UNKNOWN: u32 = u32::MAX;

/// The fingerprints of different texts, and the articles that language is learned from.
pub(super) fn postings(inbox: &mut Inbox, task: &Task<'_>, out: &mut Outbox) -> Result<()> {
    // Leaders are numbered by content: those of the least come first, in the first partitions.
    let mut before = 0;
    let sampled = task.job.leaders.iter().take_while(|&&leaders| {
        before += leaders as usize;
        before - (leaders as usize) < SAMPLE
    });
    let sampled = sampled.count() as u32;
    let frames = inbox.frames(Kind::TEXT);
    for (label, bytes) in labelled(&frames)? {
        if label.class == label.number && task.of_article(label.class) < sampled {
            out.frame(Kind::SAMPLE, 0, &[bytemuck::bytes_of(&label), bytes]);
        }
    }
    let texts = Texts::of(&frames, Vec::new(), task)?;
    let classes = texts.classes(Vec::new());
    let rows = texts.corpus.text_rows(&classes);
    let mut list = Vec::new();
    for &local in &classes.texts {
        list.clear();
        add_postings(texts.number(local), &texts.corpus.spool.document(local), &mut list);
        let row = rows[local.index()];
        let text = TextRow { class: texts.number(row.class), ..row };
        for &posting in &list {
            let carrier = Carrier { posting, text };
            out.row(Kind::CARRIER, task.of_hash(carrier.key()), &carrier);
        }
    }
    Ok(())
}

/// What language is like, by the sample.
pub(super) fn phrases(inbox: &mut Inbox, task: &Task<'_>, out: &mut Outbox) -> Result<()> {
    let texts = received(inbox, Kind::SAMPLE, task)?;
    let all = texts.labels().len().min(SAMPLE) as u32;
    let sample: Vec<ArticleId> = (0..all).map(ArticleId).collect();
    // The one task with the sample; the others have nothing.
    if sample.is_empty() {
        return Ok(());
    }
    let phrases = PhraseModel::of(&sample, &texts.corpus.spool)?;
    let lexicon = Lexicon::of(&phrases, &texts.corpus.spool, &sample);
    out.whole(Kind::PHRASES, 0, sealed(Learned { phrases, lexicon, stock: Stock::default() }, task)?);
    Ok(())
}

/// What was learned, as bytes.
fn sealed(learned: Learned, task: &Task<'_>) -> Result<Vec<u8>> {
    let folder = task.workspace.folder();
    let failed = |cause| Error::io("write to", folder, cause);
    let file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    Epoch { learned, judge: Judge::of(task.settings())? }.seal(file.path(), task.settings())?;
    std::fs::read(file.path()).map_err(failed)
}

/// What was learned, from its bytes.
pub(super) fn opened(bytes: &[u8], task: &Task<'_>) -> Result<Epoch> {
    let folder = task.workspace.folder();
    let failed = |cause| Error::io("write to", folder, cause);
    let file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    std::fs::write(file.path(), bytes).map_err(failed)?;
    Epoch::open(file.path(), task.settings())
}

/// Who shares fingerprints, and the pairs that they name.
pub(super) fn named(inbox: &mut Inbox, task: &Task<'_>, out: &mut Outbox) -> Result<()> {
    let carriers = shared(inbox.rows(Kind::CARRIER)?);
    carriers.iter().for_each(|carrier| out.row(Kind::CARRIER, task.of_hash(carrier.key()), carrier));
    let mut hits = Vec::new();
    by_fingerprint(carriers, |carriers| {
        hits.clear();
        bare_hits(carriers, &mut hits);
        for &hit in &hits {
            let (a, b) = texts_of(carriers, hit);
            let row = BareRow { hit, longer_tokens: a.tokens.max(b.tokens) };
            out.row(Kind::BARE, task.of_hash(hit.key()), &row);
        }
    });
    Ok(())
}

/// What is known of the two texts of a hit, which are among the carriers of its fingerprint.
fn texts_of(carriers: &[Carrier], hit: Hit) -> (TextRow, TextRow) {
    let text =
        |article: ArticleId| carriers[carriers.partition_point(|carrier| carrier.posting.article() < article)].text;
    let (a, b) = hit.pair();
    (text(a), text(b))
}

/// Which texts are takes of one: everybody is told.
pub(super) fn takes(inbox: &mut Inbox, task: &Task<'_>, out: &mut Outbox) -> Result<()> {
    let mut rows: Vec<BareRow> = inbox.rows(Kind::BARE)?;
    rows.sort_unstable();
    for rows in rows.chunk_by(|x, y| x.hit.pair() == y.hit.pair()) {
        for pair in bare_of_partition(rows.iter().map(|row| row.hit).collect()) {
            if takes_of_one_text(&pair, rows[0].longer_tokens as usize) {
                let row = TakeRow { a: pair.a, b: pair.b };
                task.everybody().for_each(|partition| out.row(Kind::TAKE, partition, &row));
            }
        }
    }
    Ok(())
}

/// The takes that everybody was told of. A task with several partitions was told as often.
fn related(inbox: &mut Inbox) -> Result<Related> {
    let mut takes: Vec<TakeRow> = inbox.rows(Kind::TAKE)?;
    takes.sort_unstable();
    takes.dedup();
    Ok(Related::sparse(&takes.iter().map(|row| (row.a, row.b)).collect::<Vec<_>>()))
}

/// What fingerprints teach, and the pairs that they name beside it.
pub(super) fn learn(inbox: &mut Inbox, task: &Task<'_>, out: &mut Outbox) -> Result<()> {
    let related = related(inbox)?;
    let mut lessons = Lessons::default();
    by_fingerprint(inbox.rows(Kind::CARRIER)?, |carriers| {
        let mut found = Found { lessons: std::mem::take(&mut lessons), ..Found::default() };
        found.look(carriers, &related);
        lessons = found.lessons;
        for mark in found.marks {
            let place = carriers.partition_point(|carrier| carrier.posting.article() < mark.text);
            out.row::<MarkRow>(Kind::MARK, task.of_article(carriers[place].text.class), &mark);
        }
        for hit in found.hits {
            let (a, b) = texts_of(carriers, hit);
            let Circumstances { same_outlet, days_apart, .. } = circumstances(&a, &b);
            let row = HitRow {
                hit,
                tokens_a: a.tokens,
                tokens_b: b.tokens,
                days_apart: days_apart.unwrap_or(UNKNOWN),
                same_outlet: same_outlet.into(),
            };
            out.row(Kind::HIT, task.of_hash(hit.key()), &row);
        }
    });
    out.value(Kind::LESSON, 0, &lessons);
    Ok(())
}

/// The pairs that may be links.
pub(super) fn candidates(inbox: &mut Inbox, task: &Task<'_>, out: &mut Outbox) -> Result<()> {
    let (related, judge) = (related(inbox)?, Judge::of(task.settings())?);
    let mut rows: Vec<HitRow> = inbox.rows(Kind::HIT)?;
    rows.sort_unstable();
    let mut named = 0;
    for rows in rows.chunk_by(|x, y| x.hit.pair() == y.hit.pair()) {
        for mut pair in of_partition(rows.iter().map(|row| row.hit).collect()) {
            named += 1;
            pair.standing.apart = related.apart(pair.a, pair.b);
            let known = rows[0];
            let circumstances = Circumstances {
                standing: pair.standing,
                same_outlet: known.same_outlet != 0,
                days_apart: Some(known.days_apart).filter(|&days| days != UNKNOWN),
            };
            let (a, b) = (known.tokens_a as usize, known.tokens_b as usize);
            if judge.may_link(circumstances, pair.shared, (a.min(b), a.max(b))) {
                let partition = task.of_article(pair.a);
                out.value(Kind::CANDIDATE, partition, &pair);
                out.row(Kind::WANT, task.of_article(pair.b), &WantRow { article: pair.b, partition });
            }
        }
    }
    out.value(Kind::COUNTS, 0, &Totals::of(Counts { passage_candidates: named, ..Counts::default() }));
    Ok(())
}

/// All that was learned: everybody is told.
pub(super) fn epoch(inbox: &mut Inbox, task: &Task<'_>, out: &mut Outbox) -> Result<()> {
    let Some(phrases) = inbox.pieces(Kind::PHRASES).pop() else { return Ok(()) };
    let mut learned = opened(&phrases, task)?.learned;
    inbox.values::<Lessons>(Kind::LESSON)?.into_iter().for_each(|lessons| learned.stock.add(lessons));
    let bytes = sealed(learned, task)?;
    task.everybody().for_each(|partition| out.whole(Kind::EPOCH, partition, bytes.clone()));
    Ok(())
}

/// What everybody was told of what was learned; where only whole texts are compared, nothing was.
pub(super) fn told(inbox: &mut Inbox, task: &Task<'_>) -> Result<Epoch> {
    if !task.settings().wants_passages() {
        return Ok(Epoch { learned: Learned::default(), judge: Judge::of(task.settings())? });
    }
    // A task with several partitions was told as often.
    let told = inbox.pieces(Kind::EPOCH).pop().ok_or_else(|| misplaced("what was learned"))?;
    opened(&told, task)
}
