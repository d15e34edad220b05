//! HTML inside a field, to text with paragraphs: what feeds and news systems carry.
//!
//! This is not the extraction of an article from a page: all of the fragment is the article. Costs a tree of the fragment.

use std::borrow::Cow;

use dom_query::Document;
use quick_xml::escape::{resolve_html5_entity, unescape_with};

/// Elements whose text nobody reads.
const UNREAD: &str = "script, style, noscript, template, iframe, svg, head";

/// The text of an HTML fragment, a blank line between paragraphs.
pub(super) fn text(html: &str) -> String {
    if !html.contains(['<', '&']) {
        return html.to_owned();
    }
    if super::guard::check(html.as_bytes()).is_err() {
        return without_tags(html);
    }
    let document = Document::fragment(html);
    document.select(UNREAD).remove();
    let text = document.formatted_text();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines.join("\n").trim().to_owned()
}

/// The text of HTML that would take too long to be made a tree, its blocks on lines of their own.
fn without_tags(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        rest = after;
        if !after.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!')) {
            text.push('<');
            continue;
        }
        let Some((tag, after)) = after.split_once('>') else { break };
        let name = tag.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        if ["p", "br", "div", "li", "tr"].iter().any(|block| name.eq_ignore_ascii_case(block)) {
            text.push('\n');
        }
        rest = after;
    }
    text.push_str(rest);
    let text = unescape_with(&text, resolve_html5_entity).map_or_else(|_| text.clone(), Cow::into_owned);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n\n")
}

/// Whether a text is an HTML fragment from one end to the other.
pub(super) fn is_fragment(text: &str) -> bool {
    let text = text.trim();
    text.starts_with('<')
        && text.ends_with('>')
        && text.as_bytes().get(1).is_some_and(u8::is_ascii_alphabetic)
        && (text.contains("</") || text.contains("/>"))
}

/// Whether a name says that its field holds HTML.
pub(super) fn is_named(name: &str) -> bool {
    let tail = name.len().checked_sub(4).and_then(|start| name.get(start..));
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case("html")) || name == "rendered"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_stay_apart() {
        assert_eq!(text("<p>One <b>bold</b>.</p><p>Two&nbsp;&amp; three.</p>"), "One bold.\n\nTwo & three.");
        assert_eq!(text("One.<br><br>Two.<script>x()</script>"), "One.\n\nTwo.");
        assert_eq!(text("<div><h2>Head</h2><ul><li>a</li><li>b</li></ul></div>"), "Head\n\na\nb");
        assert_eq!(text("No markup"), "No markup");
        assert_eq!(text("<p>never closed"), "never closed");
        assert_eq!(text(&"<div>".repeat(3000)), "");
    }

    #[test]
    fn hostile_markup_costs_its_tags_and_not_its_words() {
        let begun = std::time::Instant::now();
        for unit in ["<div>", "<b><p>", "<a x", "<", "<p a=1>", "<!--"] {
            let text = text(&format!("<p>One &amp; <i>two</i>.</p><p>Three < four.</p>{}", unit.repeat(200_000)));
            assert!(text.starts_with("One & two.\n\nThree < four."), "{unit}: {:.60}", text);
        }
        let attributes: String = (0..100_000).map(|number| format!(" a{number}=1")).collect();
        assert_eq!(text(&format!("<p{attributes}>One.</p>")), "One.");
        // Minutes, were trees made of these.
        assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
    }

    #[test]
    fn fragments() {
        for html in ["<p>a</p>", " <div class=\"x\">a</div>\n", "<p>a<br/>"] {
            assert!(is_fragment(html), "{html}");
        }
        for words in ["a <b>c</b>", "<3 you>", "<p>a</p> b", "<tag>", ""] {
            assert!(!is_fragment(words), "{words}");
        }
        assert!(is_named("body_html") && is_named("articleBodyHtml") && is_named("body_xhtml"));
        assert!(!is_named("text") && !is_named("tml"));
    }
}
