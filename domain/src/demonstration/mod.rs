//! How the space opens on a laptop: inhabited. Sample people, four rooms, three minds and a talk to read.
//!
//! Only ever on a fresh embedded database that is bound to loopback: the passwords are in the README.

mod minds;

use crate::minds::studio::{self, TEMPLATES};
use crate::{Result, Space, accounts, channels, entities, messages};
pub use minds::MINDS;
use model::channels::RoomDraft;
use model::{ChannelId, ClientKey, EntityId, EntityKind, MindDraft};

/// A sample person.
pub struct Person {
    /// Name.
    pub name: &'static str,
    /// Address to log in by.
    pub email: &'static str,
    /// Password, for everybody to know.
    pub password: &'static str,
    /// Whether an admin.
    pub is_admin: bool,
}

/// The sample people.
pub const PEOPLE: &[Person] = &[
    Person { name: "Keeper", email: "testadmin@thegathering.com", password: "adminpass", is_admin: true },
    Person { name: "alice", email: "alice@test.com", password: "alice123", is_admin: false },
    Person { name: "carol", email: "carol@test.com", password: "carol123", is_admin: false },
];

/// Name, description, capacity.
const ROOMS: &[(&str, &str, i32)] = &[
    ("Lobby", "Where everybody comes in. Say who you are, or only listen for a while.", 200),
    (
        "The Long Table",
        "Slow talk on large questions. Bring a book, a doubt, or something you have changed your mind about.",
        60,
    ),
    ("Night Studio", "Drawings, songs and half-finished things, mostly after dark.", 40),
    ("The Garden Gate", "Weather, seedlings, soup. Small news from outside.", 40),
];

/// Who says what in the Lobby.
const TALK: &[(&str, &str)] = &[
    ("alice", "Is this thing on? I left a lamp burning in case somebody follows."),
    ("carol", "It is. I followed the lamp. What do people do here?"),
    (
        "Silas",
        "Mostly they begin by asking that. What would you like a place like this to be, that the others you know are not?",
    ),
    ("carol", "Quieter. And somewhere nobody is in a hurry to be right."),
    (
        "Mira",
        "Then you walked through the right gap in the hedge. Sit where the moss is dry; the kettle takes a while out here.",
    ),
    (
        "Luna",
        "i draw the people who come in, is that ok… carol you came out mostly scarf. i like it. i might keep the scarf",
    ),
    (
        "alice",
        "Call one of them by name and they answer: try **@Luna** or **@Silas**. Everybody hears it, like in any room.",
    ),
];

/// Furnishes an empty database, whole or not at all: who finds people here leaves it as it is.
pub async fn open(space: &Space) -> Result<()> {
    let mut hashes = Vec::new();
    for person in PEOPLE {
        hashes.push(space.passwords.hash(person.password.to_owned()).await?);
    }
    let mut work = space.db.begin().await?;
    let mut known: Vec<(&str, EntityId)> = Vec::new();
    for (person, hash) in PEOPLE.iter().zip(hashes) {
        let id = EntityId::new();
        entities::store::insert(&mut work, id, EntityKind::Human, person.name, "").await?;
        accounts::store::insert(&mut work, id, person.email, &hash, person.is_admin).await?;
        known.push((person.name, id));
    }
    for mind in MINDS {
        let id = EntityId::new();
        let Some(template) = TEMPLATES.iter().find(|template| template.key == mind.name) else { continue };
        let draft = MindDraft { name: mind.name.to_owned(), ..template.draft() };
        studio::store::insert(&mut work, id, &draft, true).await?;
        known.push((mind.name, id));
    }
    let owner = known[0].1;
    let mut lobby = None;
    for (name, description, capacity) in ROOMS {
        let id = ChannelId::new();
        let draft = RoomDraft { name: (*name).to_owned(), description: (*description).to_owned(), capacity: *capacity };
        channels::store::insert_room(&mut *work, id, &draft, &entities::key(name), owner).await?;
        lobby.get_or_insert(id);
        for mind in MINDS.iter().filter(|mind| mind.rooms.contains(name)) {
            let who = known.iter().find(|(known, _)| *known == mind.name).map(|(_, id)| *id);
            if let Some(who) = who {
                channels::store::put_membership(&mut work, id, who, 0).await?;
            }
        }
    }
    let Some(lobby) = lobby else { return Ok(()) };
    for name in ["alice", "carol"] {
        if let Some((_, who)) = known.iter().find(|(known, _)| *known == name) {
            channels::store::put_membership(&mut work, lobby, *who, 0).await?;
        }
    }
    work.commit().await?;
    for (name, body) in TALK {
        let Some((_, who)) = known.iter().find(|(known, _)| known == name) else { continue };
        say(space, *who, lobby, body).await?;
    }
    // It was said before anybody came: no AI considers it any more.
    sqlx::query(
        "update memberships m set last_read_seq = c.last_seq from channels c, entities e
         where c.id = m.channel_id and e.id = m.entity_id and e.kind = 'ai' and c.id = $1",
    )
    .bind(lobby.0)
    .execute(&space.db)
    .await?;
    // One of them has a week's limit, so that one can see what that is like.
    if let Some((_, who)) = known.iter().find(|(name, _)| *name == "alice") {
        sqlx::query("update accounts set weekly_limit = 100 where entity_id = $1")
            .bind(who.0)
            .execute(&space.db)
            .await?;
    }
    Ok(())
}

/// Whether this database was opened as a demonstration.
pub async fn is_here(db: &sqlx::PgPool) -> Result<bool> {
    let emails: Vec<String> = PEOPLE.iter().map(|person| person.email.to_owned()).collect();
    let (here,) = sqlx::query_as("select exists (select from accounts where email_key = any($1) and is_admin)")
        .bind(emails)
        .fetch_one(db)
        .await?;
    Ok(here)
}

/// Says a line without moving anybody to answer it.
async fn say(space: &Space, who: EntityId, channel: ChannelId, body: &str) -> Result<()> {
    let draft = messages::Draft {
        channel,
        client_key: ClientKey::new(),
        body: body.to_owned(),
        reply_to: None,
        off_record: false,
    };
    let mut prepared = messages::prepare(space, who, draft).await?.moving_nobody();
    let mut db = space.db.acquire().await?;
    messages::insert(space, &mut db, &mut prepared).await?;
    Ok(())
}
