//! Vectors of what is remembered, and their sketches.

use super::{Waiting, written};
use crate::Result;
use crate::memory::sketches::{Derived, Line, sketch};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, PgPool, Row};
use time::OffsetDateTime;
use uuid::Uuid;

/// Has everything turned into vectors again that another encoder has made.
pub(in crate::memory) async fn forget_vectors_but(db: &PgPool, embedder: &str) -> Result<()> {
    for table in [
        "update recollections set embedder = null where embedder <> $1 or (embedder is not null and made is null)",
        "update memories set embedder = null where embedder <> $1 or (embedder is not null and made is null)",
        "update passages set embedder = null where embedder <> $1 or (embedder is not null and made is null)",
    ] {
        sqlx::query(table).bind(embedder).execute(db).await?;
    }
    Ok(())
}

/// How much there is that has vectors sooner or later, and how much has them of this encoder.
pub(in crate::memory) async fn progress(db: &PgPool, embedder: &str) -> Result<(i64, i64)> {
    let counts = sqlx::query_as(
        "select count(*), count(*) filter (where embedder = $1) from (
            select embedder from recollections
            union all select embedder from memories where text <> '' and kind <> 'gist'
            union all select embedder from passages) x",
    )
    .bind(embedder)
    .fetch_one(db)
    .await?;
    Ok(counts)
}

fn all_written(vectors: &[Option<Vec<f32>>]) -> Vec<Option<String>> {
    vectors.iter().map(|vector| vector.as_deref().map(written)).collect()
}

fn sketches(vectors: &[Option<Vec<f32>>]) -> Vec<Option<Vec<u8>>> {
    vectors.iter().map(|vector| vector.as_deref().map(sketch)).collect()
}

/// Keeps the vectors of messages that have not changed since they were read.
pub(in crate::memory) async fn put_vectors(
    db: &mut PgConnection,
    embedder: &str,
    waiting: &[Waiting],
    turns: &[Option<Vec<f32>>],
    arounds: &[Option<Vec<f32>>],
) -> Result<()> {
    sqlx::query(
        "update recollections r set embedder = $1, turn = x.turn::halfvec, around = x.around::halfvec,
                turn_sketch = x.turn_sketch, around_sketch = x.around_sketch, made = nextval('vectors_made')
         from unnest($2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::bytea[], $7::text[])
              as x (id, turn, around, turn_sketch, around_sketch, version)
         where r.message_id = x.id and r.xmin::text = x.version",
    )
    .bind(embedder)
    .bind(waiting.iter().map(|one| one.id).collect::<Vec<Uuid>>())
    .bind(all_written(turns))
    .bind(all_written(arounds))
    .bind(sketches(turns))
    .bind(sketches(arounds))
    .bind(waiting.iter().map(|one| one.version.as_str()).collect::<Vec<&str>>())
    .execute(db)
    .await?;
    Ok(())
}

/// Something that has no vector.
pub(in crate::memory) struct Text {
    pub id: Uuid,
    /// The row as it was read.
    pub version: String,
    pub language: String,
    /// What the vector is made of.
    pub content: String,
}

impl FromRow<'_, PgRow> for Text {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            version: row.try_get("version")?,
            language: row.try_get("language")?,
            content: row.try_get("content")?,
        })
    }
}

/// The next memories or passages that have no vector.
pub(in crate::memory) async fn without_vectors_of(
    db: &mut PgConnection,
    kind: Derived,
    limit: i64,
) -> Result<Vec<Text>> {
    let query = match kind {
        Derived::Memories => {
            "select id, xmin::text as version, language, concat_ws(E'\\n', nullif(array_to_string(keywords, ', '), ''), text) as content from memories
             where embedder is null and text <> '' and kind <> 'gist' order by created_at limit $1"
        }
        Derived::Passages => {
            "select id, xmin::text as version, language, concat_ws(E'\\n', nullif(heading, ''), text) as content from passages
             where embedder is null order by document_id, place limit $1"
        }
    };
    Ok(sqlx::query_as(query).bind(limit).fetch_all(db).await?)
}

/// Keeps the vectors of memories or passages that have not changed since they were read.
pub(in crate::memory) async fn put_vectors_of(
    db: &mut PgConnection,
    kind: Derived,
    embedder: &str,
    waiting: &[Text],
    vectors: &[Option<Vec<f32>>],
) -> Result<()> {
    let query = match kind {
        Derived::Memories => {
            "update memories r set embedder = $1, vector = x.vector::halfvec, sketch = x.sketch, made = nextval('vectors_made')
             from unnest($2::uuid[], $3::text[], $4::bytea[], $5::text[]) as x (id, vector, sketch, version)
             where r.id = x.id and r.xmin::text = x.version"
        }
        Derived::Passages => {
            "update passages r set embedder = $1, vector = x.vector::halfvec, sketch = x.sketch, made = nextval('vectors_made')
             from unnest($2::uuid[], $3::text[], $4::bytea[], $5::text[]) as x (id, vector, sketch, version)
             where r.id = x.id and r.xmin::text = x.version"
        }
    };
    sqlx::query(query)
        .bind(embedder)
        .bind(waiting.iter().map(|one| one.id).collect::<Vec<Uuid>>())
        .bind(all_written(vectors))
        .bind(sketches(vectors))
        .bind(waiting.iter().map(|one| one.version.as_str()).collect::<Vec<&str>>())
        .execute(db)
        .await?;
    Ok(())
}

/// What has got vectors, as its sketches.
pub(in crate::memory) struct Made {
    /// In which order.
    pub number: i64,
    /// The channel of a message; the AI whose it is.
    pub scope: Uuid,
    /// The channel that a memory is of.
    pub channel: Uuid,
    /// A message's number there, and which memory or passage it is.
    pub seq: i64,
    pub id: Uuid,
    pub turn: Option<Vec<u8>>,
    pub around: Option<Vec<u8>>,
    /// Of a message that is there.
    pub line: Option<MadeLine>,
}

/// A message's words, and where and when it was said.
pub(in crate::memory) struct MadeLine {
    stretch: i64,
    said_at: OffsetDateTime,
    terms: Vec<i32>,
    counts: Vec<i16>,
}

impl MadeLine {
    /// As it is held in memory.
    pub fn line(&self) -> Line<'_> {
        let Self { stretch, said_at, terms, counts } = self;
        Line { stretch: *stretch, said_at: said_at.unix_timestamp(), terms, counts }
    }

    fn of(row: &PgRow) -> sqlx::Result<Option<Self>> {
        let Some(stretch) = row.try_get("stretch")? else { return Ok(None) };
        let (said_at, terms, counts) = (row.try_get("said_at")?, row.try_get("terms")?, row.try_get("counts")?);
        Ok(Some(Self { stretch, said_at, terms, counts }))
    }
}

impl FromRow<'_, PgRow> for Made {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            number: row.try_get("made")?,
            scope: row.try_get("scope")?,
            channel: row.try_get("channel")?,
            seq: row.try_get("seq")?,
            id: row.try_get("id")?,
            turn: row.try_get("turn")?,
            around: row.try_get("around")?,
            line: MadeLine::of(row)?,
        })
    }
}

/// The next that have got vectors of this encoder: messages, those among them that are there no more, or what is derived.
pub(in crate::memory) async fn made(
    db: &PgPool,
    kind: Option<Derived>,
    embedder: &str,
    since: i64,
    limit: i64,
) -> Result<Vec<Made>> {
    let query = match kind {
        None => {
            "(select made, channel_id as scope, channel_id as channel, seq, message_id as id, turn_sketch as turn,
                    around_sketch as around, stretch, said_at, terms, counts
              from recollections where made > $1 and embedder = $2 order by made limit $3)
             union all
             (select made, channel_id, channel_id, seq, channel_id, null, null, null, null, null, null
              from unindexed where made > $1 order by made limit $3)
             order by made limit $3"
        }
        Some(Derived::Memories) => {
            "select made, entity_id as scope, channel_id as channel, 0::bigint as seq, id, sketch as turn, null::bytea as around, null::bigint as stretch
             from memories where made > $1 and embedder = $2 order by made limit $3"
        }
        Some(Derived::Passages) => {
            "select made, entity_id as scope, entity_id as channel, 0::bigint as seq, id, sketch as turn, null::bytea as around, null::bigint as stretch
             from passages where made > $1 and embedder = $2 order by made limit $3"
        }
    };
    Ok(sqlx::query_as(query).bind(since).bind(embedder).bind(limit).fetch_all(db).await?)
}

/// Which of these are there no more.
pub(in crate::memory) async fn gone_of(db: &PgPool, kind: Derived, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    let query = match kind {
        Derived::Memories => {
            "select id from unnest($1::uuid[]) as x (id) where not exists (select from memories r where r.id = x.id)"
        }
        Derived::Passages => {
            "select id from unnest($1::uuid[]) as x (id) where not exists (select from passages r where r.id = x.id)"
        }
    };
    let rows: Vec<(Uuid,)> = sqlx::query_as(query).bind(ids).fetch_all(db).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
