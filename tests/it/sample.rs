//! Invented findings: none, one story, and many with hostile text.

use wirecopy::article::{ArticleId, Location, Moment, Reject, Span};
use wirecopy::credit::{Basis, Credit, Place};
use wirecopy::findings::{Counts, Findings, Kind, Member, Origin, Pair, Passage, Story};
use wirecopy::relate::Direction;
use wirecopy::relation::Relation;
use wirecopy::score::Feature;

/// A scan of nothing that could be found.
pub fn none() -> Findings {
    counted(Findings { members: vec![member("alone", "vellpost.example")].into(), ..Findings::default() })
}

/// One story of two articles.
pub fn one() -> Findings {
    let mut first = member("vell-1", "vellpost.example");
    first.title = Some("Storm closes the harbour at Vell".into());
    first.lang = Some("en-GB".into());
    first.published = Some(moment(1_709_283_600, Some(60)));
    first.story = Some(0);
    first.relation = Some(Relation::NearDuplicate);
    first.closest = Some(ArticleId(1));
    first.similarity = Some(0.912_345);
    first.containment = Some(1.0 / 3.0);
    let mut second = Member { id: "orm-7".into(), source: Some("ormgazette.example".into()), ..first.clone() };
    second.location.record = 2;
    second.published = Some(moment(1_709_337_600, None));
    second.closest = Some(ArticleId(0));
    second.duplicate_of = Some(ArticleId(0));
    second.keep = false;
    second.agency = Some(Box::new(Credit {
        agency: "Norrland Wire".into(),
        others: vec!["Osrand".into()],
        basis: Basis::Credited,
        place: Place::Closing,
        evidence: "with \x1b[2JNorrland Wire <b>".into(),
        span: None,
    }));
    second.keep_reason = "near-duplicate of vell-1".into();
    counted(Findings {
        members: vec![first, second].into(),
        pairs: vec![pair(0, 1, Relation::NearDuplicate)].into(),
        stories: vec![Story {
            id: "5f2d0c11".into(),
            members: vec![ArticleId(0), ArticleId(1)],
            sources: vec!["ormgazette.example".into(), "vellpost.example".into()],
            title: Some("Storm closes the harbour at Vell".into()),
            first_published: Some(moment(1_709_283_600, Some(60))),
            last_published: Some(moment(1_709_337_600, None)),
            origin: Some(Origin {
                article: ArticleId(0),
                confidence: 0.75,
                reasons: vec!["first by nine hours".into()],
            }),
            agency: Some(("Norrland Wire".into(), "VELL (Norrland Wire) -".into())),
            syndicated: true,
            min_similarity: 0.912_345,
        }],
        passages: vec![Passage {
            id: "p-1".into(),
            story: Some(0),
            text: "The harbour master said no ship would leave before Sunday.".into(),
            tokens: 10,
            carriers: vec![(ArticleId(0), Span { start: 120, end: 178 }), (ArticleId(1), Span { start: 4, end: 62 })],
            earliest: ArticleId(0),
        }]
        .into(),
        rejects: vec![],
        ..Findings::default()
    })
}

/// Three stories, a round-up and rejects, in which every text that comes from documents is hostile.
pub fn many() -> Findings {
    let ids = [
        "=1+1",
        "\x1b[31mred\x1b[0m",
        "line\nbreak",
        "\"quoted\"",
        "tab\tid",
        "\u{202e}desrever\u{202c}",
        "plain-7",
        "plain-8",
    ];
    let stories: [&[u32]; 3] = [&[0, 1, 2], &[3, 4], &[5, 6]];
    let titles = [
        "<script>alert(1)</script>\x1b]0;owned\x07",
        "\u{202e}تحذير\u{2066} من العاصفة\u{2069}\r\n::error::x",
        "=HYPERLINK(\"x\")",
    ];
    let mut members: Vec<Member> = ids.iter().map(|id| member(id, "@outlet\x1b[2J.example")).collect();
    let mut found = Vec::new();
    for (place, (articles, title)) in stories.iter().zip(titles).enumerate() {
        for &article in *articles {
            let member = &mut members[article as usize];
            member.story = Some(place);
            member.title = Some(title.into());
            member.relation = Some(Relation::Rewrite);
        }
        found.push(Story {
            id: format!("story-{place}"),
            members: articles.iter().copied().map(ArticleId).collect(),
            sources: vec!["@outlet\x1b[2J.example".into()],
            title: Some(title.into()),
            first_published: None,
            last_published: None,
            origin: None,
            agency: None,
            syndicated: place > 0,
            min_similarity: 0.03,
        });
    }
    members[1].published =
        Some(Moment { seconds: 1_709_251_200, offset_minutes: None, day_only: true, doubtful: false });
    members[7].partial_in = vec![0, 2];
    members[7].url = Some("https://outlet.example/?a=1&b=<x>\"'".into());
    let pairs = vec![
        pair(0, 1, Relation::Rewrite),
        Pair { direction: Some(Direction::BInA), ..pair(0, 2, Relation::Excerpt) },
        pair(3, 4, Relation::Version),
        pair(5, 6, Relation::Identical),
        Pair { rule: "quotes only: \u{9b}31m of\u{2028}words".into(), ..pair(6, 7, Relation::Quote) },
    ];
    let passages = vec![Passage {
        id: "p-2".into(),
        story: None,
        text: "+1 said \"no\",\n\tthen -- 'yes'\u{85}\u{feff}".into(),
        tokens: 6,
        carriers: vec![(ArticleId(2), Span { start: 0, end: 30 })],
        earliest: ArticleId(2),
    }];
    let reject = |record: u64, reason: &str| Reject {
        path: "bad\x1b[1m.jsonl".into(),
        record,
        records: 1,
        byte_offset: record * 100,
        reason: reason.into(),
    };
    counted(Findings {
        members: members.into(),
        pairs: pairs.into(),
        stories: found,
        passages: passages.into(),
        rejects: vec![reject(1, "no text"), reject(2, "broken JSON: \x1b[31m"), reject(3, "no text")],
        ..Findings::default()
    })
}

fn member(id: &str, source: &str) -> Member {
    Member {
        id: id.into(),
        location: Location { path: "invented.jsonl".into(), record: 1, byte_offset: 0 },
        content: 0,
        url: None,
        source: Some(source.into()),
        title: None,
        lang: None,
        published: None,
        kind: Kind::Original,
        near: None,
        story: None,
        partial_in: vec![],
        relation: None,
        closest: None,
        duplicate_of: None,
        similarity: None,
        containment: None,
        keep: true,
        keep_reason: "first of its kind".into(),
        agency: None,
    }
}

fn pair(a: u32, b: u32, relation: Relation) -> Pair {
    Pair {
        a: ArticleId(a),
        b: ArticleId(b),
        relation,
        direction: None,
        jaccard: 0.123_456,
        containment_a: 0.5,
        containment_b: 0.25,
        prose_a: 2.0 / 3.0,
        prose_b: 1.0,
        evidence_bits: 150.04,
        probability: Some(0.987_654),
        weights: vec![(Feature::Share, 3.914), (Feature::Days, -0.5)],
        longest_run: 31,
        shared_tokens: 62,
        quote_share: 0.0,
        same_source: true,
        a_spans: vec![Span { start: 0, end: 40 }, Span { start: 50, end: 90 }],
        b_spans: vec![Span { start: 7, end: 47 }, Span { start: 60, end: 100 }],
        rule: "invented".into(),
    }
}

fn moment(seconds: i64, offset_minutes: Option<i16>) -> Moment {
    Moment { seconds, offset_minutes, day_only: false, doubtful: false }
}

/// The findings with what a scan would have counted in them.
fn counted(findings: Findings) -> Findings {
    let members =
        |which: &dyn Fn(&Member) -> bool| findings.members.iter().filter(|member| which(member)).count() as u64;
    let counts = Counts {
        files: 1,
        articles: findings.members.len() as u64,
        undated: members(&|member| member.published.is_none()),
        without_source: members(&|member| member.source.is_none()),
        rejects: findings.rejects.len() as u64,
        links: findings.pairs.iter().filter(|pair| pair.relation.links()).count() as u64,
        stories: findings.stories.len() as u64,
        articles_in_stories: members(&|member| member.story.is_some()),
        dropped: members(&|member| !member.keep),
        ..Counts::default()
    };
    let mut findings = Findings { counts, ..findings };
    findings.complete().unwrap();
    findings
}
