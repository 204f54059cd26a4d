//! Whether somebody says again what was said.

use std::collections::HashSet;

/// From which share of common word pairs on two texts say the same.
const SAME: f64 = 0.6;

/// Whether a text says again what one of the earlier ones says, by its words and their order. Case, marks and the length
/// of gaps do not matter.
pub(super) fn repeats<'a>(text: &str, earlier: impl IntoIterator<Item = &'a str>) -> bool {
    let marks = |text: &str| text.split_whitespace().collect::<String>();
    let (signs, text) = (marks(text), pairs(text));
    earlier.into_iter().any(|one| {
        if text.is_empty() && !signs.is_empty() && signs == marks(one) {
            return true;
        }
        let one = pairs(one);
        let common = text.intersection(&one).count() as f64;
        let all = text.union(&one).count() as f64;
        all > 0.0 && common / all >= SAME
    })
}

/// Whether a text is little more than a part of what its author was told to do: small models say that back.
pub(super) fn echoes(text: &str, told: &str) -> bool {
    let (text, told) = (pairs(text), pairs(told));
    !text.is_empty() && text.intersection(&told).count() as f64 / text.len() as f64 >= SAME
}

/// Words that stand beside each other; of languages that are written without spaces, characters that do.
fn pairs(text: &str) -> HashSet<(String, String)> {
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    for c in text.to_lowercase().chars() {
        let alone = matches!(c, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}');
        match words.last_mut() {
            Some(word) if c.is_alphanumeric() && !alone && open => word.push(c),
            _ if c.is_alphanumeric() => words.push(c.into()),
            _ => {}
        }
        open = c.is_alphanumeric() && !alone;
    }
    let behind = words.iter().skip(1).cloned().chain([String::new()]);
    words.iter().cloned().zip(behind).collect()
}

#[cfg(test)]
mod tests {
    use super::{echoes, repeats};

    #[test]
    fn the_same_again_is_known_and_the_new_is_not() {
        let said = ["The lake is frozen, and the lamp is lit.", "你好，今天的灯很亮", "Yes."];
        let again = [
            "the lake is frozen and the lamp is lit",
            "The lake is frozen, and the lamp is lit tonight.",
            "你好！今天的灯很亮。",
            "yes!",
        ];
        for text in again {
            assert!(repeats(text, said), "{text}");
        }
        assert!(repeats("? ?", ["??"]) && repeats("🙂", ["🙂"]) && !repeats("?", ["!"]) && !repeats("", [""]));
        let told = "(Ada is here for the first time. If you like, welcome them, in a sentence or two.)";
        assert!(echoes("(Ada is here for the first time. If you like, welcome them)", told));
        assert!(!echoes("Welcome, Ada, it is good to have you here.", told) && !echoes("", told));
        for text in ["The lake is open again.", "今天的天气很好", "No.", "", "…"] {
            assert!(!repeats(text, said), "{text}");
        }
    }
}
