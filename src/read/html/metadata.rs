//! From what a page says of itself to the fields of an article: which statement wins.
//!
//! JSON-LD goes before the tags for social networks, those before other `meta`, those before elements of the page: the
//! more effort a statement takes, the more it is meant. A credit is whatever names where the text came from; a
//! canonical link to another host than the page's own is such a name, too.

use super::linked_data::LinkedData;
use super::page::Head;
use crate::article::{Article, Moment};
use crate::read::{date, site};

/// What a page is known by.
pub(super) struct Metadata<'p> {
    head: &'p Head,
    data: &'p LinkedData,
    /// The address the page was fetched from, if it is known.
    address: Option<&'p str>,
}

const TITLE: [&str; 5] = ["og:title", "twitter:title", "headline", "dc.title", "title"];
const SITE: [&str; 3] = ["og:site_name", "application-name", "dc.publisher"];
const AUTHOR: [&str; 9] = [
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
const PUBLISHED: [&str; 17] = [
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
const MODIFIED: [&str; 7] = [
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "article:modified",
    "dcterms.modified",
    "lastmod",
    "last-modified",
];
const LANGUAGE: [&str; 5] = ["inlanguage", "og:locale", "content-language", "dc.language", "language"];
const CREDIT: [&str; 4] = ["credittext", "credit", "article:credit", "source_agency"];
const COPYRIGHT: [&str; 4] = ["copyrightholder", "dcterms.rightsholder", "copyright", "dc.rights"];
const BASED_ON: [&str; 4] = ["isbasedon", "original-source", "syndication-source", "dc.source"];

impl<'p> Metadata<'p> {
    pub(super) fn of(head: &'p Head, data: &'p LinkedData, address: Option<&'p str>) -> Metadata<'p> {
        Metadata { head, data, address }
    }

    /// Fills the fields of an article whose text is known.
    pub(super) fn fill(&self, article: &mut Article) {
        let canonical = self.canonical();
        let own = self
            .address
            .map(str::to_owned)
            .or_else(|| self.stated(&["og:url"]).filter(|url| site::looks_like_url(url)));
        let elsewhere = match (&own, &canonical) {
            (Some(own), Some(canonical)) => site::domain(own) != site::domain(canonical),
            _ => false,
        };
        let (url, syndicated) = if elsewhere { (own, canonical) } else { (canonical.or(own), None) };
        article.title = self.title();
        article.source = self.source().or_else(|| url.as_deref().and_then(site::domain));
        article.author = self.author();
        article.credit = self.data.word("creditText").or_else(|| self.stated(&CREDIT));
        article.credit = article.credit.take().or_else(|| self.data.word("sourceOrganization"));
        article.dateline = self.data.word("dateline").or_else(|| self.stated(&["dateline"]));
        article.copyright = self.data.word("copyrightHolder").or_else(|| self.stated(&COPYRIGHT));
        article.copyright = article.copyright.take().or_else(|| self.data.word("copyrightNotice"));
        article.based_on = self.based_on(url.as_deref(), article.source.as_deref()).or(syndicated);
        article.lang = self.lang();
        article.published = self.moment("datePublished", &PUBLISHED).or_else(|| self.first_time());
        article.modified = self.moment("dateModified", &MODIFIED);
        article.url = url;
    }

    /// The content of the first of these names that is stated.
    fn stated(&self, names: &[&str]) -> Option<String> {
        let value =
            |name: &&str| self.head.stated.iter().find(|(stated, _)| stated == name).map(|(_, value)| value.clone());
        names.iter().find_map(value)
    }

    /// The canonical link as a whole address.
    fn canonical(&self) -> Option<String> {
        let link = self.head.canonical.as_deref()?;
        if site::looks_like_url(link) {
            let without_scheme = link.starts_with("//").then(|| format!("https:{link}"));
            return Some(without_scheme.unwrap_or_else(|| link.to_owned()));
        }
        let (scheme, rest) = self.address?.split_once("://")?;
        let host = rest.split(['/', '?', '#']).next()?;
        link.starts_with('/').then(|| format!("{scheme}://{host}{link}"))
    }

    fn title(&self) -> Option<String> {
        let of_page = || {
            let title = self.head.title.clone()?;
            // An outlet's name at the end is no part of the headline.
            let parts =
                title.rsplit_once(" | ").or_else(|| title.rsplit_once(" - ")).or_else(|| title.rsplit_once(" – "));
            let headline =
                parts.filter(|(headline, outlet)| headline.len() > outlet.len()).map(|(headline, _)| headline.trim());
            Some(headline.map_or_else(|| title.clone(), str::to_owned))
        };
        self.data.word("headline").or_else(|| self.stated(&TITLE)).or_else(of_page)
    }

    fn source(&self) -> Option<String> {
        let names = [self.stated(&SITE), self.data.word("publisher")];
        names.into_iter().flatten().find(|name| !site::looks_like_url(name) && !name.starts_with('@'))
    }

    fn author(&self) -> Option<String> {
        let is_name = |name: &String| !site::looks_like_url(name) && !name.starts_with('@');
        let mut names: Vec<String> = self.data.all("author").into_iter().filter(is_name).collect();
        if names.is_empty() {
            let tags = AUTHOR.iter().map(|tag| {
                let values = self.head.stated.iter().filter(|(name, value)| name == tag && is_name(value));
                values.map(|(_, value)| value.clone()).collect::<Vec<_>>()
            });
            names = tags.chain([self.head.authors.clone()]).find(|names| !names.is_empty()).unwrap_or_default();
        }
        let mut seen = Vec::new();
        for name in names {
            if !seen.contains(&name) {
                seen.push(name);
            }
        }
        (!seen.is_empty()).then(|| seen.join(", "))
    }

    /// What the page says it was taken from, unless that is the page or the outlet itself.
    fn based_on(&self, url: Option<&str>, source: Option<&str>) -> Option<String> {
        let letters =
            |name: &str| name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
        let is_own = |value: &String| {
            Some(value.as_str()) == url
                || Some(value.as_str()) == self.address
                || source.is_some_and(|source| letters(source) == letters(value))
        };
        let tags = BASED_ON.iter().filter_map(|name| self.stated(&[name]));
        self.data.reference("isBasedOn").into_iter().chain(tags).find(|value| !is_own(value))
    }

    fn lang(&self) -> Option<String> {
        let stated =
            self.data.word("inLanguage").or_else(|| self.head.lang.clone()).or_else(|| self.stated(&LANGUAGE))?;
        let lang = stated.trim().replace('_', "-");
        let is_code = lang.len() >= 2
            && lang.len() <= 35
            && lang.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        is_code.then_some(lang)
    }

    fn moment(&self, member: &str, tags: &[&str]) -> Option<Moment> {
        let of_data = self.data.word(member).and_then(|text| date::moment(&text));
        of_data.or_else(|| tags.iter().find_map(|tag| date::moment(&self.stated(&[tag])?)))
    }

    /// The first `time` of the page that can be read: articles give theirs before they tell of others.
    fn first_time(&self) -> Option<Moment> {
        self.head.times.iter().find_map(|text| date::moment(text))
    }
}
