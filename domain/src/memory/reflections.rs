//! Reflections: what an AI has come to think, from facts of one place, and so of one audience: who could read all of what they
//! rest on. They go with any of these.

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
pub(crate) struct NewReflection {
    pub about: Option<EntityId>,
    pub thought: String,
}

/// What an AI knows of a place and can think about: the newest and most important facts that stand.
pub(crate) async fn grounds(db: &PgPool, entity: EntityId, channel: ChannelId) -> Result<Vec<Grounds>> {
    store::grounds(db, entity, channel).await
}

/// Keeps thoughts in place of what the AI thought of this place before, and notes that it has thought. Each rests on all that was
/// shown for it; where any of that is gone meanwhile, none is kept.
pub(crate) async fn keep(
    db: &mut PgConnection,
    entity: EntityId,
    channel: ChannelId,
    grounds: &[Grounds],
    thoughts: &[NewReflection],
) -> Result<()> {
    store::keep_reflections(db, (entity, channel), grounds, thoughts).await
}
