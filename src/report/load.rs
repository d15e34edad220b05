//! A finished scan, read back from its tables.
//!
//! Tables do not hold everything that findings do: a member's content hash and its place in bytes are not in them, nor where an
//! agency is credited, and floats were rounded. Tables and reports show none of that, so findings that were written, read and
//! written again give the same bytes. What tables of an earlier version lack is filled in, except what only articles say.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::manifest::{self, Manifest};
use super::rows::{MemberRow, OutletCell, OutletRow, PairRow, PassageRow, RejectRow, Row, StoryRow};
use super::{Table, TableFormat, csv as csv_table};
use crate::article::{ArticleId, Location, Moment, Reject, Span};
use crate::credit::{Basis, Credit, Place};
use crate::error::{Error, Result};
use crate::findings::{Findings, Member, Near, Origin, Outlet, Pair, Passage, SCHEMA_VERSION, Story};
use crate::score::Feature;

/// The manifest in `folder`, which must be of this schema version or an earlier one.
pub fn manifest(folder: &Path) -> Result<Manifest> {
    let path = folder.join(manifest::FILE_NAME);
    let missing = || {
        let (folder, name) = (folder.display(), manifest::FILE_NAME);
        Error::NotFound(format!("{folder} holds no finished scan: {name}, which a scan writes last, is missing"))
    };
    let mut text = Vec::new();
    let parts = parts(&path)?.ok_or_else(|| match folder.metadata() {
        Ok(_) => missing(),
        Err(cause) => Error::io("read", &path, cause),
    })?;
    for part in parts {
        text.extend(std::fs::read(&part).map_err(|cause| Error::io("read", &part, cause))?);
    }
    let misread = |cause: String| Error::Table { table: path.display().to_string(), row: 1, cause };
    let manifest: Manifest = serde_json::from_slice(&text).map_err(|cause| misread(cause.to_string()))?;
    if manifest.schema_version > SCHEMA_VERSION {
        return Err(misread(format!(
            "schema version {} was written by wirecopy {}, this one knows {SCHEMA_VERSION}; use that version",
            manifest.schema_version, manifest.version
        )));
    }
    Ok(manifest)
}

/// The files that have what is called so, in order: it, or the parts in the folder of that name, as engines with several tasks
/// write them. Nothing if there is neither.
pub(super) fn parts(path: &Path) -> Result<Option<Vec<PathBuf>>> {
    let failed = |cause| Error::io("read", path, cause);
    match path.metadata() {
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(failed(cause)),
        Ok(known) if !known.is_dir() => return Ok(Some(vec![path.into()])),
        Ok(_) => {}
    }
    let mut parts = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        // Marks and checksums.
        if !name.to_string_lossy().starts_with(['_', '.']) {
            parts.push(path.join(name));
        }
    }
    // Which is the first is not known, but always the same one.
    parts.sort();
    Ok(Some(parts))
}

/// The first version with kinds and outlets.
const WITH_OUTLETS: u32 = 4;

/// The findings of the finished scan in `folder`.
pub fn findings(folder: &Path) -> Result<Findings> {
    let known = manifest(folder)?;
    let has_outlets = known.schema_version >= WITH_OUTLETS;
    let rows = Rows {
        members: table(folder, Table::Members)?,
        pairs: table(folder, Table::Pairs)?,
        stories: table(folder, Table::Stories)?,
        outlets: if has_outlets { table(folder, Table::Outlets)? } else { Vec::new() },
        passages: table(folder, Table::Passages)?,
        rejects: table(folder, Table::Rejects)?,
    };
    let mut findings = assembled(rows.of(folder))?;
    if !has_outlets {
        findings.complete()?;
    }
    findings.counts = known.counts;
    findings.decoys = known.decoys;
    Ok(findings)
}

/// The members, pairs and stories of the finished scan in `folder`; the other tables are left out.
pub fn links(folder: &Path) -> Result<Findings> {
    let known = manifest(folder)?;
    let (members, pairs) = (table(folder, Table::Members)?, table(folder, Table::Pairs)?);
    let rows = Rows { members, pairs, stories: table(folder, Table::Stories)?, ..Rows::default() };
    let mut findings = assembled(rows.of(folder))?;
    findings.counts = known.counts;
    findings.decoys = known.decoys;
    Ok(findings)
}

/// The members and stories of the finished scan in `folder`.
pub fn stories(folder: &Path) -> Result<Findings> {
    manifest(folder)?;
    let (members, stories) = (table(folder, Table::Members)?, table(folder, Table::Stories)?);
    assembled(Rows { members, stories, ..Rows::default() }.of(folder))
}

/// The rows of the six tables.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// The rows of `members`.
    pub members: Vec<MemberRow>,
    /// The rows of `pairs`.
    pub pairs: Vec<PairRow>,
    /// The rows of `stories`.
    pub stories: Vec<StoryRow>,
    /// The rows of `outlets`.
    pub outlets: Vec<OutletRow>,
    /// The rows of `passages`.
    pub passages: Vec<PassageRow>,
    /// The rows of `rejects`.
    pub rejects: Vec<RejectRow>,
}

/// Whether an engine of several tasks wrote the output: then each of its files is a folder of parts, in any order.
pub(super) fn is_in_parts(folder: &Path) -> bool {
    folder.join(manifest::FILE_NAME).is_dir()
}

impl Rows {
    /// The rows as they were read from `folder`, in the order of findings: articles of an engine are numbered by their records.
    fn of(mut self, folder: &Path) -> Rows {
        if !is_in_parts(folder) {
            return self;
        }
        self.members.sort_by_key(|row| row.record);
        let places: HashMap<&str, usize> =
            self.members.iter().enumerate().map(|(place, row)| (row.id.as_str(), place)).collect();
        let place = |id: &str| places.get(id).copied();
        self.pairs.sort_by_key(|row| (place(&row.a), place(&row.b)));
        self.stories.sort_by(|x, y| y.size.cmp(&x.size).then_with(|| x.story_id.cmp(&y.story_id)));
        self.outlets.sort_by(|x, y| y.articles.cmp(&x.articles).then_with(|| x.source.cmp(&y.source)));
        let by_carriers = |row: &PassageRow| std::cmp::Reverse(row.carriers.len());
        self.passages.sort_by(|x, y| (by_carriers(x), &x.passage_id).cmp(&(by_carriers(y), &y.passage_id)));
        self.rejects.sort_by(|x, y| (&x.path, x.record).cmp(&(&y.path, y.record)));
        self
    }
}

/// The rows of JSON lines, one after the other; `name` is for errors.
pub fn jsonl<R: DeserializeOwned, T: Read>(name: &str, reader: T) -> impl Iterator<Item = Result<R>> + use<R, T> {
    let name = name.to_owned();
    BufReader::new(reader).lines().zip(1..).map(move |(line, row)| {
        let misread = |cause: String| Error::Table { table: name.clone(), row, cause };
        let line = line.map_err(|cause| misread(cause.to_string()))?;
        serde_json::from_str(&line).map_err(|cause| misread(cause.to_string()))
    })
}

/// The rows of a CSV table, one after the other; `name` is for errors. Columns are found by their names, whatever their order.
pub fn csv<R: Row, T: Read>(name: &str, reader: T) -> Result<impl Iterator<Item = Result<R>> + use<R, T>> {
    let name = name.to_owned();
    let misread = move |row: u64, cause: String| Error::Table { table: name.clone(), row, cause };
    let mut table = csv::Reader::from_reader(reader);
    let header = table.headers().map_err(|cause| misread(0, cause.to_string()))?.clone();
    let places = R::COLUMNS
        .iter()
        .map(|column| {
            let place = header.iter().position(|cell| cell == column.name);
            if place.is_none() && !R::ADDED.contains(&column.name) {
                return Err(misread(0, format!("column {} is missing", column.name)));
            }
            Ok(place)
        })
        .collect::<Result<Vec<Option<usize>>>>()?;
    Ok(table.into_records().zip(1..).map(move |(record, row)| {
        let record = record.map_err(|cause| misread(row, cause.to_string()))?;
        let mut fields = Map::new();
        for (&column, &place) in R::COLUMNS.iter().zip(&places) {
            let Some(place) = place else { continue };
            let value = csv_table::value(column, &record[place])
                .map_err(|cause| misread(row, format!("column {}: {cause}", column.name)))?;
            fields.insert(column.name.into(), value);
        }
        serde_json::from_value(Value::Object(fields)).map_err(|cause| misread(row, cause.to_string()))
    }))
}

/// All rows of a table of the finished scan in `folder`.
fn table<R: Row>(folder: &Path, table: Table) -> Result<Vec<R>> {
    rows(folder, table)?.collect()
}

/// The rows of a table of the finished scan in `folder`, one after the other.
pub(super) fn rows<R: Row>(folder: &Path, table: Table) -> Result<Box<dyn Iterator<Item = Result<R>>>> {
    for &format in TableFormat::ALL {
        let path: PathBuf = folder.join(table.file_name(format));
        let Some(parts) = parts(&path)? else { continue };
        let rows = parts.into_iter().flat_map(move |part| {
            part_rows::<R>(&part, format).unwrap_or_else(|error| Box::new(std::iter::once(Err(error))))
        });
        return Ok(Box::new(rows));
    }
    // An engine that writes parts may write none of a table without rows.
    if is_in_parts(folder) {
        return Ok(Box::new(std::iter::empty()));
    }
    let endings: Vec<String> = TableFormat::ALL.iter().map(|format| format!(".{}", format.ending())).collect();
    let (folder, name) = (folder.display(), table.name());
    Err(Error::NotFound(format!("{folder} has no table {name} as {}", endings.join(" or "))))
}

fn part_rows<R: Row>(part: &Path, format: TableFormat) -> Result<Box<dyn Iterator<Item = Result<R>>>> {
    let file = File::open(part).map_err(|cause| Error::io("read", part, cause))?;
    let name = part.display().to_string();
    Ok(match format {
        TableFormat::Jsonl => Box::new(jsonl(&name, file)),
        TableFormat::Csv => Box::new(csv(&name, file)?),
        #[cfg(feature = "parquet")]
        TableFormat::Parquet => Box::new(super::parquet::read(&name, file)?),
    })
}

/// Findings from rows: ids are resolved to articles and stories. The counts of a scan are not in its tables and stay zero.
pub fn assembled(rows: Rows) -> Result<Findings> {
    let ids = Ids {
        articles: rows.members.iter().zip(0..).map(|(row, place)| (row.id.clone(), ArticleId(place))).collect(),
        stories: rows.stories.iter().enumerate().map(|(place, row)| (row.story_id.clone(), place)).collect(),
    };
    let mut story_members = vec![Vec::new(); rows.stories.len()];
    let mut findings = Findings::default();
    for (row, place) in rows.members.into_iter().zip(0..) {
        let member = ids.member(row).map_err(in_table(Table::Members, place))?;
        if let Some(story) = member.story {
            story_members[story].push(ArticleId(place));
        }
        findings.members.push(member)?;
    }
    for ((row, members), place) in rows.stories.into_iter().zip(story_members).zip(0..) {
        findings.stories.push(ids.story(row, members).map_err(in_table(Table::Stories, place))?);
    }
    for (row, place) in rows.pairs.into_iter().zip(0..) {
        findings.pairs.push(ids.pair(row).map_err(in_table(Table::Pairs, place))?)?;
    }
    for (row, place) in rows.passages.into_iter().zip(0..) {
        findings.passages.push(ids.passage(row).map_err(in_table(Table::Passages, place))?)?;
    }
    findings.outlets = rows.outlets.into_iter().map(outlet).collect();
    findings.rejects = rows
        .rejects
        .into_iter()
        .map(|row| Reject {
            records: row.records,
            ..Reject::new(row.path.into(), row.record, row.byte_offset, row.reason)
        })
        .collect();
    Ok(findings)
}

fn in_table(table: Table, place: u32) -> impl Fn(String) -> Error {
    move |cause| Error::Table { table: table.name().into(), row: u64::from(place) + 1, cause }
}

/// What ids in rows stand for.
struct Ids {
    articles: HashMap<String, ArticleId>,
    stories: HashMap<String, usize>,
}

impl Ids {
    fn article(&self, id: &str) -> Result<ArticleId, String> {
        self.articles.get(id).copied().ok_or_else(|| format!("article {id} is not in members"))
    }

    fn story_place(&self, id: &str) -> Result<usize, String> {
        self.stories.get(id).copied().ok_or_else(|| format!("story {id} is not in stories"))
    }

    fn member(&self, row: MemberRow) -> Result<Member, String> {
        let near = match row.measured_against {
            Some(of) => Some(Near {
                of: self.article(&of)?,
                kept: row.kept.unwrap_or(0.0),
                added: row.added.unwrap_or(0.0),
                lag_seconds: row.lag_seconds,
            }),
            None => None,
        };
        Ok(Member {
            id: row.id,
            location: Location { path: row.path.into(), record: row.record, byte_offset: 0 },
            content: 0,
            url: row.url,
            source: row.source,
            title: row.title,
            lang: row.language,
            published: row
                .published
                .as_deref()
                .map(|stated| moment(stated).map(|read| Moment { doubtful: row.published_doubtful, ..read }))
                .transpose()?,
            kind: row.kind,
            near,
            story: row.story_id.as_deref().map(|id| self.story_place(id)).transpose()?,
            partial_in: row.partial_in.iter().map(|id| self.story_place(id)).collect::<Result<_, _>>()?,
            relation: row.relation,
            closest: row.closest.as_deref().map(|id| self.article(id)).transpose()?,
            duplicate_of: row.duplicate_of.as_deref().map(|id| self.article(id)).transpose()?,
            similarity: row.similarity,
            containment: row.containment,
            keep: row.keep,
            keep_reason: row.keep_reason,
            agency: agency(row.agency, row.agency_basis, row.agency_evidence).map(Box::new),
        })
    }

    fn story(&self, row: StoryRow, members: Vec<ArticleId>) -> Result<Story, String> {
        let origin = row.origin_id.as_deref().map(|id| self.article(id)).transpose()?.map(|article| Origin {
            article,
            confidence: row.origin_confidence.unwrap_or(0.0),
            reasons: row.origin_reasons,
        });
        Ok(Story {
            id: row.story_id,
            members,
            sources: row.sources,
            title: row.title,
            first_published: row.first_published.as_deref().map(moment).transpose()?,
            last_published: row.last_published.as_deref().map(moment).transpose()?,
            origin,
            agency: row.agency.map(|agency| (agency, row.agency_evidence.unwrap_or_default())),
            syndicated: row.syndicated,
            min_similarity: row.min_similarity,
        })
    }

    fn pair(&self, row: PairRow) -> Result<Pair, String> {
        Ok(Pair {
            a: self.article(&row.a)?,
            b: self.article(&row.b)?,
            relation: row.relation,
            direction: row.direction,
            jaccard: row.jaccard,
            containment_a: row.containment_a,
            containment_b: row.containment_b,
            prose_a: row.prose_a,
            prose_b: row.prose_b,
            evidence_bits: row.evidence_bits,
            probability: row.probability,
            weights: row.weights.iter().map(|weight| weight_of(weight)).collect::<Result<_, _>>()?,
            longest_run: row.longest_run,
            shared_tokens: row.shared_tokens,
            quote_share: row.quote_share,
            same_source: row.same_source,
            a_spans: row.a_spans.into_iter().map(span).collect(),
            b_spans: row.b_spans.into_iter().map(span).collect(),
            rule: row.rule,
        })
    }

    fn passage(&self, row: PassageRow) -> Result<Passage, String> {
        Ok(Passage {
            id: row.passage_id,
            story: row.story_id.as_deref().map(|id| self.story_place(id)).transpose()?,
            text: row.text,
            tokens: row.tokens,
            carriers: row
                .carriers
                .iter()
                .map(|carrier| Ok((self.article(&carrier.id)?, span(carrier.span))))
                .collect::<Result<_, String>>()?,
            earliest: self.article(&row.earliest_id)?,
        })
    }
}

fn outlet(row: OutletRow) -> Outlet {
    let counts = |cells: Vec<OutletCell>| cells.into_iter().map(|cell| (cell.source, cell.articles)).collect();
    Outlet {
        source: row.source,
        articles: row.articles,
        own: row.own,
        agency: row.agency,
        copied_from: counts(row.copied_from),
        copied_by: counts(row.copied_by),
        median_lag_seconds: row.median_lag_seconds,
    }
}

/// A weight as a row has it: the name of the feature, and bits.
fn weight_of(text: &str) -> Result<(Feature, f64), String> {
    let wrong = || format!("{text:?} is no weight");
    let (name, bits) = text.split_once(' ').ok_or_else(wrong)?;
    let feature = Feature::ALL.into_iter().find(|feature| feature.name() == name).ok_or_else(wrong)?;
    Ok((feature, bits.parse().map_err(|_| wrong())?))
}

/// What a row says of an agency; where it was said is not in the tables.
fn agency(names: Option<String>, basis: Option<Basis>, evidence: Option<String>) -> Option<Credit> {
    let names = names?;
    let mut names = names.split(Credit::SEPARATOR).map(str::to_owned);
    let basis = basis?;
    let place = if basis == Basis::Inferred { Place::Story } else { Place::Metadata };
    let evidence = evidence.unwrap_or_default();
    Some(Credit { agency: names.next()?, others: names.collect(), basis, place, evidence, span: None })
}

fn span((start, end): (u32, u32)) -> Span {
    Span { start, end }
}

/// A moment as tables state it: a day, a time without a zone, or a time with one.
fn moment(text: &str) -> Result<Moment, String> {
    parsed_moment(text).ok_or_else(|| format!("{text:?} is no date"))
}

fn parsed_moment(text: &str) -> Option<Moment> {
    let seconds =
        |time: jiff::civil::DateTime| Some(time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second());
    let Some((_, clock)) = text.split_once('T') else {
        let day: jiff::civil::Date = text.parse().ok()?;
        return Some(Moment {
            seconds: seconds(day.at(0, 0, 0, 0))?,
            offset_minutes: None,
            day_only: true,
            doubtful: false,
        });
    };
    let (clock, zone) = clock.split_at(clock.find(['Z', '+', '-']).unwrap_or(clock.len()));
    let local: jiff::civil::DateTime = text[..text.len() - zone.len()].parse().ok()?;
    let offset_minutes = match zone {
        "" => None,
        "Z" => Some(0),
        _ => {
            let (hours, minutes) = zone[1..].split_once(':')?;
            let minutes = hours.parse::<i16>().ok()?.checked_mul(60)?.checked_add(minutes.parse().ok()?)?;
            Some(if zone.starts_with('-') { -minutes } else { minutes })
        }
    };
    debug_assert!(!clock.is_empty(), "a time was parsed");
    Some(Moment {
        seconds: seconds(local)? - i64::from(offset_minutes.unwrap_or(0)) * 60,
        offset_minutes,
        day_only: false,
        doubtful: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_come_back_as_stated() {
        for text in ["2024-03-01", "2024-03-01T12:30:05", "2024-03-01T12:30:05Z", "2024-03-01T12:30:05-04:30"] {
            assert_eq!(moment(text).unwrap().to_string(), text);
        }
        for text in ["", "T", "yesterday", "2024-03-01T", "2024-03-01T12:00:00+", "2024-02-30"] {
            assert!(moment(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_row_that_names_an_unknown_article_is_an_error_with_its_place() {
        let table = br#"{"path":"a","record":1,"records":1,"byte_offset":0}"#;
        let rows: Result<Vec<RejectRow>> = jsonl("rejects.jsonl", &table[..]).collect();
        let error = rows.unwrap_err().to_string();
        assert!(error.starts_with("cannot understand rejects.jsonl, row 1: missing field `reason`"), "{error}");
    }
}
