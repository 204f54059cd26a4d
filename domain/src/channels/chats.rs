//! Private chats: one for each pair, whoever asks first.

use super::change::Change;
use super::store::kinds;
use crate::error::not_found;
use crate::{Result, Space, entities, minds};
use model::{ChannelId, ChannelKind, EntityId, EntityKind, Problem};

/// The private chat of two: the same one each time, new at the first.
///
/// Refuses with `invalid_argument`, `not_found`, `contact_refused`.
pub async fn chat_with(space: &Space, who: EntityId, with: EntityId) -> Result<ChannelId> {
    if who == with {
        return Err(Problem::argument("with", "A private chat is between two. Choose somebody else.").into());
    }
    if let Some(id) = kinds::chat_of(&space.db, who, with).await? {
        come_back(space, who, with, id).await?;
        return Ok(id);
    }
    entities::blocks::refuse_contact(&space.db, who, &[with]).await?;
    minds::store::refuse_asleep(&space.db, &[with]).await?;
    let id = ChannelId::new();
    let mut change = Change::begin(space, id).await?;
    if !kinds::insert_chat(change.db(), id, who, with).await? {
        // Not there, or the other one was quicker.
        drop(change);
        return kinds::chat_of(&space.db, who, with).await?.ok_or_else(|| not_found("member"));
    }
    change.seat(who).await?;
    change.seat(with).await?;
    change.commit().await?;
    Ok(id)
}

/// Takes an AI out of a private chat, which is closed with that. What was said can be read; whoever asks the AI for a
/// private chat again opens it.
///
/// Refuses with `invalid_argument` where `whom` is no AI or the channel no private chat, with `not_found`.
pub(crate) async fn part(space: &Space, whom: EntityId, id: ChannelId) -> Result<()> {
    let mut change = Change::begin(space, id).await?;
    let Some((chat, standing)) = change.lock(&[whom]).await? else { return Err(not_found("room")) };
    let one = entities::store::active(change.db(), &[whom]).await?.pop();
    if chat.kind != ChannelKind::Chat || one.is_none_or(|one| one.kind != EntityKind::Ai) {
        let message = "A private chat belongs to both alike. Put it away, or block the other one.";
        return Err(Problem::argument("room", message).into());
    }
    if standing.get(&whom).is_none_or(|standing| !standing.joined) {
        return Ok(());
    }
    change.unseat(whom).await?;
    if !chat.archived {
        change.archive(true).await?;
    }
    change.commit().await
}

/// Asks an AI back into a private chat that it was taken out of.
async fn come_back(space: &Space, who: EntityId, with: EntityId, id: ChannelId) -> Result<()> {
    if !kinds::is_parted(&space.db, id, with).await? {
        return Ok(());
    }
    entities::blocks::refuse_contact(&space.db, who, &[with]).await?;
    minds::store::refuse_asleep(&space.db, &[with]).await?;
    let mut change = Change::begin(space, id).await?;
    let Some((chat, standing)) = change.lock(&[with]).await? else { return Err(not_found("room")) };
    if standing.get(&with).is_some_and(|standing| standing.joined) {
        return Ok(());
    }
    change.seat(with).await?;
    if chat.archived {
        change.archive(false).await?;
    }
    change.commit().await
}

/// Closes the private chats of somebody who goes for good: the other one can read what was said, and nobody waits for
/// an answer that cannot come.
pub(crate) async fn close_all_of(space: &Space, who: EntityId) -> Result<()> {
    for id in kinds::chats_of(&space.db, who).await? {
        let mut change = Change::begin(space, id).await?;
        if change.lock(&[]).await?.is_some_and(|(chat, _)| !chat.archived) {
            change.archive(true).await?;
            change.commit().await?;
        }
    }
    Ok(())
}
