//! Can this page be parsed in good time?
//!
//! Building the tree of a page takes quadratic time, and what reads the tree takes stack, where elements nest without
//! end, where one tag has thousands of attributes, or where tags for bold or links are opened and never closed, since
//! each paragraph then repeats them. No page of an outlet does; a damaged or hostile one may, and a thread cannot be
//! stopped. So the tags are counted before: an approximation of how a tree would be built (HTML standard, section
//! 13.2.6), without one, in one pass and linear time. It errs on the side of too deep.

use memchr::{memchr, memchr_iter};
use xxhash_rust::xxh3::xxh3_64;

use super::flaw::BINARY_PROBE_BYTES;

/// How deep elements may nest. The deepest of 91 news pages has 51 levels; what reads the tree recurses.
const DEEPEST: usize = 400;
/// How many elements a page may have, those included that the parser repeats in each paragraph. Of 91 news pages the
/// one with the most has 2,440; a hundred thousand take two seconds.
const MOST_ELEMENTS: usize = 100_000;
/// How many attributes one tag may have: the parser compares each with each. 91 news pages have at most 65.
const MOST_ATTRIBUTES: usize = 1_000;
/// How long a page may be. The longest of 91 news pages has 1.4 MB; the worst that is let through takes 2 s a MB.
const LONGEST_BYTES: usize = 8 << 20;

/// What a tag does to the elements that are open.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Has no content.
    Void,
    /// Its content is no markup.
    Raw,
    /// Stays in force until it is closed, wherever it is opened.
    Formatting,
    /// Keeps what is inside from closing what is outside.
    Boundary,
    /// Closed by its own end tag, which closes all that is inside, too.
    Block,
    /// Closed by another of its kind.
    Item,
    /// A paragraph.
    Paragraph,
    /// All others: closed by their own end tag unless a block is still open inside.
    Inline,
}

fn kind(name: &[u8]) -> Kind {
    match name {
        b"area" | b"base" | b"basefont" | b"bgsound" | b"br" | b"col" | b"embed" | b"frame" | b"hr" | b"img"
        | b"input" | b"keygen" | b"link" | b"meta" | b"param" | b"source" | b"track" | b"wbr" | b"image" => Kind::Void,
        b"script" | b"style" | b"textarea" | b"title" | b"xmp" | b"iframe" | b"noembed" | b"noframes" | b"noscript" => {
            Kind::Raw
        }
        b"a" | b"b" | b"big" | b"code" | b"em" | b"font" | b"i" | b"nobr" | b"s" | b"small" | b"strike" | b"strong"
        | b"tt" | b"u" => Kind::Formatting,
        b"applet" | b"caption" | b"html" | b"table" | b"td" | b"th" | b"marquee" | b"object" | b"template" | b"svg"
        | b"math" | b"foreignobject" | b"desc" | b"annotation-xml" | b"select" => Kind::Boundary,
        b"li" | b"dd" | b"dt" | b"option" | b"optgroup" | b"tr" | b"tbody" | b"thead" | b"tfoot" => Kind::Item,
        b"p" => Kind::Paragraph,
        b"address" | b"article" | b"aside" | b"blockquote" | b"body" | b"button" | b"center" | b"details"
        | b"dialog" | b"dir" | b"div" | b"dl" | b"fieldset" | b"figcaption" | b"figure" | b"footer" | b"form"
        | b"frameset" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" | b"head" | b"header" | b"hgroup"
        | b"listing" | b"main" | b"menu" | b"nav" | b"ol" | b"plaintext" | b"pre" | b"search" | b"section"
        | b"summary" | b"ul" => Kind::Block,
        _ => Kind::Inline,
    }
}

/// An element that is open.
struct Open {
    name: u64,
    kind: Kind,
    /// The tag as it stands, for formatting.
    tag: u64,
    /// Whether it is part of a drawing or a formula, where a tag can close itself.
    drawing: bool,
}

/// Whether a page can be parsed, or why not in plain words.
pub(super) fn check(page: &[u8]) -> Result<(), String> {
    if page.len() > LONGEST_BYTES {
        return Err(format!("a page of {} bytes, more than the {LONGEST_BYTES} that are read", page.len()));
    }
    let mut open: Vec<Open> = Vec::new();
    let (mut formatting, mut elements) = (0usize, 0usize);
    let mut place = 0;
    while let Some(found) = page.get(place..).and_then(|rest| memchr(b'<', rest)) {
        place += found + 1;
        let rest = page.get(place..).unwrap_or_default();
        match rest.first() {
            Some(b'!') if rest.starts_with(b"!--") => {
                place +=
                    memchr::memmem::find(rest.get(1..).unwrap_or_default(), b"-->").map_or(rest.len(), |end| end + 4);
            }
            Some(b'/') => {
                let name = name(rest.get(1..).unwrap_or_default());
                formatting -= close(&mut open, &name);
            }
            Some(first) if first.is_ascii_alphabetic() => {
                let name = name(rest);
                let tag = Tag::of(rest)?;
                place += tag.size_bytes;
                let kind = kind(&name);
                elements += 1 + formatting;
                if elements > MOST_ELEMENTS {
                    return Err(format!("a page of more than the {MOST_ELEMENTS} elements that are read"));
                }
                match kind {
                    Kind::Void => continue,
                    Kind::Raw => {
                        place += end_of_raw(page.get(place..).unwrap_or_default(), &name);
                        continue;
                    }
                    _ => {}
                }
                let begun = Open {
                    name: hash(&name),
                    kind,
                    tag: hash(rest.get(..tag.size_bytes).unwrap_or_default()),
                    drawing: is_drawing(&open, &name, kind),
                };
                if tag.closes_itself && begun.drawing {
                    continue;
                }
                formatting -= make_room(&mut open, &begun);
                if kind == Kind::Formatting {
                    // A link ends where another begins.
                    if name == b"a" {
                        formatting -= close(&mut open, &name);
                    }
                    formatting += 1;
                }
                open.push(begun);
                if open.len() > DEEPEST {
                    return Err(too_deep());
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// The name at the beginning of a tag, in lower case.
fn name(tag: &[u8]) -> Vec<u8> {
    let end = tag.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>' | 0));
    tag.get(..end.unwrap_or(tag.len()).min(64)).unwrap_or_default().to_ascii_lowercase()
}

fn hash(bytes: &[u8]) -> u64 {
    xxh3_64(bytes)
}

/// A start tag without its bracket.
struct Tag {
    size_bytes: usize,
    closes_itself: bool,
}

impl Tag {
    fn of(rest: &[u8]) -> Result<Tag, String> {
        let mut attributes = 0usize;
        let mut quote = None;
        let mut end = rest.len();
        let mut before = b' ';
        for (place, &byte) in rest.iter().enumerate() {
            match quote {
                Some(mark) if byte == mark => quote = None,
                Some(_) => {}
                // Only a value can be quoted.
                None if matches!(byte, b'"' | b'\'') && before == b'=' => quote = Some(byte),
                None if byte == b'>' => {
                    end = place;
                    break;
                }
                // A name begins after white space, a slash or a value.
                None if !byte.is_ascii_whitespace() && byte != b'/' => {
                    attributes += usize::from(before.is_ascii_whitespace() || matches!(before, b'/' | b'"' | b'\''));
                }
                None => {}
            }
            if attributes > MOST_ATTRIBUTES {
                return Err(format!("a tag with more than the {MOST_ATTRIBUTES} attributes that are read"));
            }
            if !(byte.is_ascii_whitespace() && before == b'=') {
                before = byte;
            }
        }
        let closes_itself = end > 0 && rest.get(end - 1) == Some(&b'/');
        Ok(Tag { size_bytes: end.max(1), closes_itself })
    }
}

/// How long the content of an element is that has no markup.
fn end_of_raw(content: &[u8], name: &[u8]) -> usize {
    let ends = |place: &usize| {
        let after = content.get(place + 2..).unwrap_or_default();
        after.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    memchr_iter(b'<', content).filter(|place| content.get(place + 1) == Some(&b'/')).find(ends).unwrap_or(content.len())
}

/// Whether an element that begins is part of a drawing or a formula.
fn is_drawing(open: &[Open], name: &[u8], kind: Kind) -> bool {
    if matches!(name, b"svg" | b"math") {
        return true;
    }
    let leaves =
        matches!(name, b"foreignobject" | b"desc" | b"annotation-xml" | b"mi" | b"mo" | b"mn" | b"ms" | b"mtext");
    open.last().is_some_and(|parent| parent.drawing) && !leaves && kind == Kind::Inline
}

/// Closes what the beginning of an element closes, and says how much formatting has come to its end.
fn make_room(open: &mut Vec<Open>, begun: &Open) -> usize {
    let stops = |other: &Open| match begun.kind {
        // An item is closed by the next one of its list or table, a cell by the next cell.
        Kind::Item => other.kind == Kind::Boundary || (other.kind == Kind::Block && other.name != begun.name),
        Kind::Boundary => other.kind != Kind::Boundary || other.name != begun.name,
        // A paragraph is closed by whatever is no part of one.
        _ => matches!(other.kind, Kind::Boundary | Kind::Block | Kind::Item),
    };
    let closes = |other: &Open| match begun.kind {
        Kind::Item => other.kind == Kind::Item && other.name == begun.name,
        Kind::Block | Kind::Paragraph => other.kind == Kind::Paragraph,
        // One table cell after another; tables and drawings nest.
        Kind::Boundary => begun.name == other.name && (begun.name == hash(b"td") || begun.name == hash(b"th")),
        _ => false,
    };
    for place in (0..open.len()).rev() {
        let Some(other) = open.get(place) else { break };
        if closes(other) {
            return keep_formatting(open, place);
        }
        if stops(other) {
            break;
        }
    }
    0
}

/// How often the same formatting begins again, says the HTML standard.
const MOST_ALIKE: usize = 3;

/// Closes the element at `place` and all that is inside, but for formatting, which begins again outside unless the
/// element is a boundary. Says how much formatting has come to its end.
fn keep_formatting(open: &mut Vec<Open>, place: usize) -> usize {
    let clears = open.get(place).is_some_and(|element| element.kind == Kind::Boundary);
    let inside = open.split_off(place);
    let formatting = inside.iter().filter(|element| element.kind == Kind::Formatting).count();
    if clears {
        return formatting;
    }
    let before = open.len();
    for element in inside.into_iter().filter(|element| element.kind == Kind::Formatting) {
        let alike = open.iter().rev().filter(|other| other.kind == Kind::Formatting && other.tag == element.tag);
        if alike.take(MOST_ALIKE).count() < MOST_ALIKE {
            open.push(element);
        }
    }
    formatting - (open.len() - before)
}

/// Closes what an end tag closes, and says how much formatting has come to its end.
fn close(open: &mut Vec<Open>, name: &[u8]) -> usize {
    let (kind, name) = (kind(name), hash(name));
    for place in (0..open.len()).rev() {
        let Some(other) = open.get(place) else { break };
        if other.name == name {
            if kind == Kind::Formatting {
                open.remove(place);
                return 1;
            }
            return keep_formatting(open, place);
        }
        let stops = match kind {
            Kind::Inline => !matches!(other.kind, Kind::Inline | Kind::Formatting),
            Kind::Boundary => false,
            Kind::Formatting => other.kind == Kind::Boundary,
            _ => other.kind == Kind::Boundary,
        };
        if stops {
            break;
        }
    }
    0
}

/// Whether a tree is as flat as [`check`] has found, or why it cannot be read.
pub(super) fn check_depth(depth: usize) -> Result<(), String> {
    if depth > 2 * DEEPEST { Err(too_deep()) } else { Ok(()) }
}

fn too_deep() -> String {
    format!("elements nested more than the {DEEPEST} levels that are read")
}

/// Whether the beginning of a page has a NUL, as no text has.
pub(super) fn is_binary(page: &[u8]) -> bool {
    memchr(0, page.get(..BINARY_PROBE_BYTES).unwrap_or(page)).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(page: &str, reason: &str) {
        let found = check(page.as_bytes());
        assert!(found.as_ref().is_err_and(|found| found.contains(reason)), "{:.50}: {found:?}", page);
    }

    #[test]
    fn what_nests_without_end_is_refused() {
        for tag in [
            "<div>",
            "<div/>",
            "<b>",
            "<span><div></span>",
            "<b><div></b>",
            "<table>",
            "<svg>",
            "<x/>",
            "<td><table>",
            "<svg><desc><x/>",
            "<ul><li>",
            "<blockquote><p>",
            "<a href=#><div>",
        ] {
            refused(&tag.repeat(1000), "nested");
        }
        let distinct: String = (0..1000).map(|number| format!("<p><b id={number}>x")).collect();
        refused(&distinct, "elements");
        refused("<p>".repeat(MOST_ELEMENTS + 1).as_str(), "elements");
        refused(&format!("<p {}>", "a=1 ".repeat(2000)), "attributes");
        refused(&format!("<p {}>", "a='1'".repeat(2000)), "attributes");
        refused(&" ".repeat(LONGEST_BYTES + 1), "bytes");
    }

    #[test]
    fn what_pages_do_is_not() {
        for part in [
            "<p>one<p>two",
            "<ul><li>a<li>b</ul>",
            "<table><tr><td>a<td>b<tr><td><b>c</table>",
            "<a href=1>a<a href=2>b",
            "<p><b>bold without end<p>",
            "<svg><path d='M0'/><g><path/></g></svg>",
            "<dl><dt>a<dd>b</dl>",
            "<br><img><hr/><input>",
            "<script>'<div>'</script><style><div></style><!-- <div> --><textarea><div></textarea>",
            "<select><option>a<option>b</select>",
            "<i>a</i><em>b</em></div></p>",
            "<font size=1><font size=2><p>a",
            "< div <3 <>",
            "<p title=\"<div><div>\" class='a b' data-x=1 hidden>x</p>",
        ] {
            assert_eq!(check(part.repeat(1000).as_bytes()), Ok(()), "{part}");
        }
    }
}
