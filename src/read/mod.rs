//! What is in these files? Paths and streams in, [`Article`](crate::article::Article)s and
//! [`Reject`](crate::article::Reject)s out.
//!
//! [`sources`] finds the files, [`chunks()`] cuts them one after the other into pieces of about a megabyte at record borders,
//! and [`Chunk::parse`] reads a piece. The first two are sequential, as decompression is; parsing is a pure function that may
//! run in parallel. [`UniqueIds`] then gives every article an id of its own, in input order.
//!
//! Time is linear in the bytes of input. Memory is a chunk, or the largest record if that is larger
//! ([`max_record_bytes`](crate::settings::ReadSettings::max_record_bytes)), for each piece that is under way; no file is
//! held whole because of its size, JSON arrays neither. A bad record becomes a reject and takes no other with it.
//!
//! ```
//! use wirecopy::read::{Input, Mapping, UniqueIds, chunks, sources};
//! use wirecopy::settings::ReadSettings;
//!
//! let settings = ReadSettings::default();
//! let mapping = Mapping::new(&settings)?;
//! let corpus = "{\"headline\": \"Rain\", \"body\": \"It rained.\"}\nnot a record\n";
//! let input = Input::Stream { name: "-".into(), reader: Box::new(corpus.as_bytes()) };
//! let found = sources(vec![input], &settings)?;
//! let mut ids = UniqueIds::new();
//! for chunk in chunks(found.sources, &settings, &mapping) {
//!     let mut parsed = chunk.parse(&mapping);
//!     parsed.articles.iter_mut().for_each(|article| ids.claim(article));
//!     assert_eq!(parsed.articles[0].id, "-:1");
//!     assert_eq!(parsed.rejects[0].record, 2);
//! }
//! # Ok::<(), wirecopy::error::Error>(())
//! ```

use std::collections::BTreeMap;

mod archive;
mod charset;
mod chunk;
mod chunks;
mod columnar;
mod compress;
mod csv;
mod date;
mod discover;
mod export;
mod feed;
mod fields;
mod flaw;
mod format;
mod formats;
mod guard;
mod html;
mod id;
pub mod inspect;
mod json;
mod json_array;
mod json_mend;
mod json_path;
mod json_record;
mod jsonl;
mod language;
mod leave;
pub(crate) mod lines;
mod mapping;
mod markup;
mod members;
mod original;
mod panics;
#[cfg(feature = "remote")]
mod remote;
mod rewrite;
mod site;
mod source;
mod splice;
mod twice;
mod txt;
mod unpack;
mod warc;
mod xml;

pub use chunk::{Chunk, Parsed};
pub use chunks::{Chunks, chunks};
#[cfg(feature = "parquet")]
pub(crate) use columnar::cell;
#[cfg(feature = "python")]
pub(crate) use columnar::is_wanted;
pub use compress::Compression;
pub use discover::sources;
pub use flaw::NotWritten;
pub(crate) use formats::endings;
pub use formats::formats;
pub use id::{UniqueIds, may_be_of};
pub use leave::{Leavable, Leave, Left};
pub use mapping::Mapping;
pub use panics::hush_caught_panics;
pub use rewrite::{Packing, Rewritable, Rewrite, Rewritten};
pub use source::{Found, Input, Source};
pub use twice::Record;

/// What was passed over in crawlers' archives, in words, the most frequent first: `12 records passed over: 8 status 404,
/// 4 not HTML`.
pub fn passed_over(counts: &BTreeMap<String, u64>) -> String {
    let mut sorted: Vec<(&String, &u64)> = counts.iter().collect();
    sorted.sort_by_key(|(reason, records)| (std::cmp::Reverse(**records), *reason));
    let reasons: Vec<String> = sorted.into_iter().map(|(reason, records)| format!("{records} {reason}")).collect();
    let total: u64 = counts.values().sum();
    format!("{total} {} passed over: {}", if total == 1 { "record" } else { "records" }, reasons.join(", "))
}

#[cfg(test)]
mod tests;
