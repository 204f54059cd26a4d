//! A conversation that was had elsewhere, as a room of its own: what AIs that come there then remember like any talk.

use super::rooms;
use super::store::insert_room;
use crate::error::Error;
use crate::messages::render;
use crate::{Result, Space, entities};
use model::channels::RoomDraft;
use model::{ChannelId, EntityId, EntityKind, MessageId, Problem, limits};
use serde::Deserialize;
use serde_json::json;
use sqlx::PgConnection;
use std::collections::HashMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// Most messages of a file.
const MESSAGES: usize = 1_000_000;
/// Messages that are written at once.
const AT_ONCE: usize = 500;
/// For how many members the room is made; who keeps it can change that.
const CAPACITY: i32 = 1_000;

/// A conversation as a file has it. docs/import.md describes it.
#[derive(Clone, Debug, Deserialize)]
pub struct History {
    /// What the room is to be called: 2–48 characters, no open room's name.
    pub room: String,
    /// At most 500 characters.
    #[serde(default)]
    pub description: String,
    /// What was said, in any order.
    pub messages: Vec<Line>,
}

/// One of its messages.
#[derive(Clone, Debug, Deserialize)]
pub struct Line {
    /// Who said it, by a name that is possible here.
    pub author: String,
    /// When (RFC 3339), not in the future.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Its words; what is longer than a message here becomes several.
    pub text: String,
    /// What others answer it by.
    #[serde(default)]
    pub id: Option<String>,
    /// The `id` of what it answers.
    #[serde(default)]
    pub reply_to: Option<String>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The room.
    pub room: ChannelId,
    /// Its messages.
    pub messages: usize,
    /// Of how many members.
    pub authors: usize,
    /// How many of those were not known here: they stand as members who have gone.
    pub gone: usize,
}

/// Makes a room of a conversation, all of it or nothing.
///
/// Refuses with `room_name_taken`, and with `invalid_argument` where something of the file does not fit, naming the message.
pub async fn import(space: &Space, history: History) -> Result<Imported> {
    let draft = RoomDraft { name: history.room, description: history.description, capacity: CAPACITY };
    let draft = rooms::check(draft)?;
    let lines = checked(history.messages)?;
    // Rendering a long past takes its time.
    let (lines, written) = tokio::task::spawn_blocking(move || {
        let written: Vec<String> = lines.iter().map(|line| render(&line.text)).collect();
        (lines, written)
    })
    .await
    .map_err(|_| Error::Interrupted("rendering a conversation"))?;
    let mut work = space.db.begin().await?;
    let Some(owner) = first_admin(&mut work).await? else {
        return Err(
            Problem::argument("room", "Nobody keeps this space yet. Register the first admin, then import.").into()
        );
    };
    let (authors, gone) = authors(&mut work, &lines).await?;
    let room = ChannelId::new();
    insert_room(&mut *work, room, &draft, &entities::key(&draft.name), owner).await?;
    let mut ids: HashMap<&str, MessageId> = HashMap::new();
    let mut rows = Vec::with_capacity(AT_ONCE);
    for (n, (line, html)) in lines.iter().zip(&written).enumerate() {
        let id = MessageId::new();
        if let Some(own) = &line.id {
            ids.entry(own).or_insert(id);
        }
        let reply_to = line.reply_to.as_deref().and_then(|other| ids.get(other));
        rows.push(json!({
            "id": id, "seq": n + 1, "author": authors[&entities::key(&line.author)], "body": line.text, "html": html,
            "reply_to": reply_to, "at": line.at.format(&time::format_description::well_known::Rfc3339).unwrap_or_default(),
        }));
        if rows.len() == AT_ONCE || n + 1 == lines.len() {
            write(&mut work, room, &std::mem::take(&mut rows)).await?;
        }
    }
    sqlx::query("update channels set last_seq = $2, clock = greatest(clock, $2), epoch = epoch + 1 where id = $1")
        .bind(room.0)
        .bind(lines.len() as i64)
        .execute(&mut *work)
        .await?;
    work.commit().await?;
    Ok(Imported { room, messages: lines.len(), authors: authors.len(), gone })
}

/// The lines in the order in which they were said, each as long as a message may be.
fn checked(lines: Vec<Line>) -> Result<Vec<Line>, Problem> {
    let wrong = |n: usize, what: &str| Problem::argument("messages", format!("Message {}: {what}", n + 1));
    if lines.is_empty() || lines.len() > MESSAGES {
        return Err(Problem::argument("messages", "A conversation has 1 to 1,000,000 messages."));
    }
    let now = OffsetDateTime::now_utc();
    let mut checked: Vec<Line> = Vec::with_capacity(lines.len());
    for (n, line) in lines.into_iter().enumerate() {
        let author = entities::parse_name("author", &line.author).map_err(|problem| wrong(n, &problem.message))?;
        let text = limits::trimmed(&line.text).replace('\0', "");
        if text.is_empty() {
            return Err(wrong(n, "there are no words in it. Leave it out."));
        }
        if line.at > now {
            return Err(wrong(n, "it is from the future."));
        }
        if line.at.year() < 1 {
            return Err(wrong(n, "it is from before the year 1."));
        }
        let characters: Vec<char> = text.chars().collect();
        for (part, some) in characters.chunks(*limits::BODY.end()).enumerate() {
            let own = |id: &Option<String>| id.clone().filter(|_| part == 0);
            let text = some.iter().collect::<String>();
            if limits::length(&text) > 0 {
                let (id, reply_to) = (own(&line.id), own(&line.reply_to));
                checked.push(Line { author: author.clone(), at: line.at, text, id, reply_to });
            }
        }
    }
    // Where two were said at the same moment the file's order holds.
    checked.sort_by_key(|line| line.at);
    Ok(checked)
}

async fn first_admin(db: &mut PgConnection) -> Result<Option<EntityId>> {
    let row: Option<(Uuid,)> = sqlx::query_as(
        "select a.entity_id from accounts a join entities e on e.id = a.entity_id
         where a.is_admin and e.deactivated_at is null order by a.entity_id limit 1",
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|(id,)| EntityId(id)))
}

/// Who said all this: members of that name, and for others members who have gone. With how many those are.
async fn authors(db: &mut PgConnection, lines: &[Line]) -> Result<(HashMap<String, EntityId>, usize)> {
    let mut names: HashMap<String, &str> = HashMap::new();
    for line in lines {
        names.entry(entities::key(&line.author)).or_insert(&line.author);
    }
    let keys: Vec<&String> = names.keys().collect();
    let rows: Vec<(String, Uuid)> = sqlx::query_as("select name_key, id from entities where name_key = any($1)")
        .bind(&keys)
        .fetch_all(&mut *db)
        .await?;
    let mut known: HashMap<String, EntityId> = rows.into_iter().map(|(key, id)| (key, EntityId(id))).collect();
    let unknown: Vec<(String, &str)> = names.into_iter().filter(|(key, _)| !known.contains_key(key)).collect();
    for (key, name) in &unknown {
        let id = EntityId::new();
        entities::store::insert(&mut *db, id, EntityKind::Human, name, "").await?;
        // Nobody logs in as them, and their name stays free.
        sqlx::query("update entities set name_key = '#' || id, look = null, deactivated_at = now() where id = $1")
            .bind(id.0)
            .execute(&mut *db)
            .await?;
        known.insert(key.clone(), id);
    }
    Ok((known, unknown.len()))
}

async fn write(db: &mut PgConnection, room: ChannelId, rows: &[serde_json::Value]) -> Result<()> {
    sqlx::query(
        "insert into messages (id, channel_id, seq, clock, author_id, body, html, reply_to, client_key, created_at)
         select x.id, $1, x.seq, x.seq, x.author, x.body, x.html, x.reply_to, x.id, x.at
         from jsonb_to_recordset($2) as x (id uuid, seq bigint, author uuid, body text, html text, reply_to uuid, at timestamptz)
         order by x.seq",
    )
    .bind(room.0)
    .bind(json!(rows))
    .execute(db)
    .await?;
    Ok(())
}
