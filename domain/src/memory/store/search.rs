//! Looking in the tables `recollections` and `memories`, through the one place that says what may be seen.

use super::written;
use crate::Result;
use model::{ChannelId, EntityId};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgPool, Row};
use time::OffsetDateTime;
use uuid::Uuid;

/// A question as the database gets it.
pub(in crate::memory) struct Look<'a> {
    pub entity: EntityId,
    pub channel: ChannelId,
    /// From this number on, messages of the channel itself are not looked for.
    pub shown_from: i64,
    /// Whose vectors are compared.
    pub embedder: &'a str,
    pub vector: Option<&'a [f32]>,
    /// The words that are counted.
    pub wanted: &'a [i32],
}

/// A message that was found.
pub(in crate::memory) struct Found {
    pub message: Uuid,
    pub channel: Uuid,
    pub seq: i64,
    pub stretch: i64,
    pub said_at: OffsetDateTime,
    pub length: i32,
    /// The wanted words that stand in it, and how often.
    pub terms: Vec<i32>,
    pub counts: Vec<i16>,
    /// Cosines with the question's vector.
    pub turn: Option<f32>,
    pub around: Option<f32>,
}

impl FromRow<'_, PgRow> for Found {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            message: row.try_get("message")?,
            channel: row.try_get("channel")?,
            seq: row.try_get("seq")?,
            stretch: row.try_get("stretch")?,
            said_at: row.try_get("said_at")?,
            length: row.try_get("length")?,
            terms: row.try_get("terms")?,
            counts: row.try_get("counts")?,
            turn: row.try_get("turn")?,
            around: row.try_get("around")?,
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

/// The columns of a [`Found`]: $4 the wanted words, with what is told of its vectors. From where it is looked for in the
/// recollections `r`, and what else has to hold.
macro_rules! found {
    ($vectors:literal, $from:literal, $rest:literal) => {
        concat!(
            "with ",
            open!(),
            "select r.message_id as message, r.channel_id as channel, r.seq, r.stretch, r.said_at, r.length,
                    array(select t from unnest(r.terms) with ordinality u (t, n) where t = any($4) order by n) as terms,
                    array(select c from unnest(r.terms, r.counts) with ordinality u (t, c, n) where t = any($4) order by n) as counts, ",
            $vectors,
            " from ",
            $from,
            " join open o on r.channel_id = o.channel_id and r.seq between o.first and o.last and r.edited <= o.known
              where (r.channel_id <> $2 or r.seq < $3) and ",
            remembered!(),
            $rest
        )
    };
}

/// Runs a query of this kind with one more value.
macro_rules! look {
    ($db:expr, $look:expr, $query:expr, $($more:expr),*) => {{
        let look = $look;
        sqlx::query_as($query)
            .bind(look.entity.0)
            .bind(look.channel.0)
            .bind(look.shown_from)
            .bind(look.wanted)
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

/// A channel of which something may be said, from one number to another.
#[derive(Clone, Debug)]
pub(in crate::memory) struct Open {
    pub channel: Uuid,
    pub first: i64,
    pub last: i64,
}

/// What may be said: by it alone nothing is told, each message is looked at for itself.
pub(in crate::memory) async fn open(db: &PgPool, look: &Look<'_>) -> Result<Vec<Open>> {
    let rows: Vec<(Uuid, i64, i64)> = sqlx::query_as(concat!(
        "with ",
        open!(),
        "select channel_id, first, case when channel_id = $2 then least(last, $3 - 1) else last end from open"
    ))
    .bind(look.entity.0)
    .bind(look.channel.0)
    .bind(look.shown_from)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|(channel, first, last)| Open { channel, first, last }).collect())
}

/// Messages in which one of these words stands, the newest first.
pub(in crate::memory) async fn by_words(db: &PgPool, look: &Look<'_>, words: &[i32], most: i64) -> Result<Vec<Found>> {
    if words.is_empty() {
        return Ok(Vec::new());
    }
    Ok(look!(
        db,
        look,
        found!(
            "null::real as turn, null::real as around",
            "recollections r",
            " and r.terms && $7 order by r.said_at desc limit $8"
        ),
        words,
        most
    ))
}

/// The messages of these numbers, of those that may be seen, with the cosines of their vectors with the question's.
pub(in crate::memory) async fn near(db: &PgPool, look: &Look<'_>, places: &[(Uuid, i64)]) -> Result<Vec<Found>> {
    let (channels, seqs): (Vec<Uuid>, Vec<i64>) = places.iter().copied().unzip();
    Ok(look!(
        db,
        look,
        found!(
            "case when r.embedder = $5 then (-(r.turn <#> $6::halfvec))::real end as turn,
             case when r.embedder = $5 then (-(r.around <#> $6::halfvec))::real end as around",
            "unnest($7::uuid[], $8::bigint[]) as x (c, s) join recollections r on r.channel_id = x.c and r.seq = x.s",
            ""
        ),
        channels,
        seqs
    ))
}

/// The messages of these numbers, of those that may be seen.
pub(in crate::memory) async fn at(db: &PgPool, look: &Look<'_>, places: &[(Uuid, i64)]) -> Result<Vec<Found>> {
    let (channels, seqs): (Vec<Uuid>, Vec<i64>) = places.iter().copied().unzip();
    Ok(look!(
        db,
        look,
        found!(
            "null::real as turn, null::real as around",
            "unnest($7::uuid[], $8::bigint[]) as x (c, s) join recollections r on r.channel_id = x.c and r.seq = x.s",
            ""
        ),
        channels,
        seqs
    ))
}

/// Which of these are in the index no more.
pub(in crate::memory) async fn gone(db: &PgPool, places: &[(Uuid, i64)]) -> Result<Vec<(Uuid, i64)>> {
    let (channels, seqs): (Vec<Uuid>, Vec<i64>) = places.iter().copied().unzip();
    let gone = sqlx::query_as(
        "select x.c, x.s from unnest($1::uuid[], $2::bigint[]) as x (c, s)
         where not exists (select from recollections r where r.channel_id = x.c and r.seq = x.s)",
    )
    .bind(channels)
    .bind(seqs)
    .fetch_all(db)
    .await?;
    Ok(gone)
}

/// An episode or a fact that was found.
pub(in crate::memory) struct FoundMemory {
    pub id: Uuid,
    pub is_fact: bool,
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
            is_fact: row.try_get("is_fact")?,
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
            "with ",
            open!(),
            ", allowed as (
                select r.id, r.said_to, r.terms && $7 as by_words
                from open o join memories r on r.channel_id = o.channel_id and r.entity_id = $1
                     and r.first_seq >= o.first and r.last_seq <= o.last and r.edited <= o.known
                     and (r.channel_id <> $2 or r.last_seq < $3)
                where r.kind <> 'gist' and not r.stale and r.superseded_by is null and r.text <> ''
                  and (r.terms && $7 or r.id = any($8))
             ), found as (
                select id from allowed where not by_words
                union (select id from allowed where by_words order by said_to desc limit $9)
             )
             select r.id, r.kind = 'fact' as is_fact, r.importance, r.sources, r.edited, r.channel_id, c.kind, c.name, r.first_seq, r.last_seq, r.said_from, r.keywords, r.text, r.length,
                    array(select t from unnest(r.terms) with ordinality u (t, n) where t = any($4) order by n) as terms,
                    array(select n from unnest(r.terms, r.counts) with ordinality u (t, n, o) where t = any($4) order by o) as counts,
                    case when r.embedder = $5 then (-(r.vector <#> $6::halfvec))::real end as vector
             from found join memories r using (id) join channels c on c.id = r.channel_id"
        ),
        words,
        near,
        most
    ))
}
