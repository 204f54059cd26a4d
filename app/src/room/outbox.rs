//! What one has said and the server has not answered yet. Kept over a reload, sent again by itself.

use crate::browser;
use model::{ChannelId, ClientKey, EntityId, MessageId};
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
    /// The message that it answers.
    #[serde(default)]
    pub reply_to: Option<MessageId>,
    /// Whether AIs are to remember nothing of it.
    #[serde(default)]
    pub off_record: bool,
    /// How far it is.
    #[serde(default)]
    pub sending: Sending,
    /// When it was said, in milliseconds since 1970: the order of sending.
    #[serde(default)]
    pub at: i64,
}

/// Each message has a key of its own: two tabs do not overwrite each other's.
fn prefix(me: EntityId, room: ChannelId) -> String {
    format!("outbox:{me}:{room}:")
}

/// What an earlier page left unsent, in the order in which it was said.
pub fn load(me: EntityId, room: ChannelId) -> Vec<Unsent> {
    let kept = browser::stored_under(&prefix(me, room));
    let mut unsent: Vec<Unsent> = kept.iter().filter_map(|text| serde_json::from_slice(text.as_bytes()).ok()).collect();
    unsent.sort_by_key(|one| one.at);
    unsent
}

/// Keeps what is unsent.
pub fn keep(me: EntityId, room: ChannelId, unsent: &[Unsent]) {
    for one in unsent {
        let text = serde_json::to_string(one).unwrap_or_default();
        browser::store(&format!("{}{}", prefix(me, room), one.client_key), &text);
    }
}

/// Lets go of what was posted or taken back.
pub fn forget(me: EntityId, room: ChannelId, key: ClientKey) {
    browser::store(&format!("{}{key}", prefix(me, room)), "");
}

/// Where an unfinished text is kept.
pub fn draft_key(me: EntityId, room: ChannelId) -> String {
    format!("draft:{me}:{room}")
}
