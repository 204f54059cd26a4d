//! Facts: one statement each that an AI has taken from what people said in a talk. Each rests on all that was shown for it,
//! since any of it may have gone into the words. A later one may take an earlier one's place; none is overwritten.

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
    /// Whom it is about, where that is known.
    pub about: Option<EntityId>,
    /// The messages that it rests on, where these are of the same place; and the newest clock of a change of one.
    pub sources: Option<Vec<i64>>,
    pub edited: i64,
}

/// A talk that is over, as one AI heard it.
pub(crate) struct Talk {
    pub episode: Uuid,
    pub entity: EntityId,
    pub channel: ChannelId,
    pub language: Language,
    /// What people said in it, on the record.
    pub lines: Vec<Heard>,
    /// What is near to it of what the AI knows from other talk in the same place.
    pub known: Vec<Known>,
}

/// A fact that is to be kept.
pub(crate) struct NewFact<'a> {
    /// Whom it is about, where that is somebody who spoke.
    pub about: Option<&'a (EntityId, String)>,
    /// What whom it is about is called, whoever that is, in lower case; or nothing.
    pub whom: String,
    pub statement: String,
    /// 0.3 and more.
    pub importance: f32,
    /// The lines that say it, the first first.
    pub said: Vec<&'a Heard>,
    /// The known facts that went into its words.
    pub beside: Vec<&'a Known>,
    /// The known fact that it contradicts.
    pub replaces: Option<Uuid>,
}

/// The next talk that an AI has not been asked about, the oldest first, none from more than a week ago unless it
/// was asked about before: a long past is remembered word for word. With `vectors`, only those that have one.
pub(crate) async fn talk(db: &PgPool, entity: EntityId, vectors: bool) -> Result<Option<Talk>> {
    store::talk(db, entity, vectors).await
}

/// Whether there is a talk left to be asked about, though perhaps not yet.
pub(crate) async fn is_any_left(db: &PgPool, entity: EntityId) -> Result<bool> {
    store::is_any_left(db, entity).await
}

/// Keeps the facts of a talk in place of those that it had, and notes that it was asked about; all of it or nothing, and
/// nothing where one of its lines has changed since, or somebody is called otherwise. Once there is as much that has not been
/// thought about as `reflects_after` says, by the sum of its importance, the AI is to think about it; at 0 it never does.
pub(crate) async fn keep(db: &mut PgConnection, talk: &Talk, facts: &[NewFact<'_>], reflects_after: f32) -> Result<()> {
    store::keep_facts(&mut *db, talk, facts).await?;
    if reflects_after > 0.0 {
        store::ask_to_reflect(db, talk.entity, talk.channel, reflects_after).await?;
    }
    Ok(())
}
