//! What AIs remember: messages, indexed once and found again by those who may, and what is derived from them.

mod dates;
mod endpoint;
pub(crate) mod facts;
pub mod forgetting;
mod forming;
mod fusion;
pub mod index;
mod keywords;
mod known;
mod near;
mod parts;
mod pool;
mod question;
mod recall;
pub(crate) mod reflections;
mod sketches;
pub(crate) mod store;
pub mod words;

pub use endpoint::VectorEndpoint;
pub(crate) use keywords::keywords;
pub use known::RecalledPassage;
pub(crate) use known::known;
pub use near::{Nearness, nearest};
pub use pool::NEAREST;
pub use recall::{Asked, Recalled, RecalledMemory, Recollected, recall};
pub(crate) use sketches::Sketches;
pub use sketches::sketch;

use crate::knowledge::Carried;
use crate::{Result, Space};
use async_trait::async_trait;
use model::{ChannelId, EntityId};
use uuid::Uuid;
use words::Language;

/// What a memory is and rests on, as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Which.
    pub id: Uuid,
    /// Where that was said.
    pub channel: ChannelId,
    /// The numbers of the messages.
    pub sources: Vec<i64>,
    /// The newest clock at which one of them was edited, else 0.
    pub edited: i64,
}

/// What an AI remembers of rooms, as a document that a file carries: what was said there is everybody's. Nothing where it
/// remembers nothing.
pub(crate) async fn carried(space: &Space, id: EntityId, name: &str) -> Result<Option<Carried>> {
    let passages = store::of_rooms(&space.db, id).await?;
    let title = format!("What {name} remembers");
    Ok((!passages.is_empty()).then(|| Carried { name: format!("{title}.txt"), title, pages: None, passages }))
}

/// How many talks and facts an AI has kept: all that an admin is told of what was said in private.
///
/// Refuses with `admin_only`.
pub async fn counted(space: &Space, by: EntityId, id: EntityId) -> Result<(i64, i64)> {
    crate::accounts::admins_only(space, by).await?;
    store::counted(&space.db, id).await
}

/// How far everything that is remembered has vectors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What makes them.
    pub by: String,
    /// How many messages, memories and passages there are.
    pub all: i64,
    /// Of how many it has made them.
    pub done: i64,
}

/// How far that is; `None` where nothing makes vectors. Refuses with `admin_only`.
pub async fn progress(space: &Space, by: EntityId) -> Result<Option<Progress>> {
    crate::accounts::admins_only(space, by).await?;
    let Some(embedder) = &space.embedder else { return Ok(None) };
    let (all, done) = store::progress(&space.db, embedder.name()).await?;
    Ok(Some(Progress { by: embedder.name().to_owned(), all, done }))
}

/// Why there are no vectors.
#[derive(Debug, thiserror::Error)]
pub enum NoVectors {
    /// Something went wrong. The text is for the log.
    #[error("no vectors: {0}")]
    Failed(String),
    /// What went wrong before is not tried again yet.
    #[error("no vectors for a while")]
    Rests,
}

/// What turns text into vectors: the encoder of this machine, or an endpoint.
#[async_trait]
pub trait Embedder: Send + Sync {
    /// Its name, which is kept with each vector: those of different ones are not compared.
    fn name(&self) -> &str;
    /// Whether it knows a language: of text in another one it makes no vectors.
    fn knows(&self, _language: Language) -> bool {
        true
    }
    /// A vector of unit length for each text, all of one dimension; `None` for a text of which it knows nothing.
    async fn embed(&self, texts: Vec<String>) -> Result<Vec<Option<Vec<f32>>>, NoVectors>;
}
