//! Channels of every kind: who is in them, and what is each member's own.

#[cfg(feature = "ssr")]
use super::accounts::go;
use crate::failure::Failure;
#[cfg(feature = "ssr")]
use crate::visitor::{me, space};
use leptos::prelude::*;
use model::{ChannelId, Entity, EntityId, Role};

/// Keeps how far somebody has read. It never moves back.
#[server(prefix = "/api", endpoint = "channels/read")]
pub async fn read(channel: ChannelId, up_to: i64) -> Result<(), Failure> {
    Ok(domain::channels::read(&space()?, me()?.id, channel, up_to).await?)
}

/// Makes a message, and what came after it, unread again.
#[server(prefix = "/api", endpoint = "channels/unread")]
pub async fn mark_unread(channel: ChannelId, from: i64) -> Result<(), Failure> {
    domain::channels::mark_unread(&space()?, me()?.id, channel, from).await?;
    // Back in the talk it would be read at once.
    go("/rooms");
    Ok(())
}

/// Tells the others that somebody writes, or has stopped.
#[server(prefix = "/api", endpoint = "channels/typing")]
pub async fn typing(channel: ChannelId, #[server(default)] over: bool) -> Result<(), Failure> {
    let (space, me) = (space()?, me()?);
    // Others know already: saying it again more often is no mistake, only of no use.
    if space.pace.typing(me.id).is_err() {
        return Ok(());
    }
    Ok(domain::channels::typing(&space, me.id, channel, over).await?)
}

/// Puts a channel out of one's list until something new is said in it, or back.
#[server(prefix = "/api", endpoint = "channels/put-away")]
pub async fn put_away(channel: ChannelId, away: bool) -> Result<(), Failure> {
    Ok(domain::channels::put_away(&space()?, me()?.id, channel, away).await?)
}

/// Makes a channel silent for oneself, or not.
#[server(prefix = "/api", endpoint = "channels/mute")]
pub async fn mute(channel: ChannelId, muted: bool) -> Result<(), Failure> {
    Ok(domain::channels::mute(&space()?, me()?.id, channel, muted).await?)
}

/// Takes what is said in a channel from now on off the record, or puts it back on.
#[server(prefix = "/api", endpoint = "channels/record")]
pub async fn record(channel: ChannelId, off_record: bool) -> Result<(), Failure> {
    let (space, me) = (space()?, me()?);
    space.pace.post(me.id)?;
    domain::channels::record(&space, me.id, channel, off_record).await?;
    go(&format!("/rooms/{channel}"));
    Ok(())
}

/// Sends somebody away; with `ban` they cannot come back to a room. Takes an AI out of one's private chat.
#[server(prefix = "/api", endpoint = "channels/remove")]
pub async fn remove(channel: ChannelId, member: EntityId, #[server(default)] ban: bool) -> Result<(), Failure> {
    Ok(domain::channels::remove(&space()?, me()?.id, channel, member, ban).await?)
}

/// Lets somebody back into a room.
#[server(prefix = "/api", endpoint = "channels/unban")]
pub async fn unban(channel: ChannelId, member: EntityId) -> Result<(), Failure> {
    Ok(domain::channels::unban(&space()?, me()?.id, channel, member).await?)
}

/// To whom a room is closed.
#[server(prefix = "/api", endpoint = "channels/banned")]
pub async fn banned(channel: ChannelId) -> Result<Vec<Entity>, Failure> {
    Ok(domain::channels::banned(&space()?, me()?.id, channel).await?)
}

/// Makes a member an admin of a channel, or takes that away.
#[server(prefix = "/api", endpoint = "channels/role")]
pub async fn set_role(channel: ChannelId, member: EntityId, role: Role) -> Result<(), Failure> {
    Ok(domain::channels::set_role(&space()?, me()?.id, channel, member, role).await?)
}
