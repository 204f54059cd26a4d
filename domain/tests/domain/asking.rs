use crate::hearing::Hearing;
use crate::minds::{END, stage, until, words};
use crate::world::{code, guest, say};
use domain::minds::{again, stop};
use model::{Code, Event, Message, ReplyId, ReplyState};

/// The first reply that grows up to these words, in the eyes of the keeper.
async fn growing(frames: &mut Hearing) -> ReplyId {
    let grows = |event: &Event| matches!(event, Event::Reply { writing, .. } if !writing.text.is_empty());
    let seen = until(frames, grows).await;
    let Some(Event::Reply { writing, .. }) = seen.into_iter().last() else { panic!("a reply") };
    writing.reply
}

async fn said(frames: &mut Hearing, body: &str) -> Message {
    let found = |event: &Event| matches!(event, Event::Message { message, .. } if message.body == body);
    let Some(Event::Message { message, .. }) = until(frames, found).await.pop() else { panic!("a message") };
    *message
}

#[tokio::test]
async fn an_answer_that_is_stopped_keeps_what_was_seen_of_it() {
    let stage = stage(vec![vec![words("Once there was a fox who")], vec![words("Yes."), END]]).await;
    let guest = guest(&stage.space, "Guest").await;
    domain::channels::join(&stage.space, guest, stage.room).await.unwrap();
    let mut frames = stage.listen().await;
    let asked = say(&stage.space, stage.keeper.id, stage.room, "@Silas tell us all").await.unwrap();
    let reply = growing(&mut frames).await;
    assert_eq!(code(stop(&stage.space, guest, stage.room, reply).await), Code::NotYours);
    assert_eq!(code(stop(&stage.space, stage.keeper.id, stage.room, ReplyId::new()).await), Code::NotFound);
    stop(&stage.space, stage.keeper.id, stage.room, reply).await.unwrap();
    let message = said(&mut frames, "Once there was a fox who").await;
    assert_eq!(message.reply_to, Some(asked.id));
    let decisions = domain::minds::decisions(&stage.space, stage.keeper.id, stage.room, asked.id).await.unwrap();
    assert!(decisions[0].reason.ends_with("Keeper stopped it."), "{}", decisions[0].reason);
    // It is over, and the floor is free.
    stop(&stage.space, stage.keeper.id, stage.room, reply).await.unwrap();
    say(&stage.space, stage.keeper.id, stage.room, "@Silas are you there?").await.unwrap();
    said(&mut frames, "Yes.").await;
}

#[tokio::test]
async fn stopped_before_the_first_word_nothing_is_posted() {
    let stage = stage(vec![vec![]]).await;
    let mut frames = stage.listen().await;
    let asked = say(&stage.space, stage.keeper.id, stage.room, "@Silas tell us all").await.unwrap();
    let begun = until(&mut frames, |event| matches!(event, Event::Reply { .. })).await;
    let Some(Event::Reply { writing, .. }) = begun.last() else { panic!("a reply") };
    stop(&stage.space, stage.keeper.id, stage.room, writing.reply).await.unwrap();
    until(&mut frames, |event| matches!(event, Event::Reply { writing, .. } if writing.state == ReplyState::Silent))
        .await;
    let decisions = domain::minds::decisions(&stage.space, stage.keeper.id, stage.room, asked.id).await.unwrap();
    assert_eq!(decisions[0].reason, "Keeper stopped Silas before the first word.");
    let opened = domain::channels::open(&stage.space, stage.keeper.id, stage.room).await.unwrap();
    assert_eq!((opened.writing.len(), opened.page.messages.last().unwrap().id), (0, asked.id));
}

#[tokio::test]
async fn another_answer_takes_the_place_of_the_first() {
    let answer = |text| vec![words(text), END];
    let stage = stage(vec![answer("A first try."), answer("A second try."), answer("A third try.")]).await;
    let guest = guest(&stage.space, "Guest").await;
    domain::channels::join(&stage.space, guest, stage.room).await.unwrap();
    let mut frames = stage.listen().await;
    let asked = say(&stage.space, stage.keeper.id, stage.room, "@Silas try").await.unwrap();
    let first = said(&mut frames, "A first try.").await;
    say(&stage.space, guest, stage.room, "what was said since is no part of it").await.unwrap();
    assert_eq!(code(again(&stage.space, guest, stage.room, first.id).await), Code::NotYours);
    again(&stage.space, stage.keeper.id, stage.room, first.id).await.unwrap();
    let second = said(&mut frames, "A second try.").await;
    assert_eq!(second.reply_to, Some(asked.id));
    let shown = stage.model.asked.lock().unwrap()[1].turns.iter().map(|turn| turn.text.clone()).collect::<Vec<_>>();
    assert_eq!(shown.len(), 3, "as if the first had never been: {shown:?}");
    assert!(shown[2].ends_with("): @Silas try"), "{shown:?}");
    let decisions = domain::minds::decisions(&stage.space, stage.keeper.id, stage.room, asked.id).await.unwrap();
    assert_eq!(decisions.last().unwrap().reason, "Keeper asked Silas to answer again.");

    // The question is put otherwise, and asked again.
    domain::messages::edit(&stage.space, stage.keeper.id, stage.room, asked.id, "@Silas try harder").await.unwrap();
    again(&stage.space, stage.keeper.id, stage.room, asked.id).await.unwrap();
    said(&mut frames, "A third try.").await;
    let page = domain::channels::open(&stage.space, stage.keeper.id, stage.room).await.unwrap().page;
    let told: Vec<(&str, bool)> =
        page.messages.iter().map(|message| (message.body.as_str(), message.deletion.is_some())).collect();
    let since = "what was said since is no part of it";
    let expected = [("@Silas try harder", false), ("", true), (since, false), ("", true), ("A third try.", false)];
    assert_eq!(told[told.len() - 5..], expected);
    let why = page.messages.iter().find_map(|message| message.deletion.as_ref()).unwrap();
    assert_eq!((why.by.as_str(), why.why.as_str()), ("Keeper", "asked for another answer"));
}

#[tokio::test]
async fn only_what_was_answered_can_be_asked_again() {
    let stage = stage(vec![]).await;
    let plain = say(&stage.space, stage.keeper.id, stage.room, "nobody is called").await.unwrap();
    assert_eq!(code(again(&stage.space, stage.keeper.id, stage.room, plain.id).await), Code::InvalidArgument);
    let gone = say(&stage.space, stage.keeper.id, stage.room, "gone").await.unwrap();
    domain::messages::delete(&stage.space, stage.keeper.id, stage.room, gone.id, "").await.unwrap();
    assert_eq!(code(again(&stage.space, stage.keeper.id, stage.room, gone.id).await), Code::InvalidArgument);
}

#[tokio::test]
async fn what_waits_for_an_answer_outlasts_one_that_is_asked_again() {
    let answer = |text| vec![words(text), END];
    let stage = stage(vec![answer("A first try."), answer("A second try."), answer("Not forgotten.")]).await;
    let mut frames = stage.listen().await;
    let (keeper, db) = (stage.keeper.id, &stage.space.db);
    say(&stage.space, keeper, stage.room, "@Silas try").await.unwrap();
    let first = said(&mut frames, "A first try.").await;
    sqlx::query("update minds set cooldown_s = 3600").execute(db).await.unwrap();
    let other = say(&stage.space, keeper, stage.room, "@Silas and another thing?").await.unwrap();
    until(&mut frames, |event| matches!(event, Event::Considered { seq, .. } if *seq == other.seq)).await;

    // Who asks for another answer does not wait for what waits.
    again(&stage.space, keeper, stage.room, first.id).await.unwrap();
    said(&mut frames, "A second try.").await;
    sqlx::query("update minds set cooldown_s = 0").execute(db).await.unwrap();
    let woken = sqlx::query("update tasks set run_at = now() where kind = 'consider'").execute(db).await.unwrap();
    assert_eq!(woken.rows_affected(), 1);
    stage.space.ring();
    assert_eq!(said(&mut frames, "Not forgotten.").await.reply_to, Some(other.id));
}

#[tokio::test]
async fn who_is_called_by_an_edit_answers() {
    let stage = stage(vec![vec![words("Yes."), END]]).await;
    let mut frames = stage.listen().await;
    let asked = say(&stage.space, stage.keeper.id, stage.room, "@Slias are you there").await.unwrap();
    domain::messages::edit(&stage.space, stage.keeper.id, stage.room, asked.id, "@Silas are you there").await.unwrap();
    assert_eq!(said(&mut frames, "Yes.").await.reply_to, Some(asked.id));
    // Changed once more, it was answered.
    domain::messages::edit(&stage.space, stage.keeper.id, stage.room, asked.id, "@Silas, are you there").await.unwrap();
    let (waiting,): (i64,) =
        sqlx::query_as("select count(*) from tasks where kind = 'consider'").fetch_one(&stage.space.db).await.unwrap();
    assert_eq!(waiting, 0);
}
