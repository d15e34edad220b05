//! JSON-LD: what a page says of its article in the vocabulary of schema.org.
//!
//! Scripts hold one object, an array, or a `@graph`; names of people and publishers may stand elsewhere in it under an
//! `@id`. Of several articles the one that stands highest and is most surely news is the page's own. Broken JSON is
//! common (line ends in strings, commas too many, text cut off): what can be mended is, and of what cannot the strings
//! of the wanted members are taken as they stand.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::page::words;

/// The members that are looked for in JSON that cannot be parsed.
const SALVAGED: [&str; 8] =
    ["headline", "datePublished", "dateModified", "creditText", "dateline", "inLanguage", "articleBody", "isBasedOn"];

/// More nodes than this are not looked at: a page may list all articles of its outlet.
const MOST_NODES: usize = 20_000;

/// What the scripts of a page say of its article.
#[derive(Debug, Default)]
pub(super) struct LinkedData {
    article: Map<String, Value>,
    /// Objects by their `@id`.
    named: HashMap<String, Map<String, Value>>,
}

impl LinkedData {
    pub(super) fn of(scripts: &[String]) -> LinkedData {
        let values: Vec<Value> = scripts.iter().flat_map(|script| values(script)).collect();
        let mut data = LinkedData::default();
        let mut best = 0;
        // Level by level, so that an article goes before those it lists.
        let mut level: Vec<&Value> = values.iter().collect();
        let mut seen = 0;
        while !level.is_empty() && seen < MOST_NODES {
            seen += level.len();
            for object in level.iter().filter_map(|value| value.as_object()) {
                if let Some(id) = object.get("@id").and_then(Value::as_str).filter(|_| object.len() > 1) {
                    data.named.entry(id.to_owned()).or_insert_with(|| object.clone());
                }
                let rank = rank(object);
                if rank > best {
                    (best, data.article) = (rank, object.clone());
                }
            }
            level = level
                .into_iter()
                .flat_map(|value| match value {
                    Value::Array(items) => items.iter().collect::<Vec<_>>(),
                    Value::Object(members) => {
                        members.values().filter(|value| value.is_array() || value.is_object()).collect()
                    }
                    _ => Vec::new(),
                })
                .collect();
        }
        data
    }

    /// The words of a member: of a list the first that has any, of an object its name.
    pub(super) fn word(&self, name: &str) -> Option<String> {
        self.all(name).into_iter().next()
    }

    /// The words of every item of a member.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        let mut found = Vec::new();
        if let Some(value) = self.article.get(name) {
            self.collect(value, &["name", "@value", "headline", "text"], &mut found);
        }
        found
    }

    /// An address or a name of what a member refers to.
    pub(super) fn reference(&self, name: &str) -> Option<String> {
        let mut found = Vec::new();
        self.collect(self.article.get(name)?, &["url", "@id", "sameAs", "name", "headline"], &mut found);
        found.into_iter().next()
    }

    /// The text of the article, which may be markup.
    pub(super) fn body(&self) -> Option<&str> {
        self.article.get("articleBody")?.as_str()
    }

    fn collect(&self, value: &Value, members: &[&str], found: &mut Vec<String>) {
        match value {
            Value::String(text) => found.extend(words(&unescaped(text))),
            Value::Array(items) => items.iter().take(100).for_each(|item| self.collect(item, members, found)),
            Value::Object(object) => {
                let before = found.len();
                let elsewhere = object.get("@id").and_then(Value::as_str).and_then(|id| self.named.get(id));
                for name in members {
                    // An `@id` that leads to an object stands for that object.
                    let text = |object: &Map<String, Value>| match object.get(*name) {
                        Some(Value::String(text)) if *name != "@id" || elsewhere.is_none() => words(&unescaped(text)),
                        Some(Value::Array(items)) => items.iter().find_map(Value::as_str).and_then(words),
                        _ => None,
                    };
                    found.extend(text(object).or_else(|| elsewhere.and_then(text)));
                    if found.len() > before {
                        return;
                    }
                }
            }
            _ => {}
        }
    }
}

/// How surely an object is the article of the page: 0 if it is none.
fn rank(object: &Map<String, Value>) -> u8 {
    let of_kind = |kind: &str| match kind.rsplit(['/', ':']).next().unwrap_or(kind) {
        kind if kind.ends_with("NewsArticle") => 5,
        kind if kind.ends_with("Article") => 4,
        "BlogPosting" | "LiveBlogPosting" | "Report" | "SocialMediaPosting" => 3,
        "Review" | "CreativeWork" | "VideoObject" => 2,
        "WebPage" | "ItemPage" => 1,
        _ => 0,
    };
    match object.get("@type") {
        Some(Value::String(kind)) => of_kind(kind),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).map(of_kind).max().unwrap_or(0),
        _ => 0,
    }
}

/// The values in a script, mended where they are broken.
fn values(script: &str) -> Vec<Value> {
    let script = bare(script);
    if let Ok(value) = serde_json::from_str(script) {
        return vec![value];
    }
    let mended = mended(script);
    let whole: Vec<Value> = serde_json::Deserializer::from_str(&mended).into_iter().map_while(Result::ok).collect();
    if whole.is_empty() { vec![salvaged(&mended)] } else { whole }
}

/// A script without what hides it from old browsers.
fn bare(script: &str) -> &str {
    let mut bare = script.trim();
    for hull in ["<!--", "//<![CDATA[", "// <![CDATA[", "/*<![CDATA[*/", "<![CDATA["] {
        bare = bare.strip_prefix(hull).unwrap_or(bare).trim_start();
    }
    for hull in ["-->", "//]]>", "// ]]>", "/*]]>*/", "]]>", ";"] {
        bare = bare.strip_suffix(hull).unwrap_or(bare).trim_end();
    }
    bare
}

/// JSON with control characters in its strings made spaces and without commas before a bracket.
fn mended(script: &str) -> String {
    let mut mended = String::with_capacity(script.len());
    let (mut in_string, mut escaped) = (false, false);
    for c in script.chars() {
        match c {
            '"' if !escaped => in_string = !in_string,
            '}' | ']' if !in_string => {
                let kept = mended.trim_end();
                if kept.ends_with(',') {
                    mended.truncate(kept.len() - 1);
                }
            }
            _ => {}
        }
        escaped = in_string && c == '\\' && !escaped;
        mended.push(if c.is_control() { ' ' } else { c });
    }
    mended
}

/// The first string of each wanted member in JSON that cannot be parsed, as an article.
fn salvaged(script: &str) -> Value {
    let mut article = Map::new();
    for name in SALVAGED {
        let value = script.find(&format!("\"{name}\"")).and_then(|place| {
            let rest = script.get(place + name.len() + 2..)?.trim_start().strip_prefix(':')?.trim_start();
            rest.starts_with('"')
                .then(|| serde_json::Deserializer::from_str(rest).into_iter::<String>().next()?.ok())?
        });
        if let Some(value) = value {
            article.insert(name.to_owned(), Value::String(value));
        }
    }
    if !article.is_empty() {
        article.insert("@type".to_owned(), Value::String("Article".to_owned()));
    }
    Value::Object(article)
}

/// A string without the character references that some outlets leave in JSON.
fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let document = trafilatura::dom::Document::parse(&text.replace('<', "&lt;"));
    document.text_content(document.root())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(script: &str) -> LinkedData {
        LinkedData::of(&[script.to_owned()])
    }

    #[test]
    fn the_page_s_own_article_is_found() {
        for script in [
            r#"{"@type":"NewsArticle","headline":"Rain"}"#,
            r#"{"@type":["Thing","ReportageNewsArticle"],"headline":"Rain"}"#,
            r#"{"@type":"https://schema.org/OpinionNewsArticle","headline":"Rain"}"#,
            r#"[{"@type":"BreadcrumbList"},{"@type":"Article","headline":"Rain"}]"#,
            r#"{"@graph":[{"@type":"WebPage","headline":"Site"},{"@type":"NewsArticle","headline":"Rain"}]}"#,
            r#"{"@type":"WebPage","mainEntity":{"@type":"NewsArticle","headline":"Rain"}}"#,
            r#"{"@type":"NewsArticle","headline":"Rain","hasPart":[{"@type":"NewsArticle","headline":"Snow"}]}"#,
            "<!-- {\"@type\":\"NewsArticle\",\"headline\":\"Rain\",} -->",
            "//<![CDATA[\n{\"@type\":\"NewsArticle\",\"headline\":\"Rain\"};\n//]]>",
            "{\"@type\":\"NewsArticle\",\"description\":\"a\nb\",\"headline\":\"Rain\"}",
            r#"{"@type":"NewsArticle","headline":"Rain"}{"@type":"Article","headline":"Snow"}"#,
            r#"{"@type":"NewsArticle","author":{"name":"A "B" C"},"headline" : "Rain"}"#,
            r#"{"@type":"NewsArticle","headline":"Rain","articleBody":"cut of"#,
        ] {
            assert_eq!(data(script).word("headline").as_deref(), Some("Rain"), "{script}");
        }
        for script in ["", "null", "{", "[[[[", r#"{"@type":"Organization","headline":"x"}"#, "{\"headline\""] {
            assert_eq!(data(script).word("headline"), None, "{script}");
        }
    }

    #[test]
    fn names_and_references() {
        let script = r##"{"@graph":[
            {"@type":"NewsArticle","author":[{"@id":"#a"},{"name":"Bo Tarn"},"Cy &amp; Di"],"publisher":{"@id":"#p"},
             "isBasedOn":{"@type":"Article","url":"https://wire.example/1","name":"Wire"},"creditText":" Orm  Agency "},
            {"@id":"#a","@type":"Person","name":"Ann Vell"},
            {"@id":"#p","@type":"Organization","name":"The Lark","url":"https://lark.example"}]}"##;
        let data = data(script);
        assert_eq!(data.all("author"), ["Ann Vell", "Bo Tarn", "Cy & Di"]);
        assert_eq!(data.word("publisher").as_deref(), Some("The Lark"));
        assert_eq!(data.reference("isBasedOn").as_deref(), Some("https://wire.example/1"));
        assert_eq!(data.word("creditText").as_deref(), Some("Orm Agency"));
    }
}
