//! A corpus written again without some of its articles: every other byte is as it was.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;
use wirecopy::read::{Input, Leavable, Leave, Left, Mapping, Record, sources};
use wirecopy::settings::ReadSettings;

use crate::corpora::project;
use crate::program::{json_lines, run};

/// The file without the articles that have "drop" in their text, or why it cannot be written.
fn left_with(name: &str, content: &[u8], settings: &ReadSettings) -> Result<(Vec<u8>, Left), String> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    let found = sources(vec![Input::Path(path)], settings).unwrap();
    let mapping = Mapping::new(settings).unwrap();
    match Leave::open(&found.sources[0], settings, &mapping) {
        Leavable::No(reason) => Err(reason),
        Leavable::Yes(leave) => {
            let mut out = Vec::new();
            let mut keep = |record: Record<'_>| match record {
                Record::Article(article) => Ok(!article.text.contains("drop")),
                Record::Reject(_) => Ok(true),
            };
            let told = leave.write(&mut keep, &mut out).unwrap();
            Ok((out, told))
        }
    }
}

fn left(name: &str, content: &[u8]) -> (String, Left) {
    let (out, told) = left_with(name, content, &ReadSettings::default()).unwrap();
    (String::from_utf8(out).unwrap(), told)
}

/// Checks what becomes of a file in which `«` and `»` enclose what goes.
#[track_caller]
fn check(name: &str, marked: &str) {
    let original = marked.replace(['«', '»'], "");
    let mut expected = String::new();
    let mut rest = marked;
    while let Some((before, after)) = rest.split_once('«') {
        expected.push_str(before);
        rest = after.split_once('»').unwrap().1;
    }
    expected.push_str(rest);
    let (out, told) = left(name, original.as_bytes());
    assert_eq!(out, expected, "{name}: {told:?}");
    assert_eq!(left(name, out.as_bytes()).0, out, "{name}, twice");
    // What goes and what stays are the input, and nothing else.
    let kept = left(name, original.replace("drop", "stay").as_bytes()).0;
    assert_eq!(kept.len(), original.len() - original.matches("no record").count() * "no record\n".len(), "{name}");
}

#[test]
fn lines_go_with_their_ends() {
    check(
        "a.jsonl",
        "{\"text\":\"a\"}\n«{\"text\":\"drop\"}\n»{\"text\" : \"b\"}  \r\n«{\"text\":\"drop\"}\r\n»\r\n  \n{\"text\":\"c\"}",
    );
    check("a.jsonl", "\u{feff}«{\"text\":\"drop\"}\n»{\"text\":\"a\",\"n\":1.50e+00}\n«{\"text\":\"drop\"}»");
    check("a.ndjson", "\n\n«  {\"text\":\"drop\"}\n»{\"text\":\"a\"}\n");
    check("a.jsonl", "{\"text\":\"a\"}\n«no record\n»{\"text\":\"b\"}\n");
    check("a.jsonl", "");
    check("a.jsonl", "\n\n");
}

#[test]
fn elements_go_with_their_commas() {
    check("a.json", "[\n  {\"text\":\"a\"}«,\n  {\"text\":\"drop\"}»,\n  {\"text\":\"b\"}\n]\n");
    check("a.json", "[\n  «{\"text\":\"drop\"},\n  »{\"text\":\"a\"}«,\n  {\"text\":\"drop\"}»\n]\n");
    check("a.json", "[«{\"text\":\"drop\"},{\"text\":\"drop\"} , »{\"text\":\"a\"},{\"text\":\"b\"}]");
    check("a.json", "{\"status\":\"ok\",\"articles\":[{\"text\":\"a\"}«,{\"text\":\"drop\"}»],\"total\":2}");
    check("a.json", "{\"status\":\"ok\",\"articles\":{\"results\":[«{\"text\":\"drop\"},»{\"text\":\"a\"}]}}\n");
    check("a.json", "[{\"text\":\"a\"}«,{\"text\":\"drop\"}»]\n[«{\"text\":\"drop\"},»{\"text\":\"b\"}]");
    check("a.json", "\u{feff}{\"text\":\"a\"}\r\n{\"text\":\"b\"}");
    // What is no article goes, too; what is broken stays.
    let (out, told) = left("a.json", br#"[{"title":"t"}, 3, {"text":"a"}, {"title":"t"}]"#);
    assert_eq!((out.as_str(), told.rejected), (r#"[{"text":"a"}]"#, 3));
    let (out, told) = left("a.json", b"[{\"text\":\"a\"},{\"text\":\"open\n{\"text\":\"drop\"}]");
    assert_eq!((out.as_str(), told.unchanged, told.rejected), ("[{\"text\":\"a\"},{\"text\":\"open\n]", 1, 0));
}

#[test]
fn rows_go_with_their_ends() {
    check("a.csv", "id,text\n1,a\n«2,drop\n»3,b\n");
    check("a.csv", "\u{feff}id,text\r\n«1,\"drop, \"\"x\"\"\r\nc\"\r\n»\r\n2,\"a\r\nb\"\r\n«3,drop»");
    check("a.tsv", "id\ttext\n«1\tdrop\n2\tdrop\n»3\ta");
    check("a.csv", "id;text\r1;a\r«2;drop\r»3;b\r");
    // Rows of another width are no articles.
    let (out, told) = left("a.csv", b"id,text\n1,a\nragged\n2,drop\n3,b\n");
    assert_eq!((out.as_str(), told.kept, told.dropped, told.rejected), ("id,text\n1,a\n3,b\n", 2, 1, 1));
}

#[test]
fn items_go_with_the_space_before_them() {
    let item = |text: &str| format!("<item><title>t</title><description>{text}</description></item>");
    let (a, drop) = (item("a"), item("drop"));
    check(
        "a.rss",
        &format!(
            "<?xml version=\"1.0\"?>\n<rss><channel><title>x</title>«\n  {drop}»\n  {a}«\n  {drop}»\n</channel></rss>\n"
        ),
    );
    check("a.xml", "<items>\n<item><text>a</text></item>«\n<item><text>drop</text></item>»\n</items>");
}

#[test]
fn a_text_or_page_is_there_or_not() {
    for (name, content) in
        [("a.txt", "\u{feff}It rained.\r\n"), ("a.html", "<html><p>It rained on the island all night.</p></html>")]
    {
        assert_eq!(left(name, content.as_bytes()).0, content, "{name}");
        let (out, told) = left(name, content.replace("rained", "drop").as_bytes());
        assert!(out.is_empty() && told.is_empty(), "{name}: {told:?}");
    }
}

#[test]
fn what_cannot_be_written_is_left_out() {
    let reason = left_with("a.zip", b"no archive", &ReadSettings::default()).unwrap_err();
    assert_eq!(reason, "not a tar or zip archive, as its name says");
}

/// A record of an archive; `text` makes it one with a text.
fn archived(kind: &str, text: &str) -> String {
    let length = text.len();
    format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\r\n{text}\r\n\r\n"
    )
}

#[test]
fn records_of_archives_go_with_their_line_ends() {
    let records =
        [("warcinfo", "about"), ("conversion", "drop"), ("conversion", "a"), ("metadata", "b"), ("conversion", "drop")];
    let records = records.map(|(kind, text)| archived(kind, text));
    let expected = [0, 2, 3].map(|place: usize| &*records[place]);
    let (out, told) = left("a.wet", records.concat().as_bytes());
    assert_eq!(out, expected.concat());
    assert_eq!((told.kept, told.dropped, told.rejected), (1, 2, 0));
    // Packed, each record is a member of its own.
    let packed: Vec<u8> = records.iter().flat_map(|record| gzip(record.as_bytes())).collect();
    let (mut out, _) = left_with("a.wet.gz", &packed, &ReadSettings::default()).unwrap();
    for record in expected {
        let mut member = flate2::bufread::GzDecoder::new(&out[..]);
        let mut text = String::new();
        member.read_to_string(&mut text).unwrap();
        assert_eq!(text, record);
        out = member.into_inner().to_vec();
    }
    assert!(out.is_empty());
}

#[test]
fn what_is_too_long_or_cut_off_goes() {
    let settings = ReadSettings { max_record_bytes: 1000, ..ReadSettings::default() };
    let long = "x".repeat(3 << 20);
    let lines = format!("{{\"text\":\"a\"}}\n{{\"text\":\"{long}\"}}\n{{\"text\":\"b\"}}\n{{\"text\":\"{long}\"}}\n");
    let (out, told) = left_with("a.jsonl", lines.as_bytes(), &settings).unwrap();
    assert_eq!(out, b"{\"text\":\"a\"}\n{\"text\":\"b\"}\n");
    assert_eq!((told.kept, told.rejected, told.damage), (2, 2, None));
    let rows = format!("id,text\n1,a\n2,\"{long}\"\n3,b\n");
    assert_eq!(left_with("a.csv", rows.as_bytes(), &settings).unwrap().0, b"id,text\n1,a\n3,b\n");
}

/// The content, packed by gzip.
fn gzip(content: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(content).unwrap();
    packed.finish().unwrap()
}

#[test]
fn packed_files_are_packed_again() {
    let lines: String = (0..5000)
        .map(|n| {
            format!("{{\"id\":{n},\"text\":\"{} {}\"}}\n", if n % 3 == 0 { "drop" } else { "stay" }, "y".repeat(900))
        })
        .collect();
    let expected: String = lines.split_inclusive('\n').filter(|line| !line.contains("drop")).collect();
    let unpacked = |packed: &[u8]| {
        let mut text = String::new();
        flate2::read::MultiGzDecoder::new(packed).read_to_string(&mut text).unwrap();
        text
    };
    let (out, told) = left_with("a.jsonl.gz", &gzip(lines.as_bytes()), &ReadSettings::default()).unwrap();
    assert!(unpacked(&out) == expected);
    assert_eq!((told.kept, told.dropped), (3333, 1667));
    let zstd = zstd::encode_all(lines.as_bytes(), 1).unwrap();
    let (out, _) = left_with("a.jsonl.zst", &zstd, &ReadSettings::default()).unwrap();
    assert!(zstd::decode_all(&out[..]).unwrap() == expected.as_bytes());
    // Of what is cut off, what can be read is written.
    let packed = gzip(lines.as_bytes());
    let (out, told) = left_with("a.jsonl.gz", &packed[..packed.len() / 2], &ReadSettings::default()).unwrap();
    assert_eq!(told.damage.as_deref(), Some("the gzip data ends early"));
    assert!(expected.starts_with(&unpacked(&out)) && told.kept > 100);
}

#[test]
fn other_character_sets_stay_what_they_are() {
    for (label, text) in [
        ("utf-16le", "Ærø 🐉 火"),
        ("koi8-r", "Паром сел на мель у острова утром во вторник, сообщили спасатели."),
        ("shift_jis", "火曜日の朝、フェリーが島の沖で座礁したと救助隊が発表した。潤"),
    ] {
        let set = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap();
        let encoded = |text: &str| -> Vec<u8> {
            match label {
                "utf-16le" => [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect(),
                _ => set.encode(text).0.into_owned(),
            }
        };
        let settings = match label {
            "shift_jis" => ReadSettings { encoding: label.into(), ..ReadSettings::default() },
            _ => ReadSettings::default(),
        };
        let line = format!("{{\"text\":\"{text}\"}}\r\n");
        let lines = format!("{line}{{\"text\":\"drop {text}\"}}\r\n\r\n").repeat(100);
        let expected = format!("{line}\r\n").repeat(100);
        assert!(left_with("a.jsonl", &encoded(&lines), &settings).unwrap().0 == encoded(&expected), "{label}");
        let (stays, goes) = (format!("{{\"text\":\"{text}\"}}"), format!("{{\"text\":\"drop {text}\"}}"));
        let list = format!("[{goes},\r\n{stays}{}]\n", format!(",\r\n{stays} , {goes}").repeat(100));
        let expected = format!("[{stays}{}]\n", format!(",\r\n{stays}").repeat(100));
        let out = left_with("a.json", &encoded(&list), &settings).unwrap().0;
        assert!(out == encoded(&expected), "{label}: {}", set.decode(&out).0);
    }
}

proptest! {
    /// What is left of a list is a list of what was kept, whatever goes and wherever the commas stand.
    #[test]
    fn lists_stay_lists(
        lists in prop::collection::vec(prop::collection::vec((any::<bool>(), "[ \n]{0,2},[ \n]{0,2}"), 0..6), 1..3),
        before in "[ \n]{0,2}",
    ) {
        let (mut original, mut kept) = (String::new(), Vec::new());
        for list in &lists {
            original.push_str(&format!("{before}[{before}"));
            for (place, (stays, comma)) in list.iter().enumerate() {
                let text = format!("{} {place}", if *stays { "stay" } else { "drop" });
                original.push_str(if place > 0 { comma } else { "" });
                original.push_str(&json!({"text": text}).to_string());
                kept.extend(stays.then_some(text));
            }
            original.push_str(&format!("{before}]"));
        }
        let (out, told) = left("a.json", original.as_bytes());
        let values: Vec<Value> = serde_json::Deserializer::from_str(&out)
            .into_iter::<Value>()
            .flat_map(|list| list.unwrap().as_array().unwrap().clone())
            .collect();
        let texts: Vec<&str> = values.iter().map(|value| value["text"].as_str().unwrap()).collect();
        prop_assert_eq!(texts, kept);
        prop_assert_eq!(told.rejected, 0);
        if told.dropped == 0 {
            prop_assert_eq!(out, original);
        }
    }
}

const BODY: &str = "A ferry carrying 148 people ran onto a reef in fog early on Tuesday, and all were brought ashore by lifeboats \
                    and fishing boats within three hours, the coastguard said. The vessel had left harbour shortly before \
                    seven and struck a chain of rocks marked by a single unlit beacon.";
const OTHER: &str =
    "The council votes on the baths in May, after a year of talks about their roof and the water beneath it.";

/// A folder with a corpus of several forms: each has the story, and a text of its own.
fn corpus() -> TempDir {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("corpus/deep")).unwrap();
    let lines = format!("{}\n{}\nno record\n", json!({"id": "l1", "text": BODY}), json!({"id": "l2", "text": OTHER}));
    fs::write(at("corpus/a.jsonl"), lines).unwrap();
    fs::write(at("corpus/b.csv"), format!("id,text\r\nc1,\"{BODY}\"\r\nc2,\"{OTHER} Not yet.\"\r\n")).unwrap();
    fs::write(at("corpus/deep/copy.txt"), BODY).unwrap();
    fs::write(
        at("corpus/deep/own.txt"),
        "Nobody on the island was surprised by the news, said a woman at the harbour.",
    )
    .unwrap();
    fs::write(at("corpus/page.html"), format!("<html><body><p>{BODY}</p></body></html>")).unwrap();
    fs::write(at("corpus/x.tar"), {
        let mut tar = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(BODY.len() as u64);
        tar.append_data(&mut header, "in.txt", BODY.as_bytes()).unwrap();
        tar.into_inner().unwrap()
    })
    .unwrap();
    folder
}

#[test]
fn a_folder_is_written_as_a_folder() {
    let folder = corpus();
    let at = |name: &str| folder.path().join(name);
    let (out, error) = run(folder.path(), &["clean", "corpus", "--out", "clean", "--format", "json"], 0);
    let told: Value = serde_json::from_str(&out).unwrap();
    assert!(error.contains("left out corpus/x.tar: it cannot be written again (an archive)"), "{error}");
    assert_eq!((&told["kept"], &told["rejected"]), (&json!(3), &json!(1)), "{told}");
    assert_eq!(told["dropped"], json!({"identical": 3, "near_duplicate": 1}), "{told}");
    // Whatever goes has a reason that stays.
    for article in told["articles"].as_array().unwrap() {
        assert_eq!((&article["of"], article["kept"].is_string()), (&article["kept"], true), "{article}");
    }
    let mut there = BTreeSet::new();
    for file in told["files"].as_array().unwrap() {
        let name = file.as_str().unwrap();
        assert!(at("clean").join(name).exists(), "{name}");
        there.insert(name.to_owned());
    }
    assert!(there.contains("deep/own.txt") && !at("clean/x.tar").exists(), "{there:?}");
    for name in told["empty"].as_array().unwrap() {
        assert!(!at("clean").join(name.as_str().unwrap()).exists(), "{name}");
    }
    assert_eq!(fs::read(at("corpus/deep/own.txt")).unwrap(), fs::read(at("clean/deep/own.txt")).unwrap());
    // Nothing more goes.
    let (out, _) = run(folder.path(), &["clean", "clean", "--out", "again"], 0);
    assert!(out.starts_with("3 articles kept, 0 dropped\n"), "{out}");
}

#[test]
fn nothing_is_in_the_way_and_the_input_stays() {
    let folder = corpus();
    let at = |name: &str| folder.path().join(name);
    let before = fs::read(at("corpus/a.jsonl")).unwrap();
    let fails = |arguments: &[&str], named: &str| {
        let (_, error) = run(folder.path(), arguments, 2);
        assert!(error.contains(named), "{error}");
    };
    fails(&["clean", "corpus", "--out", "corpus/clean"], "lies in corpus, which was scanned");
    fails(&["clean", "corpus/a.jsonl", "--out", "corpus", "--force"], "input is never changed");
    fails(&["clean", "corpus/x.tar", "--out", "clean"], "no file of the corpus can be written again");
    fails(&["clean", "-", "--out", "clean"], "cannot write - again: it is no file");
    fails(&["clean", "absent", "--out", "clean"], "absent");
    fails(&["clean", "corpus", "--out", "clean", "--drop", "quote"], "known are excerpt, version, rewrite");
    assert!(!at("clean").exists());
    run(folder.path(), &["clean", "corpus", "--out", "clean"], 0);
    fails(&["clean", "corpus", "--out", "clean"], "it exists");
    fs::write(at("clean/mine"), "x").unwrap();
    // A file of which nothing is kept any more goes with --force.
    fs::write(at("corpus/deep/own.txt"), BODY).unwrap();
    run(folder.path(), &["clean", "corpus", "--out", "clean", "--force"], 0);
    let texts = ["own.txt", "copy.txt"].iter().filter(|name| at("clean/deep").join(name).exists()).count();
    assert!(texts < 2 && at("clean/mine").exists());
    assert_eq!(fs::read(at("corpus/a.jsonl")).unwrap(), before);
    let leftovers = fs::read_dir(at("clean")).unwrap();
    assert!(leftovers.map(|entry| entry.unwrap().file_name()).all(|name| !name.to_string_lossy().starts_with(".wire")));
}

#[cfg(unix)]
#[test]
fn names_may_be_anything() {
    let folder = TempDir::new().unwrap();
    let names = ["a b.jsonl", "-x.jsonl", "ü\u{1b}[31m.jsonl", "new\nline.jsonl", "dots...jsonl"];
    fs::create_dir(folder.path().join("c")).unwrap();
    for (place, name) in names.iter().enumerate() {
        let text = format!("{OTHER} This is said for the {place} time, by the {place} man at the door of the hall.");
        fs::write(folder.path().join("c").join(name), format!("{}\n", json!({"text": text.repeat(place + 1)})))
            .unwrap();
    }
    let (out, _) = run(folder.path(), &["clean", "c", "--out", "d", "-v"], 0);
    assert!(!out.contains('\u{1b}'), "{out}");
    for name in names {
        let path = Path::new(name);
        assert_eq!(
            fs::read(folder.path().join("d").join(path)).ok(),
            fs::read(folder.path().join("c").join(path)).ok(),
            "{name:?}"
        );
    }
}

#[test]
fn what_is_kept_is_what_a_scan_keeps() {
    let folder = TempDir::new().unwrap();
    let corpus = project().join("data/corpus");
    let corpus = corpus.to_str().unwrap();
    run(folder.path(), &["scan", corpus, "--out", "found", "--no-report"], 0);
    let (out, _) = run(folder.path(), &["clean", corpus, "--out", "clean", "--format", "json"], 0);
    let kept: BTreeSet<String> =
        fs::read_to_string(folder.path().join("found/keep.txt")).unwrap().lines().map(str::to_owned).collect();
    let ids = |name: &str| -> Vec<String> {
        let mut ids = Vec::new();
        for entry in fs::read_dir(folder.path().join(name)).unwrap() {
            ids.extend(json_lines(&entry.unwrap().path()).iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        }
        ids
    };
    assert_eq!(ids("clean").into_iter().collect::<BTreeSet<_>>(), kept);
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(told["kept"], json!(kept.len()));
    // Two that stay were compared with the leaders of their classes, and may still be alike: few are.
    let again = run(folder.path(), &["clean", "clean", "--out", "again", "--format", "json"], 0).0;
    let again: Value = serde_json::from_str(&again).unwrap();
    assert!(again["dropped"]["near_duplicate"].as_u64().unwrap_or(0) <= 3, "{again}");
    assert!(again["dropped"]["identical"].is_null(), "{again}");
    // More goes by other relations, and each for one that stays.
    let flags = ["clean", corpus, "--out", "less", "--drop", "excerpt,version,rewrite", "--format", "json"];
    let told: Value = serde_json::from_str(&run(folder.path(), &flags, 0).0).unwrap();
    let less: BTreeSet<String> = ids("less").into_iter().collect();
    let articles = told["articles"].as_array().unwrap();
    assert!(
        less.len() < kept.len() && ["excerpt", "version", "rewrite"].iter().all(|name| told["dropped"][name].is_u64())
    );
    for article in articles {
        let id = |name: &str| article[name].as_str().unwrap();
        assert!(!less.contains(id("id")) && less.contains(id("kept")), "{article}");
        assert!(less.contains(id("of")) || articles.iter().any(|other| other["id"] == article["of"]), "{article}");
    }
    assert_eq!(articles.len() + less.len(), 278);
}

#[cfg(feature = "parquet")]
pub mod parquet_files {
    use std::collections::HashMap;
    use std::fs::File;
    use std::io::Cursor;
    use std::sync::Arc;

    use arrow_array::builder::{ListBuilder, StringBuilder};
    use arrow_array::types::Int32Type;
    use arrow_array::{Array, ArrayRef, DictionaryArray, Int64Array, RecordBatch, StringArray};
    use arrow_ipc::CompressionType;
    use arrow_ipc::reader;
    use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
    use arrow_schema::{Field, Schema};
    use parquet::arrow::ArrowWriter;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use parquet::basic::Compression;
    use parquet::file::metadata::KeyValue;
    use parquet::file::properties::WriterProperties;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::schema::types::ColumnPath;

    use super::*;

    /// Rows `0..rows`; of those that can be divided by three the text is to go.
    pub fn batch(rows: i64) -> RecordBatch {
        let text = |row: i64| (row % 7 != 6).then(|| format!("{} {row}", if row % 3 == 0 { "drop" } else { "stay" }));
        let mut tags = ListBuilder::new(StringBuilder::new());
        for row in 0..rows {
            for tag in 0..row % 4 {
                tags.values().append_option((tag != 1).then(|| format!("{row}-{tag}")));
            }
            tags.append(row % 5 != 0);
        }
        let columns: [(&str, ArrayRef); 3] = [
            ("number", Arc::new(Int64Array::from_iter_values(0..rows))),
            ("tags", Arc::new(tags.finish())),
            ("text", Arc::new((0..rows).map(text).collect::<StringArray>())),
        ];
        RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, name != "number"))).unwrap()
    }

    /// A file or a stream of these batches.
    fn arrow(batches: &[RecordBatch], is_file: bool, packed_by: Option<CompressionType>) -> Vec<u8> {
        let options = IpcWriteOptions::default().try_with_compression(packed_by).unwrap();
        let (mut out, schema) = (Vec::new(), batches[0].schema());
        if is_file {
            let mut writer = FileWriter::try_new_with_options(&mut out, &schema, options).unwrap();
            batches.iter().for_each(|batch| writer.write(batch).unwrap());
            writer.finish().unwrap();
        } else {
            let mut writer = StreamWriter::try_new_with_options(&mut out, &schema, options).unwrap();
            batches.iter().for_each(|batch| writer.write(batch).unwrap());
            writer.finish().unwrap();
        }
        out
    }

    fn read_arrow(bytes: &[u8], is_file: bool) -> Vec<RecordBatch> {
        if is_file {
            reader::FileReader::try_new(Cursor::new(bytes), None).unwrap().map(Result::unwrap).collect()
        } else {
            reader::StreamReader::try_new(Cursor::new(bytes), None).unwrap().map(Result::unwrap).collect()
        }
    }

    /// The batch with a column of a dictionary and metadata of the schema.
    fn with_dictionary(rows: &RecordBatch) -> RecordBatch {
        let outlets: DictionaryArray<Int32Type> =
            (0..rows.num_rows()).map(|row| (row % 9 != 0).then(|| ["north", "south"][row % 2])).collect();
        let mut fields: Vec<_> = rows.schema().fields().iter().cloned().collect();
        fields.push(Arc::new(Field::new("outlet", outlets.data_type().clone(), true)));
        let told = HashMap::from([("pandas".to_owned(), "{}".to_owned())]);
        let columns = rows.columns().iter().cloned().chain([Arc::new(outlets) as ArrayRef]).collect();
        RecordBatch::try_new(Arc::new(Schema::new(fields).with_metadata(told)), columns).unwrap()
    }

    #[test]
    fn batches_of_arrow_lose_rows_and_stay_apart() {
        let rows = with_dictionary(&batch(3000));
        // One batch of which nothing stays.
        let gone = (0..3000).find(|row| row % 7 != 6 && row % 3 == 0).unwrap();
        let batches = [rows.slice(0, 1000), rows.slice(gone, 1), rows.slice(1000, 1999), rows.slice(0, 0)];
        for (is_file, packed_by) in [
            (true, None),
            (false, None),
            (true, Some(CompressionType::LZ4_FRAME)),
            (false, Some(CompressionType::ZSTD)),
        ] {
            let original = arrow(&batches, is_file, packed_by);
            let name = if is_file { "a.arrow" } else { "a.arrows" };
            let (out, told) = left_with(name, &original, &ReadSettings::default()).unwrap();
            let got = read_arrow(&out, is_file);
            assert_eq!(got.len(), 2, "{name}");
            let stays = |row: &usize| row % 7 != 6 && !row.is_multiple_of(3);
            for (got, range) in got.iter().zip([0..1000, 1000..2999]) {
                assert_eq!(got.schema(), rows.schema());
                let expected: Vec<usize> = range.filter(stays).collect();
                assert_eq!(got.num_rows(), expected.len(), "{name}");
                for (place, row) in expected.into_iter().enumerate() {
                    assert_eq!(got.slice(place, 1), rows.slice(row, 1), "row {row} of {name}");
                }
            }
            assert_eq!(told.kept as usize, got.iter().map(RecordBatch::num_rows).sum::<usize>());
            if packed_by.is_some() {
                assert!(out.len() < arrow(&got, is_file, None).len() * 2 / 3, "{name} is not packed");
            }
            // The same again, and nothing goes.
            let (again, told) = left_with(name, &out, &ReadSettings::default()).unwrap();
            assert_eq!((told.dropped, told.rejected), (0, 0));
            assert!(again == out, "{name}");
            let packed = left_with(&format!("{name}.gz"), &gzip(&out), &ReadSettings::default());
            assert_eq!(packed.unwrap_err(), "Arrow IPC packed by gzip");
        }
    }

    /// As polars has written it: its schema has no length in front of it, and its dictionary stands behind the rows.
    #[test]
    fn a_file_of_polars_loses_rows() {
        let file = fs::read(project().join("fuzz/seeds/arrow/bare")).unwrap();
        let before = &read_arrow(&file, true)[0];
        let (same, told) = left_with("a.arrow", &file, &ReadSettings::default()).unwrap();
        assert_eq!((told.kept, told.rejected), (3, 0));
        assert_eq!(read_arrow(&same, true)[0], *before);
        let text = file.windows(6).position(|bytes| bytes == b"valley").unwrap();
        let mut file = file.clone();
        file[text..text + 6].copy_from_slice(b"drop..");
        let (out, told) = left_with("a.arrow", &file, &ReadSettings::default()).unwrap();
        assert_eq!((told.kept, told.dropped), (2, 1));
        let after = &read_arrow(&out, true)[0];
        assert_eq!((after.slice(0, 1), after.slice(1, 1)), (before.slice(0, 1), before.slice(2, 1)));
    }

    #[test]
    fn a_damaged_batch_of_arrow_goes_and_the_others_stay() {
        let rows = batch(900);
        let batches = [rows.slice(0, 300), rows.slice(300, 300), rows.slice(600, 300)];
        let mut original = arrow(&batches, false, None);
        // The header of the second batch.
        let marks: Vec<usize> = memchr::memmem::find_iter(&original, b"\xff\xff\xff\xff").collect();
        let second = marks[2] + 8;
        original[second..second + 16].fill(0xee);
        let (out, told) = left_with("a.arrows", &original, &ReadSettings::default()).unwrap();
        let got = read_arrow(&out, false);
        let stays = |row: &usize| row % 7 != 6 && !row.is_multiple_of(3);
        let expected: Vec<usize> = (0..300).chain(600..900).filter(stays).collect();
        let numbers: Vec<i64> = got
            .iter()
            .flat_map(|batch| batch.column(0).as_any().downcast_ref::<Int64Array>().unwrap().values().to_vec())
            .collect();
        assert_eq!(numbers, expected.iter().map(|row| *row as i64).collect::<Vec<_>>());
        assert_eq!(told.kept as usize, expected.len());
    }

    #[test]
    fn rows_go_and_the_file_stays_what_it_is() {
        let rows = batch(3000);
        let mut original = Vec::new();
        let properties = WriterProperties::builder()
            .set_max_row_group_row_count(Some(1000))
            .set_compression(Compression::SNAPPY)
            .set_column_compression(ColumnPath::from("text"), Compression::ZSTD(Default::default()))
            .set_column_dictionary_enabled(ColumnPath::from("number"), false)
            .set_key_value_metadata(Some(vec![KeyValue::new("pandas".to_owned(), "{\"index\":[]}".to_owned())]))
            .build();
        let mut writer = ArrowWriter::try_new(&mut original, rows.schema(), Some(properties)).unwrap();
        writer.write(&rows).unwrap();
        writer.close().unwrap();
        let (out, told) = left_with("a.parquet", &original, &ReadSettings::default()).unwrap();

        let stays = |row: usize| row % 7 != 6 && !row.is_multiple_of(3);
        let expected: Vec<usize> = (0..3000).filter(|&row| stays(row)).collect();
        assert_eq!((told.kept as usize, told.rejected as usize), (expected.len(), 3000 / 7));
        let folder = TempDir::new().unwrap();
        let open = |name: &str, bytes: &[u8]| {
            fs::write(folder.path().join(name), bytes).unwrap();
            File::open(folder.path().join(name)).unwrap()
        };
        let [before, after] =
            [("a", &original), ("b", &out)].map(|(name, bytes)| SerializedFileReader::new(open(name, bytes)).unwrap());
        let (before, after) = (before.metadata(), after.metadata());
        assert_eq!(before.file_metadata().schema(), after.file_metadata().schema());
        assert_eq!(before.file_metadata().key_value_metadata(), after.file_metadata().key_value_metadata());
        assert_eq!(after.num_row_groups(), 3);
        for (before, after) in before.row_groups().iter().zip(after.row_groups()) {
            for (before, after) in before.columns().iter().zip(after.columns()) {
                assert_eq!(before.compression(), after.compression(), "{}", before.column_path());
                assert_eq!(before.dictionary_page_offset().is_some(), after.dictionary_page_offset().is_some());
            }
        }
        // The values, nested ones and nulls among them, are those of the rows that stay.
        let reader =
            ParquetRecordBatchReaderBuilder::try_new(open("c", &out)).unwrap().with_batch_size(4000).build().unwrap();
        let got: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
        let mut place = 0;
        for batch in got {
            for row in 0..batch.num_rows() {
                assert_eq!(batch.slice(row, 1), rows.slice(expected[place], 1), "row {}", expected[place]);
                place += 1;
            }
        }
        assert_eq!(place, expected.len());
        // The same again, and nothing goes.
        let (again, told) = left_with("a.parquet", &out, &ReadSettings::default()).unwrap();
        assert_eq!((told.dropped, told.rejected), (0, 0));
        assert!(again == out);
        assert_eq!(
            left_with("a.parquet.gz", &gzip(&out), &ReadSettings::default()).unwrap_err(),
            "Parquet packed by gzip"
        );
    }
}
