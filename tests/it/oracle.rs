//! The clever stages against slow obvious twins, on random small corpora.
//!
//! Words come from a small alphabet and articles are edited copies of a few texts, so that everything overlaps.

use std::collections::{BTreeSet, HashSet};

use proptest::collection::vec;
use proptest::prelude::*;
use wirecopy::article::ArticleId;
use wirecopy::pipeline;
use wirecopy::progress::Silent;
use wirecopy::relation::Relation;
use wirecopy::settings::{NearSettings, Part, Settings};
use wirecopy::sketch::bands::Bands;

use crate::corpora::{Written, analysed, lines, stream, written};

/// Words of two letters and more, so that no two are one word after normalisation.
fn word(number: u8) -> String {
    const FIRST: [&str; 8] = ["ba", "de", "fi", "go", "ku", "la", "me", "ni"];
    const SECOND: [&str; 8] = ["rk", "st", "nd", "lm", "ss", "tt", "rn", "lk"];
    format!("{}{}", FIRST[usize::from(number / 8 % 8)], SECOND[usize::from(number % 8)])
}

/// One change to a text.
#[derive(Clone, Debug)]
enum Edit {
    /// Another word at this place.
    Replace(prop::sample::Index, u8),
    /// Some words less.
    Cut(prop::sample::Index, usize),
    /// Some words more.
    Insert(prop::sample::Index, Vec<u8>),
}

fn edit() -> impl Strategy<Value = Edit> {
    let place = any::<prop::sample::Index>;
    prop_oneof![
        (place(), 0_u8..64).prop_map(|(at, word)| Edit::Replace(at, word)),
        (place(), 1_usize..12).prop_map(|(at, words)| Edit::Cut(at, words)),
        (place(), vec(0_u8..64, 1..12)).prop_map(|(at, words)| Edit::Insert(at, words)),
    ]
}

fn edited(text: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut text = text.to_vec();
    for edit in edits {
        match edit {
            Edit::Replace(at, word) if !text.is_empty() => {
                let at = at.index(text.len());
                text[at] = *word;
            }
            Edit::Cut(at, words) if !text.is_empty() => {
                let at = at.index(text.len());
                text.drain(at..(at + words).min(text.len()));
            }
            Edit::Insert(at, words) => {
                let at = at.index(text.len() + 1);
                text.splice(at..at, words.iter().copied());
            }
            _ => {}
        }
    }
    text
}

prop_compose! {
    /// Up to `articles` edited copies of up to four texts. One sentence each: no line of it is furniture.
    fn corpus(articles: usize)(
        texts in vec(vec(0_u8..64, 14..70), 1..4),
        copies in vec((any::<prop::sample::Index>(), vec(edit(), 0..7)), 2..articles),
    ) -> Vec<Written> {
        copies.iter().enumerate().map(|(number, (text, edits))| {
            let words = edited(&texts[text.index(texts.len())], edits);
            let sentence = words.iter().map(|&number| word(number)).collect::<Vec<_>>().join(" ");
            written(format!("{number}"), format!("outlet{number}.example"), format!("{sentence}."))
        }).filter(|article| article.text.len() > 1).collect()
    }
}

/// The words of a text, cut the slow obvious way.
fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

/// Jaccard similarity of word 5-gram sets; a shorter text is one gram.
fn jaccard(a: &str, b: &str) -> f64 {
    let (a, b) = (words(a), words(b));
    let grams = |words: &[&str]| -> HashSet<String> {
        if words.len() < 5 {
            return HashSet::from([words.join(" ")]);
        }
        words.windows(5).map(|run| run.join(" ")).collect()
    };
    let (a, b) = (grams(&a), grams(&b));
    a.intersection(&b).count() as f64 / a.union(&b).count() as f64
}

/// The longest run of words that two texts share.
fn longest_common_run(a: &str, b: &str) -> usize {
    let (a, b) = (words(a), words(b));
    let mut longest = 0;
    for from in 0..a.len() {
        for other in 0..b.len() {
            let run = a[from..].iter().zip(&b[other..]).take_while(|(x, y)| x == y).count();
            longest = longest.max(run);
        }
    }
    longest
}

fn pairs(count: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..count).flat_map(move |a| (a + 1..count).map(move |b| (a, b)))
}

fn settings(threshold: f64) -> Settings {
    Settings { near: NearSettings { threshold, recall: 0.999 }, ..Settings::default() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// All pairs by exact Jaccard: what is certain to become a candidate is found, and nothing else is.
    #[test]
    fn near_duplicates_are_those_of_all_pairs(articles in corpus(24), threshold in 0.4..0.95) {
        prop_assume!(articles.len() > 1);
        let settings = settings(threshold);
        let bands = Bands::plan(&settings.near);
        let (_, analysis) = analysed(&articles, &settings);
        let classes = &analysis.classes;
        let verified: BTreeSet<(ArticleId, ArticleId)> = classes.verified.iter().map(|edge| (edge.0, edge.1)).collect();
        for (a, b) in pairs(articles.len()) {
            let exact = jaccard(&articles[a].text, &articles[b].text);
            let equal = words(&articles[a].text) == words(&articles[b].text);
            prop_assert_eq!(classes.exact[a] == classes.exact[b], equal, "{} {}", a, b);
            let pair = (ArticleId(a as u32), ArticleId(b as u32));
            if verified.contains(&pair) {
                prop_assert!(exact >= threshold, "{exact} < {threshold}");
            } else if classes.texts.contains(&pair.0) && classes.texts.contains(&pair.1) && exact >= threshold {
                let certain = bands.candidacy(exact) > 1.0 - 1e-9;
                prop_assert!(!certain, "{exact} >= {threshold} is not found");
            }
        }
    }

    /// What a reader of the tables sees of near-duplicates holds for the texts.
    #[test]
    fn what_is_called_a_duplicate_is_one(articles in corpus(24), threshold in 0.4..0.95) {
        prop_assume!(articles.len() > 1);
        let input = stream("corpus.jsonl", lines(&articles));
        let findings = pipeline::scan(vec![input], &settings(threshold), &Silent).unwrap();
        let exact = |a: ArticleId, b: ArticleId| jaccard(&articles[a.index()].text, &articles[b.index()].text);
        prop_assert_eq!(findings.members.len(), articles.len());
        for (member, article) in findings.members.iter().zip((0..).map(ArticleId)) {
            prop_assert_eq!(member.keep, member.duplicate_of.is_none());
            if let Some(kept) = member.duplicate_of {
                let similarity = exact(article, kept);
                let (a, b) = (article.min(kept), article.max(kept));
                let verified = findings.pairs.iter().any(|pair| {
                    (pair.a, pair.b) == (a, b) && pair.relation <= Relation::NearDuplicate
                });
                prop_assert!(verified, "{similarity}, and no pair says so");
                prop_assert!(findings.members.get(kept.index()).keep);
                prop_assert!((member.similarity.unwrap() - similarity).abs() < 1e-9);
                prop_assert_eq!(member.story, findings.members.get(kept.index()).story);
                prop_assert!(member.story.is_some());
            }
        }
        for pair in findings.pairs.iter() {
            let similarity = exact(pair.a, pair.b);
            prop_assert!((pair.jaccard - similarity).abs() < 1e-9, "{} for {similarity}", pair.jaccard);
            let near = matches!(pair.relation, Relation::Identical | Relation::NearDuplicate);
            prop_assert!(near || similarity < threshold, "{:?} at {similarity}", pair.relation);
            if pair.rule.starts_with("jaccard") {
                prop_assert!(similarity >= threshold, "{} at {similarity}", pair.rule);
            }
        }
    }

    /// Longest common runs of all pairs: winnowing promises every run of nine words. Twelve articles: no fingerprint is
    /// in so many classes that one alone does not suffice. Nothing is learned, and none is left out as unlikely.
    #[test]
    fn every_pair_of_leaders_with_nine_words_in_common_is_a_candidate(articles in corpus(12)) {
        prop_assume!(articles.len() > 1);
        let mut settings = Settings { without: vec![Part::Learning], ..Settings::default() };
        settings.relate.min_confidence = 0.0;
        let (_, analysis) = analysed(&articles, &settings);
        let leaders: Vec<usize> = analysis.classes.leaders.iter().map(|leader| leader.index()).collect();
        for (a, b) in pairs(leaders.len()) {
            let (a, b) = (leaders[a], leaders[b]);
            let run = longest_common_run(&articles[a].text, &articles[b].text);
            let (a, b) = (ArticleId(a as u32), ArticleId(b as u32));
            let candidate = analysis.candidates.iter().any(|pair| [(a, b), (b, a)].contains(&(pair.a, pair.b)));
            prop_assert!(run < 9 || candidate, "{run} words of {a:?} and {b:?}");
        }
    }

    /// The runs that a pair is said to share are equal words, each counted once, and the longest is the longest there is.
    #[test]
    fn shared_runs_are_those_of_a_naive_search(articles in corpus(8)) {
        prop_assume!(articles.len() > 1);
        let (corpus, analysis) = analysed(&articles, &Settings::default());
        for pair in analysis.compared.iter() {
            let (a, b) = (&articles[pair.a.index()].text, &articles[pair.b.index()].text);
            let (words_a, words_b) = (words(a), words(b));
            prop_assert_eq!(corpus.spool.document(pair.a).len(), words_a.len());
            let (mut used_a, mut used_b) = (HashSet::new(), HashSet::new());
            for shared in &pair.evidence.runs {
                let run = shared.run;
                prop_assert_eq!(&words_a[run.a..run.a + run.tokens], &words_b[run.b..run.b + run.tokens]);
                prop_assert!((run.a..run.a + run.tokens).all(|token| used_a.insert(token)));
                prop_assert!((run.b..run.b + run.tokens).all(|token| used_b.insert(token)));
            }
            let longest = longest_common_run(a, b);
            prop_assert!(pair.evidence.longest_run() <= longest);
            if pair.evidence.a.furniture == 0 && pair.evidence.b.furniture == 0 {
                prop_assert_eq!(pair.evidence.longest_run(), if longest < 4 { 0 } else { longest });
            }
        }
    }
}

/// The random corpora above would prove nothing if nothing were found in them.
#[test]
fn a_copy_with_a_word_changed_is_found_with_its_runs() {
    let text: Vec<String> = (0..60_usize).map(|number| word((number * 11 % 64) as u8)).collect();
    let mut changed = text.clone();
    changed[20] = "changed".into();
    let article = |number: usize, words: &[String]| {
        written(format!("{number}"), format!("outlet{number}.example"), format!("{}.", words.join(" ")))
    };
    let (_, analysis) = analysed(&[article(0, &text), article(1, &changed)], &settings(0.8));
    let compared = analysis.compared.get(0);
    let runs: Vec<(usize, usize)> = compared.evidence.runs.iter().map(|run| (run.run.a, run.run.tokens)).collect();
    assert_eq!(runs, [(0, 20), (21, 39)]);
    assert_eq!(compared.verdict.relation, Relation::NearDuplicate);
    let exact = jaccard(&text.join(" "), &changed.join(" "));
    assert_eq!(analysis.classes.verified, [(ArticleId(0), ArticleId(1), exact)]);
}
