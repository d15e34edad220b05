//! README and the guide say what the program does: their tables, commands and examples are held against it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use wirecopy::read::Mapping;
use wirecopy::relation::Relation;
use wirecopy::report::check::Format;
use wirecopy::report::rows::{Column, MemberRow, OutletRow, PairRow, PassageRow, RejectRow, Row, StoryRow};
use wirecopy::settings::{Field, ReadSettings, Settings};

use crate::corpora::project;
use crate::program::run;

fn page(path: &str) -> String {
    fs::read_to_string(project().join(path)).unwrap()
}

/// What stands between backticks.
fn spans(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The cells of the table below a heading of a page, without its header.
fn table(page: &str, heading: &str) -> Vec<Vec<String>> {
    let lines = page.lines().skip_while(|line| *line != heading);
    let lines = lines.skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    lines.skip(2).map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// The code spans in the first column of a table, from above.
fn names(page: &str, heading: &str) -> Vec<String> {
    table(page, heading).iter().flat_map(|row| spans(&row[0])).map(str::to_owned).collect()
}

#[test]
fn readme_is_one_page() {
    let readme = page("README.md").chars().count();
    assert!(readme <= 6_000, "README has {readme} characters: the guide has room");
}

#[test]
fn fields_and_their_names_are_those_that_are_read() {
    let mapping = Mapping::new(&ReadSettings::default()).unwrap();
    let told: BTreeMap<String, Vec<String>> = table(&page("docs/corpora.md"), "## Fields")
        .iter()
        .map(|row| (spans(&row[0])[0].to_owned(), spans(&row[1]).into_iter().map(str::to_owned).collect()))
        .collect();
    let known = Field::ALL.map(|field| (field.name().to_owned(), mapping.names(field).to_vec()));
    assert_eq!(told, BTreeMap::from(known));
}

#[test]
fn endings_are_those_of_files_that_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let (_, error) = run(folder.path(), &["scan", "."], 2);
    let (_, list) = error.split_once("files with the endings ").unwrap();
    let (list, _) = list.split_once(", plain or with").unwrap();
    let read: BTreeSet<String> =
        list.split([',', ' ']).filter(|word| !matches!(*word, "" | "and")).map(str::to_owned).collect();
    let formats = table(&page("docs/corpora.md"), "## Formats");
    let told: BTreeSet<String> =
        formats.iter().flat_map(|row| spans(&row[1])).map(|ending| ending[1..].to_owned()).collect();
    // An archive that is packed has an ending of its own beside the two.
    assert_eq!(told, &read | &BTreeSet::from(["tgz".to_owned()]));
}

#[test]
fn columns_are_those_of_the_tables() {
    let page = page("docs/tables.md");
    let check = |heading: &str, columns: &[Column]| {
        let columns: Vec<&str> = columns.iter().map(|column| column.name).collect();
        assert_eq!(names(&page, heading), columns, "{heading}");
    };
    check("## members", MemberRow::COLUMNS);
    check("## pairs", PairRow::COLUMNS);
    check("## stories", StoryRow::COLUMNS);
    check("## outlets", OutletRow::COLUMNS);
    check("## passages", PassageRow::COLUMNS);
    check("## rejects", RejectRow::COLUMNS);
}

#[test]
fn keys_are_those_of_an_annotation() {
    let annotated = page("tests/cases/annotate.out/annotated/corpus.jsonl");
    let record: Value = serde_json::from_str(annotated.lines().next().unwrap()).unwrap();
    let keys = record["wirecopy"].as_object().unwrap().keys().cloned().collect::<BTreeSet<String>>();
    let told = names(&page("docs/annotated.md"), "## Fields");
    assert_eq!(told.iter().cloned().collect::<BTreeSet<String>>(), keys);
}

#[test]
fn relations_are_all_of_them() {
    let told = table(&page("docs/relations.md"), "## The nine relations");
    let told: Vec<(&str, bool)> = told.iter().map(|row| (spans(&row[0])[0], row[1] == "yes")).collect();
    assert_eq!(told, Relation::ALL.map(|relation| (relation.name(), relation.links())));
}

#[test]
fn formats_of_a_check_are_all_of_them() {
    assert_eq!(names(&page("docs/check.md"), "## Output"), Format::ALL.map(Format::name));
}

/// Every setting by its key; one that is a list or a value is itself, one that is a table has others.
fn settings(prefix: &str, value: &Value, found: &mut BTreeMap<String, Value>) {
    for (key, value) in value.as_object().unwrap() {
        let key = format!("{prefix}{key}");
        match value {
            Value::Object(inner) if !inner.is_empty() => settings(&format!("{key}."), value, found),
            _ => drop(found.insert(key, value.clone())),
        }
    }
}

#[test]
fn settings_have_the_defaults_that_are_told() {
    let mut defaults = BTreeMap::new();
    settings("", &serde_json::to_value(Settings::default()).unwrap(), &mut defaults);
    // A section whose only setting has no default.
    defaults.remove("origin");
    let unset = ["read.today", "read.records", "relate.weights", "origin.agencies"];
    let told = table(&page("docs/settings.md"), "# Settings");
    let keys: BTreeSet<&str> = told.iter().map(|row| spans(&row[0])[0]).collect();
    assert_eq!(keys, defaults.keys().map(String::as_str).chain(unset).collect());
    for row in &told {
        // A default without a value is told in words, or not at all.
        if let [value] = spans(&row[1])[..] {
            assert_eq!(value.parse::<Value>().unwrap(), defaults[spans(&row[0])[0]], "{row:?}");
        }
    }
}

/// A line of a block of commands: the program and what it is called with, pipes and comments cut off.
fn commands(page: &str) -> Vec<Vec<String>> {
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default());
    let lines = blocks.flat_map(str::lines).map(|line| line.split(" #").next().unwrap_or_default());
    let stages =
        lines.flat_map(|line| line.split('|')).map(|stage| stage.split(" > ").next().unwrap_or_default().trim());
    let called = |stage: &str| {
        let rest = stage.strip_prefix("cargo run --release -- ").or_else(|| stage.strip_prefix("wirecopy "))?;
        Some(rest.split_whitespace().map(|word| word.trim_matches(['\'', '"']).to_owned()).collect())
    };
    stages.filter_map(called).collect()
}

/// The pages with commands.
fn pages() -> Vec<(String, String)> {
    let chapters = fs::read_dir(project().join("docs")).unwrap().map(|entry| entry.unwrap().file_name());
    let chapters =
        chapters.filter_map(|name| Some(format!("docs/{}", name.to_str()?))).filter(|name| name.ends_with(".md"));
    let mut paths: Vec<String> = chapters.chain(["README.md".to_owned()]).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), page(&path))).collect()
}

fn help(command: &str) -> String {
    let mut arguments: Vec<&str> = Vec::from([command]);
    arguments.retain(|command| !command.is_empty());
    arguments.push("--help");
    let output = Command::new(env!("CARGO_BIN_EXE_wirecopy")).args(arguments).output().unwrap();
    assert!(output.status.success(), "there is no command {command}");
    String::from_utf8(output.stdout).unwrap()
}

/// The flag that a word is or begins with.
fn flag(word: &str) -> Option<&str> {
    let flag = word.split(['=', ' ']).next()?;
    (flag.starts_with("--") && flag.len() > 2).then_some(flag)
}

fn lists(help: &str, flag: &str) -> bool {
    help.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).any(|word| word == flag)
}

#[test]
fn commands_and_their_flags_are_there() {
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    let everything: String =
        ["", "scan", "clean", "check", "eval", "report", "inspect", "compare", "explain"].map(help).concat();
    let mut seen = 0;
    for (path, page) in pages() {
        for command in commands(&page) {
            let name = command[0].clone();
            let text = known.entry(name.clone()).or_insert_with(|| help(&name));
            for flag in command.iter().filter_map(|word| flag(word)) {
                assert!(lists(text, flag), "{path}: wirecopy {name} has no {flag}");
                seen += 1;
            }
        }
        let code = page.split("```").step_by(2).flat_map(spans).collect::<Vec<_>>();
        for span in code {
            let words: Vec<&str> = span.split(' ').collect();
            let text = match words[..] {
                ["wirecopy", name, ..] if !name.starts_with('-') => {
                    &*known.entry(name.to_owned()).or_insert_with(|| help(name))
                }
                ["wirecopy", ..] => &everything,
                [first, ..] if flag(first).is_some() => &everything,
                _ => continue,
            };
            for flag in words.iter().filter_map(|word| flag(word)) {
                assert!(lists(text, flag), "{path}: {span}");
                seen += 1;
            }
        }
    }
    assert!(seen > 60, "{seen} flags");
}

/// Commands on the demonstration corpus, run one after the other as they stand.
#[test]
fn commands_on_the_demonstration_corpus_work() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out").to_str().unwrap().to_owned();
    let mut done: Vec<Vec<String>> = Vec::new();
    let mut summary = None;
    for path in ["README.md", "docs/first-scan.md", "docs/why.md"] {
        for command in commands(&page(path)) {
            let runs = command.iter().any(|word| word.starts_with("data/") || word == "out" || word == "--curve");
            if !runs || done.contains(&command) {
                continue;
            }
            let words: Vec<&str> =
                command.iter().map(|word| if word == "out" { &out } else { word.as_str() }).collect();
            let (shown, _) = run(project(), &words, 0);
            assert!(!shown.is_empty(), "{path}: {command:?}");
            summary.get_or_insert(shown);
            done.push(command);
        }
    }
    assert!(done.len() >= 9, "{done:?}");
    assert!(Path::new(&out).join("report.html").exists());
    let summary = summary.unwrap();
    for path in ["README.md", "docs/first-scan.md"] {
        let page = page(path);
        let told = page.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
        assert!(summary.starts_with(told), "{path} shows another summary than\n{summary}");
    }
}
