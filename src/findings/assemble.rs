//! From the products of the stages to the rows of the tables.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use rayon::prelude::*;

use crate::analysis::Analysis;
use crate::article::{Article, ArticleId, Reject, Span, UNDATED};
use crate::bucket::classes::{Classes, Groups};
use crate::compare::{Compared, ComparedPairs};
use crate::corpus::Corpus;
use crate::credit::Credit;
use crate::disk::{Memory, Table};
use crate::epoch::Epoch;
use crate::error::Result;
use crate::origin::{self, Side, Tally, Teller};
use crate::relate::Direction;
use crate::relation::Relation;
use crate::score::{Weighed, Weights};
use crate::settings::Settings;
use crate::story;
use crate::verify::SharedRun;

use super::headline::{Recurring, Titles, beginning};
use super::kinds::{Kinds, Place};
use super::outlets::Outlets;
use super::passages::{Collector, RunRow, Texts};
use super::survivors::Survivors;
use super::texts::texts;
use super::{Counts, Findings, Ids, Kind, Member, Pair, Passage, Story};

/// Pairs or articles that are made rows at a time.
pub(super) const BLOCK: usize = 1 << 13;

/// Of the pairs that are no links no more than this are rows: on real corpora they are a hundred times as many as links.
const OTHERS: usize = 100_000;

/// What of a corpus is kept beside what was found in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Nothing.
    Rows,
    /// The texts of articles in stories.
    Texts,
}

/// The findings of a scan.
pub fn assemble(corpus: Corpus, analysis: Analysis, settings: &Settings, kept: Kept) -> Result<Findings> {
    let same_text = makes_stories_of_copies(settings);
    let workspace = &corpus.workspace;
    let Analysis { classes, compared, decoys, verified, epoch: Epoch { judge, .. }, .. } = analysis;
    let passage_candidates = analysis.named;
    let groups = classes.groups();
    let stories = Stories::of(&corpus, &classes, &analysis.stories, &groups, same_text);
    // What only comparisons wanted makes room for the rows; so does below what only pairs and passages want.
    drop((analysis.epoch.learned, analysis.candidates, analysis.stories));
    let mut passages = Table::new(workspace, workspace.share(Memory::Rows));
    collect_passages(&corpus, &compared, &stories, &mut passages)?;
    let mut pairs = Table::new(workspace, workspace.share(Memory::Rows));
    let basis = |article: ArticleId| corpus.credits.get(article.index()).as_ref().as_ref().map(|credit| credit.basis);
    let survivors = Survivors::of(&corpus, &classes, &groups, &settings.survivors.keep, basis);
    let mut shown = Shown::new(&corpus, &classes, &survivors);
    let mut least = vec![f64::INFINITY; stories.members.len()];
    let mut tallies = vec![Tally::default(); corpus.len()];
    let credited: Vec<bool> =
        corpus.credits.iter().map(|credit| credit.as_ref().as_ref().is_some_and(|credit| credit.is_author())).collect();
    let mut rejected_pairs = BTreeMap::new();
    for head in compared.heads().iter().filter(|head| !head.relation.links()) {
        *rejected_pairs.entry(head.relation).or_default() += 1;
    }
    let mut wrong: BTreeMap<Relation, f64> = BTreeMap::new();
    let listed = listed(&compared, settings);
    for block in listed.chunks(BLOCK) {
        let heads = compared.heads();
        let first = |place: usize| heads[place].a.min(heads[place].b);
        let rows: Vec<Pair> = block
            .par_chunk_by(|&x, &y| first(x) == first(y))
            .flat_map_iter(|places| {
                let article = first(places[0]);
                let spans = corpus.spool.spans(article);
                let rows =
                    places.iter().map(|&place| row(&corpus, judge.weights(), &compared.get(place), (article, &spans)));
                rows.map(Pair::in_input_order).collect::<Vec<_>>()
            })
            .collect();
        for pair in rows {
            if pair.relation.links() {
                *wrong.entry(pair.relation).or_default() += 1.0 - pair.probability.unwrap_or(1.0);
                shown.add(&pair);
                if let Some(story) = stories.common(&[pair.a, pair.b]) {
                    least[story] = least[story].min(pair.jaccard);
                    tally(&corpus, &credited, &pair, &mut tallies);
                }
            }
            pairs.push(pair)?;
        }
    }
    drop(compared);
    let credits = Credits { corpus: &corpus, tallies: &tallies };
    let rows = stories.rows(&corpus, &least, &credits);
    let id = |article: ArticleId| corpus.articles.get(article.index()).id.clone();
    let kinds = Kinds::of(places_in(&corpus, &stories, &shown), &rows, &pairs, id);
    let mut outlets = Outlets::of(&rows, kinds.references());
    let mut members = Table::new(workspace, workspace.share(Memory::Rows));
    let (mut dropped, mut undated, mut doubtful_dates, mut without_source) = (0, 0, 0, 0);
    for block in corpus.spool.articles().collect::<Vec<_>>().chunks(BLOCK) {
        let rows: Vec<Member> = block
            .par_iter()
            .map(|&article| {
                let read = corpus.articles.get(article.index());
                let agency = credits.of_article(article).into_owned();
                let mut member = Member { agency, ..shown.member(article, &read, &corpus, &stories) };
                kinds.tell(article, &mut member);
                member
            })
            .collect();
        for (member, &article) in rows.into_iter().zip(block) {
            outlets.add(article, &member);
            undated += u64::from(member.published.is_none());
            doubtful_dates += u64::from(member.published.is_some_and(|moment| moment.doubtful));
            without_source += u64::from(member.source.is_none());
            dropped += u64::from(!member.keep);
            members.push(member)?;
        }
    }
    let outlets = outlets.finish();
    drop(kinds);
    let texts = if kept == Kept::Texts { texts(&corpus, &members)? } else { Table::default() };
    let exact_classes = classes.texts.len() as u64;
    let counts = Counts {
        files: corpus.files,
        articles: corpus.len() as u64,
        text_bytes: corpus.spool.articles().map(|article| corpus.spool.text_bytes_of(article) as u64).sum(),
        undated,
        doubtful_dates,
        without_source,
        rejects: Reject::count(&corpus.rejects),
        passed_over: corpus.passed_over.clone(),
        exact_classes,
        near_duplicate_classes: classes.leaders.len() as u64,
        bucket_candidates: classes.candidates,
        passage_candidates,
        verified_pairs: verified,
        links: shown.links,
        expected_wrong_links: wrong
            .into_iter()
            .map(|(relation, sum)| (relation, (sum * 10.0).round() / 10.0))
            .collect(),
        notices: corpus.notices.len() as u64,
        rejected_pairs,
        stories: rows.len() as u64,
        articles_in_stories: rows.iter().map(|story| story.members.len() as u64).sum(),
        dropped,
        oversized_buckets: classes.oversized,
    };
    workspace.check()?;
    Ok(Findings {
        members,
        pairs,
        stories: rows,
        outlets,
        passages,
        texts,
        rejects: corpus.rejects,
        counts,
        decoys,
        ids: Ids::default(),
        workspace: corpus.workspace,
    })
}

/// Where articles stand: their stories, dates and classes.
fn places_in(corpus: &Corpus, stories: &Stories, shown: &Shown<'_>) -> Vec<Place> {
    let place = |article: ArticleId| Place {
        story: stories.of[article.index()].map(|story| story as u32),
        published: Some(corpus.published[article.index()]).filter(|&published| published != UNDATED),
        class: shown.duplicate_of(article).unwrap_or(article),
    };
    corpus.spool.articles().map(place).collect()
}

/// The pairs that are rows, in input order: links of the relations that are wanted, and if all are asked for, the likeliest of
/// the others.
fn listed(compared: &ComparedPairs, settings: &Settings) -> Vec<usize> {
    let heads = compared.heads();
    let wanted = |&place: &usize| settings.relate.relations.contains(&heads[place].relation);
    let (mut places, mut others): (Vec<usize>, Vec<usize>) =
        (0..heads.len()).filter(wanted).partition(|&place| heads[place].relation.links());
    let in_input = |&place: &usize| {
        let head = &heads[place];
        (head.a.min(head.b), head.a.max(head.b))
    };
    if settings.relate.all_pairs {
        others.par_sort_unstable_by(|x, y| {
            heads[*y].bits.total_cmp(&heads[*x].bits).then_with(|| in_input(x).cmp(&in_input(y)))
        });
        others.truncate(OTHERS);
        places.append(&mut others);
    }
    places.par_sort_unstable_by_key(in_input);
    places
}

/// A story by its id, with its articles in input order.
pub type NamedStory = (String, Vec<ArticleId>);

/// The story that an article belongs to, and those of which it carries a part, as the tables have them.
pub fn stories_of(article: ArticleId, corpus: &Corpus, analysis: &Analysis) -> (Option<NamedStory>, Vec<NamedStory>) {
    let classes = &analysis.classes;
    let stories = Stories::of(corpus, classes, &analysis.stories, &classes.groups(), true);
    let named = |&story: &usize| (stories.ids[story].clone(), stories.members[story].clone());
    (stories.of[article.index()].as_ref().map(named), stories.partial(article).iter().map(named).collect())
}

/// What may stand above a story: its titles, and its first words.
pub type StoryTitles = (Titles, Option<String>);

/// What may stand above each story, in the order of [`Findings::stories`].
pub fn story_titles(corpus: &Corpus, analysis: &Analysis, settings: &Settings) -> Vec<StoryTitles> {
    let classes = &analysis.classes;
    let stories = Stories::of(corpus, classes, &analysis.stories, &classes.groups(), makes_stories_of_copies(settings));
    let titles = |members: &Vec<ArticleId>| {
        let order = in_order_of_publication(corpus, members);
        let read: Vec<Cow<'_, Article>> = order.iter().map(|article| corpus.articles.get(article.index())).collect();
        let titles = Titles::of(corpus, order.iter().copied().zip(&read));
        (titles, order.iter().find_map(|&article| beginning(corpus, article)))
    };
    stories.members.par_iter().map(titles).collect()
}

/// Whether near-duplicates alone make a story.
fn makes_stories_of_copies(settings: &Settings) -> bool {
    let wanted = |relation: Relation| settings.relate.relations.contains(&relation);
    wanted(Relation::Identical) || wanted(Relation::NearDuplicate)
}

fn in_order_of_publication(corpus: &Corpus, members: &[ArticleId]) -> Vec<ArticleId> {
    let mut order = members.to_vec();
    order.sort_unstable_by_key(|&article| by_publication(corpus, article));
    order
}

/// Stories over articles, largest first.
struct Stories {
    members: Vec<Vec<ArticleId>>,
    ids: Vec<String>,
    of: Vec<Option<usize>>,
    /// The stories of which an article carries a part, where there are any.
    partial: BTreeMap<ArticleId, Vec<usize>>,
}

impl Stories {
    /// `same_text` says whether near-duplicates alone make a story.
    fn of(corpus: &Corpus, classes: &Classes, found: &story::Stories, groups: &Groups, same_text: bool) -> Stories {
        let groups: Vec<&[ArticleId]> = classes.leaders.iter().map(|&leader| groups.of_leader(leader)).collect();
        let mut grouped: Vec<(Option<usize>, Vec<ArticleId>)> = Vec::new();
        let mut in_story = vec![false; groups.len()];
        for (number, classes) in found.stories.iter().enumerate() {
            let mut members: Vec<ArticleId> = classes.iter().flat_map(|&class| groups[class].iter().copied()).collect();
            members.sort_unstable();
            classes.iter().for_each(|&class| in_story[class] = true);
            grouped.push((Some(number), members));
        }
        let alone =
            groups.iter().zip(&in_story).filter(|(group, in_story)| same_text && group.len() > 1 && !**in_story);
        grouped.extend(alone.map(|(group, _)| (None, group.to_vec())));
        // What is nothing but a notice tells no story.
        let is_notice = |article: &ArticleId| corpus.notices.binary_search(&article.0).is_ok();
        grouped.retain(|(_, members)| !members.iter().all(is_notice));
        let id = |members: &[ArticleId]| {
            let content = members.iter().map(|&article| corpus.content(article)).min().unwrap_or_default();
            format!("s{:012x}", (content >> 80) as u64)
        };
        let mut grouped: Vec<(String, Option<usize>, Vec<ArticleId>)> =
            grouped.into_iter().map(|(number, members)| (id(&members), number, members)).collect();
        grouped.sort_by(|x, y| y.2.len().cmp(&x.2.len()).then_with(|| x.0.cmp(&y.0)));
        let mut of = vec![None; corpus.len()];
        let mut place = vec![usize::MAX; found.stories.len()];
        for (story, (_, number, members)) in grouped.iter().enumerate() {
            members.iter().for_each(|article| of[article.index()] = Some(story));
            if let Some(number) = number {
                place[*number] = story;
            }
        }
        let mut partial = BTreeMap::new();
        for (group, stories) in groups.iter().zip(&found.partial).filter(|(_, stories)| !stories.is_empty()) {
            let mut stories: Vec<usize> = stories.iter().map(|&story| place[story]).collect();
            stories.sort_unstable();
            group.iter().for_each(|&article| _ = partial.insert(article, stories.clone()));
        }
        let (ids, members) = grouped.into_iter().map(|(id, _, members)| (id, members)).unzip();
        Stories { members, ids, of, partial }
    }

    /// The stories of which an article carries a part.
    fn partial(&self, article: ArticleId) -> &[usize] {
        self.partial.get(&article).map_or(&[], Vec::as_slice)
    }

    /// The one story that all these articles belong to.
    fn common(&self, articles: &[ArticleId]) -> Option<usize> {
        let first = self.of[articles.first()?.index()]?;
        articles.iter().all(|article| self.of[article.index()] == Some(first)).then_some(first)
    }

    /// The rows of stories; `least` is the lowest similarity of the links of each.
    fn rows(&self, corpus: &Corpus, least: &[f64], credits: &Credits<'_>) -> Vec<Story> {
        let recurring = Recurring::of(corpus, |article| self.of[article.index()]);
        self.members
            .par_iter()
            .zip(&self.ids)
            .zip(least)
            .map(|((members, id), least)| {
                let order = in_order_of_publication(corpus, members);
                let read: Vec<Cow<'_, Article>> =
                    order.iter().map(|article| corpus.articles.get(article.index())).collect();
                let by_date = || read.iter();
                let first = by_date().find(|article| article.trusted_date().is_some());
                let last = by_date().rfind(|article| article.trusted_date().is_some());
                let titles = Titles::of(corpus, order.iter().copied().zip(&read));
                let first_words = || order.iter().find_map(|&article| beginning(corpus, article));
                let title = titles.headline(&recurring, first_words);
                let agencies: Vec<Cow<'_, Option<Box<Credit>>>> =
                    order.iter().map(|&article| credits.of_article(article)).collect();
                let tellers: Vec<Teller<'_>> = order
                    .iter()
                    .zip(&read)
                    .zip(&agencies)
                    .map(|((&id, article), credit)| Teller {
                        id,
                        article,
                        credit: credit.as_deref(),
                        tally: credits.tallies[id.index()],
                    })
                    .collect();
                let sources: BTreeSet<&String> = by_date().filter_map(|article| article.source.as_ref()).collect();
                Story {
                    id: id.clone(),
                    members: members.clone(),
                    sources: sources.iter().map(|&source| source.clone()).collect(),
                    title,
                    first_published: first.and_then(|article| article.published),
                    last_published: last.and_then(|article| article.published),
                    syndicated: sources.len() + usize::from(by_date().any(|article| article.source.is_none())) > 1,
                    origin: origin::origin(&tellers, |article| corpus.keys.rank(article)),
                    agency: origin::agency(&tellers),
                    min_similarity: if least.is_finite() { *least } else { 0.0 },
                }
            })
            .collect()
    }
}

/// What a link inside a story says about where either text comes from.
fn tally(corpus: &Corpus, credited: &[bool], pair: &Pair, tallies: &mut [Tally]) {
    let shares = (pair.prose_a.max(pair.containment_a), pair.prose_b.max(pair.containment_b));
    let sides = [(pair.a, pair.b, shares), (pair.b, pair.a, (shares.1, shares.0))];
    for (article, other, (held, holds)) in sides {
        let other_is_credited = credited[other.index()];
        let side =
            Side { other, relation: pair.relation, held, holds, other_is_credited, same_outlet: pair.same_source };
        tallies[article.index()].add(&side, |article| corpus.keys.rank(article));
    }
}

/// The agency of each article: the one it states, or the one it inherits.
struct Credits<'a> {
    corpus: &'a Corpus,
    tallies: &'a [Tally],
}

impl Credits<'_> {
    fn of_article(&self, article: ArticleId) -> Cow<'_, Option<Box<Credit>>> {
        let stated = self.corpus.credits.get(article.index());
        if stated.is_some() { stated } else { Cow::Owned(self.inherited(article)) }
    }

    fn inherited(&self, article: ArticleId) -> Option<Box<Credit>> {
        let corpus = self.corpus;
        let (from, share) = self.tallies[article.index()].carries()?;
        let credit = corpus.credits.get(from.index());
        let read = |article: ArticleId| corpus.articles.get(article.index());
        origin::inherited(&read(article), &read(from), credit.as_deref()?, share).map(Box::new)
    }
}

/// When an article was published, then its place in the order by content.
fn by_publication(corpus: &Corpus, article: ArticleId) -> (i64, u32) {
    (corpus.published[article.index()], corpus.keys.rank(article))
}

/// What pairs say about the two articles of each.
struct Shown<'a> {
    classes: &'a Classes,
    rank: &'a [u32],
    /// The strongest link of each article: by relation, then similarity, then the first partner.
    strongest: Vec<Option<Strongest>>,
    /// Similarity and containment with what is kept of the class.
    of_class: Vec<Option<(f64, f64)>>,
    /// What is kept of each class.
    survivors: &'a Survivors,
    links: u64,
}

#[derive(Clone, Copy)]
struct Strongest {
    relation: Relation,
    other: ArticleId,
    jaccard: f64,
    containment: f64,
}

impl<'a> Shown<'a> {
    fn new(corpus: &'a Corpus, classes: &'a Classes, survivors: &'a Survivors) -> Shown<'a> {
        Shown {
            classes,
            rank: &corpus.keys.rank,
            strongest: vec![None; corpus.len()],
            of_class: vec![None; corpus.len()],
            survivors,
            links: 0,
        }
    }

    fn leader(&self, article: ArticleId) -> ArticleId {
        self.classes.near[article.index()]
    }

    /// What an article is dropped for. Both were verified against the leader of their class by the similarity that was asked
    /// for; a near-duplicate by what the bodies share may have a paragraph of its own, and stays.
    fn duplicate_of(&self, article: ArticleId) -> Option<ArticleId> {
        Some(self.survivors.of_class(self.leader(article))).filter(|&kept| kept != article)
    }

    /// Takes a link.
    fn add(&mut self, pair: &Pair) {
        self.links += 1;
        let sides = [(pair.a, pair.b, pair.containment_a), (pair.b, pair.a, pair.containment_b)];
        for (article, other, containment) in sides {
            let link = Strongest { relation: pair.relation, other, jaccard: pair.jaccard, containment };
            let rank = |article: ArticleId| self.rank[article.index()];
            let stronger = self.strongest[article.index()].is_none_or(|best| {
                let order = link.relation.cmp(&best.relation).then(best.jaccard.total_cmp(&link.jaccard));
                order.then(rank(other).cmp(&rank(best.other))).is_lt()
            });
            if stronger {
                self.strongest[article.index()] = Some(link);
            }
            if self.duplicate_of(article) == Some(other) {
                self.of_class[article.index()] = Some((pair.jaccard, containment));
            }
        }
    }

    /// The row of an article.
    fn member(&self, article: ArticleId, read: &Article, corpus: &Corpus, stories: &Stories) -> Member {
        let duplicate_of = self.duplicate_of(article);
        let best = self.strongest[article.index()];
        let shown = duplicate_of.and(self.of_class[article.index()]).or(best.map(|b| (b.jaccard, b.containment)));
        let keep_reason = match (duplicate_of, self.survivors.reason(self.leader(article))) {
            (Some(kept), _) => format!("near-duplicate of {}", corpus.articles.get(kept.index()).id),
            (None, None) => "no near-duplicate".to_string(),
            (None, Some(reason)) => reason.to_owned(),
        };
        Member {
            id: read.id.clone(),
            location: read.location.clone(),
            content: corpus.content(article),
            url: read.url.clone(),
            source: read.source.clone(),
            title: read.title.clone(),
            lang: read.lang.clone(),
            published: read.published,
            kind: Kind::default(),
            near: None,
            story: stories.of[article.index()],
            partial_in: stories.partial(article).to_vec(),
            relation: best.map(|best| best.relation),
            closest: best.map(|best| best.other),
            duplicate_of,
            similarity: shown.map(|(jaccard, _)| jaccard),
            containment: shown.map(|(_, containment)| containment),
            keep: duplicate_of.is_none(),
            keep_reason,
            agency: None,
        }
    }
}

impl Pair {
    /// The same pair with the article first that stands first in the input.
    fn in_input_order(mut self) -> Pair {
        if self.a > self.b {
            std::mem::swap(&mut self.a, &mut self.b);
            std::mem::swap(&mut self.containment_a, &mut self.containment_b);
            std::mem::swap(&mut self.prose_a, &mut self.prose_b);
            let mut runs: Vec<(Span, Span)> = self.b_spans.into_iter().zip(self.a_spans).collect();
            runs.sort_unstable();
            (self.a_spans, self.b_spans) = runs.into_iter().unzip();
            self.direction = self.direction.map(|direction| match direction {
                Direction::AInB => Direction::BInA,
                Direction::BInA => Direction::AInB,
            });
        }
        self
    }
}

/// The row of a pair; of one of the two articles the spans are known.
fn row(corpus: &Corpus, weights: &Weights, pair: &Compared<'_>, known: (ArticleId, &[Span])) -> Pair {
    let evidence = &pair.evidence;
    let spans = |article| {
        if article == known.0 { Cow::Borrowed(known.1) } else { Cow::Owned(corpus.spool.spans(article)) }
    };
    let (spans_a, spans_b) = (spans(pair.a), spans(pair.b));
    // A text that could not be read has no spans.
    let span =
        |spans: &[Span], from: usize, tokens: usize| Span::covering(spans.get(from..from + tokens).unwrap_or_default());
    let source = |article: ArticleId| corpus.sources[article.index()];
    // Two decimals, as tables have them, so that what is read back is the same.
    let shown = |weighed: Weighed| (weighed.feature, (weighed.bits * 100.0).round() / 100.0 + 0.0);
    let weighed = || weights.waterfall(evidence).into_iter().map(shown).collect();
    Pair {
        a: pair.a,
        b: pair.b,
        relation: pair.verdict.relation,
        direction: pair.verdict.direction,
        jaccard: evidence.overlap.jaccard(),
        containment_a: evidence.overlap.containment_a(),
        containment_b: evidence.overlap.containment_b(),
        prose_a: evidence.prose_a(),
        prose_b: evidence.prose_b(),
        evidence_bits: evidence.bits,
        probability: pair.verdict.probability(),
        weights: if pair.verdict.score.is_some() { weighed() } else { Vec::new() },
        longest_run: evidence.longest_run() as u32,
        shared_tokens: evidence.shared.tokens() as u32,
        quote_share: evidence.quote_share(),
        same_source: source(pair.a) != 0 && source(pair.a) == source(pair.b),
        a_spans: evidence.runs.iter().map(|run| span(&spans_a, run.run.a, run.run.tokens)).collect(),
        b_spans: evidence.runs.iter().map(|run| span(&spans_b, run.run.b, run.run.tokens)).collect(),
        rule: pair.verdict.rule(),
    }
}

/// The places of the runs of some pairs, all with the same first text.
fn places(corpus: &Corpus, compared: &ComparedPairs, pairs: Range<usize>) -> Vec<RunRow> {
    let heads = &compared.heads()[pairs.clone()];
    let ids = corpus.spool.words(heads[0].a);
    let mut places = Vec::new();
    for (place, head) in pairs.zip(heads).filter(|(_, head)| head.relation.links()) {
        for SharedRun { run, .. } in &compared.evidence(place).runs {
            // A text that could not be read has no words.
            let words = ids.get(run.a..run.a + run.tokens).unwrap_or_default();
            places.extend(RunRow::of(words, (head.a, run.a), (head.b, run.b)).into_iter().flatten());
        }
    }
    places
}

fn collect_passages(
    corpus: &Corpus,
    compared: &ComparedPairs,
    stories: &Stories,
    rows: &mut Table<Passage>,
) -> Result<()> {
    let heads = compared.heads();
    // A pair has a few runs, and each has two places.
    let mut collector = Collector::new(&corpus.workspace, heads.len() * 4);
    let mut first = 0;
    let pairs_of: Vec<Range<usize>> = heads
        .chunk_by(|x, y| x.a == y.a)
        .map(|pairs| {
            first += pairs.len();
            first - pairs.len()..first
        })
        .collect();
    for block in pairs_of.chunks(BLOCK) {
        collector.extend(block, |pairs| places(corpus, compared, pairs.clone()))?;
    }
    let mut pairs = vec![0; corpus.len()];
    heads.iter().flat_map(|head| [head.a, head.b]).for_each(|article| pairs[article.index()] += 1);
    let texts = Texts {
        pairs,
        spool: &corpus.spool,
        rank: |article| by_publication(corpus, article),
        story: |articles: &[ArticleId]| stories.common(articles),
    };
    collector.passages(&texts, rows)
}
