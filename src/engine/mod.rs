//! The stages for an engine that has the partitions: Spark, or whatever moves rows between processes.
//!
//! A [`Task`] takes the [`Piece`]s of some partitions and gives pieces for the next stage, each with the partition where it
//! belongs. What a task decides is what the local [`pipeline`](crate::pipeline) decides, by the same functions: articles are
//! numbered by content, so that their numbers are their order, and a task sees all rows of a key together. No task relies on
//! the order of its pieces, on their number, or on how many partitions it has.
//!
//! | step | pieces in | key | pieces out |
//! |---|---|---|---|
//! | `read` | rows of a table | | `made`: articles; rejects |
//! | `number` | `made` | content | `made`, numbered; ids; band rows; a count |
//! | `bucket` | ids, band rows | id; band key | pairs, crowds, wanted words; ids that are taken |
//! | `words` | `made`, wanted words | article | words |
//! | `near` | words, pairs, crowds | first article; crowd | edges; what joins |
//! | `near_roots`, `roots` | what joins | (one) | the component of each article |
//! | `spread` | edges, components | first article | edges |
//! | `classes` | edges | component | leaders; edges across classes; what joins |
//! | `home` | `made`, leaders, ids that are taken | article | `text`: articles beside their class; counts |
//! | `postings` | `text` | leader | `carrier`s; a sample |
//! | `phrases` | sample | (one) | the phrase model |
//! | `named` | `carrier` | fingerprint | shared `carrier`s; bare hits |
//! | `takes` | bare hits | pair | takes of one text, for everybody |
//! | `learn` | `carrier`, takes | fingerprint | hits, marks, lessons |
//! | `candidates` | hits, takes | pair | candidates; wanted classes |
//! | `epoch` | the phrase model, lessons | (one) | what was learned, for everybody |
//! | `copies` | `text`, wanted classes, marks | leader | texts and marks, where they are compared |
//! | `verify` | those, candidates, what was learned | first leader | what joins; outcomes |
//! | `gather` | `text`, marks, candidates, outcomes, edges, components | leader | all of it, by component |
//! | `tables` | that, what was learned | component | rows of tables; titles; counts |
//! | `titles` | titles | title | titles that recur, for everybody |
//! | `finish` | rows of tables, titles that recur | story, outlet, passage | rows of tables |
//!
//! A component is what links, near-duplicates and shared classes connect: nothing outside it says anything about a story in
//! it but titles, which recur over the whole corpus. So the rows of a component are made by the code of a local scan.

mod join;
mod links;
mod near;
mod passages;
mod piece;
mod tables;
mod texts;

use serde::{Deserialize, Serialize};

use crate::article::ArticleId;
use crate::disk::Workspace;
use crate::error::{Error, Result};
use crate::settings::{Part, Settings};
use piece::{Inbox, Outbox};

pub use near::CountRow;
pub use piece::{Kind, Piece};
pub use tables::{manifest, read};

/// What every task of a scan is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    /// The version of the library that began the scan.
    pub version: String,
    /// The effective settings.
    pub settings: Settings,
    /// How many partitions there are.
    pub partitions: u32,
    /// How many articles each partition has by their content, once they are numbered.
    #[serde(default)]
    pub articles: Vec<u32>,
    /// How many class leaders each partition has, once that is known.
    #[serde(default)]
    pub leaders: Vec<u32>,
}

/// One step of a scan: a stage, and what it takes.
pub struct Step {
    /// Its name, which no other step has.
    pub name: &'static str,
    /// The kinds of pieces that it takes, by the step that made them.
    pub takes: &'static [(&'static str, &'static [Kind])],
    /// Whether it is done where only whole texts are compared.
    pub of_whole_texts: bool,
    run: fn(&mut Inbox, &Task<'_>, &mut Outbox) -> Result<()>,
}

const fn step(
    name: &'static str,
    run: fn(&mut Inbox, &Task<'_>, &mut Outbox) -> Result<()>,
    takes: &'static [(&'static str, &'static [Kind])],
) -> Step {
    Step { name, takes, of_whole_texts: true, run }
}

const fn passages_step(
    name: &'static str,
    run: fn(&mut Inbox, &Task<'_>, &mut Outbox) -> Result<()>,
    takes: &'static [(&'static str, &'static [Kind])],
) -> Step {
    Step { of_whole_texts: false, ..step(name, run, takes) }
}

/// The steps of a scan behind `read`, in order. A step that takes from one that was not done takes nothing from it.
pub const STEPS: &[Step] = &[
    step("number", near::number, &[("read", &[Kind::MADE])]),
    step("bucket", near::bucket, &[("number", &[Kind::ID, Kind::BAND])]),
    step("words", near::words, &[("number", &[Kind::MADE]), ("bucket", &[Kind::WANT])]),
    step("near", near::near, &[("words", &[Kind::WORDS]), ("bucket", &[Kind::PAIR, Kind::CROWD])]),
    step("near_roots", join::roots, &[("near", &[Kind::JOIN])]),
    step("spread", near::spread, &[("near", &[Kind::EDGE]), ("near_roots", &[Kind::ROOT])]),
    step("classes", near::classes, &[("spread", &[Kind::EDGE])]),
    step("home", near::home, &[("number", &[Kind::MADE]), ("classes", &[Kind::LEADER]), ("bucket", &[Kind::TAKEN])]),
    passages_step("postings", passages::postings, &[("home", &[Kind::TEXT])]),
    passages_step("phrases", passages::phrases, &[("postings", &[Kind::SAMPLE])]),
    passages_step("named", passages::named, &[("postings", &[Kind::CARRIER])]),
    passages_step("takes", passages::takes, &[("named", &[Kind::BARE])]),
    passages_step("learn", passages::learn, &[("named", &[Kind::CARRIER]), ("takes", &[Kind::TAKE])]),
    passages_step("candidates", passages::candidates, &[("learn", &[Kind::HIT]), ("takes", &[Kind::TAKE])]),
    passages_step("epoch", passages::epoch, &[("phrases", &[Kind::PHRASES]), ("learn", &[Kind::LESSON])]),
    passages_step(
        "copies",
        links::copies,
        &[("home", &[Kind::TEXT]), ("candidates", &[Kind::WANT]), ("learn", &[Kind::MARK])],
    ),
    passages_step(
        "verify",
        links::verify,
        &[("copies", &[Kind::TEXT, Kind::MARK]), ("candidates", &[Kind::CANDIDATE]), ("epoch", &[Kind::EPOCH])],
    ),
    step("roots", join::roots, &[("verify", &[Kind::JOIN]), ("classes", &[Kind::JOIN])]),
    step(
        "gather",
        links::gather,
        &[
            ("home", &[Kind::TEXT]),
            ("learn", &[Kind::MARK]),
            ("roots", &[Kind::ROOT]),
            ("candidates", &[Kind::CANDIDATE]),
            ("verify", &[Kind::OUTCOME]),
            ("classes", &[Kind::EDGE]),
        ],
    ),
    step(
        "tables",
        tables::tables,
        &[("gather", &[Kind::TEXT, Kind::MARK, Kind::CANDIDATE, Kind::OUTCOME, Kind::EDGE]), ("epoch", &[Kind::EPOCH])],
    ),
    step("titles", tables::titles, &[("tables", &[Kind::TITLE])]),
    step(
        "finish",
        tables::finish,
        &[("tables", &[Kind::STORY, Kind::OUTLET, Kind::PASSAGE]), ("titles", &[Kind::RECURRING])],
    ),
];

/// A job in one process, with what is the same for all its stages.
pub struct Task<'j> {
    job: &'j Job,
    workspace: &'j Workspace,
    /// The number of the first article of each partition, and at the end how many there are.
    starts: Vec<u32>,
}

impl Job {
    /// Fails if these settings are for a local scan alone.
    pub fn checked(self) -> Result<Job> {
        let Settings { relate, without, .. } = &self.settings;
        if relate.all_pairs {
            return Err(Error::setting("relate.all_pairs", "is for a local scan"));
        }
        if without.iter().any(|part| *part != Part::Linkage) {
            return Err(Error::setting("without", "is for a local scan"));
        }
        if self.partitions == 0 {
            return Err(Error::setting("partitions", "must be at least 1"));
        }
        Ok(self)
    }
}

impl<'j> Task<'j> {
    /// A task of a job.
    ///
    /// Fails if another version of the library began it.
    pub fn of(job: &'j Job, workspace: &'j Workspace) -> Result<Task<'j>> {
        if job.version != env!("CARGO_PKG_VERSION") {
            let cause = format!(
                "wirecopy {} began this scan, and an executor has {}: install one version everywhere",
                job.version,
                env!("CARGO_PKG_VERSION")
            );
            return Err(Error::Rows { rows: "stage", cause });
        }
        let mut starts = vec![0u32; job.articles.len() + 1];
        for (place, articles) in job.articles.iter().enumerate() {
            starts[place + 1] = starts[place].checked_add(*articles).ok_or_else(|| Error::Rows {
                rows: "articles",
                cause: "there are more than 4,294,967,295, which is what one scan can number".into(),
            })?;
        }
        Ok(Task { job, workspace, starts })
    }

    /// Runs a step on the pieces of some partitions.
    ///
    /// Fails if there is no such step, or if pieces are not what it takes.
    pub fn run(&self, step: &str, pieces: Vec<Piece>) -> Result<Vec<Piece>> {
        let known = STEPS.iter().find(|known| known.name == step);
        let known = known.ok_or_else(|| Error::Rows { rows: "step", cause: format!("there is no step {step}") })?;
        // Engines deal several partitions to one task and none to another.
        if pieces.is_empty() {
            return Ok(Vec::new());
        }
        let (mut inbox, mut outbox) = (Inbox::of(pieces), Outbox::default());
        (known.run)(&mut inbox, self, &mut outbox)?;
        self.workspace.check()?;
        Ok(outbox.finish())
    }

    fn settings(&self) -> &Settings {
        &self.job.settings
    }

    /// The partition of a hash.
    fn of_hash(&self, hash: u64) -> u32 {
        ((u128::from(hash) * u128::from(self.job.partitions)) >> u64::BITS) as u32
    }

    /// The partition of an article by its content, which is that of its class if it leads one.
    fn of_article(&self, article: ArticleId) -> u32 {
        (self.starts.partition_point(|&start| start <= article.0) - 1) as u32
    }

    /// The number of the article at a place of a partition.
    fn article(&self, partition: u32, place: u32) -> Result<ArticleId> {
        let start = self.starts.get(partition as usize).filter(|_| partition < self.job.partitions);
        Ok(ArticleId(start.ok_or_else(|| misplaced("articles"))? + place))
    }

    fn everybody(&self) -> std::ops::Range<u32> {
        0..self.job.partitions
    }
}

/// Rows that are not what a stage takes.
fn misplaced(rows: &'static str) -> Error {
    Error::Rows { rows, cause: "they are of another scan, or damaged".into() }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::pipeline::scan_within;
    use crate::progress::Silent;
    use crate::read::Input;
    use crate::report::Table;
    use crate::settings::Settings;
    use arrow_array::RecordBatch;
    use serde_json::Value;

    /// An engine of the plainest kind: partitions are dealt to `tasks` tasks, which see their pieces in an odd order.
    struct Engine {
        job: Job,
        tasks: u32,
        workspace: Workspace,
        made: HashMap<&'static str, Vec<Piece>>,
    }

    impl Engine {
        fn scan(
            batches: Vec<RecordBatch>,
            settings: &Settings,
            partitions: u32,
            tasks: u32,
        ) -> HashMap<&'static str, Vec<Piece>> {
            let version = env!("CARGO_PKG_VERSION").to_owned();
            let job =
                Job { version, settings: settings.clone(), partitions, articles: Vec::new(), leaders: Vec::new() };
            let workspace = Workspace::limited(std::env::temp_dir(), 1 << 20);
            let mut engine = Engine { job: job.checked().unwrap(), tasks, workspace, made: HashMap::new() };
            let task = Task::of(&engine.job, &engine.workspace).unwrap();
            let pieces = batches.into_iter().flat_map(|batch| read(&task, table(vec![batch]), &Silent).unwrap());
            let pieces: Vec<Piece> = pieces.collect();
            engine.made.insert("read", pieces);
            for step in STEPS.iter().filter(|step| step.of_whole_texts || settings.wants_passages()) {
                engine.step(step);
            }
            engine.made
        }

        fn step(&mut self, step: &Step) {
            let taken = step.takes.iter().flat_map(|(from, kinds)| {
                self.made.get(from).into_iter().flatten().filter(|piece| kinds.contains(&piece.kind))
            });
            let mut dealt = vec![Vec::new(); self.tasks as usize];
            taken.for_each(|piece| dealt[(piece.partition % self.tasks) as usize].push(piece.clone()));
            let task = Task::of(&self.job, &self.workspace).unwrap();
            let run = |mut pieces: Vec<Piece>| {
                pieces.reverse();
                task.run(step.name, pieces).unwrap()
            };
            let pieces: Vec<Piece> = dealt.into_iter().flat_map(run).collect();
            let counts = |kind: Kind| {
                let mut counts = vec![0; self.job.partitions as usize];
                for piece in pieces.iter().filter(|piece| piece.kind == kind) {
                    for row in bytemuck::pod_collect_to_vec::<u8, CountRow>(&piece.bytes) {
                        counts[row.partition as usize] = row.count;
                    }
                }
                counts
            };
            match step.name {
                "number" => self.job.articles = counts(Kind::ARTICLES),
                "home" => self.job.leaders = counts(Kind::LEADERS),
                _ => {}
            }
            self.made.insert(step.name, pieces);
        }
    }

    fn table(batches: Vec<RecordBatch>) -> Input {
        let schema = batches[0].schema();
        let batches = arrow_array::RecordBatchIterator::new(batches.into_iter().map(Ok), schema);
        Input::Table { name: near::TABLE.into(), batches: Box::new(batches) }
    }

    /// The demonstration corpus, as a table in some order.
    fn corpus(reversed: bool) -> Vec<RecordBatch> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/corpus");
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.extension().is_some_and(|ending| ending == "jsonl"));
        files.sort();
        let lines = files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect::<String>();
        let mut rows: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        if reversed {
            rows.reverse();
        }
        let names = ["id", "maintext", "title", "url", "source", "date_publish", "language", "author", "credit"];
        let column = |name: &str, rows: &[Value]| -> arrow_array::ArrayRef {
            std::sync::Arc::new(rows.iter().map(|row| row[name].as_str()).collect::<arrow_array::StringArray>())
        };
        let batch = |rows: &[Value]| {
            RecordBatch::try_from_iter_with_nullable(names.map(|name| (name, column(name, rows), true)))
        };
        rows.chunks(40).map(|rows| batch(rows).unwrap()).collect()
    }

    /// Rows of one kind, each as the text of an object.
    fn rows(made: &HashMap<&'static str, Vec<Piece>>, kind: Kind) -> Vec<Value> {
        let pieces = made.values().flatten().filter(|piece| piece.kind == kind);
        let batches = pieces.flat_map(|piece| {
            arrow_ipc::reader::StreamReader::try_new(&piece.bytes[..], None).unwrap().map(Result::unwrap)
        });
        batches.flat_map(|batch| as_objects(&batch)).collect()
    }

    fn as_objects(batch: &RecordBatch) -> Vec<Value> {
        let names: Vec<String> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
        let object = |row: usize| {
            let cells = names.iter().zip(batch.columns());
            Value::Object(cells.map(|(name, column)| (name.clone(), crate::read::cell(column, row))).collect())
        };
        (0..batch.num_rows()).map(object).collect()
    }

    /// What does not depend on the order of the input: which records an article is, and which of a pair is named first.
    fn comparable(kind: Kind, rows: Vec<Value>) -> Vec<String> {
        let mut texts: Vec<String> = rows
            .into_iter()
            .map(|mut row| {
                let object = row.as_object_mut().unwrap();
                if kind == Kind::MEMBERS {
                    object.remove("record");
                }
                if kind == Kind::PAIRS && object["a"].as_str() > object["b"].as_str() {
                    for (x, y) in
                        [("a", "b"), ("containment_a", "containment_b"), ("prose_a", "prose_b"), ("a_spans", "b_spans")]
                    {
                        let (x_value, y_value) = (object.remove(x).unwrap(), object.remove(y).unwrap());
                        object.insert(x.into(), y_value);
                        object.insert(y.into(), x_value);
                    }
                }
                if kind == Kind::PAIRS {
                    ["a_spans", "b_spans", "direction"].iter().for_each(|name| _ = object.remove(*name));
                }
                if kind == Kind::PASSAGES {
                    let carriers = object["carriers"].as_array_mut().unwrap();
                    carriers.sort_by_key(|carrier| carrier.to_string());
                }
                // Columns that were exchanged stand in another order.
                let sorted: std::collections::BTreeMap<_, _> = row.as_object().unwrap().iter().collect();
                format!("{sorted:?}")
            })
            .collect();
        texts.sort();
        texts
    }

    #[test]
    fn an_engine_finds_what_a_local_scan_finds() {
        let everything = Settings::default();
        let mut copies = Settings::default();
        copies.relate.relations = vec![crate::relation::Relation::Identical, crate::relation::Relation::NearDuplicate];
        let kinds = [
            (Kind::MEMBERS, Table::Members),
            (Kind::PAIRS, Table::Pairs),
            (Kind::STORIES, Table::Stories),
            (Kind::OUTLETS, Table::Outlets),
            (Kind::PASSAGES, Table::Passages),
        ];
        for settings in [everything, copies] {
            let batches = corpus(false);
            let findings =
                scan_within(&Workspace::default(), vec![table(batches.clone())], &settings, &Silent).unwrap();
            assert!(findings.stories.len() > 10);
            for (partitions, tasks, reversed) in [(1, 1, false), (5, 5, true), (13, 3, false)] {
                let made = Engine::scan(corpus(reversed), &settings, partitions, tasks);
                for (kind, table) in kinds {
                    let (_, local) = table.batches(&findings).unwrap();
                    let local = comparable(kind, local.iter().flat_map(as_objects).collect());
                    let found = comparable(kind, rows(&made, kind));
                    let missing: Vec<_> = local.iter().filter(|row| !found.contains(row)).take(3).collect();
                    let more: Vec<_> = found.iter().filter(|row| !local.contains(row)).take(3).collect();
                    assert!(
                        missing.is_empty() && more.is_empty(),
                        "{kind:?} of {partitions} partitions: {missing:#?} {more:#?}"
                    );
                    assert_eq!(found.len(), local.len());
                }
            }
        }
    }
}
