//! The tables `documents` and `passages`.

use super::learning::Cut;
use super::{Carried, PAGE};
use crate::{Result, memory};
use model::{Document, DocumentId, DocumentKind, DocumentState, EntityId, FoundPassage, Passage, Reading};
use serde_json::json;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, PgPool, Row};
use std::collections::HashMap;
use uuid::Uuid;

/// Passages that are written at once.
const AT_ONCE: usize = 500;

/// A file as it was sent.
pub(super) struct File<'a> {
    pub name: &'a str,
    pub kind: DocumentKind,
    pub content: &'a [u8],
    pub hash: &'a [u8],
}

struct DocumentRow(Document);

impl FromRow<'_, PgRow> for DocumentRow {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let kind: String = row.try_get("kind")?;
        let state: String = row.try_get("state")?;
        Ok(Self(Document {
            id: DocumentId(row.try_get("id")?),
            mind: EntityId(row.try_get("entity_id")?),
            name: row.try_get("name")?,
            title: row.try_get("title")?,
            kind: DocumentKind::named(&kind).unwrap_or(DocumentKind::Text),
            bytes: row.try_get("bytes")?,
            state: match state.as_str() {
                "known" => DocumentState::Known,
                "failed" => DocumentState::Failed,
                _ => DocumentState::Waiting,
            },
            fault: row.try_get("fault")?,
            pages: row.try_get("pages")?,
            passages: row.try_get("passages")?,
            embedded: row.try_get("embedded")?,
            added_at: row.try_get("added_at")?,
        }))
    }
}

macro_rules! documents {
    ($rest:literal) => {
        concat!(
            "select d.id, d.entity_id, d.name, d.title, d.kind, d.bytes, d.state, d.fault, d.pages, d.added_at,
                    p.passages, p.embedded
             from documents d cross join lateral (
                select count(*) as passages, count(embedder) as embedded from passages where document_id = d.id) p ",
            $rest
        )
    };
}

pub(super) async fn all(db: &PgPool, mind: EntityId) -> Result<Vec<Document>> {
    let rows: Vec<DocumentRow> =
        sqlx::query_as(documents!("where d.entity_id = $1 order by d.added_at desc, d.id desc"))
            .bind(mind.0)
            .fetch_all(db)
            .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

pub(super) async fn one(db: &PgPool, id: DocumentId) -> Result<Option<Document>> {
    let row: Option<DocumentRow> = sqlx::query_as(documents!("where d.id = $1")).bind(id.0).fetch_optional(db).await?;
    Ok(row.map(|row| row.0))
}

pub(super) async fn count(db: &PgPool, mind: EntityId) -> Result<i64> {
    let (count,) =
        sqlx::query_as("select count(*) from documents where entity_id = $1").bind(mind.0).fetch_one(db).await?;
    Ok(count)
}

/// Adds a file that is to be read; the same one again is called by its new name, and read again where it could not be.
pub(super) async fn add(db: &mut PgConnection, mind: EntityId, by: EntityId, file: &File<'_>) -> Result<DocumentId> {
    let id = insert(&mut *db, mind, by, file).await?;
    sqlx::query(
        "insert into tasks (id, kind, ordering_key, dedup_key, payload)
         select gen_random_uuid(), 'learn', 'learn', 'learn:' || id, jsonb_build_object('document', id)
         from documents where id = $1 and state = 'waiting'
         on conflict (dedup_key) where lease_owner is null and dedup_key is not null do nothing",
    )
    .bind(id.0)
    .execute(db)
    .await?;
    Ok(id)
}

pub(super) async fn insert(db: &mut PgConnection, mind: EntityId, by: EntityId, file: &File<'_>) -> Result<DocumentId> {
    let title = file.name.rsplit_once('.').map_or(file.name, |(title, _)| title);
    let (id,) = sqlx::query_as(
        "insert into documents (id, entity_id, name, title, kind, hash, bytes, content, added_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict on constraint documents_once do update
         set name = excluded.name, kind = excluded.kind, added_at = now(), added_by = excluded.added_by,
             state = case when documents.state = 'known' and documents.kind = excluded.kind then 'known' else 'waiting' end,
             content = case when documents.state = 'known' and documents.kind = excluded.kind then null else excluded.content end,
             fault = null
         returning id",
    )
    .bind(DocumentId::new().0)
    .bind(mind.0)
    .bind(file.name)
    .bind(title)
    .bind(file.kind.as_str())
    .bind(file.hash)
    .bind(file.content.len() as i64)
    .bind(file.content)
    .bind(by.0)
    .fetch_one(db)
    .await?;
    Ok(DocumentId(id))
}

/// A file that is still to be read.
pub(super) async fn waiting(db: &PgPool, id: DocumentId) -> Result<Option<(String, DocumentKind, Vec<u8>)>> {
    let row: Option<(String, String, Vec<u8>)> = sqlx::query_as(
        "select name, kind, content from documents where id = $1 and state = 'waiting' and content is not null",
    )
    .bind(id.0)
    .fetch_optional(db)
    .await?;
    Ok(row.map(|(name, kind, content)| (name, DocumentKind::named(&kind).unwrap_or(DocumentKind::Text), content)))
}

/// Notes why a document could not be read.
pub(super) async fn failed(db: &PgPool, id: DocumentId, why: &str) -> Result<()> {
    sqlx::query("update documents set state = 'failed', fault = $2, content = null where id = $1")
        .bind(id.0)
        .bind(why)
        .execute(db)
        .await?;
    Ok(())
}

/// Keeps what a document says, in place of an older one of that name.
pub(super) async fn keep(db: &mut PgConnection, id: DocumentId, reading: &Reading, cuts: &[Cut]) -> Result<()> {
    let row: Option<(Uuid, String)> = sqlx::query_as(
        "update documents set state = 'known', fault = null, content = null, pages = $2,
                title = coalesce(nullif($3, ''), title)
         where id = $1 returning entity_id, name",
    )
    .bind(id.0)
    .bind(reading.pages)
    .bind(&reading.title)
    .fetch_optional(&mut *db)
    .await?;
    // It may have been removed meanwhile.
    let Some((mind, name)) = row else { return Ok(()) };
    for older in [
        "delete from passages where document_id = $1",
        "delete from documents d using documents newer
         where newer.id = $1 and d.entity_id = $2 and d.name = $3 and d.id <> newer.id and d.added_at <= newer.added_at",
    ] {
        sqlx::query(older).bind(id.0).bind(mind).bind(&name).execute(&mut *db).await?;
    }
    let words: Vec<&str> = cuts.iter().flat_map(|cut| cut.terms.keys().map(String::as_str)).collect();
    let known: HashMap<String, i32> = memory::store::terms(&mut *db, &words).await?;
    let all: Vec<(i32, (&Passage, &Cut))> = (1..).zip(reading.passages.iter().zip(cuts)).collect();
    for some in all.chunks(AT_ONCE) {
        let row = |(place, (passage, cut)): &(i32, (&Passage, &Cut))| {
            let (terms, counts): (Vec<i32>, Vec<i16>) =
                cut.terms.iter().filter_map(|(term, count)| Some((*known.get(term)?, *count))).unzip();
            let length: i32 = counts.iter().map(|count| i32::from(*count)).sum();
            json!({
                "place": place, "page": passage.page, "heading": passage.heading, "text": passage.text,
                "language": cut.language, "terms": terms, "counts": counts, "length": length,
            })
        };
        let rows: Vec<serde_json::Value> = some.iter().map(row).collect();
        sqlx::query(
            "insert into passages (document_id, entity_id, place, page, heading, text, language, terms, counts, length)
             select $1, $2, x.place, x.page, x.heading, x.text, x.language, x.terms, x.counts, x.length
             from jsonb_to_recordset($3) as x (place integer, page integer, heading text, text text, language text,
                                               terms integer[], counts smallint[], length integer)",
        )
        .bind(id.0)
        .bind(mind)
        .bind(json!(rows))
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// Removes a document and its passages: whose it was. `None` where it is not there.
pub(super) async fn remove(db: &PgPool, id: DocumentId) -> Result<Option<EntityId>> {
    let row: Option<(Uuid,)> =
        sqlx::query_as("delete from documents where id = $1 returning entity_id").bind(id.0).fetch_optional(db).await?;
    Ok(row.map(|(mind,)| EntityId(mind)))
}

/// Removes all that an AI knows from documents.
pub(crate) async fn remove_all(db: &PgPool, mind: EntityId) -> Result<()> {
    sqlx::query("delete from documents where entity_id = $1").bind(mind.0).execute(db).await?;
    Ok(())
}

/// The passages of a document after this one.
pub(super) async fn passages(db: &PgPool, id: DocumentId, after: i32) -> Result<Vec<FoundPassage>> {
    type Row = (String, i32, Option<i32>, String, String);
    let rows: Vec<Row> = sqlx::query_as(
        "select d.title, p.place, p.page, p.heading, p.text from passages p join documents d on d.id = p.document_id
         where d.id = $1 and p.place > $2 order by p.place limit $3",
    )
    .bind(id.0)
    .bind(after)
    .bind(PAGE)
    .fetch_all(db)
    .await?;
    let found = |(title, place, page, heading, text): Row| FoundPassage {
        document: id,
        title,
        place,
        passage: Passage { page, heading, text },
    };
    Ok(rows.into_iter().map(found).collect())
}

/// All that an AI knows from documents.
pub(super) async fn carried(db: &PgPool, mind: EntityId) -> Result<Vec<Carried>> {
    type Row = (Uuid, String, String, Option<i32>, Option<i32>, String, String);
    let rows: Vec<Row> = sqlx::query_as(
        "select d.id, d.name, d.title, d.pages, p.page, p.heading, p.text
         from documents d join passages p on p.document_id = d.id
         where d.entity_id = $1 order by d.added_at, d.id, p.place",
    )
    .bind(mind.0)
    .fetch_all(db)
    .await?;
    let mut all: Vec<Carried> = Vec::new();
    let mut last = None;
    for (id, name, title, pages, page, heading, text) in rows {
        if last != Some(id) {
            all.push(Carried { name, title, pages, passages: Vec::new() });
            last = Some(id);
        }
        if let Some(document) = all.last_mut() {
            document.passages.push(Passage { page, heading, text });
        }
    }
    Ok(all)
}
