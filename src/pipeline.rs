//! Stand-in while the detector is built elsewhere; replaced on merging.
use crate::{
    error::{Error, Result},
    findings::Findings,
    progress::{Progress, Stage},
    read,
    settings::Settings,
};
/// Stand-in.
pub fn scan(inputs: Vec<read::Input>, _settings: &Settings, progress: &dyn Progress) -> Result<Findings> {
    let slow = inputs.iter().any(|input| matches!(input, read::Input::Path(path) if path.ends_with("slow.jsonl")));
    for stage in [Stage::Read, Stage::Verify] {
        progress.begin(stage, Some(1000));
        for _ in 0..if slow { 20 } else { 0 } {
            std::thread::sleep(std::time::Duration::from_millis(100));
            progress.advance(50);
            if progress.cancelled() {
                return Err(Error::Cancelled);
            }
        }
        progress.warn("invented warning\u{1b}[31m");
    }
    Ok(Findings::default())
}
