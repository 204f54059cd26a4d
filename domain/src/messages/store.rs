//! The tables `messages` and `mentions`.

use super::Stretch;
use super::roster::Roster;
use crate::Result;
use crate::entities::entity;
use model::{ChannelId, ClientKey, EntityId, Message, MessageId, MessageKind, Page, limits};
use sqlx::{PgExecutor, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

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

/// Everybody who is in a channel, with the newest clock of its memberships.
pub(super) async fn roster(db: impl PgExecutor<'_>, channel: ChannelId) -> Result<Roster> {
    type Row = (Uuid, String, String, String, String, i64, bool);
    let rows: Vec<Row> = sqlx::query_as(
        "select e.id, e.kind, e.name, e.bio, e.name_key, (select max(clock) from memberships where channel_id = $1),
                c.kind = 'room'
         from memberships m join entities e on e.id = m.entity_id join channels c on c.id = m.channel_id
         where m.channel_id = $1 and m.left_seq is null",
    )
    .bind(channel.0)
    .fetch_all(db)
    .await?;
    let (clock, is_room) = rows.first().map_or((0, true), |row| (row.5, row.6));
    let members = rows.into_iter().map(|(id, kind, name, bio, key, ..)| (entity((id, kind, name, bio)), key)).collect();
    Ok(Roster { clock, is_room, members })
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
