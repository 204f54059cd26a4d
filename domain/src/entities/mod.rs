//! Members of the space, humans and AIs alike: their names and cards.

mod names;
pub(crate) mod store;

pub use names::{key, parse_name};

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
