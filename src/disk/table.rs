//! A table that may be longer than memory.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::disk::{KeptWriter, List, Workspace};
use crate::error::Result;

/// About how many bytes of memory a row takes, with what it owns.
pub trait Weight {
    /// The bytes outside of the value itself.
    fn owned_bytes(&self) -> usize;
}

/// Rows of any kind, in memory up to a limit and in a temporary file beyond: the rows that came first stay in memory.
///
/// On disk a row is in the format of the postcard crate, which costs about a microsecond for a row of 300 bytes. A row that
/// cannot be read is an empty one, and [`Workspace::check`] says so.
pub struct Table<T> {
    memory: Vec<T>,
    free_bytes: usize,
    stored: Option<Stored>,
}

/// The rows on disk.
struct Stored {
    workspace: Workspace,
    bytes: List<u8>,
    /// Where each row ends in `bytes`.
    ends: Vec<u64>,
    /// What each thread read last.
    windows: Vec<Mutex<Window>>,
}

/// Bytes that were read at once: whoever asks for a row and then for the next will want those behind it.
#[derive(Default)]
struct Window {
    start: usize,
    bytes: Vec<u8>,
}

impl Window {
    fn end(&self) -> usize {
        self.start + self.bytes.len()
    }
}

/// What waits in memory to be written.
const WAITING_BYTES: usize = 1 << 20;
/// What is read at once where rows are asked for in order.
const WINDOW_BYTES: usize = 1 << 16;

impl<T> Table<T> {
    /// An empty table that holds about so many bytes in memory.
    pub fn new(workspace: &Workspace, memory_bytes: usize) -> Self {
        let stored = (memory_bytes < usize::MAX).then(|| Stored {
            workspace: workspace.clone(),
            bytes: List::new(workspace, WAITING_BYTES.min(memory_bytes / 8)),
            ends: Vec::new(),
            windows: (0..rayon::current_num_threads()).map(|_| Mutex::default()).collect(),
        });
        Table { memory: Vec::new(), free_bytes: memory_bytes, stored }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.memory.len() + self.stored.as_ref().map_or(0, |stored| stored.ends.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All rows, unless some are on disk.
    pub fn in_memory(&self) -> Option<&[T]> {
        self.stored.as_ref().is_none_or(|stored| stored.ends.is_empty()).then_some(&*self.memory)
    }
}

impl<T: Weight + Clone + Default + Serialize + DeserializeOwned> Table<T> {
    /// Appends a row.
    pub fn push(&mut self, row: T) -> Result<()> {
        let weight = size_of::<T>() + row.owned_bytes();
        match &mut self.stored {
            Some(stored) if weight > self.free_bytes || !stored.ends.is_empty() => stored.push(&row),
            _ => {
                self.free_bytes = self.free_bytes.saturating_sub(weight);
                self.memory.push(row);
                Ok(())
            }
        }
    }

    /// Appends rows.
    pub fn extend(&mut self, rows: impl IntoIterator<Item = T>) -> Result<()> {
        rows.into_iter().try_for_each(|row| self.push(row))
    }

    /// The row at `place`, from 0.
    ///
    /// # Panics
    ///
    /// If there are fewer.
    pub fn get(&self, place: usize) -> Cow<'_, T> {
        match &self.stored {
            Some(stored) if place >= self.memory.len() => Cow::Owned(stored.get(place - self.memory.len())),
            _ => Cow::Borrowed(&self.memory[place]),
        }
    }

    /// Writes all rows.
    pub fn save(&self, to: &mut KeptWriter) -> Result<()> {
        to.rows(self.iter())
    }

    /// All rows, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Cow<'_, T>> + DoubleEndedIterator {
        (0..self.len()).map(|place| self.get(place))
    }
}

impl Stored {
    fn push(&mut self, row: &impl Serialize) -> Result<()> {
        let bytes = postcard::to_stdvec(row).expect("rows are numbers, texts and lists of known length");
        self.bytes.extend(&bytes)?;
        self.ends.push(self.bytes.len() as u64);
        Ok(())
    }

    fn get<T: Default + DeserializeOwned>(&self, place: usize) -> T {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]) as usize;
        let end = self.ends[place] as usize;
        let thread = rayon::current_thread_index().unwrap_or(0) % self.windows.len();
        let mut window = self.windows[thread].lock().unwrap_or_else(PoisonError::into_inner);
        if start < window.start || end > window.end() {
            let in_order = start == window.end() && !window.bytes.is_empty();
            let until = if in_order { end.max(self.bytes.len().min(start + WINDOW_BYTES)) } else { end };
            let bytes = self.workspace.note(self.bytes.slice(start..until).map(Cow::into_owned));
            *window = Window { start, bytes };
        }
        // Bytes that could not be read are none, and what is read is what was written.
        let row = window.bytes.get(start - window.start..end - window.start).unwrap_or_default();
        postcard::from_bytes(row).unwrap_or_default()
    }
}

/// Shows every row, those on disk, too.
impl<T: Weight + Clone + Default + Serialize + DeserializeOwned + fmt::Debug> fmt::Debug for Table<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}

/// Rows at hand, all in memory.
impl<T> From<Vec<T>> for Table<T> {
    fn from(rows: Vec<T>) -> Self {
        Table { memory: rows, free_bytes: usize::MAX, stored: None }
    }
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<T> FromIterator<T> for Table<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        rows.into_iter().collect::<Vec<T>>().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Weight for (u32, String) {
        fn owned_bytes(&self) -> usize {
            self.1.len()
        }
    }

    proptest::proptest! {
        #[test]
        fn rows_come_back_whatever_the_limit(
            rows in proptest::collection::vec(proptest::prelude::any::<(u32, String)>(), 0..40),
            memory_bytes in proptest::sample::select(&[0, 1, 100, 1000, usize::MAX][..]),
        ) {
            let workspace = Workspace::new(std::env::temp_dir());
            let mut table = Table::new(&workspace, memory_bytes);
            table.extend(rows.iter().cloned()).unwrap();
            proptest::prop_assert_eq!(table.len(), rows.len());
            proptest::prop_assert_eq!(table.iter().map(Cow::into_owned).collect::<Vec<_>>(), rows);
            workspace.check().unwrap();
        }
    }
}
