//! Whom somebody does not want to hear from. Blocking is the blocker's view: their words are hidden from them, private
//! contact between the two ends, and the blocked learn nothing of the blocker's comings and goings.

use crate::error::not_found;
use crate::live::{Hub, Presences};
use crate::{Result, Space};
use model::{Code, Entity, EntityId, Event, Problem};
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

/// Blocks a member, human or AI. Blocking again changes nothing.
///
/// Refuses with `invalid_argument`, `not_found`.
pub async fn block(space: &Space, who: EntityId, whom: EntityId) -> Result<()> {
    if who == whom {
        return Err(Problem::argument("member", "Nobody can block themselves.").into());
    }
    let done = sqlx::query(
        "insert into blocks (blocker_id, blocked_id) select $1, id from entities where id = $2
         on conflict (blocker_id, blocked_id) do update set created_at = blocks.created_at",
    )
    .bind(who.0)
    .bind(whom.0)
    .execute(&space.db)
    .await?;
    if done.rows_affected() == 0 {
        return Err(not_found("member"));
    }
    tell_both(space, who, whom);
    Ok(())
}

/// Ends a block.
pub async fn unblock(space: &Space, who: EntityId, whom: EntityId) -> Result<()> {
    sqlx::query("delete from blocks where blocker_id = $1 and blocked_id = $2")
        .bind(who.0)
        .bind(whom.0)
        .execute(&space.db)
        .await?;
    tell_both(space, who, whom);
    Ok(())
}

/// Has both ask anew: the one whom they have blocked, the other who is there for them to see.
fn tell_both(space: &Space, who: EntityId, whom: EntityId) {
    for one in [who, whom] {
        space.live.tell_person(one, &Event::Me);
    }
}

/// Whom somebody has blocked.
pub async fn blocked(space: &Space, who: EntityId) -> Result<Vec<Entity>> {
    let rows: Vec<super::Row> = sqlx::query_as(
        "select e.id, e.kind, e.name, e.bio from blocks b join entities e on e.id = b.blocked_id
         where b.blocker_id = $1 order by e.name_key",
    )
    .bind(who.0)
    .fetch_all(&space.db)
    .await?;
    Ok(rows.into_iter().map(super::entity).collect())
}

/// Whom somebody has blocked, as ids.
pub(crate) async fn blocked_by(db: &PgPool, who: EntityId) -> Result<Vec<EntityId>> {
    let rows: Vec<(Uuid,)> =
        sqlx::query_as("select blocked_id from blocks where blocker_id = $1").bind(who.0).fetch_all(db).await?;
    Ok(rows.into_iter().map(|(id,)| EntityId(id)).collect())
}

/// Whom somebody has blocked, and who has blocked them.
pub(crate) async fn around(db: &PgPool, who: EntityId) -> Result<Vec<EntityId>> {
    let rows: Vec<(Uuid,)> = sqlx::query_as(
        "select blocked_id from blocks where blocker_id = $1 union select blocker_id from blocks where blocked_id = $1",
    )
    .bind(who.0)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|(id,)| EntityId(id)).collect())
}

/// Who is in the space right now, as far as `who` may know: without those who have blocked them.
pub(crate) async fn present_for(space: &Space, who: EntityId) -> Result<Presences> {
    let rows: Vec<(Uuid,)> =
        sqlx::query_as("select blocker_id from blocks where blocked_id = $1").bind(who.0).fetch_all(&space.db).await?;
    let blockers: Vec<EntityId> = rows.into_iter().map(|(id,)| EntityId(id)).collect();
    Ok(space.live.present().without(&blockers))
}

/// Who is in the space right now, as far as everybody may know: without those who have blocked anybody.
pub(crate) async fn present_to_all(db: &PgPool, live: &Hub) -> Result<Presences> {
    let here = live.present();
    let blockers: Vec<EntityId> = by_any(db, &here.ids()).await?.into_iter().map(|(blocker, _)| blocker).collect();
    Ok(here.without(&blockers))
}

/// Of these members, who has blocked whom: blocker, blocked.
pub(crate) async fn by_any(db: impl PgExecutor<'_>, blockers: &[EntityId]) -> Result<Vec<(EntityId, EntityId)>> {
    let ids: Vec<Uuid> = blockers.iter().map(|id| id.0).collect();
    let rows: Vec<(Uuid, Uuid)> =
        sqlx::query_as("select blocker_id, blocked_id from blocks where blocker_id = any($1)")
            .bind(ids)
            .fetch_all(db)
            .await?;
    Ok(rows.into_iter().map(|(blocker, blocked)| (EntityId(blocker), EntityId(blocked))).collect())
}

/// Refuses private contact where one of the two has blocked the other.
pub(crate) async fn refuse_contact(db: impl PgExecutor<'_>, who: EntityId, with: &[EntityId]) -> Result<()> {
    let ids: Vec<Uuid> = with.iter().map(|id| id.0).collect();
    let found: Option<(String, bool)> = sqlx::query_as(
        "select e.name, b.blocker_id = $1 from blocks b
         join entities e on e.id = case b.blocker_id when $1 then b.blocked_id else b.blocker_id end
         where (b.blocker_id = $1 and b.blocked_id = any($2)) or (b.blocked_id = $1 and b.blocker_id = any($2))
         order by 2 desc, e.name_key limit 1",
    )
    .bind(who.0)
    .bind(ids)
    .fetch_optional(db)
    .await?;
    match found {
        None => Ok(()),
        Some((name, by_me)) => Err(contact_refused(&name, by_me).into()),
    }
}

fn contact_refused(name: &str, by_me: bool) -> Problem {
    let message = if by_me {
        format!("You have blocked {name}. End that on their card first.")
    } else {
        format!("{name} is not open to private talk.")
    };
    Problem::new(Code::ContactRefused, message)
}
