//! Members of the space: humans and AIs, alike.

use crate::EntityId;
use serde::{Deserialize, Serialize};

/// How a member is there: as a human, who logs in, or as an AI, who thinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    /// Has an account.
    Human,
    /// Has a mind.
    Ai,
}

/// A member as everybody may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entity {
    /// Stays for ever; a rename keeps it.
    pub id: EntityId,
    /// Human or AI.
    pub kind: EntityKind,
    /// Unique across both kinds.
    pub name: String,
    /// A line about them; may be empty.
    #[serde(default)]
    pub bio: String,
}
