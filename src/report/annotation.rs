//! What a finished scan says of each record of its input, to be written into the record under one key.
//!
//! The table `members` and the input are read side by side, both in input order, so that memory holds neither; of `stories`
//! only ids are kept. On the way each article is compared with its row: an input that is not what was scanned is an
//! [`Error::Changed`], and nobody gets the annotation of another text. Texts are compared where a scan has kept them, which
//! it does for articles of stories if it wrote a report; all texts together by their length.

use std::collections::HashMap;
use std::iter::Peekable;
use std::path::Path;

use serde::Serialize;

use super::load;
use super::rows::{MemberRow, StoryRow, stated};
use super::{Table, escape, texts};
use crate::article::Article;
use crate::credit::Basis;
use crate::error::{Error, Result};
use crate::read::{Record, may_be_of};
use crate::relation::Relation;

/// The key that records get.
pub const KEY: &str = "wirecopy";

/// What an article is to its story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The article that the others come from.
    Origin,
    /// One of its articles.
    Member,
    /// It carries parts of stories and belongs to none.
    Partial,
}

/// The value of the key. Every record has the same fields, so that tables can be made of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Annotation {
    id: Option<String>,
    story_id: Option<String>,
    story_size: Option<u64>,
    role: Option<Role>,
    origin_id: Option<String>,
    partial_in: Vec<String>,
    relation: Option<Relation>,
    closest: Option<String>,
    duplicate_of: Option<String>,
    similarity: Option<f64>,
    containment: Option<f64>,
    keep: bool,
    keep_reason: Option<String>,
    agency: Option<String>,
    agency_basis: Option<Basis>,
    agency_evidence: Option<String>,
    reject: Option<String>,
}

type Rows<R> = Box<dyn Iterator<Item = Result<R>>>;

/// The annotations of a finished scan, in input order.
pub struct Annotations {
    members: Peekable<Rows<MemberRow>>,
    /// Ids and texts of the articles that carry something of a story, if they were kept.
    texts: Option<Rows<(String, String)>>,
    /// Origins by story.
    origins: HashMap<String, String>,
    /// The bytes of the texts so far, and of all texts of the scan.
    text_bytes: u64,
    scanned_bytes: u64,
    /// Whether every article was looked at.
    is_complete: bool,
}

impl Annotations {
    /// Those of the finished scan in `folder`.
    pub fn of(folder: &Path) -> Result<Annotations> {
        let counts = load::manifest(folder)?.counts;
        let mut origins = HashMap::new();
        for story in load::rows::<StoryRow>(folder, Table::Stories)? {
            let story = story?;
            origins.extend(story.origin_id.map(|origin| (story.story_id, origin)));
        }
        Ok(Annotations {
            members: load::rows(folder, Table::Members)?.peekable(),
            texts: texts::kept(folder)?.map(|texts| Box::new(texts) as Rows<_>),
            origins,
            text_bytes: 0,
            scanned_bytes: counts.text_bytes,
            is_complete: true,
        })
    }

    /// What is said of the next record, as JSON in ASCII; an error if it is not the record that was scanned.
    pub fn next(&mut self, record: Record<'_>) -> Result<String> {
        let annotation = match record {
            Record::Reject(reject) => Annotation { reject: Some(reject.reason.to_string()), ..Annotation::default() },
            Record::Article(article) => self.article(article)?,
        };
        let mut json = Vec::new();
        escape::ascii_json(&annotation, &mut json).expect("memory takes all");
        Ok(String::from_utf8(json).expect("ASCII"))
    }

    fn article(&mut self, article: &Article) -> Result<Annotation> {
        let here = &article.location;
        let place = || format!("record {} of {}", here.record, here.path);
        let row = self.members.next().transpose()?;
        let row = row.ok_or_else(|| Error::Changed(format!("{} is more than there was", place())))?;
        if (row.path.as_str(), row.record) != (&*here.path, here.record) {
            let then = format!("record {} of {}", row.record, row.path);
            return Err(Error::Changed(format!("{} is an article where {then} was the next one", place())));
        }
        let differs = |field: &str| Err(Error::Changed(format!("{} has another {field}", place())));
        // Cells of CSV do not tell nothing from an empty text.
        let is_same = |now: &Option<String>, then: &Option<String>| {
            now.as_deref().unwrap_or_default() == then.as_deref().unwrap_or_default()
        };
        if !may_be_of(&row.id, article) {
            return differs("id");
        }
        if !is_same(&article.url, &row.url) {
            return differs("address");
        }
        if !is_same(&article.source, &row.source) {
            return differs("source");
        }
        if !is_same(&article.published.and_then(stated), &row.published) {
            return differs("date");
        }
        if self.kept_text(&row)?.is_some_and(|text| text != article.text) {
            return differs("text");
        }
        self.text_bytes += article.text.len() as u64;
        Ok(self.annotation(row))
    }

    /// The text of the article in this row, the next one that has any, if texts were kept.
    fn kept_text(&mut self, row: &MemberRow) -> Result<Option<String>> {
        let is_in_story = row.story_id.is_some() || !row.partial_in.is_empty();
        let Some(texts) = self.texts.as_mut().filter(|_| is_in_story) else { return Ok(None) };
        match texts.next().transpose()? {
            Some((id, text)) if id == row.id => Ok(Some(text)),
            _ => Err(Error::NotFound(format!("{} does not have the text of {}", texts::FILE_NAME, row.id))),
        }
    }

    fn annotation(&self, row: MemberRow) -> Annotation {
        let origin_id = row.story_id.as_ref().and_then(|story| self.origins.get(story)).cloned();
        let role = match (&row.story_id, &origin_id) {
            (Some(_), Some(origin)) if *origin == row.id => Some(Role::Origin),
            (Some(_), _) => Some(Role::Member),
            (None, _) => (!row.partial_in.is_empty()).then_some(Role::Partial),
        };
        Annotation {
            id: Some(row.id),
            story_id: row.story_id,
            story_size: Some(row.story_size),
            role,
            origin_id,
            partial_in: row.partial_in,
            relation: row.relation,
            closest: row.closest,
            duplicate_of: row.duplicate_of,
            similarity: row.similarity,
            containment: row.containment,
            keep: row.keep,
            keep_reason: Some(row.keep_reason),
            agency: row.agency,
            agency_basis: row.agency_basis,
            agency_evidence: row.agency_evidence,
            reject: None,
        }
    }

    /// Goes past the articles of a file that is not written, or of the files in it if it is an archive; tells how many.
    pub fn pass_over(&mut self, path: &str) -> Result<u64> {
        let is_of =
            |row: &MemberRow| row.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with("!/"));
        let mut articles = 0;
        // A row that cannot be understood stops here, and says so to whoever asks next.
        while let Some(row) = self.members.next_if(|row| row.as_ref().is_ok_and(is_of)).transpose()? {
            self.kept_text(&row)?;
            articles += 1;
        }
        self.is_complete &= articles == 0;
        Ok(articles)
    }

    /// An error if there is more in the scan than in the input.
    pub fn finish(&mut self) -> Result<()> {
        if let Some(row) = self.members.next().transpose()? {
            return Err(Error::Changed(format!("record {} of {} is missing", row.record, row.path)));
        }
        if self.is_complete && self.text_bytes != self.scanned_bytes {
            let (now, then) = (self.text_bytes, self.scanned_bytes);
            return Err(Error::Changed(format!("its texts have {now} bytes, then they had {then}")));
        }
        Ok(())
    }
}
