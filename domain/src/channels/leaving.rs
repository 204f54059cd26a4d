//! Going, and being sent away.

use super::change::Change;
use super::store::{Locked, kinds, memberships};
use super::{chats, circles, store};
use crate::error::not_found;
use crate::messages::Part::{Who, Words};
use crate::{Result, Space, accounts, entities};
use memberships::Standing;
use model::{Channel, ChannelId, ChannelKind, Code, Entity, EntityId, Problem, Role};
use std::collections::HashMap;

/// Leaves a channel; leaving again changes nothing.
///
/// Refuses with `invalid_argument` for a private chat.
pub async fn leave(space: &Space, who: EntityId, id: ChannelId) -> Result<()> {
    let mut change = Change::begin(space, id).await?;
    // Whoever may have the circle next is locked, too, before the channel is.
    let mut concerned = memberships::in_circle(change.db(), id).await?;
    concerned.push(who);
    let Some((channel, locked)) = change.lock(&concerned).await? else { return Ok(()) };
    let Some(standing) = locked.get(&who).filter(|standing| standing.joined) else { return Ok(()) };
    match channel.kind {
        ChannelKind::Chat => {
            let message = "A private chat is always between its two. It cannot be left; you can put it away, or take an AI out of it.";
            return Err(Problem::argument("room", message).into());
        }
        ChannelKind::Room => change.unseat(who).await?,
        ChannelKind::Circle => {
            change.unseat(who).await?;
            if let Some(me) = entities::store::active(change.db(), &[who]).await?.pop().filter(|_| !channel.archived) {
                change.line(&me, &[Words("left.")]).await?;
            }
            if standing.role == Role::Owner && !channel.archived {
                circles::after_leaving(&mut change, id, &locked).await?;
            } else if !channel.archived && memberships::successor(change.db(), id).await?.is_none() {
                change.archive(true).await?;
            }
        }
    }
    change.commit().await
}

/// Sends somebody away: from a circle its owner and admins, from a room those and the space's admins. With `ban` they
/// cannot come back to a room. Out of one's private chat one takes an AI.
///
/// Refuses with `not_found`, `not_yours`, `invalid_argument`, `archived`.
pub async fn remove(space: &Space, who: EntityId, id: ChannelId, whom: EntityId, ban: bool) -> Result<()> {
    if kinds::other_of(&space.db, id, who).await? == Some(whom) {
        return chats::part(space, whom, id).await;
    }
    let mut change = Change::begin(space, id).await?;
    let (channel, standing) = moderated(&mut change, who, &[whom]).await?;
    refuse_archived(&channel)?;
    if who == whom {
        return Err(Problem::argument("member", "To go yourself, leave.").into());
    }
    if ban && channel.kind != ChannelKind::Room {
        let message = "Into a circle one is asked: whom you remove stays out until somebody asks them in again.";
        return Err(Problem::argument("ban", message).into());
    }
    let (mine, theirs) = (standing.get(&who).copied(), standing.get(&whom).copied());
    let is_over = |theirs: Role| {
        let mine = mine.filter(|mine| mine.joined).map_or(Role::Member, |mine| mine.role);
        mine == Role::Owner || theirs == Role::Member
    };
    let joined = theirs.filter(|theirs| theirs.joined);
    if joined.is_some_and(|theirs| !is_over(theirs.role)) && !is_space_admin(&mut change, who, &channel).await? {
        return Err(Problem::new(Code::NotYours, "Only the owner can remove an admin.").into());
    }
    let people = entities::store::active(change.db(), &[who, whom]).await?;
    let named = |id: EntityId| people.iter().find(|one: &&Entity| one.id == id).cloned();
    if joined.is_none() && !(ban && named(whom).is_some()) {
        return Err(not_found("member"));
    }
    if ban {
        memberships::ban(change.db(), id, whom, who).await?;
    }
    if joined.is_some() {
        change.unseat(whom).await?;
        if let (ChannelKind::Circle, Some(me), Some(other)) = (channel.kind, named(who), named(whom)) {
            change.line(&me, &[Words("removed "), Who(&other), Words(".")]).await?;
        }
    }
    change.commit().await
}

/// Lets somebody back into a room that was closed to them.
pub async fn unban(space: &Space, who: EntityId, id: ChannelId, whom: EntityId) -> Result<()> {
    let mut change = Change::begin(space, id).await?;
    moderated(&mut change, who, &[]).await?;
    drop(change);
    memberships::unban(&space.db, id, whom).await
}

/// To whom a room is closed; for those who may open it to them.
pub async fn banned(space: &Space, who: EntityId, id: ChannelId) -> Result<Vec<Entity>> {
    let mut change = Change::begin(space, id).await?;
    moderated(&mut change, who, &[]).await?;
    drop(change);
    memberships::banned(&space.db, id).await
}

/// Makes a member an admin of the channel, or takes that away. For its owner, and in rooms for the space's admins.
pub async fn set_role(space: &Space, who: EntityId, id: ChannelId, whom: EntityId, role: Role) -> Result<()> {
    if role == Role::Owner {
        return Err(Problem::argument("role", "A channel has one owner. Choose “admin” or “member”.").into());
    }
    let mut change = Change::begin(space, id).await?;
    let (channel, standing) = moderated(&mut change, who, &[whom]).await?;
    refuse_archived(&channel)?;
    let is_owner = standing.get(&who).is_some_and(|mine| mine.joined && mine.role == Role::Owner);
    if !is_owner && !is_space_admin(&mut change, who, &channel).await? {
        return Err(Problem::new(Code::NotYours, "Only the owner can choose admins.").into());
    }
    match standing.get(&whom).filter(|theirs| theirs.joined) {
        None => return Err(not_found("member")),
        Some(theirs) if theirs.role == Role::Owner => {
            return Err(Problem::argument("member", "The owner stays the owner.").into());
        }
        Some(theirs) if theirs.role == role => return Ok(()),
        Some(_) => change.set_role(whom, role).await?,
    }
    change.commit().await
}

/// Closes a channel for all, who can still read it, or opens it again: a circle by its owner, a room by the space's
/// admins and its owner.
///
/// Refuses with `not_found`, `not_yours`, `room_name_taken`.
pub async fn archive(space: &Space, who: EntityId, id: ChannelId, archived: bool) -> Result<Channel> {
    let mut change = Change::begin(space, id).await?;
    let (channel, standing) = moderated(&mut change, who, &[]).await?;
    let is_owner = standing.get(&who).is_some_and(|mine| mine.joined && mine.role == Role::Owner);
    if !is_owner && !is_space_admin(&mut change, who, &channel).await? {
        return Err(Problem::new(Code::NotYours, "Only the owner can archive it or open it again.").into());
    }
    if channel.archived == archived {
        let state = store::channel_state(&space.db, id).await?;
        return state.map(|(state, _)| state).ok_or_else(|| not_found("room"));
    }
    let state = change.archive(archived).await?;
    change.commit().await?;
    Ok(state)
}

fn refuse_archived(channel: &Locked) -> Result<()> {
    if channel.archived {
        let message = "This is archived. Open it again before you change who is in it.";
        return Err(Problem::new(Code::Archived, message).into());
    }
    Ok(())
}

async fn is_space_admin(change: &mut Change, who: EntityId, channel: &Locked) -> Result<bool> {
    let is_admin = accounts::store::me(change.db(), who).await?.is_some_and(|me| me.is_admin);
    Ok(is_admin && channel.kind == ChannelKind::Room)
}

/// Locks a channel for somebody who may moderate it. For everybody else it is not there, or not theirs.
pub(super) async fn moderated(
    change: &mut Change,
    who: EntityId,
    others: &[EntityId],
) -> Result<(Locked, HashMap<EntityId, Standing>)> {
    let concerned: Vec<EntityId> = others.iter().copied().chain([who]).collect();
    let Some((channel, standing)) = change.lock(&concerned).await? else { return Err(not_found("room")) };
    let mine = standing.get(&who).filter(|mine| mine.joined).map(|mine| mine.role);
    if mine.is_none() && channel.kind != ChannelKind::Room {
        return Err(not_found("room"));
    }
    if channel.kind == ChannelKind::Chat {
        let message = "A private chat belongs to both alike. Put it away, or block the other one.";
        return Err(Problem::argument("channel", message).into());
    }
    let moderates = matches!(mine, Some(Role::Owner | Role::Admin));
    if !moderates && !is_space_admin(change, who, &channel).await? {
        return Err(Problem::new(Code::NotYours, "Only the owner and the admins can do this.").into());
    }
    Ok((channel, standing))
}
