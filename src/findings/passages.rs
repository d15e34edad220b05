//! Which passages are reused, and by whom?
//!
//! In: the runs of verified pairs. Out: one [`Passage`] a stretch of text with all its carriers. Runs of different pairs are
//! one passage if their words are the same. A passage inside a longer one adds nothing unless somebody carries it alone.
//!
//! Rows are exchanged by words, by article and by passage, which takes a share of the memory each and temporary files beyond. In memory remain 25 bytes a passage.

use rayon::prelude::*;

use bytemuck::{Pod, Zeroable};

use crate::article::{ArticleId, Span};
use crate::bucket::passages::PASSAGE_TOKENS;
use crate::disk::{Exchange, List, Memory, Partitioned, Row, Table, Workspace, spread};
use crate::error::Result;
use crate::spool::Spool;
use crate::text::SEED;

use super::Passage;

/// Runs that are looked at at a time, at least.
const BATCH: usize = 1 << 16;
/// Texts of which what one thread finds is piled at once.
const PILED: usize = 256;

/// A run of words in an article: its tokens `start..end`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct RunRow {
    /// The hash of its words.
    words: [u64; 2],
    article: u32,
    start: u32,
    end: u32,
    /// What makes the size a multiple of eight.
    unused: u32,
}

impl Row for RunRow {
    fn key(&self) -> u64 {
        self.words[0]
    }
}

impl RunRow {
    /// The places of a run that `a` and `b` share; `words` are its tokens. None if it is too short for a passage.
    pub(crate) fn of(words: &[u32], a: (ArticleId, usize), b: (ArticleId, usize)) -> Option<[RunRow; 2]> {
        if words.len() < PASSAGE_TOKENS {
            return None;
        }
        let key = xxhash_rust::xxh3::xxh3_128_with_seed(bytemuck::cast_slice(words), SEED);
        let place = |(article, start): (ArticleId, usize)| RunRow {
            words: [(key >> 64) as u64, key as u64],
            article: article.0,
            start: start as u32,
            end: (start + words.len()) as u32,
            unused: 0,
        };
        Some([place(a), place(b)])
    }
}

/// A passage in an article, by tokens or by bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
struct Carrier {
    article: u32,
    start: u32,
    end: u32,
}

/// A passage that is not inside another, by its number, and the place of its first carrier.
type Kept = (u32, usize);

/// That an article carries a passage: at its tokens `start..end`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
struct CarriedRow {
    article: u32,
    start: u32,
    end: u32,
    passage: u32,
}

impl Row for CarriedRow {
    fn key(&self) -> u64 {
        spread(u64::from(self.article))
    }
}

/// That a passage stands in an article: at its bytes `start..end`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
struct PlacedRow {
    /// See [`Found::ids`].
    id: u64,
    passage: u32,
    article: u32,
    start: u32,
    end: u32,
}

impl Row for PlacedRow {
    fn key(&self) -> u64 {
        self.id
    }
}

/// Collects the runs of pairs.
pub(crate) struct Collector {
    workspace: Workspace,
    expected: usize,
    runs: Exchange<RunRow>,
}

/// What the rows of passages are made with.
pub(crate) struct Texts<'a, R, S> {
    /// In how many pairs each article is.
    pub(crate) pairs: Vec<u32>,
    /// The articles.
    pub(crate) spool: &'a Spool,
    /// Orders carriers by publication.
    pub(crate) rank: R,
    /// The story that all these articles belong to.
    pub(crate) story: S,
}

impl Collector {
    /// No run yet, about `expected` to come.
    pub(crate) fn new(workspace: &Workspace, expected: usize) -> Self {
        let runs = Exchange::new(workspace, workspace.share(Memory::Runs), expected);
        Collector { workspace: workspace.clone(), expected, runs }
    }

    /// Takes the places of the runs that are `made` of each of the items, on all threads.
    pub(crate) fn extend<T: Sync>(&mut self, items: &[T], made: impl Fn(&T) -> Vec<RunRow> + Sync) -> Result<()> {
        let count = self.runs.count();
        let lists = items.par_chunks(PILED).map(|items| {
            let runs: Vec<RunRow> = items.iter().flat_map(&made).collect();
            Partitioned::of(&runs, count)
        });
        self.runs.extend(|| lists.collect())
    }

    /// The passages, by the number of their carriers, then by id.
    pub(crate) fn passages<R, S>(self, texts: &Texts<'_, R, S>, rows: &mut Table<Passage>) -> Result<()>
    where
        R: Fn(ArticleId) -> (i64, u32) + Sync,
        S: Fn(&[ArticleId]) -> Option<usize> + Sync,
    {
        let workspace = self.workspace.clone();
        let (found, by_article) = Found::of(self.runs, self.expected, &texts.pairs, &workspace)?;
        let (kept, placed) = found.placed(by_article, texts.spool, &workspace)?;
        let id = |number: u32| format!("p{:016x}", found.ids[number as usize]);
        let mut order: Vec<(usize, u64, usize)> = kept
            .iter()
            .enumerate()
            .map(|(at, &(number, _))| (usize::MAX - found.carriers(number).len(), found.ids[number as usize], at))
            .collect();
        order.par_sort_unstable();
        for block in order.chunks(BATCH / 16) {
            let made: Vec<Result<Passage>> = block
                .par_iter()
                .map(|&(_, _, at)| {
                    let (number, first) = kept[at];
                    let carriers = placed.slice(first..first + found.carriers(number).len())?;
                    let carriers: Vec<(ArticleId, Span)> = carriers
                        .iter()
                        .map(|carrier| (ArticleId(carrier.article), Span { start: carrier.start, end: carrier.end }))
                        .collect();
                    let articles: Vec<ArticleId> = carriers.iter().map(|carrier| carrier.0).collect();
                    let earliest = carriers.iter().min_by_key(|carrier| (texts.rank)(carrier.0));
                    let &(earliest, span) = earliest.expect("a passage has the two carriers it was found in");
                    Ok(Passage {
                        id: id(number),
                        story: (texts.story)(&articles),
                        text: texts.spool.stretch(earliest, span).into_owned(),
                        tokens: found.tokens[number as usize],
                        carriers,
                        earliest,
                    })
                })
                .collect();
            made.into_iter().try_for_each(|passage| rows.push(passage?))?;
        }
        Ok(())
    }
}

/// All passages, those inside others, too, in the order of their words' hashes.
struct Found {
    /// The half of the hash that makes the id.
    ids: Vec<u64>,
    tokens: Vec<u32>,
    /// The carrier in the fewest pairs of each: it carries the fewest others, to which it is compared there.
    quietest: Vec<u32>,
    /// Where the carriers of each end.
    ends: Vec<u64>,
    /// By tokens, in input order.
    carriers: List<Carrier>,
}

/// Some passages with their carriers.
struct Carried {
    heads: Vec<Head>,
    /// The carriers of the first passage, in order, then those of the next.
    carriers: Vec<Carrier>,
}

struct Head {
    /// The half of the hash that makes the id.
    id: u64,
    /// Where the carriers end.
    end: usize,
}

/// The passages of a partition of runs, which has all that are of the same words.
fn carried(mut places: Vec<RunRow>) -> Carried {
    places.sort_unstable();
    let mut passages = Carried { heads: Vec::new(), carriers: Vec::new() };
    for places in places.chunk_by(|x, y| x.words == y.words) {
        // A text that says it twice carries it once.
        let first_ones = places.chunk_by(|x, y| x.article == y.article).map(|places| places[0]);
        passages.carriers.extend(first_ones.map(|RunRow { article, start, end, .. }| Carrier { article, start, end }));
        passages.heads.push(Head { id: places[0].words[0], end: passages.carriers.len() });
    }
    passages
}

impl Found {
    /// The passages that these runs are, and for each article which passages it carries where.
    fn of(
        mut runs: Exchange<RunRow>,
        expected: usize,
        pairs: &[u32],
        workspace: &Workspace,
    ) -> Result<(Found, Exchange<CarriedRow>)> {
        let carriers = List::new(workspace, workspace.share(Memory::Carriers));
        let (ids, tokens, quietest, ends) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut found = Found { ids, tokens, quietest, ends, carriers };
        let quiet = |carrier: &&Carrier| (pairs[carrier.article as usize], carrier.article);
        let mut by_article = Exchange::new(workspace, workspace.share(Memory::Runs), expected);
        let count = by_article.count();
        runs.each(carried, |passages| {
            let mut rows: Vec<CarriedRow> = Vec::with_capacity(passages.carriers.len());
            for (head, number) in passages.heads.iter().zip(found.ids.len() as u32..) {
                let carriers = &passages.carriers[rows.len()..head.end];
                let row =
                    |&Carrier { article, start, end }: &Carrier| CarriedRow { article, start, end, passage: number };
                rows.extend(carriers.iter().map(row));
                found.tokens.push(carriers[0].end - carriers[0].start);
                found.quietest.extend(carriers.iter().min_by_key(quiet).map(|carrier| carrier.article));
                found.ends.push((found.carriers.len() + head.end) as u64);
            }
            found.ids.extend(passages.heads.iter().map(|head| head.id));
            found.carriers.extend(&passages.carriers)?;
            by_article.extend(|| vec![Partitioned::of(&rows, count)])
        })?;
        Ok((found, by_article))
    }

    /// The places of a passage's carriers.
    fn carriers(&self, number: u32) -> std::ops::Range<usize> {
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        start as usize..self.ends[number as usize] as usize
    }

    /// The passages that are not inside others, in order, each with the place of its carriers in a list by bytes.
    fn placed(
        &self,
        mut by_article: Exchange<CarriedRow>,
        spool: &Spool,
        workspace: &Workspace,
    ) -> Result<(Vec<Kept>, List<Carrier>)> {
        let mut covered = vec![false; self.ids.len()];
        let sorted = |mut rows: Vec<CarriedRow>| {
            rows.sort_unstable();
            rows
        };
        let same_article = |x: &CarriedRow, y: &CarriedRow| x.article == y.article;
        let inside = |rows: Vec<CarriedRow>| -> Result<Vec<Vec<u32>>> {
            sorted(rows).chunk_by(same_article).map(|rows| self.covered(rows)).collect()
        };
        by_article.each(inside, |inside| {
            inside?.into_iter().flatten().for_each(|number| covered[number as usize] = true);
            Ok(())
        })?;
        let mut by_passage = Exchange::new(workspace, workspace.share(Memory::Runs), self.carriers.len());
        let count = by_passage.count();
        let placed = |rows: Vec<CarriedRow>| {
            let rows: Vec<CarriedRow> = rows.into_iter().filter(|row| !covered[row.passage as usize]).collect();
            let rows = sorted(rows);
            let mut placed: Vec<PlacedRow> = Vec::with_capacity(rows.len());
            for rows in rows.chunk_by(same_article) {
                let spans = spool.spans(ArticleId(rows[0].article));
                placed.extend(rows.iter().map(|row| {
                    // A text that could not be read has no spans.
                    let tokens = spans.get(row.start as usize..row.end as usize).unwrap_or_default();
                    let Span { start, end } = Span::covering(tokens);
                    let CarriedRow { article, passage, .. } = *row;
                    PlacedRow { id: self.ids[passage as usize], passage, article, start, end }
                }));
            }
            Partitioned::of(&placed, count)
        };
        by_article.each(placed, |list| by_passage.extend(|| vec![list]))?;
        drop(by_article);
        let mut kept = Vec::new();
        let mut placed = List::new(workspace, workspace.share(Memory::Carriers));
        let sorted = |mut rows: Vec<PlacedRow>| {
            // Numbers are in the order of ids, which are hashes.
            rows.sort_unstable();
            rows
        };
        by_passage.each(sorted, |rows| {
            let mut carriers: Vec<Carrier> = Vec::with_capacity(rows.len());
            for rows in rows.chunk_by(|x, y| x.passage == y.passage) {
                kept.push((rows[0].passage, placed.len() + carriers.len()));
                carriers.extend(rows.iter().map(|&PlacedRow { article, start, end, .. }| Carrier {
                    article,
                    start,
                    end,
                }));
            }
            placed.extend(&carriers)
        })?;
        Ok((kept, placed))
    }

    /// Of the passages of one article that are judged there, those inside longer ones with the same carriers.
    fn covered(&self, rows: &[CarriedRow]) -> Result<Vec<u32>> {
        let mut inside = Vec::new();
        for &CarriedRow { article, start, end, passage: number } in rows {
            if self.quietest[number as usize] != article {
                continue;
            }
            // A text carries a passage once, so that one with fewer carriers leaves out some: what is counted is not read.
            let count = self.carriers(number).len();
            let around = || {
                rows.iter().filter(move |row| {
                    row.start <= start
                        && row.end >= end
                        && row.end - row.start > end - start
                        && self.carriers(row.passage).len() >= count
                })
            };
            if around().next().is_none() {
                continue;
            }
            let ours = self.carriers.slice(self.carriers(number))?;
            for row in around() {
                let theirs = self.carriers.slice(self.carriers(row.passage))?;
                let within = |place: &Carrier| {
                    let at = theirs.binary_search_by_key(&place.article, |their| their.article);
                    at.is_ok_and(|at| theirs[at].start <= place.start && theirs[at].end >= place.end)
                };
                if ours.iter().all(within) {
                    inside.push(number);
                    break;
                }
            }
        }
        Ok(inside)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::collection::vec;

    use super::*;
    use crate::spool::Segment;
    use crate::text::Tokenizer;

    /// The runs that two texts share, as long as they go.
    fn runs(a: &[u32], b: &[u32]) -> Vec<(usize, usize, usize)> {
        let at = |i: usize, j: usize| i < a.len() && j < b.len() && a[i] == b[j];
        let starts = (0..a.len()).flat_map(|i| (0..b.len()).map(move |j| (i, j)));
        let starts = starts.filter(|&(i, j)| at(i, j) && !(i > 0 && j > 0 && at(i - 1, j - 1)));
        starts.map(|(i, j)| (i, j, (0..).take_while(|&k| at(i + k, j + k)).count())).collect()
    }

    /// Passages by their words, with the first place of each in every article, those inside others left out: each compared
    /// with all others, at all carriers.
    fn twin(texts: &[Vec<u32>], places: &[RunRow]) -> BTreeMap<Vec<u32>, BTreeMap<u32, (u32, u32)>> {
        let mut all: BTreeMap<Vec<u32>, BTreeMap<u32, (u32, u32)>> = BTreeMap::new();
        for place in places {
            let words = texts[place.article as usize][place.start as usize..place.end as usize].to_vec();
            let first = all.entry(words).or_default().entry(place.article).or_insert((place.start, place.end));
            *first = (*first).min((place.start, place.end));
        }
        let inside = |ours: &BTreeMap<u32, (u32, u32)>, theirs: &BTreeMap<u32, (u32, u32)>| {
            let longer = |(article, place): (&u32, &(u32, u32))| {
                theirs.get(article).is_some_and(|their| {
                    their.0 <= place.0 && their.1 >= place.1 && their.1 - their.0 > place.1 - place.0
                })
            };
            ours.iter().all(longer)
        };
        let covered: BTreeSet<Vec<u32>> = all
            .iter()
            .filter(|(_, ours)| all.values().any(|theirs| inside(ours, theirs)))
            .map(|(w, _)| w.clone())
            .collect();
        all.retain(|words, _| !covered.contains(words));
        all
    }

    proptest::proptest! {
        #[test]
        fn passages_are_those_that_no_longer_one_has_everywhere(
            // Texts of the same few stretches, so that some stand inside others.
            texts in vec(vec((0usize..30, 5usize..30), 1..4), 2..6),
            compared in vec(proptest::bool::weighted(0.8), 15),
            memory_bytes in proptest::sample::select(&[0, 1000, u64::MAX][..]),
        ) {
            let workspace = Workspace::limited(std::env::temp_dir(), memory_bytes);
            let mut spool = Spool::new(&workspace);
            let (mut ids, mut spans, mut tokenizer) = (Vec::new(), Vec::new(), Tokenizer::new());
            for text in &texts {
                let numbers = text.iter().flat_map(|&(from, words)| from..from + words);
                let words: Vec<String> = numbers.map(|word| format!("word{word}")).collect();
                let text = words.join(" ");
                let tokens = tokenizer.tokens(&text);
                ids.push(tokens.ids.clone());
                spans.push(tokens.spans.clone());
                let mut segment = Segment::default();
                segment.push(&text, tokens);
                spool.append(segment).unwrap();
            }
            let (mut places, mut pairs) = (Vec::new(), vec![0; ids.len()]);
            let all = (0..ids.len()).flat_map(|b| (0..b).map(move |a| (a, b)));
            for ((a, b), _) in all.zip(&compared).filter(|(_, compared)| **compared) {
                pairs[a] += 1;
                pairs[b] += 1;
                // A stretch of each run, too, as if another alignment had found it.
                for (i, j, tokens) in runs(&ids[a], &ids[b]) {
                    for cut in [0, 3] {
                        let words = ids[a].get(i + cut..i + tokens).unwrap_or_default();
                        let sides = ((ArticleId(a as u32), i + cut), (ArticleId(b as u32), j + cut));
                        places.extend(RunRow::of(words, sides.0, sides.1).into_iter().flatten());
                    }
                }
            }
            let mut collector = Collector::new(&workspace, places.len());
            collector.extend(&places, |place| vec![*place]).unwrap();
            let mut rows = Table::new(&workspace, 0);
            let rank = |article: ArticleId| (0, article.0);
            let texts = Texts { pairs, spool: &spool, rank, story: |_: &[ArticleId]| None };
            collector.passages(&texts, &mut rows).unwrap();
            let found: BTreeSet<(String, Vec<(ArticleId, Span)>)> =
                rows.iter().map(|row| (row.text.clone(), row.carriers.clone())).collect();
            proptest::prop_assert_eq!(found.len(), rows.len());
            let wanted = twin(&ids, &places).into_values().map(|carriers| {
                let carriers = carriers.iter().map(|(&article, &(start, end))| {
                    (ArticleId(article), Span::covering(&spans[article as usize][start as usize..end as usize]))
                });
                let carriers: Vec<(ArticleId, Span)> = carriers.collect();
                (carriers[0].1.of(&spool.text(carriers[0].0)).to_owned(), carriers)
            });
            proptest::prop_assert_eq!(found, wanted.collect::<BTreeSet<_>>());
            workspace.check().unwrap();
        }
    }
}
