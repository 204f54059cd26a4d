//! What becomes of a model's words before anybody sees them.

use model::limits;

/// The answer as it grows. The AI's own name at its head is cut (models like to write `Silas: …`), and nothing else.
pub(super) struct Words {
    name: String,
    raw: String,
    /// Where the visible words begin, once that is known.
    begin: Option<usize>,
}

impl Words {
    pub fn of(name: &str) -> Self {
        Self { name: name.to_lowercase(), raw: String::new(), begin: None }
    }

    /// Adds words.
    pub fn push(&mut self, words: &str) {
        self.raw.push_str(words);
        if self.begin.is_none() {
            self.begin = head(&self.raw, &self.name);
        }
    }

    /// What can be shown by now.
    pub fn shown(&self) -> &str {
        self.begin.map_or("", |begin| &self.raw[begin..])
    }

    /// How many bytes have come, shown or not.
    pub const fn taken(&self) -> usize {
        self.raw.len()
    }

    /// The whole, at its end: trimmed, and at a sentence's end where a limit cut it.
    pub fn whole(&self, cut: bool) -> String {
        let begin = self.begin.unwrap_or(self.raw.len() - self.raw.trim_start().len());
        let text = self.raw[begin..].trim();
        let text = text.replace('\0', "");
        let long = text.chars().count() > *limits::BODY.end();
        if !cut && !long {
            return text;
        }
        let end = text.char_indices().nth(*limits::BODY.end()).map_or(text.len(), |(at, _)| at);
        at_a_sentence(&text[..end]).to_owned()
    }
}

/// Where the words begin behind white space and `name:`; `None` while it could still become that.
fn head(raw: &str, name: &str) -> Option<usize> {
    let start = raw.len() - raw.trim_start().len();
    let rest = &raw[start..];
    if rest.is_empty() {
        return None;
    }
    let bare = rest.trim_start_matches(['*', '@', '[']);
    let folded = bare.to_lowercase();
    if let Some(after) = folded.strip_prefix(name) {
        let marks: &[char] = &['*', ']', ' '];
        let tail = after.trim_start_matches(marks);
        return match tail.chars().next() {
            None => None,
            Some(':') if folded.len() == bare.len() => {
                let colon = bare.len() - tail.len() + 1;
                let behind = bare[colon..].trim_start_matches(['*', ' ', '\n']);
                (!behind.is_empty()).then(|| raw.len() - behind.len())
            }
            Some(_) => Some(start),
        };
    }
    if name.starts_with(&folded) { None } else { Some(start) }
}

/// The text up to its last sentence's end, if there is one in its second half.
fn at_a_sentence(text: &str) -> &str {
    let ends = |c: char| matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？');
    match text.char_indices().rev().find(|(_, c)| ends(*c)) {
        Some((at, c)) if at * 2 >= text.len() => &text[..at + c.len_utf8()],
        _ => text.trim_end(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(pieces: &[&str]) -> String {
        let mut words = Words::of("Silas");
        for piece in pieces {
            let before = words.shown().to_owned();
            words.push(piece);
            assert!(words.shown().starts_with(&before), "what was shown never changes");
        }
        words.whole(false)
    }

    #[test]
    fn its_own_name_is_cut_and_nothing_else() {
        assert_eq!(say(&["Si", "las", ": ", "Hello", " there."]), "Hello there.");
        assert_eq!(say(&["**Silas:** Hello"]), "Hello");
        assert_eq!(say(&["silas: hi"]), "hi");
        assert_eq!(say(&["Note: this"]), "Note: this");
        assert_eq!(say(&["https://x.example"]), "https://x.example");
        assert_eq!(say(&["Silas thinks: so"]), "Silas thinks: so");
        assert_eq!(say(&["Sil", "ence"]), "Silence");
        assert_eq!(say(&["Luna: hi"]), "Luna: hi");
        assert_eq!(say(&["Silas"]), "Silas");
        assert_eq!(say(&["  \n"]), "");
    }

    #[test]
    fn a_cut_answer_ends_at_a_sentence() {
        let mut words = Words::of("Silas");
        words.push("One is here. Two is here. Thr");
        assert_eq!(words.whole(true), "One is here. Two is here.");
        let mut words = Words::of("Silas");
        words.push(&"word ".repeat(2_000));
        assert!(words.whole(false).chars().count() <= 4_000);
    }
}
