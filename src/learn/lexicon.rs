//! What is known of single words: how rare they are in a corpus, and how much they sound like speech.
//!
//! In: the phrase model, and texts with their quotations. Out: [`Lexicon`]. A word is spoken as far as it stands in quotation
//! marks oftener than words at large do; that tells a statement that runs into narration, in any language, without a list of
//! words: where nobody marks quotations nothing is learned. Two tables of a quarter of a megabyte, so that they stay in a
//! processor's cache; words that fall on one slot are as rare as the commonest of them.

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::phrases::PhraseModel;
use crate::article::ArticleId;
use crate::disk::{KeptReader, KeptWriter};
use crate::error::Result;
use crate::spool::Spool;
use crate::text::Marks;

/// Bits of a word's hash that choose its slot.
const SLOT_BITS: u32 = 18;
/// What one halving of a word's frequency adds to its rarity.
const HALVING: f64 = 12.0;

/// How rare the words of a corpus are, and how much they sound like speech. One that knows nothing takes all words for common
/// ones of report.
#[derive(Default)]
pub struct Lexicon {
    slots: Vec<u8>,
    speech: Vec<i8>,
}

/// A word is in quotations so many times oftener than words at large, as a power of two: eight steps a doubling.
const STEPS: f64 = 8.0;
/// What a change between told and spoken sentences costs, in bits.
const SWITCH_BITS: f64 = 3.0;
/// What each word of a sentence adds to its speech, in bits: written statements stand between talk and report.
const SPEECH_BIAS: f64 = 0.2;
/// What each word in quotation marks does.
const QUOTED_BITS: f64 = 0.3;
/// Occurrences that a word is given beforehand, as many of them quoted as of words at large.
const PRIOR: f64 = 20.0;

impl Lexicon {
    /// What the texts of `sample` teach, whose words `model` knows.
    pub fn of(model: &PhraseModel, spool: &Spool, sample: &[ArticleId]) -> Lexicon {
        let mut lexicon = Lexicon::rarity(model);
        lexicon.hear(spool, sample);
        lexicon
    }

    /// Writes everything.
    pub fn save(&self, to: &mut KeptWriter) -> Result<()> {
        to.items(&self.slots)?;
        to.items(&self.speech)
    }

    /// The lexicon that was written.
    pub fn load(from: &mut KeptReader) -> Result<Lexicon> {
        Ok(Lexicon { slots: from.items()?, speech: from.items()? })
    }

    /// A hash of everything.
    pub fn fingerprint(&self) -> u64 {
        xxh3_64_with_seed(bytemuck::cast_slice(&self.speech), xxh3_64(&self.slots))
    }

    /// The rarity of the words that a model knows; nothing about speech.
    fn rarity(model: &PhraseModel) -> Lexicon {
        let mut times = vec![0u32; 1 << SLOT_BITS];
        model.words().for_each(|(word, contexts)| {
            let times = &mut times[(word >> (32 - SLOT_BITS)) as usize];
            *times = (*times).max(contexts);
        });
        let most = f64::from(times.iter().copied().max().unwrap_or(0).max(1));
        let rarity = |times: u32| ((most / f64::from(times.max(1))).log2() * HALVING).min(255.0) as u8;
        Lexicon { slots: times.into_iter().map(rarity).collect(), speech: vec![0; 1 << SLOT_BITS] }
    }

    /// Learns which words are spoken, from the quotations of some articles.
    fn hear(&mut self, spool: &Spool, articles: &[ArticleId]) {
        let mut times = vec![(0u32, 0u32); 1 << SLOT_BITS];
        let (mut all, mut quoted) = (0u64, 0u64);
        for &article in articles {
            let document = spool.document(article);
            for (&id, marks) in document.ids.iter().zip(&*document.marks) {
                if marks.has(Marks::FURNITURE) {
                    continue;
                }
                let slot = &mut times[(id >> (32 - SLOT_BITS)) as usize];
                slot.0 += 1;
                all += 1;
                if marks.has(Marks::QUOTED) {
                    slot.1 += 1;
                    quoted += 1;
                }
            }
        }
        let share = (quoted as f64 / all.max(1) as f64).clamp(0.001, 0.999);
        let odds = |share: f64| (share / (1.0 - share)).log2();
        for (slot, (times, quoted)) in self.speech.iter_mut().zip(times) {
            let of_word = (f64::from(quoted) + PRIOR * share) / (f64::from(times) + PRIOR);
            *slot = ((odds(of_word) - odds(share)) * STEPS).clamp(-64.0, 64.0) as i8;
        }
    }

    /// How much words sound like speech, in bits: the logarithm of how many times likelier they are in quotations.
    pub fn speech(&self, words: impl Iterator<Item = u32>) -> f64 {
        let of =
            |word: u32| self.speech.get((word >> (32 - SLOT_BITS)) as usize).map_or(0.0, |&speech| f64::from(speech));
        words.map(of).sum::<f64>() / STEPS
    }

    /// Marks the prose of a run that sounds like speech, or like a statement or a document, as quoted: sentence by sentence,
    /// the likeliest sequence of told and spoken ones (Viterbi 1967), given what stands in quotation marks.
    pub fn mark_spoken(&self, ids: &[u32], marks: &mut [Marks]) {
        let mut from = 0;
        // Of the likeliest sequence that ends with a told and with a spoken sentence: its bits, and where it came from.
        let (mut told, mut spoken) = (0.0, -SWITCH_BITS);
        let mut sentences: Vec<(usize, usize, [bool; 2])> = Vec::new();
        while from < ids.len() {
            let begins = |marks: &Marks| marks.has(Marks::SENTENCE) || marks.has(Marks::BLOCK);
            let to = marks[from + 1..].iter().position(begins).map_or(ids.len(), |next| from + 1 + next);
            let prose = || ids[from..to].iter().zip(&marks[from..to]).filter(|(_, marks)| marks.prose());
            let quoted = marks[from..to].iter().filter(|marks| marks.has(Marks::QUOTED)).count();
            let bits = self.speech(prose().map(|(&id, _)| id))
                + SPEECH_BIAS * prose().count() as f64
                + quoted as f64 * QUOTED_BITS;
            let to_told = spoken - SWITCH_BITS > told;
            let to_spoken = told - SWITCH_BITS > spoken;
            let next_told = told.max(spoken - SWITCH_BITS);
            spoken = spoken.max(told - SWITCH_BITS) + bits;
            told = next_told;
            sentences.push((from, to, [to_told, to_spoken]));
            from = to;
        }
        let mut state = usize::from(spoken > told);
        for &(from, to, switched) in sentences.iter().rev() {
            if state == 1 {
                marks[from..to].iter_mut().filter(|marks| marks.prose()).for_each(|marks| marks.set(Marks::QUOTED));
            }
            if switched[state] {
                state = 1 - state;
            }
        }
    }

    /// Whether a word is rare enough for a name, a number or a term.
    pub fn is_rare(&self, word: u32) -> bool {
        self.get(word) > 8.0 * HALVING as f32
    }

    /// The rarity of a word: 0 for the commonest.
    #[inline]
    fn get(&self, word: u32) -> f32 {
        self.slots.get((word >> (32 - SLOT_BITS)) as usize).map_or(0.0, |&rarity| f32::from(rarity))
    }
}
