//! A list that may be longer than memory.

use std::borrow::Cow;
use std::ops::Range;

use bytemuck::Pod;

use crate::disk::file::TempFile;
use crate::disk::workspace::Workspace;
use crate::disk::{BLOCK_BYTES, items_in, reserve};
use crate::error::Result;

/// A list that grows at its end, in memory up to a limit and in a temporary file beyond.
///
/// What is in memory moves to the file as a whole when an item would go beyond the limit. From then on the last items only
/// wait in memory until they are worth writing: a megabyte, or the limit if that is less.
///
/// Reading takes `&self` and may be done by many threads at once.
pub struct List<T> {
    workspace: Workspace,
    limit_items: usize,
    file: Option<TempFile>,
    /// How many items are in the file; those in memory follow them.
    stored: usize,
    memory: Vec<T>,
}

impl<T: Pod + Send + Sync> List<T> {
    /// An empty list that holds so many bytes in memory, or one item if that is larger.
    ///
    /// `usize::MAX` keeps everything in memory.
    pub fn new(workspace: &Workspace, memory_bytes: usize) -> Self {
        let limit_items = items_in::<T>(memory_bytes);
        Self { workspace: workspace.clone(), limit_items, file: None, stored: 0, memory: Vec::new() }
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.stored + self.memory.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends items; none of them if it fails.
    pub fn extend(&mut self, items: &[T]) -> Result<()> {
        if items.len() > self.limit_items - self.memory.len() {
            let file = match &self.file {
                Some(file) => file,
                None => &*self.file.insert(self.workspace.file()?),
            };
            file.write(self.stored, &self.memory)?;
            self.stored += self.memory.len();
            self.memory.clear();
            self.limit_items = self.limit_items.min(items_in::<T>(BLOCK_BYTES));
            self.memory.shrink_to(self.limit_items);
            if items.len() >= self.limit_items {
                file.write(self.stored, items)?;
                self.stored += items.len();
                return Ok(());
            }
        }
        reserve(&mut self.memory, items.len(), self.limit_items);
        self.memory.extend_from_slice(items);
        Ok(())
    }

    /// The items in a range, borrowed if they are in memory.
    ///
    /// # Panics
    ///
    /// If the range goes beyond the end, as that of a slice would.
    pub fn slice(&self, range: Range<usize>) -> Result<Cow<'_, [T]>> {
        assert!(range.start <= range.end && range.end <= self.len(), "{range:?} of {} items", self.len());
        if range.start >= self.stored {
            return Ok(Cow::Borrowed(&self.memory[range.start - self.stored..range.end - self.stored]));
        }
        let mut items = vec![T::zeroed(); range.len()];
        let (stored, waiting) = items.split_at_mut(self.stored.min(range.end) - range.start);
        if let Some(file) = &self.file {
            file.read(range.start, stored)?;
        }
        waiting.copy_from_slice(&self.memory[..waiting.len()]);
        Ok(Cow::Owned(items))
    }

    /// Puts items in the place of those that begin with number `at`.
    ///
    /// # Panics
    ///
    /// If there are fewer.
    pub fn overwrite(&mut self, at: usize, items: &[T]) -> Result<()> {
        assert!(at <= self.len() && items.len() <= self.len() - at, "{} at {at} of {}", items.len(), self.len());
        let (stored, waiting) = items.split_at(self.stored.saturating_sub(at).min(items.len()));
        if let Some(file) = self.file.as_ref().filter(|_| !stored.is_empty()) {
            file.write(at, stored)?;
        }
        if !waiting.is_empty() {
            let begin = at + stored.len() - self.stored;
            self.memory[begin..begin + waiting.len()].copy_from_slice(waiting);
        }
        Ok(())
    }

    /// Everything in order, so many items at a time. Each is read at once, so they should be thousands.
    ///
    /// # Panics
    ///
    /// If `items` is zero.
    pub fn chunks(&self, items: usize) -> impl Iterator<Item = Result<Cow<'_, [T]>>> {
        assert!(items > 0, "chunks of nothing");
        (0..self.len()).step_by(items).map(move |start| self.slice(start..start.saturating_add(items).min(self.len())))
    }

    /// Gives everything in order, in batches that never split a group, items for which `same` holds of neighbours; each of at
    /// least `items` items unless it is the last. What is in memory is one batch, however much it is.
    pub fn batches(
        &self,
        items: usize,
        same: impl Fn(&T, &T) -> bool,
        mut visit: impl FnMut(&[T]) -> Result<()>,
    ) -> Result<()> {
        if self.file.is_none() {
            return if self.is_empty() { Ok(()) } else { visit(&self.memory) };
        }
        let mut waiting: Vec<T> = Vec::new();
        for chunk in self.chunks(items.max(1)) {
            waiting.extend_from_slice(&chunk?);
            // The last group may go on in the next chunk.
            let complete = (1..waiting.len()).rev().find(|&at| !same(&waiting[at - 1], &waiting[at])).unwrap_or(0);
            if complete > 0 {
                visit(&waiting[..complete])?;
                waiting.drain(..complete);
            }
        }
        if waiting.is_empty() { Ok(()) } else { visit(&waiting) }
    }

    /// Gives back memory that was reserved for more items, which may still be added.
    pub fn finish(&mut self) {
        self.memory.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A list of items three bytes wide, and a limit of its memory.
    fn list(pieces: &[Vec<[u8; 3]>], memory_bytes: usize) -> List<[u8; 3]> {
        let mut list = List::new(&Workspace::new(std::env::temp_dir()), memory_bytes);
        for piece in pieces {
            list.extend(piece).unwrap();
            let limit = memory_bytes.max(3);
            assert!(list.memory.capacity() * 3 <= limit, "{} of {limit}", list.memory.capacity() * 3);
        }
        list
    }

    proptest! {
        #[test]
        fn is_as_a_vec_is(
            pieces in prop::collection::vec(prop::collection::vec(any::<[u8; 3]>(), 0..60), 0..20),
            memory_bytes in prop::sample::select(&[0, 1, 3, 64, 1024, usize::MAX][..]),
            ranges in prop::collection::vec(any::<(prop::sample::Index, prop::sample::Index)>(), 1..10),
            changes in prop::collection::vec((any::<prop::sample::Index>(), prop::collection::vec(any::<[u8; 3]>(), 0..90)), 0..5),
            step in 1..100usize,
        ) {
            let mut twin = pieces.concat();
            let mut list = list(&pieces, memory_bytes);
            prop_assert_eq!(list.file.is_some(), twin.len() > memory_bytes.max(3) / 3);
            list.finish();
            for (at, items) in changes {
                let at = at.index(twin.len() + 1);
                let items = &items[..items.len().min(twin.len() - at)];
                list.overwrite(at, items).unwrap();
                twin[at..at + items.len()].copy_from_slice(items);
            }
            prop_assert_eq!(list.len(), twin.len());
            for (one, other) in ranges {
                let (one, other) = (one.index(twin.len() + 1), other.index(twin.len() + 1));
                let range = one.min(other)..one.max(other);
                prop_assert_eq!(&*list.slice(range.clone()).unwrap(), &twin[range]);
            }
            let chunks: Vec<_> = list.chunks(step).map(|chunk| chunk.unwrap().into_owned()).collect();
            prop_assert_eq!(chunks, twin.chunks(step).map(<[_]>::to_vec).collect::<Vec<_>>());
        }
    }

    #[test]
    fn slices_and_changes_cross_the_border() {
        let mut list = list(&[vec![[0; 3]; 4], vec![[1; 3]; 2]], 15);
        assert_eq!((list.stored, list.memory.len()), (4, 2));
        list.overwrite(2, &[[2; 3], [3; 3], [4; 3]]).unwrap();
        assert_eq!(*list.slice(1..6).unwrap(), [[0; 3], [2; 3], [3; 3], [4; 3], [1; 3]]);
        list.overwrite(0, &[[5; 3]]).unwrap();
        list.overwrite(5, &[[6; 3]]).unwrap();
        assert_eq!(*list.slice(0..6).unwrap(), [[5; 3], [0; 3], [2; 3], [3; 3], [4; 3], [6; 3]]);
        assert!(matches!(list.slice(4..6).unwrap(), Cow::Borrowed(_)));
        assert!(matches!(list.slice(3..6).unwrap(), Cow::Owned(_)));
    }

    #[test]
    fn threads_read_at_once() {
        use rayon::prelude::*;
        let workspace = Workspace::new(std::env::temp_dir());
        let mut list = List::new(&workspace, 100);
        let numbers: Vec<u32> = (0..10_000).collect();
        numbers.chunks(7).for_each(|piece| list.extend(piece).unwrap());
        assert!(workspace.bytes_written() > 30_000);
        numbers.par_iter().for_each(|&number| {
            let start = number as usize;
            assert_eq!(*list.slice(start..(start + 9).min(10_000)).unwrap(), numbers[start..(start + 9).min(10_000)]);
        });
    }

    #[test]
    fn what_fits_is_not_written() {
        let workspace = Workspace::new("/nowhere");
        let mut list = List::new(&workspace, 80);
        list.extend(&[7u64; 10]).unwrap();
        assert!(matches!(list.slice(0..10).unwrap(), Cow::Borrowed(_)));
        assert_eq!(workspace.bytes_written(), 0);
        assert!(list.extend(&[8]).is_err());
        assert_eq!(list.len(), 10);
    }

    #[test]
    #[should_panic(expected = "2..4 of 3 items")]
    fn a_slice_beyond_the_end_is_refused() {
        let _ = list(&[vec![[0; 3]; 3]], 0).slice(2..4);
    }
}
