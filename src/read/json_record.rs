//! One JSON object to one article, read in place.
//!
//! A visitor over the top-level object looks each key up in the mapping and skips every other value without building it;
//! strings without escapes are borrowed from the record until the article owns them.
//!
//! What is no JSON by a trifle is mended ([`json_mend`](super::json_mend)) and parsed again. A record without a text may be the
//! envelope of one: what queues and search engines wrap around it (`{"value": {...}}`, `{"_source": {...}}`).

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor, value};
use serde_json::Value as Json;

use super::fields::{self, Fields, Seen, Value};
use super::flaw;
use super::json_mend::mended;
use super::mapping::{Mapping, Target};
use crate::article::{Article, Location};
use crate::settings::Field;

/// In how many envelopes an article may lie.
const ENVELOPES: usize = 3;
/// Longer records are no envelopes: they are made trees of, which takes ten times their bytes.
const ENVELOPE_BYTES: usize = 1 << 20;
/// What the fields of an envelope come after.
const ENVELOPE_RANK: u16 = 500;
/// Of several articles in one envelope this is the one that holds now, by the names of change logs and search engines.
const PRESENT: [&str; 4] = ["after", "_source", "fullDocument", "value"];
/// How deep the names are told of what a record without text holds, and how many.
const TOLD_DEPTH: usize = 4;
const TOLD_NAMES: usize = 40;

/// The article that `record` holds, or why it holds none, in plain words.
pub(super) fn article(record: &[u8], location: Location, mapping: &Mapping) -> Result<Article, String> {
    let binary = |reason: String| if memchr::memchr(0, record).is_some() { flaw::BINARY.to_owned() } else { reason };
    if record.first() != Some(&b'{') {
        return Err(binary("not a JSON object".into()));
    }
    let text = flaw::utf8(record).map_err(binary)?;
    let of = |text: &str| {
        let article = fields_of(text, mapping)?.article(location.clone());
        Ok(article.or_else(|| enveloped(text, location.clone(), mapping)))
    };
    let article = of(text).or_else(|error: serde_json::Error| match mended(text) {
        Some(text) => of(&text).map_err(|_| error),
        None => Err(error),
    });
    article.map_err(|error| binary(broken(&error)))?.ok_or_else(|| fields::no_text(mapping))
}

fn fields_of<'t>(text: &'t str, mapping: &Mapping) -> Result<Fields<'t>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let fields = deserializer.deserialize_map(RecordVisitor { mapping })?;
    deserializer.end().map(|()| fields)
}

type Object = serde_json::Map<String, Json>;

/// The article in an envelope, which gives it what it has not itself.
fn enveloped(text: &str, location: Location, mapping: &Mapping) -> Option<Article> {
    if text.len() > ENVELOPE_BYTES {
        return None;
    }
    let Ok(Json::Object(record)) = serde_json::from_str(text) else { return None };
    let objects = unwrapped(record, mapping, ENVELOPES).ok()?;
    fields_of_all(&objects, mapping).article(location)
}

/// The fields of some objects, of which each goes before the next.
fn fields_of_all(objects: &[Object], mapping: &Mapping) -> Fields<'static> {
    let mut fields = Fields::new();
    for (object, level) in objects.iter().zip(0u16..) {
        for (name, json) in object {
            let behind = |target: &Target| Target { rank: target.rank + level * ENVELOPE_RANK, ..target.clone() };
            let targets: Vec<Target> = mapping.targets(name).iter().map(behind).collect();
            fields.offer(&targets, value_of(json));
        }
    }
    fields
}

/// The object with the text, and those it lies in, from the inside; or the record again, if there is none or several.
fn unwrapped(record: Object, mapping: &Mapping, envelopes: usize) -> Result<Vec<Object>, Object> {
    let of = |name: &str, field: Field| mapping.targets(name).iter().any(|target| target.field == field);
    // An article whose text is blank has no other one inside.
    let is_article = record.iter().any(|(name, json)| {
        let is_value = !matches!(json, Json::Object(_) | Json::Null);
        is_value && (of(name, Field::Text) || (of(name, Field::Title) && name != "name"))
    });
    if is_article && fields_of_all(std::slice::from_ref(&record), mapping).has(Field::Text) {
        return Ok(vec![record]);
    }
    if envelopes == 0 || is_article || mapping.is_set(Field::Text) {
        return Err(record);
    }
    let mut found: Vec<(String, Vec<Object>)> = Vec::new();
    for (name, json) in &record {
        let object = match json {
            Json::Object(object) => object.clone(),
            Json::String(text) if text.starts_with('{') => match serde_json::from_str(text) {
                Ok(Json::Object(object)) => object,
                _ => continue,
            },
            _ => continue,
        };
        if let Ok(objects) = unwrapped(object, mapping, envelopes - 1) {
            found.push((name.clone(), objects));
        }
    }
    let place = if found.len() == 1 {
        Some(0)
    } else {
        PRESENT.iter().find_map(|present| found.iter().position(|(name, _)| name == present))
    };
    match place {
        Some(place) => {
            let (name, mut objects) = found.swap_remove(place);
            let mut envelope = record;
            envelope.remove(&name);
            objects.push(envelope);
            Ok(objects)
        }
        None => Err(record),
    }
}

/// A value as a field takes it.
fn value_of(json: &Json) -> Value<'static> {
    match json {
        Json::Null | Json::Bool(_) => Value::Missing,
        Json::String(text) => Value::Text(text.clone().into()),
        Json::Number(number) => Value::Text(number.to_string().into()),
        nested => Value::Nested(nested.clone()),
    }
}

/// The names and values of an object, to look at: of an envelope those of its article too, and of a record without text those
/// inside its values, an array of objects with `[]` behind its name.
pub(super) fn seen(record: &[u8], mapping: &Mapping) -> Option<Seen> {
    let text = flaw::utf8(record).ok()?;
    let record: Json = serde_json::from_str(text).ok().or_else(|| serde_json::from_str(&mended(text)?).ok())?;
    let Json::Object(record) = record else { return None };
    let objects = match fields_of_all(std::slice::from_ref(&record), mapping).has(Field::Text) {
        true => vec![record],
        false => match unwrapped(record, mapping, ENVELOPES) {
            Ok(objects) => objects,
            Err(record) => {
                let mut columns = Vec::new();
                tell_nested(&record, "", TOLD_DEPTH, &mut columns);
                return Some(Seen { own: Vec::new(), columns });
            }
        },
    };
    let columns = objects.iter().flatten().map(|(name, json)| (name.clone(), value_of(json))).collect();
    Some(Seen { own: Vec::new(), columns })
}

fn tell_nested(object: &Object, path: &str, depth: usize, columns: &mut fields::Columns) {
    for (name, json) in object {
        if columns.len() >= TOLD_NAMES {
            return;
        }
        let name = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match json {
            Json::Object(inner) if depth > 1 && !inner.is_empty() => tell_nested(inner, &name, depth - 1, columns),
            Json::Array(items) if items.first().is_some_and(Json::is_object) => {
                columns.push((format!("{name}[]"), value_of(json)));
            }
            _ => columns.push((name, value_of(json))),
        }
    }
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
    fn envelopes_are_opened() {
        let inner = r#"{"id": 4, "headline": "H", "body": "The ferry sailed.", "published_at": "2024-03-01"}"#;
        let quoted = serde_json::to_string(inner).unwrap();
        for record in [
            format!(r#"{{"topic":"news","offset":1,"key":null,"value":{inner}}}"#),
            format!(r#"{{"topic":"news","value":{quoted}}}"#),
            format!(r#"{{"_index":"n","_score":1,"_source":{inner}}}"#),
            format!(
                r#"{{"schema":{{"name":"x"}},"payload":{{"op":"u","before":{inner},"after":{inner},"source":{{"db":"n"}}}}}}"#
            ),
            format!(r#"{{"type":"article","data":{{"attributes":{inner}}}}}"#),
            format!(r#"{{"article":{inner}}}"#).replace("\"body\"", "\"articleBody\""),
        ] {
            let article = read(&record);
            assert_eq!((article.text.as_str(), article.id.as_str()), ("The ferry sailed.", "4"), "{record}");
            assert_eq!(article.title.as_deref(), Some("H"), "{record}");
            assert_eq!(article.published.unwrap().to_string(), "2024-03-01", "{record}");
            assert!(
                seen(record.as_bytes(), &Mapping::new(&ReadSettings::default()).unwrap()).unwrap().columns.len() > 3
            );
        }
        let article = read(r#"{"_id":"a1","url":"https://a.example/1","_source":{"headline":"H","body":"t"}}"#);
        assert_eq!((article.id.as_str(), article.url.as_deref()), ("a1", Some("https://a.example/1")));
        // An article without its text is none, whatever else it holds; so is what holds two.
        for record in [
            r#"{"title":"H","text":"","image":{"content":"A caption."}}"#,
            r#"{"headline":"H","media":{"text":"A caption."}}"#,
            r#"{"one":{"text":"t"},"two":{"text":"t"}}"#,
        ] {
            assert!(reason(record).starts_with("no text"), "{record}");
        }
        let map = BTreeMap::from([(Field::Text, vec!["value.inhalt".to_owned()])]);
        assert_eq!(read_with(r#"{"value":{"inhalt":"yes","body":"no"}}"#, map).unwrap().text, "yes");
    }

    #[test]
    fn what_a_record_without_text_holds_is_told_by_path() {
        let record = br#"{"took":1,"antwort":{"seite":{"inhalt":"Der Regen."},"liste":[{"a":1}]},"tags":["x"]}"#;
        let seen = seen(record, &Mapping::new(&ReadSettings::default()).unwrap()).unwrap();
        let names: Vec<&str> = seen.columns.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["took", "antwort.seite.inhalt", "antwort.liste[]", "tags"]);
    }

    #[test]
    fn trifles_are_mended() {
        for record in [
            r#"{"text":"NaN, it said,","author":NaN}"#,
            r#"{"score":-Infinity,"x":[NaN, Infinity],"text":"NaN, it said,"}"#,
            r#"{"text":"NaN, it said,",}"#,
            r#"{"tags":["a","b",],"text":"NaN, it said,", }"#,
            "{\"score\": nan,\n \"text\":\"NaN, it said,\",\n}",
        ] {
            assert_eq!(read(record).text, "NaN, it said,", "{record}");
        }
        assert_eq!(read(r#"{"author":NaN,"text":"t"}"#).author, None);
        for record in [r#"{"text":"t",,}"#, r#"{"text":NaNa}"#, r#"{,}"#, r#"{"text":"t" "x":NaN}"#] {
            assert!(reason(record).starts_with("broken JSON at column"), "{record}");
        }
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
