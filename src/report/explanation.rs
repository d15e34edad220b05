//! What the stages made of one article or of two, as text for people and as one JSON object.

use std::io::{self, Write};

use serde::Serialize;

use super::comparison::{body, kinds, party};
use super::escape;
use super::layout::{Indent, Names, Page, Paint, Piece, bracketed, legend};
use super::summary::{Style, count, grouped};
use crate::explain::{
    ArticleExplained, Bands, Curve, Explanation, Kind, Link, Membership, PairExplained, Part, Passages, Path, Shingles,
    Sketch, Stage, Story, Tokens,
};
use crate::findings::SCHEMA_VERSION;

/// How much is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// The beginning of long lists.
    Overview,
    /// Everything.
    Full,
}

impl Detail {
    /// How many of `lines` are shown where an overview shows `few`.
    fn shown(self, few: usize, lines: usize) -> usize {
        // One line more costs no more than to say that it is there.
        if self == Detail::Full || lines <= few + 1 { lines } else { few }
    }
}

/// How an explanation looks.
#[derive(Clone, Copy, Debug)]
pub struct ExplanationOptions {
    /// Columns of a line.
    pub width_columns: usize,
    /// Whether colours are used.
    pub style: Style,
    /// How much is shown.
    pub detail: Detail,
}

/// Writes the explanation as text.
pub fn text(explanation: &Explanation, options: &ExplanationOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(out, options.width_columns, options.style);
    match &explanation.articles[..] {
        [article] => party(&mut page, "", &article.article)?,
        articles => {
            for (article, name) in articles.iter().zip(["A", "B"]) {
                party(&mut page, name, &article.article)?;
            }
        }
    }
    for stage in Stage::ALL {
        let pair = explanation.pair.as_ref();
        let comparison = pair.is_some_and(|pair| pair.comparison.is_some());
        let shown = match stage {
            Stage::Evidence => comparison || explanation.articles.iter().any(|article| has(article, stage)),
            _ => explanation.articles.iter().any(|article| has(article, stage)),
        };
        if !shown {
            continue;
        }
        page.blank()?;
        let heading = [Piece::new(Paint::Bold, stage.name()), Piece::new(Paint::Dim, format!(": {}", stage.line()))];
        page.paragraph(Indent { first: 0, rest: 2 }, &heading)?;
        for (article, name) in explanation.articles.iter().zip(["A", "B"]).filter(|(article, _)| has(article, stage)) {
            if pair.is_some() {
                page.line(2, Paint::Bold, &format!("{name}  {}", article.article.id))?;
            }
            of_article(&mut page, article, stage, options.detail)?;
        }
        if let Some(pair) = pair {
            of_pair(&mut page, pair, stage, options.detail)?;
        }
    }
    Ok(())
}

/// Writes the explanation as one JSON object on one line.
pub fn json(explanation: &Explanation, out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Document<'a> {
        schema_version: u32,
        #[serde(flatten)]
        explanation: &'a Explanation,
    }
    escape::json(&Document { schema_version: SCHEMA_VERSION, explanation }, out)?;
    out.write_all(b"\n")
}

/// Writes the probability of candidacy as a plot of lines.
pub fn curve_text(curve: &Curve, width_columns: usize, style: Style, out: &mut dyn Write) -> io::Result<()> {
    /// Columns before the bar of a row and behind it.
    const BESIDE: usize = 22;
    let mut page = Page::new(out, width_columns, style);
    let plan = format!(
        "threshold {}, recall {}: {} of {}, {} of {} values used",
        curve.threshold,
        curve.recall,
        count(curve.bands, "band", "bands"),
        count(curve.rows, "row", "rows"),
        curve.bands * curve.rows,
        curve.signature
    );
    page.text(0, Paint::Bold, &plan)?;
    let kept = format!(
        "a pair at the threshold becomes a candidate with probability {}",
        probability(curve.threshold, curve.candidacy_at_threshold)
    );
    page.text(0, Paint::Plain, &kept)?;
    if curve.candidacy_at_threshold < curve.recall {
        page.text(0, Paint::Plain, "more than the sketch can give: the recall asked for is not reached")?;
    }
    page.blank()?;
    page.row("   J   P(candidate)", "")?;
    let room = width_columns.saturating_sub(BESIDE + "  threshold".len()).clamp(1, 60);
    let at = |jaccard: f64| (curve.threshold - jaccard).abs() < 1e-9;
    let mut rows: Vec<(f64, f64)> = curve.points.iter().map(|point| (point.jaccard, point.candidacy)).collect();
    if !rows.iter().any(|row| at(row.0)) {
        rows.push((curve.threshold, curve.candidacy_at_threshold));
        rows.sort_by(|x, y| x.0.total_cmp(&y.0));
    }
    for (jaccard, candidacy) in rows {
        let bar = "#".repeat((candidacy * room as f64).round() as usize);
        let mark = if at(jaccard) { "  threshold" } else { "" };
        // Two decimals but for a threshold that has more.
        let place = if (jaccard * 100.0).fract().abs() < 1e-9 { format!("{jaccard:.2}") } else { jaccard.to_string() };
        page.row(&format!(" {place:<6} {:<9} ", probability(jaccard, candidacy)), &format!("{bar}{mark}"))?;
    }
    Ok(())
}

/// Writes the curve as one JSON object on one line.
pub fn curve_json(curve: &Curve, out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Document<'a> {
        schema_version: u32,
        #[serde(flatten)]
        curve: &'a Curve,
    }
    escape::json(&Document { schema_version: SCHEMA_VERSION, curve }, out)?;
    out.write_all(b"\n")
}

/// Five decimals; nearly certain is not certain, nor is what only rounding made so.
fn probability(jaccard: f64, value: f64) -> String {
    let text = format!("{value:.5}");
    match text.as_str() {
        "1.00000" if jaccard < 1.0 => ">.99999".into(),
        "0.00000" if jaccard > 0.0 => "<.00001".into(),
        _ => text,
    }
}

fn has(article: &ArticleExplained, stage: Stage) -> bool {
    match stage {
        Stage::Tokens => article.tokens.is_some(),
        Stage::Shingles => article.shingles.is_some(),
        Stage::Sketch => article.sketch.is_some(),
        Stage::Bands => article.bands.is_some(),
        Stage::Passages => article.passages.is_some(),
        Stage::Evidence => article.evidence.is_some(),
    }
}

fn of_article(page: &mut Page<'_>, article: &ArticleExplained, stage: Stage, detail: Detail) -> io::Result<()> {
    match stage {
        Stage::Tokens => article.tokens.iter().try_for_each(|product| tokens(page, product, detail)),
        Stage::Shingles => article.shingles.iter().try_for_each(|product| shingles(page, product, detail)),
        Stage::Sketch => article.sketch.iter().try_for_each(|product| sketch(page, product, detail)),
        Stage::Bands => article.bands.iter().try_for_each(|product| bands(page, product, detail)),
        Stage::Passages => article.passages.iter().try_for_each(|product| passages(page, product, detail)),
        Stage::Evidence => article.evidence.iter().try_for_each(|product| membership(page, product, detail)),
    }
}

/// Says how many more there are, and how to see them.
fn rest(page: &mut Page<'_>, hidden: usize, stage: Stage) -> io::Result<()> {
    if hidden == 0 {
        return Ok(());
    }
    page.line(2, Paint::Dim, &format!("… {} more; --stage {} shows all", grouped(hidden as u64), stage.name()))
}

fn tokens(page: &mut Page<'_>, tokens: &Tokens, detail: Detail) -> io::Result<()> {
    let counts = format!(
        "{}; {} in names, {} with digits; {}, {}; the lead is the first {}",
        kinds(&tokens.kinds),
        tokens.names,
        tokens.numbers,
        count(tokens.sentences, "sentence", "sentences"),
        count(tokens.lines, "line", "lines"),
        tokens.lead_tokens
    );
    page.text(2, Paint::Plain, &counts)?;
    if tokens.kinds.furniture > 0 {
        let furniture = format!(
            "furniture: {} by what the text itself shows, {} since the outlet prints it elsewhere",
            tokens.furniture_own, tokens.furniture_learned
        );
        page.text(2, Paint::Plain, &furniture)?;
    }
    let present: Vec<Kind> = tokens.kinds.present().into_iter().map(|(kind, _)| kind).collect();
    if let Some(legend) = legend(&present, Names::Shown) {
        page.text(2, Paint::Dim, &legend)?;
    }
    let mut written: Vec<String> = Vec::new();
    for line in lines(&tokens.parts) {
        written.extend(page.wrapped(Indent { first: 4, rest: 4 }, &bracketed(&line, Names::Shown)));
    }
    let shown = detail.shown(12, written.len());
    page.lines(&written[..shown])?;
    rest(page, written.len() - shown, Stage::Tokens)
}

/// The parts of each line of a text; blank lines are left out.
fn lines(parts: &[Part]) -> Vec<Vec<Part>> {
    let mut lines: Vec<Vec<Part>> = vec![Vec::new()];
    for part in parts {
        for (place, text) in part.text.split('\n').enumerate() {
            if place > 0 {
                lines.push(Vec::new());
            }
            if let Some(line) = lines.last_mut().filter(|_| !text.is_empty()) {
                line.push(Part { text: text.to_owned(), ..part.clone() });
            }
        }
    }
    lines.retain(|line| line.iter().any(|part| !part.text.trim().is_empty()));
    lines
}

fn shingles(page: &mut Page<'_>, shingles: &Shingles, detail: Detail) -> io::Result<()> {
    let number = count(shingles.shingles.len(), "shingle", "shingles");
    page.text(
        2,
        Paint::Plain,
        &format!("{number}, {} different; hash, bytes, words", grouped(shingles.different as u64)),
    )?;
    let shown = detail.shown(4, shingles.shingles.len());
    for shingle in &shingles.shingles[..shown] {
        let span = format!("{}-{}", shingle.span.start, shingle.span.end);
        page.row(&format!("    {}  {span:<11}  ", shingle.hash), &shingle.text)?;
    }
    rest(page, shingles.shingles.len() - shown, Stage::Shingles)
}

fn sketch(page: &mut Page<'_>, sketch: &Sketch, detail: Detail) -> io::Result<()> {
    /// Values in a line of 80 columns.
    const A_LINE: usize = 6;
    let number = count(sketch.values.len(), "value", "values");
    page.text(2, Paint::Plain, &format!("{number}: the round that filled the bin, and the least hash of that round"))?;
    let lines: Vec<String> = sketch
        .values
        .chunks(A_LINE)
        .map(|values| {
            values
                .iter()
                .map(|value| format!("{:>3}:{:08x}", value >> 32, value & 0xffff_ffff))
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    let shown = detail.shown(2, lines.len());
    for line in &lines[..shown] {
        page.row("   ", line)?;
    }
    rest(page, sketch.values.len().saturating_sub(shown * A_LINE), Stage::Sketch)
}

fn bands(page: &mut Page<'_>, bands: &Bands, detail: Detail) -> io::Result<()> {
    /// Keys in a line of 80 columns.
    const A_LINE: usize = 8;
    page.text(
        2,
        Paint::Plain,
        &format!("{} of {} values; their keys:", count(bands.bands.len(), "band", "bands"), bands.rows),
    )?;
    for keys in bands.bands.chunks(A_LINE) {
        let line = keys.iter().map(|band| band.key.as_str()).collect::<Vec<_>>().join(" ");
        page.row("    ", &line)?;
    }
    if bands.company.is_empty() {
        return page.text(2, Paint::Plain, "no other article is in any of its buckets");
    }
    page.text(2, Paint::Plain, "in one bucket with it:")?;
    let shown = detail.shown(6, bands.company.len());
    for company in &bands.company[..shown] {
        let number = format!("{} of {} bands", company.bands.len(), bands.bands.len());
        let jaccard = format!("Jaccard {:.4}", company.jaccard);
        page.row(&format!("    {number:<15} {jaccard}  "), &company.id)?;
    }
    rest(page, bands.company.len() - shown, Stage::Bands)
}

fn passages(page: &mut Page<'_>, passages: &Passages, detail: Detail) -> io::Result<()> {
    let alone = passages.fingerprints.iter().filter(|f| f.carriers.is_empty()).count();
    let learned = |kind| passages.fingerprints.iter().filter(|f| f.learned == Some(kind)).count();
    let mut head = format!(
        "{}, at least one of any {} runs of {} words; no other class carries {}",
        count(passages.fingerprints.len(), "fingerprint", "fingerprints"),
        passages.window,
        passages.width_tokens,
        grouped(alone as u64)
    );
    for (kind, what) in [(Kind::Furniture, "furniture of the outlet"), (Kind::Stock, "stock")] {
        if learned(kind) > 0 {
            head += &format!("; {} learned as {what}", learned(kind));
        }
    }
    page.text(2, Paint::Plain, &head)?;
    let shown = detail.shown(6, passages.stretches.len());
    for stretch in &passages.stretches[..shown] {
        let learned = stretch.learned.map_or(String::new(), |kind| format!(", learned as {}", kind.name()));
        let (number, what) = (stretch.carriers.len(), if stretch.carriers.len() == 1 { "class" } else { "classes" });
        let who =
            if number == 0 { "no other class".into() } else { format!("{number} other {what}, {}", stretch.seeding) };
        let head = format!(
            "{}-{}: {}, {who}{learned}",
            stretch.span.start,
            stretch.span.end,
            count(stretch.fingerprints, "fingerprint", "fingerprints")
        );
        page.text(4, Paint::Plain, &head)?;
        if number > 0 {
            page.text(6, Paint::Dim, &listed(&stretch.carriers, detail))?;
        }
        page.line(6, stretch.learned.map_or(Paint::Plain, Paint::Of), &stretch.text)?;
    }
    rest(page, passages.stretches.len() - shown, Stage::Passages)
}

/// Ids in a row; an overview shows the first few.
fn listed(ids: &[String], detail: Detail) -> String {
    let shown = detail.shown(6, ids.len());
    let mut text = ids[..shown].join(", ");
    if shown < ids.len() {
        text += &format!(" and {} more", grouped((ids.len() - shown) as u64));
    }
    text
}

fn membership(page: &mut Page<'_>, membership: &Membership, detail: Detail) -> io::Result<()> {
    let class = &membership.class;
    if class.identical.is_empty() && class.near_duplicates.is_empty() {
        page.text(2, Paint::Plain, "class: it has no near-duplicate and is a class of its own")?;
    } else {
        page.text(2, Paint::Plain, &format!("class: led by {}, the longest", class.leader))?;
        for (what, ids) in [("identical", &class.identical), ("near-duplicate", &class.near_duplicates)] {
            if !ids.is_empty() {
                page.text(4, Paint::Plain, &format!("{what}: {}", listed(ids, detail)))?;
            }
        }
    }
    let links = membership.pairs.iter().filter(|pair| pair.links).count();
    let pairs = format!(
        "pairs: shared passages made it, or its class's leader, a candidate with {}; {} and {}",
        count(membership.candidates, "article", "articles"),
        count(links, "link", "links"),
        count(membership.pairs.len() - links, "relation that does not link", "relations that do not link")
    );
    page.text(2, Paint::Plain, &pairs)?;
    let shown = detail.shown(8, membership.pairs.len());
    for pair in &membership.pairs[..shown] {
        link(page, pair)?;
    }
    rest(page, membership.pairs.len() - shown, Stage::Evidence)?;
    match &membership.story {
        Some(story) => named(page, "story:", story, detail)?,
        None => page.text(2, Paint::Plain, "story: none")?,
    }
    for story in &membership.partial_in {
        named(page, "carries a part of", story, detail)?;
    }
    page.text(4, Paint::Plain, &membership.why)
}

fn named(page: &mut Page<'_>, what: &str, story: &Story, detail: Detail) -> io::Result<()> {
    let number = count(story.articles.len(), "article", "articles");
    page.text(2, Paint::Plain, &format!("{what} {}, {number}", story.id))?;
    page.text(4, Paint::Dim, &listed(&story.articles, detail))
}

fn link(page: &mut Page<'_>, pair: &Link) -> io::Result<()> {
    let direction = match pair.in_other {
        None => "",
        Some(true) => " (this one in the other)",
        Some(false) => " (the other in this one)",
    };
    let outside = if pair.links && !pair.same_story { ", not in its story" } else { "" };
    let head = [
        Piece::plain(format!("{:<14} ", pair.relation.name())),
        Piece::new(Paint::Bold, pair.other.clone()),
        Piece::plain(format!("{direction}{outside}")),
    ];
    page.paragraph(Indent { first: 4, rest: 8 }, &head)?;
    let figures = format!("Jaccard {:.4}, {:.1} bits; {}", pair.jaccard, pair.evidence_bits, pair.rule);
    page.text(8, Paint::Dim, &figures)
}

fn of_pair(page: &mut Page<'_>, pair: &PairExplained, stage: Stage, detail: Detail) -> io::Result<()> {
    let candidacy = &pair.candidacy;
    match stage {
        Stage::Tokens => Ok(()),
        Stage::Shingles => both(
            page,
            &format!("{} shared", count(candidacy.shared_shingles, "different shingle", "different shingles")),
        ),
        Stage::Sketch => both(
            page,
            &format!(
                "{} agree, so Jaccard is about {:.3}",
                count(candidacy.shared_values, "value", "values"),
                candidacy.estimate
            ),
        ),
        Stage::Bands => {
            let shared: Vec<String> = candidacy.shared_bands.iter().map(usize::to_string).collect();
            match shared.len() {
                0 => both(page, &format!("no bucket in common in {} bands", candidacy.bands)),
                n => both(page, &format!("{n} of {} buckets in common: {}", candidacy.bands, shared.join(", "))),
            }
        }
        Stage::Passages => {
            let number = candidacy.fingerprints.len();
            both(page, &format!("{} shared", count(number, "fingerprint", "fingerprints")))?;
            let shown = detail.shown(8, number);
            for fingerprint in &candidacy.fingerprints[..shown] {
                let learned = fingerprint.learned.map_or("", Kind::name);
                let cells = format!(
                    "    {}  {:<7} {:>3} cl. {learned:<9}  A {:<7} B {:<7} ",
                    fingerprint.hash,
                    fingerprint.seeding,
                    fingerprint.classes,
                    fingerprint.a.start,
                    fingerprint.b.start
                );
                page.row(&cells, &fingerprint.text)?;
            }
            rest(page, number - shown, Stage::Passages)
        }
        Stage::Evidence => {
            let Some(comparison) = &pair.comparison else { return Ok(()) };
            let candidate =
                if candidacy.path == Path::None { "not a candidate, so never compared" } else { "compared" };
            page.text(2, Paint::Plain, &format!("{candidate}: {}", candidacy.why))?;
            let story = |story: &Option<String>| story.clone().unwrap_or_else(|| "none".into());
            let stories = match (&pair.story_a, &pair.story_b) {
                (Some(a), Some(b)) if a == b => format!("both are in story {a}{}", joined(pair)),
                (a, b) => format!("story of A: {}; story of B: {}", story(a), story(b)),
            };
            page.text(2, Paint::Plain, &stories)?;
            if candidacy.path == Path::None {
                page.text(2, Paint::Plain, "what a comparison would have found:")?;
            }
            page.blank()?;
            body(page, comparison)
        }
    }
}

/// By which links two articles of one story are joined.
fn joined(pair: &PairExplained) -> String {
    match &pair.chain[..] {
        [] => {
            ", though no chain of links inside it joins them: a text that left the story since, or a third, did".into()
        }
        [_] => String::new(),
        steps => {
            let steps: Vec<String> =
                steps.iter().map(|step| format!("{} with {}", step.relation.name(), step.other)).collect();
            format!(", joined through {}", steps.join(", then "))
        }
    }
}

/// A line about both articles.
fn both(page: &mut Page<'_>, text: &str) -> io::Result<()> {
    page.text(2, Paint::Bold, &format!("both: {text}"))
}
