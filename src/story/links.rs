//! Which pairs join stories, and how firmly?

use super::{Hold, Link, tie};
use crate::article::ArticleId;
use crate::bucket::carriers::TextRow;
use crate::bucket::classes::Classes;
use crate::compare::partners::across_classes;
use crate::compare::{ComparedPairs, Head, Parts};
use crate::relation::Relation;
use crate::settings::Settings;

/// A rewrite joins stories from these odds on, in bits, that is from .75: one wrong one among hundreds glues two stories.
const JOINING_BITS: f64 = 1.6;

/// A little that two articles share is context, unless it is an item of a round-up: an article that shares other parts of
/// itself with other stories.
pub fn take_items(compared: &mut ComparedPairs, articles: usize) {
    if !compared.heads().iter().any(|head| head.may_be_item) {
        return;
    }
    let mut groups: Vec<Vec<Parts>> = vec![Vec::new(); articles];
    for (place, head) in compared.heads().iter().enumerate().filter(|(_, head)| head.relation.links()) {
        let [a_parts, b_parts] = compared.get(place).parts();
        tie(&mut groups[head.a.index()], &a_parts);
        tie(&mut groups[head.b.index()], &b_parts);
    }
    compared.take_items(|head| groups[head.a.index()].len() > 1 || groups[head.b.index()].len() > 1);
}

/// The links between classes of the relations that are wanted, in the order by content, from the pairs of their leaders.
pub fn links(compared: &ComparedPairs, classes: &Classes, settings: &Settings, texts: &[TextRow]) -> Vec<Link> {
    let rank = |article: ArticleId| (texts[article.index()].order, article);
    let place = |article: ArticleId| classes.leaders.binary_search(&article).expect("candidates are pairs of leaders");
    let wanted = |relation: Relation| relation.links() && settings.relate.relations.contains(&relation);
    let heads = compared.heads().iter().enumerate();
    let mut pairs: Vec<(usize, &Head)> = heads.filter(|(_, head)| wanted(head.relation)).collect();
    pairs.sort_unstable_by_key(|(_, head)| (rank(head.a), rank(head.b)));
    let link = |(at, head): (usize, &Head)| {
        let pair = compared.get(at);
        let share = pair.evidence.body_share();
        Link { a: place(head.a), b: place(head.b), hold: hold(head), share, parts: pair.parts() }
    };
    let mut links: Vec<Link> = pairs.into_iter().map(link).collect();
    if wanted(Relation::NearDuplicate) {
        let leaders = |(a, b, jaccard): (ArticleId, ArticleId, f64)| {
            let (a, b) = (classes.near[a.index()], classes.near[b.index()]);
            if rank(a) < rank(b) { (a, b, jaccard) } else { (b, a, jaccard) }
        };
        let mut near: Vec<_> = across_classes(classes).map(leaders).collect();
        near.sort_unstable_by(|x, y| (rank(x.0), rank(x.1)).cmp(&(rank(y.0), rank(y.1))).then(y.2.total_cmp(&x.2)));
        near.dedup_by_key(|link| (link.0, link.1));
        let whole = |leader: ArticleId| vec![(0, texts[leader.index()].tokens)];
        links.extend(near.into_iter().map(|(a, b, jaccard)| Link {
            a: place(a),
            b: place(b),
            hold: Hold::Copy,
            share: jaccard,
            parts: [whole(a), whole(b)],
        }));
    }
    links
}

fn hold(head: &Head) -> Hold {
    match head.relation {
        Relation::Rewrite if head.bits < JOINING_BITS => Hold::Faint,
        Relation::Identical | Relation::NearDuplicate => Hold::Copy,
        Relation::Excerpt => Hold::Excerpt,
        Relation::Version => Hold::Version,
        _ => Hold::Rewrite,
    }
}
