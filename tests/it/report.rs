//! Each report format on no finding, one, and many with hostile text.

use std::io::{self, Write};

use wirecopy::evaluate::{LabelledPair, evaluate, labelled_pairs};
use wirecopy::findings::Findings;
use wirecopy::report::evaluation::{self, Wrongs};
use wirecopy::report::manifest::{Manifest, Origin};
use wirecopy::report::summary::{Style, SummaryOptions};
use wirecopy::report::{Table, TableFormat, graphml, json, lists, markdown, summary};

use crate::sample;

/// Snapshots what `render` writes about no finding, one and many.
fn check(format: &str, render: impl Fn(&Findings, &mut dyn Write) -> io::Result<()>) {
    for (name, findings) in [("none", sample::none()), ("one", sample::one()), ("many", sample::many())] {
        let mut bytes = Vec::new();
        render(&findings, &mut bytes).unwrap();
        insta::assert_snapshot!(format!("{format}-{name}"), visible(&bytes));
    }
}

/// The text with everything that an editor would not show spelt out.
fn visible(bytes: &[u8]) -> String {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let spelt = |c: char| c != '\n' && (c.is_control() || matches!(c, '\u{200b}'..='\u{206f}' | '\u{feff}'));
    text.chars().map(|c| if spelt(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}

fn tables(findings: &Findings, format: TableFormat, out: &mut dyn Write) -> io::Result<()> {
    for table in Table::ALL {
        writeln!(out, "--- {}", table.file_name(format))?;
        table.write(findings, format, out)?;
    }
    Ok(())
}

#[test]
fn jsonl() {
    check("jsonl", |findings, out| tables(findings, TableFormat::Jsonl, out));
}

#[test]
fn csv() {
    check("csv", |findings, out| tables(findings, TableFormat::Csv, out));
}

#[test]
fn markdown_for_people() {
    let inputs = ["invented.jsonl".to_owned(), "a|b_<c>/".to_owned()];
    check("markdown", |findings, out| markdown::write(findings, &inputs, out));
}

#[test]
fn graphml_for_graph_programs() {
    check("graphml", |findings, out| graphml::write(findings, out));
}

#[test]
fn a_graph_is_xml_with_what_was_found() {
    let mut bytes = Vec::new();
    graphml::write(&sample::many(), &mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let mut reader = quick_xml::Reader::from_str(&text);
    let (mut nodes, mut edges) = (0, 0);
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Start(start) => match start.name().as_ref() {
                "node" => nodes += 1,
                "edge" => edges += 1,
                _ => {}
            },
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
    }
    // Seven articles in stories and one with parts of two; of five pairs one is no link.
    assert_eq!((nodes, edges), (8, 4));
    assert!(!text.chars().any(|c| c.is_ascii_control() && c != '\n' && c != '\t'), "{text:?}");
}

#[test]
fn keep_and_drop() {
    check("lists", |findings, out| {
        writeln!(out, "--- keep.txt")?;
        lists::keep(findings, out)?;
        writeln!(out, "--- drop.txt")?;
        lists::drop(findings, out)
    });
}

#[test]
fn manifest() {
    check("manifest", |findings, out| {
        let origin = Origin {
            settings: serde_json::json!({ "near": { "threshold": 0.8 } }),
            inputs: vec!["invented.jsonl".into(), "-".into()],
            files: vec!["members.jsonl".into()],
            timings: vec![("read".into(), 1.23456)],
        };
        Manifest { version: "0.0.0".into(), ..Manifest::of(findings, origin) }.write(out)
    });
}

#[test]
fn one_json_object() {
    check("json", json::write);
}

#[test]
fn summary_for_people() {
    check("summary", |findings, out| summary::write(findings, &SummaryOptions::default(), out));
}

#[test]
fn summary_in_colour_and_cut_short() {
    let options =
        SummaryOptions { width_columns: 40, style: Style::Colour, stories: 2, members: 1, more: Some("-v shows all") };
    check("summary-short", |findings, out| summary::write(findings, &options, out));
}

/// What a scan of the hostile sample is worth, by labels that are partly wrong.
fn labelled() -> Vec<LabelledPair> {
    let line = |a: &str, b: &str, label: &str| {
        serde_json::json!({ "a": a, "b": b, "label": label, "same_story": false, "note": "one\x1b[1m note" })
            .to_string()
    };
    let lines = [
        line("=1+1", "line\nbreak", "excerpt"),
        line("=1+1", "\x1b[31mred\x1b[0m", "copy"),
        line("\"quoted\"", "tab\tid", "independent"),
        line("plain-7", "plain-8", "quote"),
        line("plain-8", "=1+1", "rewrite"),
        line("plain-8", "\x1b[0mghost", "copy"),
    ];
    labelled_pairs("labelled.jsonl", lines.join("\n").as_bytes()).unwrap()
}

#[test]
fn evaluation_as_text_and_json() {
    let evaluation = evaluate(&sample::many(), &labelled()).unwrap();
    let mut text = Vec::new();
    evaluation::text(&evaluation, Wrongs::Listed, &mut text).unwrap();
    insta::assert_snapshot!("evaluation-text", visible(&text));
    let mut json = Vec::new();
    evaluation::json(&evaluation, Wrongs::Counted, &mut json).unwrap();
    insta::assert_snapshot!("evaluation-json", visible(&json));
}
