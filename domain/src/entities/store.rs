//! The table `entities`.

use super::{Row, entity};
use crate::Result;
use model::{Entity, EntityId, EntityKind, limits};
use sqlx::{PgConnection, PgExecutor, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

/// Adds a member. Breaks `entities_name_taken` where the name is somebody's, `entities_look_taken` where it looks like it.
pub(crate) async fn insert(db: &mut PgConnection, id: EntityId, kind: EntityKind, name: &str, bio: &str) -> Result<()> {
    let kind = match kind {
        EntityKind::Human => "human",
        EntityKind::Ai => "ai",
    };
    sqlx::query("insert into entities (id, kind, name, name_key, bio, look) values ($1, $2, $3, $4, $5, $6)")
        .bind(id.0)
        .bind(kind)
        .bind(name)
        .bind(super::key(name))
        .bind(bio)
        .bind(super::look(name))
        .execute(db)
        .await?;
    Ok(())
}

/// What somebody is called.
pub(super) async fn name(db: &PgPool, who: EntityId) -> Result<Option<String>> {
    let row: Option<(String,)> =
        sqlx::query_as("select name from entities where id = $1").bind(who.0).fetch_optional(db).await?;
    Ok(row.map(|(name,)| name))
}

/// Those of these members who are still in the space, by name.
pub(crate) async fn active(db: impl PgExecutor<'_>, ids: &[EntityId]) -> Result<Vec<Entity>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<Row> = sqlx::query_as(
        "select id, kind, name, bio from entities where id = any($1) and deactivated_at is null order by name_key",
    )
    .bind(ids)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(entity).collect())
}

/// Members whose name holds these letters, other than `who` and AIs that sleep: those whose name begins with them first.
pub(super) async fn find(db: &PgPool, who: EntityId, letters: &str) -> Result<Vec<Entity>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select id, kind, name, bio from entities
         where id <> $1 and deactivated_at is null and position($2 in name_key) > 0
           and not exists (select from minds d where d.entity_id = id and not d.awake)
         order by position($2 in name_key) > 1, name_key limit $3",
    )
    .bind(who.0)
    .bind(letters)
    .bind(limits::FOUND)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(entity).collect())
}

/// Keeps that members were here until now.
pub(crate) async fn seen(db: &PgPool, who: &[EntityId]) -> Result<()> {
    let ids: Vec<Uuid> = who.iter().map(|id| id.0).collect();
    sqlx::query("update entities set last_seen_at = now() where id = any($1)").bind(ids).execute(db).await?;
    Ok(())
}

/// What a member is up to, and when they were last here.
pub(super) async fn about(db: &PgPool, who: EntityId) -> Result<Option<(String, Option<OffsetDateTime>)>> {
    let row = sqlx::query_as("select status, last_seen_at from entities where id = $1")
        .bind(who.0)
        .fetch_optional(db)
        .await?;
    Ok(row)
}

/// The language that a member speaks, as a code.
pub(crate) async fn language(db: &PgPool, id: EntityId) -> Result<String> {
    let row: Option<(String,)> =
        sqlx::query_as("select language from entities where id = $1").bind(id.0).fetch_optional(db).await?;
    Ok(row.map(|(language,)| language).unwrap_or_default())
}
