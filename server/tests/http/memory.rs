//! What AIs recall: told with their answers, to those who could read it, and never to others.

use crate::house::{Client, House, eventually};
use model::channels::Opened;
use model::{ChannelId, Decision, EntityId};
use serde_json::{Value, json};
use stub_provider::Script;

fn says(text: &str) -> Script {
    Script { text: Some(text.into()), ..Script::default() }
}

/// Waits until so many messages with a word in them are indexed.
async fn indexed(house: &House, word: &str, count: i64) {
    let db = house.database().await;
    eventually("what was said is indexed", async || {
        let (found,): (i64,) = sqlx::query_as(
            "select count(*) from recollections r join messages m on m.id = r.message_id where m.body like '%' || $1 || '%'",
        )
        .bind(word)
        .fetch_one(&db)
        .await
        .unwrap();
        (found == count).then_some(())
    })
    .await;
}

/// What a model was shown, as one text.
fn shown(request: &Value) -> String {
    let lines = request["messages"].as_array().unwrap();
    lines.iter().map(|line| line["content"].as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn told_in_one_place_it_is_recalled_in_another_and_told_from_where() {
    let (house, stub) = House::with_stub(&[]).await;
    let (mut alice, mut carol) = (Client::alice(&house).await, Client::sample(&house, "carol", "carol123").await);
    let (lobby, table) = (alice.room("Lobby").await, alice.room("The Long Table").await);
    alice.call::<Value>("rooms/join", json!({"room": table})).await;
    let opened: Opened = alice.open(lobby).await;
    let silas: EntityId = opened.members.iter().find(|member| member.entity.name == "Silas").unwrap().entity.id;
    let told = alice.say(table, "The spare key of the mill hangs behind the third beehive.").await;
    let chat: ChannelId = alice.call("chats/open", json!({"with": silas})).await;
    let mut heard = alice.listen().await;
    stub.script(says("I will keep that to myself."));
    alice.say(chat, "Between us: the mill and its beehive are for sale.").await;
    heard.message_of("Silas").await;
    indexed(&house, "beehive", 2).await;

    // In a room everybody hears: what was said in private is not there.
    stub.script(says("Behind a beehive, I believe."));
    let asked = alice.say(lobby, "@Silas where does the spare key of the mill hang?").await;
    heard.message_of("Silas").await;
    let text = shown(stub.requests().last().unwrap());
    assert!(text.contains("(What you remember of earlier talk") && text.contains("behind the third beehive"), "{text}");
    assert!(text.contains("in the room “The Long Table”") && !text.contains("for sale"), "{text}");
    let why = json!({"channel": lobby, "message": asked.id});
    let decisions: Vec<Decision> = alice.call("messages/decisions", why.clone()).await;
    let recalled = &decisions[0].recalled;
    assert_eq!(recalled.iter().map(|one| (one.channel, one.seq)).collect::<Vec<_>>(), [(Some(table), Some(told.seq))]);
    // Carol is not at the table: that something was recalled from there she does not learn.
    let decisions: Vec<Decision> = carol.call("messages/decisions", why).await;
    assert!(decisions[0].recalled.is_empty(), "{decisions:?}");

    // In private both are open.
    stub.script(says("It is for sale, too."));
    alice.say(chat, "What do you know of the mill and the beehive?").await;
    heard.message_of("Silas").await;
    let text = shown(stub.requests().last().unwrap());
    assert!(text.contains("behind the third beehive") && text.contains("are for sale"), "{text}");

    // What is deleted is remembered no more.
    alice.call::<Value>("messages/delete", json!({"channel": table, "message": told.id})).await;
    indexed(&house, "third beehive", 0).await;
    stub.script(says("I do not know."));
    alice.say(lobby, "@Silas so where does the spare key of the mill hang?").await;
    heard.message_of("Silas").await;
    assert!(!shown(stub.requests().last().unwrap()).contains("third beehive"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_again_and_again_is_recalled_once() {
    let (house, stub) = House::with_stub(&[("POSTS_PER_MINUTE", "1000")]).await;
    let mut alice = Client::alice(&house).await;
    let (lobby, table) = (alice.room("Lobby").await, alice.room("The Long Table").await);
    alice.call::<Value>("rooms/join", json!({"room": table})).await;
    for n in 0..6 {
        let again = ["", "!", " :)", " …", ".", " then"][n];
        alice.say(table, &format!("The spare key of the mill hangs behind the third beehive{again}")).await;
    }
    alice.say(table, "The spare key of the barn hangs under the mill stone.").await;
    alice.say(table, "Where does the spare key of the mill hang?").await;
    indexed(&house, "beehive", 6).await;
    indexed(&house, "spare key", 8).await;
    let mut heard = alice.listen().await;
    stub.script(says("Behind the third one."));
    alice.say(lobby, "@Silas where does the spare key of the mill hang?").await;
    heard.message_of("Silas").await;
    let text = shown(stub.requests().last().unwrap());
    assert_eq!(text.matches("behind the third beehive").count(), 1, "{text}");
    assert_eq!(text.matches("under the mill stone").count(), 1, "{text}");
    assert_eq!(
        text.matches("does the spare key of the mill hang?").count(),
        1,
        "the question itself is no memory: {text}"
    );
}

/// How many vectors there are, by whom.
async fn vectors(house: &House, embedder: &str, least: i64) {
    let db = house.database().await;
    eventually("there are vectors", async || {
        let (made, others): (i64, i64) = sqlx::query_as(
            "select count(*) filter (where embedder = $1 and turn is not null), count(*) filter (where embedder <> $1)
             from recollections",
        )
        .bind(embedder)
        .fetch_one(&db)
        .await
        .unwrap();
        (made >= least && others == 0).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_makes_the_vectors_and_another_model_makes_them_anew() {
    let (stub, url) = crate::house::provider().await;
    let refused = Script { vectors: true, status: Some(429), retry_after: Some(1), ..Script::default() };
    stub.script(refused.clone());
    let settings = [
        ("OPENAI_BASE_URL", url.as_str()),
        ("EMBEDDING_MODEL", "words"),
        ("EMBEDDING_DIMENSIONS", "64"),
        ("EMBEDDING_LANGUAGES", "en,de"),
    ];
    let mut house = House::open(&settings).await;
    let mut alice = Client::alice(&house).await;
    let (lobby, table) = (alice.room("Lobby").await, alice.room("The Long Table").await);
    alice.call::<Value>("rooms/join", json!({"room": table})).await;
    alice.say(table, "The spare key of the windmill hangs behind the third beehive.").await;
    alice.say(table, "風車の鍵はどこにも掛かっていません。").await;
    indexed(&house, "windmill", 1).await;
    // It was refused, waited as it was told to, and asked again.
    vectors(&house, "words/64 (en, de)", 1).await;
    let asked = stub.requests().into_iter().filter(|request| request["model"] == "words").collect::<Vec<_>>();
    assert!(asked.len() >= 2 && asked.iter().all(|request| request["dimensions"].is_null()), "{asked:?}");
    let texts = asked.iter().map(|request| request["input"].to_string()).collect::<String>();
    assert!(
        texts.contains("third beehive") && !texts.contains("\"alice: 風車"),
        "only of languages that it knows: {texts}"
    );

    // While it does not answer, words alone are found.
    stub.script(refused);
    let mut heard = alice.listen().await;
    stub.script(says("Behind a beehive, I believe."));
    alice.say(lobby, "@Silas where does the spare key of the windmill hang?").await;
    heard.message_of("Silas").await;
    let text = shown(stub.requests().iter().rfind(|request| request["messages"].is_array()).unwrap());
    assert!(text.contains("behind the third beehive"), "{text}");

    // Another model: all of it is made anew, and an admin sees how far that is.
    drop(heard);
    house.terminate();
    assert!(house.ended().await);
    house.set("EMBEDDING_MODEL", "text-embedding-3-words");
    house.set("EMBEDDING_DIMENSIONS", "32");
    house.start_again().await;
    vectors(&house, "text-embedding-3-words/32 (en, de)", 1).await;
    assert!(stub.requests().iter().any(|request| request["dimensions"] == 32));
    let mut keeper = Client::keeper(&house).await;
    let page = eventually("all is done", async || {
        let page = keeper.page("/providers").await;
        page.text.contains("has turned all").then_some(page.text)
    })
    .await;
    assert!(page.contains("text-embedding-3-words/32 (en, de)"), "{page}");
}
