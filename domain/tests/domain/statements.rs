//! How many statements the daily things take: as many for fifty members and a long history as for two and none.

use crate::hearing::Hearing;
use crate::world::{self, admin, guest, person, room, say, space};
use domain::Space;
use domain::channels;
use model::{ChannelId, EntityId, History};
use std::cell::Cell;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

thread_local! {
    static EXECUTED: Cell<usize> = const { Cell::new(0) };
}

/// Counts what sqlx says that it has executed, for each thread: a test runs on one. For the whole process, because
/// what a subscriber of one thread wants to hear can be forgotten while others begin.
struct Counter;

impl Subscriber for Counter {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {
        EXECUTED.set(EXECUTED.get() + 1);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

impl Counter {
    async fn count<T>(work: impl Future<Output = T>) -> usize {
        let before = EXECUTED.get();
        work.await;
        EXECUTED.get() - before
    }
}

/// A circle with members who never come, and some talk.
async fn circle(space: &Space, who: EntityId, others: usize, lines: usize) -> ChannelId {
    let mut members = Vec::new();
    for n in 0..others {
        members.push(guest(space, &format!("guest {n} of {others}")).await);
    }
    let id = world::circle(space, who, &members, History::Whole).await;
    for n in 0..lines {
        say(space, who, id, &format!("line {n}")).await.unwrap();
    }
    id
}

#[tokio::test]
async fn neither_members_nor_history_add_a_statement() {
    tracing::subscriber::set_global_default(Counter).unwrap();
    let space = space().await;
    let keeper = admin(&space).await;
    let ann = person(&space, "Ann").await.id;
    let few = circle(&space, ann, 1, 1).await;
    let list = Counter::count(channels::places(&space, ann)).await;
    let beat = Counter::count(space.live.beat()).await;
    let many = circle(&space, ann, 49, 120).await;
    assert_eq!(Counter::count(say(&space, ann, few, "once")).await, 1, "a post is one statement");
    assert_eq!(Counter::count(say(&space, ann, many, "once")).await, 1, "whoever is in the circle");
    let open = Counter::count(channels::open(&space, ann, few)).await;
    assert_eq!(Counter::count(channels::open(&space, ann, many)).await, open, "opening a channel");
    assert!(open <= 8, "opening a channel takes {open} statements");
    for _ in 0..12 {
        let id = room(&space, &keeper, 5, &[]).await;
        channels::join(&space, ann, id).await.unwrap();
    }
    assert_eq!(Counter::count(channels::places(&space, ann)).await, list, "listing conversations");
    assert!(list <= 3, "listing conversations takes {list} statements");
    let mut streams = Vec::new();
    for who in [ann, keeper.id] {
        streams.push(Hearing::kept(&space, who).await);
    }
    assert_eq!(Counter::count(space.live.beat()).await, beat, "a heartbeat");
    assert!(beat <= 3, "a heartbeat takes {beat} statements");
}
