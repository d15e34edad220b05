//! What does not fit into memory? Typed items in; the same items out, by place ([`List`], [`Table`]), or by partition, those
//! that belong together in one ([`Exchange`]).
//!
//! All hold their items in memory up to a limit, of which [`Memory`] is the plan, and in temporary files of a [`Workspace`]
//! beyond. Nothing is written where everything fits, and what comes out is the same whatever the limit is.
//!
//! An exchange is what engines call a shuffle: each [`Row`] goes to the partition of its key, and every partition is handled
//! by itself, sorted where that matters (a distribution sort: Knuth, The Art of Computer Programming, vol. 3, 2nd ed.,
//! section 5.2.5). It costs one write and one read of every byte. No stage may rely on the number of partitions or on the
//! order of rows in one, so another engine may make them.
//!
//! Items are plain bytes ([`Pod`](bytemuck::Pod)) in the order of the machine: temporary files are for the process that wrote
//! them and for nobody else.
//!
//! ```
//! use bytemuck::{Pod, Zeroable};
//! use wirecopy::disk::{Exchange, Partitioned, Row, Workspace};
//!
//! #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
//! #[repr(C)]
//! struct Word {
//!     hash: u32,
//!     article: u32,
//! }
//!
//! impl Row for Word {
//!     fn key(&self) -> u64 {
//!         u64::from(self.hash) << 32
//!     }
//! }
//!
//! let mut words = Exchange::new(&Workspace::new(std::env::temp_dir()), 64 << 20, 3);
//! let rows = [(7, 1), (3, 2), (7, 0)].map(|(hash, article)| Word { hash, article });
//! let count = words.count();
//! words.extend(|| vec![Partitioned::of(&rows, count)])?;
//! let mut shared = 0;
//! let of_partition = |mut words: Vec<Word>| {
//!     words.sort_unstable();
//!     words.chunk_by(|x, y| x.hash == y.hash).filter(|carriers| carriers.len() > 1).count()
//! };
//! words.each(of_partition, |found| {
//!     shared += found;
//!     Ok(())
//! })?;
//! assert_eq!(shared, 1);
//! # Ok::<(), wirecopy::error::Error>(())
//! ```

mod exchange;
mod file;
mod kept;
mod list;
mod memory;
mod table;
mod workspace;

pub use exchange::{Exchange, Partitioned, Row, spread};
#[cfg(feature = "parquet")]
pub(crate) use file::Cursor;
pub(crate) use file::{SharedFile, TempFile};
pub use kept::{Damaged, Kept, KeptReader, KeptWriter};
pub use list::List;
pub use memory::Memory;
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
