//! Messages.

use crate::{ChannelId, ClientKey, Entity, MessageId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Who speaks: a member, or the space about what a member did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// Words of its author.
    Text,
    /// A line about what its author did.
    System,
}

/// A message, whole: an event carries it like this too, so the receiver replaces what it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Where it was said.
    pub channel: ChannelId,
    /// Its number in the channel, from 1, without gaps.
    pub seq: i64,
    /// The channel's clock at its last change.
    pub clock: i64,
    /// Who said it.
    pub author: Entity,
    /// Words or a system line.
    pub kind: MessageKind,
    /// As it was sent.
    pub body: String,
    /// Rendered and sanitised; safe to show as it is.
    pub html: String,
    /// The message that it answers.
    #[serde(default)]
    pub reply_to: Option<MessageId>,
    /// What its author called it before it was numbered.
    pub client_key: ClientKey,
    /// When it was accepted.
    #[serde(with = "time::serde::rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: OffsetDateTime,
}

/// A stretch of history, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page {
    /// At most 50.
    pub messages: Vec<Message>,
    /// Whether there is more before the first.
    pub more_before: bool,
    /// Whether there is more after the last.
    pub more_after: bool,
}
