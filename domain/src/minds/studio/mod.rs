//! The studio: where admins make AIs, change them, try them out, and let them go.

mod cards;
pub(crate) mod store;
mod templates;

pub use templates::{TEMPLATES, Template};

use super::budget::{self, store::Call};
use super::provider::ChatRequest;
use super::whole::{self, Question};
use super::{context, means, recalling, store as minds};
use crate::accounts::admins_only;
use crate::error::not_found;
use crate::knowledge::{self, Carried};
use crate::memory::words::Language;
use crate::space::undisturbed;
use crate::{Error, Result, Space, channels, entities, memory, messages};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::{
    Channel, ChannelId, ChannelKind, ClientKey, Code, Entity, EntityId, History, Member, Message, MessageId,
    MessageKind, MindCard, MindDraft, MindFile, Presence, Problem, Role, Way, limits,
};
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

/// Most lines of a rehearsal that are taken into account.
const REHEARSED: usize = 40;
/// How long an answer in a rehearsal may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// Every AI, by name. For admins.
pub async fn all(space: &Space, by: EntityId) -> Result<Vec<MindCard>> {
    admins_only(space, by).await?;
    store::all(&space.db).await
}

/// One AI. Refuses with `admin_only`, `not_found`.
pub async fn one(space: &Space, by: EntityId, id: EntityId) -> Result<MindCard> {
    admins_only(space, by).await?;
    store::one(&space.db, id).await?.ok_or_else(|| not_found("AI"))
}

/// Makes an AI from a template. It sleeps until somebody has looked at it and wakes it.
///
/// Refuses with `admin_only`, `invalid_argument`, `name_taken`.
pub async fn create(space: &Space, by: EntityId, template: &str, name: &str) -> Result<EntityId> {
    admins_only(space, by).await?;
    let Some(template) = TEMPLATES.iter().find(|one| one.key == template) else {
        return Err(Problem::argument("template", "Choose one of the templates in the list.").into());
    };
    insert(space, by, MindDraft { name: entities::parse_name("name", name)?, ..template.draft() }, &[]).await
}

/// Makes another AI like one, which knows the same documents. It sleeps, and is in no room.
///
/// Refuses with `admin_only`, `not_found`, `invalid_argument`, `name_taken`.
pub async fn duplicate(space: &Space, by: EntityId, id: EntityId, name: &str) -> Result<EntityId> {
    let like = one(space, by, id).await?.mind;
    let known = knowledge::carried(space, id).await?;
    insert(space, by, MindDraft { name: entities::parse_name("name", name)?, ..like }, &known).await
}

/// What goes into a file beside the character.
#[derive(Clone, Copy, Debug, Default)]
pub struct With {
    /// What it knows from documents.
    pub knowledge: bool,
    /// What it remembers of rooms, which is everybody's. What was said in private stays where it was said.
    pub memories: bool,
}

/// An AI as a file: a Character Card in JSON, as other tools read them, with all that this space knows beside.
///
/// Refuses with `admin_only`, `not_found`.
pub async fn export(space: &Space, by: EntityId, id: EntityId, with: With) -> Result<MindFile> {
    let mind = one(space, by, id).await?.mind;
    // What it thinks with is there under another name, if at all.
    let mind = MindDraft { provider: None, fallbacks: Vec::new(), ..mind };
    let mut known = if with.knowledge { knowledge::carried(space, id).await? } else { Vec::new() };
    if with.memories {
        known.extend(memory::carried(space, id, &mind.name).await?);
    }
    let content =
        serde_json::to_string_pretty(&cards::write(&mind, &known)).map_err(|_| Error::Interrupted("writing a file"))?;
    Ok(MindFile { name: format!("{}.json", mind.name), content })
}

/// Makes an AI from a file, under the name of the file or another one. It sleeps. `file`: JSON, or the Base64 of a JSON or
/// a PNG file.
///
/// Refuses with `admin_only`, `invalid_argument`, `name_taken`.
pub async fn import(space: &Space, by: EntityId, file: String, name: Option<&str>) -> Result<EntityId> {
    admins_only(space, by).await?;
    // A picture is unpacked to find its words: not in anybody's way.
    let read = tokio::task::spawn_blocking(move || {
        if file.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
            return cards::read(file.as_bytes());
        }
        let bytes = STANDARD.decode(file.trim());
        cards::read(&bytes.map_err(|_| Problem::argument("file", "The file has to be JSON, or Base64."))?)
    });
    // A file that breaks its reader is none, either.
    let (mind, known) = read.await.map_err(|_| cards::no_card())??;
    let name = name.filter(|name| limits::length(name) > 0).unwrap_or(&mind.name);
    let name = entities::parse_name("name", name)?;
    let mind = MindDraft { name, provider: None, fallbacks: Vec::new(), ..mind };
    if let Some((field, message)) = mind.fault() {
        return Err(
            Problem::argument("file", format!("What the file says of “{field}” does not fit: {message}")).into()
        );
    }
    insert(space, by, mind, &known).await
}

async fn insert(space: &Space, by: EntityId, mind: MindDraft, known: &[Carried]) -> Result<EntityId> {
    let id = EntityId::new();
    let mut work = space.db.begin().await?;
    store::insert(&mut work, id, &mind, false).await?;
    knowledge::carry(&mut work, id, by, known).await?;
    work.commit().await?;
    Ok(id)
}

/// A model's name as it was typed; nothing where nothing was.
fn named(model: Option<String>) -> Option<String> {
    model.filter(|model| limits::length(model) > 0).map(|model| limits::trimmed(&model).to_owned())
}

/// Changes an AI. Its next answer is another one's already.
///
/// Refuses with `admin_only`, `not_found`, `name_taken`, and with `invalid_argument` for a field out of its range.
pub async fn edit(space: &Space, by: EntityId, id: EntityId, draft: MindDraft) -> Result<()> {
    admins_only(space, by).await?;
    let mind = MindDraft {
        name: entities::parse_name_of(&space.db, id, &draft.name).await?,
        bio: limits::trimmed(&draft.bio).to_owned(),
        model: named(draft.model),
        fallbacks: draft
            .fallbacks
            .into_iter()
            .map(|way| Way { model: named(way.model), ..way })
            .filter(|way| *way != Way::default())
            .collect(),
        ..draft
    };
    if let Some((field, message)) = mind.fault() {
        return Err(Problem::argument(field, message).into());
    }
    let space = space.clone();
    let done = async move {
        let mut work = space.db.begin().await?;
        let renamed = store::edit(&mut work, id, &mind).await?.ok_or_else(|| not_found("AI"))?;
        work.commit().await?;
        if renamed {
            messages::call_otherwise(&space, id).await?;
        }
        // Who considers what unasked is remembered by the clock of the members.
        channels::tell_of(&space, id).await
    };
    undisturbed("changing an AI", done).await
}

/// Wakes an AI, or has it sleep: it says nothing until it is woken. Refuses with `admin_only`, `not_found`.
pub async fn wake(space: &Space, by: EntityId, id: EntityId, awake: bool) -> Result<()> {
    admins_only(space, by).await?;
    let space = space.clone();
    let done = async move {
        if !store::wake(&space.db, id, awake).await? {
            return Err(not_found("AI"));
        }
        channels::tell_of(&space, id).await
    };
    undisturbed("waking an AI", done).await
}

/// Brings an AI into a room, or takes it out.
///
/// Refuses with `admin_only`, `not_found`, `room_full`, `archived`, `banned`.
pub async fn place(space: &Space, by: EntityId, id: EntityId, room: ChannelId, inside: bool) -> Result<()> {
    one(space, by, id).await?;
    let is_room = channels::store::channel_state(&space.db, room).await?;
    if is_room.is_none_or(|(channel, _)| channel.kind != ChannelKind::Room) {
        return Err(not_found("room"));
    }
    if inside { channels::join(space, id, room).await.map(drop) } else { channels::leave(space, id, room).await }
}

/// Lets an AI go for good: it leaves every place, its name is free, what it said stays.
///
/// Refuses with `admin_only`, `not_found`.
pub async fn retire(space: &Space, by: EntityId, id: EntityId) -> Result<()> {
    one(space, by, id).await?;
    let space = space.clone();
    let gone = async move {
        for channel in channels::joined(&space, id).await? {
            channels::leave(&space, id, channel).await?;
        }
        channels::close_all_of(&space, id).await?;
        store::retire(&space.db, id).await?;
        knowledge::store::remove_all(&space.db, id).await?;
        channels::tell_of(&space, id).await
    };
    undisturbed("retiring an AI", gone).await
}

/// Whether an AI's character takes most of what it is shown of a talk, so that little of the talk is left to it.
///
/// Refuses with `admin_only`, `not_found`.
pub async fn crowds_out(space: &Space, by: EntityId, id: EntityId) -> Result<bool> {
    one(space, by, id).await?;
    let mind = minds::mind(&space.db, id, ChannelId(Uuid::nil())).await?.ok_or_else(|| not_found("AI"))?;
    let means = means::of(space, &mind).await?;
    let frame = means::frame(space, &means);
    // The small model of this machine is shown no more of it than it can bear.
    Ok(!frame.plain && frame.counter.turn(&mind.system_prompt) * 3 > frame.tokens * 2)
}

/// What an AI, awake or not, would answer to an admin in private. Nothing is kept of it but what it took. `talk`: what was said so far,
/// the admin's line first, then by turns.
///
/// Refuses with `admin_only`, `not_found`, `invalid_argument`, with `quota_reached` where a purse does not hold it, and
/// with `unavailable` where no model answers.
pub async fn rehearse(space: &Space, by: EntityId, id: EntityId, talk: &[String]) -> Result<String> {
    one(space, by, id).await?;
    let nowhere = ChannelId(Uuid::nil());
    let mind = minds::mind(&space.db, id, nowhere).await?.ok_or_else(|| not_found("AI"))?;
    let admin = entities::store::active(&space.db, &[by]).await?.pop().ok_or_else(|| not_found("member"))?;
    if talk.len().is_multiple_of(2) {
        return Err(Problem::argument("talk", "Say something first; the last line has to be yours.").into());
    }
    for line in talk {
        messages::check(line).map_err(|problem| problem.about("talk"))?;
    }
    let silence = |why: &str| {
        Problem::new(Code::Unavailable, format!("{} could not answer: {why} Try again in a moment.", mind.entity.name))
    };
    let means = means::of(space, &mind).await?;
    if means.is_empty() {
        return Err(silence("there is no model to think with.").into());
    }
    let speaker = |at: usize| if at.is_multiple_of(2) { &admin } else { &mind.entity };
    let from = talk.len().saturating_sub(REHEARSED);
    let lines: Vec<Message> =
        talk.iter().enumerate().skip(from).map(|(at, line)| said(nowhere, at, speaker(at), line)).collect();
    let members = [&admin, &mind.entity].map(|entity| present(entity.clone()));
    let mut frame = means::frame(space, &means);
    let question = talk.last().map_or("", String::as_str);
    let spoken = Language::of_code(&entities::store::language(&space.db, by).await?);
    let known = recalling::rehearsed(space, &mind, question, spoken, &frame).await?;
    frame.tokens = frame.tokens.saturating_sub(known.as_ref().map_or(0, |turn| frame.counter.turn(&turn.text)));
    let mut turns = context::turns(&mind, &private(nowhere), &members, &lines, &frame);
    recalling::insert(&mut turns, known);
    let call = Call { entity: id, channel: None, person: Some(by), id: Uuid::now_v7() };
    let mut paid = means.clone();
    if let Some(purse) = budget::reserve(space, &mind, call, context::size(&turns, &frame), &mut paid).await? {
        return Err(Problem::new(Code::QuotaReached, purse.reason(&mind.entity.name)).into());
    }
    let request = ChatRequest { model: None, turns, sampling: mind.sampling, form: None };
    let question = Question { request, name: &mind.entity.name, call, patience: PATIENCE, raw: false };
    let answer = whole::answer(space, &paid, &frame, question).await?;
    // It is an admin who asks: what went wrong inside is theirs to mend.
    answer.map_err(|cause| silence(&format!("the model did not respond ({cause}).")).into())
}

/// A private chat that is nowhere.
fn private(id: ChannelId) -> Channel {
    Channel {
        id,
        kind: ChannelKind::Chat,
        name: String::new(),
        description: String::new(),
        capacity: 2,
        last_seq: 0,
        clock: 0,
        epoch: 0,
        history: History::Whole,
        archived_at: None,
        off_record: false,
    }
}

fn present(entity: Entity) -> Member {
    Member { entity, role: Role::Member, joined: true, presence: Presence::Available, clock: 0, visible_from: 1 }
}

/// A line of a rehearsal as a message.
fn said(channel: ChannelId, at: usize, author: &Entity, body: &str) -> Message {
    let id = MessageId::new();
    Message {
        id,
        channel,
        seq: at as i64 + 1,
        clock: 0,
        author: author.clone(),
        kind: MessageKind::Text,
        body: body.to_owned(),
        html: String::new(),
        reply_to: None,
        quote: None,
        mentions: Vec::new(),
        reactions: Vec::new(),
        client_key: ClientKey(id.0),
        created_at: OffsetDateTime::now_utc(),
        edited_at: None,
        pinned: false,
        considered: 0,
        off_record: false,
        deletion: None,
    }
}
