//! The normaliser and what reads words: every span is a stretch of the text.

use std::ops::Range;

use wirecopy::article::Article;
use wirecopy::credit::{Agencies, credit};
use wirecopy::text::Tokenizer;

/// Cuts a text into tokens. Their spans lie in it, on borders of characters, in order; words alone are the same ones.
pub fn tokens(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut tokenizer = Tokenizer::new();
    let tokens = tokenizer.tokens(&text).clone();
    assert_eq!(tokens.ids.len(), tokens.spans.len());
    assert_eq!(tokens.ids.len(), tokens.marks.len());
    let mut last = 0;
    for span in &tokens.spans {
        let Range { start, end } = span.start as usize..span.end as usize;
        assert!(start >= last && start < end, "spans are in order");
        assert!(text.get(start..end).is_some(), "a span is a stretch of the text");
        last = start;
    }
    assert_eq!(tokenizer.words(&text), tokens.ids, "words alone are the same");
    assert_eq!(*tokenizer.tokens(&text), tokens, "a tokenizer remembers nothing");
}

/// Looks for the agency that a text credits. What it points at lies in the text.
pub fn credits(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let article = Article { text: text.clone().into_owned(), ..Article::default() };
    if let Some(credit) = credit(&article, &text, Agencies::builtin())
        && let Some(span) = credit.span
    {
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "a span is a stretch of the text");
    }
    if let Ok(table) = std::str::from_utf8(bytes) {
        let _ = Agencies::with(table);
    }
}
