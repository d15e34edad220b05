//! `wirecopy init`: writes a file of settings in which every line is a comment.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};

use crate::error::Error;
use crate::program::config::FILE_NAME;
use crate::program::console::Console;
use crate::program::failure::Failure;

const TEMPLATE: &str = include_str!("init.toml");

pub fn run(console: &Console) -> anyhow::Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).open(FILE_NAME);
    let mut file = file.map_err(|cause| match cause.kind() {
        ErrorKind::AlreadyExists => {
            let hint = "wirecopy --dump-config prints every setting and where it came from";
            anyhow::Error::from(Failure::new(format!("there is a {FILE_NAME} already"), hint))
        }
        _ => Error::io("write", FILE_NAME, cause).into(),
    })?;
    file.write_all(TEMPLATE.as_bytes()).map_err(|cause| Error::io("write", FILE_NAME, cause))?;
    console.print(|out| writeln!(out, "{FILE_NAME} written: every line shows a default that you can change"))
}

#[cfg(test)]
mod tests {
    use crate::settings::Settings;
    use crate::settings::named::keys;

    use super::TEMPLATE;

    /// The template with its settings uncommented, but those that have no default.
    fn uncommented() -> String {
        let setting = |line: &str| line.strip_prefix("# ").filter(|rest| rest.contains(" = ")).map(str::to_owned);
        let has_default = |line: &str| {
            !["today", "records", "text", "source", "agencies", "weights"]
                .iter()
                .any(|name| line.starts_with(&format!("{name} =")))
        };
        let lines =
            TEMPLATE.lines().map(|line| setting(line).filter(|line| has_default(line)).unwrap_or(line.to_owned()));
        lines.map(|line| line + "\n").collect()
    }

    #[test]
    fn the_template_changes_nothing() {
        assert_eq!(toml::from_str::<Settings>(TEMPLATE).unwrap(), Settings::default());
        assert_eq!(toml::from_str::<Settings>(&uncommented()).unwrap(), Settings::default());
    }

    #[test]
    fn the_template_names_every_setting() {
        let mut known = keys(&toml::Table::try_from(Settings::default()).unwrap());
        let mut named = keys(&toml::from_str(&uncommented()).unwrap());
        known.sort();
        named.sort();
        assert_eq!(known, named);
    }
}
