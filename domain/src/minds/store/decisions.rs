//! The table `decisions`: what AIs made of messages, and why.

use super::Mind;
use crate::Result;
use model::{ChannelId, Decision, EntityId, MessageId, ReplyId, Strategy};
use serde_json::Value;
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

/// Why an AI did what it did.
#[derive(Clone, Copy)]
pub(in crate::minds) struct Decided<'a> {
    pub mind: &'a Mind,
    pub trigger: MessageId,
    /// The gate that was closed.
    pub gate: &'a str,
    pub outcome: &'a str,
    /// In words, for everybody.
    pub reason: &'a str,
    /// For admins: the cause inside, where there is one.
    pub cause: Option<&'a str>,
    pub inputs: Option<&'a Value>,
}

/// Keeps why an AI did what it did.
pub(in crate::minds) async fn decide(db: &PgPool, channel: ChannelId, decided: &Decided<'_>) -> Result<()> {
    // That it waits is said once, though it may look several times.
    sqlx::query(
        "insert into decisions (id, entity_id, channel_id, trigger_id, gate, outcome, reason, cause, inputs)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9 where $6 <> 'waited' or not exists (
            select from decisions where entity_id = $2 and trigger_id = $4 and outcome = 'waited')",
    )
    .bind(Uuid::now_v7())
    .bind(decided.mind.entity.id.0)
    .bind(channel.0)
    .bind(decided.trigger.0)
    .bind(decided.gate)
    .bind(decided.outcome)
    .bind(decided.reason)
    .bind(decided.cause)
    .bind(decided.inputs)
    .execute(db)
    .await?;
    Ok(())
}

/// A message's number, and how many AIs have considered it.
pub(in crate::minds) async fn considered_by(db: &PgPool, trigger: MessageId) -> Result<Option<(i64, i64)>> {
    let found = sqlx::query_as(
        "select m.seq, (select count(distinct d.entity_id) from decisions d where d.trigger_id = m.id)
         from messages m where m.id = $1",
    )
    .bind(trigger.0)
    .fetch_optional(db)
    .await?;
    Ok(found)
}

/// How many AIs have considered each of the newest messages of a channel, from a number on.
pub(in crate::minds) async fn newest_considered(
    db: &PgPool,
    channel: ChannelId,
    visible_from: i64,
) -> Result<Vec<(i64, i64)>> {
    let found = sqlx::query_as(
        "select m.seq, count(distinct d.entity_id) from channels c
         join messages m on m.channel_id = c.id and m.seq > c.last_seq - $3 and m.seq >= $2
         join decisions d on d.trigger_id = m.id where c.id = $1 group by m.seq",
    )
    .bind(channel.0)
    .bind(visible_from)
    .bind(super::LOOKS_BACK)
    .fetch_all(db)
    .await?;
    Ok(found)
}

/// Ends a reply that was posted, in the transaction that posts it; `cause`: what failed before it was written, for admins.
pub(in crate::minds) async fn spoke(
    db: &mut PgConnection,
    reply: ReplyId,
    (entity, channel): (EntityId, ChannelId),
    trigger: MessageId,
    (reason, cause): (&str, Option<&str>),
    inputs: &Value,
) -> Result<()> {
    sqlx::query(
        "with ended as (update replies set state = 'done', text = '', updated_at = now() where id = $1)
         insert into decisions (id, entity_id, channel_id, trigger_id, gate, outcome, reason, inputs, cause)
         values ($2, $3, $4, $5, 'strategy', 'spoke', $6, $7, $8)",
    )
    .bind(reply.0)
    .bind(Uuid::now_v7())
    .bind(entity.0)
    .bind(channel.0)
    .bind(trigger.0)
    .bind(reason)
    .bind(inputs)
    .bind(cause)
    .execute(db)
    .await?;
    Ok(())
}

/// The AIs of a channel that a message did not call and of which none is kept what they made of it: whether each is awake, when it
/// speaks there, and whether it has come so far. Nothing where it is from before what may be seen.
pub(in crate::minds) async fn bystanders(
    db: &PgPool,
    channel: ChannelId,
    trigger: MessageId,
    visible_from: i64,
) -> Result<Vec<(String, bool, Strategy, bool)>> {
    let rows: Vec<(String, bool, String, bool)> = sqlx::query_as(
        "select e.name, d.awake, case when c.kind = 'room' then d.strategy_room else d.strategy_chat end,
                m.last_read_seq >= t.seq
         from messages t join channels c on c.id = t.channel_id join memberships m on m.channel_id = c.id
         join entities e on e.id = m.entity_id join minds d on d.entity_id = e.id
         where c.id = $1 and t.id = $2 and t.seq >= $3 and t.kind = 'text' and m.left_seq is null
           and m.joined_at <= t.created_at and e.id <> t.author_id and e.deactivated_at is null
           and not exists (select from mentions n where n.message_id = t.id and n.entity_id = e.id)
           and not exists (select from decisions o where o.trigger_id = t.id and o.entity_id = e.id)
         order by e.name_key",
    )
    .bind(channel.0)
    .bind(trigger.0)
    .bind(visible_from)
    .fetch_all(db)
    .await?;
    let strategy = |name: &str| Strategy::named(name).unwrap_or(Strategy::Silent);
    Ok(rows.into_iter().map(|(name, awake, when, past)| (name, awake, strategy(&when), past)).collect())
}

/// What AIs made of a message, with what went wrong inside; nothing where it is from before what may be seen.
pub(in crate::minds) async fn decisions(
    db: &PgPool,
    channel: ChannelId,
    trigger: MessageId,
    visible_from: i64,
) -> Result<Vec<Decision>> {
    // What was waited for is over where the message is gone, where more is kept, or where the AI has come past it.
    let rows: Vec<(Uuid, String, String, String, Option<String>, OffsetDateTime)> = sqlx::query_as(
        "select e.id, e.name, d.outcome,
                case when d.outcome <> 'waited' then d.reason
                     when t.deleted_at is not null then e.name || ' waited, and then this was deleted.'
                     when exists (select from decisions n where n.trigger_id = d.trigger_id and n.entity_id = d.entity_id
                                  and n.outcome <> 'waited') then
                        e.name || case d.gate when 'cooldown' then ' waited until its cooldown ended.'
                                  else ' waited until somebody had finished writing.' end
                     when m.last_read_seq >= t.seq then
                        e.name || ' waited, and considered this together with what was said after it.'
                     else d.reason end,
                d.cause, d.at from decisions d join entities e on e.id = d.entity_id
         join messages t on t.id = d.trigger_id
         left join memberships m on m.channel_id = d.channel_id and m.entity_id = d.entity_id
         where d.channel_id = $1 and d.trigger_id = $2 and t.seq >= $3 order by d.at",
    )
    .bind(channel.0)
    .bind(trigger.0)
    .bind(visible_from)
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(entity, name, outcome, reason, cause, at)| Decision {
            entity: EntityId(entity),
            name,
            trigger,
            outcome,
            reason,
            cause,
            recalled: Vec::new(),
            at,
        })
        .collect())
}
