//! Where do pictures follow one another? The captions of a gallery, told by its counter.
//!
//! "1 of 25 … 2 of 25 … 3 of 25": where a text counts up to one number again and again, with less than a paragraph between,
//! it is a list of pictures that an outlet prints beside several stories. What stands between the first and the last count is
//! furniture, in any language that writes numbers in digits.

use super::{Marks, Tokens};

/// A gallery has so many pictures; less may be a score or a date.
const PICTURES: usize = 4;
/// No caption is longer than this.
const CAPTION_TOKENS: usize = 200;

/// One count: a picture's number, how many there are, and where it stands.
#[derive(Clone, Copy)]
struct Count {
    number: u32,
    of: u32,
    token: usize,
}

/// Marks the captions of galleries as furniture.
pub(super) fn mark(text: &str, tokens: &mut Tokens) {
    let mut gallery: Vec<Count> = Vec::new();
    let mut token = 0;
    while let Some(next) = tokens.marks[token..].iter().position(|marks| marks.has(Marks::NUMBER)) {
        token += next;
        if let Some(count) = count(text, tokens, token) {
            let follows = |last: &Count| {
                count.of == last.of && count.number == last.number + 1 && token - last.token <= CAPTION_TOKENS
            };
            if !gallery.last().is_some_and(follows) {
                close(tokens, &mut gallery);
            }
            gallery.push(count);
        }
        token += 1;
    }
    close(tokens, &mut gallery);
}

/// The count that begins at a token: two numbers with at most one word between.
fn count(text: &str, tokens: &Tokens, token: usize) -> Option<Count> {
    let number = |token: usize| {
        let marks = tokens.marks.get(token)?;
        if marks.has(Marks::NUMBER) { tokens.spans[token].of(text).parse::<u32>().ok() } else { None }
    };
    let first = number(token)?;
    let of = number(token + 1).or_else(|| number(token + 2))?;
    (first <= of && of as usize >= PICTURES).then_some(Count { number: first, of, token })
}

/// Marks a gallery that ends, if it is one.
fn close(tokens: &mut Tokens, gallery: &mut Vec<Count>) {
    if let [first, .., last] = gallery[..]
        && gallery.len() >= PICTURES
    {
        // The first caption stands before its count, on its line.
        let earliest = first.token.saturating_sub(CAPTION_TOKENS);
        let line = tokens.marks[earliest..first.token].iter().rposition(|marks| marks.has(Marks::BLOCK));
        let begin = line.map_or(first.token, |at| earliest + at);
        tokens.marks[begin..=last.token].iter_mut().for_each(|marks| marks.set(Marks::FURNITURE));
    }
    gallery.clear();
}

#[cfg(test)]
mod tests {
    use crate::text::{Marks, Tokenizer};

    /// How many words of a text are furniture.
    fn furniture(text: &str) -> usize {
        let tokens = Tokenizer::new().into_tokens(text);
        tokens.marks.iter().filter(|marks| marks.has(Marks::FURNITURE)).count()
    }

    const STORY: &str = "The harbour of Port Calloch stayed shut for a third day while crews pumped water out of the hold, \
                         and the coastguard said that nobody had been hurt when the ferry ran onto the reef in fog.\n";

    fn gallery(pictures: usize, word: &str) -> String {
        let days = ["first", "second", "third", "fourth", "fifth", "sixth"];
        let caption = |n: usize| {
            let day = days[n - 1];
            format!("A tug lies beside the ferry at low water on the {day} day of the work. {n} {word} {pictures} ")
        };
        STORY.to_owned() + &(1..=pictures).map(caption).collect::<String>()
    }

    #[test]
    fn captions_between_counts_are_furniture() {
        for word in ["of", "von", "/", "sur"] {
            assert!(furniture(&gallery(6, word)) > 80, "{word}");
        }
    }

    #[test]
    fn other_numbers_are_no_gallery() {
        let scores = "They had won 1 of 9 games when spring came, then 4 of 9 with the new captain, who came from the port, \
                      then 2 of 9 without her, and in the end they had won 7 of 9 and nobody asked for more than that.";
        assert_eq!(furniture(&(STORY.to_owned() + scores)), 0);
    }
}
