//! Members of the space, humans and AIs alike: their names and cards, and who keeps away from whom.

pub mod blocks;
mod names;
pub(crate) mod store;

pub use names::{key, parse_name};

use crate::{Result, Space};
use model::{Entity, EntityId, EntityKind};
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

/// What a member says that they are up to; empty for nothing.
pub async fn status(space: &Space, who: EntityId) -> Result<String> {
    store::status(&space.db, who).await
}
