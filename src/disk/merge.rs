//! Sorted runs in one file, merged by a tree of losers.

use std::ops::Range;

use bytemuck::Pod;

use crate::disk::file::TempFile;
use crate::error::Result;

/// The items of some runs in ascending order.
///
/// The runs play a tournament in which the smaller item wins: `losers[1]` lost the final, and the parent of match `n` is
/// match `n / 2`. When the winner leaves, the next item of its run plays only those who lost on its way up. A run
/// that has ended leaves the tree, which is built again from the rest: runs are far fewer than the items of one block.
pub(super) struct Merge<'a, T> {
    file: &'a TempFile,
    runs: Vec<Source<T>>,
    losers: Vec<Player<T>>,
    /// Who comes next; nobody after the end.
    winner: Option<Player<T>>,
}

/// One run: a block of it, and what has not been read.
struct Source<T> {
    unread: Range<usize>,
    block: Vec<T>,
    /// How many items of the block have left it for the tree.
    played: usize,
}

impl<T: Pod> Source<T> {
    /// Reads the next block, which is empty at the end of the run.
    fn refill(&mut self, file: &TempFile) -> Result<()> {
        self.block.truncate(self.unread.len());
        file.read(self.unread.start, &mut self.block)?;
        self.unread.start += self.block.len();
        self.played = 0;
        Ok(())
    }
}

/// The smallest item of a run that has not come out.
#[derive(Clone, Copy)]
struct Player<T> {
    item: T,
    run: usize,
}

impl<'a, T: Pod + Ord> Merge<'a, T> {
    /// Merges runs, which are ranges of items of the file; each has a block of so many items in memory.
    pub(super) fn new(file: &'a TempFile, runs: &[Range<usize>], block_items: usize) -> Result<Self> {
        let mut sources = Vec::with_capacity(runs.len());
        for run in runs.iter().filter(|run| !run.is_empty()) {
            let block = vec![T::zeroed(); block_items.min(run.len())];
            let mut source = Source { unread: run.clone(), block, played: 0 };
            source.refill(file)?;
            source.played = 1;
            sources.push(source);
        }
        let mut merge = Self { file, runs: sources, losers: Vec::new(), winner: None };
        merge.play();
        Ok(merge)
    }

    /// The item that comes next.
    pub(super) fn peek(&self) -> Option<&T> {
        self.winner.as_ref().map(|player| &player.item)
    }

    /// Appends the next `count` items, or those that are left.
    pub(super) fn take(&mut self, count: usize, out: &mut Vec<T>) -> Result<()> {
        let end = out.len() + count;
        while out.len() < end
            && let Some(mut winner) = self.winner
        {
            let source = &mut self.runs[winner.run];
            if source.played == source.block.len() {
                source.refill(self.file)?;
            }
            out.push(winner.item);
            let Some(&item) = source.block.get(source.played) else {
                self.runs.swap_remove(winner.run);
                self.play();
                continue;
            };
            source.played += 1;
            let mut game = (self.runs.len() + winner.run) / 2;
            winner.item = item;
            while game > 0 {
                let loser = self.losers[game];
                let lost = loser.item < winner.item;
                self.losers[game] = if lost { winner } else { loser };
                winner = if lost { loser } else { winner };
                game /= 2;
            }
            self.winner = Some(winner);
        }
        Ok(())
    }

    /// Plays the whole tournament. Every run that is left has an item in the tree, the last that left its block.
    fn play(&mut self) {
        let count = self.runs.len();
        let first: Vec<Player<T>> = self
            .runs
            .iter()
            .enumerate()
            .map(|(run, source)| Player { item: source.block[source.played - 1], run })
            .collect();
        self.winner = None;
        self.losers.clear();
        let Some(&anyone) = first.first() else { return };
        self.losers.resize(count, anyone);
        let mut winners = vec![anyone; count];
        winners.extend(first);
        for game in (1..count).rev() {
            let (left, right) = (winners[2 * game], winners[2 * game + 1]);
            let right_wins = right.item < left.item;
            winners[game] = if right_wins { right } else { left };
            self.losers[game] = if right_wins { left } else { right };
        }
        self.winner = Some(winners[1]);
    }
}
