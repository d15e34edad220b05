//! From the products of the stages to the rows of the tables.

use std::collections::{BTreeMap, BTreeSet};

use crate::article::{ArticleId, Span};
use crate::corpus::Corpus;
use crate::pipeline::{Analysis, Compared};
use crate::relate::Relation;
use crate::settings::Settings;

use super::passages::Collector;
use super::{Counts, Findings, Member, Pair, Story};

/// The findings of a scan.
pub fn assemble(corpus: Corpus, analysis: Analysis, settings: &Settings) -> Findings {
    let wanted = |relation: Relation| settings.relate.relations.contains(&relation);
    let stories = Stories::of(&corpus, &analysis);
    let pairs: Vec<Pair> =
        analysis.compared.iter().filter(|pair| wanted(pair.verdict.relation)).map(|pair| row(&corpus, pair)).collect();
    let passages = passages(&corpus, &analysis, &stories);
    let mut members = members(&corpus, &analysis, &stories, &pairs);
    let rows = stories.rows(&corpus, &pairs);
    let counts = Counts {
        files: corpus.files,
        articles: corpus.len() as u64,
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
    Findings { members, pairs, stories: rows, passages, rejects: corpus.rejects, counts }
}

/// A story by its id, with its articles in input order.
pub type NamedStory = (String, Vec<ArticleId>);

/// The story that an article belongs to, and those of which it carries a part, as the tables have them.
pub fn stories_of(article: ArticleId, corpus: &Corpus, analysis: &Analysis) -> (Option<NamedStory>, Vec<NamedStory>) {
    let stories = Stories::of(corpus, analysis);
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
    fn of(corpus: &Corpus, analysis: &Analysis) -> Stories {
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
        let alone = groups.iter().zip(&in_story).filter(|(group, in_story)| group.len() > 1 && !**in_story);
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
                let first = articles().filter(|a| a.published.is_some()).min_by_key(|a| a.published.map(|p| p.seconds));
                let last = articles().filter(|a| a.published.is_some()).max_by_key(|a| a.published.map(|p| p.seconds));
                let titled = first.into_iter().chain(articles()).find_map(|article| article.title.clone());
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

fn members(corpus: &Corpus, analysis: &Analysis, stories: &Stories, pairs: &[Pair]) -> Vec<Member> {
    // The strongest link of each article: by relation, then similarity, then the first partner.
    let mut strongest: Vec<Option<(&Pair, ArticleId)>> = vec![None; corpus.len()];
    let mut of_class: BTreeMap<(ArticleId, ArticleId), &Pair> = BTreeMap::new();
    let classes = &analysis.classes;
    for pair in pairs.iter().filter(|pair| pair.relation.links()) {
        for (article, other) in [(pair.a, pair.b), (pair.b, pair.a)] {
            let stronger = strongest[article.index()]
                .is_none_or(|(best, _)| (pair.relation, -pair.jaccard) < (best.relation, -best.jaccard));
            if stronger {
                strongest[article.index()] = Some((pair, other));
            }
            if classes.near[article.index()] == other {
                of_class.insert((article, other), pair);
            }
        }
    }
    let mut size: BTreeMap<ArticleId, usize> = BTreeMap::new();
    for leader in &classes.near {
        *size.entry(*leader).or_default() += 1;
    }
    (0..corpus.len() as u32)
        .map(ArticleId)
        .map(|article| {
            let read = &corpus.articles[article.index()];
            let leader = classes.near[article.index()];
            let duplicate_of = (leader != article).then_some(leader);
            let best = strongest[article.index()];
            let shown = duplicate_of.and_then(|leader| of_class.get(&(article, leader)).copied()).or(best.map(|b| b.0));
            let containment = shown.map(|pair| if pair.a == article { pair.containment_a } else { pair.containment_b });
            let keep_reason = match (duplicate_of, size[&leader]) {
                (Some(leader), _) => format!("near-duplicate of {}", corpus.articles[leader.index()].id),
                (None, 1) => "no near-duplicate".to_string(),
                (None, size) => format!("longest of {size} near-duplicates"),
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

fn row(corpus: &Corpus, pair: &Compared) -> Pair {
    let evidence = &pair.evidence;
    let (spans_a, spans_b) = (corpus.spool.spans(pair.a), corpus.spool.spans(pair.b));
    let span = |spans: &[Span], from: usize, tokens: usize| Span {
        start: spans[from].start,
        end: spans[from..from + tokens].iter().map(|span| span.end).max().unwrap_or(spans[from].end),
    };
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
    let resolve = |article: ArticleId, start: usize, end: usize| {
        let spans = corpus.spool.spans(article);
        let last = spans[start..end].iter().map(|span| span.end).max().unwrap_or_default();
        let span = Span { start: spans[start].start, end: last };
        (span.of(corpus.spool.text(article)).to_string(), span)
    };
    let rank = |article: ArticleId| corpus.articles[article.index()].published.map_or(i64::MAX, |p| p.seconds);
    collector.passages(resolve, rank, |articles| stories.common(articles))
}
