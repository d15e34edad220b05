//! What agencies deliver: NITF 3 documents and NewsML-G2 news items.
//!
//! NewsML-G2 is an envelope whose text is inline XHTML, NITF or plain text; its own metadata go before those of the NITF
//! inside. Controlled values (`provider`, `infoSource`) are shown by their name, else by the literal or the code.

use super::tree::Element;
use crate::read::fields::{Offer, Value};
use crate::read::markup;
use crate::settings::Field;

/// Where NITF has its fields: a path from the root, and after `@` an attribute.
const NITF: [(Field, &[&str]); 10] = [
    (Field::Title, &["body/body.head/hedline/hl1", "head/title", "body/body.head/hedline"]),
    (Field::Id, &["head/docdata/doc-id@id-string", "@uno"]),
    (Field::Url, &["head/pubdata@ex-ref"]),
    (Field::Source, &["head/pubdata@name", "head/docdata/doc-id@regsrc"]),
    (Field::Author, &["body/body.head/byline/person", "body/body.head/byline"]),
    (Field::Credit, &["body/body.head/distributor", "body/body.head/distributor/org", "body/body.end/tagline"]),
    (Field::Dateline, &["body/body.head/dateline"]),
    (
        Field::Copyright,
        &["head/docdata/doc.copyright@holder", "body/body.head/rights/rights.owner", "body/body.head/rights"],
    ),
    (Field::Version, &["head/docdata/du-key@version", "head/pubdata@edition.name"]),
    (
        Field::Published,
        &[
            "head/docdata/date.issue@norm",
            "head/docdata/date.release@norm",
            "head/pubdata@date.publication",
            "body/body.head/dateline/story.date@norm",
        ],
    ),
];
const NITF_LANG: &[&str] =
    &["@xml:lang", "body@xml:lang", "body/body.content@xml:lang", "body/body.content/block@xml:lang"];

/// Where NewsML-G2 has its fields.
const NEWSML: [(Field, &[&str]); 13] = [
    (Field::Title, &["contentMeta/headline", "itemMeta/title"]),
    (Field::Id, &["@guid"]),
    (Field::Url, &["itemMeta/link@href", "contentMeta/altId"]),
    (Field::Source, &["itemMeta/provider", "contentMeta/infoSource"]),
    (Field::Author, &["contentMeta/by", "contentMeta/creator"]),
    (Field::Credit, &["contentMeta/creditline", "contentMeta/infoSource"]),
    (Field::Dateline, &["contentMeta/dateline"]),
    (Field::Copyright, &["rightsInfo/copyrightHolder", "rightsInfo/copyrightNotice"]),
    (Field::Version, &["@version"]),
    (Field::Lang, &["contentMeta/language@tag", "@xml:lang"]),
    (Field::Published, &["itemMeta/firstCreated", "contentMeta/contentCreated", "itemMeta/versionCreated"]),
    (Field::Modified, &["itemMeta/versionCreated", "contentMeta/contentModified"]),
    (Field::BasedOn, &["itemMeta/derivedFrom@href"]),
];

/// What a NITF document says.
pub(super) fn nitf(root: &Element) -> Vec<Offer<'static>> {
    let mut offers = offers(root, NITF.iter().copied().chain([(Field::Lang, NITF_LANG)]), 0);
    let content = root.first("body/body.content");
    let text = content.map(Element::paragraphs).filter(|text| !text.is_empty());
    offers.extend(text.map(|text| offer(Field::Text, 0, "body/body.content", text)));
    offers
}

/// What a NewsML-G2 item says, or why it says nothing.
pub(super) fn newsml(item: &Element) -> Result<Vec<Offer<'static>>, String> {
    if item.local() == "packageItem" {
        return Err("a package: it refers to items and has no text itself".to_owned());
    }
    let mut offers = offers(item, NEWSML.iter().copied(), 0);
    let parts: Vec<&Element> = item.first("contentSet").into_iter().flat_map(Element::elements).collect();
    for part in &parts {
        let (name, text) = match part.local() {
            "inlineXML" => {
                let inner = part.elements().next();
                if let Some(document) = inner.filter(|inner| inner.local() == "nitf") {
                    offers.extend(super::newswire::offers(document, NITF.iter().copied(), 100));
                    let content = document.first("body/body.content");
                    ("contentSet/inlineXML", content.map_or_else(String::new, Element::paragraphs))
                } else {
                    let content = inner.map(|inner| inner.first("body").unwrap_or(inner));
                    ("contentSet/inlineXML", content.map_or_else(String::new, Element::paragraphs))
                }
            }
            "inlineData" => {
                let text = part.raw_text();
                let is_html = part.attribute("contenttype").is_some_and(|kind| kind.contains("html"));
                let is_html = is_html || markup::is_fragment(&text);
                ("contentSet/inlineData", if is_html { markup::text(&text) } else { text.trim().to_owned() })
            }
            _ => continue,
        };
        if !text.is_empty() {
            offers.push(offer(Field::Text, 0, name, text));
            return Ok(offers);
        }
    }
    let class = item.first("itemMeta/itemClass").and_then(|class| class.attribute("qcode"));
    Err(match (class, parts.iter().any(|part| part.local() == "remoteContent")) {
        (Some(class), true) => format!("no text: an item of class {class}, whose content is elsewhere"),
        (None, true) => "no text: the content of the item is elsewhere".to_owned(),
        _ => "no text: contentSet has neither inlineXML nor inlineData with words".to_owned(),
    })
}

fn offers(
    root: &Element,
    names: impl Iterator<Item = (Field, &'static [&'static str])>,
    rank: u16,
) -> Vec<Offer<'static>> {
    let mut offers = Vec::new();
    for (field, names) in names {
        for (place, name) in names.iter().enumerate() {
            if let Some(value) = value(root, field, name) {
                offers.push(offer(field, rank + place as u16, name, value));
            }
        }
    }
    offers
}

fn offer(field: Field, rank: u16, name: &'static str, value: String) -> Offer<'static> {
    Offer { field, rank, name, value: Value::Text(value.into()) }
}

fn value(root: &Element, field: Field, name: &str) -> Option<String> {
    let (path, attribute) = name.split_once('@').map_or((name, None), |(path, attribute)| (path, Some(attribute)));
    if field == Field::Author && attribute.is_none() {
        let (outer, last) = path.rsplit_once('/')?;
        let names: Vec<String> = root.first(outer)?.all(last).filter_map(named).collect();
        return (!names.is_empty()).then(|| names.join(", "));
    }
    let element = if path.is_empty() { root } else { root.first(path)? };
    match attribute {
        Some(attribute) => element.attribute(attribute).map(str::to_owned),
        None => named(element),
    }
    .filter(|value| field != Field::Url || super::super::site::looks_like_url(value))
}

/// The words of an element; of a controlled value its name, else its literal or code.
fn named(element: &Element) -> Option<String> {
    let name = element.all("name").next().and_then(Element::line).or_else(|| element.line());
    let code = ["literal", "qcode", "uri"].into_iter().find_map(|name| element.attribute(name));
    name.or_else(|| {
        code.map(|code| code.rsplit_once(':').filter(|_| !code.contains('/')).map_or(code, |(_, code)| code).to_owned())
    })
}
