//! Corpora for tests: invented articles, scanned in memory, and the demonstration corpus.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use wirecopy::analysis::Analysis;
use wirecopy::article::ArticleId;
use wirecopy::corpus::Corpus;
use wirecopy::disk::{Table, Weight};
use wirecopy::findings::{Findings, Pair};
use wirecopy::pipeline;
use wirecopy::progress::Silent;
use wirecopy::read::Input;
use wirecopy::relation::Relation;
use wirecopy::settings::Settings;

/// An article as a test writes it.
#[derive(Clone, Debug)]
pub struct Written {
    pub id: String,
    pub source: String,
    pub text: String,
}

pub fn written(id: impl Into<String>, source: impl Into<String>, text: impl Into<String>) -> Written {
    Written { id: id.into(), source: source.into(), text: text.into() }
}

/// The articles as JSON lines.
pub fn lines(articles: &[Written]) -> String {
    articles.iter().map(|a| format!("{}\n", json!({"id": a.id, "source": a.source, "text": a.text}))).collect()
}

/// JSON lines as an input by a name.
pub fn stream(name: &str, lines: String) -> Input {
    Input::Stream { name: name.into(), reader: Box::new(Cursor::new(lines)) }
}

/// What a scan of these articles finds.
pub fn scanned(articles: &[Written]) -> Findings {
    scanned_with(articles, &Settings::default())
}

pub fn scanned_with(articles: &[Written], settings: &Settings) -> Findings {
    pipeline::scan(vec![stream("corpus.jsonl", lines(articles))], settings, &Silent).unwrap()
}

/// The products of the stages for these articles.
pub fn analysed(articles: &[Written], settings: &Settings) -> (Corpus, Analysis) {
    let mut corpus = Corpus::read(vec![stream("corpus.jsonl", lines(articles))], settings, &Silent).unwrap();
    assert_eq!(corpus.len(), articles.len(), "{:?}", corpus.rejects);
    let analysis = pipeline::analyse(&mut corpus, settings, &Silent).unwrap();
    (corpus, analysis)
}

/// The folder of the project.
pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of the demonstration corpus, in order.
pub fn demonstration_files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(project().join("data/corpus"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "jsonl"))
        .collect();
    files.sort();
    files
}

/// The records of the demonstration corpus, in order.
pub fn demonstration_records() -> &'static [Value] {
    static RECORDS: OnceLock<Vec<Value>> = OnceLock::new();
    RECORDS.get_or_init(|| {
        let texts = demonstration_files().into_iter().map(|path| std::fs::read_to_string(path).unwrap());
        texts
            .flat_map(|text| text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>())
            .collect()
    })
}

/// What a scan of the demonstration corpus finds.
pub fn demonstration() -> &'static Findings {
    static FINDINGS: OnceLock<Findings> = OnceLock::new();
    FINDINGS.get_or_init(|| {
        let folder = Input::Path(project().join("data/corpus"));
        pipeline::scan(vec![folder], &Settings::default(), &Silent).unwrap()
    })
}

/// Articles of the demonstration corpus by the beginning of their id.
pub fn demonstration_articles(beginning: &str) -> Vec<Written> {
    let text = |record: &Value, field: &str| record[field].as_str().unwrap_or_default().to_owned();
    demonstration_records()
        .iter()
        .filter(|record| text(record, "id").starts_with(beginning))
        .map(|record| written(text(record, "id"), text(record, "source"), text(record, "maintext")))
        .collect()
}

/// A row of a table that is in memory, as all are that are scanned without a limit.
pub fn row<T: Weight + Clone + Default + Serialize + DeserializeOwned>(table: &Table<T>, place: usize) -> &T {
    match table.get(place) {
        Cow::Borrowed(row) => row,
        Cow::Owned(_) => panic!("row {place} is on disk"),
    }
}

/// All rows of such a table.
pub fn rows<T: Weight + Clone + Default + Serialize + DeserializeOwned>(table: &Table<T>) -> impl Iterator<Item = &T> {
    (0..table.len()).map(|place| row(table, place))
}

/// The id of an article.
pub fn id(findings: &Findings, article: ArticleId) -> &str {
    &row(&findings.members, article.index()).id
}

/// The pairs that link, by id, the lesser first.
pub fn links(findings: &Findings) -> BTreeMap<(&str, &str), Relation> {
    let ids = |pair: &Pair| {
        let (a, b) = (id(findings, pair.a), id(findings, pair.b));
        (a.min(b), a.max(b))
    };
    rows(&findings.pairs).filter(|pair| pair.relation.links()).map(|pair| (ids(pair), pair.relation)).collect()
}

/// The articles of each story by id, in no order that a scan has chosen.
pub fn stories(findings: &Findings) -> BTreeSet<BTreeSet<&str>> {
    findings.stories.iter().map(|story| story.members.iter().map(|&article| id(findings, article)).collect()).collect()
}
