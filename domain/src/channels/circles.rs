//! Circles: a few, who ask each other in.

use super::change::Change;
use super::store::{kinds, memberships};
use crate::error::not_found;
use crate::messages::Part::{self, Who, Words};
use crate::{Error, Result, Space, entities, minds};
use memberships::Standing;
use model::channels::CircleDraft;
use model::{ChannelId, ChannelKind, Code, Entity, EntityId, Problem, Role, limits};
use std::collections::HashMap;

/// Takes a circle's name as it was typed; empty stands for the names of its members.
fn parse_name(typed: &str) -> Result<String, Problem> {
    // What nobody could see is no name.
    let name = limits::trimmed(typed);
    if limits::length(name) > *limits::ROOM_NAME.end()
        || name.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
    {
        return Err(Problem::argument("name", "A circle's name has at most 48 characters, on one line."));
    }
    Ok(name.to_owned())
}

/// Starts a circle; whoever starts it is its owner.
///
/// Refuses with `invalid_argument`, `not_found`, `contact_refused`.
pub async fn start(space: &Space, who: EntityId, draft: CircleDraft) -> Result<ChannelId> {
    let name = parse_name(&draft.name)?;
    let mut others: Vec<EntityId> = draft.members.into_iter().filter(|other| *other != who).collect();
    others.sort_unstable();
    others.dedup();
    if !limits::CIRCLE.contains(&(others.len() + 1)) {
        let message = "A circle is for 2 to 50, AIs included. Choose at least one and at most 49 others.";
        return Err(Problem::argument("members", message).into());
    }
    entities::blocks::refuse_contact(&space.db, who, &others).await?;
    minds::store::refuse_asleep(&space.db, &others).await?;
    let invited = entities::store::active(&space.db, &others).await?;
    if invited.len() != others.len() {
        return Err(not_found("member"));
    }
    let me = entities::store::active(&space.db, &[who]).await?.pop().ok_or_else(|| not_found("member"))?;
    let id = ChannelId::new();
    let mut change = Change::begin(space, id).await?;
    kinds::insert_circle(change.db(), id, &name, *limits::CIRCLE.end(), draft.history, who).await?;
    change.seat(who).await?;
    for other in &others {
        change.seat(*other).await?;
    }
    let mut words = vec![Words("started this circle with ")];
    words.extend(listed(&invited));
    words.push(Words("."));
    change.line(&me, &words).await?;
    change.commit().await?;
    Ok(id)
}

/// Names as one says them.
fn listed(entities: &[Entity]) -> impl Iterator<Item = Part<'_>> {
    let last = entities.len().saturating_sub(1);
    entities.iter().enumerate().flat_map(move |(at, entity)| {
        let before = match at {
            0 => "",
            _ if at == last => " and ",
            _ => ", ",
        };
        [Words(before), Who(entity)]
    })
}

/// The open circles that somebody is in, the newest first: name, and whether another one is in it, too.
pub async fn circles_of(space: &Space, who: EntityId, other: EntityId) -> Result<Vec<(ChannelId, String, bool)>> {
    kinds::circles_of(&space.db, who, other).await
}

/// Asks somebody into a circle: they are a member from then on.
///
/// Refuses with `not_found`, `archived`, `room_full`, `contact_refused`.
pub async fn invite(space: &Space, who: EntityId, id: ChannelId, guest: EntityId) -> Result<()> {
    let mut change = Change::begin(space, id).await?;
    let Some((circle, standing)) = change.lock(&[who, guest]).await? else { return Err(not_found("circle")) };
    let is_in = |who: EntityId| standing.get(&who).is_some_and(|standing| standing.joined);
    if circle.kind != ChannelKind::Circle || !is_in(who) {
        return Err(not_found("circle"));
    }
    if is_in(guest) {
        return Ok(());
    }
    if circle.archived {
        return Err(Problem::new(Code::Archived, "This circle is archived. Nobody can be asked in any more.").into());
    }
    entities::blocks::refuse_contact(change.db(), who, &[guest]).await?;
    minds::store::refuse_asleep(change.db(), &[guest]).await?;
    let both = entities::store::active(change.db(), &[who, guest]).await?;
    let find = |id: EntityId| both.iter().find(|one| one.id == id).cloned().ok_or_else(|| not_found("member"));
    let (me, guest) = (find(who)?, find(guest)?);
    if memberships::count(change.db(), id).await? >= i64::from(circle.capacity) {
        let message = "A circle is for 50 at most. Start another one, or make a room of it.";
        return Err(Problem::new(Code::RoomFull, message).into());
    }
    change.seat(guest.id).await?;
    change.line(&me, &[Words("asked "), Who(&guest), Words(" in.")]).await?;
    change.commit().await
}

/// Gives a circle another name, or none. Any member may.
///
/// Refuses with `invalid_argument`, `not_found`, `archived`.
pub async fn rename(space: &Space, who: EntityId, id: ChannelId, name: &str) -> Result<()> {
    let name = parse_name(name)?;
    let mut change = Change::begin(space, id).await?;
    let me = in_circle(&mut change, who).await?;
    change.rename(&name).await?;
    let words = match name.as_str() {
        "" => "took this circle's name away.".to_owned(),
        name => format!("called this circle “{name}”."),
    };
    change.line(&me, &[Words(&words)]).await?;
    change.commit().await
}

/// Whoever changes an open circle, as one of its members.
async fn in_circle(change: &mut Change, who: EntityId) -> Result<Entity> {
    let Some((circle, standing)) = change.lock(&[who]).await? else { return Err(not_found("circle")) };
    if circle.kind != ChannelKind::Circle || !standing.get(&who).is_some_and(|standing| standing.joined) {
        return Err(not_found("circle"));
    }
    if circle.archived {
        return Err(Problem::new(Code::Archived, "This circle is archived. It can be read, not changed.").into());
    }
    entities::store::active(change.db(), &[who]).await?.pop().ok_or_else(|| not_found("member"))
}

/// What a circle comes to when somebody has left it: without humans it is closed, without its owner somebody else's.
/// `locked` are those who can have it next.
pub(super) async fn after_leaving(
    change: &mut Change,
    id: ChannelId,
    locked: &HashMap<EntityId, Standing>,
) -> Result<()> {
    match memberships::successor(change.db(), id).await? {
        // They came in this very moment: asking again finds them.
        Some(next) if !locked.contains_key(&next) => return Err(Error::Interrupted("leaving a circle")),
        None => {
            change.archive(true).await?;
        }
        Some(next) => {
            kinds::set_owner(change.db(), id, next).await?;
            change.set_role(next, Role::Owner).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_no_name() {
        assert_eq!(parse_name("  The quiet ones ").unwrap(), "The quiet ones");
        assert_eq!(parse_name(" \u{200b} ").unwrap(), "");
        for wrong in ["a\nb", &"x".repeat(49)] {
            assert_eq!(parse_name(wrong).unwrap_err().field.as_deref(), Some("name"));
        }
    }
}
