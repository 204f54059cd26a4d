//! Who may hear an answer, where people come in while it is written.

use crate::hearing::Hearing;
use crate::minds::{END, stage, until, words};
use crate::world::{circle, person, say};
use async_trait::async_trait;
use domain::memory::{Embedder, NoVectors, index};
use domain::{channels, minds};
use model::{EntityId, Event, History, ReplyState};
use std::sync::Arc;
use std::time::{Duration, Instant};

async fn silas(stage: &crate::minds::Stage) -> EntityId {
    let opened = channels::open(&stage.space, stage.keeper.id, stage.room).await.unwrap();
    opened.members.iter().find(|member| member.entity.name == "Silas").unwrap().entity.id
}

#[tokio::test]
async fn who_comes_in_from_now_on_hears_no_answer_to_what_was_said_before() {
    // The first answer hangs; the second would be for the newcomer's own question.
    let stage = stage(vec![vec![words("It lies under the third stone.")], vec![words("Welcome."), END]]).await;
    let (space, keeper) = (&stage.space, stage.keeper.id);
    let cy = person(space, "Cy").await.id;
    let place = circle(space, keeper, &[silas(&stage).await], History::FromJoining).await;
    let mut frames = stage.listen().await;
    let mut hears = Hearing::of(space, cy).await;
    let asked = say(space, keeper, place, "@Silas where is the key?").await.unwrap();
    until(&mut frames, |event| matches!(event, Event::Reply { writing, .. } if !writing.text.is_empty())).await;
    channels::invite(space, keeper, place, cy).await.unwrap();
    assert!(
        channels::open(space, cy, place).await.unwrap().writing.is_empty(),
        "what grows answers what Cy cannot read"
    );
    until(&mut frames, |event| matches!(event, Event::Reply { writing, .. } if writing.state == ReplyState::Silent))
        .await;
    let decisions = minds::decisions(space, keeper, place, asked.id).await.unwrap();
    assert!(decisions[0].reason.contains("somebody is here who cannot read what was asked"), "{decisions:?}");
    // What Cy asks is answered, from what Cy can read.
    say(space, cy, place, "@Silas hello").await.unwrap();
    let said = |event: &Event| matches!(event, Event::Message { message, .. } if message.body == "Welcome.");
    let heard = until(&mut hears, said).await;
    for event in &heard {
        assert!(!serde_json::to_string(event).unwrap().contains("stone"), "{event:?}");
    }
    let shown = stage.model.asked.lock().unwrap().last().unwrap().turns.clone();
    assert!(shown.iter().all(|turn| !turn.text.contains("key")), "{shown:?}");
}

/// Takes its time.
struct Slow;

#[async_trait]
impl Embedder for Slow {
    fn name(&self) -> &'static str {
        "slow"
    }
    async fn embed(&self, texts: Vec<String>) -> Result<Vec<Option<Vec<f32>>>, NoVectors> {
        tokio::time::sleep(Duration::from_secs(2)).await;
        Ok(texts.iter().map(|_| None).collect())
    }
}

#[tokio::test]
async fn that_it_thinks_is_shown_before_it_has_remembered() {
    let mut stage = stage(vec![vec![words("A clearing."), END]]).await;
    stage.pause().await;
    stage.space = stage.space.clone().embedding(Some(Arc::new(Slow)));
    stage.go_on();
    let mut frames = stage.listen().await;
    let since = Instant::now();
    say(&stage.space, stage.keeper.id, stage.room, "@Silas what is this place?").await.unwrap();
    until(&mut frames, |event| matches!(event, Event::Reply { writing, .. } if writing.state == ReplyState::Thinking))
        .await;
    assert!(since.elapsed() < Duration::from_secs(1), "it took {:?}", since.elapsed());
    assert!(stage.model.asked.lock().unwrap().is_empty(), "the model is not asked yet");
    until(&mut frames, |event| matches!(event, Event::Message { message, .. } if message.body == "A clearing.")).await;
}

#[tokio::test]
async fn what_rests_on_private_talk_elsewhere_is_not_seen_before_it_stands() {
    let answers = vec![vec![words("It lies under the third stone.")], vec![words("I could not say."), END]];
    let stage = stage(answers).await;
    let (space, keeper) = (&stage.space, stage.keeper.id);
    let (ada, cy) = (person(space, "Ada").await.id, person(space, "Cy").await.id);
    let silas = silas(&stage).await;
    sqlx::query("update minds set strategy_chat = 'on_questions'").execute(&space.db).await.unwrap();
    let before = circle(space, keeper, &[ada, silas], History::Whole).await;
    say(space, ada, before, "The key lies under the third stone.").await.unwrap();
    index::catch_up(space).await.unwrap();
    let place = circle(space, keeper, &[ada, silas], History::Whole).await;
    let mut frames = stage.listen().await;
    let mut hears = Hearing::of(space, cy).await;
    say(space, keeper, place, "@Silas where lies the key?").await.unwrap();
    until(&mut frames, |event| matches!(event, Event::Reply { writing, .. } if writing.state == ReplyState::Thinking))
        .await;
    while stage.model.asked.lock().unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let shown = stage.model.asked.lock().unwrap()[0].turns.clone();
    assert!(shown.iter().any(|turn| turn.text.contains("under the third stone")), "it is reminded: {shown:?}");
    channels::invite(space, keeper, place, cy).await.unwrap();
    let said = |event: &Event| matches!(event, Event::Message { message, .. } if message.body == "I could not say.");
    for event in until(&mut frames, said).await.iter().chain(&until(&mut hears, said).await) {
        assert!(!serde_json::to_string(event).unwrap().contains("stone"), "{event:?}");
    }
    let shown = stage.model.asked.lock().unwrap()[1].turns.clone();
    assert!(!shown.iter().any(|turn| turn.text.contains("stone")), "Cy has not read that: {shown:?}");
}
