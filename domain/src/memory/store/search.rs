//! Looking in the tables `recollections` and `memories`, through the one place that says what may be seen.

use super::written;
use crate::Result;
use crate::memory::sketches::Line;
use model::{ChannelId, EntityId, MemoryKind};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgPool, Row};
use std::collections::HashSet;
use std::sync::Arc;
use time::OffsetDateTime;
use uuid::Uuid;

/// A question as the database gets it.
#[derive(Clone, Copy)]
pub(in crate::memory) struct Look<'a> {
    pub entity: EntityId,
    /// What may be said where it is asked, as [`open`] found it.
    pub open: &'a Opened,
    /// Whose vectors are compared.
    pub embedder: &'a str,
    pub vector: Option<&'a [f32]>,
}

/// What an AI may say somewhere.
#[derive(Clone, Debug)]
pub(in crate::memory) struct Opened {
    pub places: Arc<[Open]>,
    /// Whether some of it may be forgotten, or was edited when somebody had left: then not all that stands there may be seen.
    pub in_part: bool,
}

/// A channel of which something may be said, from one number to another.
#[derive(Clone, Debug)]
pub(in crate::memory) struct Open {
    pub channel: Uuid,
    pub first: i64,
    pub last: i64,
    /// What was edited later than this, somebody does not know.
    pub known: i64,
}

/// A message that was found.
pub(in crate::memory) struct Found {
    pub channel: Uuid,
    pub seq: i64,
    pub stretch: i64,
    pub said_at: OffsetDateTime,
    pub length: i32,
    /// Its words, and how often each stands in it.
    pub terms: Vec<i32>,
    pub counts: Vec<i16>,
}

impl Found {
    /// One that is held in memory.
    pub fn held(channel: Uuid, seq: i64, line: Line<'_>) -> Self {
        Self {
            channel,
            seq,
            stretch: line.stretch,
            said_at: OffsetDateTime::from_unix_timestamp(line.said_at).unwrap_or(OffsetDateTime::UNIX_EPOCH),
            length: line.counts.iter().map(|count| i32::from(*count)).sum(),
            terms: line.terms.to_vec(),
            counts: line.counts.to_vec(),
        }
    }
}

impl FromRow<'_, PgRow> for Found {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            channel: row.try_get("channel")?,
            seq: row.try_get("seq")?,
            stretch: row.try_get("stretch")?,
            said_at: row.try_get("said_at")?,
            length: row.try_get("length")?,
            terms: row.try_get("terms")?,
            counts: row.try_get("counts")?,
        })
    }
}

/// What an AI ($1) may say in a channel ($2): where, and from which message to which. This is the one place that decides.
///
/// Everybody who is in the channel could read the answer. What was said in a room is everybody's; anything else everybody
/// in the channel must have been able to read: they were members there, with a sight from before the first message, and are
/// still or left after the last, and what was edited since somebody left, they do not know. In a room everybody is everybody, so nothing but rooms is open there. The AI itself must
/// have been there in any case. Where it is not in the channel, nothing is open.
macro_rules! open {
    () => {
        "here as (
            select c.id, c.kind from channels c join memberships m on m.channel_id = c.id
            where c.id = $2 and m.entity_id = $1 and m.left_seq is null
         ), everybody as (
            select m.entity_id from memberships m join here on here.id = m.channel_id where m.left_seq is null
         ), shared as (
            select s.channel_id, max(s.visible_from) as first, min(coalesce(s.left_seq, 9223372036854775807)) as last,
                   min(case when s.left_seq is null then 9223372036854775807 else s.clock end) as known
            from memberships s join everybody using (entity_id)
            where (select kind from here) <> 'room'
            group by s.channel_id having count(*) = (select count(*) from everybody)
         ), open as (
            select s.channel_id, s.visible_from as first, coalesce(s.left_seq, 9223372036854775807) as last,
                   case when s.left_seq is null then 9223372036854775807 else s.clock end as known
            from memberships s join channels c on c.id = s.channel_id
            where s.entity_id = $1 and c.kind = 'room' and exists (select from here)
            union all
            select s.channel_id, s.first, s.last, s.known from shared s join channels c on c.id = s.channel_id where c.kind <> 'room'
         )"
    };
}

/// What an AI ($1) has not forgotten of the messages `r`: nobody has had it forget them, nor whoever said them or was
/// answered with them.
macro_rules! remembered {
    () => {
        "not exists (select from forgotten f where f.message_id = r.message_id and f.entity_id = $1)
         and not exists (select from unremembered u where (u.entity_id is null or u.entity_id = $1)
                         and u.person_id in (r.author_id, r.answers_id)
                         and (u.channel_id is null or u.channel_id = r.channel_id) and r.said_at < u.until)"
    };
}
pub(super) use remembered;

/// What an AI may say in a channel, of which it is shown what stands from a number on anyway. All that is looked for
/// afterwards is looked for in this alone.
pub(in crate::memory) async fn open(
    db: &PgPool,
    entity: EntityId,
    channel: ChannelId,
    shown_from: i64,
) -> Result<Opened> {
    let rows: Vec<(Uuid, i64, i64, i64, bool)> = sqlx::query_as(concat!(
        "with ",
        open!(),
        "select channel_id, first, case when channel_id = $2 then least(last, $3 - 1) else last end, known,
                known < 9223372036854775807 or exists (select from forgotten f where f.entity_id = $1)
                or exists (select from unremembered u where u.entity_id is null or u.entity_id = $1)
         from open"
    ))
    .bind(entity.0)
    .bind(channel.0)
    .bind(shown_from)
    .fetch_all(db)
    .await?;
    let in_part = rows.iter().any(|row| row.4);
    let places =
        rows.into_iter().map(|(channel, first, last, known, _)| Open { channel, first, last, known }).collect();
    Ok(Opened { places, in_part })
}

/// What is open ($2 to $5), as rows.
macro_rules! opened {
    () => {
        "unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[]) as o (channel_id, first, last, known)"
    };
}

/// Columns of what may be seen: from where it is looked for in the recollections `r`, and what else has to hold.
macro_rules! seen {
    ($columns:literal, $from:literal, $rest:literal) => {
        concat!(
            "select ",
            $columns,
            " from ",
            $from,
            " join ",
            opened!(),
            " on r.channel_id = o.channel_id and r.seq between o.first and o.last and r.edited <= o.known where ",
            remembered!(),
            $rest
        )
    };
}

/// Runs a query of this kind with more values: $6 is the encoder, $7 the question's vector.
macro_rules! look {
    ($db:expr, $look:expr, $query:expr, $($more:expr),*) => {{
        let look = $look;
        sqlx::query_as($query)
            .bind(look.entity.0)
            .bind(look.open.places.iter().map(|one| one.channel).collect::<Vec<Uuid>>())
            .bind(look.open.places.iter().map(|one| one.first).collect::<Vec<i64>>())
            .bind(look.open.places.iter().map(|one| one.last).collect::<Vec<i64>>())
            .bind(look.open.places.iter().map(|one| one.known).collect::<Vec<i64>>())
            .bind(look.embedder)
            .bind(look.vector.map(written))
            $(.bind($more))*
            .fetch_all($db)
            .await?
    }};
}

/// The numbers of terms, in how many messages each stands, and how many messages there are.
pub(in crate::memory) async fn rarity(db: &PgPool, terms: &[&str]) -> Result<(Vec<(String, i32, i32)>, i64)> {
    let known = sqlx::query_as("select term, id, df from terms where term = any($1)").bind(terms).fetch_all(db).await?;
    let (all,) = sqlx::query_as("select recollections from space").fetch_one(db).await?;
    Ok((known, all))
}

/// Messages in which one of these words stands, those with one of the rarest first, then the newest; `waiting`: of those
/// alone that have no vectors yet.
pub(in crate::memory) async fn by_words(
    db: &PgPool,
    look: &Look<'_>,
    words: &[i32],
    rarest: &[i32],
    most: i64,
    waiting: bool,
) -> Result<Vec<Found>> {
    // By itself, and so by one look into an index, whatever comes after.
    macro_rules! query {
        ($which:literal) => {
            concat!(
                "with hit as materialized (
                    select message_id, channel_id, seq, stretch, said_at, length, terms, counts, edited, author_id, answers_id
                    from recollections where channel_id = any($2) and terms && $8",
                $which,
                ") ",
                seen!(
                    "r.channel_id as channel, r.seq, r.stretch, r.said_at, r.length, r.terms, r.counts",
                    "hit r",
                    " order by r.terms && $10 desc, r.said_at desc limit $9"
                )
            )
        };
    }
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let query = if waiting { query!(" and embedder is null") } else { query!("") };
    Ok(look!(db, look, query, words, most, rarest))
}

/// A message that may be seen.
pub(in crate::memory) struct Seen {
    pub message: Uuid,
    pub channel: Uuid,
    pub seq: i64,
    pub said_at: OffsetDateTime,
    /// The cosines of its vectors with the question's, by itself and among its neighbours, where they were asked for.
    pub cosines: [Option<f32>; 2],
}

impl FromRow<'_, PgRow> for Seen {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            message: row.try_get("message")?,
            channel: row.try_get("channel")?,
            seq: row.try_get("seq")?,
            said_at: row.try_get("said_at")?,
            cosines: [row.try_get("turn")?, row.try_get("around")?],
        })
    }
}

/// Of the messages of these numbers those that may be seen, with how near the first so many of them are to the question.
pub(in crate::memory) async fn exact(
    db: &PgPool,
    look: &Look<'_>,
    places: &[(Uuid, i64)],
    nearness: usize,
) -> Result<Vec<Seen>> {
    let (channels, seqs): (Vec<Uuid>, Vec<i64>) = places.iter().copied().unzip();
    Ok(look!(
        db,
        look,
        seen!(
            "r.message_id as message, r.channel_id as channel, r.seq, r.said_at,
             case when x.n <= $10 and r.embedder = $6 then (-(r.turn <#> $7::halfvec))::real end as turn,
             case when x.n <= $10 and r.embedder = $6 then (-(r.around <#> $7::halfvec))::real end as around",
            "unnest($8::uuid[], $9::bigint[]) with ordinality as x (c, s, n)
             join recollections r on r.channel_id = x.c and r.seq = x.s",
            ""
        ),
        channels,
        seqs,
        nearness as i64
    ))
}

/// Which of the messages of these numbers may be seen.
pub(in crate::memory) async fn visible(
    db: &PgPool,
    look: &Look<'_>,
    places: &[(Uuid, i64)],
) -> Result<HashSet<(Uuid, i64)>> {
    let (channels, seqs): (Vec<Uuid>, Vec<i64>) = places.iter().copied().unzip();
    let rows: Vec<(Uuid, i64)> = look!(
        db,
        look,
        seen!(
            "r.channel_id, r.seq",
            "unnest($8::uuid[], $9::bigint[]) as x (c, s) join recollections r on r.channel_id = x.c and r.seq = x.s",
            ""
        ),
        channels,
        seqs
    );
    Ok(rows.into_iter().collect())
}

/// The newest messages of a time, so many of each channel at most; `waiting`: of those alone that have no vectors yet.
pub(in crate::memory) async fn within(
    db: &PgPool,
    look: &Look<'_>,
    (from, to): (OffsetDateTime, OffsetDateTime),
    most: i64,
    waiting: bool,
) -> Result<Vec<Found>> {
    macro_rules! query {
        ($which:literal) => {
            concat!(
                "select r.channel_id as channel, r.seq, r.stretch, r.said_at, r.length, r.terms, r.counts from ",
                opened!(),
                " cross join lateral (
                    select r.* from recollections r
                    where r.channel_id = o.channel_id and r.said_at >= $8 and r.said_at < $9
                      and r.seq between o.first and o.last and r.edited <= o.known and ",
                remembered!(),
                $which,
                " order by r.said_at desc limit $10) r order by r.said_at desc limit $10"
            )
        };
    }
    let query = if waiting { query!(" and r.embedder is null") } else { query!("") };
    Ok(look!(db, look, query, from, to, most))
}

/// What a CHECK has let through.
pub(in crate::memory) fn kind_of(text: &str) -> MemoryKind {
    match text {
        "fact" => MemoryKind::Fact,
        "gist" => MemoryKind::Gist,
        "reflection" => MemoryKind::Reflection,
        _ => MemoryKind::Episode,
    }
}

/// An episode, a fact or a reflection that was found.
pub(in crate::memory) struct FoundMemory {
    pub id: Uuid,
    pub what: MemoryKind,
    pub importance: f32,
    pub sources: Vec<i64>,
    pub edited: i64,
    pub channel: Uuid,
    /// What kind of place that is, and its name.
    pub place: (String, String),
    pub first: i64,
    pub last: i64,
    pub said_from: OffsetDateTime,
    pub keywords: Vec<String>,
    pub text: String,
    pub length: i32,
    pub terms: Vec<i32>,
    pub counts: Vec<i16>,
    pub vector: Option<f32>,
}

impl FromRow<'_, PgRow> for FoundMemory {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            what: kind_of(row.try_get("what")?),
            importance: row.try_get("importance")?,
            sources: row.try_get("sources")?,
            edited: row.try_get("edited")?,
            channel: row.try_get("channel_id")?,
            place: (row.try_get("kind")?, row.try_get("name")?),
            first: row.try_get("first_seq")?,
            last: row.try_get("last_seq")?,
            said_from: row.try_get("said_from")?,
            keywords: row.try_get("keywords")?,
            text: row.try_get("text")?,
            length: row.try_get("length")?,
            terms: row.try_get("terms")?,
            counts: row.try_get("counts")?,
            vector: row.try_get("vector")?,
        })
    }
}

/// What the AI has kept, and nothing newer has taken the place of: the newest in which one of these words stands, and those
/// that are named, the nearest to the question's vector. Of those alone of which every message may be seen.
pub(in crate::memory) async fn memories(
    db: &PgPool,
    look: &Look<'_>,
    words: &[i32],
    near: &[Uuid],
    most: i64,
) -> Result<Vec<FoundMemory>> {
    Ok(look!(
        db,
        look,
        concat!(
            "with allowed as (
                select r.id, r.said_to, r.id = any($9) as is_near
                from memories r join ",
            opened!(),
            " on r.channel_id = o.channel_id and r.first_seq >= o.first and r.last_seq <= o.last and r.edited <= o.known
                where r.entity_id = $1 and r.kind <> 'gist' and not r.stale and r.superseded_by is null and r.text <> ''
                  and (r.terms && $8 or r.id = any($9))
             ), found as (
                select id from allowed where is_near
                union (select id from allowed where not is_near order by said_to desc limit $10)
             )
             select r.id, r.kind as what, r.importance, r.sources, r.edited, r.channel_id, c.kind, c.name, r.first_seq, r.last_seq, r.said_from, r.keywords, r.text, r.length,
                    r.terms, r.counts,
                    case when r.embedder = $6 then (-(r.vector <#> $7::halfvec))::real end as vector
             from found join memories r using (id) join channels c on c.id = r.channel_id"
        ),
        words,
        near,
        most
    ))
}
