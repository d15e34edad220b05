//! Is a piece of text a credit, and of which agencies?

use std::ops::Range;

use super::agencies::Mention;
use super::forms::Kinds;
use super::token::{Token, join_dates, tokenise};

/// Words of a credit at most; copyright notices are the longest.
const WORDS: usize = 32;
/// Names in it that are no agencies at most: a few authors and an outlet.
const NAMES: usize = 10;
/// Names of a script without capitals: nothing tells them from other words.
const CASELESS_NAMES: usize = 3;

/// What a piece of text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// A credit of these agencies, in order; there is one at least.
    Credit(Vec<u16>),
    /// A picture's.
    Picture,
    /// Anything else.
    Prose,
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
        if (self.has_rights() && !self.is_worded()) || self.is_joined() {
            return Verdict::Picture;
        }
        self.of_line()
    }

    /// As a line of its own at the end of the text, where a person with an agency and no word is a picture's.
    pub fn last_line(&self) -> Verdict {
        if self.is_headline() {
            return Verdict::Prose;
        }
        self.unless_pictured(self.of_line())
    }

    /// As the end of a line, behind prose.
    pub fn ending(&self) -> Verdict {
        self.unless_pictured(self.verdict())
    }

    fn unless_pictured(&self, verdict: Verdict) -> Verdict {
        let pictured = self.names_a_person() && !self.ends_in_brackets();
        if pictured && matches!(verdict, Verdict::Credit(_)) { Verdict::Picture } else { verdict }
    }

    /// As a line of its own, which is no entry of a list, and no name alone that is a common word or short form elsewhere.
    fn of_line(&self) -> Verdict {
        let asks = self.tokens.iter().any(|token| matches!(token, Token::Mark('?' | '!' | '？' | '！' | '؟')));
        if asks || (!self.is_worded() && (self.is_entry() || self.is_weak())) {
            return Verdict::Prose;
        }
        self.verdict()
    }

    /// Whether it is an entry of a list, as menus have them: not "**AFP**".
    pub fn is_entry(&self) -> bool {
        const BULLETS: [char; 9] = ['*', '•', '+', '·', '▪', '>', '‣', '●', '#'];
        match self.tokens[..] {
            [Token::Mark(first), .., Token::Mark(last)] if first == last => false,
            [Token::Mark('-' | '–'), Token::Mark('['), ..] => true,
            [Token::Mark(first), ..] => BULLETS.contains(&first),
            _ => false,
        }
    }

    /// Whether no agency is in it but by names that are common words or short forms elsewhere.
    pub fn is_weak(&self) -> bool {
        let named = |token: &Token| match token {
            Token::Agency(number) => Some(self.mentions[*number]),
            _ => None,
        };
        self.tokens.iter().filter_map(named).all(|mention| mention.weak)
    }

    /// "Reuters: ..." opens a headline, and a picture's credit in brackets.
    fn is_headline(&self) -> bool {
        matches!(
            self.tokens[..],
            [Token::Agency(_), Token::Mark(':'), ..] | [Token::Mark('('), Token::Agency(_), Token::Mark(':'), ..]
        )
    }

    /// "AP=연합뉴스", "/연합뉴스": agencies of pictures, as Korean papers join them.
    fn is_joined(&self) -> bool {
        let tokens = self
            .tokens
            .strip_prefix(&[Token::Mark('[')])
            .or(self.tokens.strip_prefix(&[Token::Mark('(')]))
            .unwrap_or(&self.tokens);
        matches!(
            tokens,
            [Token::Agency(_), Token::Mark('='), Token::Agency(_), ..] | [Token::Mark('/'), Token::Agency(_)]
        )
    }

    /// Whether a colon stands in it and no word of credits: "(AIM: HBR)", a company's sign at an exchange.
    pub fn is_ticker(&self) -> bool {
        self.tokens.contains(&Token::Mark(':')) && !self.is_worded()
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
        if self.is_sentence() {
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
                && !self.is_qualified(place, mention)
                && !named.contains(&mention.agency)
            {
                named.push(mention.agency);
            }
        }
        if named.is_empty() { Verdict::Prose } else { Verdict::Credit(named) }
    }

    /// Whether it is a short sentence: a word that is on no list opens it with a capital and the agency closes it with a full
    /// stop ("Сообщает ТАСС.", "So die dpa."), or in a script without capitals there is such a word before the stop.
    fn is_sentence(&self) -> bool {
        let Some((Token::Mark('.' | '。' | '।' | '۔'), words)) = self.tokens.split_last() else { return false };
        let glue = |token: &Token| matches!(token, Token::Listed(kinds) if kinds.is(Kinds::GLUE.or(Kinds::PARTICLE)));
        let opened = match words {
            [Token::Name(_, true), between @ .., Token::Agency(_)] => between.iter().all(glue),
            _ => false,
        };
        let marked = words.iter().any(|token| matches!(token, Token::Mark(_)));
        opened || (!marked && words.iter().any(|token| matches!(token, Token::Name(_, false))))
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
                || self.is_qualified(place, mention)
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
        // "The AFP Diaries"
        let articled = !mention.long
            && matches!(place.checked_sub(1).map(|before| self.tokens[before]), Some(Token::Listed(kinds)) if kinds == Kinds::GLUE);
        match next(1) {
            // A company of the agency's own name is the agency: "Bloomberg L.P."
            Some(Token::Name(kinds, _) | Token::Listed(kinds)) if kinds.is(Kinds::COMPANY) => mention.short,
            // "Compiled from AFP reports"
            Some(Token::Listed(kinds)) if kinds.is(Kinds::OUTLET) && kinds.is(Kinds::CREDIT) => {
                !self.follows_credit(place)
            }
            Some(Token::Name(kinds, _) | Token::Listed(kinds)) if kinds.is(Kinds::OUTLET) => true,
            // "RSS feed"
            Some(Token::Listed(kinds)) if mention.weak && kinds.is(Kinds::CREDIT.or(Kinds::DESK)) => true,
            // "Associated Press writer" and "корр. ТАСС" have their own name behind them.
            Some(Token::Name(kinds, true)) if !kinds.is(Kinds::OUTLET) && self.follows_post(place) => false,
            Some(Token::Name(_, true)) => {
                let following =
                    self.tokens[place + 1..].iter().take_while(|token| matches!(token, Token::Name(_, true)));
                let of_outlet = |token: &Token| matches!(token, Token::Name(kinds, _) if kinds.is(Kinds::OUTLET));
                mention.short || articled || following.clone().count() > names || following.into_iter().any(of_outlet)
            }
            _ => false,
        }
    }

    fn follows_credit(&self, place: usize) -> bool {
        let before = place.checked_sub(1).map(|before| self.tokens[before]);
        matches!(before, Some(Token::Listed(kinds)) if kinds.is(Kinds::CREDIT))
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

    /// Whether a word right before a common short form makes it what it is elsewhere: "NEWS APP", "Radio MAP".
    fn is_qualified(&self, place: usize, mention: Mention) -> bool {
        let makes = Kinds::BY.or(Kinds::GLUE).or(Kinds::PARTICLE).or(Kinds::CALENDAR).or(Kinds::DESK).or(Kinds::ABOVE);
        mention.weak
            && match place.checked_sub(1).map(|before| self.tokens[before]) {
                Some(Token::Capitals | Token::Name(_, true)) => true,
                Some(Token::Listed(kinds)) => !kinds.is(makes),
                _ => false,
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
        first.is_some_and(|back| matches!(self.tokens[place - 1 - back], Token::Agency(_))) && ends
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
        // "Li Na": many a name is a word of nothing elsewhere.
        let is_part = |token: Option<&Token>| matches!(token, Some(Token::Listed(kinds)) if kinds.is(Kinds::GLUE.or(Kinds::PARTICLE)));
        self.tokens.windows(3).enumerate().any(|(place, three)| match three {
            [Token::Listed(_), Token::Mark('/'), Token::Agency(_)] if place == 1 && is_name(self.tokens.first()) => {
                is_part(three.first())
            }
            // One name is a place: "EFE / Madrid".
            [Token::Agency(_), Token::Mark('/'), Token::Name(_, true)] => {
                place > 0 || is_name(self.tokens.get(place + 3)) || is_part(self.tokens.get(place + 3))
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
