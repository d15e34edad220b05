//! What two texts share: the quick ways against slow obvious ones.

use std::borrow::Cow;
use std::collections::HashSet;

use wirecopy::pipeline;
use wirecopy::progress::Silent;
use wirecopy::read::Input;
use wirecopy::relation::Relation;
use wirecopy::settings::Settings;
use wirecopy::shingle::overlap::{Overlap, ShingleTable};
use wirecopy::shingle::{ShingleCounter, shingle_set};
use wirecopy::text::Tokenizer;
use wirecopy::verify::runs::Aligner;

/// Two texts of a few different words, so that much is shared: a byte is a word, and 255 stands between the texts.
fn words(bytes: &[u8]) -> [Vec<u32>; 2] {
    let mut texts = bytes.splitn(2, |&byte| byte == 255);
    std::array::from_fn(|_| texts.next().unwrap_or_default().iter().map(|&byte| u32::from(byte) % 32).collect())
}

/// Shared runs are equal words, do not overlap in either text, and none could go on unless another one is there.
pub fn runs(bytes: &[u8]) {
    let [a, b] = words(bytes);
    let mut aligner = Aligner::new();
    aligner.index(&a);
    let runs = aligner.runs(&a, &b);
    let (mut in_a, mut in_b) = (vec![false; a.len()], vec![false; b.len()]);
    for run in &runs {
        assert!(run.tokens > 0);
        assert_eq!(a[run.a..run.a + run.tokens], b[run.b..run.b + run.tokens], "a run is shared");
        for at in 0..run.tokens {
            assert!(!in_a[run.a + at] && !in_b[run.b + at], "runs do not overlap");
            (in_a[run.a + at], in_b[run.b + at]) = (true, true);
        }
    }
    assert!(runs.windows(2).all(|pair| pair[0].a < pair[1].a), "runs are in order");
    aligner.index(&a);
    assert_eq!(aligner.runs(&a, &b), runs, "an aligner remembers nothing");
}

/// The overlap of a table is that of two sorted lists, and of two sets.
pub fn shingles(bytes: &[u8]) {
    let [a, b] = words(bytes);
    let (of_a, of_b) = (shingle_set(&a), shingle_set(&b));
    let slow: (HashSet<u64>, HashSet<u64>) = (of_a.iter().copied().collect(), of_b.iter().copied().collect());
    let expected = Overlap { a: slow.0.len(), b: slow.1.len(), shared: slow.0.intersection(&slow.1).count() };
    let figures = |overlap: &Overlap| (overlap.a, overlap.b, overlap.shared);
    assert_eq!(figures(&Overlap::of(&of_a, &of_b)), figures(&expected));
    let different = ShingleCounter::default().different(&b);
    assert_eq!(different, slow.1.len());
    let mut table = ShingleTable::of(Cow::Borrowed(&a));
    assert_eq!(figures(&table.overlap(&b, different)), figures(&expected));
    for threshold in [0.1, 0.5, 0.8, 1.0] {
        let found = table.jaccard_from(threshold, &b, || different);
        assert_eq!(found, Some(expected.jaccard()).filter(|&jaccard| jaccard >= threshold));
    }
}

/// A scan of a few texts, which two lines of dashes stand between. Every article is a member once, every class keeps one, and
/// every pair shows stretches of both texts with the same words.
pub fn scan(bytes: &[u8]) {
    let all = String::from_utf8_lossy(bytes);
    let texts: Vec<&str> = all.split("\n--\n").take(6).collect();
    let record = |(number, text): (usize, &&str)| {
        let source = format!("outlet{}.example", number % 3);
        serde_json::json!({ "id": number.to_string(), "source": source, "text": text }).to_string()
    };
    let lines: Vec<String> = texts.iter().enumerate().map(record).collect();
    let input = Input::Stream { name: "-".into(), reader: Box::new(std::io::Cursor::new(lines.join("\n"))) };
    let mut settings = Settings::default();
    settings.relate.relations = Relation::ALL.to_vec();
    settings.relate.all_pairs = true;
    let Ok(findings) = pipeline::scan(vec![input], &settings, &Silent) else { return };
    let records = findings.members.len() as u64 + findings.rejects.iter().map(|reject| reject.records).sum::<u64>();
    assert_eq!(records, texts.len() as u64, "every record is a member or a reject");
    let text_of = |place: usize| texts[findings.members.get(place).id.parse::<usize>().expect("ids are numbers")];
    let mut tokenizer = Tokenizer::new();
    let mut stretch = |text: &str, span: &wirecopy::article::Span| {
        let tokens = tokenizer.tokens(text);
        let inside = |at: &usize| tokens.spans[*at].start >= span.start && tokens.spans[*at].end <= span.end;
        (0..tokens.len()).filter(inside).map(|at| tokens.ids[at]).collect::<Vec<u32>>()
    };
    for pair in findings.pairs.iter() {
        assert_eq!(pair.a_spans.len(), pair.b_spans.len());
        for (of_a, of_b) in pair.a_spans.iter().zip(&pair.b_spans) {
            let (of_a, of_b) = (stretch(text_of(pair.a.index()), of_a), stretch(text_of(pair.b.index()), of_b));
            assert!(!of_a.is_empty() && of_a == of_b, "what is shown is shared");
        }
    }
    for member in findings.members.iter() {
        match member.duplicate_of {
            Some(kept) => assert!(findings.members.get(kept.index()).keep && !member.keep, "a class keeps one"),
            None => assert!(member.keep),
        }
    }
}
