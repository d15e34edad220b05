//! HTML inside a field, to text with paragraphs: what feeds and news systems carry.
//!
//! This is not the extraction of an article from a page: all of the fragment is the article. Costs a tree of the fragment.

use dom_query::Document;

/// Elements whose text nobody reads.
const UNREAD: &str = "script, style, noscript, template, iframe, svg, head";

/// The text of an HTML fragment, a blank line between paragraphs.
pub(super) fn text(html: &str) -> String {
    if !html.contains(['<', '&']) {
        return html.to_owned();
    }
    let document = Document::fragment(html);
    document.select(UNREAD).remove();
    let text = document.formatted_text();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines.join("\n").trim().to_owned()
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
