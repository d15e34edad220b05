//! `wirecopy clean`: writes a corpus again without duplicates.
//!
//! Only files that can be written again are scanned, so that no article is dropped for one that is left out.

use std::path::{Path, PathBuf};

use crate::disk::Workspace;
use crate::error::Error;
use crate::findings::Findings;
use crate::findings::clean::{Reason, looked_for, reasons};
use crate::pipeline;
use crate::program::args::{CleanArgs, Format};
use crate::program::commands::scan::{pool, temp_dir};
use crate::program::config::Config;
use crate::program::console::{Console, Talk};
use crate::program::failure::Failure;
use crate::program::mirror::{all_or_none, checked, names, raising};
use crate::program::progress::Bars;
use crate::program::staging::{Staged, staged};
use crate::read::{Input, Leavable, Leave, Left, Mapping, Record, Source, may_be_of, sources};
use crate::report::clean::{Cleaned, LeftOut};
use crate::settings::{ReadSettings, Settings};

pub fn run(args: &CleanArgs, config: Config, console: &Console) -> anyhow::Result<()> {
    let settings = with_drops(config.settings, args);
    let mapping = Mapping::new(&settings.read)?;
    let mut cleaned = Cleaned::default();
    let files = writable(&args.corpus, &settings.read, &mapping, &mut cleaned)?;
    let names = names(&args.corpus, &files)?;
    checked(&args.out, &args.corpus, &files, &names, args.force)?;

    let workspace = Workspace::limited(temp_dir(&args.run)?, args.run.memory.as_u64());
    let bars = Bars::new(console.talk);
    let pool = pool(&args.run)?;
    let paths: Vec<PathBuf> = files.iter().filter_map(|file| Some(file.file()?.into())).collect();
    let inputs = paths.iter().cloned().map(Input::Path).collect();
    let scanned = pool.install(|| pipeline::scan_within(&workspace, inputs, &settings, &bars));
    bars.finish();
    let findings = scanned?;
    let reasons = reasons(&findings, &args.drop)?;
    cleaned.explain(&findings, &reasons);

    let mut cleaning =
        Cleaning { findings: &findings, reasons: &reasons, next: 0, settings: &settings.read, mapping: &mapping };
    pool.install(|| {
        all_or_none(&args.out, |waiting| {
            cleaning.stage(&args.out, &paths, &names, &mut cleaned, waiting)?;
            // Nothing of these is left.
            Ok(cleaned.empty.clone())
        })
    })?;
    for LeftOut { path, reason } in &cleaned.left_out {
        console.tell(&format!("warning: left out {path}: it cannot be written again ({reason})"));
    }
    for LeftOut { path, reason } in &cleaned.damaged {
        console.tell(&format!("warning: {path}: {reason}; what comes before was written"));
    }
    console.print(|out| match args.format {
        Format::Text => cleaned.write_text(console.talk == Talk::Verbose, out),
        Format::Json => cleaned.write_json(out),
    })
}

/// The settings of the scan. Where only copies go, only copies are looked for.
fn with_drops(mut settings: Settings, args: &CleanArgs) -> Settings {
    settings.relate.relations = looked_for(settings.relate.relations, &args.drop);
    settings
}

/// The files of the corpus that can be written again; an error if there are none.
fn writable(
    corpus: &[PathBuf],
    settings: &ReadSettings,
    mapping: &Mapping,
    cleaned: &mut Cleaned,
) -> anyhow::Result<Vec<Source>> {
    let is_no_file = |path: &&PathBuf| *path == Path::new("-") || Input::is_address(&path.to_string_lossy());
    if let Some(other) = corpus.iter().find(is_no_file) {
        let what = format!("cannot write {} again: it is no file", other.display());
        return Err(Failure::new(what, "write it to a file, and name that").into());
    }
    let found = sources(corpus.iter().cloned().map(Input::Path).collect(), settings)?;
    let mut files = Vec::new();
    for file in found.sources {
        let no = match Leave::open(&file, settings, mapping) {
            Leavable::Yes(_) => None,
            Leavable::No(reason) => Some(LeftOut { path: file.path.to_string(), reason }),
        };
        match no {
            Some(left_out) => cleaned.left_out.push(left_out),
            None => files.push(file),
        }
    }
    match cleaned.left_out.first() {
        Some(LeftOut { path, reason }) if files.is_empty() => {
            let what = format!("no file of the corpus can be written again without a record ({path}: {reason})");
            Err(Failure::new(what, "wirecopy scan --out DIR lists what to keep in keep.txt").into())
        }
        _ => Ok(files),
    }
}

/// The corpus on its way into another folder.
struct Cleaning<'c> {
    findings: &'c Findings,
    reasons: &'c [Option<Reason>],
    /// The next article.
    next: usize,
    settings: &'c ReadSettings,
    mapping: &'c Mapping,
}

impl Cleaning<'_> {
    fn stage(
        &mut self,
        target: &Path,
        paths: &[PathBuf],
        names: &[String],
        cleaned: &mut Cleaned,
        waiting: &mut Vec<Staged>,
    ) -> anyhow::Result<()> {
        for (path, name) in paths.iter().zip(names) {
            let found = sources(vec![Input::Path(path.clone())], self.settings)?.sources;
            let changed = || Error::Changed(format!("{} is not what it was", path.display()));
            let file = found.first().ok_or_else(changed)?;
            let Leavable::Yes(leave) = Leave::open(file, self.settings, self.mapping) else {
                return Err(changed().into());
            };
            let mut left = Left::default();
            let written = raising(|raise| {
                staged(target, name, |out| raise(leave.write(&mut |record| self.keep(record), out).map(|it| left = it)))
            })?;
            cleaned.kept += left.kept;
            cleaned.rejected += left.rejected;
            cleaned.unchanged += left.unchanged;
            if let Some(reason) = left.damage.take() {
                cleaned.damaged.push(LeftOut { path: file.path.to_string(), reason });
            }
            if left.is_empty() {
                cleaned.empty.push(name.clone());
            } else {
                cleaned.files.push(name.clone());
                waiting.push(written);
            }
        }
        if let Some(member) = (self.next < self.reasons.len()).then(|| self.findings.members.get(self.next)) {
            let location = &member.location;
            return Err(Error::Changed(format!("record {} of {} is missing", location.record, location.path)).into());
        }
        // Rows may lie in temporary files.
        Ok(self.findings.workspace.check()?)
    }

    /// Whether a record is kept; an error if it is not the one that was scanned.
    fn keep(&mut self, record: Record<'_>) -> Result<bool, Error> {
        let Record::Article(article) = record else { return Ok(false) };
        let here = &article.location;
        let known = (self.next < self.reasons.len()).then(|| self.findings.members.get(self.next));
        if known.is_none_or(|member| member.location != *here || !may_be_of(&member.id, article)) {
            return Err(Error::Changed(format!("record {} of {} is another one", here.record, here.path)));
        }
        let reason = self.reasons[self.next];
        self.next += 1;
        Ok(reason.is_none())
    }
}
