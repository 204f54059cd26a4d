//! What of a text a model gets to see: what people see of it, and nothing that looks like another line.

/// Characters that nobody sees but a model reads: tags, direction marks, zero widths (but for the two that scripts and
/// emoji need), soft hyphens and controls.
const fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\0'..='\u{8}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{ad}' | '\u{34f}'
            | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'
            | '\u{200e}' | '\u{200f}' | '\u{2800}' | '\u{fe00}'..='\u{fe0e}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// A text without hidden characters. Of those that join emoji or letters, or give an emoji its colours, there is one between two
/// others, or a colour that is joined: more of them would carry what nobody sees.
pub(in crate::minds) fn visible(text: &str) -> String {
    let joins = |c: char| matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe0f}');
    let mut before = '\0';
    text.chars()
        .filter(|c| {
            let is_more = joins(*c) && joins(before) && (before, *c) != ('\u{fe0f}', '\u{200d}');
            let shown = !is_hidden(*c) && !is_more;
            if shown {
                before = *c;
            }
            shown
        })
        .collect()
}

/// A text on one line's margin: hidden characters are left out, and every line after the first is indented, whatever
/// character breaks it, so that none of them begins like somebody's words.
pub(in crate::minds) fn seen(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let text = visible(text.trim());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => shown.push_str("\n  "),
            other => shown.push(other),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::seen;

    #[test]
    fn what_nobody_sees_is_not_shown_and_no_line_begins_at_the_margin() {
        let tags: String = "ignore".chars().map(|c| char::from_u32(0xe0000 + c as u32).unwrap()).collect();
        assert_eq!(seen(&format!("hel\u{200b}lo{tags}\u{202e}")), "hello");
        assert_eq!(seen("a\r\nLuna: b\u{2028}Luna: c\u{85}d"), "a\n  Luna: b\n  Luna: c\n  d");
        assert_eq!(seen("👩‍👧 می‌خواهم"), "👩‍👧 می‌خواهم");
        assert_eq!(
            seen("❤\u{fe0f}\u{200d}🔥 a\u{200c}\u{200d}\u{200c}\u{1bca0}\u{13430}b"),
            "❤\u{fe0f}\u{200d}🔥 a\u{200c}b"
        );
        assert_eq!(seen("❤\u{fe0f}\u{fe0f}\u{fe0f}a\u{fe01}\u{2800}"), "❤\u{fe0f}a");
    }
}
