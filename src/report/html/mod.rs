//! `report.html`: what people open. One file where the data is small; else the file has the overview and the list of stories,
//! and a folder beside it the details of stories and the list of articles, which the page reads when they are asked for.
//!
//! In: findings with their texts. Out: files by name, the page last. Stories are made one at a time and nothing is held but the
//! overview, one part, and what may still become one file. The page is static (`assets/`): a frame, a style, a script, and
//! the data as JSON in which nothing can end a script element. Its policy allows that script by its hash and no other source
//! of anything, so text of an article can neither run nor load, whatever it says; `docs/decisions/0040` has the reasons.

mod articles;
mod kernel;
mod page;
mod places;
mod story;
mod tally;
mod time;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sha2::{Digest, Sha256};

use self::places::Places;
use self::tally::Tally;
use super::escape;
use crate::findings::Findings;

const FRAME: &str = include_str!("assets/template.html");
const STYLE: &str = include_str!("assets/report.css");
/// One function, so that nothing of it is global; the files are one script in this order.
const SCRIPT: &str = concat!(
    "(() => {\n'use strict';\n",
    include_str!("assets/dom.js"),
    include_str!("assets/format.js"),
    include_str!("assets/data.js"),
    include_str!("assets/charts.js"),
    include_str!("assets/csv.js"),
    include_str!("assets/table.js"),
    include_str!("assets/overview.js"),
    include_str!("assets/stories.js"),
    include_str!("assets/story.js"),
    include_str!("assets/changes.js"),
    include_str!("assets/pair.js"),
    include_str!("assets/sources.js"),
    include_str!("assets/articles.js"),
    include_str!("assets/outlets.js"),
    include_str!("assets/main.js"),
    "})();\n"
);

/// A part is closed when it has so many bytes: a script of this size is read from disk within the time of a blink, and a
/// corpus of 100,000 articles gives some hundred files.
const PART_BYTES: usize = 1 << 20;
/// Up to so many bytes of details are put into the page itself, which a browser still opens at once.
const PAGE_BYTES: usize = 8 << 20;

/// What a report is told beside its findings.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The inputs as they were given to the scan.
    pub inputs: &'a [String],
    /// The name of the page without its ending, which is also that of the folder beside it.
    pub name: &'a str,
}

/// The name of the page.
pub fn page_name(name: &str) -> String {
    format!("{name}.html")
}

/// The name of a part in the page's folder.
pub fn part_name(part: usize) -> String {
    format!("{part:05}.js")
}

/// Whether a file of this name in the page's folder may be a part.
pub fn is_part_name(name: &str) -> bool {
    name.strip_suffix(".js").is_some_and(|number| number.len() >= 5 && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Gives `store` the files of the report, each with its name relative to the folder of the page: parts, if any, as
/// `NAME/00000.js` and so on, and the page at the end.
pub fn write<E>(
    findings: &Findings,
    about: About<'_>,
    mut store: impl FnMut(&str, &[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let places = Places::of(findings);
    let mut tally = Tally::of(findings);
    let mut parts =
        Parts { name: about.name, firsts: Vec::new(), made: 0, open: Vec::new(), closed: Vec::new(), bytes: 0 };
    for place in 0..findings.stories.len() {
        let (detail, facts) = story::story(findings, &places, &tally, place);
        tally.add(findings, place, &facts);
        parts.add(place, &detail, &mut store)?;
    }
    let stories = parts.end_list(&mut store)?;
    let listed = articles::by_outlet(findings, &tally);
    for (place, &(_, article)) in listed.iter().enumerate() {
        parts.add(place, &articles::row(findings, &tally, article), &mut store)?;
    }
    let articles = parts.end_list(&mut store)?;
    let inline = parts.close();
    let search = tally.take_search();
    let lists = page::Lists { starts: articles::starts(&listed, findings.outlets.len()), stories, articles };
    let core = tally.finish(findings, about, lists, inline.is_none());
    store(&page_name(about.name), &page(&core, &search, inline.as_deref()))
}

/// The details of stories and then the rows of articles, gathered into parts.
struct Parts<'a> {
    name: &'a str,
    /// The first entry of each part of the list at hand.
    firsts: Vec<usize>,
    /// Parts that were made.
    made: usize,
    open: Vec<u8>,
    /// Parts that may yet be put into the page; none once they are too large for it.
    closed: Vec<Vec<u8>>,
    bytes: usize,
}

impl Parts<'_> {
    fn add<E>(
        &mut self,
        place: usize,
        entry: &impl Serialize,
        store: &mut impl FnMut(&str, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let json = json(entry);
        if !self.open.is_empty() && self.open.len() + json.len() > PART_BYTES {
            self.end_part(store)?;
        }
        if self.open.is_empty() {
            self.firsts.push(place);
        }
        self.open.push(if self.open.is_empty() { b'[' } else { b',' });
        self.open.extend(json);
        Ok(())
    }

    fn end_part<E>(&mut self, store: &mut impl FnMut(&str, &[u8]) -> Result<(), E>) -> Result<(), E> {
        self.open.push(b']');
        self.bytes += self.open.len();
        self.closed.push(std::mem::take(&mut self.open));
        self.made += 1;
        if self.bytes > PAGE_BYTES {
            let first = self.made - self.closed.len();
            for (part, entries) in (first..).zip(self.closed.drain(..)) {
                store(&format!("{}/{}", self.name, part_name(part)), &script(part, &entries))?;
            }
        }
        Ok(())
    }

    /// Ends a list: the next one begins with a part of its own. Gives the first entry of each part.
    fn end_list<E>(&mut self, store: &mut impl FnMut(&str, &[u8]) -> Result<(), E>) -> Result<Vec<usize>, E> {
        if !self.open.is_empty() {
            self.end_part(store)?;
        }
        Ok(std::mem::take(&mut self.firsts))
    }

    /// The parts that belong into the page; none if they are files.
    fn close(self) -> Option<Vec<Vec<u8>>> {
        (self.bytes <= PAGE_BYTES).then_some(self.closed)
    }
}

fn json(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    escape::script_json(value, &mut bytes).expect("a page's data has texts for keys, and memory takes every byte");
    bytes
}

/// A part as a file. Browsers let a page from disk load a script, but not read a file.
fn script(part: usize, entries: &[u8]) -> Vec<u8> {
    let mut bytes = format!("wirecopyPart({part},").into_bytes();
    bytes.extend_from_slice(entries);
    bytes.extend_from_slice(b");\n");
    bytes
}

/// The page: the frame with its blanks filled in.
fn page(core: &page::Core<'_>, search: &[String], parts: Option<&[Vec<u8>]>) -> Vec<u8> {
    let mut data = element("core", &json(core));
    // Apart from the core, since nothing reads it before somebody searches.
    data.extend(element("search", &json(&search)));
    for (number, part) in parts.unwrap_or_default().iter().enumerate() {
        data.extend(element(&format!("part-{number}"), part));
    }
    let policy = policy(parts.is_none());
    let mut page = Vec::with_capacity(FRAME.len() + STYLE.len() + SCRIPT.len() + data.len());
    for piece in FRAME.split("{{") {
        let (blank, rest) = piece.split_once("}}").unwrap_or(("", piece));
        page.extend_from_slice(match blank {
            "policy" => policy.as_bytes(),
            "style" => STYLE.as_bytes(),
            "script" => SCRIPT.as_bytes(),
            "data" => &data,
            _ => b"",
        });
        page.extend_from_slice(rest.as_bytes());
    }
    page
}

/// A block of data, which a browser never runs.
fn element(id: &str, json: &[u8]) -> Vec<u8> {
    [format!("<script type=\"application/json\" id=\"{id}\">").as_bytes(), json, b"</script>\n"].concat()
}

/// What the page may do: run the one script and apply the one style that were written with it. A script that this script adds
/// may run, too (`strict-dynamic`), where there are parts to load; no other source works for a page from disk in every browser.
fn policy(loads_parts: bool) -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    let (dynamic, types) = if loads_parts { (" 'strict-dynamic'", "wirecopy") } else { ("", "'none'") };
    format!(
        "default-src 'none'; script-src 'sha256-{}'{dynamic}; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types {types}",
        hash(SCRIPT),
        hash(STYLE)
    )
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    /// An element ends at the first end tag of its name, whoever wrote it.
    #[test]
    fn script_and_style_end_where_they_should() {
        for text in [SCRIPT, STYLE] {
            let lower = text.to_lowercase();
            assert!(!lower.contains("</script") && !lower.contains("</style") && !lower.contains("<!--"));
        }
    }

    /// The style says it twice: the system may ask for it, or the reader.
    #[test]
    fn dark_is_the_same_whoever_asked_for_it() {
        let dark: Vec<&str> =
            STYLE.split("color-scheme: dark;").skip(1).map(|rest| rest.split('}').next().unwrap().trim()).collect();
        assert_eq!(dark.len(), 2);
        assert_eq!(dark[0], dark[1]);
    }

    #[test]
    fn every_blank_is_filled() {
        let mut page = String::new();
        let Ok(()) = write(&Findings::default(), About { inputs: &[], name: "report" }, |_, bytes| {
            page = String::from_utf8(bytes.to_vec()).unwrap();
            Ok::<(), Infallible>(())
        });
        for filling in [&policy(false), STYLE, SCRIPT, "<script type=\"application/json\" id=\"core\">"] {
            assert_eq!(page.matches(filling).count(), 1, "{filling}");
        }
        assert!(!page.contains("{{"));
    }

    #[test]
    fn parts_are_told_by_their_names() {
        assert!(is_part_name(&part_name(0)) && is_part_name(&part_name(123_456)));
        for other in ["0.js", "0000a.js", "00000.json", "00000", "../00000.js"] {
            assert!(!is_part_name(other), "{other}");
        }
    }
}
