//! From the values of a record to an article: which value wins, and how it is read.
//!
//! Values are offered as they are met, in any order; each field keeps the one with the best rank that is not blank. Strings
//! stay borrowed from the record until the article is made.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::date;
use super::mapping::{FIELDS, Mapping, Step, Target};
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

/// The values that were taken from one record.
pub(super) struct Fields<'a> {
    taken: [Option<Taken<'a>>; FIELDS],
}

struct Taken<'a> {
    rank: u16,
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
            *slot = Some(Taken { rank: target.rank, text, moment });
        }
    }

    fn take(&mut self, field: Field) -> Option<Taken<'a>> {
        self.taken.get_mut(field as usize)?.take()
    }

    fn word(&mut self, field: Field) -> Option<String> {
        self.take(field).map(|taken| taken.text.trim().to_owned())
    }

    /// The article, or nothing where no text was found. A record without an id has an empty one.
    pub(super) fn article(mut self, location: Location) -> Option<Article> {
        let text = self.take(Field::Text)?.text.into_owned();
        let url = self.word(Field::Url);
        let stated = self.word(Field::Source);
        let address = stated.as_deref().filter(|source| site::looks_like_url(source));
        let source = match address {
            Some(address) => site::domain(address),
            None => stated,
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
        Json::Array(items) => items.iter().for_each(|item| collect(field, item, pieces)),
        Json::Object(object) => {
            let before = pieces.len();
            for value in members(field).iter().filter_map(|&name| object.get(name)) {
                collect(field, value, pieces);
                if pieces.len() > before {
                    return;
                }
            }
        }
        _ => {}
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
