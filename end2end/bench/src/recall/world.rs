//! A space with a long past: a million messages, of which one AI has heard every tenth. They are made of what the project's own
//! dialogues say, each mixed with another one and with words that are nobody's, and so are their vectors.

use super::copy::Rows;
use crate::Failure;
use crate::eval::dialogues::Dialogue;
use domain::memory::words::{Language, cut};
use domain::memory::{Embedder, sketch};
use model::{ChannelId, EntityId};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sqlx::{PgConnection, PgPool};
use std::collections::{BTreeMap, HashMap};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Rooms, and messages in each.
pub const ROOMS: usize = 100;
pub const IN_EACH: usize = 10_000;
/// In how many of them the AI is.
pub const OPEN: usize = 10;
/// How many passages of documents it has read.
const PASSAGES: usize = 2_000;
/// Words that are nobody's: one in so many words of a message, of so many.
const STRANGE: f64 = 0.3;
const VOCABULARY: f64 = 60_000.0;
/// Messages of a stretch.
const STRETCH: usize = 40;

/// Where the AI is asked.
pub struct Place {
    pub entity: EntityId,
    pub channel: ChannelId,
}

/// What was said once, and its vectors.
struct Said {
    words: Vec<String>,
    language: Language,
    turn: Vec<f32>,
    around: Vec<f32>,
}

/// Fills a space that holds nothing.
pub async fn fill(db: &PgPool, embedder: &dyn Embedder, dialogues: &[Dialogue]) -> Result<Place, Failure> {
    let said = said(embedder, dialogues).await?;
    let mut work = db.acquire().await?;
    // A database of this run alone: nothing in it has to outlive a crash, and nothing in it is wrong.
    for setting in ["session_replication_role = replica", "synchronous_commit = off", "maintenance_work_mem = '512MB'"]
    {
        sqlx::query(sqlx::AssertSqlSafe(format!("set {setting}"))).execute(&mut *work).await?;
    }
    let indexes: Vec<(String, String)> = sqlx::query_as(
        "select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index i
         where indrelid::regclass::text in ('messages', 'recollections', 'memories', 'passages')
           and not exists (select from pg_constraint c where c.conindid = i.indexrelid)",
    )
    .fetch_all(&mut *work)
    .await?;
    for (name, _) in &indexes {
        sqlx::query(sqlx::AssertSqlSafe(format!("drop index {name}"))).execute(&mut *work).await?;
    }
    let place = people(&mut work).await?;
    let rooms: Vec<Uuid> = (0..ROOMS).map(|_| Uuid::now_v7()).collect();
    for (at, room) in rooms.iter().enumerate() {
        sqlx::query(
            "insert into channels (id, kind, name, name_key, capacity, last_seq, clock) values ($1, 'room', $1::text, $1::text, 100, $2, $2)",
        )
        .bind(room)
        .bind(IN_EACH as i64)
        .execute(&mut *work)
        .await?;
        if at < OPEN {
            sqlx::query("insert into memberships (channel_id, entity_id, clock) values ($1, $2, 0)")
                .bind(room)
                .bind(place.entity.0)
                .execute(&mut *work)
                .await?;
        }
    }
    let mut filling = Filling::new(embedder.name().to_owned(), said, place.entity);
    filling.messages(&mut work, &rooms).await?;
    filling.memories(&mut work, &rooms[..OPEN]).await?;
    filling.passages(&mut work).await?;
    filling.terms(&mut work).await?;
    for (_, index) in indexes {
        sqlx::query(sqlx::AssertSqlSafe(index)).execute(&mut *work).await?;
    }
    sqlx::query("select setval('vectors_made', $1)").bind(filling.made).execute(&mut *work).await?;
    sqlx::query("update space set recollections = $1").bind((ROOMS * IN_EACH) as i64).execute(&mut *work).await?;
    for table in ["messages", "recollections", "memories", "passages", "terms"] {
        sqlx::query(sqlx::AssertSqlSafe(format!("vacuum analyze {table}"))).execute(&mut *work).await?;
    }
    // Nobody else gets a connection on which no key is looked at.
    work.detach();
    Ok(place)
}

/// A person, an AI, and where they talk in private.
async fn people(db: &mut PgConnection) -> Result<Place, Failure> {
    let (channel, entity, person) = (ChannelId::new(), EntityId::new(), Uuid::now_v7());
    sqlx::query("insert into channels (id, kind, name, name_key, capacity) values ($1, 'circle', 'here', '', 50)")
        .bind(channel.0)
        .execute(&mut *db)
        .await?;
    for (id, kind) in [(entity.0, "ai"), (person, "human")] {
        sqlx::query(
            "insert into entities (id, kind, name, name_key, language) values ($1, $2, 'the ' || $2, $1::text, 'en')",
        )
        .bind(id)
        .bind(kind)
        .execute(&mut *db)
        .await?;
        sqlx::query("insert into memberships (channel_id, entity_id, clock) values ($1, $2, 0)")
            .bind(channel.0)
            .bind(id)
            .execute(&mut *db)
            .await?;
    }
    Ok(Place { entity, channel })
}

/// What the dialogues say, with vectors.
async fn said(embedder: &dyn Embedder, dialogues: &[Dialogue]) -> Result<Vec<Said>, Failure> {
    let mut said = Vec::new();
    for dialogue in dialogues {
        let spoken = dialogue.language.as_deref().and_then(Language::of_code);
        let lines: Vec<String> = dialogue.said.iter().map(|one| format!("{}: {}", one.speaker, one.text)).collect();
        let near = |at: usize| lines[at.saturating_sub(1)..(at + 2).min(lines.len())].join("\n");
        let arounds = (0..lines.len()).map(near).collect();
        let turns = embedder.embed(lines.clone()).await?;
        let arounds = embedder.embed(arounds).await?;
        for ((line, turn), around) in lines.iter().zip(turns).zip(arounds) {
            let (Some(turn), Some(around)) = (turn, around) else { continue };
            let words = line.split_whitespace().map(str::to_owned).collect();
            said.push(Said { words, language: Language::of(line, spoken), turn, around });
        }
    }
    Ok(said)
}

/// A text and what is known of it.
struct Made {
    text: String,
    language: Language,
    terms: Vec<i32>,
    counts: Vec<i16>,
    turn: Vec<f32>,
    around: Vec<f32>,
}

impl Made {
    fn length(&self) -> i32 {
        self.counts.iter().map(|count| i32::from(*count)).sum()
    }
}

struct Filling {
    embedder: String,
    said: Vec<Said>,
    entity: EntityId,
    random: StdRng,
    /// Numbers around 0, to be taken from anywhere.
    noise: Vec<f32>,
    terms: HashMap<String, i32>,
    /// In how many messages each stands, by its number.
    df: Vec<i32>,
    made: i64,
}

impl Filling {
    fn new(embedder: String, said: Vec<Said>, entity: EntityId) -> Self {
        let mut random = StdRng::seed_from_u64(5);
        let noise = (0..1 << 16).map(|_| (0..4).map(|_| random.random_range(-0.01..0.01_f32)).sum()).collect();
        Self { embedder, said, entity, random, noise, terms: HashMap::new(), df: vec![0], made: 0 }
    }

    fn mixed(&mut self, a: &[f32], b: &[f32], share: f32) -> Vec<f32> {
        let from = self.random.random_range(0..self.noise.len() - a.len());
        let mut vector: Vec<f32> = a
            .iter()
            .zip(b)
            .zip(&self.noise[from..])
            .map(|((a, b), noise)| a * share + b * (1.0 - share) + noise)
            .collect();
        let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
        vector.iter_mut().for_each(|number| *number /= length);
        vector
    }

    fn next(&mut self) -> Made {
        let (a, b) = (self.random.random_range(0..self.said.len()), self.random.random_range(0..self.said.len()));
        let share = self.random.random_range(0.5..0.9);
        let (first, second) = (self.said[a].turn.clone(), self.said[b].turn.clone());
        let turn = self.mixed(&first, &second, share);
        let (first, second) = (self.said[a].around.clone(), self.said[b].around.clone());
        let around = self.mixed(&first, &second, share);
        let mut words = Vec::new();
        for word in &self.said[a].words {
            if self.random.random_bool(STRANGE) {
                // As rare as words are: the nth stands in a share of 1/n.
                let rank = VOCABULARY.powf(self.random.random::<f64>()) as u32;
                words.push(format!("strange{rank}"));
            } else {
                words.push(word.clone());
            }
        }
        let language = self.said[a].language;
        let text = words.join(" ");
        let mut counted: BTreeMap<String, i16> = BTreeMap::new();
        for term in cut(&text, Some(language)).terms {
            *counted.entry(term).or_default() += 1;
        }
        let mut terms: Vec<(i32, i16)> = Vec::with_capacity(counted.len());
        for (term, count) in counted {
            let next = self.df.len() as i32;
            let id = *self.terms.entry(term).or_insert(next);
            self.df.resize(self.df.len().max(id as usize + 1), 0);
            terms.push((id, count));
        }
        let (terms, counts) = terms.into_iter().unzip();
        self.made += 1;
        Made { text, language, terms, counts, turn, around }
    }

    async fn messages(&mut self, db: &mut PgConnection, rooms: &[Uuid]) -> Result<(), Failure> {
        let (name, author) = (self.embedder.clone(), Uuid::now_v7());
        for room in rooms {
            let (mut messages, mut recollections) = (Rows::new(), Rows::new());
            for seq in 1..=IN_EACH as i64 {
                let made = self.next();
                for term in &made.terms {
                    self.df[*term as usize] += 1;
                }
                let (id, at) = (Uuid::now_v7(), said_at(seq));
                messages.row(9).uuid(id).uuid(*room).big(seq).big(seq).uuid(author);
                messages.bytes(made.text.as_bytes()).bytes(b"").uuid(id).time(at);
                recollections.row(16).uuid(id).uuid(*room).big(seq).big(first_of(seq)).time(at).uuid(author);
                recollections.bytes(made.language.code().as_bytes()).ints(&made.terms).smalls(&made.counts);
                recollections.int(made.length()).bytes(name.as_bytes()).halfvec(&made.turn).halfvec(&made.around);
                recollections.bytes(&sketch(&made.turn)).bytes(&sketch(&made.around)).big(self.made);
            }
            messages
                .copy(db, "messages (id, channel_id, seq, clock, author_id, body, html, client_key, created_at)")
                .await?;
            let columns =
                "recollections (message_id, channel_id, seq, stretch, said_at, author_id, language, terms, counts,
                                          length, embedder, turn, around, turn_sketch, around_sketch, made)";
            recollections.copy(db, columns).await?;
        }
        Ok(())
    }

    /// An episode of each stretch, and two facts.
    async fn memories(&mut self, db: &mut PgConnection, rooms: &[Uuid]) -> Result<(), Failure> {
        let (name, entity) = (self.embedder.clone(), self.entity.0);
        let mut rows = Rows::new();
        for room in rooms {
            for first in (1..=IN_EACH as i64).step_by(STRETCH) {
                let last = first + STRETCH as i64 - 1;
                for kind in ["episode", "fact", "fact"] {
                    let made = self.next();
                    rows.row(20)
                        .uuid(Uuid::now_v7())
                        .uuid(entity)
                        .uuid(*room)
                        .bytes(kind.as_bytes())
                        .big(first)
                        .big(last);
                    rows.time(said_at(first)).time(said_at(last)).big(0).bytes(made.language.code().as_bytes());
                    rows.texts(&[])
                        .bytes(made.text.as_bytes())
                        .ints(&made.terms)
                        .smalls(&made.counts)
                        .int(made.length());
                    rows.bytes(name.as_bytes())
                        .halfvec(&made.turn)
                        .bytes(&sketch(&made.turn))
                        .big(self.made)
                        .bigs(&[first]);
                }
            }
        }
        let columns =
            "memories (id, entity_id, channel_id, kind, first_seq, last_seq, said_from, said_to, edited, language,
                                 keywords, text, terms, counts, length, embedder, vector, sketch, made, sources)";
        rows.copy(db, columns).await
    }

    async fn passages(&mut self, db: &mut PgConnection) -> Result<(), Failure> {
        let (name, entity, document) = (self.embedder.clone(), self.entity.0, Uuid::now_v7());
        sqlx::query(
            "insert into documents (id, entity_id, name, title, kind, hash, bytes, state, added_by)
             values ($1, $2, 'a.txt', 'A book', 'text', sha256('a'), 1, 'known', $2)",
        )
        .bind(document)
        .bind(entity)
        .execute(&mut *db)
        .await?;
        let mut rows = Rows::new();
        for place in 0..PASSAGES as i32 {
            let made = self.next();
            rows.row(14).uuid(Uuid::now_v7()).uuid(document).uuid(entity).int(place).bytes(b"");
            rows.bytes(made.text.as_bytes())
                .bytes(made.language.code().as_bytes())
                .ints(&made.terms)
                .smalls(&made.counts);
            rows.int(made.length())
                .bytes(name.as_bytes())
                .halfvec(&made.turn)
                .bytes(&sketch(&made.turn))
                .big(self.made);
        }
        let columns = "passages (id, document_id, entity_id, place, heading, text, language, terms, counts, length,
                                 embedder, vector, sketch, made)";
        rows.copy(db, columns).await
    }

    async fn terms(&self, db: &mut PgConnection) -> Result<(), Failure> {
        let mut rows = Rows::new();
        for (term, id) in &self.terms {
            rows.row(3).int(*id).bytes(term.as_bytes()).int(self.df[*id as usize]);
        }
        rows.copy(db, "terms (id, term, df)").await
    }
}

/// A day after all of it.
pub fn now() -> OffsetDateTime {
    said_at(IN_EACH as i64) + Duration::days(1)
}

fn said_at(seq: i64) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::days(19_000) + Duration::minutes(seq)
}

/// The first message of the stretch of another one.
const fn first_of(seq: i64) -> i64 {
    (seq - 1) / STRETCH as i64 * STRETCH as i64 + 1
}
