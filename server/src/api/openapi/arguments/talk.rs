//! Channels and what is said in them.

use model::{ChannelId, ClientKey, EntityId, MessageId, Position, Role};
use serde::Deserialize;
use utoipa::ToSchema;

/// A room.
#[derive(Deserialize, ToSchema)]
pub struct ARoom {
    room: ChannelId,
}

/// `chats/open`
#[derive(Deserialize, ToSchema)]
pub struct WithSomebody {
    /// The other one, human or AI.
    with: EntityId,
}

/// `rooms/edit`
#[derive(Deserialize, ToSchema)]
pub struct EditRoom {
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
pub struct PostMessage {
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
pub struct RecordStretch {
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
pub struct RecordChannel {
    channel: ChannelId,
    off_record: bool,
}

/// `messages/history`
#[derive(Deserialize, ToSchema)]
pub struct Stretch {
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
pub struct OfMessage {
    channel: ChannelId,
    message: MessageId,
}

/// `sync`
#[derive(Deserialize, ToSchema)]
pub struct SyncPositions {
    /// At most 500; none asks for the places alone.
    #[schema(required = false)]
    positions: Vec<Position>,
}

/// `channels/read`
#[derive(Deserialize, ToSchema)]
pub struct Read {
    channel: ChannelId,
    /// The seq of the newest message that was read.
    up_to: i64,
}

/// A channel.
#[derive(Deserialize, ToSchema)]
pub struct AChannel {
    channel: ChannelId,
}

/// `channels/typing`
#[derive(Deserialize, ToSchema)]
pub struct Typing {
    channel: ChannelId,
    /// One has stopped.
    #[schema(required = false)]
    over: bool,
}

/// `channels/unread`
#[derive(Deserialize, ToSchema)]
pub struct Unread {
    channel: ChannelId,
    /// The seq of what is to be the first unread message.
    from: i64,
}

/// `channels/put-away`
#[derive(Deserialize, ToSchema)]
pub struct PutAway {
    channel: ChannelId,
    /// `false` brings it back.
    away: bool,
}

/// `channels/mute`
#[derive(Deserialize, ToSchema)]
pub struct Mute {
    channel: ChannelId,
    muted: bool,
}

/// `channels/remove`
#[derive(Deserialize, ToSchema)]
pub struct Remove {
    channel: ChannelId,
    member: EntityId,
    /// Rooms: they cannot come back.
    #[schema(required = false)]
    ban: bool,
}

/// A member of a channel.
#[derive(Deserialize, ToSchema)]
pub struct OneMember {
    channel: ChannelId,
    member: EntityId,
}

/// `channels/role`
#[derive(Deserialize, ToSchema)]
pub struct ChangeRole {
    channel: ChannelId,
    member: EntityId,
    /// `admin` or `member`.
    role: Role,
}

/// `circles/invite`
#[derive(Deserialize, ToSchema)]
pub struct IntoCircle {
    circle: ChannelId,
    member: EntityId,
}

/// `circles/rename`
#[derive(Deserialize, ToSchema)]
pub struct RenameCircle {
    circle: ChannelId,
    /// At most 48 characters; empty: it is called by its members.
    #[schema(required = false)]
    name: String,
}

/// `messages/edit`
#[derive(Deserialize, ToSchema)]
pub struct EditMessage {
    channel: ChannelId,
    message: MessageId,
    /// 1–4,000 characters of Markdown.
    body: String,
    /// The AIs that answered it or are named in it answer anew.
    #[schema(required = false)]
    again: bool,
}

/// `messages/delete`
#[derive(Deserialize, ToSchema)]
pub struct DeleteMessage {
    channel: ChannelId,
    message: MessageId,
    /// For somebody else's message: 1–200 characters that everybody there can read.
    #[schema(required = false)]
    why: String,
}

/// `messages/react`
#[derive(Deserialize, ToSchema)]
pub struct React {
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
pub struct Pin {
    channel: ChannelId,
    message: MessageId,
    pinned: bool,
}
