//! Archives of crawlers from outside: a folder of mixed formats, and one archive of a gigabyte.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::articles::{self, Generator};
use crate::program::{json_lines, run};

fn scan(folder: &Path) -> String {
    run(folder, &["scan", "in", "--out", "found"], 0).0
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The same article as a line of JSON, a page, a record of a page, a record of text and in an older character set.
#[test]
fn one_story_in_many_formats() {
    let folder = TempDir::new().unwrap();
    let input = folder.path().join("in");
    fs::create_dir(&input).unwrap();
    let paragraphs = Generator::new(3).article();
    let text = paragraphs.join("\n\n");
    let line = json!({"id": "line", "url": "https://one.example/a", "text": text}).to_string();
    fs::write(input.join("a.jsonl"), line).unwrap();
    fs::write(input.join("b.html"), articles::page(1, &paragraphs)).unwrap();
    let other = articles::page(9, &Generator::new(9).article());
    let archive = [gzip(&articles::response(7, &articles::page(2, &paragraphs))), gzip(&articles::response(8, &other))];
    fs::write(input.join("c.warc.gz"), archive.concat()).unwrap();
    fs::write(input.join("d.wet"), articles::record(5, &text)).unwrap();
    let russian = "Паром сел на мель у острова утром во вторник, сообщили спасатели.";
    fs::write(input.join("e.txt"), encoding_rs::KOI8_R.encode(russian).0).unwrap();
    let summary = scan(folder.path());
    let members = json_lines(&folder.path().join("found/members.jsonl"));
    let row = |name: &str| members.iter().find(|row| row["id"].as_str().unwrap().ends_with(name)).unwrap();
    assert_eq!(members.len(), 6, "{summary}");
    for id in ["line", "in/b", "urn:uuid:7", "urn:uuid:5"] {
        assert_eq!(row(id)["story_id"], row("line")["story_id"], "{id}: {summary}");
        assert_eq!(row(id)["story_size"], 4, "{id}: {summary}");
    }
    assert_eq!(row("in/b")["url"], "https://lark.example/1");
    assert_eq!(row("in/b")["published"], "2026-03-10T09:30:00Z");
    assert_eq!(row("urn:uuid:8")["story_id"], Value::Null);
    assert_eq!(json_lines(&folder.path().join("found/rejects.jsonl")), Vec::<Value>::new());
}

/// Memory stays flat over an archive of a gigabyte, plain and packed. Takes a minute: `WIRECOPY_SLOW=1` chooses it.
#[cfg(target_os = "linux")]
#[test]
fn an_archive_of_a_gigabyte() {
    if std::env::var_os("WIRECOPY_SLOW").is_none() {
        eprintln!("skipped: WIRECOPY_SLOW is not set");
        return;
    }
    use wirecopy::read::{Input, Mapping, chunks, sources};
    use wirecopy::settings::ReadSettings;
    let folder = TempDir::new().unwrap();
    let settings = ReadSettings::default();
    let mapping = Mapping::new(&settings).unwrap();
    // Texts, and pages that are cut and not parsed: what a page costs is another matter.
    for (name, texts) in [("a.wet", true), ("b.warc", false), ("c.wet.gz", true)] {
        let path = folder.path().join(name);
        let mut file = BufWriter::new(fs::File::create(&path).unwrap());
        let mut generator = Generator::new(1);
        let block: Vec<u8> = (0..200)
            .flat_map(|number| match texts {
                true => articles::record(number, &generator.article().join("\n\n")),
                false => articles::response(number, &articles::page(number, &generator.article())),
            })
            .collect();
        let written = if name.ends_with("gz") { gzip(&block) } else { block.clone() };
        let blocks = (1 << 30) / block.len() + 1;
        for _ in 0..blocks {
            file.write_all(&written).unwrap();
        }
        drop(file);
        let before = peak_kib();
        let started = std::time::Instant::now();
        let mut records = 0;
        for chunk in chunks(sources(vec![Input::Path(path.clone())], &settings).unwrap().sources, &settings, &mapping) {
            records += if texts {
                chunk.parse(&mapping).articles.len()
            } else {
                200 * blocks * usize::from(chunk.bytes_read() > 0)
            };
        }
        let megabytes = (blocks * block.len()) as f64 / 1e6;
        let seconds = started.elapsed().as_secs_f64();
        println!(
            "{name}: {megabytes:.0} MB in {seconds:.1} s, {:.0} MB/s, peak +{} KiB",
            megabytes / seconds,
            peak_kib() - before
        );
        assert!(records >= 200 * blocks, "{records}");
        // A window, a chunk and the largest record.
        assert!(peak_kib() - before < 64 << 10, "{} KiB more", peak_kib() - before);
        fs::remove_file(path).unwrap();
    }
}

/// The most memory that this process has had.
#[cfg(target_os = "linux")]
fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
