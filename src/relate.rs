//! What is the relation of two articles? From evidence to a named relation and the rule that gave it.
//!
//! Two questions, one after the other: how sure is it that reported text was reused ([`score`](crate::score)), and what kind of
//! reuse is it, by how much of either body is shared. What is no reuse is named by what most of the shared words are.

use std::borrow::Cow;
use std::fmt;

use crate::error::{Error, Result};
use crate::relation::Relation;
use crate::score::{Score, Weights, bits_of};
use crate::settings::{RelateSettings, Settings};
use crate::verify::{Circumstances, Evidence};

/// Which of two articles stands in the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Direction {
    /// The first in the second.
    #[serde(rename = "a_in_b")]
    AInB,
    /// The second in the first.
    #[serde(rename = "b_in_a")]
    BInA,
}

/// A relation with the rule that gave it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// What the two articles are to one another.
    pub relation: Relation,
    /// For an excerpt, which stands in which.
    pub direction: Option<Direction>,
    /// What gave it.
    pub rule: Rule,
    /// How sure it is that one reuses what the other reports; none where only whole texts are compared.
    pub score: Option<Score>,
    /// Whether they share prose that would be reuse if one of them was a round-up.
    pub may_be_item: bool,
    /// Whether it is a rewrite because what is shared is an item of a round-up.
    pub item: bool,
}

/// The rule that gave a relation, with its figures. As text it is for people; most pairs are judged and never shown, and
/// making the words cost as much as judging.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// The tokens are equal.
    SameText,
    /// A Jaccard similarity at or above the least.
    Jaccard {
        /// What it is.
        jaccard: f64,
        /// What is wanted.
        least: f64,
    },
    /// Reuse is sure enough.
    Reused {
        /// How much of either is shared.
        shared: SharedBody,
        /// How sure it is.
        probability: f64,
        /// What is wanted.
        least: f64,
    },
    /// Reuse is sure enough, but an outlet that repeats a little of what it wrote rewrites nothing.
    OwnContext {
        /// How sure it is.
        probability: f64,
    },
    /// Each text has facts of its own in the same places of what is shared.
    Form {
        /// In how many places.
        swapped: usize,
        /// How many words are shared.
        of_tokens: usize,
        /// How sure reuse is.
        probability: f64,
    },
    /// Reuse is not sure enough; most shared words are something else.
    Other {
        /// What they are.
        what: &'static str,
        /// How many are.
        tokens: usize,
        /// How many there are.
        of_tokens: usize,
        /// How sure reuse is.
        probability: f64,
        /// What is wanted.
        least: f64,
    },
}

/// How much of two bodies is shared: shares from 0 to 1, of the one that is shared more and of the other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SharedBody {
    /// Nearly all of both.
    BothWays {
        /// The lesser share.
        less: f64,
        /// What is wanted.
        least: f64,
    },
    /// Nearly all of one.
    OneWay {
        /// The greater share.
        more: f64,
        /// The lesser share.
        less: f64,
        /// What is wanted of the greater one.
        least: f64,
        /// Words that only the one has of which more is shared.
        own: f64,
        /// Words that only the other has.
        rest: f64,
    },
    /// Much of one.
    Much {
        /// The greater share.
        more: f64,
        /// What is wanted.
        least: f64,
    },
    /// Less than that.
    Little {
        /// The greater share.
        more: f64,
        /// What would be wanted for more.
        least: f64,
    },
}

impl Verdict {
    /// Texts with equal tokens.
    pub fn identical() -> Verdict {
        Verdict::of(Relation::Identical, Rule::SameText)
    }

    fn of(relation: Relation, rule: Rule) -> Verdict {
        Verdict { relation, direction: None, rule, score: None, may_be_item: false, item: false }
    }

    /// The rule in words.
    pub fn rule(&self) -> String {
        if self.item { format!("an item of a round-up: {}", self.rule) } else { self.rule.to_string() }
    }

    /// How sure the link is: as sure as its score, and equal texts entirely.
    pub fn probability(&self) -> Option<f64> {
        match self.rule {
            Rule::SameText | Rule::Jaccard { .. } => Some(1.0),
            _ => self.score.map(Score::probability),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::SameText => f.write_str("the same text after normalisation"),
            Rule::Jaccard { jaccard, least } => write!(f, "jaccard {jaccard:.3} >= {least}"),
            Rule::Reused { shared, probability, least } => {
                write!(f, "reuse {} >= {least}; {shared}", Probability(*probability))
            }
            Rule::OwnContext { probability } => {
                write!(f, "reuse {}, but a little of one outlet's own is context", Probability(*probability))
            }
            Rule::Form { swapped, of_tokens, probability } => {
                let reuse = Probability(*probability);
                write!(f, "other facts in {swapped} places of {of_tokens} shared words; reuse {reuse}")
            }
            Rule::Other { what, tokens, of_tokens, probability, least } => {
                let reuse = Probability(*probability);
                write!(f, "{tokens} of {of_tokens} shared words are {what}; reuse {reuse} < {least}")
            }
        }
    }
}

/// A probability as people read it: two decimals, and never a certainty that is none.
pub struct Probability(pub f64);

impl fmt::Display for Probability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            p if p > 0.99 && p < 1.0 => f.write_str("> 0.99"),
            p if p < 0.01 && p > 0.0 => f.write_str("< 0.01"),
            p => write!(f, "{:.2}", (p * 100.0).floor() / 100.0),
        }
    }
}

impl fmt::Display for SharedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SharedBody::BothWays { less, least } => write!(f, "body shared {less:.2} >= {least} both ways"),
            SharedBody::OneWay { more, less, least, own, rest } => {
                write!(f, "body shared {more:.2} >= {least} one way, {less:.2} the other, ")?;
                write!(f, "{own:.0} words of its own against {rest:.0}")
            }
            SharedBody::Much { more, least } => write!(f, "body shared {more:.2} >= {least}, each has its own"),
            SharedBody::Little { more, least } => write!(f, "body shared {more:.2} < {least}"),
        }
    }
}

/// Who judges: weights and thresholds.
#[derive(Clone, Debug)]
pub struct Judge {
    weights: Cow<'static, Weights>,
    near_threshold: f64,
    /// Whether reuse was looked for.
    scored: bool,
    settings: RelateSettings,
}

impl Judge {
    /// The judge that the settings name. Fails if a file of weights cannot be used.
    pub fn of(settings: &Settings) -> Result<Judge> {
        let weights = match &settings.relate.weights {
            None => Cow::Borrowed(Weights::fitted()),
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|cause| Error::io("read", path, cause))?;
                Cow::Owned(Weights::parse(&text)?)
            }
        };
        let (near_threshold, scored) = (settings.near.threshold, settings.wants_passages());
        Ok(Judge { weights, near_threshold, scored, settings: settings.relate.clone() })
    }

    /// The judge with these weights, whatever file of weights the settings name.
    pub fn with(weights: Weights, settings: &Settings) -> Judge {
        let (near_threshold, scored) = (settings.near.threshold, settings.wants_passages());
        Judge { weights: Cow::Owned(weights), near_threshold, scored, settings: settings.relate.clone() }
    }

    /// The weights that are used.
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// The probability that a link of this relation wants.
    pub fn least(&self, relation: Relation) -> f64 {
        self.settings.confidence.get(&relation).copied().unwrap_or(self.settings.min_confidence)
    }

    /// Whether a pair may be a link, by what is known before it is compared: its circumstances, how many tokens the shared
    /// fingerprints cover, and the lengths of the shorter and of the longer text.
    pub fn may_link(&self, circumstances: Circumstances, shared: u32, lengths: (usize, usize)) -> bool {
        if self.looks_at_all() {
            return true;
        }
        let quotes_alone =
            circumstances.standing.prose == 0 && f64::from(shared) < MUCH_QUOTED * lengths.0.max(1) as f64;
        !quotes_alone && self.weights.may_link(circumstances, shared, lengths, self.least_bits().min(0.0))
    }

    /// Whether a pair may still be a link, where what is not known yet of the evidence speaks for it.
    pub fn may_still_link(&self, evidence: &Evidence) -> bool {
        let longer = evidence.a.tokens().max(evidence.b.tokens());
        let maybe_near = evidence.shared.tokens() as f64 >= MAYBE_NEAR * longer as f64;
        self.looks_at_all() || maybe_near || self.weights.score(evidence).bits >= self.least_bits().min(ITEM_SCORE)
    }

    /// Whether every pair is compared to the end.
    fn looks_at_all(&self) -> bool {
        !self.scored || self.settings.all_pairs || self.least_probability() == 0.0
    }

    /// The least probability that a link of any relation wants.
    fn least_probability(&self) -> f64 {
        self.settings.confidence.values().copied().fold(self.settings.min_confidence, f64::min)
    }

    /// As bits.
    fn least_bits(&self) -> f64 {
        bits_of(self.least_probability().clamp(LEAST, 1.0 - LEAST))
    }

    /// The relation that the evidence about a pair gives; none if what they share is nothing of note.
    pub fn judge(&self, evidence: &Evidence) -> Option<Verdict> {
        let jaccard = evidence.overlap.jaccard();
        let score = self.scored.then(|| self.weights.score(evidence));
        if jaccard >= self.near_threshold {
            let rule = Rule::Jaccard { jaccard, least: self.near_threshold };
            return Some(Verdict { score, ..Verdict::of(Relation::NearDuplicate, rule) });
        }
        let score = score?;
        let (kind, shared, direction) = self.kind(evidence, jaccard);
        let (probability, least) = (score.probability(), self.least(kind));
        let own_context = kind == Relation::Rewrite && evidence.circumstances.same_outlet;
        let form = is_form(evidence);
        if probability >= least && !own_context && !form {
            let rule = Rule::Reused { shared, probability, least };
            return Some(Verdict { direction, score: Some(score), ..Verdict::of(kind, rule) });
        }
        let (relation, rule) = if form {
            let rule = Rule::Form { swapped: evidence.swapped.named, of_tokens: evidence.shared.tokens(), probability };
            (Relation::Template, rule)
        } else if probability >= least {
            (Relation::Background, Rule::OwnContext { probability })
        } else {
            other(evidence, probability, least)?
        };
        let may_be_item = relation != Relation::Template && evidence.bits >= ITEM_BITS && score.bits >= ITEM_SCORE;
        Some(Verdict { score: Some(score), may_be_item, ..Verdict::of(relation, rule) })
    }

    /// The kind of reuse, if it is one.
    fn kind(&self, evidence: &Evidence, jaccard: f64) -> (Relation, SharedBody, Option<Direction>) {
        let (body_a, body_b) = (evidence.a.body().max(1) as f64, evidence.b.body().max(1) as f64);
        let (share_a, share_b) = (evidence.shared.body() as f64 / body_a, evidence.shared.body() as f64 / body_b);
        let (more, less) = (share_a.max(share_b), share_a.min(share_b));
        // What each has that the other lacks, in words: the one that is mostly shared, and the other.
        let (own_a, own_b) = (body_a * (1.0 - share_a.min(1.0)), body_b * (1.0 - share_b.min(1.0)));
        let (own, rest) = if share_a >= share_b { (own_a, own_b) } else { (own_b, own_a) };
        let RelateSettings { copy_share, copy_jaccard, excerpt_share, excerpt_own, version_share, .. } = self.settings;
        if less >= copy_share && jaccard >= copy_jaccard {
            (Relation::NearDuplicate, SharedBody::BothWays { less, least: copy_share }, None)
        } else if more >= excerpt_share && own <= excerpt_own * rest {
            let direction = if share_a >= share_b { Direction::AInB } else { Direction::BInA };
            (Relation::Excerpt, SharedBody::OneWay { more, less, least: excerpt_share, own, rest }, Some(direction))
        } else if more >= version_share {
            (Relation::Version, SharedBody::Much { more, least: version_share }, None)
        } else {
            (Relation::Rewrite, SharedBody::Little { more, least: version_share }, None)
        }
    }
}

/// Whether two texts fill one form with other data: told by the texts alone, since it may be there twice only.
fn is_form(evidence: &Evidence) -> bool {
    let rate = evidence.swapped.named as f64 / evidence.shared.tokens().max(1) as f64;
    evidence.swapped.named >= FORM_PLACES && rate >= FORM_RATE
}

/// Other facts in so many places make a form. A correction changes one or two.
const FORM_PLACES: usize = 3;
/// And in so many for each shared word: a take that brings a story up to date changes fewer of its figures.
const FORM_RATE: f64 = 0.03;

/// The relation of two articles of which reuse is not sure: by what most of the shared words are.
fn other(evidence: &Evidence, probability: f64, least: f64) -> Option<(Relation, Rule)> {
    if evidence.longest_run() < NOTED_RUN {
        return None;
    }
    let shared = evidence.shared;
    let spoken = evidence.proven - evidence.told.min(evidence.proven);
    let prose = shared.prose - spoken.min(shared.prose);
    let standing = evidence.circumstances.standing;
    let is_form = evidence.swapped.facts >= FORM_SLOTS || standing.recurring() >= FORM_TIMES;
    let kinds = [
        (shared.quoted + spoken, Relation::Quote, "quoted or spoken"),
        (shared.furniture, Relation::Boilerplate, "furniture"),
        (shared.stock, Relation::Background, "stock"),
        if is_form { (prose, Relation::Template, "of a form") } else { (prose, Relation::Background, "context") },
    ];
    // The first of several.
    let (tokens, relation, what) = kinds.into_iter().rev().max_by_key(|kind| kind.0)?;
    if tokens < NOTED_RUN || tokens == prose && evidence.proven == 0 && !is_form {
        return None;
    }
    Some((relation, Rule::Other { what, tokens, of_tokens: shared.tokens(), probability, least }))
}

/// Shorter shared runs are not worth a row: any two articles on one topic have some.
const NOTED_RUN: usize = 7;
/// What is filled with other data in so many places is a form.
const FORM_SLOTS: usize = 2;
/// What an outlet printed so many times is one, too.
const FORM_TIMES: usize = 4;
/// What shares quotations alone may be a link from this share of the shorter on.
const MUCH_QUOTED: f64 = 0.2;
/// What shares more of the longer text may be a near-duplicate, whatever its score is.
const MAYBE_NEAR: f64 = 0.5;
/// An item of a round-up is proven by as many bits as two clauses have.
const ITEM_BITS: f64 = 60.0;
/// And reuse is no less likely than one in six.
const ITEM_SCORE: f64 = -2.2;
/// Probabilities nearer to 0 or 1 are no thresholds.
const LEAST: f64 = 1e-6;
