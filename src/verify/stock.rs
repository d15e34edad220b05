//! Which passages belong to no story? Site furniture and stock paragraphs, learned from the corpus.
//!
//! In: the fingerprints that several classes share, and which classes are takes of one text. Out: [`Stock`], the
//! fingerprints of passages that stand in articles which have nothing else in common. Three rules:
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

use crate::article::ArticleId;
use crate::bucket::candidates::{CARRIERS, Candidate};
use crate::bucket::passages::{GRAM_TOKENS, Places, Posting, Postings, fingerprints, same_fingerprint};
use crate::disk::{KeptReader, KeptWriter, Sorter, Workspace};
use crate::error::Result;
use crate::hashed::HashedSet;
use crate::spool::Spool;
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

impl Stock {
    /// What outlets print again and again, whatever it is: the fingerprints that [`OUTLET_GROUPS`] classes of one source
    /// share. Stories that an outlet follows are among them.
    pub fn recurring(postings: &Postings, place: &Places<'_>) -> Result<Stock> {
        let mut stock = Stock::default();
        postings.batches(|batch| {
            let found: Vec<(u64, u64)> = batch
                .par_chunk_by(same_fingerprint)
                .filter(|carriers| carriers.len() >= OUTLET_GROUPS)
                .flat_map_iter(|carriers| {
                    let mut classes: Vec<(u64, ArticleId)> = carriers
                        .iter()
                        .map(|carrier| ((place.source)(carrier.article()), (place.class)(carrier.article())))
                        .filter(|(source, _)| *source != 0)
                        .collect();
                    classes.sort_unstable();
                    classes.dedup();
                    let often = classes.chunk_by(|x, y| x.0 == y.0).filter(|classes| classes.len() >= OUTLET_GROUPS);
                    often.map(|classes| (classes[0].0, carriers[0].hash())).collect::<Vec<_>>()
                })
                .collect();
            stock.outlet.extend(found);
            Ok(())
        })?;
        Ok(stock)
    }

    /// What the corpus teaches.
    pub fn learn(postings: &Postings, related: &Related, place: &Places<'_>) -> Result<Stock> {
        let mut stock = Stock::default();
        postings.batches(|batch| {
            let found: Vec<Stock> = batch
                .par_chunk_by(same_fingerprint)
                .fold(Stock::default, |mut stock, carriers| {
                    stock.learn_one(carriers, related, place);
                    stock
                })
                .collect();
            found.into_iter().for_each(|found| stock.add(found));
            Ok(())
        })?;
        Ok(stock)
    }

    fn add(&mut self, other: Stock) {
        self.outlet.extend(other.outlet);
        self.common.extend(other.common);
        self.leads.extend(other.leads);
        self.quoted.extend(other.quoted);
    }

    /// What one fingerprint teaches.
    fn learn_one(&mut self, carriers: &[Posting], related: &Related, place: &Places<'_>) {
        let hash = carriers[0].hash();
        if carriers.iter().any(Posting::in_lead) {
            self.leads.insert(hash);
        }
        if carriers.len() < OUTLET_GROUPS {
            return;
        }
        let quoted = carriers.iter().filter(|carrier| carrier.quoted()).count();
        if quoted >= QUOTED_CARRIERS && quoted * QUOTED_SHARE >= carriers.len() && quoted < carriers.len() {
            self.quoted.insert(hash);
        }
        let step = carriers.len().div_ceil(CARRIERS);
        let mut carriers: Vec<&Posting> = carriers.iter().collect();
        if step > 1 {
            carriers.sort_unstable_by_key(|carrier| (place.rank)(carrier.article()));
            carriers = carriers.into_iter().step_by(step).collect();
        }
        let classes: Vec<ArticleId> = carriers.iter().map(|carrier| (place.class)(carrier.article())).collect();
        let groups = related.groups(&classes);
        // Furniture is the same line everywhere, or stands at an end where lines are joined.
        let mut by_source: HashMap<(u64, Where), HashSet<usize>> = HashMap::new();
        for (carrier, &group) in carriers.iter().zip(&groups) {
            let source = (place.source)(carrier.article());
            if source == 0 {
                continue;
            }
            by_source.entry((source, Where::Line(carrier.line()))).or_default().insert(group);
            if carrier.at_an_end() {
                by_source.entry((source, Where::End)).or_default().insert(group);
            }
        }
        let furniture = by_source.iter().filter(|(_, groups)| groups.len() >= OUTLET_GROUPS);
        self.outlet.extend(furniture.map(|(at, _)| (at.0, hash)));
        let count = |mut groups: Vec<usize>| {
            groups.sort_unstable();
            groups.dedup();
            groups.len()
        };
        let all = count(groups.clone());
        if all < STOCK_GROUPS {
            return;
        }
        let leading = carriers.iter().zip(&groups).filter(|(carrier, _)| carrier.in_lead());
        let leading = count(leading.map(|(_, &group)| group).collect());
        let mut lines: Vec<(u32, usize)> = carriers.iter().map(|carrier| carrier.line()).zip(groups).collect();
        lines.sort_unstable();
        lines.dedup();
        let same_line = lines.chunk_by(|x, y| x.0 == y.0).any(|groups| groups.len() >= STOCK_GROUPS);
        if leading * LEADING_SHARE < all || same_line {
            self.common.insert(hash);
        }
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
        if self.outlet.contains(&(source, fingerprint)) {
            Some(Marks::FURNITURE)
        } else {
            let stock = self.common.contains(&fingerprint).then_some(Marks::STOCK);
            stock.or_else(|| self.quoted.contains(&fingerprint).then_some(Marks::QUOTED))
        }
    }

    /// Writes everything.
    pub fn save(&self, to: &mut KeptWriter) -> Result<()> {
        to.rows(self.outlet.iter())?;
        for set in [&self.common, &self.quoted, &self.leads] {
            to.items(&set.iter().copied().collect::<Vec<u64>>())?;
        }
        Ok(())
    }

    /// What was written.
    pub fn load(from: &mut KeptReader) -> Result<Stock> {
        let outlet = from.rows()?.into_iter().collect();
        let mut set = || Ok(from.items()?.into_iter().collect());
        Ok(Stock { outlet, common: set()?, quoted: set()?, leads: set()? })
    }

    /// Marks what was learned in the texts that have it: furniture of an outlet as [`Marks::FURNITURE`] in its texts, stock of
    /// any source as [`Marks::STOCK`], speech as [`Marks::QUOTED`]. `same_text` lists the articles of an exact class by its
    /// leader, the leader among them.
    pub fn mark<'s>(
        &self,
        postings: &Postings,
        place: &Places<'_>,
        same_text: impl Fn(ArticleId) -> &'s [ArticleId] + Sync,
        spool: &mut Spool,
        workspace: &Workspace,
    ) -> Result<()> {
        let mut places = Sorter::new(workspace, workspace.share(PLACES_PERCENT));
        postings.batches(|batch| {
            let found: Vec<[u32; 3]> = batch
                .par_iter()
                .filter_map(|posting| Some((posting, self.learned((place.source)(posting.article()), posting.hash())?)))
                .flat_map_iter(|(posting, mark)| {
                    same_text(posting.article())
                        .iter()
                        .map(move |article| [article.0, posting.token, u32::from(mark.0)])
                })
                .collect();
            places.extend(&found)
        })?;
        let same_article = |x: &[u32; 3], y: &[u32; 3]| x[0] == y[0];
        let mut marks = Vec::new();
        places.sorted()?.batches(PLACES, same_article, |batch| {
            batch.chunk_by(same_article).try_for_each(|places| {
                marks.clear();
                marks.extend(places.iter().map(|&[_, token, mark]| (token, Marks(mark as u8))));
                spool.mark(ArticleId(places[0][0]), GRAM_TOKENS, &marks)
            })
        })
    }
}

/// The share of memory for the places of what was learned, in percent.
const PLACES_PERCENT: u64 = 8;
/// Places that are marked at a time, at least.
const PLACES: usize = 1 << 16;

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
    /// For each article where its partners begin, and at the end their number.
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
        Related { starts, partners: both.into_iter().map(|pair| pair.1).collect() }
    }

    fn partners(&self, class: ArticleId) -> &[ArticleId] {
        &self.partners[self.starts[class.index()] as usize..self.starts[class.index() + 1] as usize]
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
