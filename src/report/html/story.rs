//! The details of one story: its articles with their kinds and texts, its pairs, and what most of it carries.

use std::borrow::Cow;

use super::kernel::{Coverage, kernel};
use super::page::{Article, Detail, Kernel, Kinds, Origin, Pair};
use super::places::Places;
use super::tally::Tally;
use crate::article::{ArticleId, Span};
use crate::credit::Basis;
use crate::findings::{Apart, Findings, Kind, Member, Pair as Found, Text};
use crate::report::rows::{rounded, stated};

/// More pairs than this are not all shown: a story of 400 articles may have tens of thousands, each with its runs. Those that
/// give an article its kind, and those with the reference, always are.
const SHOWN_PAIRS: usize = 2_000;

/// What the overview needs of a story.
pub(super) struct Facts {
    /// The kind of each of its articles, in the order of the story.
    pub kinds: Vec<Kind>,
    /// The place of the article that the others are measured against.
    pub reference: usize,
    /// The agency whose text the reference has, where the agency's own copy is not in the story.
    pub copy_of: Option<u32>,
    /// Whether the reference is dated and no article is dated before it.
    pub leads: bool,
    /// The commonest language.
    pub lang: Option<u32>,
    /// Bytes that an earlier article has, too.
    pub reused_bytes: u64,
}

impl Facts {
    pub(super) fn count(&self) -> Kinds {
        let mut counts = Kinds::default();
        self.kinds.iter().for_each(|&kind| counts[kind as usize] += 1);
        counts
    }
}

/// The details of the story at a place, and what of them the overview needs.
pub(super) fn story(findings: &Findings, places: &Places, tally: &Tally<'_>, place: usize) -> (Detail, Facts) {
    let story = &findings.stories[place];
    let ids: Vec<ArticleId> = story.members.iter().copied().chain(places.partial(place)).collect();
    let members: Vec<Cow<'_, Member>> = ids.iter().map(|id| findings.members.get(id.index())).collect();
    let texts: Vec<Cow<'_, Text>> = ids
        .iter()
        .map(|&id| places.text(id).map_or_else(|| Cow::Owned(Text::default()), |at| findings.texts.get(at)))
        .collect();
    let own = story.members.len();
    let at = |article: ArticleId| place_of(&ids, own, article).map(|place| &members[place]);
    let named = story.reference(
        |article| at(article).and_then(|member| published(member)),
        |article| at(article).map(|member| member.id.clone()),
    );
    let reference = place_of(&ids, own, named).unwrap_or(0);
    let order = order(reference, &members[..own]);
    let nearest: Vec<Option<usize>> =
        members[..own].iter().map(|member| place_of(&ids, own, member.near?.of)).collect();
    let mut reading = Reading::of(&ids, &nearest, &order);
    for at in places.pairs(place) {
        reading.add(at as u32, &findings.pairs.get(at));
    }
    let units: Vec<Units> = texts.iter().map(|text| Units::of(&text.text)).collect();
    let (pairs, left_out) = reading.shown(reference);
    let articles = (0..ids.len())
        .map(|at| {
            let kept = members[at].duplicate_of.unwrap_or(ids[at]);
            let class = (at < own).then(|| place_of(&ids, own, kept)).flatten();
            let links = Links { of: nearest.get(at).copied().flatten(), class };
            article(tally, &members[at], &texts[at], &units[at], &links)
        })
        .collect();
    let copy_of = copy_of(&members[..own], reference).and_then(|agency| tally.agency(agency));
    let facts = Facts {
        reference,
        copy_of,
        leads: leads(&members[..own], reference),
        lang: lang(tally, &texts[..own]),
        reused_bytes: reading.reused_bytes(),
        kinds: members[..own].iter().map(|member| member.kind).collect(),
    };
    let detail = Detail {
        reference: reference as u32,
        origin: story
            .origin
            .as_ref()
            .map(|origin| Origin { confidence: rounded(origin.confidence), reasons: origin.reasons.clone() }),
        copy_of,
        agency: story.agency.as_ref().and_then(|(name, _)| tally.agency(name)),
        evidence: story.agency.as_ref().map(|(_, evidence)| evidence.clone()),
        members: own as u32,
        articles,
        kernel: kernel(&reading.coverage, &order).map(|carried| {
            let units = &units[carried.base];
            let runs = carried.runs.iter().map(|(span, others)| (units.at(span.start), units.at(span.end), *others));
            Kernel { base: carried.base as u32, need: carried.need, runs: runs.collect() }
        }),
        pairs: pairs.into_iter().map(|(at, a, b)| pair(&findings.pairs.get(at as usize), (a, b), &units)).collect(),
        pairs_left_out: left_out,
    };
    (detail, facts)
}

/// The agency whose text the reference has, where none of the story's articles stands on the agency's own site.
fn copy_of<'a>(members: &'a [Cow<'_, Member>], reference: usize) -> Option<&'a str> {
    let agency = members[reference].carried_agency()?;
    let own = |member: &Cow<'_, Member>| {
        member.agency.as_ref().is_some_and(|credit| credit.basis == Basis::Own && credit.agency == agency)
    };
    (!members.iter().any(own)).then_some(agency)
}

fn leads(members: &[Cow<'_, Member>], reference: usize) -> bool {
    let earliest = members.iter().filter_map(|member| published(member)).min();
    earliest.is_some() && earliest == published(&members[reference])
}

/// When an article was published, where that can be true.
pub(super) fn published(member: &Member) -> Option<i64> {
    member.trusted_date().map(|published| published.seconds)
}

/// The rank of each article by time: the reference first, then by date, those without one at the end; of equal ones by id.
fn order(reference: usize, members: &[Cow<'_, Member>]) -> Vec<usize> {
    let mut by_time: Vec<usize> = (0..members.len()).collect();
    by_time.sort_by_key(|&at| (at != reference, published(&members[at]).unwrap_or(i64::MAX), &members[at].id));
    let mut ranks = vec![0; members.len()];
    by_time.iter().enumerate().for_each(|(rank, &at)| ranks[at] = rank);
    ranks
}

/// What the pairs of a story say, read one by one.
struct Reading<'a> {
    ids: &'a [ArticleId],
    members: usize,
    ranks: &'a [usize],
    /// What each article is measured against.
    nearest: &'a [Option<usize>],
    /// What each article shares with those before it, or else with what it is measured against.
    reused: Vec<Vec<Span>>,
    coverage: Vec<Coverage>,
    /// The places of all pairs, with their articles.
    pairs: Vec<(u32, usize, usize)>,
}

impl<'a> Reading<'a> {
    fn of(ids: &'a [ArticleId], nearest: &'a [Option<usize>], ranks: &'a [usize]) -> Reading<'a> {
        let members = nearest.len();
        Reading {
            ids,
            members,
            ranks,
            nearest,
            reused: vec![Vec::new(); members],
            coverage: vec![Coverage::default(); members],
            pairs: Vec::new(),
        }
    }

    fn add(&mut self, at: u32, pair: &Found) {
        let place = |id: ArticleId| place_of(self.ids, self.members, id);
        let (Some(a), Some(b)) = (place(pair.a), place(pair.b)) else { return };
        self.pairs.push((at, a, b));
        if !pair.relation.links() || a >= self.members || b >= self.members {
            return;
        }
        for (article, other, runs) in [(a, b, &pair.a_spans), (b, a, &pair.b_spans)] {
            self.coverage[article].add(runs);
            if self.ranks[other] < self.ranks[article] || self.nearest[article] == Some(other) {
                self.reused[article].extend(runs);
            }
        }
    }

    fn reused_bytes(&self) -> u64 {
        let reused = self.reused.iter().zip(self.nearest).filter(|(_, near)| near.is_some());
        reused.map(|(runs, _)| covered_bytes(runs.clone())).sum()
    }

    /// The places of the pairs to show, and how many are left out.
    fn shown(&self, reference: usize) -> (Vec<(u32, usize, usize)>, u32) {
        let all = self.pairs.len() <= SHOWN_PAIRS;
        let gives = |article: usize, other: usize| self.nearest.get(article) == Some(&Some(other));
        let wanted = |a: usize, b: usize| a == reference || b == reference || gives(a, b) || gives(b, a);
        let shown = self.pairs.iter().filter(|&&(_, a, b)| all || wanted(a, b));
        let shown: Vec<(u32, usize, usize)> = shown.copied().collect();
        let left_out = self.pairs.len() - shown.len();
        (shown, left_out as u32)
    }
}

/// The place of an article among those of a story, which are sorted, and those with a part of it, which are sorted, too.
fn place_of(ids: &[ArticleId], members: usize, id: ArticleId) -> Option<usize> {
    let (own, partial) = ids.split_at(members);
    own.binary_search(&id).ok().or_else(|| Some(members + partial.binary_search(&id).ok()?))
}

fn covered_bytes(mut runs: Vec<Span>) -> u64 {
    runs.sort_unstable();
    let mut end = 0;
    let mut bytes = 0;
    for run in runs {
        bytes += u64::from(run.end.saturating_sub(run.start.max(end)));
        end = end.max(run.end);
    }
    bytes
}

fn lang(tally: &Tally<'_>, texts: &[Cow<'_, Text>]) -> Option<u32> {
    let mut known: Vec<u32> = texts.iter().filter_map(|text| tally.lang(text.lang.as_deref()?)).collect();
    known.sort_unstable();
    let groups = known.chunk_by(|x, y| x == y).map(|group| (group.len(), std::cmp::Reverse(group[0])));
    groups.max().map(|(_, lang)| lang.0)
}

/// Others that an article stands to, by place.
struct Links {
    of: Option<usize>,
    class: Option<usize>,
}

fn article(tally: &Tally<'_>, member: &Member, text: &Text, units: &Units, links: &Links) -> Article {
    Article {
        id: member.id.clone(),
        title: member.title.clone(),
        url: member.url.clone(),
        outlet: member.source.as_deref().and_then(|source| tally.outlet(source)),
        author: text.author.clone(),
        lang: text.lang.clone(),
        published: member.published.and_then(stated),
        doubtful: member.published.is_some_and(|published| published.doubtful),
        kind: member.kind,
        of: links.of.map(|other| other as u32),
        class: links.class.map(|kept| kept as u32),
        agency: member.agency.as_ref().and_then(|credit| tally.agency(&credit.agency)),
        basis: member.agency.as_ref().map(|credit| credit.basis.name()),
        text: text.text.clone(),
        marks: text
            .apart
            .iter()
            .map(|(span, apart)| (units.at(span.start), units.at(span.end), number(*apart)))
            .collect(),
    }
}

fn number(apart: Apart) -> u8 {
    match apart {
        Apart::Quotation => 0,
        Apart::Furniture => 1,
        Apart::Stock => 2,
    }
}

fn pair(pair: &Found, (a, b): (usize, usize), units: &[Units]) -> Pair {
    let runs = pair.a_spans.iter().zip(&pair.b_spans).flat_map(|(in_a, in_b)| {
        [units[a].at(in_a.start), units[a].at(in_a.end), units[b].at(in_b.start), units[b].at(in_b.end)]
    });
    let shares = [pair.jaccard, pair.containment_a, pair.containment_b, pair.prose_a, pair.prose_b, pair.evidence_bits];
    Pair(
        a as u32,
        b as u32,
        pair.relation,
        pair.direction,
        shares.map(rounded),
        [pair.longest_run, pair.shared_tokens],
        rounded(pair.quote_share),
        [pair.same_source, pair.is_revision()],
        pair.rule.clone(),
        runs.collect(),
        pair.probability.map(rounded),
        pair.weights.iter().map(|(feature, bits)| (feature.name(), *bits)).collect(),
    )
}

/// Where the bytes of a text are when it is counted in UTF-16 units.
struct Units {
    /// For each byte, the unit that it belongs to; none where every byte is one.
    units: Option<Vec<u32>>,
    bytes: u32,
}

impl Units {
    fn of(text: &str) -> Units {
        let units = (!text.is_ascii()).then(|| {
            let mut units = Vec::with_capacity(text.len() + 1);
            let mut unit = 0;
            for character in text.chars() {
                units.extend(std::iter::repeat_n(unit, character.len_utf8()));
                unit += character.len_utf16() as u32;
            }
            units.push(unit);
            units
        });
        Units { units, bytes: text.len() as u32 }
    }

    /// The unit of a byte; of one behind the text, the end.
    fn at(&self, byte: u32) -> u32 {
        let byte = byte.min(self.bytes);
        self.units.as_ref().map_or(byte, |units| units[byte as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_those_of_a_script() {
        let text = "é😀x";
        let units = Units::of(text);
        assert_eq!([0, 2, 6, 7, 99].map(|byte| units.at(byte)), [0, 1, 3, 4, 4]);
        assert_eq!([0, 1, 2, 9].map(|byte| Units::of("ab").at(byte)), [0, 1, 2, 2]);
    }

    #[test]
    fn overlapping_runs_are_counted_once() {
        let runs = [(5, 9), (0, 6), (20, 21), (7, 8)].map(|(start, end)| Span { start, end });
        assert_eq!(covered_bytes(runs.to_vec()), 10);
    }
}
