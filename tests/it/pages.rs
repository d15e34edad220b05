//! How much of a page's article is found, and how little else: the pages under `../shared/html` and their main text.
//! And that no damage to a page is more than a worse text.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use wirecopy::article::{Article, Reject};
use wirecopy::read::{self, Input, Mapping};
use wirecopy::settings::ReadSettings;

use crate::articles::{self, Generator};
use crate::corpora::{links, scanned, written};

const PAGES: &str = "../shared/html";

/// The floor of the mean F1: what was measured, less .002 for changes that mean nothing.
const FLOOR: f64 = 0.975;

/// Reads inputs alone, without a scan.
pub fn read(inputs: Vec<Input>) -> (Vec<Article>, Vec<Reject>) {
    let settings = ReadSettings::default();
    let mapping = Mapping::new(&settings).unwrap();
    let found = read::sources(inputs, &settings).unwrap();
    let (mut articles, mut rejects) = (Vec::new(), found.rejects);
    for chunk in read::chunks(found.sources, &settings, &mapping) {
        let parsed = chunk.parse(&mapping);
        articles.extend(parsed.articles);
        rejects.extend(parsed.rejects);
    }
    (articles, rejects)
}

/// Page and main text, by id; nothing where they are not at hand.
fn gold() -> Option<HashMap<String, (String, String)>> {
    let path = Path::new(PAGES).join("gold.jsonl");
    if !path.exists() {
        eprintln!("skipped: {} is not here", path.display());
        return None;
    }
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    let lines = std::fs::read_to_string(path).unwrap();
    let rows = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    Some(rows.map(|row| (text(&row, "id"), (text(&row, "url"), text(&row, "text")))).collect())
}

/// How often each run of four words occurs; of fewer words the one run they are. A word is a run of letters and digits,
/// in lower case.
fn grams(text: &str) -> HashMap<Vec<String>, usize> {
    let lower = text.to_lowercase();
    let words: Vec<String> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let mut grams = HashMap::new();
    for gram in words.windows(4.min(words.len()).max(1)) {
        *grams.entry(gram.to_vec()).or_insert(0) += 1;
    }
    grams
}

/// F1 over multisets of word 4-grams.
fn f1(gold: &str, found: &str) -> f64 {
    let (gold, found) = (grams(gold), grams(found));
    let shared: usize = gold.iter().map(|(gram, count)| (*count).min(found.get(gram).copied().unwrap_or(0))).sum();
    let all: usize = gold.values().sum::<usize>() + found.values().sum::<usize>();
    2.0 * shared as f64 / all as f64
}

/// Which half of the pages an id is of: the method was developed on the even one.
fn half(id: &str) -> usize {
    id.bytes().fold(0usize, |hash, byte| hash.wrapping_mul(31) + usize::from(byte)) / 7 % 2
}

#[test]
fn main_text_of_real_pages() {
    let Some(gold) = gold() else { return };
    let (articles, rejects) = read(vec![Input::Path(Path::new(PAGES).join("pages"))]);
    assert!(rejects.is_empty(), "{rejects:?}");
    assert_eq!(articles.len(), gold.len());
    let mut figures: Vec<(f64, &str)> = articles
        .iter()
        .map(|article| {
            let id = article.id.rsplit('/').next().unwrap();
            (f1(&gold[id].1, &article.text), id)
        })
        .collect();
    figures.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mean = |figures: &[&(f64, &str)]| figures.iter().map(|figure| figure.0).sum::<f64>() / figures.len() as f64;
    let all: Vec<_> = figures.iter().collect();
    let halves = [0, 1].map(|wanted| mean(&figures.iter().filter(|(_, id)| half(id) == wanted).collect::<Vec<_>>()));
    println!("mean F1 over word 4-grams {:.4}, halves {:.4} {:.4}", mean(&all), halves[0], halves[1]);
    println!("lowest: {:?}", &figures[..10]);
    assert!(mean(&all) >= FLOOR, "mean F1 {:.4}", mean(&all));
}

/// The links of a scan of the gold texts and the extracted ones together: `g` and `p` before the id of the page.
#[test]
fn extracted_texts_link_as_gold_texts_do() {
    let Some(gold) = gold() else { return };
    let (pages, _) = read(vec![Input::Path(Path::new(PAGES).join("pages"))]);
    let host = |url: &str| url.split('/').nth(2).unwrap_or_default().to_owned();
    let mut both = Vec::new();
    for page in &pages {
        let id = page.id.rsplit('/').next().unwrap();
        let (url, text) = &gold[id];
        both.push(written(format!("g{id}"), host(url), text));
        both.push(written(format!("p{id}"), format!("copy.{}", host(url)), &page.text));
    }
    let findings = scanned(&both);
    let found = links(&findings);
    let mut relations = BTreeMap::new();
    let mut missing = Vec::new();
    for id in gold.keys() {
        match found.get(&(format!("g{id}").as_str(), format!("p{id}").as_str())) {
            Some(relation) => *relations.entry(relation.name()).or_insert(0) += 1,
            None => missing.push(id),
        }
    }
    // Some pages do carry the same story. What the gold texts link, the extracted ones should, too, and nothing else.
    let pairs_of = |one: char, other: char| {
        let of = |(a, b): &(&str, &str)| a.starts_with(one) && b.starts_with(other) && a[1..] != b[1..];
        found.keys().filter(|pair| of(pair)).map(|(a, b)| (a[1..].to_owned(), b[1..].to_owned())).collect::<Vec<_>>()
    };
    let (gold_links, page_links) = (pairs_of('g', 'g'), pairs_of('p', 'p'));
    println!("{} of {} pages are linked with their gold text: {relations:?}", gold.len() - missing.len(), gold.len());
    println!(
        "links between different pages: gold {gold_links:?}, extracted {page_links:?}, across {:?}",
        pairs_of('g', 'p')
    );
    assert!(missing.is_empty(), "{missing:?}");
    assert!(gold_links.iter().all(|pair| page_links.contains(pair)));
    // Two press releases of one company end in the same paragraphs on it, which are furniture to the gold texts alone.
    assert!(page_links.len() <= gold_links.len() + 1, "{page_links:?}");
}

/// The longest that a damaged page may take, on a slow machine without optimisation. An undamaged one takes a tenth of
/// a second there.
const PATIENCE: Duration = Duration::from_secs(20);

/// Reads damaged pages: each is one article or one reject, and none takes long.
fn read_damaged(pages: &[Vec<u8>]) {
    let folder = TempDir::new().unwrap();
    for (number, page) in pages.iter().enumerate() {
        std::fs::write(folder.path().join(format!("{number}.html")), page).unwrap();
    }
    let started = Instant::now();
    let (articles, rejects) = read(vec![Input::Path(folder.path().into())]);
    assert_eq!(articles.len() + rejects.len(), pages.len(), "{rejects:?}");
    assert!(started.elapsed() < PATIENCE * pages.len() as u32, "{:?}", started.elapsed());
}

/// A page with so many bytes changed.
fn flipped(page: &[u8], count: usize, seed: u64) -> Vec<u8> {
    let mut generator = Generator::new(seed);
    let mut page = page.to_vec();
    for _ in 0..count {
        let place = generator.below(page.len());
        page[place] = generator.below(256) as u8;
    }
    page
}

fn damaged(page: &[u8], seed: u64) -> Vec<Vec<u8>> {
    let cut = (0..10).map(|tenth| page[..page.len() * tenth / 10].to_vec());
    cut.chain([20, 500].map(|count| flipped(page, count, seed))).collect()
}

#[test]
fn damaged_invented_pages() {
    for number in 0..5 {
        let page = articles::page(number, &Generator::new(number as u64).article());
        read_damaged(&damaged(page.as_bytes(), number as u64));
    }
}

#[test]
fn damaged_real_pages() {
    let Some(gold) = gold() else { return };
    let mut ids: Vec<_> = gold.keys().collect();
    ids.sort();
    for (number, id) in ids.iter().enumerate() {
        let packed = std::fs::File::open(Path::new(PAGES).join(format!("pages/{id}.html.gz"))).unwrap();
        let mut page = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(packed), &mut page).unwrap();
        read_damaged(&damaged(&page, number as u64));
    }
}
