//! Objects in stores: `s3://`, `gs://` and `https://`, by the `object_store` crate.
//!
//! An address is an object, or a prefix whose objects are found as the files of a folder are; of `https://` it is always one
//! object. Objects are read as streams, one after the other, and requests that fail for a while are repeated by the crate.
//! The runtime that it needs lives in this file: reading is a call like any other. Keys and endpoints come with the input,
//! since the library reads no environment, and are written nowhere.

use std::io::{self, Read};
use std::sync::Arc;

use futures_util::stream::{BoxStream, StreamExt};
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt, parse_url_opts};
use tokio::runtime::{Builder, Runtime};
use url::Url;

use super::format::is_hidden;
use super::formats::promised;
use super::source::{Bytes, Found, Source, without_secrets};
use crate::error::{Error, Result};

/// An object that can be opened.
struct Object {
    store: Arc<dyn ObjectStore>,
    runtime: Arc<Runtime>,
    key: Key,
}

/// Adds what an address holds to `found`.
///
/// An address that cannot be understood, and a store that does not answer, are errors that end a run, as a missing path is.
pub(super) fn find(address: &str, options: &[(String, String)], found: &mut Found) -> Result<()> {
    let shown = without_secrets(address);
    let failed = |error: io::Error| Error::io("read", &shown, error);
    let url = Url::parse(address).map_err(|error| failed(io::Error::other(error)))?;
    let runtime = Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let mut options: Vec<(&str, &str)> = options.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    if url.scheme() == "http" {
        options.push(("allow_http", "true"));
    }
    let (store, key) = parse_url_opts(&url, options).map_err(|error| failed(io::Error::other(error)))?;
    let (store, runtime): (Arc<dyn ObjectStore>, _) = (store.into(), Arc::new(runtime));
    let is_web = url.scheme().starts_with("http");
    let object = |key: Key| Object { store: Arc::clone(&store), runtime: Arc::clone(&runtime), key };
    match runtime.block_on(store.head(&key)) {
        Ok(meta) => {
            found.sources.push(source(shown.clone(), meta.size, object(key)));
            return Ok(());
        }
        Err(object_store::Error::NotFound { .. }) if !is_web => {}
        // A prefix may be empty, which is no name of an object.
        Err(_) if !is_web && key.as_ref().is_empty() => {}
        Err(error) => return Err(failed(io_error(error))),
    }
    let listed: Vec<_> = runtime.block_on(store.list(Some(&key)).collect());
    let root =
        shown.trim_end_matches('/').strip_suffix(key.as_ref()).unwrap_or(&shown).trim_end_matches('/').to_owned();
    let before = found.sources.len() as u64 + found.passed_over;
    for meta in listed {
        let meta = meta.map_err(|error| failed(io_error(error)))?;
        let name = meta.location.to_string();
        if is_hidden(&name) {
            continue;
        }
        if promised(&name).1.is_none() {
            found.passed_over += 1;
            continue;
        }
        found.sources.push(source(format!("{root}/{name}"), meta.size, object(meta.location)));
    }
    if found.sources.len() as u64 + found.passed_over == before {
        return Err(failed(io::Error::new(io::ErrorKind::NotFound, "neither an object nor a prefix of any")));
    }
    Ok(())
}

fn source(path: String, size_bytes: u64, object: Object) -> Source {
    let (compression, format) = promised(path.split(['?', '#']).next().unwrap_or_default());
    Source { path: path.into(), size_bytes, format, compression, bytes: Bytes::Object(Box::new(|| object.open())) }
}

fn io_error(error: object_store::Error) -> io::Error {
    match error {
        object_store::Error::NotFound { .. } => io::Error::new(io::ErrorKind::NotFound, error),
        object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. } => {
            io::Error::new(io::ErrorKind::PermissionDenied, error)
        }
        _ => io::Error::other(error),
    }
}

impl Object {
    /// Its bytes, as they come.
    fn open(self) -> io::Result<Box<dyn Read + Send>> {
        let got = self.runtime.block_on(self.store.get(&self.key)).map_err(io_error)?;
        Ok(Box::new(Reader { stream: got.into_stream(), runtime: self.runtime, ready: Vec::new().into() }))
    }
}

struct Reader {
    stream: BoxStream<'static, object_store::Result<bytes::Bytes>>,
    runtime: Arc<Runtime>,
    ready: bytes::Bytes,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.ready.is_empty() {
            match self.runtime.block_on(self.stream.next()) {
                Some(Ok(bytes)) => self.ready = bytes,
                Some(Err(error)) => return Err(io_error(error)),
                None => return Ok(0),
            }
        }
        let taken = self.ready.split_to(buffer.len().min(self.ready.len()));
        if let Some(buffer) = buffer.get_mut(..taken.len()) {
            buffer.copy_from_slice(&taken);
        }
        Ok(taken.len())
    }
}
