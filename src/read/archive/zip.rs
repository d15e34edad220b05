//! zip archives, read by the directory at their end.
//!
//! The `rawzip` crate reads the directory; members are unpacked as streams by the decoders that unpack whole files, and
//! their checksums are compared. Encrypted members are rejects.

use std::io::{self, BufReader, Read};
use std::sync::Arc;

use rawzip::{CompressionMethod, ReaderAt, ZipArchive, ZipArchiveEntryWayfinder, ZipLocator};

use super::shown;
use crate::disk::SharedFile;
use crate::read::compress::{Compression, Damage, decoder};
use crate::read::format::{Archive, Member, Next};

/// A zip archive that is being read.
pub(super) struct Zip {
    file: Arc<SharedFile>,
    archive: ZipArchive<Bytes>,
    entries: std::vec::IntoIter<Entry>,
    /// Why the directory could be read no further.
    damage: Option<String>,
}

/// The bytes of the archive.
struct Bytes(Arc<SharedFile>);

impl ReaderAt for Bytes {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.0.read_at(buffer, offset)
    }
}

struct Entry {
    name: String,
    place: ZipArchiveEntryWayfinder,
    method: CompressionMethod,
    is_encrypted: bool,
    crc32: u32,
    size_bytes: u64,
    /// From its header to the end of its bytes, in the file.
    range: (u64, u64),
}

impl Zip {
    pub(super) fn open(file: Arc<SharedFile>) -> Result<Zip, String> {
        let damaged = |error: rawzip::Error| format!("the zip archive is damaged ({error})");
        let mut buffer = vec![0; rawzip::RECOMMENDED_BUFFER_SIZE];
        let located = ZipLocator::new().locate_in_reader(Bytes(Arc::clone(&file)), &mut buffer, file.size_bytes());
        let archive = located.map_err(|(_, error)| {
            format!(
                "the zip archive is damaged or cut off: its directory, which stands at the end, is missing ({error})"
            )
        })?;
        let mut entries = Vec::new();
        let mut damage = None;
        let mut directory = archive.entries(&mut buffer);
        loop {
            let entry = match directory.next_entry() {
                Ok(Some(entry)) => entry,
                Ok(None) => break,
                Err(error) => {
                    damage = Some(damaged(error));
                    break;
                }
            };
            if entry.is_dir() {
                continue;
            }
            let start = entry.local_header_offset();
            entries.push(Entry {
                name: shown(entry.file_path().as_bytes()),
                place: entry.wayfinder(),
                method: entry.compression_method(),
                is_encrypted: entry.flags().is_encrypted() || entry.compression_method() == CompressionMethod::AES,
                crc32: entry.crc32(),
                size_bytes: entry.uncompressed_size_hint(),
                range: (start, start.saturating_add(entry.compressed_size_hint())),
            });
        }
        if overlap(&entries) {
            return Err("members of the zip archive share bytes, as in a bomb: none is read".to_owned());
        }
        Ok(Zip { file, archive, entries: entries.into_iter(), damage })
    }
}

impl Archive for Zip {
    fn next(&mut self) -> Option<Next> {
        let Some(entry) = self.entries.next() else {
            return self.damage.take().map(|reason| Next::Damaged { name: None, reason });
        };
        Some(match self.reader(&entry) {
            Ok(reader) => Next::Member(Member { name: entry.name, reader }),
            Err(reason) => Next::Damaged { name: Some(entry.name), reason },
        })
    }
}

impl Zip {
    fn reader(&self, entry: &Entry) -> Result<Box<dyn Read + Send>, String> {
        if entry.is_encrypted {
            return Err("encrypted: unpack it with its password first".to_owned());
        }
        let compression = match entry.method {
            CompressionMethod::STORE => Some(Compression::None),
            CompressionMethod::DEFLATE => None,
            CompressionMethod::BZIP2 => Some(Compression::Bzip2),
            CompressionMethod::ZSTD | CompressionMethod::ZSTD_DEPRECATED => Some(Compression::Zstd),
            CompressionMethod::XZ => Some(Compression::Xz),
            method => {
                let name = method.name().map_or_else(|| format!("method {}", method.as_u16()), str::to_owned);
                return Err(format!("packed with {name}, which is not read"));
            }
        };
        let found = self.archive.get_entry(entry.place);
        let (start, end) =
            found.map_err(|error| format!("the zip archive is damaged ({error})"))?.compressed_data_range();
        let open = || {
            let packed = BufReader::new(self.file.cursor(start)).take(end.saturating_sub(start));
            match compression {
                Some(compression) => decoder(compression, Box::new(packed)),
                None => Ok(Box::new(flate2::bufread::DeflateDecoder::new(packed)) as Box<dyn Read + Send>),
            }
        };
        let input = open().map_err(|error| format!("cannot be read: {error}"))?;
        let (crc, crc32, size_bytes) = (flate2::Crc::new(), entry.crc32, entry.size_bytes);
        Ok(Box::new(Checked { input, crc, crc32, size_bytes }))
    }
}

/// Whether the bytes of two members overlap.
fn overlap(entries: &[Entry]) -> bool {
    let mut ranges: Vec<(u64, u64)> = entries.iter().map(|entry| entry.range).collect();
    ranges.sort_unstable();
    ranges.windows(2).any(|pair| matches!(pair, [(_, end), (start, _)] if end > start))
}

/// Compares what goes through with the checksum and the size of the directory.
struct Checked {
    input: Box<dyn Read + Send>,
    crc: flate2::Crc,
    crc32: u32,
    size_bytes: u64,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => Damage::error("the zip member ends early"),
            _ => Damage::error(format!("the zip member is damaged ({error})")),
        })?;
        self.crc.update(buffer.get(..count).unwrap_or_default());
        // The counter of the checksum is one of 32 bits.
        let is_whole = self.crc.sum() == self.crc32 && self.crc.amount() == self.size_bytes as u32;
        if count == 0 && !buffer.is_empty() && !is_whole {
            return Err(Damage::error("the zip member is damaged (its checksum is another)"));
        }
        Ok(count)
    }
}
