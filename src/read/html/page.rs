//! What does a page show, and what does it say of itself? One walk over its tree.
//!
//! The walk keeps no recursion, so depth costs no stack. What it gives is the text as a browser lays it out, block by
//! block, and the facts of the head, as they stand: [`metadata`](super::metadata) chooses among them.

use trafilatura::dom::{Document, NodeId};

/// What a page holds.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) blocks: Vec<Block>,
    pub(super) head: Head,
    /// How deep its elements nest.
    pub(super) depth: usize,
    /// How many they are.
    elements: u32,
}

/// A paragraph, a heading, an item of a list, a cell, or a line of one of these.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Block {
    /// Its words, with one space between them.
    pub(super) text: String,
    /// Whether it is a first heading.
    pub(super) is_headline: bool,
    /// Whether only a line end stands before it.
    pub(super) follows_line: bool,
    /// How many bytes of its words are links.
    pub(super) link_bytes: usize,
    /// Where it stands.
    pub(super) within: Within,
}

/// Where a block stands: elements have numbers, from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Within {
    /// The elements it stands in, from the inside; not the page's body.
    pub(super) elements: [u32; 4],
    /// The outermost `article`.
    pub(super) article: u32,
    /// Whether it is a heading, of any rank.
    pub(super) is_heading: bool,
    /// Whether the page says that it is no part of the running text: a caption, a list, a note on the author.
    pub(super) is_apart: bool,
}

/// Elements whose text is no running text.
const APART: [&str; 14] = [
    "figure",
    "figcaption",
    "aside",
    "nav",
    "footer",
    "form",
    "li",
    "dd",
    "dt",
    "td",
    "th",
    "address",
    "dialog",
    "details",
];
/// What classes and ids of elements have in them whose text is none.
const APART_NAMES: [&str; 38] = [
    "newsletter",
    "promo",
    "related",
    "teaser",
    "share",
    "sharing",
    "social",
    "comment",
    "subscri",
    "caption",
    "credit",
    "advert",
    "sidebar",
    "footer",
    "recirc",
    "recommend",
    "disclaimer",
    "copyright",
    "author",
    "byline",
    "bio",
    "tags",
    "paywall",
    "cookie",
    "consent",
    "hidden",
    "widget",
    "banner",
    "signup",
    "sign-up",
    "login",
    "most-read",
    "trending",
    "breadcrumb",
    "correction",
    "timestamp",
    "gallery",
    "popup",
];

/// What a page says of itself.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// Name and content of each `meta`, and of elements with `itemprop`, the name in lower case.
    pub(super) stated: Vec<(String, String)>,
    pub(super) canonical: Option<String>,
    pub(super) title: Option<String>,
    pub(super) lang: Option<String>,
    /// The texts of JSON-LD scripts.
    pub(super) linked_data: Vec<String>,
    /// The `datetime` of each `time`.
    pub(super) times: Vec<String>,
    /// The names that links with `rel=author` have.
    pub(super) authors: Vec<String>,
    /// How many bytes of text were looked through for facts.
    looked_at_bytes: usize,
}

/// More of anything than this says nothing of an article: a page may list all others of its outlet.
const MOST_FACTS: usize = 1_000;

/// Names and dates are found in so much text, or not at all: elements that state them may nest.
const LOOKED_AT_BYTES: usize = 64 << 10;

/// Bylines of 91 news pages have at most 50 characters.
const LONGEST_BYLINE_CHARS: usize = 100;

/// A step of the walk.
enum Step {
    Enter(NodeId, Place),
    Leave(Place),
}

/// Where in the page an element stands.
#[derive(Clone, Copy, Default)]
struct Place {
    depth: usize,
    is_headline: bool,
    /// Whether line ends in the text are line ends of the page.
    is_preformatted: bool,
    is_link: bool,
    within: Within,
    /// Whether statements (`itemprop`) are on something else than the page or its article, such as a picture.
    is_of_other: bool,
}

impl Page {
    pub(super) fn of(document: &Document) -> Page {
        let mut page = Page::default();
        let mut line = Line::default();
        let mut steps = vec![Step::Enter(document.root(), Place::default())];
        while let Some(step) = steps.pop() {
            match step {
                Step::Enter(node, place) => page.enter(document, node, place, &mut line, &mut steps),
                Step::Leave(place) => page.end_block(&mut line, place),
            }
        }
        page.end_block(&mut line, Place::default());
        page
    }

    fn enter(&mut self, document: &Document, node: NodeId, place: Place, line: &mut Line, steps: &mut Vec<Step>) {
        if document.is_text(node) {
            return self.text(&document.text_content(node), place, line);
        }
        self.depth = self.depth.max(place.depth);
        let name = document.tag_name(node);
        if document.is_element(node) {
            self.head.note(document, node, name, place);
        }
        match name {
            "script" | "style" | "noscript" | "template" | "svg" | "math" | "iframe" | "object" | "button"
            | "select" | "textarea" | "title" | "audio" | "video" => return,
            "br" => return self.end_line(line, place),
            _ => {}
        }
        self.elements += 1;
        let inside = Place {
            depth: place.depth + 1,
            is_headline: place.is_headline || name == "h1",
            is_preformatted: place.is_preformatted || name == "pre",
            is_link: place.is_link || name == "a",
            within: place.within.inside(document, node, name, self.elements),
            is_of_other: document.get_attribute(node, "itemscope").map_or(place.is_of_other, |_| {
                let kind = document.get_attribute(node, "itemtype").unwrap_or_default();
                !["Article", "Posting", "Report", "WebPage"].iter().any(|own| kind.contains(own))
            }),
        };
        if is_block(name) {
            self.end_block(line, place);
            steps.push(Step::Leave(inside));
        }
        steps.extend(document.child_nodes(node).into_iter().rev().map(|child| Step::Enter(child, inside)));
    }

    fn text(&mut self, text: &str, place: Place, line: &mut Line) {
        if !place.is_preformatted {
            return line.add(text, place);
        }
        for (number, part) in text.split('\n').enumerate() {
            if number > 0 {
                self.end_line(line, place);
            }
            line.add(part, place);
        }
    }

    /// Two line ends with nothing between them end a block, too.
    fn end_line(&mut self, line: &mut Line, place: Place) {
        let was_empty = line.words.is_empty();
        self.end_block(line, place);
        line.follows_line = !was_empty;
    }

    fn end_block(&mut self, line: &mut Line, place: Place) {
        let ended = std::mem::take(line);
        if ended.words.is_empty() {
            return;
        }
        self.blocks.push(Block {
            text: ended.words,
            is_headline: place.is_headline,
            follows_line: ended.follows_line,
            link_bytes: ended.link_bytes,
            within: ended.within,
        });
    }
}

impl Within {
    /// Of what stands in an element that stands here and has this number.
    fn inside(self, document: &Document, node: NodeId, name: &str, number: u32) -> Within {
        if !is_block(name) || matches!(name, "html" | "head" | "body") {
            return self;
        }
        // A heading or a paragraph is the block itself.
        let is_heading = matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6");
        let mut within = self;
        within.is_heading |= is_heading;
        within.is_apart |= APART.contains(&name) || is_named_apart(document, node);
        if is_heading || name == "p" {
            return within;
        }
        let [one, two, three, _] = self.elements;
        within.elements = [number, one, two, three];
        if name == "article" && within.article == 0 {
            within.article = number;
        }
        within
    }
}

fn is_named_apart(document: &Document, node: NodeId) -> bool {
    ["class", "id"].iter().filter_map(|name| document.get_attribute(node, name)).any(|names| {
        let names = names.to_ascii_lowercase();
        APART_NAMES.iter().any(|apart| names.contains(apart))
    })
}

/// The words gathered since the last line end.
#[derive(Default)]
struct Line {
    words: String,
    ends_in_space: bool,
    follows_line: bool,
    link_bytes: usize,
    /// Where its first word stands.
    within: Within,
}

impl Line {
    fn add(&mut self, text: &str, place: Place) {
        if self.words.is_empty() {
            self.within = place.within;
        }
        if place.is_link {
            self.link_bytes += text.trim().len();
        }
        for word in text.split_inclusive(char::is_whitespace) {
            let bare = word.trim_end_matches(char::is_whitespace);
            if !bare.is_empty() {
                if self.ends_in_space && !self.words.is_empty() {
                    self.words.push(' ');
                }
                self.words.push_str(bare);
                self.ends_in_space = false;
            }
            self.ends_in_space |= bare.len() < word.len();
        }
    }
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "caption"
            | "center"
            | "dd"
            | "details"
            | "dialog"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "head"
            | "header"
            | "hr"
            | "html"
            | "legend"
            | "li"
            | "main"
            | "menu"
            | "nav"
            | "ol"
            | "option"
            | "p"
            | "pre"
            | "section"
            | "summary"
            | "table"
            | "tbody"
            | "td"
            | "tfoot"
            | "th"
            | "thead"
            | "tr"
            | "ul"
    )
}

impl Head {
    /// Notes what an element states.
    fn note(&mut self, document: &Document, node: NodeId, name: &str, place: Place) {
        let attribute = |name: &str| document.get_attribute(node, name).filter(|value| !value.trim().is_empty());
        match name {
            "html" => self.lang = attribute("lang").or_else(|| attribute("xml:lang")),
            "title" if self.title.is_none() => self.title = self.text(document, node),
            "script" if attribute("type").is_some_and(|kind| kind.to_ascii_lowercase().contains("ld+json")) => {
                push(&mut self.linked_data, Some(document.text_content(node)));
            }
            "meta" => {
                let named = ["property", "name", "itemprop", "http-equiv"].into_iter().find_map(attribute);
                self.state(named, attribute("content"));
            }
            "link" | "a" => {
                let kinds = attribute("rel").unwrap_or_default().to_ascii_lowercase();
                let is = |kind: &str| kinds.split_ascii_whitespace().any(|other| other == kind);
                if name == "link" && is("canonical") && self.canonical.is_none() {
                    self.canonical = attribute("href").map(|address| address.trim().to_owned());
                } else if name == "a" && is("author") {
                    let author = self.text(document, node);
                    push(&mut self.authors, author);
                }
            }
            "time" => push(&mut self.times, attribute("datetime")),
            _ => {}
        }
        if name != "meta"
            && !place.is_of_other
            && let Some(property) = attribute("itemprop")
        {
            let stated = attribute("content").or_else(|| attribute("datetime"));
            let value = match property.as_str() {
                "headline" | "datePublished" | "dateModified" | "dateline" => {
                    stated.or_else(|| self.text(document, node))
                }
                "author" | "creator" => stated.or_else(|| self.text(document, node).filter(|text| is_byline(text))),
                "copyrightHolder" | "creditText" | "isBasedOn" => {
                    stated.or_else(|| attribute("href")).or_else(|| self.text(document, node))
                }
                _ => stated,
            };
            self.state(Some(property), value);
        }
    }

    /// The words of an element that states something, as long as not too much was looked through.
    fn text(&mut self, document: &Document, node: NodeId) -> Option<String> {
        if self.looked_at_bytes > LOOKED_AT_BYTES {
            return None;
        }
        let text = document.text_content(node);
        self.looked_at_bytes += text.len();
        words(&text)
    }

    fn state(&mut self, name: Option<String>, value: Option<String>) {
        if let (Some(name), Some(value)) = (name, value)
            && self.stated.len() < MOST_FACTS
        {
            self.stated.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
}

/// Whether the words of an element that states an author are names alone, without dates and reading times.
fn is_byline(text: &str) -> bool {
    text.chars().count() <= LONGEST_BYLINE_CHARS && !text.contains(|c: char| c.is_ascii_digit())
}

fn push(facts: &mut Vec<String>, fact: Option<String>) {
    facts.extend(fact.filter(|_| facts.len() < MOST_FACTS));
}

/// The words of a text with one space between them, if there are any.
pub(super) fn words(text: &str) -> Option<String> {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!words.is_empty()).then_some(words)
}
