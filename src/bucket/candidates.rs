//! Who might have reused whose prose? Pairs of class leaders by the fingerprints that they share.
//!
//! In: the [`Carrier`]s of each fingerprint. Out: [`Hit`]s, then of each pair's hits [`Candidate`]s, each with its [`Standing`]: what all carriers of the
//! shared passages say about them together. Nothing is aligned for it: a fingerprint is looked at once, with everybody who
//! carries it, and each pair that it names takes along what was seen.
//!
//! A fingerprint in more than [`SEED_CLASSES`] classes names no pair of its own; each of its classes is then paired with the
//! first few only, so that the cost stays linear and nothing is dropped unseen.

use std::cmp::Ordering;

use bytemuck::{Pod, Zeroable};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::carriers::Carrier;
use super::passages::GRAM_TOKENS;
use crate::article::{ArticleId, SECONDS_OF_A_DAY};
use crate::disk::{Exchange, Row, spread};
use crate::error::Result;

/// A fingerprint in more classes than this pairs each class with [`SEED_PARTNERS`] others only.
const SEED_CLASSES: usize = 64;
/// See [`SEED_CLASSES`].
const SEED_PARTNERS: usize = 4;
/// One shared fingerprint suffices for a candidate if at most this many classes have it; otherwise two are wanted.
const RARE_CLASSES: usize = 12;

/// Two class leaders that share fingerprints; `a` comes first in the order by content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The one that comes first in the order by content.
    pub a: ArticleId,
    /// The other one.
    pub b: ArticleId,
    /// Tokens of the first text in runs of the fingerprints that both have, as far as they name pairs.
    pub shared: u32,
    /// The same of those fingerprints that the outlets of the two do not print all the time.
    pub fresh: u32,
    /// What all carriers of these fingerprints say about them.
    pub standing: Standing,
}

/// What is known of shared passages from all their carriers together: medians over the fingerprints of prose, neither quoted
/// nor furniture, or over all where none is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Fingerprints of prose that both have: neither text quotes them, nor are they its furniture.
    pub prose: u16,
    /// How many of those neither outlet prints all the time.
    pub fresh: u16,
    /// The number of class leaders that carry them, as a [level](LEVELS).
    pub carriers: u8,
    /// The number of outlets that do, as a level; 0 where none is known.
    pub outlets: u8,
    /// How many class leaders of one outlet carry them, of the outlet of the two that prints them more often, as a level; 0 where
    /// no outlet is known.
    pub recurring: u8,
    /// How many other takes of its text the one of the two has that has fewer, if neither those nor the two themselves are
    /// takes of one text: what two stories share that each have takes is context.
    pub apart: u8,
    /// Over how many days they were published, as a [level](DAYS); [`UNKNOWN`] where that is not known.
    pub spread: u8,
}

/// What a level of carriers or outlets begins with.
const LEVELS: [usize; 15] = [0, 1, 2, 3, 4, 5, 6, 8, 12, 16, 24, 32, 48, 64, 128];
/// What a level of days begins with.
const DAYS: [usize; 15] = [0, 1, 2, 3, 4, 6, 8, 11, 15, 22, 31, 61, 91, 181, 366];
/// Stands for a level that is not known.
pub const UNKNOWN: u8 = 15;

fn level(levels: &[usize; 15], value: usize) -> u32 {
    levels.partition_point(|&least| least <= value) as u32 - 1
}

impl Standing {
    /// The least number of carriers of its level.
    pub fn carriers(&self) -> usize {
        LEVELS[usize::from(self.carriers)]
    }

    /// The least number of outlets of its level.
    pub fn outlets(&self) -> usize {
        LEVELS[usize::from(self.outlets)]
    }

    /// The least number of recurrences of its level.
    pub fn recurring(&self) -> usize {
        LEVELS[usize::from(self.recurring)]
    }

    /// The least number of days of its level.
    pub fn spread_days(&self) -> Option<usize> {
        DAYS.get(usize::from(self.spread)).copied()
    }

    fn of(hits: &[Hit]) -> Standing {
        let prose = || hits.iter().filter(|hit| !hit.has(Hit::APART));
        let (count, fresh) = (prose().count(), prose().filter(|hit| hit.has(Hit::FRESH)).count());
        let median = |of: fn(&Hit) -> u32| {
            if let [only] = hits {
                return of(only) as u8;
            }
            let mut times = [0usize; 16];
            let counted = hits.iter().filter(|hit| count == 0 || !hit.has(Hit::APART));
            counted.for_each(|hit| times[of(hit) as usize] += 1);
            let all: usize = times.iter().sum();
            let mut seen = 0;
            let reached = times.iter().position(|count| {
                seen += count;
                seen * 2 >= all
            });
            reached.unwrap_or(0) as u8
        };
        let most = |count: usize| count.min(usize::from(u16::MAX)) as u16;
        Standing {
            prose: most(count),
            fresh: most(fresh),
            carriers: median(Hit::carriers),
            outlets: median(Hit::outlets),
            recurring: median(Hit::recurring),
            apart: 0,
            spread: median(Hit::spread),
        }
    }
}

/// What all carriers of one fingerprint say about it, as flags of a [`Hit`], and their outlets, sorted, each as often as it
/// carries it.
fn carried(leading: &[&Carrier]) -> (u32, Vec<u64>) {
    let step = leading.len().div_ceil(CARRIERS);
    let looked_at = || leading.iter().step_by(step);
    let mut all: Vec<u64> = looked_at().map(|carrier| carrier.text.outlet).filter(|&outlet| outlet != 0).collect();
    all.sort_unstable();
    let outlets = all.chunk_by(|x, y| x == y).count();
    let mut days: Vec<i64> =
        looked_at().filter_map(|carrier| carrier.text.published()).map(|at| at / SECONDS_OF_A_DAY).collect();
    days.sort_unstable();
    let spread = if days.len() < 2 {
        u32::from(UNKNOWN)
    } else {
        // Twice the mean distance from the median: of two carriers the days between them, and one stray date of many moves
        // it little.
        let median = days[days.len() / 2];
        let sum: i64 = days.iter().map(|day| (day - median).abs()).sum();
        level(&DAYS, (sum as usize * 2).div_ceil(days.len()))
    };
    let flags = level(&LEVELS, leading.len()) << Hit::CARRIERS_AT
        | level(&LEVELS, outlets) << Hit::OUTLETS_AT
        | spread << Hit::SPREAD_AT;
    (flags, all)
}

/// Of a fingerprint with more carriers, so many are looked at, evenly spread.
pub const CARRIERS: usize = 200;

/// A fingerprint that names a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Hit {
    a: u32,
    b: u32,
    /// Where the run begins in the first text.
    token: u32,
    flags: u32,
}

/// By pair, token and flags.
impl Ord for Hit {
    fn cmp(&self, other: &Self) -> Ordering {
        let word = u128::from;
        let number = |hit: &Hit| word(hit.a) << 96 | word(hit.b) << 64 | word(hit.token) << 32 | word(hit.flags);
        number(self).cmp(&number(other))
    }
}

impl PartialOrd for Hit {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Row for Hit {
    /// A hash of the pair: the first carriers of furniture are in more pairs than others.
    fn key(&self) -> u64 {
        spread(u64::from(self.a) << 32 | u64::from(self.b))
    }
}

impl Hit {
    /// The pair that it names.
    pub fn pair(&self) -> (ArticleId, ArticleId) {
        (ArticleId(self.a), ArticleId(self.b))
    }

    const RARE: u32 = 1;
    const FRESH: u32 = 2;
    const APART: u32 = 4;
    const CARRIERS_AT: u32 = 4;
    const OUTLETS_AT: u32 = 8;
    const SPREAD_AT: u32 = 12;
    const RECURRING_AT: u32 = 16;

    fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }

    fn carriers(&self) -> u32 {
        self.flags >> Hit::CARRIERS_AT & 15
    }

    fn outlets(&self) -> u32 {
        self.flags >> Hit::OUTLETS_AT & 15
    }

    fn spread(&self) -> u32 {
        self.flags >> Hit::SPREAD_AT & 15
    }

    fn recurring(&self) -> u32 {
        self.flags >> Hit::RECURRING_AT & 15
    }
}

/// How many tokens the runs of these fingerprints cover; they are in order. Fingerprints of one shared run overlap, so that
/// this is the run's length, but for a few tokens at its ends.
fn covered<'h>(hits: impl Iterator<Item = &'h Hit>) -> u32 {
    let width = GRAM_TOKENS as u32;
    let (mut covered, mut end) = (0, 0);
    for hit in hits {
        covered += hit.token + width - end.clamp(hit.token, hit.token + width);
        end = hit.token + width;
    }
    covered
}

/// The class leaders among the carriers of a fingerprint, in the order by content.
fn leading(carriers: &[Carrier]) -> Vec<&Carrier> {
    let mut leading: Vec<&Carrier> = carriers.iter().filter(|carrier| carrier.leads()).collect();
    leading.sort_unstable_by_key(|carrier| (carrier.text.order, carrier.posting.article()));
    leading
}

/// The pairs that one fingerprint names: of few classes all, of many each with the first few in the order by content.
fn named_pairs<'l, 'c>(leading: &'l [&'c Carrier]) -> impl Iterator<Item = (&'c Carrier, &'c Carrier)> + use<'l, 'c> {
    let partners = if Seeding::of(leading.len()) == Seeding::Crowded { SEED_PARTNERS } else { leading.len() };
    let pairs = (1..leading.len()).flat_map(move |place| (0..place.min(partners)).map(move |earlier| (earlier, place)));
    pairs.map(|(earlier, place)| (leading[earlier], leading[place]))
}

/// What the outlet of a text does with a fingerprint that the text carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Carriage {
    /// Nothing special.
    Fresh,
    /// It prints it all the time.
    Recurring,
    /// It is known to belong to no story, and names no pair.
    Learned,
}

/// The pairs that one fingerprint names, by all its carriers, with what these say about it together.
///
/// `carriage` says of a carrier what its outlet does with the fingerprint.
pub fn hits(carriers: &[Carrier], carriage: impl Fn(&Carrier) -> Carriage, found: &mut Vec<Hit>) {
    name_pairs(carriers, carried, carriage, found);
}

/// The same pairs, of which nothing is wanted but how much they share.
pub fn bare_hits(carriers: &[Carrier], carriage: impl Fn(&Carrier) -> Carriage, found: &mut Vec<Hit>) {
    name_pairs(carriers, |_| (0, Vec::new()), carriage, found);
}

fn name_pairs(
    carriers: &[Carrier],
    carried: impl Fn(&[&Carrier]) -> (u32, Vec<u64>),
    carriage: impl Fn(&Carrier) -> Carriage,
    found: &mut Vec<Hit>,
) {
    let leading = leading(carriers);
    if leading.len() < 2 {
        return;
    }
    let of = |is: bool, flag: u32| if is { flag } else { 0 };
    let (flags, outlets) = carried(&leading);
    let flags = flags | of(Seeding::of(leading.len()) == Seeding::Rare, Hit::RARE);
    let times = |outlet: u64| {
        let from = outlets.partition_point(|&other| other < outlet);
        outlets[from..].iter().take_while(|&&other| other == outlet).count()
    };
    found.extend(named_pairs(&leading).filter_map(|(a, b)| {
        let carriage = carriage(a).max(carriage(b));
        if carriage == Carriage::Learned {
            return None;
        }
        let fresh = of(carriage == Carriage::Fresh, Hit::FRESH);
        let (posting, other) = (&a.posting, &b.posting);
        let apart = posting.quoted() || other.quoted() || posting.furniture() || other.furniture();
        let apart = of(apart, Hit::APART);
        let recurring = level(&LEVELS, times(a.text.outlet).max(times(b.text.outlet))) << Hit::RECURRING_AT;
        let flags = flags | fresh | apart | recurring;
        Some(Hit { a: posting.article().0, b: other.article().0, token: posting.token, flags })
    }));
}

/// The pairs of class leaders that share enough fingerprints to be compared, sorted.
pub fn candidates(hits: &mut Exchange<Hit>) -> Result<Vec<Candidate>> {
    pairs(hits, standing)
}

/// The same of one partition of hits.
pub fn of_partition(hits: Vec<Hit>) -> Vec<Candidate> {
    pairs_of(hits, standing)
}

fn standing(hits: &[Hit], pair: Candidate) -> Option<Candidate> {
    Some(Candidate { standing: Standing::of(hits), ..pair })
}

/// The pairs of one partition of [bare hits](bare_hits). Their standing is not looked up.
pub fn bare_of_partition(hits: Vec<Hit>) -> Vec<Candidate> {
    pairs_of(hits, |_, pair| Some(pair))
}

/// Those of the same pairs that are wanted, sorted. Their standing is not looked up.
pub fn sharing(hits: &mut Exchange<Hit>, wanted: impl Fn(&Candidate) -> bool + Sync) -> Result<Vec<Candidate>> {
    pairs(hits, |_, pair| Some(pair).filter(&wanted))
}

/// The pairs that fingerprints name, as `finish` makes them of each with all its hits, sorted.
fn pairs(
    hits: &mut Exchange<Hit>,
    finish: impl Fn(&[Hit], Candidate) -> Option<Candidate> + Sync,
) -> Result<Vec<Candidate>> {
    let mut all = Vec::new();
    hits.each(
        |hits| pairs_of(hits, &finish),
        |mut pairs| {
            all.append(&mut pairs);
            Ok(())
        },
    )?;
    all.par_sort_unstable_by_key(|pair: &Candidate| (pair.a, pair.b));
    Ok(all)
}

fn pairs_of(mut hits: Vec<Hit>, finish: impl Fn(&[Hit], Candidate) -> Option<Candidate>) -> Vec<Candidate> {
    hits.sort_unstable();
    let pairs = hits.chunk_by(|x, y| (x.a, x.b) == (y.a, y.b));
    let pairs = pairs.filter(|hits| hits.len() > 1 || hits[0].has(Hit::RARE));
    pairs.filter_map(|hits| finish(hits, Candidate::of(hits))).collect()
}

impl Candidate {
    /// The pair that these fingerprints name, which are all that it shares.
    fn of(hits: &[Hit]) -> Candidate {
        Candidate {
            a: ArticleId(hits[0].a),
            b: ArticleId(hits[0].b),
            shared: covered(hits.iter()),
            fresh: covered(hits.iter().filter(|hit| hit.has(Hit::FRESH))),
            standing: Standing::default(),
        }
    }
}

/// How far one shared fingerprint goes in making a pair a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seeding {
    /// It suffices alone.
    Rare,
    /// A second one is wanted.
    Common,
    /// A second one is wanted, and it pairs each class with the first few only.
    Crowded,
}

impl Seeding {
    /// The seeding of a fingerprint that this many classes carry.
    pub fn of(classes: usize) -> Seeding {
        if classes <= RARE_CLASSES {
            Seeding::Rare
        } else if classes <= SEED_CLASSES {
            Seeding::Common
        } else {
            Seeding::Crowded
        }
    }
}
