//! The studio: AIs as admins make them.
#![expect(clippy::too_many_arguments, reason = "an AI has as many fields as its form")]

#[cfg(feature = "ssr")]
use super::accounts::go;
use crate::failure::Failure;
#[cfg(feature = "ssr")]
use crate::visitor::{me, space};
use leptos::prelude::*;
use model::{
    ChannelId, Document, DocumentId, EntityId, FoundPassage, MindCard, MindFile, ProviderId, Rehearsed, Strategy, Way,
};
#[cfg(feature = "ssr")]
use {
    domain::knowledge,
    domain::minds::studio,
    model::{MindDraft, Sampling},
};

/// Every AI, by name. For admins.
#[server(prefix = "/api", endpoint = "minds/list")]
pub async fn list() -> Result<Vec<MindCard>, Failure> {
    Ok(studio::all(&space()?, me()?.id).await?)
}

/// Makes an AI from a template; it sleeps. For admins.
#[server(prefix = "/api", endpoint = "minds/create")]
pub async fn create(template: String, name: String) -> Result<EntityId, Failure> {
    let mind = studio::create(&space()?, me()?.id, &template, &name).await?;
    go(&format!("/studio/{mind}"));
    Ok(mind)
}

/// Makes another AI like one; it sleeps. For admins.
#[server(prefix = "/api", endpoint = "minds/duplicate")]
pub async fn duplicate(mind: EntityId, name: String) -> Result<EntityId, Failure> {
    let mind = studio::duplicate(&space()?, me()?.id, mind, &name).await?;
    go(&format!("/studio/{mind}"));
    Ok(mind)
}

/// An AI as a file. For admins.
#[server(prefix = "/api", endpoint = "minds/export")]
pub async fn export(
    mind: EntityId,
    #[server(default)] knowledge: bool,
    #[server(default)] memories: bool,
) -> Result<MindFile, Failure> {
    Ok(studio::export(&space()?, me()?.id, mind, studio::With { knowledge, memories }).await?)
}

/// Makes an AI from a file; it sleeps. For admins.
#[server(prefix = "/api", endpoint = "minds/import")]
pub async fn import(file: String, name: Option<String>) -> Result<EntityId, Failure> {
    Ok(studio::import(&space()?, me()?.id, file, name.as_deref()).await?)
}

/// Changes an AI: all of it. For admins.
#[server(prefix = "/api", endpoint = "minds/edit")]
pub async fn edit(
    mind: EntityId,
    name: String,
    #[server(default)] bio: String,
    system_prompt: String,
    provider: Option<ProviderId>,
    model: Option<String>,
    #[server(default)] fallbacks: Vec<Way>,
    temperature: f32,
    max_tokens: u32,
    top_p: Option<f32>,
    frequency_penalty: Option<f32>,
    presence_penalty: Option<f32>,
    seed: Option<i64>,
    strategy_room: Strategy,
    strategy_chat: Strategy,
    talkativeness: f32,
    cooldown_s: i32,
    #[server(default)] languages: Vec<String>,
    #[server(default)] initiative: i32,
    daily_tokens: Option<i64>,
    daily_cents: Option<i64>,
    #[server(default)] tired_line: String,
) -> Result<(), Failure> {
    let sampling = Sampling { temperature, max_tokens, top_p, frequency_penalty, presence_penalty, seed };
    let draft = MindDraft {
        name,
        bio,
        system_prompt,
        provider,
        model,
        fallbacks,
        sampling,
        strategy_room,
        strategy_chat,
        talkativeness,
        cooldown_s,
        languages,
        initiative,
        daily_tokens,
        daily_cents,
        tired_line,
    };
    Ok(studio::edit(&space()?, me()?.id, mind, draft).await?)
}

/// Wakes an AI, or has it sleep. For admins.
#[server(prefix = "/api", endpoint = "minds/wake")]
pub async fn wake(mind: EntityId, awake: bool) -> Result<(), Failure> {
    Ok(studio::wake(&space()?, me()?.id, mind, awake).await?)
}

/// Brings an AI into a room, or takes it out. For admins.
#[server(prefix = "/api", endpoint = "minds/place")]
pub async fn place(mind: EntityId, room: ChannelId, inside: bool) -> Result<(), Failure> {
    Ok(studio::place(&space()?, me()?.id, mind, room, inside).await?)
}

/// Has an AI say a last line in each of its places, leave them, and sleep.
#[server(prefix = "/api", endpoint = "minds/goodbye")]
pub async fn goodbye(mind: EntityId) -> Result<(), Failure> {
    domain::minds::goodbye(&space()?, me()?.id, mind).await?;
    go(&format!("/studio/{mind}"));
    Ok(())
}

/// Lets an AI go for good. For admins.
#[server(prefix = "/api", endpoint = "minds/retire")]
pub async fn retire(mind: EntityId) -> Result<(), Failure> {
    studio::retire(&space()?, me()?.id, mind).await?;
    go("/studio");
    Ok(())
}

/// What an AI would answer, in a talk of which nothing is kept. For admins.
#[server(prefix = "/api", endpoint = "minds/rehearse")]
pub async fn rehearse(mind: EntityId, #[server(default)] talk: Vec<String>) -> Result<Rehearsed, Failure> {
    let (space, me) = (space()?, me()?);
    space.pace.post(me.id)?;
    Ok(Rehearsed { answer: studio::rehearse(&space, me.id, mind, &talk).await? })
}

/// What an AI knows from documents, the newest first. For admins.
#[server(prefix = "/api", endpoint = "minds/documents")]
pub async fn documents(mind: EntityId) -> Result<Vec<Document>, Failure> {
    Ok(knowledge::all(&space()?, me()?.id, mind).await?)
}

/// The passages of a document after this one, at most 100. For admins.
#[server(prefix = "/api", endpoint = "minds/passages")]
pub async fn passages(document: DocumentId, #[server(default)] after: i32) -> Result<Vec<FoundPassage>, Failure> {
    Ok(knowledge::passages(&space()?, me()?.id, document, after).await?)
}

/// What of an AI's documents a question is about. For admins.
#[server(prefix = "/api", endpoint = "minds/find")]
pub async fn find(mind: EntityId, question: String) -> Result<Vec<FoundPassage>, Failure> {
    let (space, me) = (space()?, me()?);
    space.pace.post(me.id)?;
    Ok(knowledge::find(&space, me.id, mind, &question).await?)
}

/// Has an AI forget a document. For admins.
#[server(prefix = "/api", endpoint = "minds/forget")]
pub async fn forget(document: DocumentId) -> Result<(), Failure> {
    let mind = knowledge::remove(&space()?, me()?.id, document).await?;
    go(&format!("/studio/{mind}/knowledge"));
    Ok(())
}
