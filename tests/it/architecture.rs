//! The order of the modules is the order of the pipeline: a stage names itself and what comes before it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::corpora::project;

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
        let code = without_tests(&text);
        for mention in code.split("crate::").skip(1) {
            let name: String = mention.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            if place(&name).is_some_and(|other| other > own) {
                edges.insert((module.clone(), name));
            }
        }
    }
    assert!(edges.is_empty(), "{edges:?}");
}

/// The code that is no test, which may look anywhere: without the items below `#[cfg(test)]`. Files are formatted, so that a
/// block ends with a brace as far out as it began.
fn without_tests(text: &str) -> String {
    let (mut kept, mut lines) = (String::new(), text.lines());
    while let Some(line) = lines.next() {
        if line.trim() != "#[cfg(test)]" {
            kept.push_str(line);
            kept.push('\n');
            continue;
        }
        let margin = &line[..line.len() - line.trim_start().len()];
        let mut item = lines.by_ref().skip_while(|line| line.trim_start().starts_with("#["));
        let opens = item.next().is_some_and(|line| line.ends_with('{'));
        if opens {
            item.find(|line| line.strip_prefix(margin) == Some("}"));
        }
    }
    kept
}

#[test]
fn code_below_tests_is_looked_at() {
    let text = "use a;\n#[cfg(test)]\nmod tests;\nuse b;\n#[cfg(test)]\nmod tests {\n    use c;\n}\nuse d;\n";
    assert_eq!(without_tests(text), "use a;\nuse b;\nuse d;\n");
}

/// The modules that one in `read` names: the first step below `read`, or its neighbours.
fn named(code: &str, is_folder_root: bool) -> BTreeSet<String> {
    let mut beginnings = vec!["crate::read::"];
    if is_folder_root {
        beginnings.extend(["super::"]);
    }
    let mut names = BTreeSet::new();
    for beginning in beginnings {
        for mention in code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .flat_map(|line| line.split(beginning).skip(1).map(str::to_owned).collect::<Vec<_>>())
        {
            let list = mention.strip_prefix('{').map_or(&mention[..], |list| list);
            let end = if mention.starts_with('{') { list.find('}').unwrap_or(list.len()) } else { list.len() };
            let words = list[..end].split(',').map(|word| {
                word.trim().chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect::<String>()
            });
            let limit = if mention.starts_with('{') { usize::MAX } else { 1 };
            names.extend(words.take(limit));
        }
    }
    names
}

#[test]
fn the_modules_of_reading_form_no_circle() {
    let root = project().join("src/read");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files {
        let inside = file.strip_prefix(&root).unwrap();
        let module =
            inside.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned();
        if module == "mod" || inside.ends_with("tests.rs") {
            continue;
        }
        let is_root = inside.components().count() == 1 || inside.ends_with("mod.rs");
        let code = without_tests(&fs::read_to_string(&file).unwrap());
        edges.entry(module).or_default().extend(named(&code, is_root));
    }
    let modules: BTreeSet<String> = edges.keys().cloned().collect();
    for (module, names) in &mut edges {
        names.retain(|name| name != module && modules.contains(name));
    }
    assert!(edges["formats"].contains("warc") && edges["warc"].contains("chunk"), "{edges:?}");
    // What names nothing that is left is below all others: it goes first.
    while let Some(lowest) = edges.iter().find(|(_, names)| names.is_empty()).map(|(module, _)| module.clone()) {
        edges.remove(&lowest);
        for names in edges.values_mut() {
            names.remove(&lowest);
        }
    }
    assert!(edges.is_empty(), "a circle of, or above, {edges:?}");
}
