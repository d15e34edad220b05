//! Parquet and Arrow, whole and damaged, as a user of `read` sees them.

use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, Date32Array, DictionaryArray, Int64Array, LargeStringArray, RecordBatch, RecordBatchIterator,
    StringArray, StringViewArray, StructArray, TimestampMicrosecondArray, TimestampMillisecondArray,
};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use proptest::prelude::*;

use crate::disk::Workspace;
use crate::progress::Silent;
use crate::read::tests::{gzip, read, read_as, read_sources, texts};
use crate::read::{Input, Mapping, Parsed, chunks, sources};
use crate::settings::ReadSettings;

/// Rows of many types; the texts are `text 0` and so on.
fn batch(rows: std::ops::Range<i64>) -> RecordBatch {
    let each = |name: &str| -> Vec<String> { rows.clone().map(|row| format!("{name} {row}")).collect() };
    let count = each("").len();
    let mut authors = ListBuilder::new(StringBuilder::new());
    for row in rows.clone() {
        authors.values().append_value(format!("A{row}"));
        authors.values().append_value("B");
        authors.append(true);
    }
    let urls: ArrayRef = Arc::new(StringArray::from(
        rows.clone().map(|row| format!("https://www.orm.example/{row}")).collect::<Vec<_>>(),
    ));
    let unread: ArrayRef = Arc::new(Int64Array::from(vec![7; count]));
    let metadata = StructArray::from(vec![
        (Arc::new(Field::new("url", DataType::Utf8, true)), urls),
        (Arc::new(Field::new("score", DataType::Int64, true)), unread.clone()),
    ]);
    let langs: DictionaryArray<Int32Type> = rows.clone().map(|row| ["en", "fr"][row as usize % 2]).collect();
    let published = TimestampMicrosecondArray::from(vec![1_531_641_268_000_000; count]).with_timezone("+02:00");
    let crawled = TimestampMillisecondArray::from(vec![1_531_700_000_000; count]);
    RecordBatch::try_from_iter([
        ("id", Arc::new(Int64Array::from(rows.clone().collect::<Vec<_>>())) as ArrayRef),
        ("text", Arc::new(StringArray::from(each("text")))),
        ("title", Arc::new(LargeStringArray::from(each("title")))),
        ("credit", Arc::new(StringViewArray::from(each("credit")))),
        ("metadata", Arc::new(metadata)),
        ("authors", Arc::new(authors.finish())),
        ("language", Arc::new(langs)),
        ("published", Arc::new(published)),
        ("crawled", Arc::new(crawled)),
        ("modified", Arc::new(Date32Array::from(vec![17_727; count]))),
        ("unread", unread),
    ])
    .unwrap()
}

fn parquet(batches: &[RecordBatch]) -> Vec<u8> {
    let mut out = Vec::new();
    let properties = parquet::file::properties::WriterProperties::builder()
        .set_compression(parquet::basic::Compression::SNAPPY)
        .set_data_page_row_count_limit(10)
        .set_write_batch_size(5)
        .build();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut out, batches[0].schema(), Some(properties)).unwrap();
    for batch in batches {
        writer.write(batch).unwrap();
        writer.flush().unwrap();
    }
    writer.close().unwrap();
    out
}

fn arrow_stream(batches: &[RecordBatch]) -> Vec<u8> {
    let options = arrow_ipc::writer::IpcWriteOptions::default()
        .try_with_compression(Some(arrow_ipc::CompressionType::ZSTD))
        .unwrap();
    let mut out = Vec::new();
    let mut writer =
        arrow_ipc::writer::StreamWriter::try_new_with_options(&mut out, &batches[0].schema(), options).unwrap();
    batches.iter().for_each(|batch| writer.write(batch).unwrap());
    writer.finish().unwrap();
    drop(writer);
    out
}

fn arrow_file(batches: &[RecordBatch]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut writer = arrow_ipc::writer::FileWriter::try_new(&mut out, &batches[0].schema()).unwrap();
    batches.iter().for_each(|batch| writer.write(batch).unwrap());
    writer.finish().unwrap();
    drop(writer);
    out
}

fn three() -> [RecordBatch; 3] {
    // One dictionary for all, as a file of Arrow wants.
    let whole = batch(0..50);
    [whole.slice(0, 20), whole.slice(20, 1), whole.slice(21, 29)]
}

fn formats() -> [(&'static str, Vec<u8>); 3] {
    [("a.parquet", parquet(&three())), ("a.arrow", arrow_file(&three())), ("a.arrows", arrow_stream(&three()))]
}

fn all_texts() -> Vec<String> {
    (0..50).map(|row| format!("text {row}")).collect()
}

#[test]
fn every_type_of_column() {
    for (name, bytes) in formats() {
        for (name, bytes) in
            [(name, bytes.clone()), ("-", bytes.clone()), ("a.jsonl", bytes.clone()), (name, gzip(&bytes))]
        {
            for chunk_bytes in [1, 700, 1 << 20] {
                let parsed = read_as(name, &bytes, chunk_bytes);
                assert!(parsed.rejects.is_empty(), "{name}: {:?}", parsed.rejects);
                assert_eq!(texts(&parsed), all_texts(), "{name}");
            }
        }
        let parsed = read(name, &bytes);
        let article = &parsed.articles[21];
        assert_eq!(article.id, "21");
        assert_eq!(article.title.as_deref(), Some("title 21"));
        assert_eq!(article.credit.as_deref(), Some("credit 21"));
        assert_eq!(article.url.as_deref(), Some("https://www.orm.example/21"));
        assert_eq!(article.source.as_deref(), Some("orm.example"));
        assert_eq!(article.author.as_deref(), Some("A21, B"));
        assert_eq!(article.lang.as_deref(), Some("fr"));
        assert_eq!(article.published.unwrap().to_string(), "2018-07-15T09:54:28+02:00");
        assert_eq!(article.crawled.unwrap().to_string(), "2018-07-16T00:13:20");
        assert_eq!(article.modified.unwrap().to_string(), "2018-07-15");
        assert_eq!(article.location.record, 22);
    }
}

#[test]
fn nulls_and_long_texts_are_rejects() {
    let text = StringArray::from(vec![Some("a"), None, Some(" "), Some(&*"x".repeat(3000)), Some("b")]);
    let rows = [RecordBatch::try_from_iter([("body", Arc::new(text) as ArrayRef)]).unwrap()];
    for (name, bytes) in [("a.parquet", parquet(&rows)), ("a.arrow", arrow_file(&rows))] {
        let parsed = read(name, &bytes);
        assert_eq!(texts(&parsed), ["a", "b"]);
        let reasons: Vec<(u64, &str)> = parsed.rejects.iter().map(|reject| (reject.record, &*reject.reason)).collect();
        assert!(reasons[0].0 == 2 && reasons[0].1.starts_with("no text: all of"), "{reasons:?}");
        assert!(reasons[1].0 == 3 && reasons[1].1.starts_with("no text: all of"), "{reasons:?}");
        assert_eq!(reasons[2], (4, "record of 3000 bytes, more than the 2000 of max_record_bytes"));
    }
}

/// The only reject's reason.
#[track_caller]
fn reason(parsed: &Parsed) -> &str {
    assert_eq!(parsed.rejects.len(), 1, "{:?}", parsed.rejects);
    &parsed.rejects[0].reason
}

#[test]
fn a_table_without_text_is_one_reject() {
    let rows = [RecordBatch::try_from_iter([("x", Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef)]).unwrap()];
    for (name, bytes) in
        [("a.parquet", parquet(&rows)), ("a.arrow", arrow_file(&rows)), ("a.arrow", arrow_stream(&rows))]
    {
        let parsed = read(name, &bytes);
        assert!(reason(&parsed).starts_with("no column holds the text: the columns are x, but none of"), "{parsed:?}");
    }
    let empty = Schema::empty();
    let empty = RecordBatch::try_new_with_options(
        Arc::new(empty),
        vec![],
        &arrow_array::RecordBatchOptions::new().with_row_count(Some(0)),
    );
    let parsed = read("a.arrow", &arrow_file(&[empty.unwrap()]));
    assert!(reason(&parsed).starts_with("no column holds the text: the columns are none"), "{parsed:?}");
}

#[test]
fn damage_costs_what_is_damaged() {
    let bytes = parquet(&three());
    let cut = read("a.parquet", &bytes[..bytes.len() - 10]);
    assert!(reason(&cut).starts_with("the Parquet file is damaged or cut off: its footer cannot be read"), "{cut:?}");
    assert!(reason(&read("a.parquet", b"PAR1")).starts_with("the Parquet file is damaged or cut off"));
    assert_eq!(reason(&read("a.parquet", b"words")), "not Parquet, as its name says");
    assert_eq!(reason(&read("a.arrow", b"words")), "not Arrow, as its name says");
    assert_eq!(reason(&read("a.arrow", b"")), "the file is empty");
    assert_eq!(reason(&read("a.arrow", b"ARROW1\0\0")), "the Arrow data has no schema");
    // The pages of the second row group's text column.
    let text = bytes.windows(7).position(|window| window == b"text 20").unwrap();
    let mut damaged = bytes.clone();
    damaged[text - 30..text + 7].fill(0xee);
    let parsed = read("a.parquet", &damaged);
    assert!(reason(&parsed).starts_with("the Parquet data of row 21 is damaged ("), "{:?}", parsed.rejects);
    assert_eq!(parsed.articles.len(), 49);
    assert_eq!(parsed.rejects[0].record, 21);
    for bytes in [arrow_file(&three()), arrow_stream(&three())] {
        let is_batch = |at: &usize| {
            let header = bytes[*at..].strip_prefix(&[0xff; 4]).and_then(|rest| rest.get(4..));
            let message = header.and_then(|header| arrow_ipc::root_as_message(header).ok());
            message.is_some_and(|message| message.header_as_record_batch().is_some())
        };
        let second = (0..bytes.len()).filter(is_batch).nth(1).unwrap();
        let cut = read("a.arrow", &bytes[..second + 20]);
        assert_eq!(reason(&cut), "the Arrow data ends early");
        assert_eq!(cut.articles.len(), 20);
        let mut damaged = bytes.clone();
        damaged[second + 8..second + 16].fill(0xee);
        let parsed = read("a.arrow", &damaged);
        assert!(reason(&parsed).starts_with("the Arrow data is damaged ("), "{:?}", parsed.rejects);
        // The lost batch had one row.
        assert_eq!(parsed.articles.len(), 49);
    }
}

#[test]
fn packed_and_cut_tables() {
    let packed = gzip(&parquet(&three()));
    let parsed = read("a.parquet.gz", &packed[..packed.len() - 100]);
    assert_eq!(reason(&parsed), "the gzip data ends early");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn flipped_bytes_never_panic(
        format in 0usize..3,
        flips in proptest::collection::vec((0usize..100_000, 1u8..), 1..5),
        length in proptest::option::weighted(0.2, 0usize..100_000),
    ) {
        let (name, mut bytes) = formats()[format].clone();
        for (place, flip) in flips {
            let place = place % bytes.len();
            bytes[place] ^= flip;
        }
        bytes.truncate(length.map_or(bytes.len(), |length| length % bytes.len()));
        let parsed = read(name, &bytes);
        prop_assert!(parsed.articles.len() <= 50 + 50);
    }
}

/// A small file may hold any number of gigabytes: a long text in a dictionary, and rows that name it. As many rows are read
/// as real texts of a chunk have, and the rest is rejected with a reason.
#[test]
fn long_texts_of_a_dictionary_are_not_unpacked_without_limit() {
    const ROWS: usize = 20_000;
    let text = |word: &str| format!("{word} {}", "x".repeat(1 << 18));
    let short: Vec<String> = (0..ROWS).map(|row| format!("text {}", row % 3)).collect();
    let long: Vec<String> = (0..ROWS).map(|row| text(["one", "two"][row % 2])).take(400).collect();
    for (texts, fine) in [(short, ROWS), (long, 255)] {
        let keys: arrow_array::DictionaryArray<Int32Type> = texts.iter().map(String::as_str).collect();
        let batch = RecordBatch::try_from_iter([("text", Arc::new(keys) as ArrayRef)]).unwrap();
        let batches = std::slice::from_ref(&batch);
        for (name, bytes) in [("a.parquet", parquet(batches)), ("a.arrows", arrow_stream(batches))] {
            let settings = ReadSettings::default();
            let mapping = Mapping::new(&settings).unwrap();
            let input = Input::Stream { name: name.into(), reader: Box::new(std::io::Cursor::new(bytes)) };
            let found = sources(vec![input], &settings).unwrap();
            let mut parsed = Parsed::default();
            for chunk in chunks(found.sources, &settings, &mapping) {
                let Parsed { articles, rejects, .. } = chunk.parse(&mapping);
                parsed.articles.extend(articles);
                parsed.rejects.extend(rejects);
            }
            assert_eq!((parsed.articles.len(), parsed.rejects.len()), (fine, texts.len() - fine), "{name}");
            assert!(parsed.articles.iter().zip(&texts).all(|(article, text)| article.text == *text), "{name}");
            assert!(parsed.rejects.iter().all(|reject| reject.reason.contains("too often")), "{name}");
        }
    }
}

/// A table in memory by the name of a file.
fn table(name: &str, batches: Vec<Result<RecordBatch, ArrowError>>) -> Input {
    let schema = batches.iter().flatten().next().unwrap().schema();
    Input::Table { name: name.into(), batches: Box::new(RecordBatchIterator::new(batches, schema)) }
}

#[test]
fn a_table_gives_what_a_file_of_it_gives() {
    let odd = StringArray::from(vec![Some("a"), None, Some(" "), Some(&*"x".repeat(3000)), Some("b")]);
    let odd = vec![RecordBatch::try_from_iter([("body", Arc::new(odd) as ArrayRef)]).unwrap()];
    let other = vec![RecordBatch::try_from_iter([("x", Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef)]).unwrap()];
    let none = vec![batch(0..0)];
    for batches in [three().to_vec(), vec![batch(0..50)], odd, other, none] {
        let file = read("a.arrows", &arrow_stream(&batches));
        for chunk_bytes in [1, 700, 1 << 20] {
            let input = table("a.arrows", batches.iter().cloned().map(Ok).collect());
            let found = sources(vec![input], &ReadSettings { max_record_bytes: 2000, ..ReadSettings::default() });
            let mut parsed = read_sources(found.unwrap().sources, chunk_bytes);
            // Rows of a table lie at no place of a file.
            parsed.articles.iter_mut().zip(&file.articles).for_each(|(article, other)| {
                article.location.byte_offset = other.location.byte_offset;
            });
            parsed.rejects.iter_mut().zip(&file.rejects).for_each(|(reject, other)| {
                reject.byte_offset = other.byte_offset;
            });
            assert_eq!(parsed, file);
        }
    }
}

#[test]
fn a_table_that_breaks_off_ends_the_run() {
    let batches = vec![Ok(batch(0..3)), Err(ArrowError::ComputeError("the query was killed".into())), Ok(batch(3..5))];
    let settings = ReadSettings::default();
    let (mapping, workspace) = (Mapping::new(&settings).unwrap(), Workspace::default());
    let found = sources(vec![table("t", batches)], &settings).unwrap();
    let pieces = chunks(found.sources, &settings, &mapping).within(&workspace, &Silent);
    assert_eq!(pieces.map(|piece| piece.parse(&mapping).articles.len()).sum::<usize>(), 3);
    let error = workspace.check().unwrap_err();
    assert_eq!(error.to_string(), "cannot read on in t: Compute error: the query was killed");
}

/// As polars writes it: the message with the schema has nothing in front of it.
#[test]
fn a_file_with_a_bare_schema_is_read_as_any_other() {
    let whole = arrow_file(&three());
    let begin = whole.windows(4).position(|bytes| bytes == [0xff; 4]).unwrap();
    let mut bare = b"ARROW1\0\0".to_vec();
    bare.extend_from_slice(&whole[begin + 8..]);
    let parsed = read("a.arrow", &bare);
    assert!(parsed.rejects.is_empty(), "{:?}", parsed.rejects);
    assert_eq!(texts(&parsed), all_texts());
    // What is neither is told as before.
    let rejects = read("a.arrow", b"ARROW1\0\0\x04\0\0\0 and no schema").rejects;
    assert_eq!(rejects.len(), 1);
}
