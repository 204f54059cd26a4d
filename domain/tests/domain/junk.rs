//! A month of a busy room leaves memories, and hardly any junk: what says the same twice, what the AI is like anyway, and what
//! it was reminded of when it spoke.

use crate::facts::noted;
use crate::minds::{Stage, stage, until};
use crate::world::say;
use domain::channels;
use domain::memory::index;
use model::Event;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use uuid::Uuid;

const DAYS: usize = 30;
/// Lines of talk in a day, beside greetings.
const A_DAY: usize = 40;
/// Most junk in a hundred.
const MOST: f64 = 5.0;
/// How an AI says again what it was reminded of.
const AGAIN: &str = "As I remember it: ";
const CHARACTER: &str = "You are a calm companion who likes tea and long evenings by the lake.";

/// The project's own dialogues: what is said in them, and what is asked about them.
fn dialogues() -> (Vec<String>, Vec<String>) {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../end2end/memory/dialogues.json");
    let all: Vec<Value> = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let (mut said, mut asked) = (Vec::new(), Vec::new());
    for one in all.iter().filter(|one| one["language"].as_str().unwrap_or("en") == "en") {
        for session in 1.. {
            let Some(lines) = one["conversation"][format!("session_{session}")].as_array() else { break };
            said.extend(lines.iter().map(|line| line["text"].as_str().unwrap().to_owned()));
        }
        asked.extend(one["qa"].as_array().unwrap().iter().map(|qa| qa["question"].as_str().unwrap().to_owned()));
    }
    (said, asked)
}

/// Thirty days of talk: greetings that are always the same, words of people, and what Silas says that he was reminded of.
async fn month(stage: &Stage, said: &[String]) {
    let silas: (Uuid,) =
        sqlx::query_as("select id from entities where name = 'Silas'").fetch_one(&stage.space.db).await.unwrap();
    let (mut ids, mut bodies, mut authors, mut minutes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    // What the AI answered, and what it was reminded of for that.
    let (mut answered, mut reminded) = (Vec::new(), Vec::new());
    for day in 0..DAYS {
        let mut add = |author: Uuid, body: String, question: Option<Uuid>| {
            minutes.push((day * 24 * 60 + minutes.len() % 50 + 1) as i32);
            ids.push(Uuid::now_v7());
            authors.push(author);
            bodies.push(body);
            answered.push(question);
            ids[ids.len() - 1]
        };
        for greeting in ["Good morning, everybody!", "Good morning!", "Is anybody here?"] {
            add(stage.keeper.id.0, greeting.to_owned(), None);
        }
        let mut today = Vec::new();
        for at in 0..A_DAY {
            let line = &said[(day * A_DAY + at) % said.len()];
            today.push(add(stage.keeper.id.0, line.clone(), None));
            if at % 8 == 7 {
                let again = format!("{AGAIN}{}", said[(day * A_DAY + at / 2) % said.len()]);
                add(silas.0, again, Some(today[at]));
                reminded.push((today[at], today[at / 2]));
            }
        }
    }
    sqlx::query(
        "insert into messages (id, channel_id, seq, clock, author_id, body, html, client_key, reply_to, created_at)
         select x.id, $1, n + c.last_seq, n + c.clock, x.author, x.body, '', gen_random_uuid(), x.question,
                date_trunc('day', now()) - interval '30 days' + x.minute * interval '1 minute'
         from unnest($2::uuid[], $3::text[], $4::int[], $5::uuid[], $6::uuid[]) with ordinality
              as x (author, body, minute, id, question, n), channels c where c.id = $1",
    )
    .bind(stage.room.0)
    .bind(&authors)
    .bind(&bodies)
    .bind(&minutes)
    .bind(&ids)
    .bind(&answered)
    .execute(&stage.space.db)
    .await
    .unwrap();
    let (questions, sources): (Vec<Uuid>, Vec<Uuid>) = reminded.into_iter().unzip();
    sqlx::query(
        "insert into recalls (entity_id, trigger_id, message_id, place)
         select $1, x.question, x.source, 0 from unnest($2::uuid[], $3::uuid[]) as x (question, source)",
    )
    .bind(silas.0)
    .bind(&questions)
    .bind(&sources)
    .execute(&stage.space.db)
    .await
    .unwrap();
    sqlx::query("update channels set last_seq = last_seq + $2, clock = clock + $2 where id = $1")
        .bind(stage.room.0)
        .bind(bodies.len() as i64)
        .execute(&stage.space.db)
        .await
        .unwrap();
}

fn words(text: &str) -> BTreeSet<String> {
    let words = text.to_lowercase();
    words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Whether two texts say the same, by how many words they share.
fn same(one: &str, other: &str) -> bool {
    let (one, other) = (words(one), words(other));
    one.intersection(&other).count() * 10 >= one.union(&other).count() * 7
}

/// How many in a hundred say again what one before them says, what it is like, or what it was reminded of.
fn junk(texts: &[String]) -> f64 {
    let again = |at: usize| {
        let text = &texts[at];
        text.contains(AGAIN) || same(text, CHARACTER) || texts[..at].iter().any(|before| same(before, text))
    };
    (0..texts.len()).filter(|at| again(*at)).count() as f64 * 100.0 / texts.len().max(1) as f64
}

#[tokio::test]
async fn a_month_leaves_memories_and_hardly_any_junk() {
    let fact = |text: &str| json!({"about": "", "statement": text, "importance": 0.8, "lines": [1], "replaces": null});
    // A model that notes the same each time, in some words or others, and what Silas is like.
    let answer = || {
        noted(&json!([
            fact("Keeper greets everybody in the morning."),
            fact("In the morning Keeper greets everybody."),
            fact("keeper greets everybody in the morning"),
            fact(CHARACTER),
        ]))
    };
    let stage = stage((0..200).map(|_| answer()).collect()).await;
    sqlx::query("update minds set system_prompt = $1, cooldown_s = 0, strategy_chat = 'every_message'")
        .bind(CHARACTER)
        .execute(&stage.space.db)
        .await
        .unwrap();
    let (said, asked) = dialogues();
    month(&stage, &said).await;
    index::remember(&stage.space).await.unwrap();
    stage.space.bell.ring();
    while sqlx::query_as::<_, (i64,)>("select count(*) from tasks where kind in ('facts', 'reflect')")
        .fetch_one(&stage.space.db)
        .await
        .unwrap()
        .0
        > 0
    {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let kept: Vec<(String,)> =
        sqlx::query_as("select text from memories where kind <> 'gist' and text <> '' order by said_from, id")
            .fetch_all(&stage.space.db)
            .await
            .unwrap();
    let kept: Vec<String> = kept.into_iter().map(|(text,)| text).collect();
    assert!(kept.len() >= DAYS, "{} memories of a month", kept.len());
    assert!(stage.model.asked.lock().unwrap().len() >= 5, "it was asked for facts");
    assert!(junk(&kept) <= MOST, "{} % of {} memories", junk(&kept), kept.len());

    // What is told of it to a model that answers.
    let silas = channels::open(&stage.space, stage.keeper.id, stage.room).await.unwrap();
    let silas = silas.members.iter().find(|member| member.entity.name == "Silas").unwrap().entity.id;
    let chat = channels::chat_with(&stage.space, stage.keeper.id, silas).await.unwrap();
    let mut frames = stage.listen().await;
    let (mut told, mut again) = (0, 0.0);
    for question in asked.iter().step_by(asked.len() / 40) {
        say(&stage.space, stage.keeper.id, chat, &format!("@Silas {question}")).await.unwrap();
        until(&mut frames, |event| matches!(event, Event::Message { message, .. } if message.author.id == silas)).await;
        let turns = stage.model.asked.lock().unwrap().last().unwrap().turns.clone();
        let block = turns.iter().find(|turn| turn.text.starts_with("(What ")).map_or("", |turn| turn.text.as_str());
        let lines: Vec<String> = block
            .lines()
            .filter(|line| line.starts_with("  "))
            .map(|line| line.split_once("): ").map_or(line, |(_, said)| said).to_owned())
            .collect();
        told += lines.len();
        again += junk(&lines) * lines.len() as f64;
    }
    assert!(told >= 15, "it is reminded of something: {told}");
    assert!(again / f64::from(told as u32) <= MOST, "{} % of {told} lines", again / f64::from(told as u32));
}
