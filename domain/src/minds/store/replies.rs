//! The table `replies`: answers on their way.

use crate::Result;
use crate::entities::entity;
use model::{ChannelId, EntityId, Message, MessageId, ReplyId, ReplyState, Writing};
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, PgExecutor, PgPool, Row};
use uuid::Uuid;

/// Behind so many messages nobody asks any more why there was no answer.
const BEHIND: i64 = 10;

/// A reply that is being written.
pub(in crate::minds) struct Begun {
    pub reply: ReplyId,
    /// Who asked for another answer, if this is one.
    pub asked_by: Option<(EntityId, String)>,
    /// The message that it takes the place of.
    pub replaces: Option<MessageId>,
    /// Who has stopped it by now, by name.
    pub stopped_by: Option<String>,
}

impl FromRow<'_, PgRow> for Begun {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let asked_by: Option<Uuid> = row.try_get("asked_by")?;
        let asker: Option<String> = row.try_get("asker")?;
        Ok(Self {
            reply: ReplyId(row.try_get("id")?),
            asked_by: asked_by.map(EntityId).zip(asker),
            replaces: row.try_get::<Option<Uuid>, _>("replaces")?.map(MessageId),
            stopped_by: row.try_get("stopper")?,
        })
    }
}

/// Begins a reply, or takes up one that was begun. `None` where it has ended already. All up to `up_to` is considered
/// with it.
pub(in crate::minds) async fn begin(
    db: &PgPool,
    id: EntityId,
    channel: ChannelId,
    trigger: MessageId,
    up_to: i64,
) -> Result<Option<Begun>> {
    let begun = sqlx::query_as(
        "with read as (
            update memberships set last_read_seq = greatest(last_read_seq, $5) where channel_id = $3 and entity_id = $2
         )
         insert into replies (id, entity_id, channel_id, trigger_id, state) values ($1, $2, $3, $4, 'thinking')
         on conflict on constraint replies_once do update set state = 'thinking', text = '', updated_at = now()
         where replies.state in ('waiting', 'thinking', 'streaming')
         returning id, asked_by, replaces, (select name from entities e where e.id = replies.asked_by) as asker,
                   (select name from entities e where e.id = replies.stopped_by) as stopper",
    )
    .bind(ReplyId::new().0)
    .bind(id.0)
    .bind(channel.0)
    .bind(trigger.0)
    .bind(up_to)
    .fetch_optional(db)
    .await?;
    Ok(begun)
}

/// Has an AI consider a channel once more, and now: what waits for that already waits no longer.
pub(crate) async fn ask_again(db: impl PgExecutor<'_>, id: EntityId, channel: ChannelId) -> Result<()> {
    sqlx::query(
        "insert into tasks (id, kind, ordering_key, dedup_key, payload) values ($1, 'consider', $2, $3, $4)
         on conflict (dedup_key) where lease_owner is null and dedup_key is not null
         do update set run_at = least(tasks.run_at, now())",
    )
    .bind(Uuid::now_v7())
    .bind(format!("consider:{channel}"))
    .bind(format!("consider:{id}:{channel}"))
    .bind(serde_json::json!({"entity": id, "channel": channel}))
    .execute(db)
    .await?;
    Ok(())
}

/// Has an AI sleep, and say goodbye in each of its places. `false` where there is none of
/// that id.
pub(in crate::minds) async fn part(db: &PgPool, id: EntityId) -> Result<bool> {
    let mut work = db.begin().await?;
    let done = sqlx::query("update minds set awake = false where entity_id = $1 and retired_at is null")
        .bind(id.0)
        .execute(&mut *work)
        .await?;
    sqlx::query(
        "insert into tasks (id, kind, ordering_key, dedup_key, payload)
         select gen_random_uuid(), 'goodbye', 'consider:' || c.id, 'goodbye:' || m.entity_id || ':' || c.id,
                jsonb_build_object('entity', m.entity_id, 'channel', c.id)
         from memberships m join channels c on c.id = m.channel_id
         where m.entity_id = $1 and m.left_seq is null
         on conflict (dedup_key) where lease_owner is null and dedup_key is not null do nothing",
    )
    .bind(id.0)
    .execute(&mut *work)
    .await?;
    work.commit().await?;
    Ok(done.rows_affected() > 0)
}

/// Keeps the text so far, what its call has taken by now, and what is set aside for it, and tells who has stopped it, by name.
pub(in crate::minds) async fn keep(db: &PgPool, id: ReplyId, text: &str, call: &Value) -> Result<Option<String>> {
    let row: Option<(Option<String>,)> = sqlx::query_as(
        "with held as (
            update reserved v set at = now() from replies r
            where r.id = $1 and v.entity_id = r.entity_id and v.call_id = r.trigger_id
         )
         update replies set state = case when $2 = '' then state else 'streaming' end, text = $2, call = $3, updated_at = now()
         where id = $1 and state <> 'done' returning (select name from entities e where e.id = stopped_by)",
    )
    .bind(id.0)
    .bind(text.replace('\0', ""))
    .bind(call)
    .fetch_optional(db)
    .await?;
    Ok(row.and_then(|(stopped_by,)| stopped_by))
}

/// The message that a reply answers, whoever writes it and whatever became of it.
pub(in crate::minds) async fn trigger_of(db: &PgPool, channel: ChannelId, reply: ReplyId) -> Result<Option<MessageId>> {
    let row: Option<(Uuid,)> = sqlx::query_as("select trigger_id from replies where id = $1 and channel_id = $2")
        .bind(reply.0)
        .bind(channel.0)
        .fetch_optional(db)
        .await?;
    Ok(row.map(|(id,)| MessageId(id)))
}

/// Has a reply that is on its way stopped. `true` where nobody was writing it, so that it has ended with this; whoever
/// writes it sees it within a second.
pub(in crate::minds) async fn stop(db: &PgPool, reply: ReplyId, who: EntityId) -> Result<bool> {
    let row: Option<(String,)> = sqlx::query_as(
        "update replies r set stopped_by = coalesce(stopped_by, $2), updated_at = now(),
                state = case when exists (
                    select from tasks t where t.ordering_key = 'consider:' || r.channel_id and t.lease_owner is not null
                    and t.lease_until > now() and t.payload ->> 'entity' = r.entity_id::text) then state else 'silent' end
         where id = $1 and state in ('waiting', 'thinking', 'streaming') returning state",
    )
    .bind(reply.0)
    .bind(who.0)
    .fetch_optional(db)
    .await?;
    Ok(row.is_some_and(|(state,)| state == "silent"))
}

/// The AIs of a channel that have to do with a question: those that it names, else those that answered it; the one of a
/// private chat in any case. With `only`, that one if it is there at all.
pub(in crate::minds) async fn concerned(
    db: &PgPool,
    channel: ChannelId,
    question: MessageId,
    only: Option<EntityId>,
) -> Result<Vec<EntityId>> {
    let rows: Vec<(Uuid,)> = sqlx::query_as(
        "select e.id from memberships m join entities e on e.id = m.entity_id
         where m.channel_id = $1 and m.left_seq is null and e.kind = 'ai' and e.deactivated_at is null
           and case when $3::uuid is not null then e.id = $3
               else exists (select from mentions n where n.entity_id = e.id and n.message_id = $2)
                 or exists (select from channels c where c.id = $1 and c.kind = 'chat')
                 or exists (select from replies r where r.entity_id = e.id and r.trigger_id = $2)
                    and not exists (select from mentions n join memberships o on o.entity_id = n.entity_id
                                    join entities a on a.id = o.entity_id
                                    where n.message_id = $2 and o.channel_id = $1 and o.left_seq is null and a.kind = 'ai'
                                      and a.deactivated_at is null) end
         order by e.name_key",
    )
    .bind(channel.0)
    .bind(question.0)
    .bind(only.map(|id| id.0))
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|(id,)| EntityId(id)).collect())
}

/// Has an AI answer a question once more; nothing where it does so already. The answer it gave, or else `answer`, is what
/// the new one takes the place of.
pub(in crate::minds) async fn answer_again(
    db: &mut PgConnection,
    id: EntityId,
    question: &Message,
    answer: Option<MessageId>,
    asked_by: EntityId,
) -> Result<()> {
    sqlx::query(
        "insert into replies (id, entity_id, channel_id, trigger_id, state, replaces, asked_by)
         values ($1, $2, $3, $4, 'waiting', $5, $6)
         on conflict on constraint replies_once do update
         set id = excluded.id, state = 'waiting', text = '', notice = null, stopped_by = null, asked_by = excluded.asked_by,
             replaces = coalesce((select m.id from messages m where m.author_id = replies.entity_id
                                  and m.client_key = replies.id and m.deleted_at is null), excluded.replaces),
             created_at = now(), updated_at = now()
         where replies.state in ('done', 'failed', 'silent')",
    )
    .bind(ReplyId::new().0)
    .bind(id.0)
    .bind(question.channel.0)
    .bind(question.id.0)
    .bind(answer.map(|id| id.0))
    .bind(asked_by.0)
    .execute(&mut *db)
    .await?;
    ask_again(db, id, question.channel).await
}

/// Another try follows.
pub(in crate::minds) async fn wait(db: &PgPool, id: ReplyId) -> Result<()> {
    sqlx::query(
        "update replies set state = 'waiting', text = '', updated_at = now() where id = $1 and state <> 'done'",
    )
    .bind(id.0)
    .execute(db)
    .await?;
    Ok(())
}

/// Ends a reply without a message.
pub(in crate::minds) async fn end(db: &PgPool, id: ReplyId, state: ReplyState, notice: Option<&str>) -> Result<()> {
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

/// Ends what an earlier try may have begun; which that was.
pub(in crate::minds) async fn give_up(db: &PgPool, id: EntityId, trigger: MessageId) -> Result<Option<ReplyId>> {
    let row: Option<(Uuid,)> = sqlx::query_as(
        "update replies set state = 'silent', updated_at = now()
         where entity_id = $1 and trigger_id = $2 and state in ('waiting', 'thinking', 'streaming') returning id",
    )
    .bind(id.0)
    .bind(trigger.0)
    .fetch_optional(db)
    .await?;
    Ok(row.map(|(id,)| ReplyId(id)))
}

/// Replies on their way in a channel, and those that failed within the hour, have not much behind them and were followed by none
/// of the same AI.
pub(in crate::minds) async fn open(db: &PgPool, channel: ChannelId) -> Result<Vec<Writing>> {
    type Row = (Uuid, Uuid, i64, String, String, Option<String>, Uuid, String, String, String);
    let rows: Vec<Row> = sqlx::query_as(
        "select r.id, r.trigger_id, m.seq, r.state, r.text, r.notice, e.id, e.kind, e.name, e.bio
         from replies r join entities e on e.id = r.entity_id join messages m on m.id = r.trigger_id
         where r.channel_id = $1 and r.state in ('waiting', 'thinking', 'streaming', 'failed')
           and (r.state <> 'failed' or (r.updated_at > now() - interval '1 hour'
                and m.seq > (select last_seq from channels where id = $1) - $2 and not exists (
                select from replies n where n.entity_id = r.entity_id and n.channel_id = r.channel_id and n.created_at > r.created_at)))
         order by r.created_at",
    )
    .bind(channel.0)
    .bind(BEHIND)
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(reply, trigger, seq, state, text, notice, id, kind, name, bio)| Writing {
            reply: ReplyId(reply),
            channel,
            entity: entity((id, kind, name, bio)),
            trigger: MessageId(trigger),
            seq,
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
