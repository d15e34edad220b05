//! The flags of `wirecopy clean`.

use std::path::PathBuf;

use clap::Args as Arguments;

use super::{Format, RunArgs, SettingsArgs, corpus_help, relation};
use crate::findings::clean::DROPPABLE;
use crate::relation::Relation;

#[derive(Debug, Arguments)]
#[command(after_long_help = "\
Examples:
  wirecopy clean articles/ --out clean
  wirecopy clean crawl.jsonl.gz --out clean --drop excerpt,version
  wirecopy clean news.parquet --out clean --keep earliest
  wirecopy clean articles/ --out clean --format json | jq '.articles[] | [.id, .relation, .kept]'")]
pub struct CleanArgs {
    /// Files and folders to read
    #[arg(value_name = "CORPUS", required = true, long_help = corpus_help("Files and folders to read"))]
    pub corpus: Vec<PathBuf>,
    /// Write the files to DIR, each under its own name
    ///
    /// JSON lines, JSON, CSV, TSV, XML and WARC keep every byte of the kept records, and their compression. Parquet keeps its
    /// schema, metadata and row groups. Texts and pages are copied whole or not at all. Archives and Arrow files are left out,
    /// with a warning.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Also drop these, separated by commas: excerpt, version, rewrite
    ///
    /// Identical texts and near-duplicates are always dropped. An excerpt is dropped if the article that contains it is kept,
    /// a version if a later one is kept, a rewrite if the origin of its story or an earlier article is kept.
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = droppable)]
    pub drop: Vec<Relation>,
    /// Replace files of the same names; other files stay
    #[arg(long)]
    pub force: bool,
    /// What is written to standard output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    #[command(flatten)]
    pub run: RunArgs,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// A relation whose articles may go.
fn droppable(text: &str) -> Result<Relation, String> {
    let relation = relation(text)?;
    if DROPPABLE.contains(&relation) {
        return Ok(relation);
    }
    let known: Vec<&str> = DROPPABLE.iter().map(|relation| relation.name()).collect();
    Err(match relation {
        Relation::Identical | Relation::NearDuplicate => "copies always go".to_owned(),
        _ => format!("such an article is no other's copy; known are {}", known.join(", ")),
    })
}
