//! Runs that are killed at any time: what was there is there, or what should be there is, and the same line goes on.
//!
//! The short form kills each command a few times; the long form, which `--ignored` runs, kills them two hundred times.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::corpora::project;
use crate::program::run;

/// A command that writes, and where.
struct Case {
    /// What makes the files that are there before.
    earlier: &'static [&'static str],
    command: &'static [&'static str],
    /// The files or folders that it writes.
    out: &'static str,
}

const CASES: [Case; 5] = [
    Case {
        earlier: &["scan", "small.jsonl", "--out", "out"],
        command: &["scan", "corpus", "--out", "out", "--force"],
        out: "out",
    },
    Case {
        earlier: &["scan", "small.jsonl", "--out", "out"],
        command: &["scan", "corpus", "--out", "out", "--force", "--resume", "--temp-dir", "temp", "--memory", "2MiB"],
        out: "out",
    },
    Case {
        earlier: &["check", "small.jsonl", "--baseline", "out/baseline.json", "--update-baseline"],
        command: &["check", "corpus", "--baseline", "out/baseline.json", "--update-baseline"],
        out: "out",
    },
    Case {
        earlier: &["report", "before", "--annotate", "out"],
        command: &["report", "found", "--annotate", "out", "--force"],
        out: "out",
    },
    Case {
        earlier: &["clean", "corpus", "--out", "out", "--drop", "excerpt,version,rewrite"],
        command: &["clean", "corpus", "--out", "out", "--force"],
        out: "out",
    },
];

/// The files of a folder and of those in it, without what differs from run to run.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn add(folder: &Path, above: &str, files: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let entry = entry.unwrap();
            let name = format!("{above}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                add(&entry.path(), &format!("{name}/"), files);
            } else {
                // Times of stages, of files and of entries.
                let bytes = if name == "manifest.json" { Vec::new() } else { fs::read(entry.path()).unwrap() };
                files.insert(name, bytes);
            }
        }
    }
    let mut found = BTreeMap::new();
    add(folder, "", &mut found);
    found
}

/// Kills each command so many times, evenly over the time it takes.
fn check(times: u32) {
    for case in &CASES {
        let folder = TempDir::new().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("corpus/more")).unwrap();
        fs::create_dir_all(at("temp")).unwrap();
        fs::create_dir_all(at("before-corpus")).unwrap();
        for (from, to) in
            [("es.jsonl", "corpus/es.jsonl"), ("fr.jsonl", "corpus/more/fr.jsonl"), ("de.jsonl", "small.jsonl")]
        {
            fs::copy(project().join("data/corpus").join(from), at(to)).unwrap();
        }
        fs::copy(at("small.jsonl"), at("before-corpus/es.jsonl")).unwrap();
        run(folder.path(), &["scan", "before-corpus", "--out", "before"], 0);
        run(folder.path(), &["scan", "corpus", "--out", "found"], 0);
        let fresh = || {
            let _ = fs::remove_dir_all(at(case.out));
            fs::create_dir_all(at(case.out)).unwrap();
            run(folder.path(), case.earlier, 0);
        };
        fresh();
        let old = files(&at(case.out));
        let began = Instant::now();
        run(folder.path(), case.command, 0);
        let takes = began.elapsed();
        let new = files(&at(case.out));
        assert!(old != new && !old.is_empty() && !new.is_empty());
        for number in 0..times {
            fresh();
            let mut child = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
                .current_dir(folder.path())
                .args(case.command)
                .arg("--isolated")
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(takes * (2 * number + 1) / (2 * times) + Duration::from_millis(1));
            child.kill().unwrap();
            child.wait().unwrap();
            let left = files(&at(case.out));
            // A run that died while it put files in their places has left the others in a folder that says so.
            let is_ours = |name: &String| name.starts_with(".wirecopy-");
            let whole: BTreeMap<String, Vec<u8>> =
                left.clone().into_iter().filter(|(name, _)| !is_ours(name)).collect();
            let moving = left.keys().any(|name| is_ours(name) && name.contains('/'));
            assert!(whole == old || whole == new || moving, "{:?}: {:?}", case.command, left.keys());
            run(folder.path(), case.command, 0);
            assert!(files(&at(case.out)) == new, "{:?}: {:?}", case.command, files(&at(case.out)).keys());
            assert!(fs::read_dir(at("temp")).unwrap().next().is_none(), "{:?}", case.command);
        }
    }
}

#[test]
fn killed_a_few_times() {
    check(3);
}

#[test]
#[ignore = "the long form: a minute or more"]
fn killed_two_hundred_times() {
    check(40);
}
