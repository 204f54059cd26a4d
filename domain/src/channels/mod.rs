//! Channels and who is in them: rooms that admins make, private chats, circles; coming and going.

mod change;
mod chats;
mod circles;
pub mod history;
mod leaving;
mod own;
mod record;
mod rooms;
pub(crate) mod store;

pub use chats::chat_with;
pub(crate) use chats::{close_all_of, part};
pub use circles::{circles_of, invite, rename, start};
pub use leaving::{archive, banned, leave, remove, set_role, unban};
pub use own::{mark_unread, mute, put_away, read};
pub use record::record;
pub use rooms::{create, edit, join};

use crate::entities::blocks;
use crate::error::not_found;
use crate::live::{Presences, Told};
use crate::{Error, Result, Space, accounts, messages, minds};
use model::channels::Opened;
use model::presence::CROWD;
use model::{Channel, ChannelId, ChannelKind, Code, EntityId, EntityKind, Event, Page, Place, Problem};

/// The rooms that somebody can enter and every channel they are in: rooms first, then private talk, the newest first.
pub async fn places(space: &Space, who: EntityId) -> Result<Vec<Place>> {
    let here = blocks::present_for(space, who).await?;
    store::places(&space.db, who, &here.ids()).await
}

/// A channel as `who` opens it. A room can be looked into by everybody; its messages are for members.
pub async fn open(space: &Space, who: EntityId, id: ChannelId) -> Result<Opened> {
    let Some((channel, membership)) = store::channel_for(&space.db, id, who).await? else {
        return Err(not_found("room"));
    };
    if membership.is_none() && channel.kind != ChannelKind::Room {
        return Err(not_found("room"));
    }
    // Who opens it is here, before and without a stream.
    let mut here = blocks::present_for(space, who).await?;
    here.add(who);
    space.live.active(who);
    let members = store::members(&space.db, id, &here).await?;
    let people = members.iter().filter(|m| m.entity.kind == EntityKind::Human && m.presence.is_here()).count();
    let (page, writing) = match &membership {
        Some(seat) => (messages::latest(space, who, id).await?, minds::writing(space, id, seat.visible_from).await?),
        None => (Page::default(), Vec::new()),
    };
    let other = match channel.kind {
        ChannelKind::Chat => store::kinds::other_of(&space.db, channel.id, who).await?,
        _ => None,
    };
    Ok(Opened {
        other,
        joined: membership.is_some(),
        last_read_seq: membership.map_or(0, |seat| seat.last_read_seq),
        muted: membership.is_some_and(|seat| seat.muted),
        put_away: membership.is_some_and(|seat| seat.put_away),
        blocked: blocks::blocked_by(&space.db, who).await?,
        local_model: minds::think_locally(space).await?,
        quota: accounts::quota(space, who).await?,
        closed: closed_to(space, who, &channel).await?,
        crowd: (people > CROWD).then_some(people as i64),
        channel,
        members,
        page,
        writing,
    })
}

/// Why somebody can say nothing in a private chat of theirs, where one of its two has blocked the other.
pub(crate) async fn closed_to(space: &Space, who: EntityId, channel: &Channel) -> Result<Option<String>> {
    if channel.kind != ChannelKind::Chat {
        return Ok(None);
    }
    let Some(other) = store::kinds::other_of(&space.db, channel.id, who).await? else { return Ok(None) };
    match blocks::refuse_contact(&space.db, who, &[other]).await {
        Ok(()) => Ok(None),
        Err(Error::Refused(problem)) => Ok(Some(problem.message)),
        Err(cause) => Err(cause),
    }
}

/// The rooms and circles that somebody is in.
pub(crate) async fn joined(space: &Space, who: EntityId) -> Result<Vec<ChannelId>> {
    store::memberships::joined(&space.db, who).await
}

/// Tells wherever somebody is that they are called otherwise now, or no longer come: their memberships change.
pub(crate) async fn tell_of(space: &Space, who: EntityId) -> Result<()> {
    for id in store::memberships::touch(&space.db, who).await? {
        // Not told from here: who listens reads it from the database.
        space.live.expect(id).untold();
    }
    space.live.tell_person(who, &Event::Me);
    Ok(())
}

/// Tells the others in a channel that somebody is writing, or has stopped.
pub async fn typing(space: &Space, who: EntityId, id: ChannelId, over: bool) -> Result<()> {
    space.live.active(who);
    let member = store::member(&space.db, id, who, &Presences::default()).await?.filter(|member| member.joined);
    let Some(member) = member else { return Err(not_found("room")) };
    if store::channel_state(&space.db, id).await?.is_some_and(|(state, _)| state.archived_at.is_some()) {
        return Err(Problem::new(Code::Archived, "This is archived. Nothing more is said in it.").into());
    }
    let except = blocks::around(&space.db, who).await?;
    let event = Event::Typing { channel: id, entity: member.entity, over };
    space.live.typing(id, who, over, Told::event(&event).except(except));
    Ok(())
}

/// The refusal for those who have not joined.
pub(crate) fn not_a_member() -> Problem {
    Problem::new(Code::NotAMember, "Join the room first.")
}
