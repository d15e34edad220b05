//! The program on a finished scan: `report` and `eval`, the output folder, a closed pipe.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use wirecopy::findings::{Findings, Kind};
use wirecopy::report::load;
use wirecopy::report::manifest::{Manifest, Origin};
use wirecopy::report::rows::{MemberRow, Row};
use wirecopy::report::{Table, TableFormat};

use crate::program::{json_lines, run};
use crate::sample;

/// A folder with `found/`, the output of a scan that found `findings`.
fn finished(findings: &Findings) -> TempDir {
    let folder = TempDir::new().unwrap();
    let found = folder.path().join("found");
    fs::create_dir(&found).unwrap();
    let mut files = Vec::new();
    for table in Table::ALL {
        let name = table.file_name(TableFormat::Jsonl);
        table.write(findings, TableFormat::Jsonl, &mut fs::File::create(found.join(&name)).unwrap()).unwrap();
        files.push(name);
    }
    let manifest = Manifest::of(findings, Origin { files, ..Origin::default() });
    manifest.write(&mut fs::File::create(found.join("manifest.json")).unwrap()).unwrap();
    folder
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn tables_survive_csv_and_come_back_byte_for_byte() {
    for findings in [sample::none(), sample::one(), sample::many()] {
        let folder = finished(&findings);
        let (first, error) = run(folder.path(), &["report", "found", "--out", "csv", "--table-format", "csv"], 0);
        assert_eq!(error, "");
        let (second, _) = run(folder.path(), &["report", "csv", "--out", "again"], 0);
        assert_eq!(first, second);
        for table in Table::ALL {
            let name = table.file_name(TableFormat::Jsonl);
            let read = |from: &str| fs::read_to_string(folder.path().join(from).join(&name)).unwrap();
            // The place in bytes is the one column that is not in every table; rejects have it.
            assert_eq!(read("found"), read("again"), "{name}");
        }
    }
}

/// Engines of several tasks write folders of parts, whose names say nothing about the order of the rows.
#[test]
fn tables_in_parts_are_as_whole_ones() {
    let folder = TempDir::new().unwrap();
    let corpus = crate::corpora::project().join("data/corpus/en.jsonl");
    run(folder.path(), &["scan", corpus.to_str().unwrap(), "--out", "whole"], 0);
    let (whole, parts) = (folder.path().join("whole"), folder.path().join("parts"));
    for name in names(&whole).iter().filter(|name| name.ends_with(".jsonl") || name.ends_with(".json")) {
        let file = parts.join(name);
        fs::create_dir_all(&file).unwrap();
        fs::write(file.join("_SUCCESS"), "").unwrap();
        let text = fs::read_to_string(whole.join(name)).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let dealt = if name == "manifest.json" { 1 } else { 3 };
        for part in 0..dealt {
            let lines: Vec<&str> = lines.iter().skip(part).step_by(dealt).copied().collect();
            fs::write(file.join(format!("part-{}", dealt - part)), lines.join("\n")).unwrap();
        }
    }
    // A table without rows may have left nothing.
    fs::remove_dir_all(parts.join("rejects.jsonl")).unwrap();
    for form in ["html", "graphml", "md"] {
        let made = ["whole", "parts"].map(|of| {
            let page = format!("{of}.{form}");
            let (said, error) =
                run(folder.path(), &["report", of, "--report", &format!("{form}={page}"), "--format", "json"], 0);
            assert_eq!(error, "");
            (said, fs::read_to_string(folder.path().join(page)).unwrap().replace("parts", "whole"))
        });
        assert!(made[0] == made[1], "{form}");
    }
    let (_, error) = run(folder.path(), &["report", "parts", "--report", "md"], 2);
    assert!(error.contains("give the report a path"), "{error}");
}

#[cfg(feature = "parquet")]
#[test]
fn tables_survive_parquet_and_come_back_byte_for_byte() {
    for findings in [sample::none(), sample::one(), sample::many()] {
        let folder = finished(&findings);
        run(folder.path(), &["report", "found", "--out", "typed", "--table-format", "parquet"], 0);
        run(folder.path(), &["report", "typed", "--out", "again"], 0);
        run(folder.path(), &["report", "typed", "--out", "typed-again", "--table-format", "parquet"], 0);
        for table in Table::ALL {
            let read = |from: &str, format| fs::read(folder.path().join(from).join(table.file_name(format))).unwrap();
            let jsonl = TableFormat::Jsonl;
            assert!(read("found", jsonl) == read("again", jsonl), "{}", table.name());
            let typed = TableFormat::Parquet;
            assert!(read("typed", typed) == read("typed-again", typed), "{}", table.name());
        }
    }
}

#[test]
fn reports_without_texts_are_made_of_tables_alone_and_leave_a_page_and_its_parts() {
    let folder = finished(&sample::one());
    let parts = folder.path().join("found/report");
    fs::create_dir(&parts).unwrap();
    fs::write(parts.join("00000.js"), "a part").unwrap();
    run(folder.path(), &["report", "found", "--report", "md", "--report", "graphml", "--report", "md=more/my.md"], 0);
    run(folder.path(), &["report", "found", "--report", "md=found/report.md", "--force"], 0);
    assert_eq!(fs::read_to_string(parts.join("00000.js")).unwrap(), "a part");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("found/report.md"), read("more/my.md"));
    assert!(read("found/report.md").contains("| 1 | Storm closes the harbour at Vell | 2 | 2 |"));
    assert!(read("found/report.graphml").contains("<data key=\"n_id\">orm-7</data>"));
    let (_, error) = run(folder.path(), &["report", "found", "--report", "md=more/my.md"], 2);
    assert!(error.starts_with("error: cannot write to more/my.md: it exists"), "{error}");
}

#[test]
fn an_output_is_complete_and_has_no_temporary_file() {
    let folder = finished(&sample::one());
    run(folder.path(), &["report", "found", "--out", "deep/er/csv", "--table-format", "csv"], 0);
    assert_eq!(
        names(&folder.path().join("deep/er/csv")),
        [
            ".wirecopyignore",
            "drop.txt",
            "keep.txt",
            "manifest.json",
            "members.csv",
            "outlets.csv",
            "pairs.csv",
            "passages.csv",
            "rejects.csv",
            "stories.csv",
        ]
    );
    let manifest = fs::read_to_string(folder.path().join("deep/er/csv/manifest.json")).unwrap();
    assert!(manifest.contains("members.csv") && !manifest.contains("members.jsonl"), "{manifest}");
}

#[test]
fn an_earlier_output_is_replaced_only_by_force_and_other_files_stay() {
    let folder = finished(&sample::one());
    let found = folder.path().join("found");
    fs::write(found.join("notes.txt"), "mine").unwrap();
    let again = ["report", "found", "--out", "found", "--table-format", "csv"];
    let before = names(&found);
    let (_, error) = run(folder.path(), &again, 2);
    assert_eq!(
        error,
        "error: cannot write to found: it contains an earlier output\n\
         hint: use --force to replace it, or choose another folder\n"
    );
    assert_eq!(names(&found), before);
    run(folder.path(), &[&again[..], &["--force"]].concat(), 0);
    assert_eq!(fs::read_to_string(found.join("notes.txt")).unwrap(), "mine");
    assert!(found.join("members.csv").exists() && !found.join("members.jsonl").exists());
}

#[test]
fn a_file_of_ours_by_name_alone_is_not_overwritten() {
    let folder = finished(&sample::one());
    let found = folder.path().join("found");
    fs::write(found.join("keep.txt"), "mine").unwrap();
    let (_, error) = run(folder.path(), &["report", "found", "--out", "found", "--force"], 2);
    assert!(error.starts_with("error: cannot write to found: keep.txt is not part of the earlier output\n"), "{error}");
    assert_eq!(fs::read_to_string(found.join("keep.txt")).unwrap(), "mine");
}

#[test]
fn a_folder_that_was_left_half_renamed_can_be_replaced() {
    let folder = finished(&sample::one());
    let found = folder.path().join("found");
    fs::create_dir(folder.path().join("half")).unwrap();
    fs::copy(found.join("members.jsonl"), folder.path().join("half/members.jsonl")).unwrap();
    fs::write(folder.path().join("half/.wirecopy-x.tmp"), "").unwrap();
    run(folder.path(), &["report", "half"], 2);
    run(folder.path(), &["report", "found", "--out", "half"], 2);
    run(folder.path(), &["report", "found", "--out", "half", "--force"], 0);
    run(folder.path(), &["report", "half"], 0);
}

#[test]
fn a_table_that_cannot_be_understood_is_named_with_its_row() {
    let folder = finished(&sample::one());
    fs::write(folder.path().join("found/pairs.jsonl"), "{}\n").unwrap();
    let (_, error) = run(folder.path(), &["report", "found"], 2);
    assert!(error.starts_with("error: cannot understand found/pairs.jsonl, row 1: missing field `a`"), "{error}");
    fs::remove_file(folder.path().join("found/pairs.jsonl")).unwrap();
    let (_, error) = run(folder.path(), &["report", "found"], 2);
    assert!(error.starts_with("error: found has no table pairs as .jsonl or .csv"), "{error}");
}

#[test]
fn tables_of_a_later_schema_are_refused() {
    let folder = finished(&sample::one());
    let path = folder.path().join("found/manifest.json");
    let manifest = fs::read_to_string(&path).unwrap().replace("\"schema_version\": 4", "\"schema_version\": 99");
    fs::write(&path, manifest).unwrap();
    let (_, error) = run(folder.path(), &["report", "found"], 2);
    assert!(error.contains("schema version 99") && error.contains("this one knows 4"), "{error}");
}

/// The members of findings as version 3 had them, without what it did not have.
fn as_version_3(found: &Path) {
    let added = MemberRow::ADDED;
    let path = found.join("members.jsonl");
    let rows = json_lines(&path).into_iter().map(|mut row| {
        row.as_object_mut().unwrap().retain(|key, _| !added.contains(&key.as_str()));
        format!("{row}\n")
    });
    fs::write(&path, rows.collect::<String>()).unwrap();
    fs::remove_file(found.join("outlets.jsonl")).unwrap();
    let path = found.join("manifest.json");
    let manifest = fs::read_to_string(&path).unwrap();
    let manifest = manifest.replace("\"schema_version\": 4", "\"schema_version\": 3").replace("\"outlets.jsonl\",", "");
    fs::write(&path, manifest).unwrap();
}

#[test]
fn tables_of_an_earlier_schema_are_filled_in() {
    for findings in [sample::none(), sample::one(), sample::many()] {
        let folder = finished(&findings);
        let found = folder.path().join("found");
        let (members, outlets) = (json_lines(&found.join("members.jsonl")), json_lines(&found.join("outlets.jsonl")));
        as_version_3(&found);
        run(folder.path(), &["report", "found", "--out", "again"], 0);
        let again = folder.path().join("again");
        assert_eq!(json_lines(&again.join("outlets.jsonl")), outlets);
        // Headlines and languages were not in the tables.
        let without_words = members.into_iter().map(|mut row| {
            row["title"] = Value::Null;
            row["language"] = Value::Null;
            row
        });
        assert_eq!(json_lines(&again.join("members.jsonl")), without_words.collect::<Vec<_>>());
    }
}

#[test]
fn a_csv_table_of_an_earlier_schema_is_read() {
    let old = "id,path,record,url,source,published,published_doubtful,story_id,story_size,partial_in,relation,closest,\
               duplicate_of,similarity,containment,keep,keep_reason,agency,agency_basis,agency_evidence\n\
               a,p,1,,,,false,,1,[],,,,,,true,kept,,,\n";
    let rows: Vec<MemberRow> = load::csv("members.csv", old.as_bytes()).unwrap().map(Result::unwrap).collect();
    assert_eq!((rows[0].id.as_str(), rows[0].kind, &rows[0].title), ("a", Kind::Original, &None));
    let Err(error) = load::csv::<MemberRow, _>("members.csv", &b"id,title\n"[..]) else { panic!("read") };
    assert!(error.to_string().contains("column path is missing"), "{error}");
}

#[test]
fn labelled_pairs_are_compared() {
    let folder = finished(&sample::one());
    let pairs = folder.path().join("labelled.jsonl");
    fs::write(&pairs, "{\"a\": \"orm-7\", \"b\": \"vell-1\", \"label\": \"version\", \"note\": \"own prose\"}\n")
        .unwrap();
    let (out, error) = run(folder.path(), &["eval", "--pairs", "labelled.jsonl", "found", "--list-wrong"], 0);
    assert_eq!(error, "");
    assert!(out.contains("F1          1.000"), "{out}");
    assert!(out.contains("other relation: orm-7 vell-1: version, found near_duplicate\n    rule: invented\n"), "{out}");
    let (out, _) = run(folder.path(), &["eval", "--pairs", "labelled.jsonl", "found", "--format", "json"], 0);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&json["links"]["f1"]["value"], &json["wrong_pairs"]), (&1.0.into(), &1.into()));
    fs::write(&pairs, "{\"a\": \"x\", \"b\": \"y\", \"label\": \"copy\"}\n").unwrap();
    let (_, error) = run(folder.path(), &["eval", "--pairs", "labelled.jsonl", "found"], 2);
    assert!(error.starts_with("error: none of the 1 labelled pairs names two articles of the scan"), "{error}");
}

#[test]
fn colour_is_for_terminals_unless_asked_for() {
    let folder = finished(&sample::many());
    let (out, _) = run(folder.path(), &["report", "found"], 0);
    assert!(!out.contains('\x1b'), "{out}");
    let (out, _) = run(folder.path(), &["report", "found", "--color", "always"], 0);
    assert!(out.contains("\x1b[1m<script>"), "{out}");
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let folder = finished(&sample::many());
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut child = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
        .current_dir(folder.path())
        .args(["report", "found", "--isolated", "--format", "json"])
        .stdout(writer)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(0));
}
