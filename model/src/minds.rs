//! What people see of an AI's thinking and writing.

use crate::{ChannelId, ClientKey, Entity, EntityId, MessageId, ReplyId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// How far a reply has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReplyState {
    /// Decided, not yet begun; another answer may come first.
    Waiting,
    /// The model was asked, no word has come.
    Thinking,
    /// Words are coming.
    Streaming,
    /// Posted as a message.
    Done,
    /// Given up; `notice` says so to people.
    Failed,
    /// Nothing to say.
    Silent,
}

impl ReplyState {
    /// Whether nothing more will come.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Silent)
    }
}

/// A reply on its way, as much of it as there is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Writing {
    /// Its id; the message that it becomes has it as its client key.
    pub reply: ReplyId,
    /// Where.
    pub channel: ChannelId,
    /// Who writes.
    pub entity: Entity,
    /// The message that moved it.
    pub trigger: MessageId,
    /// How far it is.
    pub state: ReplyState,
    /// Where `text` begins in the whole, in bytes of UTF-8.
    pub offset: usize,
    /// The words from `offset` on.
    pub text: String,
    /// What people are told, if something is to be told.
    #[serde(default)]
    pub notice: Option<String>,
}

impl Writing {
    /// The key under which its message will appear.
    pub const fn client_key(&self) -> ClientKey {
        ClientKey(self.reply.0)
    }
}

/// What an AI made of a message: it spoke or did not, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Decision {
    /// Who decided.
    pub entity: EntityId,
    /// Their name.
    pub name: String,
    /// The message that was considered.
    pub trigger: MessageId,
    /// `spoke`, `stayed_silent`, `failed` and the like.
    pub outcome: String,
    /// Why, in words.
    pub reason: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub at: OffsetDateTime,
}
