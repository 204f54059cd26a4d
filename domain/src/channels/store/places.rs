//! Somebody's list of places.

use super::{ChannelRow, uuids};
use crate::Result;
use crate::entities::{self, entity};
use model::channels::Last;
use model::{EntityId, Place, limits};
use sqlx::{FromRow, PgPool, Row, postgres::PgRow};
use std::collections::HashMap;
use uuid::Uuid;

/// A place without those who are there.
struct Line {
    channel: ChannelRow,
    joined: bool,
    members: i64,
    unread: i64,
    mentioned: bool,
    muted: bool,
    put_away: bool,
    last: Option<Last>,
}

impl FromRow<'_, PgRow> for Line {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let last = row.try_get::<Option<String>, _>("last_author")?;
        let text = row.try_get::<Option<String>, _>("last_text")?;
        Ok(Self {
            channel: ChannelRow::from_row(row)?,
            joined: row.try_get("joined")?,
            members: row.try_get("members")?,
            unread: row.try_get("unread")?,
            mentioned: row.try_get("mentioned")?,
            muted: row.try_get("muted")?,
            put_away: row.try_get("put_away")?,
            last: last.map(|author| Last { author, text: text.unwrap_or_default() }),
        })
    }
}

/// The open rooms, and every channel that `who` is in: rooms first, then private talk, the newest first.
pub(crate) async fn places(db: &PgPool, who: EntityId, here: &[EntityId]) -> Result<Vec<Place>> {
    let lines: Vec<Line> = sqlx::query_as(concat!(
        "select ",
        name_for!("$1"),
        " as name, ", channel_columns!(), ",
                m.entity_id is not null as joined,
                (select count(*) from memberships n where n.channel_id = c.id and n.left_seq is null) as members,
                case when m.entity_id is null then 0 else (select count(*) from (
                    select from messages n
                    where n.channel_id = c.id and n.seq > greatest(m.last_read_seq, m.visible_from - 1, c.last_seq - 10 * $3)
                      and n.author_id <> $1 and n.deleted_at is null
                      and not exists (select from blocks b where b.blocker_id = $1 and b.blocked_id = n.author_id) limit $3
                ) waiting) end as unread,
                m.entity_id is not null and exists (
                    select from mentions x join messages n on n.id = x.message_id
                    where x.entity_id = $1 and x.channel_id = c.id and x.seq > m.last_read_seq and x.seq >= m.visible_from
                      and n.author_id <> $1
                      and not exists (select from blocks b where b.blocker_id = $1 and b.blocked_id = n.author_id)
                ) as mentioned,
                coalesce(m.muted, false) as muted,
                coalesce(m.put_away_seq >= c.last_seq, false) as put_away,
                case when newest.seq >= m.visible_from and not newest.hidden then newest.author end as last_author,
                left(newest.body, $2) as last_text
         from (select id from channels where kind = 'room' and archived_at is null
               union select channel_id from memberships where entity_id = $1 and left_seq is null) wanted
         join channels c on c.id = wanted.id
         left join memberships m on m.channel_id = c.id and m.entity_id = $1 and m.left_seq is null
         left join lateral (
            select n.seq, n.created_at, a.name as author, n.body,
                   exists (select from blocks b where b.blocker_id = $1 and b.blocked_id = n.author_id) as hidden
            from messages n join entities a on a.id = n.author_id
            where n.channel_id = c.id and n.seq = c.last_seq
         ) newest on true
         order by m.entity_id is null, c.archived_at is not null, c.kind <> 'room',
                  case when c.kind = 'room' then c.created_at end,
                  coalesce(newest.created_at, c.created_at) desc, c.id"
    ))
    .bind(who.0)
    .bind(limits::LAST_LINE as i32)
    .bind(limits::UNREAD)
    .fetch_all(db)
    .await?;
    let mut there = present(db, lines.iter().map(|line| line.channel.0.id.0).collect(), here).await?;
    Ok(lines
        .into_iter()
        .map(|line| {
            let here = there.remove(&line.channel.0.id.0).unwrap_or_default();
            Place {
                channel: line.channel.0,
                joined: line.joined,
                members: line.members,
                here_count: here.len() as i64,
                here: here.into_iter().take(8).map(entity).collect(),
                unread: line.unread,
                mentioned: line.mentioned,
                muted: line.muted,
                put_away: line.put_away,
                last: line.last,
            }
        })
        .collect())
}

/// Who is in which of these channels right now: AIs that are awake, and of the humans those who are present.
async fn present(db: &PgPool, ids: Vec<Uuid>, here: &[EntityId]) -> Result<HashMap<Uuid, Vec<entities::Row>>> {
    let rows: Vec<(Uuid, Uuid, String, String, String)> = sqlx::query_as(
        "select m.channel_id, e.id, e.kind, e.name, e.bio
         from memberships m join entities e on e.id = m.entity_id left join minds d on d.entity_id = e.id
         where m.channel_id = any($1) and m.left_seq is null and (d.awake or e.id = any($2))
         order by e.kind desc, e.name_key",
    )
    .bind(ids)
    .bind(uuids(here))
    .fetch_all(db)
    .await?;
    let mut there: HashMap<Uuid, Vec<entities::Row>> = HashMap::new();
    for (place, id, kind, name, bio) in rows {
        there.entry(place).or_default().push((id, kind, name, bio));
    }
    Ok(there)
}
