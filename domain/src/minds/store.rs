//! The tables `minds`, `replies`, `decisions` and `usage`.

use crate::Result;
use crate::entities::entity;
use crate::messages;
use model::{ChannelId, Decision, Entity, EntityId, Message, MessageId, ReplyId, ReplyState, Writing};
use sqlx::{PgConnection, PgPool};
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

/// An AI as it thinks, seen from one channel.
pub(super) struct Mind {
    pub entity: Entity,
    pub system_prompt: String,
    pub model: Option<String>,
    pub temperature: f32,
    pub max_tokens: u32,
    pub awake: bool,
    pub is_member: bool,
    /// Whether the channel is no room and it answers every message there.
    pub answers_all: bool,
}

pub(super) async fn mind(db: &PgPool, id: EntityId, channel: ChannelId) -> Result<Option<Mind>> {
    type Row = (Uuid, String, String, String, String, Option<String>, f32, i32, bool, bool, bool);
    let row: Option<Row> = sqlx::query_as(
        "select e.id, e.kind, e.name, e.bio, d.system_prompt, d.model, d.temperature, d.max_tokens,
                d.awake and e.deactivated_at is null,
                exists (select from memberships m where m.channel_id = $2 and m.entity_id = e.id and m.left_seq is null),
                d.strategy_chat = 'every_message' and exists (select from channels c where c.id = $2 and c.kind <> 'room')
         from entities e join minds d on d.entity_id = e.id where e.id = $1",
    )
    .bind(id.0)
    .bind(channel.0)
    .fetch_optional(db)
    .await?;
    Ok(row.map(
        |(id, kind, name, bio, system_prompt, model, temperature, max_tokens, awake, is_member, answers_all)| Mind {
            entity: entity((id, kind, name, bio)),
            system_prompt,
            model,
            temperature,
            max_tokens: max_tokens.unsigned_abs(),
            awake,
            is_member,
            answers_all,
        },
    ))
}

/// Adds a mind to a member of the kind `ai`.
pub(crate) async fn insert(
    db: &mut PgConnection,
    id: EntityId,
    system_prompt: &str,
    temperature: f32,
    max_tokens: i32,
) -> Result<()> {
    sqlx::query("insert into minds (entity_id, system_prompt, temperature, max_tokens) values ($1, $2, $3, $4)")
        .bind(id.0)
        .bind(system_prompt)
        .bind(temperature)
        .bind(max_tokens)
        .execute(db)
        .await?;
    Ok(())
}

/// The message that moves an AI, and whether it names it: the one of a reply that was begun and not ended, or the newest
/// by a human from `from_seq` on that it has not considered yet: one that names it or, where it answers everything, any
/// that came after the last one it considered.
pub(super) async fn trigger(
    db: &PgPool,
    id: EntityId,
    channel: ChannelId,
    from_seq: i64,
) -> Result<Option<(Message, bool)>> {
    let found: Option<(i64, bool)> = sqlx::query_as(
        "select t.seq, exists (select from mentions n where n.message_id = t.id and n.entity_id = $1) from (
         (select m.seq, m.id from replies r join messages m on m.id = r.trigger_id
          where r.entity_id = $1 and r.channel_id = $2 and r.state in ('waiting', 'thinking', 'streaming')
          order by m.seq limit 1)
         union all
         (select m.seq, m.id from messages m join entities a on a.id = m.author_id
          where m.channel_id = $2 and m.seq >= $3 and a.kind = 'human' and m.deleted_at is null
            and (exists (select from mentions n where n.message_id = m.id and n.entity_id = $1)
                 or exists (select from minds i, channels c
                            where i.entity_id = $1 and i.strategy_chat = 'every_message' and c.id = $2 and c.kind <> 'room')
                    and m.seq > (select coalesce(max(last.seq), 0) from decisions d join messages last on last.id = d.trigger_id
                                 where d.entity_id = $1 and d.channel_id = $2))
            and not exists (select from replies r where r.entity_id = $1 and r.trigger_id = m.id)
            and not exists (select from decisions d where d.entity_id = $1 and d.trigger_id = m.id)
          order by m.seq desc limit 1)
         limit 1) t",
    )
    .bind(id.0)
    .bind(channel.0)
    .bind(from_seq)
    .fetch_optional(db)
    .await?;
    let Some((seq, named)) = found else { return Ok(None) };
    Ok(messages::store::newest(db, channel, seq, seq, 1).await?.pop().map(|message| (message, named)))
}

/// Begins a reply, or takes up one that was begun. `None` where it has ended already.
pub(super) async fn begin(
    db: &PgPool,
    id: EntityId,
    channel: ChannelId,
    trigger: MessageId,
) -> Result<Option<ReplyId>> {
    let row: Option<(Uuid,)> = sqlx::query_as(
        "insert into replies (id, entity_id, channel_id, trigger_id, state) values ($1, $2, $3, $4, 'thinking')
         on conflict on constraint replies_once do update set state = 'thinking', text = '', updated_at = now()
         where replies.state in ('waiting', 'thinking', 'streaming') returning id",
    )
    .bind(ReplyId::new().0)
    .bind(id.0)
    .bind(channel.0)
    .bind(trigger.0)
    .fetch_optional(db)
    .await?;
    Ok(row.map(|(id,)| ReplyId(id)))
}

/// Has an AI consider a channel once more; nothing where that waits already.
pub(super) async fn ask_again(
    db: impl sqlx::PgExecutor<'_>,
    id: EntityId,
    channel: ChannelId,
    from_seq: i64,
) -> Result<()> {
    let key = format!("consider:{id}:{channel}");
    let payload = serde_json::json!({"entity": id, "channel": channel, "from_seq": from_seq});
    sqlx::query(
        "insert into tasks (id, kind, ordering_key, dedup_key, payload) values ($1, 'consider', $2, $2, $3)
         on conflict (dedup_key) where lease_owner is null and dedup_key is not null do nothing",
    )
    .bind(Uuid::now_v7())
    .bind(key)
    .bind(payload)
    .execute(db)
    .await?;
    Ok(())
}

/// Keeps the text so far.
pub(super) async fn keep(db: &PgPool, id: ReplyId, text: &str) -> Result<()> {
    sqlx::query(
        "update replies set state = 'streaming', text = $2, updated_at = now() where id = $1 and state <> 'done'",
    )
    .bind(id.0)
    .bind(text.replace('\0', ""))
    .execute(db)
    .await?;
    Ok(())
}

/// Another try follows.
pub(super) async fn wait(db: &PgPool, id: ReplyId) -> Result<()> {
    sqlx::query(
        "update replies set state = 'waiting', text = '', updated_at = now() where id = $1 and state <> 'done'",
    )
    .bind(id.0)
    .execute(db)
    .await?;
    Ok(())
}

/// Ends a reply without a message.
pub(super) async fn end(db: &PgPool, id: ReplyId, state: ReplyState, notice: Option<&str>) -> Result<()> {
    let state = if state == ReplyState::Failed { "failed" } else { "silent" };
    sqlx::query(
        "update replies set state = $2, notice = $3, text = '', updated_at = now() where id = $1 and state <> 'done'",
    )
    .bind(id.0)
    .bind(state)
    .bind(notice)
    .execute(db)
    .await?;
    Ok(())
}

/// Ends what an earlier try may have begun.
pub(super) async fn give_up(db: &PgPool, id: EntityId, trigger: MessageId) -> Result<()> {
    sqlx::query("update replies set state = 'silent', updated_at = now() where entity_id = $1 and trigger_id = $2 and state <> 'done'")
        .bind(id.0)
        .bind(trigger.0)
        .execute(db)
        .await?;
    Ok(())
}

/// Keeps why an AI did what it did.
#[expect(clippy::too_many_arguments, reason = "a row's columns")]
pub(super) async fn decide(
    db: &PgPool,
    mind: &Mind,
    channel: ChannelId,
    trigger: MessageId,
    gate: &str,
    outcome: &str,
    reason: &str,
    cause: Option<&str>,
) -> Result<()> {
    sqlx::query(
        "insert into decisions (id, entity_id, channel_id, trigger_id, gate, outcome, reason, cause) values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(Uuid::now_v7())
    .bind(mind.entity.id.0)
    .bind(channel.0)
    .bind(trigger.0)
    .bind(gate)
    .bind(outcome)
    .bind(reason)
    .bind(cause)
    .execute(db)
    .await?;
    Ok(())
}

/// What is kept of a reply that was posted.
pub(super) struct Settled<'a> {
    pub reply: ReplyId,
    pub caused_by: EntityId,
    pub reason: &'a str,
    pub model: &'a str,
    pub tokens_in: u32,
    pub tokens_out: u32,
    pub first_word: Option<Duration>,
    pub took: Duration,
}

/// Ends a reply that was posted, in the transaction that posts it.
pub(super) async fn settle(
    db: &mut PgConnection,
    mind: &Mind,
    channel: ChannelId,
    trigger: MessageId,
    settled: &Settled<'_>,
) -> Result<()> {
    sqlx::query(
        "with ended as (update replies set state = 'done', text = '', updated_at = now() where id = $1),
              decided as (insert into decisions (id, entity_id, channel_id, trigger_id, gate, outcome, reason)
                          values ($2, $3, $4, $5, 'strategy', 'spoke', $6))
         insert into usage (id, entity_id, channel_id, caused_by, model, tokens_in, tokens_out, first_word_ms, took_ms)
         values ($7, $3, $4, $8, $9, $10, $11, $12, $13)",
    )
    .bind(settled.reply.0)
    .bind(Uuid::now_v7())
    .bind(mind.entity.id.0)
    .bind(channel.0)
    .bind(trigger.0)
    .bind(settled.reason)
    .bind(Uuid::now_v7())
    .bind(settled.caused_by.0)
    .bind(settled.model)
    .bind(i32::try_from(settled.tokens_in).unwrap_or(i32::MAX))
    .bind(i32::try_from(settled.tokens_out).unwrap_or(i32::MAX))
    .bind(settled.first_word.map(|first| first.as_millis() as i32))
    .bind(settled.took.as_millis() as i32)
    .execute(db)
    .await?;
    Ok(())
}

/// Replies on their way in a channel, and those that failed within the hour and were followed by none of the same AI.
pub(super) async fn open(db: &PgPool, channel: ChannelId) -> Result<Vec<Writing>> {
    type Row = (Uuid, Uuid, String, String, Option<String>, Uuid, String, String, String);
    let rows: Vec<Row> = sqlx::query_as(
        "select r.id, r.trigger_id, r.state, r.text, r.notice, e.id, e.kind, e.name, e.bio
         from replies r join entities e on e.id = r.entity_id
         where r.channel_id = $1 and r.state in ('waiting', 'thinking', 'streaming', 'failed')
           and (r.state <> 'failed' or (r.updated_at > now() - interval '1 hour' and not exists (
                select from replies n where n.entity_id = r.entity_id and n.channel_id = r.channel_id and n.created_at > r.created_at)))
         order by r.created_at",
    )
    .bind(channel.0)
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(reply, trigger, state, text, notice, id, kind, name, bio)| Writing {
            reply: ReplyId(reply),
            channel,
            entity: entity((id, kind, name, bio)),
            trigger: MessageId(trigger),
            state: match state.as_str() {
                "waiting" => ReplyState::Waiting,
                "streaming" => ReplyState::Streaming,
                "failed" => ReplyState::Failed,
                _ => ReplyState::Thinking,
            },
            offset: 0,
            text,
            notice,
        })
        .collect())
}

/// What AIs made of a message.
pub(super) async fn decisions(db: &PgPool, channel: ChannelId, trigger: MessageId) -> Result<Vec<Decision>> {
    let rows: Vec<(Uuid, String, String, String, OffsetDateTime)> = sqlx::query_as(
        "select e.id, e.name, d.outcome, d.reason, d.at from decisions d join entities e on e.id = d.entity_id
         where d.channel_id = $1 and d.trigger_id = $2 order by d.at",
    )
    .bind(channel.0)
    .bind(trigger.0)
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(entity, name, outcome, reason, at)| Decision {
            entity: EntityId(entity),
            name,
            trigger,
            outcome,
            reason,
            at,
        })
        .collect())
}
