//! Every reader, on any bytes: articles and rejects come out, and nothing else happens.

use std::collections::HashSet;

use wirecopy::read::{Input, Mapping, UniqueIds, chunks, sources};
use wirecopy::settings::ReadSettings;

/// Records above this are rejects, so that a target is quick.
const RECORD_BYTES: u64 = 1 << 20;

/// Reads bytes as a file of this name.
pub fn read(name: &str, bytes: &[u8]) {
    let settings = ReadSettings { max_record_bytes: RECORD_BYTES, ..ReadSettings::default() };
    let mapping = Mapping::new(&settings).expect("the fields that are usual are well-formed");
    let input = Input::Stream { name: name.to_owned(), reader: Box::new(std::io::Cursor::new(bytes.to_vec())) };
    let found = sources(vec![input], &settings).expect("a stream needs no file");
    let mut ids = UniqueIds::new();
    let mut seen = HashSet::new();
    for chunk in chunks(found.sources, &settings, &mapping) {
        let mut parsed = chunk.parse(&mapping);
        for article in &mut parsed.articles {
            ids.claim(article);
            assert!(seen.insert(article.id.clone()), "two articles have the id {:?}", article.id);
            assert!(!article.text.trim().is_empty(), "an article without a text");
        }
        for reject in &parsed.rejects {
            assert!(!reject.reason.is_empty(), "a reject without a reason");
            assert!(reject.records > 0, "a reject of no record");
        }
    }
}

/// Reads a text as the date of an article.
pub fn dates(bytes: &[u8]) {
    let Ok(date) = std::str::from_utf8(bytes) else { return };
    let record = serde_json::json!({ "id": "a", "text": "Rain fell on the harbour.", "date": date });
    read("a.jsonl", record.to_string().as_bytes());
}
