use crate::house::{Client, House, command, data_folder, eventually, signal};
use crate::nodes::{Redis, database};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn stopping_is_orderly_and_quick() {
    let mut house = House::open(&[]).await;
    let mut alice = Client::alice(&house).await;
    assert_eq!(alice.page("/readyz").await.status, 200);
    let mut stream = alice.listen().await;
    let begun = Instant::now();
    house.terminate();
    let mut resumed = false;
    while let Some(event) = stream.next().await {
        resumed |= matches!(event, model::Event::Resume { .. });
    }
    assert!(resumed, "streams are told to come back");
    assert!(house.ended().await, "the end is a good one");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert!(!house.data.join("postgres/postmaster.pid").exists(), "the database ended too");
    house.start_again().await;
    let mut alice = alice.moved(&house);
    alice.me().await;
    assert_eq!(alice.open(alice.clone().room("Lobby").await).await.page.messages.len(), 7, "it is all there");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_survives_everything() {
    let mut house = House::open(&[]).await;
    let mut alice = Client::alice(&house).await;
    let lobby = alice.room("Lobby").await;
    let said = alice.say(lobby, "before the server was killed").await;
    house.kill();
    assert!(house.data.join("postgres/postmaster.pid").exists(), "the database lives on");
    house.start_again().await;
    let mut alice = alice.moved(&house);
    assert_eq!(alice.open(lobby).await.page.messages.last().unwrap(), &said, "joined");

    let said = alice.say(lobby, "before everything was killed").await;
    house.kill();
    let pid = std::fs::read_to_string(house.data.join("postgres/postmaster.pid")).unwrap();
    let pid: u32 = pid.lines().next().unwrap().parse().unwrap();
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    signal("-KILL", pid);
    for child in children.split_whitespace() {
        signal("-KILL", child.parse().unwrap());
    }
    house.start_again().await;
    let mut alice = alice.moved(&house);
    assert_eq!(alice.open(lobby).await.page.messages.last().unwrap(), &said, "recovered");

    // And under a running server: it comes back by itself.
    let pid = std::fs::read_to_string(house.data.join("postgres/postmaster.pid")).unwrap();
    signal("-KILL", pid.lines().next().unwrap().parse().unwrap());
    eventually("the space is ready again", async || {
        let ready = alice.page("/readyz").await.status == 200;
        let open = alice.post("rooms/open", json!({"room": lobby})).await;
        (ready && open.status == 200 && open.text.contains("before everything was killed")).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_server_for_one_data_folder() {
    let house = House::open(&[]).await;
    let output = command(&house.data, &BTreeMap::new()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && said.contains("Another server runs on the data folder"), "{said}");
}

#[test]
fn a_wrong_configuration_is_told_whole() {
    let settings = [("PORT", "many"), ("OPENAI_BASE_URL", "localhost"), ("AI_FEATURES_ENABLED", "perhaps")];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect();
    let output = command(&data_folder(), &settings).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    for name in ["PORT is “many”", "OPENAI_BASE_URL is no such address", "AI_FEATURES_ENABLED is “perhaps”"] {
        assert!(said.contains(name), "{said}");
    }
    let help = command(&data_folder(), &BTreeMap::new()).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let example = include_str!("../../../.env.example");
    let readme = include_str!("../../../README.md");
    for setting in host::config::SETTINGS {
        for (place, text) in [("--help", help.as_str()), (".env.example", example), ("README.md", readme)] {
            assert!(text.contains(setting.name), "{} in {place}", setting.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_is_never_opened_to_others() {
    let mut house = House::open(&[]).await;
    house.terminate();
    house.ended().await;
    for setting in [("HOST", "0.0.0.0"), ("PUBLIC_URL", "https://gathering.example")] {
        let settings = [setting].map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect();
        let output = command(&house.data, &settings).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains("holds the demonstration"), "{said}");
    }
}

/// Compose's server service, started natively with exactly its environment, on a database of ours in its database's place.
#[tokio::test(flavor = "multi_thread")]
async fn composes_environment_opens_a_space() {
    let compose = include_str!("../../../docker-compose.yml");
    let example = include_str!("../../../.env.example");
    let server = compose.split("\n  server:\n").nth(1).unwrap();
    let block = server.split("    environment:\n").nth(1).unwrap();
    let mut settings = BTreeMap::new();
    for line in block.lines().take_while(|line| line.starts_with("      ")) {
        let (name, value) = line.trim().split_once(": ").unwrap();
        let value = value.trim_matches('"');
        let value = match value.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) {
            Some(variable) => {
                let (variable, default) = variable
                    .split_once(":-")
                    .or_else(|| variable.split_once(":?").map(|(name, _)| (name, "")))
                    .unwrap_or((variable, ""));
                let set = example.lines().find_map(|line| line.strip_prefix(&format!("{variable}=")));
                set.filter(|set| !set.is_empty()).unwrap_or(default).to_owned()
            }
            None => value.to_owned(),
        };
        settings.insert(name.to_owned(), value);
    }
    assert!(host::config::Config::from_values(settings.clone()).is_err(), "without a secret key it does not start");
    settings.insert("SECRET_KEY".into(), "k".repeat(40));
    host::config::Config::from_values(settings.clone()).expect("every setting is known and right");
    // What is different here: no container network.
    let redis = Redis::start().await;
    settings.insert("DATABASE_URL".into(), database("compose").await);
    assert!(settings.contains_key("REDIS_URL"));
    settings.insert("REDIS_URL".into(), redis.url());
    settings.insert("PORT".into(), "0".into());
    settings.insert("HOST".into(), "127.0.0.1".into());
    let pairs: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let house = House::open(&pairs).await;
    assert!(house.printed().contains("Open this link once to become the first admin"), "{}", house.printed());
    assert!(!house.data.join("postgres").exists(), "no embedded database");
    assert_eq!(Client::of(&house).page("/readyz").await.status, 200);
}
