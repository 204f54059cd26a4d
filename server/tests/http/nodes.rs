//! Two nodes, one database, one Redis: one space.

use crate::house::{Client, House, Listening, eventually, provider, signal};
use model::{ChannelId, ClientKey, EntityId, Event, Message, Position, Presence, Present, SyncAnswer, Synced};
use serde_json::json;
use std::collections::BTreeMap;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use stub_provider::{Hold, Script};

/// A Redis of one's own, to be paused, killed and started again.
pub struct Redis {
    child: Child,
    port: u16,
}

impl Redis {
    pub async fn start() -> Self {
        // Free a moment ago.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { child: Self::at(port).await, port }
    }

    async fn at(port: u16) -> Child {
        let program = std::env::var("TEST_REDIS_SERVER").expect("TEST_REDIS_SERVER is set: `cargo xtask test server`");
        let child = Command::new(program)
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port", &port.to_string()])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        eventually("Redis listens", async || TcpStream::connect(("127.0.0.1", port)).ok()).await;
        child
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    fn signal(&self, name: &str) {
        signal(name, self.child.id());
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    async fn start_again(&mut self) {
        self.child = Self::at(self.port).await;
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An empty database beside the others.
pub async fn database(prefix: &str) -> String {
    let url = std::env::var("TEST_DATABASE_URL").unwrap();
    let name = format!("{prefix}_{}", uuid::Uuid::new_v4().simple());
    let db = domain::database::connect(url.parse().unwrap(), 2).await.unwrap();
    domain::database::create(&db, &name, None).await.unwrap();
    db.close().await;
    format!("{}/{name}", &url[..url.rfind('/').unwrap()])
}

struct Two {
    database: String,
    one: House,
    other: House,
    redis: Redis,
    /// Ann is at the first node, Ben at the other, both in the Garden.
    ann: Client,
    ben: Client,
    garden: ChannelId,
}

impl Two {
    async fn open(more: &[(&str, &str)]) -> Self {
        let redis = Redis::start().await;
        let database = database("nodes").await;
        let mut settings = BTreeMap::from([
            ("DATABASE_URL", database.clone()),
            ("DATABASE_CONNECTIONS", "6".to_owned()),
            ("REDIS_URL", redis.url()),
            ("SECRET_KEY", "k".repeat(40)),
            ("OPEN_REGISTRATION", "true".to_owned()),
            ("POSTS_PER_MINUTE", "100000".to_owned()),
        ]);
        settings.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let one = House::open(&settings).await;
        let link = one.printed().lines().find_map(|line| Some(line.split_once("invitation=")?.1.to_owned())).unwrap();
        let other = House::open(&settings).await;
        let mut ann = registered(&one, "Ann", Some(&link)).await;
        let mut ben = registered(&other, "Ben", None).await;
        let draft = json!({"name": "Garden", "description": "", "capacity": 10});
        let garden = ann.call("rooms/create", draft).await;
        for client in [&mut ann, &mut ben] {
            let answer = client.post("rooms/join", json!({"room": garden})).await;
            assert_eq!(answer.status, 200, "{answer:?}");
        }
        Self { database, one, other, redis, ann, ben, garden }
    }
}

/// An AI of that name in a room, which answers when it is mentioned.
async fn ai(database: &str, name: &str, room: ChannelId) {
    let db = domain::database::connect(database.parse().unwrap(), 1).await.unwrap();
    let id = uuid::Uuid::new_v4();
    for statement in [
        "insert into entities (id, kind, name, name_key) values ($1, 'ai', $2, lower($2))",
        "insert into minds (entity_id, system_prompt) select $1, 'You are ' || $2",
    ] {
        sqlx::query(statement).bind(id).bind(name).execute(&db).await.unwrap();
    }
    sqlx::query(
        "with moved as (update channels set clock = clock + 1 where id = $2 returning clock)
         insert into memberships (channel_id, entity_id, clock) select $2, $1, clock from moved",
    )
    .bind(id)
    .bind(room.0)
    .execute(&db)
    .await
    .unwrap();
    db.close().await;
}

async fn registered(house: &House, name: &str, invitation: Option<&str>) -> Client {
    let mut client = Client::of(house);
    let form = json!({"name": name, "email": format!("{name}@example.org"), "password": "correct horse", "invitation": invitation});
    let answer = client.post("accounts/register", form).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    client
}

async fn greeted(client: &mut Client) -> Listening {
    let mut stream = client.listen().await;
    assert!(matches!(stream.next().await, Some(Event::Hello { .. })));
    stream
}

/// Has somebody write until a stream tells so: that comes by the wire or not at all.
async fn joined_up(by: &Client, garden: ChannelId, stream: &mut Listening) {
    let mut by = by.clone();
    eventually("a hint comes through", async || {
        by.post("channels/typing", json!({"channel": garden})).await;
        let told = stream.until(|event| matches!(event, Event::Typing { .. }).then_some(()));
        tokio::time::timeout(Duration::from_millis(250), told).await.ok()
    })
    .await;
}

fn is(changed: &[Present], who: EntityId, how: Presence) -> bool {
    changed.contains(&Present { entity: who, presence: how })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_at_one_node_is_told_at_the_other() {
    let mut two = Two::open(&[]).await;
    let mut heard = greeted(&mut two.ben).await;
    joined_up(&two.ann, two.garden, &mut heard).await;
    let said = two.ann.say(two.garden, "good evening").await;
    assert_eq!(heard.message_of("Ann").await, said);

    // What changes with its answers is read from the database, there as here, and not at the next heartbeat only.
    let question = two.ann.say(two.garden, "a question").await;
    let answer = json!({"channel": two.garden, "client_key": ClientKey::new(), "body": "so", "reply_to": question.id});
    two.ben.call::<Message>("messages/post", answer).await;
    let begun = Instant::now();
    two.ann.call::<()>("messages/delete", json!({"channel": two.garden, "message": question.id})).await;
    let gone = |event: &Event| matches!(event, Event::Message { message, .. } if message.id == question.id && message.deletion.is_some());
    heard.until(|event| gone(event).then_some(())).await;
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());

    let ann = two.ann.me().await.id;
    let here = greeted(&mut two.ann).await;
    heard
        .until(|event| {
            matches!(event, Event::Presence { changed, .. } if is(changed, ann, Presence::Available)).then_some(())
        })
        .await;
    let seen = two.ben.open(two.garden).await;
    assert!(
        seen.members.iter().all(|member| member.presence.is_here()),
        "both are here, each at a node: {:?}",
        seen.members
    );
    // Whoever is busy says so at either node.
    let profile = json!({"name": "Ann", "language": "en", "busy": true});
    two.ann.clone().moved(&two.other).post("accounts/edit", profile).await;
    heard
        .until(|event| {
            matches!(event, Event::Presence { changed, .. } if is(changed, ann, Presence::Busy)).then_some(())
        })
        .await;
    drop(here);
    heard
        .until(|event| {
            matches!(event, Event::Presence { changed, .. } if is(changed, ann, Presence::Offline)).then_some(())
        })
        .await;

    // Whoever is logged out everywhere at one node hears nothing more at the other.
    let mut there = two.ben.clone().moved(&two.one);
    let answer = there.post("accounts/logout-everywhere", json!({})).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let begun = Instant::now();
    while heard.next().await.is_some() {}
    assert!(begun.elapsed() < Duration::from_secs(10), "at once, not at a heartbeat");
    assert_eq!(two.ben.post("accounts/me", json!({})).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_hold_for_all_nodes_together() {
    let mut two = Two::open(&[("POSTS_PER_MINUTE", "6")]).await;
    let mut heard = greeted(&mut two.ben).await;
    joined_up(&two.ann, two.garden, &mut heard).await;
    let mut there = two.ann.clone().moved(&two.other);
    two.ann.say(two.garden, "one").await;
    two.ann.say(two.garden, "two").await;
    heard.message_of("Ann").await;
    heard.message_of("Ann").await;
    let more = json!({"channel": two.garden, "client_key": uuid::Uuid::new_v4(), "body": "three"});
    assert_eq!(there.post("messages/post", more).await.code(), "rate_limited");
}

/// Reads until a reply's text is this.
async fn grown_to(heard: &mut Listening, wanted: &str) {
    let mut grown = String::new();
    heard
        .until(|event| {
            let Event::Reply { writing, .. } = event else { return None };
            grown.truncate(writing.offset);
            grown.push_str(&writing.text);
            (grown == wanted).then_some(())
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_grows_at_both_nodes_and_is_posted_once() {
    let (stub, url) = provider().await;
    let mut two = Two::open(&[("OPENAI_BASE_URL", &url)]).await;
    ai(&two.database, "Wisp", two.garden).await;
    let (mut hers, mut his) = (greeted(&mut two.ann).await, greeted(&mut two.ben).await);
    joined_up(&two.ann, two.garden, &mut his).await;
    stub.script(Script {
        text: Some("one two three four five six".into()),
        hold: Some(Hold::Middle),
        ..Script::default()
    });
    let asked = two.ann.say(two.garden, "@Wisp count, please").await;
    for heard in [&mut hers, &mut his] {
        grown_to(heard, "one two three ").await;
    }
    // Who comes now sees the same, at whichever node.
    for client in [&mut two.ann, &mut two.ben] {
        let mut late = client.listen().await;
        grown_to(&mut late, "one two three ").await;
    }
    stub.release();
    for heard in [&mut hers, &mut his] {
        let message = heard.message_of("Wisp").await;
        assert_eq!((message.body.as_str(), message.reply_to), ("one two three four five six", Some(asked.id)));
    }
    assert_eq!(stub.requests().len(), 1, "one node asked");
    let page = two.ben.open(two.garden).await.page;
    assert_eq!(page.messages.iter().filter(|message| message.author.name == "Wisp").count(), 1);
}

/// Posts lines and waits for all of them at the other node: each once, in order. How long the slowest took.
async fn told(two: &mut Two, heard: &mut Listening, word: &str) -> Duration {
    let mut slowest = Duration::ZERO;
    for n in 0..5 {
        let begun = Instant::now();
        let said = two.ann.say(two.garden, &format!("{word} {n}")).await;
        assert_eq!(heard.message_of("Ann").await, said, "{word} {n}");
        slowest = slowest.max(begun.elapsed());
    }
    slowest
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_the_database_is_asked_and_nothing_is_lost_or_doubled() {
    let mut two = Two::open(&[]).await;
    let mut heard = greeted(&mut two.ben).await;
    joined_up(&two.ann, two.garden, &mut heard).await;
    told(&mut two, &mut heard, "well").await;

    two.redis.signal("-STOP");
    let slowest = told(&mut two, &mut heard, "paused").await;
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
    two.redis.signal("-CONT");
    joined_up(&two.ann, two.garden, &mut heard).await;
    told(&mut two, &mut heard, "goes on").await;

    two.redis.kill();
    let slowest = told(&mut two, &mut heard, "killed").await;
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
    two.redis.start_again().await;
    joined_up(&two.ann, two.garden, &mut heard).await;
    told(&mut two, &mut heard, "back").await;

    let page = two.ben.open(two.garden).await.page;
    let bodies: Vec<&str> = page.messages.iter().map(|message| message.body.as_str()).collect();
    let wanted: Vec<String> = ["well", "paused", "goes on", "killed", "back"]
        .iter()
        .flat_map(|word| (0..5).map(move |n| format!("{word} {n}")))
        .collect();
    assert_eq!(bodies, wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_starts_without_redis_and_its_people_go_on_at_another() {
    let mut two = Two::open(&[]).await;
    two.redis.kill();
    two.one.kill();
    two.one.start_again().await;
    two.ann = two.ann.clone().moved(&two.one);
    let stood = two.ann.open(two.garden).await.channel;
    let mut heard = greeted(&mut two.ann).await;
    two.redis.start_again().await;
    joined_up(&two.ben, two.garden, &mut heard).await;
    two.ben.say(two.garden, "are you there").await;
    heard.message_of("Ben").await;

    // Her node dies with her stream; what is said meanwhile waits at the other.
    two.one.kill();
    while heard.next().await.is_some() {}
    two.ben.say(two.garden, "she must have gone").await;
    let mut ann = two.ann.clone().moved(&two.other);
    let mut heard = greeted(&mut ann).await;
    let position = Position { channel: two.garden, clock: stood.clock, epoch: stood.epoch };
    let answer: SyncAnswer = ann.call("sync", json!({"positions": [position]})).await;
    let Synced::Changes { events, .. } = &answer.channels[0] else { panic!("{answer:?}") };
    let bodies: Vec<&str> = events
        .iter()
        .filter_map(|event| if let Event::Message { message, .. } = event { Some(message.body.as_str()) } else { None })
        .collect();
    assert_eq!(bodies, ["are you there", "she must have gone"]);
    let said = two.ben.say(two.garden, "there you are").await;
    assert_eq!(heard.message_of("Ben").await, said);
}
