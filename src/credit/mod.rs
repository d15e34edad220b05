//! Who wrote it? The agency that an article credits.
//!
//! In: one article, with its text. Out: [`Credit`], the agency it names as its author and the words that say so.
//!
//! An agency's name says little by itself: articles quote agencies, print their pictures and report on them. So a name
//! counts only where credits stand (byline, dateline, end of the text, fields of the record, address) and in a form that
//! leaves nothing over: around the name stand only other agencies, names, dates and the words that credits are made of,
//! which `forms.toml` lists for many languages. A sentence that mentions an agency always has a word more ("told",
//! "according"), and a picture's credit has a word of its own or a photographer behind a slash. Agencies and their own sites
//! are in `agencies.toml`, which a user's file may extend.
//!
//! Only the beginning and the end of a text are read, and most of their words only as far as their first three bytes.
//! Cost: 2 µs an article that names no agency, about 6 µs one of news, of which every other names one.

mod agencies;
mod beginnings;
mod closing;
mod contribution;
mod dateline;
mod forms;
mod piece;
mod token;

use std::borrow::Cow;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::article::{Article, Span};
use crate::disk::Weight;
use agencies::Mention;
use piece::{Piece, Verdict};

pub use agencies::Agencies;

/// Bytes from the beginning of a text in which bylines and datelines are looked for: beyond navigation, a headline and a
/// caption.
const HEAD_BYTES: usize = 1200;
/// Bytes before the end in which closing credits are looked for: before what a site prints below its articles.
const TAIL_BYTES: usize = 700;
/// The longest line that is a credit, in bytes; agencies' copyright notices are the longest.
const LINE_BYTES: usize = 320;
/// The longest evidence shown, in characters.
const EVIDENCE_CHARS: usize = 100;

/// The agency of an article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// The agency, by the first of its names; of several the one named first.
    pub agency: String,
    /// Other agencies that are credited.
    pub others: Vec<String>,
    /// How it is known.
    pub basis: Basis,
    /// Where it is said.
    pub place: Place,
    /// The words that say so.
    pub evidence: String,
    /// Where they stand, if they stand in the text.
    pub span: Option<Span>,
}

impl Credit {
    /// Between the names of several agencies in a table.
    pub const SEPARATOR: &str = "; ";

    /// All its agencies, the first one first.
    pub fn names(&self) -> String {
        let all: Vec<&str> = std::iter::once(&self.agency).chain(&self.others).map(String::as_str).collect();
        all.join(Credit::SEPARATOR)
    }

    /// Whether the agency wrote the text, and not a part of it only.
    pub fn is_author(&self) -> bool {
        self.basis != Basis::Contributed
    }

    /// Whether the article is a copy of the agency's text, which stands elsewhere.
    pub fn is_copy(&self) -> bool {
        matches!(self.basis, Basis::Credited | Basis::Inferred)
    }
}

impl Weight for Option<Box<Credit>> {
    fn owned_bytes(&self) -> usize {
        let others = |credit: &Credit| credit.others.iter().map(|name| name.len() + size_of::<String>()).sum::<usize>();
        self.as_ref()
            .map_or(0, |credit| size_of::<Credit>() + credit.agency.len() + credit.evidence.len() + others(credit))
    }
}

/// How the agency of an article is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The article stands on the agency's own site.
    Own,
    /// The article credits it.
    Credited,
    /// The article says that the agency gave a part of it; that makes no copy.
    Contributed,
    /// The article carries the text of one that credits it.
    Inferred,
}

impl Basis {
    /// The name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Basis::Own => "own",
            Basis::Credited => "credited",
            Basis::Contributed => "contributed",
            Basis::Inferred => "inferred",
        }
    }
}

/// Where an agency is credited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In front of the text: "PARIS (AFP) -".
    Dateline,
    /// In the author's field or a line at the beginning.
    Byline,
    /// At the end of the text.
    Closing,
    /// In another field of the record.
    Metadata,
    /// In the article's address.
    Url,
    /// In the text of another article.
    Story,
}

/// Agencies that one place names, and the words that do.
struct Found {
    agencies: Vec<u16>,
    evidence: String,
    span: Option<Span>,
    /// Whether the words say that they gave a part only.
    contributed: bool,
}

/// The agency that an article credits, if it does. `text` is its text.
pub fn credit(article: &Article, text: &str, agencies: &Agencies) -> Option<Credit> {
    let field = |value: &Option<String>| value.as_deref().and_then(|value| in_field(value, agencies));
    let InText { dateline, byline, closing, contribution } = in_text(text, agencies);
    let from_base = || {
        let host = host(article.based_on.as_deref()?)?;
        let agency = agencies.of_host(&host)?;
        Some(Found { agencies: vec![agency], evidence: host, span: None, contributed: false })
    };
    let places = [
        (
            Place::Dateline,
            dateline.or_else(|| article.dateline.as_deref().and_then(|line| field_dateline(line, agencies))),
        ),
        (Place::Byline, field(&article.author)),
        (Place::Metadata, field(&article.credit)),
        (Place::Byline, byline),
        (Place::Closing, closing),
        (Place::Closing, contribution),
        (Place::Metadata, field(&article.copyright)),
        (Place::Metadata, from_base().or_else(|| field(&article.based_on))),
    ];
    let mut found: Option<(Place, Found)> = None;
    let mut given: Option<(Place, Found)> = None;
    for (place, more) in places.into_iter().filter_map(|(place, found)| Some((place, found?))) {
        let slot = if more.contributed { &mut given } else { &mut found };
        match slot {
            None => *slot = Some((place, more)),
            Some((_, first)) => first.agencies.extend(more.agencies),
        }
    }
    let site = article.url.as_deref().and_then(host);
    let (own, own_evidence) = own(site.as_deref(), article.source.as_deref(), agencies).unzip();
    // An agency that is named as the source of a page elsewhere is credited, not at home.
    let own = own.filter(|own| match &found {
        Some((_, found)) => found.agencies.contains(own),
        None => true,
    });
    if found.is_none() && own.is_none() {
        let by_path = || {
            let (agency, evidence) = in_path(article.url.as_deref()?, agencies)?;
            Some((Place::Url, agency, evidence))
        };
        let by_source = || {
            let source = article.source.as_deref()?;
            let whole = site.as_ref().and_then(|_| whole_name(source, agencies));
            Some((Place::Metadata, whole.or_else(|| beside_slash(source, agencies))?, source.to_owned()))
        };
        let named = by_path().or_else(by_source);
        let found_there = |(place, agency, evidence)| {
            (place, Found { agencies: vec![agency], evidence, span: None, contributed: false })
        };
        found = Some(named.map(found_there).or(given)?);
    }
    let is_given = found.as_ref().is_some_and(|(_, found)| found.contributed);
    let basis = match own {
        Some(_) => Basis::Own,
        None if is_given => Basis::Contributed,
        None => Basis::Credited,
    };
    let (place, mut found) = found.unwrap_or_else(|| {
        let evidence = own_evidence.unwrap_or_default();
        (Place::Url, Found { agencies: Vec::new(), evidence, span: None, contributed: false })
    });
    let mut named: Vec<u16> = own.into_iter().collect();
    found.agencies.drain(..).for_each(|agency| {
        if !named.contains(&agency) {
            named.push(agency);
        }
    });
    let mut names = named.into_iter().map(|agency| agencies.name(agency).to_owned());
    Some(Credit {
        agency: names.next()?,
        others: names.collect(),
        basis,
        place,
        evidence: found.evidence,
        span: found.span,
    })
}

/// The agency at home where the article stands: on this site, or of this outlet if its site is not known.
fn own(site: Option<&str>, source: Option<&str>, agencies: &Agencies) -> Option<(u16, String)> {
    match site {
        Some(host) => Some((agencies.of_host(host)?, host.to_owned())),
        None => {
            let source = source?;
            let agency = agencies.of_host(&source.to_lowercase()).or_else(|| whole_name(source, agencies))?;
            Some((agency, source.to_owned()))
        }
    }
}

/// The agency whose name is all of `value`.
fn whole_name(value: &str, agencies: &Agencies) -> Option<u16> {
    let value = value.trim();
    let whole = |value: &str| {
        let mention = *agencies.mentions(value, 0).first()?;
        (mention.start == 0 && mention.end == value.len() && !(mention.loose && mention.short))
            .then_some(mention.agency)
    };
    // "associated press": names of several words are looked for as they are written.
    whole(value).or_else(|| if value.contains(char::is_uppercase) { None } else { whole(&value.to_ascii_uppercase()) })
}

/// The agency whose name is all between slashes: "MTI/Tarn Courier".
fn beside_slash(value: &str, agencies: &Agencies) -> Option<u16> {
    value.contains('/').then(|| value.split('/').find_map(|part| whole_name(part, agencies))).flatten()
}

/// The host of an address, in lower case and without `www.`.
fn host(url: &str) -> Option<String> {
    let rest = url.split_once("://").map(|(_, rest)| rest).or_else(|| url.strip_prefix("//"))?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?.to_lowercase();
    let host = host.strip_prefix("www.").map(str::to_owned).unwrap_or(host);
    (!host.is_empty()).then_some(host)
}

/// The agency that a folder of the address names: `/afp/`, `/wires/ap/`. A word of a slug says nothing.
fn in_path(url: &str, agencies: &Agencies) -> Option<(u16, String)> {
    const WIRES: [&str; 8] =
        ["wire", "wires", "wire-news", "newswire", "agencies", "agences", "agencias", "news-agency"];
    let (_host, path) = url.split_once("://")?.1.split(['?', '#']).next()?.split_once('/')?;
    let (folders, _page) = path.rsplit_once('/')?;
    let mut after_wire = false;
    folders.split('/').find_map(|folder| {
        let is_folded = folder.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
        let folded = if is_folded { Cow::Borrowed(folder) } else { Cow::Owned(folder.to_lowercase()) };
        let agency = agencies.of_folder(&folded, after_wire);
        after_wire = WIRES.contains(&&*folded);
        Some((agency?, format!("/{folder}/")))
    })
}

/// The agencies that a field names: all but those of pictures, and names that only begin like an agency's.
fn in_field(value: &str, agencies: &Agencies) -> Option<Found> {
    let value = value.trim();
    let mut mentions: Vec<Mention> = agencies.mentions(value, 0);
    if mentions.is_empty() && !value.contains(char::is_uppercase) {
        // "associated press"
        mentions = agencies.mentions(&value.to_ascii_uppercase(), 0);
        mentions.retain(|mention| mention.long && !mention.short);
    }
    if mentions.is_empty() {
        return None;
    }
    let mut named = Vec::new();
    for part in piece::parts_of_field(value) {
        let inside: Vec<Mention> =
            mentions.iter().filter(|m| m.start >= part.start && m.end <= part.end).copied().collect();
        if !inside.is_empty() {
            named.extend(Piece::of(value, part, &inside).field());
        }
    }
    let contributed = contribution::is_said(value);
    (!named.is_empty()).then(|| Found { agencies: named, evidence: shortened(value), span: None, contributed })
}

/// A dateline in a field of its own: nothing follows it.
fn field_dateline(value: &str, agencies: &Agencies) -> Option<Found> {
    let mentions: Vec<Mention> = agencies.mentions(value, 0);
    match Piece::of(value, 0..value.len(), &mentions).verdict() {
        Verdict::Credit(named) => {
            Some(Found { agencies: named, evidence: shortened(value), span: None, contributed: false })
        }
        _ => in_field(value, agencies),
    }
}

/// What a text says by itself.
#[derive(Default)]
struct InText {
    dateline: Option<Found>,
    byline: Option<Found>,
    closing: Option<Found>,
    contribution: Option<Found>,
}

/// In so many lines a name that is a common short form elsewhere is a word of a table: "(NA)" of a list of prices.
const LINES_OF_TABLE: usize = 3;

/// Dateline, byline and closing credit of a text, and who contributed to it.
fn in_text(text: &str, agencies: &Agencies) -> InText {
    let head = &text[..border(text, HEAD_BYTES)];
    let tail_start = border(text, text.len().saturating_sub(TAIL_BYTES));
    let (mut dateline, mut byline, mut closing, mut contribution) = (None, None, None, None);
    let whole = head.len() == text.len();
    let mentions = |from: usize, part: &str| {
        let mut mentions = agencies.mentions(part, from);
        mentions.retain(|mention| !in_address(text, mention));
        if mentions.iter().filter(|mention| mention.weak).count() >= LINES_OF_TABLE {
            let weak: Vec<Mention> = mentions.iter().filter(|mention| mention.weak).copied().collect();
            let of = |agency: u16| weak.iter().filter(move |mention| mention.agency == agency).copied();
            let lines = |agency: u16| lines_with(text, &of(agency).collect::<Vec<_>>()).len();
            mentions.retain(|mention| !mention.weak || lines(mention.agency) < LINES_OF_TABLE);
        }
        mentions
    };
    let at_head: Vec<Mention> = mentions(0, head);
    for line in lines_with(text, &at_head) {
        let inside = within(&at_head, &line);
        if dateline.is_none()
            && let Some((named, span)) = dateline::dateline(text, line.clone(), inside)
        {
            dateline = Some(found(text, named, span));
        } else if byline.is_none()
            && printed_bytes(&text[line.clone()]) <= LINE_BYTES
            && line.end < text.trim_end().len()
            && (!whole || line.start <= text.len() / 2)
        {
            let piece = Piece::of(text, line.clone(), inside);
            let beside_picture = piece.names_a_person() && beside_picture(text, &line, inside);
            let credit = match piece.byline(beside_picture) {
                Verdict::Credit(named) => Some((named, line)),
                Verdict::Picture => closing::text_part(text, line, inside),
                Verdict::Prose => None,
            };
            byline = credit.map(|(named, span)| found(text, named, span));
        }
    }
    let at_tail: Vec<Mention> = if whole { at_head } else { mentions(tail_start, &text[tail_start..]) };
    let byline_start = byline.as_ref().and_then(|found| found.span).map(|span| span.start as usize);
    for line in lines_with(text, &at_tail) {
        // The first half of a short text is its beginning only.
        if Some(line.start) == byline_start || (whole && line.end <= text.len() / 2) {
            continue;
        }
        let inside = within(&at_tail, &line);
        if let Some((named, span)) = contribution::sentence(text, line.clone(), inside) {
            contribution = Some(Found { contributed: true, ..found(text, named, span) });
        } else if let Some((named, span)) = closing::closing(text, line.clone(), inside) {
            // The last one counts, with all before it.
            let mut last = found(text, named, span);
            if let Some(Found { agencies, .. }) = closing {
                last.agencies.extend(agencies);
            }
            closing = Some(last);
        }
    }
    InText { dateline, byline, closing, contribution }
}

/// The length of a line without what pages put between words to lay them out.
fn printed_bytes(line: &str) -> usize {
    if line.len() <= LINE_BYTES { line.len() } else { line.split_whitespace().map(|word| word.len() + 1).sum() }
}

/// The last border of a character up to `place`.
fn border(text: &str, place: usize) -> usize {
    (0..=place.min(text.len())).rev().find(|&place| text.is_char_boundary(place)).unwrap_or(0)
}

fn found(text: &str, agencies: Vec<u16>, span: Range<usize>) -> Found {
    let words = &text[span.clone()];
    let start = span.start + (words.len() - words.trim_start().len());
    let words = words.trim();
    let span = Span { start: start as u32, end: (start + words.len()) as u32 };
    Found { agencies, evidence: shortened(words), span: Some(span), contributed: contribution::is_said(words) }
}

fn shortened(words: &str) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(EVIDENCE_CHARS) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

/// Whether a line with a person and an agency, which has no word of credits, belongs to a picture: behind a caption, which
/// ends as a headline does not; said twice, or with the person in a picture's credit; in front of the article's byline, or
/// behind it with a caption between.
fn beside_picture(text: &str, line: &Range<usize>, mentions: &[Mention]) -> bool {
    let (before, after) = (&text[..line.start], &text[line.end..]);
    let words = text[line.clone()].trim();
    let next = after.trim_start().lines().next().unwrap_or_default();
    let is_byline = |line: &str| line.len() <= LINE_BYTES && forms::opens_byline(line);
    let person = mentions.first().map_or("", |mention| &text[line.start..mention.start]);
    let person = person.trim().trim_matches(|c: char| !c.is_alphanumeric());
    let credited =
        |part: &str| part.match_indices(person).any(|(place, _)| part[..place].trim_end().ends_with(['/', ':', '©']));
    let mut earlier = before.lines().rev().map(str::trim).filter(|line| !line.is_empty());
    ends_sentence(before)
        || next.trim() == words
        || earlier.next() == Some(words)
        || is_byline(next)
        || earlier.any(is_byline)
        || (!person.is_empty() && (credited(before) || credited(&after[..border(after, HEAD_BYTES)])))
}

/// Whether the line before ends as a caption does and a headline does not.
fn ends_sentence(before: &str) -> bool {
    before.trim_end().ends_with(['.', ')', '。', '"', '”', '।', '۔'])
}

/// The mentions in a line; mentions are sorted.
fn within<'m>(mentions: &'m [Mention], line: &Range<usize>) -> &'m [Mention] {
    let from = mentions.partition_point(|mention| mention.start < line.start);
    let to = mentions.partition_point(|mention| mention.start < line.end);
    &mentions[from..to]
}

/// Whether a name is part of an address or of an account's name: `ann@newsis.example`, `https://apnews.example/ap`.
fn in_address(text: &str, mention: &Mention) -> bool {
    let run = text[..mention.start].rsplit(char::is_whitespace).next().unwrap_or_default();
    !run.is_empty() && (run.ends_with('@') || run.contains("://") || run.contains("www.") || run.contains(".com/"))
        || run.rsplit(['(', '[', '<', ':']).next().is_some_and(|run| run.contains('@'))
}

/// The lines that hold mentions, in order.
fn lines_with(text: &str, mentions: &[Mention]) -> Vec<Range<usize>> {
    let mut lines: Vec<Range<usize>> = Vec::new();
    for mention in mentions {
        if lines.last().is_some_and(|line| mention.start < line.end) {
            continue;
        }
        let start = text[..mention.start].rfind('\n').map_or(0, |place| place + 1);
        let end = text[mention.end..].find('\n').map_or(text.len(), |place| mention.end + place);
        lines.push(start..end);
    }
    lines
}
