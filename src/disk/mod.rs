//! What does not fit into memory? Typed items in; the same items out, by place ([`List`], [`Table`]), in ascending
//! order ([`Sorter`]) or in piles of those that belong together ([`Piles`]).
//!
//! All hold their items in memory up to a limit and in temporary files of a [`Workspace`] beyond. Nothing is written
//! where everything fits, and what comes out is the same whatever the limit is.
//!
//! Sorting is external merge sort (Knuth, The Art of Computer Programming, vol. 3, 2nd ed., section 5.4): as many items as
//! memory holds are sorted and written as a run, then all runs are merged by a tree of losers (section 5.4.1), which
//! compares an item once for each doubling of the runs. It reads and writes in sequence, which disks are good at; a
//! database or a hash table on disk would seek for every item.
//!
//! Time is that of sorting in memory, plus one write and one read of every byte. Where runs are so many that their blocks
//! would be smaller than 64 KiB, some are merged beforehand, which costs a write and a read more for those; that takes more
//! than `m / 128 KiB` times the limit `m`, 2 TiB at a limit of 512 MiB. Space on disk is the size of the items, plus those
//! merged beforehand.
//!
//! Items are plain bytes ([`Pod`](bytemuck::Pod)) in the order of the machine: the files are for the process that wrote
//! them and for nobody else.
//!
//! ```
//! use wirecopy::disk::{Sorter, Workspace};
//!
//! let workspace = Workspace::new(std::env::temp_dir());
//! let mut sorter = Sorter::new(&workspace, 64 << 20);
//! sorter.extend(&[[7u32, 1], [3, 2], [7, 0]])?;
//! let mut groups = Vec::new();
//! sorter.sorted()?.batches(1, |x, y| x[0] == y[0], |group| {
//!     groups.push(group.to_vec());
//!     Ok(())
//! })?;
//! assert_eq!(groups, [vec![[3, 2]], vec![[7, 0], [7, 1]]]);
//! assert_eq!(workspace.bytes_written(), 0);
//! # Ok::<(), wirecopy::error::Error>(())
//! ```

mod file;
mod kept;
mod list;
mod merge;
mod piles;
mod sort;
mod table;
mod workspace;

#[cfg(feature = "parquet")]
pub(crate) use file::Cursor;
pub(crate) use file::{SharedFile, TempFile};
pub use kept::{Damaged, Kept, KeptReader, KeptWriter};
pub use list::List;
pub use piles::{Piled, Piles};
pub use sort::{Sorted, Sorter};
pub use table::{Table, Weight};
pub use workspace::Workspace;

/// Most bytes that are read or written at once where memory allows: a disk with moving parts delivers as much in about the
/// time of one seek.
const BLOCK_BYTES: usize = 1 << 20;

/// Makes room for `more` items by at least doubling, but for no more than `limit` in all.
///
/// `Vec` alone would double past any limit.
fn reserve<T>(buffer: &mut Vec<T>, more: usize, limit: usize) {
    let needed = buffer.len() + more;
    if needed > buffer.capacity() {
        let capacity = buffer.capacity().saturating_mul(2).min(limit).max(needed);
        buffer.reserve_exact(capacity - buffer.len());
    }
}

/// How many items of a type fit into so many bytes; at least one.
fn items_in<T>(bytes: usize) -> usize {
    const { assert!(size_of::<T>() > 0, "items without bytes cannot be counted by their bytes") };
    (bytes / size_of::<T>()).max(1)
}
