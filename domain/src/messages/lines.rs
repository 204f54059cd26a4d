//! Lines about what members did. Whom they name they call by their name of today.

use super::insert;
use crate::{Result, Space, memory};
use model::{ChannelId, ClientKey, Entity, EntityId, Message, MessageId, MessageKind};
use sqlx::PgConnection;
use uuid::Uuid;

/// A part of a line.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part<'a> {
    /// Words of the space.
    Words(&'a str),
    /// Somebody's name.
    Who(&'a Entity),
}

/// Whom a line names, and where: its first character and how many.
type Named = (Uuid, i32, i32);

/// Adds a line about what somebody did, within a change of the channel.
pub(crate) async fn system_line(
    db: &mut PgConnection,
    channel: ChannelId,
    author: &Entity,
    parts: &[Part<'_>],
) -> Result<Message> {
    let mut words = String::new();
    let mut named: Vec<Named> = Vec::new();
    for part in parts {
        match part {
            Part::Words(more) => words.push_str(more),
            Part::Who(entity) => {
                named.push((entity.id.0, count(&words), count(&entity.name)));
                words.push_str(&entity.name);
            }
        }
    }
    let id = MessageId::new();
    let html = ammonia::clean_text(&words);
    let line = insert::Line { author: author.id, body: &words, html: &html };
    let (seq, clock, created_at, off_record) = insert::line(db, channel, id, &line).await?;
    keep(db, (id.0, channel.0, seq), &named).await?;
    Ok(Message {
        id,
        channel,
        seq,
        clock,
        author: author.clone(),
        kind: MessageKind::System,
        body: words,
        html,
        reply_to: None,
        quote: None,
        mentions: named.into_iter().map(|(who, ..)| EntityId(who)).collect(),
        reactions: Vec::new(),
        client_key: ClientKey(id.0),
        created_at,
        edited_at: None,
        pinned: false,
        considered: 0,
        off_record,
        deletion: None,
    })
}

fn count(text: &str) -> i32 {
    i32::try_from(text.chars().count()).unwrap_or(i32::MAX)
}

async fn keep(db: &mut PgConnection, (id, channel, seq): (Uuid, Uuid, i64), named: &[Named]) -> Result<()> {
    if named.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into mentions (message_id, entity_id, start, length, channel_id, seq)
         select $1, x.who, x.start, x.length, $2, $3 from unnest($4::uuid[], $5::int[], $6::int[]) as x (who, start, length)",
    )
    .bind(id)
    .bind(channel)
    .bind(seq)
    .bind(named.iter().map(|one| one.0).collect::<Vec<Uuid>>())
    .bind(named.iter().map(|one| one.1).collect::<Vec<i32>>())
    .bind(named.iter().map(|one| one.2).collect::<Vec<i32>>())
    .execute(db)
    .await?;
    Ok(())
}

/// Writes the lines that name somebody anew, with the name that they have now. What members said stays as they said it.
pub(crate) async fn call_otherwise(space: &Space, who: EntityId) -> Result<()> {
    memory::store::call_otherwise(&space.db, who).await?;
    let channels: Vec<(Uuid,)> = sqlx::query_as(
        "select distinct m.channel_id from messages m join mentions n on n.message_id = m.id
         where n.entity_id = $1 and m.kind = 'system'",
    )
    .bind(who.0)
    .fetch_all(&space.db)
    .await?;
    for (channel,) in channels {
        let telling = space.live.expect(ChannelId(channel));
        let mut work = space.db.begin().await?;
        sqlx::query("select from channels where id = $1 for update").bind(channel).execute(&mut *work).await?;
        let lines: Vec<(Uuid, i64, String, String)> = sqlx::query_as(
            "select m.id, m.seq, m.body, e.name from messages m join entities e on e.id = $2
             where m.channel_id = $1 and m.kind = 'system'
               and exists (select from mentions n where n.message_id = m.id and n.entity_id = $2)",
        )
        .bind(channel)
        .bind(who.0)
        .fetch_all(&mut *work)
        .await?;
        for (id, seq, words, name) in lines {
            let named: Vec<Named> =
                sqlx::query_as("delete from mentions where message_id = $1 returning entity_id, start, length")
                    .bind(id)
                    .fetch_all(&mut *work)
                    .await?;
            let (words, named) = rewritten(&words, named, who.0, &name);
            sqlx::query(
                "with bumped as (update channels set clock = clock + 1 where id = $2 returning clock)
                 update messages m set body = $3, html = $4, clock = bumped.clock from bumped where m.id = $1",
            )
            .bind(id)
            .bind(channel)
            .bind(&words)
            .bind(ammonia::clean_text(&words))
            .execute(&mut *work)
            .await?;
            keep(&mut work, (id, channel, seq), &named).await?;
        }
        work.commit().await?;
        telling.untold();
    }
    Ok(())
}

/// A line in which somebody is called otherwise, and where its names stand then.
fn rewritten(words: &str, mut named: Vec<Named>, who: Uuid, name: &str) -> (String, Vec<Named>) {
    let letters: Vec<char> = words.chars().collect();
    let stretch = |from: usize, to: usize| letters.get(from..to).unwrap_or_default().iter().collect::<String>();
    named.sort_by_key(|one| one.1);
    let (mut written, mut at) = (String::new(), 0);
    let named = named
        .into_iter()
        .map(|(one, start, length)| {
            let (start, end) = (start.max(0) as usize, (start + length).max(0) as usize);
            written.push_str(&stretch(at, start));
            let called = if one == who { name.to_owned() } else { stretch(start, end) };
            let place = (one, count(&written), count(&called));
            written.push_str(&called);
            at = end;
            place
        })
        .collect();
    written.push_str(&stretch(at, letters.len()));
    (written, named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_calls_somebody_by_another_name() {
        let (ann, ben) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let words = "started this circle with Ben, Ann and Ben Ann.";
        let named = vec![(ann, 30, 3), (ben, 25, 3)];
        let (words, named) = rewritten(words, named, ben, "A former member");
        assert_eq!(words, "started this circle with A former member, Ann and Ben Ann.");
        assert_eq!(named, [(ben, 25, 15), (ann, 42, 3)]);
        assert_eq!(
            rewritten(&words, named, ann, "Zoë").0,
            "started this circle with A former member, Zoë and Ben Ann."
        );
    }
}
