//! `texts.jsonl`: the texts of articles in stories, so that a report that shows them can be made again without a scan. It is
//! written only beside such a report, and is no table of the findings.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::load::{is_in_parts, jsonl, parts};
use super::rows::Rows;
use crate::article::{ArticleId, Span};
use crate::disk::{Memory, Table, Workspace};
use crate::error::{Error, Result};
use crate::findings::{Apart, Findings, Text, has_text};

/// The name of the file in an output folder.
pub const FILE_NAME: &str = "texts.jsonl";

#[derive(Serialize, Deserialize)]
struct TextRow {
    id: String,
    title: Option<String>,
    author: Option<String>,
    lang: Option<String>,
    text: String,
    /// Stretches that are no prose, as `[start, end, kind]` in bytes.
    apart: Vec<(u32, u32, Apart)>,
}

/// Writes one line for each text.
pub fn write(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    let row = |place: usize| {
        let text = findings.texts.get(place);
        let member = findings.members.get(text.article.index());
        TextRow {
            id: member.id.clone(),
            title: member.title.clone(),
            author: text.author.clone(),
            lang: text.lang.clone(),
            text: text.text.clone(),
            apart: text.apart.iter().map(|(span, kind)| (span.start, span.end, *kind)).collect(),
        }
    };
    super::jsonl::write(&Rows::new(findings.texts.len(), row), out)
}

/// The texts of the finished scan in `folder`, one after the other, each with the id of its article; nothing if none were kept.
pub(super) fn kept(folder: &Path) -> Result<Option<impl Iterator<Item = Result<(String, String)>> + use<>>> {
    let rows = lines(&folder.join(FILE_NAME))?;
    Ok(rows.map(|rows| rows.map(|row| row.map(|TextRow { id, text, .. }| (id, text)))))
}

/// The lines of the file, or of its parts; nothing if there is none.
fn lines(path: &Path) -> Result<Option<impl Iterator<Item = Result<TextRow>> + use<>>> {
    let Some(parts) = parts(path)? else { return Ok(None) };
    let part = |part: PathBuf| -> Box<dyn Iterator<Item = Result<TextRow>>> {
        match File::open(&part) {
            Ok(file) => Box::new(jsonl(&part.display().to_string(), file)),
            Err(cause) => Box::new(std::iter::once(Err(Error::io("read", part, cause)))),
        }
    };
    Ok(Some(parts.into_iter().flat_map(part)))
}

/// Reads the texts of the finished scan in `folder` into its findings, with the headlines that tables do not have.
pub fn load(folder: &Path, findings: &mut Findings, workspace: &Workspace) -> Result<()> {
    let path = folder.join(FILE_NAME);
    let rows = lines(&path)?.ok_or_else(|| {
        Error::NotFound(format!(
            "{} has no {FILE_NAME}, which a report with texts is made of: scan again without --no-report",
            folder.display()
        ))
    })?;
    let name = path.display().to_string();
    let misread = |row: u64, cause: String| Error::Table { table: name.clone(), row, cause };
    let mut texts = Table::new(workspace, workspace.share(Memory::Loaded));
    let mut members = Table::new(workspace, workspace.share(Memory::Loaded));
    let mut rows: Box<dyn Iterator<Item = Result<TextRow>>> = Box::new(rows);
    if is_in_parts(folder) {
        let ids = findings.members.iter().map(|member| member.id.clone());
        let places: HashMap<String, u32> = ids.zip(0..).collect();
        let mut all = rows.collect::<Result<Vec<TextRow>>>()?;
        all.sort_by_key(|row| places.get(&row.id).copied());
        rows = Box::new(all.into_iter().map(Ok));
    }
    let mut rows = rows.zip(1..);
    for (member, place) in findings.members.iter().zip(0..) {
        let mut member = member.into_owned();
        if has_text(&member) {
            let Some((row, number)) = rows.next() else {
                return Err(misread(0, format!("the text of {} is missing", member.id)));
            };
            let row = row?;
            if row.id != member.id {
                return Err(misread(number, format!("the text of {} was expected, not of {}", member.id, row.id)));
            }
            member.title = row.title;
            texts.push(Text {
                article: ArticleId(place),
                author: row.author,
                lang: row.lang,
                text: row.text,
                apart: row.apart.into_iter().map(|(start, end, kind)| (Span { start, end }, kind)).collect(),
            })?;
        }
        members.push(member)?;
    }
    findings.members = members;
    findings.texts = texts;
    findings.workspace = workspace.clone();
    Ok(())
}
