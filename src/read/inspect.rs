//! How would these files be read? What a user looks at before a scan, or when a scan shows less than it should.
//!
//! The first records of each kind of file are read as a scan reads them, and looked at once more by name: which name gave
//! each field, which were not used, which dates could not be understood. Costs about twice the reading of those records.

use std::collections::BTreeMap;

use serde::Serialize;

use super::chunk::{Chunk, Nature};
use super::chunks::chunks;
use super::date;
use super::discover::sources;
use super::fields::{Fields, Offer, Seen, Value};
use super::id::UniqueIds;
use super::mapping::{Mapping, Target};
use super::source::Input;
use crate::article::{Article, Reject};
use crate::error::Result;
use crate::settings::{Field, ReadSettings};

/// Articles, dates of a kind and reasons that are shown.
const SHOWN: usize = 3;
const REASONS: usize = 10;
/// Characters of a text that are shown.
const TEXT_CHARS: usize = 200;

/// How some files would be read.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Inspection {
    /// Files that are alike, in the order of the first of each.
    pub groups: Vec<Group>,
    /// Files that could not be read at all.
    pub unread: Vec<Reject>,
    /// Files passed over for their endings.
    pub passed_over: u64,
}

/// Files of one format, compression and character set.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Group {
    /// What the format is called.
    pub format: String,
    /// The compression; `none` if there is none.
    pub compression: String,
    /// The character set.
    pub encoding: String,
    /// The files, or members of archives, that were looked at.
    pub files: u64,
    /// The first of them.
    pub first_file: String,
    /// How many records were looked at; there may be more.
    pub records: u64,
    /// Whether these are all.
    pub complete: bool,
    /// How many of them are articles.
    pub articles: u64,
    /// Where each field comes from.
    pub fields: Vec<FieldUse>,
    /// The fields that no article has.
    pub missing: Vec<&'static str>,
    /// Names that stand in records and are not read, with the number of records that have them.
    pub unused: Vec<NameUse>,
    /// The dates.
    pub dates: Dates,
    /// The first articles, shortened.
    pub first: Vec<Glance>,
    /// Why records are no articles, the most frequent reason first.
    pub rejects: Vec<Reason>,
    /// How many records are none.
    pub rejected: u64,
    /// How many records of crawlers' archives are not meant to be articles, by what they are.
    pub passed_over: BTreeMap<String, u64>,
}

/// Where a field comes from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldUse {
    /// The field.
    pub field: &'static str,
    /// How many articles have it.
    pub articles: u64,
    /// The names it was read from, the most frequent first; none where it follows from another field or the file.
    pub names: Vec<NameUse>,
}

/// How many records have a name, or gave a field by it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NameUse {
    /// The name, as a path where it leads into a value.
    pub name: String,
    /// The records.
    pub records: u64,
}

/// Dates by what became of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Dates {
    /// Read, and plausible.
    pub understood: DateKind,
    /// Read, but they cannot be true.
    pub doubtful: DateKind,
    /// No known form, or several readings.
    pub not_understood: DateKind,
}

/// Dates of one kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DateKind {
    /// How many.
    pub count: u64,
    /// Some of them.
    pub examples: Vec<DateExample>,
}

/// A date as it stands in a record.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DateExample {
    /// The name it stands under.
    pub name: String,
    /// What stands there.
    pub text: String,
    /// How it was read.
    pub read: Option<String>,
}

/// An article, shortened.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Glance {
    /// Its id.
    pub id: String,
    /// Its headline.
    pub title: Option<String>,
    /// Its outlet.
    pub source: Option<String>,
    /// When it was published.
    pub published: Option<String>,
    /// Where it was read, as `PATH:RECORD`.
    pub place: String,
    /// How its text begins.
    pub beginning: String,
    /// How many characters the text has.
    pub characters: u64,
}

/// Why records are no articles.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reason {
    /// In plain words.
    pub reason: String,
    /// How many.
    pub records: u64,
    /// The first of them, as `PATH:RECORD`.
    pub first: String,
}

/// Looks at the first `records` records of each kind of file in `inputs`.
///
/// Fails as [`sources`] does.
pub fn inspect(inputs: Vec<Input>, settings: &ReadSettings, records: u64) -> Result<Inspection> {
    let mapping = Mapping::new(settings)?;
    let found = sources(inputs, settings)?;
    let mut inspection = Inspection { unread: found.rejects, passed_over: found.passed_over, ..Inspection::default() };
    let mut looks: Vec<(Nature, Look)> = Vec::new();
    let mut ids = UniqueIds::new();
    let mut chunks = chunks(found.sources, settings, &mapping).of_size(LOOK_BYTES);
    while let Some(chunk) = chunks.next() {
        let Some(nature) = natures_of(&chunk) else {
            inspection.unread.extend(chunk.parse(&mapping).rejects);
            continue;
        };
        let place = looks.iter().position(|(known, _)| *known == nature);
        let place = place.unwrap_or_else(|| {
            looks.push((nature, Look::default()));
            looks.len() - 1
        });
        if let Some((_, look)) = looks.get_mut(place) {
            look.take(&chunk, &mapping, &mut ids, records);
            if look.records >= records {
                chunks.leave_source();
            }
        }
    }
    inspection.passed_over += chunks.passed_over();
    inspection.groups = looks.into_iter().map(|(nature, look)| look.group(nature)).collect();
    Ok(inspection)
}

/// Chunks are small, so that not much more is read than asked for.
const LOOK_BYTES: usize = 64 << 10;

/// What a chunk's source is; of XML the character set is that of its declaration.
fn natures_of(chunk: &Chunk) -> Option<Nature> {
    let mut nature = chunk.nature?;
    if let Some(encoding) = chunk.cut.records.encoding() {
        nature.encoding = encoding;
    }
    Some(nature)
}

/// What was seen of the files of a kind.
#[derive(Default)]
struct Look {
    paths: Vec<String>,
    files: u64,
    records: u64,
    incomplete: bool,
    articles: u64,
    have: BTreeMap<Field, u64>,
    from: BTreeMap<(Field, String), u64>,
    names: BTreeMap<String, u64>,
    used: BTreeMap<String, u64>,
    dates: Dates,
    first: Vec<Glance>,
    reasons: BTreeMap<String, (u64, String)>,
    rejected: u64,
    passed_over: BTreeMap<String, u64>,
}

impl Look {
    fn take(&mut self, chunk: &Chunk, mapping: &Mapping, ids: &mut UniqueIds, limit: u64) {
        let path = chunk.path().to_string();
        if self.paths.last() != Some(&path) {
            self.files += 1;
            self.paths.truncate(1);
            self.paths.push(path);
        }
        if self.records >= limit {
            self.incomplete = true;
            return;
        }
        let parsed = chunk.parse(mapping);
        for (reason, records) in parsed.passed_over {
            *self.passed_over.entry(reason).or_default() += records;
        }
        let room = usize::try_from(limit - self.records).unwrap_or(usize::MAX);
        let mut records: Vec<u64> = parsed.articles.iter().map(|article| article.location.record).collect();
        records.extend(parsed.rejects.iter().map(|reject| reject.record));
        records.sort_unstable();
        self.incomplete |= records.len() > room;
        let total = records.len().min(room);
        let last = records.get(total.saturating_sub(1)).copied().unwrap_or(0);
        for mut article in parsed.articles.into_iter().filter(|article| article.location.record <= last) {
            ids.claim(&mut article);
            self.article(&article);
        }
        for reject in parsed.rejects.into_iter().filter(|reject| reject.record <= last) {
            self.rejected += 1;
            let place = format!("{}:{}", reject.path, reject.record);
            self.reasons.entry(reject.reason.to_string()).or_insert((0, place)).0 += 1;
        }
        for seen in chunk.cut.records.seen(&chunk.cut, chunk.record_bytes(), mapping).into_iter().take(room) {
            self.record(&seen, chunk, mapping);
        }
        self.records += total as u64;
    }

    fn article(&mut self, article: &Article) {
        self.articles += 1;
        for field in Field::ALL {
            let has = match field {
                Field::Text => true,
                Field::Title => article.title.is_some(),
                Field::Id => !article.id.ends_with(&format!("{}:{}", article.location.path, article.location.record)),
                Field::Url => article.url.is_some(),
                Field::Source => article.source.is_some(),
                Field::Author => article.author.is_some(),
                Field::Credit => article.credit.is_some(),
                Field::Dateline => article.dateline.is_some(),
                Field::Copyright => article.copyright.is_some(),
                Field::BasedOn => article.based_on.is_some(),
                Field::Version => article.version.is_some(),
                Field::Lang => article.lang.is_some(),
                Field::Published => article.published.is_some(),
                Field::Modified => article.modified.is_some(),
                Field::Crawled => article.crawled.is_some(),
            };
            *self.have.entry(field).or_default() += u64::from(has);
        }
        for (name, moment) in
            [("published", article.published), ("modified", article.modified), ("crawled", article.crawled)]
        {
            let Some(moment) = moment else { continue };
            let kind = if moment.doubtful { &mut self.dates.doubtful } else { &mut self.dates.understood };
            kind.count += 1;
            if moment.doubtful {
                kind.example(name, &moment.to_string(), None);
            }
        }
        if self.first.len() < SHOWN {
            let beginning: String = article.text.chars().take(TEXT_CHARS).collect();
            self.first.push(Glance {
                id: article.id.clone(),
                title: article.title.clone(),
                source: article.source.clone(),
                published: article.published.map(|published| published.to_string()),
                place: format!("{}:{}", article.location.path, article.location.record),
                beginning,
                characters: article.text.chars().count() as u64,
            });
        }
    }

    /// Looks at the names of a record: which of them gave a field, and which dates could not be read.
    fn record(&mut self, Seen { own, columns }: &Seen, chunk: &Chunk, mapping: &Mapping) {
        let records = &chunk.cut.records;
        let is_own = |field: Field| records.is_own(field, mapping);
        let mut fields = Fields::new();
        let own: Vec<&Offer<'static>> = own.iter().filter(|offer| is_own(offer.field)).collect();
        for offer in &own {
            fields.offer(&[Target::plain(offer.field, offer.rank)], offer.value.clone());
            self.date(offer.field, offer.name, &offer.value, &[]);
        }
        for (name, value) in columns {
            let is_there = match value {
                Value::Missing => false,
                Value::Text(text) => !text.trim().is_empty(),
                Value::Nested(json) => json.as_array().is_none_or(|items| !items.is_empty()),
            };
            *self.names.entry(name.clone()).or_default() += u64::from(is_there);
            let targets: Vec<Target> =
                mapping.targets(name).iter().filter(|target| !is_own(target.field)).cloned().collect();
            for target in targets.iter().filter(|target| fields.want(std::slice::from_ref(target))) {
                let path = mapping.names(target.field).get(usize::from(target.rank / 2));
                let name = path.filter(|_| !target.rest.is_empty()).unwrap_or(name);
                self.date(target.field, name, value, &target.rest);
            }
            fields.offer(&targets, value.clone());
        }
        for (field, name, _) in records.inherited().iter().filter(|(field, ..)| !fields.has(*field)) {
            if is_own(*field) && !(*field == Field::Source && fields.has(Field::Url)) {
                *self.from.entry((*field, (*name).to_owned())).or_default() += 1;
            }
        }
        for field in Field::ALL {
            let Some(rank) = fields.rank(field) else { continue };
            let of_format = own.iter().find(|offer| offer.field == field && offer.rank == rank).map(|offer| offer.name);
            let of_mapping = || mapping.names(field).get(usize::from(rank / 2)).map(String::as_str);
            let Some(name) = of_format.or_else(of_mapping) else { continue };
            *self.from.entry((field, name.to_owned())).or_default() += 1;
            // What of it stands in the record: its first part, in any case; of a format the last part of its path.
            let part = if of_format.is_some() { name.rsplit(['/', '@']).next() } else { name.split(['.', '[']).next() };
            let column = columns.iter().map(|(column, _)| column).find(|column| {
                column.eq_ignore_ascii_case(name) || part.is_some_and(|part| column.eq_ignore_ascii_case(part))
            });
            if let Some(column) = column {
                *self.used.entry(column.clone()).or_default() += 1;
                // Elements of XML stand there without their prefix, too.
                if let Some((_, local)) = column.split_once(':') {
                    *self.used.entry(local.to_owned()).or_default() += 1;
                }
            }
            if let Some(offer) = of_format.and_then(|name| name.split(['/', '@']).next()) {
                *self.used.entry(offer.to_owned()).or_default() += 1;
            }
        }
    }

    fn date(&mut self, field: Field, name: &str, value: &Value<'_>, path: &[super::mapping::Step]) {
        if !field.is_date() {
            return;
        }
        let Some(text) = value.words(field, path) else { return };
        match date::moment(&text) {
            None => {
                self.dates.not_understood.count += 1;
                self.dates.not_understood.example(name, &text, None);
            }
            Some(moment) if !moment.doubtful => {
                self.dates.understood.example(name, &text, Some(moment.to_string()));
            }
            Some(_) => {}
        }
    }

    fn group(self, nature: Nature) -> Group {
        let counted = |field: Field| self.have.get(&field).copied().unwrap_or(0);
        let by_count = |mut names: Vec<NameUse>| {
            names.sort_by(|one, other| other.records.cmp(&one.records).then_with(|| one.name.cmp(&other.name)));
            names
        };
        let names_of = |field: Field| {
            let names = self.from.iter().filter(|((of, _), _)| *of == field);
            by_count(names.map(|((_, name), &records)| NameUse { name: name.clone(), records }).collect())
        };
        let (have, missing): (Vec<Field>, Vec<Field>) = Field::ALL.into_iter().partition(|&field| counted(field) > 0);
        let fields = have
            .into_iter()
            .map(|field| FieldUse { field: field.name(), articles: counted(field), names: names_of(field) })
            .collect();
        let unused = self.names.iter().filter(|(name, records)| **records > 0 && !self.used.contains_key(*name));
        let unused = by_count(unused.map(|(name, &records)| NameUse { name: name.clone(), records }).collect());
        let mut rejects: Vec<Reason> =
            self.reasons.into_iter().map(|(reason, (records, first))| Reason { reason, records, first }).collect();
        rejects.sort_by(|one, other| other.records.cmp(&one.records).then_with(|| one.reason.cmp(&other.reason)));
        rejects.truncate(REASONS);
        Group {
            format: nature.format.to_owned(),
            compression: nature.compression.to_owned(),
            encoding: nature.encoding.to_owned(),
            files: self.files,
            first_file: self.paths.into_iter().next().unwrap_or_default(),
            records: self.records,
            complete: !self.incomplete,
            articles: self.articles,
            fields,
            missing: missing.into_iter().map(Field::name).collect(),
            unused,
            dates: self.dates,
            first: self.first,
            rejects,
            rejected: self.rejected,
            passed_over: self.passed_over,
        }
    }
}

impl DateKind {
    /// Keeps an example unless there are enough, or one of its name that looks alike.
    fn example(&mut self, name: &str, text: &str, read: Option<String>) {
        let form = |text: &str| -> String { text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect() };
        let is_known = |known: &DateExample| known.name == name && form(&known.text) == form(text);
        if self.examples.len() < SHOWN && !self.examples.iter().any(is_known) {
            self.examples.push(DateExample { name: name.to_owned(), text: text.to_owned(), read });
        }
    }
}
