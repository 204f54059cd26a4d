//! The table `initiatives`, and the rooms that could give an occasion.

use super::rule::{Last, Occasion, Room};
use crate::Result;
use crate::minds::questions;
use model::{ChannelId, EntityId, MessageId};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, Row};
use std::time::Duration;
use uuid::Uuid;

/// A room and what is known of it.
pub(super) struct Found {
    pub channel: ChannelId,
    pub room: Room,
}

impl FromRow<'_, PgRow> for Found {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let newcomer: Option<Uuid> = row.try_get("newcomer")?;
        let name: Option<String> = row.try_get("name")?;
        let last: Option<Uuid> = row.try_get("last")?;
        let ago: Option<f64> = row.try_get("ago")?;
        let by_human = row.try_get::<Option<String>, _>("kind")?.as_deref() == Some("human");
        let body: Option<String> = row.try_get("body")?;
        Ok(Self {
            channel: ChannelId(row.try_get("id")?),
            room: Room {
                newcomer: newcomer.map(EntityId).zip(name),
                last: last.zip(ago).map(|(id, ago)| Last {
                    id: MessageId(id),
                    ago: Duration::from_secs_f64(ago.max(0.0)),
                    asks: by_human && body.is_some_and(|body| questions::asks(&body)),
                }),
                heard: row.try_get("heard")?,
                begun: row.try_get("begun")?,
                hops: row.try_get("hops")?,
            },
        })
    }
}

/// Whether this node may look now: no other does.
pub(super) async fn is_alone(db: &mut PgConnection) -> Result<bool> {
    let (alone,) = sqlx::query_as("select pg_try_advisory_xact_lock(hashtext('initiative'))").fetch_one(db).await?;
    Ok(alone)
}

/// The rooms with one of these people and with an AI that may begin.
pub(super) async fn rooms(db: &mut PgConnection, here: &[EntityId]) -> Result<Vec<Found>> {
    let here: Vec<Uuid> = here.iter().map(|id| id.0).collect();
    let rows = sqlx::query_as(
        "select c.id, n.entity_id as newcomer, n.name,
                -- Where something was said off the record, nobody speaks unasked.
                case when not l.off_record then l.id end as last, l.ago, l.kind, l.body,
                (select count(*) from initiatives i where i.channel_id = c.id and i.at > now() - interval '1 hour') as begun,
                not exists (select from initiatives i where i.channel_id = c.id and i.at > coalesce(
                    (select max(m.created_at) from messages m join entities a on a.id = m.author_id
                     where m.channel_id = c.id and m.kind = 'text' and a.kind = 'human' and m.seq > c.last_seq - 100),
                    '-infinity')) as heard,
                (select count(*) from messages m join entities a on a.id = m.author_id
                 where m.channel_id = c.id and m.kind = 'text' and a.kind = 'ai' and m.seq > coalesce(
                    (select max(h.seq) from messages h join entities b on b.id = h.author_id
                     where h.channel_id = c.id and h.kind = 'text' and b.kind = 'human' and h.seq > c.last_seq - 100), c.last_seq - 100)) as hops
         from channels c
         left join lateral (
            select m.entity_id, e.name from memberships m join entities e on e.id = m.entity_id
            where m.channel_id = c.id and m.left_seq is null and m.entity_id = any($1)
              and m.joined_at between now() - interval '15 minutes' and now() - interval '15 seconds'
              and m.entity_id is distinct from c.owner_id
              and not exists (select from initiatives i where i.channel_id = c.id and i.about = m.entity_id)
            order by m.joined_at limit 1) n on true
         left join lateral (
            select m.id, a.kind, m.off_record,
                   -- What somebody is asked by name is theirs to answer.
                   case when not m.off_record and not exists (
                       select from mentions n join entities b on b.id = n.entity_id where n.message_id = m.id and b.kind = 'human') then m.body end as body, extract(epoch from now() - m.created_at)::float8 as ago
            from messages m join entities a on a.id = m.author_id
            where m.channel_id = c.id and m.kind = 'text' and m.deleted_at is null order by m.seq desc limit 1) l on true
         where c.kind = 'room' and c.archived_at is null and not c.off_record
           and exists (select from memberships m where m.channel_id = c.id and m.left_seq is null and m.entity_id = any($1))
           and exists (select from memberships m join minds d on d.entity_id = m.entity_id
                       where m.channel_id = c.id and m.left_seq is null and d.awake and d.initiative > 0
                         and d.strategy_room <> 'silent')",
    )
    .bind(here)
    .fetch_all(db)
    .await?;
    Ok(rows)
}

/// Has the AI of a room that may begin, the most talkative first, take an occasion. `false` where none may any more
/// today, or it was taken before.
pub(super) async fn take(db: &mut PgConnection, channel: ChannelId, occasion: &Occasion) -> Result<bool> {
    let (kind, about) = match occasion {
        Occasion::Welcome(who, _) => ("welcome", Some(who.0)),
        Occasion::Unfinished(message, _) => ("unfinished", Some(message.0)),
        Occasion::Silence(_) => ("silence", None),
    };
    let done = sqlx::query(
        "with taken as (
            insert into initiatives (id, entity_id, channel_id, kind, about)
            select $2, d.entity_id, $1, $3, $4 from memberships m join minds d on d.entity_id = m.entity_id
            where m.channel_id = $1 and m.left_seq is null and d.awake and d.strategy_room <> 'silent' and d.initiative > (
                select count(*) from initiatives i where i.entity_id = d.entity_id and i.at > now() - interval '24 hours')
            order by d.talkativeness desc, random() limit 1
            on conflict do nothing returning id, entity_id, channel_id
         )
         insert into tasks (id, kind, ordering_key, payload)
         select gen_random_uuid(), 'initiative', 'consider:' || channel_id, jsonb_build_object('initiative', id) from taken",
    )
    .bind(channel.0)
    .bind(Uuid::now_v7())
    .bind(kind)
    .bind(about)
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// An occasion that was taken: who by, where, and what it is by now.
pub(super) struct Taken {
    pub entity: EntityId,
    pub channel: ChannelId,
    pub occasion: Occasion,
    /// The newest message there.
    pub last: Option<MessageId>,
    /// Whether it has passed: somebody has spoken since.
    pub passed: bool,
}

pub(super) async fn taken(db: &sqlx::PgPool, id: Uuid) -> Result<Option<Taken>> {
    type Row = (Uuid, Uuid, String, Option<Uuid>, Option<String>, Option<Uuid>, f64, bool);
    let row: Option<Row> = sqlx::query_as(
        "select i.entity_id, i.channel_id, i.kind, i.about, (select e.name from entities e where e.id = i.about),
                l.id, coalesce(l.ago, 0)::float8, coalesce(l.created_at > i.at, false)
         from initiatives i left join lateral (
            select m.id, m.created_at, extract(epoch from now() - m.created_at) as ago from messages m
            where m.channel_id = i.channel_id and m.kind = 'text' and m.deleted_at is null order by m.seq desc limit 1) l on true
         where i.id = $1",
    )
    .bind(id)
    .fetch_optional(db)
    .await?;
    Ok(row.and_then(|(entity, channel, kind, about, name, last, ago, spoken)| {
        let ago = Duration::from_secs_f64(ago.max(0.0));
        let occasion = match (kind.as_str(), about, name) {
            ("welcome", Some(who), Some(name)) => Occasion::Welcome(EntityId(who), name),
            ("unfinished", Some(message), _) => Occasion::Unfinished(MessageId(message), ago),
            ("silence", ..) => Occasion::Silence(ago),
            _ => return None,
        };
        let passed = spoken && !matches!(occasion, Occasion::Welcome(..));
        let (entity, channel) = (EntityId(entity), ChannelId(channel));
        Some(Taken { entity, channel, occasion, last: last.map(MessageId), passed })
    }))
}
