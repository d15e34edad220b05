//! Is it compressed, and how is it opened?
//!
//! The first bytes decide, not the name: a `.gz` that some tool has unpacked on the way is read as it is, and a gzip file
//! without the ending is unpacked. In an archive of a crawler each record is a member of its own, and a broken one takes no
//! other with it: see [`members`].

use std::io::{self, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::compress::{Compression, MAGIC_BYTES, decoder};
use super::members::{self, Breaks, Members};

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
    input.by_ref().take(MAGIC_BYTES).read_to_end(&mut first)?;
    if Compression::of_first_bytes(&first) == Compression::Gzip {
        input.by_ref().take(PROBE_BYTES).read_to_end(&mut first)?;
    }
    let is_archive = named == Named::PackedArchive || members::begins_archive(&first);
    let compression = Compression::of_first_bytes(&first);
    // All of them: a byte that is damaged may be a letter, the others of a packed member's first ones are none.
    let first_is_text = first.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace());
    let whole = Counted { input: Cursor::new(first).chain(input), read: Arc::clone(read) };
    Ok(match compression {
        // What has lost its first bytes can be found by its other members.
        Compression::None if named == Named::PackedArchive && !first_is_text => {
            (Compression::Gzip, Box::new(Members::new(whole, breaks.clone())))
        }
        Compression::Gzip if is_archive => (compression, Box::new(Members::new(whole, breaks.clone()))),
        _ => (compression, decoder(compression, Box::new(whole))?),
    })
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
