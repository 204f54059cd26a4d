//! Private chats: one for each pair, whoever asks first.

use super::{store, tell_member};
use crate::error::not_found;
use crate::{Error, Result, Space};
use model::{ChannelId, EntityId, Event, Problem};

/// The private chat of two: the same one each time, new at the first.
///
/// Refuses with `invalid_argument` and `not_found`.
pub async fn chat_with(space: &Space, who: EntityId, with: EntityId) -> Result<ChannelId> {
    if who == with {
        return Err(Problem::argument("with", "A private chat is between two. Choose somebody else.").into());
    }
    if let Some(id) = store::chat_of(&space.db, who, with).await? {
        return Ok(id);
    }
    // A task of its own: a request that is given up leaves nobody untold.
    let made = tokio::spawn(make(space.clone(), who, with));
    made.await.map_err(|_| Error::Interrupted("opening a private chat"))?
}

async fn make(space: Space, who: EntityId, with: EntityId) -> Result<ChannelId> {
    let id = ChannelId::new();
    let telling = [space.live.expect(id), space.live.expect(id)];
    let mut work = space.db.begin().await?;
    if !store::insert_chat(&mut work, id, who, with).await? {
        // Not there, or the other one was quicker.
        drop(work);
        return store::chat_of(&space.db, who, with).await?.ok_or_else(|| not_found("member"));
    }
    let mut clocks = Vec::new();
    for member in [who, with] {
        let clock = store::advance_clock(&mut work, id).await?;
        store::put_membership(&mut work, id, member, clock).await?;
        clocks.push((member, clock));
    }
    work.commit().await?;
    for ((member, clock), telling) in clocks.into_iter().zip(telling) {
        tell_member(&space, id, member, clock, telling).await?;
        space.live.tell_person(member, &Event::Me);
    }
    Ok(id)
}
