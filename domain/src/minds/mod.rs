//! How AIs think: what moves them, what they are shown, how their replies come to be.

mod answering;
mod asking;
mod budget;
mod consider;
mod context;
mod decisions;
mod gates;
#[cfg(test)]
mod gathering;
mod goodbye;
pub mod initiative;
pub mod openai;
mod provider;
mod questions;
mod repeats;
mod reply;
pub(crate) mod store;
pub mod studio;
mod telling;
mod whole;
mod words;

pub use asking::{again, stop};
pub use consider::consider;
pub use decisions::decisions;
pub use goodbye::{goodbye, part};
pub use provider::{ChatModel, ChatRequest, ModelError, Piece, Pieces, Speaker, Turn};

use crate::{Result, Space};
use model::{ChannelId, Writing};
use std::sync::Arc;

/// What the AIs of this server think with.
#[derive(Clone)]
pub struct Minds {
    model: Option<Arc<dyn ChatModel>>,
    local: bool,
}

impl Minds {
    /// A configured provider.
    pub fn by_provider(model: Arc<dyn ChatModel>) -> Self {
        Self { model: Some(model), local: false }
    }

    /// The small model of this machine.
    pub fn by_local_model(model: Arc<dyn ChatModel>) -> Self {
        Self { model: Some(model), local: true }
    }

    /// Nothing: no AI speaks.
    pub const fn none() -> Self {
        Self { model: None, local: false }
    }

    /// Whether it is the small model of this machine that speaks; the room says so.
    pub const fn is_local(&self) -> bool {
        self.local
    }

    /// Ends what runs on this machine.
    pub async fn stop(&self) {
        if let Some(model) = &self.model {
            model.stop().await;
        }
    }

    fn model(&self) -> Option<&Arc<dyn ChatModel>> {
        self.model.as_ref()
    }

    /// How much of a talk an AI is shown that thinks with `own`, or else with the space's model.
    fn frame<'a>(&'a self, own: Option<&'a str>, tokens: usize) -> context::Frame<'a> {
        let name = own.or_else(|| self.model().map(|model| model.name())).unwrap_or_default();
        context::Frame::of(name, tokens, self.local)
    }
}

/// The replies on their way in a channel, and those that failed a short while ago, with as much text as this node knows.
pub async fn writing(space: &Space, channel: ChannelId) -> Result<Vec<Writing>> {
    let mut kept = store::open(&space.db, channel).await?;
    for live in space.live.writing(channel) {
        if let Some(row) = kept.iter_mut().find(|row| row.reply == live.reply && !row.state.is_over()) {
            *row = live;
        }
    }
    Ok(kept)
}
