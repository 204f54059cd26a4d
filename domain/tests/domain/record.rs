use crate::hearing::Hearing;
use crate::minds::{END, stage, until, words};
use crate::world::{self, circle, code, draft, person, say, space};
use domain::messages::{self, Draft};
use domain::{Space, channels};
use model::{ChannelId, Code, EntityId, Event, History, Message};

async fn off(space: &Space, who: EntityId, channel: ChannelId) -> Vec<(i64, bool)> {
    let page = channels::open(space, who, channel).await.unwrap().page;
    page.messages.iter().map(|message| (message.seq, message.off_record)).collect()
}

async fn quietly(space: &Space, who: EntityId, channel: ChannelId, body: &str) -> Message {
    messages::post(space, who, Draft { off_record: true, ..draft(channel, body) }).await.unwrap()
}

#[tokio::test]
async fn what_is_off_the_record_stays_so_for_all_that_answers_it() {
    let space = space().await;
    let (ada, ben) = (person(&space, "Ada").await, person(&space, "Ben").await);
    let room = circle(&space, ada.id, &[ben.id], History::Whole).await;
    let said = quietly(&space, ada.id, room, "between us").await;
    assert!(said.off_record);
    let answer = Draft { reply_to: Some(said.id), ..draft(room, "I see") };
    assert!(messages::post(&space, ben.id, answer.clone()).await.unwrap().off_record);
    assert!(messages::post(&space, ben.id, answer).await.unwrap().off_record, "the first one is given again");
    // One that names somebody goes by another statement.
    assert!(quietly(&space, ada.id, room, "@Ben too").await.off_record);
    assert!(!say(&space, ben.id, room, "@Ada and this is not").await.unwrap().off_record);
    let shown: Vec<bool> = off(&space, ben.id, room).await.into_iter().map(|(_, off)| off).collect();
    assert_eq!(shown, [false, true, true, true, false], "the line about the circle, and what was said");
}

#[tokio::test]
async fn a_stretch_is_taken_off_by_those_whom_it_concerns() {
    let space = space().await;
    let keeper = world::admin(&space).await;
    let (ada, ben) = (person(&space, "Ada").await, person(&space, "Ben").await);
    let room = world::room(&space, &keeper, 9, &[&keeper, &ada, &ben]).await;
    let mut heard = Hearing::of(&space, ben.id).await;
    for (who, body) in [(&ada, "one"), (&ben, "two"), (&ada, "three")] {
        say(&space, who.id, room, body).await.unwrap();
    }
    // In a room one's own words are all that one may take off.
    messages::record(&space, ada.id, room, (1, 3), true).await.unwrap();
    assert_eq!(off(&space, ben.id, room).await, [(1, true), (2, false), (3, true)]);
    until(
        &mut heard,
        |event| matches!(event, Event::Message { message, .. } if message.seq == 3 && message.off_record),
    )
    .await;
    assert_eq!(code(messages::record(&space, ada.id, room, (2, 2), true).await), Code::NotYours);
    assert_eq!(code(messages::record(&space, ben.id, room, (3, 3), false).await), Code::NotYours);
    // Who moderates takes off all; back on everybody puts their own alone.
    messages::record(&space, keeper.id, room, (1, 3), true).await.unwrap();
    assert_eq!(code(messages::record(&space, keeper.id, room, (1, 3), false).await), Code::NotYours);
    messages::record(&space, ben.id, room, (1, 3), false).await.unwrap();
    assert_eq!(off(&space, ben.id, room).await, [(1, true), (2, false), (3, true)]);

    let circle = circle(&space, ada.id, &[ben.id], History::Whole).await;
    say(&space, ada.id, circle, "in private").await.unwrap();
    messages::record(&space, ben.id, circle, (1, 2), true).await.unwrap();
    assert_eq!(off(&space, ada.id, circle).await, [(1, false), (2, true)]);
    assert_eq!(code(messages::record(&space, keeper.id, circle, (1, 2), true).await), Code::NotFound);
    for stretch in [(3, 2), (1, 1_001)] {
        assert_eq!(code(messages::record(&space, ada.id, circle, stretch, true).await), Code::InvalidArgument);
    }
}

#[tokio::test]
async fn a_place_is_off_the_record_from_a_moment_on() {
    let space = space().await;
    let keeper = world::admin(&space).await;
    let (ada, ben) = (person(&space, "Ada").await, person(&space, "Ben").await);
    let room = world::room(&space, &keeper, 9, &[&keeper, &ada]).await;
    assert_eq!(code(channels::record(&space, ada.id, room, true).await), Code::NotYours);
    assert_eq!(code(channels::record(&space, ben.id, room, true).await), Code::NotYours);
    say(&space, ada.id, room, "before").await.unwrap();
    for _ in 0..2 {
        channels::record(&space, keeper.id, room, true).await.unwrap();
    }
    assert!(say(&space, ada.id, room, "meanwhile").await.unwrap().off_record);
    let opened = channels::open(&space, ada.id, room).await.unwrap();
    assert!(opened.channel.off_record);
    channels::record(&space, keeper.id, room, false).await.unwrap();
    assert!(!say(&space, ada.id, room, "after").await.unwrap().off_record);
    let page = channels::open(&space, ada.id, room).await.unwrap().page;
    let lines: Vec<(&str, bool)> = page.messages.iter().map(|one| (one.body.as_str(), one.off_record)).collect();
    let (took, put) =
        ("took what is said here from now on off the record.", "put what is said here from now on back on the record.");
    assert_eq!(
        lines.iter().filter(|(body, _)| *body != took && *body != put).copied().collect::<Vec<_>>(),
        [("before", false), ("meanwhile", true), ("after", false)]
    );
    assert_eq!(lines.iter().filter(|(body, _)| *body == took || *body == put).count(), 2, "{lines:?}");

    let circle = circle(&space, ada.id, &[ben.id], History::Whole).await;
    channels::record(&space, ben.id, circle, true).await.unwrap();
    assert_eq!(code(channels::record(&space, keeper.id, circle, true).await), Code::NotFound);
}

#[tokio::test]
async fn an_ai_answers_off_the_record_and_hears_of_it_only_there() {
    let stage = stage(vec![vec![words("I heard nothing."), END], vec![words("What do you mean?"), END]]).await;
    let (space, keeper) = (&stage.space, stage.keeper.id);
    let mut frames = stage.listen().await;
    quietly(space, keeper, stage.room, "@Silas the key is under the stone").await;
    let by_silas = |event: &Event| matches!(event, Event::Message { message, .. } if message.author.name == "Silas");
    let Some(Event::Message { message, .. }) = until(&mut frames, by_silas).await.pop() else { panic!("an answer") };
    assert!(message.off_record, "what answers it is off the record, too");
    say(space, keeper, stage.room, "@Silas where is it?").await.unwrap();
    let Some(Event::Message { message, .. }) = until(&mut frames, by_silas).await.pop() else { panic!("an answer") };
    assert!(!message.off_record);
    let shown = |at: usize| {
        stage.model.asked.lock().unwrap()[at].turns.iter().map(|turn| turn.text.as_str()).collect::<Vec<_>>().join("\n")
    };
    assert!(shown(0).contains("off the record): @Silas the key is under the stone"), "{}", shown(0));
    assert!(shown(0).contains("nothing of it will be remembered"));
    assert!(!shown(1).contains("stone") && shown(1).contains("Something was said here off the record"), "{}", shown(1));

    // An answer that was given before goes off the record with its question.
    let page = channels::open(space, keeper, stage.room).await.unwrap().page;
    let question = page.messages.iter().find(|one| one.body == "@Silas where is it?").unwrap().seq;
    messages::record(space, keeper, stage.room, (question, question), true).await.unwrap();
    let off = off(space, keeper, stage.room).await;
    assert!(off.iter().filter(|(seq, _)| *seq >= question).all(|(_, off)| *off), "{off:?}");
}

#[tokio::test]
async fn what_an_ai_was_reminded_of_takes_its_words_off_the_record_elsewhere() {
    let stage = stage(vec![vec![words("Under the stone."), END]]).await;
    let (space, keeper) = (&stage.space, stage.keeper.id);
    let elsewhere = circle(space, keeper, &[person(space, "Ada").await.id], History::Whole).await;
    let told = say(space, keeper, elsewhere, "the key is under the stone").await.unwrap();
    let mut frames = stage.listen().await;
    let asked = say(space, keeper, stage.room, "@Silas where is the key?").await.unwrap();
    let answer = |off: bool| move |event: &Event| matches!(event, Event::Message { message, .. } if message.body == "Under the stone." && message.off_record == off);
    until(&mut frames, answer(false)).await;
    sqlx::query("insert into recalls (entity_id, trigger_id, message_id, place) select author_id, $1, $2, 1 from messages where reply_to = $1")
        .bind(asked.id.0)
        .bind(told.id.0)
        .execute(&space.db)
        .await
        .unwrap();
    messages::record(space, keeper, elsewhere, (told.seq, told.seq), true).await.unwrap();
    until(&mut frames, answer(true)).await;
    let shown = off(space, keeper, stage.room).await;
    assert!(shown.iter().all(|(seq, off)| *off == (*seq == asked.seq + 1)), "the question stays: {shown:?}");
}

#[tokio::test]
async fn what_is_taken_off_while_an_answer_is_written_takes_that_off_too() {
    let stage = stage(vec![vec![words("So it is under the stone, then, and")]]).await;
    let (space, keeper) = (&stage.space, stage.keeper.id);
    let told = say(space, keeper, stage.room, "the key is under the stone").await.unwrap();
    let mut frames = stage.listen().await;
    say(space, keeper, stage.room, "@Silas where is it?").await.unwrap();
    let grows = |event: &Event| matches!(event, Event::Reply { writing, .. } if !writing.text.is_empty());
    let Some(Event::Reply { writing, .. }) = until(&mut frames, grows).await.pop() else { panic!("a reply") };
    messages::record(space, keeper, stage.room, (told.seq, told.seq), true).await.unwrap();
    domain::minds::stop(space, keeper, stage.room, writing.reply).await.unwrap();
    let said = |event: &Event| matches!(event, Event::Message { message, .. } if message.author.name == "Silas");
    let Some(Event::Message { message, .. }) = until(&mut frames, said).await.pop() else { panic!("an answer") };
    assert!(message.off_record);
}
