//! The demonstration corpus, scanned as the README says, against its labelled pairs.
//!
//! Floors may be raised, never lowered without a line in the changelog.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::BufReader;

use wirecopy::article::Span;
use wirecopy::evaluate::{Evaluation, LabelledPair, evaluate, labelled_pairs};
use wirecopy::findings::Findings;
use wirecopy::pipeline;
use wirecopy::progress::Silent;
use wirecopy::read::Input;
use wirecopy::relation::Relation;
use wirecopy::report;
use wirecopy::settings::Settings;
use wirecopy::text::Tokenizer;

use crate::corpora::{demonstration, demonstration_files, demonstration_records, id, project, rows};

/// Precision, recall and F1 of links, and macro F1 of relations, in all languages together.
const FLOORS: [f64; 4] = [1.0, 1.0, 1.0, 0.997];
/// F1 of links by language.
const LANGUAGE_FLOORS: [(&str, f64); 7] =
    [("ar", 1.0), ("de", 1.0), ("en", 1.0), ("es", 1.0), ("fr", 1.0), ("ru", 1.0), ("zh", 1.0)];

fn labelled() -> Vec<LabelledPair> {
    let path = project().join("data/pairs.jsonl");
    labelled_pairs("pairs.jsonl", BufReader::new(File::open(path).unwrap())).unwrap()
}

/// Fails with the wrong pairs, which is what one wants to know.
fn assert_floor(what: &str, value: Option<f64>, floor: f64, evaluation: &Evaluation) {
    let value = value.unwrap_or(0.0);
    let wrong =
        || evaluation.wrong.iter().map(|w| format!("{} {}: {}, found {}\n", w.a, w.b, w.label.name(), w.predicted));
    assert!(value >= floor, "{what} {value:.4} is below {floor}:\n{}", wrong().collect::<String>());
}

#[test]
fn links_and_relations_are_as_good_as_they_were() {
    let evaluation = evaluate(demonstration(), &labelled()).unwrap();
    assert_eq!((evaluation.pairs, evaluation.unknown_pairs), (941, 0));
    let links = &evaluation.links;
    let estimates = [&links.precision.estimate, &links.recall.estimate, &links.f1];
    for (what, (estimate, floor)) in ["precision", "recall", "F1"].iter().zip(estimates.iter().zip(FLOORS)) {
        assert_floor(what, estimate.value, floor, &evaluation);
    }
    assert_floor("macro F1", Some(evaluation.macro_f1), FLOORS[3], &evaluation);
}

#[test]
fn no_language_is_below_its_floor() {
    for (language, floor) in LANGUAGE_FLOORS {
        let mut pairs = labelled();
        pairs.retain(|pair| pair.a.starts_with(&format!("{language}-")));
        let evaluation = evaluate(demonstration(), &pairs).unwrap();
        assert!(evaluation.pairs > 40, "{language} has {} pairs", evaluation.pairs);
        assert_floor(&format!("F1 of {language}"), evaluation.links.f1.value, floor, &evaluation);
    }
}

#[test]
fn every_article_has_one_row_and_each_story_its_articles() {
    let findings = demonstration();
    let expected: Vec<&str> = demonstration_records().iter().map(|record| record["id"].as_str().unwrap()).collect();
    let rows: Vec<_> = report::rows::members(findings).iter().collect();
    assert_eq!(rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), expected);
    let mut sizes: BTreeMap<&str, u64> = BTreeMap::new();
    for story in rows.iter().filter_map(|row| row.story_id.as_deref()) {
        *sizes.entry(story).or_default() += 1;
    }
    let stories: Vec<_> = report::rows::stories(findings).iter().collect();
    assert_eq!(stories.iter().map(|story| (story.story_id.as_str(), story.size)).collect::<BTreeMap<_, _>>(), sizes);
    assert!(rows.iter().all(|row| row.story_id.is_none() || row.story_size == sizes[row.story_id.as_deref().unwrap()]));
}

#[test]
fn the_spans_of_every_pair_are_equal_words() {
    let findings = demonstration();
    let texts: BTreeMap<&str, &str> = demonstration_records()
        .iter()
        .map(|record| (record["id"].as_str().unwrap(), record["maintext"].as_str().unwrap()))
        .collect();
    let mut spans = 0;
    for pair in rows(&findings.pairs) {
        let (a, b) = (id(findings, pair.a), id(findings, pair.b));
        assert_eq!(pair.a_spans.len(), pair.b_spans.len(), "{a} {b}");
        for (ours, theirs) in pair.a_spans.iter().zip(&pair.b_spans) {
            let words = |span: &Span, text: &str| {
                assert!(!span.of(text).is_empty(), "{a} {b}: {span:?}");
                Tokenizer::new().into_tokens(span.of(text)).ids
            };
            assert_eq!(words(ours, texts[a]), words(theirs, texts[b]), "{a} {b}: {ours:?} {theirs:?}");
            spans += 1;
        }
    }
    assert!(spans > 1000, "{spans} spans");
}

/// A scan gives a pair up as soon as it cannot be a link any more. The slow twin compares every pair to its end.
#[test]
fn the_links_are_those_of_pairs_that_are_all_compared_to_the_end() {
    let findings = demonstration();
    let mut settings = Settings::default();
    settings.relate.all_pairs = true;
    let inputs = demonstration_files().into_iter().map(Input::Path).collect();
    let slow = pipeline::scan(inputs, &settings, &Silent).unwrap();
    let of = |findings: &Findings| -> Vec<(String, String, Relation)> {
        let links = findings.pairs.iter().filter(|pair| pair.relation.links());
        links.map(|pair| (id(findings, pair.a).into(), id(findings, pair.b).into(), pair.relation)).collect()
    };
    assert_eq!(of(findings), of(&slow));
    assert!(slow.pairs.len() > findings.pairs.len() + 100, "{} of {}", findings.pairs.len(), slow.pairs.len());
}

#[test]
fn as_many_links_are_expected_to_be_wrong_as_their_probabilities_say() {
    let findings = demonstration();
    let wrong = |relation: Relation| -> f64 {
        let links = findings.pairs.iter().filter(|pair| pair.relation == relation);
        links.map(|pair| 1.0 - pair.probability.unwrap()).sum()
    };
    let mut all = 0.0;
    for (&relation, &expected) in &findings.counts.expected_wrong_links {
        assert!((wrong(relation) - expected).abs() <= 0.05 + 1e-9, "{}: {expected}", relation.name());
        all += expected;
    }
    let mut bytes = Vec::new();
    report::summary::write(findings, &report::summary::SummaryOptions::default(), &mut bytes).unwrap();
    let line =
        format!("\nexpected to be wrong: {all:.0} links ({:.0} %), ", 100.0 * all / findings.counts.links as f64);
    let summary = String::from_utf8(bytes).unwrap();
    assert!(summary.contains(&line), "{line} is not in {summary}");
}

#[test]
fn no_story_has_articles_of_two_languages() {
    let findings = demonstration();
    assert!(findings.stories.len() >= 30, "{} stories", findings.stories.len());
    for story in &findings.stories {
        let languages: BTreeSet<&str> = story.members.iter().map(|&article| &id(findings, article)[..2]).collect();
        assert_eq!(languages.len(), 1, "{:?}", story.members.iter().map(|&a| id(findings, a)).collect::<Vec<_>>());
    }
}
