//! No page of the project has a link that leads nowhere: neither to a file nor to a heading, nor out of the book.
//!
//! Addresses on the network are not asked for. Paths in code spans are held to the same, since they are read as links.
//! `WIRECOPY_BOOK` names a folder with the guide as mdBook has made it, whose pages are then looked at, too: mdBook renames
//! pages and makes the ids of headings itself.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::{Component, Path, PathBuf};

use dom_query::Document;
use pulldown_cmark::{BrokenLink, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd};

use crate::corpora::project;

/// The folder of the book.
const BOOK: &str = "docs";
/// Its table of contents.
const SUMMARY: &str = "docs/SUMMARY.md";
/// The page that a site shows for an address that it does not have.
const NOT_FOUND: &str = "404.html";
/// Folders of the project whose files a code span may name.
const FOLDERS: [&str; 7] = [".ci/", "benches/", "data/", "docs/", "src/", "templates/", "tests/"];
/// Pages that tell of the past, when other files were there.
const PAST: [&str; 1] = ["CHANGELOG.md"];

/// What a page says that can be wrong.
#[derive(Default)]
struct Page {
    /// Where its links lead, as written.
    links: Vec<String>,
    /// The ids of its headings.
    anchors: BTreeSet<String>,
    /// Its code spans.
    spans: Vec<String>,
    /// Links that no page of a book or of a git host would show as such.
    unreadable: Vec<String>,
}

/// The id that git hosts and mdBook give a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, '_' | '-') || c.is_whitespace());
    kept.map(|c| if c.is_whitespace() { '-' } else { c.to_ascii_lowercase() }).collect()
}

fn page(text: &str) -> Page {
    let mut page = Page::default();
    let mut undefined = Vec::new();
    let mut note = |link: BrokenLink<'_>| -> Option<(CowStr<'_>, CowStr<'_>)> {
        // Brackets in a sentence are none; two pairs of them are meant as a link.
        if link.link_type != LinkType::Shortcut {
            undefined.push(link.reference.to_string());
        }
        None
    };
    let parser = Parser::new_with_broken_link_callback(text, Options::ENABLE_TABLES, Some(&mut note));
    let mut heading: Option<String> = None;
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for event in parser {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => page.links.push(dest_url.into()),
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                let id = anchor(&heading.take().unwrap_or_default());
                let before = seen.entry(id.clone()).or_default();
                page.anchors.insert(if *before == 0 { id } else { format!("{id}-{before}") });
                *before += 1;
            }
            Event::Text(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            Event::Code(code) => match &mut heading {
                Some(heading) => heading.push_str(&code),
                None => page.spans.push(code.into()),
            },
            Event::Html(html) | Event::InlineHtml(html) if html.contains("href=") || html.contains("src=") => {
                page.unreadable.push(html.trim().to_owned());
            }
            _ => {}
        }
    }
    page.unreadable.extend(undefined);
    page
}

/// A path with its dots taken out; nothing if it leaves the project.
fn plain(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(part) => plain.push(part),
            Component::CurDir => {}
            Component::ParentDir if plain.pop() => {}
            _ => return None,
        }
    }
    Some(plain)
}

fn in_book(path: &Path) -> bool {
    path.starts_with(BOOK)
}

fn is_page(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "md")
}

/// What is wrong with the links of `pages`, by their paths; `exists` says whether the project has a path.
fn wrong(pages: &BTreeMap<PathBuf, String>, exists: impl Fn(&Path) -> bool) -> Vec<String> {
    let read: BTreeMap<&Path, Page> = pages.iter().map(|(path, text)| (path.as_path(), page(text))).collect();
    let chapters: BTreeSet<PathBuf> = read
        .get(Path::new(SUMMARY))
        .map(|summary| summary.links.iter().filter_map(|link| plain(&Path::new(BOOK).join(link))).collect())
        .unwrap_or_default();
    let mut wrong = Vec::new();
    for (path, page) in &read {
        let mut tell = |what: &str, why: &str| wrong.push(format!("{}: {what} {why}", path.display()));
        for what in &page.unreadable {
            tell(what, "is no link, or cannot be followed");
        }
        for link in page.links.iter().filter(|link| !link.contains("://") && !link.starts_with("mailto:")) {
            let (file, fragment) = link.split_once('#').map_or((link.as_str(), None), |(file, id)| (file, Some(id)));
            let folder = path.parent().unwrap_or(Path::new(""));
            let target = if file.is_empty() { Some(path.to_path_buf()) } else { plain(&folder.join(file)) };
            let Some(target) = target.filter(|_| !file.starts_with('/')) else {
                tell(link, "leaves the project");
                continue;
            };
            if !exists(&target) {
                tell(link, "does not exist");
            } else if in_book(path) && !in_book(&target) {
                tell(link, "is not in the book");
            } else if in_book(path) && is_page(&target) && !chapters.contains(&target) && target != **path {
                tell(link, "is no chapter of the book");
            }
            if let Some(fragment) = fragment
                && !read.get(target.as_path()).is_some_and(|page| page.anchors.contains(fragment))
            {
                tell(link, "has no such heading");
            }
        }
        let past = PAST.iter().any(|past| **path == *Path::new(past));
        for span in page.spans.iter().filter(|span| !past && FOLDERS.iter().any(|folder| span.starts_with(folder))) {
            let is_path = span.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
            if is_path && !exists(Path::new(span)) {
                tell(span, "does not exist");
            }
        }
        if in_book(path) && **path != *Path::new(SUMMARY) && !chapters.contains(*path) {
            tell("the page", "is no chapter of the book");
        }
    }
    wrong
}

fn add(folder: &Path, pages: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(project().join(folder)).unwrap() {
        let path = folder.join(entry.unwrap().file_name());
        if project().join(&path).is_dir() {
            add(&path, pages);
        } else if is_page(&path) {
            pages.insert(path.clone(), fs::read_to_string(project().join(&path)).unwrap());
        }
    }
}

#[test]
fn every_link_leads_somewhere() {
    let mut pages = BTreeMap::new();
    for path in ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "data/README.md"] {
        pages.insert(PathBuf::from(path), fs::read_to_string(project().join(path)).unwrap());
    }
    add(Path::new(BOOK), &mut pages);
    assert!(pages.len() > 40, "{:?}", pages.keys());
    let wrong = wrong(&pages, |path| project().join(path).exists());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Checks what is said of a chapter with one link in it.
#[track_caller]
fn check(text: &str, expected: &str) {
    let summary = "# Summary\n\n- [A](a.md)\n- [B](b.md)\n";
    let other = "# B\n\n## What it writes: `keep.txt`\n\n## Twice\n\n## Twice\n";
    let pages: BTreeMap<PathBuf, String> = [(SUMMARY, summary), ("docs/a.md", text), ("docs/b.md", other)]
        .map(|(path, text)| (path.into(), text.to_owned()))
        .into();
    let files = ["README.md", "docs/picture.png", "docs/loose.md", "src/lib.rs"];
    let found = wrong(&pages, |path| pages.contains_key(path) || files.iter().any(|file| path == Path::new(file)));
    assert_eq!(found.join("; "), if expected.is_empty() { String::new() } else { format!("docs/a.md: {expected}") });
}

#[test]
fn links_that_lead_somewhere_pass() {
    check("[b](b.md) ![p](picture.png) [s](#here) `src/lib.rs` `data/*.jsonl` a[0]\n\n# Here", "");
    check("[b](b.md#what-it-writes-keeptxt) [c](b.md#twice-1) [out](https://example.org/x)", "");
}

#[test]
fn links_that_lead_nowhere_are_found() {
    check("[c](c.md)", "c.md does not exist");
    check("![c](c.png)", "c.png does not exist");
    check("| a |\n|---|\n| [c](c.md) |", "c.md does not exist");
    check("[b](b.md#else)", "b.md#else has no such heading");
    check("[b](b.md#twice-2)", "b.md#twice-2 has no such heading");
    check("[s](#here)", "#here has no such heading");
    check("[r](../README.md)", "../README.md is not in the book");
    check("[r](../../README.md)", "../../README.md leaves the project");
    check("[r](/README.md)", "/README.md leaves the project");
    check("[l](loose.md)", "loose.md is no chapter of the book");
    check("[l][nowhere]", "nowhere is no link, or cannot be followed");
    check("<a href=\"b.md\">b</a>", "<a href=\"b.md\"> is no link, or cannot be followed");
    check("`src/none.rs`", "src/none.rs does not exist");
}

/// The links and the ids of a page in HTML.
fn html_page(text: &str) -> Page {
    let document = Document::from(text);
    let all = |attribute: &str| -> Vec<String> {
        let found = document.select(&format!("[{attribute}]"));
        found.iter().filter_map(|element| Some(element.attr(attribute)?.to_string())).collect()
    };
    Page { links: [all("href"), all("src")].concat(), anchors: all("id").into_iter().collect(), ..Page::default() }
}

/// What is wrong with the links of a book, a folder of pages in HTML.
fn wrong_in_book(book: &Path) -> Vec<String> {
    let mut folders = vec![book.to_path_buf()];
    let mut pages: BTreeMap<PathBuf, Page> = BTreeMap::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name == NOT_FOUND) {
                // Its addresses begin at the root of a site, wherever the book will be.
            } else if path.extension().is_some_and(|ending| ending == "html") {
                let page = html_page(&fs::read_to_string(&path).unwrap());
                pages.insert(path.strip_prefix(book).unwrap().to_path_buf(), page);
            }
        }
    }
    let mut wrong = Vec::new();
    for (path, page) in &pages {
        for link in page.links.iter().filter(|link| !link.contains("://") && !link.starts_with("data:")) {
            let (file, fragment) = link.split_once('#').unwrap_or((link, ""));
            let folder = path.parent().unwrap_or(Path::new(""));
            let target = if file.is_empty() { Some(path.clone()) } else { plain(&folder.join(file)) };
            let Some(target) = target.filter(|target| book.join(target).exists()) else {
                wrong.push(format!("{}: {link} does not exist", path.display()));
                continue;
            };
            if !fragment.is_empty() && !pages.get(&target).is_some_and(|page| page.anchors.contains(fragment)) {
                wrong.push(format!("{}: {link} has no such id", path.display()));
            }
        }
    }
    assert!(!pages.is_empty(), "no page in {}", book.display());
    wrong
}

#[test]
fn every_link_of_the_book_leads_somewhere() {
    let Some(book) = env::var_os("WIRECOPY_BOOK") else { return };
    let wrong = wrong_in_book(Path::new(&book));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn links_of_a_book_that_lead_nowhere_are_found() {
    let book = tempfile::tempdir().unwrap();
    fs::create_dir(book.path().join("more")).unwrap();
    let page = "<h1 id=here>A</h1><a href=\"more/b.html#there\">b</a><a href=\"#here\">a</a><img src=\"c.png\">";
    fs::write(book.path().join("a.html"), page).unwrap();
    let page = "<a href=\"../a.html#there\">a</a><a href=\"../../a.html\">a</a><a href=\"https://example.org/\">x</a>";
    fs::write(book.path().join("more/b.html"), page).unwrap();
    let expected = [
        "a.html: more/b.html#there has no such id",
        "a.html: c.png does not exist",
        "more/b.html: ../a.html#there has no such id",
        "more/b.html: ../../a.html does not exist",
    ];
    assert_eq!(wrong_in_book(book.path()), expected);
}
