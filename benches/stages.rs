//! One benchmark a stage, and all of them from end to end, on invented articles of 2.5 KB. Each checks its answer first.
//!
//! `cargo bench` runs them all, `cargo bench classes` one.

use std::io::Cursor;
use std::path::Path;
use std::sync::{LazyLock, OnceLock};

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use wirecopy::article::{Article, ArticleId, Location};
use wirecopy::bucket::candidates::Candidate;
use wirecopy::bucket::classes::{Buckets, Classes};
use wirecopy::bucket::passages::Postings;
use wirecopy::corpus::Corpus;
use wirecopy::credit::{Agencies, credit};
use wirecopy::findings::Findings;
use wirecopy::learn::lexicon::Lexicon;
use wirecopy::learn::phrases::PhraseModel;
use wirecopy::learn::stock::Stock;
use wirecopy::learn::{self, Learned};
use wirecopy::pipeline;
use wirecopy::progress::Silent;
use wirecopy::read::{self, Input, Mapping};
use wirecopy::report::{Table, TableFormat};
use wirecopy::settings::Settings;
use wirecopy::sketch::Sketch;
use wirecopy::story::{self, Hold, Link};
use wirecopy::text::Tokenizer;
use wirecopy::verify::{Circumstances, Comparer, Context, Limits};

mod articles;

use articles::TAKES;

/// Articles in the benchmarks: 5 MB of text.
const ARTICLES: usize = 2_000;
const STORIES: usize = ARTICLES / TAKES;

static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| articles::corpus(ARTICLES));

static LINES: LazyLock<String> = LazyLock::new(|| {
    let record = |(number, text): (usize, &String)| {
        let source = format!("outlet{}.example", number % 50);
        format!("{}\n", serde_json::json!({"id": format!("a{number}"), "source": source, "text": text}))
    };
    TEXTS.iter().enumerate().map(record).collect()
});

static CORPUS: LazyLock<Corpus> =
    LazyLock::new(|| Corpus::read(input(), &Settings::default(), &Silent).expect("the invented articles can be read"));

static CLASSES: LazyLock<Classes> = LazyLock::new(classes_of_corpus);

fn main() {
    divan::main();
}

fn input() -> Vec<Input> {
    vec![Input::Stream { name: "invented.jsonl".into(), reader: Box::new(Cursor::new(LINES.as_bytes())) }]
}

/// The first, second and third take of a story.
fn takes(story: usize) -> [ArticleId; 3] {
    [0, 1, 2].map(|take| ArticleId((story * TAKES + take) as u32))
}

#[divan::bench(sample_count = 20)]
fn read(bencher: Bencher) {
    let settings = Settings::default().read;
    let mapping = Mapping::new(&settings).expect("the default mapping is valid");
    let read = || {
        let found = read::sources(input(), &settings).expect("a stream is found");
        read::chunks(found.sources, &settings, &mapping)
            .map(|chunk| chunk.parse(&mapping).articles.len())
            .sum::<usize>()
    };
    assert_eq!(read(), ARTICLES);
    bencher.counter(BytesCount::of_str(LINES.as_str())).bench_local(read);
}

/// How many articles of archives or pages are read.
fn articles_in(name: &str, bytes: &[u8]) -> usize {
    let settings = Settings::default().read;
    let mapping = Mapping::new(&settings).expect("the default mapping is valid");
    let input = Input::Stream { name: name.into(), reader: Box::new(Cursor::new(bytes.to_vec())) };
    let found = read::sources(vec![input], &settings).expect("a stream is found");
    read::chunks(found.sources, &settings, &mapping).map(|chunk| chunk.parse(&mapping).articles.len()).sum()
}

/// Pages of 90 KB, as a folder of them is read: a page a file.
#[divan::bench(sample_count = 10)]
fn read_html(bencher: Bencher) {
    const PAGES: usize = 50;
    let pages: Vec<String> = (0..PAGES).map(|number| articles::page(number, &paragraphs(number))).collect();
    let read = || pages.iter().map(|page| articles_in("page", page.as_bytes())).sum::<usize>();
    assert_eq!(read(), PAGES);
    let bytes: usize = pages.iter().map(String::len).sum();
    bencher.counter(ItemsCount::new(PAGES)).counter(BytesCount::new(bytes)).bench_local(read);
}

/// An archive of texts, 2.5 KB each.
#[divan::bench(sample_count = 10)]
fn read_wet(bencher: Bencher) {
    let archive: Vec<u8> = TEXTS.iter().enumerate().flat_map(|(number, text)| articles::record(number, text)).collect();
    let read = || articles_in("archive", &archive);
    assert_eq!(read(), ARTICLES);
    bencher.counter(BytesCount::new(archive.len())).bench_local(read);
}

/// An archive of pages that are cut and not read.
#[divan::bench(sample_count = 10)]
fn cut_warc(bencher: Bencher) {
    const PAGES: usize = 500;
    let page = |number| articles::response(number, &articles::page(number, &paragraphs(number)));
    static ARCHIVE: OnceLock<Vec<u8>> = OnceLock::new();
    let archive = ARCHIVE.get_or_init(|| (0..PAGES).flat_map(page).collect());
    let settings = Settings::default().read;
    let mapping = Mapping::new(&settings).expect("the default mapping is valid");
    let cut = || {
        let input = Input::Stream { name: "archive".into(), reader: Box::new(Cursor::new(archive.as_slice())) };
        let found = read::sources(vec![input], &settings).expect("a stream is found");
        read::chunks(found.sources, &settings, &mapping).map(|chunk| chunk.bytes_read()).sum::<u64>()
    };
    assert!(cut() >= archive.len() as u64);
    bencher.counter(BytesCount::new(archive.len())).bench_local(cut);
}

/// The paragraphs of an article.
fn paragraphs(number: usize) -> Vec<String> {
    TEXTS[number].split("\n\n").map(str::to_owned).collect()
}

#[divan::bench(sample_count = 20)]
fn tokenise(bencher: Bencher) {
    let mut tokenizer = Tokenizer::new();
    for text in TEXTS.iter() {
        assert_eq!(tokenizer.tokens(text).len(), text.split_whitespace().count());
    }
    let bytes: usize = TEXTS.iter().map(String::len).sum();
    bencher
        .counter(BytesCount::new(bytes))
        .bench_local(|| TEXTS.iter().map(|text| tokenizer.tokens(black_box(text)).len()).sum::<usize>());
}

/// One article of ten has a dateline; the others name an agency in the end, or nowhere. All have an address, as scraped ones do.
#[divan::bench(sample_count = 50)]
fn credits(bencher: Bencher) {
    let article = |(number, text): (usize, &String)| {
        let text = match number % 10 {
            0 => format!("PARIS (AFP) - {text}"),
            1 => format!("{text}\n\nThe minister told Reuters on Tuesday that nothing had been decided."),
            _ => text.clone(),
        };
        let url = format!("https://www.outlet{}.example/news/World/2026/03/10/story-{number}.html", number % 50);
        let source = format!("outlet{}.example", number % 50);
        let article = Article::new(format!("a{number}"), text, Location::default());
        Article { url: Some(url), source: Some(source), ..article }
    };
    let articles: Vec<Article> = TEXTS.iter().enumerate().map(article).collect();
    let agencies = Agencies::builtin();
    let credited = || articles.iter().filter(|article| credit(article, &article.text, agencies).is_some()).count();
    assert_eq!(credited(), ARTICLES / 10);
    bencher.counter(ItemsCount::new(ARTICLES)).bench_local(credited);
}

#[divan::bench(sample_count = 20)]
fn words(bencher: Bencher) {
    let mut tokenizer = Tokenizer::new();
    for text in TEXTS.iter() {
        let ids = tokenizer.tokens(text).ids.clone();
        assert_eq!(tokenizer.words(text), ids);
    }
    let bytes: usize = TEXTS.iter().map(String::len).sum();
    bencher
        .counter(BytesCount::new(bytes))
        .bench_local(|| TEXTS.iter().map(|text| tokenizer.words(black_box(text)).len()).sum::<usize>());
}

/// The demonstration corpus in one language after another.
#[divan::bench(sample_count = 20, args = ["ar", "de", "en", "es", "fr", "ru", "zh"])]
fn tokenise_language(bencher: Bencher, language: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("data/corpus/{language}.jsonl"));
    let settings = Settings::default();
    let corpus =
        Corpus::read(vec![Input::Path(path)], &settings, &Silent).expect("the demonstration corpus can be read");
    let texts: Vec<_> = corpus.spool.articles().map(|article| corpus.spool.text(article)).collect();
    let bytes = texts.iter().map(|text| text.len()).sum::<usize>();
    assert!(bytes > 40_000);
    let mut tokenizer = Tokenizer::new();
    bencher
        .counter(BytesCount::new(bytes))
        .bench_local(|| texts.iter().map(|text| tokenizer.tokens(black_box(text)).len()).sum::<usize>());
}

#[divan::bench(sample_count = 20)]
fn sketch(bencher: Bencher) {
    let mut scratch = Vec::new();
    let mut sketch = |article: ArticleId| Sketch::of(&CORPUS.spool.words(article), &mut scratch);
    let [first, copy, _] = takes(0).map(&mut sketch);
    let other = sketch(takes(1)[0]);
    assert!(first.estimate(&copy) > 0.8 && first.estimate(&other) < 0.1);
    bencher.counter(ItemsCount::new(ARTICLES)).bench_local(|| {
        for article in CORPUS.spool.articles() {
            black_box(sketch(article));
        }
    });
}

fn classes_of_corpus() -> Classes {
    let buckets = Buckets::of(&CORPUS.keys, &CORPUS.spool, &|| {});
    Classes::of(buckets, &CORPUS.keys, &CORPUS.spool, &CORPUS.shingles, Settings::default().near.threshold)
}

#[divan::bench(sample_count = 20)]
fn classes(bencher: Bencher) {
    let found = classes_of_corpus();
    // Each story's copy is of its first article's class, and nothing else is.
    assert_eq!(found.leaders.len(), ARTICLES - STORIES);
    bencher.counter(ItemsCount::new(ARTICLES)).bench_local(classes_of_corpus);
}

fn candidates() -> Vec<(ArticleId, ArticleId)> {
    let workspace = &CORPUS.workspace;
    let texts = CORPUS.text_rows(&CLASSES);
    let found: Vec<Candidate> = Postings::of(&CLASSES.texts, &CORPUS.spool, workspace, &|_| {})
        .and_then(|postings| learn::unlearned(&postings, &texts, workspace))
        .expect("nothing is written where memory has no limit");
    found.into_iter().map(|pair| (pair.a, pair.b)).collect()
}

#[divan::bench(sample_count = 20)]
fn shared_passages(bencher: Bencher) {
    let found = candidates();
    for [first, _, rewrite] in (0..STORIES).map(takes) {
        let pair = (CLASSES.near[first.index()], rewrite);
        assert!(found.binary_search(&pair).is_ok(), "{pair:?}");
    }
    bencher.counter(ItemsCount::new(ARTICLES)).bench_local(candidates);
}

#[divan::bench(sample_count = 20)]
fn verify(bencher: Bencher) {
    let phrases = PhraseModel::of(&CLASSES.leaders, &CORPUS.spool).expect("nothing goes to disk");
    let lexicon = Lexicon::of(&phrases, &CORPUS.spool, &CLASSES.leaders);
    let learned = Learned { phrases, lexicon, stock: Stock::default() };
    let settings = Settings::default();
    let limits = Limits::of(settings.near.threshold, &settings.relate);
    let shingles = &CORPUS.shingles;
    let context = Context { spool: &CORPUS.spool, shingles, learned: Some(&learned), limits };
    let evidence = |story: usize| {
        let [first, copy, rewrite] = takes(story);
        let mut comparer = Comparer::of(first, context);
        [copy, rewrite].map(|other| comparer.evidence(other, Circumstances::default()))
    };
    for [copy, rewrite] in (0..STORIES).map(evidence) {
        assert!(copy.overlap.jaccard() > 0.8 && rewrite.overlap.jaccard() < 0.4 && rewrite.bits > 60.0);
    }
    bencher.counter(ItemsCount::new(2 * STORIES)).bench_local(|| {
        for story in 0..STORIES {
            black_box(evidence(story));
        }
    });
}

#[divan::bench(sample_count = 20)]
fn stories(bencher: Bencher) {
    // Ten takes a story, all linked to all by the same part.
    let link = |a, b| Link { a, b, hold: Hold::Version, share: 0.0, parts: [vec![(0, 100)], vec![(0, 100)]] };
    let mut links = Vec::new();
    for place in 0..ARTICLES {
        links.extend((place + 1..ARTICLES.min(place / 10 * 10 + 10)).map(|other| link(place, other)));
    }
    let linkage = Settings::default().story.linkage;
    let found = || story::stories(ARTICLES, &links, story::Joining::Average(linkage));
    assert_eq!(found().stories.len(), ARTICLES / 10);
    bencher.counter(ItemsCount::new(links.len())).bench_local(found);
}

#[divan::bench(sample_count = 20)]
fn report(bencher: Bencher) {
    let findings = scan();
    let mut tables = Vec::new();
    let mut write = || {
        tables.clear();
        for table in Table::ALL {
            table.write(&findings, TableFormat::Jsonl, &mut tables).expect("memory can be written to");
        }
        tables.iter().filter(|&&byte| byte == b'\n').count()
    };
    let rows = [findings.members.len(), findings.pairs.len(), findings.stories.len(), findings.passages.len()];
    assert_eq!(write(), rows.iter().sum::<usize>());
    bencher.counter(ItemsCount::new(ARTICLES)).bench_local(write);
}

fn scan() -> Findings {
    pipeline::scan(input(), &Settings::default(), &Silent).expect("the invented articles can be scanned")
}

#[divan::bench(sample_count = 10)]
fn end_to_end(bencher: Bencher) {
    let findings = scan();
    // The article that is nobody's story has none.
    let alone = |place: usize| place % TAKES == 3;
    assert!(findings.members.iter().enumerate().all(|(place, member)| member.story.is_none() == alone(place)));
    assert_eq!(findings.stories.len(), STORIES);
    bencher.counter(ItemsCount::new(ARTICLES)).bench_local(scan);
}
