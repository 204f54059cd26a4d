//! What an AI says by itself, when nothing was asked: a welcome, a goodbye.

use super::store::{self, Rests};
use crate::space::undisturbed;
use crate::{Error, Result, Space, messages};
use model::{EntityId, MessageId};

/// Posts a message, once for its key, unless somebody has come in who may not hear what it rests on; off the record where
/// something that was `shown` for it is by now. Whether it stands there now.
pub(super) async fn say(
    space: &Space,
    who: EntityId,
    draft: messages::Draft,
    rests: Rests,
    shown: Vec<MessageId>,
) -> Result<bool> {
    let space = space.clone();
    undisturbed("an AI's words", async move {
        let channel = draft.channel;
        let telling = space.live.expect(channel);
        let mut prepared = match messages::prepare(&space, who, draft).await {
            Ok(prepared) => prepared,
            Err(Error::Refused(_)) => return Ok(false),
            Err(cause) => return Err(cause),
        };
        let mut work = space.db.begin().await?;
        let mut numbered = match messages::insert(&space, &mut work, &mut prepared).await {
            Ok(Some(numbered)) => numbered,
            // It has left, or the place is closed by now.
            Ok(None) => return work.rollback().await.map(|()| false).map_err(Into::into),
            // An earlier try has said it.
            Err(cause) if cause.broke("messages_client_key") => {
                return work.rollback().await.map(|()| true).map_err(Into::into);
            }
            Err(cause) => return Err(cause),
        };
        if !rests.hold(store::company(&mut *work, channel).await?) {
            return work.rollback().await.map(|()| false).map_err(Into::into);
        }
        let answered = prepared.reply_to;
        numbered.3 = numbered.3 || messages::follow(&mut work, prepared.id, answered, &shown).await?;
        work.commit().await?;
        telling.tell(messages::told(&prepared.numbered(numbered)));
        if prepared.considering().next().is_some() {
            space.ring();
        }
        Ok(true)
    })
    .await
}
