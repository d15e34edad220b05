//! Archives of crawlers: WARC with pages, WET with their texts (ISO 28500; Common Crawl, Heritrix, wget, browsertrix).
//!
//! An archive is cut by the `Content-Length` of its records; `response` and `resource` records of pages and
//! `conversion` records of text are read in parallel, others are passed over, and so are responses with another status
//! than 200 and of other types than pages. Records are numbered from 1, those passed over included; an article keeps
//! the record's id, its address and when it was crawled.
//!
//! Lengths lie, files are cut off, members of gzip break. A record is believed if two line ends, another record or the
//! end of the file follow; else it is a reject, and reading goes on at the next place that looks like the beginning of
//! a record ([`find_start`]). The reader of gzip does the same with members (see [`compress`](super::compress)). The
//! Where a record is a member of gzip by itself, as they should be, the member bounds it whatever its length says. The
//! crate `fastwarc` stops at the first error and hands out whole records one by one, which cannot be cut into pieces
//! for threads: `docs/decisions/0022-own-reader-of-archives.md`.
//!
//! Cutting looks at headers alone and costs little more than copying the bytes.

mod header;
mod message;

use std::borrow::Cow;
use std::ops::Range;

use memchr::memmem;

use super::chunk::{Cut, Leaving, Limits, Outcome, Records, Split, Stretch};
use super::date;
use super::feed::Feed;
use super::fields::Seen;
use super::flaw::{self, Flaw};
use super::format::{Characters, Format, Shape};
use super::html::{self, Said, Served};
use super::mapping::Mapping;
use super::members::Doubt;
use crate::article::{Article, Location};
use crate::settings::Field;
use header::{Header, Kind};

/// The longest header of a record: those of Common Crawl have less than 2 KB, and an address may have 64.
const HEADER_BYTES: usize = 128 << 10;
/// How far ahead of a record is looked for the beginning of the next.
const BEGINNING_BYTES: usize = 128;
/// How much more is read at a time where the next record is searched.
const STEP_BYTES: usize = 256 << 10;

const ENDS_INSIDE: &str = "the file ends inside this record";

/// A crawler's archive: pages (WARC), or their texts (WET).
pub(super) struct Warc;

impl Format for Warc {
    fn name(&self) -> &'static str {
        "WARC and WET"
    }

    fn endings(&self) -> &'static [&'static str] {
        &[".warc", ".wet"]
    }

    fn certain(&self, head: &[u8], _: bool) -> Option<Shape> {
        (head.starts_with(b"WARC/1.") || head.starts_with(b"WARC/0.")).then(shape)
    }

    fn named(&self, _: &[u8]) -> Result<Shape, &'static str> {
        Ok(shape())
    }

    fn packs_records(&self) -> bool {
        true
    }
}

fn shape() -> Shape {
    Shape::cut("WARC", Characters::Stated, |limits, _| Box::new(Archive::new(limits))).leaving(Leaving::Archived)
}

/// Cuts between records.
struct Archive {
    limits: Limits,
    /// The number of the next record.
    record: u64,
    /// The place in the window that comes next; what was found before it is in `places` and `flaws`.
    next: usize,
    places: Vec<Place>,
    flaws: Vec<Flaw>,
    /// Whether the next beginning of a record has to be searched.
    seeking: bool,
    /// The record that is passed over by searching, because it is too long for the window.
    long: Option<Long>,
    /// Whether a flaw has told why the source ended early.
    damage_told: bool,
}

/// What comes next.
enum Ahead {
    Record,
    /// Perhaps more line ends.
    LineEnds,
    Nothing,
}

/// A record that is longer than the window may grow.
struct Long {
    record: u64,
    byte_offset: u64,
    kind: Kind,
    size_bytes: u64,
}

/// Where a record stands in a chunk.
#[derive(Debug)]
struct Place {
    record: u64,
    bytes: Range<usize>,
    /// How much of it is header.
    header_bytes: usize,
    /// Why it is passed over, if that is known by its header.
    passed_over: Option<&'static str>,
}

/// What a record holds, if it is wanted.
enum Wanted<T> {
    Yes(T),
    /// It is passed over, for this reason.
    No(Cow<'static, str>),
}

impl Archive {
    fn new(limits: Limits) -> Archive {
        let (places, flaws) = (Vec::new(), Vec::new());
        Archive { limits, record: 1, next: 0, places, flaws, seeking: false, long: None, damage_told: false }
    }

    /// Goes behind line ends, as far as the window has any.
    fn skip_line_ends(&mut self, feed: &mut Feed) -> Ahead {
        let rest = feed.bytes().get(self.next..).unwrap_or_default();
        let ends = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.next += ends;
        if ends < rest.len() {
            return Ahead::Record;
        }
        if feed.ended() {
            return Ahead::Nothing;
        }
        feed.fill(self.next + STEP_BYTES);
        Ahead::LineEnds
    }

    /// Deals with the record at `next`.
    fn record(&mut self, feed: &mut Feed) {
        feed.fill(self.next + HEADER_BYTES.min(self.limits.record_bytes));
        let byte_offset = feed.offset() + self.next as u64;
        let rest = feed.bytes().get(self.next..).unwrap_or_default();
        let header = match Header::of(rest.get(..HEADER_BYTES).unwrap_or(rest)) {
            Ok(header) => header,
            Err(reason) => {
                let broken = feed.breaks().within(byte_offset, byte_offset + HEADER_BYTES as u64);
                let damage = feed.damage().filter(|_| rest.len() < HEADER_BYTES).map(str::to_owned);
                let flawed = Doubt { reason: damage.unwrap_or(reason), next: byte_offset + 1 };
                return self.lose(feed, broken.unwrap_or(flawed));
            }
        };
        let (header_bytes, kind) = (header.size_bytes, header.kind);
        let content_bytes = match header.content_bytes {
            Ok(content_bytes) => content_bytes,
            Err(reason) => {
                let broken = feed.breaks().within(byte_offset, byte_offset + HEADER_BYTES as u64);
                match self.member_end(feed, header_bytes).filter(|_| broken.is_none()) {
                    Some(end) => return self.take(end, header_bytes, kind),
                    None => return self.lose(feed, broken.unwrap_or(Doubt { reason, next: byte_offset + 1 })),
                }
            }
        };
        let size_bytes = u64::try_from(header_bytes).unwrap_or(u64::MAX).saturating_add(content_bytes);
        let fitting = usize::try_from(size_bytes).ok().filter(|&size_bytes| size_bytes <= self.limits.record_bytes);
        let Some(end) = fitting.map(|size_bytes| self.next + size_bytes) else {
            if kind.passed_over().is_none()
                && let Some(end) = self.member_end(feed, header_bytes)
            {
                return self.take(end, header_bytes, kind);
            }
            self.long = Some(Long { record: self.record, byte_offset, kind, size_bytes });
            self.record += 1;
            self.next += header_bytes;
            self.seeking = true;
            return;
        };
        feed.fill(end + BEGINNING_BYTES);
        match self.doubt(feed, end, byte_offset + header_bytes as u64) {
            Some(doubt) => {
                let is_length = doubt.next == byte_offset + header_bytes as u64;
                match self.member_end(feed, header_bytes).filter(|_| is_length) {
                    Some(end) => self.take(end, header_bytes, kind),
                    None => self.lose(feed, doubt),
                }
            }
            None => self.take(end, header_bytes, kind),
        }
    }

    /// Takes the record from `next` to `end`.
    fn take(&mut self, end: usize, header_bytes: usize, kind: Kind) {
        let passed_over = kind.passed_over();
        self.places.push(Place { record: self.record, bytes: self.next..end, header_bytes, passed_over });
        self.record += 1;
        self.next = end;
    }

    /// Where the record at `next` ends if it is all of a whole member of gzip.
    fn member_end(&self, feed: &mut Feed, header_bytes: usize) -> Option<usize> {
        let begin = feed.offset() + self.next as u64;
        let end = loop {
            match feed.breaks().member(begin)? {
                Some(end) => break usize::try_from(end - feed.offset()).ok()?,
                None if feed.ended() || feed.bytes().len() - self.next > self.limits.record_bytes => return None,
                None => feed.fill(feed.bytes().len() + STEP_BYTES),
            }
        };
        feed.fill(end);
        let content = feed.bytes().get(self.next + header_bytes..end)?;
        let is_one = content.len() <= self.limits.record_bytes && matches!(find_start(content, true), Search::UpTo(_));
        if !is_one || feed.breaks().is_broken(begin) {
            return None;
        }
        let line_ends = content.iter().rev().take(4).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        Some(end - line_ends)
    }

    /// Why a record that ends at `end` is not to be believed, if it is not. Its content begins at `content`.
    fn doubt(&self, feed: &Feed, end: usize, content: u64) -> Option<Doubt> {
        let (begin, after) = (feed.offset() + self.next as u64, feed.offset() + end as u64);
        if let Some(broken) = feed.breaks().within(begin, after) {
            return Some(broken);
        }
        let doubt = |reason: &str| Doubt { reason: reason.to_owned(), next: content };
        let Some(rest) = feed.bytes().get(end..) else {
            return Some(doubt(feed.damage().unwrap_or(ENDS_INSIDE)));
        };
        let after = rest.trim_ascii_start();
        if b"WARC/".starts_with(after.get(..5).unwrap_or(after)) {
            return None;
        }
        let wrong = || doubt("a wrong Content-Length: no record begins where this one ends");
        feed.breaks().around(begin).or_else(|| (!rest.starts_with(b"\r\n\r\n")).then(wrong))
    }

    /// Leaves out the record at `next` and searches the next one.
    fn lose(&mut self, feed: &Feed, doubt: Doubt) {
        let byte_offset = feed.offset() + self.next as u64;
        self.next += usize::try_from(doubt.next - byte_offset).unwrap_or(usize::MAX);
        self.tell(feed, Flaw { record: self.record, byte_offset, reason: doubt.reason });
        self.record += 1;
        self.seeking = true;
    }

    /// Goes on to the next beginning of a record. What comes before is dropped.
    fn seek(&mut self, feed: &mut Feed) {
        self.seeking = false;
        loop {
            feed.fill(self.next);
            feed.skip(std::mem::take(&mut self.next));
            match find_start(feed.bytes(), feed.ended()) {
                Search::Found(place) => {
                    self.next = place;
                    break;
                }
                Search::UpTo(_) if feed.ended() => {
                    self.next = feed.bytes().len();
                    break;
                }
                Search::UpTo(place) => self.next = place,
            }
            feed.skip(std::mem::take(&mut self.next));
            feed.fill(feed.bytes().len() + STEP_BYTES);
        }
        let found = feed.offset() + self.next as u64;
        let Some(long) = self.long.take() else { return };
        let (record, passed_over) = (long.record, long.kind.passed_over());
        match long.flaw(feed, found, self.limits) {
            Some(flaw) => self.tell(feed, flaw),
            None => self.places.push(Place { record, bytes: self.next..self.next, header_bytes: 0, passed_over }),
        }
    }

    fn tell(&mut self, feed: &Feed, flaw: Flaw) {
        self.damage_told |= feed.damage() == Some(&flaw.reason);
        self.flaws.push(flaw);
    }

    /// Notes the members of gzip before `offset` that were lost whole.
    fn note_lost(&mut self, feed: &Feed, offset: u64) {
        for (byte_offset, reason) in feed.breaks().before(offset) {
            self.flaws.push(Flaw { record: self.record, byte_offset, reason });
            self.record += 1;
        }
    }

    /// Takes what was found so far, if anything was.
    fn cut(&mut self, feed: &mut Feed) -> Option<Cut> {
        let byte_offset = feed.offset();
        let (places, flaws) = (std::mem::take(&mut self.places), std::mem::take(&mut self.flaws));
        let length = std::mem::take(&mut self.next);
        let Some(first) = places.first() else {
            feed.skip(length);
            return (!flaws.is_empty()).then(|| Cut::of_flaws(flaws));
        };
        let first_record = first.record;
        Some(Cut { bytes: feed.take(length), byte_offset, first_record, records: Box::new(Archived(places)), flaws })
    }
}

impl Split for Archive {
    fn next_cut(&mut self, feed: &mut Feed) -> Option<Cut> {
        feed.fill(self.limits.chunk_bytes);
        loop {
            if self.seeking {
                // The search may be long: what was found must not wait in the window.
                match self.cut(feed) {
                    Some(cut) => return Some(cut),
                    None => self.seek(feed),
                }
            }
            if self.next >= self.limits.chunk_bytes
                && let Some(cut) = self.cut(feed)
            {
                return Some(cut);
            }
            match self.skip_line_ends(feed) {
                Ahead::Record => {}
                // There may be any number of them: what is behind must not wait in the window.
                Ahead::LineEnds => continue,
                Ahead::Nothing => {
                    self.note_lost(feed, u64::MAX);
                    if let Some(reason) = feed.damage().filter(|_| !self.damage_told).map(str::to_owned) {
                        let byte_offset = feed.offset() + self.next as u64;
                        self.tell(feed, Flaw { record: self.record, byte_offset, reason });
                    }
                    return self.cut(feed);
                }
            }
            self.note_lost(feed, feed.offset() + self.next as u64 + 1);
            self.record(feed);
        }
    }
}

impl Long {
    /// Why the record is left out, if it should have been read or its length is wrong. The next one begins at `found`.
    fn flaw(self, feed: &Feed, found: u64, limits: Limits) -> Option<Flaw> {
        let end = self.byte_offset.saturating_add(self.size_bytes);
        // Four bytes of line ends come between.
        let is_long = (end..=end.saturating_add(4)).contains(&found);
        let reason = if let Some(broken) = feed.breaks().within(self.byte_offset, found) {
            broken.reason
        } else if is_long && self.kind.passed_over().is_some() {
            return None;
        } else if is_long {
            flaw::too_long(self.size_bytes, limits.record_bytes, &[])
        } else if feed.ended() && found >= feed.offset() + feed.bytes().len() as u64 {
            feed.damage().unwrap_or(ENDS_INSIDE).to_owned()
        } else {
            "a wrong Content-Length: another record begins inside this one".to_owned()
        };
        Some(Flaw { record: self.record, byte_offset: self.byte_offset, reason })
    }
}

/// Where a record may begin.
enum Search {
    Found(usize),
    /// Nowhere before this place.
    UpTo(usize),
}

/// The first place where a record begins: a version, a line end, and a line with a name and a colon.
fn find_start(bytes: &[u8], is_all: bool) -> Search {
    for place in memmem::find_iter(bytes, b"WARC/") {
        let rest = bytes.get(place..).unwrap_or_default();
        if rest.len() < BEGINNING_BYTES && !is_all {
            return Search::UpTo(place);
        }
        if header::begins(rest) {
            return Search::Found(place);
        }
    }
    Search::UpTo(bytes.len().saturating_sub(b"WARC/".len() - 1))
}

/// Records at these places.
#[derive(Debug)]
struct Archived(Vec<Place>);

impl Records for Archived {
    fn parse(&self, cut: &Cut, outcome: &mut Outcome<'_>, _: &Mapping) {
        for place in &self.0 {
            if let Some(reason) = place.passed_over {
                outcome.pass_over(reason.into());
                continue;
            }
            let location = outcome.location(place.record, place.bytes.start);
            let record = cut.bytes.get(place.bytes.clone()).unwrap_or_default();
            match article(record, place.header_bytes, outcome.record_bytes(), location.clone()) {
                Ok(Wanted::No(reason)) => outcome.pass_over(reason),
                Ok(Wanted::Yes((article, _))) => outcome.push(location, Ok(article)),
                Err(reason) => outcome.push(location, Err(reason)),
            }
        }
    }

    fn seen(&self, cut: &Cut, limit_bytes: usize, _: &Mapping) -> Vec<Seen> {
        let wanted = self.0.iter().filter(|place| place.passed_over.is_none());
        let seen = wanted.filter_map(|place| {
            let location = Location { path: "".into(), record: place.record, byte_offset: 0 };
            match article(cut.bytes.get(place.bytes.clone())?, place.header_bytes, limit_bytes, location) {
                Ok(Wanted::Yes((_, said))) => Some(html::seen(said)),
                // An answer that is no page is no record either; one that cannot be read says nothing.
                Ok(Wanted::No(_)) => None,
                Err(_) => Some(Seen::default()),
            }
        });
        seen.collect()
    }

    fn stretches(&self, _: &Cut) -> Vec<Stretch> {
        self.0.iter().map(|place| Stretch { record: place.record, bytes: place.bytes.clone() }).collect()
    }

    fn is_own(&self, _: Field, _: &Mapping) -> bool {
        true
    }
}

/// The article of a record and where it has its fields from, unless it is of another kind.
fn article(
    record: &[u8],
    header_bytes: usize,
    limit_bytes: usize,
    location: Location,
) -> Result<Wanted<(Article, Vec<Said>)>, String> {
    let header = Header::of(record.get(..header_bytes).unwrap_or_default())?;
    let block = record.get(header_bytes..).unwrap_or_default();
    let address = header.address.as_deref();
    let (article, mut said) = match header.kind {
        Kind::Other(reason) => return Ok(Wanted::No(reason.into())),
        Kind::Response => match message::page(block, &header, limit_bytes)? {
            Wanted::No(reason) => return Ok(Wanted::No(reason)),
            Wanted::Yes(page) => {
                html::article(&page.body, &Served { address, label: page.label.as_deref() }, location)?
            }
        },
        Kind::Page => html::article(block, &Served { address, label: header.charset() }, location)?,
        Kind::Text => text(block, &header, location)?,
    };
    let crawled = header.date.as_deref().and_then(date::moment);
    let stated = [(Field::Id, "WARC-Record-ID", &header.id), (Field::Crawled, "WARC-Date", &header.date)];
    said.extend(
        stated.into_iter().filter_map(|(field, name, value)| Some(Said { field, name, value: value.clone()? })),
    );
    Ok(Wanted::Yes((Article { id: header.id.unwrap_or_default(), crawled, ..article }, said)))
}

/// The article of a record that holds the text of a page.
fn text(block: &[u8], header: &Header, location: Location) -> Result<(Article, Vec<Said>), String> {
    if memchr::memchr(0, block).is_some() {
        return Err(flaw::BINARY.to_owned());
    }
    let text = flaw::utf8(block)?;
    if text.trim().is_empty() {
        return Err("no text: the record is blank".to_owned());
    }
    let mut article = Article::new("", text, location);
    article.source = header.address.as_deref().and_then(super::site::domain);
    article.url.clone_from(&header.address);
    // Detecting it would take ten times as long as all else, and nothing is decided by it.
    article.lang.clone_from(&header.lang);
    let stated = [
        (Field::Text, "record", Some(&article.text)),
        (Field::Url, "WARC-Target-URI", article.url.as_ref()),
        (Field::Lang, "WARC-Identified-Content-Language", article.lang.as_ref()),
    ];
    let said = stated.into_iter().filter_map(|(field, name, value)| Some(Said { field, name, value: value?.clone() }));
    let said = said.collect();
    Ok((article, said))
}

#[cfg(test)]
mod tests;
