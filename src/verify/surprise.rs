//! How surprising is it that two texts share these words in this order? The information of a run, in bits.
//!
//! A word is worth -log2 of its probability after the two words before it, under a phrase model of the corpus itself. What
//! counts in the model is in how many different contexts a phrase occurs, not how often (continuation counts, Kneser and Ney
//! 1995): a passage that fifty outlets print stands in one context and stays worth its full information, while "told
//! reporters on Monday that" stands in many and is worth little. The contexts that the pair itself makes are left out.
//!
//! Words of the pair's own topic are no evidence, their order is: a word that either text repeats is as probable as it is
//! frequent there.

use std::borrow::Cow;

use crate::learn::phrases::{Known, PhraseModel};
use crate::text::Marks;

/// A name is one lexical choice: its first word is worth at most this (9 nats, prototype).
const NAME_BITS: f64 = 13.0;
/// The words of a name after the first are worth at most this each (1.5 nats, prototype).
const NAME_REST_BITS: f64 = 2.2;
/// A pair of characters of an unspaced script is about half a word.
const BIGRAM_BITS: f64 = 9.0;
/// No word is worth more, whatever the size of the corpus: one in 2^16 words is rare in any text.
const WORD_BITS: f64 = 16.0;
/// Words that are looked up at a time: the tables are far larger than a processor's caches, which wait for one word as long
/// as for sixteen.
const TOUCHED: usize = 16;

/// The place in a run from which on the probability of a word depends on the word alone.
const INNER: usize = 3;

/// The most bits of the word at `place` of a run.
fn most_bits(marks: &[Marks], place: usize) -> f64 {
    if marks[place].has(Marks::BIGRAM) {
        BIGRAM_BITS
    } else if marks[place].has(Marks::NAME) {
        if place > 0 && marks[place - 1].has(Marks::NAME) { NAME_REST_BITS } else { NAME_BITS }
    } else {
        WORD_BITS
    }
}

fn bits(probability: f64) -> f64 {
    -probability.log2()
}

/// How often each word of one text occurs in it and in another: an open table of the first text's words.
struct Frequencies {
    slots: Vec<Word>,
    /// The slot of the word at each place.
    slot_at: Vec<u32>,
    /// The share of the text that repetitions of the word at each place make: 0 for one that occurs once.
    own: Vec<f64>,
    /// Tokens of the other text.
    others: usize,
}

#[derive(Clone, Copy, Default)]
struct Word {
    id: u32,
    /// How often it occurs; 0 in an empty slot.
    own: u32,
    /// How often it occurs in the other text.
    other: u32,
}

impl Frequencies {
    /// Those of one text, not yet compared.
    fn of(ids: &[u32]) -> Frequencies {
        let slots = vec![Word::default(); (ids.len() * 2).next_power_of_two().max(4)];
        let mut frequencies = Frequencies { slots, slot_at: Vec::with_capacity(ids.len()), own: Vec::new(), others: 0 };
        for &id in ids {
            let at = frequencies.slot(id);
            frequencies.slots[at].id = id;
            frequencies.slots[at].own += 1;
            frequencies.slot_at.push(at as u32);
        }
        let times = |&at: &u32| frequencies.slots[at as usize].own;
        frequencies.own = frequencies.slot_at.iter().map(|at| repeated(times(at), ids.len())).collect();
        frequencies
    }

    /// Takes another text for the other one.
    fn compare(&mut self, other: &[u32]) {
        self.others = other.len();
        self.slots.iter_mut().for_each(|word| word.other = 0);
        for &id in other {
            let at = self.slot(id);
            // In an empty slot nobody looks.
            self.slots[at].other += 1;
        }
    }

    /// The slot of a word, or the empty one where it belongs.
    fn slot(&self, id: u32) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = id as usize & mask;
        while self.slots[at].own != 0 && self.slots[at].id != id {
            at = (at + 1) & mask;
        }
        at
    }

    /// The greater of the shares of both texts that repetitions of the word at a place make.
    fn repeated(&self, at: usize) -> f64 {
        self.own[at].max(repeated(self.slots[self.slot_at[at] as usize].other, self.others))
    }
}

/// The share that repetitions of a word make of a text with so many tokens.
fn repeated(times: u32, tokens: usize) -> f64 {
    f64::from(times.saturating_sub(1)) / tokens.max(1) as f64
}

/// What the words of one text are worth where others share them.
pub struct Surprise<'a> {
    model: &'a PhraseModel,
    ids: Cow<'a, [u32]>,
    /// Letters of each token.
    letters: Vec<u8>,
    frequencies: Frequencies,
    /// What was looked up so far, by token: the tables are far larger than a processor's caches, and a text is compared with
    /// several others.
    known: Vec<Option<Known>>,
    /// The probability of each token inside a run, and its bits, as far as they were asked for.
    inner: Vec<Option<(f64, f64)>>,
}

impl<'a> Surprise<'a> {
    /// The words `ids` of a text, with the lengths of their spellings.
    pub fn of(model: &'a PhraseModel, ids: Cow<'a, [u32]>, letters: Vec<u8>) -> Surprise<'a> {
        Surprise {
            model,
            frequencies: Frequencies::of(&ids),
            known: vec![None; ids.len()],
            inner: vec![None; ids.len()],
            ids,
            letters,
        }
    }

    /// Takes a text with these words for the one that shares runs.
    pub fn compare(&mut self, other: &[u32]) {
        self.frequencies.compare(other);
    }

    /// The bits of the prose of the run that begins at token `start` of the text: `marks` are the run's own. What goes beyond
    /// `enough` is not counted.
    pub fn bits(&mut self, start: usize, marks: &[Marks], enough: f64) -> f64 {
        let (mut sum, mut touched) = (0.0, 0);
        for place in (0..marks.len()).filter(|&place| marks[place].prose()) {
            let at = start + place;
            if place >= touched {
                touched = marks.len().min(place + TOUCHED);
                let unknown = (at..start + touched).filter(|&at| self.known[at].is_none());
                self.model.touch(&self.ids, unknown);
            }
            let (probability, own_bits) = self.chance(at, marks[place], place);
            // A word that either text repeats is as probable as it is frequent there.
            let frequency = self.frequencies.repeated(at);
            let bits = if frequency > probability { bits(frequency) } else { own_bits };
            sum += bits.clamp(0.0, most_bits(marks, place)).min(enough - sum);
            if sum >= enough {
                break;
            }
        }
        sum
    }

    /// The probability of the token `at`, which stands at `place` of a run, and its bits.
    fn chance(&mut self, at: usize, mark: Marks, place: usize) -> (f64, f64) {
        if let Some(chance) = self.inner[at].filter(|_| place >= INNER) {
            return chance;
        }
        let known = self.known(at);
        let probability = self.model.probability(&known, mark, place, u32::from(self.letters[at]));
        let chance = (probability, bits(probability));
        if place >= INNER {
            self.inner[at] = Some(chance);
        }
        chance
    }

    fn known(&mut self, at: usize) -> Known {
        if let Some(known) = self.known[at] {
            return known;
        }
        // Three words that stand in two contexts begin with two that do: where those are unknown, so are the three.
        let triple = at > 1 && self.known[at - 1].is_none_or(|before| before.pair.0 > 0);
        let known = self.model.known(&self.ids, at, triple);
        self.known[at] = Some(known);
        known
    }
}
