//! `wirecopy check` in a git repository, from a clean corpus to a reprint that is known, moved and gone.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use wirecopy::report::check::Format;

use crate::corpora::{demonstration_articles, demonstration_records, project};

/// A git repository with a corpus in `corpus/`.
struct Scratch {
    folder: tempfile::TempDir,
}

fn line(id: &str, source: &str, title: &str, day: &str, text: &str) -> String {
    format!("{}\n", json!({"id": id, "source": source, "title": title, "date_publish": day, "maintext": text}))
}

/// Lines of articles that share nothing.
fn unrelated() -> Vec<String> {
    let mut stories = std::collections::BTreeSet::new();
    let first = |record: &&Value| {
        let id = record["id"].as_str().unwrap();
        ["en-", "fr-"].iter().any(|language| id.starts_with(language))
            && !["roundup", "essentiel"].iter().any(|kind| id.contains(kind))
            && stories.insert(id.rsplit_once('-').unwrap().0.to_owned())
    };
    demonstration_records().iter().filter(first).map(|record| format!("{record}\n")).collect()
}

/// A story of an agency, and what an outlet made of it.
fn wire() -> (String, String) {
    let story = &demonstration_articles("en-ferry-01")[0].text;
    (story.clone(), story.replacen("reef", "ledge", 1))
}

impl Scratch {
    fn new() -> Scratch {
        let scratch = Scratch { folder: tempfile::tempdir().unwrap() };
        scratch.git(&["init", "-q", "-b", "main"]);
        fs::create_dir(scratch.path("corpus")).unwrap();
        let mut lines = unrelated();
        lines.retain(|line| !line.contains("en-ferry"));
        lines.insert(2, line("wire", "northwire.example", "Ferry hits reef", "2026-03-10", &wire().0));
        scratch.write("corpus/first.jsonl", &lines.concat());
        scratch.commit("A clean corpus");
        scratch
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, content: &str) {
        fs::write(self.path(name), content).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=Tess Ter", "-c", "user.email=tess@outlet.example", "-c", "commit.gpgSign=false"])
            .args(arguments)
            .current_dir(self.folder.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
    }

    /// A commit that adds a reprint as the second line of a file of its own.
    fn reprint(&self) {
        let lines = [
            line(
                "own",
                "tarnbridge.example",
                "Council meets",
                "2026-03-11",
                "The council of Tarnbridge met on Wednesday and decided nothing about the baths, to the relief of the swimmers who had come.",
            ),
            line("reprint", "tarnbridge.example", "Ferry on rocks", "2026-03-11", &wire().1),
        ];
        self.write("corpus/second.jsonl", &lines.concat());
        self.commit("A reprint");
    }

    fn check(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wirecopy"));
        command.args(["check", "corpus", "--isolated"]).args(arguments).current_dir(self.folder.path());
        for name in ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"] {
            command.env_remove(name);
        }
        command.output().unwrap()
    }

    fn code(&self, arguments: &[&str]) -> i32 {
        self.check(arguments).status.code().unwrap()
    }

    /// The outcome as JSON.
    fn outcome(&self, arguments: &[&str]) -> Value {
        let output = self.check(&[arguments, &["--output", "json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)))
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn a_reprint_fails_until_it_is_known_and_its_entry_until_it_is_gone() {
    let scratch = Scratch::new();
    assert_eq!(scratch.code(&[]), 0);
    scratch.reprint();
    let since = ["--since", "HEAD~1"];
    let files: Vec<(Format, String)> = Format::ALL.map(|format| (format, format!("out.{}", format.name()))).to_vec();
    let outputs: Vec<String> =
        files.iter().map(|(format, file)| format!("--output={}={file}", format.name())).collect();
    let arguments: Vec<&str> = since.into_iter().chain(outputs.iter().map(String::as_str)).collect();
    let failed = scratch.check(&arguments);
    assert_eq!(failed.status.code(), Some(1), "{}", text(&failed.stderr));
    for (format, file) in &files {
        let written = scratch.read(file);
        match format {
            Format::Badge => assert!(written.contains("1 finding<")),
            // Lines are fields of their own there.
            Format::Json | Format::Sarif | Format::Gitlab | Format::Rdjsonl => {
                for word in ["corpus/second.jsonl", "corpus/first.jsonl", ":2", ":3"] {
                    assert!(written.contains(word), "{file}: {word} in {written}");
                }
            }
            Format::Github => {
                assert!(written.starts_with("::error file=corpus/second.jsonl,line=2,title="), "{written}");
                assert!(written.contains("corpus/first.jsonl:3"), "{written}");
            }
            _ => {
                assert!(written.contains("corpus/second.jsonl:2"), "{file}: {written}");
                assert!(written.contains("corpus/first.jsonl:3"), "{file}: {written}");
            }
        }
        fs::remove_file(scratch.path(file)).unwrap();
    }

    // It is known from the earlier commit only if it was there.
    assert_eq!(scratch.code(&["--baseline-from-ref", "HEAD~1"]), 1);
    assert_eq!(scratch.code(&["--baseline-from-ref", "HEAD"]), 0);
    let taken = scratch.check(&["--update-baseline"]);
    assert_eq!(taken.status.code(), Some(0));
    assert!(
        text(&taken.stdout).contains("near-duplicate: \"wire\" and \"reprint\"\n1 entry came, 0 went"),
        "{}",
        text(&taken.stdout)
    );
    let baseline = scratch.read(".wirecopy-baseline.json");
    assert_eq!(scratch.code(&since), 0);
    scratch.commit("A baseline");

    // Moved lines and renamed files.
    scratch.git(&["mv", "corpus/second.jsonl", "corpus/third.jsonl"]);
    let reversed = |file: &str| {
        let text = scratch.read(file);
        scratch.write(file, &text.lines().rev().map(|line| format!("{line}\n")).collect::<String>());
    };
    reversed("corpus/third.jsonl");
    reversed("corpus/first.jsonl");
    assert_eq!(scratch.code(&[]), 0);
    assert_eq!(scratch.code(&["--update-baseline"]), 0);
    assert_eq!(scratch.read(".wirecopy-baseline.json"), baseline);

    fs::remove_file(scratch.path("corpus/third.jsonl")).unwrap();
    let stale = scratch.check(&[]);
    assert_eq!(stale.status.code(), Some(1));
    assert!(
        text(&stale.stdout).contains("stale: near-duplicate of \"wire\" and \"reprint\" is gone"),
        "{}",
        text(&stale.stdout)
    );
    assert_eq!(scratch.code(&["--allow-stale"]), 0);
    let gone = scratch.check(&["--update-baseline"]);
    assert!(text(&gone.stdout).contains("0 entries came, 1 went"), "{}", text(&gone.stdout));
    assert_eq!(scratch.code(&[]), 0);
}

#[test]
fn only_changed_lines_are_new() {
    let scratch = Scratch::new();
    scratch.reprint();
    // Another line of the same file changes: the reprint is not new.
    let file = scratch.read("corpus/second.jsonl");
    scratch.write("corpus/second.jsonl", &file.replace("decided nothing", "decided little"));
    let outcome = scratch.outcome(&["--since", "HEAD"]);
    assert_eq!((outcome["passed"].clone(), outcome["counts"]["untouched"].clone()), (true.into(), 1.into()));
    // A file that git does not know is new as a whole.
    scratch.git(&["checkout", "-q", "."]);
    scratch.write("corpus/untracked.jsonl", &line("third", "ormgazette.example", "Ferry", "2026-03-09", &wire().0));
    let outcome = scratch.outcome(&["--since", "HEAD"]);
    assert_eq!(outcome["counts"]["findings"], 2, "{outcome}");
    let here: Vec<&Value> =
        outcome["findings"].as_array().unwrap().iter().map(|finding| &finding["here"]["id"]).collect();
    assert_eq!(here, ["third", "third"]);
    // So it is when it is named.
    let named = scratch.outcome(&["--new", "corpus/untracked.jsonl"]);
    assert_eq!(named["findings"], outcome["findings"]);
}

#[test]
fn a_ref_that_git_does_not_know_gets_a_hint() {
    let scratch = Scratch::new();
    scratch.reprint();
    let unknown = scratch.check(&["--since", "--output=owned"]);
    assert_eq!(unknown.status.code(), Some(2));
    let unknown = scratch.check(&["--since=no-such-branch"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(
        text(&unknown.stderr).contains("git knows no commit no-such-branch\nhint: check the spelling"),
        "{}",
        text(&unknown.stderr)
    );

    let shallow = Scratch { folder: tempfile::tempdir().unwrap() };
    let origin = format!("file://{}", scratch.folder.path().display());
    shallow.git(&["clone", "-q", "--depth", "1", &origin, "."]);
    for arguments in [["--since", "HEAD~1"], ["--baseline-from-ref", "HEAD~1"]] {
        let failed = shallow.check(&arguments);
        assert_eq!(failed.status.code(), Some(2));
        assert!(
            text(&failed.stderr).contains("the clone is shallow") && text(&failed.stderr).contains("fetch-depth: 0")
        );
    }
}

#[test]
fn nothing_of_the_test_articles_may_stand_in_training() {
    let scratch = Scratch::new();
    scratch.reprint();
    fs::create_dir(scratch.path("held-out")).unwrap();
    let second = wire().1.replacen("Tuesday", "Wednesday", 1);
    scratch.write("held-out/test.jsonl", &line("test", "vellpost.example", "Held out", "2020-01-01", &second));
    let outcome = scratch.outcome(&["--against", "held-out"]);
    let pairs: Vec<(&Value, &Value)> =
        outcome["findings"].as_array().unwrap().iter().map(|f| (&f["here"]["id"], &f["there"]["id"])).collect();
    // The pair inside of the corpus is not asked about, and what is to be looked at lies in the corpus.
    assert_eq!(pairs.len(), 2, "{outcome}");
    assert!(pairs.iter().all(|(here, there)| *here != "test" && *there == "test"), "{pairs:?}");
    let missing =
        scratch.check(&["--against", scratch.path("held-out").to_str().unwrap(), "--against", "corpus/no-such"]);
    assert_eq!(missing.status.code(), Some(2));
    // One outlet may repeat itself.
    let line = line("again", "northwire.example", "Ferry hits reef", "2026-03-10", &wire().0);
    scratch.write("corpus/again.jsonl", &line);
    assert_eq!(scratch.outcome(&[])["counts"]["findings"], 3);
    assert_eq!(scratch.outcome(&["--across-sources"])["counts"]["findings"], 2);
    assert_eq!(scratch.outcome(&["--fail-on", "identical"])["counts"]["findings"], 1);
}

#[test]
fn a_baseline_bears_so_many_until_its_day_and_what_is_declared_for_good() {
    let scratch = Scratch::new();
    let copy = |id: &str| line(id, "ormgazette.example", "Ferry", "2026-03-12", &wire().0);
    scratch.write("corpus/copies.jsonl", &copy("copy-1"));
    let day = |day: &str| {
        scratch.write("wirecopy.toml", &format!("[read]\ntoday = \"{day}\"\n"));
    };
    let outcome = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
            .args(["check", "corpus", "--output", "json"])
            .args(arguments)
            .current_dir(scratch.folder.path())
            .output()
            .unwrap();
        serde_json::from_slice::<Value>(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)))
    };
    day("2026-04-01");
    outcome(&["--update-baseline"]);
    let baseline = scratch.read(".wirecopy-baseline.json");
    assert!(baseline.contains("\"first_seen\":\"2026-04-01\""), "{baseline}");
    // A third copy makes two pairs more, with one fingerprint.
    scratch.write("corpus/copies.jsonl", &[copy("copy-1"), copy("copy-2")].concat());
    assert_eq!(outcome(&[])["counts"]["findings"], 2);
    scratch.write("corpus/copies.jsonl", &copy("copy-1"));

    let expiring =
        baseline.replace("\"first_seen\"", "\"reason\":\"being cleared\",\"expires\":\"2026-04-30\",\"first_seen\"");
    scratch.write(".wirecopy-baseline.json", &expiring);
    day("2026-04-30");
    assert_eq!(outcome(&[])["passed"], true);
    day("2026-05-01");
    let over = outcome(&[]);
    assert_eq!((over["passed"].clone(), over["findings"][0]["expired"].clone()), (false.into(), "2026-04-30".into()));

    let fingerprint = over["findings"][0]["fingerprint"].as_str().unwrap();
    let declared = outcome(&["--not-a-duplicate", fingerprint, "--reason", "a form letter"]);
    assert_eq!((declared["passed"].clone(), declared["counts"]["declared"].clone()), (true.into(), 1.into()));
    // It stays: for more copies, after an update, and while there is none.
    scratch.write("corpus/copies.jsonl", &[copy("copy-1"), copy("copy-2")].concat());
    assert_eq!(outcome(&[])["counts"]["declared"], 3);
    fs::remove_file(scratch.path("corpus/copies.jsonl")).unwrap();
    let gone = outcome(&["--update-baseline"]);
    assert_eq!((gone["passed"].clone(), gone["counts"]["stale"].clone()), (true.into(), 0.into()));
    scratch.write("corpus/copies.jsonl", &copy("copy-1"));
    assert_eq!(outcome(&[])["counts"]["declared"], 1);

    scratch.write(".wirecopy-baseline.json", "{\"version\": 2}");
    let refused = scratch.check(&[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("version 2") && text(&refused.stderr).contains("hint: use the version"));
}

#[test]
fn rows_and_elements_are_found_at_their_lines() {
    let scratch = Scratch::new();
    let (story, reprint) = wire();
    let rows = format!(
        "id,source,text\none,a.example,\"{}\"\ntwo,b.example,short\nthree,c.example,\"{}\"\n",
        story.replace('"', "\"\""),
        reprint.replace('"', "\"\"")
    );
    fs::remove_file(scratch.path("corpus/first.jsonl")).unwrap();
    scratch.write("corpus/table.csv", &rows);
    let expected = |word: &str| 1 + rows[..rows.find(word).unwrap()].matches('\n').count();
    let outcome = scratch.outcome(&[]);
    let finding = &outcome["findings"][0];
    assert_eq!(finding["there"]["line"], expected("one,a.example"));
    assert_eq!(finding["here"]["line"], expected("three,c.example"));
    assert!(finding["here"]["line"].as_u64() > finding["here"]["record"].as_u64(), "{finding}");
}

#[test]
fn other_output_stands_where_commands_are_stopped() {
    let scratch = Scratch::new();
    let hostile = "::set-output name=passed::true\n::error::owned";
    scratch.write("corpus/second.jsonl", &line("x", "y.example", hostile, "2026-03-11", &wire().1));
    let (summary, output) = (scratch.path("summary"), scratch.path("outputs"));
    scratch.write("summary", "before\n");
    let shown = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
        .args(["check", "corpus", "--isolated", "--output", "github", "--output", "text", "--exit-zero"])
        .current_dir(scratch.folder.path())
        .env("GITHUB_STEP_SUMMARY", &summary)
        .env("GITHUB_OUTPUT", &output)
        .output()
        .unwrap();
    assert_eq!(shown.status.code(), Some(0));
    let shown = text(&shown.stdout);
    let token = shown.lines().next().unwrap().strip_prefix("::stop-commands::").unwrap();
    let commands: Vec<&str> = shown.split(&format!("::{token}::\n")).nth(1).unwrap().lines().collect();
    assert_eq!(commands.len(), 1, "{shown}");
    assert!(commands[0].starts_with("::error file=corpus/second.jsonl,line=1,"));
    assert!(fs::read_to_string(summary).unwrap().starts_with("before\n### wirecopy: failed\n"));
    let output = fs::read_to_string(output).unwrap();
    assert!(
        output.contains("passed=false\n") && output.contains("findings=1\n") && output.contains("near-duplicate=1\n")
    );
    assert!(
        output.lines().all(|line| line.split_once('=').unwrap().1.parse::<u64>().is_ok() || line == "passed=false")
    );
}

fn demonstration_check(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
        .args(["check", "--isolated", "--output", "json"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    output.stdout
}

#[test]
fn the_same_corpus_gives_the_same_bytes() {
    // From here, since the folder of the corpus has a baseline.
    let folder = project();
    let expected = demonstration_check(folder, &["data/corpus"]);
    for threads in ["1", "2", "3", "4"] {
        assert!(demonstration_check(folder, &["data/corpus", "--threads", threads]) == expected, "{threads} threads");
    }
    let files = ["zh", "fr", "en", "ru", "ar", "es", "de"].map(|name| format!("data/corpus/{name}.jsonl"));
    let mut files: Vec<&str> = files.iter().map(String::as_str).collect();
    for _ in 0..6 {
        files.rotate_left(1);
        assert!(demonstration_check(folder, &files) == expected, "{files:?}");
    }
}

#[test]
fn what_is_kept_changes_nothing_and_is_used_only_for_the_same() {
    let scratch = Scratch::new();
    scratch.reprint();
    let outside = tempfile::tempdir().unwrap();
    let folder = outside.path().join("cache");
    let cache = ["--cache", folder.to_str().unwrap()];
    let kept = || fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let without = scratch.outcome(&[]);
    for _ in 0..2 {
        assert_eq!(scratch.outcome(&cache), without);
    }
    assert_eq!(kept().len(), 1);
    // Other gates over the same scan, and the same gate over another.
    let since = scratch.outcome(&["--since", "HEAD"]);
    assert_eq!(scratch.outcome(&[&cache[..], &["--since", "HEAD"]].concat()), since);
    assert_eq!(kept().len(), 1);
    scratch.outcome(&[&cache[..], &["--threshold", "0.7"]].concat());
    assert_eq!(kept().len(), 2);
    let file = scratch.read("corpus/second.jsonl");
    scratch.write("corpus/second.jsonl", &file.replace("Ferry on rocks", "Ferry on a rock"));
    assert_eq!(scratch.outcome(&cache)["findings"][0]["here"]["title"], "Ferry on a rock");
    scratch.write("corpus/second.jsonl", &file);
    // What a commit held lies elsewhere while it is read.
    let fresh = outside.path().join("fresh");
    let fresh = ["--cache", fresh.to_str().unwrap()];
    let known = scratch.outcome(&[&fresh[..], &["--baseline-from-ref", "HEAD"]].concat());
    assert_eq!(known["counts"]["known"], 1);
    assert_eq!(scratch.outcome(&fresh), without);
    // Damage is noticed.
    for path in kept() {
        let mut bytes = fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&path, bytes).unwrap();
    }
    assert_eq!(scratch.outcome(&cache), without);
}

/// What is behind a link is replaced, and the link stays; a pipe is written to.
#[cfg(unix)]
#[test]
fn an_outcome_goes_where_its_path_leads() {
    let scratch = Scratch::new();
    scratch.write("real.json", "old");
    std::os::unix::fs::symlink("real.json", scratch.path("link.json")).unwrap();
    assert_eq!(scratch.code(&["--output", "json=link.json"]), 0);
    assert!(fs::symlink_metadata(scratch.path("link.json")).unwrap().is_symlink());
    assert!(scratch.read("real.json").starts_with('{'));
    let output = scratch.check(&["--output", "json=/dev/stdout"]);
    assert!(text(&output.stdout).contains("\"findings\""), "{}", text(&output.stdout));
    assert!(!fs::symlink_metadata("/dev/stdout").unwrap().is_file());
}

/// A gate that nothing could shut is an error, and so is a baseline that is named and not there.
#[test]
fn what_cannot_be_meant_is_refused() {
    let scratch = Scratch::new();
    assert_eq!(scratch.code(&["--against", "corpus"]), 2);
    assert_eq!(scratch.code(&["--baseline", "nowhere.json"]), 2);
    assert_eq!(scratch.code(&["--baseline", "nowhere.json", "--update-baseline"]), 0);
    assert_eq!(scratch.code(&["--baseline", "nowhere.json"]), 0);
}
