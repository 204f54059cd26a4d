//! The tables `channels` and `memberships`.

use crate::Result;
use crate::entities::{self, entity};
use model::channels::RoomDraft;
use model::{Channel, ChannelId, ChannelKind, EntityId, Member, Place, Role};
use sqlx::{PgConnection, PgPool};
use std::collections::HashMap;
use time::OffsetDateTime;
use uuid::Uuid;

type ChannelRow = (Uuid, String, String, String, i32, i64, i64, i32, Option<OffsetDateTime>);
type MemberRow = (Uuid, String, String, String, String, bool, bool, i64, i64);

fn channel((id, kind, name, description, capacity, last_seq, clock, epoch, archived_at): ChannelRow) -> Channel {
    let kind = match kind.as_str() {
        "chat" => ChannelKind::Chat,
        "circle" => ChannelKind::Circle,
        _ => ChannelKind::Room,
    };
    Channel { id: ChannelId(id), kind, name, description, capacity, last_seq, clock, epoch, archived_at }
}

fn member_of((id, kind, name, bio, role, joined, here, clock, visible_from): MemberRow) -> Member {
    let role = match role.as_str() {
        "owner" => Role::Owner,
        "admin" => Role::Admin,
        _ => Role::Member,
    };
    Member { entity: entity((id, kind, name, bio)), role, joined, here, clock, visible_from }
}

/// The columns of [`MemberRow`], with `$2` the humans who are present.
macro_rules! member_columns {
    () => {
        "e.id, e.kind, e.name, e.bio, m.role, m.left_seq is null,
         case e.kind when 'ai' then coalesce(d.awake, false) else e.id = any($2) end, m.clock, m.visible_from
         from memberships m join entities e on e.id = m.entity_id left join minds d on d.entity_id = e.id "
    };
}

/// A channel's name as `who` (a parameter) reads it: a private chat is called by the other one.
macro_rules! name_for {
    ($who:literal) => {
        concat!(
            "case c.kind when 'chat' then (select e.name from entities e where e.id = case c.one_id when ",
            $who,
            " then c.other_id else c.one_id end) else c.name end"
        )
    };
}

fn uuids(ids: &[EntityId]) -> Vec<Uuid> {
    ids.iter().map(|id| id.0).collect()
}

/// A channel, and the membership of one who asks: visible_from and last_read_seq.
pub(crate) async fn channel_for(
    db: &PgPool,
    id: ChannelId,
    who: EntityId,
) -> Result<Option<(Channel, Option<(i64, i64)>)>> {
    type Row = (Uuid, String, String, String, i32, i64, i64, i32, Option<OffsetDateTime>, Option<i64>, Option<i64>);
    let row: Option<Row> = sqlx::query_as(concat!(
        "select c.id, c.kind, ",
        name_for!("$2"),
        ", c.description, c.capacity, c.last_seq, c.clock, c.epoch, c.archived_at,
                m.visible_from, m.last_read_seq
         from channels c left join memberships m on m.channel_id = c.id and m.entity_id = $2 and m.left_seq is null
         where c.id = $1"
    ))
    .bind(id.0)
    .bind(who.0)
    .fetch_optional(db)
    .await?;
    Ok(row.map(|(a, b, c, d, e, f, g, h, i, visible_from, last_read)| {
        (channel((a, b, c, d, e, f, g, h, i)), visible_from.zip(last_read))
    }))
}

/// A channel's own state.
pub(crate) async fn channel_state(db: &PgPool, id: ChannelId) -> Result<Option<(Channel, i64)>> {
    type Row = (Uuid, String, String, String, i32, i64, i64, i32, Option<OffsetDateTime>, i64);
    let row: Option<Row> = sqlx::query_as(
        "select id, kind, name, description, capacity, last_seq, clock, epoch, archived_at, own_clock
         from channels where id = $1",
    )
    .bind(id.0)
    .fetch_optional(db)
    .await?;
    Ok(row.map(|(a, b, c, d, e, f, g, h, i, own)| (channel((a, b, c, d, e, f, g, h, i)), own)))
}

/// Everybody in a channel, people who are present first.
pub(crate) async fn members(db: &PgPool, id: ChannelId, here: &[EntityId]) -> Result<Vec<Member>> {
    let rows: Vec<MemberRow> = sqlx::query_as(concat!(
        "select ",
        member_columns!(),
        "where m.channel_id = $1 and m.left_seq is null and e.deactivated_at is null order by 7 desc, e.name_key limit 1000"
    ))
    .bind(id.0)
    .bind(uuids(here))
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(member_of).collect())
}

/// One member, also one who left.
pub(crate) async fn member(db: &PgPool, id: ChannelId, who: EntityId, here: &[EntityId]) -> Result<Option<Member>> {
    let row: Option<MemberRow> =
        sqlx::query_as(concat!("select ", member_columns!(), "where m.channel_id = $1 and m.entity_id = $3"))
            .bind(id.0)
            .bind(uuids(here))
            .bind(who.0)
            .fetch_optional(db)
            .await?;
    Ok(row.map(member_of))
}

/// Members whose row changed after `since` and not after `up_to`.
pub(crate) async fn members_changed(
    db: &PgPool,
    id: ChannelId,
    since: i64,
    up_to: i64,
    limit: i64,
    here: &[EntityId],
) -> Result<Vec<Member>> {
    let rows: Vec<MemberRow> = sqlx::query_as(concat!(
        "select ",
        member_columns!(),
        "where m.channel_id = $1 and m.clock > $3 and m.clock <= $4 order by m.clock limit $5"
    ))
    .bind(id.0)
    .bind(uuids(here))
    .bind(since)
    .bind(up_to)
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(member_of).collect())
}

/// The open rooms, and every channel that `who` is in.
pub(crate) async fn places(db: &PgPool, who: EntityId, here: &[EntityId]) -> Result<Vec<Place>> {
    type Row = (Uuid, String, String, String, i32, i64, i64, i32, Option<OffsetDateTime>, bool, i64, i64);
    let rows: Vec<Row> = sqlx::query_as(
        concat!("select c.id, c.kind, ", name_for!("$1"), ", c.description, c.capacity, c.last_seq, c.clock, c.epoch, c.archived_at,
                m.entity_id is not null,
                (select count(*) from memberships n where n.channel_id = c.id and n.left_seq is null),
                case when m.entity_id is null then 0 else greatest(c.last_seq - m.last_read_seq, 0) end
         from (select id from channels where kind = 'room' and archived_at is null
               union select channel_id from memberships where entity_id = $1 and left_seq is null) wanted
         join channels c on c.id = wanted.id
         left join memberships m on m.channel_id = c.id and m.entity_id = $1 and m.left_seq is null
         order by m.entity_id is null, c.archived_at is not null, c.kind <> 'room',
                  case when c.kind = 'room' then c.created_at end,
                  (select newest.created_at from messages newest where newest.channel_id = c.id and newest.seq = c.last_seq)
                    desc nulls last, c.created_at desc, c.id"),
    )
    .bind(who.0)
    .fetch_all(db)
    .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.0).collect();
    let present: Vec<(Uuid, Uuid, String, String, String)> = sqlx::query_as(
        "select m.channel_id, e.id, e.kind, e.name, e.bio
         from memberships m join entities e on e.id = m.entity_id left join minds d on d.entity_id = e.id
         where m.channel_id = any($1) and m.left_seq is null and (d.awake or e.id = any($2))
         order by e.kind desc, e.name_key",
    )
    .bind(&ids)
    .bind(uuids(here))
    .fetch_all(db)
    .await?;
    let mut there: HashMap<Uuid, Vec<entities::Row>> = HashMap::new();
    for (place, id, kind, name, bio) in present {
        there.entry(place).or_default().push((id, kind, name, bio));
    }
    Ok(rows
        .into_iter()
        .map(|(a, b, c, d, e, f, g, h, i, joined, members, unread)| {
            let here = there.remove(&a).unwrap_or_default();
            Place {
                channel: channel((a, b, c, d, e, f, g, h, i)),
                joined,
                members,
                here_count: here.len() as i64,
                here: here.into_iter().take(8).map(entity).collect(),
                unread,
            }
        })
        .collect())
}

/// Locks a membership and says how it stands: `None` never was, `Some(None)` is, `Some(Some(seq))` left.
pub(super) async fn lock_membership(
    db: &mut PgConnection,
    id: ChannelId,
    who: EntityId,
) -> Result<Option<Option<i64>>> {
    let row: Option<(Option<i64>,)> =
        sqlx::query_as("select left_seq from memberships where channel_id = $1 and entity_id = $2 for update")
            .bind(id.0)
            .bind(who.0)
            .fetch_optional(db)
            .await?;
    Ok(row.map(|(left,)| left))
}

/// What decides whether somebody may join.
pub(super) struct Locked {
    pub kind: String,
    pub capacity: i32,
    pub archived: bool,
}

pub(super) async fn lock_channel(db: &mut PgConnection, id: ChannelId) -> Result<Option<Locked>> {
    let row: Option<(String, i32, bool)> =
        sqlx::query_as("select kind, capacity, archived_at is not null from channels where id = $1 for update")
            .bind(id.0)
            .fetch_optional(db)
            .await?;
    Ok(row.map(|(kind, capacity, archived)| Locked { kind, capacity, archived }))
}

pub(super) async fn count_members(db: &mut PgConnection, id: ChannelId) -> Result<i64> {
    let (count,) = sqlx::query_as("select count(*) from memberships where channel_id = $1 and left_seq is null")
        .bind(id.0)
        .fetch_one(db)
        .await?;
    Ok(count)
}

pub(super) async fn advance_clock(db: &mut PgConnection, id: ChannelId) -> Result<i64> {
    let (clock,) = sqlx::query_as("update channels set clock = clock + 1 where id = $1 returning clock")
        .bind(id.0)
        .fetch_one(db)
        .await?;
    Ok(clock)
}

pub(crate) async fn put_membership(db: &mut PgConnection, id: ChannelId, who: EntityId, clock: i64) -> Result<()> {
    sqlx::query(
        "insert into memberships (channel_id, entity_id, clock, last_read_seq)
         values ($1, $2, $3, (select last_seq from channels where id = $1))
         on conflict (channel_id, entity_id) do update set left_seq = null, joined_at = now(), clock = $3",
    )
    .bind(id.0)
    .bind(who.0)
    .bind(clock)
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn end_membership(db: &mut PgConnection, id: ChannelId, who: EntityId, clock: i64) -> Result<()> {
    sqlx::query(
        "update memberships m set left_seq = c.last_seq, clock = $3 from channels c
         where c.id = m.channel_id and m.channel_id = $1 and m.entity_id = $2",
    )
    .bind(id.0)
    .bind(who.0)
    .bind(clock)
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn read(db: &PgPool, id: ChannelId, who: EntityId, up_to: i64) -> Result<bool> {
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

pub(crate) async fn insert_room(
    db: impl sqlx::PgExecutor<'_>,
    id: ChannelId,
    draft: &RoomDraft,
    name_key: &str,
    owner: EntityId,
) -> Result<()> {
    sqlx::query(
        "insert into channels (id, kind, name, name_key, description, capacity, owner_id) values ($1, 'room', $2, $3, $4, $5, $6)",
    )
    .bind(id.0)
    .bind(&draft.name)
    .bind(name_key)
    .bind(&draft.description)
    .bind(draft.capacity)
    .bind(owner.0)
    .execute(db)
    .await?;
    Ok(())
}

/// The private chat of two, if they have one.
pub(super) async fn chat_of(db: &PgPool, who: EntityId, with: EntityId) -> Result<Option<ChannelId>> {
    let row: Option<(Uuid,)> =
        sqlx::query_as("select id from channels where one_id = least($1, $2) and other_id = greatest($1, $2)")
            .bind(who.0)
            .bind(with.0)
            .fetch_optional(db)
            .await?;
    Ok(row.map(|(id,)| ChannelId(id)))
}

/// Makes the private chat of two. `false` where it is there already, or one of them is not.
pub(super) async fn insert_chat(db: &mut PgConnection, id: ChannelId, who: EntityId, with: EntityId) -> Result<bool> {
    let done = sqlx::query(
        "insert into channels (id, kind, name, name_key, capacity, one_id, other_id)
         select $1, 'chat', 'private chat', '', 2, least($2, $3), greatest($2, $3)
         where (select count(*) from entities where id in ($2, $3) and deactivated_at is null) = 2
         on conflict (one_id, other_id) do nothing",
    )
    .bind(id.0)
    .bind(who.0)
    .bind(with.0)
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn edit_room(
    db: &PgPool,
    id: ChannelId,
    draft: &RoomDraft,
    name_key: &str,
) -> Result<Option<Channel>> {
    let row: Option<ChannelRow> = sqlx::query_as(
        "update channels set name = $2, name_key = $3, description = $4, capacity = $5, clock = clock + 1, own_clock = clock + 1
         where id = $1 and kind = 'room' and archived_at is null
         returning id, kind, name, description, capacity, last_seq, clock, epoch, archived_at",
    )
    .bind(id.0)
    .bind(&draft.name)
    .bind(name_key)
    .bind(&draft.description)
    .bind(draft.capacity)
    .fetch_optional(db)
    .await?;
    Ok(row.map(channel))
}

pub(super) async fn archive_room(db: &PgPool, id: ChannelId) -> Result<Option<Channel>> {
    let row: Option<ChannelRow> = sqlx::query_as(
        "update channels set archived_at = now(), clock = clock + 1, own_clock = clock + 1
         where id = $1 and kind = 'room' and archived_at is null
         returning id, kind, name, description, capacity, last_seq, clock, epoch, archived_at",
    )
    .bind(id.0)
    .fetch_optional(db)
    .await?;
    Ok(row.map(channel))
}

/// The clocks of several channels.
pub(crate) async fn clocks(db: &PgPool, ids: &[ChannelId]) -> Result<Vec<(ChannelId, i64)>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<(Uuid, i64)> =
        sqlx::query_as("select id, clock from channels where id = any($1)").bind(&ids).fetch_all(db).await?;
    Ok(rows.into_iter().map(|(id, clock)| (ChannelId(id), clock)).collect())
}

/// The channels that members are in now: who, where, from which message on, and that channel's clock in the same view.
pub(crate) async fn seats(db: &PgPool, people: &[EntityId]) -> Result<Vec<(EntityId, ChannelId, i64, i64)>> {
    let rows: Vec<(Uuid, Uuid, i64, i64)> = sqlx::query_as(
        "select m.entity_id, m.channel_id, m.visible_from, c.clock
         from memberships m join channels c on c.id = m.channel_id
         where m.entity_id = any($1) and m.left_seq is null",
    )
    .bind(uuids(people))
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|(who, place, from, clock)| (EntityId(who), ChannelId(place), from, clock)).collect())
}
