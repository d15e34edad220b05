//! Which articles go so that a corpus has each text once, and for which other one each goes.
//!
//! Copies go as the scan has decided: of a near-duplicate class one article stays. What else is to go is decided relation by
//! relation, the closest first. Of two articles with a link inside one story one goes for the other:
//!
//! - an excerpt for the article that contains it,
//! - a version for the later one (of the same time: the longer one),
//! - a rewrite for the origin of the story; between two others, for the one that was published first.
//!
//! An article goes only if one that it goes for has stayed at that step. A later step may drop that one, too; following the
//! reasons ends at an article that is kept. Time and memory are linear in the links of the relations asked for.

use std::collections::BTreeMap;

use super::{Findings, Member, Pair};
use crate::article::ArticleId;
use crate::error::Result;
use crate::relate::Direction;
use crate::relation::Relation;

/// The relations that copies have; they always go.
pub const COPIES: [Relation; 2] = [Relation::Identical, Relation::NearDuplicate];
/// What may go besides copies.
pub const DROPPABLE: [Relation; 3] = [Relation::Excerpt, Relation::Version, Relation::Rewrite];

/// The relations that are looked for where copies go and articles with one of `drop`, of those that would be reported. Where
/// only copies go, only copies are looked for.
pub fn looked_for(mut reported: Vec<Relation>, drop: &[Relation]) -> Vec<Relation> {
    if drop.is_empty() {
        return COPIES.to_vec();
    }
    for relation in COPIES.iter().chain(drop) {
        if !reported.contains(relation) {
            reported.push(*relation);
        }
    }
    reported
}

/// Why an article goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    /// What it is to the other one.
    pub relation: Relation,
    /// The one that it goes for, which may go for another in turn.
    pub of: ArticleId,
    /// The one that is kept at the end of these reasons.
    pub kept: ArticleId,
}

/// Of each article, in order, why it goes; nothing if it is kept. Besides copies go those that have one of `relations`.
pub fn reasons(findings: &Findings, relations: &[Relation]) -> Result<Vec<Option<Reason>>> {
    let ids = || (0..findings.members.len() as u32).map(ArticleId);
    let mut goes: Vec<Option<(Relation, ArticleId)>> = ids()
        .map(|id| {
            let member = findings.members.get(id.index());
            let kept = member.duplicate_of?;
            let is_same = findings.members.get(kept.index()).content == member.content;
            Some((if is_same { Relation::Identical } else { Relation::NearDuplicate }, kept))
        })
        .collect();
    for relation in DROPPABLE.into_iter().filter(|relation| relations.contains(relation)) {
        let losses = losses(findings, relation, &goes);
        for (loser, winner) in decided(&losses) {
            goes[loser.index()] = Some((relation, winner));
        }
    }
    findings.workspace.check()?;
    let kept = |mut of: ArticleId| {
        while let Some((_, next)) = goes[of.index()] {
            of = next;
        }
        of
    };
    Ok(goes.iter().map(|reason| reason.map(|(relation, of)| Reason { relation, of, kept: kept(of) })).collect())
}

/// Of an article those that it may go for, with how alike they are.
type Losses = BTreeMap<ArticleId, Vec<(ArticleId, f64)>>;

/// Who may go for whom by a relation, among those that are left.
fn losses(findings: &Findings, relation: Relation, goes: &[Option<(Relation, ArticleId)>]) -> Losses {
    let mut losses = Losses::new();
    for pair in findings.pairs.iter().filter(|pair| pair.relation == relation) {
        let members = [findings.members.get(pair.a.index()), findings.members.get(pair.b.index())];
        let is_of_one_story = members[0].story.is_some() && members[0].story == members[1].story;
        // What holds for an article holds for the copy that is kept of it.
        let [a, b] = [pair.a, pair.b].map(|id| match goes[id.index()] {
            Some((copy, kept)) if COPIES.contains(&copy) => kept,
            _ => id,
        });
        if !is_of_one_story || a == b || goes[a.index()].is_some() || goes[b.index()].is_some() {
            continue;
        }
        let (winner, loser) = if first_stays(findings, &pair, [a, b]) { (a, b) } else { (b, a) };
        losses.entry(loser).or_default().push((winner, pair.jaccard));
    }
    losses
}

/// Whether the first of two articles stays where one of them goes.
fn first_stays(findings: &Findings, pair: &Pair, [a, b]: [ArticleId; 2]) -> bool {
    let (one, other) = (findings.members.get(a.index()), findings.members.get(b.index()));
    // Of two texts that share something, it is the smaller part of the longer one.
    let by_length = || match pair.containment_a.total_cmp(&pair.containment_b) {
        std::cmp::Ordering::Equal => a < b,
        order => order.is_lt(),
    };
    let dates = |member: &Member| member.trusted_date().map(|date| date.seconds);
    let later = match (dates(&one), dates(&other)) {
        (Some(one), Some(other)) if one != other => Some(one > other),
        _ => None,
    };
    let origin = || Some(findings.stories.get(one.story?)?.origin.as_ref()?.article);
    match (pair.relation, pair.direction) {
        (Relation::Excerpt, Some(Direction::AInB)) => false,
        (Relation::Excerpt, Some(Direction::BInA)) => true,
        (Relation::Version, _) => later.unwrap_or_else(by_length),
        (Relation::Rewrite, _) if origin() == Some(a) => true,
        (Relation::Rewrite, _) if origin() == Some(b) => false,
        (Relation::Rewrite, _) => later.map_or_else(by_length, |later| !later),
        _ => by_length(),
    }
}

/// Who goes, and for whom: an article goes if one that it may go for stays. The most alike of those is the reason. In a circle
/// of articles that may each go for the next, one that is met again counts as one that does not stay.
fn decided(losses: &Losses) -> BTreeMap<ArticleId, ArticleId> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        Begun,
        Stays,
        Goes,
    }
    let mut states: BTreeMap<ArticleId, State> = BTreeMap::new();
    let mut goes = BTreeMap::new();
    for &first in losses.keys() {
        let mut waiting = vec![first];
        while let Some(&article) = waiting.last() {
            if states.get(&article).is_some_and(|state| *state != State::Begun) {
                waiting.pop();
                continue;
            }
            let winners = losses.get(&article).map(Vec::as_slice).unwrap_or_default();
            if states.insert(article, State::Begun).is_none() {
                waiting.extend(winners.iter().map(|(winner, _)| *winner).filter(|winner| !states.contains_key(winner)));
                continue;
            }
            let staying = winners.iter().filter(|(winner, _)| states.get(winner) == Some(&State::Stays));
            let reason = staying.max_by(|one, other| one.1.total_cmp(&other.1).then(other.0.cmp(&one.0)));
            states.insert(article, if reason.is_some() { State::Goes } else { State::Stays });
            goes.extend(reason.map(|(winner, _)| (article, *winner)));
            waiting.pop();
        }
    }
    goes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(edges: &[(usize, usize)], expected: &[(usize, usize)]) {
        let id = |place: usize| ArticleId(place as u32);
        let mut losses = Losses::new();
        for &(loser, winner) in edges {
            losses.entry(id(loser)).or_default().push((id(winner), winner as f64 / 100.0));
        }
        let goes = decided(&losses);
        for (loser, winner) in &goes {
            assert!(!goes.contains_key(winner), "{loser:?} goes for {winner:?}, which goes, too");
        }
        assert_eq!(goes, expected.iter().map(|&(loser, winner)| (id(loser), id(winner))).collect());
    }

    #[test]
    fn what_goes_goes_for_what_stays() {
        check(&[(1, 0)], &[(1, 0)]);
        // The reason of the first goes itself, so that the first stays.
        check(&[(2, 1), (1, 0)], &[(1, 0)]);
        check(&[(2, 1), (1, 0), (2, 0)], &[(1, 0), (2, 0)]);
        check(&[(3, 1), (3, 2)], &[(3, 2)]);
        // Circles.
        check(&[(0, 1), (1, 0)], &[(0, 1)]);
        check(&[(0, 1), (1, 2), (2, 0)], &[(1, 2)]);
        let chain: Vec<(usize, usize)> = (0..100_000).map(|n| (n, n + 1)).collect();
        let every_other: Vec<(usize, usize)> = chain.iter().skip(1).step_by(2).copied().collect();
        check(&chain, &every_other);
    }
}
