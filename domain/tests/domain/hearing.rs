//! A stream as events: what comes in one piece is taken apart.

use domain::Space;
use domain::live::Frames;
use futures::StreamExt;
use model::{EntityId, Event};
use std::collections::VecDeque;
use std::time::Duration;

pub struct Hearing {
    frames: Frames,
    waiting: VecDeque<Event>,
}

impl Hearing {
    pub async fn of(space: &Space, who: EntityId) -> Self {
        Self { frames: space.live.connect(who, vec![1]).await.unwrap(), waiting: VecDeque::new() }
    }

    /// A stream with a session that outlasts a heartbeat.
    pub async fn kept(space: &Space, who: EntityId) -> Self {
        let session = who.0.as_bytes().to_vec();
        sqlx::query(
            "insert into sessions (id, entity_id, data, expires_at) values ($1, $2, '{}', now() + interval '1 hour')
             on conflict (id) do nothing",
        )
        .bind(&session)
        .bind(who.0)
        .execute(&space.db)
        .await
        .unwrap();
        Self { frames: space.live.connect(who, session).await.unwrap(), waiting: VecDeque::new() }
    }

    /// The next event; `None` when the stream has ended.
    pub async fn next(&mut self) -> Option<Event> {
        while self.waiting.is_empty() {
            let piece = tokio::time::timeout(Duration::from_secs(20), self.frames.next()).await;
            let piece = piece.expect("an event within 20 s")?.unwrap();
            let text = std::str::from_utf8(&piece).unwrap();
            for frame in text.strip_suffix("\n\n").expect("whole frames").split("\n\n") {
                self.waiting.push_back(serde_json::from_str(frame.strip_prefix("data: ").unwrap()).unwrap());
            }
        }
        self.waiting.pop_front()
    }
}
