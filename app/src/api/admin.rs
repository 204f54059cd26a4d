//! What admins can do about people.

use crate::failure::Failure;
#[cfg(feature = "ssr")]
use crate::visitor::{me, space};
use leptos::prelude::*;
use model::EntityId;
use model::accounts::{OpenInvitation, PersonRow, ResetLink};

/// Everybody with an account, by name, 100 at a time.
#[server(prefix = "/api", endpoint = "admin/people")]
pub async fn people(#[server(default)] after: String) -> Result<Vec<PersonRow>, Failure> {
    Ok(domain::accounts::admin::people(&space()?, me()?.id, &after).await?)
}

/// Makes a link by which somebody chooses a new password.
#[server(prefix = "/api", endpoint = "admin/reset")]
pub async fn reset(person: EntityId) -> Result<ResetLink, Failure> {
    let token = domain::accounts::admin::make_reset(&space()?, me()?.id, person).await?;
    Ok(ResetLink { link: format!("/reset?token={token}") })
}

/// Keeps somebody out at once, or lets them in again.
#[server(prefix = "/api", endpoint = "admin/active")]
pub async fn set_active(person: EntityId, active: bool) -> Result<(), Failure> {
    Ok(domain::accounts::admin::set_active(&space()?, me()?.id, person, active).await?)
}

/// Makes somebody an admin of the space, or no longer.
#[server(prefix = "/api", endpoint = "admin/admin")]
pub async fn set_admin(person: EntityId, admin: bool) -> Result<(), Failure> {
    Ok(domain::accounts::admin::set_admin(&space()?, me()?.id, person, admin).await?)
}

/// Sets how many messages somebody may post in a week; without a number, what the space is configured with.
#[server(prefix = "/api", endpoint = "admin/quota")]
pub async fn set_quota(person: EntityId, limit: Option<i32>) -> Result<(), Failure> {
    Ok(domain::accounts::admin::set_quota(&space()?, me()?.id, person, limit).await?)
}

/// The invitations that nobody has used yet.
#[server(prefix = "/api", endpoint = "admin/invitations")]
pub async fn invitations() -> Result<Vec<OpenInvitation>, Failure> {
    Ok(domain::accounts::admin::invitations(&space()?, me()?.id).await?)
}

/// Withdraws an invitation.
#[server(prefix = "/api", endpoint = "admin/withdraw")]
pub async fn withdraw(invitation: String) -> Result<(), Failure> {
    Ok(domain::accounts::admin::withdraw(&space()?, me()?.id, &invitation).await?)
}
