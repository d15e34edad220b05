//! Archives as a user of `read` sees them. All pages are invented.

use std::io::Write;

use proptest::prelude::*;

use crate::article::Article;
use crate::read::tests::{check, gzip, read, read_as, reasons, texts};
use crate::read::{Parsed, chunks};

const PAGE: &str = "<!doctype html><html lang=en><head><title>Rain floods the harbour</title></head><body><article>\
    <p>Heavy rain flooded the old harbour of Vell on Tuesday, the port office said.</p>\
    <p>Two ferries were kept at the quay until the evening, and nobody was hurt.</p></article></body></html>";
const TEXT: &str = "Heavy rain flooded the old harbour of Vell on Tuesday, the port office said.\n\n\
    Two ferries were kept at the quay until the evening, and nobody was hurt.";

fn record(kind: &str, content_type: &str, number: u32, content: &[u8]) -> Vec<u8> {
    let header = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{number}>\r\nWARC-Date: 2026-03-10T12:00:0{}Z\r\n\
         WARC-Target-URI: https://lark.example/{number}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
        number % 10,
        content.len()
    );
    [header.as_bytes(), content, b"\r\n\r\n"].concat()
}

fn wet(number: u32) -> Vec<u8> {
    record("conversion", "text/plain", number, format!("Text of page {number}.").as_bytes())
}

fn answer(number: u32, head: &str, body: &[u8]) -> Vec<u8> {
    let content = [format!("HTTP/1.1 {head}\r\n\r\n").as_bytes(), body].concat();
    record("response", "application/http; msgtype=response", number, &content)
}

fn page(number: u32) -> Vec<u8> {
    answer(number, "200 OK\r\nContent-Type: text/html; charset=utf-8", PAGE.as_bytes())
}

fn others() -> Vec<u8> {
    let info = record("warcinfo", "application/warc-fields", 0, b"software: x\r\n");
    let request = record("request", "application/http; msgtype=request", 0, b"GET / HTTP/1.1\r\n\r\n");
    let metadata = record("metadata", "application/warc-fields", 0, b"a: b\r\n");
    let image = answer(0, "200 OK\r\nContent-Type: image/png", b"\x89PNG\r\n\0WARC/1.0");
    let moved = answer(0, "301 Moved\r\nLocation: /x\r\nContent-Type: text/html", b"<html>moved");
    let missing = answer(0, "404 Not Found\r\nContent-Type: text/html", b"<html>missing");
    [info, request, metadata, image, moved, missing].concat()
}

#[test]
fn records_of_pages_and_texts_are_read_and_others_passed_over() {
    let archive = [others(), wet(1), others(), page(2), wet(3), others()].concat();
    for name in ["a.warc", "a.wet", "-", "a.jsonl"] {
        check(name, &archive, &["Text of page 1.", TEXT, "Text of page 3."], &[]);
    }
    let parsed = read("a.warc", &archive);
    let article = &parsed.articles[1];
    assert_eq!((article.id.as_str(), article.url.as_deref()), ("urn:uuid:2", Some("https://lark.example/2")));
    assert_eq!(article.crawled.unwrap().to_string(), "2026-03-10T12:00:02Z");
    assert_eq!((article.title.as_deref(), article.lang.as_deref()), (Some("Rain floods the harbour"), Some("en")));
    assert_eq!(article.source.as_deref(), Some("lark.example"));
    assert_eq!(article.location.record, 14);
    assert_eq!(article.location.byte_offset as usize, [others(), wet(1), others()].concat().len());
    let passed_over = ["metadata", "not HTML", "request", "status 301", "status 404", "warcinfo"];
    let thrice = |reason: &&str| ((*reason).to_owned(), 3);
    for chunk_bytes in [1, 300, chunks::CHUNK_BYTES] {
        let counted = read_as("a.warc", &archive, chunk_bytes).passed_over;
        assert_eq!(counted, passed_over.iter().map(thrice).collect());
    }
    assert_eq!(
        crate::read::passed_over(&read("a.warc", &others()[..]).passed_over),
        "6 records passed over: 1 metadata, 1 not HTML, 1 request, 1 status 301, 1 status 404, 1 warcinfo"
    );
    let members: Vec<u8> = [others(), wet(1), page(2)].iter().flat_map(|record| gzip(record)).collect();
    check("a.warc.gz", &members, &["Text of page 1.", TEXT], &[]);
    check("a.warc.gz", &gzip(&archive), &["Text of page 1.", TEXT, "Text of page 3."], &[]);
    check(
        "a.warc.zst",
        &zstd::encode_all(&archive[..], 1).unwrap(),
        &["Text of page 1.", TEXT, "Text of page 3."],
        &[],
    );
    check("a.warc", b"", &[], &[]);
    check("a.warc", b"\r\n\r\n", &[], &[]);
}

#[test]
fn resources_are_pages() {
    check("a.warc", &record("resource", "text/html", 1, PAGE.as_bytes()), &[TEXT], &[]);
    check("a.warc", &record("resource", "image/png", 1, b"\x89PNG"), &[], &[]);
}

fn chunked(body: &[u8]) -> Vec<u8> {
    let mut chunked = Vec::new();
    for chunk in body.chunks(50) {
        write!(chunked, "{:x};x=y\r\n", chunk.len()).unwrap();
        chunked.extend_from_slice(chunk);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    chunked
}

fn brotli(body: &[u8]) -> Vec<u8> {
    // One uncompressed block of the format (RFC 7932, section 9.2), and the empty last one.
    let length = body.len() - 1;
    assert!(length < 1 << 16);
    let header = (length as u32) << 4 | 1 << 20;
    let mut packed = header.to_le_bytes()[..3].to_vec();
    packed.extend_from_slice(body);
    packed.push(3);
    packed
}

#[test]
fn bodies_are_unpacked() {
    let zlib = |body: &[u8]| {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    };
    let deflate = |body: &[u8]| {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    };
    let body = PAGE.as_bytes();
    for (head, body) in [
        ("Transfer-Encoding: chunked", chunked(body)),
        ("Content-Encoding: gzip", gzip(body)),
        ("content-encoding : x-gzip\r\nTransfer-Encoding:chunked", chunked(&gzip(body))),
        ("Content-Encoding: deflate", zlib(body)),
        ("Content-Encoding: deflate", deflate(body)),
        ("Content-Encoding: br", brotli(body)),
        ("Content-Encoding: zstd", zstd::encode_all(body, 1).unwrap()),
        ("Content-Encoding: gzip, br", brotli(&gzip(body))),
        // Unpacked by the crawler, and the header left.
        ("Transfer-Encoding: chunked", body.to_vec()),
        ("Content-Encoding: gzip\r\nTransfer-Encoding: chunked", body.to_vec()),
        ("Content-Encoding: br", body.to_vec()),
        ("Content-Encoding: identity", body.to_vec()),
    ] {
        check("a.warc", &answer(1, &format!("200 OK\r\nContent-Type: text/html\r\n{head}"), &body), &[TEXT], &[]);
    }
    for head in ["200", "200 OK\r\nContent-Type: application/xhtml+xml", "200 OK\r\nX: \u{ff}"] {
        check("a.warc", &answer(1, head, body), &[TEXT], &[]);
    }
    let http_2 = String::from_utf8(page(1)).unwrap().replace("HTTP/1.1", "HTTP/2  ");
    check("a.warc", http_2.as_bytes(), &[TEXT], &[]);
}

/// Each malformed record is a reject, and the records around it are read.
#[test]
fn broken_records_lose_themselves() {
    let cut = |mut bytes: Vec<u8>, from_end: usize| {
        bytes.truncate(bytes.len() - from_end);
        bytes
    };
    let replaced =
        |bytes: Vec<u8>, from: &str, to: &str| String::from_utf8(bytes).unwrap().replace(from, to).into_bytes();
    let html = "200 OK\r\nContent-Type: text/html\r\n";
    let broken: Vec<(Vec<u8>, &str)> = vec![
        (b"some bytes that are no record\r\n\r\n".to_vec(), "no WARC record begins here"),
        (b"WARC/1.0\r\nnonsense\r\n\r\n\r\n".to_vec(), "a WARC record without a Content-Length"),
        (replaced(wet(9), "Content-Length: 15", "Content-Length: many"), "a Content-Length that is no number"),
        (replaced(wet(9), "Content-Length: 15", "Content-Length: -1"), "a Content-Length that is no number"),
        (replaced(wet(9), "Content-Length: 15", "X: 15"), "a WARC record without a Content-Length"),
        (replaced(wet(9), "WARC-Type: conversion\r\n", ""), "a WARC record without a WARC-Type"),
        (replaced(wet(9), "Content-Length: 15", "Content-Length: 3"), "a wrong Content-Length: no record begins"),
        (replaced(wet(9), "Content-Length: 15", "Content-Length: 50"), "a wrong Content-Length: no record begins"),
        (
            replaced(wet(9), "Content-Length: 15", "Content-Length: 1234567890123"),
            "a wrong Content-Length: another record",
        ),
        (cut(wet(9), 8), "a wrong Content-Length"),
        (record("conversion", "text/plain", 9, b"caf\xe9"), "invalid UTF-8 at byte 4"),
        (record("conversion", "text/plain", 9, b"\0\0"), "binary data, not text"),
        (record("conversion", "text/plain", 9, b" \n"), "no text: the record is blank"),
        (record("conversion", "text/plain", 9, &[b'x'; 3000]), "record of 3"),
        (record("response", "application/http", 9, b"<html>"), "no HTTP answer in this record"),
        (record("response", "application/http", 9, b"HTTP/1.1 OK\r\n\r\n"), "an HTTP answer without a status"),
        (record("response", "application/http", 9, b"HTTP/1.1 200 OK\r\nA: b\r\n"), "an HTTP header that does not end"),
        (answer(9, html, b""), "no text: the page is blank"),
        (answer(9, html, b"\0\0\0"), "binary data, not text"),
        (answer(9, html, b"<html><body><script>x</script></body></html>"), "no text: the page has no article"),
        (answer(9, &format!("{html}Transfer-Encoding: chunked"), &cut(chunked(PAGE.as_bytes()), 30)), "a chunked body"),
        (answer(9, &format!("{html}Content-Encoding: gzip"), &cut(gzip(PAGE.as_bytes()), 20)), "a damaged gzip body"),
        (answer(9, &format!("{html}Content-Encoding: br"), b"\xff\xff\xff\xff"), "a damaged br body"),
        (answer(9, &format!("{html}Content-Encoding: deflate"), b"\xff\xff\xff\xff"), "a damaged deflate body"),
        (
            answer(9, &format!("{html}Content-Encoding: gzip"), &gzip(&[b' '; 5000])),
            "a gzip body of more than the 2000",
        ),
        (answer(9, html, "<b><p>".repeat(500).as_bytes()), "record of"),
        (answer(9, html, "<div>".repeat(200).as_bytes()), "no text"),
    ];
    for (bytes, reason) in broken {
        let archive = [wet(1), bytes, wet(2), page(3)].concat();
        check("a.warc", &archive, &["Text of page 1.", "Text of page 2.", TEXT], &[(2, wet(1).len() as u64, reason)]);
    }
}

#[test]
fn long_records_that_nobody_wants_are_passed_over() {
    let video = answer(0, "200 OK\r\nContent-Type: video/mp4", &[7; 5000]);
    let image = record("resource", "image/png", 0, &[7; 300_000]);
    let archive = [wet(1), image, wet(2), video, wet(3)].concat();
    let place = archive.len() - wet(3).len() - 5000 - 400;
    for chunk_bytes in [1, 100, chunks::CHUNK_BYTES] {
        let parsed = read_as("a.warc", &archive, chunk_bytes);
        assert_eq!(texts(&parsed), ["Text of page 1.", "Text of page 2.", "Text of page 3."]);
        assert_eq!(parsed.passed_over, [("not HTML".to_owned(), 1)].into());
        // What kind an answer is stands inside it.
        let rejects = reasons(&parsed);
        assert!(
            rejects.len() == 1 && rejects[0].1 as usize > place && rejects[0].2.starts_with("record of 5"),
            "{rejects:?}"
        );
    }
}

#[test]
fn a_file_that_ends_inside_a_record() {
    let archive = [wet(1), wet(2)].concat();
    let whole = wet(1).len();
    for length in whole + 1..archive.len() - 4 {
        let parsed = read("a.warc", &archive[..length]);
        assert_eq!(texts(&parsed), ["Text of page 1."], "{length}");
        let rejects = reasons(&parsed);
        assert_eq!(rejects.len(), 1, "{length}: {rejects:?}");
        // A line end or two is nothing.
        assert_eq!((rejects[0].0, rejects[0].1), (2, whole as u64), "{length}: {rejects:?}");
    }
    for length in [whole, archive.len() - 4, archive.len() - 1] {
        assert!(read("a.warc", &archive[..length]).rejects.is_empty(), "{length}");
    }
}

fn members(damage: impl Fn(&mut Vec<u8>)) -> (Vec<u8>, Parsed) {
    let mut middle = gzip(&page(2));
    damage(&mut middle);
    let packed = [gzip(&wet(1)), middle, gzip(&wet(3)), gzip(&page(4))].concat();
    let parsed = read("a.warc.gz", &packed);
    (packed, parsed)
}

/// A broken member of gzip is a reject, and the members around it are read.
#[test]
fn broken_members_lose_themselves() {
    let size_bytes = gzip(&page(2)).len();
    let offset = wet(1).len() as u64;
    for cut in 1..size_bytes {
        let (_, parsed) = members(|member| member.truncate(size_bytes - cut));
        assert_eq!(texts(&parsed), ["Text of page 1.", "Text of page 3.", TEXT], "cut by {cut}: {:?}", parsed.rejects);
        let rejects = reasons(&parsed);
        assert!(rejects.len() == 1 && rejects[0].1 == offset, "cut by {cut}: {rejects:?}");
    }
    for place in 0..size_bytes {
        let (_, parsed) = members(|member| member[place] ^= 0x55);
        let rejects = reasons(&parsed);
        // Some fields of the header say nothing that matters.
        if (4..10).contains(&place) {
            assert!(rejects.is_empty() && parsed.articles.len() == 4, "{place}: {rejects:?}");
            continue;
        }
        assert_eq!(texts(&parsed), ["Text of page 1.", "Text of page 3.", TEXT], "byte {place}: {rejects:?}");
        assert!(rejects.len() == 1 && rejects[0].1 == offset, "byte {place}: {rejects:?}");
    }
    let (_, parsed) = members(|member| member.splice(.., b"garbage".repeat(100)).for_each(drop));
    assert_eq!(texts(&parsed), ["Text of page 1.", "Text of page 3.", TEXT]);
    assert_eq!(reasons(&parsed), [(2, offset, "bytes between the gzip members that belong to none")]);
}

/// Where each record is a member, its length may be anything.
#[test]
fn members_bound_records_whose_length_is_wrong() {
    let length = |bytes: Vec<u8>, to: &str| {
        let text = String::from_utf8(bytes).unwrap();
        let (before, rest) = text.split_once("Content-Length: ").unwrap();
        let (_, after) = rest.split_once("\r\n").unwrap();
        format!("{before}{to}{after}").into_bytes()
    };
    let right = page(2).len();
    for to in ["0", "1", "30", "400", "1499", "999999", "12345678901234", "many", "-1"] {
        let to = format!("Content-Length: {to}\r\n");
        let packed = [wet(1), length(page(2), &to), wet(3), length(wet(4), &to)].map(|record| gzip(&record)).concat();
        for chunk_bytes in [1, 700, chunks::CHUNK_BYTES] {
            let parsed = read_as("a.warc.gz", &packed, chunk_bytes);
            assert_eq!(
                texts(&parsed),
                ["Text of page 1.", TEXT, "Text of page 3.", "Text of page 4."],
                "{to}: {:?}",
                parsed.rejects
            );
            assert!(parsed.rejects.is_empty(), "{to}: {:?}", parsed.rejects);
        }
    }
    for (less, more) in [(1, 0), (0, 1), (3, 0), (0, 5), (0, 300)] {
        let to = format!("Content-Length: {}\r\n", right - 250 - less + more);
        let packed = [length(page(2), &to), length(page(5), ""), wet(3)].map(|record| gzip(&record)).concat();
        check("a.warc.gz", &packed, &[TEXT, TEXT, "Text of page 3."], &[]);
    }
    // Two records in one member are told apart by their lengths alone.
    let packed = [gzip(&[length(wet(1), "Content-Length: 2\r\n"), wet(2)].concat()), gzip(&wet(3))].concat();
    let parsed = read("a.warc.gz", &packed);
    assert_eq!((texts(&parsed), parsed.rejects.len()), (vec!["Text of page 2.", "Text of page 3."], 1));
}

#[test]
fn the_first_member_may_be_broken() {
    let packed = [gzip(&wet(1)), gzip(&wet(2)), gzip(&page(3))];
    let damages: [fn(u8) -> u8; 2] = [|byte| byte ^ 0xaa, |_| b' '];
    for (place, damage) in (0..packed[0].len()).flat_map(|place| damages.map(|damage| (place, damage))) {
        let mut bytes = packed.concat();
        bytes[place] = damage(bytes[place]);
        let parsed = read("a.warc.gz", &bytes);
        // A member's time and system mean nothing.
        let harmless = (4..10).contains(&place) || bytes == packed.concat();
        let expected = if harmless { 3 } else { 2 };
        assert_eq!(parsed.articles.len(), expected, "{place}: {:?}", parsed.rejects);
        assert_eq!(parsed.articles.len() + parsed.rejects.len(), 3, "{place}: {:?}", parsed.rejects);
    }
}

#[test]
fn an_archive_that_is_cut_off() {
    let packed: Vec<u8> = (1..4).flat_map(|number| gzip(&wet(number))).collect();
    let two: usize = (1..3).map(|number| gzip(&wet(number)).len()).sum();
    for length in two + 1..packed.len() {
        let parsed = read("a.warc.gz", &packed[..length]);
        assert_eq!(texts(&parsed), ["Text of page 1.", "Text of page 2."], "{length}");
        assert_eq!(parsed.rejects.len(), 1, "{length}: {:?}", parsed.rejects);
    }
    let padded = [packed, vec![0; 300]].concat();
    assert!(read("a.warc.gz", &padded).rejects.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn damage_takes_only_what_it_hits(
        places in proptest::collection::vec((0usize..3000, 0u8..), 1..4),
        packed in proptest::bool::ANY,
    ) {
        let records = [wet(1), others(), page(2), wet(3), page(4), others(), wet(5)];
        let members = || records.iter().flat_map(|record| gzip(record)).collect();
        let mut archive: Vec<u8> = if packed { members() } else { records.concat() };
        for (place, byte) in places {
            let place = place % archive.len();
            archive[place] = byte;
        }
        let name = if packed { "a.warc.gz" } else { "a.warc" };
        let whole = read_as(name, &archive, chunks::CHUNK_BYTES);
        prop_assert_eq!(&read_as(name, &archive, 1), &whole);
        prop_assert_eq!(&read_as(name, &archive, 700), &whole);
        // Three places hit three records, or the length of one that then hides the next.
        prop_assert!(whole.articles.len() + whole.rejects.len() >= 2);
        let place = |article: &Article| (article.location.record, article.location.byte_offset);
        let order: Vec<(u64, u64)> = whole.articles.iter().map(place).collect();
        prop_assert!(order.is_sorted());
    }

    #[test]
    fn arbitrary_bytes_are_no_panic(
        bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..500),
        start in 0usize..4,
    ) {
        let response = b"WARC/1.0\r\nContent-Length: 99\r\nWARC-Type: response\r\n\r\nHTTP/1.1 200 OK\r\n\r\n";
        let start: &[u8] = [&b""[..], b"WARC/1.0\r\n", response, b"\x1f\x8b\x08"][start];
        read("a.warc", &[start, &bytes].concat());
    }
}
