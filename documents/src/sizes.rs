//! How long a passage is, in tokens.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use text_splitter::ChunkSizer;
use tiktoken_rs::{CoreBPE, o200k_base};

/// Tokens of a passage: what is shorter is put together with its neighbours as far as that fits.
pub const SIZE: Range<usize> = 160..320;
/// Letters of what is still a word, of which the tokens are counted; longer ones are taken to have one for each two.
const WORD: usize = 40;

/// Counts tokens word by word, each word once: a document says the same ones again and again.
pub struct Words {
    tokens: Option<CoreBPE>,
    known: RefCell<HashMap<String, usize>>,
}

impl Default for Words {
    fn default() -> Self {
        Self { tokens: o200k_base().ok(), known: RefCell::default() }
    }
}

impl ChunkSizer for Words {
    fn size(&self, chunk: &str) -> usize {
        chunk.split_whitespace().map(|word| self.word(word)).sum()
    }
}

impl Words {
    fn word(&self, word: &str) -> usize {
        if let Some(tokens) = self.known.borrow().get(word) {
            return *tokens;
        }
        let counted = self.tokens.as_ref().filter(|_| word.chars().nth(WORD).is_none());
        // The space before a word is part of its first token.
        let tokens = counted
            .map_or(word.chars().count().div_ceil(2), |tokens| tokens.encode_ordinary(&format!(" {word}")).len());
        self.known.borrow_mut().insert(word.to_owned(), tokens);
        tokens
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_as_a_model_reads_them() {
        let words = Words::default();
        let text = "The ladder leans behind the apple tree.";
        let whole = o200k_base().unwrap().encode_ordinary(text).len();
        assert!(words.size(text).abs_diff(whole) <= 1, "{} {whole}", words.size(text));
        assert_eq!(words.size(&"x".repeat(1_000)), 500);
        assert_eq!(words.size(" \n"), 0);
    }
}
