//! Who may hold how much in memory: one plan for the whole run.
//!
//! A limited workspace divides its memory among the lists and tables of a run. Each entry says what it may hold and in which
//! part of a run it lives; what lives at one time adds up to no more than the whole.

/// A part of a run, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Read,
    Passages,
    Learn,
    Compare,
    Findings,
    /// A run of its own that shows earlier findings.
    Report,
}

/// What asks for memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// The segments of the spool.
    Segments,
    /// Tokens that are made later, where only whole texts are compared.
    Words,
    /// The rows of articles.
    Articles,
    /// The agencies that they credit.
    Credits,
    /// Fingerprints on their way to those that are the same.
    Postings,
    /// Those that at least two texts carry.
    SharedPostings,
    /// Fingerprints that name pairs, on their way to their pairs.
    Hits,
    /// Marks that were learned, on their way to their texts.
    Marks,
    /// Those marks, by text.
    MarkTable,
    /// What compared pairs share.
    Evidence,
    /// Shared runs on their way to those of the same words, to their articles, and to their passages: two at a time.
    Runs,
    /// The carriers of passages, by tokens and by bytes.
    Carriers,
    /// The rows of one table of the result; there are three.
    Rows,
    /// The texts that a report shows.
    ReportTexts,
    /// The ids of articles.
    Ids,
    /// The texts, and the members, that are read from tables to be shown.
    Loaded,
}

/// What one of its kind may hold in percent of the memory, how many of these live at once, and from when until when; in the
/// order of [`Memory`].
const PLAN: [(Memory, u64, u64, Phase, Phase); 16] = [
    (Memory::Segments, 22, 1, Phase::Read, Phase::Findings),
    (Memory::Words, 12, 1, Phase::Passages, Phase::Findings),
    (Memory::Articles, 5, 1, Phase::Read, Phase::Findings),
    (Memory::Credits, 1, 1, Phase::Read, Phase::Findings),
    (Memory::Postings, 40, 1, Phase::Passages, Phase::Passages),
    (Memory::SharedPostings, 8, 1, Phase::Passages, Phase::Learn),
    (Memory::Hits, 12, 1, Phase::Learn, Phase::Learn),
    (Memory::Marks, 8, 1, Phase::Learn, Phase::Learn),
    (Memory::MarkTable, 4, 1, Phase::Learn, Phase::Findings),
    (Memory::Evidence, 10, 1, Phase::Compare, Phase::Findings),
    (Memory::Runs, 8, 2, Phase::Findings, Phase::Findings),
    (Memory::Carriers, 6, 2, Phase::Findings, Phase::Findings),
    (Memory::Rows, 4, 3, Phase::Findings, Phase::Findings),
    (Memory::ReportTexts, 2, 2, Phase::Findings, Phase::Findings),
    (Memory::Ids, 2, 1, Phase::Findings, Phase::Findings),
    (Memory::Loaded, 10, 2, Phase::Report, Phase::Report),
];

impl Memory {
    /// Percent of the memory that one of its kind may hold.
    pub const fn percent(self) -> u64 {
        PLAN[self as usize].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lives_at_one_time_fits() {
        // The last kind is the last of the plan, so that none is missing.
        assert_eq!(Memory::Loaded as usize + 1, PLAN.len());
        assert!(PLAN.iter().zip(0..).all(|(entry, place)| entry.0 as usize == place));
        for phase in [Phase::Read, Phase::Passages, Phase::Learn, Phase::Compare, Phase::Findings, Phase::Report] {
            let lives = PLAN.iter().filter(|(_, _, _, from, until)| (*from..=*until).contains(&phase));
            let sum: u64 = lives.map(|(_, percent, at_once, ..)| percent * at_once).sum();
            assert!((20..=100).contains(&sum), "{sum} % in {phase:?}");
        }
    }
}
