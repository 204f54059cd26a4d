//! The table `sessions`.

use super::Session;
use crate::Result;
use model::accounts::OwnSession;
use model::{EntityId, Me};
use serde_json::Value;
use sqlx::{PgExecutor, PgPool};
use std::collections::HashMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// Adds a session; `false` where the id is taken.
pub async fn insert(
    db: &PgPool,
    id: &[u8],
    entity: Option<EntityId>,
    data: &Value,
    expires: OffsetDateTime,
) -> Result<bool> {
    let done = sqlx::query(
        "insert into sessions (id, entity_id, data, expires_at) values ($1, $2, $3, $4) on conflict do nothing",
    )
    .bind(id)
    .bind(entity.map(|entity| entity.0))
    .bind(data)
    .bind(expires)
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Keeps a session's data. One that was ended meanwhile stays ended: this never inserts.
pub async fn update(
    db: &PgPool,
    id: &[u8],
    entity: Option<EntityId>,
    data: &Value,
    expires: OffsetDateTime,
) -> Result<()> {
    sqlx::query("update sessions set entity_id = $2, data = $3, expires_at = $4, seen_at = now() where id = $1")
        .bind(id)
        .bind(entity.map(|entity| entity.0))
        .bind(data)
        .bind(expires)
        .execute(db)
        .await?;
    Ok(())
}

/// Those of these sessions that have not expired.
pub(super) async fn load(db: impl PgExecutor<'_>, ids: &[&[u8]]) -> Result<HashMap<Vec<u8>, Session>> {
    type Row = (Vec<u8>, Value, OffsetDateTime, Option<Uuid>, Option<String>, Option<bool>);
    let rows: Vec<Row> = sqlx::query_as(
        "select s.id, s.data, s.expires_at, e.id, e.name, a.is_admin
         from sessions s left join (entities e join accounts a on a.entity_id = e.id)
           on e.id = s.entity_id and e.deactivated_at is null
         where s.id = any($1) and s.expires_at > now()",
    )
    .bind(ids)
    .fetch_all(db)
    .await?;
    let session = |(id, data, expires, who, name, is_admin): Row| {
        let me = who.zip(name).zip(is_admin);
        (id, Session { data, expires, me: me.map(|((id, name), is_admin)| Me { id: EntityId(id), name, is_admin }) })
    };
    Ok(rows.into_iter().map(session).collect())
}

/// Ends one.
pub async fn delete(db: &PgPool, id: &[u8]) -> Result<()> {
    sqlx::query("delete from sessions where id = $1").bind(id).execute(db).await?;
    Ok(())
}

/// Ends all of somebody's.
pub async fn delete_all(db: &PgPool, entity: EntityId) -> Result<()> {
    sqlx::query("delete from sessions where entity_id = $1").bind(entity.0).execute(db).await?;
    Ok(())
}

/// Where somebody is logged in, the newest first.
pub(crate) async fn of(db: &PgPool, entity: EntityId, current: Option<&[u8]>) -> Result<Vec<OwnSession>> {
    type Row = (Vec<u8>, Option<String>, OffsetDateTime, OffsetDateTime);
    let rows: Vec<Row> = sqlx::query_as(
        "select id, data->>'about', created_at, seen_at from sessions
         where entity_id = $1 and expires_at > now() order by seen_at desc limit 100",
    )
    .bind(entity.0)
    .fetch_all(db)
    .await?;
    let own = |(id, about, created_at, seen_at): Row| OwnSession {
        current: current == Some(id.as_slice()),
        id: super::show_id(&id),
        about: about.unwrap_or_default(),
        created_at,
        seen_at,
    };
    Ok(rows.into_iter().map(own).collect())
}

/// Ends one of somebody's. `false` where it is none of theirs.
pub(crate) async fn delete_own(db: &PgPool, entity: EntityId, id: &[u8]) -> Result<bool> {
    let done = sqlx::query("delete from sessions where id = $1 and entity_id = $2")
        .bind(id)
        .bind(entity.0)
        .execute(db)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Removes what has expired.
pub async fn delete_expired(db: &PgPool) -> Result<u64> {
    Ok(sqlx::query("delete from sessions where expires_at <= now()").execute(db).await?.rows_affected())
}

/// Which of these sessions are still good.
pub(crate) async fn still_good(db: &PgPool, ids: &[Vec<u8>]) -> Result<Vec<(Vec<u8>, Uuid)>> {
    let rows = sqlx::query_as(
        "select s.id, e.id from sessions s join entities e on e.id = s.entity_id
         where s.id = any($1) and s.expires_at > now() and e.deactivated_at is null",
    )
    .bind(ids)
    .fetch_all(db)
    .await?;
    Ok(rows)
}
