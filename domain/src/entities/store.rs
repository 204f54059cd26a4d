//! The table `entities`.

use crate::Result;
use model::{EntityId, EntityKind};
use sqlx::PgConnection;

/// Adds a member. Breaks `entities_name_taken` where the name is somebody's.
pub(crate) async fn insert(db: &mut PgConnection, id: EntityId, kind: EntityKind, name: &str, bio: &str) -> Result<()> {
    let kind = match kind {
        EntityKind::Human => "human",
        EntityKind::Ai => "ai",
    };
    sqlx::query("insert into entities (id, kind, name, name_key, bio) values ($1, $2, $3, $4, $5)")
        .bind(id.0)
        .bind(kind)
        .bind(name)
        .bind(super::key(name))
        .bind(bio)
        .execute(db)
        .await?;
    Ok(())
}
