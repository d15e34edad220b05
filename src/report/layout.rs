//! Text on a page: paragraphs of several colours that fit a terminal.
//!
//! Every text that comes here is made [`printable`]; what a paragraph is made of may be hostile.

use std::io::{self, Write};

use unicode_width::UnicodeWidthChar;

use super::escape::{columns_of, fitted, printable};
use super::summary::Style;
use crate::explain::{Kind, Part};

/// The fewest columns that text gets; on a terminal too narrow for that and an indentation, the indentation goes.
const FEWEST_COLUMNS: usize = 20;

/// How a piece of text looks where there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paint {
    Plain,
    Bold,
    Dim,
    Of(Kind),
}

/// A piece of a paragraph.
pub(super) struct Piece {
    paint: Paint,
    text: String,
}

impl Piece {
    pub(super) fn new(paint: Paint, text: impl Into<String>) -> Piece {
        Piece { paint, text: text.into() }
    }

    pub(super) fn plain(text: impl Into<String>) -> Piece {
        Piece::new(Paint::Plain, text)
    }
}

/// How far lines of a paragraph stand from the margin, in columns.
#[derive(Clone, Copy)]
pub(super) struct Indent {
    pub(super) first: usize,
    pub(super) rest: usize,
}

impl Indent {
    pub(super) fn all(columns: usize) -> Indent {
        Indent { first: columns, rest: columns }
    }
}

/// Where text is written, line by line.
pub(super) struct Page<'a> {
    out: &'a mut dyn Write,
    width_columns: usize,
    style: Style,
}

impl<'a> Page<'a> {
    pub(super) fn new(out: &'a mut dyn Write, width_columns: usize, style: Style) -> Page<'a> {
        Page { out, width_columns: width_columns.max(1), style }
    }

    pub(super) fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// One line, cut where it does not fit.
    pub(super) fn line(&mut self, indent: usize, paint: Paint, text: &str) -> io::Result<()> {
        let indent = self.indent(indent);
        let text = fitted(text, self.width_columns - indent);
        writeln!(self.out, "{:indent$}{}", "", self.painted(paint, &text))
    }

    /// A line of cells that are aligned already; only its last cell is cut.
    pub(super) fn row(&mut self, cells: &str, last: &str) -> io::Result<()> {
        let room = self.width_columns.saturating_sub(columns_of(cells));
        if room == 0 {
            return self.line(0, Paint::Plain, cells);
        }
        writeln!(self.out, "{}", format!("{cells}{}", fitted(last, room)).trim_end())
    }

    /// A paragraph, all of it.
    pub(super) fn paragraph(&mut self, indent: Indent, pieces: &[Piece]) -> io::Result<()> {
        for line in self.wrapped(indent, pieces) {
            writeln!(self.out, "{line}")?;
        }
        Ok(())
    }

    /// A paragraph of one colour.
    pub(super) fn text(&mut self, indent: usize, paint: Paint, text: &str) -> io::Result<()> {
        self.paragraph(Indent::all(indent), &[Piece::new(paint, text)])
    }

    /// Lines that are wrapped already.
    pub(super) fn lines(&mut self, lines: &[String]) -> io::Result<()> {
        lines.iter().try_for_each(|line| writeln!(self.out, "{line}"))
    }

    /// The lines of a paragraph.
    pub(super) fn wrapped(&self, indent: Indent, pieces: &[Piece]) -> Vec<String> {
        let mut lines: Vec<Vec<(char, Paint)>> = vec![Vec::new()];
        let indent = Indent { first: self.indent(indent.first), rest: self.indent(indent.rest) };
        let room = |line: usize| self.width_columns - if line == 0 { indent.first } else { indent.rest };
        let push = |lines: &mut Vec<Vec<(char, Paint)>>, character, paint| {
            lines.last_mut().expect("there is a first line").push((character, paint));
        };
        let mut used = 0;
        for word in words(pieces) {
            let columns = word.columns();
            let blank = usize::from(word.blank.is_some() && used > 0);
            if used > 0 && used + blank + columns > room(lines.len() - 1) {
                lines.push(Vec::new());
                used = 0;
            } else if blank > 0 {
                let paint = word.blank.unwrap_or(Paint::Plain);
                push(&mut lines, ' ', paint);
                used += 1;
            }
            for &(character, paint) in &word.characters {
                let more = character.width().unwrap_or(0);
                if used > 0 && used + more > room(lines.len() - 1) {
                    lines.push(Vec::new());
                    used = 0;
                }
                push(&mut lines, character, paint);
                used += more;
            }
        }
        let painted = |(place, line): (usize, Vec<(char, Paint)>)| {
            let mut text = " ".repeat(if place == 0 { indent.first } else { indent.rest });
            for run in line.chunk_by(|x, y| x.1 == y.1) {
                let characters: String = run.iter().map(|(character, _)| character).collect();
                text += &self.painted(run[0].1, &characters);
            }
            text.truncate(text.trim_end().len());
            text
        };
        lines.into_iter().enumerate().map(painted).collect()
    }

    fn indent(&self, columns: usize) -> usize {
        if self.width_columns >= columns + FEWEST_COLUMNS { columns } else { 0 }
    }

    fn painted(&self, paint: Paint, text: &str) -> String {
        match paint {
            Paint::Plain | Paint::Of(Kind::Prose) => text.to_owned(),
            Paint::Bold => self.style.bold(text),
            Paint::Dim | Paint::Of(Kind::Furniture) => self.style.dim(text),
            Paint::Of(Kind::Quotation) => self.style.wrapped("36", text),
            Paint::Of(Kind::Stock) => self.style.wrapped("33", text),
        }
    }
}

/// What is not broken, unless it alone is wider than a line.
#[derive(Default)]
struct Word {
    /// How the blank before it looks, if there is one.
    blank: Option<Paint>,
    characters: Vec<(char, Paint)>,
}

impl Word {
    fn columns(&self) -> usize {
        self.characters.iter().map(|(character, _)| character.width().unwrap_or(0)).sum()
    }
}

/// The words of a paragraph: between blanks; characters of double width, as in Chinese, are words of their own.
fn words(pieces: &[Piece]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut word = Word::default();
    for piece in pieces {
        for character in unfolded(&piece.text).chars() {
            let wide = character.width() == Some(2);
            let after_wide = word.characters.last().is_some_and(|(last, _)| last.width() == Some(2));
            if character == ' ' {
                if !word.characters.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                word.blank = Some(piece.paint);
                continue;
            }
            // Punctuation, wide or not, stays with the wide character before it.
            if !word.characters.is_empty() && (wide || after_wide) && character.is_alphanumeric() {
                words.push(std::mem::take(&mut word));
            }
            word.characters.push((character, piece.paint));
        }
    }
    if !word.characters.is_empty() {
        words.push(word);
    }
    words
}

/// The text made printable, with a blank at its ends where it has one.
fn unfolded(text: &str) -> String {
    let before = if text.starts_with(char::is_whitespace) { " " } else { "" };
    let after = if text.ends_with(char::is_whitespace) { " " } else { "" };
    format!("{before}{}{after}", printable(text))
}

/// Pieces that show kinds by brackets, and by colours where there are any: `[q quoted]`, `[f furniture]`, `[s stock]`.
pub(super) fn bracketed(parts: &[Part], names: Names) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut open = Kind::Prose;
    for part in parts {
        if part.kind != open {
            if open != Kind::Prose {
                pieces.push(Piece::new(Paint::Of(open), "]"));
            }
            pieces.extend(bracket(part.kind).map(|bracket| Piece::new(Paint::Of(part.kind), bracket)));
            open = part.kind;
        }
        match names {
            Names::Shown if part.name => pieces.push(Piece::new(Paint::Of(part.kind), format!("{{{}}}", part.text))),
            _ => pieces.push(Piece::new(Paint::Of(part.kind), part.text.clone())),
        }
    }
    if open != Kind::Prose {
        pieces.push(Piece::new(Paint::Of(open), "]"));
    }
    pieces
}

/// Whether names are shown by braces.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    Shown,
    Unmarked,
}

fn bracket(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Prose => None,
        Kind::Quotation => Some("[q "),
        Kind::Furniture => Some("[f "),
        Kind::Stock => Some("[s "),
    }
}

/// What the brackets mean, for those of `kinds`.
pub(super) fn legend(kinds: &[Kind], names: Names) -> Option<String> {
    let mut meanings: Vec<String> =
        kinds.iter().filter_map(|&kind| Some(format!("{}{}]", bracket(kind)?, kind.name()))).collect();
    if names == Names::Shown {
        meanings.push("{name}".into());
    }
    (!meanings.is_empty()).then(|| meanings.join("  "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(width_columns: usize, indent: Indent, pieces: &[Piece]) -> Vec<String> {
        Page::new(&mut Vec::new(), width_columns, Style::Plain).wrapped(indent, pieces)
    }

    #[test]
    fn paragraphs_break_at_blanks_and_between_wide_characters() {
        let indent = Indent { first: 0, rest: 2 };
        let pieces = [Piece::plain("the harbour "), Piece::new(Paint::Bold, "is shut"), Piece::plain(", says Orm")];
        assert_eq!(lines(24, indent, &pieces), ["the harbour is shut,", "  says Orm"]);
        assert_eq!(lines(5, Indent::all(0), &[Piece::plain("港口关闭了。")]), ["港口", "关闭", "了。"]);
        assert_eq!(lines(4, Indent::all(0), &[Piece::plain("harbour")]), ["harb", "our"]);
    }

    proptest::proptest! {
        #[test]
        fn lines_fit_and_lose_nothing(texts in proptest::collection::vec("(\\PC|[a-z \n\u{1b}港]){0,30}", 0..5), width in 2_usize..50) {
            let pieces: Vec<Piece> = texts.iter().map(|text| Piece::plain(text.as_str())).collect();
            let lines = lines(width, Indent { first: 0, rest: 3 }, &pieces);
            for line in &lines {
                proptest::prop_assert!(columns_of(line) <= width, "{line}");
            }
            let black = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            let whole: String = texts.iter().map(|text| printable(text)).collect();
            proptest::prop_assert_eq!(black(&lines.concat()), black(&whole));
        }
    }
}
