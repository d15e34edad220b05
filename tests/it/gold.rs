//! Labelled articles of real outlets, which are not part of the project: judged where they lie beside it.

use std::fs::File;
use std::io::BufReader;

use wirecopy::evaluate::{evaluate, labelled_pairs};
use wirecopy::pipeline;
use wirecopy::progress::Silent;
use wirecopy::read::Input;
use wirecopy::settings::Settings;

use crate::corpora::project;

const PRECISION_FLOOR: f64 = 0.95;
const F1_FLOOR: f64 = 0.95;
const MACRO_F1_FLOOR: f64 = 0.84;
/// Pairs that report different events, or share no prose, in one story: at most.
const GLUED: u64 = 3;

#[test]
fn real_articles_are_linked_as_people_labelled_them() {
    let folder = project().with_file_name("shared").join("gold/helsinki");
    if !folder.exists() {
        eprintln!("skipped: no labelled articles in {}", folder.display());
        return;
    }
    let articles = Input::Path(folder.join("articles.jsonl"));
    let findings = pipeline::scan(vec![articles], &Settings::default(), &Silent).unwrap();
    let pairs = BufReader::new(File::open(folder.join("pairs.jsonl")).unwrap());
    let evaluation = evaluate(&findings, &labelled_pairs("pairs.jsonl", pairs).unwrap()).unwrap();
    assert_eq!(evaluation.unknown_pairs, 0);
    let links = &evaluation.links;
    let figures = [
        ("precision", links.precision.estimate.value.unwrap_or(0.0), PRECISION_FLOOR),
        ("F1", links.f1.value.unwrap_or(0.0), F1_FLOOR),
        ("macro F1", evaluation.macro_f1, MACRO_F1_FLOOR),
    ];
    for (what, value, floor) in figures {
        eprintln!("{what} {value:.4}, floor {floor}");
        assert!(value >= floor, "{what} {value:.4} is below {floor}");
    }
    assert!(evaluation.stories.others <= GLUED, "{} pairs glued", evaluation.stories.others);
}
