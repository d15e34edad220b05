//! An answer of a server as a crawler kept it: to the page in it, if it is one.
//!
//! Crawlers keep bodies as they came, in chunks and compressed, or unpack them and leave the header as it was: so each
//! coding is undone only where the body has its signs.

use std::borrow::Cow;
use std::io::Read;

use memchr::memmem;

use super::Wanted;
use super::header::{self, Header};

/// The page that a server gave.
pub(super) struct Served<'b> {
    pub(super) body: Cow<'b, [u8]>,
    /// The character set that the server named.
    pub(super) label: Option<String>,
}

/// More fields than this no server sends.
const FIELDS: usize = 256;

/// The page in an answer, unless that is an error, a redirection or no page; or why it cannot be read.
pub(super) fn page<'b>(block: &'b [u8], record: &Header, limit_bytes: usize) -> Result<Wanted<Served<'b>>, String> {
    let line_end = memchr::memchr(b'\n', block).filter(|_| block.starts_with(b"HTTP/"));
    let line_end = line_end.ok_or("no HTTP answer in this record")?;
    let line = String::from_utf8_lossy(block.get(..line_end).unwrap_or_default());
    let status = line.split_ascii_whitespace().nth(1).and_then(|status| status.parse::<u16>().ok());
    let status = status.ok_or_else(|| format!("an HTTP answer without a status: {:.60}", line.trim()))?;
    if status != 200 {
        // Servers invent numbers; the count of each must not grow without end.
        let is_known = (100..600).contains(&status);
        let reason = if is_known { format!("status {status}").into() } else { "another status".into() };
        return Ok(Wanted::No(reason));
    }
    let rest = block.get(line_end + 1..).unwrap_or_default();
    let (fields, body) = split(rest).ok_or("an HTTP header that does not end")?;
    // The version may be one that the parser does not know.
    let head = [b"HTTP/1.1 200 OK\r\n", fields, b"\r\n\r\n"].concat();
    let mut room = [httparse::EMPTY_HEADER; FIELDS];
    let mut answer = httparse::Response::new(&mut room);
    httparse::ParserConfig::default()
        .allow_spaces_after_header_name_in_responses(true)
        .allow_obsolete_multiline_headers_in_responses(true)
        .ignore_invalid_headers_in_responses(true)
        .parse_response(&mut answer, &head)
        .map_err(|error| format!("a broken HTTP header: {error}"))?;
    let field = |name: &str| {
        let found = answer.headers.iter().rfind(|field| field.name.eq_ignore_ascii_case(name));
        found.map(|field| String::from_utf8_lossy(field.value).into_owned())
    };
    let kind = field("content-type").or_else(|| record.payload_type.clone());
    if kind.as_deref().is_some_and(|kind| !header::is_page(kind)) {
        return Ok(Wanted::No(header::NO_PAGE.into()));
    }
    let mut body = Cow::Borrowed(body);
    if field("transfer-encoding").is_some_and(|coding| coding.to_ascii_lowercase().contains("chunked")) {
        body = unchunked(body, record.is_truncated)?;
    }
    let codings = field("content-encoding").unwrap_or_default().to_ascii_lowercase();
    for coding in codings.split(',').rev() {
        body = unpacked(body, coding.trim(), record.is_truncated, limit_bytes)?;
    }
    if kind.is_none() && !body.trim_ascii_start().starts_with(b"<") {
        return Ok(Wanted::No(header::NO_PAGE.into()));
    }
    let label = kind.as_deref().and_then(header::charset).map(str::to_owned);
    Ok(Wanted::Yes(Served { body, label }))
}

/// The fields and what comes after the blank line.
fn split(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    if let Some(body) = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")) {
        return Some((&[], body));
    }
    let marked = |mark: &[u8]| memmem::find(rest, mark).map(|place| (place, place + mark.len()));
    let (end, begin) = [marked(b"\r\n\r\n"), marked(b"\n\n")].into_iter().flatten().min()?;
    Some((rest.get(..end)?, rest.get(begin..)?))
}

/// A body whose chunks are put together. One that does not begin with the size of a chunk has none.
fn unchunked(body: Cow<'_, [u8]>, is_truncated: bool) -> Result<Cow<'_, [u8]>, String> {
    let mut whole = Vec::new();
    let mut rest: &[u8] = &body;
    loop {
        let size = match httparse::parse_chunk_size(rest) {
            Ok(httparse::Status::Complete((begin, size))) => {
                rest = rest.get(begin..).unwrap_or_default();
                usize::try_from(size).unwrap_or(usize::MAX)
            }
            _ if whole.is_empty() && !body.is_empty() => return Ok(body),
            _ if is_truncated => return Ok(Cow::Owned(whole)),
            _ => return Err("a chunked body that is cut off or broken".to_owned()),
        };
        if size == 0 {
            return Ok(Cow::Owned(whole));
        }
        match rest.split_at_checked(size) {
            Some((chunk, after)) => {
                whole.extend_from_slice(chunk);
                rest = after.strip_prefix(b"\r\n").or_else(|| after.strip_prefix(b"\n")).unwrap_or(after);
            }
            None if is_truncated => {
                whole.extend_from_slice(rest);
                return Ok(Cow::Owned(whole));
            }
            // A page that begins with a number, not a chunk.
            None if whole.is_empty() => return Ok(body),
            None => return Err("a chunked body that is cut off or broken".to_owned()),
        }
    }
}

/// A body without a coding, if it has the signs of it.
fn unpacked<'b>(
    body: Cow<'b, [u8]>,
    coding: &str,
    is_truncated: bool,
    limit_bytes: usize,
) -> Result<Cow<'b, [u8]>, String> {
    let is_text = || body.trim_ascii_start().starts_with(b"<");
    let unpacked = match coding {
        "gzip" | "x-gzip" if body.starts_with(&[0x1f, 0x8b]) => {
            read(flate2::bufread::MultiGzDecoder::new(&*body), limit_bytes)
        }
        "deflate" if !is_text() => match read(flate2::bufread::ZlibDecoder::new(&*body), limit_bytes) {
            // Some servers leave the hull out.
            Unpacked { error: Some(_), bytes } if bytes.is_empty() => {
                read(flate2::bufread::DeflateDecoder::new(&*body), limit_bytes)
            }
            unpacked => unpacked,
        },
        "br" if !is_text() => read(brotli_decompressor::Decompressor::new(&*body, 4096), limit_bytes),
        "zstd" if body.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) => match zstd::stream::read::Decoder::with_buffer(&*body)
        {
            Ok(decoder) => read(decoder, limit_bytes),
            Err(error) => Unpacked { bytes: Vec::new(), error: Some(error.to_string()) },
        },
        _ => return Ok(body),
    };
    if unpacked.bytes.len() > limit_bytes {
        return Err(format!("a {coding} body of more than the {limit_bytes} bytes of max_record_bytes"));
    }
    match unpacked.error {
        Some(error) if !is_truncated => Err(format!("a damaged {coding} body ({error})")),
        _ => Ok(Cow::Owned(unpacked.bytes)),
    }
}

/// What came out of a decoder before it ended or failed.
struct Unpacked {
    bytes: Vec<u8>,
    error: Option<String>,
}

/// Reads up to one byte more than the limit.
fn read(decoder: impl Read, limit_bytes: usize) -> Unpacked {
    let mut bytes = Vec::new();
    let error = decoder.take(limit_bytes as u64 + 1).read_to_end(&mut bytes).err();
    Unpacked { bytes, error: error.map(|error| error.to_string()) }
}
