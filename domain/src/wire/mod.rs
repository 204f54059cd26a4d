//! What the nodes of one space tell each other. All of it is a hint: the database is the truth, and whoever suspects to
//! have missed something asks it.

mod hear;
mod hint;
mod redis;

pub use hear::{hear, pulse};
pub use redis::{Incoming, Redis};

use crate::live::Sign;
use bytes::Bytes;
pub(crate) use hint::Hint;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How often a node shows that it lives, and hears by it whether the wire does.
pub(crate) const PULSE: Duration = Duration::from_millis(400);
/// How long without one's own pulse until the wire counts as down.
const DOWN: Duration = Duration::from_secs(1);
/// How long another node without a pulse is still there, with all who are there.
const GONE: Duration = Duration::from_secs(8);

/// A way to the other nodes.
pub trait Wire: Send + Sync {
    /// Sends to all nodes, this one included, without waiting. `false` where it could not even be tried.
    fn send(&self, bytes: Bytes) -> bool;

    /// Whether something that was taken got lost since the last time this was asked.
    fn lost(&self) -> bool;
}

/// There is only this node.
struct Alone;

impl Wire for Alone {
    fn send(&self, _: Bytes) -> bool {
        true
    }

    fn lost(&self) -> bool {
        false
    }
}

/// Another node, as it was last heard.
struct Node {
    heard: Instant,
    people: Vec<Sign>,
}

/// This node among the others.
pub(crate) struct Nodes {
    wire: Box<dyn Wire>,
    /// Whether there can be others at all.
    alone: bool,
    /// What this node is called: new with each start.
    me: Uuid,
    /// When this node last heard itself.
    echo: Mutex<Option<Instant>>,
    /// Whether something that others should have heard was lost on the way.
    lost: AtomicBool,
    /// Whether this node may have missed something that others told.
    missed: AtomicBool,
    others: Mutex<HashMap<Uuid, Node>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Nodes {
    /// The only node.
    pub(crate) fn alone() -> Self {
        Self { alone: true, ..Self::on(Box::new(Alone)) }
    }

    /// One of several.
    pub(crate) fn on(wire: Box<dyn Wire>) -> Self {
        Self {
            wire,
            alone: false,
            me: Uuid::new_v4(),
            echo: Mutex::new(None),
            lost: AtomicBool::new(false),
            missed: AtomicBool::new(false),
            others: Mutex::default(),
        }
    }

    pub(crate) const fn is_alone(&self) -> bool {
        self.alone
    }

    /// Tells the other nodes; `frame` is a ready event, where the hint carries one.
    pub(crate) fn tell(&self, hint: &Hint, frame: &[u8]) {
        if !self.alone && !self.wire.send(hint::encode(self.me, hint, frame)) {
            self.lost.store(true, Ordering::Release);
        }
    }

    /// Whether what nodes tell each other arrives, as far as one can know.
    pub(crate) fn is_up(&self) -> bool {
        self.alone || lock(&self.echo).is_some_and(|heard| heard.elapsed() < DOWN)
    }

    /// Has the others read what they have not been told, with the next pulse.
    pub(crate) fn tell_lost(&self) {
        self.lost.store(true, Ordering::Release);
    }

    fn note_missed(&self) {
        self.missed.store(true, Ordering::Release);
    }

    fn has_missed(&self) -> bool {
        self.missed.swap(false, Ordering::AcqRel)
    }

    /// Shows that this node lives, and whether others may have missed something from it.
    fn pulse(&self) {
        let missed = self.lost.swap(false, Ordering::AcqRel) | self.wire.lost();
        self.tell(&Hint::Pulse { missed }, &[]);
    }

    /// What the other nodes know of people.
    pub(crate) fn people(&self) -> Vec<Sign> {
        let mut others = lock(&self.others);
        others.retain(|_, node| node.heard.elapsed() < GONE);
        others.values().flat_map(|node| node.people.iter().copied()).collect()
    }
}
