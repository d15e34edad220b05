//! `report.html` as a file. What it does in a browser is tested in `tests/browser`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs;
use std::path::Path;

use serde_json::Value;
use wirecopy::article::{ArticleId, Moment, Span};
use wirecopy::credit::{Basis, Credit};
use wirecopy::disk::Workspace;
use wirecopy::findings::{Apart, Findings, Member, Pair, Text};
use wirecopy::pipeline;
use wirecopy::progress::Silent;
use wirecopy::read::Input;
use wirecopy::relation::Relation;
use wirecopy::report::html::{self, About};
use wirecopy::report::{Table, TableFormat};
use wirecopy::settings::Settings;

use crate::corpora::project;
use crate::{program, sample};

/// The files of a report by their names.
fn written(findings: &Findings) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let about = About { inputs: &["invented.jsonl".to_owned()], name: "report" };
    let Ok(()) = html::write(findings, about, |name, bytes| {
        assert!(files.insert(name.to_owned(), String::from_utf8(bytes.to_vec()).unwrap()).is_none());
        Ok::<(), Infallible>(())
    });
    files
}

/// The block of data with this id.
fn data(page: &str, id: &str) -> Value {
    let start = format!("<script type=\"application/json\" id=\"{id}\">");
    let json = page.split_once(&start).unwrap().1.split_once("</script>").unwrap().0;
    serde_json::from_str(json).unwrap()
}

fn scanned(workspace: &Workspace) -> Findings {
    let corpus = Input::Path(project().join("data/corpus/fr.jsonl"));
    pipeline::scan_with_texts(workspace, vec![corpus], &Settings::default(), &Silent).unwrap()
}

/// Hostile findings, with texts as hostile as their headlines.
fn hostile() -> Findings {
    let mut findings = sample::many();
    findings.texts = (0..8)
        .map(ArticleId)
        .map(|article| Text {
            article,
            author: Some("</script><!--".into()),
            lang: Some("en\"><script>".into()),
            text: "é😀</script><script>alert(1)</script>\u{2028}\u{202e}]]>\u{0}\x1b[2J <!--<script> and so on for a while, \
                   with enough of it that every span of the sample lies inside"
                .into(),
            apart: vec![(Span { start: 2, end: 6 }, Apart::Quotation), (Span { start: 6, end: 15 }, Apart::Stock)],
        })
        .collect();
    findings
}

#[test]
fn hostile_text_is_data_and_nothing_else() {
    let page = &written(&hostile())["report.html"];
    let scripts: Vec<&str> = page.match_indices("<script").map(|(at, _)| &page[at..at + 12]).collect();
    assert_eq!(
        scripts,
        ["<script type", "<script type", "<script type", "<script type", "<script>(() "],
        "the core, what a search looks into, one part of stories and one of articles, the page's own script"
    );
    assert_eq!(page.matches("</script").count(), 5);
    assert!(
        !page.contains("<!--") && !page.contains('\u{2028}') && !page.contains('\u{202e}') && !page.contains('\x1b')
    );
    let core = data(page, "core");
    assert_eq!(core["story"]["title"][0], "<script>alert(1)</script>\x1b]0;owned\x07");
    let article = &data(page, "part-0")[0]["articles"][0];
    assert_eq!(article["author"], "</script><!--");
    assert!(article["text"].as_str().unwrap().starts_with("é😀</script><script>alert(1)</script>\u{2028}\u{202e}"));
    // In the units of a script: one for é, two for the emoji.
    assert_eq!(article["marks"], serde_json::json!([[1, 3, 0], [3, 12, 2]]));
}

#[test]
fn no_finding_and_findings_without_texts_have_a_page() {
    for findings in [sample::none(), sample::one(), sample::many(), Findings::default()] {
        let files = written(&findings);
        assert_eq!(files.keys().collect::<Vec<_>>(), ["report.html"]);
        let core = data(&files["report.html"], "core");
        assert_eq!(core["story"]["id"].as_array().unwrap().len(), findings.stories.len());
        assert_eq!(core["folder"], Value::Null);
    }
}

#[test]
fn a_page_allows_its_own_script_and_style_and_nothing_else() {
    let page = &written(&sample::one())["report.html"];
    let policy = page.split_once("Content-Security-Policy\" content=\"").unwrap().1.split_once('"').unwrap().0;
    assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("http") && !policy.contains("strict-dynamic"), "{policy}");
    let lower = page.to_lowercase();
    for loading in ["src=\"", "href=\"http", "innerhtml", "eval("] {
        assert!(!lower.contains(loading), "{loading}");
    }
    let style = lower.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    assert!(!style.contains("url(") && !style.contains("@import"));
}

#[test]
fn an_origin_is_what_the_others_are_measured_against() {
    let mut findings = sample::one();
    findings.stories[0].origin.as_mut().unwrap().article = ArticleId(1);
    findings.complete().unwrap();
    let page = &written(&findings)["report.html"];
    let story = &data(page, "part-0")[0];
    assert_eq!((&story["reference"], &story["origin"]["confidence"]), (&1.into(), &0.75.into()));
    // It credits an agency whose own copy is not there, so it is a copy, and only the first that is seen.
    assert_eq!((&story["articles"][1]["kind"], &story["articles"][1]["of"]), (&6.into(), &Value::Null));
    assert_eq!(story["copy_of"], 0);
    // Both are of one source by the pair: a revision, though it was published earlier.
    assert_eq!((&story["articles"][0]["kind"], &story["articles"][0]["of"]), (&5.into(), &1.into()));
    let core = data(page, "core");
    assert_eq!((&core["story"]["sure"][0], &core["agencies"][0]), (&0.75.into(), &"Norrland Wire".into()));
    assert_eq!((&core["story"]["copy_of"][0], &core["outlet"]["kinds"][0][6]), (&0.into(), &1.into()));
    assert_eq!(data(page, "search"), serde_json::json!(["vell-1\norm-7\n"]));
}

#[test]
fn a_revision_is_one_in_the_page_and_in_the_tables() {
    for relation in Relation::ALL.into_iter().filter(|relation| relation.links()) {
        let mut findings = sample::one();
        let pair = Pair { relation, same_source: true, ..findings.pairs.get(0).into_owned() };
        findings.pairs = vec![pair].into();
        findings.complete().unwrap();
        let mut row = Vec::new();
        Table::Pairs.write(&findings, TableFormat::Jsonl, &mut row).unwrap();
        let revision = serde_json::from_slice::<Value>(&row).unwrap()["revision"] == true;
        assert_eq!(revision, relation != Relation::Rewrite);
        let story = &data(&written(&findings)["report.html"], "part-0")[0];
        assert_eq!(story["articles"][1]["kind"] == 5, revision, "{relation:?}");
        assert_eq!(story["pairs"][0][7], serde_json::json!([true, revision]), "{relation:?}");
    }
}

#[test]
fn an_agency_whose_own_copy_is_there_is_no_missing_origin() {
    let mut findings = sample::one();
    let mut members: Vec<Member> = findings.members.iter().map(Cow::into_owned).collect();
    let credit = Credit { basis: Basis::Own, ..*members[1].agency.clone().unwrap() };
    members[0].agency = Some(Box::new(credit));
    findings.members = members.into();
    findings.stories[0].origin.as_mut().unwrap().article = ArticleId(1);
    findings.complete().unwrap();
    let page = &written(&findings)["report.html"];
    assert_eq!(data(page, "part-0")[0]["copy_of"], Value::Null);
    assert_eq!(data(page, "core")["story"]["copy_of"][0], Value::Null);
}

/// A story of three articles, an hour apart and in this order, of which the last is linked with both others.
fn three(relation: Relation) -> Findings {
    let mut findings = sample::one();
    let first = findings.members.get(0).into_owned();
    let hour = |hours: i64| Moment { seconds: 1_709_283_600 + hours * 3600, ..first.published.unwrap() };
    findings.members = (0..3)
        .map(|at| Member { id: format!("vell-{at}"), published: Some(hour(at)), ..first.clone() })
        .collect::<Vec<_>>()
        .into();
    let pair = |a: u32| Pair {
        a: ArticleId(a),
        b: ArticleId(2),
        relation,
        same_source: false,
        ..findings.pairs.get(0).into_owned()
    };
    findings.pairs = vec![pair(0), pair(1)].into();
    findings.stories[0].members = (0..3).map(ArticleId).collect();
    findings.complete().unwrap();
    findings
}

#[test]
fn the_later_is_measured_against_the_earlier() {
    let page = &written(&three(Relation::Rewrite))["report.html"];
    let articles = &data(page, "part-0")[0]["articles"];
    assert_eq!((&articles[1]["kind"], &articles[1]["of"]), (&0.into(), &Value::Null), "linked with a later one only");
    assert_eq!((&articles[2]["kind"], &articles[2]["of"]), (&4.into(), &0.into()));

    // In a class of near-duplicates each is compared with one of them only, here the last.
    let mut findings = three(Relation::NearDuplicate);
    let mut members: Vec<Member> = findings.members.iter().map(Cow::into_owned).collect();
    members[1].duplicate_of = Some(ArticleId(0));
    members[2].duplicate_of = Some(ArticleId(0));
    findings.members = members.into();
    findings.complete().unwrap();
    let page = &written(&findings)["report.html"];
    let articles = &data(page, "part-0")[0]["articles"];
    assert_eq!((&articles[1]["kind"], &articles[1]["of"], &articles[1]["class"]), (&1.into(), &2.into(), &0.into()));
}

#[test]
fn every_article_has_a_row_among_those_of_its_outlet() {
    let findings = sample::many();
    let page = &written(&findings)["report.html"];
    let core = data(page, "core");
    let stories = core["parts"].as_array().unwrap().len();
    let rows = data(page, &format!("part-{stories}"));
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), findings.members.len());
    let starts: Vec<usize> = serde_json::from_value(core["starts"].clone()).unwrap();
    assert_eq!(starts.len(), findings.outlets.len() + 1);
    for member in findings.members.iter() {
        let at = rows.iter().position(|row| row[0] == member.id).unwrap();
        let outlet = starts.partition_point(|&start| start <= at) - 1;
        assert_eq!(core["outlets"].get(outlet).and_then(Value::as_str), member.source.as_deref());
        assert_eq!(rows[at][5], member.story.map_or(Value::Null, Value::from));
        let alone = member.story.is_none() && member.partial_in.is_empty();
        assert_eq!(rows[at].get(10).is_some(), alone, "only those without another page say where they were read");
    }
    let between: Vec<bool> = serde_json::from_value(core["story"]["between"].clone()).unwrap();
    assert_eq!(between, findings.stories.iter().map(|story| story.syndicated).collect::<Vec<_>>());
}

#[test]
fn a_search_looks_into_ids_and_each_headline_once() {
    let mut findings = three(Relation::Rewrite);
    let mut members: Vec<Member> = findings.members.iter().map(Cow::into_owned).collect();
    members[1].title = Some("Harbour shut".into());
    members[2].title = Some("Harbour shut".into());
    findings.members = members.into();
    let page = &written(&findings)["report.html"];
    assert_eq!(data(page, "search"), serde_json::json!(["vell-0\nvell-1\nHarbour shut\nvell-2\n"]));
}

#[test]
fn memory_and_disk_give_the_same_bytes() {
    let folder = std::env::temp_dir();
    let expected = written(&scanned(&Workspace::default()));
    for memory_bytes in [1 << 10, 1 << 16, 1 << 22] {
        let workspace = Workspace::limited(&folder, memory_bytes);
        assert!(written(&scanned(&workspace)) == expected, "{memory_bytes}");
        workspace.check().unwrap();
    }
}

#[test]
fn details_that_are_too_many_go_to_a_folder() {
    let whole = scanned(&Workspace::default());
    let single = written(&whole);
    let mut findings = scanned(&Workspace::default());
    // The same texts with a long tail.
    let tail = " and nothing more is known of it".repeat(15_000);
    findings.texts =
        whole.texts.iter().map(|text| Text { text: format!("{}{tail}", text.text), ..text.into_owned() }).collect();
    let files = written(&findings);
    let core = data(&files["report.html"], "core");
    let firsts = core["parts"].as_array().unwrap();
    assert_eq!(core["folder"], "report");
    let lists = core["lists"].as_array().unwrap();
    assert_eq!(files.len(), firsts.len() + lists.len() + 1);
    assert!(files["report.html"].contains("'strict-dynamic'") && !files["report.html"].contains("id=\"part-"));
    let mut details = Vec::new();
    for (number, first) in firsts.iter().enumerate() {
        let part = &files[&format!("report/{}", html::part_name(number))];
        let json = part.strip_prefix(&format!("wirecopyPart({number},")).unwrap().strip_suffix(");\n").unwrap();
        assert_eq!(first.as_u64().unwrap() as usize, details.len());
        details.extend(serde_json::from_str::<Vec<Value>>(json).unwrap());
    }
    let rows = &files[&format!("report/{}", html::part_name(firsts.len()))];
    assert!(rows.starts_with(&format!("wirecopyPart({},[[", firsts.len())));
    let in_page = data(&single["report.html"], "part-0");
    assert_eq!(details.len(), in_page.as_array().unwrap().len());
    for (in_file, in_page) in details.iter().zip(in_page.as_array().unwrap()) {
        assert_eq!(in_file["pairs"], in_page["pairs"]);
    }
}

/// Runs the program in `folder`; gives what it wrote to standard error.
fn run(folder: &Path, arguments: &[&str], code: i32) -> String {
    program::run(folder, &[arguments, &["-q"]].concat(), code).1
}

fn corpus() -> (tempfile::TempDir, String) {
    let corpus = project().join("data/corpus/de.jsonl").display().to_string();
    (tempfile::tempdir().unwrap(), corpus)
}

#[test]
fn a_finished_scan_is_rendered_again_without_its_corpus() {
    let (folder, corpus) = corpus();
    let path = |name: &str| folder.path().join(name);
    run(folder.path(), &["scan", &corpus, "--out", "found"], 0);
    let page = fs::read(path("found/report.html")).unwrap();
    run(folder.path(), &["report", "found", "--report", "html=again/page.html"], 0);
    assert!(fs::read(path("again/page.html")).unwrap() == page);
    fs::write(path("found/report.html"), "spoilt").unwrap();
    run(folder.path(), &["report", "found", "--report", "html"], 0);
    assert!(fs::read(path("found/report.html")).unwrap() == page);
    run(folder.path(), &["report", "found", "--report", "html", "--out", "csv", "--table-format", "csv"], 0);
    assert!(fs::read(path("csv/report.html")).unwrap() == page);
    assert!(fs::read(path("csv/texts.jsonl")).unwrap() == fs::read(path("found/texts.jsonl")).unwrap());
    run(folder.path(), &["report", "csv", "--report", "html=from-csv.html"], 0);
    assert!(fs::read(path("from-csv.html")).unwrap() == page);
    run(folder.path(), &["scan", &corpus, "--out", "found", "--force"], 0);
    assert!(fs::read(path("found/report.html")).unwrap() == page);
}

#[test]
fn a_scan_without_a_report_has_no_texts_either() {
    let (folder, corpus) = corpus();
    run(folder.path(), &["scan", &corpus, "--out", "found", "--no-report"], 0);
    assert!(!folder.path().join("found/report.html").exists() && !folder.path().join("found/texts.jsonl").exists());
    let error = run(folder.path(), &["report", "found", "--report", "html"], 2);
    assert_eq!(
        error,
        "error: found has no texts.jsonl, which a report with texts is made of: scan again without --no-report\n"
    );
    let error = run(folder.path(), &["scan", &corpus, "--report", "html"], 2);
    assert!(error.starts_with("error: no folder for the report\n"), "{error}");
}

#[test]
fn a_report_of_its_own_replaces_nothing_unless_forced() {
    let (folder, corpus) = corpus();
    let page = folder.path().join("page.html");
    fs::write(&page, "mine").unwrap();
    let error = run(folder.path(), &["scan", &corpus, "--report", "html=page.html"], 2);
    assert!(error.starts_with("error: cannot write to page.html: it exists"), "{error}");
    assert_eq!(fs::read_to_string(&page).unwrap(), "mine");
    run(folder.path(), &["scan", &corpus, "--report", "html=page.html", "--force"], 0);
    assert!(fs::read_to_string(&page).unwrap().starts_with("<!doctype html>"));
    let error = run(folder.path(), &["scan", &corpus, "--report", "html=."], 2);
    assert!(error.starts_with("error: cannot write to .: it is a folder"), "{error}");
}

/// A report is renamed to its place: a device or a link there would be gone, even if it was to be written to.
#[cfg(unix)]
#[test]
fn a_report_takes_the_place_of_files_only() {
    use std::os::unix::fs::{FileTypeExt, symlink};
    let (folder, corpus) = corpus();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("mine.html"), "mine").unwrap();
    symlink("mine.html", path("link.html")).unwrap();
    symlink("nowhere.html", path("dangling.html")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(path("pipe")).status().unwrap().success());
    for (name, kind) in [("link.html", "a link"), ("dangling.html", "a link"), ("pipe", "not a regular file")] {
        let error = run(folder.path(), &["scan", &corpus, "--report", &format!("html={name}"), "--force"], 2);
        assert!(error.starts_with(&format!("error: cannot write to {name}: it is {kind}")), "{error}");
    }
    let is = |name: &str| fs::symlink_metadata(path(name)).unwrap().file_type();
    assert!(is("link.html").is_symlink() && is("dangling.html").is_symlink() && is("pipe").is_fifo());
    assert_eq!(fs::read_to_string(path("mine.html")).unwrap(), "mine");
}

#[test]
fn parts_of_an_earlier_report_go_with_it() {
    let (folder, corpus) = corpus();
    run(folder.path(), &["scan", &corpus, "--out", "found"], 0);
    let found = folder.path().join("found");
    // As if the earlier report had been a large one.
    fs::create_dir(found.join("report")).unwrap();
    fs::write(found.join("report/00000.js"), "").unwrap();
    let manifest = fs::read_to_string(found.join("manifest.json")).unwrap();
    let error = run(folder.path(), &["scan", &corpus, "--out", "found", "--force"], 2);
    assert!(error.contains("report/00000.js is not part of the earlier output"), "{error}");
    let listed = manifest.replace("\"report.html\"", "\"report.html\", \"report/00000.js\"");
    fs::write(found.join("manifest.json"), listed).unwrap();
    run(folder.path(), &["scan", &corpus, "--out", "found", "--force"], 0);
    assert!(!found.join("report").exists());
    assert!(!fs::read_to_string(found.join("manifest.json")).unwrap().contains("00000.js"));
}
