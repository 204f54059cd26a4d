//! The tables `minds`, `replies`, `decisions` and `usage`.

use crate::Result;
use crate::entities::entity;
use crate::messages;
use model::{
    ChannelId, Code, Decision, Entity, EntityId, Message, MessageId, Problem, ReplyId, ReplyState, Sampling, Strategy,
    Writing,
};
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, PgExecutor, PgPool, Row};
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

/// How many of the newest messages an AI considers at most, and looks at to know how the talk stands.
const LOOKS_BACK: i64 = 100;

/// An AI as it thinks, seen from one channel.
pub(super) struct Mind {
    pub entity: Entity,
    pub system_prompt: String,
    pub model: Option<String>,
    pub sampling: Sampling,
    /// The languages that it speaks, as codes; none: the one it is spoken to in.
    pub languages: Vec<String>,
    pub awake: bool,
    pub is_member: bool,
    /// When it speaks in this channel.
    pub strategy: Strategy,
    pub talkativeness: f32,
    pub cooldown: Duration,
}

/// How a row's model chooses its words.
pub(super) fn sampling(row: &PgRow) -> sqlx::Result<Sampling> {
    Ok(Sampling {
        temperature: row.try_get("temperature")?,
        max_tokens: row.try_get::<i32, _>("max_tokens")?.unsigned_abs(),
        top_p: row.try_get("top_p")?,
        frequency_penalty: row.try_get("frequency_penalty")?,
        presence_penalty: row.try_get("presence_penalty")?,
        seed: row.try_get("seed")?,
    })
}

impl FromRow<'_, PgRow> for Mind {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            entity: entity((row.try_get("id")?, row.try_get("kind")?, row.try_get("name")?, row.try_get("bio")?)),
            system_prompt: row.try_get("system_prompt")?,
            model: row.try_get("model")?,
            sampling: sampling(row)?,
            languages: row.try_get("languages")?,
            awake: row.try_get("awake")?,
            is_member: row.try_get("is_member")?,
            strategy: Strategy::named(row.try_get("strategy")?).unwrap_or(Strategy::Silent),
            talkativeness: row.try_get("talkativeness")?,
            cooldown: Duration::from_secs(u64::from(row.try_get::<i32, _>("cooldown_s")?.unsigned_abs())),
        })
    }
}

/// An AI, seen from a channel; where it is in none of that id, as in a private chat.
pub(super) async fn mind(db: &PgPool, id: EntityId, channel: ChannelId) -> Result<Option<Mind>> {
    let mind = sqlx::query_as(
        "select e.id, e.kind, e.name, e.bio, d.system_prompt, d.model, d.temperature, d.max_tokens, d.top_p,
                d.frequency_penalty, d.presence_penalty, d.seed, d.languages,
                d.awake and e.deactivated_at is null as awake,
                exists (select from memberships m where m.channel_id = $2 and m.entity_id = e.id and m.left_seq is null)
                    as is_member,
                case when exists (select from channels c where c.id = $2 and c.kind = 'room') then d.strategy_room
                     else d.strategy_chat end as strategy,
                d.talkativeness, d.cooldown_s
         from entities e join minds d on d.entity_id = e.id where e.id = $1",
    )
    .bind(id.0)
    .bind(channel.0)
    .fetch_optional(db)
    .await?;
    Ok(mind)
}

/// Refuses to ask in AIs that sleep.
pub(crate) async fn refuse_asleep(db: impl PgExecutor<'_>, whom: &[EntityId]) -> Result<()> {
    let ids: Vec<Uuid> = whom.iter().map(|id| id.0).collect();
    let asleep: Option<(String,)> = sqlx::query_as(
        "select e.name from minds d join entities e on e.id = d.entity_id
         where d.entity_id = any($1) and not d.awake and e.deactivated_at is null order by e.name_key limit 1",
    )
    .bind(ids)
    .fetch_optional(db)
    .await?;
    match asleep {
        Some((name,)) => {
            let message = format!("{name} is asleep. Ask again when it is awake.");
            Err(Problem::new(Code::ContactRefused, message).into())
        }
        None => Ok(()),
    }
}

/// What moves an AI.
pub(super) struct Trigger {
    pub message: Message,
    /// Whether it names the AI.
    pub named: bool,
    /// All up to here is considered together: the newest message, or only this one where its reply was begun before.
    pub up_to: i64,
    /// Whether a reply to it was begun already: then it was decided.
    pub begun: bool,
}

/// The message that moves an AI: the one of a reply that was begun and not ended, or else, of what others have said since
/// it last considered this channel, the newest by a human that names it, or the newest at all.
pub(super) async fn trigger(db: &PgPool, id: EntityId, channel: ChannelId) -> Result<Option<Trigger>> {
    let found: Option<(i64, bool, i64, bool)> = sqlx::query_as(
        "select t.seq, exists (select from mentions n where n.message_id = t.id and n.entity_id = $1),
                case when t.begun then t.seq else c.last_seq end, t.begun
         from channels c, lateral (
         (select m.seq, m.id, true as begun from replies r join messages m on m.id = r.trigger_id
          where r.entity_id = $1 and r.channel_id = $2 and r.state in ('waiting', 'thinking', 'streaming')
          order by m.seq limit 1)
         union all
         (select m.seq, m.id, false from memberships s, messages m join entities a on a.id = m.author_id
          where s.channel_id = $2 and s.entity_id = $1 and s.left_seq is null and m.channel_id = $2
            and m.seq > greatest(s.last_read_seq, s.visible_from - 1, c.last_seq - $3)
            and m.kind = 'text' and m.deleted_at is null and a.id <> $1
          order by a.kind = 'human' and exists (select from mentions n where n.message_id = m.id and n.entity_id = $1) desc,
                   m.seq desc
          limit 1)
         limit 1) t where c.id = $2",
    )
    .bind(id.0)
    .bind(channel.0)
    .bind(LOOKS_BACK)
    .fetch_optional(db)
    .await?;
    let Some((seq, named, up_to, begun)) = found else { return Ok(None) };
    let message = messages::store::newest(db, channel, seq, seq, 1).await?.pop();
    Ok(message.map(|message| Trigger { message, named, up_to, begun }))
}

/// How the talk stands for an AI that considers a message.
pub(super) struct Standing {
    /// Messages of AIs since the last one of a human.
    pub hops: u32,
    /// Messages of AIs within the last minute.
    pub said: u32,
    /// How long ago it last spoke there.
    pub spoke: Option<Duration>,
    /// How long ago it last answered the author of the message.
    pub answered: Option<Duration>,
    /// Whether the message goes on with what it said last.
    pub continues: bool,
}

/// How the talk stands for an AI: all of it from the newest messages alone.
pub(super) async fn standing(db: &PgPool, id: EntityId, trigger: &Message) -> Result<Standing> {
    let row: (i64, i64, Option<f64>, Option<f64>, bool) = sqlx::query_as(
        "with newest as (
            select m.seq, m.author_id, m.reply_to, m.created_at, a.kind from messages m join entities a on a.id = m.author_id
            where m.channel_id = $2 and m.kind = 'text' and m.seq > (select last_seq from channels where id = $2) - $5
         ), own as (
            select m.created_at, m.reply_to from messages m where m.channel_id = $2 and m.author_id = $1 and m.kind = 'text'
            and m.seq > (select last_seq from channels where id = $2) - $5 * 10 order by m.seq desc limit 20
         )
         select (select count(*) from newest where kind = 'ai'
                 and seq > (select coalesce(max(seq), 0) from newest where kind = 'human')),
                (select count(*) from newest where kind = 'ai' and created_at > now() - interval '1 minute'),
                (select extract(epoch from now() - max(created_at))::float8 from own),
                (select extract(epoch from now() - max(o.created_at))::float8 from own o join messages q on q.id = o.reply_to
                 where q.author_id = $4),
                coalesce((select q.author_id = $1 from messages t join messages q on q.id = t.reply_to where t.id = $3),
                         (select p.author_id = $1 from newest p
                          where p.seq < (select seq from messages where id = $3) and p.author_id <> $4
                          order by p.seq desc limit 1), false)",
    )
    .bind(id.0)
    .bind(trigger.channel.0)
    .bind(trigger.id.0)
    .bind(trigger.author.id.0)
    .bind(LOOKS_BACK)
    .fetch_one(db)
    .await?;
    let ago = |seconds: Option<f64>| seconds.map(|seconds| Duration::from_secs_f64(seconds.max(0.0)));
    Ok(Standing {
        hops: u32::try_from(row.0).unwrap_or(u32::MAX),
        said: u32::try_from(row.1).unwrap_or(u32::MAX),
        spoke: ago(row.2),
        answered: ago(row.3),
        continues: row.4,
    })
}

/// The other AIs that are to consider the same channel now: how talkative each is, and how long it has been silent there.
pub(super) async fn rivals(db: &PgPool, id: EntityId, channel: ChannelId) -> Result<Vec<(f32, Option<Duration>)>> {
    let rows: Vec<(f32, Option<f64>)> = sqlx::query_as(
        "select d.talkativeness,
                (select extract(epoch from now() - max(m.created_at))::float8 from messages m join channels c on c.id = $2
                 where m.channel_id = $2 and m.author_id = d.entity_id and m.kind = 'text' and m.seq > c.last_seq - $3)
         from tasks t join minds d on d.entity_id = (t.payload ->> 'entity')::uuid
         where t.ordering_key = $4 and t.lease_owner is null and t.run_at <= now() and d.entity_id <> $1",
    )
    .bind(id.0)
    .bind(channel.0)
    .bind(LOOKS_BACK)
    .bind(format!("consider:{channel}"))
    .fetch_all(db)
    .await?;
    let ago = |seconds: f64| Duration::from_secs_f64(seconds.max(0.0));
    Ok(rows.into_iter().map(|(talkativeness, silent)| (talkativeness, silent.map(ago))).collect())
}

/// What AIs have said last in a channel, the newest first.
pub(super) async fn said_by_ais(db: &PgPool, channel: ChannelId) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "select m.body from messages m join entities a on a.id = m.author_id join channels c on c.id = m.channel_id
         where m.channel_id = $1 and m.seq > c.last_seq - $2 and a.kind = 'ai' and m.kind = 'text' and m.deleted_at is null
         order by m.seq desc limit 10",
    )
    .bind(channel.0)
    .bind(LOOKS_BACK)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|(body,)| body).collect())
}

/// Notes how far an AI has considered a channel: its read position, as everybody has one.
pub(super) async fn considered(db: &PgPool, id: EntityId, channel: ChannelId, up_to: i64) -> Result<()> {
    sqlx::query(
        "update memberships set last_read_seq = greatest(last_read_seq, $3) where channel_id = $1 and entity_id = $2",
    )
    .bind(channel.0)
    .bind(id.0)
    .bind(up_to)
    .execute(db)
    .await?;
    Ok(())
}

/// Begins a reply, or takes up one that was begun. `None` where it has ended already. All up to `up_to` is considered
/// with it.
pub(super) async fn begin(
    db: &PgPool,
    id: EntityId,
    channel: ChannelId,
    trigger: MessageId,
    up_to: i64,
) -> Result<Option<ReplyId>> {
    let row: Option<(Uuid,)> = sqlx::query_as(
        "with read as (
            update memberships set last_read_seq = greatest(last_read_seq, $5) where channel_id = $3 and entity_id = $2
         )
         insert into replies (id, entity_id, channel_id, trigger_id, state) values ($1, $2, $3, $4, 'thinking')
         on conflict on constraint replies_once do update set state = 'thinking', text = '', updated_at = now()
         where replies.state in ('waiting', 'thinking', 'streaming') returning id",
    )
    .bind(ReplyId::new().0)
    .bind(id.0)
    .bind(channel.0)
    .bind(trigger.0)
    .bind(up_to)
    .fetch_optional(db)
    .await?;
    Ok(row.map(|(id,)| ReplyId(id)))
}

/// Has an AI consider a channel once more; nothing where that waits already.
pub(super) async fn ask_again(db: impl PgExecutor<'_>, id: EntityId, channel: ChannelId) -> Result<()> {
    sqlx::query(
        "insert into tasks (id, kind, ordering_key, dedup_key, payload) values ($1, 'consider', $2, $3, $4)
         on conflict (dedup_key) where lease_owner is null and dedup_key is not null do nothing",
    )
    .bind(Uuid::now_v7())
    .bind(format!("consider:{channel}"))
    .bind(format!("consider:{id}:{channel}"))
    .bind(serde_json::json!({"entity": id, "channel": channel}))
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

/// Why an AI did what it did.
#[derive(Clone, Copy)]
pub(super) struct Decided<'a> {
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
pub(super) async fn decide(db: &PgPool, channel: ChannelId, decided: &Decided<'_>) -> Result<()> {
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
pub(super) async fn considered_by(db: &PgPool, trigger: MessageId) -> Result<Option<(i64, i64)>> {
    let found = sqlx::query_as(
        "select m.seq, (select count(distinct d.entity_id) from decisions d where d.trigger_id = m.id)
         from messages m where m.id = $1",
    )
    .bind(trigger.0)
    .fetch_optional(db)
    .await?;
    Ok(found)
}

/// What is kept of a reply that was posted.
pub(super) struct Settled<'a> {
    pub reply: ReplyId,
    pub caused_by: EntityId,
    pub reason: &'a str,
    pub inputs: Option<&'a Value>,
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
              decided as (insert into decisions (id, entity_id, channel_id, trigger_id, gate, outcome, reason, inputs)
                          values ($2, $3, $4, $5, 'strategy', 'spoke', $6, $14))
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
    .bind(settled.inputs)
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
