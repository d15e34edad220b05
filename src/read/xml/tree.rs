//! One XML element with all that is in it, read leniently.
//!
//! News XML is broken in the same few ways: a bare `&`, entities of HTML, a bare `<`, tags closed in the wrong order. Those
//! are mended; what cannot be is an error. Entities that a document declares are never expanded. Memory is some times the
//! element, which is a record and as such limited.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::resolve_html5_entity;
use quick_xml::events::{BytesStart, Event};

/// Elements nested deeper are no news.
const DEEPEST: usize = 200;

/// An element.
#[derive(Debug, Default)]
pub(super) struct Element {
    /// Its name as it is written, prefix and all.
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) nodes: Vec<Node>,
}

#[derive(Debug)]
pub(super) enum Node {
    Text(String),
    Element(Element),
}

/// The elements at which a paragraph begins and ends, of XHTML and NITF.
const BLOCKS: &str = "p h1 h2 h3 h4 h5 h6 hl1 hl2 li dt dd tr div blockquote block section article pre ul ol dl table bq \
    hedline header footer aside main figure figcaption address nitf-table media body.content body.head";
/// Elements whose text is not the article's: pictures with their captions in NITF, and what XHTML hides.
const UNREAD: &str = "script style head media object iframe svg";

/// The element that `xml` is. What follows its end is not looked at.
pub(super) fn element(xml: &str) -> Result<Element, String> {
    parse(&mended(xml))
}

fn parse(xml: &str) -> Result<Element, String> {
    let mut reader = Reader::from_str(xml);
    let config = reader.config_mut();
    config.allow_dangling_amp = true;
    config.allow_unmatched_ends = true;
    config.check_end_names = false;
    let mut open: Vec<Element> = vec![Element::default()];
    loop {
        let event = reader.read_event().map_err(|error| format!("broken XML: {error}"))?;
        match event {
            Event::Start(start) => {
                if open.len() > DEEPEST {
                    return Err(format!("broken XML: elements nested more than {DEEPEST} deep"));
                }
                open.push(begun(&start));
            }
            Event::Empty(start) => attach(&mut open, begun(&start)),
            Event::End(end) => close(&mut open, end.name().as_ref()),
            Event::Text(text) => append(&mut open, &text.into_inner()),
            Event::CData(text) => append(&mut open, &text.into_inner()),
            Event::GeneralRef(name) => match name.resolve_char_ref() {
                Ok(Some(c)) => append(&mut open, c.encode_utf8(&mut [0; 4])),
                _ => {
                    let name = name.into_inner();
                    match resolve_html5_entity(&name) {
                        Some(character) => append(&mut open, character),
                        None => append(&mut open, &format!("&{name};")),
                    }
                }
            },
            Event::Eof => break,
            _ => {}
        }
        if open.len() == 1 && open.first().is_some_and(|root| root.elements().next().is_some()) {
            break;
        }
    }
    while open.len() > 1 {
        close_last(&mut open);
    }
    let root = open.pop().unwrap_or_default();
    let first = root.nodes.into_iter().find_map(|node| match node {
        Node::Element(element) => Some(element),
        Node::Text(_) => None,
    });
    first.ok_or_else(|| "broken XML: no element".to_owned())
}

fn begun(start: &BytesStart<'_>) -> Element {
    let name = start.name().as_ref().to_owned();
    let mut attributes = start.html_attributes();
    let attributes = attributes.with_checks(false).flatten().map(|attribute| {
        let value = quick_xml::escape::unescape_with(&attribute.value, resolve_html5_entity);
        (
            attribute.key.as_ref().to_owned(),
            value.map_or_else(|_| attribute.value.to_string(), |value| value.into_owned()),
        )
    });
    Element { attributes: attributes.collect(), name, nodes: Vec::new() }
}

fn append(open: &mut [Element], text: &str) {
    let Some(element) = open.last_mut() else { return };
    match element.nodes.last_mut() {
        Some(Node::Text(before)) => before.push_str(text),
        _ => element.nodes.push(Node::Text(text.to_owned())),
    }
}

fn attach(open: &mut [Element], element: Element) {
    if let Some(outer) = open.last_mut() {
        outer.nodes.push(Node::Element(element));
    }
}

fn close_last(open: &mut Vec<Element>) {
    if let Some(element) = open.pop() {
        attach(open, element);
    }
}

/// Closes the innermost element of this name and those inside it; an end without a beginning is passed over.
fn close(open: &mut Vec<Element>, name: &str) {
    if let Some(place) = open.iter().skip(1).rposition(|element| element.name == name) {
        while open.len() > place + 1 {
            close_last(open);
        }
    }
}

/// The same with every `<` that begins no markup escaped: the parser would take it for a tag.
fn mended(xml: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut taken = 0;
    let mut place = 0;
    while let Some(found) = xml.get(place..).and_then(|rest| rest.find('<')) {
        let at = place + found;
        let markup = xml.get(at..).unwrap_or_default();
        let through = |end: &str| markup.find(end).map_or(markup.len(), |length| length + end.len());
        place = if markup.starts_with("<![CDATA[") {
            at + through("]]>")
        } else if markup.starts_with("<!--") {
            at + through("-->")
        } else {
            at + 1
        };
        let next = markup.chars().nth(1);
        if !next.is_some_and(|next| next.is_alphabetic() || matches!(next, '/' | '!' | '?' | '_')) {
            out.push_str(xml.get(taken..at).unwrap_or_default());
            out.push_str("&lt;");
            taken = at + 1;
        }
    }
    if taken == 0 {
        return Cow::Borrowed(xml);
    }
    out.push_str(xml.get(taken..).unwrap_or_default());
    Cow::Owned(out)
}

impl Element {
    /// The name without its prefix.
    pub(super) fn local(&self) -> &str {
        self.name.rsplit(':').next().unwrap_or_default()
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// The elements directly in it.
    pub(super) fn elements(&self) -> impl Iterator<Item = &Element> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// Those of them whose name without prefix is `local`.
    pub(super) fn all<'e>(&'e self, local: &str) -> impl Iterator<Item = &'e Element> {
        self.elements().filter(move |element| element.local() == local)
    }

    /// The first element along a path of names without prefixes: `contentMeta/headline`.
    pub(super) fn first(&self, path: &str) -> Option<&Element> {
        match path.split_once('/') {
            None => self.all(path).next(),
            Some((name, rest)) => self.all(name).find_map(|element| element.first(rest)),
        }
    }

    /// All its text, as it stands.
    pub(super) fn raw_text(&self) -> String {
        let mut text = String::new();
        self.collect(&mut text);
        text
    }

    fn collect(&self, text: &mut String) {
        for node in &self.nodes {
            match node {
                Node::Text(words) => text.push_str(words),
                Node::Element(element) => element.collect(text),
            }
        }
    }

    /// All its text on one line; nothing if it is blank.
    pub(super) fn line(&self) -> Option<String> {
        let text = self.raw_text();
        let words: Vec<&str> = text.split_whitespace().collect();
        (!words.is_empty()).then(|| words.join(" "))
    }

    /// Its text as a person reads it, a blank line between paragraphs.
    pub(super) fn paragraphs(&self) -> String {
        let mut page = Page::default();
        self.read(&mut page);
        page.end_paragraph();
        page.paragraphs.join("\n\n")
    }

    fn read(&self, page: &mut Page) {
        let named = |names: &str| names.split_ascii_whitespace().any(|name| name == self.local());
        if named(UNREAD) {
            return;
        }
        let is_block = named(BLOCKS);
        if is_block {
            page.end_paragraph();
        }
        for node in &self.nodes {
            match node {
                Node::Text(words) => page.words(words),
                Node::Element(element) if element.local() == "br" => page.line.push('\n'),
                Node::Element(element) => {
                    element.read(page);
                    if matches!(element.local(), "td" | "th") {
                        page.line.push(' ');
                    }
                }
            }
        }
        if is_block {
            page.end_paragraph();
        }
    }
}

/// Text that is being put together.
#[derive(Default)]
struct Page {
    paragraphs: Vec<String>,
    line: String,
}

impl Page {
    fn words(&mut self, text: &str) {
        let mut blank = text.starts_with(char::is_whitespace);
        for word in text.split_whitespace() {
            if blank && !self.line.is_empty() && !self.line.ends_with(char::is_whitespace) {
                self.line.push(' ');
            }
            self.line.push_str(word);
            blank = true;
        }
        if text.ends_with(char::is_whitespace) && !self.line.is_empty() && !self.line.ends_with(char::is_whitespace) {
            self.line.push(' ');
        }
    }

    fn end_paragraph(&mut self) {
        let line = std::mem::take(&mut self.line);
        let line: Vec<&str> = line.trim().lines().map(str::trim).collect();
        let line = line.join("\n");
        if !line.is_empty() {
            self.paragraphs.push(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(xml: &str) -> String {
        element(xml).map_or_else(|error| error, |element| element.raw_text())
    }

    #[test]
    fn broken_xml_is_mended() {
        for (xml, text) in [
            ("<a>x &amp; y</a>", "x & y"),
            ("<a>x & y</a>", "x & y"),
            ("<a>AT&T</a>", "AT&T"),
            ("<a>caf&eacute;&nbsp;&#233;&#xe9;</a>", "café\u{a0}éé"),
            ("<a>&unknown;</a>", "&unknown;"),
            ("<a>1 < 2</a>", "1 < 2"),
            ("<a><b>x<i>y</b>z</i></a>", "xyz"),
            ("<a>x</b></a>", "x"),
            ("<a>x<b>y", "xy"),
            ("<a><![CDATA[<p>x</p>]]></a>", "<p>x</p>"),
            ("<a>x</a><a>y</a>", "x"),
            ("<a><![CDATA[1 < 2]]> < 3<!-- < --></a>", "1 < 2 < 3"),
        ] {
            assert_eq!(shown(xml), text, "{xml}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        for xml in ["", "words", "<a><![CDATA[x</a>", "<a x=\"</a>", &"<a>".repeat(1000)] {
            assert!(element(xml).is_err(), "{xml:.40}");
        }
    }

    #[test]
    fn entities_of_the_document_are_not_expanded() {
        assert_eq!(shown("<a>&lol9;</a>"), "&lol9;");
    }

    #[test]
    fn paragraphs() {
        let xml = "<body.content><block><p>One <em>is</em>\n here.</p><media><p>caption</p></media><p>Two.<br/>Lines.</p>\
                   </block><table><tr><td>a</td><td>b</td></tr></table> tail</body.content>";
        assert_eq!(element(xml).unwrap().paragraphs(), "One is here.\n\nTwo.\nLines.\n\na b\n\ntail");
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(xml in "(<a>|</a>|<b x=\"|\">|&amp;|&|<|>|<!\\[CDATA\\[|\\]\\]>|<!--|-->|\\PC){0,30}") {
            if let Ok(element) = element(&xml) {
                element.paragraphs();
            }
        }
    }
}
