//! Rooms: making and changing them, for admins, and joining them.

use super::change::Change;
use super::store::{self, memberships};
use crate::accounts::admins_only;
use crate::error::not_found;
use crate::live::Told;
use crate::{Result, Space, entities};
use model::channels::RoomDraft;
use model::{Channel, ChannelId, ChannelKind, Code, EntityId, Event, Member, Problem, limits};

pub(super) fn check(draft: RoomDraft) -> Result<RoomDraft, Problem> {
    let draft = RoomDraft {
        name: limits::trimmed(&draft.name).to_owned(),
        description: limits::trimmed(&draft.description).to_owned(),
        ..draft
    };
    if !limits::ROOM_NAME.contains(&limits::length(&draft.name)) || draft.name.chars().any(char::is_control) {
        return Err(Problem::argument("name", "A room's name has 2 to 48 characters, on one line."));
    }
    if limits::length(&draft.description) > limits::DESCRIPTION || draft.description.contains('\0') {
        return Err(Problem::argument("description", "A description has at most 500 characters."));
    }
    if !limits::CAPACITY.contains(&draft.capacity) {
        return Err(Problem::argument("capacity", "A room is for 2 to 10,000 members."));
    }
    Ok(draft)
}

/// Makes a room; whoever makes it is its owner and its first member. Refuses with `admin_only`, `invalid_argument`, `room_name_taken`.
pub async fn create(space: &Space, who: EntityId, draft: RoomDraft) -> Result<ChannelId> {
    admins_only(space, who).await?;
    let draft = check(draft)?;
    let id = ChannelId::new();
    let mut change = Change::begin(space, id).await?;
    store::insert_room(change.db(), id, &draft, &entities::key(&draft.name), who).await?;
    change.seat(who).await?;
    change.commit().await?;
    Ok(id)
}

/// Changes a room's name, description and capacity. Those who are in stay, whatever the new capacity.
pub async fn edit(space: &Space, who: EntityId, id: ChannelId, draft: RoomDraft) -> Result<Channel> {
    admins_only(space, who).await?;
    let draft = check(draft)?;
    let telling = space.live.expect(id);
    let channel = store::kinds::edit(&space.db, id, &draft, &entities::key(&draft.name)).await?;
    Ok(told(telling, channel.ok_or_else(|| not_found("room"))?))
}

/// Joins a room; joining again changes nothing. Refuses with `room_full`, `archived`, `banned`, `not_found`.
pub async fn join(space: &Space, who: EntityId, id: ChannelId) -> Result<Member> {
    let mut change = Change::begin(space, id).await?;
    let Some((room, standing)) = change.lock(&[who]).await? else { return Err(not_found("room")) };
    if room.kind != ChannelKind::Room {
        return Err(not_found("room"));
    }
    if standing.get(&who).is_some_and(|standing| standing.joined) {
        drop(change);
    } else {
        let refuse = |code, message: &str| Err(Problem::new(code, message).into());
        if room.archived {
            return refuse(Code::Archived, "This room is archived. It cannot be joined any more.");
        }
        if memberships::is_banned(change.db(), id, who).await? {
            return refuse(Code::Banned, "Those who keep this room have closed it to you. The other rooms are open.");
        }
        if memberships::count(change.db(), id).await? >= i64::from(room.capacity) {
            return refuse(Code::RoomFull, "Every place in this room is taken. Come back when somebody has left.");
        }
        change.seat(who).await?;
        change.commit().await?;
    }
    let mut here = space.live.present();
    here.add(who);
    store::member(&space.db, id, who, &here).await?.ok_or_else(|| not_found("room"))
}

fn told(telling: crate::live::Expected, state: Channel) -> Channel {
    telling.tell(Told::event(&Event::Channel { channel: state.id, clock: state.clock, state: state.clone() }));
    state
}
