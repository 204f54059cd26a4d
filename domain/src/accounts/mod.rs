//! People's accounts: registering, logging in, inviting; one's own account, and what admins do about others'.

pub mod admin;
mod email;
mod invitations;
pub mod own;
mod password;
pub(crate) mod store;

pub use invitations::{invite, make_setup_link};
pub use password::Passwords;

use crate::{Result, Space, entities, sessions};
use model::accounts::Quota;
use model::{Code, EntityId, EntityKind, Me, Problem, limits};

/// What somebody types to register.
#[derive(Clone, Debug, Default)]
pub struct Registration {
    /// 2–32 characters.
    pub name: String,
    /// An address; it is not written to.
    pub email: String,
    /// 8–128 characters, any.
    pub password: String,
    /// The token of an invitation link, where one is needed.
    pub invitation: Option<String>,
}

/// Registers somebody and says who they are now.
///
/// Refuses with `invalid_argument`, `name_taken`, `email_taken`, `invitation_required`, `invitation_invalid`.
pub async fn register(space: &Space, form: Registration) -> Result<Me> {
    let name = entities::parse_name("name", &form.name)?;
    let email = email::parse(&form.email)?;
    password::check(&form.password)?;
    let invitation = form.invitation.filter(|token| !token.is_empty());
    if invitation.is_none() && !space.policy.open_registration {
        return Err(Problem::new(
            Code::InvitationRequired,
            "This space takes new people by invitation. Ask somebody who is in for a link.",
        )
        .into());
    }
    // Said before the hash is made: the hash is the dear part.
    store::refuse_taken(&space.db, &entities::key(&name), &email.to_lowercase()).await?;
    let hash = space.passwords.hash(form.password).await?;

    let id = EntityId::new();
    let mut work = space.db.begin().await?;
    entities::store::insert(&mut work, id, EntityKind::Human, &name, "").await?;
    let is_admin = match &invitation {
        Some(token) => invitations::spend(&mut work, token, id).await?,
        None => false,
    };
    store::insert(&mut work, id, &email, &hash, is_admin).await?;
    work.commit().await?;
    Ok(Me { id, name, is_admin })
}

/// Finds who a name or address and a password belong to. One answer, in one time, for whatever is wrong.
pub async fn log_in(space: &Space, login: &str, password: String) -> Result<Me> {
    // Nobody's name holds U+0000, and PostgreSQL would not take it.
    let login = if login.contains('\0') { "" } else { login };
    let found = store::by_login(&space.db, &entities::key(login), &login.trim().to_lowercase()).await?;
    let hash = found.as_ref().map(|(_, hash)| hash.clone());
    // Longer than any password can be: not hashed, and it cannot be right.
    let right = password.chars().count() <= *limits::PASSWORD.end() && space.passwords.verify(password, hash).await?;
    match found {
        Some((me, _)) if right => Ok(me),
        _ => Err(Problem::new(Code::WrongCredentials, "Name or password is wrong. Check both and try again.").into()),
    }
}

/// Who this is, if they may still come in.
pub async fn me(space: &Space, id: EntityId) -> Result<Option<Me>> {
    store::me(&space.db, id).await
}

/// Ends every session of somebody, and their streams.
pub async fn log_out_everywhere(space: &Space, id: EntityId) -> Result<()> {
    sessions::store::delete_all(&space.db, id).await?;
    space.live.end(id, None);
    Ok(())
}

/// What is left of the messages that somebody may post this week; `None` where nothing limits them.
pub async fn quota(space: &Space, who: EntityId) -> Result<Option<Quota>> {
    let quota = store::quota(&space.db, who, space.policy.weekly_messages).await?;
    Ok(quota.map(|(limit, left, _)| Quota { limit, left }))
}

/// Refuses everybody but admins.
pub(crate) async fn admins_only(space: &Space, who: EntityId) -> Result<()> {
    match me(space, who).await? {
        Some(me) if me.is_admin => Ok(()),
        _ => Err(Problem::new(Code::AdminOnly, "Only an admin can do this.").into()),
    }
}
