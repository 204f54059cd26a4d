use crate::house::{Client, House, eventually};
use host::api::openapi;
use model::{ClientKey, EntityId};
use serde_json::{Value, json};

#[test]
fn the_document_knows_every_function() {
    let document = serde_json::to_value(openapi::document()).unwrap();
    let mut described: Vec<String> = document["paths"].as_object().unwrap().keys().cloned().collect();
    described.retain(|path| path != "/api/events" && path != "/api/minds/learn");
    let mut registered: Vec<String> = server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    described.sort();
    registered.sort();
    assert_eq!(described, registered);
    let text = document.to_string();
    let references: Vec<&str> =
        text.split("#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    for name in references {
        assert!(document["components"]["schemas"].get(name).is_some(), "{name} is described");
    }
}

/// Follows a reference.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    // An optional one is either null or the thing itself.
    if let Some(either) = schema["oneOf"].as_array() {
        return either.iter().find(|one| one.get("$ref").is_some()).map_or(schema, |one| resolved(document, one));
    }
    match schema["$ref"].as_str() {
        Some(reference) => &document["components"]["schemas"][reference.rsplit('/').next().unwrap()],
        None => schema,
    }
}

fn kind(schema: &Value) -> &str {
    schema["type"].as_str().or_else(|| schema["type"].as_array().and_then(|kinds| kinds[0].as_str())).unwrap_or("")
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_refused_with_a_code_at_every_endpoint() {
    let house = House::open(&[("POSTS_PER_MINUTE", "100000"), ("TRUSTED_PROXIES", "127.0.0.1")]).await;
    let mut keeper = Client::keeper(&house).await;
    let document: Value = serde_json::from_str(&keeper.page("/api/openapi.json").await.text).unwrap();
    let mut tried = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        let endpoint = path.strip_prefix("/api/").unwrap();
        if endpoint == "events" || endpoint.starts_with("accounts/log") {
            continue;
        }
        let Some(schema) = item["post"]["requestBody"]["content"]["application/json"].get("schema") else { continue };
        let schema = resolved(&document, schema);
        let properties = schema["properties"].as_object().unwrap();
        let good: serde_json::Map<String, Value> = properties
            .iter()
            .map(|(name, property)| {
                let property = resolved(&document, property);
                let value = match (kind(property), property["format"].as_str()) {
                    (_, Some("uuid")) => json!(EntityId::new()),
                    ("integer", _) => json!(5),
                    ("number", _) => json!(0.5),
                    ("boolean", _) => json!(true),
                    ("string", _) if property["enum"].is_array() => property["enum"][0].clone(),
                    ("array", _) => json!([]),
                    _ => json!("some text"),
                };
                (name.clone(), value)
            })
            .collect();
        let required: Vec<&str> = schema["required"]
            .as_array()
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        for name in &required {
            // Registering is slowed down by address; here it is tried more often than anybody would.
            keeper.from = format!("203.0.113.{}", tried % 250);
            let mut missing = good.clone();
            missing.remove(*name);
            let answer = keeper.post(endpoint, Value::Object(missing)).await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (422, "invalid_argument"),
                "{endpoint} without {name}: {answer:?}"
            );
            assert_eq!(answer.json()["field"], json!(name), "{endpoint} without {name}: {answer:?}");
        }
        for (name, property) in properties {
            let property = resolved(&document, property);
            if kind(property) == "string" && property["format"].as_str() != Some("uuid") {
                continue;
            }
            keeper.from = format!("198.18.0.{}", tried % 250);
            for wrong in [json!("nonsense"), json!({"a": {"b": "c"}}), json!([["x"]])] {
                let mut body = good.clone();
                body.insert(name.clone(), wrong.clone());
                let answer = keeper.post(endpoint, Value::Object(body)).await;
                assert_eq!(
                    (answer.status, answer.code().as_str()),
                    (422, "invalid_argument"),
                    "{endpoint} with {name}={wrong}: {answer:?}"
                );
                tried += 1;
            }
        }
        for body in ["[]", "{", "\"x\"", "null"] {
            let request =
                keeper.request(reqwest::Method::POST, path).header("content-type", "application/json").body(body);
            let answer = keeper.send(request).await;
            assert!(
                (400..500).contains(&answer.status) && !answer.code().is_empty(),
                "{endpoint} with {body}: {answer:?}"
            );
        }
        let mut nul = good.clone();
        for value in nul.values_mut().filter(|value| *value == "some text") {
            *value = json!("nul \0 and \u{202e} and lone");
        }
        let answer = keeper.post(endpoint, Value::Object(nul)).await;
        assert!(answer.status < 500, "{endpoint} with U+0000: {answer:?}");
        let mut large = good.clone();
        // A whole character may be sent.
        let most = match endpoint {
            "minds/edit" => 1024,
            "minds/import" => 44 * 1024,
            _ => 64,
        } * 1024;
        large.insert("extra".into(), json!("x".repeat(most)));
        let answer = keeper.post(endpoint, Value::Object(large)).await;
        assert_eq!((answer.status, answer.code().as_str()), (413, "too_large"), "{endpoint}: {answer:?}");
        let request = keeper.request(reqwest::Method::POST, path).header("content-type", "text/plain").body("x");
        assert_eq!(keeper.send(request).await.status, 415, "{endpoint}");
        let request = keeper
            .request(reqwest::Method::POST, path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(vec![0xff, 0xfe]);
        assert!((400..500).contains(&keeper.send(request).await.status), "{endpoint} with no text");
        let answer = Client::of(&house).post(endpoint, Value::Object(good)).await;
        let expected = match endpoint {
            "accounts/register" => 422,
            "accounts/reset" => 403,
            _ => 401,
        };
        assert_eq!(answer.status, expected, "{endpoint} for a stranger: {answer:?}");
    }
    assert!(tried > 15, "{tried} wrong types were tried");
    let unknown = keeper.post("rooms/burn", json!({})).await;
    assert_eq!((unknown.status, unknown.code().as_str()), (404, "not_found"));
    let request = keeper.request(reqwest::Method::GET, "/api/rooms/list");
    assert_eq!(keeper.send(request).await.status, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_longest_character_in_any_script_can_be_written() {
    let house = House::open(&[]).await;
    let mut keeper = Client::keeper(&house).await;
    let made = json!({"template": "companion", "name": "Nova"});
    let mind: EntityId = keeper.call("minds/create", made).await;
    let mut draft = json!({
        "mind": mind, "name": "Nova", "system_prompt": "🌟".repeat(50_000), "temperature": 0.7, "max_tokens": 400,
        "strategy_room": "active", "strategy_chat": "smart", "talkativeness": 0.5, "cooldown_s": 9, "languages": ["pl", "ja"],
    });
    keeper.call::<Value>("minds/edit", draft.clone()).await;
    let cards: Vec<model::MindCard> = keeper.call("minds/list", json!({})).await;
    let card = cards.into_iter().find(|card| card.id == mind).unwrap();
    assert_eq!(card.mind.system_prompt.chars().count(), 50_000);
    assert_eq!((card.mind.languages, card.awake), (vec!["pl".to_owned(), "ja".to_owned()], false));
    draft["system_prompt"] = json!("🌟".repeat(50_001));
    let refused = keeper.post("minds/edit", draft).await;
    assert_eq!((refused.status, refused.json()["field"].clone()), (422, json!("system_prompt")));
}

#[tokio::test(flavor = "multi_thread")]
async fn other_sites_change_nothing() {
    let house = House::open(&[]).await;
    let mut alice = Client::alice(&house).await;
    for headers in [
        vec![("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-site")],
        vec![("origin", "http://evil.example")],
    ] {
        let mut request = alice.request(reqwest::Method::POST, "/api/accounts/logout");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let answer = alice.send(request).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "cross_site"));
    }
    alice.me().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rooms_are_lived_in_by_json() {
    let house = House::open(&[]).await;
    let mut alice = Client::alice(&house).await;
    let table = alice.room("The Long Table").await;
    let closed = alice.post("messages/history", json!({"channel": table})).await;
    assert_eq!((closed.status, closed.code().as_str()), (403, "not_a_member"));
    alice.call::<Value>("rooms/join", json!({"room": table})).await;
    let key = ClientKey::new();
    let post = json!({"channel": table, "client_key": key, "body": "it's <3 & so"});
    let first: model::Message = alice.call("messages/post", post.clone()).await;
    let again: model::Message = alice.call("messages/post", post).await;
    assert_eq!(first, again);
    assert_eq!(first.body, "it's <3 & so");
    let other = alice.post("messages/post", json!({"channel": table, "client_key": key, "body": "other"})).await;
    assert_eq!((other.status, other.code().as_str()), (409, "client_key_reused"));
    let page: model::Page =
        alice.call("messages/history", json!({"channel": table, "before": 2, "unknown": null})).await;
    assert_eq!(page.messages, [first]);
    alice.call::<()>("rooms/leave", json!({"room": table})).await;
    let admin_only = alice.post("rooms/create", json!({"name": "Mine", "description": "", "capacity": 5})).await;
    assert_eq!((admin_only.status, admin_only.code().as_str()), (403, "admin_only"));
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_slowed_down_by_account_and_by_address() {
    let house = House::open(&[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    let mut statuses = Vec::new();
    for n in 0..14 {
        let mut guesser = Client::of(&house);
        guesser.from = format!("203.0.113.{n}");
        statuses.push(
            guesser.post("accounts/login", json!({"login": "alice", "password": format!("guess {n}")})).await.status,
        );
    }
    assert_eq!(statuses[..10], [403; 10]);
    assert!(statuses[10..].iter().all(|status| *status == 429), "{statuses:?}");
    let mut from_one = Client::of(&house);
    let mut limited = None;
    for n in 0..40 {
        let answer = from_one.post("accounts/login", json!({"login": format!("nobody{n}"), "password": "guess"})).await;
        if answer.status == 429 {
            limited = Some(answer);
            break;
        }
    }
    let limited = limited.unwrap();
    assert!(limited.headers.contains_key("retry-after") && limited.code() == "rate_limited");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_storm_of_log_ins_leaves_room_for_others() {
    let house = House::open(&[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    let mut alice = Client::alice(&house).await;
    let storm: Vec<_> = (0..200)
        .map(|n| {
            let mut guest = Client::of(&house);
            guest.from = format!("203.0.113.{n}");
            tokio::spawn(async move {
                guest
                    .post("accounts/login", json!({"login": format!("guest{n}"), "password": "some password"}))
                    .await
                    .status
            })
        })
        .collect();
    let mut slowest = std::time::Duration::ZERO;
    let storming = async {
        for one in storm {
            assert_eq!(one.await.unwrap(), 403);
        }
    };
    tokio::pin!(storming);
    let mut asked = 0;
    loop {
        let begun = std::time::Instant::now();
        tokio::select! {
            () = &mut storming => break,
            _ = alice.me() => {
                slowest = slowest.max(begun.elapsed());
                asked += 1;
            }
        }
    }
    assert!(asked > 20, "{asked} other requests were answered meanwhile");
    assert!(slowest < std::time::Duration::from_secs(1), "{slowest:?}");
    eventually("the server is ready", async || (alice.page("/readyz").await.status == 200).then_some(())).await;
}
