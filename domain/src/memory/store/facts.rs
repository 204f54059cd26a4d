//! Facts in the table `memories`.

use crate::Result;
use crate::memory::facts::{Heard, Known, NewFact, Talk};
use crate::memory::words::{Language, cut};
use model::{ChannelId, EntityId};
use sqlx::{PgConnection, PgPool};
use std::collections::BTreeMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// How many facts a model is shown that it may know already.
const SHOWN: i64 = 20;

/// The talk that an episode was made of: what people said in it, and what the AI knows that is near to it. `None` where it
/// is gone, or about to be made anew.
pub(in crate::memory) async fn talk(db: &PgPool, episode: Uuid) -> Result<Option<Talk>> {
    type Row = (Uuid, Uuid, String, i64, i64);
    let found: Option<Row> = sqlx::query_as(
        "select entity_id, channel_id, language, first_seq, last_seq from memories
         where id = $1 and kind = 'episode' and not stale and text <> ''",
    )
    .bind(episode)
    .fetch_optional(db)
    .await?;
    let Some((entity, channel, language, first, last)) = found else { return Ok(None) };
    type Line = (i64, OffsetDateTime, i64, Uuid, String, String);
    // What AIs say of people is no source of what is known of them.
    let lines: Vec<Line> = sqlx::query_as(
        "select r.seq, r.said_at, r.edited, e.id, e.name, m.body
         from recollections r join messages m on m.id = r.message_id join entities e on e.id = m.author_id
         where r.channel_id = $1 and r.seq between $2 and $3 and e.kind = 'human' and m.deleted_at is null and not m.off_record
         order by r.seq",
    )
    .bind(channel)
    .bind(first)
    .bind(last)
    .fetch_all(db)
    .await?;
    let known: Vec<(Uuid, String)> = sqlx::query_as(
        "select f.id, f.text from memories f, memories e
         where e.id = $1 and f.kind = 'fact' and f.entity_id = e.entity_id and f.channel_id = e.channel_id
           and f.superseded_by is null
         order by case when f.embedder = e.embedder then f.vector <#> e.vector end nulls last, f.said_to desc limit $2",
    )
    .bind(episode)
    .bind(SHOWN)
    .fetch_all(db)
    .await?;
    Ok(Some(Talk {
        entity: EntityId(entity),
        channel: ChannelId(channel),
        language: Language::of_code(&language).unwrap_or(Language::En),
        lines: lines
            .into_iter()
            .map(|(seq, at, edited, id, author, body)| Heard { seq, at, edited, author: (EntityId(id), author), body })
            .collect(),
        known: known.into_iter().map(|(id, text)| Known { id, text }).collect(),
    }))
}

/// Keeps new facts of a talk, unless one of the lines that they rest on has changed since.
pub(in crate::memory) async fn keep(db: &mut PgConnection, talk: &Talk, facts: &[NewFact<'_>]) -> Result<()> {
    for fact in facts {
        let seqs: Vec<i64> = fact.lines.iter().map(|line| line.seq).collect();
        let (Some(first), Some(last)) = (fact.lines.first(), fact.lines.last()) else { continue };
        let (about, name) = fact.about.map_or((None, ""), |(id, name)| (Some(id.0), name.as_str()));
        let mut counts: BTreeMap<String, i16> = BTreeMap::new();
        for term in cut(&format!("{name} {}", fact.statement), Some(talk.language)).terms {
            let count = counts.entry(term).or_default();
            *count = count.saturating_add(1);
        }
        let names: Vec<&str> = counts.keys().map(String::as_str).collect();
        let known = super::terms(db, &names).await?;
        let (ids, counts): (Vec<i32>, Vec<i16>) =
            counts.iter().filter_map(|(term, count)| Some((*known.get(term)?, *count))).unzip();
        let id = Uuid::now_v7();
        let kept = sqlx::query(
            "insert into memories (id, entity_id, channel_id, kind, first_seq, last_seq, said_from, said_to, edited, language,
                                   keywords, text, terms, counts, length, about, importance, sources)
             select $1, $2, $3, 'fact', $4, $5, $6, $7, $8, $9, '{}', $10, $11, $12, $13, $14, $15, $16
             where (select count(*) from recollections r where r.channel_id = $3 and r.seq = any($16) and r.edited <= $8)
                   = cardinality($16)",
        )
        .bind(id)
        .bind(talk.entity.0)
        .bind(talk.channel.0)
        .bind(first.seq)
        .bind(last.seq)
        .bind(first.at)
        .bind(last.at)
        .bind(fact.lines.iter().map(|line| line.edited).max().unwrap_or_default())
        .bind(talk.language.code())
        .bind(&fact.statement)
        .bind(&ids)
        .bind(&counts)
        .bind(counts.iter().map(|count| i32::from(*count)).sum::<i32>())
        .bind(about)
        .bind(fact.importance)
        .bind(&seqs)
        .execute(&mut *db)
        .await?;
        if kept.rows_affected() > 0
            && let Some(before) = fact.replaces
        {
            sqlx::query("update memories set superseded_by = $2, superseded_at = $3 where id = $1 and kind = 'fact'")
                .bind(before)
                .bind(id)
                .bind(first.at)
                .execute(&mut *db)
                .await?;
        }
    }
    Ok(())
}
