//! Folders that are written to: one run at a time, refused at once where nothing can be written, and tidy after runs that died.

#![cfg(unix)]

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;

use tempfile::TempDir;

use crate::corpora::project;
use crate::program::run;

/// A folder with a corpus in two files.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::create_dir_all(folder.path().join("corpus/more")).unwrap();
    for (from, to) in [("es.jsonl", "es.jsonl"), ("fr.jsonl", "more/fr.jsonl")] {
        fs::copy(project().join("data/corpus").join(from), folder.path().join("corpus").join(to)).unwrap();
    }
    folder
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

fn refused(folder: &Path, arguments: &[&str], named: &str) {
    let (_, error) = run(folder, arguments, 2);
    assert!(error.contains(named), "{error}");
    // With --verbose each stage says how long it took.
    assert!(!error.contains("read  "), "{error}");
}

#[test]
fn what_a_dead_run_left_is_removed() {
    let folder = folder();
    let commands: [&[&str]; 3] = [
        &["scan", "corpus", "--out", "found", "--force"],
        &["report", "found", "--annotate", "annotated", "--force"],
        &["clean", "corpus", "--out", "cleaned", "--force"],
    ];
    for (command, out) in commands.into_iter().zip(["found", "annotated", "cleaned"]) {
        let out = folder.path().join(out);
        fs::create_dir_all(&out).unwrap();
        fs::write(out.join(".wirecopy-dead.tmp"), "half").unwrap();
        run(folder.path(), command, 0);
        assert!(names(&out).iter().all(|name| !name.ends_with(".tmp")), "{:?}", names(&out));
        assert!(names(&out).iter().any(|name| name.ends_with(".jsonl")), "{:?}", names(&out));
    }
}

#[test]
fn one_run_at_a_time_writes_to_a_folder() {
    let folder = folder();
    fs::create_dir(folder.path().join("found")).unwrap();
    let other = File::open(folder.path().join("found")).unwrap();
    other.try_lock().unwrap();
    let scan = ["scan", "corpus", "--out", "found"];
    refused(folder.path(), &scan, "cannot write to found: another run does");
    drop(other);
    run(folder.path(), &scan, 0);
}

#[test]
fn a_report_may_lie_in_the_folder_of_an_output() {
    let folder = folder();
    run(folder.path(), &["scan", "corpus", "--out", "found"], 0);
    let again = ["scan", "corpus", "--out", "found", "--force", "--report", "html", "--report=md=found/more.md"];
    run(folder.path(), &again, 0);
    assert!(folder.path().join("found/more.md").exists());
}

#[test]
fn a_folder_that_cannot_be_written_to_is_refused_before_anything_is_read() {
    let folder = folder();
    refused(folder.path(), &["scan", "corpus", "-v", "--out", "corpus/es.jsonl/out"], "es.jsonl is a file");
    let page = "--report=html=corpus/es.jsonl/page.html";
    refused(folder.path(), &["scan", "corpus", "-v", page], "es.jsonl: it is a file");
    if Path::new("/proc/self").exists() {
        refused(folder.path(), &["scan", "corpus", "-v", "--out", "/proc/found"], "cannot write to /proc");
    }
}

#[test]
fn nothing_is_written_through_a_link() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    run(folder.path(), &["scan", "corpus", "--out", "found"], 0);
    for (command, out) in [
        (&["report", "found", "--annotate", "annotated", "--force"][..], "annotated"),
        (&["clean", "corpus", "--out", "cleaned", "--force"], "cleaned"),
    ] {
        fs::create_dir_all(at(out)).unwrap();
        fs::create_dir_all(at("elsewhere")).unwrap();
        symlink(at("elsewhere"), at(out).join("more")).unwrap();
        refused(folder.path(), command, &format!("{out}/more is a link"));
        fs::remove_file(at(out).join("more")).unwrap();
        // A link in the place of a file goes; what it leads to stays.
        fs::write(at("elsewhere/mine"), "mine").unwrap();
        symlink(at("elsewhere/mine"), at(out).join("es.jsonl")).unwrap();
        run(folder.path(), command, 0);
        assert!(!at(out).join("es.jsonl").is_symlink());
        assert_eq!(fs::read_to_string(at("elsewhere/mine")).unwrap(), "mine");
        fs::remove_dir_all(at("elsewhere")).unwrap();
    }
}
