//! One JSON object to one article, read in place.
//!
//! A visitor over the top-level object looks each key up in the mapping and skips every other value without building it;
//! strings without escapes are borrowed from the record until the article owns them.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor, value};
use serde_json::Value as Json;

use super::fields::{self, Fields, Seen, Value};
use super::flaw;
use super::mapping::{Mapping, Target};
use crate::article::{Article, Location};

/// The article that `record` holds, or why it holds none, in plain words.
pub(super) fn article(record: &[u8], location: Location, mapping: &Mapping) -> Result<Article, String> {
    let binary = |reason: String| if memchr::memchr(0, record).is_some() { flaw::BINARY.to_owned() } else { reason };
    if record.first() != Some(&b'{') {
        return Err(binary("not a JSON object".into()));
    }
    let text = flaw::utf8(record).map_err(binary)?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let fields = deserializer.deserialize_map(RecordVisitor { mapping });
    let fields = fields.and_then(|fields| deserializer.end().map(|()| fields));
    let fields = fields.map_err(|error| binary(broken(&error)))?;
    fields.article(location).ok_or_else(|| fields::no_text(mapping))
}

/// The names and values of an object, to look at.
pub(super) fn seen(record: &[u8]) -> Option<Seen> {
    let record: Json = serde_json::from_slice(record).ok()?;
    let value = |value: &Json| match value {
        Json::Null | Json::Bool(_) => Value::Missing,
        Json::String(text) => Value::Text(text.clone().into()),
        Json::Number(number) => Value::Text(number.to_string().into()),
        nested => Value::Nested(nested.clone()),
    };
    let columns = record.as_object()?.iter().map(|(name, json)| (name.clone(), value(json))).collect();
    Some(Seen { own: Vec::new(), columns })
}

/// serde's message with its place in front.
fn broken(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    let message = error.to_string();
    let message = message.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&message);
    match line {
        0 | 1 => format!("broken JSON at column {column}: {message}"),
        _ => format!("broken JSON at line {line} of the record, column {column}: {message}"),
    }
}

struct RecordVisitor<'m> {
    mapping: &'m Mapping,
}

impl<'de> Visitor<'de> for RecordVisitor<'_> {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut record: A) -> Result<Fields<'de>, A::Error> {
        let mut fields = Fields::new();
        while let Some(targets) = record.next_key_seed(KeySeed { mapping: self.mapping })? {
            if fields.want(targets) {
                fields.offer(targets, record.next_value_seed(ValueSeed)?);
            } else {
                record.next_value::<IgnoredAny>()?;
            }
        }
        Ok(fields)
    }
}

/// Reads a key as what it may be good for.
struct KeySeed<'m> {
    mapping: &'m Mapping,
}

impl<'de, 'm> DeserializeSeed<'de> for KeySeed<'m> {
    type Value = &'m [Target];

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'m> Visitor<'_> for KeySeed<'m> {
    type Value = &'m [Target];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.mapping.targets(key))
    }
}

/// Reads a value as far as an article can use it.
struct ValueSeed;

impl<'de> DeserializeSeed<'de> for ValueSeed {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(number.to_string())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(number.to_string())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(number.to_string())))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value<'de>, E> {
        Ok(Value::Missing)
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Missing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, sequence: A) -> Result<Value<'de>, A::Error> {
        let json: Json = serde::Deserialize::deserialize(value::SeqAccessDeserializer::new(sequence))?;
        Ok(Value::Nested(json))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value<'de>, A::Error> {
        let json: Json = serde::Deserialize::deserialize(value::MapAccessDeserializer::new(map))?;
        Ok(Value::Nested(json))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Field, ReadSettings};
    use std::collections::BTreeMap;

    fn read_with(record: &str, map: BTreeMap<Field, Vec<String>>) -> Result<Article, String> {
        let mapping = Mapping::new(&ReadSettings { map, ..ReadSettings::default() }).unwrap();
        let location = Location { path: "a.jsonl".into(), record: 1, byte_offset: 0 };
        article(record.as_bytes(), location, &mapping)
    }

    fn read(record: &str) -> Article {
        read_with(record, BTreeMap::new()).unwrap()
    }

    fn reason(record: &str) -> String {
        read_with(record, BTreeMap::new()).unwrap_err()
    }

    #[test]
    fn text_falls_to_the_next_name_that_has_words() {
        assert_eq!(read(r#"{"body":"b","text":"t"}"#).text, "t");
        assert_eq!(read(r#"{"text":" \n","body":"b"}"#).text, "b");
        assert_eq!(read(r#"{"text":null,"maintext":"None","body":"b"}"#).text, "b");
        assert_eq!(read(r#"{"MAINTEXT":"m","text":"t"}"#).text, "m");
        assert_eq!(read(r#"{"maintext":"exact","MainText":"folded"}"#).text, "exact");
        assert_eq!(read(r#"{"MainText":"folded","maintext":"exact"}"#).text, "exact");
        assert_eq!(read(r#"{"text":["One.","Two."]}"#).text, "One.\n\nTwo.");
        assert_eq!(
            read(r#"{"body":[{"type":"p","text":"One."},{"type":"img"},{"content":"Two."}]}"#).text,
            "One.\n\nTwo."
        );
        assert_eq!(read(r#"{"text":"Tab\tand “é\u00e9”"}"#).text, "Tab\tand “éé”");
    }

    #[test]
    fn fields_of_common_scrapers() {
        let article = read(
            r#"{"maintext":"t","title":" T ","date_publish":"2018-07-15 07:54:28","date_modify":null,"date_download":"2019-01-02",
            "url":"https://www.news.example.co.uk/a","source_domain":"news.example.co.uk","authors":["A. Writer","B. Other"],
            "language":"en","id":7,"credit_line":"Agency X"}"#,
        );
        assert_eq!(article.id, "7");
        assert_eq!(article.title.as_deref(), Some("T"));
        assert_eq!(article.source.as_deref(), Some("news.example.co.uk"));
        assert_eq!(article.author.as_deref(), Some("A. Writer, B. Other"));
        assert_eq!(article.lang.as_deref(), Some("en"));
        assert_eq!(article.credit.as_deref(), Some("Agency X"));
        assert_eq!(article.published.unwrap().to_string(), "2018-07-15T07:54:28");
        assert_eq!(article.modified, None);
        assert_eq!(article.crawled.unwrap().to_string(), "2019-01-02");
    }

    #[test]
    fn sources() {
        let source = |record: &str| {
            let article = read(record);
            (article.source.unwrap_or_default(), article.url.unwrap_or_default())
        };
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(source(r#"{"text":"t","source":{"uri":"a.example","title":"The A"}}"#), pair("The A", ""));
        assert_eq!(source(r#"{"text":"t","source":{"id":null,"name":"The A"}}"#), pair("The A", ""));
        assert_eq!(source(r#"{"text":"t","source":"a.example"}"#), pair("a.example", ""));
        assert_eq!(
            source(r#"{"text":"t","source":"https://www.a.example/x"}"#),
            pair("a.example", "https://www.a.example/x")
        );
        assert_eq!(
            source(r#"{"domain":"b.example","text":"t","source":"https://a.example/x"}"#),
            pair("b.example", "https://a.example/x")
        );
        assert_eq!(
            source(r#"{"text":"t","url":"https://www.a.example/x"}"#),
            pair("a.example", "https://www.a.example/x")
        );
        assert_eq!(source(r#"{"text":"t","publisher":{"@type":"Organization","name":"P"}}"#), pair("P", ""));
    }

    #[test]
    fn dotted_paths() {
        let article = read(r#"{"headlines":[{"value":"H"}],"text":"t","source":{"title":"S"}}"#);
        assert_eq!((article.title.as_deref(), article.source.as_deref()), (Some("H"), Some("S")));
        let map = BTreeMap::from([(Field::Text, vec!["data.parts[1].words".to_owned(), "alt".to_owned()])]);
        let nested = r#"{"text":"no","data":{"parts":[{},{"Words":"yes"}]}}"#;
        assert_eq!(read_with(nested, map.clone()).unwrap().text, "yes");
        assert_eq!(read_with(r#"{"text":"no","data":{"parts":[]},"alt":"other"}"#, map.clone()).unwrap().text, "other");
        assert_eq!(read_with(r#"{"data.parts[1].words":"flat"}"#, map.clone()).unwrap().text, "flat");
        let reason = read_with(r#"{"text":"no"}"#, map).unwrap_err();
        assert_eq!(reason, "no text: all of data.parts[1].words, alt are missing or blank");
    }

    #[test]
    fn dates_and_ids_of_databases() {
        let article =
            read(r#"{"_id":{"$oid":"5b4a"},"text":"t","date":{"$date":"2018-07-15T07:54:28Z"},"updated":1531641268}"#);
        assert_eq!(article.id, "5b4a");
        assert_eq!(article.published.unwrap().seconds, 1_531_641_268);
        assert_eq!(article.modified.unwrap().seconds, 1_531_641_268);
        assert_eq!(
            read(r#"{"text":"t","date":"0","created":"2018-07-15"}"#).published.unwrap().to_string(),
            "2018-07-15"
        );
    }

    #[test]
    fn reasons() {
        assert_eq!(reason(r#"{"text":"t""#), "broken JSON at column 11: EOF while parsing an object");
        assert_eq!(reason(r#"{"text":"t"} {}"#), "broken JSON at column 14: trailing characters");
        assert!(reason("{\"text\":\"t\",\n\"x\"}").starts_with("broken JSON at line 2 of the record"));
        assert_eq!(reason("[1]"), "not a JSON object");
        assert_eq!(reason("\"words\""), "not a JSON object");
        assert_eq!(reason("\0\0\0"), "binary data, not text");
        assert!(reason(r#"{"title":"t","text":""}"#).starts_with("no text: all of maintext, "));
        let deep = format!(r#"{{"source":{}{},"text":"t"}}"#, "[".repeat(500), "]".repeat(500));
        assert!(reason(&deep).contains("recursion limit"));
        let deep = format!(r#"{{"other":{}{},"text":"t"}}"#, "[".repeat(5000), "]".repeat(5000));
        assert_eq!(read(&deep).text, "t");
    }
}
