//! Items of RSS and entries of Atom.
//!
//! `content:encoded` and `content` go before `description` and `summary`, which most feeds cut short. Prefixes are taken as
//! everybody writes them (`dc:`, `content:`, `media:`).

use super::tree::Element;
use crate::read::fields::{Offer, Value};
use crate::read::markup;
use crate::settings::Field;

/// Where the fields of an item are looked for, best first.
const NAMES: [(Field, &[&str]); 10] = [
    (Field::Text, &["content:encoded", "content", "description", "summary", "itunes:summary", "media:description"]),
    (Field::Title, &["title", "dc:title", "media:title"]),
    (Field::Id, &["guid", "id", "dc:identifier"]),
    (Field::Url, &["link", "feedburner:origLink", "guid", "id"]),
    (Field::Source, &["source", "dc:source", "dc:publisher"]),
    (Field::Author, &["dc:creator", "author", "itunes:author", "name", "source"]),
    (Field::Credit, &["media:credit", "dc:contributor"]),
    (Field::Copyright, &["dc:rights", "rights", "copyright", "media:copyright"]),
    (Field::Lang, &["xml:lang", "dc:language", "language"]),
    (Field::Published, &["pubDate", "published", "issued", "dc:date", "dc:issued", "dcterms:issued", "created"]),
];
const CHANGED: &[&str] = &["updated", "modified", "dcterms:modified", "atom:updated", "lastBuildDate"];

/// What an item or entry says.
pub(super) fn offers(item: &Element) -> Vec<Offer<'static>> {
    let prefix = item.name.rsplit_once(':').map_or("", |(prefix, _)| prefix);
    let mut offers = Vec::new();
    for (field, names) in NAMES.into_iter().chain([(Field::Modified, CHANGED)]) {
        for (rank, name) in names.iter().enumerate() {
            let value = value(item, prefix, field, name);
            let value = value.filter(|value| field != Field::Url || super::super::site::looks_like_url(value));
            if let Some(value) = value {
                offers.push(Offer { field, rank: rank as u16, name, value: Value::Text(value.into()) });
                // What comes later goes after it anyway, and text is dear to convert.
                if field == Field::Text {
                    break;
                }
            }
        }
    }
    offers
}

/// The feed's own language, title, author and rights, which hold for items that have none. The `managingEditor` of RSS
/// answers for the feed and has not written its items.
pub(super) fn inherited(feed: &Element) -> Vec<(Field, &'static str, String)> {
    let channel = feed.first("channel").unwrap_or(feed);
    let line = |name: &str| channel.elements().find(|element| element.name == name).and_then(Element::line);
    let lang = feed.attribute("xml:lang").map(str::to_owned);
    let lang = lang.or_else(|| line("language")).or_else(|| line("dc:language"));
    let prefix = channel.name.rsplit_once(':').map_or("", |(prefix, _)| prefix);
    let author = ["author", "dc:creator"].iter().find_map(|name| value(channel, prefix, Field::Author, name));
    let rights = line("copyright").or_else(|| line("rights")).or_else(|| line("dc:rights"));
    [
        (Field::Lang, "language of the feed", lang),
        (Field::Source, "title of the feed", line("title")),
        (Field::Author, "author of the feed", author),
        (Field::Copyright, "rights of the feed", rights),
    ]
    .into_iter()
    .filter_map(|(field, name, value)| Some((field, name, value?)))
    .collect()
}

fn value(item: &Element, prefix: &str, field: Field, name: &str) -> Option<String> {
    if name == "xml:lang" {
        return item.attribute(name).map(str::to_owned);
    }
    let mut found = item.elements().filter(|element| {
        element.name == name || element.name.split_once(':').is_some_and(|own| own == (prefix, name))
    });
    match (field, name) {
        (Field::Url, "link") => found.find_map(link),
        (Field::Url, "guid") => {
            found.find(|guid| guid.attribute("isPermaLink") != Some("false")).and_then(Element::line)
        }
        // An entry that was taken from another feed has that one's author.
        (Field::Author, "source") => found.find_map(|source| source.first("author").and_then(person)),
        (Field::Author, _) => {
            let names: Vec<String> = found.filter_map(person).collect();
            (!names.is_empty()).then(|| names.join(", "))
        }
        (Field::Source, "source") => {
            let named = |source: &Element| source.first("title").and_then(Element::line).or_else(|| source.line());
            found.find_map(|source| named(source).or_else(|| source.attribute("url").map(str::to_owned)))
        }
        (Field::Text, _) => found.map(text).find(|text| !text.trim().is_empty()),
        (Field::Title, _) => found.find_map(|title| {
            let line = title.line()?;
            // Titles of Atom may be HTML; many of RSS are, though they should not.
            let is_html = title.attribute("type") == Some("html") || line.contains("&#") || line.contains("&amp;");
            Some(if is_html { markup::text(&line) } else { line })
        }),
        _ => found.find_map(Element::line),
    }
}

/// An address: of Atom the attribute of the link to the article itself.
fn link(link: &Element) -> Option<String> {
    match link.attribute("href") {
        Some(href) if matches!(link.attribute("rel"), None | Some("alternate")) => Some(href.to_owned()),
        Some(_) => None,
        None => link.line(),
    }
}

/// A name: `<author><name>`, or `desk@outlet.example (A. Writer)` as RSS wants it.
fn person(person: &Element) -> Option<String> {
    if let Some(name) = person.first("name") {
        return name.line();
    }
    let line = person.line()?;
    let named =
        line.split_once('(').filter(|(before, _)| before.contains('@')).map(|(_, name)| name.trim_end_matches(')'));
    Some(named.map_or_else(|| line.clone(), |name| name.trim().to_owned()))
}

/// The text of a content element: of Atom as its type says, of RSS always HTML.
fn text(content: &Element) -> String {
    match content.attribute("type") {
        Some("xhtml") | Some("application/xhtml+xml") => content.paragraphs(),
        Some("text" | "text/plain") => content.raw_text().trim().to_owned(),
        _ if content.elements().next().is_some() => content.paragraphs(),
        _ => markup::text(content.raw_text().trim()),
    }
}
