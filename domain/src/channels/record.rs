//! A channel as a whole off the record, from a moment on.

use super::change::Change;
use super::leaving::moderated;
use super::store::kinds;
use crate::entities::blocks;
use crate::error::not_found;
use crate::messages::Part::Words;
use crate::{Result, Space, entities};
use model::{ChannelId, ChannelKind, Code, EntityId, Problem};

/// Takes all that is said in a channel from now on off the record, or puts it back on. A line says so. In rooms for those
/// who moderate, in private chats and circles for every member.
///
/// Refuses with `not_found`, `not_a_member`, `not_yours`, `archived`, `contact_refused`.
pub async fn record(space: &Space, who: EntityId, id: ChannelId, off_record: bool) -> Result<()> {
    let mut change = Change::begin(space, id).await?;
    let Some((channel, standing)) = change.lock(&[who]).await? else { return Err(not_found("room")) };
    let joined = standing.get(&who).is_some_and(|mine| mine.joined);
    if channel.kind == ChannelKind::Room {
        moderated(&mut change, who, &[]).await?;
        if !joined {
            return Err(super::not_a_member().into());
        }
    } else if !joined {
        return Err(not_found("room"));
    }
    if channel.archived {
        return Err(Problem::new(Code::Archived, "This is archived. Nothing more is said in it.").into());
    }
    if channel.kind == ChannelKind::Chat {
        let other = kinds::other_of(&space.db, id, who).await?;
        blocks::refuse_contact(change.db(), who, &Vec::from_iter(other)).await?;
    }
    let me = entities::store::active(change.db(), &[who]).await?.pop().ok_or_else(|| not_found("member"))?;
    if !change.set_record(off_record).await? {
        return Ok(());
    }
    let words = if off_record {
        "took what is said here from now on off the record."
    } else {
        "put what is said here from now on back on the record."
    };
    change.line(&me, &[Words(words)]).await?;
    change.commit().await
}
