//! What AIs have spent: for admins all of it, for everybody what was spent on their own words.

use crate::accounts::admins_only;
use crate::{Result, Space};
use model::{EntityId, Problem, Spent, Used, UsedDay};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgPool, Row};
use time::Date;

/// Most days that are told of at once.
const DAYS: i32 = 366;
/// Most lines of one kind.
const LINES: i64 = 100;

/// What was spent in the last days (in UTC), today included: 1–366. For admins.
///
/// Refuses with `admin_only`, `invalid_argument`.
pub async fn all(space: &Space, by: EntityId, days: i32) -> Result<Used> {
    admins_only(space, by).await?;
    used(&space.db, None, days).await
}

/// What was spent in the last days on what somebody has said: 1–366.
///
/// Refuses with `invalid_argument`.
pub async fn own(space: &Space, who: EntityId, days: i32) -> Result<Used> {
    used(&space.db, Some(who), days).await
}

struct SpentRow(Spent);

impl FromRow<'_, PgRow> for SpentRow {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self(Spent {
            name: row.try_get("name")?,
            replies: row.try_get("replies")?,
            failures: row.try_get("failures")?,
            tokens_in: row.try_get("tokens_in")?,
            tokens_out: row.try_get("tokens_out")?,
            micros: row.try_get("micros")?,
            first_word_ms: row.try_get("first_word_ms")?,
        }))
    }
}

/// The days from one to today, and what was spent in them, by `name`, of one person alone where one is given.
macro_rules! spent {
    ($name:literal, $joins:literal, $rest:literal) => {
        concat!(
            "select ",
            $name,
            " as name, count(*) filter (where not u.failed and not u.unsaid) as replies, count(*) filter (where u.failed) as failures,
             coalesce(sum(u.tokens_in), 0)::bigint as tokens_in, coalesce(sum(u.tokens_out), 0)::bigint as tokens_out,
             coalesce(sum(u.micros), 0)::bigint as micros,
             (percentile_cont(0.5) within group (order by u.first_word_ms))::bigint as first_word_ms
             from usage u ",
            $joins,
            " where u.at >= ((now() at time zone 'utc')::date - ($1::int - 1))::timestamp at time zone 'utc'
               and ($2::uuid is null or u.caused_by = $2) ",
            $rest
        )
    };
}

async fn used(db: &PgPool, person: Option<EntityId>, days: i32) -> Result<Used> {
    if !(1..=DAYS).contains(&days) {
        return Err(Problem::argument("days", "Choose 1 to 366 days.").into());
    }
    let lines = async |query: &'static str| -> Result<Vec<Spent>> {
        let rows: Vec<SpentRow> =
            sqlx::query_as(query).bind(days).bind(person.map(|id| id.0)).bind(LINES).fetch_all(db).await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    };
    let all = lines(spent!("''", "", "limit $3")).await?.pop().unwrap_or_default();
    let minds = lines(spent!(
        "e.name",
        "join entities e on e.id = u.entity_id",
        "group by e.id order by sum(u.tokens_in::bigint + u.tokens_out) desc, e.name limit $3"
    ));
    let models = lines(spent!(
        "case when u.provider = '' then u.model else u.model || ' (' || u.provider || ')' end",
        "",
        "group by 1 order by sum(u.tokens_in::bigint + u.tokens_out) desc, 1 limit $3"
    ));
    let (minds, models) = (minds.await?, models.await?);
    // Whom one talks with in private is nobody else's affair: such places are told of together, and by name only to whom
    // they belong.
    let (places, people) = if person.is_some() {
        (Vec::new(), Vec::new())
    } else {
        let places = lines(spent!(
            "case c.kind when 'room' then c.name when 'chat' then 'Private chats' when 'circle' then 'Circles'
                  else 'Rehearsals in the studio' end",
            "left join channels c on c.id = u.channel_id",
            "group by 1 order by sum(u.tokens_in::bigint + u.tokens_out) desc, 1 limit $3"
        ));
        let people = lines(spent!(
            "coalesce(e.name, 'Nobody: what AIs began, or noted for themselves')",
            "left join entities e on e.id = u.caused_by",
            "group by e.id, 1 order by sum(u.tokens_in::bigint + u.tokens_out) desc, 1 limit $3"
        ));
        (places.await?, people.await?)
    };
    Ok(Used { all, days: by_day(db, person, days).await?, minds, places, people, models })
}

async fn by_day(db: &PgPool, person: Option<EntityId>, days: i32) -> Result<Vec<UsedDay>> {
    let rows: Vec<PgRow> = sqlx::query(
        "select d.day::date as day, '' as name,
                count(u.id) filter (where not u.failed and not u.unsaid) as replies, count(u.id) filter (where u.failed) as failures,
                coalesce(sum(u.tokens_in), 0)::bigint as tokens_in, coalesce(sum(u.tokens_out), 0)::bigint as tokens_out,
                coalesce(sum(u.micros), 0)::bigint as micros,
                (percentile_cont(0.5) within group (order by u.first_word_ms))::bigint as first_word_ms
         from generate_series(((now() at time zone 'utc')::date - ($1::int - 1))::timestamp,
                              (now() at time zone 'utc')::date::timestamp, interval '1 day') as d (day)
         left join usage u on u.at >= d.day at time zone 'utc' and u.at < (d.day + interval '1 day') at time zone 'utc'
              and ($2::uuid is null or u.caused_by = $2)
         group by d.day order by d.day",
    )
    .bind(days)
    .bind(person.map(|id| id.0))
    .fetch_all(db)
    .await?;
    let mut used = Vec::with_capacity(rows.len());
    for row in rows {
        let day: Date = row.try_get("day")?;
        used.push(UsedDay { day, spent: SpentRow::from_row(&row)?.0 });
    }
    Ok(used)
}
