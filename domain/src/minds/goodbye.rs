//! An AI's goodbye: a last line in its own voice in each of its places, then it is gone from them and sleeps.
//!
//! Each place is a task of its own, so that what fails in one does not keep it from the others.

use super::budget::store::Call;
use super::provider::{ChatRequest, ModelError, Speaker, Turn};
use super::repeats::echoes;
use super::saying::say;
use super::store::{self, Mind, Rests};
use super::whole::{self, Question};
use super::{context, means};
use crate::accounts::admins_only;
use crate::entities::blocks;
use crate::error::not_found;
use crate::space::undisturbed;
use crate::tasks::{Outcome, Task};
use crate::{Result, Space, channels, messages};
use model::{Channel, ChannelId, ChannelKind, ClientKey, EntityId, limits};
use serde::Deserialize;
use std::time::Duration;
use uuid::Uuid;

/// How long it may think of its last line.
const PATIENCE: Duration = Duration::from_mins(1);
/// What moves it.
const LAST: &str = "(You are leaving this place now. Say goodbye to those who are here, in a sentence or two.)";

/// The same for the small model of this machine, which answers what is said to it.
const LAST_PLAIN: &str = "We have to part now. Goodbye.";

#[derive(Deserialize)]
struct Part {
    entity: EntityId,
    channel: ChannelId,
}

/// Has an AI say goodbye everywhere: it sleeps at once, and leaves each place when it has said its last line there. Its
/// private chats are closed with that, until it is asked in again. Where nothing can be said any more, or nothing ever was
/// in private, it goes without a word.
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
    if !task.is_used_up() && place.archived_at.is_none() && (place.kind != ChannelKind::Chat || place.last_seq > 0) {
        match take_leave(space, &mind, &place, task.id).await {
            Ok(Err(cause)) if cause.may_pass() && !task.is_last_try() => {
                return Ok(Outcome::Retry(Duration::from_secs(2) * task.attempt.unsigned_abs()));
            }
            Err(cause) if !task.is_last_try() => return Err(cause),
            Ok(Ok(())) => {}
            // It goes without a word.
            Ok(Err(cause)) => tracing::warn!(%cause, ai = mind.entity.name, "an AI found no words to say goodbye with"),
            Err(cause) => tracing::error!(%cause, ai = mind.entity.name, "an AI could not say goodbye"),
        }
    }
    match place.kind {
        ChannelKind::Chat => channels::part(space, entity, channel).await?,
        ChannelKind::Room | ChannelKind::Circle => channels::leave(space, entity, channel).await?,
    }
    Ok(Outcome::Done)
}

/// Says its last line somewhere. The outer error is ours, the inner one the model's. No budget holds it back, and it counts.
async fn take_leave(space: &Space, mind: &Mind, place: &Channel, id: Uuid) -> Result<Result<(), ModelError>> {
    let means = means::of(space, mind).await?;
    if means.is_empty() {
        return Ok(Ok(()));
    }
    let company = store::company(&space.db, place.id).await?;
    let present = blocks::present_for(space, mind.entity.id).await?;
    let members = channels::store::members(&space.db, place.id, &present).await?;
    let talk = store::heard(&space.db, mind.entity.id, place.id, (company.from, place.last_seq), None).await?;
    let mut frame = means::frame(space, &means);
    frame.off_record = place.off_record;
    let mut turns = context::turns(mind, place, &members, &talk, &frame);
    let told = if frame.plain { LAST_PLAIN } else { LAST };
    turns.push(Turn { speaker: Speaker::Other, text: told.to_owned() });
    let call = Call { entity: mind.entity.id, channel: Some(place.id), person: None, id };
    let request = ChatRequest { model: None, turns, sampling: mind.sampling, form: None };
    let question = Question { request, name: &mind.entity.name, call, patience: PATIENCE, raw: false };
    let body = match whole::answer(space, &means, &frame, question).await? {
        Ok(body) if limits::length(&body) > 0 && !echoes(&body, told) => body,
        Ok(_) => return Ok(Ok(())),
        Err(cause) => return Ok(Err(cause)),
    };
    // Said by an earlier try, it is not said again.
    let off_record = place.off_record;
    let draft = messages::Draft { channel: place.id, client_key: ClientKey(id), body, reply_to: None, off_record };
    let shown = context::shown(&talk, &frame);
    say(space, mind.entity.id, draft, Rests { company, private: false }, shown).await?;
    Ok(Ok(()))
}
