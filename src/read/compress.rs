//! Is it compressed, and how is it opened?
//!
//! The first bytes decide, not the name: a `.gz` that some tool has unpacked on the way is read as it is, and a gzip
//! file without the ending is unpacked. Several gzip members or zstd frames in one file are read as one stream. In an
//! archive of a crawler each record is a member of its own, and a broken one takes no other with it: see [`members`].

use std::io::{self, BufReader, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::members::{self, Breaks, Members};

/// How a source is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip (`.gz`).
    Gzip,
    /// Zstandard (`.zst`).
    Zstd,
}

/// Compressed bytes are read in blocks of this size: 64 KiB is what the kernel reads ahead at least.
const BLOCK_BYTES: usize = 64 << 10;

impl Compression {
    /// The compression that a file name promises, and the name without that ending.
    pub(super) fn of_name(name: &str) -> (Compression, &str) {
        for (ending, compression) in [(".gz", Compression::Gzip), (".zst", Compression::Zstd)] {
            if let Some(stem) = strip_ending(name, ending) {
                return (compression, stem);
            }
        }
        (Compression::None, name)
    }

    fn of_first_bytes(bytes: &[u8]) -> Compression {
        match bytes {
            [0x1f, 0x8b, ..] => Compression::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Compression::Zstd,
            _ => Compression::None,
        }
    }

    /// Why reading stopped, in plain words.
    pub(super) fn damage(self, error: &io::Error) -> String {
        let name = match self {
            Compression::None => return format!("cannot be read on: {error}"),
            Compression::Gzip => "gzip",
            Compression::Zstd => "zstd",
        };
        match error.kind() {
            io::ErrorKind::UnexpectedEof => format!("the {name} data ends early"),
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other => {
                format!("the {name} data is damaged ({error})")
            }
            _ => format!("cannot be read on: {error}"),
        }
    }
}

/// `name` without `ending`, whatever its case.
pub(super) fn strip_ending<'n>(name: &'n str, ending: &str) -> Option<&'n str> {
    let (stem, tail) = name.split_at_checked(name.len().checked_sub(ending.len())?)?;
    (tail.eq_ignore_ascii_case(ending) && !stem.is_empty()).then_some(stem)
}

/// How many packed bytes show what is inside.
const PROBE_BYTES: u64 = 1 << 10;

/// What a source's name promises, as far as it matters for unpacking.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Named {
    /// The archive of a crawler, each record packed by gzip.
    PackedArchive,
    Otherwise,
}

/// The decompressed bytes of `input`, and how it was packed. `read` counts the bytes taken from `input`; `breaks`
/// gathers where members of an archive are broken.
pub(super) fn open(
    mut input: Box<dyn Read + Send>,
    read: &Arc<AtomicU64>,
    breaks: &Breaks,
    named: Named,
) -> io::Result<(Compression, Box<dyn Read + Send>)> {
    let mut first = Vec::new();
    input.by_ref().take(4).read_to_end(&mut first)?;
    if Compression::of_first_bytes(&first) == Compression::Gzip {
        input.by_ref().take(PROBE_BYTES).read_to_end(&mut first)?;
    }
    let is_archive = named == Named::PackedArchive || members::begins_archive(&first);
    let compression = Compression::of_first_bytes(&first);
    let first_is_text = first.first().is_none_or(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace());
    let whole = Counted { input: Cursor::new(first).chain(input), read: Arc::clone(read) };
    let opened: Box<dyn Read + Send> = match compression {
        // What has lost its first bytes can be found by its other members.
        Compression::None if named == Named::PackedArchive && !first_is_text => {
            return Ok((Compression::Gzip, Box::new(Members::new(whole, breaks.clone()))));
        }
        Compression::None => Box::new(whole),
        Compression::Gzip if is_archive => Box::new(Members::new(whole, breaks.clone())),
        Compression::Gzip => {
            Box::new(flate2::bufread::MultiGzDecoder::new(BufReader::with_capacity(BLOCK_BYTES, whole)))
        }
        Compression::Zstd => {
            Box::new(zstd::stream::read::Decoder::with_buffer(BufReader::with_capacity(BLOCK_BYTES, whole))?)
        }
    };
    Ok((compression, opened))
}

/// Counts what goes through.
struct Counted<R> {
    input: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
