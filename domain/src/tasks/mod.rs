//! The durable queue: what has to happen though the process may die. Rows, claimed by a lease.

mod pool;
pub(crate) mod store;

pub use pool::run;

use serde_json::Value;
use std::time::Duration;
use tokio::sync::Notify;
use uuid::Uuid;

/// How often a task is tried before it is given up, visibly.
pub const TRIES: i32 = 3;

/// A claimed task.
#[derive(Clone, Debug)]
pub struct Task {
    /// Its row.
    pub id: Uuid,
    /// What to do.
    pub kind: String,
    /// With what.
    pub payload: Value,
    /// How long it has let others write already.
    pub yielded: Duration,
    /// Which try this is, from 1.
    pub attempt: i32,
    /// Who holds the lease.
    pub owner: Uuid,
}

impl Task {
    /// Whether every try has been made: each of them has taken its process with it. It is to be given up.
    pub const fn is_used_up(&self) -> bool {
        self.attempt > TRIES
    }

    /// Whether no other try follows this one.
    pub const fn is_last_try(&self) -> bool {
        self.attempt >= TRIES
    }
}

/// How a task ended.
#[derive(Debug)]
pub enum Outcome {
    /// It is done and its row is gone already, in the transaction that did it.
    Settled,
    /// It is done; the row can go.
    Done,
    /// Try again, not before so long.
    Retry(Duration),
    /// It is not time yet: look again after so long. No try was made.
    Later(Duration),
    /// This part is done: go on with the next after so long, with every try before it.
    Next(Duration),
    /// Somebody is writing: the same as `Later`, and so long was yielded to them.
    Yield(Duration),
}

/// Wakes the pool when a task was added. A hint: the pool looks by itself every few seconds.
#[derive(Default)]
pub struct Bell(Notify);

impl Bell {
    /// Something is waiting.
    pub fn ring(&self) {
        self.0.notify_one();
    }

    async fn rung(&self) {
        self.0.notified().await;
    }
}
