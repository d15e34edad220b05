//! Does a sentence say that an agency gave a part, and others the rest? "The Associated Press contributed to this report."
//!
//! A part is no copy: most such articles are the outlet's own. The words are a verb of giving or working along, and what was
//! given to or what ends the sentence; some phrases say all of it.

use std::ops::Range;

use super::agencies::{Mention, spaced};

/// The longest sentence that is looked at, in bytes.
const SENTENCE_BYTES: usize = 300;

/// What says all of it.
const PHRASES: &[&str] = &[
    "contributed reporting",
    "contributing reporting",
    "with reporting by",
    "with reporting from",
    "additional reporting by",
    "additional reporting from",
    "with contributions from",
    "with contributions by",
    "with a contribution from",
    "with additional",
    "with files from",
    "reporting was contributed",
    "material from the associated press was used",
    "unter mitarbeit",
    "mit beiträgen von",
    "mit beitrag von",
    "avec la contribution",
    "avec des contributions",
    "avec la participation",
    "avec la collaboration",
    "con la colaboración",
    "con la contribución",
    "con aportes de",
    "con reportes de",
    "con contribuciones de",
    "com a colaboração",
    "com colaboração",
    "com contribuições",
    "com reportagem de",
    "con il contributo",
    "con la collaborazione",
    "con contributi di",
    "met medewerking van",
    "met bijdragen van",
    "med bidrag från",
    "med bidrag fra",
    "współpraca",
    "при участии",
    "за участі",
    "за участю",
    "с участието",
    "katkısıyla",
    "katkılarıyla",
    "amb la col·laboració",
    "cu contribuția",
    "közreműködésével",
    "με τη συμβολή",
    "dengan kontribusi",
    "با مشارکت",
    "بمساهمة",
    "بمشاركة",
    "के योगदान",
    "协助报道",
    "協助報導",
    "取材協力",
    "בהשתתפות",
];

/// Verbs of giving a part, or the letters they begin with.
const VERBS: &[&str] = &[
    "contributed",
    "contribute",
    "contributing",
    "beigetragen",
    "trug",
    "trugen",
    "mitgewirkt",
    "mitgearbeitet",
    "contribué",
    "contribuyó",
    "contribuyeron",
    "contribuido",
    "colaboró",
    "colaboraron",
    "collaboré",
    "contribuiu",
    "contribuíram",
    "colaborou",
    "colaboraram",
    "contribuito",
    "collaborato",
    "bijgedragen",
    "bidrog",
    "bidragit",
    "bidro",
    "bidratt",
    "bidraget",
    "przyczynił",
    "współpracował",
    "přispěl",
    "участвовал",
    "участвовали",
    "помогал",
    "сприяв",
    "katkıda",
    "contribuit",
    "contribuït",
    "hozzájárult",
    "közreműködött",
    "osallistui",
    "avusti",
    "συνέβαλ",
    "συνεισέφερ",
    "berkontribusi",
    "đóng góp",
    "ساهم",
    "ساهمت",
    "أسهم",
    "أسهمت",
    "مشارکت",
    "योगदान",
    "贡献",
    "貢獻",
    "기여",
    "תרם",
    "תרמה",
    "תרמו",
];

/// What it was given to.
const WORKS: &[&str] = &[
    "report",
    "story",
    "article",
    "piece",
    "coverage",
    "dispatch",
    "bericht",
    "artikel",
    "beitrag",
    "text",
    "reportage",
    "artículo",
    "nota",
    "informe",
    "información",
    "reportaje",
    "reportagem",
    "matéria",
    "texto",
    "articolo",
    "servizio",
    "pezzo",
    "verhaal",
    "artykuł",
    "tekst",
    "materiał",
    "článk",
    "zpráv",
    "отчет",
    "отчёт",
    "материал",
    "стать",
    "репортаж",
    "матеріал",
    "haber",
    "yazı",
    "rapor",
    "articol",
    "cikk",
    "juttu",
    "artikkeli",
    "άρθρο",
    "ρεπορτάζ",
    "laporan",
    "berita",
    "bài viết",
    "تقرير",
    "التقرير",
    "الخبر",
    "گزارش",
    "रिपोर्ट",
    "खबर",
    "报道",
    "報道",
    "報導",
    "本文",
    "文章",
    "記事",
    "기사",
    "보도",
    "כתבה",
    "הכתבה",
    "הידיעה",
];

/// Whether some words say so.
pub(super) fn is_said(words: &str) -> bool {
    let folded = words.to_lowercase();
    if PHRASES.iter().any(|phrase| folded.contains(phrase)) {
        return true;
    }
    let ends = folded.trim_end_matches(|c: char| !c.is_alphanumeric());
    let said = |verb: &&&str| match folded.match_indices(**verb).next() {
        Some((at, _)) => {
            let is_spaced = verb.starts_with(spaced);
            let begins = !is_spaced || !folded[..at].ends_with(|c: char| c.is_alphanumeric());
            begins
                && (ends.ends_with(**verb)
                    || WORKS.iter().any(|work| folded[at..].contains(work))
                    || !verb.starts_with("contribut") && works_before(&folded[..at]))
        }
        None => false,
    };
    VERBS.iter().any(|verb| said(&verb))
}

/// "Zu diesem Bericht hat die dpa beigetragen", "本報道有貢獻": what it was given to may stand before.
fn works_before(words: &str) -> bool {
    WORKS.iter().any(|work| words.contains(work))
}

/// The last sentence of a line that says so, with the agencies it names.
pub(super) fn sentence(text: &str, line: Range<usize>, mentions: &[Mention]) -> Option<(Vec<u16>, Range<usize>)> {
    let last = mentions.iter().rfind(|mention| !(mention.weak || mention.loose && mention.short))?;
    let before = &text[line.start..last.start];
    let ends = |(place, c): &(usize, char)| {
        let behind = &before[place + c.len_utf8()..];
        match c {
            '.' | '!' | '?' | '।' | '۔' | '؟' | '…' | '|' => behind.starts_with(char::is_whitespace),
            '。' | '！' | '？' => true,
            _ => false,
        }
    };
    let begin = before.char_indices().rfind(ends).map_or(line.start, |(place, c)| line.start + place + c.len_utf8());
    let end =
        text[last.end..line.end].find(['.', '。', '।', '۔', '!', '|']).map_or(line.end, |place| last.end + place + 1);
    let end = (end..=line.end).find(|&end| text.is_char_boundary(end))?;
    let words = &text[begin..end];
    if words.len() > SENTENCE_BYTES || !is_said(words) {
        return None;
    }
    let mut named = Vec::new();
    for mention in mentions.iter().filter(|mention| mention.start >= begin && mention.end <= end && !mention.weak) {
        if !named.contains(&mention.agency) {
            named.push(mention.agency);
        }
    }
    Some((named, begin..end))
}

#[cfg(test)]
mod tests {
    use super::is_said;
    use crate::article::{Article, Location};
    use crate::credit::{Agencies, Basis, credit};

    const BODY: &str = "The bridge over the Tarn will stay shut for five weeks, the harbour board said on Tuesday.\n\n\
        Divers had found a crack in one of its iron pivots, and a foundry has been asked for a new one.\n\n\
        Buses will run from both banks, and a launch is to cross every quarter of an hour until ten at night.\n\n";

    fn basis(end: &str) -> Option<(String, Basis)> {
        let text = format!("{BODY}{end}");
        let article = Article::new("a", text.clone(), Location::default());
        credit(&article, &text, Agencies::builtin()).map(|credit| (credit.agency, credit.basis))
    }

    #[test]
    fn contributions_are_no_copies() {
        for (end, agency) in [
            ("The Associated Press contributed to this report.", "AP"),
            ("Associated Press writers Jane Merrow in Oslo and Tom Bell contributed to this report.", "AP"),
            ("AP writer Jane Merrow contributed.", "AP"),
            ("Reuters contributed to this story.", "Reuters"),
            ("With reporting by Reuters.", "Reuters"),
            ("(With reporting from AFP)", "AFP"),
            ("Additional reporting by Agence France-Presse", "AFP"),
            ("She will be back in May. The Associated Press contributed to this article.", "AP"),
            ("Bloomberg News contributed reporting.", "Bloomberg"),
            ("Die dpa hat zu diesem Bericht beigetragen.", "dpa"),
            ("Unter Mitarbeit von dpa.", "dpa"),
            ("Avec la contribution de l’AFP.", "AFP"),
            ("L’agence Reuters a contribué à cet article.", "Reuters"),
            ("EFE contribuyó a este artículo.", "EFE"),
            ("A Reuters contribuiu para esta reportagem.", "Reuters"),
            ("ANSA ha contribuito a questo articolo.", "ANSA"),
            ("Reuters heeft bijgedragen aan dit artikel.", "Reuters"),
            ("ТАСС участвовал в подготовке этого материала.", "TASS"),
            ("Bu habere Reuters katkıda bulundu.", "Reuters"),
            ("ساهمت رويترز في هذا التقرير.", "Reuters"),
            ("路透社对本文亦有贡献。", "Reuters"),
        ] {
            assert_eq!(basis(end), Some((agency.to_owned(), Basis::Contributed)), "{end}");
        }
    }

    #[test]
    fn copies_stay_copies() {
        for end in ["(AFP)", "Source: Reuters", "© 2026 The Associated Press. All rights reserved.", "AFP/Reuters"] {
            assert_eq!(basis(end).map(|(_, basis)| basis), Some(Basis::Credited), "{end}");
        }
        assert_eq!(basis("Reuters contributed to the confusion, the mayor said on Monday."), None);
        // What is an agency's by its dateline is so whoever contributed.
        let text = format!("OSLO (AP) — {BODY}Associated Press writer Tom Bell in Rome contributed to this report.");
        let article = Article::new("a", text.clone(), Location::default());
        assert_eq!(credit(&article, &text, Agencies::builtin()).unwrap().basis, Basis::Credited);
    }

    #[test]
    fn verbs_stand_by_themselves() {
        assert!(is_said("AP contributed to this report"));
        for words in [
            "وكالة رويترز قالت إن المساهمين قرأوا التقرير",
            "Reuters reported from Oslo",
            "undistributed report",
            "he contributed to the fund of AP",
            "the report that AP contributed to the fund",
        ] {
            assert!(!is_said(words), "{words}");
        }
    }
}
