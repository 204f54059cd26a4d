//! What becomes of a message after it was said: edited, deleted, reacted to, pinned.
//!
//! Each change is one transaction that locks the membership, then the channel, and leaves the message's row with the
//! channel's new clock. Replies show what they answer, so they change with it.

use super::{markdown, mentions, store, told};
use crate::entities::blocks;
use crate::error::not_found;
use crate::live::{Expected, Presences};
use crate::space::undisturbed;
use crate::{Result, Space, accounts, channels, minds};
use channels::store::Seat;
use model::{
    Channel, ChannelId, ChannelKind, Code, EntityId, EntityKind, Message, MessageId, MessageKind, Problem, Role, limits,
};
use sqlx::{PgConnection, PgExecutor, Postgres, Transaction};
use uuid::Uuid;

/// A change of one message that is being made.
struct Changing {
    work: Transaction<'static, Postgres>,
    telling: Expected,
    channel: Channel,
    seat: Seat,
    who: EntityId,
    before: Message,
}

impl Changing {
    /// Locks what is needed. Whoever may not read the message learns nothing of it.
    async fn begin(space: &Space, who: EntityId, channel: ChannelId, id: MessageId) -> Result<Self> {
        let telling = space.live.expect(channel);
        let mut work = space.db.begin().await?;
        sqlx::query("select from memberships where channel_id = $1 and entity_id = $2 for share")
            .bind(channel.0)
            .bind(who.0)
            .execute(&mut *work)
            .await?;
        sqlx::query("select from channels where id = $1 for update").bind(channel.0).execute(&mut *work).await?;
        let (channel, seat) = match channels::store::channel_for(&mut *work, channel, who).await? {
            Some((channel, Some(seat))) => (channel, seat),
            Some((found, None)) if found.kind == ChannelKind::Room => return Err(channels::not_a_member().into()),
            _ => return Err(not_found("room")),
        };
        let before = store::one(&mut *work, channel.id, id).await?.filter(|message| message.seq >= seat.visible_from);
        let before = before.ok_or_else(|| not_found("message"))?.seen_from(seat.visible_from);
        if channel.archived_at.is_some() {
            return Err(Problem::new(Code::Archived, "This is archived. Nothing in it can be changed.").into());
        }
        if before.deletion.is_some() || before.kind == MessageKind::System {
            return Err(Problem::argument("message", "This line cannot be changed.").into());
        }
        Ok(Self { work, telling, channel, seat, who, before })
    }

    /// Refuses where the other one of a private chat is out of reach.
    async fn in_contact(&mut self) -> Result<()> {
        if self.channel.kind != ChannelKind::Chat {
            return Ok(());
        }
        let members = channels::store::members(&mut *self.work, self.channel.id, &Presences::default()).await?;
        let others: Vec<EntityId> =
            members.iter().map(|member| member.entity.id).filter(|id| *id != self.who).collect();
        blocks::refuse_contact(&mut *self.work, self.who, &others).await
    }

    /// Whether the one who asks may tidy up after others here.
    async fn moderates(&mut self) -> Result<bool> {
        moderates(&mut *self.work, self.who, &self.channel, &self.seat).await
    }

    /// Gives the message the channel's next clock; `with_replies`: those that quote it, too.
    async fn commit(mut self, with_replies: bool) -> Result<Message> {
        let clock = channels::store::advance_clock(&mut self.work, self.channel.id).await?;
        sqlx::query("update messages set clock = $2 where id = $1")
            .bind(self.before.id.0)
            .bind(clock)
            .execute(&mut *self.work)
            .await?;
        let quoted = with_replies && touch_replies(&mut self.work, self.channel.id, self.before.id).await?;
        let Self { mut work, telling, channel, before, seat, .. } = self;
        let after = store::one(&mut *work, channel.id, before.id).await?.ok_or_else(|| not_found("message"))?;
        let done = async move {
            work.commit().await?;
            // Where several rows have changed, they are read from the database in their order.
            if quoted {
                telling.untold();
            } else {
                telling.tell(told(&after));
            }
            Ok(after.seen_from(seat.visible_from))
        };
        undisturbed("changing a message", done).await
    }
}

/// Whether a member may tidy up after others in a channel.
pub(crate) async fn moderates(db: impl PgExecutor<'_>, who: EntityId, channel: &Channel, seat: &Seat) -> Result<bool> {
    let by_role = matches!(seat.role, Role::Owner | Role::Admin);
    Ok(match channel.kind {
        ChannelKind::Chat => false,
        ChannelKind::Circle => by_role,
        ChannelKind::Room => by_role || accounts::store::me(db, who).await?.is_some_and(|me| me.is_admin),
    })
}

/// Empties an answer that another one has taken the place of, in the transaction that posts that one. `false` where it
/// was gone already.
pub(crate) async fn replaced(
    db: &mut PgConnection,
    channel: ChannelId,
    id: MessageId,
    asker: EntityId,
) -> Result<bool> {
    let found = sqlx::query("select from messages where id = $1 and deleted_at is null")
        .bind(id.0)
        .fetch_optional(&mut *db)
        .await?;
    if found.is_none() {
        return Ok(false);
    }
    empty(db, id, asker, Some(model::messages::REPLACED)).await?;
    let clock = channels::store::advance_clock(db, channel).await?;
    sqlx::query("update messages set clock = $2 where id = $1").bind(id.0).bind(clock).execute(&mut *db).await?;
    touch_replies(db, channel, id).await?;
    Ok(true)
}

/// Leaves of a message that somebody was there, and who emptied it, and why.
async fn empty(db: &mut PgConnection, id: MessageId, by: EntityId, why: Option<&str>) -> Result<()> {
    sqlx::query(
        "update messages set body = '', html = '', deleted_at = now(), deleted_by = $2, deleted_why = $3, pinned_at = null
         where id = $1",
    )
    .bind(id.0)
    .bind(by.0)
    .bind(why)
    .execute(&mut *db)
    .await?;
    for gone in ["delete from mentions where message_id = $1", "delete from reactions where message_id = $1"] {
        sqlx::query(gone).bind(id.0).execute(&mut *db).await?;
    }
    Ok(())
}

/// Gives the replies to a message new clocks. `false` where there are none.
async fn touch_replies(db: &mut PgConnection, channel: ChannelId, id: MessageId) -> Result<bool> {
    let done = sqlx::query(
        "with quoting as (
            select id, row_number() over (order by seq) as nth from messages where reply_to = $1
         ), bumped as (
            update channels c set clock = c.clock + q.count from (select count(*) as count from quoting) q
            where c.id = $2 and q.count > 0 returning c.clock - q.count as before
         )
         update messages m set clock = b.before + q.nth from quoting q, bumped b where m.id = q.id",
    )
    .bind(id.0)
    .bind(channel.0)
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Changes the words of one's own message.
///
/// Refuses with `invalid_argument`, `not_found`, `not_yours`, `archived`, `contact_refused`.
pub async fn edit(space: &Space, who: EntityId, channel: ChannelId, id: MessageId, body: &str) -> Result<Message> {
    super::check(body)?;
    let html = markdown::rendered(body).await?;
    let mut change = Changing::begin(space, who, channel, id).await?;
    if change.before.author.id != who {
        return Err(Problem::new(Code::NotYours, "Only who said it can change it.").into());
    }
    change.in_contact().await?;
    if change.before.body == body {
        return Ok(change.before);
    }
    let roster = store::roster(&mut *change.work, channel).await?;
    let named: Vec<mentions::Mention> = roster.named(body).into_iter().map(|(_, mention)| mention).collect();
    // The clock that this change gets, or one that nothing else got: the channel is locked.
    sqlx::query(
        "update messages m set body = $2, html = $3, edited_at = now(), edit_clock = c.clock + 1
         from channels c where m.id = $1 and c.id = m.channel_id",
    )
    .bind(id.0)
    .bind(body)
    .bind(html)
    .execute(&mut *change.work)
    .await?;
    let before: Vec<(Uuid,)> = sqlx::query_as("delete from mentions where message_id = $1 returning entity_id")
        .bind(id.0)
        .fetch_all(&mut *change.work)
        .await?;
    sqlx::query(
        "insert into mentions (message_id, entity_id, start, length, channel_id, seq)
         select $1, x.entity, x.start, x.length, $2, $3 from unnest($4::uuid[], $5::int[], $6::int[]) as x (entity, start, length)",
    )
    .bind(id.0)
    .bind(channel.0)
    .bind(change.before.seq)
    .bind(named.iter().map(|mention| mention.entity.0).collect::<Vec<_>>())
    .bind(named.iter().map(|mention| mention.start as i32).collect::<Vec<_>>())
    .bind(named.iter().map(|mention| mention.length as i32).collect::<Vec<_>>())
    .execute(&mut *change.work)
    .await?;
    // Who is called only now considers it now, and not when somebody else says something.
    let mut called: Vec<EntityId> = named.iter().map(|mention| mention.entity).collect();
    called.retain(|id| {
        let is_ai = roster.member(*id).is_some_and(|member| member.kind == EntityKind::Ai);
        is_ai && *id != who && !before.contains(&(id.0,))
    });
    for ai in &called {
        minds::store::ask_again(&mut *change.work, *ai, channel).await?;
    }
    let changed = change.commit(true).await?;
    if !called.is_empty() {
        space.ring();
    }
    Ok(changed)
}

/// Empties a message: one's own, or, with a reason, somebody else's where one moderates. One's own words one may take
/// back also where one may say nothing more.
///
/// Refuses with `invalid_argument`, `not_found`, `not_yours`, `archived`.
pub async fn delete(space: &Space, who: EntityId, channel: ChannelId, id: MessageId, why: &str) -> Result<Message> {
    let mut change = Changing::begin(space, who, channel, id).await?;
    let why = limits::trimmed(why);
    let own = change.before.author.id == who;
    if !own {
        if !change.moderates().await? {
            return Err(Problem::new(Code::NotYours, "Only who said it, or an admin, can delete it.").into());
        }
        if !limits::REASON.contains(&limits::length(why)) || why.contains('\0') {
            return Err(Problem::argument("why", "Say in 1 to 200 characters why it is deleted.").into());
        }
    }
    empty(&mut change.work, id, who, Some(why).filter(|_| !own)).await?;
    change.commit(true).await
}

/// Reacts to a message with an emoji (itself, or its shortcode), or no longer.
///
/// Refuses with `invalid_argument`, `not_found`, `archived`, `contact_refused`.
pub async fn react(
    space: &Space,
    who: EntityId,
    channel: ChannelId,
    id: MessageId,
    emoji: &str,
    on: bool,
) -> Result<Message> {
    let typed = emoji.trim().trim_matches(':');
    let known = emojis::get(typed).or_else(|| emojis::get_by_shortcode(typed));
    let Some(emoji) = known.map(emojis::Emoji::as_str) else {
        return Err(Problem::argument("emoji", "This is no emoji. Choose one, or type its name like :fire:.").into());
    };
    let mut change = Changing::begin(space, who, channel, id).await?;
    change.in_contact().await?;
    let is_new = !change.before.reactions.iter().any(|reaction| reaction.emoji == emoji);
    if on && is_new && change.before.reactions.len() as i64 >= limits::REACTIONS {
        return Err(Problem::argument("emoji", "There are 20 different ones already. Choose one of those.").into());
    }
    let statement = if on {
        "insert into reactions (message_id, entity_id, emoji) values ($1, $2, $3) on conflict do nothing"
    } else {
        "delete from reactions where message_id = $1 and entity_id = $2 and emoji = $3"
    };
    let done = sqlx::query(statement).bind(id.0).bind(who.0).bind(emoji).execute(&mut *change.work).await?;
    if done.rows_affected() == 0 {
        return Ok(change.before);
    }
    change.commit(false).await
}

/// Pins a message in its channel, or takes it down. In rooms for those who moderate, elsewhere for every member.
///
/// Refuses with `invalid_argument`, `not_found`, `not_yours`, `archived`, `contact_refused`.
pub async fn pin(space: &Space, who: EntityId, channel: ChannelId, id: MessageId, pinned: bool) -> Result<Message> {
    let mut change = Changing::begin(space, who, channel, id).await?;
    if change.channel.kind == ChannelKind::Room && !change.moderates().await? {
        return Err(Problem::new(Code::NotYours, "In a room its owner and the admins pin messages.").into());
    }
    change.in_contact().await?;
    if change.before.pinned == pinned {
        return Ok(change.before);
    }
    if pinned {
        let (pins,): (i64,) =
            sqlx::query_as("select count(*) from messages where channel_id = $1 and pinned_at is not null")
                .bind(channel.0)
                .fetch_one(&mut *change.work)
                .await?;
        if pins >= limits::PINS {
            return Err(Problem::argument("message", "50 messages are pinned already. Take one down first.").into());
        }
    }
    sqlx::query("update messages set pinned_at = case when $2 then now() end where id = $1")
        .bind(id.0)
        .bind(pinned)
        .execute(&mut *change.work)
        .await?;
    change.commit(false).await
}

/// What is pinned in a channel, the newest first.
pub async fn pinned(space: &Space, who: EntityId, channel: ChannelId) -> Result<Vec<Message>> {
    let seat = super::reading(space, who, channel).await?;
    store::pinned(&space.db, channel, seat.visible_from).await
}

/// Empties everything that somebody has said anywhere, one channel at a time; what quotes it changes with it.
pub(crate) async fn empty_all_of(space: &Space, who: EntityId) -> Result<()> {
    let channels: Vec<(Uuid,)> =
        sqlx::query_as("select distinct channel_id from messages where author_id = $1 and deleted_at is null")
            .bind(who.0)
            .fetch_all(&space.db)
            .await?;
    for (channel,) in channels {
        let telling = space.live.expect(ChannelId(channel));
        let mut work = space.db.begin().await?;
        sqlx::query("select from channels where id = $1 for update").bind(channel).execute(&mut *work).await?;
        for gone in [
            "delete from mentions n using messages m where m.id = n.message_id and m.channel_id = $1 and m.author_id = $2",
            "delete from reactions r using messages m where m.id = r.message_id and m.channel_id = $1 and m.author_id = $2",
            "with concerned as (
                select m.id, row_number() over (order by m.seq) as nth from messages m
                where m.channel_id = $1 and (m.author_id = $2 and m.kind = 'text' and m.deleted_at is null
                   or exists (select from messages q where q.id = m.reply_to and q.author_id = $2))
             ), bumped as (
                update channels c set clock = c.clock + n.count from (select count(*) as count from concerned) n
                where c.id = $1 returning c.clock - n.count as before
             )
             update messages m set clock = b.before + x.nth from concerned x, bumped b where m.id = x.id",
            "update messages set body = '', html = '', deleted_at = now(), deleted_by = $2, pinned_at = null
             where channel_id = $1 and author_id = $2 and kind = 'text' and deleted_at is null",
        ] {
            sqlx::query(gone).bind(channel).bind(who.0).execute(&mut *work).await?;
        }
        work.commit().await?;
        // Many rows: who listens reads them from the database.
        telling.untold();
    }
    Ok(())
}
