//! From the products of the stages to the rows of the tables.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::article::{ArticleId, Span};
use crate::corpus::Corpus;
use crate::pipeline::{Analysis, Compared};
use crate::relate::{Direction, Relation};
use crate::settings::Settings;

use super::passages::Collector;
use super::{Counts, Findings, Member, Pair, Story};

/// The findings of a scan.
pub fn assemble(corpus: Corpus, analysis: Analysis, settings: &Settings) -> Findings {
    let wanted = |relation: Relation| settings.relate.relations.contains(&relation);
    let same_text = wanted(Relation::Identical) || wanted(Relation::NearDuplicate);
    let stories = Stories::of(&corpus, &analysis, same_text);
    let mut pairs: Vec<Pair> = analysis
        .compared
        .par_iter()
        .filter(|pair| wanted(pair.verdict.relation))
        .map(|pair| row(&corpus, pair).in_input_order())
        .collect();
    pairs.par_sort_unstable_by_key(|pair| (pair.a, pair.b));
    let passages = passages(&corpus, &analysis, &stories);
    let mut members = members(&corpus, &analysis, &stories, &pairs);
    let rows = stories.rows(&corpus, &pairs);
    let counts = Counts {
        files: corpus.files,
        articles: corpus.len() as u64,
        undated: corpus.articles.iter().filter(|article| article.published.is_none()).count() as u64,
        without_source: corpus.articles.iter().filter(|article| article.source.is_none()).count() as u64,
        rejects: corpus.rejects.len() as u64,
        exact_classes: analysis.classes.exact.iter().collect::<BTreeSet<_>>().len() as u64,
        near_duplicate_classes: analysis.classes.leaders.len() as u64,
        bucket_candidates: analysis.classes.candidates,
        passage_candidates: analysis.candidates.len() as u64,
        verified_pairs: analysis.verified,
        links: pairs.iter().filter(|pair| pair.relation.links()).count() as u64,
        stories: rows.len() as u64,
        articles_in_stories: rows.iter().map(|story| story.members.len() as u64).sum(),
        dropped: members.iter().filter(|member| !member.keep).count() as u64,
        oversized_buckets: analysis.classes.oversized,
    };
    for (member, article) in members.iter_mut().zip(corpus.articles) {
        member.id = article.id;
        member.location = article.location;
        member.url = article.url;
        member.source = article.source;
        member.title = article.title;
    }
    Findings {
        members,
        pairs,
        stories: rows,
        passages,
        rejects: corpus.rejects,
        counts,
        calibration: analysis.calibration,
    }
}

/// A story by its id, with its articles in input order.
pub type NamedStory = (String, Vec<ArticleId>);

/// The story that an article belongs to, and those of which it carries a part, as the tables have them.
pub fn stories_of(article: ArticleId, corpus: &Corpus, analysis: &Analysis) -> (Option<NamedStory>, Vec<NamedStory>) {
    let stories = Stories::of(corpus, analysis, true);
    let named = |&story: &usize| (stories.ids[story].clone(), stories.members[story].clone());
    (stories.of[article.index()].as_ref().map(named), stories.partial[article.index()].iter().map(named).collect())
}

/// Stories over articles, largest first.
struct Stories {
    members: Vec<Vec<ArticleId>>,
    ids: Vec<String>,
    of: Vec<Option<usize>>,
    partial: Vec<Vec<usize>>,
}

impl Stories {
    /// `same_text` says whether near-duplicates alone make a story.
    fn of(corpus: &Corpus, analysis: &Analysis, same_text: bool) -> Stories {
        let groups = analysis.classes.groups();
        let found = &analysis.stories;
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
        grouped.extend(alone.map(|(group, _)| (None, group.clone())));
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
        let mut partial = vec![Vec::new(); corpus.len()];
        for (group, stories) in groups.iter().zip(&found.partial) {
            for article in group {
                let mut stories: Vec<usize> = stories.iter().map(|&story| place[story]).collect();
                stories.sort_unstable();
                partial[article.index()] = stories;
            }
        }
        let (ids, members) = grouped.into_iter().map(|(id, _, members)| (id, members)).unzip();
        Stories { members, ids, of, partial }
    }

    /// The one story that all these articles belong to.
    fn common(&self, articles: &[ArticleId]) -> Option<usize> {
        let first = self.of[articles.first()?.index()]?;
        articles.iter().all(|article| self.of[article.index()] == Some(first)).then_some(first)
    }

    fn rows(&self, corpus: &Corpus, pairs: &[Pair]) -> Vec<Story> {
        let mut least = vec![f64::INFINITY; self.members.len()];
        for pair in pairs.iter().filter(|pair| pair.relation.links()) {
            if let Some(story) = self.common(&[pair.a, pair.b]) {
                least[story] = least[story].min(pair.jaccard);
            }
        }
        self.members
            .iter()
            .zip(&self.ids)
            .zip(least)
            .map(|((members, id), least)| {
                let articles = || members.iter().map(|article| &corpus.articles[article.index()]);
                let mut order = members.clone();
                let seconds = |article: ArticleId| corpus.articles[article.index()].trusted_date().map(|p| p.seconds);
                order
                    .sort_unstable_by_key(|&article| (seconds(article).unwrap_or(i64::MAX), corpus.keys.rank(article)));
                let by_date = || order.iter().map(|article| &corpus.articles[article.index()]);
                let first = by_date().find(|article| article.trusted_date().is_some());
                let last = by_date().rfind(|article| article.trusted_date().is_some());
                let titled = commonest_title(by_date().filter_map(|article| article.title.as_deref()));
                let sources: BTreeSet<&String> = articles().filter_map(|article| article.source.as_ref()).collect();
                Story {
                    id: id.clone(),
                    members: members.clone(),
                    sources: sources.into_iter().cloned().collect(),
                    title: titled,
                    first_published: first.and_then(|article| article.published),
                    last_published: last.and_then(|article| article.published),
                    origin: None,
                    agency: None,
                    min_similarity: if least.is_finite() { least } else { 0.0 },
                }
            })
            .collect()
    }
}

/// The title that most articles have, of those the first: a page title or a button is rarely repeated by other outlets.
fn commonest_title<'t>(titles: impl Iterator<Item = &'t str>) -> Option<String> {
    let mut counted: Vec<(&str, usize)> = Vec::new();
    for title in titles {
        match counted.iter_mut().find(|(known, _)| *known == title) {
            Some((_, times)) => *times += 1,
            None => counted.push((title, 1)),
        }
    }
    let most = counted.iter().map(|(_, times)| *times).max()?;
    counted.into_iter().find(|(_, times)| *times == most).map(|(title, _)| title.to_string())
}

fn members(corpus: &Corpus, analysis: &Analysis, stories: &Stories, pairs: &[Pair]) -> Vec<Member> {
    // The strongest link of each article: by relation, then similarity, then the first partner.
    let mut strongest: Vec<Option<(&Pair, ArticleId)>> = vec![None; corpus.len()];
    let mut of_class: BTreeMap<(ArticleId, ArticleId), &Pair> = BTreeMap::new();
    // What is dropped was verified against what is kept by the similarity that was asked for; a near-duplicate by what the
    // bodies share may have a paragraph of its own, and stays.
    let leaders = analysis.classes.near.iter().enumerate();
    let duplicate_of: Vec<Option<ArticleId>> =
        leaders.map(|(article, leader)| (leader.index() != article).then_some(*leader)).collect();
    for pair in pairs.iter().filter(|pair| pair.relation.links()) {
        for (article, other) in [(pair.a, pair.b), (pair.b, pair.a)] {
            let stronger = strongest[article.index()].is_none_or(|(best, known)| {
                let order = pair.relation.cmp(&best.relation).then(best.jaccard.total_cmp(&pair.jaccard));
                order.then(corpus.keys.rank(other).cmp(&corpus.keys.rank(known))).is_lt()
            });
            if stronger {
                strongest[article.index()] = Some((pair, other));
            }
            if duplicate_of[article.index()] == Some(other) {
                of_class.insert((article, other), pair);
            }
        }
    }
    let mut size: BTreeMap<ArticleId, usize> = BTreeMap::new();
    for (number, kept) in duplicate_of.iter().enumerate() {
        *size.entry(kept.unwrap_or(ArticleId(number as u32))).or_default() += 1;
    }
    (0..corpus.len() as u32)
        .map(ArticleId)
        .map(|article| {
            let read = &corpus.articles[article.index()];
            let duplicate_of = duplicate_of[article.index()];
            let best = strongest[article.index()];
            let shown = duplicate_of.and_then(|leader| of_class.get(&(article, leader)).copied()).or(best.map(|b| b.0));
            let containment = shown.map(|pair| if pair.a == article { pair.containment_a } else { pair.containment_b });
            let keep_reason = match duplicate_of {
                Some(kept) => format!("near-duplicate of {}", corpus.articles[kept.index()].id),
                None if size[&article] == 1 => "no near-duplicate".to_string(),
                None => format!("longest of {} near-duplicates", size[&article]),
            };
            Member {
                id: String::new(),
                location: read.location.clone(),
                url: None,
                source: None,
                title: None,
                published: read.published,
                story: stories.of[article.index()],
                partial_in: stories.partial[article.index()].clone(),
                relation: best.map(|(pair, _)| pair.relation),
                closest: best.map(|(_, other)| other),
                duplicate_of,
                similarity: shown.map(|pair| pair.jaccard),
                containment,
                keep: duplicate_of.is_none(),
                keep_reason,
            }
        })
        .collect()
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

fn row(corpus: &Corpus, pair: &Compared) -> Pair {
    let evidence = &pair.evidence;
    let (spans_a, spans_b) = (corpus.spool.spans(pair.a), corpus.spool.spans(pair.b));
    let span = |spans: &[Span], from: usize, tokens: usize| Span::covering(&spans[from..from + tokens]);
    let source = |article: ArticleId| corpus.articles[article.index()].source.as_deref();
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
        longest_run: evidence.longest_run() as u32,
        shared_tokens: evidence.shared.tokens() as u32,
        quote_share: evidence.quote_share(),
        same_source: source(pair.a).is_some() && source(pair.a) == source(pair.b),
        a_spans: evidence.runs.iter().map(|run| span(&spans_a, run.run.a, run.run.tokens)).collect(),
        b_spans: evidence.runs.iter().map(|run| span(&spans_b, run.run.b, run.run.tokens)).collect(),
        rule: pair.verdict.rule.clone(),
    }
}

fn passages(corpus: &Corpus, analysis: &Analysis, stories: &Stories) -> Vec<super::Passage> {
    let mut collector = Collector::default();
    for pair in analysis.compared.iter().filter(|pair| pair.verdict.relation != Relation::Boilerplate) {
        let ids = corpus.spool.document(pair.a).ids;
        for run in &pair.evidence.runs {
            let run = run.run;
            collector.add(&ids[run.a..run.a + run.tokens], (pair.a, run.a), (pair.b, run.b));
        }
    }
    let rank = |article: ArticleId| {
        (corpus.articles[article.index()].trusted_date().map_or(i64::MAX, |p| p.seconds), corpus.keys.rank(article))
    };
    collector.passages(
        |article| corpus.spool.spans(article),
        |article| corpus.spool.text(article),
        rank,
        |articles| stories.common(articles),
    )
}
