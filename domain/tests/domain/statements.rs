//! How many statements the daily things take: as many for fifty members and a long history as for two and none.

use crate::hearing::Hearing;
use crate::world::{admin, person, room, say, space};
use domain::Space;
use domain::channels::{self, start};
use model::channels::CircleDraft;
use model::{ChannelId, EntityId};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Counts what sqlx says that it has executed.
#[derive(Clone, Default)]
struct Counter(Arc<AtomicUsize>);

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
        self.0.fetch_add(1, Ordering::Relaxed);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

impl Counter {
    async fn count<T>(&self, work: impl Future<Output = T>) -> usize {
        let before = self.0.load(Ordering::Relaxed);
        work.await;
        self.0.load(Ordering::Relaxed) - before
    }
}

/// Members who never come.
async fn guests(space: &Space, count: usize) -> Vec<EntityId> {
    let mut ids = Vec::new();
    for n in 0..count {
        let id = EntityId::new();
        sqlx::query("insert into entities (id, kind, name, name_key) values ($1, 'human', $2, $2)")
            .bind(id.0)
            .bind(format!("guest {n} of {count}"))
            .execute(&space.db)
            .await
            .unwrap();
        ids.push(id);
    }
    ids
}

async fn circle(space: &Space, who: EntityId, others: usize, lines: usize) -> ChannelId {
    let members = guests(space, others).await;
    let id = start(space, who, CircleDraft { members, ..CircleDraft::default() }).await.unwrap();
    for n in 0..lines {
        say(space, who, id, &format!("line {n}")).await.unwrap();
    }
    id
}

#[tokio::test]
async fn neither_members_nor_history_add_a_statement() {
    let counter = Counter::default();
    let _counting = tracing::subscriber::set_default(counter.clone());
    let space = space().await;
    let keeper = admin(&space).await;
    let ann = person(&space, "Ann").await.id;
    let few = circle(&space, ann, 1, 1).await;
    let list = counter.count(channels::places(&space, ann)).await;
    let beat = counter.count(space.live.beat()).await;
    let many = circle(&space, ann, 49, 120).await;
    assert_eq!(counter.count(say(&space, ann, few, "once")).await, 1, "a post is one statement");
    assert_eq!(counter.count(say(&space, ann, many, "once")).await, 1, "whoever is in the circle");
    let open = counter.count(channels::open(&space, ann, few)).await;
    assert_eq!(counter.count(channels::open(&space, ann, many)).await, open, "opening a channel");
    assert!(open <= 8, "opening a channel takes {open} statements");
    for _ in 0..12 {
        let id = room(&space, &keeper, 5, &[]).await;
        channels::join(&space, ann, id).await.unwrap();
    }
    assert_eq!(counter.count(channels::places(&space, ann)).await, list, "listing conversations");
    assert!(list <= 3, "listing conversations takes {list} statements");
    let mut streams = Vec::new();
    for who in [ann, keeper.id] {
        streams.push(Hearing::kept(&space, who).await);
    }
    assert_eq!(counter.count(space.live.beat()).await, beat, "a heartbeat");
    assert!(beat <= 3, "a heartbeat takes {beat} statements");
}
