//! Input as it comes: every bad record is a row in `rejects`, is counted, and takes no other record with it.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tempfile::TempDir;
use wirecopy::pipeline;
use wirecopy::progress::Silent;
use wirecopy::read::Input;
use wirecopy::settings::Settings;

use crate::articles::Generator;
use crate::corpora::{links, scanned, stories, written};
use crate::program::{json_lines, run};

/// A fine record.
fn record(id: &str) -> String {
    // A seed from the id.
    let mut generator = Generator::new(id.bytes().fold(0, |seed, byte| seed * 31 + u64::from(byte)));
    format!("{}\n", json!({"id": id, "text": format!("{id}. {}", generator.paragraph())}))
}

/// Scans a folder `in` that holds one file; its fine records are called `fine-1` and so on.
///
/// `rejects` are record, byte offset and how the reason begins.
fn check(name: &str, bytes: &[u8], fine: usize, rejects: &[(u64, usize, &str)]) {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("in")).unwrap();
    fs::write(folder.path().join("in").join(name), bytes).unwrap();
    // Never alone: what is wrong with one file must not be another's loss.
    fs::write(folder.path().join("in/other.jsonl"), record("other-1") + &record("other-2")).unwrap();
    let (out, _) = run(folder.path(), &["scan", "in", "--out", "found"], 0);
    let found: Vec<(String, u64, usize, String)> = json_lines(&folder.path().join("found/rejects.jsonl"))
        .into_iter()
        .map(|row| {
            let number = |name: &str| row[name].as_u64().unwrap();
            let text = |name: &str| row[name].as_str().unwrap().to_owned();
            (text("path"), number("record"), number("byte_offset") as usize, text("reason"))
        })
        .collect();
    assert_eq!(found.len(), rejects.len(), "{found:?}");
    for (found, (record, byte_offset, reason)) in found.iter().zip(rejects) {
        assert_eq!((&found.0, found.1, found.2), (&format!("in/{name}"), *record, *byte_offset), "{found:?}");
        assert!(found.3.starts_with(reason), "{found:?}");
    }
    let members = json_lines(&folder.path().join("found/members.jsonl"));
    let ids: BTreeSet<&str> = members.iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(members.len(), fine + 2, "{ids:?}");
    assert!((1..=fine).all(|number| ids.contains(format!("fine-{number}").as_str())), "{ids:?}");
    let counted = match rejects.len() {
        0 => String::new(),
        1 => "1 rejected record".into(),
        count => format!("{count} rejected records"),
    };
    assert!(out.contains(&counted), "{out}");
    let manifest: Value =
        serde_json::from_slice(&fs::read(folder.path().join("found/manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["counts"]["rejects"], rejects.len());
}

#[test]
fn a_broken_json_line() {
    let lines = [&record("fine-1"), "{\"id\": \"x\", \"text\": \n", &record("fine-2")];
    check("a.jsonl", lines.concat().as_bytes(), 2, &[(2, lines[0].len(), "broken JSON at column")]);
}

#[test]
fn a_record_without_text() {
    let lines = ["{\"id\": \"x\", \"title\": \"No text\"}\n", &record("fine-1"), "{\"text\": \" \\n\"}\n"];
    let second = lines[0].len() + lines[1].len();
    check("a.jsonl", lines.concat().as_bytes(), 1, &[(1, 0, "no text: "), (3, second, "no text: ")]);
}

#[test]
fn invalid_utf8() {
    let lines: [&[u8]; 3] =
        [record("fine-1").leak().as_bytes(), b"{\"text\": \"\xff\xfe caf\xe9\"}\n", record("fine-2").leak().as_bytes()];
    check("a.jsonl", &lines.concat(), 2, &[(2, lines[0].len(), "invalid UTF-8 at byte")]);
    check("a.txt", b"A caf\xc3\xa9 on the q\xe9.", 0, &[(1, 0, "invalid UTF-8 at byte 17")]);
}

#[test]
fn a_truncated_gzip() {
    let records: Vec<String> = (1..=400).map(|number| record(&format!("fine-{number}"))).collect();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(records.concat().as_bytes()).unwrap();
    let bytes = encoder.finish().unwrap();
    let half = &bytes[..bytes.len() / 2];
    // As many as a decoder gets out of the first half, the last of them cut.
    let mut whole = Vec::new();
    let _ = std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(half), &mut whole);
    let fine = whole.iter().filter(|&&byte| byte == b'\n').count();
    let start: usize = records[..fine].iter().map(String::len).sum();
    assert!((100..300).contains(&fine), "{fine}");
    check("a.jsonl.gz", half, fine, &[(fine as u64 + 1, start, "the gzip data ends early")]);
}

#[test]
fn a_file_full_of_nul() {
    check("a.jsonl", &[0; 70_000], 0, &[(1, 0, "binary data, not text")]);
    check("a.txt", &[0; 70_000], 0, &[(1, 0, "binary data, not text")]);
}

#[test]
fn a_line_of_a_hundred_megabytes() {
    let fine = [record("fine-1"), record("fine-2")];
    let mut bytes = fine[0].clone().into_bytes();
    bytes.extend_from_slice(b"{\"text\": \"");
    bytes.resize(bytes.len() + (100 << 20), b'x');
    bytes.extend_from_slice(b"\"}\n");
    bytes.extend_from_slice(fine[1].as_bytes());
    check("a.jsonl", &bytes, 2, &[(2, fine[0].len(), "record of 104857612 bytes, more than the 16777216")]);
}

/// A file of records without a text costs no row each.
#[test]
fn rejects_that_follow_one_another_are_one_row_after_a_thousand() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let lines = "{}\n".repeat(4_000) + "{\"text\": \"a text\"}\n" + &"{}\n".repeat(300_000) + "broken\n{}\n";
    fs::write(&path, lines).unwrap();
    let input = vec![Input::Path(path)];
    let findings = pipeline::scan(input, &Settings::default(), &Silent).unwrap();
    assert_eq!((findings.counts.articles, findings.counts.rejects), (1, 304_002));
    let rows = &findings.rejects;
    assert!(rows[..1000].iter().zip(1..).all(|(row, record)| (row.record, row.records) == (record, 1)));
    let rest: Vec<(u64, u64)> = rows[1000..].iter().map(|row| (row.record, row.records)).collect();
    assert_eq!(rest, [(1001, 3000), (4002, 300_000), (304_002, 1), (304_003, 1)]);
}

#[test]
fn an_empty_text_is_a_reject_and_a_file_without_records_is_not() {
    check("a.txt", b"", 0, &[(1, 0, "no text")]);
    check("a.jsonl", b"", 0, &[]);
    check("a.jsonl", b"\n\n", 0, &[]);
}

#[test]
fn a_row_of_another_width() {
    let rows = ["id,text\n", "fine-1,A line of text.\n", "x,too,many\n", "fine-2,Another line of it.\n"];
    let start = rows[0].len() + rows[1].len();
    check("a.csv", rows.concat().as_bytes(), 2, &[(2, start, "the row has 3 cells, the header row 2")]);
}

#[cfg(unix)]
#[test]
fn a_file_that_vanished() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("a.jsonl"), record("fine-1")).unwrap();
    std::os::unix::fs::symlink("gone.jsonl", folder.path().join("b.jsonl")).unwrap();
    let (out, _) = run(folder.path(), &["scan", ".", "--out", "found"], 0);
    let rejects = json_lines(&folder.path().join("found/rejects.jsonl"));
    assert_eq!(rejects.len(), 1, "{rejects:?}");
    assert!(rejects[0]["path"].as_str().unwrap().ends_with("b.jsonl"), "{rejects:?}");
    assert!(rejects[0]["reason"].as_str().unwrap().starts_with("cannot be read: "), "{rejects:?}");
    assert!(out.contains("1 rejected record"), "{out}");
    assert_eq!(json_lines(&folder.path().join("found/members.jsonl")).len(), 1);
}

#[test]
fn an_empty_corpus() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("in")).unwrap();
    let (out, error) = run(folder.path(), &["scan", "in", "--out", "found"], 2);
    assert_eq!(out, "");
    assert!(error.starts_with("error: no article in in"), "{error}");
    assert!(!folder.path().join("found").exists());
    fs::write(folder.path().join("in/a.jsonl"), "nothing\n").unwrap();
    let (_, error) = run(folder.path(), &["scan", "in", "--out", "found"], 2);
    assert!(error.contains("its only record is rejected: not a JSON object"), "{error}");
    // Standard input has no endings, and nothing in it is ignored.
    let (_, error) = run(folder.path(), &["scan", "-"], 2);
    assert_eq!(error, "error: no article in -: its only record is rejected: no text: it is empty or blank\n");
}

#[test]
fn a_name_of_a_field_may_stand_alone() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("a.jsonl"), "{\"id\": \"a\", \"words\": \"It rained.\", \"text\": \"no\"}\n").unwrap();
    let scan = |settings: &str| {
        fs::write(folder.path().join("s.toml"), format!("[read.map]\n{settings}\n")).unwrap();
        let mut program = Command::new(env!("CARGO_BIN_EXE_wirecopy"));
        let output =
            program.current_dir(folder.path()).args(["scan", "a.jsonl", "--config", "s.toml"]).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(scan("text = \"words\""), (Some(0), String::new()));
    assert_eq!(scan("text = [\"words\", \"text\"]"), (Some(0), String::new()));
    let (code, error) = scan("text = 7");
    assert_eq!(code, Some(2));
    assert!(error.contains("s.toml, line 2: expected a name such as \"body\", or a list of names"), "{error}");
}

#[test]
fn more_rejects_than_allowed_fail_and_write_nothing() {
    let folder = TempDir::new().unwrap();
    let mut lines: String = (0..98).map(|number| record(&format!("fine-{number}"))).collect();
    lines += "broken\nbroken\n";
    fs::write(folder.path().join("a.jsonl"), lines).unwrap();
    let scan =
        |allowed, code| run(folder.path(), &["scan", "a.jsonl", "--out", "found", "--max-rejects", allowed], code);
    for allowed in ["1%", "1", "0"] {
        let (out, error) = scan(allowed, 2);
        assert_eq!(out, "");
        let expected = format!("error: 2 of 100 records rejected, more than the {allowed} allowed");
        assert!(error.contains(&expected) && error.contains("not a JSON object"), "{error}");
        assert!(error.contains("\nhint: nothing was written; without --max-rejects, "), "{error}");
        assert!(!folder.path().join("found").exists());
    }
    scan("2%", 0);
    assert_eq!(json_lines(&folder.path().join("found/members.jsonl")).len(), 98);
}

/// Two articles with these texts: whether they are one, and whether they link.
fn assert_pair(one: &str, other: &str, duplicates: bool) {
    let article = |id: &str, text: &str| written(id, format!("{id}.example"), text);
    let findings = scanned(&[article("a", one), article("b", other)]);
    assert_eq!(findings.members.len(), 2);
    let found = findings.members.iter().filter(|member| member.duplicate_of.is_some()).count() == 1;
    assert_eq!(found, duplicates, "{one:?} {other:?}");
    assert_eq!(links(&findings).len(), usize::from(duplicates), "{one:?} {other:?}");
    assert_eq!(stories(&findings).len(), usize::from(duplicates), "{one:?} {other:?}");
}

#[test]
fn texts_of_no_word_one_and_four() {
    assert_pair("…", "…", true);
    assert_pair("…", "***", false);
    assert_pair("…", "Rain", false);
    assert_pair("Rain", "rain!", true);
    assert_pair("Rain", "Snow", false);
    assert_pair("Rain closes the harbour", "Rain closes the harbour.", true);
    assert_pair("Rain closes the harbour", "Rain closes the bridge", false);
    assert_pair("Rain closes the harbour", "Rain closes the harbour again today", false);
    assert_pair("港", "港", true);
    assert_pair("港", "雨", false);
}

#[test]
fn texts_of_emoji_are_one_only_if_they_are_equal() {
    assert_pair("🌧🌧🌧🌧🌧🌧", "🌧🌧🌧🌧🌧🌧", true);
    assert_pair("🌧🌧🌧🌧🌧🌧", "🔥🔥🔥🔥🔥🔥", false);
    let pictures = ["🌧", "🔥", "⚓", "🚢", "🐟", "🎉"];
    let articles: Vec<_> = (0..60)
        .map(|number| written(format!("{number}"), "pictures.example", pictures[number % 6].repeat(1 + number)))
        .collect();
    let findings = scanned(&articles);
    assert_eq!((findings.members.len(), stories(&findings).len(), findings.counts.dropped), (60, 0, 0));
}

/// Everything in such a text is everywhere in it.
#[test]
fn one_word_ten_thousand_times() {
    let text = |words: usize| "rain ".repeat(words);
    let started = std::time::Instant::now();
    assert_pair(&text(100_000), &text(100_000), true);
    assert_pair(&text(100_000), &text(90_000), true);
    let mut generator = Generator::new(5);
    let article = generator.article().join("\n\n");
    assert_pair(&format!("{article} {}", text(10_000)), &format!("{} {}", text(10_000), generator.paragraph()), false);
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
}

/// Files that say nothing for gigabytes take no more memory than others.
#[cfg(target_os = "linux")]
#[test]
fn emptiness_without_end_is_read_in_flat_memory() {
    const LIMIT_KIB: usize = 1 << 20;
    let folder = tempfile::tempdir().unwrap();
    let packed = |bytes: &[u8]| zstd::encode_all(bytes, 1).unwrap();
    for (name, beginning, unit) in [
        ("blank.warc.zst", "", "\r\n"),
        ("words.xml.zst", "<rss><channel>", "a"),
        ("line.jsonl.zst", "{\"text\": \"", "a"),
        ("lines.jsonl.zst", "", "\n"),
        ("page.html.zst", "<p>", "a"),
        ("cell.csv.zst", "id,text\n", "a"),
        ("spaces.json.zst", "[", " "),
    ] {
        // Frames of zstd may stand one after the other: 1.6 GB.
        let frame = packed(unit.repeat((16 << 20) / unit.len()).as_bytes());
        let path = folder.path().join(name);
        std::fs::write(&path, [packed(beginning.as_bytes()), frame.repeat(100)].concat()).unwrap();
        let limited = format!("ulimit -v {LIMIT_KIB}; exec \"$0\" scan \"$1\" --isolated");
        let output = std::process::Command::new("sh")
            .args(["-c", &limited, env!("CARGO_BIN_EXE_wirecopy")])
            .arg(&path)
            .env("RAYON_NUM_THREADS", "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && said.contains("error: no article in "), "{name}: {said}");
    }
}
