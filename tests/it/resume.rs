//! A scan that was stopped goes on where it was, and finds what it would have found.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use tempfile::TempDir;
use wirecopy::disk::Workspace;
use wirecopy::error::{Error, Result};
use wirecopy::findings::Findings;
use wirecopy::pipeline::{self, InputFile, fingerprint};
use wirecopy::progress::{Progress, Stage};
use wirecopy::read::Input;
use wirecopy::relation::Relation;
use wirecopy::settings::Settings;

use crate::corpora::project;
use crate::determinism::assert_same;

/// Stops a scan where a stage begins, and listens to what it says.
#[derive(Default)]
struct Stopping {
    at: Option<Stage>,
    stopped: AtomicBool,
    told: Mutex<Vec<String>>,
    warned: Mutex<Vec<String>>,
}

impl Progress for Stopping {
    fn begin(&self, stage: Stage, _: Option<u64>) {
        if self.at == Some(stage) {
            self.stopped.store(true, Ordering::Relaxed);
        }
    }
    fn tell(&self, message: &str) {
        self.told.lock().unwrap().push(message.into());
    }
    fn warn(&self, message: &str) {
        self.warned.lock().unwrap().push(message.into());
    }
    fn cancelled(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

impl Stopping {
    fn at(stage: Stage) -> Stopping {
        Stopping { at: Some(stage), ..Stopping::default() }
    }

    /// The only thing that was said.
    fn told(&self) -> String {
        let told = self.told.lock().unwrap();
        assert_eq!(told.len(), 1, "{told:?}");
        told[0].clone()
    }
}

/// Memory for everything, and for next to nothing.
const MEMORY: [u64; 2] = [1 << 30, 10_000];

fn scan(folder: &Path, memory_bytes: u64, progress: &Stopping) -> Result<Findings> {
    let workspace = Workspace::limited(folder, memory_bytes);
    workspace.keep_stages(7)?;
    let corpus = Input::Path(project().join("data/corpus"));
    pipeline::scan_within(&workspace, vec![corpus], &Settings::default(), progress)
}

fn kept(folder: &Path) -> PathBuf {
    folder.join(format!("wirecopy-resume-{:016x}", 7))
}

#[test]
fn a_scan_that_was_stopped_after_any_stage_finds_the_same() {
    let stages = [
        (Stage::Read, None),
        (Stage::Classes, Some("classes: read")),
        (Stage::Phrases, Some("passages: read, classes")),
        (Stage::Furniture, Some("passages: read, classes")),
        (Stage::Verify, Some("verify: read, classes, passages")),
        (Stage::Reprints, Some("reprints: read, classes, passages, verify")),
    ];
    for memory_bytes in MEMORY {
        for (stage, continues) in stages {
            let folder = TempDir::new().unwrap();
            let stopped = scan(folder.path(), memory_bytes, &Stopping::at(stage));
            assert!(matches!(stopped, Err(Error::Cancelled)), "{stage:?}");
            let progress = Stopping::default();
            assert_same(&scan(folder.path(), memory_bytes, &progress).unwrap(), stage.name());
            let begin =
                continues.map_or("nothing to continue".into(), |from| format!("continues with {from} taken from "));
            assert!(progress.told().starts_with(&begin), "{stage:?}: {}", progress.told());
            assert!(progress.warned.lock().unwrap().is_empty());
            // Until somebody removes it, everything is there.
            let progress = Stopping::default();
            assert_same(&scan(folder.path(), memory_bytes, &progress).unwrap(), "all kept");
            assert!(progress.told().starts_with("continues with stories: "), "{}", progress.told());
        }
    }
}

/// What was kept with one limit of memory is used with another.
#[test]
fn memory_may_change() {
    for [first, second] in [MEMORY, [MEMORY[1], MEMORY[0]]] {
        let folder = TempDir::new().unwrap();
        assert!(scan(folder.path(), first, &Stopping::at(Stage::Reprints)).is_err());
        assert_same(&scan(folder.path(), second, &Stopping::default()).unwrap(), "another memory");
    }
}

#[test]
fn near_duplicates_alone_are_continued_too() {
    let mut settings = Settings::default();
    settings.relate.relations = vec![Relation::Identical, Relation::NearDuplicate];
    let scan = |workspace: &Workspace, progress: &Stopping| {
        let corpus = Input::Path(project().join("data/corpus"));
        pipeline::scan_within(workspace, vec![corpus], &settings, progress)
    };
    let expected = crate::determinism::bytes(&scan(&Workspace::default(), &Stopping::default()).unwrap());
    let folder = TempDir::new().unwrap();
    for stage in [Some(Stage::Verify), None] {
        let workspace = Workspace::limited(folder.path(), MEMORY[1]);
        workspace.keep_stages(7).unwrap();
        match scan(&workspace, &Stopping { at: stage, ..Stopping::default() }) {
            Ok(found) => assert!(crate::determinism::bytes(&found) == expected),
            Err(error) => assert!(matches!(error, Error::Cancelled) && stage.is_some()),
        }
    }
}

#[test]
fn what_is_damaged_is_made_again() {
    let folder = TempDir::new().unwrap();
    scan(folder.path(), MEMORY[0], &Stopping::default()).unwrap();
    for stage in ["read", "classes", "passages", "verify", "reprints"] {
        let path = kept(folder.path()).join(format!("{stage}.stage"));
        let whole = fs::read(&path).unwrap();
        let mut flipped = whole.clone();
        flipped[whole.len() / 2] ^= 1;
        for damaged in [&flipped[..], &whole[..whole.len() / 2], b"", &whole[1..]] {
            fs::write(&path, damaged).unwrap();
            let progress = Stopping::default();
            assert_same(&scan(folder.path(), MEMORY[0], &progress).unwrap(), stage);
            let warned = progress.warned.lock().unwrap();
            assert_eq!(warned.len(), 1, "{warned:?}");
            assert!(warned[0].ends_with("; that stage is done again"), "{warned:?}");
            // And kept again, to the byte.
            assert!(fs::read(&path).unwrap() == whole, "{stage}");
        }
    }
}

#[test]
fn a_stage_that_cannot_be_kept_ends_nothing() {
    let folder = TempDir::new().unwrap();
    // A folder in the way of the second stage's file.
    fs::create_dir_all(kept(folder.path()).join("classes.unfinished/x")).unwrap();
    #[cfg(unix)]
    fs::set_permissions(kept(folder.path()), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let progress = Stopping::default();
    assert_same(&scan(folder.path(), MEMORY[0], &progress).unwrap(), "not kept");
    let warned = progress.warned.lock().unwrap();
    assert_eq!(warned.len(), 1, "{warned:?}");
    assert!(warned[0].starts_with("cannot keep what was made so far in "), "{warned:?}");
    assert!(kept(folder.path()).join("read.stage").exists());
    for stage in ["classes", "passages", "verify", "reprints"] {
        assert!(!kept(folder.path()).join(format!("{stage}.stage")).exists(), "{stage}");
    }
}

#[test]
fn a_fingerprint_tells_scans_apart() {
    let file = InputFile { path: "a".into(), full_path: "/a".into(), size_bytes: 1, modified_nanoseconds: 2 };
    let of = |settings: &Settings, files: &[InputFile]| fingerprint(settings, files, &[]);
    let files = vec![file.clone()];
    let settings = Settings::default();
    let mut other = settings.clone();
    other.near.threshold = 0.7;
    let one = of(&settings, &files);
    assert_eq!(one, of(&settings.clone(), &files));
    for fingerprint in [
        of(&other, &files),
        of(&settings, &[]),
        of(&settings, &[file.clone(), file.clone()]),
        of(&settings, &[InputFile { path: "b".into(), ..file.clone() }]),
        of(&settings, &[InputFile { full_path: "/b".into(), ..file.clone() }]),
        of(&settings, &[InputFile { size_bytes: 2, ..file.clone() }]),
        of(&settings, &[InputFile { modified_nanoseconds: 3, ..file.clone() }]),
    ] {
        assert_ne!(fingerprint, one);
    }
}
