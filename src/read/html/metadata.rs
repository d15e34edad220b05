//! From what a page says of itself to the fields of an article: which statement wins.
//!
//! JSON-LD goes before the tags for social networks, those before other `meta`, those before elements of the page: the
//! more effort a statement takes, the more it is meant. A credit is whatever names where the text came from; a
//! canonical link to another host than the page's own is such a name, too.

use super::linked_data::LinkedData;
use super::page::Head;
use crate::article::Article;
use crate::read::{date, site};
use crate::settings::Field;

/// What a page is known by.
pub(super) struct Metadata<'p> {
    head: &'p Head,
    data: &'p LinkedData,
    /// The address the page was fetched from, if it is known, and what tells it.
    address: Option<(&'static str, &'p str)>,
}

/// A statement that an article has a field from.
#[derive(Debug)]
pub(in crate::read) struct Said {
    pub(in crate::read) field: Field,
    /// Where it stands.
    pub(in crate::read) name: &'static str,
    pub(in crate::read) value: String,
}

/// Members of linked data stand with this before them in the lists of names; other names are those of `meta`.
const LINKED: &str = "JSON-LD ";

const TITLE: [&str; 6] = ["JSON-LD headline", "og:title", "twitter:title", "headline", "dc.title", "title"];
const SITE: [&str; 4] = ["og:site_name", "application-name", "dc.publisher", "JSON-LD publisher"];
const AUTHOR: [&str; 10] = [
    "JSON-LD author",
    "author",
    "article:author",
    "byl",
    "dc.creator",
    "dcterms.creator",
    "parsely-author",
    "sailthru.author",
    "creator",
    "twitter:creator",
];
const PUBLISHED: [&str; 18] = [
    "JSON-LD datePublished",
    "article:published_time",
    "og:published_time",
    "datepublished",
    "article:published",
    "publishdate",
    "pubdate",
    "publish-date",
    "parsely-pub-date",
    "sailthru.date",
    "dcterms.created",
    "dc.date.issued",
    "dcterms.date",
    "dc.date",
    "cxenseparse:recs:publishtime",
    "published_time",
    "date",
    "article_date_original",
];
const MODIFIED: [&str; 8] = [
    "JSON-LD dateModified",
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "article:modified",
    "dcterms.modified",
    "lastmod",
    "last-modified",
];
const LANGUAGE: [&str; 5] = ["inlanguage", "og:locale", "content-language", "dc.language", "language"];
const CREDIT: [&str; 6] =
    ["JSON-LD creditText", "credittext", "credit", "article:credit", "source_agency", "JSON-LD sourceOrganization"];
const DATELINE: [&str; 2] = ["JSON-LD dateline", "dateline"];
const COPYRIGHT: [&str; 6] = [
    "JSON-LD copyrightHolder",
    "copyrightholder",
    "dcterms.rightsholder",
    "copyright",
    "dc.rights",
    "JSON-LD copyrightNotice",
];
const BASED_ON: [&str; 5] = ["JSON-LD isBasedOn", "isbasedon", "original-source", "syndication-source", "dc.source"];

/// A value and the name under which it was found.
type Named = (&'static str, String);

impl<'p> Metadata<'p> {
    pub(super) fn of(head: &'p Head, data: &'p LinkedData, address: Option<(&'static str, &'p str)>) -> Metadata<'p> {
        Metadata { head, data, address }
    }

    /// Fills the fields of an article whose text is known, and says which statements gave them. Dates that cannot be
    /// read are among these.
    pub(super) fn fill(&self, article: &mut Article) -> Vec<Said> {
        let mut said = Vec::new();
        let mut note = |field: Field, named: Option<Named>| {
            let (name, value) = named?;
            said.push(Said { field, name, value: value.clone() });
            Some(value)
        };
        let canonical = self.canonical().map(|link| ("canonical link", link));
        let address = self.address.map(|(name, address)| (name, address.to_owned()));
        let own = address.or_else(|| self.stated(&["og:url"]).filter(|(_, url)| site::looks_like_url(url)));
        let elsewhere = match (&own, &canonical) {
            (Some((_, own)), Some((_, canonical))) => site::domain(own) != site::domain(canonical),
            _ => false,
        };
        let (url, syndicated) = if elsewhere { (own, canonical) } else { (canonical.or(own), None) };
        article.url = note(Field::Url, url);
        article.title = note(Field::Title, self.title());
        article.source = note(Field::Source, self.source());
        article.source = article.source.take().or_else(|| article.url.as_deref().and_then(site::domain));
        article.author = note(Field::Author, self.author());
        article.credit = note(Field::Credit, self.stated(&CREDIT));
        article.dateline = note(Field::Dateline, self.stated(&DATELINE));
        article.copyright = note(Field::Copyright, self.stated(&COPYRIGHT));
        let based_on = self.based_on(article.url.as_deref(), article.source.as_deref());
        article.based_on = note(Field::BasedOn, based_on.or(syndicated));
        article.lang = note(Field::Lang, self.lang());
        let mut first_readable = |field: Field, mut dates: Box<dyn Iterator<Item = Named> + '_>| {
            dates.find_map(|named| date::moment(&note(field, Some(named))?))
        };
        // The first `time` of the page that can be read: articles give theirs before they tell of others.
        let times = self.head.times.iter().map(|text| ("time", text.clone()));
        article.published = first_readable(Field::Published, Box::new(self.each(&PUBLISHED).chain(times)));
        article.modified = first_readable(Field::Modified, Box::new(self.each(&MODIFIED)));
        said
    }

    /// What stands under each of these names.
    fn each<'n>(&'n self, names: &'n [&'static str]) -> impl Iterator<Item = Named> + 'n {
        names.iter().filter_map(|name| {
            let value = match name.strip_prefix(LINKED) {
                Some(member) => self.data.word(member),
                None => self.head.stated.iter().find(|(stated, _)| stated == name).map(|(_, value)| value.clone()),
            };
            value.map(|value| (*name, value))
        })
    }

    /// What stands under the first of these names that is stated.
    fn stated(&self, names: &[&'static str]) -> Option<Named> {
        self.each(names).next()
    }

    /// The canonical link as a whole address.
    fn canonical(&self) -> Option<String> {
        let link = self.head.canonical.as_deref()?;
        if site::looks_like_url(link) {
            let without_scheme = link.starts_with("//").then(|| format!("https:{link}"));
            return Some(without_scheme.unwrap_or_else(|| link.to_owned()));
        }
        let (scheme, rest) = self.address?.1.split_once("://")?;
        let host = rest.split(['/', '?', '#']).next()?;
        link.starts_with('/').then(|| format!("{scheme}://{host}{link}"))
    }

    fn title(&self) -> Option<Named> {
        let of_page = || {
            let title = self.head.title.clone()?;
            // An outlet's name at the end is no part of the headline.
            let parts =
                title.rsplit_once(" | ").or_else(|| title.rsplit_once(" - ")).or_else(|| title.rsplit_once(" – "));
            let headline =
                parts.filter(|(headline, outlet)| headline.len() > outlet.len()).map(|(headline, _)| headline.trim());
            Some(("title element", headline.map_or_else(|| title.clone(), str::to_owned)))
        };
        self.stated(&TITLE).or_else(of_page)
    }

    fn source(&self) -> Option<Named> {
        self.each(&SITE).find(|(_, name)| !site::looks_like_url(name) && !name.starts_with('@'))
    }

    fn author(&self) -> Option<Named> {
        let is_name = |name: &String| !site::looks_like_url(name) && !name.starts_with('@');
        let values = |name: &str| match name.strip_prefix(LINKED) {
            Some(member) => self.data.all(member),
            None => self.head.stated.iter().filter(|(tag, _)| tag == name).map(|(_, value)| value.clone()).collect(),
        };
        let stated = AUTHOR.into_iter().map(|name| (name, values(name).into_iter().filter(is_name).collect()));
        let links = [("link to the author", self.head.authors.clone())];
        let (name, names): (_, Vec<String>) = stated.chain(links).find(|(_, names)| !names.is_empty())?;
        let mut seen = Vec::new();
        for name in names {
            if !seen.contains(&name) {
                seen.push(name);
            }
        }
        Some((name, seen.join(", ")))
    }

    /// What the page says it was taken from, unless that is the page or the outlet itself.
    fn based_on(&self, url: Option<&str>, source: Option<&str>) -> Option<Named> {
        let letters =
            |name: &str| name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
        let is_own = |value: &String| {
            Some(value.as_str()) == url
                || self.address.is_some_and(|(_, address)| address == value)
                || source.is_some_and(|source| letters(source) == letters(value))
        };
        let values = BASED_ON.into_iter().filter_map(|name| match name.strip_prefix(LINKED) {
            Some(member) => self.data.reference(member).map(|value| (name, value)),
            None => self.stated(&[name]),
        });
        values.into_iter().find(|(_, value)| !is_own(value))
    }

    fn lang(&self) -> Option<Named> {
        let of_root = || self.head.lang.clone().map(|lang| ("html lang", lang));
        let (name, stated) =
            self.stated(&["JSON-LD inLanguage"]).or_else(of_root).or_else(|| self.stated(&LANGUAGE))?;
        let lang = stated.trim().replace('_', "-");
        let is_code = lang.len() >= 2
            && lang.len() <= 35
            && lang.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        is_code.then_some((name, lang))
    }
}
