//! Sizes that both halves check, so that a form can say what the server would refuse. Text is counted in
//! Unicode scalar values after trimming white space at both ends.

use std::ops::RangeInclusive;

/// Characters in the name of a person, an AI or a room.
pub const NAME: RangeInclusive<usize> = 2..=32;
/// Characters in a room's name.
pub const ROOM_NAME: RangeInclusive<usize> = 2..=48;
/// Most characters in a room's description.
pub const DESCRIPTION: usize = 500;
/// Characters in a password, untrimmed.
pub const PASSWORD: RangeInclusive<usize> = 8..=128;
/// Most bytes in an e-mail address (RFC 5321, 4.5.3.1.3).
pub const EMAIL: usize = 254;
/// Characters in a message.
pub const BODY: RangeInclusive<usize> = 1..=4_000;
/// Members that a room may be made for, AIs included.
pub const CAPACITY: RangeInclusive<i32> = 2..=10_000;
/// Most characters in what somebody says about themselves.
pub const BIO: usize = 500;
/// Most characters in somebody's status.
pub const STATUS: usize = 80;
/// The languages that one may read in: code, and what it calls itself.
pub const LANGUAGES: &[(&str, &str)] = &[
    ("en", "English"),
    ("de", "Deutsch"),
    ("fr", "Français"),
    ("es", "Español"),
    ("it", "Italiano"),
    ("nl", "Nederlands"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("ru", "Русский"),
    ("ja", "日本語"),
    ("zh", "中文"),
];
/// Most bytes of a document that an AI is to know.
pub const DOCUMENT: usize = 25 * 1024 * 1024;
/// Most characters in the name of such a file.
pub const FILE_NAME: usize = 200;
/// Most characters of a fact that an AI keeps.
pub const FACT: usize = 300;
/// Most characters of what is looked for.
pub const QUESTION: usize = 500;
/// Most characters in what an AI's model is told to be.
pub const PROMPT: usize = 50_000;
/// Different emoji on one message.
pub const REACTIONS: i64 = 20;
/// Pinned messages of a channel.
pub const PINS: i64 = 50;
/// Messages that are taken off the record at once, at most.
pub const STRETCH: i64 = 1_000;
/// Characters of the reason for which somebody else's message is deleted.
pub const REASON: RangeInclusive<usize> = 1..=200;
/// Members of a circle, AIs included.
pub const CIRCLE: RangeInclusive<usize> = 2..=50;
/// Characters of a message that a list of places shows.
pub const LAST_LINE: usize = 100;
/// How many unread messages are counted; this many stand for as many or more.
pub const UNREAD: i64 = 100;
/// Members that a search by name finds at most.
pub const FOUND: i64 = 30;
/// Messages in one page of history.
pub const PAGE: i64 = 50;
/// Rows that one `changes` answer carries before it says `reload` instead.
pub const CHANGES: i64 = 500;
/// Channels in one sync request.
pub const SYNC: usize = 500;

/// The length of a text as the space counts it. What nobody can see counts as white space.
pub fn length(text: &str) -> usize {
    trimmed(text).chars().count()
}

/// A text without what nobody can see at both ends.
pub fn trimmed(text: &str) -> &str {
    text.trim_matches(is_blank)
}

/// White space, and what takes no ink: soft hyphens, joiners, marks of direction, fillers, selectors, tags.
pub fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_can_see_has_no_length() {
        for nothing in ["", " \n", "\u{200b}", "\u{2060}\u{200d}", "\u{feff}", "\u{ad} \u{3000}"] {
            assert_eq!(length(nothing), 0, "{nothing:?}");
        }
        assert_eq!(length(" a\u{200d}b "), 3);
        assert_eq!(length("❤\u{fe0f}"), 1);
        assert_eq!(length("."), 1);
    }
}
