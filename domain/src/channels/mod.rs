//! Channels and who is in them: rooms that admins make, private chats, joining, leaving, reading positions.

mod chats;
mod rooms;
pub(crate) mod store;

pub use chats::chat_with;
pub use rooms::{archive, create, edit};

use crate::error::not_found;
use crate::live::Told;
use crate::{Result, Space, messages, minds};
use model::channels::Opened;
use model::{ChannelId, ChannelKind, Code, EntityId, Event, Member, Page, Place, Problem};

/// The rooms that somebody can enter and every channel they are in: rooms first, then private talk, the newest first.
pub async fn places(space: &Space, who: EntityId) -> Result<Vec<Place>> {
    let here = space.live.present();
    store::places(&space.db, who, &here).await
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
    let mut here = space.live.present();
    here.push(who);
    let members = store::members(&space.db, id, &here).await?;
    let (page, writing) = match &membership {
        Some(_) => (messages::latest(space, who, id).await?, minds::writing(space, id).await?),
        None => (Page::default(), Vec::new()),
    };
    Ok(Opened {
        joined: membership.is_some(),
        last_read_seq: membership.map_or(0, |(_, last_read)| last_read),
        local_model: space.minds.is_local(),
        channel,
        members,
        page,
        writing,
    })
}

/// Joins a room; joining again changes nothing. Refuses with `room_full`, `archived`, `not_found`.
pub async fn join(space: &Space, who: EntityId, id: ChannelId) -> Result<Member> {
    let telling = space.live.expect(id);
    let mut work = space.db.begin().await?;
    // Memberships are locked before their channel, here as everywhere: no two can wait for each other.
    let before = store::lock_membership(&mut work, id, who).await?;
    let Some(room) = store::lock_channel(&mut work, id).await? else {
        return Err(not_found("room"));
    };
    if room.kind != "room" {
        return Err(not_found("room"));
    }
    if before == Some(None) {
        work.commit().await?;
        return store::member(&space.db, id, who, &space.live.present()).await?.ok_or_else(|| not_found("room"));
    }
    if room.archived {
        return Err(Problem::new(Code::Archived, "This room is archived. It cannot be joined any more.").into());
    }
    if store::count_members(&mut work, id).await? >= i64::from(room.capacity) {
        return Err(Problem::new(
            Code::RoomFull,
            "Every place in this room is taken. Come back when somebody has left.",
        )
        .into());
    }
    let clock = store::advance_clock(&mut work, id).await?;
    store::put_membership(&mut work, id, who, clock).await?;
    work.commit().await?;
    tell_member(space, id, who, clock, telling).await
}

/// Leaves a channel; leaving again changes nothing.
pub async fn leave(space: &Space, who: EntityId, id: ChannelId) -> Result<()> {
    let telling = space.live.expect(id);
    let mut work = space.db.begin().await?;
    if store::lock_membership(&mut work, id, who).await? != Some(None) {
        return Ok(());
    }
    let channel = store::lock_channel(&mut work, id).await?;
    if channel.is_some_and(|channel| channel.kind == "chat") {
        return Err(Problem::argument("room", "A private chat is always between its two. It cannot be left.").into());
    }
    let clock = store::advance_clock(&mut work, id).await?;
    store::end_membership(&mut work, id, who, clock).await?;
    work.commit().await?;
    tell_member(space, id, who, clock, telling).await?;
    Ok(())
}

async fn tell_member(
    space: &Space,
    id: ChannelId,
    who: EntityId,
    clock: i64,
    telling: crate::live::Expected,
) -> Result<Member> {
    let member = store::member(&space.db, id, who, &space.live.present()).await?.ok_or_else(|| not_found("room"))?;
    // A newer change of the same row may have come between: then its own clock tells it, and this one is a tick.
    if member.clock == clock {
        telling.tell(Told::event(&Event::Member { channel: id, clock, member: member.clone() }));
    }
    Ok(member)
}

/// Keeps how far somebody has read. Never moves back.
pub async fn read(space: &Space, who: EntityId, id: ChannelId, up_to: i64) -> Result<()> {
    if store::read(&space.db, id, who, up_to).await? {
        space.live.tell_person(who, &Event::Me);
    }
    Ok(())
}

/// Tells the others in a channel that somebody is writing.
pub async fn typing(space: &Space, who: EntityId, id: ChannelId) -> Result<()> {
    let member = store::member(&space.db, id, who, &[]).await?.filter(|member| member.joined);
    let Some(member) = member else { return Err(not_found("room")) };
    space.live.pass(id, &Event::Typing { channel: id, entity: member.entity });
    Ok(())
}

/// The refusal for those who have not joined.
pub(crate) fn not_a_member() -> Problem {
    Problem::new(Code::NotAMember, "Join the room first.")
}
