use crate::hearing::Hearing;
use crate::minds::{END, Stage, stage, until, words};
use crate::world::{guest, say};
use domain::minds::initiative::look;
use model::{Event, Message};
use std::time::Duration;

const SILENCE: Duration = Duration::from_mins(45);

async fn said_by_silas(frames: &mut Hearing) -> Message {
    let said = |event: &Event| matches!(event, Event::Message { message, .. } if message.author.name == "Silas");
    let Some(Event::Message { message, .. }) = until(frames, said).await.pop() else { panic!("a message") };
    *message
}

impl Stage {
    async fn change(&self, what: &'static str) {
        sqlx::query(what).execute(&self.space.db).await.unwrap();
    }

    async fn look(&self) -> usize {
        let taken = look(&self.space, SILENCE).await.unwrap();
        self.space.ring();
        taken
    }
}

#[tokio::test]
async fn who_has_initiative_begins_when_there_is_an_occasion() {
    let answer = |text| vec![words(text), END];
    let stage =
        stage(vec![answer("Welcome, Guest."), answer("How quiet it is."), answer("About that question:")]).await;
    let guest = guest(&stage.space, "Guest").await;
    domain::channels::join(&stage.space, guest, stage.room).await.unwrap();
    stage.change("update memberships set joined_at = now() - interval '1 minute'").await;
    // Nobody is here, then nobody may begin.
    assert_eq!(stage.look().await, 0);
    let (mut frames, _there) = (stage.listen().await, Hearing::of(&stage.space, guest).await);
    assert_eq!(stage.look().await, 0);
    stage.change("update minds set initiative = 2").await;
    assert_eq!(stage.look().await, 1);
    let welcome = said_by_silas(&mut frames).await;
    assert_eq!((welcome.body.as_str(), welcome.reply_to, welcome.channel), ("Welcome, Guest.", None, stage.room));
    assert_eq!(stage.look().await, 0, "once");
    let shown = stage.model.asked.lock().unwrap()[0].turns.last().unwrap().text.clone();
    assert!(shown.starts_with("(Guest is here for the first time."), "{shown}");

    // A long silence, and somebody is there.
    say(&stage.space, stage.keeper.id, stage.room, "good evening").await.unwrap();
    assert_eq!(stage.look().await, 0);
    stage.change("update messages set created_at = now() - interval '1 hour'").await;
    assert_eq!(stage.look().await, 0, "it has just begun here");
    stage.change("update initiatives set at = now() - interval '2 hours'").await;
    assert_eq!(stage.look().await, 1);
    assert_eq!(said_by_silas(&mut frames).await.body, "How quiet it is.");

    // Its own limit: twice in 24 hours.
    stage.change("update initiatives set at = now() - interval '2 hours'").await;
    let asked = say(&stage.space, stage.keeper.id, stage.room, "does anybody know the way?").await.unwrap();
    stage.change("update messages set created_at = now() - interval '30 minutes'").await;
    assert_eq!(stage.look().await, 0);
    stage.change("update minds set initiative = 3").await;
    assert_eq!(stage.look().await, 1);
    let back = said_by_silas(&mut frames).await;
    assert_eq!((back.body.as_str(), back.reply_to), ("About that question:", Some(asked.id)));

    // Nobody has answered that: it waits for people.
    stage.change("update minds set initiative = 9").await;
    stage.change("update initiatives set at = now() - interval '2 hours'").await;
    stage.change("update messages set created_at = now() - interval '3 hours'").await;
    assert_eq!(stage.look().await, 0);
    assert_eq!(stage.model.asked.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn an_occasion_that_has_passed_is_let_go() {
    let mut stage = stage(vec![]).await;
    stage.change("update minds set initiative = 2").await;
    say(&stage.space, stage.keeper.id, stage.room, "good evening").await.unwrap();
    stage.change("update messages set created_at = now() - interval '1 hour'").await;
    let _there = stage.listen().await;
    // Somebody speaks between the look and the deed.
    stage.pause().await;
    assert_eq!(look(&stage.space, SILENCE).await.unwrap(), 1);
    stage.change("update initiatives set at = now() - interval '1 minute'").await;
    say(&stage.space, stage.keeper.id, stage.room, "is somebody there after all").await.unwrap();
    stage.go_on();
    let mut tasks = 1_i64;
    while tasks > 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        (tasks,) = sqlx::query_as("select count(*) from tasks").fetch_one(&stage.space.db).await.unwrap();
    }
    assert_eq!(stage.model.asked.lock().unwrap().len(), 0);
}
