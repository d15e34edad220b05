//! Files of our own, and files that are written again.

use std::fs;
use std::path::Path;

use wirecopy::article::Article;
use wirecopy::check::baseline::Baseline;
use wirecopy::corpus::Corpus;
use wirecopy::disk::Workspace;
use wirecopy::read::{Input, Leavable, Leave, Mapping, Packing, Record, Rewritable, Rewrite, chunks, sources};
use wirecopy::report::check::baseline::write;
use wirecopy::report::{load, rows};
use wirecopy::score::Weights;
use wirecopy::settings::{ReadSettings, Settings};

/// A key is added to the records of a file; without it, the file is what it was.
pub fn rewrite(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    for name in ["a.jsonl", "a.json", "a.csv"] {
        let file = folder.path().join(name);
        fs::write(&file, bytes).expect("a temporary file");
        let settings = ReadSettings::default();
        let mapping = Mapping::new(&settings).expect("the fields that are usual are well-formed");
        let found = sources(vec![Input::Path(file)], &settings).expect("the file is there");
        let Ok(Rewritable::Yes(rewrite)) = Rewrite::open(&found.sources[0], &settings, &mapping) else { continue };
        let mut out = Vec::new();
        let mut value = |_: Record<'_>| Ok("\"added\"".to_owned());
        let Ok(written) = rewrite.write("wirecopy_added", Packing::None, &mut value, &mut out) else { continue };
        if written.records == 0 && written.damage.is_none() && !name.ends_with("csv") {
            assert!(out == bytes, "nothing was added, and {name} is another");
        }
    }
}

/// Every other record of a file is left out: what is kept are bytes of the file in their order.
pub fn leave(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let file = folder.path().join("a.jsonl");
    fs::write(&file, bytes).expect("a temporary file");
    let settings = ReadSettings::default();
    let mapping = Mapping::new(&settings).expect("the fields that are usual are well-formed");
    let found = sources(vec![Input::Path(file)], &settings).expect("the file is there");
    let Leavable::Yes(leave) = Leave::open(&found.sources[0], &settings, &mapping) else { return };
    let mut out = Vec::new();
    let mut number = 0;
    let mut keep = |_: Record<'_>| {
        number += 1;
        Ok(number % 2 == 0)
    };
    if leave.write(&mut keep, &mut out).is_ok() {
        let mut rest = bytes.iter();
        assert!(out.iter().all(|byte| rest.any(|other| other == byte)), "something is there that was not");
    }
}

/// A table of columns is written again without every other record, and with one more column. What is written can be read, and
/// has as many records.
pub fn columns(name: &str, bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let file = folder.path().join(name);
    fs::write(&file, bytes).expect("a temporary file");
    let settings = ReadSettings::default();
    let mapping = Mapping::new(&settings).expect("the fields that are usual are well-formed");
    let found = |file: &Path| sources(vec![Input::Path(file.into())], &settings).expect("the file is there").sources;
    let articles = |out: Vec<u8>| {
        let file = folder.path().join(format!("again-{name}"));
        fs::write(&file, out).expect("a temporary file");
        let chunks = chunks(found(&file), &settings, &mapping);
        chunks.map(|chunk| chunk.parse(&mapping).articles.len() as u64).sum::<u64>()
    };
    let before = found(&file);
    let (mut number, mut kept) = (0, 0);
    let mut keep = |record: Record<'_>| {
        number += 1;
        kept += u64::from(number % 2 == 0 && matches!(record, Record::Article(_)));
        Ok(number % 2 == 0)
    };
    let mut out = Vec::new();
    if let Leavable::Yes(leave) = Leave::open(&before[0], &settings, &mapping)
        && let Ok(left) = leave.write(&mut keep, &mut out)
    {
        assert_eq!(left.kept, kept);
        assert!(left.is_empty() || articles(out) == kept, "{kept} were kept");
    }
    let mut all = 0;
    let mut value = |record: Record<'_>| {
        all += u64::from(matches!(record, Record::Article(_)));
        Ok("\"added\"".to_owned())
    };
    let mut out = Vec::new();
    if let Ok(Rewritable::Yes(rewrite)) = Rewrite::open(&before[0], &settings, &mapping)
        && rewrite.write("wirecopy_added", Packing::Same, &mut value, &mut out).is_ok()
    {
        assert_eq!(articles(out), all);
    }
}

/// What was sealed is opened as it was; what was damaged since is refused.
pub fn sealed(bytes: &[u8]) {
    let Some((&at, text)) = bytes.split_first() else { return };
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let (file, settings, workspace) = (folder.path().join("sealed"), Settings::default(), Workspace::default());
    let article = Article { id: "a".into(), text: String::from_utf8_lossy(text).into(), ..Article::default() };
    let corpus = Corpus::within(&workspace, vec![article], &settings).expect("no file is needed");
    corpus.seal(&file, &settings).expect("a temporary file");
    let open = || Corpus::open(&workspace, std::slice::from_ref(&file), &settings);
    let opened = open().expect("it was sealed");
    let of = |corpus: &Corpus| corpus.spool.articles().map(|id| corpus.spool.text(id).into_owned()).collect::<Vec<_>>();
    assert_eq!(of(&opened), of(&corpus));
    let mut damaged = fs::read(&file).expect("it was sealed");
    let at = usize::from(at) * damaged.len() / 256;
    damaged[at] ^= 1 << (text.len() % 8);
    fs::write(&file, damaged).expect("a temporary file");
    assert!(open().is_err(), "byte {at} is another, and nobody says so");
}

/// A baseline is read or refused; one that was read is written and read as the same.
pub fn baseline(bytes: &[u8]) {
    if let Ok(baseline) = Baseline::read("baseline", bytes) {
        let written = |baseline: &Baseline| {
            let mut out = Vec::new();
            write(baseline, &mut out).expect("memory is written to");
            out
        };
        let text = written(&baseline);
        let again = Baseline::read("baseline", &text).expect("what is written is read");
        assert_eq!(written(&again), text);
    }
}

/// Settings are read and checked, or refused.
pub fn settings(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(settings) = toml::from_str::<Settings>(text)
        && let Ok(settings) = settings.checked()
    {
        let _ = Mapping::new(&settings.read);
    }
}

/// Weights are read or refused; those that were read are written and read as the same.
pub fn weights(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(weights) = Weights::parse(text) {
        let text = weights.to_toml();
        assert_eq!(Weights::parse(&text).expect("what is written is read").to_toml(), text);
    }
}

/// Tables that somebody changed are read or refused.
pub fn tables(bytes: &[u8]) {
    load::jsonl::<rows::MemberRow, _>("members", bytes).take(100).for_each(drop);
    load::jsonl::<rows::PairRow, _>("pairs", bytes).take(100).for_each(drop);
    if let Ok(rows) = load::csv::<rows::MemberRow, _>("members", bytes) {
        rows.take(100).for_each(drop);
    }
}
