//! The tables `messages` and `mentions`.

use super::{Prepared, Stretch};
use crate::Result;
use crate::entities::entity;
use model::{ChannelId, ClientKey, Entity, EntityId, Message, MessageId, MessageKind, Page, limits};
use sqlx::{PgExecutor, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

/// seq, clock and time of a message that was just born.
pub(crate) type Numbered = (i64, i64, OffsetDateTime);

type Row =
    (Uuid, Uuid, i64, i64, String, String, String, Option<Uuid>, Uuid, OffsetDateTime, Uuid, String, String, String);

macro_rules! message_columns {
    () => {
        "select m.id, m.channel_id, m.seq, m.clock, m.kind, m.body, m.html, m.reply_to, m.client_key, m.created_at,
                e.id, e.kind, e.name, e.bio from messages m join entities e on e.id = m.author_id "
    };
}

fn message(row: Row) -> Message {
    let (id, channel, seq, clock, kind, body, html, reply_to, client_key, created_at, author, author_kind, name, bio) =
        row;
    Message {
        id: MessageId(id),
        channel: ChannelId(channel),
        seq,
        clock,
        author: entity((author, author_kind, name, bio)),
        kind: if kind == "system" { MessageKind::System } else { MessageKind::Text },
        body,
        html,
        reply_to: reply_to.map(MessageId),
        client_key: ClientKey(client_key),
        created_at,
    }
}

/// Somebody in the channel who may be named by a text.
pub(super) struct Candidate {
    pub entity: Entity,
}

/// The author, and those members whose name occurs somewhere in the folded text.
pub(super) async fn candidates(
    db: &PgPool,
    channel: ChannelId,
    author: EntityId,
    folded: &str,
) -> Result<Vec<Candidate>> {
    let rows: Vec<crate::entities::Row> = sqlx::query_as(
        "select e.id, e.kind, e.name, e.bio from memberships m join entities e on e.id = m.entity_id
         where m.channel_id = $1 and m.left_seq is null and (e.id = $2 or strpos($3, e.name_key) > 0)",
    )
    .bind(channel.0)
    .bind(author.0)
    .bind(folded)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| Candidate { entity: entity(row) }).collect())
}

/// Numbers and keeps a message with its mentions, and asks the AIs that it names to consider it.
///
/// One statement, so one round trip, and the channel's row is locked for no longer than the commit takes. The
/// author's membership is locked first (shared): whoever is being removed has either posted before or cannot any more.
/// `None` where the author is no member or the channel is archived.
pub(crate) async fn insert(db: impl PgExecutor<'_>, draft: &Prepared) -> Result<Option<Numbered>> {
    let (mut named, mut starts, mut lengths) = (Vec::new(), Vec::new(), Vec::new());
    for mention in &draft.mentions {
        named.push(mention.entity.0);
        starts.push(mention.start as i32);
        lengths.push(mention.length as i32);
    }
    let ais: Vec<Uuid> = draft.considering().map(|id| id.0).collect();
    let tasks: Vec<Uuid> = ais.iter().map(|_| Uuid::now_v7()).collect();
    let row = sqlx::query_as(
        "with author as (
            select entity_id from memberships
            where channel_id = $2 and entity_id = $3 and left_seq is null for share
         ), bumped as (
            update channels c set last_seq = c.last_seq + 1, clock = c.clock + 1 from author
            where c.id = $2 and c.archived_at is null returning c.last_seq, c.clock
         ), born as (
            insert into messages (id, channel_id, seq, clock, author_id, body, html, reply_to, client_key)
            select $1, $2, last_seq, clock, $3, $4, $5, $6, $7 from bumped returning seq, clock, created_at
         ), named as (
            insert into mentions (message_id, entity_id, start, length)
            select $1, x.entity, x.start, x.length from born, unnest($8::uuid[], $9::int[], $10::int[]) as x (entity, start, length)
         ), considering as (
            insert into tasks (id, kind, ordering_key, dedup_key, payload)
            select x.task, 'consider', 'consider:' || x.entity || ':' || $2, 'consider:' || x.entity || ':' || $2,
                   jsonb_build_object('entity', x.entity, 'channel', $2, 'from_seq', born.seq)
            from born, unnest($11::uuid[], $12::uuid[]) as x (task, entity)
            on conflict (dedup_key) where lease_owner is null and dedup_key is not null do nothing
         )
         select seq, clock, created_at from born",
    )
    .bind(draft.id.0)
    .bind(draft.channel.0)
    .bind(draft.author.id.0)
    .bind(&draft.body)
    .bind(&draft.html)
    .bind(draft.reply_to.map(|id| id.0))
    .bind(draft.client_key.0)
    .bind(named)
    .bind(starts)
    .bind(lengths)
    .bind(tasks)
    .bind(ais)
    .fetch_optional(db)
    .await?;
    Ok(row)
}

pub(super) async fn by_client_key(db: &PgPool, author: EntityId, key: ClientKey) -> Result<Option<Message>> {
    let row: Option<Row> = sqlx::query_as(concat!(message_columns!(), "where m.author_id = $1 and m.client_key = $2"))
        .bind(author.0)
        .bind(key.0)
        .fetch_optional(db)
        .await?;
    Ok(row.map(message))
}

pub(super) async fn is_in(db: &PgPool, id: MessageId, channel: ChannelId) -> Result<bool> {
    let (found,) = sqlx::query_as("select exists (select from messages where id = $1 and channel_id = $2)")
        .bind(id.0)
        .bind(channel.0)
        .fetch_one(db)
        .await?;
    Ok(found)
}

/// Messages whose row changed after `since` and not after `up_to`.
pub(super) async fn changed(
    db: &PgPool,
    channel: ChannelId,
    since: i64,
    up_to: i64,
    limit: i64,
) -> Result<Vec<Message>> {
    let rows: Vec<Row> = sqlx::query_as(concat!(
        message_columns!(),
        "where m.channel_id = $1 and m.clock > $2 and m.clock <= $3 order by m.clock limit $4"
    ))
    .bind(channel.0)
    .bind(since)
    .bind(up_to)
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(message).collect())
}

/// A page of history from `visible_from` on. One row more than is shown tells whether there is more.
pub(super) async fn page(db: &PgPool, channel: ChannelId, visible_from: i64, stretch: Stretch) -> Result<Page> {
    let (backwards, edge) = match stretch {
        Stretch::Latest => (true, i64::MAX),
        Stretch::Before(seq) => (true, seq),
        Stretch::After(seq) => (false, seq),
    };
    let query = if backwards {
        concat!(
            message_columns!(),
            "where m.channel_id = $1 and m.seq >= $2 and m.seq < $3 order by m.seq desc limit $4"
        )
    } else {
        concat!(message_columns!(), "where m.channel_id = $1 and m.seq >= $2 and m.seq > $3 order by m.seq limit $4")
    };
    let rows: Vec<Row> = sqlx::query_as(query)
        .bind(channel.0)
        .bind(visible_from)
        .bind(edge)
        .bind(limits::PAGE + 1)
        .fetch_all(db)
        .await?;
    let more = rows.len() as i64 > limits::PAGE;
    let mut messages: Vec<Message> = rows.into_iter().take(limits::PAGE as usize).map(message).collect();
    if backwards {
        messages.reverse();
        Ok(Page { more_before: more, more_after: stretch != Stretch::Latest, messages })
    } else {
        let more_before = messages.first().is_some_and(|first| first.seq > visible_from);
        Ok(Page { more_before, more_after: more, messages })
    }
}

/// The newest messages of a channel, oldest first, up to and with `seq`.
pub(crate) async fn newest(
    db: &PgPool,
    channel: ChannelId,
    visible_from: i64,
    seq: i64,
    limit: i64,
) -> Result<Vec<Message>> {
    let rows: Vec<Row> = sqlx::query_as(concat!(
        message_columns!(),
        "where m.channel_id = $1 and m.seq >= $2 and m.seq <= $3 order by m.seq desc limit $4"
    ))
    .bind(channel.0)
    .bind(visible_from)
    .bind(seq)
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().rev().map(message).collect())
}
