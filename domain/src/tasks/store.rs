//! The table `tasks`.

use super::Task;
use crate::{Error, Result};
use serde_json::Value;
use sqlx::postgres::types::PgInterval;
use sqlx::{PgExecutor, PgPool};
use std::time::Duration;
use uuid::Uuid;

/// A time as the database takes it.
pub(crate) fn interval(duration: Duration) -> PgInterval {
    PgInterval { months: 0, days: 0, microseconds: duration.as_micros() as i64 }
}

/// Claims the next tasks that are due, of each ordering key the one that is due first, and none whose key somebody works
/// on. Whom another node has claimed meanwhile is left out.
pub(super) async fn claim(db: &PgPool, owner: Uuid, lease: Duration, most: usize) -> Result<Vec<Task>> {
    type Row = (Uuid, String, Value, i32, i64);
    let claimed: Result<Vec<Row>, sqlx::Error> = sqlx::query_as(
        "update tasks t set lease_owner = $1, lease_until = now() + $2, attempts = attempts + 1
         from (
            select id from tasks where lease_owner is null and id = any(array(
                select id from (
                    select distinct on (w.ordering_key) w.id, w.run_at from tasks w
                    where w.lease_owner is null and w.run_at <= now() and not exists (
                        select from tasks r where r.ordering_key = w.ordering_key and r.lease_owner is not null)
                    order by w.ordering_key, w.run_at
                ) first order by run_at limit $3))
            for update skip locked
         ) due
         where t.id = due.id
         returning t.id, t.kind, t.payload, t.attempts, t.yielded_ms",
    )
    .bind(owner)
    .bind(interval(lease))
    .bind(most as i64)
    .fetch_all(db)
    .await;
    match claimed.map_err(Error::from) {
        Ok(rows) => Ok(rows
            .into_iter()
            .map(|(id, kind, payload, attempt, yielded)| {
                let yielded = Duration::from_millis(yielded.unsigned_abs());
                Task { id, kind, payload, yielded, attempt, owner }
            })
            .collect()),
        // Another node has just claimed one with the same ordering key.
        Err(cause) if cause.broke("tasks_running_once") => Ok(Vec::new()),
        Err(cause) => Err(cause),
    }
}

/// Removes a finished task. An error where the lease was lost: then another node has it.
pub(crate) async fn finish(db: impl PgExecutor<'_>, id: Uuid, owner: Uuid) -> Result<()> {
    let done =
        sqlx::query("delete from tasks where id = $1 and lease_owner = $2").bind(id).bind(owner).execute(db).await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(Error::Interrupted("the task's lease was lost")) }
}

/// When the next task that is not due yet will be: so long from now.
pub(super) async fn next_due(db: &PgPool) -> Result<Option<Duration>> {
    let (seconds,): (Option<f64>,) = sqlx::query_as(
        "select extract(epoch from min(run_at) - now())::float8 from tasks where lease_owner is null and run_at > now() - interval '20 milliseconds'",
    )
    .fetch_one(db)
    .await?;
    Ok(seconds.map(|seconds| Duration::from_secs_f64(seconds.max(0.0))))
}

/// How a task waits.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wait<'a> {
    /// For how long.
    pub after: Duration,
    /// What went wrong.
    pub error: Option<&'a str>,
    /// Whether a try was made.
    pub tried: bool,
    /// Whether it lets somebody write meanwhile.
    pub yields: bool,
    /// Whether what was tried so far is done, and something else comes.
    pub anew: bool,
}

/// Lets a task wait again. One that was added meanwhile under the same dedup key gives way: this one knows more.
pub(super) async fn put_back(db: &PgPool, id: Uuid, owner: Uuid, wait: Wait<'_>) -> Result<()> {
    let Wait { after, error, tried, yields, anew } = wait;
    sqlx::query(
        "delete from tasks w using tasks e
         where e.id = $1 and e.lease_owner = $2 and w.lease_owner is null and w.dedup_key = e.dedup_key",
    )
    .bind(id)
    .bind(owner)
    .execute(db)
    .await?;
    sqlx::query(
        "update tasks set lease_owner = null, lease_until = null, run_at = now() + $3, last_error = coalesce($4, last_error),
                attempts = case when $7 then 0 when $5 then attempts else attempts - 1 end, yielded_ms = yielded_ms + $6
         where id = $1 and lease_owner = $2",
    )
    .bind(id)
    .bind(owner)
    .bind(interval(after))
    .bind(error)
    .bind(tried)
    .bind(if yields { after.as_millis() as i64 } else { 0 })
    .bind(anew)
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn extend(db: &PgPool, owner: Uuid, held: &[Uuid], lease: Duration) -> Result<()> {
    sqlx::query("update tasks set lease_until = now() + $3 where id = any($2) and lease_owner = $1")
        .bind(owner)
        .bind(held)
        .bind(interval(lease))
        .execute(db)
        .await?;
    Ok(())
}

/// Frees what somebody held who gave no sign of life.
pub(super) async fn release_expired(db: &PgPool) -> Result<()> {
    give_way(db, "e.lease_until < now() and $1 is not null", Uuid::nil()).await?;
    sqlx::query("update tasks set lease_owner = null, lease_until = null where lease_until < now()")
        .execute(db)
        .await?;
    Ok(())
}

/// Frees everything: for a node that knows it is alone.
pub(super) async fn release_all(db: &PgPool) -> Result<()> {
    give_way(db, "e.lease_owner is not null and $1 is not null", Uuid::nil()).await?;
    sqlx::query("update tasks set lease_owner = null, lease_until = null where lease_owner is not null")
        .execute(db)
        .await?;
    Ok(())
}

/// Frees what this node holds, as if it had not been tried.
pub(super) async fn hand_back(db: &PgPool, owner: Uuid) -> Result<()> {
    give_way(db, "e.lease_owner = $1", owner).await?;
    sqlx::query(
        "update tasks set lease_owner = null, lease_until = null, attempts = greatest(attempts - 1, 0) where lease_owner = $1",
    )
    .bind(owner)
    .execute(db)
    .await?;
    Ok(())
}

/// Removes waiting tasks that stand in the way of claimed ones (`e`) that are to wait again.
async fn give_way(db: &PgPool, which: &'static str, key: Uuid) -> Result<()> {
    let statement = format!(
        "delete from tasks w using tasks e
         where e.lease_owner is not null and w.lease_owner is null and w.dedup_key = e.dedup_key and {which}"
    );
    sqlx::query(sqlx::AssertSqlSafe(statement)).bind(key).execute(db).await?;
    Ok(())
}
