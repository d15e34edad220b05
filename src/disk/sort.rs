//! Sorting more than memory holds.

use std::collections::VecDeque;
use std::ops::Range;

use crate::disk::file::TempFile;
use crate::disk::merge::Merge;
use crate::disk::workspace::Workspace;
use crate::disk::{BLOCK_BYTES, items_in, reserve};
use crate::error::Result;
use crate::radix::{self, Prefixed};
use bytemuck::Pod;

/// Fewest bytes of a run that are read at once, unless the limit is so low that not even two runs had as much. A solid-state
/// disk reads 64 KiB about as fast as larger pieces.
const SMALL_BLOCK_BYTES: usize = 64 << 10;

/// Takes items in any order, to give them in ascending order.
///
/// The order of `T` must be total over all its bytes: items that compare equal must be the same bytes. Then nobody can
/// tell equal items apart, and the result depends neither on the limit nor on the number of threads.
///
/// Items are gathered up to the limit, and when more come, they are sorted on all threads and written as a run. Merging
/// takes one thread: 95 million pairs of `u64` a second from 2 runs that the system still caches, 68 from 4, 38 from 16
/// (AMD EPYC, November 2026). Sorting and writing took two to seven times as long on two threads.
pub struct Sorter<T> {
    workspace: Workspace,
    memory_bytes: usize,
    memory: Vec<T>,
    runs: Option<Runs>,
}

/// Sorted runs in one file.
struct Runs {
    file: TempFile,
    /// The items of each run, by number in the file.
    places: VecDeque<Range<usize>>,
    /// How many items there are in the file, those of runs merged into others included.
    end: usize,
}

impl<T: Pod + Prefixed> Sorter<T> {
    /// A sorter that uses so many bytes of memory, or one item if that is larger.
    ///
    /// `usize::MAX` keeps everything in memory.
    pub fn new(workspace: &Workspace, memory_bytes: usize) -> Self {
        Self { workspace: workspace.clone(), memory_bytes, memory: Vec::new(), runs: None }
    }

    /// Adds items. If it fails, only some of them are there, and the sorter is of no more use.
    pub fn extend(&mut self, mut items: &[T]) -> Result<()> {
        let limit = items_in::<T>(self.memory_bytes);
        while !items.is_empty() {
            if self.memory.len() == limit {
                self.write_run()?;
            }
            let (now, later) = items.split_at(items.len().min(limit - self.memory.len()));
            reserve(&mut self.memory, now.len(), limit);
            self.memory.extend_from_slice(now);
            items = later;
        }
        Ok(())
    }

    /// Everything in ascending order.
    ///
    /// If something was written already, the rest is written, too, so that memory is free until batches are asked for.
    pub fn sorted(mut self) -> Result<Sorted<T>> {
        if self.runs.is_none() {
            radix::sort(&mut self.memory);
            self.memory.shrink_to_fit();
            return Ok(Sorted { memory_bytes: self.memory_bytes, memory: self.memory, runs: None });
        }
        self.write_run()?;
        self.memory = Vec::new();
        if let Some(runs) = &mut self.runs {
            runs.merge_beforehand::<T>(self.memory_bytes)?;
        }
        Ok(Sorted { memory_bytes: self.memory_bytes, memory: self.memory, runs: self.runs })
    }

    /// Sorts what is in memory and writes it.
    fn write_run(&mut self) -> Result<()> {
        radix::sort(&mut self.memory);
        let runs = match &mut self.runs {
            Some(runs) => runs,
            None => self.runs.insert(Runs { file: self.workspace.file()?, places: VecDeque::new(), end: 0 }),
        };
        runs.file.write(runs.end, &self.memory)?;
        runs.places.push_back(runs.end..runs.end + self.memory.len());
        runs.end += self.memory.len();
        self.memory.clear();
        Ok(())
    }
}

impl Runs {
    /// Merges some runs into longer ones, until half of the memory has a block for each.
    ///
    /// The first merge takes just so many that all others are as wide as can be; the oldest runs, which are the shortest,
    /// come first.
    fn merge_beforehand<T: Pod + Ord>(&mut self, memory_bytes: usize) -> Result<()> {
        let widest = (memory_bytes / 2 / SMALL_BLOCK_BYTES).max(2);
        while self.places.len() > widest {
            let width = widest.min(self.places.len() - widest + 1);
            let merged: Vec<Range<usize>> = self.places.drain(..width).collect();
            let batch_items = items_in::<T>(BLOCK_BYTES.min(memory_bytes / 2));
            let mut merge = Merge::<T>::new(&self.file, &merged, block_items::<T>(memory_bytes, batch_items, width))?;
            let begin = self.end;
            let mut batch = Vec::with_capacity(batch_items);
            while merge.peek().is_some() {
                merge.take(batch_items, &mut batch)?;
                self.file.write(self.end, &batch)?;
                self.end += batch.len();
                batch.clear();
            }
            self.places.push_back(begin..self.end);
        }
        Ok(())
    }
}

/// How many items of each of `runs` are read at once when `batch_items` are to be given out.
fn block_items<T>(memory_bytes: usize, batch_items: usize, runs: usize) -> usize {
    let batch_bytes = batch_items.saturating_mul(size_of::<T>()).min(memory_bytes / 2);
    items_in::<T>(((memory_bytes - batch_bytes) / runs).min(BLOCK_BYTES))
}

/// Items in ascending order, in memory or as runs in a file.
pub struct Sorted<T> {
    memory_bytes: usize,
    /// All items, if nothing was written.
    memory: Vec<T>,
    runs: Option<Runs>,
}

impl<T: Pod + Ord + Send + Sync> Sorted<T> {
    /// How many items there are.
    pub fn len(&self) -> usize {
        self.memory.len() + self.runs.iter().flat_map(|runs| &runs.places).map(Range::len).sum::<usize>()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Gives everything to `visit`, in ascending order and in batches, until that fails. May be called again.
    ///
    /// Neighbours that are the `same` are in the same batch. A batch has `items` items and the rest of the group of
    /// the last, however large that is; the very last batch has what is left.
    ///
    /// The limit is kept if a batch takes no more than half of it. In memory a batch is a part of the list, and nothing is
    /// copied.
    pub fn batches(
        &self,
        items: usize,
        same: impl Fn(&T, &T) -> bool,
        mut visit: impl FnMut(&[T]) -> Result<()>,
    ) -> Result<()> {
        let items = items.max(1);
        let Some(runs) = &self.runs else {
            let mut rest = self.memory.as_slice();
            while !rest.is_empty() {
                let least = items.min(rest.len());
                let more = rest[least - 1..].windows(2).take_while(|pair| same(&pair[0], &pair[1])).count();
                let (batch, others) = rest.split_at(least + more);
                visit(batch)?;
                rest = others;
            }
            return Ok(());
        };
        let places: Vec<Range<usize>> = runs.places.iter().cloned().collect();
        let mut merge = Merge::new(&runs.file, &places, block_items::<T>(self.memory_bytes, items, places.len()))?;
        let mut batch = Vec::with_capacity(items.min(self.len()));
        while merge.peek().is_some() {
            merge.take(items, &mut batch)?;
            while let (Some(last), Some(next)) = (batch.last(), merge.peek())
                && same(last, next)
            {
                if batch.len() == batch.capacity() {
                    // Doubling would leave the limit sooner.
                    batch.reserve_exact(batch.len() / 8 + 1);
                }
                merge.take(1, &mut batch)?;
            }
            visit(&batch)?;
            batch.clear();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use proptest::prelude::*;

    fn sorted(pieces: &[Vec<[u16; 2]>], memory_bytes: usize) -> (Sorted<[u16; 2]>, Workspace) {
        let workspace = Workspace::new(std::env::temp_dir());
        let mut sorter = Sorter::new(&workspace, memory_bytes);
        for piece in pieces {
            sorter.extend(piece).unwrap();
            assert!(sorter.memory.capacity() <= (memory_bytes / 4).max(1));
        }
        (sorter.sorted().unwrap(), workspace)
    }

    fn batches(sorted: &Sorted<[u16; 2]>, items: usize) -> Vec<Vec<[u16; 2]>> {
        let mut batches = Vec::new();
        let keep = |batch: &[[u16; 2]]| {
            batches.push(batch.to_vec());
            Ok(())
        };
        sorted.batches(items, |x, y| x[0] == y[0], keep).unwrap();
        batches
    }

    impl Prefixed for [u16; 2] {
        fn prefix(&self) -> u64 {
            u64::from(self[0])
        }
    }

    proptest! {
        #[test]
        fn sorts_as_a_vec_does_and_splits_no_group(
            pieces in prop::collection::vec(prop::collection::vec((0..9u16, any::<u16>()).prop_map(<[u16; 2]>::from), 0..200), 0..9),
            memory_bytes in prop::sample::select(&[0, 7, 64, 1024, usize::MAX][..]),
            items in 0..300usize,
        ) {
            let mut twin = pieces.concat();
            twin.sort_unstable();
            let (sorted, workspace) = sorted(&pieces, memory_bytes);
            prop_assert_eq!(sorted.len(), twin.len());
            prop_assert_eq!(workspace.bytes_written() > 0, twin.len() > (memory_bytes / 4).max(1));
            let found = batches(&sorted, items);
            prop_assert_eq!(found.concat(), twin);
            prop_assert_eq!(&found, &batches(&sorted, items));
            for neighbours in found.windows(2) {
                prop_assert!(neighbours[0].last().unwrap()[0] != neighbours[1][0][0]);
                prop_assert!(neighbours[0].len() >= items.max(1));
            }
            // No batch is larger than it has to be.
            for batch in &found {
                prop_assert!(batch.len() <= items.max(1) || batch[items.max(1) - 1][0] == batch.last().unwrap()[0]);
            }
        }
    }

    #[test]
    fn many_runs_are_merged_in_several_passes() {
        // Derived, as items of other modules are.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, bytemuck::Pod, bytemuck::Zeroable)]
        #[repr(C)]
        struct Posting {
            key: u32,
            article: u32,
        }
        impl Prefixed for Posting {
            fn prefix(&self) -> u64 {
                u64::from(self.key)
            }
        }
        let postings: Vec<Posting> = (0..50_000u32)
            .map(|article| Posting { key: article.wrapping_mul(0x9E37_79B9) % 10_000, article })
            .collect();
        let mut twin = postings.clone();
        twin.sort_unstable();
        // 782 runs, 4, and 2, merged two at a time: 9.7, 2 and 1 times what went in.
        for (memory_bytes, written) in [(512, 3_876_480), (100_000, 800_000), (200_000, 400_000)] {
            let workspace = Workspace::new(std::env::temp_dir());
            let mut sorter = Sorter::new(&workspace, memory_bytes);
            sorter.extend(&postings).unwrap();
            let sorted = sorter.sorted().unwrap();
            let mut found = Vec::new();
            let keep = |batch: &[Posting]| {
                found.extend_from_slice(batch);
                Ok(())
            };
            sorted.batches(1000, |_, _| false, keep).unwrap();
            assert_eq!(found, twin);
            assert_eq!(workspace.bytes_written(), written);
        }
    }

    #[test]
    fn a_group_larger_than_memory_is_given_whole() {
        let (sorted, _) = sorted(&[(0..5000).map(|n| [n / 4000, n]).collect()], 1024);
        let lengths: Vec<usize> = batches(&sorted, 10).iter().map(Vec::len).collect();
        assert_eq!(lengths, [4000, 1000]);
    }

    #[test]
    fn what_fits_is_neither_written_nor_copied() {
        let (sorted, workspace) = sorted(&[vec![[1, 2], [0, 5], [1, 1]]], 12);
        let mut places = Vec::new();
        let note = |batch: &[[u16; 2]]| {
            places.push(batch.as_ptr());
            Ok(())
        };
        sorted.batches(1, |_, _| false, note).unwrap();
        assert_eq!(places, [0, 1, 2].map(|n| &raw const sorted.memory[n]));
        assert_eq!(workspace.bytes_written(), 0);
    }

    #[test]
    fn the_visitor_may_stop() {
        for memory_bytes in [8, 800] {
            let (sorted, _) = sorted(&[vec![[3, 0]; 20]], memory_bytes);
            let mut visits = 0;
            let refuse = |_: &[_]| {
                visits += 1;
                Err(Error::Cancelled)
            };
            let stopped = sorted.batches(5, |_, _| false, refuse);
            assert!(matches!(stopped, Err(Error::Cancelled)));
            assert_eq!(visits, 1);
        }
    }

    #[test]
    fn blocks_and_a_batch_of_half_stay_within_the_limit() {
        for memory_bytes in [1 << 8, 1 << 16, 3 << 17, 1 << 24, 1 << 30] {
            for runs in 2..=(memory_bytes / 2 / SMALL_BLOCK_BYTES).max(2) {
                for batch_items in [1, memory_bytes / 64, memory_bytes / 16] {
                    let block = block_items::<[u64; 2]>(memory_bytes, batch_items, runs);
                    let batch_bytes = batch_items * 16;
                    assert!((1..=BLOCK_BYTES / 16).contains(&block));
                    assert!(block * 16 >= SMALL_BLOCK_BYTES || memory_bytes < 4 * SMALL_BLOCK_BYTES);
                    assert!(block * 16 * runs + batch_bytes.min(memory_bytes / 2) <= memory_bytes);
                }
            }
        }
    }
}
