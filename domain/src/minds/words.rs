//! What becomes of a model's words before anybody sees them.

use super::context::visible;
use crate::messages::says_nothing;
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
        Self { name: name.chars().flat_map(char::to_lowercase).collect(), raw: String::new(), begin: None }
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

    /// Whether more is shown than a message holds.
    pub fn is_full(&self) -> bool {
        let most = *limits::BODY.end();
        self.shown().len() > most && self.shown().chars().count() > most
    }

    /// The whole, at its end: trimmed, and at a sentence's end where a limit cut it; without what nobody sees, and empty where nothing of it can be seen.
    pub fn whole(&self, cut: bool) -> String {
        Some(visible(&self.all(cut))).filter(|text| !says_nothing(text)).unwrap_or_default()
    }

    fn all(&self, cut: bool) -> String {
        // Its name with nothing behind it is nothing, nor are thoughts that came to no end.
        let all = self.raw.len();
        let at_end = || head(&format!("{}x", self.raw), &self.name);
        let is_thought = THOUGHTS.iter().any(|(begin, _)| self.raw.trim_start().starts_with(begin));
        let otherwise = if is_thought { all } else { 0 };
        let begin = self.begin.or_else(at_end).unwrap_or(otherwise).min(all);
        let text = self.raw[begin..].trim();
        let text = text.replace('\0', "");
        let long = text.chars().count() > *limits::BODY.end();
        if text.is_empty() || (!cut && !long) {
            return text;
        }
        let end = text.char_indices().nth(*limits::BODY.end() - CLOSING).map_or(text.len(), |(at, _)| at);
        // Code that was cut ends with a whole line.
        let is_open = |text: &str| text.lines().filter(|line| line.trim_start().starts_with("```")).count() % 2 == 1;
        let begins = |code: &str| code.lines().next_back().is_some_and(|line| line.trim_start().starts_with("```"));
        match text[..end].rsplit_once('\n') {
            Some((code, _)) if is_open(&text[..end]) && is_open(code) && !begins(code) => format!("{code}\n```"),
            // Of which there is none but the first, it ends where it was cut.
            Some((code, _)) if is_open(&text[..end]) && is_open(code) => format!("{}\n```", &text[..end]),
            _ => at_a_sentence(&text[..end]),
        }
    }
}

/// Room for what closes a text that is cut.
const CLOSING: usize = 4;
/// How some models set their thoughts apart from what they say.
const THOUGHTS: [(&str, &str); 2] = [("<think>", "</think>"), ("<thinking>", "</thinking>")];
/// Most bytes between a name and its colon: when it was said, as the model is shown it, and to whom.
const ASIDE: usize = 120;

/// Where the words begin behind white space, thoughts and `name:`; `None` while it could still become that.
fn head(raw: &str, name: &str) -> Option<usize> {
    head_of(raw, name, 1)
}

/// The same, where the name may come so often again.
fn head_of(raw: &str, name: &str, left_of_name: usize) -> Option<usize> {
    let start = raw.len() - raw.trim_start().len();
    let rest = &raw[start..];
    if rest.is_empty() || THOUGHTS.iter().any(|(begin, _)| begin.starts_with(rest)) {
        return None;
    }
    if let Some((_, ends)) = THOUGHTS.iter().find(|(begin, _)| rest.starts_with(begin)) {
        let end = start + rest.find(ends)? + ends.len();
        return head_of(&raw[end..], name, left_of_name).map(|begin| end + begin);
    }
    let bare = rest.trim_start_matches(['*', '@', '[', '_', '`', '(']);
    let after = match begins(bare, name) {
        Begins::Named(after) => Some(after),
        Begins::Perhaps => return None,
        Begins::Otherwise => None,
    };
    if let Some(after) = after {
        let mut tail = after.trim_start_matches(['*', ']', ' ', '_', '`', ')']);
        // `Silas (19:33): …`, as the lines of the talk begin that it was shown.
        if tail
            .strip_prefix('(')
            .is_some_and(|aside| aside.is_empty() || aside.starts_with(|c: char| c.is_ascii_digit()))
        {
            match tail.find(')') {
                Some(end) if end < ASIDE => tail = tail[end + 1..].trim_start_matches(['*', ' ', '_']),
                None if tail.len() < ASIDE => return None,
                _ => return Some(start),
            }
        }
        return match tail.chars().next() {
            None => None,
            // An address, a port, a time.
            Some(':') if tail[1..].starts_with(|c: char| c == '/' || c.is_ascii_digit()) => Some(start),
            Some(':') if tail.len() == 1 => None,
            Some(':' | '：') => {
                // What the name alone was set in ends with it: `**Silas:** …`. All other marks are the answer's.
                let stars = |text: &str| text.matches(['*', '_']).count();
                let opened = stars(&rest[..rest.len() - bare.len()]);
                let mut left = opened.saturating_sub(stars(&after[..after.len() - tail.len()]));
                let colon = tail.chars().next().map_or(1, char::len_utf8);
                let behind = bare[bare.len() - tail.len() + colon..].trim_start_matches(|c| {
                    let closes = matches!(c, '*' | '_') && left > 0;
                    left -= usize::from(closes);
                    closes
                });
                let behind = behind.trim_start();
                // Some write it twice; who goes on so says nothing else.
                match left_of_name {
                    0 => (!behind.is_empty()).then(|| raw.len() - behind.len()),
                    left => head_of(behind, name, left - 1).map(|more| raw.len() - behind.len() + more),
                }
            }
            Some(_) => Some(start),
        };
    }
    Some(start)
}

/// How a text begins.
enum Begins<'a> {
    /// With the name, in whatever case: what stands behind it.
    Named(&'a str),
    /// As the name does, as far as it goes.
    Perhaps,
    /// Otherwise.
    Otherwise,
}

fn begins<'a>(text: &'a str, name: &str) -> Begins<'a> {
    let mut left = name.chars();
    for (at, c) in text.char_indices() {
        if !c.to_lowercase().all(|c| left.next() == Some(c)) {
            return Begins::Otherwise;
        }
        if left.as_str().is_empty() {
            return Begins::Named(&text[at + c.len_utf8()..]);
        }
    }
    Begins::Perhaps
}

/// What a dot stands behind that ends no sentence.
const SHORTENED: &str = " dr mr mrs ms prof st vs etc ca bzw usw inkl vgl evtl tel fig approx e.g i.e z.b d.h u.a p.ej p.ex np tzn bijv sig sra dott ";
/// The same before a figure.
const NUMBERED: &str = " no nr núm nº num art kap abb vol p pp s ";

/// The text up to its last sentence's end, if there is one in its second half. A dot inside a number or an address is
/// none, nor is one that shortens a word. Where there is none, the text up to its last word, and dots.
fn at_a_sentence(text: &str) -> String {
    let is_in = |list: &str, word: &str| !word.is_empty() && list.contains(&format!(" {word} "));
    for (at, mark) in text.char_indices().rev() {
        let alone = matches!(mark, '。' | '！' | '？');
        if !alone && !matches!(mark, '.' | '!' | '?' | '…') {
            continue;
        }
        let behind = text[at + mark.len_utf8()..].trim_start_matches(['"', '\'', '”', '’', '»', '」', ')', '*', '_']);
        // The number of a list's next point ends nothing.
        let line = text[..at].rsplit('\n').next().unwrap_or_default().trim();
        let is_number = mark == '.' && !line.is_empty() && line.chars().all(|c| c.is_ascii_digit());
        let word = text[..at].rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '"' | '„' | '“' | '*')).next();
        let word = word.unwrap_or_default().to_lowercase();
        let is_short = mark == '.'
            && (is_in(SHORTENED, &word)
                || (word.chars().count() == 1 && word.chars().all(char::is_alphabetic) && word != "i")
                || (is_in(NUMBERED, &word) && behind.trim_start().starts_with(|c: char| c.is_ascii_digit())));
        if !is_number && !is_short && (alone || behind.is_empty() || behind.starts_with(char::is_whitespace)) {
            let end = text.len() - behind.len();
            if end * 2 >= text.len() {
                return text[..end].to_owned();
            }
            break;
        }
    }
    // Half a word is none. In scripts that put no spaces between words, every character ends one.
    let words = text.trim_end();
    let last = words.rfind(char::is_whitespace).filter(|at| at * 2 >= words.len());
    let is_whole = words.len() < text.len() || words.ends_with(|c: char| !c.is_alphanumeric());
    let kept = if is_whole { words } else { &words[..last.unwrap_or(words.len())] };
    format!(
        "{} …",
        kept.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '–' | '—' | '-'))
    )
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
        assert_eq!(say(&["Silas (19", ":33): Hello"]), "Hello");
        assert_eq!(say(&["Silas (2026-11-26 19:33, answering rob): Hello"]), "Hello");
        assert_eq!(say(&["Silas (smiling): Hello"]), "Silas (smiling): Hello");
        assert_eq!(say(&["Silas： Hello"]), "Hello");
        assert_eq!(say(&["<thi", "nk>He asks.</think>\n\nSilas: Hello"]), "Hello");
        assert_eq!(say(&["<think>He asks and asks"]), "");
        assert_eq!(say(&["<think>He asks.</think>\nSi"]), "Si");
        assert_eq!(say(&["<this> is no thought"]), "<this> is no thought");
        assert_eq!(say(&["Silas: Silas: twi", "ce"]), "twice");
        assert_eq!(say(&["Silas: İstanbul is far"]), "İstanbul is far");
        for named in
            ["__Silas__: hi", "_Silas_: hi", "`Silas`: hi", "(Silas): hi", "<thinking>So.</thinking> Silas: hi"]
        {
            assert_eq!(say(&[named]), "hi", "{named}");
        }
        assert_eq!(say(&["_Silas_ is my name"]), "_Silas_ is my name");
        assert_eq!(say(&["(Silas nods) Yes: so"]), "(Silas nods) Yes: so");
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
            ("It stands in the hall. Ask Dr. Gray", "It stands in the hall."),
            ("It stands in the hall, as in No. 5 of", "It stands in the hall, as in No. 5 …"),
            ("Did it? No. And it nev", "Did it? No."),
            (
                "Yes. It began when the lamp was lit and every one of us had come, so th",
                "Yes. It began when the lamp was lit and every one of us had come, so …",
            ),
            (
                "These grow here.\n1. Apples are red.\n2. Pears are green.\n3. Pl",
                "These grow here.\n1. Apples are red.\n2. Pears are green.",
            ),
            (
                "It is this, and runs.\n```python\nprint(1)\nprint(2)\nprint(",
                "It is this, and runs.\n```python\nprint(1)\nprint(2)\n```",
            ),
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
