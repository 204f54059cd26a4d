//! What AIs take from talk that is over, by a model that is asked for it.

use crate::minds::{END, Stage, stage, until, words};
use crate::world::{person, say};
use domain::memory::{forgetting, index};
use domain::{channels, messages};
use model::{ChannelId, Event};
use serde_json::{Value, json};
use std::time::Duration;

pub fn noted(facts: &Value) -> crate::minds::Answer {
    vec![words(&json!({"facts": facts}).to_string()), END]
}

pub fn fact(statement: &str, lines: &[usize], replaces: Option<usize>) -> Value {
    json!({"about": "Keeper", "statement": statement, "importance": 0.7, "lines": lines, "replaces": replaces})
}

/// Something is said, and half an hour passes.
pub async fn talk(stage: &Stage, lines: &[&str]) {
    for line in lines {
        say(&stage.space, stage.keeper.id, stage.room, line).await.unwrap();
    }
    index::catch_up(&stage.space).await.unwrap();
    sqlx::query("update recollections set said_at = said_at - interval '31 minutes'")
        .execute(&stage.space.db)
        .await
        .unwrap();
    index::remember(&stage.space).await.unwrap();
    stage.space.bell.ring();
    let waiting =
        "select count(*) from tasks where kind in ('facts', 'reflect') and run_at < now() + interval '1 minute'";
    while sqlx::query_as::<_, (i64,)>(waiting).fetch_one(&stage.space.db).await.unwrap().0 > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A private chat with Silas: there the room is not before its eyes.
pub async fn private(stage: &Stage) -> ChannelId {
    let opened = channels::open(&stage.space, stage.keeper.id, stage.room).await.unwrap();
    let silas = opened.members.iter().find(|member| member.entity.name == "Silas").unwrap().entity.id;
    channels::chat_with(&stage.space, stage.keeper.id, silas).await.unwrap()
}

/// The facts that there are: the statement, and whether a newer one has taken its place.
async fn known(stage: &Stage) -> Vec<(String, bool)> {
    sqlx::query_as("select text, superseded_by is not null from memories where kind = 'fact' order by text")
        .fetch_all(&stage.space.db)
        .await
        .unwrap()
}

pub const MOVED: [&str; 3] = [
    "I have moved from Kraków to Gdańsk, to a house by the harbour.",
    "The bees came along, three hives stand behind the harbour house.",
    "On Saturdays I sell honey at the harbour market.",
];

#[tokio::test]
async fn facts_rest_on_what_people_said_and_newer_ones_take_the_place_of_older() {
    let first = json!([
        fact("Keeper lives in Gdańsk.", &[1], None),
        fact("Keeper keeps three hives of bees.", &[2], None),
        fact("Keeper is a liar.", &[], None),
    ]);
    let second = json!([fact("Keeper lives in Toruń.", &[1], Some(1)), fact("Keeper lives in Toruń", &[1], None)]);
    let stage = stage(vec![noted(&first), noted(&second), vec![words("In Toruń, with bees."), END]]).await;
    talk(&stage, &MOVED).await;
    let bees = || ("Keeper keeps three hives of bees.".to_owned(), false);
    assert_eq!(known(&stage).await, [bees(), ("Keeper lives in Gdańsk.".to_owned(), false)]);
    let asked = stage.model.asked.lock().unwrap()[0].clone();
    assert!(asked.form.is_some() && asked.turns[1].text.contains("2: Keeper: The bees came along"), "{asked:?}");

    // The known one that stands first in what is shown is the newest.
    sqlx::query("update memories set said_to = said_to - interval '1 hour' where text like '%bees%'")
        .execute(&stage.space.db)
        .await
        .unwrap();
    let more = [
        "I live in Toruń now, Gdańsk was too windy.",
        "The new house stands by the river.",
        "Come and see the river house.",
    ];
    talk(&stage, &more).await;
    let torun = || ("Keeper lives in Toruń.".to_owned(), false);
    assert_eq!(known(&stage).await, [bees(), ("Keeper lives in Gdańsk.".to_owned(), true), torun()]);
    let asked = stage.model.asked.lock().unwrap()[1].clone();
    assert!(asked.turns[1].text.starts_with("Known facts:\n1: Keeper lives in Gdańsk.\n"), "{asked:?}");
    let (used,): (i64,) = sqlx::query_as("select count(*) from usage where caused_by is null and not failed")
        .fetch_one(&stage.space.db)
        .await
        .unwrap();
    assert_eq!(used, 2, "each call is counted");

    // What is known is recalled where it is asked for, and what was so before is not.
    let chat = private(&stage).await;
    sqlx::query("delete from recollections").execute(&stage.space.db).await.unwrap();
    let mut frames = stage.listen().await;
    say(&stage.space, stage.keeper.id, chat, "@Silas, Keeper lives where?").await.unwrap();
    until(&mut frames, |event| matches!(event, Event::Message { message, .. } if message.author.name == "Silas")).await;
    let turns = stage.model.asked.lock().unwrap()[2].turns.clone();
    let shown = turns.iter().find(|turn| turn.text.contains("What you remember")).expect("it is reminded").text.clone();
    assert!(
        shown.contains("lives in Toruń") && shown.contains("Known (") && !shown.contains("lives in Gdańsk"),
        "{shown}"
    );
}

#[tokio::test]
async fn what_a_fact_rests_on_takes_it_along() {
    let first = json!([fact("Keeper lives in Gdańsk.", &[1], None), fact("Keeper keeps bees.", &[2], None)]);
    let second = json!([fact("Keeper keeps bees.", &[1], None)]);
    let stage = stage(vec![noted(&first), noted(&second)]).await;
    let lines: Vec<&str> =
        MOVED.into_iter().chain(["Who comes to the harbour market for honey on Saturday?"]).collect();
    talk(&stage, &lines).await;
    assert_eq!(known(&stage).await.len(), 2);
    messages::record(&stage.space, stage.keeper.id, stage.room, (1, 1), true).await.unwrap();
    talk(&stage, &[]).await;
    assert_eq!(known(&stage).await, [("Keeper keeps bees.".to_owned(), false)]);
    let asked = stage.model.asked.lock().unwrap()[1].clone();
    assert!(!asked.turns[1].text.contains("Gdańsk"), "what is off the record is not shown: {asked:?}");
}

#[tokio::test]
async fn an_answer_that_is_none_leaves_no_facts_and_a_sleeping_ai_is_not_asked() {
    let stage = stage(vec![vec![words("I noted nothing, sorry."), END]]).await;
    sqlx::query("update minds set awake = false").execute(&stage.space.db).await.unwrap();
    talk(&stage, &MOVED).await;
    assert!(stage.model.asked.lock().unwrap().is_empty());
    sqlx::query("update minds set awake = true").execute(&stage.space.db).await.unwrap();
    sqlx::query("update tasks set run_at = now(), attempts = 2").execute(&stage.space.db).await.unwrap();
    talk(&stage, &[]).await;
    assert_eq!(stage.model.asked.lock().unwrap().len(), 1);
    assert!(known(&stage).await.is_empty());
}

#[tokio::test]
async fn what_an_answer_recalled_of_a_talk_takes_it_off_the_record_with_it() {
    let nothing = || noted(&json!([]));
    let hangs = || vec![words("By the harbour house, as I remember, and")];
    let stage = stage(vec![nothing(), vec![words("By the harbour."), END], hangs()]).await;
    let (space, keeper) = (&stage.space, stage.keeper.id);
    talk(&stage, &MOVED).await;
    let chat = private(&stage).await;
    // The words themselves are not found any more: what is recalled is the episode.
    sqlx::query("delete from recollections").execute(&space.db).await.unwrap();
    let mut frames = stage.listen().await;
    let asked = say(space, keeper, chat, "@Silas, where is the harbour house with the hives?").await.unwrap();
    let said = |event: &Event| matches!(event, Event::Message { message, .. } if message.author.name == "Silas");
    let Some(Event::Message { message, .. }) = until(&mut frames, said).await.pop() else { panic!("an answer") };
    assert!(!message.off_record);
    let decisions = domain::minds::decisions(space, keeper, chat, asked.id).await.unwrap();
    let recalled = &decisions.last().unwrap().recalled;
    assert!(recalled.len() == 1 && recalled[0].text.contains("harbour"), "{recalled:?}");

    say(space, keeper, chat, "@Silas, once more, where is the harbour house with the hives?").await.unwrap();
    let grows = |event: &Event| matches!(event, Event::Reply { writing, .. } if !writing.text.is_empty());
    let Some(Event::Reply { writing, .. }) = until(&mut frames, grows).await.pop() else { panic!("a reply") };
    messages::record(space, keeper, stage.room, (2, 2), true).await.unwrap();
    // What is known of it goes at once; that the answer rests on it does not.
    sqlx::query("delete from memories").execute(&space.db).await.unwrap();
    domain::minds::stop(space, keeper, chat, writing.reply).await.unwrap();
    let second = |event: &Event| matches!(event, Event::Message { message, .. } if message.body.starts_with("By the harbour house"));
    let Some(Event::Message { message, .. }) = until(&mut frames, second).await.pop() else { panic!("an answer") };
    assert!(message.off_record, "what is being written");
    let page = messages::history(space, keeper, chat, messages::Stretch::Latest).await.unwrap().messages;
    let first = page.iter().find(|one| one.body == "By the harbour.").unwrap();
    assert!(first.off_record, "and what stands");
}

#[tokio::test]
async fn what_is_forgotten_while_an_answer_rests_on_it_is_not_remembered_by_the_answer() {
    let hangs = vec![words("By the harbour house, as I remember, and")];
    let stage = stage(vec![noted(&json!([])), hangs]).await;
    let (space, keeper) = (&stage.space, stage.keeper.id);
    talk(&stage, &MOVED).await;
    let chat = private(&stage).await;
    let mut frames = stage.listen().await;
    say(space, keeper, chat, "@Silas, where is the harbour house with the hives?").await.unwrap();
    let grows = |event: &Event| matches!(event, Event::Reply { writing, .. } if !writing.text.is_empty());
    let Some(Event::Reply { writing, .. }) = until(&mut frames, grows).await.pop() else { panic!("a reply") };
    forgetting::forget_all(space, keeper, None, Some(stage.room)).await.unwrap();
    domain::minds::stop(space, keeper, chat, writing.reply).await.unwrap();
    let said = |event: &Event| matches!(event, Event::Message { message, .. } if message.author.name == "Silas");
    let Some(Event::Message { message, .. }) = until(&mut frames, said).await.pop() else { panic!("an answer") };
    let (forgotten,): (bool,) =
        sqlx::query_as("select exists (select from forgotten where message_id = $1 and entity_id = $2)")
            .bind(message.id.0)
            .bind(message.author.id.0)
            .fetch_one(&space.db)
            .await
            .unwrap();
    assert!(forgotten);
}

#[tokio::test]
async fn a_reaction_undoes_nothing_and_an_edit_is_not_told_before_it_is_known_who_may_read_it() {
    let facts = json!([fact("Keeper lives in Gdańsk.", &[1], None)]);
    let stage = stage(vec![noted(&facts), noted(&facts), vec![words("By the harbour."), END]]).await;
    let (space, keeper) = (&stage.space, stage.keeper.id);
    talk(&stage, &MOVED).await;
    let page = messages::history(space, keeper, stage.room, messages::Stretch::Latest).await.unwrap().messages;
    let second = page.iter().find(|one| one.body == MOVED[1]).unwrap();
    let words = "The bees came along, four hives stand behind the harbour house.";
    messages::edit(space, keeper, stage.room, second.id, words).await.unwrap();
    talk(&stage, &[]).await;
    let known_before = known(&stage).await;
    assert_eq!(stage.model.asked.lock().unwrap().len(), 2, "what was changed is asked about again");
    messages::react(space, keeper, stage.room, second.id, "🎉", true).await.unwrap();
    talk(&stage, &[]).await;
    assert_eq!((known(&stage).await, stage.model.asked.lock().unwrap().len()), (known_before, 2));

    let chat = private(&stage).await;
    messages::edit(space, keeper, stage.room, second.id, &format!("{words} They are a secret.")).await.unwrap();
    let mut frames = stage.listen().await;
    say(space, keeper, chat, "@Silas, where do the bees and the hives stand?").await.unwrap();
    until(&mut frames, |event| matches!(event, Event::Message { message, .. } if message.author.name == "Silas")).await;
    let shown = stage.model.asked.lock().unwrap()[2].turns.clone();
    assert!(!shown.iter().any(|turn| turn.text.contains("a secret")), "{shown:?}");
}

#[tokio::test]
async fn what_is_put_back_on_the_record_is_kept_after_all() {
    let stage = stage(vec![noted(&json!([])), noted(&json!([]))]).await;
    let (space, keeper) = (&stage.space, stage.keeper.id);
    talk(&stage, &MOVED).await;
    let episodes = async || -> (i64,) {
        let query = "select count(*) from memories where kind = 'episode' and text <> ''";
        sqlx::query_as(query).fetch_one(&space.db).await.unwrap()
    };
    assert_eq!(episodes().await, (1,));
    messages::record(space, keeper, stage.room, (1, 3), true).await.unwrap();
    talk(&stage, &[]).await;
    assert_eq!(episodes().await, (0,));
    messages::record(space, keeper, stage.room, (1, 3), false).await.unwrap();
    talk(&stage, &[]).await;
    assert_eq!(episodes().await, (1,));
}

#[tokio::test]
async fn little_that_matters_is_noted_too() {
    let facts = json!([fact("Keeper is allergic to peanuts.", &[1], None)]);
    let stage = stage(vec![noted(&facts)]).await;
    talk(&stage, &["I am deadly allergic to peanuts, by the way."]).await;
    assert_eq!(known(&stage).await, [("Keeper is allergic to peanuts.".to_owned(), false)]);
}

#[tokio::test]
async fn of_whom_is_not_to_be_remembered_nothing_is_noted_wherever_it_is_said() {
    let of = |whom: &str, statement: &str| json!({"about": whom, "statement": statement, "importance": 0.7, "lines": [1], "replaces": null});
    let facts = json!([of("wanda", "She helped with the move."), of("Keeper", "Keeper lives in Gdańsk.")]);
    let stage = stage(vec![noted(&facts)]).await;
    let wanda = person(&stage.space, "Wanda").await;
    forgetting::remember(&stage.space, wanda.id, None, false).await.unwrap();
    talk(&stage, &MOVED).await;
    assert_eq!(known(&stage).await, [("Keeper lives in Gdańsk.".to_owned(), false)]);
}

#[tokio::test]
async fn who_is_deleted_while_a_model_thinks_is_not_written_down() {
    let first = json!([fact("Keeper lives in Gdańsk.", &[1], None)]);
    let stage = stage(vec![noted(&first), noted(&json!([]))]).await;
    // Between the question and the answer the account is gone, as the database sees it.
    sqlx::query(
        "create function gone() returns trigger language plpgsql as $$ begin
            update entities set name = 'A former member', deactivated_at = now() where kind = 'human'; return new; end $$",
    )
    .execute(&stage.space.db)
    .await
    .unwrap();
    sqlx::query("create trigger gone after insert on usage execute function gone()")
        .execute(&stage.space.db)
        .await
        .unwrap();
    talk(&stage, &MOVED).await;
    assert_eq!(stage.model.asked.lock().unwrap().len(), 1);
    assert!(known(&stage).await.is_empty());
}
