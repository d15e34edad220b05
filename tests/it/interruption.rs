//! Ctrl-C: the run stops, says so, and leaves no half-written table under its final name. A run that was killed is continued.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::articles::corpus;
use crate::corpora::{Written, lines, written};

/// How much a run may go on to read after it was asked to stop, in bytes.
pub const PATIENCE_BYTES: usize = 256 << 20;

pub fn articles(count: usize) -> Vec<Written> {
    let texts = corpus(count).into_iter().enumerate();
    texts.map(|(number, text)| written(format!("{number}"), format!("outlet{}.example", number % 20), text)).collect()
}

pub fn scan(folder: &Path, input: Stdio, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_wirecopy"))
        .current_dir(folder)
        .args(["scan", "-", "--isolated", "--threads", "2"])
        .args(arguments)
        .stdin(input)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

pub fn interrupt(child: &Child) {
    let sent = Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status().unwrap();
    assert!(sent.success());
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeMap::new() };
    let entries = entries.map(|entry| entry.unwrap());
    entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect()
}

/// Feeds a scan until it has begun to read, interrupts it, and goes on feeding it until it ends.
fn interrupted_while_reading(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut child = scan(folder, Stdio::piped(), arguments);
    let mut input = child.stdin.take().unwrap();
    // More than a pipe holds: when it is written, the program has read some of it and watches for signals.
    let records = lines(&articles(200));
    input.write_all(records.as_bytes()).unwrap();
    interrupt(&child);
    let mut written = 0;
    while input.write_all(records.as_bytes()).is_ok() {
        written += records.len();
        assert!(written < PATIENCE_BYTES, "still reading");
    }
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "");
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn an_interrupted_scan_writes_nothing() {
    let folder = TempDir::new().unwrap();
    let (code, error) = interrupted_while_reading(folder.path(), &["--out", "found"]);
    assert_eq!((code, error.as_str()), (Some(130), "stopped\n"));
    assert!(!folder.path().join("found").exists());
}

#[test]
fn a_scan_that_waits_for_input_stops_too() {
    let folder = TempDir::new().unwrap();
    let mut child = scan(folder.path(), Stdio::piped(), &["--out", "found"]);
    let mut input = child.stdin.take().unwrap();
    // More than a pipe holds, as above; then nothing comes, and the input stays open.
    input.write_all(lines(&articles(200)).as_bytes()).unwrap();
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    drop(input);
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "stopped\n");
    assert!(!folder.path().join("found").exists());
}

#[test]
fn an_interrupted_scan_leaves_the_earlier_output() {
    let folder = TempDir::new().unwrap();
    let corpus = folder.path().join("corpus.jsonl");
    fs::write(&corpus, lines(&articles(50))).unwrap();
    let first = scan(folder.path(), fs::File::open(&corpus).unwrap().into(), &["--out", "found"]);
    assert!(first.wait_with_output().unwrap().status.success());
    let before = files(&folder.path().join("found"));
    assert_eq!(before.len(), 12, "{:?}", before.keys());
    let (code, _) = interrupted_while_reading(folder.path(), &["--out", "found", "--force"]);
    assert_eq!(code, Some(130));
    assert!(files(&folder.path().join("found")) == before);
}

#[test]
fn an_output_is_complete_or_absent_whenever_the_scan_is_interrupted() {
    let folder = TempDir::new().unwrap();
    check_whenever(folder.path(), &[5, 20, 50, 100, 200, 300, 400, 600, 900], &[]);
}

/// Whenever the signal comes, after so many milliseconds, the output is complete or absent.
pub fn check_whenever(folder: &Path, pauses: &[u64], arguments: &[&str]) {
    let corpus = folder.join("corpus.jsonl");
    fs::write(&corpus, lines(&articles(1500))).unwrap();
    for &pause in pauses {
        let arguments = [&["--out", "found"], arguments].concat();
        let child = scan(folder, fs::File::open(&corpus).unwrap().into(), &arguments);
        std::thread::sleep(Duration::from_millis(pause));
        interrupt(&child);
        let status = child.wait_with_output().unwrap().status;
        let found = files(&folder.join("found"));
        match status.code() {
            Some(0) => {
                let manifest: serde_json::Value = serde_json::from_slice(&found["manifest.json"]).unwrap();
                let listed = manifest["files"].as_array().unwrap();
                assert_eq!(listed.len() + 1, found.len());
                assert!(listed.iter().all(|name| found.contains_key(name.as_str().unwrap())));
                fs::remove_dir_all(folder.join("found")).unwrap();
            }
            // None: the signal came before the program could watch for it.
            Some(130) | None => assert!(found.is_empty(), "{:?} after {pause} ms", found.keys()),
            code => panic!("exit code {code:?} after {pause} ms"),
        }
    }
}

/// Scans `corpus.jsonl` in the folder with `--resume`, beside other arguments.
fn resumable(folder: &Path, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_wirecopy"))
        .current_dir(folder)
        .args(["scan", "corpus.jsonl", "--isolated", "--threads", "2", "--memory", "2MiB"])
        .args(["--resume", "--temp-dir", ".", "--out", "found", "--force"])
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Runs it to its end; what it said.
fn ended(child: Child) -> String {
    let output = child.wait_with_output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{error}");
    error
}

/// The folders with finished stages.
fn kept(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("wirecopy-resume-")).collect()
}

/// Runs it until a stage is kept, and kills it; whether it had ended by itself.
fn killed(folder: &Path, stage: &str, arguments: &[&str]) -> bool {
    let mut child = resumable(folder, arguments);
    let there = || kept(folder).iter().any(|kept| kept.join(format!("{stage}.stage")).exists());
    while child.try_wait().unwrap().is_none() && !there() {
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap().success()
}

/// The tables, without the manifest, which has times.
fn tables(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut tables = files(&folder.join("found"));
    assert!(tables.remove("manifest.json").is_some());
    tables
}

#[test]
fn a_scan_that_was_killed_is_continued() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("corpus.jsonl"), lines(&articles(1500))).unwrap();
    let said = ended(resumable(folder.path(), &[]));
    assert!(said.starts_with("nothing to continue: "), "{said}");
    assert!(kept(folder.path()).is_empty());
    let expected = tables(folder.path());
    for stage in ["read", "classes", "passages", "verify"] {
        fs::remove_dir_all(folder.path().join("found")).unwrap();
        if !killed(folder.path(), stage, &[]) {
            let said = ended(resumable(folder.path(), &[]));
            assert!(said.starts_with("continues with "), "{said}");
        }
        assert!(tables(folder.path()) == expected, "after {stage}");
        assert!(kept(folder.path()).is_empty());
    }
}

#[test]
fn another_scan_is_not_continued() {
    let folder = TempDir::new().unwrap();
    let corpus = folder.path().join("corpus.jsonl");
    fs::write(&corpus, lines(&articles(1000))).unwrap();
    if killed(folder.path(), "read", &["--threads", "1"]) {
        return;
    }
    let first = kept(folder.path());
    let said = ended(resumable(folder.path(), &["--recall", "0.99"]));
    assert!(said.starts_with("nothing to continue: "), "{said}");
    assert_eq!(kept(folder.path()), first);
    let mut file = fs::OpenOptions::new().append(true).open(&corpus).unwrap();
    file.write_all(b"\n").unwrap();
    drop(file);
    let said = ended(resumable(folder.path(), &[]));
    assert!(said.starts_with("nothing to continue: "), "{said}");
    assert_eq!(kept(folder.path()), first);
}

#[test]
fn what_can_be_read_once_only_cannot_be_continued() {
    let folder = TempDir::new().unwrap();
    let child = scan(folder.path(), Stdio::null(), &["--resume", "--temp-dir", "."]);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "error: standard input (-) cannot be read again to continue a scan\n\
         hint: write it to a file first, or scan without --resume\n"
    );
    for (input, begin) in [
        ("/dev/null", "error: /dev/null cannot be read again to continue a scan\n"),
        ("s3://crawl/day.jsonl", "error: a scan of s3://crawl/day.jsonl cannot be continued"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
            .current_dir(folder.path())
            .args(["scan", input, "--isolated", "--resume", "--temp-dir", "."])
            .output()
            .unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.starts_with(begin), "{error}");
    }
    assert!(kept(folder.path()).is_empty());
}
