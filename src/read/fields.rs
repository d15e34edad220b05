//! From the values of a record to an article: which value wins, and how it is read.
//!
//! Values are offered as they are met, in any order; each field keeps the one with the best rank that is not blank. Strings
//! stay borrowed from the record until the article is made.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::date;
use super::mapping::{FIELDS, Mapping, Step, Target};
use super::markup;
use super::site;
use crate::article::{Article, Location, Moment};
use crate::settings::Field;

/// A value of a record, as far as an article can use it.
#[derive(Clone, Debug)]
pub(super) enum Value<'a> {
    /// Null, true or false.
    Missing,
    /// A string or a number.
    Text(Cow<'a, str>),
    /// An array or object.
    Nested(Json),
}

impl Value<'_> {
    /// The same, whatever becomes of the record.
    #[cfg(feature = "parquet")]
    pub(super) fn into_owned(self) -> Value<'static> {
        match self {
            Value::Missing => Value::Missing,
            Value::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Value::Nested(json) => Value::Nested(json),
        }
    }

    /// The words that a field would be read from, at the end of a path into the value; nothing if there are none.
    pub(super) fn words(&self, field: Field, path: &[Step]) -> Option<String> {
        let text = match self {
            Value::Text(text) if path.is_empty() => text.clone().into_owned(),
            Value::Nested(json) => words(field, follow(json, path)?)?,
            _ => return None,
        };
        (!is_blank(&text)).then_some(text)
    }
}

/// A value for a field, by the name under which it was found.
#[derive(Debug)]
pub(super) struct Offer<'a> {
    pub(super) field: Field,
    /// The lower, the better.
    pub(super) rank: u16,
    pub(super) name: &'static str,
    pub(super) value: Value<'a>,
}

/// Values by name.
pub(super) type Columns = Vec<(String, Value<'static>)>;

/// What a record says, to look at.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Where its format has the fields.
    pub(super) own: Vec<Offer<'static>>,
    /// By its own names.
    pub(super) columns: Columns,
}

/// The values that were taken from one record.
pub(super) struct Fields<'a> {
    taken: [Option<Taken<'a>>; FIELDS],
}

struct Taken<'a> {
    rank: u16,
    /// Whether the text is HTML by its name.
    is_markup: bool,
    text: Cow<'a, str>,
    moment: Option<Moment>,
}

impl<'a> Fields<'a> {
    pub(super) fn new() -> Self {
        Fields { taken: [const { None }; FIELDS] }
    }

    /// Whether a value for one of these targets could still be taken: if not, it need not be read.
    pub(super) fn want(&self, targets: &[Target]) -> bool {
        targets.iter().any(|target| self.wants(target))
    }

    fn wants(&self, target: &Target) -> bool {
        let taken = self.taken.get(target.field as usize).and_then(Option::as_ref);
        // A date that cannot be true gives way to any that can.
        taken.is_none_or(|taken| target.rank < taken.rank || taken.moment.is_some_and(|moment| moment.doubtful))
    }

    /// Offers a value to all its targets.
    pub(super) fn offer(&mut self, targets: &[Target], value: Value<'a>) {
        if let Some((last, others)) = targets.split_last() {
            for target in others.iter().filter(|_| !matches!(value, Value::Missing)) {
                self.offer_one(target, value.clone());
            }
            self.offer_one(last, value);
        }
    }

    fn offer_one(&mut self, target: &Target, value: Value<'a>) {
        if !self.wants(target) {
            return;
        }
        let text = match value {
            Value::Text(text) if target.rest.is_empty() => text,
            Value::Nested(json) => match follow(&json, &target.rest).and_then(|json| words(target.field, json)) {
                Some(text) => Cow::Owned(text),
                None => return,
            },
            _ => return,
        };
        if is_blank(&text) || (target.only_url && !site::looks_like_url(text.trim())) {
            return;
        }
        let is_date = matches!(target.field, Field::Published | Field::Modified | Field::Crawled);
        let moment = if is_date { date::moment(&text) } else { None };
        if is_date && moment.is_none() {
            return;
        }
        if let (Some(moment), Some(Some(taken))) = (moment, self.taken.get(target.field as usize))
            && (moment.doubtful, target.rank) > (taken.moment.is_some_and(|taken| taken.doubtful), taken.rank)
        {
            return;
        }
        if let Some(slot) = self.taken.get_mut(target.field as usize) {
            *slot = Some(Taken { rank: target.rank, is_markup: target.is_markup, text, moment });
        }
    }

    fn take(&mut self, field: Field) -> Option<Taken<'a>> {
        self.taken.get_mut(field as usize)?.take()
    }

    /// Whether a value was taken for this field.
    pub(super) fn has(&self, field: Field) -> bool {
        self.rank(field).is_some()
    }

    /// The rank of the value that was taken for this field.
    pub(super) fn rank(&self, field: Field) -> Option<u16> {
        self.taken.get(field as usize)?.as_ref().map(|taken| taken.rank)
    }

    fn word(&mut self, field: Field) -> Option<String> {
        self.take(field).map(|taken| taken.text.trim().to_owned())
    }

    /// The article, or nothing where no text was found. A record without an id has an empty one.
    pub(super) fn article(mut self, location: Location) -> Option<Article> {
        let text = self.take(Field::Text)?;
        let text = match text.text {
            html if text.is_markup || markup::is_fragment(&html) => {
                Some(markup::text(&html)).filter(|text| !is_blank(text))?
            }
            text => text.into_owned(),
        };
        let url = self.word(Field::Url);
        let stated = self.word(Field::Source);
        let address = stated.as_deref().filter(|source| site::looks_like_url(source));
        let source = match address {
            Some(address) => site::domain(address),
            // Some scrapers write the host, others the domain.
            None => stated.map(|stated| stated.strip_prefix("www.").map_or_else(|| stated.clone(), str::to_owned)),
        };
        Some(Article {
            id: self.word(Field::Id).unwrap_or_default(),
            text,
            title: self.word(Field::Title),
            source: source.or_else(|| url.as_deref().and_then(site::domain)),
            url,
            author: self.word(Field::Author),
            credit: self.word(Field::Credit),
            dateline: self.word(Field::Dateline),
            copyright: self.word(Field::Copyright),
            based_on: self.word(Field::BasedOn),
            version: self.word(Field::Version),
            lang: self.word(Field::Lang),
            published: self.take(Field::Published).and_then(|taken| taken.moment),
            modified: self.take(Field::Modified).and_then(|taken| taken.moment),
            crawled: self.take(Field::Crawled).and_then(|taken| taken.moment),
            location,
        })
    }
}

/// Why a record without text is no article.
pub(super) fn no_text(mapping: &Mapping) -> String {
    match mapping.text_names() {
        [only] => format!("no text: the field {only} is missing or blank"),
        names => format!("no text: all of {} are missing or blank", names.join(", ")),
    }
}

/// Whether a value says nothing: white space alone, or the word that a program writes for a missing value.
fn is_blank(text: &str) -> bool {
    let text = text.trim();
    matches!(text, "" | "None" | "none" | "null" | "NULL" | "nan" | "NaN")
}

fn follow<'j>(json: &'j Json, steps: &[Step]) -> Option<&'j Json> {
    steps.iter().try_fold(json, |json, step| match step {
        Step::Index(index) => json.get(index),
        Step::Key(key) => json.get(key).or_else(|| {
            let object = json.as_object()?;
            object.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value)
        }),
    })
}

/// The words of a nested value: what a person would read out of it for this field.
fn words(field: Field, json: &Json) -> Option<String> {
    let mut pieces = Vec::new();
    collect(field, json, &mut pieces);
    match field {
        Field::Text => (!pieces.is_empty()).then(|| pieces.join("\n\n")),
        Field::Author | Field::Credit => (!pieces.is_empty()).then(|| pieces.join(", ")),
        _ => pieces.into_iter().next(),
    }
}

/// Appends the strings of `json`: of an array all, of an object the first member that holds what the field means.
fn collect(field: Field, json: &Json, pieces: &mut Vec<String>) {
    match json {
        Json::String(text) if field == Field::Text && !is_blank(text) => pieces.push(text.clone()),
        Json::String(text) if !is_blank(text) => pieces.push(text.trim().to_owned()),
        Json::Number(number) => pieces.push(number.to_string()),
        Json::Array(items) if field == Field::Text && items.iter().any(|item| content_type(item).is_some()) => {
            // Several bodies of one article, as ninjs has them: plain text goes before HTML, and one is enough.
            let is_plain = |item: &&Json| !content_type(item).unwrap_or_default().contains("html");
            let body = items
                .iter()
                .find(is_plain)
                .or(items.first())
                .and_then(|body| Some((body, body.get("value")?.as_str()?)));
            if let Some((body, value)) = body.filter(|(_, value)| !is_blank(value)) {
                pieces.push(if is_plain(&body) { value.to_owned() } else { markup::text(value) });
            }
        }
        Json::Array(items) => items.iter().for_each(|item| collect(field, item, pieces)),
        Json::Object(object) if field == Field::Text && object.contains_key("sections") => sections(object, pieces),
        Json::Object(object) => {
            let before = pieces.len();
            for (name, value) in members(field).iter().filter_map(|&name| Some((name, object.get(name)?))) {
                match value {
                    // What WordPress calls so is HTML.
                    Json::String(html) if markup::is_named(name) && !is_blank(html) => pieces.push(markup::text(html)),
                    value => collect(field, value, pieces),
                }
                if pieces.len() > before {
                    return;
                }
            }
        }
        _ => {}
    }
}

/// What kind of text one of several bodies is, if it says so.
fn content_type(body: &Json) -> Option<&str> {
    ["contentType", "contenttype", "content_type"].iter().find_map(|&name| body.get(name)?.as_str())
}

/// The body of an article as Fundus has it: a summary, then sections of a headline and paragraphs.
fn sections(body: &serde_json::Map<String, Json>, pieces: &mut Vec<String>) {
    let sections = body.get("sections").and_then(Json::as_array).into_iter().flatten();
    let parts = sections.flat_map(|section| [section.get("headline"), section.get("paragraphs")]);
    for part in [body.get("summary")].into_iter().chain(parts).flatten() {
        collect(Field::Text, part, pieces);
    }
}

/// The members of an object that hold its words, best first.
fn members(field: Field) -> &'static [&'static str] {
    match field {
        Field::Text => &["text", "content", "value", "body", "paragraph", "paragraphs", "rendered"],
        Field::Title => &["value", "text", "main", "rendered", "title", "name"],
        Field::Source => &["title", "name", "uri", "domain"],
        Field::Author | Field::Credit | Field::Copyright => &["name", "value", "text"],
        Field::Dateline | Field::Version => &["value", "text", "name"],
        Field::Id => &["$oid", "id", "value"],
        Field::Url | Field::BasedOn => &["url", "href", "@id", "uri", "name"],
        Field::Lang => &["code", "id", "name", "value"],
        Field::Published | Field::Modified | Field::Crawled => &["$date", "$numberLong", "value", "date"],
    }
}
