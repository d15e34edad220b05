//! Files that threads share: a temporary one, read and written by the number of the item, and one that is only read.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

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

/// A file that is only read, by any number of [`Cursor`]s at once: one that was named, or a copy in the workspace.
#[derive(Debug)]
pub(crate) struct SharedFile {
    place: Place,
    size_bytes: u64,
}

impl SharedFile {
    /// The file at `path`.
    pub(crate) fn open(path: &Path) -> io::Result<SharedFile> {
        let file = File::open(path)?;
        let size_bytes = file.metadata()?.len();
        Ok(SharedFile { place: Place::new(file), size_bytes })
    }

    /// A copy of `stream` in `file`, which is empty; every piece is given to `write` first, which may refuse it.
    pub(in crate::disk) fn copied(
        stream: &mut dyn Read,
        file: File,
        mut write: impl FnMut(&Place, u64, &[u8]) -> Result<()>,
    ) -> Result<io::Result<SharedFile>> {
        let mut shared = SharedFile { place: Place::new(file), size_bytes: 0 };
        let mut piece = vec![0; COPIED_BYTES];
        loop {
            let count = match stream.read(&mut piece) {
                Ok(0) => return Ok(Ok(shared)),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Ok(Err(error)),
            };
            write(&shared.place, shared.size_bytes, &piece[..count])?;
            shared.size_bytes += count as u64;
        }
    }

    /// How many bytes it has.
    pub(crate) fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// Reads some bytes at an offset, none at the end.
    pub(crate) fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        let left = usize::try_from(self.size_bytes.saturating_sub(offset)).unwrap_or(usize::MAX);
        let count = bytes.len().min(left);
        self.place.read(offset, &mut bytes[..count])?;
        Ok(count)
    }

    /// A place in the file to read on from.
    pub(crate) fn cursor(self: &Arc<Self>, at: u64) -> Cursor {
        Cursor { file: Arc::clone(self), at }
    }
}

/// Bytes that are copied at a time.
const COPIED_BYTES: usize = 256 << 10;

/// A place in a shared file.
pub(crate) struct Cursor {
    file: Arc<SharedFile>,
    at: u64,
}

impl Read for Cursor {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read_at(bytes, self.at)?;
        self.at += count as u64;
        Ok(count)
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

    #[derive(Debug)]
    pub(in crate::disk) struct Place(File);

    impl Place {
        pub(super) fn new(file: File) -> Self {
            Self(file)
        }

        pub(super) fn read(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
            self.0.read_exact_at(bytes, offset)
        }

        pub(in crate::disk) fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
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

    #[derive(Debug)]
    pub(in crate::disk) struct Place(Mutex<File>);

    impl Place {
        pub(super) fn new(file: File) -> Self {
            Self(Mutex::new(file))
        }

        pub(super) fn read(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
            self.at(offset)?.read_exact(bytes)
        }

        pub(in crate::disk) fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
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
    use std::io::Read;
    use std::sync::Arc;

    use crate::disk::Workspace;

    #[test]
    fn cursors_read_a_copy_side_by_side() {
        let workspace = Workspace::new(std::env::temp_dir());
        let bytes: Vec<u8> = (0..super::COPIED_BYTES * 2 + 7).map(|place| (place * 31 % 251) as u8).collect();
        let copy = Arc::new(workspace.copy(&mut &*bytes, &|| false).unwrap().unwrap());
        assert_eq!((copy.size_bytes(), workspace.bytes_written()), (bytes.len() as u64, bytes.len() as u64));
        let (mut first, mut second) = (copy.cursor(0), copy.cursor(1000));
        let (mut one, mut two) = (Vec::new(), [0; 10]);
        first.by_ref().take(100).read_to_end(&mut one).unwrap();
        second.read_exact(&mut two).unwrap();
        first.read_to_end(&mut one).unwrap();
        assert!(one == bytes && two == bytes[1000..1010]);
        assert_eq!(copy.read_at(&mut two, bytes.len() as u64 + 5).unwrap(), 0);
    }

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
