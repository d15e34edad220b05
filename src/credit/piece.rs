//! Is a piece of text a credit, and of which agencies?

use std::ops::Range;

use super::agencies::{Mention, spaced};
use super::forms::{Kinds, kinds};

/// Words of a credit at most; copyright notices are the longest.
const WORDS: usize = 32;
/// Names in it that are no agencies at most: a few authors and an outlet.
const NAMES: usize = 10;
/// Names of a script without capitals: nothing tells them from other words.
const CASELESS_NAMES: usize = 3;
/// Characters of a name in a script without blanks.
const CASELESS_CHARS: usize = 4;
/// The longest line that is a caption for having a word of pictures, in bytes.
const CAPTION_BYTES: usize = 120;
/// Letters of an abbreviated title, as of saints and doctors.
const ABBREVIATION: usize = 3;
/// Letters of an author's or editor's initials.
const INITIALS: usize = 4;

/// What a piece of text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// A credit of these agencies, in order.
    Credit(Vec<u16>),
    /// A picture's.
    Picture,
    /// Anything else.
    Prose,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Agency(usize),
    /// A word that is on a list.
    Listed(Kinds),
    Number,
    /// A word that may be a name; whether it is written in capitals.
    Name(Kinds, bool),
    /// A few capitals: an outlet's or author's short form.
    Capitals,
    /// A short word in lower case, as initials are.
    Initials,
    Unknown,
    /// Anything that is neither word nor blank.
    Mark(char),
}

/// A stretch of a text with the agencies in it.
pub(super) struct Piece<'m> {
    tokens: Vec<Token>,
    mentions: &'m [Mention],
}

impl<'m> Piece<'m> {
    /// The piece at `range` of `text`; of `mentions` those inside count.
    pub fn of(text: &str, range: Range<usize>, mentions: &'m [Mention]) -> Piece<'m> {
        let mut tokens = Vec::new();
        let mut at = range.start;
        for (number, mention) in mentions.iter().enumerate() {
            if mention.start < at || mention.end > range.end {
                continue;
            }
            tokenise(&text[at..mention.start], &mut tokens);
            tokens.push(Token::Agency(number));
            at = mention.end;
        }
        tokenise(&text[at..range.end], &mut tokens);
        join_dates(&mut tokens);
        Piece { tokens, mentions }
    }

    /// As a line of its own in front of the text. Beside a picture an agency with a person is the picture's.
    pub fn byline(&self, beside_picture: bool) -> Verdict {
        let above = |token: &Token| matches!(token, Token::Listed(kinds) if kinds.is(Kinds::ABOVE));
        if self.is_headline() || self.tokens.first().is_some_and(above) {
            return Verdict::Prose;
        }
        if self.names_a_person() && (beside_picture || self.ends_in_brackets()) {
            return Verdict::Picture;
        }
        if self.has_rights() && !self.is_worded() {
            return Verdict::Picture;
        }
        self.of_line()
    }

    /// As a line of its own at the end of the text, where a person with an agency and no word is a picture's.
    pub fn last_line(&self) -> Verdict {
        if self.is_headline() {
            return Verdict::Prose;
        }
        if self.names_a_person() && !self.ends_in_brackets() { Verdict::Picture } else { self.of_line() }
    }

    /// As a line of its own, which is no entry of a list, and no name alone that is a common word or short form elsewhere.
    fn of_line(&self) -> Verdict {
        if !self.is_worded() && (self.is_entry() || self.is_weak()) {
            return Verdict::Prose;
        }
        self.verdict()
    }

    /// Whether it is an entry of a list, as menus have them.
    fn is_entry(&self) -> bool {
        matches!(self.tokens.first(), Some(Token::Mark('*' | '•' | '+' | '·' | '▪' | '>' | '‣' | '●' | '#')))
            || matches!(self.tokens[..], [Token::Mark('-' | '–'), Token::Mark('['), ..])
    }

    /// Whether no agency is in it but by names that are common words or short forms elsewhere.
    pub fn is_weak(&self) -> bool {
        let named = |token: &Token| match token {
            Token::Agency(number) => Some(self.mentions[*number]),
            _ => None,
        };
        self.tokens.iter().filter_map(named).all(|mention| mention.weak)
    }

    /// "Reuters: ..." opens a headline.
    fn is_headline(&self) -> bool {
        matches!(self.tokens[..], [Token::Agency(_), Token::Mark(':'), ..])
    }

    /// Whether it has the name of one person, and no word of credits.
    pub fn names_a_person(&self) -> bool {
        let is_name = |token: &Token| matches!(token, Token::Name(kinds, true) if !kinds.is(Kinds::OUTLET));
        // Several, joined by "and", are authors: a picture has one photographer.
        let joined = |four: &[Token]| {
            is_name(&four[0])
                && matches!(four[1], Token::Listed(kinds) if kinds.is(Kinds::GLUE))
                && is_name(&four[2])
                && is_name(&four[3])
        };
        !self.is_worded()
            && self.tokens.windows(2).any(|two| two.iter().all(is_name))
            && !self.tokens.windows(4).any(joined)
    }

    /// Whether it has a word of credits or of desks.
    pub fn is_worded(&self) -> bool {
        let worded = |token: &Token| matches!(token, Token::Listed(kinds) if kinds.is(Kinds::CREDIT.or(Kinds::BY).or(Kinds::DESK)));
        self.tokens.iter().any(worded)
    }

    /// Whether a sign says who has the rights.
    fn has_rights(&self) -> bool {
        self.tokens.contains(&Token::Mark('©'))
    }

    fn ends_in_brackets(&self) -> bool {
        matches!(self.tokens[..], [.., Token::Agency(_), Token::Mark(')')])
    }

    /// As a piece of which every word is accounted for.
    pub fn verdict(&self) -> Verdict {
        let words = self.tokens.iter().filter(|token| !matches!(token, Token::Mark(_))).count();
        if words > WORDS {
            return Verdict::Prose;
        }
        if self.is_picture() {
            return Verdict::Picture;
        }
        let (mut names, mut caseless) = (0, 0);
        for (place, token) in self.tokens.iter().enumerate() {
            match *token {
                Token::Unknown => return Verdict::Prose,
                Token::Listed(kinds) if kinds.is(Kinds::OTHER) => return Verdict::Prose,
                Token::Initials if !self.signs(place) => return Verdict::Prose,
                Token::Name(kinds, _) if kinds.is(Kinds::OTHER) => return Verdict::Prose,
                Token::Name(_, true) | Token::Capitals => names += 1,
                Token::Name(_, false) => caseless += 1,
                _ => {}
            }
        }
        if names > NAMES || caseless > CASELESS_NAMES {
            return Verdict::Prose;
        }
        let has_words_of_credits = self
            .tokens
            .iter()
            .any(|token| matches!(token, Token::Listed(kinds) if kinds.is(Kinds::CREDIT.or(Kinds::BY))));
        let alone = names + caseless == 0;
        let mut named = Vec::new();
        for (place, token) in self.tokens.iter().enumerate() {
            let Token::Agency(number) = *token else { continue };
            let mention = self.mentions[number];
            if mention.loose && (mention.short || !(alone || has_words_of_credits)) {
                continue;
            }
            if !self.goes_on(place, mention, 1)
                && !self.is_word(place, mention)
                && !self.is_preceded(place, mention)
                && !named.contains(&mention.agency)
            {
                named.push(mention.agency);
            }
        }
        if named.is_empty() { Verdict::Prose } else { Verdict::Credit(named) }
    }

    /// As a field that holds nothing but names: any agency in it, unless a picture's.
    pub fn field(&self) -> Vec<u16> {
        if self
            .tokens
            .iter()
            .any(|token| matches!(token, Token::Listed(kinds) | Token::Name(kinds, _) if kinds.is(Kinds::PHOTO)))
        {
            return Vec::new();
        }
        let mut named = Vec::new();
        for (place, token) in self.tokens.iter().enumerate() {
            let Token::Agency(number) = *token else { continue };
            let mention = self.mentions[number];
            let misread = (mention.loose && mention.short)
                || self.goes_on(place, mention, 2)
                || self.is_word(place, mention)
                || self.follows_outlet(place)
                || (mention.short && self.is_preceded(place, mention))
                || (!mention.capitals
                    && !mention.long
                    && place == 1
                    && self.tokens.len() == 2
                    && self.names_before(1) == 1);
            if !misread && !named.contains(&mention.agency) {
                named.push(mention.agency);
            }
        }
        named
    }

    /// Whether a name goes on behind the agency's: "Reuters Institute", "AP Valley Gazette".
    fn goes_on(&self, place: usize, mention: Mention, names: usize) -> bool {
        let next = |distance: usize| self.tokens.get(place + distance);
        match next(1) {
            // A company of the agency's own name is the agency: "Bloomberg L.P."
            Some(Token::Name(kinds, _) | Token::Listed(kinds)) if kinds.is(Kinds::COMPANY) => mention.short,
            Some(Token::Name(kinds, _) | Token::Listed(kinds)) if kinds.is(Kinds::OUTLET) => true,
            // "RSS feed"
            Some(Token::Listed(kinds)) if mention.weak && kinds.is(Kinds::CREDIT) => true,
            // "Associated Press writer" and "корр. ТАСС" have their own name behind them.
            Some(Token::Name(kinds, true)) if !kinds.is(Kinds::OUTLET) && self.follows_post(place) => false,
            Some(Token::Name(_, true)) => {
                let following =
                    self.tokens[place + 1..].iter().take_while(|token| matches!(token, Token::Name(_, true)));
                let of_outlet = |token: &Token| matches!(token, Token::Name(kinds, _) if kinds.is(Kinds::OUTLET));
                mention.short || following.clone().count() > names || following.into_iter().any(of_outlet)
            }
            _ => false,
        }
    }

    /// Whether the word before is a post: "correspondent of", "корр."
    fn follows_post(&self, place: usize) -> bool {
        let words = self.tokens[..place].iter().rev().filter(|token| !matches!(token, Token::Mark('.')));
        let mut words = words.skip_while(|token| matches!(token, Token::Listed(kinds) if kinds.is(Kinds::PARTICLE.or(Kinds::GLUE)) && !kinds.is(Kinds::DESK)));
        matches!(words.next(), Some(Token::Listed(kinds)) if kinds.is(Kinds::DESK))
    }

    /// Whether a name stands right before the agency's and may go on in it: "Michael Bloomberg", "Radio Sputnik". Behind
    /// "by" and two words it is an author's.
    fn is_preceded(&self, place: usize, mention: Mention) -> bool {
        let names = self.names_before(place);
        let opened = matches!(self.tokens.first(), Some(Token::Listed(kinds)) if kinds.is(Kinds::BY));
        names > 0 && !(mention.long && names < 6) && !(opened && names > 1 && !mention.loose)
    }

    fn names_before(&self, place: usize) -> usize {
        self.tokens[..place].iter().rev().take_while(|token| matches!(token, Token::Name(_, true))).count()
    }

    /// Whether a short name goes on as a word does: "MAP OF THE HARBOUR", or stands among other names without a mark.
    fn is_word(&self, place: usize, mention: Mention) -> bool {
        let beside = |token: Option<&Token>| matches!(token, Some(Token::Agency(_)));
        mention.short
            && match self.tokens.get(place + 1) {
                Some(Token::Agency(_)) => true,
                Some(Token::Listed(kinds)) => kinds.is(Kinds::PARTICLE) && !beside(self.tokens.get(place + 2)),
                _ => place > 0 && beside(self.tokens.get(place - 1)),
            }
    }

    /// Whether a word of outlets' names stands before: "Radio Sputnik".
    fn follows_outlet(&self, place: usize) -> bool {
        let before = place.checked_sub(1).and_then(|before| self.tokens.get(before));
        matches!(before, Some(Token::Name(kinds, _) | Token::Listed(kinds)) if kinds.is(Kinds::OUTLET) && !kinds.is(Kinds::DESK))
    }

    /// Initials stand beside a slash or a dash, or behind the agency up to the end: "dpa/ab", "EFE jm/ta", "(Hina) xab xcd".
    fn signs(&self, place: usize) -> bool {
        let slash = |token: Option<&Token>| matches!(token, Some(Token::Mark('/' | '-' | '–' | '—' | ',' | '(' | '|')));
        let before = place.checked_sub(1).and_then(|place| self.tokens.get(place));
        if slash(before) || slash(self.tokens.get(place + 1)) {
            return true;
        }
        let behind = |token: &Token| matches!(token, Token::Initials | Token::Mark('/' | ')' | ','));
        let first = self.tokens[..place].iter().rev().position(|token| !behind(token));
        let ends = self.tokens[place..].iter().all(behind);
        first.is_some_and(|back| matches!(self.tokens[place - 1 - back], Token::Agency(_))) && (ends || place < 2)
    }

    /// Whether it credits a picture: a word says so, or a photographer stands behind a slash.
    fn is_picture(&self) -> bool {
        let photo =
            |token: &Token| matches!(token, Token::Listed(kinds) | Token::Name(kinds, _) if kinds.is(Kinds::PHOTO));
        if self.tokens.iter().any(photo) {
            return true;
        }
        // "© Jane Merrow/AP": who holds a picture's rights; a text's are an agency's.
        let is_capital = |token: &Token| matches!(token, Token::Name(_, true) | Token::Capitals);
        let is_owner = |three: &[Token]| three[0] == Token::Mark('©') && three[1..].iter().all(is_capital);
        if self.tokens.windows(3).any(is_owner) {
            return true;
        }
        // "Jan Merrow/ritzau/" encloses the agency.
        if matches!(self.tokens[..], [.., Token::Mark('/'), Token::Agency(_), Token::Mark('/')]) {
            return false;
        }
        // "By Jane Merrow/AP" is an author's; so is a slash behind several names.
        let opening = self.tokens.iter().find(|token| !matches!(token, Token::Mark(_)));
        let worded = |token: &Token| matches!(token, Token::Listed(kinds) if kinds.is(Kinds::CREDIT.or(Kinds::BY).or(Kinds::ABOVE)));
        let is_and = |token: &Token| matches!(token, Token::Listed(kinds) if kinds.is(Kinds::CREDIT.or(Kinds::GLUE)));
        if opening.is_some_and(worded) {
            return false;
        }
        let is_name = |token: Option<&Token>| matches!(token, Some(Token::Name(_, true)));
        self.tokens.windows(3).enumerate().any(|(place, three)| match three {
            // One name is a place: "EFE / Madrid".
            [Token::Agency(_), Token::Mark('/'), Token::Name(_, true)] => {
                place > 0 || is_name(self.tokens.get(place + 3))
            }
            [Token::Name(_, true), Token::Mark('/'), Token::Agency(_)] => {
                place > 0 && is_name(self.tokens.get(place - 1)) && !self.tokens[..place].iter().any(is_and)
                    || self.tokens[..place]
                        .windows(2)
                        .any(|two| matches!(two, [Token::Mark('.' | ')'), Token::Mark('(')]))
            }
            _ => false,
        })
    }
}

/// The parts of a field that are judged alone: a picture's credit beside an author's.
pub(super) fn parts_of_field(value: &str) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (place, mark) in value.char_indices().filter(|(_, c)| matches!(c, ',' | ';' | '|' | '•' | '·' | '\n')) {
        parts.push(start..place);
        start = place + mark.len_utf8();
    }
    parts.push(start..value.len());
    parts
}

/// The credit with which a line of the end of a text closes, if it does: the line is one, or ends with one in brackets,
/// behind a dash, or behind its last full stop.
pub(super) fn closing(text: &str, line: Range<usize>, mentions: &[Mention]) -> Option<(Vec<u16>, Range<usize>)> {
    let line = line.start..line.start + text[line].trim_end().len();
    let words = &text[line.clone()];
    if words.len() <= super::LINE_BYTES {
        let piece = Piece::of(text, line.clone(), mentions);
        match piece.last_line() {
            Verdict::Credit(named) => return Some((named, line)),
            Verdict::Prose if piece.is_entry() => return None,
            // A paragraph may end with a credit after all, whatever it tells of pictures.
            Verdict::Picture if words.len() > CAPTION_BYTES && piece.tokens.contains(&Token::Unknown) => {}
            Verdict::Picture => return text_part(text, line, mentions),
            Verdict::Prose => {}
        }
    }
    let last = mentions.last()?;
    let credit = |range: Range<usize>| match Piece::of(text, range.clone(), mentions).verdict() {
        Verdict::Credit(named) => Some((named, range)),
        _ => None,
    };
    let stripped = words.trim_end_matches(['.', '。', '"', '”', '»']);
    if stripped.ends_with([')', '）', ']', '】', '］']) {
        let open = stripped.rfind(['(', '（', '[', '【', '［'])?;
        // "The Associated Press (AP)" is spelled out, not signed.
        let spelled = |mention: &Mention| {
            mention.end <= line.start + open && text[mention.end..line.start + open].trim().is_empty()
        };
        if last.start >= line.start + open && mentions.iter().any(spelled) {
            return None;
        }
        if line.start + open <= last.start {
            return credit(line.start + open..line.start + stripped.len());
        }
    }
    // Behind the last sentence.
    let before = &text[line.start..last.start];
    let mut places: Vec<usize> = before
        .char_indices()
        .filter(|&(place, c)| match c {
            '.' if is_abbreviation(&before[..place]) => false,
            '.' | '!' | '?' | '"' | '”' | '»' | '“' | '…' | '*' | '।' | '۔' | '؟' | ';' => {
                before[place + c.len_utf8()..].starts_with(char::is_whitespace)
            }
            '。' | '！' | '？' | '」' | '』' | '）' => true,
            '–' | '—' => {
                before[..place].ends_with(|c: char| c.is_whitespace() || matches!(c, '.' | '"' | '”' | '!' | '?'))
            }
            '-' => before[..place].ends_with(|c: char| c.is_whitespace() || matches!(c, '.' | '"' | '”' | '!' | '?')),
            '/' => before[..place].ends_with(|c: char| c.is_whitespace() || matches!(c, '.' | '"' | '”' | '!' | '?')),
            _ => false,
        })
        .map(|(place, c)| line.start + place + c.len_utf8())
        .collect();
    places.reverse();
    // "(July 13) AP" is a film's.
    let bracketed = |start: &usize| {
        let bracket = text[*start..line.end].trim_start().strip_prefix('(').and_then(|rest| rest.split_once(')'));
        let start = line.end - bracket.map_or(0, |(_, rest)| rest.len());
        bracket.is_some_and(|(inside, _)| inside.to_lowercase() != "c")
            && mentions.iter().all(|mention| mention.start >= start)
    };
    places.into_iter().take(4).filter(|start| !bracketed(start)).find_map(|start| credit(start..line.end))
}

/// Whether the stop behind these words is an abbreviation's or initial's: "St. Petra".
fn is_abbreviation(words: &str) -> bool {
    let word = words.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    word.starts_with(char::is_uppercase)
        && word.chars().count() <= ABBREVIATION
        && !word.chars().skip(1).any(char::is_uppercase)
}

/// The part of a line that credits the text beside a picture: "Text by: AFP | Video by: Harbour TV".
pub(super) fn text_part(text: &str, line: Range<usize>, mentions: &[Mention]) -> Option<(Vec<u16>, Range<usize>)> {
    let words = &text[line.clone()];
    if !words.contains(['|', ';']) {
        return None;
    }
    let mut start = line.start;
    for part in words.split(['|', ';']) {
        let range = start..start + part.len();
        start = range.end + 1;
        let piece = Piece::of(text, range.clone(), mentions);
        let worded =
            |token: &Token| matches!(token, Token::Listed(kinds) if kinds.is(Kinds::BY) || kinds.is(Kinds::CREDIT));
        if piece.tokens.iter().any(worded)
            && let Verdict::Credit(named) = piece.verdict()
        {
            return Some((named, range));
        }
    }
    None
}

fn tokenise(text: &str, tokens: &mut Vec<Token>) {
    let mut word: Option<usize> = None;
    let mut address_end = 0;
    for (place, c) in text.char_indices() {
        if place < address_end {
            continue;
        }
        let inside = in_word(c)
            || (matches!(c, '\'' | '’' | '-' | '.')
                && word.is_some()
                && text[place + c.len_utf8()..].starts_with(char::is_alphanumeric));
        match (word, inside) {
            (None, true) => {
                if let Some(length) = address(&text[place..]) {
                    address_end = place + length;
                    continue;
                }
                word = Some(place);
            }
            (Some(start), false) => {
                classify(&text[start..place], tokens);
                word = None;
            }
            _ => {}
        }
        if !inside && !c.is_whitespace() {
            tokens.push(Token::Mark(c));
        }
    }
    if let Some(start) = word {
        classify(&text[start..], tokens);
    }
}

/// How long an address is with which a text begins: of mail or of the web. It says nothing.
fn address(text: &str) -> Option<usize> {
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, ')' | ']' | '>' | ',' | ';')).unwrap_or(text.len());
    let run = &text[..end];
    let is_address = run.is_ascii() && (run.contains("://") || run.starts_with("www.") || run.contains('@'));
    is_address.then_some(end)
}

/// Lower-case words beside a number are a date's, and so are words of scripts without case: "4 mart", "kovo 4 d.".
fn join_dates(tokens: &mut [Token]) {
    let is_number = |token: Option<&Token>| matches!(token, Some(Token::Number));
    let dot = |token: Option<&Token>| matches!(token, Some(Token::Mark('.' | ',')));
    for place in 0..tokens.len() {
        if !matches!(tokens[place], Token::Unknown | Token::Initials | Token::Name(_, false)) {
            continue;
        }
        let before = |back: usize| place.checked_sub(back).and_then(|place| tokens.get(place));
        let after = |on: usize| tokens.get(place + on);
        if is_number(before(1)) || is_number(after(1)) || dot(before(1)) && is_number(before(2)) {
            tokens[place] = Token::Listed(Kinds::CALENDAR);
        }
    }
}

/// Whether a character is of a word.
pub(super) fn in_word(c: char) -> bool {
    c.is_alphanumeric() || is_mark_of_letter(c)
}

/// Vowel signs of Indic scripts and marks of Arabic are parts of words.
fn is_mark_of_letter(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}' | '\u{981}'..='\u{983}' | '\u{9bc}'..='\u{9cd}' | '\u{a00}'..='\u{a03}' | '\u{a3c}'..='\u{a4d}' | '\u{abc}'..='\u{acd}' | '\u{bbe}'..='\u{bcd}' | '\u{c3e}'..='\u{c4d}' | '\u{cbc}'..='\u{ccd}' | '\u{d3e}'..='\u{d4d}' | '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}' | '\u{200c}' | '\u{200d}' | '\u{640}')
}

fn classify(word: &str, tokens: &mut Vec<Token>) {
    let kinds = kinds(word);
    let first = word.chars().next().unwrap_or(' ');
    if word.chars().any(|c| !spaced(c)) {
        return classify_unspaced(word, tokens);
    }
    tokens.push(if first.is_ascii_digit() || first.is_numeric() {
        Token::Number
    } else if kinds.is(Kinds::CREDIT
        .or(Kinds::BY)
        .or(Kinds::DESK)
        .or(Kinds::PHOTO)
        .or(Kinds::OTHER)
        .or(Kinds::PARTICLE)
        .or(Kinds::CALENDAR)
        .or(Kinds::ABOVE)
        .or(Kinds::GLUE))
    {
        Token::Listed(kinds)
    } else if kinds == Kinds::default() && word.len() <= INITIALS && word.chars().all(char::is_uppercase) {
        Token::Capitals
    } else if first.is_uppercase() || word.contains('.') || word.chars().nth(1).is_some_and(char::is_uppercase) {
        // An address is a name, too, and so is "iDNES".
        Token::Name(kinds, true)
    } else if first.is_lowercase() {
        // "d'AFP", "l'AFP", "afp.com".
        let length = word.chars().count();
        if length <= 1 || word == "com" || word == "www" {
            Token::Listed(Kinds::PARTICLE)
        } else if length <= INITIALS {
            Token::Initials
        } else if let Some((article, rest)) = word.split_once(['\'', '’'])
            && article.chars().count() <= 4
            && rest.chars().next().is_some_and(char::is_uppercase)
        {
            Token::Name(kinds, true)
        } else {
            Token::Unknown
        }
    } else {
        Token::Name(kinds, false)
    });
}

/// A word of a script without blanks: listed words, with a short name left over.
fn classify_unspaced(word: &str, tokens: &mut Vec<Token>) {
    let chars: Vec<char> = word.chars().collect();
    let (mut at, mut left) = (0, 0);
    let known = tokens.len();
    'words: while at < chars.len() {
        for length in (1..=(chars.len() - at).min(5)).rev() {
            let part: String = chars[at..at + length].iter().collect();
            let kinds = kinds(&part);
            if kinds != Kinds::default() {
                tokens.push(Token::Listed(kinds));
                at += length;
                continue 'words;
            }
        }
        if !chars[at].is_numeric() {
            left += 1;
        }
        at += 1;
    }
    let listed = tokens.len() > known;
    // A name of Han or Hangul has four characters at most; one in Kana, which writes foreign ones, more.
    let kana = chars.iter().any(|c| matches!(c, '\u{30a0}'..='\u{30ff}'));
    if left > CASELESS_CHARS * if listed || !kana { 1 } else { 2 } {
        tokens.push(Token::Unknown);
    } else if left > 0 {
        tokens.push(Token::Name(Kinds::default(), false));
    }
}
