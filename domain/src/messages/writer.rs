//! Writing posts down, one statement at a time for each channel.
//!
//! A channel's row lock is held until the commit is on disk, so posts that came while one was being written would only
//! queue for it in the database, each on a connection of its own. They wait here instead and are written together.
//! The writing is a task of its own: a request that is given up takes nothing with it.

use super::insert::{self, Numbered};
use super::{Prepared, told};
use crate::live::Expected;
use crate::{Error, Result, Space};
use model::ChannelId;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// Most posts in one statement.
const TOGETHER: usize = 64;

/// A post as it comes back: `None` for its number where it was not taken, see [`insert::one`].
type Written = (Prepared, Result<Option<Numbered>>);

struct Waiting {
    prepared: Prepared,
    telling: Expected,
    answer: oneshot::Sender<Written>,
}

/// The channels that are being written to on this node, each with the posts that wait for their turn.
#[derive(Default)]
pub(crate) struct Writers(Mutex<HashMap<ChannelId, Vec<Waiting>>>);

impl Writers {
    fn waiting(&self) -> MutexGuard<'_, HashMap<ChannelId, Vec<Waiting>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes a post, alone or with others of its channel, and tells everybody.
pub(super) async fn write(space: &Space, prepared: Prepared, telling: Expected) -> Result<Written> {
    let channel = prepared.channel;
    let (answer, written) = oneshot::channel();
    let waiting = Waiting { prepared, telling, answer };
    let first = match space.writers.waiting().entry(channel) {
        Entry::Occupied(mut others) => {
            others.get_mut().push(waiting);
            None
        }
        Entry::Vacant(nobody) => {
            nobody.insert(Vec::new());
            Some(waiting)
        }
    };
    if let Some(first) = first {
        tokio::spawn(take_turns(
            space.clone(),
            Turn { writers: space.writers.clone(), channel, is_over: false },
            first,
        ));
    }
    written.await.map_err(|_| Error::Interrupted("posting"))
}

/// Being the one who writes to a channel. However it ends, the next post finds the place free.
struct Turn {
    writers: Arc<Writers>,
    channel: ChannelId,
    is_over: bool,
}

impl Drop for Turn {
    fn drop(&mut self) {
        // By then the place may be somebody else's.
        if !self.is_over {
            self.writers.waiting().remove(&self.channel);
        }
    }
}

async fn take_turns(space: Space, mut turn: Turn, first: Waiting) {
    let mut batch = vec![first];
    loop {
        write_down(&space, turn.channel, batch).await;
        let writers = turn.writers.clone();
        let mut all = writers.waiting();
        // Whether anybody waits and giving up the turn are one moment: nobody waits for a turn that nobody has.
        let Some(waiting) = all.get_mut(&turn.channel).filter(|waiting| !waiting.is_empty()) else {
            all.remove(&turn.channel);
            turn.is_over = true;
            return;
        };
        let together = waiting.len().min(TOGETHER);
        batch = waiting.drain(..together).collect();
    }
}

async fn write_down(space: &Space, channel: ChannelId, batch: Vec<Waiting>) {
    if batch.len() > 1 {
        let posts: Vec<&Prepared> = batch.iter().map(|one| &one.prepared).collect();
        match insert::together(&space.db, channel, &posts).await {
            Ok(mut numbers) => {
                for one in batch {
                    let numbered = numbers.remove(&one.prepared.id);
                    answer(space, one, Ok(numbered));
                }
                return;
            }
            // One of them broke a rule: each is taken or refused by itself.
            Err(Error::Database(sqlx::Error::Database(_))) => {}
            Err(cause) => {
                tracing::warn!(%cause, posts = batch.len(), "posts could not be written");
                for one in batch {
                    answer(space, one, Err(Error::Interrupted("posting")));
                }
                return;
            }
        }
    }
    for one in batch {
        let written = insert::one(&space.db, &one.prepared).await;
        answer(space, one, written);
    }
}

fn answer(space: &Space, Waiting { prepared, telling, answer }: Waiting, written: Result<Option<Numbered>>) {
    if let Ok(Some(numbered)) = &written {
        telling.tell(told(&prepared.numbered(*numbered)));
        if prepared.considering().next().is_some() {
            space.bell.ring();
        }
    }
    // Whoever asked may be gone; the message is there all the same.
    let _ = answer.send((prepared, written));
}
