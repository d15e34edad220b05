//! Was a pair compared at all, and by which path did it come up?

use serde::Serialize;

use super::{Kind, View, four_decimals};
use crate::article::{ArticleId, Span};
use crate::bucket::candidates::Seeding;
use crate::bucket::passages::{GRAM_TOKENS, PASSAGE_TOKENS, Postings, fingerprints};
use crate::disk::Workspace;
use crate::sketch::Sketch;
use crate::text::Marks;

/// How a pair came to be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Path {
    /// Both have the same tokens.
    SameText,
    /// Both are of one near-duplicate class.
    SameClass,
    /// Both lead a class, and they share fingerprints.
    Passages,
    /// The leaders of their classes share fingerprints.
    Leaders,
    /// It did not: a scan never looks at the pair.
    None,
}

/// The path of a pair.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Candidacy {
    /// How the pair came to be compared.
    pub path: Path,
    /// Why, or why not.
    pub why: String,
    /// The leader of the first article's near-duplicate class.
    pub leader_a: String,
    /// The leader of the second article's near-duplicate class.
    pub leader_b: String,
    /// Different shingles that both have.
    pub shared_shingles: usize,
    /// Values on which the sketches agree.
    pub shared_values: usize,
    /// The share of values on which the sketches agree: an estimate of Jaccard similarity.
    #[serde(serialize_with = "four_decimals")]
    pub estimate: f64,
    /// Bands in which both are in one bucket, from 1.
    pub shared_bands: Vec<usize>,
    /// All bands.
    pub bands: usize,
    /// Fingerprints that both have.
    pub fingerprints: Vec<SharedFingerprint>,
}

/// A fingerprint that two texts have.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SharedFingerprint {
    /// Its hash, in hexadecimal digits.
    pub hash: String,
    /// Where it stands in the first text.
    pub a: Span,
    /// Where it stands in the second text.
    pub b: Span,
    /// Its words, as the first text has them.
    pub text: String,
    /// Classes whose leader carries it.
    pub classes: usize,
    /// What it does for the pair: `rare` suffices, of `common` and `crowded` two are wanted.
    pub seeding: &'static str,
    /// What was learned of it: furniture of the outlet, or stock.
    pub learned: Option<Kind>,
}

/// Which texts carry a fingerprint.
pub(super) struct Carriers {
    /// None where they could not be read.
    postings: Option<Postings>,
    workspace: Workspace,
}

impl Carriers {
    pub(super) fn of(view: View<'_>) -> Carriers {
        let corpus = view.corpus;
        let postings = Postings::of(&view.analysis.classes.texts, &corpus.spool, &corpus.workspace, &|_| ());
        Carriers { postings: corpus.workspace.note(postings.map(Some)), workspace: corpus.workspace.clone() }
    }

    /// The texts that carry a fingerprint, if more than one does.
    pub(super) fn texts(&self, hash: u64) -> impl Iterator<Item = ArticleId> + '_ {
        let found = self.postings.iter().map(move |postings| postings.of_fingerprint(hash));
        found.flat_map(|found| self.workspace.note(found)).map(|posting| posting.article())
    }

    /// How many of them lead a class: only these name candidates.
    pub(super) fn leaders(&self, hash: u64, view: View<'_>) -> usize {
        let near = &view.analysis.classes.near;
        self.texts(hash).filter(|text| near[text.index()] == *text).count()
    }
}

/// The name of a seeding, as shown.
pub(super) fn seeding(classes: usize) -> &'static str {
    match Seeding::of(classes) {
        Seeding::Rare => "rare",
        Seeding::Common => "common",
        Seeding::Crowded => "crowded",
    }
}

/// What was learned of a fingerprint where it stands in an article.
pub(super) fn learned(view: View<'_>, article: ArticleId, hash: u64) -> Option<Kind> {
    let source = view.corpus.sources[article.index()];
    view.analysis.epoch.learned.stock.learned(source, hash).map(Marks::kind)
}

impl Candidacy {
    pub(super) fn of(view: View<'_>, carriers: &Carriers, a: ArticleId, b: ArticleId) -> Candidacy {
        let classes = &view.analysis.classes;
        let (leader_a, leader_b) = (classes.near[a.index()], classes.near[b.index()]);
        let spool = &view.corpus.spool;
        let (ids_a, ids_b) = (spool.words(a), spool.words(b));
        let mut scratch = Vec::new();
        let (sketch_a, sketch_b) = (Sketch::of(&ids_a, &mut scratch), Sketch::of(&ids_b, &mut scratch));
        let keys = &view.corpus.keys;
        let key = |article: ArticleId, band: usize| keys.band_keys[article.index() * keys.bands + band];
        let set = |ids: &[u32]| crate::shingle::shingle_set(ids);
        let (path, why) = path(view, carriers, a, b);
        Candidacy {
            path,
            why,
            leader_a: view.id(leader_a),
            leader_b: view.id(leader_b),
            shared_shingles: crate::shingle::overlap::Overlap::of(&set(&ids_a), &set(&ids_b)).shared,
            shared_values: sketch_a.values().iter().zip(sketch_b.values()).filter(|(x, y)| x == y).count(),
            estimate: sketch_a.estimate(&sketch_b),
            shared_bands: (0..keys.bands).filter(|&band| key(a, band) == key(b, band)).map(|band| band + 1).collect(),
            bands: keys.bands,
            fingerprints: shared(view, carriers, a, b),
        }
    }
}

/// The fingerprints of both texts, by place in the first.
fn shared(view: View<'_>, carriers: &Carriers, a: ArticleId, b: ArticleId) -> Vec<SharedFingerprint> {
    let spool = &view.corpus.spool;
    let theirs = fingerprints(&spool.words(b));
    let (spans_a, spans_b, text) = (spool.spans(a), spool.spans(b), spool.text(a));
    let gram = |spans: &[Span], token: u32| Span::covering(&spans[token as usize..token as usize + GRAM_TOKENS]);
    let mut seen = std::collections::BTreeSet::new();
    let ours = fingerprints(&spool.words(a));
    let both = ours.iter().filter_map(|ours| Some((ours, theirs.iter().find(|theirs| theirs.hash == ours.hash)?)));
    both.filter(|(ours, _)| seen.insert(ours.hash))
        .map(|(ours, theirs)| {
            let span = gram(&spans_a, ours.token);
            let classes = carriers.leaders(ours.hash, view);
            SharedFingerprint {
                hash: format!("{:012x}", ours.hash),
                a: span,
                b: gram(&spans_b, theirs.token),
                text: span.of(&text).to_owned(),
                classes,
                seeding: seeding(classes),
                learned: learned(view, a, ours.hash).or_else(|| learned(view, b, ours.hash)),
            }
        })
        .collect()
}

fn path(view: View<'_>, carriers: &Carriers, a: ArticleId, b: ArticleId) -> (Path, String) {
    let classes = &view.analysis.classes;
    if classes.exact[a.index()] == classes.exact[b.index()] {
        return (Path::SameText, "both have the same tokens, so they are one text".into());
    }
    let (leader_a, leader_b) = (classes.near[a.index()], classes.near[b.index()]);
    let threshold = view.settings.near.threshold;
    if leader_a == leader_b {
        let leader = view.id(leader_a);
        let led = if leader_a == a || leader_b == b { "led by one of them" } else { "led by a third" };
        return (
            Path::SameClass,
            format!(
                "they met in a bucket and are of one near-duplicate class (Jaccard >= {threshold}), {led}: {leader}"
            ),
        );
    }
    if !view.settings.wants_passages() {
        return (
            Path::None,
            "only near-duplicates were asked for, so passages were not compared, and they are in two classes".into(),
        );
    }
    let own = leader_a == a && leader_b == b;
    let who = if own {
        "they".to_owned()
    } else {
        format!("the leaders of their classes, {} and {},", view.id(leader_a), view.id(leader_b))
    };
    let shared = shared(view, carriers, leader_a, leader_b);
    let rare = shared.iter().filter(|shared| shared.seeding == "rare").count();
    let pair = (leader_a.min(leader_b), leader_a.max(leader_b));
    let candidates = &view.analysis.candidates;
    let named = |pair: (ArticleId, ArticleId)| candidates.binary_search_by_key(&pair, |pair| (pair.a, pair.b)).is_ok();
    if named(pair) || named((pair.1, pair.0)) {
        let path = if own { Path::Passages } else { Path::Leaders };
        let one = if shared.len() == 1 { "fingerprint" } else { "fingerprints" };
        return (
            path,
            format!("{who} share {} {one}, {rare} of them rare; one rare one or any two suffice", shared.len()),
        );
    }
    let why = match shared.len() {
        0 => format!("{who} share no fingerprint, so no run of {PASSAGE_TOKENS} words or more"),
        1 => format!(
            "{who} share one fingerprint, which {} classes carry; one suffices only if it is rare",
            shared[0].classes
        ),
        _ => format!("{who} share only fingerprints that so many classes carry that each is paired with the first few"),
    };
    (Path::None, why)
}
