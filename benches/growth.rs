//! How does the cost of a scan grow where a corpus repeats itself? Families of texts at three sizes.
//!
//! `cargo bench --bench growth` prints, for each family and size, seconds, microseconds a unit, and that beside the smallest
//! size. One thread scans, so that seconds are those of a processor. What grows with the square shows as a ratio of three
//! and more.

use std::fmt::Write as _;
use std::io::Cursor;
use std::time::Instant;

use wirecopy::pipeline;
use wirecopy::progress::Silent;
use wirecopy::read::Input;
use wirecopy::settings::Settings;

#[allow(dead_code, reason = "others use the rest of it")]
mod articles;

use articles::Generator;

/// Makes the texts of a family, so many of them or so many words of each.
type Family = (&'static str, &'static str, [usize; 3], fn(usize) -> Vec<String>);

const FAMILIES: [Family; 6] = [
    ("a form with data of its own", "article", [1_000, 3_000, 10_000], forms),
    ("light edits of one text", "article", [1_000, 3_000, 10_000], light_edits),
    ("a pool of shared paragraphs", "article", [1_000, 3_000, 10_000], pool),
    ("articles of one word", "article", [20_000, 60_000, 200_000], one_word),
    ("two texts of one repeated word", "word", [50_000, 200_000, 800_000], repeated_word),
    ("four texts of one period", "word", [50_000, 200_000, 800_000], periodic),
];

/// Words of an invented paragraph or more, so many.
fn words(generator: &mut Generator, count: usize) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    while words.len() < count {
        words.extend(generator.paragraph().split_whitespace().map(str::to_owned));
    }
    words.truncate(count);
    words
}

/// A form of 300 words, in which each article has twenty of its own.
fn forms(count: usize) -> Vec<String> {
    let mut generator = Generator::new(5);
    let form = words(&mut generator, 300);
    let data = words(&mut generator, 5_000);
    let filled = |article: usize| {
        let mut text = form.clone();
        (0..20)
            .for_each(|slot| text[slot * 15 + 3] = format!("{}{}", data[(article * 37 + slot * 11) % 5_000], article));
        text.join(" ")
    };
    (0..count).map(filled).collect()
}

/// A text of 400 words, of which each article has five others.
fn light_edits(count: usize) -> Vec<String> {
    let mut generator = Generator::new(6);
    let text = words(&mut generator, 400);
    let others = words(&mut generator, 5_000);
    let edited = |article: usize| {
        let mut text = text.clone();
        (0..5).for_each(|edit| text[(article * 131 + edit * 83) % 400] = others[(article * 7 + edit) % 5_000].clone());
        text.join(" ")
    };
    (0..count).map(edited).collect()
}

/// Eight of two hundred paragraphs, and one of its own.
fn pool(count: usize) -> Vec<String> {
    let mut generator = Generator::new(7);
    let pool: Vec<String> = (0..200).map(|_| generator.paragraph()).collect();
    let mut mixed = |article: usize| {
        let mut text = generator.paragraph();
        (0..8).for_each(|place| {
            let _ = write!(text, "\n\n{}", pool[(article * 17 + place * 23 + article / 200) % 200]);
        });
        text
    };
    (0..count).map(&mut mixed).collect()
}

fn one_word(count: usize) -> Vec<String> {
    (0..count).map(|article| format!("word{}", article % (count / 2))).collect()
}

fn repeated_word(words: usize) -> Vec<String> {
    [words, words - 1000].map(|words| "word ".repeat(words)).to_vec()
}

fn periodic(count: usize) -> Vec<String> {
    let period = words(&mut Generator::new(8), 500).join(" ") + " ";
    (0..4).map(|text| format!("own{text} {}", period.repeat(count / 500))).collect()
}

/// Seconds that one thread takes to scan these texts.
fn seconds(texts: &[String]) -> f64 {
    let mut lines = String::new();
    for (number, text) in texts.iter().enumerate() {
        let source = format!("outlet{}.example", number % 40);
        let record = serde_json::json!({ "id": number.to_string(), "text": text, "source": source });
        let _ = writeln!(lines, "{record}");
    }
    let input = Input::Stream { name: "growth.jsonl".into(), reader: Box::new(Cursor::new(lines.into_bytes())) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool of one thread");
    let started = Instant::now();
    let scanned = pool.install(|| pipeline::scan(vec![input], &Settings::default(), &Silent));
    let findings = scanned.expect("invented articles can be scanned");
    assert_eq!(findings.counts.articles, texts.len() as u64, "every article is read");
    started.elapsed().as_secs_f64()
}

fn main() {
    // `cargo test --benches` asks whether it runs.
    let sizes = if std::env::args().any(|argument| argument == "--bench") { 3 } else { 0 };
    println!("{:<32} {:>9} {:>8} {:>10} {:>6}", "family", "size", "seconds", "us a unit", "ratio");
    for (name, unit, all, make) in FAMILIES {
        let mut first = None;
        for &size in &all[..sizes] {
            let seconds = seconds(&make(size));
            let each = seconds / size as f64 * 1e6;
            let ratio = each / *first.get_or_insert(each);
            println!("{name:<32} {size:>9} {seconds:>8.2} {each:>10.2} {ratio:>6.2}  a {unit}");
        }
    }
}
