//! Settings by their names, as `wirecopy.toml` and the Python package give them.
//!
//! In: a table of names and values. Out: the same, once all of it is known, or a [`Mistake`] that names the nearest known
//! name. Ranges are checked where all layers have come together: see [`Settings::checked`].

use toml::{Table, Value};

use super::Settings;

/// A name that no setting has, or a value that is none for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The line of the file, from 1, if there is a file.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// What was probably meant, if that can be told.
    pub hint: Option<String>,
}

/// The table of a file, all of which is known.
pub fn parsed(text: &str) -> Result<Table, Mistake> {
    let checked: Result<Settings, toml::de::Error> = toml::from_str(text);
    checked.and_then(|_| toml::from_str(text)).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        mistake(Some(line), error.message())
    })
}

/// The settings of a table, before their ranges are checked.
pub fn settings(table: Table) -> Result<Settings, Mistake> {
    table.try_into().map_err(|error: toml::de::Error| mistake(None, error.message()))
}

fn mistake(line: Option<usize>, message: &str) -> Mistake {
    match unknown_name(message) {
        Some((name, known)) => Mistake { line, what: format!("unknown key {name}"), hint: Some(hint(&name, &known)) },
        None => Mistake { line, what: message.to_owned(), hint: None },
    }
}

/// The unknown name of serde's message and those it knows, as in "unknown field `a`, expected `b` or `c`".
fn unknown_name(message: &str) -> Option<(String, Vec<String>)> {
    if !message.starts_with("unknown field") && !message.starts_with("unknown variant") {
        return None;
    }
    let mut names = message.split('`').skip(1).step_by(2).map(str::to_owned);
    Some((names.next()?, names.collect()))
}

fn hint(name: &str, known_here: &[String]) -> String {
    let here: Vec<&str> = known_here.iter().map(String::as_str).collect();
    // A key that is known in another section: its last part is like the name.
    let defaults = Table::try_from(Settings::default()).unwrap_or_default();
    let everywhere = keys(&defaults);
    let last_parts: Vec<&str> = everywhere.iter().filter_map(|key| key.rsplit('.').next()).collect();
    let elsewhere = nearest(name, &last_parts)
        .and_then(|part| everywhere.iter().find(|key| key.rsplit('.').next() == Some(part)))
        .filter(|key| !here.contains(&key.rsplit('.').next().unwrap_or_default()));
    match (nearest(name, &here), elsewhere) {
        (Some(near), _) => format!("did you mean {near}?"),
        (None, Some(key)) => format!("did you mean {key}?"),
        (None, None) if here.is_empty() => "this section has no keys".into(),
        (None, None) => format!("known here: {}", here.join(", ")),
    }
}

/// The one of `known` that `name` was probably meant to be.
pub fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    /// Jaro-Winkler similarity from which a name is worth proposing; a swapped or missing letter leaves .9 and more.
    const ALIKE: f64 = 0.8;
    let alike = known.iter().map(|known| (strsim::jaro_winkler(name, known), *known));
    let best = alike.filter(|(similarity, _)| *similarity >= ALIKE).max_by(|a, b| a.0.total_cmp(&b.0));
    best.map(|(_, known)| known)
}

/// The dotted keys of every value in the table.
pub fn keys(table: &Table) -> Vec<String> {
    let mut found = Vec::new();
    for (key, value) in table {
        match value {
            Value::Table(inner) => found.extend(keys(inner).into_iter().map(|rest| dotted(key, &rest))),
            _ => found.push(key.clone()),
        }
    }
    found
}

/// The name of a setting in a section, which may be that of all sections.
pub fn dotted(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}

/// Sets what a dotted key names. A table is laid over the one that is there.
pub fn set(table: &mut Table, key: &str, value: Value) {
    match (key.split_once('.'), value) {
        (None, Value::Table(values)) if table.get(key).is_some_and(Value::is_table) => {
            if let Some(Value::Table(inner)) = table.get_mut(key) {
                values.into_iter().for_each(|(key, value)| set(inner, &key, value));
            }
        }
        (None, value) => {
            table.insert(key.to_owned(), value);
        }
        (Some((section, rest)), value) => {
            let inner = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = inner {
                set(inner, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_laid_over_another() {
        let mut table: Table = toml::from_str("near = { threshold = 0.7, recall = 0.9 }").unwrap();
        set(&mut table, "near", Value::Table(toml::from_str("recall = 0.5").unwrap()));
        set(&mut table, "story.linkage", 0.4.into());
        let settings = settings(table).unwrap();
        assert_eq!((settings.near.threshold, settings.near.recall, settings.story.linkage), (0.7, 0.5, 0.4));
    }

    #[test]
    fn a_value_without_a_file_has_no_line() {
        let mistake = settings(toml::from_str("treshold = 0.7").unwrap()).unwrap_err();
        assert_eq!((mistake.line, &*mistake.what), (None, "unknown key treshold"));
        assert_eq!(mistake.hint.as_deref(), Some("did you mean near.threshold?"));
        assert_eq!(settings(toml::from_str("near.threshold = 'high'").unwrap()).unwrap_err().hint, None);
    }
}
