//! Private chats and circles.

#[cfg(feature = "ssr")]
use super::accounts::go;
use crate::failure::Failure;
#[cfg(feature = "ssr")]
use crate::visitor::{me, space};
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use model::channels::CircleDraft;
use model::{ChannelId, EntityId, History};

/// The private chat with somebody: the same one each time, made at the first.
#[server(prefix = "/api", endpoint = "chats/open")]
pub async fn open(with: EntityId) -> Result<ChannelId, Failure> {
    let (space, me) = (space()?, me()?);
    space.pace.post(me.id)?;
    let chat = domain::channels::chat_with(&space, me.id, with).await?;
    go(&format!("/rooms/{chat}"));
    Ok(chat)
}

/// Begins to talk with some: with one and without a name in private, else in a new circle.
#[server(prefix = "/api", endpoint = "chats/begin")]
pub async fn begin(
    #[server(default)] members: Vec<EntityId>,
    #[server(default)] name: String,
    #[server(default)] history: History,
) -> Result<ChannelId, Failure> {
    match members.as_slice() {
        [with] if name.trim().is_empty() => open(*with).await,
        _ => start(members, name, history).await,
    }
}

/// Starts a circle.
#[server(prefix = "/api", endpoint = "circles/start")]
pub async fn start(
    #[server(default)] members: Vec<EntityId>,
    #[server(default)] name: String,
    #[server(default)] history: History,
) -> Result<ChannelId, Failure> {
    let (space, me) = (space()?, me()?);
    space.pace.post(me.id)?;
    let circle = domain::channels::start(&space, me.id, CircleDraft { name, members, history }).await?;
    go(&format!("/rooms/{circle}"));
    Ok(circle)
}

/// Asks somebody into a circle: they are a member from then on.
#[server(prefix = "/api", endpoint = "circles/invite")]
pub async fn invite(circle: ChannelId, member: EntityId) -> Result<(), Failure> {
    let (space, me) = (space()?, me()?);
    space.pace.post(me.id)?;
    Ok(domain::channels::invite(&space, me.id, circle, member).await?)
}

/// Gives a circle another name; without one it is called by its members.
#[server(prefix = "/api", endpoint = "circles/rename")]
pub async fn rename(circle: ChannelId, #[server(default)] name: String) -> Result<(), Failure> {
    let (space, me) = (space()?, me()?);
    space.pace.post(me.id)?;
    Ok(domain::channels::rename(&space, me.id, circle, &name).await?)
}
