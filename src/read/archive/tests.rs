//! Archives, whole and damaged, as a user of `read` sees them.

use std::io::Write;

use super::shown;
use crate::disk::Workspace;
use crate::error::Error;
use crate::progress::{Progress, Silent};
use crate::read::format::is_hidden;
use crate::read::tests::{gzip, read, read_as, texts, xz};
use crate::read::{Input, Mapping, Parsed, chunks, sources};
use crate::settings::ReadSettings;

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = ::tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = ::tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        // A name that leaves the folder is set byte by byte: the crate would refuse it.
        if name.contains("..") {
            header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_cksum();
            builder.append(&header, *bytes).unwrap();
        } else {
            builder.append_data(&mut header, name, *bytes).unwrap();
        }
    }
    builder.into_inner().unwrap()
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut out);
    for (place, (name, bytes)) in members.iter().enumerate() {
        let method = if place % 2 == 0 { rawzip::CompressionMethod::DEFLATE } else { rawzip::CompressionMethod::STORE };
        let path = rawzip::path::EntryPath::verbatim(name.as_bytes().to_vec());
        let (mut entry, config) = archive.new_file(path).compression_method(method).start().unwrap();
        let descriptor = if place % 2 == 0 {
            let encoder = flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::fast());
            let mut writer = config.wrap(encoder);
            writer.write_all(bytes).unwrap();
            let (encoder, descriptor) = writer.finish().unwrap();
            encoder.finish().unwrap();
            descriptor
        } else {
            let mut writer = config.wrap(&mut entry);
            writer.write_all(bytes).unwrap();
            writer.finish().unwrap().1
        };
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    out
}

/// Path and text of each article.
fn members(parsed: &Parsed) -> Vec<(&str, &str)> {
    parsed.articles.iter().map(|article| (&*article.location.path, article.text.as_str())).collect()
}

#[test]
fn members_are_sources() {
    let long = format!("{}/c.jsonl", "folder".repeat(30));
    let lines = gzip(b"{\"text\":\"b\"}\n");
    let files: [(&str, &[u8]); 7] = [
        ("a.txt", b"a"),
        ("sub/b.jsonl.gz", &lines),
        ("picture.png", b"\0"),
        (".hidden.txt", b"x"),
        (&long, b"{\"text\":\"c\"}\n{\"text\":\"d\"}"),
        ("../../e.txt", b"e"),
        ("empty.jsonl", b""),
    ];
    for (name, bytes) in [
        ("x.tar", tar(&files)),
        ("x.tar.gz", gzip(&tar(&files))),
        ("x.tgz", gzip(&tar(&files))),
        ("x.tar.zst", zstd::encode_all(&tar(&files)[..], 1).unwrap()),
        ("x.tar.xz", xz(&tar(&files))),
        ("-", tar(&files)),
        ("x.zip", zip(&files)),
        ("x.jsonl", zip(&files)),
        ("x.zip.gz", gzip(&zip(&files))),
    ] {
        for chunk_bytes in [1, 1000] {
            let parsed = read_as(name, &bytes, chunk_bytes);
            let path = |member: &str| format!("{name}!/{member}");
            let (a, b, c, e) = (path("a.txt"), path("sub/b.jsonl.gz"), path(&long), path("../../e.txt"));
            assert_eq!(
                members(&parsed),
                [(a.as_str(), "a"), (&b, "b"), (&c, "c"), (&c, "d"), (&e, "e")],
                "{name}: {:?}",
                parsed.rejects
            );
            assert!(parsed.rejects.is_empty(), "{name}: {:?}", parsed.rejects);
        }
    }
}

#[test]
fn archives_in_archives() {
    let inner = tar(&[("a.txt", b"a"), ("b.txt", b"b")]);
    let outer = zip(&[("one.tar.gz", &gzip(&inner)), ("c.txt", b"c")]);
    assert_eq!(texts(&read("x.zip", &outer)), ["a", "b", "c"]);
    let zipped = tar(&[("one.zip", &zip(&[("a.txt", b"a")])), ("c.txt", b"c")]);
    assert_eq!(texts(&read("x.tar", &zipped)), ["a", "c"]);
    let deep = tar(&[("two.zip", &outer), ("d.txt", b"d")]);
    let parsed = read("x.tar", &deep);
    assert_eq!(texts(&parsed), ["c", "d"]);
    assert_eq!(parsed.rejects[0].path, "x.tar!/two.zip!/one.tar.gz");
    assert_eq!(parsed.rejects[0].reason, "archives nested more than 2 deep");
}

/// The texts are read, and the rejects are these paths, with reasons that begin so.
#[track_caller]
fn check(name: &str, bytes: &[u8], expected_texts: &[&str], expected: &[(&str, &str)]) {
    let parsed = read(name, bytes);
    assert_eq!(texts(&parsed), expected_texts, "{:?}", parsed.rejects);
    let rejects: Vec<(&str, &str)> =
        parsed.rejects.iter().map(|reject| (reject.path.as_str(), reject.reason.as_str())).collect();
    assert_eq!(rejects.len(), expected.len(), "{rejects:?}");
    for (got, expected) in rejects.iter().zip(expected) {
        assert!(got.0 == expected.0 && got.1.starts_with(expected.1), "{got:?} is not {expected:?}");
    }
}

#[test]
fn damaged_tar_archives_lose_what_is_damaged() {
    let whole = tar(&[("a.txt", b"a"), ("b.txt", b"b"), ("c.txt", b"c")]);
    check("x.tar", &whole[..1024 + 512], &["a"], &[("x.tar!/b.txt", "the tar archive ends early")]);
    check("x.tar", &whole[..1024 + 300], &["a"], &[("x.tar", "the tar archive")]);
    let mut damaged = whole.clone();
    damaged[1024 + 10] ^= 1;
    check("x.tar", &damaged, &["a", "c"], &[("x.tar", "the tar archive is damaged")]);
    let packed = gzip(&tar(&[("a.txt", b"a"), ("b.txt", &letters(20_000)), ("c.txt", b"c")]));
    let cut = &packed[..packed.len() - 3000];
    check("x.tgz", cut, &["a"], &[("x.tgz!/b.txt", "record of"), ("x.tgz", "the gzip data ends early")]);
    check("x.tar", b"words", &[], &[("x.tar", "not a tar or zip archive, as its name says")]);
    check("x.tar", b"", &[], &[("x.tar", "the file is empty")]);
}

#[test]
fn damaged_zip_archives_lose_what_is_damaged() {
    let whole = zip(&[("a.txt", b"a"), ("b.txt", b"b"), ("c.txt", b"c")]);
    check("x.zip", &whole[..whole.len() - 30], &[], &[("x.zip", "the zip archive is damaged or cut off")]);
    let headers: Vec<usize> = (0..whole.len()).filter(|&at| whole[at..].starts_with(b"PK\x01\x02")).collect();
    let mut damaged = whole.clone();
    let local = (0..whole.len()).filter(|&at| whole[at..].starts_with(b"PK\x03\x04")).nth(1).unwrap();
    let content = (local..whole.len()).find(|&at| whole[at..].starts_with(b"bPK") && at > local + 30).unwrap();
    damaged[content] = b'x';
    check("x.zip", &damaged, &["a", "c"], &[("x.zip!/b.txt", "the zip member is damaged (its checksum is another)")]);
    let mut encrypted = whole.clone();
    encrypted[headers[2] + 8] |= 1;
    check("x.zip", &encrypted, &["a", "b"], &[("x.zip!/c.txt", "encrypted: unpack it")]);
    let mut unknown = whole.clone();
    unknown[headers[0] + 10] = 98;
    check("x.zip", &unknown, &["b", "c"], &[("x.zip!/a.txt", "packed with ")]);
    let mut bomb = whole.clone();
    bomb.copy_within(headers[0] + 42..headers[0] + 46, headers[1] + 42);
    check("x.zip", &bomb, &[], &[("x.zip", "members of the zip archive share bytes")]);
    check("x.zip", b"", &[], &[("x.zip", "the file is empty")]);
}

/// Letters that hardly pack.
fn letters(count: usize) -> Vec<u8> {
    let mut state = 1u32;
    let letters = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        b'a' + (state >> 24) as u8 % 26
    });
    letters.take(count).collect()
}

#[test]
fn names() {
    assert_eq!(shown(b"././a/b.txt"), "a/b.txt");
    assert_eq!(shown(b"../../etc/passwd"), "../../etc/passwd");
    assert_eq!(shown(b"a\\b.txt"), "a/b.txt");
    for name in [".x", "a/.x", "__MACOSX/a.txt", "a/._b.txt"] {
        assert!(is_hidden(name), "{name}");
    }
    assert!(!is_hidden("../a.txt"));
}

proptest::proptest! {
    #[test]
    fn flipped_bytes_never_panic(flips in proptest::collection::vec((0usize..4000, 1u8..), 1..6), is_zip: bool) {
        let files: [(&str, &[u8]); 3] = [("a.txt", b"a"), ("b.jsonl", b"{\"text\":\"b\"}"), ("c.txt", b"c")];
        let mut bytes = if is_zip { zip(&files) } else { tar(&files) };
        for (place, flip) in flips {
            let place = place % bytes.len();
            bytes[place] ^= flip;
        }
        let name = if is_zip { "x.zip" } else { "x.tar" };
        assert!(read(name, &bytes).articles.len() <= 3);
    }
}

#[test]
fn a_copy_of_a_packed_archive_is_one_of_the_workspace() {
    struct Stopped;
    impl Progress for Stopped {
        fn cancelled(&self) -> bool {
            true
        }
    }
    let bytes = gzip(&zip(&[("a.txt", b"some words"), ("b.txt", b"other words")]));
    let (settings, mapping) = (ReadSettings::default(), Mapping::new(&ReadSettings::default()).unwrap());
    let read = |workspace: &Workspace, stop: &dyn Progress| {
        let input = Input::Stream { name: "x.zip.gz".into(), reader: Box::new(std::io::Cursor::new(bytes.clone())) };
        let sources = sources(vec![input], &settings).unwrap().sources;
        let parsed: Vec<Parsed> =
            chunks(sources, &settings, &mapping).within(workspace, stop).map(|chunk| chunk.parse(&mapping)).collect();
        parsed.iter().map(|parsed| parsed.articles.len()).sum::<usize>()
    };
    let folder = tempfile::tempdir().unwrap();
    let workspace = Workspace::new(folder.path());
    assert_eq!(read(&workspace, &Silent), 2);
    assert!(workspace.bytes_written() > 100, "{}", workspace.bytes_written());
    workspace.check().unwrap();
    // Nothing stays, and nothing has a name.
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);

    let full = Workspace::with_quota(folder.path(), 1 << 20, 100);
    assert_eq!(read(&full, &Silent), 0);
    assert!(matches!(full.check(), Err(Error::DiskFull { .. })));

    let gone = Workspace::new(folder.path().join("gone"));
    assert_eq!(read(&gone, &Silent), 0);
    assert!(matches!(gone.check(), Err(Error::TempFile { action: "create", .. })));

    let stopped = Workspace::new(folder.path());
    assert_eq!((read(&stopped, &Stopped), stopped.bytes_written()), (0, 0));
    stopped.check().unwrap();
}
