//! Settings: one struct per stage, checked once.
//!
//! They come from defaults, a `wirecopy.toml` and the command line; the library sees only the result. Every threshold names
//! its unit and its source.

pub mod named;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use encoding_rs::Encoding;
use serde::{Deserialize, Deserializer, Serialize};

use crate::error::{Error, Result};
use crate::relation::Relation;

/// Everything that can be set about a scan. The same settings on the same corpus give the same findings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Parts of the method that are left out, to measure what they are worth.
    pub without: Vec<Part>,
    /// Which records are articles.
    pub read: ReadSettings,
    /// Which texts might be near-duplicates.
    pub near: NearSettings,
    /// What relation the evidence gives.
    pub relate: RelateSettings,
    /// Which articles make a story.
    pub story: StorySettings,
    /// Who wrote it.
    pub origin: OriginSettings,
    /// Which of several near-duplicates stays.
    pub survivors: SurvivorSettings,
    /// Which pairs `check` refuses. They change nothing about a scan.
    pub check: CheckSettings,
}

/// A part of the method that a scan can do without, worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Near-duplicates by signatures and bands.
    Buckets,
    /// Candidates by shared passages.
    Passages,
    /// Telling quotations from prose.
    Quotations,
    /// Telling furniture from prose by what a text itself shows.
    Furniture,
    /// Learning furniture, stock and speech from the corpus.
    Learning,
    /// Counting a name as one choice of words.
    Names,
    /// The phrase model: without it a word is worth what its length says.
    Phrases,
    /// Joining stories by the parts that tie them: without it every link joins.
    Linkage,
}

impl Part {
    /// Every part.
    pub const ALL: [Part; 8] = [
        Part::Buckets,
        Part::Passages,
        Part::Quotations,
        Part::Furniture,
        Part::Learning,
        Part::Names,
        Part::Phrases,
        Part::Linkage,
    ];

    /// The name in settings and tables.
    pub fn name(self) -> &'static str {
        match self {
            Part::Buckets => "buckets",
            Part::Passages => "passages",
            Part::Quotations => "quotations",
            Part::Furniture => "furniture",
            Part::Learning => "learning",
            Part::Names => "names",
            Part::Phrases => "phrases",
            Part::Linkage => "linkage",
        }
    }
}

/// The fields of an article that a mapping can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Field {
    /// The text.
    Text,
    /// The headline.
    Title,
    /// The source's id.
    Id,
    /// The address.
    Url,
    /// The outlet.
    Source,
    /// The byline.
    Author,
    /// The credit line.
    Credit,
    /// The dateline, where it is a field of its own.
    Dateline,
    /// The holder of the rights.
    Copyright,
    /// What the article was taken from.
    #[serde(rename = "based_on")]
    BasedOn,
    /// The version of the document.
    Version,
    /// The language.
    Lang,
    /// First publication.
    Published,
    /// Last change.
    Modified,
    /// Crawl date.
    Crawled,
}

impl Field {
    /// Every field, the text first.
    pub const ALL: [Field; 15] = [
        Field::Text,
        Field::Title,
        Field::Id,
        Field::Url,
        Field::Source,
        Field::Author,
        Field::Credit,
        Field::Dateline,
        Field::Copyright,
        Field::BasedOn,
        Field::Version,
        Field::Lang,
        Field::Published,
        Field::Modified,
        Field::Crawled,
    ];

    /// The name in settings and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Field::Text => "text",
            Field::Title => "title",
            Field::Id => "id",
            Field::Url => "url",
            Field::Source => "source",
            Field::Author => "author",
            Field::Credit => "credit",
            Field::Dateline => "dateline",
            Field::Copyright => "copyright",
            Field::BasedOn => "based_on",
            Field::Version => "version",
            Field::Lang => "lang",
            Field::Published => "published",
            Field::Modified => "modified",
            Field::Crawled => "crawled",
        }
    }

    /// Whether it holds a date.
    pub fn is_date(self) -> bool {
        matches!(self, Field::Published | Field::Modified | Field::Crawled)
    }
}

/// The names of a field: a list, or one of them alone.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a name such as \"body\", or a list of names such as [\"body\", \"content\"]")]
enum Names {
    One(String),
    Many(Vec<String>),
}

fn names<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<BTreeMap<Field, Vec<String>>, D::Error> {
    let map: BTreeMap<Field, Names> = BTreeMap::deserialize(deserializer)?;
    let list = |names| match names {
        Names::One(name) => vec![name],
        Names::Many(names) => names,
    };
    Ok(map.into_iter().map(|(field, names)| (field, list(names))).collect())
}

/// How records are read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReadSettings {
    /// Field names that replace the default ones, as dotted paths (`source.title`, `headlines[0].value`), first match wins.
    #[serde(deserialize_with = "names")]
    pub map: BTreeMap<Field, Vec<String>>,
    /// The path to the array of records in a JSON object (`response.docs`); without it, arrays with the usual names are found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<String>,
    /// Whether `.gitignore` and `.wirecopyignore` are respected in folders.
    pub ignore_files: bool,
    /// The largest record taken, in bytes; a longer one is rejected. 16 MiB: the longest article of four scraped corpora had 0.4.
    pub max_record_bytes: u64,
    /// The character set of text, JSON, tables and pages without a byte order mark, by a name that the Encoding Standard
    /// knows (`windows-1251`, `shift_jis`); `detect` finds it out file by file, and page by page. XML and crawlers' archives
    /// name theirs.
    pub encoding: String,
    /// Dates before this year are doubtful. 1990: the web has no older articles, while digitised newspapers have.
    pub earliest_year: i16,
    /// The day of the scan (`2026-01-31`): dates more than two days after it are doubtful. The program fills it in, since the
    /// library reads no clock; without it only a record's own crawl date tells what lies in the future.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub today: Option<String>,
}

/// The name that stands for no character set.
const DETECT: &str = "detect";

impl ReadSettings {
    /// The character set that is set, if one is; it is known, since [`Settings::checked`] refuses others.
    pub(crate) fn character_set(&self) -> Option<&'static Encoding> {
        Encoding::for_label_no_replacement(self.encoding.as_bytes())
    }
}

impl Default for ReadSettings {
    fn default() -> Self {
        ReadSettings {
            map: BTreeMap::new(),
            records: None,
            ignore_files: true,
            max_record_bytes: 16 << 20,
            encoding: DETECT.to_owned(),
            earliest_year: 1990,
            today: None,
        }
    }
}

/// Near-duplicates: word 5-gram Jaccard, MinHash bands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NearSettings {
    /// Exact Jaccard from which two texts are near-duplicates.
    pub threshold: f64,
    /// The probability that a pair at `threshold` becomes a candidate; bands and rows follow from both.
    pub recall: f64,
}

impl Default for NearSettings {
    fn default() -> Self {
        NearSettings { threshold: 0.8, recall: 0.999 }
    }
}

/// Which relation the evidence gives. Shares are of tokens, 0 to 1; the figures' source is `gold/GUIDE.md`, which says in
/// words what an editor calls a copy, an excerpt and a version, unless another is named.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RelateSettings {
    /// The relations that are reported; all by default.
    pub relations: Vec<Relation>,
    /// Near-duplicate: at least this share of each article's body stands in the other ("small cuts of about a tenth").
    pub copy_share: f64,
    /// Near-duplicate: and at least this is the Jaccard similarity of their word 5-grams. Forms that are filled with other data
    /// share most words and few 5-grams.
    pub copy_jaccard: f64,
    /// Excerpt: at least this share of the shorter body stands in the longer ("about two thirds or more").
    pub excerpt_share: f64,
    /// Excerpt: what the shorter has of its own is at most this much of what the longer has of its own; else both are
    /// versions ("each also has substantial prose that the other lacks").
    pub excerpt_own: f64,
    /// Version: at least this share ("about a third or more of the shorter").
    pub version_share: f64,
    /// A link is as probable as this, at least. .65: from there on F1 of sure labels does not fall on four corpora, and of links
    /// drawn at random four fifths and more are links (`docs/accuracy.md`).
    pub min_confidence: f64,
    /// The same for single relations, where it differs.
    pub confidence: BTreeMap<Relation, f64>,
    /// A file of weights that are used instead of the program's own, in the form that `wirecopy eval --fit` prints.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<PathBuf>,
    /// Whether pairs that are no links are listed, too.
    pub all_pairs: bool,
}

impl Default for RelateSettings {
    fn default() -> Self {
        RelateSettings {
            relations: Relation::ALL.to_vec(),
            copy_share: 0.8,
            copy_jaccard: 0.35,
            excerpt_share: 0.65,
            excerpt_own: 0.5,
            version_share: 0.33,
            min_confidence: 0.65,
            confidence: BTreeMap::new(),
            weights: None,
            all_pairs: false,
        }
    }
}

/// Stories: average linkage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StorySettings {
    /// The average link strength, 0 to 1, from which two groups are one story.
    pub linkage: f64,
}

impl Default for StorySettings {
    fn default() -> Self {
        StorySettings { linkage: 0.5 }
    }
}

/// Agencies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OriginSettings {
    /// A file of agencies that are added to those the program knows, in the form of its own `agencies.toml`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agencies: Option<PathBuf>,
}

/// Survivors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SurvivorSettings {
    /// By what one article of each near-duplicate class is chosen: the first rule that tells them apart.
    pub keep: Vec<KeepRule>,
}

impl Default for SurvivorSettings {
    fn default() -> Self {
        SurvivorSettings { keep: vec![KeepRule::Cleanest] }
    }
}

/// By what one of several near-duplicates is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeepRule {
    /// The one that was published first.
    Earliest,
    /// The agency's own.
    Agency,
    /// One that credits its agency.
    Credited,
    /// The one with most words of its own body: site furniture, and what it says a second time, do not count.
    Cleanest,
    /// The one with most words.
    Longest,
    /// One of these outlets, the first before the second.
    Source(Vec<String>),
}

impl fmt::Display for KeepRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            KeepRule::Earliest => "earliest",
            KeepRule::Agency => "agency",
            KeepRule::Credited => "credited",
            KeepRule::Cleanest => "cleanest",
            KeepRule::Longest => "longest",
            KeepRule::Source(names) => return write!(f, "source:{}", names.join("+")),
        })
    }
}

impl FromStr for KeepRule {
    type Err = String;

    fn from_str(text: &str) -> Result<KeepRule, String> {
        Ok(match text {
            "earliest" => KeepRule::Earliest,
            "agency" => KeepRule::Agency,
            "credited" => KeepRule::Credited,
            "cleanest" => KeepRule::Cleanest,
            "longest" => KeepRule::Longest,
            _ => {
                let names = text.strip_prefix("source:").unwrap_or_default();
                let names: Vec<String> =
                    names.split('+').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
                if names.is_empty() {
                    return Err(format!(
                        "{text:?} is not a rule: use earliest, agency, credited, cleanest, longest or source:OUTLET+OUTLET"
                    ));
                }
                KeepRule::Source(names)
            }
        })
    }
}

impl Serialize for KeepRule {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for KeepRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<KeepRule, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The gate: which pairs must not be there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CheckSettings {
    /// The relations that fail. Identical texts and near-duplicates: what a data set holds twice for nothing.
    pub fail_on: Vec<Relation>,
    /// Whether only pairs of two outlets fail. An article without an outlet is of another one than every other.
    pub across_sources: bool,
    /// Files and folders of a second corpus: only pairs of the first and the second fail, as of training and test articles.
    pub against: Vec<String>,
    /// The file with the findings that are known.
    pub baseline: String,
    /// Whether a known finding that is no longer there is let pass.
    pub allow_stale: bool,
}

impl Default for CheckSettings {
    fn default() -> Self {
        CheckSettings {
            fail_on: vec![Relation::Identical, Relation::NearDuplicate],
            across_sources: false,
            against: Vec::new(),
            baseline: ".wirecopy-baseline.json".to_owned(),
            allow_stale: false,
        }
    }
}

impl Settings {
    /// Whether a part of the method is left out.
    pub fn lacks(&self, part: Part) -> bool {
        self.without.contains(&part)
    }

    /// Whether shared passages are looked for: not if only near-duplicates are wanted, which are found without them.
    pub fn wants_passages(&self) -> bool {
        !self.lacks(Part::Passages) && self.relate.relations.iter().any(|relation| *relation > Relation::NearDuplicate)
    }

    /// Whether it is asked which agency an article credits: with passages always, else if what is kept depends on it.
    pub fn wants_credits(&self) -> bool {
        let of_agencies = |rule: &KeepRule| matches!(rule, KeepRule::Agency | KeepRule::Credited);
        self.wants_passages() || self.survivors.keep.iter().any(of_agencies)
    }

    /// Whether near-duplicates are looked for. Without them only identical texts are one class.
    pub fn wants_near_duplicates(&self) -> bool {
        !self.lacks(Part::Buckets) && self.relate.relations.contains(&Relation::NearDuplicate)
    }

    /// Checks every range and returns the settings, so that later stages need not.
    pub fn checked(self) -> Result<Settings> {
        let share = |name: &str, value: f64| {
            if value > 0.0 && value <= 1.0 {
                Ok(())
            } else {
                Err(Error::setting(name, format!("= {value}: a share must be above 0 and at most 1")))
            }
        };
        share("near.threshold", self.near.threshold)?;
        share("story.linkage", self.story.linkage)?;
        share("relate.copy_share", self.relate.copy_share)?;
        share("relate.excerpt_share", self.relate.excerpt_share)?;
        share("relate.excerpt_own", self.relate.excerpt_own)?;
        share("relate.version_share", self.relate.version_share)?;
        share("relate.copy_jaccard", self.relate.copy_jaccard)?;
        let confidence =
            self.relate.confidence.iter().map(|(relation, value)| (format!("confidence.{}", relation.name()), *value));
        let all = std::iter::once(("min_confidence".to_owned(), self.relate.min_confidence)).chain(confidence);
        for (name, value) in all {
            if !(0.0..=1.0).contains(&value) {
                let wrong = format!("= {value}: a probability must be from 0 to 1");
                return Err(Error::setting(format!("relate.{name}"), wrong));
            }
        }
        if !(0.0..1.0).contains(&self.near.recall) {
            let wrong =
                format!("= {}: it must be a probability below 1 (MinHash cannot guarantee 1)", self.near.recall);
            return Err(Error::setting("near.recall", wrong));
        }
        if self.read.max_record_bytes == 0 {
            return Err(Error::setting("read.max_record_bytes", "= 0: nothing could be read"));
        }
        if self.read.encoding != DETECT && self.read.character_set().is_none() {
            let wrong = format!(
                "= {:?}: no character set has this name; try windows-1252, shift_jis, gb18030, koi8-r or \
                 {DETECT}",
                self.read.encoding
            );
            return Err(Error::setting("read.encoding", wrong));
        }
        if let Some(today) = &self.read.today
            && today.parse::<jiff::civil::Date>().is_err()
        {
            return Err(Error::setting("read.today", format!("= {today:?}: write a day such as 2026-01-31")));
        }
        if self.relate.relations.is_empty() {
            return Err(Error::setting("relate.relations", "is empty: nothing could be reported"));
        }
        if self.check.fail_on.is_empty() {
            return Err(Error::setting("check.fail_on", "is empty: nothing could fail"));
        }
        Ok(self)
    }
}
