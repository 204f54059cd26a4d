//! Channels: rooms, private chats, circles, and who is in them.

use crate::{ChannelId, Entity, EntityId, Presence, limits};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// What sort of channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// Open to everybody of the space.
    Room,
    /// Between two.
    Chat,
    /// A few.
    Circle,
}

/// What a member may do in a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Read and post.
    Member,
    /// Also remove.
    Admin,
    /// Also archive.
    Owner,
}

/// What somebody who comes, or comes back, may read of what was said before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum History {
    /// Everything.
    #[default]
    Whole,
    /// Only what is said from then on.
    FromJoining,
}

/// A channel's own state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Channel {
    /// Its id.
    pub id: ChannelId,
    /// Room, chat or circle.
    pub kind: ChannelKind,
    /// Its name; may be empty for a circle, which is then called by its members.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
    /// How many members it holds, AIs included.
    pub capacity: i32,
    /// The number of its newest message; messages are numbered from 1 without gaps.
    pub last_seq: i64,
    /// The number of its newest change of any kind.
    pub clock: i64,
    /// Raised when what happened cannot be told as changes; another epoch means: load anew.
    pub epoch: i32,
    /// What those who come may read.
    #[serde(default)]
    pub history: History,
    /// When it was closed, if it was.
    #[serde(with = "time::serde::rfc3339::option", default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub archived_at: Option<OffsetDateTime>,
    /// Whether AIs remember nothing of what is said in it from now on.
    #[serde(default)]
    pub off_record: bool,
}

/// Somebody in a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Member {
    /// Who.
    pub entity: Entity,
    /// What they may do.
    pub role: Role,
    /// Whether they are a member; `false` when they left.
    pub joined: bool,
    /// Whether they are there right now, and how. The live stream tells changes of it apart from the member's.
    #[serde(default)]
    pub presence: Presence,
    /// The channel's clock at their last change.
    pub clock: i64,
    /// The first message that they may read.
    pub visible_from: i64,
}

/// A channel in somebody's list of places.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Place {
    /// The channel.
    pub channel: Channel,
    /// Whether the one who asks is a member.
    pub joined: bool,
    /// How many are members, AIs included.
    pub members: i64,
    /// Who of them is there right now, at most eight.
    pub here: Vec<Entity>,
    /// How many are there right now.
    pub here_count: i64,
    /// Messages of others after the last one that was read, without those that were deleted and those of whom one has
    /// blocked; 100 stands for 100 or more, 0 for those who have not joined.
    pub unread: i64,
    /// Whether one of the unread ones names the one who asks.
    pub mentioned: bool,
    /// Whether it is to be silent for the one who asks.
    pub muted: bool,
    /// Whether the one who asks has put it away, until something new is said.
    pub put_away: bool,
    /// The newest message, for members who may read it.
    pub last: Option<Last>,
}

impl Place {
    /// How many messages wait, as it is shown.
    pub fn unread_shown(&self) -> String {
        if self.unread < limits::UNREAD { self.unread.to_string() } else { format!("{}+", limits::UNREAD - 1) }
    }
}

/// The newest message of a place, in a line.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Last {
    /// Who said it.
    pub author: String,
    /// Its first hundred characters; empty where it was deleted.
    pub text: String,
}

/// A room as one opens it: all that the page shows at first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Opened {
    /// The channel.
    pub channel: Channel,
    /// Whether the one who asks is a member; if not, there are no messages here.
    pub joined: bool,
    /// The newest message that the one who asks has read.
    pub last_read_seq: i64,
    /// Everybody in it; above 1,000 those who are here first.
    pub members: Vec<Member>,
    /// How many people are there, where they are more than 100: then it is not told who comes and goes.
    pub crowd: Option<i64>,
    /// The newest messages, oldest first.
    pub page: crate::Page,
    /// Replies that are being written.
    pub writing: Vec<crate::Writing>,
    /// Who of the AIs here speaks by the small model of this machine, not by a configured provider.
    pub local_model: bool,
    /// Whether it is silent for the one who asks.
    pub muted: bool,
    /// Whether the one who asks has put it away.
    pub put_away: bool,
    /// Whom the one who asks does not want to hear from.
    pub blocked: Vec<EntityId>,
    /// Why the one who asks can say nothing here, where one of a private chat's two has blocked the other.
    #[serde(default)]
    pub closed: Option<String>,
    /// The other one of a private chat, though they are not in it any more.
    #[serde(default)]
    pub other: Option<EntityId>,
    /// What is left of the messages that the one who asks may post, where something limits them.
    pub quota: Option<crate::accounts::Quota>,
}

/// What a member is asked for when a room is made or changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoomDraft {
    /// 2 to 48 characters, unique among open rooms.
    pub name: String,
    /// At most 500 characters.
    pub description: String,
    /// 2 to 10,000 members.
    pub capacity: i32,
}

/// What somebody says when they start a circle.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CircleDraft {
    /// At most 48 characters; empty: it is called by its members.
    #[serde(default)]
    pub name: String,
    /// 1 to 49 others, people and AIs.
    #[serde(default)]
    pub members: Vec<EntityId>,
    /// What those who come later may read.
    #[serde(default)]
    pub history: History,
}
