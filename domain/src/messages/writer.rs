//! Writing posts down, one statement at a time for each channel.
//!
//! A channel's row lock is held until the commit is on disk, so posts that came while one was being written would only
//! queue for it in the database. They wait here instead and are written together.

use super::insert::{self, Numbered};
use super::{Prepared, told};
use crate::line::{Line, in_time};
use crate::live::Expected;
use crate::turns::{Turns, Work};
use crate::{Error, Result, Space};
use model::{ChannelId, MessageId};
use std::collections::HashMap;
use tokio::sync::oneshot;

/// A post as it comes back: `None` for its number where it was not taken, see [`insert::one`].
type Written = (Prepared, Result<Option<Numbered>>);

pub(crate) struct Waiting {
    prepared: Prepared,
    telling: Expected,
    answer: oneshot::Sender<Written>,
}

/// The channels that are being written to on this node.
pub(crate) type Writers = Turns<ChannelId, Waiting>;

/// Writes a post, alone or with others of its channel, and tells everybody.
pub(super) async fn write(space: &Space, prepared: Prepared, telling: Expected) -> Result<Written> {
    let channel = prepared.channel;
    let (answer, written) = oneshot::channel();
    space.writers.add(channel, Waiting { prepared, telling, answer }, || Writer {
        space: space.clone(),
        channel,
        line: Line::new(&space.db),
    });
    written.await.map_err(|_| Error::Interrupted("posting"))
}

struct Writer {
    space: Space,
    channel: ChannelId,
    line: Line,
}

impl Work for Writer {
    type Item = Waiting;

    async fn together(&mut self, batch: Vec<Waiting>) {
        if batch.len() > 1 {
            match self.insert_together(&batch).await {
                Ok(mut numbers) => {
                    for one in batch {
                        let numbered = numbers.remove(&one.prepared.id);
                        self.answer(one, Ok(numbered));
                    }
                    return;
                }
                // One of them broke a rule: each is taken or refused by itself.
                Err(Error::Database(sqlx::Error::Database(_))) => {}
                Err(cause) => {
                    tracing::warn!(%cause, posts = batch.len(), "posts could not be written");
                    for one in batch {
                        self.answer(one, Err(Error::Interrupted("posting")));
                    }
                    return;
                }
            }
        }
        for one in batch {
            let written = self.insert_one(&one.prepared).await;
            self.answer(one, written);
        }
    }
}

impl Writer {
    async fn insert_one(&mut self, post: &Prepared) -> Result<Option<Numbered>> {
        let written = in_time(insert::one(self.line.get().await?, post, self.space.policy.given())).await;
        self.line.after(&written);
        written
    }

    async fn insert_together(&mut self, batch: &[Waiting]) -> Result<HashMap<MessageId, Numbered>> {
        let posts: Vec<&Prepared> = batch.iter().map(|one| &one.prepared).collect();
        let written =
            in_time(insert::together(self.line.get().await?, self.channel, &posts, self.space.policy.given())).await;
        self.line.after(&written);
        written
    }

    fn answer(&self, Waiting { prepared, telling, answer }: Waiting, written: Result<Option<Numbered>>) {
        if let Ok(Some(numbered)) = &written {
            telling.tell(told(&prepared.numbered(*numbered)));
            if prepared.considering().next().is_some() {
                self.space.ring();
            }
        }
        // Whoever asked may be gone; the message is there all the same.
        let _ = answer.send((prepared, written));
    }
}
