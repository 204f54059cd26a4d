//! Reflections in the tables `memories` and `rests_on`.

use super::derived::{Counted, counted};
use crate::Result;
use crate::memory::reflections::{Grounds, NewReflection};
use model::{ChannelId, EntityId};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// How many facts are thought about at once.
const SHOWN: i64 = 40;
/// How important a thought is.
const IMPORTANCE: f32 = 0.6;

/// Removes the thoughts that rest on a fact that is true no more.
pub(in crate::memory) async fn unthink(db: &mut PgConnection, fact: Uuid) -> Result<()> {
    sqlx::query("delete from memories where id in (select reflection_id from rests_on where fact_id = $1)")
        .bind(fact)
        .execute(db)
        .await?;
    Ok(())
}

/// Has an AI think about a place once what it has noted there since it last did comes to so much.
pub(in crate::memory) async fn ask_to_reflect(
    db: &mut PgConnection,
    entity: EntityId,
    channel: ChannelId,
    after: f32,
) -> Result<()> {
    sqlx::query(
        "insert into tasks (id, kind, ordering_key, dedup_key, payload)
         select gen_random_uuid(), 'reflect', 'facts:' || $1::uuid, 'reflect:' || $1::uuid || ':' || $2::uuid,
                jsonb_build_object('entity', $1::uuid, 'channel', $2::uuid)
         where (select coalesce(sum(f.importance), 0) from memories f
                left join formed o on o.entity_id = f.entity_id and o.channel_id = f.channel_id
                where f.entity_id = $1 and f.channel_id = $2 and f.kind = 'fact' and f.superseded_by is null
                  and f.created_at > coalesce(o.reflected_at, '-infinity')) >= $3
         on conflict (dedup_key) where lease_owner is null and dedup_key is not null do nothing",
    )
    .bind(entity.0)
    .bind(channel.0)
    .bind(after)
    .execute(db)
    .await?;
    Ok(())
}

pub(in crate::memory) async fn grounds(db: &PgPool, entity: EntityId, channel: ChannelId) -> Result<Vec<Grounds>> {
    let rows: Vec<(Uuid, String, Option<Uuid>, Option<String>)> = sqlx::query_as(
        "select f.id, f.text, e.id, e.name from (
            select * from memories where entity_id = $1 and channel_id = $2 and kind = 'fact' and superseded_by is null
            order by importance >= 0.5 desc, said_to desc limit $3) f
         left join entities e on e.id = f.about and e.deactivated_at is null order by f.said_from, f.id",
    )
    .bind(entity.0)
    .bind(channel.0)
    .bind(SHOWN)
    .fetch_all(db)
    .await?;
    let grounds = |(id, text, about, name): (Uuid, String, Option<Uuid>, Option<String>)| Grounds {
        id,
        text,
        about: about.map(EntityId).zip(name),
    };
    Ok(rows.into_iter().map(grounds).collect())
}

pub(in crate::memory) async fn keep_reflections(
    db: &mut PgConnection,
    (entity, channel): (EntityId, ChannelId),
    grounds: &[Grounds],
    thoughts: &[NewReflection],
) -> Result<()> {
    // Nobody has something forgotten meanwhile.
    super::alone(&mut *db).await?;
    if !thoughts.is_empty() {
        sqlx::query("delete from memories where entity_id = $1 and channel_id = $2 and kind = 'reflection'")
            .bind(entity.0)
            .bind(channel.0)
            .execute(&mut *db)
            .await?;
    }
    let facts: Vec<Uuid> = grounds.iter().map(|fact| fact.id).collect();
    for one in thoughts {
        let Counted { ids, counts, length, language } = counted(&mut *db, "", &one.thought, None).await?;
        let id = Uuid::now_v7();
        // Somebody whom an AI is not to remember is not thought about, either.
        let kept = sqlx::query(
            "insert into memories (id, entity_id, channel_id, kind, first_seq, last_seq, said_from, said_to, edited, language,
                                   keywords, text, terms, counts, length, about, importance, sources)
             select $1, $2, $3, 'reflection', min(f.first_seq), max(f.last_seq), max(f.said_to), max(f.said_to), max(f.edited), $4,
                    '{}', $5, $6, $7, $8, $9, $10,
                    (select array_agg(distinct s order by s) from memories g cross join unnest(g.sources) s where g.id = any($11))
             from memories f where f.id = any($11) and f.superseded_by is null
               and not exists (select from unremembered u where u.person_id = $9 and u.until = 'infinity' and u.channel_id is null
                               and (u.entity_id is null or u.entity_id = $2))
             having count(*) = cardinality($11)",
        )
        .bind(id)
        .bind(entity.0)
        .bind(channel.0)
        .bind(language)
        .bind(&one.thought)
        .bind(ids)
        .bind(counts)
        .bind(length)
        .bind(one.about.map(|id| id.0))
        .bind(IMPORTANCE)
        .bind(&facts)
        .execute(&mut *db)
        .await?;
        if kept.rows_affected() == 0 {
            continue;
        }
        sqlx::query("insert into rests_on (reflection_id, fact_id) select $1, f from unnest($2::uuid[]) f")
            .bind(id)
            .bind(&facts)
            .execute(&mut *db)
            .await?;
    }
    sqlx::query("update formed set reflected_at = now() where entity_id = $1 and channel_id = $2")
        .bind(entity.0)
        .bind(channel.0)
        .execute(db)
        .await?;
    Ok(())
}
