//! Which articles belong together? Stories: groups of near-duplicate classes joined by links.
//!
//! In: the links between classes, with the parts of each text that they share. Out: at most one story a class, and the
//! stories of which it carries a part. Connected components will not do, since one round-up joins everything it mentions,
//! unless links are near-duplicates alone, which are whole texts ([`Joining::Any`]). Otherwise links are
//! taken strongest first (Kruskal's order), and a link joins two groups only if
//!
//! - the part of each text that it shares is the part that already ties the text to its group: a round-up shares one item
//!   with one story and another item with the next, takes of one story share the same core with each other;
//! - where both groups have [`GROUP`] classes or more, the classes of the smaller one have strong links to the larger on
//!   average, counting a missing link as 0 (average of best links; plain average linkage would cut a chain of versions,
//!   whose first and last take share little);
//! - a rewrite is linked with several takes of the group, where it has several; one of which little is proven joins small
//!   groups only.
//!
//! A text tied to two groups by different parts belongs to the one that has most of it, or to none if that is less than half
//! of what it shares. Links of one strength are taken in the order given.

pub mod links;

/// From this size of both groups on, one link is not enough to join them; from this size of one on, a faint link is none.
const GROUP: usize = 3;
/// A rewrite belongs to a larger group if it is linked with one in so many of its classes,
const TAKES: usize = 4;
/// or with this many.
const TAKES_ENOUGH: usize = 3;
/// Parts of one text tie it to the same thing if they overlap by this share of the smaller one.
const SAME_PART: f64 = 0.3;

/// A link between two classes.
#[derive(Clone, Debug)]
pub struct Link {
    /// The first class.
    pub a: usize,
    /// The second class.
    pub b: usize,
    /// What kind of link it is.
    pub hold: Hold,
    /// How much of the shorter text is shared, 0 to 1.
    pub share: f64,
    /// Tokens of `a` that `b` has, and the other way round: ranges in order.
    pub parts: [Vec<(u32, u32)>; 2],
}

impl Link {
    /// How much it says that they are one story, 0 to 1: by its kind, then by how much is shared.
    pub fn strength(&self) -> f64 {
        let least = match self.hold {
            Hold::Faint => 0.2,
            Hold::Rewrite => 0.4,
            Hold::Version => 0.6,
            Hold::Excerpt => 0.8,
            Hold::Copy => 0.9,
        };
        least + 0.1 * self.share.min(1.0)
    }
}

/// How firmly a link holds two classes together, loosest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hold {
    /// A rewrite of which little is proven: it joins small groups only.
    Faint,
    /// A rewrite.
    Rewrite,
    /// A version.
    Version,
    /// An excerpt.
    Excerpt,
    /// A copy or a near-duplicate.
    Copy,
}

/// Classes in stories.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stories {
    /// The classes of each story of two classes or more, in order; stories by their first class.
    pub stories: Vec<Vec<usize>>,
    /// For each class, the stories of which it carries a part without belonging to them.
    pub partial: Vec<Vec<usize>>,
}

struct Groups<'a> {
    /// The group of each class.
    of: Vec<usize>,
    members: Vec<Vec<usize>>,
    /// For each class, the ranges that tie it to its group, sorted and disjoint.
    tied: Vec<Vec<(u32, u32)>>,
    /// For each class, its links.
    links: Vec<Vec<&'a Link>>,
}

/// When a link joins two groups.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Joining {
    /// Always: connected components. For near-duplicates alone, and to measure what the rules are worth.
    Any,
    /// By the rules above, with this average of best links from which two larger groups are one.
    Average(f64),
}

/// The stories that `links` make of `classes` classes.
pub fn stories(classes: usize, links: &[Link], joining: Joining) -> Stories {
    let mut order: Vec<&Link> = links.iter().collect();
    order.sort_by(|x, y| y.strength().total_cmp(&x.strength()));
    let mut groups = Groups {
        of: (0..classes).collect(),
        members: (0..classes).map(|class| vec![class]).collect(),
        tied: vec![Vec::new(); classes],
        links: vec![Vec::new(); classes],
    };
    for link in links {
        groups.links[link.a].push(link);
        groups.links[link.b].push(link);
    }
    // Texts that a link ties to a second thing, by another part of them.
    let mut torn: Vec<(usize, &Link)> = Vec::new();
    for link in order {
        let fits_a = fits(&groups.tied[link.a], &link.parts[0]);
        let fits_b = fits(&groups.tied[link.b], &link.parts[1]);
        if joining == Joining::Any {
            groups.join(link.a, link.b);
        } else if let Joining::Average(linkage) = joining
            && groups.of[link.a] != groups.of[link.b]
        {
            if !fits_a {
                torn.push((link.a, link));
            }
            if !fits_b {
                torn.push((link.b, link));
            }
            if !fits_a || !fits_b || !groups.close(link, linkage) {
                continue;
            }
            groups.join(link.a, link.b);
        }
        merge(&mut groups.tied[link.a], &link.parts[0]);
        merge(&mut groups.tied[link.b], &link.parts[1]);
    }
    groups.finish(&torn)
}

impl<'a> Groups<'a> {
    /// Whether the groups of two linked classes are close enough to be one.
    fn close(&self, link: &Link, linkage: f64) -> bool {
        let (mut small, mut large) = (self.of[link.a], self.of[link.b]);
        if self.members[small].len() > self.members[large].len() {
            std::mem::swap(&mut small, &mut large);
        }
        if self.members[small].len() < GROUP {
            // One weak link to one take of many is a coincidence: a rewrite of a story resembles several of its takes.
            let group = &self.members[large];
            if link.hold == Hold::Faint {
                return group.len() < GROUP;
            }
            let linked = group.iter().filter(|class| {
                self.links[**class].iter().any(|link| self.of[link.a] == small || self.of[link.b] == small)
            });
            return link.hold > Hold::Rewrite || linked.count() >= group.len().div_ceil(TAKES).min(TAKES_ENOUGH);
        }
        let best = |class: &usize| {
            let across = self.links[*class].iter().filter(|link| {
                let other = if link.a == *class { link.b } else { link.a };
                self.of[other] == large
            });
            across.map(|link| link.strength()).fold(0.0, f64::max)
        };
        let sum: f64 = self.members[small].iter().map(best).sum();
        sum / self.members[small].len() as f64 >= linkage
    }

    fn join(&mut self, a: usize, b: usize) {
        let (mut from, mut to) = (self.of[a], self.of[b]);
        if from == to {
            return;
        }
        if self.members[from].len() > self.members[to].len() {
            std::mem::swap(&mut from, &mut to);
        }
        for class in std::mem::take(&mut self.members[from]) {
            self.of[class] = to;
            self.members[to].push(class);
        }
    }

    fn finish(mut self, torn: &[(usize, &'a Link)]) -> Stories {
        let classes = self.of.len();
        // A torn text of which its own group has less than half of what it shares belongs to none.
        let mut classes_torn: Vec<usize> = torn.iter().map(|(class, _)| *class).collect();
        classes_torn.sort_unstable();
        classes_torn.dedup();
        for &class in &classes_torn {
            let mut all = self.tied[class].clone();
            for (_, link) in torn.iter().filter(|(torn, _)| *torn == class) {
                merge(&mut all, if link.a == class { &link.parts[0] } else { &link.parts[1] });
            }
            if length(&self.tied[class]) * 2 < length(&all) {
                let group = self.of[class];
                self.members[group].retain(|&member| member != class);
                self.of[class] = usize::MAX;
            }
        }
        let mut stories: Vec<Vec<usize>> = Vec::new();
        let mut story_of: Vec<Option<usize>> = vec![None; classes];
        for members in &mut self.members {
            members.sort_unstable();
        }
        let mut order: Vec<&Vec<usize>> = self.members.iter().filter(|members| members.len() > 1).collect();
        order.sort_unstable();
        for members in order {
            for &class in members {
                story_of[class] = Some(stories.len());
            }
            stories.push(members.clone());
        }
        let mut partial: Vec<Vec<usize>> = vec![Vec::new(); classes];
        for &class in &classes_torn {
            let others = self.links[class].iter().map(|link| if link.a == class { link.b } else { link.a });
            partial[class] =
                others.filter_map(|other| story_of[other]).filter(|&s| story_of[class] != Some(s)).collect();
            partial[class].sort_unstable();
            partial[class].dedup();
        }
        Stories { stories, partial }
    }
}

/// Adds `parts` to the group of parts of one text that they overlap, groups that they join becoming one.
pub fn tie(groups: &mut Vec<Vec<(u32, u32)>>, parts: &[(u32, u32)]) {
    let mut tied = parts.to_vec();
    groups.retain(|group| {
        let same = fits(group, parts);
        if same {
            merge(&mut tied, group);
        }
        !same
    });
    groups.push(tied);
}

/// Whether `parts` tie a text to the same thing as `tied` does; nothing is tied at first.
fn fits(tied: &[(u32, u32)], parts: &[(u32, u32)]) -> bool {
    if tied.is_empty() || parts.is_empty() {
        return true;
    }
    let mut common = 0;
    let (mut i, mut j) = (0, 0);
    while i < tied.len() && j < parts.len() {
        let from = tied[i].0.max(parts[j].0);
        let to = tied[i].1.min(parts[j].1);
        common += to.saturating_sub(from);
        if tied[i].1 <= parts[j].1 { i += 1 } else { j += 1 }
    }
    common as f64 >= SAME_PART * length(tied).min(length(parts)) as f64
}

fn length(ranges: &[(u32, u32)]) -> usize {
    ranges.iter().map(|(from, to)| (to - from) as usize).sum()
}

/// Adds ranges to a sorted list of disjoint ones.
fn merge(tied: &mut Vec<(u32, u32)>, parts: &[(u32, u32)]) {
    tied.extend_from_slice(parts);
    tied.sort_unstable();
    let mut merged: Vec<(u32, u32)> = Vec::with_capacity(tied.len());
    for &(from, to) in tied.iter() {
        match merged.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => merged.push((from, to)),
        }
    }
    *tied = merged;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(a: usize, a_part: (u32, u32), b: usize, b_part: (u32, u32), hold: Hold) -> Link {
        Link { a, b, hold, share: 0.5, parts: [vec![a_part], vec![b_part]] }
    }

    #[test]
    fn a_round_up_joins_nothing() {
        // 0 is a round-up of 1, 3 and 5, which have a partner each.
        let links = [
            link(1, (0, 200), 2, (0, 200), Hold::Copy),
            link(3, (0, 200), 4, (0, 200), Hold::Copy),
            link(5, (0, 200), 6, (0, 200), Hold::Copy),
            link(0, (0, 50), 1, (0, 50), Hold::Rewrite),
            link(0, (50, 100), 3, (0, 50), Hold::Rewrite),
            link(0, (100, 150), 5, (0, 50), Hold::Rewrite),
        ];
        let found = stories(7, &links, Joining::Average(0.3));
        assert_eq!(found.stories, [vec![1, 2], vec![3, 4], vec![5, 6]]);
        assert_eq!(found.partial[0], [0, 1, 2]);
    }

    #[test]
    fn an_article_mostly_of_one_story_belongs_to_it() {
        let links = [
            link(1, (0, 200), 2, (0, 200), Hold::Copy),
            link(3, (0, 200), 4, (0, 200), Hold::Copy),
            link(0, (0, 150), 1, (0, 150), Hold::Excerpt),
            link(0, (150, 190), 3, (0, 40), Hold::Rewrite),
        ];
        let found = stories(5, &links, Joining::Average(0.3));
        assert_eq!(found.stories, [vec![0, 1, 2], vec![3, 4]]);
        assert_eq!(found.partial[0], [1]);
    }

    #[test]
    fn a_chain_of_versions_is_one_story() {
        // Each take keeps the second half of the one before and adds a new top.
        let links: Vec<Link> = (0..9).map(|n| link(n, (0, 150), n + 1, (100, 250), Hold::Version)).collect();
        assert_eq!(stories(10, &links, Joining::Average(0.3)).stories, [(0..10).collect::<Vec<_>>()]);
    }

    #[test]
    fn one_weak_link_does_not_join_two_stories() {
        let mut links = Vec::new();
        for group in [0, 5] {
            for a in group..group + 5 {
                for b in a + 1..group + 5 {
                    links.push(link(a, (0, 100), b, (0, 100), Hold::Copy));
                }
            }
        }
        links.push(link(0, (0, 100), 5, (0, 100), Hold::Rewrite));
        assert_eq!(stories(10, &links, Joining::Average(0.3)).stories.len(), 2);
    }
}
