//! Why bytes are no record, in plain words, or are not written.

use std::io;

use crate::error::Error;

/// A reject before its path is known.
#[derive(Debug)]
pub(super) struct Flaw {
    pub(super) record: u64,
    pub(super) byte_offset: u64,
    pub(super) reason: String,
}

/// The reason for bytes that no text format has.
pub(super) const BINARY: &str = "binary data, not text";

/// Where NUL bytes are looked for in a record that is too long to be held.
pub(super) const BINARY_PROBE_BYTES: usize = 8 << 10;

/// `bytes` as text, or where they stop being UTF-8.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, String> {
    simdutf8::basic::from_utf8(bytes).or_else(|_| {
        std::str::from_utf8(bytes)
            .map_err(|error| format!("invalid UTF-8 at byte {} of the record", error.valid_up_to() + 1))
    })
}

/// The reason for a record that is longer than the settings allow; `beginning` is what is at hand of it.
pub(super) fn too_long(size_bytes: u64, limit_bytes: usize, beginning: &[u8]) -> String {
    let probe = beginning.get(..BINARY_PROBE_BYTES).unwrap_or(beginning);
    match memchr::memchr(0, probe) {
        Some(_) => BINARY.to_owned(),
        None => format!("record of {size_bytes} bytes, more than the {limit_bytes} of max_record_bytes"),
    }
}

/// Whether the bytes are no text: they hold a NUL or are far from UTF-8.
pub(super) fn is_binary(head: &[u8]) -> bool {
    if memchr::memchr(0, head).is_some() {
        return true;
    }
    match std::str::from_utf8(head) {
        Ok(_) => false,
        Err(error) => error.error_len().is_some(),
    }
}

/// Why a file was not written.
#[derive(Debug)]
pub enum NotWritten {
    /// The file, or what is to be said of it, is not what it was.
    Run(Error),
    /// The bytes could not be written.
    Write(io::Error),
}
