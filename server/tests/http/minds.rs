use crate::house::{Client, House, Listening, eventually};
use model::{ChannelId, Event, ReplyState};
use serde_json::json;
use stub_provider::{Fault, Hold, Script};

const QUICK: (&str, &str) = ("TASK_LEASE_SECONDS", "3");

fn says(text: &str) -> Script {
    Script { text: Some(text.into()), ..Script::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mention_is_answered_in_sight_of_everybody() {
    let (house, stub) = House::with_stub(&[]).await;
    let (mut alice, mut carol) = (Client::alice(&house).await, Client::sample(&house, "carol", "carol123").await);
    let lobby = alice.room("Lobby").await;
    stub.script(Script { pace_ms: 60, ..says("Silas: A clearing, I think. What do you see?") });
    let (mut hers, mut theirs) = (alice.listen().await, carol.listen().await);
    let asked = alice.say(lobby, "@Silas what is this place?").await;
    for heard in [&mut hers, &mut theirs] {
        let mut grown = String::new();
        let mut steps = 0;
        let message = heard
            .until(|event| {
                match event {
                    Event::Reply { writing, .. } => {
                        grown.truncate(writing.offset);
                        grown.push_str(&writing.text);
                        steps += 1;
                    }
                    Event::Message { message, .. } if message.author.name == "Silas" => return Some(message.clone()),
                    _ => {}
                }
                None
            })
            .await;
        assert_eq!(message.body, "A clearing, I think. What do you see?");
        assert_eq!((message.reply_to, grown.as_str()), (Some(asked.id), message.body.as_str()));
        assert!(steps >= 4, "it grew in {steps} steps");
    }
    let request = &stub.requests()[0];
    assert_eq!(request["stream"], json!(true));
    let lines = request["messages"].as_array().unwrap();
    assert!(lines[0]["content"].as_str().unwrap().contains("You are Silas"));
    let line = lines.last().unwrap()["content"].as_str().unwrap();
    assert!(line.starts_with("alice (") && line.ends_with("): @Silas what is this place?"), "{line}");
    assert!(lines.iter().any(|line| line["role"] == "assistant"), "its own lines are its own");
    let decisions: Vec<model::Decision> =
        alice.call("messages/decisions", json!({"channel": lobby, "message": asked.id})).await;
    assert_eq!(
        decisions.iter().map(|d| (d.name.as_str(), d.outcome.as_str())).collect::<Vec<_>>(),
        [("Silas", "spoke")]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_in_the_middle_sees_the_text_so_far_and_the_rest() {
    let (house, stub) = House::with_stub(&[]).await;
    let mut alice = Client::alice(&house).await;
    let lobby = alice.room("Lobby").await;
    stub.script(Script { hold: Some(Hold::Middle), ..says("one two three four five six") });
    let mut first = alice.listen().await;
    alice.say(lobby, "luna?").await;
    let half = "one two three ";
    grown(&mut first, |words| words == half).await;
    let page = alice.page(&format!("/rooms/{lobby}")).await.text;
    assert!(page.contains(half.trim()), "a page that is loaded now shows it");
    let mut late = alice.listen().await;
    let so_far = late
        .until(|event| match event {
            Event::Reply { writing, .. } => Some(writing.clone()),
            _ => None,
        })
        .await;
    assert_eq!((so_far.offset, so_far.text.as_str()), (0, half));
    stub.release();
    assert_eq!(late.message_of("Luna").await.body, "one two three four five six");
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_streams_become_one_answer_or_a_word_that_says_so() {
    let (house, stub) = House::with_stub(&[]).await;
    let mut alice = Client::alice(&house).await;
    let lobby = alice.room("Lobby").await;
    let mut heard = alice.listen().await;
    for (n, broken) in [
        Script { status: Some(429), retry_after: Some(1), ..Script::default() },
        Script { status: Some(500), ..Script::default() },
        Script { fault: Some(Fault::Drop), ..says("half of this is lost") },
        Script { fault: Some(Fault::Garbage), ..says("half of this is lost") },
        Script { fault: Some(Fault::NoFinish), ..says("this has no end") },
    ]
    .into_iter()
    .enumerate()
    {
        let whole = format!("answer {n} — whole");
        stub.script(broken.clone());
        stub.script(says(&whole));
        let before = stub.requests().len();
        alice.say(lobby, "@Mira?").await;
        assert_eq!(heard.message_of("Mira").await.body, whole, "{broken:?}");
        assert_eq!(stub.requests().len() - before, 2, "{broken:?}: the client makes no tries of its own");
    }
    for odd in [Fault::OddFraming, Fault::NoDone] {
        stub.script(Script { fault: Some(odd), ..says("naïve 🌙 … ünd so") });
        alice.say(lobby, "@Mira?").await;
        assert_eq!(heard.message_of("Mira").await.body, "naïve 🌙 … ünd so", "{odd:?}");
    }
    stub.script(Script { status: Some(401), ..Script::default() });
    alice.say(lobby, "@Mira?").await;
    let failed = heard
        .until(|event| match event {
            Event::Reply { writing, .. } if writing.state == ReplyState::Failed => Some(writing.clone()),
            _ => None,
        })
        .await;
    assert!(failed.notice.unwrap().starts_with("Mira could not answer"));
    let page = alice.page(&format!("/rooms/{lobby}")).await.text;
    assert!(page.contains("Mira could not answer") && !page.contains("status 401"), "people see a quiet line");
}

#[tokio::test(flavor = "multi_thread")]
async fn switched_off_no_ai_speaks_and_all_else_works() {
    let (house, stub) = House::with_stub(&[("AI_FEATURES_ENABLED", "false")]).await;
    let mut alice = Client::alice(&house).await;
    let lobby = alice.room("Lobby").await;
    let asked = alice.say(lobby, "@Silas?").await;
    let decision = eventually("a decision", async || {
        let found: Vec<model::Decision> =
            alice.call("messages/decisions", json!({"channel": lobby, "message": asked.id})).await;
        found.into_iter().next()
    })
    .await;
    assert_eq!(decision.reason, "AIs are switched off in this space.");
    assert!(stub.requests().is_empty());
}

/// After a kill: the question is there once, and so is the answer.
async fn answered_once(house: &House, alice: &Client, lobby: ChannelId, question: &str, answer: &str) {
    let mut alice = alice.clone().moved(house);
    eventually("the answer", async || {
        let opened = alice.open(lobby).await;
        opened.page.messages.iter().any(|message| message.body == answer).then_some(())
    })
    .await;
    let opened = alice.open(lobby).await;
    let count = |body: &str| opened.page.messages.iter().filter(|message| message.body == body).count();
    assert_eq!((count(question), count(answer)), (1, 1));
    assert!(opened.writing.is_empty(), "nothing is left hanging: {:?}", opened.writing);
    let seqs: Vec<i64> = opened.page.messages.iter().map(|message| message.seq).collect();
    assert!(seqs.windows(2).all(|pair| pair[1] == pair[0] + 1), "{seqs:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_the_commit_nothing_was_said_and_saying_it_again_says_it_once() {
    let (mut house, stub) = House::with_stub(&[QUICK]).await;
    let mut alice = Client::alice(&house).await;
    let lobby = alice.room("Lobby").await;
    let db = house.database().await;
    // Somebody holds the channel's row: the post waits before its commit.
    let mut holding = db.begin().await.unwrap();
    sqlx::query("select from channels where id = $1 for update").bind(lobby.0).execute(&mut *holding).await.unwrap();
    let post = json!({"channel": lobby, "client_key": model::ClientKey::new(), "body": "@Silas one?"});
    let poster = alice.clone();
    let sent = post.clone();
    let posting = tokio::spawn(async move {
        poster
            .request(reqwest::Method::POST, "/api/messages/post")
            .header("cookie", poster.cookie())
            .header("content-type", "application/json")
            .body(sent.to_string())
            .send()
            .await
            .is_ok_and(|response| response.status() == 200)
    });
    eventually("the post waits", async || {
        let (waiting,): (i64,) = sqlx::query_as("select count(*) from pg_stat_activity where wait_event_type = 'Lock'")
            .fetch_one(&db)
            .await
            .unwrap();
        (waiting > 0).then_some(())
    })
    .await;
    house.kill();
    drop(holding);
    assert!(!posting.await.unwrap(), "it was never acknowledged");
    drop(db);
    house.start_again().await;
    stub.script(says("answer one"));
    alice = alice.moved(&house);
    alice.call::<model::Message>("messages/post", post).await;
    answered_once(&house, &alice, lobby, "@Silas one?", "answer one").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_the_commit_the_answer_comes_all_the_same() {
    let (mut house, _stub) = House::with_stub(&[QUICK]).await;
    let mut alice = Client::alice(&house).await;
    let lobby = alice.room("Lobby").await;
    alice.say(lobby, "@Silas two?").await;
    house.kill();
    house.start_again().await;
    eventually("an answer", async || {
        let opened = alice.clone().moved(&house).open(lobby).await;
        opened.page.messages.iter().any(|message| message.author.name == "Silas" && message.seq > 8).then_some(())
    })
    .await;
    let opened = alice.clone().moved(&house).open(lobby).await;
    assert_eq!(
        opened.page.messages.iter().filter(|message| message.author.name == "Silas" && message.seq > 8).count(),
        1
    );
}

/// Waits until the words of a reply are what is wanted.
async fn grown(heard: &mut Listening, wanted: impl Fn(&str) -> bool) {
    let mut grown = String::new();
    heard
        .until(|event| match event {
            Event::Reply { writing, .. } => {
                grown.truncate(writing.offset);
                grown.push_str(&writing.text);
                wanted(&grown).then_some(())
            }
            _ => None,
        })
        .await;
}

/// Waits until so much of a reply is kept.
async fn kept(house: &House, what: &str) {
    let db = house.database().await;
    eventually("it is kept", async || {
        let query = sqlx::AssertSqlSafe(format!("select from replies where {what}"));
        sqlx::query(query).fetch_optional(&db).await.unwrap().map(|_| ())
    })
    .await;
}

async fn killed_while_held(hold: Hold, question: &str, answer: &str) {
    let (mut house, stub) = House::with_stub(&[QUICK]).await;
    let mut alice = Client::alice(&house).await;
    let lobby = alice.room("Lobby").await;
    stub.script(Script { hold: Some(hold), ..says("these words are lost with the server") });
    stub.script(says(answer));
    let mut heard = alice.listen().await;
    alice.say(lobby, question).await;
    match hold {
        Hold::Request => eventually("it is asked", async || (stub.requests().len() == 1).then_some(())).await,
        Hold::Middle => {
            heard
                .until(|event| matches!(event, Event::Reply { writing, .. } if !writing.text.is_empty()).then_some(()))
                .await;
            kept(&house, "call is not null and text <> ''").await;
        }
        Hold::End => grown(&mut heard, |words| words.ends_with("server")).await,
    }
    kept(&house, "call is not null").await;
    house.kill();
    house.start_again().await;
    answered_once(&house, &alice, lobby, question, answer).await;
    assert_eq!(stub.requests().len(), 2);
    // What the call took that was lost is counted, too.
    let usage: Vec<(bool, bool, i32, i32)> = sqlx::query_as(
        "select failed, caused_by is not null, tokens_in, tokens_out from usage where channel_id = $1 order by at",
    )
    .bind(lobby.0)
    .fetch_all(&house.database().await)
    .await
    .unwrap();
    let [(true, true, lost_in, lost_out), (false, true, tokens_in, _)] = usage[..] else { panic!("{usage:?}") };
    assert!(lost_in > 0 && tokens_in > 0, "{usage:?}");
    // How much of it had come is kept every second.
    assert!(hold != Hold::Middle || lost_out > 0, "{usage:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_during_the_request() {
    killed_while_held(Hold::Request, "@Silas three?", "answer three").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_of_the_stream() {
    killed_while_held(Hold::Middle, "@Silas four?", "answer four").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_the_last_chunk() {
    killed_while_held(Hold::End, "@Silas five?", "answer five").await;
}

/// Waits until somebody waits for a lock of ours.
async fn waits(db: &sqlx::PgPool) {
    eventually("somebody waits for the lock", async || {
        let (waiting,): (i64,) = sqlx::query_as("select count(*) from pg_stat_activity where wait_event_type = 'Lock'")
            .fetch_one(db)
            .await
            .unwrap();
        (waiting > 0).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_it_decides() {
    let (mut house, stub) = House::with_stub(&[QUICK]).await;
    let mut alice = Client::alice(&house).await;
    let lobby = alice.room("Lobby").await;
    let db = house.database().await;
    // What it decides cannot be written down.
    let mut holding = db.begin().await.unwrap();
    sqlx::query("lock table replies in exclusive mode").execute(&mut *holding).await.unwrap();
    alice.say(lobby, "@Silas six?").await;
    waits(&db).await;
    assert!(stub.requests().is_empty());
    house.kill();
    drop(holding);
    drop(db);
    house.start_again().await;
    stub.script(says("answer six"));
    answered_once(&house, &alice, lobby, "@Silas six?", "answer six").await;
    assert_eq!(stub.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_it_posts() {
    let (mut house, stub) = House::with_stub(&[QUICK]).await;
    let mut alice = Client::alice(&house).await;
    let lobby = alice.room("Lobby").await;
    stub.script(Script { hold: Some(Hold::End), ..says("these words were whole, and were not posted") });
    let mut heard = alice.listen().await;
    alice.say(lobby, "@Silas seven?").await;
    grown(&mut heard, |words| words.ends_with("posted")).await;
    let db = house.database().await;
    let mut holding = db.begin().await.unwrap();
    sqlx::query("select from channels where id = $1 for update").bind(lobby.0).execute(&mut *holding).await.unwrap();
    stub.release();
    waits(&db).await;
    house.kill();
    drop(holding);
    drop(db);
    house.start_again().await;
    stub.script(says("answer seven"));
    answered_once(&house, &alice, lobby, "@Silas seven?", "answer seven").await;
}
