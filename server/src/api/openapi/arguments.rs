//! What each endpoint takes, as the description of the API tells it.
#![expect(dead_code, reason = "these describe server functions' arguments and are never made")]

use model::{ChannelId, ClientKey, Dialect, EntityId, MessageId, Position, ProviderId, ReplyId, Role, Strategy, Way};
use serde::Deserialize;
use utoipa::ToSchema;

/// `accounts/register`
#[derive(Deserialize, ToSchema)]
pub(super) struct Register {
    /// 2–32 letters of any script, digits, `_ - .` and single spaces inside; unique across people and AIs.
    #[schema(example = "Ada")]
    name: String,
    #[schema(example = "ada@example.org")]
    email: String,
    /// 8–128 characters.
    #[schema(example = "correct horse")]
    password: String,
    /// Token of an invitation link, where one is needed.
    invitation: Option<String>,
}

/// `accounts/login`
#[derive(Deserialize, ToSchema)]
pub(super) struct LogIn {
    /// Name or e-mail address.
    #[schema(example = "ada@example.org")]
    login: String,
    #[schema(example = "correct horse")]
    password: String,
}

/// `minds/create`
#[derive(Deserialize, ToSchema)]
pub(super) struct CreateMind {
    /// `companion`, `advisor`, `storyteller`, `moderator`, `language_partner`, `Silas`, `Luna` or `Mira`.
    #[schema(example = "companion")]
    template: String,
    /// 2–32 characters, unique across people and AIs.
    #[schema(example = "Nova")]
    name: String,
}

/// An AI.
#[derive(Deserialize, ToSchema)]
pub(super) struct AMind {
    mind: EntityId,
}

/// `minds/import`
#[derive(Deserialize, ToSchema)]
pub(super) struct ImportMind {
    /// A Character Card (V1, V2 or V3): JSON, or the Base64 of a JSON or PNG file; at most 8 MiB.
    file: String,
    /// Another name than the file's.
    name: Option<String>,
}

/// `minds/duplicate`
#[derive(Deserialize, ToSchema)]
pub(super) struct DuplicateMind {
    mind: EntityId,
    /// 2–32 characters, unique across people and AIs.
    name: String,
}

/// `minds/edit`
#[derive(Deserialize, ToSchema)]
pub(super) struct EditMind {
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
pub(super) struct AddProvider {
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
pub(super) struct EditProvider {
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
pub(super) struct AProvider {
    provider: ProviderId,
}

/// `providers/prefer`
#[derive(Deserialize, ToSchema)]
pub(super) struct PreferProvider {
    /// None: what the server is configured with.
    provider: Option<ProviderId>,
}

/// `prices/set`
#[derive(Deserialize, ToSchema)]
pub(super) struct SetPrice {
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
pub(super) struct Days {
    /// 1–366, today (in UTC) included; 30 where nothing is said.
    days: Option<i32>,
}

/// `minds/wake`
#[derive(Deserialize, ToSchema)]
pub(super) struct WakeMind {
    mind: EntityId,
    /// `false`: it is to sleep.
    awake: bool,
}

/// `minds/place`
#[derive(Deserialize, ToSchema)]
pub(super) struct PlaceMind {
    mind: EntityId,
    room: ChannelId,
    /// `false`: it is taken out.
    inside: bool,
}

/// `minds/rehearse`
#[derive(Deserialize, ToSchema)]
pub(super) struct Rehearse {
    mind: EntityId,
    /// What was said so far: one's own line first, then by turns; the last is one's own.
    #[serde(default)]
    talk: Vec<String>,
}

/// A room.
#[derive(Deserialize, ToSchema)]
pub(super) struct ARoom {
    room: ChannelId,
}

/// `chats/open`
#[derive(Deserialize, ToSchema)]
pub(super) struct WithSomebody {
    /// The other one, human or AI.
    with: EntityId,
}

/// `rooms/edit`
#[derive(Deserialize, ToSchema)]
pub(super) struct EditRoom {
    room: ChannelId,
    /// 2–48 characters.
    name: String,
    /// At most 500 characters.
    description: String,
    /// 2–10,000.
    capacity: i32,
}

/// `messages/post`
#[derive(Deserialize, ToSchema)]
pub(super) struct PostMessage {
    channel: ChannelId,
    /// Chosen by the author: the same key with the same text posts once.
    client_key: ClientKey,
    /// 1–4,000 characters of Markdown, kept as they are sent.
    #[schema(example = "@Silas what is this place?")]
    body: String,
    /// The message that this one answers.
    reply_to: Option<MessageId>,
    /// Whether AIs are to remember nothing of it.
    off_record: Option<bool>,
}

/// `messages/record`
#[derive(Deserialize, ToSchema)]
pub(super) struct RecordStretch {
    channel: ChannelId,
    /// The seq of the first message.
    from: i64,
    /// The seq of the last one; without it, the first is the only one. At most 1,000 at once.
    to: Option<i64>,
    /// Off the record, or back on: one's own words only.
    off_record: bool,
}

/// `channels/record`
#[derive(Deserialize, ToSchema)]
pub(super) struct RecordChannel {
    channel: ChannelId,
    off_record: bool,
}

/// `messages/history`
#[derive(Deserialize, ToSchema)]
pub(super) struct Stretch {
    channel: ChannelId,
    /// Messages before this seq.
    before: Option<i64>,
    /// Messages after this seq; not together with `before`.
    after: Option<i64>,
    /// The message of this seq, with 25 before and 25 after it; not together with the others.
    around: Option<i64>,
}

/// `messages/decisions`
#[derive(Deserialize, ToSchema)]
pub(super) struct OfMessage {
    channel: ChannelId,
    message: MessageId,
}

/// `sync`
#[derive(Deserialize, ToSchema)]
pub(super) struct SyncPositions {
    /// At most 500; none asks for the places alone.
    #[schema(required = false)]
    positions: Vec<Position>,
}

/// `channels/read`
#[derive(Deserialize, ToSchema)]
pub(super) struct Read {
    channel: ChannelId,
    /// The seq of the newest message that was read.
    up_to: i64,
}

/// A channel.
#[derive(Deserialize, ToSchema)]
pub(super) struct AChannel {
    channel: ChannelId,
}

/// `channels/typing`
#[derive(Deserialize, ToSchema)]
pub(super) struct Typing {
    channel: ChannelId,
    /// One has stopped.
    #[schema(required = false)]
    over: bool,
}

/// `channels/unread`
#[derive(Deserialize, ToSchema)]
pub(super) struct Unread {
    channel: ChannelId,
    /// The seq of what is to be the first unread message.
    from: i64,
}

/// `channels/put-away`
#[derive(Deserialize, ToSchema)]
pub(super) struct PutAway {
    channel: ChannelId,
    /// `false` brings it back.
    away: bool,
}

/// `channels/mute`
#[derive(Deserialize, ToSchema)]
pub(super) struct Mute {
    channel: ChannelId,
    muted: bool,
}

/// `channels/remove`
#[derive(Deserialize, ToSchema)]
pub(super) struct Remove {
    channel: ChannelId,
    member: EntityId,
    /// Rooms: they cannot come back.
    #[schema(required = false)]
    ban: bool,
}

/// A member of a channel.
#[derive(Deserialize, ToSchema)]
pub(super) struct OneMember {
    channel: ChannelId,
    member: EntityId,
}

/// `channels/role`
#[derive(Deserialize, ToSchema)]
pub(super) struct ChangeRole {
    channel: ChannelId,
    member: EntityId,
    /// `admin` or `member`.
    role: Role,
}

/// `circles/invite`
#[derive(Deserialize, ToSchema)]
pub(super) struct IntoCircle {
    circle: ChannelId,
    member: EntityId,
}

/// `circles/rename`
#[derive(Deserialize, ToSchema)]
pub(super) struct RenameCircle {
    circle: ChannelId,
    /// At most 48 characters; empty: it is called by its members.
    #[schema(required = false)]
    name: String,
}

/// `people/find`
#[derive(Deserialize, ToSchema)]
pub(super) struct Letters {
    /// What the name holds, in any case; empty finds everybody, 30 at most.
    #[schema(required = false)]
    letters: String,
}

/// A member of the space.
#[derive(Deserialize, ToSchema)]
pub(super) struct Somebody {
    member: EntityId,
}

/// `messages/edit`
#[derive(Deserialize, ToSchema)]
pub(super) struct EditMessage {
    channel: ChannelId,
    message: MessageId,
    /// 1–4,000 characters of Markdown.
    body: String,
    /// The AIs that answered it or are named in it answer anew.
    #[schema(required = false)]
    again: bool,
}

/// `replies/stop`
#[derive(Deserialize, ToSchema)]
pub(super) struct StopReply {
    channel: ChannelId,
    reply: ReplyId,
}

/// `messages/delete`
#[derive(Deserialize, ToSchema)]
pub(super) struct DeleteMessage {
    channel: ChannelId,
    message: MessageId,
    /// For somebody else's message: 1–200 characters that everybody there can read.
    #[schema(required = false)]
    why: String,
}

/// `messages/react`
#[derive(Deserialize, ToSchema)]
pub(super) struct React {
    channel: ChannelId,
    message: MessageId,
    /// An emoji, or its shortcode.
    #[schema(example = ":fire:")]
    emoji: String,
    /// `false` takes it back.
    on: bool,
}

/// `messages/pin`
#[derive(Deserialize, ToSchema)]
pub(super) struct Pin {
    channel: ChannelId,
    message: MessageId,
    pinned: bool,
}

/// `accounts/edit`
#[derive(Deserialize, ToSchema)]
pub(super) struct EditProfile {
    /// 2–32 letters of any script, digits, `_ - .` and single spaces inside; unique across people and AIs.
    name: String,
    /// At most 500 characters.
    #[schema(required = false)]
    bio: String,
    /// en de fr es it nl pl pt ru ja zh
    #[schema(example = "en")]
    language: String,
    /// At most 80 characters.
    #[schema(required = false)]
    status: String,
    /// Whether one would rather not be disturbed.
    #[schema(required = false)]
    busy: bool,
}

/// `accounts/password`
#[derive(Deserialize, ToSchema)]
pub(super) struct ChangePassword {
    /// The present one.
    password: String,
    /// 8–128 characters.
    new_password: String,
}

/// `accounts/email`
#[derive(Deserialize, ToSchema)]
pub(super) struct ChangeEmail {
    /// One's password.
    password: String,
    #[schema(example = "ada@example.org")]
    email: String,
}

/// `accounts/end-session`
#[derive(Deserialize, ToSchema)]
pub(super) struct ASession {
    /// As `accounts/sessions` names it.
    session: String,
}

/// `accounts/reset`
#[derive(Deserialize, ToSchema)]
pub(super) struct ResetPassword {
    /// From the link.
    token: String,
    /// 8–128 characters.
    password: String,
}

/// `accounts/delete`
#[derive(Deserialize, ToSchema)]
pub(super) struct DeleteAccount {
    /// One's password.
    password: String,
    /// Whether what one said is emptied, too.
    #[schema(required = false)]
    empty: bool,
}

/// `admin/people`
#[derive(Deserialize, ToSchema)]
pub(super) struct AfterName {
    /// The name after which the list goes on.
    #[schema(required = false)]
    after: String,
}

/// Somebody with an account.
#[derive(Deserialize, ToSchema)]
pub(super) struct APerson {
    person: EntityId,
}

/// `admin/active`
#[derive(Deserialize, ToSchema)]
pub(super) struct SetActive {
    person: EntityId,
    active: bool,
}

/// `admin/admin`
#[derive(Deserialize, ToSchema)]
pub(super) struct SetAdmin {
    person: EntityId,
    admin: bool,
}

/// `admin/quota`
#[derive(Deserialize, ToSchema)]
pub(super) struct SetQuota {
    person: EntityId,
    /// 0–1,000,000; without one, what the space is configured with.
    limit: Option<i32>,
}

/// `admin/withdraw`
#[derive(Deserialize, ToSchema)]
pub(super) struct AnInvitation {
    /// As `admin/invitations` names it.
    invitation: String,
}
