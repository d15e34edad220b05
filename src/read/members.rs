//! The gzip members of a crawler's archive, each a record of its own: a broken one takes no other with it.
//!
//! Members follow one another without a table, so the next one can only be searched: after an error the packed bytes
//! are looked through, from the broken member's beginning on, for a gzip header whose data unpacks to the beginning of
//! a WARC record. What was unpacked of the broken member stays in the stream, and [`Breaks`] tells where it ends.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use flate2::bufread::GzDecoder;
use memchr::memmem;

use super::compress::Compression;

/// How many packed bytes of a member are kept, to look for the next one there if it is broken. The text of a long
/// article takes 20 KB; what is broken is noticed soon after.
const KEPT_BYTES: usize = 1 << 20;
/// How many bytes are read at a time.
const BLOCK_BYTES: usize = 64 << 10;
/// How many packed bytes tell whether a record begins.
const PROBE_BYTES: usize = 512;

/// Identification, method, and no reserved flag after them.
const MAGIC: [u8; 3] = [0x1f, 0x8b, 8];

/// Where unpacked data was broken and reading went on, and where members begin in it.
#[derive(Clone, Default)]
pub(super) struct Breaks(Arc<Mutex<Borders>>);

#[derive(Default)]
struct Borders {
    breaks: Vec<Break>,
    /// Where members begin that were not yet passed, and the end of the last one.
    members: VecDeque<u64>,
}

/// A member that could not be unpacked to its end.
struct Break {
    /// What came out of it, as a range of the unpacked stream.
    begin: u64,
    end: u64,
    reason: String,
}

/// Why a record is not to be believed, and from where on the next may begin.
#[derive(Debug)]
pub(super) struct Doubt {
    pub(super) reason: String,
    pub(super) next: u64,
}

impl Breaks {
    /// A break whose last byte is one of a record that begins and ends there, line ends after it included. It is told
    /// once.
    pub(super) fn within(&self, begin: u64, end: u64) -> Option<Doubt> {
        let breaks = &mut self.borders().breaks;
        let of_record =
            |found: &Break| found.begin < found.end && found.end > begin && found.end <= end.saturating_add(4);
        let place = breaks.iter().position(of_record)?;
        Some(breaks.remove(place).into())
    }

    /// A break in a member of which `offset` is a part. It is told once.
    pub(super) fn around(&self, offset: u64) -> Option<Doubt> {
        let breaks = &mut self.borders().breaks;
        let place = breaks.iter().position(|found| (found.begin..found.end).contains(&offset))?;
        Some(breaks.remove(place).into())
    }

    /// Where members ended before `offset` that no record has told of, and why. Each is told once.
    pub(super) fn before(&self, offset: u64) -> Vec<(u64, String)> {
        let breaks = &mut self.borders().breaks;
        breaks.extract_if(.., |found| found.end < offset).map(|found| (found.begin, found.reason)).collect()
    }

    /// Whether the member of which `offset` is a part is broken.
    pub(super) fn is_broken(&self, offset: u64) -> bool {
        self.borders().breaks.iter().any(|found| (found.begin..found.end).contains(&offset))
    }

    /// Whether a member begins at `offset`, and where the next one does, if that is known yet. Members before it are forgotten.
    pub(super) fn member(&self, offset: u64) -> Option<Option<u64>> {
        let members = &mut self.borders().members;
        while members.front().is_some_and(|&begin| begin < offset) {
            members.pop_front();
        }
        let begins = members.front() == Some(&offset);
        begins.then(|| members.iter().copied().find(|&begin| begin > offset))
    }

    fn note(&self, begin: u64, end: u64, reason: String) {
        self.borders().breaks.push(Break { begin, end, reason });
    }

    fn note_member(&self, begin: u64) {
        self.borders().members.push_back(begin);
    }

    fn borders(&self) -> MutexGuard<'_, Borders> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<Break> for Doubt {
    fn from(found: Break) -> Doubt {
        Doubt { reason: found.reason, next: found.end }
    }
}

/// Whether packed bytes are the beginning of an archive.
pub(super) fn begins_archive(packed: &[u8]) -> bool {
    let mut beginning = [0; 5];
    packed.starts_with(&MAGIC) && GzDecoder::new(packed).read_exact(&mut beginning).is_ok() && &beginning == b"WARC/"
}

/// Unpacks members one after the other.
pub(super) struct Members<R> {
    state: State<R>,
    /// What came out and was not yet read.
    ready: Vec<u8>,
    at: usize,
    /// How many bytes came out, in all and before the current member.
    unpacked: u64,
    member_begin: u64,
    breaks: Breaks,
}

enum State<R> {
    Between(Kept<R>),
    Inside(Box<GzDecoder<Kept<R>>>),
    Ended,
}

impl<R: Read> Members<R> {
    pub(super) fn new(input: R, breaks: Breaks) -> Members<R> {
        let kept = Kept { input, bytes: Vec::new(), mark: 0, at: 0, ended: false, failed: false };
        Members { state: State::Between(kept), ready: Vec::new(), at: 0, unpacked: 0, member_begin: 0, breaks }
    }

    /// Begins the next member, or searches one.
    fn begin(&mut self, mut kept: Kept<R>) -> io::Result<State<R>> {
        kept.mark = kept.at;
        self.breaks.note_member(self.unpacked);
        let next = kept.ahead(PROBE_BYTES)?;
        let is_padding = next.iter().all(|&byte| byte == 0) && next.len() < PROBE_BYTES;
        if is_padding {
            return Ok(State::Ended);
        }
        self.member_begin = self.unpacked;
        if next.starts_with(&MAGIC) {
            return Ok(State::Inside(Box::new(GzDecoder::new(kept))));
        }
        self.breaks.note(self.unpacked, self.unpacked, "bytes between the gzip members that belong to none".to_owned());
        self.search(kept)
    }

    /// Goes on at the next member that begins a record.
    fn search(&mut self, mut kept: Kept<R>) -> io::Result<State<R>> {
        loop {
            kept.mark = kept.at;
            let ahead = kept.ahead(BLOCK_BYTES)?;
            let size_bytes = ahead.len();
            let found = memmem::find_iter(ahead, &MAGIC).next();
            match found {
                Some(0) if begins_archive(ahead) => return self.begin(kept),
                // A header that is cut off here is looked at again with what follows it.
                Some(place) => kept.at += place.max(1),
                None if size_bytes < BLOCK_BYTES => return Ok(State::Ended),
                None => kept.at += size_bytes + 1 - MAGIC.len(),
            }
        }
    }
}

impl<R: Read> Members<R> {
    /// Makes something ready, if anything is left. Blocks are of one size whatever is asked for, since a decoder that
    /// fails drops what it has unpacked in the same call.
    fn refill(&mut self) -> io::Result<()> {
        self.ready.resize(BLOCK_BYTES, 0);
        self.at = 0;
        loop {
            self.state = match std::mem::replace(&mut self.state, State::Ended) {
                State::Ended => {
                    self.ready.clear();
                    return Ok(());
                }
                State::Between(kept) => self.begin(kept)?,
                State::Inside(mut decoder) => match decoder.read(&mut self.ready) {
                    Ok(0) => State::Between(decoder.into_inner()),
                    Ok(count) => {
                        self.unpacked += count as u64;
                        self.ready.truncate(count);
                        self.state = State::Inside(decoder);
                        return Ok(());
                    }
                    Err(error) => {
                        let mut kept = decoder.into_inner();
                        if kept.failed {
                            return Err(error);
                        }
                        self.breaks.note(self.member_begin, self.unpacked, Compression::Gzip.damage(&error));
                        kept.at = kept.mark + 1;
                        self.search(kept)?
                    }
                },
            };
        }
    }
}

impl<R: Read> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.ready.len() {
            self.refill().inspect_err(|_| self.ready.clear())?;
        }
        let mut left = self.ready.get(self.at..).unwrap_or_default();
        let count = left.read(buffer)?;
        self.at += count;
        Ok(count)
    }
}

/// Packed bytes, of which those of the current member are kept.
struct Kept<R> {
    input: R,
    bytes: Vec<u8>,
    /// Where in `bytes` the current member begins, and what comes next.
    mark: usize,
    at: usize,
    ended: bool,
    /// Whether the input itself could not be read.
    failed: bool,
}

impl<R: Read> Kept<R> {
    /// The next bytes, `want_bytes` of them if there are so many.
    fn ahead(&mut self, want_bytes: usize) -> io::Result<&[u8]> {
        while self.bytes.len() - self.at < want_bytes && !self.ended {
            self.read_block()?;
        }
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        Ok(rest.get(..want_bytes).unwrap_or(rest))
    }

    fn read_block(&mut self) -> io::Result<()> {
        let spent = self.mark.max(self.at.saturating_sub(KEPT_BYTES));
        if spent >= KEPT_BYTES {
            self.bytes.drain(..spent);
            self.mark = self.mark.saturating_sub(spent);
            self.at -= spent;
        }
        let count = self.input.by_ref().take(BLOCK_BYTES as u64).read_to_end(&mut self.bytes);
        self.failed = count.is_err();
        self.ended = count? == 0;
        Ok(())
    }
}

impl<R: Read> Read for Kept<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: Read> BufRead for Kept<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.ahead(1)?;
        Ok(self.bytes.get(self.at..).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.at += count;
    }
}
