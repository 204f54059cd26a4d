//! Links that let one person in: from an admin, or the set-up link that makes the first admin.

use crate::{Result, Space, sessions};
use model::{Code, EntityId, Problem};
use sqlx::PgConnection;
use time::Duration;

/// How long a link is good for.
const GOOD_FOR: Duration = Duration::days(7);

/// Makes a link's token on behalf of an admin.
pub async fn invite(space: &Space, by: EntityId) -> Result<String> {
    super::admins_only(space, by).await?;
    let token = sessions::new_token();
    insert(space, &token, Some(by)).await?;
    Ok(token)
}

/// Makes the token that lets the first admin in. Each node that finds nobody makes one; the first that is used ends all.
pub async fn make_setup_link(space: &Space) -> Result<String> {
    let token = sessions::new_token();
    insert(space, &token, None).await?;
    Ok(token)
}

async fn insert(space: &Space, token: &str, by: Option<EntityId>) -> Result<()> {
    sqlx::query("insert into invitations (id, makes_admin, created_by, expires_at) values ($1, $2, $3, now() + $4)")
        .bind(sessions::digest(token))
        .bind(by.is_none())
        .bind(by.map(|by| by.0))
        .bind(sqlx::postgres::types::PgInterval::try_from(GOOD_FOR).unwrap_or_default())
        .execute(&space.db)
        .await?;
    Ok(())
}

/// Uses a token up and says whether it makes an admin. Two who come at once: one gets in.
pub(super) async fn spend(db: &mut PgConnection, token: &str, by: EntityId) -> Result<bool> {
    // Two links for the first admin make one of them.
    sqlx::query("lock table invitations in share row exclusive mode").execute(&mut *db).await?;
    let spent: Option<(bool,)> = sqlx::query_as(
        "update invitations set used_by = $2, used_at = now()
         where id = $1 and used_by is null and expires_at > now() returning makes_admin",
    )
    .bind(sessions::digest(token))
    .bind(by.0)
    .fetch_optional(&mut *db)
    .await?;
    if spent == Some((true,)) {
        sqlx::query("delete from invitations where makes_admin and used_by is null").execute(&mut *db).await?;
    }
    spent.map(|(makes_admin,)| makes_admin).ok_or_else(|| {
        Problem::new(Code::InvitationInvalid, "This invitation was used or is too old. Ask for a new link.").into()
    })
}
