//! Calling somebody by name while one writes: the names that fit what stands behind an `@`.

use super::state::Room;
use leptos::prelude::*;
use model::Entity;

/// Names shown at most.
const SHOWN: usize = 6;

/// Where a caret stands, in bytes: browsers count in UTF-16 units.
pub fn caret(text: &str, units: u32) -> usize {
    let mut left = units as usize;
    let after = text.char_indices().find(|(_, letter)| {
        let is_here = left == 0;
        left = left.saturating_sub(letter.len_utf16());
        is_here
    });
    after.map_or(text.len(), |(at, _)| at)
}

/// The name that is being typed before the caret: where its `@` stands, in bytes, and what follows it.
pub fn typed(text: &str, caret: usize) -> Option<(usize, &str)> {
    let text = text.get(..caret).unwrap_or(text);
    let at = text.rfind('@')?;
    let opens = text[..at].chars().next_back().is_none_or(|before| !before.is_alphanumeric());
    let letters = &text[at + 1..];
    (opens && letters.chars().count() <= 32 && !letters.contains('\n')).then_some((at, letters))
}

/// Who in the room could be meant: people and AIs, those who are here first.
pub fn fitting(room: Room, letters: &str) -> Vec<Entity> {
    let letters = letters.to_lowercase();
    room.picture.with(|picture| {
        let fits = |name: &str| name.to_lowercase().starts_with(&letters) && name.len() > letters.len();
        let mut found: Vec<(bool, Entity)> = picture
            .members
            .values()
            .filter(|member| member.joined && member.entity.id != room.me && fits(&member.entity.name))
            .map(|member| (!member.presence.is_here(), member.entity.clone()))
            .collect();
        found.sort_by(|one, other| (one.0, &one.1.name).cmp(&(other.0, &other.1.name)));
        found.into_iter().take(SHOWN).map(|(_, entity)| entity).collect()
    })
}

/// The text before and after a name that was being typed, with the whole name in the first part.
pub fn completed(text: &str, caret: usize, name: &str) -> Option<(String, String)> {
    let (at, letters) = typed(text, caret)?;
    let rest = &text[at + 1 + letters.len()..];
    Some((format!("{}@{name} ", &text[..at]), rest.strip_prefix(' ').unwrap_or(rest).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_begins_behind_an_at() {
        let at_end = |text: &'static str| typed(text, text.len());
        assert_eq!(at_end("hello @si"), Some((6, "si")));
        assert_eq!(at_end("@"), Some((0, "")));
        assert_eq!(at_end("mail@host"), None);
        assert_eq!(at_end("@silas\nwhat"), None);
        assert_eq!(completed("hello @si", 9, "Silas"), Some(("hello @Silas ".to_owned(), String::new())));
        assert_eq!(completed("nothing", 7, "Silas"), None);
    }

    #[test]
    fn a_name_is_completed_where_the_caret_stands() {
        let text = "🌿 ask @si about @Luna";
        let here = caret(text, 10);
        assert_eq!(typed(text, here), Some((9, "si")));
        assert_eq!(completed(text, here, "Silas"), Some(("🌿 ask @Silas ".to_owned(), "about @Luna".to_owned())));
        assert_eq!(caret(text, 0), 0);
        assert_eq!(caret(text, 99), text.len());
    }
}
