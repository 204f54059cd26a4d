//! Messages.

use crate::{ChannelId, ClientKey, Entity, EntityId, MessageId};
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

/// What a reply shows of the message that it answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quote {
    /// Its number.
    pub seq: i64,
    /// Who said it.
    pub author: String,
    /// Who that is; none where the message is from before the reader's time.
    #[serde(default)]
    pub author_id: Option<EntityId>,
    /// Its first characters; empty where it was deleted, or is from before the reader's time.
    pub text: String,
}

/// How members react to a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reaction {
    /// One emoji.
    pub emoji: String,
    /// How many react with it.
    pub count: i64,
    /// Who does, the first hundred.
    pub who: Vec<EntityId>,
}

/// What is left of a message that was deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Deletion {
    /// Who deleted it, where it was not its author.
    pub by: String,
    /// Why, where it was not its author.
    pub why: String,
}

/// Why an answer was emptied that another one has taken the place of: nobody needs to be told.
pub const REPLACED: &str = "asked for another answer";

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
    /// What it shows of that message.
    #[serde(default)]
    pub quote: Option<Quote>,
    /// Whom it names.
    #[serde(default)]
    pub mentions: Vec<EntityId>,
    /// How members react to it, in the order of the first of each kind.
    #[serde(default)]
    pub reactions: Vec<Reaction>,
    /// What its author called it before it was numbered.
    pub client_key: ClientKey,
    /// When it was accepted.
    #[serde(with = "time::serde::rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: OffsetDateTime,
    /// When its author changed it, if they did.
    #[serde(with = "time::serde::rfc3339::option", default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub edited_at: Option<OffsetDateTime>,
    /// Whether it is pinned in its channel.
    #[serde(default)]
    pub pinned: bool,
    /// How many AIs have considered it, whether they spoke or not. Told apart from its other changes.
    #[serde(default)]
    pub considered: i64,
    /// Whether AIs remember nothing of it.
    #[serde(default)]
    pub off_record: bool,
    /// Where it was deleted: body and html are empty then.
    #[serde(default)]
    pub deletion: Option<Deletion>,
}

impl Message {
    /// The message as somebody may see it who can read from a seq on: what it quotes from before that is left out.
    #[must_use]
    pub fn seen_from(mut self, visible_from: i64) -> Self {
        if let Some(quote) = self.quote.as_mut().filter(|quote| quote.seq < visible_from) {
            quote.text.clear();
            quote.author.clear();
            quote.author_id = None;
        }
        self
    }
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
