//! The list of all articles, outlet by outlet, so that the page of an outlet reads its own rows only.
//!
//! In memory are eight bytes an article.

use super::page::{Alone, Row};
use super::tally::Tally;
use crate::article::ArticleId;
use crate::findings::Findings;
use crate::report::rows::stated;

/// All articles with the numbers of their outlets, by these, then in input order; those without one are last.
pub(super) fn by_outlet(findings: &Findings, tally: &Tally<'_>) -> Vec<(u32, ArticleId)> {
    let none = findings.outlets.len() as u32;
    let mut listed: Vec<(u32, ArticleId)> = findings
        .members
        .iter()
        .zip((0..).map(ArticleId))
        .map(|(member, article)| {
            (member.source.as_deref().and_then(|name| tally.outlet(name)).unwrap_or(none), article)
        })
        .collect();
    listed.sort_unstable();
    listed
}

/// Where the rows of each outlet begin, and those without one.
pub(super) fn starts(listed: &[(u32, ArticleId)], outlets: usize) -> Vec<usize> {
    (0..=outlets as u32).map(|outlet| listed.partition_point(|&(other, _)| other < outlet)).collect()
}

/// The row of an article.
pub(super) fn row(findings: &Findings, tally: &Tally<'_>, article: ArticleId) -> Row {
    let member = findings.members.get(article.index());
    let alone = (member.story.is_none() && member.partial_in.is_empty())
        .then(|| Alone(member.url.clone(), member.location.path.to_string(), member.location.record));
    Row(
        member.id.clone(),
        member.title.clone(),
        member.published.and_then(stated),
        member.published.is_some_and(|published| published.doubtful).into(),
        member.kind,
        member.story,
        member.partial_in.clone(),
        member.agency.as_ref().and_then(|credit| tally.agency(&credit.agency)),
        member.agency.as_ref().map(|credit| credit.basis.name()),
        member.lang.clone(),
        alone,
    )
}
