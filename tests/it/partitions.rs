//! Stages over partitions that lie in files, each handled by another process: the same pairs as in one.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use wirecopy::bucket::candidates::{self, Candidate, Hit};
use wirecopy::bucket::carriers::{Carrier, batches};
use wirecopy::bucket::passages::Postings;
use wirecopy::corpus::Corpus;
use wirecopy::disk::{Partition, Partitioned, Row, Workspace, ipc};
use wirecopy::error::Error;
use wirecopy::learn;
use wirecopy::pipeline;
use wirecopy::progress::Silent;
use wirecopy::read::Input;
use wirecopy::settings::Settings;

use crate::corpora::project;

/// Says to the test below that it is a worker: the file with its partition, the folder for what it makes, and how many
/// partitions that has.
const WORK: &str = "WIRECOPY_TEST_WORK";

fn file<T: Row>(folder: &Path, from: usize, number: usize) -> PathBuf {
    folder.join(format!("{}-{from}-{number}.arrows", T::NAME))
}

/// Writes rows to a file a partition.
fn write<T: Row>(folder: &Path, from: usize, rows: &[T], of: usize) {
    let rows = Partitioned::of(rows, of);
    for number in 0..of {
        let out = File::create(file::<T>(folder, from, number)).unwrap();
        ipc::write(Partition { number, of }, rows.partition(number), out).unwrap();
    }
}

/// A worker, if it is told to be one: carriers of its partition in, hits by their partitions out.
#[test]
fn a_worker() {
    let Ok(work) = env::var(WORK) else { return };
    let [input, folder, of] = work.split('\n').collect::<Vec<_>>()[..] else { panic!("{work}") };
    let (partition, carriers) = ipc::read::<Carrier>(File::open(input).unwrap()).unwrap();
    // As an engine may hand them on: in no order.
    let carriers = carriers.into_iter().rev().collect();
    let hits = learn::unlearned_of_partition(carriers);
    write(Path::new(folder), partition.number, &hits, of.parse().unwrap());
}

/// The carriers of a corpus, and the pairs that one process finds.
fn carriers(name: &str) -> (Vec<Carrier>, Vec<Candidate>) {
    let settings = Settings::default();
    let workspace = Workspace::default();
    let input = Input::Path(project().join("data/corpus").join(name));
    let mut corpus = Corpus::read(vec![input], &settings, &Silent).unwrap();
    let analysis = pipeline::analyse(&mut corpus, &settings, &Silent).unwrap();
    let postings = Postings::of(&analysis.classes.texts, &corpus.spool, &workspace, &|_| ()).unwrap();
    let mut carriers: Vec<Carrier> = Vec::new();
    let gathered = batches(&postings, &analysis.texts, |batch| {
        carriers.extend(batch.carriers());
        Ok(())
    });
    gathered.unwrap();
    (carriers, learn::unlearned(&postings, &analysis.texts, &workspace).unwrap())
}

#[test]
fn a_stage_may_run_in_other_processes() {
    let (carriers, expected) = carriers("en.jsonl");
    assert!(expected.len() > 50);
    for (of_carriers, of_hits) in [(1, 1), (2, 7), (7, 2)] {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), 0, &carriers, of_carriers);
        for number in 0..of_carriers {
            let input = file::<Carrier>(folder.path(), 0, number);
            let work = format!("{}\n{}\n{of_hits}", input.display(), folder.path().display());
            let mut worker = Command::new(env::current_exe().unwrap());
            let done = worker.args(["--exact", "partitions::a_worker"]).env(WORK, work).output().unwrap();
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
        }
        let mut found: Vec<Candidate> = Vec::new();
        for number in 0..of_hits {
            let of_worker = |from| ipc::read::<Hit>(File::open(file::<Hit>(folder.path(), from, number)).unwrap());
            let hits = (0..of_carriers).flat_map(|from| of_worker(from).unwrap().1).collect();
            found.extend(candidates::of_partition(hits));
        }
        found.sort_unstable_by_key(|pair| (pair.a, pair.b));
        assert!(found == expected, "{of_carriers} partitions of carriers, {of_hits} of hits");
    }
}

#[test]
fn a_worker_that_gets_half_of_a_key_says_so() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 0, &learn::unlearned_of_partition(carriers("es.jsonl").0), 2);
    // Half of the rows of the first partition are added to the second by hand, as a broken shuffle would.
    let (_, first) = ipc::read::<Hit>(File::open(file::<Hit>(folder.path(), 0, 0)).unwrap()).unwrap();
    let (second, mut mixed) = ipc::read::<Hit>(File::open(file::<Hit>(folder.path(), 0, 1)).unwrap()).unwrap();
    mixed.extend(&first[..first.len() / 2]);
    let told = second.check(&mixed).unwrap_err();
    assert!(matches!(told, Error::Partition { rows: "hits", number: 1, of: 2, belongs: 0 }), "{told}");
    let out = file::<Hit>(folder.path(), 0, 2);
    assert!(matches!(ipc::write(second, &mixed, File::create(&out).unwrap()), Err(Error::Partition { .. })));
    assert_eq!(fs::metadata(out).unwrap().len(), 0);
}
