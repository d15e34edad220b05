//! Who wrote it: credits of single articles, and origins and agencies of stories, against labels.

use std::fs;

use serde_json::Value;
use wirecopy::article::{Article, Location};
use wirecopy::credit::{Agencies, Basis, credit};
use wirecopy::evaluate::{OriginEvaluation, evaluate_origins, labelled_stories};
use wirecopy::findings::Findings;
use wirecopy::pipeline;
use wirecopy::progress::Silent;
use wirecopy::read::Input;
use wirecopy::report::evaluation::Wrongs;
use wirecopy::report::origins;
use wirecopy::settings::Settings;

use crate::corpora::{project, rows, stream};

/// F1 of agency and basis over the labelled credits.
const CREDIT_FLOOR: f64 = 0.97;
/// The share of stories whose origin is right if the corpus's agencies are known,
const ORIGIN_FLOOR: f64 = 0.95;
/// and if they are not, so that dates and texts alone decide.
const ORIGIN_FLOOR_BY_TEXT: f64 = 0.9;

fn lines(name: &str) -> Vec<Value> {
    let text = fs::read_to_string(project().join("data").join(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn article(record: &Value) -> Article {
    let field = |name: &str| record[name].as_str().map(str::to_owned);
    Article {
        url: field("url"),
        source: field("source"),
        author: field("author"),
        credit: field("credit"),
        dateline: field("dateline"),
        copyright: field("copyright"),
        based_on: field("based_on"),
        ..Article::new(field("id").unwrap(), field("text").unwrap(), Location::default())
    }
}

#[test]
fn credits_are_told_from_what_looks_like_them() {
    let records = lines("credits.jsonl");
    assert!(records.len() >= 120, "{} records", records.len());
    let (mut right, mut labelled, mut found, mut wrong) = (0, 0, 0, String::new());
    for record in &records {
        let article = article(record);
        let credit = credit(&article, &article.text, Agencies::builtin());
        let is = credit.as_ref().map(|credit| (credit.agency.as_str(), credit.basis.name()));
        let should = record["agency"].as_str().map(|agency| (agency, record["basis"].as_str().unwrap()));
        labelled += u32::from(should.is_some());
        found += u32::from(is.is_some());
        right += u32::from(should.is_some() && is == should);
        if is != should {
            wrong += &format!("{} ({}): {is:?} instead of {should:?}\n", record["id"], record["form"]);
        }
        if let Some(credit) = &credit
            && let Some(span) = credit.span
        {
            let words = span.of(&article.text).split_whitespace().collect::<Vec<_>>().join(" ");
            // Long words are cut short.
            let is_evidence = match credit.evidence.strip_suffix('…') {
                Some(beginning) => words.starts_with(beginning),
                None => words == credit.evidence,
            };
            assert!(is_evidence, "{}: {words:?} is not {:?}", record["id"], credit.evidence);
        }
    }
    let f1 = 2.0 * f64::from(right) / f64::from(labelled + found);
    eprintln!("F1 of {labelled} credits among {} records: {f1:.4}\n{wrong}", records.len());
    assert!(f1 >= CREDIT_FLOOR, "F1 {f1:.4}:\n{wrong}");
}

fn scanned(agencies: Option<&str>) -> Findings {
    let mut settings = Settings::default();
    settings.origin.agencies = agencies.map(|name| project().join("data").join(name));
    pipeline::scan(vec![Input::Path(project().join("data/corpus"))], &settings, &Silent).unwrap()
}

/// How right the origins are, after a check that confidence is honest: in each fifth of its range with five cases or more, at
/// least as many are right as it says.
fn evaluated(findings: &Findings) -> OriginEvaluation {
    let labels = fs::read(project().join("data/origins.jsonl")).unwrap();
    let evaluation = evaluate_origins(findings, &labelled_stories("origins.jsonl", &labels[..]).unwrap()).unwrap();
    origins::text(&evaluation, Wrongs::Listed, &mut std::io::stderr()).unwrap();
    assert_eq!((evaluation.stories, evaluation.unknown_stories), (40, 0));
    for bin in evaluation.bins.iter().filter(|bin| bin.right.of >= 5) {
        assert!(bin.is_honest(), "{bin:?}");
    }
    for story in &findings.stories {
        assert!(story.origin.as_ref().is_none_or(|origin| !origin.reasons.is_empty()), "{}", story.id);
    }
    evaluation
}

#[test]
fn origins_and_agencies_of_the_demonstration_corpus_are_right() {
    let findings = scanned(Some("agencies.toml"));
    let evaluation = evaluated(&findings);
    let right = evaluation.right.estimate.value.unwrap();
    assert!(right >= ORIGIN_FLOOR, "{right:.3} of the origins");
    assert_eq!((evaluation.agencies.hits, evaluation.agencies.of), (40, 40), "{:?}", evaluation.wrong);
}

#[test]
fn origins_are_found_where_no_agency_is_known() {
    let right = evaluated(&scanned(None)).right.estimate.value.unwrap();
    assert!(right >= ORIGIN_FLOOR_BY_TEXT, "{right:.3} of the origins");
}

const WIRE: &str = "A ferry carrying 148 people ran onto a reef in fog early on Tuesday, and all were brought ashore by \
    lifeboats and fishing boats within three hours, the coastguard said. The vessel had left harbour shortly before seven \
    and struck a chain of rocks marked by a single unlit beacon. The owner said that all sailings were cancelled until \
    divers had looked at the hull and the harbour master at the charts.";
const OTHER: &str = "The council will decide in May whether the old swimming baths are to be sold. Two builders have made \
    offers, but a petition to keep the pool open has gathered four thousand names since January, and a third of them live \
    in the next valley, where there is no water deeper than a boot.";

/// Outlet, publication and text of each article.
fn told(articles: &[(&str, &str, &str)]) -> Findings {
    let lines: String = articles
        .iter()
        .enumerate()
        .map(|(n, (source, published, text))| {
            let id = format!("{source}-{n}");
            format!("{}\n", serde_json::json!({"id": id, "source": source, "published": published, "text": text}))
        })
        .collect();
    pipeline::scan(vec![stream("told.jsonl", lines)], &Settings::default(), &Silent).unwrap()
}

fn agencies(findings: &Findings) -> Vec<Option<(String, Basis)>> {
    rows(&findings.members).map(|member| member.agency.as_ref().map(|c| (c.agency.clone(), c.basis))).collect()
}

#[test]
fn a_copy_without_a_credit_inherits_the_agency_of_its_text() {
    let credited = format!("PORT CALLOCH (AFP) - {WIRE}");
    let findings = told(&[
        ("harbour.example", "2024-03-01T10:00:00Z", &credited),
        ("valley.example", "2024-03-01T12:00:00Z", WIRE),
        ("hill.example", "2024-03-01T12:00:00Z", OTHER),
    ]);
    let afp = |basis| Some(("AFP".to_owned(), basis));
    assert_eq!(agencies(&findings), [afp(Basis::Credited), afp(Basis::Inferred), None]);
    let inferred = findings.members.get(1);
    let evidence = &inferred.agency.as_ref().unwrap().evidence;
    assert!(evidence.contains("harbour.example-0") && evidence.contains("(AFP)"), "{evidence}");
    assert_eq!(findings.stories[0].agency.as_ref().unwrap().0, "AFP");
}

#[test]
fn what_was_published_days_before_is_no_copy() {
    let credited = format!("PORT CALLOCH (AFP) - {WIRE}");
    let findings = told(&[
        ("harbour.example", "2024-03-05T10:00:00Z", &credited),
        ("valley.example", "2024-03-01T12:00:00Z", WIRE),
    ]);
    assert_eq!(agencies(&findings)[1], None);
    let origin = findings.stories[0].origin.as_ref().unwrap();
    assert_eq!(origin.article.index(), 1, "{origin:?}");
}

#[test]
fn two_days_without_hours_do_not_say_which_came_first() {
    let findings = told(&[("a.example", "2024-03-01", WIRE), ("b.example", "2024-03-01T02:00:00", WIRE)]);
    assert_eq!(findings.stories[0].origin, None);
    let findings = told(&[("a.example", "2024-03-01", WIRE), ("b.example", "2024-03-09", WIRE)]);
    assert_eq!(findings.stories[0].origin.as_ref().unwrap().article.index(), 0);
}

#[test]
fn revisions_of_one_outlet_are_no_syndication() {
    let longer = format!("{WIRE} The harbour master said the beacon would be lit again by the end of the week.");
    let findings = told(&[("a.example", "2024-03-01T10:00:00Z", WIRE), ("a.example", "2024-03-01T14:00:00Z", &longer)]);
    assert!(!findings.stories[0].syndicated);
    assert!(findings.pairs.get(0).is_revision());
    let findings = told(&[("a.example", "2024-03-01T10:00:00Z", WIRE), ("b.example", "2024-03-01T14:00:00Z", &longer)]);
    assert!(findings.stories[0].syndicated && !findings.pairs.get(0).is_revision());
}

#[test]
fn a_file_of_agencies_adds_to_those_that_are_known() {
    let agencies = Agencies::with(
        "[[agency]]\nnames = [\"Meridian\"]\ndomains = [\"meridian.example\"]\n\
         [[agency]]\nnames = [\"AFP\", \"Agence Boréale\"]",
    )
    .unwrap();
    let named = |text: &str| {
        let article = Article::new("a", format!("{text}{WIRE}"), Location::default());
        credit(&article, &article.text, &agencies).map(|credit| credit.agency)
    };
    assert_eq!(named("PORT CALLOCH (Meridian) - ").as_deref(), Some("Meridian"));
    assert_eq!(named("PORT CALLOCH (Agence Boréale) - ").as_deref(), Some("AFP"));
    assert_eq!(named("PORT CALLOCH (Reuters) - ").as_deref(), Some("Reuters"));
    for (text, reason) in [
        ("[[agency]]\nnames = []", "without a name"),
        ("[[agency]]\nnames = [\" \"]", "blank"),
        ("[[agency]]\n\nname = \"x\"", "line 3"),
        ("agency = 1", "line 1"),
    ] {
        let error = Agencies::with(text).unwrap_err();
        assert!(error.contains(reason), "{text}: {error}");
    }
}
