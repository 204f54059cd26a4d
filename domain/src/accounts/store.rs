//! The table `accounts`.

use crate::{Result, sessions};
use model::accounts::{OpenInvitation, PersonRow, Profile};
use model::{Code, EntityId, Me, Problem};
use sqlx::{PgConnection, PgExecutor, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

/// Says at once that a name or an address is taken; the constraints say it for certain.
pub(super) async fn refuse_taken(db: &PgPool, name_key: &str, email_key: &str) -> Result<()> {
    let (name, email): (bool, bool) = sqlx::query_as(
        "select exists (select from entities where name_key = $1), exists (select from accounts where email_key = $2)",
    )
    .bind(name_key)
    .bind(email_key)
    .fetch_one(db)
    .await?;
    if name {
        return Err(Problem::new(Code::NameTaken, "This name is taken. Choose another one.").about("name").into());
    }
    if email {
        let message = "This address has an account already. Log in instead.";
        return Err(Problem::new(Code::EmailTaken, message).about("email").into());
    }
    Ok(())
}

pub(crate) async fn insert(db: &mut PgConnection, id: EntityId, email: &str, hash: &str, is_admin: bool) -> Result<()> {
    sqlx::query(
        "insert into accounts (entity_id, email, email_key, password_hash, is_admin) values ($1, $2, $3, $4, $5)",
    )
    .bind(id.0)
    .bind(email)
    .bind(email.to_lowercase())
    .bind(hash)
    .bind(is_admin)
    .execute(db)
    .await?;
    Ok(())
}

/// Who logs in by this name or address, and the hash of their password.
pub(super) async fn by_login(db: &PgPool, name_key: &str, email_key: &str) -> Result<Option<(Me, String)>> {
    // A name cannot contain an @ and an address must, so at most one row matches.
    let row: Option<(Uuid, String, bool, String)> = sqlx::query_as(
        "select e.id, e.name, a.is_admin, a.password_hash from entities e join accounts a on a.entity_id = e.id
         where (e.name_key = $1 or a.email_key = $2) and e.deactivated_at is null",
    )
    .bind(name_key)
    .bind(email_key)
    .fetch_optional(db)
    .await?;
    Ok(row.map(|(id, name, is_admin, hash)| (Me { id: EntityId(id), name, is_admin }, hash)))
}

pub(crate) async fn me(db: impl PgExecutor<'_>, id: EntityId) -> Result<Option<Me>> {
    let row: Option<(String, bool)> = sqlx::query_as(
        "select e.name, a.is_admin from entities e join accounts a on a.entity_id = e.id
         where e.id = $1 and e.deactivated_at is null",
    )
    .bind(id.0)
    .fetch_optional(db)
    .await?;
    Ok(row.map(|(name, is_admin)| Me { id, name, is_admin }))
}

pub(super) async fn profile(db: &PgPool, who: EntityId) -> Result<Option<Profile>> {
    let row: Option<(String, String, String, String, bool, String)> = sqlx::query_as(
        "select e.name, e.bio, e.language, e.status, e.busy, a.email from entities e join accounts a on a.entity_id = e.id where e.id = $1",
    )
    .bind(who.0)
    .fetch_optional(db)
    .await?;
    Ok(row.map(|(name, bio, language, status, busy, email)| Profile { name, bio, language, status, busy, email }))
}

pub(super) async fn edit_profile(db: &PgPool, who: EntityId, draft: &Profile, name_key: &str) -> Result<bool> {
    let renamed: Option<(bool,)> = sqlx::query_as(
        "update entities e set name = $2, name_key = $3, look = $8, bio = $4, language = $5, status = $6, busy = $7
         from entities before where e.id = $1 and before.id = e.id returning before.name <> e.name",
    )
    .bind(who.0)
    .bind(&draft.name)
    .bind(name_key)
    .bind(&draft.bio)
    .bind(&draft.language)
    .bind(&draft.status)
    .bind(draft.busy)
    .bind(crate::entities::look(&draft.name))
    .fetch_optional(db)
    .await?;
    Ok(renamed.is_some_and(|(renamed,)| renamed))
}

pub(super) async fn hash(db: &PgPool, who: EntityId) -> Result<Option<String>> {
    let row: Option<(String,)> = sqlx::query_as("select password_hash from accounts where entity_id = $1")
        .bind(who.0)
        .fetch_optional(db)
        .await?;
    Ok(row.map(|(hash,)| hash))
}

/// Sets a password and ends every session but one; says which.
pub(super) async fn set_password(db: &PgPool, who: EntityId, hash: &str, keep: Option<&[u8]>) -> Result<Vec<Vec<u8>>> {
    let ended: Vec<(Vec<u8>,)> = sqlx::query_as(
        "with changed as (update accounts set password_hash = $2 where entity_id = $1)
         delete from sessions where entity_id = $1 and id is distinct from $3 returning id",
    )
    .bind(who.0)
    .bind(hash)
    .bind(keep)
    .fetch_all(db)
    .await?;
    Ok(ended.into_iter().map(|(id,)| id).collect())
}

pub(super) async fn set_email(db: &PgPool, who: EntityId, email: &str) -> Result<()> {
    sqlx::query("update accounts set email = $2, email_key = $3 where entity_id = $1")
        .bind(who.0)
        .bind(email)
        .bind(email.to_lowercase())
        .execute(db)
        .await?;
    Ok(())
}

/// Takes a person's account and name away; the key that is left is one that nobody can type. What they said stays under what is left.
pub(super) async fn forget(db: &PgPool, who: EntityId) -> Result<()> {
    let mut work = db.begin().await?;
    for gone in [
        "delete from memories r where r.about = $1 or (r.kind = 'fact' and exists (
            select from messages q where q.channel_id = r.channel_id and q.seq = any(r.sources) and q.author_id = $1))",
        "update memories r set noted_at = null where r.kind = 'episode' and exists (
            select from messages q where q.channel_id = r.channel_id and q.seq = any(r.sources) and q.author_id = $1)",
        "delete from resets where entity_id = $1",
        "delete from accounts where entity_id = $1",
        "delete from blocks where blocker_id = $1",
        "update entities set name = 'A former member', name_key = '#' || id, look = null,
                bio = '', status = '', last_seen_at = null, deactivated_at = now() where id = $1",
    ] {
        sqlx::query(gone).bind(who.0).execute(&mut *work).await?;
    }
    work.commit().await?;
    Ok(())
}

/// People with accounts, by name, from the one after `after` on.
pub(super) async fn people(db: &PgPool, after: &str) -> Result<Vec<PersonRow>> {
    type Row = (Uuid, String, String, bool, bool, Option<i32>, i32);
    let rows: Vec<Row> = sqlx::query_as(
        "select e.id, e.name, a.email, a.is_admin, e.deactivated_at is null, a.weekly_limit,
                case when a.week_began > now() - interval '7 days' then a.week_count else 0 end
         from accounts a join entities e on e.id = a.entity_id where e.name_key > $1 order by e.name_key limit 100",
    )
    .bind(after)
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(id, name, email, is_admin, active, weekly_limit, week_count)| PersonRow {
            id: EntityId(id),
            name,
            email,
            is_admin,
            active,
            weekly_limit,
            week_count,
        })
        .collect())
}

/// Keeps a reset link in place of earlier ones. `false` where there is no such person.
pub(super) async fn insert_reset(db: &PgPool, id: &[u8], who: EntityId, by: EntityId) -> Result<bool> {
    let mut work = db.begin().await?;
    sqlx::query("delete from resets where entity_id = $1 or expires_at < now()")
        .bind(who.0)
        .execute(&mut *work)
        .await?;
    let done = sqlx::query(
        "insert into resets (id, entity_id, created_by, expires_at)
         select $1, entity_id, $3, now() + interval '1 day' from accounts where entity_id = $2",
    )
    .bind(id)
    .bind(who.0)
    .bind(by.0)
    .execute(&mut *work)
    .await?;
    work.commit().await?;
    Ok(done.rows_affected() == 1)
}

/// Whose reset link this is, while it is good.
pub(super) async fn reset_of(db: &PgPool, id: &[u8]) -> Result<Option<EntityId>> {
    let row: Option<(Uuid,)> = sqlx::query_as("select entity_id from resets where id = $1 and expires_at > now()")
        .bind(id)
        .fetch_optional(db)
        .await?;
    Ok(row.map(|(who,)| EntityId(who)))
}

/// Uses a reset link up and ends every session of before. Two who come at once: one of them sets the password.
pub(super) async fn spend_reset(db: &PgPool, id: &[u8], hash: &str) -> Result<Option<EntityId>> {
    let row: Option<(Uuid,)> = sqlx::query_as(
        "with spent as (delete from resets where id = $1 and expires_at > now() returning entity_id),
              ended as (delete from sessions s using spent where s.entity_id = spent.entity_id)
         update accounts a set password_hash = $2 from spent where a.entity_id = spent.entity_id returning a.entity_id",
    )
    .bind(id)
    .bind(hash)
    .fetch_optional(db)
    .await?;
    Ok(row.map(|(who,)| EntityId(who)))
}

/// Locks all admins who can come in, so that two who go at once do not both find the other one still there.
async fn other_admins(db: &mut PgConnection, who: EntityId) -> Result<usize> {
    let admins: Vec<(Uuid,)> = sqlx::query_as(
        "select a.entity_id from accounts a join entities e on e.id = a.entity_id
         where a.is_admin and e.deactivated_at is null order by a.entity_id for no key update of a, e",
    )
    .fetch_all(db)
    .await?;
    Ok(admins.into_iter().filter(|(admin,)| *admin != who.0).count())
}

/// Lets somebody in, or keeps them out and ends their sessions. `None` where there is no such person, `Some(false)` where they are the last admin.
pub(super) async fn set_active(db: &PgPool, who: EntityId, active: bool) -> Result<Option<bool>> {
    let mut work = db.begin().await?;
    let others = other_admins(&mut work, who).await?;
    let row: Option<(bool,)> = sqlx::query_as("select is_admin from accounts where entity_id = $1")
        .bind(who.0)
        .fetch_optional(&mut *work)
        .await?;
    let Some((is_admin,)) = row else { return Ok(None) };
    if !active && is_admin && others == 0 {
        return Ok(Some(false));
    }
    sqlx::query("update entities set deactivated_at = case when $2 then null else coalesce(deactivated_at, now()) end where id = $1")
        .bind(who.0)
        .bind(active)
        .execute(&mut *work)
        .await?;
    if !active {
        sqlx::query("delete from sessions where entity_id = $1").bind(who.0).execute(&mut *work).await?;
    }
    work.commit().await?;
    Ok(Some(true))
}

/// As [`set_active`].
pub(super) async fn set_admin(db: &PgPool, who: EntityId, admin: bool) -> Result<Option<bool>> {
    let mut work = db.begin().await?;
    if other_admins(&mut work, who).await? == 0 && !admin {
        return Ok(Some(false));
    }
    let done = sqlx::query("update accounts set is_admin = $2 where entity_id = $1")
        .bind(who.0)
        .bind(admin)
        .execute(&mut *work)
        .await?;
    work.commit().await?;
    Ok((done.rows_affected() == 1).then_some(true))
}

pub(super) async fn set_quota(db: &PgPool, who: EntityId, limit: Option<i32>) -> Result<bool> {
    let done = sqlx::query("update accounts set weekly_limit = $2 where entity_id = $1")
        .bind(who.0)
        .bind(limit)
        .execute(db)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn open_invitations(db: &PgPool) -> Result<Vec<OpenInvitation>> {
    let rows: Vec<(Vec<u8>, Option<String>, OffsetDateTime)> = sqlx::query_as(
        "select i.id, e.name, i.expires_at from invitations i left join entities e on e.id = i.created_by
         where i.used_by is null and i.expires_at > now() order by i.expires_at limit 100",
    )
    .fetch_all(db)
    .await?;
    let open = |(id, by, expires_at): (Vec<u8>, Option<String>, OffsetDateTime)| OpenInvitation {
        id: sessions::show_id(&id),
        by: by.unwrap_or_default(),
        expires_at,
    };
    Ok(rows.into_iter().map(open).collect())
}

pub(super) async fn delete_invitation(db: &PgPool, id: &[u8]) -> Result<bool> {
    let done = sqlx::query("delete from invitations where id = $1 and used_by is null").bind(id).execute(db).await?;
    Ok(done.rows_affected() == 1)
}

/// What is left of somebody's week: the limit, how many are left, and in how many seconds it begins anew. `None` where
/// nothing limits them.
pub(crate) async fn quota(db: &PgPool, who: EntityId, usual: Option<i32>) -> Result<Option<(i32, i32, i64)>> {
    let row: Option<(Option<i32>, i32, i64)> = sqlx::query_as(
        "select coalesce(weekly_limit, $2), case when week_began > now() - interval '7 days' then week_count else 0 end,
                coalesce(greatest(extract(epoch from week_began + interval '7 days' - now()), 0)::bigint, 0)
         from accounts where entity_id = $1",
    )
    .bind(who.0)
    .bind(usual)
    .fetch_optional(db)
    .await?;
    Ok(row.and_then(|(limit, used, seconds)| limit.map(|limit| (limit, (limit - used).max(0), seconds))))
}
