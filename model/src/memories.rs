//! What AIs remember of somebody, as that one sees it.

use crate::{ChannelId, EntityId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// What an AI has kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MemoryKind {
    /// What a talk was about, and the lines that tell most.
    Episode,
    /// One statement that it has taken from a talk.
    Fact,
    /// What goes on in a channel, until it is replaced.
    Gist,
    /// What it has come to think of what it knows.
    Reflection,
}

/// Something that an AI has kept in which one appears.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemoryOfMe {
    /// Its id.
    pub id: Uuid,
    /// The AI that has kept it.
    pub mind: EntityId,
    /// Its name.
    pub mind_name: String,
    /// What it is.
    pub kind: MemoryKind,
    /// Whether somebody has put it right.
    pub corrected: bool,
    /// Its words.
    pub text: String,
    /// What a talk was about.
    pub keywords: Vec<String>,
    /// Where that was said.
    pub channel: ChannelId,
    /// The number of the first message that it rests on.
    pub seq: i64,
    /// Where that was, in words: who could read it.
    pub place: String,
    /// When that was said.
    #[serde(with = "time::serde::rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub said_at: OffsetDateTime,
    /// For how many answers it was recalled.
    pub recalled: i64,
}

/// How an AI and somebody know each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Remembering {
    /// The AI.
    pub mind: EntityId,
    /// Its name.
    pub name: String,
    /// When it first heard them.
    #[serde(with = "time::serde::rfc3339::option")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub since: Option<OffsetDateTime>,
    /// Where they meet: each channel with its name in words.
    pub places: Vec<(ChannelId, String)>,
    /// Whether it may remember what they say.
    pub remembers: bool,
    /// Whether none may, whatever is said of this one.
    pub by_all: bool,
}
