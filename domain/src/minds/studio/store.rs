//! The tables `entities` and `minds`, as the studio writes them.

use crate::minds::providers::store::set_fallbacks;
use crate::minds::store::sampling;
use crate::{Result, entities};
use model::{ChannelId, EntityId, EntityKind, MindCard, MindDraft, ProviderId, Strategy, Way, limits};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection, PgPool, Row};
use uuid::Uuid;

/// An AI as the studio shows it.
struct CardRow(MindCard);

impl FromRow<'_, PgRow> for CardRow {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let strategy = |column: &str| -> sqlx::Result<Strategy> {
            Ok(Strategy::named(row.try_get(column)?).unwrap_or(Strategy::Silent))
        };
        Ok(Self(MindCard {
            id: EntityId(row.try_get("id")?),
            awake: row.try_get("awake")?,
            rooms: row.try_get::<Vec<Uuid>, _>("rooms")?.into_iter().map(ChannelId).collect(),
            mind: MindDraft {
                name: row.try_get("name")?,
                bio: row.try_get("bio")?,
                system_prompt: row.try_get("system_prompt")?,
                provider: row.try_get::<Option<Uuid>, _>("provider_id")?.map(ProviderId),
                model: row.try_get("model")?,
                fallbacks: row.try_get::<Json<Vec<Way>>, _>("fallbacks")?.0,
                sampling: sampling(row)?,
                strategy_room: strategy("strategy_room")?,
                strategy_chat: strategy("strategy_chat")?,
                talkativeness: row.try_get("talkativeness")?,
                cooldown_s: row.try_get("cooldown_s")?,
                languages: row.try_get("languages")?,
                initiative: row.try_get("initiative")?,
                daily_tokens: row.try_get("daily_tokens")?,
                daily_cents: row.try_get("daily_cents")?,
                tired_line: row.try_get("tired_line")?,
            },
        }))
    }
}

macro_rules! cards {
    ($($rest:literal)?) => {
        concat!(
            "select e.id, e.name, e.bio, d.system_prompt, d.provider_id, d.model, d.temperature, d.max_tokens, d.top_p,
                    d.frequency_penalty, d.presence_penalty, d.seed, d.strategy_room, d.strategy_chat, d.talkativeness,
                    d.cooldown_s, d.languages, d.initiative, d.daily_tokens, d.daily_cents, d.tired_line, d.awake,
                    coalesce((select json_agg(json_build_object('provider', f.provider_id, 'model', f.model) order by f.place)
                              from fallbacks f where f.entity_id = e.id), '[]') as fallbacks,
                    array(select m.channel_id from memberships m join channels c on c.id = m.channel_id
                          where m.entity_id = e.id and m.left_seq is null and c.kind = 'room' order by c.name_key) as rooms
             from minds d join entities e on e.id = d.entity_id where d.retired_at is null ",
            $($rest)?
        )
    };
}

/// Every AI that was not retired, by name.
pub(super) async fn all(db: &PgPool) -> Result<Vec<MindCard>> {
    let rows: Vec<CardRow> = sqlx::query_as(cards!("order by e.name_key")).fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

pub(super) async fn one(db: &PgPool, id: EntityId) -> Result<Option<MindCard>> {
    let row: Option<CardRow> = sqlx::query_as(cards!("and e.id = $1")).bind(id.0).fetch_optional(db).await?;
    Ok(row.map(|row| row.0))
}

/// Adds an AI. Breaks `entities_name_taken` and `entities_look_taken`.
pub(crate) async fn insert(db: &mut PgConnection, id: EntityId, mind: &MindDraft, awake: bool) -> Result<()> {
    entities::store::insert(&mut *db, id, EntityKind::Ai, &mind.name, &mind.bio).await?;
    sqlx::query("insert into minds (entity_id, system_prompt, awake) values ($1, $2, $3)")
        .bind(id.0)
        .bind(&mind.system_prompt)
        .bind(awake)
        .execute(&mut *db)
        .await?;
    write(db, id, mind).await
}

/// Writes what an AI is, but for its name and its line.
pub(super) async fn write(db: &mut PgConnection, id: EntityId, mind: &MindDraft) -> Result<()> {
    sqlx::query(
        "update minds set system_prompt = $2, model = $3, temperature = $4, max_tokens = $5, top_p = $6,
                frequency_penalty = $7, presence_penalty = $8, seed = $9, strategy_room = $10, strategy_chat = $11,
                talkativeness = $12, cooldown_s = $13, languages = $14,
                daily_tokens = $15, tired_line = $16, initiative = $17, provider_id = $18, daily_cents = $19
         where entity_id = $1",
    )
    .bind(id.0)
    .bind(&mind.system_prompt)
    .bind(&mind.model)
    .bind(mind.sampling.temperature)
    .bind(mind.sampling.max_tokens.cast_signed())
    .bind(mind.sampling.top_p)
    .bind(mind.sampling.frequency_penalty)
    .bind(mind.sampling.presence_penalty)
    .bind(mind.sampling.seed)
    .bind(mind.strategy_room.as_str())
    .bind(mind.strategy_chat.as_str())
    .bind(mind.talkativeness)
    .bind(mind.cooldown_s)
    .bind(&mind.languages)
    .bind(mind.daily_tokens)
    .bind(limits::trimmed(&mind.tired_line))
    .bind(mind.initiative)
    .bind(mind.provider.map(|id| id.0))
    .bind(mind.daily_cents)
    .execute(&mut *db)
    .await?;
    // Who waits for the end of a cooldown considers anew: it may have another one by now.
    sqlx::query(
        "update tasks set run_at = now() where kind = 'consider' and lease_owner is null and run_at > now()
           and (payload ->> 'entity')::uuid = $1 and (payload ->> 'called')::boolean is true",
    )
    .bind(id.0)
    .execute(&mut *db)
    .await?;
    set_fallbacks(db, id, &mind.fallbacks).await
}

/// Writes what an AI is, its name and its line included. Whether it is called otherwise now; `None` where it is none, or
/// was retired.
pub(super) async fn edit(db: &mut PgConnection, id: EntityId, mind: &MindDraft) -> Result<Option<bool>> {
    let renamed: Option<(bool,)> = sqlx::query_as(
        "update entities e set name = $2, name_key = $3, look = $4, bio = $5
         from entities before join minds d on d.entity_id = before.id
         where e.id = $1 and before.id = e.id and d.retired_at is null returning before.name <> e.name",
    )
    .bind(id.0)
    .bind(&mind.name)
    .bind(entities::key(&mind.name))
    .bind(entities::look(&mind.name))
    .bind(&mind.bio)
    .fetch_optional(&mut *db)
    .await?;
    let Some((renamed,)) = renamed else { return Ok(None) };
    write(db, id, mind).await?;
    Ok(Some(renamed))
}

/// Wakes an AI, or has it sleep. `false` where it is none, or was retired.
pub(super) async fn wake(db: &PgPool, id: EntityId, awake: bool) -> Result<bool> {
    let done = sqlx::query("update minds set awake = $2 where entity_id = $1 and retired_at is null")
        .bind(id.0)
        .bind(awake)
        .execute(db)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes an AI out for good: it sleeps, and its name is free. What it said stays under that name.
pub(super) async fn retire(db: &PgPool, id: EntityId) -> Result<()> {
    sqlx::query(
        "with retired as (
            update minds set awake = false, retired_at = now() where entity_id = $1 and retired_at is null returning entity_id
         )
         update entities set name_key = '#' || id, look = null, deactivated_at = now()
         where id in (select entity_id from retired)",
    )
    .bind(id.0)
    .execute(db)
    .await?;
    Ok(())
}
