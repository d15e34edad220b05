//! Findings against labelled stories: are origins right, and is their confidence honest?
//!
//! A confidence is honest if of the origins that are named with it at least as large a share is right. That is counted in
//! fifths of its range, since a labelled set is too small for finer ones.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::Serialize;

use super::labels::LabelledStory;
use super::share::Share;
use crate::article::ArticleId;
use crate::error::{Error, Result};
use crate::findings::Findings;

/// Into how many parts the range of confidence is cut.
const BINS: usize = 5;

/// How findings compare with labelled stories.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OriginEvaluation {
    /// Labelled stories that were compared.
    pub stories: u64,
    /// Labelled stories that were left out because the scan does not have an article that they name.
    pub unknown_stories: u64,
    /// The ids the scan does not have, sorted.
    pub unknown_ids: Vec<String>,
    /// Labelled stories that were left out because an earlier line names the same article.
    pub repeated_stories: u64,
    /// Stories of which the labelled origin was named, or rightly none.
    pub right: Share,
    /// Stories of which the labelled agency was named, or rightly none, among those whose label says.
    pub agencies: Share,
    /// All origins that were named, right or wrong.
    pub named: ConfidenceBin,
    /// The same by their confidence, lowest first; empty bins are left out.
    pub bins: Vec<ConfidenceBin>,
    /// The stories whose origin or agency is wrong, in the order of the labels.
    pub wrong: Vec<WrongOrigin>,
}

/// Origins that were named with a confidence of some range.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ConfidenceBin {
    /// The lowest confidence,
    pub from: f64,
    /// and the highest. It belongs to the next bin, but for the last.
    pub to: f64,
    /// The mean confidence; nothing of nothing.
    pub confidence: Option<f64>,
    /// How many are right.
    pub right: Share,
}

impl ConfidenceBin {
    /// Whether at least as many are right as their confidence says.
    pub fn is_honest(&self) -> bool {
        self.confidence <= self.right.estimate.value
    }

    fn of(from: f64, to: f64, cases: &[&(f64, bool)]) -> ConfidenceBin {
        let said: f64 = cases.iter().map(|(confidence, _)| confidence).sum();
        let right = cases.iter().filter(|(_, right)| *right).count() as u64;
        ConfidenceBin {
            from,
            to,
            confidence: (!cases.is_empty()).then(|| said / cases.len() as f64),
            right: Share::new(right, cases.len() as u64),
        }
    }
}

/// One story whose origin or agency is wrong.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WrongOrigin {
    /// The article that the label names.
    pub member: String,
    /// The labelled origin.
    pub origin: Option<String>,
    /// The origin that was named.
    pub found: Option<String>,
    /// How sure that was.
    pub confidence: Option<f64>,
    /// What is wrong about the agency, if anything is.
    pub agency: Option<OtherAgency>,
    /// What the judge noted.
    pub note: Option<String>,
}

/// Another agency than the labelled one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OtherAgency {
    /// The labelled agency.
    pub labelled: Option<String>,
    /// The one that was found.
    pub found: Option<String>,
}

/// Compares `findings` with labelled stories. Labels that name articles the findings do not have are counted and left out; if
/// that leaves none, they belong to another corpus, and it is an error.
pub fn evaluate_origins(findings: &Findings, labelled: &[LabelledStory]) -> Result<OriginEvaluation> {
    let ids: HashMap<String, ArticleId> =
        findings.members.iter().zip(0..).map(|(member, place)| (member.id.clone(), ArticleId(place))).collect();
    let (mut unknown_ids, mut unknown_stories, mut repeated_stories) = (BTreeSet::new(), 0, 0);
    let mut seen = HashSet::new();
    let mut cases = Vec::new();
    let (mut right, mut right_agencies, mut agencies) = (0, 0, 0);
    let mut wrong = Vec::new();
    for label in labelled {
        let unknown =
            || [Some(&label.member), label.origin.as_ref()].into_iter().flatten().filter(|id| !ids.contains_key(*id));
        if unknown().next().is_some() {
            unknown_ids.extend(unknown().cloned());
            unknown_stories += 1;
            continue;
        }
        if !seen.insert(&label.member) {
            repeated_stories += 1;
            continue;
        }
        let story = findings.members.get(ids[&label.member].index()).story.map(|story| &findings.stories[story]);
        let origin = story.and_then(|story| story.origin.as_ref());
        let found = origin.map(|origin| findings.members.get(origin.article.index()).id.clone());
        let is_right = found == label.origin;
        right += u64::from(is_right);
        cases.extend(origin.map(|origin| (origin.confidence, is_right)));
        let agency = story.and_then(|story| story.agency.as_ref()).map(|(name, _)| name.clone());
        let other_agency = label
            .agency
            .clone()
            .filter(|labelled| *labelled != agency)
            .map(|labelled| OtherAgency { labelled, found: agency });
        agencies += u64::from(label.agency.is_some());
        right_agencies += u64::from(label.agency.is_some() && other_agency.is_none());
        if !is_right || other_agency.is_some() {
            wrong.push(WrongOrigin {
                member: label.member.clone(),
                origin: label.origin.clone(),
                found,
                confidence: origin.map(|origin| origin.confidence),
                agency: other_agency,
                note: label.note.clone(),
            });
        }
    }
    if seen.is_empty() {
        let example = unknown_ids.first().map_or("", String::as_str);
        return Err(Error::NotFound(format!(
            "none of the {} labelled stories is in the scan (it has no {example}, for example)",
            labelled.len()
        )));
    }
    Ok(OriginEvaluation {
        stories: seen.len() as u64,
        unknown_stories,
        unknown_ids: unknown_ids.into_iter().collect(),
        repeated_stories,
        right: Share::new(right, seen.len() as u64),
        agencies: Share::new(right_agencies, agencies),
        named: ConfidenceBin::of(0.0, 1.0, &cases.iter().collect::<Vec<_>>()),
        bins: bins(&cases),
        wrong,
    })
}

fn bins(cases: &[(f64, bool)]) -> Vec<ConfidenceBin> {
    let bin = |confidence: f64| ((confidence * BINS as f64) as usize).min(BINS - 1);
    let of = |number: usize| {
        let cases: Vec<&(f64, bool)> = cases.iter().filter(|(confidence, _)| bin(*confidence) == number).collect();
        let end = |number: usize| number as f64 / BINS as f64;
        (!cases.is_empty()).then(|| ConfidenceBin::of(end(number), end(number + 1), &cases))
    };
    (0..BINS).filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Member, Origin, Story};

    /// Three stories of two articles each: of `a` the origin is `a0` by .9, of `b` it is `b1` by .5, of `c` none is known.
    fn findings() -> Findings {
        let ids = ["a0", "a1", "b0", "b1", "c0", "c1", "alone"];
        let member = |(place, id): (usize, &&str)| Member {
            id: (*id).to_owned(),
            story: (place < 6).then_some(place / 2),
            ..Member::default()
        };
        let story = |origin: Option<(u32, f64)>, agency: Option<&str>| Story {
            id: String::new(),
            members: vec![],
            sources: vec![],
            title: None,
            first_published: None,
            last_published: None,
            origin: origin.map(|(article, confidence)| Origin {
                article: ArticleId(article),
                confidence,
                reasons: vec![],
            }),
            agency: agency.map(|name| (name.to_owned(), String::new())),
            syndicated: false,
            min_similarity: 0.0,
        };
        Findings {
            members: ids.iter().enumerate().map(member).collect(),
            stories: vec![story(Some((0, 0.9)), Some("Meridian")), story(Some((3, 0.5)), None), story(None, None)],
            ..Findings::default()
        }
    }

    fn label(member: &str, origin: Option<&str>, agency: Option<Option<&str>>) -> LabelledStory {
        LabelledStory {
            member: member.into(),
            origin: origin.map(str::to_owned),
            agency: agency.map(|agency| agency.map(str::to_owned)),
            note: None,
        }
    }

    #[test]
    fn origins_are_counted_with_their_confidence() {
        let labels = [
            label("a1", Some("a0"), Some(Some("Meridian"))),
            label("b0", Some("b0"), Some(None)),
            label("c1", None, None),
            label("alone", None, Some(Some("Meridian"))),
            label("a1", None, None),
            label("x", Some("y"), None),
        ];
        let evaluation = evaluate_origins(&findings(), &labels).unwrap();
        assert_eq!((evaluation.stories, evaluation.unknown_stories, evaluation.repeated_stories), (4, 1, 1));
        assert_eq!(evaluation.unknown_ids, ["x", "y"]);
        assert_eq!((evaluation.right.hits, evaluation.right.of), (3, 4));
        assert_eq!((evaluation.agencies.hits, evaluation.agencies.of), (2, 3));
        assert_eq!((evaluation.named.right.hits, evaluation.named.right.of), (1, 2));
        assert_eq!(evaluation.named.confidence, Some(0.7));
        let bins: Vec<_> =
            evaluation.bins.iter().map(|bin| (bin.from, bin.to, bin.right.hits, bin.is_honest())).collect();
        assert_eq!(bins, [(0.4, 0.6, 0, false), (0.8, 1.0, 1, true)]);
        let wrong: Vec<&str> = evaluation.wrong.iter().map(|wrong| wrong.member.as_str()).collect();
        assert_eq!(wrong, ["b0", "alone"]);
        assert_eq!(evaluation.wrong[0].found.as_deref(), Some("b1"));
        let other = OtherAgency { labelled: Some("Meridian".into()), found: None };
        assert_eq!(evaluation.wrong[1].agency, Some(other));
    }

    #[test]
    fn full_confidence_is_of_the_last_bin() {
        let bins = bins(&[(1.0, true), (0.0, false), (0.8, true)]);
        assert_eq!(bins.iter().map(|bin| bin.right.of).collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn labels_of_another_corpus_are_an_error() {
        let error = evaluate_origins(&findings(), &[label("x", None, None)]).unwrap_err().to_string();
        assert_eq!(error, "none of the 1 labelled stories is in the scan (it has no x, for example)");
    }
}
