//! What AIs think with: keys that nobody reads, providers that fail, money that runs out.

use crate::house::{Client, House, eventually, provider};
use model::{Decision, Event, FoundServer, Message, MindCard, Provider, ProviderId, Tried, Used};
use serde_json::{Value, json};
use stub_provider::{Script, Stub};

fn says(text: &str) -> Script {
    Script { text: Some(text.into()), ..Script::default() }
}

/// A second stub as a provider, with a key.
async fn added(keeper: &mut Client, name: &str) -> (ProviderId, Stub, String) {
    let (stub, url) = provider().await;
    let body = json!({"name": name, "base_url": url, "model": "stub", "key": "sk-sesame", "patience_s": 5});
    (keeper.call("providers/add", body).await, stub, url)
}

async fn mind(keeper: &mut Client, name: &str) -> MindCard {
    let minds: Vec<MindCard> = keeper.call("minds/list", json!({})).await;
    minds.into_iter().find(|card| card.mind.name == name).unwrap()
}

/// Changes an AI: what is given, all else as it is.
async fn change(keeper: &mut Client, name: &str, with: Value) {
    let card = mind(keeper, name).await;
    let mut body = serde_json::to_value(&card.mind).unwrap();
    let sampling = body["sampling"].take();
    let fields = body.as_object_mut().unwrap();
    fields.remove("sampling");
    for (key, value) in sampling.as_object().unwrap().iter().chain(with.as_object().unwrap()) {
        fields.insert(key.clone(), value.clone());
    }
    fields.insert("mind".into(), json!(card.id));
    let answer = keeper.post("minds/edit", body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_written_and_never_read() {
    let (house, _) = House::with_stub(&[]).await;
    let mut keeper = Client::keeper(&house).await;
    let (id, stub, url) = added(&mut keeper, "Second").await;
    let tried: Tried = keeper.call("providers/test", json!({"provider": id})).await;
    assert!(tried.ok && tried.models == ["another", "stub"], "{tried:?}");
    assert_eq!(stub.keys(), ["Bearer sk-sesame"]);
    let listed = keeper.post("providers/list", json!({})).await;
    let page = keeper.page("/providers").await;
    for text in [&listed.text, &page.text] {
        assert!(text.contains("Second") && !text.contains("sesame"), "{text}");
    }
    let (sealed,): (Vec<u8>,) =
        sqlx::query_as("select key from providers").fetch_one(&house.database().await).await.unwrap();
    assert!(!sealed.windows(6).any(|bytes| bytes == b"sesame"));

    // What is refused comes back without the key.
    let fields = [("name", "Second"), ("base_url", url.as_str()), ("model", "x"), ("key", "sk-other")];
    let back = keeper.form("/providers", "providers/add", &fields).await;
    assert_eq!(back.location(), "/providers");
    let page = keeper.page("/providers").await.text;
    assert!(page.contains("A provider of this name is there already") && !page.contains("sk-other"), "{page}");

    // To another address the key does not go unless it is given again.
    let (elsewhere, other) = provider().await;
    let mut edit = json!({"provider": id, "name": "Second", "base_url": other, "model": "stub"});
    let refused = keeper.post("providers/edit", edit.clone()).await;
    assert_eq!((refused.status, refused.json()["field"].as_str()), (422, Some("key")));
    edit["forget_key"] = json!(true);
    assert_eq!(keeper.post("providers/edit", edit).await.status, 200);
    keeper.call::<Tried>("providers/test", json!({"provider": id})).await;
    assert_eq!((elsewhere.keys(), stub.keys().len()), (vec![String::new()], 1));

    let wrong = [
        ("base_url", "ftp://x/v1"),
        ("base_url", "https://me:secret@x.example/v1"),
        ("base_url", "nowhere"),
        ("key", "two words"),
        ("model", ""),
        ("patience_s", "4"),
        ("dialect", "telnet"),
    ];
    for (field, value) in wrong {
        let mut body = json!({"name": "Third", "base_url": url, "model": "stub"});
        body[field] = if field == "patience_s" { json!(4) } else { json!(value) };
        let refused = keeper.post("providers/add", body).await;
        assert_eq!((refused.status, refused.json()["field"].as_str()), (422, Some(field)), "{refused:?}");
    }
    let mut alice = Client::alice(&house).await;
    for (endpoint, body) in
        [("providers/list", json!({})), ("providers/test", json!({"provider": id})), ("usage/all", json!({}))]
    {
        assert_eq!(alice.post(endpoint, body).await.code(), "admin_only");
    }
    assert!(!alice.page("/providers").await.text.contains(&url));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_outlives_the_server() {
    let (mut house, _) = House::with_stub(&[]).await;
    let mut keeper = Client::keeper(&house).await;
    let (id, stub, _) = added(&mut keeper, "Second").await;
    house.kill();
    house.start_again().await;
    keeper = keeper.moved(&house);
    let tried: Tried = keeper.call("providers/test", json!({"provider": id})).await;
    assert!(tried.ok, "{tried:?}");
    assert_eq!(stub.keys(), ["Bearer sk-sesame"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn azure_is_spoken_to_in_its_own_form() {
    let (house, _) = House::with_stub(&[]).await;
    let mut keeper = Client::keeper(&house).await;
    let (stub, url) = provider().await;
    let body = json!({"name": "Azure", "base_url": url.trim_end_matches("/v1"), "model": "stub", "key": "sk-azure",
                      "dialect": "azure", "api_version": "2024-10-21"});
    let id: ProviderId = keeper.call("providers/add", body).await;
    stub.script(says("Hello"));
    let tried: Tried = keeper.call("providers/test", json!({"provider": id})).await;
    assert!(tried.ok && tried.message.contains("“Hello”"), "{tried:?}");
    assert_eq!(stub.keys(), ["sk-azure"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_thinks_first_is_asked_in_its_own_way() {
    let (house, _) = House::with_stub(&[]).await;
    let (mut keeper, mut alice) = (Client::keeper(&house).await, Client::alice(&house).await);
    let (second, stub, _) = added(&mut keeper, "Second").await;
    let lobby = alice.room("Lobby").await;
    let mut heard = alice.listen().await;
    change(&mut keeper, "Mira", json!({"provider": second, "model": "gpt-5-nano", "max_tokens": 100})).await;
    stub.script(says("Thought and said."));
    alice.say(lobby, "@Mira?").await;
    assert_eq!(heard.message_of("Mira").await.body, "Thought and said.");
    let asked = &stub.requests()[0];
    assert_eq!((&asked["max_completion_tokens"], &asked["reasoning_effort"]), (&json!(2_100), &json!("low")));

    // What it may think is set aside with the answer.
    change(&mut keeper, "Mira", json!({"daily_tokens": 2_000})).await;
    let asked = alice.say(lobby, "@Mira and now?").await;
    assert!(reason(&mut alice, &asked).await.contains("is tired"));
    assert_eq!(stub.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_one_fails_the_next_is_asked_and_the_cause_is_for_admins() {
    let (house, own) = House::with_stub(&[]).await;
    let (mut keeper, mut alice) = (Client::keeper(&house).await, Client::alice(&house).await);
    let (second, stub, _) = added(&mut keeper, "Second").await;
    let fallbacks = json!({"provider": second, "model": "large", "fallbacks": [{"model": "small"}]});
    change(&mut keeper, "Mira", fallbacks).await;
    let used: Vec<Provider> = keeper.call("providers/list", json!({})).await;
    assert_eq!(used[0].used_by, ["Mira"]);
    let refused = keeper.post("providers/remove", json!({"provider": second})).await;
    assert_eq!((refused.status, refused.json()["field"].as_str()), (422, Some("provider")));

    let lobby = alice.room("Lobby").await;
    let mut heard = alice.listen().await;
    stub.script(says("From the second."));
    alice.say(lobby, "@Mira one?").await;
    assert_eq!(heard.message_of("Mira").await.body, "From the second.");
    assert_eq!(stub.requests()[0]["model"], "large");

    // It fails; the space's own is asked at once, for the other model.
    stub.script(Script { status: Some(500), ..Script::default() });
    own.script(says("From the first."));
    alice.say(lobby, "@Mira two?").await;
    assert_eq!(heard.message_of("Mira").await.body, "From the first.");
    assert_eq!(own.requests()[0]["model"], "small");

    // Both refuse for good: one quiet line for people, the causes for admins.
    stub.script(Script { status: Some(401), ..Script::default() });
    own.script(Script { status: Some(404), ..Script::default() });
    let asked = alice.say(lobby, "@Mira three?").await;
    let failed = heard
        .until(|event| match event {
            Event::Reply { writing, .. } => writing.notice.clone().filter(|notice| notice.contains("could not answer")),
            _ => None,
        })
        .await;
    assert!(!failed.contains("401"), "{failed}");
    let why = json!({"channel": lobby, "message": asked.id});
    let told = alice.call::<Vec<Decision>>("messages/decisions", why.clone()).await;
    assert_eq!(told[0].cause, None);
    keeper.call::<Value>("rooms/join", json!({"room": lobby})).await;
    let cause = keeper.call::<Vec<Decision>>("messages/decisions", why).await[0].cause.clone().unwrap();
    assert!(cause.contains("Second: status 401") && cause.contains("status 404"), "{cause}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_fails_again_and_again_is_left_alone() {
    let (house, own) = House::with_stub(&[]).await;
    let (mut keeper, mut alice) = (Client::keeper(&house).await, Client::alice(&house).await);
    let (second, stub, _) = added(&mut keeper, "Second").await;
    change(&mut keeper, "Mira", json!({"provider": second, "fallbacks": [{"model": "small"}]})).await;
    let lobby = alice.room("Lobby").await;
    let mut heard = alice.listen().await;
    for round in 0..5 {
        stub.script(Script { status: Some(503), ..Script::default() });
        own.script(says(&format!("Answer {round}.")));
        alice.say(lobby, &format!("@Mira {round}?")).await;
        assert_eq!(heard.message_of("Mira").await.body, format!("Answer {round}."));
    }
    assert_eq!(stub.requests().len(), 3, "after three failures it rests");
    let listed: Vec<Provider> = keeper.call("providers/list", json!({})).await;
    assert!((1..=5).contains(&listed[0].rests_s), "{listed:?}");
    // Whatever is changed of it, it is tried anew.
    let url = &listed[0].draft.base_url;
    let body = json!({"provider": second, "name": "Mended", "base_url": url, "model": "stub"});
    assert_eq!(keeper.post("providers/edit", body).await.status, 200);
    let used: Used = keeper.call("usage/all", json!({"days": 1})).await;
    assert_eq!((used.all.failures, used.all.replies), (3, 5));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_of_this_machine_is_offered_and_taken_with_one_click() {
    let (stub, url) = provider().await;
    let servers = format!("http://127.0.0.1:9/v1,{url}");
    let house = House::open(&[("LOCAL_SERVERS", &servers)]).await;
    let (mut keeper, mut alice) = (Client::keeper(&house).await, Client::alice(&house).await);
    let found: Vec<FoundServer> = keeper.call("providers/found", json!({})).await;
    assert_eq!(found.iter().map(|one| one.base_url.as_str()).collect::<Vec<_>>(), [url.as_str()]);
    let page = keeper.page("/providers").await.text;
    assert!(page.contains("runs on this machine") && page.contains("another"), "{page}");
    let fields =
        [("name", "Here"), ("base_url", url.as_str()), ("model", "another"), ("free", "true"), ("patience_s", "120")];
    assert_eq!(keeper.form("/providers", "providers/add", &fields).await.status, 303);
    assert!(keeper.call::<Vec<FoundServer>>("providers/found", json!({})).await.is_empty());
    // Nothing else was configured: AIs think with it from now on.
    let lobby = alice.room("Lobby").await;
    let mut heard = alice.listen().await;
    stub.script(says("From here."));
    alice.say(lobby, "@Silas?").await;
    assert_eq!(heard.message_of("Silas").await.body, "From here.");
    assert_eq!(stub.requests()[0]["model"], "another");
}

/// What is said to a message: the reason why an AI did what it did.
async fn reason(alice: &mut Client, asked: &Message) -> String {
    eventually("a decision", async || {
        let why = json!({"channel": asked.channel, "message": asked.id});
        let told: Vec<Decision> = alice.call("messages/decisions", why).await;
        told.into_iter().next().map(|decision| decision.reason)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn money_runs_out_by_the_table_of_prices() {
    let (house, own) = House::with_stub(&[]).await;
    let (mut keeper, mut alice) = (Client::keeper(&house).await, Client::alice(&house).await);
    let (second, stub, _) = added(&mut keeper, "Second").await;
    let lobby = alice.room("Lobby").await;
    let mut heard = alice.listen().await;
    change(&mut keeper, "Mira", json!({"provider": second, "daily_cents": 100, "max_tokens": 100})).await;
    // Nobody has said what it costs.
    let asked = alice.say(lobby, "@Mira?").await;
    assert!(reason(&mut alice, &asked).await.contains("no price is set"));
    // A thousand dollars for a million tokens: a tenth of a cent for each.
    let price = json!({"model": "stub", "dollars_in": 0.0, "dollars_out": 1000.0});
    assert_eq!(keeper.post("prices/set", price).await.status, 200);
    stub.script(says("Ten words and some more that are counted by themselves."));
    alice.say(lobby, "@Mira what is it?").await;
    heard.message_of("Mira").await;
    let used: Used = alice.call("usage/own", json!({})).await;
    assert!(used.all.micros > 0 && used.people.is_empty() && used.places.is_empty(), "{used:?}");
    assert_eq!(used.minds[0].name, "Mira");
    // What it may take at most does not fit any more.
    assert_eq!(
        keeper.post("prices/set", json!({"model": "stub", "dollars_in": 0, "dollars_out": 20000})).await.status,
        200
    );
    let asked = alice.say(lobby, "@Mira and now?").await;
    assert_eq!(heard.message_of("Mira").await.reply_to, Some(asked.id), "it says that it is tired");
    assert!(reason(&mut alice, &asked).await.contains("is tired"));
    assert_eq!(stub.requests().len(), 1);
    let all: Used = keeper.call("usage/all", json!({"days": 7})).await;
    assert_eq!((all.days.len(), all.people[0].name.as_str(), all.places[0].name.as_str()), (7, "alice", "Lobby"));
    assert_eq!(all.models[0].name, "stub (Second)");
    assert_eq!(all.days[6].spent.micros, all.all.micros);
    let page = keeper.page("/usage?days=7").await.text;
    assert!(page.contains("By person") && page.contains("alice"), "{page}");
    assert!(own.requests().is_empty());

    // A private chat is told of without a name.
    let chat: model::ChannelId = alice.call("chats/open", json!({"with": mind(&mut keeper, "Silas").await.id})).await;
    own.script(says("Between us."));
    alice.say(chat, "hello").await;
    heard.message_of("Silas").await;
    let all: Used = keeper.call("usage/all", json!({})).await;
    assert!(all.places.iter().any(|place| place.name == "Private chats"), "{:?}", all.places);
}
