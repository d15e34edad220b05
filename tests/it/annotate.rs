//! The input written again with one more key: everything else keeps its bytes.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::Command;

use encoding_rs::Encoding;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use wirecopy::read::{Input, Mapping, Packing, Record, Rewritable, Rewrite, Rewritten, sources};
use wirecopy::settings::ReadSettings;

use crate::corpora::project;
use crate::program::{json_lines, run};

/// What every article gets, and every reject that can take it.
const VALUE: &str = r#"{"n":17,"s":"\"}"}"#;
const REASON: &str = r#"{"reject":"\u00e9"}"#;

/// The file written again, packed as it was or not; or why it is left out.
fn rewritten_as(packing: Packing, path: &Path, settings: &ReadSettings) -> Result<(Vec<u8>, Rewritten), String> {
    let found = sources(vec![Input::Path(path.into())], settings).unwrap();
    let mapping = Mapping::new(settings).unwrap();
    match Rewrite::open(&found.sources[0], settings, &mapping).unwrap() {
        Rewritable::No(reason) => Err(reason),
        Rewritable::Yes(rewrite) => {
            let mut out = Vec::new();
            let mut value = |record: Record<'_>| match record {
                Record::Article(_) => Ok(VALUE.to_owned()),
                Record::Reject(_) => Ok(REASON.to_owned()),
            };
            let told = rewrite.write("wirecopy", packing, &mut value, &mut out).unwrap();
            Ok((out, told))
        }
    }
}

fn rewritten_with(name: &str, content: &[u8], settings: &ReadSettings) -> Result<(Vec<u8>, Rewritten), String> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    rewritten_as(Packing::Same, &path, settings)
}

fn rewritten(name: &str, content: &[u8]) -> Vec<u8> {
    rewritten_with(name, content, &ReadSettings::default()).unwrap().0
}

/// Checks what becomes of a file in which `«` marks where an article gets the key after a comma, and `‹` where a reject does.
fn check(name: &str, marked: &str) {
    let original = marked.replace(['«', '‹'], "");
    let expected = marked.replace('«', &format!(r#","wirecopy":{VALUE}"#));
    let expected = expected.replace('‹', &format!(r#","wirecopy":{REASON}"#));
    let out = String::from_utf8(rewritten(name, original.as_bytes())).unwrap();
    assert_eq!(out, expected, "{name}");
    assert_eq!(String::from_utf8(rewritten(name, out.as_bytes())).unwrap(), out, "{name}, twice");
}

#[test]
fn lines_keep_everything_but_the_key() {
    check(
        "a.jsonl",
        "{\"text\":\"It rained.\"«}\n{\"text\" : \"x\"«  }  \r\n\r\n  \t\n {\"text\":\"y\",\"n\":1.50e+00«}",
    );
    check("a.jsonl", "\u{feff}{\"text\":\"}{\\\"},\",\"a\":[{},[\"}\"]]«}\r\n{\"text\":\"\\\\\"«}\n");
    check(
        "a.jsonl",
        "{\"text\":\"one\",\"text\":\"two\",\"id\":1,\"id\":2«}\nno JSON\n[{\"text\":\"x\"}]\n{\"title\":\"t\"‹}\n{\"text\":\"cut",
    );
    check("a.jsonl", &format!("{{\"text\":\"x\",\"deep\":{}{}«}}\n", "[{\"a\":".repeat(400) + "1", "}]".repeat(400)));
    check("a.ndjson", "{\"text\":\"a\u{0}b\"}\n{\"text\":\"x\"«}\n");
    assert_eq!(
        rewritten("a.jsonl", b"{}\n{ }"),
        format!("{{\"wirecopy\":{REASON}}}\n{{\"wirecopy\":{REASON} }}").as_bytes()
    );
    assert_eq!(rewritten("a.jsonl", b""), b"");
    assert_eq!(rewritten("a.jsonl", b"\n\n"), b"\n\n");
}

#[test]
fn a_value_that_is_there_is_replaced() {
    let one = |before: &str, after: &str| {
        let line = |value: &str| format!("{{\"text\":\"x\",{before}{value}{after}}}\n");
        for old in ["null", "{\"a\": [1, 2]}", "\"}\"", "1"] {
            let out = rewritten("a.jsonl", line(old).as_bytes());
            assert_eq!(String::from_utf8(out).unwrap(), line(VALUE), "{old}");
        }
    };
    one("\"wirecopy\":", "");
    one("\"wirecopy\" : ", " ,\"b\":{\"wirecopy\":1}");
    one("\"wire\\u0063opy\":", "");
    let twice = rewritten("a.jsonl", br#"{"wirecopy":1,"text":"x","wirecopy":[2]}"#);
    assert_eq!(
        String::from_utf8(twice).unwrap(),
        format!("{{\"wirecopy\":{VALUE},\"text\":\"x\",\"wirecopy\":{VALUE}}}")
    );
}

#[test]
fn elements_of_arrays_get_the_key() {
    check("a.json", "[\n  {\n    \"text\": \"x\"«\n  },\n  {\"text\":\"y\"«}, 3, \"}\"\n]\n");
    check("a.json", "{\"status\":\"ok\",\"articles\":[{\"text\":\"x\"«},{\"title\":\"t\"‹}],\"total\":2}");
    check("a.json", "{\"text\":\"alone\"«}");
    check("a.json", "[{\"text\":\"x\"«},{\"text\":\"never closed\n{\"text\":\"y\"«}]");
}

#[test]
fn tables_get_a_column() {
    let cell = |value: &str| format!("\"{}\"", value.replace('"', "\"\""));
    let check = |name: &str, original: &str, marked: &str| {
        let expected = marked.replace('«', &cell(VALUE)).replace('‹', &cell(REASON));
        let out = String::from_utf8(rewritten(name, original.as_bytes())).unwrap();
        assert_eq!(out, expected, "{name}");
        assert_eq!(String::from_utf8(rewritten(name, out.as_bytes())).unwrap(), out, "{name}, twice");
        let out = rewritten(name, out.replace(VALUE, "{}").as_bytes());
        assert_eq!(String::from_utf8(out).unwrap(), expected, "{name}, changed");
    };
    check("a.csv", "id,text\n1,x\n2,\n", "id,text,wirecopy\n1,x,«\n2,,‹\n");
    check(
        "a.csv",
        "\u{feff}id,text\r\n1,\"a, \"\"b\"\"\r\nc\"\r\n\r\nragged\r\n2,x",
        "\u{feff}id,text,wirecopy\r\n1,\"a, \"\"b\"\"\r\nc\",«\r\n\r\nragged\r\n2,x,«",
    );
    check("a.tsv", "id\ttext\n1\tx\n", "id\ttext\twirecopy\n1\tx\t«\n");
    check("a.csv", "id;text\n1;x\n", "id;text;wirecopy\n1;x;«\n");
    check("a.csv", "text,wirecopy,id\nx,,1\ny,\"a,\"\"\",2\n", "text,wirecopy,id\nx,«,1\ny,«,2\n");
    assert_eq!(rewritten("a.csv", b"a,b\n1,2\n"), b"a,b\n1,2\n");
}

#[test]
fn what_is_too_long_streams_through() {
    let settings = ReadSettings { max_record_bytes: 1000, ..ReadSettings::default() };
    let long = "x".repeat(3 << 20);
    let lines = format!("{{\"text\":\"a\"}}\n{{\"text\":\"{long}\"}}\n{{\"text\":\"b\"}}\n");
    let (out, told) = rewritten_with("a.jsonl", lines.as_bytes(), &settings).unwrap();
    let expected = lines.replace("\"a\"", &format!("\"a\",\"wirecopy\":{VALUE}"));
    let expected = expected.replace("\"b\"", &format!("\"b\",\"wirecopy\":{VALUE}"));
    assert!(out == expected.as_bytes());
    assert_eq!((told.records, told.unchanged, told.damage), (2, 1, None));
    // Several chunks, and batches of them.
    let many: String = (0..40_000).map(|n| format!("{{\"id\":{n},\"text\":\"{}\"}}\n", "y".repeat(900))).collect();
    let out = rewritten("a.jsonl", many.as_bytes());
    assert!(out == many.replace("\"}\n", &format!("\",\"wirecopy\":{VALUE}}}\n")).as_bytes());
}

#[test]
fn packed_files_are_packed_again() {
    let plain = "{\"text\":\"x\"}\n".repeat(1000);
    let expected = rewritten("a.jsonl", plain.as_bytes());
    let gzip = {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(plain.as_bytes()).unwrap();
        packed.finish().unwrap()
    };
    let bzip2 = {
        let mut packed = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        packed.write_all(plain.as_bytes()).unwrap();
        packed.finish().unwrap()
    };
    let xz = {
        let mut packed = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(0)).unwrap();
        packed.write_all(plain.as_bytes()).unwrap();
        packed.finish().unwrap()
    };
    let zstd = zstd::encode_all(plain.as_bytes(), 1).unwrap();
    let unpacked = |reader: &mut dyn Read| {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).unwrap();
        bytes
    };
    let read = |name: &str, packed: &[u8]| match name {
        "a.jsonl.gz" => unpacked(&mut flate2::read::MultiGzDecoder::new(packed)),
        "a.jsonl.bz2" => unpacked(&mut bzip2::read::MultiBzDecoder::new(packed)),
        "a.jsonl.xz" => unpacked(&mut lzma_rust2::XzReader::new(packed, true)),
        _ => zstd::decode_all(packed).unwrap(),
    };
    for (name, packed) in [("a.jsonl.gz", &gzip), ("a.jsonl.bz2", &bzip2), ("a.jsonl.xz", &xz), ("a.jsonl.zst", &zstd)]
    {
        let out = rewritten(name, packed);
        assert!(read(name, &out) == expected, "{name}");
        assert!(out == rewritten(name, packed), "{name}: the same bytes each time");
    }
    // The content says how it is packed, not the name.
    assert!(rewritten("a.jsonl.gz", plain.as_bytes()) == expected);
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("a.jsonl.gz"), &gzip).unwrap();
    let out = rewritten_as(Packing::None, &folder.path().join("a.jsonl.gz"), &ReadSettings::default()).unwrap().0;
    assert!(out == expected);
    // Of what is cut off, what can be read is written, the broken record as it is.
    let (out, told) = rewritten_with("a.jsonl.gz", &gzip[..gzip.len() / 2], &ReadSettings::default()).unwrap();
    assert_eq!(told.damage.as_deref(), Some("the gzip data ends early"));
    let out = read("a.jsonl.gz", &out);
    assert!(told.records > 0 && out.len() < expected.len() && String::from_utf8(out).unwrap().contains(VALUE));
}

/// The text in a character set, with the byte order mark where one is due.
fn encoded(text: &str, label: &str) -> Vec<u8> {
    match label {
        "utf-16le" => [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect(),
        "utf-16be" => [0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect(),
        _ => Encoding::for_label(label.as_bytes()).unwrap().encode(text).0.into_owned(),
    }
}

#[test]
fn other_character_sets_stay_what_they_are() {
    // The second byte of 潤 in Shift_JIS, and of 瓆 in GBK, is that of a closing brace.
    for (label, text) in [
        ("koi8-r", "Паром сел на мель у острова утром во вторник, сообщили спасатели."),
        ("windows-1252", "Le ferry s'est échoué mardi matin près de l'île, a indiqué la préfecture."),
        ("shift_jis", "火曜日の朝、フェリーが島の沖で座礁したと救助隊が発表した。潤"),
        ("gb18030", "救援人员说，一艘渡轮星期二早晨在该岛附近触礁。瓆"),
        ("utf-16le", "Ærø 🐉 火"),
        ("utf-16be", "Ærø 🐉 火"),
    ] {
        let settings = match label {
            "shift_jis" | "gb18030" => ReadSettings { encoding: label.into(), ..ReadSettings::default() },
            _ => ReadSettings::default(),
        };
        let marked = format!("{{\"text\":\"{text}\",\"a\":\"{text}\"« }}\r\n{{\"title\":\"{text}\"‹}}\n\nno {text}\n")
            .repeat(200);
        let original = encoded(&marked.replace(['«', '‹'], ""), label);
        let expected = marked.replace('«', &format!(r#","wirecopy":{VALUE}"#));
        let expected = encoded(&expected.replace('‹', &format!(r#","wirecopy":{REASON}"#)), label);
        let (out, told) = rewritten_with("a.jsonl", &original, &settings).unwrap();
        assert!(out == expected, "{label}: {}", String::from_utf8_lossy(&out));
        assert_eq!((told.records, told.unchanged), (400, 200), "{label}");
    }
    let settings = ReadSettings { encoding: "iso-2022-jp".into(), ..ReadSettings::default() };
    let left_out = rewritten_with("a.jsonl", b"{\"text\":\"x\"}\n", &settings).unwrap_err();
    assert_eq!(left_out, "text in ISO-2022-JP");
}

#[test]
fn what_has_no_room_for_a_key_is_left_out() {
    for (name, content, reason) in [
        ("a.txt", &b"It rained."[..], "text"),
        ("a.html", b"<html><p>It rained.</p></html>", "HTML"),
        ("a.xml", b"<items><item><text>It rained.</text></item></items>", "XML records"),
        ("a.warc", b"WARC/1.0\r\nWARC-Type: request\r\nContent-Length: 0\r\n\r\n\r\n\r\n", "WARC"),
        ("a.zip", b"no archive", "not a tar or zip archive, as its name says"),
    ] {
        assert_eq!(rewritten_with(name, content, &ReadSettings::default()).unwrap_err(), reason, "{name}");
    }
    for (member, reason) in [("a.jsonl", "an archive"), ("a.bin", "nothing in it is a record")] {
        let mut tar = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(12);
        tar.append_data(&mut header, member, &b"{\"text\":\"x\"}"[..]).unwrap();
        let tar = tar.into_inner().unwrap();
        assert_eq!(rewritten_with("a.tar", &tar, &ReadSettings::default()).unwrap_err(), reason, "{member}");
    }
}

/// JSON of any shape, in which strings are full of what JSON is made of.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[{}\\[\\]\",:\\\\ a-cé火\n\t\u{0}]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[{}\":,a-c\\\\]{0,4}", inner), 0..4)
                .prop_map(|pairs| Value::Object(Map::from_iter(pairs))),
        ]
    })
}

fn object() -> impl Strategy<Value = Map<String, Value>> {
    let members = prop::collection::vec(("[{}\":,a-e\\\\ ]{0,6}", value()), 0..5);
    let text = prop::option::of(Just(("text".to_owned(), Value::from("It rained."))));
    (members, text).prop_map(|(members, text)| members.into_iter().chain(text).collect())
}

/// The value with white space from `blanks` wherever JSON allows it.
fn spaced(value: &Value, blanks: &mut dyn Iterator<Item = &'static str>) -> String {
    let mut text = String::new();
    let mut add = |part: &str, blanks: &mut dyn Iterator<Item = &'static str>| {
        text += part;
        text += blanks.next().unwrap();
    };
    match value {
        Value::Object(members) => {
            add("{", blanks);
            for (place, (name, value)) in members.iter().enumerate() {
                add(if place == 0 { "" } else { "," }, blanks);
                add(&Value::from(name.as_str()).to_string(), blanks);
                add(":", blanks);
                add(&spaced(value, blanks), blanks);
            }
            text + "}"
        }
        Value::Array(items) => {
            add("[", blanks);
            for (place, item) in items.iter().enumerate() {
                add(if place == 0 { "" } else { "," }, blanks);
                add(&spaced(item, blanks), blanks);
            }
            text + "]"
        }
        leaf => leaf.to_string(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn any_object_keeps_its_bytes_and_gains_the_key(
        objects in prop::collection::vec(object(), 1..6),
        blanks in prop::collection::vec(prop::sample::select(vec!["", "", " ", "\t", "  "]), 1..40),
        end in prop::sample::select(vec!["\n", "\r\n", " \r\n\n"]),
        ends in any::<bool>(),
    ) {
        let mut blanks = blanks.into_iter().cycle();
        let lines: Vec<String> = objects.iter().map(|object| spaced(&Value::Object(object.clone()), &mut blanks)).collect();
        let original = lines.join(end) + if ends { end } else { "" };
        let out = String::from_utf8(rewritten("a.jsonl", original.as_bytes())).unwrap();
        let mut removed = String::new();
        let mut records = lines.iter();
        for line in out.split_inclusive('\n') {
            if line.trim().is_empty() {
                removed += line;
                continue;
            }
            // The slow twin: parse, add, compare.
            let mut expected: Map<String, Value> = serde_json::from_str(records.next().unwrap()).unwrap();
            let value = if expected.contains_key("text") { VALUE } else { REASON };
            expected.insert("wirecopy".into(), serde_json::from_str(value).unwrap());
            prop_assert_eq!(&serde_json::from_str::<Map<String, Value>>(line).unwrap(), &expected);
            let comma = if expected.len() == 1 { "" } else { "," };
            let added = format!("{comma}\"wirecopy\":{value}");
            let place = line.rfind(&added).unwrap();
            removed += &format!("{}{}", &line[..place], &line[place + added.len()..]);
        }
        prop_assert!(records.next().is_none());
        prop_assert_eq!(removed, original);
    }

    #[test]
    fn any_table_keeps_its_cells_and_gains_a_column(
        rows in prop::collection::vec(prop::collection::vec("[a-c\", \n\r;]{0,6}", 2), 1..8),
        ends in any::<bool>(),
    ) {
        let mut table = csv::Writer::from_writer(Vec::new());
        table.write_record(["text", "b"]).unwrap();
        rows.iter().for_each(|row| table.write_record(row).unwrap());
        let mut original = table.into_inner().unwrap();
        if !ends {
            original.pop();
        }
        let out = rewritten("a.csv", &original);
        let read = |bytes: &[u8]| {
            let mut table = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
            table.records().map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<String>>()).collect::<Vec<_>>()
        };
        let expected: Vec<Vec<String>> = read(&original)
            .into_iter()
            .enumerate()
            .map(|(place, mut row)| {
                let has_text = !row[0].trim().is_empty();
                row.push(if place == 0 { "wirecopy" } else if has_text { VALUE } else { REASON }.to_owned());
                row
            })
            .collect();
        prop_assert_eq!(read(&out), expected);
        let removed = [VALUE, REASON].iter().fold(String::from_utf8(out).unwrap(), |out, value| {
            out.replace(&format!(",\"{}\"", value.replace('"', "\"\"")), "")
        });
        prop_assert_eq!(removed.replacen(",wirecopy", "", 1).into_bytes(), original);
    }
}

/// A cell, and how it stands in a file: quoted, or bare with quotation marks that are not the first character.
fn cell() -> impl Strategy<Value = (String, String)> {
    let quoted = "[a\", \n\r]{0,5}".prop_map(|cell| (format!("\"{}\"", cell.replace('"', "\"\"")), cell));
    let bare = "[ab ][ab\" ]{0,4}".prop_map(|cell| (cell.clone(), cell));
    prop_oneof![quoted, bare].prop_map(|(raw, cell)| (cell, raw))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_column_that_is_there_is_replaced(
        rows in prop::collection::vec((cell(), cell(), cell()), 1..6),
        end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
    ) {
        let table = |middle: &dyn Fn(&str, &str) -> String| -> String {
            let rows = rows.iter().map(|((text, a), (_, old), (_, b))| format!("{a},{},{b}{end}", middle(text, old)));
            format!("text,wirecopy,b{end}{}", rows.collect::<String>())
        };
        let value = |text: &str| if text.trim().is_empty() { REASON } else { VALUE };
        let expected = table(&|text, _| format!("\"{}\"", value(text).replace('"', "\"\"")));
        let out = rewritten("a.csv", table(&|_, old| old.to_owned()).as_bytes());
        prop_assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}

/// A copy of two files of the demonstration corpus, scanned into `found`.
fn scanned() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::create_dir_all(folder.path().join("corpus/more")).unwrap();
    for (from, to) in [("en.jsonl", "en.jsonl"), ("fr.jsonl", "more/fr.jsonl")] {
        fs::copy(project().join("data/corpus").join(from), folder.path().join("corpus").join(to)).unwrap();
    }
    run(folder.path(), &["scan", "corpus", "--out", "found"], 0);
    folder
}

#[test]
fn the_input_comes_back_with_what_the_tables_say() {
    let folder = scanned();
    let at = |name: &str| folder.path().join(name);
    let (out, error) = run(folder.path(), &["report", "found", "--annotate", "out"], 0);
    assert_eq!((out.as_str(), error.as_str()), ("", "annotated 112 records in 2 files\n"));
    let annotated: Vec<Value> = [json_lines(&at("out/en.jsonl")), json_lines(&at("out/more/fr.jsonl"))].concat();
    let original: Vec<Value> = [json_lines(&at("corpus/en.jsonl")), json_lines(&at("corpus/more/fr.jsonl"))].concat();
    let stories = json_lines(&at("found/stories.jsonl"));
    for ((record, original), member) in annotated.iter().zip(&original).zip(json_lines(&at("found/members.jsonl"))) {
        let mut record = record.as_object().unwrap().clone();
        let said = record.shift_remove("wirecopy").unwrap();
        assert_eq!(Value::Object(record), *original);
        for (column, value) in said.as_object().unwrap() {
            match column.as_str() {
                "role" | "origin_id" => {}
                "reject" => assert!(value.is_null()),
                column => assert_eq!(*value, member[column], "{column} of {}", member["id"]),
            }
        }
        let story = stories.iter().find(|story| story["story_id"] == member["story_id"]);
        let origin = story.map_or(Value::Null, |story| story["origin_id"].clone());
        assert_eq!(said["origin_id"], origin);
        let role = match (story, member["partial_in"].as_array().unwrap().len()) {
            (Some(_), _) if origin == member["id"] => json!("origin"),
            (Some(_), _) => json!("member"),
            (None, 0) => Value::Null,
            (None, _) => json!("partial"),
        };
        assert_eq!(said["role"], role, "{}", member["id"]);
    }
    let roles = |role: &str| annotated.iter().filter(|record| record["wirecopy"]["role"] == role).count();
    assert!(roles("origin") > 5 && roles("member") > 20 && roles("partial") > 0);
    // Tables of another form say the same, and a scan of what was written finds the same.
    for (format, again) in [
        ("csv", "from-csv"),
        #[cfg(feature = "parquet")]
        ("parquet", "from-parquet"),
    ] {
        run(folder.path(), &["report", "found", "--out", format, "--table-format", format], 0);
        run(folder.path(), &["report", format, "--annotate", again], 0);
        assert!(
            fs::read(at(&format!("{again}/en.jsonl"))).unwrap() == fs::read(at("out/en.jsonl")).unwrap(),
            "{format}"
        );
    }
    run(folder.path(), &["scan", "out", "--out", "found-again"], 0);
    run(folder.path(), &["report", "found-again", "--annotate", "out-again"], 0);
    for name in ["en.jsonl", "more/fr.jsonl"] {
        assert!(fs::read(at("out").join(name)).unwrap() == fs::read(at("out-again").join(name)).unwrap(), "{name}");
    }
}

#[test]
fn one_file_goes_to_standard_output() {
    let folder = scanned();
    let (_, error) = run(folder.path(), &["report", "found", "--annotate", "-"], 2);
    assert!(error.contains("2 files"), "{error}");
    run(folder.path(), &["scan", "corpus/en.jsonl", "--out", "one"], 0);
    let (out, _) = run(folder.path(), &["report", "one", "--annotate", "-", "--quiet"], 0);
    run(folder.path(), &["report", "one", "--annotate", "out"], 0);
    assert!(out == fs::read_to_string(folder.path().join("out/en.jsonl")).unwrap());
}

#[test]
fn an_input_that_has_changed_is_refused_and_nothing_is_written() {
    let check = |change: &dyn Fn(String) -> String, named: &str| {
        let folder = scanned();
        let path = folder.path().join("corpus/more/fr.jsonl");
        fs::write(&path, change(fs::read_to_string(&path).unwrap())).unwrap();
        let (_, error) = run(folder.path(), &["report", "found", "--annotate", "out"], 2);
        assert!(error.contains("the input has changed since the scan") && error.contains(named), "{error}");
        assert!(error.ends_with("hint: scan it again\n"), "{error}");
        assert!(!folder.path().join("out").exists());
    };
    let second = |text: &str| text.lines().nth(1).unwrap().to_owned() + "\n";
    check(&|text| text.replacen(&second(&text), "", 1), "id");
    check(&|text| second(&text) + &text, "id");
    check(
        &|text| text.lines().take(5).map(|line| format!("{line}\n")).collect(),
        "record 6 of corpus/more/fr.jsonl is missing",
    );
    check(
        &|text| text + "{\"id\":\"new\",\"text\":\"Il pleut.\"}\n",
        "record 46 of corpus/more/fr.jsonl is more than there was",
    );
    check(&|text| text.replacen("\"source\": \"", "\"source\": \"x", 1), "source");
    check(&|text| text.replacen("\"date_publish\": \"2026", "\"date_publish\": \"2025", 1), "date");
    check(&|text| text.replacen(" la ", " sa ", 1), "text");
    let folder = scanned();
    fs::remove_file(folder.path().join("corpus/en.jsonl")).unwrap();
    let (_, error) = run(folder.path(), &["report", "found", "--annotate", "out"], 2);
    assert!(error.contains("has changed"), "{error}");
    fs::remove_dir_all(folder.path().join("corpus")).unwrap();
    let (_, error) = run(folder.path(), &["report", "found", "--annotate", "out"], 2);
    assert!(error.contains("corpus, an input of the scan in found, is missing"), "{error}");
}

#[test]
fn nothing_is_overwritten_unasked_and_the_input_never() {
    let folder = scanned();
    let check = |target: &str, flags: &[&str], code: i32, named: &str| {
        let arguments = [&["report", "found", "--annotate", target], flags].concat();
        let (_, error) = run(folder.path(), &arguments, code);
        assert!(error.contains(named), "{error}");
    };
    let before = json_lines(&folder.path().join("corpus/en.jsonl"));
    check("corpus", &["--force"], 2, "lies in corpus, which was scanned");
    check("corpus/out/deep", &["--force"], 2, "lies in corpus, which was scanned");
    check("found/../corpus/out", &[], 2, "which was scanned");
    check("found/members.jsonl", &[], 2, "it is a file");
    check("out", &[], 0, "annotated");
    fs::write(folder.path().join("out/mine"), "x").unwrap();
    check("out", &[], 2, "out/en.jsonl: it exists");
    check("out", &["--force"], 0, "annotated");
    assert!(folder.path().join("out/mine").exists());
    run(folder.path(), &["scan", "corpus/en.jsonl", "--out", "found", "--force"], 0);
    check("corpus", &["--force"], 2, "corpus/en.jsonl: it was scanned, and input is never changed");
    assert_eq!(json_lines(&folder.path().join("corpus/en.jsonl")), before);
    assert!(
        fs::read_dir(folder.path().join("out"))
            .unwrap()
            .all(|entry| { !entry.unwrap().file_name().to_string_lossy().starts_with(".wirecopy-") })
    );
}

#[test]
fn several_inputs_keep_their_names_apart() {
    let folder = scanned();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("other")).unwrap();
    fs::copy(at("corpus/en.jsonl"), at("other/en.jsonl")).unwrap();
    fs::write(at("page.html"), "<html><p>Nobody on the island was surprised by the news of the ferry.</p></html>")
        .unwrap();
    run(folder.path(), &["scan", "corpus", "other/", "page.html", "--out", "found", "--force"], 0);
    let (_, error) = run(folder.path(), &["report", "found", "--annotate", "out"], 0);
    assert!(error.contains("left out 1 file with 1 article: no room for a key (page.html: HTML)"), "{error}");
    for name in ["corpus/en.jsonl", "corpus/more/fr.jsonl", "other/en.jsonl"] {
        assert!(at("out").join(name).exists(), "{name}");
    }
    run(folder.path(), &["scan", "page.html", "--out", "found", "--force"], 0);
    let (_, error) = run(folder.path(), &["report", "found", "--annotate", "pages"], 2);
    assert!(error.contains("no input of the scan in found has room for a key (page.html: HTML)"), "{error}");
    assert!(!at("pages").exists());
    // Standard input cannot be read again.
    let output = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
        .current_dir(folder.path())
        .args(["scan", "-", "--out", "found", "--force", "--isolated"])
        .stdin(fs::File::open(at("corpus/en.jsonl")).unwrap())
        .output()
        .unwrap();
    assert!(output.status.success());
    let (_, error) = run(folder.path(), &["report", "found", "--annotate", "out2"], 2);
    assert!(error.contains("standard input, which is gone"), "{error}");
}

#[test]
fn threads_change_nothing() {
    let folder = TempDir::new().unwrap();
    let lines: String =
        (0..6000).map(|n| format!("{}\n", json!({"id": n % 50, "text": format!("{n} ").repeat(100)}))).collect();
    fs::write(folder.path().join("c.jsonl"), lines).unwrap();
    run(folder.path(), &["scan", "c.jsonl", "--relations", "identical", "--out", "found"], 0);
    let written = |threads: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
            .current_dir(folder.path())
            .env("RAYON_NUM_THREADS", threads)
            .args(["report", "found", "--annotate", "-", "--isolated"])
            .output()
            .unwrap();
        assert!(output.status.success());
        output.stdout
    };
    assert!(written("1") == written("3"));
}

#[cfg(feature = "parquet")]
mod parquet_files {
    use std::fs::File;
    use std::sync::Arc;

    use arrow_array::cast::AsArray;
    use arrow_array::{Array, ArrayRef, Int64Array, RecordBatch, StringArray};
    use parquet::arrow::ArrowWriter;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use parquet::basic::Compression;
    use parquet::file::metadata::KeyValue;
    use parquet::file::properties::WriterProperties;
    use parquet::file::reader::{FileReader, SerializedFileReader};

    use super::*;
    use crate::clean::parquet_files::batch;
    use crate::formats::gzip;

    fn written(rows: &RecordBatch, group_rows: usize) -> Vec<u8> {
        let properties = WriterProperties::builder()
            .set_max_row_group_row_count(Some(group_rows))
            .set_compression(Compression::SNAPPY)
            .set_key_value_metadata(Some(vec![KeyValue::new("pandas".to_owned(), "{}".to_owned())]))
            .build();
        let mut out = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut out, rows.schema(), Some(properties)).unwrap();
        writer.write(rows).unwrap();
        writer.close().unwrap();
        out
    }

    fn opened(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    /// All rows, and how many row groups they are in.
    fn rows(bytes: &[u8]) -> (RecordBatch, usize) {
        let groups = SerializedFileReader::new(opened(bytes)).unwrap().metadata().num_row_groups();
        let reader = ParquetRecordBatchReaderBuilder::try_new(opened(bytes)).unwrap().with_batch_size(10_000).build();
        let batches: Vec<RecordBatch> = reader.unwrap().map(Result::unwrap).collect();
        assert_eq!(batches.len(), 1);
        (batches[0].clone(), groups)
    }

    #[test]
    fn parquet_gets_a_column_and_stays_what_it_is() {
        let before = batch(3000);
        let original = written(&before, 1100);
        let (out, told) = rewritten_with("a.parquet", &original, &ReadSettings::default()).unwrap();
        assert_eq!(told, Rewritten { records: 3000, unchanged: 0, damage: None });
        let (after, groups) = rows(&out);
        assert_eq!(groups, 3);
        assert_eq!(after.project(&[0, 1, 2]).unwrap(), before);
        assert_eq!(after.schema().field(3).name(), "wirecopy");
        let said = after.column(3).as_string::<i32>();
        for row in 0..3000 {
            // Without a text it is no article.
            let value = if row % 7 == 6 { REASON } else { VALUE };
            assert_eq!(said.value(row), value, "row {row}");
        }
        let metadata = |bytes: &[u8]| SerializedFileReader::new(opened(bytes)).unwrap().metadata().clone();
        let (was, is) = (metadata(&original), metadata(&out));
        let pandas = |told: &[KeyValue]| told.iter().find(|entry| entry.key == "pandas").cloned();
        let of = |metadata: &parquet::file::metadata::ParquetMetaData| {
            pandas(metadata.file_metadata().key_value_metadata().unwrap())
        };
        assert!(of(&was).is_some() && of(&was) == of(&is));
        for (was, is) in was.row_groups().iter().zip(is.row_groups()) {
            assert_eq!((was.num_rows(), is.num_columns()), (is.num_rows(), 4));
            assert!(is.columns().iter().all(|column| column.compression() == Compression::SNAPPY));
        }
        let again = rewritten_with("a.parquet", &out, &ReadSettings::default()).unwrap().0;
        assert!(again == out);
        let packed = rewritten_with("a.parquet.gz", &gzip(&original), &ReadSettings::default());
        assert_eq!(packed.unwrap_err(), "Parquet packed by gzip");
        let none = written(&before.slice(0, 0), 10);
        assert_eq!(
            rewritten_with("a.parquet", &none, &ReadSettings::default()).unwrap_err(),
            "nothing in it is a record"
        );
    }

    #[test]
    fn a_column_that_is_there_is_replaced() {
        let before = batch(40);
        let other: ArrayRef = Arc::new(Int64Array::from_iter_values(0..40));
        let columns = [("wirecopy", &other), ("number", before.column(0)), ("text", before.column(2))];
        let columns = columns.map(|(name, array)| (name, Arc::clone(array), name == "text"));
        let original = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
        let out = rewritten("a.parquet", &written(&original, 10));
        let (after, groups) = rows(&out);
        assert_eq!((groups, after.schema().fields().len()), (4, 3));
        assert_eq!(after.schema().field(2).name(), "wirecopy");
        assert_eq!(after.project(&[0, 1]).unwrap(), original.project(&[1, 2]).unwrap());
        assert_eq!(after.column(2).as_string::<i32>().value(0), VALUE);
    }

    #[test]
    fn a_table_comes_back_with_what_the_tables_say() {
        let folder = TempDir::new().unwrap();
        let at = |name: &str| folder.path().join(name);
        let records = json_lines(&project().join("data/corpus/en.jsonl"));
        let column = |name: &str| -> ArrayRef {
            Arc::new(records.iter().map(|record| record[name].as_str()).collect::<StringArray>())
        };
        let columns = ["id", "source", "maintext"].map(|name| (name, column(name), true));
        let original = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
        fs::create_dir(at("corpus")).unwrap();
        fs::write(at("corpus/en.parquet"), written(&original, 20)).unwrap();
        run(folder.path(), &["scan", "corpus", "--out", "found"], 0);
        let (_, error) = run(folder.path(), &["report", "found", "--annotate", "out"], 0);
        assert_eq!(error, format!("annotated {} records in 1 file\n", records.len()));
        let written = fs::read(at("out/en.parquet")).unwrap();
        let (after, _) = rows(&written);
        assert_eq!(after.project(&[0, 1, 2]).unwrap(), original);
        let members = json_lines(&at("found/members.jsonl"));
        for (place, member) in members.iter().enumerate() {
            let said: Value = serde_json::from_str(after.column(3).as_string::<i32>().value(place)).unwrap();
            for name in ["id", "story_id", "keep", "relation"] {
                assert_eq!(said[name], member[name], "{name} of {}", member["id"]);
            }
        }
        assert_eq!(members.len(), after.column(3).len());
        let output = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
            .args(["report", "found", "--annotate", "-"])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(output.stdout == written, "{}", String::from_utf8_lossy(&output.stderr));
    }
}
