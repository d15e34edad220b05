//! A temporary file that is read and written by the number of the item.

use std::fs::File;
use std::io;

use bytemuck::Pod;

use crate::disk::workspace::Workspace;
use crate::error::Result;

#[cfg(unix)]
use positioned::Place;
#[cfg(not(unix))]
use seeking::Place;

/// A temporary file of items of one type. Threads may share it.
pub(crate) struct TempFile {
    workspace: Workspace,
    place: Place,
}

impl TempFile {
    pub(in crate::disk) fn new(workspace: Workspace, file: File) -> Self {
        Self { workspace, place: Place::new(file) }
    }

    /// Fills `items` with those that begin with number `at`.
    pub(crate) fn read<T: Pod>(&self, at: usize, items: &mut [T]) -> Result<()> {
        #[cfg(test)]
        self.workspace.read()?;
        self.place
            .read(offset::<T>(at), bytemuck::cast_slice_mut(items))
            .map_err(|cause| self.workspace.failed("read", cause))
    }

    /// Puts `items` where the item with number `at` is or would be.
    pub(crate) fn write<T: Pod>(&self, at: usize, items: &[T]) -> Result<()> {
        let bytes: &[u8] = bytemuck::cast_slice(items);
        self.workspace.count(bytes.len(), || self.place.write(offset::<T>(at), bytes))
    }
}

fn offset<T>(at: usize) -> u64 {
    at as u64 * size_of::<T>() as u64
}

/// Reading and writing at an offset in one system call.
#[cfg(unix)]
mod positioned {
    use super::{File, io};
    use std::os::unix::fs::FileExt;

    pub(super) struct Place(File);

    impl Place {
        pub(super) fn new(file: File) -> Self {
            Self(file)
        }

        pub(super) fn read(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
            self.0.read_exact_at(bytes, offset)
        }

        pub(super) fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
            self.0.write_all_at(bytes, offset)
        }
    }
}

/// The same for systems that only know one position for a file: one thread after the other.
#[cfg(any(not(unix), test))]
mod seeking {
    use super::{File, io};
    use std::io::{Read, Seek, SeekFrom, Write};
    use std::sync::{Mutex, MutexGuard, PoisonError};

    pub(super) struct Place(Mutex<File>);

    impl Place {
        pub(super) fn new(file: File) -> Self {
            Self(Mutex::new(file))
        }

        pub(super) fn read(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
            self.at(offset)?.read_exact(bytes)
        }

        pub(super) fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
            self.at(offset)?.write_all(bytes)
        }

        /// The file, at an offset. A thread that panicked leaves nothing behind but a position.
        fn at(&self, offset: u64) -> io::Result<MutexGuard<'_, File>> {
            let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(offset))?;
            Ok(file)
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_written_at_a_place_is_read_there() {
        macro_rules! check {
            ($place:ident) => {
                let place = super::$place::Place::new(tempfile::tempfile().unwrap());
                place.write(3, b"defgh").unwrap();
                place.write(0, b"abcD").unwrap();
                let mut bytes = [0; 5];
                place.read(2, &mut bytes).unwrap();
                assert_eq!(&bytes, b"cDefg");
                assert_eq!(place.read(4, &mut bytes).unwrap_err().kind(), std::io::ErrorKind::UnexpectedEof);
            };
        }
        check!(seeking);
        #[cfg(unix)]
        {
            check!(positioned);
        }
    }
}
