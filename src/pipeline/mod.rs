//! All of it, on one screen: the stages in their order.
//!
//! `files → Article → Tokens → Shingles → Sketch → Candidate → Evidence → Relation → Story → Findings`

mod checkpoint;
mod compared;

use rayon::prelude::*;

use crate::article::ArticleId;
use crate::bucket::candidates::{Candidate, Carriage, candidates, sharing};
use crate::bucket::classes::{Buckets, Classes, Groups};
use crate::bucket::passages::{Places, Posting, Postings};
use crate::corpus::{Corpus, UNDATED};
use crate::decoys::{Dated, Decoys};
use crate::disk::{KeptReader, Workspace};
use crate::error::Result;
use crate::findings::{Findings, Kept, assemble};
use crate::progress::{Progress, Stage};
use crate::read::Input;
use crate::relate::Judge;
use crate::relation::Relation;
use crate::settings::{Part, Settings};
use crate::story::{self, Joining, Link, Stories, stories};
use crate::text::Marks;
use crate::verify::lexicon::Lexicon;
use crate::verify::stock::{Related, Stock, takes_of_one_text};
use crate::verify::surprise::{PhraseModel, sample};
use crate::verify::{Circumstances, Context, Evidence, Limits};
use checkpoint::Checkpoints;
use compared::{Surroundings, Verified};

pub use checkpoint::{InputFile, fingerprint};
pub use compared::{Compared, ComparedPairs, Head, Parts, verdict};

/// Classes up to this size have all their pairs verified and listed; in larger ones each article is compared with the
/// class's leader only, so that a story printed 500 times costs 499 comparisons.
const LISTED_CLASS: usize = 48;
/// Pairs across two linked classes are all listed up to this many; beyond, the leaders stand for them.
const LISTED_ACROSS: usize = 1024;

/// A rewrite joins stories from these odds on, in bits, that is from .75: one wrong one among hundreds glues two stories.
const JOINING_BITS: f64 = 1.6;

/// The products of the stages between reading and reporting.
pub struct Analysis {
    /// Exact and near-duplicate classes.
    pub classes: Classes,
    /// The phrase model of the corpus.
    pub model: PhraseModel,
    /// What is known of words.
    pub lexicon: Lexicon,
    /// What belongs to no story.
    pub stock: Stock,
    /// Pairs of class leaders that share passages.
    pub candidates: Vec<Candidate>,
    /// How many pairs share passages at all.
    pub named: u64,
    /// How many links are chance, as far as the corpus can tell.
    pub decoys: Decoys,
    /// Who judged.
    pub judge: Judge,
    /// Every pair that was compared and shares something, sorted.
    pub compared: ComparedPairs,
    /// How many pairs were compared.
    pub verified: u64,
    /// Stories over `classes.leaders`, by place.
    pub stories: Stories,
}

impl Analysis {
    /// What is known of a pair beside its texts.
    pub fn circumstances(&self, corpus: &Corpus, a: ArticleId, b: ArticleId) -> Circumstances {
        let Analysis { classes, candidates, .. } = self;
        Surroundings { classes, candidates, sources: &corpus.sources, published: &corpus.published }.of(a, b)
    }

    /// What comparisons know of the corpus.
    pub fn context<'a>(&'a self, corpus: &'a Corpus, settings: &Settings) -> Context<'a> {
        Context {
            spool: &corpus.spool,
            shingles: &corpus.shingles,
            model: settings.wants_passages().then_some(&self.model),
            lexicon: &self.lexicon,
            stock: &self.stock,
            limits: Limits::of(settings.near.threshold, &settings.relate),
        }
    }
}

/// Reads a corpus and finds its stories, in memory.
///
/// The same inputs and settings give the same findings, whatever the number of threads or the order of the inputs.
pub fn scan(inputs: Vec<Input>, settings: &Settings, progress: &dyn Progress) -> Result<Findings> {
    scan_within(&Workspace::default(), inputs, settings, progress)
}

/// As [`scan`], with what does not fit into the memory of `workspace` in its temporary files, and with the stages that an
/// earlier run kept there, if it is told to ([`Workspace::keep_stages`]). The findings are the same.
pub fn scan_within(
    workspace: &Workspace,
    inputs: Vec<Input>,
    settings: &Settings,
    progress: &dyn Progress,
) -> Result<Findings> {
    scan_keeping(Kept::Rows, workspace, inputs, settings, progress)
}

/// As [`scan_within`], with the texts of articles in stories, for a report that shows them.
pub fn scan_with_texts(
    workspace: &Workspace,
    inputs: Vec<Input>,
    settings: &Settings,
    progress: &dyn Progress,
) -> Result<Findings> {
    scan_keeping(Kept::Texts, workspace, inputs, settings, progress)
}

fn scan_keeping(
    keep: Kept,
    workspace: &Workspace,
    inputs: Vec<Input>,
    settings: &Settings,
    progress: &dyn Progress,
) -> Result<Findings> {
    let kept = Checkpoints::of(workspace, progress);
    let read = || Corpus::read_within(workspace, inputs, settings, progress);
    let mut corpus = kept.stage(Stage::Read, |from| Corpus::load(workspace, from), read, Corpus::save)?;
    let mut analysis = stages(&mut corpus, settings, progress, &kept)?;
    // Nobody asks for it again, and findings want its memory.
    analysis.model = PhraseModel::default();
    assemble(corpus, analysis, settings, keep)
}

/// All stages from classes to stories. What is learned about furniture is marked in the corpus.
pub fn analyse(corpus: &mut Corpus, settings: &Settings, progress: &dyn Progress) -> Result<Analysis> {
    let workspace = corpus.workspace.clone();
    let band_keys = corpus.keys.band_keys.clone();
    let analysis = stages(corpus, settings, progress, &Checkpoints::of(&workspace, progress))?;
    corpus.keys.band_keys = band_keys;
    Ok(analysis)
}

fn stages(
    corpus: &mut Corpus,
    settings: &Settings,
    progress: &dyn Progress,
    kept: &Checkpoints<'_>,
) -> Result<Analysis> {
    let workspace = corpus.workspace.clone();
    let judge = Judge::of(settings)?;

    forget(corpus, settings)?;

    let find_classes = || {
        progress.begin(Stage::Classes, Some(corpus.keys.bands as u64));
        let Corpus { keys, spool, shingles, .. } = &mut *corpus;
        let buckets = Buckets::of(keys, spool, &|| progress.advance(1));
        spool.complete(&buckets.articles())?;
        let classes = Classes::of(buckets, keys, spool, shingles, settings.near.threshold);
        kept.go_on().map(|()| classes)
    };
    let classes = kept.stage(Stage::Classes, Classes::load, find_classes, Classes::save)?;
    let leaders = &classes.leaders;
    // A hundred bytes an article, of which later stages want nothing.
    corpus.keys.band_keys = Vec::new();

    let (mut model, mut candidates, mut stock) = (PhraseModel::default(), Vec::new(), Stock::default());
    let (mut named, mut lexicon) = (0, Lexicon::default());
    if settings.wants_passages() {
        progress.begin(Stage::Phrases, Some(leaders.len() as u64));
        if !settings.lacks(Part::Phrases) {
            let sample = sample(leaders, |article| corpus.content(article));
            model = PhraseModel::of(&sample, &corpus.spool)?;
            lexicon = Lexicon::of(&model, &corpus.spool, &sample);
        }
        kept.go_on()?;
        (stock, candidates) = passages(corpus, &classes, settings, kept)?;
        named = candidates.len() as u64;
        retain_likely(&mut candidates, corpus, &classes, &judge);
    }

    let groups = classes.groups();
    let in_order = |a: ArticleId, b: ArticleId| {
        if corpus.keys.rank(a) < corpus.keys.rank(b) { (a, b) } else { (b, a) }
    };
    let several = leaders.iter().map(|&leader| groups.of_leader(leader)).filter(|group| group.len() > 1);
    corpus.spool.complete(&several.flatten().copied().collect::<Vec<_>>())?;
    let context = Context {
        spool: &corpus.spool,
        shingles: &corpus.shingles,
        model: settings.wants_passages().then_some(&model),
        lexicon: &lexicon,
        stock: &stock,
        limits: Limits::of(settings.near.threshold, &settings.relate),
    };
    let surroundings = Surroundings {
        classes: &classes,
        candidates: &candidates,
        sources: &corpus.sources,
        published: &corpus.published,
    };
    let verify = || {
        progress.begin(Stage::Verify, Some(candidates.len() as u64));
        let mut compared = ComparedPairs::new(&workspace, &judge);
        let pairs: Vec<(ArticleId, ArticleId)> = candidates.iter().map(|pair| (pair.a, pair.b)).collect();
        compared.compare(&pairs, context, &surroundings, progress)?;
        let decoys = decoys(compared.heads(), corpus, leaders);
        take_items(&mut compared, corpus.len());
        kept.go_on().map(|()| Verified { compared, decoys })
    };
    let verified =
        kept.stage(Stage::Verify, |from| Verified::load(&workspace, &judge, from), verify, Verified::save)?;
    let Verified { mut compared, decoys } = verified;
    let mut more = within_classes(&groups, leaders, in_order);
    more.extend(beside_leaders(&candidates, &classes, &groups, in_order));
    // Of one class or of two: none is there twice.
    more.par_sort_unstable();
    let rank = |article| corpus.keys.rank(article);
    let links = links(&compared, &classes, settings, |article| corpus.spool.tokens_of(article), rank);
    let before = compared.len();
    if kept.taken(Stage::Reprints, |from| compared.load(from))?.is_none() {
        progress.begin(Stage::Reprints, Some(more.len() as u64));
        compared.compare(&more, context, &surroundings, progress)?;
        kept.keep(Stage::Reprints, |to| compared.save(before, to))?;
    }
    compared.sort();
    kept.go_on()?;

    kept.tell(Stage::Stories);
    progress.begin(Stage::Stories, Some(links.len() as u64));
    // Links that are whole texts need no more proof that they are one story.
    let any = settings.lacks(Part::Linkage) || !settings.wants_passages();
    let joining = if any { Joining::Any } else { Joining::Average(settings.story.linkage) };
    let stories = stories(leaders.len(), &links, joining);
    let verified = (candidates.len() + more.len()) as u64;
    Ok(Analysis { classes, model, lexicon, stock, candidates, named, decoys, judge, compared, verified, stories })
}

/// The pairs of class leaders that share passages, and what belongs to no story, which is marked in the corpus.
fn passages(
    corpus: &mut Corpus,
    classes: &Classes,
    settings: &Settings,
    kept: &Checkpoints<'_>,
) -> Result<(Stock, Vec<Candidate>)> {
    let load = |from: &mut KeptReader| {
        corpus.spool.load_marks(from)?;
        Ok((Stock::load(from)?, from.rows()?))
    };
    if let Some(passages) = kept.taken(Stage::Passages, load)? {
        return Ok(passages);
    }
    kept.progress.begin(Stage::Passages, Some(classes.texts.len() as u64));
    let advance = |done| kept.progress.advance(done);
    let postings = Postings::of(&classes.texts, &corpus.spool, &corpus.workspace, &advance)?;
    kept.go_on()?;
    kept.progress.begin(Stage::Furniture, None);
    let (stock, candidates) = learn(corpus, classes, &postings, settings)?;
    kept.go_on()?;
    kept.keep(Stage::Passages, |to| {
        corpus.spool.save_marks(to)?;
        stock.save(to)?;
        to.rows(candidates.iter())
    })?;
    Ok((stock, candidates))
}

/// Leaves out the candidates that cannot be links, whatever a comparison would say.
fn retain_likely(candidates: &mut Vec<Candidate>, corpus: &Corpus, classes: &Classes, judge: &Judge) {
    let surroundings =
        Surroundings { classes, candidates: &[], sources: &corpus.sources, published: &corpus.published };
    let likely = |pair: &Candidate| {
        let circumstances = Circumstances { standing: pair.standing, ..surroundings.of(pair.a, pair.b) };
        let (a, b) = (corpus.spool.tokens_of(pair.a), corpus.spool.tokens_of(pair.b));
        judge.may_link(circumstances, pair.shared, (a.min(b), a.max(b)))
    };
    *candidates = std::mem::take(candidates).into_par_iter().filter(likely).collect();
}

/// Takes off the marks, and the bands, of the parts of the method that are left out.
fn forget(corpus: &mut Corpus, settings: &Settings) -> Result<()> {
    if !settings.wants_near_duplicates() {
        corpus.keys.bands = 0;
    }
    let parts = [(Part::Quotations, Marks::QUOTED), (Part::Furniture, Marks::FURNITURE), (Part::Names, Marks::NAME)];
    parts.into_iter().filter(|(part, _)| settings.lacks(*part)).try_for_each(|(_, mark)| corpus.spool.unmark(mark))
}

/// The pairs that share passages, and what belongs to no story, which is marked.
fn learn(
    corpus: &mut Corpus,
    classes: &Classes,
    postings: &Postings,
    settings: &Settings,
) -> Result<(Stock, Vec<Candidate>)> {
    let Corpus { sources, published, keys, workspace, spool, .. } = corpus;
    let places = Places {
        source: &|article| sources[article.index()],
        published: &|article| Some(published[article.index()]).filter(|&at| at != UNDATED),
        rank: &|article| keys.rank(article),
        class: &|article| classes.near[article.index()],
    };
    let known =
        |stock: &Stock, posting: &Posting| stock.learned(sources[posting.article().index()], posting.hash()).is_some();
    let recurring = Stock::recurring(postings, &places)?;
    let recurs = |posting: &Posting| if known(&recurring, posting) { Carriage::Recurring } else { Carriage::Fresh };
    if settings.lacks(Part::Learning) {
        return Ok((Stock::default(), candidates(postings, workspace, &places, recurs)?));
    }
    let longer = |pair: &Candidate| spool.tokens_of(pair.a).max(spool.tokens_of(pair.b));
    let takes = sharing(postings, workspace, &places, recurs, |pair| takes_of_one_text(pair, longer(pair)))?;
    let takes: Vec<(ArticleId, ArticleId)> = takes.iter().map(|pair| (pair.a, pair.b)).collect();
    let related = Related::of(&takes, spool.len());
    let stock = Stock::learn(postings, &related, &places)?;
    // Once more, without what was learned: what names pairs now belongs to stories.
    let learned = |posting: &Posting| if known(&stock, posting) { Carriage::Learned } else { recurs(posting) };
    let mut found = candidates(postings, workspace, &places, learned)?;
    found.par_iter_mut().for_each(|pair| pair.standing.apart = related.apart(pair.a, pair.b));
    let same_texts = classes.same_texts();
    stock.mark(postings, &places, |leader| same_texts.of_leader(leader), spool, workspace)?;
    Ok((stock, found))
}

/// The decoys among class leaders.
fn decoys(across: &[Head], corpus: &Corpus, leaders: &[ArticleId]) -> Decoys {
    let dated = |leader: &ArticleId| {
        let known = (corpus.sources[leader.index()], corpus.published[leader.index()]);
        Some(known).filter(|(source, published)| *source != 0 && *published != UNDATED)
    };
    let known: Vec<Dated> = leaders.iter().map(dated).collect();
    let place = |article: ArticleId| leaders.binary_search(&article).expect("candidates are pairs of leaders");
    let linked = across.iter().filter(|head| head.relation.links());
    let links: Vec<(usize, usize)> = linked.map(|head| (place(head.a), place(head.b))).collect();
    Decoys::of(&known, &links)
}

/// A little that two articles share is context, unless it is an item of a round-up: an article that shares other parts of
/// itself with other stories.
fn take_items(compared: &mut ComparedPairs, articles: usize) {
    if !compared.heads().iter().any(|head| head.may_be_item) {
        return;
    }
    let mut groups: Vec<Vec<Parts>> = vec![Vec::new(); articles];
    for (place, head) in compared.heads().iter().enumerate().filter(|(_, head)| head.relation.links()) {
        let [a_parts, b_parts] = compared.get(place).parts();
        story::tie(&mut groups[head.a.index()], &a_parts);
        story::tie(&mut groups[head.b.index()], &b_parts);
    }
    compared.take_items(|head| groups[head.a.index()].len() > 1 || groups[head.b.index()].len() > 1);
}

/// The pairs to verify inside classes: all of a small one, each against the leader in a large one.
fn within_classes(
    groups: &Groups,
    leaders: &[ArticleId],
    in_order: impl Fn(ArticleId, ArticleId) -> (ArticleId, ArticleId),
) -> Vec<(ArticleId, ArticleId)> {
    let mut pairs = Vec::new();
    for &leader in leaders {
        let group = groups.of_leader(leader);
        if group.len() <= LISTED_CLASS {
            for (place, &a) in group.iter().enumerate() {
                pairs.extend(group[place + 1..].iter().map(|&b| in_order(a, b)));
            }
        } else {
            let others = group.iter().filter(|&&article| article != leader);
            pairs.extend(others.map(|&other| in_order(leader, other)));
        }
    }
    pairs
}

/// The near-duplicates of which neither is in the other's class, since each is alike to a leader the other is not alike to.
fn across_classes(classes: &Classes) -> impl Iterator<Item = (ArticleId, ArticleId, f64)> {
    let class = |article: ArticleId| classes.near[article.index()];
    classes.verified.iter().copied().filter(move |&(a, b, _)| class(a) != class(b))
}

/// The other pairs of two classes whose leaders share something, or of which two members are near-duplicates.
fn beside_leaders(
    across: &[Candidate],
    classes: &Classes,
    groups: &Groups,
    in_order: impl Fn(ArticleId, ArticleId) -> (ArticleId, ArticleId),
) -> Vec<(ArticleId, ArticleId)> {
    let mut pairs = Vec::new();
    for leaders in across {
        let (ours, theirs) = (groups.of_leader(leaders.a), groups.of_leader(leaders.b));
        if ours.len() * theirs.len() <= LISTED_ACROSS {
            let both = ours.iter().flat_map(|&a| theirs.iter().map(move |&b| (a, b)));
            pairs.extend(both.filter(|pair| *pair != (leaders.a, leaders.b)).map(|(a, b)| in_order(a, b)));
        }
    }
    let same_texts = classes.same_texts();
    for (a, b, _) in across_classes(classes) {
        let (ours, theirs) = (same_texts.of_leader(a), same_texts.of_leader(b));
        if ours.len() * theirs.len() <= LISTED_ACROSS {
            pairs.extend(ours.iter().flat_map(|&a| theirs.iter().map(move |&b| (a, b))).map(|(a, b)| in_order(a, b)));
        } else {
            pairs.push(in_order(a, b));
        }
    }
    pairs.par_sort_unstable();
    pairs.dedup();
    pairs
}

/// The links between classes of the relations that are wanted, in the order by content, from the pairs of their leaders.
fn links(
    compared: &ComparedPairs,
    classes: &Classes,
    settings: &Settings,
    tokens: impl Fn(ArticleId) -> usize,
    rank: impl Fn(ArticleId) -> u32,
) -> Vec<Link> {
    let place = |article: ArticleId| classes.leaders.binary_search(&article).expect("candidates are pairs of leaders");
    let wanted = |relation: Relation| relation.links() && settings.relate.relations.contains(&relation);
    let heads = compared.heads().iter().enumerate();
    let mut pairs: Vec<(usize, &Head)> = heads.filter(|(_, head)| wanted(head.relation)).collect();
    pairs.sort_unstable_by_key(|(_, head)| (rank(head.a), rank(head.b)));
    let link = |(at, head): (usize, &Head)| {
        let pair = compared.get(at);
        let strength = strength(head, &pair.evidence);
        Link { a: place(head.a), b: place(head.b), strength, parts: pair.parts() }
    };
    let mut links: Vec<Link> = pairs.into_iter().map(link).collect();
    if wanted(Relation::NearDuplicate) {
        let leaders = |(a, b, jaccard): (ArticleId, ArticleId, f64)| {
            let (a, b) = (classes.near[a.index()], classes.near[b.index()]);
            if rank(a) < rank(b) { (a, b, jaccard) } else { (b, a, jaccard) }
        };
        let mut near: Vec<_> = across_classes(classes).map(leaders).collect();
        near.sort_unstable_by(|x, y| (rank(x.0), rank(x.1)).cmp(&(rank(y.0), rank(y.1))).then(y.2.total_cmp(&x.2)));
        near.dedup_by_key(|link| (link.0, link.1));
        let whole = |leader: ArticleId| vec![(0, tokens(leader) as u32)];
        links.extend(near.into_iter().map(|(a, b, jaccard)| Link {
            a: place(a),
            b: place(b),
            strength: NEAR_STRENGTH + 0.1 * jaccard,
            parts: [whole(a), whole(b)],
        }));
    }
    links
}

/// The least strength of a link between near-duplicates.
const NEAR_STRENGTH: f64 = 0.9;

/// How much a link says that two articles are of one story: the kind of reuse, then how much of the shorter is reused.
fn strength(head: &Head, evidence: &Evidence) -> f64 {
    let least = match head.relation {
        Relation::Rewrite if head.bits < JOINING_BITS => 0.2,
        Relation::Identical | Relation::NearDuplicate => NEAR_STRENGTH,
        Relation::Excerpt => 0.8,
        Relation::Version => 0.6,
        _ => 0.4,
    };
    least + 0.1 * evidence.body_share().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::progress::Silent;
    use crate::report::{Table, TableFormat};

    /// The articles of one language, which share passages, furniture and stories, scanned by one thread: what is written in
    /// which order then is the same every time.
    fn scanned(workspace: &Workspace, settings: &Settings) -> Result<Findings> {
        let input = Input::Path(concat!(env!("CARGO_MANIFEST_DIR"), "/data/corpus/es.jsonl").into());
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        pool.install(|| scan_within(workspace, vec![input], settings, &Silent))
    }

    /// The tables of what is found.
    fn tables(workspace: &Workspace, settings: &Settings) -> Result<Vec<u8>> {
        let findings = scanned(workspace, settings)?;
        let mut bytes = Vec::new();
        Table::ALL.iter().for_each(|table| table.write(&findings, TableFormat::Jsonl, &mut bytes).unwrap());
        findings.workspace.check()?;
        Ok(bytes)
    }

    /// Calls `check` with limits of memory and with settings that between them write everything that can be written.
    fn everywhere(check: impl Fn(u64, &Settings)) {
        let wanted = |relation| {
            let mut settings = Settings::default();
            settings.relate.relations = vec![relation];
            settings
        };
        let without = vec![Part::Quotations, Part::Furniture, Part::Names];
        check(1 << 10, &Settings::default());
        check(1 << 16, &Settings::default());
        check(1 << 16, &Settings { without, ..Settings::default() });
        check(1 << 10, &wanted(Relation::NearDuplicate));
        check(1 << 10, &wanted(Relation::Identical));
    }

    #[test]
    fn a_disk_that_is_full_at_any_time_is_reported() {
        /// Disks that are tried: with room for nothing, a little more, and so on to almost enough.
        const DISKS: u64 = 120;
        let folder = std::env::temp_dir();
        everywhere(|memory_bytes, settings| {
            let workspace = Workspace::limited(&folder, memory_bytes);
            let expected = tables(&workspace, settings).unwrap();
            let needed = workspace.bytes_written();
            assert!(needed > DISKS, "{needed} bytes at {memory_bytes}");
            for quota in (0..DISKS).map(|disk| needed * disk / DISKS).chain([needed - 1]) {
                match tables(&Workspace::with_quota(&folder, memory_bytes, quota), settings) {
                    Err(Error::DiskFull { written_bytes, .. }) => assert!(written_bytes <= quota),
                    Err(other) => panic!("{other} with {quota} of {needed} bytes"),
                    Ok(_) => panic!("{quota} of {needed} bytes were enough"),
                }
            }
            assert!(tables(&Workspace::with_quota(&folder, memory_bytes, needed), settings).unwrap() == expected);
        });
    }

    #[test]
    fn a_file_that_cannot_be_read_once_is_reported() {
        /// Reads that fail, one in each of so many scans.
        const READS: u64 = 80;
        let folder = std::env::temp_dir();
        everywhere(|memory_bytes, settings| {
            let workspace = Workspace::limited(&folder, memory_bytes);
            tables(&workspace, settings).unwrap();
            let reads = workspace.reads();
            for number in (0..reads).step_by((reads / READS).max(1) as usize) {
                match tables(&Workspace::with_bad_read(&folder, memory_bytes, number), settings) {
                    Err(Error::TempFile { action: "read", .. }) => {}
                    Err(other) => panic!("{other} after read {number} of {reads}"),
                    Ok(_) => panic!("nobody cared for read {number} of {reads}"),
                }
            }
        });
    }

    /// What a scan kept before it failed is right, or it is not there.
    #[test]
    fn what_is_kept_of_a_scan_that_failed_is_right() {
        /// Scans that fail.
        const SCANS: u64 = 25;
        everywhere(|memory_bytes, settings| {
            let kept = |workspace: Workspace| {
                workspace.keep_stages(1).unwrap();
                workspace
            };
            let folder = tempfile::tempdir().unwrap();
            let workspace = kept(Workspace::limited(folder.path(), memory_bytes));
            let expected = tables(&workspace, settings).unwrap();
            let (reads, needed) = (workspace.reads(), workspace.bytes_written());
            for number in (0..reads).step_by((reads / SCANS).max(1) as usize) {
                let folder = tempfile::tempdir().unwrap();
                let bad = kept(Workspace::with_bad_read(folder.path(), memory_bytes, number));
                assert!(matches!(tables(&bad, settings), Err(Error::TempFile { action: "read", .. })), "read {number}");
                assert!(tables(&kept(Workspace::limited(folder.path(), memory_bytes)), settings).unwrap() == expected);
                let full = kept(Workspace::with_quota(folder.path(), memory_bytes, needed * number / reads / 2));
                match tables(&full, settings) {
                    // Less is written if most is kept.
                    Ok(found) => assert!(found == expected),
                    Err(error) => assert!(matches!(error, Error::DiskFull { .. }), "{error}"),
                }
            }
        });
    }
}
