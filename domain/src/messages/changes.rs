//! What has changed since: one indexed query by clock, for ever.

use super::store;
use crate::entities::blocks;
use crate::error::not_found;
use crate::live::Presences;
use crate::{Result, Space, channels, minds};
use model::{ChannelId, EntityId, Event, Position, SyncAnswer, Synced, limits};
use sqlx::PgPool;
use std::collections::HashSet;

/// Everything that changed in a channel after a clock.
pub struct Changes {
    /// The clock that they lead to.
    pub up_to: i64,
    /// The channel's epoch.
    pub epoch: i32,
    /// `Message`, `Member` and `Channel` events in the order of their clocks; `None` where there are too many to tell.
    pub events: Option<Vec<Event>>,
}

/// Reads what changed after `since`. `None` where there is no such channel.
///
/// The clock to jump to is read first and bounds what is read after it, so all of it is one view: a row that
/// changed once more in between is left to the next call.
pub async fn changes(db: &PgPool, channel: ChannelId, since: i64, here: &Presences) -> Result<Option<Changes>> {
    let Some((state, own_clock)) = channels::store::channel_state(db, channel).await? else {
        return Ok(None);
    };
    let (up_to, epoch) = (state.clock, state.epoch);
    if since >= up_to {
        return Ok(Some(Changes { up_to, epoch, events: Some(Vec::new()) }));
    }
    let limit = limits::CHANGES + 1;
    let messages = store::changed(db, channel, since, up_to, limit).await?;
    let members = channels::store::members_changed(db, channel, since, up_to, limit, here).await?;
    if (messages.len() + members.len()) as i64 > limits::CHANGES {
        return Ok(Some(Changes { up_to, epoch, events: None }));
    }
    let mut events: Vec<(i64, Event)> = Vec::with_capacity(messages.len() + members.len() + 1);
    events.extend(
        messages.into_iter().map(|m| (m.clock, Event::Message { channel, clock: m.clock, message: Box::new(m) })),
    );
    events.extend(members.into_iter().map(|m| (m.clock, Event::Member { channel, clock: m.clock, member: m })));
    if own_clock > since {
        events.push((own_clock, Event::Channel { channel, clock: own_clock, state }));
    }
    events.sort_by_key(|(clock, _)| *clock);
    Ok(Some(Changes { up_to, epoch, events: Some(events.into_iter().map(|(_, event)| event).collect()) }))
}

/// Brings a browser up to date: for each channel that it names what changed, and its own places whole.
pub async fn sync(space: &Space, who: EntityId, positions: &[Position]) -> Result<SyncAnswer> {
    if positions.len() > limits::SYNC {
        let message = format!("At most {} channels can be asked for at once.", limits::SYNC);
        return Err(model::Problem::argument("positions", message).into());
    }
    let mut answers = Vec::with_capacity(positions.len());
    let mut asked = HashSet::new();
    let mut left = limits::CHANGES as usize;
    let here = blocks::present_for(space, who).await?;
    for position in positions.iter().filter(|position| asked.insert(position.channel)) {
        let answer = sync_one(space, who, *position, left, &here).await?;
        // One answer holds no more than one channel may: what is beyond is loaded anew.
        let (channel, told) = match &answer {
            Synced::Changes { channel, events, .. } => (*channel, events.len()),
            Synced::Reload { channel } | Synced::Gone { channel } => (*channel, 0),
        };
        answers.push(if told > left { Synced::Reload { channel } } else { answer });
        left = left.saturating_sub(told);
    }
    let places = channels::places(space, who).await?;
    Ok(SyncAnswer { channels: answers, places, blocked: blocks::blocked_by(&space.db, who).await? })
}

/// `left`: how many changes the answer can still hold.
async fn sync_one(
    space: &Space,
    who: EntityId,
    Position { channel, clock, epoch }: Position,
    left: usize,
    here: &Presences,
) -> Result<Synced> {
    let Some((state, Some(seat))) = channels::store::channel_for(&space.db, channel, who).await? else {
        return Ok(Synced::Gone { channel });
    };
    if left == 0 {
        return Ok(Synced::Reload { channel });
    }
    let found = changes(&space.db, channel, clock, here).await?.ok_or_else(|| not_found("room"))?;
    let reload = Synced::Reload { channel };
    if found.epoch != epoch || clock > found.up_to || clock < 0 {
        return Ok(reload);
    }
    let Some(mut events) = found.events else { return Ok(reload) };
    events.retain(|event| !matches!(event, Event::Message { message, .. } if message.seq < seat.visible_from));
    let events = events.into_iter().map(|event| event.seen_from(seat.visible_from)).collect();
    let writing = minds::writing(space, channel, seat.visible_from).await?;
    let considered = minds::considered(space, channel, seat.visible_from).await?;
    let (present, crowd) = channels::store::present(&space.db, channel, here).await?;
    let closed = channels::closed_to(space, who, &state).await?;
    Ok(Synced::Changes { channel, up_to: found.up_to, events, writing, considered, present, crowd, closed })
}
