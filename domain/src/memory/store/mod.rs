//! The tables `recollections`, `terms` and `indexed`; in files of their own, `memories` and what looks in all of them.

pub(in crate::memory) mod derived;
mod episodes;
mod facts;
mod gists;
mod passages;
mod reflections;
mod search;
mod vectors;

pub(super) use episodes::{Line, counted, form_again, keep_episode, lines, make_anew, of_rooms, over, stale};
pub(crate) use episodes::{call_otherwise, recalled, stands};
pub(super) use facts::{is_any_left, keep as keep_facts, talk};
pub(crate) use gists::gist;
pub(super) use gists::{day, fade, grown, keep_gist};
pub(super) use passages::{FoundRow, Known, passage_rarity, passages};
pub(super) use reflections::{ask_to_reflect, grounds, keep_reflections, unthink};
pub(super) use search::{
    Found, FoundMemory, Look, Open, Seen, by_words, exact, kind_of, memories, open, rarity, visible, within,
};
pub(super) use vectors::{
    Made, MadeLine, forget_vectors_but, gone_of, made, progress, put_vectors, put_vectors_of, without_vectors_of,
};

use crate::Result;
use model::ChannelId;
use serde::Serialize;
use serde_json::json;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, Row};
use std::collections::{BTreeMap, HashMap};
use time::OffsetDateTime;
use uuid::Uuid;

/// Whether this node may index now: no other does, until the transaction's end.
pub(super) async fn is_alone(db: &mut PgConnection) -> Result<bool> {
    let (alone,) = sqlx::query_as("select pg_try_advisory_xact_lock(hashtext('memory'))").fetch_one(db).await?;
    Ok(alone)
}

/// Whether this node may make vectors now: no other does, until the transaction's end.
pub(super) async fn makes_vectors(db: &mut PgConnection) -> Result<bool> {
    let (alone,) = sqlx::query_as("select pg_try_advisory_xact_lock(hashtext('vectors'))").fetch_one(db).await?;
    Ok(alone)
}

/// Waits until nobody else changes what is remembered, and has nobody do so until the transaction's end.
pub(super) async fn alone(db: &mut PgConnection) -> Result<()> {
    sqlx::query("select pg_advisory_xact_lock(hashtext('memory'))").execute(db).await?;
    Ok(())
}

/// Waits until nobody changes what is remembered, and has nobody begin to until the transaction's end; others may wait so, too.
pub(super) async fn beside_none(db: &mut PgConnection) -> Result<()> {
    sqlx::query("select pg_advisory_xact_lock_shared(hashtext('memory'))").execute(db).await?;
    Ok(())
}

/// A channel of which not all is indexed: how far it is, and how far it has come.
pub(super) async fn behind(db: &mut PgConnection) -> Result<Option<(ChannelId, i64, i64)>> {
    let row: Option<(Uuid, i64, i64)> = sqlx::query_as(
        "select c.id, coalesce(i.clock, 0), c.clock from channels c left join indexed i on i.channel_id = c.id
         where c.clock > coalesce(i.clock, 0) order by random() limit 1",
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|(id, since, now)| (ChannelId(id), since, now)))
}

/// A message that was said or changed.
pub(super) struct Said {
    pub id: Uuid,
    pub seq: i64,
    pub clock: i64,
    pub body: String,
    pub at: OffsetDateTime,
    /// The clock at which its words last changed, or 0.
    pub edited: i64,
    pub author: String,
    /// The language that its author speaks.
    pub language: String,
    pub author_id: Uuid,
    /// Whom an AI answered with it.
    pub answers_id: Option<Uuid>,
    /// Whether it is to be remembered: words of a member that are there, and on the record, and not to be forgotten by all.
    pub kept: bool,
}

impl FromRow<'_, PgRow> for Said {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            seq: row.try_get("seq")?,
            clock: row.try_get("clock")?,
            body: row.try_get("body")?,
            at: row.try_get("at")?,
            edited: row.try_get("edited")?,
            author: row.try_get("author")?,
            language: row.try_get("language")?,
            author_id: row.try_get("author_id")?,
            answers_id: row.try_get("answers_id")?,
            kept: row.try_get("kept")?,
        })
    }
}

/// The messages of a channel that changed after `since` and not after `now`, by clock.
pub(super) async fn said(
    db: &mut PgConnection,
    channel: ChannelId,
    since: i64,
    now: i64,
    limit: i64,
) -> Result<Vec<Said>> {
    let said = sqlx::query_as(
        "select m.id, m.seq, m.clock, m.body, m.created_at as at, m.edit_clock as edited, e.name as author, e.language,
                m.author_id, case when e.kind = 'ai' then q.author_id end as answers_id,
                m.kind = 'text' and m.deleted_at is null and not m.off_record and not exists (
                    select from unremembered u where u.entity_id is null
                    and (u.person_id = m.author_id or (e.kind = 'ai' and u.person_id = q.author_id))
                    and (u.channel_id is null or u.channel_id = m.channel_id) and m.created_at < u.until) as kept
         from messages m join entities e on e.id = m.author_id left join messages q on q.id = m.reply_to
         where m.channel_id = $1 and m.clock > $2 and m.clock <= $3 order by m.clock limit $4",
    )
    .bind(channel.0)
    .bind(since)
    .bind(now)
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(said)
}

/// What stood in the index of a message.
pub(super) struct Before {
    pub id: Uuid,
    pub stretch: i64,
    pub edited: i64,
    pub terms: Vec<i32>,
}

impl FromRow<'_, PgRow> for Before {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            stretch: row.try_get("stretch")?,
            edited: row.try_get("edited")?,
            terms: row.try_get("terms")?,
        })
    }
}

/// Takes messages out of the index.
pub(super) async fn take_out(db: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Before>> {
    let before = sqlx::query_as(
        "with gone as (
            delete from recollections where message_id = any($1)
            returning message_id as id, channel_id, seq, stretch, edited, terms
         ), noted as (
            insert into unindexed (channel_id, seq, made) select channel_id, seq, nextval('vectors_made') from gone
            on conflict (channel_id, seq) do update set made = excluded.made
         )
         select id, stretch, edited, terms from gone",
    )
    .bind(ids)
    .fetch_all(db)
    .await?;
    Ok(before)
}

/// The numbers of terms; those that are new get one.
pub(crate) async fn terms(db: &mut PgConnection, terms: &[&str]) -> Result<HashMap<String, i32>> {
    sqlx::query(
        "insert into terms (term) select distinct t from unnest($1::text[]) t
         where not exists (select from terms k where k.term = t) on conflict do nothing",
    )
    .bind(terms)
    .execute(&mut *db)
    .await?;
    let rows: Vec<(String, i32)> =
        sqlx::query_as("select term, id from terms where term = any($1)").bind(terms).fetch_all(db).await?;
    Ok(rows.into_iter().collect())
}

/// The last message before another one, with the stretch that it belongs to.
pub(super) struct Last {
    pub stretch: i64,
    pub at: OffsetDateTime,
    /// How many belong to it by then.
    pub count: i64,
}

impl FromRow<'_, PgRow> for Last {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self { stretch: row.try_get("stretch")?, at: row.try_get("at")?, count: row.try_get("count")? })
    }
}

pub(super) async fn last_before(db: &mut PgConnection, channel: ChannelId, seq: i64) -> Result<Option<Last>> {
    let last = sqlx::query_as(
        "select r.stretch, r.said_at as at,
                (select count(*) from recollections s where s.channel_id = r.channel_id and s.stretch = r.stretch
                 and s.seq between r.stretch and r.seq) as count
         from recollections r where r.channel_id = $1 and r.seq < $2 order by r.seq desc limit 1",
    )
    .bind(channel.0)
    .bind(seq)
    .fetch_optional(db)
    .await?;
    Ok(last)
}

/// A message as it stands in the index.
#[derive(Serialize)]
pub(super) struct Entry {
    pub message_id: Uuid,
    pub seq: i64,
    pub stretch: i64,
    #[serde(with = "time::serde::rfc3339")]
    pub said_at: OffsetDateTime,
    pub edited: i64,
    pub author_id: Uuid,
    pub answers_id: Option<Uuid>,
    pub language: &'static str,
    pub terms: Vec<i32>,
    pub counts: Vec<i16>,
    pub length: i32,
}

/// Puts messages of a channel into the index.
pub(super) async fn put(db: &mut PgConnection, channel: ChannelId, entries: &[Entry]) -> Result<()> {
    sqlx::query(
        "insert into recollections (message_id, channel_id, seq, stretch, said_at, edited, author_id, answers_id, language, terms, counts, length)
         select x.message_id, $1, x.seq, x.stretch, x.said_at, x.edited, x.author_id, x.answers_id, x.language, x.terms, x.counts, x.length
         from jsonb_to_recordset($2) as x (message_id uuid, seq bigint, stretch bigint, said_at timestamptz, edited bigint,
                                           author_id uuid, answers_id uuid,
                                           language text,
                                           terms integer[], counts smallint[], length integer)",
    )
    .bind(channel.0)
    .bind(json!(entries))
    .execute(db)
    .await?;
    Ok(())
}

/// Counts in how many messages terms stand, and how many there are.
pub(super) async fn count(db: &mut PgConnection, tally: &BTreeMap<i32, i32>, more: i64) -> Result<()> {
    let (ids, counts): (Vec<i32>, Vec<i32>) = tally.iter().map(|(id, count)| (*id, *count)).unzip();
    sqlx::query(
        "with counted as (
            update terms t set df = greatest(t.df + x.n, 0) from unnest($1::int[], $2::int[]) as x (id, n) where t.id = x.id
         )
         update space set recollections = greatest(recollections + $3, 0)",
    )
    .bind(ids)
    .bind(counts)
    .bind(more)
    .execute(db)
    .await?;
    Ok(())
}

/// Has messages turned into vectors again.
pub(super) async fn embed_again(db: &mut PgConnection, channel: ChannelId, seqs: &[i64]) -> Result<()> {
    sqlx::query("update recollections set embedder = null where channel_id = $1 and seq = any($2)")
        .bind(channel.0)
        .bind(seqs)
        .execute(db)
        .await?;
    Ok(())
}

/// Notes how far a channel is indexed.
pub(super) async fn indexed(db: &mut PgConnection, channel: ChannelId, clock: i64) -> Result<()> {
    sqlx::query(
        "insert into indexed (channel_id, clock) values ($1, $2) on conflict (channel_id) do update set clock = excluded.clock",
    )
    .bind(channel.0)
    .bind(clock)
    .execute(db)
    .await?;
    Ok(())
}

/// A message that has no vectors.
pub(super) struct Waiting {
    pub id: Uuid,
    /// The row as it was read: another one has other words, or other neighbours.
    pub version: String,
    pub language: String,
    author: String,
    body: String,
    before: Option<String>,
    after: Option<String>,
}

impl FromRow<'_, PgRow> for Waiting {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            version: row.try_get("version")?,
            language: row.try_get("language")?,
            author: row.try_get("author")?,
            body: row.try_get("body")?,
            before: row.try_get("before")?,
            after: row.try_get("after")?,
        })
    }
}

impl Waiting {
    /// It alone, as it is turned into a vector.
    pub fn turn(&self) -> String {
        format!("{}: {}", self.author, self.body)
    }

    /// It among its neighbours.
    pub fn around(&self) -> String {
        let lines =
            [self.before.as_deref(), Some(&self.turn()), self.after.as_deref()].map(|line| line.map(str::to_owned));
        lines.into_iter().flatten().collect::<Vec<String>>().join("\n")
    }
}

/// The next messages that have no vectors, channel by channel.
pub(super) async fn without_vectors(db: &mut PgConnection, limit: i64) -> Result<Vec<Waiting>> {
    let waiting = sqlx::query_as(
        "select m.id, r.xmin::text as version, r.language, e.name as author, m.body,
                (select a.name || ': ' || b.body from recollections n join messages b on b.id = n.message_id
                 join entities a on a.id = b.author_id
                 where n.channel_id = r.channel_id and n.seq = r.seq - 1 and b.deleted_at is null and not b.off_record) as before,
                (select a.name || ': ' || b.body from recollections n join messages b on b.id = n.message_id
                 join entities a on a.id = b.author_id
                 where n.channel_id = r.channel_id and n.seq = r.seq + 1 and b.deleted_at is null and not b.off_record) as after
         from recollections r join messages m on m.id = r.message_id join entities e on e.id = m.author_id
         where r.embedder is null order by r.channel_id, r.seq limit $1",
    )
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(waiting)
}

/// A vector as the database reads it.
pub(super) fn written(vector: &[f32]) -> String {
    let numbers: Vec<String> = vector.iter().map(ToString::to_string).collect();
    format!("[{}]", numbers.join(","))
}
