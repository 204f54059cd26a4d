//! What is off the record: AIs answer it if they are asked, and remember nothing of it.

use super::{moderates, reading};
use crate::error::not_found;
use crate::space::undisturbed;
use crate::{Result, Space, channels};
use model::{ChannelId, ChannelKind, Code, EntityId, MessageId, Problem, limits};
use sqlx::PgConnection;

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
    let space = space.clone();
    let done = async move {
        let telling = space.live.expect(channel);
        let mut work = space.db.begin().await?;
        sqlx::query("select from channels where id = $1 for update").bind(channel.0).execute(&mut *work).await?;
        let (theirs, changed): (i64, i64) = sqlx::query_as(
            "with recursive stretch as (
                select m.id from messages m
                where m.channel_id = $1 and m.seq between $2 and $3 and m.kind = 'text' and m.deleted_at is null
                  and ($4 or m.author_id = $5)
                union
                select a.id from stretch s, messages a join entities e on e.id = a.author_id
                where $6 and e.kind = 'ai' and a.channel_id = $1 and (a.reply_to = s.id or exists (
                    select from recalls r where r.message_id = s.id and r.trigger_id = a.reply_to and r.entity_id = a.author_id))
             ), concerned as (
                select m.id, row_number() over (order by m.seq) as nth from messages m join stretch using (id)
                where m.off_record <> $6
             ), bumped as (
                update channels c set clock = c.clock + n.count from (select count(*) as count from concerned) n
                where c.id = $1 and n.count > 0 returning c.clock - n.count as before
             ), changed as (
                update messages m set off_record = $6, clock = b.before + x.nth
                from concerned x, bumped b where m.id = x.id returning m.id
             )
             select (select count(*) from stretch), (select count(*) from changed)",
        )
        .bind(channel.0)
        .bind(from)
        .bind(to)
        .bind(all)
        .bind(who.0)
        .bind(off_record)
        .fetch_one(&mut *work)
        .await?;
        if theirs == 0 {
            let message = if off_record {
                "Only who said it, or those who moderate here, can take it off the record."
            } else {
                "Only who said it can put it back on the record."
            };
            return Err(Problem::new(Code::NotYours, message).into());
        }
        work.commit().await?;
        if changed > 0 {
            telling.untold();
        }
        Ok(())
    };
    undisturbed("taking off the record", done).await
}

/// Takes an AI's message that was just inserted off the record where the one that it answers is, or one that it was
/// reminded of. Whoever inserts holds the channel's lock, so this sees what was decided before.
pub(crate) async fn follow(db: &mut PgConnection, message: MessageId, answered: MessageId) -> Result<bool> {
    let done = sqlx::query(
        "update messages set off_record = true
         where id = $1 and not off_record and (
            exists (select from messages q where q.id = $2 and q.off_record)
            or exists (select from recalls r join messages q on q.id = r.message_id
                       where r.trigger_id = $2 and r.entity_id = messages.author_id and q.off_record))",
    )
    .bind(message.0)
    .bind(answered.0)
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}
