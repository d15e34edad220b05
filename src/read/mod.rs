//! Stand-in while the readers are built elsewhere; replaced on merging.

use std::io::Read;
use std::path::PathBuf;

/// One thing to read.
pub enum Input {
    /// A file or folder.
    Path(PathBuf),
    /// An open stream.
    Stream {
        /// Its name in reports.
        name: String,
        /// Its bytes.
        reader: Box<dyn Read + Send>,
    },
}
