//! Which article of a story came first, whose copy is it, and why do we think so?
//!
//! In: the articles of a story with their dates and credits, and what pairs say of who carries whose text ([`Tally`]). Out:
//! the [`Origin`], which may be unknown; the agency of the story; and for an article that credits none, the agency that it
//! [inherits](inherited) from one whose text it carries.
//!
//! Each article gathers points from signs that do not depend on one another, in log-odds: its time, as far as it is known (a
//! time without a zone may be 14 hours off, a day is a day long, a crawl only says "not later"); whether it stands on the
//! agency's own site, or is a copy by its own word; how much of what the others carry stands in it, and how much of it none
//! of them has; its number among versions. The points of all articles give the probability of each (softmax). Nothing is
//! counted on that is not known: where no sign tells the best from the next, there is no origin.

use crate::article::{Article, ArticleId, Moment, SECONDS_OF_A_DAY};
use crate::credit::{Basis, Credit, Place};
use crate::relation::Relation;

/// An article inherits an agency if at least this share of its prose stands in the one that credits it: as much as makes two
/// texts versions of one.
const INHERITED_SHARE: f32 = 0.33;
/// An article that was published so much earlier is no copy, in seconds.
const EARLIER_SECONDS: i64 = 36 * 3600;
/// How far a time without a zone may be from what it says, in seconds: zones reach from UTC-12 to UTC+14.
const ZONES: (i64, i64) = (14 * 3600, 12 * 3600);
const DAY_SECONDS: i64 = 24 * 3600;
/// Clocks and "published" stamps of one moment differ by this, in seconds.
const CLOCK_SECONDS: i64 = 120;
/// The origin is not known if the best article is less probable than this,
const PROBABLE: f64 = 0.4;
/// or leads the next by fewer points than this, or has no sign of its own worth as much.
const LEAD: f64 = 0.3;
/// What no sign makes surer: articles are missing from every corpus.
const SUREST: f64 = 0.95;
/// Where an article has the text of an agency, the agency's own is missing, and it is only the first seen.
const SUREST_COPY: f64 = 0.5;
/// Of an article that has hardly anything of those linked with it, no more is known than that; each share of their prose that
/// it has makes it as much surer.
const SUREST_APART: f64 = 0.5;

/// Which article came first, and why it is thought so.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// The article.
    pub article: ArticleId,
    /// How sure that is, 0 to 1.
    pub confidence: f64,
    /// The reasons, strongest first; what speaks against it comes last.
    pub reasons: Vec<String>,
}

/// What the links of an article say about where its text comes from. Made as pairs pass by, so that it takes the same memory
/// however many there are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    links: u32,
    /// How many of them lead to other outlets.
    across: u32,
    /// The sum over links of how much of the other's prose stands in this one.
    holds: f32,
    /// The most of its prose that stands in another.
    held: f32,
    /// The credited article that has most of its prose, and how much.
    credited: Option<(ArticleId, f32)>,
}

/// One side of a link between two articles of a story.
#[derive(Clone, Copy, Debug)]
pub struct Side {
    /// The other article.
    pub other: ArticleId,
    /// The relation.
    pub relation: Relation,
    /// The share of this one's prose that the other has.
    pub held: f64,
    /// The share of the other's prose that this one has.
    pub holds: f64,
    /// Whether the other states an agency.
    pub other_is_credited: bool,
    /// Whether both are of one outlet.
    pub same_outlet: bool,
}

impl Tally {
    /// Takes a link; `rank` orders articles by content, for links of one strength.
    pub fn add(&mut self, side: &Side, rank: impl Fn(ArticleId) -> u32) {
        let (held, holds) = (side.held as f32, side.holds as f32);
        self.links += 1;
        self.across += u32::from(!side.same_outlet);
        self.holds += holds;
        self.held = self.held.max(held);
        let copied = side.relation <= Relation::Version && held >= INHERITED_SHARE;
        if side.other_is_credited && copied {
            let better = self.credited.is_none_or(|(known, share)| {
                held.total_cmp(&share).then_with(|| rank(known).cmp(&rank(side.other))).is_gt()
            });
            if better {
                self.credited = Some((side.other, held));
            }
        }
    }

    /// The credited article whose text it carries, and the share of its own prose that does.
    pub fn carries(&self) -> Option<(ArticleId, f32)> {
        self.credited
    }

    fn holds(&self) -> f64 {
        if self.links == 0 { 0.0 } else { f64::from(self.holds) / f64::from(self.links) }
    }
}

/// The credit that `article` inherits from `from`, of whose text it carries `share` of its own: none if it was published so
/// long before that it cannot be a copy, or if its own outlet is among those that the credit names.
pub fn inherited(article: &Article, from: &Article, credit: &Credit, share: f32) -> Option<Credit> {
    if let (Some(own), Some(other)) = (article.trusted_date(), from.trusted_date())
        && own.seconds + EARLIER_SECONDS < other.seconds
    {
        return None;
    }
    // A dateline names a place, after which an outlet may be called, too.
    let named = article.source.as_deref().is_some_and(|source| names(&credit.evidence, source));
    if named && credit.place != Place::Dateline {
        return None;
    }
    let percent = (share * 100.0).round();
    Some(Credit {
        agency: credit.agency.clone(),
        others: credit.others.clone(),
        basis: Basis::Inferred,
        place: Place::Story,
        evidence: format!("{percent}% of its prose stands in {} (\"{}\")", from.id, credit.evidence),
        span: None,
    })
}

/// Whether the words of a credit name an outlet: "By Ada Holm, CNN, AP" names cnn.com.
fn names(evidence: &str, source: &str) -> bool {
    let words = evidence.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<String> = words.map(str::to_lowercase).collect();
    let source = source.to_lowercase();
    let (host, _ending) = source.rsplit_once('.').unwrap_or((&source, ""));
    // A name of several words is one in an address.
    let begin_with = |words: &[String], label: &str| {
        let mut rest = label;
        for word in words {
            match rest.strip_prefix(word.as_str()) {
                Some("") => return true,
                Some(left) => rest = left,
                None => return false,
            }
        }
        false
    };
    let mut labels = host.split('.').filter(|label| label.len() > 2 && *label != "www");
    labels.any(|label| (0..words.len()).any(|from| begin_with(&words[from..], label)))
}

/// An article of a story.
pub struct Teller<'a> {
    /// Its number.
    pub id: ArticleId,
    /// What was read.
    pub article: &'a Article,
    /// Its agency, inferred ones too.
    pub credit: Option<&'a Credit>,
    /// What its links say.
    pub tally: Tally,
}

impl Teller<'_> {
    /// Whether it has the text of an agency that stands elsewhere.
    fn is_copy(&self) -> bool {
        self.credit.is_some_and(Credit::is_copy)
    }

    /// When it was published: not before and not after, in seconds since 1970.
    fn span(&self) -> Option<(i64, i64)> {
        let span = |moment: Moment| match (moment.day_only, moment.offset_minutes) {
            (true, _) => (moment.seconds - ZONES.0, moment.seconds + DAY_SECONDS + ZONES.1),
            (false, None) => (moment.seconds - ZONES.0, moment.seconds + ZONES.1),
            (false, Some(_)) => (moment.seconds - CLOCK_SECONDS, moment.seconds + CLOCK_SECONDS),
        };
        match (self.article.trusted_date(), self.article.crawled.filter(|crawled| !crawled.doubtful)) {
            (Some(published), _) => Some(span(published)),
            (None, Some(crawled)) => Some((i64::MIN, span(crawled).1)),
            (None, None) => None,
        }
    }

    /// Its number among versions of one document.
    fn version(&self) -> Option<u32> {
        self.article.version.as_deref()?.trim().parse().ok()
    }
}

/// Points of one article, each with the words for it.
#[derive(Default)]
struct Points(Vec<(f64, String)>);

impl Points {
    fn give(&mut self, points: f64, words: impl Into<String>) {
        self.0.push((points, words.into()));
    }

    fn sum(&self) -> f64 {
        self.0.iter().map(|(points, _)| points).sum()
    }

    fn reasons(mut self) -> Vec<String> {
        self.0.retain(|(points, words)| points.abs() > 0.05 && !words.is_empty());
        self.0.sort_by(|x, y| y.0.total_cmp(&x.0));
        let words = |(points, words): (f64, String)| if points < 0.0 { format!("but {words}") } else { words };
        self.0.into_iter().map(words).collect()
    }
}

/// The article that the others come from, where that can be said. `rank` orders articles by content.
pub fn origin(tellers: &[Teller<'_>], rank: impl Fn(ArticleId) -> u32) -> Option<Origin> {
    if tellers.len() < 2 {
        return None;
    }
    let mut points: Vec<Points> = tellers.iter().map(|_| Points::default()).collect();
    let all_copies = tellers.iter().all(Teller::is_copy);
    by_time(tellers, &mut points);
    by_credit(tellers, all_copies, &mut points);
    by_text(tellers, &mut points);
    by_links(tellers, &mut points);
    by_version(tellers, &mut points);
    by_reference(tellers, &mut points);
    let sums: Vec<f64> = points.iter().map(Points::sum).collect();
    let mut order: Vec<usize> = (0..tellers.len()).collect();
    order.sort_by(|&x, &y| sums[y].total_cmp(&sums[x]).then_with(|| rank(tellers[x].id).cmp(&rank(tellers[y].id))));
    let best = order[0];
    let total: f64 = sums.iter().map(|sum| (sum - sums[best]).exp()).sum();
    let probability = 1.0 / total;
    let own_sign = points[best].0.iter().any(|(points, _)| *points >= LEAD);
    if probability < PROBABLE || sums[best] - sums[order[1]] < LEAD || !own_sign {
        return None;
    }
    let surest =
        if tellers[best].is_copy() { SUREST_COPY } else { SUREST.min(SUREST_APART + tellers[best].tally.holds()) };
    let reasons = points.swap_remove(best).reasons();
    Some(Origin { article: tellers[best].id, confidence: probability.min(surest), reasons })
}

/// Whether it was certainly first, or certainly not.
fn by_time(tellers: &[Teller<'_>], points: &mut [Points]) {
    let apart = apart(tellers);
    let span = |(teller, apart): (&Teller<'_>, &bool)| if *apart { None } else { teller.span() };
    let spans: Vec<Option<(i64, i64)>> = tellers.iter().zip(&apart).map(span).collect();
    let known = spans.iter().flatten().count();
    if known < 2 {
        return;
    }
    // The two least ends and beginnings, so that an article is not compared with itself.
    let least = |value: fn(&(i64, i64)) -> i64| {
        let mut values: Vec<(i64, usize)> =
            spans.iter().enumerate().filter_map(|(place, span)| Some((value(span.as_ref()?), place))).collect();
        values.sort_unstable();
        move |place: usize| values.iter().find(|(_, other)| *other != place).map_or(i64::MAX, |(value, _)| *value)
    };
    let least_end = least(|span| span.1);
    let least_beginning = least(|span| span.0);
    let middle = |span: &(i64, i64)| if span.0 == i64::MIN { span.1 } else { span.0 / 2 + span.1 / 2 };
    let first_middle = spans.iter().flatten().map(middle).min().unwrap_or(0);
    let share_known = known as f64 / tellers.len() as f64;
    for (place, span) in spans.iter().enumerate().filter(|(place, _)| !apart[*place]) {
        let Some((beginning, end)) = span else {
            points[place].give(-0.7, "its date is not known");
            continue;
        };
        let lead = least_beginning(place).saturating_sub(*end);
        let late = beginning.saturating_sub(least_end(place));
        if lead >= 0 {
            let shown = lead.saturating_add(2 * CLOCK_SECONDS);
            let worth = 1.2 + logarithm(shown).min(2.0);
            let whom = if known < tellers.len() { "of those with a date, " } else { "" };
            let day =
                if tellers[place].article.trusted_date().is_some_and(|date| date.day_only) { "at least " } else { "" };
            points[place]
                .give(worth * share_known, format!("{whom}published first, {day}{} before the next", duration(shown)));
        } else if late > 0 {
            points[place]
                .give(-1.0 - logarithm(late).min(3.0), format!("another was published {} before", duration(late)));
        } else {
            let gap = (middle(&spans[place].expect("it has one")) - first_middle) as f64 / ZONES.0 as f64;
            points[place].give(-gap.clamp(0.0, 1.0), "others may have been published before");
        }
    }
}

/// 0 for no time, 1 for half an hour, 2 for about two hours, 3 for some six.
fn logarithm(seconds: i64) -> f64 {
    (1.0 + seconds as f64 / 1000.0).ln()
}

fn duration(seconds: i64) -> String {
    let (number, unit) = match seconds {
        ..3600 => (seconds / 60, "minute"),
        3600..172_800 => (seconds / 3600, "hour"),
        _ => (seconds / SECONDS_OF_A_DAY, "day"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

/// The agency's own article is the origin of all that credit it; what credits an agency is a copy itself.
fn by_credit(tellers: &[Teller<'_>], all_copies: bool, points: &mut [Points]) {
    let naming = |agency: &str| {
        let others = tellers.iter().filter_map(|teller| teller.credit);
        others.filter(|credit| credit.is_copy() && credit.agency == agency).count()
    };
    let any = tellers.iter().any(|teller| teller.credit.is_some_and(Credit::is_author));
    for (teller, points) in tellers.iter().zip(points) {
        match teller.credit.filter(|credit| credit.is_author()) {
            Some(credit) if credit.basis == Basis::Own => {
                let (agency, others) = (&credit.agency, naming(&credit.agency));
                match others {
                    0 => points.give(1.5, format!("is on {agency}'s own site")),
                    1 => points.give(3.5, format!("is on {agency}'s own site, and another carries {agency}'s copy")),
                    _ => points
                        .give(3.5, format!("is on {agency}'s own site, and {others} others carry {agency}'s copy")),
                }
            }
            Some(credit) if credit.basis == Basis::Credited => {
                let weight = if all_copies { -0.1 } else { -1.5 };
                points.give(weight, format!("it credits {}, so it is a copy itself", credit.agency));
            }
            Some(credit) => points.give(-0.6, format!("it carries the text of {}", credit.agency)),
            None if any => points.give(0.2, "credits no agency"),
            None => {}
        }
    }
}

/// What other outlets have nothing of is not what they took their text from, such as the first hour of a live page.
fn by_links(tellers: &[Teller<'_>], points: &mut [Points]) {
    for (_, points) in apart(tellers).into_iter().zip(points).filter(|(apart, _)| *apart) {
        points.give(-4.0, "no other outlet has anything of it");
    }
}

/// Which articles are linked with others of their own outlet only, in a story that others carry.
fn apart(tellers: &[Teller<'_>]) -> Vec<bool> {
    let any_across = tellers.iter().any(|teller| teller.tally.across > 0);
    tellers.iter().map(|teller| any_across && teller.tally.links > 0 && teller.tally.across == 0).collect()
}

/// What the others carry stands in the origin, and what stands in the origin mostly stands in others.
fn by_text(tellers: &[Teller<'_>], points: &mut [Points]) {
    let linked = || tellers.iter().filter(|teller| teller.tally.links > 0);
    let count = linked().count().max(1) as f64;
    let holds = linked().map(|teller| teller.tally.holds()).sum::<f64>() / count;
    let held = linked().map(|teller| f64::from(teller.tally.held)).sum::<f64>() / count;
    for (teller, points) in tellers.iter().zip(points).filter(|(teller, _)| teller.tally.links > 0) {
        let (own_holds, own_held) = (teller.tally.holds(), f64::from(teller.tally.held));
        let words = match own_holds > holds {
            true => {
                format!("has {:.0}% of the prose of those linked with it, more than others do", own_holds * 100.0)
            }
            false => "others have more of what is shared".into(),
        };
        points.give(2.0 * (own_holds - holds), words);
        let words = match own_held > held {
            true => format!("{:.0}% of its prose is in another", own_held * 100.0),
            false => "it has prose that no other has".into(),
        };
        points.give(1.0 * (own_held - held), words);
    }
}

/// A document's first version comes before its later ones.
fn by_version(tellers: &[Teller<'_>], points: &mut [Points]) {
    let Some(first) = tellers.iter().filter_map(Teller::version).min() else { return };
    for (teller, points) in tellers.iter().zip(points) {
        if let Some(version) = teller.version()
            && version > first
        {
            points.give(-0.8, format!("it is version {version} of its document"));
        }
    }
}

/// An article that others name as what they were taken from.
fn by_reference(tellers: &[Teller<'_>], points: &mut [Points]) {
    let named: Vec<&str> = tellers.iter().filter_map(|teller| teller.article.based_on.as_deref()).collect();
    if named.is_empty() {
        return;
    }
    for (teller, points) in tellers.iter().zip(points) {
        let own = teller.article.based_on.as_deref();
        let names_it = |base: &&&str| {
            let same =
                teller.article.url.as_deref() == Some(**base) || teller.article.source.as_deref() == Some(**base);
            same && own != Some(**base)
        };
        match named.iter().filter(names_it).count() {
            0 => {}
            times => points.give(3.5, format!("named as the original by {times} of the others")),
        }
    }
}

/// The agency whose copy a story is, and the words that say so. An agency that few of the articles carry is not the story's.
pub fn agency(tellers: &[Teller<'_>]) -> Option<(String, String)> {
    /// The share of articles that state it,
    const STATED: f64 = 0.2;
    /// or carry its text.
    const CARRIED: f64 = 0.5;
    let credits = || tellers.iter().filter_map(|teller| teller.credit.filter(|credit| credit.is_author()));
    let mut agencies: Vec<&str> = credits().map(|credit| credit.agency.as_str()).collect();
    agencies.sort_unstable();
    agencies.dedup();
    let of = |agency: &str, basis: &[Basis]| {
        tellers.iter().filter(|t| t.credit.is_some_and(|c| c.agency == agency && basis.contains(&c.basis))).count()
    };
    let all = tellers.len() as f64;
    let worth = |agency: &&str| {
        let own = of(agency, &[Basis::Own]);
        let stated = of(agency, &[Basis::Own, Basis::Credited]);
        let carried = of(agency, &[Basis::Own, Basis::Credited, Basis::Inferred]);
        let enough = (own > 0 && carried > 1) || stated as f64 >= STATED * all || carried as f64 >= CARRIED * all;
        (stated > 0 && enough).then_some((own.min(1), carried, stated))
    };
    let best =
        agencies.iter().rev().filter_map(|agency| Some((worth(agency)?, *agency))).max_by_key(|(worth, _)| *worth);
    let (_, agency) = best?;
    // The words of a credit say more than those of an address.
    let states = |credit: &Credit| credit.agency == agency && credit.is_author();
    let stating = tellers.iter().filter(|teller| teller.credit.is_some_and(states));
    let first = stating.min_by_key(|teller| {
        let credit = teller.credit;
        (credit.map(|credit| (credit.basis == Basis::Inferred, credit.place)), &teller.article.id)
    })?;
    let evidence = &first.credit?.evidence;
    Some((agency.to_owned(), format!("\"{evidence}\" in {}", first.article.id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credit_may_name_an_outlet() {
        assert!(names("By ADA HOLM, CNN, AP", "edition.cnn.com"));
        assert!(names("Ada Holm, The Tarn Courier and AP", "www.tarncourier.example"));
        assert!(!names("By ADA HOLM, Associated Press", "cnn.com"));
        assert!(!names("(Reuters)", "uters.example"));
        assert!(!names("Tarn (AP) - Courier", "tarncourier.example"));
    }
}
