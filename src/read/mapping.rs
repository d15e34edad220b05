//! Which field of an article does a name in a record stand for?
//!
//! A [`Mapping`] is compiled once from the settings and asked once per key of a record. Names are those of the common
//! scrapers, in order of preference; the user's replace them field by field.

use std::collections::{BTreeMap, HashMap};

use super::markup;
use crate::error::{Error, Result};
use crate::settings::{Field, ReadSettings};

/// The default names, best first. Sources: news-please, Fundus, trafilatura, newspaper, schema.org, Zyte, NewsAPI, Event
/// Registry, Media Cloud, Goose, datatrove, Dolma, ninjs, JSON Feed and the fields of feeds.
const DEFAULTS: [(Field, &[&str]); FIELDS] = [
    (
        Field::Text,
        &[
            "maintext",
            "article_text",
            "articleBody",
            "body_text",
            "plaintext",
            "content_text",
            "text",
            "bodies",
            "body",
            "content",
            "full_text",
            "article",
            "story",
            "body_xhtml",
            "body_html",
            "content_html",
            "bodyText",
            "fields.bodyText",
            "raw_content",
            "page_content",
            "markdown",
        ],
    ),
    (Field::Title, &["title", "headline", "article_title", "headlines[0].value", "name", "webTitle"]),
    (
        Field::Id,
        &[
            "id",
            "_id",
            "uuid",
            "guid",
            "uid",
            "article_id",
            "articleId",
            "doc_id",
            "docid",
            "identifier",
            "uri",
            "warc_headers.warc-record-id",
        ],
    ),
    (
        Field::Url,
        &[
            "url",
            "canonical_link",
            "canonicalUrl",
            "link",
            "metadata.url",
            "html.responded_url",
            "uri",
            "source",
            "webUrl",
            "warc_headers.warc-target-uri",
        ],
    ),
    (
        Field::Source,
        &[
            "source_domain",
            "domain",
            "hostname",
            "publisher",
            "meta_site_name",
            "sitename",
            "site_name",
            "source-hostname",
            "series",
            "html.source_info.publisher",
            "source.title",
            "metadata.url",
            "source",
            "infosource[0].name",
            "infoSources[0].name",
        ],
    ),
    (Field::Author, &["author", "authors", "byline", "by", "creator"]),
    (Field::Credit, &["credit", "credit_line", "creditline", "creditLine", "creditText", "agency"]),
    (Field::Dateline, &["dateline", "located"]),
    (Field::Copyright, &["copyright_holder", "copyrightholder", "copyright", "rights", "copyrightnotice", "license"]),
    (Field::BasedOn, &["isBasedOn", "original_source", "syndication_source", "based_on"]),
    (Field::Version, &["version"]),
    (
        Field::Lang,
        &[
            "language",
            "lang",
            "meta_lang",
            "inLanguage",
            "metadata.language",
            "warc_headers.warc-identified-content-language",
        ],
    ),
    (
        Field::Published,
        &[
            "date_publish",
            "publish_date",
            "publishing_date",
            "datePublished",
            "published",
            "published_at",
            "pubDate",
            "publishedAt",
            "date_published",
            "publication_date",
            "pub_date",
            "dateTimePub",
            "firstcreated",
            "contentcreated",
            "date",
            "created",
            "webPublicationDate",
            "seendate",
        ],
    ),
    (
        Field::Modified,
        &["date_modify", "date_modified", "dateModified", "modified", "updated", "updated_at", "versioncreated"],
    ),
    (
        Field::Crawled,
        &[
            "date_download",
            "crawled",
            "crawl_date",
            "fetched",
            "warc_date",
            "scraped_at",
            "filedate",
            "html.crawl_date",
            "metadata.dateDownloaded",
            "metadata.date",
            "added",
            "warc_headers.warc-date",
        ],
    ),
];

/// How many fields a mapping can name.
pub(super) const FIELDS: usize = 15;

/// The defaults that are taken as an address only if they look like one.
const IF_URL: [&str; 2] = ["source", "uri"];

/// Longer keys are never names of fields; shorter ones are folded without memory of their own.
const LONGEST_NAME_BYTES: usize = 128;

/// From the names in a record to the fields of an article: made once, shared by all threads.
///
/// A name matches exactly or else regardless of ASCII case. A dotted path (`source.title`, `headlines[0].value`) leads
/// into nested values, and also matches a key or column that is spelled so.
#[derive(Clone, Debug)]
pub struct Mapping {
    exact: HashMap<String, Vec<Target>>,
    folded: HashMap<String, Vec<Target>>,
    names: BTreeMap<Field, Vec<String>>,
    set: Vec<Field>,
    records: Option<Vec<String>>,
}

/// What a key may be good for.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) field: Field,
    /// The lower, the better; it decides when several names of one field occur.
    pub(super) rank: u16,
    /// What to follow into the key's value.
    pub(super) rest: Vec<Step>,
    /// Whether only an address will do.
    pub(super) only_url: bool,
    /// Whether the value is HTML, by its name.
    pub(super) is_markup: bool,
}

impl Target {
    /// A value that is taken as it is.
    pub(super) fn plain(field: Field, rank: u16) -> Target {
        Target { field, rank, rest: Vec::new(), only_url: false, is_markup: false }
    }
}

/// One step of a dotted path.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    Key(String),
    Index(usize),
}

impl Mapping {
    /// The default names, with those of `settings.map` in place of the default ones of their fields.
    ///
    /// A path that cannot be read (`a..b`, `a[x]`, an empty list) is an [`Error::Setting`].
    pub fn new(settings: &ReadSettings) -> Result<Mapping> {
        let mut mapping = Mapping {
            exact: HashMap::new(),
            folded: HashMap::new(),
            names: BTreeMap::new(),
            set: settings.map.keys().copied().collect(),
            records: settings.records.as_deref().map(names_of).transpose()?,
        };
        let defaults: BTreeMap<Field, Vec<String>> =
            DEFAULTS.iter().map(|&(field, names)| (field, names.iter().map(|&name| name.into()).collect())).collect();
        for (&field, default_names) in &defaults {
            let set = settings.map.get(&field);
            let names = set.unwrap_or(default_names);
            if names.is_empty() {
                return Err(Error::setting(format!("read.map.{field:?}").to_lowercase(), "names no field"));
            }
            for (place, name) in names.iter().enumerate() {
                let only_url = set.is_none() && field == Field::Url && IF_URL.contains(&name.as_str());
                let is_markup = markup::is_named(name);
                // Two ranks a name: its exact spelling goes before another case of it.
                let rank = u16::try_from(place * 2).unwrap_or(u16::MAX - 1);
                mapping.add(name, Target { only_url, is_markup, ..Target::plain(field, rank) })?;
            }
            mapping.names.insert(field, names.clone());
        }
        Ok(mapping)
    }

    fn add(&mut self, name: &str, target: Target) -> Result<()> {
        let unreadable = || {
            Error::setting(
                "read.map",
                format!("has {name:?}, which is no path to a field: write it like title, source.title or headlines[0]"),
            )
        };
        let (first, rest) = steps(name).ok_or_else(unreadable)?;
        if !rest.is_empty() {
            self.insert(first, Target { rest, ..target.clone() });
        }
        self.insert(name.to_owned(), target);
        Ok(())
    }

    fn insert(&mut self, key: String, target: Target) {
        let folded = Target { rank: target.rank + 1, ..target.clone() };
        self.folded.entry(key.to_ascii_lowercase()).or_default().push(folded);
        self.exact.entry(key).or_default().push(target);
    }

    /// What a key of a record, or a column of a table, may be good for.
    pub(super) fn targets(&self, key: &str) -> &[Target] {
        if let Some(targets) = self.exact.get(key) {
            return targets;
        }
        let mut folded = [0u8; LONGEST_NAME_BYTES];
        let Some(folded) = folded.get_mut(..key.len()) else { return &[] };
        folded.copy_from_slice(key.as_bytes());
        folded.make_ascii_lowercase();
        let targets = std::str::from_utf8(folded).ok().and_then(|folded| self.folded.get(folded));
        targets.map_or(&[], Vec::as_slice)
    }

    /// The names under which a text is looked for, best first, to show where none was found.
    pub fn text_names(&self) -> &[String] {
        self.names(Field::Text)
    }

    /// The names under which a field is looked for, best first.
    pub fn names(&self, field: Field) -> &[String] {
        self.names.get(&field).map_or(&[], Vec::as_slice)
    }

    /// The path to the array of records in a JSON object, if the settings name one.
    pub(super) fn records(&self) -> Option<&[String]> {
        self.records.as_deref()
    }

    /// Whether the settings say where a field is.
    pub(super) fn is_set(&self, field: Field) -> bool {
        self.set.contains(&field)
    }
}

/// The names of a path to an array of records.
fn names_of(path: &str) -> Result<Vec<String>> {
    let is_path = steps(path).is_some_and(|(_, rest)| rest.iter().all(|step| matches!(step, Step::Key(_))));
    let unreadable = || {
        Error::setting(
            "read.records",
            format!("= {path:?} is no path to an array: write it like articles or response.docs"),
        )
    };
    if is_path { Ok(path.split('.').map(str::to_owned).collect()) } else { Err(unreadable()) }
}

/// `headlines[0].value` as its first key and what follows; nothing if it is no path.
fn steps(path: &str) -> Option<(String, Vec<Step>)> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let (key, indexes) = part.split_at(part.find('[').unwrap_or(part.len()));
        if key.trim().is_empty() {
            return None;
        }
        steps.push(Step::Key(key.to_owned()));
        let mut indexes = indexes;
        while !indexes.is_empty() {
            let (index, rest) = indexes.strip_prefix('[')?.split_once(']')?;
            steps.push(Step::Index(index.parse().ok()?));
            indexes = rest;
        }
    }
    let rest = steps.split_off(1);
    match steps.pop()? {
        Step::Key(first) => Some((first, rest)),
        Step::Index(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let key = |name: &str| Step::Key(name.into());
        assert_eq!(steps("a"), Some(("a".into(), vec![])));
        assert_eq!(steps("a[0].b"), Some(("a".into(), vec![Step::Index(0), key("b")])));
        assert_eq!(steps("a.b[1][2]"), Some(("a".into(), vec![key("b"), Step::Index(1), Step::Index(2)])));
        for bad in ["", "a..b", "a[x]", "a[", "a[0", ".a", "[0]", "a[0]x"] {
            assert_eq!(steps(bad), None, "{bad}");
        }
    }

    #[test]
    fn exact_before_folded() {
        let mapping = Mapping::new(&ReadSettings::default()).unwrap();
        let ranks = |key: &str| -> Vec<(Field, u16)> {
            mapping.targets(key).iter().map(|target| (target.field, target.rank)).collect()
        };
        assert_eq!(ranks("maintext"), [(Field::Text, 0)]);
        assert_eq!(ranks("MainText"), [(Field::Text, 1)]);
        assert_eq!(ranks("source"), [(Field::Url, 14), (Field::Source, 20), (Field::Source, 24)]);
        assert_eq!(ranks("source.title"), [(Field::Source, 20)]);
        assert!(ranks("nothing").is_empty());
        assert!(ranks(&"x".repeat(1000)).is_empty());
    }

    #[test]
    fn bad_paths_are_errors_that_name_them() {
        let map = BTreeMap::from([(Field::Text, vec!["a..b".to_owned()])]);
        let error = Mapping::new(&ReadSettings { map, ..ReadSettings::default() }).unwrap_err();
        assert!(error.to_string().contains("a..b"), "{error}");
        for bad in ["a..b", "a[0].b", ""] {
            let error =
                Mapping::new(&ReadSettings { records: Some(bad.into()), ..ReadSettings::default() }).unwrap_err();
            assert!(error.to_string().contains("read.records"), "{error}");
        }
    }
}
