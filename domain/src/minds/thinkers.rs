//! Models that think to themselves before they answer, and are asked in their own way for that.

/// Most tokens that such a model may spend on its thoughts, beside its answer. They are paid for like words.
const THOUGHTS: u32 = 2_000;

/// Whether OpenAI's interface refuses a temperature and the older limit for a model: the o series, and GPT from 5 on.
pub(super) fn thinks(model: &str) -> bool {
    // Routers write the maker before the name.
    let bare = model.rsplit('/').next().unwrap_or(model);
    let number = |rest: &str| rest.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok());
    if let Some(rest) = bare.strip_prefix("gpt-") {
        return number(rest).is_some_and(|series: u32| series >= 5) && !rest.contains("chat");
    }
    bare.strip_prefix('o').and_then(number).is_some()
}

/// Most tokens that an answer of at most `answer` tokens takes from a model.
pub(super) fn most(model: &str, answer: u32) -> u32 {
    if thinks(model) { answer.saturating_add(THOUGHTS) } else { answer }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_known_by_their_names() {
        for model in ["gpt-5", "gpt-5-nano", "gpt-5.1", "gpt-6-mini", "openai/gpt-5", "o3", "o4-mini"] {
            assert!(thinks(model), "{model}");
        }
        for model in ["gpt-4o-mini", "gpt-4.1", "gpt-5-chat-latest", "gpt-oss:20b", "olmo", "o", "llama3.2", "stub", ""]
        {
            assert!(!thinks(model), "{model}");
        }
        assert_eq!((most("gpt-5", 400), most("gpt-4o", 400), most("o3", u32::MAX)), (2_400, 400, u32::MAX));
    }
}
