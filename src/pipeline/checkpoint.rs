//! Stages that need not be done again: what an earlier run of the same scan made of them was kept.
//!
//! A scan that was told to ([`Workspace::keep_stages`]) keeps what each of four stages made as soon as it has ended: what was
//! read, the classes, what passages taught, and the pairs that were compared, the latter in two files. What follows from
//! these in less time than it takes to read them, as the phrase model does, is made again. The fingerprint of a scan names
//! the folder, so that another corpus or other settings find nothing.

use std::cell::{Cell, RefCell};

use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use crate::article::Reject;
use crate::disk::{KeptReader, KeptWriter, Workspace};
use crate::error::{Error, Result};
use crate::progress::{Progress, Stage};
use crate::settings::Settings;

/// A file of the input, and what shows that it has changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InputFile {
    /// As it was named or found, which the tables show.
    pub path: String,
    /// The same from the root on: a working directory may hold other files by the same names.
    pub full_path: String,
    /// Its size.
    pub size_bytes: u64,
    /// When it was changed last, in nanoseconds since 1970.
    pub modified_nanoseconds: i128,
}

/// What tells a scan from every other one: two with the same fingerprint find the same.
///
/// `files` are in the order in which they are read; `rejects` are those that could not be looked at.
pub fn fingerprint(settings: &Settings, files: &[InputFile], rejects: &[Reject]) -> u64 {
    let scan = (env!("CARGO_PKG_VERSION"), settings, files, rejects);
    xxh3_64(&postcard::to_stdvec(&scan).expect("settings and files are numbers, texts and lists of known length"))
}

/// The finished stages of a scan: taken from an earlier run, or made and kept for a later one.
pub struct Checkpoints<'p> {
    workspace: &'p Workspace,
    /// Who is told how far the scan is.
    pub progress: &'p dyn Progress,
    /// Stages that an earlier run has kept.
    taken: RefCell<Vec<&'static str>>,
    /// Whether the user knows where the scan goes on.
    told: Cell<bool>,
    /// Whether a stage could not be kept: later ones need no less room.
    gave_up: Cell<bool>,
}

impl<'p> Checkpoints<'p> {
    /// Those of the scan that goes on in this workspace. Nothing is kept there unless it was asked for.
    pub fn of(workspace: &'p Workspace, progress: &'p dyn Progress) -> Self {
        Checkpoints {
            workspace,
            progress,
            taken: RefCell::default(),
            told: Cell::new(false),
            gave_up: Cell::new(false),
        }
    }

    /// What `load` makes of what was kept of a stage, or what `make` makes, which is kept by `save`.
    pub fn stage<T>(
        &self,
        stage: Stage,
        load: impl FnOnce(&mut KeptReader) -> Result<T>,
        make: impl FnOnce() -> Result<T>,
        save: impl FnOnce(&T, &mut KeptWriter) -> Result<()>,
    ) -> Result<T> {
        if let Some(product) = self.taken(stage, load)? {
            return Ok(product);
        }
        let product = make()?;
        self.keep(stage, |to| save(&product, to))?;
        Ok(product)
    }

    /// What `load` makes of what was kept of a stage, if that is there and whole.
    pub fn taken<T>(&self, stage: Stage, load: impl FnOnce(&mut KeptReader) -> Result<T>) -> Result<Option<T>> {
        let Some(kept) = self.workspace.kept() else { return Ok(None) };
        let found = kept.open_stage(stage).unwrap_or_else(|damaged| {
            self.progress.warn(&format!("{damaged}; that stage is done again"));
            None
        });
        let Some(mut reader) = found else {
            self.tell(stage);
            return Ok(None);
        };
        self.progress.begin(stage, None);
        let product = load(&mut reader)?;
        self.go_on()?;
        self.taken.borrow_mut().push(stage.name());
        Ok(Some(product))
    }

    /// Keeps what `save` writes of a stage that has ended. If that cannot be done, the scan goes on without.
    pub fn keep(&self, stage: Stage, save: impl FnOnce(&mut KeptWriter) -> Result<()>) -> Result<()> {
        let Some(kept) = self.workspace.kept().filter(|_| !self.gave_up.get()) else { return Ok(()) };
        let saved = kept.save(stage, |to| {
            save(to)?;
            // What could not be read from a temporary file was written as if it were empty.
            self.workspace.check()
        });
        match saved {
            Err(Error::Io { path, source, .. }) => {
                self.gave_up.set(true);
                let what = format!("cannot keep what was made so far in {}: {source}", path.display());
                self.progress.warn(&format!("{what}; the scan goes on, and keeps no more"));
                Ok(())
            }
            saved => saved,
        }
    }

    /// Tells the user, once, that the scan goes on with `stage`, which has to be made.
    pub fn tell(&self, stage: Stage) {
        let Some(kept) = self.workspace.kept().filter(|_| !self.told.replace(true)) else { return };
        let folder = kept.folder().display();
        let taken = self.taken.borrow();
        self.progress.tell(&match &taken[..] {
            [] => format!("nothing to continue: starts from the beginning, and keeps finished stages in {folder}"),
            taken => format!("continues with {}: {} taken from {folder}", stage.name(), taken.join(", ")),
        });
    }

    /// An error if the run should end.
    pub fn go_on(&self) -> Result<()> {
        if self.progress.cancelled() { Err(Error::Cancelled) } else { self.workspace.check() }
    }
}
