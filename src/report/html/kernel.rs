//! What do most articles of a story carry? The wire text, as far as it can be rebuilt.
//!
//! For each article, how many others share each stretch of it; the kernel is shown in the article that has most of what at
//! least half of the others carry. Cost: a sort of the shared runs.

use crate::article::Span;

/// What share of the longest kernel is nearly all of it: a name or a date that one article spells differently is no reason to
/// prefer another.
const NEARLY: f64 = 0.95;

/// What one article shares with the others of its story.
#[derive(Clone, Debug, Default)]
pub(super) struct Coverage {
    /// Where a shared run begins, and where one ends.
    borders: Vec<(u32, i32)>,
}

impl Coverage {
    /// Takes the runs that it shares with one other.
    pub(super) fn add(&mut self, runs: &[Span]) {
        self.borders.extend(runs.iter().flat_map(|run| [(run.start, 1), (run.end, -1)]));
    }

    /// The stretches that at least `need` others carry, with how many do.
    fn carried(&self, need: u32) -> Vec<(Span, u32)> {
        let mut borders = self.borders.clone();
        borders.sort_unstable();
        let mut stretches: Vec<(Span, u32)> = Vec::new();
        let (mut carriers, mut start) = (0i32, 0);
        for at in borders.chunk_by(|x, y| x.0 == y.0) {
            let end = at[0].0;
            let count = u32::try_from(carriers).unwrap_or(0);
            if count >= need && start < end {
                stretches.push((Span { start, end }, count));
            }
            carriers += at.iter().map(|(_, step)| step).sum::<i32>();
            start = end;
        }
        stretches
    }
}

/// What most carry.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Carried {
    /// The article that shows it.
    pub(super) base: usize,
    /// How many others had to carry a stretch.
    pub(super) need: u32,
    /// The stretches, with how many others carry each.
    pub(super) runs: Vec<(Span, u32)>,
}

/// What at least half of the others carry. Of the articles that have nearly as much of it as any, the earliest by `ranks` shows
/// it, since what comes late may have been edited.
pub(super) fn kernel(coverage: &[Coverage], ranks: &[usize]) -> Option<Carried> {
    let need = (coverage.len().saturating_sub(1).div_ceil(2)).max(1) as u32;
    let length = |stretches: &[(Span, u32)]| stretches.iter().map(|(span, _)| span.end - span.start).sum::<u32>();
    let lengths: Vec<u32> = coverage.iter().map(|coverage| length(&coverage.carried(need))).collect();
    let most = lengths.iter().copied().max().filter(|&most| most > 0)?;
    let nearly = |place: &usize| f64::from(lengths[*place]) >= NEARLY * f64::from(most);
    let base = (0..coverage.len()).filter(nearly).min_by_key(|&place| ranks[place])?;
    Some(Carried { base, need, runs: coverage[base].carried(need) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: u32, end: u32) -> Span {
        Span { start, end }
    }

    #[test]
    fn the_kernel_is_what_half_of_the_others_carry() {
        let mut coverage = vec![Coverage::default(); 5];
        coverage[1].add(&[span(0, 10), span(20, 30)]);
        coverage[1].add(&[span(5, 25)]);
        coverage[1].add(&[span(9, 12)]);
        coverage[2].add(&[span(0, 100)]);
        assert_eq!(
            kernel(&coverage, &[0, 1, 2, 3, 4]),
            Some(Carried {
                base: 1,
                need: 2,
                runs: vec![(span(5, 9), 2), (span(9, 10), 3), (span(10, 12), 2), (span(20, 25), 2)]
            })
        );
    }

    #[test]
    fn where_nothing_is_shared_there_is_none() {
        assert_eq!(kernel(&[], &[]), None);
        assert_eq!(kernel(&vec![Coverage::default(); 3], &[0, 1, 2]), None);
    }

    #[test]
    fn of_two_articles_it_is_what_they_share() {
        let mut coverage = vec![Coverage::default(); 2];
        coverage[0].add(&[span(3, 9)]);
        coverage[1].add(&[span(0, 6)]);
        assert_eq!(kernel(&coverage, &[0, 1]), Some(Carried { base: 0, need: 1, runs: vec![(span(3, 9), 1)] }));
        assert_eq!(kernel(&coverage, &[1, 0]), Some(Carried { base: 1, need: 1, runs: vec![(span(0, 6), 1)] }));
    }

    proptest::proptest! {
        #[test]
        fn carriers_are_counted_as_one_would_by_hand(
            runs in proptest::collection::vec(proptest::collection::vec((0u32..40, 1u32..10), 0..4), 1..6),
            need in 1u32..4,
        ) {
            let mut coverage = Coverage::default();
            let mut by_hand = [0; 64];
            for other in &runs {
                // One other's runs do not overlap.
                let mut spans: Vec<Span> = Vec::new();
                for &(start, length) in other {
                    let run = span(start, start + length);
                    if spans.iter().all(|other| other.end <= run.start || run.end <= other.start) {
                        spans.push(run);
                    }
                }
                spans.iter().for_each(|run| (run.start..run.end).for_each(|at| by_hand[at as usize] += 1));
                coverage.add(&spans);
            }
            let mut found = [0; 64];
            for (run, carriers) in coverage.carried(need) {
                (run.start..run.end).for_each(|at| found[at as usize] = carriers);
            }
            let expected = by_hand.map(|carriers| if carriers >= need { carriers } else { 0 });
            proptest::prop_assert_eq!(found, expected);
        }
    }
}
