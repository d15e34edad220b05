//! Rows to partitions by their keys, each partition to be handled by itself.

use std::ops::Range;

use bytemuck::Pod;
use rayon::prelude::*;

use crate::disk::file::TempFile;
use crate::disk::workspace::Workspace;
use crate::error::Result;

/// About how many rows a partition should have: half a megabyte of 16-byte rows, which stays in a processor's own cache.
const PARTITION_ROWS: usize = 1 << 15;
/// More partitions than that are too many places to write to at once.
const MOST_PARTITIONS: usize = 1 << 10;

/// The most partitions that are handled at a time, for each thread.
const PARTITIONS_A_THREAD: usize = 8;
/// One part of the memory in so many is for the partitions that are handled, the rest for lists.
const HANDLED_SHARE: usize = 8;

/// A row that stages hand on: plain bytes, with the key by which those that belong together meet.
pub trait Row: Pod + Ord + Send + Sync {
    /// Rows with equal keys meet in one partition. Keys fall evenly on all numbers.
    fn key(&self) -> u64;
}

/// A number as a key: numbers that follow one another fall far apart (multiplicative hashing: Knuth, The Art of Computer
/// Programming, vol. 3, 2nd ed., section 6.4).
pub fn spread(number: u64) -> u64 {
    number.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Distributes rows to partitions.
///
/// What belongs together has one key, so it meets in one partition; then nothing needs to be sorted as a whole, and partitions
/// are handled on all threads. Lists are kept in memory up to the limit, and later ones in a file.
pub struct Exchange<T> {
    workspace: Workspace,
    /// What partitions that are handled at a time may take.
    handled_bytes: usize,
    /// What lists may still take.
    free_bytes: usize,
    count: usize,
    /// The last lists, to be put away while the next are made.
    waiting: Vec<Partitioned<T>>,
    blocks: Vec<Block<T>>,
    file: Option<TempFile>,
    /// How many rows there are in the file.
    end: usize,
}

/// A list of rows in the order of their partitions.
pub struct Partitioned<T> {
    rows: Vec<T>,
    /// Where each partition ends.
    ends: Vec<u32>,
}

enum Block<T> {
    Memory(Partitioned<T>),
    /// The lists that came together, one partition after the other: where they begin in the file, and where each partition
    /// ends there.
    Disk {
        start: usize,
        ends: Vec<u32>,
    },
}

impl<T: Row> Partitioned<T> {
    /// Distributes a list to so many partitions.
    pub fn of(list: &[T], count: usize) -> Partitioned<T> {
        let number = |row: &T| partition(row.key(), count);
        // Where the next row of each partition goes, and in the end where the partition ends.
        let mut ends = vec![0u32; count + 1];
        list.iter().for_each(|row| ends[number(row) + 1] += 1);
        for number in 0..count {
            ends[number + 1] += ends[number];
        }
        let mut rows = vec![T::zeroed(); list.len()];
        for row in list {
            let next = &mut ends[number(row)];
            rows[*next as usize] = *row;
            *next += 1;
        }
        ends.truncate(count);
        Partitioned { rows, ends }
    }

    /// The rows of one partition.
    pub fn partition(&self, number: usize) -> &[T] {
        &self.rows[range(&self.ends, number)]
    }

    /// All rows, by partition.
    pub fn rows(&self) -> &[T] {
        &self.rows
    }
}

impl<T> Block<T> {
    /// Where a partition is among the rows of the block.
    fn range(&self, number: usize) -> Range<usize> {
        match self {
            Block::Memory(Partitioned { ends, .. }) | Block::Disk { ends, .. } => range(ends, number),
        }
    }
}

/// The partition of a hash: equal ones fall on the same of so many, greater ones on no earlier one.
fn partition(hash: u64, count: usize) -> usize {
    ((u128::from(hash) * count as u128) >> u64::BITS) as usize
}

/// The range of a partition, where each ends at its place in `ends`.
fn range(ends: &[u32], number: usize) -> Range<usize> {
    number.checked_sub(1).map_or(0, |before| ends[before] as usize)..ends[number] as usize
}

impl<T: Row> Exchange<T> {
    /// No rows yet, about `expected` to come, and so many bytes of memory for them.
    ///
    /// `usize::MAX` keeps everything in memory.
    pub fn new(workspace: &Workspace, memory_bytes: usize, expected: usize) -> Self {
        let count = (expected / PARTITION_ROWS).next_power_of_two().min(MOST_PARTITIONS);
        #[cfg(test)]
        let count = workspace.partitions().map_or(count, |(count, _)| count);
        let handled_bytes = memory_bytes / HANDLED_SHARE;
        let (workspace, free_bytes) = (workspace.clone(), memory_bytes - handled_bytes);
        Exchange {
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

    /// How many partitions there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Adds the lists that `made` gives, distributed to [`Exchange::count`] partitions. If it fails, the exchange is of no more
    /// use.
    ///
    /// While the lists are made, on all threads, those before them are written.
    pub fn extend(&mut self, made: impl FnOnce() -> Vec<Partitioned<T>> + Send) -> Result<()> {
        let before = std::mem::take(&mut self.waiting);
        let (put, lists) = rayon::join(|| self.put(before), made);
        self.waiting = lists;
        put
    }

    fn put(&mut self, lists: Vec<Partitioned<T>>) -> Result<()> {
        let bytes = lists.iter().map(|list| size_of_val(&*list.rows)).sum::<usize>();
        if bytes <= self.free_bytes {
            self.free_bytes -= bytes;
            self.blocks.extend(lists.into_iter().map(Block::Memory));
            return Ok(());
        }
        // Later lists must not slip into what is left.
        self.free_bytes = 0;
        let (mut rows, mut ends) = (Vec::with_capacity(bytes / size_of::<T>()), Vec::with_capacity(self.count));
        for number in 0..self.count {
            lists.iter().for_each(|list| rows.extend_from_slice(list.partition(number)));
            ends.push(rows.len() as u32);
        }
        let file = match &self.file {
            Some(file) => file,
            None => &*self.file.insert(self.workspace.file()?),
        };
        file.write(self.end, &rows)?;
        self.blocks.push(Block::Disk { start: self.end, ends });
        self.end += rows.len();
        Ok(())
    }

    /// Gives each partition to `handle`, on all threads, and what that makes of them to `take`, in the order of the
    /// partitions, which is that of their keys. May be called again.
    ///
    /// The rows of a partition are in no order that a stage may rely on.
    pub fn each<R: Send>(
        &mut self,
        handle: impl Fn(Vec<T>) -> R + Sync,
        mut take: impl FnMut(R) -> Result<()>,
    ) -> Result<()> {
        let last = std::mem::take(&mut self.waiting);
        self.put(last)?;
        let most = PARTITIONS_A_THREAD * rayon::current_num_threads();
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
        let mut partition = Vec::with_capacity(self.blocks.iter().map(|block| block.range(number).len()).sum());
        for block in &self.blocks {
            match (block, &self.file) {
                (Block::Memory(list), _) => partition.extend_from_slice(list.partition(number)),
                (Block::Disk { start, .. }, Some(file)) => {
                    let (from, range) = (partition.len(), block.range(number));
                    partition.resize(from + range.len(), T::zeroed());
                    file.read(start + range.start, &mut partition[from..])?;
                }
                (Block::Disk { .. }, None) => {}
            }
        }
        #[cfg(test)]
        if let Some((_, seed)) = self.workspace.partitions() {
            let disturbed = |row: &T| xxhash_rust::xxh3::xxh3_64_with_seed(bytemuck::bytes_of(row), seed);
            partition.sort_by_key(disturbed);
        }
        Ok(partition)
    }
}

#[cfg(test)]
mod tests {
    use bytemuck::Zeroable;

    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
    #[repr(transparent)]
    struct Number(u32);

    impl Row for Number {
        fn key(&self) -> u64 {
            spread(u64::from(self.0))
        }
    }

    proptest::proptest! {
        #[test]
        fn every_row_comes_out_in_its_partition(
            additions in proptest::collection::vec(
                proptest::collection::vec(proptest::collection::vec(0u32..5000, 0..40), 0..4),
                0..6,
            ),
            memory_bytes in proptest::sample::select(&[0, 1, 100, 1000, usize::MAX][..]),
            expected in proptest::sample::select(&[0, 3 * PARTITION_ROWS, usize::MAX][..]),
        ) {
            let workspace = Workspace::new(std::env::temp_dir());
            let mut exchange = Exchange::new(&workspace, memory_bytes, expected);
            let of = exchange.count();
            let additions: Vec<Vec<Vec<Number>>> =
                additions.into_iter().map(|lists| lists.into_iter().map(|list| list.into_iter().map(Number).collect()).collect()).collect();
            let mut twin: Vec<Number> = additions.iter().flatten().flatten().copied().collect();
            let bytes = size_of_val(&*twin);
            for lists in &additions {
                exchange.extend(|| lists.iter().map(|list| Partitioned::of(list, of)).collect()).unwrap();
            }
            twin.sort_by_key(|row| partition(row.key(), of));
            for _ in 0..2 {
                let mut found = Vec::new();
                exchange.each(|partition| partition, |partition| {
                    found.extend(partition);
                    Ok(())
                }).unwrap();
                proptest::prop_assert_eq!(&found, &twin);
            }
            proptest::prop_assert_eq!(workspace.bytes_written() > 0, bytes > memory_bytes - memory_bytes / HANDLED_SHARE);
        }
    }
}
