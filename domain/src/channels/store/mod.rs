//! The tables `channels` and `memberships`.

/// A channel's name as `who` (a parameter) reads it in a list: a private chat is called by the other one, a circle
/// without a name by the others.
macro_rules! name_for {
    ($who:literal) => {
        concat!(
            "case when c.kind = 'chat' then ",
            other_of!($who),
            " when c.name = '' then coalesce((select string_agg(o.name, ', ') from (
                select e.name from memberships n join entities e on e.id = n.entity_id
                where n.channel_id = c.id and n.left_seq is null and n.entity_id <> ",
            $who,
            " order by n.joined_at, e.id limit 6) o), 'Circle') else c.name end"
        )
    };
}

/// The name of the other one in a private chat.
macro_rules! other_of {
    ($who:literal) => {
        concat!(
            "(select e.name from entities e where e.id = case c.one_id when ",
            $who,
            " then c.other_id else c.one_id end)"
        )
    };
}

/// The columns of a [`ChannelRow`] but its name.
macro_rules! channel_columns {
    () => {
        "c.id, c.kind, c.description, c.capacity, c.last_seq, c.clock, c.epoch, c.history, c.archived_at, c.off_record"
    };
}

pub(super) mod kinds;
pub(super) mod memberships;
mod places;

pub(crate) use kinds::insert as insert_room;
pub(crate) use memberships::put as put_membership;
pub(crate) use places::places;

use crate::Result;
use crate::entities::entity;
use crate::live::Presences;
use model::presence::CROWD;
use model::{Channel, ChannelId, ChannelKind, EntityId, History, Member, Presence, Present, Role};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, PgExecutor, PgPool, Row};
use uuid::Uuid;

type MemberRow = (Uuid, String, String, String, String, bool, Option<bool>, i64, i64);

/// A channel as a row: `name` and [`channel_columns`].
struct ChannelRow(Channel);

impl FromRow<'_, PgRow> for ChannelRow {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self(Channel {
            id: ChannelId(row.try_get("id")?),
            kind: kind(row.try_get("kind")?),
            name: row.try_get("name")?,
            description: row.try_get("description")?,
            capacity: row.try_get("capacity")?,
            last_seq: row.try_get("last_seq")?,
            clock: row.try_get("clock")?,
            epoch: row.try_get("epoch")?,
            history: history(row.try_get("history")?),
            archived_at: row.try_get("archived_at")?,
            off_record: row.try_get("off_record")?,
        }))
    }
}

fn kind(name: &str) -> ChannelKind {
    match name {
        "chat" => ChannelKind::Chat,
        "circle" => ChannelKind::Circle,
        _ => ChannelKind::Room,
    }
}

fn history(name: &str) -> History {
    if name == "whole" { History::Whole } else { History::FromJoining }
}

fn role(name: &str) -> Role {
    match name {
        "owner" => Role::Owner,
        "admin" => Role::Admin,
        _ => Role::Member,
    }
}

const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Owner => "owner",
        Role::Admin => "admin",
        Role::Member => "member",
    }
}

fn member_of(row: MemberRow, here: &Presences) -> Member {
    let (id, kind, name, bio, role_name, joined, awake, clock, visible_from) = row;
    let presence = match awake {
        Some(true) => Presence::Available,
        Some(false) => Presence::Offline,
        None => here.of(EntityId(id)),
    };
    Member { entity: entity((id, kind, name, bio)), role: role(&role_name), joined, presence, clock, visible_from }
}

/// The columns of [`MemberRow`].
macro_rules! member_columns {
    () => {
        "e.id, e.kind, e.name, e.bio, m.role, m.left_seq is null, d.awake, m.clock, m.visible_from
         from memberships m join entities e on e.id = m.entity_id left join minds d on d.entity_id = e.id "
    };
}

fn uuids(ids: &[EntityId]) -> Vec<Uuid> {
    ids.iter().map(|id| id.0).collect()
}

/// What a membership lets its member see, and how they have it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seat {
    /// The first message that they may read.
    pub visible_from: i64,
    /// The last one that they have read.
    pub last_read_seq: i64,
    /// Whether the channel is silent for them.
    pub muted: bool,
    /// Whether they have put it away, and nothing was said since.
    pub put_away: bool,
    /// What they may do.
    pub role: Role,
}

/// A channel as `who` reads it (a circle without a name has none here), and their membership if they are in it.
pub(crate) async fn channel_for(
    db: impl PgExecutor<'_>,
    id: ChannelId,
    who: EntityId,
) -> Result<Option<(Channel, Option<Seat>)>> {
    let row: Option<PgRow> = sqlx::query(concat!(
        "select ",
        channel_columns!(),
        ", case when c.kind = 'chat' then ",
        other_of!("$2"),
        " else c.name end as name, m.visible_from, m.last_read_seq, m.muted, m.role,
         coalesce(m.put_away_seq >= c.last_seq, false) as put_away
         from channels c left join memberships m on m.channel_id = c.id and m.entity_id = $2 and m.left_seq is null
         where c.id = $1"
    ))
    .bind(id.0)
    .bind(who.0)
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let seat = match row.try_get::<Option<i64>, _>("visible_from")? {
        Some(visible_from) => Some(Seat {
            visible_from,
            last_read_seq: row.try_get("last_read_seq")?,
            muted: row.try_get("muted")?,
            put_away: row.try_get("put_away")?,
            role: role(row.try_get("role")?),
        }),
        None => None,
    };
    Ok(Some((ChannelRow::from_row(&row)?.0, seat)))
}

/// A channel's own state, with the clock of its last change.
pub(crate) async fn channel_state(db: &PgPool, id: ChannelId) -> Result<Option<(Channel, i64)>> {
    let row: Option<PgRow> =
        sqlx::query(concat!("select ", channel_columns!(), ", c.name, c.own_clock from channels c where c.id = $1"))
            .bind(id.0)
            .fetch_optional(db)
            .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((ChannelRow::from_row(&row)?.0, row.try_get("own_clock")?)))
}

/// Everybody in a channel, people who are present first.
pub(crate) async fn members(db: impl PgExecutor<'_>, id: ChannelId, here: &Presences) -> Result<Vec<Member>> {
    let rows: Vec<MemberRow> = sqlx::query_as(concat!(
        "select ",
        member_columns!(),
        "where m.channel_id = $1 and m.left_seq is null and e.deactivated_at is null
         order by coalesce(d.awake, e.id = any($2)) desc, e.name_key limit 1000"
    ))
    .bind(id.0)
    .bind(uuids(&here.ids()))
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| member_of(row, here)).collect())
}

/// One member, also one who left.
pub(crate) async fn member(db: &PgPool, id: ChannelId, who: EntityId, here: &Presences) -> Result<Option<Member>> {
    let row: Option<MemberRow> =
        sqlx::query_as(concat!("select ", member_columns!(), "where m.channel_id = $1 and m.entity_id = $2"))
            .bind(id.0)
            .bind(who.0)
            .fetch_optional(db)
            .await?;
    Ok(row.map(|row| member_of(row, here)))
}

/// Members whose row changed after `since` and not after `up_to`.
pub(crate) async fn members_changed(
    db: &PgPool,
    id: ChannelId,
    since: i64,
    up_to: i64,
    limit: i64,
    here: &Presences,
) -> Result<Vec<Member>> {
    let rows: Vec<MemberRow> = sqlx::query_as(concat!(
        "select ",
        member_columns!(),
        "where m.channel_id = $1 and m.clock > $2 and m.clock <= $3 order by m.clock limit $4"
    ))
    .bind(id.0)
    .bind(since)
    .bind(up_to)
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| member_of(row, here)).collect())
}

/// What decides whether a channel may be changed, locked.
pub(super) struct Locked {
    pub kind: ChannelKind,
    pub capacity: i32,
    pub archived: bool,
}

pub(super) async fn lock_channel(db: &mut PgConnection, id: ChannelId) -> Result<Option<Locked>> {
    let row: Option<(String, i32, bool)> =
        sqlx::query_as("select kind, capacity, archived_at is not null from channels where id = $1 for update")
            .bind(id.0)
            .fetch_optional(db)
            .await?;
    Ok(row.map(|(name, capacity, archived)| Locked { kind: kind(&name), capacity, archived }))
}

pub(crate) async fn advance_clock(db: &mut PgConnection, id: ChannelId) -> Result<i64> {
    let (clock,) = sqlx::query_as("update channels set clock = clock + 1 where id = $1 returning clock")
        .bind(id.0)
        .fetch_one(db)
        .await?;
    Ok(clock)
}

/// The clocks of several channels.
pub(crate) async fn clocks(db: &PgPool, ids: &[ChannelId]) -> Result<Vec<(ChannelId, i64)>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<(Uuid, i64)> =
        sqlx::query_as("select id, clock from channels where id = any($1)").bind(&ids).fetch_all(db).await?;
    Ok(rows.into_iter().map(|(id, clock)| (ChannelId(id), clock)).collect())
}

/// Who of a channel is there, AIs that are awake included, and how many people they are where that is a crowd: then
/// nobody is named.
pub(crate) async fn present(db: &PgPool, id: ChannelId, here: &Presences) -> Result<(Vec<Present>, Option<i64>)> {
    let rows: Vec<(Uuid, bool)> = sqlx::query_as(
        "select m.entity_id, d.awake is not null
         from memberships m left join minds d on d.entity_id = m.entity_id
         where m.channel_id = $1 and m.left_seq is null and coalesce(d.awake, m.entity_id = any($2))",
    )
    .bind(id.0)
    .bind(uuids(&here.ids()))
    .fetch_all(db)
    .await?;
    let people = rows.iter().filter(|(_, is_ai)| !is_ai).count();
    if people > CROWD {
        return Ok((Vec::new(), Some(people as i64)));
    }
    let how = |(id, is_ai): (Uuid, bool)| {
        let presence = if is_ai { Presence::Available } else { here.of(EntityId(id)) };
        Present { entity: EntityId(id), presence }
    };
    Ok((rows.into_iter().map(how).collect(), None))
}

/// How many of these people are in each of these channels.
pub(crate) async fn count_present(
    db: &PgPool,
    channels: &[ChannelId],
    people: &[EntityId],
) -> Result<Vec<(ChannelId, i64)>> {
    let channels: Vec<Uuid> = channels.iter().map(|id| id.0).collect();
    let rows: Vec<(Uuid, i64)> = sqlx::query_as(
        "select channel_id, count(*) from memberships
         where channel_id = any($1) and left_seq is null and entity_id = any($2) group by channel_id",
    )
    .bind(channels)
    .bind(uuids(people))
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|(id, count)| (ChannelId(id), count)).collect())
}

/// Where somebody listens.
pub(crate) struct ListenersSeat {
    /// Who.
    pub who: EntityId,
    /// Whether they would rather not be disturbed.
    pub busy: bool,
    /// Where.
    pub channel: ChannelId,
    /// The first message that they may read there.
    pub visible_from: i64,
    /// The channel's clock in the same view.
    pub clock: i64,
}

/// The channels that members are in now.
pub(crate) async fn seats(db: &PgPool, people: &[EntityId]) -> Result<Vec<ListenersSeat>> {
    let rows: Vec<(Uuid, bool, Uuid, i64, i64)> = sqlx::query_as(
        "select m.entity_id, e.busy, m.channel_id, m.visible_from, c.clock
         from memberships m join channels c on c.id = m.channel_id join entities e on e.id = m.entity_id
         where m.entity_id = any($1) and m.left_seq is null",
    )
    .bind(uuids(people))
    .fetch_all(db)
    .await?;
    let seat = |(who, busy, channel, visible_from, clock)| ListenersSeat {
        who: EntityId(who),
        busy,
        channel: ChannelId(channel),
        visible_from,
        clock,
    };
    Ok(rows.into_iter().map(seat).collect())
}
