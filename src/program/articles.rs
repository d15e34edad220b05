//! Articles that the user names: by id in a corpus, or by file.

use std::fs;
use std::path::{Path, PathBuf};

use crate::analysis::Analysis;
use crate::article::{Article, ArticleId, Reject};
use crate::corpus::Corpus;
use crate::disk::Workspace;
use crate::error::Error;
use crate::pipeline::analyse;
use crate::program::console::Console;
use crate::program::failure::Failure;
use crate::program::inputs;
use crate::program::progress::Bars;
use crate::read::{self, Input};
use crate::settings::Settings;

/// A corpus that was analysed, and the articles that the user named.
pub struct Named {
    pub corpus: Corpus,
    pub analysis: Analysis,
    pub articles: Vec<ArticleId>,
}

impl Named {
    /// The articles with these ids in the corpus of `paths`; without paths, the articles of the files that `names` name, which
    /// then are the whole corpus.
    pub fn of(names: &[&str], paths: &[PathBuf], settings: &Settings, console: &Console) -> anyhow::Result<Named> {
        let bars = Bars::new(console.talk);
        let (mut corpus, articles) = if paths.is_empty() {
            let articles =
                names.iter().map(|name| in_file(name, settings)).collect::<anyhow::Result<Vec<Article>>>()?;
            let numbers = (0..articles.len() as u32).map(ArticleId).collect();
            (Corpus::within(&Workspace::default(), articles, settings)?, numbers)
        } else {
            let inputs = paths.iter().map(|path| inputs::named(path)).collect::<Result<Vec<Input>, Error>>()?;
            let corpus = Corpus::read(inputs, settings, &bars)?;
            let ids: Vec<String> = corpus.articles.iter().map(|article| article.id.clone()).collect();
            let found = names.iter().map(|name| in_corpus(name, &ids));
            let articles = found.collect::<anyhow::Result<Vec<ArticleId>>>()?;
            (corpus, articles)
        };
        let analysis = analyse(&mut corpus, settings, &bars);
        bars.finish();
        Ok(Named { corpus, analysis: analysis?, articles })
    }
}

fn in_corpus(id: &str, ids: &[String]) -> anyhow::Result<ArticleId> {
    let place = ids.iter().position(|known| known == id);
    match place {
        Some(place) => Ok(ArticleId(place as u32)),
        None => Err(Failure::new(format!("no article {id} in the corpus"), nearest_ids(id, ids)).into()),
    }
}

/// A hint that names the ids most like `id`.
fn nearest_ids(id: &str, ids: &[String]) -> String {
    /// Ids that are named.
    const NAMED: usize = 3;
    /// Similarity from which an id might be meant.
    const ALIKE: f64 = 0.7;
    let likeness = |other: &str| {
        // An id that holds the whole of what was asked for is more like it than any other.
        let inside = if id.len() > 2 && other.contains(id) { 1.0 } else { 0.0 };
        inside + strsim::jaro_winkler(id, other)
    };
    let all = ids.iter().map(|id| (likeness(id), id.as_str()));
    let mut alike: Vec<(f64, &str)> = all.filter(|(likeness, _)| *likeness >= ALIKE).collect();
    alike.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(y.1)));
    let named: Vec<&str> = alike.iter().take(NAMED).map(|(_, id)| *id).collect();
    if named.is_empty() {
        let first = ids.first().map_or(String::new(), |first| format!(", such as {first}"));
        return format!("none is like it; ids are those of the table members{first}");
    }
    format!("nearest: {}", named.join(", "))
}

/// Which article of a file.
#[derive(Debug, PartialEq, Eq)]
enum Which<'a> {
    First,
    Id(&'a str),
    Record(u64),
}

/// The file and the article in it that `name` means; `exists` tells whether a file of that name is there.
fn parsed<'a>(name: &'a str, exists: impl Fn(&str) -> bool) -> (&'a str, Which<'a>) {
    if exists(name) {
        return (name, Which::First);
    }
    // An id may hold the sign, too; so the shortest name of a file counts.
    for (place, _) in name.match_indices('#') {
        if exists(&name[..place]) {
            return (&name[..place], Which::Id(&name[place + 1..]));
        }
    }
    match name.rsplit_once(':') {
        Some((path, record)) if exists(path) => {
            record.parse().map_or((name, Which::First), |record| (path, Which::Record(record)))
        }
        _ => (name, Which::First),
    }
}

fn in_file(name: &str, settings: &Settings) -> anyhow::Result<Article> {
    let (path, which) = parsed(name, |path| Path::new(path).is_file());
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
            let hint = "an article is FILE, FILE#ID or FILE:RECORD; for ids alone, name the corpus with --corpus";
            return Err(Failure::new(format!("no file {path}"), hint).into());
        }
        Err(cause) => return Err(Error::io("read", path, cause).into()),
    };
    if metadata.is_dir() {
        let hint = format!("name a file in it, or an id with --corpus {path}");
        return Err(Failure::new(format!("{path} is a folder, not an article"), hint).into());
    }
    let found = read::sources(vec![Input::Path(path.into())], &settings.read)?;
    let mapping = read::Mapping::new(&settings.read)?;
    let mut ids = read::UniqueIds::new();
    let (mut articles, mut rejects) = (Vec::new(), Vec::new());
    for chunk in read::chunks(found.sources, &settings.read, &mapping) {
        let parsed = chunk.parse(&mapping);
        rejects.extend(parsed.rejects);
        for mut article in parsed.articles {
            ids.claim(&mut article);
            let wanted = match which {
                Which::First => true,
                Which::Id(id) => article.id == id,
                Which::Record(record) => article.location.record == record,
            };
            if wanted {
                return Ok(article);
            }
            article.text = String::new();
            articles.push(article);
        }
    }
    let what = match &which {
        Which::First => format!("no article in {path}"),
        Which::Id(id) => format!("no article {id} in {path}"),
        Which::Record(record) => format!("no article at record {record} of {path}"),
    };
    let rejected = |reject: &&Reject| match &which {
        Which::Record(record) => reject.record == *record,
        _ => true,
    };
    let hint = match (&which, rejects.iter().find(rejected)) {
        (Which::Id(id), _) if !articles.is_empty() => {
            nearest_ids(id, &articles.iter().map(|article| article.id.clone()).collect::<Vec<_>>())
        }
        (_, Some(reject)) => format!("record {} was rejected: {}", reject.record, reject.reason),
        _ => format!("it has {} articles", articles.len()),
    };
    Err(Failure::new(what, hint).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_articles_in_files() {
        let exists = |path: &str| ["a.jsonl", "b:3", "c#d"].contains(&path);
        for (name, path, which) in [
            ("a.jsonl", "a.jsonl", Which::First),
            ("a.jsonl#x#1", "a.jsonl", Which::Id("x#1")),
            ("a.jsonl:17", "a.jsonl", Which::Record(17)),
            ("b:3", "b:3", Which::First),
            ("b:3:4", "b:3", Which::Record(4)),
            ("c#d", "c#d", Which::First),
            ("c#d#e", "c#d", Which::Id("e")),
            ("a.jsonl:x", "a.jsonl:x", Which::First),
            ("no", "no", Which::First),
        ] {
            assert_eq!(parsed(name, exists), (path, which), "{name}");
        }
    }
}
