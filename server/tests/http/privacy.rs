//! For whom a private chat or a circle is not there, no endpoint, page or stream tells anything of it: whatever they
//! ask with its id they are answered as with an id of nothing at all.

use crate::house::{Answer, Client, House};
use model::{ChannelId, EntityId, Event, MessageId};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// How each endpoint is asked. `$channel`, `$message`, `$member` and `$seq` stand for what the asker must not know of, or
/// for nothing. A new endpoint needs a row here; `-` is for what concerns nobody but the one who asks.
const ROWS: &[(&str, &str)] = &[
    ("accounts/register", "-"),
    ("accounts/login", "-"),
    ("accounts/logout", "-"),
    ("accounts/logout-everywhere", "-"),
    ("accounts/password", "-"),
    ("accounts/email", "-"),
    ("accounts/end-session", "-"),
    ("accounts/reset", "-"),
    ("accounts/delete", "-"),
    ("accounts/edit", "-"),
    ("accounts/me", "{}"),
    ("accounts/profile", "{}"),
    ("accounts/sessions", "{}"),
    ("accounts/invite", "-"),
    ("admin/people", "{}"),
    ("admin/reset", r#"{"person": "$channel"}"#),
    ("admin/active", r#"{"person": "$channel", "active": true}"#),
    ("admin/admin", r#"{"person": "$channel", "admin": true}"#),
    ("admin/quota", r#"{"person": "$channel", "limit": 5}"#),
    ("admin/invitations", "{}"),
    ("admin/withdraw", r#"{"invitation": "$channel"}"#),
    ("minds/list", "{}"),
    ("minds/create", "-"),
    ("minds/duplicate", "-"),
    ("minds/export", r#"{"mind": "$channel"}"#),
    ("minds/import", "-"),
    (
        "minds/edit",
        r#"{"mind": "$channel", "name": "Mine now", "system_prompt": "x", "temperature": 1, "max_tokens": 9, "strategy_room": "silent", "strategy_chat": "silent", "talkativeness": 0, "cooldown_s": 0}"#,
    ),
    ("minds/wake", r#"{"mind": "$channel", "awake": true}"#),
    ("minds/place", r#"{"mind": "$member", "room": "$channel", "inside": true}"#),
    ("minds/goodbye", r#"{"mind": "$channel"}"#),
    ("minds/retire", r#"{"mind": "$channel"}"#),
    ("minds/documents", r#"{"mind": "$channel"}"#),
    ("minds/find", r#"{"mind": "$channel", "question": "hollow oak"}"#),
    ("minds/passages", r#"{"document": "$channel"}"#),
    ("minds/forget", r#"{"document": "$channel"}"#),
    ("memories/known-by", "{}"),
    ("memories/of-me", r#"{"words": "oak"}"#),
    ("memories/export", "{}"),
    ("memories/forget", r#"{"memory": "$channel"}"#),
    ("memories/correct", r#"{"memory": "$channel", "text": "It is mine."}"#),
    // Whoever was somewhere may have their own words forgotten there, though they are gone.
    ("memories/forget-all", r#"{"by": "$channel"}"#),
    ("memories/remember", r#"{"by": "$channel", "remembers": true}"#),
    ("minds/rehearse", r#"{"mind": "$channel", "talk": ["hello"]}"#),
    ("providers/list", "{}"),
    ("providers/add", "-"),
    (
        "providers/edit",
        r#"{"provider": "$channel", "name": "Mine now", "base_url": "http://127.0.0.1:1/v1", "model": "x"}"#,
    ),
    ("providers/remove", r#"{"provider": "$channel"}"#),
    ("providers/prefer", r#"{"provider": "$channel"}"#),
    ("providers/test", r#"{"provider": "$channel"}"#),
    ("providers/found", "{}"),
    ("prices/list", "{}"),
    ("prices/set", "-"),
    ("usage/all", r#"{"days": 1}"#),
    ("usage/own", r#"{"days": 1}"#),
    ("rooms/list", "{}"),
    ("rooms/open", r#"{"room": "$channel"}"#),
    ("rooms/create", "-"),
    ("rooms/edit", r#"{"room": "$channel", "name": "Mine now", "description": "", "capacity": 5}"#),
    ("rooms/archive", r#"{"room": "$channel"}"#),
    ("rooms/restore", r#"{"room": "$channel"}"#),
    ("rooms/join", r#"{"room": "$channel"}"#),
    ("rooms/leave", r#"{"room": "$channel"}"#),
    ("chats/open", r#"{"with": "$channel"}"#),
    ("chats/begin", r#"{"members": ["$channel"]}"#),
    ("circles/start", r#"{"members": ["$channel"], "name": "x"}"#),
    ("circles/invite", r#"{"circle": "$channel", "member": "$member"}"#),
    ("circles/rename", r#"{"circle": "$channel", "name": "Mine now"}"#),
    ("messages/post", r#"{"channel": "$channel", "client_key": "$key", "body": "let me in", "reply_to": "$message"}"#),
    ("messages/edit", r#"{"channel": "$channel", "message": "$message", "body": "changed"}"#),
    ("messages/again", r#"{"channel": "$channel", "message": "$message"}"#),
    ("replies/stop", r#"{"channel": "$channel", "reply": "$key"}"#),
    ("messages/delete", r#"{"channel": "$channel", "message": "$message", "why": "because"}"#),
    ("messages/react", r#"{"channel": "$channel", "message": "$message", "emoji": ":fire:", "on": true}"#),
    ("messages/pin", r#"{"channel": "$channel", "message": "$message", "pinned": true}"#),
    ("messages/record", r#"{"channel": "$channel", "from": 1, "to": 2, "off_record": true}"#),
    ("messages/pinned", r#"{"channel": "$channel"}"#),
    ("messages/history", r#"{"channel": "$channel", "around": 1}"#),
    ("messages/decisions", r#"{"channel": "$channel", "message": "$message"}"#),
    ("sync", r#"{"positions": [{"channel": "$channel", "clock": 0, "epoch": 0}]}"#),
    ("channels/read", r#"{"channel": "$channel", "up_to": 1}"#),
    ("channels/unread", r#"{"channel": "$channel", "from": 1}"#),
    ("channels/put-away", r#"{"channel": "$channel", "away": true}"#),
    ("channels/mute", r#"{"channel": "$channel", "muted": true}"#),
    ("channels/record", r#"{"channel": "$channel", "off_record": true}"#),
    ("channels/remove", r#"{"channel": "$channel", "member": "$member"}"#),
    ("channels/unban", r#"{"channel": "$channel", "member": "$member"}"#),
    ("channels/banned", r#"{"channel": "$channel"}"#),
    ("channels/role", r#"{"channel": "$channel", "member": "$member", "role": "admin"}"#),
    ("channels/typing", r#"{"channel": "$channel"}"#),
    ("people/active", "{}"),
    ("people/find", r#"{"letters": "a"}"#),
    ("people/block", r#"{"member": "$channel"}"#),
    ("people/unblock", r#"{"member": "$channel"}"#),
    ("people/blocked", "{}"),
];

/// Pages that name a channel.
const PAGES: &[&str] = &[
    "/rooms",
    "/rooms/$channel",
    "/rooms/$channel?at=1",
    "/rooms/$channel/edit",
    "/rooms/$channel/messages/1",
    "/new?aside=$channel",
    "/people/$member?in=$channel",
    "/me/memories?by=$channel&before=$channel",
    "/studio/$channel/knowledge?q=oak",
];

/// What nobody else may read.
const SECRETS: [&str; 3] = ["Hollow Oak", "between the two of us", "under the hollow oak"];

/// A channel with a message, or the ids of nothing.
#[derive(Clone, Copy)]
struct Ids {
    channel: ChannelId,
    message: MessageId,
}

fn nothing() -> Ids {
    Ids { channel: ChannelId::new(), message: MessageId::new() }
}

fn filled(template: &str, ids: Ids, member: EntityId) -> String {
    template
        .replace("$channel", &ids.channel.to_string())
        .replace("$message", &ids.message.to_string())
        .replace("$member", &member.to_string())
        .replace("$key", &uuid::Uuid::new_v4().to_string())
}

/// What an answer says, whatever ids it was asked with.
fn said(answer: &Answer, ids: Ids) -> (u16, String) {
    (answer.status, answer.text.replace(&ids.channel.to_string(), "$channel"))
}

/// The words of a page, without what is new in each answer.
fn shown(answer: &Answer, ids: Ids) -> (u16, String) {
    let (status, text) = said(answer, ids);
    let without_nonce = text.split("nonce=\"").map(|part| part.split_once('"').map_or(part, |(_, rest)| rest));
    (status, if status == 200 { String::new() } else { without_nonce.collect() })
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_outside_learns_anything_of_a_private_channel() {
    let house = House::open(&[("POSTS_PER_MINUTE", "100000"), ("TRUSTED_PROXIES", "127.0.0.1")]).await;
    let (mut alice, mut carol) =
        (Client::alice(&house).await, Client::sample(&house, "carol@test.com", "carol123").await);
    let mut keeper = Client::keeper(&house).await;
    let mut former = Client::of(&house);
    let form = json!({"name": "Former", "email": "former@example.org", "password": "correct horse"});
    former.call::<Value>("accounts/register", form.clone()).await;
    let mut stranger = Client::of(&house);
    let form = json!({"name": "Stranger", "email": "stranger@example.org", "password": "correct horse"});
    stranger.call::<Value>("accounts/register", form).await;
    let (carols, formers) = (carol.me().await.id, former.me().await.id);

    let chat: ChannelId = alice.call("chats/open", json!({"with": carols})).await;
    let whispered = alice.say(chat, SECRETS[1]).await;
    let circle: ChannelId =
        alice.call("circles/start", json!({"members": [carols, formers], "name": SECRETS[0]})).await;
    alice.call::<()>("channels/remove", json!({"channel": circle, "member": formers})).await;
    let told = carol.say(circle, SECRETS[2]).await;

    let document: Value = serde_json::from_str(&keeper.page("/api/openapi.json").await.text).unwrap();
    let described: BTreeSet<&str> =
        document["paths"].as_object().unwrap().keys().filter_map(|path| path.strip_prefix("/api/")).collect();
    let rows: BTreeSet<&str> = ROWS.iter().map(|(endpoint, _)| *endpoint).chain(["events", "minds/learn"]).collect();
    assert_eq!(rows, described, "every endpoint has a row");

    let privates =
        [("chat", Ids { channel: chat, message: whispered.id }), ("circle", Ids { channel: circle, message: told.id })];
    for (who, mut actor) in [("a stranger", stranger), ("an admin", keeper), ("a former member", former)] {
        let mut hears = actor.listen().await;
        for (kind, ids) in privates {
            let none = nothing();
            for (endpoint, template) in ROWS.iter().filter(|(_, template)| *template != "-") {
                let mut ask = async |ids: Ids| {
                    let body: Value = serde_json::from_str(&filled(template, ids, carols)).unwrap();
                    actor.post(endpoint, body).await
                };
                let (real, fake) = (ask(ids).await, ask(none).await);
                assert_eq!(said(&real, ids), said(&fake, none), "{endpoint} tells {who} of a {kind}");
                for secret in SECRETS {
                    assert!(!real.text.contains(secret), "{endpoint} tells {who} of a {kind}: {real:?}");
                }
            }
            for page in PAGES {
                let (real, fake) =
                    (actor.page(&filled(page, ids, carols)).await, actor.page(&filled(page, none, carols)).await);
                assert_eq!(shown(&real, ids), shown(&fake, none), "{page} tells {who} of a {kind}");
                for secret in SECRETS {
                    assert!(!real.text.contains(secret), "{page} tells {who} of a {kind}");
                }
            }
        }
        // What goes on inside meanwhile is not heard outside.
        for (by, ids) in [(&mut alice, privates[0].1), (&mut carol, privates[1].1)] {
            by.say(ids.channel, SECRETS[2]).await;
            by.call::<()>("channels/typing", json!({"channel": ids.channel})).await;
        }
        let lobby = actor.room("Lobby").await;
        actor.call::<Value>("rooms/join", json!({"room": lobby})).await;
        let end = actor.say(lobby, "that was all").await;
        loop {
            match hears.next().await.expect("the stream goes on") {
                Event::Message { message, .. } if message.id == end.id => break,
                event => {
                    let told = format!("{event:?}");
                    let of_them = privates.iter().any(|(_, ids)| told.contains(&ids.channel.to_string()));
                    assert!(!of_them && SECRETS.iter().all(|secret| !told.contains(secret)), "{who} hears {told}");
                }
            }
        }
    }
    // And all of it changed nothing.
    let after = alice.open(circle).await;
    assert_eq!((after.channel.name.as_str(), after.members.len()), (SECRETS[0], 2));
}
