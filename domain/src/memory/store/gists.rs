//! Gists in the table `memories`: what goes on in a channel right now, beyond what a model is shown of it.

use super::Line;
use super::search::remembered;
use crate::Result;
use crate::memory::Kept;
use crate::memory::forming::Episode;
use model::{ChannelId, EntityId};
use sqlx::{PgConnection, PgPool};
use std::collections::HashMap;
use uuid::Uuid;

/// A channel in which an AI's gist is out of date, by so many messages and more.
pub(in crate::memory) async fn grown(db: &mut PgConnection, messages: i64) -> Result<Option<(Uuid, Uuid)>> {
    let found = sqlx::query_as(
        "select m.entity_id, m.channel_id
         from memberships m join entities e on e.id = m.entity_id join channels c on c.id = m.channel_id
         left join memories g on g.entity_id = m.entity_id and g.channel_id = m.channel_id and g.kind = 'gist'
         cross join lateral (
            select count(*) as lines from recollections r
            where r.channel_id = m.channel_id and r.seq > greatest(coalesce(g.last_seq, 0), m.visible_from - 1)
              and r.said_at > now() - interval '1 day') s
         where e.kind = 'ai' and m.left_seq is null and c.archived_at is null and s.lines >= $1
         limit 1",
    )
    .bind(messages)
    .fetch_optional(db)
    .await?;
    Ok(found)
}

/// The last lines of a day, so many at most, but for what the AI has forgotten.
pub(in crate::memory) async fn day(
    db: &mut PgConnection,
    (entity, channel): (Uuid, Uuid),
    most: i64,
) -> Result<Vec<Line>> {
    let mut lines: Vec<Line> = sqlx::query_as(concat!(
        "select r.seq, r.said_at, r.edited, r.language, e.name as author, m.body
         from recollections r join messages m on m.id = r.message_id join entities e on e.id = m.author_id
         join memberships s on s.channel_id = r.channel_id and s.entity_id = $1 and r.seq >= s.visible_from
         where r.channel_id = $2 and r.said_at > now() - interval '1 day' and m.deleted_at is null and not m.off_record and ",
        remembered!(),
        " order by r.seq desc limit $3"
    ))
    .bind(entity)
    .bind(channel)
    .bind(most)
    .fetch_all(db)
    .await?;
    lines.reverse();
    Ok(lines)
}

/// Keeps the gist of these lines in place of the one before.
pub(in crate::memory) async fn keep_gist(
    db: &mut PgConnection,
    (entity, channel): (Uuid, Uuid),
    lines: &[Line],
    gist: &Episode,
    known: &HashMap<String, i32>,
) -> Result<()> {
    sqlx::query("delete from memories where entity_id = $1 and channel_id = $2 and kind = 'gist'")
        .bind(entity)
        .bind(channel)
        .execute(&mut *db)
        .await?;
    let (ids, counts): (Vec<i32>, Vec<i16>) =
        gist.terms.iter().filter_map(|(term, count)| Some((*known.get(term)?, *count))).unzip();
    // It reaches as far as the talk does, though the AI has forgotten the last of it, or all: it is made once.
    sqlx::query(
        "insert into memories (id, entity_id, channel_id, kind, first_seq, last_seq, said_from, said_to, edited, language,
                               keywords, text, terms, counts, length, sources)
         select $1, $2, $3, 'gist', coalesce($4, n.seq), greatest($5, n.seq), coalesce($6, now()), coalesce($7, now()), $8, $9,
                $10, $11, $12, $13, $14, $15
         from (select coalesce(max(seq), 1) as seq from recollections where channel_id = $3) n",
    )
    .bind(Uuid::now_v7())
    .bind(entity)
    .bind(channel)
    .bind(lines.first().map(|first| first.seq))
    .bind(lines.last().map(|last| last.seq))
    .bind(lines.first().map(|first| first.at))
    .bind(lines.last().map(|last| last.at))
    .bind(lines.iter().map(|line| line.edited).max().unwrap_or_default())
    .bind(gist.language.code())
    .bind(&gist.keywords)
    .bind(&gist.text)
    .bind(&ids)
    .bind(&counts)
    .bind(counts.iter().map(|count| i32::from(*count)).sum::<i32>())
    .bind(lines.iter().map(|line| line.seq).collect::<Vec<i64>>())
    .execute(db)
    .await?;
    Ok(())
}

/// Removes the gists of talk that is over for a day.
pub(in crate::memory) async fn fade(db: &PgPool) -> Result<()> {
    sqlx::query("delete from memories where kind = 'gist' and said_to < now() - interval '1 day'").execute(db).await?;
    Ok(())
}

/// What goes on in a channel as an AI has it, where it begins before this number and everybody who is there could read all
/// of it: with its keywords and its lines.
pub(crate) async fn gist(
    db: &PgPool,
    entity: EntityId,
    channel: ChannelId,
    before: i64,
) -> Result<Option<(Kept, Vec<String>, String)>> {
    type Row = (Uuid, Vec<i64>, i64, Vec<String>, String);
    let found: Option<Row> = sqlx::query_as(
        "select id, sources, edited, keywords, text from memories
         where entity_id = $1 and channel_id = $2 and kind = 'gist' and text <> '' and first_seq < $3
           and first_seq >= (select coalesce(max(visible_from) filter (where left_seq is null), 1)
                             from memberships where channel_id = $2)
           and said_to > now() - interval '1 day'",
    )
    .bind(entity.0)
    .bind(channel.0)
    .bind(before)
    .fetch_optional(db)
    .await?;
    Ok(found.map(|(id, sources, edited, keywords, text)| (Kept { id, channel, sources, edited }, keywords, text)))
}
