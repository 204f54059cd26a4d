//! An AI's goodbye: a last line in its own voice in each of its places, then it is gone from them and sleeps.
//!
//! Each place is a task of its own, so that what fails in one does not keep it from the others.

use super::budget::store::{self as purse, Call};
use super::provider::{ChatRequest, ModelError, Speaker, Turn};
use super::store::{self, Mind};
use super::{context, means, whole};
use crate::accounts::admins_only;
use crate::entities::blocks;
use crate::error::not_found;
use crate::space::undisturbed;
use crate::tasks::{Outcome, Task};
use crate::{Error, Result, Space, channels, messages};
use model::{Channel, ChannelId, ChannelKind, ClientKey, EntityId, limits};
use serde::Deserialize;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How long it may think of its last line.
const PATIENCE: Duration = Duration::from_mins(1);
/// What moves it.
const LAST: &str = "(You are leaving this place now. Say goodbye to those who are here, in a sentence or two.)";

#[derive(Deserialize)]
struct Part {
    entity: EntityId,
    channel: ChannelId,
}

/// Has an AI say goodbye everywhere: it sleeps at once, and leaves each place when it has said its last line there. In
/// private chats, which cannot be left, the line is all.
///
/// Refuses with `admin_only`, `not_found`.
pub async fn goodbye(space: &Space, by: EntityId, id: EntityId) -> Result<()> {
    admins_only(space, by).await?;
    let space = space.clone();
    let done = async move {
        if !store::part(&space.db, id).await? {
            return Err(not_found("AI"));
        }
        space.ring();
        channels::tell_of(&space, id).await
    };
    undisturbed("an AI's goodbye", done).await
}

/// Does a task of the kind `goodbye`: one place's.
pub async fn part(space: &Space, task: &Task) -> Result<Outcome> {
    let Ok(Part { entity, channel }) = serde_json::from_value(task.payload.clone()) else {
        tracing::error!(payload = %task.payload, "a task that cannot be read was dropped");
        return Ok(Outcome::Done);
    };
    let Some((place, _)) = channels::store::channel_state(&space.db, channel).await? else { return Ok(Outcome::Done) };
    let Some(mind) = store::mind(&space.db, entity, channel).await?.filter(|mind| mind.is_member) else {
        return Ok(Outcome::Done);
    };
    match last_line(space, &mind, &place, task.id).await? {
        Ok(line) if limits::length(&line) > 0 => {
            // Said by an earlier try, it is not said again.
            let draft = messages::Draft {
                channel,
                client_key: ClientKey(task.id),
                body: line,
                reply_to: None,
                off_record: place.off_record,
            };
            match messages::post(space, entity, draft).await {
                Ok(_) | Err(Error::Refused(_)) => {}
                Err(cause) => return Err(cause),
            }
        }
        Err(cause) if cause.may_pass() && !task.is_last_try() => {
            return Ok(Outcome::Retry(Duration::from_secs(2) * task.attempt.unsigned_abs()));
        }
        // It goes without a word.
        Ok(_) | Err(_) => {}
    }
    if place.kind != ChannelKind::Chat {
        channels::leave(space, entity, channel).await?;
    }
    Ok(Outcome::Done)
}

/// Its last line somewhere. The outer error is ours, the inner one the model's. No budget holds it back, and it counts.
async fn last_line(space: &Space, mind: &Mind, place: &Channel, id: Uuid) -> Result<Result<String, ModelError>> {
    let means = means::of(space, mind).await?;
    if means.is_empty() {
        return Ok(Ok(String::new()));
    }
    let present = blocks::present_for(space, mind.entity.id).await?;
    let members = channels::store::members(&space.db, place.id, &present).await?;
    let from = members.iter().map(|member| member.visible_from).max().unwrap_or(1);
    let talk = messages::store::newest(&space.db, place.id, from, place.last_seq, context::NEWEST).await?;
    let mut frame = means::frame(space, &means);
    frame.off_record = place.off_record;
    let mut turns = context::turns(mind, place, &members, &talk, &frame);
    turns.push(Turn { speaker: Speaker::Other, text: LAST.to_owned() });
    let read = context::size(&turns, &frame);
    let call = Call { entity: mind.entity.id, channel: place.id, person: None, id };
    let begun = Instant::now();
    let request = ChatRequest { model: None, turns, sampling: mind.sampling };
    let answer = match whole::answer(&means, request, &mind.entity.name, PATIENCE).await {
        Ok(answer) => answer,
        Err(cause) => return Ok(Err(cause)),
    };
    purse::settle(&space.db, answer.spent(call, read, &frame, begun.elapsed())).await?;
    Ok(Ok(answer.text))
}
