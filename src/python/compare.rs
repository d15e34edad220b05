//! Two articles, compared on their text.

use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping, PyString};

use super::batches::Raised;
use super::errors::{Family, of_error, of_program};
use super::options::Options;
use super::run::run;
use crate::article::{Article, ArticleId, Location};
use crate::corpus::Corpus;
use crate::error::Result;
use crate::explain::{Comparison, View};
use crate::pipeline::analyse;
use crate::read::{self, Input};
use crate::report::comparison;
use crate::settings::Settings;

/// The comparison as JSON, and the texts that its positions point into.
#[pyfunction]
pub fn compare(
    py: Python<'_>,
    a: &Bound<'_, PyAny>,
    b: &Bound<'_, PyAny>,
    options: Options,
) -> PyResult<(String, String, String)> {
    let settings = options.settings(py)?;
    let articles = vec![article("a", a, &settings)?, article("b", b, &settings)?];
    let texts = (articles[0].text.clone(), articles[1].text.clone());
    let done = run(py, &options, &Raised::default(), move |workspace, progress| -> Result<Comparison> {
        let mut corpus = Corpus::within(workspace, articles, &settings)?;
        let analysis = analyse(&mut corpus, &settings, progress)?;
        let view = View { corpus: &corpus, analysis: &analysis, settings: &settings };
        let compared = Comparison::of(view, ArticleId(0), ArticleId(1));
        workspace.check()?;
        Ok(compared)
    })?;
    let mut json = Vec::new();
    comparison::json(&done.product, &mut json).map_err(|error| of_program(error.into()))?;
    Ok((String::from_utf8_lossy(&json).into_owned(), texts.0, texts.1))
}

/// An article from its text, or from a record of a corpus.
fn article(name: &'static str, given: &Bound<'_, PyAny>, settings: &Settings) -> PyResult<Article> {
    if let Ok(text) = given.cast::<PyString>() {
        let location = Location { path: name.into(), record: 1, byte_offset: 0 };
        return Ok(Article::new(name, text.extract::<String>()?, location));
    }
    if given.cast::<PyMapping>().is_err() {
        let kind = given.get_type().qualname()?;
        return Err(PyTypeError::new_err(format!("{name} is a {kind}: give a text, or a record as a dictionary")));
    }
    let py = given.py();
    let values = PyDict::new(py);
    values.set_item("default", py.get_type::<PyString>())?;
    let record: String = py.import("json")?.call_method("dumps", (given,), Some(&values))?.extract()?;
    let input = Input::Stream { name: name.into(), reader: Box::new(std::io::Cursor::new(record.into_bytes())) };
    let sources = read::sources(vec![input], &settings.read).map_err(of_error)?.sources;
    let mapping = read::Mapping::new(&settings.read).map_err(of_error)?;
    let mut reason: Arc<str> = "it has no text".into();
    for chunk in read::chunks(sources, &settings.read, &mapping) {
        let parsed = chunk.parse(&mapping);
        if let Some(mut article) = parsed.articles.into_iter().next() {
            read::UniqueIds::new().claim(&mut article);
            return Ok(article);
        }
        if let Some(reject) = parsed.rejects.first() {
            reason = reject.reason.to_string().into();
        }
    }
    Err(Family::Input.raised(&format!("{name} is no article: {reason}"), None))
}
