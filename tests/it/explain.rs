//! Comparisons and explanations, from outside: what they show, and that both articles of a pair see the same.

use std::path::Path;

use proptest::prelude::*;
use wirecopy::analysis::Analysis;
use wirecopy::article::{Article, ArticleId, Location, Span};
use wirecopy::corpus::Corpus;
use wirecopy::disk::Workspace;
use wirecopy::explain::{
    ArticleExplained, Band, BandCompany, Bands, Candidacy, Class, Comparison, Curve, Explanation, Fingerprint, Kind,
    KindCounts, Link, Membership, PairExplained, Part, Party, Passages, Path as Way, Shared, SharedFingerprint,
    Shingle, Shingles, Sketch, Stage, Step, Story, Stretch, Token, Tokens, View,
};
use wirecopy::pipeline::analyse;
use wirecopy::progress::Silent;
use wirecopy::read::Input;
use wirecopy::relate::Direction;
use wirecopy::relation::Relation;
use wirecopy::report::explanation::{Detail, ExplanationOptions};
use wirecopy::report::summary::Style;
use wirecopy::report::{comparison, explanation};
use wirecopy::score::{Feature, Weighed};
use wirecopy::settings::{NearSettings, Settings};
use wirecopy::verify::{Circumstances, Comparer};

use crate::corpora::row;

const HOSTILE: &str = "\x1b[31mred\x1b[0m \u{202e}desrever\u{202c}\r\n::error::x";

fn party(id: &str) -> Party {
    Party {
        id: id.into(),
        title: Some("Storm closes the harbour at Vell, and what that means for the ferries of Orm".into()),
        source: Some("vellpost.example".into()),
        published: Some("2026-03-01T09:00:00Z".into()),
        path: "invented.jsonl".into(),
        record: 3,
        tokens: KindCounts { prose: 210, quotation: 31, furniture: 12, stock: 0 },
    }
}

fn hostile_party() -> Party {
    Party {
        id: HOSTILE.into(),
        title: Some(HOSTILE.into()),
        source: Some("@outlet\x1b[2J".into()),
        published: None,
        path: "bad\x1b[1m.jsonl".into(),
        record: 1,
        tokens: KindCounts { stock: 4, ..KindCounts::default() },
    }
}

fn part(kind: Kind, text: &str) -> Part {
    Part { kind, name: false, text: text.into() }
}

fn shared(parts: &[Part], kinds: KindCounts, bits: f64) -> Shared {
    let text: String = parts.iter().map(|part| part.text.as_str()).collect();
    let end = 120 + text.len() as u32;
    Shared {
        a: Span { start: 120, end },
        b: Span { start: 4, end: end - 116 },
        text,
        tokens: kinds.all(),
        kinds,
        bits,
        proves: bits >= 15.0,
        parts: parts.into(),
    }
}

fn excerpt() -> Comparison {
    let prose = part(Kind::Prose, "The harbour master said no ship would leave before Sunday, and perhaps not then.");
    let mixed = [
        part(Kind::Prose, "“"),
        part(Kind::Quotation, "We have never seen the like of it"),
        part(Kind::Prose, "”, she said, and went back to the pier "),
        part(Kind::Furniture, "Subscribe to our letter"),
    ];
    Comparison {
        a: party("vell-1"),
        b: Party { title: None, ..party("orm-7") },
        relation: Some(Relation::Excerpt),
        direction: Some(Direction::BInA),
        links: true,
        rule: "body shared 0.81 >= 0.66, 150 bits".into(),
        jaccard: 0.123_456,
        containment_a: 0.25,
        containment_b: 0.751,
        prose_a: 1.0 / 3.0,
        prose_b: 0.81,
        evidence_bits: 150.04,
        probability: Some(0.987_654),
        prior_bits: -6.5,
        weights: vec![
            Weighed { feature: Feature::Share, value: 0.81, bits: 3.9 },
            Weighed { feature: Feature::Context, value: 0.0, bits: 0.0 },
            Weighed { feature: Feature::Days, value: 12.0, bits: -2.31 },
        ],
        longest_run: 21,
        shared: KindCounts { prose: 24, quotation: 8, furniture: 4, stock: 0 },
        quote_share: 8.0 / 36.0,
        passages: vec![
            shared(&[prose], KindCounts { prose: 14, ..KindCounts::default() }, 130.2),
            shared(
                &[part(Kind::Prose, "in the city of Vell")],
                KindCounts { prose: 5, ..KindCounts::default() },
                -2.14,
            ),
            shared(&mixed, KindCounts { prose: 6, quotation: 8, furniture: 4, stock: 0 }, 19.84),
        ],
    }
}

fn unrelated() -> Comparison {
    Comparison {
        relation: None,
        direction: None,
        links: false,
        rule: "they share no run of 4 words".into(),
        passages: vec![],
        shared: KindCounts::default(),
        ..excerpt()
    }
}

fn hostile() -> Comparison {
    let text = [
        part(Kind::Stock, HOSTILE),
        part(Kind::Quotation, "\x1b]0;owned\x07 <script>"),
        part(Kind::Stock, "\u{9b}31m"),
    ];
    Comparison {
        a: hostile_party(),
        b: hostile_party(),
        relation: Some(Relation::Quote),
        direction: None,
        links: false,
        rule: HOSTILE.into(),
        passages: vec![
            shared(&text, KindCounts { quotation: 9, stock: 9, ..KindCounts::default() }, -1.0),
            shared(&text[..1], KindCounts { stock: 4, ..KindCounts::default() }, -9.0),
        ],
        ..excerpt()
    }
}

fn everything() -> ArticleExplained {
    let span = Span { start: 0, end: 11 };
    ArticleExplained {
        article: hostile_party(),
        tokens: Some(Tokens {
            kinds: KindCounts { prose: 7, quotation: 3, furniture: 2, stock: 1 },
            names: 2,
            numbers: 1,
            sentences: 2,
            lines: 2,
            lead_tokens: 11,
            furniture_own: 1,
            furniture_learned: 1,
            tokens: vec![Token { text: HOSTILE.into(), span, marks: vec!["quoted", "name"] }],
            parts: vec![
                part(Kind::Prose, "The harbour master, "),
                Part { kind: Kind::Prose, name: true, text: "Ana Orm".into() },
                part(Kind::Prose, ", said: “"),
                part(Kind::Quotation, HOSTILE),
                part(Kind::Prose, "”\n\n"),
                part(Kind::Furniture, "Read also\nMore news"),
                part(Kind::Prose, "\n"),
                part(Kind::Stock, "Vell lies by the sea"),
            ],
        }),
        shingles: Some(Shingles {
            width_tokens: 5,
            different: 1,
            shingles: vec![Shingle { hash: "0123456789abcdef".into(), span, text: HOSTILE.into() }; 9],
        }),
        sketch: Some(Sketch { values: (0..126).map(|value| value << 30).collect() }),
        bands: Some(Bands {
            rows: 5,
            bands: (1..=25).map(|band| Band { band, key: format!("{band:08x}"), articles: vec![] }).collect(),
            company: vec![BandCompany { id: HOSTILE.into(), bands: vec![2, 9], jaccard: 0.51 }],
        }),
        passages: Some(Passages {
            width_tokens: 6,
            window: 4,
            fingerprints: vec![
                Fingerprint {
                    hash: "01234567".into(),
                    span,
                    text: HOSTILE.into(),
                    classes: 2,
                    seeding: "rare",
                    carriers: vec![HOSTILE.into()],
                    learned: Some(Kind::Furniture),
                };
                3
            ],
            stretches: vec![Stretch {
                span,
                text: HOSTILE.into(),
                fingerprints: 3,
                carriers: vec![HOSTILE.into(), "vell-1".into()],
                seeding: "rare",
                learned: Some(Kind::Furniture),
            }],
        }),
        evidence: Some(Membership {
            class: Class {
                leader: HOSTILE.into(),
                identical: vec!["vell-2".into()],
                near_duplicates: vec![HOSTILE.into()],
            },
            candidates: 2,
            pairs: vec![
                Link {
                    other: HOSTILE.into(),
                    relation: Relation::Excerpt,
                    in_other: Some(true),
                    links: true,
                    same_story: true,
                    jaccard: 0.4,
                    evidence_bits: 88.06,
                    rule: "body shared".into(),
                },
                Link {
                    other: "orm-7".into(),
                    relation: Relation::Quote,
                    in_other: None,
                    links: false,
                    same_story: false,
                    jaccard: 0.1,
                    evidence_bits: 3.0,
                    rule: "12 shared tokens are quoted".into(),
                },
            ],
            story: Some(Story { id: "s0123".into(), articles: vec![HOSTILE.into(), "vell-1".into()] }),
            partial_in: vec![Story { id: "s4567".into(), articles: vec!["a".into(), "b".into()] }],
            why: "joined by one link".into(),
        }),
    }
}

fn article_alone() -> Explanation {
    Explanation { articles: vec![everything()], pair: None }
}

fn pair() -> Explanation {
    let article = || ArticleExplained { evidence: None, ..everything() };
    Explanation {
        articles: vec![article(), article()],
        pair: Some(PairExplained {
            candidacy: Candidacy {
                path: Way::Passages,
                why: "they share 2 fingerprints, 1 of them rare".into(),
                leader_a: HOSTILE.into(),
                leader_b: HOSTILE.into(),
                shared_shingles: 7,
                shared_values: 11,
                estimate: 11.0 / 126.0,
                shared_bands: vec![2, 9],
                bands: 25,
                fingerprints: vec![SharedFingerprint {
                    hash: "01234567".into(),
                    a: Span { start: 7, end: 40 },
                    b: Span { start: 9, end: 42 },
                    text: HOSTILE.into(),
                    classes: 3,
                    seeding: "rare",
                    learned: Some(Kind::Stock),
                }],
            },
            comparison: Some(hostile()),
            story_a: Some("s0123".into()),
            story_b: Some("s0123".into()),
            chain: vec![
                Step { relation: Relation::Version, other: HOSTILE.into() },
                Step { relation: Relation::Rewrite, other: "orm-7".into() },
            ],
        }),
    }
}

fn options(width_columns: usize, style: Style) -> ExplanationOptions {
    ExplanationOptions { width_columns, style, detail: Detail::Overview }
}

fn text(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn comparisons_look_like_this() {
    for (name, comparison) in [("excerpt", excerpt()), ("none", unrelated()), ("hostile", hostile())] {
        let shown = |width, style| text(|out| comparison::text(&comparison, width, style, out));
        insta::assert_snapshot!(format!("compare-{name}"), shown(80, Style::Plain));
        insta::assert_snapshot!(format!("compare-{name}-json"), text(|out| comparison::json(&comparison, out)));
    }
    let coloured = text(|out| comparison::text(&excerpt(), 80, Style::Colour, out));
    insta::assert_snapshot!("compare-excerpt-colour", coloured.replace('\x1b', "ESC"));
}

#[test]
fn explanations_look_like_this() {
    for (name, explained) in [("article", article_alone()), ("pair", pair())] {
        let shown = text(|out| explanation::text(&explained, &options(80, Style::Plain), out));
        insta::assert_snapshot!(format!("explain-{name}"), shown);
        insta::assert_snapshot!(format!("explain-{name}-json"), text(|out| explanation::json(&explained, out)));
    }
}

#[test]
fn curves_look_like_this() {
    for (name, threshold, recall) in [("default", 0.8, 0.999), ("odd", 0.333, 0.9), ("too-much", 0.01, 0.999)] {
        let curve = Curve::of(&NearSettings { threshold, recall });
        insta::assert_snapshot!(
            format!("curve-{name}"),
            text(|out| explanation::curve_text(&curve, 80, Style::Plain, out))
        );
    }
    let curve = Curve::of(&NearSettings::default());
    insta::assert_snapshot!("curve-json", text(|out| explanation::curve_json(&curve, out)));
}

/// Nothing in `shown` is wider than `width` or obeyed by a terminal.
fn check_lines(shown: &str, width: usize) {
    for line in shown.split('\n') {
        assert!(wirecopy::report::escape::columns_of(line) <= width, "{width}: {line}");
        let obeyed = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        assert!(!line.contains(obeyed), "{line:?}");
    }
}

#[test]
fn lines_fit_and_hold_nothing_a_terminal_obeys() {
    for width in [1, 7, 20, 21, 40, 79, 80, 200] {
        for compared in [excerpt(), unrelated(), hostile()] {
            check_lines(&text(|out| comparison::text(&compared, width, Style::Plain, out)), width);
        }
        for explained in [article_alone(), pair()] {
            check_lines(&text(|out| explanation::text(&explained, &options(width, Style::Plain), out)), width);
        }
        let curve = Curve::of(&NearSettings::default());
        check_lines(&text(|out| explanation::curve_text(&curve, width, Style::Plain, out)), width);
    }
}

fn demonstration() -> (Corpus, Analysis, Settings) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/corpus");
    let settings = Settings::default();
    let mut corpus = Corpus::read(vec![Input::Path(folder)], &settings, &Silent).unwrap();
    let analysis = analyse(&mut corpus, &settings, &Silent).unwrap();
    (corpus, analysis, settings)
}

/// What two texts share does not depend on which of them comes first; what it is worth hardly does.
fn check_mirror(corpus: &Corpus, analysis: &Analysis, a: ArticleId, b: ArticleId) {
    let context = analysis.context(corpus, &Settings::default());
    let beside = Circumstances::default();
    let (there, back) = (Comparer::of(a, context).evidence(b, beside), Comparer::of(b, context).evidence(a, beside));
    let name = || format!("{} and {}", row(&corpus.articles, a.index()).id, row(&corpus.articles, b.index()).id);
    assert_eq!(there.overlap.shared, back.overlap.shared, "{}", name());
    assert_eq!((there.overlap.a, there.overlap.b), (back.overlap.b, back.overlap.a), "{}", name());
    assert_eq!((there.a, there.b), (back.b, back.a), "{}", name());
    assert_eq!(there.shared, back.shared, "{}", name());
    assert_eq!(there.longest_run(), back.longest_run(), "{}", name());
    let mut places: Vec<_> = there.runs.iter().map(|run| (run.run.b, run.run.a, run.run.tokens)).collect();
    places.sort_unstable();
    let mirrored: Vec<_> = back.runs.iter().map(|run| (run.run.a, run.run.b, run.run.tokens)).collect();
    assert_eq!(places, mirrored, "{}", name());
    assert!(
        // The length of a word is read in the first text; "ss" for "ß" makes a difference.
        (there.bits - back.bits).abs() <= 0.01 * there.bits.max(back.bits),
        "{}: {} and {} bits",
        name(),
        there.bits,
        back.bits
    );
    assert_eq!((there.proven, there.lead), (back.proven, back.lead), "{}", name());
    // Blocks are counted in the order of the first text; whether there is more than one is the same in both.
    assert_eq!(there.blocks > 1, back.blocks > 1, "{}", name());
}

#[test]
fn evidence_is_the_same_from_both_sides_in_the_demonstration_corpus() {
    let (corpus, analysis, _) = demonstration();
    for pair in analysis.compared.iter() {
        check_mirror(&corpus, &analysis, pair.a, pair.b);
    }
}

#[test]
fn comparisons_and_explanations_agree_with_the_scan() {
    let (corpus, analysis, settings) = demonstration();
    let view = View { corpus: &corpus, analysis: &analysis, settings: &settings };
    for pair in analysis.compared.iter().step_by(7) {
        let there = Comparison::of(view, pair.a, pair.b);
        let back = Comparison::of(view, pair.b, pair.a);
        assert_eq!((there.relation, &there.rule), (Some(pair.verdict.relation), &pair.verdict.rule()));
        assert_eq!((there.relation, &there.rule, there.jaccard), (back.relation, &back.rule, back.jaccard));
        assert_eq!((&there.a, there.containment_a, there.prose_a), (&back.b, back.containment_b, back.prose_b));
        assert_eq!(there.direction.map(|d| d == Direction::AInB), back.direction.map(|d| d == Direction::BInA));
        let explained = Explanation::of_pair(view, pair.a, pair.b, &[Stage::Evidence]).pair.unwrap();
        assert_ne!(explained.candidacy.path, Way::None, "{} {}", there.a.id, there.b.id);
        check_lines(&text(|out| comparison::text(&there, 80, Style::Plain, out)), 80);
    }
    for article in corpus.spool.articles().step_by(11) {
        let explained = Explanation::of_article(view, article, &Stage::ALL);
        check_lines(&text(|out| explanation::text(&explained, &options(80, Style::Plain), out)), 80);
        let evidence = explained.articles[0].evidence.as_ref().unwrap();
        let listed = analysis.compared.iter().filter(|pair| pair.a == article || pair.b == article).count();
        assert_eq!(evidence.pairs.len(), listed);
    }
}

fn invented(number: u64, text: &str) -> Article {
    let location = Location { path: "invented".into(), record: number, byte_offset: 0 };
    Article::new(format!("invented-{number}"), text, location)
}

/// Texts of few sentences, so that two of them share some, in any order. None is repeated: which of two places a run is
/// matched with is decided from the first text's side.
fn story() -> impl Strategy<Value = String> {
    let sentences = [
        "The harbour at Vell was shut on Sunday after the storm broke the northern pier.",
        "“We have never seen the like of it,” said the harbour master, Ana Orm.",
        "Two ferries waited outside until the wind fell.",
        "No ship will leave before Tuesday, the council said in a note.",
        "Read also: what the storm did to the lights of Orm",
        "Repairs will cost 1,200 crowns a metre and take until autumn.",
    ];
    proptest::sample::subsequence(sentences.to_vec(), 1..=6).prop_shuffle().prop_map(|chosen| {
        let mut text = String::new();
        for (place, sentence) in chosen.iter().enumerate() {
            text += sentence;
            text += if place % 2 == 0 { " " } else { "\n" };
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn evidence_is_the_same_from_both_sides(one in story(), other in story()) {
        let settings = Settings::default();
        let articles = vec![invented(1, &one), invented(2, &other)];
        let mut corpus = Corpus::within(&Workspace::default(), articles, &settings).unwrap();
        let analysis = analyse(&mut corpus, &settings, &Silent).unwrap();
        check_mirror(&corpus, &analysis, ArticleId(0), ArticleId(1));
    }
}
