//! Do two texts tell the same facts, and where one has a fact, does the other have another one in its place?
//!
//! A fact is a number, a name or a rare word. A form is told by its slots: places between the same words where each text has a
//! fact that the other has nowhere. A correction changes one or two; two weathers, two dividends, two obituaries differ in all.
//! Slots with numbers and names are counted apart: a rare word in the place of another may be a name in a script without
//! capitals, and may be its other spelling.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::runs::Run;
use crate::learn::lexicon::Lexicon;
use crate::spool::Document;
use crate::text::Marks;

/// No more tokens than this are the filling of a slot.
const SLOT_TOKENS: usize = 12;

/// The different facts of a text, sorted.
pub struct Facts(Vec<u32>);

impl Facts {
    /// The facts of the body of a text.
    pub fn of(document: &Document<'_>, lexicon: &Lexicon) -> Facts {
        let words = document.ids.iter().zip(&*document.marks);
        let facts = words.filter(|&(&id, &marks)| is_fact(id, marks, lexicon));
        let mut ids: Vec<u32> = facts.map(|(&id, _)| id).collect();
        ids.sort_unstable();
        ids.dedup();
        Facts(ids)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// How many of them are facts of another text, too.
    pub fn shared(&self, other: &Facts) -> usize {
        self.0.iter().filter(|id| other.has(**id)).count()
    }

    fn has(&self, id: u32) -> bool {
        self.0.binary_search(&id).is_ok()
    }
}

/// Whether a word of the body is a fact.
fn is_fact(id: u32, marks: Marks, lexicon: &Lexicon) -> bool {
    (is_named(marks) || lexicon.is_rare(id)) && !marks.has(Marks::FURNITURE)
}

/// Whether a word is a number or a name.
fn is_named(marks: Marks) -> bool {
    marks.has(Marks::NUMBER) || marks.has(Marks::NAME)
}

/// Slots of two texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swapped {
    /// Where each has a fact that the other lacks.
    pub facts: usize,
    /// Where these are numbers or names.
    pub named: usize,
}

/// The slots before, between and behind the shared runs of two texts, which are by place in the first.
pub fn swapped(runs: &[Run], a: (&Document<'_>, &Facts), b: (&Document<'_>, &Facts)) -> Swapped {
    let ends = runs.iter().map(|run| (run.a + run.tokens, run.b + run.tokens));
    let begins = runs.iter().map(|run| (run.a, run.b));
    let before = std::iter::once((0, 0)).chain(ends);
    let behind = begins.chain(std::iter::once((a.0.len(), b.0.len())));
    let gaps = before.zip(behind).filter(|(from, to)| from.0 <= to.0 && from.1 <= to.1);
    let mut swapped = Swapped::default();
    for (from, to) in gaps {
        let [in_a, in_b]: [Range<usize>; 2] = [from.0..to.0, from.1..to.1];
        if in_a.len().max(in_b.len()) > SLOT_TOKENS {
            continue;
        }
        let own = |named: bool| {
            let has = |of: (&Document<'_>, &Facts), other: &Facts, mut gap: Range<usize>| {
                gap.any(|at| (!named || is_named(of.0.marks[at])) && of.1.has(of.0.ids[at]) && !other.has(of.0.ids[at]))
            };
            has(a, b.1, in_a.clone()) && has(b, a.1, in_b.clone())
        };
        swapped.facts += usize::from(own(false));
        swapped.named += usize::from(own(true));
    }
    swapped
}
