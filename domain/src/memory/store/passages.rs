//! Looking in the table `passages`, and their vectors.

use super::written;
use crate::Result;
use model::{ChannelId, DocumentId, EntityId, FoundPassage, Passage};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, PgPool, Row};
use uuid::Uuid;

/// A passage that was found.
pub(in crate::memory) struct FoundRow {
    pub id: Uuid,
    pub passage: FoundPassage,
    pub length: i32,
    pub terms: Vec<i32>,
    pub counts: Vec<i16>,
    pub vector: Option<f32>,
}

impl FromRow<'_, PgRow> for FoundRow {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            passage: FoundPassage {
                document: DocumentId(row.try_get("document_id")?),
                title: row.try_get("title")?,
                place: row.try_get("place")?,
                passage: Passage {
                    page: row.try_get("page")?,
                    heading: row.try_get("heading")?,
                    text: row.try_get("text")?,
                },
            },
            length: row.try_get("length")?,
            terms: row.try_get("terms")?,
            counts: row.try_get("counts")?,
            vector: row.try_get("vector")?,
        })
    }
}

/// How many passages an AI knows, and in how many of them each of these words stands.
pub(in crate::memory) async fn passage_rarity(
    db: &PgPool,
    mind: EntityId,
    terms: &[i32],
) -> Result<(Vec<(i32, i32)>, i64)> {
    let (all,) =
        sqlx::query_as("select count(*) from passages where entity_id = $1").bind(mind.0).fetch_one(db).await?;
    if all == 0 {
        return Ok((Vec::new(), 0));
    }
    let known = sqlx::query_as(
        "select t, count(*)::integer from passages p cross join unnest(p.terms) t
         where p.entity_id = $1 and p.terms && $2 and t = any($2) group by t",
    )
    .bind(mind.0)
    .bind(terms)
    .fetch_all(db)
    .await?;
    Ok((known, all))
}

/// The passages in which most of these words stand, and those that are nearest to the question's vector.
///
/// What an AI knows from documents is everybody's; where it is not in the channel, it says nothing there. Without a channel
/// it is looked for in the studio.
pub(in crate::memory) async fn passages(
    db: &PgPool,
    mind: EntityId,
    channel: Option<ChannelId>,
    (wanted, finders): (&[i32], &[i32]),
    (embedder, vector): (&str, Option<&[f32]>),
    most: i64,
) -> Result<Vec<FoundRow>> {
    let found = sqlx::query_as(
        "with here as (
            select where $2::uuid is null or exists (
                select from memberships where channel_id = $2 and entity_id = $1 and left_seq is null)
         ), found as (
            (select p.id from passages p where p.entity_id = $1 and p.terms && $4 and exists (select from here)
             order by (select count(*) from unnest(p.terms) t where t = any($4)) desc, p.length limit $7)
            union
            (select p.id from passages p where p.entity_id = $1 and p.embedder = $5 and p.vector is not null
                    and $6::halfvec is not null and exists (select from here)
             order by p.vector <#> $6::halfvec limit $7)
         )
         select p.id, p.document_id, d.title, p.place, p.page, p.heading, p.text, p.length,
                array(select t from unnest(p.terms) with ordinality u (t, n) where t = any($3) order by n) as terms,
                array(select c from unnest(p.terms, p.counts) with ordinality u (t, c, n) where t = any($3) order by n) as counts,
                case when p.embedder = $5 then (-(p.vector <#> $6::halfvec))::real end as vector
         from found join passages p using (id) join documents d on d.id = p.document_id",
    )
    .bind(mind.0)
    .bind(channel.map(|channel| channel.0))
    .bind(wanted)
    .bind(finders)
    .bind(embedder)
    .bind(vector.map(written))
    .bind(most)
    .fetch_all(db)
    .await?;
    Ok(found)
}

/// The next passages that have no vector: which, and what it is made of.
pub(in crate::memory) async fn passages_without_vectors(
    db: &mut PgConnection,
    limit: i64,
) -> Result<Vec<(Uuid, String)>> {
    let waiting = sqlx::query_as(
        "select id, concat_ws(E'\\n', nullif(heading, ''), text) from passages
         where embedder is null order by document_id, place limit $1",
    )
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(waiting)
}

/// Keeps the vectors of passages.
pub(in crate::memory) async fn put_passage_vectors(
    db: &mut PgConnection,
    embedder: &str,
    ids: &[Uuid],
    vectors: &[Option<Vec<f32>>],
) -> Result<()> {
    sqlx::query(
        "update passages p set embedder = $1, vector = x.vector::halfvec
         from unnest($2::uuid[], $3::text[]) as x (id, vector) where p.id = x.id",
    )
    .bind(embedder)
    .bind(ids)
    .bind(vectors.iter().map(|vector| vector.as_deref().map(written)).collect::<Vec<Option<String>>>())
    .execute(db)
    .await?;
    Ok(())
}
