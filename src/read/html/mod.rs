//! Pages: one article a file, or a record of an archive.
//!
//! What comes in are the bytes of a page, in any character set; what goes out is its article: the main text and what
//! the page says of itself in JSON-LD, Open Graph, `meta` and `time`. [`guard`] refuses what cannot be parsed in good
//! time, [`page`] walks the tree once, [`main_text`] chooses the blocks of the article, [`metadata`] the statements.
//! Outlets that render their text with scripts often repeat it in JSON-LD (`articleBody`), which is taken where the
//! page shows far less.
//!
//! Cost: about 10 ms for a page of 185 KB, nearly all of it in the two extractors. Memory: the tree of one page, some
//! ten times its bytes, three times over.

mod linked_data;
mod main_text;
mod metadata;
mod page;

use linked_data::LinkedData;
use metadata::Metadata;
pub(super) use metadata::Said;
use page::Page;
use trafilatura::dom::Document;

use super::charset::Layout;
use super::chunk::{Cut, Leaving, Outcome, Records};
use super::export::Export;
use super::fields::{Offer, Seen, Value};
use super::format::{Characters, Format, Lines, Shape};
use super::mapping::Mapping;
use super::panics::caught;
use super::{charset, flaw, guard, language, txt};
use crate::article::{Article, Location};
use crate::settings::Field;

/// An `articleBody` is taken from so many bytes on, where it is so many times longer than what the page shows: shorter
/// ones are teasers, and others leave paragraphs out that the page has. Of 91 news pages eight have one, none of them
/// needs it.
const BODY_BYTES: usize = 300;
const BODY_TIMES: usize = 2;

/// One page a file.
pub(super) struct Html;

impl Format for Html {
    fn name(&self) -> &'static str {
        "HTML"
    }

    fn endings(&self) -> &'static [&'static str] {
        &[".html", ".htm", ".xhtml"]
    }

    fn named(&self, head: &[u8]) -> Result<Shape, &'static str> {
        Ok(Export::of_page(head)
            .map_or_else(shape, |export| txt::exported(export, Characters::Detected(Layout::OneText))))
    }

    fn likely(&self, head: &[u8], _: &Mapping) -> Option<Shape> {
        is_page(head).then(|| self.named(head).ok())?
    }

    fn lines(&self) -> Lines {
        Lines::All
    }
}

/// A source that is a page.
pub(super) fn shape() -> Shape {
    Shape::cut("HTML", Characters::Page, |limits, _| Box::new(txt::Whole::new(limits, WholePage)))
        .leaving(Leaving::Whole)
}

/// Whether the bytes begin as a page does, perhaps after comments and an XML declaration.
pub(super) fn is_page(head: &[u8]) -> bool {
    let mut rest = head.trim_ascii_start();
    loop {
        let begins = |word: &[u8]| rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        let end: &[u8] = if begins(b"<!--") {
            b"-->"
        } else if begins(b"<?xml") {
            b"?>"
        } else {
            return begins(b"<!doctype html") || begins(b"<html") || begins(b"<head>");
        };
        match memchr::memmem::find(rest, end) {
            Some(place) => rest = rest.get(place + end.len()..).unwrap_or_default().trim_ascii_start(),
            None => return false,
        }
    }
}

/// The page of a file.
#[derive(Debug)]
struct WholePage;

impl Records for WholePage {
    fn parse(&self, cut: &Cut, outcome: &mut Outcome<'_>, _: &Mapping) {
        let location = outcome.location(cut.first_record, 0);
        let id = txt::id(&location.path, &[".html", ".htm", ".xhtml", ".xml"]);
        let article = article(&cut.bytes, &FROM_FILE, location.clone()).map(|(article, _)| Article { id, ..article });
        outcome.push(location, article);
    }

    fn seen(&self, cut: &Cut, _: usize, _: &Mapping) -> Vec<Seen> {
        let location = Location { path: "".into(), record: 1, byte_offset: 0 };
        vec![seen(article(&cut.bytes, &FROM_FILE, location).map_or_else(|_| Vec::new(), |(_, said)| said))]
    }

    fn is_own(&self, _: Field, _: &Mapping) -> bool {
        true
    }
}

/// What a page says, to look at, the first statement of a field first.
pub(super) fn seen(said: Vec<Said>) -> Seen {
    let offer = |(rank, Said { field, name, value }): (usize, Said)| Offer {
        field,
        rank: u16::try_from(rank).unwrap_or(u16::MAX),
        name,
        value: Value::Text(value.into()),
    };
    Seen { own: said.into_iter().enumerate().map(offer).collect(), columns: Vec::new() }
}

/// A page that was not served.
const FROM_FILE: Served<'static> = Served { address: None, label: None };

/// How a page was served.
pub(super) struct Served<'s> {
    /// The address it was fetched from.
    pub(super) address: Option<&'s str>,
    /// The character set that its header names.
    pub(super) label: Option<&'s str>,
}

/// The article of a page, without an id, and where it has its fields from; or why there is none, in plain words.
pub(super) fn article(bytes: &[u8], served: &Served<'_>, location: Location) -> Result<(Article, Vec<Said>), String> {
    // A page that makes a parser panic is one page; the run goes on.
    let parsed = caught(|| parsed(bytes, served, location));
    parsed.unwrap_or_else(|| Err("the page makes the HTML parser fail".to_owned()))
}

fn parsed(bytes: &[u8], served: &Served<'_>, location: Location) -> Result<(Article, Vec<Said>), String> {
    let domain = served.address.and_then(super::site::domain);
    let domain = domain.as_deref().and_then(|domain| domain.rsplit('.').next());
    let html = charset::page(bytes, served.label, domain);
    if guard::is_binary(html.as_bytes()) {
        return Err(flaw::BINARY.to_owned());
    }
    if html.trim().is_empty() {
        return Err("no text: the page is blank".to_owned());
    }
    guard::check(html.as_bytes())?;
    let document = Document::parse(&html);
    let page = Page::of(&document);
    guard::check_depth(page.depth)?;
    let saved_from = saved_from(&html);
    let data = LinkedData::of(&page.head.linked_data);
    let mut text = main_text::main_text(&html, document, &page);
    let mut text_from = "main text";
    if let Some(body) = body(&data).filter(|body| body.len() >= BODY_BYTES && body.len() > BODY_TIMES * text.len()) {
        text = body;
        text_from = "JSON-LD articleBody";
    }
    if text.trim().is_empty() {
        return Err("no text: the page has no article".to_owned());
    }
    let mut article = Article::new("", text, location);
    let saved_from = saved_from.map(|address| ("note of the browser", address));
    let address = served.address.map(|address| ("WARC-Target-URI", address)).or(saved_from);
    let mut said = Metadata::of(&page.head, &data, address).fill(&mut article);
    let mut note = |field, name, value: &str| said.push(Said { field, name, value: value.to_owned() });
    note(Field::Text, text_from, &article.text);
    if article.lang.is_none() {
        article.lang = language::of(&article.text);
        if let Some(lang) = &article.lang {
            note(Field::Lang, "words of the text", lang);
        }
    }
    Ok((article, said))
}

/// The article's text in its linked data, which may be markup.
fn body(data: &LinkedData) -> Option<String> {
    let body = data.body()?;
    if !body.contains('<') && !body.contains('&') {
        return Some(body.trim().to_owned());
    }
    // Plain text with line ends keeps them.
    let markup = if body.contains('<') { body.to_owned() } else { format!("<pre>\n{body}</pre>") };
    guard::check(markup.as_bytes()).ok()?;
    Some(main_text::laid_out(Page::of(&Document::parse(&markup)).blocks.iter()))
}

/// How far from its beginning a page is searched for the note.
const SAVED_NOTE_BYTES: usize = 4 << 10;

/// The address in the note that browsers leave at the beginning of a page they save.
fn saved_from(html: &str) -> Option<&str> {
    let (_, note) = html.split_once("<!-- saved from url=(").filter(|(before, _)| before.len() < SAVED_NOTE_BYTES)?;
    let rest = note.split_once(')')?.1;
    rest.split_whitespace().next().filter(|url| super::site::looks_like_url(url))
}

#[cfg(test)]
mod tests;
