//! Facts in the table `memories`.

use super::derived::{Counted, counted};
use super::search::remembered;
use crate::Result;
use crate::memory::facts::{Heard, Known, NewFact, Talk};
use crate::memory::words::Language;
use crate::messages::mentions;
use model::{ChannelId, EntityId};
use sqlx::{PgConnection, PgPool};
use std::collections::BTreeSet;
use time::OffsetDateTime;
use uuid::Uuid;

/// How many facts a model is shown that it may know already.
const SHOWN: i64 = 20;

/// The episodes of an AI ($1) whose talk is to be asked for facts.
macro_rules! to_note {
    () => {
        "from memories where entity_id = $1 and kind = 'episode' and noted_at is null and not stale
           and (said_to > now() - interval '7 days' or noted_once)"
    };
}

pub(in crate::memory) async fn is_any_left(db: &PgPool, entity: EntityId) -> Result<bool> {
    let (any,) =
        sqlx::query_as(concat!("select exists (select ", to_note!(), ")")).bind(entity.0).fetch_one(db).await?;
    Ok(any)
}

pub(in crate::memory) async fn talk(db: &PgPool, entity: EntityId, vectors: bool) -> Result<Option<Talk>> {
    type Row = (Uuid, Uuid, String, Vec<i64>);
    let found: Option<Row> = sqlx::query_as(concat!(
        "select id, channel_id, language, sources ",
        to_note!(),
        " and (embedder is not null or not $2 or text = '' or said_to < now() - interval '1 hour') order by said_to limit 1"
    ))
    .bind(entity.0)
    .bind(vectors)
    .fetch_optional(db)
    .await?;
    let Some((episode, channel, language, sources)) = found else { return Ok(None) };
    type Line = (i64, OffsetDateTime, i64, Uuid, String, String);
    // What AIs say of people is no source of what is known of them, and who has gone for good is not asked about.
    let lines: Vec<Line> = sqlx::query_as(concat!(
        "select r.seq, r.said_at, r.edited, e.id, e.name, m.body
         from recollections r join messages m on m.id = r.message_id join entities e on e.id = m.author_id
         where r.channel_id = $2 and r.seq = any($3) and e.kind = 'human' and e.deactivated_at is null
           and m.deleted_at is null and not m.off_record and ",
        remembered!(),
        " order by r.seq"
    ))
    .bind(entity.0)
    .bind(channel)
    .bind(&sources)
    .fetch_all(db)
    .await?;
    // Those of the talk itself are made anew with it; and what rests on something that has changed is about to go.
    type Fact = (Uuid, String, Option<Uuid>, Option<Vec<i64>>, i64);
    let known: Vec<Fact> = sqlx::query_as(
        "select f.id, f.text, f.about, case when f.channel_id = e.channel_id then f.sources end, f.edited
         from memories f, memories e, channels h, channels c
         where e.id = $1 and h.id = e.channel_id and c.id = f.channel_id and f.kind = 'fact' and f.entity_id = e.entity_id
           and f.superseded_by is null
           -- What they know may go into the words: whoever can read this talk can read theirs.
           and ((f.channel_id = e.channel_id and (not f.sources && e.sources or f.corrected_by is not null)
                 and (c.kind <> 'circle' or c.history = 'whole'))
                or (f.channel_id <> e.channel_id and h.kind = 'room' and c.kind = 'room'))
           and not exists (select from messages q where q.channel_id = f.channel_id and q.seq = any(f.sources)
                           and (q.deleted_at is not null or q.off_record))
         order by case when f.embedder = e.embedder then f.vector <#> e.vector end nulls last, f.said_to desc limit $2",
    )
    .bind(episode)
    .bind(SHOWN)
    .fetch_all(db)
    .await?;
    let heard = |(seq, at, edited, id, author, body)| Heard { seq, at, edited, author: (EntityId(id), author), body };
    Ok(Some(Talk {
        episode,
        entity,
        channel: ChannelId(channel),
        language: Language::of_code(&language).unwrap_or(Language::En),
        lines: lines.into_iter().map(heard).collect(),
        known: known
            .into_iter()
            .map(|(id, text, about, sources, edited)| Known { id, text, about: about.map(EntityId), sources, edited })
            .collect(),
    }))
}

/// Whether that is how a name is written: as its owner does, or with a capital.
fn is_written(word: &str, name: &str) -> bool {
    let mut rest = name.chars();
    let capital: String = rest.next().into_iter().flat_map(char::to_uppercase).chain(rest).collect();
    word == name || word == capital
}

pub(in crate::memory) async fn keep(db: &mut PgConnection, talk: &Talk, facts: &[NewFact<'_>]) -> Result<()> {
    let seqs: Vec<i64> = talk.lines.iter().map(|line| line.seq).collect();
    let edited = talk.lines.iter().map(|line| line.edited).max().unwrap_or_default();
    // Nobody has something forgotten meanwhile.
    super::alone(&mut *db).await?;
    let noted = sqlx::query(concat!(
        "update memories set noted_at = now(), noted_once = true where id = $6 and not stale
           and (select count(*) from recollections r where r.channel_id = $2 and r.seq = any($3) and r.edited <= $4 and ",
        remembered!(),
        ") = cardinality($3)
           and not exists (select from messages q join entities a on a.id = q.author_id
                           where q.channel_id = $2 and q.seq = any($3) and (a.deactivated_at is not null or a.name <> all($5)))"
    ))
    .bind(talk.entity.0)
    .bind(talk.channel.0)
    .bind(&seqs)
    .bind(edited)
    .bind(talk.lines.iter().map(|line| line.author.1.as_str()).collect::<Vec<&str>>())
    .bind(talk.episode)
    .execute(&mut *db)
    .await?;
    if noted.rows_affected() == 0 || seqs.is_empty() {
        return Ok(());
    }
    sqlx::query("delete from memories where entity_id = $1 and channel_id = $2 and kind = 'fact' and corrected_by is null and sources && $3")
        .bind(talk.entity.0)
        .bind(talk.channel.0)
        .bind(&seqs)
        .execute(&mut *db)
        .await?;
    // What anybody says of those who are not to be remembered is not noted, either: about them nothing, wherever it is said,
    // and nothing that names them where they are. Elsewhere a name alone may be another word, or another one's.
    let unknown: Vec<(String, bool)> = sqlx::query_as(
        "select e.name, exists (select from memberships s where s.channel_id = $2 and s.entity_id = u.person_id)
         from unremembered u join entities e on e.id = u.person_id
         where u.until = 'infinity' and u.channel_id is null and (u.entity_id is null or u.entity_id = $1)",
    )
    .bind(talk.entity.0)
    .bind(talk.channel.0)
    .fetch_all(&mut *db)
    .await?;
    // As they are written: many names are other words, too.
    let names = |text: &str| {
        let as_written = |name: &str, at: &mentions::Mention| {
            let written = text.chars().skip(at.start).take(at.length).collect::<String>();
            is_written(written.trim_start_matches('@'), name)
        };
        unknown.iter().filter(|(_, is_here)| *is_here).any(|(name, _)| {
            mentions::find(text, std::iter::once((talk.entity, name.as_str()))).iter().any(|at| as_written(name, at))
        })
    };
    // Whom somebody has been put right about is not noted anew of the same talk.
    let right: Vec<(Option<Uuid>,)> = sqlx::query_as(
        "select about from memories where entity_id = $1 and channel_id = $2 and corrected_by is not null and sources && $3",
    )
    .bind(talk.entity.0)
    .bind(talk.channel.0)
    .bind(&seqs)
    .fetch_all(&mut *db)
    .await?;
    for fact in facts {
        if names(&fact.statement) || unknown.iter().any(|(name, _)| name.to_lowercase() == fact.whom) {
            continue;
        }
        if right.iter().any(|(about,)| about.is_some() && *about == fact.about.map(|(id, _)| id.0)) {
            continue;
        }
        let Some(first_said) = fact.said.first() else { continue };
        let said: Vec<i64> = fact.said.iter().map(|line| line.seq).collect();
        // What a known fact has lent it, it rests on, too.
        let all: BTreeSet<i64> = seqs
            .iter()
            .chain(fact.beside.iter().filter_map(|known| known.sources.as_ref()).flatten())
            .copied()
            .collect();
        let sources: Vec<i64> = all.into_iter().collect();
        let edited = fact.beside.iter().map(|known| known.edited).fold(edited, i64::max);
        let (about, name) = fact.about.map_or((None, ""), |(id, name)| (Some(id.0), name.as_str()));
        let Counted { ids, counts, length, .. } = counted(&mut *db, name, &fact.statement, Some(talk.language)).await?;
        let id = Uuid::now_v7();
        sqlx::query(
            "insert into memories (id, entity_id, channel_id, kind, first_seq, last_seq, said_from, said_to, edited, language,
                                   keywords, text, terms, counts, length, about, importance, sources, said)
             values ($1, $2, $3, 'fact', $4, $5, $6, $6, $7, $8, '{}', $9, $10, $11, $12, $13, $14, $15, $16)",
        )
        .bind(id)
        .bind(talk.entity.0)
        .bind(talk.channel.0)
        .bind(sources.first())
        .bind(sources.last())
        .bind(first_said.at)
        .bind(edited)
        .bind(talk.language.code())
        .bind(&fact.statement)
        .bind(&ids)
        .bind(&counts)
        .bind(length)
        .bind(about)
        .bind(fact.importance)
        .bind(&sources)
        .bind(&said)
        .execute(&mut *db)
        .await?;
        if let Some(before) = fact.replaces {
            sqlx::query("update memories set superseded_by = $2, superseded_at = $3 where id = $1 and kind = 'fact'")
                .bind(before)
                .bind(id)
                .bind(first_said.at)
                .execute(&mut *db)
                .await?;
            super::unthink(&mut *db, before).await?;
        }
    }
    Ok(())
}
