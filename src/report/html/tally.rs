//! The overview: what is counted over all stories and outlets.
//!
//! In memory are a byte an article, four bytes an article in a story, the rows of the overview, and what a search looks into:
//! the ids of the articles in stories and their headlines.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::About;
use super::page::{Bytes, Carried, Core, Kinds, Lists, OutletColumns, StoryColumns, Used};
use super::story::{Facts, published};
use super::time::over_time;
use crate::credit::Basis;
use crate::findings::{Findings, Member};
use crate::report::manifest::rejects_by_reason;
use crate::report::rows::{rounded, stated};

/// Outlets in a row or a column of a matrix: as many as a page shows without scrolling far.
const MATRIX: usize = 20;

/// The upper ends of the classes of lags in seconds; what is later is of the last class.
const LAGS: [u32; 7] = [0, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600, 3 * 24 * 3600];

/// The longest part of a headline that a search looks into, in characters, and how many bytes of headlines that do not stand
/// above their story it looks into for each: some hundred headlines, so that no large story makes a large page.
const HEADLINE_CHARS: usize = 200;
const HEADLINE_BYTES: usize = 16 << 10;

/// What is counted story by story.
pub(super) struct Tally<'a> {
    outlets: Vec<String>,
    outlet_numbers: HashMap<String, u32>,
    agencies: Vec<String>,
    langs: Vec<String>,
    columns: OutletColumns,
    stories: StoryColumns<'a>,
    reused_bytes: u64,
    /// For each story what a search finds it by, a line each: the ids of its articles and their headlines, its own apart.
    search: Vec<String>,
}

impl<'a> Tally<'a> {
    /// Nothing but the names, with the numbers that the page has for them.
    pub(super) fn of(findings: &Findings) -> Tally<'a> {
        let mut agencies: BTreeSet<String> =
            findings.stories.iter().filter_map(|story| Some(story.agency.as_ref()?.0.clone())).collect();
        for member in findings.members.iter() {
            if let Some(credit) = &member.agency {
                agencies.insert(credit.agency.clone());
            }
        }
        let outlets: Vec<String> = findings.outlets.iter().map(|outlet| outlet.source.clone()).collect();
        let langs: BTreeSet<String> =
            findings.texts.iter().filter_map(|text| Some(language(text.lang.as_deref()?))).collect();
        let all = outlets.len();
        Tally {
            outlet_numbers: outlets.iter().cloned().zip(0..).collect(),
            outlets,
            agencies: agencies.into_iter().collect(),
            langs: langs.into_iter().collect(),
            columns: OutletColumns {
                articles: findings.outlets.iter().map(|outlet| outlet.articles as u32).collect(),
                kinds: vec![Kinds::default(); all],
                stories: vec![0; all],
                first: vec![0; all],
                lag: findings.outlets.iter().map(|outlet| outlet.median_lag_seconds).collect(),
                lags: vec![[0; LAGS.len() + 1]; all],
                agencies: vec![Vec::new(); all],
            },
            stories: StoryColumns::default(),
            reused_bytes: 0,
            search: Vec::new(),
        }
    }

    /// The number of an outlet.
    pub(super) fn outlet(&self, name: &str) -> Option<u32> {
        self.outlet_numbers.get(name).copied()
    }

    /// The number of an agency.
    pub(super) fn agency(&self, name: &str) -> Option<u32> {
        Some(self.agencies.binary_search_by(|known| known.as_str().cmp(name)).ok()? as u32)
    }

    /// The number of a language, by its tag.
    pub(super) fn lang(&self, tag: &str) -> Option<u32> {
        Some(self.langs.binary_search(&language(tag)).ok()? as u32)
    }

    /// Takes the story at a place, which are to come in order.
    pub(super) fn add(&mut self, findings: &'a Findings, place: usize, facts: &Facts) {
        let story = &findings.stories[place];
        let start = story.first_published.map(|first| first.seconds);
        let mut present = BTreeSet::new();
        let mut search = Search::of(story.title.as_deref());
        let outlets: Vec<Option<u32>> = story
            .members
            .iter()
            .map(|&article| {
                let member = findings.members.get(article.index());
                search.add(&member);
                let outlet = self.outlet(member.source.as_deref()?)?;
                present.insert(outlet);
                if let (Some(start), Some(published)) = (start, published(&member)) {
                    let lag = u32::try_from(published - start).unwrap_or(0);
                    self.columns.lags[outlet as usize][LAGS.partition_point(|end| *end < lag)] += 1;
                }
                Some(outlet)
            })
            .collect();
        self.search.push(search.lines);
        let from = outlets[facts.reference];
        present.iter().for_each(|&outlet| self.columns.stories[outlet as usize] += 1);
        if let Some(from) = from {
            self.columns.first[from as usize] += 1;
        }
        self.reused_bytes += facts.reused_bytes;
        let columns = &mut self.stories;
        columns.id.push(&story.id);
        columns.title.push(story.title.as_deref());
        columns.size.push(story.members.len() as u32);
        columns.first.push(story.first_published.and_then(stated));
        columns.last.push(story.last_published.and_then(stated));
        columns.outlets.push(present.into_iter().collect());
        columns.kinds.push(facts.count());
        columns.lang.push(facts.lang);
        columns.from.push(from);
        columns.sure.push(story.origin.as_ref().map(|origin| rounded(origin.confidence)));
        columns.copy_of.push(facts.copy_of);
        columns.leads.push(facts.leads);
        columns.between.push(story.syndicated);
        let agency = story.agency.as_ref().and_then(|(name, _)| self.agency(name));
        self.stories.agency.push(agency);
    }

    /// What a search looks into, story by story.
    pub(super) fn take_search(&mut self) -> Vec<String> {
        std::mem::take(&mut self.search)
    }

    /// Articles of an outlet whose story comes from another.
    fn copies(&self, findings: &Findings) -> BTreeMap<(u32, u32), u32> {
        let copies = findings.outlets.iter().zip(0..).flat_map(|(outlet, by)| {
            outlet
                .copied_from
                .iter()
                .filter_map(move |(from, articles)| Some(((by, self.outlet(from)?), *articles as u32)))
        });
        copies.collect()
    }

    /// What the page always has.
    pub(super) fn finish(mut self, findings: &'a Findings, about: About<'a>, lists: Lists, in_files: bool) -> Core<'a> {
        // Of each outlet and agency, how many articles credit it, and how many do not.
        let mut used_agencies: BTreeMap<(u32, u32), [u32; 2]> = BTreeMap::new();
        for member in findings.members.iter() {
            if let Some(outlet) = member.source.as_deref().and_then(|source| self.outlet(source)) {
                if let Some(credit) = member.agency.as_ref().filter(|credit| credit.is_copy())
                    && let Some(agency) = self.agency(&credit.agency)
                {
                    used_agencies.entry((outlet, agency)).or_default()[usize::from(credit.basis == Basis::Inferred)] +=
                        1;
                }
                self.columns.kinds[outlet as usize][member.kind as usize] += 1;
            }
        }
        for ((outlet, agency), [credited, uncredited]) in used_agencies {
            self.columns.agencies[outlet as usize].push((agency, credited, uncredited));
        }
        let mut sizes: BTreeMap<u32, u32> = BTreeMap::new();
        self.stories.size.iter().for_each(|&size| *sizes.entry(size).or_default() += 1);
        let dated = findings.members.iter().map(|member| (published(&member), member.kind));
        Core {
            version: env!("CARGO_PKG_VERSION"),
            inputs: about.inputs,
            counts: &findings.counts,
            bytes: Bytes { total: findings.counts.text_bytes, reused: self.reused_bytes },
            rejects: rejects_by_reason(findings),
            carried: carried(&self.copies(findings)),
            used: used(&self.columns, self.agencies.len()),
            time: over_time(dated),
            sizes: sizes.into_iter().collect(),
            outlets: self.outlets,
            agencies: self.agencies,
            langs: self.langs,
            outlet: self.columns,
            story: self.stories,
            lists,
            folder: in_files.then_some(about.name),
        }
    }
}

/// What a search finds a story by, beside what the list shows of it.
struct Search {
    /// Headlines that are there already.
    known: BTreeSet<String>,
    headline_bytes: usize,
    lines: String,
}

impl Search {
    fn of(title: Option<&str>) -> Search {
        Search { known: title.map(str::to_owned).into_iter().collect(), headline_bytes: 0, lines: String::new() }
    }

    fn add(&mut self, member: &Member) {
        self.lines.push_str(&member.id);
        self.lines.push('\n');
        let Some(title) = &member.title else { return };
        let title: String = title.chars().take(HEADLINE_CHARS).collect();
        if self.headline_bytes + title.len() <= HEADLINE_BYTES && !self.known.contains(&title) {
            self.headline_bytes += title.len();
            self.lines.push_str(&title);
            self.lines.push('\n');
            self.known.insert(title);
        }
    }
}

/// A language without its region: `pt-BR` and `pt` are filtered as one.
fn language(tag: &str) -> String {
    tag.split(['-', '_']).next().unwrap_or_default().to_lowercase()
}

/// The first by their sums, largest first.
fn first_by_sum(sums: BTreeMap<u32, u32>) -> Vec<u32> {
    let mut sums: Vec<(u32, u32)> = sums.into_iter().filter(|(_, sum)| *sum > 0).collect();
    sums.sort_unstable_by_key(|&(number, sum)| (std::cmp::Reverse(sum), number));
    sums.into_iter().take(MATRIX).map(|(number, _)| number).collect()
}

fn carried(counts: &BTreeMap<(u32, u32), u32>) -> Carried {
    let sums = |key: fn(&(u32, u32)) -> u32| {
        let mut sums = BTreeMap::new();
        counts.iter().for_each(|(pair, count)| *sums.entry(key(pair)).or_default() += count);
        first_by_sum(sums)
    };
    let (by, from) = (sums(|pair| pair.0), sums(|pair| pair.1));
    let row = |outlet: u32| from.iter().map(|&other| counts.get(&(outlet, other)).copied().unwrap_or(0)).collect();
    Carried { rows: by.iter().map(|&outlet| row(outlet)).collect(), by, from }
}

fn used(columns: &OutletColumns, agencies: usize) -> Used {
    let (mut by_outlet, mut by_agency) = (BTreeMap::new(), vec![0; agencies]);
    for (outlet, used) in columns.agencies.iter().zip(0..).map(|(used, outlet)| (outlet, used)) {
        for &(agency, credited, uncredited) in used {
            *by_outlet.entry(outlet).or_default() += credited + uncredited;
            by_agency[agency as usize] += credited + uncredited;
        }
    }
    let outlets = first_by_sum(by_outlet);
    let agencies = first_by_sum((0..).zip(by_agency).collect());
    let cell = |outlet: u32, agency: u32| {
        let used = columns.agencies[outlet as usize].iter().find(|(number, ..)| *number == agency);
        used.map_or(0, |(_, credited, uncredited)| credited + uncredited)
    };
    let row = |&outlet: &u32| agencies.iter().map(|&agency| cell(outlet, agency)).collect();
    Used { rows: outlets.iter().map(row).collect(), outlets, agencies }
}
