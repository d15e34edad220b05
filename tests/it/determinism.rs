//! Same input and settings, same bytes: whatever the threads, the files and their order.

use std::collections::BTreeMap;

use wirecopy::disk::Workspace;
use wirecopy::findings::{Counts, Findings, Ids, Member, Pair};
use wirecopy::pipeline;
use wirecopy::progress::Silent;
use wirecopy::read::Input;
use wirecopy::relate::Direction;
use wirecopy::report::{Table, TableFormat, json, lists};
use wirecopy::settings::Settings;

use crate::corpora::{
    demonstration, demonstration_articles, demonstration_files, demonstration_records, id, links, project, rows,
    scanned, stories, stream,
};

fn scan(inputs: Vec<Input>) -> Findings {
    pipeline::scan(inputs, &Settings::default(), &Silent).unwrap()
}

/// Every table in every format, the lists and the JSON report.
pub fn bytes(findings: &Findings) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for table in Table::ALL {
        for &format in TableFormat::ALL {
            let mut bytes = Vec::new();
            table.write(findings, format, &mut bytes).unwrap();
            files.insert(table.file_name(format), bytes);
        }
    }
    let mut others: [Vec<u8>; 3] = Default::default();
    lists::keep(findings, &mut others[0]).unwrap();
    lists::drop(findings, &mut others[1]).unwrap();
    json::write(findings, &mut others[2]).unwrap();
    files.extend(["keep.txt", "drop.txt", "report.json"].map(String::from).into_iter().zip(others));
    files
}

pub fn assert_same(found: &Findings, what: &str) {
    let expected = bytes(demonstration());
    for (name, bytes) in bytes(found) {
        assert!(bytes == expected[&name], "{name} differs: {what}");
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let found = pool.install(|| scan(vec![Input::Path(project().join("data/corpus"))]));
        assert_same(&found, &format!("{threads} threads"));
    }
}

#[test]
fn files_in_any_order_give_the_same_bytes() {
    let mut files = demonstration_files();
    let inputs = |files: &[std::path::PathBuf]| files.iter().cloned().map(Input::Path).collect();
    files.reverse();
    assert_same(&scan(inputs(&files)), "files reversed");
    files.rotate_left(3);
    files.push(files[0].clone());
    assert_same(&scan(inputs(&files)), "files rotated, one named twice");
}

/// Everything but the files' names and the places in them.
fn by_content(findings: &Findings) -> BTreeMap<String, Vec<u8>> {
    let anywhere = |member: &Member| {
        let mut member = member.clone();
        member.location.path = "".into();
        member.location.record = 0;
        member
    };
    bytes(&Findings {
        members: rows(&findings.members).map(anywhere).collect(),
        pairs: rows(&findings.pairs).cloned().collect(),
        stories: findings.stories.clone(),
        outlets: findings.outlets.clone(),
        passages: rows(&findings.passages).cloned().collect(),
        rejects: findings.rejects.clone(),
        counts: Counts { files: 0, ..findings.counts.clone() },
        texts: Vec::new().into(),
        decoys: findings.decoys.clone(),
        ids: Ids::default(),
        workspace: Workspace::default(),
    })
}

#[test]
fn one_file_or_many_give_the_same_findings() {
    let records: Vec<String> = demonstration_records().iter().map(|record| format!("{record}\n")).collect();
    let expected = by_content(demonstration());
    for size in [records.len(), 100, 7, 1] {
        let files = records.chunks(size).enumerate();
        let inputs = files.map(|(number, lines)| stream(&format!("part-{number:04}.jsonl"), lines.concat()));
        for (name, bytes) in by_content(&scan(inputs.collect())) {
            assert!(bytes == expected[&name], "{name} differs: files of {size} records");
        }
    }
}

#[test]
fn records_in_another_order_give_the_same_links_and_stories() {
    let reversed: String = demonstration_records().iter().rev().map(|record| format!("{record}\n")).collect();
    let found = scan(vec![stream("reversed.jsonl", reversed)]);
    let (expected, found_links) = (links(demonstration()), links(&found));
    for (pair, relation) in &expected {
        assert_eq!(found_links.get(pair), Some(relation), "{pair:?}");
    }
    assert_eq!(found_links.len(), expected.len());
    assert_eq!(stories(&found), stories(demonstration()));
}

/// The pair as it is when its articles change places.
fn mirrored(pair: &Pair) -> Pair {
    let direction = pair.direction.map(|direction| match direction {
        Direction::AInB => Direction::BInA,
        Direction::BInA => Direction::AInB,
    });
    Pair {
        a: pair.b,
        b: pair.a,
        direction,
        containment_a: pair.containment_b,
        containment_b: pair.containment_a,
        prose_a: pair.prose_b,
        prose_b: pair.prose_a,
        a_spans: pair.b_spans.clone(),
        b_spans: pair.a_spans.clone(),
        ..pair.clone()
    }
}

#[test]
fn two_articles_that_change_places_give_mirrored_evidence() {
    let mut compared = 0;
    for story in ["fr-entretien", "en-ferry", "es-sismo", "ar-imara", "zh-huapo", "ru-sudno", "de-bahn"] {
        let articles = demonstration_articles(story);
        for one in 0..articles.len() {
            for other in one + 1..articles.len() {
                let pair = [articles[one].clone(), articles[other].clone()];
                let there = scanned(&pair);
                let back = scanned(&[pair[1].clone(), pair[0].clone()]);
                assert_eq!(there.pairs.len(), back.pairs.len(), "{} {}", pair[0].id, pair[1].id);
                for (ours, theirs) in rows(&there.pairs).zip(rows(&back.pairs)) {
                    assert_mirrored(&there, ours, &back, theirs);
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 60, "{compared} pairs share something");
}

fn assert_mirrored(there: &Findings, ours: &Pair, back: &Findings, theirs: &Pair) {
    let name = format!("{} {}", id(there, ours.a), id(there, ours.b));
    let theirs = mirrored(theirs);
    assert_eq!((id(back, theirs.a), id(back, theirs.b)), (id(there, ours.a), id(there, ours.b)));
    assert_eq!((ours.relation, ours.direction), (theirs.relation, theirs.direction), "{name}");
    let figures = |p: &Pair| [p.jaccard, p.containment_a, p.containment_b, p.prose_a, p.prose_b, p.quote_share];
    assert_eq!(figures(ours), figures(&theirs), "{name}");
    assert_eq!((ours.longest_run, ours.shared_tokens), (theirs.longest_run, theirs.shared_tokens), "{name}");
    // What a run is worth depends a little on how the first article spells it.
    let bits = (ours.evidence_bits, theirs.evidence_bits);
    assert!((bits.0 - bits.1).abs() <= 1e-6, "{name}: {bits:?}");
    let spans = |pair: &Pair| {
        let mut spans: Vec<_> = pair.a_spans.iter().copied().zip(pair.b_spans.iter().copied()).collect();
        spans.sort();
        spans
    };
    assert_eq!(spans(ours), spans(&theirs), "{name}");
}
