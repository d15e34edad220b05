//! What pairs are looked at with: an epoch.
//!
//! What a corpus taught ([`Learned`]) and how evidence is weighed ([`Judge`]), as one product with a fingerprint. Two scans
//! with one epoch answer alike about the same two texts. `docs/decisions/0016-epochs.md` says when a new one begins.

use std::path::Path;

use xxhash_rust::xxh3::xxh3_64;

use crate::disk::{KeptReader, KeptWriter};
use crate::error::Result;
use crate::learn::Learned;
use crate::relate::Judge;
use crate::settings::Settings;

/// What a corpus taught, and how evidence is weighed.
pub struct Epoch {
    /// What phrases and words are worth, and what belongs to no story.
    pub learned: Learned,
    /// Who judges.
    pub judge: Judge,
}

/// The settings that an epoch depends on beside its weights.
fn settings_fingerprint(settings: &Settings) -> u64 {
    let parts = (env!("CARGO_PKG_VERSION"), settings.wants_passages(), &settings.without);
    xxh3_64(&postcard::to_stdvec(&parts).expect("settings are numbers, texts and lists of known length"))
}

impl Epoch {
    /// What tells it from every other epoch: the same corpus, settings and version give the same.
    pub fn fingerprint(&self) -> u64 {
        let weights = postcard::to_stdvec(self.judge.weights()).expect("weights are numbers and names");
        let parts = (env!("CARGO_PKG_VERSION"), self.learned.fingerprint(), weights);
        xxh3_64(&postcard::to_stdvec(&parts).expect("numbers and texts"))
    }

    /// Writes it to a file, which appears when it is whole.
    ///
    /// Fails if the file cannot be written.
    pub fn seal(&self, path: &Path, settings: &Settings) -> Result<()> {
        KeptWriter::whole(path, settings_fingerprint(settings), |to| {
            to.row(self.judge.weights())?;
            self.learned.save(to)
        })
    }

    /// An epoch that was written, with the thresholds of these settings.
    ///
    /// Fails if it cannot be read, is damaged, or was made by another version or with other parts of the method.
    pub fn open(path: &Path, settings: &Settings) -> Result<Epoch> {
        let mut from = KeptReader::whole(path, settings_fingerprint(settings))?;
        let judge = Judge::with(from.row()?, settings);
        Ok(Epoch { learned: Learned::load(&mut from)?, judge })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::Corpus;
    use crate::pipeline;
    use crate::progress::Silent;
    use crate::read::Input;
    use crate::verify::Comparer;

    /// The epoch of a corpus is the same each time, and one that was put away compares as the one that was not.
    #[test]
    fn an_epoch_comes_back() {
        let settings = Settings::default();
        let input = || Input::Path(concat!(env!("CARGO_MANIFEST_DIR"), "/data/corpus/es.jsonl").into());
        let analysed = |input| {
            let mut corpus = Corpus::read(vec![input], &settings, &Silent).unwrap();
            let analysis = pipeline::analyse(&mut corpus, &settings, &Silent).unwrap();
            (corpus, analysis)
        };
        let (corpus, mut analysis) = analysed(input());
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("epoch");
        analysis.epoch.seal(&file, &settings).unwrap();
        let opened = Epoch::open(&file, &settings).unwrap();
        assert_eq!(opened.fingerprint(), analysis.epoch.fingerprint());
        assert_eq!(analysed(input()).1.epoch.fingerprint(), opened.fingerprint());

        let pairs: Vec<_> = analysis.compared.heads().iter().map(|head| (head.a, head.b)).collect();
        assert!(pairs.len() > 20);
        let evidence = |analysis: &crate::analysis::Analysis| -> Vec<_> {
            let context = analysis.context(&corpus, &settings);
            let of_pair = |&(a, b)| Comparer::of(a, context).evidence(b, analysis.circumstances(a, b));
            pairs.iter().map(of_pair).map(|evidence| (analysis.epoch.judge.judge(&evidence), evidence)).collect()
        };
        let before = evidence(&analysis);
        analysis.epoch = opened;
        assert!(evidence(&analysis) == before);

        let mut other = Settings::default();
        other.relate.relations = vec![crate::relation::Relation::NearDuplicate];
        assert!(Epoch::open(&file, &other).is_err());
    }
}
