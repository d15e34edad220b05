//! Which pairs are compared? Those of class leaders that may be links; then those inside classes, and beside such leaders.

use rayon::prelude::*;

use super::circumstances;
use crate::article::ArticleId;
use crate::bucket::candidates::Candidate;
use crate::bucket::carriers::TextRow;
use crate::bucket::classes::{Classes, Groups};
use crate::relate::Judge;
use crate::verify::Circumstances;

/// Classes up to this size have all their pairs verified and listed; in larger ones each article is compared with the
/// class's leader only, so that a story printed 500 times costs 499 comparisons.
const LISTED_CLASS: usize = 48;
/// Pairs across two classes are all listed up to this many; beyond, the leaders stand for them.
pub(crate) const LISTED_ACROSS: usize = 1024;

/// Leaves out the candidates that cannot be links, whatever a comparison would say.
pub fn retain_likely(candidates: &mut Vec<Candidate>, texts: &[TextRow], judge: &Judge) {
    let likely = |pair: &Candidate| {
        let (a, b) = (&texts[pair.a.index()], &texts[pair.b.index()]);
        let circumstances = Circumstances { standing: pair.standing, ..circumstances(a, b) };
        let (a, b) = (a.tokens as usize, b.tokens as usize);
        judge.may_link(circumstances, pair.shared, (a.min(b), a.max(b)))
    };
    *candidates = std::mem::take(candidates).into_par_iter().filter(likely).collect();
}

/// The pairs to verify inside classes: all of a small one, each against the leader in a large one.
pub fn within_classes(
    groups: &Groups,
    leaders: &[ArticleId],
    in_order: impl Fn(ArticleId, ArticleId) -> (ArticleId, ArticleId),
) -> Vec<(ArticleId, ArticleId)> {
    let mut pairs = Vec::new();
    for &leader in leaders {
        let group = groups.of_leader(leader);
        if group.len() <= LISTED_CLASS {
            for (place, &a) in group.iter().enumerate() {
                pairs.extend(group[place + 1..].iter().map(|&b| in_order(a, b)));
            }
        } else {
            let others = group.iter().filter(|&&article| article != leader);
            pairs.extend(others.map(|&other| in_order(leader, other)));
        }
    }
    pairs
}

/// The near-duplicates of which neither is in the other's class, since each is alike to a leader the other is not alike to.
pub fn across_classes(classes: &Classes) -> impl Iterator<Item = (ArticleId, ArticleId, f64)> {
    let class = |article: ArticleId| classes.near[article.index()];
    classes.verified.iter().copied().filter(move |&(a, b, _)| class(a) != class(b))
}

/// The other pairs of two classes whose leaders may be linked, or of which two members are near-duplicates.
pub fn beside_leaders(
    across: &[Candidate],
    classes: &Classes,
    groups: &Groups,
    in_order: impl Fn(ArticleId, ArticleId) -> (ArticleId, ArticleId),
) -> Vec<(ArticleId, ArticleId)> {
    let mut pairs = Vec::new();
    for leaders in across {
        let (ours, theirs) = (groups.of_leader(leaders.a), groups.of_leader(leaders.b));
        if ours.len() * theirs.len() <= LISTED_ACROSS {
            let both = ours.iter().flat_map(|&a| theirs.iter().map(move |&b| (a, b)));
            pairs.extend(both.filter(|pair| *pair != (leaders.a, leaders.b)).map(|(a, b)| in_order(a, b)));
        }
    }
    let same_texts = classes.same_texts();
    for (a, b, _) in across_classes(classes) {
        let (ours, theirs) = (same_texts.of_leader(a), same_texts.of_leader(b));
        if ours.len() * theirs.len() <= LISTED_ACROSS {
            pairs.extend(ours.iter().flat_map(|&a| theirs.iter().map(move |&b| (a, b))).map(|(a, b)| in_order(a, b)));
        } else {
            pairs.push(in_order(a, b));
        }
    }
    pairs.par_sort_unstable();
    pairs.dedup();
    pairs
}
