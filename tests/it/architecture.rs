//! The order of the modules is the order of the pipeline: a stage names itself and what comes before it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::corpora::project;

/// The edges that go the other way, each with its reason in `ARCHITECTURE.md`.
const EXCEPTIONS: [(&str, &str); 3] = [
    // Every candidate for a class is verified where it is found.
    ("bucket", "verify"),
    // The result is made of the products that `pipeline` gathers, which calls it.
    ("findings", "pipeline"),
    // Settings that contradict themselves are an error.
    ("settings", "error"),
];

fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn no_module_names_one_below_it() {
    let root = project().join("src");
    let contents = fs::read_to_string(root.join("lib.rs")).unwrap();
    let modules: Vec<&str> =
        contents.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert!(modules.len() > 15, "{modules:?}");
    let place = |name: &str| modules.iter().position(|module| *module == name);
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut edges = BTreeSet::new();
    for file in files {
        let inside = file.strip_prefix(&root).unwrap();
        let module =
            inside.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned();
        let Some(own) = place(&module) else { continue };
        let text = fs::read_to_string(&file).unwrap();
        // Tests may look anywhere.
        let code = text.split("#[cfg(test)]").next().unwrap();
        for mention in code.split("crate::").skip(1) {
            let name: String = mention.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            if place(&name).is_some_and(|other| other > own) {
                edges.insert((module.clone(), name));
            }
        }
    }
    let found: Vec<(&str, &str)> = edges.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
    let unknown: Vec<_> = found.iter().filter(|edge| !EXCEPTIONS.contains(edge)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    let gone: Vec<_> = EXCEPTIONS.iter().filter(|edge| !found.contains(edge)).collect();
    assert!(gone.is_empty(), "no longer needed: {gone:?}");
}
