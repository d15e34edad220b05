//! The bytes of a file as they stand in it, unpacked, to be written again with changes here and there.
//!
//! Places are the offsets that chunks have. Of a file in another character set than UTF-8 these count the transcoded bytes,
//! so the original is transcoded along to learn where in it a place is.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_16BE, UTF_16LE};

use super::compress::Compression;
use super::members::Breaks;
use super::unpack::{self, Named};

/// How much is read at a time.
const BLOCK_BYTES: usize = 64 << 10;
/// The most bytes that one byte of a text may become in UTF-8, one that waited for it included.
const WIDEST: u64 = 8;

/// A file that is read from its beginning to its end.
pub(super) struct Original {
    bytes: BufReader<Box<dyn io::Read + Send>>,
    compression: Compression,
    /// How far it was read, as chunks count.
    offset: u64,
    transcoding: Option<Transcoding>,
}

struct Transcoding {
    set: &'static Encoding,
    decoder: Decoder,
    /// What was transcoded, of which only the length matters.
    room: Vec<u8>,
}

/// Why bytes were not passed on.
#[derive(Debug)]
pub(super) enum Failed {
    /// They could not be read, or are not there.
    Read(io::Error),
    /// They could not be written.
    Write(io::Error),
}

/// Whether text in this set can be changed by inserting ASCII between two characters of it.
pub(super) fn takes_ascii(set: &'static Encoding) -> bool {
    set.is_ascii_compatible() || is_wide(set)
}

/// Whether a character is of units of two bytes.
fn is_wide(set: &'static Encoding) -> bool {
    set == UTF_16LE || set == UTF_16BE
}

impl Original {
    /// The unpacked bytes of a file, which are text in `set`.
    pub(super) fn open(path: &Path, set: Option<&'static Encoding>) -> io::Result<Original> {
        let input = Box::new(File::open(path)?);
        let (compression, reader) =
            unpack::open(input, &Arc::new(AtomicU64::new(0)), &Breaks::default(), Named::Otherwise)?;
        let transcoding =
            set.map(|set| Transcoding { set, decoder: set.new_decoder_without_bom_handling(), room: Vec::new() });
        Ok(Original { bytes: BufReader::with_capacity(BLOCK_BYTES, reader), compression, offset: 0, transcoding })
    }

    /// How the file is packed.
    pub(super) fn compression(&self) -> Compression {
        self.compression
    }

    /// `ascii` as the file would have it.
    pub(super) fn encoded(&self, ascii: &str) -> Vec<u8> {
        match &self.transcoding {
            Some(Transcoding { set, .. }) if *set == UTF_16LE => ascii.bytes().flat_map(|byte| [byte, 0]).collect(),
            Some(Transcoding { set, .. }) if *set == UTF_16BE => ascii.bytes().flat_map(|byte| [0, byte]).collect(),
            _ => ascii.as_bytes().to_vec(),
        }
    }

    /// Writes the byte order mark that chunks do not count.
    pub(super) fn pass_mark(&mut self, out: &mut dyn Write) -> Result<(), Failed> {
        if self.transcoding.as_ref().is_some_and(|transcoding| is_wide(transcoding.set)) {
            // A buffer of a reader may hold a single byte; two are wanted.
            let head = filled(&mut self.bytes).map_err(Failed::Read)?;
            let mark_bytes = Encoding::for_bom(head).map_or(0, |(_, length)| length);
            out.write_all(head.get(..mark_bytes).unwrap_or_default()).map_err(Failed::Write)?;
            self.bytes.consume(mark_bytes);
        }
        Ok(())
    }

    /// Writes what comes before `place`.
    pub(super) fn pass(&mut self, place: u64, out: &mut dyn Write) -> Result<(), Failed> {
        let moved = |what: &str| Failed::Read(io::Error::new(ErrorKind::InvalidData, what));
        while self.offset < place {
            let block = filled(&mut self.bytes).map_err(Failed::Read)?;
            if block.is_empty() {
                return Err(moved("it ends early"));
            }
            let missing = place - self.offset;
            let taken = match &mut self.transcoding {
                None => {
                    let taken = block.len().min(usize::try_from(missing).unwrap_or(usize::MAX));
                    self.offset += taken as u64;
                    taken
                }
                Some(transcoding) => {
                    // Never past the place, where the text may have to be cut; byte by byte in the end.
                    let safe = usize::try_from(missing / WIDEST).unwrap_or(usize::MAX);
                    let taken = block.len().min(safe.max(1));
                    self.offset += transcoding.length(block.get(..taken).unwrap_or_default());
                    taken
                }
            };
            out.write_all(block.get(..taken).unwrap_or_default()).map_err(Failed::Write)?;
            self.bytes.consume(taken);
        }
        if self.offset > place { Err(moved("its characters lie elsewhere")) } else { Ok(()) }
    }

    /// Writes all that is left, and tells why it ends before its time if it does.
    pub(super) fn pass_rest(&mut self, out: &mut dyn Write) -> io::Result<Option<String>> {
        loop {
            let block = match filled(&mut self.bytes) {
                Ok([]) => return Ok(None),
                Ok(block) => block,
                Err(error) => return Ok(Some(self.compression.damage(&error))),
            };
            out.write_all(block)?;
            let length = block.len();
            self.bytes.consume(length);
        }
    }

    /// Whether nothing but white space is left. It is read for that.
    pub(super) fn is_blank(&mut self) -> io::Result<bool> {
        let head = filled(&mut self.bytes)?;
        Ok(head.iter().all(u8::is_ascii_whitespace))
    }
}

impl Transcoding {
    /// How many bytes `block` becomes, which goes on where the one before ended.
    fn length(&mut self, block: &[u8]) -> u64 {
        let room_bytes = self.decoder.max_utf8_buffer_length(block.len());
        self.room.resize(room_bytes.expect("a block is far smaller than the address space"), 0);
        let (result, _, written, _) = self.decoder.decode_to_utf8(block, &mut self.room, false);
        debug_assert_eq!(result, CoderResult::InputEmpty, "the room is enough");
        written as u64
    }
}

/// What waits in the buffer, which is filled if it is empty.
fn filled<R: io::Read>(bytes: &mut BufReader<R>) -> io::Result<&[u8]> {
    while bytes.buffer().is_empty() {
        match bytes.fill_buf() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
            Ok(_) => break,
        }
    }
    Ok(bytes.buffer())
}
