//! tar archives, read from front to back.
//!
//! The `tar` crate reads headers, long names and all; the bytes of a member are taken from the stream behind its header.
//! After a damaged header reading goes on at the next good one.

use std::io::{self, Cursor, Read};
use std::sync::{Arc, Mutex, PoisonError};

use super::shown;
use crate::read::compress::{Damage, damage_of};
use crate::read::format::{Archive, Member, Next};

const BLOCK_BYTES: usize = 512;
/// Headers of one member, with long names and the like, have no more.
const HEADER_BYTES: u64 = 1 << 20;

/// A tar archive that is being read.
pub(super) struct Tar {
    stream: Shared,
    done: bool,
}

impl Tar {
    pub(super) fn new(input: Box<dyn Read + Send>) -> Tar {
        let stream = Stream { input, left: 0, padding: 0, for_headers: 0 };
        Tar { stream: Shared(Arc::new(Mutex::new(stream))), done: false }
    }
}

impl Archive for Tar {
    fn next(&mut self) -> Option<Next> {
        while !self.done {
            if let Err(error) = self.stream.with(Stream::skip_member) {
                return self.damaged(&error);
            }
            self.stream.with(|stream| stream.for_headers = HEADER_BYTES);
            let mut archive = tar::Archive::new(self.stream.clone());
            let mut entries = match archive.entries() {
                Ok(entries) => entries,
                Err(error) => return self.damaged(&error),
            };
            let entry = match entries.next() {
                Some(Ok(entry)) => entry,
                Some(Err(error)) => return self.resumed(&error),
                None => {
                    self.done = true;
                    return None;
                }
            };
            let (kind, size_bytes) = (entry.header().entry_type(), entry.size());
            let name = shown(&entry.path_bytes());
            self.stream.with(|stream| stream.begin(size_bytes));
            if kind.is_gnu_sparse() {
                let reason = "a file with holes, as tar keeps them apart, is not read".to_owned();
                return Some(Next::Damaged { name: Some(name), reason });
            }
            if kind.is_file() || kind.is_contiguous() {
                return Some(Next::Member(Member { name, reader: Box::new(MemberReader(self.stream.clone())) }));
            }
        }
        None
    }
}

impl Tar {
    fn damaged(&mut self, error: &io::Error) -> Option<Next> {
        self.done = true;
        Some(Next::Damaged { name: None, reason: reason(error) })
    }

    /// After a header that cannot be read: goes on at the next one that can, if there is one.
    fn resumed(&mut self, error: &io::Error) -> Option<Next> {
        self.done = !self.stream.with(Stream::find_header);
        Some(Next::Damaged { name: None, reason: reason(error) })
    }
}

fn reason(error: &io::Error) -> String {
    damage_of(error).unwrap_or_else(|| match error.kind() {
        io::ErrorKind::UnexpectedEof => "the tar archive ends early".to_owned(),
        _ => format!("the tar archive is damaged ({error})"),
    })
}

/// Whether `head` begins with a header: by its mark, or by its checksum alone.
pub(super) fn is_header(head: &[u8], by_checksum_alone: bool) -> bool {
    let Some(block) = head.get(..BLOCK_BYTES) else { return false };
    let has_mark = block.get(257..262) == Some(b"ustar");
    has_mark || (by_checksum_alone && has_checksum(block))
}

fn has_checksum(block: &[u8]) -> bool {
    let stated = block.get(148..156).and_then(|field| std::str::from_utf8(field).ok());
    let stated = stated.and_then(|field| u32::from_str_radix(field.trim_matches(['\0', ' ']), 8).ok());
    let sum =
        block.iter().enumerate().map(|(place, byte)| if (148..156).contains(&place) { 32 } else { u32::from(*byte) });
    let sum: u32 = sum.sum();
    stated.is_some_and(|stated| stated > 0 && stated == sum)
}

/// The stream with the place of a member in it.
struct Stream {
    input: Box<dyn Read + Send>,
    /// What is left of the member, and of the block that it ends in.
    left: u64,
    padding: u64,
    /// How much may still be read for headers.
    for_headers: u64,
}

impl Stream {
    fn begin(&mut self, size_bytes: u64) {
        self.left = size_bytes;
        self.padding = size_bytes.next_multiple_of(BLOCK_BYTES as u64) - size_bytes;
    }

    /// Reads on to the end of the member.
    fn skip_member(&mut self) -> io::Result<()> {
        let want = self.left + self.padding;
        let got = io::copy(&mut self.input.by_ref().take(want), &mut io::sink())?;
        // Whether it is the padding alone that is missing does not matter.
        let is_short = got < self.left;
        (self.left, self.padding) = (0, 0);
        if is_short { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }

    /// Reads on to the next block that is a header, and puts it back. False at the end.
    fn find_header(&mut self) -> bool {
        let mut block = [0; BLOCK_BYTES];
        while self.input.read_exact(&mut block).is_ok() {
            if is_header(&block, false) && has_checksum(&block) {
                let rest = std::mem::replace(&mut self.input, Box::new(io::empty()));
                self.input = Box::new(Cursor::new(block.to_vec()).chain(rest));
                return true;
            }
        }
        false
    }

    fn read_member(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let buffer = buffer.get_mut(..most).unwrap_or_default();
        if buffer.is_empty() {
            return Ok(0);
        }
        match self.input.read(buffer)? {
            0 => {
                // Said once, with the member; the archive is at its end.
                (self.left, self.padding) = (0, 0);
                Err(Damage::error("the tar archive ends early"))
            }
            count => {
                self.left -= count as u64;
                Ok(count)
            }
        }
    }
}

/// The stream, shared by the archive and the member that is being read.
#[derive(Clone)]
struct Shared(Arc<Mutex<Stream>>);

impl Shared {
    fn with<T>(&self, action: impl FnOnce(&mut Stream) -> T) -> T {
        action(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// How headers are read.
impl Read for Shared {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.with(|stream| {
            let most = usize::try_from(stream.for_headers).unwrap_or(usize::MAX).min(buffer.len());
            if most == 0 && !buffer.is_empty() {
                return Err(Damage::error("the tar archive is damaged (a header of more than a megabyte)"));
            }
            let count = stream.input.read(buffer.get_mut(..most).unwrap_or_default())?;
            stream.for_headers -= count as u64;
            Ok(count)
        })
    }
}

struct MemberReader(Shared);

impl Read for MemberReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.with(|stream| stream.read_member(buffer))
    }
}
