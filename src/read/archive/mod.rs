//! Archives of files: tar as a stream, zip by its directory. Each member is a source of its own, called
//! `ARCHIVE!/MEMBER`, in the order of the archive.
//!
//! Nothing is unpacked to a place that a member's name says: names are shown and never opened, so `../../x` is only an odd
//! name. Members are read one after the other as streams, so memory is that of a source; a zip that does not come from a
//! file, or lies in another archive, is copied to the workspace first, since its directory stands at its end. Against
//! bombs there are the limit of a record, which holds for members as for files, and a limit to how deep archives nest; how
//! long a read takes is bounded only by how much there is to read.

mod tar;
mod zip;

use std::io::Read;
use std::sync::Arc;

use crate::disk::SharedFile;

/// How deep archives may lie in one another: an archive of archives, as monthly deliveries are, and no more.
pub(super) const DEEPEST: usize = 2;

/// An archive that is being read.
pub(super) enum Archive {
    Tar(tar::Tar),
    Zip(zip::Zip),
}

/// What an archive gives next.
pub(super) enum Next {
    /// A file.
    Member(Member),
    /// A file that cannot be read, or the archive itself where no name is given, and why.
    Damaged { name: Option<String>, reason: String },
}

/// A file in an archive.
pub(super) struct Member {
    /// Its name in the archive, without `./` in front.
    pub(super) name: String,
    pub(super) reader: Box<dyn Read + Send>,
}

impl Archive {
    /// A tar archive; its bytes come as they are needed.
    pub(super) fn tar(input: Box<dyn Read + Send>) -> Archive {
        Archive::Tar(tar::Tar::new(input))
    }

    /// A zip archive in a file.
    pub(super) fn zip(file: Arc<SharedFile>) -> Result<Archive, String> {
        zip::Zip::open(file).map(Archive::Zip)
    }

    /// The next file. Folders, links and the like are passed over.
    pub(super) fn next(&mut self) -> Option<Next> {
        match self {
            Archive::Tar(tar) => tar.next(),
            Archive::Zip(zip) => zip.next(),
        }
    }
}

/// Whether these first bytes are those of a tar archive. One of the oldest kind has no mark; its checksum is looked at if
/// the name promises an archive.
pub(super) fn is_tar(head: &[u8], is_named_so: bool) -> bool {
    tar::is_header(head, is_named_so)
}

/// Whether these first bytes are those of a zip archive.
pub(super) fn is_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

/// Whether a member is hidden, as files in folders can be, or what a Mac adds to archives.
pub(super) fn is_hidden(name: &str) -> bool {
    name.split('/').any(|part| (part.starts_with('.') && part != "..") || part == "__MACOSX")
}

/// A name as it is shown: as text, with `/` between folders and nothing in front.
fn shown(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name).replace('\\', "/");
    let mut name = name.as_str();
    while let Some(rest) = name.strip_prefix("./") {
        name = rest;
    }
    name.to_owned()
}

#[cfg(test)]
mod tests;
