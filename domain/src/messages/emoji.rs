//! Emoji in what people write: spelled out by their shortcodes, and alone.

/// Most emoji that are shown large.
const FEW: usize = 6;
/// Most characters that one emoji is made of.
const LONGEST: usize = 10;

/// The text with shortcodes (`:fire:`) as what they stand for.
pub(super) fn spelled_out(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(':') {
        let (before, behind) = rest.split_at(at);
        out.push_str(before);
        let end = behind[1..].find(|c: char| !(c.is_ascii_alphanumeric() || "_+-".contains(c)));
        let known = end
            .filter(|&end| behind[1 + end..].starts_with(':'))
            .and_then(|end| Some((emojis::get_by_shortcode(&behind[1..=end])?, end + 2)));
        let taken = if let Some((emoji, length)) = known {
            out.push_str(emoji.as_str());
            length
        } else {
            out.push(':');
            1
        };
        rest = &behind[taken..];
    }
    out.push_str(rest);
    out
}

/// The few emoji that a message is nothing but, without the space between them.
pub(super) fn alone(body: &str) -> Option<String> {
    // Most messages are words: those are seen at once.
    if body.len() > 400 || body.chars().next().is_none_or(|c| c.is_ascii_alphanumeric()) {
        return None;
    }
    let text: Vec<char> = spelled_out(body).chars().filter(|c| !c.is_whitespace()).collect();
    let mut found = String::new();
    let (mut at, mut count) = (0, 0);
    while at < text.len() {
        let longest = (at + 1..=text.len().min(at + LONGEST)).rev().find_map(|end| {
            let emoji: String = text[at..end].iter().collect();
            emojis::get(&emoji).map(|emoji| (emoji.as_str(), end))
        });
        let (emoji, end) = longest?;
        found.push_str(emoji);
        at = end;
        count += 1;
        if count > FEW {
            return None;
        }
    }
    (count > 0).then_some(found)
}
