//! The product of every stage for one article or one pair.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

use super::candidacy::{Candidacy, Carriers, learned, seeding};
use super::{Comparison, Kind, KindCounts, Part, Party, View, four_decimals, parts};
use crate::article::{ArticleId, Span};
use crate::bucket::passages::lead_end;
use crate::bucket::passages::{GRAM_TOKENS, WINDOW, fingerprints};
use crate::findings::{NamedStory, stories_of};
use crate::relate::Direction;
use crate::relation::Relation;
use crate::shingle::overlap::Overlap;
use crate::shingle::{self, SHINGLE_TOKENS, shingle_set};
use crate::text::{Marks, Tokenizer};
use crate::verify::Kinds;

/// The stages whose product can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Words and their marks.
    Tokens,
    /// Runs of words.
    Shingles,
    /// The signature.
    Sketch,
    /// The buckets of the signature.
    Bands,
    /// The fingerprints.
    Passages,
    /// Classes, pairs, relations and stories.
    Evidence,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Stage; 6] =
        [Stage::Tokens, Stage::Shingles, Stage::Sketch, Stage::Bands, Stage::Passages, Stage::Evidence];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Tokens => "tokens",
            Stage::Shingles => "shingles",
            Stage::Sketch => "sketch",
            Stage::Bands => "bands",
            Stage::Passages => "passages",
            Stage::Evidence => "evidence",
        }
    }

    /// What it is, in a line.
    pub fn line(self) -> &'static str {
        match self {
            Stage::Tokens => "which words count, and what kind of text they stand in",
            Stage::Shingles => "every run of 5 words; Jaccard similarity is measured on their set",
            Stage::Sketch => "values of which the share that two texts agree on estimates Jaccard",
            Stage::Bands => "the sketch in pieces; texts with a piece in common are compared as wholes",
            Stage::Passages => "fingerprints of runs of 6 words; texts that share some are compared",
            Stage::Evidence => "what is shared, what that proves, and what follows from it",
        }
    }
}

/// What the stages made of one article or of two.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The articles: one or two.
    pub articles: Vec<ArticleExplained>,
    /// What they are to one another, if there are two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pair: Option<PairExplained>,
}

/// What the stages made of one article; stages that were not asked for are left out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ArticleExplained {
    /// The article.
    pub article: Party,
    /// Words and marks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<Tokens>,
    /// Runs of words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shingles: Option<Shingles>,
    /// The signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sketch: Option<Sketch>,
    /// The buckets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bands: Option<Bands>,
    /// The fingerprints.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passages: Option<Passages>,
    /// Class, pairs and story.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Membership>,
}

/// What two articles are to one another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PairExplained {
    /// How the pair came to be compared.
    pub candidacy: Candidacy,
    /// The comparison, if the stage was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    /// The story of the first article.
    pub story_a: Option<String>,
    /// The story of the second article.
    pub story_b: Option<String>,
    /// The links that lead from the first article to the second inside their common story: the fewest that do. Empty if they
    /// have no common story, or if what joined them has left it.
    pub chain: Vec<Step>,
}

/// One link of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its relation.
    pub relation: Relation,
    /// The article that it leads to.
    pub other: String,
}

/// The tokens of a text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tokens {
    /// How many, by kind.
    pub kinds: KindCounts,
    /// How many stand in names.
    pub names: usize,
    /// How many have a digit.
    pub numbers: usize,
    /// How many begin a sentence.
    pub sentences: usize,
    /// How many begin a line.
    pub lines: usize,
    /// How many from the first one on are the lead.
    pub lead_tokens: usize,
    /// Furniture by what the text itself shows: the shape of its line, what it says, that it was said before.
    pub furniture_own: usize,
    /// More furniture, since the outlet prints it in unrelated articles.
    pub furniture_learned: usize,
    /// Every token.
    pub tokens: Vec<Token>,
    /// The text by kind.
    #[serde(skip)]
    pub parts: Vec<Part>,
}

/// One token.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Token {
    /// As it stands in the text.
    pub text: String,
    /// Where.
    pub span: Span,
    /// The names of its marks.
    pub marks: Vec<&'static str>,
}

/// The shingles of a text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shingles {
    /// Words in each.
    pub width_tokens: usize,
    /// Different ones.
    pub different: usize,
    /// All, in order.
    pub shingles: Vec<Shingle>,
}

/// One shingle.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shingle {
    /// Its hash, in hexadecimal digits.
    pub hash: String,
    /// Where it stands.
    pub span: Span,
    /// Its words.
    pub text: String,
}

/// The signature of a text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sketch {
    /// The values: the round that filled the bin in the upper 32 bits, the least hash of that round in the lower ones.
    pub values: Vec<u64>,
}

/// The bands of a signature.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bands {
    /// Values in each.
    pub rows: usize,
    /// Every band.
    pub bands: Vec<Band>,
    /// Who shares a bucket, those with most bands first.
    pub company: Vec<BandCompany>,
}

/// One band.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Band {
    /// Its number, from 1.
    pub band: usize,
    /// Its key, in hexadecimal digits.
    pub key: String,
    /// Other articles with the same key.
    pub articles: Vec<String>,
}

/// An article in the same bucket of some band.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BandCompany {
    /// The article.
    pub id: String,
    /// The bands, from 1.
    pub bands: Vec<usize>,
    /// Exact Jaccard similarity with it.
    #[serde(serialize_with = "four_decimals")]
    pub jaccard: f64,
}

/// The fingerprints of a text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Passages {
    /// Words in each.
    pub width_tokens: usize,
    /// Runs of which one is kept.
    pub window: usize,
    /// All, in order.
    pub fingerprints: Vec<Fingerprint>,
    /// Neighbouring fingerprints that the same classes carry, or that are learned, taken together.
    #[serde(skip)]
    pub stretches: Vec<Stretch>,
}

/// One fingerprint.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fingerprint {
    /// Its hash, in hexadecimal digits.
    pub hash: String,
    /// Where it stands.
    pub span: Span,
    /// Its words.
    pub text: String,
    /// Classes whose leader carries it.
    pub classes: usize,
    /// What it does for a pair: `rare` suffices, of `common` and `crowded` two are wanted.
    pub seeding: &'static str,
    /// The leaders of the other classes that carry it.
    pub carriers: Vec<String>,
    /// What was learned of it: furniture of the outlet, or stock.
    pub learned: Option<Kind>,
}

/// A stretch of text that the same other classes carry.
#[derive(Clone, Debug, PartialEq)]
pub struct Stretch {
    /// Where it stands.
    pub span: Span,
    /// Its words.
    pub text: String,
    /// Fingerprints in it.
    pub fingerprints: usize,
    /// The leaders of the other classes that carry it.
    pub carriers: Vec<String>,
    /// The weakest seeding of its fingerprints.
    pub seeding: &'static str,
    /// What was learned of it.
    pub learned: Option<Kind>,
}

/// Where an article belongs, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Membership {
    /// Its classes.
    pub class: Class,
    /// Pairs of its class leader that shared passages made candidates.
    pub candidates: usize,
    /// Pairs with a relation: links first, then by bits.
    pub pairs: Vec<Link>,
    /// Its story.
    pub story: Option<Story>,
    /// Stories of which it carries a part.
    pub partial_in: Vec<Story>,
    /// Why it is in that story, or in none.
    pub why: String,
}

/// The articles that are one text with an article.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Class {
    /// The article that stands for the class.
    pub leader: String,
    /// Others with the same tokens.
    pub identical: Vec<String>,
    /// Others in the near-duplicate class, those with the same tokens left out.
    pub near_duplicates: Vec<String>,
}

/// A pair as seen from one article.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Link {
    /// The other article.
    pub other: String,
    /// What they are to one another.
    pub relation: Relation,
    /// For an excerpt, whether this article stands in the other; else the other stands in this one.
    pub in_other: Option<bool>,
    /// Whether the relation joins two articles.
    pub links: bool,
    /// Whether both are in one story.
    pub same_story: bool,
    /// Exact Jaccard similarity.
    #[serde(serialize_with = "four_decimals")]
    pub jaccard: f64,
    /// Information of the shared prose beyond chance, in bits.
    #[serde(serialize_with = "four_decimals")]
    pub evidence_bits: f64,
    /// The rule that fired.
    pub rule: String,
}

/// A story, by name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Story {
    /// Its id, as in the tables.
    pub id: String,
    /// Its articles.
    pub articles: Vec<String>,
}

impl Explanation {
    /// What `stages` made of an article.
    pub fn of_article(view: View<'_>, article: ArticleId, stages: &[Stage]) -> Explanation {
        let carriers = Carriers::of(view);
        Explanation { articles: vec![explained(view, &carriers, article, stages)], pair: None }
    }

    /// What `stages` made of two articles. For the last stage that is what they share; the classes and stories of one article
    /// are shown where it is asked for alone.
    pub fn of_pair(view: View<'_>, a: ArticleId, b: ArticleId, stages: &[Stage]) -> Explanation {
        let carriers = Carriers::of(view);
        let early: Vec<Stage> = stages.iter().copied().filter(|stage| *stage != Stage::Evidence).collect();
        let story = |article| stories_of(article, view.corpus, view.analysis).0;
        let (story_a, story_b) = (story(a), story(b));
        let common = story_a.as_ref().filter(|_| story_a == story_b).map_or(&[][..], |(_, members)| members);
        Explanation {
            articles: [a, b].map(|article| explained(view, &carriers, article, &early)).into(),
            pair: Some(PairExplained {
                candidacy: Candidacy::of(view, &carriers, a, b),
                comparison: stages.contains(&Stage::Evidence).then(|| Comparison::of(view, a, b)),
                chain: chain(view, common, a, b),
                story_a: story_a.map(|(id, _)| id),
                story_b: story_b.map(|(id, _)| id),
            }),
        }
    }
}

fn explained(view: View<'_>, carriers: &Carriers, article: ArticleId, stages: &[Stage]) -> ArticleExplained {
    let wanted = |stage| stages.contains(&stage);
    ArticleExplained {
        article: Party::of(view, article),
        tokens: wanted(Stage::Tokens).then(|| tokens(view, article)),
        shingles: wanted(Stage::Shingles).then(|| shingles(view, article)),
        sketch: wanted(Stage::Sketch).then(|| {
            let ids = &*view.corpus.spool.words(article);
            Sketch { values: crate::sketch::Sketch::of(ids, &mut Vec::new()).values().to_vec() }
        }),
        bands: wanted(Stage::Bands).then(|| bands(view, article)),
        passages: wanted(Stage::Passages).then(|| passages(view, carriers, article)),
        evidence: wanted(Stage::Evidence).then(|| membership(view, article)),
    }
}

/// The fewest links that lead from `a` to `b` through `members`; of chains as short, the one through earlier articles.
fn chain(view: View<'_>, members: &[ArticleId], a: ArticleId, b: ArticleId) -> Vec<Step> {
    let inside = |article: &ArticleId| members.binary_search(article).is_ok();
    let mut links: BTreeMap<ArticleId, Vec<(ArticleId, Relation)>> = BTreeMap::new();
    for pair in view.analysis.compared.heads().iter().filter(|pair| inside(&pair.a) && inside(&pair.b)) {
        if pair.relation.links() {
            links.entry(pair.a).or_default().push((pair.b, pair.relation));
            links.entry(pair.b).or_default().push((pair.a, pair.relation));
        }
    }
    let mut before: BTreeMap<ArticleId, (ArticleId, Relation)> = BTreeMap::new();
    let mut waiting = VecDeque::from([a]);
    while let Some(article) = waiting.pop_front().filter(|_| !before.contains_key(&b)) {
        for &(other, relation) in links.get(&article).into_iter().flatten() {
            if other != a && !before.contains_key(&other) {
                before.insert(other, (article, relation));
                waiting.push_back(other);
            }
        }
    }
    let mut steps = Vec::new();
    let mut at = b;
    while let Some(&(from, relation)) = before.get(&at) {
        steps.push(Step { relation, other: view.id(at) });
        at = from;
    }
    steps.reverse();
    steps
}

fn tokens(view: View<'_>, article: ArticleId) -> Tokens {
    let spool = &view.corpus.spool;
    let (spans, text) = (spool.spans(article), &*spool.text(article));
    let marks = &*view.marks(article);
    let furniture = |marks: &[Marks]| marks.iter().filter(|mark| mark.has(Marks::FURNITURE)).count();
    let own = furniture(&Tokenizer::new().into_tokens(text).marks);
    let count = |mark: Marks| marks.iter().filter(|marks| marks.has(mark)).count();
    Tokens {
        kinds: Kinds::of(marks).into(),
        names: count(Marks::NAME),
        numbers: count(Marks::NUMBER),
        sentences: count(Marks::SENTENCE),
        lines: count(Marks::BLOCK),
        lead_tokens: lead_end(marks),
        furniture_own: own,
        furniture_learned: furniture(marks) - own,
        tokens: spans
            .iter()
            .zip(marks)
            .map(|(&span, &mark)| Token { text: span.of(text).to_owned(), span, marks: mark_names(mark) })
            .collect(),
        parts: parts(text, &spans, marks),
    }
}

fn mark_names(marks: Marks) -> Vec<&'static str> {
    let names = [
        (Marks::QUOTED, "quoted"),
        (Marks::FURNITURE, "furniture"),
        (Marks::STOCK, "stock"),
        (Marks::NAME, "name"),
        (Marks::NUMBER, "number"),
        (Marks::BLOCK, "line"),
        (Marks::SENTENCE, "sentence"),
        (Marks::BIGRAM, "bigram"),
    ];
    names.into_iter().filter(|(mark, _)| marks.has(*mark)).map(|(_, name)| name).collect()
}

fn shingles(view: View<'_>, article: ArticleId) -> Shingles {
    let spool = &view.corpus.spool;
    let (ids, spans, text) = (&*spool.words(article), spool.spans(article), &*spool.text(article));
    let all = shingle::shingles(ids, SHINGLE_TOKENS).enumerate().map(|(place, hash)| {
        let span = Span::covering(&spans[place..(place + SHINGLE_TOKENS).min(spans.len())]);
        Shingle { hash: format!("{hash:016x}"), span, text: span.of(text).to_owned() }
    });
    Shingles { width_tokens: SHINGLE_TOKENS, different: shingle_set(ids).len(), shingles: all.collect() }
}

fn bands(view: View<'_>, article: ArticleId) -> Bands {
    let keys = &view.corpus.keys;
    let key = |article: ArticleId, band: usize| keys.band_keys[article.index() * keys.bands + band];
    let spool = &view.corpus.spool;
    let mut company: BTreeMap<ArticleId, Vec<usize>> = BTreeMap::new();
    let bands: Vec<Band> = (0..keys.bands)
        .map(|band| {
            let ours = key(article, band);
            let others: Vec<ArticleId> =
                spool.articles().filter(|&other| other != article && key(other, band) == ours).collect();
            for &other in &others {
                company.entry(other).or_default().push(band + 1);
            }
            Band { band: band + 1, key: format!("{ours:08x}"), articles: view.ids(others) }
        })
        .collect();
    let set = shingle_set(&spool.words(article));
    let mut company: Vec<BandCompany> = company
        .into_iter()
        .map(|(other, bands)| BandCompany {
            id: view.id(other),
            bands,
            jaccard: Overlap::of(&set, &shingle_set(&spool.words(other))).jaccard(),
        })
        .collect();
    // A stable sort: those with as many bands stay in input order.
    company.sort_by_key(|company| std::cmp::Reverse(company.bands.len()));
    Bands { rows: crate::sketch::bands::Bands::plan(&view.settings.near).rows, bands, company }
}

fn passages(view: View<'_>, carriers: &Carriers, article: ArticleId) -> Passages {
    let spool = &view.corpus.spool;
    let (spans, text) = (spool.spans(article), &*spool.text(article));
    let near = &view.analysis.classes.near;
    let own = near[article.index()];
    let mut list: Vec<Fingerprint> = Vec::new();
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut unbroken = false;
    for fingerprint in fingerprints(&spool.words(article)) {
        let from = fingerprint.token as usize;
        let span = Span::covering(&spans[from..from + GRAM_TOKENS]);
        let mut others: Vec<ArticleId> =
            carriers.texts(fingerprint.hash).map(|text| near[text.index()]).filter(|&class| class != own).collect();
        others.sort_unstable();
        others.dedup();
        let carriers_ids = view.ids(others);
        let classes = carriers.leaders(fingerprint.hash, view);
        let (seeding, learned) = (seeding(classes), learned(view, article, fingerprint.hash));
        match stretches.last_mut() {
            _ if carriers_ids.is_empty() && learned.is_none() => unbroken = false,
            Some(last)
                if unbroken && last.carriers == carriers_ids && (last.seeding, last.learned) == (seeding, learned) =>
            {
                last.span.end = last.span.end.max(span.end);
                last.fingerprints += 1;
            }
            _ => {
                let carriers = carriers_ids.clone();
                stretches.push(Stretch { span, text: String::new(), fingerprints: 1, carriers, seeding, learned });
                unbroken = true;
            }
        }
        let hash = format!("{:012x}", fingerprint.hash);
        list.push(Fingerprint {
            hash,
            span,
            text: span.of(text).to_owned(),
            classes,
            seeding,
            carriers: carriers_ids,
            learned,
        });
    }
    for stretch in &mut stretches {
        stretch.text = stretch.span.of(text).to_owned();
    }
    Passages { width_tokens: GRAM_TOKENS, window: WINDOW, fingerprints: list, stretches }
}

fn membership(view: View<'_>, article: ArticleId) -> Membership {
    let analysis = view.analysis;
    let classes = &analysis.classes;
    let leader = classes.near[article.index()];
    let (story, partial_in) = stories_of(article, view.corpus, analysis);
    let same_story =
        |other: ArticleId| story.as_ref().is_some_and(|(_, members)| members.binary_search(&other).is_ok());
    let wanted = &view.settings.relate.relations;
    let mut pairs: Vec<Link> = analysis
        .compared
        .heads()
        .iter()
        .enumerate()
        .filter(|(_, head)| (head.a == article || head.b == article) && wanted.contains(&head.relation))
        .map(|(place, _)| {
            let pair = analysis.compared.get(place);
            let first = pair.a == article;
            let other = if first { pair.b } else { pair.a };
            Link {
                other: view.id(other),
                relation: pair.verdict.relation,
                in_other: pair.verdict.direction.map(|direction| (direction == Direction::AInB) == first),
                links: pair.verdict.relation.links(),
                same_story: same_story(other),
                jaccard: pair.evidence.overlap.jaccard(),
                evidence_bits: pair.evidence.bits,
                rule: pair.verdict.rule(),
            }
        })
        .collect();
    pairs.sort_by(|x, y| x.relation.cmp(&y.relation).then(y.evidence_bits.total_cmp(&x.evidence_bits)));
    let others = |alike: &dyn Fn(ArticleId) -> bool| {
        view.ids(view.corpus.spool.articles().filter(|&other| other != article && alike(other)))
    };
    let exact = classes.exact[article.index()];
    let identical = others(&|other| classes.exact[other.index()] == exact);
    let near_duplicates =
        others(&|other| classes.near[other.index()] == leader && classes.exact[other.index()] != exact);
    let candidates = analysis.candidates.iter().filter(|pair| pair.a == leader || pair.b == leader).count();
    let named = |(id, members): NamedStory| Story { id, articles: view.ids(members) };
    let why = story_why(view, &pairs, story.as_ref(), partial_in.len());
    Membership {
        class: Class { leader: view.id(leader), identical, near_duplicates },
        candidates,
        pairs,
        story: story.map(named),
        partial_in: partial_in.into_iter().map(named).collect(),
        why,
    }
}

/// Why an article is in its story, or in none.
fn story_why(view: View<'_>, pairs: &[Link], story: Option<&NamedStory>, partial: usize) -> String {
    let number = |links: usize| if links == 1 { "one link".to_owned() } else { format!("{links} links") };
    let (inside, outside): (Vec<&Link>, Vec<&Link>) =
        pairs.iter().filter(|pair| pair.links).partition(|pair| pair.same_story);
    let mut reasons: Vec<String> = Vec::new();
    match inside.first() {
        Some(strongest) => reasons.push(format!(
            "joined by {}; the strongest: {} with {}",
            number(inside.len()),
            strongest.relation.name(),
            strongest.other
        )),
        None if story.is_some() => reasons.push("its near-duplicate class is linked to it".into()),
        None if pairs.is_empty() => reasons.push("no other article shares anything of note with it".into()),
        None if outside.is_empty() => reasons.push("what it shares with others does not link".into()),
        None => {}
    }
    if !outside.is_empty() {
        reasons.push(format!(
            "{} to articles outside did not join: a link joins two groups only if it shares the part of each text that ties \
             the text to its group, and larger groups only if their links are worth {} on average",
            number(outside.len()),
            view.settings.story.linkage
        ));
    }
    if partial > 0 {
        reasons.push("it carries a part of other stories, as round-ups do".into());
    }
    reasons.join("; ")
}
