//! Words, cut once and in one way: for search, recall and keywords alike.

mod language;

pub use language::Language;

use std::collections::HashSet;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Letters of a term at most: what is longer is no word.
const LONGEST: usize = 40;
/// Terms of one text at most.
const MOST: usize = 4_000;

/// A text as its terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The language that it is taken to be in.
    pub language: Language,
    /// Stems in the order of the words; in Japanese and Chinese pairs of characters. Words that say little by themselves
    /// are among them: [`is_common`] tells.
    pub terms: Vec<String>,
}

/// Cuts a text. `prior`: the language that its author speaks.
pub fn cut(text: &str, prior: Option<Language>) -> Cut {
    let language = Language::of(text, prior);
    let stemmer = language.stemmer();
    let mut terms = Vec::new();
    let folded: String = text.nfkc().flat_map(char::to_lowercase).collect();
    for piece in folded.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c)) {
        let mut word = String::new();
        let mut pictured: Vec<char> = Vec::new();
        for c in piece.chars() {
            if is_pictured(c) {
                push_word(&mut terms, &mut word, stemmer);
                pictured.push(c);
            } else {
                push_pairs(&mut terms, &mut pictured);
                word.push(c);
            }
        }
        push_word(&mut terms, &mut word, stemmer);
        push_pairs(&mut terms, &mut pictured);
        if terms.len() >= MOST {
            break;
        }
    }
    terms.truncate(MOST);
    Cut { language, terms }
}

/// Whether a character stands for more than a sound, or is written without spaces beside such.
pub(super) const fn is_pictured(c: char) -> bool {
    matches!(c, '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
}

fn push_word(terms: &mut Vec<String>, word: &mut String, stemmer: Option<frostem::Stemmer>) {
    if word.is_empty() {
        return;
    }
    let stem = stemmer.map_or_else(|| word.clone(), |stemmer| stemmer.stem(word).into_owned());
    // Marks are left out by those who write in a hurry.
    let plain: String = stem.nfd().filter(|c| !is_combining_mark(*c)).take(LONGEST).collect();
    if !plain.is_empty() {
        terms.push(plain);
    }
    word.clear();
}

/// Two characters each; one that stands alone is a term of its own.
fn push_pairs(terms: &mut Vec<String>, characters: &mut Vec<char>) {
    match characters.as_slice() {
        [] => {}
        [one] => terms.push(one.to_string()),
        all => terms.extend(all.windows(2).map(|two| two.iter().collect::<String>())),
    }
    characters.clear();
}

/// Stems of the words that say little by themselves, of all languages: a name for which is rare enough to be no harm.
static COMMON: LazyLock<HashSet<(Language, String)>> = LazyLock::new(|| {
    let mut common = HashSet::new();
    for language in ["en", "de", "fr", "es", "it", "nl", "pl", "pt", "ru", "ja", "zh"]
        .iter()
        .filter_map(|code| Language::of_code(code))
    {
        let stemmer = language.stemmer();
        for word in stop_words::lookup(language.code()).unwrap_or_default() {
            for piece in word.to_lowercase().split(|c: char| !c.is_alphanumeric()) {
                let (mut terms, mut piece) = (Vec::new(), piece.to_owned());
                push_word(&mut terms, &mut piece, stemmer);
                common.extend(terms.into_iter().map(|term| (language, term)));
            }
        }
    }
    common
});

/// Whether a term says little by itself in a language.
pub fn is_common(language: Language, term: &str) -> bool {
    COMMON.contains(&(language, term.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str, language: Language) -> Vec<String> {
        let cut = cut(text, Some(language));
        assert_eq!(cut.language, language, "{text}");
        cut.terms
    }

    #[test]
    fn words_are_cut_to_what_they_share() {
        assert_eq!(terms("The lamps were burning, and lamp oil burned!", Language::En)[1..4], ["lamp", "were", "burn"]);
        assert_eq!(
            terms("Die Häuser und das Haus am See", Language::De)[1],
            terms("ein altes Haus im Wald", Language::De)[2]
        );
        assert_eq!(terms("l'école et les écoles du village", Language::Fr)[1], "ecol");
        assert_eq!(
            terms("zieloną lampę postawiłam przy oknie", Language::Pl)[0],
            terms("zielona lampa stoi na stole", Language::Pl)[0]
        );
        assert_eq!(terms("今日は雨です。", Language::Ja)[..3], ["今日", "日は", "は雨"]);
        assert_eq!(terms("我们在河边 picnic 吧", Language::Zh), ["我们", "们在", "在河", "河边", "picnic", "吧"]);
        let coffee = terms("CAFÉ ｃａｆｅ́ 42", Language::Fr);
        assert_eq!((&coffee[0], coffee[2].as_str()), (&coffee[1], "42"));
        assert!(cut("…!? 🌙 — ", None).terms.is_empty());
        assert_eq!(cut(&"word ".repeat(9_000), None).terms.len(), MOST);
        assert!(cut(&"x".repeat(9_000), None).terms[0].len() <= LONGEST);
    }

    #[test]
    fn small_words_are_known() {
        for (language, term) in
            [(Language::En, "the"), (Language::De, "und"), (Language::Pl, "nie"), (Language::Ru, "что")]
        {
            assert!(is_common(language, term), "{term}");
        }
        assert!(!is_common(Language::En, "lamp") && !is_common(Language::De, "leiter"));
    }
}
