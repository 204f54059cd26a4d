//! What a text is about, in a few words of its own.

use super::words::{Language, is_common, is_pictured};
use std::collections::HashMap;
use yake_rust::{Config, StopWords, get_n_best};

/// Characters that are looked at: a text that says more says it in these, too.
const LONG: usize = 20_000;
/// Characters of a keyword at most.
const LONGEST: usize = 60;

/// The keywords of a text in a language, the most telling first. By YAKE (Campos et al. 2020, "YAKE! Keyword extraction
/// from single documents using multiple local features"); Japanese and Chinese, which part no words, by what is repeated.
pub(crate) fn keywords(text: &str, language: Language, most: usize) -> Vec<String> {
    let text: String = text.chars().take(LONG).collect();
    if matches!(language, Language::Ja | Language::Zh) {
        return repeated(&text, language, most);
    }
    let Some(ignored) = StopWords::predefined(language.code()) else { return Vec::new() };
    let config = Config { ngrams: 2, only_alphanumeric_and_hyphen: true, ..Config::default() };
    // It is not ours, and meets all that anybody may write.
    let found = std::panic::catch_unwind(|| get_n_best(most * 2, &text, &ignored, &config)).unwrap_or_default();
    let mut kept: Vec<String> = Vec::new();
    for item in found {
        let word = item.raw;
        let lower = word.to_lowercase();
        // Neither what a longer one says already, nor what says one more word than is new.
        let said = kept.iter().any(|other| {
            let other = other.to_lowercase();
            other.split(' ').any(|one| one == lower) || lower.split(' ').any(|one| one == other)
        });
        let tells = word.chars().any(char::is_alphabetic) && word.chars().count() <= LONGEST;
        if tells && !said {
            kept.push(word);
        }
        if kept.len() == most {
            break;
        }
    }
    kept
}

/// Runs of two to four characters that come again, the longer and the more often the better.
fn repeated(text: &str, language: Language, most: usize) -> Vec<String> {
    let is_word = |c: &char| is_pictured(*c) && !matches!(c, '\u{3040}'..='\u{309f}');
    let mut counts: HashMap<String, usize> = HashMap::new();
    for run in text.split(|c: char| !is_word(&c)) {
        let run: Vec<char> = run.chars().collect();
        for length in 2..=4 {
            for piece in run.windows(length) {
                *counts.entry(piece.iter().collect()).or_default() += 1;
            }
        }
    }
    let mut found: Vec<(String, usize)> =
        counts.into_iter().filter(|(word, count)| *count > 1 && !is_common(language, word)).collect();
    let weight = |(word, count): &(String, usize)| (count - 1) * word.chars().count();
    found.sort_by(|a, b| weight(b).cmp(&weight(a)).then(a.0.cmp(&b.0)));
    let mut kept: Vec<String> = Vec::new();
    for (word, _) in found {
        if kept.len() < most && !kept.iter().any(|other| other.contains(&word) || word.contains(other.as_str())) {
            kept.push(word);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_say_what_it_is_about() {
        let talk = "The ladder leans behind the apple tree.\nWho needs the ladder? I want to cut the apple tree.\n\
                    Bring the ladder back when the apple tree is done.";
        let found = keywords(talk, Language::En, 3);
        assert!(found.len() <= 3 && !found.is_empty());
        let all = found.join(" ").to_lowercase();
        assert!(all.contains("apple tree") && all.contains("ladder"), "{found:?}");
        let talk = "Die Leiter steht hinter dem Apfelbaum.\nWer braucht die Leiter am Apfelbaum?";
        let all = keywords(talk, Language::De, 4).join(" ");
        assert!(all.contains("Leiter") && all.contains("Apfelbaum"), "{all}");
        let talk = "梯子放在苹果树后面。\n谁需要梯子？我想修剪苹果树。";
        assert_eq!(keywords(talk, Language::Zh, 2), ["苹果树", "梯子"]);
        let talk = "図書館は何時に開きますか。\n図書館の裏に梯子があります。梯子を借りました。";
        assert_eq!(keywords(talk, Language::Ja, 2), ["図書館", "梯子"]);
    }

    #[test]
    fn whatever_is_written_breaks_nothing() {
        for text in
            ["", " ", "…", "a", "42 17 42", "🦊🦊🦊", "\u{301}\u{301}", "https://example.org/a-b", "« »", "\u{0}"]
        {
            for language in [Language::En, Language::Fr, Language::Ru, Language::Zh] {
                assert!(keywords(text, language, 5).len() <= 5, "{text}");
            }
        }
        assert!(keywords(&"x".repeat(50_000), Language::En, 5).iter().all(|word| word.len() <= LONGEST));
    }
}
