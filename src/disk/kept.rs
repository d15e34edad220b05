//! What finished stages made, kept in files that outlive the run.
//!
//! In: the product of a stage, written piece by piece. Out: the same pieces for a later run of the same scan. Each stage has
//! one file in a folder that belongs to one scan, named by the scan's fingerprint. A file is written under a temporary name
//! and renamed, so that a run that is killed leaves a whole file or none; the length and the XXH3 hash in its header tell a
//! file that a failing disk or a crash of the system damaged, before any of it is used. Nothing is held in memory but the
//! piece at hand and a block of a megabyte. It costs one write of every byte, and two reads where it is used.
//!
//! The header is 32 bytes: eight of magic and version, then the fingerprint, the length and the hash of what follows, each
//! in the order of the machine, which the version tells. Rows are in the format of the postcard crate after their length,
//! lists of plain items as they are in memory after their number.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use bytemuck::{Pod, Zeroable};
use serde::Serialize;
use serde::de::DeserializeOwned;
use xxhash_rust::xxh3::Xxh3;

use crate::disk::BLOCK_BYTES;
use crate::error::{Error, Result};
use crate::progress::Stage;

const MAGIC: [u8; 4] = *b"wcrs";
/// Of this format and of everything that is written in it.
const VERSION: u32 = 4;
const HEADER_BYTES: u64 = size_of::<Header>() as u64;

const ENDING: &str = "stage";
const UNFINISHED: &str = "unfinished";

#[derive(Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
struct Header {
    magic: [u8; 4],
    version: u32,
    fingerprint: u64,
    length_bytes: u64,
    hash: u64,
}

/// The folder with the finished stages of one scan.
#[derive(Debug)]
pub struct Kept {
    folder: PathBuf,
    fingerprint: u64,
}

/// Why what is there cannot be used.
#[derive(Debug)]
pub struct Damaged {
    path: PathBuf,
    why: String,
}

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cannot be used: {}", self.path.display(), self.why)
    }
}

impl Kept {
    /// The folder of the scan with this fingerprint, in `parent`; it is made if it is not there.
    ///
    /// Fails if it cannot be made, or if somebody else could have written what is in it.
    pub fn open(parent: &Path, fingerprint: u64) -> Result<Kept> {
        let folder = parent.join(format!("wirecopy-resume-{fingerprint:016x}"));
        match private_folder(&folder) {
            Err(cause) if cause.kind() != ErrorKind::AlreadyExists => return Err(Error::io("create", folder, cause)),
            _ => {}
        }
        check_owner(&folder).map_err(|cause| Error::io("use", &folder, cause))?;
        Ok(Kept { folder, fingerprint })
    }

    /// Where the files are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Keeps what `write` writes of a stage.
    ///
    /// An [`Error::Io`] names a file of the folder; every other error comes from `write`. In both cases nothing is kept.
    pub fn save(&self, stage: Stage, write: impl FnOnce(&mut KeptWriter) -> Result<()>) -> Result<()> {
        KeptWriter::whole(&self.path(stage), self.fingerprint, write)
    }

    /// What was kept of a stage, checked from end to end; none if there is nothing.
    pub fn open_stage(&self, stage: Stage) -> Result<Option<KeptReader>, Damaged> {
        let path = self.path(stage);
        match KeptReader::open(&path, self.fingerprint) {
            Ok(reader) => Ok(Some(reader)),
            Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(Damaged { path, why: cause.to_string() }),
        }
    }

    /// Removes the folder and what was kept in it; files of anybody else stay, and the folder with them.
    pub fn remove(&self) -> Result<()> {
        let failed = |cause| Error::io("remove", &self.folder, cause);
        for entry in fs::read_dir(&self.folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|ending| ending == ENDING || ending == UNFINISHED) {
                fs::remove_file(&path).map_err(|cause| Error::io("remove", &path, cause))?;
            }
        }
        fs::remove_dir(&self.folder).map_err(failed)
    }

    fn path(&self, stage: Stage) -> PathBuf {
        self.folder.join(format!("{}.{ENDING}", stage.name()))
    }
}

/// Articles may be nobody else's business: only the user may look into the folder.
fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The folder's name can be guessed, and folders for temporary files are open to everybody: what another user put there is
/// not to be trusted.
#[cfg(unix)]
fn check_owner(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let metadata = fs::symlink_metadata(folder)?;
    let ours = metadata.is_dir()
        && metadata.mode() & 0o022 == 0
        && tempfile::tempfile_in(folder)?.metadata()?.uid() == metadata.uid();
    if ours { Ok(()) } else { Err(io::Error::other("others may write to it, or it is no folder")) }
}

#[cfg(not(unix))]
fn check_owner(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Writes the product of a stage.
pub struct KeptWriter {
    path: PathBuf,
    file: File,
    /// Bytes that wait to be hashed and written.
    block: Vec<u8>,
    hash: Xxh3,
    length_bytes: u64,
}

impl KeptWriter {
    /// Writes a file that is read from end to end: what `write` writes, with the fingerprint of what it was made with. It
    /// appears when it is whole.
    ///
    /// Fails if it cannot be written, or with what `write` fails with.
    pub fn whole(path: &Path, fingerprint: u64, write: impl FnOnce(&mut KeptWriter) -> Result<()>) -> Result<()> {
        let unfinished = path.with_extension(UNFINISHED);
        let written = KeptWriter::create(unfinished.clone()).and_then(|mut writer| {
            write(&mut writer)?;
            writer.finish(fingerprint)?;
            fs::rename(&unfinished, path).map_err(|cause| Error::io("write", path, cause))
        });
        if written.is_err() {
            // What cannot be removed is overwritten by the next run.
            let _ = fs::remove_file(&unfinished);
        }
        written
    }

    fn create(path: PathBuf) -> Result<KeptWriter> {
        let created = File::create(&path).and_then(|mut file| {
            file.seek(SeekFrom::Start(HEADER_BYTES))?;
            Ok(file)
        });
        match created {
            Ok(file) => Ok(KeptWriter {
                path,
                file,
                block: Vec::with_capacity(BLOCK_BYTES),
                hash: Xxh3::new(),
                length_bytes: 0,
            }),
            Err(cause) => Err(Error::io("write", path, cause)),
        }
    }

    /// Writes one value.
    pub fn row(&mut self, row: &impl Serialize) -> Result<()> {
        let begin = self.block.len();
        self.block.extend_from_slice(&[0; 4]);
        let block = std::mem::take(&mut self.block);
        self.block = postcard::to_extend(row, block).expect("rows are numbers, texts and lists of known length");
        let length = u32::try_from(self.block.len() - begin - 4).expect("a row is below 4 GiB");
        self.block[begin..begin + 4].copy_from_slice(&length.to_ne_bytes());
        self.write_full_block()
    }

    /// Writes many values.
    pub fn rows<T: Serialize>(&mut self, rows: impl ExactSizeIterator<Item = T>) -> Result<()> {
        self.row(&(rows.len() as u64))?;
        for row in rows {
            self.row(&row)?;
        }
        Ok(())
    }

    /// Writes a list of plain items.
    pub fn items<T: Pod>(&mut self, items: &[T]) -> Result<()> {
        self.block.extend_from_slice(&(items.len() as u64).to_ne_bytes());
        for piece in bytemuck::cast_slice::<T, u8>(items).chunks(BLOCK_BYTES) {
            self.block.extend_from_slice(piece);
            self.write_full_block()?;
        }
        Ok(())
    }

    fn write_full_block(&mut self) -> Result<()> {
        if self.block.len() < BLOCK_BYTES { Ok(()) } else { self.write_block() }
    }

    fn write_block(&mut self) -> Result<()> {
        self.hash.update(&self.block);
        self.length_bytes += self.block.len() as u64;
        self.file.write_all(&self.block).map_err(|cause| Error::io("write", &self.path, cause))?;
        self.block.clear();
        self.block.shrink_to(2 * BLOCK_BYTES);
        Ok(())
    }

    fn finish(mut self, fingerprint: u64) -> Result<()> {
        self.write_block()?;
        let (length_bytes, hash) = (self.length_bytes, self.hash.digest());
        let header = Header { magic: MAGIC, version: VERSION, fingerprint, length_bytes, hash };
        let written = self.file.rewind().and_then(|()| self.file.write_all(bytemuck::bytes_of(&header)));
        written.map_err(|cause| Error::io("write", &self.path, cause))
    }
}

/// Reads the product of a stage, in the order in which it was written.
pub struct KeptReader {
    path: PathBuf,
    file: io::BufReader<File>,
    left_bytes: u64,
    row: Vec<u8>,
}

impl KeptReader {
    /// A file that [`KeptWriter::whole`] wrote.
    ///
    /// Fails if it cannot be read, is damaged, or was made with something else.
    pub fn whole(path: &Path, fingerprint: u64) -> Result<KeptReader> {
        KeptReader::open(path, fingerprint).map_err(|cause| Error::io("use", path, cause))
    }

    /// The file, if all of it is as it was written.
    fn open(path: &Path, fingerprint: u64) -> io::Result<KeptReader> {
        let mut file = File::open(path)?;
        let mut header = Header::zeroed();
        file.read_exact(bytemuck::bytes_of_mut(&mut header))?;
        if (header.magic, header.version) != (MAGIC, VERSION) {
            return Err(io::Error::other("it is of another version"));
        }
        if header.fingerprint != fingerprint {
            return Err(io::Error::other("it was made with other settings"));
        }
        let length_bytes = file.metadata()?.len() - HEADER_BYTES;
        if length_bytes != header.length_bytes {
            return Err(io::Error::other(format!("it has {length_bytes} bytes, not {}", header.length_bytes)));
        }
        let mut hash = Xxh3::new();
        let mut block = vec![0; BLOCK_BYTES];
        loop {
            match file.read(&mut block)? {
                0 => break,
                read => hash.update(&block[..read]),
            }
        }
        if hash.digest() != header.hash {
            return Err(io::Error::other("it is damaged"));
        }
        file.seek(SeekFrom::Start(HEADER_BYTES))?;
        let file = io::BufReader::with_capacity(BLOCK_BYTES, file);
        Ok(KeptReader { path: path.to_owned(), file, left_bytes: length_bytes, row: Vec::new() })
    }

    /// Reads one value.
    pub fn row<T: DeserializeOwned>(&mut self) -> Result<T> {
        let mut length = [0; 4];
        self.fill(&mut length)?;
        let mut row = std::mem::take(&mut self.row);
        row.resize(self.within(u64::from(u32::from_ne_bytes(length)))?, 0);
        self.fill(&mut row)?;
        let value = postcard::from_bytes(&row).map_err(|_| self.not_as_written());
        self.row = row;
        value
    }

    /// Reads many values.
    pub fn rows<T: DeserializeOwned>(&mut self) -> Result<Vec<T>> {
        (0..self.row::<u64>()?).map(|_| self.row()).collect()
    }

    /// Reads a list of plain items.
    pub fn items<T: Pod>(&mut self) -> Result<Vec<T>> {
        let mut count = [0; 8];
        self.fill(&mut count)?;
        let bytes = u64::from_ne_bytes(count).saturating_mul(size_of::<T>() as u64);
        let mut items = vec![T::zeroed(); self.within(bytes)? / size_of::<T>()];
        self.fill(bytemuck::cast_slice_mut(&mut items))?;
        Ok(items)
    }

    /// What is there is not what is looked for.
    pub fn not_as_written(&self) -> Error {
        Error::io("read", &self.path, ErrorKind::InvalidData.into())
    }

    /// So many bytes, if they are there.
    fn within(&self, bytes: u64) -> Result<usize> {
        let there = usize::try_from(bytes).ok().filter(|_| bytes <= self.left_bytes);
        there.ok_or_else(|| self.not_as_written())
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<()> {
        self.file.read_exact(bytes).map_err(|cause| Error::io("read", &self.path, cause))?;
        self.left_bytes = self.left_bytes.saturating_sub(bytes.len() as u64);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> (tempfile::TempDir, Kept) {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::open(folder.path(), 7).unwrap();
        (folder, kept)
    }

    fn write(writer: &mut KeptWriter) -> Result<()> {
        writer.row(&("one".to_owned(), 2u64))?;
        writer.items(&[1u128, 2])?;
        writer.items(&vec![3u8; 3 << 20])?;
        writer.rows(["a", "b"].iter())?;
        writer.items::<u32>(&[])
    }

    #[test]
    fn pieces_come_back_in_order() {
        let (_folder, kept) = kept();
        assert!(kept.open_stage(Stage::Read).unwrap().is_none());
        kept.save(Stage::Read, write).unwrap();
        let mut reader = kept.open_stage(Stage::Read).unwrap().unwrap();
        assert_eq!(reader.row::<(String, u64)>().unwrap(), ("one".to_owned(), 2));
        assert_eq!(reader.items::<u128>().unwrap(), [1, 2]);
        assert_eq!(reader.items::<u8>().unwrap(), vec![3; 3 << 20]);
        assert_eq!(reader.rows::<String>().unwrap(), ["a", "b"]);
        assert!(reader.items::<u32>().unwrap().is_empty());
        assert!(matches!(reader.row::<u64>(), Err(Error::Io { action: "read", .. })));
        // A list that is taken for another does not ask for more memory than the file has bytes.
        let mut reader = kept.open_stage(Stage::Read).unwrap().unwrap();
        assert!(matches!(reader.items::<u64>(), Err(Error::Io { action: "read", .. })));
        kept.remove().unwrap();
        assert!(!kept.folder().exists());
    }

    #[test]
    fn what_is_not_whole_is_not_used() {
        let (folder, kept) = kept();
        kept.save(Stage::Read, write).unwrap();
        let path = kept.path(Stage::Read);
        let whole = fs::read(&path).unwrap();
        let why = |bytes: &[u8], kept: &Kept| {
            fs::write(kept.path(Stage::Read), bytes).unwrap();
            kept.open_stage(Stage::Read).err().unwrap().why
        };
        for place in [0, 5, 9, 17, 25, 33, 40, 1 << 20, whole.len() - 1] {
            let mut bytes = whole.clone();
            bytes[place] ^= 4;
            why(&bytes, &kept);
        }
        for length in [0, 10, 32, 33, 1 << 20, whole.len() - 1] {
            why(&whole[..length], &kept);
        }
        why(&[&whole[..], &[0]].concat(), &kept);
        let other = Kept::open(folder.path(), 8).unwrap();
        assert_eq!(why(&whole, &other), "it was made with other settings");
        fs::write(&path, &whole).unwrap();
        assert!(kept.open_stage(Stage::Read).unwrap().is_some());
    }

    #[test]
    fn what_fails_leaves_the_earlier_file() {
        let (_folder, kept) = kept();
        kept.save(Stage::Read, write).unwrap();
        let failed = kept.save(Stage::Read, |writer| {
            writer.row(&1u8)?;
            Err(Error::Cancelled)
        });
        assert!(matches!(failed, Err(Error::Cancelled)));
        assert!(kept.open_stage(Stage::Read).unwrap().is_some());
        assert_eq!(fs::read_dir(kept.folder()).unwrap().count(), 1);
    }

    #[test]
    fn files_of_others_stay() {
        let (_folder, kept) = kept();
        kept.save(Stage::Read, write).unwrap();
        fs::write(kept.folder().join("notes.txt"), "mine").unwrap();
        assert!(kept.remove().is_err());
        assert_eq!(fs::read_dir(kept.folder()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_others_may_write_to_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, kept) = kept();
        assert_eq!(fs::metadata(kept.folder()).unwrap().permissions().mode() & 0o777, 0o700);
        fs::set_permissions(kept.folder(), fs::Permissions::from_mode(0o777)).unwrap();
        assert!(matches!(Kept::open(folder.path(), 7), Err(Error::Io { action: "use", .. })));
        std::os::unix::fs::symlink(folder.path(), folder.path().join(format!("wirecopy-resume-{:016x}", 9))).unwrap();
        assert!(matches!(Kept::open(folder.path(), 9), Err(Error::Io { action: "use", .. })));
    }
}
