//! What a finished scan has read, to read it again.

use std::path::{Path, PathBuf};

use crate::program::failure::Failure;
use crate::read::Input;
use crate::report::load;
use crate::settings::Settings;

/// The inputs of a finished scan, all of which are there.
pub struct Finished {
    pub inputs: Vec<PathBuf>,
    pub settings: Settings,
    pub articles: u64,
}

impl Finished {
    /// Those of the scan in `folder`; `instead` says what to do if they are not at hand.
    pub fn in_folder(folder: &Path, instead: &str) -> anyhow::Result<Finished> {
        let manifest = load::manifest(folder)?;
        let settings: Settings = serde_json::from_value(manifest.settings).map_err(|cause| {
            Failure::new(
                format!("cannot use the settings of the scan in {}: {cause}", folder.display()),
                format!("it was made by wirecopy {}; {instead}", manifest.version),
            )
        })?;
        let settings = settings.checked()?;
        if manifest.inputs.iter().any(|input| input == "-") {
            let what = format!("the scan in {} read standard input, which is gone", folder.display());
            return Err(Failure::new(what, instead).into());
        }
        let inputs: Vec<PathBuf> = manifest.inputs.iter().map(PathBuf::from).collect();
        if let Some(missing) = inputs.iter().find(|path| !Input::is_address(&path.to_string_lossy()) && !path.exists())
        {
            let what = format!("{}, an input of the scan in {}, is missing", missing.display(), folder.display());
            return Err(Failure::new(what, format!("run this where the scan was run, or {instead}")).into());
        }
        Ok(Finished { inputs, settings, articles: manifest.counts.articles })
    }
}
