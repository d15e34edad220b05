//! `report.graphml`: the graph of stories, for Gephi, Cytoscape, networkx and the like.
//!
//! Nodes are the articles that are in a story or carry a part of one, edges the links between them, in the order of the
//! tables. Nodes are called `n` and the article's place, since an id may have any form; the id is an attribute. The graph is
//! written as it is read: a truth value an article is all that is held.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::escape::printable;
use super::rows::{rounded, stated};
use crate::credit::Credit;
use crate::findings::{Findings, Member, Pair, has_text};
use crate::relate::Direction;

/// What nodes and edges have: whose it is, its name, its type. The name is the key's id, too, after the first letter of whose.
const KEYS: [(&str, &str, &str); 13] = [
    ("node", "id", "string"),
    ("node", "title", "string"),
    ("node", "source", "string"),
    ("node", "published", "string"),
    ("node", "story", "string"),
    ("node", "partial_in", "string"),
    ("node", "relation", "string"),
    ("node", "agency", "string"),
    ("node", "keep", "boolean"),
    ("edge", "relation", "string"),
    ("edge", "jaccard", "double"),
    ("edge", "evidence_bits", "double"),
    ("edge", "direction", "string"),
];

/// Writes the graph.
pub fn write(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    let mut graph = Graph { xml: Writer::new_with_indent(out, b' ', 1) };
    graph.xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    graph.begin("graphml", &[("xmlns", "http://graphml.graphdrawing.org/xmlns")])?;
    for (whose, name, kind) in KEYS {
        let id = key(whose, name);
        let attributes = [("id", id.as_str()), ("for", whose), ("attr.name", name), ("attr.type", kind)];
        graph.xml.create_element("key").with_attributes(attributes).write_empty()?;
    }
    graph.begin("graph", &[("id", "stories"), ("edgedefault", "undirected")])?;
    let mut nodes = Vec::with_capacity(findings.members.len());
    for (member, place) in findings.members.iter().zip(0..) {
        nodes.push(has_text(&member));
        if has_text(&member) {
            graph.node(findings, place, &member)?;
        }
    }
    for pair in findings.pairs.iter() {
        if pair.relation.links() && nodes[pair.a.index()] && nodes[pair.b.index()] {
            graph.edge(&pair)?;
        }
    }
    graph.end("graph")?;
    graph.end("graphml")?;
    graph.xml.into_inner().write_all(b"\n")
}

struct Graph<W: Write> {
    xml: Writer<W>,
}

impl<W: Write> Graph<W> {
    fn begin(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        let start = BytesStart::new(name).with_attributes(attributes.iter().copied());
        self.xml.write_event(Event::Start(start))
    }

    fn end(&mut self, name: &str) -> io::Result<()> {
        self.xml.write_event(Event::End(BytesEnd::new(name)))
    }

    fn node(&mut self, findings: &Findings, place: usize, member: &Member) -> io::Result<()> {
        let story = |place: usize| findings.stories[place].id.as_str();
        let parts: Vec<&str> = member.partial_in.iter().map(|&place| story(place)).collect();
        self.begin("node", &[("id", &format!("n{place}"))])?;
        self.data("node", "id", Some(&member.id))?;
        self.data("node", "title", member.title.as_deref().map(printable))?;
        self.data("node", "source", member.source.as_deref())?;
        self.data("node", "published", member.published.and_then(stated))?;
        self.data("node", "story", member.story.map(story))?;
        self.data("node", "partial_in", Some(parts.join(" ")).filter(|parts| !parts.is_empty()))?;
        self.data("node", "relation", member.relation.map(|relation| relation.name()))?;
        self.data("node", "agency", member.agency.as_deref().map(Credit::names))?;
        self.data("node", "keep", Some(member.keep))?;
        self.end("node")
    }

    fn edge(&mut self, pair: &Pair) -> io::Result<()> {
        let [source, target] = [pair.a, pair.b].map(|article| format!("n{}", article.index()));
        let direction = pair.direction.map(|direction| match direction {
            Direction::AInB => "source_in_target",
            Direction::BInA => "target_in_source",
        });
        self.begin("edge", &[("source", &source), ("target", &target)])?;
        self.data("edge", "relation", Some(pair.relation.name()))?;
        self.data("edge", "jaccard", Some(rounded(pair.jaccard)))?;
        self.data("edge", "evidence_bits", Some(rounded(pair.evidence_bits)))?;
        self.data("edge", "direction", direction)?;
        self.end("edge")
    }

    fn data(&mut self, whose: &str, name: &str, value: Option<impl Display>) -> io::Result<()> {
        let Some(value) = value else { return Ok(()) };
        let (key, value) = (key(whose, name), value.to_string());
        let data = self.xml.create_element("data").with_attribute(("key", key.as_str()));
        data.write_text_content(BytesText::new(&allowed(&value)))?;
        Ok(())
    }
}

fn key(whose: &str, name: &str) -> String {
    format!("{}_{name}", &whose[..1])
}

/// The text with a sign in place of each control character, most of which XML cannot hold, and of each that is none. A
/// carriage return is replaced, too, since readers make a line break of it.
fn allowed(text: &str) -> Cow<'_, str> {
    let forbidden = |c: char| (c.is_control() && !matches!(c, '\t' | '\n')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    if text.contains(forbidden) { text.replace(forbidden, "\u{fffd}").into() } else { text.into() }
}
