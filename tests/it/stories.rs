//! Which articles make one story, and which do not.

use std::collections::BTreeSet;

use serde_json::json;
use wirecopy::findings::{Findings, Member};
use wirecopy::pipeline;
use wirecopy::progress::Silent;
use wirecopy::relation::Relation;
use wirecopy::settings::Settings;

use crate::articles::Generator;
use crate::corpora::{
    Written, demonstration, demonstration_articles, links, rows, scanned, scanned_with, stories, stream, written,
};

/// Articles that share nothing with any other, so that the corpus is more than one story.
fn unrelated(generator: &mut Generator, count: usize) -> Vec<Written> {
    let article = |number| {
        let text = generator.article().join("\n\n");
        written(format!("alone-{number}"), format!("outlet{}.example", number % 7), text)
    };
    (0..count).map(article).collect()
}

fn take(id: impl Into<String>, paragraphs: &[String]) -> Written {
    let id = id.into();
    let source = format!("{id}.example");
    written(id, source, paragraphs.join("\n\n"))
}

fn member<'f>(findings: &'f Findings, id: &str) -> &'f Member {
    rows(&findings.members).find(|member| member.id == id).unwrap()
}

/// The ids of the story that an article belongs to.
fn story_of<'f>(findings: &'f Findings, id: &str) -> BTreeSet<&'f str> {
    stories(findings).into_iter().find(|story| story.contains(id)).unwrap_or_default()
}

#[test]
fn five_hundred_reprints_and_a_rewrite_are_one_story() {
    let mut generator = Generator::new(1);
    let text = generator.article();
    let mut articles = unrelated(&mut generator, 40);
    for number in 0..500 {
        let mut reprint = text.clone();
        // Every other one has a byline or a closing line of its own.
        match number % 4 {
            1 => reprint.insert(0, format!("By our desk in town {number}")),
            3 => reprint.push(generator.sentence()),
            _ => {}
        }
        articles.push(take(format!("reprint-{number}"), &reprint));
    }
    // Keeps the first sentences of three paragraphs and has prose of its own around them.
    let mut rewrite = Vec::new();
    for paragraph in text.iter().step_by(2).take(3) {
        let kept = paragraph.split_inclusive(". ").next().unwrap();
        rewrite.push(format!("{} {kept} {}", generator.sentence(), generator.paragraph()));
    }
    articles.push(take("rewrite", &rewrite));
    let findings = scanned(&articles);
    assert_eq!(findings.stories.len(), 1);
    assert_eq!(findings.stories[0].members.len(), 501);
    assert_eq!(member(&findings, "rewrite").story, Some(0));
    assert!(member(&findings, "rewrite").keep);
    assert_eq!(findings.members.iter().filter(|member| member.keep).count(), 40 + 1 + 1);
}

#[test]
fn a_round_up_is_a_partial_member_and_joins_nothing() {
    let mut generator = Generator::new(2);
    let mut articles = unrelated(&mut generator, 20);
    let mut items = Vec::new();
    for story in 0..4 {
        let text = generator.article();
        for number in 0..3 {
            let mut one = text[..text.len() - number].to_vec();
            one.push(generator.paragraph());
            articles.push(take(format!("story{story}-{number}"), &one));
        }
        items.push(text[0].clone());
    }
    articles.push(take("round-up", &items));
    let findings = scanned(&articles);
    let expected: BTreeSet<BTreeSet<String>> =
        (0..4).map(|story| (0..3).map(|number| format!("story{story}-{number}")).collect()).collect();
    let found: BTreeSet<BTreeSet<String>> =
        stories(&findings).into_iter().map(|story| story.into_iter().map(String::from).collect()).collect();
    assert_eq!(found, expected);
    let round_up = member(&findings, "round-up");
    assert_eq!((round_up.story, &round_up.partial_in), (None, &vec![0, 1, 2, 3]));
}

#[test]
fn a_chain_of_versions_is_one_story() {
    let mut generator = Generator::new(3);
    let mut articles = unrelated(&mut generator, 20);
    let mut text = generator.article();
    for number in 0..9 {
        articles.push(take(format!("version-{number}"), &text));
        // The newest goes on top, the oldest off the end.
        text.insert(0, generator.paragraph());
        text.pop();
    }
    let findings = scanned(&articles);
    let expected: BTreeSet<String> = (0..9).map(|number| format!("version-{number}")).collect();
    assert_eq!(story_of(&findings, "version-0").into_iter().map(String::from).collect::<BTreeSet<_>>(), expected);
    assert_eq!(findings.stories.len(), 1);
}

#[test]
fn two_stories_with_one_background_paragraph_stay_two() {
    let mut generator = Generator::new(4);
    let mut articles = unrelated(&mut generator, 20);
    let background = generator.paragraph();
    for story in ["flood", "trial"] {
        let text = generator.article();
        for number in 0..4 {
            let mut one = text[..text.len() - number / 2].to_vec();
            one.push(generator.paragraph());
            one.insert(3, background.clone());
            one.push(generator.paragraph());
            articles.push(take(format!("{story}-{number}"), &one));
        }
    }
    let findings = scanned(&articles);
    assert_eq!(findings.stories.len(), 2);
    for story in ["flood", "trial"] {
        let expected: BTreeSet<String> = (0..4).map(|number| format!("{story}-{number}")).collect();
        let found = story_of(&findings, &format!("{story}-0"));
        assert_eq!(found.into_iter().map(String::from).collect::<BTreeSet<_>>(), expected);
    }
}

/// Five articles about one novelist, of which the second retells the interview of the first.
#[test]
fn of_five_articles_on_one_topic_the_two_with_one_interview_link() {
    let articles = demonstration_articles("fr-entretien-");
    assert_eq!(articles.len(), 5);
    let findings = scanned(&articles);
    let found = links(&findings);
    assert_eq!(found.keys().collect::<Vec<_>>(), [&("fr-entretien-01", "fr-entretien-02")]);
    assert_eq!(found.values().collect::<Vec<_>>(), [&Relation::Rewrite]);
    assert_eq!(stories(&findings), BTreeSet::from([BTreeSet::from(["fr-entretien-01", "fr-entretien-02"])]));
}

/// A class is its longest text and what is alike to that. A third text that is alike to a member, but not to the longest,
/// leads a class of its own: the two are near-duplicates all the same, and all three one story.
#[test]
fn near_duplicates_of_two_classes_are_shown_and_make_one_story() {
    let mut generator = Generator::new(5);
    let letter = |number: u8| char::from(b'a' + number);
    let words: Vec<String> =
        (0..20).flat_map(|x| (0..20).map(move |y| [letter(x), letter(y)].repeat(2).iter().collect())).collect();
    let with = |changed: &[usize], end: &str| {
        let mut words = words.clone();
        changed.iter().for_each(|&place| words[place].insert(0, 'x'));
        words.join(" ") + end
    };
    // Each changed word makes five shingles different: 35 of 400 give a Jaccard similarity of .84, 70 give .70.
    let (first, second) = ([20, 60, 100, 140, 180, 220, 260], [40, 80, 120, 160, 200, 240, 280]);
    let mut articles = unrelated(&mut generator, 10);
    articles.push(written("longest", "one.example", with(&[], " and a word more")));
    articles.push(written("between", "two.example", with(&first, "")));
    articles.push(written("far", "three.example", with(&[first, second].concat(), "")));
    let mut full = Settings::default();
    full.near.threshold = 0.8;
    let mut alone = full.clone();
    alone.relate.relations = vec![Relation::NearDuplicate];
    for settings in [full, alone] {
        let findings = scanned_with(&articles, &settings);
        let found = links(&findings);
        for pair in [("between", "longest"), ("between", "far")] {
            assert_eq!(found.get(&pair), Some(&Relation::NearDuplicate), "{pair:?}");
        }
        assert_eq!(findings.counts.dropped, 1, "what is kept must be alike to what is dropped");
        assert_eq!(stories(&findings), BTreeSet::from([BTreeSet::from(["between", "far", "longest"])]));
    }
}

/// Buttons and names of outlets are no headlines; without one, the beginning of the text stands for it.
#[test]
fn a_story_without_a_headline_is_called_by_its_first_words() {
    let mut generator = Generator::new(9);
    let text = generator.article();
    let first = text[0].split_whitespace().next().unwrap();
    let titled = |titles: [&str; 2]| {
        let lines: String = ["tarncourier.example", "other.example"]
            .iter()
            .zip(titles)
            .map(|(source, title)| {
                let record = json!({"id": source, "source": source, "title": title, "text": text.join("\n\n")});
                format!("{record}\n")
            })
            .collect();
        let findings = pipeline::scan(vec![stream("corpus.jsonl", lines)], &Settings::default(), &Silent).unwrap();
        findings.stories[0].title.clone().unwrap()
    };
    let shown = titled(["The Tarn Courier", "Share"]);
    assert!(shown.starts_with(first) && shown.ends_with(" …"), "{shown}");
    let sentence = text[0].split_inclusive(". ").next().unwrap().trim();
    assert_eq!(titled(["The Tarn Courier", sentence]), sentence);
}

/// An invitation to comment that a scraper took for a headline stands in its articles, too, and above those of other stories.
#[test]
fn what_stands_above_several_stories_is_no_headline() {
    let mut generator = Generator::new(9);
    let text = generator.article();
    let sentence = text[0].split_inclusive(". ").next().unwrap().trim().to_owned();
    let mut titled = |others: usize| {
        let record = |id: String, text: &[String]| {
            json!({"id": id, "source": format!("{id}.example"), "title": sentence, "text": text.join("\n\n")})
                .to_string()
        };
        let mut lines: Vec<String> = ["a", "b"].iter().map(|id| record((*id).to_owned(), &text)).collect();
        lines.extend((0..others).map(|other| record(format!("c{other}"), &generator.article())));
        let lines = lines.join("\n");
        let findings = pipeline::scan(vec![stream("corpus.jsonl", lines)], &Settings::default(), &Silent).unwrap();
        assert_eq!(findings.stories.len(), 1);
        findings.stories[0].title.clone().unwrap()
    };
    assert_eq!(titled(2), sentence);
    assert!(titled(3).ends_with(" …"));
}

/// An id of the demonstration corpus names the story before its number.
#[test]
fn stories_of_the_demonstration_are_about_one_thing() {
    for story in stories(demonstration()) {
        let about: BTreeSet<&str> = story.iter().filter_map(|id| id.rsplit_once('-')).map(|(about, _)| about).collect();
        assert_eq!(about.len(), 1, "{story:?}");
    }
}

#[test]
fn round_ups_of_the_demonstration_carry_parts_of_several_stories() {
    let round_ups =
        ["ar-hasad-01", "de-tag-01", "en-roundup-01", "es-resumen-01", "fr-essentiel-01", "ru-den-01", "zh-sulan-01"];
    for id in round_ups {
        let round_up = member(demonstration(), id);
        assert_eq!(round_up.story, None, "{id}");
        assert!(round_up.partial_in.len() >= 3, "{id}: {:?}", round_up.partial_in);
    }
}
