//! The flags of `wirecopy check`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args as Arguments;

use super::{Limit, RunArgs, SettingsArgs, relation};
use crate::program::config::Override;
use crate::relation::Relation;
use crate::report::check::Format;
use crate::settings::named::nearest;

#[derive(Debug, Arguments)]
#[command(after_long_help = "\
Examples:
  wirecopy check articles/
  wirecopy check articles/ --update-baseline           accept all present findings as known
  wirecopy check articles/ --since origin/main         only pairs with a changed record
  wirecopy check train/ --against test/ --fail-on identical,near-duplicate,excerpt
  wirecopy check articles/ --output sarif=wirecopy.sarif --output github

Exit codes: 0 passed, 1 failed, 2 could not be checked.")]
pub struct CheckArgs {
    /// Files and folders to read, or - for standard input; as for wirecopy scan
    #[arg(value_name = "CORPUS")]
    pub corpus: Vec<PathBuf>,
    /// Relations that fail, separated by commas; identical and near-duplicate by default
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = relation)]
    pub fail_on: Vec<Relation>,
    /// Let pairs within one outlet pass
    #[arg(long)]
    pub across_sources: bool,
    /// Also read PATH, and fail only on pairs of an article in CORPUS and one in PATH; may be repeated
    ///
    /// For example, CORPUS is a training set and PATH its test set.
    #[arg(long, value_name = "PATH")]
    pub against: Vec<PathBuf>,
    /// Also read PATH, and fail only on pairs with an article in it; may be repeated
    #[arg(long, value_name = "PATH")]
    pub new: Vec<PathBuf>,
    /// Fail only on pairs with a record that changed since the git commit REF, or since the branch left it
    ///
    /// The whole corpus is read and compared. Files that git does not track are new. A shallow clone may lack REF: fetch the
    /// whole history.
    #[arg(long, value_name = "REF")]
    pub since: Option<String>,
    /// Write the outcome as FORMAT to standard output, or to PATH; may be repeated
    ///
    /// FORMAT is text, json, sarif, github, gitlab, junit, rdjsonl, markdown or badge. In GitHub Actions, github also writes the
    /// job summary and the outputs of the step.
    #[arg(long, value_name = "FORMAT[=PATH]")]
    pub output: Vec<OutputFile>,
    /// Exit with 0 even if the check fails
    #[arg(long)]
    pub exit_zero: bool,
    /// Keep the findings in DIR, and reuse them as long as no file, setting or version changes
    #[arg(long, value_name = "DIR")]
    pub cache: Option<PathBuf>,
    /// Exit with 2 if more records than this are rejected: a number or a percentage
    #[arg(long, value_name = "N|P%")]
    pub max_rejects: Option<Limit>,
    #[command(flatten)]
    pub run: RunArgs,
    #[command(flatten)]
    pub baseline: BaselineArgs,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

#[derive(Debug, Arguments)]
#[command(next_help_heading = "Baseline")]
pub struct BaselineArgs {
    /// The file of known findings, which do not fail; .wirecopy-baseline.json in the working directory by default
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write all findings to the baseline, remove those that are gone, and print what was added and removed
    #[arg(long, conflicts_with_all = ["baseline_from_ref", "new", "since"])]
    pub update_baseline: bool,
    /// Accept every finding in the git commit REF as known; needs no file
    #[arg(long, value_name = "REF")]
    pub baseline_from_ref: Option<String>,
    /// Let baseline entries pass whose pairs are gone
    #[arg(long)]
    pub allow_stale: bool,
    /// Declare in the baseline that the pair with this fingerprint is no duplicate
    #[arg(long, value_name = "FINGERPRINT", requires = "reason", conflicts_with = "update_baseline")]
    pub not_a_duplicate: Option<String>,
    /// Why it is no duplicate
    #[arg(long, value_name = "TEXT", requires = "not_a_duplicate")]
    pub reason: Option<String>,
}

impl CheckArgs {
    /// The settings that flags set.
    pub fn overrides(&self) -> Vec<Override> {
        let mut overrides = self.settings.overrides();
        let mut set = |key: &str, flag, value| overrides.push(Override { key: key.into(), flag, value });
        let shown = |path: &PathBuf| toml::Value::from(path.display().to_string());
        if !self.fail_on.is_empty() {
            let names: Vec<toml::Value> = self.fail_on.iter().map(|relation| relation.name().into()).collect();
            set("check.fail_on", "--fail-on", names.into());
        }
        if self.across_sources {
            set("check.across_sources", "--across-sources", true.into());
        }
        if !self.against.is_empty() {
            set("check.against", "--against", self.against.iter().map(shown).collect::<Vec<_>>().into());
        }
        if let Some(file) = &self.baseline.baseline {
            set("check.baseline", "--baseline", shown(file));
        }
        if self.baseline.allow_stale {
            set("check.allow_stale", "--allow-stale", true.into());
        }
        overrides
    }
}

/// A format, and where it goes if not to standard output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    pub format: Format,
    pub path: Option<PathBuf>,
}

impl FromStr for OutputFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, path) = text.split_once('=').map_or((text, None), |(name, path)| (name, Some(path)));
        if path == Some("") {
            return Err("the PATH after = is missing".into());
        }
        let known = Format::ALL.map(Format::name);
        let format = Format::ALL.into_iter().find(|format| format.name() == name).ok_or_else(|| {
            let hint = nearest(name, &known).map(|name| format!("did you mean {name}? ")).unwrap_or_default();
            format!("{hint}known formats: {}", known.join(", "))
        })?;
        Ok(OutputFile { format, path: path.filter(|path| *path != "-").map(PathBuf::from) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_formats_with_or_without_a_path() {
        let read = |text: &str| text.parse::<OutputFile>();
        assert_eq!(
            read("sarif=a=b.sarif").unwrap(),
            OutputFile { format: Format::Sarif, path: Some("a=b.sarif".into()) }
        );
        assert_eq!(read("json").unwrap(), OutputFile { format: Format::Json, path: None });
        assert_eq!(read("json=-").unwrap(), OutputFile { format: Format::Json, path: None });
        assert!(read("sarf").unwrap_err().starts_with("did you mean sarif?"));
        assert!(read("json=").is_err());
    }
}
