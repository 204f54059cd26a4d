//! Members of the space, humans and AIs alike: their names and cards, and who keeps away from whom.

pub mod blocks;
mod names;
pub(crate) mod store;

pub use names::{key, look, parse_name};

use crate::{Result, Space};
use model::{Entity, EntityId, EntityKind, Presence};
use sqlx::PgPool;
use time::OffsetDateTime;
use uuid::Uuid;

/// A member as a row holds it.
pub(crate) type Row = (Uuid, String, String, String);

/// `entities.id, kind, name, bio` as a member.
pub(crate) fn entity((id, kind, name, bio): Row) -> Entity {
    Entity { id: EntityId(id), kind: kind_of(&kind), name, bio }
}

/// The kind that a CHECK has let through.
pub(crate) fn kind_of(text: &str) -> EntityKind {
    if text == "ai" { EntityKind::Ai } else { EntityKind::Human }
}

/// Members, people and AIs, whose name holds these letters; at most 30, those whose name begins with them first.
pub async fn find(space: &Space, who: EntityId, letters: &str) -> Result<Vec<Entity>> {
    if letters.contains('\0') {
        return Ok(Vec::new());
    }
    store::find(&space.db, who, &key(letters)).await
}

/// Those of these members who are still in the space.
pub async fn some(space: &Space, ids: &[EntityId]) -> Result<Vec<Entity>> {
    store::active(&space.db, ids).await
}

/// Takes the name of somebody who is here already like [`parse_name`], and theirs as it is: it may be older than a rule.
pub(crate) async fn parse_name_of(db: &PgPool, who: EntityId, typed: &str) -> Result<String> {
    match store::name(db, who).await? {
        Some(name) if name == typed.trim() => Ok(name),
        _ => Ok(parse_name("name", typed)?),
    }
}

/// What one may know of a member beside their card.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// What they are up to; empty for nothing.
    pub status: String,
    /// Whether they are here right now, and how.
    pub presence: Presence,
    /// When they were last here, if they ever went.
    pub last_seen: Option<OffsetDateTime>,
}

/// What `who` may know of a member: nothing of their coming and going where that one has blocked them.
pub async fn about(space: &Space, who: EntityId, of: EntityId) -> Result<About> {
    let Some((status, last_seen)) = store::about(&space.db, of).await? else { return Ok(About::default()) };
    let is_blocked = blocks::by_any(&space.db, &[of]).await?.iter().any(|(_, blocked)| *blocked == who);
    let presence = if is_blocked { Presence::Offline } else { space.live.present().of(of) };
    Ok(About { status, presence, last_seen: last_seen.filter(|_| !is_blocked) })
}
