//! A source's decompressed bytes, a window at a time.
//!
//! The window holds what was read and not yet taken; it grows only as far as a splitter asks. A read error ends the bytes
//! where it happens: what came before is still good.

use std::io::{self, Cursor, Read};

use super::compress::{Compression, Damage};

/// The bytes of one source that wait to be cut into chunks.
pub(super) struct Feed {
    reader: Box<dyn Read + Send>,
    compression: Compression,
    waiting: Vec<u8>,
    offset: u64,
    end: End,
    encoding: &'static str,
}

enum End {
    Open,
    Clean,
    Damaged(String),
}

impl Feed {
    pub(super) fn new(reader: Box<dyn Read + Send>, compression: Compression) -> Feed {
        Feed { reader, compression, waiting: Vec::new(), offset: 0, end: End::Open, encoding: "UTF-8" }
    }

    /// The window.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.waiting
    }

    /// Where the window begins, in bytes of the decompressed source.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether the window holds all that is left.
    pub(super) fn ended(&self) -> bool {
        !matches!(self.end, End::Open)
    }

    /// Why the bytes ended before their time, if they did.
    pub(super) fn damage(&self) -> Option<&str> {
        match &self.end {
            End::Damaged(reason) => Some(reason),
            _ => None,
        }
    }

    /// Makes the window at least `want_bytes` long if the source has that many.
    pub(super) fn fill(&mut self, want_bytes: usize) {
        while self.waiting.len() < want_bytes && !self.ended() {
            let missing = want_bytes - self.waiting.len();
            match self.reader.by_ref().take(missing as u64).read_to_end(&mut self.waiting) {
                Ok(0) => self.end = End::Clean,
                Ok(_) => {}
                Err(error) => self.end = End::Damaged(self.compression.damage(&error)),
            }
        }
    }

    /// Takes the first `count_bytes` of the window.
    pub(super) fn take(&mut self, count_bytes: usize) -> Vec<u8> {
        let rest = self.waiting.split_off(count_bytes.min(self.waiting.len()));
        let taken = std::mem::replace(&mut self.waiting, rest);
        self.offset += taken.len() as u64;
        taken
    }

    /// Drops the first `count_bytes` of the window.
    pub(super) fn skip(&mut self, count_bytes: usize) {
        let count_bytes = count_bytes.min(self.waiting.len());
        self.waiting.drain(..count_bytes);
        self.offset += count_bytes as u64;
    }

    /// All that is left, as a reader: the window, then what was not read yet. Damage is said again where it was met. The feed
    /// is empty afterwards.
    pub(super) fn take_reader(&mut self) -> Box<dyn Read + Send> {
        let window = Cursor::new(std::mem::take(&mut self.waiting));
        let reader = std::mem::replace(&mut self.reader, Box::new(io::empty()));
        match std::mem::replace(&mut self.end, End::Clean) {
            End::Open => Box::new(window.chain(Explained { reader, compression: self.compression })),
            End::Clean => Box::new(window),
            End::Damaged(reason) => Box::new(window.chain(Broken(reason))),
        }
    }

    /// Drops the byte order mark, and has UTF-16 transcoded to UTF-8. From then on offsets of such a source are those of
    /// the transcoded bytes.
    pub(super) fn drop_byte_order_mark(&mut self) {
        self.fill(3);
        match self.bytes() {
            [0xef, 0xbb, 0xbf, ..] => self.skip(3),
            [0xff, 0xfe, ..] => self.transcode(u16::from_le_bytes),
            [0xfe, 0xff, ..] => self.transcode(u16::from_be_bytes),
            _ => {}
        }
    }

    /// The character set that the source has, by its byte order mark.
    pub(super) fn encoding(&self) -> &'static str {
        self.encoding
    }

    fn transcode(&mut self, unit: fn([u8; 2]) -> u16) {
        self.encoding = "UTF-16";
        let head = self.waiting.split_off(2);
        self.waiting.clear();
        // Whatever ended the first bytes would end them again: an error has to be kept.
        if let End::Clean = self.end {
            self.end = End::Open;
        }
        let rest = std::mem::replace(&mut self.reader, Box::new(io::empty()));
        self.reader =
            Box::new(Utf16 { input: Box::new(Cursor::new(head).chain(rest)), unit, ready: Vec::new(), at: 0 });
    }
}

/// Says in words why its bytes end before their time.
struct Explained {
    reader: Box<dyn Read + Send>,
    compression: Compression,
}

impl Read for Explained {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => error,
            _ => Damage::error(self.compression.damage(&error)),
        })
    }
}

/// Where bytes ended before their time.
struct Broken(String);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(Damage::error(self.0.clone()))
    }
}

/// Transcodes UTF-16 to UTF-8 on the way; halves of a pair that stand alone become U+FFFD.
struct Utf16 {
    input: Box<dyn Read + Send>,
    unit: fn([u8; 2]) -> u16,
    ready: Vec<u8>,
    at: usize,
}

/// Bytes of UTF-16 that are transcoded at a time.
const UTF16_BLOCK_BYTES: u64 = 64 << 10;

impl Utf16 {
    fn refill(&mut self) -> io::Result<()> {
        let mut block = Vec::new();
        self.input.by_ref().take(UTF16_BLOCK_BYTES).read_to_end(&mut block)?;
        // A block may end between the halves of a pair.
        let is_high_half = |bytes: &[u8]| {
            let last = bytes.last_chunk::<2>().map_or(0, |&pair| (self.unit)(pair));
            (0xd800..0xdc00).contains(&last)
        };
        if is_high_half(&block) {
            self.input.by_ref().take(2).read_to_end(&mut block)?;
        }
        let (pairs, odd) = block.as_chunks::<2>();
        let decoded = char::decode_utf16(pairs.iter().map(|&pair| (self.unit)(pair)));
        let mut text: String = decoded.map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        if !odd.is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
        self.ready = text.into_bytes();
        self.at = 0;
        Ok(())
    }
}

impl Read for Utf16 {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.ready.len() {
            self.refill()?;
        }
        let mut left = self.ready.get(self.at..).unwrap_or_default();
        let count = left.read(buffer)?;
        self.at += count;
        Ok(count)
    }
}
