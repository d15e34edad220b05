//! One corpus in every format: the same articles give the same stories and the same pairs.
//!
//! A format is one line of the table: how its files are called, and how articles are written in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};
use wirecopy::findings::Findings;
use wirecopy::pipeline;
use wirecopy::progress::Silent;
use wirecopy::read::{self, Input};
use wirecopy::settings::Settings;

use crate::corpora::{demonstration_records, links, project, stories};
use crate::crawled;
use crate::program::run;

/// An article to write, with what every format can say.
pub struct Written {
    pub id: String,
    pub url: String,
    pub source: String,
    pub title: String,
    pub date: String,
    pub language: String,
    pub text: String,
}

/// How many articles are written.
const ARTICLES: usize = 40;

fn articles() -> Vec<Written> {
    let field = |record: &Value, name: &str| record[name].as_str().unwrap_or_default().to_owned();
    demonstration_records()
        .iter()
        .filter(|record| record["language"] == "en" && record["date_publish"].is_string())
        .take(ARTICLES)
        .map(|record| Written {
            id: field(record, "id"),
            url: field(record, "url"),
            source: field(record, "source"),
            title: field(record, "title"),
            date: field(record, "date_publish"),
            language: field(record, "language"),
            text: field(record, "maintext"),
        })
        .collect()
}

/// Files of a corpus: name and bytes.
type Files = Vec<(String, Vec<u8>)>;

/// What a format says of an article besides its text.
#[derive(Clone, Copy, PartialEq)]
enum Says {
    /// All that there is.
    Everything,
    /// Nothing.
    Nothing,
}

/// Name, what it says, and how it is written.
type Row = (&'static str, Says, fn(&[Written]) -> Files);

const FORMATS: &[Row] = &[
    ("JSON array", Says::Everything, |articles| one("a.json", json!(objects(articles)).to_string())),
    ("JSON in an object", Says::Everything, |articles| {
        one("a.json", json!({"articles": objects(articles)}).to_string())
    }),
    ("CSV", Says::Everything, |articles| one("a.csv", table(articles, b','))),
    ("TSV", Says::Everything, |articles| one("a.tsv", table(articles, b'\t'))),
    ("text", Says::Nothing, texts),
    ("gzip", Says::Everything, |articles| one("a.jsonl.gz", gzip(&lines(articles)))),
    ("zstd", Says::Everything, |articles| one("a.jsonl.zst", zstd::encode_all(&lines(articles)[..], 1).unwrap())),
    ("bzip2", Says::Everything, |articles| one("a.jsonl.bz2", bzip2(&lines(articles)))),
    ("xz", Says::Everything, |articles| one("a.jsonl.xz", xz(&lines(articles)))),
    ("tar", Says::Everything, |articles| one("a.tar", tar(&shards(articles)))),
    ("tar of texts, packed", Says::Nothing, |articles| one("a.tgz", gzip(&tar(&texts(articles))))),
    ("zip", Says::Everything, |articles| one("a.zip", zip(&shards(articles)))),
    #[cfg(feature = "parquet")]
    ("Parquet", Says::Everything, |articles| one("a.parquet", columnar::parquet(articles))),
    #[cfg(feature = "parquet")]
    ("Arrow file", Says::Everything, |articles| one("a.arrow", columnar::arrow_file(articles))),
    #[cfg(feature = "parquet")]
    ("Arrow stream", Says::Everything, |articles| one("a.arrows", columnar::arrow_stream(articles))),
    ("RSS", Says::Everything, |articles| one("a.rss", rss(articles))),
    ("Atom", Says::Everything, |articles| one("a.atom", atom(articles))),
    ("JSON Feed", Says::Everything, |articles| one("a.json", json_feed(articles))),
    ("NITF", Says::Everything, |articles| each(articles, "xml", nitf)),
    ("NewsML-G2", Says::Everything, |articles| one("a.xml", newsml(articles))),
    ("ninjs 1", Says::Everything, |articles| each(articles, "json", ninjs_1)),
    ("ninjs 2", Says::Everything, |articles| each(articles, "json", ninjs_2)),
    ("XML records", Says::Everything, |articles| one("a.xml", records(articles))),
    ("HTML", Says::Everything, |articles| each(articles, "html", crawled::page)),
    ("XHTML", Says::Everything, |articles| each(articles, "xhtml", crawled::xhtml)),
    ("XHTML named XML", Says::Everything, |articles| each(articles, "xml", crawled::xhtml)),
    ("WARC", Says::Everything, |articles| one("a.warc", crawled::warc(articles))),
    ("WARC packed by records", Says::Everything, |articles| one("a.warc.gz", crawled::packed_warc(articles))),
    ("WET", Says::Everything, |articles| one("a.warc.wet.gz", crawled::wet(articles))),
];

#[test]
fn every_format_gives_the_same_stories_and_pairs() {
    let articles = articles();
    assert_eq!(articles.len(), ARTICLES);
    let full = Result::of(&one("a.jsonl", lines(&articles)));
    assert!(full.stories.len() > 3 && full.links.len() > 20, "{} {}", full.stories.len(), full.links.len());
    let bare: String = articles.iter().map(|a| format!("{}\n", json!({"id": a.id, "text": a.text}))).collect();
    let bare = Result::of(&one("a.jsonl", bare));
    for (name, says, write) in FORMATS {
        let result = Result::of(&write(&articles));
        let expected = if *says == Says::Everything { &full } else { &bare };
        assert_eq!(result.ids, expected.ids, "{name}");
        assert_eq!(result.stories, expected.stories, "{name}");
        assert_eq!(result.links, expected.links, "{name}");
    }
}

/// The same in JSON as a person sees it.
#[test]
fn an_inspection_names_what_it_found() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in shards(&articles()) {
        fs::write(folder.path().join(name.replace('/', "-")), bytes).unwrap();
    }
    fs::write(folder.path().join("a.zip"), zip(&shards(&articles()))).unwrap();
    fs::write(folder.path().join("broken.zip"), "PK\x03\x04").unwrap();
    fs::write(folder.path().join("picture.png"), "").unwrap();
    let (out, _) = run(folder.path(), &["inspect", ".", "--format", "json", "--first", "15"], 0);
    let found: Value = serde_json::from_str(&out).unwrap();
    let group = &found["groups"][0];
    assert_eq!(group["format"], "JSON lines");
    assert_eq!(group["first_file"], "a.zip!/part/00.jsonl");
    assert_eq!((&group["files"], &group["records"], &group["complete"]), (&json!(8), &json!(15), &json!(false)));
    assert_eq!(
        group["fields"][0],
        json!({"field": "text", "articles": 15, "names": [{"name": "maintext", "records": 15}]})
    );
    assert_eq!(found["unread"][0]["path"], "broken.zip");
    assert_eq!(found["passed_over"], 1);
}

/// What a scan found, by ids.
#[derive(Debug, PartialEq)]
struct Result {
    ids: BTreeSet<String>,
    stories: BTreeSet<BTreeSet<String>>,
    links: BTreeMap<(String, String), String>,
}

impl Result {
    fn of(files: &Files) -> Result {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        let findings = pipeline::scan(vec![Input::Path(folder.path().into())], &Settings::default(), &Silent).unwrap();
        assert!(findings.rejects.is_empty(), "{:?}", findings.rejects);
        Result::from(&findings, folder.path())
    }

    fn from(findings: &Findings, folder: &Path) -> Result {
        // The id of a text is its path.
        let short = |id: &str| {
            let id = id.strip_prefix(&*folder.to_string_lossy()).unwrap_or(id);
            id.rsplit('/').next().unwrap_or(id).to_owned()
        };
        let ids = findings.members.iter().map(|member| short(&member.id)).collect();
        let stories = stories(findings).iter().map(|story| story.iter().map(|id| short(id)).collect()).collect();
        let pair = |(a, b): &(&str, &str)| {
            let (a, b) = (short(a), short(b));
            if a < b { (a, b) } else { (b, a) }
        };
        let links = links(findings).iter().map(|(ids, relation)| (pair(ids), relation.name().to_owned())).collect();
        Result { ids, stories, links }
    }
}

fn one(name: &str, bytes: impl Into<Vec<u8>>) -> Files {
    vec![(name.to_owned(), bytes.into())]
}

/// A file for each article.
fn each(articles: &[Written], ending: &str, write: fn(&Written) -> String) -> Files {
    articles.iter().map(|article| (format!("{}.{ending}", article.id), write(article).into_bytes())).collect()
}

fn objects(articles: &[Written]) -> Vec<Value> {
    let object = |a: &Written| {
        json!({"id": a.id, "url": a.url, "source": a.source, "title": a.title, "date_publish": a.date,
            "language": a.language, "maintext": a.text})
    };
    articles.iter().map(object).collect()
}

fn lines(articles: &[Written]) -> Vec<u8> {
    objects(articles).iter().map(|object| format!("{object}\n")).collect::<String>().into_bytes()
}

/// JSON lines in files of ten articles.
fn shards(articles: &[Written]) -> Files {
    let name = |place: usize| format!("part/{place:02}.jsonl");
    articles.chunks(10).enumerate().map(|(place, shard)| (name(place), lines(shard))).collect()
}

fn texts(articles: &[Written]) -> Files {
    articles.iter().map(|article| (format!("{}.txt", article.id), article.text.clone().into_bytes())).collect()
}

fn table(articles: &[Written], delimiter: u8) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    writer.write_record(["id", "url", "source", "title", "date", "language", "text"]).unwrap();
    for a in articles {
        writer.write_record([&a.id, &a.url, &a.source, &a.title, &a.date, &a.language, &a.text]).unwrap();
    }
    writer.into_inner().unwrap()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ::bzip2::write::BzEncoder::new(Vec::new(), ::bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut writer = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn tar(files: &Files) -> Vec<u8> {
    let mut builder = ::tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = ::tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        builder.append_data(&mut header, name, &bytes[..]).unwrap();
    }
    builder.into_inner().unwrap()
}

fn zip(files: &Files) -> Vec<u8> {
    let mut out = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut out);
    for (name, bytes) in files {
        let method = rawzip::CompressionMethod::DEFLATE;
        let (mut entry, config) = archive.new_file(name.as_str()).compression_method(method).start().unwrap();
        let mut writer = config.wrap(flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::fast()));
        writer.write_all(bytes).unwrap();
        let (encoder, descriptor) = writer.finish().unwrap();
        encoder.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    out
}

pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The text as HTML or XHTML.
pub fn paragraphs(text: &str) -> String {
    let paragraph = |text: &str| format!("<p>{}</p>", escaped(text).replace('\n', "<br/>"));
    text.split("\n\n").map(paragraph).collect::<Vec<_>>().join("\n")
}

fn rss(articles: &[Written]) -> String {
    let mut feed = String::from("<?xml version=\"1.0\"?>\n<rss version=\"2.0\"><channel><title>All</title>\n");
    for a in articles {
        let html = paragraphs(&a.text);
        let [id, url, source, title, date] = [&a.id, &a.url, &a.source, &a.title, &a.date].map(|text| escaped(text));
        writeln!(
            feed,
            "<item><guid isPermaLink=\"false\">{id}</guid><link>{url}</link><source>{source}</source>\
             <title>{title}</title><pubDate>{date}</pubDate><language>{}</language>\
             <description>A summary.</description><content:encoded><![CDATA[{html}]]></content:encoded></item>",
            a.language
        )
        .unwrap();
    }
    feed + "</channel></rss>\n"
}

fn atom(articles: &[Written]) -> String {
    let mut feed = String::from("<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>All</title>\n");
    for a in articles {
        let xhtml = paragraphs(&a.text);
        let [id, url, source, title, date] = [&a.id, &a.url, &a.source, &a.title, &a.date].map(|text| escaped(text));
        writeln!(
            feed,
            "<entry xml:lang=\"{}\"><id>{id}</id><link href=\"{url}\"/><source><title>{source}</title></source>\
             <title>{title}</title><published>{date}</published><summary>A summary.</summary>\
             <content type=\"xhtml\"><div>{xhtml}</div></content></entry>",
            a.language
        )
        .unwrap();
    }
    feed + "</feed>\n"
}

fn json_feed(articles: &[Written]) -> String {
    let item = |a: &Written| {
        json!({"id": a.id, "url": a.url, "source": a.source, "title": a.title, "date_published": a.date,
            "language": a.language, "summary": "A summary.", "content_html": paragraphs(&a.text)})
    };
    let items: Vec<Value> = articles.iter().map(item).collect();
    json!({"version": "https://jsonfeed.org/version/1.1", "title": "All", "authors": [{"name": "N"}], "items": items})
        .to_string()
}

fn nitf(a: &Written) -> String {
    let [id, url, source, title, date] = [&a.id, &a.url, &a.source, &a.title, &a.date].map(|text| escaped(text));
    format!(
        "<?xml version=\"1.0\"?>\n<nitf xml:lang=\"{}\"><head><docdata><doc-id id-string=\"{id}\"/>\
         <date.issue norm=\"{date}\"/></docdata><pubdata name=\"{source}\" ex-ref=\"{url}\"/></head><body>\
         <body.head><hedline><hl1>{title}</hl1></hedline></body.head><body.content>{}</body.content></body></nitf>",
        a.language,
        paragraphs(&a.text)
    )
}

fn newsml(articles: &[Written]) -> String {
    let mut message = String::from("<newsMessage><itemSet>\n");
    for a in articles {
        let [id, source, title, date] = [&a.id, &a.source, &a.title, &a.date].map(|text| escaped(text));
        writeln!(
            message,
            "<newsItem guid=\"{id}\" xml:lang=\"{}\"><itemMeta><itemClass qcode=\"ninat:text\"/>\
             <provider literal=\"{source}\"/><firstCreated>{date}</firstCreated></itemMeta>\
             <contentMeta><headline>{title}</headline></contentMeta><contentSet><inlineXML><html><body>{}</body></html>\
             </inlineXML></contentSet></newsItem>",
            a.language,
            paragraphs(&a.text)
        )
        .unwrap();
    }
    message + "</itemSet></newsMessage>\n"
}

fn ninjs_1(a: &Written) -> String {
    json!({"uri": a.id, "type": "text", "versioncreated": a.date, "firstcreated": a.date, "language": a.language,
        "headline": a.title, "source": a.source, "url": a.url, "body_xhtml": paragraphs(&a.text)})
    .to_string()
}

fn ninjs_2(a: &Written) -> String {
    json!({"uri": a.id, "type": "text", "firstCreated": a.date, "language": a.language, "url": a.url,
        "headlines": [{"role": "main", "value": a.title}],
        "bodies": [{"role": "main", "contentType": "text/html", "value": paragraphs(&a.text)}],
        "infoSources": [{"name": a.source}]})
    .to_string()
}

fn records(articles: &[Written]) -> String {
    let mut items = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<items>\n");
    for a in articles {
        let values: [&String; 7] = [&a.id, &a.url, &a.source, &a.title, &a.date, &a.language, &a.text];
        let names = ["id", "url", "source", "title", "date", "language", "text"];
        let fields: String =
            names.iter().zip(values).map(|(name, value)| format!("<{name}>{}</{name}>", escaped(value))).collect();
        writeln!(items, "<item>{fields}</item>").unwrap();
    }
    items + "</items>\n"
}

#[cfg(feature = "parquet")]
mod columnar {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, RecordBatch, StringArray, StructArray};
    use arrow_schema::{DataType, Field};

    use super::Written;

    /// The address lies in a struct, as data sets have it.
    fn batch(articles: &[Written]) -> RecordBatch {
        let column = |of: fn(&Written) -> &String| -> ArrayRef {
            Arc::new(articles.iter().map(|article| Some(of(article).as_str())).collect::<StringArray>())
        };
        let url = (Arc::new(Field::new("url", DataType::Utf8, true)), column(|a| &a.url));
        RecordBatch::try_from_iter([
            ("id", column(|a| &a.id)),
            ("source_domain", column(|a| &a.source)),
            ("title", column(|a| &a.title)),
            ("date", column(|a| &a.date)),
            ("language", column(|a| &a.language)),
            ("metadata", Arc::new(StructArray::from(vec![url])) as ArrayRef),
            ("text", column(|a| &a.text)),
        ])
        .unwrap()
    }

    fn batches(articles: &[Written]) -> Vec<RecordBatch> {
        articles.chunks(13).map(batch).collect()
    }

    pub fn parquet(articles: &[Written]) -> Vec<u8> {
        let batches = batches(articles);
        let mut out = Vec::new();
        let mut writer = parquet::arrow::ArrowWriter::try_new(&mut out, batches[0].schema(), None).unwrap();
        for batch in &batches {
            writer.write(batch).unwrap();
            writer.flush().unwrap();
        }
        writer.close().unwrap();
        out
    }

    pub fn arrow_file(articles: &[Written]) -> Vec<u8> {
        let batches = batches(articles);
        let mut writer = arrow_ipc::writer::FileWriter::try_new(Vec::new(), &batches[0].schema()).unwrap();
        batches.iter().for_each(|batch| writer.write(batch).unwrap());
        writer.into_inner().unwrap()
    }

    pub fn arrow_stream(articles: &[Written]) -> Vec<u8> {
        let batches = batches(articles);
        let mut writer = arrow_ipc::writer::StreamWriter::try_new(Vec::new(), &batches[0].schema()).unwrap();
        batches.iter().for_each(|batch| writer.write(batch).unwrap());
        writer.into_inner().unwrap()
    }
}

/// The rows of the tables in the documentation that have a column of endings, as what stands in that column.
fn rows_of_endings(folder: &Path, rows: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_documentation = path.components().any(|component| component.as_os_str() == "docs");
        if path.is_dir() && is_documentation {
            rows_of_endings(&path, rows);
        }
        if path.extension().is_none_or(|ending| ending != "md") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let mut column = None;
        for line in text.lines() {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            if !line.starts_with('|') {
                column = None;
            } else if column.is_none() {
                column = cells.iter().position(|cell| *cell == "endings");
            } else if let Some(cell) = column.and_then(|column| cells.get(column)) {
                rows.push((*cell).to_owned());
            }
        }
    }
}

#[test]
fn every_ending_that_is_shown_is_one_of_the_table() {
    let known: BTreeSet<&str> = read::formats().flat_map(|(_, endings)| endings).collect();
    let mut rows = Vec::new();
    rows_of_endings(project(), &mut rows);
    let shown: BTreeSet<&str> =
        rows.iter().flat_map(|row| row.split('`').skip(1).step_by(2)).filter(|word| word.starts_with('.')).collect();
    assert!(shown.is_subset(&known), "{shown:?} {known:?}");
    // Those that stand for a compression, too, are shown by an example.
    let missing: Vec<&&str> = known.difference(&shown).filter(|ending| !ending.starts_with(".t")).collect();
    assert!(missing.is_empty() && shown.contains(".tgz"), "{missing:?}");
    let (help, _) = run(project(), &["scan", "--help"], 0);
    let (_, error) = run(project(), &["scan", "templates"], 2);
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for (name, endings) in read::formats() {
        assert!(words(&help).contains(name), "{name}: {help}");
        assert!(error.contains(&endings[0][1..]), "{error}");
    }
}
