//! What is a link, and what only looks like one? Small corpora of invented articles, of which somebody would say at once what
//! they are.

use serde_json::json;
use wirecopy::findings::Findings;
use wirecopy::pipeline;
use wirecopy::progress::Silent;
use wirecopy::relation::Relation;
use wirecopy::score::Weights;
use wirecopy::settings::Settings;

use crate::articles::Generator;
use crate::corpora::{Written, rows, scanned, scanned_with, stream, written};

fn all_pairs() -> Settings {
    let mut settings = Settings::default();
    settings.relate.all_pairs = true;
    settings
}

/// The relations of all pairs.
fn relations(findings: &Findings) -> Vec<Relation> {
    rows(&findings.pairs).map(|pair| pair.relation).collect()
}

fn tide(day: &str, high: (&str, &str), low: (&str, &str), wind: &str, gauge: &str) -> String {
    let ((first, second), (third, fourth)) = (high, low);
    format!(
        "These are the tides at Ostrey harbour for {day}. High water will be at {first} and again at {second}, as measured at the \
         gauge below the old custom house. Low water will be at {third} and at {fourth}. The gauge stood at {gauge} metres this \
         morning. A wind of force {wind} is expected in the outer basin, and small boats should keep to the marked channel. \
         Listen for the next tide report at the same hour, and call the harbour office if a buoy is out of its place."
    )
}

#[test]
fn two_fillings_of_one_form_are_a_template_and_no_story() {
    let articles = [
        written("a", "ostrey.example", tide("Monday", ("4:10", "16:35"), ("10:20", "22:55"), "3", "4.81")),
        written("b", "ostrey.example", tide("Tuesday", ("5:02", "17:28"), ("11:14", "23:41"), "6", "5.07")),
    ];
    let findings = scanned_with(&articles, &all_pairs());
    assert_eq!(relations(&findings), [Relation::Template]);
    assert!(findings.stories.is_empty());
    assert!(scanned(&articles).pairs.is_empty(), "what is no link is listed on demand");
    assert_eq!(scanned(&articles).counts.rejected_pairs[&Relation::Template], 1);
}

#[test]
fn a_corrected_notice_is_a_link() {
    let articles = [
        written("a", "ostrey.example", tide("Monday", ("4:10", "16:35"), ("10:20", "22:55"), "3", "4.81")),
        written("b", "ostrey.example", tide("Monday", ("4:10", "16:53"), ("10:20", "22:55"), "3", "4.81")),
    ];
    let findings = scanned(&articles);
    assert!(relations(&findings).iter().all(|relation| *relation <= Relation::Version), "{:?}", relations(&findings));
    assert_eq!(findings.stories.len(), 1);
}

#[test]
fn an_article_that_one_outlet_prints_every_week_is_a_copy_and_no_form() {
    let mut generator = Generator::new(77);
    let article = generator.article();
    let lines: String = (0..10)
        .map(|week| {
            let text = format!("{}\n\n{}", article.join("\n\n"), generator.paragraph());
            let published = format!("2026-0{}-{:02}", 1 + week / 4, 1 + week % 4 * 7);
            json!({"id": week.to_string(), "source": "ostrey.example", "published": published, "text": text})
                .to_string()
                + "\n"
        })
        .collect();
    let findings = pipeline::scan(vec![stream("weekly.jsonl", lines)], &Settings::default(), &Silent).unwrap();
    assert_eq!(findings.stories.iter().map(|story| story.members.len()).collect::<Vec<_>>(), [10]);
}

const NOTICE: &str = "We value your privacy. We and our 310 partners store and access information on a device, such as identifiers \
                      in cookies, to process personal data.\nYou may accept or manage your choices at any time in the privacy \
                      policy.\nWe and our partners process data to provide precise geolocation and audience research.";

#[test]
fn pages_that_are_only_a_notice_are_kept_once_and_tell_no_story() {
    let mut articles: Vec<Written> =
        (0..12).map(|number| written(format!("wall-{number}"), format!("outlet{number}.example"), NOTICE)).collect();
    let mut generator = Generator::new(5);
    articles.push(written("report", "ostrey.example", generator.article().join("\n\n")));
    let findings = scanned(&articles);
    assert!(findings.stories.is_empty());
    assert_eq!((findings.counts.notices, findings.counts.dropped), (12, 11));
    let mut summary = Vec::new();
    wirecopy::report::summary::write(&findings, &Default::default(), &mut summary).unwrap();
    let summary = String::from_utf8(summary).unwrap();
    assert!(summary.contains("12 articles are nothing but notices"), "{summary}");
}

/// The first hour of a live page shares no word with the wire story that the page quotes later.
#[test]
fn what_other_outlets_have_nothing_of_is_not_the_origin() {
    let mut generator = Generator::new(12);
    let wire = generator.article().join("\n");
    let (early, late) = (generator.paragraph(), generator.paragraph());
    let row = |id: &str, source: &str, time: &str, text: &str| {
        json!({"id": id, "source": source, "published": format!("2026-03-10T{time}:00Z"), "text": text}).to_string()
            + "\n"
    };
    let lead = wire.split('\n').take(2).collect::<Vec<_>>().join("\n");
    let lines = row("first-hour", "live.example", "09:00", &format!("{early}\n{}", generator.paragraph()))
        + &row("second-hour", "live.example", "12:00", &format!("{lead}\n{early}\n{late}"))
        + &row("wire", "agency.example", "11:00", &wire)
        + &row("paper", "paper.example", "15:00", &wire);
    let findings = pipeline::scan(vec![stream("live.jsonl", lines)], &Settings::default(), &Silent).unwrap();
    for story in &findings.stories {
        let origin = story.origin.as_ref().map(|origin| findings.id(origin.article).into_owned());
        assert_ne!(origin.as_deref(), Some("first-hour"));
    }
}

#[test]
fn a_statement_is_a_quotation_though_its_marks_are_character_references() {
    let statement = "We were told on Sunday that the bridge would open again within the hour, and on Monday that it would open within \
                     the day, and now we are told five weeks, and nobody has offered the shops on the far bank a single crown.";
    let report = |open: &str, close: &str, mut generator: Generator| {
        let (before, after) = (generator.paragraph(), generator.paragraph());
        format!("{before}\n{open}{statement}{close} said Ama Lund, who sells lamps.\n{after}")
    };
    for (open, close) in
        [("\u{201C}", "\u{201D}"), ("&#8220;", "&#8221;"), ("&ldquo;", "&rdquo;"), ("&quot;", "&quot;")]
    {
        let articles = [
            written("a", "one.example", report(open, close, Generator::new(3))),
            written("b", "two.example", report(open, close, Generator::new(4))),
        ];
        assert_eq!(relations(&scanned_with(&articles, &all_pairs())), [Relation::Quote], "{open}");
    }
}

#[test]
fn confidence_and_weights_are_the_users() {
    let mut generator = Generator::new(8);
    let (wire, own) = (generator.article(), generator.article());
    let mut rewrite = own[..own.len().min(4)].to_vec();
    rewrite.insert(0, wire[0].clone());
    let articles =
        [written("wire", "one.example", wire.join("\n\n")), written("rewrite", "two.example", rewrite.join("\n\n"))];
    let with = |change: &dyn Fn(&mut Settings)| {
        let mut settings = Settings::default();
        change(&mut settings);
        scanned_with(&articles, &settings).counts.links
    };
    assert_eq!(with(&|_| {}), 1);
    assert_eq!(with(&|settings| settings.relate.min_confidence = 1.0), 0);
    assert_eq!(with(&|settings| settings.relate.confidence = Relation::ALL.map(|relation| (relation, 1.0)).into()), 0);
    // Weights by which nothing is likely.
    let file = tempfile::NamedTempFile::new().unwrap();
    let unlikely = Weights { prior: -90.0, ..Weights::fitted().clone() };
    std::fs::write(file.path(), unlikely.to_toml()).unwrap();
    assert_eq!(with(&|settings| settings.relate.weights = Some(file.path().to_owned())), 0);
}

/// What a link shows adds up to what it says.
#[test]
fn weights_of_a_pair_add_up_to_its_probability() {
    let findings = crate::corpora::demonstration();
    let mut scored = 0;
    for pair in rows(&findings.pairs).filter(|pair| !pair.weights.is_empty() && pair.probability < Some(1.0)) {
        let bits = Weights::fitted().prior + pair.weights.iter().map(|(_, bits)| bits).sum::<f64>();
        let probability = 1.0 / (1.0 + (-bits).exp2());
        // Thirteen weights of two decimals.
        assert!((probability - pair.probability.unwrap()).abs() < 0.02, "{}", pair.rule);
        scored += 1;
    }
    assert!(scored > 100, "{scored} pairs");
}
