//! What AIs come to think of what they know.

use crate::facts::{MOVED, fact, noted, private, talk};
use crate::minds::{Answer, END, Stage, stage, until, words};
use crate::world::say;
use domain::memory::forgetting::{self, Sought};
use domain::messages;
use model::{Event, MemoryKind};
use serde_json::{Value, json};

const QUIET: &str = "I have come to think that Keeper likes water and a quiet life.";
const GENTLE: &str = "I think Keeper is gentle with animals.";

fn thought(text: &str, rests_on: &[usize]) -> Value {
    json!({"about": "Keeper", "thought": text, "rests_on": rests_on})
}

fn thinks(thoughts: &Value) -> Answer {
    vec![words(&json!({"thoughts": thoughts}).to_string()), END]
}

/// Five facts, of 0.7 each.
fn five() -> Answer {
    of(["lives in Gdańsk", "keeps three hives", "sells honey on Saturdays", "owns a house", "has moved"])
}

fn of(facts: [&str; 5]) -> Answer {
    let facts: Vec<Value> = facts.iter().map(|what| fact(&format!("Keeper {what}."), &[1], None)).collect();
    noted(&json!(facts))
}

/// The thoughts that there are: the text, on how many facts it rests, and whether something has taken its place.
async fn thoughts(stage: &Stage) -> Vec<(String, i64, bool)> {
    sqlx::query_as(
        "select text, (select count(*) from rests_on where reflection_id = id), superseded_by is not null
         from memories where kind = 'reflection' order by created_at, text",
    )
    .fetch_all(&stage.space.db)
    .await
    .unwrap()
}

#[tokio::test]
async fn when_enough_is_noted_an_ai_thinks_about_it() {
    let first = thinks(&json!([thought(QUIET, &[1, 4]), thought("I know nothing.", &[1])]));
    let stage = stage(vec![five(), first, vec![words("By the water."), END]]).await;
    talk(&stage, &MOVED).await;
    assert_eq!(thoughts(&stage).await, [(QUIET.to_owned(), 5, false)], "what rests on one fact is none");
    let asked = stage.model.asked.lock().unwrap()[1].clone();
    assert!(
        asked.turns[0].text.starts_with("You are Silas") && asked.turns[1].text.contains("Keeper keeps three hives.")
    );
    assert!(!asked.turns[1].text.contains("The bees came along"), "what it thinks rests on what it noted");

    // Whom it is about sees it, and it is recalled.
    let sought = Sought { by: None, words: String::new(), before: None };
    let mine = forgetting::of_me(&stage.space, stage.keeper.id, &sought).await.unwrap();
    assert!(mine.iter().any(|one| one.kind == MemoryKind::Reflection && one.text == QUIET));
    let chat = private(&stage).await;
    sqlx::query("delete from recollections").execute(&stage.space.db).await.unwrap();
    let mut frames = stage.listen().await;
    say(&stage.space, stage.keeper.id, chat, "@Silas, does Keeper like a quiet life near water?").await.unwrap();
    until(&mut frames, |event| matches!(event, Event::Message { message, .. } if message.author.name == "Silas")).await;
    let turns = stage.model.asked.lock().unwrap()[2].turns.clone();
    let shown = turns.iter().find(|turn| turn.text.contains("What you remember")).expect("it is reminded").text.clone();
    assert!(shown.contains("You have come to think (") && shown.contains(QUIET), "{shown}");
}

#[tokio::test]
async fn a_thought_goes_with_what_it_rests_on_and_is_thought_anew() {
    let first = thinks(&json!([thought(QUIET, &[1, 2])]));
    let again = thinks(&json!([thought(GENTLE, &[1, 2, 3])]));
    let more = of(["bought a boat", "sails on Sundays", "sold out by noon", "learns to row", "fears storms"]);
    let stage = stage(vec![five(), first, five(), again, more, thinks(&json!([thought(QUIET, &[2, 3])]))]).await;
    let lines: Vec<&str> =
        MOVED.into_iter().chain(["Who comes to the harbour market for honey on Saturday?"]).collect();
    talk(&stage, &lines).await;
    assert_eq!(thoughts(&stage).await.len(), 1);
    // One line is taken off the record: all that was noted goes, the thought too, and is made anew of what is left.
    messages::record(&stage.space, stage.keeper.id, stage.room, (1, 1), true).await.unwrap();
    talk(&stage, &[]).await;
    assert_eq!(thoughts(&stage).await, [(GENTLE.to_owned(), 5, false)]);
    // What it thinks later takes the place of what it thought.
    let more = [
        "The hives are well, and the honey was sold out by noon.",
        "I bought a boat for the harbour.",
        "Come and sail.",
    ];
    talk(&stage, &more).await;
    let kept = thoughts(&stage).await;
    assert_eq!(kept, [(QUIET.to_owned(), 10, false)]);

    // One fact alone is forgotten by whom it is about.
    let sought = Sought { by: None, words: "hives".into(), before: None };
    let facts = forgetting::of_me(&stage.space, stage.keeper.id, &sought).await.unwrap();
    let hives = facts.iter().find(|one| one.kind == MemoryKind::Fact).unwrap().id;
    forgetting::forget(&stage.space, stage.keeper.id, hives).await.unwrap();
    assert!(thoughts(&stage).await.is_empty(), "none rests on what is gone");
    forgetting::forget_all(&stage.space, stage.keeper.id, None, None).await.unwrap();
    assert!(thoughts(&stage).await.is_empty());
}
