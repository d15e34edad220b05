//! A source's decompressed bytes, a window at a time.
//!
//! The window holds what was read and not yet taken; it grows only as far as a splitter asks. A read error ends the bytes
//! where it happens: what came before is still good.

use std::io::{self, Cursor, Read};

use encoding_rs::{Decoder, Encoding, UTF_8};

use super::compress::{Compression, Damage};
use super::members::Breaks;

/// The bytes of one source that wait to be cut into chunks.
pub(super) struct Feed {
    reader: Box<dyn Read + Send>,
    compression: Compression,
    waiting: Vec<u8>,
    offset: u64,
    end: End,
    breaks: Breaks,
    encoding: &'static str,
    has_byte_order_mark: bool,
}

/// What is reserved at most before it is known how much there is to read.
const RESERVED_BYTES: usize = 1 << 20;

enum End {
    Open,
    Clean,
    Damaged(String),
}

impl Feed {
    pub(super) fn new(reader: Box<dyn Read + Send>, compression: Compression, breaks: Breaks) -> Feed {
        Feed {
            reader,
            compression,
            waiting: Vec::new(),
            offset: 0,
            end: End::Open,
            breaks,
            encoding: "UTF-8",
            has_byte_order_mark: false,
        }
    }

    /// Where the packed data of an archive was broken and reading went on.
    pub(super) fn breaks(&self) -> &Breaks {
        &self.breaks
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
            self.waiting.reserve_exact(missing.min(RESERVED_BYTES));
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

    /// Drops the byte order mark, and has UTF-16 transcoded to UTF-8.
    pub(super) fn drop_byte_order_mark(&mut self) {
        self.fill(3);
        if let Some((set, mark_bytes)) = Encoding::for_bom(self.bytes()) {
            self.has_byte_order_mark = true;
            if set == UTF_8 {
                self.skip(mark_bytes);
            } else {
                self.waiting.drain(..mark_bytes);
                self.decode(set);
            }
        }
    }

    /// Whether a byte order mark has said what character set the source has.
    pub(super) fn has_byte_order_mark(&self) -> bool {
        self.has_byte_order_mark
    }

    /// The character set that the source has, by its byte order mark or by what was detected.
    pub(super) fn encoding(&self) -> &'static str {
        self.encoding
    }

    /// Has the source transcoded from `set` to UTF-8, from the beginning of the window on; what is no character becomes
    /// U+FFFD. From then on offsets of such a source are those of the transcoded bytes.
    pub(super) fn decode(&mut self, set: &'static Encoding) {
        self.encoding = set.name();
        let head = std::mem::take(&mut self.waiting);
        match self.end {
            // Nothing comes after an error.
            End::Damaged(_) => {
                self.waiting = set.decode_without_bom_handling(&head).0.into_owned().into_bytes();
                return;
            }
            End::Clean | End::Open => self.end = End::Open,
        }
        let rest = std::mem::replace(&mut self.reader, Box::new(io::empty()));
        self.reader = Box::new(Transcoded {
            input: Box::new(Cursor::new(head).chain(rest)),
            decoder: set.new_decoder_without_bom_handling(),
            ready: String::new(),
            at: 0,
            ended: false,
            failure: None,
        });
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

/// Transcodes to UTF-8 on the way.
struct Transcoded {
    input: Box<dyn Read + Send>,
    decoder: Decoder,
    ready: String,
    at: usize,
    ended: bool,
    failure: Option<io::Error>,
}

/// Bytes that are transcoded at a time.
const TRANSCODED_BLOCK_BYTES: u64 = 64 << 10;

impl Transcoded {
    fn refill(&mut self) {
        let mut block = Vec::new();
        match self.input.by_ref().take(TRANSCODED_BLOCK_BYTES).read_to_end(&mut block) {
            Ok(count) => self.ended = count == 0,
            // What was read before is still good.
            Err(error) => self.failure = Some(error),
        }
        self.ready.clear();
        self.at = 0;
        let room_bytes = self.decoder.max_utf8_buffer_length(block.len());
        self.ready.reserve(room_bytes.expect("a block is far smaller than the address space"));
        // With that room all of the block is taken.
        let _ = self.decoder.decode_to_string(&block, &mut self.ready, self.ended);
    }
}

impl Read for Transcoded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.ready.len() && !self.ended {
            if let Some(error) = self.failure.take() {
                self.ended = true;
                return Err(error);
            }
            self.refill();
        }
        let mut left = self.ready.as_bytes().get(self.at..).unwrap_or_default();
        let count = left.read(buffer)?;
        self.at += count;
        Ok(count)
    }
}
