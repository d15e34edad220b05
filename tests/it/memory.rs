//! A scan finds the same however little it may hold in memory, and leaves nothing of its temporary files.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;
use wirecopy::disk::Workspace;
use wirecopy::pipeline;
use wirecopy::progress::Silent;
use wirecopy::read::Input;
use wirecopy::relation::Relation;
use wirecopy::settings::{Part, Settings};

use crate::articles::Generator;
use crate::corpora::{project, stream};
use crate::determinism::bytes;

/// Articles that print one story, more than are all compared with one another.
const REPRINTS: usize = 90;

/// A few hundred articles: stories of four takes, one printed many times, furniture of each outlet, a paragraph that many
/// repeat, some without a date or outlet, and records that are no articles.
fn invented() -> String {
    const OUTLETS: usize = 7;
    let mut generator = Generator::new(41);
    let mut paragraphs = |count: usize| (0..count).map(|_| generator.paragraph()).collect::<Vec<_>>();
    let (furniture, stock, printed) = (paragraphs(OUTLETS), paragraphs(1), paragraphs(5));
    let mut story = Vec::new();
    let mut lines = String::new();
    for number in 0..280 {
        let mut text = paragraphs(4);
        match number % 4 {
            0 => story = text.clone(),
            1 => text[..3].clone_from_slice(&story[..3]),
            2 => text[1].clone_from(&story[0]),
            _ => {}
        }
        if number % 3 == 0 && number / 3 < REPRINTS {
            text.truncate(number % 2);
            text.splice(..0, printed.iter().cloned());
        }
        if number % 5 == 0 {
            text.extend(stock.clone());
        }
        text.push(furniture[number % OUTLETS].clone());
        // What is printed for weeks is no story.
        let day = if number % 3 == 0 { 10 } else { 1 + number % 28 };
        let mut record = json!({
            "id": format!("article-{}", number / 2),
            "title": format!("Article {number}"),
            "url": format!("https://outlet{}.example/{number}", number % OUTLETS),
            "source": format!("outlet{}.example", number % OUTLETS),
            "published": format!("2026-03-{day:02}T{:02}:00:00Z", number % 24),
            "text": text.join("\n\n"),
        });
        if number % 11 == 0 {
            record.as_object_mut().unwrap().retain(|name, _| name == "text");
        }
        lines += &format!("{record}\n");
        if number % 50 == 0 {
            lines += "{\"id\": \"no text\"}\nbroken\n";
        }
    }
    lines
}

fn demonstration() -> Vec<Input> {
    vec![Input::Path(project().join("data/corpus"))]
}

fn wanted(relation: Relation) -> Settings {
    let mut settings = Settings::default();
    settings.relate.relations = vec![relation];
    settings
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

/// Scans at limits from nothing to all there is, with one thread and with two.
fn check_limits(inputs: impl Fn() -> Vec<Input> + Sync, settings: &Settings) {
    let folder = TempDir::new().unwrap();
    let expected = bytes(&pipeline::scan(inputs(), settings, &Silent).unwrap());
    for limit in [Some(0), Some(64 << 10), Some(1 << 20), None] {
        for threads in [1, 2] {
            let workspace = match limit {
                Some(memory_bytes) => Workspace::limited(folder.path(), memory_bytes),
                None => Workspace::new(folder.path()),
            };
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let scan = || pipeline::scan_within(&workspace, inputs(), settings, &Silent);
            let findings = pool.install(scan).unwrap();
            for (name, bytes) in bytes(&findings) {
                assert!(bytes == expected[&name], "{name} differs: {limit:?} bytes, {threads} threads");
            }
            findings.workspace.check().unwrap();
            assert_eq!(workspace.bytes_written() > 0, limit.is_some(), "{limit:?} bytes");
            assert!(is_empty(folder.path()));
        }
    }
}

#[test]
fn the_demonstration_is_the_same_at_any_limit() {
    check_limits(demonstration, &Settings::default());
}

#[test]
fn the_demonstration_without_parts_of_the_method_is_the_same_at_any_limit() {
    let without = vec![Part::Quotations, Part::Furniture, Part::Names];
    check_limits(demonstration, &Settings { without, ..Settings::default() });
}

#[test]
fn near_duplicates_alone_are_the_same_at_any_limit() {
    check_limits(demonstration, &wanted(Relation::NearDuplicate));
    check_limits(|| vec![stream("invented.jsonl", invented())], &wanted(Relation::NearDuplicate));
}

#[test]
fn identical_texts_alone_are_the_same_at_any_limit() {
    check_limits(demonstration, &wanted(Relation::Identical));
    check_limits(|| vec![stream("invented.jsonl", invented())], &wanted(Relation::Identical));
}

#[test]
fn a_story_printed_many_times_is_the_same_at_any_limit() {
    let inputs = || vec![stream("invented.jsonl", invented())];
    let findings = pipeline::scan(inputs(), &Settings::default(), &Silent).unwrap();
    // What the other tests compare is worth comparing.
    assert!(findings.stories.len() > 30, "{} stories", findings.stories.len());
    assert!(findings.stories[0].members.len() >= REPRINTS, "{} members", findings.stories[0].members.len());
    assert!(findings.passages.len() > 50, "{} passages", findings.passages.len());
    assert!(!findings.rejects.is_empty() && findings.counts.undated > 0 && findings.counts.without_source > 0);
    check_limits(inputs, &Settings::default());
}

/// Runs the program in a folder, and gives its exit code, standard output and standard error.
fn wirecopy(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let program = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
        .current_dir(folder)
        .args(["scan", "--isolated"])
        .arg(project().join("data/corpus"))
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (program.status.code(), text(program.stdout), text(program.stderr))
}

#[test]
fn the_program_leaves_nothing_in_the_folder_for_temporary_files() {
    let folder = TempDir::new().unwrap();
    let temporary = folder.path().join("temporary");
    fs::create_dir(&temporary).unwrap();
    let (code, expected, _) = wirecopy(folder.path(), &["--out", "all"]);
    assert_eq!(code, Some(0));
    let limited = ["--memory", "1MiB", "--temp-dir", "temporary", "--out", "found"];
    let (code, out, error) = wirecopy(folder.path(), &limited);
    assert_eq!((code, out), (Some(0), expected), "{error}");
    assert!(is_empty(&temporary));
    let manifest = fs::read(folder.path().join("found/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    for name in manifest["files"].as_array().unwrap() {
        let read = |from: &str| fs::read(folder.path().join(from).join(name.as_str().unwrap())).unwrap();
        assert!(read("all") == read("found"), "{name}");
    }
}

/// Even if memory would do.
#[test]
fn a_folder_for_temporary_files_that_is_none_is_refused() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    for memory in ["0", "4GiB"] {
        for name in ["missing", "file"] {
            let limited = ["--memory", memory, "--temp-dir", name, "--out", "found"];
            let (code, out, error) = wirecopy(folder.path(), &limited);
            assert_eq!((code, out.as_str()), (Some(2), ""));
            let begin = format!("error: cannot create a temporary file in {name}: ");
            assert!(error.starts_with(&begin), "{error}");
            assert!(error.ends_with("\nhint: name another folder with --temp-dir\n"), "{error}");
            assert!(!folder.path().join("found").exists());
        }
    }
}

#[cfg(unix)]
mod unix {
    use std::io::Write;
    use std::process::{Child, Stdio};

    use super::*;
    use crate::corpora::lines;
    use crate::interruption::{PATIENCE_BYTES, articles, check_whenever, interrupt, scan};

    const LIMITED: [&str; 6] = ["--out", "found", "--memory", "1MiB", "--temp-dir", "temporary"];

    fn folder() -> TempDir {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("temporary")).unwrap();
        folder
    }

    /// Feeds a scan until it has a temporary file, stops it, and goes on feeding it until it ends.
    #[cfg(target_os = "linux")]
    fn check_stopped(stop: impl Fn(&mut Child), code: Option<i32>) {
        let folder = folder();
        let temporary = folder.path().join("temporary").canonicalize().unwrap();
        let mut child = scan(folder.path(), Stdio::piped(), &LIMITED);
        let writes = |child: &Child| {
            let open = fs::read_dir(format!("/proc/{}/fd", child.id())).unwrap();
            open.filter_map(|file| fs::read_link(file.ok()?.path()).ok()).any(|file| file.starts_with(&temporary))
        };
        let mut input = child.stdin.take().unwrap();
        let records = lines(&articles(400));
        let mut fed = 0;
        while !writes(&child) {
            input.write_all(records.as_bytes()).unwrap();
            fed += records.len();
            assert!(fed < PATIENCE_BYTES, "nothing is written");
        }
        stop(&mut child);
        while input.write_all(records.as_bytes()).is_ok() {
            fed += records.len();
            assert!(fed < 2 * PATIENCE_BYTES, "still reading");
        }
        drop(input);
        assert_eq!(child.wait_with_output().unwrap().status.code(), code);
        assert!(is_empty(&temporary));
        assert!(!folder.path().join("found").exists());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn an_interrupted_scan_leaves_no_temporary_file() {
        check_stopped(|child| interrupt(child), Some(130));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_killed_scan_leaves_no_temporary_file() {
        check_stopped(|child| child.kill().unwrap(), None);
    }

    #[test]
    fn a_scan_with_temporary_files_may_be_interrupted_at_any_time() {
        let folder = folder();
        check_whenever(folder.path(), &[20, 100, 300, 600, 1000], &LIMITED[2..]);
        assert!(is_empty(&folder.path().join("temporary")));
    }

    /// No file may grow beyond a few kilobytes, as on a disk that fills.
    #[test]
    fn a_temporary_file_that_cannot_be_written_ends_the_scan() {
        let folder = folder();
        let program = Command::new("sh")
            .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_wirecopy")])
            .args(["scan", "--isolated"])
            .arg(project().join("data/corpus"))
            .args(LIMITED)
            .current_dir(folder.path())
            .output()
            .unwrap();
        let error = String::from_utf8(program.stderr).unwrap();
        assert_eq!((program.status.code(), program.stdout.len()), (Some(2), 0), "{error}");
        let begin = "error: cannot write a temporary file in temporary: ";
        assert!(error.starts_with(begin), "{error}");
        assert!(error.ends_with("\nhint: name another folder with --temp-dir\n"), "{error}");
        assert!(is_empty(&folder.path().join("temporary")));
        assert!(!folder.path().join("found").exists());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_standard_output_is_a_failure() {
        let full = || fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        for format in ["text", "json"] {
            let program = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
                .args(["scan", "--isolated", "--format", format])
                .arg(project().join("data/corpus"))
                .stdout(full())
                .output()
                .unwrap();
            let error = String::from_utf8(program.stderr).unwrap();
            assert_eq!(program.status.code(), Some(2), "{error}");
            assert!(error.starts_with("error: cannot write to standard output: No space left on device"), "{error}");
        }
    }
}
