//! Every format of a check: as many results as findings, and hostile text as text.

use boon::{Compiler, SchemaIndex, Schemas};
use proptest::prelude::*;
use serde_json::Value;
use wirecopy::check::baseline::{Entry, Stale};
use wirecopy::check::{Finding, Outcome, Place, Within};
use wirecopy::relation::Relation;
use wirecopy::report::check::{Format, github, sarif};

use crate::corpora::project;

/// Headlines that somebody might send: workflow commands, markup, terminal commands, marks that turn the reading order.
const HOSTILE: [&str; 12] = [
    "::error file=x,line=1::owned",
    "\n::set-output name=passed::true\r\n::stop-commands::x",
    "##[error]old command",
    "</testcase><testcase name=\"<![CDATA[ ]]> &amp; --",
    "\x1b[31mred\x1b[0m\x1b]0;title\x07\u{9b}2J",
    "\u{202e}gnisrever\u{202c} \u{2066}isolated\u{2069}\u{feff}\u{200b}",
    "[link](https://evil.example) ![i](x) `code` ``two`` | cell | @somebody #1 <script>alert(1)</script> **bold**",
    "`",
    "\\",
    "%0A%25 a,b:c",
    "\u{ffff}\u{fffe}\0\u{b}\u{2028}",
    "   ",
];

fn place(name: &str, line: u64) -> Place {
    Place {
        path: format!("corpus/{name}.jsonl"),
        file: format!("corpus/{name}.jsonl"),
        line,
        record: line,
        byte_offset: line * 100,
        id: name.to_owned(),
        source: Some(name.to_owned()),
        title: Some(name.to_owned()),
        published: None,
    }
}

fn finding(number: u64, relation: Relation, text: &str) -> Finding {
    Finding {
        fingerprint: format!("{number:032x}"),
        occurrence: 1,
        relation,
        within: (relation == Relation::Excerpt).then_some(Within::There),
        here: Place { path: format!("{text}.jsonl"), file: format!("{text}.jsonl"), ..place(text, number + 1) },
        there: place(text, number + 2),
        similarity: 0.912_345,
        containment: 1.0,
        containment_there: 1.0 / 3.0,
        longest_run: 31,
        passage: number.is_multiple_of(2).then(|| text.to_owned()),
        expired: number.is_multiple_of(3).then(|| "2026-01-31".to_owned()),
    }
}

fn outcome(findings: Vec<Finding>) -> Outcome {
    Outcome { articles: 300, rejects: 2, fail_on: Relation::ALL.to_vec(), findings, known: 1, ..Outcome::default() }
}

fn stale(name: &str) -> Stale {
    let between = [name.to_owned(), "b".to_owned()];
    let entry = Entry { fingerprint: "0".repeat(32), count: 2, between, ..Entry::default() };
    Stale { entry, left: 1 }
}

fn written(format: Format, outcome: &Outcome) -> String {
    let mut bytes = Vec::new();
    format.write(outcome, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn json(format: Format, outcome: &Outcome) -> Value {
    serde_json::from_str(&written(format, outcome)).unwrap()
}

/// The elements of an XML document by name, with their attributes; it must be well formed.
fn elements(document: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut reader = quick_xml::Reader::from_str(document);
    reader.config_mut().check_end_names = true;
    let mut found = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Eof => return found,
            quick_xml::events::Event::Start(start) | quick_xml::events::Event::Empty(start) => {
                let attributes = start.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    let name = attribute.key.as_ref().to_owned();
                    let value = attribute.value.clone().into_owned();
                    (name, quick_xml::escape::unescape(&value).unwrap().into_owned())
                });
                let attributes = attributes.collect();
                found.push((start.name().as_ref().to_owned(), attributes));
            }
            _ => {}
        }
    }
}

/// How many results a format shows.
fn results(format: Format, outcome: &Outcome) -> usize {
    let text = written(format, outcome);
    match format {
        Format::Text => text.lines().filter(|line| line.starts_with("  fingerprint ")).count(),
        Format::Json => json(format, outcome)["findings"].as_array().unwrap().len(),
        Format::Sarif => json(format, outcome)["runs"][0]["results"].as_array().unwrap().len(),
        Format::Gitlab => json(format, outcome).as_array().unwrap().len(),
        Format::Junit => elements(&text).iter().filter(|(name, _)| name == "failure").count(),
        Format::Rdjsonl => text.lines().filter(|line| serde_json::from_str::<Value>(line).unwrap().is_object()).count(),
        Format::Markdown => text.lines().filter(|line| line.starts_with("- **")).count(),
        Format::Github => {
            text.lines().filter(|line| line.starts_with("::error ") || line.starts_with("::warning ")).count()
        }
        Format::Badge => {
            let (_, rest) = text.split_once("<title>wirecopy: ").unwrap();
            let number = rest.split(' ').next().unwrap();
            if number == "no" { 0 } else { number.parse().unwrap() }
        }
    }
}

/// What a format shows at most.
fn most(format: Format) -> usize {
    match format {
        Format::Github => 20,
        Format::Sarif => sarif::RESULTS,
        _ => usize::MAX,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn every_finding_is_one_result(
        texts in prop::collection::vec((prop::sample::select(&HOSTILE[..]), any::<String>(), prop::sample::select(&Relation::ALL[..])), 0..30),
    ) {
        let findings = (0..).zip(&texts).map(|(number, (hostile, any, relation))| finding(number, *relation, &format!("{hostile}{any}")));
        let outcome = outcome(findings.collect());
        for format in Format::ALL {
            prop_assert_eq!(results(format, &outcome), texts.len().min(most(format)), "{}", format.name());
        }
    }
}

#[test]
fn what_a_system_does_not_take_is_counted() {
    let outcome = outcome((0..5003).map(|number| finding(number, Relation::Identical, "a")).collect());
    let log = json(Format::Sarif, &outcome);
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 5000);
    let notification = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    let named = format!("3 findings are left out, the least important: identical {:032x}", 5000);
    assert!(notification.as_str().unwrap().starts_with(&named), "{notification}");
    let commands = written(Format::Github, &outcome);
    assert_eq!(commands.lines().filter(|line| line.starts_with("::error ")).count(), 10);
    assert_eq!(commands.lines().filter(|line| line.starts_with("::warning ")).count(), 10);
    assert!(commands.contains("of which 4983 are not annotated"), "{commands}");
    let summary = github::summary(&outcome, github::SUMMARY_BYTES);
    assert!(summary.len() < github::SUMMARY_BYTES && summary.len() > github::SUMMARY_BYTES / 2, "{}", summary.len());
    assert!(summary.contains("more, which do not fit here"));
    assert!(github::summary(&outcome, 3000).len() < 3000);
}

#[test]
fn nothing_found_is_well_formed_everywhere() {
    let outcome = outcome(Vec::new());
    assert!(outcome.passed());
    assert_eq!(written(Format::Gitlab, &outcome), "[]\n");
    assert_eq!(written(Format::Rdjsonl, &outcome), "");
    assert_eq!(written(Format::Github, &outcome), "");
    let cases: Vec<_> =
        elements(&written(Format::Junit, &outcome)).into_iter().filter(|(name, _)| name == "testcase").collect();
    assert_eq!(cases.len(), 1);
    assert!(written(Format::Text, &outcome).starts_with("no findings in 300 articles"));
}

#[test]
fn stale_entries_are_named_everywhere() {
    let outcome = Outcome { stale: vec![stale("gone-1")], ..outcome(Vec::new()) };
    assert!(!outcome.passed());
    for format in [Format::Text, Format::Json, Format::Sarif, Format::Github, Format::Junit, Format::Markdown] {
        let text = written(format, &outcome);
        assert!(text.contains(&"0".repeat(32)) && text.contains("gone-1"), "{}: {text}", format.name());
    }
    let outcome = Outcome { stale_allowed: true, ..outcome };
    assert!(outcome.passed());
    assert_eq!(written(Format::Github, &outcome), "");
}

fn schema(name: &str, schemas: &mut Schemas) -> SchemaIndex {
    let path = project().join(name);
    let value: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let mut compiler = Compiler::new();
    compiler.add_resource("schema.json", value).unwrap();
    compiler.compile("schema.json", schemas).unwrap()
}

/// Outcomes with everything in them that there is.
fn outcomes() -> [Outcome; 3] {
    let relations = Relation::ALL.into_iter().chain(Relation::ALL);
    let hostile =
        (0..).zip(HOSTILE.iter().zip(relations)).map(|(number, (text, relation))| finding(number, relation, text));
    let hostile = Outcome { stale: HOSTILE.map(stale).to_vec(), ..outcome(hostile.collect()) };
    [outcome(Vec::new()), outcome(vec![finding(0, Relation::Excerpt, "plain")]), hostile]
}

#[test]
fn json_is_of_its_published_schema() {
    let mut schemas = Schemas::new();
    let schema = schema("docs/check.schema.json", &mut schemas);
    for outcome in outcomes() {
        let value = json(Format::Json, &outcome);
        schemas.validate(&value, schema).unwrap_or_else(|error| panic!("{error:#}"));
        let mut wrong = value.clone();
        wrong["findings"] = "none".into();
        assert!(schemas.validate(&wrong, schema).is_err());
    }
}

#[test]
fn sarif_is_of_the_official_schema_and_as_github_wants_it() {
    let mut schemas = Schemas::new();
    let schema = schema("tests/fixtures/schemas/sarif-2.1.0.json", &mut schemas);
    for outcome in outcomes() {
        let log = json(Format::Sarif, &outcome);
        schemas.validate(&log, schema).unwrap_or_else(|error| panic!("{error:#}"));
        let mut wrong = log.clone();
        wrong["runs"][0]["tool"]["driver"].as_object_mut().unwrap().remove("name");
        assert!(schemas.validate(&wrong, schema).is_err());
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        for rule in rules {
            assert!(rule["help"]["text"].is_string() && rule["shortDescription"]["text"].is_string(), "{rule}");
        }
        for (result, finding) in run["results"].as_array().unwrap().iter().zip(&outcome.findings) {
            assert_eq!(rules[result["ruleIndex"].as_u64().unwrap() as usize]["id"], result["ruleId"]);
            let prints = &result["partialFingerprints"];
            assert!(prints["primaryLocationLineHash"].as_str().unwrap().ends_with(":1"));
            assert_eq!(prints["wirecopyPair/v1"], finding.key());
            let location = &result["locations"][0]["physicalLocation"];
            assert_eq!(location["region"]["startLine"], finding.here.line);
            let uri = location["artifactLocation"]["uri"].as_str().unwrap();
            assert!(uri.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"%-._~/".contains(&byte)), "{uri}");
            let related = &result["relatedLocations"][0];
            assert_eq!(related["physicalLocation"]["region"]["startLine"], finding.there.line);
            assert!(result["message"]["text"].as_str().unwrap().contains(&format!("]({})", related["id"])));
        }
    }
}

/// Nothing that a terminal, a runner or a reader obeys; line breaks are ours.
fn assert_inert(text: &str, what: &str) {
    let bad = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    assert!(!text.contains(bad), "{what}: {text:?}");
}

#[test]
fn hostile_headlines_are_text_in_every_format() {
    let [_, _, hostile] = outcomes();
    for format in Format::ALL {
        assert_inert(&written(format, &hostile), format.name());
    }
    for line in written(Format::Text, &hostile).lines() {
        assert!(!line.trim_start().starts_with("::") && !line.trim_start().starts_with("##["), "{line}");
    }
    for line in written(Format::Github, &hostile).lines() {
        let (command, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        let (level, properties) = command.split_once(' ').unwrap();
        assert!(["error", "warning", "notice"].contains(&level), "{line}");
        let names: Vec<&str> = properties.split(',').map(|property| property.split_once('=').unwrap().0).collect();
        assert!([&["file", "line", "title"][..], &["title"]].contains(&&names[..]), "{line}");
        assert!(!message.is_empty());
    }
    let shown = |text: &str| wirecopy::report::escape::printable(text);
    let cases = elements(&written(Format::Junit, &hostile));
    let failures = cases.iter().filter(|(name, _)| name == "failure");
    for ((_, attributes), finding) in failures.zip(&hostile.findings) {
        let message = &attributes.iter().find(|(name, _)| name == "message").unwrap().1;
        let title = shown(finding.there.title.as_ref().unwrap()).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
        assert!(message.contains(&title), "{message:?} {title:?}");
    }
}

#[test]
fn headlines_in_markdown_are_code() {
    use pulldown_cmark::{Event, Parser, Tag, TagEnd};
    let [_, _, hostile] = outcomes();
    let page = written(Format::Markdown, &hostile);
    let mut codes = Vec::new();
    for event in Parser::new(&page) {
        match event {
            Event::Code(code) => codes.push(code.to_string()),
            Event::Start(Tag::Heading { .. } | Tag::Paragraph | Tag::List(None) | Tag::Item | Tag::Strong)
            | Event::End(
                TagEnd::Heading(_) | TagEnd::Paragraph | TagEnd::List(false) | TagEnd::Item | TagEnd::Strong,
            )
            | Event::HardBreak => {}
            Event::Text(text) => assert!(!text.contains("evil") && !text.contains("::"), "{text}"),
            other => panic!("{other:?} in {page}"),
        }
    }
    for finding in &hostile.findings {
        let title = wirecopy::report::escape::printable(finding.here.title.as_ref().unwrap());
        if !title.is_empty() {
            assert!(codes.contains(&title), "{title:?} in {codes:?}");
        }
    }
}
