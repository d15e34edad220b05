//! A corpus that grows or shrinks by something else: what has nothing to do with it stays.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use wirecopy::article::ArticleId;
use wirecopy::findings::Findings;
use wirecopy::pipeline;
use wirecopy::progress::Silent;
use wirecopy::relation::Relation;
use wirecopy::settings::Settings;

use crate::corpora::{demonstration, demonstration_records, row, rows, stream};

/// Links by the ids of their articles.
type Links = BTreeMap<(String, String), Relation>;

fn scanned<'r>(records: impl Iterator<Item = &'r Value>) -> Findings {
    let lines: String = records.map(|record| format!("{record}\n")).collect();
    pipeline::scan(vec![stream("part.jsonl", lines)], &Settings::default(), &Silent).unwrap()
}

fn id(findings: &Findings, article: ArticleId) -> String {
    row(&findings.members, article.index()).id.clone()
}

fn links(findings: &Findings) -> Links {
    let named = |a: ArticleId, b: ArticleId| {
        let (a, b) = (id(findings, a), id(findings, b));
        if a < b { (a, b) } else { (b, a) }
    };
    rows(&findings.pairs).map(|pair| (named(pair.a, pair.b), pair.relation)).collect()
}

/// The links of one that the other lacks; a relation that changed is a failure.
fn lost(before: &Links, after: &Links) -> Vec<(String, String)> {
    for (pair, relation) in before {
        let now = after.get(pair).unwrap_or(relation);
        assert_eq!(now, relation, "{pair:?}");
    }
    before.keys().filter(|pair| !after.contains_key(*pair)).cloned().collect()
}

/// The probability of a link depends on how usual its words are in the corpus. So a few that are hardly links come or go.
#[test]
fn articles_in_other_languages_change_one_link_in_a_hundred_and_no_relation() {
    let whole = links(demonstration());
    let mut changed = Vec::new();
    for language in ["ar", "de", "en", "es", "fr", "ru", "zh"] {
        let of_language = |id: &str| id.starts_with(&format!("{language}-"));
        let alone = links(&scanned(
            demonstration_records().iter().filter(|record| of_language(record["id"].as_str().unwrap())),
        ));
        let beside: Links = whole.clone().into_iter().filter(|((a, b), _)| of_language(a) && of_language(b)).collect();
        assert!(alone.len() > 40 && beside.len() > 40, "{language}: {} and {} links", alone.len(), beside.len());
        changed.extend(lost(&alone, &beside));
        changed.extend(lost(&beside, &alone));
    }
    assert!(changed.len() * 100 <= whole.len(), "{changed:?} of {}", whole.len());
}

#[test]
fn an_article_less_changes_no_link_outside_its_stories() {
    /// Of so many articles one is removed.
    const STEP: usize = 23;
    let whole = demonstration();
    let before = links(whole);
    for removed in (0..whole.members.len()).step_by(STEP).map(|place| row(&whole.members, place)) {
        let stories: BTreeSet<usize> = removed.story.into_iter().chain(removed.partial_in.iter().copied()).collect();
        let near: BTreeSet<String> = stories
            .iter()
            .flat_map(|&story| whole.stories[story].members.iter().map(|&article| id(whole, article)))
            .chain([removed.id.clone()])
            .collect();
        let elsewhere = |links: &Links| -> Links {
            links.clone().into_iter().filter(|((a, b), _)| !near.contains(a) && !near.contains(b)).collect()
        };
        let less = scanned(demonstration_records().iter().filter(|record| record["id"] != removed.id.as_str()));
        assert_eq!(less.members.len() + 1, whole.members.len());
        let (before, after) = (elsewhere(&before), elsewhere(&links(&less)));
        let changed = [lost(&before, &after), lost(&after, &before)].concat();
        assert!(changed.is_empty(), "without {}: {changed:?}", removed.id);
    }
}
