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

    /// All that has come, as it came.
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// How many bytes have come, shown or not.
    pub const fn taken(&self) -> usize {
        self.raw.len()
    }

    /// The whole, at its end: trimmed, and at a sentence's end where a limit cut it.
    pub fn whole(&self, cut: bool) -> String {
        // Its name with nothing behind it is nothing.
        let all = self.raw.len();
        let only_name = || head(&format!("{}x", self.raw), &self.name) == Some(all);
        let begin = self.begin.unwrap_or_else(|| if only_name() { all } else { 0 });
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
        let tail = after.trim_start_matches(['*', ']', ' ']);
        return match tail.chars().next() {
            None => None,
            Some(':') if folded.len() == bare.len() => {
                // What the name alone was set in ends with it: `**Silas:** …`. All other marks are the answer's.
                let stars = |text: &str| text.matches('*').count();
                let opened = stars(&rest[..rest.len() - bare.len()]);
                let mut left = opened.saturating_sub(stars(&after[..after.len() - tail.len()]));
                let behind = bare[bare.len() - tail.len() + 1..].trim_start_matches(|c| {
                    let closes = c == '*' && left > 0;
                    left -= usize::from(closes);
                    closes
                });
                let behind = behind.trim_start();
                (!behind.is_empty()).then(|| raw.len() - behind.len())
            }
            Some(_) => Some(start),
        };
    }
    if name.starts_with(&folded) { None } else { Some(start) }
}

/// The text up to its last sentence's end, if there is one in its second half. A dot inside a number or an address is none.
fn at_a_sentence(text: &str) -> &str {
    for (at, mark) in text.char_indices().rev() {
        let alone = matches!(mark, '。' | '！' | '？');
        if !alone && !matches!(mark, '.' | '!' | '?' | '…') {
            continue;
        }
        let behind = text[at + mark.len_utf8()..].trim_start_matches(['"', '\'', '”', '’', '»', '」', ')', '*', '_']);
        if alone || behind.is_empty() || behind.starts_with(char::is_whitespace) {
            let end = text.len() - behind.len();
            return if end * 2 >= text.len() { &text[..end] } else { text.trim_end() };
        }
    }
    text.trim_end()
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
        assert_eq!(say(&["Silas: **Hello** there"]), "**Hello** there");
        assert_eq!(say(&["**Silas**: **Hello**"]), "**Hello**");
        assert_eq!(say(&["Silas:\n* one\n", "* two"]), "* one\n* two");
        for nothing in [&["Silas", ":"][..], &["**Silas:", "*", "*"], &["[Silas]: \n"]] {
            assert_eq!(say(nothing), "");
        }
    }

    #[test]
    fn a_cut_answer_ends_at_a_sentence() {
        let mut words = Words::of("Silas");
        words.push("One is here. Two is here. Thr");
        assert_eq!(words.whole(true), "One is here. Two is here.");
        for (said, left) in [
            ("It is here, on the shelf behind you. It costs 3.99 and mo", "It is here, on the shelf behind you."),
            ("Look at it, there it stands! See https://x.example/a.b", "Look at it, there it stands!"),
            ("\"One is here.\" Two", "\"One is here.\""),
            ("一つある。二つ", "一つある。"),
        ] {
            let mut words = Words::of("Silas");
            words.push(said);
            assert_eq!(words.whole(true), left);
        }
        let mut words = Words::of("Silas");
        words.push(&"word ".repeat(2_000));
        assert!(words.whole(false).chars().count() <= 4_000);
    }
}
