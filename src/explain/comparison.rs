//! What do two articles share, where, and what does it prove?

use serde::Serialize;

use super::{Kind, KindCounts, Part, Party, View, four_decimals, parts};
use crate::article::{ArticleId, Span};
use crate::compare::verdict;
use crate::relate::{Direction, Verdict};
use crate::relation::Relation;
use crate::score::Weighed;
use crate::verify::{Comparer, Evidence, joint_marks};

/// Two articles, compared on their text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The first article.
    pub a: Party,
    /// The second article.
    pub b: Party,
    /// What they are to one another; none if they share nothing of note.
    pub relation: Option<Relation>,
    /// For an excerpt, which stands in which.
    pub direction: Option<Direction>,
    /// Whether the relation joins them in one story.
    pub links: bool,
    /// The rule that gave the relation, or why there is none.
    pub rule: String,
    /// Exact Jaccard similarity of their word 5-gram sets.
    #[serde(serialize_with = "four_decimals")]
    pub jaccard: f64,
    /// The share of `a`'s shingles that `b` has.
    #[serde(serialize_with = "four_decimals")]
    pub containment_a: f64,
    /// The share of `b`'s shingles that `a` has.
    #[serde(serialize_with = "four_decimals")]
    pub containment_b: f64,
    /// The share of `a`'s prose that stands in `b`.
    #[serde(serialize_with = "four_decimals")]
    pub prose_a: f64,
    /// The share of `b`'s prose that stands in `a`.
    #[serde(serialize_with = "four_decimals")]
    pub prose_b: f64,
    /// Information of the shared prose beyond chance, in bits.
    #[serde(serialize_with = "four_decimals")]
    pub evidence_bits: f64,
    /// How sure it is that one reuses what the other reports; none where only whole texts are compared.
    pub probability: Option<f64>,
    /// The bits of a pair of which nothing speaks for reuse.
    pub prior_bits: f64,
    /// What each feature adds to them.
    pub weights: Vec<Weighed>,
    /// The longest shared run, in tokens.
    pub longest_run: usize,
    /// Shared tokens by kind.
    pub shared: KindCounts,
    /// The share of shared tokens inside quotations.
    #[serde(serialize_with = "four_decimals")]
    pub quote_share: f64,
    /// Every shared run, by place in `a`.
    pub passages: Vec<Shared>,
}

/// A run of words that both texts have.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shared {
    /// Where it stands in the first text.
    pub a: Span,
    /// Where it stands in the second text.
    pub b: Span,
    /// Its words, as the earlier article in input order has them.
    pub text: String,
    /// Its length.
    pub tokens: usize,
    /// What it consists of.
    pub kinds: KindCounts,
    /// What its prose is worth beyond chance, in bits; below 0 if chance finds better.
    #[serde(serialize_with = "four_decimals")]
    pub bits: f64,
    /// Whether that is enough to count.
    pub proves: bool,
    /// The text by kind.
    #[serde(skip)]
    pub parts: Vec<Part>,
}

impl Shared {
    /// The one kind of all its tokens; none if it is mixed.
    pub fn kind(&self) -> Option<Kind> {
        match self.kinds.present()[..] {
            [(kind, _)] => Some(kind),
            _ => None,
        }
    }
}

impl Comparison {
    /// The comparison of `a` and `b`, as a scan makes it: in the order by content, turned round if that is the other one.
    pub fn of(view: View<'_>, a: ArticleId, b: ArticleId) -> Comparison {
        let rank = |article| view.corpus.keys.rank(article);
        if rank(a) > rank(b) {
            return Comparison::in_order(view, b, a).mirrored();
        }
        Comparison::in_order(view, a, b)
    }

    fn in_order(view: View<'_>, a: ArticleId, b: ArticleId) -> Comparison {
        let context = view.analysis.context(view.corpus, view.settings);
        let circumstances = view.analysis.circumstances(a, b);
        let evidence = Comparer::of(a, context).evidence(b, circumstances);
        // What the scan said, which may know more than the pair: that it is an item of a round-up.
        let verdict = match view.analysis.compared.find(a, b) {
            Some(pair) => Some(pair.verdict),
            None => verdict((a, b), &evidence, &view.analysis.classes.exact, &view.analysis.epoch.judge),
        };
        let weights = view.analysis.epoch.judge.weights();
        let scored = view.settings.wants_passages().then(|| weights.score(&evidence).probability());
        let weights = if scored.is_some() { weights.waterfall(&evidence) } else { Vec::new() };
        let (marks_a, marks_b) = (view.marks(a), view.marks(b));
        let (spans_a, spans_b) = (view.corpus.spool.spans(a), view.corpus.spool.spans(b));
        let text = view.corpus.spool.text(a);
        let passages = evidence.runs.iter().map(|shared| {
            let run = shared.run;
            let (in_a, in_b) = (run.a..run.a + run.tokens, run.b..run.b + run.tokens);
            let mut marks = Vec::new();
            joint_marks(&marks_a[in_a.clone()], &marks_b[in_b.clone()], &mut marks);
            let span = Span::covering(&spans_a[in_a.clone()]);
            Shared {
                a: span,
                b: Span::covering(&spans_b[in_b]),
                text: span.of(&text).to_owned(),
                tokens: run.tokens,
                kinds: shared.kinds.into(),
                bits: shared.bits,
                proves: shared.proves(),
                parts: parts(&text, &spans_a[in_a], &marks),
            }
        });
        Comparison {
            a: Party::of(view, a),
            b: Party::of(view, b),
            relation: verdict.as_ref().map(|verdict| verdict.relation),
            direction: verdict.as_ref().and_then(|verdict| verdict.direction),
            links: verdict.as_ref().is_some_and(|verdict| verdict.relation.links()),
            rule: verdict.map_or_else(|| unrelated(&evidence), |verdict| verdict.rule()),
            jaccard: evidence.overlap.jaccard(),
            containment_a: evidence.overlap.containment_a(),
            containment_b: evidence.overlap.containment_b(),
            prose_a: evidence.prose_a(),
            prose_b: evidence.prose_b(),
            evidence_bits: evidence.bits,
            probability: verdict.as_ref().and_then(Verdict::probability).or(scored),
            prior_bits: view.analysis.epoch.judge.weights().prior,
            weights,
            longest_run: evidence.longest_run(),
            shared: evidence.shared.into(),
            quote_share: evidence.quote_share(),
            passages: passages.collect(),
        }
    }

    /// The same as seen from the second article.
    fn mirrored(self) -> Comparison {
        let mut passages: Vec<Shared> =
            self.passages.into_iter().map(|shared| Shared { a: shared.b, b: shared.a, ..shared }).collect();
        passages.sort_by_key(|shared| (shared.a, shared.b));
        let direction = self.direction.map(|direction| match direction {
            Direction::AInB => Direction::BInA,
            Direction::BInA => Direction::AInB,
        });
        Comparison {
            a: self.b,
            b: self.a,
            direction,
            containment_a: self.containment_b,
            containment_b: self.containment_a,
            prose_a: self.prose_b,
            prose_b: self.prose_a,
            passages,
            ..self
        }
    }
}

/// Why the evidence gives no relation.
fn unrelated(evidence: &Evidence) -> String {
    if evidence.runs.is_empty() {
        return format!("they share no run of {} words", crate::verify::runs::RUN_TOKENS);
    }
    format!(
        "prose {:.0} bits beyond chance, the longest shared run has {} tokens, and what is shared is not mainly quotation, \
         furniture or stock",
        evidence.bits,
        evidence.longest_run()
    )
}
