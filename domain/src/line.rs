//! A line to the database that one worker keeps from statement to statement.

use crate::{Error, Result};
use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres};
use std::time::{Duration, Instant};

/// How long a connection is kept from one turn to the next before others may have it.
const KEEPS: Duration = Duration::from_millis(20);

/// How long a statement may take: a connection that is silent for longer holds up all who wait for it.
const STALLED: Duration = Duration::from_secs(10);

/// A connection that is kept from turn to turn: the pool asks each one that comes back whether it is well, which is a
/// round trip.
pub(crate) struct Line {
    db: PgPool,
    kept: Option<(PoolConnection<Postgres>, Instant)>,
}

impl Line {
    pub(crate) fn new(db: &PgPool) -> Self {
        Self { db: db.clone(), kept: None }
    }

    /// The connection, at most [`KEEPS`] old: then it goes back, and whoever waited longest for one has it.
    pub(crate) async fn get(&mut self) -> Result<&mut PgConnection> {
        if self.kept.as_ref().is_some_and(|(_, since)| since.elapsed() > KEEPS) {
            self.kept = None;
        }
        let kept = match self.kept.take() {
            Some(kept) => kept,
            None => (self.db.acquire().await?, Instant::now()),
        };
        Ok(&mut self.kept.insert(kept).0)
    }

    /// Gives the connection back where it may be at fault: the pool finds out. One that did not answer in time is closed:
    /// asking it would be waiting for it once more.
    pub(crate) fn after<T>(&mut self, done: &Result<T>) {
        match done {
            Ok(_) | Err(Error::Database(sqlx::Error::Database(_))) => {}
            Err(Error::Interrupted(_)) => {
                if let Some((connection, _)) = &mut self.kept {
                    connection.close_on_drop();
                }
                self.kept = None;
            }
            Err(_) => self.kept = None,
        }
    }
}

/// What comes of a statement, if it comes in time.
pub(crate) async fn in_time<T>(statement: impl Future<Output = Result<T>>) -> Result<T> {
    let done = tokio::time::timeout(STALLED, statement).await;
    done.unwrap_or(Err(Error::Interrupted("a statement that did not come to its end")))
}
