//! What AIs said because of messages: in answer to them, reminded of them, or with them before their eyes. Where these are
//! forgotten, that is, too.

use super::store::{Mine, speaks_of};
use crate::Result;
use crate::memory::words::{Language, is_common};
use crate::messages::said_because;
use model::{ChannelId, EntityId, MessageId};
use sqlx::PgConnection;
use std::collections::BTreeSet;
use uuid::Uuid;

/// How many messages behind one an AI has it before its eyes at most.
const SHOWN: i64 = 200;

/// Messages (`m`) with what AIs answered to them or said when they were reminded of them.
macro_rules! told_with {
    ($($which:expr),+; $rest:literal) => {
        concat!(
            "with recursive told as (
                select m.id, m.channel_id, m.seq from messages m where ",
            $($which,)+
            " union
                select a.id, a.channel_id, a.seq from told s, lateral (",
            said_because!(),
            ") a
             ) ",
            $rest
        )
    };
}

/// The messages that a memory rests on as far as they are somebody's or name them, with what AIs answered to them or
/// said when they were reminded of them.
pub(super) async fn concerned(db: &mut PgConnection, who: EntityId, of: &Mine) -> Result<Vec<Uuid>> {
    let rows: Vec<(Uuid,)> = sqlx::query_as(told_with!(
        "m.channel_id = $2 and m.seq = any($3) and (m.author_id = $1
            or exists (select from mentions x where x.message_id = m.id and x.entity_id = $1)
            or exists (select from entities me where me.id = $1 and ",
        speaks_of!("m.body"),
        "))";
        "select distinct id from told"
    ))
    .bind(who.0)
    .bind(of.channel)
    .bind(&of.sources)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// What AIs said to others because they were reminded of somebody's words: what was answered to these themselves goes by
/// whom it answers.
pub(super) async fn restated(db: &mut PgConnection, who: EntityId, channel: Option<ChannelId>) -> Result<Vec<Uuid>> {
    let rows: Vec<(Uuid,)> = sqlx::query_as(told_with!(
        "m.author_id = $1 and ($2::uuid is null or m.channel_id = $2) and m.kind = 'text'";
        "select t.id from told t join messages m on m.id = t.id left join messages q on q.id = m.reply_to
         where m.author_id <> $1 and q.author_id is distinct from $1"
    ))
    .bind(who.0)
    .bind(channel.map(|id| id.0))
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// What AIs said, in the talk that goes on behind these messages or behind all of somebody's, in words of theirs that tell something:
/// they had them before their eyes.
pub(super) async fn echoes(
    db: &mut PgConnection,
    of: &[Uuid],
    by: Option<(EntityId, Option<ChannelId>)>,
) -> Result<Vec<Uuid>> {
    let rows: Vec<(Uuid, String, String)> = sqlx::query_as(
        "with said as (
            select channel_id, seq, terms from recollections where message_id = any($1)
            union all
            select channel_id, seq, terms from recollections where author_id = $2 and ($3::uuid is null or channel_id = $3)
         )
         select distinct a.message_id, a.language, t.term
         from said s join recollections a on a.channel_id = s.channel_id and a.seq > s.seq and a.seq <= s.seq + $4 and a.terms && s.terms
         join entities e on e.id = a.author_id and e.kind = 'ai'
         cross join lateral unnest(a.terms) w join terms t on t.id = w
         where w = any(s.terms) and t.df <= 5 + (select recollections from space) / 50",
    )
    .bind(of)
    .bind(by.map(|(who, _)| who.0))
    .bind(by.and_then(|(_, channel)| channel).map(|id| id.0))
    .bind(SHOWN)
    .fetch_all(db)
    .await?;
    let tells = |language: &str, term: &str| !is_common(Language::of_code(language).unwrap_or(Language::En), term);
    let echoes: BTreeSet<Uuid> =
        rows.into_iter().filter(|(_, language, term)| tells(language, term)).map(|(id, ..)| id).collect();
    Ok(echoes.into_iter().collect())
}

/// Has AIs that have forgotten, or are not to remember, something of what an answer that was just posted rests on, forget that
/// answer, too: what is said again is no way around a wish.
pub(crate) async fn follow(db: &mut PgConnection, answer: MessageId, trigger: MessageId) -> Result<()> {
    sqlx::query(
        "with sources as (
            select r.message_id as id from recalls r join messages m on m.id = $1 and m.author_id = r.entity_id where r.trigger_id = $2
            union
            select q.id from recalled_memories r join messages m on m.id = $1 and m.author_id = r.entity_id
            join messages q on q.channel_id = r.channel_id and q.seq = any(r.sources) where r.trigger_id = $2
         )
         insert into forgotten (message_id, entity_id, by_id)
         select $1, f.entity_id, f.by_id from sources s join forgotten f on f.message_id = s.id
         union all
         select $1, a.id, u.person_id
         from sources s join messages q on q.id = s.id join entities e on e.id = q.author_id left join messages p on p.id = q.reply_to
         join unremembered u on (u.person_id = q.author_id or (e.kind = 'ai' and u.person_id = p.author_id))
              and (u.channel_id is null or u.channel_id = q.channel_id) and q.created_at < u.until
         join entities a on a.kind = 'ai' and a.deactivated_at is null and (u.entity_id is null or u.entity_id = a.id)
         on conflict do nothing",
    )
    .bind(answer.0)
    .bind(trigger.0)
    .execute(db)
    .await?;
    Ok(())
}
