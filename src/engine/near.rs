//! From articles to near-duplicate classes: `number`, `bucket`, `words`, `near`, `spread`, `classes`, `home`.

use std::collections::{BTreeMap, HashMap, HashSet};

use bytemuck::{Pod, Zeroable};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use super::join::{Components, JoinRow};
use super::piece::{Frames, Inbox, Kind, Outbox};
use super::tables::Totals;
use super::texts::{Label, Labelled, head, labelled};
use super::{Task, misplaced};
use crate::article::ArticleId;
use crate::bucket::classes::{Keys, PAIRED_BUCKET, by_representatives, near_classes, verify};
use crate::corpus::made::Head;
use crate::disk::spread as spread_number;
use crate::error::Result;
use crate::findings::Counts;
use crate::shingle::ShingleCounts;
use crate::spool::{Segment, Spool};
use crate::text::Marks;

/// What the table is called in locations.
pub(super) const TABLE: &str = "table";

/// How many articles, or leaders, a partition has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct CountRow {
    /// The partition.
    pub partition: u32,
    /// How many.
    pub count: u32,
}

/// The id that an article states.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
struct IdRow {
    id_high: u64,
    id_low: u64,
    partition: u32,
    place: u32,
}

/// That a text has a key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
struct BandRow {
    band: u32,
    key: u32,
    partition: u32,
    place: u32,
}

/// Two texts of one bucket.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
struct PairRow {
    a: ArticleId,
    b: ArticleId,
}

/// A text of a large bucket.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
struct CrowdRow {
    crowd: u64,
    article: ArticleId,
    unused: u32,
}

/// That a partition wants an article, or the class that it leads.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Pod, Zeroable)]
#[repr(C)]
pub(super) struct WantRow {
    pub(super) article: ArticleId,
    pub(super) partition: u32,
}

/// Two verified near-duplicates, each the first of its words.
#[derive(Clone, Copy, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub(super) struct EdgeRow {
    pub(super) a: ArticleId,
    pub(super) b: ArticleId,
    tokens_a: u32,
    tokens_b: u32,
    pub(super) jaccard: f64,
}

/// Numbers the articles of each partition by content, then date and id.
pub(super) fn number(inbox: &mut Inbox, task: &Task<'_>, out: &mut Outbox) -> Result<()> {
    let frames = inbox.frames(Kind::MADE);
    let mut partitions: BTreeMap<u32, Vec<(Labelled<'_>, Head)>> = BTreeMap::new();
    for frame in frames.iter() {
        let (label, bytes) = Label::cut(frame?)?;
        let (head, _) = head(bytes)?;
        partitions.entry(task.of_hash(label.hash())).or_default().push(((label, bytes), head));
    }
    for (partition, mut articles) in partitions {
        // Most differ in their content: what follows it is looked at for the others alone.
        articles.sort_unstable_by(|((x, x_bytes), x_head), ((y, y_bytes), y_head)| {
            let order = x.content().cmp(&y.content()).then_with(|| x_head.published().cmp(&y_head.published()));
            order.then_with(|| (&x_head.article.id, x_bytes).cmp(&(&y_head.article.id, y_bytes)))
        });
        let mut before = None;
        for (((label, bytes), head), place) in articles.iter().zip(0..) {
            let label = label.numbered(ArticleId(place));
            out.frame(Kind::MADE, partition, &[bytemuck::bytes_of(&label), bytes]);
            if !head.article.id.is_empty() {
                let id = xxh3_128(head.article.id.as_bytes());
                let row = IdRow { id_high: (id >> 64) as u64, id_low: id as u64, partition, place };
                out.row(Kind::ID, task.of_hash(row.id_high), &row);
            }
            // Texts without a word have nothing to be alike in.
            if before.replace(label.content()) == Some(label.content()) || head.tokens() == 0 {
                continue;
            }
            for (&key, band) in head.band_keys.iter().zip(0..) {
                let row = BandRow { band, key, partition, place };
                out.row(Kind::BAND, task.of_hash(spread_number(u64::from(band) << 32 | u64::from(key))), &row);
            }
        }
        out.row(Kind::ARTICLES, partition, &CountRow { partition, count: articles.len() as u32 });
    }
    Ok(())
}

/// Which texts share a bucket, and which articles an id.
pub(super) fn bucket(inbox: &mut Inbox, task: &Task<'_>, out: &mut Outbox) -> Result<()> {
    let mut ids: Vec<IdRow> = inbox.rows(Kind::ID)?;
    ids.sort_unstable();
    for same in ids.chunk_by(|x, y| (x.id_high, x.id_low) == (y.id_high, y.id_low)) {
        // The first in the order by content keeps it.
        for row in &same[1..] {
            let article = task.article(row.partition, row.place)?;
            out.row(Kind::TAKEN, row.partition, &article);
        }
    }
    let mut rows: Vec<BandRow> = inbox.rows(Kind::BAND)?;
    rows.sort_unstable();
    let mut wants: HashSet<WantRow> = HashSet::new();
    for bucket in rows.chunk_by(|x, y| (x.band, x.key) == (y.band, y.key)).filter(|bucket| bucket.len() > 1) {
        let members = bucket.iter().map(|row| task.article(row.partition, row.place)).collect::<Result<Vec<_>>>()?;
        if members.len() <= PAIRED_BUCKET {
            for (place, &a) in members.iter().enumerate() {
                let partition = task.of_article(a);
                for &b in &members[place + 1..] {
                    out.row(Kind::PAIR, partition, &PairRow { a, b });
                    wants.extend([a, b].map(|article| WantRow { article, partition }));
                }
            }
        } else {
            // Crowds of several bands that begin with one text, as those of one text often do, want its words once.
            let (crowd, partition) =
                (xxh3_64(bytemuck::cast_slice(&members)), task.of_hash(spread_number(members[0].0.into())));
            for article in members {
                out.row(Kind::CROWD, partition, &CrowdRow { crowd, article, unused: 0 });
                wants.insert(WantRow { article, partition });
            }
        }
    }
    wants.iter().for_each(|want| out.row(Kind::WANT, task.of_article(want.article), want));
    Ok(())
}

/// Sends words where they are wanted.
pub(super) fn words(inbox: &mut Inbox, task: &Task<'_>, out: &mut Outbox) -> Result<()> {
    let mut wants: Vec<WantRow> = inbox.rows(Kind::WANT)?;
    wants.sort_unstable();
    wants.dedup();
    let frames = inbox.frames(Kind::MADE);
    for frame in frames.iter() {
        let (label, bytes) = Label::cut(frame?)?;
        let article = task.article(task.of_hash(label.hash()), label.number.0)?;
        let wanted = &wants[wants.partition_point(|want| want.article < article)..];
        let wanted: Vec<u32> =
            wanted.iter().take_while(|want| want.article == article).map(|want| want.partition).collect();
        if wanted.is_empty() {
            continue;
        }
        let (head, made) = head(bytes)?;
        let words = made.words(&head).ok_or_else(|| misplaced("articles"))?;
        for partition in wanted {
            out.frame(Kind::WORDS, partition, &[bytemuck::bytes_of(&article), bytemuck::cast_slice(&words)]);
        }
    }
    Ok(())
}

/// Verifies the texts of one bucket on their words.
pub(super) fn near(inbox: &mut Inbox, task: &Task<'_>, out: &mut Outbox) -> Result<()> {
    let frames = inbox.frames(Kind::WORDS);
    let mut texts: Vec<(ArticleId, &[u8])> = Vec::new();
    for frame in frames.iter() {
        let (article, words) = frame?.split_at_checked(size_of::<ArticleId>()).ok_or_else(|| misplaced("words"))?;
        texts.push((bytemuck::pod_read_unaligned(article), words));
    }
    texts.sort_unstable_by_key(|text| text.0);
    texts.dedup_by_key(|text| text.0);
    let mut spool = Spool::new(task.workspace);
    for texts in texts.chunks(1 << 10) {
        let mut segment = Segment::default();
        for (_, words) in texts {
            let words: Vec<u32> = bytemuck::pod_collect_to_vec(words);
            let marks = vec![Marks::default(); words.len()];
            segment.push_made(words, &marks, &[], "");
        }
        spool.append(segment)?;
    }
    let local = |article: ArticleId| {
        let place = texts.binary_search_by_key(&article, |text| text.0);
        place.map(|place| ArticleId(place as u32)).map_err(|_| misplaced("words"))
    };
    let pair = |row: PairRow| Ok((local(row.a)?, local(row.b)?));
    let mut pairs: Vec<(ArticleId, ArticleId)> =
        inbox.rows(Kind::PAIR)?.into_iter().map(pair).collect::<Result<_>>()?;
    pairs.sort_unstable();
    pairs.dedup();
    let mut crowds: Vec<CrowdRow> = inbox.rows(Kind::CROWD)?;
    crowds.sort_unstable();
    crowds.dedup();
    let shingles = ShingleCounts::of(texts.len());
    let threshold = task.settings().near.threshold;
    let keys = Keys { rank: (0..texts.len() as u32).collect(), ..Keys::default() };
    let mut verified = verify(&pairs, &spool, &shingles, threshold);
    for crowd in crowds.chunk_by(|x, y| x.crowd == y.crowd) {
        let members = crowd.iter().map(|row| local(row.article)).collect::<Result<Vec<_>>>()?;
        verified.extend(by_representatives(members, &keys, &spool, &shingles, threshold));
    }
    let mut components = Components::default();
    for (a, b, jaccard) in verified {
        let tokens = |article| spool.tokens_of(article) as u32;
        let (tokens_a, tokens_b) = (tokens(a), tokens(b));
        let (a, b) = (texts[a.index()].0, texts[b.index()].0);
        components.join(a, b);
        out.row(Kind::EDGE, task.of_article(a), &EdgeRow { a, b, tokens_a, tokens_b, jaccard });
    }
    components.send(out);
    out.value(Kind::COUNTS, 0, &Totals::of(Counts { bucket_candidates: pairs.len() as u64, ..Counts::default() }));
    Ok(())
}

/// Brings the edges of one component together.
pub(super) fn spread(inbox: &mut Inbox, task: &Task<'_>, out: &mut Outbox) -> Result<()> {
    let roots: HashMap<ArticleId, ArticleId> =
        inbox.rows::<JoinRow>(Kind::ROOT)?.into_iter().map(|row| (row.article, row.root)).collect();
    for edge in inbox.rows::<EdgeRow>(Kind::EDGE)? {
        let root = roots.get(&edge.a).ok_or_else(|| misplaced("edges"))?;
        out.row(Kind::EDGE, task.of_hash(spread_number(root.0.into())), &edge);
    }
    Ok(())
}

/// The near-duplicate classes of whole components.
pub(super) fn classes(inbox: &mut Inbox, task: &Task<'_>, out: &mut Outbox) -> Result<()> {
    let mut edges: Vec<EdgeRow> = inbox.rows(Kind::EDGE)?;
    // A pair may come from a small bucket and a large one.
    edges.sort_unstable_by_key(|edge| (edge.a, edge.b));
    edges.dedup_by_key(|edge| (edge.a, edge.b));
    let mut known: Vec<(ArticleId, u32)> =
        edges.iter().flat_map(|edge| [(edge.a, edge.tokens_a), (edge.b, edge.tokens_b)]).collect();
    known.sort_unstable();
    known.dedup();
    let local = |article: ArticleId| ArticleId(known.partition_point(|&(other, _)| other < article) as u32);
    let verified: Vec<_> = edges.iter().map(|edge| (local(edge.a), local(edge.b), edge.jaccard)).collect();
    let all: Vec<ArticleId> = (0..known.len() as u32).map(ArticleId).collect();
    let near = near_classes(&all, &all, &verified, |article| known[article.index()].1 as usize, |article| article.0);
    let class = |article: ArticleId| known[near[local(article).index()].index()].0;
    for &(article, _) in &known {
        out.row(Kind::LEADER, task.of_article(article), &JoinRow { article, root: class(article) });
    }
    let mut components = Components::default();
    for edge in &edges {
        let (a, b) = (class(edge.a), class(edge.b));
        if a != b {
            components.join(a, b);
            out.row(Kind::EDGE, task.of_article(a), edge);
        }
    }
    components.send(out);
    Ok(())
}

/// Brings the articles of one class together, and gives each an id of its own.
pub(super) fn home(inbox: &mut Inbox, task: &Task<'_>, out: &mut Outbox) -> Result<()> {
    let leaders: HashMap<ArticleId, ArticleId> =
        inbox.rows::<JoinRow>(Kind::LEADER)?.into_iter().map(|row| (row.article, row.root)).collect();
    let taken: HashSet<ArticleId> = inbox.rows::<ArticleId>(Kind::TAKEN)?.into_iter().collect();
    let frames = inbox.frames(Kind::MADE);
    let mut partitions: BTreeMap<u32, Vec<Labelled<'_>>> = BTreeMap::new();
    for frame in frames.iter() {
        let (label, bytes) = Label::cut(frame?)?;
        partitions.entry(task.of_hash(label.hash())).or_default().push((label, bytes));
    }
    for (partition, mut articles) in partitions {
        articles.sort_unstable_by_key(|article| article.0.number);
        let mut first: Option<Label> = None;
        let mut leading = 0;
        for (mut label, bytes) in articles {
            label.number = task.article(partition, label.number.0)?;
            let first = match first.filter(|first| first.content() == label.content()) {
                Some(first) => first,
                None => *first.insert(label),
            };
            label.exact = first.number;
            label.class = leaders.get(&label.exact).copied().unwrap_or(label.exact);
            leading += u32::from(label.class == label.number);
            let (mut head, made) = head(bytes)?;
            let article = &mut head.article;
            (article.location.path, article.location.record) = (TABLE.into(), u64::from(label.number.0) + 1);
            let place = || format!("{TABLE}:{}", article.location.record);
            if article.id.is_empty() {
                article.id = place();
            } else if taken.contains(&label.number) {
                article.id = format!("{}@{}", article.id, place());
            }
            out.frame(Kind::TEXT, task.of_article(label.class), &[bytemuck::bytes_of(&label), &made.with(&head)]);
        }
        out.row(Kind::LEADERS, partition, &CountRow { partition, count: leading });
    }
    Ok(())
}

/// The articles that came as [`Kind::TEXT`], by class leader.
pub(super) fn by_class(frames: &Frames) -> Result<Vec<Vec<Labelled<'_>>>> {
    let mut texts = labelled(frames)?;
    texts.sort_by_key(|text| text.0.class);
    Ok(texts.chunk_by(|x, y| x.0.class == y.0.class).map(<[_]>::to_vec).collect())
}
