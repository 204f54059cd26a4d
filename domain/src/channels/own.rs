//! What is each member's own: how far they have read, what they have put away, what is to be silent. Nobody else is told.

use super::store::memberships;
use crate::error::not_found;
use crate::{Result, Space};
use model::{ChannelId, EntityId, Event};

/// Keeps how far somebody has read. Never moves back.
pub async fn read(space: &Space, who: EntityId, id: ChannelId, up_to: i64) -> Result<()> {
    if memberships::read(&space.db, id, who, up_to).await? {
        space.live.tell_person(who, &Event::Me);
    }
    Ok(())
}

/// Makes a message, and what came after it, unread again.
pub async fn mark_unread(space: &Space, who: EntityId, id: ChannelId, from: i64) -> Result<()> {
    told(space, who, memberships::unread(&space.db, id, who, from.max(1)).await?)
}

/// Puts a channel out of somebody's list until something new is said in it, or back.
pub async fn put_away(space: &Space, who: EntityId, id: ChannelId, away: bool) -> Result<()> {
    told(space, who, memberships::put_away(&space.db, id, who, away).await?)
}

/// Makes a channel silent for somebody, or not.
pub async fn mute(space: &Space, who: EntityId, id: ChannelId, muted: bool) -> Result<()> {
    told(space, who, memberships::mute(&space.db, id, who, muted).await?)
}

fn told(space: &Space, who: EntityId, is_member: bool) -> Result<()> {
    if !is_member {
        return Err(not_found("room"));
    }
    space.live.tell_person(who, &Event::Me);
    Ok(())
}
