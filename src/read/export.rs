//! Exports of press databases: many articles in one text or page. ProQuest, Nexis, Factiva, Europresse.
//!
//! Each puts the same labels around every article, so the file is cut where the format is certain. Labels become fields, and
//! what stands between them is the text. A file that only resembles one is read as what it is called.

use std::ops::Range;

use super::chunk::{Cut, Outcome, Records};
use super::date;
use super::flaw;
use super::mapping::Mapping;
use super::markup;
use crate::article::{Article, Location};

/// A database whose exports are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Export {
    /// Text: a line of underscores, labels, `Full text:`, labels.
    ProQuest,
    /// Text: `1 of 20 DOCUMENTS`, labels in capitals, the text, `LOAD-DATE:`.
    LexisNexis,
    /// Text: title, source, date, `Length:`, `Body`, the text, `End of Document`.
    NexisUni,
    /// Text: title, `500 words`, date, source, the text, `Document ABCD000020240102ek1200001`.
    Factiva,
    /// A page of `div class="article enArticle"`.
    FactivaPage,
    /// A page of `article` elements with classes of its own.
    EuropressePage,
}

/// What an article of an export says.
#[derive(Default)]
struct Part {
    id: Option<String>,
    title: Option<String>,
    author: Option<String>,
    source: Option<String>,
    published: Option<String>,
    url: Option<String>,
    text: String,
}

impl Export {
    /// The export that a text is, by its beginning.
    pub(super) fn of_text(head: &[u8]) -> Option<Export> {
        let head = String::from_utf8_lossy(head);
        let has = |is: &dyn Fn(&str) -> bool| head.lines().any(|line| is(line.trim()));
        if has(&is_rule)
            && has(&|line| line.starts_with("Full text:"))
            && has(&|line| line.starts_with("ProQuest document ID:"))
        {
            Some(Export::ProQuest)
        } else if has(&is_count) && has(&|line| line.starts_with("LENGTH:")) {
            Some(Export::LexisNexis)
        } else if has(&|line| line == "End of Document")
            && has(&|line| line == "Body")
            && has(&|line| line.starts_with("Length:"))
        {
            Some(Export::NexisUni)
        } else if has(&|line| is_document(line).is_some()) && has(&is_word_count) {
            Some(Export::Factiva)
        } else {
            None
        }
    }

    /// The export that a page is, by its beginning.
    pub(super) fn of_page(head: &[u8]) -> Option<Export> {
        let has = |part: &[u8]| memchr::memmem::find(head, part).is_some();
        if has(b"class=\"article ") && has(b"Article\"") && has(b"articleParagraph") && has(b"Headline\"") {
            Some(Export::FactivaPage)
        } else if has(b"<article") && has(b"titreArticle") && (has(b"DocPublicationName") || has(b"DocHeader")) {
            Some(Export::EuropressePage)
        } else {
            None
        }
    }

    /// What it is called.
    pub(super) fn name(self) -> &'static str {
        match self {
            Export::ProQuest => "ProQuest export",
            Export::LexisNexis | Export::NexisUni => "Nexis export",
            Export::Factiva | Export::FactivaPage => "Factiva export",
            Export::EuropressePage => "Europresse export",
        }
    }

    /// Where its articles stand.
    fn ranges(self, text: &str) -> Vec<Range<usize>> {
        let mut borders: Vec<usize> = match self {
            Export::FactivaPage => starts(text, "class=\"article "),
            Export::EuropressePage => starts(text, "<article"),
            _ => Vec::new(),
        };
        let mut place = 0;
        for line in text.split_inclusive('\n') {
            let (begin, end) = (place, place + line.len());
            place = end;
            let line = line.trim();
            match self {
                Export::ProQuest if is_rule(line) => borders.push(end),
                Export::LexisNexis if is_count(line) => borders.push(end),
                Export::NexisUni if line == "End of Document" => borders.push(end),
                Export::Factiva if is_document(line).is_some() => borders.push(end),
                _ if begin == 0 && matches!(self, Export::NexisUni | Export::Factiva) => borders.push(0),
                _ => {}
            }
        }
        let ends = borders.iter().skip(1).copied().chain([text.len()]);
        borders.iter().copied().zip(ends).map(|(begin, end)| begin..end).collect()
    }

    fn part(self, text: &str) -> Part {
        match self {
            Export::ProQuest => proquest(text),
            Export::LexisNexis => lexisnexis(text),
            Export::NexisUni => nexis_uni(text),
            Export::Factiva => factiva(text),
            Export::FactivaPage => factiva_page(text),
            Export::EuropressePage => europresse_page(text),
        }
    }
}

/// The articles of an export.
#[derive(Debug)]
pub(super) struct Exported(pub(super) Export);

impl Records for Exported {
    fn parse(&self, cut: &Cut, outcome: &mut Outcome<'_>, _: &Mapping) {
        let text = match flaw::utf8(&cut.bytes) {
            Ok(text) => text,
            Err(reason) => {
                let location = outcome.location(1, 0);
                return outcome.push(location, Err(reason));
            }
        };
        let ranges = self.0.ranges(text).into_iter().filter(|range| !text[range.clone()].trim().is_empty());
        let mut record = 0;
        for range in ranges {
            let part = self.0.part(&text[range.clone()]);
            // What stands in front of the first article or behind the last, such as a list of titles, has no label.
            if part.text.trim().is_empty() && part.published.is_none() && part.id.is_none() {
                continue;
            }
            record += 1;
            let location = outcome.location(record, range.start);
            outcome.push(location.clone(), part.article(location));
        }
    }
}

impl Part {
    fn article(self, location: Location) -> Result<Article, String> {
        let text = self.text.trim();
        if text.is_empty() {
            return Err("no text: the export has none of this article".to_owned());
        }
        let filled =
            |value: Option<String>| value.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        Ok(Article {
            title: filled(self.title),
            author: filled(self.author),
            source: filled(self.source),
            url: filled(self.url),
            published: self.published.as_deref().and_then(date::moment),
            ..Article::new(filled(self.id).unwrap_or_default(), text, location)
        })
    }
}

/// A line of underscores.
fn is_rule(line: &str) -> bool {
    line.len() >= 20 && line.bytes().all(|byte| byte == b'_')
}

/// "3 of 20 DOCUMENTS", also with "Document" before it.
fn is_count(line: &str) -> bool {
    let line = line.strip_prefix("Document ").unwrap_or(line);
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    matches!(words[..], [one, "of", all, "DOCUMENTS" | "DOCUMENT"] if is_number(one) && is_number(all))
}

/// The number of "Document ABCD000020240102ek1200001".
fn is_document(line: &str) -> Option<&str> {
    let number = line.strip_prefix("Document ")?;
    let is_number = number.len() >= 8 && number.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_number
        && number.bytes().any(|byte| byte.is_ascii_digit())
        && number.starts_with(|c: char| c.is_ascii_uppercase()))
    .then_some(number)
}

/// "1,234 words", in the languages of the interface.
fn is_word_count(line: &str) -> bool {
    const WORDS: [&str; 7] = ["words", "Wörter", "mots", "palabras", "parole", "palavras", "слов"];
    let count = line.split_once(' ').filter(|(_, word)| WORDS.contains(word)).map(|(count, _)| count);
    count.is_some_and(|count| count.bytes().all(|byte| byte.is_ascii_digit() || b",.".contains(&byte)))
}

/// Where the elements begin in whose first tag `mark` stands.
fn starts(html: &str, mark: &str) -> Vec<usize> {
    html.match_indices(mark)
        .map(|(place, _)| html[..place].rfind('<').filter(|_| !mark.starts_with('<')).unwrap_or(place))
        .collect()
}

fn proquest(text: &str) -> Part {
    let mut part = Part::default();
    let mut in_text = false;
    for line in text.lines() {
        let label = line.split_once(':').map(|(label, value)| (label.trim(), value.trim()));
        match label {
            Some(("Full text", value)) => {
                in_text = true;
                part.text.push_str(value);
                continue;
            }
            Some(("Author", value)) if !in_text => part.author = Some(value.to_owned()),
            Some(("Publication title", value)) => {
                (part.source, in_text) = (value.split(';').next().map(str::to_owned), false);
            }
            Some(("Publication date", value)) => (part.published, in_text) = (Some(value.to_owned()), false),
            Some(("ProQuest document ID", value)) => (part.id, in_text) = (Some(value.to_owned()), false),
            Some(("Title", value)) => (part.title, in_text) = (Some(value.to_owned()), false),
            Some((
                "Subject"
                | "Location"
                | "People"
                | "Company / organization"
                | "Publication year"
                | "Source type"
                | "Section"
                | "Publisher"
                | "Place of publication"
                | "Country of publication"
                | "Publication subject"
                | "ISSN"
                | "Language of publication"
                | "Document type"
                | "Document URL"
                | "Copyright"
                | "Last updated"
                | "Database",
                _,
            )) => in_text = false,
            _ if in_text => {
                part.text.push('\n');
                part.text.push_str(line.trim_end());
            }
            _ if part.title.is_none() && label.is_none() && !line.trim().is_empty() => {
                part.title = Some(line.to_owned())
            }
            _ => {}
        }
    }
    part
}

fn lexisnexis(text: &str) -> Part {
    let mut part = Part::default();
    let mut head: Vec<&str> = Vec::new();
    let mut in_text = false;
    for line in text.lines().map(str::trim) {
        let label = line.split_once(':').filter(|(label, _)| {
            label.len() > 3 && label.bytes().all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'-' | b' '))
        });
        match label {
            Some(("LENGTH", _)) => in_text = true,
            Some(("BYLINE", value)) => part.author = Some(value.to_owned()),
            Some(("HEADLINE", value)) => part.title = Some(value.to_owned()),
            Some(("LOAD-DATE" | "LANGUAGE" | "PUBLICATION-TYPE" | "JOURNAL-CODE" | "SUBJECT" | "GRAPHIC", _)) => {
                in_text = false
            }
            Some(("SECTION" | "DATELINE" | "SOURCE", _)) => {}
            _ if in_text && !line.starts_with("Copyright ") => {
                part.push_line(line);
            }
            _ if !line.is_empty() && part.text.is_empty() && !line.starts_with("Copyright ") => head.push(line),
            _ => {}
        }
    }
    part.headed(&head);
    part
}

fn nexis_uni(text: &str) -> Part {
    let mut part = Part::default();
    let mut head: Vec<&str> = Vec::new();
    let mut in_text = false;
    for line in text.lines().map(str::trim) {
        let label = line.split_once(':');
        match label {
            _ if line == "Body" => in_text = true,
            _ if line == "End of Document" || line == "Classification" => in_text = false,
            Some(("Load-Date", _)) => in_text = false,
            Some(("Byline", value)) if !in_text => part.author = Some(value.to_owned()),
            Some(("Length" | "Section" | "Highlight" | "Dateline", _)) if !in_text => {}
            _ if in_text => {
                part.push_line(line);
            }
            _ if !line.is_empty() && part.text.is_empty() && !line.starts_with("Copyright ") => head.push(line),
            _ => {}
        }
    }
    part.headed(&head);
    part
}

fn factiva(text: &str) -> Part {
    let mut part = Part::default();
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let Some(count) = lines.iter().position(|line| is_word_count(line)) else { return part };
    let mut head: Vec<&str> = Vec::new();
    let mut in_text = false;
    for line in &lines[count + 1..] {
        match is_document(line) {
            Some(number) => part.id = Some(number.to_owned()),
            None if in_text => {
                part.push_line(line);
            }
            None => {
                head.push(line);
                // The rights are the last line of the head.
                in_text = line.contains("Copyright") || line.contains('©') || line.contains("(c)");
            }
        }
    }
    part.headed(&head);
    part.title = lines[..count].iter().rfind(|line| !line.starts_with("By ")).map(|line| (*line).to_owned());
    part.author = lines[..count].iter().find_map(|line| line.strip_prefix("By ")).map(str::to_owned);
    part
}

impl Part {
    fn push_line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Takes date, outlet and title from lines without labels: the outlet stands beside the date.
    fn headed(&mut self, head: &[&str]) {
        // "March 10, 2026 Tuesday Final Edition"
        let first_words = |line: &str, count: usize| line.split_whitespace().take(count).collect::<Vec<_>>().join(" ");
        let day = head
            .iter()
            .position(|line| [9, 4, 3].iter().any(|&count| date::moment(&first_words(line, count)).is_some()));
        let Some(day) = day else { return };
        self.published =
            [9, 4, 3].iter().map(|&count| first_words(head[day], count)).find(|day| date::moment(day).is_some());
        let before = day.checked_sub(1).and_then(|place| head.get(place));
        let is_time = |line: &&&str| line.bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
        let after = head.iter().skip(day + 1).find(|line| !is_time(line));
        self.source = before.or(after).map(|line| (*line).to_owned());
        if self.title.is_none() {
            let others =
                head.iter().enumerate().filter(|(place, _)| *place != day && before.is_none_or(|_| *place + 1 != day));
            self.title = others.map(|(_, line)| (*line).to_owned()).next();
        }
    }
}

/// What stands in elements of which the first tag has a class that ends so, as text.
fn with_class<'h>(html: &'h str, class: &'h str) -> impl Iterator<Item = String> + 'h {
    html.match_indices(class).filter_map(|(place, _)| {
        let begin = html[..place].rfind('<')?;
        let name: &str = html[begin + 1..].split(|c: char| !c.is_ascii_alphanumeric()).next()?;
        let open = place + html[place..].find('>')? + 1;
        let end = open + html[open..].find(&format!("</{name}>"))?;
        // Not in the text of a page.
        (!html[begin..place].contains('>')).then(|| markup::text(&html[open..end]).trim().to_owned())
    })
}

fn factiva_page(html: &str) -> Part {
    let text = with_class(html, "articleParagraph ").collect::<Vec<_>>().join("\n\n");
    let mut part = Part { text, ..Part::default() };
    let head = html.find("articleParagraph").map_or(html, |place| &html[..place]);
    let lines: Vec<String> = head
        .split("<div")
        .skip(1)
        .filter_map(|rest| rest.split_once('>'))
        .map(|(_, rest)| {
            let inside = rest.split("</div>").next().unwrap_or_default();
            markup::text(inside).trim().to_owned()
        })
        .collect();
    let count = lines.iter().position(|line| is_word_count(line)).map_or(0, |count| count + 1);
    let head: Vec<&str> = lines[count..].iter().map(String::as_str).collect();
    part.headed(&head);
    part.title = with_class(html, "Headline\"").next();
    part.author = with_class(html, "author\"").next();
    let number = html
        .rmatch_indices("Document ")
        .find_map(|(place, _)| is_document(html[place..].split(['<', '\n']).next()?.trim()));
    part.id = number.map(str::to_owned);
    part
}

fn europresse_page(html: &str) -> Part {
    let header = with_class(html, "DocHeader\"").next().unwrap_or_default();
    // "Le Courrier, no. 123, mardi 10 mars 2026, p. 4"
    let pieces: Vec<&str> = header.split([',', '•', '\n']).map(str::trim).collect();
    let published = pieces.iter().find(|piece| date::moment(piece).is_some());
    let text = with_class(html, "docOcurrContainer\"").next();
    let body = || {
        html.find("titreArticle").and_then(|place| html[place..].find("<p").map(|at| markup::text(&html[place + at..])))
    };
    Part {
        title: with_class(html, "titreArticle\"").next().or_else(|| with_class(html, "titreArticleVisu").next()),
        source: with_class(html, "DocPublicationName\"").next(),
        author: with_class(html, "sm-margin-bottomNews\"").next(),
        published: published.map(|piece| (*piece).to_owned()),
        text: text.or_else(body).unwrap_or_default(),
        ..Part::default()
    }
}

#[cfg(test)]
mod tests {
    use super::Export;
    use crate::article::Article;
    use crate::read::tests::read;

    const ONE: &str = "The bridge will stay shut for five weeks.\nDivers found a crack in a pivot.";
    const TWO: &str = "Fines for late books will be dropped.\nReaders keep them for six weeks.";

    fn check(name: &str, bytes: &str, export: Export) {
        let parsed = read(name, bytes.as_bytes());
        assert!(parsed.rejects.is_empty(), "{export:?}: {:?}", parsed.rejects);
        let said = |article: &Article| {
            let text = article.text.split_whitespace().collect::<Vec<_>>().join(" ");
            (
                text,
                article.title.clone().unwrap_or_default(),
                article.source.clone().unwrap_or_default(),
                article.published.map(|day| day.to_string()).unwrap_or_default(),
            )
        };
        let expected = |text: &str, title: &str, source: &str, day: &str| {
            (text.replace('\n', " "), title.to_owned(), source.to_owned(), day.to_owned())
        };
        let all: Vec<_> = parsed.articles.iter().map(said).collect();
        assert_eq!(
            all,
            [
                expected(ONE, "Bridge shut", "Harbour Post", "2026-03-10"),
                expected(TWO, "No fines", "Tide Gazette", "2026-03-11")
            ],
            "{export:?}"
        );
    }

    #[test]
    fn exports_are_cut_into_their_articles() {
        let rule = "_".repeat(60);
        let of = |title: &str, source: &str, day: &str, text: &str, id: u32| {
            format!(
                "{rule}\n\n{title}\n\nAuthor: A. Holm\n\nPublication info: {source} ; Norport [Norport]{day}.\n\n\
                 https://search.example/docview/{id}\n\nFull text: {text}\n\nPublication title: {source}; Norport\n\n\
                 Publication date: {day}\n\nProQuest document ID: {id}\n\n"
            )
        };
        let text = of("Bridge shut", "Harbour Post", "Mar 10, 2026", ONE, 1)
            + &of("No fines", "Tide Gazette", "Mar 11, 2026", TWO, 2);
        check("a.txt", &text, Export::ProQuest);
        let of = |number: u32, title: &str, source: &str, day: &str, text: &str| {
            format!(
                "                               {number} of 2 DOCUMENTS\n\n\n                          {source}\n\n\
                 \n                       {day}\n\n{title}\n\nBYLINE: A. Holm\n\nSECTION: NEWS; Pg. 4\n\nLENGTH: 120 words\n\n\
                 {text}\n\nLOAD-DATE: March 12, 2026\n\nLANGUAGE: ENGLISH\n\n         Copyright 2026 {source}\n\n"
            )
        };
        let text = of(1, "Bridge shut", "Harbour Post", "March 10, 2026 Tuesday", ONE)
            + &of(2, "No fines", "Tide Gazette", "March 11, 2026 Wednesday Final Edition", TWO);
        check("a.txt", &text, Export::LexisNexis);
        let of = |title: &str, source: &str, day: &str, text: &str| {
            format!(
                "{title}\n{source}\n{day}\nCopyright 2026 All Rights Reserved\nSection: NEWS\nLength: 120 words\nByline: A. Holm\nBody\n\n{text}\n\nLoad-Date: March 12, 2026\n\nEnd of Document\n\n"
            )
        };
        let text = of("Bridge shut", "Harbour Post", "March 10, 2026 Tuesday", ONE)
            + &of("No fines", "Tide Gazette", "11 March 2026", TWO);
        check("a.txt", &text, Export::NexisUni);
        let of = |title: &str, source: &str, day: &str, text: &str, id: u32| {
            format!(
                "{title}\n\nBy A. Holm\n120 words\n{day}\n{source}\nHARPO\nEnglish\nCopyright 2026. {source}.\n\n{text}\n\nDocument HARPO0000{id}\n\n"
            )
        };
        let text = of("Bridge shut", "Harbour Post", "10 March 2026", ONE, 1)
            + &of("No fines", "Tide Gazette", "11 March 2026", TWO, 2);
        check("a.txt", &text, Export::Factiva);
    }

    #[test]
    fn pages_of_exports_are_cut_into_their_articles() {
        let paragraphs = |text: &str, class: &str| {
            text.lines().map(|line| format!("<p class=\"{class}\">{line}</p>")).collect::<String>()
        };
        let of = |title: &str, source: &str, day: &str, text: &str, id: u32| {
            format!(
                "<div id=\"article-{id}\"><div class=\"article deArticle\"><div id=\"hd\"><span class=\"deHeadline\">{title}</span></div>\
                 <div>120 words</div><div>{day}</div><div>{source}</div><div>HARPO</div><div>Copyright 2026.</div>{}\
                 <p>Document HARPO0000{id}</p></div></div>",
                paragraphs(text, "articleParagraph dearticleParagraph")
            )
        };
        let html = format!(
            "<html><head><title>Factiva</title></head><body>{}{}</body></html>",
            of("Bridge shut", "Harbour Post", "10 March 2026", ONE, 1),
            of("No fines", "Tide Gazette", "11 March 2026", TWO, 2)
        );
        check("a.html", &html, Export::FactivaPage);
        let of = |title: &str, source: &str, day: &str, text: &str| {
            format!(
                "<article><header><span class=\"DocPublicationName\">{source}</span><span class=\"DocHeader\">n. 12, {day}, p. 4</span>\
                 <div class=\"titreArticle\"><p>{title}</p></div></header><section><div class=\"docOcurrContainer\">{}</div></section></article>",
                paragraphs(text, "x")
            )
        };
        let html = format!(
            "<!DOCTYPE html><html><body>{}{}</body></html>",
            of("Bridge shut", "Harbour Post", "mardi 10 mars 2026", ONE),
            of("No fines", "Tide Gazette", "mercredi 11 mars 2026", TWO)
        );
        check("a.html", &html, Export::EuropressePage);
    }

    #[test]
    fn what_only_resembles_an_export_is_none() {
        for text in [
            "1 of 20 DOCUMENTS was lost.\n\nNobody knows.",
            "Body\n\nEnd of Document",
            "____________________\n\nFull text: no",
            "500 words\n\nDocument of the day",
        ] {
            assert_eq!(Export::of_text(text.as_bytes()), None, "{text}");
        }
        assert_eq!(Export::of_page(b"<html><article class=\"article big\"><p>Words</p></article>"), None);
    }
}
