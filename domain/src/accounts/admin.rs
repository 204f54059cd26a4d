//! What admins can do about people: see who is here, help them in, keep them out, hand on the keys.

use super::{admins_only, password, store};
use crate::error::not_found;
use crate::space::undisturbed;
use crate::{Error, Result, Space, sessions};
use model::accounts::{OpenInvitation, PersonRow};
use model::{Code, EntityId, Problem};

/// Everybody with an account, by name; at most 100, from the name after `after` on.
pub async fn people(space: &Space, by: EntityId, after: &str) -> Result<Vec<PersonRow>> {
    admins_only(space, by).await?;
    store::people(&space.db, &crate::entities::key(&after.replace('\0', ""))).await
}

/// Makes a token by which somebody chooses a new password, once, within a day. An earlier one ends.
pub async fn make_reset(space: &Space, by: EntityId, who: EntityId) -> Result<String> {
    admins_only(space, by).await?;
    let token = sessions::new_token();
    if !store::insert_reset(&space.db, &sessions::digest(&token), who, by).await? {
        return Err(not_found("person"));
    }
    Ok(token)
}

/// Chooses a new password by such a token; every session of before ends.
///
/// Refuses with `invalid_argument`, `invitation_invalid`.
pub async fn reset(space: &Space, token: &str, new: String) -> Result<()> {
    password::check(&new)?;
    let id = sessions::digest(token);
    let invalid =
        || Problem::new(Code::InvitationInvalid, "This link was used or is too old. Ask an admin for a new one.");
    // Said before the hash is made: the hash is the dear part.
    store::reset_of(&space.db, &id).await?.ok_or_else(invalid)?;
    let hash = space.passwords.hash(new).await?;
    let space = space.clone();
    let done = async move {
        let who = store::spend_reset(&space.db, &id, &hash).await?.ok_or_else(invalid)?;
        space.live.end(who, None);
        Ok(())
    };
    undisturbed("choosing a password", done).await
}

/// Keeps somebody out at once, with all their sessions and streams, or lets them in again.
///
/// Refuses with `admin_only`, `not_found`, `last_admin`.
pub async fn set_active(space: &Space, by: EntityId, who: EntityId, active: bool) -> Result<()> {
    admins_only(space, by).await?;
    let space = space.clone();
    let done = async move {
        guarded(store::set_active(&space.db, who, active).await?)?;
        if !active {
            space.live.end(who, None);
        }
        crate::channels::tell_of(&space, who).await
    };
    undisturbed("keeping somebody out", done).await
}

/// Makes somebody an admin of the space, or no longer. The last one stays.
///
/// Refuses with `admin_only`, `not_found`, `last_admin`.
pub async fn set_admin(space: &Space, by: EntityId, who: EntityId, admin: bool) -> Result<()> {
    admins_only(space, by).await?;
    set_admin_as(space, by, who, admin).await
}

pub(super) async fn set_admin_as(space: &Space, by: EntityId, who: EntityId, admin: bool) -> Result<()> {
    tracing::info!(%by, %who, admin, "an admin was made or unmade");
    guarded(store::set_admin(&space.db, who, admin).await?)
}

/// What came of a change that must leave an admin.
fn guarded(done: Option<bool>) -> Result<(), Error> {
    match done {
        Some(true) => Ok(()),
        Some(false) => {
            Err(Problem::new(Code::LastAdmin, "This is the last admin. Make somebody else one first.").into())
        }
        None => Err(not_found("person")),
    }
}

/// Sets how many messages somebody may post in a week; `None`: what the space is configured with.
///
/// Refuses with `admin_only`, `invalid_argument`, `not_found`.
pub async fn set_quota(space: &Space, by: EntityId, who: EntityId, limit: Option<i32>) -> Result<()> {
    admins_only(space, by).await?;
    if limit.is_some_and(|limit| !(0..=1_000_000).contains(&limit)) {
        return Err(Problem::argument("limit", "A quota is a number from 0 to 1,000,000, or nothing.").into());
    }
    if store::set_quota(&space.db, who, limit).await? { Ok(()) } else { Err(not_found("person")) }
}

/// The invitations that nobody has used yet.
pub async fn invitations(space: &Space, by: EntityId) -> Result<Vec<OpenInvitation>> {
    admins_only(space, by).await?;
    store::open_invitations(&space.db).await
}

/// Withdraws an invitation that nobody has used yet.
pub async fn withdraw(space: &Space, by: EntityId, id: &str) -> Result<()> {
    admins_only(space, by).await?;
    let id = sessions::parse_id(id).ok_or_else(|| not_found("invitation"))?;
    if store::delete_invitation(&space.db, &id).await? { Ok(()) } else { Err(not_found("invitation")) }
}
