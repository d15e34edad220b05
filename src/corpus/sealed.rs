//! A corpus that was read once and never has to be again: sealed in a file.
//!
//! A sealed file has the segments of the spool with everything else that reading made: articles, credits, content hashes, band
//! keys, dates, outlets, rejects. It is written once and never changed. Its header has the version of the format, a checksum,
//! and a fingerprint of the settings that reading depends on. It is little-endian: a machine of the other order refuses it.
//!
//! Several are opened side by side, yesterday's beside today's. What follows from all articles together, as unique ids and the
//! order by content do, is made then. So a corpus that was sealed in parts is the same as one that was read at once.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::{Corpus, Making};
use crate::article::Article;
use crate::disk::{KeptReader, KeptWriter, Workspace};
use crate::error::Result;
use crate::read::UniqueIds;
use crate::settings::Settings;

/// The settings that what is read depends on.
fn fingerprint(settings: &Settings) -> u64 {
    let Making { bands, tokenised, credited } = Making::of(settings);
    let bands = bands.map(|bands| (bands.bands, bands.rows));
    let reading = (env!("CARGO_PKG_VERSION"), &settings.read, &settings.origin, bands, tokenised, credited);
    xxh3_64(&postcard::to_stdvec(&reading).expect("settings are numbers, texts and lists of known length"))
}

impl Corpus {
    /// Writes everything that was read to a file, which appears when it is whole.
    ///
    /// Fails if the file cannot be written.
    pub fn seal(&self, path: &Path, settings: &Settings) -> Result<()> {
        KeptWriter::whole(path, fingerprint(settings), |to| self.save(to))
    }

    /// The corpus of files that were sealed, one after the other, as if their inputs had been read in this order.
    ///
    /// Fails if one cannot be read, is damaged, or was read by another version or with other settings.
    pub fn open(workspace: &Workspace, files: &[PathBuf], settings: &Settings) -> Result<Corpus> {
        let mut corpus = Corpus::empty(Making::of(settings), workspace);
        let mut ids = UniqueIds::new();
        for file in files {
            let mut from = KeptReader::whole(file, fingerprint(settings))?;
            corpus.extend(&mut from, |article| ids.claim(article))?;
        }
        corpus.rejects.sort();
        corpus.complete()
    }

    /// Writes everything that was read.
    pub fn save(&self, to: &mut KeptWriter) -> Result<()> {
        to.row(&self.files)?;
        to.rows(self.rejects.iter())?;
        to.row(&self.passed_over)?;
        self.keys.save(to)?;
        to.items(&self.published)?;
        to.items(&self.sources)?;
        to.items(&self.notices)?;
        self.credits.save(to)?;
        self.articles.save(to)?;
        self.spool.save(to)
    }

    /// The corpus that was written.
    pub fn load(workspace: &Workspace, settings: &Settings, from: &mut KeptReader) -> Result<Corpus> {
        let mut corpus = Corpus::empty(Making::of(settings), workspace);
        // Its ids were made unique when it was read.
        corpus.extend(from, |_| ())?;
        corpus.complete()
    }

    fn extend(&mut self, from: &mut KeptReader, mut claim: impl FnMut(&mut Article)) -> Result<()> {
        let first = self.len() as u32;
        self.files += from.row::<u64>()?;
        self.rejects.extend(from.rows()?);
        self.pass_over(from.row()?);
        self.keys.extend(from)?;
        self.published.extend(from.items::<i64>()?);
        self.sources.extend(from.items::<u64>()?);
        self.notices.extend(from.items::<u32>()?.into_iter().map(|notice| notice + first));
        for _ in 0..from.row::<u64>()? {
            self.credits.push(from.row()?)?;
        }
        let mut path: Arc<str> = "".into();
        for _ in 0..from.row::<u64>()? {
            let mut article: Article = from.row()?;
            // The articles of a file share its name, as they did when they were read.
            if article.location.path != path {
                path = article.location.path;
            }
            article.location.path = path.clone();
            claim(&mut article);
            self.articles.push(article)?;
        }
        self.spool.extend(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::UNDATED;
    use crate::error::Error;
    use crate::progress::Silent;
    use crate::read::Input;

    fn input(name: &str) -> Input {
        Input::Path(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/corpus").join(name))
    }

    fn read(inputs: Vec<Input>, settings: &Settings) -> Corpus {
        Corpus::read(inputs, settings, &Silent).unwrap()
    }

    #[test]
    fn what_was_sealed_in_parts_is_what_is_read_at_once() {
        let settings = Settings::default();
        let folder = tempfile::tempdir().unwrap();
        let names = ["en.jsonl", "es.jsonl", "es.jsonl"];
        let files: Vec<PathBuf> = (0..3).map(|part| folder.path().join(format!("{part}.sealed"))).collect();
        for (name, file) in names.iter().zip(&files) {
            read(vec![input(name)], &settings).seal(file, &settings).unwrap();
        }
        let workspace = Workspace::limited(folder.path(), 1 << 16);
        let opened = Corpus::open(&workspace, &files, &settings).unwrap();
        assert_eq!(opened.files, 3);
        let twin = read(names[..2].iter().map(|name| input(name)).collect(), &settings);
        assert!(opened.len() > twin.len() && !twin.is_empty());
        for article in twin.spool.articles() {
            let place = article.index();
            assert_eq!(opened.articles.get(place), twin.articles.get(place));
            assert_eq!(opened.content(article), twin.content(article));
            assert_eq!((opened.published[place], opened.sources[place]), (twin.published[place], twin.sources[place]));
            assert_eq!(opened.credits.get(place), twin.credits.get(place));
            assert_eq!(opened.spool.text(article), twin.spool.text(article));
            let (ours, theirs) = (opened.spool.document(article), twin.spool.document(article));
            assert!(ours.ids == theirs.ids && ours.marks == theirs.marks);
            assert_eq!(opened.spool.spans(article), twin.spool.spans(article));
        }
        // The second copy of a file has ids of its own.
        let mut ids: Vec<String> = (0..opened.len()).map(|place| opened.articles.get(place).id.clone()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), opened.len());
        assert!(opened.published.iter().any(|&at| at != UNDATED));
        workspace.check().unwrap();
    }

    #[test]
    fn what_was_read_otherwise_is_refused() {
        let settings = Settings::default();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sealed");
        read(vec![input("es.jsonl")], &settings).seal(&file, &settings).unwrap();
        let open = |settings: &Settings| Corpus::open(&Workspace::default(), std::slice::from_ref(&file), settings);
        let mut other = Settings::default();
        other.near.threshold = 0.5;
        let why = |opened: Result<Corpus>| match opened.err() {
            Some(Error::Io { action: "use", source, .. }) => source.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(why(open(&other)), "it was made with other settings");
        let mut bytes = std::fs::read(&file).unwrap();
        bytes[1000] ^= 1;
        std::fs::write(&file, bytes).unwrap();
        assert_eq!(why(open(&settings)), "it is damaged");
    }
}
