//! A space of its own for each test.

use domain::accounts::Registration;
use domain::minds::Minds;
use domain::{Policy, Space, database};
use model::channels::{CircleDraft, RoomDraft};
use model::{ChannelId, ClientKey, EntityId, History, Me, Message};
use sqlx::postgres::PgConnectOptions;
use std::time::Duration;
use tokio::sync::OnceCell;
use uuid::Uuid;

/// A database with all tables, that others are copied from.
static TEMPLATE: OnceCell<String> = OnceCell::const_new();

fn server() -> PgConnectOptions {
    let url = std::env::var("TEST_DATABASE_URL").expect("TEST_DATABASE_URL is set: run `cargo xtask test domain`");
    url.parse().unwrap()
}

async fn template() -> String {
    let name = format!("template_{}", Uuid::new_v4().simple());
    let admin = database::connect(server(), 2).await.unwrap();
    database::create(&admin, &name, None).await.unwrap();
    let db = database::connect(server().database(&name), 2).await.unwrap();
    database::migrate(&db).await.unwrap();
    db.close().await;
    name
}

/// How to reach a fresh database with all tables.
pub async fn fresh_database() -> PgConnectOptions {
    let template = TEMPLATE.get_or_init(template).await;
    let name = format!("test_{}", Uuid::new_v4().simple());
    let admin = database::connect(server(), 2).await.unwrap();
    database::create(&admin, &name, Some(template)).await.unwrap();
    admin.close().await;
    server().database(&name)
}

pub fn policy() -> Policy {
    Policy {
        open_registration: true,
        demonstration: false,
        ai_enabled: true,
        posts_per_minute: 100_000,
        weekly_messages: None,
        away_after: Duration::from_mins(10),
        pause: Duration::from_millis(50),
        hops: 3,
        ais_per_minute: 12,
        silence: None,
        context_tokens: 6_000,
        channel_tokens: None,
        person_tokens: None,
        channel_cents: None,
        person_cents: None,
        reflects_after: 3.0,
        local_servers: Vec::new(),
    }
}

/// An empty space.
pub async fn space() -> Space {
    space_with(Minds::none()).await
}

/// An empty space whose AIs think so.
pub async fn space_with(minds: Minds) -> Space {
    let db = database::connect(fresh_database().await, 12).await.unwrap();
    Space::new(db, policy(), minds)
}

/// Somebody new.
pub async fn person(space: &Space, name: &str) -> Me {
    let form = Registration {
        name: name.into(),
        email: format!("{}@example.org", name.to_lowercase().replace(' ', ".")),
        password: "correct horse".into(),
        invitation: None,
    };
    domain::accounts::register(space, form).await.unwrap()
}

/// Somebody who never logs in: without the dear hash of a password.
pub async fn guest(space: &Space, name: &str) -> EntityId {
    let id = EntityId::new();
    sqlx::query("insert into entities (id, kind, name, name_key) values ($1, 'human', $2, $2)")
        .bind(id.0)
        .bind(name)
        .execute(&space.db)
        .await
        .unwrap();
    id
}

/// A circle of somebody with others.
pub async fn circle(space: &Space, who: EntityId, members: &[EntityId], history: History) -> ChannelId {
    let draft = CircleDraft { name: String::new(), members: members.to_vec(), history };
    domain::channels::start(space, who, draft).await.unwrap()
}

/// Somebody new who may make rooms.
pub async fn admin(space: &Space) -> Me {
    let me = person(space, "Keeper").await;
    sqlx::query("update accounts set is_admin = true where entity_id = $1")
        .bind(me.id.0)
        .execute(&space.db)
        .await
        .unwrap();
    me
}

/// A new room that `members` have joined.
pub async fn room(space: &Space, admin: &Me, capacity: i32, members: &[&Me]) -> ChannelId {
    let name = format!("room {}", &Uuid::new_v4().simple().to_string()[..8]);
    let id = domain::channels::create(space, admin.id, RoomDraft { name, description: String::new(), capacity })
        .await
        .unwrap();
    // Whoever makes a room is in it.
    if members.iter().all(|member| member.id != admin.id) {
        domain::channels::leave(space, admin.id, id).await.unwrap();
    }
    for member in members {
        domain::channels::join(space, member.id, id).await.unwrap();
    }
    id
}

/// Says something.
pub async fn say(space: &Space, who: EntityId, channel: ChannelId, body: &str) -> domain::Result<Message> {
    domain::messages::post(space, who, draft(channel, body)).await
}

pub fn draft(channel: ChannelId, body: &str) -> domain::messages::Draft {
    domain::messages::Draft {
        channel,
        client_key: ClientKey::new(),
        body: body.into(),
        reply_to: None,
        off_record: false,
    }
}

/// The code of a refusal.
pub fn code<T: std::fmt::Debug>(refused: domain::Result<T>) -> model::Code {
    refused.unwrap_err().problem().code
}
