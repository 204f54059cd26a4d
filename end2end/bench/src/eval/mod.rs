//! How well recall finds what a question is about: memories are formed of a file's dialogues as of any talk, and its
//! questions asked of them. No language model takes part.

mod bm25;
pub mod dialogues;
mod figures;

use crate::Failure;
use bm25::Bm25;
use dialogues::{Dialogue, Turn};
use domain::memory::words::Language;
use domain::memory::{Asked, Embedder, index, recall};
use domain::minds::Minds;
use domain::{Policy, Space, database};
use figures::Tally;
use local::Encoder;
use model::{ChannelId, EntityId};
use serde_json::{Value, json};
use sqlx::postgres::PgConnectOptions;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How many turns are looked at of what is recalled: sessions are counted among them.
const MOST: usize = 200;

/// `eval memory FILE [--json] [--reasons FILE]`; the last writes down what spoke for each turn, to choose weights by.
pub async fn run(arguments: &[String]) -> Result<(), Failure> {
    let file =
        arguments.iter().skip(1).find(|argument| !argument.starts_with("--")).ok_or("Which file of dialogues?")?;
    let reasons = arguments.iter().position(|argument| argument == "--reasons").and_then(|at| arguments.get(at + 1));
    let all = dialogues::read(file)?;
    let url = std::env::var("DATABASE").map_err(|_| "DATABASE is not set: run `cargo xtask eval memory`")?;
    let folder = std::env::var("ENCODER_DIR").map_err(|_| "ENCODER_DIR is not set: run `cargo xtask eval memory`")?;
    let encoder: Arc<dyn Embedder> = Arc::new(Encoder::open(Path::new(&folder))?);
    let server: PgConnectOptions = url.parse()?;
    let (mut ours, mut plain, mut across) = (Tally::default(), Tally::default(), [Tally::default(), Tally::default()]);
    let (mut asked, mut took) = (0_u32, Duration::ZERO);
    let mut written = Vec::new();
    for dialogue in &all {
        let space = fresh(&server, &encoder).await?;
        let place = tell(&space, dialogue).await?;
        index::remember(&space).await?;
        let search = Bm25::of(dialogue);
        for question in &dialogue.questions {
            let language = question.language.as_deref().or(dialogue.language.as_deref()).and_then(Language::of_code);
            let begun = Instant::now();
            let recalled = recall(
                &space,
                Asked {
                    entity: place.rememberer,
                    channel: place.channel,
                    question: &question.text,
                    language,
                    beside: &[],
                    at: dialogue.said.last().map_or(time::OffsetDateTime::UNIX_EPOCH, |last| last.at)
                        + time::Duration::days(1),
                    shown_from: i64::MAX,
                    most: MOST,
                },
            )
            .await?
            .messages;
            took += begun.elapsed();
            asked += 1;
            let found: Vec<Turn> = recalled.iter().filter_map(|one| place.turns.get(&one.seq).copied()).collect();
            ours.add(question, &found);
            plain.add(question, &search.find(&question.text, language));
            across[usize::from(question.language.is_some())].add(question, &found);
            if reasons.is_some() {
                let turns: Vec<Value> = recalled
                    .iter()
                    .filter_map(|one| {
                        Some(json!([place.turns.get(&one.seq)?, one.reasons, one.near.share, one.near.cosine]))
                    })
                    .collect();
                written.push(
                    json!({"dialogue": dialogue.id, "category": question.category, "evidence": question.evidence,
                                    "across": question.language.is_some(), "turns": turns}),
                );
            }
        }
        space.db.close().await;
    }
    if let Some(reasons) = reasons {
        std::fs::write(reasons, serde_json::to_vec(&written)?)?;
    }
    let mut told = ours.told();
    told["bm25"] = plain.told();
    told["ms_per_query"] = json!(crate::figures::rounded(took.as_secs_f64() * 1_000.0 / f64::from(asked.max(1))));
    let [within, across] = across.map(|tally| tally.told()["turn"]["r10"].clone());
    told["within_language_r10"] = within;
    told["across_languages_r10"] = across;
    if arguments.iter().any(|argument| argument == "--json") {
        println!("{told}");
    } else {
        println!("{told:#}");
    }
    Ok(())
}

/// A space of its own for a dialogue.
pub async fn fresh(server: &PgConnectOptions, encoder: &Arc<dyn Embedder>) -> Result<Space, Failure> {
    let name = format!("eval_{}", Uuid::new_v4().simple());
    let admin = database::connect(server.clone(), 2).await?;
    database::create(&admin, &name, None).await?;
    admin.close().await;
    let db = database::connect(server.clone().database(&name), 4).await?;
    database::migrate(&db).await?;
    let policy = Policy {
        open_registration: false,
        demonstration: false,
        ai_enabled: false,
        posts_per_minute: 1,
        weekly_messages: None,
        away_after: Duration::from_mins(10),
        pause: Duration::from_secs(1),
        hops: 0,
        ais_per_minute: 0,
        silence: None,
        context_tokens: 6_000,
        channel_tokens: None,
        person_tokens: None,
        channel_cents: None,
        person_cents: None,
        reflects_after: 0.0,
        local_servers: Vec::new(),
    };
    Ok(Space::new(db, policy, Minds::none()).embedding(Some(encoder.clone())))
}

/// Where a dialogue was told.
struct Place {
    channel: ChannelId,
    /// Who listened to all of it.
    rememberer: EntityId,
    turns: HashMap<i64, Turn>,
}

/// Has everything said that the dialogue holds, in a circle of its speakers and one who listens.
async fn tell(space: &Space, dialogue: &Dialogue) -> Result<Place, Failure> {
    let (channel, rememberer) = (ChannelId::new(), EntityId::new());
    let names: BTreeSet<&str> = dialogue.said.iter().map(|said| said.speaker.as_str()).collect();
    let speakers: HashMap<&str, Uuid> = names.into_iter().map(|name| (name, Uuid::now_v7())).collect();
    let language = dialogue.language.as_deref().unwrap_or("en");
    let mut work = space.db.begin().await?;
    sqlx::query("insert into channels (id, kind, name, name_key, capacity) values ($1, 'circle', 'dialogue', '', 50)")
        .bind(channel.0)
        .execute(&mut *work)
        .await?;
    let everybody = speakers.iter().map(|(name, id)| (*name, *id)).chain([("Rememberer", rememberer.0)]);
    for (name, id) in everybody {
        sqlx::query("insert into entities (id, kind, name, name_key, language) values ($1, $4, $2, $1::text, $3)")
            .bind(id)
            .bind(name)
            .bind(language)
            .bind(if id == rememberer.0 { "ai" } else { "human" })
            .execute(&mut *work)
            .await?;
        sqlx::query("insert into memberships (channel_id, entity_id, clock) values ($1, $2, 0)")
            .bind(channel.0)
            .bind(id)
            .execute(&mut *work)
            .await?;
    }
    let mut turns = HashMap::new();
    for (seq, said) in (1_i64..).zip(&dialogue.said) {
        turns.insert(seq, said.turn);
        sqlx::query(
            "insert into messages (id, channel_id, seq, clock, author_id, body, html, client_key, created_at)
             values ($1, $2, $3, $3, $4, $5, '', $1, $6)",
        )
        .bind(Uuid::now_v7())
        .bind(channel.0)
        .bind(seq)
        .bind(speakers[said.speaker.as_str()])
        .bind(said.text.replace('\0', ""))
        .bind(said.at)
        .execute(&mut *work)
        .await?;
    }
    sqlx::query("update channels set last_seq = $2, clock = $2 where id = $1")
        .bind(channel.0)
        .bind(dialogue.said.len() as i64)
        .execute(&mut *work)
        .await?;
    work.commit().await?;
    Ok(Place { channel, rememberer, turns })
}
