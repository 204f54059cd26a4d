//! Private chats.

#[cfg(feature = "ssr")]
use super::accounts::go;
use crate::failure::Failure;
#[cfg(feature = "ssr")]
use crate::visitor::{me, space};
use leptos::prelude::*;
use model::{ChannelId, EntityId};

/// The private chat with somebody: the same one each time, made at the first.
#[server(prefix = "/api", endpoint = "chats/open")]
pub async fn open(with: EntityId) -> Result<ChannelId, Failure> {
    let (space, me) = (space()?, me()?);
    space.pace.post(me.id)?;
    let chat = domain::channels::chat_with(&space, me.id, with).await?;
    go(&format!("/rooms/{chat}"));
    Ok(chat)
}
