//! The table `accounts`.

use crate::Result;
use model::{Code, EntityId, Me, Problem};
use sqlx::{PgConnection, PgExecutor, PgPool};
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
