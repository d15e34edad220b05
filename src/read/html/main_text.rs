//! Which of a page's blocks are the article?
//!
//! Two extractors vote, and what both take is the article: `trafilatura`, which knows what sites call their parts, in
//! its precise mode without its own fallbacks, and `libreadability`, which weighs how text and links are spread
//! (Mozilla's Readability). Alone each takes some furniture along, seldom the same: captions, teasers, notes on the
//! author. Where they agree on little, one has lost its way; then the one that takes more is right more often, since
//! losing it is what they fail at. Votes are cast on the blocks of the page itself, so the text has the page's own
//! words and line ends, whatever the extractors made of them.
//!
//! Both leave out what stands beside the element they have chosen: a lead above it, a paragraph that is a `div`, a second
//! article. Running text in these places is taken back ([`completed`]).
//!
//! `docs/decisions/0021-two-extractors-vote.md` has the figures. Cost: two parses of the page and one of
//! what each extractor gives, about 10 ms for a page of 185 KB.

use std::collections::HashMap;

use memchr::memmem;
use trafilatura::dom::Document;
use trafilatura::{ExtractionFocus, Options};

use super::page::{Block, Page};
use crate::read::panics::caught;

/// The share of a block's characters that an extractor must take to vote for it, and the share of what one extractor
/// takes that the other must take, too, for both to be believed. On 91 news pages mean F1 is .978 for .5 and .6 as the
/// latter, .972 for .2 to .4 and .976 for .7; the former moves it by less than .001 from .3 to .7.
const HALF: f64 = 0.5;

/// An extractor's block that is found nowhere is looked for sentence by sentence, if a sentence has so many bytes:
/// shorter ones are everywhere.
const SENTENCE_BYTES: usize = 12;

/// How many bytes of page are searched for what an extractor has changed. Real pages need less than 20 MB.
const SEARCHED_BYTES: usize = 400 << 20;

/// The article's blocks, as text: an empty line between blocks, a line end between lines of one. Empty if there is
/// none.
pub(super) fn main_text(html: &str, document: Document, page: &Page) -> String {
    let squeezed = Squeezed::of(&page.blocks);
    let by_names = squeezed.votes(&by_names(document));
    let by_density = squeezed.votes(&by_density(html));
    let both: Vec<bool> = by_names.iter().zip(&by_density).map(|(&one, &other)| one && other).collect();
    let size = |votes: &[bool]| {
        votes.iter().zip(&squeezed.places).filter(|(vote, _)| **vote).map(|(_, place)| place.1 - place.0).sum::<usize>()
    };
    let (shared, names, density) = (size(&both) as f64, size(&by_names) as f64, size(&by_density) as f64);
    let votes = if shared > 0.0 && shared >= HALF * names && shared >= HALF * density {
        let either: Vec<bool> = by_names.iter().zip(&by_density).map(|(&one, &other)| one || other).collect();
        completed(&page.blocks, both, &either)
    } else if names > 0.0 && names >= HALF * density {
        by_names
    } else {
        by_density
    };
    // The headline is a field of its own.
    let chosen =
        page.blocks.iter().zip(votes).filter(|(block, vote)| *vote && !block.is_headline).map(|(block, _)| block);
    laid_out(chosen)
}

/// A paragraph that is taken back has so many bytes.
const PROSE_BYTES: usize = 80;
/// A second article has so many paragraphs, and so much of the text of the first.
const SECOND_PARAGRAPHS: usize = 3;
const SECOND_SHARE: f64 = 0.4;

/// The chosen blocks and those that were left out beside them: running text between the headline and the last of them that
/// one extractor takes, or that stands in the same element; and another `article` of the page, if it is about as long.
fn completed(blocks: &[Block], chosen: Vec<bool>, either: &[bool]) -> Vec<bool> {
    let places: Vec<usize> = (0..blocks.len()).filter(|&place| chosen[place] && !blocks[place].is_headline).collect();
    let (Some(&first), Some(&last)) = (places.first(), places.last()) else { return chosen };
    let headline = blocks[..first].iter().rposition(|block| block.within.is_heading);
    let beside = |block: &Block, other: &Block, levels: usize| {
        let elements = &other.within.elements[..levels];
        block.within.elements.iter().any(|element| *element != 0 && elements.contains(element))
    };
    let mut completed = chosen;
    for place in headline.map_or(first, |place| place + 1)..last {
        let block = &blocks[place];
        if completed[place] || !is_prose(block) {
            continue;
        }
        let next = places[places.partition_point(|&chosen| chosen < place)];
        let is_lead = place < first && beside(block, &blocks[first], 3) && block.within.elements[0] != 0;
        let previous = places[..places.partition_point(|&chosen| chosen < place)].last();
        let is_between = place > first
            && [Some(&next), previous].into_iter().flatten().any(|&other| {
                let own = &block.within.elements;
                own[0] != 0
                    && (own[0] == blocks[other].within.elements[0] || own[1] == blocks[other].within.elements[0])
            });
        completed[place] = is_lead || is_between || either[place] && place > first;
    }
    second(blocks, &mut completed);
    completed
}

/// What an `article` of a page has.
#[derive(Clone, Copy, Default)]
struct Prose {
    paragraphs: usize,
    bytes: usize,
    has_heading: bool,
}

/// Takes the other articles of a page that has several.
fn second(blocks: &[Block], chosen: &mut [bool]) {
    let of_chosen = |place: &usize| chosen[*place] && blocks[*place].within.article != 0;
    let Some(first) = (0..blocks.len()).find(of_chosen).map(|place| blocks[place].within.article) else { return };
    let mut articles: HashMap<u32, Prose> = HashMap::new();
    for block in blocks {
        let prose = articles.entry(block.within.article).or_default();
        if is_prose(block) {
            (prose.paragraphs, prose.bytes) = (prose.paragraphs + 1, prose.bytes + block.text.len());
        }
        prose.has_heading |= block.within.is_heading && !block.within.is_apart;
    }
    let least = SECOND_SHARE * articles[&first].bytes as f64;
    articles.retain(|&article, prose| {
        let is_other = article != 0 && article != first;
        is_other && prose.has_heading && prose.paragraphs >= SECOND_PARAGRAPHS && prose.bytes as f64 >= least
    });
    for (block, chosen) in blocks.iter().zip(chosen.iter_mut()) {
        let is_part = block.within.is_heading || ends_sentence(block);
        *chosen |= articles.contains_key(&block.within.article) && is_part && is_running(block);
    }
}

/// Whether a block is a paragraph of running text: sentences, few links, nothing that the page calls otherwise.
fn is_prose(block: &Block) -> bool {
    block.text.len() >= PROSE_BYTES && ends_sentence(block) && !block.within.is_heading && is_running(block)
}

fn is_running(block: &Block) -> bool {
    // The heading of one of several articles links to it.
    !block.within.is_apart && (block.within.is_heading || block.link_bytes * 3 < block.text.len())
}

fn ends_sentence(block: &Block) -> bool {
    let ended = block.text.trim_end_matches(['"', '”', '’', '\'', '»', '“', ')', '」', '』']);
    ended.ends_with(['.', '!', '?', '…', '。', '！', '？', '।', '۔', '؟', ':'])
}

/// Blocks as text.
pub(super) fn laid_out<'b>(blocks: impl Iterator<Item = &'b Block>) -> String {
    let mut text = String::new();
    for block in blocks {
        if !text.is_empty() {
            text.push_str(if block.follows_line { "\n" } else { "\n\n" });
        }
        text.push_str(&block.text);
    }
    text
}

/// What is left of a page by the names and classes of its elements.
fn by_names(document: Document) -> Vec<Block> {
    let options =
        Options::default().with_fallback(false).with_exclude_comments(true).with_focus(ExtractionFocus::FavorPrecision);
    let extract = || trafilatura::extract_document(document, &options);
    blocks(guarded(extract).and_then(Result::ok).map(|result| result.content_html))
}

/// What is left of a page by where text is dense and links are few.
fn by_density(html: &str) -> Vec<Block> {
    let extract = || libreadability::extract(html, None);
    blocks(guarded(extract).and_then(Result::ok).map(|article| article.content))
}

/// An extractor that panics has found nothing: the other may have.
fn guarded<T>(extract: impl FnOnce() -> T) -> Option<T> {
    caught(extract)
}

fn blocks(html: Option<String>) -> Vec<Block> {
    html.map_or_else(Vec::new, |html| Page::of(&Document::parse(&html)).blocks)
}

/// The blocks of a page without any white space, one after the other.
struct Squeezed {
    text: String,
    /// Where each block begins and ends.
    places: Vec<(usize, usize)>,
}

impl Squeezed {
    fn of(blocks: &[Block]) -> Squeezed {
        let mut squeezed = Squeezed { text: String::new(), places: Vec::with_capacity(blocks.len()) };
        for block in blocks {
            let begin = squeezed.text.len();
            squeezed.text.extend(block.text.split(' '));
            squeezed.places.push((begin, squeezed.text.len()));
        }
        squeezed
    }

    /// Which blocks an extractor has taken.
    fn votes(&self, taken: &[Block]) -> Vec<bool> {
        let mut search = Search { squeezed: self, taken: Vec::new(), next: 0, searched_bytes: 0 };
        for block in taken {
            if !search.find(&block.text) {
                let sentences = block.text.split_inclusive(['.', '!', '?', '。']);
                sentences.filter(|sentence| sentence.len() >= SENTENCE_BYTES).for_each(|sentence| {
                    search.find(sentence);
                });
            }
        }
        let mut ranges = search.taken;
        ranges.sort_unstable();
        let mut rest = ranges.as_slice();
        let vote = |&(begin, end): &(usize, usize)| {
            let mut covered = 0;
            let mut from = begin;
            while let Some((&(start, stop), after)) = rest.split_first() {
                if start >= end {
                    break;
                }
                covered += stop.min(end).saturating_sub(start.max(from));
                from = from.max(stop.min(end));
                if stop > end {
                    break;
                }
                rest = after;
            }
            end > begin && covered as f64 >= HALF * (end - begin) as f64
        };
        self.places.iter().map(vote).collect()
    }
}

/// Finds what was taken, in order where the order was kept.
struct Search<'s> {
    squeezed: &'s Squeezed,
    taken: Vec<(usize, usize)>,
    next: usize,
    searched_bytes: usize,
}

impl Search<'_> {
    fn find(&mut self, text: &str) -> bool {
        let wanted: String = text.split_whitespace().collect();
        if wanted.is_empty() {
            return true;
        }
        for from in [self.next, 0] {
            if self.searched_bytes > SEARCHED_BYTES {
                return false;
            }
            let rest = self.squeezed.text.as_bytes().get(from..).unwrap_or_default();
            let found = memmem::find(rest, wanted.as_bytes());
            self.searched_bytes += found.unwrap_or(rest.len());
            if let Some(place) = found {
                self.next = from + place + wanted.len();
                self.taken.push((from + place, self.next));
                return true;
            }
        }
        false
    }
}
