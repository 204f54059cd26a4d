//! An AI that has initiative begins by itself: it welcomes a newcomer, comes back to a question that nobody answered, or
//! says something into a long silence of a room with people in it. Within its own limit and the room's, and never again
//! until a human has spoken.

mod rule;
mod store;

use super::budget::store::Call;
use super::provider::{ChatRequest, Speaker, Turn};
use super::repeats::{echoes, repeats};
use super::saying::say;
use super::store::{self as minds, Decided, Mind, Rests};
use super::whole::{self, Question};
use super::{budget, context, decisions, means};
use crate::entities::blocks;
use crate::tasks::{Outcome, Task};
use crate::{Result, Space, channels, messages};
use model::{Channel, ClientKey, EntityId, MessageId, Presence, limits};
use rule::{Occasion, occasion};
use serde::Deserialize;
use std::time::Duration;
use store::Taken;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often the rooms are looked at.
const LOOK: Duration = Duration::from_secs(20);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_mins(2);
/// How long it waits for somebody to finish writing.
const GLANCE: Duration = Duration::from_secs(2);

#[derive(Deserialize)]
struct Begin {
    initiative: Uuid,
}

/// Looks for occasions until `stopping`. Where the space has said that AIs never begin, there is nothing to look for.
pub async fn watch(space: Space, stopping: CancellationToken) {
    let Some(silence) = space.policy.silence.filter(|_| space.policy.ai_enabled) else { return };
    let mut rounds = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            _ = rounds.tick() => {}
        }
        match look(&space, silence).await {
            Ok(0) => {}
            Ok(_) => space.ring(),
            Err(cause) => tracing::warn!(%cause, "could not look for what AIs may begin"),
        }
    }
}

/// Takes every occasion that there is now; how many.
pub async fn look(space: &Space, silence: Duration) -> Result<usize> {
    let present = space.live.present();
    let here: Vec<EntityId> = present.ids().into_iter().filter(|id| present.of(*id) == Presence::Available).collect();
    if here.is_empty() {
        return Ok(0);
    }
    let mut work = space.db.begin().await?;
    if !store::is_alone(&mut work).await? {
        return Ok(0);
    }
    let mut taken = 0;
    for found in store::rooms(&mut work, &here).await? {
        if let Some(occasion) = occasion(&found.room, silence, space.policy.hops)
            && store::take(&mut work, found.channel, &occasion).await?
        {
            taken += 1;
        }
    }
    work.commit().await?;
    Ok(taken)
}

/// What a model is told that it could do; `plain`: the small one of this machine, which does what it can make out.
fn invitation(occasion: &Occasion, plain: bool) -> String {
    if plain {
        return match occasion {
            Occasion::Welcome(_, name) => format!("Hello, I am {name}, and I am new here."),
            Occasion::Unfinished(..) => "And what do you say?".to_owned(),
            Occasion::Silence(_) => "It is quiet here. What is on your mind?".to_owned(),
        };
    }
    let may = "in a sentence or two; an empty answer says nothing";
    match occasion {
        Occasion::Welcome(_, name) => format!("({name} is here for the first time. If you like, welcome them, {may}.)"),
        Occasion::Unfinished(..) => {
            format!("(The last question stands without an answer. If you have something to say to it, say it, {may}.)")
        }
        Occasion::Silence(ago) => format!(
            "(Nobody has spoken for {}. If something is worth saying to those who are here, say it, {may}.)",
            minutes(*ago)
        ),
    }
}

/// Why it spoke, in words.
fn reason(name: &str, occasion: &Occasion) -> String {
    match occasion {
        Occasion::Welcome(_, who) => format!("{name} welcomed {who} by itself."),
        Occasion::Unfinished(..) => format!("{name} came back to a question that nobody had answered."),
        Occasion::Silence(ago) => format!("{name} spoke into a silence of {}.", minutes(*ago)),
    }
}

fn minutes(time: Duration) -> String {
    match time.as_secs() / 60 {
        1 => "1 minute".to_owned(),
        more => format!("{more} minutes"),
    }
}

/// Does a task of the kind `initiative`.
pub async fn begin(space: &Space, task: &Task) -> Result<Outcome> {
    let Ok(Begin { initiative }) = serde_json::from_value(task.payload.clone()) else {
        tracing::error!(payload = %task.payload, "a task that cannot be read was dropped");
        return Ok(Outcome::Done);
    };
    let Some(taken) = store::taken(&space.db, initiative).await?.filter(|taken| !taken.passed && !task.is_used_up())
    else {
        return Ok(Outcome::Done);
    };
    let mind = minds::mind(&space.db, taken.entity, taken.channel).await?.filter(|mind| mind.is_member && mind.awake);
    let place = channels::store::channel_state(&space.db, taken.channel).await?;
    let (Some(mind), Some((place, _))) = (mind, place) else { return Ok(Outcome::Done) };
    if space.live.is_typed_in(taken.channel) && task.yielded < GLANCE * 10 {
        return Ok(Outcome::Yield(GLANCE));
    }
    speak(space, &mind, &place, initiative, &taken).await
}

async fn speak(space: &Space, mind: &Mind, place: &Channel, id: Uuid, taken: &Taken) -> Result<Outcome> {
    let mut means = means::of(space, mind).await?;
    if means.is_empty() {
        return Ok(Outcome::Done);
    }
    let all = means.clone();
    let company = minds::company(&space.db, place.id).await?;
    let present = blocks::present_for(space, mind.entity.id).await?;
    let members = channels::store::members(&space.db, place.id, &present).await?;
    let talk = minds::heard(&space.db, mind.entity.id, place.id, (company.from, place.last_seq), None).await?;
    let frame = means::frame(space, &all);
    let mut turns = context::turns(mind, place, &members, &talk, &frame);
    let invitation = invitation(&taken.occasion, frame.plain);
    turns.push(Turn { speaker: Speaker::Other, text: invitation.clone() });
    let tokens = context::size(&turns, &frame);
    let call = Call { entity: mind.entity.id, channel: Some(place.id), person: None, id };
    if let Some(purse) = budget::reserve(space, mind, call, tokens, &mut means).await? {
        return decided(space, mind, place, taken.last, "stayed_silent", &purse.reason(&mind.entity.name)).await;
    }
    let request = ChatRequest { model: None, turns, sampling: mind.sampling, form: None };
    let question = Question { request, name: &mind.entity.name, call, patience: PATIENCE, raw: false };
    // Nobody waits for it: where no model answers it is let go.
    let Ok(text) = whole::answer(space, &means, &frame, question).await? else { return Ok(Outcome::Done) };
    let said = minds::said_by_ais(&space.db, place.id).await?;
    let is_nothing = limits::length(&text) == 0 || echoes(&text, &invitation);
    if is_nothing || repeats(&text, said.iter().map(String::as_str)) {
        let silent = format!("{} saw an occasion to begin, and had nothing to say.", mind.entity.name);
        return decided(space, mind, place, taken.last, "stayed_silent", &silent).await;
    }
    let reply_to = match &taken.occasion {
        Occasion::Unfinished(message, _) => Some(*message),
        Occasion::Welcome(..) | Occasion::Silence(_) => None,
    };
    let draft =
        messages::Draft { channel: place.id, client_key: ClientKey(id), body: text, reply_to, off_record: false };
    let shown = context::shown(&talk, &frame);
    if say(space, mind.entity.id, draft, Rests { company, private: false }, shown).await? {
        let reason = reason(&mind.entity.name, &taken.occasion);
        // Under its own words, which answer nobody's.
        let said = messages::store::by_client_key(&space.db, mind.entity.id, ClientKey(id)).await?;
        let what = reply_to.or(said.map(|said| said.id)).or(taken.last);
        return decided(space, mind, place, what, "spoke", &reason).await;
    }
    // The place is closed by now, or another company is there.
    Ok(Outcome::Done)
}

/// Keeps why, with what it said or the last message that was there, if there was one.
async fn decided(
    space: &Space,
    mind: &Mind,
    place: &Channel,
    last: Option<MessageId>,
    outcome: &str,
    reason: &str,
) -> Result<Outcome> {
    if let Some(trigger) = last {
        let decided = Decided { mind, trigger, gate: "initiative", outcome, reason, cause: None, inputs: None };
        decisions::keep(space, place.id, decided).await?;
    }
    Ok(Outcome::Done)
}
