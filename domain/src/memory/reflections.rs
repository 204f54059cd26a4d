//! Reflections: what an AI has come to think, from facts of one place, and so of one audience. They go with any of these.

use super::store;
use crate::Result;
use model::{ChannelId, EntityId};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// A fact that a thought may rest on.
pub(crate) struct Grounds {
    pub id: Uuid,
    pub text: String,
    /// Whom it is about, where that is somebody of the space.
    pub about: Option<(EntityId, String)>,
}

/// A thought that is to be kept.
pub(crate) struct NewReflection<'a> {
    pub about: Option<EntityId>,
    pub thought: String,
    pub rests_on: Vec<&'a Grounds>,
}

/// What an AI knows of a place and can think about: the newest and most important facts that stand.
pub(crate) async fn grounds(db: &PgPool, entity: EntityId, channel: ChannelId) -> Result<Vec<Grounds>> {
    store::grounds(db, entity, channel).await
}

/// Keeps thoughts, each in place of what the AI thought before of the same member here, and notes that it has thought. One of
/// which a fact is gone meanwhile is left out.
pub(crate) async fn keep(
    db: &mut PgConnection,
    entity: EntityId,
    channel: ChannelId,
    thoughts: &[NewReflection<'_>],
) -> Result<()> {
    store::keep_reflections(db, entity, channel, thoughts).await
}
