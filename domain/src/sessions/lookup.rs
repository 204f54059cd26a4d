//! Finding out who asks: the first thing of every request, so those that come at once are looked up together.

use super::{Session, store};
use crate::line::{Line, in_time};
use crate::turns::{Turns, Work};
use crate::{Error, Result};
use sqlx::PgPool;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::oneshot;

/// Reads sessions; nothing is remembered from one time to the next. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Lookup {
    db: PgPool,
    waiting: Arc<Turns<(), Asked>>,
}

#[derive(Debug)]
struct Asked {
    id: Vec<u8>,
    answer: oneshot::Sender<Result<Option<Session>>>,
}

impl Lookup {
    /// Sessions of this database.
    pub fn new(db: PgPool) -> Self {
        Self { db, waiting: Arc::default() }
    }

    /// The session of this id as it is now, unless it has expired or was ended.
    pub async fn find(&self, id: Vec<u8>) -> Result<Option<Session>> {
        let (answer, found) = oneshot::channel();
        self.waiting.add((), Asked { id, answer }, || Reader(Line::new(&self.db)));
        found.await.map_err(|_| Error::Interrupted("reading a session"))?
    }
}

struct Reader(Line);

impl Reader {
    async fn load(&mut self, asked: &[Asked]) -> Result<HashMap<Vec<u8>, Session>> {
        let ids: Vec<&[u8]> = asked.iter().map(|one| one.id.as_slice()).collect();
        let found = in_time(store::load(self.0.get().await?, &ids)).await;
        self.0.after(&found);
        found
    }
}

impl Work for Reader {
    type Item = Asked;

    async fn together(&mut self, asked: Vec<Asked>) {
        let found = self.load(&asked).await;
        if let Err(cause) = &found {
            tracing::warn!(%cause, sessions = asked.len(), "sessions could not be read");
        }
        for Asked { id, answer } in asked {
            let answered = match &found {
                Ok(sessions) => Ok(sessions.get(&id).cloned()),
                Err(_) => Err(Error::Interrupted("reading a session")),
            };
            let _ = answer.send(answered);
        }
    }
}
