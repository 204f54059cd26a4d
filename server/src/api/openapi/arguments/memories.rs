//! What AIs remember of whoever asks.

use model::{ChannelId, EntityId};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// `memories/of-me`
#[derive(Deserialize, ToSchema)]
pub struct OfMe {
    /// Of this AI alone.
    by: Option<EntityId>,
    /// What has these words in it; at most 500 characters.
    words: Option<String>,
    /// What is older than this one.
    before: Option<Uuid>,
}

/// A memory.
#[derive(Deserialize, ToSchema)]
pub struct AMemory {
    memory: Uuid,
}

/// `memories/correct`
#[derive(Deserialize, ToSchema)]
pub struct CorrectMemory {
    memory: Uuid,
    /// What is so: 1–300 characters.
    text: String,
}

/// `memories/forget-all`
#[derive(Deserialize, ToSchema)]
pub struct ForgetAll {
    /// The AI; none: all of them, those to come included.
    by: Option<EntityId>,
    /// What was said there; none: everywhere.
    channel: Option<ChannelId>,
}

/// `memories/remember`
#[derive(Deserialize, ToSchema)]
pub struct RememberMe {
    /// The AI; none: all of them, those to come included.
    by: Option<EntityId>,
    /// Whether what one says from now on may be remembered.
    remembers: bool,
}
