//! The dialects of scrapers, data sets, feeds and agencies: what becomes of every field of an article.

use std::fmt::Write;
use std::fs;

use wirecopy::article::{Article, Moment};
use wirecopy::read::{Input, Mapping, UniqueIds, chunks, sources};
use wirecopy::settings::ReadSettings;

use crate::corpora::project;

/// An article with every field that it has, a line each; of a text paragraphs are parted by a bar.
fn shown(article: &Article) -> String {
    let Article {
        id,
        text,
        title,
        url,
        source,
        author,
        credit,
        dateline,
        copyright,
        based_on,
        version,
        lang,
        published,
        modified,
        crawled,
        location,
    } = article;
    let moment = |moment: &Option<Moment>| {
        moment.map(|moment| format!("{moment}{}", if moment.doubtful { " (doubtful)" } else { "" }))
    };
    let fields = [
        ("id", Some(id.clone())),
        ("title", title.clone()),
        ("url", url.clone()),
        ("source", source.clone()),
        ("author", author.clone()),
        ("credit", credit.clone()),
        ("dateline", dateline.clone()),
        ("copyright", copyright.clone()),
        ("based_on", based_on.clone()),
        ("version", version.clone()),
        ("lang", lang.clone()),
        ("published", moment(published)),
        ("modified", moment(modified)),
        ("crawled", moment(crawled)),
        ("text", Some(text.replace("\n\n", " || ").replace('\n', " | "))),
    ];
    let mut lines = format!("record {} at byte {}\n", location.record, location.byte_offset);
    for (name, value) in fields {
        if let Some(value) = value {
            writeln!(lines, "  {name:<9} {value}").unwrap();
        }
    }
    lines
}

#[test]
fn every_field_of_every_dialect() {
    let folder = project().join("tests/fixtures/dialects");
    let mut names: Vec<String> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert!(names.len() >= 20, "{names:?}");
    let settings = ReadSettings::default();
    let mapping = Mapping::new(&settings).unwrap();
    let mut page = String::new();
    for name in names {
        writeln!(page, "== {name}").unwrap();
        let found = sources(vec![Input::Path(folder.join(&name))], &settings).unwrap();
        let mut ids = UniqueIds::new();
        for chunk in chunks(found.sources, &settings, &mapping) {
            let mut parsed = chunk.parse(&mapping);
            for article in &mut parsed.articles {
                article.location.path = name.as_str().into();
                ids.claim(article);
                page.push_str(&shown(article));
            }
            for reject in &parsed.rejects {
                writeln!(page, "rejected {} at byte {}: {}", reject.record, reject.byte_offset, reject.reason).unwrap();
            }
        }
    }
    insta::assert_snapshot!(page);
}
