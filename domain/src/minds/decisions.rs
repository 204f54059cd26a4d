//! What AIs made of messages: kept, told, and read by those who may read the message.

use super::gates;
use super::store::{self, Decided};
use crate::live::Told;
use crate::messages::reading;
use crate::{Result, Space, accounts};
use model::{ChannelId, Decision, EntityId, Event, MessageId, Strategy};

/// What the AIs of a channel made of a message, for those who may read it.
pub async fn decisions(space: &Space, who: EntityId, channel: ChannelId, trigger: MessageId) -> Result<Vec<Decision>> {
    // Reading the channel is what gives the right.
    let seat = reading(space, who, channel).await?;
    let mut decisions = store::decisions(&space.db, channel, trigger, seat.visible_from).await?;
    // What went wrong inside concerns those who can mend it.
    if decisions.iter().any(|one| one.cause.is_some())
        && !accounts::store::me(&space.db, who).await?.is_some_and(|me| me.is_admin)
    {
        decisions.iter_mut().for_each(|one| one.cause = None);
    }
    for (entity, remembered) in store::recalls(&space.db, trigger, who).await? {
        if let Some(spoke) = decisions.iter_mut().rev().find(|one| one.entity == entity && one.outcome == "spoke") {
            spoke.recalled.push(remembered);
        }
    }
    Ok(decisions)
}

/// What the other AIs of a channel have to do with a message, in words.
pub async fn unmoved(space: &Space, who: EntityId, channel: ChannelId, trigger: MessageId) -> Result<Vec<String>> {
    let seat = reading(space, who, channel).await?;
    let others = store::bystanders(&space.db, channel, trigger, seat.visible_from).await?;
    let of = |(name, awake, strategy, past): (String, bool, Strategy, bool)| {
        gates::unmoved(&name, awake, strategy).unwrap_or_else(|| {
            if past {
                format!("{name} considered this together with what was said after it.")
            } else {
                format!("{name} has not come to this yet.")
            }
        })
    };
    Ok(others.into_iter().map(of).collect())
}

/// How many AIs have considered each of the newest messages of a channel that may be seen: whoever missed one of these events
/// is told so.
pub(crate) async fn considered(space: &Space, channel: ChannelId, visible_from: i64) -> Result<Vec<Event>> {
    let newest = store::newest_considered(&space.db, channel, visible_from).await?;
    Ok(newest.into_iter().map(|(seq, considered)| Event::Considered { channel, seq, considered }).collect())
}

/// Keeps why an AI did what it did, and has it shown under the message.
pub(super) async fn keep(space: &Space, channel: ChannelId, decided: Decided<'_>) -> Result<()> {
    store::decide(&space.db, channel, &decided).await?;
    tell(space, channel, decided.trigger).await
}

/// Tells how many have considered a message by now.
pub(super) async fn tell(space: &Space, channel: ChannelId, trigger: MessageId) -> Result<()> {
    if let Some((seq, considered)) = store::considered_by(&space.db, trigger).await? {
        space.live.pass(channel, Told::event(&Event::Considered { channel, seq, considered }));
    }
    Ok(())
}
