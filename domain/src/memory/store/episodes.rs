//! The tables `memories` and `formed`.

use super::search::remembered;
use crate::Result;
use crate::memory::Kept;
use crate::memory::forming::Episode;
use model::{ChannelId, EntityId, MessageId, Passage};
use sqlx::postgres::PgRow;
use sqlx::postgres::types::PgInterval;
use sqlx::{FromRow, PgConnection, PgPool, Row};
use std::collections::HashMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// A stretch of talk that is over, as far as an AI heard it; or one whose episode is to be made anew.
pub(in crate::memory) struct Over {
    entity: Uuid,
    channel: Uuid,
    first: i64,
    last: i64,
    /// The episode that it has.
    memory: Option<Uuid>,
}

impl FromRow<'_, PgRow> for Over {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            entity: row.try_get("entity_id")?,
            channel: row.try_get("channel_id")?,
            first: row.try_get("first")?,
            last: row.try_get("last")?,
            memory: row.try_get("memory")?,
        })
    }
}

/// An episode of which something has changed since.
pub(in crate::memory) async fn stale(db: &mut PgConnection) -> Result<Option<Over>> {
    let found = sqlx::query_as(
        "select entity_id, channel_id, first_seq as first, last_seq as last, id as memory from memories where stale limit 1",
    )
    .fetch_optional(db)
    .await?;
    Ok(found)
}

/// A stretch that is over and of which an AI that heard it has made no episode yet. What is not all indexed is not known
/// to be over by a pause.
pub(in crate::memory) async fn over(db: &mut PgConnection, pause: time::Duration, long: i64) -> Result<Option<Over>> {
    let pause = PgInterval { months: 0, days: 0, microseconds: pause.whole_microseconds() as i64 };
    let found = sqlx::query_as(
        "select m.entity_id, m.channel_id, f.seq as first, s.last, null::uuid as memory
         from memberships m join entities e on e.id = m.entity_id join channels c on c.id = m.channel_id
         left join formed o on o.entity_id = m.entity_id and o.channel_id = m.channel_id
         cross join lateral (
            select r.stretch, r.seq from recollections r
            where r.channel_id = m.channel_id and r.seq > greatest(coalesce(o.up_to, 0), m.visible_from - 1)
              and (m.left_seq is null or r.seq <= m.left_seq) order by r.seq limit 1) f
         cross join lateral (
            select max(r.seq) as last, max(r.said_at) as at, count(*) as lines from recollections r
            where r.channel_id = m.channel_id and r.stretch = f.stretch and r.seq >= f.seq
              and (m.left_seq is null or r.seq <= m.left_seq)) s
         where e.kind = 'ai' and (
            s.lines >= $2
            or exists (select from recollections r where r.channel_id = m.channel_id and r.seq > s.last and r.stretch <> f.stretch)
            or ((s.at < now() - $1::interval or m.left_seq is not null or c.archived_at is not null)
                and exists (select from indexed i where i.channel_id = c.id and i.clock >= c.clock)))
         limit 1",
    )
    .bind(pause)
    .bind(long)
    .fetch_optional(db)
    .await?;
    Ok(found)
}

/// A line of a stretch.
#[derive(Clone)]
pub(in crate::memory) struct Line {
    pub seq: i64,
    pub at: OffsetDateTime,
    pub edited: i64,
    pub author: String,
    pub body: String,
    pub language: String,
}

impl FromRow<'_, PgRow> for Line {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            seq: row.try_get("seq")?,
            at: row.try_get("said_at")?,
            edited: row.try_get("edited")?,
            author: row.try_get("author")?,
            body: row.try_get("body")?,
            language: row.try_get("language")?,
        })
    }
}

/// What was said in it, on the record, but for what the AI has forgotten.
pub(in crate::memory) async fn lines(db: &mut PgConnection, over: &Over) -> Result<Vec<Line>> {
    let lines = sqlx::query_as(concat!(
        "select r.seq, r.said_at, r.edited, r.language, e.name as author, m.body
         from recollections r join messages m on m.id = r.message_id join entities e on e.id = m.author_id
         where r.channel_id = $4 and r.seq between $2 and $3 and m.deleted_at is null and not m.off_record and ",
        remembered!(),
        // What an AI was reminded of is kept already, and what it made of that is not kept again.
        " and not exists (select from recalls x where x.trigger_id = m.reply_to and x.entity_id = m.author_id)
          and not exists (select from recalled_memories x where x.trigger_id = m.reply_to and x.entity_id = m.author_id)
          and not exists (select from recalled_passages x where x.trigger_id = m.reply_to and x.entity_id = m.author_id)
          order by r.seq"
    ))
    .bind(over.entity)
    .bind(over.first)
    .bind(over.last)
    .bind(over.channel)
    .fetch_all(db)
    .await?;
    Ok(lines)
}

/// Keeps the episode of a stretch, in place of the one that it has, and notes that it is made.
pub(in crate::memory) async fn keep_episode(
    db: &mut PgConnection,
    over: &Over,
    lines: &[Line],
    episode: &Episode,
    known: &HashMap<String, i32>,
) -> Result<()> {
    let (ids, counts): (Vec<i32>, Vec<i16>) =
        episode.terms.iter().filter_map(|(term, count)| Some((*known.get(term)?, *count))).unzip();
    let length: i32 = counts.iter().map(|count| i32::from(*count)).sum();
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
        // Nothing is left of it.
        sqlx::query("delete from memories where id = $1").bind(over.memory).execute(&mut *db).await?;
        return formed(db, over).await;
    };
    sqlx::query(
        "insert into memories (id, entity_id, channel_id, kind, first_seq, last_seq, said_from, said_to, edited, language,
                               keywords, text, terms, counts, length, sources)
         values ($1, $2, $3, 'episode', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         on conflict (entity_id, channel_id, first_seq) where kind = 'episode' do update
         set said_from = excluded.said_from, said_to = excluded.said_to, edited = excluded.edited,
             language = excluded.language, keywords = excluded.keywords, text = excluded.text, terms = excluded.terms,
             counts = excluded.counts, length = excluded.length, sources = excluded.sources, embedder = null, vector = null, stale = false,
             noted_at = case when memories.sources = excluded.sources and memories.edited = excluded.edited then memories.noted_at end",
    )
    .bind(Uuid::now_v7())
    .bind(over.entity)
    .bind(over.channel)
    .bind(over.first)
    .bind(over.last)
    .bind(first.at)
    .bind(last.at)
    .bind(lines.iter().map(|line| line.edited).max().unwrap_or_default())
    .bind(episode.language.code())
    .bind(&episode.keywords)
    .bind(&episode.text)
    .bind(ids)
    .bind(counts)
    .bind(length)
    .bind(lines.iter().map(|line| line.seq).collect::<Vec<i64>>())
    .execute(&mut *db)
    .await?;
    if episode.tells {
        // What there is to know of it is asked for by the AI's own model, where it has one: its talks one after the other.
        sqlx::query(
            "insert into tasks (id, kind, ordering_key, dedup_key, payload)
             values (gen_random_uuid(), 'facts', 'facts:' || $1::uuid, 'facts:' || $1::uuid, jsonb_build_object('entity', $1::uuid))
             on conflict (dedup_key) where lease_owner is null and dedup_key is not null do nothing",
        )
        .bind(over.entity)
        .execute(&mut *db)
        .await?;
    } else {
        // There is nothing to ask about.
        sqlx::query(
            "update memories set noted_at = now()
             where entity_id = $1 and channel_id = $2 and first_seq = $3 and kind = 'episode'",
        )
        .bind(over.entity)
        .bind(over.channel)
        .bind(over.first)
        .execute(&mut *db)
        .await?;
    }
    formed(db, over).await
}

async fn formed(db: &mut PgConnection, over: &Over) -> Result<()> {
    sqlx::query(
        "insert into formed (entity_id, channel_id, up_to) values ($1, $2, $3)
         on conflict (entity_id, channel_id) do update set up_to = greatest(formed.up_to, excluded.up_to)",
    )
    .bind(over.entity)
    .bind(over.channel)
    .bind(over.last)
    .execute(db)
    .await?;
    Ok(())
}

/// Has the episodes that rest on messages of a channel made anew. Facts and gists that do are gone: what is still so is noted again.
pub(in crate::memory) async fn make_anew(db: &mut PgConnection, channel: ChannelId, seqs: &[i64]) -> Result<()> {
    sqlx::query(
        "update memories m set stale = true from unnest($2::bigint[]) as x (seq)
         where m.channel_id = $1 and x.seq between m.first_seq and m.last_seq and m.kind = 'episode' and not m.stale",
    )
    .bind(channel.0)
    .bind(seqs)
    .execute(&mut *db)
    .await?;
    // What somebody has put right stays as long as what it is about does.
    for facts in [
        "delete from memories r where r.channel_id = $1 and r.kind in ('fact', 'gist', 'reflection') and r.sources && $2
           and (r.corrected_by is null or exists (
                select from messages q where q.channel_id = $1 and q.seq = any(r.sources) and (q.deleted_at is not null or q.off_record)))",
        "update memories r set edited = greatest(r.edited, (
                select max(q.edit_clock) from messages q where q.channel_id = $1 and q.seq = any($2)))
         where r.channel_id = $1 and r.corrected_by is not null and r.sources && $2",
    ] {
        sqlx::query(facts).bind(channel.0).bind(seqs).execute(&mut *db).await?;
    }
    Ok(())
}

/// Has episodes made of messages that have come into the index behind what was made already: what was put back on the record.
pub(in crate::memory) async fn form_again(db: &mut PgConnection, channel: ChannelId, seqs: &[i64]) -> Result<()> {
    for what in [
        "update memories e set last_seq = greatest(e.last_seq, x.seq), stale = true
         from recollections x join formed o on o.channel_id = x.channel_id and o.up_to >= x.seq
         where x.channel_id = $1 and x.seq = any($2) and e.entity_id = o.entity_id and e.channel_id = $1 and e.kind = 'episode'
           and e.first_seq = (select min(r.seq) from recollections r where r.channel_id = $1 and r.stretch = x.stretch)",
        "insert into memories (id, entity_id, channel_id, kind, first_seq, last_seq, said_from, said_to, edited, language, keywords, text,
                               terms, counts, length, sources, stale)
         select gen_random_uuid(), o.entity_id, $1, 'episode', s.first, s.last, s.began, s.ended, 0, 'en', '{}', '', '{}', '{}', 0, array[s.first], true
         from formed o join memberships m on m.entity_id = o.entity_id and m.channel_id = $1
         cross join lateral (
            select min(r.seq) as first, max(r.seq) as last, min(r.said_at) as began, max(r.said_at) as ended
            from recollections r
            where r.channel_id = $1 and r.stretch in (select x.stretch from recollections x where x.channel_id = $1 and x.seq = any($2))
              and r.seq <= o.up_to and r.seq >= m.visible_from and (m.left_seq is null or r.seq <= m.left_seq)
            group by r.stretch) s
         where o.channel_id = $1 and not exists (
            select from memories e where e.entity_id = o.entity_id and e.channel_id = $1 and e.kind = 'episode'
              and e.first_seq <= s.last and e.last_seq >= s.first)
         on conflict do nothing",
    ] {
        sqlx::query(what).bind(channel.0).bind(seqs).execute(&mut *db).await?;
    }
    Ok(())
}

/// Whether nothing that a memory rests on was deleted, edited or taken off the record since it was made.
pub(crate) async fn stands(db: &PgPool, kept: &Kept) -> Result<bool> {
    let (stands,) = sqlx::query_as(
        "select not exists (
            select from messages q where q.channel_id = $1 and q.seq = any($2)
              and (q.deleted_at is not null or q.off_record or q.edit_clock > $3))",
    )
    .bind(kept.channel.0)
    .bind(&kept.sources)
    .bind(kept.edited)
    .fetch_one(db)
    .await?;
    Ok(stands)
}

/// Notes which memories an AI recalls for an answer, with what they rested on when they were read.
pub(crate) async fn recalled(db: &mut PgConnection, entity: EntityId, trigger: MessageId, kept: &[Kept]) -> Result<()> {
    for one in kept {
        sqlx::query(
            "insert into recalled_memories (entity_id, trigger_id, memory_id, channel_id, sources)
             values ($1, $2, $3, $4, $5) on conflict (entity_id, trigger_id, memory_id) do update set sources = excluded.sources",
        )
        .bind(entity.0)
        .bind(trigger.0)
        .bind(one.id)
        .bind(one.channel.0)
        .bind(&one.sources)
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// Has the episodes in which somebody speaks made anew: they are called otherwise by now.
pub(crate) async fn call_otherwise(db: &PgPool, who: EntityId) -> Result<()> {
    sqlx::query(
        "update memories r set stale = true where r.kind = 'episode' and not r.stale and exists (
            select from messages q where q.channel_id = r.channel_id and q.seq = any(r.sources) and q.author_id = $1)",
    )
    .bind(who.0)
    .execute(db)
    .await?;
    Ok(())
}

/// What an AI has kept of rooms, the oldest first: episodes under their keywords, facts under where they are from.
pub(in crate::memory) async fn of_rooms(db: &PgPool, id: EntityId) -> Result<Vec<Passage>> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "select concat_ws(', ', to_char(r.said_from at time zone 'utc', 'YYYY-MM-DD'), c.name, nullif(array_to_string(r.keywords, ', '), '')),
                r.text
         from memories r join channels c on c.id = r.channel_id
         where r.entity_id = $1 and c.kind = 'room' and r.kind <> 'gist' and not r.stale and r.superseded_by is null and r.text <> ''
           and not exists (select from messages q where q.channel_id = r.channel_id and q.seq = any(r.sources)
                           and (q.deleted_at is not null or q.off_record or q.edit_clock > r.edited))
         order by r.said_from, r.id",
    )
    .bind(id.0)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|(heading, text)| Passage { page: None, heading, text }).collect())
}

/// How many episodes and facts an AI has kept.
pub(in crate::memory) async fn counted(db: &PgPool, id: EntityId) -> Result<(i64, i64)> {
    let counts = sqlx::query_as(
        "select count(*) filter (where kind = 'episode'), count(*) filter (where kind = 'fact' and superseded_by is null)
         from memories where entity_id = $1 and text <> ''",
    )
    .bind(id.0)
    .fetch_one(db)
    .await?;
    Ok(counts)
}
