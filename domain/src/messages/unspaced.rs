//! Where a name stands by itself in scripts that put no spaces between words (Chinese, Japanese, Thai): words are found by
//! the dictionaries of Unicode's ICU.

use icu_segmenter::options::WordBreakInvariantOptions;
use icu_segmenter::{WordSegmenter, WordSegmenterBorrowed};
use std::sync::LazyLock;

static WORDS: LazyLock<WordSegmenterBorrowed<'static>> =
    LazyLock::new(|| WordSegmenter::new_dictionary(WordBreakInvariantOptions::default()));

/// What may stand right beside a name in Japanese and is one sign of it.
const PARTICLES: &[char] = &['は', 'が', 'の', 'を', 'に', 'へ', 'と', 'も', 'や', 'か', 'で', 'ね', 'よ'];

/// What makes another name of one that it stands before: 小李 is somebody called 李.
const FAMILIAR: &[char] = &['小', '老', '阿'];

/// A text cut into words.
pub(super) struct Words<'a> {
    text: &'a [char],
    /// Where words begin and end, in characters.
    cuts: Vec<usize>,
}

impl<'a> Words<'a> {
    pub fn of(text: &'a [char]) -> Self {
        Self { text, cuts: cuts(text) }
    }

    /// Whether what stands from `start` to `end` is no part of other words: words end there, or what is left of one that
    /// goes over its ends is a word, too. A dictionary knows few names, and may cut them anywhere.
    pub fn are_whole(&self, start: usize, end: usize) -> bool {
        let is_cut = |at: usize| self.cuts.binary_search(&at).is_ok();
        let before = || {
            let begin = self.cuts[..self.cuts.partition_point(|cut| *cut < start)].last().copied().unwrap_or(0);
            is_word(&self.text[begin..start])
        };
        let behind = || {
            let rest = &self.text[end..];
            cuts(rest).into_iter().find(|cut| *cut > 0).is_some_and(|cut| is_word(&rest[..cut]))
        };
        let is_other = start > 0 && FAMILIAR.contains(&self.text[start - 1]);
        !is_other && (is_cut(start) || before()) && (is_cut(end) || behind())
    }
}

/// A particle, or a word of several signs of Han; in kana too much is a word.
fn is_word(piece: &[char]) -> bool {
    match piece {
        [one] => PARTICLES.contains(one),
        more => more.iter().all(|c| matches!(c, '\u{3400}'..='\u{9FFF}')) && cuts(more).len() == 2,
    }
}

fn cuts(text: &[char]) -> Vec<usize> {
    let text: String = text.iter().collect();
    let mut at = 0;
    let mut chars = text.char_indices().map(|(byte, _)| byte).chain([text.len()]);
    // Both go forwards: a cut is at the next of the places.
    WORDS
        .segment_str(&text)
        .filter_map(|cut| {
            for byte in chars.by_ref() {
                at += 1;
                if byte == cut {
                    return Some(at - 1);
                }
            }
            None
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_are_counted_in_characters() {
        let text: Vec<char> = "こんにちは世界".chars().collect();
        assert_eq!(cuts(&text), [0, 5, 7]);
        assert_eq!(cuts(&[]), [0]);
    }
}
