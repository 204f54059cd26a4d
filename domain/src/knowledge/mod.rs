//! What AIs know from documents: read by a process of its own, cut into passages, and recalled like what was said. It is
//! part of what an AI is, so it may be recalled wherever it speaks.

mod learning;
mod reader;
pub(crate) mod store;

pub use learning::learn;
pub use reader::Reader;

use crate::accounts::admins_only;
use crate::error::not_found;
use crate::memory;
use crate::memory::words::Language;
use crate::minds::studio;
use crate::{Result, Space, entities};
use model::{
    Code, Document, DocumentId, DocumentKind, EntityId, FoundPassage, Passage, Problem, Reading, Unreadable, limits,
};
use sha2::{Digest, Sha256};

/// Most documents of an AI.
const DOCUMENTS: i64 = 500;
/// Passages of a page of them.
pub const PAGE: i64 = 100;
/// Passages that are found at most.
const FOUND: usize = 20;

/// Has an AI learn a file. The same file twice is one; a newer one of the same name takes the place of the one before, once
/// it was read.
///
/// Refuses with `admin_only`, `not_found`, `invalid_argument`, `too_large`, and with `quota_reached` where the AI has 500
/// documents.
pub async fn add(space: &Space, by: EntityId, mind: EntityId, name: &str, content: &[u8]) -> Result<Document> {
    studio::one(space, by, mind).await?;
    let name = limits::trimmed(name);
    let length = limits::length(name);
    let Some(kind) = DocumentKind::of_file(name).filter(|_| length <= limits::FILE_NAME && !name.contains('\0')) else {
        let what = "Add a text, Markdown, PDF, HTML, DOCX or EPUB file, with the end of its name that says which, of at most 200 characters.";
        return Err(Problem::argument("name", what).into());
    };
    if content.is_empty() {
        return Err(Problem::argument("file", Unreadable::Empty.message()).into());
    }
    if content.len() > limits::DOCUMENT {
        return Err(Problem::new(Code::TooLarge, "A document has at most 25 MiB. Add parts of it.").into());
    }
    if store::count(&space.db, mind).await? >= DOCUMENTS {
        let full = "An AI knows at most 500 documents. Remove one of them first.";
        return Err(Problem::new(Code::QuotaReached, full).into());
    }
    let file = store::File { name, kind, content, hash: &Sha256::digest(content) };
    let mut work = space.db.begin().await?;
    let id = store::add(&mut work, mind, by, &file).await?;
    work.commit().await?;
    space.ring();
    store::one(&space.db, id).await?.ok_or_else(|| not_found("document"))
}

/// What an AI knows from documents, the newest first. For admins.
///
/// Refuses with `admin_only`, `not_found`.
pub async fn all(space: &Space, by: EntityId, mind: EntityId) -> Result<Vec<Document>> {
    studio::one(space, by, mind).await?;
    let all = store::all(&space.db, mind).await?;
    Ok(all.into_iter().map(|one| as_far(space, one)).collect())
}

/// A document as far as it will come here: without an encoder it is found by its words alone.
fn as_far(space: &Space, document: Document) -> Document {
    let embedded = if space.embedder.is_some() { document.embedded } else { document.passages };
    Document { embedded, ..document }
}

/// One document. Refuses with `admin_only`, `not_found`.
pub async fn one(space: &Space, by: EntityId, document: DocumentId) -> Result<Document> {
    admins_only(space, by).await?;
    let found = store::one(&space.db, document).await?.ok_or_else(|| not_found("document"))?;
    Ok(as_far(space, found))
}

/// The passages of a document after this one, at most 100. Refuses with `admin_only`, `not_found`.
pub async fn passages(space: &Space, by: EntityId, document: DocumentId, after: i32) -> Result<Vec<FoundPassage>> {
    one(space, by, document).await?;
    store::passages(&space.db, document, after).await
}

/// What of an AI's documents a question is about, the likeliest first: what it would recall.
///
/// Refuses with `admin_only`, `not_found`, `invalid_argument`.
pub async fn find(space: &Space, by: EntityId, mind: EntityId, question: &str) -> Result<Vec<FoundPassage>> {
    studio::one(space, by, mind).await?;
    if !(1..=limits::QUESTION).contains(&limits::length(question)) {
        return Err(Problem::argument("question", "Write some words to look for, at most 500 characters.").into());
    }
    let spoken = Language::of_code(&entities::store::language(&space.db, by).await?);
    let mut found = memory::known(space, mind, question, spoken).await?;
    found.retain(|one| one.near.is_near());
    found.truncate(FOUND);
    Ok(found.into_iter().map(|one| one.passage).collect())
}

/// Has an AI forget a document, and all that came of it: which AI that is. Refuses with `admin_only`, `not_found`.
pub async fn remove(space: &Space, by: EntityId, document: DocumentId) -> Result<EntityId> {
    admins_only(space, by).await?;
    store::remove(&space.db, document).await?.ok_or_else(|| not_found("document"))
}

/// What one document says, as it is carried in a file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Carried {
    pub name: String,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub pages: Option<i32>,
    pub passages: Vec<Passage>,
}

/// All that an AI knows from documents, as it is carried in a file.
pub(crate) async fn carried(space: &Space, mind: EntityId) -> Result<Vec<Carried>> {
    store::carried(&space.db, mind).await
}

/// Has an AI know what a file carried.
pub(crate) async fn carry(db: &mut sqlx::PgConnection, mind: EntityId, by: EntityId, all: &[Carried]) -> Result<()> {
    for Carried { name, title, pages, passages } in all {
        let text = serde_json::to_vec(passages).unwrap_or_default();
        let kind = DocumentKind::of_file(name).unwrap_or(DocumentKind::Text);
        let file = store::File { name, kind, content: &text, hash: &Sha256::digest(&text) };
        let id = store::insert(&mut *db, mind, by, &file).await?;
        let reading = Reading { title: title.clone(), pages: *pages, passages: passages.clone() };
        let cuts = learning::cut(name, &reading);
        store::keep(&mut *db, id, &reading, &cuts).await?;
    }
    Ok(())
}
