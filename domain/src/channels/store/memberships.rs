//! Who is in a channel: coming, going, and what is each member's own.

use super::{role, role_name};
use crate::Result;
use model::{ChannelId, EntityId, Role};
use sqlx::{PgConnection, PgPool};
use std::collections::HashMap;
use uuid::Uuid;

/// A membership that is locked.
#[derive(Clone, Copy, Debug)]
pub(in crate::channels) struct Standing {
    /// Whether they are a member now.
    pub joined: bool,
    /// What they may do, if they are.
    pub role: Role,
}

/// Locks memberships, those that there are. Memberships are locked before their channel, here as everywhere, and in
/// one order: no two can wait for each other.
pub(in crate::channels) async fn lock(
    db: &mut PgConnection,
    id: ChannelId,
    who: &[EntityId],
) -> Result<HashMap<EntityId, Standing>> {
    let rows: Vec<(Uuid, bool, String)> = sqlx::query_as(
        "select entity_id, left_seq is null, role from memberships
         where channel_id = $1 and entity_id = any($2) order by entity_id for update",
    )
    .bind(id.0)
    .bind(super::uuids(who))
    .fetch_all(db)
    .await?;
    let standing = |(who, joined, name): (Uuid, bool, String)| (EntityId(who), Standing { joined, role: role(&name) });
    Ok(rows.into_iter().map(standing).collect())
}

/// How many of these are or were members.
pub(in crate::channels) async fn known(db: &mut PgConnection, id: ChannelId, who: &[EntityId]) -> Result<i64> {
    let (count,) = sqlx::query_as("select count(*) from memberships where channel_id = $1 and entity_id = any($2)")
        .bind(id.0)
        .bind(super::uuids(who))
        .fetch_one(db)
        .await?;
    Ok(count)
}

/// Everybody in a circle; nobody for other channels, which may be large.
pub(in crate::channels) async fn in_circle(db: &mut PgConnection, id: ChannelId) -> Result<Vec<EntityId>> {
    let rows: Vec<(Uuid,)> = sqlx::query_as(
        "select m.entity_id from memberships m join channels c on c.id = m.channel_id
         where c.id = $1 and c.kind = 'circle' and m.left_seq is null",
    )
    .bind(id.0)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|(who,)| EntityId(who)).collect())
}

pub(in crate::channels) async fn count(db: &mut PgConnection, id: ChannelId) -> Result<i64> {
    let (count,) = sqlx::query_as("select count(*) from memberships where channel_id = $1 and left_seq is null")
        .bind(id.0)
        .fetch_one(db)
        .await?;
    Ok(count)
}

/// Makes somebody a member. Who comes back has what they had read; what they may read is the channel's choice.
pub(crate) async fn put(db: &mut PgConnection, id: ChannelId, who: EntityId, clock: i64) -> Result<()> {
    sqlx::query(
        "insert into memberships (channel_id, entity_id, clock, last_read_seq, visible_from, role)
         select c.id, $2, $3, c.last_seq, case c.history when 'whole' then 1 else c.last_seq + 1 end,
                case when c.owner_id = $2 then 'owner' else 'member' end
         from channels c where c.id = $1
         on conflict (channel_id, entity_id) do update
         set left_seq = null, joined_at = now(), clock = $3, put_away_seq = null, role = excluded.role,
             visible_from = excluded.visible_from,
             last_read_seq = greatest(memberships.last_read_seq, excluded.visible_from - 1)",
    )
    .bind(id.0)
    .bind(who.0)
    .bind(clock)
    .execute(db)
    .await?;
    Ok(())
}

pub(in crate::channels) async fn end(db: &mut PgConnection, id: ChannelId, who: EntityId, clock: i64) -> Result<()> {
    sqlx::query(
        "update memberships m set left_seq = c.last_seq, clock = $3, role = 'member' from channels c
         where c.id = m.channel_id and m.channel_id = $1 and m.entity_id = $2",
    )
    .bind(id.0)
    .bind(who.0)
    .bind(clock)
    .execute(db)
    .await?;
    Ok(())
}

pub(in crate::channels) async fn set_role(
    db: &mut PgConnection,
    id: ChannelId,
    who: EntityId,
    role: Role,
    clock: i64,
) -> Result<()> {
    sqlx::query("update memberships set role = $3, clock = $4 where channel_id = $1 and entity_id = $2")
        .bind(id.0)
        .bind(who.0)
        .bind(role_name(role))
        .bind(clock)
        .execute(db)
        .await?;
    Ok(())
}

/// The human who is to have a circle after its owner: an admin first, then whoever has been there longest.
pub(in crate::channels) async fn successor(db: &mut PgConnection, id: ChannelId) -> Result<Option<EntityId>> {
    let row: Option<(Uuid,)> = sqlx::query_as(
        "select m.entity_id from memberships m join entities e on e.id = m.entity_id
         where m.channel_id = $1 and m.left_seq is null and e.kind = 'human' and e.deactivated_at is null
         order by m.role = 'owner' desc, m.role = 'admin' desc, m.joined_at, m.entity_id limit 1",
    )
    .bind(id.0)
    .fetch_optional(db)
    .await?;
    Ok(row.map(|(who,)| EntityId(who)))
}

/// Keeps how far somebody has read. `false` where they were there already, or are no member.
pub(in crate::channels) async fn read(db: &PgPool, id: ChannelId, who: EntityId, up_to: i64) -> Result<bool> {
    let done = sqlx::query(
        "update memberships m set last_read_seq = least($3, c.last_seq) from channels c
         where c.id = m.channel_id and m.channel_id = $1 and m.entity_id = $2 and m.left_seq is null
           and m.last_read_seq < least($3, c.last_seq)",
    )
    .bind(id.0)
    .bind(who.0)
    .bind(up_to)
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Moves a read position back, so that `from` is the first unread message. `false` for those who are no member.
pub(in crate::channels) async fn unread(db: &PgPool, id: ChannelId, who: EntityId, from: i64) -> Result<bool> {
    let done = sqlx::query(
        "update memberships set last_read_seq = greatest(least(last_read_seq, $3 - 1), 0)
         where channel_id = $1 and entity_id = $2 and left_seq is null",
    )
    .bind(id.0)
    .bind(who.0)
    .bind(from)
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Puts a channel out of its member's list until something new is said, or back. `false` for those who are no member.
pub(in crate::channels) async fn put_away(db: &PgPool, id: ChannelId, who: EntityId, away: bool) -> Result<bool> {
    let done = sqlx::query(
        "update memberships m set put_away_seq = case when $3 then c.last_seq end from channels c
         where c.id = m.channel_id and m.channel_id = $1 and m.entity_id = $2 and m.left_seq is null",
    )
    .bind(id.0)
    .bind(who.0)
    .bind(away)
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Makes a channel silent for its member, or not. `false` for those who are no member.
pub(in crate::channels) async fn mute(db: &PgPool, id: ChannelId, who: EntityId, muted: bool) -> Result<bool> {
    let done =
        sqlx::query("update memberships set muted = $3 where channel_id = $1 and entity_id = $2 and left_seq is null")
            .bind(id.0)
            .bind(who.0)
            .bind(muted)
            .execute(db)
            .await?;
    Ok(done.rows_affected() > 0)
}

/// Closes a room to somebody.
pub(in crate::channels) async fn ban(db: &mut PgConnection, id: ChannelId, who: EntityId, by: EntityId) -> Result<()> {
    sqlx::query("insert into bans (channel_id, entity_id, banned_by) values ($1, $2, $3) on conflict do nothing")
        .bind(id.0)
        .bind(who.0)
        .bind(by.0)
        .execute(db)
        .await?;
    Ok(())
}

/// Opens a room to somebody again.
pub(in crate::channels) async fn unban(db: &PgPool, id: ChannelId, who: EntityId) -> Result<()> {
    sqlx::query("delete from bans where channel_id = $1 and entity_id = $2").bind(id.0).bind(who.0).execute(db).await?;
    Ok(())
}

pub(in crate::channels) async fn is_banned(db: &mut PgConnection, id: ChannelId, who: EntityId) -> Result<bool> {
    let (banned,) = sqlx::query_as("select exists (select from bans where channel_id = $1 and entity_id = $2)")
        .bind(id.0)
        .bind(who.0)
        .fetch_one(db)
        .await?;
    Ok(banned)
}

/// To whom a room is closed.
pub(in crate::channels) async fn banned(db: &PgPool, id: ChannelId) -> Result<Vec<model::Entity>> {
    let rows: Vec<crate::entities::Row> = sqlx::query_as(
        "select e.id, e.kind, e.name, e.bio from bans b join entities e on e.id = b.entity_id
         where b.channel_id = $1 order by e.name_key limit 1000",
    )
    .bind(id.0)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(crate::entities::entity).collect())
}

/// The rooms and circles that somebody is in.
pub(in crate::channels) async fn joined(db: &PgPool, who: EntityId) -> Result<Vec<ChannelId>> {
    let rows: Vec<(Uuid,)> = sqlx::query_as(
        "select m.channel_id from memberships m join channels c on c.id = m.channel_id
         where m.entity_id = $1 and m.left_seq is null and c.kind <> 'chat' order by m.channel_id",
    )
    .bind(who.0)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|(id,)| ChannelId(id)).collect())
}

/// Gives all of somebody's memberships new clocks: what they are called has changed. One channel at a time.
pub(in crate::channels) async fn touch(db: &PgPool, who: EntityId) -> Result<Vec<ChannelId>> {
    let rows: Vec<(Uuid,)> = sqlx::query_as(
        "select channel_id from memberships where entity_id = $1 and left_seq is null order by channel_id",
    )
    .bind(who.0)
    .fetch_all(db)
    .await?;
    for (id,) in &rows {
        let mut work = db.begin().await?;
        lock(&mut work, ChannelId(*id), &[who]).await?;
        let clock = super::advance_clock(&mut work, ChannelId(*id)).await?;
        sqlx::query("update memberships set clock = $3 where channel_id = $1 and entity_id = $2")
            .bind(id)
            .bind(who.0)
            .bind(clock)
            .execute(&mut *work)
            .await?;
        work.commit().await?;
    }
    Ok(rows.into_iter().map(|(id,)| ChannelId(id)).collect())
}
