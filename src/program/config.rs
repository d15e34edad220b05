//! Settings from three places: the command line goes before `wirecopy.toml`, which goes before the defaults.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use toml::{Table, Value};

use crate::error::Error;
use crate::program::failure::Failure;
use crate::settings::Settings;
use crate::settings::named::{self, dotted, keys, set};

pub const FILE_NAME: &str = "wirecopy.toml";

/// Which file of settings is read.
pub enum ConfigSource {
    /// The nearest one, from the working directory upwards, if there is one.
    Search,
    /// This one.
    File(PathBuf),
    /// None.
    Nowhere,
}

/// A setting that a flag sets.
pub struct Override {
    /// The setting, as in `near.threshold`.
    pub key: String,
    /// The flag.
    pub flag: &'static str,
    /// What it sets.
    pub value: Value,
}

/// The effective settings, and where each that is no default came from.
pub struct Config {
    pub settings: Settings,
    origins: BTreeMap<String, String>,
}

impl Config {
    /// Reads the file of settings, if any, and lays the flags over it.
    pub fn load(source: ConfigSource, overrides: Vec<Override>) -> anyhow::Result<Config> {
        let path = match source {
            ConfigSource::File(path) => Some(path),
            ConfigSource::Search => found_upwards()?,
            ConfigSource::Nowhere => None,
        };
        let Some(path) = path else { return Config::layered(Table::new(), "", overrides) };
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read settings {}", path.display()))?;
        Config::layered(parsed(&path, &text)?, &path.display().to_string(), overrides)
    }

    fn layered(file: Table, file_name: &str, overrides: Vec<Override>) -> anyhow::Result<Config> {
        let mut origins = BTreeMap::new();
        for key in keys(&file) {
            origins.insert(key, file_name.to_owned());
        }
        let mut table = file;
        for Override { key, flag, value } in overrides {
            set(&mut table, &key, value);
            origins.insert(key, flag.to_owned());
        }
        let settings: Settings = table.try_into()?;
        let settings = settings.checked().map_err(|error| {
            let origin = match &error {
                Error::Setting { key, .. } => origins.get(key).map(|origin| format!(" (set by {origin})")),
                _ => None,
            };
            Failure::new(
                format!("{error}{}", origin.unwrap_or_default()),
                "wirecopy --dump-config prints every setting and where it came from",
            )
        })?;
        Ok(Config { settings, origins })
    }

    /// The settings as TOML, each with a comment that says where it came from.
    pub fn dump(&self) -> String {
        let table = Table::try_from(&self.settings).expect("settings have only keys and values that TOML knows");
        let mut text = String::new();
        self.dump_table("", &table, &mut text);
        text
    }

    fn dump_table(&self, name: &str, table: &Table, text: &mut String) {
        let (tables, values): (Vec<_>, Vec<_>) = table.iter().partition(|(_, value)| value.is_table());
        if !values.is_empty() {
            if !text.is_empty() {
                text.push('\n');
            }
            if !name.is_empty() {
                text.push_str(&format!("[{name}]\n"));
            }
        }
        for (key, value) in values {
            let origin = self.origins.get(&dotted(name, key)).map_or("default", String::as_str);
            text.push_str(&format!("{key} = {value}  # {}\n", crate::report::escape::printable(origin)));
        }
        for (key, value) in tables {
            if let Value::Table(table) = value {
                self.dump_table(&dotted(name, key), table, text);
            }
        }
    }
}

fn found_upwards() -> anyhow::Result<Option<PathBuf>> {
    let folder = std::env::current_dir().context("cannot tell the working directory")?;
    Ok(folder.ancestors().map(|folder| folder.join(FILE_NAME)).find(|path| path.is_file()))
}

/// The file's table, after a check that all of it is known.
fn parsed(path: &Path, text: &str) -> anyhow::Result<Table> {
    named::parsed(text).map_err(|mistake| {
        let what = format!("settings {}, line {}: {}", path.display(), mistake.line.unwrap_or(1), mistake.what);
        let every = "wirecopy --isolated --dump-config prints every setting with its default";
        Failure::new(what, mistake.hint.unwrap_or_else(|| every.into())).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        let error = parsed(Path::new("wirecopy.toml"), text).unwrap_err();
        let failure = error.downcast_ref::<Failure>().unwrap();
        format!("{failure}; {}", failure.hint())
    }

    #[test]
    fn an_unknown_key_names_its_line_and_the_nearest_known_key() {
        assert_eq!(
            refused("[near]\nthresold = 0.7\n"),
            "settings wirecopy.toml, line 2: unknown key thresold; did you mean threshold?"
        );
        assert_eq!(
            refused("\n\nthreshold = 0.7\n"),
            "settings wirecopy.toml, line 3: unknown key threshold; did you mean near.threshold?"
        );
        assert_eq!(refused("[naer]\n"), "settings wirecopy.toml, line 1: unknown key naer; did you mean near?");
        assert_eq!(
            refused("[read.map]\ntxt = [\"body\"]\n"),
            "settings wirecopy.toml, line 2: unknown key txt; did you mean text?"
        );
        assert!(refused("[near]\nthreshold = \"high\"\n").contains("line 2: invalid type"));
        assert!(refused("[near\n").contains("line 1: "));
    }

    #[test]
    fn flags_go_before_the_file_and_the_file_before_defaults() {
        let file = toml::from_str("near = { threshold = 0.7, recall = 0.9 }\nread.map.text = [\"body\"]").unwrap();
        let flags = vec![
            Override { key: "near.recall".into(), flag: "--recall", value: 0.5.into() },
            Override { key: "read.map.title".into(), flag: "--map", value: vec![Value::from("head")].into() },
        ];
        let config = Config::layered(file, "wirecopy.toml", flags).unwrap();
        assert_eq!((config.settings.near.threshold, config.settings.near.recall), (0.7, 0.5));
        assert_eq!(config.settings.read.map.len(), 2);
        let dump = config.dump();
        assert!(dump.contains("threshold = 0.7  # wirecopy.toml\n"), "{dump}");
        assert!(dump.contains("recall = 0.5  # --recall\n"), "{dump}");
        assert!(
            dump.contains("[read.map]\ntext = [\"body\"]  # wirecopy.toml\ntitle = [\"head\"]  # --map\n"),
            "{dump}"
        );
        assert!(dump.contains("ignore_files = true  # default\n"), "{dump}");
        assert_eq!(toml::from_str::<Settings>(&dump).unwrap(), config.settings);
    }

    #[test]
    fn a_value_out_of_range_names_its_origin() {
        let flags = vec![Override { key: "near.threshold".into(), flag: "--threshold", value: 1.5.into() }];
        let error = Config::layered(Table::new(), "", flags).err().unwrap().to_string();
        assert!(error.starts_with("near.threshold = 1.5: ") && error.ends_with("(set by --threshold)"), "{error}");
    }
}
