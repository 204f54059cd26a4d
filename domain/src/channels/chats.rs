//! Private chats: one for each pair, whoever asks first.

use super::change::Change;
use super::store::kinds;
use crate::error::not_found;
use crate::{Result, Space, entities, minds};
use model::{ChannelId, EntityId, Problem};

/// The private chat of two: the same one each time, new at the first.
///
/// Refuses with `invalid_argument`, `not_found`, `contact_refused`.
pub async fn chat_with(space: &Space, who: EntityId, with: EntityId) -> Result<ChannelId> {
    if who == with {
        return Err(Problem::argument("with", "A private chat is between two. Choose somebody else.").into());
    }
    if let Some(id) = kinds::chat_of(&space.db, who, with).await? {
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
