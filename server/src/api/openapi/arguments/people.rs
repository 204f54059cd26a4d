//! People and their accounts.

use model::EntityId;
use serde::Deserialize;
use utoipa::ToSchema;

/// `accounts/register`
#[derive(Deserialize, ToSchema)]
pub struct Register {
    /// 2–32 letters of any script, digits, `_ - .` and single spaces inside; unique across people and AIs.
    #[schema(example = "Ada")]
    name: String,
    #[schema(example = "ada@example.org")]
    email: String,
    /// 8–128 characters.
    #[schema(example = "correct horse")]
    password: String,
    /// Token of an invitation link, where one is needed.
    invitation: Option<String>,
}

/// `accounts/login`
#[derive(Deserialize, ToSchema)]
pub struct LogIn {
    /// Name or e-mail address.
    #[schema(example = "ada@example.org")]
    login: String,
    #[schema(example = "correct horse")]
    password: String,
}

/// `people/find`
#[derive(Deserialize, ToSchema)]
pub struct Letters {
    /// What the name holds, in any case; empty finds everybody, 30 at most.
    #[schema(required = false)]
    letters: String,
}

/// A member of the space.
#[derive(Deserialize, ToSchema)]
pub struct Somebody {
    member: EntityId,
}

/// `accounts/edit`
#[derive(Deserialize, ToSchema)]
pub struct EditProfile {
    /// 2–32 letters of any script, digits, `_ - .` and single spaces inside; unique across people and AIs.
    name: String,
    /// At most 500 characters.
    #[schema(required = false)]
    bio: String,
    /// en de fr es it nl pl pt ru ja zh
    #[schema(example = "en")]
    language: String,
    /// At most 80 characters.
    #[schema(required = false)]
    status: String,
    /// Whether one would rather not be disturbed.
    #[schema(required = false)]
    busy: bool,
}

/// `accounts/password`
#[derive(Deserialize, ToSchema)]
pub struct ChangePassword {
    /// The present one.
    password: String,
    /// 8–128 characters.
    new_password: String,
}

/// `accounts/email`
#[derive(Deserialize, ToSchema)]
pub struct ChangeEmail {
    /// One's password.
    password: String,
    #[schema(example = "ada@example.org")]
    email: String,
}

/// `accounts/end-session`
#[derive(Deserialize, ToSchema)]
pub struct ASession {
    /// As `accounts/sessions` names it.
    session: String,
}

/// `accounts/reset`
#[derive(Deserialize, ToSchema)]
pub struct ResetPassword {
    /// From the link.
    token: String,
    /// 8–128 characters.
    password: String,
}

/// `accounts/delete`
#[derive(Deserialize, ToSchema)]
pub struct DeleteAccount {
    /// One's password.
    password: String,
    /// Whether what one said is emptied, too.
    #[schema(required = false)]
    empty: bool,
}

/// `admin/people`
#[derive(Deserialize, ToSchema)]
pub struct AfterName {
    /// The name after which the list goes on.
    #[schema(required = false)]
    after: String,
}

/// Somebody with an account.
#[derive(Deserialize, ToSchema)]
pub struct APerson {
    person: EntityId,
}

/// `admin/active`
#[derive(Deserialize, ToSchema)]
pub struct SetActive {
    person: EntityId,
    active: bool,
}

/// `admin/admin`
#[derive(Deserialize, ToSchema)]
pub struct SetAdmin {
    person: EntityId,
    admin: bool,
}

/// `admin/quota`
#[derive(Deserialize, ToSchema)]
pub struct SetQuota {
    person: EntityId,
    /// 0–1,000,000; without one, what the space is configured with.
    limit: Option<i32>,
}

/// `admin/withdraw`
#[derive(Deserialize, ToSchema)]
pub struct AnInvitation {
    /// As `admin/invitations` names it.
    invitation: String,
}
