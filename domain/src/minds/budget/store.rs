//! The tables `usage`, `reserved` and `tired`.

use super::{Amount, Bottoms, Purse};
use crate::Result;
use crate::minds::means::Means;
use model::{ChannelId, EntityId};
use serde_json::{Value, json};
use sqlx::{PgExecutor, PgPool};
use std::time::Duration;
use uuid::Uuid;

/// A call that is about to be made.
#[derive(Clone, Copy, Debug)]
pub(in crate::minds) struct Call {
    pub entity: EntityId,
    /// Where; nowhere in a rehearsal.
    pub channel: Option<ChannelId>,
    /// The human who causes it.
    pub person: Option<EntityId>,
    /// The same for each try: the message that moves it, or what else does.
    pub id: Uuid,
}

/// Sets tokens and money aside where every purse holds them. An AI's and a person's calls wait for each other here; a channel has
/// one at a time anyway.
pub(super) async fn reserve(db: &PgPool, call: Call, bottoms: Bottoms, most: Amount) -> Result<Option<Purse>> {
    let mut work = db.begin().await?;
    for lock in [
        "select from minds where entity_id = $1 and $2::uuid is not distinct from $2 for update",
        "select from accounts where entity_id = $2 and $1::uuid is not null for update",
    ] {
        sqlx::query(lock).bind(call.entity.0).bind(call.person.map(|id| id.0)).execute(&mut *work).await?;
    }
    // Once it has said that it is tired, what is short enough for the rest is not answered either.
    let [of_mind, of_channel, of_person] = bottoms.names();
    let empty: Option<(String,)> = sqlx::query_as(
        "select purse from tired where day = (now() at time zone 'utc')::date
           and (entity_id = $1 and purse = $4 or channel_id = $2 and purse = $5 or person_id = $3 and purse = $6) limit 1",
    )
    .bind(call.entity.0)
    .bind(call.channel.map(|id| id.0))
    .bind(call.person.map(|id| id.0))
    .bind(&of_mind)
    .bind(&of_channel)
    .bind(&of_person)
    .fetch_optional(&mut *work)
    .await?;
    if let Some((purse,)) = empty {
        let purses = [(&of_mind, Purse::Mind), (&of_channel, Purse::Channel), (&of_person, Purse::Person)];
        return Ok(purses.into_iter().find(|(name, _)| **name == purse).map(|(_, purse)| purse));
    }
    type Row = (bool, i64, i64, i64, i64, i64, i64);
    let spent: Vec<Row> = sqlx::query_as(
        "with spent as (
            select false as aside, entity_id, channel_id, caused_by, tokens_in::bigint + tokens_out as tokens, micros from usage
            where at >= date_trunc('day', now() at time zone 'utc') at time zone 'utc'
              and (entity_id = $1 or channel_id = $2 or caused_by = $3)
            union all
            select true, entity_id, channel_id, caused_by, tokens, micros from reserved
            where at > now() - interval '10 minutes' and (entity_id = $1 or channel_id = $2 or caused_by = $3)
              and (entity_id, call_id) <> ($1, $4)
         )
         select aside, coalesce(sum(tokens) filter (where entity_id = $1), 0)::bigint,
                coalesce(sum(micros) filter (where entity_id = $1), 0)::bigint,
                coalesce(sum(tokens) filter (where channel_id = $2), 0)::bigint,
                coalesce(sum(micros) filter (where channel_id = $2), 0)::bigint,
                coalesce(sum(tokens) filter (where caused_by = $3), 0)::bigint,
                coalesce(sum(micros) filter (where caused_by = $3), 0)::bigint from spent group by aside",
    )
    .bind(call.entity.0)
    .bind(call.channel.map(|id| id.0))
    .bind(call.person.map(|id| id.0))
    .bind(call.id)
    .fetch_all(&mut *work)
    .await?;
    let amount = |tokens, micros| Amount { tokens, micros };
    let of = |aside: bool| {
        let row = spent.iter().find(|row| row.0 == aside);
        row.map_or([Amount::default(); 3], |row| [amount(row.1, row.2), amount(row.3, row.4), amount(row.5, row.6)])
    };
    if let Some(purse) = bottoms.short(of(false), of(true), most) {
        return Ok(Some(purse));
    }
    sqlx::query(
        "insert into reserved (entity_id, channel_id, caused_by, call_id, tokens, micros) values ($1, $2, $3, $4, $5, $6)
         on conflict (entity_id, call_id) do update
         set tokens = excluded.tokens, micros = excluded.micros, at = now(), caused_by = excluded.caused_by",
    )
    .bind(call.entity.0)
    .bind(call.channel.map(|id| id.0))
    .bind(call.person.map(|id| id.0))
    .bind(call.id)
    .bind(most.tokens)
    .bind(most.micros)
    .execute(&mut *work)
    .await?;
    work.commit().await?;
    Ok(None)
}

/// What a call took, in the end or by now.
#[derive(Clone, Copy)]
pub(in crate::minds) struct Spent<'a> {
    pub call: Call,
    pub means: &'a Means,
    pub tokens_in: u32,
    pub tokens_out: u32,
    /// Until the first word.
    pub first_word: Option<Duration>,
    /// Altogether.
    pub took: Duration,
    /// Whether nobody hears anything of it.
    pub unsaid: bool,
}

impl Spent<'_> {
    fn micros(&self) -> i64 {
        self.means.cost(self.tokens_in, self.tokens_out).unwrap_or(0)
    }

    /// As it is kept while the call goes on.
    pub fn open(&self) -> Value {
        json!({
            "caused_by": self.call.person, "model": self.means.model, "provider": self.means.provider,
            "tokens_in": whole(self.tokens_in), "tokens_out": whole(self.tokens_out),
            "took_ms": whole(self.took.as_millis()), "micros": self.micros(),
        })
    }
}

/// As the table counts.
fn whole(count: impl TryInto<i32>) -> i32 {
    count.try_into().unwrap_or(i32::MAX)
}

/// Records what a call took, in place of what was set aside for it.
pub(in crate::minds) async fn settle(db: impl PgExecutor<'_>, spent: Spent<'_>) -> Result<()> {
    record(db, spent, false).await
}

/// Records a call that came to nothing, with what it took all the same. What was set aside stays so, for another try.
pub(in crate::minds) async fn fail(db: &PgPool, spent: Spent<'_>) -> Result<()> {
    record(db, spent, true).await
}

async fn record(db: impl PgExecutor<'_>, spent: Spent<'_>, failed: bool) -> Result<()> {
    sqlx::query(
        "with freed as (delete from reserved where entity_id = $2 and call_id = $10 and not $13),
         closed as (update replies set call = null where entity_id = $2 and trigger_id = $10 and call is not null)
         insert into usage (id, entity_id, channel_id, caused_by, model, tokens_in, tokens_out, first_word_ms, took_ms,
                            provider, micros, failed, unsaid)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $11, $12, $13, $14)",
    )
    .bind(Uuid::now_v7())
    .bind(spent.call.entity.0)
    .bind(spent.call.channel.map(|id| id.0))
    .bind(spent.call.person.map(|id| id.0))
    .bind(&spent.means.model)
    .bind(whole(spent.tokens_in))
    .bind(whole(spent.tokens_out))
    .bind(spent.first_word.map(|time| whole(time.as_millis())))
    .bind(whole(spent.took.as_millis()))
    .bind(spent.call.id)
    .bind(&spent.means.provider)
    .bind(spent.micros())
    .bind(failed)
    .bind(spent.unsaid)
    .execute(db)
    .await?;
    Ok(())
}

/// Records what calls have taken whose process has ended: those of an AI in a channel where it begins only now.
pub(in crate::minds) async fn lost(db: &PgPool, entity: EntityId, channel: ChannelId) -> Result<()> {
    sqlx::query(
        "with open as (
            select id, entity_id, channel_id, call from replies
            where entity_id = $1 and channel_id = $2 and call is not null for update
         ), closed as (update replies r set call = null from open where r.id = open.id)
         insert into usage (id, entity_id, channel_id, caused_by, model, provider, tokens_in, tokens_out, took_ms, micros, failed)
         select gen_random_uuid(), entity_id, channel_id, (call ->> 'caused_by')::uuid, call ->> 'model', call ->> 'provider',
                (call ->> 'tokens_in')::int, (call ->> 'tokens_out')::int, (call ->> 'took_ms')::int,
                (call ->> 'micros')::bigint, true
         from open",
    )
    .bind(entity.0)
    .bind(channel.0)
    .execute(db)
    .await?;
    Ok(())
}

/// Frees what was set aside for a call that took nothing.
pub(in crate::minds) async fn free(db: &PgPool, entity: EntityId, call: Uuid) -> Result<()> {
    sqlx::query("delete from reserved where entity_id = $1 and call_id = $2 or at < now() - interval '1 hour'")
        .bind(entity.0)
        .bind(call)
        .execute(db)
        .await?;
    Ok(())
}

/// Notes that an AI is tired in a channel today, of all or of one person: the client key of the words for it, and whether this is the first time.
pub(super) async fn tire(
    db: &PgPool,
    entity: EntityId,
    channel: ChannelId,
    person: Option<EntityId>,
    purse: &str,
) -> Result<(Uuid, bool)> {
    let found: Option<(Uuid,)> = sqlx::query_as(
        "insert into tired (entity_id, channel_id, day, line, person_id, purse)
         values ($1, $2, (now() at time zone 'utc')::date, $3, $4, $5)
         on conflict on constraint tired_once do update set day = excluded.day, line = excluded.line, purse = excluded.purse
         where tired.day < excluded.day or tired.purse <> excluded.purse returning line",
    )
    .bind(entity.0)
    .bind(channel.0)
    .bind(Uuid::now_v7())
    .bind(person.map(|id| id.0))
    .bind(purse)
    .fetch_optional(db)
    .await?;
    if let Some((line,)) = found {
        return Ok((line, true));
    }
    let line = "select line from tired where entity_id = $1 and channel_id = $2 and person_id is not distinct from $3";
    let (line,) = sqlx::query_as(line).bind(entity.0).bind(channel.0).bind(person.map(|id| id.0)).fetch_one(db).await?;
    Ok((line, false))
}
