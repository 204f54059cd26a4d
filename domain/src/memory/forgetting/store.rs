//! The tables `forgotten` and `unremembered`, and what goes with them.

use super::Sought;
use crate::Result;
use crate::memory::store::derived::{Counted, counted};
use crate::memory::store::{kind_of, unthink};
use crate::memory::words::Language;
use crate::minds::place;
use model::{ChannelId, EntityId, MemoryOfMe, MessageId, Remembering};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, PgPool, Row};
use time::OffsetDateTime;
use uuid::Uuid;

/// Whether a text speaks of somebody (`me`): their name as a whole word, with a capital or as they write it, or as it stands where
/// words are not set apart.
macro_rules! speaks_of {
    ($text:literal) => {
        concat!(
            "case when me.name ~ '[\\u3040-\\u30ff\\u3400-\\u9fff]' then position(me.name in ",
            $text,
            ") > 0 else ",
            $text,
            " ~ ('(^|[^[:alnum:]])([' || regexp_replace(left(me.name, 1), '[^[:alnum:]]', '.') || upper(regexp_replace(left(me.name, 1), '[^[:alnum:]]', '.')) || ']'
                 || regexp_replace(substr(me.name, 2), '[^[:alnum:] ]', '.', 'g') || ')($|[^[:alnum:]])') end"
        )
    };
}

pub(super) use speaks_of;

/// Memories in which somebody ($1) appears, and of which they could read every source.
macro_rules! mine {
    ($memories:literal) => {
        concat!(
        "from ", $memories, " join entities me on me.id = $1 join entities a on a.id = r.entity_id
         join channels c on c.id = r.channel_id
         left join memberships s on s.channel_id = r.channel_id and s.entity_id = $1 and r.first_seq >= s.visible_from
              and (s.left_seq is null or (r.last_seq <= s.left_seq and r.edited <= s.clock))
         where r.text <> '' and not r.stale and a.deactivated_at is null
           -- What was said in a room, everybody may read.
           and (s.entity_id is not null or (c.kind = 'room' and c.archived_at is null))
           and (r.about = $1 or r.corrected_by = $1 or ", speaks_of!("r.text"), "
                or (r.kind <> 'reflection' and exists (
                    select from messages q where q.channel_id = r.channel_id and q.seq = any(coalesce(r.said, r.sources)) and q.author_id = $1)))"
        )
    };
}

struct MineRow(MemoryOfMe);

impl FromRow<'_, PgRow> for MineRow {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let (kind, name): (String, String) = (row.try_get("kind")?, row.try_get("name")?);
        Ok(Self(MemoryOfMe {
            id: row.try_get("id")?,
            mind: EntityId(row.try_get("entity_id")?),
            mind_name: row.try_get("mind_name")?,
            kind: kind_of(row.try_get("what")?),
            corrected: row.try_get("corrected")?,
            text: row.try_get("text")?,
            keywords: row.try_get("keywords")?,
            channel: ChannelId(row.try_get("channel_id")?),
            seq: row.try_get("first_seq")?,
            place: called(&kind, &name),
            said_at: row.try_get("said_from")?,
            recalled: row.try_get("recalled")?,
        }))
    }
}

pub(super) async fn of_me(db: &PgPool, who: EntityId, sought: &Sought, most: i64) -> Result<Vec<MemoryOfMe>> {
    let rows: Vec<MineRow> = sqlx::query_as(concat!(
        "select r.id, r.entity_id, a.name as mind_name, r.kind as what, r.corrected_by is not null as corrected,
                r.text, r.keywords, r.channel_id, r.first_seq, c.kind, c.name, r.said_from,
                (select count(*) from recalled_memories x where x.memory_id = r.id) as recalled ",
        mine!("memories r"),
        " and r.superseded_by is null and ($2::uuid is null or r.entity_id = $2)
          and not exists (select from unnest($3::text[]) word where position(word in lower(r.text || ' ' || array_to_string(r.keywords, ' '))) = 0)
          and ($4::uuid is null or (r.said_from, r.id) < (select b.said_from, b.id from memories b where b.id = $4))
          order by r.said_from desc, r.id desc limit $5"
    ))
    .bind(who.0)
    .bind(sought.by.map(|id| id.0))
    .bind(sought.words.to_lowercase().split_whitespace().map(str::to_owned).collect::<Vec<String>>())
    .bind(sought.before)
    .bind(most)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// The AIs that somebody shares a place with, since when, where, and whether they are to remember them.
pub(super) async fn known_by(db: &PgPool, who: EntityId) -> Result<Vec<Remembering>> {
    type Row = (Uuid, String, Option<OffsetDateTime>, bool, bool);
    let rows: Vec<Row> = sqlx::query_as(
        "select a.id, a.name,
                (select min(m.created_at) from messages m join memberships s on s.channel_id = m.channel_id
                 where m.author_id = $1 and s.entity_id = a.id and m.seq >= s.visible_from and (s.left_seq is null or m.seq <= s.left_seq)) as since,
                exists (select from unremembered u where u.person_id = $1 and u.entity_id = a.id and u.channel_id is null and u.until = 'infinity') as not_by_it,
                exists (select from unremembered u where u.person_id = $1 and u.entity_id is null and u.channel_id is null and u.until = 'infinity') as by_none
         from entities a
         where a.kind = 'ai' and a.deactivated_at is null and exists (
            select from memberships s join memberships t using (channel_id) where s.entity_id = a.id and t.entity_id = $1)
         order by a.name_key",
    )
    .bind(who.0)
    .fetch_all(db)
    .await?;
    let places: Vec<(Uuid, Uuid, String, String)> = sqlx::query_as(
        "select s.entity_id, c.id, c.kind, c.name
         from memberships s join memberships t on t.channel_id = s.channel_id and t.entity_id = $1 and t.left_seq is null
         join channels c on c.id = s.channel_id join entities a on a.id = s.entity_id
         where a.kind = 'ai' and s.left_seq is null and c.archived_at is null order by c.kind desc, c.name_key, c.id",
    )
    .bind(who.0)
    .fetch_all(db)
    .await?;
    let known = |(id, name, since, not_by_it, by_none): Row| Remembering {
        mind: EntityId(id),
        name,
        since,
        places: places
            .iter()
            .filter(|(mind, ..)| *mind == id)
            .map(|(_, channel, kind, name)| (ChannelId(*channel), called(kind, name)))
            .collect(),
        remembers: !not_by_it && !by_none,
        by_all: by_none,
    };
    Ok(rows.into_iter().map(known).collect())
}

/// Where something was said, as those who were there call it.
fn called(kind: &str, name: &str) -> String {
    if kind == "circle" && !name.is_empty() { format!("in the circle “{name}”") } else { place(kind, name) }
}

/// Something that an AI has kept, as it is about to be changed.
pub(super) struct Mine {
    pub id: Uuid,
    pub entity: EntityId,
    pub channel: Uuid,
    pub sources: Vec<i64>,
    /// Whether it is what its owner wrote to put something right.
    pub is_own: bool,
    /// Whether something newer has taken its place.
    pub is_past: bool,
}

/// One of them, and after it those whose place it has taken.
pub(super) async fn mine(db: &mut PgConnection, who: EntityId, memory: Uuid) -> Result<Vec<Mine>> {
    let rows: Vec<(Uuid, Uuid, Uuid, Vec<i64>, bool, bool)> = sqlx::query_as(concat!(
        "with recursive before as (
            select id, superseded_by, 0 as far from memories where id = $2
            union all
            select m.id, m.superseded_by, b.far + 1 from memories m join before b on m.superseded_by = b.id
         ), r as (select m.*, b.far from memories m join before b using (id))
         select r.id, r.entity_id, r.channel_id, coalesce(r.said, r.sources), coalesce(r.corrected_by = $1, false),
                r.superseded_by is not null ",
        mine!("r"),
        " order by r.far"
    ))
    .bind(who.0)
    .bind(memory)
    .fetch_all(db)
    .await?;
    let all: Vec<Mine> = rows
        .into_iter()
        .map(|(id, entity, channel, sources, is_own, is_past)| Mine {
            id,
            entity: EntityId(entity),
            channel,
            sources,
            is_own,
            is_past,
        })
        .collect();
    Ok(if all.first().is_some_and(|first| first.id == memory) { all } else { Vec::new() })
}

/// The AIs that are here.
pub(super) async fn ais(db: &mut PgConnection) -> Result<Vec<EntityId>> {
    let rows: Vec<(Uuid,)> =
        sqlx::query_as("select id from entities where kind = 'ai' and deactivated_at is null").fetch_all(db).await?;
    Ok(rows.into_iter().map(|(id,)| EntityId(id)).collect())
}

/// Whether an AI is not to remember somebody.
pub(super) async fn is_unknown_to(db: &mut PgConnection, who: EntityId, ai: EntityId) -> Result<bool> {
    let (is,) = sqlx::query_as(
        "select exists (select from unremembered where person_id = $1 and (entity_id is null or entity_id = $2)
                        and channel_id is null and until = 'infinity')",
    )
    .bind(who.0)
    .bind(ai.0)
    .fetch_one(db)
    .await?;
    Ok(is)
}

/// Whether no AI is to remember somebody.
pub(super) async fn by_none(db: &PgPool, who: EntityId) -> Result<bool> {
    let (none,) = sqlx::query_as(
        "select exists (select from unremembered where person_id = $1 and entity_id is null and channel_id is null and until = 'infinity')",
    )
    .bind(who.0)
    .fetch_one(db)
    .await?;
    Ok(none)
}

/// Has an AI forget messages, and all that it has made of them.
pub(super) async fn forget_messages(
    db: &mut PgConnection,
    who: EntityId,
    by: EntityId,
    messages: &[Uuid],
) -> Result<()> {
    sqlx::query(
        "insert into forgotten (message_id, entity_id, by_id) select m, $2, $3 from unnest($1::uuid[]) m on conflict do nothing",
    )
    .bind(messages)
    .bind(by.0)
    .bind(who.0)
    .execute(&mut *db)
    .await?;
    for what in [
        "update memories r set text = '', keywords = '{}', terms = '{}', counts = '{}', length = 0, embedder = null, vector = null, sketch = null,
                stale = true
         where r.entity_id = $2 and r.kind = 'episode' and exists (
            select from messages m where m.id = any($1) and m.channel_id = r.channel_id and m.seq between r.first_seq and r.last_seq)",
        "delete from memories r where r.entity_id = $2 and r.kind in ('fact', 'gist', 'reflection') and r.corrected_by is null and exists (
            select from messages m where m.id = any($1) and m.channel_id = r.channel_id and m.seq = any(r.sources))",
    ] {
        sqlx::query(what).bind(messages).bind(by.0).execute(&mut *db).await?;
    }
    Ok(())
}

/// Removes a fact that is about nobody else, nor in anybody else's words; an episode is made anew of what is left.
pub(super) async fn remove(db: &mut PgConnection, who: EntityId, memory: Uuid) -> Result<()> {
    sqlx::query(
        "delete from memories where id = $1 and kind in ('fact', 'reflection')
           and (corrected_by = $2 or (corrected_by is null and coalesce(about, $2) = $2))",
    )
    .bind(memory)
    .bind(who.0)
    .execute(db)
    .await?;
    Ok(())
}

/// All that somebody has said so far is forgotten.
pub(super) async fn until_now(
    db: &mut PgConnection,
    who: EntityId,
    by: Option<EntityId>,
    channel: Option<ChannelId>,
) -> Result<()> {
    sqlx::query(
        "insert into unremembered (person_id, entity_id, channel_id, until) values ($1, $2, $3, now())
         on conflict on constraint unremembered_once do update set until = greatest(unremembered.until, excluded.until), since = now()",
    )
    .bind(who.0)
    .bind(by.map(|id| id.0))
    .bind(channel.map(|id| id.0))
    .execute(db)
    .await?;
    Ok(())
}

/// Nothing that somebody says is remembered.
pub(super) async fn never(db: &mut PgConnection, who: EntityId, by: Option<EntityId>) -> Result<()> {
    sqlx::query(
        "insert into unremembered (person_id, entity_id, until) values ($1, $2, 'infinity')
         on conflict on constraint unremembered_once do update set until = 'infinity', since = now()",
    )
    .bind(who.0)
    .bind(by.map(|id| id.0))
    .execute(db)
    .await?;
    Ok(())
}

/// From now on it is remembered what somebody says: by one AI, or by all.
pub(super) async fn remember_again(db: &mut PgConnection, who: EntityId, by: Option<EntityId>) -> Result<()> {
    sqlx::query(
        "update unremembered set until = now()
         where person_id = $1 and until = 'infinity' and channel_id is null and entity_id is not distinct from $2",
    )
    .bind(who.0)
    .bind(by.map(|id| id.0))
    .execute(db)
    .await?;
    Ok(())
}

/// Removes all that AIs have made of what somebody said and of what was answered to them: episodes are made anew of what is
/// left, and facts noted anew.
pub(super) async fn blank(
    db: &mut PgConnection,
    who: EntityId,
    by: Option<EntityId>,
    channel: Option<ChannelId>,
) -> Result<()> {
    for what in [
        "update memories r set text = '', keywords = '{}', terms = '{}', counts = '{}', length = 0, embedder = null, vector = null, sketch = null,
                stale = true
         where r.kind = 'episode' and ($2::uuid is null or r.entity_id = $2) and ($3::uuid is null or r.channel_id = $3) and exists (
            select from messages q left join messages p on p.id = q.reply_to
            where q.channel_id = r.channel_id and q.seq = any(r.sources) and $1 in (q.author_id, p.author_id))",
        "delete from memories r
         where r.kind in ('fact', 'gist', 'reflection') and ($2::uuid is null or r.entity_id = $2) and ($3::uuid is null or r.channel_id = $3) and (
            r.corrected_by = $1 or (r.corrected_by is null and exists (
            select from messages q where q.channel_id = r.channel_id and q.seq = any(r.sources) and q.author_id = $1)))",
        // By none: then nothing of it is needed any more, neither are the vectors of what stood beside it.
        "with gone as (
            delete from recollections r using messages m
            where $2::uuid is null and m.id = r.message_id and ($3::uuid is null or r.channel_id = $3) and $1 in (r.author_id, r.answers_id)
            returning r.channel_id, r.seq, r.terms
         ), noted as (
            insert into unindexed (channel_id, seq, made) select channel_id, seq, nextval('vectors_made') from gone
            on conflict (channel_id, seq) do update set made = excluded.made
         ), counted as (
            update terms t set df = greatest(t.df - x.n, 0)
            from (select u as id, count(*)::integer as n from gone, unnest(gone.terms) u group by u) x where t.id = x.id
         ), beside as (
            update recollections b set embedder = null, turn = null, around = null, turn_sketch = null, around_sketch = null
            from gone where b.channel_id = gone.channel_id and abs(b.seq - gone.seq) = 1 and $1 not in (b.author_id, coalesce(b.answers_id, b.author_id))
         )
         update space set recollections = greatest(recollections - (select count(*) from gone), 0)",
    ] {
        sqlx::query(what)
            .bind(who.0)
            .bind(by.map(|id| id.0))
            .bind(channel.map(|id| id.0))
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}

/// Removes what AIs have noted about somebody from what others said.
pub(super) async fn remove_about(db: &mut PgConnection, who: EntityId, by: Option<EntityId>) -> Result<()> {
    sqlx::query(concat!(
        "delete from memories r using entities me
         where me.id = $1 and r.kind in ('fact', 'reflection') and ($2::uuid is null or r.entity_id = $2) and (r.about = $1 or (
            exists (select from memberships s where s.channel_id = r.channel_id and s.entity_id = $1) and ",
        speaks_of!("r.text"),
        "))"
    ))
    .bind(who.0)
    .bind(by.map(|id| id.0))
    .execute(db)
    .await?;
    Ok(())
}

/// Keeps what somebody writes in place of what an AI had kept.
pub(super) async fn put_right(db: &mut PgConnection, who: EntityId, old: &Mine, text: &str) -> Result<()> {
    let (name, language): (String, String) =
        sqlx::query_as("select name, language from entities where id = $1").bind(who.0).fetch_one(&mut *db).await?;
    let Counted { ids, counts, length, language } =
        counted(&mut *db, &name, text, Language::of_code(&language)).await?;
    let id = Uuid::now_v7();
    // Whose word it is stands in it.
    sqlx::query(
        "insert into memories (id, entity_id, channel_id, kind, first_seq, last_seq, said_from, said_to, edited, language,
                               keywords, text, terms, counts, length, about, importance, sources, corrected_by)
         select $2, r.entity_id, r.channel_id, 'fact', r.first_seq, r.last_seq, now(), now(), r.edited, $3,
                '{}', $4, $5, $6, $7, $8, greatest(r.importance, 0.7), r.sources, $8
         from memories r where r.id = $1",
    )
    .bind(old.id)
    .bind(id)
    .bind(language)
    .bind(format!("{name}: {text}"))
    .bind(ids)
    .bind(counts)
    .bind(length)
    .bind(who.0)
    .execute(&mut *db)
    .await?;
    // What is about somebody else stays their affair: what is put right stands beside it.
    sqlx::query(
        "update memories set superseded_by = $2, superseded_at = now() where id = $1 and kind in ('fact', 'reflection')
           and (corrected_by = $3 or (corrected_by is null and coalesce(about, $3) = $3))",
    )
    .bind(old.id)
    .bind(id)
    .bind(who.0)
    .execute(&mut *db)
    .await?;
    unthink(db, old.id).await
}

/// Whether somebody is, or was, in a channel, or may be.
pub(super) async fn was_in(db: &PgPool, who: EntityId, channel: ChannelId) -> Result<bool> {
    let (is,) = sqlx::query_as(
        "select exists (select from memberships where channel_id = $1 and entity_id = $2)
             or exists (select from channels where id = $1 and kind = 'room' and archived_at is null)",
    )
    .bind(channel.0)
    .bind(who.0)
    .fetch_one(db)
    .await?;
    Ok(is)
}

/// Which of these messages an AI is not shown again, though they are the newest: somebody had them forgotten. What people
/// say to one that is not to remember them at all, it hears as they say it.
pub(crate) async fn hidden(db: &PgPool, mind: EntityId, messages: &[MessageId]) -> Result<Vec<MessageId>> {
    let ids: Vec<Uuid> = messages.iter().map(|id| id.0).collect();
    let rows: Vec<(Uuid,)> = sqlx::query_as(
        "select m.id from messages m join entities a on a.id = m.author_id left join messages q on q.id = m.reply_to
         where m.id = any($2) and (
            exists (select from forgotten f where f.message_id = m.id and f.entity_id = $1)
            or exists (select from unremembered u where (u.entity_id is null or u.entity_id = $1)
                       and (u.person_id = m.author_id or (u.person_id = q.author_id and a.kind = 'ai'))
                       and (u.channel_id is null or u.channel_id = m.channel_id)
                       and m.created_at < case when u.until = 'infinity' then u.since else u.until end))",
    )
    .bind(mind.0)
    .bind(ids)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|(id,)| MessageId(id)).collect())
}
