//! XML: feeds (RSS, Atom), what agencies deliver (NITF, NewsML-G2), and exports with one element a record, as of Scrapy.
//!
//! A scanner finds where records begin and end; it knows tags, comments and CDATA sections and builds nothing, so that an
//! export of any size is cut in flat memory. A record becomes a tree when the chunk is parsed (`tree`), and its fields are
//! looked for where its format has them (`syndication`, `newswire`); `read.map` goes before that. Records are numbered
//! from 1. Why no feed library is used is told in `docs/decisions/0030-feeds-by-their-items.md`.
//!
//! A record that is never closed ends where the next of its name begins. Character sets are those that the XML declaration
//! names; without one, UTF-8.

mod newswire;
mod syndication;
mod tree;

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use encoding_rs::Encoding;
use memchr::{memchr, memmem};

use super::chunk::{Cut, Leaving, Limits, Outcome, Records, Split, Stretch};
use super::feed::Feed;
use super::fields::{self, Columns, Fields, Offer, Seen, Value};
use super::flaw::{self, Flaw};
use super::format::{Characters, Format, Shape};
use super::mapping::{Mapping, Target};
use super::{html, markup};
use crate::article::{Article, Location};
use crate::settings::Field;
use tree::Element;

/// How much of what stands before the first record is kept: a feed's head has some kilobytes.
const HEAD_BYTES: usize = 64 << 10;
/// How much more is read at a time.
const STEP_BYTES: usize = 64 << 10;
/// How often in one source reading goes on after a record that is never closed: each time costs another scan.
const RESUMPTIONS: usize = 64;

/// RSS, Atom, NITF, NewsML-G2, or elements of one name under a root.
pub(super) struct Xml;

impl Format for Xml {
    fn name(&self) -> &'static str {
        "XML (RSS, Atom, NITF, NewsML-G2, records)"
    }

    fn endings(&self) -> &'static [&'static str] {
        &[".xml", ".rss", ".atom", ".nitf"]
    }

    fn named(&self, head: &[u8]) -> Result<Shape, &'static str> {
        match Kind::of(head) {
            _ if html::is_page(head) => Ok(html::shape()),
            Some(kind) => Ok(shape(kind)),
            None => Err("XML of a known kind"),
        }
    }

    fn likely(&self, head: &[u8], _: &Mapping) -> Option<Shape> {
        let head = head.trim_ascii_start();
        let is_likely = |kind: &Kind| *kind != Kind::Table || head.starts_with(b"<?xml");
        Kind::of(head).filter(is_likely).map(shape)
    }
}

fn shape(kind: Kind) -> Shape {
    Shape::cut(kind.name(), Characters::Stated, move |limits, _| Box::new(Elements::new(limits, kind)))
        .leaving(Leaving::Elements)
}

/// What kind of XML it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// RSS or Atom.
    Feed,
    Nitf,
    NewsMl,
    /// Elements of one name under the root, with fields as elements.
    Table,
}

impl Kind {
    /// What it is called.
    fn name(self) -> &'static str {
        match self {
            Kind::Feed => "RSS or Atom",
            Kind::Nitf => "NITF",
            Kind::NewsMl => "NewsML-G2",
            Kind::Table => "XML records",
        }
    }

    /// The kind that the first bytes of a source show, if they are XML and not a page of XHTML.
    fn of(head: &[u8]) -> Option<Kind> {
        let root = root(head)?;
        Some(match root {
            b"rss" | b"RDF" | b"feed" | b"channel" | b"item" | b"entry" => Kind::Feed,
            b"nitf" => Kind::Nitf,
            b"newsItem" | b"newsMessage" | b"packageItem" => Kind::NewsMl,
            root if root.eq_ignore_ascii_case(b"html") => return None,
            _ => Kind::Table,
        })
    }

    /// Whether an element of this name without prefix is a record; without names every element under the root is.
    fn is_record(self, local: &[u8], level: usize) -> bool {
        match self {
            Kind::Feed => matches!(local, b"item" | b"entry"),
            Kind::Nitf => local == b"nitf",
            Kind::NewsMl => matches!(local, b"newsItem" | b"packageItem"),
            Kind::Table => level == 1,
        }
    }
}

/// The name of the root element without its prefix.
fn root(head: &[u8]) -> Option<&[u8]> {
    let mut rest = head.trim_ascii_start();
    loop {
        match markup_at(rest)? {
            Markup::Start { name, .. } => return Some(local(name)),
            Markup::Other { length } => rest = rest.get(length..)?.trim_ascii_start(),
            Markup::End { .. } => return None,
        }
    }
}

fn local(name: &[u8]) -> &[u8] {
    name.rsplit(|&byte| byte == b':').next().unwrap_or(name)
}

/// What begins with `<` at some place.
enum Markup<'b> {
    Start {
        name: &'b [u8],
        length: usize,
        is_empty: bool,
    },
    End {
        name: &'b [u8],
        length: usize,
    },
    /// A comment, CDATA section, instruction or document type.
    Other {
        length: usize,
    },
}

/// The markup that `bytes` begins with; nothing if it does not end in them, or is a bare bracket.
fn markup_at(bytes: &[u8]) -> Option<Markup<'_>> {
    let after = |beginning: &[u8], end: &[u8]| {
        let rest = bytes.strip_prefix(beginning)?;
        memmem::find(rest, end).map(|place| Markup::Other { length: beginning.len() + place + end.len() })
    };
    match bytes {
        [b'<', b'!', b'-', b'-', ..] => after(b"<!--", b"-->"),
        [b'<', b'!', b'[', b'C', b'D', b'A', b'T', b'A', b'[', ..] => after(b"<![CDATA[", b"]]>"),
        [b'<', b'?', ..] => after(b"<?", b"?>"),
        [b'<', b'!', ..] => {
            // A document type may have declarations in square brackets.
            let end = memchr(b'>', bytes)?;
            let subset = memchr(b'[', bytes.get(..end)?)
                .and_then(|open| memmem::find(bytes.get(open..)?, b"]").map(|at| open + at));
            let length = match subset {
                Some(close) => close + memchr(b'>', bytes.get(close..)?)? + 1,
                None => end + 1,
            };
            Some(Markup::Other { length })
        }
        [b'<', b'/', rest @ ..] => {
            let end = memchr(b'>', rest)?;
            Some(Markup::End { name: rest.get(..end)?.trim_ascii(), length: end + 3 })
        }
        [b'<', first, ..] if first.is_ascii_alphabetic() || *first == b'_' || *first >= 0x80 => {
            let name = bytes.get(1..)?;
            let name =
                name.get(..name.iter().position(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'/' | b'>'))?)?;
            let mut place = 1 + name.len();
            loop {
                match *bytes.get(place)? {
                    b'>' => break,
                    quote @ (b'"' | b'\'') => place += memchr(quote, bytes.get(place + 1..)?)? + 2,
                    _ => place += 1,
                }
            }
            Some(Markup::Start { name, length: place + 1, is_empty: bytes.get(place - 1) == Some(&b'/') })
        }
        _ => None,
    }
}

/// What holds for all records of a source.
#[derive(Debug)]
struct Head {
    kind: Kind,
    encoding: &'static Encoding,
    /// Values of the feed that hold for items without their own.
    inherited: Vec<(Field, &'static str, String)>,
}

impl Head {
    fn of(kind: Kind, head: &[u8]) -> Result<Head, String> {
        let encoding = declared(head)?;
        let text = encoding.decode_without_bom_handling(head).0;
        let inherited = match kind {
            Kind::Feed => tree::element(&text).map(|feed| syndication::inherited(&feed)).unwrap_or_default(),
            _ => Vec::new(),
        };
        Ok(Head { kind, encoding, inherited })
    }
}

impl Head {
    /// Whether a field is read where the format has it.
    fn is_own(&self, field: Field, mapping: &Mapping) -> bool {
        self.kind != Kind::Table && !mapping.is_set(field)
    }
}

/// The character set that the XML declaration names.
fn declared(head: &[u8]) -> Result<&'static Encoding, String> {
    let declaration = head.trim_ascii_start();
    let end = memmem::find(declaration, b"?>").filter(|_| declaration.starts_with(b"<?xml"));
    let declaration = String::from_utf8_lossy(declaration.get(..end.unwrap_or(0)).unwrap_or_default());
    let Some((_, rest)) = declaration.split_once("encoding") else { return Ok(encoding_rs::UTF_8) };
    let value = rest.trim_start().trim_start_matches('=').trim_start();
    let label: String = value.chars().skip(1).take_while(|c| !matches!(c, '"' | '\'')).collect();
    match Encoding::for_label(label.as_bytes()) {
        // Of UTF-16 the mark at the beginning had it transcoded; a declaration that can be read is not in it.
        Some(found) if found == encoding_rs::UTF_16LE || found == encoding_rs::UTF_16BE => Ok(encoding_rs::UTF_8),
        Some(found) => Ok(found),
        None => Err(format!("the XML declaration names an unknown character set, {label}")),
    }
}

/// Cuts between records.
struct Elements {
    limits: Limits,
    kind: Kind,
    head: Option<Arc<Head>>,
    /// The next place in the window to look at; what was found before it is in `places` and `flaws`.
    next: usize,
    /// How many elements are open, outside of records.
    level: usize,
    inside: Option<Inside>,
    places: Vec<Place>,
    flaws: Vec<Flaw>,
    record: u64,
    resumptions: usize,
    /// A record that is too long and dropped up to its end.
    dropping: Option<(Vec<u8>, u64)>,
    done: bool,
}

/// A record that has begun.
struct Inside {
    name: Vec<u8>,
    start: usize,
    /// How many elements of its name are open.
    depth: usize,
}

/// Where a record stands in a chunk.
#[derive(Debug)]
struct Place {
    record: u64,
    bytes: Range<usize>,
}

impl Elements {
    fn new(limits: Limits, kind: Kind) -> Elements {
        Elements {
            limits,
            kind,
            head: None,
            next: 0,
            level: 0,
            inside: None,
            places: Vec::new(),
            flaws: Vec::new(),
            record: 1,
            resumptions: 0,
            dropping: None,
            done: false,
        }
    }

    fn cut(&mut self, feed: &mut Feed) -> Option<Cut> {
        let byte_offset = feed.offset();
        let (places, flaws) = (std::mem::take(&mut self.places), std::mem::take(&mut self.flaws));
        let length = self.inside.as_ref().map_or(self.next, |inside| inside.start);
        self.next -= length;
        if let Some(inside) = &mut self.inside {
            inside.start = 0;
        }
        let (Some(first), Some(head)) = (places.first(), &self.head) else {
            feed.skip(length);
            return (!flaws.is_empty()).then(|| Cut::of_flaws(flaws));
        };
        let (first_record, head) = (first.record, Arc::clone(head));
        let records = Box::new(Items { places, head });
        Some(Cut { bytes: feed.take(length), byte_offset, first_record, records, flaws })
    }

    /// Notes that the record from `start` on is left out.
    fn flaw(&mut self, feed: &Feed, start: usize, reason: String) {
        self.flaws.push(Flaw { record: self.record, byte_offset: feed.offset() + start as u64, reason });
        self.record += 1;
    }

    /// Reads more, and drops what is behind unless a record is open or waits to be cut. False at the end.
    fn more(&mut self, feed: &mut Feed) -> bool {
        if feed.ended() {
            return false;
        }
        if self.inside.is_none() && self.next >= HEAD_BYTES {
            // No more than this is kept of what stands before the first record, however much that is.
            self.take_head(feed, self.next);
        }
        if self.inside.is_none() && self.places.is_empty() && self.head.is_some() {
            feed.skip(std::mem::take(&mut self.next));
        }
        let before = feed.bytes().len();
        feed.fill(before + STEP_BYTES);
        feed.bytes().len() > before
    }

    /// Goes on to the next markup. False where the source ends.
    fn step(&mut self, feed: &mut Feed) -> bool {
        let rest = feed.bytes().get(self.next..).unwrap_or_default();
        let Some(bracket) = memchr(b'<', rest) else {
            self.next = feed.bytes().len();
            return self.within_limit(feed) && self.more(feed);
        };
        let place = self.next + bracket;
        let Some(markup) = markup_at(rest.get(bracket..).unwrap_or_default()) else {
            return self.unfinished(feed, place);
        };
        match markup {
            Markup::Other { length } => self.next = place + length,
            Markup::End { name, length } => {
                self.next = place + length;
                match &mut self.inside {
                    Some(inside) if inside.name == name => {
                        inside.depth -= 1;
                        if inside.depth == 0 {
                            let bytes = inside.start..self.next;
                            self.inside = None;
                            self.push(feed, bytes);
                        }
                    }
                    Some(_) => {}
                    None => self.level = self.level.saturating_sub(1),
                }
            }
            Markup::Start { name, length, is_empty } => {
                let is_record = self.kind.is_record(local(name), self.level);
                let name = name.to_vec();
                self.begin(feed, place, name, (length, is_empty, is_record));
            }
        }
        self.within_limit(feed)
    }

    fn begin(
        &mut self,
        feed: &mut Feed,
        place: usize,
        name: Vec<u8>,
        (length, is_empty, is_record): (usize, bool, bool),
    ) {
        self.next = place + length;
        match &mut self.inside {
            // Items do not nest: the one before was never closed.
            Some(inside) if inside.name == name && self.kind != Kind::Table => {
                let start = inside.start;
                self.inside = None;
                self.flaw(feed, start, "broken XML: this record is never closed".to_owned());
                self.next = place;
            }
            Some(inside) if inside.name == name => inside.depth += usize::from(!is_empty),
            Some(_) => {}
            None if is_record => {
                self.take_head(feed, place);
                if is_empty {
                    self.push(feed, place..place + length);
                } else {
                    self.inside = Some(Inside { name, start: place, depth: 1 });
                }
            }
            None => self.level += usize::from(!is_empty),
        }
    }

    fn push(&mut self, feed: &Feed, bytes: Range<usize>) {
        if bytes.len() > self.limits.record_bytes {
            let probe = feed.bytes().get(bytes.clone()).unwrap_or_default();
            let reason = flaw::too_long(bytes.len() as u64, self.limits.record_bytes, probe);
            self.flaw(feed, bytes.start, reason);
        } else {
            self.places.push(Place { record: self.record, bytes });
            self.record += 1;
        }
    }

    /// Reads what stands before the first record.
    fn take_head(&mut self, feed: &Feed, place: usize) {
        if self.head.is_none() && !self.done {
            let head = feed.bytes().get(..place.min(HEAD_BYTES)).unwrap_or_default();
            match Head::of(self.kind, head) {
                Ok(head) => self.head = Some(Arc::new(head)),
                Err(reason) => {
                    self.flaws.push(Flaw { record: 0, byte_offset: feed.offset(), reason });
                    self.done = true;
                }
            }
        }
    }

    /// Deals with markup at `place` that does not end in the window, or is none.
    fn unfinished(&mut self, feed: &mut Feed, place: usize) -> bool {
        let bare = feed.bytes().get(place + 1).is_some_and(|byte| byte.is_ascii_whitespace() || byte.is_ascii_digit());
        if bare {
            self.next = place + 1;
            return true;
        }
        self.next = place;
        let begun = self.inside.as_ref().map_or(place, |inside| inside.start);
        if feed.bytes().len() - begun.min(feed.bytes().len()) <= self.limits.record_bytes && self.more(feed) {
            return true;
        }
        // What was behind may have been dropped meanwhile.
        self.resume(feed, self.next)
    }

    /// After markup that never ends: goes on at the next beginning of a record behind it.
    fn resume(&mut self, feed: &mut Feed, place: usize) -> bool {
        let start = self.inside.as_ref().map_or(place, |inside| inside.start);
        let damage = feed.damage().map(str::to_owned);
        if damage.is_none() && self.resumptions < RESUMPTIONS && self.kind != Kind::Table {
            let rest = feed.bytes().get(place + 1..).unwrap_or_default();
            let found = memchr::memchr_iter(b'<', rest).map(|at| place + 1 + at).find(|&at| {
                let markup = feed.bytes().get(at..).and_then(markup_at);
                matches!(markup, Some(Markup::Start { name, .. }) if self.kind.is_record(local(name), self.level))
            });
            if let Some(found) = found {
                self.resumptions += 1;
                self.inside = None;
                self.flaw(feed, start, "broken XML: markup in this record is never closed".to_owned());
                self.next = found;
                return true;
            }
        }
        if !feed.ended() {
            // Longer than any record may be: dropped up to the end of its element.
            return self.begin_dropping(feed, start);
        }
        false
    }

    /// Whether the open record may still grow; if not, it is dropped.
    fn within_limit(&mut self, feed: &mut Feed) -> bool {
        match &self.inside {
            Some(inside) if self.next - inside.start > self.limits.record_bytes => {
                let start = inside.start;
                self.begin_dropping(feed, start)
            }
            _ => true,
        }
    }

    fn begin_dropping(&mut self, feed: &mut Feed, start: usize) -> bool {
        let name = self.inside.take().map(|inside| inside.name);
        match name {
            Some(name) => {
                self.next = start;
                self.dropping = Some((name, 0));
                true
            }
            None => {
                self.flaw(feed, start, "broken XML: markup that never ends".to_owned());
                self.done = true;
                false
            }
        }
    }

    /// Drops the record at the start of the window up to the end tag of its name.
    fn drop_record(&mut self, feed: &mut Feed, name: &[u8]) {
        let byte_offset = feed.offset();
        let probe = feed.bytes().get(..flaw::BINARY_PROBE_BYTES.min(feed.bytes().len())).unwrap_or_default().to_vec();
        let end_tag = [b"</", name, b">"].concat();
        let found = loop {
            if let Some(place) = memmem::find(feed.bytes(), &end_tag) {
                feed.skip(place + end_tag.len());
                break true;
            }
            // The tag may stand across the border of two windows.
            feed.skip(feed.bytes().len().saturating_sub(end_tag.len() - 1));
            if feed.ended() {
                feed.skip(feed.bytes().len());
                break false;
            }
            feed.fill(STEP_BYTES.max(end_tag.len()));
        };
        let reason = match feed.damage().filter(|_| !found) {
            Some(damage) => damage.to_owned(),
            None => flaw::too_long(feed.offset() - byte_offset, self.limits.record_bytes, &probe),
        };
        self.done |= !found;
        self.flaws.push(Flaw { record: self.record, byte_offset, reason });
        self.record += 1;
        self.next = 0;
    }

    /// Notes what is wrong with the end of the source.
    fn end(&mut self, feed: &Feed) {
        if std::mem::replace(&mut self.done, true) {
            return;
        }
        let damage = feed.damage().map(str::to_owned);
        if let Some(inside) = self.inside.take() {
            let reason = damage.unwrap_or_else(|| "broken XML: the file ends inside this record".to_owned());
            self.flaw(feed, inside.start, reason);
            self.next = feed.bytes().len();
        } else if let Some(damage) = damage {
            self.flaw(feed, self.next, damage);
        } else if self.record == 1 {
            let is_binary = flaw::is_binary(feed.bytes());
            let wanted = match self.kind {
                Kind::Feed => "neither an item nor an entry",
                Kind::Nitf => "no nitf element",
                Kind::NewsMl => "no newsItem",
                Kind::Table => "no element under the root",
            };
            // A feed without items is as good as a file without lines.
            if is_binary || (self.kind != Kind::Feed && self.kind != Kind::Table) || self.level > 0 {
                let reason = if is_binary { flaw::BINARY.to_owned() } else { format!("broken XML: {wanted}") };
                self.flaws.push(Flaw { record: 0, byte_offset: 0, reason });
            }
        }
    }
}

impl Split for Elements {
    fn next_cut(&mut self, feed: &mut Feed) -> Option<Cut> {
        loop {
            let is_full = !self.places.is_empty() && self.next >= self.limits.chunk_bytes;
            if is_full || self.dropping.is_some() || self.done {
                if let Some(cut) = self.cut(feed) {
                    return Some(cut);
                }
                match self.dropping.take() {
                    Some((name, _)) => self.drop_record(feed, &name),
                    None if self.done => return None,
                    None => {}
                }
                continue;
            }
            if !self.step(feed) && self.dropping.is_none() {
                self.end(feed);
            }
        }
    }
}

/// Elements at these places, and what holds for all of them.
#[derive(Debug)]
struct Items {
    places: Vec<Place>,
    head: Arc<Head>,
}

impl Records for Items {
    fn parse(&self, cut: &Cut, outcome: &mut Outcome<'_>, mapping: &Mapping) {
        for place in &self.places {
            let location = outcome.location(place.record, place.bytes.start);
            let bytes = cut.bytes.get(place.bytes.clone()).unwrap_or_default();
            outcome.push(location.clone(), article(bytes, &self.head, location, mapping));
        }
    }

    fn seen(&self, cut: &Cut, _: usize, _: &Mapping) -> Vec<Seen> {
        let seen = |place: &Place| {
            let element = element(cut.bytes.get(place.bytes.clone())?, &self.head).ok()?;
            let own = offers(&element, self.head.kind).unwrap_or_default();
            Some(Seen { own, columns: columns(&element) })
        };
        self.places.iter().filter_map(seen).collect()
    }

    /// An element with the white space before it.
    fn stretches(&self, cut: &Cut) -> Vec<Stretch> {
        let stretch = |place: &Place| {
            let before = cut.bytes.get(..place.bytes.start).unwrap_or_default();
            Stretch { record: place.record, bytes: before.trim_ascii_end().len()..place.bytes.end }
        };
        self.places.iter().map(stretch).collect()
    }

    fn is_own(&self, field: Field, mapping: &Mapping) -> bool {
        self.head.is_own(field, mapping)
    }

    fn inherited(&self) -> &[(Field, &'static str, String)] {
        &self.head.inherited
    }

    fn encoding(&self) -> Option<&'static str> {
        Some(self.head.encoding.name())
    }
}

fn article(bytes: &[u8], head: &Head, location: Location, mapping: &Mapping) -> Result<Article, String> {
    let element = element(bytes, head)?;
    let mut fields = Fields::new();
    let is_own = |field: Field| head.is_own(field, mapping);
    let (own, reason) = match offers(&element, head.kind) {
        Ok(own) => (own, None),
        Err(reason) => (Vec::new(), Some(reason)),
    };
    for Offer { field, rank, value, .. } in own.into_iter().filter(|offer| is_own(offer.field)) {
        fields.offer(&[Target::plain(field, rank)], value);
    }
    for (name, value) in columns(&element) {
        let targets: Vec<Target> =
            mapping.targets(&name).iter().filter(|target| !is_own(target.field)).cloned().collect();
        if fields.want(&targets) {
            fields.offer(&targets, value);
        }
    }
    // What the feed says of itself comes last; its title only where not even an address tells the source.
    let has_address = fields.has(Field::Url);
    for (field, _, value) in &head.inherited {
        if is_own(*field) && !(*field == Field::Source && has_address) {
            fields.offer(&[Target::plain(*field, u16::MAX)], Value::Text(Cow::Borrowed(value)));
        }
    }
    fields.article(location).ok_or_else(|| {
        reason.unwrap_or_else(|| match head.kind {
            Kind::Feed if !mapping.is_set(Field::Text) => {
                "no text: the item has neither content nor description".to_owned()
            }
            Kind::Nitf if !mapping.is_set(Field::Text) => "no text: body.content is missing or blank".to_owned(),
            _ => fields::no_text(mapping),
        })
    })
}

/// What a record says where its format has its fields, or why it has no text.
fn offers(element: &Element, kind: Kind) -> Result<Vec<Offer<'static>>, String> {
    match kind {
        Kind::Table => Ok(Vec::new()),
        Kind::Feed => Ok(syndication::offers(element)),
        Kind::Nitf => Ok(newswire::nitf(element)),
        Kind::NewsMl => newswire::newsml(element),
    }
}

fn element(bytes: &[u8], head: &Head) -> Result<Element, String> {
    if memchr(0, bytes).is_some() {
        return Err(flaw::BINARY.to_owned());
    }
    if head.encoding == encoding_rs::UTF_8 {
        return tree::element(flaw::utf8(bytes)?);
    }
    let (text, malformed) = head.encoding.decode_without_bom_handling(bytes);
    if malformed {
        return Err(format!("invalid {}, which the XML declaration names", head.encoding.name()));
    }
    tree::element(&text)
}

/// A record's elements as columns: by name, by name without prefix, and of those with elements in them the inner ones by a
/// dotted path. Several of one name are a list.
fn columns(record: &Element) -> Columns {
    let mut columns = Vec::new();
    for (name, value) in &record.attributes {
        columns.push((name.clone(), Value::Text(value.clone().into())));
    }
    let mut by_name: HashMap<&str, Vec<&Element>> = HashMap::new();
    for element in record.elements() {
        by_name.entry(&element.name).or_default().push(element);
    }
    for element in record.elements() {
        let Some(alike) = by_name.remove(element.name.as_str()) else { continue };
        let value = match alike.as_slice() {
            [only] => json(only),
            several => serde_json::Value::Array(several.iter().map(|element| json(element)).collect()),
        };
        let value = match value {
            serde_json::Value::String(text) => Value::Text(text.into()),
            serde_json::Value::Null => Value::Missing,
            nested => Value::Nested(nested),
        };
        if element.local() != element.name {
            columns.push((element.local().to_owned(), value.clone()));
        }
        columns.push((element.name.clone(), value));
    }
    columns
}

/// Text; or of an element with elements in it a list, if they have one name as those of Scrapy's lists have, else an object.
fn json(element: &Element) -> serde_json::Value {
    use serde_json::Value as Json;
    let inner: Vec<&Element> = element.elements().collect();
    let Some(first) = inner.first() else {
        let text = element.raw_text();
        let text = if markup::is_fragment(&text) { markup::text(&text) } else { text };
        return if text.trim().is_empty() { Json::Null } else { Json::String(text.trim().to_owned()) };
    };
    if inner.iter().all(|other| matches!(other.local(), "value" | "p") && other.name == first.name) {
        return Json::Array(inner.into_iter().map(json).collect());
    }
    Json::Object(inner.into_iter().map(|element| (element.name.clone(), json(element))).collect())
}

#[cfg(test)]
mod tests;
