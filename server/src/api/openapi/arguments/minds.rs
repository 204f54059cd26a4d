//! AIs, what they know, what they think with and what that takes.

use model::{ChannelId, Dialect, DocumentId, EntityId, ProviderId, ReplyId, Strategy, Way};
use serde::Deserialize;
use utoipa::ToSchema;

/// `minds/create`
#[derive(Deserialize, ToSchema)]
pub struct CreateMind {
    /// `companion`, `advisor`, `storyteller`, `moderator`, `language_partner`, `Silas`, `Luna` or `Mira`.
    #[schema(example = "companion")]
    template: String,
    /// 2–32 characters, unique across people and AIs.
    #[schema(example = "Nova")]
    name: String,
}

/// An AI.
#[derive(Deserialize, ToSchema)]
pub struct AMind {
    mind: EntityId,
}

/// `minds/import`
#[derive(Deserialize, ToSchema)]
pub struct ImportMind {
    /// A Character Card (V1, V2 or V3): JSON, or the Base64 of a JSON or PNG file; at most 32 MiB.
    file: String,
    /// Another name than the file's.
    name: Option<String>,
}

/// `minds/duplicate`
#[derive(Deserialize, ToSchema)]
pub struct DuplicateMind {
    mind: EntityId,
    /// 2–32 characters, unique across people and AIs.
    name: String,
}

/// `minds/edit`
#[derive(Deserialize, ToSchema)]
pub struct EditMind {
    mind: EntityId,
    /// 2–32 characters, unique across people and AIs.
    name: String,
    /// A line for everybody, at most 500 characters.
    bio: Option<String>,
    /// What the model is told to be: 1–50,000 characters.
    system_prompt: String,
    /// What it thinks with; none: what the space thinks with.
    provider: Option<ProviderId>,
    /// A model of the provider; its default where there is none.
    model: Option<String>,
    /// What it thinks with where that fails, one after the other, at most 3.
    #[serde(default)]
    fallbacks: Vec<Way>,
    /// 0–2.
    temperature: f32,
    /// 1–32,000.
    max_tokens: u32,
    /// 0–1.
    top_p: Option<f32>,
    /// −2–2.
    frequency_penalty: Option<f32>,
    /// −2–2.
    presence_penalty: Option<f32>,
    seed: Option<i64>,
    /// `mention_only`, `probabilistic`, `active` or `silent`.
    strategy_room: Strategy,
    /// `every_message`, `on_questions`, `smart` or `silent`.
    strategy_chat: Strategy,
    /// 0: never unasked, 1: always.
    talkativeness: f32,
    /// 0–3,600.
    cooldown_s: i32,
    /// Codes of the languages that it speaks; none: the one it is spoken to in.
    #[serde(default)]
    languages: Vec<String>,
    /// 0–24: how often in 24 hours it may begin to speak by itself.
    initiative: Option<i32>,
    /// 1–1,000,000,000 tokens in a day (in UTC), in and out together; none: as many as it takes.
    daily_tokens: Option<i64>,
    /// 1–10,000,000 US cents in a day (in UTC), by the prices of its models; none: as much as it takes.
    daily_cents: Option<i64>,
    /// What it says once when they are used up, at most 500 characters.
    tired_line: Option<String>,
}

/// `providers/add`
#[derive(Deserialize, ToSchema)]
pub struct AddProvider {
    /// 1–40 characters, unique among the providers.
    #[schema(example = "Ollama")]
    name: String,
    /// Its address, up to and with `/v1`; for Azure the resource's.
    #[schema(example = "http://127.0.0.1:11434/v1")]
    base_url: String,
    /// `open_ai` or `azure`.
    dialect: Option<Dialect>,
    /// For Azure.
    api_version: Option<String>,
    /// The model that it is asked for by AIs that name none.
    #[schema(example = "llama3.2")]
    model: String,
    /// 5–600 seconds without a word after which it counts as silent; 60 where nothing is said.
    patience_s: Option<i32>,
    /// Whether it costs nothing.
    free: Option<bool>,
    /// Sealed, and never told again.
    key: Option<String>,
}

/// `providers/edit`
#[derive(Deserialize, ToSchema)]
pub struct EditProvider {
    provider: ProviderId,
    name: String,
    base_url: String,
    dialect: Option<Dialect>,
    api_version: Option<String>,
    model: String,
    patience_s: Option<i32>,
    free: Option<bool>,
    /// Without one, the key that is kept stays; needed where the address changes.
    key: Option<String>,
    /// It has none from now on.
    forget_key: Option<bool>,
}

/// A provider.
#[derive(Deserialize, ToSchema)]
pub struct AProvider {
    provider: ProviderId,
}

/// `providers/prefer`
#[derive(Deserialize, ToSchema)]
pub struct PreferProvider {
    /// None: what the server is configured with.
    provider: Option<ProviderId>,
}

/// `prices/set`
#[derive(Deserialize, ToSchema)]
pub struct SetPrice {
    /// A model's name, or the beginning of several ones'.
    #[schema(example = "gpt-4o-mini")]
    model: String,
    /// US dollars for a million tokens that it reads; without numbers the price is forgotten.
    #[schema(example = 0.15)]
    dollars_in: Option<f64>,
    /// US dollars for a million tokens that it writes.
    #[schema(example = 0.6)]
    dollars_out: Option<f64>,
}

/// `usage/all`, `usage/own`
#[derive(Deserialize, ToSchema)]
pub struct Days {
    /// 1–366, today (in UTC) included; 30 where nothing is said.
    days: Option<i32>,
}

/// `minds/wake`
#[derive(Deserialize, ToSchema)]
pub struct WakeMind {
    mind: EntityId,
    /// `false`: it is to sleep.
    awake: bool,
}

/// `minds/place`
#[derive(Deserialize, ToSchema)]
pub struct PlaceMind {
    mind: EntityId,
    room: ChannelId,
    /// `false`: it is taken out.
    inside: bool,
}

/// `minds/rehearse`
#[derive(Deserialize, ToSchema)]
pub struct Rehearse {
    mind: EntityId,
    /// What was said so far: one's own line first, then by turns; the last is one's own.
    #[serde(default)]
    talk: Vec<String>,
}

/// `replies/stop`
#[derive(Deserialize, ToSchema)]
pub struct StopReply {
    channel: ChannelId,
    reply: ReplyId,
}

/// `minds/export`
#[derive(Deserialize, ToSchema)]
pub struct ExportMind {
    mind: EntityId,
    /// With what it knows from documents.
    knowledge: Option<bool>,
    /// With what it remembers of rooms; what was said in private stays in the space.
    memories: Option<bool>,
}

/// A document.
#[derive(Deserialize, ToSchema)]
pub struct ADocument {
    document: DocumentId,
}

/// `minds/passages`
#[derive(Deserialize, ToSchema)]
pub struct Passages {
    document: DocumentId,
    /// Those after this one are wanted; 0, or none: from the first on.
    after: Option<i32>,
}

/// `minds/find`
#[derive(Deserialize, ToSchema)]
pub struct LookUp {
    mind: EntityId,
    /// 1–500 characters.
    #[schema(example = "When do the apples ripen?")]
    question: String,
}
