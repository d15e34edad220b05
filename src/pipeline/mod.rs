//! All of it, on one screen: the stages in their order.
//!
//! `files → Article → Tokens → Shingles → Sketch → Candidate → Evidence → Score → Relation → Story → Findings`

mod checkpoint;

use rayon::prelude::*;

use crate::analysis::Analysis;
use crate::article::ArticleId;
use crate::bucket::candidates::Candidate;
use crate::bucket::carriers::TextRow;
use crate::bucket::classes::{Buckets, Classes};
use crate::bucket::passages::Postings;
use crate::compare::partners::{beside_leaders, retain_likely, within_classes};
use crate::compare::{ComparedPairs, Surroundings, Verified, decoys};
use crate::corpus::Corpus;
use crate::disk::{KeptReader, Workspace};
use crate::epoch::Epoch;
use crate::error::Result;
use crate::findings::{Findings, Kept, assemble};
use crate::learn::lexicon::Lexicon;
use crate::learn::phrases::{PhraseModel, sample};
use crate::learn::stock::Stock;
use crate::learn::{self, Learned, Passages};
use crate::progress::{Progress, Silent, Stage};
use crate::read::Input;
use crate::relate::Judge;
use crate::settings::{Part, Settings};
use crate::spool::MarkTable;
use crate::story::links::{links, take_items};
use crate::story::{Joining, stories};
use crate::text::Marks;
use crate::verify::Context;
use checkpoint::Checkpoints;

pub use checkpoint::{InputFile, fingerprint};

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
    let mut corpus = kept.stage(Stage::Read, |from| Corpus::load(workspace, settings, from), read, Corpus::save)?;
    let mut analysis = stages(&mut corpus, settings, progress, &kept)?;
    // Nobody asks for it again, and findings want its memory.
    analysis.epoch.learned = Learned::default();
    assemble(corpus, analysis, settings, keep)
}

/// All stages from classes to stories. What is learned about furniture is joined with the texts of the corpus.
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
    let judge = Judge::of(settings)?;

    forget(corpus, settings);
    let classes = classes(corpus, settings, kept)?;
    let leaders = &classes.leaders;
    let texts = corpus.text_rows(&classes);
    let (mut learned, mut candidates, mut named) = (Learned::default(), Vec::new(), 0);
    if settings.wants_passages() {
        progress.begin(Stage::Phrases, Some(leaders.len() as u64));
        if !settings.lacks(Part::Phrases) {
            let sample = sample(leaders, |article| corpus.content(article));
            learned.phrases = PhraseModel::of(&sample, &corpus.spool)?;
            learned.lexicon = Lexicon::of(&learned.phrases, &corpus.spool, &sample);
        }
        kept.go_on()?;
        (learned.stock, candidates) = passages(corpus, &classes, &texts, settings, kept)?;
        named = candidates.len() as u64;
        retain_likely(&mut candidates, &texts, &judge);
    }
    let epoch = Epoch { learned, judge };
    verified(corpus, Found { classes, texts, candidates, named }, epoch, settings, kept)
}

/// What the stages before verification found.
pub struct Found {
    /// Exact and near-duplicate classes.
    pub classes: Classes,
    /// What is known of each article beside its words.
    pub texts: Vec<TextRow>,
    /// The pairs of class leaders that are compared, sorted.
    pub candidates: Vec<Candidate>,
    /// How many pairs share passages at all.
    pub named: u64,
}

/// The stages from verification to stories, of a part of a corpus that has whole components. The marks that were learned have
/// been joined with the texts.
pub fn related(corpus: &mut Corpus, found: Found, epoch: Epoch, settings: &Settings) -> Result<Analysis> {
    let workspace = corpus.workspace.clone();
    forget(corpus, settings);
    verified(corpus, found, epoch, settings, &Checkpoints::of(&workspace, &Silent))
}

fn verified(
    corpus: &mut Corpus,
    found: Found,
    epoch: Epoch,
    settings: &Settings,
    kept: &Checkpoints<'_>,
) -> Result<Analysis> {
    let workspace = corpus.workspace.clone();
    let (progress, Found { classes, texts, candidates, named }, Epoch { learned, judge }) =
        (kept.progress, found, epoch);
    let leaders = &classes.leaders;
    let groups = classes.groups();
    let in_order = |a: ArticleId, b: ArticleId| {
        if corpus.keys.rank(a) < corpus.keys.rank(b) { (a, b) } else { (b, a) }
    };
    let several = leaders.iter().map(|&leader| groups.of_leader(leader)).filter(|group| group.len() > 1);
    corpus.spool.make_words(&several.flatten().copied().collect::<Vec<_>>())?;
    let context = Context::of(&corpus.spool, &corpus.shingles, &learned, settings);
    let surroundings = Surroundings { candidates: &candidates, texts: &texts, exact: &classes.exact };
    let verify = || {
        progress.begin(Stage::Verify, Some(candidates.len() as u64));
        let mut compared = ComparedPairs::new(&workspace, &judge);
        let pairs: Vec<(ArticleId, ArticleId)> = candidates.iter().map(|pair| (pair.a, pair.b)).collect();
        compared.compare(&pairs, context, &surroundings, progress)?;
        let decoys = decoys(compared.heads(), &texts, leaders);
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
    let links = links(&compared, &classes, settings, &texts);
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
    let epoch = Epoch { learned, judge };
    Ok(Analysis { classes, texts, epoch, candidates, named, decoys, compared, verified, stories })
}

/// Exact and near-duplicate classes.
fn classes(corpus: &mut Corpus, settings: &Settings, kept: &Checkpoints<'_>) -> Result<Classes> {
    let progress = kept.progress;
    let find = || {
        progress.begin(Stage::Classes, Some(corpus.keys.bands as u64));
        let Corpus { keys, spool, shingles, .. } = &mut *corpus;
        let buckets = Buckets::of(keys, spool, &|| progress.advance(1));
        spool.make_words(&buckets.articles())?;
        let classes = Classes::of(buckets, keys, spool, shingles, settings.near.threshold);
        kept.go_on().map(|()| classes)
    };
    let classes = kept.stage(Stage::Classes, Classes::load, find, Classes::save)?;
    // A hundred bytes an article, which no later stage asks for.
    corpus.keys.band_keys = Vec::new();
    Ok(classes)
}

/// The pairs of class leaders that share passages, and what belongs to no story, which is joined with the corpus.
fn passages(
    corpus: &mut Corpus,
    classes: &Classes,
    texts: &[TextRow],
    settings: &Settings,
    kept: &Checkpoints<'_>,
) -> Result<(Stock, Vec<Candidate>)> {
    let workspace = corpus.workspace.clone();
    let load = |from: &mut KeptReader| {
        let marks = if from.row()? { Some(MarkTable::load(&workspace, from)?) } else { None };
        Ok((marks, Stock::load(from)?, from.rows()?))
    };
    if let Some((marks, stock, candidates)) = kept.taken(Stage::Passages, load)? {
        marks.into_iter().for_each(|marks| corpus.spool.join(marks));
        return Ok((stock, candidates));
    }
    kept.progress.begin(Stage::Passages, Some(classes.texts.len() as u64));
    let advance = |done| kept.progress.advance(done);
    let postings = Postings::of(&classes.texts, &corpus.spool, &workspace, &advance)?;
    kept.go_on()?;
    kept.progress.begin(Stage::Furniture, None);
    let (stock, candidates) = if settings.lacks(Part::Learning) {
        (Stock::default(), learn::unlearned(&postings, texts, &workspace)?)
    } else {
        let Passages { stock, marks, candidates } = learn::passages(&postings, texts, &classes.exact, &workspace)?;
        corpus.spool.join(marks);
        (stock, candidates)
    };
    kept.go_on()?;
    kept.keep(Stage::Passages, |to| {
        to.row(&corpus.spool.learned().is_some())?;
        corpus.spool.learned().map_or(Ok(()), |marks| marks.save(to))?;
        stock.save(to)?;
        to.rows(candidates.iter())
    })?;
    Ok((stock, candidates))
}

/// Leaves out the marks, and the bands, of the parts of the method that are left out.
fn forget(corpus: &mut Corpus, settings: &Settings) {
    if !settings.wants_near_duplicates() {
        corpus.keys.bands = 0;
    }
    let parts = [(Part::Quotations, Marks::QUOTED), (Part::Furniture, Marks::FURNITURE), (Part::Names, Marks::NAME)];
    parts.into_iter().filter(|(part, _)| settings.lacks(*part)).for_each(|(_, mark)| corpus.spool.ignore(mark));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::relation::Relation;
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

    /// However many partitions an exchange has, and in whatever order a partition's rows come, in memory and through files.
    #[test]
    fn partitions_change_nothing() {
        let folder = std::env::temp_dir();
        let limits = [1 << 10, 1 << 16, u64::MAX];
        let expected = tables(&Workspace::default(), &Settings::default()).unwrap();
        for (seed, count) in (1..).zip([1, 2, 7]) {
            for memory_bytes in limits {
                let workspace = Workspace::with_partitions(&folder, memory_bytes, count, seed);
                let found = tables(&workspace, &Settings::default()).unwrap();
                assert!(found == expected, "{count} partitions at {memory_bytes} bytes");
                assert_eq!(workspace.bytes_written() > 0, memory_bytes < u64::MAX);
            }
        }
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
