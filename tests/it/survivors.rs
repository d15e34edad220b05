//! Which of several near-duplicates stays, and why.

use std::collections::BTreeMap;

use wirecopy::findings::{Findings, Member};
use wirecopy::pipeline;
use wirecopy::progress::Silent;
use wirecopy::settings::Settings;

use crate::corpora::{rows, stream};

/// A report of one event as five outlets printed it, and an article of another.
fn corpus() -> String {
    let body = "A ferry carrying 148 people ran onto a reef in fog early on Tuesday, and all were brought ashore by \
                lifeboats and fishing boats within three hours, the coastguard said. The vessel had left harbour shortly \
                before seven and struck a chain of rocks marked by a single unlit beacon. The owner said that all \
                sailings were cancelled until divers had looked at the hull and the harbour master at the charts. Nobody \
                was hurt, but two horses had to be lifted from the car deck by a crane that was brought from the mainland.";
    let record = |id: &str, site: &str, date: &str, text: String| {
        let (url, source) = (format!("https://www.{site}/{id}"), site);
        serde_json::json!({"id": id, "url": url, "source": source, "date": date, "text": text}).to_string()
    };
    [
        record(
            "long",
            "tarnbridge.example",
            "2026-03-10T12:00:00Z",
            format!("{body} More follows in the evening edition."),
        ),
        record("early", "lark.example", "2026-03-10T08:00:00Z", body.to_owned()),
        record("credited", "westmer.example", "2026-03-10T10:00:00Z", format!("PORT CALLOCH (Reuters) - {body}")),
        record("own", "reuters.com", "2026-03-10T11:00:00Z", format!("PORT CALLOCH (Reuters) - {body}")),
        record("late", "quay.example", "2026-03-11T09:00:00Z", body.to_owned()),
        record("other", "quay.example", "2026-03-11T09:00:00Z", "The council votes on the baths in May.".to_owned()),
    ]
    .join("\n")
}

fn kept(rules: &str, relations: Option<&str>) -> Findings {
    let mut settings = Settings::default();
    settings.survivors.keep = rules.split(',').map(|rule| rule.parse().unwrap()).collect();
    if let Some(relations) = relations {
        settings.relate.relations = relations.split(',').map(|name| serde_json::from_str(name).unwrap()).collect();
    }
    pipeline::scan(vec![stream("corpus.jsonl", corpus())], &settings, &Silent).unwrap()
}

#[test]
fn the_first_rule_that_tells_them_apart_decides() {
    for (rules, id, reason) in [
        ("longest", "long", "longest of 5 near-duplicates"),
        ("earliest", "early", "earliest of 5 near-duplicates"),
        ("agency,earliest", "own", "the agency's own of 5 near-duplicates"),
        ("credited,earliest", "credited", "earliest of 5 near-duplicates"),
        ("source:quay.example+lark.example", "late", "quay.example goes first, of 5 near-duplicates"),
        ("source:nobody.example,earliest", "early", "earliest of 5 near-duplicates"),
    ] {
        // Credits are read where nothing but near-duplicates is asked for, too.
        for relations in [None, Some("\"identical\",\"near_duplicate\"")] {
            let findings = kept(rules, relations);
            let members: BTreeMap<&str, &Member> =
                rows(&findings.members).map(|member| (member.id.as_str(), member)).collect();
            assert_eq!(members[id].keep_reason, reason, "{rules}");
            for (&other, member) in &members {
                assert_eq!(member.keep, other == id || other == "other", "{rules}: {other}");
                let kept = member.duplicate_of.map(|kept| findings.members.get(kept.index()).id.clone());
                assert_eq!(kept.as_deref(), (!member.keep).then_some(id), "{rules}: {other}");
            }
            assert_eq!(members["other"].keep_reason, "no near-duplicate");
            assert_eq!(findings.counts.dropped, 4);
        }
    }
}

#[test]
fn rules_are_read_as_they_are_written() {
    for rule in ["earliest", "agency", "credited", "cleanest", "longest", "source:a.example+b.example"] {
        assert_eq!(rule.parse::<wirecopy::settings::KeepRule>().unwrap().to_string(), rule);
    }
    for wrong in ["newest", "source:", "source", ""] {
        assert!(wrong.parse::<wirecopy::settings::KeepRule>().unwrap_err().contains("is not a rule"), "{wrong}");
    }
}

#[test]
fn the_cleanest_is_kept_and_not_the_longest() {
    let one = |id: &str, text: &str| serde_json::json!({"id": id, "source": format!("{id}.example"), "text": text});
    let body = corpus().lines().nth(1).map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()).unwrap();
    let body = body["text"].as_str().unwrap();
    let (first, rest) = body.split_once(". ").unwrap();
    let menu = "Home\nNews\nSport\nWeather\nSubscribe now\nSign in";
    let texts = [
        one("clean", &format!("{first}.\n\n{rest} So it was said at the harbour.")),
        one("menu", &format!("{menu}\n\n{first}.\n\n{rest}\n\n{menu}")),
        one("twice", &format!("{first}.\n\n{first}.\n\n{rest}")),
    ];
    let lines = texts.map(|text| text.to_string()).join("\n");
    let findings = pipeline::scan(vec![stream("corpus.jsonl", lines)], &Settings::default(), &Silent).unwrap();
    let kept: Vec<(String, String)> = rows(&findings.members)
        .filter(|member| member.keep)
        .map(|member| (member.id.clone(), member.keep_reason.clone()))
        .collect();
    assert_eq!(kept, [("clean".to_owned(), "cleanest of 3 near-duplicates".to_owned())]);
}
