//! From components to rows: `read`, `tables`, `titles`, `finish`, and the manifest.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::SchemaRef;
use serde::{Deserialize, Serialize};

use super::links::{apart, candidates};
use super::near::EdgeRow;
use super::passages::told;
use super::piece::{Inbox, Kind, Outbox, Piece};
use super::texts::{Label, head, received};
use super::{Job, Task, misplaced};
use crate::article::ArticleId;
use crate::corpus::made::Read;
use crate::decoys::Decoys;
use crate::error::{Error, Result};
use crate::findings::{Counted, Counts, Findings, Kept, Recurring, StoryTitles, TitleRow, assemble, story_titles};
use crate::pipeline;
use crate::progress::Progress;
use crate::read::Input;
use crate::relation::Relation;
use crate::report::manifest::{Manifest, Origin};
use crate::report::rows::{self, PassageRow, StoryRow};
use crate::report::{self, texts as report_texts};

/// Reads rows of a table, the first stage.
///
/// Fails if the table cannot be used, or if the caller asks to stop.
pub fn read(task: &Task<'_>, table: Input, progress: &dyn Progress) -> Result<Vec<Piece>> {
    let read = Read::of(vec![table], task.settings(), task.workspace, progress)?;
    let mut out = Outbox::default();
    for made in &read.made {
        let label = Label::of(head(made)?.0.content);
        out.frame(Kind::MADE, task.of_hash(label.hash()), &[bytemuck::bytes_of(&label), made]);
    }
    let rejects = read.rejects.len() as u64;
    let findings = Findings { rejects: read.rejects, ..Findings::default() };
    put(&mut out, Kind::REJECTS, 0, report::Table::Rejects.batches(&findings))?;
    if rejects > 0 {
        let by_reason = report::manifest::rejects_by_reason(&findings);
        out.value(Kind::COUNTS, 0, &Totals { by_reason, ..Totals::of(Counts { rejects, ..Counts::default() }) });
    }
    Ok(out.finish())
}

/// What was counted in a part of a scan.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Totals {
    counts: Counts,
    /// See [`Counts::expected_wrong_links`], before it is rounded.
    wrong: BTreeMap<Relation, f64>,
    /// Rejects by their reason.
    by_reason: BTreeMap<String, u64>,
}

impl Totals {
    pub(super) fn of(counts: Counts) -> Totals {
        Totals { counts, ..Totals::default() }
    }

    fn add(&mut self, other: Totals) {
        self.counts.add(other.counts);
        other.wrong.into_iter().for_each(|(relation, sum)| *self.wrong.entry(relation).or_default() += sum);
        other.by_reason.into_iter().for_each(|(reason, count)| *self.by_reason.entry(reason).or_default() += count);
    }
}

/// A story that has no headline yet, with its articles as they stand in the table of members.
#[derive(Serialize, Deserialize)]
struct Untitled {
    row: StoryRow,
    titles: StoryTitles,
}

/// A passage of one component.
#[derive(Serialize, Deserialize)]
struct Found {
    row: PassageRow,
    /// When its earliest carrier was published, and its place in the order by content.
    earliest: (i64, u32),
}

/// The rows of whole components.
pub(super) fn tables(inbox: &mut Inbox, task: &Task<'_>, out: &mut Outbox) -> Result<()> {
    let settings = task.settings();
    let mut texts = received(inbox, Kind::TEXT, task)?;
    if texts.labels().is_empty() {
        return Ok(());
    }
    let epoch = told(inbox, task)?;
    let candidates = candidates(inbox, &texts)?;
    let outside = apart(inbox.rows(Kind::OUTCOME)?, &texts);
    let edge = |edge: EdgeRow| {
        let local = |article| texts.local(article).ok_or_else(|| misplaced("edges"));
        Ok((local(edge.a)?, local(edge.b)?, edge.jaccard))
    };
    let mut verified = inbox.rows(Kind::EDGE)?.into_iter().map(edge).collect::<Result<Vec<_>>>()?;
    verified.sort_unstable_by_key(|edge| (edge.0, edge.1));
    verified.dedup_by_key(|edge| (edge.0, edge.1));
    let classes = texts.classes(verified);
    let rows = texts.corpus.text_rows(&classes);
    let found = pipeline::Found { classes, texts: rows, candidates, named: 0 };
    let analysis = pipeline::related(&mut texts.corpus, found, epoch, settings)?;
    let titles = story_titles(&texts.corpus, &analysis, settings);
    let published = texts.corpus.published.clone();
    let numbers: Vec<ArticleId> = texts.labels().iter().map(|label| label.number).collect();
    let findings = assemble(texts.corpus, analysis, settings, Kept::Texts)?;

    let story_of = |story: usize| {
        // The first article of a story stands for it.
        findings.stories[story].members.first().map_or(u64::MAX, |article| u64::from(numbers[article.index()].0))
    };
    for (member, &number) in findings.members.iter().zip(&numbers) {
        if let Some(title) = &member.title {
            let row = TitleRow::of(title, number, member.story.map(story_of));
            out.row(Kind::TITLE, task.of_hash(row.key), &row);
        }
    }
    for table in [report::Table::Members, report::Table::Pairs] {
        let kind = if table == report::Table::Members { Kind::MEMBERS } else { Kind::PAIRS };
        put(out, kind, 0, table.batches(&findings))?;
    }
    let mut lines = Vec::new();
    report_texts::write(&findings, &mut lines).map_err(|cause| Error::io("write to", "memory", cause))?;
    // Each with the number of its article, and its length.
    for (line, text) in lines.split_inclusive(|&byte| byte == b'\n').zip(findings.texts.iter()) {
        let (line, number) = (line.trim_ascii_end(), u64::from(numbers[text.article.index()].0));
        let length = u32::try_from(line.len()).map_err(|_| misplaced("texts"))?;
        out.bytes(Kind::TEXTS, 0, &[&number.to_le_bytes(), &length.to_le_bytes(), line]);
    }
    for (row, titles) in rows::stories(&findings).iter().zip(titles) {
        let partition = task.of_hash(hash(&row.story_id));
        put_json(out, Kind::STORY, partition, &Untitled { row, titles })?;
    }
    for counted in Counted::of(&findings) {
        out.value(Kind::OUTLET, task.of_hash(hash(&counted.source)), &counted);
    }
    for (row, passage) in rows::passages(&findings).iter().zip(findings.passages.iter()) {
        let earliest = passage.earliest.index();
        let found = Found { earliest: (published[earliest], numbers[earliest].0), row };
        put_json(out, Kind::PASSAGE, task.of_hash(hash(&found.row.passage_id)), &found)?;
    }
    let mut totals = Totals::of(findings.counts.clone());
    // Candidates and rejects are counted where they are found.
    totals.counts.passage_candidates = 0;
    for row in outside {
        totals.counts.verified_pairs += u64::from(row.compared);
        for (relation, &count) in Relation::ALL.into_iter().zip(&row.rejected).filter(|(_, count)| **count > 0) {
            *totals.counts.rejected_pairs.entry(relation).or_default() += u64::from(count);
        }
    }
    for pair in findings.pairs.iter() {
        *totals.wrong.entry(pair.relation).or_default() += 1.0 - pair.probability.unwrap_or(1.0);
    }
    out.value(Kind::COUNTS, 0, &totals);
    findings.workspace.check()
}

fn hash(id: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(id.as_bytes())
}

fn put_json(out: &mut Outbox, kind: Kind, partition: u32, value: &impl Serialize) -> Result<()> {
    let bytes = serde_json::to_vec(value).map_err(|cause| Error::Rows { rows: kind.0, cause: cause.to_string() })?;
    out.frame(kind, partition, &[&bytes]);
    Ok(())
}

fn json<T: serde::de::DeserializeOwned>(inbox: &mut Inbox, kind: Kind) -> Result<Vec<T>> {
    let frames = inbox.frames(kind);
    frames.iter().map(|frame| serde_json::from_slice(frame?).map_err(|_| misplaced(kind.0))).collect()
}

/// Puts a table in as Arrow IPC streams, each with its schema.
fn put(
    out: &mut Outbox,
    kind: Kind,
    partition: u32,
    table: std::io::Result<(SchemaRef, Vec<RecordBatch>)>,
) -> Result<()> {
    let failed = |cause: String| Error::Rows { rows: kind.0, cause };
    let (schema, batches) = table.map_err(|cause| failed(cause.to_string()))?;
    for batches in batches.chunks(8) {
        let mut writer = StreamWriter::try_new(Vec::new(), &schema).map_err(|cause| failed(cause.to_string()))?;
        batches.iter().try_for_each(|batch| writer.write(batch)).map_err(|cause| failed(cause.to_string()))?;
        out.whole(kind, partition, writer.into_inner().map_err(|cause| failed(cause.to_string()))?);
    }
    Ok(())
}

/// Which titles recur: everybody is told.
pub(super) fn titles(inbox: &mut Inbox, task: &Task<'_>, out: &mut Outbox) -> Result<()> {
    for key in TitleRow::recurring(inbox.rows(Kind::TITLE)?) {
        task.everybody().for_each(|partition| out.row(Kind::RECURRING, partition, &key));
    }
    Ok(())
}

/// The rows that more than one component has a say in: headlines, outlets, passages.
pub(super) fn finish(inbox: &mut Inbox, _: &Task<'_>, out: &mut Outbox) -> Result<()> {
    let recurring = Recurring::of_keys(inbox.rows::<u64>(Kind::RECURRING)?.into_iter());
    let stories = json::<Untitled>(inbox, Kind::STORY)?.into_iter().map(|Untitled { row, titles: (titles, words) }| {
        StoryRow { title: titles.headline(&recurring, || words), ..row }
    });
    put(out, Kind::STORIES, 0, report::rows_as_batches(stories))?;

    let mut outlets: BTreeMap<String, Counted> = BTreeMap::new();
    for counted in inbox.values::<Counted>(Kind::OUTLET)? {
        match outlets.get_mut(&counted.source) {
            Some(outlet) => outlet.add(counted),
            None => _ = outlets.insert(counted.source.clone(), counted),
        }
    }
    let outlets = outlets.into_values().map(Counted::finish).collect();
    let findings = Findings { outlets, ..Findings::default() };
    put(out, Kind::OUTLETS, 0, report::Table::Outlets.batches(&findings))?;

    let mut passages: BTreeMap<String, Found> = BTreeMap::new();
    for found in json::<Found>(inbox, Kind::PASSAGE)? {
        match passages.get_mut(&found.row.passage_id) {
            Some(passage) => passage.add(found),
            None => _ = passages.insert(found.row.passage_id.clone(), found),
        }
    }
    put(out, Kind::PASSAGES, 0, report::rows_as_batches(passages.into_values().map(|found| found.row)))
}

impl Found {
    /// Adds the carriers of another component, which are articles of other stories.
    fn add(&mut self, mut other: Found) {
        if other.earliest < self.earliest {
            std::mem::swap(self, &mut other);
        }
        self.row.carriers.extend(other.row.carriers);
        self.row.story_id = None;
    }
}

/// The manifest of a scan as JSON: `counted` is what its tasks handed on, `timings` its stages with their seconds.
///
/// Fails if that is of another version.
pub fn manifest(job: &Job, counted: Vec<Piece>, inputs: Vec<String>, timings: Vec<(String, f64)>) -> Result<String> {
    let mut totals = Totals::default();
    Inbox::of(counted).values::<Totals>(Kind::COUNTS)?.into_iter().for_each(|more| totals.add(more));
    totals.counts.expected_wrong_links =
        totals.wrong.iter().map(|(&relation, sum)| (relation, (sum * 10.0).round() / 10.0)).collect();
    let failed = |cause: serde_json::Error| Error::Rows { rows: "settings", cause: cause.to_string() };
    let settings = serde_json::to_value(&job.settings).map_err(failed)?;
    let files = report::Table::ALL.map(|table| table.file_name(report::TableFormat::Parquet)).to_vec();
    let findings = Findings { counts: totals.counts, decoys: Decoys::default(), ..Findings::default() };
    let mut manifest = Manifest::of(&findings, Origin { settings, inputs, files, timings });
    manifest.rejects = totals.by_reason;
    serde_json::to_string_pretty(&manifest).map_err(failed)
}
