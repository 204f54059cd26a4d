//! The table `minds`, and what an AI finds in a channel.

mod company;
mod decisions;
mod recalls;
mod replies;

pub(super) use company::{Rests, company};
pub(super) use decisions::{Decided, bystanders, considered_by, decide, decisions, newest_considered, spoke};
pub(super) use recalls::{Source, may_rest_on, recalls, reminded, sources};
pub(crate) use replies::ask_again;
pub(super) use replies::{
    Begun, answer_again, begin, concerned, end, give_up, keep, open, part, stop, trigger_of, wait,
};

use crate::Result;
use crate::entities::entity;
use crate::memory::forgetting;
use crate::messages;
use crate::messages::mentions::{is_nothing_else, own_words};
use crate::minds::context::NEWEST;
use crate::minds::questions;
use crate::tasks::store::interval;
use model::{ChannelId, Code, Entity, EntityId, Message, MessageId, Problem, ProviderId, Sampling, Strategy, Way};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, PgExecutor, PgPool, Row};
use std::time::Duration;
use uuid::Uuid;

/// How many of the newest messages an AI considers at most where none names it, and looks at to know how the talk stands.
const LOOKS_BACK: i64 = 100;
/// How many of the newest messages are one burst at most.
const BURST: i64 = 20;

/// An AI as it thinks, seen from one channel.
pub(in crate::minds) struct Mind {
    pub entity: Entity,
    pub system_prompt: String,
    /// What it thinks with, one after the other where one fails; the first may be the space's own.
    pub ways: Vec<Way>,
    pub sampling: Sampling,
    /// The languages that it speaks, as codes; none: the one it is spoken to in.
    pub languages: Vec<String>,
    pub awake: bool,
    pub is_member: bool,
    /// Whether the channel is a private chat of two.
    pub is_alone: bool,
    /// When it speaks in this channel.
    pub strategy: Strategy,
    pub talkativeness: f32,
    pub cooldown: Duration,
    /// Most tokens in a day; `None` for as many as it takes.
    pub daily_tokens: Option<i64>,
    /// Most money in a day, in US cents; `None` for as much as it takes.
    pub daily_cents: Option<i64>,
    /// What it says when they are used up; empty for words of the space.
    pub tired_line: String,
}

/// How a row's model chooses its words.
pub(in crate::minds) fn sampling(row: &PgRow) -> sqlx::Result<Sampling> {
    Ok(Sampling {
        temperature: row.try_get("temperature")?,
        max_tokens: row.try_get::<i32, _>("max_tokens")?.unsigned_abs(),
        top_p: row.try_get("top_p")?,
        frequency_penalty: row.try_get("frequency_penalty")?,
        presence_penalty: row.try_get("presence_penalty")?,
        seed: row.try_get("seed")?,
    })
}

/// What a row's AI thinks with: its first choice, then the others.
fn ways(row: &PgRow) -> sqlx::Result<Vec<Way>> {
    let provider: Option<Uuid> = row.try_get("provider_id")?;
    let first = Way { provider: provider.map(ProviderId), model: row.try_get("model")? };
    let Json(others): Json<Vec<Way>> = row.try_get("fallbacks")?;
    Ok([first].into_iter().chain(others).collect())
}

impl FromRow<'_, PgRow> for Mind {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            entity: entity((row.try_get("id")?, row.try_get("kind")?, row.try_get("name")?, row.try_get("bio")?)),
            system_prompt: row.try_get("system_prompt")?,
            ways: ways(row)?,
            sampling: sampling(row)?,
            languages: row.try_get("languages")?,
            awake: row.try_get("awake")?,
            is_member: row.try_get("is_member")?,
            is_alone: row.try_get("is_alone")?,
            strategy: Strategy::named(row.try_get("strategy")?).unwrap_or(Strategy::Silent),
            talkativeness: row.try_get("talkativeness")?,
            cooldown: Duration::from_secs(u64::from(row.try_get::<i32, _>("cooldown_s")?.unsigned_abs())),
            daily_tokens: row.try_get("daily_tokens")?,
            daily_cents: row.try_get("daily_cents")?,
            tired_line: row.try_get("tired_line")?,
        })
    }
}

/// An AI, seen from a channel; where it is in none of that id, as in a private chat.
pub(in crate::minds) async fn mind(db: &PgPool, id: EntityId, channel: ChannelId) -> Result<Option<Mind>> {
    let mind = sqlx::query_as(
        "select e.id, e.kind, e.name, e.bio, d.system_prompt, d.provider_id, d.model, d.temperature, d.max_tokens, d.top_p,
                d.frequency_penalty, d.presence_penalty, d.seed, d.languages,
                d.awake and e.deactivated_at is null as awake,
                exists (select from memberships m where m.channel_id = $2 and m.entity_id = e.id and m.left_seq is null)
                    as is_member,
                exists (select from channels c where c.id = $2 and c.kind = 'chat') as is_alone,
                case when exists (select from channels c where c.id = $2 and c.kind = 'room') then d.strategy_room
                     else d.strategy_chat end as strategy,
                d.talkativeness, d.cooldown_s, d.daily_tokens, d.daily_cents, d.tired_line,
                coalesce((select json_agg(json_build_object('provider', f.provider_id, 'model', f.model) order by f.place)
                          from fallbacks f where f.entity_id = e.id), '[]') as fallbacks
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
pub(in crate::minds) struct Trigger {
    pub message: Message,
    /// Whether it names the AI.
    pub named: bool,
    /// All up to here is considered together: the newest message, or what comes before another one's call, or only this one
    /// where its reply was begun before.
    pub up_to: i64,
    /// Whether a reply to it was begun already: then it was decided.
    pub begun: bool,
    /// Whether somebody else has called it, too, and waits.
    pub more: bool,
}

/// The message that moves an AI: the one of a reply that was begun and not ended, or else, of what others have said since
/// it last considered this channel, the newest by the human who called it first, or the newest at all.
pub(in crate::minds) async fn trigger(db: &PgPool, id: EntityId, channel: ChannelId) -> Result<Option<Trigger>> {
    let found: Option<(i64, bool, i64, bool, bool)> = sqlx::query_as(
        "with calls as (
            select m.seq, m.author_id, min(m.seq) over (partition by m.author_id) as first
            from memberships s, mentions n join messages m on m.id = n.message_id join entities a on a.id = m.author_id
            where s.channel_id = $2 and s.entity_id = $1 and s.left_seq is null and n.channel_id = $2 and n.entity_id = $1
              and n.seq > greatest(s.last_read_seq, s.visible_from - 1)
              and m.kind = 'text' and m.deleted_at is null and a.kind = 'human'
              and not exists (select from replies r where r.entity_id = $1 and r.trigger_id = m.id and r.asked_by is null)
         ), call as (
            select seq, author_id from calls order by first, seq desc limit 1
         ), others as (
            select min(seq) as first from calls where author_id <> (select author_id from call)
         )
         select t.seq, exists (select from mentions n join messages m on m.id = n.message_id
                               where n.channel_id = $2 and m.seq = t.seq and n.entity_id = $1),
                case when t.begun then t.seq else coalesce((select first - 1 from others), c.last_seq) end, t.begun,
                not t.begun and exists (select from others where first is not null)
         from channels c, lateral (
         (select m.seq, true as begun from replies r join messages m on m.id = r.trigger_id
          where r.entity_id = $1 and r.channel_id = $2 and r.state in ('waiting', 'thinking', 'streaming')
          order by m.seq limit 1)
         union all
         (select seq, false from call)
         union all
         (select m.seq, false from memberships s, messages m join entities a on a.id = m.author_id
          where s.channel_id = $2 and s.entity_id = $1 and s.left_seq is null and m.channel_id = $2
            and m.seq > greatest(s.last_read_seq, s.visible_from - 1, c.last_seq - $3)
            and m.kind = 'text' and m.deleted_at is null and a.id <> $1
          order by m.seq desc limit 1)
         limit 1) t where c.id = $2",
    )
    .bind(id.0)
    .bind(channel.0)
    .bind(LOOKS_BACK)
    .fetch_optional(db)
    .await?;
    let Some((seq, named, up_to, begun, more)) = found else { return Ok(None) };
    let at = async |seq| messages::store::newest(db, channel, seq, seq, 1).await.map(|mut one| one.pop());
    let mut message = at(if begun || named { seq } else { telling_most(db, id, channel, seq).await? }).await?;
    if let Some(call) = message.as_ref().filter(|call| named && !begun && !tells(&call.body))
        && let behind = asked_behind(db, id, channel, seq).await?
        && behind != call.seq
    {
        message = at(behind).await?;
    }
    Ok(message.map(|message| Trigger { message, named, up_to, begun, more }))
}

/// Whether a message says or asks something by itself.
fn tells(body: &str) -> bool {
    let words = own_words(body);
    questions::says_something(&words) || questions::asks(&words)
}

/// A call that says nothing but the name calls for what its author says right behind it, on the record as it is and to nobody
/// else: the first question there, else the first that says something.
async fn asked_behind(db: &PgPool, id: EntityId, channel: ChannelId, call: i64) -> Result<i64> {
    let names: Vec<(i32, i32)> =
        sqlx::query_as("select start, length from mentions where channel_id = $1 and seq = $2")
            .bind(channel.0)
            .bind(call)
            .fetch_all(db)
            .await?;
    let behind: Vec<(i64, String)> = sqlx::query_as(
        "select m.seq, m.body from messages n join messages m on m.channel_id = n.channel_id and m.seq between n.seq and n.seq + $3
         where n.channel_id = $1 and n.seq = $2 and m.author_id = n.author_id and m.kind = 'text' and m.deleted_at is null
           and m.off_record = n.off_record
           and not exists (select from messages b where b.channel_id = $1 and b.seq > n.seq and b.seq < m.seq
                           and b.author_id <> n.author_id and b.kind = 'text')
           and (m.seq = n.seq or not exists (select from mentions x where x.channel_id = $1 and x.seq > n.seq
                                             and x.seq <= m.seq and x.entity_id <> $4))
         order by m.seq",
    )
    .bind(channel.0)
    .bind(call)
    .bind(BURST)
    .bind(id.0)
    .fetch_all(db)
    .await?;
    let mut said = behind.into_iter();
    let Some((_, body)) = said.next() else { return Ok(call) };
    if !is_nothing_else(&body, names.into_iter().map(|(start, length)| (start as usize, length as usize))) {
        return Ok(call);
    }
    let said: Vec<(i64, String)> = said.map(|(seq, body)| (seq, own_words(&body))).collect();
    let asks = said.iter().find(|(_, words)| questions::asks(words));
    let tells = || said.iter().find(|(_, words)| questions::says_something(words));
    Ok(asks.or_else(tells).map_or(call, |(seq, _)| *seq))
}

/// The newest messages of a channel as an AI is shown them, but for what it was to forget; `answered` it hears in any case.
pub(in crate::minds) async fn heard(
    db: &PgPool,
    id: EntityId,
    channel: ChannelId,
    (from, to): (i64, i64),
    answered: Option<MessageId>,
) -> Result<Vec<Message>> {
    let mut talk = messages::store::newest(db, channel, from, to, NEWEST).await?;
    let lines: Vec<MessageId> = talk.iter().map(|line| line.id).filter(|id| Some(*id) != answered).collect();
    let hidden = forgetting::hidden(db, id, &lines).await?;
    talk.retain(|line| !hidden.contains(&line.id));
    Ok(talk)
}

/// Of what one person said last, without anybody between, and the AI has not considered: the newest question, else the newest that
/// says something, else the newest. A word behind a question does not take its answer.
async fn telling_most(db: &PgPool, id: EntityId, channel: ChannelId, newest: i64) -> Result<i64> {
    let burst: Vec<(i64, String)> = sqlx::query_as(
        "select m.seq, m.body from memberships s, messages m join entities a on a.id = m.author_id
         where s.channel_id = $2 and s.entity_id = $1 and m.channel_id = $2 and m.seq <= $3
           and m.seq > greatest(s.last_read_seq, s.visible_from - 1, $3 - $4) and m.kind = 'text' and m.deleted_at is null
           and a.kind = 'human' and m.seq > (
              select coalesce(max(b.seq), 0) from messages b join messages n on n.channel_id = b.channel_id and n.seq = $3
              where b.channel_id = $2 and b.seq < $3 and b.seq > $3 - $4 and b.author_id <> n.author_id and b.kind = 'text')
         order by m.seq desc",
    )
    .bind(id.0)
    .bind(channel.0)
    .bind(newest)
    .bind(BURST)
    .fetch_all(db)
    .await?;
    let said: Vec<(i64, String)> = burst.into_iter().map(|(seq, body)| (seq, own_words(&body))).collect();
    let asks = said.iter().find(|(_, words)| questions::asks(words));
    let tells = || said.iter().find(|(_, words)| questions::says_something(words));
    Ok(asks.or_else(tells).map_or(newest, |(seq, _)| *seq))
}

/// How the talk stands for an AI that considers a message.
pub(in crate::minds) struct Standing {
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
pub(in crate::minds) async fn standing(db: &PgPool, id: EntityId, trigger: &Message) -> Result<Standing> {
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
                         -- What names somebody else goes on with other talk.
                         not exists (select from mentions n where n.message_id = $3 and n.entity_id <> $1)
                         -- And so does what somebody else says than who was answered.
                         and (select p.author_id = $1 and not exists (select from messages q where q.id = p.reply_to
                                     and q.author_id <> $4) from newest p
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

/// The other AIs that are to consider the same channel now, or as soon as a burst of messages is over: how talkative each is, how
/// long it has been silent there, and when it comes to that.
pub(in crate::minds) async fn rivals(
    db: &PgPool,
    id: EntityId,
    channel: ChannelId,
    pause: Duration,
) -> Result<Vec<(f32, Option<Duration>, Duration)>> {
    let rows: Vec<(f32, Option<f64>, f64)> = sqlx::query_as(
        "select d.talkativeness,
                (select extract(epoch from now() - max(m.created_at))::float8 from messages m join channels c on c.id = $2
                 where m.channel_id = $2 and m.author_id = d.entity_id and m.kind = 'text' and m.seq > c.last_seq - $3),
                extract(epoch from t.run_at - now())::float8
         from tasks t join minds d on d.entity_id = (t.payload ->> 'entity')::uuid
         where t.ordering_key = $4 and t.lease_owner is null and t.run_at <= now() + $5 and d.entity_id <> $1",
    )
    .bind(id.0)
    .bind(channel.0)
    .bind(LOOKS_BACK)
    .bind(format!("consider:{channel}"))
    .bind(interval(pause))
    .fetch_all(db)
    .await?;
    let long = |seconds: f64| Duration::from_secs_f64(seconds.max(0.0));
    Ok(rows.into_iter().map(|(talkativeness, silent, due)| (talkativeness, silent.map(long), long(due))).collect())
}

/// What AIs have said last in a channel, the newest first.
pub(in crate::minds) async fn said_by_ais(db: &PgPool, channel: ChannelId) -> Result<Vec<String>> {
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
pub(in crate::minds) async fn considered(db: &PgPool, id: EntityId, channel: ChannelId, up_to: i64) -> Result<()> {
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

/// The human who causes an answer: whoever asked for it once more, or said the message, or spoke last before the AI that
/// did. And whether the answer takes the place of another.
pub(in crate::minds) async fn cause(db: &PgPool, id: EntityId, trigger: &Message) -> Result<(Option<EntityId>, bool)> {
    let (person, replaces): (Option<Uuid>, bool) = sqlx::query_as(
        "select coalesce(
                (select asked_by from replies where entity_id = $1 and trigger_id = $2),
                (select m.author_id from messages m join entities a on a.id = m.author_id
                 where m.channel_id = $3 and m.seq <= $4 and m.seq > $4 - $5 and a.kind = 'human' and m.kind = 'text'
                 order by m.seq desc limit 1)),
                exists (select from replies where entity_id = $1 and trigger_id = $2 and replaces is not null)",
    )
    .bind(id.0)
    .bind(trigger.id.0)
    .bind(trigger.channel.0)
    .bind(trigger.seq)
    .bind(LOOKS_BACK)
    .fetch_one(db)
    .await?;
    Ok((person.map(EntityId), replaces))
}
