//! The tables `messages`, `mentions` and `reactions`, read.

use super::roster::Roster;
use super::{Stretch, mentions};
use crate::Result;
use crate::entities::{entity, kind_of};
use model::messages::{Deletion, Quote, Reaction};
use model::{ChannelId, ClientKey, Entity, EntityId, Message, MessageId, MessageKind, Page, limits};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, PgExecutor, PgPool, Row};
use uuid::Uuid;

/// A message as it is read: whole, with what stands at other places about it.
struct MessageRow(Message);

macro_rules! message_columns {
    () => {
        "select m.id, m.channel_id, m.seq, m.clock, m.kind, m.body, m.html, m.reply_to, m.client_key, m.created_at, m.edited_at,
                (select count(distinct d.entity_id) from decisions d where d.trigger_id = m.id) as considered,
                m.pinned_at is not null as pinned, m.off_record, m.deleted_at is not null as deleted, m.deleted_why,
                (select d.name from entities d where d.id = m.deleted_by and d.id <> m.author_id) as deleted_by,
                e.id as author, e.kind as author_kind, e.name, e.bio,
                q.seq as quoted_seq, qa.name as quoted_author, qa.id as quoted_author_id, left(q.body, 120) as quoted_text,
                coalesce((select array_agg(distinct n.entity_id) from mentions n where n.message_id = m.id), '{}') as mentions,
                (select json_agg(json_build_object('emoji', r.emoji, 'count', r.count, 'who', r.who) order by r.first, r.emoji)
                 from (select x.emoji, count(*) as count, min(x.at) as first,
                              (array_agg(x.entity_id order by x.at, x.entity_id))[1:100] as who
                       from reactions x where x.message_id = m.id group by x.emoji) r) as reactions
         from messages m join entities e on e.id = m.author_id
         left join messages q on q.id = m.reply_to left join entities qa on qa.id = q.author_id "
    };
}

impl FromRow<'_, PgRow> for MessageRow {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let kind: &str = row.try_get("kind")?;
        let author_kind: &str = row.try_get("author_kind")?;
        let deletion = if row.try_get("deleted")? {
            Some(Deletion {
                by: row.try_get::<Option<String>, _>("deleted_by")?.unwrap_or_default(),
                why: row.try_get::<Option<String>, _>("deleted_why")?.unwrap_or_default(),
            })
        } else {
            None
        };
        let quote = match row.try_get::<Option<i64>, _>("quoted_seq")? {
            Some(seq) => Some(Quote {
                seq,
                author: row.try_get("quoted_author")?,
                author_id: row.try_get::<Option<Uuid>, _>("quoted_author_id")?.map(EntityId),
                text: row.try_get("quoted_text")?,
            }),
            None => None,
        };
        let reactions: Option<Json<Vec<Reaction>>> = row.try_get("reactions")?;
        let mentions: Vec<Uuid> = row.try_get("mentions")?;
        Ok(Self(Message {
            id: MessageId(row.try_get("id")?),
            channel: ChannelId(row.try_get("channel_id")?),
            seq: row.try_get("seq")?,
            clock: row.try_get("clock")?,
            author: Entity {
                id: EntityId(row.try_get("author")?),
                kind: kind_of(author_kind),
                name: row.try_get("name")?,
                bio: row.try_get("bio")?,
            },
            kind: if kind == "system" { MessageKind::System } else { MessageKind::Text },
            body: row.try_get("body")?,
            html: row.try_get("html")?,
            reply_to: row.try_get::<Option<Uuid>, _>("reply_to")?.map(MessageId),
            quote,
            mentions: mentions.into_iter().map(EntityId).collect(),
            reactions: reactions.map(|Json(reactions)| reactions).unwrap_or_default(),
            client_key: ClientKey(row.try_get("client_key")?),
            created_at: row.try_get("created_at")?,
            edited_at: row.try_get("edited_at")?,
            pinned: row.try_get("pinned")?,
            considered: row.try_get("considered")?,
            off_record: row.try_get("off_record")?,
            deletion,
        }))
    }
}

fn messages(rows: Vec<MessageRow>) -> Vec<Message> {
    rows.into_iter().map(|row| row.0).collect()
}

/// Everybody who is in a channel, with the newest clock of its memberships.
pub(super) async fn roster(db: impl PgExecutor<'_>, channel: ChannelId) -> Result<Roster> {
    type Row = (Uuid, String, String, String, i64, bool);
    let rows: Vec<Row> = sqlx::query_as(
        "select e.id, e.kind, e.name, e.bio, (select max(clock) from memberships where channel_id = $1),
                coalesce(case when c.kind = 'room' then d.strategy_room in ('probabilistic', 'active')
                              else d.strategy_chat <> 'silent' end, false)
         from memberships m join entities e on e.id = m.entity_id join channels c on c.id = m.channel_id
         left join minds d on d.entity_id = e.id
         where m.channel_id = $1 and m.left_seq is null",
    )
    .bind(channel.0)
    .fetch_all(db)
    .await?;
    let clock = rows.first().map_or(0, |row| row.4);
    let unasked = rows.iter().filter(|row| row.5).map(|row| EntityId(row.0)).collect();
    let member = |(id, kind, name, bio, ..): Row| {
        let folded = mentions::fold(&name);
        (entity((id, kind, name, bio)), folded)
    };
    let members = rows.into_iter().map(member).collect();
    Ok(Roster { clock, unasked, members })
}

pub(crate) async fn by_client_key(db: &PgPool, author: EntityId, key: ClientKey) -> Result<Option<Message>> {
    let row: Option<MessageRow> =
        sqlx::query_as(concat!(message_columns!(), "where m.author_id = $1 and m.client_key = $2"))
            .bind(author.0)
            .bind(key.0)
            .fetch_optional(db)
            .await?;
    Ok(row.map(|row| row.0))
}

/// One message of a channel.
pub(crate) async fn one(db: impl PgExecutor<'_>, channel: ChannelId, id: MessageId) -> Result<Option<Message>> {
    let row: Option<MessageRow> = sqlx::query_as(concat!(message_columns!(), "where m.id = $1 and m.channel_id = $2"))
        .bind(id.0)
        .bind(channel.0)
        .fetch_optional(db)
        .await?;
    Ok(row.map(|row| row.0))
}

/// What a reply quotes of the message that it answers, if its author may read that one.
pub(super) async fn quote(db: &PgPool, id: MessageId, channel: ChannelId, author: EntityId) -> Result<Option<Quote>> {
    let row: Option<(i64, String, Uuid, String)> = sqlx::query_as(
        "select m.seq, e.name, e.id, left(m.body, 120) from messages m join entities e on e.id = m.author_id
         join memberships s on s.channel_id = m.channel_id and s.entity_id = $3
         where m.id = $1 and m.channel_id = $2 and m.seq >= s.visible_from",
    )
    .bind(id.0)
    .bind(channel.0)
    .bind(author.0)
    .fetch_optional(db)
    .await?;
    Ok(row.map(|(seq, author, id, text)| Quote { seq, author, author_id: Some(EntityId(id)), text }))
}

/// Messages whose row changed after `since` and not after `up_to`.
pub(super) async fn changed(
    db: &PgPool,
    channel: ChannelId,
    since: i64,
    up_to: i64,
    limit: i64,
) -> Result<Vec<Message>> {
    let rows: Vec<MessageRow> = sqlx::query_as(concat!(
        message_columns!(),
        "where m.channel_id = $1 and m.clock > $2 and m.clock <= $3 order by m.clock limit $4"
    ))
    .bind(channel.0)
    .bind(since)
    .bind(up_to)
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(messages(rows))
}

/// The pinned messages of a channel, the newest first.
pub(super) async fn pinned(db: &PgPool, channel: ChannelId, visible_from: i64) -> Result<Vec<Message>> {
    let rows: Vec<MessageRow> = sqlx::query_as(concat!(
        message_columns!(),
        "where m.channel_id = $1 and m.pinned_at is not null and m.seq >= $2 order by m.seq desc limit $3"
    ))
    .bind(channel.0)
    .bind(visible_from)
    .bind(limits::PINS)
    .fetch_all(db)
    .await?;
    Ok(messages(rows).into_iter().map(|message| message.seen_from(visible_from)).collect())
}

/// A page of history from `visible_from` on. One row more than is shown tells whether there is more.
pub(super) async fn page(db: &PgPool, channel: ChannelId, visible_from: i64, stretch: Stretch) -> Result<Page> {
    let (backwards, edge) = match stretch {
        Stretch::Latest => (true, i64::MAX),
        Stretch::Before(seq) => (true, seq),
        Stretch::After(seq) => (false, seq),
        Stretch::Around(seq) => return around(db, channel, visible_from, seq).await,
    };
    let query = if backwards {
        concat!(
            message_columns!(),
            "where m.channel_id = $1 and m.seq >= $2 and m.seq < $3 order by m.seq desc limit $4"
        )
    } else {
        concat!(message_columns!(), "where m.channel_id = $1 and m.seq >= $2 and m.seq > $3 order by m.seq limit $4")
    };
    let rows: Vec<MessageRow> = sqlx::query_as(query)
        .bind(channel.0)
        .bind(visible_from)
        .bind(edge)
        .bind(limits::PAGE + 1)
        .fetch_all(db)
        .await?;
    let more = rows.len() as i64 > limits::PAGE;
    let mut messages: Vec<Message> =
        messages(rows).into_iter().take(limits::PAGE as usize).map(|one| one.seen_from(visible_from)).collect();
    if backwards {
        messages.reverse();
        Ok(Page { more_before: more, more_after: stretch != Stretch::Latest, messages })
    } else {
        let more_before = messages.first().is_some_and(|first| first.seq > visible_from);
        Ok(Page { more_before, more_after: more, messages })
    }
}

/// A page with a message in its middle.
async fn around(db: &PgPool, channel: ChannelId, visible_from: i64, seq: i64) -> Result<Page> {
    let half = limits::PAGE / 2;
    let rows: Vec<MessageRow> = sqlx::query_as(concat!(
        message_columns!(),
        "where m.channel_id = $1 and m.seq between greatest($2, $3 - $4) and $3 + $4 order by m.seq limit $5"
    ))
    .bind(channel.0)
    .bind(visible_from)
    .bind(seq.clamp(0, i64::MAX / 2))
    .bind(half)
    .bind(limits::PAGE)
    .fetch_all(db)
    .await?;
    let (last,): (i64,) =
        sqlx::query_as("select last_seq from channels where id = $1").bind(channel.0).fetch_one(db).await?;
    let messages: Vec<Message> = messages(rows).into_iter().map(|one| one.seen_from(visible_from)).collect();
    let more_before = messages.first().is_some_and(|first| first.seq > visible_from);
    let more_after = messages.last().is_none_or(|newest| newest.seq < last);
    Ok(Page { messages, more_before, more_after })
}

/// The newest messages of a channel, oldest first, up to and with `seq`.
pub(crate) async fn newest(
    db: &PgPool,
    channel: ChannelId,
    visible_from: i64,
    seq: i64,
    limit: i64,
) -> Result<Vec<Message>> {
    let rows: Vec<MessageRow> = sqlx::query_as(concat!(
        message_columns!(),
        "where m.channel_id = $1 and m.seq >= $2 and m.seq <= $3 order by m.seq desc limit $4"
    ))
    .bind(channel.0)
    .bind(visible_from)
    .bind(seq)
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(messages(rows).into_iter().rev().collect())
}
