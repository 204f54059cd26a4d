//! How many tokens a text is to a model.

use tiktoken_rs::{bpe_for_model, o200k_base_singleton};

/// What a model's own marks around a turn take, at most.
const FRAME: usize = 6;

/// How the tokens of a model are counted.
#[derive(Clone, Copy, Debug)]
pub(in crate::minds) enum Counter<'a> {
    /// As the model of this name does, where its vocabulary is known, and otherwise as the common models of today do.
    Of(&'a str),
    /// By the letters: for the small model of this machine, which is not worth a vocabulary in memory.
    Roughly,
}

impl Counter<'_> {
    /// The tokens of one turn, rather a few too many.
    pub fn turn(self, text: &str) -> usize {
        let words = match self {
            Self::Of(model) => {
                let known = bpe_for_model(model).unwrap_or_else(|_| o200k_base_singleton());
                known.encode_ordinary(text).len()
            }
            Self::Roughly => text.chars().map(|c| if c.is_ascii() { 1 } else { 3 }).sum::<usize>().div_ceil(3),
        };
        words + FRAME
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_counted_as_the_model_does() {
        let line = "The lamps are lit, and the mint smells of rain.";
        assert_eq!(Counter::Of("gpt-4o").turn(line), 12 + FRAME);
        assert_eq!(Counter::Of("nobody/knows-this").turn(line), 12 + FRAME);
        assert!((10..20).contains(&(Counter::Roughly.turn(line) - FRAME)));
        // What is written as a mark of the model's own is text.
        assert!(Counter::Of("gpt-4o").turn("<|endoftext|>") > FRAME + 1);
    }
}
