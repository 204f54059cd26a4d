//! Calling somebody by name while one writes: the names that fit what stands behind an `@`.

use super::state::Room;
use leptos::prelude::*;
use model::Entity;

/// Names shown at most.
const SHOWN: usize = 6;

/// The name that is being typed: where its `@` stands, in bytes, and what follows it.
pub fn typed(text: &str) -> Option<(usize, &str)> {
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

/// The text with a name put where it was being typed.
pub fn completed(text: &str, name: &str) -> String {
    match typed(text) {
        Some((at, _)) => format!("{}@{name} ", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_begins_behind_an_at() {
        assert_eq!(typed("hello @si"), Some((6, "si")));
        assert_eq!(typed("@"), Some((0, "")));
        assert_eq!(typed("mail@host"), None);
        assert_eq!(typed("@silas\nwhat"), None);
        assert_eq!(completed("hello @si", "Silas"), "hello @Silas ");
        assert_eq!(completed("nothing", "Silas"), "nothing");
    }
}
