//! The questions in a question: “Where does Ada live, and what does she keep?” is two, and what answers one says nothing of
//! the other.

use crate::minds::asks;

/// Parts at most, of a text of so many bytes at most.
const MOST: usize = 3;
const LONGEST: usize = 1_000;
/// Places of a sentence at most where another question may begin.
const JOINED: usize = 16;
/// Words that join questions, with what stands around them.
const JOINTS: &[&str] = &[
    " and ", " und ", " et ", " y ", " e ", " en ", " i ", " oraz ", " и ", " or ", " oder ", " ou ", " o ", ", ",
    "; ", "、", "，", "；",
];

/// The questions that a text asks, where it asks more than one; else none.
pub(super) fn parts(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    // What is that long tells more than it asks.
    if text.len() > LONGEST {
        return parts;
    }
    for sentence in text.split_inclusive(['?', '？', '\n']) {
        if sentence.contains(['?', '？']) || asks(sentence) {
            split(sentence, &mut parts);
        }
    }
    parts.truncate(MOST);
    if parts.len() > 1 { parts } else { Vec::new() }
}

/// Splits a sentence where a question ends and another one begins.
fn split(sentence: &str, parts: &mut Vec<String>) {
    let lower = sentence.to_lowercase();
    // Where lower case is of another length, places in it mean nothing.
    let joints = if lower.len() == sentence.len() { JOINTS } else { &[] };
    let mut places: Vec<(usize, usize)> =
        joints.iter().flat_map(|joint| lower.match_indices(joint).map(|(at, _)| (at, at + joint.len()))).collect();
    places.sort_unstable();
    places.truncate(JOINED);
    let mut begin = 0;
    for (end, next) in places {
        if parts.len() + 1 >= MOST {
            break;
        }
        let (Some(before), Some(behind)) = (sentence.get(begin..end), sentence.get(next..)) else { continue };
        // With its mark anything is a question: it has to be one by its form.
        let behind = behind.trim_end_matches(['?', '？', ' ', '\n']);
        if asks(before) && asks(behind.split(['.', '!']).next().unwrap_or_default()) {
            parts.push(before.trim().to_owned());
            begin = next;
        }
    }
    let rest = sentence.get(begin..).unwrap_or_default().trim();
    if rest.chars().any(char::is_alphanumeric) {
        parts.push(rest.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_questions_are_told_apart() {
        assert_eq!(
            parts("Where does Ada live and what does she keep?"),
            ["Where does Ada live", "what does she keep?"]
        );
        assert_eq!(parts("Wo wohnt Ada, und was hält sie? Danke."), ["Wo wohnt Ada", "und was hält sie?"]);
        assert_eq!(parts("Where is the key? Who has the map?"), ["Where is the key?", "Who has the map?"]);
        assert_eq!(parts("Где живёт Ада и кто её сосед?"), ["Где живёт Ада", "кто её сосед?"]);
        for one in [
            "Where are the bees and the ladder?",
            "Who came, Ada or Ben?",
            "Ada and Ben are here. Who else?",
            "The bees and the mill.",
            "",
        ] {
            assert!(parts(one).is_empty(), "{one}: {:?}", parts(one));
        }
    }
}
