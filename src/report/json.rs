//! The findings as one JSON object on one line: counts, reasons for rejects, and the stories with their members.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::escape;
use super::manifest::rejects_by_reason;
use super::rows::{MemberRow, StoryRow, member_row, story_row};
use crate::findings::{Counts, Findings, SCHEMA_VERSION};

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    counts: &'a Counts,
    rejects: BTreeMap<String, u64>,
    stories: Vec<StoryWithMembers>,
}

#[derive(Serialize)]
struct StoryWithMembers {
    #[serde(flatten)]
    story: StoryRow,
    members: Vec<MemberRow>,
}

/// Writes the object and a line break.
pub fn write(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    let stories = findings.stories.iter().map(|story| StoryWithMembers {
        story: story_row(findings, story),
        members: story
            .members
            .iter()
            .map(|article| member_row(findings, &findings.members.get(article.index())))
            .collect(),
    });
    let document = Document {
        schema_version: SCHEMA_VERSION,
        counts: &findings.counts,
        rejects: rejects_by_reason(findings),
        stories: stories.collect(),
    };
    escape::json(&document, out)?;
    out.write_all(b"\n")
}
