//! What one has said and the server has not answered yet. Kept over a reload, sent again by itself.

use crate::browser;
use model::{ChannelId, ClientKey, EntityId};
use serde::{Deserialize, Serialize};

/// How far a message of one's own has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sending {
    /// On its way, or waiting for the network.
    #[default]
    Pending,
    /// Refused, and why; the one who wrote it decides.
    Refused(String),
}

/// A message that is not posted yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsent {
    /// The same at every try, so that it is posted once.
    pub client_key: ClientKey,
    /// As it was typed.
    pub body: String,
    /// How far it is.
    #[serde(default)]
    pub sending: Sending,
}

fn key(me: EntityId, room: ChannelId) -> String {
    format!("outbox:{me}:{room}")
}

/// What an earlier page left unsent.
pub fn load(me: EntityId, room: ChannelId) -> Vec<Unsent> {
    browser::stored(&key(me, room)).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// Keeps what is unsent.
pub fn keep(me: EntityId, room: ChannelId, unsent: &[Unsent]) {
    let text = if unsent.is_empty() { String::new() } else { serde_json::to_string(unsent).unwrap_or_default() };
    browser::store(&key(me, room), &text);
}

/// Where an unfinished text is kept.
pub fn draft_key(me: EntityId, room: ChannelId) -> String {
    format!("draft:{me}:{room}")
}
