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

use super::compress::Compression;
use super::format::{Characters, Format, Opened, Opening, Shape};

/// tar or zip: files in a file.
pub(super) struct Files;

impl Format for Files {
    fn name(&self) -> &'static str {
        "tar and zip archives of such files"
    }

    fn endings(&self) -> &'static [&'static str] {
        &[".tar", ".zip"]
    }

    fn packed_endings(&self) -> &'static [(&'static str, Compression)] {
        &[
            (".tgz", Compression::Gzip),
            (".tbz2", Compression::Bzip2),
            (".tbz", Compression::Bzip2),
            (".txz", Compression::Xz),
            (".tzst", Compression::Zstd),
        ]
    }

    fn certain(&self, head: &[u8], has_ending: bool) -> Option<Shape> {
        if is_zip(head) {
            return Some(Shape::opened("zip", Characters::None, zip));
        }
        tar::is_header(head, has_ending).then(|| {
            Shape::opened("tar", Characters::None, |opening| {
                Ok(Opened::Archive(Box::new(tar::Tar::new(opening.feed.take_reader()))))
            })
        })
    }

    fn named(&self, _: &[u8]) -> Result<Shape, &'static str> {
        Err("a tar or zip archive")
    }
}

fn zip<'m>(opening: &mut Opening<'_, 'm>) -> Result<Opened<'m>, String> {
    let file = (opening.seekable)(opening.feed)?.open().map_err(|error| format!("cannot be read: {error}"))?;
    Ok(Opened::Archive(Box::new(zip::Zip::open(file)?)))
}

/// Whether these first bytes are those of a zip archive.
fn is_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
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
