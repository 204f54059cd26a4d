//! The tables `messages` and `mentions`.

use super::roster::Roster;
use super::{Prepared, Stretch};
use crate::Result;
use crate::entities::entity;
use model::{ChannelId, ClientKey, EntityId, Message, MessageId, MessageKind, Page, limits};
use sqlx::{PgExecutor, PgPool};
use std::collections::HashMap;
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

/// Everybody who is in a channel, with the newest clock of its memberships.
pub(super) async fn roster(db: impl PgExecutor<'_>, channel: ChannelId) -> Result<Roster> {
    type Row = (Uuid, String, String, String, String, i64);
    let rows: Vec<Row> = sqlx::query_as(
        "select e.id, e.kind, e.name, e.bio, e.name_key, (select max(clock) from memberships where channel_id = $1)
         from memberships m join entities e on e.id = m.entity_id where m.channel_id = $1 and m.left_seq is null",
    )
    .bind(channel.0)
    .fetch_all(db)
    .await?;
    let clock = rows.first().map_or(0, |row| row.5);
    let members = rows.into_iter().map(|(id, kind, name, bio, key, _)| (entity((id, kind, name, bio)), key)).collect();
    Ok(Roster { clock, members })
}

/// The author's membership, locked (shared) so that whoever is being removed has either posted before or cannot any
/// more, then the channel's counters, then the message: the beginning of both statements below. `$8` is the clock of
/// the roster that the message was prepared with.
macro_rules! insert_message {
    () => {
        "with author as (
            select entity_id from memberships
            where channel_id = $2 and entity_id = $3 and left_seq is null
              and ($8::bigint is null or $8 = (select max(clock) from memberships where channel_id = $2)) for share
         ), bumped as (
            update channels c set last_seq = c.last_seq + 1, clock = c.clock + 1 from author
            where c.id = $2 and c.archived_at is null returning c.last_seq, c.clock
         ), born as (
            insert into messages (id, channel_id, seq, clock, author_id, body, html, reply_to, client_key)
            select $1, $2, last_seq, clock, $3, $4, $5, $6, $7 from bumped returning seq, clock, created_at
         )"
    };
}

/// Numbers and keeps a message with its mentions, and asks the AIs that it names to consider it.
///
/// One statement, so one round trip, and the channel's row is locked for no longer than the commit takes. Most messages
/// name nobody, and for them the short statement does: the long one costs a third more even where it has nothing to add.
/// `None` where the author is no member, the channel is archived, or its members have changed since it was prepared.
pub(super) async fn insert(db: impl PgExecutor<'_>, draft: &Prepared) -> Result<Option<Numbered>> {
    let names = !draft.mentions.is_empty();
    let statement = if names {
        concat!(
            insert_message!(),
            ", named as (
                insert into mentions (message_id, entity_id, start, length)
                select $1, x.entity, x.start, x.length
                from born, unnest($9::uuid[], $10::int[], $11::int[]) as x (entity, start, length)
             ), considering as (
                insert into tasks (id, kind, ordering_key, dedup_key, payload)
                select x.task, 'consider', 'consider:' || x.entity || ':' || $2, 'consider:' || x.entity || ':' || $2,
                       jsonb_build_object('entity', x.entity, 'channel', $2, 'from_seq', born.seq)
                from born, unnest($12::uuid[], $13::uuid[]) as x (task, entity)
                on conflict (dedup_key) where lease_owner is null and dedup_key is not null do nothing
             )
             select seq, clock, created_at from born"
        )
    } else {
        concat!(insert_message!(), " select seq, clock, created_at from born")
    };
    let query = sqlx::query_as(statement)
        .bind(draft.id.0)
        .bind(draft.channel.0)
        .bind(draft.author.id.0)
        .bind(&draft.body)
        .bind(&draft.html)
        .bind(draft.reply_to.map(|id| id.0))
        .bind(draft.client_key.0)
        .bind(draft.roster);
    if !names {
        return Ok(query.fetch_optional(db).await?);
    }
    let (mut named, mut starts, mut lengths) = (Vec::new(), Vec::new(), Vec::new());
    for mention in &draft.mentions {
        named.push(mention.entity.0);
        starts.push(mention.start as i32);
        lengths.push(mention.length as i32);
    }
    let ais: Vec<Uuid> = draft.considering().map(|id| id.0).collect();
    let tasks: Vec<Uuid> = ais.iter().map(|_| Uuid::now_v7()).collect();
    Ok(query.bind(named).bind(starts).bind(lengths).bind(tasks).bind(ais).fetch_optional(db).await?)
}

/// The same for several posts of one channel in one statement, in their order; the numbers of those that were taken.
pub(super) async fn insert_together(
    db: &PgPool,
    channel: ChannelId,
    posts: &[&Prepared],
) -> Result<HashMap<MessageId, Numbered>> {
    let mut mentions = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut tasks = (Vec::new(), Vec::new(), Vec::new());
    for post in posts {
        for mention in &post.mentions {
            mentions.0.push(post.id.0);
            mentions.1.push(mention.entity.0);
            mentions.2.push(mention.start as i32);
            mentions.3.push(mention.length as i32);
        }
        for ai in post.considering() {
            tasks.0.push(post.id.0);
            tasks.1.push(Uuid::now_v7());
            tasks.2.push(ai.0);
        }
    }
    let each = |of: fn(&Prepared) -> Uuid| posts.iter().map(|post| of(post)).collect::<Vec<Uuid>>();
    let rows: Vec<(Uuid, i64, i64, OffsetDateTime)> = sqlx::query_as(
        "with draft as (
            select * from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::uuid[], $8::bigint[])
              with ordinality as d (id, author, body, html, reply_to, client_key, roster, place)
         ), author as (
            select entity_id from memberships
            where channel_id = $1 and entity_id in (select author from draft) and left_seq is null
            order by entity_id for share
         ), taken as (
            select d.*, row_number() over (order by d.place) as nth from draft d
            where d.author in (select entity_id from author)
              and (d.roster is null or d.roster = (select max(clock) from memberships where channel_id = $1))
         ), bumped as (
            update channels c set last_seq = c.last_seq + t.posts, clock = c.clock + t.posts
            from (select count(*) as posts from taken) t
            where c.id = $1 and c.archived_at is null and t.posts > 0
            returning c.last_seq - t.posts as seq, c.clock - t.posts as clock
         ), born as (
            insert into messages (id, channel_id, seq, clock, author_id, body, html, reply_to, client_key)
            select t.id, $1, b.seq + t.nth, b.clock + t.nth, t.author, t.body, t.html, t.reply_to, t.client_key
            from taken t, bumped b returning id, seq, clock, created_at
         ), named as (
            insert into mentions (message_id, entity_id, start, length)
            select x.message, x.entity, x.start, x.length
            from unnest($9::uuid[], $10::uuid[], $11::int[], $12::int[]) as x (message, entity, start, length)
            join born on born.id = x.message
         ), considering as (
            insert into tasks (id, kind, ordering_key, dedup_key, payload)
            select x.task, 'consider', 'consider:' || x.entity || ':' || $1, 'consider:' || x.entity || ':' || $1,
                   jsonb_build_object('entity', x.entity, 'channel', $1, 'from_seq', born.seq)
            from unnest($13::uuid[], $14::uuid[], $15::uuid[]) as x (message, task, entity)
            join born on born.id = x.message order by born.seq
            on conflict (dedup_key) where lease_owner is null and dedup_key is not null do nothing
         )
         select id, seq, clock, created_at from born",
    )
    .bind(channel.0)
    .bind(each(|post| post.id.0))
    .bind(each(|post| post.author.id.0))
    .bind(posts.iter().map(|post| post.body.as_str()).collect::<Vec<&str>>())
    .bind(posts.iter().map(|post| post.html.as_str()).collect::<Vec<&str>>())
    .bind(posts.iter().map(|post| post.reply_to.map(|id| id.0)).collect::<Vec<Option<Uuid>>>())
    .bind(each(|post| post.client_key.0))
    .bind(posts.iter().map(|post| post.roster).collect::<Vec<Option<i64>>>())
    .bind(mentions.0)
    .bind(mentions.1)
    .bind(mentions.2)
    .bind(mentions.3)
    .bind(tasks.0)
    .bind(tasks.1)
    .bind(tasks.2)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|(id, seq, clock, at)| (MessageId(id), (seq, clock, at))).collect())
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
