//! `manifest.json`: what a scan was made with and what it counted. It is written last, so a folder that has one is complete.
//!
//! Everything but `timings` is the same in every run on the same input with the same settings.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::decoys::Decoys;
use crate::findings::{Counts, Findings, SCHEMA_VERSION};

/// The name of the manifest in an output folder.
pub const FILE_NAME: &str = "manifest.json";

/// What a scan was made with and what it counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// `wirecopy`; tells an output folder from any other with a file of that name.
    pub program: String,
    /// The program's version.
    pub version: String,
    /// The version of the tables' schema.
    pub schema_version: u32,
    /// The effective settings. Kept as a value, so that a manifest of another version can be read.
    pub settings: Value,
    /// The inputs as they were given.
    pub inputs: Vec<String>,
    /// The other files of the output.
    pub files: Vec<String>,
    /// What was counted, stage by stage.
    pub counts: Counts,
    /// How many links are chance, as far as the corpus can tell.
    #[serde(default)]
    pub decoys: Decoys,
    /// How many records were rejected for each reason.
    pub rejects: BTreeMap<String, u64>,
    /// How long each stage took; the only part that differs from run to run.
    #[serde(default)]
    pub timings: Vec<Timing>,
}

/// How long one stage took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// The stage's name.
    pub stage: String,
    /// Wall-clock time in seconds.
    pub seconds: f64,
}

/// What the caller of a scan knows and its findings do not.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The effective settings, as a JSON value.
    pub settings: Value,
    /// The inputs as they were given.
    pub inputs: Vec<String>,
    /// The other files of the output.
    pub files: Vec<String>,
    /// Stages and the seconds they took.
    pub timings: Vec<(String, f64)>,
}

impl Manifest {
    /// The manifest of `findings`.
    pub fn of(findings: &Findings, origin: Origin) -> Manifest {
        Manifest {
            program: env!("CARGO_PKG_NAME").into(),
            version: env!("CARGO_PKG_VERSION").into(),
            schema_version: SCHEMA_VERSION,
            settings: origin.settings,
            inputs: origin.inputs,
            files: origin.files,
            counts: findings.counts.clone(),
            decoys: findings.decoys.clone(),
            rejects: rejects_by_reason(findings),
            timings: origin
                .timings
                .into_iter()
                // Milliseconds are as fine as a wall clock means anything here.
                .map(|(stage, seconds)| Timing { stage, seconds: (seconds * 1e3).round() / 1e3 })
                .collect(),
        }
    }

    /// Writes the manifest, indented for people.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        out.write_all(b"\n")
    }
}

fn without_numbers(reason: &str) -> String {
    let mut kind = String::with_capacity(reason.len());
    for character in reason.chars() {
        if !character.is_ascii_digit() {
            kind.push(character);
        } else if !kind.ends_with('N') {
            kind.push('N');
        }
    }
    kind
}

/// How many records were rejected for each reason. Reasons that differ in a number only, as the column of a mistake, are
/// one: the number stands as `N`.
pub fn rejects_by_reason(findings: &Findings) -> BTreeMap<String, u64> {
    let mut reasons = BTreeMap::new();
    for reject in &findings.rejects {
        *reasons.entry(without_numbers(&reject.reason)).or_default() += reject.records;
    }
    reasons
}
