//! Files and streams to articles and rejects, as a user of the module sees them.

use std::fs;
use std::io::Write;
use std::path::Path;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::article::{Article, Reject};
use crate::settings::ReadSettings;

pub(super) fn settings() -> ReadSettings {
    ReadSettings { max_record_bytes: 2000, ..ReadSettings::default() }
}

/// Reads sources in chunks of a size.
pub(super) fn read_sources(sources: Vec<Source>, chunk_bytes: usize) -> Parsed {
    let mapping = Mapping::new(&settings()).unwrap();
    let size_bytes: u64 = sources.iter().map(|source| source.size_bytes).sum();
    let mut all = Parsed::default();
    let mut bytes_read = 0;
    for chunk in chunks(sources, &settings(), &mapping).of_size(chunk_bytes) {
        bytes_read += chunk.bytes_read();
        let parsed = chunk.parse(&mapping);
        all.articles.extend(parsed.articles);
        all.rejects.extend(parsed.rejects);
        for (reason, records) in parsed.passed_over {
            *all.passed_over.entry(reason).or_default() += records;
        }
    }
    assert!(size_bytes == 0 || bytes_read == size_bytes, "{bytes_read} of {size_bytes} bytes reported");
    all
}

/// Reads `bytes` as a file called `name`, without a file.
pub(super) fn read_as(name: &str, bytes: &[u8], chunk_bytes: usize) -> Parsed {
    let input = Input::Stream { name: name.into(), reader: Box::new(std::io::Cursor::new(bytes.to_vec())) };
    let mut found = sources(vec![input], &settings()).unwrap();
    for source in &mut found.sources {
        (source.compression, source.format) = formats::promised(name);
    }
    read_sources(found.sources, chunk_bytes)
}

pub(super) fn read(name: &str, bytes: &[u8]) -> Parsed {
    read_as(name, bytes, chunks::CHUNK_BYTES)
}

pub(super) fn texts(parsed: &Parsed) -> Vec<&str> {
    parsed.articles.iter().map(|article| article.text.as_str()).collect()
}

/// Record, byte offset and reason of each reject.
pub(super) fn reasons(parsed: &Parsed) -> Vec<(u64, u64, &str)> {
    parsed.rejects.iter().map(|reject| (reject.record, reject.byte_offset, reject.reason.as_str())).collect()
}

/// What is read is these texts and these rejects, whatever the size of chunks.
pub(super) fn check(name: &str, bytes: &[u8], expected_texts: &[&str], expected_reasons: &[(u64, u64, &str)]) {
    for chunk_bytes in [1, 7, 100, 5000, chunks::CHUNK_BYTES] {
        let parsed = read_as(name, bytes, chunk_bytes);
        assert_eq!(texts(&parsed), expected_texts, "{name}, {chunk_bytes}");
        let got = reasons(&parsed);
        assert_eq!(got.len(), expected_reasons.len(), "{name}, {chunk_bytes}: {got:?}");
        for (got, expected) in got.iter().zip(expected_reasons) {
            assert_eq!((got.0, got.1), (expected.0, expected.1), "{name}, {chunk_bytes}: {got:?}");
            assert!(got.2.starts_with(expected.2), "{name}, {chunk_bytes}: {:?} is not {:?}", got.2, expected.2);
        }
    }
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn json_lines() {
    check("a.jsonl", b"{\"text\":\"a\"}\n{\"text\":\"b\"}", &["a", "b"], &[]);
    check("a.jsonl", b"\xef\xbb\xbf{\"text\":\"a\"}\r\n\r\n{\"text\":\"b\"}\r\n", &["a", "b"], &[]);
    check("a.jsonl", b"", &[], &[]);
    check("a.jsonl", b"\n\n", &[], &[]);
    check(
        "a.jsonl",
        b"{\"text\":\"a\"\n\n[1]\n{\"text\":\"\xff\"}\n{\"text\":\" \"}\n\0\0\n{\"text\":\"b\"}\n",
        &["b"],
        &[
            (1, 0, "broken JSON at column 11: EOF"),
            (3, 13, "not a JSON object"),
            (4, 17, "invalid UTF-8 at byte 10"),
            (5, 30, "no text: "),
            (6, 43, "binary data, not text"),
        ],
    );
}

#[test]
fn positions_skip_a_byte_order_mark() {
    let parsed = read("a.jsonl", b"\xef\xbb\xbf{\"text\":\"a\"}\r\n\r\n{\"text\":\"b\"}\r\n");
    let places: Vec<_> = parsed.articles.iter().map(|a| (a.location.record, a.location.byte_offset)).collect();
    assert_eq!(places, [(1, 3), (3, 19)]);
}

#[test]
fn long_records_are_left_out_and_nothing_else() {
    let long = "x".repeat(100_000);
    let lines = format!("{{\"text\":\"a\"}}\n{{\"text\":\"{long}\"}}\n{{\"text\":\"b\"}}\n{{\"text\":\"{long}\"}}");
    let reason = "record of 100011 bytes, more than the 2000 of max_record_bytes";
    check("a.jsonl", lines.as_bytes(), &["a", "b"], &[(2, 13, reason), (4, 100_038, reason)]);
    let array = format!("[{{\"text\":\"a\"}},{{\"text\":\"{long}\"}},{{\"text\":\"b\"}}]");
    check("a.json", array.as_bytes(), &["a", "b"], &[(2, 14, reason)]);
    let table = format!("title,text\nA,a\nL,{long}\nB,b\nQ,\"{long}\n{long}\"\nC,c\n");
    let (short, quoted) = ("record of 100002 bytes", "record of 200005 bytes");
    check("a.csv", table.as_bytes(), &["a", "b", "c"], &[(2, 15, short), (4, 100_022, quoted)]);
    check("a.txt", long.as_bytes(), &[], &[(1, 0, "record of 100000 bytes")]);
    for name in ["a.jsonl", "a.txt", "a.csv", "a.json", "-"] {
        let record = u64::from(name != "a.csv");
        check(name, &[0; 50_000], &[], &[(record, 0, "binary data, not text")]);
    }
}

#[test]
fn json_arrays_and_wrappers() {
    check("a.json", br#" [ {"text":"a"} , {"text":"b","x":[{"y":"]}\""}]}]"#, &["a", "b"], &[]);
    check("a.json", br#"{"text":"a","images":[{"url":"x"}]}"#, &["a"], &[]);
    check("a.json", br#"{"status":"ok","articles":[{"text":"a"},{"text":"b"}],"n":[1,2]}"#, &["a", "b"], &[]);
    check("a.json", b"{\"text\":\"a\"}\n{\"text\":\"b\"}\n", &["a", "b"], &[]);
    check("a.json", b"{\n\"text\":\"a\"}{\"text\":\"b\"}", &["a", "b"], &[]);
    check("a.jsonl", b"[\n{\"text\":\"a\"},\n{\"text\":\"b\"}]", &["a", "b"], &[]);
    check("a.json", b"", &[], &[]);
    check("a.json", b"[]", &[], &[]);
    let not_objects = [(1, 1, "not a JSON object"), (2, 4, "not a JSON object"), (4, 25, "not a JSON object")];
    check("a.json", br#"[1, "b,]" , {"text":"c"},null]"#, &["c"], &[(1, 1, ""), (2, 4, ""), (4, 25, "")]);
    check("a.json", br#"[1, "b,]" , {"text":"c"},null]"#, &["c"], &not_objects);
    check("a.json", br#"{"total":0}"#, &[], &[(1, 0, "no text")]);
    check("a.json", b"<html>", &[], &[(1, 0, "not JSON")]);
}

#[test]
fn wrappers_longer_than_a_record_are_streamed() {
    let articles: Vec<_> =
        (0..500).map(|n| json!({"id": n, "text": format!("Text {n}"), "tags": [{"n": n}]})).collect();
    let wrapper = json!({"status": "ok", "sorted": [{"by": "date"}], "articles": articles, "facets": [{"k": "]}"}]});
    for chunk_bytes in [1, 1000, chunks::CHUNK_BYTES] {
        let parsed = read_as("a.json", wrapper.to_string().as_bytes(), chunk_bytes);
        assert_eq!((parsed.articles.len(), parsed.rejects.len()), (500, 0));
        assert_eq!(parsed.articles[499].location.record, 500);
    }
}

#[test]
fn broken_json_arrays_lose_the_broken_record() {
    check(
        "a.json",
        b"[\n  {\"text\":\"a},\n  {\"text\":\"b\"},\n  {\"text\":\"c\",\n  {\"text\":\"d\"}\n]",
        &["b", "d"],
        &[(1, 4, "broken JSON: a line end inside a string"), (3, 35, "broken JSON: a string or bracket")],
    );
    check("a.json", br#"[{"text":"a"},{"text":"b"#, &["a"], &[(2, 14, "broken JSON: the file ends")]);
    check("a.json", br#"[{"text":"a"},"#, &["a"], &[(2, 14, "the JSON array is never closed")]);
    check("a.json", br#"{"articles":[{"text":"a"},{"text":"#, &["a"], &[(2, 26, "broken JSON: the file ends")]);
    check("a.json", br#"[{"text":"a"},{"text":b},{"text":"c"}]"#, &["a", "c"], &[(2, 14, "broken JSON at column 9")]);
}

#[test]
fn tables() {
    check("a.csv", b"id,text\n1,a\n2,\"b\nb, \"\"b\"\"\"\n\n3,c", &["a", "b\nb, \"b\"", "c"], &[]);
    check("a.csv", b"id;text\r\n1;a\r\n2;b\r\n", &["a", "b"], &[]);
    check("a.tsv", b"id\ttext\n1\ta, b\n", &["a, b"], &[]);
    check("a.csv", b"", &[], &[]);
    check("a.csv", b"id,text\n", &[], &[]);
    check("a.csv", b"id,text", &[], &[]);
    check("a.csv", b"a,b\n1,2\n", &[], &[(0, 0, "no column holds the text: the header row has a, b")]);
    check(
        "a.csv",
        b"id,text\n1,a\n2,b,b\n3\n4,\xff\n5,\0\n6,\n7,g\n",
        &["a", "g"],
        &[
            (2, 12, "the row has 3 cells, the header row 2"),
            (3, 18, "the row has 1 cells"),
            (4, 20, "invalid UTF-8 at byte 3"),
            (5, 24, "binary data"),
            (6, 28, "no text"),
        ],
    );
    check(
        "a.csv",
        b"id,text\n1,\"a\n2,b\n3,c\n",
        &["b", "c"],
        &[(1, 8, "a quotation mark in this row is never closed")],
    );
    check("a.csv", b"id,text\n1,a\n2,\"b", &["a"], &[(2, 12, "a quotation mark in this row is never closed")]);
}

#[test]
fn fields_of_tables() {
    let parsed = read("a.csv", b"Headline,source.title,Date,article\r\n\"A, b\",S,2018-07-15,Words\r\n");
    let article = &parsed.articles[0];
    assert_eq!(article.title.as_deref(), Some("A, b"));
    assert_eq!(article.source.as_deref(), Some("S"));
    assert_eq!(article.published.unwrap().to_string(), "2018-07-15");
    assert_eq!((article.location.record, article.location.byte_offset), (1, 36));
}

#[test]
fn plain_texts() {
    let parsed = read("news/a.txt", "\u{feff}Rain\n\nIt rained.\n".as_bytes());
    let article = &parsed.articles[0];
    assert_eq!((article.id.as_str(), article.title.as_deref()), ("news/a", Some("Rain")));
    assert_eq!(article.text, "Rain\n\nIt rained.\n");
    check("a.txt", b"caf\xc3\xa9 \xff", &[], &[(1, 0, "invalid UTF-8 at byte 7")]);
    check("a.txt", b" \n", &[], &[(1, 0, "no text")]);
    check("a.txt", b"", &[], &[(1, 0, "no text")]);
}

#[test]
fn other_character_sets_are_transcoded() {
    let set = |label: &str, text: &str| {
        encoding_rs::Encoding::for_label(label.as_bytes()).unwrap().encode(text).0.into_owned()
    };
    let russian = "Паром сел на мель у острова.\n\nПассажиры в безопасности, сообщили спасатели.";
    check("a.txt", &set("koi8-r", russian), &[russian], &[]);
    check("a.txt.gz", &gzip(&set("windows-1251", russian)), &[russian], &[]);
    let japanese = "火曜日の朝、フェリーが島の沖で座礁した。\n乗客は全員無事だった。";
    check("a.txt", &set("shift_jis", japanese), &[japanese], &[]);
    let french = "id;texte;text\n1;é;Le ferry s'est échoué près de l'île.\n2;à;Personne n'a été blessé.\n";
    check(
        "a.csv",
        &set("windows-1252", french),
        &["Le ferry s'est échoué près de l'île.", "Personne n'a été blessé."],
        &[],
    );
    let chinese =
        "{\"text\":\"一艘渡轮星期二早晨在该岛附近触礁。\"}\n{\"text\":\"乘客全部安全，没有人员伤亡的报告。\"}\n";
    let texts = ["一艘渡轮星期二早晨在该岛附近触礁。", "乘客全部安全，没有人员伤亡的报告。"];
    check("a.jsonl", &set("gb18030", chinese), &texts, &[]);
    check("-", &set("gb18030", chinese), &texts, &[]);
    // Beyond what is looked at first, and with a character that has no meaning.
    let long = "Пассажиры в безопасности. ".repeat(5000);
    let mut bytes = set("shift_jis", &"乗客は全員無事だった。".repeat(30));
    bytes.extend(b"\x82");
    check("a.txt", &bytes, &[&("乗客は全員無事だった。".repeat(30) + "\u{fffd}")], &[]);
    let settings = ReadSettings::default();
    let mapping = Mapping::new(&settings).unwrap();
    let input = Input::Stream { name: "-".into(), reader: Box::new(std::io::Cursor::new(set("koi8-r", &long))) };
    let chunk = chunks(sources(vec![input], &settings).unwrap().sources, &settings, &mapping).next().unwrap();
    assert_eq!(chunk.parse(&mapping).articles[0].text, long);
}

#[test]
fn flaws_in_utf_8_cost_a_record() {
    let lines: Vec<&[u8]> =
        vec!["{\"text\":\"é\"}\n".as_bytes(), b"{\"text\":\"\xe9\"}\n", "{\"text\":\"ü\"}\n".as_bytes()];
    check("a.jsonl", &lines.concat(), &["é", "ü"], &[(2, 14, "invalid UTF-8 at byte 10")]);
    check("a.jsonl", b"{\"text\":\"a\"}\n{\"text\":\"\xe9t\xe9\"}\n", &["a"], &[(2, 13, "invalid UTF-8")]);
}

#[test]
fn utf_16_is_transcoded() {
    let text = "{\"text\":\"é𝄞\"}\n{\"text\":\"b\"}\n";
    let little: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    check("a.jsonl", &little, &["é𝄞", "b"], &[]);
    check("a.jsonl", &gzip(&big), &["é𝄞", "b"], &[]);
}

#[test]
fn standard_input_is_recognised_by_its_content() {
    check("-", b"{\"text\":\"a\"}\n{\"text\":\"b\"}\n", &["a", "b"], &[]);
    check("-", b"{\"text\":\"a\"}\n{\"text\":\n{\"text\":\"c\"}\n", &["a", "c"], &[(2, 13, "broken JSON")]);
    check("-", b"[{\"text\":\"a\"}]", &["a"], &[]);
    check("-", b"id,title,text\n1,A,a\n", &["a"], &[]);
    check("-", b"id\ttitle\ttext\n1\tA\ta\n", &["a"], &[]);
    check("-", b"It rained, and rained, and rained.\n", &["It rained, and rained, and rained.\n"], &[]);
    check("-", &gzip(b"{\"text\":\"a\"}\n"), &["a"], &[]);
    check("-", b"", &[], &[(1, 0, "no text")]);
}

#[test]
fn compressed_sources() {
    let lines = b"{\"text\":\"a\"}\n{\"text\":\"b\"}\n";
    let (first, second) = lines.split_at(8);
    check("a.jsonl.gz", &[gzip(first), gzip(second)].concat(), &["a", "b"], &[]);
    let zst = |bytes: &[u8]| zstd::encode_all(bytes, 1).unwrap();
    check("a.jsonl.zst", &[zst(first), zst(second)].concat(), &["a", "b"], &[]);
    check("a.jsonl", &gzip(lines), &["a", "b"], &[]);
    check("a.jsonl.gz", lines, &["a", "b"], &[]);
    check("a.jsonl.gz", &[0, 1, 2, 255], &[], &[(0, 0, "neither gzip data")]);
    check("a.jsonl.gz", b"", &[], &[]);
    let mut damaged = gzip(lines);
    let end = damaged.len();
    damaged[end - 6] ^= 1;
    check("a.jsonl.gz", &damaged, &["a", "b"], &[(3, 26, "the gzip data is damaged")]);
}

#[test]
fn bzip2_and_xz() {
    let lines = b"{\"text\":\"a\"}\n{\"text\":\"b\"}\n";
    let (first, second) = lines.split_at(8);
    check("a.jsonl.bz2", &[bzip2(first), bzip2(second)].concat(), &["a", "b"], &[]);
    check("a.jsonl.xz", &[xz(first), xz(second)].concat(), &["a", "b"], &[]);
    check("a.jsonl", &bzip2(lines), &["a", "b"], &[]);
    check("a.jsonl.gz", &xz(lines), &["a", "b"], &[]);
    check("a.txt", b"BZh9 is how it begins.", &["BZh9 is how it begins."], &[]);
    check("a.jsonl.xz", &[0, 1, 2, 255], &[], &[(0, 0, "neither xz data")]);
    let mut damaged = bzip2(lines);
    let end = damaged.len();
    damaged[end - 8] ^= 1;
    // A block of bzip2 is good as a whole or not at all.
    check("a.jsonl.bz2", &damaged, &[], &[(1, 0, "the bzip2 data is damaged")]);
}

pub(super) fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ::bzip2::write::BzEncoder::new(Vec::new(), ::bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut writer = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

#[test]
fn wrappers_of_interfaces() {
    let records = json!([{"text": "a", "tags": [{"n": 1}]}, {"text": "b"}]);
    for wrapper in [
        json!({"articles": {"results": records, "page": 1}, "info": {"x": 1}}),
        json!({"version": "x", "authors": [{"name": "N"}], "items": records}),
        json!({"data": records, "links": [{"rel": "next"}]}),
        json!({"anything": records}),
    ] {
        check("a.json", wrapper.to_string().as_bytes(), &["a", "b"], &[]);
    }
    let unclear = json!({"x": [{"text": "a"}], "y": [{"text": "b"}]});
    check("a.json", unclear.to_string().as_bytes(), &[], &[(1, 0, "no text")]);
}

#[test]
fn html_in_fields_becomes_text() {
    let text = |record: serde_json::Value| read("a.jsonl", record.to_string().as_bytes()).articles[0].text.clone();
    assert_eq!(text(json!({"body_html": "<p>One.</p><p>Two &amp; three.</p>"})), "One.\n\nTwo & three.");
    assert_eq!(text(json!({"content": {"rendered": "<p>One.</p>", "protected": false}})), "One.");
    assert_eq!(text(json!({"body": "<p>One.</p>\n<p>Two.</p>"})), "One.\n\nTwo.");
    assert_eq!(text(json!({"text": "plain", "body_html": "<p>One.</p>"})), "plain");
    assert_eq!(text(json!({"text": "1 <b>2</b>"})), "1 <b>2</b>");
    let bodies =
        json!([{"contentType": "text/html", "value": "<p>h</p>"}, {"contentType": "text/plain", "value": "p"}]);
    assert_eq!(text(json!({"bodies": bodies})), "p");
}

/// Whatever is cut off, the records before are there, and one reject tells where they stop.
#[test]
fn truncated_sources_give_what_is_whole() {
    let words =
        |n: u32| format!("Text {n}: {}", (0..30).map(|w| (w * 7919 * n % 1009).to_string()).collect::<String>());
    let lines: String = (1..60).map(|n| json!({"text": words(n)}).to_string() + "\n").collect();
    let array = json!((1..60).map(|n| json!({"text": words(n)})).collect::<Vec<_>>()).to_string();
    let rows = (1..60).map(|n| format!("{n},\"{}\n\"\n", words(n))).collect::<String>();
    for (name, text) in
        [("a.jsonl", lines), ("a.json", array), ("a.csv", format!("id,text\n{rows}")), ("-", "It rained.".repeat(99))]
    {
        let whole = read(name, text.as_bytes());
        assert!(whole.rejects.is_empty());
        let zst = |bytes: &[u8]| zstd::encode_all(bytes, 1).unwrap();
        for packed in [gzip(text.as_bytes()), zst(text.as_bytes()), bzip2(text.as_bytes()), xz(text.as_bytes())] {
            // With fewer bytes nothing tells that it is packed.
            for length in 10..packed.len() {
                let parsed = read(name, &packed[..length]);
                assert!(whole.articles.starts_with(&parsed.articles), "{name} cut at {length}");
                let rejects = reasons(&parsed);
                let ends_early = |reject: &(u64, u64, &str)| reject.2.ends_with("data ends early");
                assert!(rejects.iter().all(ends_early) && rejects.len() == 1, "{name} cut at {length}: {rejects:?}");
            }
        }
    }
}

/// A reader that gives some bytes and then an error.
struct Failing(std::io::Cursor<Vec<u8>>);

impl std::io::Read for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(std::io::Error::other("the disk is gone")),
            count => Ok(count),
        }
    }
}

#[test]
fn a_read_error_ends_a_source_with_a_reject() {
    let reader = Box::new(Failing(std::io::Cursor::new(b"{\"text\":\"a\"}\n{\"text\":\"b\"}".to_vec())));
    let found = sources(vec![Input::Stream { name: "-".into(), reader }], &settings()).unwrap();
    let parsed = read_sources(found.sources, 1000);
    assert_eq!(texts(&parsed), ["a"]);
    assert_eq!(reasons(&parsed), [(2, 13, "cannot be read on: the disk is gone")]);
}

fn found_in(folder: &Path, names: &[&str], settings: &ReadSettings) -> (Vec<String>, u64) {
    let inputs = names.iter().map(|name| Input::Path(folder.join(name))).collect();
    let found = sources(inputs, settings).unwrap();
    let prefix = folder.to_string_lossy().into_owned() + "/";
    assert!(found.rejects.is_empty(), "{:?}", found.rejects);
    (found.sources.iter().map(|source| source.path.trim_start_matches(&prefix).to_owned()).collect(), found.passed_over)
}

fn corpus(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

#[test]
fn folders_are_walked_in_order_and_ignore_files_respected() {
    let folder = corpus(&[
        ("b.jsonl", "{\"text\":\"b\"}\n"),
        ("a/z.TXT", "z"),
        ("a/a.csv.gz", ""),
        ("a/skip.json", "[]"),
        ("a/notes.md", ""),
        ("a/draft.txt", ""),
        ("picture.png", ""),
        (".hidden.txt", ""),
        (".gitignore", "skip.json\n"),
        (".wirecopyignore", "draft*\n"),
    ]);
    let names = ["a/a.csv.gz", "a/z.TXT", "b.jsonl"];
    assert_eq!(found_in(folder.path(), &["."], &settings()).0.len(), 3);
    let all = |inputs: &[&str]| found_in(folder.path(), inputs, &settings());
    assert_eq!(all(&[""]), (names.map(String::from).to_vec(), 2));
    assert_eq!(all(&["b.jsonl", "a", "b.jsonl", "a/../b.jsonl"]).0.len(), 3);
    // What is named is read whatever it is called and ignored by.
    assert_eq!(all(&["a/notes.md", "a/skip.json"]).0, ["a/notes.md", "a/skip.json"]);
    let everything = ReadSettings { ignore_files: false, ..settings() };
    assert_eq!(found_in(folder.path(), &[""], &everything).0.len(), 5);
}

#[test]
fn missing_paths_are_errors_and_vanished_files_rejects() {
    let folder = corpus(&[("a.jsonl", "{\"text\":\"a\"}\n"), ("b.jsonl", "{\"text\":\"b\"}\n")]);
    let missing = folder.path().join("missing");
    let error = sources(vec![Input::Path(missing.clone())], &settings()).err().unwrap();
    assert_eq!(error.to_string(), format!("cannot read {}", missing.display()));
    let mut found = sources(vec![Input::Path(folder.path().into())], &settings()).unwrap();
    fs::remove_file(folder.path().join("a.jsonl")).unwrap();
    found.sources.iter_mut().for_each(|source| source.path = source.path.rsplit('/').next().unwrap().into());
    let parsed = read_sources(found.sources, 1000);
    assert_eq!(texts(&parsed), ["b"]);
    let rejects: Vec<&Reject> = parsed.rejects.iter().collect();
    assert_eq!((rejects[0].path.as_str(), rejects[0].record), ("a.jsonl", 0));
    assert!(rejects[0].reason.starts_with("cannot be read: "), "{}", rejects[0].reason);
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_loops_are_rejects() {
    let folder = corpus(&[("a/a.txt", "a")]);
    std::os::unix::fs::symlink(folder.path().join("a"), folder.path().join("a/loop")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("a/a.txt"), folder.path().join("b.txt")).unwrap();
    let found = sources(vec![Input::Path(folder.path().into())], &settings()).unwrap();
    assert_eq!(found.sources.len(), 1);
    assert_eq!(found.rejects.len(), 1);
    assert!(found.rejects[0].reason.contains("a link back to"), "{:?}", found.rejects);
}

#[test]
fn the_gold_set_is_read_whole() {
    let path = Path::new("../shared/gold/helsinki/articles.jsonl");
    if !path.exists() {
        eprintln!("skipped: {} is not here", path.display());
        return;
    }
    let settings = ReadSettings::default();
    let mapping = Mapping::new(&settings).unwrap();
    let found = sources(vec![Input::Path(path.into())], &settings).unwrap();
    let parsed: Vec<Parsed> = chunks(found.sources, &settings, &mapping).map(|chunk| chunk.parse(&mapping)).collect();
    let articles: Vec<&Article> = parsed.iter().flat_map(|parsed| &parsed.articles).collect();
    assert_eq!(articles.len(), 612);
    let is_full = |article: &Article| article.published.is_some() && article.source.is_some() && article.lang.is_some();
    assert!(articles.iter().all(|article| is_full(article)));
}

/// Lines, values or rows of which some are damaged: pieces that hit every state of the splitters.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => "[a-z]{1,20}".prop_map(|word| format!("{{\"text\":\"{word}\"}}\n").into_bytes()),
        2 => "[a-z]{1,5}".prop_map(|word| format!("{word},\"{word}\n\"\n").into_bytes()),
        1 => "[a-z]{3000}".prop_map(String::into_bytes),
        3 => proptest::sample::select(vec![
            &b"\n"[..], b"\r\n", b"<item>", b"</item>", b"<text>x</text>", b"<![CDATA[", b"]]>", b"<!--", b"<x y='", b"[", b"]", b"{", b"}", b",", b"\"", b"\\", b" ", b"\0", b"\xff", b"null",
            b"{\"articles\":[", b"  {\"text\":\"x\"},\n", b"{\"text\":\"x\n", b"a,b,c\n", b"\"\"",
        ])
        .prop_map(<[u8]>::to_vec),
    ];
    proptest::collection::vec(piece, 0..25).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn chunk_borders_change_nothing(bytes in pieces(), start in 0usize..7, chunk_bytes in 1usize..6000) {
        let (name, start): (&str, &[u8]) =
            [("a.jsonl", &b""[..]), ("a.json", b"["), ("a.json", b""), ("a.csv", b"id,text\n"), ("-", b""), ("a.xml", b"<rss>"), ("a.xml", b"<items>")][start];
        let bytes = [start, &bytes].concat();
        let whole = read_as(name, &bytes, chunks::CHUNK_BYTES);
        prop_assert_eq!(&read_as(name, &bytes, chunk_bytes), &whole);
        prop_assert_eq!(read_as(name, &bytes, 1), whole);
    }

    #[test]
    fn a_streamed_array_is_the_array(
        texts_in in proptest::collection::vec("\\PC{0,40}|[\\[\\]{}\",:\\\\\n ]{0,20}", 0..30),
        pretty in proptest::bool::ANY,
        chunk_bytes in 1usize..500,
    ) {
        let values: Vec<_> = texts_in.iter().map(|text| json!({"x": [{"y": text}], "text": format!(".{text}")})).collect();
        let encode = if pretty { serde_json::to_vec_pretty } else { serde_json::to_vec };
        let bytes = encode(&json!(values)).unwrap();
        let parsed = read_as("a.json", &bytes, chunk_bytes);
        let oracle: Vec<serde_json::Value> = serde_json::from_slice(&bytes).unwrap();
        let expected: Vec<&str> = oracle.iter().map(|value| value["text"].as_str().unwrap()).collect();
        prop_assert_eq!(texts(&parsed), expected);
        prop_assert!(parsed.rejects.is_empty());
    }

    #[test]
    fn a_table_read_in_chunks_is_what_the_csv_crate_reads(
        rows in proptest::collection::vec("[a,\"\n\r ]{0,12}", 0..20),
        chunk_bytes in 1usize..100,
    ) {
        let bytes = format!("id,text\n{}\n", rows.join("\n"));
        let parsed = read_as("a.csv", bytes.as_bytes(), chunk_bytes);
        // A mark that is never closed is mended, which the crate does not do.
        prop_assume!(parsed.rejects.iter().all(|reject| !reject.reason.contains("never closed")));
        let mut reader = csv_crate(bytes.as_bytes());
        let oracle: Vec<Vec<String>> =
            reader.records().map(|row| row.unwrap().iter().map(String::from).collect()).collect();
        prop_assert_eq!(parsed.articles.len() + parsed.rejects.len(), oracle.len());
        for article in &parsed.articles {
            let row = &oracle[article.location.record as usize - 1];
            prop_assert_eq!(row.len(), 2);
            prop_assert_eq!(&row[1], &article.text);
        }
    }
}

fn csv_crate(bytes: &[u8]) -> ::csv::Reader<&[u8]> {
    ::csv::ReaderBuilder::new().flexible(true).from_reader(bytes)
}

/// What a stream called `name` has for texts where a character set is set.
fn texts_in(encoding: &str, name: &str, bytes: &[u8]) -> Vec<String> {
    let settings = ReadSettings { encoding: encoding.into(), ..settings() };
    let mapping = Mapping::new(&settings).unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), bytes).unwrap();
    let found = sources(vec![Input::Path(folder.path().into())], &settings).unwrap();
    let parsed = chunks(found.sources, &settings, &mapping).map(|chunk| chunk.parse(&mapping));
    parsed.flat_map(|parsed| parsed.articles).map(|article| article.text).collect()
}

#[test]
fn a_character_set_that_is_set_goes_before_what_the_bytes_look_like() {
    let encoded = |text: &str, label: &str| {
        encoding_rs::Encoding::for_label(label.as_bytes()).unwrap().encode(text).0.into_owned()
    };
    // Too short for detection, or UTF-8 by accident.
    for (text, label) in [("Мир", "koi8-r"), ("Café", "macintosh"), ("Г©", "windows-1251")] {
        assert_eq!(texts_in(label, "a.txt", &encoded(text, label)), [text]);
        let (json, table) = (format!("{{\"text\":\"{text}\"}}\n"), format!("text,id\n{text},1\n"));
        assert_eq!(texts_in(label, "a.jsonl", &encoded(&json, label)), [text]);
        assert_eq!(texts_in(label, "a.csv", &encoded(&table, label)), [text]);
        let page =
            format!("<meta charset=shift_jis><article><p>{text}, said the harbour office of Vell.</p></article>");
        let found = texts_in(label, "a.html", &encoded(&page, label));
        assert!(found.len() == 1 && found[0].starts_with(text), "{found:?}");
    }
    assert_eq!(texts_in("koi8-r", "a.txt", "\u{feff}Мир".as_bytes()), ["Мир"]);
    assert_eq!(texts_in("utf-16le", "a.txt", b"r\0a\0i\0n\0"), ["rain"]);
    assert_eq!(texts_in("utf-8", "a.txt", b"A caf\xe9 on the quay."), [""; 0]);
    let page = "<meta charset=koi8-r><article><p>Мир, said the harbour office of Vell \u{fffd}.</p></article>";
    let flawed =
        page.replace('\u{fffd}', "@").bytes().map(|byte| if byte == b'@' { 0xff } else { byte }).collect::<Vec<_>>();
    assert_eq!(texts_in("utf-8", "a.html", &flawed), ["Мир, said the harbour office of Vell \u{fffd}."]);
    // What names its own set keeps it.
    assert_eq!(texts_in("koi8-r", "a.xml", "<items><item><text>Мир</text></item></items>".as_bytes()), ["Мир"]);
}

#[test]
fn xhtml_is_a_page_whatever_it_is_called() {
    let words = "Heavy rain flooded the old harbour of Vell on Tuesday, the port office said.";
    let doctype = "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \"http://x.example/xhtml1-strict.dtd\">";
    let page = format!("<html xmlns=\"http://x.example/\"><body><div><p>{words}</p></div></body></html>");
    let declared = format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- a -->\n{doctype}\n{page}");
    for page in [&page, &format!("{doctype}{page}"), &declared] {
        for name in ["a.xml", "a.xhtml", "a.html", "-"] {
            let parsed = read(name, page.as_bytes());
            assert_eq!((texts(&parsed), reasons(&parsed)), (vec![words], vec![]), "{name}");
        }
        assert_eq!(read("a.xml", page.as_bytes()).articles[0].id, "a");
        assert_eq!(texts(&read("a.txt", page.as_bytes())), [page.as_str()]);
    }
}
