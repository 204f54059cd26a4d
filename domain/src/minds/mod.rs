//! How AIs think: what moves them, what they are shown, how their replies come to be.

mod answering;
mod asking;
mod budget;
mod consider;
mod context;
mod decisions;
mod endpoint;
mod gates;
#[cfg(test)]
mod gathering;
mod goodbye;
pub mod initiative;
mod means;
mod noting;
pub mod openai;
mod provider;
pub mod providers;
mod questions;
mod recalling;
mod reflecting;
mod repeats;
mod reply;
mod saying;
pub(crate) mod store;
mod structured;
pub mod studio;
mod telling;
mod thinkers;
pub mod usage;
mod whole;
mod words;

pub use asking::{again, refuse_while_answered, stop};
pub use consider::consider;
pub(crate) use context::place;
pub(crate) use decisions::considered;
pub use decisions::{decisions, unmoved};
pub use goodbye::{goodbye, part};
pub use noting::note;
pub use provider::{ChatModel, ChatRequest, ModelError, Piece, Pieces, Speaker, Turn};
use providers::{Breaker, Seal};
pub(crate) use questions::asks;
pub use reflecting::reflect;

use crate::{Result, Space};
use model::{ChannelId, Writing};
use secrecy::SecretString;
use std::sync::{Arc, Mutex};

/// What the AIs of this server think with: what it is configured with, and the providers that admins have added.
pub struct Minds {
    own: Option<Own>,
    seal: Seal,
    clients: Mutex<means::Clients>,
}

/// What the server is configured with.
struct Own {
    model: Arc<dyn ChatModel>,
    local: bool,
    free: bool,
    breaker: Arc<Breaker>,
}

impl Minds {
    fn with(own: Option<Own>) -> Self {
        // Nobody knows this secret: what it seals is lost with the process.
        let secret = crate::sessions::new_token().into();
        Self { own, seal: Seal::new(&secret), clients: Mutex::default() }
    }

    /// A configured provider.
    pub fn by_provider(model: Arc<dyn ChatModel>) -> Self {
        Self::with(Some(Own { model, local: false, free: false, breaker: Arc::default() }))
    }

    /// The small model of this machine.
    pub fn by_local_model(model: Arc<dyn ChatModel>) -> Self {
        Self::with(Some(Own { model, local: true, free: true, breaker: Arc::default() }))
    }

    /// Nothing but what admins add.
    pub fn none() -> Self {
        Self::with(None)
    }

    /// The same, where what is configured costs nothing.
    #[must_use]
    pub fn costing_nothing(self) -> Self {
        Self { own: self.own.map(|own| Own { free: true, ..own }), ..self }
    }

    /// The same, keeping providers' keys by this secret: the same on every node, and at every start.
    #[must_use]
    pub fn sealing(self, secret: &SecretString) -> Self {
        Self { seal: Seal::new(secret), ..self }
    }

    /// Whether what the server is configured with is the small model of this machine; `None` where it is nothing.
    pub fn configured(&self) -> Option<bool> {
        self.own.as_ref().map(|own| own.local)
    }

    /// Whether the server is configured with nothing but the small model of this machine.
    fn is_local(&self) -> bool {
        self.own.as_ref().is_some_and(|own| own.local)
    }

    /// Ends what runs on this machine.
    pub async fn stop(&self) {
        if let Some(own) = &self.own {
            own.model.stop().await;
        }
    }
}

/// Whether AIs think with the small model of this machine where they name nothing else; the room says so.
pub async fn think_locally(space: &Space) -> Result<bool> {
    means::is_local(space).await
}

/// The replies on their way in a channel, and those that failed a short while ago, with as much text as this node knows;
/// those to messages from a number on.
pub async fn writing(space: &Space, channel: ChannelId, visible_from: i64) -> Result<Vec<Writing>> {
    let mut kept = store::open(&space.db, channel).await?;
    for live in space.live.writing(channel) {
        if let Some(row) = kept.iter_mut().find(|row| row.reply == live.reply && !row.state.is_over()) {
            *row = live;
        }
    }
    kept.retain(|row| row.seq >= visible_from);
    Ok(kept)
}
