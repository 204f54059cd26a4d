//! In which of the space's languages a text is written.

use frostem::{Algorithm, Stemmer};
use std::sync::LazyLock;
use whatlang::{Detector, Lang};

/// The languages that words are cut in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    En,
    /// German.
    De,
    /// French.
    Fr,
    /// Spanish.
    Es,
    /// Italian.
    It,
    /// Dutch.
    Nl,
    /// Polish.
    Pl,
    /// Portuguese.
    Pt,
    /// Russian.
    Ru,
    /// Japanese.
    Ja,
    /// Chinese.
    Zh,
}

use Language::{De, En, Es, Fr, It, Ja, Nl, Pl, Pt, Ru, Zh};

const ALL: [(Language, &str, Lang); 11] = [
    (En, "en", Lang::Eng),
    (De, "de", Lang::Deu),
    (Fr, "fr", Lang::Fra),
    (Es, "es", Lang::Spa),
    (It, "it", Lang::Ita),
    (Nl, "nl", Lang::Nld),
    (Pl, "pl", Lang::Pol),
    (Pt, "pt", Lang::Por),
    (Ru, "ru", Lang::Rus),
    (Ja, "ja", Lang::Jpn),
    (Zh, "zh", Lang::Cmn),
];

/// How sure the detector has to be before it is believed against what the author is known to speak.
const SURE: f64 = 0.5;
/// Letters from which on it is believed at all.
const LONG: usize = 12;

static DETECTOR: LazyLock<Detector> =
    LazyLock::new(|| Detector::with_allowlist(ALL.iter().map(|(.., lang)| *lang).collect()));

impl Language {
    /// The language of a code.
    pub fn of_code(code: &str) -> Option<Self> {
        ALL.iter().find(|(_, known, _)| *known == code).map(|(language, ..)| *language)
    }

    /// Its code, as profiles have it.
    pub fn code(self) -> &'static str {
        ALL.iter().find(|(language, ..)| *language == self).map_or("en", |(_, code, _)| code)
    }

    /// The language of a text. Short texts are taken to be in the one that their author speaks (`prior`) unless they are
    /// clearly in another; where nothing is known, in English.
    pub fn of(text: &str, prior: Option<Self>) -> Self {
        let found = DETECTOR.detect(text);
        let known = found.and_then(|info| {
            let language = ALL.iter().find(|(.., lang)| *lang == info.lang()).map(|(language, ..)| *language)?;
            // A script of its own leaves no doubt.
            let by_script = matches!(language, Ru | Ja | Zh);
            let long = text.chars().filter(|c| c.is_alphabetic()).count() >= LONG;
            let believed = prior.is_none() || (info.is_reliable() && info.confidence() >= SURE);
            let sure = by_script || (long && believed);
            sure.then_some(language)
        });
        known.or(prior).unwrap_or(En)
    }

    /// What takes a word's endings off; nothing in Japanese and Chinese.
    pub(super) fn stemmer(self) -> Option<Stemmer> {
        let algorithm = match self {
            En => Algorithm::English,
            De => Algorithm::German,
            Fr => Algorithm::French,
            Es => Algorithm::Spanish,
            It => Algorithm::Italian,
            Nl => Algorithm::Dutch,
            Pl => Algorithm::Polish,
            Pt => Algorithm::Portuguese,
            Ru => Algorithm::Russian,
            Ja | Zh => return None,
        };
        Some(Stemmer::new(algorithm))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_authors_unless_it_is_clearly_another() {
        let cases = [
            ("Where did we leave the ladder after the storm last week?", None, En),
            ("Wo haben wir nach dem Sturm letzte Woche die Leiter gelassen?", None, De),
            ("Où avons-nous laissé l'échelle après la tempête de la semaine dernière ?", Some(De), Fr),
            ("¿Dónde dejamos la escalera después de la tormenta de la semana pasada?", Some(En), Es),
            ("Gdzie zostawiliśmy drabinę po burzy w zeszłym tygodniu?", None, Pl),
            ("Где мы оставили лестницу?", Some(En), Ru),
            ("先週の嵐のあと、はしごはどこに置きましたか。", None, Ja),
            ("上周暴风雨后我们把梯子放在哪里了？", None, Zh),
            ("ok", Some(Pl), Pl),
            ("ok", None, En),
            ("12 34", Some(Fr), Fr),
        ];
        for (text, prior, expected) in cases {
            assert_eq!(Language::of(text, prior), expected, "{text}");
        }
        assert!(
            ALL.iter()
                .all(|(language, code, _)| Language::of_code(code) == Some(*language) && language.code() == *code)
        );
    }
}
