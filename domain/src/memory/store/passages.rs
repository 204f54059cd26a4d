//! Looking in the table `passages`, and their vectors.

use super::written;
use crate::Result;
use model::{ChannelId, DocumentId, EntityId, FoundPassage, Passage};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgPool, Row};
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

/// A question about what an AI knows, as the database gets it.
pub(in crate::memory) struct Known<'a> {
    pub mind: EntityId,
    /// Where it will be said; nowhere in the studio.
    pub channel: Option<ChannelId>,
    /// The words that find.
    pub finders: &'a [i32],
    /// Whose vectors are compared.
    pub embedder: &'a str,
    pub vector: Option<&'a [f32]>,
}

/// The passages in which most of these words stand, and those that are named: the nearest to the question's vector.
///
/// What an AI knows from documents is everybody's; where it is not in the channel, it says nothing there. Without a channel
/// it is looked for in the studio.
pub(in crate::memory) async fn passages(
    db: &PgPool,
    known: &Known<'_>,
    near: &[Uuid],
    most: i64,
) -> Result<Vec<FoundRow>> {
    let found = sqlx::query_as(
        "with here as (
            select where $2::uuid is null or exists (
                select from memberships where channel_id = $2 and entity_id = $1 and left_seq is null)
         ), found as (
            (select p.id from passages p where p.entity_id = $1 and p.terms && $3 and exists (select from here)
             order by (select count(*) from unnest(p.terms) t where t = any($3)) desc, p.length limit $6)
            union
            (select p.id from passages p where p.entity_id = $1 and p.id = any($7) and exists (select from here))
         )
         select p.id, p.document_id, d.title, p.place, p.page, p.heading, p.text, p.length,
                p.terms, p.counts, case when p.embedder = $4 then (-(p.vector <#> $5::halfvec))::real end as vector
         from found join passages p using (id) join documents d on d.id = p.document_id",
    )
    .bind(known.mind.0)
    .bind(known.channel.map(|channel| channel.0))
    .bind(known.finders)
    .bind(known.embedder)
    .bind(known.vector.map(written))
    .bind(most)
    .bind(near)
    .fetch_all(db)
    .await?;
    Ok(found)
}
