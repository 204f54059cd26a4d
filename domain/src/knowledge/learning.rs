//! A document on its way from a file to what is known of it: one task for each, one at a time.

use super::store;
use crate::memory::words::{Language, cut as words};
use crate::tasks::{Outcome, Task};
use crate::{Error, Result, Space};
use futures::FutureExt;
use model::{DocumentId, Reading};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;

/// What people are told where it is not the document's fault.
const HERE: &str = "This server could not read it. Try again later, and tell whoever runs it.";
/// Passages that show which language a document is in.
const SAMPLE: usize = 20;

#[derive(Deserialize)]
struct Asked {
    document: DocumentId,
}

/// The words of a passage.
pub(super) struct Cut {
    pub language: &'static str,
    pub terms: BTreeMap<String, i16>,
}

/// Does a task of the kind `learn`.
pub async fn learn(space: &Space, task: &Task) -> Result<Outcome> {
    let Ok(Asked { document }) = serde_json::from_value(task.payload.clone()) else {
        tracing::error!(payload = %task.payload, "a task that cannot be read was dropped");
        return Ok(Outcome::Done);
    };
    if task.is_used_up() {
        store::failed(&space.db, document, HERE).await?;
        return Ok(Outcome::Done);
    }
    let done = AssertUnwindSafe(read(space, document)).catch_unwind().await;
    let done = done.unwrap_or(Err(Error::Interrupted("reading a document")));
    if done.is_err() && task.is_last_try() {
        store::failed(&space.db, document, HERE).await?;
    }
    done
}

/// Reads a document that waits for it, and keeps what it says or why it could not be read.
async fn read(space: &Space, document: DocumentId) -> Result<Outcome> {
    let Some((name, kind, file)) = store::waiting(&space.db, document).await? else { return Ok(Outcome::Done) };
    let Some(reader) = &space.reader else {
        store::failed(&space.db, document, HERE).await?;
        return Ok(Outcome::Done);
    };
    let reading = match reader.read(kind, &file).await {
        Ok(Ok(reading)) => reading,
        Ok(Err(why)) => {
            tracing::info!(%document, kind = kind.as_str(), bytes = file.len(), ?why, "a document could not be read");
            store::failed(&space.db, document, why.message()).await?;
            return Ok(Outcome::Done);
        }
        Err(cause) => {
            tracing::error!(%cause, "the process that reads documents could not be run");
            return Err(Error::Interrupted("reading a document"));
        }
    };
    let cutting = tokio::task::spawn_blocking(move || {
        let cuts = cut(&name, &reading);
        (reading, cuts)
    });
    let (reading, cuts) = cutting.await.map_err(|_| Error::Interrupted("reading a document"))?;
    let mut work = space.db.begin().await?;
    store::keep(&mut work, document, &reading, &cuts).await?;
    work.commit().await?;
    Ok(Outcome::Done)
}

/// The words of each passage; what a document and its parts are called is part of what is looked for.
pub(super) fn cut(name: &str, reading: &Reading) -> Vec<Cut> {
    // A document is in one language, and shows it better than any of its parts.
    let sample: Vec<&str> = reading.passages.iter().take(SAMPLE).map(|passage| passage.text.as_str()).collect();
    let language = Language::of(&sample.join("\n"), None);
    let title = if reading.title.is_empty() { name } else { &reading.title };
    let cut = |passage: &model::Passage| {
        let body = words(&passage.text, Some(language));
        let mut terms: BTreeMap<String, i16> = BTreeMap::new();
        let heads = words(&format!("{title} {}", passage.heading), Some(body.language));
        for term in body.terms.into_iter().chain(heads.terms) {
            let count = terms.entry(term).or_default();
            *count = count.saturating_add(1);
        }
        Cut { language: body.language.code(), terms }
    };
    reading.passages.iter().map(cut).collect()
}
