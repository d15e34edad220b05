//! Flags. They become settings and options here, and nobody else hears of them.
#![allow(
    rustdoc::broken_intra_doc_links,
    reason = "comments on flags are help texts, and brackets in them are no links"
)]

use std::path::PathBuf;
use std::str::FromStr;

use bytesize::ByteSize;
use clap::error::ErrorKind;
use clap::{Args as Arguments, CommandFactory, Parser, Subcommand, ValueEnum};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as NameError, StrDeserializer};

use crate::explain;
use crate::program::config::{ConfigSource, Override};
use crate::read::formats;
use crate::relation::Relation;
use crate::report;
use crate::settings::named::nearest;
use crate::settings::{Field, KeepRule};

mod check;
mod clean;

pub use check::{CheckArgs, OutputFile};
pub use clean::CleanArgs;

/// Finds the articles of a scraped corpus that carry the same wire story, with the passages that prove it.
#[derive(Debug, Parser)]
#[command(
    name = "wirecopy",
    version,
    max_term_width = 100,
    after_long_help = "\
Examples:
  wirecopy scan articles.jsonl                 show the stories
  wirecopy scan articles/ --out found          write tables, lists and a manifest to found/
  zcat crawl.jsonl.gz | wirecopy scan -        read standard input
  wirecopy inspect articles.jsonl              show how a file would be read
  wirecopy clean articles/ --out clean         write the corpus again without duplicates
  wirecopy check articles/ --since origin/main fail if changed records are duplicates
  wirecopy eval --pairs labelled.jsonl found   compare a scan with labelled pairs
  wirecopy report found --format json          show the results of a finished scan
  wirecopy compare one.txt other.txt           what two articles share, and what that makes them
  wirecopy explain --scan found id-1 id-2      why a scan linked two articles, or did not

Exit codes: 0 done, 1 refused by check, 2 failed, 130 interrupted."
)]
pub struct Args {
    #[command(flatten)]
    pub global: GlobalArgs,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find the stories of a corpus and write the report
    Scan(ScanArgs),
    /// Write a corpus again without duplicates
    Clean(Box<CleanArgs>),
    /// Fail if a corpus has unknown duplicates: a gate for continuous integration
    Check(Box<CheckArgs>),
    /// Compare a finished scan with labelled pairs: precision, recall and F1
    Eval(EvalArgs),
    /// Show the results of a finished scan, or write them in another form
    Report(ReportArgs),
    /// Show how files would be read: format, fields, dates, the first articles, what is rejected
    Inspect(InspectArgs),
    /// Compare two articles: their relation, the passages they share, and why
    Compare(CompareArgs),
    /// Show what each stage made of an article or a pair, and the rule that decided
    Explain(ExplainArgs),
    /// Write a wirecopy.toml in which every setting is explained
    Init,
    /// Print the script that completes commands and flags in a shell
    Completions {
        /// The shell
        #[arg(value_name = "SHELL")]
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write one for every command
    Man {
        /// Write a page for every command to DIR
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}

#[derive(Debug, Arguments)]
#[command(next_help_heading = "Everywhere")]
pub struct GlobalArgs {
    /// Read settings from FILE instead of the nearest wirecopy.toml
    ///
    /// Without it, wirecopy.toml is looked for in the working directory and the folders above it.
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "isolated")]
    pub config: Option<PathBuf>,
    /// Read no wirecopy.toml
    #[arg(long, global = true)]
    pub isolated: bool,
    /// Print the effective settings as TOML, each with its origin, and exit
    #[arg(long, global = true)]
    pub dump_config: bool,
    /// Show errors only: no progress, no warnings
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Show every story and article in the summary, and the time each stage took
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Colour the summary; auto does so if standard output is a terminal and NO_COLOR is not set
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Text,
    /// One JSON object
    Json,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// One JSON object a line
    #[default]
    Jsonl,
    /// With a header; a list is JSON in one cell
    Csv,
    /// Typed columns
    #[cfg(feature = "parquet")]
    Parquet,
}

impl From<TableFormat> for report::TableFormat {
    fn from(format: TableFormat) -> Self {
        match format {
            TableFormat::Jsonl => report::TableFormat::Jsonl,
            TableFormat::Csv => report::TableFormat::Csv,
            #[cfg(feature = "parquet")]
            TableFormat::Parquet => report::TableFormat::Parquet,
        }
    }
}

#[derive(Debug, Arguments)]
#[command(after_long_help = "\
Examples:
  wirecopy scan articles.jsonl.gz more/ --out found
  wirecopy scan crawl.jsonl --map text=body.plain --map source=site.name
  wirecopy scan crawl.jsonl --relations identical,near-duplicate --out found --force
  wirecopy scan crawl.jsonl --max-rejects 1% --format json > stories.json")]
pub struct ScanArgs {
    /// Files and folders to read, or - for standard input
    #[arg(value_name = "CORPUS", long_help = corpus_help("Files and folders to read, or - for standard input"))]
    pub corpus: Vec<PathBuf>,
    /// Fail and write nothing if more records than this are rejected: a number or a percentage
    #[arg(long, value_name = "N|P%")]
    pub max_rejects: Option<Limit>,
    /// Fail and write nothing if more articles than this would be dropped as near-duplicates: a number or a percentage
    #[arg(long, value_name = "N|P%")]
    pub max_drop: Option<Limit>,
    #[command(flatten)]
    pub run: RunArgs,
    /// Keep the results of finished stages, and continue after the last of them if the same scan was interrupted
    ///
    /// They are kept in a folder wirecopy-resume-* beside the temporary files until the scan ends well, and take up to three
    /// times the size of the texts. A scan continues only with the same files, unchanged, and the same settings. Standard
    /// input and addresses cannot be continued.
    #[arg(long)]
    pub resume: bool,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// What a corpus may consist of, after what it is.
fn corpus_help(what: &str) -> String {
    let names: Vec<&str> = formats().map(|(name, _)| name).collect();
    let (last, others) = names.split_last().expect("there are formats");
    format!(
        "{what}\n\n{} and {last}, plain or compressed. Folders are searched at \
         any depth. wirecopy inspect shows how a file is read.",
        others.join(", ")
    )
}

/// What a scan may use of the machine.
#[derive(Debug, Arguments)]
pub struct RunArgs {
    /// Use N threads; by default, one for each processor. The result is the same
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Hold about SIZE in memory, such as 512MiB or 8GB, and the rest in temporary files. The result is the same
    ///
    /// A scan needs at least 150 bytes an article and 100 MiB.
    #[arg(long, value_name = "SIZE", default_value = "4GiB")]
    pub memory: ByteSize,
    /// Write temporary files to DIR instead of the system's temporary folder
    ///
    /// They may take up to three times the size of the texts. They have no names and disappear when the scan ends, however it
    /// ends.
    #[arg(long, value_name = "DIR")]
    pub temp_dir: Option<PathBuf>,
}

/// A report for people, or for other programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum ReportForm {
    /// A page for a browser
    Html,
    /// Markdown: the overview, and the largest stories with their articles
    Md,
    /// The graph of stories: articles and the links between them
    Graphml,
}

impl ReportForm {
    /// Every form.
    pub const ALL: [ReportForm; 3] = [ReportForm::Html, ReportForm::Md, ReportForm::Graphml];

    /// The name of its file in an output folder.
    pub fn file_name(self) -> &'static str {
        match self {
            ReportForm::Html => "report.html",
            ReportForm::Md => "report.md",
            ReportForm::Graphml => "report.graphml",
        }
    }

    /// Whether it shows the texts of articles, and may have parts in a folder beside its file.
    pub fn shows_texts(self) -> bool {
        self == ReportForm::Html
    }
}

/// A report that is asked for: its form, and its file if it has one of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedReport {
    pub form: ReportForm,
    pub path: Option<PathBuf>,
}

impl FromStr for WantedReport {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (form, path) = text.split_once('=').map_or((text, None), |(form, path)| (form, Some(path)));
        let known = || ReportForm::value_variants().iter().filter_map(ReportForm::to_possible_value);
        let form = ReportForm::from_str(form, true).map_err(|_| {
            let names: Vec<String> = known().map(|value| value.get_name().to_owned()).collect();
            format!("there is no report form {form}; known forms: {}", names.join(", "))
        })?;
        if path == Some("") {
            return Err("the path after = is missing".into());
        }
        Ok(WantedReport { form, path: path.map(PathBuf::from) })
    }
}

#[derive(Debug, Default, Arguments)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// Write tables, lists, a manifest and report.html to DIR
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write a report: FORM to the output folder, or FORM=PATH to another file; may be repeated
    ///
    /// FORM is html, md (Markdown) or graphml (the graph of stories). A large HTML report has a folder beside its file, with
    /// the same name without the ending.
    #[arg(long, value_name = "FORM[=PATH]")]
    pub report: Vec<WantedReport>,
    /// Write tables without a report, and without the texts that a report needs
    #[arg(long, conflicts_with = "report")]
    pub no_report: bool,
    /// The format of the tables
    #[arg(long, value_name = "FORMAT", default_value = "jsonl", requires = "out")]
    pub table_format: TableFormat,
    /// Replace earlier output; other files stay
    #[arg(long)]
    pub force: bool,
    /// What is written to standard output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
}

#[derive(Debug, Arguments)]
#[command(next_help_heading = "Settings (they override wirecopy.toml)")]
pub struct SettingsArgs {
    /// Read FIELD from the field NAME of a record; may be repeated, and the first NAME that a record has counts
    ///
    /// FIELD is one of text, title, id, url, source, author, credit, dateline, copyright, based_on, version, lang,
    /// published, modified, crawled.
    /// NAME may be a path: source.title, headlines[0].value
    #[arg(long, value_name = "FIELD=NAME")]
    pub map: Vec<FieldName>,
    /// Read the records of a JSON object from the array at PATH, such as response.docs
    ///
    /// Without it, an array is found if it is the only one or has a usual name: articles, items, results, hits.hits.
    #[arg(long, value_name = "PATH")]
    pub records: Option<String>,
    /// Also read files that .gitignore or .wirecopyignore exclude
    #[arg(long)]
    pub no_ignore: bool,
    /// Read text, JSON, tables and pages in this character set, such as windows-1251, instead of detecting it
    ///
    /// A byte order mark overrides it. XML and web archives declare their own.
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<String>,
    /// Call texts near-duplicates from this Jaccard similarity of word 5-grams on, above 0 and up to 1
    #[arg(long, value_name = "JACCARD")]
    pub threshold: Option<f64>,
    /// Compare a pair at the threshold with this probability, below 1; a higher one takes longer
    #[arg(long, value_name = "PROBABILITY")]
    pub recall: Option<f64>,
    /// Report these relations only, separated by commas
    ///
    /// They are identical, near-duplicate, excerpt, version, rewrite, background, quote, template and boilerplate. The last four
    /// are no links, and their pairs are listed only with --all-pairs.
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = relation)]
    pub relations: Vec<Relation>,
    /// Link pairs from this probability of reuse on, 0 to 1; RELATION= sets it for one relation; may be repeated
    #[arg(long, value_name = "[RELATION=]PROBABILITY")]
    pub min_confidence: Vec<Confidence>,
    /// Use the weights in FILE, as printed by wirecopy eval --fit
    #[arg(long, value_name = "FILE")]
    pub weights: Option<PathBuf>,
    /// Also list pairs that share text but are no links: background, quotations, templates, boilerplate
    ///
    /// In real corpora they outnumber links a hundredfold, so only the most probable 100,000 are listed. All pairs that share a
    /// passage are compared in full, which takes longer.
    #[arg(long)]
    pub all_pairs: bool,
    /// Choose the near-duplicate to keep by these rules, separated by commas
    ///
    /// The rules are earliest, agency (the agency's own), credited (credits its agency), cleanest (most words that are
    /// neither site furniture nor repeated), longest, and source:OUTLET+OUTLET (these outlets, in this order). The first rule
    /// that tells two apart decides. By default the cleanest is kept.
    #[arg(long, value_delimiter = ',', value_name = "RULES")]
    pub keep: Vec<KeepRule>,
    /// Add the agencies in FILE, with their names and sites as TOML
    ///
    /// An entry: [[agency]], names = ["Meridian", "Meridian News Agency"], domains = ["meridian.example"], and short = [...]
    /// for names that are also common words.
    #[arg(long, value_name = "FILE")]
    pub agencies: Option<PathBuf>,
}

#[derive(Debug, Arguments)]
#[command(group = clap::ArgGroup::new("labels").required(true), after_long_help = "\
Examples:
  wirecopy eval --pairs labelled.jsonl found
  wirecopy eval --pairs labelled.jsonl found --list-wrong
  wirecopy eval --pairs labelled.jsonl articles.jsonl --ablate
  wirecopy eval --origins stories.jsonl found
  wirecopy eval --fit labelled.jsonl=articles.jsonl --fit more.jsonl=more-articles > weights.toml

A line of the pairs file: {\"a\": \"id-1\", \"b\": \"id-2\", \"label\": \"excerpt\", \"same_story\": true}
Labels: copy, excerpt, version, rewrite (links); background, quote, template, boilerplate, independent.
A line of the stories file: {\"member\": \"id-2\", \"origin\": \"id-1\", \"agency\": null}")]
pub struct EvalArgs {
    /// The labelled pairs, as JSON lines
    #[arg(long, value_name = "FILE", group = "labels")]
    pub pairs: Option<PathBuf>,
    /// Compare origins, their confidence and agencies with labelled stories, as JSON lines
    #[arg(long, value_name = "FILE", group = "labels", conflicts_with = "ablate")]
    pub origins: Option<PathBuf>,
    /// Fit weights to labelled pairs, and print them; may be repeated, and all pairs of one CORPUS belong together
    ///
    /// PAIRS is a file as for --pairs, and CORPUS the articles that were labelled. The weights are TOML, for --weights or
    /// relate.weights in wirecopy.toml. Their first lines say how well weights fitted without a corpus classify its pairs.
    #[arg(long, value_name = "PAIRS=CORPUS", group = "labels", conflicts_with_all = ["ablate", "list_wrong", "format", "folder"])]
    pub fit: Vec<Labelled>,
    /// The output folder of a scan; with --ablate, the corpus
    #[arg(value_name = "DIR", required_unless_present = "fit")]
    pub folder: Option<PathBuf>,
    /// Scan the corpus in full and without each part of the method, and print a table
    ///
    /// The table is Markdown, with one row for each part: links, relations and stories against the labelled pairs.
    #[arg(long, conflicts_with_all = ["list_wrong", "format"])]
    pub ablate: bool,
    /// What is written to standard output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    /// List every pair, or every story, that was predicted wrongly
    #[arg(long)]
    pub list_wrong: bool,
}

#[derive(Debug, Arguments)]
#[command(after_long_help = "\
Examples:
  wirecopy report found
  wirecopy report found --out found-csv --table-format csv
  wirecopy report found --annotate annotated
  wirecopy report found --annotate - | jq -c 'select(.wirecopy.keep)'")]
pub struct ReportArgs {
    /// The output folder of a scan
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Write the input again to DIR, with the results under the key wirecopy in each record; - for standard output
    ///
    /// JSON lines, JSON and tables (CSV, TSV), compressed or not: each file keeps its name, and every other byte stays as it
    /// was. Parquet gets one more column. Standard output takes one file, decompressed. A record that has the key already gets
    /// the new value. Other formats cannot take the key and are left out.
    #[arg(
        long,
        value_name = "DIR",
        conflicts_with_all = ["out", "report", "no_report", "table_format", "format"]
    )]
    pub annotate: Option<PathBuf>,
    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(Debug, Arguments)]
#[command(after_long_help = "\
Examples:
  wirecopy inspect crawl.jsonl.gz
  wirecopy inspect articles/ --first 100
  wirecopy inspect crawl.csv --map text=body --map published=day
  curl https://outlet.example/feed | wirecopy inspect -")]
pub struct InspectArgs {
    /// Files and folders to look at, or - for standard input; similar files are shown together
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Look at the first N records of each kind of file
    #[arg(long, value_name = "N", default_value = "1000", value_parser = clap::value_parser!(u64).range(1..))]
    pub first: u64,
    /// What is written to standard output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

#[derive(Debug, Arguments)]
#[command(after_long_help = "\
Examples:
  wirecopy compare one.txt other.txt
  wirecopy compare 'day1.jsonl#id-17' day2.jsonl:204 --format json
  wirecopy compare id-17 id-34 --corpus articles.jsonl

Two articles alone do not show which words are rare, or which lines an outlet always prints; a corpus does.")]
pub struct CompareArgs {
    /// An article: FILE (its first article), FILE#ID or FILE:RECORD; with --corpus, an id
    #[arg(value_name = "A")]
    pub a: String,
    /// Another article, named in the same way
    #[arg(value_name = "B")]
    pub b: String,
    /// Compare two articles of the corpus in PATH, a file or a folder; may be repeated
    #[arg(long, value_name = "PATH")]
    pub corpus: Vec<PathBuf>,
    /// What is written to standard output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

#[derive(Debug, Arguments)]
#[command(after_long_help = "\
Examples:
  wirecopy explain id-17 --corpus articles.jsonl
  wirecopy explain id-17 id-34 --scan found
  wirecopy explain id-17 --scan found --stage evidence --format json
  wirecopy explain one.txt --stage tokens
  wirecopy explain --curve --threshold 0.7 --recall 0.99")]
pub struct ExplainArgs {
    /// One or two articles: ids in the corpus; without a corpus, FILE, FILE#ID or FILE:RECORD
    #[arg(value_name = "ID", num_args = 1..=2, required_unless_present = "curve", conflicts_with = "curve")]
    pub ids: Vec<String>,
    /// Explain articles of the corpus in PATH, a file or a folder; may be repeated
    #[arg(long, value_name = "PATH", conflicts_with = "curve")]
    pub corpus: Vec<PathBuf>,
    /// Explain articles of the finished scan in DIR; its inputs are read again with its settings
    #[arg(
        long,
        value_name = "DIR",
        conflicts_with_all = ["corpus", "curve", "map", "no_ignore", "encoding", "threshold", "recall", "relations", "keep", "agencies"]
    )]
    pub scan: Option<PathBuf>,
    /// Show only this stage, in full; by default every stage is shown, and long lists are cut
    #[arg(long, value_name = "STAGE", conflicts_with = "curve")]
    pub stage: Option<Stage>,
    /// Show the probability that two texts are compared as near-duplicates, by their similarity; needs no corpus
    #[arg(long)]
    pub curve: bool,
    /// What is written to standard output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    /// Words, and the kind of text they are in
    Tokens,
    /// Runs of five words
    Shingles,
    /// The MinHash signature
    Sketch,
    /// The bands of the signature, and which articles share them
    Bands,
    /// Fingerprints of passages, and which articles carry them
    Passages,
    /// What is shared, the relation and the story
    Evidence,
}

impl From<Stage> for explain::Stage {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Tokens => explain::Stage::Tokens,
            Stage::Shingles => explain::Stage::Shingles,
            Stage::Sketch => explain::Stage::Sketch,
            Stage::Bands => explain::Stage::Bands,
            Stage::Passages => explain::Stage::Passages,
            Stage::Evidence => explain::Stage::Evidence,
        }
    }
}

impl OutputArgs {
    /// The forms of the reports that have no path of their own, each once.
    pub fn forms(&self) -> Vec<ReportForm> {
        let mut forms: Vec<ReportForm> =
            self.report.iter().filter(|wanted| wanted.path.is_none()).map(|wanted| wanted.form).collect();
        forms.sort();
        forms.dedup();
        forms
    }
}

impl GlobalArgs {
    /// Where settings come from.
    pub fn config_source(&self) -> ConfigSource {
        match &self.config {
            Some(path) => ConfigSource::File(path.clone()),
            None if self.isolated => ConfigSource::Nowhere,
            None => ConfigSource::Search,
        }
    }
}

impl SettingsArgs {
    /// The settings that flags set.
    pub fn overrides(&self) -> Vec<Override> {
        let mut overrides = Vec::new();
        let mut set = |key: &str, flag, value| overrides.push(Override { key: key.into(), flag, value });
        let mut fields: Vec<Field> = self.map.iter().map(|name| name.field).collect();
        fields.sort();
        fields.dedup();
        for field in fields {
            let names = self.map.iter().filter(|name| name.field == field);
            let names: Vec<toml::Value> = names.map(|name| name.name.as_str().into()).collect();
            set(&format!("read.map.{}", field.name()), "--map", names.into());
        }
        if let Some(records) = &self.records {
            set("read.records", "--records", records.as_str().into());
        }
        if self.no_ignore {
            set("read.ignore_files", "--no-ignore", false.into());
        }
        if let Some(encoding) = &self.encoding {
            set("read.encoding", "--encoding", encoding.as_str().into());
        }
        if let Some(threshold) = self.threshold {
            set("near.threshold", "--threshold", threshold.into());
        }
        if let Some(recall) = self.recall {
            set("near.recall", "--recall", recall.into());
        }
        if !self.relations.is_empty() {
            let names: Vec<toml::Value> = self.relations.iter().map(|relation| relation.name().into()).collect();
            set("relate.relations", "--relations", names.into());
        }
        for Confidence { relation, probability } in &self.min_confidence {
            let key = relation.map_or("relate.min_confidence".into(), |of| format!("relate.confidence.{}", of.name()));
            set(&key, "--min-confidence", (*probability).into());
        }
        if let Some(weights) = &self.weights {
            set("relate.weights", "--weights", weights.display().to_string().into());
        }
        if self.all_pairs {
            set("relate.all_pairs", "--all-pairs", true.into());
        }
        if !self.keep.is_empty() {
            let rules: Vec<toml::Value> = self.keep.iter().map(|rule| rule.to_string().into()).collect();
            set("survivors.keep", "--keep", rules.into());
        }
        if let Some(agencies) = &self.agencies {
            set("origin.agencies", "--agencies", agencies.display().to_string().into());
        }
        overrides
    }
}

/// A probability from which on a pair is a link, of all relations or of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Confidence {
    relation: Option<Relation>,
    probability: f64,
}

impl FromStr for Confidence {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, number) = text.split_once('=').map_or((None, text), |(name, number)| (Some(name), number));
        let wanted = || format!("{number:?} is not a probability: give a number from 0 to 1");
        let probability = number.trim().parse().map_err(|_| wanted())?;
        if !(0.0..=1.0).contains(&probability) {
            return Err(wanted());
        }
        Ok(Confidence { relation: name.map(relation).transpose()?, probability })
    }
}

/// Labelled pairs, and the corpus that has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelled {
    pub pairs: PathBuf,
    pub corpus: PathBuf,
}

impl FromStr for Labelled {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (pairs, corpus) = text.split_once('=').ok_or("give PAIRS=CORPUS, such as labelled.jsonl=articles.jsonl")?;
        Ok(Labelled { pairs: pairs.into(), corpus: corpus.into() })
    }
}

/// A record's field that an article's field is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldName {
    field: Field,
    name: String,
}

impl FromStr for FieldName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (field, name) = text.split_once('=').ok_or("give FIELD=NAME, such as text=body")?;
        if name.is_empty() {
            return Err("the NAME after = is missing".into());
        }
        let parsed: StrDeserializer<NameError> = field.into_deserializer();
        let field = Field::deserialize(parsed).map_err(|_| {
            let known = Field::ALL.map(Field::name);
            let hint = nearest(field, &known).map(|name| format!("; did you mean {name}?")).unwrap_or_default();
            format!("an article has no field {field}{hint} (known fields: {})", known.join(", "))
        })?;
        Ok(FieldName { field, name: name.into() })
    }
}

/// A relation by its name, with hyphens or underscores.
pub fn relation(text: &str) -> Result<Relation, String> {
    let name = text.trim().replace('-', "_").to_lowercase();
    Relation::ALL.into_iter().find(|relation| relation.name() == name).ok_or_else(|| {
        let known = Relation::ALL.map(Relation::name);
        let hint = nearest(&name, &known).map(|name| format!("did you mean {name}? ")).unwrap_or_default();
        format!("{hint}known relations: {}", known.join(", "))
    })
}

/// How many of all records or articles are allowed to be something.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    Number(u64),
    Percent(f64),
}

impl Limit {
    /// Whether `some` of `all` are allowed.
    pub fn allows(self, some: u64, all: u64) -> bool {
        match self {
            Limit::Number(allowed) => some <= allowed,
            Limit::Percent(allowed) => some as f64 * 100.0 <= allowed * all as f64,
        }
    }
}

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = || "give a number, such as 10, or a percentage up to 100, such as 1%".to_owned();
        match text.strip_suffix('%') {
            None => text.parse().map(Limit::Number).map_err(|_| wanted()),
            Some(number) => match number.trim().parse::<f64>() {
                Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(Limit::Percent(percent)),
                _ => Err(wanted()),
            },
        }
    }
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Limit::Number(number) => write!(f, "{number}"),
            Limit::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

/// Ends the program as a usage error: nothing was asked for.
pub fn no_command() -> ! {
    let mut command = Args::command();
    command.error(ErrorKind::MissingSubcommand, "a command is missing: try wirecopy scan CORPUS").exit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn rejects_are_limited_by_number_or_share() {
        let limit = |text: &str| text.parse::<Limit>().unwrap();
        assert!(limit("3").allows(3, 5) && !limit("3").allows(4, 1000));
        assert!(limit("1%").allows(1, 100) && !limit("1%").allows(2, 199));
        assert!(limit("0").allows(0, 0) && limit("0%").allows(0, 0));
        for text in ["", "%", "-1", "101%", "NaN%", "1.5", "many"] {
            assert!(text.parse::<Limit>().is_err(), "{text}");
        }
    }

    #[test]
    fn relations_are_named_either_way() {
        assert_eq!(relation("near-duplicate"), Ok(Relation::NearDuplicate));
        assert_eq!(relation(" near_duplicate"), Ok(Relation::NearDuplicate));
        assert!(relation("except").unwrap_err().starts_with("did you mean excerpt?"));
    }

    #[test]
    fn reports_have_a_form_and_perhaps_a_path() {
        let wanted = |text: &str| text.parse::<WantedReport>();
        assert_eq!(wanted("html"), Ok(WantedReport { form: ReportForm::Html, path: None }));
        assert_eq!(wanted("html=a=b"), Ok(WantedReport { form: ReportForm::Html, path: Some("a=b".into()) }));
        assert!(wanted("htm").unwrap_err().contains("known forms: html"));
        assert!(wanted("html=").is_err());
    }

    #[test]
    fn every_field_can_be_mapped() {
        for field in Field::ALL {
            let name: FieldName = format!("{}=a.b[0]", field.name()).parse().unwrap();
            assert_eq!(name, FieldName { field, name: "a.b[0]".into() });
        }
        assert!("txt=a".parse::<FieldName>().unwrap_err().contains("did you mean text?"));
    }
}
