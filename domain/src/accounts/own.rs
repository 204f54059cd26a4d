//! One's own account: who one is for others, how one comes in, and going for good.

use super::{email, password, store};
use crate::error::not_found;
use crate::space::undisturbed;
use crate::{Result, Space, channels, entities, messages, sessions};
use model::accounts::{OwnSession, Profile};
use model::{Code, EntityId, Problem, limits};

/// One's profile as one edits it.
pub async fn profile(space: &Space, who: EntityId) -> Result<Profile> {
    store::profile(&space.db, who).await?.ok_or_else(|| not_found("member"))
}

/// Changes name, bio, language, status and whether one is busy. Mentions and sessions stay; wherever one is, the new name is told.
///
/// Refuses with `invalid_argument`, `name_taken`.
pub async fn edit_profile(space: &Space, who: EntityId, draft: Profile) -> Result<()> {
    let name = entities::parse_name_of(&space.db, who, &draft.name).await?;
    let (bio, status) = (limits::trimmed(&draft.bio), limits::trimmed(&draft.status));
    if limits::length(bio) > limits::BIO || bio.contains('\0') {
        return Err(Problem::argument("bio", "What you say about yourself has at most 500 characters.").into());
    }
    if limits::length(status) > limits::STATUS || status.chars().any(char::is_control) {
        return Err(Problem::argument("status", "A status has at most 80 characters, on one line.").into());
    }
    if !limits::LANGUAGES.iter().any(|(code, _)| *code == draft.language) {
        return Err(Problem::argument("language", "Choose one of the languages in the list.").into());
    }
    let draft = Profile { name, bio: bio.to_owned(), status: status.to_owned(), ..draft };
    let space = space.clone();
    let done = async move {
        let renamed = store::edit_profile(&space.db, who, &draft, &entities::key(&draft.name)).await?;
        if renamed {
            messages::call_otherwise(&space, who).await?;
        }
        space.live.busy(who, draft.busy);
        channels::tell_of(&space, who).await
    };
    undisturbed("editing a profile", done).await
}

/// Verifies one's own password, slowly where it is tried often.
async fn verify(space: &Space, who: EntityId, password: String) -> Result<()> {
    space.pace.log_in_as(&who.to_string())?;
    let hash = store::hash(&space.db, who).await?;
    let fits = password.chars().count() <= *limits::PASSWORD.end();
    if !(fits && space.passwords.verify(password, hash).await?) {
        let problem = Problem::new(Code::WrongCredentials, "This is not your password. Type it once more.");
        return Err(problem.about("password").into());
    }
    Ok(())
}

/// Changes the password and ends every other session. `keep` is the digest of the session that goes on.
///
/// Refuses with `wrong_credentials`, `invalid_argument`.
pub async fn change_password(
    space: &Space,
    who: EntityId,
    old: String,
    new: String,
    keep: Option<&[u8]>,
) -> Result<()> {
    password::check(&new).map_err(|problem| problem.about("new_password"))?;
    verify(space, who, old).await?;
    let hash = space.passwords.hash(new).await?;
    let (space, keep) = (space.clone(), keep.map(<[u8]>::to_vec));
    let done = async move {
        for ended in store::set_password(&space.db, who, &hash, keep.as_deref()).await? {
            space.live.end(who, Some(&ended));
        }
        Ok(())
    };
    undisturbed("changing a password", done).await
}

/// Changes the e-mail address. Refuses with `wrong_credentials`, `invalid_argument`, `email_taken`.
pub async fn change_email(space: &Space, who: EntityId, password: String, new: &str) -> Result<()> {
    let new = email::parse(new)?;
    verify(space, who, password).await?;
    store::set_email(&space.db, who, &new).await
}

/// Where one is logged in. `current` is the digest of the session that asks.
pub async fn own_sessions(space: &Space, who: EntityId, current: Option<&[u8]>) -> Result<Vec<OwnSession>> {
    sessions::store::of(&space.db, who, current).await
}

/// Ends one of one's own sessions, and its streams.
pub async fn end_session(space: &Space, who: EntityId, id: &str) -> Result<()> {
    let id = sessions::parse_id(id).ok_or_else(|| not_found("session"))?;
    if !sessions::store::delete_own(&space.db, who, &id).await? {
        return Err(not_found("session"));
    }
    space.live.end(who, Some(&id));
    Ok(())
}

/// Goes for good: out of every room and circle, and without a name. What one said stays, or is emptied.
///
/// Refuses with `wrong_credentials`, and for the last admin with `last_admin`.
pub async fn delete(space: &Space, who: EntityId, password: String, empty: bool) -> Result<()> {
    verify(space, who, password).await?;
    if super::me(space, who).await?.is_some_and(|me| me.is_admin) {
        // Whoever is the last admin stays; nothing has happened yet.
        super::admin::set_admin_as(space, who, who, false).await?;
    }
    let space = space.clone();
    let gone = async move {
        for channel in channels::joined(&space, who).await? {
            channels::leave(&space, who, channel).await?;
        }
        if empty {
            messages::empty_all_of(&space, who).await?;
        }
        channels::close_all_of(&space, who).await?;
        store::forget(&space.db, who).await?;
        messages::call_otherwise(&space, who).await?;
        sessions::store::delete_all(&space.db, who).await?;
        space.live.end(who, None);
        channels::tell_of(&space, who).await
    };
    undisturbed("deleting an account", gone).await
}
