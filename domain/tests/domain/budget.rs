use crate::hearing::Hearing;
use crate::minds::{END, Stage, stage, until, words};
use crate::world::say;
use domain::minds::Piece;
use model::{Event, Message, ReplyState};

async fn set(stage: &Stage, tokens: i64, line: &str) {
    sqlx::query("update minds set daily_tokens = $1, tired_line = $2, max_tokens = 100")
        .bind(tokens)
        .bind(line)
        .execute(&stage.space.db)
        .await
        .unwrap();
}

async fn said_by_silas(frames: &mut Hearing) -> Message {
    let said = |event: &Event| matches!(event, Event::Message { message, .. } if message.author.name == "Silas");
    let Some(Event::Message { message, .. }) = until(frames, said).await.pop() else { panic!("a message") };
    *message
}

/// Until something is decided of a message.
async fn decided(stage: &Stage, frames: &mut Hearing, of: &Message) -> (String, String) {
    until(frames, |event| matches!(event, Event::Considered { seq, .. } if *seq == of.seq)).await;
    let decisions = domain::minds::decisions(&stage.space, stage.keeper.id, stage.room, of.id).await.unwrap();
    (decisions[0].outcome.clone(), decisions[0].reason.clone())
}

#[tokio::test]
async fn when_its_tokens_are_used_up_it_says_so_once_and_is_silent() {
    let used = Ok(Piece::Usage { tokens_in: 700, tokens_out: 250 });
    let stage = stage(vec![vec![words("A long answer."), used, END]]).await;
    set(&stage, 1_000, "The lamp burns low.").await;
    let mut frames = stage.listen().await;
    say(&stage.space, stage.keeper.id, stage.room, "@Silas one").await.unwrap();
    assert_eq!(said_by_silas(&mut frames).await.body, "A long answer.");
    let second = say(&stage.space, stage.keeper.id, stage.room, "@Silas two").await.unwrap();
    let tired = said_by_silas(&mut frames).await;
    assert_eq!((tired.body.as_str(), tired.reply_to), ("The lamp burns low.", Some(second.id)));
    let third = say(&stage.space, stage.keeper.id, stage.room, "@Silas three").await.unwrap();
    let (outcome, reason) = decided(&stage, &mut frames, &third).await;
    assert_eq!(outcome, "stayed_silent");
    assert!(reason.starts_with("Silas is tired"), "{reason}");
    assert_eq!(stage.model.asked.lock().unwrap().len(), 1, "the provider was asked once");
    let page = domain::channels::open(&stage.space, stage.keeper.id, stage.room).await.unwrap().page;
    assert_eq!(page.messages.iter().filter(|one| one.author.name == "Silas").count(), 2);

    // Tomorrow it is awake again: what was used is yesterday's.
    sqlx::query("update usage set at = at - interval '1 day'").execute(&stage.space.db).await.unwrap();
    sqlx::query("update minds set daily_tokens = 10").execute(&stage.space.db).await.unwrap();
    let fourth = say(&stage.space, stage.keeper.id, stage.room, "@Silas four").await.unwrap();
    let (outcome, _) = decided(&stage, &mut frames, &fourth).await;
    assert_eq!(outcome, "stayed_silent", "not even the question fits into so little");
}

#[tokio::test]
async fn what_is_set_aside_counts_until_it_is_settled() {
    // The first answer hangs: what it may take is set aside.
    let stage = stage(vec![vec![words("Well")], vec![words("Two."), END]]).await;
    let other = crate::world::room(&stage.space, &stage.keeper, 9, &[&stage.keeper]).await;
    let opened = domain::channels::open(&stage.space, stage.keeper.id, stage.room).await.unwrap();
    let silas = opened.members.iter().find(|member| member.entity.name == "Silas").unwrap().entity.id;
    domain::channels::join(&stage.space, silas, other).await.unwrap();
    // One answer fits, with what the first one takes until it is stopped, but not two that are whole.
    set(&stage, 400, "").await;
    let mut frames = stage.listen().await;
    say(&stage.space, stage.keeper.id, stage.room, "@Silas one").await.unwrap();
    let grows = |event: &Event| matches!(event, Event::Reply { writing, .. } if !writing.text.is_empty());
    let Some(Event::Reply { writing, .. }) = until(&mut frames, grows).await.pop() else { panic!("a reply") };
    let second = say(&stage.space, stage.keeper.id, other, "@Silas two").await.unwrap();
    // Nothing is used up yet: it waits.
    let waits = |event: &Event| matches!(event, Event::Reply { writing, .. } if writing.channel == other && writing.state == ReplyState::Waiting);
    let Some(Event::Reply { writing: waiting, .. }) = until(&mut frames, waits).await.pop() else { panic!("it waits") };
    assert!(waiting.notice.is_some_and(|notice| notice.contains("set aside")));
    // Stopped, only what it took is counted, and the other one has its turn.
    domain::minds::stop(&stage.space, stage.keeper.id, stage.room, writing.reply).await.unwrap();
    assert_eq!(said_by_silas(&mut frames).await.body, "Well");
    let answer = said_by_silas(&mut frames).await;
    assert_eq!((answer.channel, answer.reply_to, answer.body.as_str()), (other, Some(second.id), "Two."));
    let (set_aside, used): (i64, i64) = sqlx::query_as(
        "select (select count(*) from reserved), (select sum(tokens_in + tokens_out)::bigint from usage)",
    )
    .fetch_one(&stage.space.db)
    .await
    .unwrap();
    assert_eq!(set_aside, 0);
    assert!((50..400).contains(&used), "{used}");
}

#[tokio::test]
async fn who_has_said_that_it_is_tired_is_silent_though_a_shorter_answer_would_fit() {
    let used = || Ok(Piece::Usage { tokens_in: 300, tokens_out: 100 });
    let answers = (0..2).map(|_| vec![words("A long answer."), used(), END]).collect();
    let stage = stage(answers).await;
    set(&stage, 1_000, "The lamp burns low.").await;
    let mut frames = stage.listen().await;
    let longest = async |tokens: i32| {
        sqlx::query("update minds set max_tokens = $1").bind(tokens).execute(&stage.space.db).await.unwrap();
    };
    say(&stage.space, stage.keeper.id, stage.room, "@Silas one").await.unwrap();
    assert_eq!(said_by_silas(&mut frames).await.body, "A long answer.");
    longest(800).await;
    say(&stage.space, stage.keeper.id, stage.room, "@Silas two").await.unwrap();
    assert_eq!(said_by_silas(&mut frames).await.body, "The lamp burns low.");
    longest(50).await;
    let third = say(&stage.space, stage.keeper.id, stage.room, "@Silas three").await.unwrap();
    let (outcome, reason) = decided(&stage, &mut frames, &third).await;
    assert_eq!(outcome, "stayed_silent");
    assert!(reason.starts_with("Silas is tired"), "{reason}");
    // Given more, it is awake again.
    set(&stage, 5_000, "The lamp burns low.").await;
    say(&stage.space, stage.keeper.id, stage.room, "@Silas four").await.unwrap();
    assert_eq!(said_by_silas(&mut frames).await.body, "A long answer.");
}

#[tokio::test]
async fn thoughts_that_nobody_counts_are_counted() {
    let thoughts = Ok(Piece::Thoughts(4_000));
    let stage =
        stage(vec![vec![thoughts, words("<think>"), words(&"hm ".repeat(400)), words("</think>Yes."), END]]).await;
    sqlx::query("update minds set max_tokens = 2000").execute(&stage.space.db).await.unwrap();
    let mut frames = stage.listen().await;
    say(&stage.space, stage.keeper.id, stage.room, "@Silas one").await.unwrap();
    assert_eq!(said_by_silas(&mut frames).await.body, "Yes.");
    let (written,): (i32,) = sqlx::query_as("select tokens_out from usage").fetch_one(&stage.space.db).await.unwrap();
    assert!((1_200..1_500).contains(&written), "{written}");
}
