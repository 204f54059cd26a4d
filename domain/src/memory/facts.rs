//! Facts: one statement each that an AI has taken from what people said, with the messages that it rests on. A later one
//! may take an earlier one's place; none is overwritten.

use super::store;
use super::words::Language;
use crate::Result;
use model::{ChannelId, EntityId};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

/// A line of a person.
pub(crate) struct Heard {
    pub seq: i64,
    pub at: OffsetDateTime,
    /// The clock of its newest change where it was edited, else 0.
    pub edited: i64,
    pub author: (EntityId, String),
    pub body: String,
}

/// A fact that is known already.
pub(crate) struct Known {
    pub id: Uuid,
    pub text: String,
}

/// A talk that is over, as one AI heard it.
pub(crate) struct Talk {
    pub entity: EntityId,
    pub channel: ChannelId,
    pub language: Language,
    /// What people said in it, on the record.
    pub lines: Vec<Heard>,
    /// What is near to it of what the AI knows from the same place.
    pub known: Vec<Known>,
}

/// A fact that is to be kept.
pub(crate) struct NewFact<'a> {
    /// Whom it is about, where that is somebody who spoke.
    pub about: Option<&'a (EntityId, String)>,
    pub statement: String,
    /// 0.3 and more.
    pub importance: f32,
    /// What it rests on, in order.
    pub lines: Vec<&'a Heard>,
    /// The known fact that it contradicts.
    pub replaces: Option<Uuid>,
}

/// The talk that an episode was made of. `None` where it is gone, or about to be made anew.
pub(crate) async fn talk(db: &PgPool, episode: Uuid) -> Result<Option<Talk>> {
    store::talk(db, episode).await
}

/// Keeps facts, within a transaction. What rests on something that has changed since is let go.
pub(crate) async fn keep(db: &mut PgConnection, talk: &Talk, facts: &[NewFact<'_>]) -> Result<()> {
    store::keep_facts(db, talk, facts).await
}
