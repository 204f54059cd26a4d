//! Making channels of each kind, and changing what they are.

use super::ChannelRow;
use crate::Result;
use model::channels::RoomDraft;
use model::{Channel, ChannelId, EntityId, History};
use sqlx::{PgConnection, PgExecutor, PgPool};
use uuid::Uuid;

pub(crate) async fn insert(
    db: impl PgExecutor<'_>,
    id: ChannelId,
    draft: &RoomDraft,
    name_key: &str,
    owner: EntityId,
) -> Result<()> {
    sqlx::query(
        "insert into channels (id, kind, name, name_key, description, capacity, owner_id) values ($1, 'room', $2, $3, $4, $5, $6)",
    )
    .bind(id.0)
    .bind(&draft.name)
    .bind(name_key)
    .bind(&draft.description)
    .bind(draft.capacity)
    .bind(owner.0)
    .execute(db)
    .await?;
    Ok(())
}

/// Makes a circle with nobody in it.
pub(in crate::channels) async fn insert_circle(
    db: &mut PgConnection,
    id: ChannelId,
    name: &str,
    capacity: usize,
    history: History,
    owner: EntityId,
) -> Result<()> {
    let history = if history == History::Whole { "whole" } else { "from_joining" };
    sqlx::query(
        "insert into channels (id, kind, name, name_key, capacity, history, owner_id) values ($1, 'circle', $2, '', $3, $4, $5)",
    )
    .bind(id.0)
    .bind(name)
    .bind(capacity as i32)
    .bind(history)
    .bind(owner.0)
    .execute(db)
    .await?;
    Ok(())
}

/// The private chat of two, if they have one.
pub(in crate::channels) async fn chat_of(db: &PgPool, who: EntityId, with: EntityId) -> Result<Option<ChannelId>> {
    let row: Option<(Uuid,)> =
        sqlx::query_as("select id from channels where one_id = least($1, $2) and other_id = greatest($1, $2)")
            .bind(who.0)
            .bind(with.0)
            .fetch_optional(db)
            .await?;
    Ok(row.map(|(id,)| ChannelId(id)))
}

/// The other one of a private chat; nobody for those to whom it does not belong.
pub(in crate::channels) async fn other_of(db: &PgPool, id: ChannelId, who: EntityId) -> Result<Option<EntityId>> {
    let row: Option<(Uuid,)> = sqlx::query_as(
        "select case one_id when $2 then other_id else one_id end from channels where id = $1 and kind = 'chat' and $2 in (one_id, other_id)",
    )
    .bind(id.0)
    .bind(who.0)
    .fetch_optional(db)
    .await?;
    Ok(row.map(|(other,)| EntityId(other)))
}

/// The open circles that somebody is in, each with its name and whether another one is in it, too; the newest first.
pub(in crate::channels) async fn circles_of(
    db: &PgPool,
    who: EntityId,
    other: EntityId,
) -> Result<Vec<(ChannelId, String, bool)>> {
    let rows: Vec<(Uuid, String, bool)> = sqlx::query_as(concat!(
        "select c.id, ",
        name_for!("$1"),
        ", exists (select from memberships o where o.channel_id = c.id and o.entity_id = $2 and o.left_seq is null)
         from memberships m join channels c on c.id = m.channel_id
         where m.entity_id = $1 and m.left_seq is null and c.kind = 'circle' and c.archived_at is null
         order by c.created_at desc, c.id"
    ))
    .bind(who.0)
    .bind(other.0)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|(id, name, is_in)| (ChannelId(id), name, is_in)).collect())
}

/// Whether an AI that could be asked back was taken out of a private chat.
pub(in crate::channels) async fn is_parted(db: &PgPool, id: ChannelId, whom: EntityId) -> Result<bool> {
    let (parted,) = sqlx::query_as(
        "select exists (select from memberships m join entities e on e.id = m.entity_id
                        where m.channel_id = $1 and e.id = $2 and e.kind = 'ai' and e.deactivated_at is null
                          and m.left_seq is not null)",
    )
    .bind(id.0)
    .bind(whom.0)
    .fetch_one(db)
    .await?;
    Ok(parted)
}

/// The private chats that somebody has, those that are open.
pub(in crate::channels) async fn chats_of(db: &PgPool, who: EntityId) -> Result<Vec<ChannelId>> {
    let rows: Vec<(Uuid,)> =
        sqlx::query_as("select id from channels where (one_id = $1 or other_id = $1) and archived_at is null")
            .bind(who.0)
            .fetch_all(db)
            .await?;
    Ok(rows.into_iter().map(|(id,)| ChannelId(id)).collect())
}

/// Makes the private chat of two. `false` where it is there already, or one of them is not.
pub(in crate::channels) async fn insert_chat(
    db: &mut PgConnection,
    id: ChannelId,
    who: EntityId,
    with: EntityId,
) -> Result<bool> {
    let done = sqlx::query(
        "insert into channels (id, kind, name, name_key, capacity, one_id, other_id)
         select $1, 'chat', 'private chat', '', 2, least($2, $3), greatest($2, $3)
         where (select count(*) from entities where id in ($2, $3) and deactivated_at is null) = 2
         on conflict (one_id, other_id) do nothing",
    )
    .bind(id.0)
    .bind(who.0)
    .bind(with.0)
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(in crate::channels) async fn edit(
    db: &PgPool,
    id: ChannelId,
    draft: &RoomDraft,
    name_key: &str,
) -> Result<Option<Channel>> {
    let row: Option<ChannelRow> = sqlx::query_as(concat!(
        "update channels c set name = $2, name_key = $3, description = $4, capacity = $5,
                clock = clock + 1, own_clock = clock + 1
         where id = $1 and kind = 'room' and archived_at is null returning c.name, ",
        channel_columns!()
    ))
    .bind(id.0)
    .bind(&draft.name)
    .bind(name_key)
    .bind(&draft.description)
    .bind(draft.capacity)
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| row.0))
}

/// Gives a circle a name.
pub(in crate::channels) async fn rename(db: &mut PgConnection, id: ChannelId, name: &str) -> Result<Channel> {
    let row: ChannelRow = sqlx::query_as(concat!(
        "update channels c set name = $2, clock = clock + 1, own_clock = clock + 1 where id = $1 returning c.name, ",
        channel_columns!()
    ))
    .bind(id.0)
    .bind(name)
    .fetch_one(db)
    .await?;
    Ok(row.0)
}

/// Closes a channel, or opens it again.
pub(in crate::channels) async fn archive(db: &mut PgConnection, id: ChannelId, archived: bool) -> Result<Channel> {
    let row: ChannelRow = sqlx::query_as(concat!(
        "update channels c set archived_at = case when $2 then now() end, clock = clock + 1, own_clock = clock + 1
         where id = $1 returning c.name, ",
        channel_columns!()
    ))
    .bind(id.0)
    .bind(archived)
    .fetch_one(db)
    .await?;
    Ok(row.0)
}

/// Takes what is said in a channel from now on off the record, or puts it back on. `None` where it is so already.
pub(in crate::channels) async fn set_record(
    db: &mut PgConnection,
    id: ChannelId,
    off_record: bool,
) -> Result<Option<Channel>> {
    let row: Option<ChannelRow> = sqlx::query_as(concat!(
        "update channels c set off_record = $2, clock = clock + 1, own_clock = clock + 1
         where id = $1 and off_record <> $2 returning c.name, ",
        channel_columns!()
    ))
    .bind(id.0)
    .bind(off_record)
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| row.0))
}

/// Whose a channel is from now on.
pub(in crate::channels) async fn set_owner(db: &mut PgConnection, id: ChannelId, owner: EntityId) -> Result<()> {
    sqlx::query("update channels set owner_id = $2 where id = $1").bind(id.0).bind(owner.0).execute(db).await?;
    Ok(())
}
