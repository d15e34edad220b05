//! What the page is given: its names are those that the script reads.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::findings::{Counts, Kind};
use crate::relate::Direction;
use crate::relation::Relation;

/// A kind as the page has it: its place in the order of kinds.
fn number<S: Serializer>(kind: &Kind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u8(*kind as u8)
}

/// How many articles there are of each kind.
pub(super) type Kinds = [u32; Kind::ALL.len()];

/// What the page always has.
#[derive(Serialize)]
pub(super) struct Core<'a> {
    pub version: &'static str,
    pub inputs: &'a [String],
    pub counts: &'a Counts,
    /// Bytes of all texts, and of those in stories what an earlier article has.
    pub bytes: Bytes,
    pub rejects: BTreeMap<String, u64>,
    /// Names, by their numbers.
    pub outlets: Vec<String>,
    pub agencies: Vec<String>,
    pub langs: Vec<String>,
    pub outlet: OutletColumns,
    pub story: StoryColumns<'a>,
    pub time: Time,
    /// Sizes of stories, and how many have each.
    pub sizes: Vec<(u32, u32)>,
    pub carried: Carried,
    pub used: Used,
    #[serde(flatten)]
    pub lists: Lists,
    /// The folder with the parts; none if they are in the page.
    pub folder: Option<&'a str>,
}

/// What the parts have: the details of stories, then the articles.
#[derive(Serialize)]
pub(super) struct Lists {
    /// The first story of each part.
    #[serde(rename = "parts")]
    pub stories: Vec<usize>,
    /// The first row of each part after these.
    #[serde(rename = "lists")]
    pub articles: Vec<usize>,
    /// The first row of each outlet, and of the articles of which none is known.
    pub starts: Vec<usize>,
}

#[derive(Serialize)]
pub(super) struct Bytes {
    pub total: u64,
    pub reused: u64,
}

/// One entry an outlet.
#[derive(Default, Serialize)]
pub(super) struct OutletColumns {
    pub articles: Vec<u32>,
    pub kinds: Vec<Kinds>,
    pub stories: Vec<u32>,
    /// In how many stories it is what the others are measured against.
    pub first: Vec<u32>,
    /// The median time after the first article of a story, in seconds.
    pub lag: Vec<Option<u32>>,
    /// How many articles came how long after the first.
    pub lags: Vec<[u32; 8]>,
    /// Agencies, with how many articles credit them and how many do not.
    pub agencies: Vec<Vec<(u32, u32, u32)>>,
}

/// One entry a story, in the order of the findings.
#[derive(Default, Serialize)]
pub(super) struct StoryColumns<'a> {
    pub id: Vec<&'a str>,
    pub title: Vec<Option<&'a str>>,
    pub size: Vec<u32>,
    pub first: Vec<Option<String>>,
    pub last: Vec<Option<String>>,
    pub outlets: Vec<Vec<u32>>,
    pub agency: Vec<Option<u32>>,
    pub kinds: Vec<Kinds>,
    pub lang: Vec<Option<u32>>,
    /// The outlet of the likely origin, else of the earliest article.
    pub from: Vec<Option<u32>>,
    /// How sure the origin is; none if there is only an earliest article.
    pub sure: Vec<Option<f64>>,
    /// The agency whose text `from` has, where the agency's own copy is not in the story: `from` is then only seen first.
    pub copy_of: Vec<Option<u32>>,
    /// Whether none of the story's articles is known to be earlier than that of `from`.
    pub leads: Vec<bool>,
    /// Whether more than one outlet carries it.
    pub between: Vec<bool>,
}

/// Articles by kind over time.
#[derive(Serialize)]
pub(super) struct Time {
    pub unit: &'static str,
    pub bins: Vec<(String, Kinds)>,
    pub undated: u32,
    /// Articles outside of the bins.
    pub before: u32,
    pub after: u32,
}

/// Articles of the first outlets whose story comes from the second ones.
#[derive(Serialize)]
pub(super) struct Carried {
    pub by: Vec<u32>,
    pub from: Vec<u32>,
    pub rows: Vec<Vec<u32>>,
}

/// Articles of outlets by agency.
#[derive(Serialize)]
pub(super) struct Used {
    pub outlets: Vec<u32>,
    pub agencies: Vec<u32>,
    pub rows: Vec<Vec<u32>>,
}

/// The details of one story. Articles are named by their places in `articles`; positions are UTF-16 units, which is what a
/// script counts in.
#[derive(Serialize)]
pub(super) struct Detail {
    /// The likely origin, else the earliest article.
    pub reference: u32,
    pub origin: Option<Origin>,
    /// The agency whose text the reference has, where the agency's own copy is not in the story.
    pub copy_of: Option<u32>,
    pub agency: Option<u32>,
    pub evidence: Option<String>,
    /// How many of `articles` belong to the story; the others carry a part of it.
    pub members: u32,
    pub articles: Vec<Article>,
    pub kernel: Option<Kernel>,
    pub pairs: Vec<Pair>,
    /// Pairs that were compared and are left out, since there are too many.
    pub pairs_left_out: u32,
}

#[derive(Serialize)]
pub(super) struct Origin {
    pub confidence: f64,
    pub reasons: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Article {
    pub id: String,
    pub title: Option<String>,
    pub url: Option<String>,
    pub outlet: Option<u32>,
    pub author: Option<String>,
    pub lang: Option<String>,
    pub published: Option<String>,
    pub doubtful: bool,
    #[serde(serialize_with = "number")]
    pub kind: Kind,
    /// The earlier article that it is most like, which its kind is seen from. It is a later one only in a class of
    /// near-duplicates, where an earlier one is of the same class but was not compared.
    pub of: Option<u32>,
    /// The kept article of its class of near-duplicates.
    pub class: Option<u32>,
    pub agency: Option<u32>,
    pub basis: Option<&'static str>,
    pub text: String,
    /// Start, end and kind of what is no prose: quotation, furniture, stock.
    pub marks: Vec<(u32, u32, u8)>,
}

/// What most of a story's articles carry, as one of them has it.
#[derive(Serialize)]
pub(super) struct Kernel {
    pub base: u32,
    /// How many others must carry a stretch.
    pub need: u32,
    /// Start, end, and how many others carry it.
    pub runs: Vec<(u32, u32, u32)>,
}

/// A pair, as a list to be short: both articles, relation, direction, Jaccard, containments, prose, bits, longest run, shared
/// tokens, share of quotations, whether of one source, whether a revision, rule, the runs as start and end in
/// either text, the probability, and the weights in bits.
#[derive(Serialize)]
pub(super) struct Pair(
    pub u32,
    pub u32,
    pub Relation,
    pub Option<Direction>,
    pub [f64; 6],
    pub [u32; 2],
    pub f64,
    pub [bool; 2],
    pub String,
    pub Vec<u32>,
    pub Option<f64>,
    pub Vec<(&'static str, f64)>,
);

/// An article in the list of all, as a list to be short: id, headline, date, whether it is doubtful, kind, story, stories of
/// which it carries a part, agency, basis, language; and of one in no story, which has no other page, its address and where it
/// was read.
#[derive(Serialize)]
pub(super) struct Row(
    pub String,
    pub Option<String>,
    pub Option<String>,
    pub u8,
    #[serde(serialize_with = "number")] pub Kind,
    pub Option<usize>,
    pub Vec<usize>,
    pub Option<u32>,
    pub Option<&'static str>,
    pub Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")] pub Option<Alone>,
);

/// What is known of an article in no story.
#[derive(Serialize)]
pub(super) struct Alone(pub Option<String>, pub String, pub u64);
