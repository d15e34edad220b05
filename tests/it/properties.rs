//! What holds for all findings: as many rows out as findings in, tables that come back as they were, lines that fit.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;
use wirecopy::article::{ArticleId, Location, Moment, Reject, Span};
use wirecopy::credit::{Basis, Credit, Place};
use wirecopy::findings::{Findings, Kind, Member, Pair, Passage, Story};
use wirecopy::relate::Direction;
use wirecopy::relation::Relation;
use wirecopy::report::load::{self, Rows};
use wirecopy::report::rows::Row;
use wirecopy::report::summary::{SummaryOptions, write};
use wirecopy::report::{Table, TableFormat, lists, rows};
use wirecopy::score::Feature;

/// Any characters, with many of those that formats trip over.
fn text() -> impl Strategy<Value = String> {
    vec(prop_oneof![4 => any::<char>(), 3 => prop::sample::select("=+-@'\",;\\\t\r\n\x1b\u{202e}\u{2028}a 港".chars().collect::<Vec<_>>())], 1..12)
        .prop_map(String::from_iter)
}

fn moment() -> impl Strategy<Value = Moment> {
    (0_i64..4_000_000_000, option::of(-900_i16..900), any::<bool>())
        .prop_map(|(seconds, offset_minutes, day_only)| Moment { seconds, offset_minutes, day_only, doubtful: false })
}

prop_compose! {
    fn findings()(articles in vec((text(), option::of(text()), option::of(moment()), any::<bool>()), 2..9))(
        stories in vec((0..articles.len(), option::of(text())), 0..3),
        pairs in vec((0..articles.len(), 0..articles.len(), 0_usize..8, any::<bool>(), 0.0..1.0, vec((0_u32..99, 0_u32..99), 0..3), text()), 0..9),
        passages in vec((text(), vec(0..articles.len(), 1..4)), 0..4),
        rejects in vec((text(), 0_u64..99, text()), 0..4),
        articles in Just(articles),
    ) -> Findings {
        let article = |place: usize| ArticleId(place as u32);
        let mut members: Vec<Member> = articles.into_iter().zip(1..).map(|((id, source, published, keep), record)| Member {
            // A number makes it unique.
            id: format!("{id}{record}"),
            location: Location { path: "invented".into(), record, byte_offset: 0 },
            content: u128::from(record),
            url: source.clone(),
            source,
            title: (!keep).then(|| id.clone()),
            lang: None,
            published,
            kind: Kind::Original,
            near: None,
            story: None,
            partial_in: vec![],
            relation: keep.then_some(Relation::Version),
            closest: None,
            duplicate_of: (!keep).then_some(ArticleId(0)),
            similarity: keep.then_some(0.123_456_7),
            containment: None,
            keep,
            agency: (!id.is_empty()).then(|| Box::new(Credit {
                agency: "Norrland Wire".into(),
                others: vec!["Osrand".into(); usize::from(keep)],
                basis: Basis::Inferred,
                place: Place::Story,
                evidence: id.clone(),
                span: None,
            })),
            keep_reason: id,
        }).collect();
        let mut made: Vec<Story> = Vec::new();
        for (place, title) in stories {
            if members[place].story.is_none() {
                members[place].story = Some(made.len());
                made.push(Story {
                    id: format!("story {}", made.len()),
                    members: vec![article(place)],
                    sources: members[place].source.iter().cloned().collect(),
                    title,
                    first_published: members[place].published,
                    last_published: None,
                    origin: None,
                    agency: None,
                    syndicated: place > 0,
                    min_similarity: 0.5,
                });
            }
        }
        let spans = |ends: &[(u32, u32)]| ends.iter().map(|&(start, end)| Span { start, end }).collect::<Vec<_>>();
        let mut findings = Findings {
            members: members.into(),
            stories: made,
            pairs: pairs.into_iter().map(|(a, b, relation, same_source, share, ends, rule)| Pair {
                a: article(a),
                b: article(b),
                relation: Relation::ALL[relation],
                direction: same_source.then_some(Direction::AInB),
                jaccard: share,
                containment_a: share,
                containment_b: 1.0 - share,
                prose_a: share,
                prose_b: share,
                evidence_bits: share * -90.0,
                probability: same_source.then_some(share),
                weights: vec![(Feature::ALL[relation], (share * 100.0).round() / -100.0)],
                longest_run: 1,
                shared_tokens: 2,
                quote_share: share,
                same_source,
                a_spans: spans(&ends),
                b_spans: spans(&ends),
                rule,
            }).collect(),
            passages: passages.into_iter().map(|(text, carriers)| Passage {
                id: text.clone(),
                story: None,
                text,
                tokens: 3,
                earliest: article(carriers[0]),
                carriers: carriers.into_iter().map(|place| (article(place), Span { start: 0, end: 1 })).collect(),
            }).collect(),
            rejects: rejects.into_iter().map(|(path, record, reason)| Reject { records: 1 + record % 3, ..Reject::new(path.into(), record, record, reason) }).collect(),
            ..Findings::default()
        };
        findings.complete().unwrap();
        findings
    }
}

fn bytes(findings: &Findings, table: Table, format: TableFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    table.write(findings, format, &mut bytes).unwrap();
    bytes
}

fn read<R: Row>(findings: &Findings, table: Table, format: TableFormat) -> Vec<R> {
    let bytes = bytes(findings, table, format);
    match format {
        TableFormat::Jsonl => load::jsonl(table.name(), &bytes[..]).map(Result::unwrap).collect(),
        TableFormat::Csv => load::csv(table.name(), &bytes[..]).unwrap().map(Result::unwrap).collect(),
        #[cfg(feature = "parquet")]
        TableFormat::Parquet => {
            let mut file = tempfile::tempfile().unwrap();
            std::io::Write::write_all(&mut file, &bytes).unwrap();
            wirecopy::report::parquet::read(table.name(), file).unwrap().map(Result::unwrap).collect()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn as_many_rows_out_as_findings_in_and_the_same_when_read(findings in findings()) {
        for &format in TableFormat::ALL {
            let read = Rows {
                members: read(&findings, Table::Members, format),
                pairs: read(&findings, Table::Pairs, format),
                stories: read(&findings, Table::Stories, format),
                outlets: read(&findings, Table::Outlets, format),
                passages: read(&findings, Table::Passages, format),
                rejects: read(&findings, Table::Rejects, format),
            };
            prop_assert_eq!(&read.members, &rows::members(&findings).iter().collect::<Vec<_>>());
            prop_assert_eq!(&read.pairs, &rows::pairs(&findings).iter().collect::<Vec<_>>());
            prop_assert_eq!(&read.stories, &rows::stories(&findings).iter().collect::<Vec<_>>());
            prop_assert_eq!(&read.outlets, &rows::outlets(&findings).iter().collect::<Vec<_>>());
            prop_assert_eq!(&read.passages, &rows::passages(&findings).iter().collect::<Vec<_>>());
            prop_assert_eq!(&read.rejects, &rows::rejects(&findings).iter().collect::<Vec<_>>());
            let again = load::assembled(read).unwrap();
            for table in Table::ALL {
                prop_assert_eq!(bytes(&again, table, format), bytes(&findings, table, format));
            }
        }
    }

    #[test]
    fn lists_name_every_article_on_one_line(findings in findings()) {
        let (mut keep, mut drop) = (Vec::new(), Vec::new());
        lists::keep(&findings, &mut keep).unwrap();
        lists::drop(&findings, &mut drop).unwrap();
        let lines = String::from_utf8(keep).unwrap().lines().count() + String::from_utf8(drop).unwrap().lines().count();
        prop_assert_eq!(lines, findings.members.len());
    }

    #[test]
    fn summary_lines_fit_and_hold_nothing_a_terminal_obeys(findings in findings(), width_columns in 1_usize..120) {
        let mut out = Vec::new();
        write(&findings, &SummaryOptions { width_columns, ..SummaryOptions::default() }, &mut out).unwrap();
        for line in String::from_utf8(out).unwrap().split('\n') {
            prop_assert!(line.chars().map(|c| UnicodeWidthStr::width(c.to_string().as_str())).sum::<usize>() <= width_columns, "{}", line);
            let obeyed = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            prop_assert!(!line.contains(obeyed), "{}", line);
        }
    }
}
