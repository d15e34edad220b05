//! At which lines does a record stand?
//!
//! In: places in bytes. Out: lines, by counting line ends in each file once, a block at a time. Files that have no lines to
//! point at (compressed, binary, in an archive, standard input) give the number of the record, which in JSON lines is the
//! line of what is packed.

use std::fs::File;
use std::io::{BufReader, Read};

use memchr::memchr_iter;

use super::compress::Compression;
use super::format::Lines;
use super::formats::promised;
use crate::article::Location;

/// Where a record begins, and where the next article of its file does.
pub struct Extent {
    pub location: Location,
    pub ends: Option<u64>,
}

/// The first line of each record and the last that may be its own. Records of one file stand together.
pub fn lines(extents: &[Extent]) -> Vec<(u64, u64)> {
    let mut lines = Vec::with_capacity(extents.len());
    for file in extents.chunk_by(|x, y| x.location.path == y.location.path) {
        let path = &*file[0].location.path;
        let (compression, format) = promised(path);
        match format.map_or(Lines::Counted, |format| format.lines()) {
            Lines::All => lines.extend(file.iter().map(|_| (1, u64::MAX))),
            Lines::Numbered => lines.extend(file.iter().map(numbered)),
            _ if compression != Compression::None => lines.extend(file.iter().map(numbered)),
            _ => lines.extend(counted(path, file).unwrap_or_else(|| file.iter().map(numbered).collect())),
        }
    }
    lines
}

fn numbered(extent: &Extent) -> (u64, u64) {
    (extent.location.record, extent.location.record)
}

/// Lines by counting; nothing where the file has none, or its bytes are not those that were parsed.
fn counted(path: &str, file: &[Extent]) -> Option<Vec<(u64, u64)>> {
    /// What is looked at to tell binary files, those in UTF-16 and those that are packed under another name.
    const HEAD_BYTES: usize = 1 << 10;
    const BLOCK_BYTES: usize = 1 << 16;
    const PACKED: [&[u8]; 4] = [b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"];
    let file_on_disk = File::open(path).ok().filter(|file| file.metadata().is_ok_and(|data| data.is_file()))?;
    let mut reader = BufReader::with_capacity(BLOCK_BYTES, file_on_disk);
    let mut wanted: Vec<u64> =
        file.iter().flat_map(|extent| [Some(extent.location.byte_offset), extent.ends]).flatten().collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut line_of = Vec::with_capacity(wanted.len());
    let (mut offset, mut line) = (0, 1);
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        let length = reader.read(&mut block).ok()?;
        let bytes = &block[..length];
        if offset == 0 {
            let head = &bytes[..length.min(HEAD_BYTES)];
            if head.contains(&0) || PACKED.iter().any(|magic| head.starts_with(magic)) {
                return None;
            }
        }
        let mut counted_to = 0;
        while let Some(&next) = wanted.get(line_of.len()).filter(|&&next| next < offset + length as u64) {
            let place = (next - offset) as usize;
            line += memchr_iter(b'\n', &bytes[counted_to..place]).count() as u64;
            counted_to = place;
            line_of.push(line);
        }
        line += memchr_iter(b'\n', &bytes[counted_to..]).count() as u64;
        offset += length as u64;
        if length == 0 || line_of.len() == wanted.len() {
            break;
        }
    }
    let line_at = |offset: u64| wanted.binary_search(&offset).ok().and_then(|place| line_of.get(place)).copied();
    let lines = file.iter().map(|extent| {
        let first = line_at(extent.location.byte_offset)?;
        let last = extent.ends.map_or(Some(u64::MAX), |ends| line_at(ends).map(|next| first.max(next - 1)))?;
        Some((first, last))
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, content: &[u8], records: &[(u64, u64)], expected: &[(u64, u64)]) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let location =
            |&(record, byte_offset): &(u64, u64)| Location { path: path.to_str().unwrap().into(), record, byte_offset };
        let extents: Vec<Extent> = records
            .iter()
            .enumerate()
            .map(|(place, record)| Extent {
                location: location(record),
                ends: records.get(place + 1).map(|next| next.1),
            })
            .collect();
        assert_eq!(lines(&extents), expected, "{name}");
    }

    #[test]
    fn rows_of_several_lines_stand_where_they_begin() {
        let table = b"id,text\n1,\"two\nlines\"\n2,one\n3,x";
        check("a.csv", table, &[(1, 8), (2, 22), (3, 28)], &[(2, 3), (4, 4), (5, u64::MAX)]);
    }

    #[test]
    fn a_long_file_is_counted_block_by_block() {
        let table = "x\n".repeat(100_000);
        check(
            "a.tsv",
            table.as_bytes(),
            &[(1, 0), (2, 131_072), (3, 199_998)],
            &[(1, 65_536), (65_537, 99_999), (100_000, u64::MAX)],
        );
    }

    #[test]
    fn what_has_no_lines_is_numbered() {
        check("a.csv.gz", b"id\n1\n", &[(7, 3)], &[(7, 7)]);
        check("a.csv", b"\x1f\x8bid\n1\n", &[(7, 3)], &[(7, 7)]);
        check("a.json", b"[\0]", &[(2, 1)], &[(2, 2)]);
        check("a.jsonl.zst", b"", &[(3, 900)], &[(3, 3)]);
        check("a.txt", b"\n\nx", &[(1, 2)], &[(1, u64::MAX)]);
        // A file that has changed since it was read.
        check("a.csv", b"id", &[(4, 90)], &[(4, 4)]);
    }
}
