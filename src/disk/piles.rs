//! Piles of items that are more than memory holds, each to be handled by itself.

use std::ops::Range;

use bytemuck::Pod;
use rayon::prelude::*;

use crate::disk::file::TempFile;
use crate::disk::workspace::Workspace;
use crate::error::Result;

/// About how many items a pile should have: half a megabyte of 16-byte items, which stays in a processor's own cache.
const PILE_ITEMS: usize = 1 << 15;
/// More piles than that are too many places to write to at once.
const MOST_PILES: usize = 1 << 10;

/// The most piles that are handled at a time, for each thread.
const PILES_A_THREAD: usize = 8;
/// One part of the memory in so many is for the piles that are handled, the rest for lists.
const HANDLED_SHARE: usize = 8;

/// Distributes items to piles, to give them out pile after pile.
///
/// What belongs together must fall on the same pile; then nothing needs to be sorted as a whole, and piles are handled on all
/// threads. Lists are kept in memory up to the limit, and later ones in a file.
pub struct Piles<T> {
    workspace: Workspace,
    /// What piles that are handled at a time may take.
    handled_bytes: usize,
    /// What lists may still take.
    free_bytes: usize,
    count: usize,
    /// The last lists, to be put away while the next are made.
    waiting: Vec<Piled<T>>,
    blocks: Vec<Block<T>>,
    file: Option<TempFile>,
    /// How many items there are in the file.
    end: usize,
}

/// A list of items in the order of their piles.
pub struct Piled<T> {
    items: Vec<T>,
    /// Where each pile ends.
    ends: Vec<u32>,
}

enum Block<T> {
    Memory(Piled<T>),
    /// The lists that came together, one pile after the other: where they begin in the file, and where each pile ends there.
    Disk {
        start: usize,
        ends: Vec<u32>,
    },
}

impl<T: Pod> Piled<T> {
    /// Distributes a list to so many piles, in the order of `hash`, which should fall evenly on all numbers.
    pub fn of(list: &[T], count: usize, hash: impl Fn(&T) -> u64) -> Piled<T> {
        let pile = |item: &T| pile(hash(item), count);
        // Where the next item of each pile goes, and in the end where the pile ends.
        let mut ends = vec![0u32; count + 1];
        list.iter().for_each(|item| ends[pile(item) + 1] += 1);
        for number in 0..count {
            ends[number + 1] += ends[number];
        }
        let mut items = vec![T::zeroed(); list.len()];
        for item in list {
            let next = &mut ends[pile(item)];
            items[*next as usize] = *item;
            *next += 1;
        }
        ends.truncate(count);
        Piled { items, ends }
    }

    fn pile(&self, number: usize) -> &[T] {
        &self.items[range(&self.ends, number)]
    }
}

impl<T> Block<T> {
    /// Where a pile is among the items of the block.
    fn range(&self, number: usize) -> Range<usize> {
        match self {
            Block::Memory(Piled { ends, .. }) | Block::Disk { ends, .. } => range(ends, number),
        }
    }
}

/// The pile of a hash: equal ones fall on the same of so many, greater ones on no earlier one.
fn pile(hash: u64, count: usize) -> usize {
    ((u128::from(hash) * count as u128) >> u64::BITS) as usize
}

/// The range of a pile, where each ends at its place in `ends`.
fn range(ends: &[u32], number: usize) -> Range<usize> {
    number.checked_sub(1).map_or(0, |before| ends[before] as usize)..ends[number] as usize
}

impl<T: Pod + Send + Sync> Piles<T> {
    /// No items yet, about `expected` to come, and so many bytes of memory for them.
    ///
    /// `usize::MAX` keeps everything in memory.
    pub fn new(workspace: &Workspace, memory_bytes: usize, expected: usize) -> Self {
        let count = (expected / PILE_ITEMS).next_power_of_two().min(MOST_PILES);
        let handled_bytes = memory_bytes / HANDLED_SHARE;
        let (workspace, free_bytes) = (workspace.clone(), memory_bytes - handled_bytes);
        Piles {
            workspace,
            handled_bytes,
            free_bytes,
            count,
            waiting: Vec::new(),
            blocks: Vec::new(),
            file: None,
            end: 0,
        }
    }

    /// How many piles there are: a power of two.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Adds the lists that `made` gives, distributed to [`Piles::count`] piles. If it fails, the piles are of no more use.
    ///
    /// While the lists are made, on all threads, those before them are written.
    pub fn extend(&mut self, made: impl FnOnce() -> Vec<Piled<T>> + Send) -> Result<()> {
        let before = std::mem::take(&mut self.waiting);
        let (put, lists) = rayon::join(|| self.put(before), made);
        self.waiting = lists;
        put
    }

    fn put(&mut self, lists: Vec<Piled<T>>) -> Result<()> {
        let bytes = lists.iter().map(|list| size_of_val(&*list.items)).sum::<usize>();
        if bytes <= self.free_bytes {
            self.free_bytes -= bytes;
            self.blocks.extend(lists.into_iter().map(Block::Memory));
            return Ok(());
        }
        // Later lists must not slip into what is left.
        self.free_bytes = 0;
        let (mut items, mut ends) = (Vec::with_capacity(bytes / size_of::<T>()), Vec::with_capacity(self.count));
        for number in 0..self.count {
            lists.iter().for_each(|list| items.extend_from_slice(list.pile(number)));
            ends.push(items.len() as u32);
        }
        let file = match &self.file {
            Some(file) => file,
            None => &*self.file.insert(self.workspace.file()?),
        };
        file.write(self.end, &items)?;
        self.blocks.push(Block::Disk { start: self.end, ends });
        self.end += items.len();
        Ok(())
    }

    /// Gives each pile to `handle`, on all threads, and what that makes of them to `take`, in the order of the piles.
    ///
    /// The items of a pile are in the order in which they were added.
    pub fn each<R: Send>(
        mut self,
        handle: impl Fn(Vec<T>) -> R + Sync,
        mut take: impl FnMut(R) -> Result<()>,
    ) -> Result<()> {
        let last = std::mem::take(&mut self.waiting);
        self.put(last)?;
        let most = PILES_A_THREAD * rayon::current_num_threads();
        let mut next = 0;
        while next < self.count {
            let (first, mut bytes) = (next, 0);
            while next < self.count && next - first < most && (next == first || bytes < self.handled_bytes) {
                bytes += self.blocks.iter().map(|block| block.range(next).len()).sum::<usize>() * size_of::<T>();
                next += 1;
            }
            let made: Vec<Result<R>> =
                (first..next).into_par_iter().map(|number| self.gathered(number).map(&handle)).collect();
            made.into_iter().try_for_each(|made| take(made?))?;
        }
        Ok(())
    }

    fn gathered(&self, number: usize) -> Result<Vec<T>> {
        let mut pile = Vec::with_capacity(self.blocks.iter().map(|block| block.range(number).len()).sum());
        for block in &self.blocks {
            match (block, &self.file) {
                (Block::Memory(list), _) => pile.extend_from_slice(list.pile(number)),
                (Block::Disk { start, .. }, Some(file)) => {
                    let (from, range) = (pile.len(), block.range(number));
                    pile.resize(from + range.len(), T::zeroed());
                    file.read(start + range.start, &mut pile[from..])?;
                }
                (Block::Disk { .. }, None) => {}
            }
        }
        Ok(pile)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn every_item_comes_out_on_its_pile(
            additions in proptest::collection::vec(
                proptest::collection::vec(proptest::collection::vec(0u32..5000, 0..40), 0..4),
                0..6,
            ),
            memory_bytes in proptest::sample::select(&[0, 1, 100, 1000, usize::MAX][..]),
            expected in proptest::sample::select(&[0, 3 * PILE_ITEMS, usize::MAX][..]),
        ) {
            let workspace = Workspace::new(std::env::temp_dir());
            let mut piles = Piles::new(&workspace, memory_bytes, expected);
            let count = piles.count();
            let hash = |item: &u32| u64::from(*item).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let mut twin: Vec<u32> = additions.iter().flatten().flatten().copied().collect();
            let bytes = size_of_val(&*twin);
            for lists in &additions {
                piles.extend(|| lists.iter().map(|list| Piled::of(list, count, hash)).collect()).unwrap();
            }
            let mut found = Vec::new();
            piles.each(|pile| pile, |pile| { found.extend(pile); Ok(()) }).unwrap();
            proptest::prop_assert_eq!(workspace.bytes_written() > 0, bytes > memory_bytes - memory_bytes / HANDLED_SHARE);
            twin.sort_by_key(|item| pile(hash(item), count));
            proptest::prop_assert_eq!(found, twin);
        }
    }
}
