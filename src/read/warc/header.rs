//! The header of a record: a version, then fields like those of a mail.

use super::super::site;

/// What a record holds, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// An answer of a server.
    Response,
    /// A page as it is.
    Page,
    /// The text of a page.
    Text,
    /// All else, and what it is called in a count.
    Other(&'static str),
}

/// What is passed over because its content is of another type than pages.
pub(super) const NO_PAGE: &str = "not HTML";

impl Kind {
    /// What a record of this kind is called in a count, if it is passed over.
    pub(super) fn passed_over(self) -> Option<&'static str> {
        match self {
            Kind::Other(reason) => Some(reason),
            _ => None,
        }
    }
}

/// A record's header.
#[derive(Debug)]
pub(super) struct Header {
    /// How long it is, the blank line included.
    pub(super) size_bytes: usize,
    /// How long the record is without it.
    pub(super) content_bytes: Result<u64, String>,
    pub(super) kind: Kind,
    pub(super) id: Option<String>,
    pub(super) address: Option<String>,
    pub(super) date: Option<String>,
    pub(super) lang: Option<String>,
    pub(super) content_type: Option<String>,
    /// What the crawler took the content for.
    pub(super) payload_type: Option<String>,
    /// Whether the crawler has cut the content off.
    pub(super) is_truncated: bool,
}

/// Whether a record begins here: a version, a line end, and a line with a name and a colon.
pub(super) fn begins(bytes: &[u8]) -> bool {
    let Some(rest) = bytes.strip_prefix(b"WARC/") else { return false };
    let version = rest.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
    let rest = rest.get(version..).unwrap_or_default();
    let Some(rest) = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")) else { return false };
    let name = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
    version > 0 && name > 0 && rest.get(name) == Some(&b':')
}

impl Header {
    /// Reads a header, or says why it is none.
    pub(super) fn of(bytes: &[u8]) -> Result<Header, String> {
        if !bytes.starts_with(b"WARC/") {
            return Err("no WARC record begins here".to_owned());
        }
        let mut header = Header {
            size_bytes: 0,
            content_bytes: Err("a WARC record without a Content-Length".to_owned()),
            kind: Kind::Other("another kind"),
            id: None,
            address: None,
            date: None,
            lang: None,
            content_type: None,
            payload_type: None,
            is_truncated: false,
        };
        let mut kind = None;
        let mut lines = bytes.split_inclusive(|&byte| byte == b'\n');
        header.size_bytes += lines.next().map_or(0, <[u8]>::len);
        loop {
            let line = lines.next().filter(|line| line.ends_with(b"\n")).ok_or("a WARC header that does not end")?;
            header.size_bytes += line.len();
            let line = line.trim_ascii();
            if line.is_empty() {
                break;
            }
            let Some(colon) = memchr::memchr(b':', line) else { continue };
            let (name, value) = line.split_at(colon);
            let value = String::from_utf8_lossy(value.get(1..).unwrap_or_default().trim_ascii());
            let value = value.trim_start_matches('<').trim_end_matches('>');
            let slot = match name.to_ascii_lowercase().as_slice() {
                b"content-length" => {
                    let number = value.parse();
                    header.content_bytes =
                        number.map_err(|_| format!("a Content-Length that is no number: {value:.40}"));
                    continue;
                }
                b"warc-type" => &mut kind,
                b"warc-record-id" => &mut header.id,
                b"warc-target-uri" => &mut header.address,
                b"warc-date" => &mut header.date,
                b"warc-identified-content-language" => &mut header.lang,
                b"content-type" => &mut header.content_type,
                b"warc-identified-payload-type" => &mut header.payload_type,
                b"warc-truncated" => {
                    header.is_truncated = true;
                    continue;
                }
                _ => continue,
            };
            *slot = Some(value.to_owned()).filter(|value| !value.is_empty());
        }
        let Some(kind) = kind else {
            return Err(header.content_bytes.err().unwrap_or("a WARC record without a WARC-Type".to_owned()));
        };
        header.kind = header.kind_of(&kind.to_ascii_lowercase());
        // Of several languages the first is the most of the text.
        header.lang = header.lang.and_then(|lang| lang.split(',').next().map(|lang| lang.trim().to_owned()));
        Ok(header)
    }

    fn kind_of(&self, kind: &str) -> Kind {
        let is_web = self.address.as_deref().is_none_or(|address| {
            address.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http")) && site::looks_like_url(address)
        });
        let content_type = self.content_type.as_deref().unwrap_or_default().trim().to_ascii_lowercase();
        match kind {
            "response" if is_web && (content_type.is_empty() || content_type.starts_with("application/http")) => {
                Kind::Response
            }
            "response" => Kind::Other("response of another protocol"),
            "resource" if is_page(&content_type) => Kind::Page,
            "resource" => Kind::Other(NO_PAGE),
            "conversion" if content_type.is_empty() || content_type.starts_with("text/plain") => Kind::Text,
            "conversion" => Kind::Other("conversion to another type than text"),
            "warcinfo" => Kind::Other("warcinfo"),
            "request" => Kind::Other("request"),
            "metadata" => Kind::Other("metadata"),
            "revisit" => Kind::Other("revisit"),
            "continuation" => Kind::Other("continuation"),
            _ => Kind::Other("another kind"),
        }
    }

    /// The character set that the content's type names.
    pub(super) fn charset(&self) -> Option<&str> {
        charset(self.content_type.as_deref()?)
    }
}

/// Whether a type of content is that of pages.
pub(super) fn is_page(content_type: &str) -> bool {
    let name = content_type.split([';', ',']).next().unwrap_or_default().trim();
    name.eq_ignore_ascii_case("text/html") || name.eq_ignore_ascii_case("application/xhtml+xml")
}

/// The character set that a type of content names.
pub(super) fn charset(content_type: &str) -> Option<&str> {
    let (_, parameters) = content_type.split_once(';')?;
    let place = parameters.to_ascii_lowercase().find("charset")?;
    super::super::charset::value_after(parameters, parameters.get(place..place + "charset".len())?)
}
