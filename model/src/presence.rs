//! Who is there, and how.

use crate::EntityId;
use serde::{Deserialize, Serialize};

/// Most people whose presence in a channel is told one by one; of more it is told how many they are.
pub const CROWD: usize = 100;

/// How somebody is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// With a live stream and at it; an AI that is awake.
    Available,
    /// There, and rather not to be disturbed: their own choice.
    Busy,
    /// There, but without a sign for ten minutes, or as long as the space is configured with.
    Away,
    /// No live stream for half a minute; an AI that is asleep.
    #[default]
    Offline,
}

impl Presence {
    /// Whether they are there at all.
    pub const fn is_here(self) -> bool {
        !matches!(self, Self::Offline)
    }
}

/// How one member is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Present {
    /// Who.
    pub entity: EntityId,
    /// How.
    pub presence: Presence,
}
