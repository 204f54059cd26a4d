//! The tables `recalls` and `recalled_memories`, and the messages that are recalled.

use crate::minds::context::{cited, place};
use crate::minds::recalling::Reminded;
use crate::{Result, memory};
use model::{ChannelId, EntityId, MessageId, Remembered, limits};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, PgPool, Row};
use time::OffsetDateTime;
use uuid::Uuid;

/// A message as an AI is reminded of it.
pub(in crate::minds) struct Source {
    pub message: MessageId,
    /// Whether that was in private, in another channel than this.
    pub elsewhere: bool,
    pub at: OffsetDateTime,
    pub author: String,
    /// Where, in words: a room by its name.
    pub place: String,
    pub body: String,
}

impl FromRow<'_, PgRow> for Source {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let place = place(row.try_get("kind")?, row.try_get("name")?);
        Ok(Self {
            message: MessageId(row.try_get("id")?),
            elsewhere: row.try_get("elsewhere")?,
            at: row.try_get("created_at")?,
            author: row.try_get("author")?,
            place,
            body: row.try_get("body")?,
        })
    }
}

/// The messages of these ids, in their order, as an AI in a channel is reminded of them.
pub(in crate::minds) async fn sources(db: &PgPool, here: ChannelId, ids: &[MessageId]) -> Result<Vec<Source>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let sources = sqlx::query_as(
        "select m.id, m.created_at, m.body, e.name as author, c.kind, c.name, c.kind <> 'room' and c.id <> $2 as elsewhere
         from unnest($1::uuid[]) with ordinality x (id, nth) join messages m on m.id = x.id
         join entities e on e.id = m.author_id join channels c on c.id = m.channel_id
         -- What was changed a moment ago is not what was found, and somebody may not know it.
         join recollections r on r.message_id = m.id and r.edited >= m.edit_clock
         where m.deleted_at is null and not m.off_record order by x.nth",
    )
    .bind(ids)
    .bind(here.0)
    .fetch_all(db)
    .await?;
    Ok(sources)
}

/// Notes what an AI is reminded of for an answer, beside what it was for the one that this may take the place of: until
/// then either may stand.
pub(in crate::minds) async fn may_rest_on(db: &PgPool, id: EntityId, trigger: MessageId, of: &Reminded) -> Result<()> {
    let mut work = db.begin().await?;
    note(&mut work, id, trigger, of).await?;
    work.commit().await?;
    Ok(())
}

/// Keeps what an answer rests on, now that it stands, and nothing else.
pub(in crate::minds) async fn reminded(
    db: &mut PgConnection,
    id: EntityId,
    trigger: MessageId,
    of: &Reminded,
) -> Result<()> {
    for others in [
        "delete from recalls where entity_id = $1 and trigger_id = $2 and message_id <> all($3)",
        "delete from recalled_memories where entity_id = $1 and trigger_id = $2 and memory_id <> all($4)",
        "delete from recalled_passages where entity_id = $1 and trigger_id = $2 and passage_id <> all($5)",
    ] {
        sqlx::query(others)
            .bind(id.0)
            .bind(trigger.0)
            .bind(of.ids())
            .bind(of.kept.iter().map(|one| one.id).collect::<Vec<Uuid>>())
            .bind(&of.passages)
            .execute(&mut *db)
            .await?;
    }
    note(db, id, trigger, of).await
}

async fn note(db: &mut PgConnection, id: EntityId, trigger: MessageId, of: &Reminded) -> Result<()> {
    sqlx::query(
        "insert into recalls (entity_id, trigger_id, message_id, place)
         select $1, $2, x.id, x.nth from unnest($3::uuid[]) with ordinality x (id, nth) on conflict do nothing",
    )
    .bind(id.0)
    .bind(trigger.0)
    .bind(of.ids())
    .execute(&mut *db)
    .await?;
    // A document may have been removed meanwhile.
    sqlx::query(
        "insert into recalled_passages (entity_id, trigger_id, passage_id)
         select $1, $2, p.id from passages p where p.id = any($3) on conflict do nothing",
    )
    .bind(id.0)
    .bind(trigger.0)
    .bind(&of.passages)
    .execute(&mut *db)
    .await?;
    memory::store::recalled(db, id, trigger, &of.kept).await
}

/// What AIs were reminded of by a message, as far as `who` could read it.
pub(in crate::minds) async fn recalls(
    db: &PgPool,
    trigger: MessageId,
    who: EntityId,
) -> Result<Vec<(EntityId, Remembered)>> {
    let rows: Vec<(Uuid, Uuid, i64, String, String)> = sqlx::query_as(
        "(select r.entity_id, m.channel_id, m.seq, e.name, left(m.body, $3)
         from recalls r join messages m on m.id = r.message_id join entities e on e.id = m.author_id
         join memberships s on s.channel_id = m.channel_id and s.entity_id = $2
              and m.seq >= s.visible_from
              and (s.left_seq is null or (m.seq <= s.left_seq and m.edit_clock <= s.clock))
         where r.trigger_id = $1 and m.deleted_at is null and not m.off_record
           and not exists (select from forgotten f where f.message_id = m.id and f.entity_id = r.entity_id)
           and not exists (select from unremembered u where (u.entity_id is null or u.entity_id = r.entity_id)
                           and u.person_id = m.author_id and (u.channel_id is null or u.channel_id = m.channel_id)
                           and m.created_at < u.until)
         order by r.place)
         union all
         (select r.entity_id, r.channel_id, m.first_seq, coalesce(nullif(array_to_string(m.keywords, ', '), ''), '(known)'), left(m.text, $3)
          from recalled_memories r join memories m on m.id = r.memory_id
          join memberships s on s.channel_id = r.channel_id and s.entity_id = $2 and m.first_seq >= s.visible_from
               and (s.left_seq is null or (m.last_seq <= s.left_seq and m.edited <= s.clock))
          where r.trigger_id = $1 and not m.stale and m.text <> '' order by m.first_seq)",
    )
    .bind(trigger.0)
    .bind(who.0)
    .bind(limits::LAST_LINE as i32)
    .fetch_all(db)
    .await?;
    let told = |(entity, channel, seq, author, text): (Uuid, Uuid, i64, String, String)| {
        let (channel, seq) = (Some(ChannelId(channel)), Some(seq));
        (EntityId(entity), Remembered { channel, seq, author, text })
    };
    let mut recalled: Vec<(EntityId, Remembered)> = rows.into_iter().map(told).collect();
    type Known = (Uuid, String, Option<i32>, String, String);
    let known: Vec<Known> = sqlx::query_as(
        "select r.entity_id, d.title, p.page, p.heading, left(p.text, $2)
         from recalled_passages r join passages p on p.id = r.passage_id join documents d on d.id = p.document_id
         where r.trigger_id = $1 order by d.title, p.place",
    )
    .bind(trigger.0)
    .bind(limits::LAST_LINE as i32)
    .fetch_all(db)
    .await?;
    // What it knows from documents is everybody's, and stands in no channel.
    recalled.extend(known.into_iter().map(|(entity, title, page, heading, text)| {
        let author = cited(&title, page, &heading);
        (EntityId(entity), Remembered { channel: None, seq: None, author, text })
    }));
    Ok(recalled)
}
