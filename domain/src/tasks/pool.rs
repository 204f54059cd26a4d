//! The workers: spawned tokio tasks that claim, do and settle.

use super::store::Wait;
use super::{Outcome, Task, store};
use crate::{Space, knowledge, minds};
use futures::FutureExt;
use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

/// Tasks that one node does at once. They wait for models most of their time, and cost next to nothing meanwhile.
const AT_ONCE: usize = 400;
/// Tasks that are claimed at once: each claim is a round trip, and many may be due at the same moment.
const CLAIMED: usize = 32;
/// How often the queue is looked at without being called.
const POLL: Duration = Duration::from_secs(2);

/// What one node holds of the queue.
struct Pool {
    space: Space,
    owner: Uuid,
    lease: Duration,
    held: Mutex<HashSet<Uuid>>,
    turns: Arc<Semaphore>,
    working: TaskTracker,
    stopping: CancellationToken,
}

/// Works until `stopping`, then gives every lease back without counting a try.
///
/// `lease` is how long a claim lasts without a sign of life; `alone` says that no other node can hold one now, so
/// that what a crash left behind is taken up at once.
pub async fn run(space: Space, stopping: CancellationToken, lease: Duration, alone: bool) {
    if alone && let Err(cause) = store::release_all(&space.db).await {
        tracing::warn!(%cause, "could not take up what an earlier run left behind; its leases will run out");
    }
    let pool = Arc::new(Pool {
        space,
        owner: Uuid::now_v7(),
        lease,
        held: Mutex::default(),
        turns: Arc::new(Semaphore::new(AT_ONCE)),
        working: TaskTracker::new(),
        stopping,
    });
    let mut sign_of_life = tokio::time::interval(lease / 3);
    let mut poll = tokio::time::interval(POLL);
    // When the next task that waits for its time will be due.
    let mut next = None;
    loop {
        tokio::select! {
            () = pool.stopping.cancelled() => break,
            _ = sign_of_life.tick() => pool.keep_leases().await,
            _ = poll.tick() => next = pool.claim_all().await,
            () = pool.space.bell.rung() => next = pool.claim_all().await,
            () = due(next) => next = pool.claim_all().await,
        }
    }
    pool.working.close();
    pool.working.wait().await;
    if let Err(cause) = store::hand_back(&pool.space.db, pool.owner).await {
        tracing::warn!(%cause, "could not hand leases back; they will run out");
    }
}

/// Waits until a moment; for ever where there is none.
async fn due(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

impl Pool {
    fn held(&self) -> std::sync::MutexGuard<'_, HashSet<Uuid>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn keep_leases(&self) {
        let held: Vec<Uuid> = self.held().iter().copied().collect();
        let kept = async {
            store::extend(&self.space.db, self.owner, &held, self.lease).await?;
            store::release_expired(&self.space.db).await
        };
        if let Err(cause) = kept.await {
            tracing::warn!(%cause, "could not keep the leases of running tasks");
        }
    }

    /// Takes all that is due, and says when the next will be.
    async fn claim_all(self: &Arc<Self>) -> Option<Instant> {
        loop {
            let mut turns: Vec<_> =
                std::iter::from_fn(|| self.turns.clone().try_acquire_owned().ok()).take(CLAIMED).collect();
            if turns.is_empty() {
                return None;
            }
            match store::claim(&self.space.db, self.owner, self.lease, turns.len()).await {
                Ok(tasks) if tasks.is_empty() => {
                    let next = store::next_due(&self.space.db).await.ok().flatten();
                    return next.map(|after| Instant::now() + after);
                }
                Ok(tasks) => tasks.into_iter().zip(turns.drain(..)).for_each(|(task, turn)| self.begin(task, turn)),
                Err(cause) => {
                    tracing::warn!(%cause, "could not look at the queue");
                    return None;
                }
            }
        }
    }

    fn begin(self: &Arc<Self>, task: Task, turn: OwnedSemaphorePermit) {
        self.held().insert(task.id);
        let pool = self.clone();
        self.working.spawn(async move {
            pool.work(task).await;
            drop(turn);
            // Another task may have waited for this one's ordering key.
            pool.space.ring();
        });
    }

    async fn work(&self, task: Task) {
        let begun = std::time::Instant::now();
        let (id, kind, attempt) = (task.id, task.kind.clone(), task.attempt);
        let done = tokio::select! {
            // A panic is a failed try like any other: the lease is not kept for a task that nobody works on.
            done = AssertUnwindSafe(self.handle(&task)).catch_unwind() => {
                Some(done.unwrap_or_else(|_| Err(crate::Error::Interrupted("a task"))))
            }
            () = self.stopping.cancelled() => None,
        };
        let settled = match &done {
            Some(Ok(Outcome::Settled)) => Ok(()),
            Some(Ok(Outcome::Done)) => store::finish(&self.space.db, id, self.owner).await,
            Some(Ok(Outcome::Retry(after))) => {
                self.put_back(id, Wait { after: *after, tried: true, ..Wait::default() }).await
            }
            Some(Ok(Outcome::Later(after))) => self.put_back(id, Wait { after: *after, ..Wait::default() }).await,
            Some(Ok(Outcome::Next(after))) => {
                self.put_back(id, Wait { after: *after, anew: true, ..Wait::default() }).await
            }
            Some(Ok(Outcome::Yield(after))) => {
                self.put_back(id, Wait { after: *after, yields: true, ..Wait::default() }).await
            }
            Some(Err(_)) if task.is_last_try() => store::finish(&self.space.db, id, self.owner).await,
            Some(Err(cause)) => {
                let after = Duration::from_millis(rand::random_range(500..1_500) * 2_u64.pow(attempt.unsigned_abs()));
                let error = cause.to_string();
                self.put_back(id, Wait { after, error: Some(&error), tried: true, ..Wait::default() }).await
            }
            // Stopping: the lease goes back with all others.
            None => Ok(()),
        };
        self.held().remove(&id);
        let outcome = match (&done, &settled) {
            (_, Err(cause)) => format!("not settled: {cause}"),
            (Some(Ok(outcome)), _) => format!("{outcome:?}"),
            (Some(Err(cause)), _) => format!("failed: {cause}"),
            (None, _) => "handed back".to_owned(),
        };
        tracing::info!(task = %id, kind, attempt, outcome, ms = begun.elapsed().as_millis() as u64, "task");
    }

    async fn put_back(&self, id: Uuid, wait: Wait<'_>) -> crate::Result<()> {
        store::put_back(&self.space.db, id, self.owner, wait).await
    }

    async fn handle(&self, task: &Task) -> crate::Result<Outcome> {
        match task.kind.as_str() {
            "consider" => minds::consider(&self.space, task).await,
            "goodbye" => minds::part(&self.space, task).await,
            "facts" => minds::note(&self.space, task).await,
            "reflect" => minds::reflect(&self.space, task).await,
            "learn" => knowledge::learn(&self.space, task).await,
            "initiative" => minds::initiative::begin(&self.space, task).await,
            unknown => {
                tracing::error!(kind = unknown, "a task of a kind that this version does not know was dropped");
                Ok(Outcome::Done)
            }
        }
    }
}
