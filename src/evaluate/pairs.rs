//! Findings against labelled pairs: links, their relations, and stories.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::Serialize;

use super::labels::{Class, Label, LabelledPair};
use super::share::{Estimate, Share, wilson};
use crate::article::ArticleId;
use crate::error::{Error, Result};
use crate::findings::Findings;
use crate::relation::Relation;

/// How findings compare with labelled pairs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// Labelled pairs that were compared.
    pub pairs: u64,
    /// Labelled pairs that were left out because the scan does not have both articles.
    pub unknown_pairs: u64,
    /// The ids the scan does not have, sorted.
    pub unknown_ids: Vec<String>,
    /// Labelled pairs that were left out because an earlier line labels the same two articles.
    pub repeated_pairs: u64,
    /// Precision, recall and F1 of links.
    pub links: Links,
    /// For each label that occurs: how many of its pairs are linked if it links, not linked if it does not.
    pub labels: Vec<LabelShare>,
    /// For each label that occurs: how many of its pairs were predicted to be of each class.
    pub confusion: Vec<Confusion>,
    /// F1 of each class that was labelled or predicted.
    pub relations: Vec<ClassScore>,
    /// The mean of those.
    pub macro_f1: f64,
    /// How many labelled pairs stand in one story.
    pub stories: InOneStory,
    /// The pairs whose class was predicted wrongly: missed links, false links, then wrong kinds of link.
    pub wrong: Vec<Wrong>,
}

/// Precision, recall and F1 of links.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Links {
    /// Links by label and by prediction.
    pub true_positives: u64,
    /// Links by prediction alone.
    pub false_positives: u64,
    /// Links by label alone.
    pub false_negatives: u64,
    /// No links by either.
    pub true_negatives: u64,
    /// The share of predicted links that are links.
    pub precision: Share,
    /// The share of links that are predicted.
    pub recall: Share,
    /// The harmonic mean of both.
    pub f1: Estimate,
}

/// How many pairs of one label were taken for a link or not, as they should be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LabelShare {
    /// The label.
    pub label: Label,
    /// Linked if the label links, else not linked.
    #[serde(flatten)]
    pub right: Share,
}

/// One row of the confusion matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Confusion {
    /// What people say.
    pub label: Label,
    /// Predicted `copy`.
    pub copy: u64,
    /// Predicted `excerpt`.
    pub excerpt: u64,
    /// Predicted `version`.
    pub version: u64,
    /// Predicted `rewrite`.
    pub rewrite: u64,
    /// Predicted to be no link.
    pub none: u64,
}

/// How well one class is predicted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClassScore {
    /// The class.
    pub class: Class,
    /// Pairs labelled so.
    pub labelled: u64,
    /// Pairs predicted so.
    pub predicted: u64,
    /// Pairs for which both are true.
    pub right: u64,
    /// 2 right / (labelled + predicted).
    pub f1: f64,
}

/// How many labelled pairs stand in one story of the findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct InOneStory {
    /// Pairs labelled as links.
    pub links: u64,
    /// Of how many.
    pub of_links: u64,
    /// Pairs labelled as no links.
    pub others: u64,
    /// Of how many.
    pub of_others: u64,
    /// Those of `others` whose label says besides that they report different events: stories glued together.
    pub glued: u64,
    /// Of how many pairs with such a label.
    pub of_glued: u64,
}

/// One pair whose class was predicted wrongly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wrong {
    /// What is wrong.
    pub error: Mistake,
    /// One article.
    pub a: String,
    /// The other.
    pub b: String,
    /// What people say.
    pub label: Label,
    /// The relation found, `none` if there is none.
    pub predicted: &'static str,
    /// The rule that gave the relation.
    pub rule: Option<String>,
    /// What the judge noted.
    pub note: Option<String>,
}

/// The ways in which a prediction is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mistake {
    /// A link that was not found.
    MissedLink,
    /// A link where there is none.
    FalseLink,
    /// A link of another kind.
    OtherRelation,
}

impl Mistake {
    /// The mistake's name.
    pub fn name(self) -> &'static str {
        match self {
            Mistake::MissedLink => "missed link",
            Mistake::FalseLink => "false link",
            Mistake::OtherRelation => "other relation",
        }
    }
}

/// Compares `findings` with labelled pairs. Pairs that name articles the findings do not have are counted and left out; if
/// that leaves no pair, the labels belong to another corpus, and it is an error.
pub fn evaluate(findings: &Findings, labelled: &[LabelledPair]) -> Result<Evaluation> {
    let predictions = Predictions::of(findings);
    let mut unknown_ids = BTreeSet::new();
    let (mut unknown_pairs, mut repeated_pairs) = (0, 0);
    let mut seen = HashSet::new();
    let mut judged = Vec::new();
    for pair in labelled {
        let (Some(&a), Some(&b)) = (predictions.ids.get(pair.a.as_str()), predictions.ids.get(pair.b.as_str())) else {
            let unknown = [&pair.a, &pair.b].into_iter().filter(|id| !predictions.ids.contains_key(id.as_str()));
            unknown_ids.extend(unknown.cloned());
            unknown_pairs += 1;
            continue;
        };
        if !seen.insert((a.min(b), a.max(b))) {
            repeated_pairs += 1;
            continue;
        }
        judged.push(Judged { pair, prediction: predictions.between(a, b), one_story: predictions.one_story(a, b) });
    }
    if judged.is_empty() {
        let example = unknown_ids.first().map_or("", String::as_str);
        return Err(Error::NotFound(format!(
            "none of the {} labelled pairs names two articles of the scan (it has no {example}, for example)",
            labelled.len()
        )));
    }
    let relations = class_scores(&judged);
    Ok(Evaluation {
        pairs: judged.len() as u64,
        unknown_pairs,
        unknown_ids: unknown_ids.into_iter().collect(),
        repeated_pairs,
        links: links(&judged),
        labels: label_shares(&judged),
        confusion: confusion(&judged),
        macro_f1: relations.iter().map(|score| score.f1).sum::<f64>() / relations.len() as f64,
        relations,
        stories: in_one_story(&judged),
        wrong: wrong(&judged),
    })
}

/// What the findings say about any two articles.
struct Predictions<'a> {
    findings: &'a Findings,
    ids: HashMap<String, ArticleId>,
    /// The place of each pair's row.
    pairs: HashMap<(ArticleId, ArticleId), usize>,
    /// The place of the row with the strongest relation between two classes, by the articles that are kept of them.
    classes: HashMap<(ArticleId, ArticleId), (Relation, usize)>,
}

fn ordered(a: ArticleId, b: ArticleId) -> (ArticleId, ArticleId) {
    (a.min(b), a.max(b))
}

/// What the findings say about two articles.
#[derive(Clone)]
struct Prediction {
    relation: Option<Relation>,
    rule: Option<String>,
}

impl Prediction {
    fn class(&self) -> Class {
        self.relation.map_or(Class::None, Class::of)
    }
}

impl<'a> Predictions<'a> {
    fn of(findings: &'a Findings) -> Self {
        let ids = findings.members.iter().zip(0..).map(|(member, place)| (member.id.clone(), ArticleId(place)));
        let mut predictions =
            Predictions { findings, ids: ids.collect(), pairs: HashMap::new(), classes: HashMap::new() };
        for (place, pair) in findings.pairs.iter().enumerate() {
            predictions.pairs.insert(ordered(pair.a, pair.b), place);
            let classes = ordered(predictions.kept(pair.a), predictions.kept(pair.b));
            let row = (pair.relation, place);
            predictions.classes.entry(classes).and_modify(|known| *known = row.min(*known)).or_insert(row);
        }
        predictions
    }

    /// The pair's own row; else both are of one near-duplicate class; else a row between their classes, since near-duplicates
    /// are compared with others through the one that leads them.
    fn between(&self, a: ArticleId, b: ArticleId) -> Prediction {
        if let Some(prediction) = self.row(a, b) {
            return prediction;
        }
        let (kept_a, kept_b) = (self.kept(a), self.kept(b));
        if kept_a == kept_b {
            return Prediction {
                relation: Some(Relation::NearDuplicate),
                rule: Some("duplicates of one article".into()),
            };
        }
        let between = self.classes.get(&ordered(kept_a, kept_b));
        between.map_or(Prediction { relation: None, rule: None }, |&(_, place)| self.at(place))
    }

    fn row(&self, a: ArticleId, b: ArticleId) -> Option<Prediction> {
        self.pairs.get(&ordered(a, b)).map(|&place| self.at(place))
    }

    fn at(&self, place: usize) -> Prediction {
        let pair = self.findings.pairs.get(place);
        Prediction { relation: Some(pair.relation), rule: Some(pair.rule.clone()) }
    }

    fn kept(&self, article: ArticleId) -> ArticleId {
        self.findings.members.get(article.index()).duplicate_of.unwrap_or(article)
    }

    fn one_story(&self, a: ArticleId, b: ArticleId) -> bool {
        let story = |article: ArticleId| self.findings.members.get(article.index()).story;
        story(a).is_some() && story(a) == story(b)
    }
}

/// A labelled pair and what was found about it.
struct Judged<'a> {
    pair: &'a LabelledPair,
    prediction: Prediction,
    one_story: bool,
}

impl Judged<'_> {
    fn linked(&self) -> bool {
        self.prediction.class() != Class::None
    }
}

fn counted(judged: &[Judged], test: impl Fn(&Judged) -> bool) -> u64 {
    judged.iter().filter(|judged| test(judged)).count() as u64
}

fn links(judged: &[Judged]) -> Links {
    let cell = |label: bool, predicted: bool| {
        counted(judged, |judged| judged.pair.label.links() == label && judged.linked() == predicted)
    };
    let (hits, false_links, missed) = (cell(true, true), cell(false, true), cell(true, false));
    let of_p = wilson(hits, hits + false_links + missed);
    let f1 = |p: Option<f64>| p.map(|p| 2.0 * p / (1.0 + p));
    Links {
        true_positives: hits,
        false_positives: false_links,
        false_negatives: missed,
        true_negatives: cell(false, false),
        precision: Share::new(hits, hits + false_links),
        recall: Share::new(hits, hits + missed),
        f1: Estimate { value: f1(of_p.value), low: f1(of_p.low), high: f1(of_p.high) },
    }
}

fn label_shares(judged: &[Judged]) -> Vec<LabelShare> {
    let share = |label: Label| {
        let of = counted(judged, |judged| judged.pair.label == label);
        let hits = counted(judged, |judged| judged.pair.label == label && judged.linked() == label.links());
        (of > 0).then(|| LabelShare { label, right: Share::new(hits, of) })
    };
    Label::ALL.into_iter().filter_map(share).collect()
}

fn confusion(judged: &[Judged]) -> Vec<Confusion> {
    let row = |label: Label| {
        let cell = |class| counted(judged, |judged| judged.pair.label == label && judged.prediction.class() == class);
        let row = Confusion {
            label,
            copy: cell(Class::Copy),
            excerpt: cell(Class::Excerpt),
            version: cell(Class::Version),
            rewrite: cell(Class::Rewrite),
            none: cell(Class::None),
        };
        (row.copy + row.excerpt + row.version + row.rewrite + row.none > 0).then_some(row)
    };
    Label::ALL.into_iter().filter_map(row).collect()
}

/// A class that is neither labelled nor predicted has no F1 and is left out, so it does not count in the mean either.
fn class_scores(judged: &[Judged]) -> Vec<ClassScore> {
    let score = |class: Class| {
        let labelled = counted(judged, |judged| judged.pair.label.class() == class);
        let predicted = counted(judged, |judged| judged.prediction.class() == class);
        let right = counted(judged, |judged| judged.pair.label.class() == class && judged.prediction.class() == class);
        let f1 = 2.0 * right as f64 / (labelled + predicted) as f64;
        (labelled + predicted > 0).then_some(ClassScore { class, labelled, predicted, right, f1 })
    };
    Class::ALL.into_iter().filter_map(score).collect()
}

fn in_one_story(judged: &[Judged]) -> InOneStory {
    let other_events = |judged: &Judged| !judged.pair.label.links() && judged.pair.same_story == Some(false);
    InOneStory {
        links: counted(judged, |judged| judged.pair.label.links() && judged.one_story),
        of_links: counted(judged, |judged| judged.pair.label.links()),
        others: counted(judged, |judged| !judged.pair.label.links() && judged.one_story),
        of_others: counted(judged, |judged| !judged.pair.label.links()),
        glued: counted(judged, |judged| other_events(judged) && judged.one_story),
        of_glued: counted(judged, other_events),
    }
}

fn wrong(judged: &[Judged]) -> Vec<Wrong> {
    let mistake = |judged: &Judged| match (judged.pair.label.links(), judged.linked()) {
        (true, false) => Some(Mistake::MissedLink),
        (false, true) => Some(Mistake::FalseLink),
        (true, true) if judged.pair.label.class() != judged.prediction.class() => Some(Mistake::OtherRelation),
        _ => None,
    };
    let mut wrong: Vec<Wrong> = judged
        .iter()
        .filter_map(|judged| {
            Some(Wrong {
                error: mistake(judged)?,
                a: judged.pair.a.clone(),
                b: judged.pair.b.clone(),
                label: judged.pair.label,
                predicted: judged.prediction.relation.map_or("none", Relation::name),
                rule: judged.prediction.rule.clone(),
                note: judged.pair.note.clone(),
            })
        })
        .collect();
    wrong.sort_by_key(|wrong| wrong.error);
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Location;
    use crate::findings::{Kind, Member, Pair};

    /// Members by id, each with the member it duplicates and its story.
    fn findings(members: &[(&str, Option<u32>, Option<usize>)], pairs: &[(u32, u32, Relation)]) -> Findings {
        let member = |&(id, duplicate_of, story): &(&str, Option<u32>, Option<usize>)| Member {
            id: id.into(),
            location: Location { path: "invented.jsonl".into(), record: 1, byte_offset: 0 },
            content: 0,
            url: None,
            source: None,
            title: None,
            lang: None,
            published: None,
            kind: Kind::Original,
            near: None,
            story,
            partial_in: vec![],
            relation: None,
            closest: None,
            duplicate_of: duplicate_of.map(ArticleId),
            similarity: None,
            containment: None,
            keep: true,
            keep_reason: String::new(),
            agency: None,
        };
        let pair = |&(a, b, relation): &(u32, u32, Relation)| Pair {
            a: ArticleId(a),
            b: ArticleId(b),
            relation,
            direction: None,
            jaccard: 0.0,
            containment_a: 0.0,
            containment_b: 0.0,
            prose_a: 0.0,
            prose_b: 0.0,
            evidence_bits: 0.0,
            probability: None,
            weights: vec![],
            longest_run: 0,
            shared_tokens: 0,
            quote_share: 0.0,
            same_source: false,
            a_spans: vec![],
            b_spans: vec![],
            rule: "invented".into(),
        };
        Findings {
            members: members.iter().map(member).collect(),
            pairs: pairs.iter().map(pair).collect(),
            ..Findings::default()
        }
    }

    fn labelled(a: &str, b: &str, label: Label) -> LabelledPair {
        LabelledPair { a: a.into(), b: b.into(), label, same_story: None, confidence: Default::default(), note: None }
    }

    /// Story 0: a, its duplicates b and c, and d that rewrites a. Not in it: e, which shares a quotation with a.
    fn five() -> Findings {
        findings(
            &[
                ("a", None, Some(0)),
                ("b", Some(0), Some(0)),
                ("c", Some(0), Some(0)),
                ("d", None, Some(0)),
                ("e", None, None),
            ],
            &[(0, 1, Relation::Identical), (0, 3, Relation::Rewrite), (0, 4, Relation::Quote)],
        )
    }

    fn predicted(a: &str, b: &str) -> &'static str {
        let evaluation = evaluate(&five(), &[labelled(a, b, Label::Independent)]).unwrap();
        evaluation.wrong.first().map_or("none", |wrong| wrong.predicted)
    }

    #[test]
    fn a_row_decides_before_a_class_and_a_class_before_its_kept_articles() {
        assert_eq!(predicted("a", "b"), "identical");
        assert_eq!(predicted("b", "a"), "identical");
        assert_eq!(predicted("a", "c"), "near_duplicate");
        assert_eq!(predicted("b", "c"), "near_duplicate");
        assert_eq!(predicted("c", "d"), "rewrite");
        assert_eq!(predicted("c", "e"), "none");
        assert_eq!(predicted("d", "e"), "none");
    }

    #[test]
    fn every_pair_is_counted_once() {
        let evaluation = evaluate(
            &five(),
            &[
                labelled("a", "b", Label::Copy),
                labelled("b", "a", Label::Independent),
                labelled("c", "d", Label::Version),
                labelled("b", "d", Label::Quote),
                labelled("a", "e", Label::Rewrite),
                labelled("d", "e", Label::Independent),
                labelled("a", "x", Label::Copy),
            ],
        )
        .unwrap();
        let links = &evaluation.links;
        assert_eq!((evaluation.pairs, evaluation.unknown_pairs, evaluation.repeated_pairs), (5, 1, 1));
        assert_eq!(evaluation.unknown_ids, ["x"]);
        assert_eq!(
            (links.true_positives, links.false_positives, links.false_negatives, links.true_negatives),
            (2, 1, 1, 1)
        );
        assert_eq!(links.f1.value, Some(2.0 / 3.0));
        assert_eq!(
            evaluation.wrong.iter().map(|wrong| wrong.error).collect::<Vec<_>>(),
            [Mistake::MissedLink, Mistake::FalseLink, Mistake::OtherRelation]
        );
        // copy 1, version 0, rewrite 0, none 1 of 2 labelled and 2 predicted; no excerpt at all.
        assert_eq!(evaluation.relations.len(), 4);
        assert_eq!(evaluation.macro_f1, (1.0 + 0.0 + 0.0 + 0.5) / 4.0);
        assert_eq!(
            evaluation.stories,
            InOneStory { links: 2, of_links: 3, others: 1, of_others: 2, glued: 0, of_glued: 0 }
        );
    }

    #[test]
    fn labels_of_another_corpus_are_an_error() {
        let error = evaluate(&five(), &[labelled("x", "y", Label::Copy)]).unwrap_err().to_string();
        assert_eq!(error, "none of the 1 labelled pairs names two articles of the scan (it has no x, for example)");
    }
}
