//! What became of a corpus that was written again: as lines for people, or as one JSON object.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::check::count;
use super::escape::{self, printable};
use crate::findings::Findings;
use crate::findings::clean::Reason;
use crate::relation::Relation;

/// What became of a corpus.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cleaned {
    /// Articles that were written.
    pub kept: u64,
    /// Articles that were dropped, by what they are to the one they went for.
    pub dropped: BTreeMap<&'static str, u64>,
    /// Records that are no articles, and were left out.
    pub rejected: u64,
    /// Records that are broken and stay in their file, since there is no telling where they end.
    pub unchanged: u64,
    /// The files that were written, below the folder.
    pub files: Vec<String>,
    /// Files that were not, since nothing in them is kept.
    pub empty: Vec<String>,
    /// Files that were not read, since they cannot be written again.
    pub left_out: Vec<LeftOut>,
    /// Files that end before their time, and why; what comes before was written.
    pub damaged: Vec<LeftOut>,
    /// The articles that were dropped, in input order.
    pub articles: Vec<Dropped>,
}

/// A file that was left out, or was not written to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Its path.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// An article that was dropped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// Its id.
    pub id: String,
    /// Its file.
    pub path: String,
    /// Its record there.
    pub record: u64,
    /// What it is to `of`.
    pub relation: Relation,
    /// The article that it went for, which may have gone for another in turn.
    pub of: String,
    /// The article that is kept at the end of these reasons.
    pub kept: String,
}

impl Cleaned {
    /// Takes in the reasons of the articles.
    pub fn explain(&mut self, findings: &Findings, reasons: &[Option<Reason>]) {
        let id = |article: crate::article::ArticleId| findings.members.get(article.index()).id.clone();
        for (member, reason) in findings.members.iter().zip(reasons) {
            let Some(Reason { relation, of, kept }) = *reason else { continue };
            *self.dropped.entry(relation.name()).or_default() += 1;
            let location = &member.location;
            self.articles.push(Dropped {
                id: member.id.clone(),
                path: location.path.to_string(),
                record: location.record,
                relation,
                of: id(of),
                kept: id(kept),
            });
        }
    }

    /// Writes the object and a line break.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        escape::json(self, out)?;
        out.write_all(b"\n")
    }

    /// Writes what a user wants to know, and each article that was dropped if `all` are to be shown.
    pub fn write_text(&self, all: bool, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "{} kept, {} dropped",
            count(self.kept, "article", "articles"),
            self.dropped.values().sum::<u64>()
        )?;
        for (name, number) in Relation::ALL.iter().filter_map(|relation| self.dropped.get_key_value(relation.name())) {
            writeln!(out, "  {number} {}", name.replace('_', "-"))?;
        }
        if self.rejected > 0 {
            let verb = if self.rejected == 1 { "it holds" } else { "they hold" };
            writeln!(out, "{} left out: {verb} no article", count(self.rejected, "record", "records"))?;
        }
        if self.unchanged > 0 {
            let verb =
                if self.unchanged == 1 { "is broken and stays as it was" } else { "are broken and stay as they were" };
            writeln!(out, "{} {verb}", count(self.unchanged, "record", "records"))?;
        }
        writeln!(out, "{} written", count(self.files.len() as u64, "file", "files"))?;
        if !self.empty.is_empty() {
            writeln!(out, "{} not written: nothing in them is kept", count(self.empty.len() as u64, "file", "files"))?;
        }
        for article in self.articles.iter().filter(|_| all) {
            let via =
                if article.of == article.kept { String::new() } else { format!(", which went for {}", article.kept) };
            let line = format!("{}: {} of {}{via}", article.id, article.relation.name().replace('_', "-"), article.of);
            writeln!(out, "{}", printable(&line))?;
        }
        Ok(())
    }
}
