//! Which language is a text in? For records that do not say.
//!
//! `whatlang` compares the trigrams of the first thousand characters with those of 70 languages. What it is not sure of
//! has no language here. Nothing is decided by it: a scan compares texts whatever their language.

/// How much of a text is looked at, in characters: more decides nothing differently.
const LOOKED_AT_CHARS: usize = 1_000;

/// The language of a text, as ISO 639-1 has it where it has one, else as ISO 639-3; nothing if it is not sure.
pub(super) fn of(text: &str) -> Option<String> {
    let end = text.char_indices().nth(LOOKED_AT_CHARS).map_or(text.len(), |(place, _)| place);
    let found = whatlang::detect(text.get(..end)?).filter(whatlang::Info::is_reliable)?;
    Some(short(found.lang().code()).to_owned())
}

/// The code of two letters that pages use.
fn short(code: &'static str) -> &'static str {
    SHORT.iter().find(|(long, _)| *long == code).map_or(code, |(_, short)| short)
}

const SHORT: [(&str, &str); 70] = [
    ("epo", "eo"),
    ("eng", "en"),
    ("rus", "ru"),
    ("cmn", "zh"),
    ("spa", "es"),
    ("por", "pt"),
    ("ita", "it"),
    ("ben", "bn"),
    ("fra", "fr"),
    ("deu", "de"),
    ("ukr", "uk"),
    ("kat", "ka"),
    ("ara", "ar"),
    ("hin", "hi"),
    ("jpn", "ja"),
    ("heb", "he"),
    ("yid", "yi"),
    ("pol", "pl"),
    ("amh", "am"),
    ("jav", "jv"),
    ("kor", "ko"),
    ("nob", "nb"),
    ("dan", "da"),
    ("swe", "sv"),
    ("fin", "fi"),
    ("tur", "tr"),
    ("nld", "nl"),
    ("hun", "hu"),
    ("ces", "cs"),
    ("ell", "el"),
    ("bul", "bg"),
    ("bel", "be"),
    ("mar", "mr"),
    ("kan", "kn"),
    ("ron", "ro"),
    ("slv", "sl"),
    ("hrv", "hr"),
    ("srp", "sr"),
    ("mkd", "mk"),
    ("lit", "lt"),
    ("lav", "lv"),
    ("est", "et"),
    ("tam", "ta"),
    ("vie", "vi"),
    ("urd", "ur"),
    ("tha", "th"),
    ("guj", "gu"),
    ("uzb", "uz"),
    ("pan", "pa"),
    ("aze", "az"),
    ("ind", "id"),
    ("tel", "te"),
    ("pes", "fa"),
    ("mal", "ml"),
    ("ori", "or"),
    ("mya", "my"),
    ("nep", "ne"),
    ("sin", "si"),
    ("khm", "km"),
    ("tuk", "tk"),
    ("aka", "ak"),
    ("zul", "zu"),
    ("sna", "sn"),
    ("afr", "af"),
    ("lat", "la"),
    ("slk", "sk"),
    ("cat", "ca"),
    ("tgl", "tl"),
    ("hye", "hy"),
    ("cym", "cy"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages() {
        let check = |text: &str, expected: Option<&str>| assert_eq!(of(text).as_deref(), expected, "{text}");
        check(
            "The ferry struck a reef off the island on Tuesday morning, and all of its passengers were safe.",
            Some("en"),
        );
        let russian = "Паром сел на мель у острова утром во вторник, сообщили спасатели. Пассажиры были в безопасности, \
            никто из них не пострадал, а судно отбуксировали в порт, где его осмотрят в ближайшие дни.";
        check(russian, Some("ru"));
        check("火曜日の朝、フェリーが島の沖で座礁したと救助隊が発表した。", Some("ja"));
        check("", None);
        check("12 345", None);
    }

    #[test]
    fn every_language_has_its_code() {
        for lang in whatlang::Lang::all() {
            assert!(SHORT.iter().any(|(long, _)| *long == lang.code()), "{lang:?}");
        }
    }
}
