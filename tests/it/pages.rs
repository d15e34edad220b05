//! How much of a page's article is found, and how little else: the pages under `../shared/html` and their main text.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;
use wirecopy::article::{Article, Reject};
use wirecopy::read::{self, Input, Mapping};
use wirecopy::settings::ReadSettings;

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

/// How often each run of four words occurs; of fewer words the one run they are. A word is a run of letters and digits, in
/// lower case.
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
