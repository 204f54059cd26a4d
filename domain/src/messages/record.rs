//! What is off the record: AIs answer it if they are asked, and remember nothing of it.

use super::{moderates, reading};
use crate::error::not_found;
use crate::space::undisturbed;
use crate::{Result, Space, channels};
use model::{ChannelId, ChannelKind, Code, EntityId, MessageId, Problem, limits};
use sqlx::PgConnection;
use uuid::Uuid;

/// Takes the messages from one number to another off the record, with what AIs answered to them, or puts one's own among
/// them back on it. In private chats and circles every member may take off what was said, in rooms those who moderate;
/// everybody may do so with their own words. What somebody has taken off their own words, nobody else puts back.
///
/// Refuses with `not_found`, `not_a_member`, `not_yours` where there is nothing that one may change, `invalid_argument`.
pub async fn record(
    space: &Space,
    who: EntityId,
    channel: ChannelId,
    (from, to): (i64, i64),
    off_record: bool,
) -> Result<()> {
    let seat = reading(space, who, channel).await?;
    let from = from.max(seat.visible_from);
    if to < from {
        return Err(
            Problem::argument("to", "This ends before it begins. Name the first message, then the last.").into()
        );
    }
    if to.saturating_sub(from) >= limits::STRETCH {
        let message = format!("At most {} messages at once. Take a shorter stretch.", limits::STRETCH);
        return Err(Problem::argument("to", message).into());
    }
    let found = channels::store::channel_for(&space.db, channel, who).await?;
    let Some((place, Some(seat))) = found else { return Err(not_found("room")) };
    let all = off_record && (place.kind != ChannelKind::Room || moderates(&space.db, who, &place, &seat).await?);
    let stretch = Stretch { channel, from, to, who: (!all).then_some(who) };
    let space = space.clone();
    let done = async move {
        let (theirs, mut changed) = change(&space, stretch, off_record).await?;
        if !theirs {
            let message = if off_record {
                "Only who said it, or those who moderate here, can take it off the record."
            } else {
                "Only who said it can put it back on the record."
            };
            return Err(Problem::new(Code::NotYours, message).into());
        }
        // What was answered meanwhile elsewhere did not know of it yet.
        while off_record && changed {
            (_, changed) = change(&space, stretch, off_record).await?;
        }
        Ok(())
    };
    undisturbed("taking off the record", done).await
}

/// Messages from one number to another; of one member, or of all.
#[derive(Clone, Copy)]
struct Stretch {
    channel: ChannelId,
    from: i64,
    to: i64,
    who: Option<EntityId>,
}

/// What AIs answered to a message `s`, or said when they were reminded of it, wherever that was.
macro_rules! said_because {
    () => {
        "select m.id, m.channel_id, m.seq from messages m join entities e on e.id = m.author_id
         where m.reply_to = s.id and e.kind = 'ai'
         union all
         select m.id, m.channel_id, m.seq from recalls r
         join messages m on m.reply_to = r.trigger_id and m.author_id = r.entity_id
         where r.message_id = s.id
         union all
         select m.id, m.channel_id, m.seq from recalled_memories r
         join messages m on m.reply_to = r.trigger_id and m.author_id = r.entity_id
         where r.sources @> array[s.seq] and r.channel_id = s.channel_id"
    };
}
pub(crate) use said_because;

/// Those of a stretch ($1: channel, $2 and $3: numbers, $4: whose), and where it is taken off the record ($5) all that AIs
/// answered to them or said when they were reminded of them, wherever that was.
macro_rules! concerned {
    ($rest:literal) => {
        concat!(
            "with recursive stretch as (
                select m.id, m.channel_id, m.seq, true as own from messages m
                where m.channel_id = $1 and m.seq between $2 and $3 and m.kind = 'text' and m.deleted_at is null
                  and ($4::uuid is null or m.author_id = $4)
                union
                select a.id, a.channel_id, a.seq, false from stretch s, lateral (",
            said_because!(),
            ") a where $5
             )",
            $rest
        )
    };
}

/// Takes a stretch off the record, or puts it back: whether there is anything of it, and whether anything has changed.
async fn change(space: &Space, stretch: Stretch, off_record: bool) -> Result<(bool, bool)> {
    let Stretch { channel, from, to, who } = stretch;
    let mut work = space.db.begin().await?;
    let channels: Vec<(Uuid,)> =
        sqlx::query_as(concerned!("select distinct channel_id from stretch union select $1 order by 1"))
            .bind(channel.0)
            .bind(from)
            .bind(to)
            .bind(who.map(|id| id.0))
            .bind(off_record)
            .fetch_all(&mut *work)
            .await?;
    let channels: Vec<Uuid> = channels.into_iter().map(|(id,)| id).collect();
    let telling: Vec<_> = channels.iter().map(|id| (*id, space.live.expect(ChannelId(*id)))).collect();
    // In one order, so that no two wait for each other.
    sqlx::query("select from channels where id = any($1) order by id for update")
        .bind(&channels)
        .execute(&mut *work)
        .await?;
    sqlx::query(concerned!(
        "select from messages m where m.id in (select id from stretch) order by m.channel_id, m.seq for update"
    ))
    .bind(channel.0)
    .bind(from)
    .bind(to)
    .bind(who.map(|id| id.0))
    .bind(off_record)
    .execute(&mut *work)
    .await?;
    let (theirs, changed): (i64, Vec<Uuid>) = sqlx::query_as(concerned!(
        ", concerned as (
            select m.id, m.channel_id, row_number() over (partition by m.channel_id order by m.seq) as nth
            from messages m where m.id in (select id from stretch) and m.off_record <> $5 and m.channel_id = any($6)
         ), bumped as (
            update channels c set clock = c.clock + n.count
            from (select channel_id, count(*) as count from concerned group by channel_id) n
            where c.id = n.channel_id returning c.id, c.clock - n.count as before
         ), changed as (
            update messages m set off_record = $5, clock = b.before + x.nth
            from concerned x join bumped b on b.id = x.channel_id where m.id = x.id returning m.channel_id
         )
         select (select count(*) from stretch where own),
                coalesce((select array_agg(distinct channel_id) from changed), '{}')"
    ))
    .bind(channel.0)
    .bind(from)
    .bind(to)
    .bind(who.map(|id| id.0))
    .bind(off_record)
    .bind(&channels)
    .fetch_one(&mut *work)
    .await?;
    work.commit().await?;
    for (id, telling) in telling {
        if changed.contains(&id) {
            telling.untold();
        }
    }
    Ok((theirs > 0, !changed.is_empty()))
}

/// Takes an AI's message that was just inserted off the record where the one that it answers is, one that it was reminded
/// of, or one that it was shown. Whoever inserts holds the channel's lock, so this sees what was decided before; of
/// other channels it waits for what is being decided.
pub(crate) async fn follow(
    db: &mut PgConnection,
    message: MessageId,
    answered: Option<MessageId>,
    shown: &[MessageId],
) -> Result<bool> {
    let done = sqlx::query(
        "with own as (
            select author_id from messages where id = $1
         ), sources as (
            select r.message_id as id from recalls r, own where r.trigger_id = $2 and r.entity_id = own.author_id
            union
            select q.id from own, recalled_memories r
            join messages q on q.channel_id = r.channel_id and q.seq = any(r.sources)
            where r.trigger_id = $2 and r.entity_id = own.author_id
         ), recalled as (
            select q.off_record or q.deleted_at is not null as off_record from messages q where q.id in (select id from sources) order by q.channel_id, q.seq for share
         )
         update messages set off_record = true
         where id = $1 and not off_record
           and (exists (select from messages q where (q.id = $2 or q.id = any($3)) and q.off_record)
                or exists (select from recalled where off_record))",
    )
    .bind(message.0)
    .bind(answered.map(|id| id.0))
    .bind(shown.iter().map(|id| id.0).collect::<Vec<Uuid>>())
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}
