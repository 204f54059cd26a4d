//! Rooms.

#[cfg(feature = "ssr")]
use super::accounts::go;
use crate::failure::Failure;
#[cfg(feature = "ssr")]
use crate::visitor::{me, space};
use leptos::prelude::*;
use model::channels::Opened;
use model::{Channel, ChannelId, Member, Place};

/// The rooms and every channel that the one who asks is in.
#[server(prefix = "/api", endpoint = "rooms/list")]
pub async fn list() -> Result<Vec<Place>, Failure> {
    Ok(domain::channels::places(&space()?, me()?.id).await?)
}

/// A room with its members and, for members, its newest messages.
#[server(prefix = "/api", endpoint = "rooms/open")]
pub async fn open(room: ChannelId) -> Result<Opened, Failure> {
    Ok(domain::channels::open(&space()?, me()?.id, room).await?)
}

/// Makes a room. For admins.
#[server(prefix = "/api", endpoint = "rooms/create")]
pub async fn create(name: String, description: String, capacity: i32) -> Result<ChannelId, Failure> {
    let draft = model::channels::RoomDraft { name, description, capacity };
    let room = domain::channels::create(&space()?, me()?.id, draft).await?;
    go(&format!("/rooms/{room}"));
    Ok(room)
}

/// Changes a room. For admins.
#[server(prefix = "/api", endpoint = "rooms/edit")]
pub async fn edit(room: ChannelId, name: String, description: String, capacity: i32) -> Result<Channel, Failure> {
    let draft = model::channels::RoomDraft { name, description, capacity };
    let channel = domain::channels::edit(&space()?, me()?.id, room, draft).await?;
    go(&format!("/rooms/{room}"));
    Ok(channel)
}

/// Closes a room or a circle for all, who can still read it.
#[server(prefix = "/api", endpoint = "rooms/archive")]
pub async fn archive(room: ChannelId) -> Result<Channel, Failure> {
    let channel = domain::channels::archive(&space()?, me()?.id, room, true).await?;
    go("/rooms");
    Ok(channel)
}

/// Opens an archived room or circle again.
#[server(prefix = "/api", endpoint = "rooms/restore")]
pub async fn restore(room: ChannelId) -> Result<Channel, Failure> {
    let channel = domain::channels::archive(&space()?, me()?.id, room, false).await?;
    go(&format!("/rooms/{room}"));
    Ok(channel)
}

/// Joins a room.
#[server(prefix = "/api", endpoint = "rooms/join")]
pub async fn join(room: ChannelId) -> Result<Member, Failure> {
    let member = domain::channels::join(&space()?, me()?.id, room).await?;
    go(&format!("/rooms/{room}"));
    Ok(member)
}

/// Leaves a room or a circle.
#[server(prefix = "/api", endpoint = "rooms/leave")]
pub async fn leave(room: ChannelId) -> Result<(), Failure> {
    domain::channels::leave(&space()?, me()?.id, room).await?;
    go("/rooms");
    Ok(())
}
