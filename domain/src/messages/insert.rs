//! How posts come into the tables `messages`, `mentions` and `tasks`: one statement, so one round trip, and the channel's
//! row is locked for no longer than the commit takes.

use super::{Asked, Prepared};
use crate::Result;
use crate::tasks::store::interval;
use model::{ChannelId, EntityId, MessageId};
use sqlx::{PgConnection, PgExecutor};
use std::collections::HashMap;
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

/// What the space gives for every post.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Given {
    /// How many messages each person may post in a week, where nothing else was said of them.
    pub weekly: Option<i32>,
    /// How long AIs wait for what else is said before they consider it.
    pub pause: Duration,
}

/// seq, clock and time of a message that was just born, and whether it is off the record.
pub(crate) type Numbered = (i64, i64, OffsetDateTime, bool);

/// Numbers and keeps a message with its mentions, and asks the AIs that it names to consider it. `None` where the author
/// is no member, the channel is archived, one of a private chat has blocked the other, the author's week is used up, or
/// the members have changed since it was prepared.
///
/// The author's membership is locked first (shared): whoever is being removed has either posted before or cannot any
/// more. Most messages come alone, name nobody and ask no AI. For them this short statement does: the one for several
/// costs a third more even where it has nothing to add.
pub(super) async fn one(db: impl PgExecutor<'_>, post: &Prepared, given: Given) -> Result<Option<Numbered>> {
    if !post.mentions.is_empty() || post.considering().next().is_some() {
        return Ok(together(db, post.channel, &[post], given).await?.remove(&post.id));
    }
    let row = sqlx::query_as(
        "with author as (
            select entity_id from memberships
            where channel_id = $2 and entity_id = $3 and left_seq is null
              and ($8::bigint is null or $8 = (select max(clock) from memberships where channel_id = $2)) for share
         ), week as (
            select a.entity_id, coalesce(a.weekly_limit, $9) as most,
                   case when a.week_began > now() - interval '7 days' then a.week_count else 0 end as used
            from accounts a join author using (entity_id)
            where coalesce(a.weekly_limit, $9) is not null for no key update of a
         ), bumped as (
            update channels c set last_seq = c.last_seq + 1, clock = c.clock + 1 from author
            where not exists (select from week where used >= most) and c.id = $2 and c.archived_at is null and (c.one_id is null or not exists (
                select from blocks b where (b.blocker_id, b.blocked_id) in ((c.one_id, c.other_id), (c.other_id, c.one_id))))
            returning c.last_seq, c.clock, c.off_record
         ), spent as (
            update accounts a set week_count = w.used + 1,
                   week_began = case when w.used = 0 then now() else a.week_began end
            from week w, bumped where a.entity_id = w.entity_id
         )
         insert into messages (id, channel_id, seq, clock, author_id, body, html, reply_to, client_key, off_record)
         select $1, $2, last_seq, clock, $3, $4, $5, $6, $7,
                $10 or off_record or coalesce((select q.off_record from messages q where q.id = $6), false)
         from bumped returning seq, clock, created_at, off_record",
    )
    .bind(post.id.0)
    .bind(post.channel.0)
    .bind(post.author.id.0)
    .bind(&post.body)
    .bind(&post.html)
    .bind(post.reply_to.map(|id| id.0))
    .bind(post.client_key.0)
    .bind(post.roster)
    .bind(given.weekly)
    .bind(post.off_record)
    .fetch_optional(db)
    .await?;
    Ok(row)
}

/// The same for several posts of one channel in one statement, in their order; the numbers of those that were taken.
pub(super) async fn together(
    db: impl PgExecutor<'_>,
    channel: ChannelId,
    posts: &[&Prepared],
    given: Given,
) -> Result<HashMap<MessageId, Numbered>> {
    let mut mentions = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut tasks = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for post in posts {
        for mention in &post.mentions {
            mentions.0.push(post.id.0);
            mentions.1.push(mention.entity.0);
            mentions.2.push(mention.start as i32);
            mentions.3.push(mention.length as i32);
        }
        for Asked { ai, called } in post.considering() {
            tasks.0.push(post.id.0);
            tasks.1.push(Uuid::now_v7());
            tasks.2.push(ai.0);
            // What says nothing but the name is followed by what is asked: it is waited for.
            let waits = if post.says_name_alone { given.pause.as_millis() as i32 / 5 * 4 } else { 0 };
            tasks.3.push(called.map(|place| place as i32 + waits));
        }
    }
    let each = |of: fn(&Prepared) -> Uuid| posts.iter().map(|post| of(post)).collect::<Vec<Uuid>>();
    let rows: Vec<(Uuid, i64, i64, OffsetDateTime, bool)> = sqlx::query_as(
        "with draft as (
            select * from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::uuid[], $8::bigint[], $19::bool[])
              with ordinality as d (id, author, body, html, reply_to, client_key, roster, off_record, place)
         ), author as (
            select entity_id from memberships
            where channel_id = $1 and entity_id = any($3) and left_seq is null
            order by entity_id for share
         ), locked as (
            select a.entity_id, coalesce(a.weekly_limit, $16) as most,
                   case when a.week_began > now() - interval '7 days' then a.week_count else 0 end as used
            from accounts a where a.entity_id in (select entity_id from author)
              and coalesce(a.weekly_limit, $16) is not null
            order by a.entity_id for no key update of a
         ), own as (
            select d.*, row_number() over (partition by d.author order by d.place) as mine from draft d
         ), taken as (
            select d.*, row_number() over (order by d.place) as nth from own d
            where d.author in (select entity_id from author)
              and not exists (select from locked w where w.entity_id = d.author and w.used + d.mine > w.most)
              and (d.roster is null or d.roster = (select max(clock) from memberships where channel_id = $1))
         ), bumped as (
            update channels c set last_seq = c.last_seq + t.posts, clock = c.clock + t.posts
            from (select count(*) as posts from taken) t
            where c.id = $1 and c.archived_at is null and t.posts > 0 and (c.one_id is null or not exists (
                select from blocks b where (b.blocker_id, b.blocked_id) in ((c.one_id, c.other_id), (c.other_id, c.one_id))))
            returning c.last_seq - t.posts as seq, c.clock - t.posts as clock, c.off_record
         ), spent as (
            update accounts a set week_count = w.used + w.posts,
                   week_began = case when w.used = 0 then now() else a.week_began end
            from (select l.entity_id, l.used, count(*) as posts from locked l join taken t on t.author = l.entity_id
                  group by l.entity_id, l.used) w, bumped
            where a.entity_id = w.entity_id
         ), born as (
            insert into messages (id, channel_id, seq, clock, author_id, body, html, reply_to, client_key, off_record)
            select t.id, $1, b.seq + t.nth, b.clock + t.nth, t.author, t.body, t.html, t.reply_to, t.client_key,
                   t.off_record or b.off_record
                   or coalesce((select q.off_record from messages q where q.id = t.reply_to), false)
            from taken t, bumped b returning id, seq, clock, created_at, off_record
         ), named as (
            insert into mentions (message_id, entity_id, start, length, channel_id, seq)
            select x.message, x.entity, x.start, x.length, $1, born.seq
            from unnest($9::uuid[], $10::uuid[], $11::int[], $12::int[]) as x (message, entity, start, length)
            join born on born.id = x.message
         ), considering as (
            insert into tasks (id, kind, ordering_key, dedup_key, payload, run_at)
            select min(x.task::text)::uuid, 'consider', 'consider:' || $1, 'consider:' || x.entity || ':' || $1,
                   jsonb_build_object('entity', x.entity, 'channel', $1, 'called', min(x.called) is not null),
                   now() + case when min(x.called) is null then $18
                                else $18 / 5 + min(x.called) * interval '1 millisecond' end
            from unnest($13::uuid[], $14::uuid[], $15::uuid[], $17::int[]) as x (message, task, entity, called)
            join born on born.id = x.message group by x.entity
            -- Who is called answers soon, whatever others say meanwhile, and in the order of the calls; else a burst is let pass.
            on conflict (dedup_key) where lease_owner is null and dedup_key is not null do update
            set run_at = case when (tasks.payload ->> 'called')::boolean is true and (excluded.payload ->> 'called')::boolean
                              then least(tasks.run_at, excluded.run_at)
                              when (tasks.payload ->> 'called')::boolean is true then tasks.run_at
                              when (excluded.payload ->> 'called')::boolean then excluded.run_at
                              else greatest(tasks.run_at, least(excluded.run_at, tasks.created_at + $18 * 4)) end,
                payload = tasks.payload || jsonb_build_object('called',
                    (tasks.payload ->> 'called')::boolean is true or (excluded.payload ->> 'called')::boolean)
         )
         select id, seq, clock, created_at, off_record from born",
    )
    .bind(channel.0)
    .bind(each(|post| post.id.0))
    .bind(each(|post| post.author.id.0))
    .bind(posts.iter().map(|post| post.body.as_str()).collect::<Vec<&str>>())
    .bind(posts.iter().map(|post| post.html.as_str()).collect::<Vec<&str>>())
    .bind(posts.iter().map(|post| post.reply_to.map(|id| id.0)).collect::<Vec<Option<Uuid>>>())
    .bind(each(|post| post.client_key.0))
    .bind(posts.iter().map(|post| post.roster).collect::<Vec<Option<i64>>>())
    .bind(mentions.0)
    .bind(mentions.1)
    .bind(mentions.2)
    .bind(mentions.3)
    .bind(tasks.0)
    .bind(tasks.1)
    .bind(tasks.2)
    .bind(given.weekly)
    .bind(tasks.3)
    .bind(interval(given.pause))
    .bind(posts.iter().map(|post| post.off_record).collect::<Vec<bool>>())
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|(id, seq, clock, at, off)| (MessageId(id), (seq, clock, at, off))).collect())
}

/// Adds a line about what a member did, within a change of the channel.
pub(super) async fn line(
    db: &mut PgConnection,
    channel: ChannelId,
    id: MessageId,
    line: &Line<'_>,
) -> Result<Numbered> {
    let row = sqlx::query_as(
        "with bumped as (
            update channels set last_seq = last_seq + 1, clock = clock + 1 where id = $2 returning last_seq, clock
         )
         insert into messages (id, channel_id, seq, clock, author_id, kind, body, html, client_key)
         select $1, $2, last_seq, clock, $3, 'system', $4, $5, $1 from bumped returning seq, clock, created_at, off_record",
    )
    .bind(id.0)
    .bind(channel.0)
    .bind(line.author.0)
    .bind(line.body)
    .bind(line.html)
    .fetch_one(db)
    .await?;
    Ok(row)
}

/// What a system line says.
pub(super) struct Line<'a> {
    pub author: EntityId,
    pub body: &'a str,
    pub html: &'a str,
}
