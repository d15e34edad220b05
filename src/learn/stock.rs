//! Which passages belong to no story? Site furniture and stock paragraphs, learned from the corpus.
//!
//! In: the carriers of each fingerprint, and which classes are takes of one text. Out: a [`Lesson`] a fingerprint, and all of
//! them as [`Stock`]: the passages that stand in articles which have nothing else in common. Three rules:
//!
//! - **Furniture of an outlet**: the same line, or words at an end of the text, in [`OUTLET_GROUPS`] unrelated groups of
//!   articles of one source. No outlet prints one line in three stories, except around them.
//! - **Stock of an agency**: in [`STOCK_GROUPS`] unrelated groups anywhere, and in the lead of few or always as the same
//!   line. What is reused from a story begins with its news; context paragraphs and copyright lines stand further down, and
//!   who retells a story does not keep its paragraphs whole.
//! - **Speech**: what [`QUOTED_CARRIERS`] texts print in quotation marks, and at least one carrier in [`QUOTED_SHARE`].
//!   Statements lose their marks, but rarely everywhere.
//!
//! Groups are the connected components of a fingerprint's carriers under [`takes_of_one_text`]. A story's takes and reprints
//! are one group, whatever their number; so frequency alone condemns nothing.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::article::ArticleId;
use crate::bucket::candidates::{CARRIERS, Candidate};
use crate::bucket::carriers::Carrier;
use crate::bucket::passages::fingerprints;
use crate::disk::{KeptReader, KeptWriter};
use crate::error::Result;
use crate::hashed::HashedSet;
use crate::text::Marks;

/// Unrelated groups of one source that make a passage its furniture.
const OUTLET_GROUPS: usize = 3;
/// Unrelated groups of any source that make a passage stock.
const STOCK_GROUPS: usize = 5;
/// Two articles are takes of one text if they share this much of the longer body that their outlets do not print all the
/// time. More than one item of a round-up.
const FRESH_SHARE: f64 = 0.16;
/// Or if they share this much of it, whatever it is: furniture rarely makes half of two pages.
const SAME_SHARE: f64 = 0.5;
/// Words that so many texts quote are speech in the others, too,
const QUOTED_CARRIERS: usize = 2;
/// if that is one text in so many.
const QUOTED_SHARE: usize = 3;
/// Stock stands in the lead of fewer than one in so many groups.
const LEADING_SHARE: usize = 2;

/// Whether two class leaders are takes of one text: by the share of the longer one that runs of common fingerprints cover.
/// Every shared run of nine words shows in them, so that no pair need be aligned to learn what is stock.
pub fn takes_of_one_text(pair: &Candidate, longer_tokens: usize) -> bool {
    let longer = longer_tokens.max(1) as f64;
    f64::from(pair.fresh) >= FRESH_SHARE * longer || f64::from(pair.shared) >= SAME_SHARE * longer
}

/// The outlets that print a fingerprint again and again, whatever it is: that have it in [`OUTLET_GROUPS`] classes. Stories that
/// an outlet follows are among them. Sorted.
pub fn recurring(carriers: &[Carrier]) -> Vec<u64> {
    if carriers.len() < OUTLET_GROUPS {
        return Vec::new();
    }
    let known = carriers.iter().filter(|carrier| carrier.text.outlet != 0);
    let mut classes: Vec<(u64, ArticleId)> = known.map(|carrier| (carrier.text.outlet, carrier.text.class)).collect();
    classes.sort_unstable();
    classes.dedup();
    let often = classes.chunk_by(|x, y| x.0 == y.0).filter(|classes| classes.len() >= OUTLET_GROUPS);
    often.map(|classes| classes[0].0).collect()
}

/// What all carriers of one fingerprint teach about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lesson {
    /// The outlets whose furniture it is, sorted.
    outlets: Vec<u64>,
    /// Whether it is stock of any source.
    common: bool,
    /// Whether it is speech.
    quoted: bool,
    /// Whether it stands in the lead of an article.
    in_lead: bool,
}

impl Lesson {
    /// What these carriers teach, which are all that the fingerprint has.
    pub fn of(carriers: &[Carrier], related: &Related) -> Lesson {
        let in_lead = carriers.iter().any(|carrier| carrier.posting.in_lead());
        let mut lesson = Lesson { in_lead, ..Lesson::default() };
        if carriers.len() < OUTLET_GROUPS {
            return lesson;
        }
        let quoted = carriers.iter().filter(|carrier| carrier.posting.quoted()).count();
        lesson.quoted = quoted >= QUOTED_CARRIERS && quoted * QUOTED_SHARE >= carriers.len() && quoted < carriers.len();
        let step = carriers.len().div_ceil(CARRIERS);
        let mut carriers: Vec<&Carrier> = carriers.iter().collect();
        if step > 1 {
            carriers.sort_unstable_by_key(|carrier| (carrier.text.order, carrier.posting.article()));
            carriers = carriers.into_iter().step_by(step).collect();
        }
        let classes: Vec<ArticleId> = carriers.iter().map(|carrier| carrier.text.class).collect();
        let groups = related.groups(&classes);
        lesson.outlets = furniture(&carriers, &groups);
        let count = |mut groups: Vec<usize>| {
            groups.sort_unstable();
            groups.dedup();
            groups.len()
        };
        let all = count(groups.clone());
        if all < STOCK_GROUPS {
            return lesson;
        }
        let leading = carriers.iter().zip(&groups).filter(|(carrier, _)| carrier.posting.in_lead());
        let leading = count(leading.map(|(_, &group)| group).collect());
        let mut lines: Vec<(u32, usize)> = carriers.iter().map(|carrier| carrier.posting.line()).zip(groups).collect();
        lines.sort_unstable();
        lines.dedup();
        let same_line = lines.chunk_by(|x, y| x.0 == y.0).any(|groups| groups.len() >= STOCK_GROUPS);
        lesson.common = leading * LEADING_SHARE < all || same_line;
        lesson
    }

    /// What was learned of the fingerprint in a text of this outlet: [`Marks::FURNITURE`], [`Marks::STOCK`],
    /// [`Marks::QUOTED`] or nothing.
    pub fn mark(&self, outlet: u64) -> Option<Marks> {
        mark(self.outlets.binary_search(&outlet).is_ok(), self.common, self.quoted)
    }
}

/// What a passage is marked as that is furniture, stock or speech: the first of these.
fn mark(furniture: bool, common: bool, quoted: bool) -> Option<Marks> {
    let known = [(furniture, Marks::FURNITURE), (common, Marks::STOCK), (quoted, Marks::QUOTED)];
    known.into_iter().find(|(is, _)| *is).map(|(_, mark)| mark)
}

/// The outlets of which a fingerprint is furniture: the same line in unrelated groups, or at an end where lines are joined.
fn furniture(carriers: &[&Carrier], groups: &[usize]) -> Vec<u64> {
    let mut by_source: HashMap<(u64, Where), HashSet<usize>> = HashMap::new();
    for (carrier, &group) in carriers.iter().zip(groups) {
        let source = carrier.text.outlet;
        if source == 0 {
            continue;
        }
        by_source.entry((source, Where::Line(carrier.posting.line()))).or_default().insert(group);
        if carrier.posting.at_an_end() {
            by_source.entry((source, Where::End)).or_default().insert(group);
        }
    }
    let often = by_source.into_iter().filter(|(_, groups)| groups.len() >= OUTLET_GROUPS);
    let mut outlets: Vec<u64> = often.map(|((source, _), _)| source).collect();
    outlets.sort_unstable();
    outlets.dedup();
    outlets
}

/// What has been learned.
#[derive(Default)]
pub struct Stock {
    /// Furniture, by source and fingerprint.
    outlet: HashedSet<(u64, u64)>,
    /// Stock of any source.
    common: HashedSet<u64>,
    /// What is quoted in unrelated articles, and so is speech where scraping lost the marks, too.
    quoted: HashedSet<u64>,
    /// What stands in the lead of an article and somewhere in another.
    leads: HashedSet<u64>,
}

/// Lessons in lists, as they are gathered.
#[derive(Default, Serialize, Deserialize)]
pub struct Lessons {
    outlet: Vec<(u64, u64)>,
    common: Vec<u64>,
    quoted: Vec<u64>,
    leads: Vec<u64>,
}

impl Lessons {
    /// Takes what a fingerprint teaches.
    pub fn add(&mut self, fingerprint: u64, lesson: &Lesson) {
        self.outlet.extend(lesson.outlets.iter().map(|&outlet| (outlet, fingerprint)));
        self.common.extend(lesson.common.then_some(fingerprint));
        self.quoted.extend(lesson.quoted.then_some(fingerprint));
        self.leads.extend(lesson.in_lead.then_some(fingerprint));
    }
}

impl Stock {
    /// Takes some lessons.
    pub fn add(&mut self, lessons: Lessons) {
        self.outlet.extend(lessons.outlet);
        self.common.extend(lessons.common);
        self.quoted.extend(lessons.quoted);
        self.leads.extend(lessons.leads);
    }

    /// Whether some of these words stand in the lead of an article.
    pub fn in_a_lead(&self, run: &[u32]) -> bool {
        !self.leads.is_empty() && fingerprints(run).iter().any(|fingerprint| self.leads.contains(&fingerprint.hash))
    }

    /// Whether nothing was learned.
    pub fn is_empty(&self) -> bool {
        self.outlet.is_empty() && self.common.is_empty() && self.quoted.is_empty()
    }

    /// How many fingerprints are furniture of an outlet, and how many are stock.
    pub fn len(&self) -> (usize, usize) {
        (self.outlet.len(), self.common.len())
    }

    /// What was learned of a fingerprint in a text of this source: [`Marks::FURNITURE`],
    /// [`Marks::STOCK`], [`Marks::QUOTED`] or nothing.
    pub fn learned(&self, source: u64, fingerprint: u64) -> Option<Marks> {
        let furniture = self.outlet.contains(&(source, fingerprint));
        mark(furniture, self.common.contains(&fingerprint), self.quoted.contains(&fingerprint))
    }

    /// Writes everything.
    pub fn save(&self, to: &mut KeptWriter) -> Result<()> {
        to.items(&self.furniture())?;
        self.sets().iter().try_for_each(|set| to.items(set))
    }

    /// What was written.
    pub fn load(from: &mut KeptReader) -> Result<Stock> {
        let furniture: Vec<[u64; 2]> = from.items()?;
        let outlet = furniture.into_iter().map(|[outlet, fingerprint]| (outlet, fingerprint)).collect();
        let mut set = || -> Result<HashedSet<u64>> { Ok(from.items()?.into_iter().collect()) };
        Ok(Stock { outlet, common: set()?, quoted: set()?, leads: set()? })
    }

    /// A hash of everything.
    pub fn fingerprint(&self) -> u64 {
        let mut hashes = vec![xxh3_64(bytemuck::cast_slice(&self.furniture()))];
        hashes.extend(self.sets().iter().map(|set| xxh3_64(bytemuck::cast_slice(set))));
        xxh3_64(bytemuck::cast_slice(&hashes))
    }

    /// Furniture by outlet and fingerprint, sorted.
    fn furniture(&self) -> Vec<[u64; 2]> {
        let mut furniture: Vec<[u64; 2]> = self.outlet.iter().map(|&(outlet, hash)| [outlet, hash]).collect();
        furniture.par_sort_unstable();
        furniture
    }

    /// Stock, speech and what stands in leads, each sorted.
    fn sets(&self) -> [Vec<u64>; 3] {
        [&self.common, &self.quoted, &self.leads].map(|set| {
            let mut fingerprints: Vec<u64> = set.iter().copied().collect();
            fingerprints.par_sort_unstable();
            fingerprints
        })
    }
}

/// Where furniture may stand.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Where {
    /// In a line of this hash.
    Line(u32),
    /// At the beginning or the end of the text.
    End,
}

/// Which classes are takes of one text.
pub struct Related {
    /// Those that have partners, sorted; nothing where each article has a place.
    sparse: Option<Vec<ArticleId>>,
    /// For each place where its partners begin, and at the end their number.
    starts: Vec<u32>,
    partners: Vec<ArticleId>,
}

impl Related {
    /// The partners that `pairs` give each of so many articles.
    pub fn of(pairs: &[(ArticleId, ArticleId)], articles: usize) -> Related {
        let mut both: Vec<(ArticleId, ArticleId)> = pairs.iter().flat_map(|&(a, b)| [(a, b), (b, a)]).collect();
        both.par_sort_unstable();
        let mut starts = vec![0; articles + 1];
        both.iter().for_each(|pair| starts[pair.0.index() + 1] += 1);
        for place in 0..articles {
            starts[place + 1] += starts[place];
        }
        Related { sparse: None, starts, partners: both.into_iter().map(|pair| pair.1).collect() }
    }

    /// The same, with memory for the articles in these pairs alone.
    pub fn sparse(pairs: &[(ArticleId, ArticleId)]) -> Related {
        let mut known: Vec<ArticleId> = pairs.iter().flat_map(|&(a, b)| [a, b]).collect();
        known.par_sort_unstable();
        known.dedup();
        let place = |article: ArticleId| ArticleId(known.partition_point(|&other| other < article) as u32);
        let placed: Vec<(ArticleId, ArticleId)> = pairs.iter().map(|&(a, b)| (place(a), place(b))).collect();
        let Related { starts, mut partners, .. } = Related::of(&placed, known.len());
        partners.iter_mut().for_each(|partner| *partner = known[partner.index()]);
        Related { sparse: Some(known), starts, partners }
    }

    fn partners(&self, class: ArticleId) -> &[ArticleId] {
        let place = match &self.sparse {
            None => class.index(),
            Some(known) => match known.binary_search(&class) {
                Ok(place) => place,
                Err(_) => return &[],
            },
        };
        &self.partners[self.starts[place] as usize..self.starts[place + 1] as usize]
    }

    /// See [`Standing::apart`](crate::bucket::candidates::Standing::apart).
    pub fn apart(&self, a: ArticleId, b: ArticleId) -> u8 {
        let (of_a, of_b) = (self.partners(a), self.partners(b));
        if of_a.binary_search(&b).is_ok() || of_a.iter().any(|partner| of_b.binary_search(partner).is_ok()) {
            return 0;
        }
        of_a.len().min(of_b.len()).min(255) as u8
    }

    /// The group of each of these classes: connected components of those given.
    fn groups(&self, classes: &[ArticleId]) -> Vec<usize> {
        let mut places: Vec<(ArticleId, usize)> = classes.iter().copied().zip(0..).collect();
        places.sort_unstable();
        let mut group: Vec<usize> = (0..classes.len()).collect();
        fn root(group: &mut [usize], mut at: usize) -> usize {
            while group[at] != at {
                group[at] = group[group[at]];
                at = group[at];
            }
            at
        }
        let mut join = |x: usize, y: usize| {
            let (x, y) = (root(&mut group, x), root(&mut group, y));
            group[x.max(y)] = x.min(y);
        };
        places.windows(2).filter(|pair| pair[0].0 == pair[1].0).for_each(|pair| join(pair[0].1, pair[1].1));
        for &(class, place) in &places {
            for partner in self.partners(class) {
                if let Ok(at) = places.binary_search_by_key(partner, |place| place.0) {
                    join(place, places[at].1);
                }
            }
        }
        (0..classes.len()).map(|at| root(&mut group, at)).collect()
    }
}
