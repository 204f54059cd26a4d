//! What AIs remember of whoever asks, putting it right, and having it forgotten.

#[cfg(feature = "ssr")]
use super::accounts::go;
use crate::failure::Failure;
#[cfg(feature = "ssr")]
use crate::visitor::{me, space};
#[cfg(feature = "ssr")]
use domain::memory::forgetting::{self, Sought};
use leptos::prelude::*;
use model::{ChannelId, EntityId, MemoryOfMe, MindFile, Remembering};
use uuid::Uuid;

/// How each AI that one shares a place with and oneself know each other.
#[server(prefix = "/api", endpoint = "memories/known-by")]
pub async fn known_by() -> Result<Vec<Remembering>, Failure> {
    Ok(forgetting::known_by(&space()?, me()?.id).await?)
}

/// What AIs have kept in which one appears, the newest first, 50 at a time.
#[server(prefix = "/api", endpoint = "memories/of-me")]
pub async fn of_me(
    by: Option<EntityId>,
    #[server(default)] words: String,
    before: Option<Uuid>,
) -> Result<Vec<MemoryOfMe>, Failure> {
    Ok(forgetting::of_me(&space()?, me()?.id, &Sought { by, words, before }).await?)
}

/// All that AIs have kept in which one appears, as a file.
#[server(prefix = "/api", endpoint = "memories/export")]
pub async fn export() -> Result<MindFile, Failure> {
    Ok(forgetting::export(&space()?, me()?.id).await?)
}

/// Has an AI forget something that it has kept.
#[server(prefix = "/api", endpoint = "memories/forget")]
pub async fn forget(memory: Uuid) -> Result<(), Failure> {
    Ok(forgetting::forget(&space()?, me()?.id, memory).await?)
}

/// Puts something right that an AI has kept.
#[server(prefix = "/api", endpoint = "memories/correct")]
pub async fn correct(memory: Uuid, text: String) -> Result<(), Failure> {
    let (space, me) = (space()?, me()?);
    space.pace.post(me.id)?;
    Ok(forgetting::correct(&space, me.id, memory, &text).await?)
}

/// Has one AI, or all, forget all that one has said so far: in one channel, or everywhere.
#[server(prefix = "/api", endpoint = "memories/forget-all")]
pub async fn forget_all(by: Option<EntityId>, channel: Option<ChannelId>) -> Result<(), Failure> {
    forgetting::forget_all(&space()?, me()?.id, by, channel).await?;
    go("/me/memories");
    Ok(())
}

/// Has one AI, or all, remember one no more from now on, or again.
#[server(prefix = "/api", endpoint = "memories/remember")]
pub async fn remember(by: Option<EntityId>, remembers: bool) -> Result<(), Failure> {
    forgetting::remember(&space()?, me()?.id, by, remembers).await?;
    go("/me/memories");
    Ok(())
}
